//! Exceptions with a field or two of their own: `StopIteration`, `SystemExit`, `ImportError`, `NameError`,
//! `AttributeError`; and `KeyError`, which only prints differently.

use super::base::BaseException;
use super::members::members;
use super::{Exception, LookupError};
use crate::native::*;

#[derive(HeapType)]
#[heap(base = BaseException)]
#[repr(C)]
pub struct StopIteration {
    base: BaseException,
    pub value: Field,
}

#[derive(HeapType)]
#[heap(base = BaseException)]
#[repr(C)]
pub struct SystemExit {
    base: BaseException,
    pub code: Field,
}

#[derive(HeapType)]
#[heap(base = BaseException)]
#[repr(C)]
pub struct ImportError {
    base: BaseException,
    pub msg: Field,
    pub name: Field,
    pub path: Field,
    pub name_from: Field,
}

#[derive(HeapType)]
#[heap(base = BaseException)]
#[repr(C)]
pub struct NameError {
    base: BaseException,
    pub name: Field,
}

#[derive(HeapType)]
#[heap(base = BaseException)]
#[repr(C)]
pub struct AttributeError {
    base: BaseException,
    pub name: Field,
    pub obj: Field,
}

/// The same cell as a `BaseException`.
#[repr(transparent)]
pub struct KeyError {
    _base: BaseException,
}
// SAFETY: the very layout of the base.
unsafe impl HeapType for KeyError {
    const LAYOUT: &'static Layout = BaseException::LAYOUT;
}

members! {
    stop_iteration_members: StopIteration { member "value" = value, "generator return value"; }
    system_exit_members: SystemExit { member "code" = code, "exception code"; }
    import_error_members: ImportError {
        member "msg" = msg, "exception message";
        member "name" = name, "module name";
        member "path" = path, "module path";
        member "name_from" = name_from, "name imported from module";
    }
    name_error_members: NameError { member "name" = name, "name"; }
    attribute_error_members: AttributeError {
        member "name" = name, "attribute name";
        member "obj" = obj, "object";
    }
}

/// The base part of an exception with fields.
pub(super) trait Base: HeapType {
    fn upcast(this: Ref<Self>) -> Ref<BaseException> {
        debug_assert!(Self::layout().derives_from(BaseException::layout()));
        // SAFETY: implemented for layouts that begin with a `BaseException`.
        unsafe { this.cast() }
    }
}
impl Base for StopIteration {}
impl Base for SystemExit {}
impl Base for ImportError {}
impl Base for NameError {}
impl Base for AttributeError {}
impl Base for KeyError {}

/// Keyword arguments that an exception's `__init__` takes, each stored into its field (absent: emptied).
fn take_keywords<L: HeapType>(t: &Thread, this: Ref<L>, kwargs: Kwargs, class: &str, fields: &[(Ref<Str>, &Field)]) -> Result<()> {
    let mut found = [Value::EMPTY; 3];
    if let Some(d) = kwargs.0 {
        let mut left = d.len();
        for (slot, (name, _)) in found.iter_mut().zip(fields) {
            if let Some(v) = d.get_interned(*name) {
                *slot = v;
                left -= 1;
            }
        }
        if left > 0 {
            let mut pos = 0;
            while let Some((key, _)) = d.next(&mut pos) {
                let known = key.downcast::<Str>().is_some_and(|k| fields.iter().any(|(name, _)| name.equals(&k)));
                if !known {
                    let key = t.str(key)?.to_string_lossy();
                    let names: Vec<String> = fields.iter().map(|(name, _)| name.to_string_lossy()).collect();
                    let hint = match crate::suggestions::closest(&names, &key) {
                        Some(name) => format!(". Did you mean '{name}'?"),
                        None => String::new(),
                    };
                    return Err(t.type_error(format!("{class}() got an unexpected keyword argument '{key}'{hint}")));
                }
            }
        }
    }
    for (v, (_, field)) in found.iter().zip(fields) {
        field.set(t, this.header(), *v);
    }
    Ok(())
}

impl StopIteration {
    pub(super) fn take_value(t: &Thread, this: Ref<StopIteration>, args: &[Value]) {
        this.value.set(t, this.header(), args.first().copied().unwrap_or(Value::NONE));
    }
}

/// Signal the end from iterator.__next__().
#[pyclass(name = "StopIteration", base = Exception, flags(BASE), init = stop_iteration_members)]
impl StopIteration {
    #[py]
    fn __init__(t: &Thread, this: Ref<StopIteration>, args: &[Value], kwargs: Kwargs) -> Result<()> {
        BaseException::initialise(t, Base::upcast(this), args, kwargs)?;
        StopIteration::take_value(t, this, args);
        Ok(())
    }
}

