//! Cells: the header every heap object begins with, typed references, and the description of layouts.

use crate::{SHAPES, Shape, ShapeId, Value, Visitor};
use std::ops::Deref;
use std::ptr::NonNull;
use std::sync::atomic::{AtomicU8, AtomicU16, AtomicU32, Ordering::*};

/// First word of every cell.
#[repr(C)]
pub struct Header {
    shape: AtomicU32,
    /// Thread id of the owner, which may write structure without a lock; 0 = shared.
    pub owner: AtomicU16,
    /// Lock byte for structural writes once the cell is shared.
    pub lock: AtomicU8,
    /// [`gc_bits`]: written by the collector while the world is stopped, and by the barrier's slow path.
    pub gc: AtomicU8,
}

/// Bits of [`Header::gc`].
pub mod gc_bits {
    /// The cell survived a collection.
    pub const OLD: u8 = 1;
    /// An old cell that is in some thread's remembered set.
    pub const REMEMBERED: u8 = 2;
}

impl Header {
    /// Whether the cell survived a collection, so that references stored in it need the write barrier.
    #[inline(always)]
    pub fn is_old(&self) -> bool {
        self.gc.load(Relaxed) & gc_bits::OLD != 0
    }
    /// A placeholder for constructing a cell's content; allocation writes the real header.
    #[allow(clippy::declare_interior_mutable_const, reason = "a template to be copied, never referred to")]
    pub const NEW: Header =
        Header { shape: AtomicU32::new(0), owner: AtomicU16::new(0), lock: AtomicU8::new(0), gc: AtomicU8::new(0) };

    /// The word of a fresh header.
    #[inline(always)]
    pub fn word(shape: ShapeId, owner: u16) -> u64 {
        shape.0 as u64 | (owner as u64) << 32
    }
    #[inline(always)]
    pub fn shape_id(&self) -> ShapeId {
        ShapeId(self.shape.load(Acquire))
    }
    #[inline(always)]
    pub fn shape(&self) -> &'static Shape {
        SHAPES.get(self.shape_id())
    }
    /// Publishes another shape. The caller has written what the new shape promises, and holds what protects the cell's structure.
    #[inline(always)]
    pub fn set_shape(&self, shape: ShapeId) {
        self.shape.store(shape.0, Release)
    }
    /// Changes the shape from `old` to `new` unless another thread changed it meanwhile.
    #[inline]
    pub fn change_shape(&self, old: ShapeId, new: ShapeId) -> bool {
        self.shape.compare_exchange(old.0, new.0, AcqRel, Acquire).is_ok()
    }
}

/// A reference to a live cell. Copyable: it is valid while it is on a native stack, or in a scanned place.
#[repr(transparent)]
pub struct Ref<T>(NonNull<T>);

impl<T> Clone for Ref<T> {
    #[inline(always)]
    fn clone(&self) -> Self {
        *self
    }
}
impl<T> Copy for Ref<T> {}
impl<T> PartialEq for Ref<T> {
    /// Identity.
    #[inline(always)]
    fn eq(&self, other: &Self) -> bool {
        self.0 == other.0
    }
}
impl<T> Eq for Ref<T> {}
impl<T> Deref for Ref<T> {
    type Target = T;
    #[inline(always)]
    fn deref(&self) -> &T {
        // SAFETY: a `Ref` is made only from a live cell of type `T`, and being on the stack keeps it alive.
        unsafe { self.0.as_ref() }
    }
}
impl<T> std::fmt::Debug for Ref<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Ref({:p})", self.0)
    }
}
impl<T: std::fmt::Display> std::fmt::Display for Ref<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        T::fmt(self, f)
    }
}
impl<T> From<Ref<T>> for Value {
    #[inline(always)]
    fn from(r: Ref<T>) -> Value {
        Value::from_cell(r.0.cast())
    }
}

impl<T> Ref<T> {
    /// # Safety
    /// `cell` is a live cell that is, or begins with, a `T`.
    #[inline(always)]
    pub unsafe fn from_raw(cell: NonNull<T>) -> Ref<T> {
        Ref(cell)
    }
    #[inline(always)]
    pub fn as_ptr(self) -> *mut T {
        self.0.as_ptr()
    }
    #[inline(always)]
    pub fn header<'a>(self) -> &'a Header {
        // SAFETY: every cell begins with a header.
        unsafe { self.0.cast().as_ref() }
    }
    #[inline(always)]
    pub fn value(self) -> Value {
        self.into()
    }
    /// The same cell seen as another type.
    /// # Safety
    /// The cell is, or begins with, a `U`.
    #[inline(always)]
    pub unsafe fn cast<U>(self) -> Ref<U> {
        Ref(self.0.cast())
    }
}

/// A Rust type that lives in cells.
///
/// # Safety
/// The type is `#[repr(C)]`, begins with a [`Header`] (or with its base type), and `layout().scan` visits every reference in it.
/// Zeroed memory is a valid value.
pub unsafe trait HeapType: Sized {
    const LAYOUT: &'static Layout;
    #[inline(always)]
    fn layout() -> &'static Layout {
        Self::LAYOUT
    }
}

/// How the collector and `downcast` see a kind of cell.
pub struct Layout {
    pub name: &'static str,
    /// Bytes of the fixed part.
    pub size: usize,
    /// Visits the references of the cell (not those of the instance part, which the shape describes).
    pub scan: unsafe fn(*const Header, &mut Visitor),
    /// Bytes of a cell with variable size, without the instance part; `None`: always `size`.
    pub cell_size: Option<unsafe fn(*const Header) -> usize>,
    /// The layout that this one begins with.
    pub base: Option<&'static Layout>,
    /// Drops native data when the cell is reclaimed; such cells are registered with [`crate::Mutator::register_drop`].
    pub drop: Option<unsafe fn(*mut Header)>,
}

impl Layout {
    #[inline(always)]
    pub fn is(&'static self, other: &'static Layout) -> bool {
        std::ptr::eq(self, other)
    }
    /// Whether this layout is, or begins with, `other`.
    #[inline]
    pub fn derives_from(&'static self, other: &'static Layout) -> bool {
        let mut l = self;
        loop {
            if l.is(other) {
                return true;
            }
            match l.base {
                Some(base) => l = base,
                None => return false,
            }
        }
    }
}
