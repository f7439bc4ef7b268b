//! The iterators of `itertools` that pass on the items of others.

use std::sync::atomic::{AtomicBool, AtomicI64, AtomicUsize, Ordering::*};
use taipan_vm::native::*;
use taipan_vm::objects::class::Special;
use taipan_vm::objects::turns::in_turn;
use taipan_vm::ops::BinaryOp;

fn filled(v: Value) -> Field {
    Field::new(v)
}
fn empty() -> Field {
    Field::new(Value::EMPTY)
}

#[derive(HeapType)]
#[repr(C)]
pub struct Accumulate {
    header: Header,
    iterator: Field,
    function: Field,
    initial: Field,
    total: Field,
}

impl Accumulate {
    fn step_on(t: &Thread, this: Ref<Accumulate>) -> Result<Option<Value>> {
        let h = this.header();
        if let Some(first) = this.initial.get().some() {
            if this.initial.compare_exchange(t, h, first, Value::EMPTY).is_ok() {
                this.total.set(t, h, first);
                return Ok(Some(first));
            }
        }
        let Some(v) = t.next(this.iterator.get())? else { return Ok(None) };
        let total = match (this.total.get().some(), this.function.get().some()) {
            (None, _) => v,
            (Some(total), None) => t.binary(BinaryOp::Add, total, v)?,
            (Some(total), Some(f)) => t.call(f, &[total, v])?,
        };
        this.total.set(t, h, total);
        Ok(Some(total))
    }
}

/// Return series of accumulated sums (or other binary function results).
#[pyclass(name = "accumulate", module = "itertools", flags(BASE, OWNED))]
impl Accumulate {
    #[py("(iterable, func=None, *, initial=None)")]
    fn __new__(
        t: &Thread,
        cls: Ref<Class>,
        iterable: Value,
        func: OrNone<Value>,
        initial: OrNone<Value>,
    ) -> Result<Ref<Accumulate>> {
        let iterator = filled(t.iter(iterable)?);
        let function = filled(func.0.unwrap_or(Value::EMPTY));
        let initial = filled(initial.0.unwrap_or(Value::EMPTY));
        t.create_in(cls, Accumulate { header: Header::NEW, iterator, function, initial, total: empty() })
    }
    #[py]
    fn __iter__(_t: &Thread, this: Ref<Accumulate>) -> Ref<Accumulate> {
        this
    }
    #[py]
    fn __next__(t: &Thread, this: Ref<Accumulate>) -> Result<Option<Value>> {
        in_turn(t, this.header(), || Accumulate::step_on(t, this))
    }
}

#[derive(HeapType)]
#[repr(C)]
pub struct Batched {
    header: Header,
    iterator: Field,
    size: usize,
    strict: bool,
}

impl Batched {
    fn step_on(t: &Thread, this: Ref<Batched>) -> Result<Option<Value>> {
        let Some(it) = this.iterator.get().some() else { return Ok(None) };
        let batch = ValueVec::with_capacity(t, this.size.min(1 << 16))?;
        while batch.len() < this.size {
            match t.next(it)? {
                Some(v) => batch.push(t, v)?,
                None => {
                    this.iterator.set(t, this.header(), Value::EMPTY);
                    if batch.is_empty() {
                        return Ok(None);
                    }
                    if this.strict {
                        return Err(t.value_error("batched(): incomplete batch"));
                    }
                    break;
                }
            }
        }
        batch.into_tuple(t).map(|b| Some(b.value()))
    }
}

