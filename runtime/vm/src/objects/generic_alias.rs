//! `types.GenericAlias`, what `list[int]` is; and the substitution of type parameters, which unions share.

use crate::native::*;
use crate::objects::class::Special;
use crate::objects::exceptions as ex;
use crate::objects::tuple::empty_tuple;
use crate::objects::union;
use crate::ops::text::text_of;
use crate::ops::type_name;
use taipan_text::TextBuf;

#[derive(HeapType)]
#[repr(C)]
pub struct GenericAlias {
    header: Header,
    pub origin: Field,
    pub args: RefField<Tuple>,
    /// The free type parameters of `args`; computed when first asked for.
    parameters: RefField<Tuple>,
    /// It is `*tuple[int, str]`.
    starred: bool,
}

impl GenericAlias {
    /// `origin[args]`; what is no tuple counts as a tuple of it.
    pub fn new(t: &Thread, origin: Value, args: Value) -> Result<Ref<GenericAlias>> {
        GenericAlias::in_class(t, GenericAlias::class(), origin, args, false)
    }
    fn in_class(t: &Thread, class: Ref<Class>, origin: Value, args: Value, starred: bool) -> Result<Ref<GenericAlias>> {
        let args = match args.downcast::<Tuple>() {
            Some(args) => args,
            None => Tuple::new(t, &[args])?,
        };
        let args_field = RefField::null();
        args_field.init(args);
        t.create_in(
            class,
            GenericAlias {
                header: Header::NEW,
                origin: Field::new(origin),
                args: args_field,
                parameters: RefField::null(),
                starred,
            },
        )
    }
    fn parameters(this: Ref<GenericAlias>, t: &Thread) -> Result<Ref<Tuple>> {
        if let Some(p) = this.parameters.get() {
            return Ok(p);
        }
        let p = collect_parameters(t, this.args.expect().as_slice())?;
        this.parameters.set(t, this.header(), p);
        Ok(p)
    }
}

fn push_unique(t: &Thread, out: &ValueVec, v: Value) -> Result<()> {
    if out.iter().any(|p| p == v) { Ok(()) } else { out.push(t, v) }
}

/// The free type parameters among type arguments, each once, in order of appearance.
pub fn collect_parameters(t: &Thread, args: &[Value]) -> Result<Ref<Tuple>> {
    let out = ValueVec::new();
    collect_into(t, args, &out)?;
    out.into_tuple(t)
}

fn collect_into(t: &Thread, args: &[Value], out: &ValueVec) -> Result<()> {
    t.check_native_stack()?;
    for &arg in args {
        if arg.downcast::<Class>().is_some() {
            continue;
        }
        if arg.downcast::<Tuple>().is_some() || arg.downcast::<List>().is_some() {
            let items = t.iterate_to_vec(arg)?;
            collect_into(t, items.as_slice(), out)?;
        } else if t.get_attr_opt(arg, names::__typing_subst__())?.is_some() {
            push_unique(t, out, arg)?;
        } else if let Some(inner) = t.get_attr_opt(arg, names::__parameters__())?.and_then(|p| p.downcast::<Tuple>()) {
            for p in inner.iter() {
                push_unique(t, out, p)?;
            }
        }
    }
    Ok(())
}

/// The items of an index, with unpacked tuples of known length in place of `*tuple[...]`.
fn unpack_items(t: &Thread, item: Value) -> Result<Ref<Tuple>> {
    let out = ValueVec::new();
    let single = [item];
    let tuple = item.downcast::<Tuple>();
    let items = match &tuple {
        Some(items) => items.as_slice(),
        None => &single,
    };
    for &v in items {
        let inner = if v.downcast::<Class>().is_some() {
            None
        } else {
            t.get_attr_opt(v, names::__typing_unpacked_tuple_args__())?.and_then(|a| a.downcast::<Tuple>())
        };
        match inner {
            Some(inner) if inner.as_slice().last() != Some(&Value::ELLIPSIS) => out.extend(t, inner.as_slice())?,
            _ => out.push(t, v)?,
        }
    }
    out.into_tuple(t)
}

