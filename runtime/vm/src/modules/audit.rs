//! Audit hooks (PEP 578): callables that are told of what the program does, and may refuse it. Raised are the events of the
//! library's own modules, imports, files that are opened, and code that is compiled or executed by the built-ins.

use crate::native::*;
use crate::objects::exceptions as ex;
use std::sync::atomic::{AtomicBool, Ordering::*};

/// Whether there is a hook: they are never removed.
static HOOKED: AtomicBool = AtomicBool::new(false);

fn hooks(t: &Thread) -> Result<Ref<List>> {
    let key = Str::intern_str(t, "audit hooks")?.value();
    let fresh = List::new(t)?.value();
    let kept = t.registry().set_default(t, key, fresh)?.unwrap_or(fresh);
    kept.downcast::<List>().ok_or_else(|| t.system_error("the audit hooks are missing"))
}

/// Whether anybody wants to be told.
pub fn is_hooked() -> bool {
    HOOKED.load(Relaxed)
}

/// Adds a hook, unless one that is there already objects.
pub fn add(t: &Thread, hook: Value) -> Result<()> {
    if let Err(e) = raise(t, "sys.addaudithook", &[]) {
        return if e.is(t, ex::class(ex::Kind::Exception)) { Ok(()) } else { Err(e) };
    }
    hooks(t)?.append(t, hook)?;
    HOOKED.store(true, Release);
    Ok(())
}

/// Tells the hooks of an event.
#[inline]
pub fn raise(t: &Thread, event: &str, args: &[Value]) -> Result<()> {
    if !HOOKED.load(Relaxed) {
        return Ok(());
    }
    tell(t, Str::intern_str(t, event)?.value(), args)
}

#[cold]
pub fn tell(t: &Thread, event: Value, args: &[Value]) -> Result<()> {
    if !HOOKED.load(Acquire) {
        return Ok(());
    }
    let args = Tuple::new(t, args)?.value();
    let hooks = hooks(t)?;
    let mut i = 0;
    while let Some(hook) = hooks.get(i) {
        t.call(hook, &[event, args])?;
        i += 1;
    }
    Ok(())
}
