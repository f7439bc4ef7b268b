//! The methods of `list`.
//!
//! Operations that move items (`insert`, `pop(i)`, `del l[i]`, slice assignment, `reverse`) work in place while the list
//! belongs to this thread; a shared list gets a new storage array, so that its readers see the state before or after. Positions
//! are looked up when the list is held: an index from the end, or a slice, means the list as it is at that moment.

use crate::native::*;
use crate::objects::dict::exclusively;
use crate::objects::dict_views::{Part, dict_part};
use crate::objects::exceptions as ex;
use crate::objects::iterators::ListIterator;
use crate::objects::list::{both_small_ints, position};
use crate::objects::set::{Set, SetData};
use crate::objects::slice::{Slice, Unpacked};
use crate::objects::sort;
use crate::objects::value_vec::Array;
use crate::ops::Compare;
use crate::ops::compare::plainly_equal;
use std::ops::Range;
use std::sync::atomic::{AtomicUsize, Ordering::*, fence};

/// How often a shared list is sorted beside others' changes before they are kept from it.
const SORTS: usize = 100;

/// What became of a removal.
enum Removal {
    Done,
    Missing,
    /// Comparisons may call user code.
    Unknown,
}

impl List {
    /// Replaces the selected items, which follow one another, by `with`, at one moment.
    pub fn splice(&self, t: &Thread, selected: Unpacked, with: &[Value]) -> Result<()> {
        let range = |n: usize| {
            let at = selected.adjust(n);
            at.start as usize..at.start as usize + at.count
        };
        self.replace_range(t, range, with).map(drop)
    }
    /// Replaces the range of items that `range` gives for their number by `with`, in one step; the first of what was there.
    fn replace_range(&self, t: &Thread, range: impl Fn(usize) -> Range<usize>, with: &[Value]) -> Result<Option<Value>> {
        loop {
            if !t.owns(self.header()) {
                let fill = |items: &[Field], new: &[Field]| {
                    let out = range(items.len());
                    let (head, tail) = (&items[..out.start], &items[out.end..]);
                    let all = head.iter().map(Field::get).chain(with.iter().copied()).chain(tail.iter().map(Field::get));
                    new.iter().zip(all).for_each(|(f, v)| f.init(v));
                    (Some(items.len() - out.len() + with.len()), items.get(out.start).map(Field::get).filter(|_| !out.is_empty()))
                };
                return self.rewrite(t, |n| n.checked_add(with.len()), fill);
            }
            let n = self.len();
            let out = range(n);
            let new_len = n - out.len() + with.len();
            if let Some(a) = self.storage().filter(|a| new_len <= a.capacity()) {
                return Ok(self.change(t, || self.splice_in_place(t, a, n, out, with)));
            }
            if new_len == 0 {
                return Ok(None);
            }
            self.reserve(t, (new_len - n).max(n / 8))?;
        }
    }
    /// In an array that has room; by the owner.
    fn splice_in_place(&self, t: &Thread, a: Ref<Array>, n: usize, out: Range<usize>, with: &[Value]) -> Option<Value> {
        let new_len = n - out.len() + with.len();
        // Move the tail, then put the new items.
        let f = a.fields();
        let first = f.get(out.start).map(Field::get).filter(|_| !out.is_empty());
        if new_len != n && !a.header().is_old() {
            shift(f, out.end, n, new_len);
        } else if new_len > n {
            for i in (out.end..n).rev() {
                f[i + new_len - n].set(t, a.header(), f[i].get());
            }
        } else if new_len < n {
            for i in out.end..n {
                f[i - (n - new_len)].set(t, a.header(), f[i].get());
            }
        }
        for (i, &v) in with.iter().enumerate() {
            f[out.start + i].set(t, a.header(), v);
        }
        self.set_len(new_len);
        for f in &f[new_len..n.max(new_len)] {
            f.init(Value::EMPTY);
        }
        first
    }
    /// Removes and returns an item; the index may count from the end.
    pub fn remove_at(&self, t: &Thread, i: isize) -> Result<Option<Value>> {
        if i == -1 || (t.owns(self.header()) && i + 1 == self.len() as isize) {
            return Ok(self.pop(t));
        }
        self.replace_range(t, |n| position(i, n).map_or(0..0, |i| i..i + 1), &[])
    }
    /// Inserts before an index, which may count from the end.
    pub fn insert_at(&self, t: &Thread, i: isize, v: Value) -> Result<()> {
        if i >= 0 && t.owns(self.header()) && i as usize >= self.len() {
            return self.append(t, v);
        }
        let place = |n: usize| if i < 0 { (i + n as isize).max(0) as usize } else { n.min(i as usize) };
        self.replace_range(t, |n| place(n)..place(n), &[v]).map(drop)
    }
    /// Takes out the first item equal to `value`, all in one step, as long as nothing is to be called for the comparisons.
    fn remove_plainly(&self, t: &Thread, value: Value) -> Result<Removal> {
        let fill = |items: &[Field], new: &[Field]| {
            for (at, f) in items.iter().enumerate() {
                match plainly_equal(f.get(), value) {
                    Some(false) => new[at].init(f.get()),
                    Some(true) => {
                        new[at..].iter().zip(&items[at + 1..]).for_each(|(to, from)| to.init(from.get()));
                        return (Some(items.len() - 1), Removal::Done);
                    }
                    None => return (None, Removal::Unknown),
                }
            }
            (None, Removal::Missing)
        };
        self.rewrite(t, Some, fill)
    }
    /// Takes out the item that was found at `i`, wherever it is now; false if it is gone.
    fn take_out(&self, t: &Thread, i: usize, v: Value) -> Result<bool> {
        if self.get(i) == Some(v) && t.owns(self.header()) {
            return Ok(self.remove_at(t, i as isize)?.is_some());
        }
        let fill = |items: &[Field], new: &[Field]| {
            let here = items.get(i).is_some_and(|f| f.get() == v);
            let Some(at) = here.then_some(i).or_else(|| items.iter().position(|f| f.get() == v)) else { return (None, false) };
            new.iter().zip(items[..at].iter().chain(&items[at + 1..])).for_each(|(to, from)| to.init(from.get()));
            (Some(items.len() - 1), true)
        };
        self.rewrite(t, Some, fill)
    }
    /// Appends all items of an iterable.
    pub fn extend(&self, t: &Thread, iterable: Value) -> Result<()> {
        if let Some(l) = iterable.downcast::<List>().filter(|_| class_of(iterable) == List::class()) {
            return self.extend_from_list(t, &l);
        }
        if let Some(x) = iterable.downcast::<Tuple>().filter(|_| class_of(iterable) == Tuple::class()) {
            return self.extend_from_slice(t, x.as_slice());
        }
        if let Some((d, part)) = dict_part(iterable) {
            return self.extend_from_dict(t, d, part);
        }
        if class_of(iterable) == Set::class()
            && let Some(s) = iterable.downcast::<SetData>()
        {
            return self.extend_at_once(
                t,
                &s.header,
                || s.len(),
                |_| {
                    let mut pos = 0;
                    Ok(std::iter::from_fn(move || s.next(&mut pos).map(|(item, _)| item)))
                },
            );
        }
        if let Some(items) = t.items_at_once(iterable)? {
            return self.extend_from_slice(t, items.as_slice());
        }
        let iter = t.iter(iterable)?;
        let expected = t.length_hint(iterable, 8)?;
        self.reserve(t, expected.min(1 << 20))?;
        t.for_each(iter, |v| self.append(t, v))
    }
    /// Appends the keys, values or items of a dict. What shows the attributes of an object is read one by one.
    fn extend_from_dict(&self, t: &Thread, d: Ref<Dict>, part: Part) -> Result<()> {
        if d.viewed_instance().is_some() {
            return self.extend_from_slice(t, part.at_once(t, d)?.as_slice());
        }
        self.extend_at_once(
            t,
            d.header(),
            || d.len(),
            |n| {
                let pairs = ValueVec::with_capacity(t, if part == Part::Items { n } else { 0 })?;
                if part == Part::Items {
                    for _ in 0..n {
                        pairs.push(t, Tuple::pair(t, Value::NONE, Value::NONE)?)?;
                    }
                }
                let (mut pos, mut i) = (0, 0);
                Ok(std::iter::from_fn(move || {
                    let (key, value) = d.next(&mut pos)?;
                    Some(match part {
                        Part::Keys => key,
                        Part::Values => value,
                        Part::Items => {
                            i += 1;
                            // Where there are more than pairs, there is no room for them either.
                            let Some(pair) = pairs.get(i - 1) else { return Some(Value::NONE) };
                            pair.downcast::<Tuple>()?.refill_pair(t, key, value);
                            pair
                        }
                    })
                }))
            },
        )
    }
    fn index_error(t: &Thread, what: &str) -> Exc {
        t.index_error(what)
    }
}

