//! `deque`: a ring of items.
//!
//! The storage is an array whose first item may lie anywhere; it is replaced whole when it grows. Everything that reads or moves
//! positions holds the deque exclusively. `version` counts structural changes: iterators and searches that call user code compare
//! it, and fail when the deque changed under them.

use std::sync::atomic::{AtomicIsize, AtomicU64, AtomicUsize, Ordering::*};
use taipan_vm::native::*;
use taipan_vm::objects::value_vec::Array;
use taipan_vm::ops::Compare;
use taipan_vm::ops::compare::plainly_equal;
use taipan_vm::ops::item::wrap_index;

#[derive(HeapType)]
#[repr(C)]
pub struct Deque {
    header: Header,
    storage: RefField<Array>,
    first: AtomicUsize,
    len: AtomicUsize,
    /// -1: without bound.
    max: AtomicIsize,
    version: AtomicU64,
}

/// Slot of item `i` of a ring.
fn place(first: usize, i: usize, capacity: usize) -> usize {
    let p = first + i;
    if p >= capacity { p - capacity } else { p }
}

impl Deque {
    pub fn new(t: &Thread, class: Ref<Class>, max: isize) -> Result<Ref<Deque>> {
        t.create_in(
            class,
            Deque {
                header: Header::NEW,
                storage: RefField::null(),
                first: AtomicUsize::new(0),
                len: AtomicUsize::new(0),
                max: AtomicIsize::new(max),
                version: AtomicU64::new(0),
            },
        )
    }
    fn max(&self) -> Option<usize> {
        usize::try_from(self.max.load(Relaxed)).ok()
    }
    pub fn len(&self) -> usize {
        self.len.load(Acquire)
    }
    fn changed(&self) {
        self.version.store(self.version.load(Relaxed) + 1, Release);
    }
    /// Item `i`; none when out of range.
    fn get(&self, t: &Thread, i: usize) -> Option<Value> {
        let _guard = t.exclusive(&self.header);
        self.at(i)
    }
    /// Under exclusion.
    fn at(&self, i: usize) -> Option<Value> {
        if i >= self.len.load(Relaxed) {
            return None;
        }
        let a = self.storage.get()?;
        Some(a.field(place(self.first.load(Relaxed), i, a.capacity())).get())
    }
    /// Item `i`, counted from the end when negative, or the empty mark.
    fn quick_item(t: &Thread, this: Ref<Deque>, i: i64) -> Result<Value> {
        let _guard = t.exclusive(&this.header);
        Ok(wrap_index(i, this.len.load(Relaxed)).and_then(|i| this.at(i)).unwrap_or(Value::EMPTY))
    }
    fn quick_set_item(t: &Thread, this: Ref<Deque>, i: i64, v: Value) -> Result<bool> {
        let _guard = t.exclusive(&this.header);
        let n = this.len.load(Relaxed);
        let (Some(a), Some(i)) = (this.storage.get(), wrap_index(i, n).filter(|&i| i < n)) else { return Ok(false) };
        a.field(place(this.first.load(Relaxed), i, a.capacity())).set(t, a.header(), v);
        Ok(true)
    }
    /// Takes the item at one end. Under exclusion.
    fn take(&self, front: bool) -> Option<Value> {
        let n = self.len.load(Relaxed).checked_sub(1)?;
        let a = self.storage.get()?;
        let first = self.first.load(Relaxed);
        let p = if front { first } else { place(first, n, a.capacity()) };
        let v = a.field(p).get();
        a.field(p).init(Value::EMPTY);
        if front {
            self.first.store(place(first, 1, a.capacity()), Relaxed);
        }
        self.len.store(n, Release);
        self.changed();
        Some(v)
    }
    pub fn pop_end(&self, t: &Thread, front: bool) -> Option<Value> {
        let _guard = t.exclusive(&self.header);
        self.take(front)
    }
    /// Puts an item at one end; a full deque loses the one at the other end.
    pub fn push(&self, t: &Thread, v: Value, front: bool) -> Result<()> {
        loop {
            let seen = {
                let _guard = t.exclusive(&self.header);
                let max = self.max();
                if max == Some(0) {
                    return Ok(());
                }
                let n = self.len.load(Relaxed);
                let storage = self.storage.get();
                if let Some(a) = storage.filter(|a| n < a.capacity() || max == Some(n)) {
                    self.push_held(t, a, v, front);
                    return Ok(());
                }
                storage
            };
            self.grow(t, seen, 1)?;
        }
    }
    /// As `push`, into storage that has room or is full. Under exclusion.
    fn push_held(&self, t: &Thread, a: Ref<Array>, v: Value, front: bool) {
        if self.max() == Some(self.len.load(Relaxed)) {
            self.take(!front);
        }
        let (n, first, capacity) = (self.len.load(Relaxed), self.first.load(Relaxed), a.capacity());
        let p = if front { place(first, capacity - 1, capacity) } else { place(first, n, capacity) };
        a.field(p).set(t, a.header(), v);
        if front {
            self.first.store(p, Relaxed);
        }
        self.len.store(n + 1, Release);
        self.changed();
    }
    /// Replaces the storage by one that is twice as large and has room for `more` items, unless it is another by now.
    fn grow(&self, t: &Thread, old: Option<Ref<Array>>, more: usize) -> Result<()> {
        let capacity = old.map_or(0, |a| a.capacity());
        let bigger = Array::new(t, (capacity * 2).max(8).max(self.len() + more))?;
        let _guard = t.exclusive(&self.header);
        if self.storage.get() != old {
            return Ok(());
        }
        for i in 0..self.len.load(Relaxed) {
            bigger.field(i).init(self.at(i).unwrap_or(Value::EMPTY));
        }
        // It may have become old while the deque was waited for.
        t.write_barrier(bigger.header());
        self.first.store(0, Relaxed);
        self.storage.set(t, &self.header, bigger);
        Ok(())
    }
    /// Puts items at one end, one after the other but in one step.
    fn push_all(&self, t: &Thread, items: &[Value], front: bool) -> Result<()> {
        let items = match self.max() {
            Some(0) => return Ok(()),
            Some(max) if items.len() > max => &items[items.len() - max..],
            _ => items,
        };
        loop {
            let seen = {
                let _guard = t.exclusive(&self.header);
                let n = self.len.load(Relaxed) + items.len();
                let n = self.max().map_or(n, |max| n.min(max));
                let storage = self.storage.get();
                if let Some(a) = storage.filter(|a| n <= a.capacity()) {
                    items.iter().for_each(|&v| self.push_held(t, a, v, front));
                    return Ok(());
                }
                storage
            };
            self.grow(t, seen, items.len())?;
        }
    }
    /// The items at one moment.
    pub fn snapshot(&self, t: &Thread) -> Result<ValueVec> {
        loop {
            let n = self.len();
            let out = Array::new(t, n)?;
            {
                let _guard = t.exclusive(&self.header);
                if self.len.load(Relaxed) != n {
                    continue;
                }
                for i in 0..n {
                    out.field(i).set(t, out.header(), self.at(i).unwrap_or(Value::NONE));
                }
            }
            let v = ValueVec::with_capacity(t, n)?;
            for f in out.fields() {
                v.push(t, f.get())?;
            }
            return Ok(v);
        }
    }
    /// Replaces all items at one moment; the last ones remain if there are too many.
    fn replace_all(&self, t: &Thread, items: &[Value]) -> Result<()> {
        let items = match self.max() {
            Some(max) if items.len() > max => &items[items.len() - max..],
            _ => items,
        };
        let a = Array::new(t, items.len().max(8))?;
        for (f, &v) in a.fields().iter().zip(items) {
            f.init(v);
        }
        let _guard = t.exclusive(&self.header);
        self.first.store(0, Relaxed);
        self.storage.set(t, &self.header, a);
        self.len.store(items.len(), Release);
        self.changed();
        Ok(())
    }
    fn extend_end(this: Ref<Deque>, t: &Thread, iterable: Value, front: bool) -> Result<()> {
        if iterable == this.value() {
            return this.push_all(t, this.snapshot(t)?.as_slice(), front);
        }
        if let Some(items) = iterable.downcast::<Tuple>().filter(|_| class_of(iterable) == Tuple::class()) {
            return this.push_all(t, items.as_slice(), front);
        }
        let items = match iterable.downcast::<List>().filter(|_| class_of(iterable) == List::class()) {
            Some(l) => Some(l.snapshot(t)?),
            None => t.items_at_once(iterable)?,
        };
        if let Some(items) = items {
            return this.push_all(t, items.as_slice(), front);
        }
        let it = t.iter(iterable)?;
        while let Some(v) = t.next(it)? {
            this.push(t, v, front)?;
        }
        Ok(())
    }
    /// Position of the first item among those that `places` picks, given their number, that is equal to `value`; if `remove`, it
    /// is taken out. All in one step as long as nothing is to be called for the comparisons: then a change of the deque is an error,
    /// which says what `changed` does.
    fn search(
        &self,
        t: &Thread,
        value: Value,
        places: impl Fn(usize) -> std::ops::Range<usize>,
        remove: bool,
        changed: impl Fn() -> Exc,
    ) -> Result<Option<usize>> {
        let (version, places) = {
            let _guard = t.exclusive(&self.header);
            let places = places(self.len.load(Relaxed));
            let unlike = |i: &usize| self.at(*i).is_some_and(|v| plainly_equal(v, value) == Some(false));
            let at = places.clone().find(|i| !unlike(i));
            match at.map(|i| (i, self.at(i).and_then(|v| plainly_equal(v, value)))) {
                None => return Ok(None),
                Some((i, Some(true))) => {
                    if remove {
                        self.remove_held(t, i);
                    }
                    return Ok(Some(i));
                }
                _ => (self.version.load(Relaxed), places),
            }
        };
        for i in places {
            let Some(v) = self.get(t, i) else { break };
            let same = t.equal(v, value)?;
            if same && !remove {
                return Ok(Some(i));
            }
            let unchanged = {
                let _guard = t.exclusive(&self.header);
                let unchanged = self.version.load(Relaxed) == version;
                if same && unchanged {
                    self.remove_held(t, i);
                }
                unchanged
            };
            if !unchanged {
                return Err(changed());
            }
            if same {
                return Ok(Some(i));
            }
        }
        Ok(None)
    }
    /// Position of a value among the places; the error says that the deque changed.
    fn find(&self, t: &Thread, value: Value, places: impl Fn(usize) -> std::ops::Range<usize>) -> Result<Option<usize>> {
        self.search(t, value, places, false, || t.runtime_error("deque mutated during iteration"))
    }
    /// Removes item `i`, which is there. Under exclusion.
    fn remove_held(&self, t: &Thread, i: usize) {
        let n = self.len.load(Relaxed);
        let Some(a) = self.storage.get() else { return };
        let (first, capacity) = (self.first.load(Relaxed), a.capacity());
        for k in i..n - 1 {
            let next = a.field(place(first, k + 1, capacity)).get();
            a.field(place(first, k, capacity)).set(t, a.header(), next);
        }
        a.field(place(first, n - 1, capacity)).init(Value::EMPTY);
        self.len.store(n - 1, Release);
        self.changed();
    }
    fn same_class_copy(t: &Thread, this: Ref<Deque>) -> Result<Value> {
        let class = class_of(this.value());
        if class == Deque::class() {
            let new = Deque::new(t, class, this.max.load(Relaxed))?;
            new.replace_all(t, this.snapshot(t)?.as_slice())?;
            return Ok(new.value());
        }
        match this.max() {
            None => t.call(class.value(), &[this.value()]),
            Some(max) => t.call(class.value(), &[this.value(), t.uint(max as u64)?]),
        }
    }
    fn repeated(t: &Thread, this: Ref<Deque>, n: isize) -> Result<ValueVec> {
        let items = this.snapshot(t)?;
        let mut n = n.max(0) as usize;
        if let Some(max) = this.max().filter(|_| !items.is_empty()) {
            n = n.min(max.div_ceil(items.len()).max(1));
        }
        if items.len().checked_mul(n).is_none_or(|n| n > isize::MAX as usize / 8) {
            return Err(t.memory_error());
        }
        let all = ValueVec::with_capacity(t, items.len() * n)?;
        for _ in 0..if items.is_empty() { 0 } else { n } {
            all.extend(t, items.as_slice())?;
        }
        Ok(all)
    }
    fn compare(t: &Thread, this: Ref<Deque>, other: Value, op: Compare) -> Result<Value> {
        let Some(other) = other.downcast::<Deque>() else { return Ok(Value::NOT_IMPLEMENTED) };
        if this == other && matches!(op, Compare::Eq | Compare::Ne) {
            return Ok(Value::bool(op == Compare::Eq));
        }
        if this.len() != other.len() && matches!(op, Compare::Eq | Compare::Ne) {
            return Ok(Value::bool(op == Compare::Ne));
        }
        let (a, b) = (this.snapshot(t)?, other.snapshot(t)?);
        for (x, y) in a.iter().zip(b.iter()) {
            if !t.equal(x, y)? {
                return match op {
                    Compare::Eq => Ok(Value::FALSE),
                    Compare::Ne => Ok(Value::TRUE),
                    _ => t.rich_compare(x, y, op),
                };
            }
        }
        Ok(Value::bool(op.holds(a.len().cmp(&b.len()))))
    }
    /// An index, which may count from the end.
    fn index_of(t: &Thread, key: Value) -> Result<i64> {
        let Some(i) = t.index_opt(key)? else {
            return Err(t.type_error(format!("sequence index must be integer, not '{}'", class_of(key).name_string())));
        };
        Ok(t.to_index(i)? as i64)
    }
}

