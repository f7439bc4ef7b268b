//! The Python methods of `dict`. They add to [`Dict`]'s operations what Python sees: conversions of arguments, `__missing__`,
//! KeyErrors, and the classes of results.

use crate::native::*;
use crate::objects::class::Special;
use crate::objects::dict_views::{DictItems, DictKeyIterator, DictKeys, DictReverseKeyIterator, DictValues};
use crate::objects::set::SetData;
use crate::ops::text::text_of;
use taipan_text::TextBuf;

/// The exact dict, or the dict of a subclass that iterates as dicts do: one that may be read directly.
fn plainly_iterated(t: &Thread, v: Value) -> Option<Ref<Dict>> {
    let d = v.downcast::<Dict>()?;
    let class = class_of(v);
    if class == Dict::class() || class.special(t, Special::Iter) == Dict::class().special(t, Special::Iter) {
        Some(d)
    } else {
        None
    }
}

#[inline(always)]
fn is_exact(d: Ref<Dict>) -> bool {
    d.header().shape_id() == Dict::class_cell().shape()
}

impl Dict {
    /// `d[key]`, with `__missing__` of subclasses.
    #[inline]
    pub fn subscript(this: Ref<Dict>, t: &Thread, key: Value) -> Result<Value> {
        match this.get(t, key)? {
            Some(v) => Ok(v),
            None => Dict::missing(this, t, key),
        }
    }

    #[cold]
    fn missing(this: Ref<Dict>, t: &Thread, key: Value) -> Result<Value> {
        if !is_exact(this)
            && let Some(f) = class_of(this.value()).special(t, Special::Missing)
        {
            return t.call_special1(f, this.value(), key);
        }
        Err(t.key_error(key))
    }

    /// Takes the items of whatever `dict.update` accepts: a dict, an object with `keys`, or an iterable of pairs.
    pub fn update_from(&self, t: &Thread, source: Value) -> Result<()> {
        if class_of(source) == Dict::class()
            && let Some(d) = source.downcast::<Dict>()
        {
            return self.merge(t, d, true);
        }
        match t.get_attr_opt(source, names::keys())? {
            Some(_) => self.merge_mapping(t, source),
            None => self.merge_pairs(t, source),
        }
    }

    /// Takes the items of a mapping, by its `keys` and `__getitem__` unless it is a dict.
    pub fn merge_mapping(&self, t: &Thread, source: Value) -> Result<()> {
        if let Some(d) = plainly_iterated(t, source) {
            return self.merge(t, d, true);
        }
        let keys = t.get_attr(source, names::keys())?;
        let it = t.iter(t.call(keys, &[])?)?;
        while let Some(key) = t.next(it)? {
            let value = t.get_item(source, key)?;
            self.set(t, key, value)?;
        }
        Ok(())
    }

    /// Takes the pairs of an iterable.
    fn merge_pairs(&self, t: &Thread, source: Value) -> Result<()> {
        let it = t.iter(source)?;
        let mut i = 0usize;
        while let Some(element) = t.next(it)? {
            let pair = match element.downcast::<Tuple>().filter(|_| class_of(element) == Tuple::class()) {
                Some(pair) => pair,
                None => sequence_of(t, element).map_err(|e| note_element(t, e, i))?,
            };
            let &[key, value] = pair.as_slice() else {
                return Err(
                    t.value_error(format!("dictionary update sequence element #{i} has length {}; 2 is required", pair.len()))
                );
            };
            self.set(t, key, value)?;
            i += 1;
        }
        Ok(())
    }

    /// The arguments of `dict(…)` and `update(…)`.
    fn update_common(&self, t: &Thread, args: &[Value], kwargs: Kwargs, method: &str) -> Result<()> {
        match *args {
            [] => {}
            [source] => self.update_from(t, source)?,
            _ => return Err(t.type_error(format!("{method} expected at most 1 argument, got {}", args.len()))),
        }
        match kwargs.0 {
            Some(kwargs) => self.merge(t, kwargs, true),
            None => Ok(()),
        }
    }

    /// Whether both dicts have equal items.
    pub fn equals(this: Ref<Dict>, t: &Thread, other: Ref<Dict>) -> Result<bool> {
        if this.len() != other.len() {
            return Ok(false);
        }
        let (this, other) = Dict::snapshots(this, other, t)?;
        if this.len() != other.len() {
            return Ok(false);
        }
        let mut pos = 0;
        while let Some((key, mine)) = this.next(&mut pos) {
            match other.get(t, key)? {
                Some(theirs) if t.equal(mine, theirs)? => {}
                _ => return Ok(false),
            }
        }
        Ok(true)
    }
}