/// Batch data into tuples of length n. The last batch may be shorter than n.
///
/// Loops over the input iterable and accumulates data into tuples
/// up to size n.  The input is consumed lazily, just enough to
/// fill a batch.  The result is yielded as soon as a batch is full
/// or when the input iterable is exhausted.
///
/// If "strict" is True, raises a ValueError if the final batch is shorter
/// than n.
#[pyclass(name = "batched", module = "itertools", flags(BASE, OWNED))]
impl Batched {
    #[py("(iterable, n, *, strict=False)")]
    fn __new__(t: &Thread, cls: Ref<Class>, iterable: Value, n: isize, strict: Option<bool>) -> Result<Ref<Batched>> {
        if n < 1 {
            return Err(t.value_error("n must be at least one"));
        }
        let iterator = filled(t.iter(iterable)?);
        t.create_in(cls, Batched { header: Header::NEW, iterator, size: n as usize, strict: strict.unwrap_or(false) })
    }
    #[py]
    fn __iter__(_t: &Thread, this: Ref<Batched>) -> Ref<Batched> {
        this
    }
    #[py]
    fn __next__(t: &Thread, this: Ref<Batched>) -> Result<Option<Value>> {
        in_turn(t, this.header(), || Batched::step_on(t, this))
    }
}

#[derive(HeapType)]
#[repr(C)]
pub struct Chain {
    header: Header,
    source: Field,
    active: Field,
}

impl Chain {
    fn step_on(t: &Thread, this: Ref<Chain>) -> Result<Option<Value>> {
        let h = this.header();
        loop {
            if let Some(it) = this.active.get().some() {
                let v = t.next_word(it)?;
                if !v.is_empty() {
                    return Ok(Some(v));
                }
                let _ = this.active.compare_exchange(t, h, it, Value::EMPTY);
                continue;
            }
            let Some(source) = this.source.get().some() else { return Ok(None) };
            let Some(iterable) = t.next(source)? else {
                this.source.set(t, h, Value::EMPTY);
                return Ok(None);
            };
            let it = match t.iter(iterable) {
                Ok(it) => it,
                Err(e) => {
                    this.source.set(t, h, Value::EMPTY);
                    return Err(e);
                }
            };
            if this.active.compare_exchange(t, h, Value::EMPTY, it).is_err() {
                // Another thread was faster: this one's items go first.
                let rest = Chain {
                    header: Header::NEW,
                    source: filled(t.iter(Tuple::new(t, &[it, this.active.get()])?.value())?),
                    active: empty(),
                };
                let both = t.create(rest)?;
                this.active.set(t, h, both.value());
            }
        }
    }
}

/// Return a chain object whose .__next__() method returns elements from the
/// first iterable until it is exhausted, then elements from the next
/// iterable, until all of the iterables are exhausted.
#[pyclass(name = "chain", module = "itertools", flags(BASE, OWNED))]
impl Chain {
    #[py("(*iterables)", nosig)]
    fn __new__(t: &Thread, cls: Ref<Class>, iterables: &[Value]) -> Result<Ref<Chain>> {
        let source = t.iter(Tuple::new(t, iterables)?.value())?;
        t.create_in(cls, Chain { header: Header::NEW, source: filled(source), active: empty() })
    }
    #[py]
    fn __iter__(_t: &Thread, this: Ref<Chain>) -> Ref<Chain> {
        this
    }
    #[py]
    fn __next__(t: &Thread, this: Ref<Chain>) -> Result<Option<Value>> {
        if t.owns(this.header())
            && let Some(it) = this.active.get().some()
        {
            let v = t.next_word(it)?;
            if !v.is_empty() {
                return Ok(Some(v));
            }
            let _ = this.active.compare_exchange(t, this.header(), it, Value::EMPTY);
        }
        in_turn(t, this.header(), || Chain::step_on(t, this))
    }
    /// Alternative chain() constructor taking a single iterable argument that evaluates lazily.
    #[py(classmethod, "($type, iterable, /)")]
    fn from_iterable(t: &Thread, cls: Ref<Class>, iterable: Value) -> Result<Ref<Chain>> {
        let source = t.iter(iterable)?;
        t.create_in(cls, Chain { header: Header::NEW, source: filled(source), active: empty() })
    }
    /// See PEP 585
    #[py("($type, object, /)")]
    fn __class_getitem__(t: &Thread, cls: Ref<Class>, object: Value) -> Result<Value> {
        t.generic_alias(cls.value(), object)
    }
}

