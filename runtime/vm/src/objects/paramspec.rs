//! `ParamSpec` (PEP 612) with its `args` and `kwargs`, and `TypeVarTuple` (PEP 646).

use crate::native::*;
use crate::objects::typevar::{
    Lazy, Variance, call_typing, cannot_subclass, marked_name, module_attribute, no_default, set_module, type_check, union, unpack,
};
use crate::ops::Compare;

#[derive(HeapType)]
#[repr(C)]
pub struct ParamSpec {
    header: Header,
    name: Field,
    bound: Field,
    pub default: Lazy,
    variance: Variance,
}

impl ParamSpec {
    pub fn by_syntax(t: &Thread, name: Value) -> Result<Ref<ParamSpec>> {
        t.create(ParamSpec {
            header: Header::NEW,
            name: Field::new(name),
            bound: Field::new(Value::NONE),
            default: Lazy::of_function(None),
            variance: Variance::Inferred,
        })
    }
}

/// Parameter specification variable.
///
/// Stands for the parameters of a callable: P in "class C[**P]", or made by
/// P = ParamSpec('P'). P.args and P.kwargs annotate *args and **kwargs that pass
/// on what the callable takes.
#[pyclass(name = "ParamSpec", module = "typing", flags(HAS_DICT, HAS_WEAKREF), init = module_attribute)]
impl ParamSpec {
    #[py(nosig, "(name, *, bound=None, default=NoDefault, covariant=False, contravariant=False, infer_variance=False)")]
    #[allow(clippy::too_many_arguments)]
    fn __new__(
        t: &Thread,
        _cls: Ref<Class>,
        name: Ref<Str>,
        bound: OrNone<Value>,
        default: Option<Value>,
        covariant: Option<bool>,
        contravariant: Option<bool>,
        infer_variance: Option<bool>,
    ) -> Result<Ref<ParamSpec>> {
        let flag = |f: Option<bool>| f.unwrap_or(false);
        let variance = Variance::from_flags(t, flag(covariant), flag(contravariant), flag(infer_variance))?;
        let bound = match bound.0 {
            Some(b) => type_check(t, b, "Bound must be a type.")?,
            None => Value::NONE,
        };
        let default = match default {
            Some(d) => d,
            None => no_default(t)?,
        };
        let content = ParamSpec {
            header: Header::NEW,
            name: Field::new(name.value()),
            bound: Field::new(bound),
            default: Lazy::of_value(default),
            variance,
        };
        let v = t.create(content)?;
        set_module(t, v.value())?;
        Ok(v)
    }
    #[py]
    fn __repr__(t: &Thread, this: Ref<ParamSpec>) -> Result<Ref<Str>> {
        marked_name(t, this.variance.mark(), this.name.get())
    }
    #[py]
    fn __or__(t: &Thread, this: Value, other: Value) -> Result<Value> {
        union(t, this, other)
    }
    #[py]
    fn __ror__(t: &Thread, this: Value, other: Value) -> Result<Value> {
        union(t, other, this)
    }
    #[py("($self, arg, /)")]
    fn __typing_subst__(t: &Thread, this: Ref<ParamSpec>, arg: Value) -> Result<Value> {
        call_typing(t, "_paramspec_subst", &[this.value(), arg])
    }
    #[py("($self, alias, args, /)")]
    fn __typing_prepare_subst__(t: &Thread, this: Ref<ParamSpec>, alias: Value, args: Value) -> Result<Value> {
        call_typing(t, "_paramspec_prepare_subst", &[this.value(), alias, args])
    }
    #[py("($self, /)")]
    fn has_default(_t: &Thread, this: Ref<ParamSpec>) -> bool {
        this.default.is_given()
    }
    #[py("($self, /)")]
    fn __reduce__(_t: &Thread, this: Ref<ParamSpec>) -> Value {
        this.name.get()
    }
    #[py("($self, object, /)")]
    fn __mro_entries__(t: &Thread, _this: Ref<ParamSpec>, _object: Value) -> Result<Value> {
        Err(cannot_subclass(t, "ParamSpec"))
    }
    #[py(member)]
    fn __name__(_t: &Thread, this: Ref<ParamSpec>) -> Value {
        this.name.get()
    }
    #[py(member)]
    fn __bound__(_t: &Thread, this: Ref<ParamSpec>) -> Value {
        this.bound.get()
    }
    #[py(member)]
    fn __covariant__(_t: &Thread, this: Ref<ParamSpec>) -> bool {
        this.variance == Variance::Covariant
    }
    #[py(member)]
    fn __contravariant__(_t: &Thread, this: Ref<ParamSpec>) -> bool {
        this.variance == Variance::Contravariant
    }
    #[py(member)]
    fn __infer_variance__(_t: &Thread, this: Ref<ParamSpec>) -> bool {
        this.variance == Variance::Inferred
    }
    /// Represents positional arguments.
    #[py(getter)]
    fn args(t: &Thread, this: Ref<ParamSpec>) -> Result<Ref<ParamSpecArgs>> {
        t.create(ParamSpecArgs { header: Header::NEW, origin: Field::new(this.value()) })
    }
    /// Represents keyword arguments.
    #[py(getter)]
    fn kwargs(t: &Thread, this: Ref<ParamSpec>) -> Result<Ref<ParamSpecKwargs>> {
        t.create(ParamSpecKwargs { header: Header::NEW, origin: Field::new(this.value()) })
    }
    /// The default value for this ParamSpec.
    #[py(getter)]
    fn __default__(t: &Thread, this: Ref<ParamSpec>) -> Result<Value> {
        this.default.default(t, this.header())
    }
    #[py(getter)]
    fn evaluate_default(t: &Thread, this: Ref<ParamSpec>) -> Result<Value> {
        this.default.evaluator(t)
    }
}

