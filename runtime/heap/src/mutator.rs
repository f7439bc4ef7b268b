//! A thread as the heap sees it: allocation, and the write barrier.
//!
//! # Allocation
//! For each size class a thread holds a *run* of free, zeroed memory, and takes cells from its start: one compare, and one store
//! for the header. The slow path extends the run: by zeroing the next piece (at most 16 KiB, so that it is still in the
//! first-level cache when it is used) of the free cells at hand, or by finding the next free cells in the block's mark bits, or
//! by taking another block from the space. This is all the sweeping there is.
//!
//! # The barrier
//! The collector assumes that what survived a collection (*old* cells) refers to new cells only if it is told so. A store into
//! a cell tests one byte of its header; an old cell is pushed once into the thread's remembered buffer. Cells of more than
//! [`EXACT_MAX`] bytes remember the written word instead, by a bit of its card, when the word is known: a list of millions that
//! grows, or in which some items are replaced, is not visited whole in each minor collection.

use crate::region::{self, *};
use crate::space::space;
use crate::threads::Record;
use crate::*;
use std::cell::{Cell, UnsafeCell};
use std::ptr::NonNull;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering::*};

/// Memory is exhausted.
#[derive(Debug)]
pub struct OutOfMemory;

/// Poll-word bits: why a thread must leave its fast path at the next poll.
pub mod poll_bits {
    /// A handshake is requested.
    pub const HANDSHAKE: u32 = 1;
    /// For the runtime: signals, pending calls, async exceptions, finalizers to run.
    pub const RUNTIME: u32 = 2;
}

/// Visits what a thread holds elsewhere than on its native stack.
pub type StackScanner = fn(&Mutator, &mut Visitor);

/// Zeroed memory of one size class: addresses of the next cell and of the end.
#[repr(C)]
pub struct Run {
    pub next: Cell<usize>,
    pub end: Cell<usize>,
}

/// The heap's part of a thread's record. Fields that machine code uses come first.
///
/// A mutator gets its final place before [`Mutator::start`], and is not moved afterwards.
#[repr(C)]
pub struct Mutator {
    pub poll: AtomicU32,
    pub id: u16,
    /// Owner of new containers: `id`, or 0 while this thread keeps losing them to others.
    pub new_owner: Cell<u16>,
    /// By class, see [`class_of`]; the class of a cell of up to 512 bytes is its number of 16-byte granules.
    pub runs: [Run; CLASSES],
    pub(crate) record: Arc<Record>,
    pub(crate) local: UnsafeCell<Local>,
    /// How often this thread has stopped the world, one inside the other.
    pub(crate) stopping: Cell<u32>,
    /// Cells this thread holds exclusively, and other reasons why it must not poll. Counted in debug builds.
    pub(crate) exclusive_depth: Cell<u32>,
    pub(crate) stack_scanner: Cell<Option<StackScanner>>,
}

const NO_BLOCK: u32 = u32::MAX;
/// Zeroed at a time.
const PIECE: usize = 16 << 10;
/// Finalizers a thread may register before somebody looks for the dead among them, whether automatic collection is on or not:
/// what has a finalizer is expected to be finalized soon after it was dropped.
pub(crate) const FINALIZERS_MAX: usize = 20_000;
/// Old cells and cards a thread may have written to before a collection is due: where they lie scattered, each takes the collector
/// some cache misses.
pub(crate) const WRITTEN_MAX: usize = 48 << 10;
/// Bytes a thread may allocate before it tells the others.
const DEBT_MAX: usize = 32 << 10;

/// The block a thread allocates in, for one class.
#[derive(Clone, Copy)]
struct Current {
    block: u32,
    /// Offset of the end of the free cells found; the zeroed part ends at the run's end.
    free_end: u32,
    zeroed: bool,
}

