//! The iterators behind `iter(x)` of objects with `__getitem__` only, and of `iter(callable, sentinel)`.

use crate::native::*;
use crate::objects::class::Special;
use crate::objects::exceptions as ex;
use crate::objects::tuple::empty_tuple;
use std::sync::atomic::{AtomicI64, AtomicUsize, Ordering::*};

/// Calls `sequence[0]`, `sequence[1]`, … until that raises IndexError.
#[derive(HeapType)]
#[repr(C)]
pub struct SequenceIterator {
    header: Header,
    /// None once exhausted.
    sequence: Field,
    /// Claimed by whoever asks for the next item, so that threads get different ones.
    index: AtomicI64,
}

impl SequenceIterator {
    pub fn new(t: &Thread, sequence: Value) -> Result<Ref<SequenceIterator>> {
        t.create(SequenceIterator { header: Header::NEW, sequence: Field::new(sequence), index: AtomicI64::new(0) })
    }
}

/// The built-in function `iter`, for `__reduce__`.
fn iter_function(t: &Thread) -> Result<Value> {
    t.builtin(names::iter())
}

#[pyclass(name = "iterator", flags(NO_NEW))]
impl SequenceIterator {
    #[py]
    fn __iter__(_t: &Thread, this: Ref<SequenceIterator>) -> Ref<SequenceIterator> {
        this
    }
    #[py]
    fn __next__(t: &Thread, this: Ref<SequenceIterator>) -> Result<Option<Value>> {
        let sequence = this.sequence.get();
        if sequence.is_none() {
            return Ok(None);
        }
        let i = this.index.fetch_add(1, Relaxed);
        if i == i64::MAX {
            this.index.store(i, Relaxed);
            return Err(t.overflow_error("iter index too large"));
        }
        match t.int(i).and_then(|i| t.get_item(sequence, i)) {
            Ok(v) => Ok(Some(v)),
            Err(e) if e.is(t, ex::class(ex::Kind::IndexError)) || e.is(t, ex::class(ex::Kind::StopIteration)) => {
                this.sequence.set(t, this.header(), Value::NONE);
                Ok(None)
            }
            Err(e) => {
                // The item was not had: it is next again, unless another thread has gone on.
                let _ = this.index.compare_exchange(i + 1, i, Relaxed, Relaxed);
                Err(e)
            }
        }
    }
    /// Returns an estimate of how many items are left.
    #[py("($self, /)")]
    fn __length_hint__(t: &Thread, this: Ref<SequenceIterator>) -> Result<Value> {
        let sequence = this.sequence.get();
        if sequence.is_none() {
            return Ok(Value::small_int(0));
        }
        if class_of(sequence).special(t, Special::Len).is_none() {
            return Ok(Value::NOT_IMPLEMENTED);
        }
        let left = t.len(sequence)? as i64 - this.index.load(Relaxed);
        t.int(left.max(0))
    }
    /// Returns what pickle needs.
    #[py("($self, /)")]
    fn __reduce__(t: &Thread, this: Ref<SequenceIterator>) -> Result<Value> {
        let iter = iter_function(t)?;
        let sequence = this.sequence.get();
        if sequence.is_none() {
            let args = Tuple::new(t, &[empty_tuple().value()])?;
            return (iter, args).into_value(t);
        }
        let args = Tuple::new(t, &[sequence])?;
        (iter, args, this.index.load(Relaxed)).into_value(t)
    }
    /// Sets the index of the next item, for pickle.
    #[py("($self, object, /)")]
    fn __setstate__(t: &Thread, this: Ref<SequenceIterator>, object: Value) -> Result<()> {
        let i = t.to_isize(object)?;
        if !this.sequence.get().is_none() {
            this.index.store(i.max(0) as i64, Relaxed);
        }
        Ok(())
    }
}

/// Calls a function until it returns the sentinel.
#[derive(HeapType)]
#[repr(C)]
pub struct CallableIterator {
    header: Header,
    /// Empty once exhausted.
    callable: Field,
    sentinel: Field,
    /// Which thread exhausted it: its address, or 0.
    ended_by: AtomicUsize,
}

impl CallableIterator {
    pub fn new(t: &Thread, callable: Value, sentinel: Value) -> Result<Ref<CallableIterator>> {
        t.create(CallableIterator {
            header: Header::NEW,
            callable: Field::new(callable),
            sentinel: Field::new(sentinel),
            ended_by: AtomicUsize::new(0),
        })
    }
    fn exhaust(&self, t: &Thread) {
        self.ended_by.store(std::ptr::from_ref(t).addr(), Relaxed);
        self.callable.set(t, &self.header, Value::EMPTY);
        self.sentinel.set(t, &self.header, Value::EMPTY);
    }
}

#[pyclass(name = "callable_iterator", flags(NO_NEW))]
impl CallableIterator {
    #[py]
    fn __iter__(_t: &Thread, this: Ref<CallableIterator>) -> Ref<CallableIterator> {
        this
    }
    #[py]
    fn __next__(t: &Thread, this: Ref<CallableIterator>) -> Result<Option<Value>> {
        // What the call gives is handed out also if another thread exhausts the iterator meanwhile; a callable that does so itself,
        // by iterating, has ended what it is part of.
        let (Some(sentinel), Some(callable)) = (this.sentinel.get().some(), this.callable.get().some()) else {
            return Ok(None);
        };
        let v = match t.call(callable, &[]) {
            Ok(v) => v,
            Err(e) if e.is(t, ex::class(ex::Kind::StopIteration)) => {
                this.exhaust(t);
                return Ok(None);
            }
            Err(e) => return Err(e),
        };
        if this.ended_by.load(Relaxed) == std::ptr::from_ref(t).addr() {
            return Ok(None);
        }
        if t.equal(sentinel, v)? {
            this.exhaust(t);
            return Ok(None);
        }
        Ok(Some(v))
    }
    /// Returns what pickle needs.
    #[py("($self, /)")]
    fn __reduce__(t: &Thread, this: Ref<CallableIterator>) -> Result<Value> {
        let iter = iter_function(t)?;
        let args = match (this.callable.get().some(), this.sentinel.get().some()) {
            (Some(c), Some(s)) => Tuple::new(t, &[c, s])?,
            _ => Tuple::new(t, &[empty_tuple().value()])?,
        };
        (iter, args).into_value(t)
    }
}
