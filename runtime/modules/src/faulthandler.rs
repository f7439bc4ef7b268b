//! `faulthandler`: stacks of all threads on demand, on signals, after a while, and when the process crashes.
//!
//! Handlers of signals write the stack of the thread that the signal interrupted, whose frames only it changes. Other threads
//! can be read only while they are stopped, which a handler cannot wait for: on a signal of the user's, a native thread (see
//! `Helper`) stops the world and writes their stacks a moment later; on a crash they are left out.

use crate::system::{Round, name, nanoseconds};
use std::sync::atomic::{AtomicBool, AtomicI32, AtomicPtr, AtomicU64, Ordering::*};
use std::sync::{Arc, Condvar, Mutex};
use std::time::{Duration, Instant};
use taipan_vm::interp::dump::{Output, other_threads};
use taipan_vm::native::*;
use taipan_vm::objects::exceptions as ex;

pub struct Faulthandler;

/// Signals are 1..NSIG.
const NSIG: usize = 65;

const CRASHES: [(i32, &str); 5] = [
    (libc::SIGBUS, "Bus error"),
    (libc::SIGILL, "Illegal instruction"),
    (libc::SIGFPE, "Floating-point exception"),
    (libc::SIGABRT, "Aborted"),
    (libc::SIGSEGV, "Segmentation fault"),
];

/// Where crashes are reported; -1: nowhere.
static CRASH_FD: AtomicI32 = AtomicI32::new(-1);
static CRASH_NATIVE: AtomicBool = AtomicBool::new(true);
/// What the system did before, in the order of `CRASHES`. Leaked boxes: a handler may be reading one.
static CRASH_PREVIOUS: [AtomicPtr<libc::sigaction>; 5] = [const { AtomicPtr::new(std::ptr::null_mut()) }; 5];

/// A signal of the user's: descriptor plus one (0: not registered) in the low 32 bits, then `ALL` and `CHAIN`.
static USER: [AtomicU64; NSIG] = [const { AtomicU64::new(0) }; NSIG];
static USER_PREVIOUS: [AtomicPtr<libc::sigaction>; NSIG] = [const { AtomicPtr::new(std::ptr::null_mut()) }; NSIG];
const ALL: u64 = 1 << 32;
const CHAIN: u64 = 1 << 33;

fn write_all(fd: i32, mut text: &[u8]) {
    while !text.is_empty() {
        // SAFETY: the slice's own memory.
        let n = unsafe { libc::write(fd, text.as_ptr().cast(), text.len()) };
        match n {
            1.. => text = &text[n as usize..],
            _ if n < 0 && crate::system::errno() == libc::EINTR => {}
            _ => return,
        }
    }
}

fn own_ident() -> u64 {
    // SAFETY: a query about the calling thread.
    unsafe { libc::pthread_self() as u64 }
}

/// The calling thread's stack, with its title. Async-signal-safe.
fn write_own_stack(fd: i32, current: bool) {
    let mut put = |s: &[u8]| write_all(fd, s);
    let mut out = Output(&mut put);
    match current {
        true => out.thread_title(own_ident(), true),
        false => write_all(fd, b"Stack (most recent call first):\n"),
    }
    match Thread::current() {
        // SAFETY: the calling thread's own frames.
        Some(t) => unsafe { out.frames(t) },
        None => write_all(fd, b"  <no Python frame>\n"),
    }
}

