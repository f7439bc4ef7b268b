//! The descriptors of the language: `property`, `classmethod`, `staticmethod`, `super`.
//!
//! Their fields are set by `__init__` (subclasses may call it late or again), so readers take each as it is at the moment.
// Setters are named `set_` and the attribute.
#![allow(non_snake_case)]

use crate::attr;
use crate::interp;
use crate::native::*;
use crate::objects::class_build::add_dict_attribute;
use crate::objects::exceptions as ex;
use crate::objects::function::BoundMethod;
use crate::objects::object::attribute_name;

/// Attribute `__isabstractmethod__` of a function that a descriptor wraps.
fn is_abstract(t: &Thread, f: Value) -> Result<bool> {
    if f.is_empty() || f.is_none() || f.downcast::<Native>().is_some() {
        return Ok(false);
    }
    match t.get_attr_opt(f, names::__isabstractmethod__())? {
        Some(v) => t.truth(v),
        None => Ok(false),
    }
}

fn or_none(f: &Field) -> Value {
    f.get().some().unwrap_or(Value::NONE)
}

// ---------------------------------------------------------------- property

#[derive(HeapType)]
#[repr(C)]
pub struct Property {
    header: Header,
    getter: Field,
    setter: Field,
    deleter: Field,
    doc: Field,
    name: Field,
    /// TRUE: the docstring is the getter's, and follows it in copies.
    doc_of_getter: Field,
}

impl Property {
    /// The function that reads, if there is one.
    #[inline]
    pub fn getter(&self) -> Option<Value> {
        self.getter.get().some()
    }
    /// The function that assigns, if there is one.
    pub fn setter(&self) -> Option<Value> {
        self.setter.get().some()
    }

    /// The name in error texts: the one it was assigned to, or the getter's.
    fn shown_name(&self, t: &Thread) -> Result<Option<Value>> {
        if let Some(n) = self.name.get().some() {
            return Ok(Some(n));
        }
        match self.getter() {
            Some(f) => t.get_attr_opt(f, names::__name__()),
            None => Ok(None),
        }
    }

    #[cold]
    fn lacks(&self, t: &Thread, obj: Value, what: &str) -> Exc {
        let class = class_of(obj);
        let text = || -> Result<String> {
            let qualname = t.repr(class.qualname.get())?;
            Ok(match self.shown_name(t)? {
                Some(n) => format!("property {} of {qualname} object has no {what}", t.repr(n)?),
                None => format!("property of {qualname} object has no {what}"),
            })
        };
        match text() {
            Ok(s) => t.attribute_error_plain(s),
            Err(e) => e,
        }
    }

    /// A copy with some of the functions replaced.
    fn copy(
        t: &Thread,
        this: Ref<Property>,
        getter: Option<Value>,
        setter: Option<Value>,
        deleter: Option<Value>,
    ) -> Result<Value> {
        let pick = |new: Option<Value>, old: &Field| match new {
            Some(v) if !v.is_none() => v,
            _ => or_none(old),
        };
        let (get, set, delete) = (pick(getter, &this.getter), pick(setter, &this.setter), pick(deleter, &this.deleter));
        let doc = if this.doc_of_getter.get() == Value::TRUE && !get.is_none() { Value::NONE } else { or_none(&this.doc) };
        let new = t.call(class_of(this.value()).value(), &[get, set, delete, doc])?;
        if let (Some(p), Some(name)) = (new.downcast::<Property>(), this.name.get().some()) {
            p.name.set(t, p.header(), name);
        }
        Ok(new)
    }
}

