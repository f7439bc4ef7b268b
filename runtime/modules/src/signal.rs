//! `_signal`: handlers of signals in Python, masks, timers, waiting for signals.
//!
//! The native handler only notes that a signal came, sets the main thread's poll bit, and writes to the wake-up descriptor.
//! Python's handlers run in the main thread at its next poll, or when a system call that the signal interrupted returns.

use crate::system::{Round, Until, call, check_signals, detached, errno, exception_class, last_error, name, nanoseconds, retried};
use std::sync::atomic::{AtomicBool, AtomicI32, AtomicPtr, AtomicU32, Ordering::*};
use taipan_heap::poll_bits;
use taipan_vm::hooks::{self, is_main};
use taipan_vm::native::*;
use taipan_vm::objects::exceptions as ex;
use taipan_vm::objects::struct_seq::{self, Description};

pub struct SignalModule;

/// Signals are 1..NSIG.
const NSIG: usize = 65;
const SIG_DFL: i64 = 0;
const SIG_IGN: i64 = 1;

static ARRIVED: [AtomicBool; NSIG] = [const { AtomicBool::new(false) }; NSIG];
static ANY_ARRIVED: AtomicBool = AtomicBool::new(false);
/// The main thread's poll word.
static MAIN_POLL: AtomicPtr<AtomicU32> = AtomicPtr::new(std::ptr::null_mut());
/// Gets a byte, the signal's number, for each signal; -1: none.
static WAKEUP_FD: AtomicI32 = AtomicI32::new(-1);
static WARN_ON_FULL_BUFFER: AtomicBool = AtomicBool::new(true);
/// Error of the last write to it that is to be reported; 0: none.
static WAKEUP_ERROR: AtomicI32 = AtomicI32::new(0);

static SIGINFO: Description = Description {
    name: "signal.struct_siginfo",
    doc: "struct_siginfo: Result from sigwaitinfo or sigtimedwait.\n\nThis object may be accessed either as a tuple of\n(si_signo, si_code, si_errno, si_pid, si_uid, si_status, si_band),\nor via the attributes si_signo, si_code, and so on.",
    fields: &[
        ("si_signo", "signal number"),
        ("si_code", "signal code"),
        ("si_errno", "errno associated with this signal"),
        ("si_pid", "sending process ID"),
        ("si_uid", "real user ID of sending process"),
        ("si_status", "exit value or signal"),
        ("si_band", "band event for SIGPOLL"),
    ],
    visible: 7,
    callable: true,
};

/// Notes that a signal came. Async-signal-safe.
fn trip(signal: usize) {
    ARRIVED[signal].store(true, Release);
    ANY_ARRIVED.store(true, Release);
    let poll = MAIN_POLL.load(Acquire);
    if !poll.is_null() {
        // SAFETY: the main thread's record lives as long as the process.
        unsafe { (*poll).fetch_or(poll_bits::RUNTIME, SeqCst) };
    }
    hooks::signal_arrived();
    let fd = WAKEUP_FD.load(Acquire);
    if fd >= 0 {
        let byte = signal as u8;
        // SAFETY: one byte of a local.
        let written = unsafe { libc::write(fd, (&raw const byte).cast(), 1) };
        if written < 0 {
            let e = errno();
            if WARN_ON_FULL_BUFFER.load(Relaxed) || (e != libc::EAGAIN && e != libc::EWOULDBLOCK) {
                WAKEUP_ERROR.store(e, Release);
            }
        }
    }
}

extern "C" fn on_signal(signal: i32) {
    // SAFETY: the thread's own errno.
    let saved = unsafe { *libc::__errno_location() };
    if (signal as usize) < NSIG {
        trip(signal as usize);
    }
    // SAFETY: as above.
    unsafe { *libc::__errno_location() = saved };
}

