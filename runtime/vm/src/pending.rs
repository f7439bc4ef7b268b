//! What a thread does at a poll besides handshakes: finalizers, weak reference callbacks, native data to drop, signal handlers,
//! asynchronous exceptions.

use crate::native::*;
use crate::objects::class::Special;
use std::sync::OnceLock;
use std::sync::atomic::Ordering::*;
use taipan_heap::poll_bits;

/// What makes a collection that a program asked for, and says what the call for it gives.
type Collect = fn(&Thread, u8) -> Result<i64>;
static COLLECT: OnceLock<Collect> = OnceLock::new();

/// Set once, by the module `gc`.
pub fn set_collect_hook(f: Collect) {
    COLLECT.get_or_init(|| f);
}

/// Asks for a collection at the end of the running instruction, if that is a call of `gc.collect` from Python code: the frames of the
/// call are gone then, and with them the gaps in which old references lie about. What the collection gives becomes the
/// value of the call. False: somebody else calls.
pub fn defer_collection(t: &Thread, generation: u8) -> bool {
    let is_collect = |f: Value| {
        f.downcast::<Native>().is_some_and(|n| n.def.name == "collect")
            && f.downcast::<Native>().is_some_and(|n| n.owner.get().downcast::<Str>().is_some_and(|s| s.to_string_lossy() == "gc"))
    };
    let direct = crate::interp::running_call(t).is_some_and(|(callable, _)| is_collect(callable));
    if direct {
        t.collect_request.set(Some((generation, t.pc.get())));
        t.poll.fetch_or(poll_bits::RUNTIME, AcqRel);
    }
    direct
}

/// Runs what is pending for this thread.
pub fn run(t: &Thread) -> Result<()> {
    t.poll.fetch_and(!poll_bits::RUNTIME, AcqRel);
    if let (Some((generation, pc)), Some(collect)) = (t.collect_request.take(), COLLECT.get()) {
        let value = collect(t, generation)?;
        let value = t.int(value)?;
        if let Some((_, place)) = crate::interp::running_call(t).filter(|_| t.pc.get() == pc) {
            // SAFETY: the result register of the running frame.
            unsafe { *place = value }
        }
    }
    finalize(t);
    let state = t.state();
    let exc = state.async_exception.swap(t, state.header(), Value::EMPTY);
    if let Some(e) = exc.some() {
        let e = if crate::objects::exceptions::is_exception_class(e) { t.call(e, &[])? } else { e };
        return Err(Exc(e));
    }
    crate::hooks::run_signal_handlers(t)
}

/// Runs weak reference callbacks and finalizers that the collector queued.
pub fn finalize(t: &Thread) {
    while let Some(w) = t.take_cleared_weak() {
        crate::hooks::weakref_callback(t, w);
    }
    while let Some(cell) = t.take_finalizable() {
        run_finalizer(t, Value::from_cell(cell));
    }
}

/// Calls `__del__` (or closes a suspended generator).
pub fn run_finalizer(t: &Thread, v: Value) {
    let class = class_of(v);
    let r = match class.special(t, Special::Del) {
        Some(del) => t.call_special0(del, v),
        None => return,
    };
    if let Err(e) = r {
        let del = class.special(t, Special::Del).unwrap_or(Value::NONE);
        unraisable(t, e, "Exception ignored while calling deallocator", Some(del));
    }
}

/// Reports an exception that nobody can catch, through `sys.unraisablehook`.
pub fn unraisable(t: &Thread, e: Exc, message: &str, object: Option<Value>) {
    crate::hooks::unraisable(t, e, message, object)
}