/// An attribute whose reading, assignment and deletion call functions.
///
///   fget  reads the attribute
///   fset  assigns to it
///   fdel  deletes it
///   doc   is the docstring, by default that of fget
///
/// As a decorator it makes an attribute of a method that reads; the methods
/// getter, setter and deleter of the result decorate the others:
///
/// class Circle:
///     @property
///     def area(self):
///         "What the circle covers."
///         return self._area
///     @area.setter
///     def area(self, value):
///         self._area = value
#[pyclass(name = "property", flags(BASE))]
impl Property {
    #[py("(*args, **kwargs)", nosig)]
    fn __new__(t: &Thread, cls: Ref<Class>, args: &[Value], kwargs: Kwargs) -> Result<Ref<Property>> {
        let _ = (args, kwargs);
        let e = || Field::new(Value::EMPTY);
        t.create_in(
            cls,
            Property { header: Header::NEW, getter: e(), setter: e(), deleter: e(), doc: e(), name: e(), doc_of_getter: e() },
        )
    }
    #[py("($self, fget=None, fset=None, fdel=None, doc=None)")]
    fn __init__(
        t: &Thread,
        this: Ref<Property>,
        fget: OrNone<Value>,
        fset: OrNone<Value>,
        fdel: OrNone<Value>,
        doc: OrNone<Value>,
    ) -> Result<()> {
        let h = this.header();
        let word = |v: OrNone<Value>| v.0.unwrap_or(Value::EMPTY);
        let getter = fget.0;
        this.getter.set(t, h, getter.unwrap_or(Value::EMPTY));
        this.setter.set(t, h, word(fset));
        this.deleter.set(t, h, word(fdel));
        this.name.set(t, h, Value::EMPTY);
        let mut from_getter = false;
        let doc = match (doc.0, getter) {
            (Some(d), _) => Some(d),
            (None, Some(f)) => {
                let d = t.get_attr_opt(f, names::__doc__())?.filter(|d| !d.is_none());
                from_getter = d.is_some();
                d
            }
            (None, None) => None,
        };
        this.doc_of_getter.set(t, h, Value::bool(from_getter));
        if class_of(this.value()) == Property::class() {
            this.doc.set(t, h, doc.unwrap_or(Value::EMPTY));
            return Ok(());
        }
        // The `__doc__` of a subclass hides that of the layout: instances keep theirs in their dict.
        match t.set_attr(this.value(), names::__doc__(), Some(doc.unwrap_or(Value::NONE))) {
            Err(e) if !from_getter && e.is(t, ex::class(ex::Kind::AttributeError)) => Ok(()),
            r => r,
        }
    }
    #[py]
    fn __get__(t: &Thread, this: Ref<Property>, instance: Value, owner: Option<Value>) -> Result<Value> {
        let _ = owner;
        if instance.is_none() {
            return Ok(this.value());
        }
        match this.getter() {
            Some(f) => t.call(f, &[instance]),
            None => Err(this.lacks(t, instance, "getter")),
        }
    }
    #[py]
    fn __set__(t: &Thread, this: Ref<Property>, instance: Value, value: Value) -> Result<()> {
        match this.setter.get().some() {
            Some(f) => t.call(f, &[instance, value]).map(drop),
            None => Err(this.lacks(t, instance, "setter")),
        }
    }
    #[py]
    fn __delete__(t: &Thread, this: Ref<Property>, instance: Value) -> Result<()> {
        match this.deleter.get().some() {
            Some(f) => t.call(f, &[instance]).map(drop),
            None => Err(this.lacks(t, instance, "deleter")),
        }
    }
    /// A copy of the property that reads with another function.
    #[py("($self, object, /)")]
    fn getter_(t: &Thread, this: Ref<Property>, object: Value) -> Result<Value> {
        Property::copy(t, this, Some(object), None, None)
    }
    /// A copy of the property that assigns with another function.
    #[py("($self, object, /)")]
    fn setter_(t: &Thread, this: Ref<Property>, object: Value) -> Result<Value> {
        Property::copy(t, this, None, Some(object), None)
    }
    /// A copy of the property that deletes with another function.
    #[py("($self, object, /)")]
    fn deleter_(t: &Thread, this: Ref<Property>, object: Value) -> Result<Value> {
        Property::copy(t, this, None, None, Some(object))
    }
    /// Tells the property the attribute that it is.
    #[py("($self, /, *args)", nosig)]
    fn __set_name__(t: &Thread, this: Ref<Property>, args: &[Value]) -> Result<()> {
        let &[_, name] = args else {
            return Err(t.type_error(format!("__set_name__() takes 2 positional arguments but {} were given", args.len())));
        };
        this.name.set(t, this.header(), name);
        Ok(())
    }
    #[py(member)]
    fn fget(_t: &Thread, this: Ref<Property>) -> Value {
        or_none(&this.getter)
    }
    #[py(member)]
    fn fset(_t: &Thread, this: Ref<Property>) -> Value {
        or_none(&this.setter)
    }
    #[py(member)]
    fn fdel(_t: &Thread, this: Ref<Property>) -> Value {
        or_none(&this.deleter)
    }
    #[py(member)]
    fn __doc__(_t: &Thread, this: Ref<Property>) -> Value {
        or_none(&this.doc)
    }
    #[py(setter)]
    fn set___doc__(t: &Thread, this: Ref<Property>, value: Option<Value>) -> Result<()> {
        this.doc.set(t, this.header(), value.unwrap_or(Value::EMPTY));
        Ok(())
    }
    #[py(getter)]
    fn __name__(t: &Thread, this: Ref<Property>) -> Result<Value> {
        match this.shown_name(t)? {
            Some(n) => Ok(n),
            None => Err(attr::no_attribute(t, this.value(), names::__name__())),
        }
    }
    #[py(setter)]
    fn set___name__(t: &Thread, this: Ref<Property>, value: Option<Value>) -> Result<()> {
        this.name.set(t, this.header(), value.unwrap_or(Value::EMPTY));
        Ok(())
    }
    #[py(getter)]
    fn __isabstractmethod__(t: &Thread, this: Ref<Property>) -> Result<bool> {
        for f in [&this.getter, &this.setter, &this.deleter] {
            if is_abstract(t, f.get())? {
                return Ok(true);
            }
        }
        Ok(false)
    }
}

