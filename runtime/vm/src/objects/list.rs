//! `list`: layout and structural operations. The methods are in `list_methods`.
//!
//! Items live in a storage array that is replaced whole when it grows. Who reads one item loads the storage and the length and
//! is bounded by both; slots past the length hold the empty mark, so a reader that races with a removal sees "out of range".
//!
//! Who reads many items ([`List::copy_items`]) sees them as they were at one moment. A change of a shared list, or of more than
//! one item, makes the version odd while it is going on ([`List::change`]); the reader tries again when the version is
//! another afterwards. The owner's changes of one item leave the version alone: of a list that another thread owns, what was read
//! is compared with what is there. Readers that have no luck take the list exclusively, so they lock only what is being written.

use crate::native::*;
use crate::objects::slice::Unpacked;
use crate::objects::value_vec::Array;
use std::sync::atomic::{AtomicUsize, Ordering::*, fence};

#[derive(HeapType)]
#[repr(C)]
pub struct List {
    header: Header,
    storage: RefField<Array>,
    len: AtomicUsize,
    /// Odd while items are moved or replaced.
    version: AtomicUsize,
}

/// All items, whatever their number.
const ALL: Unpacked = Unpacked { start: 0, stop: isize::MAX, step: 1 };
/// How often many items are read without a lock before the list is taken exclusively.
const TRIES: usize = 3;

