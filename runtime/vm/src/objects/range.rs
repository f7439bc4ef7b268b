//! `range`: numbers by start, stop and step, of any size. While the numbers fit machine words, arithmetic on the values takes its
//! short way and iteration uses [`RangeIterator`]; beyond, [`LongRangeIterator`].

use crate::native::*;
use crate::objects::int;
use crate::objects::iterators::RangeIterator;
use crate::objects::slice::Slice;
use crate::ops::{BinaryOp, Compare, type_name};
use std::sync::atomic::{AtomicI64, Ordering::*};

const ZERO: Value = Value::small_int(0);
const ONE: Value = Value::small_int(1);

#[derive(HeapType)]
#[repr(C)]
pub struct Range {
    header: Header,
    pub start: Field,
    pub stop: Field,
    pub step: Field,
    pub length: Field,
}

/// An argument as an exact int.
fn integer(t: &Thread, v: Value) -> Result<Value> {
    let i = t.index(v)?;
    int::to_exact(t, i)
}

/// Whether arithmetic decides membership: exactly int or bool.
fn is_exact_int(v: Value) -> bool {
    v.is_bool() || int::exact(v).is_some()
}

impl Range {
    /// The numbers are exact ints and the step is not 0.
    pub fn new(t: &Thread, start: Value, stop: Value, step: Value) -> Result<Ref<Range>> {
        let (low, high, by) = if t.compare_bool(step, ZERO, Compare::Gt)? {
            (start, stop, step)
        } else {
            (stop, start, t.binary(BinaryOp::Sub, ZERO, step)?)
        };
        let length = if t.compare_bool(low, high, Compare::Lt)? {
            let distance = t.binary(BinaryOp::Sub, high, low)?;
            let before_last = t.binary(BinaryOp::Sub, distance, ONE)?;
            let steps = t.binary(BinaryOp::Floordiv, before_last, by)?;
            t.binary(BinaryOp::Add, steps, ONE)?
        } else {
            ZERO
        };
        let f = Field::new;
        t.create(Range { header: Header::NEW, start: f(start), stop: f(stop), step: f(step), length: f(length) })
    }

    /// Number `i`, which may be past either end.
    fn item(&self, t: &Thread, i: Value) -> Result<Value> {
        let offset = t.binary(BinaryOp::Mul, i, self.step.get())?;
        t.binary(BinaryOp::Add, self.start.get(), offset)
    }

    /// Number `i`, counted from the end when negative, or the empty mark.
    fn quick_item(t: &Thread, this: Ref<Range>, i: i64) -> Result<Value> {
        let of = |field: &Field| field.get().as_small_int();
        let (Some(start), Some(step), Some(n)) = (of(&this.start), of(&this.step), of(&this.length)) else {
            return Ok(Value::EMPTY);
        };
        let i = if i < 0 { i + n } else { i };
        if !(0..n).contains(&i) {
            return Ok(Value::EMPTY);
        }
        // Between the first number and the last, which are small, or one step beyond.
        t.int(start + i * step)
    }

    /// Whether the integer `v` is one of the numbers.
    fn holds(&self, t: &Thread, v: Value) -> Result<bool> {
        let (start, stop, step) = (self.start.get(), self.stop.get(), self.step.get());
        let inside = if t.compare_bool(step, ZERO, Compare::Gt)? {
            t.compare_bool(start, v, Compare::Le)? && t.compare_bool(v, stop, Compare::Lt)?
        } else {
            t.compare_bool(stop, v, Compare::Lt)? && t.compare_bool(v, start, Compare::Le)?
        };
        if !inside {
            return Ok(false);
        }
        let offset = t.binary(BinaryOp::Sub, v, start)?;
        Ok(t.binary(BinaryOp::Mod, offset, step)? == ZERO)
    }

    /// An iterator over `length` numbers from `start`.
    fn iterate(t: &Thread, start: Value, step: Value, length: Value) -> Result<Value> {
        if let (Some(a), Some(s), Some(n)) = (start.as_small_int(), step.as_small_int(), length.as_small_int()) {
            let after_last = n.checked_mul(s).and_then(|d| a.checked_add(d));
            if after_last.is_some_and(|v| Value::try_int(v).is_some()) {
                return RangeIterator::new(t, a, s, n).map(Ref::value);
            }
        }
        LongRangeIterator::new(t, start, step, length).map(Ref::value)
    }