// ---------------------------------------------------------------- P.args, P.kwargs

#[derive(HeapType)]
#[repr(C)]
pub struct ParamSpecArgs {
    header: Header,
    origin: Field,
}
#[derive(HeapType)]
#[repr(C)]
pub struct ParamSpecKwargs {
    header: Header,
    origin: Field,
}

fn part_repr(t: &Thread, origin: Value, part: &str) -> Result<Ref<Str>> {
    let name = match origin.downcast::<ParamSpec>() {
        Some(p) => t.str(p.name.get())?,
        None => t.repr(origin)?,
    };
    crate::objects::str_build::concat(t, name, Str::from_str(t, part)?)
}

/// The args for a ParamSpec object.
///
/// P.args annotates the *args that take the positional arguments of P.
#[pyclass(name = "ParamSpecArgs", module = "typing", flags(HAS_WEAKREF))]
impl ParamSpecArgs {
    #[py(nosig, "(origin)")]
    fn __new__(t: &Thread, _cls: Ref<Class>, origin: Value) -> Result<Ref<ParamSpecArgs>> {
        t.create(ParamSpecArgs { header: Header::NEW, origin: Field::new(origin) })
    }
    #[py]
    fn __repr__(t: &Thread, this: Ref<ParamSpecArgs>) -> Result<Ref<Str>> {
        part_repr(t, this.origin.get(), ".args")
    }
    #[py]
    fn __eq__(t: &Thread, this: Ref<ParamSpecArgs>, other: Value) -> Result<Value> {
        match other.downcast::<ParamSpecArgs>() {
            Some(o) => t.rich_compare(this.origin.get(), o.origin.get(), Compare::Eq),
            None => Ok(Value::NOT_IMPLEMENTED),
        }
    }
    #[py]
    fn __ne__(t: &Thread, this: Ref<ParamSpecArgs>, other: Value) -> Result<Value> {
        match other.downcast::<ParamSpecArgs>() {
            Some(o) => t.rich_compare(this.origin.get(), o.origin.get(), Compare::Ne),
            None => Ok(Value::NOT_IMPLEMENTED),
        }
    }
    #[py("($self, object, /)")]
    fn __mro_entries__(t: &Thread, _this: Ref<ParamSpecArgs>, _object: Value) -> Result<Value> {
        Err(cannot_subclass(t, "ParamSpecArgs"))
    }
    #[py(member)]
    fn __origin__(_t: &Thread, this: Ref<ParamSpecArgs>) -> Value {
        this.origin.get()
    }
}