// ---------------------------------------------------------------- classmethod, staticmethod

#[derive(HeapType)]
#[repr(C)]
pub struct ClassMethod {
    header: Header,
    function: Field,
}
#[derive(HeapType)]
#[repr(C)]
pub struct StaticMethod {
    header: Header,
    function: Field,
}

/// `functools.wraps`, as far as both constructors do it.
fn take_attributes(t: &Thread, wrapper: Value, wrapped: Value) -> Result<()> {
    for name in [names::__module__(), names::__name__(), names::__qualname__(), names::__doc__()] {
        if let Some(v) = t.get_attr_opt(wrapped, name)? {
            t.set_attr(wrapper, name, Some(v))?;
        }
    }
    Ok(())
}

/// An attribute of the wrapped function, remembered in the wrapper's dict once asked for.
fn wrapped_attribute(t: &Thread, wrapper: Value, wrapped: Value, name: Ref<Str>) -> Result<Value> {
    if let Some(v) = attr::instance_get(t, wrapper, name) {
        return Ok(v);
    }
    let v = t.get_attr(wrapped, name)?;
    attr::instance_set(t, wrapper, name, v)?;
    Ok(v)
}

fn set_wrapped_attribute(t: &Thread, wrapper: Value, name: Ref<Str>, value: Option<Value>) -> Result<()> {
    match value {
        Some(v) => attr::instance_set(t, wrapper, name, v),
        None => match attr::instance_delete(t, wrapper, name) {
            Some(_) => Ok(()),
            None => Err(t.attribute_error(
                wrapper,
                name,
                &format!("'{}' object has no attribute '{name}'", crate::ops::type_name(wrapper)),
            )),
        },
    }
}

impl ClassMethod {
    pub fn new(t: &Thread, f: Value) -> Result<Ref<ClassMethod>> {
        t.create(ClassMethod { header: Header::NEW, function: Field::new(f) })
    }
    #[inline]
    pub fn function(&self) -> Value {
        or_none(&self.function)
    }
}
impl StaticMethod {
    pub fn new(t: &Thread, f: Value) -> Result<Ref<StaticMethod>> {
        t.create(StaticMethod { header: Header::NEW, function: Field::new(f) })
    }
    #[inline]
    pub fn function(&self) -> Value {
        or_none(&self.function)
    }
}

/// The part of both classes that is the same but for the type.
fn no_owner(t: &Thread) -> Exc {
    t.type_error("__get__(None, None) is invalid")
}

