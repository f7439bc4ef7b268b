//! Memory that strings grown at their end share, so that `s += part` in a loop takes time proportional to what is added.
//!
//! A string that grew this way has its units in a [`StringBuffer`] instead of its own cell, always from the buffer's beginning.
//! The buffer counts how much of it is used. A string that ends where the used part ends may be extended in place: whoever moves
//! `used` on writes behind it and makes a longer string of the same buffer; the shorter one is not disturbed. So strings stay
//! immutable, and of two threads that extend the same string one copies.

use crate::native::*;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicUsize, Ordering::*};

#[repr(C)]
pub struct StringBuffer {
    header: Header,
    capacity: usize,
    /// Bytes that belong to some string.
    used: AtomicUsize,
    // bytes follow
}

unsafe fn scan(_: *const Header, _: &mut Visitor) {}
unsafe fn cell_size(cell: *const Header) -> usize {
    // SAFETY: the collector calls this with a live buffer.
    size_of::<StringBuffer>() + unsafe { &*cell.cast::<StringBuffer>() }.capacity
}
static LAYOUT: Layout =
    Layout { name: "buffer of strings", size: size_of::<StringBuffer>(), scan, cell_size: Some(cell_size), base: None, drop: None };
// SAFETY: repr(C), header first, no references; zeroed memory is a buffer without room.
unsafe impl HeapType for StringBuffer {
    const LAYOUT: &'static Layout = &LAYOUT;
}

static SHAPE: OnceLock<ShapeId> = OnceLock::new();

impl StringBuffer {
    /// A buffer with room for more than `needed` bytes, all of which count as used; the caller fills them.
    pub fn new(t: &Thread, needed: usize) -> Result<Ref<StringBuffer>> {
        let shape = *SHAPE.get_or_init(|| Mutator::internal_shape(&LAYOUT));
        let Some(capacity) = needed.checked_add(needed / 2).filter(|&n| n < isize::MAX as usize >> 8) else {
            return Err(t.memory_error());
        };
        let cell = t.allocate(size_of::<StringBuffer>() + capacity, shape)?.cast::<StringBuffer>();
        // SAFETY: a fresh cell of the right size.
        unsafe {
            (*cell.as_ptr()).capacity = capacity;
            (*cell.as_ptr()).used.store(needed, Relaxed);
            Ok(Ref::from_raw(cell))
        }
    }
    #[inline(always)]
    pub fn data(&self) -> *mut u8 {
        // SAFETY: the bytes follow the fixed part.
        unsafe { (self as *const StringBuffer).add(1) as *mut u8 }
    }
    /// Claims the bytes `end .. end + more`, if `end` is the end of what is used and there is room.
    pub fn claim(&self, end: usize, more: usize) -> bool {
        end + more <= self.capacity && self.used.compare_exchange(end, end + more, AcqRel, Relaxed).is_ok()
    }
}
