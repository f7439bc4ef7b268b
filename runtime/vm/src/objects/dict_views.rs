//! The views `dict_keys`, `dict_values`, `dict_items`, and the six iterators over dicts.
//!
//! An iterator's state is written by one thread at a time (its owner, or under its lock byte), and the item is taken in the
//! same exclusive section: each item goes to exactly one caller. An iterator that has ended stays ended, whatever happens to
//! the dict.

use crate::native::*;
use crate::objects::dict::exclusively;
use crate::objects::mappingproxy::MappingProxy;
use crate::objects::set::{Set, SetData};
use crate::ops::Compare;
use crate::ops::text::text_of;
use std::sync::atomic::{AtomicUsize, Ordering::*};
use taipan_text::TextBuf;

// ---------------------------------------------------------------- iterators

/// What all iterators over dicts consist of.
#[derive(HeapType)]
#[repr(C)]
pub struct DictIteration {
    header: Header,
    dict: RefField<Dict>,
    /// Where the next search begins.
    position: AtomicUsize,
    /// `structural_len` that the dict must have, or one of the marks below.
    expected: AtomicUsize,
    /// Items that are still to come.
    remaining: AtomicUsize,
}

const ENDED: usize = usize::MAX;
/// The dict's size changed: every further call says so.
const RESIZED: usize = usize::MAX - 1;

enum Step {
    Item(Value, Value),
    End,
    Resized,
    OtherKeys,
}

impl DictIteration {
    fn new(dict: Ref<Dict>, reversed: bool) -> DictIteration {
        let iteration = DictIteration {
            header: Header::NEW,
            dict: RefField::null(),
            position: AtomicUsize::new(if reversed { dict.end() } else { 0 }),
            expected: AtomicUsize::new(dict.structural_len()),
            remaining: AtomicUsize::new(dict.len()),
        };
        iteration.dict.init(dict);
        iteration
    }

    /// A copy of the state, for looking ahead.
    fn fork(&self) -> DictIteration {
        let copy = DictIteration {
            header: Header::NEW,
            dict: RefField::null(),
            position: AtomicUsize::new(self.position.load(Relaxed)),
            expected: AtomicUsize::new(self.expected.load(Relaxed)),
            remaining: AtomicUsize::new(self.remaining.load(Relaxed)),
        };
        copy.dict.init(self.dict.get());
        copy
    }

    /// Takes the next item. The caller holds the iterator.
    #[inline]
    fn step(&self, reversed: bool) -> Step {
        let expected = self.expected.load(Relaxed);
        if expected == ENDED {
            return Step::End;
        }
        let Some(dict) = self.dict.get() else { return Step::End };
        if expected != dict.structural_len() {
            self.expected.store(RESIZED, Relaxed);
            return Step::Resized;
        }
        let mut position = self.position.load(Relaxed);
        let item = if !reversed {
            dict.next(&mut position)
        } else if position <= dict.end() {
            dict.previous(&mut position)
        } else {
            // The dict was emptied, or compacted, and filled again.
            None
        };
        let Some((key, value)) = item else {
            self.expected.store(ENDED, Relaxed);
            return Step::End;
        };
        let remaining = self.remaining.load(Relaxed);
        if remaining == 0 {
            self.expected.store(ENDED, Relaxed);
            return Step::OtherKeys;
        }
        self.position.store(position, Relaxed);
        self.remaining.store(remaining - 1, Relaxed);
        Step::Item(key, value)
    }