/// A method that gets the class where others get the instance.
///
/// As a decorator it makes such a method of a function:
///
///   class Point:
///       @classmethod
///       def origin(cls):
///           return cls(0, 0)
///
/// The method can be called on the class or on an instance, of which only the
/// class matters. Called on a derived class it gets the derived class.
#[pyclass(name = "classmethod", flags(BASE, HAS_DICT), init = add_dict_attribute)]
impl ClassMethod {
    #[py("(*args, **kwargs)", nosig)]
    fn __new__(t: &Thread, cls: Ref<Class>, args: &[Value], kwargs: Kwargs) -> Result<Ref<ClassMethod>> {
        let _ = (args, kwargs);
        t.create_in(cls, ClassMethod { header: Header::NEW, function: Field::new(Value::EMPTY) })
    }
    #[py]
    fn __init__(t: &Thread, this: Ref<ClassMethod>, args: &[Value], kwargs: Kwargs) -> Result<()> {
        let f = one_function(t, "classmethod", args, kwargs)?;
        this.function.set(t, this.header(), f);
        take_attributes(t, this.value(), f)
    }
    #[py]
    fn __repr__(t: &Thread, this: Ref<ClassMethod>) -> Result<String> {
        Ok(format!("<classmethod({})>", t.repr(this.function())?))
    }
    #[py]
    fn __get__(t: &Thread, this: Ref<ClassMethod>, instance: Value, owner: Option<Value>) -> Result<Value> {
        let Some(f) = this.function.get().some() else { return Err(t.runtime_error("uninitialized classmethod object")) };
        let class = match owner.filter(|o| !o.is_none()) {
            Some(o) => o,
            None if instance.is_none() => return Err(no_owner(t)),
            None => class_of(instance).value(),
        };
        BoundMethod::new(t, f, class).map(Ref::value)
    }
    // A class method of this class.
    #[py("($type, object, /)")]
    fn __class_getitem__(t: &Thread, cls: Ref<Class>, object: Value) -> Result<Value> {
        t.generic_alias(cls.value(), object)
    }
    #[py(member)]
    fn __func__(_t: &Thread, this: Ref<ClassMethod>) -> Value {
        this.function()
    }
    #[py(member)]
    fn __wrapped__(_t: &Thread, this: Ref<ClassMethod>) -> Value {
        this.function()
    }
    #[py(getter)]
    fn __isabstractmethod__(t: &Thread, this: Ref<ClassMethod>) -> Result<bool> {
        is_abstract(t, this.function.get())
    }
    #[py(getter)]
    fn __annotations__(t: &Thread, this: Ref<ClassMethod>) -> Result<Value> {
        wrapped_attribute(t, this.value(), this.function(), names::__annotations__())
    }
    #[py(setter)]
    fn set___annotations__(t: &Thread, this: Ref<ClassMethod>, value: Option<Value>) -> Result<()> {
        set_wrapped_attribute(t, this.value(), names::__annotations__(), value)
    }
    #[py(getter)]
    fn __annotate__(t: &Thread, this: Ref<ClassMethod>) -> Result<Value> {
        wrapped_attribute(t, this.value(), this.function(), names::__annotate__())
    }
    #[py(setter)]
    fn set___annotate__(t: &Thread, this: Ref<ClassMethod>, value: Option<Value>) -> Result<()> {
        set_wrapped_attribute(t, this.value(), names::__annotate__(), value)
    }
}