/// Sets what the system does on a signal; `Err` is the errno.
fn set_action(signal: i32, handler: usize) -> std::result::Result<(), i32> {
    // SAFETY: plain data; the mask is empty, and system calls are not restarted.
    let r = unsafe {
        let mut a: libc::sigaction = std::mem::zeroed();
        a.sa_sigaction = handler;
        libc::sigaction(signal, &raw const a, std::ptr::null_mut())
    };
    if r == -1 { Err(errno()) } else { Ok(()) }
}

/// What the system does on a signal; `None` if there is no such signal.
fn action(signal: i32) -> Option<usize> {
    // SAFETY: plain data, filled by the call.
    unsafe {
        let mut a: libc::sigaction = std::mem::zeroed();
        (libc::sigaction(signal, std::ptr::null(), &raw mut a) == 0).then_some(a.sa_sigaction)
    }
}

fn native_handler() -> usize {
    on_signal as extern "C" fn(i32) as usize
}

/// Makes the calling thread the one that runs handlers, and has SIGINT raise KeyboardInterrupt.
pub(crate) fn install(t: &Thread) {
    become_main(t);
    for s in [libc::SIGPIPE, libc::SIGXFSZ] {
        // Failure leaves the signal as it was, which is what there is to do about it.
        let _ = set_action(s, libc::SIG_IGN);
    }
    // Rust's own handlers, which tell of a full stack, would swallow the first such signal that the process is sent.
    for s in [libc::SIGSEGV, libc::SIGBUS] {
        if action(s) != Some(libc::SIG_IGN) {
            let _ = set_action(s, libc::SIG_DFL);
        }
    }
    if action(libc::SIGINT) == Some(libc::SIG_DFL) {
        let _ = set_action(libc::SIGINT, native_handler());
    }
}

/// The calling thread is the main one: at start, and in the child of a fork.
pub(crate) fn become_main(t: &Thread) {
    hooks::become_main(t);
    MAIN_POLL.store((&raw const t.poll).cast_mut(), Release);
}

/// Signals that came before a fork are not the child's.
pub(crate) fn forget_arrived() {
    ANY_ARRIVED.store(false, Release);
    for a in &ARRIVED {
        a.store(false, Release);
    }
}

/// The Python handlers by signal: a list in the registry, made with the module.
fn handlers(t: &Thread) -> Result<Option<Ref<List>>> {
    Ok(t.registry().get(t, name(t, "signal.handlers")?.value())?.and_then(|l| l.downcast::<List>()))
}

/// Runs the Python handlers of the signals that have arrived, in the main thread.
pub(crate) fn run_handlers(t: &Thread) -> Result<()> {
    if !ANY_ARRIVED.load(Acquire) || !is_main(t) {
        return Ok(());
    }
    ANY_ARRIVED.store(false, SeqCst);
    let e = WAKEUP_ERROR.swap(0, AcqRel);
    if e != 0 {
        let e = ex::os_error(t, e, None);
        taipan_vm::pending::unraisable(t, e, "Exception ignored when trying to write to the signal wakeup fd", None);
    }
    for (i, arrived) in ARRIVED.iter().enumerate() {
        if !arrived.swap(false, AcqRel) {
            continue;
        }
        let r = match handlers(t)?.and_then(|h| h.get(i)) {
            None if i == libc::SIGINT as usize => Err(keyboard_interrupt(t)),
            None => Ok(()),
            // Set to these since the signal came.
            Some(h) if h.is_none() || h.as_small_int().is_some() => Ok(()),
            Some(h) => {
                let frame = taipan_vm::interp::current_frame(t, 0)?.map_or(Value::NONE, Ref::value);
                t.call(h, &[Value::small_int(i as i64), frame]).map(drop)
            }
        };
        if r.is_err() {
            // The rest come later.
            ANY_ARRIVED.store(true, SeqCst);
            t.poll.fetch_or(poll_bits::RUNTIME, SeqCst);
            return r;
        }
    }
    Ok(())
}

fn keyboard_interrupt(t: &Thread) -> Exc {
    t.new_error_with(ex::class(ex::Kind::KeyboardInterrupt), &[])
}

