//! Exception groups (PEP 654): the class, splitting, and what `except*` needs of the interpreter.

use super::base::{BaseException, allocate, class_name, no_keywords};
use super::members::install;
use super::simple::Base;
use super::text::Text;
use super::{Exception, ExceptionGroup, is_exception_class, is_exception_instance};
use crate::native::*;

#[derive(HeapType)]
#[heap(base = BaseException)]
#[repr(C)]
pub struct BaseExceptionGroup {
    base: BaseException,
    message: Field,
    exceptions: Field,
    /// `repr` of the sequence that was given, when that was neither a list nor a tuple.
    given: Field,
}
impl Base for BaseExceptionGroup {}

fn message_of(_: &Thread, this: Value) -> Result<Value> {
    Ok(this.downcast::<BaseExceptionGroup>().and_then(|g| g.message.get().some()).unwrap_or(Value::NONE))
}
fn exceptions_of(_: &Thread, this: Value) -> Result<Value> {
    Ok(this.downcast::<BaseExceptionGroup>().and_then(|g| g.exceptions.get().some()).unwrap_or(Value::NONE))
}
fn group_members(t: &Thread, class: Ref<Class>) -> Result<()> {
    static MEMBERS: &[GetSetDef] = &[
        GetSetDef { name: "message", doc: Some("exception message"), get: Some(message_of), set: None, member: true },
        GetSetDef { name: "exceptions", doc: Some("nested exceptions"), get: Some(exceptions_of), set: None, member: true },
    ];
    install(t, class, MEMBERS)
}

impl BaseExceptionGroup {
    /// The nested exceptions; they never change.
    pub fn exceptions(&self) -> Ref<Tuple> {
        self.exceptions.get().downcast::<Tuple>().unwrap_or_else(crate::objects::tuple::empty_tuple)
    }
    pub fn message(&self) -> Value {
        self.message.get().some().unwrap_or(Value::NONE)
    }
}

/// Which exceptions of a group are asked for.
enum Matcher {
    /// A class or tuple of classes.
    Type(Value),
    Predicate(Value),
    /// These very exceptions, a tuple.
    Instances(Ref<Tuple>),
}

impl Matcher {
    fn new(t: &Thread, v: Value) -> Result<Matcher> {
        if is_exception_class(v) {
            return Ok(Matcher::Type(v));
        }
        if v.downcast::<Class>().is_none() && t.is_callable(v) {
            return Ok(Matcher::Predicate(v));
        }
        match v.downcast::<Tuple>() {
            Some(classes) if class_of(v) == Tuple::class() && classes.iter().all(is_exception_class) => Ok(Matcher::Type(v)),
            _ => Err(t.type_error("expected an exception type, a tuple of exception types, or a callable (other than a class)")),
        }
    }
    fn matches(&self, t: &Thread, exc: Value) -> Result<bool> {
        match self {
            Matcher::Type(ty) => Ok(given_exception_matches(exc, *ty)),
            Matcher::Predicate(f) => {
                let r = t.call(*f, &[exc])?;
                t.truth(r)
            }
            Matcher::Instances(all) => Ok(all.as_slice().contains(&exc)),
        }
    }
}

/// Whether exception `exc` is caught by `except ty` (a class, or tuple of what may itself be tuples).
pub fn given_exception_matches(exc: Value, ty: Value) -> bool {
    if let Some(class) = ty.downcast::<Class>() {
        return class_of(exc).is_subclass(class);
    }
    ty.downcast::<Tuple>().is_some_and(|types| types.iter().any(|ty| given_exception_matches(exc, ty)))
}

