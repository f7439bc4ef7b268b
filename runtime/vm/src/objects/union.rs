//! `typing.Union`, what `int | str` is.

use crate::native::*;
use crate::objects::generic_alias::{GenericAlias, collect_parameters, push_type, substitute};
use crate::objects::singletons::NoneObject;
use crate::ops::type_name;
use taipan_text::TextBuf;
use taipan_text::hash::SetHasher;

#[derive(HeapType)]
#[repr(C)]
pub struct Union {
    header: Header,
    /// Two or more types, none twice, no unions.
    pub args: RefField<Tuple>,
    /// Computed when first asked for.
    parameters: RefField<Tuple>,
}

/// Whether `|` takes `v` for a type.
fn is_type(t: &Thread, v: Value) -> bool {
    v.is_none()
        || v.downcast::<Class>().is_some()
        || v.downcast::<GenericAlias>().is_some()
        || v.downcast::<Union>().is_some()
        || is_type_alias(t, v)
}

/// Whether `v` is the object of a `type` statement.
fn is_type_alias(_t: &Thread, v: Value) -> bool {
    let class = class_of(v);
    !class.is_heap() && class.def.is_some_and(|d| d.name == "TypeAliasType" && d.module == "typing")
}

/// `a | b`; `NotImplemented` if one of them is no type.
pub fn type_or(t: &Thread, a: Value, b: Value) -> Result<Value> {
    if !is_type(t, a) || !is_type(t, b) {
        return Ok(Value::NOT_IMPLEMENTED);
    }
    of_types(t, &[a, b])
}

/// The union of types: itself if there is only one. What is in `types` is not checked.
pub fn of_types(t: &Thread, types: &[Value]) -> Result<Value> {
    let out = ValueVec::new();
    for &v in types {
        match v.downcast::<Union>() {
            Some(u) => {
                for inner in u.args.expect().iter() {
                    add(t, &out, inner)?;
                }
            }
            None if v.is_none() => add(t, &out, NoneObject::class().value())?,
            None => add(t, &out, v)?,
        }
    }
    if out.len() == 1 {
        return Ok(out.as_slice()[0]);
    }
    let args = RefField::null();
    args.init(out.into_tuple(t)?);
    t.create(Union { header: Header::NEW, args, parameters: RefField::null() }).map(Ref::value)
}

fn add(t: &Thread, out: &ValueVec, v: Value) -> Result<()> {
    if contains(t, out.as_slice(), v)? { Ok(()) } else { out.push(t, v) }
}

fn contains(t: &Thread, types: &[Value], v: Value) -> Result<bool> {
    for &other in types {
        if t.equal(other, v)? {
            return Ok(true);
        }
    }
    Ok(false)
}

impl Union {
    fn parameters(this: Ref<Union>, t: &Thread) -> Result<Ref<Tuple>> {
        if let Some(p) = this.parameters.get() {
            return Ok(p);
        }
        let p = collect_parameters(t, this.args.expect().as_slice())?;
        this.parameters.set(t, this.header(), p);
        Ok(p)
    }
}

