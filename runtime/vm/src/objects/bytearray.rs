//! `bytearray`: layout, and the changes that every method is made of. The methods are in `bytearray_methods`.
//!
//! The content is a run of a storage cell, which is replaced when it grows, so memory that somebody still reads stays what it was.
//! Content and length are read and changed only in `t.exclusive`, which costs the owner nothing; nothing in there polls, so
//! no thread ever sees half a change. While memory is lent out (see [`buffer`](crate::objects::buffer)) the length is fixed.

use crate::native::*;
use crate::objects::buffer::Exports;
use std::ops::Range;
use std::sync::atomic::{AtomicU8, AtomicUsize, Ordering::*};

/// Storage cell: bytes, all zero at first.
#[repr(C)]
pub struct ByteStorage {
    header: Header,
    capacity: usize,
    // bytes follow
}

unsafe fn scan(_: *const Header, _: &mut Visitor) {}
unsafe fn cell_size(cell: *const Header) -> usize {
    // SAFETY: the collector calls this with a live storage cell.
    size_of::<ByteStorage>() + unsafe { &*cell.cast::<ByteStorage>() }.capacity
}
static LAYOUT: Layout =
    Layout { name: "storage of bytes", size: size_of::<ByteStorage>(), scan, cell_size: Some(cell_size), base: None, drop: None };
// SAFETY: repr(C), header first, no references; zeroed memory is storage without bytes.
unsafe impl HeapType for ByteStorage {
    const LAYOUT: &'static Layout = &LAYOUT;
}
static SHAPE: std::sync::OnceLock<ShapeId> = std::sync::OnceLock::new();

impl ByteStorage {
    /// Storage whose bytes are all zero.
    pub fn new(t: &Thread, capacity: usize) -> Result<Ref<ByteStorage>> {
        let shape = *SHAPE.get_or_init(|| Mutator::internal_shape(&LAYOUT));
        let Some(size) = capacity.checked_add(size_of::<ByteStorage>()).filter(|&n| n < isize::MAX as usize >> 8) else {
            return Err(t.memory_error());
        };
        let cell = t.allocate(size, shape)?.cast::<ByteStorage>();
        // SAFETY: a fresh cell of the right size.
        unsafe {
            (*cell.as_ptr()).capacity = capacity;
            Ok(Ref::from_raw(cell))
        }
    }
    #[inline(always)]
    pub fn capacity(&self) -> usize {
        self.capacity
    }
    #[inline(always)]
    pub fn data(&self) -> *mut u8 {
        // SAFETY: the bytes follow the fixed part.
        unsafe { (self as *const ByteStorage).add(1).cast_mut().cast() }
    }
}

#[derive(HeapType)]
#[repr(C)]
pub struct ByteArray {
    header: Header,
    storage: RefField<ByteStorage>,
    /// Where the content begins in the storage: removing from the front moves it.
    start: AtomicUsize,
    len: AtomicUsize,
    #[noscan(drop)]
    pub exports: Exports,
}

/// What became of a change.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Change {
    Done,
    /// The chosen range was none.
    Refused,
    /// More room is needed: the number of bytes.
    Grow(usize),
    /// Memory is lent out.
    Exported,
}

impl ByteArray {
    pub const STORAGE: usize = std::mem::offset_of!(ByteArray, storage);
    pub const START: usize = std::mem::offset_of!(ByteArray, start);
    pub const LEN: usize = std::mem::offset_of!(ByteArray, len);

    pub fn new(t: &Thread, bytes: &[u8]) -> Result<Ref<ByteArray>> {
        ByteArray::in_class(t, ByteArray::class(), bytes)
    }
    /// Of `bytearray` or a subclass.
    pub fn in_class(t: &Thread, class: Ref<Class>, bytes: &[u8]) -> Result<Ref<ByteArray>> {
        let r = ByteArray::zeroed(t, class, bytes.len())?;
        r.with_mut(t, |to| to.copy_from_slice(bytes));
        Ok(r)
    }
    /// Of `n` zero bytes.
    pub fn zeroed(t: &Thread, class: Ref<Class>, n: usize) -> Result<Ref<ByteArray>> {
        let storage = if n == 0 { None } else { Some(ByteStorage::new(t, n)?) };
        let content = ByteArray {
            header: Header::NEW,
            storage: RefField::null(),
            start: AtomicUsize::new(0),
            len: AtomicUsize::new(n),
            exports: Exports::new(),
        };
        let r = t.create_in(class, content)?;
        r.storage.init(storage);
        Ok(r)
    }

