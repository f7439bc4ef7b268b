//! The collector: when it runs, and what it does while the world is stopped.
//!
//! # Generations by sticky mark bits
//! Mark bits stay set between collections. A *minor* collection starts from the roots and from the old cells that were
//! written to, and stops at every marked cell: it finds the young cells that live, marks them, and so makes them old
//! (Demers et al., "Combining generational and conservative garbage collection", 1990). A *full* collection clears all mark bits
//! first. A minor one is due when the threads have allocated the nursery's size. That is small while few cells survive, as what
//! was just freed is still in the second-level cache when it is allocated again; it grows with the rate of survival and with
//! the share of the time that minor collections take, but not beyond half of the heap.
//!
//! # Pacing
//! What a collector costs is what it marks for each byte that the program allocates; what it costs in memory is the garbage that
//! it lets lie. Both follow from one observation, [`Collector::waste`]: the share of the old cells that the last full
//! collection found dead. With *trust* = 1 − 4·waste (not below 0):
//! - a full collection is due when the old cells have grown to (2 + trust) × what it left. So garbage never takes more than
//!   two thirds of the heap, and each byte is marked for a full collection less than once on average while a heap grows;
//! - it is also due when the old cells have grown by [`EARLY_GROWTH`] and the program has run [`EARLY_RUN`] times as long as a full
//!   collection takes: those of a heap of few large cells, or of a program that allocates slowly, are nearly free;
//! - a program that builds something large makes cells that nearly all live, and marking them one by one tells nothing new. When a
//!   minor collection found 7/8 of the nursery alive, those that follow keep all new cells *unseen*, which takes a pass over
//!   their blocks instead of a walk through the heap: until trust × a third of the live bytes were kept so, then one looks again.
//!   It looks, too, when there are new weak references, finalizers or native data, or when most of the new bytes are in large
//!   cells, as a list leaves them behind that grows. A look comes after the least nursery. What was kept in vain is found by the
//!   next full collection, and counts for when it comes.
//!
//! A minor collection that would have to visit millions of references in new or rewritten cells to find the few new cells among
//! them keeps all new cells, too, once it has found which of the large ones are alive (`mark`, huge runs). And one comes early
//! when old cells were written to in very many places: visiting those again takes longer than looking at what is new.
//!
//! # Full collections of large heaps, in slices
//! Marking ten million cells takes longer than a program should be stopped at a time. When a full collection is due and the old
//! cells are many, marking begins at the end of a minor collection, into the other array of mark bits, and each minor collection
//! that follows continues for some milliseconds, until nothing is left to follow; the next collection finishes it: it looks at
//! the roots once more and does all that a full collection does after marking. A slice is a fifth of the time that the program
//! ran before it, or longer if the heap would otherwise grow by more than [`GROWTH_MAX`] before the end of marking, but no longer
//! than a pause should be. The end is put off while there are new huge cells, which slices visit.
//!
//! That is sound because the world is stopped in every slice, right after a minor collection: all cells are old then, none of them is
//! freed before the end, and every old cell that was written to meanwhile was remembered (or its card is dirty) and is
//! visited by the minor collection (incremental update; Boehm, Demers, Shenker: "Mostly parallel garbage collection", 1991). For
//! that the barrier also records stores of references to old cells while marking is under way ([`is_marking`]). What a
//! minor collection marks it marks for the full one too, so that new cells are not marked twice, and what it meets of old cells
//! that are not marked for the full one yet goes onto that one's stack.
//!
//! # A collection, step by step
//! 1. The world stops. Each thread's frontiers are written, its runs taken away, its buffers handed over.
//! 2. Mark bits of cells that were dropped since the last collection are cleared; a full one takes the other, cleared array
//!    of mark bits, while lookups still use the old one.
//! 3. Roots: written old cells, dirty cards and shapes; queues; root scanners; threads' stacks, native ones conservatively.
//! 4. Marking (`mark`).
//! 5. Weak references, finalizers, weak hooks, drops (`weak`).
//! 6. Dead shapes are freed (full).
//! 7. Blocks with young cells, or all in a full collection, are counted by their mark bits: empty ones become free, those
//!    with enough free cells can be allocated in again. No cell is touched.
//! 8. The world goes on; the collecting thread gives pages back to the system and drops native data.

use crate::handshake::World;
use crate::mark::{HUGE_RUN, Marker, Marks};
use crate::mutator::{FINALIZERS_MAX, Gathered, WRITTEN_MAX};
use crate::region::{self, *};
use crate::space::space;
use crate::stats::{Counters, mib};
use crate::visitor::LONG_RUN;
use crate::weak::{dead_shape, queues};
use crate::*;
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicUsize, Ordering::*};
use std::sync::{Mutex, MutexGuard};
use std::time::{Duration, Instant};

