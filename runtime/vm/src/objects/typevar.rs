//! Type parameters (PEP 695, PEP 696): `TypeVar`, what all kinds have in common, and what the compiler's intrinsics make.
//!
//! Bounds, constraints and defaults come as values (from the constructors) or as functions that are called when somebody asks
//! (from the syntax); what the function gave is kept. What needs `typing` calls it, as in CPython.

use crate::interp::{self, frame_word};
use crate::native::*;
use crate::objects::paramspec::{ParamSpec, ParamSpecArgs, ParamSpecKwargs, TypeVarTuple};
use crate::objects::singletons::NoneObject;
use crate::objects::type_alias::{Generic, TypeAlias};
use crate::objects::union::Union;
use std::sync::atomic::{AtomicU64, Ordering::*};

pub(crate) fn class_defs() -> Vec<&'static ClassDef> {
    vec![
        TypeVar::class_def(),
        ParamSpec::class_def(),
        ParamSpecArgs::class_def(),
        ParamSpecKwargs::class_def(),
        TypeVarTuple::class_def(),
        TypeAlias::class_def(),
        Generic::class_def(),
        NoDefault::class_def(),
        ConstEvaluator::class_def(),
    ]
}

// ---------------------------------------------------------------- what typing does

/// `typing.name(*args)`
pub fn call_typing(t: &Thread, name: &str, args: &[Value]) -> Result<Value> {
    let typing = crate::import::import_module(t, "typing")?;
    let f = t.get_attr(typing, Str::intern_str(t, name)?)?;
    t.call(f, args)
}

/// A type argument by the rules of `typing`.
pub fn type_check(t: &Thread, v: Value, message: &str) -> Result<Value> {
    if v.is_none() {
        return Ok(NoneObject::class().value());
    }
    let message = Str::from_str(t, message)?;
    call_typing(t, "_type_check", &[v, message.value()])
}

/// `typing.Unpack[v]`
pub fn unpack(t: &Thread, v: Value) -> Result<Value> {
    let typing = crate::import::import_module(t, "typing")?;
    let unpack = t.get_attr(typing, Str::intern_str(t, "Unpack")?)?;
    t.get_item(unpack, v)
}

/// Type parameters with the TypeVarTuples among them unpacked.
pub fn unpack_typevartuples(t: &Thread, params: Ref<Tuple>) -> Result<Ref<Tuple>> {
    if !params.iter().any(|p| p.downcast::<TypeVarTuple>().is_some()) {
        return Ok(params);
    }
    let out = ValueVec::with_capacity(t, params.len())?;
    for p in params.iter() {
        out.push(t, if p.downcast::<TypeVarTuple>().is_some() { unpack(t, p)? } else { p })?;
    }
    out.into_tuple(t)
}

/// `typing.Union[a, b]`
pub fn union(t: &Thread, a: Value, b: Value) -> Result<Value> {
    let items = Tuple::new(t, &[a, b])?;
    t.get_item(Union::class().value(), items.value())
}

/// Module of the running Python function, or None.
pub fn caller_module(t: &Thread) -> Value {
    let regs = t.regs.get();
    if regs.is_null() {
        return Value::NONE;
    }
    // SAFETY: the running frame of this thread.
    match unsafe { interp::word(regs, frame_word::FUNCTION) }.downcast::<Function>() {
        Some(f) => f.module.get().some().unwrap_or(Value::NONE),
        None => Value::NONE,
    }
}

/// Gives a parameter made by a call the module of the caller.
pub fn set_module(t: &Thread, param: Value) -> Result<()> {
    match caller_module(t) {
        Value::NONE => Ok(()),
        m => crate::attr::instance_set(t, param, names::__module__(), m),
    }
}

/// The class attribute `__module__`, for parameters that have none of their own.
pub fn module_attribute(t: &Thread, class: Ref<Class>) -> Result<()> {
    let typing = Str::intern_str(t, "typing")?;
    class.namespace().set(t, names::__module__().value(), typing.value())
}

