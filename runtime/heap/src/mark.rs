//! Marking: from references to all that they lead to, by one thread or several.
//!
//! # Order of work
//! A marker has a stack of references still to be followed. A reference taken from it is first prefetched (the cell's first line and
//! its word of mark bits) and waits in a short queue, so that its memory has arrived when its turn comes ("edge
//! enqueuing", Garner, Blackburn, Frampton: "Effective Prefetch for Mark-Sweep Garbage Collection", 2007). Nothing recurses.
//!
//! # Helpers
//! The collecting thread marks alone until it has followed a few thousand references; then it shares. Helper threads wait for
//! chunks of references in one queue under a lock; a marker that has much and sees a hungry one puts the older half of its
//! stack there, because old entries tend to lead to much. All is done when every marker is hungry and the queue is empty;
//! helpers count as hungry also while they sleep, so nobody waits for one to wake up for nothing.
//!
//! The collecting thread has to wait for a helper that holds work, and one whose core was taken away for other threads may hold it
//! for long: nobody else can finish the cell that it is in the middle of. So helpers are called only while there are cores for
//! them: not while this process's threads often lose theirs ([`cores_are_wanted`]), and after a wait of more than
//! [`WAIT_MAX`] the collecting thread marks alone for some collections, twice as many each time that it happens again.
//!
//! # Slices
//! A full collection of a large heap is marked in slices ([`Marker::drain_until`]): when the time is up, helpers put all they have
//! into the queue and the collecting thread keeps it until the next slice. `collect` tells why that is sound.
//!
//! # Huge runs
//! A list of ten million items that grew is a new cell, of which a minor collection would visit all items to find the few new
//! ones among them. Runs of more than [`HUGE_RUN`] words are put aside there ([`Met::huge_len`]) for `collect` to decide about.

use crate::region;
use crate::visitor::{LONG_RUN, Range, Visitor};
use crate::{Field, Header, SHAPES, ShapeId, gc_bits, instance_part};
use std::sync::atomic::{AtomicBool, AtomicPtr, AtomicU32, AtomicUsize, Ordering::*};
use std::sync::{Condvar, Mutex, MutexGuard};
use std::time::{Duration, Instant};

/// References in flight between prefetch and use.
const QUEUE: usize = 16;
/// References followed before the first sharing.
const ALONE: usize = 8192;
/// A stack shorter than this is not shared.
const SHARE_MIN: usize = 64;
/// References followed between two looks at whether somebody is hungry, or time is up.
const LOOK: usize = 512;
/// As many count for a piece of a long run, whatever it refers to.
const PIECE_COST: usize = 128;
/// How far ahead cells that lie scattered are prefetched.
const AHEAD: usize = 16;
/// Words of a run that a minor collection puts aside.
pub(crate) const HUGE_RUN: usize = 128 << 10;
/// Looks for a chunk before a marker sleeps.
const SPINS: usize = 300;
/// Waiting longer for helpers than this is a bad bargain.
const WAIT_MAX: Duration = Duration::from_millis(2);
/// Fewest and most collections to be made alone after one.
const ALONE_MIN: u32 = 8;
const ALONE_MAX: u32 = 128;
/// Most helpers there can be.
const HELPERS_MAX: usize = 7;

pub(crate) struct Marker {
    pub visitor: Visitor<'static>,
    marks: Marks,
    parallel: bool,
    helper: bool,
    followed: usize,
    /// When the slice ends.
    deadline: Option<Instant>,
    pub met: Met,
    /// How long it waited for helpers.
    pub waited: Duration,
    /// It is one of those that are made alone.
    counted: bool,
}

/// What a minor collection leaves to others.
#[derive(Default)]
pub(crate) struct Met {
    /// Old cells that it marked for the full collection: it has not visited their references yet.
    cells: Vec<usize>,
    /// Runs of values that it visited without marking what is old for the full one.
    runs: Vec<Range>,
    /// Runs that it has not visited at all.
    huge: Vec<Range>,
}

impl Met {
    const NOTHING: Met = Met { cells: Vec::new(), runs: Vec::new(), huge: Vec::new() };

    fn append(&mut self, other: &mut Met) {
        self.cells.append(&mut other.cells);
        self.runs.append(&mut other.runs);
        self.huge.append(&mut other.huge);
    }
    /// Words in huge runs.
    pub fn huge_len(&self) -> usize {
        self.huge.iter().map(|run| run.len).sum()
    }
    /// Leaves the huge runs to the full collection, if one is being marked.
    pub fn give_up_huge(&mut self) {
        self.runs.append(&mut self.huge);
    }
}

