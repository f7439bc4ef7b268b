//! `atexit`: functions to call when the program ends.

use crate::system::name;
use taipan_vm::native::*;
use taipan_vm::pending::unraisable;
use taipan_vm::startup::{Root, root};

pub struct Atexit;

/// Entries are tuples (function, args, kwargs), in the order of registration.
fn callbacks(t: &Thread) -> Result<Ref<List>> {
    root(Root::AtExit).downcast::<List>().ok_or_else(|| t.system_error("atexit used before start-up"))
}

/// Calls the registered functions, last first. Functions that they register are called too.
pub(crate) fn run(t: &Thread) {
    let Ok(list) = callbacks(t) else { return };
    while let Some(entry) = list.pop(t).and_then(|e| e.downcast::<Tuple>()) {
        let [function, args, kwargs] = *entry.as_slice() else { continue };
        let Some(args) = args.downcast::<Tuple>() else { continue };
        if let Err(e) = t.call_with_dict(function, args.as_slice(), kwargs.downcast::<Dict>()) {
            let shown = t.repr(function).map_or_else(|_| "<function>".to_owned(), |s| s.to_string_lossy());
            unraisable(t, e, &format!("Exception ignored in atexit callback {shown}"), None);
        }
    }
}

/// What happens between the end of the program and the end of the process: threads that are not daemons end, then registered
/// functions run.
pub(crate) fn finish(t: &Thread) {
    let wait = || -> Result<()> {
        let Some(m) = t.modules().get(t, name(t, "threading")?.value())? else { return crate::thread::join_all(t) };
        let f = t.get_attr(m, name(t, "_shutdown")?)?;
        t.call(f, &[]).map(drop)
    };
    if let Err(e) = wait() {
        unraisable(t, e, "Exception ignored on threading shutdown", None);
    }
    run(t);
}

/// Functions to be called when the program ends normally.
#[pymodule(name = "atexit")]
impl Atexit {
    /// Have func(*args, **kwargs) called at the end of the program. Returns func, so it may be used as a decorator.
    #[py("($module, func, /, *args, **kwargs)")]
    fn register(t: &Thread, func: Value, args: &[Value], kwargs: Kwargs) -> Result<Value> {
        if !t.is_callable(func) {
            return Err(t.type_error("the first argument must be callable"));
        }
        let kwargs = kwargs.0.map_or(Value::NONE, |k| k.value());
        let entry = Tuple::new(t, &[func, Tuple::new(t, args)?.value(), kwargs])?;
        callbacks(t)?.append(t, entry.value())?;
        Ok(func)
    }
    /// Forget all registered functions.
    #[py("($module, /)")]
    fn _clear(t: &Thread) -> Result<()> {
        callbacks(t)?.clear(t);
        Ok(())
    }
    /// How many functions are registered.
    #[py("($module, /)")]
    fn _ncallbacks(t: &Thread) -> Result<usize> {
        Ok(callbacks(t)?.len())
    }
    /// Call and forget all registered functions. Exceptions go to sys.unraisablehook.
    #[py("($module, /)")]
    fn _run_exitfuncs(t: &Thread) {
        run(t)
    }
    /// Forget each registration of a function that is equal to func.
    #[py("($module, func, /)")]
    fn unregister(t: &Thread, func: Value) -> Result<()> {
        let list = callbacks(t)?;
        // Comparing may run any code, so what stays is found first and put in place if the list is still the same.
        loop {
            let before = list.snapshot(t)?;
            let kept = ValueVec::new();
            for entry in before.iter() {
                let same = match entry.downcast::<Tuple>().and_then(|e| e.get(0)) {
                    Some(f) => f == func || t.equal(f, func)?,
                    None => false,
                };
                if !same {
                    kept.push(t, entry)?;
                }
            }
            if kept.len() == before.len() || list.replace_all(t, kept.as_slice(), Some(before.len()))? {
                return Ok(());
            }
        }
    }
}
