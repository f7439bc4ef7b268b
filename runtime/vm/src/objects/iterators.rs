//! Iterators over list, tuple and range, whose `next` the interpreter inlines.
//!
//! Each item goes to exactly one caller: the position belongs to the thread that made the iterator; another thread takes the
//! iterator's ownership away first (a handshake, once) and both then claim positions under its lock. Exhaustion sticks.

use crate::native::*;
use std::sync::atomic::{AtomicI64, AtomicUsize, Ordering::*};

/// Position of an exhausted iterator.
const DONE: usize = usize::MAX;

#[derive(HeapType)]
#[repr(C)]
pub struct ListIterator {
    pub(crate) header: Header,
    pub(crate) list: RefField<List>,
    pub(crate) index: AtomicUsize,
}
#[derive(HeapType)]
#[repr(C)]
pub struct TupleIterator {
    pub(crate) header: Header,
    pub(crate) tuple: RefField<Tuple>,
    pub(crate) index: AtomicUsize,
}
/// Over a range whose numbers all fit small ints.
#[derive(HeapType)]
#[repr(C)]
pub struct RangeIterator {
    pub(crate) header: Header,
    pub(crate) next: AtomicI64,
    pub(crate) remaining: AtomicI64,
    pub(crate) step: i64,
}

fn field<T>(r: Ref<T>) -> RefField<T> {
    let f = RefField::null();
    f.init(r);
    f
}

impl ListIterator {
    pub fn new(t: &Thread, list: Ref<List>) -> Result<Ref<ListIterator>> {
        let r = t.create(ListIterator { header: Header::NEW, list: field(list), index: AtomicUsize::new(0) })?;
        r.header.owner.store(t.id, Relaxed);
        Ok(r)
    }
    #[inline(always)]
    fn step(&self, t: &Thread) -> Option<Value> {
        let i = self.index.load(Relaxed);
        if i == DONE {
            return None;
        }
        match self.list.get().and_then(|l| l.get(i)) {
            Some(v) => {
                self.index.store(i + 1, Relaxed);
                Some(v)
            }
            None => {
                self.index.store(DONE, Relaxed);
                self.list.set(t, &self.header, None);
                None
            }
        }
    }
    #[inline(always)]
    pub fn advance(&self, t: &Thread) -> Option<Value> {
        if t.owns(&self.header) {
            return self.step(t);
        }
        self.advance_shared(t)
    }
    #[cold]
    fn advance_shared(&self, t: &Thread) -> Option<Value> {
        let _guard = t.exclusive(&self.header);
        self.step(t)
    }
}
impl TupleIterator {
    pub fn new(t: &Thread, tuple: Ref<Tuple>) -> Result<Ref<TupleIterator>> {
        let r = t.create(TupleIterator { header: Header::NEW, tuple: field(tuple), index: AtomicUsize::new(0) })?;
        r.header.owner.store(t.id, Relaxed);
        Ok(r)
    }
    #[inline(always)]
    fn step(&self, t: &Thread) -> Option<Value> {
        let i = self.index.load(Relaxed);
        let v = self.tuple.get().and_then(|l| l.get(i));
        if v.is_some() {
            self.index.store(i + 1, Relaxed);
        } else {
            self.tuple.set(t, &self.header, None);
        }
        v
    }
    #[inline(always)]
    pub fn advance(&self, t: &Thread) -> Option<Value> {
        if t.owns(&self.header) {
            return self.step(t);
        }
        self.advance_shared(t)
    }
    #[cold]
    fn advance_shared(&self, t: &Thread) -> Option<Value> {
        let _guard = t.exclusive(&self.header);
        self.step(t)
    }
}
impl RangeIterator {
    /// `count` numbers from `start` by `step`; all of them, and the one after the last, are small ints.
    pub fn new(t: &Thread, start: i64, step: i64, count: i64) -> Result<Ref<RangeIterator>> {
        let r =
            t.create(RangeIterator { header: Header::NEW, next: AtomicI64::new(start), remaining: AtomicI64::new(count), step })?;
        r.header.owner.store(t.id, Relaxed);
        Ok(r)
    }
    #[inline(always)]
    fn step(&self) -> Option<Value> {
        let n = self.remaining.load(Relaxed);
        if n <= 0 {
            return None;
        }
        let i = self.next.load(Relaxed);
        self.remaining.store(n - 1, Relaxed);
        self.next.store(i.wrapping_add(self.step), Relaxed);
        Some(Value::small_int(i))
    }
    #[inline(always)]
    pub fn advance(&self, t: &Thread) -> Option<Value> {
        if t.owns(&self.header) {
            return self.step();
        }
        self.advance_shared(t)
    }
    #[cold]
    fn advance_shared(&self, t: &Thread) -> Option<Value> {
        let _guard = t.exclusive(&self.header);
        self.step()
    }
}