/// As if the signal had come, unless nobody handles it (`_thread.interrupt_main`).
pub(crate) fn simulate(t: &Thread, signal: i32) -> Result<()> {
    let i = check_number(t, signal)?;
    let handled = match handlers(t)?.and_then(|h| h.get(i)) {
        None => signal == libc::SIGINT,
        Some(h) => !h.is_none() && h.as_small_int().is_none(),
    };
    if handled {
        trip(i);
    }
    Ok(())
}

fn check_number(t: &Thread, signal: i32) -> Result<usize> {
    match usize::try_from(signal) {
        Ok(i) if (1..NSIG).contains(&i) => Ok(i),
        _ => Err(t.value_error("signal number out of range")),
    }
}

/// A set of signals from an iterable of numbers.
pub(crate) fn signal_set(t: &Thread, v: Value) -> Result<libc::sigset_t> {
    // SAFETY: plain data, emptied by the call.
    let mut set: libc::sigset_t = unsafe { std::mem::zeroed() };
    // SAFETY: a live set.
    unsafe { libc::sigemptyset(&raw mut set) };
    t.for_each(v, |item| {
        let i = t.index(item)?;
        let n = t.int_value(i).and_then(|i| i.to_i64());
        match n {
            Some(n) if (1..NSIG as i64).contains(&n) => {
                // Those that the C library keeps for itself are left out silently.
                // SAFETY: a live set.
                unsafe { libc::sigaddset(&raw mut set, n as i32) };
                Ok(())
            }
            _ => Err(t.value_error(format!("signal number {} out of range [1; {}]", t.str(i)?, NSIG - 1))),
        }
    })?;
    Ok(set)
}

fn set_value(t: &Thread, set: &libc::sigset_t) -> Result<Value> {
    let v = ValueVec::new();
    for i in 1..NSIG as i32 {
        // SAFETY: a live set.
        if unsafe { libc::sigismember(set, i) } == 1 {
            v.push(t, Value::small_int(i.into()))?;
        }
    }
    taipan_vm::objects::set::Set::from_slice(t, v.as_slice()).map(Ref::value)
}

fn timer_error(t: &Thread) -> Result<Ref<Class>> {
    exception_class(t, "signal", "itimer_error", &[ex::class(ex::Kind::OSError).value()], None)
}

/// `setitimer`'s times: seconds as a pair of whole seconds and microseconds.
fn timeval(t: &Thread, v: Value) -> Result<libc::timeval> {
    let ns = nanoseconds(t, v, Round::Ceiling)?;
    let us = ns.div_euclid(1000) + i64::from(ns.rem_euclid(1000) != 0);
    Ok(libc::timeval { tv_sec: us.div_euclid(1_000_000), tv_usec: us.rem_euclid(1_000_000) })
}

fn timer_value(t: &Thread, v: &libc::itimerval) -> Result<Value> {
    let seconds = |v: &libc::timeval| v.tv_sec as f64 + v.tv_usec as f64 * 1e-6;
    (seconds(&v.it_value), seconds(&v.it_interval)).into_value(t)
}

fn info_value(t: &Thread, i: &libc::siginfo_t) -> Result<Value> {
    // SAFETY: the accessors read fields of the union, all of them plain integers.
    let (pid, uid, status) = unsafe { (i.si_pid(), i.si_uid(), i.si_status()) };
    let v = [
        Value::small_int(i.si_signo.into()),
        Value::small_int(i.si_code.into()),
        Value::small_int(i.si_errno.into()),
        t.int(pid.into())?,
        t.int(uid.into())?,
        t.int(status.into())?,
        // The first word of the union is the band of SIGPOLL.
        t.int(i64::from(pid) | i64::from(uid as i32) << 32)?,
    ];
    struct_seq::new(t, &SIGINFO, &v)
}

