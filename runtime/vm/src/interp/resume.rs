//! Generators and coroutines that machine code goes on in.
//!
//! Their frames are not pushed as long as nobody asks for them: registers stay in the generator's cell, or are loaded from it into
//! machine registers. What is written of the frame that it would have (above the running one, and those that it waits in) are the words
//! LOCALS, CALLER and RETURN; nothing else is written there before it is pushed.
//!
//! A generator that delegates (YIELD_FROM) waits for another, and that perhaps for one more. The loop in [`drive`] goes
//! on in the innermost: what that yields, the outermost yields, and those between hear nothing of it. *Levels* are the frames that they
//! would have, one above the other, from `base` on. Those that were pushed because somebody looked are below those that were not, and
//! are taken from the stack again, unless they have got a frame object.

use super::dispatch::{RAISED, RETURNED, YIELDED, run_raw};
use super::machine::*;
use super::*;
use crate::objects::generator::state;

/// Whether generators of a code may be resumed, and suspended, by machine code.
pub fn is_resumable(code: &Code) -> bool {
    code.has(taipan_compiler::flags::GENERATOR | taipan_compiler::flags::COROUTINE)
}
/// The word index where generators of a code begin.
pub fn start_of_generator(code: &Code) -> Option<usize> {
    let mut at = 0;
    while at < code.words() {
        // SAFETY: below the number of words.
        let op = Op::from_u16(unsafe { Instr(*code.start.add(at)) }.op()).unwrap_or(Op::NOP);
        at += op.len();
        if op == Op::RETURN_GENERATOR {
            return Some(at);
        }
    }
    None
}
/// Goes on in a generator, or a coroutine, by its machine code: how it was left, as [`run_raw`] tells, or [`NOT_ENTERED`], with nothing
/// done. The caller's frame is the running one, on top of which nothing lies.
#[inline(always)]
pub(crate) fn resume(t: &Thread, g: Ref<Generator>, value: Value) -> u64 {
    // SAFETY: a generator has a code.
    let code = unsafe { g.code.known() };
    let Some(unit) = code.machine_resume() else { return NOT_ENTERED };
    let caller = t.regs.get();
    if !is_plain(t) || t.is_native_stack_low() || caller.is_null() || !g.is_plain() {
        return NOT_ENTERED;
    }
    // SAFETY: the frame would be above the running one; what is written of it was checked to fit.
    unsafe {
        let regs = t.stack_top().add(FRAME_HEADER_WORDS);
        if !frame_fits(t, regs, code) {
            return NOT_ENTERED;
        }
        let Ok(Some(before)) = Generator::claim(g, t) else { return NOT_ENTERED };
        let i = Instr(*g.pc.load(Relaxed));
        let ret = if before == state::CREATED && !value.is_none() {
            NOT_ENTERED
        } else {
            level(regs, g, caller, (t.pc.get() as u64) << 16);
            if i.op() == Op::YIELD_FROM as u16 && before == state::SUSPENDED {
                return resume_delegating(t, g, regs, value);
            }
            unit(t, regs, address(g, before), value.bits())
        };
        match ret {
            SUSPENDED => YIELDED,
            FINISHED => RETURNED,
            NOT_ENTERED => {
                g.state.store(before, Release);
                NOT_ENTERED
            }
            ret => drive(t, regs, regs, ret),
        }
    }
}
/// What a unit is told of a generator that was in a state.
#[inline(always)]
fn address(g: Ref<Generator>, before: u8) -> u64 {
    g.as_ptr() as u64 + if before == state::CREATED { BEGIN } else { 0 }
}
/// Whether the thread watches nothing.
#[inline(always)]
fn is_plain(t: &Thread) -> bool {
    std::ptr::eq(t.table.get(), handlers::TABLE.as_ptr())
}
/// Writes what has to be known of a frame that is not pushed.
#[inline(always)]
unsafe fn level(regs: Regs, g: Ref<Generator>, caller: Regs, back: u64) {
    // SAFETY: a window that fits.
    unsafe {
        set_word(regs, frame_word::LOCALS, g.value());
        set_word(regs, frame_word::CALLER, Value::from_bits(caller as u64 | ENTRY | GENERATOR));
        set_word(regs, frame_word::RETURN, Value::from_bits(back));
    }
}