/// A function in a class that gets neither instance nor class.
///
/// As a decorator it keeps a function of a class from becoming a method:
///
///   class Temperature:
///       @staticmethod
///       def to_kelvin(celsius):
///           return celsius + 273.15
///
/// The function can be called on the class or on an instance.
#[pyclass(name = "staticmethod", flags(BASE, HAS_DICT), init = add_dict_attribute)]
impl StaticMethod {
    #[py("(*args, **kwargs)", nosig)]
    fn __new__(t: &Thread, cls: Ref<Class>, args: &[Value], kwargs: Kwargs) -> Result<Ref<StaticMethod>> {
        let _ = (args, kwargs);
        t.create_in(cls, StaticMethod { header: Header::NEW, function: Field::new(Value::EMPTY) })
    }
    #[py]
    fn __init__(t: &Thread, this: Ref<StaticMethod>, args: &[Value], kwargs: Kwargs) -> Result<()> {
        let f = one_function(t, "staticmethod", args, kwargs)?;
        this.function.set(t, this.header(), f);
        take_attributes(t, this.value(), f)
    }
    #[py]
    fn __repr__(t: &Thread, this: Ref<StaticMethod>) -> Result<String> {
        Ok(format!("<staticmethod({})>", t.repr(this.function())?))
    }
    #[py]
    fn __call__(t: &Thread, this: Ref<StaticMethod>, args: &[Value], kwargs: Kwargs) -> Result<Value> {
        t.call_with_dict(this.function(), args, kwargs.0)
    }
    #[py]
    fn __get__(t: &Thread, this: Ref<StaticMethod>, instance: Value, owner: Option<Value>) -> Result<Value> {
        if instance.is_none() && owner.is_none_or(|o| o.is_none()) {
            return Err(no_owner(t));
        }
        this.function.get().some().ok_or_else(|| t.runtime_error("uninitialized staticmethod object"))
    }
    #[py("($type, object, /)")]
    fn __class_getitem__(t: &Thread, cls: Ref<Class>, object: Value) -> Result<Value> {
        t.generic_alias(cls.value(), object)
    }
    #[py(member)]
    fn __func__(_t: &Thread, this: Ref<StaticMethod>) -> Value {
        this.function()
    }
    #[py(member)]
    fn __wrapped__(_t: &Thread, this: Ref<StaticMethod>) -> Value {
        this.function()
    }
    #[py(getter)]
    fn __isabstractmethod__(t: &Thread, this: Ref<StaticMethod>) -> Result<bool> {
        is_abstract(t, this.function.get())
    }
    #[py(getter)]
    fn __annotations__(t: &Thread, this: Ref<StaticMethod>) -> Result<Value> {
        wrapped_attribute(t, this.value(), this.function(), names::__annotations__())
    }
    #[py(setter)]
    fn set___annotations__(t: &Thread, this: Ref<StaticMethod>, value: Option<Value>) -> Result<()> {
        set_wrapped_attribute(t, this.value(), names::__annotations__(), value)
    }
    #[py(getter)]
    fn __annotate__(t: &Thread, this: Ref<StaticMethod>) -> Result<Value> {
        wrapped_attribute(t, this.value(), this.function(), names::__annotate__())
    }
    #[py(setter)]
    fn set___annotate__(t: &Thread, this: Ref<StaticMethod>, value: Option<Value>) -> Result<()> {
        set_wrapped_attribute(t, this.value(), names::__annotate__(), value)
    }
}

fn one_function(t: &Thread, name: &str, args: &[Value], kwargs: Kwargs) -> Result<Value> {
    if kwargs.0.is_some_and(|d| !d.is_empty()) {
        return Err(t.type_error(format!("{name}() takes no keyword arguments")));
    }
    match args {
        [f] => Ok(*f),
        _ => Err(t.type_error(format!("{name} expected 1 argument, got {}", args.len()))),
    }
}

// ---------------------------------------------------------------- super

#[derive(HeapType)]
#[repr(C)]
pub struct Super {
    header: Header,
    /// The class after which the search begins; empty before `__init__`.
    class: Field,
    /// Object that attributes are bound to; empty when unbound.
    object: Field,
    /// Class whose MRO is searched; empty when unbound.
    object_class: Field,
}

/// The attribute `name` (interned) along the MRO of `start` after `class`.
pub fn lookup_after(start: Ref<Class>, class: Ref<Class>, name: Ref<Str>) -> Option<Value> {
    let mro = start.mro();
    let at = mro.iter().position(|&c| c == class.value())?;
    mro[at + 1..].iter().find_map(|c| c.downcast::<Class>()?.dict.get()?.get_interned(name))
}

/// The class whose MRO `super(class, obj)` searches.
fn start_class(t: &Thread, class: Ref<Class>, obj: Value) -> Result<Ref<Class>> {
    if let Some(c) = obj.downcast::<Class>()
        && c.is_subclass(class)
    {
        return Ok(c);
    }
    let own = class_of(obj);
    if own.is_subclass(class) {
        return Ok(own);
    }
    // Proxies say what they stand for.
    if let Some(claimed) = t.get_attr_opt(obj, names::__class__())?.and_then(|c| c.downcast::<Class>())
        && claimed != own
        && claimed.is_subclass(class)
    {
        return Ok(claimed);
    }
    let (what, shown) = match obj.downcast::<Class>() {
        Some(c) => ("type", c.name_string()),
        None => ("instance of", own.name_string()),
    };
    Err(t.type_error(format!(
        "super(type, obj): obj ({what} {shown}) is not an instance or subtype of type ({}).",
        class.name_string()
    )))
}