/// What a thread has gathered since the last collection.
#[derive(Default)]
pub(crate) struct Gathered {
    /// Old cells that were written to.
    pub remembered: Vec<usize>,
    /// First addresses of the dirty cards.
    pub cards: Vec<usize>,
    /// Blocks with young cells.
    pub touched: Vec<u32>,
    pub weak: Vec<usize>,
    pub finalizable: Vec<usize>,
    pub droppable: Vec<usize>,
    pub allocated: usize,
}

impl Gathered {
    /// How much the next collection visits again.
    #[inline]
    pub fn written(&self) -> usize {
        self.remembered.len() + self.cards.len()
    }
    pub fn append(&mut self, other: &mut Gathered) {
        self.remembered.append(&mut other.remembered);
        self.cards.append(&mut other.cards);
        self.touched.append(&mut other.touched);
        self.weak.append(&mut other.weak);
        self.finalizable.append(&mut other.finalizable);
        self.droppable.append(&mut other.droppable);
        self.allocated += std::mem::take(&mut other.allocated);
    }
}

/// The part of a mutator that only its thread uses, and the collector in a stopped world.
pub(crate) struct Local {
    current: [Current; CLASSES],
    pub gathered: Gathered,
    /// Bytes allocated and not yet told to the others.
    debt: usize,
    until_stress: u32,
    pub losses: u32,
    /// Growable arrays of roots, see [`Roots`].
    pub roots: Vec<*const UnsafeCell<Vec<Value>>>,
}

impl Mutator {
    /// Makes the calling thread known to the heap, as soon as the mutator has its place and [`Mutator::start`] is called.
    /// Panics if there are 65,534 threads.
    pub fn attach() -> Mutator {
        Mutator::try_attach().expect("a free thread id")
    }
    /// As [`Mutator::attach`]; `None` if there are too many threads.
    pub fn try_attach() -> Option<Mutator> {
        region::reserve();
        let record = Record::new()?;
        Some(Mutator {
            // The first poll leads to `start`.
            poll: AtomicU32::new(poll_bits::HANDSHAKE),
            id: record.id,
            new_owner: Cell::new(record.id),
            runs: [const { Run { next: Cell::new(0), end: Cell::new(0) } }; CLASSES],
            record,
            local: UnsafeCell::new(Local {
                current: [Current { block: NO_BLOCK, free_end: 0, zeroed: false }; CLASSES],
                gathered: Gathered::default(),
                debt: 0,
                until_stress: 0,
                losses: 0,
                roots: Vec::new(),
            }),
            stopping: Cell::new(0),
            exclusive_depth: Cell::new(0),
            stack_scanner: Cell::new(None),
        })
    }

    /// Allocates a zeroed cell of at least `size` bytes with its header set and no owner. May collect.
    #[inline(always)]
    pub fn alloc(&self, size: usize, shape: ShapeId) -> Result<NonNull<Header>, OutOfMemory> {
        self.alloc_word(size, Header::word(shape, 0))
    }
    /// As `alloc`, owned by this thread (for containers with structural writes).
    #[inline(always)]
    pub fn alloc_owned(&self, size: usize, shape: ShapeId) -> Result<NonNull<Header>, OutOfMemory> {
        self.alloc_word(size, Header::word(shape, self.new_owner.get()))
    }
    #[inline(always)]
    fn alloc_word(&self, size: usize, word: u64) -> Result<NonNull<Header>, OutOfMemory> {
        debug_assert!(size >= size_of::<Header>());
        if size > EXACT_MAX {
            return self.alloc_big(size, word);
        }
        let class = class_of(size);
        self.bump(class, class * GRANULE, word)
    }
    #[inline(always)]
    fn bump(&self, class: usize, size: usize, word: u64) -> Result<NonNull<Header>, OutOfMemory> {
        let run = &self.runs[class];
        let cell = run.next.get();
        let next = cell + size;
        if next > run.end.get() {
            return self.alloc_slow(class, word);
        }
        run.next.set(next);
        // SAFETY: a cell of the thread's run: free, zeroed, and not null.
        unsafe {
            (cell as *mut u64).write(word);
            Ok(NonNull::new_unchecked(cell as *mut Header))
        }
    }
    #[inline(never)]
    fn alloc_big(&self, size: usize, word: u64) -> Result<NonNull<Header>, OutOfMemory> {
        if size > SMALL_MAX {
            return self.alloc_large(size, word);
        }
        let class = class_of(size);
        self.bump(class, class_size(class), word)
    }