/// The values of fields that nobody else writes meanwhile.
fn values<'a>(fields: &[Field]) -> &'a [Value] {
    // SAFETY: a field has the representation of a value.
    unsafe { std::slice::from_raw_parts(fields.as_ptr().cast(), fields.len()) }
}

/// Moves the items `from..end` of a young array so that they end at `new_end`: no barrier is needed.
fn shift(f: &[Field], from: usize, end: usize, new_end: usize) {
    // Who reads an item at its new place sees what it is.
    fence(Release);
    if new_end > end {
        let (items, grow) = (&f[..new_end], new_end - end);
        for i in (from..end).rev() {
            items[i + grow].init(items[i].get());
        }
    } else {
        let (items, by) = (&f[..end], end - new_end);
        for i in from..end {
            items[i - by].init(items[i].get());
        }
    }
}

pub(crate) fn compare(t: &Thread, a: Ref<List>, other: Value, op: Compare) -> Result<Value> {
    let Some(b) = other.downcast::<List>() else { return Ok(Value::NOT_IMPLEMENTED) };
    if a.len() != b.len() && matches!(op, Compare::Eq | Compare::Ne) {
        return Ok(Value::bool(op == Compare::Ne));
    }
    let mut i = 0;
    if t.owns(a.header()) && t.owns(b.header()) {
        // What is the same in both calls nothing.
        let (x, y) = a.with_items(|x| b.with_items(|y| (values(x), values(y))));
        i = x.iter().zip(y).take_while(|(x, y)| x == y).count();
    }
    t.check_depth(" in comparison")?;
    while let (Some(x), Some(y)) = (a.get(i), b.get(i)) {
        if x != y && (both_small_ints(x, y) || !t.equal(x, y)?) {
            // The comparison may have emptied them.
            if i >= a.len() || i >= b.len() {
                break;
            }
            return match op {
                Compare::Eq => Ok(Value::FALSE),
                Compare::Ne => Ok(Value::TRUE),
                _ => t.rich_compare(x, y, op),
            };
        }
        i += 1;
    }
    Ok(Value::bool(op.holds(a.len().cmp(&b.len()))))
}