/// A type that is one of several.
///
/// int | str and typing.Union[int, str] both make one.
#[pyclass(name = "Union", module = "typing", flags(NO_NEW, HAS_WEAKREF))]
impl Union {
    #[py]
    fn __repr__(t: &Thread, this: Ref<Union>) -> Result<Ref<Str>> {
        let mut out = TextBuf::with_capacity(32);
        for (i, v) in this.args.expect().iter().enumerate() {
            if i > 0 {
                out.push_str(" | ");
            }
            push_type(t, &mut out, v)?;
        }
        t.str_from_text(&out)
    }
    #[py]
    fn __hash__(t: &Thread, this: Ref<Union>) -> Result<i64> {
        let mut hasher = SetHasher::default();
        for v in this.args.expect().iter() {
            hasher.add(t.hash(v)?);
        }
        Ok(hasher.finish())
    }
    #[py]
    fn __eq__(t: &Thread, this: Ref<Union>, other: Value) -> Result<Value> {
        let Some(o) = other.downcast::<Union>() else {
            return Ok(Value::NOT_IMPLEMENTED);
        };
        let (a, b) = (this.args.expect(), o.args.expect());
        if a.len() != b.len() {
            return Ok(Value::FALSE);
        }
        for v in a.iter() {
            if !contains(t, b.as_slice(), v)? {
                return Ok(Value::FALSE);
            }
        }
        Ok(Value::TRUE)
    }
    #[py]
    fn __getattribute__(t: &Thread, this: Ref<Union>, name: Value) -> Result<Value> {
        let Some(name) = name.downcast::<Str>() else {
            return Err(t.type_error(format!("attribute name must be string, not '{}'", type_name(name))));
        };
        let name = Str::intern(t, name)?;
        if name == names::__module__() {
            return t.get_attr(Union::class().value(), name);
        }
        match crate::attr::generic_lookup(t, this.value(), class_of(this.value()), name)? {
            Some(v) => Ok(v),
            None => Err(crate::attr::no_attribute(t, this.value(), name)),
        }
    }
    #[py]
    fn __getitem__(t: &Thread, this: Ref<Union>, key: Value) -> Result<Value> {
        let parameters = Union::parameters(this, t)?;
        let args = substitute(t, this.value(), this.args.expect(), parameters, key)?;
        // One by one, so that what is no type is refused as by the operator.
        let mut all: Option<Value> = None;
        for v in args.iter() {
            all = Some(match all {
                None => v,
                Some(u) => t.binary(crate::ops::BinaryOp::Or, u, v)?,
            });
        }
        Ok(all.unwrap_or(Value::NONE))
    }
    #[py]
    fn __or__(t: &Thread, this: Value, other: Value) -> Result<Value> {
        type_or(t, this, other)
    }
    #[py]
    fn __ror__(t: &Thread, this: Value, other: Value) -> Result<Value> {
        type_or(t, other, this)
    }

    #[py(member)]
    fn __args__(_t: &Thread, this: Ref<Union>) -> Ref<Tuple> {
        this.args.expect()
    }
    /// The type variables of the union.
    #[py(getter)]
    fn __parameters__(t: &Thread, this: Ref<Union>) -> Result<Ref<Tuple>> {
        Union::parameters(this, t)
    }
    /// Always the class of unions.
    #[py(getter)]
    fn __origin__(_t: &Thread, _this: Ref<Union>) -> Ref<Class> {
        Union::class()
    }
    /// Always "Union".
    #[py(getter)]
    fn __name__(_t: &Thread, _this: Ref<Union>) -> &'static str {
        "Union"
    }
    /// Always "Union".
    #[py(getter)]
    fn __qualname__(_t: &Thread, _this: Ref<Union>) -> &'static str {
        "Union"
    }
    #[py("($self, object, /)")]
    fn __mro_entries__(t: &Thread, this: Ref<Union>, _object: Value) -> Result<Value> {
        let shown = t.repr(this.value())?;
        Err(t.type_error(format!("Cannot subclass {shown}")))
    }
    #[py("($type, object, /)")]
    fn __class_getitem__(t: &Thread, _cls: Ref<Class>, object: Value) -> Result<Value> {
        let single = [object];
        let tuple = object.downcast::<Tuple>();
        let items = match &tuple {
            Some(items) => items.as_slice(),
            None => &single,
        };
        if items.is_empty() {
            return Err(t.type_error("Cannot take a Union of no types."));
        }
        let out = ValueVec::with_capacity(t, items.len())?;
        for &v in items {
            out.push(t, checked(t, v)?)?;
        }
        of_types(t, out.as_slice())
    }
}

/// `v` as a type argument, by the rules of `typing`: strings become forward references, what is no type is refused.
fn checked(t: &Thread, v: Value) -> Result<Value> {
    if is_type(t, v) {
        return Ok(v);
    }
    let typing = crate::import::import_module(t, "typing")?;
    let check = t.get_attr(typing, Str::intern_str(t, "_type_check")?)?;
    let message = Str::from_str(t, "Union[arg, ...]: each arg must be a type.")?;
    t.call(check, &[v, message.value()])
}
