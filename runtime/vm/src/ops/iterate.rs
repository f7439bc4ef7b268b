//! `iter`, `next`, and loops over iterables in natives.

use super::{is_kind, is_method, type_name};
use crate::native::*;
use crate::objects::class::Special;
use crate::objects::dict_views::dict_part;
use crate::objects::exceptions as ex;
use crate::objects::generator::{Generator, Resumed};
use crate::objects::iterators::{ListIterator, TupleIterator};
use crate::objects::seq_iter::SequenceIterator;
use crate::objects::set::{FrozenSet, Set, SetData};

/// `it.__next__()`: the end is the StopIteration that it raises, with its value.
pub fn next_raw(t: &Thread, it: Value) -> Result<Value> {
    match class_of(it).special(t, Special::Next) {
        Some(f) => t.call_special0(f, it),
        None => Err(t.type_error(format!("'{}' object is not an iterator", type_name(it)))),
    }
}

impl Thread {
    /// `iter(v)`.
    pub fn iter(&self, v: Value) -> Result<Value> {
        if let Some(h) = v.header() {
            let shape = h.shape_id();
            if shape == List::class_cell().shape() {
                if let Some(l) = v.downcast::<List>() {
                    return ListIterator::new(self, l).map(Ref::value);
                }
            } else if shape == Tuple::class_cell().shape() {
                if let Some(s) = v.downcast::<Tuple>() {
                    return TupleIterator::new(self, s).map(Ref::value);
                }
            } else if shape == Generator::class_cell().shape() {
                return Ok(v);
            }
        }
        let class = class_of(v);
        let Some(f) = class.special(self, Special::Iter) else {
            if self.is_sequence(v) {
                return SequenceIterator::new(self, v).map(Ref::value);
            }
            return Err(self.not_iterable(v));
        };
        if f.is_none() {
            return Err(self.not_iterable(v));
        }
        self.check_native_stack()?;
        let it = self.call_special0(f, v)?;
        if !self.is_iterator(it) {
            return Err(self.type_error(format!("iter() returned non-iterator of type '{}'", type_name(it))));
        }
        Ok(it)
    }

    /// Whether the class of `v` has `__next__`.
    pub fn is_iterator(&self, v: Value) -> bool {
        class_of(v).special(self, Special::Next).is_some_and(|f| !f.is_none())
    }

    /// Whether `v` can be indexed like a sequence, as far as that can be told from its class.
    pub fn is_sequence(&self, v: Value) -> bool {
        v.downcast::<Dict>().is_none() && class_of(v).special(self, Special::Getitem).is_some()
    }

    #[cold]
    fn not_iterable(&self, v: Value) -> Exc {
        self.type_error(format!("'{}' object is not iterable", type_name(v)))
    }

    /// `next(it)`; `None` at the end.
    #[inline]
    pub fn next(&self, it: Value) -> Result<Option<Value>> {
        self.next_word(it).map(Value::some)
    }
    pub(crate) fn next_of_generator(&self, it: Value) -> Result<Option<Value>> {
        let Some(g) = it.downcast::<Generator>() else { return Ok(None) };
        Ok(match Generator::resume(g, self, Value::NONE)? {
            Resumed::Yielded(v) => Some(v),
            // Whoever asks in this way has no use for what it returned.
            Resumed::Returned(_) => None,
        })
    }
    /// As `next`, for any iterator.
    pub(crate) fn next_general(&self, it: Value) -> Result<Option<Value>> {
        let Some(f) = class_of(it).special(self, Special::Next) else {
            return Err(self.type_error(format!("'{}' object is not an iterator", type_name(it))));
        };
        self.call_next(f, it)
    }

    /// As `next`, with the `__next__` that was found on the class of `it`.
    #[inline]
    pub fn call_next(&self, f: Value, it: Value) -> Result<Option<Value>> {
        if let Some(n) = f.downcast::<Native>()
            && let Some(next) = n.def.next
            && is_method(n)
        {
            // Iterators over iterators may form a chain of any length.
            self.check_native_stack()?;
            // A generator that returned a value raises the exception that carries it.
            return match next(self, it) {
                Err(e) if is_kind(self, e, ex::Kind::StopIteration) => Ok(None),
                r => r,
            };
        }
        match self.call_special0(f, it) {
            Ok(v) => Ok(Some(v)),
            Err(e) if is_kind(self, e, ex::Kind::StopIteration) => Ok(None),
            Err(e) => Err(e),
        }
    }

    /// Calls `f` with each item.
    pub fn for_each(&self, iterable: Value, mut f: impl FnMut(Value) -> Result<()>) -> Result<()> {
        self.any_item(iterable, |v| f(v).map(|()| false)).map(drop)
    }

