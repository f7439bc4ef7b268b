//! Locks of `_thread`: a futex word each.

use std::cell::Cell;
use std::sync::atomic::{AtomicU64, Ordering::*};
use std::time::{Duration, Instant};
pub(crate) use taipan_vm::futex_lock::FutexLock;
use taipan_vm::native::*;

/// Largest timeout accepted, in seconds (`TIMEOUT_MAX`).
pub(crate) const TIMEOUT_MAX: f64 = 9_223_372_036.0;

/// The deadline that `acquire(blocking, timeout)` asks for: `None` not to wait at all, `Some(None)` for ever.
pub(crate) fn deadline(t: &Thread, blocking: bool, timeout: f64) -> Result<Option<Option<Instant>>> {
    if !blocking && timeout != -1.0 {
        return Err(t.value_error("can't specify a timeout for a non-blocking call"));
    }
    if timeout < 0.0 && timeout != -1.0 {
        return Err(t.value_error("timeout value must be a non-negative number"));
    }
    if timeout.is_nan() {
        return Err(t.value_error("Invalid value NaN (not a number)"));
    }
    if timeout > TIMEOUT_MAX {
        return Err(t.overflow_error("timestamp out of range for C PyTime_t"));
    }
    Ok(if !blocking {
        None
    } else if timeout == -1.0 {
        Some(None)
    } else {
        Some(Instant::now().checked_add(Duration::from_secs_f64(timeout)))
    })
}

#[derive(HeapType)]
#[repr(C)]
pub struct Lock {
    header: Header,
    #[noscan]
    pub(crate) lock: FutexLock,
}

impl Lock {
    pub fn new(t: &Thread) -> Result<Ref<Lock>> {
        t.create(Lock { header: Header::NEW, lock: FutexLock::new() })
    }
    fn take(t: &Thread, this: Ref<Lock>, blocking: Option<bool>, timeout: Option<f64>) -> Result<bool> {
        match deadline(t, blocking.unwrap_or(true), timeout.unwrap_or(-1.0))? {
            None => Ok(this.lock.try_acquire()),
            Some(d) => this.lock.acquire(t, d),
        }
    }
    fn give(t: &Thread, this: Ref<Lock>) -> Result<()> {
        if this.lock.release() { Ok(()) } else { Err(t.runtime_error("release unlocked lock")) }
    }
}

/// A lock object is a synchronization primitive.
#[pyclass(name = "lock", module = "_thread", flags(HAS_WEAKREF))]
impl Lock {
    #[py("()")]
    fn __new__(t: &Thread, _cls: Ref<Class>) -> Result<Ref<Lock>> {
        Lock::new(t)
    }
    /// Lock the lock.
    #[py("($self, /, blocking=True, timeout=-1)")]
    fn acquire(t: &Thread, this: Ref<Lock>, blocking: Option<bool>, timeout: Option<f64>) -> Result<bool> {
        Lock::take(t, this, blocking, timeout)
    }
    /// An obsolete synonym of acquire().
    #[py("($self, /, blocking=True, timeout=-1)")]
    fn acquire_lock(t: &Thread, this: Ref<Lock>, blocking: Option<bool>, timeout: Option<f64>) -> Result<bool> {
        Lock::take(t, this, blocking, timeout)
    }
    /// Release the lock.
    #[py("($self, /)")]
    fn release(t: &Thread, this: Ref<Lock>) -> Result<()> {
        Lock::give(t, this)
    }
    /// An obsolete synonym of release().
    #[py("($self, /)")]
    fn release_lock(t: &Thread, this: Ref<Lock>) -> Result<()> {
        Lock::give(t, this)
    }
    /// Return whether the lock is in the locked state.
    #[py("($self, /)")]
    fn locked(_t: &Thread, this: Ref<Lock>) -> bool {
        this.lock.is_held()
    }
    /// An obsolete synonym of locked().
    #[py("($self, /)")]
    fn locked_lock(_t: &Thread, this: Ref<Lock>) -> bool {
        this.lock.is_held()
    }
    #[py("($self, /)")]
    fn __enter__(t: &Thread, this: Ref<Lock>) -> Result<bool> {
        this.lock.acquire(t, None)
    }
    #[py("($self, /, *exc_info)")]
    fn __exit__(t: &Thread, this: Ref<Lock>, exc_info: &[Value]) -> Result<()> {
        let _ = exc_info;
        Lock::give(t, this)
    }
    #[py("($self, /)")]
    fn _at_fork_reinit(_t: &Thread, this: Ref<Lock>) {
        this.lock.reset();
    }
    #[py]
    fn __repr__(t: &Thread, this: Ref<Lock>) -> String {
        let how = if this.lock.is_held() { "locked" } else { "unlocked" };
        format!("<{how} _thread.lock object at {:#x}>", t.identity(this.value()))
    }
}

