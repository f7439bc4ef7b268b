//! A thread as the heap sees it. (First form: allocation without collection.)
use crate::*;
use std::cell::{Cell, UnsafeCell};
use std::ptr::NonNull;
use std::sync::atomic::{AtomicU32, Ordering::*};

/// Visits references for the collector (marking), the verifier, or `gc.get_referents`.
pub struct Visitor<'a> {
    callback: &'a mut dyn FnMut(Value),
}
impl<'a> Visitor<'a> {
    #[inline(always)]
    pub fn value(&mut self, v: Value) {
        (self.callback)(v)
    }
    /// Visits a run of value words.
    #[inline]
    pub fn values(&mut self, values: &[Field]) {
        for f in values {
            self.value(f.get())
        }
    }
    /// Visits a shape that a cell refers to other than by its header.
    pub fn shape(&mut self, _shape: ShapeId) {}
    /// Visits memory whose words may be values or raw pointers into cells (a Python stack window).
    pub fn conservative(&mut self, _words: *const u64, _len: usize) {}
}

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

/// The heap's part of a thread's record. Fields that machine code uses come first.
#[repr(C)]
pub struct Mutator {
    pub poll: AtomicU32,
    pub id: u16,
    chunk: UnsafeCell<(usize, usize)>,
    pub remembered: Cell<usize>,
}

impl Mutator {
    pub fn attach() -> Mutator {
        Mutator { poll: AtomicU32::new(0), id: 1, chunk: UnsafeCell::new((0, 0)), remembered: Cell::new(0) }
    }
    /// Allocates a zeroed cell of at least `size` bytes with its header set and no owner.
    #[inline(always)]
    pub fn alloc(&self, size: usize, shape: ShapeId) -> Result<NonNull<Header>, OutOfMemory> {
        self.alloc_with_owner(size, shape, 0)
    }
    /// As `alloc`, owned by this thread (for containers with structural writes).
    #[inline(always)]
    pub fn alloc_owned(&self, size: usize, shape: ShapeId) -> Result<NonNull<Header>, OutOfMemory> {
        self.alloc_with_owner(size, shape, self.id)
    }
    #[inline(always)]
    fn alloc_with_owner(&self, size: usize, shape: ShapeId, owner: u16) -> Result<NonNull<Header>, OutOfMemory> {
        let size = (size + 15) & !15;
        // SAFETY: only this thread uses its chunk.
        let c = unsafe { &mut *self.chunk.get() };
        if c.0 + size > c.1 {
            let n = size.max(1 << 24);
            // SAFETY: a fresh mapping.
            let p = unsafe { libc::mmap(std::ptr::null_mut(), n, 3, libc::MAP_PRIVATE | libc::MAP_ANONYMOUS | libc::MAP_NORESERVE, -1, 0) };
            if p == libc::MAP_FAILED {
                return Err(OutOfMemory);
            }
            *c = (p as usize, p as usize + n);
        }
        let p = c.0;
        c.0 += size;
        // SAFETY: inside the chunk.
        unsafe {
            *(p as *mut u64) = Header::word(shape, owner);
            Ok(NonNull::new_unchecked(p as *mut Header))
        }
    }
    #[inline(always)]
    pub fn write_barrier(&self, holder: &Header) {
        if holder.gc.load(Relaxed) == gc_bits::OLD {
            self.write_barrier_slow(holder)
        }
    }
    #[cold]
    fn write_barrier_slow(&self, holder: &Header) {
        holder.gc.store(gc_bits::OLD | gc_bits::REMEMBERED, Relaxed);
    }
    #[inline(always)]
    pub fn should_poll(&self) -> bool {
        self.poll.load(Relaxed) != 0
    }
    /// Registers a cell whose layout has `drop`.
    pub fn register_drop(&self, _cell: NonNull<Header>) {}
}
