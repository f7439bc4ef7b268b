//! The methods of `tuple`.

use crate::native::*;
use crate::objects::class::Special;
use crate::objects::exceptions as ex;
use crate::objects::iterators::TupleIterator;
use crate::objects::list::both_small_ints;
use crate::objects::slice::Slice;
use crate::objects::tuple::empty_tuple;
use crate::ops::{Compare, text_of, type_name};
use taipan_text::TextBuf;

/// Largest number of items whose size still fits the address space.
const MAX_LEN: usize = isize::MAX as usize / 8;

fn is_exact(v: Ref<Tuple>) -> bool {
    v.header().shape_id() == Tuple::class_cell().shape()
}

/// `v` itself if it is a tuple of no subclass, else an exact copy.
fn exact(t: &Thread, v: Ref<Tuple>) -> Result<Ref<Tuple>> {
    if is_exact(v) { Ok(v) } else { Tuple::new(t, v.as_slice()) }
}

/// A bound of `index`: any integer, clipped.
fn bound(t: &Thread, v: Option<Value>, default: isize) -> Result<isize> {
    let Some(v) = v else { return Ok(default) };
    match t.index_opt(v)? {
        Some(i) => t.to_index_clipped(i),
        None => Err(t.type_error("slice indices must be integers or have an __index__ method")),
    }
}

pub(crate) fn compare(t: &Thread, a: Ref<Tuple>, other: Value, op: Compare) -> Result<Value> {
    let Some(b) = other.downcast::<Tuple>() else { return Ok(Value::NOT_IMPLEMENTED) };
    t.check_depth(" in comparison")?;
    for (&x, &y) in a.as_slice().iter().zip(b.as_slice()) {
        if x != y && (both_small_ints(x, y) || !t.equal(x, y)?) {
            return match op {
                Compare::Eq => Ok(Value::FALSE),
                Compare::Ne => Ok(Value::TRUE),
                _ => t.rich_compare(x, y, op),
            };
        }
    }
    Ok(Value::bool(op.holds(a.len().cmp(&b.len()))))
}

fn build_repr(t: &Thread, this: Ref<Tuple>) -> Result<Ref<Str>> {
    let mut out = TextBuf::with_capacity(2 + 4 * this.len());
    out.push_str("(");
    for (i, v) in this.iter().enumerate() {
        if i > 0 {
            out.push_str(", ");
        }
        let item = t.repr(v)?;
        out.push_text(text_of(&item));
    }
    out.push_str(if this.len() == 1 { ",)" } else { ")" });
    t.str_from_text(&out)
}

