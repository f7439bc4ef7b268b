//! Shapes (hidden classes) and the table that holds them.
//!
//! A shape says what a cell is: its class, its layout, and which attribute lives in which slot of the *instance part*. Shapes
//! live outside the collected heap in one reserved region, so an id is an address by one multiplication.
//!
//! The collector marks shapes from cells, from layouts that visit shape ids, from child to parent and from parent to child: a
//! class's whole tree lives as long as anything in it, so a transition table may hold plain ids. A full collection frees the
//! others, but for those made since the full collection before (Rust code may hold their ids), those that a pointer on a
//! native stack leads to, and those that were declared permanent ([`ShapeTable::add_permanent`]). Before an id is used again the
//! runtime's shape hooks have removed it from caches.
//!
//! The instance part of a cell is one extension word and then `inline_slots` attribute slots, at `slots_offset` words from the
//! cell's start (or at the end of a cell of variable size).

use crate::{Field, Header, Layout, Mutator, Value};
use std::sync::atomic::{AtomicU32, AtomicUsize, Ordering::*};
use std::sync::{Mutex, MutexGuard};

/// Index of a shape. 0 is no shape.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Hash)]
#[repr(transparent)]
pub struct ShapeId(pub u32);

/// `Shape::slots_offset` of a layout with variable size: the instance part follows the cell's own part.
pub const DYNAMIC_OFFSET: u16 = u16::MAX;

/// A hidden class. Immutable once published, but for its transitions and lookup table, which only grow.
#[repr(C, align(64))]
pub struct Shape {
    layout: Option<&'static Layout>,
    /// The class (a cell), or empty for internal cells.
    pub class: Field,
    /// Attribute name added by this shape to its parent; empty for a root shape.
    pub key: Field,
    /// The runtime's transition table to child shapes: a cell, or empty.
    pub transitions: Field,
    /// The runtime's name → slot table, built on demand: a cell, or empty.
    pub table: Field,
    id: ShapeId,
    pub parent: AtomicU32,
    /// Words from the cell's start to the instance part; 0: there is none; [`DYNAMIC_OFFSET`].
    pub slots_offset: u16,
    /// Attribute slots inside the cell.
    pub inline_slots: u16,
    /// Slots in use (live or retired), inline ones first.
    pub slot_count: u16,
    /// For the runtime.
    pub flags: u16,
    /// Collection in which the shape was last marked.
    pub(crate) marked: AtomicU32,
}

impl Shape {
    #[inline(always)]
    pub fn id(&self) -> ShapeId {
        self.id
    }
    #[inline(always)]
    pub fn layout(&self) -> &'static Layout {
        match self.layout {
            Some(l) => l,
            None => unreachable!("a cell's shape has a layout"),
        }
    }
    #[inline(always)]
    pub fn has_layout(&self, layout: &'static Layout) -> bool {
        match self.layout {
            Some(mine) => mine.is(layout) || (mine.base.is_some() && mine.derives_from(layout)),
            None => false,
        }
    }
    /// Whether the layout is this one, not one derived from it.
    #[inline(always)]
    pub fn has_exact_layout(&self, layout: &'static Layout) -> bool {
        self.layout.is_some_and(|mine| mine.is(layout))
    }
    /// Tells the collector that one of the shape's fields was written since the last collection. Every write after creation
    /// is followed by this.
    pub fn written(&self) {
        SHAPES.dirty.lock().expect("shape list").push(self.id);
    }
}

/// What a new shape is made of.
pub struct NewShape {
    pub layout: &'static Layout,
    pub class: Value,
    pub key: Value,
    pub parent: ShapeId,
    pub slots_offset: u16,
    pub inline_slots: u16,
    pub slot_count: u16,
    pub flags: u16,
}

/// Start of the reserved region of shapes.
pub const SHAPES_BASE: usize = 0x0100_0000_0000;
/// Most shapes there can be.
pub const SHAPES_MAX: usize = 1 << 22;

/// `Shape::marked` of a shape that no full collection has seen: it is not freed.
pub(crate) const NEW: u32 = u32::MAX;

/// `Shape::marked` of a shape that was freed.
const FREED: u32 = u32::MAX - 1;

/// The table of all shapes.
pub struct ShapeTable {
    used: AtomicUsize,
    pub(crate) free: Mutex<Vec<ShapeId>>,
    /// Shapes written since the last collection: roots of a minor one.
    pub(crate) dirty: Mutex<Vec<ShapeId>>,
    /// Shapes made since the last full collection: roots of the next, because Rust code may hold their ids.
    pub(crate) young: Mutex<Vec<ShapeId>>,
    /// Shapes that are never freed.
    pub(crate) permanent: Mutex<Vec<ShapeId>>,
    ready: std::sync::Once,
}

pub static SHAPES: ShapeTable = ShapeTable {
    used: AtomicUsize::new(1),
    free: Mutex::new(Vec::new()),
    dirty: Mutex::new(Vec::new()),
    young: Mutex::new(Vec::new()),
    permanent: Mutex::new(Vec::new()),
    ready: std::sync::Once::new(),
};