/// The native stack of the calling thread.
fn write_native_stack(fd: i32) {
    let put = |s: &[u8]| write_all(fd, s);
    put(b"Current thread's C stack trace (most recent call first):\n");
    let mut addresses = [std::ptr::null_mut::<libc::c_void>(); 32];
    // SAFETY: the array's length is passed.
    let n = unsafe { libc::backtrace(addresses.as_mut_ptr(), addresses.len() as i32) };
    if n <= 0 {
        put(b"  <cannot get C stack on this system>\n");
        return;
    }
    for &address in &addresses[..n as usize] {
        // SAFETY: plain data, filled by the call.
        let mut info: libc::Dl_info = unsafe { std::mem::zeroed() };
        // SAFETY: any address may be asked for.
        let found = unsafe { libc::dladdr(address, &raw mut info) } != 0 && !info.dli_fname.is_null();
        if !found {
            put(b"  <unknown>\n");
            continue;
        }
        let text = |p: *const libc::c_char| {
            // SAFETY: strings of the dynamic linker.
            unsafe { std::ffi::CStr::from_ptr(p) }.to_bytes()
        };
        put(b"  Binary file \"");
        put(text(info.dli_fname));
        put(b"\"");
        let mut put = |s: &[u8]| write_all(fd, s);
        let mut out = Output(&mut put);
        use std::fmt::Write as _;
        let (base, symbol) =
            if info.dli_sname.is_null() { (info.dli_fbase, &b""[..]) } else { (info.dli_saddr, text(info.dli_sname)) };
        if !base.is_null() {
            let _ = out.write_str(", at ");
            (out.0)(symbol);
            let _ = write!(out, "+0x{:x}", address as usize - base as usize);
        }
        let _ = writeln!(out, " [0x{:x}]", address as usize);
    }
    if n as usize == addresses.len() {
        put(b"  <truncated rest of calls>\n");
    }
}

/// Puts back what the system did before on this crash.
fn restore_crash(i: usize) {
    let previous = CRASH_PREVIOUS[i].load(Acquire);
    if !previous.is_null() {
        // SAFETY: a box that is never freed.
        unsafe { libc::sigaction(CRASHES[i].0, previous, std::ptr::null_mut()) };
    }
}

extern "C" fn on_crash(signal: i32) {
    let fd = CRASH_FD.load(Acquire);
    let Some(i) = CRASHES.iter().position(|c| c.0 == signal) else { return };
    // A crash in here, or a second one, is nobody's.
    restore_crash(i);
    if fd >= 0 {
        // SAFETY: the thread's own errno.
        let saved = unsafe { *libc::__errno_location() };
        write_all(fd, b"Fatal Python error: ");
        write_all(fd, CRASHES[i].1.as_bytes());
        write_all(fd, b"\n\n");
        write_own_stack(fd, true);
        if CRASH_NATIVE.load(Acquire) {
            write_all(fd, b"\n");
            write_native_stack(fd);
        }
        // SAFETY: as above.
        unsafe { *libc::__errno_location() = saved };
    }
    // SAFETY: the signal's former handler gets it, which is not blocked (SA_NODEFER). That of the native runtime may only put
    // the system's action back, and expect the instruction to fault again.
    unsafe {
        libc::raise(signal);
        let mut now: libc::sigaction = std::mem::zeroed();
        if libc::sigaction(signal, std::ptr::null(), &raw mut now) == 0 && now.sa_sigaction == libc::SIG_DFL {
            libc::raise(signal);
        }
    }
}

extern "C" fn on_user_signal(signal: i32) {
    let Some(word) = USER.get(signal as usize).map(|u| u.load(Acquire)).filter(|&w| w != 0) else { return };
    // SAFETY: the thread's own errno.
    let saved = unsafe { *libc::__errno_location() };
    let fd = (word as u32) as i32 - 1;
    if word & ALL != 0 {
        write_own_stack(fd, true);
        Helper::ask(fd);
    } else {
        write_own_stack(fd, false);
    }
    if word & CHAIN != 0 {
        let previous = USER_PREVIOUS[signal as usize].load(Acquire);
        if !previous.is_null() {
            // SAFETY: a box that is never freed; the signal is not blocked (SA_NODEFER). Then ours is set again.
            unsafe {
                libc::sigaction(signal, previous, std::ptr::null_mut());
                *libc::__errno_location() = saved;
                libc::raise(signal);
                libc::sigaction(signal, &user_action(), std::ptr::null_mut());
            }
        }
    }
    // SAFETY: as above.
    unsafe { *libc::__errno_location() = saved };
}

