//! Handshakes: having a small closure run for another thread, at its next poll or on its behalf while it is blocked; and
//! stopping all threads at once.
//!
//! A thread that waits for an answer is blocked, so others' requests to it are answered meanwhile: two threads that ask each
//! other cannot hang. The states and the memory order are told in `threads`.

use crate::threads::{Record, state, threads, with_spilled};
use crate::{Mutator, futex, poll_bits};
use std::sync::atomic::{AtomicU32, Ordering::*};
use std::sync::{Arc, Mutex, MutexGuard, TryLockError};
use std::time::Duration;

/// 1 while the world is stopping or stopped.
pub(crate) static STOP: AtomicU32 = AtomicU32::new(0);
/// Counts the threads that blocked while the world was stopping: what the stopping thread waits for.
static PROGRESS: AtomicU32 = AtomicU32::new(0);
/// Held by the thread that stops the world.
static STOP_LOCK: Mutex<()> = Mutex::new(());

/// A closure to be run for one or several threads. Lives on the requester's stack until all have answered.
pub(crate) struct Request<'a> {
    run: &'a (dyn Fn(&Mutator) + Sync + 'a),
    /// Answers that are missing.
    pending: AtomicU32,
}

/// Runs a request for a thread.
/// # Safety
/// The request is taken from the thread's queue, and `thread` is the calling thread or claimed by it.
pub(crate) unsafe fn answer(request: *const Request<'static>, thread: &Mutator) {
    // SAFETY: the requester keeps it until the last answer.
    let request = unsafe { &*request };
    (request.run)(thread);
    let pending = &raw const request.pending;
    if request.pending.fetch_sub(1, AcqRel) == 1 {
        futex::wake_all(pending);
    }
}

/// A thread has blocked while the world is stopping.
pub(crate) fn stopped() {
    PROGRESS.fetch_add(1, SeqCst);
    futex::wake_all(&PROGRESS);
}

/// The threads of a stopped world, the stopping one among them.
pub struct World {
    pub(crate) threads: Vec<Arc<Record>>,
    /// Others were running when they were asked to stop.
    pub(crate) others_ran: bool,
}

impl World {
    /// Calls `f` for each thread, the calling one among them.
    pub fn for_each_thread(&self, mut f: impl FnMut(&Mutator)) {
        for r in &self.threads {
            // SAFETY: the world is stopped.
            f(unsafe { r.mutator() })
        }
    }
}

impl Mutator {
    /// Does what the poll word asks of the heap's part of a thread: answers requests, waits while the world is stopped. The
    /// runtime's bits stay set. To be called when [`Mutator::should_poll`] says so.
    #[cold]
    pub fn poll_slow(&self) {
        self.start();
        debug_assert_eq!(self.exclusive_depth.get(), 0, "a thread that holds a cell exclusively must not poll");
        self.poll.fetch_and(!poll_bits::HANDSHAKE, SeqCst);
        self.answer_requests();
        if STOP.load(SeqCst) != 0 && self.stopping.get() == 0 {
            with_spilled(|sp| {
                self.enter_blocked(sp);
                // `enter_blocked` reports only when it sees the poll bit, which is cleared by now.
                stopped();
                self.leave_blocked();
            });
        }
    }

    pub(crate) fn answer_requests(&self) {
        loop {
            let requests = std::mem::take(&mut *self.record.requests.lock().expect("requests"));
            if requests.is_empty() {
                return;
            }
            for r in requests {
                // SAFETY: from the calling thread's queue.
                unsafe { answer(r, self) }
            }
        }
    }

    /// Has `f` run for the thread with this id; returns when it has, false if there is no such thread. `f` may run in any
    /// thread; it must not poll, allocate or wait.
    pub fn handshake_one(&self, target: u16, f: impl Fn(&Mutator) + Sync) -> bool {
        self.start();
        if target == self.id {
            f(self);
            return true;
        }
        let Some(record) = threads().by_id.get(target as usize).cloned().flatten() else { return false };
        let request = Request { run: &f, pending: AtomicU32::new(1) };
        if !enqueue(&record, &request) {
            return false;
        }
        self.wait_for(&request, &[record]);
        true
    }

    /// Has `f` run for every other started thread, and returns when all have answered. As [`Mutator::handshake_one`].
    pub fn handshake_all(&self, f: impl Fn(&Mutator) + Sync) {
        self.start();
        let request = Request { run: &f, pending: AtomicU32::new(0) };
        let mut asked = Vec::new();
        {
            let list = threads();
            for r in list.started().filter(|r| r.id != self.id) {
                // Counted first: the answer may come at once.
                request.pending.fetch_add(1, Relaxed);
                if enqueue(r, &request) {
                    asked.push(r.clone());
                } else {
                    request.pending.fetch_sub(1, Relaxed);
                }
            }
        }
        self.wait_for(&request, &asked);
    }

    fn wait_for(&self, request: &Request, asked: &[Arc<Record>]) {
        let mut answered = true;
        for r in asked {
            if request.pending.load(Acquire) == 0 {
                return;
            }
            answered &= answer_for(r);
        }
        if answered && request.pending.load(Acquire) == 0 {
            return;
        }
        for _ in 0..100 {
            if request.pending.load(Acquire) == 0 {
                return;
            }
            std::hint::spin_loop();
        }
        self.blocking(|| {
            loop {
                let n = request.pending.load(Acquire);
                if n == 0 {
                    return;
                }
                // A thread that was claimed by another when we looked may still have our request.
                futex::wait(&request.pending, n, Some(Duration::from_millis(1)));
                if request.pending.load(Acquire) != 0 {
                    self.leave_blocked();
                    asked.iter().for_each(|r| {
                        answer_for(r);
                    });
                    with_spilled(|sp| self.enter_blocked(sp));
                }
            }
        })
    }