impl List {
    pub(crate) const STORAGE: usize = std::mem::offset_of!(List, storage);
    pub(crate) const VERSION: usize = std::mem::offset_of!(List, version);
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
        fill_repeated(a.fields(), items.len(), |i| items[i]);
        List::with_storage(t, List::class_cell().shape(), Some(a), total)
    }
    /// `n` times the items of this moment.
    pub fn repeat(&self, t: &Thread, n: usize) -> Result<Ref<List>> {
        let len = self.len();
        if t.owns(&self.header)
            && let Some(total) = len.checked_mul(n).filter(|n| (1..isize::MAX as usize / 8).contains(n))
        {
            let a = Array::new(t, total)?;
            // The allocation may have let others in.
            if t.owns(&self.header) && self.len() == len {
                self.with_items(|items| fill_repeated(a.fields(), items.len(), |i| items[i].get()));
                return List::with_storage(t, List::class_cell().shape(), Some(a), total);
            }
        }
        List::repeated(t, self.snapshot(t)?.as_slice(), n)
    }
    /// The items of both, as a new list.
    pub fn concatenated(&self, t: &Thread, other: &List) -> Result<Ref<List>> {
        let (n, m) = (self.len(), other.len());
        if t.owns(&self.header) && t.owns(&other.header) && n + m > 0 {
            let a = Array::new(t, n + m)?;
            if t.owns(&self.header) && t.owns(&other.header) && (self.len(), other.len()) == (n, m) {
                let (first, second) = a.fields().split_at(n);
                self.with_items(|items| first.iter().zip(items).for_each(|(to, from)| to.init(from.get())));
                other.with_items(|items| second.iter().zip(items).for_each(|(to, from)| to.init(from.get())));
                return List::with_storage(t, List::class_cell().shape(), Some(a), n + m);
            }
        }
        let out = List::with_capacity(t, n + m)?;
        out.extend_from_list(t, self)?;
        out.extend_from_list(t, other)?;
        Ok(out)
    }
    /// A list whose items are the first `n` values of `array`, which nobody else uses.
    pub(crate) fn from_array(t: &Thread, array: Ref<Array>, n: usize) -> Result<Ref<List>> {
        List::with_storage(t, List::class_cell().shape(), Some(array), n)
    }
    /// The selected items of one moment, as a new list.
    pub fn copy_selected(&self, t: &Thread, selected: Unpacked) -> Result<Ref<List>> {
        let items = self.selected(t, selected)?;
        if items.is_empty() { List::new(t) } else { items.into_list(t) }
    }
    /// A list of the items of one moment.
    pub fn copy(&self, t: &Thread) -> Result<Ref<List>> {
        self.copy_selected(t, ALL)
    }
    /// The items at one moment.
    pub fn snapshot(&self, t: &Thread) -> Result<ValueVec> {
        self.selected(t, ALL)
    }
    fn selected(&self, t: &Thread, selected: Unpacked) -> Result<ValueVec> {
        loop {
            let n = selected.adjust(self.len()).count;
            // Room for what others append meanwhile.
            let room = if t.owns(&self.header) || n == 0 { n } else { n + n / 16 + 1 };
            let array = if room == 0 { None } else { Some(Array::new(t, room)?) };
            if let Some(count) = self.copy_items(t, selected, array.as_ref().map_or(&[], |a| a.fields())) {
                if let Some(a) = array {
                    // The lock may have been waited for, and the array have become old.
                    t.write_barrier(a.header());
                }
                return Ok(ValueVec::from_array(array, count));
            }
        }
    }
    /// Copies the selected items as they are at one moment into fresh slots; how many they are, `None` if there is no room.
    fn copy_items(&self, t: &Thread, selected: Unpacked, to: &[Field]) -> Option<usize> {
        let read = |from: &[Field]| -> Option<usize> {
            let selected = selected.adjust(from.len());
            if selected.count > to.len() {
                return None;
            }
            if let Some(range) = selected.as_range() {
                to.iter().zip(&from[range]).for_each(|(to, from)| to.init(from.get()));
            } else {
                to.iter().zip(selected.positions()).for_each(|(to, i)| to.init(from[i].get()));
            }
            Some(selected.count)
        };
        if t.owns(&self.header) {
            return self.with_items(read);
        }
        for _ in 0..TRIES {
            let version = self.version.load(Acquire);
            let (owner, storage, n) = (self.header.owner.load(Relaxed), self.storage.get(), self.len());
            let unchanged = || {
                fence(Acquire);
                self.version.load(Relaxed) == version
                    && self.header.owner.load(Relaxed) == owner
                    && self.len.load(Relaxed) == n
                    && self.storage.get() == storage
            };
            if version & 1 != 0 {
                std::hint::spin_loop();
                continue;
            }
            let from = storage.as_ref().map_or(&[][..], |a| a.fields());
            let Some(from) = from.get(..n) else { continue };
            let count = read(from);
            if !unchanged() {
                continue;
            }
            let again = owner != 0 && {
                let positions = selected.adjust(n);
                !to.iter().zip(positions.positions()).all(|(to, i)| to.get() == from[i].get()) || !unchanged()
            };
            if !again {
                return count;
            }
        }
        let _guard = t.exclusive(&self.header);
        self.with_items(read)
    }
    /// Calls `f` with the items: by the owner or under the lock.
    pub(crate) fn with_items<R>(&self, f: impl FnOnce(&[Field]) -> R) -> R {
        let storage = self.storage.get();
        f(storage.as_ref().map_or(&[], |a| &a.fields()[..self.len.load(Relaxed).min(a.capacity())]))
    }
    /// Runs `f`, which changes the list, exclusively and so that nobody reads many items in the middle of it. `f` must not
    /// allocate, poll or call out.
    pub(crate) fn change<R>(&self, t: &Thread, f: impl FnOnce() -> R) -> R {
        let _guard = t.exclusive(&self.header);
        self.change_held(f)
    }
    /// As [`List::change`], for who has the list exclusively.
    fn change_held<R>(&self, f: impl FnOnce() -> R) -> R {
        let version = self.version.load(Relaxed);
        self.version.store(version.wrapping_add(1), Relaxed);
        // Who sees one of the changes sees the odd version, too.
        fence(Release);
        let r = f();
        self.version.store(version.wrapping_add(2), Release);
        r
    }
    /// Puts a new array in the place of the items, in one step. `room` tells how large it must be for a number of items; `fill`
    /// gets the items and the array's empty slots, and gives the new number of items with the result, or only the result if
    /// all is to stay as it was. `fill` may be called only once, and must not allocate, poll or call out.
    pub(crate) fn rewrite<R>(
        &self,
        t: &Thread,
        room: impl Fn(usize) -> Option<usize>,
        fill: impl FnOnce(&[Field], &[Field]) -> (Option<usize>, R),
    ) -> Result<R> {
        loop {
            let spare = if t.owns(&self.header) { 0 } else { self.len() / 16 + 1 };
            let size = room(self.len() + spare).filter(|n| *n < isize::MAX as usize / 8);
            let array = List::array(t, size.ok_or_else(|| t.memory_error())?)?;
            let fits = |n| room(n).is_some_and(|n| n <= array.capacity());
            let _guard = t.exclusive(&self.header);
            if !fits(self.len()) {
                continue;
            }
            return Ok(self.change_held(|| {
                let (len, r) = self.with_items(|items| fill(items, array.fields()));
                if let Some(len) = len {
                    t.write_barrier(array.header());
                    self.put(t, Some(array), len);
                }
                r
            }));
        }
    }
    /// Publishes another storage. A reader bounds itself by the shorter of length and storage: so a list shrinks first.
    fn put(&self, t: &Thread, array: Option<Ref<Array>>, len: usize) {
        if len < self.len.load(Relaxed) {
            self.len.store(len, Release);
        }
        self.storage.set(t, &self.header, array);
        self.len.store(len, Release);
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
        self.change(t, || {
            if i >= self.len.load(Relaxed) {
                return false;
            }
            let Some(a) = self.storage.get() else { return false };
            a.field(i).set(t, a.header(), v);
            true
        })
    }
    /// The item at an index that may count from the end.
    pub fn get_signed(&self, i: isize) -> Option<Value> {
        if i >= 0 {
            return self.get(i as usize);
        }
        let mut tries = 0;
        loop {
            if let Some(v) = self.get_from_end(i) {
                return Some(v);
            }
            position(i, self.len())?;
            tries += 1;
            if tries % 64 == 0 {
                // Who changes the list has lost its core.
                std::thread::yield_now();
            }
        }
    }
    /// Item `i`, which is negative; also `None` if the list changes just now.
    #[inline(always)]
    pub(crate) fn get_from_end(&self, i: isize) -> Option<Value> {
        let version = self.version.load(Acquire);
        let (storage, n) = (self.storage.get(), self.len());
        let v = storage?.fields().get(position(i, n)?)?.get();
        fence(Acquire);
        // The length alone would not do: items may have been moved up and down again.
        let same = self.len() == n && self.storage.get() == storage && self.version.load(Relaxed) == version;
        if same && version & 1 == 0 { v.some() } else { None }
    }
    /// Overwrites the item at an index that may count from the end; false when out of range.
    pub fn set_signed(&self, t: &Thread, i: isize, v: Value) -> bool {
        if i >= 0 {
            return self.set(t, i as usize, v);
        }
        self.change(t, || {
            let Some(i) = position(i, self.len.load(Relaxed)) else { return false };
            let Some(a) = self.storage.get() else { return false };
            a.field(i).set(t, a.header(), v);
            true
        })
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
                let done = self.change(t, || {
                    let n = self.len.load(Relaxed);
                    let Some(a) = self.storage.get().filter(|a| n < a.capacity()) else { return false };
                    a.field(n).set(t, a.header(), v);
                    self.len.store(n + 1, Release);
                    true
                });
                if done {
                    return Ok(());
                }
                continue;
            }
            let bigger = Array::new(t, grown(n + 1))?;
            let _guard = t.exclusive(&self.header);
            if self.storage.get() == old && self.len.load(Acquire) == n {
                self.copy_into(t, bigger, n);
                self.storage.set(t, &self.header, bigger);
            }
        }
    }
    /// Fills a fresh array with the first `n` items and the empty mark.
    fn copy_into(&self, t: &Thread, to: Ref<Array>, n: usize) {
        let from = self.storage.get();
        let items = from.as_ref().map_or(&[][..], |a| a.fields());
        let items = &items[..n.min(items.len())];
        for (from, to) in items.iter().zip(to.fields()) {
            to.init(from.get());
        }
        for f in &to.fields()[items.len()..] {
            f.init(Value::EMPTY);
        }
        // It may have become old while the list was waited for.
        t.write_barrier(to.header());
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
                self.copy_into(t, bigger, n);
                self.storage.set(t, &self.header, bigger);
                return Ok(());
            }
        }
    }
    /// Appends the items of another list.
    pub fn extend_from_list(&self, t: &Thread, from: &List) -> Result<()> {
        if std::ptr::eq(self, from) {
            return self.double(t);
        }
        if self.is_empty() && self.fill_from(t, from)? {
            return Ok(());
        }
        let n = from.len();
        self.reserve(t, n)?;
        if !t.owns(&self.header) || !t.owns(&from.header) {
            return self.extend_shared(t, from);
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
    /// Gives an empty list the items of another, both of the calling thread; false if that is not what they are.
    fn fill_from(&self, t: &Thread, from: &List) -> Result<bool> {
        let n = from.len();
        if n == 0 || self.storage.get().is_some() || !t.owns(&self.header) || !t.owns(&from.header) {
            return Ok(false);
        }
        let array = Array::new(t, n)?;
        // The allocation may have let others in.
        if self.storage.get().is_some() || from.len() != n || !t.owns(&self.header) || !t.owns(&from.header) {
            return Ok(false);
        }
        from.with_items(|items| array.fields().iter().zip(items).for_each(|(to, from)| to.init(from.get())));
        self.change_held(|| self.put(t, Some(array), n));
        Ok(true)
    }
    /// As [`List::extend_from_list`], where others may be changing either list.
    fn extend_shared(&self, t: &Thread, from: &List) -> Result<()> {
        for _ in 0..TRIES {
            let (owner, version) = (from.header.owner.load(Relaxed), from.version.load(Acquire));
            let items = from.snapshot(t)?;
            if items.is_empty() {
                return Ok(());
            }
            self.reserve(t, items.len())?;
            let done = self.change(t, || {
                // Both are as they are now.
                let same = || {
                    let same = version & 1 == 0
                        && from.with_items(|f| {
                            f.len() == items.len() && (owner == 0 || items.as_slice().iter().zip(f).all(|(v, f)| f.get() == *v))
                        });
                    fence(Acquire);
                    same && from.version.load(Relaxed) == version && from.header.owner.load(Relaxed) == owner
                };
                same() && self.append_in_room(t, items.as_slice().iter().copied())
            });
            if done {
                return Ok(());
            }
        }
        loop {
            self.reserve(t, from.len())?;
            let _guards = t.exclusive_pair(&self.header, &from.header);
            if self.change_held(|| from.with_items(|f| self.append_in_room(t, f.iter().map(Field::get)))) {
                return Ok(());
            }
        }
    }
    /// Appends items, if there is room for all of them. Under exclusion, as a part of a change.
    fn append_in_room(&self, t: &Thread, items: impl ExactSizeIterator<Item = Value>) -> bool {
        let (n, more) = (self.len.load(Relaxed), items.len());
        let Some(a) = self.storage.get().filter(|a| n + more <= a.capacity()) else { return more == 0 };
        for (f, v) in a.fields()[n..].iter().zip(items) {
            f.set(t, a.header(), v);
        }
        self.len.store(n + more, Release);
        true
    }
    /// Appends what `items` gives of another container, whose header is `source`: of both as they are at one moment. `expected`
    /// is how many there may be; each time that it was too low, it is called again, with how much more than the last time. `items`
    /// gets that number, too, may prepare as many, and gives an iterator that must not allocate, poll or call out.
    pub(crate) fn extend_at_once<I: Iterator<Item = Value>>(
        &self,
        t: &Thread,
        source: &Header,
        expected: impl Fn() -> usize,
        items: impl Fn(usize) -> Result<I>,
    ) -> Result<()> {
        let mut spare = 0;
        loop {
            let n = expected() + spare;
            self.reserve(t, n)?;
            let items = items(n)?;
            let _guards = t.exclusive_pair(&self.header, source);
            let storage = self.storage.get();
            let len = self.len.load(Relaxed);
            let free = storage.as_ref().map_or(&[][..], |a| &a.fields()[len..]);
            let free = &free[..n.min(free.len())];
            let mut added = 0;
            let fits = self.change_held(|| {
                for item in items {
                    let (Some(place), Some(a)) = (free.get(added), &storage) else {
                        // Slots beyond the length are empty.
                        free[..added].iter().for_each(|f| f.init(Value::EMPTY));
                        return false;
                    };
                    place.set(t, a.header(), item);
                    added += 1;
                }
                self.len.store(len + added, Release);
                true
            });
            if fits {
                return Ok(());
            }
            spare = n / 8 + 1;
        }
    }
    /// Appends the list's own items.
    fn double(&self, t: &Thread) -> Result<()> {
        loop {
            self.reserve(t, self.len())?;
            let done = self.change(t, || {
                let n = self.len.load(Relaxed);
                let Some(a) = self.storage.get().filter(|a| 2 * n <= a.capacity()) else { return n == 0 };
                let (items, free) = a.fields().split_at(n);
                free.iter().zip(items).for_each(|(to, from)| to.set(t, a.header(), from.get()));
                self.len.store(2 * n, Release);
                true
            });
            if done {
                return Ok(());
            }
        }
    }
    pub fn extend_from_slice(&self, t: &Thread, items: &[Value]) -> Result<()> {
        loop {
            self.reserve(t, items.len())?;
            if self.change(t, || self.append_in_room(t, items.iter().copied())) {
                return Ok(());
            }
        }
    }
    /// Whether an item is identical or equal to `value`.
    pub fn contains(&self, t: &Thread, value: Value) -> Result<bool> {
        Ok(self.find(t, value, 0..usize::MAX)?.is_some())
    }
    /// Position of the first item among `places` that is identical or equal to `value`. If other threads have moved items while it
    /// was looked for in vain, it is looked for among those of one moment.
    pub(crate) fn find(&self, t: &Thread, value: Value, places: std::ops::Range<usize>) -> Result<Option<usize>> {
        let is_it = |v: Value| -> Result<bool> { Ok(v == value || (!both_small_ints(v, value) && t.equal(v, value)?)) };
        let (version, owned) = (self.version.load(Acquire), t.owns(&self.header));
        for i in places.clone() {
            let Some(v) = self.get(i) else { break };
            if is_it(v)? {
                return Ok(Some(i));
            }
        }
        fence(Acquire);
        if version & 1 == 0 && self.version.load(Relaxed) == version || owned && t.owns(&self.header) {
            return Ok(None);
        }
        let items = self.snapshot(t)?;
        for (i, &v) in items.as_slice().iter().enumerate().take(places.end).skip(places.start) {
            if is_it(v)? {
                return Ok(Some(i));
            }
        }
        Ok(None)
    }
    /// Removes and returns the last item.
    #[inline]
    pub fn pop(&self, t: &Thread) -> Option<Value> {
        let pop = || {
            let n = self.len().checked_sub(1)?;
            let a = self.storage.get()?;
            let v = a.field(n).get();
            self.len.store(n, Release);
            a.field(n).init(Value::EMPTY);
            v.some()
        };
        if t.owns(&self.header) { pop() } else { self.change(t, pop) }
    }
    /// Replaces all items at once. The expected length guards against changes since the caller looked; `None` skips that.
    /// False if it did not hold.
    pub fn replace_all(&self, t: &Thread, items: &[Value], expected_len: Option<usize>) -> Result<bool> {
        self.rewrite(
            t,
            |_| Some(items.len()),
            |old, new| {
                if expected_len.is_some_and(|n| n != old.len()) {
                    return (None, false);
                }
                new.iter().zip(items).for_each(|(f, &v)| f.init(v));
                (Some(items.len()), true)
            },
        )
    }
    pub fn clear(&self, t: &Thread) {
        self.change(t, || self.put(t, None, 0));
    }
    /// Takes all items out, for who puts them back with [`List::end_sort`]: what others do meanwhile is noticed.
    pub(crate) fn begin_sort(&self, t: &Thread) -> Result<Option<Sorting>> {
        let mark = Array::new(t, 0)?;
        Ok(self.change(t, || {
            let n = self.len.load(Relaxed);
            let items = self.storage.get().filter(|_| n > 0)?;
            self.put(t, Some(mark), 0);
            Some(Sorting { mark, items, n })
        }))
    }
    /// Puts the items back that were taken out; true if nobody touched the list. What the comparisons did to it is lost, but what
    /// other threads added stays, behind the items.
    pub(crate) fn end_sort(&self, t: &Thread, sorting: &Sorting, items: &ValueVec) -> Result<bool> {
        let (untouched, done) = self.change(t, || {
            let untouched = self.storage.get() == Some(sorting.mark);
            let done = untouched || t.owns(&self.header);
            if done {
                self.put(t, items.array(), items.len());
            }
            (untouched, done)
        });
        if !done {
            let fill = |old: &[Field], new: &[Field]| {
                items.iter().chain(old.iter().map(Field::get)).zip(new).for_each(|(v, f)| f.init(v));
                (Some(items.len() + old.len()), ())
            };
            self.rewrite(t, |n| n.checked_add(items.len()), fill)?;
        }
        Ok(untouched)
    }
    /// Number of the list's states so far, for [`List::replace_if_same`].
    pub(crate) fn state(&self) -> usize {
        self.version.load(Acquire)
    }
    /// Takes over `items` if the list, which the calling thread owns or which is shared, was not changed since it was in `state`.
    pub(crate) fn replace_if_same(&self, t: &Thread, state: usize, items: &ValueVec) -> bool {
        let _guard = t.exclusive(&self.header);
        let same = self.version.load(Relaxed) == state && self.len.load(Relaxed) == items.len();
        if same {
            self.change_held(|| self.put(t, items.array(), items.len()));
        }
        same
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

/// A sort that has taken the items out of a list.
pub(crate) struct Sorting {
    mark: Ref<Array>,
    items: Ref<Array>,
    n: usize,
}

impl Sorting {
    /// The items, for the sorter alone.
    pub(crate) fn items(&self, t: &Thread) -> Result<ValueVec> {
        ValueVec::from_fields(t, self.n, || Some(self.items))
    }
}

/// The position of an index that may count from the end.
#[inline(always)]
pub(crate) fn position(i: isize, len: usize) -> Option<usize> {
    let i = if i < 0 { i + len as isize } else { i };
    if i >= 0 && (i as usize) < len { Some(i as usize) } else { None }
}

/// Of two small integers only identical ones are equal.
#[inline(always)]
pub(crate) fn both_small_ints(a: Value, b: Value) -> bool {
    a.is_small_int() && b.is_small_int()
}

/// Fills fresh slots, a multiple of `n`, with `n` items again and again.
#[inline(always)]
fn fill_repeated(to: &[Field], n: usize, item: impl Fn(usize) -> Value) {
    if n == 1 {
        let v = item(0);
        return to.iter().for_each(|f| f.init(v));
    }
    for row in to.chunks_exact(n) {
        row.iter().enumerate().for_each(|(i, f)| f.init(item(i)));
    }
}

/// Capacity for at least `n` items: a quarter more, as growing means to copy; half as much again for long lists, whose former storages
/// stay until the next collection.
fn grown(n: usize) -> usize {
    const LONG: usize = 1 << 15;
    (n + (n >> if n < LONG { 2 } else { 1 }) + 6) & !3
}
