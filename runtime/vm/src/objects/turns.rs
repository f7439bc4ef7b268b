//! Taking turns: for what consists of several steps that may call user code, and of which threads that share an object must
//! see all or nothing (a row of `zip`, a heap's sifting, a default that is made once).
//!
//! This is no lock that something relies on for its safety: the objects are sound when it fails. So it can give way where a
//! lock could not. The same thread may come back to the object in the middle of its turn; and a thread that has waited for
//! [`PATIENCE`] goes ahead, as user code that runs in another's turn may itself wait for this thread.
//!
//! The owner of an object takes turns with nobody: this costs one compare. Another thread revokes the ownership first.

use crate::native::*;
use std::sync::atomic::{AtomicU32, Ordering::*};
use std::sync::{Mutex, MutexGuard};
use std::time::{Duration, Instant};

/// How long a thread waits for its turn.
const PATIENCE: Duration = Duration::from_millis(200);

/// Whose turn it is: the object's address, and the thread.
type Holder = (usize, u16);

struct Bucket {
    holders: Mutex<Vec<Holder>>,
    /// Counts the turns that ended, for those who wait.
    ended: AtomicU32,
    waiting: AtomicU32,
}

const BUCKETS: usize = 64;
static TURNS: [Bucket; BUCKETS] =
    [const { Bucket { holders: Mutex::new(Vec::new()), ended: AtomicU32::new(0), waiting: AtomicU32::new(0) } }; BUCKETS];

impl Bucket {
    fn of(cell: usize) -> &'static Bucket {
        &TURNS[(cell >> 4).wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 58]
    }
    fn holders(&self) -> MutexGuard<'_, Vec<Holder>> {
        self.holders.lock().unwrap_or_else(|p| p.into_inner())
    }
}

/// In the child of a fork: the others' turns never end.
pub fn forget() {
    for bucket in &TURNS {
        bucket.holders().clear();
    }
}

/// Runs `f`, which may call anything, while no other thread runs one for the same object.
#[inline]
pub fn in_turn<R>(t: &Thread, cell: &Header, f: impl FnOnce() -> R) -> R {
    if t.owns(cell) {
        return f();
    }
    in_turn_of_all(t, cell, f)
}

/// As [`in_turn`], where the owner takes its turn like everybody.
#[inline(never)]
pub fn in_turn_of_all<R>(t: &Thread, cell: &Header, f: impl FnOnce() -> R) -> R {
    if !t.owns(cell) {
        t.make_shared(cell);
    }
    let _turn = take(t, std::ptr::from_ref(cell) as usize);
    f()
}

struct Turn(usize);

fn take(t: &Thread, cell: usize) -> Option<Turn> {
    let bucket = Bucket::of(cell);
    let mut until = None;
    loop {
        let seen = {
            let mut holders = bucket.holders();
            match holders.iter().find(|h| h.0 == cell) {
                None => {
                    holders.push((cell, t.id));
                    return Some(Turn(cell));
                }
                Some(h) if h.1 == t.id => return None,
                Some(_) => {
                    bucket.waiting.fetch_add(1, SeqCst);
                    bucket.ended.load(SeqCst)
                }
            }
        };
        let left = until.get_or_insert_with(|| Instant::now() + PATIENCE).saturating_duration_since(Instant::now());
        t.blocking(|| taipan_heap::futex_wait(&bucket.ended, seen, Some(left)));
        bucket.waiting.fetch_sub(1, SeqCst);
        if left.is_zero() {
            return None;
        }
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        let bucket = Bucket::of(self.0);
        let mut holders = bucket.holders();
        if let Some(i) = holders.iter().position(|h| h.0 == self.0) {
            holders.swap_remove(i);
        }
        bucket.ended.fetch_add(1, SeqCst);
        drop(holders);
        if bucket.waiting.load(SeqCst) != 0 {
            taipan_heap::futex_wake_all(&bucket.ended);
        }
    }
}
