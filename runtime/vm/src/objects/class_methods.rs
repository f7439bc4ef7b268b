//! The methods of `type`.
// Setters are named `set_` and the attribute.
#![allow(non_snake_case)]

use crate::attr;
use crate::native::*;
use crate::objects::class::Special;
use crate::objects::class_build;
use crate::objects::exceptions as ex;
use crate::objects::mappingproxy::MappingProxy;
use crate::objects::object::{attribute_name, collect_class_names, key_list};

/// `%T`-like text of a missing own attribute.
fn missing(t: &Thread, this: Ref<Class>, name: Ref<Str>) -> Exc {
    t.attribute_error(this.value(), name, &name.to_string_lossy())
}

/// Refuses to change special attribute `name` of built-in classes, and to delete it of any.
fn check_special(t: &Thread, this: Ref<Class>, value: Option<Value>, name: &str) -> Result<Value> {
    if class_build::is_immutable(this) {
        return Err(t.type_error(format!("cannot set '{name}' attribute of immutable type '{}'", this.name_string())));
    }
    match value {
        Some(v) => Ok(v),
        None => Err(t.type_error(format!("cannot delete '{name}' attribute of immutable type '{}'", this.name_string()))),
    }
}

/// An attribute of the namespace as the class itself shows it.
fn own_bound(t: &Thread, this: Ref<Class>, v: Value) -> Result<Value> {
    attr::bind_through_class(t, v, this)
}

fn no_heap_attribute(t: &Thread, this: Ref<Class>, name: Ref<Str>) -> Exc {
    t.attribute_error(this.value(), name, &format!("type object '{}' has no attribute '{name}'", this.name_string()))
}

/// CPython's `Py_TPFLAGS_*`, as far as they say something here.
fn type_flags(this: Ref<Class>) -> u64 {
    let mut f: u64 = 1 << 12 | 1 << 19 | 1 << 14;
    let mut set = |bit: u32, on: bool| f |= u64::from(on) << bit;
    let flag = |x: u32| this.has_flag(x);
    set(3, this.is_heap() && flag(class_flags::HAS_WEAKREF));
    set(2, this.is_heap() && flag(class_flags::HAS_DICT));
    set(4, flag(class_flags::HAS_DICT));
    set(5, flag(class_flags::SEQUENCE));
    set(6, flag(class_flags::MAPPING));
    set(7, !this.is_heap() && flag(class_flags::NO_NEW));
    set(8, class_build::is_immutable(this));
    // The classes of extension modules are made at run time in CPython, too: pickle asks.
    set(9, this.is_heap() || this.def.is_some_and(|d| d.module != "builtins"));
    set(10, flag(class_flags::BASE));
    set(20, flag(class_flags::ABSTRACT));
    set(22, flag(class_flags::MATCH_SELF));
    set(24, this.is_subclass(BigInt::class()));
    set(25, this.is_subclass(List::class()));
    set(26, this.is_subclass(Tuple::class()));
    set(27, this.is_subclass(Bytes::class()));
    set(28, this.is_subclass(Str::class()));
    set(29, this.is_subclass(Dict::class()));
    set(30, this.is_subclass(ex::class(ex::Kind::BaseException)));
    set(31, this.is_subclass(Class::class()));
    f
}

/// Bytes of an instance without items.
fn basic_size(this: Ref<Class>) -> usize {
    let s = taipan_heap::SHAPES.get(this.instance_shape());
    this.layout.size + if s.slots_offset != 0 { 8 * (1 + s.inline_slots as usize) } else { 0 }
}

/// Calls `class` with arguments as a slot gets them.
fn instantiate_with(t: &Thread, class: Ref<Class>, args: &[Value], kwargs: Option<Ref<Dict>>) -> Result<Value> {
    let Some(kwargs) = kwargs.filter(|d| !d.is_empty()) else {
        return crate::call::instantiate(t, class, args, None);
    };
    let all = ValueVec::from_slice(t, args)?;
    let names = ValueVec::with_capacity(t, kwargs.len())?;
    let mut pos = 0;
    while let Some((k, v)) = kwargs.next(&mut pos) {
        names.push(t, k)?;
        all.push(t, v)?;
    }
    let names = names.into_tuple(t)?;
    crate::call::instantiate(t, class, all.as_slice(), Some(names))
}