#[derive(HeapType)]
#[repr(C)]
pub struct Compress {
    header: Header,
    data: Field,
    selectors: Field,
}

impl Compress {
    fn step_on(t: &Thread, this: Ref<Compress>) -> Result<Option<Value>> {
        let (data, selectors) = (this.data.get(), this.selectors.get());
        while let Some(v) = t.next(data)? {
            let Some(chosen) = t.next(selectors)? else { break };
            if t.truth(chosen)? {
                return Ok(Some(v));
            }
        }
        Ok(None)
    }
}

/// Return data elements corresponding to true selector elements.
///
/// Forms a shorter iterator from selected data elements using the selectors to
/// choose the data elements.
#[pyclass(name = "compress", module = "itertools", flags(BASE, OWNED))]
impl Compress {
    #[py("(data, selectors)")]
    fn __new__(t: &Thread, cls: Ref<Class>, data: Value, selectors: Value) -> Result<Ref<Compress>> {
        let (data, selectors) = (t.iter(data)?, t.iter(selectors)?);
        t.create_in(cls, Compress { header: Header::NEW, data: filled(data), selectors: filled(selectors) })
    }
    #[py]
    fn __iter__(_t: &Thread, this: Ref<Compress>) -> Ref<Compress> {
        this
    }
    #[py]
    fn __next__(t: &Thread, this: Ref<Compress>) -> Result<Option<Value>> {
        in_turn(t, this.header(), || Compress::step_on(t, this))
    }
}

/// Counter value that says that the number is in `big`.
const BIG: i64 = i64::MAX;

#[derive(HeapType)]
#[repr(C)]
pub struct Count {
    header: Header,
    /// The next number while steps are by one and numbers fit; [`BIG`] when it is in `big`.
    next: AtomicI64,
    big: Field,
    step: Field,
}

impl Count {
    fn step_on(t: &Thread, this: Ref<Count>) -> Result<Option<Value>> {
        loop {
            let n = this.next.load(Relaxed);
            if n != BIG {
                if this.next.compare_exchange_weak(n, n + 1, Relaxed, Relaxed).is_ok() {
                    return t.int(n).map(Some);
                }
                continue;
            }
            let seen = this.big.get();
            let value = match seen.some() {
                Some(v) => v,
                None => t.int(BIG)?,
            };
            let following = t.binary(BinaryOp::Add, value, this.step.get())?;
            if this.big.compare_exchange(t, this.header(), seen, following).is_ok() {
                return Ok(Some(value));
            }
        }
    }
}

/// Whether `count` takes it for a number.
fn is_number(t: &Thread, v: Value) -> bool {
    let c = class_of(v);
    [Special::Index, Special::Int, Special::Float].iter().any(|&s| c.special(t, s).is_some())
        || c.lookup(t, names::__complex__()).is_some()
}

impl Count {
    fn current(&self, t: &Thread) -> Result<Value> {
        match (self.next.load(Relaxed), self.big.get().some()) {
            (BIG, Some(v)) => Ok(v),
            (n, _) => t.int(n),
        }
    }
}

