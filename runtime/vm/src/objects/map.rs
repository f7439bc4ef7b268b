//! `map` and `filter`.

use crate::native::*;
use crate::objects::singletons::Bool;
use crate::objects::turns::in_turn;
use crate::objects::zip;
use std::sync::atomic::{AtomicBool, Ordering::*};

#[derive(HeapType)]
#[repr(C)]
pub struct Map {
    header: Header,
    function: Field,
    iterators: RefField<Tuple>,
    strict: AtomicBool,
}

impl Map {
    /// The next result; the empty mark at the end.
    #[inline]
    pub fn next_word(&self, t: &Thread) -> Result<Value> {
        if let &[it] = self.iterators.expect().as_slice() {
            let v = t.next_word(it)?;
            return if v.is_empty() { Ok(v) } else { t.call(self.function.get(), &[v]) };
        }
        self.next_of_many(t)
    }
    #[inline(never)]
    fn next_of_many(&self, t: &Thread) -> Result<Value> {
        const INLINE: usize = 6;
        let iterators = self.iterators.expect();
        let (n, strict) = (iterators.len(), self.strict.load(Relaxed));
        if n <= INLINE {
            let mut row = [Value::NONE; INLINE];
            let whole = in_turn(t, &self.header, || {
                zip::next_row(t, "map", iterators, strict, |i, v| {
                    row[i] = v;
                    Ok(())
                })
            })?;
            return if whole { t.call(self.function.get(), &row[..n]) } else { Ok(Value::EMPTY) };
        }
        let row = ValueVec::with_capacity(t, n)?;
        let whole = in_turn(t, &self.header, || zip::next_row(t, "map", iterators, strict, |_, v| row.push(t, v)))?;
        if whole { t.call(self.function.get(), row.as_slice()) } else { Ok(Value::EMPTY) }
    }
}

/// Make an iterator that computes the function using arguments from
/// each of the iterables. It ends with the shortest of them; if strict is true
/// and one is exhausted before the others, that is a ValueError.
#[pyclass(name = "map", flags(BASE, OWNED))]
impl Map {
    #[py("(function, iterable, /, *iterables, strict=False)")]
    fn __new__(
        t: &Thread,
        cls: Ref<Class>,
        function: Option<Value>,
        iterable: Option<Value>,
        iterables: &[Value],
        strict: Option<bool>,
    ) -> Result<Ref<Map>> {
        let (Some(function), Some(first)) = (function, iterable) else {
            return Err(t.type_error("map() must have at least two arguments."));
        };
        let found = t.with_prepended(first, iterables, |all| zip::iterators_of(t, all))?;
        let iterators = RefField::null();
        iterators.init(found);
        t.create_in(
            cls,
            Map {
                header: Header::NEW,
                function: Field::new(function),
                iterators,
                strict: AtomicBool::new(strict.unwrap_or(false)),
            },
        )
    }
    #[py]
    fn __iter__(_t: &Thread, this: Ref<Map>) -> Ref<Map> {
        this
    }
    #[py]
    fn __next__(t: &Thread, this: Ref<Map>) -> Result<Option<Value>> {
        this.next_word(t).map(Value::some)
    }
    /// Return state information for pickling.
    #[py("($self, /)")]
    fn __reduce__(t: &Thread, this: Ref<Map>) -> Result<Value> {
        let all = t.with_prepended(this.function.get(), this.iterators.expect().as_slice(), |all| Tuple::new(t, all))?;
        zip::reduce(t, class_of(this.value()), all, this.strict.load(Relaxed))
    }
    /// Set state information for unpickling.
    #[py("($self, state, /)")]
    fn __setstate__(_t: &Thread, this: Ref<Map>, state: bool) {
        this.strict.store(state, Relaxed);
    }
}

#[derive(HeapType)]
#[repr(C)]
pub struct Filter {
    header: Header,
    function: Field,
    iterator: Field,
}

impl Filter {
    /// The next item that passes; the empty mark at the end.
    pub fn next_word(&self, t: &Thread) -> Result<Value> {
        let (f, it) = (self.function.get(), self.iterator.get());
        let by_truth = f.is_none() || f == Bool::class().value();
        loop {
            let v = t.next_word(it)?;
            if v.is_empty() || t.truth(if by_truth { v } else { t.call(f, &[v])? })? {
                return Ok(v);
            }
        }
    }
}

/// Return an iterator yielding those items of iterable for which function(item)
/// is true. If function is None, return the items that are true.
#[pyclass(name = "filter", flags(BASE))]
impl Filter {
    #[py("(function, iterable, /)")]
    fn __new__(t: &Thread, cls: Ref<Class>, function: Value, iterable: Value) -> Result<Ref<Filter>> {
        let iterator = t.iter(iterable)?;
        t.create_in(cls, Filter { header: Header::NEW, function: Field::new(function), iterator: Field::new(iterator) })
    }
    #[py]
    fn __iter__(_t: &Thread, this: Ref<Filter>) -> Ref<Filter> {
        this
    }
    #[py]
    fn __next__(t: &Thread, this: Ref<Filter>) -> Result<Option<Value>> {
        this.next_word(t).map(Value::some)
    }
    /// Return state information for pickling.
    #[py("($self, /)")]
    fn __reduce__(t: &Thread, this: Ref<Filter>) -> Result<Value> {
        let args = Tuple::new(t, &[this.function.get(), this.iterator.get()])?;
        (class_of(this.value()), args).into_value(t)
    }
}
