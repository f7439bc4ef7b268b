//! `list`: layout and structural operations. The methods are in `list_methods`.
//!
//! Items live in a storage array that is replaced whole when it grows. Readers load the storage and the length and bound
//! themselves by both; slots past the length hold the empty mark, so a reader that races with a removal sees "out of range".

use crate::native::*;
use crate::objects::slice::Indices;
use crate::objects::value_vec::Array;
use std::sync::atomic::{AtomicUsize, Ordering::*};

#[derive(HeapType)]
#[repr(C)]
pub struct List {
    header: Header,
    storage: RefField<Array>,
    len: AtomicUsize,
}

impl List {
    pub(crate) const STORAGE: usize = std::mem::offset_of!(List, storage);
    pub(crate) const LEN: usize = std::mem::offset_of!(List, len);

    pub fn new(t: &Thread) -> Result<Ref<List>> {
        List::with_storage(t, List::class_cell().shape(), None, 0)
    }
    fn with_storage(t: &Thread, shape: ShapeId, storage: Option<Ref<Array>>, len: usize) -> Result<Ref<List>> {
        let s = taipan_heap::SHAPES.get(shape);
        let part = if s.slots_offset != 0 { 8 * (1 + s.inline_slots as usize) } else { 0 };
        let cell = t.allocate_owned(size_of::<List>() + part, shape)?.cast::<List>();
        // SAFETY: a fresh cell of the right layout.
        let r: Ref<List> = unsafe { Ref::from_raw(cell) };
        r.storage.init(storage);
        r.len.store(len, Relaxed);
        if part != 0 {
            t.empty_instance_part(r.header());
        }
        Ok(r)
    }
    pub fn in_class(t: &Thread, class: Ref<Class>) -> Result<Ref<List>> {
        let l = List::with_storage(t, class.instance_shape(), None, 0)?;
        if class.has_flag(class_flags::HAS_DEL) {
            t.register_finalizer(l.value());
        }
        Ok(l)
    }
    pub fn with_capacity(t: &Thread, n: usize) -> Result<Ref<List>> {
        let storage = if n > 0 { Some(List::array(t, n)?) } else { None };
        List::with_storage(t, List::class_cell().shape(), storage, 0)
    }
    pub fn from_slice(t: &Thread, items: &[Value]) -> Result<Ref<List>> {
        if items.is_empty() {
            return List::new(t);
        }
        let a = Array::new(t, items.len())?;
        for (f, &v) in a.fields().iter().zip(items) {
            f.init(v);
        }
        List::with_storage(t, List::class_cell().shape(), Some(a), items.len())
    }
    /// `n` times the items, one after the other.
    pub fn repeated(t: &Thread, items: &[Value], n: usize) -> Result<Ref<List>> {
        let total = items.len().checked_mul(n).filter(|n| *n < isize::MAX as usize / 8);
        let total = total.ok_or_else(|| t.memory_error())?;
        if total == 0 {
            return List::new(t);
        }
        let a = Array::new(t, total)?;
        for (f, &v) in a.fields().iter().zip(items.iter().cycle()) {
            f.init(v);
        }
        List::with_storage(t, List::class_cell().shape(), Some(a), total)
    }
    /// A list whose items are the first `n` values of `array`, which nobody else uses.
    pub(crate) fn from_array(t: &Thread, array: Ref<Array>, n: usize) -> Result<Ref<List>> {
        List::with_storage(t, List::class_cell().shape(), Some(array), n)
    }
    /// The items in `range` as a new list; those that were removed meanwhile are left out.
    pub fn copy_range(&self, t: &Thread, range: std::ops::Range<usize>) -> Result<Ref<List>> {
        if range.is_empty() {
            return List::new(t);
        }
        let a = Array::new(t, range.len())?;
        let mut n = 0;
        if let Some(from) = self.storage.get() {
            for (to, from) in a.fields().iter().zip(from.fields().get(range).unwrap_or(&[])) {
                let v = from.get();
                if v.is_empty() {
                    break;
                }
                to.init(v);
                n += 1;
            }
        }
        List::from_array(t, a, n)
    }
    /// The selected items as a new list; those that were removed meanwhile, and all after them, are left out.
    pub fn copy_selected(&self, t: &Thread, selected: Indices) -> Result<Ref<List>> {
        if let Some(range) = selected.as_range() {
            return self.copy_range(t, range);
        }
        let a = Array::new(t, selected.count)?;
        let mut n = 0;
        if let Some(from) = self.storage.get() {
            let items = from.fields();
            for (to, i) in a.fields().iter().zip(selected.positions()) {
                let Some(v) = items.get(i).and_then(|f| f.get().some()) else { break };
                to.init(v);
                n += 1;
            }
        }
        if n == 0 { List::new(t) } else { List::from_array(t, a, n) }
    }
    /// An array whose slots are all empty.
    fn array(t: &Thread, n: usize) -> Result<Ref<Array>> {
        let a = Array::new(t, n)?;
        for f in a.fields() {
            f.init(Value::EMPTY);
        }
        Ok(a)
    }
    #[inline(always)]
    pub fn len(&self) -> usize {
        self.len.load(Acquire)
    }
    #[inline(always)]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
    /// Item `i`, or `None` when out of range (also if it was removed meanwhile).
    #[inline(always)]
    pub fn get(&self, i: usize) -> Option<Value> {
        if i >= self.len.load(Acquire) {
            return None;
        }
        self.storage.get()?.fields().get(i)?.get().some()
    }
    /// Overwrites item `i`; false when out of range.
    #[inline(always)]
    pub fn set(&self, t: &Thread, i: usize, v: Value) -> bool {
        if i >= self.len.load(Acquire) {
            return false;
        }
        if t.owns(&self.header) {
            let Some(a) = self.storage.get() else { return false };
            let Some(f) = a.fields().get(i) else { return false };
            f.set(t, a.header(), v);
            return true;
        }
        self.set_shared(t, i, v)
    }
    /// As [`List::set`], where it takes no call; false: it would.
    #[inline(always)]
    pub(crate) fn quick_set(&self, t: &Thread, i: usize, v: Value) -> bool {
        if i >= self.len.load(Acquire) || !t.owns(&self.header) {
            return false;
        }
        let Some(a) = self.storage.get() else { return false };
        match a.fields().get(i) {
            Some(f) if !t.needs_barrier(a.header(), v) => {
                f.set_plain(v);
                true
            }
            _ => false,
        }
    }
    #[cold]
    #[inline(never)]
    fn set_shared(&self, t: &Thread, i: usize, v: Value) -> bool {
        let _guard = t.exclusive(&self.header);
        if i >= self.len.load(Acquire) {
            return false;
        }
        let Some(a) = self.storage.get() else { return false };
        a.field(i).set(t, a.header(), v);
        true
    }
    /// As [`List::append`], where it takes no call; false: it would.
    #[inline(always)]
    pub(crate) fn quick_append(&self, t: &Thread, v: Value) -> bool {
        if !t.owns(&self.header) {
            return false;
        }
        let n = self.len.load(Relaxed);
        let Some(a) = self.storage.get() else { return false };
        match a.fields().get(n) {
            Some(f) if !t.needs_barrier(a.header(), v) => {
                f.set_plain(v);
                self.len.store(n + 1, Release);
                true
            }
            _ => false,
        }
    }
    #[inline(always)]
    pub fn append(&self, t: &Thread, v: Value) -> Result<()> {
        if self.append_in_place(t, v) { Ok(()) } else { self.append_slow(t, v) }
    }
    /// Appends if the list is the calling thread's and has room.
    #[inline(always)]
    pub fn append_in_place(&self, t: &Thread, v: Value) -> bool {
        if t.owns(&self.header) {
            let n = self.len.load(Relaxed);
            if let Some(a) = self.storage.get() {
                if let Some(f) = a.fields().get(n) {
                    f.set(t, a.header(), v);
                    self.len.store(n + 1, Release);
                    return true;
                }
            }
        }
        false
    }
    #[inline(never)]
    fn append_slow(&self, t: &Thread, v: Value) -> Result<()> {
        loop {
            let n = self.len.load(Acquire);
            let old = self.storage.get();
            if old.is_some_and(|a| n < a.capacity()) {
                let _guard = t.exclusive(&self.header);
                let n = self.len.load(Acquire);
                if let Some(a) = self.storage.get().filter(|a| n < a.capacity()) {
                    a.field(n).set(t, a.header(), v);
                    self.len.store(n + 1, Release);
                    return Ok(());
                }
                continue;
            }
            let bigger = Array::new(t, grown(n + 1))?;
            let _guard = t.exclusive(&self.header);
            if self.storage.get() == old && self.len.load(Acquire) == n {
                self.copy_into(bigger, n);
                self.storage.set(t, &self.header, bigger);
            }
        }
    }
    /// Fills a fresh array with the first `n` items and the empty mark.
    fn copy_into(&self, to: Ref<Array>, n: usize) {
        let from = self.storage.get();
        let items = from.as_ref().map_or(&[][..], |a| a.fields());
        let items = &items[..n.min(items.len())];
        for (from, to) in items.iter().zip(to.fields()) {
            to.init(from.get());
        }
        for f in &to.fields()[items.len()..] {
            f.init(Value::EMPTY);
        }
    }
    /// Makes room for `more` items beyond the present ones.
    pub fn reserve(&self, t: &Thread, more: usize) -> Result<()> {
        loop {
            let n = self.len();
            let old = self.storage.get();
            if old.map_or(0, |a| a.capacity()) >= n + more {
                return Ok(());
            }
            let bigger = Array::new(t, if n == 0 { more } else { grown(n + more) })?;
            let _guard = t.exclusive(&self.header);
            if self.storage.get() == old && self.len() == n {
                self.copy_into(bigger, n);
                self.storage.set(t, &self.header, bigger);
                return Ok(());
            }
        }
    }
    /// Appends the items of another list.
    pub fn extend_from_list(&self, t: &Thread, from: &List) -> Result<()> {
        let n = from.len();
        self.reserve(t, n)?;
        if !t.owns(&self.header) || std::ptr::eq(self, from) {
            let items = from.snapshot(t)?;
            return self.extend_from_slice(t, items.as_slice());
        }
        // No poll from here on: the list stays this thread's.
        let (Some(to), Some(items)) = (self.storage.get(), from.storage.get()) else { return Ok(()) };
        let mut len = self.len.load(Relaxed);
        for (place, item) in to.fields()[len..].iter().zip(items.fields()).take(n) {
            let v = item.get();
            if v.is_empty() {
                break;
            }
            place.set(t, to.header(), v);
            len += 1;
        }
        self.len.store(len, Release);
        Ok(())
    }
    pub fn extend_from_slice(&self, t: &Thread, items: &[Value]) -> Result<()> {
        loop {
            self.reserve(t, items.len())?;
            let _guard = t.exclusive(&self.header);
            let n = self.len();
            if let Some(a) = self.storage.get() {
                if n + items.len() <= a.capacity() {
                    for (f, &v) in a.fields()[n..].iter().zip(items) {
                        f.set(t, a.header(), v);
                    }
                    self.len.store(n + items.len(), Release);
                    return Ok(());
                }
            }
            if items.is_empty() {
                return Ok(());
            }
        }
    }
    /// Whether an item is identical or equal to `value`.
    pub fn contains(&self, t: &Thread, value: Value) -> Result<bool> {
        let mut i = 0;
        while let Some(v) = self.get(i) {
            if v == value || (!both_small_ints(v, value) && t.equal(v, value)?) {
                return Ok(true);
            }
            i += 1;
        }
        Ok(false)
    }
    /// Removes and returns the last item.
    #[inline]
    pub fn pop(&self, t: &Thread) -> Option<Value> {
        let _guard = t.exclusive(&self.header);
        let n = self.len().checked_sub(1)?;
        let a = self.storage.get()?;
        let v = a.field(n).get();
        self.len.store(n, Release);
        a.field(n).init(Value::EMPTY);
        v.some()
    }
    /// The items at one moment.
    pub fn snapshot(&self, t: &Thread) -> Result<ValueVec> {
        loop {
            let n = self.len();
            let v = ValueVec::from_fields(t, n, || self.storage.get())?;
            // Removed items show as missing: the list got shorter while it was read.
            if v.len() == n || self.len() < n {
                return Ok(v);
            }
        }
    }
    /// Replaces all items at once: what other threads see is the old or the new list. The expected length guards against
    /// changes since the caller looked; `None` skips that. False if it did not hold.
    pub fn replace_all(&self, t: &Thread, items: &[Value], expected_len: Option<usize>) -> Result<bool> {
        let a = List::array(t, items.len())?;
        for (f, &v) in a.fields().iter().zip(items) {
            f.init(v);
        }
        let _guard = t.exclusive(&self.header);
        if expected_len.is_some_and(|n| n != self.len()) {
            return Ok(false);
        }
        // Shrink first, then swap: a reader bounds itself by the shorter of length and storage.
        if items.len() < self.len() {
            self.len.store(items.len(), Release);
        }
        self.storage.set(t, &self.header, a);
        self.len.store(items.len(), Release);
        Ok(true)
    }
    pub fn clear(&self, t: &Thread) {
        let _guard = t.exclusive(&self.header);
        self.len.store(0, Release);
        self.storage.set(t, &self.header, None);
    }
    /// The storage array, for code that knows what it does (sorting, fast iteration).
    #[inline(always)]
    pub fn storage(&self) -> Option<Ref<Array>> {
        self.storage.get()
    }
    /// For removal in place by the owner or under the lock.
    pub(crate) fn set_len(&self, n: usize) {
        self.len.store(n, Release)
    }
    pub(crate) fn header(&self) -> &Header {
        &self.header
    }
}

/// Of two small integers only identical ones are equal.
#[inline(always)]
pub(crate) fn both_small_ints(a: Value, b: Value) -> bool {
    a.is_small_int() && b.is_small_int()
}

/// Capacity for at least `n` items: a quarter more, as growing means to copy.
fn grown(n: usize) -> usize {
    (n + (n >> 2) + 6) & !3
}