#[cold]
pub fn cannot_subclass(t: &Thread, kind: &str) -> Exc {
    t.type_error(format!("Cannot subclass an instance of {kind}"))
}

// ---------------------------------------------------------------- lazily evaluated parts

/// A value that was given, or the function that computes it. Both empty: there is none.
#[repr(C)]
pub struct Lazy {
    value: Field,
    evaluate: Field,
}
impl Scan for Lazy {
    fn scan(&self, v: &mut Visitor) {
        self.value.scan(v);
        self.evaluate.scan(v);
    }
}

impl Lazy {
    pub fn of_value(v: Value) -> Lazy {
        Lazy { value: Field::new(v), evaluate: Field::new(Value::EMPTY) }
    }
    pub fn of_function(f: Option<Value>) -> Lazy {
        Lazy { value: Field::new(Value::EMPTY), evaluate: Field::new(f.unwrap_or(Value::EMPTY)) }
    }
    /// The value, computed if it has to be.
    pub fn get(&self, t: &Thread, holder: &Header) -> Result<Option<Value>> {
        if let Some(v) = self.value.get().some() {
            return Ok(Some(v));
        }
        let Some(f) = self.evaluate.get().some() else { return Ok(None) };
        let v = t.call(f, &[Value::small_int(1)])?;
        self.value.set(t, holder, v);
        Ok(Some(v))
    }
    /// The function that evaluates it in a format of annotations, or None.
    pub fn evaluator(&self, t: &Thread) -> Result<Value> {
        if let Some(f) = self.evaluate.get().some() {
            return Ok(f);
        }
        match self.value.get().some() {
            Some(v) => ConstEvaluator::new(t, v).map(Ref::value),
            None => Ok(Value::NONE),
        }
    }
    fn set_function(&self, t: &Thread, holder: &Header, f: Value) {
        self.evaluate.set(t, holder, f);
    }
    /// As a default: whether there is one.
    pub fn is_given(&self) -> bool {
        !self.evaluate.get().is_empty() || self.value.get().some().is_some_and(|v| !is_no_default(v))
    }
    /// As a default: `NoDefault` if there is none.
    pub fn default(&self, t: &Thread, holder: &Header) -> Result<Value> {
        match self.get(t, holder)? {
            Some(v) => Ok(v),
            None => no_default(t),
        }
    }
}

/// Evaluates to a value that is there already.
#[derive(HeapType)]
#[repr(C)]
pub struct ConstEvaluator {
    header: Header,
    value: Field,
}

impl ConstEvaluator {
    fn new(t: &Thread, v: Value) -> Result<Ref<ConstEvaluator>> {
        t.create(ConstEvaluator { header: Header::NEW, value: Field::new(v) })
    }
}

/// `annotationlib.Format.STRING`
const FORMAT_STRING: i64 = 4;

#[pyclass(name = "_ConstEvaluator", module = "_typing", flags(NO_NEW))]
impl ConstEvaluator {
    #[py]
    fn __repr__(t: &Thread, this: Ref<ConstEvaluator>) -> Result<String> {
        Ok(format!("<constevaluator {}>", t.repr(this.value.get())?))
    }
    #[py]
    fn __call__(t: &Thread, this: Ref<ConstEvaluator>, args: &[Value], kwargs: Kwargs) -> Result<Value> {
        if kwargs.0.is_some_and(|k| k.len() > 0) {
            return Err(t.type_error("constevaluator.__call__() takes no keyword arguments"));
        }
        let &[format] = args else {
            return Err(t.type_error(format!("constevaluator.__call__() takes exactly 1 argument ({} given)", args.len())));
        };
        let v = this.value.get();
        if t.to_i64(format)? != FORMAT_STRING {
            return Ok(v);
        }
        let mut out = taipan_text::TextBuf::new();
        match v.downcast::<Tuple>() {
            None => crate::objects::generic_alias::push_type(t, &mut out, v)?,
            Some(items) => {
                out.push_str("(");
                for (i, item) in items.iter().enumerate() {
                    if i > 0 {
                        out.push_str(", ");
                    }
                    crate::objects::generic_alias::push_type(t, &mut out, item)?;
                }
                out.push_str(")");
            }
        }
        t.str_from_text(&out).map(Ref::value)
    }
}

