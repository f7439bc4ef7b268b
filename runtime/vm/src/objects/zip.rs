//! `zip`, and what it shares with `map`: taking one item of each of several iterators.
//!
//! Threads that share one take rows in turn, so that what belongs together stays together.

use crate::native::*;
use crate::objects::iterators::{is_quick, quick_next};
use crate::objects::turns::in_turn;
use std::sync::atomic::{AtomicBool, Ordering::*};

#[derive(HeapType)]
#[repr(C)]
pub struct Zip {
    header: Header,
    iterators: RefField<Tuple>,
    strict: AtomicBool,
}

impl Zip {
    /// As `next_pair`, where it takes no call.
    #[inline(always)]
    pub(crate) fn pair_own(&self, t: &Thread) -> Option<(Value, Value)> {
        // SAFETY: written when the object was made, and never since.
        let &[first, second] = unsafe { self.iterators.known() }.as_slice() else { return None };
        if !t.owns(&self.header) || self.strict.load(Relaxed) || !is_quick(t, second) {
            return None;
        }
        let a = quick_next(t, first)?;
        if a.is_empty() {
            return Some((a, a));
        }
        let b = quick_next(t, second)?;
        Some(if b.is_empty() { (b, b) } else { (a, b) })
    }
    /// The next row; the empty mark at the end.
    #[inline]
    pub fn next_word(&self, t: &Thread) -> Result<Value> {
        if let Some(pair) = self.next_pair(t) {
            let (a, b) = pair?;
            return if a.is_empty() { Ok(a) } else { Tuple::pair(t, a, b) };
        }
        self.next_row(t)
    }
    /// The next row of two items, or twice the empty mark at the end; `None` if its rows are not of two or must end together.
    #[inline]
    pub fn next_pair(&self, t: &Thread) -> Option<Result<(Value, Value)>> {
        let iterators = self.iterators.expect();
        let &[first, second] = iterators.as_slice() else { return None };
        if self.strict.load(Relaxed) {
            return None;
        }
        Some(in_turn(t, &self.header, || {
            let a = t.next_word(first)?;
            let b = if a.is_empty() { a } else { t.next_word(second)? };
            Ok(if b.is_empty() { (b, b) } else { (a, b) })
        }))
    }
    #[inline(never)]
    fn next_row(&self, t: &Thread) -> Result<Value> {
        const INLINE: usize = 6;
        let iterators = self.iterators.expect();
        let (n, strict) = (iterators.len(), self.strict.load(Relaxed));
        if n == 0 {
            return Ok(Value::EMPTY);
        }
        if n <= INLINE {
            let mut row = [Value::NONE; INLINE];
            let whole = in_turn(t, &self.header, || {
                next_row(t, "zip", iterators, strict, |i, v| {
                    row[i] = v;
                    Ok(())
                })
            })?;
            return if whole { Tuple::new(t, &row[..n]).map(Ref::value) } else { Ok(Value::EMPTY) };
        }
        let row = ValueVec::with_capacity(t, n)?;
        let whole = in_turn(t, &self.header, || next_row(t, "zip", iterators, strict, |_, v| row.push(t, v)))?;
        if whole { row.into_tuple(t).map(Ref::value) } else { Ok(Value::EMPTY) }
    }
}

/// The iterators of all arguments.
pub(crate) fn iterators_of(t: &Thread, iterables: &[Value]) -> Result<Ref<Tuple>> {
    if let &[first, second] = iterables {
        return Tuple::new(t, &[t.iter(first)?, t.iter(second)?]);
    }
    let out = ValueVec::with_capacity(t, iterables.len())?;
    for &v in iterables {
        out.push(t, t.iter(v)?)?;
    }
    out.into_tuple(t)
}

/// Takes the next item of each iterator, handing it to `put`. False at the end of any of them; with `strict` it is an error if they
/// do not all end together.
pub(crate) fn next_row(
    t: &Thread,
    name: &str,
    iterators: Ref<Tuple>,
    strict: bool,
    mut put: impl FnMut(usize, Value) -> Result<()>,
) -> Result<bool> {
    for (i, it) in iterators.iter().enumerate() {
        match t.next_word(it)? {
            Value::EMPTY if strict => return uneven(t, name, iterators, i),
            Value::EMPTY => return Ok(false),
            v => put(i, v)?,
        }
    }
    Ok(true)
}

/// Iterator `ended` is at its end: those before it gave an item, those after it must be at their end too.
#[cold]
fn uneven(t: &Thread, name: &str, iterators: Ref<Tuple>, ended: usize) -> Result<bool> {
    let error = |i: usize, what: &str| {
        let plural = if i == 1 { " " } else { "s 1-" };
        t.value_error(format!("{name}() argument {} is {what} than argument{plural}{i}", i + 1))
    };
    if ended > 0 {
        return Err(error(ended, "shorter"));
    }
    for (i, it) in iterators.iter().enumerate().skip(1) {
        if t.next(it)?.is_some() {
            return Err(error(i, "longer"));
        }
    }
    Ok(false)
}

/// What `__reduce__` of both gives.
pub(crate) fn reduce(t: &Thread, class: Ref<Class>, args: Ref<Tuple>, strict: bool) -> Result<Value> {
    if strict { (class, args, true).into_value(t) } else { (class, args).into_value(t) }
}

/// Iterate over several iterables in parallel: the i-th tuple has the i-th item
/// of each of them. It ends with the shortest; if strict is true and one is
/// exhausted before the others, that is a ValueError.
///
///    >>> list(zip('abc', range(3)))
///    [('a', 0), ('b', 1), ('c', 2)]
#[pyclass(name = "zip", flags(BASE, OWNED))]
impl Zip {
    #[py("(*iterables, strict=False)")]
    fn __new__(t: &Thread, cls: Ref<Class>, iterables: &[Value], strict: Option<bool>) -> Result<Ref<Zip>> {
        let iterators = RefField::null();
        iterators.init(iterators_of(t, iterables)?);
        t.create_in(cls, Zip { header: Header::NEW, iterators, strict: AtomicBool::new(strict.unwrap_or(false)) })
    }
    #[py]
    fn __iter__(_t: &Thread, this: Ref<Zip>) -> Ref<Zip> {
        this
    }
    #[py]
    fn __next__(t: &Thread, this: Ref<Zip>) -> Result<Option<Value>> {
        this.next_word(t).map(Value::some)
    }
    /// Return state information for pickling.
    #[py("($self, /)")]
    fn __reduce__(t: &Thread, this: Ref<Zip>) -> Result<Value> {
        reduce(t, class_of(this.value()), this.iterators.expect(), this.strict.load(Relaxed))
    }
    /// Set state information for unpickling.
    #[py("($self, state, /)")]
    fn __setstate__(_t: &Thread, this: Ref<Zip>, state: bool) {
        this.strict.store(state, Relaxed);
    }
}