/// `args` with `parameters` replaced by the items of `item`; `alias` is for messages and hooks.
pub fn substitute(t: &Thread, alias: Value, args: Ref<Tuple>, parameters: Ref<Tuple>, item: Value) -> Result<Ref<Tuple>> {
    t.check_native_stack()?;
    if parameters.is_empty() {
        let shown = t.repr(alias)?;
        return Err(t.type_error(format!("{shown} is not a generic class")));
    }
    let mut items = unpack_items(t, item)?;
    for p in parameters.iter() {
        if let Some(prepare) = t.get_attr_opt(p, names::__typing_prepare_subst__())?.filter(|f| !f.is_none()) {
            let prepared = t.call(prepare, &[alias, items.value()])?;
            items = match prepared.downcast::<Tuple>() {
                Some(items) => items,
                None => Tuple::new(t, &[prepared])?,
            };
        }
    }
    if items.len() != parameters.len() {
        let shown = t.repr(alias)?;
        let (got, expected) = (items.len(), parameters.len());
        let what = if got > expected { "many" } else { "few" };
        return Err(t.type_error(format!("Too {what} arguments for {shown}; actual {got}, expected {expected}")));
    }
    let out = ValueVec::with_capacity(t, args.len())?;
    for arg in args.iter() {
        if arg.downcast::<Class>().is_some() {
            out.push(t, arg)?;
            continue;
        }
        let is_list = arg.downcast::<List>().is_some();
        if is_list || arg.downcast::<Tuple>().is_some() {
            let inner = t.iterate_to_vec(arg)?.into_tuple(t)?;
            let inner = substitute(t, alias, inner, parameters, items.value())?;
            out.push(t, if is_list { List::from_slice(t, inner.as_slice())?.value() } else { inner.value() })?;
            continue;
        }
        let unpacked = t.get_attr_opt(arg, names::__typing_is_unpacked_typevartuple__())?;
        let unpacked = unpacked.is_some() && t.truth(unpacked.unwrap_or(Value::FALSE))?;
        let new = match t.get_attr_opt(arg, names::__typing_subst__())? {
            Some(subst) => {
                let i = parameters.iter().position(|p| p == arg);
                let item = i.and_then(|i| items.get(i)).ok_or_else(|| t.system_error("type parameter out of place"))?;
                t.call(subst, &[item])?
            }
            None => substitute_inside(t, arg, parameters, items)?,
        };
        if !unpacked {
            out.push(t, new)?;
            continue;
        }
        match new.downcast::<Tuple>() {
            Some(several) => out.extend(t, several.as_slice())?,
            None => {
                return Err(t.type_error(format!(
                    "expected __typing_subst__ of {} objects to return a tuple, not {}",
                    type_name(arg),
                    type_name(new)
                )));
            }
        }
    }
    out.into_tuple(t)
}

/// A type argument that is generic itself, with its own parameters replaced.
fn substitute_inside(t: &Thread, arg: Value, parameters: Ref<Tuple>, items: Ref<Tuple>) -> Result<Value> {
    let inner = t.get_attr_opt(arg, names::__parameters__())?.and_then(|p| p.downcast::<Tuple>());
    let Some(inner) = inner.filter(|p| !p.is_empty()) else {
        return Ok(arg);
    };
    let out = ValueVec::new();
    for p in inner.iter() {
        let Some((param, item)) = parameters.iter().zip(items.iter()).find(|(q, _)| *q == p) else {
            out.push(t, p)?;
            continue;
        };
        match item.downcast::<Tuple>() {
            // A TypeVarTuple, which is iterable, stands for several.
            Some(several) if class_of(param).special(t, Special::Iter).is_some() => out.extend(t, several.as_slice())?,
            _ => out.push(t, item)?,
        }
    }
    let index = out.into_tuple(t)?;
    t.get_item(arg, index.value())
}

/// Appends how annotations show a type: classes by their qualified name, others by `repr`.
pub fn push_type(t: &Thread, out: &mut TextBuf, v: Value) -> Result<()> {
    if v == Value::ELLIPSIS {
        out.push_str("...");
        return Ok(());
    }
    if v == crate::objects::singletons::NoneObject::class().value() {
        out.push_str("None");
        return Ok(());
    }
    let is_alias = t.get_attr_opt(v, names::__origin__())?.is_some() && t.get_attr_opt(v, names::__args__())?.is_some();
    if !is_alias
        && let Some(qualname) = t.get_attr_opt(v, names::__qualname__())?
        && let Some(module) = t.get_attr_opt(v, names::__module__())?.filter(|m| !m.is_none())
    {
        if !module.downcast::<Str>().is_some_and(|m| m.eq_str("builtins")) {
            let module = t.str(module)?;
            out.push_text(text_of(&module));
            out.push_str(".");
        }
        let qualname = t.str(qualname)?;
        out.push_text(text_of(&qualname));
        return Ok(());
    }
    let r = t.repr(v)?;
    out.push_text(text_of(&r));
    Ok(())
}

