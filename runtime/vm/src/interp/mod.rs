//! The interpreter: frames on the thread's Python stack, entry, return, unwinding.
//!
//! # Frames
//! A frame is a window of registers on the Python stack with eight header words below it (indexes in [`frame_word`]). A call
//! from Python code to Python code only moves the window: the arguments already lie where the callee's first registers are.
//! Native code that calls Python starts a window above everything in use and runs a nested dispatch loop; its frame is marked
//! [`ENTRY`].
//!
//! `Thread::regs` names the running frame; `Thread::pc` is its instruction as of the last operation that could call out, so every
//! handler that may allocate, raise or call stores it first. Suspended frames keep the address after their call in the
//! callee's header.
//!
//! # Dispatch
//! See `dispatch`: handlers jump to each other in optimised builds and return to a loop in debug builds; same bodies.

pub mod cache;
pub mod dispatch;
pub mod dump;
mod handlers;
pub mod jump;
pub mod layout;
pub mod leaf;
pub mod machine;
pub mod native_calls;
pub mod operators;
pub mod queue;
pub mod resume;
pub mod slow;
pub mod snapshot;
pub mod trace;

use crate::native::*;
use crate::objects::frame::Frame;
use crate::objects::generator::Generator;
use crate::objects::traceback::Traceback;
use dispatch::run;
use std::sync::atomic::Ordering::*;
use taipan_compiler::isa::{CALLABLE, FRAME_HEADER_WORDS, Instr, KWNAMES, Op};

/// Indexes of the frame header's words, relative to the registers.
pub mod frame_word {
    pub const CODE: isize = -8;
    pub const FUNCTION: isize = -7;
    pub const GLOBALS: isize = -6;
    /// Locals mapping of unoptimised code; the instance of an INIT frame, or the instruction that an operator's belongs to
    /// ([`operators`](super::operators)); the generator of a generator's frame; else empty.
    pub const LOCALS: isize = -5;
    /// The frame object, or empty.
    pub const FRAME: isize = -4;
    /// The exception being handled in this frame, or empty.
    pub const HANDLED: isize = -3;
    /// Registers of the caller's frame, with the frame's kind in the low bits.
    pub const CALLER: isize = -2;
    /// Where the caller goes on, shifted left by 16; its result register below.
    pub const RETURN: isize = -1;
}

/// Kind bits of the CALLER word.
/// The frame was entered from native code: its return leaves the dispatch loop.
pub const ENTRY: u64 = 1;
/// The frame runs `__init__` of the instance in its LOCALS word, which is the result; or an operator's method.
pub const INIT: u64 = 2;
/// The frame belongs to the generator in its LOCALS word.
pub const GENERATOR: u64 = 4;
/// A generator's frame that another's YIELD_FROM pushed: what it yields, that one yields.
pub const DELEGATE: u64 = GENERATOR | INIT;
const KIND_MASK: u64 = 7;

pub type Regs = *mut Value;

#[inline(always)]
pub(crate) unsafe fn word(regs: Regs, i: isize) -> Value {
    // SAFETY: the caller passes the registers of a live frame.
    unsafe { *regs.offset(i) }
}
#[inline(always)]
pub(crate) unsafe fn set_word(regs: Regs, i: isize, v: Value) {
    // SAFETY: as above.
    unsafe { *regs.offset(i) = v }
}
#[inline(always)]
pub(crate) unsafe fn code_of(regs: Regs) -> Ref<Code> {
    // SAFETY: the CODE word of a live frame is a code object.
    unsafe { Ref::from_raw(word(regs, frame_word::CODE).as_cell().unwrap_unchecked().cast()) }
}
#[inline(always)]
pub(crate) unsafe fn globals_of(regs: Regs) -> Ref<Dict> {
    // SAFETY: the GLOBALS word of a live frame is a dict.
    unsafe { Ref::from_raw(word(regs, frame_word::GLOBALS).as_cell().unwrap_unchecked().cast()) }
}
#[inline(always)]
pub(crate) unsafe fn caller_of(regs: Regs) -> Regs {
    // SAFETY: the caller passes the registers of a live frame.
    unsafe { (word(regs, frame_word::CALLER).bits() & !KIND_MASK) as Regs }
}
#[inline(always)]
pub(crate) unsafe fn kind_of(regs: Regs) -> u64 {
    // SAFETY: as above.
    unsafe { word(regs, frame_word::CALLER).bits() & KIND_MASK }
}
/// Address where the caller of this frame goes on.
#[inline(always)]
pub(crate) unsafe fn return_pc(regs: Regs) -> *const u64 {
    // SAFETY: as above.
    unsafe { (word(regs, frame_word::RETURN).bits() >> 16) as *const u64 }
}