/// For each thread: it has a second-level cache of its own, and all of them stop for a collection.
const NURSERY_MIN: usize = 2 << 20;
const NURSERY_MAX: usize = 64 << 20;
/// The nursery's first size, for programs that end soon; the least one of many threads, and the largest one of a small heap.
const NURSERY_FIRST: usize = 4 << 20;
/// The nursery grows when minor collections take more than this share of the time that the program runs between them.
const MINOR_SHARE: f64 = 1.0 / 16.0;
/// No full collection comes by itself below this size of old cells, and one that is asked for is made in one pause.
const FULL_MIN: usize = 32 << 20;
/// The growth of the old cells behind which a full collection is due if it is cheap.
const EARLY_GROWTH: f64 = 0.3;
/// What is cheap: a full collection after so many times its own time.
const EARLY_RUN: f64 = 50.0;
/// How long a pause with a slice of marking should be.
const PAUSE_AIM: Duration = Duration::from_millis(24);
const SLICE_MIN: Duration = Duration::from_micros(300);
/// A slice is at least this share of the time that the program ran before it.
const SLICE_SHARE: f64 = 0.2;
/// The growth of the heap by which its marking should be done.
const GROWTH_MAX: f64 = 0.4;
/// A minor collection that takes longer is one too many.
const MINOR_LONG: Duration = Duration::from_millis(14);
/// Most words in huge runs that a minor collection visits. If it met more, it keeps all new cells: that is less work.
const HUGE_MOST: usize = 512 << 10;
/// How often the end of marking may be put off because of new huge cells.
const PUT_OFF_MAX: u32 = 4;
/// With more finalizers to be called than this all threads call them, not only the one that collected.
const MANY_FINALIZERS: usize = 64;
/// The least nursery while automatic collection is switched off: that should not make memory of a program where others free what
/// no cycle holds at once.
const DISABLED_NURSERY: usize = 32 << 20;

/// Bytes allocated since the last collection.
static SINCE: AtomicUsize = AtomicUsize::new(0);
/// The nursery's size.
static NURSERY: AtomicUsize = AtomicUsize::new(NURSERY_FIRST);
/// A collection is due when [`SINCE`] reaches this: the nursery's size, or less.
static DUE: AtomicUsize = AtomicUsize::new(NURSERY_FIRST);
static ENABLED: AtomicBool = AtomicBool::new(true);
/// Collect at every so-many-th slow allocation; 0: no stress.
static STRESS: AtomicU32 = AtomicU32::new(0);
/// Check the heap at each collection.
static VERIFY: AtomicBool = AtomicBool::new(false);
static LOG: AtomicBool = AtomicBool::new(false);
/// 1 while a thread collects in slices because the program asked for it; the others that want to wait.
static ASKING: AtomicU32 = AtomicU32::new(0);
/// A full collection is being marked in slices.
static MARKING: AtomicBool = AtomicBool::new(false);

/// The collector's state, used with the world stopped or for registration.
pub(crate) struct Collector {
    /// Registrations of old cells. The other lists hold what threads left when they ended.
    pub old: Gathered,
    /// What threads gathered that have ended since.
    orphans: Gathered,
    pub root_scanners: Vec<fn(&mut Visitor)>,
    pub weak_hooks: Vec<fn(&Liveness)>,
    pub finalizer_filter: fn(&Header) -> bool,
    pub shape_hooks: Vec<fn(&[ShapeId])>,
    /// Number of the last full collection.
    epoch: u32,
    /// The last number given to a full collection, finished or not.
    last_epoch: u32,
    /// The full collection that is being marked in slices.
    sliced: Option<Sliced>,
    /// Bytes of cells that survived the last collection.
    live: usize,
    full_threshold: usize,
    /// What the last full collection left, how long it took of a core, and when it ended.
    full_left: usize,
    full_time: Duration,
    full_end: Option<Instant>,
    /// The share of the old bytes that the last full collection found dead.
    waste: f64,
    /// Bytes that may still be kept unseen.
    unseen: usize,
    /// Seconds it takes to mark a byte, as the last collections in slices found.
    mark_cost: f64,
    /// When the last pause ended.
    last_end: Option<Instant>,
    /// The program waits for the full collection that is being marked.
    asked: bool,
    frozen: usize,
    pub counters: Counters,
}

/// A full collection between its slices.
struct Sliced {
    marker: Marker,
    /// Nothing is left to follow: the next collection finishes it.
    done: bool,
    /// How often the end was put off.
    put_off: u32,
    /// Bytes of old cells when it began.
    live: usize,
    /// The time it took so far.
    spent: Duration,
}

const NOTHING: Gathered = Gathered {
    remembered: Vec::new(),
    cards: Vec::new(),
    touched: Vec::new(),
    weak: Vec::new(),
    finalizable: Vec::new(),
    droppable: Vec::new(),
    allocated: 0,
};

static COLLECTOR: Mutex<Collector> = Mutex::new(Collector {
    old: NOTHING,
    orphans: NOTHING,
    root_scanners: Vec::new(),
    weak_hooks: Vec::new(),
    finalizer_filter: |_| true,
    shape_hooks: Vec::new(),
    epoch: 1,
    last_epoch: 1,
    sliced: None,
    live: 0,
    full_threshold: FULL_MIN,
    full_left: 0,
    full_time: Duration::ZERO,
    full_end: None,
    waste: 0.0,
    unseen: 0,
    mark_cost: 0.7e-9,
    last_end: None,
    asked: false,
    frozen: 0,
    counters: Counters::new(),
});

pub(crate) fn collector() -> MutexGuard<'static, Collector> {
    COLLECTOR.lock().expect("no panic in the collector")
}

/// Adds to what was allocated since the last collection; true if one is due.
pub(crate) fn charge(bytes: usize) -> bool {
    SINCE.fetch_add(bytes, Relaxed) + bytes >= due_at()
}
fn due_at() -> usize {
    let due = DUE.load(Relaxed);
    if ENABLED.load(Relaxed) { due } else { due.max(DISABLED_NURSERY) }
}
#[inline]
pub(crate) fn stress_interval() -> u32 {
    STRESS.load(Relaxed)
}

/// Whether old cells that are written to must be recorded whatever is stored.
#[inline]
pub(crate) fn is_marking() -> bool {
    MARKING.load(Relaxed)
}

