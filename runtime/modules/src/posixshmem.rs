//! `_posixshmem` and `_multiprocessing`: memory and semaphores that processes share by name.

use crate::posix::fs_path;
use crate::system::{Round, Until, call, check_signals, detached, errno, last_error, name, nanoseconds};
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering::*};
use taipan_vm::modules::sys_types::thread_ident;
use taipan_vm::native::*;
use taipan_vm::objects::exceptions as ex;

pub struct PosixShmem;
pub struct Multiprocessing;

/// Shared memory by name.
#[pymodule(name = "_posixshmem")]
impl PosixShmem {
    /// Open shared memory; returns a descriptor.
    #[py("($module, /, path, flags, mode=511)")]
    fn shm_open(t: &Thread, path: Value, flags: i32, mode: Option<i32>) -> Result<i32> {
        let p = fs_path(t, path, "shm_open", false)?;
        let (c, mode) = (p.c(t)?, mode.unwrap_or(0o777) as libc::mode_t);
        // SAFETY: NUL-terminated.
        let r = crate::system::retried(t, || unsafe { libc::shm_open(c.as_ptr(), flags, mode) })?;
        r.map_err(|e| ex::os_error(t, e, Some(path)))
    }
    /// Remove the name of shared memory, which goes when nobody uses it any more.
    #[py("($module, /, path)")]
    fn shm_unlink(t: &Thread, path: Value) -> Result<()> {
        let c = fs_path(t, path, "shm_unlink", false)?.c(t)?;
        // SAFETY: NUL-terminated.
        match unsafe { libc::shm_unlink(c.as_ptr()) } {
            -1 => Err(ex::os_error(t, errno(), Some(path))),
            _ => Ok(()),
        }
    }
}

const RECURSIVE_MUTEX: i32 = 0;
const SEMAPHORE: i32 = 1;
const SEM_VALUE_MAX: i64 = i32::MAX as i64;

/// A named semaphore of the system, and how often this process's owner has taken it.
#[derive(HeapType)]
#[repr(C)]
pub struct SemLock {
    header: Header,
    /// Address of the `sem_t`.
    handle: AtomicU64,
    owner: AtomicU64,
    count: AtomicI64,
    max: i64,
    kind: i32,
    name: Field,
}