/// What a marker marks, and how.
#[derive(Clone, Copy)]
pub(crate) struct Marks {
    /// Address of the array of mark bits.
    pub base: usize,
    /// Number of this full collection; shapes with this number are marked.
    pub epoch: u32,
    /// In a minor collection while a full one is marked in slices: address of that one's array of mark bits, else 0.
    pub sliced: usize,
    /// Runs of more words are put aside.
    pub huge: usize,
}

const NO_MARKS: Marks = Marks { base: 0, epoch: 0, sliced: 0, huge: usize::MAX };

enum Chunk {
    References(Vec<usize>),
    Range(Range),
}

/// What markers share.
struct Pool {
    work: Mutex<Work>,
    changed: Condvar,
    /// Markers without work for which there is no chunk.
    hungry: AtomicUsize,
    /// Chunks in the queue.
    available: AtomicUsize,
    /// The slice is over: helpers are to put back what they have.
    time_up: AtomicBool,
}

struct Work {
    chunks: Vec<Chunk>,
    helpers: usize,
    /// Markers without work, sleeping helpers among them.
    idle: usize,
    marks: Marks,
    met: Met,
}

/// Replaced in the child of a fork, where nobody holds the old one's lock any more.
static POOL: AtomicPtr<Pool> = AtomicPtr::new(std::ptr::null_mut());

fn pool() -> &'static Pool {
    let p = POOL.load(Acquire);
    if !p.is_null() {
        // SAFETY: pools are leaked.
        return unsafe { &*p };
    }
    let new = Box::leak(Box::new(Pool {
        work: Mutex::new(Work { chunks: Vec::new(), helpers: 0, idle: 0, marks: NO_MARKS, met: Met::NOTHING }),
        changed: Condvar::new(),
        hungry: AtomicUsize::new(0),
        available: AtomicUsize::new(0),
        time_up: AtomicBool::new(false),
    }));
    match POOL.compare_exchange(std::ptr::null_mut(), new, AcqRel, Acquire) {
        Ok(_) => new,
        // SAFETY: pools are leaked.
        Err(other) => unsafe { &*other },
    }
}

/// In the child of a fork: the helpers are gone.
pub(crate) fn forget_helpers() {
    POOL.store(std::ptr::null_mut(), Release)
}

impl Pool {
    fn lock(&self) -> MutexGuard<'_, Work> {
        self.work.lock().unwrap_or_else(|p| p.into_inner())
    }
    fn update_hungry(&self, work: &Work) {
        self.available.store(work.chunks.len(), Relaxed);
        self.hungry.store(work.idle.saturating_sub(work.chunks.len()), Relaxed)
    }
}

/// How many helpers a collection may have.
fn helpers_wanted() -> usize {
    static CORES: AtomicUsize = AtomicUsize::new(0);
    let mut cores = CORES.load(Relaxed);
    if cores == 0 {
        cores = std::thread::available_parallelism().map_or(1, |n| n.get());
        CORES.store(cores, Relaxed);
    }
    (cores - 1).min(HELPERS_MAX)
}

#[inline(always)]
fn prefetch(address: usize) {
    #[cfg(target_arch = "x86_64")]
    // SAFETY: a prefetch has no effect on memory.
    unsafe {
        std::arch::x86_64::_mm_prefetch::<{ std::arch::x86_64::_MM_HINT_T0 }>(address as *const i8)
    };
    #[cfg(target_arch = "aarch64")]
    // SAFETY: a prefetch has no effect on memory.
    unsafe {
        std::arch::asm!("prfm pldl1keep, [{}]", in(reg) address, options(nostack, readonly, preserves_flags))
    };
}

/// Collections, or slices, that are still to be made alone.
static ALONE_FOR: AtomicU32 = AtomicU32::new(0);
/// How many it will be the next time.
static PENALTY: AtomicU32 = AtomicU32::new(ALONE_MIN);

