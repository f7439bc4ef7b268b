//! `reversed` over sequences that have no `__reversed__` of their own.

use crate::native::*;
use crate::objects::class::Special;
use crate::objects::exceptions as ex;
use crate::objects::tuple::empty_tuple;
use std::sync::atomic::{AtomicI64, Ordering::*};

#[derive(HeapType)]
#[repr(C)]
pub struct Reversed {
    header: Header,
    /// Empty once exhausted.
    sequence: Field,
    /// Index of the next item, claimed by whoever asks for it; negative at the end.
    index: AtomicI64,
}

impl Reversed {
    fn finish(&self, t: &Thread) {
        self.index.store(-1, Relaxed);
        self.sequence.set(t, &self.header, Value::EMPTY);
    }
}

/// Return a reverse iterator over the values of the given sequence.
#[pyclass(name = "reversed", flags(BASE))]
impl Reversed {
    #[py("(sequence, /)")]
    fn __new__(t: &Thread, cls: Ref<Class>, sequence: Value) -> Result<Value> {
        let special = class_of(sequence).special(t, Special::Reversed);
        match special {
            Some(f) if !f.is_none() => return t.call_special0(f, sequence),
            None if t.is_sequence(sequence) => {}
            _ => return Err(t.type_error(format!("'{}' object is not reversible", crate::ops::type_name(sequence)))),
        }
        let n = t.len(sequence)? as i64;
        t.create_in(cls, Reversed { header: Header::NEW, sequence: Field::new(sequence), index: AtomicI64::new(n - 1) })
            .map(Ref::value)
    }
    #[py]
    fn __iter__(_t: &Thread, this: Ref<Reversed>) -> Ref<Reversed> {
        this
    }
    #[py]
    fn __next__(t: &Thread, this: Ref<Reversed>) -> Result<Option<Value>> {
        let Some(sequence) = this.sequence.get().some() else { return Ok(None) };
        let i = this.index.fetch_sub(1, Relaxed);
        if i < 0 {
            this.finish(t);
            return Ok(None);
        }
        match t.get_item(sequence, t.int(i)?) {
            Ok(v) => Ok(Some(v)),
            Err(e) if e.is(t, ex::class(ex::Kind::IndexError)) || e.is(t, ex::class(ex::Kind::StopIteration)) => {
                this.finish(t);
                Ok(None)
            }
            Err(e) => {
                // The item was not had: it is next again, unless another thread has gone on.
                let _ = this.index.compare_exchange(i - 1, i, Relaxed, Relaxed);
                Err(e)
            }
        }
    }
    /// Private method returning an estimate of len(list(it)).
    #[py("($self, /)")]
    fn __length_hint__(t: &Thread, this: Ref<Reversed>) -> Result<i64> {
        let left = this.index.load(Relaxed) + 1;
        match this.sequence.get().some() {
            Some(s) if left > 0 && t.len(s)? as i64 >= left => Ok(left),
            _ => Ok(0),
        }
    }
    /// Return state information for pickling.
    #[py("($self, /)")]
    fn __reduce__(t: &Thread, this: Ref<Reversed>) -> Result<Value> {
        let class = class_of(this.value());
        let i = this.index.load(Relaxed);
        match this.sequence.get().some().filter(|_| i >= 0) {
            Some(s) => (class, Tuple::new(t, &[s])?, i).into_value(t),
            None => (class, Tuple::new(t, &[empty_tuple().value()])?).into_value(t),
        }
    }
    /// Set state information for unpickling.
    #[py("($self, state, /)")]
    fn __setstate__(t: &Thread, this: Ref<Reversed>, state: isize) -> Result<()> {
        if let Some(s) = this.sequence.get().some() {
            let n = t.len(s)? as i64;
            this.index.store((state as i64).clamp(-1, n - 1), Relaxed);
        }
        Ok(())
    }
}