fn user_action() -> libc::sigaction {
    // SAFETY: plain data with an empty mask.
    let mut a: libc::sigaction = unsafe { std::mem::zeroed() };
    a.sa_sigaction = on_user_signal as extern "C" fn(i32) as usize;
    a.sa_flags = libc::SA_NODEFER | libc::SA_RESTART | libc::SA_ONSTACK;
    a
}

/// The native thread that writes the stacks of other threads after a signal. It waits at a semaphore, which handlers may post.
struct Helper;

static HELPER_STARTED: AtomicBool = AtomicBool::new(false);
/// A `sem_t` that is never freed.
static HELPER_WAKE: AtomicPtr<libc::sem_t> = AtomicPtr::new(std::ptr::null_mut());
static HELPER_FD: AtomicI32 = AtomicI32::new(-1);
static HELPER_ASKED_BY: AtomicU64 = AtomicU64::new(0);

impl Helper {
    fn start() {
        if HELPER_STARTED.swap(true, AcqRel) {
            return;
        }
        // SAFETY: plain data, initialised at once, at an address that stays.
        let wake = unsafe {
            let wake: &'static mut libc::sem_t = Box::leak(Box::new(std::mem::zeroed()));
            libc::sem_init(&raw mut *wake, 0, 0);
            &raw mut *wake
        };
        HELPER_WAKE.store(wake, Release);
        let spawned = std::thread::Builder::new().name("faulthandler".to_owned()).spawn(|| {
            let wake = HELPER_WAKE.load(Acquire);
            loop {
                // SAFETY: initialised above.
                if unsafe { libc::sem_wait(wake) } != 0 {
                    continue;
                }
                let (fd, asked_by) = (HELPER_FD.load(Acquire), HELPER_ASKED_BY.load(Acquire));
                let Some(t) = Thread::attach() else { continue };
                let title = format!("Thread 0x{asked_by:016x}");
                for stack in other_threads(&t, None).iter().filter(|s| !s.starts_with(title.as_bytes())) {
                    write_all(fd, b"\n");
                    write_all(fd, stack);
                }
            }
        });
        if spawned.is_err() {
            HELPER_STARTED.store(false, Release);
        }
    }
    /// Async-signal-safe.
    fn ask(fd: i32) {
        let wake = HELPER_WAKE.load(Acquire);
        if !wake.is_null() {
            HELPER_FD.store(fd, Release);
            HELPER_ASKED_BY.store(own_ident(), Release);
            // SAFETY: initialised before it was published, and never freed.
            unsafe { libc::sem_post(wake) };
        }
    }
}

/// A dump that is due later, and how it is called off.
struct Later {
    cancelled: Mutex<bool>,
    changed: Condvar,
}

static LATER: Mutex<Option<Arc<Later>>> = Mutex::new(None);

fn cancel_later() {
    if let Some(l) = LATER.lock().expect("watchdog").take() {
        *l.cancelled.lock().expect("watchdog") = true;
        l.changed.notify_all();
    }
}

fn wait_and_dump(later: &Later, every: Duration, fd: i32, repeat: bool, exit: bool, title: &str) {
    let mut due = Instant::now() + every;
    loop {
        let mut cancelled = later.cancelled.lock().expect("watchdog");
        loop {
            if *cancelled {
                return;
            }
            let left = due.saturating_duration_since(Instant::now());
            if left.is_zero() {
                break;
            }
            cancelled = later.changed.wait_timeout(cancelled, left).expect("watchdog").0;
        }
        drop(cancelled);
        write_all(fd, title.as_bytes());
        if let Some(t) = Thread::attach() {
            write_all(fd, &other_threads(&t, None).join(&b'\n'));
        }
        if exit {
            // SAFETY: ends the process without anything more, as was asked for.
            unsafe { libc::_exit(1) };
        }
        if !repeat {
            return;
        }
        due = Instant::now() + every;
    }
}

