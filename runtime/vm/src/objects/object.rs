//! `object`: the root of all classes, and the instances of classes written in Python (which are an empty `Object` followed by
//! the instance part that `attr` describes).
// Setters are named `set_` and the attribute.
#![allow(non_snake_case)]

use crate::attr;
use crate::native::*;
use crate::objects::class::Special;
use crate::objects::class_build;
use crate::ops::Compare;
use taipan_heap::SHAPES;

#[derive(HeapType)]
#[repr(C)]
pub struct Object {
    header: Header,
}

/// A new instance of `class` with `object`'s layout, as `object.__new__` makes it; its attributes are absent. The calling thread
/// owns it, so `__init__` adds attributes without a lock.
#[inline]
pub fn allocate_instance(t: &Thread, class: Ref<Class>) -> Result<Value> {
    if !class.layout.is(Object::layout()) || class.has_flag(class_flags::ABSTRACT) {
        return Err(cannot_allocate(t, class));
    }
    let shape = class.instance_shape();
    let s = SHAPES.get(shape);
    let fields = if s.slots_offset != 0 { 1 + s.inline_slots as usize } else { 0 };
    let cell = t.allocate_owned(size_of::<Object>() + 8 * fields, shape)?;
    // SAFETY: the fresh cell has room for `fields` fields after its header, and nobody else knows it.
    unsafe {
        let first = cell.as_ptr().cast::<Field>().add(1);
        for i in 0..fields {
            (*first.add(i)).init(Value::EMPTY);
        }
    }
    let v = Value::from_cell(cell);
    if class.has_flag(class_flags::HAS_DEL) {
        t.register_finalizer(v);
    }
    Ok(v)
}

#[cold]
fn cannot_allocate(t: &Thread, class: Ref<Class>) -> Exc {
    let name = class.name_string();
    if !class.layout.is(Object::layout()) {
        return t.type_error(format!("object.__new__({name}) is not safe, use {name}.__new__()"));
    }
    match abstract_methods(t, class) {
        Ok(names) => {
            let plural = if names.len() > 1 { "s" } else { "" };
            let joined = names.join("', '");
            t.type_error(format!(
                "Can't instantiate abstract class {name} without an implementation for abstract method{plural} '{joined}'"
            ))
        }
        Err(e) => e,
    }
}

fn abstract_methods(t: &Thread, class: Ref<Class>) -> Result<Vec<String>> {
    let Some(set) = class.namespace().get_interned(names::__abstractmethods__()) else {
        return Err(t.attribute_error_plain("__abstractmethods__"));
    };
    let mut out = Vec::new();
    t.for_each(set, |name| {
        match name.downcast::<Str>() {
            Some(s) => out.push(s.to_string_lossy()),
            None => {
                return Err(t.type_error(format!(
                    "sequence item {}: expected str instance, {} found",
                    out.len(),
                    crate::ops::type_name(name)
                )));
            }
        }
        Ok(())
    })?;
    out.sort();
    Ok(out)
}

/// Whether the special method `s` of `class` is the one of `object`.
fn is_inherited(t: &Thread, class: Ref<Class>, s: Special) -> bool {
    class.special(t, s).and_then(|f| f.downcast::<Native>()).is_some_and(|n| n.is_of(Object::class()))
}

fn any_given(args: &[Value], kwargs: &Kwargs) -> bool {
    !args.is_empty() || kwargs.0.is_some_and(|d| !d.is_empty())
}

/// The name of an attribute given as an argument, interned.
pub fn attribute_name(t: &Thread, name: Value) -> Result<Ref<Str>> {
    match name.downcast::<Str>() {
        Some(s) => Str::intern(t, s),
        None => Err(t.type_error(format!("attribute name must be string, not '{}'", crate::ops::type_name(name)))),
    }
}

/// Bytes of the cell of `v`; 0 for immediate values.
pub fn cell_size(v: Value) -> usize {
    let Some(h) = v.header() else { return 0 };
    let s = h.shape();
    let own = match s.layout().cell_size {
        // SAFETY: `h` is a live cell of this layout.
        Some(size) => unsafe { size(h) },
        None => s.layout().size,
    };
    own + if s.slots_offset != 0 { 8 * (1 + s.inline_slots as usize) } else { 0 }
}

