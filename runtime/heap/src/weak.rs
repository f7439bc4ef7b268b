//! Cells that want to know when they, or others, die: weak references, finalizers, native data to be dropped.
//!
//! # The order, at the end of a collection
//! 1. Weak cells whose target is unreachable are emptied. Those that are reachable themselves are queued, for their callbacks.
//! 2. Unreachable cells with a finalizer are resurrected with all they lead to, and queued; they are no longer registered.
//!    (CPython's order: nobody can get at a resurrected object through a weak reference that was there before.)
//! 3. Weak hooks run: what they find dead now is dead.
//! 4. Dead cells with native data are queued for `Layout::drop`, which the collecting thread calls once the world runs
//!    again. Such a cell's memory stays as it is until then, and until the next collection.
//!
//! A collection that is not full looks only at what was registered since the last one: what survived is old, and old cells
//! do not die in it. So a weak cell's target is set before it is registered, and not changed for a younger one.

use crate::collect::collector;
use crate::{Header, Layout, Mutator, Ref, ShapeId, Value, Visitor, poll_bits, region};
use std::collections::VecDeque;
use std::ptr::NonNull;
use std::sync::atomic::{AtomicU64, Ordering::*};
use std::sync::{Mutex, MutexGuard, OnceLock};

/// What a weak cell begins with. Its layout's `scan` does not visit the target.
#[repr(C)]
pub struct WeakCell {
    pub header: Header,
    target: AtomicU64,
}

impl WeakCell {
    /// Sets the target; before [`Mutator::register_weak`].
    pub fn init(&self, target: Value) {
        self.target.store(target.bits(), Relaxed)
    }
    /// The target, or the empty value once it is dead.
    pub fn target(&self) -> Value {
        // Acquire: as `Field::get`.
        Value::from_bits(self.target.load(Acquire))
    }
    /// Forgets the target, without its callback being due.
    pub fn clear(&self) {
        self.target.store(Value::EMPTY.bits(), Relaxed)
    }
}

/// What a weak hook may ask, at the end of a collection's marking.
pub struct Liveness {
    pub(crate) full: bool,
}

impl Liveness {
    /// Whether a value is alive. What is not a cell is.
    #[inline]
    pub fn is_live(&self, v: Value) -> bool {
        match v.as_cell() {
            Some(cell) => region::is_marked(cell.as_ptr() as usize),
            None => true,
        }
    }
    /// Whether the collection was full: otherwise cells that were there at the one before are live.
    pub fn is_full(&self) -> bool {
        self.full
    }
}

/// What the collector has found for the runtime to do. Cells in the first two are roots.
pub(crate) struct Queues {
    pub cleared: VecDeque<usize>,
    pub finalizable: VecDeque<usize>,
    /// Dead cells whose native data is to be dropped.
    pub drops: Vec<(usize, &'static Layout)>,
    /// Cells whose native data was dropped: their mark bits are cleared by the next collection.
    pub dropped: Vec<usize>,
}

static QUEUES: Mutex<Queues> =
    Mutex::new(Queues { cleared: VecDeque::new(), finalizable: VecDeque::new(), drops: Vec::new(), dropped: Vec::new() });

pub(crate) fn queues() -> MutexGuard<'static, Queues> {
    QUEUES.lock().expect("no panic with the queues locked")
}

/// The shape of cells that are dead but not yet free.
pub(crate) fn dead_shape() -> ShapeId {
    fn nothing(_: *const Header, _: &mut Visitor) {}
    static DEAD: Layout = Layout { name: "dead", size: 8, scan: nothing, cell_size: None, base: None, drop: None };
    static ID: OnceLock<ShapeId> = OnceLock::new();
    *ID.get_or_init(|| Mutator::internal_shape(&DEAD))
}