/// What a frame is made of besides its arguments.
pub(crate) struct NewFrame {
    pub code: Ref<Code>,
    pub function: Value,
    /// A dict.
    pub globals: Value,
    pub locals: Value,
    pub caller: Regs,
    pub kind: u64,
    pub return_pc: *const u64,
    pub dest: usize,
}

impl Thread {
    /// First word above everything in use on the Python stack.
    pub(crate) fn stack_top(&self) -> Regs {
        let regs = self.regs.get();
        if regs.is_null() {
            return self.stack_base.get();
        }
        // SAFETY: the running frame's window ends `nregs` after its registers.
        unsafe { regs.add(code_of(regs).nregs as usize) }
    }
}

/// Keeps a loop as short as it is written: those over a few registers are not worth unrolling.
#[inline(always)]
pub(crate) fn rolled() {
    // SAFETY: no instruction at all.
    unsafe { std::arch::asm!("", options(nomem, nostack, preserves_flags)) }
}

/// Writes the empty mark to the words from `from` to `end`.
#[inline(always)]
pub(crate) unsafe fn empty_words(from: Regs, end: Regs) {
    let mut at = from;
    while at < end {
        // SAFETY: the caller passes registers of a frame.
        unsafe {
            *at = Value::EMPTY;
            at = at.add(1);
        }
        rolled();
    }
}

/// Whether a frame of `code` fits at `regs`, on the stack and within the recursion limit.
#[inline(always)]
pub(crate) unsafe fn frame_fits(t: &Thread, regs: Regs, code: Ref<Code>) -> bool {
    // SAFETY: the caller gives a window at the top of the stack; only its address is used.
    t.depth.get() < t.recursion_limit.get() && unsafe { regs.add(code.nregs as usize + 64) } <= t.stack_end.get()
}

/// Writes the header of a frame that fits and makes it the running one. Its variables past the parameters are still to be written.
#[inline(always)]
pub(crate) unsafe fn push_header(t: &Thread, regs: Regs, f: NewFrame) {
    // SAFETY: the caller has asked `frame_fits`.
    unsafe {
        t.depth.set(t.depth.get() + 1);
        set_word(regs, frame_word::CODE, f.code.value());
        set_word(regs, frame_word::FUNCTION, f.function);
        set_word(regs, frame_word::GLOBALS, f.globals);
        set_word(regs, frame_word::LOCALS, f.locals);
        set_word(regs, frame_word::FRAME, Value::EMPTY);
        set_word(regs, frame_word::HANDLED, Value::EMPTY);
        set_word(regs, frame_word::CALLER, Value::from_bits(f.caller as u64 | f.kind));
        set_word(regs, frame_word::RETURN, Value::from_bits((f.return_pc as u64) << 16 | f.dest as u64));
        t.regs.set(regs);
    }
}

/// Writes a fitting frame's header, empties its variables past the parameters, and makes it the running frame.
#[inline(always)]
pub(crate) unsafe fn push_fitting(t: &Thread, regs: Regs, f: NewFrame) {
    let code = f.code;
    // SAFETY: as for `push_header`; the variables are within the window.
    unsafe {
        push_header(t, regs, f);
        empty_words(regs.add(code.nparams as usize), regs.add(code.nvars as usize));
        t.pc.set(code.start.cast());
    }
}

/// As [`push_fitting`], for a window that may not fit.
#[inline(always)]
pub(crate) unsafe fn push_frame(t: &Thread, regs: Regs, f: NewFrame) -> Result<()> {
    // SAFETY: the caller gives a window at the top of the stack; its end is checked before anything is written above it.
    unsafe {
        if !frame_fits(t, regs, f.code) {
            return Err(recursion(t));
        }
        push_fitting(t, regs, f);
    }
    Ok(())
}

#[cold]
pub(crate) fn recursion(t: &Thread) -> Exc {
    let limit = t.recursion_limit.get();
    t.recursion_limit.set(limit + 64);
    let e = t.recursion_error("maximum recursion depth exceeded");
    t.recursion_limit.set(limit);
    e
}

