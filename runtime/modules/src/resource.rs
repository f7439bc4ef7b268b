//! `resource`: limits on what a process may use, and what it has used.

use crate::system::{errno, last_error};
use taipan_vm::native::*;
use taipan_vm::objects::exceptions as ex;
use taipan_vm::objects::struct_seq::{self, Description};

pub struct Resource;

static USAGE: Description = Description {
    name: "resource.struct_rusage",
    doc: "struct_rusage: Result from getrusage.",
    fields: &[
        ("ru_utime", "user time used"),
        ("ru_stime", "system time used"),
        ("ru_maxrss", "max. resident set size"),
        ("ru_ixrss", "shared memory size"),
        ("ru_idrss", "unshared data size"),
        ("ru_isrss", "unshared stack size"),
        ("ru_minflt", "page faults not requiring I/O"),
        ("ru_majflt", "page faults requiring I/O"),
        ("ru_nswap", "number of swap outs"),
        ("ru_inblock", "block input operations"),
        ("ru_oublock", "block output operations"),
        ("ru_msgsnd", "IPC messages sent"),
        ("ru_msgrcv", "IPC messages received"),
        ("ru_nsignals", "signals received"),
        ("ru_nvcsw", "voluntary context switches"),
        ("ru_nivcsw", "involuntary context switches"),
    ],
    visible: 16,
    callable: true,
};

pub(crate) fn usage_value(t: &Thread, u: &libc::rusage) -> Result<Value> {
    let v = ValueVec::new();
    for time in [&u.ru_utime, &u.ru_stime] {
        v.push(t, t.float(time.tv_sec as f64 + time.tv_usec as f64 * 1e-6)?)?;
    }
    for n in [
        u.ru_maxrss,
        u.ru_ixrss,
        u.ru_idrss,
        u.ru_isrss,
        u.ru_minflt,
        u.ru_majflt,
        u.ru_nswap,
        u.ru_inblock,
        u.ru_oublock,
        u.ru_msgsnd,
        u.ru_msgrcv,
        u.ru_nsignals,
        u.ru_nvcsw,
        u.ru_nivcsw,
    ] {
        v.push(t, t.int(n)?)?;
    }
    struct_seq::new(t, &USAGE, v.as_slice())
}

/// A limit; -1 is RLIM_INFINITY.
fn limit(t: &Thread, v: Value) -> Result<u64> {
    let i = t.index(v)?;
    match t.int_value(i).and_then(|i| i.to_i64()) {
        Some(-1) => Ok(libc::RLIM_INFINITY),
        Some(n) if n < 0 => Err(t.value_error("Cannot convert negative int")),
        Some(n) => Ok(n as u64),
        None => Err(t.overflow_error("Python int too large to convert to C rlim_t")),
    }
}

fn limits(t: &Thread, v: Value) -> Result<libc::rlimit> {
    let items = match t.iter(v) {
        Ok(it) => t.iterate_to_vec(it)?,
        Err(_) => return Err(t.value_error("expected a tuple of 2 integers")),
    };
    let [soft, hard] = *items.as_slice() else { return Err(t.value_error("expected a tuple of 2 integers")) };
    Ok(libc::rlimit { rlim_cur: limit(t, soft)?, rlim_max: limit(t, hard)? })
}

fn limits_value(t: &Thread, l: &libc::rlimit) -> Result<Value> {
    let one = |n: u64| if n == libc::RLIM_INFINITY { Ok(Value::small_int(-1)) } else { t.uint(n) };
    (one(l.rlim_cur)?, one(l.rlim_max)?).into_value(t)
}

fn check(t: &Thread, resource: i32) -> Result<libc::__rlimit_resource_t> {
    if !(0..16).contains(&resource) {
        return Err(t.value_error("invalid resource specified"));
    }
    Ok(resource as libc::__rlimit_resource_t)
}

fn refused(t: &Thread) -> Exc {
    match errno() {
        libc::EINVAL => t.value_error("current limit exceeds maximum limit"),
        libc::EPERM => t.value_error("not allowed to raise maximum limit"),
        e => ex::os_error(t, e, None),
    }
}