/// Appends the types with commas between them; lists of types in brackets.
fn push_types(t: &Thread, out: &mut TextBuf, types: &[Value]) -> Result<()> {
    for (i, &v) in types.iter().enumerate() {
        if i > 0 {
            out.push_str(", ");
        }
        if class_of(v) == List::class() {
            let items = t.iterate_to_vec(v)?;
            out.push_str("[");
            push_types(t, out, items.as_slice())?;
            out.push_str("]");
        } else {
            push_type(t, out, v)?;
        }
    }
    Ok(())
}

/// Attributes that are the alias's own; all others are those of its origin.
const OWN: [&str; 9] = [
    "__class__",
    "__origin__",
    "__args__",
    "__unpacked__",
    "__parameters__",
    "__typing_unpacked_tuple_args__",
    "__mro_entries__",
    "__reduce_ex__",
    "__reduce__",
];
/// Attributes that the alias does not take over from its origin.
const BLOCKED: [&str; 3] = ["__bases__", "__copy__", "__deepcopy__"];

/// A generic type with type arguments, as in `list[int]`.
///
/// Calls and attributes are those of the origin.
#[pyclass(name = "GenericAlias", module = "types", flags(BASE, HAS_WEAKREF))]
impl GenericAlias {
    #[py("(origin, args, /)")]
    fn __new__(t: &Thread, cls: Ref<Class>, origin: Value, args: Value) -> Result<Ref<GenericAlias>> {
        GenericAlias::in_class(t, cls, origin, args, false)
    }
    #[py]
    fn __repr__(t: &Thread, this: Ref<GenericAlias>) -> Result<Ref<Str>> {
        let mut out = TextBuf::with_capacity(32);
        if this.starred {
            out.push_str("*");
        }
        push_type(t, &mut out, this.origin.get())?;
        out.push_str("[");
        let args = this.args.expect();
        if args.is_empty() {
            out.push_str("()");
        }
        push_types(t, &mut out, args.as_slice())?;
        out.push_str("]");
        t.str_from_text(&out)
    }
    #[py]
    fn __hash__(t: &Thread, this: Ref<GenericAlias>) -> Result<i64> {
        let h = t.hash(this.origin.get())? ^ t.hash(this.args.expect().value())?;
        Ok(taipan_text::hash::not_error(h))
    }
    #[py]
    fn __eq__(t: &Thread, this: Ref<GenericAlias>, other: Value) -> Result<Value> {
        let Some(o) = other.downcast::<GenericAlias>() else {
            return Ok(Value::NOT_IMPLEMENTED);
        };
        let same = this.starred == o.starred
            && t.equal(this.origin.get(), o.origin.get())?
            && t.equal(this.args.expect().value(), o.args.expect().value())?;
        Ok(Value::bool(same))
    }
    #[py("($self, /, *args, **kwargs)")]
    fn __call__(t: &Thread, this: Ref<GenericAlias>, args: &[Value], kwargs: Kwargs) -> Result<Value> {
        let v = t.call_with_dict(this.origin.get(), args, kwargs.0)?;
        match t.set_attr(v, names::__orig_class__(), Some(this.value())) {
            Err(e) if e.is(t, ex::class(ex::Kind::AttributeError)) || e.is(t, ex::class(ex::Kind::TypeError)) => Ok(v),
            Err(e) => Err(e),
            Ok(()) => Ok(v),
        }
    }
    #[py]
    fn __getattribute__(t: &Thread, this: Ref<GenericAlias>, name: Value) -> Result<Value> {
        let Some(name) = name.downcast::<Str>() else {
            return Err(t.type_error(format!("attribute name must be string, not '{}'", type_name(name))));
        };
        let name = Str::intern(t, name)?;
        let is_in = |names: &[&str]| names.iter().any(|n| name.eq_str(n));
        if !is_in(&BLOCKED) && !is_in(&OWN) {
            return t.get_attr(this.origin.get(), name);
        }
        match crate::attr::generic_lookup(t, this.value(), class_of(this.value()), name)? {
            Some(v) => Ok(v),
            None => Err(crate::attr::no_attribute(t, this.value(), name)),
        }
    }
    #[py]
    fn __getitem__(t: &Thread, this: Ref<GenericAlias>, key: Value) -> Result<Value> {
        let parameters = GenericAlias::parameters(this, t)?;
        let args = substitute(t, this.value(), this.args.expect(), parameters, key)?;
        GenericAlias::in_class(t, GenericAlias::class(), this.origin.get(), args.value(), this.starred).map(Ref::value)
    }
    #[py]
    fn __iter__(t: &Thread, this: Ref<GenericAlias>) -> Result<Value> {
        AliasIterator::new(t, this).map(Ref::value)
    }
    #[py]
    fn __or__(t: &Thread, this: Value, other: Value) -> Result<Value> {
        union::type_or(t, this, other)
    }
    #[py]
    fn __ror__(t: &Thread, this: Value, other: Value) -> Result<Value> {
        union::type_or(t, other, this)
    }