/// Leaves the running frame: its frame object, if any, keeps what it needs; the caller's frame becomes the running one.
#[inline(always)]
pub(crate) unsafe fn pop_frame(t: &Thread, regs: Regs) {
    // SAFETY: `regs` is the running frame.
    unsafe {
        if !word(regs, frame_word::FRAME).is_empty() {
            detach_frame_object(t, regs);
        }
        if !word(regs, frame_word::HANDLED).is_empty() {
            t.handling.set(t.handling.get().saturating_sub(1));
        }
        t.depth.set(t.depth.get() - 1);
        t.regs.set(caller_of(regs));
        t.pc.set(return_pc(regs).cast());
    }
}

#[cold]
#[inline(never)]
unsafe fn detach_frame_object(t: &Thread, regs: Regs) {
    // SAFETY: the FRAME word is empty or a frame object.
    unsafe {
        if let Some(f) = word(regs, frame_word::FRAME).downcast::<Frame>() {
            Frame::detach(f, t, regs);
        }
    }
}

/// Calls a Python function from native code.
pub fn call_function(t: &Thread, f: Ref<Function>, args: &[Value], kwnames: Option<Ref<Tuple>>) -> Result<Value> {
    t.check_native_stack()?;
    let code = f.code();
    // SAFETY: the window starts above all frames; `push_frame` checks that it fits, and the slack of 64 words the arguments of
    // simple calls; the slow binder checks for itself.
    unsafe {
        let regs = t.stack_top().add(FRAME_HEADER_WORDS);
        if code.simple && kwnames.is_none() && args.len() == code.argcount as usize {
            if regs.add(code.nregs as usize + 64) > t.stack_end.get() {
                return Err(recursion(t));
            }
            std::ptr::copy_nonoverlapping(args.as_ptr(), regs, args.len());
        } else {
            bind_arguments(t, f, args, kwnames, regs)?;
        }
        let saved_pc = t.pc.get();
        let caller = t.regs.get();
        push_frame(
            t,
            regs,
            NewFrame {
                code,
                function: f.value(),
                globals: f.globals.expect().value(),
                locals: Value::EMPTY,
                caller,
                kind: ENTRY,
                return_pc: saved_pc.cast(),
                dest: 0,
            },
        )?;
        machine::run_function(t, code, regs)
    }
}

/// Runs a code object as module or class body or for `exec`/`eval`: with `locals` as its namespace (empty: the globals).
pub fn run_code(t: &Thread, code: Ref<Code>, globals: Ref<Dict>, locals: Value, closure: Option<Ref<Tuple>>) -> Result<Value> {
    t.check_native_stack()?;
    globals.make_globals(t)?;
    let f = Function::new(t, code, globals)?;
    if let Some(c) = closure {
        f.closure.set(t, f.header(), c);
    }
    // SAFETY: as in `call_function`.
    unsafe {
        let regs = t.stack_top().add(FRAME_HEADER_WORDS);
        let caller = t.regs.get();
        let return_pc = t.pc.get().cast();
        push_frame(
            t,
            regs,
            NewFrame { code, function: f.value(), globals: globals.value(), locals, caller, kind: ENTRY, return_pc, dest: 0 },
        )?;
        run(t, code.entry(), regs)
    }
}

/// Binds arguments to the parameters of a Python function, into the registers at `regs`. `args` may overlap them.
#[inline(never)]
pub(crate) unsafe fn bind_arguments(
    t: &Thread,
    f: Ref<Function>,
    args: &[Value],
    kwnames: Option<Ref<Tuple>>,
    regs: Regs,
) -> Result<()> {
    let code = f.code();
    // SAFETY: checked against the stack's end before writing.
    unsafe {
        if regs.add(code.nregs as usize + 64) > t.stack_end.get() {
            return Err(recursion(t));
        }
    }
    crate::call::bind_python(t, f, code, args, kwnames, |i, v| {
        // SAFETY: parameters are within the window.
        unsafe { *regs.add(i) = v }
    })
}

/// Where execution goes on after an exception was raised in the frame at `regs` at word index of `pc`.
pub(crate) enum Unwound {
    /// A handler was found.
    Handler { pc: *const u64 },
    /// The exception leaves the dispatch loop.
    Leaves(Exc),
}