/// Built-in immutable sequence.
///
/// Without an argument the result is an empty tuple. Otherwise it has the items
/// of the iterable, in their order.
///
/// A tuple given as the argument is returned as it is.
#[pyclass(name = "tuple", flags(BASE, SEQUENCE, MATCH_SELF))]
impl Tuple {
    #[py(nosig, "(*args, **kwargs)")]
    fn __new__(t: &Thread, cls: Ref<Class>, args: &[Value], kwargs: Kwargs) -> Result<Ref<Tuple>> {
        let is_base = cls == Tuple::class();
        // A subclass with an `__init__` of its own may take what it likes.
        if kwargs.0.is_some_and(|k| k.len() > 0)
            && (is_base || cls.special(t, Special::Init) == Tuple::class().special(t, Special::Init))
        {
            return Err(t.type_error("tuple() takes no keyword arguments"));
        }
        let iterable = match *args {
            [] => None,
            [v] => Some(v),
            _ => return Err(t.type_error(format!("tuple expected at most 1 argument, got {}", args.len()))),
        };
        match iterable {
            None if is_base => Ok(empty_tuple()),
            None => Tuple::in_class(t, cls, &[]),
            Some(v) if is_base => t.iterate_to_tuple(v),
            Some(v) => {
                let items = t.iterate_to_tuple(v)?;
                Tuple::in_class(t, cls, items.as_slice())
            }
        }
    }
    #[py]
    fn __repr__(t: &Thread, this: Ref<Tuple>) -> Result<Value> {
        if this.is_empty() {
            return "()".into_value(t);
        }
        if !t.repr_enter(this.value())? {
            return "(...)".into_value(t);
        }
        let r = build_repr(t, this);
        t.repr_leave(this.value());
        r.map(Ref::value)
    }
    #[py]
    fn __hash__(t: &Thread, this: Ref<Tuple>) -> Result<i64> {
        t.hash_tuple(this)
    }
    #[py]
    fn __iter__(t: &Thread, this: Ref<Tuple>) -> Result<Ref<TupleIterator>> {
        TupleIterator::new(t, this)
    }
    #[py]
    fn __len__(_t: &Thread, this: Ref<Tuple>) -> usize {
        this.len()
    }
    #[py]
    fn __getitem__(t: &Thread, this: Ref<Tuple>, key: Value) -> Result<Value> {
        if let Some(s) = key.downcast::<Slice>() {
            let indices = t.slice_indices(s, this.len())?;
            if indices.count == this.len() && indices.step == 1 && is_exact(this) {
                return Ok(this.value());
            }
            if let Some(range) = indices.as_range() {
                return Tuple::new(t, &this.as_slice()[range]).map(Ref::value);
            }
            let items = ValueVec::with_capacity(t, indices.count)?;
            for i in indices.positions() {
                items.push(t, this.as_slice()[i])?;
            }
            return items.into_tuple(t).map(Ref::value);
        }
        let Some(i) = t.index_opt(key)? else {
            return Err(t.type_error(format!("tuple indices must be integers or slices, not {}", type_name(key))));
        };
        let i = t.to_index(i)? as i64;
        match crate::ops::item::wrap_index(i, this.len()).and_then(|i| this.get(i)) {
            Some(v) => Ok(v),
            None => Err(t.index_error("tuple index out of range")),
        }
    }
    #[py]
    fn __contains__(t: &Thread, this: Ref<Tuple>, value: Value) -> Result<bool> {
        this.contains(t, value)
    }
    #[py]
    fn __add__(t: &Thread, this: Ref<Tuple>, other: Value) -> Result<Ref<Tuple>> {
        let Some(o) = other.downcast::<Tuple>() else {
            return Err(t.type_error(format!("can only concatenate tuple (not \"{}\") to tuple", type_name(other))));
        };
        if this.is_empty() && is_exact(o) {
            return Ok(o);
        }
        if o.is_empty() && is_exact(this) {
            return Ok(this);
        }
        let items = ValueVec::with_capacity(t, this.len() + o.len())?;
        items.extend(t, this.as_slice())?;
        items.extend(t, o.as_slice())?;
        items.into_tuple(t)
    }
    #[py]
    fn __mul__(t: &Thread, this: Ref<Tuple>, count: Value) -> Result<Ref<Tuple>> {
        let n = t.index_or(count, ex::Kind::OverflowError)?.max(0) as usize;
        if this.is_empty() || n == 1 {
            return exact(t, this);
        }
        let Some(total) = this.len().checked_mul(n).filter(|&total| total <= MAX_LEN) else {
            return Err(t.memory_error());
        };
        let items = ValueVec::with_capacity(t, total)?;
        for _ in 0..n {
            items.extend(t, this.as_slice())?;
        }
        items.into_tuple(t)
    }
    #[py]
    fn __rmul__(t: &Thread, this: Ref<Tuple>, count: Value) -> Result<Ref<Tuple>> {
        Tuple::__mul__(t, this, count)
    }
    #[py]
    fn __eq__(t: &Thread, this: Ref<Tuple>, other: Value) -> Result<Value> {
        compare(t, this, other, Compare::Eq)
    }
    #[py]
    fn __ne__(t: &Thread, this: Ref<Tuple>, other: Value) -> Result<Value> {
        compare(t, this, other, Compare::Ne)
    }
    #[py]
    fn __lt__(t: &Thread, this: Ref<Tuple>, other: Value) -> Result<Value> {
        compare(t, this, other, Compare::Lt)
    }
    #[py]
    fn __le__(t: &Thread, this: Ref<Tuple>, other: Value) -> Result<Value> {
        compare(t, this, other, Compare::Le)
    }
    #[py]
    fn __gt__(t: &Thread, this: Ref<Tuple>, other: Value) -> Result<Value> {
        compare(t, this, other, Compare::Gt)
    }
    #[py]
    fn __ge__(t: &Thread, this: Ref<Tuple>, other: Value) -> Result<Value> {
        compare(t, this, other, Compare::Ge)
    }
    #[py("($self, /)")]
    fn __getnewargs__(t: &Thread, this: Ref<Tuple>) -> Result<Value> {
        let items = Tuple::new(t, this.as_slice())?;
        Tuple::new(t, &[items.value()]).map(Ref::value)
    }
    /// Return number of occurrences of value.
    #[py("($self, value, /)")]
    fn count(t: &Thread, this: Ref<Tuple>, value: Value) -> Result<usize> {
        let mut n = 0;
        for v in this.iter() {
            n += usize::from(t.equal(v, value)?);
        }
        Ok(n)
    }
    /// Return first index of value.
    ///
    /// Raises ValueError if the value is not present.
    #[py("($self, value, start=0, stop=sys.maxsize, /)")]
    fn index(t: &Thread, this: Ref<Tuple>, value: Value, start: Option<Value>, stop: Option<Value>) -> Result<usize> {
        let n = this.len() as isize;
        let clip = |i: isize| if i < 0 { i.saturating_add(n).max(0) } else { i.min(n) } as usize;
        let (start, stop) = (clip(bound(t, start, 0)?), clip(bound(t, stop, isize::MAX)?));
        for i in start..stop {
            if t.equal(this.as_slice()[i], value)? {
                return Ok(i);
            }
        }
        Err(t.value_error("tuple.index(x): x not in tuple"))
    }
    /// See PEP 585
    #[py("($type, object, /)")]
    fn __class_getitem__(t: &Thread, cls: Ref<Class>, object: Value) -> Result<Value> {
        t.generic_alias(cls.value(), object)
    }
}
