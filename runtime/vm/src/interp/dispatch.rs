//! Dispatch of instructions.
//!
//! In optimised builds a handler ends in a call of the next one, which LLVM turns into a jump: `pc`, registers and table stay in
//! machine registers for the whole run. That holds only while no handler has a local whose address escapes or a value to
//! drop at its end; so everything that needs arrays, formats or the like is a function of its own (`slow`), and
//! a test reads the release assembly. With debug assertions handlers return the next `pc` to a loop instead.

use super::*;

#[cfg(not(debug_assertions))]
pub type Exit = u64;
#[cfg(debug_assertions)]
pub type Exit = Next;

/// Where to go on; a null `pc` leaves the loop with `regs` as its code.
#[cfg(debug_assertions)]
#[repr(C)]
pub struct Next {
    pub pc: *const u64,
    pub regs: Regs,
}

/// A handler's address. (A struct, as a type alias cannot name itself.)
#[derive(Clone, Copy)]
#[repr(transparent)]
pub struct Handler(pub unsafe extern "C" fn(t: &Thread, pc: *const u64, regs: Regs, table: *const Handler) -> Exit);

/// The loop was left by a return: the value is in `Thread::result`.
pub const RETURNED: u64 = 0;
/// By an exception, which is in `Thread::result`.
pub const RAISED: u64 = 1;
/// By a yield of the generator whose frame was the entry frame: value in `Thread::result`.
pub const YIELDED: u64 = 2;

/// Goes on with the instruction at `$pc` in the frame at `$regs`.
#[cfg(not(debug_assertions))]
macro_rules! goto {
    ($t:expr, $pc:expr, $regs:expr, $table:expr) => {{
        let pc: *const u64 = $pc;
        let handler = *$table.add(*pc as u16 as usize);
        return (handler.0)($t, pc, $regs, $table);
    }};
}
#[cfg(debug_assertions)]
macro_rules! goto {
    ($t:expr, $pc:expr, $regs:expr, $table:expr) => {{
        let _ = $table;
        return $crate::interp::dispatch::Next { pc: $pc, regs: $regs };
    }};
}
pub(crate) use goto;

/// Leaves the dispatch loop.
#[cfg(not(debug_assertions))]
macro_rules! leave {
    ($code:expr) => {
        return $code
    };
}
#[cfg(debug_assertions)]
macro_rules! leave {
    ($code:expr) => {
        return $crate::interp::dispatch::Next { pc: std::ptr::null(), regs: $code as $crate::interp::Regs }
    };
}
pub(crate) use leave;

/// Runs from `pc` in the frame at `regs`, which is an ENTRY frame, until it is left.
pub(crate) fn run(t: &Thread, pc: *const u64, regs: Regs) -> Result<Value> {
    match run_raw(t, pc, regs) {
        RAISED => Err(Exc(t.take_result())),
        _ => Ok(t.take_result()),
    }
}

/// As [`run`], telling returns and yields apart.
#[inline(never)]
pub(crate) fn run_raw(t: &Thread, pc: *const u64, regs: Regs) -> u64 {
    #[cfg(not(debug_assertions))]
    // SAFETY: `pc` is an instruction of the frame's code.
    unsafe {
        let table = t.table.get();
        let handler = *table.add(*pc as u16 as usize);
        (handler.0)(t, pc, regs, table)
    }
    #[cfg(debug_assertions)]
    // SAFETY: as above; handlers return addresses of instructions.
    unsafe {
        let mut next = Next { pc, regs };
        while !next.pc.is_null() {
            let table = t.table.get();
            let handler = *table.add(*next.pc as u16 as usize);
            next = (handler.0)(t, next.pc, next.regs, table);
        }
        next.regs as u64
    }
}

/// Continues after an exception.
#[cold]
#[inline(never)]
#[cfg_attr(debug_assertions, allow(unused_unsafe))]
pub(crate) unsafe extern "C" fn raise(t: &Thread, table: *const Handler, exc: u64, fresh: u64) -> Exit {
    // SAFETY: the unwinder returns addresses of handlers in live frames.
    unsafe {
        match unwind_raw(t, exc, fresh) {
            0 => leave!(RAISED),
            pc => {
                let regs = t.regs.get();
                goto!(t, pc as *const u64, regs, machine::next_table(t, table))
            }
        }
    }
}

/// `unwind` with its result in one word, so that [`raise`] has no local in memory.
#[inline(never)]
fn unwind_raw(t: &Thread, exc: u64, fresh: u64) -> u64 {
    match unwind(t, Exc(Value::from_bits(exc)), fresh != 0) {
        Unwound::Handler { pc, .. } => pc as u64,
        Unwound::Leaves(e) => {
            t.result.set(e.0);
            0
        }
    }
}