    #[inline(always)]
    pub fn len(&self) -> usize {
        self.len.load(Acquire)
    }
    #[inline(always)]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
    /// Bytes of storage, with the one that CPython keeps for a final zero.
    pub fn allocated(&self) -> usize {
        self.storage.get().map_or(0, |s| s.capacity() + 1)
    }

    /// The content's address and length. In `t.exclusive`, or with the length fixed by an export.
    #[inline(always)]
    pub(crate) fn raw(&self) -> (*mut u8, usize) {
        match self.storage.get() {
            // SAFETY: `start + len` is within the storage's capacity.
            Some(s) => (unsafe { s.data().add(self.start.load(Relaxed)) }, self.len.load(Relaxed)),
            None => (std::ptr::NonNull::dangling().as_ptr(), 0),
        }
    }
    /// The storage cell, which keeps the memory of exports.
    pub(crate) fn storage_value(&self) -> Value {
        self.storage.get().map_or(Value::NONE, Ref::value)
    }

    /// Calls `f` with the content, which cannot change meanwhile: `f` neither polls, allocates cells, nor calls user code.
    #[inline]
    pub fn with<R>(&self, t: &Thread, f: impl FnOnce(&[u8]) -> R) -> R {
        let _guard = t.exclusive(&self.header);
        let (p, n) = self.raw();
        // SAFETY: `raw` gives live memory, which only holders of the guard change.
        f(unsafe { std::slice::from_raw_parts(p, n) })
    }
    /// As `with`, to write.
    #[inline]
    pub fn with_mut<R>(&self, t: &Thread, f: impl FnOnce(&mut [u8]) -> R) -> R {
        let _guard = t.exclusive(&self.header);
        let (p, n) = self.raw();
        // SAFETY: as above, and the guard makes this the only access.
        f(unsafe { std::slice::from_raw_parts_mut(p, n) })
    }
    /// The content at one moment.
    pub fn to_vec(&self, t: &Thread) -> Vec<u8> {
        self.with(t, <[u8]>::to_vec)
    }
    /// Byte `i`, or `None` when out of range.
    #[inline]
    pub fn get(&self, t: &Thread, i: usize) -> Option<u8> {
        self.with(t, |b| b.get(i).copied())
    }

    /// Byte `i` without a lock, for iterators: while another thread changes the content, any byte of it.
    #[inline]
    pub fn peek(&self, i: usize) -> Option<u8> {
        if i >= self.len() {
            return None;
        }
        let storage = self.storage.get()?;
        let at = self.start.load(Relaxed) + i;
        if at >= storage.capacity() {
            return None;
        }
        // SAFETY: within the storage, which stays while it is on the stack; read as an atomic, as others may write it.
        Some(unsafe { AtomicU8::from_ptr(storage.data().add(at)) }.load(Relaxed))
    }

    /// Replaces the range that `choose` picks from the content by `new`, all in one; false when `choose` picked none. BufferError
    /// when that would change the length of lent memory. `choose` may be called several times, and is what [`ByteArray::with`]
    /// demands of its function.
    pub fn splice(&self, t: &Thread, choose: impl Fn(&[u8]) -> Option<Range<usize>>, new: &[u8]) -> Result<bool> {
        let mut spare = None;
        let mut settled = false;
        loop {
            match self.try_splice(t, &choose, new, spare) {
                Change::Done => return Ok(true),
                Change::Refused => return Ok(false),
                Change::Grow(n) => spare = Some(ByteStorage::new(t, n)?),
                Change::Exported if !settled && self.exports.settle(t, &self.header) => settled = true,
                Change::Exported => return Err(exported(t)),
            }
        }
    }

