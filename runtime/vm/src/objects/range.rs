//! `range`.

use crate::native::*;
use crate::objects::iterators::RangeIterator;

#[derive(HeapType)]
#[repr(C)]
pub struct Range {
    header: Header,
    pub start: Field,
    pub stop: Field,
    pub step: Field,
}

#[pyclass(name = "range", flags(SEQUENCE))]
impl Range {
    #[py("(start, stop=None, step=None, /)")]
    fn __new__(t: &Thread, _cls: Ref<Class>, start: Value, stop: Option<Value>, step: Option<Value>) -> Result<Ref<Range>> {
        let start = t.index(start)?;
        let (start, stop) = match stop {
            Some(s) => (start, t.index(s)?),
            None => (Value::small_int(0), start),
        };
        let step = match step {
            Some(s) => t.index(s)?,
            None => Value::small_int(1),
        };
        if step == Value::small_int(0) {
            return Err(t.value_error("range() arg 3 must not be zero"));
        }
        t.create(Range { header: Header::NEW, start: Field::new(start), stop: Field::new(stop), step: Field::new(step) })
    }
    #[py]
    fn __iter__(t: &Thread, this: Ref<Range>) -> Result<Value> {
        if let (Some(a), Some(b), Some(s)) = (this.start.get().as_small_int(), this.stop.get().as_small_int(), this.step.get().as_small_int()) {
            let count = if s > 0 { (b - a).max(0).div_euclid(s) + i64::from((b - a).max(0).rem_euclid(s) != 0) } else { ((a - b).max(0) + (-s) - 1) / -s };
            return RangeIterator::new(t, a, s, count).map(Ref::value);
        }
        Err(t.not_implemented_error("iteration over a range beyond 62 bits"))
    }
}