/// Whether more threads want to run than there are cores: the system counts how often it takes a core from one that could
/// go on. Looked at ten times a second. For the thread that has stopped the world.
fn cores_are_wanted() -> bool {
    /// Times a second; an idle machine has few.
    const OFTEN: f64 = 30.0;
    const LOOK_EVERY: Duration = Duration::from_millis(100);
    struct Look {
        at: Option<Instant>,
        switches: i64,
        wanted: bool,
    }
    static LAST: Mutex<Look> = Mutex::new(Look { at: None, switches: 0, wanted: false });
    let mut last = LAST.lock().unwrap_or_else(|p| p.into_inner());
    let now = Instant::now();
    let passed = last.at.map_or(LOOK_EVERY, |at| now - at);
    if passed >= LOOK_EVERY {
        // SAFETY: a query into a zeroed structure.
        let switches = unsafe {
            let mut usage: libc::rusage = std::mem::zeroed();
            libc::getrusage(libc::RUSAGE_SELF, &mut usage);
            usage.ru_nivcsw as i64
        };
        let count = (switches - last.switches) as f64;
        *last = Look { at: Some(now), switches, wanted: last.at.is_some() && count / passed.as_secs_f64() > OFTEN };
    }
    last.wanted
}

/// What to make of helpers after having waited for them once.
fn judge_helpers(waited: Duration) {
    let penalty = PENALTY.load(Relaxed);
    if waited > WAIT_MAX {
        ALONE_FOR.store(penalty, Relaxed);
        PENALTY.store((penalty * 2).min(ALONE_MAX), Relaxed);
    } else if penalty > ALONE_MIN {
        PENALTY.store(penalty - 1, Relaxed);
    }
}

impl Marker {
    pub fn new(marks: Marks) -> Marker {
        Marker {
            visitor: Visitor::new(),
            marks,
            parallel: false,
            helper: false,
            followed: 0,
            deadline: None,
            met: Met::NOTHING,
            waited: Duration::ZERO,
            counted: false,
        }
    }
    pub fn marks(&self) -> Marks {
        self.marks
    }

    /// Visits the references of a cell that is marked already.
    #[inline(always)]
    pub fn scan(&mut self, cell: usize) {
        let cell = cell as *const Header;
        // SAFETY: references lead to live cells, and the world is stopped.
        unsafe {
            let header = &*cell;
            if header.gc.load(Relaxed) != gc_bits::OLD {
                header.gc.store(gc_bits::OLD, Relaxed);
            }
            let shape = header.shape();
            if shape.marked.load(Relaxed) != self.marks.epoch {
                self.mark_shape(header.shape_id());
            }
            (shape.layout().scan)(cell, &mut self.visitor);
            if shape.slots_offset != 0
                && let Some(part) = instance_part(cell, shape)
            {
                self.visitor.values(std::slice::from_raw_parts(part, shape.inline_slots as usize + 1));
            }
        }
    }

    /// Visits the references of a new cell, as `scan`, where most lead to others that are marked already.
    pub fn scan_new(&mut self, cell: usize) {
        let base = self.marks.base;
        let edges = self.visitor.edges.len();
        self.scan(cell);
        let mut kept = edges;
        for i in edges..self.visitor.edges.len() {
            let to = self.visitor.edges[i];
            self.visitor.edges[kept] = to;
            kept += usize::from(!region::is_marked_in(base, to));
        }
        self.visitor.edges.truncate(kept);
    }

