//! Places where native modules hang themselves into the runtime: signals, weak references, unraisable exceptions.

use crate::native::*;
use std::sync::OnceLock;
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