/// Switches automatic collection on or off. Off, memory is still collected, but not before [`DISABLED_NURSERY`] was allocated.
pub fn set_enabled(enabled: bool) {
    ENABLED.store(enabled, Relaxed)
}
pub fn is_enabled() -> bool {
    ENABLED.load(Relaxed)
}
/// Whether each collection writes a line to standard error.
pub fn set_log(log: bool) {
    LOG.store(log, Relaxed)
}
/// Whether all cells are checked before and after each collection.
pub fn set_verify(verify: bool) {
    VERIFY.store(verify, Relaxed)
}
/// Most memory for cells, in bytes: beyond it allocation fails. No limit: `usize::MAX`.
pub fn set_memory_limit(bytes: usize) {
    space().limit = u32::try_from(bytes / BLOCK_SIZE).unwrap_or(u32::MAX)
}

/// In the child of a fork: whoever collected in slices is gone.
pub(crate) fn forget_asking() {
    ASKING.store(0, Relaxed)
}

/// Settings from the environment, for attacks on whatever program runs on the heap: `TAIPAN_GC_STRESS` (the interval of stress
/// mode), `TAIPAN_GC_VERIFY`, `TAIPAN_GC_LOG`.
pub(crate) fn read_environment() {
    let number = |name| std::env::var(name).ok().and_then(|s| s.parse::<u32>().ok());
    if let Some(interval) = number("TAIPAN_GC_STRESS") {
        STRESS.store(interval, Relaxed);
    }
    set_verify(number("TAIPAN_GC_VERIFY").is_some_and(|n| n != 0));
    if number("TAIPAN_GC_LOG").is_some_and(|n| n != 0) {
        set_log(true);
    }
}

/// What a collection did.
#[derive(Clone, Copy, Debug, Default)]
pub struct Collected {
    pub full: bool,
    /// Cells that were found dead.
    pub freed_cells: usize,
    /// Dead cells that a [`Census`] counted.
    pub counted: usize,
    /// Cells that were found dead and wait for their finalizers now.
    pub finalizable: usize,
    pub survived_bytes: usize,
    pub pause: Duration,
    /// Other threads had to be stopped for it.
    pub others_ran: bool,
}

impl Collected {
    /// Adds what a further slice of the same collection did.
    fn add(&mut self, other: &Collected) {
        self.freed_cells += other.freed_cells;
        self.counted += other.counted;
        self.finalizable += other.finalizable;
        self.survived_bytes = other.survived_bytes;
        self.pause = self.pause.max(other.pause);
    }
}

/// What a collection is wanted for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// It is time for one, of whatever kind.
    Due,
    /// All cells allocated since the last one are to be looked at.
    Minor,
    /// All cells are to be looked at, in one pause.
    Full,
    /// A full collection in slices is to begin, whatever was marked before.
    Begin,
    /// It is to go on.
    Slice,
}

impl Mutator {
    /// Collects now, in one pause: all cells, or those allocated since the last collection.
    pub fn collect(&self, full: bool) -> Collected {
        let kind = if full { Kind::Full } else { Kind::Minor };
        self.collect_unless(kind, None, || false).unwrap_or_default()
    }
    /// As [`Mutator::collect`], and counts garbage that was in cycles. A large heap is marked in slices, between which other
    /// threads run: what they drop meanwhile may stay for the next collection.
    pub fn collect_counting(&self, full: bool, census: &mut Census) -> Collected {
        if !full {
            return self.collect_unless(Kind::Minor, Some(census), || false).unwrap_or_default();
        }
        if collector().live < FULL_MIN && stress_interval() == 0 {
            return self.collect_unless(Kind::Full, Some(census), || false).unwrap_or_default();
        }
        self.collect_in_slices(census)
    }

    fn collect_in_slices(&self, census: &mut Census) -> Collected {
        // Who begins anew gives up what others have marked: one after the other.
        while ASKING.swap(1, Acquire) != 0 {
            self.blocking(|| futex::wait(&ASKING, 1, Some(Duration::from_millis(5))));
        }
        let mut total = Collected::default();
        let mut kind = Kind::Begin;
        let mut wanted = u32::MAX;
        loop {
            let done = self.collect_unless(kind, Some(census), || false).unwrap_or_default();
            total.add(&done);
            let mut c = collector();
            if kind == Kind::Begin {
                wanted = c.last_epoch;
            }
            // Somebody's collection of all cells that began after this one did is as good.
            if c.epoch >= wanted || c.sliced.is_none() {
                c.asked = false;
                break;
            }
            drop(c);
            kind = Kind::Slice;
            if done.others_ran {
                // As long for them.
                self.blocking(|| std::thread::sleep(done.pause));
            }
        }
        ASKING.store(0, Release);
        futex::wake_all(&ASKING);
        total.full = true;
        total
    }

    /// Collects if nobody else did since the caller found that it was due.
    pub(crate) fn collect_if_due(&self) {
        self.collect_unless(Kind::Due, None, || SINCE.load(Relaxed) < due_at());
    }
    pub(crate) fn collect_for_finalizers(&self) {
        // SAFETY: only this thread uses it while it runs.
        self.collect_unless(Kind::Due, None, || unsafe { &*self.local.get() }.gathered.finalizable.len() < FINALIZERS_MAX);
    }
    pub(crate) fn collect_for_writes(&self) {
        // SAFETY: only this thread uses it while it runs.
        self.collect_unless(Kind::Due, None, || unsafe { &*self.local.get() }.gathered.written() < WRITTEN_MAX);
    }
    pub(crate) fn collect_for_stress(&self) {
        // A full one would give up what was marked in slices.
        let full = SINCE.load(Relaxed).is_multiple_of(7) && !is_marking();
        self.collect_unless(if full { Kind::Full } else { Kind::Due }, None, || false);
    }