/// A list-like sequence optimized for data accesses near its endpoints.
#[pyclass(
    name = "deque",
    module = "collections",
    flags(BASE, SEQUENCE, HAS_WEAKREF, OWNED),
    item = Deque::quick_item,
    set_item = Deque::quick_set_item
)]
impl Deque {
    #[py("(*args, **kwargs)", nosig)]
    fn __new__(t: &Thread, cls: Ref<Class>, args: &[Value], kwargs: Kwargs) -> Result<Ref<Deque>> {
        let _ = (args, kwargs);
        Deque::new(t, cls, -1)
    }
    #[py("($self, iterable=(), maxlen=None)")]
    fn __init__(t: &Thread, this: Ref<Deque>, iterable: Option<Value>, maxlen: OrNone<Value>) -> Result<()> {
        let max = match maxlen.0 {
            None => -1,
            Some(v) if t.int_value(v).is_none() => return Err(t.type_error("an integer is required")),
            Some(v) => match t.to_isize(v)? {
                n if n < 0 => return Err(t.value_error("maxlen must be non-negative")),
                n => n,
            },
        };
        this.max.store(max, Relaxed);
        if this.len() > 0 {
            this.replace_all(t, &[])?;
        }
        match iterable {
            Some(it) => Deque::extend_end(this, t, it, false),
            None => Ok(()),
        }
    }
    /// Add an element to the right side of the deque.
    #[py("($self, item, /)")]
    fn append(t: &Thread, this: Ref<Deque>, item: Value) -> Result<()> {
        this.push(t, item, false)
    }
    /// Add an element to the left side of the deque.
    #[py("($self, item, /)")]
    fn appendleft(t: &Thread, this: Ref<Deque>, item: Value) -> Result<()> {
        this.push(t, item, true)
    }
    /// Remove all elements from the deque.
    #[py("($self, /)")]
    fn clear(t: &Thread, this: Ref<Deque>) -> Result<()> {
        this.replace_all(t, &[])
    }
    /// Return a shallow copy of a deque.
    #[py("($self, /)")]
    fn copy(t: &Thread, this: Ref<Deque>) -> Result<Value> {
        Deque::same_class_copy(t, this)
    }
    /// Return a shallow copy of a deque.
    #[py("($self, /)")]
    fn __copy__(t: &Thread, this: Ref<Deque>) -> Result<Value> {
        Deque::same_class_copy(t, this)
    }
    /// Return number of occurrences of value.
    #[py("($self, value, /)")]
    fn count(t: &Thread, this: Ref<Deque>, value: Value) -> Result<usize> {
        let version = {
            let _guard = t.exclusive(&this.header);
            let plain = (0..this.len.load(Relaxed)).map_while(|i| this.at(i)).map(|v| plainly_equal(v, value));
            // How many are equal, as long as each can be told.
            if let Some(n) = plain.into_iter().try_fold(0, |n, equal| Some(n + usize::from(equal?))) {
                return Ok(n);
            }
            this.version.load(Relaxed)
        };
        let (mut i, mut n) = (0, 0);
        while let Some(v) = this.get(t, i) {
            n += usize::from(t.equal(v, value)?);
            if this.version.load(Acquire) != version {
                return Err(t.runtime_error("deque mutated during iteration"));
            }
            i += 1;
        }
        Ok(n)
    }
    /// Extend the right side of the deque with elements from the iterable.
    #[py("($self, iterable, /)")]
    fn extend(t: &Thread, this: Ref<Deque>, iterable: Value) -> Result<()> {
        Deque::extend_end(this, t, iterable, false)
    }
    /// Extend the left side of the deque with elements from the iterable.
    #[py("($self, iterable, /)")]
    fn extendleft(t: &Thread, this: Ref<Deque>, iterable: Value) -> Result<()> {
        Deque::extend_end(this, t, iterable, true)
    }
    /// Return first index of value.
    ///
    /// Raises ValueError if the value is not present.
    #[py("($self, value, start=0, stop=sys.maxsize, /)", nosig)]
    fn index(t: &Thread, this: Ref<Deque>, value: Value, start: Option<ClippedIndex>, stop: Option<ClippedIndex>) -> Result<usize> {
        let places = |n: usize| {
            let clip = |i: isize| if i < 0 { (i + n as isize).max(0) as usize } else { (i as usize).min(n) };
            start.as_ref().map_or(0, |i| clip(i.0))..stop.as_ref().map_or(n, |i| clip(i.0))
        };
        match this.find(t, value, places)? {
            Some(i) => Ok(i),
            None => Err(t.value_error("deque.index(x): x not in deque")),
        }
    }
    /// Insert value before index.
    #[py("($self, index, value, /)")]
    fn insert(t: &Thread, this: Ref<Deque>, index: isize, value: Value) -> Result<()> {
        loop {
            let seen = {
                let _guard = t.exclusive(&this.header);
                let n = this.len.load(Relaxed);
                if this.max() == Some(n) {
                    break;
                }
                let at = if index < 0 { n.saturating_sub(index.unsigned_abs()) } else { n.min(index as usize) };
                let storage = this.storage.get();
                if let Some(a) = storage.filter(|a| n < a.capacity()) {
                    this.push_held(t, a, value, at == 0);
                    if at > 0 && at < n {
                        // It is at the end: the tail moves up.
                        let (first, capacity) = (this.first.load(Relaxed), a.capacity());
                        for k in (at + 1..=n).rev() {
                            let v = a.field(place(first, k - 1, capacity)).get();
                            a.field(place(first, k, capacity)).set(t, a.header(), v);
                        }
                        a.field(place(first, at, capacity)).set(t, a.header(), value);
                    }
                    return Ok(());
                }
                storage
            };
            this.grow(t, seen, 1)?;
        }
        Err(t.index_error("deque already at its maximum size"))
    }
    /// Remove and return the rightmost element.
    #[py("($self, /)")]
    fn pop(t: &Thread, this: Ref<Deque>) -> Result<Value> {
        this.pop_end(t, false).ok_or_else(|| t.index_error("pop from an empty deque"))
    }
    /// Remove and return the leftmost element.
    #[py("($self, /)")]
    fn popleft(t: &Thread, this: Ref<Deque>) -> Result<Value> {
        this.pop_end(t, true).ok_or_else(|| t.index_error("pop from an empty deque"))
    }
    /// Remove first occurrence of value.
    #[py("($self, value, /)")]
    fn remove(t: &Thread, this: Ref<Deque>, value: Value) -> Result<()> {
        match this.search(t, value, |n| 0..n, true, || t.index_error("deque mutated during remove()."))? {
            Some(_) => Ok(()),
            None => Err(t.value_error("deque.remove(x): x not in deque")),
        }
    }
    /// Reverse *IN PLACE*.
    #[py("($self, /)")]
    fn reverse(t: &Thread, this: Ref<Deque>) {
        let _guard = t.exclusive(this.header());
        let n = this.len.load(Relaxed);
        let Some(a) = this.storage.get() else { return };
        let (first, capacity) = (this.first.load(Relaxed), a.capacity());
        for i in 0..n / 2 {
            let (x, y) = (a.field(place(first, i, capacity)), a.field(place(first, n - 1 - i, capacity)));
            let (v, w) = (x.get(), y.get());
            x.set(t, a.header(), w);
            y.set(t, a.header(), v);
        }
    }
    /// Rotate the deque n steps to the right.  If n is negative, rotates left.
    #[py("($self, n=1, /)")]
    fn rotate(t: &Thread, this: Ref<Deque>, n: Option<isize>) {
        let steps = n.unwrap_or(1);
        let _guard = t.exclusive(this.header());
        let n = this.len.load(Relaxed);
        let Some(a) = this.storage.get().filter(|_| n > 1) else { return };
        let steps = steps.rem_euclid(n as isize) as usize;
        if steps == 0 {
            return;
        }
        let capacity = a.capacity();
        let mut first = this.first.load(Relaxed);
        // The short way round.
        if steps <= n / 2 {
            for _ in 0..steps {
                let last = place(first, n - 1, capacity);
                let v = a.field(last).get();
                a.field(last).init(Value::EMPTY);
                first = place(first, capacity - 1, capacity);
                a.field(first).set(t, a.header(), v);
            }
        } else {
            for _ in 0..n - steps {
                let v = a.field(first).get();
                a.field(first).init(Value::EMPTY);
                a.field(place(first, n, capacity)).set(t, a.header(), v);
                first = place(first, 1, capacity);
            }
        }
        this.first.store(first, Relaxed);
        this.changed();
    }
    /// maximum size of a deque or None if unbounded
    #[py(getter)]
    fn maxlen(_t: &Thread, this: Ref<Deque>) -> Option<usize> {
        this.max()
    }
    #[py]
    fn __len__(_t: &Thread, this: Ref<Deque>) -> usize {
        this.len()
    }
    #[py]
    fn __getitem__(t: &Thread, this: Ref<Deque>, key: Value) -> Result<Value> {
        let item = Deque::quick_item(t, this, Deque::index_of(t, key)?)?;
        item.some().ok_or_else(|| t.index_error("deque index out of range"))
    }
    #[py]
    fn __setitem__(t: &Thread, this: Ref<Deque>, key: Value, value: Value) -> Result<()> {
        let i = Deque::index_of(t, key)?;
        if Deque::quick_set_item(t, this, i, value)? { Ok(()) } else { Err(t.index_error("deque index out of range")) }
    }
    #[py]
    fn __delitem__(t: &Thread, this: Ref<Deque>, key: Value) -> Result<()> {
        let i = Deque::index_of(t, key)?;
        let removed = {
            let _guard = t.exclusive(&this.header);
            let n = this.len.load(Relaxed);
            wrap_index(i, n).filter(|&i| i < n).map(|i| this.remove_held(t, i))
        };
        removed.ok_or_else(|| t.index_error("deque index out of range"))
    }
    #[py]
    fn __contains__(t: &Thread, this: Ref<Deque>, value: Value) -> Result<bool> {
        Ok(this.find(t, value, |n| 0..n)?.is_some())
    }
    #[py]
    fn __iter__(t: &Thread, this: Ref<Deque>) -> Result<Ref<DequeIterator>> {
        t.create(DequeIterator {
            header: Header::NEW,
            deque: Field::new(this.value()),
            version: this.version.load(Acquire),
            remaining: AtomicUsize::new(this.len()),
        })
    }
    /// Return a reverse iterator over the deque.
    #[py("($self, /)")]
    fn __reversed__(t: &Thread, this: Ref<Deque>) -> Result<Ref<DequeReverseIterator>> {
        t.create(DequeReverseIterator {
            header: Header::NEW,
            deque: Field::new(this.value()),
            version: this.version.load(Acquire),
            remaining: AtomicUsize::new(this.len()),
        })
    }
    #[py]
    fn __add__(t: &Thread, this: Ref<Deque>, other: Value) -> Result<Value> {
        if other.downcast::<Deque>().is_none() {
            return Err(t.type_error(format!("can only concatenate deque (not \"{}\") to deque", class_of(other).name_string())));
        }
        let new = Deque::same_class_copy(t, this)?;
        match new.downcast::<Deque>() {
            Some(d) => Deque::extend_end(d, t, other, false)?,
            None => return Err(t.type_error("copy of a deque is not a deque")),
        }
        Ok(new)
    }
    #[py]
    fn __iadd__(t: &Thread, this: Ref<Deque>, other: Value) -> Result<Ref<Deque>> {
        Deque::extend_end(this, t, other, false)?;
        Ok(this)
    }
    #[py]
    fn __mul__(t: &Thread, this: Ref<Deque>, count: Value) -> Result<Value> {
        let Some(n) = t.index_opt(count)? else {
            return Err(t.type_error(format!("can't multiply sequence by non-int of type '{}'", class_of(count).name_string())));
        };
        let all = Deque::repeated(t, this, t.to_index(n)?)?;
        let new = Deque::same_class_copy(t, this)?;
        if let Some(d) = new.downcast::<Deque>() {
            d.replace_all(t, all.as_slice())?;
        }
        Ok(new)
    }
    #[py]
    fn __rmul__(t: &Thread, this: Ref<Deque>, count: Value) -> Result<Value> {
        Deque::__mul__(t, this, count)
    }
    #[py]
    fn __imul__(t: &Thread, this: Ref<Deque>, count: Value) -> Result<Ref<Deque>> {
        let Some(n) = t.index_opt(count)? else {
            return Err(t.type_error(format!("can't multiply sequence by non-int of type '{}'", class_of(count).name_string())));
        };
        let all = Deque::repeated(t, this, t.to_index(n)?)?;
        this.replace_all(t, all.as_slice())?;
        Ok(this)
    }
    #[py]
    fn __eq__(t: &Thread, this: Ref<Deque>, other: Value) -> Result<Value> {
        Deque::compare(t, this, other, Compare::Eq)
    }
    #[py]
    fn __ne__(t: &Thread, this: Ref<Deque>, other: Value) -> Result<Value> {
        Deque::compare(t, this, other, Compare::Ne)
    }
    #[py]
    fn __lt__(t: &Thread, this: Ref<Deque>, other: Value) -> Result<Value> {
        Deque::compare(t, this, other, Compare::Lt)
    }
    #[py]
    fn __le__(t: &Thread, this: Ref<Deque>, other: Value) -> Result<Value> {
        Deque::compare(t, this, other, Compare::Le)
    }
    #[py]
    fn __gt__(t: &Thread, this: Ref<Deque>, other: Value) -> Result<Value> {
        Deque::compare(t, this, other, Compare::Gt)
    }
    #[py]
    fn __ge__(t: &Thread, this: Ref<Deque>, other: Value) -> Result<Value> {
        Deque::compare(t, this, other, Compare::Ge)
    }
    #[py]
    fn __repr__(t: &Thread, this: Ref<Deque>) -> Result<Value> {
        let mut s = crate::shown::Shown::new();
        if !t.repr_enter(this.value())? {
            return s.text("[...]").finish(t);
        }
        let r = (|| {
            let items = this.snapshot(t)?.into_list(t)?;
            s.text(&class_of(this.value()).name_string()).text("(").repr(t, items.value())?;
            if let Some(max) = this.max() {
                s.text(&format!(", maxlen={max}"));
            }
            s.text(")").finish(t)
        })();
        t.repr_leave(this.value());
        r
    }
    /// Return state information for pickling.
    #[py("($self, /)")]
    fn __reduce__(t: &Thread, this: Ref<Deque>) -> Result<Value> {
        let state = t.call_method(this.value(), names::__getstate__(), &[])?;
        let it = t.iter(this.value())?;
        let args = match this.max() {
            Some(max) => Tuple::new(t, &[Tuple::new(t, &[])?.value(), t.uint(max as u64)?])?,
            None => Tuple::new(t, &[])?,
        };
        (class_of(this.value()), args, state, it).into_value(t)
    }
    /// Return the size of the deque in memory, in bytes.
    #[py("($self, /)")]
    fn __sizeof__(_t: &Thread, this: Ref<Deque>) -> usize {
        size_of::<Deque>() + this.storage.get().map_or(0, |a| 8 * a.capacity())
    }
    /// See PEP 585
    #[py("($type, object, /)")]
    fn __class_getitem__(t: &Thread, cls: Ref<Class>, object: Value) -> Result<Value> {
        t.generic_alias(cls.value(), object)
    }
}

