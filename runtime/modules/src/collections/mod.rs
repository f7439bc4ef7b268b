//! `_collections`: `deque`, `defaultdict`, `OrderedDict`, and the helpers of `namedtuple` and `Counter`.

pub mod deque;
pub mod ordered_dict;

use deque::{Deque, DequeIterator, DequeReverseIterator};
use ordered_dict::OrderedDict;
use taipan_vm::native::*;
use taipan_vm::objects::tuple_getter::TupleGetter;
use taipan_vm::objects::turns::in_turn_of_all;
use taipan_vm::ops::BinaryOp;

pub struct Collections;

/// High performance data structures.
/// - deque:        ordered collection accessible from endpoints only
/// - defaultdict:  dict subclass with a default value factory
#[pymodule(name = "_collections", classes(Deque, DefaultDict, OrderedDict, DequeIterator, DequeReverseIterator, TupleGetter))]
impl Collections {
    /// Count elements in the iterable, updating the mapping
    #[py("($module, mapping, iterable, /)")]
    fn _count_elements(t: &Thread, mapping: Value, iterable: Value) -> Result<()> {
        let one = Value::small_int(1);
        let plain = mapping.downcast::<Dict>().filter(|_| {
            let class = class_of(mapping);
            [names::get(), names::__setitem__()].into_iter().all(|n| class.lookup(t, n) == Dict::class().lookup(t, n))
        });
        if let Some(d) = plain {
            return t.for_each(iterable, |key| {
                // Not in a dict's words if it has none.
                t.hash(key)?;
                let n = match d.get(t, key)? {
                    Some(n) => t.binary(BinaryOp::Add, n, one)?,
                    None => one,
                };
                d.set(t, key, n)
            });
        }
        let get = t.get_attr(mapping, names::get())?;
        t.for_each(iterable, |key| {
            let n = t.call(get, &[key, Value::small_int(0)])?;
            let n = t.binary(BinaryOp::Add, n, one)?;
            t.set_item(mapping, key, n)
        })
    }
}

#[derive(HeapType)]
#[heap(base = Dict)]
#[repr(C)]
pub struct DefaultDict {
    dict: Dict,
    factory: Field,
}

fn as_dict(this: Ref<DefaultDict>) -> Ref<Dict> {
    this.value().downcast::<Dict>().expect("a defaultdict is a dict")
}

impl DefaultDict {
    fn blank(t: &Thread, class: Ref<Class>) -> Result<Ref<DefaultDict>> {
        let shape = class.instance_shape();
        let s = taipan_heap::SHAPES.get(shape);
        let part = if s.slots_offset != 0 { 8 * (1 + s.inline_slots as usize) } else { 0 };
        let cell = t.allocate_owned(size_of::<DefaultDict>().next_multiple_of(8) + part, shape)?;
        // SAFETY: a fresh zeroed cell of the layout that the shape names; a dict without a table is empty.
        let r: Ref<DefaultDict> = unsafe { Ref::from_raw(cell.cast()) };
        r.factory.init(Value::NONE);
        if part != 0 {
            t.empty_instance_part(r.header());
        }
        if class.has_flag(class_flags::HAS_DEL) {
            t.register_finalizer(r.value());
        }
        Ok(r)
    }
    fn copied(t: &Thread, this: Ref<DefaultDict>, items: Value) -> Result<Value> {
        t.call(class_of(this.value()).value(), &[this.factory.get(), items])
    }
}

