//! Frames of other threads (`sys._current_frames`), and the exceptions they handle: copies of what they were when all threads
//! were stopped for a moment.
//!
//! Nothing can be allocated while the world is stopped, so the room needed is counted in one stop and filled in another.

use super::*;
use crate::objects::frame::Frame;

/// Words before a frame's variables: frame object, code, function, globals, locals, word index.
const FIXED: usize = 6;

/// Calls `f` for each frame of `of`, innermost first, with its registers and word index.
pub(super) unsafe fn for_each_frame(of: &Thread, mut f: impl FnMut(Regs, usize)) {
    let mut regs = of.regs.get();
    let mut pc: *const u64 = of.pc.get().cast();
    let mut suspended = false;
    while !regs.is_null() {
        // SAFETY: the thread is stopped; its chain of frames ends in null.
        unsafe {
            f(regs, code_of(regs).index_of(pc).saturating_sub(usize::from(suspended)));
            pc = return_pc(regs);
            suspended = kind_of(regs) & ENTRY == 0;
            regs = caller_of(regs);
        }
    }
}

/// Calls `f` for each thread but the calling one. The world is stopped meanwhile.
pub(super) fn for_each_other(t: &Thread, mut f: impl FnMut(&Thread)) {
    t.stop_the_world(|world| {
        world.for_each_thread(|m| {
            // SAFETY: every mutator is the first field of a `Thread` (`repr(C)`), and the world is stopped.
            let other = unsafe { &*(m as *const Mutator as *const Thread) };
            if !std::ptr::eq(other, t) {
                f(other);
            }
        });
    });
}

/// Adds the innermost frame of each other thread to `d`, by the thread's identifier.
pub fn add_other_threads(t: &Thread, d: Ref<Dict>) -> Result<()> {
    copy_frames(t, |_| true, |_| true, |ident, frame| d.set(t, t.uint(ident)?, frame))
}

/// The frame that called the one with these registers in another thread, if there is one and that has not been left meanwhile.
pub fn caller_elsewhere(t: &Thread, thread: u16, frame: Regs, is_there: impl Fn() -> bool) -> Result<Option<Value>> {
    let mut found = None;
    let callers = |regs: Regs| is_there() && (regs as usize) < frame as usize;
    copy_frames(
        t,
        |other| other.id == thread,
        callers,
        |_, caller| {
            found = Some(caller);
            Ok(())
        },
    )?;
    Ok(found)
}

/// Word index of the instruction at which a frame of another thread stands; `None` if it has been left meanwhile.
pub fn place_elsewhere(t: &Thread, thread: u16, is_it: impl Fn(Regs) -> bool) -> Option<usize> {
    let mut found = None;
    for_each_other(t, |other| {
        if other.id == thread {
            // SAFETY: the thread is stopped.
            unsafe { for_each_frame(other, |regs, index| found = found.or(is_it(regs).then_some(index))) }
        }
    });
    found
}

/// Calls `f` with the identifier and the innermost frame of other threads. Of those and of the frames that are to be seen are
/// those taken for which the functions say so.
fn copy_frames(
    t: &Thread,
    from: impl Fn(&Thread) -> bool,
    is_seen: impl Fn(Regs) -> bool,
    mut f: impl FnMut(u64, Value) -> Result<()>,
) -> Result<()> {
    let mut room = 0;
    loop {
        let mut needed = 0;
        let buffer = ValueVec::with_capacity(t, room)?;
        for _ in 0..room {
            buffer.push(t, Value::EMPTY)?;
        }
        let words = buffer;
        // Identifier, number of frames.
        let mut threads: Vec<(u64, usize)> = Vec::new();
        for_each_other(t, |other| {
            if !from(other) {
                return;
            }
            let mut n = 0;
            // SAFETY: the thread is stopped.
            unsafe {
                for_each_frame(other, |regs, index| {
                    if !is_seen(regs) {
                        return;
                    }
                    let code = code_of(regs);
                    let end = needed + FIXED + code.nvars as usize;
                    if end <= room {
                        let locals = word(regs, frame_word::LOCALS);
                        let own = kind_of(regs) & (GENERATOR | INIT) == 0;
                        words.permute(t, |out| {
                            out[needed] = word(regs, frame_word::FRAME);
                            out[needed + 1] = code.value();
                            out[needed + 2] = word(regs, frame_word::FUNCTION);
                            out[needed + 3] = word(regs, frame_word::GLOBALS);
                            out[needed + 4] = if own { locals } else { Value::EMPTY };
                            out[needed + 5] = Value::small_int(index as i64);
                            for i in 0..code.nvars as usize {
                                out[needed + FIXED + i] = *regs.add(i);
                            }
                        });
                    }
                    needed = end;
                    n += 1;
                });
            }
            threads.push((other.ident.get(), n));
        });
        if needed > room {
            room = needed + needed / 4 + 64;
            continue;
        }
        let mut at = 0;
        for (ident, n) in threads {
            let mut starts = Vec::with_capacity(n);
            for _ in 0..n {
                starts.push(at);
                let code = words.as_slice()[at + 1].downcast::<Code>();
                at += FIXED + code.map_or(0, |c| c.nvars as usize);
            }
            let mut back = Value::NONE;
            for &start in starts.iter().rev() {
                let w = words.as_slice();
                back = match w[start].downcast::<Frame>() {
                    Some(f) => f.value(),
                    None => {
                        let Some(code) = w[start + 1].downcast::<Code>() else { continue };
                        let end = start + FIXED + code.nvars as usize;
                        Frame::copied(t, code, &w[start + 2..start + FIXED], &w[start + FIXED..end], back)?.value()
                    }
                };
            }
            if n > 0 {
                f(ident, back)?;
            }
        }
        return Ok(());
    }
}

/// Adds the exception that each other thread handles, or None, to `d`, by the thread's identifier.
pub fn add_exceptions(t: &Thread, d: Ref<Dict>) -> Result<()> {
    let mut room = 16;
    loop {
        let found = ValueVec::with_capacity(t, room)?;
        for _ in 0..room {
            found.push(t, Value::NONE)?;
        }
        let mut idents = Vec::new();
        for_each_other(t, |other| {
            if idents.len() < room
                && let Some(e) = handled_exception(other)
            {
                found.set(t, idents.len(), e);
            }
            idents.push(other.ident.get());
        });
        if idents.len() > room {
            room = idents.len() + 16;
            continue;
        }
        for (ident, e) in idents.into_iter().zip(found.iter()) {
            d.set(t, t.uint(ident)?, e)?;
        }
        return Ok(());
    }
}