#[derive(HeapType)]
#[repr(C)]
pub struct DequeIterator {
    header: Header,
    deque: Field,
    version: u64,
    remaining: AtomicUsize,
}
#[derive(HeapType)]
#[repr(C)]
pub struct DequeReverseIterator {
    header: Header,
    deque: Field,
    version: u64,
    remaining: AtomicUsize,
}

/// The next item of an iterator: whoever lowers `remaining` has it.
fn advance(t: &Thread, deque: Value, version: u64, remaining: &AtomicUsize, reverse: bool) -> Result<Option<Value>> {
    let Some(d) = deque.downcast::<Deque>() else { return Ok(None) };
    loop {
        let left = remaining.load(Relaxed);
        let v = {
            let _guard = t.exclusive(d.header());
            if d.version.load(Relaxed) == version {
                if left == 0 {
                    return Ok(None);
                }
                let n = d.len.load(Relaxed);
                d.at(if reverse { left - 1 } else { n - left })
            } else {
                None
            }
        };
        match v {
            Some(v) => {
                if remaining.compare_exchange(left, left - 1, Relaxed, Relaxed).is_ok() {
                    return Ok(Some(v));
                }
            }
            None => {
                remaining.store(0, Relaxed);
                return Err(t.runtime_error("deque mutated during iteration"));
            }
        }
    }
}

