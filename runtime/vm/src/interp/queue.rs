//! Compilations on their way: a bounded queue that a thread of its own works off, while the program goes on in the interpreter.
//!
//! What a compilation needs of the heap is gathered by the thread that asks for it; a [`Job`] touches no cell. The codes that wait are
//! roots, since the finished unit is published in them. The queue's lock is held for moments only, and across a fork, so that the
//! child finds it whole; there the compiling thread is started anew with the next request.

use super::machine::Unit;
use crate::native::*;
use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::*};
use std::sync::{Condvar, Mutex, MutexGuard};

/// The part of a compilation that any thread can do. `None`: the code is left to the interpreter.
pub type Job = Box<dyn FnOnce() -> Option<Box<Unit>> + Send>;

/// Most compilations that wait.
const MOST: usize = 64;
/// Native stack of the compiling thread.
const STACK: usize = 16 << 20;

/// What is to be told when a compilation is over.
#[derive(Clone, Copy)]
pub struct Target {
    /// The code object's word.
    pub code: u64,
    /// The place's word, inside that code.
    pub site: *const AtomicU64,
    /// The unit is for the whole function.
    pub function: bool,
}
// SAFETY: the site is only accessed atomically; the code is a root as long as the target is in the queue.
unsafe impl Send for Target {}

struct Queue {
    waiting: VecDeque<(Target, Job)>,
    current: Option<Target>,
    /// The compiling thread runs.
    started: bool,
}
static QUEUE: Mutex<Queue> = Mutex::new(Queue { waiting: VecDeque::new(), current: None, started: false });
static CHANGED: Condvar = Condvar::new();
static SYNCHRONOUS: AtomicBool = AtomicBool::new(false);

fn queue() -> MutexGuard<'static, Queue> {
    QUEUE.lock().unwrap_or_else(|p| p.into_inner())
}

/// Whether threads wait for what they want compiled: what runs then is the same each time.
pub fn set_synchronous(on: bool) {
    SYNCHRONOUS.store(on, Relaxed)
}

/// The codes that wait.
pub(crate) fn scan_roots(v: &mut Visitor) {
    let q = queue();
    for target in q.waiting.iter().map(|(target, _)| target).chain(&q.current) {
        v.value(Value::from_bits(target.code));
    }
}

/// Has `job` done, and its outcome published. False if too many wait already.
pub(super) fn submit(target: Target, job: Job) -> bool {
    if SYNCHRONOUS.load(Relaxed) {
        let unit = run(job);
        super::machine::publish(target, unit);
        return true;
    }
    let mut q = queue();
    if q.waiting.len() >= MOST || !start(&mut q) {
        return false;
    }
    q.waiting.push_back((target, job));
    CHANGED.notify_one();
    true
}

/// A fault of the code generator costs the one unit, not the program.
fn run(job: Job) -> Option<Box<Unit>> {
    std::panic::catch_unwind(std::panic::AssertUnwindSafe(job)).unwrap_or(None)
}

fn start(q: &mut Queue) -> bool {
    if !q.started {
        // Signals are for threads that run Python code.
        // SAFETY: plain calls with initialised sets.
        q.started = unsafe {
            let mut all: libc::sigset_t = std::mem::zeroed();
            let mut old: libc::sigset_t = std::mem::zeroed();
            libc::sigfillset(&mut all);
            libc::pthread_sigmask(libc::SIG_SETMASK, &all, &mut old);
            let started = std::thread::Builder::new().name("jit".into()).stack_size(STACK).spawn(work);
            libc::pthread_sigmask(libc::SIG_SETMASK, &old, std::ptr::null_mut());
            started.is_ok()
        };
    }
    q.started
}

fn work() {
    let mut q = queue();
    loop {
        let Some((target, job)) = q.waiting.pop_front() else {
            q = CHANGED.wait(q).unwrap_or_else(|p| p.into_inner());
            continue;
        };
        q.current = Some(target);
        drop(q);
        let unit = run(job);
        q = queue();
        super::machine::publish(target, unit);
        q.current = None;
    }
}

/// Held across a fork, with nothing being published.
pub struct Held(MutexGuard<'static, Queue>);

/// For a thread that is about to fork, and attached to the heap: waits for the queue.
pub fn hold() -> Held {
    Held(queue())
}
impl Held {
    /// In the child, where the compiling thread is gone with what it was about.
    pub fn forget_thread(mut self) {
        self.0.started = false;
        if let Some(target) = self.0.current.take() {
            // SAFETY: the code was a root until now.
            unsafe { (*target.site).store(0, Release) };
        }
    }
}