impl SemLock {
    fn sem(&self) -> *mut libc::sem_t {
        self.handle.load(Acquire) as *mut libc::sem_t
    }
    fn is_mine_now(&self) -> bool {
        self.count.load(Acquire) > 0 && self.owner.load(Acquire) == thread_ident()
    }
    fn take(t: &Thread, this: Ref<SemLock>, block: bool, timeout: Option<Value>) -> Result<bool> {
        if this.kind == RECURSIVE_MUTEX && this.is_mine_now() {
            this.count.fetch_add(1, AcqRel);
            return Ok(true);
        }
        let until = match timeout.filter(|v| !v.is_none()) {
            None => Until::Forever,
            Some(v) => Until::after_nanoseconds(nanoseconds(t, v, Round::Ceiling)?.max(0)),
        };
        let sem = this.sem() as usize;
        loop {
            // SAFETY: the semaphore is open as long as its object lives.
            let got = detached(t, || unsafe {
                let sem = sem as *mut libc::sem_t;
                if !block {
                    return libc::sem_trywait(sem);
                }
                match until.left() {
                    None => libc::sem_wait(sem),
                    Some(left) => {
                        let mut now = libc::timespec { tv_sec: 0, tv_nsec: 0 };
                        libc::clock_gettime(libc::CLOCK_REALTIME, &raw mut now);
                        let ns = now.tv_nsec + i64::from(left.subsec_nanos());
                        let end = libc::timespec {
                            tv_sec: now.tv_sec.saturating_add(left.as_secs() as i64) + ns / 1_000_000_000,
                            tv_nsec: ns % 1_000_000_000,
                        };
                        libc::sem_timedwait(sem, &raw const end)
                    }
                }
            });
            match got {
                Ok(_) => {
                    this.count.fetch_add(1, AcqRel);
                    this.owner.store(thread_ident(), Release);
                    return Ok(true);
                }
                Err(libc::EAGAIN | libc::ETIMEDOUT) => return Ok(false),
                Err(libc::EINTR) => check_signals(t)?,
                Err(e) => return Err(ex::os_error(t, e, None)),
            }
        }
    }
    fn value_now(t: &Thread, this: Ref<SemLock>) -> Result<i32> {
        let mut n = 0;
        // SAFETY: an open semaphore and a live local.
        if unsafe { libc::sem_getvalue(this.sem(), &raw mut n) } == -1 { Err(last_error(t)) } else { Ok(n.max(0)) }
    }
    fn give(t: &Thread, this: Ref<SemLock>) -> Result<()> {
        if this.kind == RECURSIVE_MUTEX {
            if !this.is_mine_now() {
                return Err(t.assertion_error("attempt to release recursive lock not owned by thread"));
            }
            if this.count.load(Acquire) > 1 {
                this.count.fetch_sub(1, AcqRel);
                return Ok(());
            }
        } else if i64::from(SemLock::value_now(t, this)?) >= this.max {
            return Err(t.value_error("semaphore or lock released too many times"));
        }
        // Before others can take it.
        this.count.fetch_sub(1, AcqRel);
        // SAFETY: an open semaphore.
        if unsafe { libc::sem_post(this.sem()) } == -1 { Err(last_error(t)) } else { Ok(()) }
    }
    fn over(t: &Thread, class: Ref<Class>, sem: *mut libc::sem_t, kind: i32, max: i64, name: Value) -> Result<Ref<SemLock>> {
        t.create_in(
            class,
            SemLock {
                header: Header::NEW,
                handle: AtomicU64::new(sem as u64),
                owner: AtomicU64::new(0),
                count: AtomicI64::new(0),
                max,
                kind,
                name: Field::new(name),
            },
        )
    }
}

