//! Dataflow over the instructions of one code unit: what can be reached, where a local is certainly bound, and which
//! temporaries a suspension need not keep.
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
    /// Unites; tells whether anything changed.
    fn join(&mut self, other: &Bits) -> bool {
        let mut changed = false;
        for (a, b) in self.0.iter_mut().zip(&other.0) {
            changed |= !*a & b != 0;
            *a |= b;
        }
        changed
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

/// What a frame keeps while it is suspended.
pub struct Kept {
    /// As many registers as have to be kept: variables, and temporaries that are read afterwards.
    pub count: u16,
    /// Runs (first register, count) of temporaries among them that nothing reads.
    pub unread: Vec<(u16, u16)>,
}

/// For each instruction that suspends, what has to be kept there. `nvars` registers are variables; `handlers` gives for each
/// handler its first instruction and the register that receives the exception.
pub fn kept_at_suspensions(ins: &[Ins], alive: &[bool], handlers: &[(u32, u16)], nvars: usize) -> FxHashMap<usize, Kept> {
    let mut kept = FxHashMap::default();
    let suspends = |i: usize| alive[i] && effects::suspends(ins[i].op);
    let mut top = 0;
    for i in (0..ins.len()).filter(|&i| suspends(i)) {
        top = top.max(usize::from(ins[i].live));
        effects::reads(ins[i].instr(), |first, count| top = top.max(first + count));
    }
    if top == 0 {
        return kept;
    }
    let none = Bits(vec![0; top.div_ceil(64)]);
    // Backwards until nothing changes: what each instruction, and those after it, read before they write it.
    let mut read = vec![none.clone(); ins.len() + 1];
    // What is read after an instruction, by the next ones or a handler.
    let after = |read: &[Bits], i: usize| {
        let x = &ins[i];
        let mut state = if effects::is_terminator(x.op) { none.clone() } else { read[next_alive(alive, i + 1)].clone() };
        if x.target != NO_TARGET {
            state.join(&read[next_alive(alive, x.target as usize)]);
        }
        effects::writes(x.instr(), |first, count| (first..(first + count).min(top)).for_each(|r| state.clear(r)));
        if x.handler != 0 {
            let (at, reg) = handlers[x.handler as usize];
            let mut caught = read[next_alive(alive, at as usize)].clone();
            if usize::from(reg) < top {
                caught.clear(usize::from(reg));
            }
            state.join(&caught);
        }
        state
    };
    let own_reads = |i: usize, state: &mut Bits| {
        effects::reads(ins[i].instr(), |first, count| (first..(first + count).min(top)).for_each(|r| state.set(r)));
    };
    let mut changed = true;
    while changed {
        changed = false;
        for i in (0..ins.len()).rev().filter(|&i| alive[i]) {
            let mut state = after(&read, i);
            own_reads(i, &mut state);
            changed |= read[i].join(&state);
        }
    }
    for i in (0..ins.len()).filter(|&i| suspends(i)) {
        let mut state = after(&read, i);
        if effects::runs_again(ins[i].op) {
            own_reads(i, &mut state);
        }
        let count = (nvars..top).rev().find(|&r| state.get(r)).map_or(nvars, |r| r + 1);
        let mut unread: Vec<(u16, u16)> = Vec::new();
        for r in (nvars..count).filter(|&r| !state.get(r)) {
            match unread.last_mut() {
                Some((first, n)) if usize::from(*first + *n) == r => *n += 1,
                _ => unread.push((r as u16, 1)),
            }
        }
        kept.insert(i, Kept { count: count as u16, unread });
    }
    kept
}

fn next_alive(alive: &[bool], from: usize) -> usize {
    (from..alive.len()).find(|&i| alive[i]).unwrap_or(alive.len())
}
