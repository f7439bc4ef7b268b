//! The attributes and methods of `function`.
// Setters are named `set_` and the attribute.
#![allow(non_snake_case)]

use crate::native::*;
use crate::objects::class_build::add_dict_attribute;
use crate::objects::function::BoundMethod;

fn read_only(t: &Thread) -> Exc {
    t.attribute_error_plain("readonly attribute")
}

/// Checks that a closure fits a code object.
fn check_closure(t: &Thread, code: Ref<Code>, closure: Option<Value>) -> Result<Option<Ref<Tuple>>> {
    let wanted = code.freevars.expect().len();
    let given = closure.filter(|c| !c.is_none());
    let cells = match given {
        Some(c) => match c.downcast::<Tuple>() {
            Some(cells) => Some(cells),
            None if wanted > 0 => return Err(t.type_error("arg 5 (closure) must be tuple")),
            None => return Err(t.type_error("arg 5 (closure) must be None or tuple")),
        },
        None if wanted > 0 => return Err(t.type_error("arg 5 (closure) must be tuple")),
        None => None,
    };
    let n = cells.map_or(0, |c| c.len());
    if n != wanted {
        return Err(t.value_error(format!("{} requires closure of length {wanted}, not {n}", code.name.expect())));
    }
    if let Some(bad) = cells.and_then(|c| c.iter().find(|v| v.downcast::<CellObject>().is_none())) {
        return Err(t.type_error(format!("arg 5 (closure) expected cell, found {}", crate::ops::type_name(bad))));
    }
    Ok(cells.filter(|c| !c.is_empty()))
}

/// The value as a string, or the error of a name attribute.
fn name_value(t: &Thread, value: Option<Value>, name: &str) -> Result<Value> {
    match value.filter(|v| v.downcast::<Str>().is_some()) {
        Some(v) => Ok(v),
        None => Err(t.type_error(format!("{name} must be set to a string object"))),
    }
}

/// The `__annotations__` of a function: made by its `__annotate__` when first asked for.
pub fn annotations(t: &Thread, f: Ref<Function>) -> Result<Value> {
    if let Some(a) = f.annotations.get().some() {
        return Ok(a);
    }
    let annotate = f.annotate.get();
    let made = if !annotate.is_empty() && t.is_callable(annotate) {
        let a = t.call(annotate, &[Value::small_int(1)])?;
        if a.downcast::<Dict>().is_none() {
            return Err(t.type_error(format!("__annotate__ returned non-dict of type '{}'", crate::ops::type_name(a))));
        }
        a
    } else {
        Dict::new(t)?.value()
    };
    // Two threads may have made one each; all see the first.
    match f.annotations.compare_exchange(t, f.header(), Value::EMPTY, made) {
        Ok(()) => Ok(made),
        Err(other) => Ok(other.some().unwrap_or(made)),
    }
}