const NUMBERS: &[(&str, i64)] = &[
    ("RLIMIT_CPU", 0),
    ("RLIMIT_FSIZE", 1),
    ("RLIMIT_DATA", 2),
    ("RLIMIT_STACK", 3),
    ("RLIMIT_CORE", 4),
    ("RLIMIT_RSS", 5),
    ("RLIMIT_NPROC", 6),
    ("RLIMIT_NOFILE", 7),
    ("RLIMIT_OFILE", 7),
    ("RLIMIT_MEMLOCK", 8),
    ("RLIMIT_AS", 9),
    ("RLIMIT_MSGQUEUE", 12),
    ("RLIMIT_NICE", 13),
    ("RLIMIT_RTPRIO", 14),
    ("RLIMIT_RTTIME", 15),
    ("RLIMIT_SIGPENDING", 11),
    ("RUSAGE_SELF", 0),
    ("RUSAGE_CHILDREN", -1),
    ("RUSAGE_THREAD", 1),
    ("RLIM_INFINITY", -1),
];

fn init(t: &Thread, m: Ref<Module>) -> Result<()> {
    for (n, v) in NUMBERS {
        m.set(t, n, t.int(*v)?)?;
    }
    m.set(t, "error", ex::class(ex::Kind::OSError).value())?;
    m.set(t, "struct_rusage", struct_seq::class(t, &USAGE)?.value())
}

/// Limits on what a process may use, and what it has used.
#[pymodule(name = "resource", init = init)]
impl Resource {
    /// What this process, its ended children, or this thread has used.
    #[py("($module, who, /)")]
    fn getrusage(t: &Thread, who: i32) -> Result<Value> {
        // SAFETY: plain data, filled by the call.
        let mut u: libc::rusage = unsafe { std::mem::zeroed() };
        // SAFETY: a live structure.
        if unsafe { libc::getrusage(who, &raw mut u) } == -1 {
            return Err(match errno() {
                libc::EINVAL => t.value_error("invalid who parameter"),
                e => ex::os_error(t, e, None),
            });
        }
        usage_value(t, &u)
    }
    /// A limit of this process: (soft, hard).
    #[py("($module, resource, /)")]
    fn getrlimit(t: &Thread, resource: i32) -> Result<Value> {
        let mut l = libc::rlimit { rlim_cur: 0, rlim_max: 0 };
        // SAFETY: a live structure.
        if unsafe { libc::getrlimit(check(t, resource)?, &raw mut l) } == -1 {
            return Err(last_error(t));
        }
        limits_value(t, &l)
    }
    /// Set a limit of this process: (soft, hard).
    #[py("($module, resource, limits, /)")]
    fn setrlimit(t: &Thread, resource: i32, new: Value) -> Result<()> {
        let resource = check(t, resource)?;
        let l = limits(t, new)?;
        // SAFETY: a live structure.
        if unsafe { libc::setrlimit(resource, &raw const l) } == -1 { Err(refused(t)) } else { Ok(()) }
    }
    /// A limit of any process, which may be set at the same time. Returns what it was.
    #[py("($module, pid, resource, limits=None, /)")]
    fn prlimit(t: &Thread, pid: i32, resource: i32, new: OrNone<Value>) -> Result<Value> {
        let resource = check(t, resource)?;
        let new = new.0.map(|v| limits(t, v)).transpose()?;
        let mut old = libc::rlimit { rlim_cur: 0, rlim_max: 0 };
        let new = new.as_ref().map_or(std::ptr::null(), std::ptr::from_ref);
        // SAFETY: live structures, or null.
        if unsafe { libc::prlimit(pid, resource, new, &raw mut old) } == -1 {
            return Err(if errno() == libc::EINVAL { refused(t) } else { last_error(t) });
        }
        limits_value(t, &old)
    }
    /// Bytes of a memory page.
    #[py("($module, /)")]
    fn getpagesize(_t: &Thread) -> i64 {
        // SAFETY: no memory involved.
        unsafe { libc::sysconf(libc::_SC_PAGESIZE) }
    }
}