/// defaultdict(default_factory=None, /, [...]) --> dict with default factory
///
/// The default factory is called without arguments to produce
/// a new value when a key is not present, in __getitem__ only.
/// A defaultdict compares equal to a dict with the same items.
/// All remaining arguments are treated the same as if they were
/// passed to the dict constructor, including keyword arguments.
#[pyclass(name = "defaultdict", module = "collections", base = Dict, flags(BASE, MAPPING, OWNED))]
impl DefaultDict {
    #[py("(*args, **kwargs)", nosig)]
    fn __new__(t: &Thread, cls: Ref<Class>, args: &[Value], kwargs: Kwargs) -> Result<Ref<DefaultDict>> {
        let _ = (args, kwargs);
        DefaultDict::blank(t, cls)
    }
    #[py("(*args, **kwargs)", nosig)]
    fn __init__(t: &Thread, this: Ref<DefaultDict>, args: &[Value], kwargs: Kwargs) -> Result<()> {
        let (factory, rest) = match args.split_first() {
            Some((&f, rest)) => (f, rest),
            None => (Value::NONE, args),
        };
        if !factory.is_none() && !t.is_callable(factory) {
            return Err(t.type_error("first argument must be callable or None"));
        }
        if rest.len() > 1 {
            return Err(t.type_error(format!("dict expected at most 1 argument, got {}", rest.len())));
        }
        this.factory.set(t, this.header(), factory);
        let d = as_dict(this);
        if let Some(&source) = rest.first() {
            d.update_from(t, source)?;
        }
        match kwargs.0 {
            Some(k) => d.update(t, k),
            None => Ok(()),
        }
    }
    /// __missing__(key) # Called by __getitem__ for missing key; pseudo-code:
    ///   if self.default_factory is None: raise KeyError((key,))
    ///   self[key] = value = self.default_factory()
    ///   return value
    #[py("($self, key, /)", nosig)]
    fn __missing__(t: &Thread, this: Ref<DefaultDict>, key: Value) -> Result<Value> {
        let factory = this.factory.get();
        if factory.is_none() {
            return Err(t.key_error(key));
        }
        // How often a built-in class is called nobody can tell.
        if factory.downcast::<Class>().is_some_and(|class| !class.is_heap()) {
            let value = t.call(factory, &[])?;
            return Ok(as_dict(this).set_default(t, key, value)?.unwrap_or(value));
        }
        // Threads that miss the same key take turns: the second finds what the first has made.
        in_turn_of_all(t, this.header(), || {
            if !t.owns(this.header())
                && let Some(value) = as_dict(this).get(t, key)?
            {
                return Ok(value);
            }
            let value = t.call(factory, &[])?;
            // The factory may have set the key itself.
            Ok(as_dict(this).set_default(t, key, value)?.unwrap_or(value))
        })
    }
    /// D.copy() -> a shallow copy of D.
    #[py("($self, /)")]
    fn copy(t: &Thread, this: Ref<DefaultDict>) -> Result<Value> {
        DefaultDict::copied(t, this, this.value())
    }
    /// D.copy() -> a shallow copy of D.
    #[py("($self, /)")]
    fn __copy__(t: &Thread, this: Ref<DefaultDict>) -> Result<Value> {
        DefaultDict::copied(t, this, this.value())
    }
    /// Return state information for pickling.
    #[py("($self, /)")]
    fn __reduce__(t: &Thread, this: Ref<DefaultDict>) -> Result<Value> {
        let factory = this.factory.get();
        let args = if factory.is_none() { Tuple::new(t, &[])? } else { Tuple::new(t, &[factory])? };
        let items = t.iter(t.call_method(this.value(), names::items(), &[])?)?;
        (class_of(this.value()), args, Value::NONE, Value::NONE, items).into_value(t)
    }
    /// Factory for default value called by __missing__().
    #[py(member)]
    fn default_factory(_t: &Thread, this: Ref<DefaultDict>) -> Value {
        this.factory.get()
    }
    #[py(setter)]
    fn set_default_factory(t: &Thread, this: Ref<DefaultDict>, value: Option<Value>) -> Result<()> {
        this.factory.set(t, this.header(), value.unwrap_or(Value::NONE));
        Ok(())
    }
    #[py]
    fn __repr__(t: &Thread, this: Ref<DefaultDict>) -> Result<Value> {
        let repr = Dict::class().lookup(t, names::__repr__()).unwrap_or(Value::NONE);
        let base = t.call(repr, &[this.value()])?;
        let mut s = crate::shown::Shown::new();
        s.text(&class_of(this.value()).name_string()).text("(");
        let factory = this.factory.get();
        // The factory may be a bound method of this very dict.
        if factory.is_none() {
            s.text("None");
        } else if t.repr_enter(factory)? {
            let shown = s.repr(t, factory).map(|_| ());
            t.repr_leave(factory);
            shown?;
        } else {
            s.text("...");
        }
        s.text(", ").str(t, base)?.text(")").finish(t)
    }
    #[py]
    fn __or__(t: &Thread, this: Ref<DefaultDict>, other: Value) -> Result<Value> {
        if other.downcast::<Dict>().is_none() {
            return Ok(Value::NOT_IMPLEMENTED);
        }
        let new = DefaultDict::copied(t, this, this.value())?;
        if let Some(d) = new.downcast::<Dict>() {
            d.update_from(t, other)?;
        }
        Ok(new)
    }
    #[py]
    fn __ror__(t: &Thread, this: Ref<DefaultDict>, other: Value) -> Result<Value> {
        if other.downcast::<Dict>().is_none() {
            return Ok(Value::NOT_IMPLEMENTED);
        }
        let new = DefaultDict::copied(t, this, other)?;
        if let Some(d) = new.downcast::<Dict>() {
            d.update_from(t, this.value())?;
        }
        Ok(new)
    }
}
