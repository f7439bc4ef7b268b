//! What modules over the operating system share: system calls that wait detached and go on after signals (PEP 475), timeouts,
//! descriptors, exception classes made at run time.

use std::time::{Duration, Instant};
use taipan_vm::native::*;
use taipan_vm::objects::exceptions as ex;
use taipan_vm::ops::float_value;

pub(crate) fn errno() -> i32 {
    std::io::Error::last_os_error().raw_os_error().unwrap_or(0)
}

/// The `OSError` of the last failed call.
#[cold]
pub(crate) fn last_error(t: &Thread) -> Exc {
    ex::os_error(t, errno(), None)
}

/// What system calls return: -1 is failure.
pub(crate) trait Outcome: Copy {
    fn failed(self) -> bool;
}
impl Outcome for i32 {
    fn failed(self) -> bool {
        self == -1
    }
}
impl Outcome for i64 {
    fn failed(self) -> bool {
        self == -1
    }
}
impl Outcome for isize {
    fn failed(self) -> bool {
        self == -1
    }
}

/// Runs a system call without being a running thread, so that it may wait; `Err` is the errno.
pub(crate) fn detached<T: Outcome>(t: &Thread, f: impl FnOnce() -> T) -> std::result::Result<T, i32> {
    t.blocking(|| {
        let r = f();
        if r.failed() { Err(errno()) } else { Ok(r) }
    })
}

/// As [`detached`], again after a signal whose handler did not raise. The inner result is the errno of a failure.
pub(crate) fn retried<T: Outcome>(t: &Thread, mut f: impl FnMut() -> T) -> Result<std::result::Result<T, i32>> {
    loop {
        match detached(t, &mut f) {
            Err(libc::EINTR) => check_signals(t)?,
            r => return Ok(r),
        }
    }
}

/// As [`retried`]; failure is an `OSError`.
pub(crate) fn call<T: Outcome>(t: &Thread, f: impl FnMut() -> T) -> Result<T> {
    retried(t, f)?.map_err(|e| ex::os_error(t, e, None))
}

/// Runs the handlers of signals that have arrived.
#[inline]
pub(crate) fn check_signals(t: &Thread) -> Result<()> {
    if t.should_poll() { taipan_vm::interp::poll(t) } else { Ok(()) }
}

/// How a duration is rounded to whole units.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Round {
    /// Up: never wait for less than was asked for.
    Ceiling,
    /// Away from zero.
    Up,
}

/// A duration in seconds, in nanoseconds.
pub(crate) fn nanoseconds(t: &Thread, v: Value, round: Round) -> Result<i64> {
    let too_large = || t.overflow_error("timestamp out of range for C PyTime_t");
    if let Some(x) = float_value(v) {
        if x.is_nan() {
            return Err(t.value_error("Invalid value NaN (not a number)"));
        }
        let ns = x * 1e9;
        let ns = if ns >= 0.0 || round == Round::Ceiling { ns.ceil() } else { ns.floor() };
        if !(-9.223_372_036_854_775_8e18..9.223_372_036_854_775_8e18).contains(&ns) {
            return Err(too_large());
        }
        return Ok(ns as i64);
    }
    let Some(i) = t.index_opt(v)? else {
        return Err(t.type_error(format!("'{}' object cannot be interpreted as an integer or float", class_of(v).name_string())));
    };
    t.int_value(i).and_then(|i| i.to_i64()).and_then(|s| s.checked_mul(1_000_000_000)).ok_or_else(too_large)
}

/// How long to wait: for ever, or until an instant.
#[derive(Clone, Copy)]
pub(crate) enum Until {
    Forever,
    Time(Instant),
}

impl Until {
    pub fn after_nanoseconds(ns: i64) -> Until {
        match Instant::now().checked_add(Duration::from_nanos(ns.max(0) as u64)) {
            Some(i) => Until::Time(i),
            None => Until::Forever,
        }
    }
    /// What is left; `None` for ever.
    pub fn left(self) -> Option<Duration> {
        match self {
            Until::Forever => None,
            Until::Time(end) => Some(end.saturating_duration_since(Instant::now())),
        }
    }
    /// What is left in milliseconds, rounded up, as `poll` takes it.
    pub fn poll_timeout(self) -> i32 {
        match self.left() {
            None => -1,
            Some(d) => i32::try_from(d.as_nanos().div_ceil(1_000_000)).unwrap_or(i32::MAX),
        }
    }
}

/// The descriptor that an int, or an object with `fileno()`, stands for.
pub(crate) fn descriptor(t: &Thread, v: Value) -> Result<i32> {
    let number = if taipan_vm::objects::int::is_int(v) {
        if v.is_bool() {
            t.warn(ex::Kind::RuntimeWarning, "bool is used as a file descriptor")?;
        }
        v
    } else {
        let Some(f) = t.get_attr_opt(v, Str::intern_str(t, "fileno")?)? else {
            return Err(t.type_error("argument must be an int, or have a fileno() method."));
        };
        let r = t.call(f, &[])?;
        if !taipan_vm::objects::int::is_int(r) {
            return Err(t.type_error("fileno() returned a non-integer"));
        }
        r
    };
    let fd = to_c_int(t, number)?;
    if fd < 0 {
        return Err(t.value_error(format!("file descriptor cannot be a negative integer ({fd})")));
    }
    Ok(fd)
}

/// An integer as C's `int`.
pub(crate) fn to_c_int(t: &Thread, v: Value) -> Result<i32> {
    let i = t.index(v)?;
    t.int_value(i)
        .and_then(|i| i.to_i64())
        .and_then(|i| i32::try_from(i).ok())
        .ok_or_else(|| t.overflow_error("Python int too large to convert to C int"))
}

/// The exception class `module.name` with these bases; made on first use.
pub(crate) fn exception_class(t: &Thread, module: &str, name: &str, bases: &[Value], doc: Option<&str>) -> Result<Ref<Class>> {
    let registry = t.registry();
    let key = Str::intern_str(t, &format!("exception {module}.{name}"))?;
    if let Some(c) = registry.get_interned(key).and_then(|c| c.downcast::<Class>()) {
        return Ok(c);
    }
    let namespace = Dict::new(t)?;
    namespace.set(t, names::__module__().value(), Str::intern_str(t, module)?.value())?;
    if let Some(doc) = doc {
        namespace.set(t, names::__doc__().value(), Str::from_str(t, doc)?.value())?;
    }
    let bases = Tuple::new(t, bases)?;
    let new = t.call(Class::class().value(), &[Str::intern_str(t, name)?.value(), bases.value(), namespace.value()])?;
    let kept = registry.set_default(t, key.value(), new)?.unwrap_or(new);
    kept.downcast::<Class>().ok_or_else(|| t.type_error("not a class"))
}

/// Interned, for attribute and dictionary access.
pub(crate) fn name(t: &Thread, s: &str) -> Result<Ref<Str>> {
    Str::intern_str(t, s)
}
