//! The end of a program: the exception that nothing caught, what was registered for the exit, and the exit status.

use crate::native::*;
use crate::objects::exceptions as ex;
use std::sync::atomic::Ordering::Relaxed;

/// Whether an exception means that the program ends as it wishes.
pub fn is_exit(e: Exc) -> bool {
    ex::is_instance(e.0, ex::Kind::SystemExit)
}

/// Shows the exception that ended the program, runs what is to run at the exit, and gives the exit status.
pub fn finish(t: &Thread, result: Result<()>) -> u8 {
    let mut interrupted = false;
    let mut status = match result {
        Ok(()) => 0,
        Err(e) if is_exit(e) => exit_status(t, e),
        Err(e) => {
            interrupted = ex::is_instance(e.0, ex::Kind::KeyboardInterrupt);
            print(t, e);
            1
        }
    };
    crate::hooks::exiting(t);
    crate::modules::sys::FINALIZING.store(true, Relaxed);
    let flushed = flush(t);
    finalize_everything(t);
    if !flush(t) || !flushed {
        status = 120;
    }
    if interrupted {
        // The parent should see what stopped the program, as with any program that does not handle the signal.
        // SAFETY: no memory is involved. If the signal is blocked the status says it, as a shell would.
        unsafe {
            libc::signal(libc::SIGINT, libc::SIG_DFL);
            libc::kill(libc::getpid(), libc::SIGINT);
        }
        status = 130;
    }
    status
}

/// Calls the finalizers of what the program leaves behind, reachable or not: files write what they still hold. Those of Python classes
/// in the order in which the objects were made; then built-in ones, the newest first, as a buffer is made after the file
/// that it writes to. What finalizers make is left alone, and so are the standard streams.
fn finalize_everything(t: &Thread) {
    let registered = t.take_registered_finalizers();
    let streams: Vec<Value> = standard_streams(t);
    let is_python =
        |v: Value| class_of(v).special(t, crate::objects::class::Special::Del).is_some_and(|f| f.downcast::<Function>().is_some());
    for &v in registered.iter().filter(|v| is_python(**v)) {
        crate::pending::run_finalizer(t, v);
    }
    for &v in registered.iter().rev().filter(|v| !is_python(**v) && !streams.contains(v)) {
        crate::pending::run_finalizer(t, v);
    }
}

/// The standard streams with what they write to.
fn standard_streams(t: &Thread) -> Vec<Value> {
    let mut found = Vec::new();
    for name in ["stdin", "stdout", "stderr", "__stdin__", "__stdout__", "__stderr__"] {
        let stream = Str::intern_str(t, name).and_then(|n| t.sys_attr(n)).ok().flatten();
        let mut next = stream;
        for inner in ["buffer", "raw"] {
            let Some(v) = next.filter(|v| !v.is_none()) else { break };
            found.push(v);
            next = Str::intern_str(t, inner).and_then(|n| t.get_attr_opt(v, n)).ok().flatten();
        }
        found.extend(next);
    }
    found
}

/// Shows an exception as uncaught: remembers it in `sys`, and calls `sys.excepthook`.
pub fn print(t: &Thread, e: Exc) {
    let _ = remember(t, e);
    let hook = t.sys_attr(names::excepthook()).ok().flatten();
    let Some(hook) = hook else {
        crate::modules::sys::flush_std_files(t);
        crate::traceback_print::write_stderr_text(t, "sys.excepthook is missing\n");
        crate::traceback_print::print_exception(t, e.0);
        return;
    };
    let tb = ex::traceback_of(e.0).map_or(Value::NONE, Ref::value);
    let shown = t.call(hook, &[class_of(e.0).value(), e.0, tb]);
    if let Err(second) = shown {
        crate::modules::sys::flush_std_files(t);
        crate::traceback_print::write_stderr_text(t, "Error in sys.excepthook:\n");
        crate::traceback_print::print_exception(t, second.0);
        crate::traceback_print::write_stderr_text(t, "\nOriginal exception was:\n");
        crate::traceback_print::print_exception(t, e.0);
    }
    crate::modules::sys::flush_std_files(t);
}

/// `sys.last_exc` and its older relatives, for post-mortem debuggers.
fn remember(t: &Thread, e: Exc) -> Result<()> {
    let tb = ex::traceback_of(e.0).map_or(Value::NONE, Ref::value);
    for (name, v) in [("last_exc", e.0), ("last_type", class_of(e.0).value()), ("last_value", e.0), ("last_traceback", tb)] {
        t.sys_dict().set(t, Str::intern_str(t, name)?.value(), v)?;
    }
    Ok(())
}

/// The status that a `SystemExit` asks for; texts are shown.
fn exit_status(t: &Thread, e: Exc) -> u8 {
    let code = t.get_attr(e.0, names::code()).unwrap_or(Value::NONE);
    if code.is_none() {
        return 0;
    }
    if class_of(code).is_subclass(BigInt::class()) {
        // Numbers that do not fit are what C makes of them: -1.
        return t.to_i64(code).unwrap_or(-1) as u8;
    }
    crate::modules::sys::flush_std_files(t);
    if let Ok(s) = t.str(code) {
        crate::traceback_print::write_stderr_text(t, &format!("{s}\n"));
    }
    1
}

/// Flushes the standard streams; false if something that was written could not be kept.
fn flush(t: &Thread) -> bool {
    let mut good = true;
    for name in [names::stdout(), names::stderr()] {
        let Some(f) = t.sys_attr(name).ok().flatten().filter(|f| !f.is_none()) else { continue };
        let closed = t.get_attr_opt(f, names::closed()).and_then(|c| c.map_or(Ok(false), |c| t.truth(c))).unwrap_or(false);
        if closed {
            continue;
        }
        if let Err(e) = t.call_method(f, names::flush(), &[]) {
            // Nobody can be told of an error of stderr.
            if name == names::stdout() {
                crate::hooks::unraisable(t, e, "Exception ignored while flushing sys.stdout", None);
                good = false;
            }
        }
    }
    good
}