    /// Allocation when the run is used up.
    #[cold]
    #[inline(never)]
    fn alloc_slow(&self, class: usize, word: u64) -> Result<NonNull<Header>, OutOfMemory> {
        self.before_allocation(0);
        let mut collected = false;
        while !self.extend_run(class) {
            if collected {
                return Err(OutOfMemory);
            }
            self.collect(true);
            collected = true;
        }
        let run = &self.runs[class];
        let cell = run.next.get();
        run.next.set(cell + class_size(class));
        // SAFETY: as in `bump`.
        unsafe {
            (cell as *mut u64).write(word);
            Ok(NonNull::new_unchecked(cell as *mut Header))
        }
    }

    /// What may happen at any allocation: answering others, and a collection.
    fn before_allocation(&self, size: usize) {
        debug_assert_eq!(self.exclusive_depth.get(), 0, "a thread that holds a cell exclusively must not allocate");
        debug_assert_eq!(self.stopping.get(), 0, "no allocation in a stopped world");
        if self.poll.load(Relaxed) & poll_bits::HANDSHAKE != 0 {
            self.poll_slow();
        }
        // SAFETY: only this thread uses it while it runs.
        let local = unsafe { &mut *self.local.get() };
        local.debt += size;
        let stress = collect::stress_interval();
        if stress != 0 {
            local.until_stress = local.until_stress.min(stress).saturating_sub(1);
            if local.until_stress == 0 {
                local.until_stress = stress;
                self.collect_for_stress();
            }
        }
        if local.gathered.finalizable.len() >= FINALIZERS_MAX {
            self.collect_for_finalizers();
        }
        if local.gathered.written() >= WRITTEN_MAX && collect::is_enabled() {
            self.collect_for_writes();
        }
        if local.debt >= DEBT_MAX {
            let debt = std::mem::take(&mut local.debt);
            local.gathered.allocated += debt;
            if collect::charge(debt) {
                self.collect_if_due();
            }
        }
    }

    /// Makes room for at least one cell in the class's run; false if there is no memory. Never collects.
    fn extend_run(&self, class: usize) -> bool {
        let size = class_size(class);
        let run = &self.runs[class];
        // SAFETY: only this thread uses it while it runs.
        let local = unsafe { &mut *self.local.get() };
        let current = &mut local.current[class];
        loop {
            if current.block != NO_BLOCK {
                let base = block_address(current.block);
                let mut at = run.next.get() - base;
                if at >= current.free_end as usize {
                    match next_free_run(current.block, at) {
                        Some((start, end)) => {
                            at = start;
                            current.free_end = end as u32;
                        }
                        None => {
                            block(current.block).frontier.store(BLOCK_SIZE as u32, Relaxed);
                            current.block = NO_BLOCK;
                            run.next.set(0);
                            run.end.set(0);
                            continue;
                        }
                    }
                }
                let free = current.free_end as usize - at;
                let piece = if collect::stress_interval() != 0 {
                    size
                } else if current.zeroed {
                    free
                } else {
                    free.min((PIECE / size).max(1) * size)
                };
                if !current.zeroed {
                    // SAFETY: free cells of a block that this thread owns.
                    unsafe { std::ptr::write_bytes((base + at) as *mut u8, 0, piece) };
                }
                local.debt += piece;
                run.next.set(base + at);
                run.end.set(base + at + piece);
                return true;
            }
            let Some(acquired) = space().acquire(class) else { return false };
            local.gathered.touched.push(acquired.index);
            *current = Current { block: acquired.index, free_end: 0, zeroed: acquired.zeroed };
            run.next.set(block_address(acquired.index));
            run.end.set(run.next.get());
        }
    }