impl ShapeTable {
    #[inline(always)]
    pub fn get(&self, id: ShapeId) -> &'static Shape {
        debug_assert!(id.0 != 0);
        // SAFETY: ids come from `add`, which has initialised the record; the region stays mapped.
        unsafe { &*((SHAPES_BASE + id.0 as usize * size_of::<Shape>()) as *const Shape) }
    }

    fn reserve(&self) {
        self.ready.call_once(|| {
            // SAFETY: a fresh private mapping at an address nothing else uses; the result is checked.
            let p = unsafe {
                libc::mmap(
                    SHAPES_BASE as *mut _,
                    SHAPES_MAX * size_of::<Shape>(),
                    libc::PROT_READ | libc::PROT_WRITE,
                    libc::MAP_PRIVATE | libc::MAP_ANONYMOUS | libc::MAP_NORESERVE | libc::MAP_FIXED_NOREPLACE,
                    -1,
                    0,
                )
            };
            if p as usize != SHAPES_BASE {
                eprintln!("taipan: cannot reserve address space for shapes");
                std::process::abort();
            }
        });
    }

    /// Adds a shape.
    pub fn add(&self, new: NewShape) -> &'static Shape {
        self.add_as(new, false)
    }
    /// Adds a shape that is kept for ever, though no cell may have it at times.
    pub fn add_permanent(&self, new: NewShape) -> &'static Shape {
        self.add_as(new, true)
    }

    fn add_as(&self, new: NewShape, permanent: bool) -> &'static Shape {
        self.reserve();
        let id = match self.free.lock().expect("shape list").pop() {
            Some(id) => id,
            None => {
                let n = self.used.fetch_add(1, Relaxed);
                assert!(n < SHAPES_MAX, "too many shapes");
                ShapeId(n as u32)
            }
        };
        let shape = Shape {
            layout: Some(new.layout),
            class: Field::new(new.class),
            key: Field::new(new.key),
            transitions: Field::new(Value::EMPTY),
            table: Field::new(Value::EMPTY),
            id,
            parent: AtomicU32::new(new.parent.0),
            slots_offset: new.slots_offset,
            inline_slots: new.inline_slots,
            slot_count: new.slot_count,
            flags: new.flags,
            marked: AtomicU32::new(NEW),
        };
        if permanent {
            self.permanent.lock().expect("shape list").push(id);
        }
        let place = (SHAPES_BASE + id.0 as usize * size_of::<Shape>()) as *mut Shape;
        // SAFETY: the record is inside the region and no cell has this id yet.
        unsafe { place.write(shape) };
        let shape = self.get(id);
        shape.written();
        self.young.lock().expect("shape list").push(id);
        shape
    }

    /// Whether the id is that of a shape that has not been freed.
    pub(crate) fn is_in_use(&self, id: ShapeId) -> bool {
        id.0 != 0 && id.0 < self.limit() && self.get(id).layout.is_some() && self.get(id).marked.load(Relaxed) != FREED
    }

    /// Frees shapes; the world is stopped, and no live cell has one of them. Their ids are used again only if the runtime has
    /// hooks that forget them: until then a cache that still knows a dead id just never matches.
    pub(crate) fn release(&self, ids: &[ShapeId], reuse: bool) {
        for &id in ids {
            self.get(id).marked.store(FREED, Relaxed);
        }
        if reuse {
            self.free.lock().expect("shape list").extend_from_slice(ids);
        }
    }

    /// Locks all lists.
    pub(crate) fn lock_all(&self) -> [MutexGuard<'_, Vec<ShapeId>>; 4] {
        [&self.free, &self.dirty, &self.young, &self.permanent].map(|list| list.lock().expect("shape list"))
    }

    /// Number of ids handed out so far; ids below it are valid or free.
    pub fn limit(&self) -> u32 {
        self.used.load(Relaxed) as u32
    }
}

impl Mutator {
    /// A shape for cells that Python code never sees (storage arrays, tables). It is never freed.
    pub fn internal_shape(layout: &'static Layout) -> ShapeId {
        SHAPES
            .add_permanent(NewShape {
                layout,
                class: Value::EMPTY,
                key: Value::EMPTY,
                parent: ShapeId(0),
                slots_offset: 0,
                inline_slots: 0,
                slot_count: 0,
                flags: 0,
            })
            .id()
    }
}

/// Start of a cell's instance part (the extension word), if it has one.
/// # Safety
/// `cell` is a live cell whose shape is, or was, `shape`.
#[inline(always)]
pub unsafe fn instance_part(cell: *const Header, shape: &Shape) -> Option<*const Field> {
    match shape.slots_offset {
        0 => None,
        DYNAMIC_OFFSET => {
            let size = match shape.layout().cell_size {
                // SAFETY: the cell has this layout.
                Some(f) => unsafe { f(cell) },
                None => shape.layout().size,
            };
            // SAFETY: the instance part follows the cell's own part, rounded up to words.
            Some(unsafe { cell.cast::<Field>().add(size.div_ceil(8)) })
        }
        // SAFETY: the shape says so.
        n => Some(unsafe { cell.cast::<Field>().add(n as usize) }),
    }
}