/// A group like `orig` (same class by its `derive`, same traceback, cause, context, notes) of other exceptions; None for none.
fn subset(t: &Thread, orig: Ref<BaseExceptionGroup>, exceptions: ValueVec) -> Result<Option<Value>> {
    if exceptions.is_empty() {
        return Ok(None);
    }
    let list = exceptions.into_list(t)?;
    let derive = t.get_attr(orig.value(), Str::intern_str(t, "derive")?)?;
    let group = t.call(derive, &[list.value()])?;
    if group.downcast::<BaseExceptionGroup>().is_none() {
        return Err(t.type_error("derive must return an instance of BaseExceptionGroup"));
    }
    let (from, Some(to)) = (Base::upcast(orig), group.downcast::<BaseException>()) else { unreachable!("a group is an exception") };
    BaseException::set_traceback(to, t, from.traceback());
    BaseException::assign_context(to, t, from.context());
    BaseException::set_cause(to, t, from.cause());
    if let Some(notes) = t.get_attr_opt(orig.value(), names::__notes__())? {
        // Anything but a sequence was put there by hand, and is left behind.
        if t.is_sequence(notes) {
            let copy = t.iterate_to_vec(notes)?.into_list(t)?;
            t.set_attr(group, names::__notes__(), Some(copy.value()))?;
        }
    }
    Ok(Some(group))
}

/// The part of `exc` that matches, and (if `want_rest`) the part that does not.
fn split(t: &Thread, exc: Value, matcher: &Matcher, want_rest: bool) -> Result<(Option<Value>, Option<Value>)> {
    if matcher.matches(t, exc)? {
        return Ok((Some(exc), None));
    }
    let Some(group) = exc.downcast::<BaseExceptionGroup>() else {
        return Ok((None, want_rest.then_some(exc)));
    };
    t.check_native_stack()?;
    let (matching, rest) = (ValueVec::new(), ValueVec::new());
    for &nested in group.exceptions().as_slice() {
        let (m, r) = split(t, nested, matcher, want_rest)?;
        if let Some(m) = m {
            matching.push(t, m)?;
        }
        if let Some(r) = r {
            rest.push(t, r)?;
        }
    }
    let matching = subset(t, group, matching)?;
    let rest = if want_rest { subset(t, group, rest)? } else { None };
    Ok((matching, rest))
}

/// "BaseExceptionGroup.__new__() takes exactly 2 arguments (1 given)" and the like.
fn new_arguments(t: &Thread, args: &[Value]) -> Result<(Ref<Str>, Value)> {
    let &[message, exceptions] = args else {
        return Err(t.type_error(format!("BaseExceptionGroup.__new__() takes exactly 2 arguments ({} given)", args.len())));
    };
    let Some(message) = message.downcast::<Str>() else {
        let got = class_of(message).name_string();
        return Err(t.type_error(format!("BaseExceptionGroup.__new__() argument 1 must be str, not {got}")));
    };
    let known = exceptions.downcast::<List>().is_some() || exceptions.downcast::<Tuple>().is_some();
    if !known && !t.is_sequence(exceptions) {
        return Err(t.type_error("second argument (exceptions) must be a sequence"));
    }
    Ok((message, exceptions))
}
fn new_group(t: &Thread, cls: Ref<Class>, message: Ref<Str>, exceptions: Value) -> Result<Ref<BaseExceptionGroup>> {
    let given = match exceptions.downcast::<List>().is_some() || exceptions.downcast::<Tuple>().is_some() {
        true => Value::EMPTY,
        false => t.repr(exceptions)?.value(),
    };
    let all = t.iterate_to_tuple(exceptions)?;
    if all.is_empty() {
        return Err(t.value_error("second argument (exceptions) must be a non-empty sequence"));
    }
    let mut nests_base = false;
    for (i, e) in all.iter().enumerate() {
        if !is_exception_instance(e) {
            return Err(t.value_error(format!("Item {i} of second argument (exceptions) is not an exception")));
        }
        nests_base |= !class_of(e).is_subclass(Exception::class());
    }
    let mut cls = cls;
    if cls == BaseExceptionGroup::class() {
        if !nests_base {
            cls = ExceptionGroup::class();
        }
    } else if nests_base && cls == ExceptionGroup::class() {
        return Err(t.type_error("Cannot nest BaseExceptions in an ExceptionGroup"));
    } else if nests_base && cls.is_subclass(Exception::class()) {
        return Err(t.type_error(format!("Cannot nest BaseExceptions in '{}'", cls.name_string())));
    }
    let e = allocate(t, cls, Tuple::new(t, &[message.value(), exceptions])?)?;
    let this = e.value().downcast::<BaseExceptionGroup>().expect("layout of exception groups");
    this.message.set(t, this.header(), message);
    this.exceptions.set(t, this.header(), all);
    this.given.set(t, this.header(), given);
    Ok(this)
}