    /// As `advance`, forwards and where it takes the fewest steps: the calling thread's own iterator over an ordinary dict that has
    /// not changed. `None`, and nothing done, otherwise and at the end.
    #[inline(always)]
    pub(crate) fn advance_own(&self, t: &Thread) -> Option<(Value, Value)> {
        if !t.owns(&self.header) {
            return None;
        }
        let s = self.dict.get()?.storage.get()?;
        let remaining = self.remaining.load(Relaxed);
        if !s.is_plain() || s.used() != self.expected.load(Relaxed) || remaining == 0 {
            return None;
        }
        let mut ix = self.position.load(Relaxed).max(s.live_start());
        let n = s.next();
        while ix < n {
            let (key, value) = (s.key(ix).get(), s.word(ix).get());
            ix += 1;
            if !value.is_empty() && !key.is_empty() {
                self.position.store(ix, Relaxed);
                self.remaining.store(remaining - 1, Relaxed);
                return Some((key, value));
            }
        }
        None
    }

    /// The next item, as key and value.
    #[inline]
    fn advance(&self, t: &Thread, reversed: bool) -> Result<Option<(Value, Value)>> {
        if !reversed && let Some(item) = self.advance_own(t) {
            return Ok(Some(item));
        }
        self.advance_general(t, reversed)
    }
    #[inline(never)]
    fn advance_general(&self, t: &Thread, reversed: bool) -> Result<Option<(Value, Value)>> {
        match exclusively(t, &self.header, || self.step(reversed)) {
            Step::Item(key, value) => Ok(Some((key, value))),
            Step::End => {
                self.dict.set(t, &self.header, None);
                Ok(None)
            }
            Step::Resized => Err(t.runtime_error("dictionary changed size during iteration")),
            Step::OtherKeys => Err(t.runtime_error("dictionary keys changed during iteration")),
        }
    }

    fn length_hint(&self) -> usize {
        match self.dict.get() {
            Some(d) if self.expected.load(Relaxed) == d.structural_len() => self.remaining.load(Relaxed),
            _ => 0,
        }
    }

    /// `iter(list of what is to come)`; the iterator itself stays where it is.
    fn reduce(&self, t: &Thread, reversed: bool, pick: fn(&Thread, Value, Value) -> Result<Value>) -> Result<Value> {
        let rest = ValueVec::new();
        let ahead = exclusively(t, &self.header, || self.fork());
        loop {
            // The copy is on this thread's stack: nobody else writes it.
            match ahead.step(reversed) {
                Step::Item(key, value) => rest.push(t, pick(t, key, value)?)?,
                Step::End => break,
                Step::Resized => return Err(t.runtime_error("dictionary changed size during iteration")),
                Step::OtherKeys => return Err(t.runtime_error("dictionary keys changed during iteration")),
            }
        }
        reduce_to_iter(t, rest)
    }
}

/// `(iter, (list,))`
pub(crate) fn reduce_to_iter(t: &Thread, rest: ValueVec) -> Result<Value> {
    let list = rest.into_list(t)?;
    (t.builtin(names::iter())?, Tuple::new(t, &[list.value()])?).into_value(t)
}

#[inline(always)]
fn pick_key(_: &Thread, key: Value, _: Value) -> Result<Value> {
    Ok(key)
}
#[inline(always)]
fn pick_value(_: &Thread, _: Value, value: Value) -> Result<Value> {
    Ok(value)
}
#[inline(always)]
fn pick_item(t: &Thread, key: Value, value: Value) -> Result<Value> {
    Tuple::pair(t, key, value)
}