/// As [`resume`], for a generator that was claimed, whose level is at `base`, and that delegates.
#[inline(never)]
unsafe fn resume_delegating(t: &Thread, g: Ref<Generator>, base: Regs, value: Value) -> u64 {
    // SAFETY: as for `drive`.
    unsafe {
        send(t, g, value);
        match inner_level(t, base, base) {
            // What it waits for is none of these: the general way.
            None => {
                g.state.store(state::SUSPENDED, Release);
                NOT_ENTERED
            }
            Some((regs, ret)) => drive(t, base, regs, ret),
        }
    }
}
/// Makes `value` what a generator that delegates sends next.
unsafe fn send(t: &Thread, g: Ref<Generator>, value: Value) {
    // SAFETY: it stands at a YIELD_FROM, which keeps its operands.
    unsafe {
        let i = Instr(*g.pc.load(Relaxed));
        g.registers().get_unchecked(i.a()).set(t, g.header(), value);
    }
}

/// Goes on in the delegate of the generator at level `regs`, which stands at a YIELD_FROM; `None`: it is none that machine code could go
/// on in. The delegate's level, and what became of it, as for [`drive`].
unsafe fn inner_level(t: &Thread, base: Regs, regs: Regs) -> Option<(Regs, u64)> {
    // SAFETY: as for `drive`.
    unsafe {
        let outer = Generator::of_frame(regs);
        let pc: *const u64 = outer.pc.load(Relaxed);
        let i = Instr(*pc);
        let sent = outer.registers().get_unchecked(i.a()).get();
        let g = Generator::exact(outer.registers().get_unchecked(i.b()).get())?;
        let code = g.code.known();
        let unit = code.machine_resume().filter(|_| is_plain(t) && g.is_plain())?;
        let inner = regs.add(outer.code.known().nregs as usize + FRAME_HEADER_WORDS);
        // Each level takes eight words at least, so the recursion limit is not exceeded by far.
        let levels = inner.offset_from_unsigned(base) / FRAME_HEADER_WORDS;
        let shallow = t.depth.get() as usize + levels < t.recursion_limit.get() as usize || is_shallow(t, regs);
        if !shallow || !frame_fits(t, inner, code) {
            return None;
        }
        let before = Generator::claim(g, t).ok().flatten()?;
        if before == state::CREATED && !sent.is_none() {
            g.state.store(before, Release);
            return None;
        }
        level(inner, g, regs, (pc.add(1) as u64) << 16 | i.a() as u64);
        if before == state::SUSPENDED && Instr(*g.pc.load(Relaxed)).op() == Op::YIELD_FROM as u16 {
            send(t, g, sent);
            return Some((inner, DELEGATES));
        }
        match unit(t, inner, address(g, before), sent.bits()) {
            NOT_ENTERED => {
                g.state.store(before, Release);
                None
            }
            ret => Some((inner, ret)),
        }
    }
}
/// Whether one more frame would be within the recursion limit if all levels up to the one at `regs` were pushed.
#[cold]
unsafe fn is_shallow(t: &Thread, regs: Regs) -> bool {
    // SAFETY: the levels' CALLER words are there.
    unsafe {
        let (mut at, mut missing) = (regs, 0);
        while !is_pushed(t, at) {
            missing += 1;
            at = caller_of(at);
        }
        t.depth.get() as usize + missing < t.recursion_limit.get() as usize
    }
}

/// What [`drive`] takes for an exception in `Thread::result`.
const THROWN: u64 = 21;