/// The items of an element of `dict(iterable)`.
fn sequence_of(t: &Thread, element: Value) -> Result<Ref<Tuple>> {
    let it = t.iter(element).map_err(|e| if t.is_type_error(e) { t.type_error("object is not iterable") } else { e })?;
    let items = ValueVec::new();
    while let Some(item) = t.next(it)? {
        items.push(t, item)?;
    }
    items.into_tuple(t)
}

/// Adds to a TypeError which element could not be taken apart.
#[cold]
fn note_element(t: &Thread, e: Exc, i: usize) -> Exc {
    if !t.is_type_error(e) {
        return e;
    }
    let add = || {
        let note = Str::from_str(t, &format!("Cannot convert dictionary update sequence element #{i} to a sequence"))?;
        let add_note = t.get_attr(e.value(), Str::intern_str(t, "add_note")?)?;
        t.call(add_note, &[note.value()])
    };
    match add() {
        Ok(_) => e,
        Err(e) => e,
    }
}

/// dict() -> new empty dictionary.
/// dict(mapping) -> new dictionary with the items of the mapping.
/// dict(iterable) -> new dictionary with the (key, value) pairs of the iterable.
/// dict(**kwargs) -> new dictionary with the keyword arguments as items.
#[pyclass(name = "dict", flags(BASE, MAPPING, OWNED, MATCH_SELF))]
impl Dict {
    #[py]
    fn __new__(t: &Thread, cls: Ref<Class>, _args: &[Value], _kwargs: Kwargs) -> Result<Ref<Dict>> {
        if cls == Dict::class() {
            return Dict::new(t);
        }
        t.create_in(cls, Dict { header: Header::NEW, storage: RefField::null() })
    }

    #[py]
    fn __init__(t: &Thread, this: Ref<Dict>, args: &[Value], kwargs: Kwargs) -> Result<()> {
        this.update_common(t, args, kwargs, "dict")
    }

    #[py]
    fn __repr__(t: &Thread, this: Ref<Dict>) -> Result<Value> {
        if !t.repr_enter(this.value())? {
            return "{...}".into_value(t);
        }
        let text = repr_of(t, this);
        t.repr_leave(this.value());
        t.str_from_text(&text?).map(Ref::value)
    }

    #[py]
    fn __lt__(_t: &Thread, _this: Ref<Dict>, _value: Value) -> Value {
        Value::NOT_IMPLEMENTED
    }
    #[py]
    fn __le__(_t: &Thread, _this: Ref<Dict>, _value: Value) -> Value {
        Value::NOT_IMPLEMENTED
    }
    #[py]
    fn __gt__(_t: &Thread, _this: Ref<Dict>, _value: Value) -> Value {
        Value::NOT_IMPLEMENTED
    }
    #[py]
    fn __ge__(_t: &Thread, _this: Ref<Dict>, _value: Value) -> Value {
        Value::NOT_IMPLEMENTED
    }
    #[py]
    fn __eq__(t: &Thread, this: Ref<Dict>, value: Value) -> Result<Value> {
        match value.downcast::<Dict>() {
            Some(other) => Dict::equals(this, t, other).map(Value::bool),
            None => Ok(Value::NOT_IMPLEMENTED),
        }
    }
    #[py]
    fn __ne__(t: &Thread, this: Ref<Dict>, value: Value) -> Result<Value> {
        match value.downcast::<Dict>() {
            Some(other) => Dict::equals(this, t, other).map(|equal| Value::bool(!equal)),
            None => Ok(Value::NOT_IMPLEMENTED),
        }
    }

    #[py]
    fn __iter__(t: &Thread, this: Ref<Dict>) -> Result<Ref<DictKeyIterator>> {
        DictKeyIterator::new(t, this)
    }

