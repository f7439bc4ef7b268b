//! Who may change the structure of a cell: its owner without a lock, anybody else with the cell's lock byte.
//!
//! A container is born owned by the thread that made it. Before another thread changes it, it revokes the ownership with a
//! handshake: after that the owner, which checks at each change, locks like everybody. Ownership never comes back. The owner's
//! unlocked change cannot be interrupted by the revocation, because it contains no poll.
//!
//! The lock byte is free, locked, or locked with threads waiting in the parking lot, a small global table of queues keyed by
//! the cell's address. Waiting threads are blocked; a lock is only ever held by a running thread, for a few instructions
//! without poll, allocation or call of user code.

use crate::threads::{state, threads};
use crate::{Header, Mutator, futex};
use std::marker::PhantomData;
use std::sync::atomic::{AtomicU32, Ordering::*};
use std::sync::{Arc, Mutex, MutexGuard};

const LOCKED: u8 = 1;
const PARKED: u8 = 2;
const SPINS: u32 = 60;

struct Waiter {
    cell: usize,
    woken: AtomicU32,
}

const BUCKETS: usize = 64;
static LOT: [Mutex<Vec<Arc<Waiter>>>; BUCKETS] = [const { Mutex::new(Vec::new()) }; BUCKETS];

fn bucket(cell: usize) -> MutexGuard<'static, Vec<Arc<Waiter>>> {
    let n = (cell >> 4).wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 58;
    LOT[n % BUCKETS].lock().unwrap_or_else(|p| p.into_inner())
}

/// In the child of a fork: waiting threads are gone.
pub(crate) fn forget_waiters() {
    for b in &LOT {
        b.lock().unwrap_or_else(|p| p.into_inner()).clear();
    }
}

/// Losses after which a thread's new containers are born shared, until the next full collection.
const LOSSES_MAX: u32 = 256;

impl Mutator {
    /// Whether this thread may change the cell's structure without a lock.
    #[inline(always)]
    pub fn owns(&self, header: &Header) -> bool {
        header.owner.load(Relaxed) == self.id
    }

    /// Revokes the ownership of a cell. May poll.
    #[cold]
    pub fn make_shared(&self, header: &Header) {
        loop {
            let owner = header.owner.load(Acquire);
            if owner == 0 {
                return;
            }
            if owner == self.id {
                header.owner.store(0, Release);
                return;
            }
            let revoke = |owner_thread: &Mutator| {
                if header.owner.load(Relaxed) == owner {
                    header.owner.store(0, Release);
                    owner_thread.lost_one();
                }
            };
            if self.handshake_one(owner, revoke) {
                continue;
            }
            // The owner has ended. While the list is locked, its id is not given to another thread.
            let list = threads();
            let gone = match &list.by_id[owner as usize] {
                None => true,
                Some(r) => r.state.load(SeqCst) == state::GONE,
            };
            if gone {
                let _ = header.owner.compare_exchange(owner, 0, AcqRel, Acquire);
            }
        }
    }

    fn lost_one(&self) {
        // SAFETY: called by the thread, or while it is claimed.
        let local = unsafe { &mut *self.local.get() };
        local.losses += 1;
        if local.losses >= LOSSES_MAX {
            self.new_owner.set(0);
        }
    }
    /// Lets the thread own new containers again. In a stopped world.
    pub(crate) fn forgive_losses(&self) {
        // SAFETY: the world is stopped.
        unsafe { &mut *self.local.get() }.losses = 0;
        self.new_owner.set(self.id);
    }

    /// Locks a shared cell. May poll before it has the lock.
    #[inline]
    pub fn lock_cell(&self, header: &Header) {
        if header.lock.compare_exchange(0, LOCKED, Acquire, Relaxed).is_err() {
            self.lock_slow(header)
        }
    }
    #[inline]
    pub fn unlock_cell(&self, header: &Header) {
        if header.lock.compare_exchange(LOCKED, 0, Release, Relaxed).is_err() {
            self.unlock_slow(header)
        }
    }