impl Mutator {
    /// Registers a weak cell whose target is set.
    pub fn register_weak(&self, cell: Ref<WeakCell>) {
        // SAFETY: only this thread uses it while it runs.
        unsafe { &mut *self.local.get() }.gathered.weak.push(cell.as_ptr() as usize)
    }
    /// Asks for one call of the cell's finalizer when it becomes unreachable: it will be in [`Mutator::take_finalizable`].
    pub fn register_finalizer(&self, cell: NonNull<Header>) {
        // SAFETY: only this thread uses it while it runs.
        unsafe { &mut *self.local.get() }.gathered.finalizable.push(cell.as_ptr() as usize)
    }
    /// Takes a weak cell whose target has died since it was registered.
    pub fn take_cleared_weak(&self) -> Option<Ref<WeakCell>> {
        let cell = queues().cleared.pop_front()?;
        // SAFETY: only weak cells are queued, and the queue is a root.
        Some(unsafe { Ref::from_raw(NonNull::new_unchecked(cell as *mut WeakCell)) })
    }
    /// Takes a cell that was found unreachable and is alive again for its finalizer to be called.
    pub fn take_finalizable(&self) -> Option<NonNull<Header>> {
        NonNull::new(queues().finalizable.pop_front()? as *mut Header)
    }
    /// Takes all cells that are registered for a finalizer, reachable or not, in the order of their registration by each
    /// thread: for the end of the program.
    pub fn take_registered_finalizers(&self) -> crate::Roots<'_> {
        let mut found = crate::Roots::new(self);
        self.stop_the_world(|world| {
            let mut all = std::mem::take(&mut collector().old.finalizable);
            // SAFETY: the world is stopped.
            world.for_each_thread(|t| all.append(&mut unsafe { &mut *t.local.get() }.gathered.finalizable));
            // SAFETY: registered cells' addresses are not null.
            found.extend(all.iter().map(|&c| Value::from_cell(unsafe { NonNull::new_unchecked(c as *mut Header) })));
        });
        found
    }

    /// Drops native data of dead cells. No lock is held while `drop` runs, and no poll comes between taking a cell from one
    /// queue and putting it into the next.
    pub(crate) fn run_drops(&self) {
        loop {
            let Some((cell, layout)) = queues().drops.pop() else { return };
            if let Some(drop) = layout.drop {
                // It may neither allocate nor wait: a collection now would take the cell for free memory.
                self.forbid_polls(1);
                // SAFETY: the cell is dead, was a cell of this layout, and comes here once.
                unsafe { drop(cell as *mut Header) }
                self.forbid_polls(-1);
            }
            queues().dropped.push(cell);
        }
    }
}

/// Registers a function that visits roots outside cells and threads, in every collection.
pub fn register_root_scanner(scanner: fn(&mut Visitor)) {
    collector().root_scanners.push(scanner)
}
/// Registers a function that runs in the stopped world after marking, and forgets what is dead (intern tables, caches).
pub fn register_weak_hook(hook: fn(&Liveness)) {
    collector().weak_hooks.push(hook)
}
/// Registers a function that says of an unreachable cell whether its finalizer has anything to do: if not, the cell just dies.
/// It runs in the stopped world, may read the cell and what it refers to, and must not change anything.
pub fn register_finalizer_filter(filter: fn(&Header) -> bool) {
    collector().finalizer_filter = filter
}
/// Registers a function that runs in the stopped world and forgets the ids of dead shapes, wherever they are cached: they may
/// be used again. Without such a function they are not.
pub fn register_shape_hook(hook: fn(&[ShapeId])) {
    collector().shape_hooks.push(hook)
}

impl crate::collect::Collector {
    /// Step 1. `cells`: registered weak cells.
    pub(crate) fn clear_weak(cells: &[usize], live: &Liveness) -> bool {
        let mut queued = false;
        for &cell in cells {
            // SAFETY: registered weak cells; those that are dead are not free yet.
            let weak = unsafe { &*(cell as *const WeakCell) };
            let target = weak.target();
            if target.is_cell() && !live.is_live(target) {
                weak.clear();
                if region::is_marked(cell) {
                    queues().cleared.push_back(cell);
                    queued = true;
                }
            }
        }
        queued
    }
    /// Step 2: takes the unreachable ones out of `cells` and queues them. Returns them, to be marked.
    pub(crate) fn find_finalizable(&self, cells: &mut Vec<usize>) -> Vec<usize> {
        let mut found = Vec::new();
        cells.retain(|&cell| {
            let live = region::is_marked(cell);
            // SAFETY: registered cells; those that are dead are not free yet.
            if !live && (self.finalizer_filter)(unsafe { &*(cell as *const Header) }) {
                found.push(cell);
            }
            live
        });
        queues().finalizable.extend(&found);
        found
    }
    /// Step 4: takes the dead ones out of `cells` and queues them.
    pub(crate) fn find_drops(cells: &mut Vec<usize>) {
        let mut q = queues();
        cells.retain(|&cell| {
            if region::is_marked(cell) {
                return true;
            }
            // SAFETY: registered cells; those that are dead are not free yet.
            let header = unsafe { &*(cell as *const Header) };
            q.drops.push((cell, header.shape().layout()));
            header.set_shape(dead_shape());
            region::mark(region::mark_base(), cell, false);
            false
        });
    }
}

impl Mutator {
    /// After a collection: tells the runtime if there is something in the queues.
    pub(crate) fn announce_queues(&self) {
        let q = queues();
        if !q.cleared.is_empty() || !q.finalizable.is_empty() {
            self.poll.fetch_or(poll_bits::RUNTIME, Relaxed);
        }
    }
}
