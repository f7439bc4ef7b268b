//! `slice`, and what a slice selects of a sequence.

use crate::native::*;
use crate::objects::int;
use crate::ops::text::text_of;
use crate::ops::{BinaryOp, Compare};
use taipan_text::TextBuf;

#[derive(HeapType)]
#[repr(C)]
pub struct Slice {
    header: Header,
    pub start: Field,
    pub stop: Field,
    pub step: Field,
}

/// The three numbers of a slice, before the length of the sequence is known. `step` is not 0 and can be negated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Unpacked {
    pub start: isize,
    pub stop: isize,
    pub step: isize,
}

/// The positions `start`, `start + step`, … of which there are `count`; all of them are in the sequence.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Indices {
    pub start: isize,
    pub stop: isize,
    pub step: isize,
    pub count: usize,
}

impl Unpacked {
    pub fn adjust(self, len: usize) -> Indices {
        let len = len as isize;
        let Unpacked { start, stop, step } = self;
        let clamp = |i: isize| {
            if i < 0 {
                match i.saturating_add(len) {
                    i if i >= 0 => i,
                    _ if step < 0 => -1,
                    _ => 0,
                }
            } else if i >= len {
                if step < 0 { len - 1 } else { len }
            } else {
                i
            }
        };
        let (start, stop) = (clamp(start), clamp(stop));
        let count = if step < 0 {
            if stop < start { (start - stop - 1) / -step + 1 } else { 0 }
        } else if start < stop {
            (stop - start - 1) / step + 1
        } else {
            0
        };
        Indices { start, stop, step, count: count as usize }
    }
}

impl Indices {
    /// The selected positions in order.
    pub fn positions(self) -> impl DoubleEndedIterator<Item = usize> + ExactSizeIterator {
        (0..self.count).map(move |k| (self.start + k as isize * self.step) as usize)
    }
    /// The positions as a range when they follow one another.
    pub fn as_range(self) -> Option<std::ops::Range<usize>> {
        (self.step == 1).then(|| self.start as usize..self.start as usize + self.count)
    }
}

/// One of the numbers of a slice, clipped to the machine's range.
fn number(t: &Thread, v: Value) -> Result<isize> {
    if let Some(i) = v.as_small_int() {
        return Ok(i as isize);
    }
    let i = slice_index(t, v)?;
    Ok(int::view(i).map_or(0, |i| crate::ops::convert::clip(i.as_ref())))
}

fn slice_index(t: &Thread, v: Value) -> Result<Value> {
    match t.index_opt(v)? {
        Some(i) => Ok(i),
        None => Err(t.type_error("slice indices must be integers or None or have an __index__ method")),
    }
}

/// Of xxHash: the first, second and fifth.
const XX_PRIMES: [u64; 3] = [11_400_714_785_074_694_791, 14_029_467_366_897_019_727, 2_870_177_450_012_600_261];

#[cold]
fn zero_step(t: &Thread) -> Exc {
    t.value_error("slice step cannot be zero")
}

impl Slice {
    pub fn new(t: &Thread, start: Value, stop: Value, step: Value) -> Result<Ref<Slice>> {
        t.create(Slice { header: Header::NEW, start: Field::new(start), stop: Field::new(stop), step: Field::new(step) })
    }

    /// The slice's numbers.
    pub fn unpack(&self, t: &Thread) -> Result<Unpacked> {
        let (start, stop, step) = (self.start.get(), self.stop.get(), self.step.get());
        let step = if step.is_none() { 1 } else { number(t, step)?.max(-isize::MAX) };
        if step == 0 {
            return Err(zero_step(t));
        }
        let start = match start {
            Value::NONE if step < 0 => isize::MAX,
            Value::NONE => 0,
            v => number(t, v)?,
        };
        let stop = match stop {
            Value::NONE if step < 0 => isize::MIN,
            Value::NONE => isize::MAX,
            v => number(t, v)?,
        };
        Ok(Unpacked { start, stop, step })
    }

    fn parts(&self, t: &Thread) -> Result<Ref<Tuple>> {
        Tuple::new(t, &[self.start.get(), self.stop.get(), self.step.get()])
    }

    fn compare(t: &Thread, this: Ref<Slice>, other: Value, op: Compare) -> Result<Value> {
        let Some(o) = other.downcast::<Slice>() else {
            return Ok(Value::NOT_IMPLEMENTED);
        };
        if o == this {
            return Ok(Value::bool(matches!(op, Compare::Eq | Compare::Le | Compare::Ge)));
        }
        let (a, b) = (this.parts(t)?, o.parts(t)?);
        t.rich_compare(a.value(), b.value(), op)
    }
}