/// `<module.Class object at 0x…>`
pub fn default_repr(t: &Thread, v: Value) -> Result<Ref<Str>> {
    let class = class_of(v);
    let qualname = class.qualname.get().downcast::<Str>().map_or_else(|| class.name_string(), |s| s.to_string_lossy());
    let at = t.identity(v);
    let text = match class.module_string() {
        Some(m) if m != "builtins" => format!("<{m}.{qualname} object at {at:#x}>"),
        _ => format!("<{} object at {at:#x}>", class.name_string()),
    };
    Str::from_str(t, &text)
}

/// Adds the names of a class's namespace and of those of its bases to `names`.
pub fn collect_class_names(t: &Thread, class: Value, names: Ref<Dict>) -> Result<()> {
    t.check_native_stack()?;
    if let Some(d) = t.get_attr_opt(class, names::__dict__())? {
        names.update_from(t, d)?;
    }
    if let Some(bases) = t.get_attr_opt(class, names::__bases__())?
        && let Some(bases) = bases.downcast::<Tuple>()
    {
        for b in bases.iter() {
            collect_class_names(t, b, names)?;
        }
    }
    Ok(())
}

/// The keys of `d` as a list.
pub fn key_list(t: &Thread, d: Ref<Dict>) -> Result<Ref<List>> {
    let out = List::with_capacity(t, d.len())?;
    let mut pos = 0;
    while let Some((k, _)) = d.next(&mut pos) {
        out.append(t, k)?;
    }
    Ok(out)
}

// ---------------------------------------------------------------- pickling

/// `__getnewargs_ex__` or `__getnewargs__`: positional and keyword arguments for `__new__`.
fn new_arguments(t: &Thread, obj: Value) -> Result<(Option<Ref<Tuple>>, Option<Ref<Dict>>)> {
    let class = class_of(obj);
    if let Some(f) = class.lookup(t, names::__getnewargs_ex__()) {
        let r = t.call_special0(f, obj)?;
        let Some(pair) = r.downcast::<Tuple>() else {
            return Err(t.type_error(format!("__getnewargs_ex__ should return a tuple, not '{}'", crate::ops::type_name(r))));
        };
        let &[args, kwargs] = pair.as_slice() else {
            return Err(t.value_error(format!("__getnewargs_ex__ should return a tuple of length 2, not {}", pair.len())));
        };
        let Some(args) = args.downcast::<Tuple>() else {
            return Err(t.type_error(format!(
                "first item of the tuple returned by __getnewargs_ex__ must be a tuple, not '{}'",
                crate::ops::type_name(args)
            )));
        };
        let Some(kwargs) = kwargs.downcast::<Dict>() else {
            return Err(t.type_error(format!(
                "second item of the tuple returned by __getnewargs_ex__ must be a dict, not '{}'",
                crate::ops::type_name(kwargs)
            )));
        };
        return Ok((Some(args), Some(kwargs)));
    }
    if let Some(f) = class.lookup(t, names::__getnewargs__()) {
        let r = t.call_special0(f, obj)?;
        return match r.downcast::<Tuple>() {
            Some(args) => Ok((Some(args), None)),
            None => Err(t.type_error(format!("__getnewargs__ should return a tuple, not '{}'", crate::ops::type_name(r)))),
        };
    }
    Ok((None, None))
}

/// Names of all `__slots__` of a class, as `copyreg` finds and remembers them.
fn slot_names(t: &Thread, class: Ref<Class>) -> Result<Option<Ref<List>>> {
    let names = match class.namespace().get_interned(names::__slotnames__()) {
        Some(v) => v,
        None => {
            let copyreg = crate::import::import_module(t, "copyreg")?;
            t.call_method(copyreg, Str::intern_str(t, "_slotnames")?, &[class.value()])?
        }
    };
    if names.is_none() {
        return Ok(None);
    }
    match names.downcast::<List>() {
        Some(l) => Ok(Some(l)),
        None => Err(t.type_error(format!(
            "{}.__slotnames__ should be a list or None, not {}",
            class.name_string(),
            crate::ops::type_name(names)
        ))),
    }
}