    fn select(t: &Thread, this: Ref<Range>, s: Ref<Slice>) -> Result<Ref<Range>> {
        let indices = t.call_method(s.value(), Str::intern_str(t, "indices")?, &[this.length.get()])?;
        let Some([start, stop, step]) = indices.downcast::<Tuple>().map(|i| [i.as_slice()[0], i.as_slice()[1], i.as_slice()[2]])
        else {
            return Err(t.system_error("slice.indices() gives a tuple"));
        };
        let step = t.binary(BinaryOp::Mul, this.step.get(), step)?;
        let (start, stop) = (this.item(t, start)?, this.item(t, stop)?);
        Range::new(t, start, stop, step)
    }

    fn same_numbers(t: &Thread, a: Ref<Range>, b: Ref<Range>) -> Result<bool> {
        if a == b {
            return Ok(true);
        }
        let n = a.length.get();
        if !t.equal(n, b.length.get())? {
            return Ok(false);
        }
        if n == ZERO {
            return Ok(true);
        }
        if !t.equal(a.start.get(), b.start.get())? {
            return Ok(false);
        }
        Ok(n == ONE || t.equal(a.step.get(), b.step.get())?)
    }
}

/// range(stop) -> range object
/// range(start, stop[, step]) -> range object
///
/// The integers from start up to, but not including, stop, each step more than
/// the one before. Without start they begin at 0, without step it is 1. A
/// negative step counts down.
#[pyclass(name = "range", flags(SEQUENCE), item = Range::quick_item)]
impl Range {
    #[py(nosig, "(start, stop=None, step=None, /)")]
    fn __new__(t: &Thread, _cls: Ref<Class>, start: Value, stop: Option<Value>, step: Option<Value>) -> Result<Ref<Range>> {
        let Some(stop) = stop else {
            return Range::new(t, ZERO, integer(t, start)?, ONE);
        };
        let (start, stop) = (integer(t, start)?, integer(t, stop)?);
        let step = match step {
            Some(s) => integer(t, s)?,
            None => ONE,
        };
        if step == ZERO {
            return Err(t.value_error("range() arg 3 must not be zero"));
        }
        Range::new(t, start, stop, step)
    }
    #[py(member)]
    fn start(_t: &Thread, this: Ref<Range>) -> Value {
        this.start.get()
    }
    #[py(member)]
    fn stop(_t: &Thread, this: Ref<Range>) -> Value {
        this.stop.get()
    }
    #[py(member)]
    fn step(_t: &Thread, this: Ref<Range>) -> Value {
        this.step.get()
    }
    #[py]
    fn __repr__(t: &Thread, this: Ref<Range>) -> Result<String> {
        let (start, stop) = (t.repr(this.start.get())?, t.repr(this.stop.get())?);
        if this.step.get() == ONE {
            return Ok(format!("range({start}, {stop})"));
        }
        Ok(format!("range({start}, {stop}, {})", t.repr(this.step.get())?))
    }
    #[py]
    fn __hash__(t: &Thread, this: Ref<Range>) -> Result<i64> {
        let n = this.length.get();
        let (start, step) = match n {
            ZERO => (Value::NONE, Value::NONE),
            ONE => (this.start.get(), Value::NONE),
            _ => (this.start.get(), this.step.get()),
        };
        t.hash_tuple(Tuple::new(t, &[n, start, step])?)
    }
    #[py]
    fn __eq__(t: &Thread, this: Ref<Range>, other: Value) -> Result<Value> {
        match other.downcast::<Range>() {
            Some(o) => Range::same_numbers(t, this, o).map(Value::bool),
            None => Ok(Value::NOT_IMPLEMENTED),
        }
    }
    #[py]
    fn __ne__(t: &Thread, this: Ref<Range>, other: Value) -> Result<Value> {
        match other.downcast::<Range>() {
            Some(o) => Range::same_numbers(t, this, o).map(|same| Value::bool(!same)),
            None => Ok(Value::NOT_IMPLEMENTED),
        }
    }
    #[py]
    fn __lt__(_t: &Thread, _this: Ref<Range>, _other: Value) -> Value {
        Value::NOT_IMPLEMENTED
    }
    #[py]
    fn __le__(_t: &Thread, _this: Ref<Range>, _other: Value) -> Value {
        Value::NOT_IMPLEMENTED
    }
    #[py]
    fn __gt__(_t: &Thread, _this: Ref<Range>, _other: Value) -> Value {
        Value::NOT_IMPLEMENTED
    }
    #[py]
    fn __ge__(_t: &Thread, _this: Ref<Range>, _other: Value) -> Value {
        Value::NOT_IMPLEMENTED
    }
    #[py]
    fn __len__(t: &Thread, this: Ref<Range>) -> Result<isize> {
        t.to_isize(this.length.get())
    }
    #[py]
    fn __bool__(_t: &Thread, this: Ref<Range>) -> bool {
        this.length.get() != ZERO
    }
    #[py]
    fn __iter__(t: &Thread, this: Ref<Range>) -> Result<Value> {
        Range::iterate(t, this.start.get(), this.step.get(), this.length.get())
    }
    /// Return a reverse iterator.
    #[py("($self, /)")]
    fn __reversed__(t: &Thread, this: Ref<Range>) -> Result<Value> {
        let last = t.binary(BinaryOp::Sub, this.length.get(), ONE)?;
        let step = t.binary(BinaryOp::Sub, ZERO, this.step.get())?;
        Range::iterate(t, this.item(t, last)?, step, this.length.get())
    }
    #[py]
    fn __getitem__(t: &Thread, this: Ref<Range>, key: Value) -> Result<Value> {
        if let Some(s) = key.downcast::<Slice>() {
            return Range::select(t, this, s).map(Ref::value);
        }
        let Some(i) = t.index_opt(key)? else {
            return Err(t.type_error(format!("range indices must be integers or slices, not {}", type_name(key))));
        };
        let mut i = int::to_exact(t, i)?;
        let n = this.length.get();
        if t.compare_bool(i, ZERO, Compare::Lt)? {
            i = t.binary(BinaryOp::Add, i, n)?;
        }
        if t.compare_bool(i, ZERO, Compare::Lt)? || t.compare_bool(i, n, Compare::Ge)? {
            return Err(t.index_error("range object index out of range"));
        }
        this.item(t, i)
    }
    #[py]
    fn __contains__(t: &Thread, this: Ref<Range>, value: Value) -> Result<bool> {
        if is_exact_int(value) {
            return this.holds(t, value);
        }
        let it = Range::__iter__(t, this)?;
        while let Some(v) = t.next(it)? {
            if t.equal(v, value)? {
                return Ok(true);
            }
        }
        Ok(false)
    }
    #[py("($self, /)")]
    fn __reduce__(t: &Thread, this: Ref<Range>) -> Result<Value> {
        let parts = Tuple::new(t, &[this.start.get(), this.stop.get(), this.step.get()])?;
        (Range::class(), parts).into_value(t)
    }
    /// rangeobject.count(value) -> integer -- return number of occurrences of value
    #[py("($self, object, /)")]
    fn count(t: &Thread, this: Ref<Range>, object: Value) -> Result<usize> {
        if is_exact_int(object) {
            return this.holds(t, object).map(usize::from);
        }
        let mut n = 0;
        let it = Range::__iter__(t, this)?;
        while let Some(v) = t.next(it)? {
            n += usize::from(t.equal(v, object)?);
        }
        Ok(n)
    }
    /// rangeobject.index(value) -> integer -- return index of value.
    /// Raise ValueError if the value is not present.
    #[py("($self, object, /)")]
    fn index(t: &Thread, this: Ref<Range>, object: Value) -> Result<Value> {
        if is_exact_int(object) {
            if !this.holds(t, object)? {
                return Err(t.value_error("range.index(x): x not in range"));
            }
            let offset = t.binary(BinaryOp::Sub, object, this.start.get())?;
            return t.binary(BinaryOp::Floordiv, offset, this.step.get());
        }
        let mut i = 0i64;
        let it = Range::__iter__(t, this)?;
        while let Some(v) = t.next(it)? {
            if t.equal(v, object)? {
                return t.int(i);
            }
            i += 1;
        }
        Err(t.value_error("sequence.index(x): x not in sequence"))
    }
}