/// Create a function object.
///
///   code        its code object
///   globals     the dict of its global variables
///   name        its name, by default that of the code
///   argdefs     tuple of the default values of its last positional parameters
///   closure     tuple of the cells of its free variables
///   kwdefaults  dict of the default values of keyword-only parameters
#[pyclass(name = "function", flags(HAS_DICT, HAS_WEAKREF), init = add_dict_attribute)]
impl Function {
    #[allow(clippy::too_many_arguments)]
    #[py("(code, globals, name=None, argdefs=None, closure=None, kwdefaults=None)")]
    fn __new__(
        t: &Thread,
        _cls: Ref<Class>,
        code: Ref<Code>,
        globals: Ref<Dict>,
        name: OrNone<Value>,
        argdefs: OrNone<Value>,
        closure: Option<Value>,
        kwdefaults: OrNone<Value>,
    ) -> Result<Ref<Function>> {
        if name.0.is_some_and(|n| n.downcast::<Str>().is_none()) {
            return Err(t.type_error("arg 3 (name) must be None or string"));
        }
        if argdefs.0.is_some_and(|d| d.downcast::<Tuple>().is_none()) {
            return Err(t.type_error("arg 4 (defaults) must be None or tuple"));
        }
        let closure = check_closure(t, code, closure)?;
        if kwdefaults.0.is_some_and(|d| d.downcast::<Dict>().is_none()) {
            return Err(t.type_error("arg 6 (kwdefaults) must be None or dict"));
        }
        globals.make_globals(t)?;
        let f = Function::new(t, code, globals)?;
        let h = f.header();
        if let Some(n) = name.0 {
            f.name.set(t, h, n);
        }
        if let Some(d) = argdefs.0 {
            f.defaults.set(t, h, d);
        }
        if let Some(c) = closure {
            f.closure.set(t, h, c);
        }
        if let Some(d) = kwdefaults.0 {
            f.kwdefaults.set(t, h, d);
        }
        Ok(f)
    }
    #[py]
    fn __repr__(_t: &Thread, this: Ref<Function>) -> String {
        format!("<function {} at {:#x}>", this.qualname_string(), this.as_ptr() as usize)
    }
    #[py]
    fn __call__(t: &Thread, this: Ref<Function>, args: &[Value], kwargs: Kwargs) -> Result<Value> {
        t.call_with_dict(this.value(), args, kwargs.0)
    }
    #[py]
    fn __get__(t: &Thread, this: Ref<Function>, instance: Value, owner: Option<Value>) -> Result<Value> {
        if !instance.is_none() {
            return BoundMethod::new(t, this.value(), instance).map(Ref::value);
        }
        match owner {
            Some(o) if !o.is_none() => Ok(this.value()),
            _ => Err(t.type_error("__get__(None, None) is invalid")),
        }
    }
    #[py(member)]
    fn __closure__(_t: &Thread, this: Ref<Function>) -> Value {
        this.closure.get().some().unwrap_or(Value::NONE)
    }
    #[py(setter)]
    fn set___closure__(t: &Thread, _this: Ref<Function>, _value: Option<Value>) -> Result<()> {
        Err(read_only(t))
    }
    #[py(member)]
    fn __globals__(_t: &Thread, this: Ref<Function>) -> Ref<Dict> {
        this.globals.expect()
    }
    #[py(setter)]
    fn set___globals__(t: &Thread, _this: Ref<Function>, _value: Option<Value>) -> Result<()> {
        Err(read_only(t))
    }
    #[py(member)]
    fn __builtins__(_t: &Thread, this: Ref<Function>) -> Ref<Dict> {
        this.builtins.expect()
    }
    #[py(setter)]
    fn set___builtins__(t: &Thread, _this: Ref<Function>, _value: Option<Value>) -> Result<()> {
        Err(read_only(t))
    }
    #[py(getter)]
    fn __code__(_t: &Thread, this: Ref<Function>) -> Ref<Code> {
        this.code()
    }
    #[py(setter)]
    fn set___code__(t: &Thread, this: Ref<Function>, value: Option<Value>) -> Result<()> {
        let Some(code) = value.and_then(|v| v.downcast::<Code>()) else {
            return Err(t.type_error("__code__ must be set to a code object"));
        };
        let free = code.freevars.expect().len();
        let cells = this.closure.get().downcast::<Tuple>().map_or(0, |c| c.len());
        if free != cells {
            return Err(t.value_error(format!(
                "{}() requires a code object with {cells} free vars, not {free}",
                this.name.get().downcast::<Str>().map_or_else(String::new, |s| s.to_string_lossy())
            )));
        }
        this.code.set(t, this.header(), code);
        Ok(())
    }
    #[py(getter)]
    fn __defaults__(_t: &Thread, this: Ref<Function>) -> Value {
        this.defaults.get().some().unwrap_or(Value::NONE)
    }
    #[py(setter)]
    fn set___defaults__(t: &Thread, this: Ref<Function>, value: Option<Value>) -> Result<()> {
        let v = value.filter(|v| !v.is_none());
        if v.is_some_and(|v| v.downcast::<Tuple>().is_none()) {
            return Err(t.type_error("__defaults__ must be set to a tuple object"));
        }
        this.defaults.set(t, this.header(), v.unwrap_or(Value::EMPTY));
        Ok(())
    }
    #[py(getter)]
    fn __kwdefaults__(_t: &Thread, this: Ref<Function>) -> Value {
        this.kwdefaults.get().some().unwrap_or(Value::NONE)
    }
    #[py(setter)]
    fn set___kwdefaults__(t: &Thread, this: Ref<Function>, value: Option<Value>) -> Result<()> {
        let v = value.filter(|v| !v.is_none());
        if v.is_some_and(|v| v.downcast::<Dict>().is_none()) {
            return Err(t.type_error("__kwdefaults__ must be set to a dict object"));
        }
        this.kwdefaults.set(t, this.header(), v.unwrap_or(Value::EMPTY));
        Ok(())
    }
    #[py(getter)]
    fn __annotations__(t: &Thread, this: Ref<Function>) -> Result<Value> {
        annotations(t, this)
    }
    #[py(setter)]
    fn set___annotations__(t: &Thread, this: Ref<Function>, value: Option<Value>) -> Result<()> {
        let v = value.filter(|v| !v.is_none());
        if v.is_some_and(|v| v.downcast::<Dict>().is_none()) {
            return Err(t.type_error("__annotations__ must be set to a dict object"));
        }
        this.annotations.set(t, this.header(), v.unwrap_or(Value::EMPTY));
        this.annotate.set(t, this.header(), Value::EMPTY);
        Ok(())
    }
    #[py(getter)]
    fn __annotate__(_t: &Thread, this: Ref<Function>) -> Value {
        this.annotate.get().some().unwrap_or(Value::NONE)
    }
    #[py(setter)]
    fn set___annotate__(t: &Thread, this: Ref<Function>, value: Option<Value>) -> Result<()> {
        let Some(v) = value else { return Err(t.type_error("__annotate__ cannot be deleted")) };
        if !v.is_none() && !t.is_callable(v) {
            return Err(t.type_error("__annotate__ must be callable or None"));
        }
        this.annotate.set(t, this.header(), v);
        if !v.is_none() {
            this.annotations.set(t, this.header(), Value::EMPTY);
        }
        Ok(())
    }
    #[py(getter)]
    fn __type_params__(t: &Thread, this: Ref<Function>) -> Result<Value> {
        match this.type_params.get().some() {
            Some(v) => Ok(v),
            None => Tuple::new(t, &[]).map(Ref::value),
        }
    }
    #[py(setter)]
    fn set___type_params__(t: &Thread, this: Ref<Function>, value: Option<Value>) -> Result<()> {
        match value.filter(|v| v.downcast::<Tuple>().is_some()) {
            Some(v) => {
                this.type_params.set(t, this.header(), v);
                Ok(())
            }
            None => Err(t.type_error("__type_params__ must be set to a tuple")),
        }
    }
    #[py(getter)]
    fn __doc__(_t: &Thread, this: Ref<Function>) -> Value {
        this.doc.get().some().unwrap_or_else(|| this.code().doc())
    }
    #[py(setter)]
    fn set___doc__(t: &Thread, this: Ref<Function>, value: Option<Value>) -> Result<()> {
        this.doc.set(t, this.header(), value.unwrap_or(Value::NONE));
        Ok(())
    }
    #[py(getter)]
    fn __module__(_t: &Thread, this: Ref<Function>) -> Value {
        this.module.get().some().unwrap_or(Value::NONE)
    }
    #[py(setter)]
    fn set___module__(t: &Thread, this: Ref<Function>, value: Option<Value>) -> Result<()> {
        this.module.set(t, this.header(), value.unwrap_or(Value::NONE));
        Ok(())
    }
    #[py(getter)]
    fn __name__(_t: &Thread, this: Ref<Function>) -> Value {
        this.name.get()
    }
    #[py(setter)]
    fn set___name__(t: &Thread, this: Ref<Function>, value: Option<Value>) -> Result<()> {
        this.name.set(t, this.header(), name_value(t, value, "__name__")?);
        Ok(())
    }
    #[py(getter)]
    fn __qualname__(_t: &Thread, this: Ref<Function>) -> Value {
        this.qualname.get()
    }
    #[py(setter)]
    fn set___qualname__(t: &Thread, this: Ref<Function>, value: Option<Value>) -> Result<()> {
        this.qualname.set(t, this.header(), name_value(t, value, "__qualname__")?);
        Ok(())
    }
}