/// Brings the generator at level `base` to its next suspension, or its end, after the machine code of the one at level `regs`, which is
/// that one or is delegated to, gave back `ret`: how it was left, as [`run_raw`] tells.
#[inline(never)]
pub(super) unsafe fn drive(t: &Thread, base: Regs, mut regs: Regs, mut ret: u64) -> u64 {
    // SAFETY: levels were claimed by this thread; units live as long as the codes of their generators.
    unsafe {
        loop {
            let left = match ret {
                SUSPENDED => YIELDED,
                FINISHED => RETURNED,
                THROWN => RAISED,
                DELEGATES => match inner_level(t, base, regs) {
                    Some(inner) => {
                        (regs, ret) = inner;
                        continue;
                    }
                    None => {
                        // The interpreter delegates.
                        let pc: *const u64 = Generator::of_frame(regs).pc.load(Relaxed);
                        push_levels(t, regs);
                        t.pc.set(pc.cast());
                        run_raw(t, pc, regs)
                    }
                },
                ret => match go_on_after(t, ret, regs) {
                    0 => left_with(t),
                    next => run_raw(t, next as *const u64, t.regs.get()),
                },
            };
            if regs == base {
                return left;
            }
            regs = caller_of(regs);
            ret = match left {
                YIELDED => yield_on(t, regs),
                RETURNED => go_on_with(t, regs),
                _ => raise_in(t, regs),
            };
        }
    }
}
/// How the dispatch loop was left, as machine code would tell.
fn as_machine_code(left: u64) -> u64 {
    match left {
        YIELDED => SUSPENDED,
        RETURNED => FINISHED,
        _ => THROWN,
    }
}
/// Whether the frame of a level is on the stack.
fn is_pushed(t: &Thread, regs: Regs) -> bool {
    t.regs.get() >= regs
}
/// Takes the frame of a level, the running one, from the stack, if nobody can tell; its generator's cell has all that it had.
unsafe fn unpush(t: &Thread, regs: Regs) -> bool {
    // SAFETY: the running frame.
    unsafe {
        let free = |w: isize| word(regs, w).bits() == Value::EMPTY.bits();
        if !free(frame_word::FRAME) || !free(frame_word::HANDLED) || trace::watching(t) {
            return false;
        }
        t.depth.set(t.depth.get() - 1);
        t.regs.set(caller_of(regs));
        t.pc.set(return_pc(regs).cast());
    }
    true
}
/// Pushes the frames of all levels up to the one at `regs` that are not there, with what their cells keep.
#[inline(never)]
unsafe fn push_levels(t: &Thread, regs: Regs) {
    let running = t.regs.get();
    // SAFETY: the levels fit, and their CALLER words lead to the running frame; the GLOBALS word of a frame that is not pushed is free.
    unsafe {
        let (mut at, mut above) = (regs, std::ptr::null_mut());
        while at != running && !is_pushed(t, at) {
            set_word(at, frame_word::GLOBALS, Value::from_bits(above as u64));
            (above, at) = (at, caller_of(at));
        }
        while !above.is_null() {
            let next = word(above, frame_word::GLOBALS).bits() as Regs;
            Generator::push_resumed(t, above);
            Generator::of_frame(above).restore_kept(above);
            above = next;
        }
    }
}
/// Pushes the frames that a generator which machine code has resumed waits in, as far as they are not there. For compiled code.
pub unsafe extern "C" fn push_outer(t: &Thread, regs: Regs) {
    // SAFETY: as above.
    unsafe { push_levels(t, caller_of(regs)) }
}
/// The delegate of the generator at this level has yielded `Thread::result`: it does so, too. What became of it, for [`drive`].
unsafe fn yield_on(t: &Thread, regs: Regs) -> u64 {
    // SAFETY: as for `drive`.
    unsafe {
        let g = Generator::of_frame(regs);
        if trace::watching(t) && !is_pushed(t, regs) {
            push_levels(t, regs);
        }
        if !is_pushed(t, regs) || unpush(t, regs) {
            g.state.store(state::SUSPENDED, Release);
            return SUSPENDED;
        }
        let pc: *const u64 = g.pc.load(Relaxed);
        if trace::watching(t) {
            t.pc.set(pc.cast());
            let yielded = t.result.get();
            if let Err(e) = trace::delegate_yielded(t, regs, yielded) {
                t.result.set(e.0);
                return raise_in(t, regs);
            }
            t.result.set(yielded);
        }
        Generator::suspend(t, regs, pc);
    }
    SUSPENDED
}
/// The delegate of the generator at this level has returned `Thread::result`: it goes on.
unsafe fn go_on_with(t: &Thread, regs: Regs) -> u64 {
    let value = t.take_result();
    // SAFETY: as for `drive`.
    unsafe {
        let g = Generator::of_frame(regs);
        let pc: *const u64 = g.pc.load(Relaxed);
        if (!is_pushed(t, regs) || unpush(t, regs))
            && let Some(unit) = g.code.known().machine_resume().filter(|_| is_plain(t))
        {
            let ret = unit(t, regs, g.as_ptr() as u64 + DELEGATE_RETURNED, value.bits());
            if ret != NOT_ENTERED {
                return ret;
            }
        }
        push_levels(t, regs);
        *regs.add(Instr(*pc).a()) = value;
        as_machine_code(run_raw(t, pc.add(1), regs))
    }
}
/// Raises `Thread::result` in the generator at this level, where it delegates.
#[cold]
unsafe fn raise_in(t: &Thread, regs: Regs) -> u64 {
    let exc = Exc(t.take_result());
    // SAFETY: as for `drive`.
    unsafe {
        let pc: *const u64 = Generator::of_frame(regs).pc.load(Relaxed);
        push_levels(t, regs);
        t.pc.set(pc.cast());
    }
    match unwind(t, exc, true) {
        Unwound::Handler { pc } => as_machine_code(run_raw(t, pc, t.regs.get())),
        Unwound::Leaves(e) => {
            t.result.set(e.0);
            THROWN
        }
    }
}

