//! `enumerate`.

use crate::native::*;
use crate::objects::iterators::quick_next;
use crate::objects::turns::in_turn;
use crate::ops::BinaryOp;
use std::sync::atomic::{AtomicI64, Ordering::*};

/// Counter value that says that the count is in `big`.
const BIG: i64 = i64::MAX;

#[derive(HeapType)]
#[repr(C)]
pub struct Enumerate {
    header: Header,
    iterator: Field,
    /// The next number, claimed by whoever has got an item; [`BIG`] when it is in `big`.
    count: AtomicI64,
    big: Field,
}

impl Enumerate {
    /// As `advance`, where it takes no call: the calling thread's own, over a list, tuple or range of its own. At the end both are
    /// the empty mark.
    #[inline(always)]
    pub(crate) fn advance_own(&self, t: &Thread) -> Option<(Value, Value)> {
        let n = self.count.load(Relaxed);
        let number = if t.owns(&self.header) { Value::try_int(n)? } else { return None };
        let item = quick_next(t, self.iterator.get())?;
        if item.is_empty() {
            return Some((item, item));
        }
        self.count.store(n + 1, Relaxed);
        Some((number, item))
    }
    /// The next number and item.
    #[inline]
    pub fn advance(&self, t: &Thread) -> Result<Option<(Value, Value)>> {
        if !t.owns(&self.header) {
            return in_turn(t, &self.header, || match t.next_word(self.iterator.get())?.some() {
                Some(item) => Ok(Some((self.take_number(t)?, item))),
                None => Ok(None),
            });
        }
        let Some(item) = t.next_word(self.iterator.get())?.some() else { return Ok(None) };
        if t.owns(&self.header)
            && let n = self.count.load(Relaxed)
            && let Some(number) = Value::try_int(n)
        {
            self.count.store(n + 1, Relaxed);
            return Ok(Some((number, item)));
        }
        Ok(Some((self.take_number(t)?, item)))
    }
    /// Claims the next number.
    fn take_number(&self, t: &Thread) -> Result<Value> {
        if !t.owns(&self.header) {
            // From now on nobody counts without claiming.
            t.make_shared(&self.header);
        }
        loop {
            let n = self.count.load(Relaxed);
            if n == BIG {
                return self.take_big(t);
            }
            if self.count.compare_exchange(n, n + 1, Relaxed, Relaxed).is_ok() {
                return t.int(n);
            }
        }
    }
    #[cold]
    fn take_big(&self, t: &Thread) -> Result<Value> {
        loop {
            let seen = self.big.get();
            let n = match seen.some() {
                Some(n) => n,
                None => t.int(BIG)?,
            };
            let next = t.binary(BinaryOp::Add, n, Value::small_int(1))?;
            if self.big.compare_exchange(t, &self.header, seen, next).is_ok() {
                return Ok(n);
            }
        }
    }
    /// The next number, not claimed.
    fn number(&self, t: &Thread) -> Result<Value> {
        match (self.count.load(Relaxed), self.big.get().some()) {
            (BIG, Some(n)) => Ok(n),
            (n, _) => t.int(n),
        }
    }
}

/// Return an enumerate object.
///
///   iterable
///     an object supporting iteration
///
/// It yields pairs of a count, from start on, and an item of the iterable:
///     (0, seq[0]), (1, seq[1]), (2, seq[2]), ...
#[pyclass(name = "enumerate", flags(BASE, OWNED))]
impl Enumerate {
    #[py("(iterable, start=0)")]
    fn __new__(t: &Thread, cls: Ref<Class>, iterable: Value, start: Option<Value>) -> Result<Ref<Enumerate>> {
        let start = t.index(start.unwrap_or(Value::small_int(0)))?;
        let (count, big) = match t.int_value(start).and_then(|i| i.to_i64()) {
            Some(n) => (n, Value::EMPTY),
            None => (BIG, start),
        };
        let iterator = t.iter(iterable)?;
        t.create_in(
            cls,
            Enumerate { header: Header::NEW, iterator: Field::new(iterator), count: AtomicI64::new(count), big: Field::new(big) },
        )
    }
    #[py]
    fn __iter__(_t: &Thread, this: Ref<Enumerate>) -> Ref<Enumerate> {
        this
    }
    #[py]
    fn __next__(t: &Thread, this: Ref<Enumerate>) -> Result<Option<Value>> {
        match this.advance(t)? {
            Some((n, item)) => Tuple::pair(t, n, item).map(Some),
            None => Ok(None),
        }
    }
    /// Return state information for pickling.
    #[py("($self, /)")]
    fn __reduce__(t: &Thread, this: Ref<Enumerate>) -> Result<Value> {
        let args = Tuple::new(t, &[this.iterator.get(), this.number(t)?])?;
        (class_of(this.value()), args).into_value(t)
    }
    /// See PEP 585
    #[py("($type, object, /)")]
    fn __class_getitem__(t: &Thread, cls: Ref<Class>, object: Value) -> Result<Value> {
        t.generic_alias(cls.value(), object)
    }
}