/// Return a count object whose .__next__() method returns consecutive values.
///
/// Equivalent to:
///     def count(firstval=0, step=1):
///         x = firstval
///         while 1:
///             yield x
///             x += step
#[pyclass(name = "count", module = "itertools", flags(BASE, OWNED))]
impl Count {
    #[py("(start=0, step=1)")]
    fn __new__(t: &Thread, cls: Ref<Class>, start: Option<Value>, step: Option<Value>) -> Result<Ref<Count>> {
        let (start, step) = (start.unwrap_or(Value::small_int(0)), step.unwrap_or(Value::small_int(1)));
        if !is_number(t, start) || !is_number(t, step) {
            return Err(t.type_error("a number is required"));
        }
        let by_one = taipan_vm::objects::int::exact(step).and_then(|i| i.to_i64()) == Some(1);
        let small = taipan_vm::objects::int::exact(start).and_then(|i| i.to_i64()).filter(|&n| by_one && n != BIG);
        let (next, big) = match small {
            Some(n) => (n, Value::EMPTY),
            None => (BIG, start),
        };
        t.create_in(cls, Count { header: Header::NEW, next: AtomicI64::new(next), big: filled(big), step: filled(step) })
    }
    #[py]
    fn __iter__(_t: &Thread, this: Ref<Count>) -> Ref<Count> {
        this
    }
    #[py]
    fn __next__(t: &Thread, this: Ref<Count>) -> Result<Option<Value>> {
        in_turn(t, this.header(), || Count::step_on(t, this))
    }
    #[py]
    fn __repr__(t: &Thread, this: Ref<Count>) -> Result<Value> {
        let mut s = crate::shown::Shown::new();
        s.text(&class_of(this.value()).name_string()).text("(").repr(t, this.current(t)?)?;
        let step = this.step.get();
        if t.int_value(step).and_then(|i| i.to_i64()) != Some(1) {
            s.text(", ").repr(t, step)?;
        }
        s.text(")").finish(t)
    }
}

#[derive(HeapType)]
#[repr(C)]
pub struct Cycle {
    header: Header,
    iterator: Field,
    saved: RefField<List>,
    index: AtomicUsize,
}

impl Cycle {
    fn step_on(t: &Thread, this: Ref<Cycle>) -> Result<Option<Value>> {
        let saved = this.saved.expect();
        if let Some(it) = this.iterator.get().some() {
            if let Some(v) = t.next(it)? {
                saved.append(t, v)?;
                return Ok(Some(v));
            }
            this.iterator.set(t, this.header(), Value::EMPTY);
        }
        let n = saved.len();
        if n == 0 {
            return Ok(None);
        }
        let i = match this.index.fetch_update(Relaxed, Relaxed, |i| Some(if i + 1 >= n { 0 } else { i + 1 })) {
            Ok(i) | Err(i) => i,
        };
        Ok(saved.get(i % n))
    }
}

/// Return elements from the iterable until it is exhausted. Then repeat the sequence indefinitely.
#[pyclass(name = "cycle", module = "itertools", flags(BASE, OWNED))]
impl Cycle {
    #[py("(iterable, /)")]
    fn __new__(t: &Thread, cls: Ref<Class>, iterable: Value) -> Result<Ref<Cycle>> {
        let iterator = filled(t.iter(iterable)?);
        let saved = RefField::null();
        saved.init(List::new(t)?);
        t.create_in(cls, Cycle { header: Header::NEW, iterator, saved, index: AtomicUsize::new(0) })
    }
    #[py]
    fn __iter__(_t: &Thread, this: Ref<Cycle>) -> Ref<Cycle> {
        this
    }
    #[py]
    fn __next__(t: &Thread, this: Ref<Cycle>) -> Result<Option<Value>> {
        in_turn(t, this.header(), || Cycle::step_on(t, this))
    }
}

#[derive(HeapType)]
#[repr(C)]
pub struct DropWhile {
    header: Header,
    function: Field,
    iterator: Field,
    started: AtomicBool,
}

impl DropWhile {
    fn step_on(t: &Thread, this: Ref<DropWhile>) -> Result<Option<Value>> {
        while let Some(v) = t.next(this.iterator.get())? {
            if this.started.load(Relaxed) {
                return Ok(Some(v));
            }
            let answer = t.call(this.function.get(), &[v])?;
            if !t.truth(answer)? {
                this.started.store(true, Relaxed);
                return Ok(Some(v));
            }
        }
        Ok(None)
    }
}