    /// Stops all other threads, runs `f`, and lets them go on. Other threads may have stopped the world before this one got
    /// its turn. `f` must not allocate or poll.
    pub fn stop_the_world<R>(&self, f: impl FnOnce(&World) -> R) -> R {
        self.start();
        debug_assert_eq!(self.exclusive_depth.get(), 0, "a thread that holds a cell exclusively must not stop the world");
        with_spilled(|sp| {
            self.record.sp.store(sp, Relaxed);
            let lock = (self.stopping.get() == 0).then(|| self.take_stop_lock(sp));
            self.stopping.set(self.stopping.get() + 1);
            let mut world = World {
                others_ran: false,
                threads: {
                    let list = threads();
                    STOP.store(1, SeqCst);
                    list.started().cloned().collect()
                },
            };
            let _restart = Restart(self, lock);
            if self.stopping.get() == 1 {
                world.others_ran = self.await_stop(&world);
            }
            f(&world)
        })
    }

    fn take_stop_lock(&self, sp: usize) -> MutexGuard<'static, ()> {
        match STOP_LOCK.try_lock() {
            Ok(guard) => return guard,
            Err(TryLockError::Poisoned(p)) => return p.into_inner(),
            Err(TryLockError::WouldBlock) => {}
        }
        self.enter_blocked(sp);
        if STOP.load(SeqCst) != 0 {
            stopped();
        }
        let guard = STOP_LOCK.lock().unwrap_or_else(|p| p.into_inner());
        // The holder of the lock is the only one who stops the world, so this does not wait for long.
        self.leave_blocked();
        guard
    }

    /// Waits until no other thread runs; true if one did.
    fn await_stop(&self, world: &World) -> bool {
        let others = || world.threads.iter().filter(|r| r.id != self.id);
        for r in others() {
            // SAFETY: a started thread's mutator lives until it detaches, which it cannot while the world is stopping.
            unsafe { (*r.mutator.load(Acquire)).poll.fetch_or(poll_bits::HANDSHAKE, SeqCst) };
        }
        let mut spins = 0;
        loop {
            let seen = PROGRESS.load(SeqCst);
            if others().all(|r| r.state.load(SeqCst) != state::RUNNING) {
                return spins > 0;
            }
            spins += 1;
            if spins < 200 {
                std::hint::spin_loop();
            } else {
                // The timeout is for a thread that blocked without having seen the poll bit.
                futex::wait(&PROGRESS, seen, Some(Duration::from_micros(500)));
            }
        }
    }

    /// Calls `fork`, which forks the process and returns what `fork(2)` returned, with the world stopped and no lock of the
    /// heap held by another thread. In the child only the calling thread is left; what the others held is no root any more.
    pub fn fork_with(&self, fork: impl FnOnce() -> i32) -> i32 {
        self.stop_the_world(|world| {
            let pid = {
                // Threads that are not attached may hold these for a moment.
                let _locks = (crate::collect::collector(), crate::weak::queues(), crate::space::space(), threads());
                let _shapes = crate::SHAPES.lock_all();
                fork()
            };
            if pid == 0 {
                self.after_fork_in_child(world);
            }
            pid
        })
    }

    fn after_fork_in_child(&self, world: &World) {
        crate::mark::forget_helpers();
        crate::collect::forget_asking();
        crate::lock::forget_waiters();
        // Their requesters do not exist any more.
        self.record.requests.lock().expect("requests").clear();
        for r in world.threads.iter().filter(|r| r.id != self.id) {
            // SAFETY: the thread does not exist in this process; its record is memory like any other.
            unsafe { r.mutator() }.retire();
            r.state.store(state::GONE, Relaxed);
            threads().by_id[r.id as usize] = None;
        }
    }
}

struct Restart<'a>(&'a Mutator, Option<MutexGuard<'static, ()>>);
impl Drop for Restart<'_> {
    fn drop(&mut self) {
        let depth = self.0.stopping.get() - 1;
        self.0.stopping.set(depth);
        if depth == 0 {
            STOP.store(0, SeqCst);
            drop(self.1.take());
            futex::wake_all(&STOP);
        }
    }
}

/// Queues a request and sets the thread's poll bit; false if the thread is gone.
fn enqueue(record: &Record, request: &Request) -> bool {
    let mut queue = record.requests.lock().expect("requests");
    if record.state.load(SeqCst) == state::GONE {
        return false;
    }
    let request: *const Request<'_> = request;
    queue.push(request.cast());
    // SAFETY: the mutator lives while the thread is not gone, and it takes this lock after going, before it ends.
    unsafe { (*record.mutator.load(Acquire)).poll.fetch_or(poll_bits::HANDSHAKE, SeqCst) };
    true
}

/// Answers a thread's requests for it if it is blocked.
fn answer_for(record: &Record) -> bool {
    loop {
        match record.state.compare_exchange(state::BLOCKED, state::CLAIMED, SeqCst, SeqCst) {
            Ok(_) => break,
            Err(state::CLAIMED) => futex::wait(&record.state, state::CLAIMED, None),
            Err(_) => return false,
        }
    }
    // SAFETY: claimed.
    unsafe { record.mutator() }.answer_requests();
    record.state.store(state::BLOCKED, SeqCst);
    futex::wake_all(&record.state);
    true
}