/// The kwargs for a ParamSpec object.
///
/// P.kwargs annotates the **kwargs that take the keyword arguments of P.
#[pyclass(name = "ParamSpecKwargs", module = "typing", flags(HAS_WEAKREF))]
impl ParamSpecKwargs {
    #[py(nosig, "(origin)")]
    fn __new__(t: &Thread, _cls: Ref<Class>, origin: Value) -> Result<Ref<ParamSpecKwargs>> {
        t.create(ParamSpecKwargs { header: Header::NEW, origin: Field::new(origin) })
    }
    #[py]
    fn __repr__(t: &Thread, this: Ref<ParamSpecKwargs>) -> Result<Ref<Str>> {
        part_repr(t, this.origin.get(), ".kwargs")
    }
    #[py]
    fn __eq__(t: &Thread, this: Ref<ParamSpecKwargs>, other: Value) -> Result<Value> {
        match other.downcast::<ParamSpecKwargs>() {
            Some(o) => t.rich_compare(this.origin.get(), o.origin.get(), Compare::Eq),
            None => Ok(Value::NOT_IMPLEMENTED),
        }
    }
    #[py]
    fn __ne__(t: &Thread, this: Ref<ParamSpecKwargs>, other: Value) -> Result<Value> {
        match other.downcast::<ParamSpecKwargs>() {
            Some(o) => t.rich_compare(this.origin.get(), o.origin.get(), Compare::Ne),
            None => Ok(Value::NOT_IMPLEMENTED),
        }
    }
    #[py("($self, object, /)")]
    fn __mro_entries__(t: &Thread, _this: Ref<ParamSpecKwargs>, _object: Value) -> Result<Value> {
        Err(cannot_subclass(t, "ParamSpecKwargs"))
    }
    #[py(member)]
    fn __origin__(_t: &Thread, this: Ref<ParamSpecKwargs>) -> Value {
        this.origin.get()
    }
}

// ---------------------------------------------------------------- TypeVarTuple

#[derive(HeapType)]
#[repr(C)]
pub struct TypeVarTuple {
    header: Header,
    name: Field,
    pub default: Lazy,
}

impl TypeVarTuple {
    pub fn by_syntax(t: &Thread, name: Value) -> Result<Ref<TypeVarTuple>> {
        t.create(TypeVarTuple { header: Header::NEW, name: Field::new(name), default: Lazy::of_function(None) })
    }
}

/// Type variable tuple. Stands for any number of types, where a type variable
/// stands for one.
///
/// Written Ts in "class C[*Ts]", or made by Ts = TypeVarTuple('Ts'). It is used
/// unpacked: tuple[*Ts].
#[pyclass(name = "TypeVarTuple", module = "typing", flags(HAS_DICT, HAS_WEAKREF), init = module_attribute)]
impl TypeVarTuple {
    #[py(nosig, "(name, *, default=NoDefault)")]
    fn __new__(t: &Thread, _cls: Ref<Class>, name: Ref<Str>, default: Option<Value>) -> Result<Ref<TypeVarTuple>> {
        let default = match default {
            Some(d) => d,
            None => no_default(t)?,
        };
        let v = t.create(TypeVarTuple { header: Header::NEW, name: Field::new(name.value()), default: Lazy::of_value(default) })?;
        set_module(t, v.value())?;
        Ok(v)
    }
    #[py]
    fn __repr__(t: &Thread, this: Ref<TypeVarTuple>) -> Result<Ref<Str>> {
        t.str(this.name.get())
    }
    #[py]
    fn __iter__(t: &Thread, this: Ref<TypeVarTuple>) -> Result<Value> {
        let items = Tuple::new(t, &[unpack(t, this.value())?])?;
        t.iter(items.value())
    }
    #[py("($self, arg, /)")]
    fn __typing_subst__(t: &Thread, _this: Ref<TypeVarTuple>, _arg: Value) -> Result<Value> {
        Err(t.type_error("Substitution of bare TypeVarTuple is not supported"))
    }
    #[py("($self, alias, args, /)")]
    fn __typing_prepare_subst__(t: &Thread, this: Ref<TypeVarTuple>, alias: Value, args: Value) -> Result<Value> {
        call_typing(t, "_typevartuple_prepare_subst", &[this.value(), alias, args])
    }
    #[py("($self, /)")]
    fn __reduce__(_t: &Thread, this: Ref<TypeVarTuple>) -> Value {
        this.name.get()
    }
    #[py("($self, /)")]
    fn has_default(_t: &Thread, this: Ref<TypeVarTuple>) -> bool {
        this.default.is_given()
    }
    #[py("($self, object, /)")]
    fn __mro_entries__(t: &Thread, _this: Ref<TypeVarTuple>, _object: Value) -> Result<Value> {
        Err(cannot_subclass(t, "TypeVarTuple"))
    }
    #[py(member)]
    fn __name__(_t: &Thread, this: Ref<TypeVarTuple>) -> Value {
        this.name.get()
    }
    /// The default value for this TypeVarTuple.
    #[py(getter)]
    fn __default__(t: &Thread, this: Ref<TypeVarTuple>) -> Result<Value> {
        this.default.default(t, this.header())
    }
    #[py(getter)]
    fn evaluate_default(t: &Thread, this: Ref<TypeVarTuple>) -> Result<Value> {
        this.default.evaluator(t)
    }
}