    /// Marks a shape and visits what it refers to.
    #[cold]
    fn mark_shape(&mut self, id: ShapeId) {
        let mut id = id;
        while id.0 != 0 {
            if !SHAPES.is_in_use(id) {
                return;
            }
            let shape = SHAPES.get(id);
            if shape.marked.swap(self.marks.epoch, Relaxed) == self.marks.epoch {
                return;
            }
            self.visit_shape(id);
            id = ShapeId(shape.parent.load(Relaxed));
        }
    }
    /// Visits the fields of a shape, marked or not.
    pub fn visit_shape(&mut self, id: ShapeId) {
        if !SHAPES.is_in_use(id) {
            return;
        }
        let s = SHAPES.get(id);
        for f in [&s.class, &s.key, &s.transitions, &s.table] {
            let f: &Field = f;
            self.visitor.value(f.get());
        }
        if s.parent.load(Relaxed) != 0 {
            self.visitor.shapes.push(ShapeId(s.parent.load(Relaxed)));
        }
    }
    /// Marks the shapes whose parents are marked, with all they lead to: a class's transition tree lives as long as its root.
    pub fn drain_with_shape_trees(&mut self) {
        loop {
            self.drain();
            let mut found = false;
            for id in (1..SHAPES.limit()).map(ShapeId) {
                let is_marked = |id| SHAPES.get(id).marked.load(Relaxed) == self.marks.epoch;
                if SHAPES.is_in_use(id) && !is_marked(id) {
                    let parent = ShapeId(SHAPES.get(id).parent.load(Relaxed));
                    if parent.0 != 0 && is_marked(parent) {
                        self.mark_shape(id);
                        found = true;
                    }
                }
            }
            if !found {
                return;
            }
        }
    }
    /// Marks shapes that no cell may have yet, as somebody is about to use them, if their class lives: he has it in his hands, too.
    /// Takes them out of the list; tells whether there were any.
    pub fn mark_new_shapes(&mut self, new: &mut Vec<ShapeId>) -> bool {
        let before = new.len();
        new.retain(|&id| {
            if !SHAPES.is_in_use(id) {
                return false;
            }
            let lives = match SHAPES.get(id).class.get().as_cell() {
                Some(class) => region::is_marked_in(self.marks.base, class.as_ptr() as usize),
                None => true,
            };
            if lives {
                self.mark_shape(id);
            }
            !lives
        });
        new.len() < before
    }
    pub fn mark_shapes(&mut self) {
        while let Some(id) = self.visitor.shapes.pop() {
            self.mark_shape(id)
        }
    }

    /// Marks a cell, and visits its references if it was not marked before.
    #[inline(always)]
    fn follow(&mut self, Marks { base, sliced, .. }: Marks, cell: usize) {
        debug_assert!(cell & 15 == 0 && region::in_heap(cell), "{cell:#x} is not a cell");
        if region::mark(base, cell, self.parallel) {
            if sliced != 0 {
                region::mark(sliced, cell, self.parallel);
            }
            self.scan(cell);
        } else if sliced != 0 && region::mark(sliced, cell, self.parallel) {
            self.met.cells.push(cell);
        }
    }

    /// Follows all references at hand and what they lead to.
    pub fn drain(&mut self) {
        while self.drain_own() && self.parallel && self.take_chunk() {}
    }

    /// As `drain`, but not beyond `deadline`; false if there is more to follow.
    pub fn drain_until(&mut self, deadline: Instant) -> bool {
        // Helpers may have served another marker since.
        self.parallel = false;
        self.counted = false;
        self.followed = 0;
        self.deadline = Some(deadline);
        let done = loop {
            if !self.drain_own() {
                break false;
            }
            if !self.parallel || !self.take_chunk() {
                break true;
            }
        };
        if !done && self.parallel {
            self.take_everything();
        }
        self.deadline = None;
        self.parallel = false;
        self.followed = 0;
        done
    }

    /// Follows what this marker has; false if time was up before.
    fn drain_own(&mut self) -> bool {
        let marks = self.marks;
        let base = marks.base;
        let mut queue = [0usize; QUEUE];
        // The oldest in the queue, and how many there are.
        let (mut first, mut held) = (0, 0);
        let mut until_look = LOOK;
        loop {
            match self.visitor.edges.pop() {
                Some(cell) => {
                    prefetch(cell);
                    prefetch(region::mark_address(base, cell));
                    if marks.sliced != 0 {
                        prefetch(region::mark_address(marks.sliced, cell));
                    }
                    queue[(first + held) % QUEUE] = cell;
                    held += 1;
                    if held < QUEUE {
                        continue;
                    }
                }
                None if held == 0 => {
                    self.mark_shapes();
                    if self.visitor.edges.is_empty() {
                        if !self.take_range() {
                            return true;
                        }
                        until_look = until_look.saturating_sub(PIECE_COST);
                        if until_look == 0 && self.look() {
                            return false;
                        }
                    }
                    until_look = if until_look == 0 { LOOK } else { until_look };
                    continue;
                }
                None => {}
            }
            let cell = queue[first];
            first = (first + 1) % QUEUE;
            held -= 1;
            self.follow(marks, cell);
            until_look -= 1;
            if until_look == 0 {
                until_look = LOOK;
                if self.look() {
                    self.visitor.edges.extend((0..held).map(|i| queue[(first + i) % QUEUE]));
                    return false;
                }
            }
        }
    }

    /// What comes after some work: true if time is up.
    fn look(&mut self) -> bool {
        self.followed += LOOK;
        let up = self.is_time_up();
        if !up {
            self.share();
        }
        up
    }

