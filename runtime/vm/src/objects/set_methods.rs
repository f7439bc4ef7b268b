//! The Python methods of `set` and `frozenset`.
//!
//! Both classes share what reads. Results are of the built-in class, `frozenset` if the left operand is one; operators want sets
//! on both sides, the named methods take any iterable.

use crate::native::*;
use crate::objects::class::Special;
use crate::objects::exceptions as ex;
use crate::objects::set::{FrozenSet, Set, SetData, SetIterator};
use crate::ops::text::text_of;
use crate::ops::{BinaryOp, Compare};
use std::sync::atomic::Ordering::*;
use taipan_text::TextBuf;

impl AnySet for Ref<Set> {}
impl AnySet for Ref<FrozenSet> {}

/// A reference to either class, seen as what they share.
trait AnySet: Copy + Into<Value> {
    #[inline(always)]
    fn data(self) -> Ref<SetData> {
        let v: Value = self.into();
        // SAFETY: both types begin with a `SetData`, and a reference is to a live cell.
        unsafe { Ref::from_raw(v.as_cell().unwrap_unchecked().cast()) }
    }
}

fn repr(t: &Thread, s: Ref<SetData>) -> Result<Value> {
    let name = class_of(s.value()).name_string();
    if !t.repr_enter(s.value())? {
        return format!("{name}(...)").into_value(t);
    }
    let text = (|| {
        let items = s.items(t)?;
        let mut text = TextBuf::new();
        let plain = s.header().shape_id() == Set::class_cell().shape();
        if !plain || items.is_empty() {
            text.push_str(&name);
            text.push_str("(");
        }
        if !items.is_empty() {
            text.push_str("{");
            for i in 0..items.len() {
                if i > 0 {
                    text.push_str(", ");
                }
                text.push_text(text_of(&*t.repr(items.as_slice()[i])?));
            }
            text.push_str("}");
        }
        if !plain || items.is_empty() {
            text.push_str(")");
        }
        Ok(text)
    })();
    t.repr_leave(s.value());
    t.str_from_text(&text?).map(Ref::value)
}

pub(crate) fn compare(t: &Thread, s: Ref<SetData>, value: Value, op: Compare) -> Result<Value> {
    let Some(other) = value.downcast::<SetData>() else { return Ok(Value::NOT_IMPLEMENTED) };
    let holds = match op {
        Compare::Eq => s.equals(t, &other)?,
        Compare::Ne => !s.equals(t, &other)?,
        Compare::Lt => s.is_subset_if(t, &other, |n, m| n < m)?,
        Compare::Le => s.is_subset_of(t, &other)?,
        Compare::Gt => other.is_subset_if(t, &s, |n, m| n < m)?,
        Compare::Ge => other.is_subset_of(t, &s)?,
    };
    Ok(Value::bool(holds))
}

/// An operator of two sets; `None` if sets do not have it.
pub(crate) fn operate(t: &Thread, op: BinaryOp, a: Ref<SetData>, b: Ref<SetData>) -> Option<Result<Value>> {
    Some(match op {
        BinaryOp::Sub => a.difference(t, b.value()).map(Ref::value),
        BinaryOp::And => SetData::intersection_of(t, a.value(), b.value()),
        BinaryOp::Or if a == b => a.copy(t).map(Ref::value),
        BinaryOp::Or => a.union(t, &b).map(Ref::value),
        BinaryOp::Xor => symmetric_difference(t, a, b.value()).map(Ref::value),
        _ => return None,
    })
}

/// `hash` of a set that stands for the frozenset of its items, as a key to look up.
fn key_hash(t: &Thread, item: Value, e: Exc) -> Result<i64> {
    match item.downcast::<Set>() {
        Some(s) if e.is(t, ex::class(ex::Kind::TypeError)) => Ok(s.base.stable(t)?.frozen_hash()),
        _ => Err(e),
    }
}

