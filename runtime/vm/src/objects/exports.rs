//! What is lent out of an object's memory, and whether anybody still has it.
//!
//! CPython frees a view as soon as its last reference is gone, and programs count on it: they take `memoryview(buffer)[:n]` apart
//! and then shorten the buffer. Here a view that was not released lives until the collector finds it dead, and a conservative
//! collector may be late even then. So before a change of length is refused, the views are looked for: one that no live cell
//! and no variable of a frame refers to is as good as released, and keeps its memory as it was.
//!
//! The search is dear. When it keeps finding that views were merely forgotten, it is made less and less often, and forgotten views
//! are believed to be so; one that turns out to be in use brings it back.

use crate::interp::{caller_of, code_of, return_pc};
use crate::native::*;
use crate::objects::memoryview::MemoryView;
use std::sync::atomic::{AtomicPtr, AtomicU32, AtomicUsize, Ordering::*};

/// How much of an object's memory is lent out. A field of the object (`#[noscan(drop)]`).
///
/// Buffers on native stacks are counted in place. Views, which may outlive the object, share a counter with it, so that one that
/// died without being released stops counting when the collector finds it.
pub struct Exports {
    pins: AtomicUsize,
    views: AtomicPtr<Counter>,
}

/// Views that are alive, and who knows of this counter.
struct Counter {
    views: AtomicUsize,
    holders: AtomicUsize,
}

fn let_go(counter: *mut Counter) {
    // SAFETY: each holder calls this once with the counter it holds; the last one frees it.
    unsafe {
        if (*counter).holders.fetch_sub(1, AcqRel) == 1 {
            drop(Box::from_raw(counter));
        }
    }
}

impl Default for Exports {
    fn default() -> Self {
        Self::new()
    }
}

impl Exports {
    pub const fn new() -> Exports {
        Exports { pins: AtomicUsize::new(0), views: AtomicPtr::new(std::ptr::null_mut()) }
    }
    /// Notes a buffer on a native stack. In `t.exclusive` of the object, where the size is decided too.
    pub fn pin(&self) {
        self.pins.fetch_add(1, AcqRel);
    }
    pub fn unpin(&self) {
        self.pins.fetch_sub(1, AcqRel);
    }
    /// Notes a view. In `t.exclusive` of the object.
    pub fn export(&self) -> Export {
        let mut counter = self.views.load(Acquire);
        if counter.is_null() {
            counter = Box::into_raw(Box::new(Counter { views: AtomicUsize::new(0), holders: AtomicUsize::new(1) }));
            self.views.store(counter, Release);
        }
        // SAFETY: this object holds the counter.
        unsafe {
            (*counter).holders.fetch_add(1, AcqRel);
            (*counter).views.fetch_add(1, AcqRel);
        }
        Export(AtomicPtr::new(counter))
    }
    /// Whether memory is lent out. In `t.exclusive` of the object.
    #[inline]
    pub fn any(&self) -> bool {
        if self.pins.load(Acquire) != 0 {
            return true;
        }
        let counter = self.views.load(Acquire);
        // SAFETY: this object holds the counter.
        !counter.is_null() && unsafe { (*counter).views.load(Acquire) } != 0
    }

    /// After `any` stood in the way of a change of `holder`, whose field this is: whether it does no more, because the views were
    /// forgotten. Not in `t.exclusive`; may collect.
    pub fn settle(&self, t: &Thread, holder: &Header) -> bool {
        if self.pins.load(Acquire) != 0 {
            return false;
        }
        let counter = self.views.load(Acquire);
        if counter.is_null() || believed_forgotten() {
            self.forget(t, holder, counter);
            return true;
        }
        t.collect(true);
        let in_use = {
            let _guard = t.exclusive(holder);
            self.any()
        } && is_in_use(t, counter);
        note(in_use);
        if !in_use {
            self.forget(t, holder, counter);
        }
        !in_use
    }