    #[cold]
    fn alloc_large(&self, size: usize, word: u64) -> Result<NonNull<Header>, OutOfMemory> {
        if size > isize::MAX as usize {
            return Err(OutOfMemory);
        }
        let size = size.next_multiple_of(GRANULE);
        self.before_allocation(size);
        let mut got = space().acquire_large(size);
        if got.is_none() {
            self.collect(true);
            got = space().acquire_large(size);
        }
        let (head, dirty) = got.ok_or(OutOfMemory)?;
        let cell = block_address(head) as *mut u8;
        // SAFETY: the run of blocks is this cell's alone.
        unsafe {
            if dirty {
                std::ptr::write_bytes(cell, 0, size);
            }
            cell.cast::<u64>().write(word);
            Ok(NonNull::new_unchecked(cell.cast()))
        }
    }

    /// To be called after a store of a reference into `holder`.
    #[inline(always)]
    pub fn write_barrier(&self, holder: &Header) {
        if holder.gc.load(Relaxed) == gc_bits::OLD {
            self.write_barrier_slow(holder)
        }
    }
    #[cold]
    #[inline(never)]
    pub fn write_barrier_slow(&self, holder: &Header) {
        holder.gc.store(gc_bits::OLD | gc_bits::REMEMBERED, Relaxed);
        // SAFETY: only this thread uses it while it runs.
        unsafe { &mut *self.local.get() }.gathered.remembered.push(std::ptr::from_ref(holder) as usize);
    }
    /// Whether a store of `value` into `holder` must tell the collector; the answer holds until the next poll. For code that
    /// wants to store without a call ([`Field::set_plain`]) and leaves the others to [`Field::set`].
    #[inline(always)]
    pub fn needs_barrier(&self, holder: &Header, value: Value) -> bool {
        holder.gc.load(Relaxed) == gc_bits::OLD && value.is_cell()
    }
    /// To be called after a store of `value` into the word at `slot` of `holder`.
    #[inline(always)]
    pub fn write_barrier_at(&self, holder: &Header, slot: *const u64, value: Value) {
        if self.needs_barrier(holder, value) {
            self.write_barrier_at_slow(holder, slot, value)
        }
    }
    #[cold]
    #[inline(never)]
    pub fn write_barrier_at_slow(&self, holder: &Header, slot: *const u64, value: Value) {
        if !collect::is_marking() && value.header().is_some_and(|h| h.gc.load(Relaxed) & gc_bits::OLD != 0) {
            return;
        }
        let address = std::ptr::from_ref(holder) as usize;
        if (slot as usize).wrapping_sub(address) >= block(block_index(address)).carded_size() {
            return self.write_barrier_slow(holder);
        }
        let card = card(slot as usize);
        let word = 1 << (slot as usize % (1 << CARD_SHIFT) / 8);
        if card.load(Relaxed) & word == 0 && card.fetch_or(word, Relaxed) == 0 {
            // SAFETY: only this thread uses it while it runs.
            unsafe { &mut *self.local.get() }.gathered.cards.push(slot as usize >> CARD_SHIFT << CARD_SHIFT);
        }
    }

    /// Tells the collector of memory outside the heap that lives as long as some new cell: it counts for when to collect.
    pub fn charge_external(&self, bytes: usize) {
        // SAFETY: only this thread uses it while it runs.
        unsafe { &mut *self.local.get() }.debt += bytes;
    }

    #[inline(always)]
    pub fn should_poll(&self) -> bool {
        self.poll.load(Relaxed) != 0
    }
    /// What a poll of the heap's own does: for loops in Rust that may run for long.
    #[inline(always)]
    pub fn safepoint(&self) {
        if self.poll.load(Relaxed) & poll_bits::HANDSHAKE != 0 {
            self.poll_slow()
        }
    }