pub(crate) fn contains(t: &Thread, s: Ref<SetData>, item: Value) -> Result<bool> {
    match s.contains(t, item) {
        Err(e) => {
            let hash = key_hash(t, item, e)?;
            s.contains_with_hash(t, item, hash)
        }
        found => found,
    }
}

fn discard(t: &Thread, s: Ref<SetData>, item: Value) -> Result<bool> {
    match s.discard(t, item) {
        Err(e) => {
            let hash = key_hash(t, item, e)?;
            s.discard_with_hash(t, item, hash)
        }
        found => found,
    }
}

fn union(t: &Thread, s: Ref<SetData>, others: &[Value]) -> Result<Ref<SetData>> {
    let (out, rest) = match others.split_first() {
        Some((first, rest)) if let Some(o) = first.downcast::<SetData>() => {
            let both = |a: Ref<SetData>, b: Ref<SetData>| {
                let out = a.copy(t)?;
                if a != b {
                    out.update_from(t, b.value())?;
                }
                Ok(out)
            };
            (s.at_one_moment(t, &o, both)?, rest)
        }
        _ => (s.copy(t)?, others),
    };
    for &other in rest {
        if other != s.value() {
            out.update_from(t, other)?;
        }
    }
    Ok(out)
}

fn intersection(t: &Thread, s: Ref<SetData>, others: &[Value]) -> Result<Value> {
    let Some((&first, rest)) = others.split_first() else { return s.copy(t).map(Ref::value) };
    let mut out = SetData::intersection_of(t, s.value(), first)?;
    for &other in rest {
        out = SetData::intersection_of(t, out, other)?;
    }
    Ok(out)
}

fn difference(t: &Thread, s: Ref<SetData>, others: &[Value]) -> Result<Ref<SetData>> {
    let Some((&first, rest)) = others.split_first() else { return s.copy(t) };
    let out = s.difference(t, first)?;
    for &other in rest {
        out.difference_update(t, other)?;
    }
    Ok(out)
}

fn symmetric_difference(t: &Thread, s: Ref<SetData>, other: Value) -> Result<Ref<SetData>> {
    let make = |s: Ref<SetData>, other: Value| {
        let out = s.copy(t)?;
        out.clear(t);
        out.update_from(t, other)?;
        out.symmetric_difference_update(t, s.value())?;
        Ok(out)
    };
    match other.downcast::<SetData>() {
        Some(o) => s.at_one_moment(t, &o, |a, b| make(a, b.value())),
        None => make(s, other),
    }
}

fn is_disjoint(t: &Thread, s: Ref<SetData>, other: Value) -> Result<bool> {
    if other == s.value() {
        return Ok(s.is_empty());
    }
    if let Some(o) = other.downcast::<SetData>().filter(|o| o.is_exact()) {
        let (a, b) = s.stable_pair(t, &o)?;
        let (large, small) = if b.len() > a.len() { (b, a) } else { (a, b) };
        let mut pos = 0;
        while let Some((item, hash)) = small.next(&mut pos) {
            if large.contains_with_hash(t, item, hash)? {
                return Ok(false);
            }
        }
        return Ok(true);
    }
    let it = t.iter(other)?;
    while let Some(item) = t.next(it)? {
        if s.contains(t, item)? {
            return Ok(false);
        }
    }
    Ok(true)
}

fn is_subset(t: &Thread, s: Ref<SetData>, other: Value) -> Result<bool> {
    match other.downcast::<SetData>() {
        Some(o) => s.is_subset_of(t, &o),
        None => {
            let common = SetData::intersection_of(t, s.value(), other)?;
            Ok(common.downcast::<SetData>().is_some_and(|c| c.len() == s.len()))
        }
    }
}

fn is_superset(t: &Thread, s: Ref<SetData>, other: Value) -> Result<bool> {
    if let Some(o) = other.downcast::<SetData>() {
        return o.is_subset_of(t, &s);
    }
    let it = t.iter(other)?;
    while let Some(item) = t.next(it)? {
        if !s.contains(t, item)? {
            return Ok(false);
        }
    }
    Ok(true)
}