/// The next item of an iterator that this file knows and this thread owns: empty at the end; `None` for others. Takes no call.
#[inline(always)]
pub fn quick_next(t: &Thread, it: Value) -> Option<Value> {
    let h = it.header()?;
    let shape = h.shape_id();
    // SAFETY: an exact shape says what the cell is.
    unsafe {
        let at = h as *const Header;
        if shape == RangeIterator::class_cell().shape() {
            let it = &*at.cast::<RangeIterator>();
            return if t.owns(h) { Some(it.step().unwrap_or(Value::EMPTY)) } else { None };
        }
        if shape == ListIterator::class_cell().shape() {
            let it = &*at.cast::<ListIterator>();
            return if t.owns(h) { Some(it.step(t).unwrap_or(Value::EMPTY)) } else { None };
        }
        if shape == TupleIterator::class_cell().shape() {
            let it = &*at.cast::<TupleIterator>();
            return if t.owns(h) { Some(it.step(t).unwrap_or(Value::EMPTY)) } else { None };
        }
    }
    None
}

/// Whether [`quick_next`] knows the iterator.
#[inline(always)]
pub fn is_quick(t: &Thread, it: Value) -> bool {
    it.header().is_some_and(|h| {
        let shape = h.shape_id();
        let known = shape == ListIterator::class_cell().shape()
            || shape == RangeIterator::class_cell().shape()
            || shape == TupleIterator::class_cell().shape();
        known && t.owns(h)
    })
}

#[pyclass(name = "list_iterator", flags(NO_NEW))]
impl ListIterator {
    #[py]
    fn __iter__(_t: &Thread, this: Ref<ListIterator>) -> Ref<ListIterator> {
        this
    }
    #[py]
    fn __next__(t: &Thread, this: Ref<ListIterator>) -> Result<Option<Value>> {
        Ok(this.advance(t))
    }
    #[py("($self, /)")]
    fn __length_hint__(_t: &Thread, this: Ref<ListIterator>) -> usize {
        let i = this.index.load(Relaxed);
        if i == DONE { 0 } else { this.list.get().map_or(0, |l| l.len().saturating_sub(i)) }
    }
    #[py("($self, /)")]
    fn __reduce__(t: &Thread, this: Ref<ListIterator>) -> Result<Value> {
        let iter = t.builtin(names::iter())?;
        let i = this.index.load(Relaxed);
        match this.list.get().filter(|_| i != DONE) {
            Some(l) => (iter, Tuple::new(t, &[l.value()])?, i).into_value(t),
            None => (iter, Tuple::new(t, &[List::new(t)?.value()])?).into_value(t),
        }
    }
    #[py("($self, state, /)")]
    fn __setstate__(_t: &Thread, this: Ref<ListIterator>, state: isize) {
        if this.index.load(Relaxed) != DONE {
            this.index.store(state.max(0) as usize, Relaxed);
        }
    }
}

#[pyclass(name = "tuple_iterator", flags(NO_NEW))]
impl TupleIterator {
    #[py]
    fn __iter__(_t: &Thread, this: Ref<TupleIterator>) -> Ref<TupleIterator> {
        this
    }
    #[py]
    fn __next__(t: &Thread, this: Ref<TupleIterator>) -> Result<Option<Value>> {
        Ok(this.advance(t))
    }
    #[py("($self, /)")]
    fn __length_hint__(_t: &Thread, this: Ref<TupleIterator>) -> usize {
        this.tuple.get().map_or(0, |l| l.len().saturating_sub(this.index.load(Relaxed)))
    }
    #[py("($self, /)")]
    fn __reduce__(t: &Thread, this: Ref<TupleIterator>) -> Result<Value> {
        let iter = t.builtin(names::iter())?;
        let i = this.index.load(Relaxed);
        match this.tuple.get().filter(|x| i < x.len()) {
            Some(x) => (iter, Tuple::new(t, &[x.value()])?, i).into_value(t),
            None => (iter, Tuple::new(t, &[crate::objects::tuple::empty_tuple().value()])?).into_value(t),
        }
    }
    #[py("($self, state, /)")]
    fn __setstate__(_t: &Thread, this: Ref<TupleIterator>, state: isize) {
        let n = this.tuple.get().map_or(0, |x| x.len());
        this.index.store((state.max(0) as usize).min(n), Relaxed);
    }
}

#[pyclass(name = "range_iterator", flags(NO_NEW))]
impl RangeIterator {
    #[py]
    fn __iter__(_t: &Thread, this: Ref<RangeIterator>) -> Ref<RangeIterator> {
        this
    }
    #[py]
    fn __next__(t: &Thread, this: Ref<RangeIterator>) -> Result<Option<Value>> {
        Ok(this.advance(t))
    }
    #[py("($self, /)")]
    fn __length_hint__(_t: &Thread, this: Ref<RangeIterator>) -> i64 {
        this.remaining.load(Relaxed).max(0)
    }
    #[py("($self, /)")]
    fn __reduce__(t: &Thread, this: Ref<RangeIterator>) -> Result<Value> {
        let iter = t.builtin(names::iter())?;
        let (next, n) = (this.next.load(Relaxed), this.remaining.load(Relaxed).max(0));
        let range = t.call(
            crate::objects::range::Range::class().value(),
            &[t.int(next)?, t.int(next + n * this.step)?, t.int(this.step)?],
        )?;
        (iter, Tuple::new(t, &[range])?, Value::NONE).into_value(t)
    }
    #[py("($self, state, /)")]
    fn __setstate__(_t: &Thread, this: Ref<RangeIterator>, state: i64) {
        let n = this.remaining.load(Relaxed).max(0);
        let k = state.clamp(0, n);
        this.next.store(this.next.load(Relaxed) + k * this.step, Relaxed);
        this.remaining.store(n - k, Relaxed);
    }
}
