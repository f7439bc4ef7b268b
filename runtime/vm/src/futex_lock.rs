//! Locks that Python code can hold: a futex word. A thread that waits has left the running state, so collections do not wait for it.

use crate::native::*;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering::*};
use std::time::Instant;

/// 0 free, 1 held, 2 held and somebody waits.
pub struct FutexLock(AtomicU32);

impl Default for FutexLock {
    fn default() -> Self {
        Self::new()
    }
}

impl FutexLock {
    pub const fn new() -> FutexLock {
        FutexLock(AtomicU32::new(0))
    }
    pub fn try_acquire(&self) -> bool {
        self.0.compare_exchange(0, 1, Acquire, Relaxed).is_ok()
    }
    pub fn is_held(&self) -> bool {
        self.0.load(Relaxed) != 0
    }
    pub fn release(&self) -> bool {
        match self.0.swap(0, Release) {
            0 => false,
            1 => true,
            _ => {
                taipan_heap::futex_wake_one(&self.0);
                true
            }
        }
    }
    /// Makes it free, whoever holds it: for the child of a fork.
    pub fn reset(&self) {
        self.0.store(0, Release);
    }
    /// Waits for the lock until `deadline`; runs signal handlers and whatever is pending meanwhile.
    pub fn acquire(&self, t: &Thread, deadline: Option<Instant>) -> Result<bool> {
        if self.try_acquire() {
            return Ok(true);
        }
        loop {
            if self.0.swap(2, Acquire) == 0 {
                return Ok(true);
            }
            let left = match deadline {
                Some(d) => match d.checked_duration_since(Instant::now()) {
                    Some(left) if !left.is_zero() => Some(left),
                    _ => return Ok(false),
                },
                None => None,
            };
            crate::hooks::wait_for(t, (&self.0, 2), left)?;
        }
    }
    /// Waits for the lock as long as it takes. Signal handlers run afterwards.
    pub fn wait(&self, t: &Thread) {
        if self.try_acquire() {
            return;
        }
        while self.0.swap(2, Acquire) != 0 {
            t.blocking(|| taipan_heap::futex_wait(&self.0, 2, None));
        }
    }
}

/// A lock that the thread which holds it may take again.
pub struct ReentrantLock {
    lock: FutexLock,
    /// Heap id of the thread that holds it, plus 1; 0: nobody.
    owner: AtomicU64,
    /// How often it was taken; only the owner touches it.
    depth: AtomicU64,
}

impl Default for ReentrantLock {
    fn default() -> Self {
        Self::new()
    }
}

impl ReentrantLock {
    pub const fn new() -> ReentrantLock {
        ReentrantLock { lock: FutexLock::new(), owner: AtomicU64::new(0), depth: AtomicU64::new(0) }
    }
    pub fn is_held(&self) -> bool {
        self.lock.is_held()
    }
    pub fn wait(&self, t: &Thread) {
        let me = t.id as u64 + 1;
        if self.owner.load(Relaxed) != me {
            self.lock.wait(t);
            self.owner.store(me, Relaxed);
        }
        self.depth.store(self.depth.load(Relaxed) + 1, Relaxed);
    }
    /// False if the calling thread does not hold it.
    pub fn release(&self, t: &Thread) -> bool {
        if self.owner.load(Relaxed) != t.id as u64 + 1 {
            return false;
        }
        let depth = self.depth.load(Relaxed) - 1;
        self.depth.store(depth, Relaxed);
        if depth == 0 {
            self.owner.store(0, Relaxed);
            self.lock.release();
        }
        true
    }
}
