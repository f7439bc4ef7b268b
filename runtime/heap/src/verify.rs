//! Walking the heap: for `gc.get_objects`, for the verifier, and for stress mode's poison.

use crate::collect::stress_interval;
use crate::mutator::Gathered;
use crate::region::{self, *};
use crate::space::space;
use crate::weak::dead_shape;
use crate::*;
use std::ptr::NonNull;
use std::sync::atomic::Ordering::*;

/// Fills freed memory in stress mode. As a value it is no cell, as a header it has a shape that does not exist.
const POISON: u8 = 0xdb;

/// Calls `f` for every cell, old or young, dead ones that await reuse excepted. The world is stopped, frontiers are written.
pub(crate) fn each_cell(f: impl FnMut(usize)) {
    each_cell_of(true, f)
}
/// Calls `f` for every cell that the last collection kept. The world was not resumed since.
pub(crate) fn each_marked_cell(f: &mut impl FnMut(NonNull<Header>)) {
    // SAFETY: cells are not null.
    each_cell_of(false, |cell| f(unsafe { NonNull::new_unchecked(cell as *mut Header) }))
}
fn each_cell_of(new: bool, mut f: impl FnMut(usize)) {
    let high = space().high;
    let dead = dead_shape();
    let mut visit = |cell: usize| {
        // SAFETY: an allocated cell.
        if unsafe { &*(cell as *const Header) }.shape_id() != dead {
            f(cell)
        }
    };
    for index in 0..high {
        let b = block(index);
        match b.kind.load(Relaxed) {
            kind::SMALL => {
                let (size, frontier) = (b.cell_size(), b.frontier.load(Relaxed) as usize);
                for n in 0..b.cells.load(Relaxed) as usize {
                    let cell = block_address(index) + n * size;
                    if (new && n * size < frontier) || is_marked(cell) {
                        visit(cell)
                    }
                }
            }
            kind::LARGE if new || is_marked(block_address(index)) => visit(block_address(index)),
            _ => {}
        }
    }
}

impl Mutator {
    /// Calls `f` for every cell, reachable or not, in a stopped world. `f` must not allocate, and what it keeps must be
    /// on this thread's stack or in [`Roots`] before it returns.
    pub fn for_each_cell(&self, mut f: impl FnMut(NonNull<Header>)) {
        self.stop_the_world(|world| {
            world.for_each_thread(|t| t.flush_frontiers());
            // SAFETY: cells are not null.
            each_cell(|cell| f(unsafe { NonNull::new_unchecked(cell as *mut Header) }))
        })
    }

    /// Calls `f` for each reference of a cell. In a stopped world, or for a cell that nobody writes to: otherwise it may show
    /// some mixture of before and after.
    pub fn referents(&self, cell: NonNull<Header>, f: impl FnMut(Value)) {
        each_referent(cell.as_ptr() as usize, f)
    }

    /// Checks what the collector relies on, for all cells; panics with a description otherwise.
    pub fn verify(&self) {
        self.stop_the_world(|world| {
            // Hands nothing over: the buffers stay where they are, which is what is checked.
            world.for_each_thread(|t| t.flush_frontiers());
            let mut young = Gathered::default();
            world.for_each_thread(|t| {
                // SAFETY: the world is stopped.
                let local = unsafe { &*t.local.get() };
                young.remembered.extend(&local.gathered.remembered);
            });
            check_heap(&young, "when asked")
        })
    }
}

fn each_referent(cell: usize, mut f: impl FnMut(Value)) {
    let mut v = Visitor::new();
    v.sure = true;
    let header = cell as *const Header;
    // SAFETY: a live cell.
    unsafe {
        let shape = (*header).shape();
        (shape.layout().scan)(header, &mut v);
        if let Some(part) = instance_part(header, shape) {
            v.values(std::slice::from_raw_parts(part, shape.inline_slots as usize + 1));
        }
    }
    loop {
        for cell in v.edges.drain(..) {
            // SAFETY: references are not null.
            f(Value::from_cell(unsafe { NonNull::new_unchecked(cell as *mut Header) }))
        }
        if v.take_range(|_| false).is_none() {
            return;
        }
    }
}

/// Checks every cell. `young`: what threads have gathered since the last collection.
pub(crate) fn check_heap(young: &Gathered, when: &str) {
    let pending: std::collections::HashSet<usize> = weak::queues().drops.iter().map(|d| d.0).collect();
    each_cell(|cell| {
        if pending.contains(&cell) {
            return;
        }
        // SAFETY: an allocated cell.
        let header = unsafe { &*(cell as *const Header) };
        let id = header.shape_id();
        assert!(id.0 != 0 && id.0 < SHAPES.limit(), "{when}: cell {cell:#x} has shape {id:?}, which does not exist");
        let state = if is_marked(cell) { "old" } else { "young" };
        assert!(
            SHAPES.is_in_use(id),
            "{when}: the {state} {} {cell:#x} has shape {id:?}, which was freed",
            SHAPES.get(id).layout().name
        );
        let name = header.shape().layout().name;
        let old = is_marked(cell);
        let gc = header.gc.load(Relaxed);
        assert_eq!(old, gc & gc_bits::OLD != 0, "{when}: mark bit and header of {name} {cell:#x} disagree on its being old");
        let mut remembered = gc & gc_bits::REMEMBERED != 0;
        if remembered {
            debug_assert!(old);
        }
        if old {
            let end = cell + block(block_index(cell)).carded_size();
            let first = cell >> CARD_SHIFT << CARD_SHIFT;
            remembered |= (first..end).step_by(1 << CARD_SHIFT).any(|a| card(a).load(Relaxed) != 0);
        }
        each_referent(cell, |v| {
            let to = v.bits() as usize - 2;
            assert_eq!(find_cell(to), Some(to), "{when}: {name} {cell:#x} refers to {to:#x}, which is no cell");
            // SAFETY: a cell, as was just found.
            let target = unsafe { &*(to as *const Header) };
            assert!(target.shape_id() != dead_shape(), "{when}: {name} {cell:#x} refers to the dead cell {to:#x}");
            assert!(
                !old || remembered || is_marked(to),
                "{when}: the old {name} {cell:#x} refers to the young {} {to:#x} and was not remembered",
                target.shape().layout().name
            );
        });
    });
    for &cell in &young.remembered {
        assert_eq!(find_cell(cell), Some(cell), "{when}: {cell:#x} was remembered and is no cell");
    }
}

/// Fills the free cells of all blocks. After a collection, before anything is allocated.
pub(crate) fn poison_free() {
    debug_assert!(stress_interval() != 0);
    let space = space();
    let fill = |address: usize, len: usize| {
        // SAFETY: free memory, which is zeroed before it is used.
        unsafe { std::ptr::write_bytes(address as *mut u8, POISON, len) }
    };
    for index in 0..space.high {
        let b = block(index);
        if b.kind.load(Relaxed) == kind::SMALL {
            let size = b.cell_size();
            for n in 0..b.cells.load(Relaxed) as usize {
                let cell = block_address(index) + n * size;
                if !region::is_marked(cell) {
                    fill(cell, size);
                }
            }
        }
    }
    for index in space.free_pages() {
        fill(block_address(index), BLOCK_SIZE);
    }
}