/// type(object) -> the object's type
/// type(name, bases, dict, **kwds) -> a new type
#[pyclass(name = "type", flags(BASE, TYPE_SUBCLASS, HAS_WEAKREF))]
impl Class {
    #[py]
    fn __call__(t: &Thread, this: Ref<Class>, args: &[Value], kwargs: Kwargs) -> Result<Value> {
        instantiate_with(t, this, args, kwargs.0)
    }
    #[py("(*args, **kwargs)", nosig)]
    fn __new__(t: &Thread, cls: Ref<Class>, args: &[Value], kwargs: Kwargs) -> Result<Value> {
        let &[name, bases, namespace] = args else {
            return Err(t.type_error(format!("type.__new__() takes exactly 3 arguments ({} given)", args.len())));
        };
        let wrong = |i: usize, what: &str, v: Value| {
            t.type_error(format!("type.__new__() argument {i} must be {what}, not {}", crate::ops::type_name(v)))
        };
        let Some(name) = name.downcast::<Str>() else { return Err(wrong(1, "str", name)) };
        let Some(bases) = bases.downcast::<Tuple>() else { return Err(wrong(2, "tuple", bases)) };
        let Some(namespace) = namespace.downcast::<Dict>() else { return Err(wrong(3, "dict", namespace)) };
        class_build::new_class(t, cls, name, bases, namespace, kwargs.0)
    }
    #[py]
    fn __init__(t: &Thread, _this: Ref<Class>, args: &[Value], kwargs: Kwargs) -> Result<()> {
        if args.len() == 1 && kwargs.0.is_some_and(|d| !d.is_empty()) {
            return Err(t.type_error("type.__init__() takes no keyword arguments"));
        }
        if args.len() != 1 && args.len() != 3 {
            return Err(t.type_error("type.__init__() takes 1 or 3 arguments"));
        }
        Ok(())
    }
    #[py]
    fn __repr__(_t: &Thread, this: Ref<Class>) -> String {
        let qualname = this.qualname.get().downcast::<Str>().map_or_else(|| this.name_string(), |s| s.to_string_lossy());
        match this.module_string() {
            Some(m) if m != "builtins" => format!("<class '{m}.{qualname}'>"),
            _ => format!("<class '{}'>", this.name_string()),
        }
    }
    #[py]
    fn __getattribute__(t: &Thread, this: Ref<Class>, name: Value) -> Result<Value> {
        let name = attribute_name(t, name)?;
        match attr::class_lookup_attr(t, this, name)? {
            Some(v) => Ok(v),
            None => Err(attr::no_attribute(t, this.value(), name)),
        }
    }
    #[py]
    fn __setattr__(t: &Thread, this: Ref<Class>, name: Value, value: Value) -> Result<()> {
        set_attribute(t, this, name, Some(value))
    }
    #[py]
    fn __delattr__(t: &Thread, this: Ref<Class>, name: Value) -> Result<()> {
        set_attribute(t, this, name, None)
    }
    #[py]
    fn __or__(t: &Thread, this: Value, value: Value) -> Result<Value> {
        t.type_union(this, value)
    }
    #[py]
    fn __ror__(t: &Thread, this: Value, value: Value) -> Result<Value> {
        t.type_union(value, this)
    }
    /// Return a type's method resolution order.
    #[py("($self, /)")]
    fn mro_(t: &Thread, this: Ref<Class>) -> Result<Ref<List>> {
        let bases = this.bases.get().ok_or_else(|| t.type_error("the type has no bases yet"))?;
        let mro = class_build::linearise(t, this, bases)?;
        List::from_slice(t, mro.as_slice())
    }
    /// Return a list of immediate subclasses.
    #[py("($self, /)")]
    fn __subclasses__(t: &Thread, this: Ref<Class>) -> Result<Ref<List>> {
        this.subclasses(t)?.into_list(t)
    }
    /// Create the namespace for the class statement
    #[py(classmethod, "(*args, **kwargs)", nosig)]
    fn __prepare__(t: &Thread, _cls: Ref<Class>, _args: &[Value], _kwargs: Kwargs) -> Result<Ref<Dict>> {
        Dict::new(t)
    }
    /// Check if an object is an instance.
    #[py("($self, instance, /)")]
    fn __instancecheck__(t: &Thread, this: Ref<Class>, instance: Value) -> Result<bool> {
        t.is_true_instance(instance, this.value())
    }
    /// Check if a class is a subclass.
    #[py("($self, subclass, /)")]
    fn __subclasscheck__(t: &Thread, this: Ref<Class>, subclass: Value) -> Result<bool> {
        t.is_true_subclass(subclass, this.value())
    }
    /// Specialized __dir__ implementation for types.
    #[py("($self, /)")]
    fn __dir__(t: &Thread, this: Ref<Class>) -> Result<Ref<List>> {
        let all = Dict::new(t)?;
        collect_class_names(t, this.value(), all)?;
        key_list(t, all)
    }
    /// Return memory consumption of the type object.
    #[py("($self, /)")]
    fn __sizeof__(_t: &Thread, this: Ref<Class>) -> usize {
        size_of::<Class>() + this.namespace().byte_size()
    }