fn found_after(t: &Thread, start: Ref<Class>, class: Ref<Class>, obj: Value, name: Ref<Str>) -> Result<Option<Value>> {
    let Some(found) = lookup_after(start, class, name) else { return Ok(None) };
    if obj == start.value() {
        return attr::bind_through_class(t, found, start).map(Some);
    }
    attr::bind_attribute(t, found, obj, start).map(Some)
}

/// `super(class, obj).name`
pub fn super_lookup(t: &Thread, class: Ref<Class>, obj: Value, name: Ref<Str>) -> Result<Value> {
    let start = start_class(t, class, obj)?;
    let name = Str::intern(t, name)?;
    if name != names::__class__()
        && let Some(v) = found_after(t, start, class, obj, name)?
    {
        return Ok(v);
    }
    let s = Super::new(t, class, obj, start)?;
    own_attribute(t, s.value(), name)
}

/// An attribute of the super object itself.
fn own_attribute(t: &Thread, s: Value, name: Ref<Str>) -> Result<Value> {
    match attr::generic_lookup(t, s, class_of(s), name)? {
        Some(v) => Ok(v),
        None => Err(attr::no_attribute(t, s, name)),
    }
}

/// `sup(class, obj).name`, where `sup` is what the name `super` evaluated to.
pub fn super_attr(t: &Thread, sup: Value, class: Value, obj: Value, name: Ref<Str>) -> Result<Value> {
    if sup == Super::class().value()
        && let Some(class) = class.downcast::<Class>()
    {
        return super_lookup(t, class, obj, name);
    }
    let s = t.call(sup, &[class, obj])?;
    t.get_attr(s, name)
}

/// The function behind `sup(class, obj).name` where that is a method to be called with `obj` first; `None` in all other cases.
pub fn super_method(t: &Thread, sup: Value, class: Value, obj: Value, name: Ref<Str>) -> Result<Option<Value>> {
    if sup != Super::class().value() || name == names::__class__() {
        return Ok(None);
    }
    let Some(class) = class.downcast::<Class>() else { return Ok(None) };
    let start = start_class(t, class, obj)?;
    if obj == start.value() {
        return Ok(None);
    }
    let name = Str::intern(t, name)?;
    Ok(lookup_after(start, class, name).filter(|f| match f.downcast::<Native>() {
        Some(n) => crate::ops::is_method(n) && n.receiver.get().is_empty(),
        None => f.downcast::<Function>().is_some(),
    }))
}

impl Super {
    fn new(t: &Thread, class: Ref<Class>, obj: Value, start: Ref<Class>) -> Result<Ref<Super>> {
        t.create(Super {
            header: Header::NEW,
            class: Field::new(class.value()),
            object: Field::new(obj),
            object_class: Field::new(start.value()),
        })
    }
}

/// Class and object of `super()` in the running Python frame: its `__class__` variable and its first argument.
fn arguments_of_frame(t: &Thread) -> Result<(Ref<Class>, Value)> {
    let regs = t.regs.get();
    if regs.is_null() {
        return Err(t.runtime_error("super(): no current frame"));
    }
    // SAFETY: the running frame of this thread; its registers include parameters and free variables.
    unsafe {
        let code = interp::code_of(regs);
        if code.argcount == 0 {
            return Err(t.runtime_error("super(): no arguments"));
        }
        let mut first = *regs;
        if code.unit.cell_registers.contains(&0)
            && let Some(c) = first.downcast::<CellObject>()
        {
            first = c.get();
        }
        if first.is_empty() {
            return Err(t.runtime_error("super(): arg[0] deleted"));
        }
        let at = code.freevars.expect().iter().position(|n| n == names::__class__().value());
        let Some(at) = at else { return Err(t.runtime_error("super(): __class__ cell not found")) };
        let Some(cell) = (*regs.add(code.unit.free_base as usize + at)).downcast::<CellObject>() else {
            return Err(t.runtime_error("super(): bad __class__ cell"));
        };
        let content = cell.get();
        if content.is_empty() {
            return Err(t.runtime_error("super(): empty __class__ cell"));
        }
        match content.downcast::<Class>() {
            Some(c) => Ok((c, first)),
            None => Err(t.runtime_error(format!("super(): __class__ is not a type ({})", crate::ops::type_name(content)))),
        }
    }
}