    /// Collects all cells in one pause and, before the world goes on, calls `f` for each that is left: those that can be reached,
    /// and what finalizers wait for. `f` as for [`Mutator::for_each_cell`].
    pub fn collect_and_visit(&self, mut f: impl FnMut(std::ptr::NonNull<Header>)) {
        self.collect_then(Kind::Full, None, || false, || verify::each_marked_cell(&mut f));
    }

    fn collect_unless(&self, kind: Kind, census: Option<&mut Census>, unless: impl FnOnce() -> bool) -> Option<Collected> {
        self.collect_then(kind, census, unless, || {})
    }
    /// As above; calls `then` in the world that is still stopped.
    fn collect_then(
        &self,
        kind: Kind,
        census: Option<&mut Census>,
        unless: impl FnOnce() -> bool,
        then: impl FnOnce(),
    ) -> Option<Collected> {
        let mut excess = Vec::new();
        let done = self.stop_the_world(|world| {
            if unless() {
                return None;
            }
            let done = collector().collect(world, kind, census, &mut excess);
            then();
            Some(done)
        })?;
        for &(first, count) in &excess {
            region::release(first, count);
        }
        if !excess.is_empty() {
            let mut space = space();
            excess.into_iter().for_each(|run| space.add_clean(run));
        }
        self.run_drops();
        self.announce_queues();
        Some(done)
    }

    /// Gives all that this thread has to the heap, when it ends.
    pub(crate) fn retire(&self) {
        let mut c = collector();
        self.hand_over(&mut c.orphans);
    }

    /// Switches stress mode on or off (0): a collection, with verification and poisoning, at every `interval`-th allocation
    /// of each thread.
    pub fn set_stress(&self, interval: u32) {
        STRESS.store(interval, Relaxed);
        self.cut_runs();
        self.handshake_all(|m| m.cut_runs());
    }

    pub fn stats(&self) -> Stats {
        self.start();
        let c = collector();
        let s = space();
        let n = &c.counters;
        Stats {
            minor_collections: n.minor,
            full_collections: n.full,
            kept_unseen: n.unseen,
            pause_total: n.pause_total,
            pause_max: n.pause_max,
            pause_histogram: n.histogram,
            elapsed: n.started.map_or(Duration::ZERO, |s| s.elapsed()),
            allocated: n.allocated + SINCE.load(Relaxed) as u64,
            live: c.live,
            in_use: s.used as usize * BLOCK_SIZE,
            reserve: s.reserve() * BLOCK_SIZE,
            nursery: NURSERY.load(Relaxed),
            finalized: n.finalized,
            freed_cells: n.freed_cells,
        }
    }

    /// `gc.freeze`: counts the cells there are now as frozen. Nothing else changes: the collector writes to no page of cells
    /// that did not change, so they stay shared after `fork` anyway.
    pub fn freeze(&self) {
        let mut n = 0;
        self.for_each_cell(|_| n += 1);
        collector().frozen = n;
    }
    pub fn unfreeze(&self) {
        collector().frozen = 0
    }
    pub fn freeze_count(&self) -> usize {
        collector().frozen
    }

    /// Whether a cell's finalizer is still to be called one day.
    pub fn awaits_finalizer(&self, cell: std::ptr::NonNull<Header>) -> bool {
        let cell = cell.as_ptr() as usize;
        self.stop_the_world(|world| {
            let mut found = collector().old.finalizable.contains(&cell) || queues().finalizable.contains(&cell);
            world.for_each_thread(|t| {
                // SAFETY: the world is stopped.
                found |= unsafe { &*t.local.get() }.gathered.finalizable.contains(&cell)
            });
            found
        })
    }
}

/// Which cells a collection looked at, whether they live.
enum Looked {
    All,
    New,
    Nothing,
}

/// What the count of blocks came to.
#[derive(Default)]
struct Swept {
    /// Bytes of cells that were marked in this collection (minor) or at all (full).
    survived: usize,
    /// Of these, bytes of large cells.
    large: usize,
    freed_cells: usize,
}

impl Swept {
    fn small(&self) -> usize {
        self.survived - self.large
    }
}