macro_rules! iterators {
    ($( $type:ident = $name:tt, $reversed:tt, $pick:ident; )*) => { $(
        #[derive(HeapType)]
        #[heap(base = DictIteration)]
        #[repr(C)]
        pub struct $type {
            base: DictIteration,
        }

        impl $type {
            pub fn new(t: &Thread, dict: Ref<Dict>) -> Result<Ref<$type>> {
                t.create($type { base: DictIteration::new(dict, $reversed) })
            }
            /// The next item without building what Python gets of it.
            #[inline]
            pub fn next_item(&self, t: &Thread) -> Result<Option<(Value, Value)>> {
                self.base.advance(t, $reversed)
            }
            /// What Python gets of the next item; the empty mark at the end.
            #[inline]
            pub fn next_word(&self, t: &Thread) -> Result<Value> {
                match self.base.advance(t, $reversed)? {
                    Some((key, value)) => $pick(t, key, value),
                    None => Ok(Value::EMPTY),
                }
            }
        }

        #[pyclass(name = $name, flags(NO_NEW, OWNED))]
        impl $type {
            #[py]
            fn __iter__(_t: &Thread, this: Ref<$type>) -> Ref<$type> {
                this
            }
            #[py]
            fn __next__(t: &Thread, this: Ref<$type>) -> Result<Option<Value>> {
                this.next_word(t).map(Value::some)
            }
            /// Private method returning an estimate of len(list(it)).
            #[py("($self, /)")]
            fn __length_hint__(_t: &Thread, this: Ref<$type>) -> Result<usize> {
                Ok(this.base.length_hint())
            }
            /// Return state information for pickling.
            #[py("($self, /)")]
            fn __reduce__(t: &Thread, this: Ref<$type>) -> Result<Value> {
                this.base.reduce(t, $reversed, $pick)
            }
        }
    )* };
}
iterators! {
    DictKeyIterator = "dict_keyiterator", false, pick_key;
    DictValueIterator = "dict_valueiterator", false, pick_value;
    DictItemIterator = "dict_itemiterator", false, pick_item;
    DictReverseKeyIterator = "dict_reversekeyiterator", true, pick_key;
    DictReverseValueIterator = "dict_reversevalueiterator", true, pick_value;
    DictReverseItemIterator = "dict_reverseitemiterator", true, pick_item;
}

// ---------------------------------------------------------------- views

/// What all views consist of.
#[derive(HeapType)]
#[repr(C)]
pub struct DictView {
    header: Header,
    dict: RefField<Dict>,
}

impl DictView {
    fn new(dict: Ref<Dict>) -> DictView {
        let view = DictView { header: Header::NEW, dict: RefField::null() };
        view.dict.init(dict);
        view
    }
    #[inline]
    pub fn dict(&self) -> Ref<Dict> {
        self.dict.expect()
    }
}

/// Whether `v` is a view that behaves like a set: of keys or of items.
fn is_set_like_view(v: Value) -> bool {
    v.downcast::<DictKeys>().is_some() || v.downcast::<DictItems>().is_some()
}

fn view_repr(t: &Thread, view: Value, items: impl Fn() -> Result<ValueVec>) -> Result<Value> {
    if !t.repr_enter(view)? {
        return "...".into_value(t);
    }
    let text = items().and_then(|items| {
        let mut text = TextBuf::new();
        text.push_str(&class_of(view).name_string());
        text.push_str("([");
        for i in 0..items.len() {
            if i > 0 {
                text.push_str(", ");
            }
            text.push_text(text_of(&*t.repr(items.as_slice()[i])?));
        }
        text.push_str("])");
        Ok(text)
    });
    t.repr_leave(view);
    t.str_from_text(&text?).map(Ref::value)
}

fn picked(t: &Thread, dict: Ref<Dict>, pick: fn(&Thread, Value, Value) -> Result<Value>) -> Result<ValueVec> {
    let pairs = dict.items_vec(t)?;
    let out = ValueVec::with_capacity(t, pairs.len() / 2)?;
    for pair in pairs.as_slice().chunks_exact(2) {
        out.push(t, pick(t, pair[0], pair[1])?)?;
    }
    Ok(out)
}

/// What of a dict an iterable gives.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Part {
    Keys,
    Values,
    Items,
}

impl Part {
    /// That part of a dict at one moment.
    pub(crate) fn at_once(self, t: &Thread, d: Ref<Dict>) -> Result<ValueVec> {
        match self {
            Part::Keys => d.keys_vec(t),
            Part::Values => d.values_vec(t),
            Part::Items => picked(t, d, pick_item),
        }
    }
}