/// What `__new__` of the iterators makes: an iterator that is `index` items on.
fn skip(t: &Thread, it: Value, index: Option<isize>) -> Result<Value> {
    for _ in 0..index.unwrap_or(0) {
        if t.next(it)?.is_none() {
            break;
        }
    }
    Ok(it)
}

#[pyclass(name = "_deque_iterator", module = "_collections")]
impl DequeIterator {
    #[py("(deque, index=0, /)", nosig)]
    fn __new__(t: &Thread, cls: Ref<Class>, deque: Ref<Deque>, index: Option<isize>) -> Result<Value> {
        let _ = cls;
        skip(t, Deque::__iter__(t, deque)?.value(), index)
    }
    #[py]
    fn __iter__(_t: &Thread, this: Ref<DequeIterator>) -> Ref<DequeIterator> {
        this
    }
    #[py]
    fn __next__(t: &Thread, this: Ref<DequeIterator>) -> Result<Option<Value>> {
        advance(t, this.deque.get(), this.version, &this.remaining, false)
    }
    /// Private method returning an estimate of len(list(it)).
    #[py("($self, /)")]
    fn __length_hint__(_t: &Thread, this: Ref<DequeIterator>) -> usize {
        this.remaining.load(Relaxed)
    }
    /// Return state information for pickling.
    #[py("($self, /)")]
    fn __reduce__(t: &Thread, this: Ref<DequeIterator>) -> Result<Value> {
        let d = this.deque.get();
        let index = t.len(d)?.saturating_sub(this.remaining.load(Relaxed));
        (class_of(this.value()), (d, index)).into_value(t)
    }
}