impl Collector {
    fn collect(&mut self, world: &World, kind: Kind, census: Option<&mut Census>, excess: &mut Vec<(u32, u32)>) -> Collected {
        let start = Instant::now();
        let core_start = core_time();
        self.counters.started.get_or_insert(start);
        if kind == Kind::Begin {
            self.sliced = None;
            self.asked = true;
        }
        let stress = stress_interval() != 0;
        // Checking everything at each collection would make stress mode too slow to get anywhere.
        let verify = VERIFY.load(Relaxed) || (stress && (self.counters.minor + self.counters.full).is_multiple_of(8));
        // Made before anything is looked at: its own shape is new.
        dead_shape();

        let mut young = std::mem::take(&mut self.orphans);
        world.for_each_thread(|t| t.hand_over(&mut young));
        if verify {
            verify::check_heap(&young, "before a collection");
        }
        if let Some(sliced) = &mut self.sliced
            && sliced.done
            && sliced.put_off < PUT_OFF_MAX
            && has_huge(&young)
        {
            sliced.done = false;
            sliced.put_off += 1;
        }
        let finish = kind != Kind::Full && self.sliced.as_ref().is_some_and(|s| s.done);
        let full = kind == Kind::Full || finish;
        let Gathered { remembered, cards, touched, mut weak, mut finalizable, mut droppable, allocated } = young;
        // Those that want to know of their death, or to be told of others', are looked at.
        let quiet = weak.is_empty() && finalizable.is_empty() && droppable.is_empty();
        // Most large ones may be what a list left that grew: who looks at them one by one keeps little else in vain.
        let large: usize = space().large_young.iter().map(|&head| block(head).size.load(Relaxed)).sum();
        let unseen = kind == Kind::Due && !full && quiet && large <= allocated / 4 && self.may_keep_unseen(allocated, stress);
        let mut blind = unseen;
        if unseen {
            // Before the marks of dropped cells are cleared: those are not new.
            keep_unseen(&touched, self.sliced.as_mut().map(|s| &mut s.marker));
        }

        let dropped = std::mem::take(&mut queues().dropped);
        dropped.iter().for_each(|&cell| region::unmark(cell, self.sliced.is_some()));
        if let Some(sliced) = &mut self.sliced
            && !dropped.is_empty()
        {
            // Some stale word may have led to them. They are free memory now.
            sliced.marker.visitor.edges.retain(|&cell| region::is_marked(cell));
        }
        let mut sliced_time = Duration::ZERO;
        let mut marker = if full {
            world.for_each_thread(|t| t.forgive_losses());
            // One that was asked for at once keeps nothing alive that died since marking began.
            let sliced = self.sliced.take().filter(|_| finish);
            if let Some(s) = &sliced {
                sliced_time = s.spent;
                let cost = s.spent.as_secs_f64() / s.live.max(1) as f64;
                self.mark_cost = (self.mark_cost + cost.clamp(0.1e-9, 5e-9)) / 2.0;
            }
            let marker = sliced.map_or_else(|| self.new_marker(), |s| s.marker);
            MARKING.store(false, Relaxed);
            region::switch_marks();
            self.epoch = marker.marks().epoch;
            for &(cell, _) in &queues().drops {
                region::mark(region::mark_base(), cell, false);
            }
            marker
        } else {
            let (epoch, sliced) = match &self.sliced {
                Some(s) => (s.marker.marks().epoch, s.marker.marks().base),
                None => (self.epoch, 0),
            };
            Marker::new(Marks { base: region::mark_base(), epoch, sliced, huge: if stress { LONG_RUN } else { HUGE_RUN } })
        };
        let dirty = std::mem::take(&mut *SHAPES.dirty.lock().expect("shape list"));
        if full {
            forget(&remembered);
            if finish {
                visit_again(&mut marker, &remembered, &cards, &dirty);
            }
        } else if unseen {
            forget(&remembered);
            if let Some(sliced) = &mut self.sliced {
                visit_again(&mut sliced.marker, &remembered, &cards, &dirty);
            }
        } else {
            marker.scan_remembered(&remembered);
            marker.visit_cards(&cards);
            // Marked or not: their fields may have changed since they were.
            dirty.iter().for_each(|&id| marker.visit_shape(id));
        }
        cards.iter().for_each(|&address| region::card(address).store(0, Relaxed));
        let mut new_shapes = if full { std::mem::take(&mut *SHAPES.young.lock().expect("shape list")) } else { Vec::new() };
        let mut trace = |marker: &mut Marker| {
            if !full {
                return marker.drain();
            }
            marker.drain_with_shape_trees();
            while marker.mark_new_shapes(&mut new_shapes) {
                marker.drain_with_shape_trees();
            }
        };
        if !unseen {
            self.visit_roots(world, &mut marker, full);
            trace(&mut marker);
            let huge = marker.met.huge_len();
            if huge > HUGE_MOST || (stress && huge > 0 && self.counters.minor.is_multiple_of(2)) {
                keep_unseen(&touched, self.sliced.as_mut().map(|s| &mut s.marker));
                marker.met.give_up_huge();
                blind = true;
            }
            marker.visit_huge();
        }

        // The order is told in `weak`.
        let live = Liveness { full };
        if full {
            weak.append(&mut self.old.weak);
            finalizable.append(&mut self.old.finalizable);
            droppable.append(&mut self.old.droppable);
        }
        Collector::clear_weak(&weak, &live);
        let resurrected = self.find_finalizable(&mut finalizable);
        let waiting = resurrected.len();
        self.counters.finalized += waiting as u64;
        if waiting > MANY_FINALIZERS {
            // Threads that leave more of them than one thread can call would never stop to do so.
            world.for_each_thread(|t| {
                t.poll.fetch_or(poll_bits::RUNTIME, Relaxed);
            });
        }
        marker.visitor.edges.extend(resurrected);
        trace(&mut marker);
        let mut counted = 0;
        if let Some(census) = census {
            let found = garbage::cyclic(full, &touched, census.counts);
            counted = found.len();
            if let Some(keep) = &mut census.keep {
                // SAFETY: cells' addresses are not null.
                keep.extend(found.iter().map(|&c| Value::from_cell(unsafe { std::ptr::NonNull::new_unchecked(c as *mut Header) })));
                marker.visitor.edges.extend(found);
                trace(&mut marker);
            }
        }
        region::end_marking();
        // SAFETY: registered weak cells that live.
        weak.retain(|&cell| region::is_marked(cell) && unsafe { &*(cell as *const WeakCell) }.target().is_cell());
        for hook in &self.weak_hooks {
            hook(&live);
        }
        if full {
            new_shapes.iter().for_each(|&id| SHAPES.get(id).marked.store(0, Relaxed));
            self.free_shapes();
        }
        Collector::find_drops(&mut droppable);
        self.old.weak.append(&mut weak);
        self.old.finalizable.append(&mut finalizable);
        self.old.droppable.append(&mut droppable);

        let swept = if full { self.sweep_all(excess) } else { self.sweep_touched(&touched, excess) };
        self.counters.allocated += allocated as u64;
        if full {
            // What came since the last collection says nothing of how the old cells fared.
            let old = self.live;
            self.waste = match old {
                // Next to nothing.
                ..NURSERY_FIRST => 0.0,
                _ => old.saturating_sub(swept.survived) as f64 / old as f64,
            };
            self.live = swept.survived;
            self.full_left = self.live;
            self.full_time = sliced_time + (core_time() - core_start);
            self.full_end = Some(Instant::now());
            self.full_threshold = ((self.live as f64 * (2.0 + self.trust())) as usize).max(FULL_MIN);
            self.unseen = 0;
            self.asked = false;
        } else {
            self.live += swept.survived;
            self.unseen = match blind {
                true => self.unseen.saturating_sub(allocated),
                false if swept.survived >= allocated / 8 * 7 => (self.live as f64 * self.trust() / 3.0) as usize,
                false => 0,
            };
            if let Some(sliced) = &mut self.sliced {
                sliced.marker.add_met(&mut marker);
            }
        }
        SINCE.store(0, Relaxed);
        let ran = self.last_end.map_or(Duration::ZERO, |end| start.saturating_duration_since(end));
        let mut threads = 0;
        world.for_each_thread(|_| threads += 1);
        let least = (NURSERY_MIN * threads).min(NURSERY_FIRST);
        let looked = match (full, blind) {
            (true, _) => Looked::All,
            (false, true) => Looked::Nothing,
            (false, false) => Looked::New,
        };
        self.adapt_nursery(least, looked, allocated - large.min(allocated), swept.small(), core_time() - core_start, ran);
        if !full {
            self.mark_slice(world, start, swept.survived, stress);
        }
        let nursery = NURSERY.load(Relaxed);
        let due = match self.unseen {
            0 if !blind => nursery,
            // A look at new cells tells as much if they are few.
            n if n < NURSERY_FIRST => {
                self.unseen = 0;
                NURSERY_FIRST
            }
            // Threads allocate some more until they have stopped.
            n => nursery.min(n - n / 8),
        };
        DUE.store(due, Relaxed);
        space().excess(nursery.max(NURSERY_FIRST) / BLOCK_SIZE + self.live / BLOCK_SIZE / 8, excess);
        if stress {
            verify::poison_free();
        }
        if verify {
            verify::check_heap(&Gathered::default(), "after a collection");
        }

        self.counters.freed_cells += swept.freed_cells as u64;
        let waited = marker.waited + self.sliced.as_mut().map_or(Duration::ZERO, |s| std::mem::take(&mut s.marker.waited));
        let end = Instant::now();
        self.last_end = Some(end);
        let pause = end - start;
        self.counters.pause(pause);
        *(if full { &mut self.counters.full } else { &mut self.counters.minor }) += 1;
        self.counters.unseen += u64::from(unseen);
        let done = Collected {
            full,
            freed_cells: swept.freed_cells,
            counted,
            finalizable: waiting,
            survived_bytes: swept.survived,
            pause,
            others_ran: world.others_ran,
        };
        if LOG.load(Relaxed) {
            let kind = match full {
                true => "full",
                false if unseen => "unseen",
                false => "minor",
            };
            self.log(&done, kind, allocated, core_time() - core_start, waited);
        }
        done
    }