/// Drop items from the iterable while predicate(item) is true.
///
/// Afterwards, return every element until the iterable is exhausted.
#[pyclass(name = "dropwhile", module = "itertools", flags(BASE, OWNED))]
impl DropWhile {
    #[py("(predicate, iterable, /)")]
    fn __new__(t: &Thread, cls: Ref<Class>, predicate: Value, iterable: Value) -> Result<Ref<DropWhile>> {
        let iterator = filled(t.iter(iterable)?);
        t.create_in(cls, DropWhile { header: Header::NEW, function: filled(predicate), iterator, started: AtomicBool::new(false) })
    }
    #[py]
    fn __iter__(_t: &Thread, this: Ref<DropWhile>) -> Ref<DropWhile> {
        this
    }
    #[py]
    fn __next__(t: &Thread, this: Ref<DropWhile>) -> Result<Option<Value>> {
        in_turn(t, this.header(), || DropWhile::step_on(t, this))
    }
}

#[derive(HeapType)]
#[repr(C)]
pub struct TakeWhile {
    header: Header,
    function: Field,
    iterator: Field,
    stopped: AtomicBool,
}

impl TakeWhile {
    fn step_on(t: &Thread, this: Ref<TakeWhile>) -> Result<Option<Value>> {
        if this.stopped.load(Relaxed) {
            return Ok(None);
        }
        let Some(v) = t.next(this.iterator.get())? else { return Ok(None) };
        let answer = t.call(this.function.get(), &[v])?;
        if t.truth(answer)? {
            return Ok(Some(v));
        }
        this.stopped.store(true, Relaxed);
        Ok(None)
    }
}

/// Return successive entries from an iterable as long as the predicate evaluates to true for each entry.
#[pyclass(name = "takewhile", module = "itertools", flags(BASE, OWNED))]
impl TakeWhile {
    #[py("(predicate, iterable, /)")]
    fn __new__(t: &Thread, cls: Ref<Class>, predicate: Value, iterable: Value) -> Result<Ref<TakeWhile>> {
        let iterator = filled(t.iter(iterable)?);
        t.create_in(cls, TakeWhile { header: Header::NEW, function: filled(predicate), iterator, stopped: AtomicBool::new(false) })
    }
    #[py]
    fn __iter__(_t: &Thread, this: Ref<TakeWhile>) -> Ref<TakeWhile> {
        this
    }
    #[py]
    fn __next__(t: &Thread, this: Ref<TakeWhile>) -> Result<Option<Value>> {
        in_turn(t, this.header(), || TakeWhile::step_on(t, this))
    }
}

#[derive(HeapType)]
#[repr(C)]
pub struct FilterFalse {
    header: Header,
    function: Field,
    iterator: Field,
}

/// Return those items of iterable for which function(item) is false.
///
/// If function is None, return the items that are false.
#[pyclass(name = "filterfalse", module = "itertools", flags(BASE))]
impl FilterFalse {
    #[py("(function, iterable, /)")]
    fn __new__(t: &Thread, cls: Ref<Class>, function: Value, iterable: Value) -> Result<Ref<FilterFalse>> {
        let iterator = filled(t.iter(iterable)?);
        t.create_in(cls, FilterFalse { header: Header::NEW, function: filled(function), iterator })
    }
    #[py]
    fn __iter__(_t: &Thread, this: Ref<FilterFalse>) -> Ref<FilterFalse> {
        this
    }
    #[py]
    fn __next__(t: &Thread, this: Ref<FilterFalse>) -> Result<Option<Value>> {
        let f = this.function.get();
        let by_truth = f.is_none() || f == taipan_vm::objects::singletons::Bool::class().value();
        while let Some(v) = t.next(this.iterator.get())? {
            let answer = if by_truth { v } else { t.call(f, &[v])? };
            if !t.truth(answer)? {
                return Ok(Some(v));
            }
        }
        Ok(None)
    }
}

#[derive(HeapType)]
#[repr(C)]
pub struct StarMap {
    header: Header,
    function: Field,
    iterator: Field,
}