    fn is_time_up(&self) -> bool {
        if self.helper { pool().time_up.load(Relaxed) } else { self.deadline.is_some_and(|d| Instant::now() >= d) }
    }

    /// Puts all that this helper has into the queue.
    fn give_everything(&mut self) {
        self.mark_shapes();
        let pool = pool();
        let mut work = pool.lock();
        work.chunks.push(Chunk::References(std::mem::take(&mut self.visitor.edges)));
        work.chunks.extend(self.visitor.ranges.drain(..).map(Chunk::Range));
        pool.update_hungry(&work);
    }

    /// Waits until the helpers have put back what they have, and takes all.
    fn take_everything(&mut self) {
        let pool = pool();
        pool.time_up.store(true, Relaxed);
        let start = Instant::now();
        let mut work = pool.lock();
        work.idle += 1;
        while work.idle != work.helpers + 1 {
            work = pool.changed.wait(work).unwrap_or_else(|p| p.into_inner());
        }
        self.note_wait(start);
        for chunk in std::mem::take(&mut work.chunks) {
            self.add_chunk(chunk);
        }
        work.idle -= 1;
        pool.time_up.store(false, Relaxed);
        pool.update_hungry(&work);
    }

    fn note_wait(&mut self, start: Instant) {
        let waited = start.elapsed();
        self.waited += waited;
        judge_helpers(waited);
    }

    fn add_chunk(&mut self, chunk: Chunk) {
        match chunk {
            Chunk::References(mut cells) => self.visitor.edges.append(&mut cells),
            Chunk::Range(run) => self.visitor.ranges.push(run),
        }
    }

    /// Takes a piece of a long run. Most of what a long list holds was there before it grew: that is seen here at once.
    fn take_range(&mut self) -> bool {
        let Marks { base, sliced, huge, .. } = self.marks;
        while let Some(run) = self.visitor.ranges.pop_if(|run| run.len > huge) {
            self.met.huge.push(run);
        }
        let Some(run) = self.visitor.take_range(|cell| region::is_marked_in(base, cell)) else { return false };
        if sliced != 0 {
            // Its old cells are many and not urgent.
            self.met.runs.push(run);
        }
        true
    }

    /// Visits the huge runs that were put aside, and no longer puts any aside.
    pub fn visit_huge(&mut self) {
        self.marks.huge = usize::MAX;
        // Helpers are to learn of it.
        self.parallel = false;
        self.visitor.ranges.append(&mut self.met.huge);
        self.drain();
    }

    /// What a minor collection met of the full collection that this marker marks in slices.
    pub fn add_met(&mut self, minor: &mut Marker) {
        self.visitor.ranges.append(&mut minor.met.runs);
        for cell in std::mem::take(&mut minor.met.cells) {
            self.scan(cell);
        }
    }

    /// Visits the references of old cells that were written to.
    pub fn scan_remembered(&mut self, cells: &[usize]) {
        for (i, &cell) in cells.iter().enumerate() {
            if let Some(&later) = cells.get(i + AHEAD) {
                prefetch(later);
            }
            self.scan(cell);
        }
    }

    /// The same, of those that are marked, for what is not marked yet: most of it is.
    pub fn scan_again(&mut self, cells: &[usize]) {
        let base = self.marks.base;
        for (i, &cell) in cells.iter().enumerate() {
            if let Some(&later) = cells.get(i + AHEAD) {
                prefetch(later);
                prefetch(region::mark_address(base, later));
            }
            if region::is_marked_in(base, cell) {
                self.scan_new(cell);
            }
        }
    }

    /// Visits the words that the dirty cards tell of.
    pub fn visit_cards(&mut self, cards: &[usize]) {
        let Marks { base, sliced, .. } = self.marks;
        let is_marked = |cell| region::is_marked_in(base, cell) && (sliced == 0 || region::is_marked_in(sliced, cell));
        for (i, &address) in cards.iter().enumerate() {
            if let Some(&later) = cards.get(i + AHEAD) {
                prefetch(later);
                prefetch(std::ptr::from_ref(region::card(later)) as usize);
            }
            let mut words = region::card(address).load(Relaxed);
            while words != 0 {
                let word = address as *const u64;
                self.visitor.conservative_but(word.wrapping_add(words.trailing_zeros() as usize), 1, is_marked);
                words &= words - 1;
            }
        }
    }