/// Finds the handler of `exc`, leaving frames without one. `fresh`: the raising frame gets a traceback entry (not for a re-raise).
#[inline(never)]
pub(crate) fn unwind(t: &Thread, mut exc: Exc, mut fresh: bool) -> Unwound {
    let mut suspended = false;
    // Word index at which the frame is left, where that is not the current instruction.
    let mut at_raise = None;
    loop {
        let regs = t.regs.get();
        // SAFETY: `regs` is the running frame, its words are as described in `frame_word`.
        unsafe {
            let code = code_of(regs);
            let mut index = code.index_of(t.pc.get().cast());
            if suspended {
                index = index.saturating_sub(1);
            }
            if fresh {
                if let Err(e) = add_traceback(t, exc, regs, index) {
                    exc = e;
                }
            } else if Instr(*t.pc.get().cast::<u64>()).op() == Op::RERAISE as u16
                && let Some(at) = raised_at(exc, regs)
            {
                // The frame stands again where it was first left by the exception.
                at_raise = Some(at);
            }
            if trace::watching(t) {
                if let Err(e) = trace::raised(t, regs, index, exc, fresh) {
                    exc = replaced(t, exc, e);
                }
            }
            fresh = true;
            let found = code.unit.exceptions.iter().find(|e| (e.start as usize..e.end as usize).contains(&index));
            if let Some(entry) = found {
                if trace::watching(t) {
                    if let Err(e) = trace::handled(t, regs, entry.handler as usize, exc) {
                        exc = replaced(t, exc, e);
                    }
                }
                *regs.add(entry.reg as usize) = exc.0;
                let pc = code.start.add(entry.handler as usize);
                t.pc.set(pc.cast());
                return Unwound::Handler { pc };
            }
            if let Some(at) = at_raise.take() {
                t.pc.set(code.start.add(at).cast());
            }
            if trace::watching(t) {
                if let Err(e) = trace::unwound(t, regs, index, exc) {
                    exc = replaced(t, exc, e);
                }
            }
            let kind = kind_of(regs);
            if kind & GENERATOR != 0 {
                if let Some(g) = word(regs, frame_word::LOCALS).downcast::<Generator>() {
                    Generator::finish(g, t);
                }
            }
            pop_frame(t, regs);
            if kind & ENTRY != 0 {
                return Unwound::Leaves(exc);
            }
            suspended = true;
        }
    }
}

/// Where the frame at `regs` raised `exc`, by its entry in the traceback: the entry of the last raise in it comes first.
unsafe fn raised_at(exc: Exc, regs: Regs) -> Option<usize> {
    // SAFETY: the caller passes a live frame.
    let frame = unsafe { word(regs, frame_word::FRAME) };
    let mut entry = crate::objects::exceptions::traceback_of(exc.0);
    while let Some(tb) = entry {
        if tb.frame() == frame {
            return tb.word();
        }
        entry = tb.next();
    }
    None
}

/// The error of a trace function in place of the exception that it was told of.
fn replaced(t: &Thread, exc: Exc, by: Exc) -> Exc {
    if by.0 != exc.0 {
        crate::objects::exceptions::set_raise_context(t, by.0);
    }
    by
}

unsafe fn add_traceback(t: &Thread, exc: Exc, regs: Regs, index: usize) -> Result<()> {
    // SAFETY: `regs` is a live frame.
    let frame = unsafe { frame_object(t, regs)? };
    let next = crate::objects::exceptions::traceback_of(exc.0);
    let tb = Traceback::new(t, next, frame.value(), index as u32)?;
    crate::objects::exceptions::set_traceback(t, exc.0, Some(tb));
    Ok(())
}

/// The frame object of a live frame of this thread, made on first use.
pub(crate) unsafe fn frame_object(t: &Thread, regs: Regs) -> Result<Ref<Frame>> {
    // SAFETY: `regs` is a live frame.
    unsafe {
        if let Some(f) = word(regs, frame_word::FRAME).downcast::<Frame>() {
            return Ok(f);
        }
        let f = Frame::of_registers(t, regs)?;
        set_word(regs, frame_word::FRAME, f.value());
        Ok(f)
    }
}

/// The exception being handled by this thread (`sys.exception()`), or None.
pub fn handled_exception(t: &Thread) -> Option<Value> {
    if t.handling.get() == 0 {
        return None;
    }
    let mut regs = t.regs.get();
    while !regs.is_null() {
        // SAFETY: the chain of frames ends in null.
        unsafe {
            if let Some(v) = word(regs, frame_word::HANDLED).some() {
                if !v.is_none() {
                    return Some(v);
                }
            }
            regs = caller_of(regs);
        }
    }
    None
}

