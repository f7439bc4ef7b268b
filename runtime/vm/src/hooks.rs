//! Places where native modules hang themselves into the runtime: signals, weak references, unraisable exceptions.

use crate::native::*;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicI32, AtomicU32, Ordering::*};
use std::time::Duration;
use taipan_heap::WeakCell;

type SignalHook = fn(&Thread) -> Result<()>;
type WeakHook = fn(&Thread, Ref<WeakCell>);

static SIGNALS: OnceLock<SignalHook> = OnceLock::new();
static WEAK: OnceLock<WeakHook> = OnceLock::new();

static STREAMS: OnceLock<fn(&Thread) -> Result<()>> = OnceLock::new();

/// Sets what makes `sys.stdin`, `sys.stdout` and `sys.stderr`.
pub fn set_streams_hook(f: fn(&Thread) -> Result<()>) {
    STREAMS.get_or_init(|| f);
}
pub(crate) fn make_streams(t: &Thread) -> Result<()> {
    match STREAMS.get() {
        Some(f) => f(t),
        None => Ok(()),
    }
}

static START: OnceLock<fn(&Thread)> = OnceLock::new();
static EXIT: OnceLock<fn(&Thread)> = OnceLock::new();

/// Sets what is done once the runtime is up, in the main thread, before any program runs.
pub fn set_start_hook(f: fn(&Thread)) {
    START.get_or_init(|| f);
}
pub(crate) fn started(t: &Thread) {
    if let Some(f) = START.get() {
        f(t)
    }
}
/// Sets what is done when the program has ended: waiting for threads, functions registered to be called at exit.
pub fn set_exit_hook(f: fn(&Thread)) {
    EXIT.get_or_init(|| f);
}
/// The end of the program, in the main thread.
pub fn exiting(t: &Thread) {
    if let Some(f) = EXIT.get() {
        f(t)
    }
}

/// Sets what runs the Python handlers of signals that arrived.
pub fn set_signal_hook(f: SignalHook) {
    SIGNALS.get_or_init(|| f);
}
/// Counts the signals that arrived.
static ARRIVED: AtomicU32 = AtomicU32::new(0);
/// The heap's id of the thread that runs signals' handlers.
static MAIN: AtomicI32 = AtomicI32::new(-1);

/// The calling thread is the one that runs signals' handlers.
pub fn become_main(t: &Thread) {
    MAIN.store(i32::from(t.id), Release);
}
pub fn is_main(t: &Thread) -> bool {
    MAIN.load(Acquire) == i32::from(t.id)
}
/// Wakes the main thread if it is in [`wait_for`]. Async-signal-safe; the main thread's poll word was set before.
pub fn signal_arrived() {
    ARRIVED.fetch_add(1, SeqCst);
    taipan_heap::futex_wake_all(&ARRIVED);
}
/// Sleeps while `word` holds its value, at most for `left`, or until a signal arrives that this thread has to handle; may return
/// early. Then polls, which runs handlers. Unlike a system call that a signal interrupts, it does not sleep when the signal comes
/// just before the call.
pub fn wait_for(t: &Thread, word: (&AtomicU32, u32), left: Option<Duration>) -> Result<()> {
    if !is_main(t) {
        t.blocking(|| taipan_heap::futex_wait(word.0, word.1, left));
    } else {
        let arrived = ARRIVED.load(SeqCst);
        if !t.should_poll() {
            t.blocking(|| taipan_heap::futex_wait_either([word, (&ARRIVED, arrived)], left));
        }
    }
    if t.should_poll() { crate::interp::poll(t) } else { Ok(()) }
}

/// Sets what calls the callback of a weak reference whose target died.
pub fn set_weakref_hook(f: WeakHook) {
    WEAK.get_or_init(|| f);
}
pub(crate) fn run_signal_handlers(t: &Thread) -> Result<()> {
    match SIGNALS.get() {
        Some(f) => f(t),
        None => Ok(()),
    }
}
pub(crate) fn weakref_callback(t: &Thread, w: Ref<WeakCell>) {
    if let Some(f) = WEAK.get() {
        f(t, w)
    }
}

/// Reports an exception that nobody can catch: `sys.unraisablehook`, or a plain print if that fails or is not there yet.
pub(crate) fn unraisable(t: &Thread, e: Exc, message: &str, object: Option<Value>) {
    let report = || -> Result<bool> {
        let Some(hook) = t.sys_attr(names::unraisablehook())?.filter(|h| !h.is_none()) else { return Ok(false) };
        let text = Str::from_str(t, message)?.value();
        let args = crate::modules::sys::unraisable_args(t, e, text, object.unwrap_or(Value::NONE))?;
        t.call(hook, &[args])?;
        Ok(true)
    };
    if !matches!(report(), Ok(true)) {
        eprintln!("{message}:");
        crate::traceback_print::print_exception(t, e.0);
    }
}