    #[py(getter)]
    fn __name__(_t: &Thread, this: Ref<Class>) -> Value {
        this.name.get()
    }
    #[py(setter)]
    fn set___name__(t: &Thread, this: Ref<Class>, value: Option<Value>) -> Result<()> {
        let v = check_special(t, this, value, "__name__")?;
        let Some(s) = v.downcast::<Str>() else {
            return Err(t.type_error(format!(
                "can only assign string to {}.__name__, not '{}'",
                this.name_string(),
                crate::ops::type_name(v)
            )));
        };
        if s.units().iter().any(|c| c == 0) {
            return Err(t.value_error("type name must not contain null characters"));
        }
        if let Some(at) = s.units().iter().position(|c| (0xd800..0xe000).contains(&c)) {
            return Err(ex::unicode_encode_error(t, "utf-8", s, at, at + 1, "surrogates not allowed"));
        }
        this.name.set(t, this.header(), v);
        Ok(())
    }
    #[py(getter)]
    fn __qualname__(_t: &Thread, this: Ref<Class>) -> Value {
        this.qualname.get()
    }
    #[py(setter)]
    fn set___qualname__(t: &Thread, this: Ref<Class>, value: Option<Value>) -> Result<()> {
        let v = check_special(t, this, value, "__qualname__")?;
        if v.downcast::<Str>().is_none() {
            return Err(t.type_error(format!(
                "can only assign string to {}.__qualname__, not '{}'",
                this.name_string(),
                crate::ops::type_name(v)
            )));
        }
        this.qualname.set(t, this.header(), v);
        Ok(())
    }
    #[py(getter)]
    fn __module__(t: &Thread, this: Ref<Class>) -> Result<Value> {
        if this.is_heap() {
            let v = this.namespace().get_interned(names::__module__());
            return v.ok_or_else(|| missing(t, this, names::__module__()));
        }
        this.def.map_or("builtins", |d| d.module).into_value(t)
    }
    #[py(setter)]
    fn set___module__(t: &Thread, this: Ref<Class>, value: Option<Value>) -> Result<()> {
        let v = check_special(t, this, value, "__module__")?;
        Class::set_own(this, t, names::__firstlineno__(), None)?;
        Class::set_own(this, t, names::__module__(), Some(v)).map(drop)
    }
    #[py(getter)]
    fn __bases__(_t: &Thread, this: Ref<Class>) -> Value {
        this.bases.get().map_or(Value::NONE, Ref::value)
    }
    #[py(setter)]
    fn set___bases__(t: &Thread, this: Ref<Class>, value: Option<Value>) -> Result<()> {
        let v = check_special(t, this, value, "__bases__")?;
        class_build::set_bases(t, this, v)
    }
    #[py(member)]
    fn __base__(_t: &Thread, this: Ref<Class>) -> Value {
        this.base.get().map_or(Value::NONE, Ref::value)
    }
    #[py(getter)]
    fn __mro__(_t: &Thread, this: Ref<Class>) -> Value {
        this.mro.get().map_or(Value::NONE, Ref::value)
    }
    #[py(getter)]
    fn __dict__(t: &Thread, this: Ref<Class>) -> Result<Ref<MappingProxy>> {
        MappingProxy::new(t, this.namespace().value())
    }
    #[py(getter)]
    fn __doc__(t: &Thread, this: Ref<Class>) -> Result<Value> {
        if !this.is_heap()
            && let Some(doc) = this.def.and_then(|d| d.doc)
        {
            return doc.into_value(t);
        }
        match this.namespace().get_interned(names::__doc__()) {
            Some(v) => own_bound(t, this, v),
            None => Ok(Value::NONE),
        }
    }
    #[py(setter)]
    fn set___doc__(t: &Thread, this: Ref<Class>, value: Option<Value>) -> Result<()> {
        let v = check_special(t, this, value, "__doc__")?;
        Class::set_own(this, t, names::__doc__(), Some(v)).map(drop)
    }
    #[py(getter)]
    fn __text_signature__(_t: &Thread, this: Ref<Class>) -> Option<String> {
        if this == Object::class() {
            // Its `__new__` takes anything, for the sake of classes that inherit it.
            return Some("()".to_owned());
        }
        let methods = this.def.filter(|_| !this.is_heap())?.methods;
        let text = |name: &str| methods.iter().find(|m| m.name == name).and_then(|m| m.signature.text);
        if let Some(s) = text("__new__") {
            return Some(s.to_owned());
        }
        let own = methods.iter().find(|m| m.name == "__init__").filter(|m| m.signature.max_positional != usize::MAX)?;
        let inner = own.signature.text?.strip_prefix("($self, ")?;
        Some(format!("({}", inner.strip_prefix("/, ").unwrap_or(inner)))
    }
    #[py(member)]
    fn __flags__(_t: &Thread, this: Ref<Class>) -> u64 {
        type_flags(this)
    }
    #[py(member)]
    fn __basicsize__(_t: &Thread, this: Ref<Class>) -> usize {
        basic_size(this)
    }
    #[py(member)]
    fn __itemsize__(_t: &Thread, this: Ref<Class>) -> usize {
        let l = this.layout;
        if l.derives_from(Bytes::layout()) {
            1
        } else if l.derives_from(Tuple::layout()) || l.derives_from(BigInt::layout()) {
            8
        } else {
            0
        }
    }
    #[py(member)]
    fn __dictoffset__(_t: &Thread, this: Ref<Class>) -> i64 {
        // Not at a fixed place, which CPython tells so.
        if this.has_instance_dict() { -1 } else { 0 }
    }
    #[py(member)]
    fn __weakrefoffset__(_t: &Thread, this: Ref<Class>) -> i64 {
        if this.has_flag(class_flags::HAS_WEAKREF) { -1 } else { 0 }
    }
    #[py(getter)]
    fn __annotations__(t: &Thread, this: Ref<Class>) -> Result<Value> {
        if !this.is_heap() {
            return Err(no_heap_attribute(t, this, names::__annotations__()));
        }
        let d = this.namespace();
        for name in [names::__annotations__(), names::__annotations_cache__()] {
            if let Some(v) = d.get_interned(name) {
                return own_bound(t, this, v);
            }
        }
        let annotate = t.get_attr(this.value(), names::__annotate__())?;
        let annotations = if t.is_callable(annotate) {
            let a = t.call(annotate, &[Value::small_int(1)])?;
            if a.downcast::<Dict>().is_none() {
                return Err(t.type_error(format!("__annotate__ returned non-dict of type '{}'", crate::ops::type_name(a))));
            }
            a
        } else {
            Dict::new(t)?.value()
        };
        Class::set_own(this, t, names::__annotations_cache__(), Some(annotations))?;
        Ok(annotations)
    }
    #[py(setter)]
    fn set___annotations__(t: &Thread, this: Ref<Class>, value: Option<Value>) -> Result<()> {
        if class_build::is_immutable(this) {
            return Err(t.type_error(format!("cannot set '__annotations__' attribute of immutable type '{}'", this.name_string())));
        }
        let d = this.namespace();
        let explicit = d.get_interned(names::__annotations__()).is_some();
        match value {
            Some(v) => {
                let name = if explicit { names::__annotations__() } else { names::__annotations_cache__() };
                Class::set_own(this, t, name, Some(v))?;
            }
            None => {
                let name = if explicit { names::__annotations__() } else { names::__annotations_cache__() };
                if !Class::set_own(this, t, name, None)? {
                    return Err(missing(t, this, names::__annotations__()));
                }
            }
        }
        Class::set_own(this, t, names::__annotate_func__(), None)?;
        Class::set_own(this, t, names::__annotate__(), None).map(drop)
    }
    #[py(getter)]
    fn __annotate__(t: &Thread, this: Ref<Class>) -> Result<Value> {
        if !this.is_heap() {
            return Err(no_heap_attribute(t, this, names::__annotate__()));
        }
        let d = this.namespace();
        for name in [names::__annotate__(), names::__annotate_func__()] {
            if let Some(v) = d.get_interned(name) {
                return own_bound(t, this, v);
            }
        }
        Class::set_own(this, t, names::__annotate_func__(), Some(Value::NONE))?;
        Ok(Value::NONE)
    }
    #[py(setter)]
    fn set___annotate__(t: &Thread, this: Ref<Class>, value: Option<Value>) -> Result<()> {
        let Some(v) = value else { return Err(t.type_error("cannot delete __annotate__ attribute")) };
        if class_build::is_immutable(this) {
            return Err(t.type_error(format!("cannot set '__annotate__' attribute of immutable type '{}'", this.name_string())));
        }
        if !v.is_none() && !t.is_callable(v) {
            return Err(t.type_error("__annotate__ must be callable or None"));
        }
        let d = this.namespace();
        let name = if d.get_interned(names::__annotate__()).is_some() { names::__annotate__() } else { names::__annotate_func__() };
        Class::set_own(this, t, name, Some(v))?;
        if !v.is_none() {
            Class::set_own(this, t, names::__annotations_cache__(), None)?;
        }
        Ok(())
    }
    #[py(getter)]
    fn __type_params__(t: &Thread, this: Ref<Class>) -> Result<Value> {
        if this.is_heap()
            && let Some(v) = this.namespace().get_interned(names::__type_params__())
        {
            return Ok(v);
        }
        Tuple::new(t, &[]).map(Ref::value)
    }
    #[py(setter)]
    fn set___type_params__(t: &Thread, this: Ref<Class>, value: Option<Value>) -> Result<()> {
        let v = check_special(t, this, value, "__type_params__")?;
        Class::set_own(this, t, names::__type_params__(), Some(v)).map(drop)
    }
    #[py(getter)]
    fn __abstractmethods__(t: &Thread, this: Ref<Class>) -> Result<Value> {
        // `type` itself has this very descriptor under the name.
        let own = if this == Class::class() { None } else { this.namespace().get_interned(names::__abstractmethods__()) };
        own.ok_or_else(|| missing(t, this, names::__abstractmethods__()))
    }
    #[py(setter)]
    fn set___abstractmethods__(t: &Thread, this: Ref<Class>, value: Option<Value>) -> Result<()> {
        let on = match value {
            Some(v) => t.truth(v)?,
            None => false,
        };
        if class_build::is_immutable(this) {
            return Err(
                t.type_error(format!("cannot set '__abstractmethods__' attribute of immutable type '{}'", this.name_string()))
            );
        }
        if !Class::set_own(this, t, names::__abstractmethods__(), value)? {
            return Err(missing(t, this, names::__abstractmethods__()));
        }
        this.set_flag(class_flags::ABSTRACT, on);
        Ok(())
    }
}