fn reduce(t: &Thread, s: Ref<SetData>) -> Result<Value> {
    let items = s.items(t)?.into_list(t)?;
    let state = t.call(t.get_attr(s.value(), names::__getstate__())?, &[])?;
    (class_of(s.value()), Tuple::new(t, &[items.value()])?, state).into_value(t)
}

/// The set on the other side of an operator.
macro_rules! operand {
    ($value:expr) => {
        match $value.downcast::<SetData>() {
            Some(other) => other,
            None => return Ok(Value::NOT_IMPLEMENTED),
        }
    };
}

/// One positional argument at most, no keywords.
fn only_iterable(t: &Thread, name: &str, args: &[Value]) -> Result<Option<Value>> {
    match *args {
        [] => Ok(None),
        [iterable] => Ok(Some(iterable)),
        _ => Err(t.type_error(format!("{name} expected at most 1 argument, got {}", args.len()))),
    }
}

fn no_keywords(t: &Thread, name: &str, kwargs: Kwargs) -> Result<()> {
    match kwargs.0 {
        Some(d) if !d.is_empty() => Err(t.type_error(format!("{name}() takes no keyword arguments"))),
        _ => Ok(()),
    }
}

/// Build an unordered collection of unique elements.
#[pyclass(name = "set", flags(BASE, OWNED, MATCH_SELF, HAS_WEAKREF))]
impl Set {
    #[py]
    fn __new__(t: &Thread, cls: Ref<Class>, _args: &[Value], _kwargs: Kwargs) -> Result<Ref<Set>> {
        if cls == Set::class() {
            return Set::new(t);
        }
        t.create_in(cls, Set { base: SetData::fresh() })
    }
    #[py]
    fn __init__(t: &Thread, this: Ref<Set>, args: &[Value], kwargs: Kwargs) -> Result<()> {
        no_keywords(t, "set", kwargs)?;
        let iterable = only_iterable(t, "set", args)?;
        let s = this.data();
        if !s.is_empty() {
            s.clear(t);
        }
        match iterable {
            Some(iterable) => s.update_from(t, iterable),
            None => Ok(()),
        }
    }
    #[py]
    fn __repr__(t: &Thread, this: Ref<Set>) -> Result<Value> {
        repr(t, this.data())
    }
    #[py]
    fn __lt__(t: &Thread, this: Ref<Set>, value: Value) -> Result<Value> {
        compare(t, this.data(), value, Compare::Lt)
    }
    #[py]
    fn __le__(t: &Thread, this: Ref<Set>, value: Value) -> Result<Value> {
        compare(t, this.data(), value, Compare::Le)
    }
    #[py]
    fn __eq__(t: &Thread, this: Ref<Set>, value: Value) -> Result<Value> {
        compare(t, this.data(), value, Compare::Eq)
    }
    #[py]
    fn __ne__(t: &Thread, this: Ref<Set>, value: Value) -> Result<Value> {
        compare(t, this.data(), value, Compare::Ne)
    }
    #[py]
    fn __gt__(t: &Thread, this: Ref<Set>, value: Value) -> Result<Value> {
        compare(t, this.data(), value, Compare::Gt)
    }
    #[py]
    fn __ge__(t: &Thread, this: Ref<Set>, value: Value) -> Result<Value> {
        compare(t, this.data(), value, Compare::Ge)
    }
    #[py]
    fn __iter__(t: &Thread, this: Ref<Set>) -> Result<Ref<SetIterator>> {
        SetIterator::new(t, this.data())
    }
    #[py]
    fn __sub__(t: &Thread, this: Ref<Set>, value: Value) -> Result<Value> {
        operand!(value);
        this.data().difference(t, value).map(Ref::value)
    }
    #[py]
    fn __rsub__(t: &Thread, this: Ref<Set>, value: Value) -> Result<Value> {
        operand!(value).difference(t, this.value()).map(Ref::value)
    }
    #[py]
    fn __and__(t: &Thread, this: Ref<Set>, value: Value) -> Result<Value> {
        operand!(value);
        SetData::intersection_of(t, this.value(), value)
    }
    #[py]
    fn __rand__(t: &Thread, this: Ref<Set>, value: Value) -> Result<Value> {
        operand!(value);
        SetData::intersection_of(t, value, this.value())
    }
    #[py]
    fn __xor__(t: &Thread, this: Ref<Set>, value: Value) -> Result<Value> {
        operand!(value);
        symmetric_difference(t, this.data(), value).map(Ref::value)
    }
    #[py]
    fn __rxor__(t: &Thread, this: Ref<Set>, value: Value) -> Result<Value> {
        symmetric_difference(t, operand!(value), this.value()).map(Ref::value)
    }
    #[py]
    fn __or__(t: &Thread, this: Ref<Set>, value: Value) -> Result<Value> {
        operand!(value);
        union(t, this.data(), &[value]).map(Ref::value)
    }
    #[py]
    fn __ror__(t: &Thread, this: Ref<Set>, value: Value) -> Result<Value> {
        union(t, operand!(value), &[this.value()]).map(Ref::value)
    }
    #[py]
    fn __isub__(t: &Thread, this: Ref<Set>, value: Value) -> Result<Value> {
        operand!(value);
        this.data().difference_update(t, value)?;
        Ok(this.value())
    }
    #[py]
    fn __iand__(t: &Thread, this: Ref<Set>, value: Value) -> Result<Value> {
        operand!(value);
        Set::intersection_update(t, this, &[value])?;
        Ok(this.value())
    }
    #[py]
    fn __ixor__(t: &Thread, this: Ref<Set>, value: Value) -> Result<Value> {
        operand!(value);
        this.data().symmetric_difference_update(t, value)?;
        Ok(this.value())
    }
    #[py]
    fn __ior__(t: &Thread, this: Ref<Set>, value: Value) -> Result<Value> {
        operand!(value);
        this.data().update_from(t, value)?;
        Ok(this.value())
    }
    #[py]
    fn __len__(_t: &Thread, this: Ref<Set>) -> Result<usize> {
        Ok(this.data().len())
    }
    /// x.__contains__(y) <==> y in x.
    #[py(method, "($self, object, /)")]
    fn __contains__(t: &Thread, this: Ref<Set>, object: Value) -> Result<bool> {
        contains(t, this.data(), object)
    }