/// The descriptor to write to, and the object that keeps it open.
fn target(t: &Thread, file: Option<Value>) -> Result<(i32, Value)> {
    let file = match file.filter(|f| !f.is_none()) {
        Some(f) => f,
        None => match t.sys_attr(name(t, "stderr")?)? {
            None => return Err(t.runtime_error("unable to get sys.stderr")),
            Some(f) if f.is_none() => return Err(t.runtime_error("sys.stderr is None")),
            Some(f) => f,
        },
    };
    if taipan_vm::objects::int::is_int(file) {
        if file.is_bool() {
            t.warn(ex::Kind::RuntimeWarning, "bool is used as a file descriptor")?;
        }
        let fd = crate::system::to_c_int(t, file)?;
        if fd < 0 {
            return Err(t.value_error("file is not a valid file descriptor"));
        }
        return Ok((fd, file));
    }
    let number = t.call_method(file, name(t, "fileno")?, &[])?;
    let fd = match taipan_vm::objects::int::is_int(number) {
        true => crate::system::to_c_int(t, number).ok().filter(|&fd| fd >= 0),
        false => None,
    };
    let Some(fd) = fd else {
        return Err(t.runtime_error("file.fileno() is not a valid file descriptor"));
    };
    // What cannot be flushed is not worth failing for.
    let _ = t.call_method(file, name(t, "flush")?, &[]);
    Ok((fd, file))
}

/// Keeps a file alive for as long as something may write to its descriptor.
fn keep(t: &Thread, what: &str, file: Value) -> Result<()> {
    t.registry().set(t, name(t, &format!("faulthandler {what}"))?.value(), file)
}

fn signal_index(t: &Thread, signum: i32) -> Result<usize> {
    if CRASHES.iter().any(|c| c.0 == signum) {
        return Err(t.runtime_error(format!("signal {signum} cannot be registered, use enable() instead")));
    }
    match signum {
        1.. if (signum as usize) < NSIG => Ok(signum as usize),
        _ => Err(t.value_error("signal number out of range")),
    }
}

fn no_core_dump() {
    let none = libc::rlimit { rlim_cur: 0, rlim_max: 0 };
    // SAFETY: plain data.
    unsafe { libc::setrlimit(libc::RLIMIT_CORE, &raw const none) };
}

/// A stack of its own for handlers in the calling thread, large enough to walk a native stack on.
fn signal_stack() {
    const SIZE: usize = 256 * 1024;
    static DONE: AtomicBool = AtomicBool::new(false);
    if DONE.swap(true, AcqRel) {
        return;
    }
    let memory = Box::leak(vec![0u8; SIZE].into_boxed_slice());
    let stack = libc::stack_t { ss_sp: memory.as_mut_ptr().cast(), ss_flags: 0, ss_size: SIZE };
    // SAFETY: memory that is never freed.
    unsafe { libc::sigaltstack(&raw const stack, std::ptr::null_mut()) };
}

fn unregister(signal: usize) -> bool {
    let was = USER[signal].swap(0, AcqRel) != 0;
    if was {
        let previous = USER_PREVIOUS[signal].load(Acquire);
        if !previous.is_null() {
            // SAFETY: a box that is never freed.
            unsafe { libc::sigaction(signal as i32, previous, std::ptr::null_mut()) };
        }
    }
    was
}

#[inline(never)]
fn recurse(depth: u64) -> u64 {
    let mut room = [depth; 512];
    std::hint::black_box(&mut room);
    if std::hint::black_box(depth) == u64::MAX {
        return 0;
    }
    recurse(depth + 1) + room[(depth % 512) as usize]
}

