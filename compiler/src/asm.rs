//! From the code generator's instructions with labels to code words.
//!
//! The generator appends [`Ins`] with symbolic jump targets and, for each instruction, the handler that covers it.
//! [`Asm::finish`] then threads jumps, removes what cannot be reached, proves locals bound (see [`crate::flow`]), lays
//! the instructions out, replaces short jumps that do not reach by a pair, and writes the tables.
//!
//! Invariants: every jump but `JUMP_BACK` goes forward; an instruction is covered by at most one handler, so the
//! exception table's entries are sorted and do not overlap.

use rustc_hash::FxHashMap;

use crate::effects::{self, JumpField};
use crate::flow::Kept;
use crate::isa::{Instr, Op};
use crate::unit::ExceptionEntry;

pub type Reg = u16;

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Label(u32);

/// Index of a handler; 0 is none.
pub type HandlerId = u32;

pub const NO_TARGET: u32 = u32::MAX;

/// An instruction before assembly. A jump's offset fields are empty, its `target` is a label.
#[derive(Clone, Copy)]
pub struct Ins {
    pub op: Op,
    pub a: u16,
    pub b: u16,
    pub c: u16,
    pub target: u32,
    pub handler: HandlerId,
    pub live: u16,
    /// Source range in bytes; an empty range at 0 is no position.
    pub start: u32,
    pub end: u32,
}

impl Ins {
    pub fn instr(&self) -> Instr {
        Instr::new(self.op, self.a, self.b, self.c)
    }
}

#[derive(Clone, Copy)]
pub struct Handler {
    label: Label,
    /// Receives the exception.
    pub reg: Reg,
}

#[derive(Default)]
pub struct Asm {
    pub ins: Vec<Ins>,
    labels: Vec<u32>,
    handlers: Vec<Handler>,
}

/// Assembled code; `ranges` has the source range of each word.
pub struct Assembled {
    pub code: Vec<u64>,
    pub live: Vec<u16>,
    pub ranges: Vec<(u32, u32)>,
    pub exceptions: Vec<ExceptionEntry>,
    pub nregs: usize,
}

impl Asm {
    pub fn new() -> Asm {
        let none = Handler { label: Label(NO_TARGET), reg: 0 };
        Asm { ins: Vec::new(), labels: Vec::new(), handlers: vec![none] }
    }

    pub fn label(&mut self) -> Label {
        self.labels.push(NO_TARGET);
        Label(self.labels.len() as u32 - 1)
    }

    pub fn bind(&mut self, label: Label) {
        debug_assert_eq!(self.labels[label.0 as usize], NO_TARGET, "a label is bound once");
        self.labels[label.0 as usize] = self.ins.len() as u32;
    }

    pub fn handler(&mut self, label: Label, reg: Reg) -> HandlerId {
        self.handlers.push(Handler { label, reg });
        self.handlers.len() as HandlerId - 1
    }

    pub fn jump_target(label: Label) -> u32 {
        label.0
    }

    /// Whether control can fall through to what is appended next, as far as the last instruction tells.
    pub fn ends_with_terminator(&self) -> bool {
        let here = self.ins.len() as u32;
        self.ins.last().is_some_and(|i| effects::is_terminator(i.op)) && !self.labels.contains(&here)
    }

    /// Assembles; `nparams` registers are bound on entry, the first `nvars` are variables.
    pub fn finish(mut self, nparams: usize, nvars: usize) -> Result<Assembled, TooLarge> {
        for i in &mut self.ins {
            if i.target != NO_TARGET {
                i.target = self.labels[i.target as usize];
                debug_assert_ne!(i.target, NO_TARGET, "every label is bound");
            }
        }
        let handler_index: Vec<u32> = self
            .handlers
            .iter()
            .map(|h| if h.label.0 == NO_TARGET { NO_TARGET } else { self.labels[h.label.0 as usize] })
            .collect();
        thread_jumps(&mut self.ins);
        let mut alive = crate::flow::reachable(&self.ins, &handler_index);
        crate::flow::remove_bound_checks(&mut self.ins, &mut alive, &handler_index, nparams);
        fold_jumps(&mut self.ins, &mut alive, &handler_index);
        let handlers: Vec<(u32, Reg)> = handler_index.iter().zip(&self.handlers).map(|(i, h)| (*i, h.reg)).collect();
        let kept = crate::flow::kept_at_suspensions(&self.ins, &alive, &handlers, nvars);
        for (&i, k) in &kept {
            self.ins[i].c = k.count;
        }
        self.layout(&alive, &handler_index, &kept)
    }