/// Return an iterator whose values are returned from the function evaluated with an argument tuple taken from the given sequence.
#[pyclass(name = "starmap", module = "itertools", flags(BASE))]
impl StarMap {
    #[py("(function, iterable, /)")]
    fn __new__(t: &Thread, cls: Ref<Class>, function: Value, iterable: Value) -> Result<Ref<StarMap>> {
        let iterator = filled(t.iter(iterable)?);
        t.create_in(cls, StarMap { header: Header::NEW, function: filled(function), iterator })
    }
    #[py]
    fn __iter__(_t: &Thread, this: Ref<StarMap>) -> Ref<StarMap> {
        this
    }
    #[py]
    fn __next__(t: &Thread, this: Ref<StarMap>) -> Result<Option<Value>> {
        let Some(v) = t.next(this.iterator.get())? else { return Ok(None) };
        let args = t.iterate_to_tuple(v)?;
        t.call(this.function.get(), args.as_slice()).map(Some)
    }
}

#[derive(HeapType)]
#[repr(C)]
pub struct ISlice {
    header: Header,
    iterator: Field,
    /// Index of the next item to return, and of the next that the source gives.
    next: AtomicUsize,
    count: AtomicUsize,
    /// `usize::MAX`: no end.
    stop: usize,
    step: usize,
}

impl ISlice {
    fn step_on(t: &Thread, this: Ref<ISlice>) -> Result<Option<Value>> {
        let Some(it) = this.iterator.get().some() else { return Ok(None) };
        let end = || this.iterator.set(t, this.header(), Value::EMPTY);
        let claimed = this.next.load(Relaxed);
        while this.count.load(Relaxed) < claimed {
            let Some(_) = t.next(it)? else {
                end();
                return Ok(None);
            };
            this.count.fetch_add(1, Relaxed);
        }
        if this.count.load(Relaxed) >= this.stop {
            end();
            return Ok(None);
        }
        let Some(v) = t.next(it)? else {
            end();
            return Ok(None);
        };
        this.count.fetch_add(1, Relaxed);
        let next = claimed.checked_add(this.step).filter(|&n| n <= isize::MAX as usize && n <= this.stop).unwrap_or(this.stop);
        this.next.store(next, Relaxed);
        Ok(Some(v))
    }
}

fn slice_bound(t: &Thread, v: Value, error: &str) -> Result<Option<usize>> {
    if v.is_none() {
        return Ok(None);
    }
    let n = match t.index_opt(v) {
        Ok(Some(i)) => t.int_value(i).and_then(|i| i.to_i64()),
        _ => None,
    };
    match n.and_then(|n| usize::try_from(n).ok()) {
        Some(n) => Ok(Some(n)),
        None => Err(t.value_error(error)),
    }
}

/// islice(iterable, stop) --> islice object
/// islice(iterable, start, stop[, step]) --> islice object
///
/// Return an iterator whose next() method returns selected values from an
/// iterable.  If start is specified, will skip all preceding elements;
/// otherwise, start defaults to zero.  Step defaults to one.  If
/// specified as another value, step determines how many values are
/// skipped between successive calls.  Works like a slice() on a list
/// but returns an iterator.
#[pyclass(name = "islice", module = "itertools", flags(BASE, OWNED))]
impl ISlice {
    #[py("(iterable, start, stop=None, step=None, /)", nosig)]
    fn __new__(
        t: &Thread,
        cls: Ref<Class>,
        iterable: Value,
        start: Value,
        stop: Option<Value>,
        step: Option<Value>,
    ) -> Result<Ref<ISlice>> {
        const STOP: &str = "Stop argument for islice() must be None or an integer: 0 <= x <= sys.maxsize.";
        const INDICES: &str = "Indices for islice() must be None or an integer: 0 <= x <= sys.maxsize.";
        let (first, stop) = match stop {
            None => (0, slice_bound(t, start, STOP)?),
            Some(stop) => {
                let stop = slice_bound(t, stop, STOP)?;
                (slice_bound(t, start, INDICES)?.unwrap_or(0), stop)
            }
        };
        let step = match step {
            None => 1,
            Some(s) => match slice_bound(t, s, "Step for islice() must be a positive integer or None.")? {
                None => 1,
                Some(0) => return Err(t.value_error("Step for islice() must be a positive integer or None.")),
                Some(n) => n,
            },
        };
        let iterator = filled(t.iter(iterable)?);
        let (next, count) = (AtomicUsize::new(first), AtomicUsize::new(0));
        t.create_in(cls, ISlice { header: Header::NEW, iterator, next, count, stop: stop.unwrap_or(usize::MAX), step })
    }
    #[py]
    fn __iter__(_t: &Thread, this: Ref<ISlice>) -> Ref<ISlice> {
        this
    }
    #[py]
    fn __next__(t: &Thread, this: Ref<ISlice>) -> Result<Option<Value>> {
        in_turn(t, this.header(), || ISlice::step_on(t, this))
    }
}

