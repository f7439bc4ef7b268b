//! Which registers of a code object are still read after each instruction.

use taipan_compiler::effects;
use taipan_compiler::isa::{Instr, Op};
use taipan_vm::objects::code::Code;

/// A set of registers.
#[derive(Clone, PartialEq, Default)]
pub struct Bits(Vec<u64>);

impl Bits {
    pub fn new(n: usize) -> Bits {
        Bits(vec![0; n.div_ceil(64)])
    }
    pub fn get(&self, i: usize) -> bool {
        self.0[i / 64] >> (i % 64) & 1 != 0
    }
    pub fn set(&mut self, i: usize, on: bool) {
        let bit = 1 << (i % 64);
        if on { self.0[i / 64] |= bit } else { self.0[i / 64] &= !bit }
    }
    pub fn join(&mut self, other: &Bits) -> bool {
        let mut changed = false;
        for (a, b) in self.0.iter_mut().zip(&other.0) {
            changed |= !*a & b != 0;
            *a |= b;
        }
        changed
    }
}

/// For each word index of an instruction: the registers that it, or what comes after it, reads before writing them.
pub fn live_in(code: &Code) -> Vec<Bits> {
    let n = code.words();
    let nregs = code.nregs as usize + 1;
    // SAFETY: below the number of words.
    let instr = |at: usize| Instr(unsafe { *code.start.add(at) });
    let mut starts = Vec::new();
    let mut at = 0;
    while at < n {
        starts.push(at);
        at += Op::from_u16(instr(at).op()).map_or(1, Op::len);
    }
    let mut live = vec![Bits::new(nregs); n + 1];
    let mut changed = true;
    while changed {
        changed = false;
        for &at in starts.iter().rev() {
            let i = instr(at);
            let mut state = Bits::new(nregs);
            for next in effects::successors(i, at).into_iter().flatten().filter(|&next| next < n) {
                state.join(&live[next]);
            }
            effects::writes(i, |first, count| (first..first + count).for_each(|r| state.set(r, false)));
            for e in code.unit.exceptions.iter().filter(|e| (e.start as usize..e.end as usize).contains(&at)) {
                let mut caught = live[e.handler as usize].clone();
                caught.set(e.reg as usize, false);
                state.join(&caught);
            }
            effects::reads(i, |first, count| (first..first + count).for_each(|r| state.set(r, true)));
            changed |= live[at].join(&state);
        }
    }
    live
}