    #[py]
    fn __or__(t: &Thread, this: Ref<Dict>, value: Value) -> Result<Value> {
        match value.downcast::<Dict>() {
            Some(right) => union(t, this, right),
            None => Ok(Value::NOT_IMPLEMENTED),
        }
    }
    #[py]
    fn __ror__(t: &Thread, this: Ref<Dict>, value: Value) -> Result<Value> {
        match value.downcast::<Dict>() {
            Some(left) => union(t, left, this),
            None => Ok(Value::NOT_IMPLEMENTED),
        }
    }
    #[py]
    fn __ior__(t: &Thread, this: Ref<Dict>, value: Value) -> Result<Ref<Dict>> {
        this.update_from(t, value)?;
        Ok(this)
    }

    #[py]
    fn __len__(_t: &Thread, this: Ref<Dict>) -> Result<usize> {
        Ok(this.len())
    }

    /// Return self[key].
    #[py(method, "($self, key, /)")]
    fn __getitem__(t: &Thread, this: Ref<Dict>, key: Value) -> Result<Value> {
        Dict::subscript(this, t, key)
    }
    #[py]
    fn __setitem__(t: &Thread, this: Ref<Dict>, key: Value, value: Value) -> Result<()> {
        this.set(t, key, value)
    }
    #[py]
    fn __delitem__(t: &Thread, this: Ref<Dict>, key: Value) -> Result<()> {
        match this.remove(t, key)? {
            Some(_) => Ok(()),
            None => Err(t.key_error(key)),
        }
    }
    /// True if the dictionary has the specified key, else False.
    #[py(method, "($self, key, /)")]
    fn __contains__(t: &Thread, this: Ref<Dict>, key: Value) -> Result<bool> {
        this.contains(t, key)
    }

    /// Return the size of the dict in memory, in bytes.
    #[py("($self, /)")]
    fn __sizeof__(_t: &Thread, this: Ref<Dict>) -> Result<usize> {
        Ok(this.byte_size())
    }

    /// The value for key if the dictionary has it, else default.
    #[py(name = "get", "($self, key, default=None, /)")]
    fn py_get(t: &Thread, this: Ref<Dict>, key: Value, default: Option<Value>) -> Result<Value> {
        Ok(this.get(t, key)?.unwrap_or(default.unwrap_or(Value::NONE)))
    }

    /// Insert key with a value of default if the dictionary does not have it.
    ///
    /// Return the value for key if the dictionary has it, else default.
    #[py("($self, key, default=None, /)")]
    fn setdefault(t: &Thread, this: Ref<Dict>, key: Value, default: Option<Value>) -> Result<Value> {
        let default = default.unwrap_or(Value::NONE);
        Ok(this.set_default(t, key, default)?.unwrap_or(default))
    }

    /// Remove the specified key and return its value.
    ///
    /// If the key is not found, return the default if given; otherwise, raise a KeyError.
    #[py("($self, key, default=<unrepresentable>, /)")]
    fn pop(t: &Thread, this: Ref<Dict>, key: Value, default: Option<Value>) -> Result<Value> {
        // An empty dict does not look at the key.
        let found = if this.is_empty() { None } else { this.remove(t, key)? };
        found.or(default).ok_or_else(|| t.key_error(key))
    }

    /// Remove and return a (key, value) pair as a 2-tuple.
    ///
    /// Pairs are returned in LIFO (last-in, first-out) order. Raises KeyError if the dict is empty.
    #[py("($self, /)")]
    fn popitem(t: &Thread, this: Ref<Dict>) -> Result<Value> {
        match this.pop_item(t, true)? {
            Some((k, v)) => Ok(Tuple::new(t, &[k, v])?.value()),
            None => Err(t.key_error("popitem(): dictionary is empty".into_value(t)?)),
        }
    }

    /// Return a set-like object providing a view on the dict's keys.
    #[py("($self, /)")]
    fn keys(t: &Thread, this: Ref<Dict>) -> Result<Ref<DictKeys>> {
        DictKeys::new(t, this)
    }
    /// Return a set-like object providing a view on the dict's items.
    #[py("($self, /)")]
    fn items(t: &Thread, this: Ref<Dict>) -> Result<Ref<DictItems>> {
        DictItems::new(t, this)
    }
    /// Return an object providing a view on the dict's values.
    #[py("($self, /)")]
    fn values(t: &Thread, this: Ref<Dict>) -> Result<Ref<DictValues>> {
        DictValues::new(t, this)
    }