/// Stacks of Python threads as text: on demand, after a time, on signals, and when the process crashes.
#[pymodule(name = "faulthandler")]
impl Faulthandler {
    /// Report crashes (SIGSEGV, SIGFPE, SIGABRT, SIGBUS, SIGILL) with the Python stack.
    #[py("($module, /, file=sys.stderr, all_threads=True, c_stack=True)")]
    fn enable(t: &Thread, file: Option<Value>, all_threads: Option<bool>, c_stack: Option<bool>) -> Result<()> {
        let _ = all_threads;
        let (fd, file) = target(t, file)?;
        keep(t, "crash", file)?;
        CRASH_NATIVE.store(c_stack.unwrap_or(true), Release);
        if CRASH_FD.swap(fd, AcqRel) >= 0 {
            return Ok(());
        }
        signal_stack();
        for (i, (signal, _)) in CRASHES.iter().enumerate() {
            // SAFETY: plain data with an empty mask.
            let (mut a, mut previous): (libc::sigaction, libc::sigaction) = unsafe { (std::mem::zeroed(), std::mem::zeroed()) };
            a.sa_sigaction = on_crash as extern "C" fn(i32) as usize;
            a.sa_flags = libc::SA_NODEFER | libc::SA_ONSTACK;
            // SAFETY: both are valid for the call.
            unsafe { libc::sigaction(*signal, &raw const a, &raw mut previous) };
            CRASH_PREVIOUS[i].store(Box::into_raw(Box::new(previous)), Release);
        }
        Ok(())
    }
    /// Leave crashes alone again; whether they were reported.
    #[py("($module, /)")]
    fn disable(t: &Thread) -> Result<bool> {
        if CRASH_FD.swap(-1, AcqRel) < 0 {
            return Ok(false);
        }
        (0..CRASHES.len()).for_each(restore_crash);
        keep(t, "crash", Value::NONE)?;
        Ok(true)
    }
    /// Whether crashes are reported.
    #[py("($module, /)")]
    fn is_enabled(_t: &Thread) -> bool {
        CRASH_FD.load(Acquire) >= 0
    }
    /// Write the stack of this thread, or those of all threads.
    #[py("($module, /, file=sys.stderr, all_threads=True)")]
    fn dump_traceback(t: &Thread, file: Option<Value>, all_threads: Option<bool>) -> Result<()> {
        let (fd, _file) = target(t, file)?;
        if all_threads == Some(false) {
            write_own_stack(fd, false);
            return Ok(());
        }
        let mut stacks = other_threads(t, None);
        let mut own = Vec::new();
        let mut put = |s: &[u8]| own.extend_from_slice(s);
        let mut out = Output(&mut put);
        out.thread_title(own_ident(), true);
        // SAFETY: the calling thread's own frames.
        unsafe { out.frames(t) };
        stacks.push(own);
        let text = stacks.join(&b'\n');
        t.blocking(|| write_all(fd, &text));
        Ok(())
    }
    /// Write the native stack of this thread.
    #[py("($module, /, file=sys.stderr)")]
    fn dump_c_stack(t: &Thread, file: Option<Value>) -> Result<()> {
        let (fd, _file) = target(t, file)?;
        write_native_stack(fd);
        Ok(())
    }
    /// Write the stacks of all threads after so many seconds, once or again and again, and perhaps end the process then.
    #[py("($module, /, timeout, repeat=False, file=sys.stderr, exit=False)")]
    fn dump_traceback_later(
        t: &Thread,
        timeout: Value,
        repeat: Option<bool>,
        file: Option<Value>,
        exit: Option<bool>,
    ) -> Result<()> {
        let ns = nanoseconds(t, timeout, Round::Ceiling)?;
        if ns <= 0 {
            return Err(t.value_error("timeout must be greater than 0"));
        }
        let (fd, file) = target(t, file)?;
        let micros = (ns as u64).div_ceil(1000);
        let (seconds, rest) = (micros / 1_000_000, micros % 1_000_000);
        let mut title = format!("Timeout ({}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60);
        if rest != 0 {
            title += &format!(".{rest:06}");
        }
        title += ")!\n";
        cancel_later();
        keep(t, "later", file)?;
        let later = Arc::new(Later { cancelled: Mutex::new(false), changed: Condvar::new() });
        let (repeat, exit) = (repeat.unwrap_or(false), exit.unwrap_or(false));
        let own = later.clone();
        let run = move || wait_and_dump(&own, Duration::from_nanos(ns as u64), fd, repeat, exit, &title);
        if std::thread::Builder::new().name("faulthandler".to_owned()).spawn(run).is_err() {
            return Err(t.runtime_error("unable to start watchdog thread"));
        }
        *LATER.lock().expect("watchdog") = Some(later);
        Ok(())
    }
    /// Call off what `dump_traceback_later` was asked for.
    #[py("($module, /)")]
    fn cancel_dump_traceback_later(t: &Thread) -> Result<()> {
        cancel_later();
        keep(t, "later", Value::NONE)
    }
    /// Write the stack of the interrupted thread, or those of all threads, whenever this signal comes.
    #[py("($module, /, signum, file=sys.stderr, all_threads=True, chain=False)")]
    fn register(t: &Thread, signum: i32, file: Option<Value>, all_threads: Option<bool>, chain: Option<bool>) -> Result<()> {
        let i = signal_index(t, signum)?;
        let (fd, file) = target(t, file)?;
        keep(t, &format!("signal {signum}"), file)?;
        let all = all_threads.unwrap_or(true);
        if all {
            Helper::start();
        }
        let word = (fd as u64 + 1) | if all { ALL } else { 0 } | if chain == Some(true) { CHAIN } else { 0 };
        if USER[i].swap(word, AcqRel) == 0 {
            signal_stack();
            // SAFETY: plain data.
            let mut previous: libc::sigaction = unsafe { std::mem::zeroed() };
            // SAFETY: both are valid for the call.
            if unsafe { libc::sigaction(signum, &user_action(), &raw mut previous) } != 0 {
                USER[i].store(0, Release);
                return Err(crate::system::last_error(t));
            }
            USER_PREVIOUS[i].store(Box::into_raw(Box::new(previous)), Release);
        }
        Ok(())
    }
    /// Undo what `register` did for this signal; whether there was anything to undo.
    #[py("($module, signum, /)")]
    fn unregister(t: &Thread, signum: i32) -> Result<bool> {
        let i = signal_index(t, signum)?;
        keep(t, &format!("signal {signum}"), Value::NONE)?;
        Ok(unregister(i))
    }
    /// Crash by reading from address zero.
    #[py("($module, /)")]
    fn _read_null(_t: &Thread) -> i64 {
        no_core_dump();
        let null = std::hint::black_box(std::ptr::null::<i32>());
        // SAFETY: none: the crash is what was asked for.
        i64::from(unsafe { null.read_volatile() })
    }
    /// Crash by a SIGSEGV.
    #[py("($module, release_gil=False, /)")]
    fn _sigsegv(t: &Thread, release_gil: Option<bool>) {
        no_core_dump();
        // SAFETY: the crash is what was asked for.
        let crash = || unsafe { libc::raise(libc::SIGSEGV) };
        match release_gil {
            Some(true) => t.blocking(crash),
            _ => crash(),
        };
    }
    /// Crash in a native thread that is no Python thread.
    #[py("($module, /)")]
    fn _fatal_error_c_thread(t: &Thread) {
        no_core_dump();
        let crash = || {
            eprintln!("Fatal Python error: faulthandler_fatal_error_thread: in new thread");
            std::process::abort()
        };
        t.blocking(|| std::thread::spawn(crash).join()).ok();
    }
    /// Crash by `abort()`.
    #[py("($module, /)")]
    fn _sigabrt(_t: &Thread) {
        no_core_dump();
        std::process::abort()
    }
    /// Crash by a SIGFPE.
    #[py("($module, /)")]
    fn _sigfpe(_t: &Thread) {
        no_core_dump();
        // SAFETY: the crash is what was asked for.
        unsafe { libc::raise(libc::SIGFPE) };
    }
    /// Crash by using up the native stack.
    #[py("($module, /)")]
    fn _stack_overflow(_t: &Thread) -> u64 {
        no_core_dump();
        recurse(0)
    }
}