/// The write barrier, for compiled code that has stored registers in a generator's cell.
pub unsafe extern "C" fn registers_stored(t: &Thread, cell: *const Header) {
    // SAFETY: the address of a generator.
    t.write_barrier(unsafe { &*cell });
}
/// Whether a generator is better resumed by [`resume`] than by the interpreter.
#[inline(never)]
pub(crate) fn is_resumed_natively(t: &Thread, g: Ref<Generator>) -> bool {
    g.code.expect().machine_resume().is_some() && !t.is_native_stack_low()
}
/// What a call of a generator's, or a coroutine's, function gives, whose window is in the frame at `r`: its word, `FAILED`, or the empty
/// mark, with nothing done. Runs no other code.
pub unsafe extern "C" fn make_generator(t: &Thread, pc: *const u64, r: Regs) -> u64 {
    // SAFETY: compiled code passes a call of the frame at `r`, whose window has its callable and its arguments.
    let made = unsafe {
        let i = Instr(*pc);
        let window = r.add(i.b());
        let args = window.add(FRAME_HEADER_WORDS);
        let absent = usize::from(i.op() == Op::CALL_METHOD as u16 && (*args).is_empty());
        match handlers::exact_function(*window.add(CALLABLE)) {
            Some(f) => t.machine.making(args, i.c(), || Generator::of_call(t, f, args.add(absent), i.c() - absent)),
            None => return Value::EMPTY.bits(),
        }
    };
    match made {
        Ok(v) => v.bits(),
        Err(e) => failed(t, e),
    }
}
/// Ends the generator that would have, or has, its frame at `regs`: 1; or 0, with nothing done.
pub unsafe extern "C" fn finish_generator(t: &Thread, regs: Regs, pushed: u64) -> u64 {
    // SAFETY: compiled code of that generator.
    unsafe {
        if pushed == 0 {
            Generator::finish_resumed(regs);
        } else if Generator::quick_finish(t, regs) {
            t.pc.set(return_pc(regs).cast());
        } else {
            return 0;
        }
    }
    1
}
/// Suspends the generator of the running frame at the YIELD at `pc`, which yields `v`: [`SUSPENDED`], the address where the
/// interpreter goes on in the frame that resumed it, or 0, with nothing done.
pub unsafe extern "C" fn suspend(t: &Thread, pc: *const u64, regs: Regs, v: u64) -> u64 {
    // SAFETY: compiled code of the running frame, a generator's; the caller's frame has the result's register.
    unsafe {
        let kind = kind_of(regs);
        let back = word(regs, frame_word::RETURN).bits();
        let caller = caller_of(regs);
        if kind & INIT != 0 || trace::watching(t) || !Generator::quick_suspend(t, regs, pc) {
            return 0;
        }
        t.pc.set((back >> 16) as *const Instr);
        if kind & ENTRY != 0 {
            t.result.set(Value::from_bits(v));
            return SUSPENDED;
        }
        *caller.add(back as u16 as usize) = Value::from_bits(v);
        back >> 16
    }
}
/// The next item of a generator, as [`for_iter`].
pub unsafe extern "C" fn next_of_generator(t: &Thread, it: u64) -> u64 {
    let it = Value::from_bits(it);
    let left = match Generator::exact_generator(it) {
        Some(g) => resume(t, g, Value::NONE),
        None => NOT_ENTERED,
    };
    match left {
        YIELDED => t.take_result().bits(),
        NOT_ENTERED => for_iter_word(t, it),
        RAISED => FAILED,
        _ => {
            t.take_result();
            Value::EMPTY.bits()
        }
    }
}
#[inline(never)]
fn for_iter_word(t: &Thread, it: Value) -> u64 {
    match slow::for_iter(t, it) {
        Ok(v) => v.bits(),
        Err(e) => failed(t, e),
    }
}