/// The dict of an exact dict or view, and what iterating over that gives; `None`: it is neither.
pub(crate) fn dict_part(iterable: Value) -> Option<(Ref<Dict>, Part)> {
    let shape = iterable.header()?.shape_id();
    if shape == Dict::class_cell().shape() {
        return Some((iterable.downcast::<Dict>()?, Part::Keys));
    }
    let part = if shape == DictKeys::class_cell().shape() {
        Part::Keys
    } else if shape == DictValues::class_cell().shape() {
        Part::Values
    } else if shape == DictItems::class_cell().shape() {
        Part::Items
    } else {
        return None;
    };
    Some((iterable.downcast::<DictView>()?.dict(), part))
}

/// Whether everything in `a` is in `b`.
fn all_in(t: &Thread, a: Value, b: Value) -> Result<bool> {
    let it = t.iter(a)?;
    while let Some(item) = t.next(it)? {
        if !t.contains(b, item)? {
            return Ok(false);
        }
    }
    Ok(true)
}

fn compare_views(t: &Thread, this: Value, other: Value, op: Compare) -> Result<Value> {
    if other.downcast::<SetData>().is_none() && !is_set_like_view(other) {
        return Ok(Value::NOT_IMPLEMENTED);
    }
    let (n, m) = (t.len(this)?, t.len(other)?);
    let holds = match op {
        Compare::Eq => n == m && all_in(t, this, other)?,
        Compare::Ne => !(n == m && all_in(t, this, other)?),
        Compare::Lt => n < m && all_in(t, this, other)?,
        Compare::Le => n <= m && all_in(t, this, other)?,
        Compare::Gt => n > m && all_in(t, other, this)?,
        Compare::Ge => n >= m && all_in(t, other, this)?,
    };
    Ok(Value::bool(holds))
}

fn set_of(t: &Thread, source: Value) -> Result<Ref<Set>> {
    let set = Set::new(t)?;
    set.base.update_from(t, source)?;
    Ok(set)
}

fn intersect(t: &Thread, view: Value, other: Value) -> Result<Value> {
    let (mut view, mut other) = (view, other);
    if !is_set_like_view(view) {
        std::mem::swap(&mut view, &mut other);
    }
    if let Some(s) = other.downcast::<Set>()
        && class_of(other) == Set::class()
        && t.len(view)? <= s.base.len()
    {
        return SetData::intersection_of(t, s.value(), view);
    }
    if is_set_like_view(other) && t.len(other)? > t.len(view)? {
        std::mem::swap(&mut view, &mut other);
    }
    let out = Set::new(t)?;
    let it = t.iter(other)?;
    while let Some(item) = t.next(it)? {
        if t.contains(view, item)? {
            out.base.add(t, item)?;
        }
    }
    Ok(out.value())
}

fn disjoint(t: &Thread, this: Value, other: Value) -> Result<bool> {
    if this == other {
        return Ok(t.len(this)? == 0);
    }
    let (mut this, mut other) = (this, other);
    let other_is_set = class_of(other) == Set::class() || is_set_like_view(other);
    if other_is_set && t.len(other)? > t.len(this)? {
        std::mem::swap(&mut this, &mut other);
    }
    let it = t.iter(other)?;
    while let Some(item) = t.next(it)? {
        if t.contains(this, item)? {
            return Ok(false);
        }
    }
    Ok(true)
}