    fn log(&self, done: &Collected, kind: &str, allocated: usize, core: Duration, waited: Duration) {
        let n = &self.counters;
        let elapsed = n.started.map_or(0.0, |s| s.elapsed().as_secs_f64());
        eprintln!(
            "gc: {kind:<6} {:.3} s: {:.3} ms ({:.3} on a core, {:.3} waiting), allocated {:.2} MiB, survived {:.2} MiB, live {:.2} MiB, blocks {:.2} MiB, nursery {:.0} MiB, {:.1} % of time",
            elapsed,
            done.pause.as_secs_f64() * 1e3,
            core.as_secs_f64() * 1e3,
            waited.as_secs_f64() * 1e3,
            mib(allocated),
            mib(done.survived_bytes),
            mib(self.live),
            mib(space().used as usize * BLOCK_SIZE),
            mib(NURSERY.load(Relaxed)),
            100.0 * n.pause_total.as_secs_f64() / elapsed.max(1e-9),
        );
    }

    /// For a full collection, into the array of mark bits that is not in use.
    fn new_marker(&mut self) -> Marker {
        self.last_epoch += 1;
        let base = region::clear_other_marks(space().high);
        Marker::new(Marks { base, epoch: self.last_epoch, sliced: 0, huge: usize::MAX })
    }

    fn visit_roots(&self, world: &World, marker: &mut Marker, full: bool) {
        if full {
            marker.visitor.shapes.extend_from_slice(&SHAPES.permanent.lock().expect("shape list"));
        }
        {
            let q = queues();
            for &cell in q.cleared.iter().chain(&q.finalizable) {
                marker.visitor.edges.push(cell);
            }
        }
        for scan in &self.root_scanners {
            scan(&mut marker.visitor);
        }
        world.for_each_thread(|t| t.visit_roots(&mut marker.visitor));
    }

