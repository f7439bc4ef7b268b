//! `TypeAliasType`, what a `type` statement makes (PEP 695), and `Generic`.

use crate::native::*;
use crate::objects::generic_alias::GenericAlias;
use crate::objects::tuple::empty_tuple;
use crate::objects::typevar::{Lazy, caller_module, param_has_default, union, unpack, unpack_typevartuples};

#[derive(HeapType)]
#[repr(C)]
pub struct TypeAlias {
    header: Header,
    name: Field,
    /// Tuple of type parameters; null without any.
    params: RefField<Tuple>,
    value: Lazy,
    /// Module of the caller of the constructor; empty: that of the function that evaluates the value.
    module: Field,
}

impl TypeAlias {
    pub fn by_syntax(t: &Thread, name: Value, params: Value, value: Value) -> Result<Ref<TypeAlias>> {
        let field = RefField::null();
        field.init(params.downcast::<Tuple>());
        let module = match value.downcast::<Function>() {
            Some(f) => f.module.get().some().unwrap_or(Value::NONE),
            None => Value::NONE,
        };
        t.create(TypeAlias {
            header: Header::NEW,
            name: Field::new(name),
            params: field,
            value: Lazy::of_function(Some(value)),
            module: Field::new(module),
        })
    }
    fn params(&self) -> Ref<Tuple> {
        self.params.get().unwrap_or_else(empty_tuple)
    }
}

fn check_params(t: &Thread, params: Ref<Tuple>) -> Result<()> {
    let mut defaults = false;
    for p in params.iter() {
        match param_has_default(p) {
            None => return Err(t.type_error(format!("Expected a type param, got {}", t.repr(p)?))),
            Some(true) => defaults = true,
            Some(false) if defaults => {
                let shown = t.repr(p)?;
                return Err(t.type_error(format!("non-default type parameter '{shown}' follows default type parameter")));
            }
            Some(false) => {}
        }
    }
    Ok(())
}

/// Type alias.
///
/// Made by a type statement:
///
///     type Pair[T] = tuple[T, T]
///
/// The value is evaluated when __value__ is asked for.
#[pyclass(name = "TypeAliasType", module = "typing", flags())]
impl TypeAlias {
    #[py(nosig, "(name, value, *, type_params=())")]
    fn __new__(t: &Thread, _cls: Ref<Class>, name: Ref<Str>, value: Value, type_params: Option<Value>) -> Result<Ref<TypeAlias>> {
        let params = RefField::null();
        if let Some(p) = type_params {
            let Some(p) = p.downcast::<Tuple>() else { return Err(t.type_error("type_params must be a tuple")) };
            check_params(t, p)?;
            params.init(Some(p).filter(|p| !p.is_empty()));
        }
        t.create(TypeAlias {
            header: Header::NEW,
            name: Field::new(name.value()),
            params,
            value: Lazy::of_value(value),
            module: Field::new(caller_module(t)),
        })
    }
    #[py]
    fn __repr__(t: &Thread, this: Ref<TypeAlias>) -> Result<Ref<Str>> {
        t.str(this.name.get())
    }
    #[py]
    fn __iter__(t: &Thread, this: Ref<TypeAlias>) -> Result<Value> {
        let items = Tuple::new(t, &[unpack(t, this.value())?])?;
        t.iter(items.value())
    }
    #[py]
    fn __or__(t: &Thread, this: Value, other: Value) -> Result<Value> {
        union(t, this, other)
    }
    #[py]
    fn __ror__(t: &Thread, this: Value, other: Value) -> Result<Value> {
        union(t, other, this)
    }
    #[py]
    fn __getitem__(t: &Thread, this: Ref<TypeAlias>, args: Value) -> Result<Ref<GenericAlias>> {
        if this.params.get().is_none() {
            return Err(t.type_error("Only generic type aliases are subscriptable"));
        }
        GenericAlias::new(t, this.value(), args)
    }
    #[py("($self, /)")]
    fn __reduce__(_t: &Thread, this: Ref<TypeAlias>) -> Value {
        this.name.get()
    }
    #[py(member)]
    fn __name__(_t: &Thread, this: Ref<TypeAlias>) -> Value {
        this.name.get()
    }
    #[py(getter)]
    fn __parameters__(t: &Thread, this: Ref<TypeAlias>) -> Result<Ref<Tuple>> {
        unpack_typevartuples(t, this.params())
    }
    #[py(getter)]
    fn __type_params__(_t: &Thread, this: Ref<TypeAlias>) -> Ref<Tuple> {
        this.params()
    }
    #[py(getter)]
    fn __value__(t: &Thread, this: Ref<TypeAlias>) -> Result<Option<Value>> {
        this.value.get(t, this.header())
    }
    #[py(getter)]
    fn evaluate_value(t: &Thread, this: Ref<TypeAlias>) -> Result<Value> {
        this.value.evaluator(t)
    }
    #[py(getter)]
    fn __module__(_t: &Thread, this: Ref<TypeAlias>) -> Value {
        this.module.get()
    }
}

// ---------------------------------------------------------------- Generic

/// The base of generic classes. Its instances are plain objects, so it goes with any other base.
#[repr(transparent)]
pub struct Generic {
    _base: Object,
}
// SAFETY: the very layout of `object`.
unsafe impl HeapType for Generic {
    const LAYOUT: &'static Layout = <Object as HeapType>::LAYOUT;
}

fn with_class(t: &Thread, name: &str, cls: Ref<Class>, args: &[Value], kwargs: Kwargs) -> Result<Value> {
    let typing = crate::import::import_module(t, "typing")?;
    let f = t.get_attr(typing, Str::intern_str(t, name)?)?;
    t.with_prepended(cls.value(), args, |args| t.call_with_dict(f, args, kwargs.0))
}

/// Abstract base class for generic types.
///
/// A class with type parameters, "class C[T]: ...", has it as a base by itself;
/// "class C(Generic[T]): ..." is the older way to say so.
#[pyclass(name = "Generic", module = "typing", flags(BASE), init = generic_module)]
impl Generic {
    /// Parameterizes a generic class.
    #[py(nosig, "($type, /, *args, **kwargs)")]
    fn __class_getitem__(t: &Thread, cls: Ref<Class>, args: &[Value], kwargs: Kwargs) -> Result<Value> {
        with_class(t, "_generic_class_getitem", cls, args, kwargs)
    }
    /// Function to initialize subclasses.
    #[py(nosig, "($type, /, *args, **kwargs)")]
    fn __init_subclass__(t: &Thread, cls: Ref<Class>, args: &[Value], kwargs: Kwargs) -> Result<Value> {
        with_class(t, "_generic_init_subclass", cls, args, kwargs)
    }
}

fn generic_module(t: &Thread, class: Ref<Class>) -> Result<()> {
    crate::objects::typevar::module_attribute(t, class)
}
