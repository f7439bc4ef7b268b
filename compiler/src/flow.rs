//! Dataflow over the instructions of one code unit: what can be reached, and where a local is certainly bound.
//!
//! Locals are bound on entry if they are parameters. `CHECK_BOUND` instructions that the analysis proves are removed;
//! `DELETE_FAST` of a bound local becomes `LOAD_EMPTY`. A handler may be entered from before any instruction it
//! covers, so its entry state is the intersection of theirs.

use rustc_hash::FxHashMap;

use crate::asm::{Ins, NO_TARGET};
use crate::effects;
use crate::isa::Op;

/// Instructions that control can reach from the first.
pub fn reachable(ins: &[Ins], handler_index: &[u32]) -> Vec<bool> {
    let mut alive = vec![false; ins.len()];
    let mut seen_handler = vec![false; handler_index.len()];
    let mut work = vec![0usize];
    while let Some(mut i) = work.pop() {
        while i < ins.len() && !alive[i] {
            alive[i] = true;
            let h = ins[i].handler as usize;
            if h != 0 && !seen_handler[h] {
                seen_handler[h] = true;
                work.push(handler_index[h] as usize);
            }
            if ins[i].target != NO_TARGET {
                work.push(ins[i].target as usize);
            }
            if effects::is_terminator(ins[i].op) {
                break;
            }
            i += 1;
        }
    }
    alive
}

/// A set of tracked registers.
#[derive(Clone, PartialEq)]
struct Bits(Vec<u64>);

impl Bits {
    fn get(&self, i: usize) -> bool {
        self.0[i / 64] >> (i % 64) & 1 != 0
    }
    fn set(&mut self, i: usize) {
        self.0[i / 64] |= 1 << (i % 64);
    }
    fn clear(&mut self, i: usize) {
        self.0[i / 64] &= !(1 << (i % 64));
    }
    /// Intersects; tells whether anything changed.
    fn meet(&mut self, other: &Bits) -> bool {
        let mut changed = false;
        for (a, b) in self.0.iter_mut().zip(&other.0) {
            changed |= *a & !b != 0;
            *a &= b;
        }
        changed
    }
}

/// Removes the bound checks that cannot fail.
pub fn remove_bound_checks(ins: &mut [Ins], alive: &mut [bool], handler_index: &[u32], nparams: usize) {
    // Only registers that are checked somewhere matter.
    let mut bit_of: FxHashMap<usize, usize> = FxHashMap::default();
    for (i, x) in ins.iter().enumerate() {
        if alive[i] && matches!(x.op, Op::CHECK_BOUND | Op::DELETE_FAST) {
            let next = bit_of.len();
            bit_of.entry(usize::from(x.a)).or_insert(next);
        }
    }
    if bit_of.is_empty() {
        return;
    }
    let n = ins.len();
    let words = bit_of.len().div_ceil(64);

    let mut leader = vec![false; n + 1];
    leader[0] = true;
    for i in (0..n).filter(|i| alive[*i]) {
        if ins[i].target != NO_TARGET {
            leader[ins[i].target as usize] = true;
            leader[i + 1] = true;
        }
        if ins[i].handler != 0 {
            leader[handler_index[ins[i].handler as usize] as usize] = true;
        }
        if effects::is_terminator(ins[i].op) {
            leader[i + 1] = true;
        }
    }
    let mut entry: FxHashMap<usize, Bits> = FxHashMap::default();
    let mut start = Bits(vec![0; words]);
    for (reg, bit) in &bit_of {
        if *reg < nparams {
            start.set(*bit);
        }
    }
    entry.insert(0, start);
    let mut work = vec![0usize];

    // Meets `state` into the entry of `at`.
    fn flow(entry: &mut FxHashMap<usize, Bits>, work: &mut Vec<usize>, at: usize, state: &Bits) {
        match entry.get_mut(&at) {
            None => {
                entry.insert(at, state.clone());
                work.push(at);
            }
            Some(old) => {
                if old.meet(state) {
                    work.push(at);
                }
            }
        }
    }

    while let Some(block) = work.pop() {
        let mut state = entry[&block].clone();
        let mut i = block;
        let mut covered = 0;
        let mut shrunk = true;
        while i < n {
            let x = ins[i];
            if x.handler != 0 && (x.handler != covered || shrunk) {
                flow(&mut entry, &mut work, handler_index[x.handler as usize] as usize, &state);
            }
            covered = x.handler;
            shrunk = false;
            if x.op == Op::FOR_ITER {
                flow(&mut entry, &mut work, x.target as usize, &state);
            }
            step(&x, &bit_of, &mut state, &mut shrunk);
            if x.target != NO_TARGET && x.op != Op::FOR_ITER {
                flow(&mut entry, &mut work, x.target as usize, &state);
            }
            if effects::is_terminator(x.op) {
                break;
            }
            i += 1;
            if i < n && leader[i] {
                flow(&mut entry, &mut work, i, &state);
                break;
            }
        }
    }

    let mut state = Bits(vec![0; words]);
    for i in 0..n {
        if let Some(s) = entry.get(&i) {
            state = s.clone();
        }
        if !alive[i] {
            continue;
        }
        if let Some(bit) = bit_of.get(&usize::from(ins[i].a)) {
            if ins[i].op == Op::CHECK_BOUND && state.get(*bit) {
                alive[i] = false;
            } else if ins[i].op == Op::DELETE_FAST && state.get(*bit) {
                ins[i].op = Op::LOAD_EMPTY;
                ins[i].b = 0;
            }
        }
        let mut shrunk = false;
        step(&ins[i], &bit_of, &mut state, &mut shrunk);
    }
}

fn step(x: &Ins, bit_of: &FxHashMap<usize, usize>, state: &mut Bits, shrunk: &mut bool) {
    match x.op {
        Op::CHECK_BOUND => state.set(bit_of[&usize::from(x.a)]),
        Op::LOAD_EMPTY | Op::DELETE_FAST => {
            if let Some(bit) = bit_of.get(&usize::from(x.a)) {
                *shrunk |= state.get(*bit);
                state.clear(*bit);
            }
        }
        _ => effects::writes(x.instr(), |first, count| {
            for r in first..first + count {
                if let Some(bit) = bit_of.get(&r) {
                    state.set(*bit);
                }
            }
        }),
    }
}
