//! Calls of built-in functions, methods and classes by compiled code, which has stored its frame and knows what it calls.

use super::machine::{call, failed};
use super::*;
use crate::native::*;

/// How compiled code calls a built-in.
#[derive(Clone, Copy)]
pub enum NativeEntry {
    Unary(fn(&Thread, Value) -> Result<Value>),
    Binary(fn(&Thread, Value, Value) -> Result<Value>),
    /// With its window.
    Window,
}
/// The entry of a built-in function or method that is not bound, or of a built-in class, for so many arguments.
pub fn entry(callable: Value, n: usize) -> Option<NativeEntry> {
    if let Some(f) = callable.downcast::<Native>() {
        return match (n, f.def.unary, f.def.binary) {
            _ if f.passes_receiver => None,
            (1, Some(f), _) => Some(NativeEntry::Unary(f)),
            (2, _, Some(f)) => Some(NativeEntry::Binary(f)),
            _ => Some(NativeEntry::Window),
        };
    }
    callable.downcast::<Class>().filter(|c| !c.is_heap()).map(|_| NativeEntry::Window)
}
/// A call of a built-in by its entry `f` for one argument; as [`call`].
pub unsafe extern "C" fn call_unary(t: &Thread, pc: *const u64, r: Regs, x: Value, y: Value, f: Value) -> u64 {
    // SAFETY: compiled code passes an entry of this kind; without an argument the callable is not what was seen.
    unsafe {
        if x.is_empty() {
            return call(t, pc, r, x, y, y);
        }
        t.pc.set(pc.cast());
        let f: fn(&Thread, Value) -> Result<Value> = std::mem::transmute(f.bits() as usize);
        word_or_failed(t, f(t, x))
    }
}
/// A call of a built-in by its entry `f` for two arguments; as [`call`].
pub unsafe extern "C" fn call_binary(t: &Thread, pc: *const u64, r: Regs, x: Value, y: Value, f: Value) -> u64 {
    // SAFETY: as above.
    unsafe {
        if x.is_empty() {
            return call(t, pc, r, x, y, y);
        }
        t.pc.set(pc.cast());
        let f: fn(&Thread, Value, Value) -> Result<Value> = std::mem::transmute(f.bits() as usize);
        word_or_failed(t, f(t, x, y))
    }
}
/// A call of the built-in function, method or class `callable`; as [`call`].
pub unsafe extern "C" fn call_native(t: &Thread, pc: *const u64, r: Regs, _: Value, _: Value, callable: Value) -> u64 {
    t.pc.set(pc.cast());
    // SAFETY: compiled code passes a call of the running frame whose callable this is.
    let result = unsafe {
        let i = Instr(*pc);
        let window = r.add(i.b());
        let args = window.add(FRAME_HEADER_WORDS);
        let absent = usize::from(i.c() > 0 && (*args).is_empty());
        let args = std::slice::from_raw_parts(args.add(absent), i.c() - absent);
        let kwnames = if i.op() == Op::CALL_KW as u16 { (*window.add(KWNAMES)).downcast::<Tuple>() } else { None };
        match callable.downcast::<Native>() {
            Some(f) => f.call(t, args, kwnames),
            None => t.call_kw(callable, args, kwnames),
        }
    };
    word_or_failed(t, result)
}
fn word_or_failed(t: &Thread, r: Result<Value>) -> u64 {
    match r {
        Ok(v) => v.bits(),
        Err(e) => failed(t, e),
    }
}