/// The innermost Python frame's object, `depth` frames up.
pub fn current_frame(t: &Thread, depth: usize) -> Result<Option<Ref<Frame>>> {
    let mut regs = t.regs.get();
    for _ in 0..depth {
        if regs.is_null() {
            return Ok(None);
        }
        // SAFETY: the chain of frames ends in null.
        regs = unsafe { caller_of(regs) };
    }
    if regs.is_null() {
        return Ok(None);
    }
    // SAFETY: a live frame of this thread.
    unsafe { frame_object(t, regs).map(Some) }
}

/// The globals of the innermost Python frame.
pub fn current_globals(t: &Thread) -> Option<Ref<Dict>> {
    let regs = t.regs.get();
    // SAFETY: a live frame of this thread.
    if regs.is_null() { None } else { Some(unsafe { globals_of(regs) }) }
}

/// Visits the frames of a stopped thread for the collector.
pub(crate) fn scan_stack(t: &Thread, v: &mut Visitor) {
    t.machine.scan(v);
    let mut regs = t.regs.get();
    let mut pc: *const u64 = t.pc.get().cast();
    let mut suspended = false;
    while !regs.is_null() {
        // SAFETY: the thread is stopped and its chain of frames ends in null.
        unsafe {
            let code = code_of(regs);
            let nregs = code.nregs as usize;
            let index = code.index_of(pc).saturating_sub(usize::from(suspended));
            let live = code.unit.live.get(index).map_or(nregs, |&n| n as usize);
            // A window above the live registers belongs to a callee or is dead. A frame in the middle of an instruction is
            // visited whole, since what the instruction does may have put values there; but not one in a call, above whose
            // arguments lie the remains of earlier callees.
            let nvars = code.nvars as usize;
            let mut n = live.max(nvars);
            if !suspended {
                match code.unit.code.get(index).and_then(|w| call_operands(Instr(*w))) {
                    Some((base, end)) => {
                        let window = regs.add(base);
                        v.conservative(window.add(CALLABLE).cast(), 1);
                        v.conservative(window.add(KWNAMES).cast(), 1);
                        v.conservative(window.add(FRAME_HEADER_WORDS).cast(), end - base - FRAME_HEADER_WORDS);
                        n = base.max(nvars);
                    }
                    None => n = nregs,
                }
            }
            v.conservative(regs.offset(-(FRAME_HEADER_WORDS as isize)).cast(), n + FRAME_HEADER_WORDS);
            pc = return_pc(regs);
            // Natives are called in the middle of an instruction, Python functions at its end.
            suspended = kind_of(regs) & ENTRY == 0;
            regs = caller_of(regs);
        }
    }
}

/// Window of a call instruction, which may move its arguments up by one, and its end; `None` for other instructions.
fn call_operands(i: Instr) -> Option<(usize, usize)> {
    let is = |op: Op| i.op() == op as u16;
    if is(Op::CALL) || is(Op::CALL_METHOD) || is(Op::CALL_KW) {
        Some((i.b(), i.b() + FRAME_HEADER_WORDS + i.c() + 1))
    } else if is(Op::CALL_EX) {
        Some((i.b(), i.b() + FRAME_HEADER_WORDS + 2))
    } else {
        None
    }
}

/// If the running frame's instruction is a call: what is called, and the place of the result.
pub(crate) fn running_call(t: &Thread) -> Option<(Value, *mut Value)> {
    let regs = t.regs.get();
    if regs.is_null() {
        return None;
    }
    // SAFETY: `pc` is an instruction of the running frame, whose window has the registers that it names.
    unsafe {
        let i = *t.pc.get();
        let (base, _) = call_operands(i).filter(|_| i.op() != Op::CALL_EX as u16)?;
        Some((*regs.add(base + CALLABLE), regs.add(i.a())))
    }
}

/// Empties the slot caches of all code: a class gained a data descriptor, or stopped being plain.
pub fn flush_slot_caches(t: &Thread) {
    t.for_each_cell(|cell| {
        // SAFETY: a cell of the stopped heap.
        let cell = unsafe { cell.as_ref() };
        if cell.shape().layout().is(<Code as HeapType>::layout()) {
            // SAFETY: the layout says so, and the world is stopped.
            let code: &Code = unsafe { &*(cell as *const Header as *const Code) };
            cache::clear(code);
        }
    });
}

/// Polls: serves handshakes, then what the runtime has pending (signals, finalizers, asynchronous exceptions).
#[cold]
#[inline(never)]
pub fn poll(t: &Thread) -> Result<()> {
    t.poll_slow();
    if t.poll.load(Acquire) & taipan_heap::poll_bits::RUNTIME != 0 {
        crate::pending::run(t)?;
    }
    Ok(())
}