    /// Gives half of the references away if somebody has none.
    fn share(&mut self) {
        if self.followed < ALONE && !self.helper {
            return;
        }
        if self.visitor.edges.len() < SHARE_MIN && self.visitor.ranges.is_empty() {
            return;
        }
        if !self.parallel {
            let alone = ALONE_FOR.load(Relaxed);
            if alone != 0 && !self.counted {
                ALONE_FOR.store(alone - 1, Relaxed);
                self.counted = true;
            }
            self.parallel = alone == 0 && !self.counted && !cores_are_wanted() && call_helpers(self.marks);
            if !self.parallel {
                // Alone for the rest of this collection.
                self.followed = 0;
                return;
            }
        }
        let pool = pool();
        if pool.hungry.load(Relaxed) == 0 {
            return;
        }
        let chunk = match self.visitor.ranges.last_mut() {
            Some(run) if run.len > 2 * LONG_RUN && run.len <= self.marks.huge => Chunk::Range(run.split(run.len / 4 * 2)),
            _ => {
                let edges = &mut self.visitor.edges;
                let half = edges.len() / 2;
                if half == 0 {
                    return;
                }
                let kept = edges[half..].to_vec();
                edges.truncate(half);
                Chunk::References(std::mem::replace(edges, kept))
            }
        };
        let mut work = pool.lock();
        work.chunks.push(chunk);
        pool.update_hungry(&work);
        drop(work);
        pool.changed.notify_one();
    }

    /// Waits for a chunk; false if all markers are done. Helpers wait for ever.
    fn take_chunk(&mut self) -> bool {
        let pool = pool();
        let start = (!self.helper).then(Instant::now);
        // Going to sleep and being woken costs more than what the others often need to have something to give.
        for _ in 0..SPINS {
            if pool.available.load(Relaxed) != 0 {
                break;
            }
            std::hint::spin_loop();
        }
        let mut work = pool.lock();
        work.idle += 1;
        work.met.append(&mut self.met);
        pool.update_hungry(&work);
        let all = work.helpers + 1;
        if work.idle == all && (work.chunks.is_empty() || pool.time_up.load(Relaxed)) {
            pool.changed.notify_all();
        }
        loop {
            // When time is up, what is in the queue is for the collecting thread.
            if !pool.time_up.load(Relaxed)
                && let Some(chunk) = work.chunks.pop()
            {
                work.idle -= 1;
                pool.update_hungry(&work);
                self.marks = work.marks;
                drop(work);
                self.add_chunk(chunk);
                if let Some(start) = start {
                    self.note_wait(start);
                }
                return true;
            }
            if !self.helper && work.idle == all {
                work.idle -= 1;
                self.met = std::mem::take(&mut work.met);
                pool.update_hungry(&work);
                drop(work);
                if let Some(start) = start {
                    self.note_wait(start);
                }
                return false;
            }
            work = pool.changed.wait(work).unwrap_or_else(|p| p.into_inner());
        }
    }
}

/// Starts helpers unless there are some; false if there cannot be any.
#[cold]
fn call_helpers(marks: Marks) -> bool {
    let wanted = helpers_wanted();
    let pool = pool();
    let mut work = pool.lock();
    work.marks = marks;
    while work.helpers < wanted {
        // Signals are for threads that run Python code.
        // SAFETY: plain calls with initialised sets.
        let started = unsafe {
            let mut all: libc::sigset_t = std::mem::zeroed();
            let mut old: libc::sigset_t = std::mem::zeroed();
            libc::sigfillset(&mut all);
            libc::pthread_sigmask(libc::SIG_SETMASK, &all, &mut old);
            let started = std::thread::Builder::new().name("gc".into()).spawn(help);
            libc::pthread_sigmask(libc::SIG_SETMASK, &old, std::ptr::null_mut());
            started
        };
        if started.is_err() {
            break;
        }
        // It counts as idle before it runs.
        work.helpers += 1;
        work.idle += 1;
    }
    pool.update_hungry(&work);
    work.helpers > 0
}

fn help() {
    let mut marker = Marker::new(NO_MARKS);
    marker.helper = true;
    marker.parallel = true;
    {
        // `take_chunk` counts it again.
        let mut work = pool().lock();
        work.idle -= 1;
    }
    loop {
        marker.take_chunk();
        if !marker.drain_own() {
            marker.give_everything();
        }
    }
}
