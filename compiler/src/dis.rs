//! A textual listing of code units, for tests and debugging.

use std::fmt::Write;

use crate::effects::{self, JumpField};
use crate::isa::{Instr, Intrinsic1, Intrinsic2, Op, Operand};
use crate::unit::{CodeUnit, Const};

/// The listing of a unit and, after it, of the units among its constants.
pub fn listing(unit: &CodeUnit) -> String {
    let mut out = String::new();
    list_into(unit, &mut out);
    out
}

fn list_into(unit: &CodeUnit, out: &mut String) {
    let _ = writeln!(out, "code {} (line {}, {} registers)", unit.qualname, unit.first_line, unit.nregs);
    if !unit.varnames.is_empty() {
        let _ = writeln!(out, "  locals: {}", unit.varnames.join(", "));
    }
    if !unit.cellvars.is_empty() {
        let cells: Vec<String> = unit.cellvars.iter().zip(&unit.cell_registers).map(|(n, r)| format!("{n}=r{r}")).collect();
        let _ = writeln!(out, "  cells: {}", cells.join(", "));
    }
    if !unit.freevars.is_empty() {
        let _ = writeln!(out, "  free from r{}: {}", unit.free_base, unit.freevars.join(", "));
    }
    let mut targets = Vec::new();
    let mut at = 0;
    while at < unit.code.len() {
        let i = Instr(unit.code[at]);
        if let Some(op) = Op::from_u16(i.op()) {
            if let Some(t) = target(op, i, at) {
                targets.push(t);
            }
            at += op.len();
        } else {
            at += 1;
        }
    }
    targets.extend(unit.exceptions.iter().map(|e| e.handler as usize));
    let mut at = 0;
    let mut line = 0;
    while at < unit.code.len() {
        let i = Instr(unit.code[at]);
        let Some(op) = Op::from_u16(i.op()) else {
            let _ = writeln!(out, "  {at:4} ?{:016x}", unit.code[at]);
            at += 1;
            continue;
        };
        let this_line = unit.positions.get(at).map_or(0, |p| p.line);
        let shown = if this_line != line && this_line != 0 { format!("{this_line}") } else { String::new() };
        line = if this_line != 0 { this_line } else { line };
        let mark = if targets.contains(&at) { '>' } else { ' ' };
        let _ = writeln!(out, "{shown:>4} {mark}{at:4} {:<18} {}", op.info().name, operands(unit, op, i, at));
        at += op.len();
    }
    for e in &unit.exceptions {
        let _ = writeln!(out, "  {}..{} -> {} r{}", e.start, e.end, e.handler, e.reg);
    }
    for c in &unit.consts {
        if let Const::Code(u) = c {
            out.push('\n');
            list_into(u, out);
        }
    }
}

fn target(op: Op, i: Instr, at: usize) -> Option<usize> {
    let delta = match effects::jump_field(op)? {
        JumpField::Short => i.c_signed(),
        JumpField::Long => i.imm32() as isize,
    };
    at.checked_add_signed(delta)
}

fn operands(unit: &CodeUnit, op: Op, i: Instr, at: usize) -> String {
    let fields = [i.a(), i.b(), i.c()];
    let mut parts = Vec::new();
    for (kind, value) in op.info().operands.iter().zip(fields) {
        parts.push(match kind {
            Operand::None | Operand::High => continue,
            Operand::Read | Operand::Write | Operand::ReadWrite | Operand::Base => {
                format!("r{value}")
            }
            Operand::Const => constant(unit.consts.get(value)),
            Operand::Name => unit.names.get(value).map_or_else(|| "?".to_owned(), |n| n.to_string()),
            Operand::Count => match op {
                Op::INTRINSIC1 => intrinsic1_name(value),
                Op::INTRINSIC2 => intrinsic2_name(value),
                _ => format!("{value}"),
            },
            Operand::Imm16 => format!("#{}", value as u16 as i16),
            Operand::Imm32 if op == Op::LOADK_WIDE => constant(unit.consts.get(i.imm32() as usize)),
            Operand::Imm32 => format!("#{}", i.imm32()),
            Operand::Jump16 | Operand::Jump32 => {
                format!("-> {}", target(op, i, at).map_or_else(|| "?".to_owned(), |t| t.to_string()))
            }
        });
    }
    parts.join(", ")
}

fn intrinsic1_name(n: usize) -> String {
    use Intrinsic1 as I;
    [
        I::Print,
        I::ImportStar,
        I::StopIterationError,
        I::AsyncGenWrap,
        I::TypeVar,
        I::ParamSpec,
        I::TypeVarTuple,
        I::SubscriptGeneric,
        I::TypeAlias,
        I::PrepReraiseStar,
    ]
    .iter()
    .find(|i| **i as usize == n)
    .map_or_else(|| format!("{n}"), |i| format!("{i:?}"))
}

fn intrinsic2_name(n: usize) -> String {
    use Intrinsic2 as I;
    [I::TypeVarWithBound, I::TypeVarWithConstraints, I::SetFunctionTypeParams, I::SetTypeParamDefault]
        .iter()
        .find(|i| **i as usize == n)
        .map_or_else(|| format!("{n}"), |i| format!("{i:?}"))
}

fn constant(c: Option<&Const>) -> String {
    c.map_or_else(|| "?".to_owned(), display)
}

/// A constant as Python writes it, roughly.
pub fn display(c: &Const) -> String {
    let list = |items: &[Const]| items.iter().map(display).collect::<Vec<_>>().join(", ");
    match c {
        Const::None => "None".to_owned(),
        Const::True => "True".to_owned(),
        Const::False => "False".to_owned(),
        Const::Ellipsis => "...".to_owned(),
        Const::Int(i) => i.to_string(),
        Const::BigInt(limbs) => {
            let digits: Vec<String> = limbs.iter().rev().map(|l| format!("{l:016x}")).collect();
            format!("0x{}", digits.concat().trim_start_matches('0'))
        }
        Const::Float(f) => format!("{f:?}"),
        Const::Complex(r, i) if *r == 0.0 => format!("{i}j"),
        Const::Complex(r, i) => format!("({r}{i:+}j)"),
        Const::Str(s) => format!("{:?}", String::from_utf8_lossy(s)),
        Const::Bytes(s) => format!("b{:?}", String::from_utf8_lossy(s)),
        Const::Tuple(t) => format!("({})", list(t)),
        Const::FrozenSet(t) => format!("frozenset({{{}}})", list(t)),
        Const::Code(u) => format!("<code {}>", u.qualname),
    }
}