// ---------------------------------------------------------------- NoDefault

#[derive(HeapType)]
#[repr(C)]
pub struct NoDefault {
    header: Header,
}

/// The singleton, which the runtime's registry keeps alive; empty before its first use.
static NO_DEFAULT: AtomicU64 = AtomicU64::new(Value::EMPTY.bits());

/// `typing.NoDefault`
pub fn no_default(t: &Thread) -> Result<Value> {
    if let Some(v) = Value::from_bits(NO_DEFAULT.load(Acquire)).some() {
        return Ok(v);
    }
    let key = Str::intern_str(t, "typing.NoDefault")?.value();
    let made = t.create(NoDefault { header: Header::NEW })?.value();
    // Whoever enters it first has made the singleton.
    let v = t.registry().set_default(t, key, made)?.unwrap_or(made);
    NO_DEFAULT.store(v.bits(), Release);
    Ok(v)
}

fn is_no_default(v: Value) -> bool {
    v.downcast::<NoDefault>().is_some()
}

/// The type of the NoDefault singleton.
#[pyclass(name = "NoDefaultType", flags())]
impl NoDefault {
    #[py]
    fn __new__(t: &Thread, _cls: Ref<Class>, args: &[Value], kwargs: Kwargs) -> Result<Value> {
        if !args.is_empty() || kwargs.0.is_some_and(|k| k.len() > 0) {
            return Err(t.type_error("NoDefaultType takes no arguments"));
        }
        no_default(t)
    }
    #[py]
    fn __repr__(_t: &Thread, _this: Ref<NoDefault>) -> &'static str {
        "typing.NoDefault"
    }
    #[py("($self, /)")]
    fn __reduce__(_t: &Thread, _this: Ref<NoDefault>) -> &'static str {
        "NoDefault"
    }
}

// ---------------------------------------------------------------- variance

#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Variance {
    Invariant,
    Covariant,
    Contravariant,
    Inferred,
}
impl Scan for Variance {
    fn scan(&self, _: &mut Visitor) {}
}

impl Variance {
    /// From the three flags of a constructor.
    pub fn from_flags(t: &Thread, covariant: bool, contravariant: bool, infer: bool) -> Result<Variance> {
        match (covariant, contravariant, infer) {
            (true, true, _) => Err(t.value_error("Bivariant types are not supported.")),
            (true, _, true) | (_, true, true) => Err(t.value_error("Variance cannot be specified with infer_variance.")),
            (_, _, true) => Ok(Variance::Inferred),
            (true, ..) => Ok(Variance::Covariant),
            (_, true, _) => Ok(Variance::Contravariant),
            _ => Ok(Variance::Invariant),
        }
    }
    /// What `repr` puts before the name.
    pub fn mark(self) -> &'static str {
        match self {
            Variance::Invariant => "~",
            Variance::Covariant => "+",
            Variance::Contravariant => "-",
            Variance::Inferred => "",
        }
    }
}

/// `name` after the mark of its variance.
pub fn marked_name(t: &Thread, mark: &str, name: Value) -> Result<Ref<Str>> {
    let name = t.str(name)?;
    if mark.is_empty() {
        return Ok(name);
    }
    crate::objects::str_build::concat(t, Str::from_str(t, mark)?, name)
}

// ---------------------------------------------------------------- TypeVar

#[derive(HeapType)]
#[repr(C)]
pub struct TypeVar {
    header: Header,
    name: Field,
    bound: Lazy,
    constraints: Lazy,
    default: Lazy,
    variance: Variance,
}