    /// Add an element to a set.
    ///
    /// This has no effect if the element is already present.
    #[py(name = "add", "($self, object, /)")]
    fn py_add(t: &Thread, this: Ref<Set>, object: Value) -> Result<()> {
        this.data().add(t, object).map(|_| ())
    }
    /// Remove all elements from this set.
    #[py("($self, /)")]
    fn clear(t: &Thread, this: Ref<Set>) -> Result<()> {
        this.data().clear(t);
        Ok(())
    }
    /// Return a shallow copy of a set.
    #[py("($self, /)")]
    fn copy(t: &Thread, this: Ref<Set>) -> Result<Ref<SetData>> {
        this.data().copy(t)
    }
    /// Remove an element from a set if it is a member.
    ///
    /// Unlike set.remove(), the discard() method does not raise an exception when an element is missing from the set.
    #[py("($self, object, /)")]
    fn discard(t: &Thread, this: Ref<Set>, object: Value) -> Result<()> {
        discard(t, this.data(), object).map(|_| ())
    }
    /// Return a new set with elements in the set that are not in the others.
    #[py("($self, /, *others)")]
    fn difference(t: &Thread, this: Ref<Set>, others: &[Value]) -> Result<Ref<SetData>> {
        difference(t, this.data(), others)
    }
    /// Update the set, removing elements found in others.
    #[py("($self, /, *others)")]
    fn difference_update(t: &Thread, this: Ref<Set>, others: &[Value]) -> Result<()> {
        others.iter().try_for_each(|&other| this.data().difference_update(t, other))
    }
    /// Return a new set with elements common to the set and all others.
    #[py("($self, /, *others)")]
    fn intersection(t: &Thread, this: Ref<Set>, others: &[Value]) -> Result<Value> {
        intersection(t, this.data(), others)
    }
    /// Update the set, keeping only elements found in it and all others.
    #[py("($self, /, *others)")]
    fn intersection_update(t: &Thread, this: Ref<Set>, others: &[Value]) -> Result<()> {
        if !t.owns(this.data().header())
            && let [other] = others
            && let Some(other) = other.downcast::<SetData>()
            && this.data().keep_if(t, &other, true)
        {
            return Ok(());
        }
        let common = intersection(t, this.data(), others)?;
        if let Some(common) = common.downcast::<SetData>() {
            this.data().assign(t, &common);
        }
        Ok(())
    }
    /// Return True if two sets have a null intersection.
    #[py("($self, other, /)")]
    fn isdisjoint(t: &Thread, this: Ref<Set>, other: Value) -> Result<bool> {
        is_disjoint(t, this.data(), other)
    }
    /// Report whether another set contains this set.
    #[py("($self, other, /)")]
    fn issubset(t: &Thread, this: Ref<Set>, other: Value) -> Result<bool> {
        is_subset(t, this.data(), other)
    }
    /// Report whether this set contains another set.
    #[py("($self, other, /)")]
    fn issuperset(t: &Thread, this: Ref<Set>, other: Value) -> Result<bool> {
        is_superset(t, this.data(), other)
    }
    /// Remove and return an arbitrary set element.
    ///
    /// Raises KeyError if the set is empty.
    #[py("($self, /)")]
    fn pop(t: &Thread, this: Ref<Set>) -> Result<Value> {
        match this.data().pop(t) {
            Some(item) => Ok(item),
            None => Err(t.key_error("pop from an empty set".into_value(t)?)),
        }
    }
    /// Return state information for pickling.
    #[py("($self, /)")]
    fn __reduce__(t: &Thread, this: Ref<Set>) -> Result<Value> {
        reduce(t, this.data())
    }
    /// Remove an element from a set; it must be a member.
    ///
    /// If the element is not a member, raise a KeyError.
    #[py("($self, object, /)")]
    fn remove(t: &Thread, this: Ref<Set>, object: Value) -> Result<()> {
        if discard(t, this.data(), object)? { Ok(()) } else { Err(t.key_error(object)) }
    }
    /// S.__sizeof__() -> size of S in memory, in bytes.
    #[py("($self, /)")]
    fn __sizeof__(_t: &Thread, this: Ref<Set>) -> Result<usize> {
        Ok(this.data().byte_size())
    }
    /// Return a new set with elements in either the set or other but not both.
    #[py("($self, other, /)")]
    fn symmetric_difference(t: &Thread, this: Ref<Set>, other: Value) -> Result<Ref<SetData>> {
        symmetric_difference(t, this.data(), other)
    }
    /// Update the set, keeping only elements found in either set, but not in both.
    #[py("($self, other, /)")]
    fn symmetric_difference_update(t: &Thread, this: Ref<Set>, other: Value) -> Result<()> {
        this.data().symmetric_difference_update(t, other)
    }
    /// Return a new set with elements from the set and all others.
    #[py("($self, /, *others)")]
    fn union(t: &Thread, this: Ref<Set>, others: &[Value]) -> Result<Ref<SetData>> {
        union(t, this.data(), others)
    }
    /// Update the set, adding elements from all others.
    #[py(name = "update", "($self, /, *others)")]
    fn py_update(t: &Thread, this: Ref<Set>, others: &[Value]) -> Result<()> {
        others.iter().try_for_each(|&other| this.data().update_from(t, other))
    }
    /// See PEP 585
    #[py(classmethod, "($type, object, /)")]
    fn __class_getitem__(t: &Thread, cls: Ref<Class>, object: Value) -> Result<Value> {
        t.generic_alias(cls.value(), object)
    }
}