/// `object.__getstate__`. `required`: nothing else carries the object's content, so it must all be in the state.
fn default_state(t: &Thread, obj: Value, required: bool) -> Result<Value> {
    let class = class_of(obj);
    if required && !class.layout.is(Object::layout()) {
        return Err(t.type_error(format!("cannot pickle '{}' object", class.name_string())));
    }
    let mut state = Value::NONE;
    if (attr::instance_len(obj) != 0 || obj.downcast::<Module>().is_some())
        && let Some(d) = attr::instance_dict(t, obj)?
    {
        state = d.value();
    }
    let slots = Dict::new(t)?;
    if (class.reserved_slots != 0 || class.namespace().get_interned(names::__slotnames__()).is_some())
        && let Some(list) = slot_names(t, class)?
    {
        for name in list.snapshot(t)?.iter() {
            let Some(s) = name.downcast::<Str>() else { continue };
            if let Some(v) = t.get_attr_opt(obj, s)? {
                slots.set(t, name, v)?;
            }
        }
    }
    if !slots.is_empty() {
        return Tuple::new(t, &[state, slots.value()]).map(Ref::value);
    }
    Ok(state)
}

fn state_of(t: &Thread, obj: Value, required: bool) -> Result<Value> {
    let f = t.get_attr(obj, names::__getstate__())?;
    if let Some(n) = f.downcast::<Native>()
        && n.is_of(Object::class())
        && n.receiver.get() == obj
    {
        return default_state(t, obj, required);
    }
    t.call(f, &[])
}

/// What `__reduce_ex__` of protocols 2 and above returns.
fn reduce_new_object(t: &Thread, obj: Value) -> Result<Value> {
    let class = class_of(obj);
    if class.has_flag(class_flags::NO_NEW) && !class.is_heap() {
        return Err(t.type_error(format!("cannot pickle '{}' object", class.name_string())));
    }
    let (args, kwargs) = new_arguments(t, obj)?;
    let copyreg = crate::import::import_module(t, "copyreg")?;
    let (function, new_args) = match (args, kwargs.filter(|d| !d.is_empty())) {
        (args, None) => {
            let all = ValueVec::new();
            all.push(t, class.value())?;
            if let Some(args) = args {
                all.extend(t, args.as_slice())?;
            }
            (t.get_attr(copyreg, names::__newobj__())?, all.into_tuple(t)?)
        }
        (Some(args), Some(kwargs)) => {
            (t.get_attr(copyreg, names::__newobj_ex__())?, Tuple::new(t, &[class.value(), args.value(), kwargs.value()])?)
        }
        (None, Some(_)) => return Err(t.system_error("bad argument to internal function")),
    };
    let (list, dict) = (obj.downcast::<List>(), obj.downcast::<Dict>());
    let required = args.is_none() && list.is_none() && dict.is_none();
    let state = state_of(t, obj, required)?;
    let list_items = if list.is_some() { t.iter(obj)? } else { Value::NONE };
    let dict_items = if dict.is_some() {
        let items = t.call_method(obj, names::items(), &[])?;
        t.iter(items)?
    } else {
        Value::NONE
    };
    Tuple::new(t, &[function, new_args.value(), state, list_items, dict_items]).map(Ref::value)
}

fn common_reduce(t: &Thread, obj: Value, protocol: i64) -> Result<Value> {
    if protocol >= 2 {
        return reduce_new_object(t, obj);
    }
    let copyreg = crate::import::import_module(t, "copyreg")?;
    t.call_method(copyreg, Str::intern_str(t, "_reduce_ex")?, &[obj, t.int(protocol)?])
}