    /// `kept`: what suspensions keep; the unread registers among that are emptied before.
    fn layout(self, alive: &[bool], handler_index: &[u32], kept: &FxHashMap<usize, Kept>) -> Result<Assembled, TooLarge> {
        let n = self.ins.len();
        let cleared = |i: usize| kept.get(&i).map_or(&[][..], |k| &k.unread[..]);
        let mut far = vec![false; n];
        let mut offsets = vec![0u32; n + 1];
        loop {
            let mut at = 0u32;
            for i in 0..n {
                offsets[i] = at;
                if alive[i] {
                    at += self.ins[i].op.len() as u32 + cleared(i).len() as u32;
                    if far[i] {
                        at += far_extra(self.ins[i].op);
                    }
                }
            }
            offsets[n] = at;
            let mut changed = false;
            for i in 0..n {
                if alive[i]
                    && !far[i]
                    && self.ins[i].target != NO_TARGET
                    && effects::jump_field(self.ins[i].op) == Some(JumpField::Short)
                {
                    let delta = i64::from(offsets[self.ins[i].target as usize]) - i64::from(offsets[i]);
                    if i16::try_from(delta).is_err() {
                        far[i] = true;
                        changed = true;
                    }
                }
            }
            if !changed {
                break;
            }
        }
        if offsets[n] > i32::MAX as u32 {
            return Err(TooLarge);
        }

        let mut out = Assembled {
            code: Vec::with_capacity(offsets[n] as usize),
            live: Vec::with_capacity(offsets[n] as usize),
            ranges: Vec::with_capacity(offsets[n] as usize),
            exceptions: Vec::new(),
            nregs: 0,
        };
        let mut entry: Option<(HandlerId, u32)> = None;
        for i in 0..n {
            if !alive[i] {
                continue;
            }
            let ins = &self.ins[i];
            let mut start = out.code.len() as u32;
            debug_assert_eq!(start, offsets[i]);
            if entry.map_or(0, |e| e.0) != ins.handler {
                close_entry(&mut out.exceptions, entry, start, handler_index, &offsets, &self.handlers);
                entry = (ins.handler != 0).then_some((ins.handler, start));
            }
            let mut live = usize::from(ins.live);
            effects::reads(ins.instr(), |first, count| live = live.max(first + count));
            out.nregs = out.nregs.max(live);
            effects::writes(ins.instr(), |first, count| out.nregs = out.nregs.max(first + count));
            if ins.handler != 0 {
                out.nregs = out.nregs.max(usize::from(self.handlers[ins.handler as usize].reg) + 1);
            }
            let live = u16::try_from(live).map_err(|_| TooLarge)?;
            let mut emit = |word: u64, cache: usize| {
                for k in 0..=cache {
                    out.code.push(if k == 0 { word } else { 0 });
                    out.live.push(live);
                    out.ranges.push((ins.start, ins.end));
                }
            };
            for &(first, count) in cleared(i) {
                emit(Instr::new(Op::CLEAR, first, count, 0).0, 0);
                start += 1;
            }
            let cache = ins.op.info().cache_words;
            if ins.target == NO_TARGET {
                emit(ins.instr().0, cache);
                continue;
            }
            let delta = offsets[ins.target as usize] as i32 - start as i32;
            match effects::jump_field(ins.op) {
                Some(JumpField::Long) => emit(Instr::with_imm32(ins.op, ins.a, delta).0, cache),
                Some(JumpField::Short) if !far[i] => {
                    emit(Instr::new(ins.op, ins.a, ins.b, delta as i16 as u16).0, cache);
                }
                _ => match effects::inverse(ins.op) {
                    Some(inverse) => {
                        // Jump over a long jump when the condition does not hold.
                        let size = inverse.len() as i32;
                        emit(Instr::new(inverse, ins.a, ins.b, (size + 1) as u16).0, cache);
                        emit(Instr::with_imm32(Op::JUMP, 0, delta - size).0, 0);
                    }
                    None => {
                        // No inverse (FOR_ITER): the short jump goes to a long one behind a jump around it.
                        let size = ins.op.len() as i32;
                        emit(Instr::new(ins.op, ins.a, ins.b, (size + 1) as u16).0, cache);
                        emit(Instr::with_imm32(Op::JUMP, 0, 2).0, 0);
                        emit(Instr::with_imm32(Op::JUMP, 0, delta - size - 1).0, 0);
                    }
                },
            }
        }
        let end = out.code.len() as u32;
        close_entry(&mut out.exceptions, entry, end, handler_index, &offsets, &self.handlers);
        if out.nregs > usize::from(u16::MAX) {
            return Err(TooLarge);
        }
        Ok(out)
    }
}