const NAMES: &[(&str, i32)] = &[
    ("SIGHUP", libc::SIGHUP),
    ("SIGINT", libc::SIGINT),
    ("SIGQUIT", libc::SIGQUIT),
    ("SIGILL", libc::SIGILL),
    ("SIGTRAP", libc::SIGTRAP),
    ("SIGIOT", libc::SIGABRT),
    ("SIGABRT", libc::SIGABRT),
    ("SIGFPE", libc::SIGFPE),
    ("SIGKILL", libc::SIGKILL),
    ("SIGBUS", libc::SIGBUS),
    ("SIGSEGV", libc::SIGSEGV),
    ("SIGSYS", libc::SIGSYS),
    ("SIGPIPE", libc::SIGPIPE),
    ("SIGALRM", libc::SIGALRM),
    ("SIGTERM", libc::SIGTERM),
    ("SIGUSR1", libc::SIGUSR1),
    ("SIGUSR2", libc::SIGUSR2),
    ("SIGCLD", libc::SIGCHLD),
    ("SIGCHLD", libc::SIGCHLD),
    ("SIGPWR", libc::SIGPWR),
    ("SIGIO", libc::SIGIO),
    ("SIGURG", libc::SIGURG),
    ("SIGWINCH", libc::SIGWINCH),
    ("SIGPOLL", libc::SIGPOLL),
    ("SIGSTOP", libc::SIGSTOP),
    ("SIGTSTP", libc::SIGTSTP),
    ("SIGCONT", libc::SIGCONT),
    ("SIGTTIN", libc::SIGTTIN),
    ("SIGTTOU", libc::SIGTTOU),
    ("SIGVTALRM", libc::SIGVTALRM),
    ("SIGPROF", libc::SIGPROF),
    ("SIGXCPU", libc::SIGXCPU),
    ("SIGXFSZ", libc::SIGXFSZ),
    ("SIGSTKFLT", libc::SIGSTKFLT),
    ("SIG_BLOCK", libc::SIG_BLOCK),
    ("SIG_UNBLOCK", libc::SIG_UNBLOCK),
    ("SIG_SETMASK", libc::SIG_SETMASK),
    ("ITIMER_REAL", 0),
    ("ITIMER_VIRTUAL", 1),
    ("ITIMER_PROF", 2),
    ("NSIG", NSIG as i32),
    ("SIG_DFL", SIG_DFL as i32),
    ("SIG_IGN", SIG_IGN as i32),
];

fn init(t: &Thread, m: Ref<Module>) -> Result<()> {
    for (n, v) in NAMES {
        m.set(t, n, Value::small_int(i64::from(*v)))?;
    }
    m.set(t, "SIGRTMIN", Value::small_int(libc::SIGRTMIN().into()))?;
    m.set(t, "SIGRTMAX", Value::small_int(libc::SIGRTMAX().into()))?;
    m.set(t, "ItimerError", timer_error(t)?.value())?;
    m.set(t, "struct_siginfo", struct_seq::class(t, &SIGINFO)?.value())?;
    let key = name(t, "signal.handlers")?.value();
    if t.registry().contains(t, key)? {
        return Ok(());
    }
    let table = ValueVec::new();
    let default = m.get(t, name(t, "default_int_handler")?).unwrap_or(Value::NONE);
    for i in 0..NSIG as i32 {
        table.push(
            t,
            match if i == 0 { None } else { action(i) } {
                Some(libc::SIG_DFL) => Value::small_int(SIG_DFL),
                Some(libc::SIG_IGN) => Value::small_int(SIG_IGN),
                Some(h) if i == libc::SIGINT && h == native_handler() => default,
                _ => Value::NONE,
            },
        )?;
    }
    t.registry().set(t, key, table.into_list(t)?.value())
}

fn table(t: &Thread) -> Result<Ref<List>> {
    handlers(t)?.ok_or_else(|| t.system_error("the signal module is not set up"))
}