/// The base class of the class hierarchy.
///
/// When called, it accepts no arguments and returns a new featureless
/// instance that has no instance attributes and cannot be given any.
///
#[pyclass(name = "object", base = none, flags(BASE))]
impl Object {
    #[py("(*args, **kwargs)", nosig)]
    fn __new__(t: &Thread, cls: Ref<Class>, args: &[Value], kwargs: Kwargs) -> Result<Value> {
        if any_given(args, &kwargs) {
            if !is_inherited(t, cls, Special::New) {
                return Err(t.type_error("object.__new__() takes exactly one argument (the type to instantiate)"));
            }
            if is_inherited(t, cls, Special::Init) {
                return Err(t.type_error(format!("{}() takes no arguments", cls.name_string())));
            }
        }
        allocate_instance(t, cls)
    }
    #[py]
    fn __init__(t: &Thread, this: Value, args: &[Value], kwargs: Kwargs) -> Result<()> {
        if any_given(args, &kwargs) {
            let class = class_of(this);
            if !is_inherited(t, class, Special::Init) {
                return Err(t.type_error("object.__init__() takes exactly one argument (the instance to initialize)"));
            }
            if is_inherited(t, class, Special::New) {
                return Err(t.type_error(format!(
                    "{}.__init__() takes exactly one argument (the instance to initialize)",
                    class.name_string()
                )));
            }
        }
        Ok(())
    }
    #[py]
    fn __repr__(t: &Thread, this: Value) -> Result<Ref<Str>> {
        default_repr(t, this)
    }
    #[py]
    fn __str__(t: &Thread, this: Value) -> Result<Value> {
        // What `__repr__` returns is checked by `str`, as its own result.
        match class_of(this).special(t, Special::Repr) {
            Some(f) => t.call_special0(f, this),
            None => t.repr(this)?.into_value(t),
        }
    }
    #[py]
    fn __hash__(_t: &Thread, this: Value) -> i64 {
        crate::ops::hash_identity(this)
    }
    #[py]
    fn __lt__(_t: &Thread, _this: Value, _value: Value) -> Value {
        Value::NOT_IMPLEMENTED
    }
    #[py]
    fn __le__(_t: &Thread, _this: Value, _value: Value) -> Value {
        Value::NOT_IMPLEMENTED
    }
    #[py]
    fn __eq__(_t: &Thread, this: Value, value: Value) -> Value {
        if this == value { Value::TRUE } else { Value::NOT_IMPLEMENTED }
    }
    #[py]
    fn __ne__(t: &Thread, this: Value, value: Value) -> Result<Value> {
        // The opposite of what the class's own `__eq__` says.
        let Some(eq) = class_of(this).special(t, Compare::Eq.special()) else { return Ok(Value::NOT_IMPLEMENTED) };
        let r = t.call_special1(eq, this, value)?;
        if r == Value::NOT_IMPLEMENTED { Ok(r) } else { t.truth(r).map(|b| Value::bool(!b)) }
    }
    #[py]
    fn __gt__(_t: &Thread, _this: Value, _value: Value) -> Value {
        Value::NOT_IMPLEMENTED
    }
    #[py]
    fn __ge__(_t: &Thread, _this: Value, _value: Value) -> Value {
        Value::NOT_IMPLEMENTED
    }
    #[py]
    fn __getattribute__(t: &Thread, this: Value, name: Value) -> Result<Value> {
        let name = attribute_name(t, name)?;
        match attr::generic_lookup(t, this, class_of(this), name)? {
            Some(v) => Ok(v),
            None => Err(attr::no_attribute(t, this, name)),
        }
    }
    #[py]
    fn __setattr__(t: &Thread, this: Value, name: Value, value: Value) -> Result<()> {
        let name = attribute_name(t, name)?;
        check_not_class(t, this, "__setattr__")?;
        attr::generic_set(t, this, name, Some(value))
    }
    #[py]
    fn __delattr__(t: &Thread, this: Value, name: Value) -> Result<()> {
        let name = attribute_name(t, name)?;
        check_not_class(t, this, "__delattr__")?;
        attr::generic_set(t, this, name, None)
    }
    /// Default object formatter.
    ///
    /// Return str(self) if format_spec is empty. Raise TypeError otherwise.
    #[py("($self, format_spec, /)")]
    fn __format__(t: &Thread, this: Value, format_spec: Ref<Str>) -> Result<Ref<Str>> {
        if !format_spec.is_empty() {
            return Err(t.type_error(format!("unsupported format string passed to {}.__format__", crate::ops::type_name(this))));
        }
        t.str(this)
    }
    /// Default dir() implementation.
    #[py("($self, /)")]
    fn __dir__(t: &Thread, this: Value) -> Result<Ref<List>> {
        let all = Dict::new(t)?;
        if let Some(d) = t.get_attr_opt(this, names::__dict__())?
            && let Some(d) = d.downcast::<Dict>()
        {
            all.update(t, d)?;
        }
        if let Some(class) = t.get_attr_opt(this, names::__class__())? {
            collect_class_names(t, class, all)?;
        }
        key_list(t, all)
    }
    /// Size of object in memory, in bytes.
    #[py("($self, /)")]
    fn __sizeof__(_t: &Thread, this: Value) -> usize {
        cell_size(this)
    }
    /// Helper for pickle.
    #[py("($self, /)")]
    fn __reduce__(t: &Thread, this: Value) -> Result<Value> {
        common_reduce(t, this, 0)
    }
    /// Helper for pickle.
    #[py("($self, protocol, /)")]
    fn __reduce_ex__(t: &Thread, this: Value, protocol: i32) -> Result<Value> {
        let class = class_of(this);
        let own = class.lookup(t, names::__reduce__());
        if own != Object::class().lookup(t, names::__reduce__()) {
            let f = t.get_attr(this, names::__reduce__())?;
            return t.call(f, &[]);
        }
        common_reduce(t, this, protocol as i64)
    }
    /// Helper for pickle.
    #[py("($self, /)")]
    fn __getstate__(t: &Thread, this: Value) -> Result<Value> {
        default_state(t, this, false)
    }
    /// This method is called when a class is subclassed.
    ///
    /// The default implementation does nothing. It may be
    /// overridden to extend subclasses.
    ///
    #[py("(*args, **kwargs)", nosig)]
    fn __init_subclass__(t: &Thread, cls: Ref<Class>, args: &[Value], kwargs: Kwargs) -> Result<()> {
        if kwargs.0.is_some_and(|d| !d.is_empty()) {
            return Err(t.type_error(format!("{}.__init_subclass__() takes no keyword arguments", cls.name_string())));
        }
        if !args.is_empty() {
            return Err(t.type_error(format!(
                "{}.__init_subclass__() takes no arguments ({} given)",
                cls.name_string(),
                args.len()
            )));
        }
        Ok(())
    }
    /// Abstract classes can override this to customize issubclass().
    ///
    /// This is invoked early on by abc.ABCMeta.__subclasscheck__().
    /// It should return True, False or NotImplemented.  If it returns
    /// NotImplemented, the normal algorithm is used.  Otherwise, it
    /// overrides the normal algorithm (and the outcome is cached).
    ///
    #[py("(object, /)", nosig)]
    fn __subclasshook__(_t: &Thread, _cls: Ref<Class>, _object: Value) -> Value {
        Value::NOT_IMPLEMENTED
    }
    /// the object's class
    #[py(getter)]
    fn __class__(_t: &Thread, this: Value) -> Ref<Class> {
        class_of(this)
    }
    #[py(setter)]
    fn set___class__(t: &Thread, this: Value, value: Option<Value>) -> Result<()> {
        let Some(value) = value else { return Err(t.type_error("can't delete __class__ attribute")) };
        let Some(new) = value.downcast::<Class>() else {
            return Err(t.type_error(format!("__class__ must be set to a class, not '{}' object", crate::ops::type_name(value))));
        };
        let old = class_of(this);
        let modules = new.is_subclass(Module::class()) && old.is_subclass(Module::class());
        if !modules && (class_build::is_immutable(new) || class_build::is_immutable(old)) {
            return Err(t.type_error("__class__ assignment only supported for mutable types or ModuleType subclasses"));
        }
        if !class_build::same_instances(new, old) {
            return Err(t.type_error(format!(
                "__class__ assignment: '{}' object layout differs from '{}'",
                new.name_string(),
                old.name_string()
            )));
        }
        attr::change_class(t, this, new)
    }
}

/// `object.__setattr__(cls, …)` must not get around what `type` or a metaclass does when a class changes.
fn check_not_class(t: &Thread, this: Value, method: &str) -> Result<()> {
    if this.downcast::<Class>().is_some() {
        return Err(t.type_error(format!("can't apply this {method} to {} object", crate::ops::type_name(this))));
    }
    Ok(())
}