    /// Counts the present views no more.
    fn forget(&self, t: &Thread, holder: &Header, counter: *mut Counter) {
        let _guard = t.exclusive(holder);
        if !counter.is_null() && self.views.compare_exchange(counter, std::ptr::null_mut(), AcqRel, Acquire).is_ok() {
            let_go(counter);
        }
    }
}

impl Drop for Exports {
    fn drop(&mut self) {
        let counter = *self.views.get_mut();
        if !counter.is_null() {
            let_go(counter);
        }
    }
}

/// One view's share in the [`Exports`] of an object; ends with `release` or when it is dropped.
pub struct Export(AtomicPtr<Counter>);

impl Export {
    /// For memory that never moves nor changes its size.
    pub const fn none() -> Export {
        Export(AtomicPtr::new(std::ptr::null_mut()))
    }
    pub fn release(&self) {
        let counter = self.0.swap(std::ptr::null_mut(), AcqRel);
        if !counter.is_null() {
            // SAFETY: this share held the counter until now.
            unsafe { (*counter).views.fetch_sub(1, AcqRel) };
            let_go(counter);
        }
    }
    fn is_of(&self, counter: *mut Counter) -> bool {
        self.0.load(Acquire) == counter
    }
}

impl Drop for Export {
    fn drop(&mut self) {
        self.release()
    }
}

/// Searches that found forgotten views, one after the other, and how many are left out before the next.
static FORGOTTEN: AtomicU32 = AtomicU32::new(0);
static LEFT_OUT: AtomicU32 = AtomicU32::new(0);
/// So often the search is made each time.
const PATIENCE: u32 = 6;

fn believed_forgotten() -> bool {
    LEFT_OUT.fetch_update(AcqRel, Acquire, |n| n.checked_sub(1)).is_ok()
}

fn note(in_use: bool) {
    if in_use {
        FORGOTTEN.store(0, Relaxed);
        LEFT_OUT.store(0, Relaxed);
        return;
    }
    let n = FORGOTTEN.fetch_add(1, Relaxed);
    if n >= PATIENCE {
        LEFT_OUT.store(1 << (n - PATIENCE).min(20), Relaxed);
    }
}

/// Whether a live cell, or a variable of a frame, refers to a view of this counter.
fn is_in_use(t: &Thread, counter: *mut Counter) -> bool {
    t.stop_the_world(|world| {
        let mut views = Vec::new();
        t.for_each_cell(|cell| {
            let v = Value::from_cell(cell);
            if let Some(view) = v.downcast::<MemoryView>() {
                if !view.is_released() && view.export().is_some_and(|e| e.is_of(counter)) {
                    views.push(v.bits());
                }
            }
        });
        let is_view = |word: u64| views.contains(&word);
        let mut found = false;
        t.for_each_cell(|cell| {
            if !found && !is_view(Value::from_cell(cell).bits()) {
                t.referents(cell, |v| found |= is_view(v.bits()));
            }
        });
        world.for_each_thread(|m| {
            // SAFETY: every mutator is the first field of a `Thread` (`repr(C)`), and the world is stopped.
            let thread = unsafe { &*(m as *const Mutator as *const Thread) };
            frame_words(thread, |word| found |= is_view(word));
        });
        found
    })
}

/// Calls `f` with the words of all registers that a stopped thread's frames still need.
fn frame_words(t: &Thread, mut f: impl FnMut(u64)) {
    let mut regs = t.regs.get();
    let mut pc: *const u64 = t.pc.get().cast();
    let mut suspended = false;
    while !regs.is_null() {
        // SAFETY: the thread is stopped, and its chain of frames ends in null.
        unsafe {
            let code = code_of(regs);
            let index = code.index_of(pc).saturating_sub(usize::from(suspended));
            let live = code.unit.live.get(index).map_or(code.nregs as usize, |&n| n as usize).max(code.nvars as usize);
            for i in 0..live {
                f((*regs.add(i)).bits());
            }
            pc = return_pc(regs);
            regs = caller_of(regs);
        }
        suspended = true;
    }
}