/// Type variable.
///
/// Written T in "def f[T](x: T) -> T", or made by a call:
///
///     T = TypeVar('T')                     # any type
///     S = TypeVar('S', bound=str)          # a subtype of str
///     A = TypeVar('A', str, bytes)         # exactly one of two types
///
/// The bound, the constraints and the default of a variable made by syntax are
/// evaluated when they are asked for.
#[pyclass(name = "TypeVar", module = "typing", flags(HAS_DICT, HAS_WEAKREF), init = module_attribute)]
impl TypeVar {
    #[py(nosig, "(name, *constraints, bound=None, default=NoDefault, covariant=False, contravariant=False, infer_variance=False)")]
    #[allow(clippy::too_many_arguments)]
    fn __new__(
        t: &Thread,
        _cls: Ref<Class>,
        name: Ref<Str>,
        constraints: &[Value],
        bound: OrNone<Value>,
        default: Option<Value>,
        covariant: Option<bool>,
        contravariant: Option<bool>,
        infer_variance: Option<bool>,
    ) -> Result<Ref<TypeVar>> {
        let flag = |f: Option<bool>| f.unwrap_or(false);
        let variance = Variance::from_flags(t, flag(covariant), flag(contravariant), flag(infer_variance))?;
        let bound = match bound.0 {
            Some(b) => type_check(t, b, "Bound must be a type.")?,
            None => Value::EMPTY,
        };
        match constraints.len() {
            0 => {}
            1 => return Err(t.type_error("A single constraint is not allowed")),
            _ if !bound.is_empty() => return Err(t.type_error("Constraints cannot be combined with bound=...")),
            _ => {}
        }
        let constraints = if constraints.is_empty() { Value::EMPTY } else { Tuple::new(t, constraints)?.value() };
        let default = match default {
            Some(d) => d,
            None => no_default(t)?,
        };
        let v = t.create(TypeVar {
            header: Header::NEW,
            name: Field::new(name.value()),
            bound: Lazy::of_value(bound),
            constraints: Lazy::of_value(constraints),
            default: Lazy::of_value(default),
            variance,
        })?;
        set_module(t, v.value())?;
        Ok(v)
    }
    #[py]
    fn __repr__(t: &Thread, this: Ref<TypeVar>) -> Result<Ref<Str>> {
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
    fn __typing_subst__(t: &Thread, this: Ref<TypeVar>, arg: Value) -> Result<Value> {
        call_typing(t, "_typevar_subst", &[this.value(), arg])
    }
    #[py("($self, alias, args, /)")]
    fn __typing_prepare_subst__(t: &Thread, this: Ref<TypeVar>, alias: Value, args: Value) -> Result<Value> {
        let params = t.get_attr(alias, names::__parameters__())?;
        let given = t.len(args)?;
        let params = t.iterate_to_vec(params)?;
        let mut index = None;
        for (i, p) in params.iter().enumerate() {
            if t.equal(p, this.value())? {
                index = Some(i);
                break;
            }
        }
        let Some(index) = index else { return Err(t.value_error("sequence.index(x): x not in sequence")) };
        if index < given {
            return Ok(args);
        }
        if index == given && this.default.is_given() {
            let default = this.default.default(t, this.header())?;
            let items = t.iterate_to_vec(args)?;
            items.push(t, default)?;
            return items.into_tuple(t).map(Ref::value);
        }
        Err(t.type_error(format!("Too few arguments for {}; actual {given}, expected at least {}", t.str(alias)?, index + 1)))
    }
    #[py("($self, /)")]
    fn __reduce__(_t: &Thread, this: Ref<TypeVar>) -> Value {
        this.name.get()
    }
    #[py("($self, /)")]
    fn has_default(_t: &Thread, this: Ref<TypeVar>) -> bool {
        this.default.is_given()
    }
    #[py("($self, object, /)")]
    fn __mro_entries__(t: &Thread, _this: Ref<TypeVar>, _object: Value) -> Result<Value> {
        Err(cannot_subclass(t, "TypeVar"))
    }
    #[py(member)]
    fn __name__(_t: &Thread, this: Ref<TypeVar>) -> Value {
        this.name.get()
    }
    #[py(member)]
    fn __covariant__(_t: &Thread, this: Ref<TypeVar>) -> bool {
        this.variance == Variance::Covariant
    }
    #[py(member)]
    fn __contravariant__(_t: &Thread, this: Ref<TypeVar>) -> bool {
        this.variance == Variance::Contravariant
    }
    #[py(member)]
    fn __infer_variance__(_t: &Thread, this: Ref<TypeVar>) -> bool {
        this.variance == Variance::Inferred
    }
    #[py(getter)]
    fn __bound__(t: &Thread, this: Ref<TypeVar>) -> Result<Option<Value>> {
        this.bound.get(t, this.header())
    }
    #[py(getter)]
    fn __constraints__(t: &Thread, this: Ref<TypeVar>) -> Result<Value> {
        Ok(this.constraints.get(t, this.header())?.unwrap_or_else(|| crate::objects::tuple::empty_tuple().value()))
    }
    #[py(getter)]
    fn __default__(t: &Thread, this: Ref<TypeVar>) -> Result<Value> {
        this.default.default(t, this.header())
    }
    #[py(getter)]
    fn evaluate_bound(t: &Thread, this: Ref<TypeVar>) -> Result<Value> {
        this.bound.evaluator(t)
    }
    #[py(getter)]
    fn evaluate_constraints(t: &Thread, this: Ref<TypeVar>) -> Result<Value> {
        this.constraints.evaluator(t)
    }
    #[py(getter)]
    fn evaluate_default(t: &Thread, this: Ref<TypeVar>) -> Result<Value> {
        this.default.evaluator(t)
    }
}

// ---------------------------------------------------------------- the compiler's intrinsics

pub fn new_typevar(t: &Thread, name: Value, bound: Option<Value>, constraints: Option<Value>) -> Result<Value> {
    t.create(TypeVar {
        header: Header::NEW,
        name: Field::new(name),
        bound: Lazy::of_function(bound),
        constraints: Lazy::of_function(constraints),
        default: Lazy::of_function(None),
        variance: Variance::Inferred,
    })
    .map(Ref::value)
}
pub fn new_paramspec(t: &Thread, name: Value) -> Result<Value> {
    ParamSpec::by_syntax(t, name).map(Ref::value)
}
pub fn new_typevartuple(t: &Thread, name: Value) -> Result<Value> {
    TypeVarTuple::by_syntax(t, name).map(Ref::value)
}
/// `Generic[params]`, the base that generic classes get.
pub fn subscript_generic(t: &Thread, params: Value) -> Result<Value> {
    let Some(params) = params.downcast::<Tuple>() else { return Err(t.system_error("type parameters are a tuple")) };
    let params = unpack_typevartuples(t, params)?;
    call_typing(t, "_GenericAlias", &[Generic::class().value(), params.value()])
}
/// The object of a `type` statement; `params` is a tuple or None, `value` the function that evaluates it.
pub fn new_type_alias(t: &Thread, name: Value, params: Value, value: Value) -> Result<Value> {
    TypeAlias::by_syntax(t, name, params, value).map(Ref::value)
}
/// Gives a parameter the function that evaluates its default.
pub fn set_default(t: &Thread, param: Value, default: Value) -> Result<Value> {
    if let Some(p) = param.downcast::<TypeVar>() {
        p.default.set_function(t, p.header(), default);
    } else if let Some(p) = param.downcast::<ParamSpec>() {
        p.default.set_function(t, p.header(), default);
    } else if let Some(p) = param.downcast::<TypeVarTuple>() {
        p.default.set_function(t, p.header(), default);
    } else {
        return Err(t.type_error(format!("Expected a type param, got {}", t.repr(param)?)));
    }
    Ok(param)
}

/// Whether a type parameter has a default; `None` if `v` is none.
pub fn param_has_default(v: Value) -> Option<bool> {
    if let Some(p) = v.downcast::<TypeVar>() {
        return Some(p.default.is_given());
    }
    if let Some(p) = v.downcast::<ParamSpec>() {
        return Some(p.default.is_given());
    }
    v.downcast::<TypeVarTuple>().map(|p| p.default.is_given())
}