/// Built-in mutable sequence.
///
/// If no argument is given, the constructor creates a new empty list.
/// The argument must be an iterable if specified.
#[pyclass(name = "list", flags(BASE, SEQUENCE, MATCH_SELF, OWNED))]
impl List {
    #[py]
    fn __new__(t: &Thread, cls: Ref<Class>, args: &[Value], kwargs: Kwargs) -> Result<Ref<List>> {
        let _ = (args, kwargs);
        if cls == List::class() { List::new(t) } else { List::in_class(t, cls) }
    }
    #[py("($self, iterable=(), /)")]
    fn __init__(t: &Thread, this: Ref<List>, iterable: Option<Value>) -> Result<()> {
        if !this.is_empty() {
            this.clear(t);
        }
        match iterable {
            Some(it) => this.extend(t, it),
            None => Ok(()),
        }
    }
    #[py]
    fn __repr__(t: &Thread, this: Ref<List>) -> Result<Value> {
        if this.is_empty() {
            return "[]".into_value(t);
        }
        if !t.repr_enter(this.value())? {
            return "[...]".into_value(t);
        }
        let build = || -> Result<Value> {
            let mut b = taipan_text::TextBuf::new();
            b.push_str("[");
            let mut i = 0;
            while let Some(v) = this.get(i) {
                if i > 0 {
                    b.push_str(", ");
                }
                let s = t.repr(v)?;
                b.push_text(crate::ops::text::text_of(&s));
                i += 1;
            }
            b.push_str("]");
            t.str_from_text(&b).map(Ref::value)
        };
        let r = build();
        t.repr_leave(this.value());
        r
    }
    #[py]
    fn __len__(_t: &Thread, this: Ref<List>) -> usize {
        this.len()
    }
    #[py]
    fn __iter__(t: &Thread, this: Ref<List>) -> Result<Ref<ListIterator>> {
        ListIterator::new(t, this)
    }
    /// Return a reverse iterator over the list.
    #[py("($self, /)")]
    fn __reversed__(t: &Thread, this: Ref<List>) -> Result<Ref<ListReverseIterator>> {
        let n = this.len();
        let list = RefField::null();
        list.init(this);
        let r = t.create(ListReverseIterator { header: Header::NEW, list, remaining: AtomicUsize::new(n) })?;
        r.header.owner.store(t.id, Relaxed);
        Ok(r)
    }
    #[py]
    fn __getitem__(t: &Thread, this: Ref<List>, key: Value) -> Result<Value> {
        if let Some(s) = key.downcast::<Slice>() {
            return this.copy_selected(t, s.unpack(t)?).map(Ref::value);
        }
        let Some(i) = t.index_opt(key)? else {
            return Err(t.type_error(format!("list indices must be integers or slices, not {}", class_of(key).name_string())));
        };
        let i = t.to_index(i)?;
        match this.get_signed(i) {
            Some(v) => Ok(v),
            None => Err(List::index_error(t, "list index out of range")),
        }
    }
    #[py]
    fn __setitem__(t: &Thread, this: Ref<List>, key: Value, value: Value) -> Result<()> {
        if let Some(s) = key.downcast::<Slice>() {
            return assign_slice(t, this, s, Some(value));
        }
        let Some(i) = t.index_opt(key)? else {
            return Err(t.type_error(format!("list indices must be integers or slices, not {}", class_of(key).name_string())));
        };
        let i = t.to_index(i)?;
        if this.set_signed(t, i, value) { Ok(()) } else { Err(List::index_error(t, "list assignment index out of range")) }
    }
    #[py]
    fn __delitem__(t: &Thread, this: Ref<List>, key: Value) -> Result<()> {
        if let Some(s) = key.downcast::<Slice>() {
            return assign_slice(t, this, s, None);
        }
        let Some(i) = t.index_opt(key)? else {
            return Err(t.type_error(format!("list indices must be integers or slices, not {}", class_of(key).name_string())));
        };
        let i = t.to_index(i)?;
        match this.remove_at(t, i)? {
            Some(_) => Ok(()),
            None => Err(List::index_error(t, "list assignment index out of range")),
        }
    }
    #[py]
    fn __contains__(t: &Thread, this: Ref<List>, value: Value) -> Result<bool> {
        this.contains(t, value)
    }
    #[py]
    fn __add__(t: &Thread, this: Ref<List>, other: Value) -> Result<Value> {
        let Some(o) = other.downcast::<List>() else {
            return Err(t.type_error(format!("can only concatenate list (not \"{}\") to list", class_of(other).name_string())));
        };
        this.concatenated(t, &o).map(Ref::value)
    }
    #[py]
    fn __iadd__(t: &Thread, this: Ref<List>, other: Value) -> Result<Ref<List>> {
        this.extend(t, other)?;
        Ok(this)
    }
    #[py]
    fn __mul__(t: &Thread, this: Ref<List>, count: Value) -> Result<Value> {
        let n = t.index_or(count, ex::Kind::OverflowError)?.max(0) as usize;
        this.repeat(t, n).map(Ref::value)
    }
    #[py]
    fn __rmul__(t: &Thread, this: Ref<List>, count: Value) -> Result<Value> {
        List::__mul__(t, this, count)
    }
    #[py]
    fn __imul__(t: &Thread, this: Ref<List>, count: Value) -> Result<Ref<List>> {
        let Some(n) = t.index_opt(count)? else {
            return Err(t.type_error(format!("'{}' object cannot be interpreted as an integer", class_of(count).name_string())));
        };
        let n = t.to_index(n)?;
        if n <= 0 {
            this.clear(t);
            return Ok(this);
        }
        let fill = |items: &[Field], new: &[Field]| {
            new.iter().zip(items.iter().cycle()).take(items.len() * n as usize).for_each(|(to, from)| to.init(from.get()));
            (Some(items.len() * n as usize), ())
        };
        this.rewrite(t, |len| len.checked_mul(n as usize), fill)?;
        Ok(this)
    }
    #[py]
    fn __eq__(t: &Thread, this: Ref<List>, other: Value) -> Result<Value> {
        compare(t, this, other, Compare::Eq)
    }
    #[py]
    fn __ne__(t: &Thread, this: Ref<List>, other: Value) -> Result<Value> {
        compare(t, this, other, Compare::Ne)
    }
    #[py]
    fn __lt__(t: &Thread, this: Ref<List>, other: Value) -> Result<Value> {
        compare(t, this, other, Compare::Lt)
    }
    #[py]
    fn __le__(t: &Thread, this: Ref<List>, other: Value) -> Result<Value> {
        compare(t, this, other, Compare::Le)
    }
    #[py]
    fn __gt__(t: &Thread, this: Ref<List>, other: Value) -> Result<Value> {
        compare(t, this, other, Compare::Gt)
    }
    #[py]
    fn __ge__(t: &Thread, this: Ref<List>, other: Value) -> Result<Value> {
        compare(t, this, other, Compare::Ge)
    }
    /// Append object to the end of the list.
    #[py(name = "append", "($self, object, /)")]
    fn append_method(t: &Thread, this: Ref<List>, object: Value) -> Result<()> {
        this.append(t, object)
    }
    /// Remove all items from list.
    #[py(name = "clear", "($self, /)")]
    fn clear_method(t: &Thread, this: Ref<List>) {
        this.clear(t)
    }
    /// Return a shallow copy of the list.
    #[py(name = "copy", "($self, /)")]
    fn copy_method(t: &Thread, this: Ref<List>) -> Result<Ref<List>> {
        this.copy(t)
    }
    /// Return number of occurrences of value.
    #[py("($self, value, /)")]
    fn count(t: &Thread, this: Ref<List>, value: Value) -> Result<usize> {
        let (mut i, mut n) = (0, 0);
        if !t.owns(this.header()) {
            for v in this.snapshot(t)?.iter() {
                n += usize::from(t.equal(v, value)?);
            }
            return Ok(n);
        }
        while let Some(v) = this.get(i) {
            n += usize::from(t.equal(v, value)?);
            i += 1;
        }
        Ok(n)
    }
    /// Extend list by appending elements from the iterable.
    #[py(name = "extend", "($self, iterable, /)")]
    fn extend_method(t: &Thread, this: Ref<List>, iterable: Value) -> Result<()> {
        this.extend(t, iterable)
    }
    /// Return first index of value.
    ///
    /// Raises ValueError if the value is not present.
    #[py("($self, value, start=0, stop=sys.maxsize, /)")]
    fn index(t: &Thread, this: Ref<List>, value: Value, start: Option<ClippedIndex>, stop: Option<ClippedIndex>) -> Result<usize> {
        let n = this.len() as isize;
        let clip = |i: isize| if i < 0 { (i + n).max(0) } else { i } as usize;
        let (from, to) = (start.map_or(0, |s| clip(s.0)), stop.map_or(usize::MAX, |s| clip(s.0)));
        this.find(t, value, from..to)?.ok_or_else(|| t.value_error("list.index(x): x not in list"))
    }
    /// Insert object before index.
    #[py("($self, index, object, /)")]
    fn insert(t: &Thread, this: Ref<List>, index: isize, object: Value) -> Result<()> {
        this.insert_at(t, index, object)
    }
    /// Remove and return item at index (default last).
    ///
    /// Raises IndexError if list is empty or index is out of range.
    #[py(name = "pop", "($self, index=-1, /)")]
    fn pop_method(t: &Thread, this: Ref<List>, index: Option<isize>) -> Result<Value> {
        let popped = match index {
            None => this.pop(t),
            Some(i) => this.remove_at(t, i)?,
        };
        popped.ok_or_else(|| {
            let empty = index.is_none() || this.is_empty();
            List::index_error(t, if empty { "pop from empty list" } else { "pop index out of range" })
        })
    }
    /// Remove first occurrence of value.
    ///
    /// Raises ValueError if the value is not present.
    #[py("($self, value, /)")]
    fn remove(t: &Thread, this: Ref<List>, value: Value) -> Result<()> {
        let missing = || t.value_error("list.remove(x): x not in list");
        if !t.owns(this.header()) {
            match this.remove_plainly(t, value)? {
                Removal::Done => return Ok(()),
                Removal::Missing => return Err(missing()),
                Removal::Unknown => {}
            }
        }
        let mut i = 0;
        while let Some(v) = this.get(i) {
            if t.equal(v, value)? {
                if this.take_out(t, i, v)? {
                    return Ok(());
                }
                // Somebody else has taken it out: look for another.
                i = 0;
                continue;
            }
            i += 1;
        }
        Err(missing())
    }
    /// Reverse *IN PLACE*.
    #[py("($self, /)")]
    fn reverse(t: &Thread, this: Ref<List>) -> Result<()> {
        if t.owns(this.header()) {
            let Some(a) = this.storage() else { return Ok(()) };
            let items = &a.fields()[..this.len()];
            this.change(t, || {
                for i in 0..items.len() / 2 {
                    let (one, other) = (&items[i], &items[items.len() - 1 - i]);
                    let v = one.get();
                    one.set(t, a.header(), other.get());
                    other.set(t, a.header(), v);
                }
            });
            return Ok(());
        }
        let fill = |items: &[Field], new: &[Field]| {
            new.iter().zip(items.iter().rev()).for_each(|(to, from)| to.init(from.get()));
            (Some(items.len()), ())
        };
        this.rewrite(t, Some, fill)
    }
    /// Sort the list in ascending order and return None.
    ///
    /// The sort is in-place (i.e. the list itself is modified) and stable (i.e. the
    /// order of two equal elements is maintained).
    ///
    /// If a key function is given, apply it once to each list item and sort them,
    /// ascending or descending, according to their function values.
    ///
    /// The reverse flag can be set to sort in descending order.
    #[py("($self, /, *, key=None, reverse=False)")]
    fn sort(t: &Thread, this: Ref<List>, key: Option<Value>, reverse: Option<bool>) -> Result<()> {
        let (key, reverse) = (key.filter(|k| !k.is_none()), reverse.unwrap_or(false));
        if key.is_none() && t.owns(this.header()) && this.with_items(|items| sort::is_sorted(values(items), reverse)) {
            return Ok(());
        }
        // Without code of the user's the list can be sorted beside it, unless others do not stop to change it.
        for _ in 0..if key.is_none() { SORTS } else { 0 } {
            if !t.owns(this.header()) {
                t.make_shared(this.header());
            }
            let state = this.state();
            let items = this.snapshot(t)?;
            if !sort::is_simple(items.as_slice()) {
                break;
            }
            sort::sort_values(t, &items, None, reverse)?;
            if this.replace_if_same(t, state, &items) {
                return Ok(());
            }
        }
        // Others see an empty list meanwhile.
        let Some(sorting) = this.begin_sort(t)? else { return Ok(()) };
        let items = sorting.items(t)?;
        let sorted = sort::sort_values(t, &items, key, reverse);
        let untouched = this.end_sort(t, &sorting, &items)?;
        sorted?;
        if !untouched {
            return Err(t.value_error("list modified during sort"));
        }
        Ok(())
    }
    #[py("($self, /)")]
    fn __sizeof__(_t: &Thread, this: Ref<List>) -> usize {
        size_of::<List>() + this.storage().map_or(0, |a| 16 + 8 * a.capacity())
    }
    /// See PEP 585
    #[py("($cls, item, /)")]
    fn __class_getitem__(t: &Thread, cls: Ref<Class>, item: Value) -> Result<Value> {
        t.generic_alias(cls.value(), item)
    }
}