#[derive(HeapType)]
#[repr(C)]
pub struct Pairwise {
    header: Header,
    iterator: Field,
    old: Field,
}

impl Pairwise {
    fn step_on(t: &Thread, this: Ref<Pairwise>) -> Result<Option<Value>> {
        let Some(it) = this.iterator.get().some() else { return Ok(None) };
        let h = this.header();
        let end = || {
            this.iterator.set(t, h, Value::EMPTY);
            this.old.set(t, h, Value::EMPTY);
        };
        if this.old.get().is_empty() {
            let Some(v) = t.next(it)? else {
                end();
                return Ok(None);
            };
            // The source's own `__next__` may have come here again.
            if this.iterator.get().is_empty() {
                return Ok(None);
            }
            this.old.set(t, h, v);
        }
        let Some(new) = t.next(it)? else {
            end();
            return Ok(None);
        };
        match this.old.swap(t, h, new).some() {
            Some(old) => Tuple::new(t, &[old, new]).map(|p| Some(p.value())),
            None => Ok(None),
        }
    }
}

/// Return an iterator of overlapping pairs taken from the input iterator.
///
///     s -> (s0,s1), (s1,s2), (s2, s3), ...
#[pyclass(name = "pairwise", module = "itertools", flags(BASE, OWNED))]
impl Pairwise {
    #[py("(iterable, /)")]
    fn __new__(t: &Thread, cls: Ref<Class>, iterable: Value) -> Result<Ref<Pairwise>> {
        let iterator = filled(t.iter(iterable)?);
        t.create_in(cls, Pairwise { header: Header::NEW, iterator, old: empty() })
    }
    #[py]
    fn __iter__(_t: &Thread, this: Ref<Pairwise>) -> Ref<Pairwise> {
        this
    }
    #[py]
    fn __next__(t: &Thread, this: Ref<Pairwise>) -> Result<Option<Value>> {
        in_turn(t, this.header(), || Pairwise::step_on(t, this))
    }
}

#[derive(HeapType)]
#[repr(C)]
pub struct Repeat {
    header: Header,
    object: Field,
    /// How often it is still given; negative for ever.
    remaining: AtomicI64,
}