/// slice(stop)
/// slice(start, stop[, step])
///
/// What `[start:stop:step]` selects of a sequence.
#[pyclass(name = "slice", flags())]
impl Slice {
    #[py(nosig, "(start, stop=None, step=None, /)")]
    fn __new__(t: &Thread, _cls: Ref<Class>, start: Value, stop: Option<Value>, step: Option<Value>) -> Result<Ref<Slice>> {
        match stop {
            None => Slice::new(t, Value::NONE, start, Value::NONE),
            Some(stop) => Slice::new(t, start, stop, step.unwrap_or(Value::NONE)),
        }
    }
    #[py(member)]
    fn start(_t: &Thread, this: Ref<Slice>) -> Value {
        this.start.get()
    }
    #[py(member)]
    fn stop(_t: &Thread, this: Ref<Slice>) -> Value {
        this.stop.get()
    }
    #[py(member)]
    fn step(_t: &Thread, this: Ref<Slice>) -> Value {
        this.step.get()
    }
    #[py]
    fn __repr__(t: &Thread, this: Ref<Slice>) -> Result<Ref<Str>> {
        let mut out = TextBuf::with_capacity(32);
        out.push_str("slice(");
        for (i, v) in [this.start.get(), this.stop.get(), this.step.get()].into_iter().enumerate() {
            if i > 0 {
                out.push_str(", ");
            }
            let r = t.repr(v)?;
            out.push_text(text_of(&r));
        }
        out.push_str(")");
        t.str_from_text(&out)
    }
    #[py]
    fn __hash__(t: &Thread, this: Ref<Slice>) -> Result<i64> {
        // As a tuple of three, less what the length adds, which CPython leaves out.
        let mut acc = XX_PRIMES[2];
        for v in [this.start.get(), this.stop.get(), this.step.get()] {
            let lane = t.hash(v)? as u64;
            acc = acc.wrapping_add(lane.wrapping_mul(XX_PRIMES[1])).rotate_left(31).wrapping_mul(XX_PRIMES[0]);
        }
        Ok(if acc == u64::MAX { 1_546_275_796 } else { acc as i64 })
    }
    #[py]
    fn __lt__(t: &Thread, this: Ref<Slice>, other: Value) -> Result<Value> {
        Slice::compare(t, this, other, Compare::Lt)
    }
    #[py]
    fn __le__(t: &Thread, this: Ref<Slice>, other: Value) -> Result<Value> {
        Slice::compare(t, this, other, Compare::Le)
    }
    #[py]
    fn __eq__(t: &Thread, this: Ref<Slice>, other: Value) -> Result<Value> {
        Slice::compare(t, this, other, Compare::Eq)
    }
    #[py]
    fn __ne__(t: &Thread, this: Ref<Slice>, other: Value) -> Result<Value> {
        Slice::compare(t, this, other, Compare::Ne)
    }
    #[py]
    fn __gt__(t: &Thread, this: Ref<Slice>, other: Value) -> Result<Value> {
        Slice::compare(t, this, other, Compare::Gt)
    }
    #[py]
    fn __ge__(t: &Thread, this: Ref<Slice>, other: Value) -> Result<Value> {
        Slice::compare(t, this, other, Compare::Ge)
    }

    #[py("($self, /)")]
    fn __reduce__(t: &Thread, this: Ref<Slice>) -> Result<Value> {
        let parts = this.parts(t)?;
        (Slice::class(), parts).into_value(t)
    }

    /// S.indices(len) -> (start, stop, stride)
    ///
    /// The start, stop and step that the slice means for a sequence of the given
    /// length, with ends outside of it clipped.
    #[py("($self, object, /)")]
    fn indices(t: &Thread, this: Ref<Slice>, object: Value) -> Result<Value> {
        // In Python's integers, as neither the length nor the slice need fit the machine's.
        let len = t.index(object)?;
        let zero = Value::small_int(0);
        let less = |a, b| t.compare_bool(a, b, Compare::Lt);
        if less(len, zero)? {
            return Err(t.value_error("length should not be negative"));
        }
        let len = int::to_exact(t, len)?;
        let step = match this.step.get() {
            Value::NONE => Value::small_int(1),
            v => int::to_exact(t, slice_index(t, v)?)?,
        };
        if step == zero {
            return Err(zero_step(t));
        }
        let backwards = less(step, zero)?;
        let lower = Value::small_int(if backwards { -1 } else { 0 });
        let upper = t.binary(BinaryOp::Add, len, lower)?;
        let end = |v: Value, default: Value| -> Result<Value> {
            if v.is_none() {
                return Ok(default);
            }
            let mut i = int::to_exact(t, slice_index(t, v)?)?;
            if less(i, zero)? {
                i = t.binary(BinaryOp::Add, i, len)?;
                return Ok(if less(i, lower)? { lower } else { i });
            }
            Ok(if less(upper, i)? { upper } else { i })
        };
        let start = end(this.start.get(), if backwards { upper } else { lower })?;
        let stop = end(this.stop.get(), if backwards { lower } else { upper })?;
        (start, stop, step).into_value(t)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn positions(start: isize, stop: isize, step: isize, len: usize) -> Vec<usize> {
        Unpacked { start, stop, step }.adjust(len).positions().collect()
    }

    #[test]
    fn selection() {
        assert_eq!(positions(0, isize::MAX, 2, 5), [0, 2, 4]);
        assert_eq!(positions(isize::MAX, isize::MIN, -2, 5), [4, 2, 0]);
        assert_eq!(positions(-3, -1, 1, 5), [2, 3]);
        assert_eq!(positions(3, 1, 1, 5), []);
        assert_eq!(positions(-100, 100, 3, 4), [0, 3]);
        assert_eq!(positions(1, isize::MAX, isize::MAX, 9), [1]);
        assert_eq!(positions(isize::MAX, isize::MIN, -isize::MAX, 9), [8]);
        assert_eq!(positions(0, isize::MAX, 1, 0), []);
        assert_eq!(Unpacked { start: 1, stop: 3, step: 1 }.adjust(9).as_range(), Some(1..3));
    }
}