    /// D.update([E, ]**F) -> None.  Update D from mapping or iterable E, then from the keyword arguments F.
    ///
    /// A mapping is anything that has a method keys(); any other E is iterated over for (key, value) pairs.
    #[py(name = "update", nosig, "(*args, **kwargs)")]
    fn py_update(t: &Thread, this: Ref<Dict>, args: &[Value], kwargs: Kwargs) -> Result<()> {
        this.update_common(t, args, kwargs, "update")
    }

    /// Create a new dictionary with keys from iterable and all values set to value.
    #[py(classmethod, "($type, iterable, value=None, /)")]
    fn fromkeys(t: &Thread, cls: Ref<Class>, iterable: Value, value: Option<Value>) -> Result<Value> {
        let value = value.unwrap_or(Value::NONE);
        let made = if cls == Dict::class() { Dict::new(t)?.value() } else { t.call(cls.value(), &[])? };
        let exact = made.downcast::<Dict>().filter(|_| class_of(made) == Dict::class());
        if let Some(d) = exact
            && let Some(s) = iterable.downcast::<SetData>().filter(|s| s.is_exact())
        {
            let (s, mut pos) = (s.stable(t)?, 0);
            while let Some((key, hash)) = s.next(&mut pos) {
                d.set_with_hash(t, key, value, hash)?;
            }
            return Ok(made);
        }
        if let Some(d) = exact
            && let Some(from) = iterable.downcast::<Dict>().filter(|&from| is_exact(from))
        {
            let (from, mut pos) = (from.snapshot(t)?, 0);
            while let Some((key, _, hash)) = from.next_with_hash(&mut pos) {
                d.set_with_hash(t, key, value, hash)?;
            }
            return Ok(made);
        }
        let it = t.iter(iterable)?;
        while let Some(key) = t.next(it)? {
            match exact {
                Some(d) => d.set(t, key, value)?,
                None => t.set_item(made, key, value)?,
            }
        }
        Ok(made)
    }

    /// Remove all items from the dict.
    #[py(name = "clear", "($self, /)")]
    fn py_clear(t: &Thread, this: Ref<Dict>) -> Result<()> {
        this.clear(t)
    }

    /// Return a shallow copy of the dict.
    #[py(name = "copy", "($self, /)")]
    fn py_copy(t: &Thread, this: Ref<Dict>) -> Result<Ref<Dict>> {
        this.copy(t)
    }

    /// Return a reverse iterator over the dict keys.
    #[py("($self, /)")]
    fn __reversed__(t: &Thread, this: Ref<Dict>) -> Result<Ref<DictReverseKeyIterator>> {
        DictReverseKeyIterator::new(t, this)
    }

    /// See PEP 585
    #[py(classmethod, "($type, object, /)")]
    fn __class_getitem__(t: &Thread, cls: Ref<Class>, object: Value) -> Result<Value> {
        t.generic_alias(cls.value(), object)
    }
}

/// A new dict with the items of both at one moment; those of `right` win.
fn union(t: &Thread, left: Ref<Dict>, right: Ref<Dict>) -> Result<Value> {
    if !is_exact(right) {
        let new = left.copy(t)?;
        new.update_from(t, right.value())?;
        return Ok(new.value());
    }
    let (left, right) = Dict::snapshots(left, right, t)?;
    let new = left.copy(t)?;
    new.merge(t, right, true)?;
    Ok(new.value())
}

fn repr_of(t: &Thread, d: Ref<Dict>) -> Result<TextBuf> {
    let mut text = TextBuf::new();
    text.push_str("{");
    let (d, mut pos) = (d.snapshot(t)?, 0);
    let mut first = true;
    while let Some((key, value)) = d.next(&mut pos) {
        if !first {
            text.push_str(", ");
        }
        first = false;
        text.push_text(text_of(&*t.repr(key)?));
        text.push_str(": ");
        text.push_text(text_of(&*t.repr(value)?));
    }
    text.push_str("}");
    Ok(text)
}

/// Adds the items of `from`; stops at the first key that is there already, and returns it: for calls with `**kwargs`.
pub fn merge_distinct(t: &Thread, d: Ref<Dict>, from: Ref<Dict>) -> Result<Option<Value>> {
    let (from, mut pos) = (from.snapshot(t)?, 0);
    while let Some((key, value, hash)) = from.next_with_hash(&mut pos) {
        if d.set_default_with_hash(t, key, value, hash)?.is_some() {
            return Ok(Some(key));
        }
    }
    Ok(None)
}