#[derive(HeapType)]
#[repr(C)]
pub struct RLock {
    header: Header,
    #[noscan]
    lock: FutexLock,
    /// Heap id of the thread that holds it, plus 1; 0: nobody.
    owner: AtomicU64,
    /// Touched by the owner only.
    #[noscan]
    count: Cell<usize>,
}

fn me(t: &Thread) -> u64 {
    t.id as u64 + 1
}

impl RLock {
    fn take(t: &Thread, this: Ref<RLock>, deadline: Option<Option<Instant>>) -> Result<bool> {
        if this.owner.load(Relaxed) == me(t) {
            this.count.set(this.count.get() + 1);
            return Ok(true);
        }
        let got = match deadline {
            None => this.lock.try_acquire(),
            Some(d) => this.lock.acquire(t, d)?,
        };
        if got {
            this.owner.store(me(t), Relaxed);
            this.count.set(1);
        }
        Ok(got)
    }
    fn give(t: &Thread, this: Ref<RLock>) -> Result<()> {
        if this.owner.load(Relaxed) != me(t) {
            return Err(t.runtime_error("cannot release un-acquired lock"));
        }
        let n = this.count.get() - 1;
        this.count.set(n);
        if n == 0 {
            this.owner.store(0, Relaxed);
            this.lock.release();
        }
        Ok(())
    }
}

/// A reentrant lock.
#[pyclass(name = "RLock", module = "_thread", flags(BASE, HAS_WEAKREF))]
impl RLock {
    #[py]
    fn __new__(t: &Thread, cls: Ref<Class>, args: &[Value], kwargs: Kwargs) -> Result<Ref<RLock>> {
        let _ = (args, kwargs);
        t.create_in(cls, RLock { header: Header::NEW, lock: FutexLock::new(), owner: AtomicU64::new(0), count: Cell::new(0) })
    }
    /// Lock the lock.
    #[py("($self, /, blocking=True, timeout=-1)")]
    fn acquire(t: &Thread, this: Ref<RLock>, blocking: Option<bool>, timeout: Option<f64>) -> Result<bool> {
        let d = deadline(t, blocking.unwrap_or(true), timeout.unwrap_or(-1.0))?;
        RLock::take(t, this, d)
    }
    /// Release the lock.
    #[py("($self, /)")]
    fn release(t: &Thread, this: Ref<RLock>) -> Result<()> {
        RLock::give(t, this)
    }
    /// Return a boolean indicating whether this object is locked right now.
    #[py("($self, /)")]
    fn locked(_t: &Thread, this: Ref<RLock>) -> bool {
        this.lock.is_held()
    }
    #[py("($self, /)")]
    fn __enter__(t: &Thread, this: Ref<RLock>) -> Result<bool> {
        RLock::take(t, this, Some(None))
    }
    #[py("($self, /, *exc_info)")]
    fn __exit__(t: &Thread, this: Ref<RLock>, exc_info: &[Value]) -> Result<()> {
        let _ = exc_info;
        RLock::give(t, this)
    }
    /// For internal use by `threading.Condition`.
    #[py("($self, /)")]
    fn _is_owned(t: &Thread, this: Ref<RLock>) -> bool {
        this.owner.load(Relaxed) == me(t)
    }
    /// For internal use by reentrancy tests.
    #[py("($self, /)")]
    fn _recursion_count(t: &Thread, this: Ref<RLock>) -> usize {
        if this.owner.load(Relaxed) == me(t) { this.count.get() } else { 0 }
    }
    /// For internal use by `threading.Condition`.
    #[py("($self, /)")]
    fn _release_save(t: &Thread, this: Ref<RLock>) -> Result<Value> {
        if this.owner.load(Relaxed) != me(t) {
            return Err(t.runtime_error("cannot release un-acquired lock"));
        }
        let n = this.count.replace(0);
        this.owner.store(0, Relaxed);
        this.lock.release();
        (n, me(t)).into_value(t)
    }
    /// For internal use by `threading.Condition`.
    #[py("($self, state, /)")]
    fn _acquire_restore(t: &Thread, this: Ref<RLock>, state: Ref<Tuple>) -> Result<()> {
        let n = match state.get(0) {
            Some(n) => t.to_i64(n)?,
            None => return Err(t.type_error("malformed state")),
        };
        this.lock.acquire(t, None)?;
        this.owner.store(me(t), Relaxed);
        this.count.set(n.max(1) as usize);
        Ok(())
    }
    #[py("($self, /)")]
    fn _at_fork_reinit(_t: &Thread, this: Ref<RLock>) {
        this.lock.reset();
        this.owner.store(0, Relaxed);
        this.count.set(0);
    }
    #[py]
    fn __repr__(t: &Thread, this: Ref<RLock>) -> String {
        let held = this.lock.is_held();
        let class = class_of(this.value()).full_name();
        format!(
            "<{} {class} object owner={} count={} at {:#x}>",
            if held { "locked" } else { "unlocked" },
            this.owner.load(Relaxed),
            if held { this.count.get() } else { 0 },
            t.identity(this.value())
        )
    }
}
