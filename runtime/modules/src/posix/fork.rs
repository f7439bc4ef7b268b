//! Making processes: `fork` with its hooks, and the child's side of starting another program.
//!
//! # Fork and threads
//! The world is stopped while the system copies the process, so no thread is in the middle of a change to the heap. In the child
//! only the calling thread exists: the heap forgets the others, `_thread` marks their handles as ended, and the calling thread
//! becomes the main one. Locks that others held stay held, as in CPython, but for that of imports, which is waited for before;
//! `register_at_fork` is there for those who can put theirs right.

use crate::system::name;
use crate::{signal, thread};
use taipan_vm::modules::imp::IMPORT_LOCK;
use taipan_vm::native::*;
use taipan_vm::objects::exceptions as ex;
use taipan_vm::pending::unraisable;

/// The hooks of `register_at_fork` by time: "before", "parent", "child".
fn hooks(t: &Thread, when: &str) -> Result<Ref<List>> {
    let key = name(t, &format!("posix.at_fork.{when}"))?.value();
    if let Some(l) = t.registry().get(t, key)?.and_then(|l| l.downcast::<List>()) {
        return Ok(l);
    }
    let new = List::new(t)?;
    let kept = t.registry().set_default(t, key, new.value())?;
    Ok(kept.and_then(|l| l.downcast::<List>()).unwrap_or(new))
}

pub(super) fn add_hook(t: &Thread, when: &str, f: Value) -> Result<()> {
    hooks(t, when)?.append(t, f)
}

/// Those of "before" run last first.
fn run_hooks(t: &Thread, when: &str) {
    let Ok(all) = hooks(t, when).and_then(|l| l.snapshot(t)) else { return };
    let n = all.len();
    for i in 0..n {
        let Some(f) = all.get(if when == "before" { n - 1 - i } else { i }) else { continue };
        if let Err(e) = t.call(f, &[]) {
            let what = match when {
                "before" => "before_in_parent",
                "parent" => "after_in_parent",
                _ => "after_in_child",
            };
            let _ = what;
            unraisable(t, e, "Exception ignored in fork hook", Some(f));
        }
    }
}

pub(crate) fn before(t: &Thread) {
    run_hooks(t, "before");
    IMPORT_LOCK.wait(t);
}
pub(crate) fn after_in_parent(t: &Thread) {
    IMPORT_LOCK.release(t);
    run_hooks(t, "parent");
}
pub(crate) fn after_in_child(t: &Thread) {
    thread::after_fork();
    taipan_vm::objects::turns::forget();
    signal::become_main(t);
    signal::forget_arrived();
    IMPORT_LOCK.release(t);
    run_hooks(t, "child");
}

/// Forks by `f`; the errno of a failure.
pub(crate) fn fork_by(t: &Thread, f: impl FnOnce() -> i32) -> std::result::Result<i32, i32> {
    before(t);
    let mut error = 0;
    let pid = t.fork_with(|| {
        let compiler = taipan_vm::interp::queue::hold();
        let pid = f();
        match pid {
            -1 => error = crate::system::errno(),
            0 => compiler.forget_thread(),
            _ => {}
        }
        pid
    });
    match pid {
        0 => after_in_child(t),
        _ => after_in_parent(t),
    }
    if pid == -1 { Err(error) } else { Ok(pid) }
}

/// In the parent: other threads may have held locks that the child now waits for in vain.
pub(crate) fn warn_if_threads(t: &Thread, function: &str) -> Result<()> {
    if thread::running() == 0 {
        return Ok(());
    }
    let pid = std::process::id();
    t.warn(
        ex::Kind::DeprecationWarning,
        format!("This process (pid={pid}) is multi-threaded, use of {function}() may lead to deadlocks in the child."),
    )
}