/// super() -> super of the class around, for the first argument
/// super(type) -> unbound super object
/// super(type, obj) -> super object for obj, an instance of type
/// super(type, type2) -> super object for type2, a subclass of type
///
/// Attributes of a super object are looked up in the classes that follow type
/// in the method resolution order, so that an overriding method can call the
/// one it overrides.
#[pyclass(name = "super", flags(BASE))]
impl Super {
    #[py("(*args, **kwargs)", nosig)]
    fn __new__(t: &Thread, cls: Ref<Class>, args: &[Value], kwargs: Kwargs) -> Result<Ref<Super>> {
        let _ = (args, kwargs);
        let e = || Field::new(Value::EMPTY);
        t.create_in(cls, Super { header: Header::NEW, class: e(), object: e(), object_class: e() })
    }
    #[py]
    fn __init__(t: &Thread, this: Ref<Super>, args: &[Value], kwargs: Kwargs) -> Result<()> {
        if kwargs.0.is_some_and(|d| !d.is_empty()) {
            return Err(t.type_error("super() takes no keyword arguments"));
        }
        let as_class = |v: Value| {
            v.downcast::<Class>()
                .ok_or_else(|| t.type_error(format!("super() argument 1 must be a type, not {}", crate::ops::type_name(v))))
        };
        let (class, obj) = match *args {
            [] => arguments_of_frame(t)?,
            [c] => (as_class(c)?, Value::NONE),
            [c, obj] => (as_class(c)?, obj),
            _ => return Err(t.type_error(format!("super() expected at most 2 arguments, got {}", args.len()))),
        };
        let h = this.header();
        let start = if obj.is_none() { None } else { Some(start_class(t, class, obj)?) };
        this.class.set(t, h, class);
        this.object.set(t, h, if start.is_some() { obj } else { Value::EMPTY });
        this.object_class.set(t, h, start.map_or(Value::EMPTY, Ref::value));
        Ok(())
    }
    #[py]
    fn __repr__(_t: &Thread, this: Ref<Super>) -> String {
        let name = |f: &Field| f.get().downcast::<Class>().map(|c| c.name_string());
        let class = name(&this.class).unwrap_or_else(|| "NULL".to_owned());
        match name(&this.object_class) {
            Some(c) => format!("<super: <class '{class}'>, <{c} object>>"),
            None => format!("<super: <class '{class}'>, NULL>"),
        }
    }
    #[py]
    fn __getattribute__(t: &Thread, this: Ref<Super>, name: Value) -> Result<Value> {
        let name = attribute_name(t, name)?;
        let parts = (this.object_class.get().downcast::<Class>(), this.class.get().downcast::<Class>(), this.object.get().some());
        if let (Some(start), Some(class), Some(obj)) = parts
            && name != names::__class__()
            && let Some(v) = found_after(t, start, class, obj, name)?
        {
            return Ok(v);
        }
        own_attribute(t, this.value(), name)
    }
    #[py]
    fn __get__(t: &Thread, this: Ref<Super>, instance: Value, owner: Option<Value>) -> Result<Value> {
        let _ = owner;
        if instance.is_none() || !this.object.get().is_empty() {
            return Ok(this.value());
        }
        let Some(class) = this.class.get().downcast::<Class>() else {
            return Err(t.runtime_error("super(): no arguments"));
        };
        let own = class_of(this.value());
        if own != Super::class() {
            return t.call(own.value(), &[class.value(), instance]);
        }
        let start = start_class(t, class, instance)?;
        Super::new(t, class, instance, start).map(Ref::value)
    }
    /// the class after which attributes are looked up
    #[py(member)]
    fn __thisclass__(_t: &Thread, this: Ref<Super>) -> Value {
        or_none(&this.class)
    }
    /// the object that attributes are bound to; may be None
    #[py(member)]
    fn __self__(_t: &Thread, this: Ref<Super>) -> Value {
        or_none(&this.object)
    }
    /// the class whose method resolution order is followed; may be None
    #[py(member)]
    fn __self_class__(_t: &Thread, this: Ref<Super>) -> Value {
        or_none(&this.object_class)
    }
}