    #[cold]
    fn lock_slow(&self, header: &Header) {
        let cell = std::ptr::from_ref(header) as usize;
        let mut spins = 0;
        loop {
            let seen = header.lock.load(Relaxed);
            if seen & LOCKED == 0 {
                if header.lock.compare_exchange_weak(seen, seen | LOCKED, Acquire, Relaxed).is_ok() {
                    return;
                }
                continue;
            }
            if spins < SPINS {
                spins += 1;
                std::hint::spin_loop();
                continue;
            }
            let waiter = Arc::new(Waiter { cell, woken: AtomicU32::new(0) });
            {
                let mut queue = bucket(cell);
                let seen = header.lock.load(Relaxed);
                if seen & LOCKED == 0 || header.lock.compare_exchange(seen, seen | PARKED, Relaxed, Relaxed).is_err() {
                    continue;
                }
                queue.push(waiter.clone());
            }
            self.blocking(|| {
                while waiter.woken.load(Acquire) == 0 {
                    futex::wait(&waiter.woken, 0, None);
                }
            });
            spins = 0;
        }
    }

    #[cold]
    fn unlock_slow(&self, header: &Header) {
        let cell = std::ptr::from_ref(header) as usize;
        let mut queue = bucket(cell);
        let next = queue.iter().position(|w| w.cell == cell).map(|i| queue.remove(i));
        let more = queue.iter().any(|w| w.cell == cell);
        header.lock.store(if more { PARKED } else { 0 }, Release);
        drop(queue);
        if let Some(waiter) = next {
            waiter.woken.store(1, Release);
            futex::wake_all(&waiter.woken);
        }
    }

    /// The right to change the cell's structure, until the guard is dropped. May poll before it returns; in between there
    /// must be no poll, allocation, wait or call of user code.
    #[inline]
    pub fn exclusive<'a>(&'a self, header: &'a Header) -> Exclusive<'a> {
        let locked = !self.owns(header);
        if locked {
            self.exclusive_shared(header);
        }
        self.forbid_polls(1);
        Exclusive { thread: self, header, locked, here: PhantomData }
    }
    /// As [`Mutator::exclusive`], for two cells.
    pub fn exclusive_pair<'a>(&'a self, a: &'a Header, b: &'a Header) -> (Exclusive<'a>, Option<Exclusive<'a>>) {
        if std::ptr::eq(a, b) {
            return (self.exclusive(a), None);
        }
        loop {
            for h in [a, b] {
                if !self.owns(h) && h.owner.load(Acquire) != 0 {
                    self.make_shared(h);
                }
            }
            // By address, so that two threads cannot wait for each other; an owned cell needs no lock.
            let (first, second) = if std::ptr::from_ref(a) < std::ptr::from_ref(b) { (a, b) } else { (b, a) };
            let first_locked = !self.owns(first);
            if first_locked {
                self.lock_cell(first);
            }
            // Waiting for the second with the first locked would be a wait with a lock held: try, or begin again.
            let second_locked = !self.owns(second);
            if !first_locked && second_locked {
                self.lock_cell(second);
                // The wait may have cost us the first.
                if !self.owns(first) {
                    self.unlock_cell(second);
                    continue;
                }
            } else if second_locked && second.lock.compare_exchange(0, LOCKED, Acquire, Relaxed).is_err() {
                self.unlock_cell(first);
                self.lock_cell(second);
                self.unlock_cell(second);
                continue;
            }
            self.forbid_polls(1);
            self.forbid_polls(1);
            let guard = |header, locked| Exclusive { thread: self, header, locked, here: PhantomData };
            let (g1, g2) = (guard(first, first_locked), guard(second, second_locked));
            return if std::ptr::eq(first, a) { (g1, Some(g2)) } else { (g2, Some(g1)) };
        }
    }

    #[cold]
    fn exclusive_shared(&self, header: &Header) {
        if header.owner.load(Acquire) != 0 {
            self.make_shared(header);
        }
        self.lock_cell(header);
    }
    /// In debug builds: until it is called with -1 as often as with 1, a poll, an allocation or a wait panics.
    #[inline(always)]
    pub(crate) fn forbid_polls(&self, change: i32) {
        if cfg!(debug_assertions) {
            self.exclusive_depth.set(self.exclusive_depth.get().wrapping_add_signed(change));
        }
    }
}

/// The right to change a cell's structure.
pub struct Exclusive<'a> {
    thread: &'a Mutator,
    header: &'a Header,
    locked: bool,
    /// Stays with its thread.
    here: PhantomData<*const ()>,
}

impl Drop for Exclusive<'_> {
    #[inline]
    fn drop(&mut self) {
        self.thread.forbid_polls(-1);
        if self.locked {
            self.thread.unlock_cell(self.header)
        }
    }
}