#[pyclass(name = "_deque_reverse_iterator", module = "_collections")]
impl DequeReverseIterator {
    #[py("(deque, index=0, /)", nosig)]
    fn __new__(t: &Thread, cls: Ref<Class>, deque: Ref<Deque>, index: Option<isize>) -> Result<Value> {
        let _ = cls;
        skip(t, Deque::__reversed__(t, deque)?.value(), index)
    }
    #[py]
    fn __iter__(_t: &Thread, this: Ref<DequeReverseIterator>) -> Ref<DequeReverseIterator> {
        this
    }
    #[py]
    fn __next__(t: &Thread, this: Ref<DequeReverseIterator>) -> Result<Option<Value>> {
        advance(t, this.deque.get(), this.version, &this.remaining, true)
    }
    /// Private method returning an estimate of len(list(it)).
    #[py("($self, /)")]
    fn __length_hint__(_t: &Thread, this: Ref<DequeReverseIterator>) -> usize {
        this.remaining.load(Relaxed)
    }
    /// Return state information for pickling.
    #[py("($self, /)")]
    fn __reduce__(t: &Thread, this: Ref<DequeReverseIterator>) -> Result<Value> {
        let d = this.deque.get();
        let index = t.len(d)?.saturating_sub(this.remaining.load(Relaxed));
        (class_of(this.value()), (d, index)).into_value(t)
    }
}