    /// How much is made of the last full collection's having found little, from 0 to 1.
    fn trust(&self) -> f64 {
        (1.0 - 4.0 * self.waste).max(0.0)
    }

    /// Whether a full collection would take next to no time of the program's, and might find something.
    fn full_is_cheap(&self) -> bool {
        let Some(end) = self.full_end else { return false };
        let grown = self.live as f64 / self.full_left.max(1) as f64;
        self.live >= FULL_MIN && grown >= 1.0 + EARLY_GROWTH && end.elapsed() >= self.full_time.mul_f64(EARLY_RUN * grown)
    }

    /// Whether all new cells may be kept without being looked at.
    fn may_keep_unseen(&self, allocated: usize, stress: bool) -> bool {
        if stress { self.counters.minor % 3 == 1 } else { allocated <= self.unseen }
    }

    /// At the end of a minor collection: begins a full one of a large heap, or marks some more for it.
    fn mark_slice(&mut self, world: &World, start: Instant, survived: usize, stress: bool) {
        if self.sliced.is_none() {
            let due = self.live >= self.full_threshold || self.full_is_cheap();
            if !due && !stress && !self.asked {
                return;
            }
            let mut marker = self.new_marker();
            self.visit_roots(world, &mut marker, true);
            self.sliced = Some(Sliced { marker, done: false, put_off: 0, live: self.live, spent: Duration::ZERO });
            MARKING.store(true, Relaxed);
        }
        let Some(sliced) = &mut self.sliced else { return };
        if !sliced.done {
            let most = PAUSE_AIM.saturating_sub(start.elapsed());
            let ran = self.last_end.map_or(Duration::ZERO, |end| start.saturating_duration_since(end));
            // The faster the heap grows, the sooner marking must be done.
            let work = Duration::from_secs_f64(self.mark_cost * survived as f64 / GROWTH_MAX);
            let slice = match stress {
                true if self.asked => Duration::from_micros(500),
                true => Duration::from_micros(50),
                false if self.asked => most.max(SLICE_MIN),
                false => ran.mul_f64(SLICE_SHARE).max(work).min(most).max(SLICE_MIN),
            };
            let begin = core_time();
            sliced.done = sliced.marker.drain_until(Instant::now() + slice);
            sliced.spent += core_time() - begin;
        }
    }

    fn free_shapes(&self) {
        let dead: Vec<ShapeId> = (1..SHAPES.limit())
            .map(ShapeId)
            .filter(|&id| SHAPES.is_in_use(id) && ![self.epoch, shape::NEW].contains(&SHAPES.get(id).marked.load(Relaxed)))
            .collect();
        if !dead.is_empty() {
            for hook in &self.shape_hooks {
                hook(&dead);
            }
            SHAPES.release(&dead, !self.shape_hooks.is_empty());
        }
    }

    /// After a minor collection: only blocks that were allocated in have changed.
    fn sweep_touched(&self, touched: &[u32], excess: &mut Vec<(u32, u32)>) -> Swept {
        let mut space = space();
        let mut swept = Swept::default();
        for &index in touched {
            sweep_block(&mut space, index, false, &mut swept);
        }
        for head in std::mem::take(&mut space.large_young) {
            sweep_large(&mut space, head, &mut swept, excess);
        }
        swept
    }

    fn sweep_all(&self, excess: &mut Vec<(u32, u32)>) -> Swept {
        let mut space = space();
        let mut swept = Swept::default();
        space.partial.iter_mut().for_each(Vec::clear);
        // From the end: the lists are stacks, and low addresses should be used first.
        for index in (0..space.high).rev() {
            if block(index).kind.load(Relaxed) == kind::SMALL {
                sweep_block(&mut space, index, true, &mut swept);
            }
        }
        let mut large = std::mem::take(&mut space.large);
        large.append(&mut space.large_young);
        for head in large {
            sweep_large(&mut space, head, &mut swept, excess);
        }
        swept
    }

    /// `least`: the smallest nursery; `allocated`, `survived`: bytes of small cells, as large ones are looked at in no time;
    /// `time`: what this collection took of a core so far; `ran`: how long the program ran before it.
    fn adapt_nursery(&self, least: usize, kind: Looked, allocated: usize, survived: usize, time: Duration, ran: Duration) {
        let mut nursery = NURSERY.load(Relaxed);
        let long = time > MINOR_LONG;
        match kind {
            // What survives takes its time however often it is looked at.
            Looked::New if allocated >= nursery / 2 && long => nursery /= 2,
            Looked::New if allocated >= nursery / 2 => {
                let much = survived > allocated / 4 || time > ran.mul_f64(MINOR_SHARE);
                if much && time < MINOR_LONG / 2 {
                    nursery *= 2;
                } else if survived < allocated / 16 && time < ran.mul_f64(MINOR_SHARE / 2.0) {
                    nursery /= 2;
                }
            }
            Looked::Nothing if long => nursery /= 2,
            _ => {}
        }
        let most = (self.live / 2).clamp(NURSERY_FIRST, NURSERY_MAX);
        NURSERY.store(nursery.clamp(least, most), Relaxed);
    }
}

/// How long this thread has had a core.
fn core_time() -> Duration {
    let mut time = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    // SAFETY: a query into a local.
    unsafe { libc::clock_gettime(libc::CLOCK_THREAD_CPUTIME_ID, &mut time) };
    Duration::new(time.tv_sec as u64, time.tv_nsec as u32)
}