/// A lock or semaphore that processes share.
#[pyclass(name = "SemLock", module = "_multiprocessing", flags(BASE), init = set_max)]
impl SemLock {
    #[py("(kind, value, maxvalue, name, unlink)")]
    fn __new__(
        t: &Thread,
        cls: Ref<Class>,
        kind: i32,
        value: i32,
        maxvalue: i32,
        own_name: Ref<Str>,
        unlink: bool,
    ) -> Result<Ref<SemLock>> {
        if kind != RECURSIVE_MUTEX && kind != SEMAPHORE {
            return Err(t.value_error("unrecognized kind"));
        }
        let c = fs_path(t, own_name.value(), "SemLock", false)?.c(t)?;
        // SAFETY: NUL-terminated.
        let sem = unsafe { libc::sem_open(c.as_ptr(), libc::O_CREAT | libc::O_EXCL, 0o600 as libc::c_uint, value as libc::c_uint) };
        if sem == libc::SEM_FAILED {
            return Err(last_error(t));
        }
        // SAFETY: as above.
        if unlink && unsafe { libc::sem_unlink(c.as_ptr()) } == -1 {
            return Err(last_error(t));
        }
        let kept = if unlink { Value::NONE } else { own_name.value() };
        SemLock::over(t, cls, sem, kind, maxvalue.into(), kept)
    }
    /// Take it; with a false `block` not waiting, else for `timeout` seconds at most. Whether it was taken.
    #[py("($self, /, block=True, timeout=None)")]
    fn acquire(t: &Thread, this: Ref<SemLock>, block: Option<bool>, timeout: Option<Value>) -> Result<bool> {
        SemLock::take(t, this, block.unwrap_or(true), timeout)
    }
    /// Give it back.
    #[py("($self, /)")]
    fn release(t: &Thread, this: Ref<SemLock>) -> Result<()> {
        SemLock::give(t, this)
    }
    #[py("($self, /)")]
    fn __enter__(t: &Thread, this: Ref<SemLock>) -> Result<bool> {
        SemLock::take(t, this, true, None)
    }
    #[py("($self, exc_type=None, exc_value=None, exc_tb=None, /)")]
    fn __exit__(t: &Thread, this: Ref<SemLock>, _a: Option<Value>, _b: Option<Value>, _c: Option<Value>) -> Result<()> {
        SemLock::give(t, this)
    }
    /// How often this process has taken it without giving it back.
    #[py("($self, /)")]
    fn _count(_t: &Thread, this: Ref<SemLock>) -> i64 {
        this.count.load(Acquire)
    }
    /// Whether this thread has it.
    #[py("($self, /)")]
    fn _is_mine(_t: &Thread, this: Ref<SemLock>) -> bool {
        this.is_mine_now()
    }
    /// The semaphore's value.
    #[py("($self, /)")]
    fn _get_value(t: &Thread, this: Ref<SemLock>) -> Result<i32> {
        SemLock::value_now(t, this)
    }
    /// Whether the semaphore's value is 0.
    #[py("($self, /)")]
    fn _is_zero(t: &Thread, this: Ref<SemLock>) -> Result<bool> {
        Ok(SemLock::value_now(t, this)? == 0)
    }
    /// The object for a semaphore that another process made.
    #[py(classmethod, "($type, handle, kind, maxvalue, name, /)")]
    fn _rebuild(
        t: &Thread,
        cls: Ref<Class>,
        handle: Value,
        kind: i32,
        maxvalue: i32,
        own_name: OrNone<Value>,
    ) -> Result<Ref<SemLock>> {
        let (sem, kept) = match own_name.0 {
            Some(n) => {
                let c = fs_path(t, n, "SemLock", false)?.c(t)?;
                // SAFETY: NUL-terminated.
                let sem = unsafe { libc::sem_open(c.as_ptr(), 0) };
                if sem == libc::SEM_FAILED {
                    return Err(last_error(t));
                }
                (sem, n)
            }
            None => (t.to_i64(handle)? as *mut libc::sem_t, Value::NONE),
        };
        SemLock::over(t, cls, sem, kind, maxvalue.into(), kept)
    }
    /// In the child of a fork nobody has it.
    #[py("($self, /)")]
    fn _after_fork(_t: &Thread, this: Ref<SemLock>) {
        this.count.store(0, Release);
    }
    #[py(getter)]
    fn handle(_t: &Thread, this: Ref<SemLock>) -> u64 {
        this.handle.load(Acquire)
    }
    #[py(getter)]
    fn kind(_t: &Thread, this: Ref<SemLock>) -> i32 {
        this.kind
    }
    #[py(getter)]
    fn maxvalue(_t: &Thread, this: Ref<SemLock>) -> i64 {
        this.max
    }
    #[py(getter)]
    fn name(_t: &Thread, this: Ref<SemLock>) -> Value {
        this.name.get()
    }
}

fn set_max(t: &Thread, class: Ref<Class>) -> Result<()> {
    class.dict.expect().set(t, name(t, "SEM_VALUE_MAX")?.value(), Value::small_int(SEM_VALUE_MAX))
}

fn init(t: &Thread, m: Ref<Module>) -> Result<()> {
    let flags = Dict::new(t)?;
    for n in ["HAVE_SEM_OPEN", "HAVE_SEM_TIMEDWAIT"] {
        flags.set(t, name(t, n)?.value(), Value::small_int(1))?;
    }
    m.set(t, "flags", flags.value())
}

/// What the module multiprocessing needs of the system.
#[pymodule(name = "_multiprocessing", classes(SemLock), init = init)]
impl Multiprocessing {
    /// Remove the name of a semaphore, which goes when nobody uses it any more.
    #[py("($module, name, /)")]
    fn sem_unlink(t: &Thread, own_name: Value) -> Result<()> {
        let c = fs_path(t, own_name, "sem_unlink", false)?.c(t)?;
        // SAFETY: NUL-terminated.
        call(t, || unsafe { libc::sem_unlink(c.as_ptr()) }).map(drop)
    }
}
