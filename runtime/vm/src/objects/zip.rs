//! `zip`, and what it shares with `map`: taking one item of each of several iterators.
//!
//! Threads that share one of these get items of the iterators beneath each exactly once; which ones meet in a row is then a
//! matter of timing.

use crate::native::*;
use std::sync::atomic::{AtomicBool, Ordering::*};

#[derive(HeapType)]
#[repr(C)]
pub struct Zip {
    header: Header,
    iterators: RefField<Tuple>,
    strict: AtomicBool,
}

/// The iterators of all arguments.
pub(crate) fn iterators_of(t: &Thread, iterables: &[Value]) -> Result<Ref<Tuple>> {
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
        match t.next(it)? {
            Some(v) => put(i, v)?,
            None if strict => return uneven(t, name, iterators, i),
            None => return Ok(false),
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
#[pyclass(name = "zip", flags(BASE))]
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
        const INLINE: usize = 6;
        let iterators = this.iterators.expect();
        let (n, strict) = (iterators.len(), this.strict.load(Relaxed));
        if n == 0 {
            return Ok(None);
        }
        if n <= INLINE {
            let mut row = [Value::NONE; INLINE];
            let whole = next_row(t, "zip", iterators, strict, |i, v| {
                row[i] = v;
                Ok(())
            })?;
            return if whole { Tuple::new(t, &row[..n]).map(|r| Some(r.value())) } else { Ok(None) };
        }
        let row = ValueVec::with_capacity(t, n)?;
        let whole = next_row(t, "zip", iterators, strict, |_, v| row.push(t, v))?;
        if whole { row.into_tuple(t).map(|r| Some(r.value())) } else { Ok(None) }
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