macro_rules! set_like_views {
    ($( $type:ident = $name:tt, $iterator:ident, $reverse:ident, $pick:ident, $contains:ident, $xor:ident; )*) => { $(
        #[derive(HeapType)]
        #[heap(base = DictView)]
        #[repr(C)]
        pub struct $type {
            base: DictView,
        }

        impl $type {
            pub fn new(t: &Thread, dict: Ref<Dict>) -> Result<Ref<$type>> {
                t.create($type { base: DictView::new(dict) })
            }
            #[inline]
            pub fn dict(&self) -> Ref<Dict> {
                self.base.dict()
            }
        }

        #[pyclass(name = $name, flags(NO_NEW))]
        impl $type {
            #[py]
            fn __repr__(t: &Thread, this: Ref<$type>) -> Result<Value> {
                view_repr(t, this.value(), || picked(t, this.dict(), $pick))
            }
            #[py]
            fn __lt__(t: &Thread, this: Ref<$type>, value: Value) -> Result<Value> {
                compare_views(t, this.value(), value, Compare::Lt)
            }
            #[py]
            fn __le__(t: &Thread, this: Ref<$type>, value: Value) -> Result<Value> {
                compare_views(t, this.value(), value, Compare::Le)
            }
            #[py]
            fn __eq__(t: &Thread, this: Ref<$type>, value: Value) -> Result<Value> {
                compare_views(t, this.value(), value, Compare::Eq)
            }
            #[py]
            fn __ne__(t: &Thread, this: Ref<$type>, value: Value) -> Result<Value> {
                compare_views(t, this.value(), value, Compare::Ne)
            }
            #[py]
            fn __gt__(t: &Thread, this: Ref<$type>, value: Value) -> Result<Value> {
                compare_views(t, this.value(), value, Compare::Gt)
            }
            #[py]
            fn __ge__(t: &Thread, this: Ref<$type>, value: Value) -> Result<Value> {
                compare_views(t, this.value(), value, Compare::Ge)
            }
            #[py]
            fn __iter__(t: &Thread, this: Ref<$type>) -> Result<Ref<$iterator>> {
                $iterator::new(t, this.dict())
            }
            #[py]
            fn __sub__(t: &Thread, this: Ref<$type>, value: Value) -> Result<Value> {
                let set = set_of(t, this.value())?;
                set.base.difference_update(t, value)?;
                Ok(set.value())
            }
            #[py]
            fn __rsub__(t: &Thread, this: Ref<$type>, value: Value) -> Result<Value> {
                let set = set_of(t, value)?;
                set.base.difference_update(t, this.value())?;
                Ok(set.value())
            }
            #[py]
            fn __and__(t: &Thread, this: Ref<$type>, value: Value) -> Result<Value> {
                intersect(t, this.value(), value)
            }
            #[py]
            fn __rand__(t: &Thread, this: Ref<$type>, value: Value) -> Result<Value> {
                intersect(t, value, this.value())
            }
            #[py]
            fn __xor__(t: &Thread, this: Ref<$type>, value: Value) -> Result<Value> {
                $xor(t, this.value(), value)
            }
            #[py]
            fn __rxor__(t: &Thread, this: Ref<$type>, value: Value) -> Result<Value> {
                $xor(t, value, this.value())
            }
            #[py]
            fn __or__(t: &Thread, this: Ref<$type>, value: Value) -> Result<Value> {
                let set = set_of(t, this.value())?;
                set.base.update_from(t, value)?;
                Ok(set.value())
            }
            #[py]
            fn __ror__(t: &Thread, this: Ref<$type>, value: Value) -> Result<Value> {
                let set = set_of(t, value)?;
                set.base.update_from(t, this.value())?;
                Ok(set.value())
            }
            #[py]
            fn __len__(_t: &Thread, this: Ref<$type>) -> Result<usize> {
                Ok(this.dict().len())
            }
            #[py]
            fn __contains__(t: &Thread, this: Ref<$type>, key: Value) -> Result<bool> {
                $contains(t, this.dict(), key)
            }
            /// Return True if the view and the given iterable have a null intersection.
            #[py("($self, object, /)")]
            fn isdisjoint(t: &Thread, this: Ref<$type>, object: Value) -> Result<bool> {
                disjoint(t, this.value(), object)
            }
            /// Return a reverse iterator over the view.
            #[py("($self, /)")]
            fn __reversed__(t: &Thread, this: Ref<$type>) -> Result<Ref<$reverse>> {
                $reverse::new(t, this.dict())
            }
            /// dictionary that this view refers to
            #[py(getter)]
            fn mapping(t: &Thread, this: Ref<$type>) -> Result<Ref<MappingProxy>> {
                MappingProxy::new(t, this.dict().value())
            }
        }
    )* };
}
set_like_views! {
    DictKeys = "dict_keys", DictKeyIterator, DictReverseKeyIterator, pick_key, has_key, symmetric_difference;
    DictItems = "dict_items", DictItemIterator, DictReverseItemIterator, pick_item, has_item, items_symmetric_difference;
}