    fn try_splice(
        &self,
        t: &Thread,
        choose: impl Fn(&[u8]) -> Option<Range<usize>>,
        new: &[u8],
        spare: Option<Ref<ByteStorage>>,
    ) -> Change {
        let _guard = t.exclusive(&self.header);
        let (p, n) = self.raw();
        // SAFETY: as in `with`.
        let Some(range) = choose(unsafe { std::slice::from_raw_parts(p, n) }) else {
            return Change::Refused;
        };
        debug_assert!(range.start <= range.end && range.end <= n);
        let (removed, tail) = (range.end - range.start, n - range.end);
        let size = n - removed + new.len();
        if size == n {
            // SAFETY: the range is within the content. `new` may lie in it (an export of this very object).
            unsafe { std::ptr::copy(new.as_ptr(), p.add(range.start), new.len()) };
            return Change::Done;
        }
        if self.exports.any() {
            return Change::Exported;
        }
        let start = self.start.load(Relaxed);
        let capacity = self.storage.get().map_or(0, |s| s.capacity());
        if range.start == 0 && new.is_empty() {
            // From the front: nothing moves.
            self.start.store(if size == 0 { 0 } else { start + removed }, Relaxed);
            self.len.store(size, Release);
            return Change::Done;
        }
        if start + size <= capacity {
            // SAFETY: source and destination are within the storage; `new` is memory of others, as this one is not lent out.
            unsafe {
                std::ptr::copy(p.add(range.end), p.add(range.start + new.len()), tail);
                std::ptr::copy_nonoverlapping(new.as_ptr(), p.add(range.start), new.len());
            }
            self.len.store(size, Release);
            return Change::Done;
        }
        if size <= capacity && start >= capacity / 2 {
            // SAFETY: as above; all moves to the front of the storage, where there is room, the part behind the range first
            // where it goes up and last where it goes down.
            unsafe {
                let base = p.sub(start);
                std::ptr::copy(p, base, range.start);
                std::ptr::copy(p.add(range.end), base.add(range.start + new.len()), tail);
                std::ptr::copy_nonoverlapping(new.as_ptr(), base.add(range.start), new.len());
            }
            self.start.store(0, Relaxed);
            self.len.store(size, Release);
            return Change::Done;
        }
        let Some(bigger) = spare.filter(|s| s.capacity() >= size) else {
            return Change::Grow(if n == 0 { size } else { size + (size >> 3) + if size < 9 { 3 } else { 6 } });
        };
        let to = bigger.data();
        // SAFETY: the new storage has room for the three parts, and nobody else knows it.
        unsafe {
            std::ptr::copy_nonoverlapping(p, to, range.start);
            std::ptr::copy_nonoverlapping(new.as_ptr(), to.add(range.start), new.len());
            std::ptr::copy_nonoverlapping(p.add(range.end), to.add(range.start + new.len()), tail);
        }
        self.storage.set(t, &self.header, bigger);
        self.start.store(0, Relaxed);
        self.len.store(size, Release);
        Change::Done
    }

    /// Appends bytes.
    #[inline]
    pub fn extend(&self, t: &Thread, new: &[u8]) -> Result<()> {
        self.splice(t, |b| Some(b.len()..b.len()), new).map(drop)
    }
    /// Appends a byte.
    #[inline]
    pub fn push(&self, t: &Thread, b: u8) -> Result<()> {
        self.extend(t, &[b])
    }
    /// Makes the length `n`; new bytes are zero.
    pub fn resize(&self, t: &Thread, n: usize) -> Result<()> {
        loop {
            let now = self.len();
            let mut zeros = Vec::new();
            if zeros.try_reserve_exact(n.saturating_sub(now)).is_err() {
                return Err(t.memory_error());
            }
            zeros.resize(n.saturating_sub(now), 0);
            let done = self.splice(t, |b| (b.len() == now).then(|| n.min(now)..now), &zeros)?;
            if done {
                return Ok(());
            }
        }
    }
    /// Replaces the whole content.
    pub fn assign(&self, t: &Thread, new: &[u8]) -> Result<()> {
        self.splice(t, |b| Some(0..b.len()), new).map(drop)
    }
}

/// The error of a change of length while memory is lent out.
#[cold]
pub fn exported(t: &Thread) -> Exc {
    t.buffer_error("Existing exports of data: object cannot be re-sized")
}