/// Handlers of signals.
///
/// The handler of a signal is called in the main thread with the signal's number and the frame that was running.
#[pymodule(name = "_signal", init = init)]
impl SignalModule {
    /// The handler that SIGINT has at first: raises KeyboardInterrupt.
    #[py("($module, signalnum, frame, /)")]
    fn default_int_handler(t: &Thread, _signalnum: i32, _frame: Value) -> Result<()> {
        Err(keyboard_interrupt(t))
    }
    /// Have SIGALRM come in so many seconds; 0 calls it off. Returns the seconds that an earlier alarm had left.
    #[py("($module, seconds, /)")]
    fn alarm(_t: &Thread, seconds: i32) -> i64 {
        // SAFETY: no memory involved.
        i64::from(unsafe { libc::alarm(seconds as u32) })
    }
    /// Wait until a signal arrives.
    #[py("($module, /)")]
    fn pause(t: &Thread) -> Result<()> {
        // SAFETY: no memory involved.
        let _ = detached(t, || unsafe { libc::pause() });
        check_signals(t)
    }
    /// Send a signal to this process.
    #[py("($module, signalnum, /)")]
    fn raise_signal(t: &Thread, signalnum: i32) -> Result<()> {
        // SAFETY: no memory involved.
        if unsafe { libc::raise(signalnum) } != 0 {
            return Err(last_error(t));
        }
        check_signals(t)
    }
    /// Set what happens on a signal: SIG_DFL, SIG_IGN, or a function of the number and the frame. Returns what was set before.
    #[py("($module, signalnum, handler, /)")]
    fn signal(t: &Thread, signalnum: i32, handler: Value) -> Result<Value> {
        if !is_main(t) {
            return Err(t.value_error("signal only works in main thread of the main interpreter"));
        }
        let i = check_number(t, signalnum)?;
        let standard = taipan_vm::objects::int::is_int(handler)
            .then(|| t.int_value(handler).and_then(|h| h.to_i64()))
            .flatten()
            .filter(|h| *h == SIG_DFL || *h == SIG_IGN);
        let native = match standard {
            Some(h) => h as usize,
            None if t.is_callable(handler) => native_handler(),
            None => {
                return Err(t.type_error("signal handler must be signal.SIG_IGN, signal.SIG_DFL, or a callable object"));
            }
        };
        let table = table(t)?;
        // What came until now is for the handler of now.
        check_signals(t)?;
        set_action(signalnum, native).map_err(|e| ex::os_error(t, e, None))?;
        let old = table.get(i).unwrap_or(Value::NONE);
        table.set(t, i, standard.map_or(handler, Value::small_int));
        Ok(old)
    }
    /// Whether system calls that a signal interrupts fail (true) or start again.
    #[py("($module, signalnum, flag, /)")]
    fn siginterrupt(t: &Thread, signalnum: i32, flag: i32) -> Result<()> {
        check_number(t, signalnum)?;
        // SAFETY: plain data, filled by the first call.
        let r = unsafe {
            let mut a: libc::sigaction = std::mem::zeroed();
            if libc::sigaction(signalnum, std::ptr::null(), &raw mut a) == -1 {
                -1
            } else {
                if flag != 0 {
                    a.sa_flags &= !libc::SA_RESTART;
                } else {
                    a.sa_flags |= libc::SA_RESTART;
                }
                libc::sigaction(signalnum, &raw const a, std::ptr::null_mut())
            }
        };
        if r == -1 { Err(last_error(t)) } else { Ok(()) }
    }
    /// What happens on a signal: SIG_DFL, SIG_IGN, a function, or None if it was not set by Python.
    #[py("($module, signalnum, /)")]
    fn getsignal(t: &Thread, signalnum: i32) -> Result<Value> {
        let i = check_number(t, signalnum)?;
        Ok(table(t)?.get(i).unwrap_or(Value::NONE))
    }
    /// The system's text for a signal, or None if there is no such signal.
    #[py("($module, signalnum, /)")]
    fn strsignal(t: &Thread, signalnum: i32) -> Result<Option<String>> {
        check_number(t, signalnum)?;
        // SAFETY: the C library's own string, copied at once.
        let text = unsafe {
            let p = libc::strsignal(signalnum);
            if p.is_null() {
                return Ok(None);
            }
            std::ffi::CStr::from_ptr(p).to_string_lossy().into_owned()
        };
        Ok((!text.starts_with("Unknown signal")).then_some(text))
    }
    /// Have each signal's number written to this descriptor, which must be non-blocking; -1 for none. Returns the one before.
    #[py("($module, fd, /, *, warn_on_full_buffer=True)")]
    fn set_wakeup_fd(t: &Thread, fd: i32, warn_on_full_buffer: Option<bool>) -> Result<i32> {
        if !is_main(t) {
            return Err(t.value_error("set_wakeup_fd only works in main thread of the main interpreter"));
        }
        if fd != -1 {
            // SAFETY: no memory involved.
            let flags = unsafe { libc::fcntl(fd, libc::F_GETFL) };
            if flags == -1 {
                return Err(match errno() {
                    libc::EBADF => t.value_error("invalid fd"),
                    e => ex::os_error(t, e, None),
                });
            }
            if flags & libc::O_NONBLOCK == 0 {
                return Err(t.value_error(format!("the fd {fd} must be in non-blocking mode")));
            }
        }
        WARN_ON_FULL_BUFFER.store(warn_on_full_buffer.unwrap_or(true), Release);
        Ok(WAKEUP_FD.swap(fd, AcqRel))
    }
    /// Start the timer `which`: a signal in `seconds`, then each `interval` seconds. Returns its state before.
    #[py("($module, which, seconds, interval=0.0, /)")]
    fn setitimer(t: &Thread, which: i32, seconds: Value, interval: Option<Value>) -> Result<Value> {
        let zero = libc::timeval { tv_sec: 0, tv_usec: 0 };
        let new = libc::itimerval { it_value: timeval(t, seconds)?, it_interval: interval.map_or(Ok(zero), |v| timeval(t, v))? };
        let mut old = libc::itimerval { it_interval: zero, it_value: zero };
        // SAFETY: both are live.
        if unsafe { libc::syscall(libc::SYS_setitimer, which, &raw const new, &raw mut old) } != 0 {
            return Err(timer_failure(t));
        }
        timer_value(t, &old)
    }
    /// The timer's state: seconds to the next signal, and between signals.
    #[py("($module, which, /)")]
    fn getitimer(t: &Thread, which: i32) -> Result<Value> {
        let zero = libc::timeval { tv_sec: 0, tv_usec: 0 };
        let mut now = libc::itimerval { it_interval: zero, it_value: zero };
        // SAFETY: a live value.
        if unsafe { libc::syscall(libc::SYS_getitimer, which, &raw mut now) } != 0 {
            return Err(timer_failure(t));
        }
        timer_value(t, &now)
    }
    /// Send a signal to a thread of this process.
    #[py("($module, thread_id, signalnum, /)")]
    fn pthread_kill(t: &Thread, thread_id: i64, signalnum: i32) -> Result<()> {
        // SAFETY: the caller vouches for the thread, as in C.
        match unsafe { libc::pthread_kill(thread_id as libc::pthread_t, signalnum) } {
            0 => check_signals(t),
            e => Err(ex::os_error(t, e, None)),
        }
    }
    /// Read and change which signals are held back from the calling thread. Returns those that were until now.
    #[py("($module, how, mask, /)")]
    fn pthread_sigmask(t: &Thread, how: i32, mask: Value) -> Result<Value> {
        let new = signal_set(t, mask)?;
        // SAFETY: plain data, filled by the call.
        let mut old: libc::sigset_t = unsafe { std::mem::zeroed() };
        // SAFETY: live sets.
        match unsafe { libc::pthread_sigmask(how, &raw const new, &raw mut old) } {
            0 => {
                // Some may have come by what was let through.
                check_signals(t)?;
                set_value(t, &old)
            }
            e => Err(ex::os_error(t, e, None)),
        }
    }
    /// The signals that wait to be let through.
    #[py("($module, /)")]
    fn sigpending(t: &Thread) -> Result<Value> {
        // SAFETY: plain data, filled by the call.
        let mut set: libc::sigset_t = unsafe { std::mem::zeroed() };
        // SAFETY: a live set.
        if unsafe { libc::sigpending(&raw mut set) } == -1 {
            return Err(last_error(t));
        }
        set_value(t, &set)
    }
    /// Wait for one of the signals, and return its number.
    #[py("($module, sigset, /)")]
    fn sigwait(t: &Thread, sigset: Value) -> Result<i32> {
        let set = signal_set(t, sigset)?;
        let mut got = 0;
        let place = &raw mut got as usize;
        // SAFETY: live locals.
        match t.blocking(|| unsafe { libc::sigwait(&raw const set, place as *mut i32) }) {
            0 => Ok(got),
            e => Err(ex::os_error(t, e, None)),
        }
    }
    /// Wait for one of the signals, and return what is known about it.
    #[py("($module, sigset, /)")]
    fn sigwaitinfo(t: &Thread, sigset: Value) -> Result<Value> {
        let set = signal_set(t, sigset)?;
        // SAFETY: plain data, filled by the call.
        let mut info: libc::siginfo_t = unsafe { std::mem::zeroed() };
        let place = &raw mut info as usize;
        // SAFETY: live locals.
        call(t, || unsafe { libc::sigwaitinfo(&raw const set, place as *mut libc::siginfo_t) })?;
        info_value(t, &info)
    }
    /// As sigwaitinfo(), for so many seconds at most; then None.
    #[py("($module, sigset, timeout, /)")]
    fn sigtimedwait(t: &Thread, sigset: Value, timeout: Value) -> Result<Option<Value>> {
        let ns = nanoseconds(t, timeout, Round::Ceiling)?;
        let set = signal_set(t, sigset)?;
        if ns < 0 {
            return Err(t.value_error("timeout must be non-negative"));
        }
        let until = Until::after_nanoseconds(ns);
        // SAFETY: plain data, filled by the call.
        let mut info: libc::siginfo_t = unsafe { std::mem::zeroed() };
        let place = &raw mut info as usize;
        let r = retried(t, || {
            let left = until.left().unwrap_or_default();
            let ts = libc::timespec { tv_sec: left.as_secs() as i64, tv_nsec: left.subsec_nanos().into() };
            // SAFETY: live locals.
            unsafe { libc::sigtimedwait(&raw const set, place as *mut libc::siginfo_t, &raw const ts) }
        })?;
        match r {
            Ok(_) => info_value(t, &info).map(Some),
            Err(libc::EAGAIN) => Ok(None),
            Err(e) => Err(ex::os_error(t, e, None)),
        }
    }
    /// The numbers of all signals that this system has.
    #[py("($module, /)")]
    fn valid_signals(t: &Thread) -> Result<Value> {
        // SAFETY: plain data, filled by the call.
        let mut set: libc::sigset_t = unsafe { std::mem::zeroed() };
        // SAFETY: a live set.
        unsafe { libc::sigfillset(&raw mut set) };
        set_value(t, &set)
    }
    /// Send a signal to the process that a process descriptor stands for.
    #[py("($module, pidfd, signalnum, siginfo=None, flags=0, /)")]
    fn pidfd_send_signal(t: &Thread, pidfd: i32, signalnum: i32, siginfo: Option<Value>, flags: Option<i32>) -> Result<()> {
        if siginfo.is_some_and(|v| !v.is_none()) {
            return Err(t.type_error("siginfo must be None"));
        }
        let none: *const libc::siginfo_t = std::ptr::null();
        // SAFETY: no memory involved.
        if unsafe { libc::syscall(libc::SYS_pidfd_send_signal, pidfd, signalnum, none, flags.unwrap_or(0)) } < 0 {
            return Err(last_error(t));
        }
        check_signals(t)
    }
}

fn timer_failure(t: &Thread) -> Exc {
    let e = errno();
    let made = || -> Result<Exc> {
        let text = Str::from_str(t, &ex::strerror(e))?;
        Ok(t.new_error_with(timer_error(t)?, &[Value::small_int(e.into()), text.value()]))
    };
    made().unwrap_or_else(|e| e)
}