/// The code needs more registers or words than an instruction can name.
#[derive(Debug)]
pub struct TooLarge;

fn far_extra(op: Op) -> u32 {
    if effects::inverse(op).is_some() { 1 } else { 2 }
}

fn close_entry(
    table: &mut Vec<ExceptionEntry>,
    entry: Option<(HandlerId, u32)>,
    end: u32,
    handler_index: &[u32],
    offsets: &[u32],
    handlers: &[Handler],
) {
    if let Some((id, start)) = entry {
        table.push(ExceptionEntry {
            start,
            end,
            handler: offsets[handler_index[id as usize] as usize],
            reg: handlers[id as usize].reg,
        });
    }
}

/// Sends jumps to jumps straight to the end of the chain.
fn thread_jumps(ins: &mut [Ins]) {
    for i in (0..ins.len()).rev() {
        if ins[i].target == NO_TARGET || ins[i].op == Op::JUMP_BACK {
            continue;
        }
        let mut target = ins[i].target;
        // Targets lie ahead and were threaded before, so one step settles all but chains of mixed kinds.
        for _ in 0..4 {
            let Some(next) = ins.get(target as usize).copied() else {
                break;
            };
            let me = ins[i];
            let same_test = matches!(me.op, Op::JT | Op::JF) && next.a == me.a;
            if next.op == Op::JUMP || same_test && next.op == me.op {
                target = next.target;
            } else if same_test && effects::inverse(me.op) == Some(next.op) {
                target += 1;
            } else if me.op == Op::JUMP && next.op == Op::JUMP_BACK {
                ins[i] = Ins { handler: me.handler, live: me.live, ..next };
                target = next.target;
                break;
            } else {
                break;
            }
        }
        ins[i].target = target;
    }
}

/// Removes jumps to the next instruction, and turns a conditional jump around an unconditional one into one jump.
fn fold_jumps(ins: &mut [Ins], alive: &mut [bool], handler_index: &[u32]) {
    let n = ins.len();
    let mut is_target = vec![false; n + 1];
    for i in (0..n).filter(|i| alive[*i]) {
        if ins[i].target != NO_TARGET {
            is_target[ins[i].target as usize] = true;
        }
    }
    for h in handler_index.iter().filter(|h| **h != NO_TARGET) {
        is_target[*h as usize] = true;
    }
    let next_alive = |alive: &[bool], from: usize| (from..n).find(|i| alive[*i]).unwrap_or(n);
    for i in (0..n).rev() {
        if !alive[i] || ins[i].target == NO_TARGET || ins[i].op == Op::JUMP_BACK {
            continue;
        }
        let target = next_alive(alive, ins[i].target as usize);
        let next = next_alive(alive, i + 1);
        if ins[i].op == Op::JUMP {
            if target == next {
                alive[i] = false;
            }
            continue;
        }
        if let Some(inverse) = effects::inverse(ins[i].op)
            && next < n
            && ins[next].op == Op::JUMP
            && next_alive(alive, next + 1) == target
            && !(i + 1..=next).any(|k| is_target[k])
        {
            ins[i].op = inverse;
            ins[i].target = ins[next].target;
            alive[next] = false;
        }
    }
}