/// A combination of multiple unrelated exceptions.
#[pyclass(name = "BaseExceptionGroup", base = BaseException, flags(BASE), init = group_members)]
impl BaseExceptionGroup {
    #[py]
    fn __new__(t: &Thread, cls: Ref<Class>, args: &[Value], _kwargs: Kwargs) -> Result<Ref<BaseExceptionGroup>> {
        // `__init__` refuses keywords.
        let (message, exceptions) = new_arguments(t, args)?;
        new_group(t, cls, message, exceptions)
    }
    #[py]
    fn __init__(t: &Thread, this: Ref<BaseExceptionGroup>, args: &[Value], kwargs: Kwargs) -> Result<()> {
        no_keywords(t, class_of(this.value()), kwargs)?;
        BaseException::take_args(t, Base::upcast(this), args)
    }
    #[py]
    fn __str__(t: &Thread, this: Ref<BaseExceptionGroup>) -> Result<Ref<Str>> {
        let n = this.exceptions().len();
        let mut text = Text::new();
        text.str_of(t, this.message())?.ascii(&format!(" ({n} sub-exception{})", if n == 1 { "" } else { "s" })).finish(t)
    }
    // Shows the exceptions that the group has, even if the list it was made from changed since.
    #[py]
    fn __repr__(t: &Thread, this: Ref<BaseExceptionGroup>) -> Result<Ref<Str>> {
        let mut text = Text::new();
        text.str(class_name(this.value())).ascii("(").repr_of(t, this.message())?.ascii(", ");
        let base = Base::upcast(this);
        match this.given.get().downcast::<Str>() {
            Some(given) => text.str(given),
            None if matches!(base.args().as_slice(), [_, given] if given.downcast::<List>().is_some()) => {
                let list = List::from_slice(t, this.exceptions().as_slice())?;
                text.repr_of(t, list.value())?
            }
            None => text.repr_of(t, this.exceptions().value())?,
        };
        text.ascii(")").finish(t)
    }
    #[py("($self, excs, /)")]
    fn derive(t: &Thread, this: Ref<BaseExceptionGroup>, excs: Value) -> Result<Value> {
        t.call(BaseExceptionGroup::class().value(), &[this.message(), excs])
    }
    #[py("($self, matcher_value, /)")]
    fn split(t: &Thread, this: Ref<BaseExceptionGroup>, matcher_value: Value) -> Result<(Option<Value>, Option<Value>)> {
        let matcher = Matcher::new(t, matcher_value)?;
        split(t, this.value(), &matcher, true)
    }
    #[py("($self, matcher_value, /)")]
    fn subgroup(t: &Thread, this: Ref<BaseExceptionGroup>, matcher_value: Value) -> Result<Option<Value>> {
        let matcher = Matcher::new(t, matcher_value)?;
        Ok(split(t, this.value(), &matcher, false)?.0)
    }
    /// Exception groups are generic over the type of their contained exceptions
    #[py("($type, object, /)")]
    fn __class_getitem__(t: &Thread, cls: Ref<Class>, object: Value) -> Result<Value> {
        t.generic_alias(cls.value(), object)
    }
}

/// An `ExceptionGroup` (or `BaseExceptionGroup`, as the exceptions ask for) without a message.
fn unnamed_group(t: &Thread, exceptions: Value) -> Result<Value> {
    new_group(t, BaseExceptionGroup::class(), crate::objects::str::empty_str(), exceptions).map(|g| g.value())
}

fn check_except_star_type(t: &Thread, ty: Value) -> Result<()> {
    let check = |ty: Value| match ty.downcast::<Class>() {
        Some(c) if c.is_subclass(BaseExceptionGroup::class()) => {
            Err(t.type_error("catching ExceptionGroup with except* is not allowed. Use except instead."))
        }
        _ => Ok(()),
    };
    match ty.downcast::<Tuple>() {
        Some(types) => types.iter().try_for_each(check),
        None => check(ty),
    }
}