    /// Registers a cell whose layout has `drop`. Called once for a cell, right after it was allocated.
    pub fn register_drop(&self, cell: NonNull<Header>) {
        // SAFETY: only this thread uses it while it runs.
        unsafe { &mut *self.local.get() }.gathered.droppable.push(cell.as_ptr() as usize)
    }

    /// Sets the function that visits what this thread holds elsewhere than on its native stack. It runs while the thread is
    /// stopped, maybe in another thread.
    pub fn set_stack_scanner(&self, scanner: StackScanner) {
        self.stack_scanner.set(Some(scanner))
    }

    /// Writes the frontiers of the blocks this thread allocates in. The world is stopped, or the thread is the caller.
    pub(crate) fn flush_frontiers(&self) {
        // SAFETY: the world is stopped, or the thread is the caller.
        let local = unsafe { &*self.local.get() };
        for (current, run) in local.current.iter().zip(&self.runs) {
            if current.block != NO_BLOCK {
                let offset = run.next.get() - block_address(current.block);
                block(current.block).frontier.store(offset as u32, Relaxed);
            }
        }
    }
    /// Gives up the blocks and hands over what was gathered. The world is stopped, or the thread is the caller.
    pub(crate) fn hand_over(&self, to: &mut Gathered) {
        self.flush_frontiers();
        // SAFETY: the world is stopped, or the thread is the caller.
        let local = unsafe { &mut *self.local.get() };
        local.gathered.allocated += std::mem::take(&mut local.debt);
        for (current, run) in local.current.iter_mut().zip(&self.runs) {
            local.gathered.allocated = local.gathered.allocated.saturating_sub(run.end.get() - run.next.get());
            run.next.set(0);
            run.end.set(0);
            current.block = NO_BLOCK;
        }
        to.append(&mut local.gathered);
    }
    /// Ends the runs where they are, so that every further allocation takes the slow path once.
    pub(crate) fn cut_runs(&self) {
        for run in &self.runs {
            run.end.set(run.next.get());
        }
    }
}

impl Drop for Mutator {
    fn drop(&mut self) {
        self.detach()
    }
}

/// A growable array of values that the collector sees, for Rust code that must hold more than fits its stack. Belongs to the
/// thread that made it and is dropped before its mutator.
pub struct Roots<'t> {
    thread: &'t Mutator,
    values: Box<UnsafeCell<Vec<Value>>>,
}

impl<'t> Roots<'t> {
    pub fn new(thread: &'t Mutator) -> Roots<'t> {
        thread.start();
        let values = Box::new(UnsafeCell::new(Vec::new()));
        // SAFETY: only this thread uses it while it runs.
        unsafe { &mut *thread.local.get() }.roots.push(&raw const *values);
        Roots { thread, values }
    }
    pub fn push(&mut self, v: Value) {
        self.values.get_mut().push(v)
    }
}
impl std::ops::Deref for Roots<'_> {
    type Target = Vec<Value>;
    fn deref(&self) -> &Vec<Value> {
        // SAFETY: changed only through `&mut self`; the collector reads it while this thread is stopped.
        unsafe { &*self.values.get() }
    }
}
impl std::ops::DerefMut for Roots<'_> {
    fn deref_mut(&mut self) -> &mut Vec<Value> {
        self.values.get_mut()
    }
}
impl Drop for Roots<'_> {
    fn drop(&mut self) {
        // SAFETY: only this thread uses it while it runs.
        let roots = &mut unsafe { &mut *self.thread.local.get() }.roots;
        let mine: *const _ = &raw const *self.values;
        if let Some(i) = roots.iter().rposition(|&r| std::ptr::eq(r, mine)) {
            roots.swap_remove(i);
        }
    }
}
