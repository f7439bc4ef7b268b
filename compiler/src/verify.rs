//! Checks that a code unit keeps the rules of [`crate::isa`] and [`crate::unit`]: what the interpreter relies on
//! without looking. Serialised units from outside the process must pass before they are run.

use std::fmt;

use crate::effects::{self, JumpField};
use crate::isa::{Instr, OPS, Op, Operand};
use crate::unit::{CodeUnit, Const};

/// What is wrong with a unit, and at which word.
#[derive(Clone, Debug, PartialEq)]
pub struct VerifyError {
    pub unit: String,
    pub at: usize,
    pub problem: String,
}

impl fmt::Display for VerifyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} at {}: {}", self.unit, self.at, self.problem)
    }
}

impl std::error::Error for VerifyError {}

/// Checks a unit and the units among its constants.
pub fn verify(unit: &CodeUnit) -> Result<(), VerifyError> {
    verify_shallow(unit)?;
    unit.consts.iter().try_for_each(verify_const)
}

fn verify_const(c: &Const) -> Result<(), VerifyError> {
    match c {
        Const::Code(u) => crate::depth::with_stack(|| verify(u)),
        Const::Tuple(items) | Const::FrozenSet(items) => items.iter().try_for_each(verify_const),
        _ => Ok(()),
    }
}

/// Checks a unit without its constants.
pub fn verify_shallow(unit: &CodeUnit) -> Result<(), VerifyError> {
    let fail = |at: usize, problem: String| Err(VerifyError { unit: unit.qualname.to_string(), at, problem });
    let n = unit.code.len();
    let nregs = usize::from(unit.nregs);
    if n == 0 {
        return fail(0, "no code".to_owned());
    }
    if unit.positions.len() != n || !unit.positions.is_whole() || unit.live.len() != n {
        return fail(0, "tables differ in length from the code".to_owned());
    }
    let params = usize::from(unit.argcount)
        + usize::from(unit.kwonly_argcount)
        + usize::from(unit.flags & crate::unit::flags::VARARGS != 0)
        + usize::from(unit.flags & crate::unit::flags::VARKEYWORDS != 0);
    if params > unit.varnames.len() || unit.posonly_argcount > unit.argcount {
        return fail(0, "more parameters than locals".to_owned());
    }
    let locals = unit.varnames.len();
    if unit.cell_registers.len() != unit.cellvars.len()
        || unit.cell_registers.iter().any(|r| usize::from(*r) >= nregs)
        || locals > nregs
        || usize::from(unit.free_base) + unit.freevars.len() > nregs
    {
        return fail(0, "cells or locals outside the frame".to_owned());
    }
    if unit.has_docstring && !matches!(unit.consts.first(), Some(Const::Str(_))) {
        return fail(0, "no docstring where one is promised".to_owned());
    }

    let mut starts = vec![false; n];
    let mut at = 0;
    while at < n {
        let Some(op) = Op::from_u16(Instr(unit.code[at]).op()) else {
            return fail(at, "no such instruction".to_owned());
        };
        if op == Op::ENTER {
            return fail(at, "ENTER is the interpreter's own".to_owned());
        }
        starts[at] = true;
        if at + op.len() > n {
            return fail(at, "instruction is cut off".to_owned());
        }
        if unit.code[at + 1..at + op.len()].iter().any(|w| *w != 0) {
            return fail(at, "cache word is not 0".to_owned());
        }
        at += op.len();
    }

    let mut last = 0;
    for at in (0..n).filter(|at| starts[*at]) {
        last = at;
        let i = Instr(unit.code[at]);
        let info = &OPS[i.op() as usize];
        for (kind, value) in info.operands.iter().zip([i.a(), i.b(), i.c()]) {
            match kind {
                Operand::Read | Operand::Write | Operand::ReadWrite if value >= nregs => {
                    return fail(at, format!("{}: register {value} outside the frame", info.name));
                }
                Operand::Const if value >= unit.consts.len() => {
                    return fail(at, format!("{}: constant {value} does not exist", info.name));
                }
                Operand::Name if value >= unit.names.len() => {
                    return fail(at, format!("{}: name {value} does not exist", info.name));
                }
                Operand::None if value != 0 => {
                    return fail(at, format!("{}: unused operand is not 0", info.name));
                }
                _ => {}
            }
        }
        if info.op == Op::LOADK_WIDE && usize::try_from(i.imm32()).map_or(true, |k| k >= unit.consts.len()) {
            return fail(at, "LOADK_WIDE: constant does not exist".to_owned());
        }
        if info.op == Op::JUMP_BACK && i.a() >= usize::from(unit.nloops) {
            return fail(at, "JUMP_BACK: loop does not exist".to_owned());
        }
        if info.op == Op::BUILD_CONST_LIST && !matches!(unit.consts[i.b()], Const::Tuple(_)) {
            return fail(at, "BUILD_CONST_LIST: not a tuple".to_owned());
        }
        if info.op == Op::MAKE_FUNCTION && !matches!(unit.consts[i.b()], Const::Code(_)) {
            return fail(at, "MAKE_FUNCTION: not code".to_owned());
        }
        if info.op == Op::COPY_FREE && (i.b() != unit.freevars.len() || i.a() != usize::from(unit.free_base)) {
            return fail(at, "COPY_FREE: not the free variables".to_owned());
        }
        if matches!(info.op, Op::CALL_METHOD | Op::CALL_KW) && i.c() == 0 {
            return fail(at, format!("{}: no slot for self", info.name));
        }
        let mut problem = None;
        let live = usize::from(unit.live[at]);
        effects::reads(i, |first, count| {
            if first + count > nregs {
                problem = Some(format!("{}: reads up to register {}", info.name, first + count));
            } else if first + count > live {
                problem = Some(format!("{}: reads register {} which is not live", info.name, first + count - 1));
            }
        });
        effects::writes(i, |first, count| {
            if first + count > nregs {
                problem = Some(format!("{}: writes up to register {}", info.name, first + count));
            }
        });
        if live > nregs {
            problem = Some("more live registers than the frame has".to_owned());
        }
        if let Some(p) = problem {
            return fail(at, p);
        }
        let delta = match effects::jump_field(info.op) {
            Some(JumpField::Short) => i.c_signed(),
            Some(JumpField::Long) => i.imm32() as isize,
            None => continue,
        };
        match at.checked_add_signed(delta) {
            Some(t) if t < n && starts[t] => {}
            _ => {
                return fail(at, format!("{}: jump outside the code or into an instruction", info.name));
            }
        }
        if (delta > 0) == (info.op == Op::JUMP_BACK) {
            return fail(at, format!("{}: jump in the wrong direction", info.name));
        }
    }
    if OPS.get(Instr(unit.code[last]).op() as usize).is_none_or(|o| !effects::is_terminator(o.op)) {
        return fail(last, "control runs off the end".to_owned());
    }

    let mut end = 0;
    for e in &unit.exceptions {
        let (s, t, h) = (e.start as usize, e.end as usize, e.handler as usize);
        if s < end || s >= t || t > n || !starts[s] || (t < n && !starts[t]) {
            return fail(s, "exception table entry is out of order or cuts an instruction".to_owned());
        }
        if h >= n || !starts[h] || usize::from(e.reg) >= nregs {
            return fail(s, "handler outside the code or the frame".to_owned());
        }
        if usize::from(e.reg) < locals {
            return fail(s, "handler writes a local".to_owned());
        }
        end = t;
    }
    Ok(())
}