/// `type.__setattr__`, and `type.__delattr__` for `None`.
fn set_attribute(t: &Thread, this: Ref<Class>, name: Value, value: Option<Value>) -> Result<()> {
    if class_build::is_immutable(this) {
        let shown = t.repr(name)?;
        return Err(t.type_error(format!("cannot set {shown} attribute of immutable type '{}'", this.name_string())));
    }
    let name = attribute_name(t, name)?;
    let meta = class_of(this.value());
    if let Some(a) = meta.lookup(t, name) {
        if let Some(g) = a.downcast::<crate::objects::native_function::GetSet>() {
            return g.write(t, this.value(), value);
        }
        let c = class_of(a);
        let special = if value.is_some() { Special::Set } else { Special::Delete };
        match (c.special(t, special), value) {
            (Some(f), Some(v)) => return t.call_special(f, a, &[this.value(), v]).map(drop),
            (Some(f), None) => return t.call_special1(f, a, this.value()).map(drop),
            (None, None) if c.special(t, Special::Set).is_some() => {
                return Err(t.attribute_error(this.value(), name, "__delete__"));
            }
            (None, _) => {}
        }
    }
    if !Class::set_own(this, t, name, value)? {
        return Err(attr::no_attribute(t, this.value(), name));
    }
    Ok(())
}