fn assign_slice(t: &Thread, this: Ref<List>, s: Ref<Slice>, value: Option<Value>) -> Result<()> {
    let new = match value {
        Some(v) => {
            let c = class_of(v);
            use crate::objects::class::Special;
            if c.special(t, Special::Iter).is_none() && c.special(t, Special::Getitem).is_none() {
                return Err(t.type_error("must assign iterable to extended slice"));
            }
            if v == this.value() { this.snapshot(t)? } else { t.iterate_to_vec(v)? }
        }
        None => ValueVec::new(),
    };
    let selected = s.unpack(t)?;
    if selected.step == 1 {
        return this.splice(t, selected, new.as_slice());
    }
    if value.is_none() {
        return this.rewrite(t, Some, |items, kept| {
            let out = selected.adjust(items.len());
            if out.count == 0 {
                return (None, ());
            }
            let end = out.start + (out.count as isize - 1) * out.step;
            let between = out.start.min(end)..=out.start.max(end);
            let goes = |i: isize| between.contains(&i) && (i - out.start) % out.step == 0;
            let stay = items.iter().enumerate().filter(|(i, _)| !goes(*i as isize));
            kept.iter().zip(stay).for_each(|(to, (_, from))| to.init(from.get()));
            (Some(items.len() - out.count), ())
        });
    }
    let fill = |items: &[Field], all: &[Field]| {
        let places = selected.adjust(items.len());
        if places.count != new.len() {
            return (None, Err(places.count));
        }
        all.iter().zip(items).for_each(|(to, from)| to.init(from.get()));
        places.positions().zip(new.as_slice()).for_each(|(i, &v)| all[i].init(v));
        (Some(items.len()), Ok(()))
    };
    this.rewrite(t, Some, fill)?.map_err(|places| {
        let n = new.len();
        t.value_error(format!("attempt to assign sequence of size {n} to extended slice of size {places}"))
    })
}