/// Request to exit from the interpreter.
#[pyclass(name = "SystemExit", base = BaseException, flags(BASE), init = system_exit_members)]
impl SystemExit {
    #[py]
    fn __init__(t: &Thread, this: Ref<SystemExit>, args: &[Value], kwargs: Kwargs) -> Result<()> {
        let base = Base::upcast(this);
        BaseException::initialise(t, base, args, kwargs)?;
        match args {
            [] => {}
            [code] => this.code.set(t, this.header(), *code),
            _ => this.code.set(t, this.header(), base.args()),
        }
        Ok(())
    }
}

/// Import can't find module, or can't find name in module.
#[pyclass(name = "ImportError", base = Exception, flags(BASE), init = import_error_members)]
impl ImportError {
    #[py]
    fn __init__(t: &Thread, this: Ref<ImportError>, args: &[Value], kwargs: Kwargs) -> Result<()> {
        BaseException::take_args(t, Base::upcast(this), args)?;
        let fields = [(names::name(), &this.name), (names::path(), &this.path), (names::name_from(), &this.name_from)];
        take_keywords(t, this, kwargs, "ImportError", &fields)?;
        let msg = if let [msg] = args { *msg } else { Value::EMPTY };
        this.msg.set(t, this.header(), msg);
        Ok(())
    }
    #[py]
    fn __str__(t: &Thread, this: Ref<ImportError>) -> Result<Ref<Str>> {
        match this.msg.get().downcast::<Str>() {
            Some(msg) if class_of(msg.value()) == Str::class() => Ok(msg),
            _ => BaseException::default_str(t, Base::upcast(this)),
        }
    }
    #[py("($self, /)")]
    fn __reduce__(t: &Thread, this: Ref<ImportError>) -> Result<Value> {
        let base = Base::upcast(this);
        let class = class_of(this.value());
        let fields =
            [(names::name(), this.name.get()), (names::path(), this.path.get()), (names::name_from(), this.name_from.get())];
        let mut state = BaseException::state_dict(t, base)?;
        if fields.iter().any(|(_, v)| !v.is_empty()) {
            let copy = match state {
                Some(d) => d.copy(t)?,
                None => Dict::new(t)?,
            };
            for (name, v) in fields {
                if let Some(v) = v.some() {
                    copy.set(t, name.value(), v)?;
                }
            }
            state = Some(copy);
        }
        match state {
            Some(state) => (class, base.args(), state).into_value(t),
            None => (class, base.args()).into_value(t),
        }
    }
}

/// Name not found globally.
#[pyclass(name = "NameError", base = Exception, flags(BASE), init = name_error_members)]
impl NameError {
    #[py]
    fn __init__(t: &Thread, this: Ref<NameError>, args: &[Value], kwargs: Kwargs) -> Result<()> {
        BaseException::take_args(t, Base::upcast(this), args)?;
        take_keywords(t, this, kwargs, "NameError", &[(names::name(), &this.name)])
    }
}

/// Attribute not found.
#[pyclass(name = "AttributeError", base = Exception, flags(BASE), init = attribute_error_members)]
impl AttributeError {
    #[py]
    fn __init__(t: &Thread, this: Ref<AttributeError>, args: &[Value], kwargs: Kwargs) -> Result<()> {
        BaseException::take_args(t, Base::upcast(this), args)?;
        take_keywords(t, this, kwargs, "AttributeError", &[(names::name(), &this.name), (names::obj(), &this.obj)])
    }
    // The object is left out: it may be anything, and need not survive pickling.
    #[py("($self, /)")]
    fn __getstate__(t: &Thread, this: Ref<AttributeError>) -> Result<Value> {
        let base = Base::upcast(this);
        let state = match BaseException::state_dict(t, base)? {
            Some(d) => d.copy(t)?,
            None => Dict::new(t)?,
        };
        if let Some(name) = this.name.get().some() {
            state.set(t, names::name().value(), name)?;
        }
        state.set(t, names::args().value(), base.args().value())?;
        Ok(state.value())
    }
    #[py("($self, /)")]
    fn __reduce__(t: &Thread, this: Ref<AttributeError>) -> Result<Value> {
        let state = AttributeError::__getstate__(t, this)?;
        (class_of(this.value()), Base::upcast(this).args(), state).into_value(t)
    }
}

/// Mapping key not found.
#[pyclass(name = "KeyError", base = LookupError, flags(BASE))]
impl KeyError {
    // The only argument is shown by `repr`: a missing key '' would say nothing.
    #[py]
    fn __str__(t: &Thread, this: Ref<KeyError>) -> Result<Ref<Str>> {
        let base = Base::upcast(this);
        match base.args().as_slice() {
            [key] => t.repr(*key),
            _ => BaseException::default_str(t, base),
        }
    }
}