/// "catching classes that do not inherit from BaseException is not allowed"
pub fn check_except_type(t: &Thread, ty: Value) -> Result<()> {
    let ok = match ty.downcast::<Tuple>() {
        Some(types) => types.iter().all(is_exception_class),
        None => is_exception_class(ty),
    };
    if ok { Ok(()) } else { Err(t.type_error("catching classes that do not inherit from BaseException is not allowed")) }
}

/// `except* ty`: the part of `exc` that is handled and the part that is not, each or None. A naked exception that
/// matches is wrapped into a group; the caller gives that its traceback.
pub fn match_group(t: &Thread, exc: Value, ty: Value) -> Result<(Value, Value)> {
    check_except_type(t, ty)?;
    check_except_star_type(t, ty)?;
    if exc.is_none() {
        return Ok((Value::NONE, Value::NONE));
    }
    let is_group = exc.downcast::<BaseExceptionGroup>().is_some();
    if given_exception_matches(exc, ty) {
        let matching = if is_group { exc } else { unnamed_group(t, Tuple::new(t, &[exc])?.value())? };
        return Ok((matching, Value::NONE));
    }
    if !is_group {
        return Ok((Value::NONE, exc));
    }
    let class = class_of(exc).name_string();
    let split = t.get_attr(exc, Str::intern_str(t, "split")?)?;
    let pair = t.call(split, &[ty])?;
    let Some(pair) = pair.downcast::<Tuple>() else {
        let got = class_of(pair).name_string();
        return Err(t.type_error(format!("{class}.split must return a tuple, not {got}")));
    };
    match pair.as_slice() {
        [matching, rest, ..] => Ok((*matching, *rest)),
        short => Err(t.type_error(format!("{class}.split must return a 2-tuple, got tuple of size {}", short.len()))),
    }
}

/// The exceptions of `group` that are not groups, recursively.
fn collect_leaves(t: &Thread, exc: Value, leaves: &ValueVec) -> Result<()> {
    match exc.downcast::<BaseExceptionGroup>() {
        None => leaves.push(t, exc),
        Some(group) => {
            t.check_native_stack()?;
            group.exceptions().iter().try_for_each(|e| collect_leaves(t, e, leaves))
        }
    }
}

/// Whether `e` is a part of `orig` that was re-raised rather than a new exception.
fn same_metadata(e: Ref<BaseException>, orig: Ref<BaseException>) -> bool {
    e.traceback() == orig.traceback() && e.cause() == orig.cause() && e.context() == orig.context()
}

/// What leaves a `try` with `except*` clauses: None, or the exception to raise. `list` holds what the clauses raised and
/// re-raised, and the part of `orig` that no clause handled; each or None.
pub fn prep_reraise_star(t: &Thread, orig: Value, list: Value) -> Result<Value> {
    let items = t.iterate_to_tuple(list)?;
    if items.is_empty() {
        return Ok(Value::NONE);
    }
    let Some(group) = orig.downcast::<BaseExceptionGroup>() else {
        // A naked exception: at most one clause ran.
        return Ok(items.as_slice()[0]);
    };
    let (raised, kept) = (ValueVec::new(), ValueVec::new());
    for e in items.iter() {
        let Some(exc) = e.downcast::<BaseException>() else { continue };
        if e.downcast::<BaseExceptionGroup>().is_some() && same_metadata(exc, Base::upcast(group)) {
            collect_leaves(t, e, &kept)?;
        } else {
            raised.push(t, e)?;
        }
    }
    let reraised = if kept.is_empty() { None } else { split(t, orig, &Matcher::Instances(kept.into_tuple(t)?), false)?.0 };
    if raised.is_empty() {
        return Ok(reraised.unwrap_or(Value::NONE));
    }
    if let Some(r) = reraised {
        raised.push(t, r)?;
    }
    // All of the group was handled and one new exception came of it.
    if let &[only] = raised.as_slice() {
        return Ok(only);
    }
    unnamed_group(t, raised.into_list(t)?.value())
}