/// Build an immutable unordered collection of unique elements.
#[pyclass(name = "frozenset", flags(BASE, MATCH_SELF, HAS_WEAKREF, OWNED))]
impl FrozenSet {
    #[py]
    fn __new__(t: &Thread, cls: Ref<Class>, args: &[Value], kwargs: Kwargs) -> Result<Ref<FrozenSet>> {
        let exact = cls == FrozenSet::class();
        // A subclass with an `__init__` of its own may take what it likes.
        if exact || cls.special(t, Special::Init) == FrozenSet::class().special(t, Special::Init) {
            no_keywords(t, "frozenset", kwargs)?;
        }
        let iterable = only_iterable(t, "frozenset", args)?;
        if !exact {
            let new = t.create_in(cls, FrozenSet { base: SetData::fresh() })?;
            if let Some(iterable) = iterable {
                new.data().update_from(t, iterable)?;
            }
            return Ok(new);
        }
        if let Some(v) = iterable
            && class_of(v) == FrozenSet::class()
            && let Some(same) = v.downcast::<FrozenSet>()
        {
            return Ok(same);
        }
        let new = t.create(FrozenSet { base: SetData::fresh() })?;
        if let Some(iterable) = iterable {
            new.data().update_from(t, iterable)?;
        }
        Ok(new)
    }
    #[py]
    fn __repr__(t: &Thread, this: Ref<FrozenSet>) -> Result<Value> {
        repr(t, this.data())
    }
    #[py]
    fn __hash__(_t: &Thread, this: Ref<FrozenSet>) -> Result<i64> {
        let s = this.data();
        let cached = s.hash.load(Relaxed);
        if cached != 0 {
            return Ok(cached);
        }
        let h = s.frozen_hash();
        s.hash.store(h, Relaxed);
        Ok(h)
    }
    #[py]
    fn __lt__(t: &Thread, this: Ref<FrozenSet>, value: Value) -> Result<Value> {
        compare(t, this.data(), value, Compare::Lt)
    }
    #[py]
    fn __le__(t: &Thread, this: Ref<FrozenSet>, value: Value) -> Result<Value> {
        compare(t, this.data(), value, Compare::Le)
    }
    #[py]
    fn __eq__(t: &Thread, this: Ref<FrozenSet>, value: Value) -> Result<Value> {
        compare(t, this.data(), value, Compare::Eq)
    }
    #[py]
    fn __ne__(t: &Thread, this: Ref<FrozenSet>, value: Value) -> Result<Value> {
        compare(t, this.data(), value, Compare::Ne)
    }
    #[py]
    fn __gt__(t: &Thread, this: Ref<FrozenSet>, value: Value) -> Result<Value> {
        compare(t, this.data(), value, Compare::Gt)
    }
    #[py]
    fn __ge__(t: &Thread, this: Ref<FrozenSet>, value: Value) -> Result<Value> {
        compare(t, this.data(), value, Compare::Ge)
    }
    #[py]
    fn __iter__(t: &Thread, this: Ref<FrozenSet>) -> Result<Ref<SetIterator>> {
        SetIterator::new(t, this.data())
    }
    #[py]
    fn __sub__(t: &Thread, this: Ref<FrozenSet>, value: Value) -> Result<Value> {
        operand!(value);
        this.data().difference(t, value).map(Ref::value)
    }
    #[py]
    fn __rsub__(t: &Thread, this: Ref<FrozenSet>, value: Value) -> Result<Value> {
        operand!(value).difference(t, this.value()).map(Ref::value)
    }
    #[py]
    fn __and__(t: &Thread, this: Ref<FrozenSet>, value: Value) -> Result<Value> {
        operand!(value);
        SetData::intersection_of(t, this.value(), value)
    }
    #[py]
    fn __rand__(t: &Thread, this: Ref<FrozenSet>, value: Value) -> Result<Value> {
        operand!(value);
        SetData::intersection_of(t, value, this.value())
    }
    #[py]
    fn __xor__(t: &Thread, this: Ref<FrozenSet>, value: Value) -> Result<Value> {
        operand!(value);
        symmetric_difference(t, this.data(), value).map(Ref::value)
    }
    #[py]
    fn __rxor__(t: &Thread, this: Ref<FrozenSet>, value: Value) -> Result<Value> {
        symmetric_difference(t, operand!(value), this.value()).map(Ref::value)
    }
    #[py]
    fn __or__(t: &Thread, this: Ref<FrozenSet>, value: Value) -> Result<Value> {
        operand!(value);
        union(t, this.data(), &[value]).map(Ref::value)
    }
    #[py]
    fn __ror__(t: &Thread, this: Ref<FrozenSet>, value: Value) -> Result<Value> {
        union(t, operand!(value), &[this.value()]).map(Ref::value)
    }
    #[py]
    fn __len__(_t: &Thread, this: Ref<FrozenSet>) -> Result<usize> {
        Ok(this.data().len())
    }
    /// x.__contains__(y) <==> y in x.
    #[py(method, "($self, object, /)")]
    fn __contains__(t: &Thread, this: Ref<FrozenSet>, object: Value) -> Result<bool> {
        contains(t, this.data(), object)
    }
    /// Return a shallow copy of a set.
    #[py("($self, /)")]
    fn copy(t: &Thread, this: Ref<FrozenSet>) -> Result<Value> {
        if this.header().shape_id() == FrozenSet::class_cell().shape() {
            return Ok(this.value());
        }
        this.data().copy(t).map(Ref::value)
    }
    /// Return a new set with elements in the set that are not in the others.
    #[py("($self, /, *others)")]
    fn difference(t: &Thread, this: Ref<FrozenSet>, others: &[Value]) -> Result<Ref<SetData>> {
        difference(t, this.data(), others)
    }
    /// Return a new set with elements common to the set and all others.
    #[py("($self, /, *others)")]
    fn intersection(t: &Thread, this: Ref<FrozenSet>, others: &[Value]) -> Result<Value> {
        intersection(t, this.data(), others)
    }
    /// Return True if two sets have a null intersection.
    #[py("($self, other, /)")]
    fn isdisjoint(t: &Thread, this: Ref<FrozenSet>, other: Value) -> Result<bool> {
        is_disjoint(t, this.data(), other)
    }
    /// Report whether another set contains this set.
    #[py("($self, other, /)")]
    fn issubset(t: &Thread, this: Ref<FrozenSet>, other: Value) -> Result<bool> {
        is_subset(t, this.data(), other)
    }
    /// Report whether this set contains another set.
    #[py("($self, other, /)")]
    fn issuperset(t: &Thread, this: Ref<FrozenSet>, other: Value) -> Result<bool> {
        is_superset(t, this.data(), other)
    }
    /// Return state information for pickling.
    #[py("($self, /)")]
    fn __reduce__(t: &Thread, this: Ref<FrozenSet>) -> Result<Value> {
        reduce(t, this.data())
    }
    /// S.__sizeof__() -> size of S in memory, in bytes.
    #[py("($self, /)")]
    fn __sizeof__(_t: &Thread, this: Ref<FrozenSet>) -> Result<usize> {
        Ok(this.data().byte_size())
    }
    /// Return a new set with elements in either the set or other but not both.
    #[py("($self, other, /)")]
    fn symmetric_difference(t: &Thread, this: Ref<FrozenSet>, other: Value) -> Result<Ref<SetData>> {
        symmetric_difference(t, this.data(), other)
    }
    /// Return a new set with elements from the set and all others.
    #[py("($self, /, *others)")]
    fn union(t: &Thread, this: Ref<FrozenSet>, others: &[Value]) -> Result<Ref<SetData>> {
        union(t, this.data(), others)
    }
    /// See PEP 585
    #[py(classmethod, "($type, object, /)")]
    fn __class_getitem__(t: &Thread, cls: Ref<Class>, object: Value) -> Result<Value> {
        t.generic_alias(cls.value(), object)
    }
}
