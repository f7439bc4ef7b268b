//! `sys`.

use crate::native::*;

pub struct Sys;

/// The argument of `sys.unraisablehook`.
pub fn unraisable_args(t: &Thread, e: Exc, message: Value, object: Value) -> Result<Value> {
    let tb = crate::objects::exceptions::traceback_of(e.0).map_or(Value::NONE, Ref::value);
    Tuple::new(t, &[class_of(e.0).value(), e.0, tb, message, object]).map(Ref::value)
}

fn init(t: &Thread, m: Ref<Module>) -> Result<()> {
    m.set(t, "modules", t.modules().value())?;
    m.set(t, "maxsize", t.int(i64::MAX)?)
}

/// This module provides access to some objects used or maintained by the
/// interpreter and to functions that interact strongly with the interpreter.
#[pymodule(name = "sys", init = init)]
impl Sys {
    /// Return the current value of the recursion limit.
    #[py("($module, /)")]
    fn getrecursionlimit(t: &Thread) -> u32 {
        t.recursion_limit.get()
    }
}

/// Flushes `sys.stdout` and `sys.stderr`; errors while doing so are ignored, as at interpreter exit.
pub fn flush_std_files(t: &Thread) {
    for name in [names::stdout(), names::stderr()] {
        if let Ok(Some(f)) = t.sys_attr(name) {
            if !f.is_none() {
                let _ = t.call_method(f, names::flush(), &[]);
            }
        }
    }
}