    #[py(member)]
    fn __origin__(_t: &Thread, this: Ref<GenericAlias>) -> Value {
        this.origin.get()
    }
    #[py(member)]
    fn __args__(_t: &Thread, this: Ref<GenericAlias>) -> Ref<Tuple> {
        this.args.expect()
    }
    #[py(member)]
    fn __unpacked__(_t: &Thread, this: Ref<GenericAlias>) -> bool {
        this.starred
    }
    /// The type variables of the alias.
    #[py(getter)]
    fn __parameters__(t: &Thread, this: Ref<GenericAlias>) -> Result<Ref<Tuple>> {
        GenericAlias::parameters(this, t)
    }
    #[py(getter)]
    fn __typing_unpacked_tuple_args__(_t: &Thread, this: Ref<GenericAlias>) -> Option<Ref<Tuple>> {
        (this.starred && this.origin.get() == Tuple::class().value()).then(|| this.args.expect())
    }

    #[py("($self, object, /)")]
    fn __mro_entries__(t: &Thread, this: Ref<GenericAlias>, _object: Value) -> Result<Ref<Tuple>> {
        Tuple::new(t, &[this.origin.get()])
    }
    #[py("($self, object, /)")]
    fn __instancecheck__(t: &Thread, _this: Ref<GenericAlias>, _object: Value) -> Result<Value> {
        Err(t.type_error("isinstance() argument 2 cannot be a parameterized generic"))
    }
    #[py("($self, object, /)")]
    fn __subclasscheck__(t: &Thread, _this: Ref<GenericAlias>, _object: Value) -> Result<Value> {
        Err(t.type_error("issubclass() argument 2 cannot be a parameterized generic"))
    }
    #[py("($self, /)")]
    fn __reduce__(t: &Thread, this: Ref<GenericAlias>) -> Result<Value> {
        if !this.starred {
            return (GenericAlias::class(), (this.origin.get(), this.args.expect())).into_value(t);
        }
        let next = t.builtin(Str::intern_str(t, "next")?)?;
        let plain = GenericAlias::new(t, this.origin.get(), this.args.expect().value())?;
        let it = AliasIterator::new(t, plain)?;
        let args = Tuple::new(t, &[it.value()])?;
        (next, args).into_value(t)
    }
    #[py("($self, /)")]
    fn __dir__(t: &Thread, this: Ref<GenericAlias>) -> Result<Ref<List>> {
        let of_origin = t.call(t.builtin(Str::intern_str(t, "dir")?)?, &[this.origin.get()])?;
        let out = t.iterate_to_vec(of_origin)?;
        for name in OWN {
            let name = Str::intern_str(t, name)?.value();
            if !t.contains(of_origin, name)? {
                out.push(t, name)?;
            }
        }
        out.into_list(t)
    }
}

/// What `*alias` iterates over: the alias, starred, once.
#[derive(HeapType)]
#[repr(C)]
pub struct AliasIterator {
    header: Header,
    /// Empty once given out.
    alias: Field,
}

impl AliasIterator {
    fn new(t: &Thread, alias: Ref<GenericAlias>) -> Result<Ref<AliasIterator>> {
        t.create(AliasIterator { header: Header::NEW, alias: Field::new(alias.value()) })
    }
}

#[pyclass(name = "generic_alias_iterator", flags(NO_NEW))]
impl AliasIterator {
    #[py]
    fn __iter__(_t: &Thread, this: Ref<AliasIterator>) -> Ref<AliasIterator> {
        this
    }
    #[py]
    fn __next__(t: &Thread, this: Ref<AliasIterator>) -> Result<Option<Value>> {
        let alias = this.alias.swap(t, this.header(), Value::EMPTY);
        let Some(alias) = alias.downcast::<GenericAlias>() else {
            return Ok(None);
        };
        let starred = GenericAlias::in_class(t, GenericAlias::class(), alias.origin.get(), alias.args.expect().value(), true)?;
        Ok(Some(starred.value()))
    }
    #[py("($self, /)")]
    fn __reduce__(t: &Thread, this: Ref<AliasIterator>) -> Result<Value> {
        let iter = t.builtin(names::iter())?;
        let of = this.alias.get().some().unwrap_or(empty_tuple().value());
        let args = Tuple::new(t, &[of])?;
        (iter, args).into_value(t)
    }
}
