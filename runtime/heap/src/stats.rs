//! What the collector tells about itself.

use std::time::{Duration, Instant};

/// Counters since the program began. Sizes in bytes.
#[derive(Clone, Debug)]
pub struct Stats {
    pub minor_collections: u64,
    pub full_collections: u64,
    /// Minor collections that kept all new cells without looking at them.
    pub kept_unseen: u64,
    /// Time the world was stopped for collections.
    pub pause_total: Duration,
    pub pause_max: Duration,
    /// Pauses by length: element `i` counts those of less than 2^i microseconds (and not less than half of that).
    pub pause_histogram: [u64; 24],
    /// Wall time since the heap was first used.
    pub elapsed: Duration,
    /// Handed out to threads.
    pub allocated: u64,
    /// Cells that survived the last collection.
    pub live: usize,
    /// Of blocks in use.
    pub in_use: usize,
    /// Free memory that was not given back to the system.
    pub reserve: usize,
    /// Allocation between two minor collections.
    pub nursery: usize,
    /// Finalizers called for, weak references emptied, native data dropped.
    pub finalized: u64,
    pub freed_cells: u64,
}

impl Stats {
    /// The collector's share of wall time.
    pub fn share(&self) -> f64 {
        self.pause_total.as_secs_f64() / self.elapsed.as_secs_f64().max(1e-9)
    }
}

/// The collector's own counters.
pub(crate) struct Counters {
    pub minor: u64,
    pub full: u64,
    pub unseen: u64,
    pub pause_total: Duration,
    pub pause_max: Duration,
    pub histogram: [u64; 24],
    pub started: Option<Instant>,
    pub allocated: u64,
    pub finalized: u64,
    pub freed_cells: u64,
}

impl Counters {
    pub const fn new() -> Counters {
        Counters {
            minor: 0,
            full: 0,
            unseen: 0,
            pause_total: Duration::ZERO,
            pause_max: Duration::ZERO,
            histogram: [0; 24],
            started: None,
            allocated: 0,
            finalized: 0,
            freed_cells: 0,
        }
    }
    pub fn pause(&mut self, d: Duration) {
        self.pause_total += d;
        self.pause_max = self.pause_max.max(d);
        let micros = d.as_micros() as u64;
        self.histogram[((64 - micros.leading_zeros()) as usize).min(23)] += 1;
    }
}

/// A size for people.
pub(crate) fn mib(bytes: usize) -> f64 {
    bytes as f64 / (1 << 20) as f64
}
