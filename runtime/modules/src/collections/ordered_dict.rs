//! `OrderedDict`: a dictionary whose order can be changed, and counts when two are compared.
//!
//! Dictionaries keep the order of insertion, so this is one with some methods more: moving a key to the end takes it out and puts
//! it back. Moving one to the front rebuilds the dictionary, which costs time in proportion to its size.

use taipan_vm::native::*;
use taipan_vm::objects::exceptions as ex;
use taipan_vm::objects::turns::in_turn;

#[derive(HeapType)]
#[heap(base = Dict)]
#[repr(C)]
pub struct OrderedDict {
    dict: Dict,
}

fn as_dict(this: Ref<OrderedDict>) -> Result<Ref<Dict>> {
    Ok(this.value().downcast::<Dict>().expect("an OrderedDict is a dict"))
}

fn is_exact(v: Value) -> bool {
    class_of(v) == OrderedDict::class()
}

/// Whether an instance has these methods from `dict`, so that nobody can tell whether they are called.
fn inherits(t: &Thread, v: Value, methods: &[Ref<Str>]) -> bool {
    is_exact(v) || methods.iter().all(|&name| class_of(v).lookup(t, name) == Dict::class().lookup(t, name))
}

/// `self.update(…)` of a MutableMapping: by `__setitem__`, so that subclasses see it.
fn update(t: &Thread, this: Value, args: &[Value], kwargs: Kwargs) -> Result<()> {
    if args.len() > 1 {
        return Err(t.type_error(format!("update() takes at most 1 positional argument ({} given)", args.len())));
    }
    if let Some(&source) = args.first() {
        if let Some(d) = source.downcast::<Dict>().filter(|_| class_of(source) == Dict::class()) {
            let items = d.items_vec(t)?;
            for pair in items.as_slice().chunks_exact(2) {
                t.set_item(this, pair[0], pair[1])?;
            }
        } else if let Some(keys) = t.get_attr_opt(source, names::keys())? {
            let keys = t.call(keys, &[])?;
            t.for_each(keys, |k| {
                let v = t.get_item(source, k)?;
                t.set_item(this, k, v)
            })?;
        } else if let Some(items) = t.get_attr_opt(source, names::items())? {
            let items = t.call(items, &[])?;
            pairs(t, this, items)?;
        } else {
            pairs(t, this, source)?;
        }
    }
    if let Some(k) = kwargs.0 {
        let mut pos = 0;
        while let Some((k, v)) = k.next(&mut pos) {
            t.set_item(this, k, v)?;
        }
    }
    Ok(())
}

fn pairs(t: &Thread, this: Value, source: Value) -> Result<()> {
    t.for_each(source, |pair| {
        let items = t.iterate_to_vec(pair)?;
        match items.as_slice() {
            [k, v] => t.set_item(this, *k, *v),
            [] | [_] => Err(t.value_error(format!(
                "need more than {} value{} to unpack",
                items.len(),
                if items.len() == 1 { "" } else { "s" }
            ))),
            _ => Err(t.value_error("too many values to unpack (expected 2)")),
        }
    })
}

/// A new one of the same class with the same items: of a subclass, what its `__getitem__` says they are.
fn copied(t: &Thread, this: Ref<OrderedDict>) -> Result<Value> {
    let d = as_dict(this)?;
    let new = t.call(class_of(this.value()).value(), &[])?;
    if is_exact(this.value()) {
        if let Some(new) = new.downcast::<Dict>() {
            new.update(t, d)?;
        }
        return Ok(new);
    }
    let items = d.items_vec(t)?;
    for pair in items.as_slice().chunks_exact(2) {
        let v = t.get_item(this.value(), pair[0])?;
        t.set_item(new, pair[0], v)?;
        if d.len() != items.len() / 2 && t.owns(d.header()) {
            return Err(t.runtime_error("OrderedDict mutated during iteration"));
        }
    }
    Ok(new)
}

fn blank(t: &Thread, class: Ref<Class>) -> Result<Ref<OrderedDict>> {
    let shape = class.instance_shape();
    let s = taipan_heap::SHAPES.get(shape);
    let part = if s.slots_offset != 0 { 8 * (1 + s.inline_slots as usize) } else { 0 };
    let cell = t.allocate_owned(size_of::<OrderedDict>().next_multiple_of(8) + part, shape)?;
    // SAFETY: a fresh, zeroed cell of the layout's size: an empty dictionary.
    let this = unsafe { Ref::<OrderedDict>::from_raw(cell.cast()) };
    t.empty_instance_part(this.header());
    if class.has_flag(class_flags::HAS_DEL) {
        t.register_finalizer(this.value());
    }
    Ok(this)
}