/// Old cells are no longer remembered.
fn forget(remembered: &[usize]) {
    for &cell in remembered {
        // SAFETY: a cell that was live when it was remembered; none has been freed since.
        unsafe { &*(cell as *const Header) }.gc.store(gc_bits::OLD, Relaxed)
    }
}

/// Makes all cells old that were allocated since the last collection, those that nothing refers to among them. The full collection
/// that is being marked, if there is one, has them marked, too, and is told what older cells they refer to: that takes a walk
/// through their blocks instead of one along their references.
fn keep_unseen(touched: &[u32], mut sliced: Option<&mut Marker>) {
    let base = region::mark_base();
    let other = sliced.as_ref().map(|m| m.marks().base);
    // SAFETY: a cell that was allocated since the last collection.
    let header = |cell: usize| unsafe { &*(cell as *const Header) };
    let dead = dead_shape();
    // New cells in blocks where there are old ones, and large ones.
    let mut scattered = Vec::new();
    let mut keep = |cell: usize| {
        // A cell whose data was dropped may have lost its mark already.
        if !region::is_marked_in(base, cell) && header(cell).shape_id() != dead {
            region::mark(base, cell, false);
            header(cell).gc.store(gc_bits::OLD, Relaxed);
            if let Some(other) = other {
                region::mark(other, cell, false);
                scattered.push(cell);
            }
        }
    };
    // What is left at a block's end is no cell.
    let count = |b: &Block| (b.frontier.load(Relaxed) as usize / b.cell_size()).min(b.cells.load(Relaxed) as usize);
    let cells = |index: u32| {
        let (b, first) = (block(index), block_address(index));
        (first..first + count(b) * b.cell_size()).step_by(b.cell_size())
    };
    let (mixed, new): (Vec<u32>, Vec<u32>) = touched.iter().partition(|&&index| block(index).live.load(Relaxed) != 0);
    mixed.into_iter().flat_map(cells).for_each(&mut keep);
    space().large_young.iter().for_each(|&head| keep(block_address(head)));
    for &index in &new {
        let n = count(block(index));
        region::mark_first(base, index, n);
        match other {
            // Visiting them makes them old.
            Some(other) => region::mark_first(other, index, n),
            None => cells(index).for_each(|cell| header(cell).gc.store(gc_bits::OLD, Relaxed)),
        }
    }
    let Some(marker) = &mut sliced else { return };
    scattered.into_iter().for_each(|cell| marker.scan_new(cell));
    new.into_iter().flat_map(cells).for_each(|cell| marker.scan_new(cell));
}

/// Whether the end of marking would have to visit a cell of many references.
fn has_huge(young: &Gathered) -> bool {
    let is_huge = |&head: &u32| block(head).size.load(Relaxed) > HUGE_MOST * size_of::<Field>();
    let is_large = |&cell: &usize| block(block_index(cell)).kind.load(Relaxed) == kind::LARGE;
    space().large_young.iter().any(is_huge)
        || young.remembered.iter().filter(|cell| is_large(cell)).any(|&cell| is_huge(&block_index(cell)))
}

/// What was written to since the last slice, as far as it was visited before.
fn visit_again(marker: &mut Marker, remembered: &[usize], cards: &[usize], dirty: &[ShapeId]) {
    marker.scan_again(remembered);
    marker.visit_cards(cards);
    dirty.iter().for_each(|&id| marker.visit_shape(id));
}

/// Files a block by its mark bits.
fn sweep_block(space: &mut space::Space, index: u32, full: bool, swept: &mut Swept) {
    let b = block(index);
    let live = region::count_marks(index);
    let cells = b.cells.load(Relaxed) as u32;
    let old = b.live.load(Relaxed) as u32;
    // The cells handed out are those below the frontier that were not there before. A minor collection has added its marks
    // to the old ones, all below the frontier; a full one has left the old ones in the other array.
    let frontier = b.frontier.load(Relaxed) as usize;
    let below = ((frontier / b.cell_size()) as u32).min(cells);
    let marked_below = if frontier == 0 { 0 } else { region::count_marks_below(index, frontier, full) };
    let old_below = if full { marked_below } else { marked_below.saturating_sub(live.saturating_sub(old)) };
    let young = below.saturating_sub(old_below);
    swept.survived += if full { live } else { live.saturating_sub(old) } as usize * b.cell_size();
    swept.freed_cells += (old + young).saturating_sub(live) as usize;
    b.live.store(live as u16, Relaxed);
    b.frontier.store(0, Relaxed);
    if live == 0 {
        space.free_block(index);
    } else if (cells - live) * 8 >= cells {
        space.partial[b.class.load(Relaxed) as usize].push(index);
    }
}

fn sweep_large(space: &mut space::Space, head: u32, swept: &mut Swept, excess: &mut Vec<(u32, u32)>) {
    if region::is_marked(block_address(head)) {
        space.large.push(head);
        let size = block(head).size.load(Relaxed);
        swept.survived += size;
        swept.large += size;
    } else {
        swept.freed_cells += 1;
        excess.extend(space.free_large(head));
    }
}

impl Mutator {
    /// Visits what this stopped thread holds.
    fn visit_roots(&self, v: &mut Visitor) {
        let (words, len) = self.record.stack();
        v.conservative(words, len);
        if let Some(scan) = self.stack_scanner.get() {
            scan(self, v);
        }
        // SAFETY: the thread is stopped.
        for &roots in &unsafe { &*self.local.get() }.roots {
            // SAFETY: registered until it is dropped; its thread is stopped.
            for &value in unsafe { &*(*roots).get() } {
                v.value(value);
            }
        }
    }
}
