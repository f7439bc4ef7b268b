//! `function` and `method`. The attributes of `function` are in `function_methods`.

use crate::native::*;
use taipan_compiler::flags;

#[derive(HeapType)]
#[repr(C)]
pub struct Function {
    header: Header,
    pub code: RefField<Code>,
    pub globals: RefField<Dict>,
    /// The built-ins dict, found when the function was made.
    pub builtins: RefField<Dict>,
    /// Tuple of default values, or empty.
    pub defaults: Field,
    /// Dict of keyword-only defaults, or empty.
    pub kwdefaults: Field,
    /// Tuple of cells, or empty.
    pub closure: Field,
    pub name: Field,
    pub qualname: Field,
    /// Docstring; empty: the code's, not overridden.
    pub doc: Field,
    pub module: Field,
    /// Annotations dict if evaluated or set, else empty.
    pub annotations: Field,
    /// `__annotate__` function, None, or empty.
    pub annotate: Field,
    pub type_params: Field,
}

fn field<T>(r: Ref<T>) -> RefField<T> {
    let f = RefField::null();
    f.init(r);
    f
}

impl Function {
    pub fn new(t: &Thread, code: Ref<Code>, globals: Ref<Dict>) -> Result<Ref<Function>> {
        let module = globals.get_str(t, names::__name__())?.unwrap_or(Value::NONE);
        let builtins = t.builtins_of(globals)?;
        t.create(Function {
            header: Header::NEW,
            code: field(code),
            globals: field(globals),
            builtins: field(builtins),
            defaults: Field::new(Value::EMPTY),
            kwdefaults: Field::new(Value::EMPTY),
            closure: Field::new(Value::EMPTY),
            name: Field::new(code.name.expect().value()),
            qualname: Field::new(code.qualname.expect().value()),
            doc: Field::new(Value::EMPTY),
            module: Field::new(module),
            annotations: Field::new(Value::EMPTY),
            annotate: Field::new(Value::EMPTY),
            type_params: Field::new(Value::EMPTY),
        })
    }
    pub fn code(&self) -> Ref<Code> {
        self.code.expect()
    }
    /// Qualified name for error texts.
    pub fn qualname_string(&self) -> String {
        self.qualname.get().downcast::<Str>().map_or_else(String::new, |s| s.to_string_lossy())
    }
    pub fn is_generator_like(&self) -> bool {
        self.code().has(flags::GENERATOR | flags::COROUTINE | flags::ASYNC_GENERATOR)
    }
}

/// A function bound to a receiver.
#[derive(HeapType)]
#[repr(C)]
pub struct BoundMethod {
    header: Header,
    pub function: Field,
    pub receiver: Field,
}

impl BoundMethod {
    #[inline]
    pub fn new(t: &Thread, function: Value, receiver: Value) -> Result<Ref<BoundMethod>> {
        t.create(BoundMethod { header: Header::NEW, function: Field::new(function), receiver: Field::new(receiver) })
    }
}

/// Create a bound instance method object.
#[pyclass(name = "method", flags(HAS_WEAKREF))]
impl BoundMethod {
    #[py("(function, instance, /)")]
    fn __new__(t: &Thread, _cls: Ref<Class>, function: Value, instance: Value) -> Result<Ref<BoundMethod>> {
        if !t.is_callable(function) {
            return Err(t.type_error("first argument must be callable"));
        }
        if instance.is_none() {
            return Err(t.type_error("instance must not be None"));
        }
        BoundMethod::new(t, function, instance)
    }
    #[py]
    fn __call__(t: &Thread, this: Ref<BoundMethod>, args: &[Value], kwargs: Kwargs) -> Result<Value> {
        t.call_with_dict(this.value(), args, kwargs.0)
    }
    #[py(member)]
    fn __func__(_t: &Thread, this: Ref<BoundMethod>) -> Value {
        this.function.get()
    }
    #[py(member)]
    fn __self__(_t: &Thread, this: Ref<BoundMethod>) -> Value {
        this.receiver.get()
    }
    #[py(getter)]
    fn __doc__(t: &Thread, this: Ref<BoundMethod>) -> Result<Value> {
        t.get_attr(this.function.get(), names::__doc__())
    }
    #[py("($self, name, /)")]
    fn __getattribute__(t: &Thread, this: Ref<BoundMethod>, name: Value) -> Result<Value> {
        let Some(name) = name.downcast::<Str>() else {
            return Err(t.type_error(format!("attribute name must be string, not '{}'", class_of(name).name_string())));
        };
        let name = Str::intern(t, name)?;
        let class = class_of(this.value());
        if let Some(attr) = class.lookup(t, name) {
            return crate::attr::bind_attribute(t, attr, this.value(), class);
        }
        t.get_attr(this.function.get(), name)
    }
    #[py]
    fn __eq__(t: &Thread, this: Ref<BoundMethod>, other: Value) -> Result<Value> {
        let Some(o) = other.downcast::<BoundMethod>() else { return Ok(Value::NOT_IMPLEMENTED) };
        Ok(Value::bool(this.receiver.get() == o.receiver.get() && t.equal(this.function.get(), o.function.get())?))
    }
    #[py]
    fn __hash__(t: &Thread, this: Ref<BoundMethod>) -> Result<i64> {
        let h = t.hash(this.function.get())? ^ (t.identity(this.receiver.get()) as i64 >> 4);
        Ok(if h == -1 { -2 } else { h })
    }
    #[py]
    fn __repr__(t: &Thread, this: Ref<BoundMethod>) -> Result<String> {
        let f = this.function.get();
        let name = match t.get_attr_opt(f, names::__qualname__())? {
            Some(n) => Some(n),
            None => t.get_attr_opt(f, names::__name__())?,
        };
        let name = name.and_then(|n| n.downcast::<Str>()).map_or_else(|| "?".to_owned(), |s| s.to_string_lossy());
        Ok(format!("<bound method {name} of {}>", t.repr(this.receiver.get())?))
    }
    #[py("($self, /)")]
    fn __reduce__(t: &Thread, this: Ref<BoundMethod>) -> Result<Value> {
        let getattr = t.builtin(names::getattr())?;
        let name = t.get_attr(this.function.get(), names::__name__())?;
        let args = Tuple::new(t, &[this.receiver.get(), name])?;
        (getattr, args).into_value(t)
    }
    #[py("($self, instance, owner=None, /)")]
    fn __get__(_t: &Thread, this: Ref<BoundMethod>, instance: Value, owner: Option<Value>) -> Value {
        let _ = (instance, owner);
        this.value()
    }
}