/// Over a range of which some number fits no small int.
#[derive(HeapType)]
#[repr(C)]
pub struct LongRangeIterator {
    header: Header,
    start: Field,
    step: Field,
    length: Field,
    /// Number of the next item, claimed by whoever asks for it.
    index: AtomicI64,
}

impl LongRangeIterator {
    fn new(t: &Thread, start: Value, step: Value, length: Value) -> Result<Ref<LongRangeIterator>> {
        let f = Field::new;
        t.create(LongRangeIterator {
            header: Header::NEW,
            start: f(start),
            step: f(step),
            length: f(length),
            index: AtomicI64::new(0),
        })
    }
    /// Number `i` from the start.
    fn item(&self, t: &Thread, i: Value) -> Result<Value> {
        let offset = t.binary(BinaryOp::Mul, i, self.step.get())?;
        t.binary(BinaryOp::Add, self.start.get(), offset)
    }
    /// Index of the next item, at most the length.
    fn position(&self, t: &Thread) -> Result<Value> {
        let i = t.int(self.index.load(Relaxed))?;
        let n = self.length.get();
        Ok(if t.compare_bool(i, n, Compare::Lt)? { i } else { n })
    }
}

#[pyclass(name = "longrange_iterator", flags(NO_NEW))]
impl LongRangeIterator {
    #[py]
    fn __iter__(_t: &Thread, this: Ref<LongRangeIterator>) -> Ref<LongRangeIterator> {
        this
    }
    #[py]
    fn __next__(t: &Thread, this: Ref<LongRangeIterator>) -> Result<Option<Value>> {
        let i = t.int(this.index.fetch_add(1, Relaxed))?;
        if t.compare_bool(i, this.length.get(), Compare::Lt)? { this.item(t, i).map(Some) } else { Ok(None) }
    }
    /// Private method returning an estimate of len(list(it)).
    #[py("($self, /)")]
    fn __length_hint__(t: &Thread, this: Ref<LongRangeIterator>) -> Result<Value> {
        t.binary(BinaryOp::Sub, this.length.get(), this.position(t)?)
    }
    /// Return state information for pickling.
    #[py("($self, /)")]
    fn __reduce__(t: &Thread, this: Ref<LongRangeIterator>) -> Result<Value> {
        let i = this.position(t)?;
        let (start, stop) = (this.item(t, i)?, this.item(t, this.length.get())?);
        let rest = Range::new(t, start, stop, this.step.get())?;
        (t.builtin(names::iter())?, Tuple::new(t, &[rest.value()])?, Value::NONE).into_value(t)
    }
    /// Set state information for unpickling.
    #[py("($self, state, /)")]
    fn __setstate__(t: &Thread, this: Ref<LongRangeIterator>, state: Value) -> Result<()> {
        if t.int_value(state).is_none() {
            return Err(t.type_error(format!("state must be an int, not {}", type_name(state))));
        }
        let state = int::to_exact(t, state)?;
        let done = this.position(t)?;
        let left = t.binary(BinaryOp::Sub, this.length.get(), done)?;
        let skip = if t.compare_bool(state, ZERO, Compare::Lt)? {
            ZERO
        } else if t.compare_bool(state, left, Compare::Gt)? {
            left
        } else {
            state
        };
        let at = t.binary(BinaryOp::Add, done, skip)?;
        // What was consumed is forgotten, so that the index stays small however far the state jumps.
        this.start.set(t, this.header(), this.item(t, at)?);
        this.length.set(t, this.header(), t.binary(BinaryOp::Sub, left, skip)?);
        this.index.store(0, Relaxed);
        Ok(())
    }
}
