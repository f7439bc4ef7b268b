//! Which registers an instruction reads and writes, windows included. The assembler, the verifier and whoever needs
//! liveness or definite assignment ask here, so that the rules of window instructions are written once.

use crate::isa::{CALLABLE, FRAME_HEADER_WORDS, Instr, KWNAMES, OPS, Op, Operand};

/// Calls `f(first, count)` for each run of registers that `i` reads.
pub fn reads(i: Instr, mut f: impl FnMut(usize, usize)) {
    let info = &OPS[i.op() as usize];
    let fields = [i.a(), i.b(), i.c()];
    for (kind, value) in info.operands.iter().zip(fields) {
        if matches!(kind, Operand::Read | Operand::ReadWrite) && !is_unused(info.op, i) {
            f(value, 1);
        }
    }
    let args = FRAME_HEADER_WORDS;
    match info.op {
        Op::LOAD_SUPER_ATTR | Op::LOAD_SUPER_METHOD | Op::BUILD_SLICE | Op::MATCH_CLASS => f(i.b(), 3),
        Op::BUILD_LIST | Op::BUILD_TUPLE | Op::BUILD_SET | Op::BUILD_STRING => f(i.b(), i.c()),
        Op::BUILD_MAP => f(i.b(), 2 * i.c()),
        Op::BUILD_INTERPOLATION => f(i.b(), 4),
        Op::CALL | Op::CALL_METHOD => {
            f(i.b() + CALLABLE, 1);
            f(i.b() + args, i.c());
        }
        Op::CALL_KW => {
            f(i.b() + KWNAMES, 1);
            f(i.b() + CALLABLE, 1);
            f(i.b() + args, i.c());
        }
        Op::CALL_EX => {
            f(i.b() + CALLABLE, 1);
            f(i.b() + args, 2);
        }
        Op::MAKE_FUNCTION => f(i.c(), 4),
        Op::INTRINSIC2 | Op::IMPORT_NAME => f(i.c(), 2),
        Op::MATCH_EXC_GROUP => f(i.b(), 2),
        _ => {}
    }
}

/// `RAISE` reads nothing when it re-raises; its operands repeat the exception when there is no cause.
fn is_unused(op: Op, i: Instr) -> bool {
    op == Op::RAISE && i.b() == 2
}

/// Calls `f(first, count)` for each run of registers that `i` writes when it completes.
pub fn writes(i: Instr, mut f: impl FnMut(usize, usize)) {
    let info = &OPS[i.op() as usize];
    let fields = [i.a(), i.b(), i.c()];
    for (kind, value) in info.operands.iter().zip(fields) {
        if matches!(kind, Operand::Write | Operand::ReadWrite) {
            f(value, 1);
        }
    }
    match info.op {
        Op::COPY_FREE | Op::CLEAR => f(i.a(), i.b()),
        Op::LOAD_METHOD | Op::LOAD_SUPER_METHOD => {
            f(i.a() + CALLABLE, 1);
            f(i.a() + FRAME_HEADER_WORDS, 1);
        }
        Op::UNPACK | Op::UNPACK_ITEM => f(i.b(), i.c()),
        Op::UNPACK_EX => f(i.b(), (i.c() & 255) + 1 + (i.c() >> 8)),
        Op::WITH_ENTER | Op::ASYNC_WITH_ENTER | Op::MATCH_EXC_GROUP => f(i.a(), 2),
        _ => {}
    }
}

/// Whether the frame may be left here and gone on with later.
pub fn suspends(op: Op) -> bool {
    matches!(op, Op::YIELD | Op::YIELD_FROM)
}

/// Whether the instruction runs once more when a frame that it suspended goes on.
pub fn runs_again(op: Op) -> bool {
    op == Op::YIELD_FROM
}

/// Whether control never goes on to the next instruction.
pub fn is_terminator(op: Op) -> bool {
    matches!(op, Op::JUMP | Op::JUMP_BACK | Op::RETURN | Op::RAISE | Op::RERAISE)
}

/// Word indexes where control may go on after the instruction at `at`, exceptions aside.
pub fn successors(i: Instr, at: usize) -> [Option<usize>; 2] {
    let Some(op) = Op::from_u16(i.op()) else { return [None; 2] };
    let jump = jump_field(op).and_then(|f| {
        at.checked_add_signed(match f {
            JumpField::Short => i.c_signed(),
            JumpField::Long => i.imm32() as isize,
        })
    });
    [(!is_terminator(op)).then(|| at + op.len()), jump]
}

/// The instruction that jumps exactly when `op` does not.
pub fn inverse(op: Op) -> Option<Op> {
    Some(match op {
        Op::JT => Op::JF,
        Op::JF => Op::JT,
        Op::JNONE => Op::JNOTNONE,
        Op::JNOTNONE => Op::JNONE,
        Op::JLT => Op::JNLT,
        Op::JLE => Op::JNLE,
        Op::JEQ => Op::JNEQ,
        Op::JNE => Op::JNNE,
        Op::JGT => Op::JNGT,
        Op::JGE => Op::JNGE,
        Op::JNLT => Op::JLT,
        Op::JNLE => Op::JLE,
        Op::JNEQ => Op::JEQ,
        Op::JNNE => Op::JNE,
        Op::JNGT => Op::JGT,
        Op::JNGE => Op::JGE,
        Op::JLTI => Op::JNLTI,
        Op::JLEI => Op::JNLEI,
        Op::JEQI => Op::JNEQI,
        Op::JNEI => Op::JNNEI,
        Op::JGTI => Op::JNGTI,
        Op::JGEI => Op::JNGEI,
        Op::JNLTI => Op::JLTI,
        Op::JNLEI => Op::JLEI,
        Op::JNEQI => Op::JEQI,
        Op::JNNEI => Op::JNEI,
        Op::JNGTI => Op::JGTI,
        Op::JNGEI => Op::JGEI,
        Op::JIS => Op::JISNOT,
        Op::JISNOT => Op::JIS,
        Op::JIN => Op::JNOTIN,
        Op::JNOTIN => Op::JIN,
        _ => return None,
    })
}

/// How an instruction's jump offset is encoded, if it has one.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum JumpField {
    /// Signed 16 bits in `c`.
    Short,
    /// Signed 32 bits in `b` and `c`.
    Long,
}

pub fn jump_field(op: Op) -> Option<JumpField> {
    let operands = &op.info().operands;
    if operands.contains(&Operand::Jump16) {
        Some(JumpField::Short)
    } else if operands.contains(&Operand::Jump32) {
        Some(JumpField::Long)
    } else {
        None
    }
}