/// repeat(object [,times]) -> create an iterator which returns the object
/// for the specified number of times.  If not specified, returns the object
/// endlessly.
#[pyclass(name = "repeat", module = "itertools", flags(BASE))]
impl Repeat {
    #[py("(object, times=-1)", nosig)]
    fn __new__(t: &Thread, cls: Ref<Class>, object: Value, times: Option<isize>) -> Result<Ref<Repeat>> {
        let remaining = times.map_or(-1, |n| n.max(0) as i64);
        t.create_in(cls, Repeat { header: Header::NEW, object: filled(object), remaining: AtomicI64::new(remaining) })
    }
    #[py]
    fn __iter__(_t: &Thread, this: Ref<Repeat>) -> Ref<Repeat> {
        this
    }
    #[py]
    fn __next__(_t: &Thread, this: Ref<Repeat>) -> Result<Option<Value>> {
        let claim = |n: i64| match n {
            0 => None,
            n if n < 0 => Some(n),
            n => Some(n - 1),
        };
        Ok(this.remaining.fetch_update(Relaxed, Relaxed, claim).ok().map(|_| this.object.get()))
    }
    #[py]
    fn __repr__(t: &Thread, this: Ref<Repeat>) -> Result<Value> {
        let mut s = crate::shown::Shown::new();
        s.text(&class_of(this.value()).name_string()).text("(").repr(t, this.object.get())?;
        let n = this.remaining.load(Relaxed);
        if n >= 0 {
            s.text(&format!(", {n}"));
        }
        s.text(")").finish(t)
    }
    /// Private method returning an estimate of len(list(it)).
    #[py("($self, /)")]
    fn __length_hint__(t: &Thread, this: Ref<Repeat>) -> Result<i64> {
        let n = this.remaining.load(Relaxed);
        if n < 0 { Err(t.type_error("len() of unsized object")) } else { Ok(n) }
    }
}

#[derive(HeapType)]
#[repr(C)]
pub struct ZipLongest {
    header: Header,
    /// The iterators; None in place of those that have ended.
    iterators: RefField<List>,
    fill: Field,
    active: AtomicUsize,
}

impl ZipLongest {
    fn step_on(t: &Thread, this: Ref<ZipLongest>) -> Result<Option<Value>> {
        if this.active.load(Relaxed) == 0 {
            return Ok(None);
        }
        let iterators = this.iterators.expect();
        let n = iterators.len();
        let row = ValueVec::with_capacity(t, n)?;
        for i in 0..n {
            let it = iterators.get(i).unwrap_or(Value::NONE);
            let item = if it.is_none() {
                None
            } else {
                match t.next(it) {
                    Ok(Some(v)) => Some(v),
                    Ok(None) => {
                        let ended = this.active.fetch_update(Relaxed, Relaxed, |a| Some(a.saturating_sub(1))).unwrap_or(1);
                        if ended <= 1 {
                            return Ok(None);
                        }
                        iterators.set(t, i, Value::NONE);
                        None
                    }
                    Err(e) => {
                        this.active.store(0, Relaxed);
                        return Err(e);
                    }
                }
            };
            row.push(t, item.unwrap_or(this.fill.get()))?;
        }
        row.into_tuple(t).map(|r| Some(r.value()))
    }
}

/// Return a zip_longest object whose .__next__() method returns a tuple where
/// the i-th element comes from the i-th iterable argument.  The .__next__()
/// method continues until the longest iterable in the argument sequence
/// is exhausted and then it raises StopIteration.  When the shorter iterables
/// are exhausted, the fillvalue is substituted in their place.  The fillvalue
/// defaults to None or can be specified by a keyword argument.
#[pyclass(name = "zip_longest", module = "itertools", flags(BASE, OWNED))]
impl ZipLongest {
    #[py("(*iterables, fillvalue=None)", nosig)]
    fn __new__(t: &Thread, cls: Ref<Class>, iterables: &[Value], fillvalue: Option<Value>) -> Result<Ref<ZipLongest>> {
        let all = List::with_capacity(t, iterables.len())?;
        for &v in iterables {
            all.append(t, t.iter(v)?)?;
        }
        let iterators = RefField::null();
        iterators.init(all);
        let (fill, active) = (filled(fillvalue.unwrap_or(Value::NONE)), AtomicUsize::new(iterables.len()));
        t.create_in(cls, ZipLongest { header: Header::NEW, iterators, fill, active })
    }
    #[py]
    fn __iter__(_t: &Thread, this: Ref<ZipLongest>) -> Ref<ZipLongest> {
        this
    }
    #[py]
    fn __next__(t: &Thread, this: Ref<ZipLongest>) -> Result<Option<Value>> {
        in_turn(t, this.header(), || ZipLongest::step_on(t, this))
    }
}