fn has_key(t: &Thread, dict: Ref<Dict>, key: Value) -> Result<bool> {
    dict.contains(t, key)
}

fn has_item(t: &Thread, dict: Ref<Dict>, item: Value) -> Result<bool> {
    let Some(pair) = item.downcast::<Tuple>() else { return Ok(false) };
    let &[key, value] = pair.as_slice() else { return Ok(false) };
    match dict.get(t, key)? {
        Some(found) => t.equal(found, value),
        None => Ok(false),
    }
}

fn symmetric_difference(t: &Thread, left: Value, right: Value) -> Result<Value> {
    let set = set_of(t, left)?;
    set.base.symmetric_difference_update(t, right)?;
    Ok(set.value())
}

/// For two views of items: only items that are in the result need be hashable.
fn items_symmetric_difference(t: &Thread, left: Value, right: Value) -> Result<Value> {
    let (Some(a), Some(b)) = (left.downcast::<DictItems>(), right.downcast::<DictItems>()) else {
        return symmetric_difference(t, left, right);
    };
    let (left, out) = (a.dict().copy(t)?, Set::new(t)?);
    let mut pos = 0;
    while let Some((key, value)) = b.dict().next(&mut pos) {
        match left.get(t, key)? {
            Some(found) if t.equal(found, value)? => {
                left.remove(t, key)?;
            }
            _ => out.base.add(t, pick_item(t, key, value)?).map(|_| ())?,
        }
    }
    let mut pos = 0;
    while let Some((key, value)) = left.next(&mut pos) {
        out.base.add(t, pick_item(t, key, value)?)?;
    }
    Ok(out.value())
}

#[derive(HeapType)]
#[heap(base = DictView)]
#[repr(C)]
pub struct DictValues {
    base: DictView,
}

impl DictValues {
    pub fn new(t: &Thread, dict: Ref<Dict>) -> Result<Ref<DictValues>> {
        t.create(DictValues { base: DictView::new(dict) })
    }
    #[inline]
    pub fn dict(&self) -> Ref<Dict> {
        self.base.dict()
    }
}

#[pyclass(name = "dict_values", flags(NO_NEW))]
impl DictValues {
    #[py]
    fn __repr__(t: &Thread, this: Ref<DictValues>) -> Result<Value> {
        view_repr(t, this.value(), || picked(t, this.dict(), pick_value))
    }
    #[py]
    fn __iter__(t: &Thread, this: Ref<DictValues>) -> Result<Ref<DictValueIterator>> {
        DictValueIterator::new(t, this.dict())
    }
    #[py]
    fn __len__(_t: &Thread, this: Ref<DictValues>) -> Result<usize> {
        Ok(this.dict().len())
    }
    /// Return a reverse iterator over the view.
    #[py("($self, /)")]
    fn __reversed__(t: &Thread, this: Ref<DictValues>) -> Result<Ref<DictReverseValueIterator>> {
        DictReverseValueIterator::new(t, this.dict())
    }
    /// dictionary that this view refers to
    #[py(getter)]
    fn mapping(t: &Thread, this: Ref<DictValues>) -> Result<Ref<MappingProxy>> {
        MappingProxy::new(t, this.dict().value())
    }
}