/// Dictionary that remembers insertion order
#[pyclass(name = "OrderedDict", module = "collections", base = Dict, flags(BASE, MAPPING, OWNED, HAS_DICT, HAS_WEAKREF))]
impl OrderedDict {
    #[py("(*args, **kwargs)", nosig)]
    fn __new__(t: &Thread, cls: Ref<Class>, args: &[Value], kwargs: Kwargs) -> Result<Ref<OrderedDict>> {
        let _ = (args, kwargs);
        blank(t, cls)
    }
    #[py("(*args, **kwargs)", nosig)]
    fn __init__(t: &Thread, this: Ref<OrderedDict>, args: &[Value], kwargs: Kwargs) -> Result<()> {
        if args.len() > 1 {
            return Err(t.type_error(format!("expected at most 1 arguments, got {}", args.len())));
        }
        update(t, this.value(), args, kwargs)
    }
    /// Update self from another mapping or iterable, and from keywords.
    #[py("(*args, **kwargs)", nosig)]
    fn update(t: &Thread, this: Ref<OrderedDict>, args: &[Value], kwargs: Kwargs) -> Result<()> {
        update(t, this.value(), args, kwargs)
    }
    /// Move an existing element to the end (or beginning if last is false).
    ///
    /// Raise KeyError if the element does not exist.
    #[py("($self, /, key, last=True)")]
    fn move_to_end(t: &Thread, this: Ref<OrderedDict>, key: Value, last: Option<bool>) -> Result<()> {
        let d = as_dict(this)?;
        let hash = t.hash(key)?;
        let last = last.unwrap_or(true);
        let is_there = |key: Value| {
            let mut at = if last { d.end() } else { 0 };
            let found = if last { d.previous(&mut at) } else { d.next(&mut at) };
            found.is_some_and(|(k, _)| k == key)
        };
        // A key at its place is not touched, so that comparisons which come back here change nothing under the search.
        if is_there(key) {
            return Ok(());
        }
        let Some((kept, _)) = d.get_item(t, key)? else { return Err(t.key_error(key)) };
        if is_there(kept) {
            return Ok(());
        }
        if d.move_key(t, kept, hash, last)? { Ok(()) } else { Err(t.key_error(key)) }
    }
    /// Remove and return a (key, value) pair from the dictionary.
    ///
    /// Pairs are returned in LIFO order if last is true or FIFO order if false.
    #[py("($self, /, last=True)")]
    fn popitem(t: &Thread, this: Ref<OrderedDict>, last: Option<bool>) -> Result<Value> {
        let (d, last) = (as_dict(this)?, last.unwrap_or(true));
        match d.pop_item(t, last)? {
            Some((k, v)) => (k, v).into_value(t),
            None => Err(t.key_error(Str::from_str(t, "dictionary is empty")?.value())),
        }
    }
    /// od.pop(key[,default]) -> v, remove specified key and return the corresponding value.
    ///
    /// If the key is not found, return the default if given; otherwise,
    /// raise a KeyError.
    #[py("($self, /, key, default=<unrepresentable>)")]
    fn pop(t: &Thread, this: Ref<OrderedDict>, key: Value, default: Option<Value>) -> Result<Value> {
        let d = as_dict(this)?;
        match d.remove(t, key)? {
            Some(v) => Ok(v),
            None => default.ok_or_else(|| t.key_error(key)),
        }
    }
    /// Insert key with a value of default if key is not in the dictionary.
    ///
    /// Return the value for key if key is in the dictionary, else default.
    #[py("($self, /, key, default=None)")]
    fn setdefault(t: &Thread, this: Ref<OrderedDict>, key: Value, default: Option<Value>) -> Result<Value> {
        let default = default.unwrap_or(Value::NONE);
        let d = as_dict(this)?;
        if inherits(t, this.value(), &[names::__contains__(), names::__getitem__(), names::__setitem__()]) {
            return Ok(d.set_default(t, key, default)?.unwrap_or(default));
        }
        in_turn(t, this.header(), || {
            if t.contains(this.value(), key)? {
                return t.get_item(this.value(), key);
            }
            t.set_item(this.value(), key, default)?;
            Ok(default)
        })
    }
    /// od.copy() -> a shallow copy of od
    #[py("($self, /)")]
    fn copy(t: &Thread, this: Ref<OrderedDict>) -> Result<Value> {
        copied(t, this)
    }
    /// Create a new ordered dictionary with keys from iterable and values set to value.
    #[py(classmethod, "($type, /, iterable, value=None)")]
    fn fromkeys(t: &Thread, cls: Ref<Class>, iterable: Value, value: Option<Value>) -> Result<Value> {
        let new = t.call(cls.value(), &[])?;
        t.for_each(iterable, |k| t.set_item(new, k, value.unwrap_or(Value::NONE)))?;
        Ok(new)
    }
    /// Return state information for pickling
    #[py("($self, /)")]
    fn __reduce__(t: &Thread, this: Ref<OrderedDict>) -> Result<Value> {
        let state = t.call_method(this.value(), names::__getstate__(), &[])?;
        let items = t.iter(t.call_method(this.value(), names::items(), &[])?)?;
        (class_of(this.value()), Tuple::new(t, &[])?, state, Value::NONE, items).into_value(t)
    }
    #[py]
    fn __repr__(t: &Thread, this: Ref<OrderedDict>) -> Result<Value> {
        let mut s = crate::shown::Shown::new();
        let name = class_of(this.value()).name_string();
        if as_dict(this)?.is_empty() {
            return s.text(&name).text("()").finish(t);
        }
        if !t.repr_enter(this.value())? {
            return s.text("...").finish(t);
        }
        let shown = (|| {
            let items = t.call_method(this.value(), names::items(), &[])?;
            let plain = Dict::new(t)?;
            t.for_each(items, |pair| {
                let mut kv = [Value::NONE; 2];
                t.unpack(pair, &mut kv)?;
                plain.set(t, kv[0], kv[1])
            })?;
            let repr = Dict::class().lookup(t, names::__repr__()).unwrap_or(Value::NONE);
            t.call(repr, &[plain.value()])
        })();
        t.repr_leave(this.value());
        s.text(&name).text("(").str(t, shown?)?.text(")").finish(t)
    }
    #[py]
    fn __eq__(t: &Thread, this: Ref<OrderedDict>, other: Value) -> Result<Value> {
        let (d, Some(o)) = (as_dict(this)?, other.downcast::<Dict>()) else { return Ok(Value::NOT_IMPLEMENTED) };
        if !Dict::equals(d, t, o)? {
            return Ok(Value::FALSE);
        }
        if other.downcast::<OrderedDict>().is_none() {
            return Ok(Value::TRUE);
        }
        let (mut a, mut b) = (0, 0);
        let n = (d.len(), o.len());
        loop {
            match (d.next(&mut a), o.next(&mut b)) {
                (None, None) => return Ok(Value::TRUE),
                (Some((k, _)), Some((l, _))) => {
                    if !t.equal(k, l)? {
                        return Ok(Value::FALSE);
                    }
                    if (d.len(), o.len()) != n {
                        return Err(t.new_error(ex::class(ex::Kind::RuntimeError), "OrderedDict mutated during iteration"));
                    }
                }
                _ => return Ok(Value::FALSE),
            }
        }
    }
    #[py]
    fn __ne__(t: &Thread, this: Ref<OrderedDict>, other: Value) -> Result<Value> {
        match OrderedDict::__eq__(t, this, other)? {
            Value::NOT_IMPLEMENTED => Ok(Value::NOT_IMPLEMENTED),
            equal => Ok(Value::bool(equal == Value::FALSE)),
        }
    }
    #[py]
    fn __or__(t: &Thread, this: Ref<OrderedDict>, other: Value) -> Result<Value> {
        if other.downcast::<Dict>().is_none() {
            return Ok(Value::NOT_IMPLEMENTED);
        }
        let new = t.call(class_of(this.value()).value(), &[this.value()])?;
        update(t, new, &[other], Kwargs(None))?;
        Ok(new)
    }
    #[py]
    fn __ror__(t: &Thread, this: Ref<OrderedDict>, other: Value) -> Result<Value> {
        if other.downcast::<Dict>().is_none() {
            return Ok(Value::NOT_IMPLEMENTED);
        }
        let new = t.call(class_of(this.value()).value(), &[other])?;
        update(t, new, &[this.value()], Kwargs(None))?;
        Ok(new)
    }
    #[py]
    fn __ior__(t: &Thread, this: Ref<OrderedDict>, other: Value) -> Result<Value> {
        update(t, this.value(), &[other], Kwargs(None))?;
        Ok(this.value())
    }
    #[py(getter)]
    fn __dict__(t: &Thread, this: Ref<OrderedDict>) -> Result<Option<Ref<Dict>>> {
        taipan_vm::attr::instance_dict(t, this.value())
    }
}