/// What `reversed(list)` makes.
#[derive(HeapType)]
#[repr(C)]
pub struct ListReverseIterator {
    header: Header,
    list: RefField<List>,
    /// Items still to come.
    remaining: AtomicUsize,
}

impl ListReverseIterator {
    /// The next item.
    #[inline]
    pub fn advance(&self, t: &Thread) -> Option<Value> {
        exclusively(t, &self.header, || {
            let i = self.remaining.load(Relaxed).checked_sub(1)?;
            let item = self.list.get().and_then(|l| l.get(i));
            self.remaining.store(if item.is_some() { i } else { 0 }, Relaxed);
            item
        })
        .or_else(|| {
            self.list.set(t, &self.header, None);
            None
        })
    }
}

#[pyclass(name = "list_reverseiterator", flags(NO_NEW))]
impl ListReverseIterator {
    #[py]
    fn __iter__(_t: &Thread, this: Ref<ListReverseIterator>) -> Ref<ListReverseIterator> {
        this
    }
    #[py]
    fn __next__(t: &Thread, this: Ref<ListReverseIterator>) -> Result<Option<Value>> {
        Ok(this.advance(t))
    }
    #[py("($self, /)")]
    fn __length_hint__(_t: &Thread, this: Ref<ListReverseIterator>) -> usize {
        let n = this.remaining.load(Relaxed);
        if this.list.get().is_some_and(|l| l.len() >= n) { n } else { 0 }
    }
    #[py("($self, /)")]
    fn __reduce__(t: &Thread, this: Ref<ListReverseIterator>) -> Result<Value> {
        // Looking the function up may run user code, and this iterator.
        let reversed = t.builtin(names::reversed())?;
        let n = this.remaining.load(Relaxed);
        match this.list.get().filter(|_| n > 0) {
            Some(l) => (reversed, Tuple::new(t, &[l.value()])?, n - 1).into_value(t),
            None => (reversed, Tuple::new(t, &[List::new(t)?.value()])?).into_value(t),
        }
    }
    #[py("($self, state, /)")]
    fn __setstate__(_t: &Thread, this: Ref<ListReverseIterator>, state: isize) {
        let n = this.list.get().map_or(0, |l| l.len() as isize);
        this.remaining.store((state + 1).clamp(0, n) as usize, Relaxed);
    }
}