    /// Calls `f` with one item after the other, until it says yes. Whether it did.
    pub fn any_item(&self, iterable: Value, mut f: impl FnMut(Value) -> Result<bool>) -> Result<bool> {
        if let Some(h) = iterable.header() {
            let shape = h.shape_id();
            if shape == Tuple::class_cell().shape() {
                if let Some(items) = iterable.downcast::<Tuple>() {
                    for v in items.iter() {
                        if f(v)? {
                            return Ok(true);
                        }
                    }
                    return Ok(false);
                }
            } else if shape == List::class_cell().shape()
                && let Some(l) = iterable.downcast::<List>()
            {
                // `f` may change the list: its length counts anew each time.
                let mut i = 0;
                while let Some(v) = l.get(i) {
                    if f(v)? {
                        return Ok(true);
                    }
                    i += 1;
                }
                return Ok(false);
            } else if (shape == Set::class_cell().shape() && self.owns(h)) || shape == FrozenSet::class_cell().shape() {
                if let Some(s) = iterable.downcast::<SetData>() {
                    let (n, mut at) = (s.len(), 0);
                    while let Some((v, _)) = s.next(&mut at) {
                        if f(v)? {
                            return Ok(true);
                        }
                        if s.len() != n {
                            return Err(self.runtime_error("Set changed size during iteration"));
                        }
                    }
                    return Ok(false);
                }
            }
        }
        let it = self.iter(iterable)?;
        if let Some(g) = Generator::exact(it) {
            while let Resumed::Yielded(v) = Generator::resume(g, self, Value::NONE)? {
                if f(v)? {
                    return Ok(true);
                }
            }
            return Ok(false);
        }
        loop {
            let v = self.next_word(it)?;
            if v.is_empty() {
                return Ok(false);
            }
            if f(v)? {
                return Ok(true);
            }
        }
    }

    /// All items.
    pub fn iterate_to_vec(&self, iterable: Value) -> Result<ValueVec> {
        if class_of(iterable) == Tuple::class()
            && let Some(items) = iterable.downcast::<Tuple>()
        {
            return ValueVec::from_slice(self, items.as_slice());
        }
        if class_of(iterable) == List::class()
            && let Some(l) = iterable.downcast::<List>()
        {
            return l.snapshot(self);
        }
        if let Some(items) = self.items_at_once(iterable)? {
            return Ok(items);
        }
        let out = ValueVec::new();
        self.for_each(iterable, |v| out.push(self, v))?;
        Ok(out)
    }

    /// The items of a set, a dict or one of its views, of exactly these classes, as they are at one moment; `None` for others.
    pub fn items_at_once(&self, iterable: Value) -> Result<Option<ValueVec>> {
        let Some(h) = iterable.header() else { return Ok(None) };
        let shape = h.shape_id();
        if shape == Set::class_cell().shape() || shape == FrozenSet::class_cell().shape() {
            return iterable.downcast::<SetData>().map(|s| s.items(self)).transpose();
        }
        dict_part(iterable).map(|(d, part)| part.at_once(self, d)).transpose()
    }

    /// `tuple(iterable)`, where a tuple is its own copy.
    pub fn iterate_to_tuple(&self, iterable: Value) -> Result<Ref<Tuple>> {
        if class_of(iterable) == Tuple::class()
            && let Some(items) = iterable.downcast::<Tuple>()
        {
            return Ok(items);
        }
        self.iterate_to_vec(iterable)?.into_tuple(self)
    }

    /// `a, b, c = v`. `out` lies on a native stack or among a frame's registers.
    pub fn unpack(&self, v: Value, out: &mut [Value]) -> Result<()> {
        let want = out.len();
        let class = class_of(v);
        if class == Tuple::class()
            && let Some(items) = v.downcast::<Tuple>()
        {
            if items.len() == want {
                out.copy_from_slice(items.as_slice());
                return Ok(());
            }
            return Err(self.wrong_unpack_count(want, items.len()));
        }
        if class == List::class()
            && let Some(items) = v.downcast::<List>()
        {
            let n = items.len();
            if n != want {
                return Err(self.wrong_unpack_count(want, n));
            }
            for (i, place) in out.iter_mut().enumerate() {
                // Another thread may shorten the list meanwhile.
                *place = items.get(i).ok_or_else(|| self.wrong_unpack_count(want, i))?;
            }
            return Ok(());
        }
        let it = self.unpack_iter(v)?;
        for (i, place) in out.iter_mut().enumerate() {
            match self.next(it)? {
                Some(item) => *place = item,
                None => return Err(self.wrong_unpack_count(want, i)),
            }
        }
        if self.next(it)?.is_none() {
            return Ok(());
        }
        Err(match v.downcast::<Dict>() {
            Some(d) if class == Dict::class() && d.len() > want => self.wrong_unpack_count(want, d.len()),
            _ => self.value_error(format!("too many values to unpack (expected {want})")),
        })
    }

    /// `a, *b, c = v`: the items before the star, then those after it, then the list of those between.
    pub fn unpack_star(&self, v: Value, before: usize, after: usize) -> Result<(ValueVec, Ref<List>)> {
        let it = self.unpack_iter(v)?;
        let all = ValueVec::new();
        while let Some(item) = self.next(it)? {
            all.push(self, item)?;
        }
        let n = all.len();
        if n < before + after {
            return Err(self.value_error(format!("not enough values to unpack (expected at least {}, got {n})", before + after)));
        }
        let middle = List::from_slice(self, &all.as_slice()[before..n - after])?;
        let rest = ValueVec::from_slice(self, &all.as_slice()[..before])?;
        rest.extend(self, &all.as_slice()[n - after..])?;
        Ok((rest, middle))
    }

    /// The iterator for unpacking `v`.
    fn unpack_iter(&self, v: Value) -> Result<Value> {
        match self.iter(v) {
            Err(e) if self.is_type_error(e) && class_of(v).special(self, Special::Iter).is_none() && !self.is_sequence(v) => {
                Err(self.type_error(format!("cannot unpack non-iterable {} object", type_name(v))))
            }
            r => r,
        }
    }

    #[cold]
    pub fn wrong_unpack_count(&self, expected: usize, got: usize) -> Exc {
        let what = if got < expected { "not enough" } else { "too many" };
        self.value_error(format!("{what} values to unpack (expected {expected}, got {got})"))
    }
}
