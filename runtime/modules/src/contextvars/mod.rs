//! `_contextvars`: context variables (PEP 567). A context holds a persistent map; each thread has one current context, and a
//! context is entered by at most one thread at a time, so only that thread changes its map. Others may read it: they see the map as
//! it was before or after a change.

mod map;

use map::Node;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::*};
use taipan_vm::native::*;
use taipan_vm::objects::exceptions as ex;

pub struct ContextvarsModule;

static NEXT_KEY: AtomicU64 = AtomicU64::new(0);

#[derive(HeapType)]
#[repr(C)]
pub struct Context {
    header: Header,
    vars: RefField<Node>,
    /// The context that was current when this one was entered; empty while it is not entered or if there was none.
    previous: Field,
    entered: AtomicBool,
}

#[derive(HeapType)]
#[repr(C)]
pub struct ContextVar {
    header: Header,
    name: Field,
    default: Field,
    key: u64,
}

#[derive(HeapType)]
#[repr(C)]
pub struct Token {
    header: Header,
    context: RefField<Context>,
    var: RefField<ContextVar>,
    /// Empty: the variable had none.
    old: Field,
    used: AtomicBool,
}

/// `Token.MISSING`
#[derive(HeapType)]
#[repr(C)]
pub struct Missing {
    header: Header,
}

impl Context {
    fn with_vars(t: &Thread, vars: Option<Ref<Node>>) -> Result<Ref<Context>> {
        let field = RefField::null();
        field.init(vars);
        t.create(Context { header: Header::NEW, vars: field, previous: Field::new(Value::EMPTY), entered: AtomicBool::new(false) })
    }
    /// The thread's context; made on first use.
    pub fn current(t: &Thread) -> Result<Ref<Context>> {
        let state = t.state();
        if let Some(c) = state.context.get().downcast::<Context>() {
            return Ok(c);
        }
        let c = Context::with_vars(t, None)?;
        c.entered.store(true, Release);
        state.context.set(t, state.header(), c);
        Ok(c)
    }
    /// A copy of the thread's context.
    pub fn copy_current(t: &Thread) -> Result<Ref<Context>> {
        let vars = t.state().context.get().downcast::<Context>().and_then(|c| c.vars.get());
        Context::with_vars(t, vars)
    }
    pub fn enter(t: &Thread, this: Ref<Context>) -> Result<()> {
        if this.entered.swap(true, AcqRel) {
            return Err(t.runtime_error(format!("cannot enter context: {} is already entered", t.repr(this.value())?)));
        }
        let state = t.state();
        this.previous.set(t, this.header(), state.context.get());
        state.context.set(t, state.header(), this);
        Ok(())
    }
    pub fn exit(t: &Thread, this: Ref<Context>) {
        let state = t.state();
        let previous = this.previous.swap(t, this.header(), Value::EMPTY);
        state.context.set(t, state.header(), previous);
        this.entered.store(false, Release);
    }
    /// Calls `f` with this as the thread's context.
    pub fn run_in<R>(t: &Thread, this: Ref<Context>, f: impl FnOnce() -> Result<R>) -> Result<R> {
        Context::enter(t, this)?;
        let r = f();
        Context::exit(t, this);
        r
    }
    fn lookup(t: &Thread, this: Ref<Context>, key: Value) -> Result<Option<Value>> {
        match key.downcast::<ContextVar>() {
            Some(var) => Ok(this.vars.get().and_then(|m| m.get(var))),
            None => Err(t.type_error(format!("a ContextVar key was expected, got {}", t.repr(key)?))),
        }
    }
    fn items_vec(t: &Thread, this: Ref<Context>) -> Result<ValueVec> {
        let out = ValueVec::new();
        if let Some(m) = this.vars.get() {
            m.collect(t, &out)?;
        }
        Ok(out)
    }
    /// Every second value of the alternating list, from `first`.
    fn part(t: &Thread, this: Ref<Context>, first: usize) -> Result<Ref<Tuple>> {
        let all = Context::items_vec(t, this)?;
        let out = ValueVec::new();
        for v in all.iter().skip(first).step_by(2) {
            out.push(t, v)?;
        }
        out.into_tuple(t)
    }
}

#[pyclass(name = "Context", module = "_contextvars", flags(HAS_WEAKREF, MAPPING), init = unhashable)]
impl Context {
    #[py]
    fn __new__(t: &Thread, _cls: Ref<Class>, args: &[Value], kwargs: Kwargs) -> Result<Ref<Context>> {
        if !args.is_empty() || kwargs.0.is_some_and(|k| k.len() > 0) {
            return Err(t.type_error("Context() does not accept any arguments"));
        }
        Context::with_vars(t, None)
    }
    /// Call `callable` with the arguments that follow, in this context.
    #[py("($self, /, *args, **kwargs)", nosig)]
    fn run(t: &Thread, this: Ref<Context>, args: &[Value], kwargs: Kwargs) -> Result<Value> {
        let Some((callable, args)) = args.split_first() else {
            return Err(t.type_error("run() missing 1 required positional argument"));
        };
        Context::run_in(t, this, || t.call_with_dict(*callable, args, kwargs.0))
    }
    /// A new context with the same variables and values.
    #[py("($self, /)")]
    fn copy(t: &Thread, this: Ref<Context>) -> Result<Ref<Context>> {
        Context::with_vars(t, this.vars.get())
    }
    /// The value of the variable `key`, or `default` if it has none here.
    #[py("($self, key, default=None, /)")]
    fn get(t: &Thread, this: Ref<Context>, key: Value, default: Option<Value>) -> Result<Value> {
        Ok(Context::lookup(t, this, key)?.unwrap_or(default.unwrap_or(Value::NONE)))
    }
    /// Pairs (variable, value).
    #[py("($self, /)")]
    fn items(t: &Thread, this: Ref<Context>) -> Result<Value> {
        let all = Context::items_vec(t, this)?;
        let out = ValueVec::new();
        for pair in all.as_slice().chunks(2) {
            out.push(t, Tuple::new(t, pair)?.value())?;
        }
        out.into_tuple(t).and_then(|items| t.iter(items.value()))
    }
    /// The variables that have a value here.
    #[py("($self, /)")]
    fn keys(t: &Thread, this: Ref<Context>) -> Result<Value> {
        t.iter(Context::part(t, this, 0)?.value())
    }
    /// The values, without their variables.
    #[py("($self, /)")]
    fn values(t: &Thread, this: Ref<Context>) -> Result<Value> {
        t.iter(Context::part(t, this, 1)?.value())
    }
    #[py]
    fn __iter__(t: &Thread, this: Ref<Context>) -> Result<Value> {
        t.iter(Context::part(t, this, 0)?.value())
    }
    #[py]
    fn __len__(_t: &Thread, this: Ref<Context>) -> usize {
        this.vars.get().map_or(0, |m| m.len())
    }
    #[py]
    fn __getitem__(t: &Thread, this: Ref<Context>, key: Value) -> Result<Value> {
        Context::lookup(t, this, key)?.ok_or_else(|| t.key_error(key))
    }
    #[py]
    fn __contains__(t: &Thread, this: Ref<Context>, key: Value) -> Result<bool> {
        Ok(Context::lookup(t, this, key)?.is_some())
    }
    #[py]
    fn __eq__(t: &Thread, this: Ref<Context>, other: Value) -> Result<Value> {
        match other.downcast::<Context>() {
            Some(other) => equal(t, this, other).map(Value::bool),
            None => Ok(Value::NOT_IMPLEMENTED),
        }
    }
    #[py]
    fn __ne__(t: &Thread, this: Ref<Context>, other: Value) -> Result<Value> {
        match other.downcast::<Context>() {
            Some(other) => equal(t, this, other).map(|e| Value::bool(!e)),
            None => Ok(Value::NOT_IMPLEMENTED),
        }
    }
}

fn equal(t: &Thread, a: Ref<Context>, b: Ref<Context>) -> Result<bool> {
    let (x, y) = (a.vars.get(), b.vars.get());
    if x == y {
        return Ok(true);
    }
    if x.map_or(0, |m| m.len()) != y.map_or(0, |m| m.len()) {
        return Ok(false);
    }
    let all = Context::items_vec(t, a)?;
    for pair in all.as_slice().chunks(2) {
        match Context::lookup(t, b, pair[0])? {
            Some(v) if v == pair[1] || t.equal(pair[1], v)? => {}
            _ => return Ok(false),
        }
    }
    Ok(true)
}

impl ContextVar {
    fn key(&self) -> u64 {
        self.key
    }
    pub fn lookup(t: &Thread, this: Ref<ContextVar>) -> Option<Value> {
        let context = t.state().context.get().downcast::<Context>()?;
        context.vars.get()?.get(this)
    }
    /// A new variable without a default.
    pub fn create(t: &Thread, name: Value) -> Result<Ref<ContextVar>> {
        let (name, default) = (Field::new(name), Field::new(Value::EMPTY));
        t.create(ContextVar { header: Header::NEW, name, default, key: NEXT_KEY.fetch_add(1, Relaxed) })
    }
    /// Gives the variable a value in the thread's context.
    pub fn put(t: &Thread, this: Ref<ContextVar>, value: Value) -> Result<()> {
        ContextVar::assign(t, this, Context::current(t)?, Some(value))
    }
    fn assign(t: &Thread, this: Ref<ContextVar>, context: Ref<Context>, value: Option<Value>) -> Result<()> {
        let vars = match (context.vars.get(), value) {
            (Some(m), Some(v)) => Some(m.with(t, this, v)?),
            (None, Some(v)) => Some(Node::single(t, this, v)?),
            (Some(m), None) => Node::without(m, t, this)?,
            (None, None) => None,
        };
        context.vars.set(t, context.header(), vars);
        Ok(())
    }
    fn restore(t: &Thread, this: Ref<ContextVar>, token: Ref<Token>) -> Result<()> {
        let shown = || t.repr(token.value());
        if token.used.load(Acquire) {
            return Err(t.runtime_error(format!("{} has already been used once", shown()?)));
        }
        if token.var.get() != Some(this) {
            return Err(t.value_error(format!("{} was created by a different ContextVar", shown()?)));
        }
        let context = Context::current(t)?;
        if token.context.get() != Some(context) {
            return Err(t.value_error(format!("{} was created in a different Context", shown()?)));
        }
        if token.used.swap(true, AcqRel) {
            return Err(t.runtime_error(format!("{} has already been used once", shown()?)));
        }
        ContextVar::assign(t, this, context, token.old.get().some())
    }
}

#[pyclass(name = "ContextVar", module = "_contextvars", flags(HAS_WEAKREF))]
impl ContextVar {
    #[py]
    fn __new__(t: &Thread, _cls: Ref<Class>, args: &[Value], kwargs: Kwargs) -> Result<Ref<ContextVar>> {
        let given = args.len() + kwargs.0.map_or(0, |k| k.len());
        if given > 2 {
            return Err(t.type_error(format!("ContextVar() takes at most 2 arguments ({given} given)")));
        }
        let name = match *args {
            [name] => name,
            [] => return Err(t.type_error("ContextVar() takes exactly 1 positional argument (0 given)")),
            _ => return Err(t.type_error(format!("ContextVar() takes at most 1 positional argument ({} given)", args.len()))),
        };
        let (mut default, mut pos) = (None, 0);
        while let Some((key, value)) = kwargs.0.and_then(|k| k.next(&mut pos)) {
            match key.downcast::<Str>() {
                Some(key) if key.eq_str("default") => default = Some(value),
                _ => {
                    let key = t.str(key)?;
                    return Err(t.type_error(format!("ContextVar() got an unexpected keyword argument '{key}'")));
                }
            }
        }
        if name.downcast::<Str>().is_none() {
            return Err(t.type_error("context variable name must be a str"));
        }
        t.hash(name)?;
        t.create(ContextVar {
            header: Header::NEW,
            name: Field::new(name),
            default: Field::new(default.unwrap_or(Value::EMPTY)),
            key: NEXT_KEY.fetch_add(1, Relaxed),
        })
    }
    #[py(member)]
    fn name(_t: &Thread, this: Ref<ContextVar>) -> Value {
        this.name.get()
    }
    /// The variable's value in the current context.
    ///
    /// Without one there, it is `default` if given, else the default that the variable was made with; failing both,
    /// a LookupError is raised.
    #[py("($self, default=<unrepresentable>, /)")]
    fn get(t: &Thread, this: Ref<ContextVar>, default: Option<Value>) -> Result<Value> {
        match ContextVar::lookup(t, this).or(default).or(this.default.get().some()) {
            Some(v) => Ok(v),
            None => Err(t.new_error_with(ex::class(ex::Kind::LookupError), &[this.value()])),
        }
    }
    /// Give the variable a value in the current context.
    ///
    /// Returns a token with which `reset()` puts back what was there before.
    #[py("($self, value, /)")]
    fn set(t: &Thread, this: Ref<ContextVar>, value: Value) -> Result<Ref<Token>> {
        let context = Context::current(t)?;
        let old = context.vars.get().and_then(|m| m.get(this));
        ContextVar::assign(t, this, context, Some(value))?;
        let (context_field, var) = (RefField::null(), RefField::null());
        context_field.init(context);
        var.init(this);
        t.create(Token {
            header: Header::NEW,
            context: context_field,
            var,
            old: Field::new(old.unwrap_or(Value::EMPTY)),
            used: AtomicBool::new(false),
        })
    }
    /// Set the variable back to what it was before the `set()` that made the token.
    #[py("($self, token, /)")]
    fn reset(t: &Thread, this: Ref<ContextVar>, token: Value) -> Result<()> {
        match token.downcast::<Token>() {
            Some(token) => ContextVar::restore(t, this, token),
            None => Err(t.type_error(format!("expected an instance of Token, got {}", t.repr(token)?))),
        }
    }
    /// The class with a type argument, for annotations.
    #[py("($cls, item, /)")]
    fn __class_getitem__(t: &Thread, cls: Ref<Class>, item: Value) -> Result<Value> {
        t.generic_alias(cls.value(), item)
    }
    #[py]
    fn __repr__(t: &Thread, this: Ref<ContextVar>) -> Result<String> {
        let default = match this.default.get().some() {
            Some(d) => format!(" default={}", t.repr(d)?),
            None => String::new(),
        };
        Ok(format!("<ContextVar name={}{default} at {:#x}>", t.repr(this.name.get())?, t.identity(this.value())))
    }
}

fn unhashable(t: &Thread, class: Ref<Class>) -> Result<()> {
    class.dict.expect().set(t, names::__hash__().value(), Value::NONE)
}

fn token_class(t: &Thread, class: Ref<Class>) -> Result<()> {
    unhashable(t, class)?;
    class.dict.expect().set(t, Str::intern_str(t, "MISSING")?.value(), missing(t)?)
}

/// The one `Token.MISSING`.
fn missing(t: &Thread) -> Result<Value> {
    let key = Str::intern_str(t, "contextvars.MISSING")?.value();
    if let Some(v) = t.registry().get(t, key)? {
        return Ok(v);
    }
    let v = t.create(Missing { header: Header::NEW })?.value();
    Ok(t.registry().set_default(t, key, v)?.unwrap_or(v))
}

#[pyclass(name = "Token", module = "_contextvars", flags(NO_NEW), init = token_class)]
impl Token {
    #[py(getter)]
    fn var(_t: &Thread, this: Ref<Token>) -> Value {
        this.var.expect().value()
    }
    #[py(getter)]
    fn old_value(t: &Thread, this: Ref<Token>) -> Result<Value> {
        match this.old.get().some() {
            Some(v) => Ok(v),
            None => missing(t),
        }
    }
    /// The token itself.
    #[py("($self, /)")]
    fn __enter__(_t: &Thread, this: Ref<Token>) -> Ref<Token> {
        this
    }
    /// Put back what the variable was before.
    #[py("($self, type, val, tb, /)")]
    fn __exit__(t: &Thread, this: Ref<Token>, _type: Value, _val: Value, _tb: Value) -> Result<()> {
        ContextVar::restore(t, this.var.expect(), this)
    }
    /// The class with a type argument, for annotations.
    #[py("($cls, item, /)")]
    fn __class_getitem__(t: &Thread, cls: Ref<Class>, item: Value) -> Result<Value> {
        t.generic_alias(cls.value(), item)
    }
    #[py]
    fn __repr__(t: &Thread, this: Ref<Token>) -> Result<String> {
        let used = if this.used.load(Acquire) { " used" } else { "" };
        Ok(format!("<Token{used} var={} at {:#x}>", t.repr(this.var.expect().value())?, t.identity(this.value())))
    }
}

#[pyclass(name = "Token.MISSING", module = "_contextvars", flags(NO_NEW))]
impl Missing {
    #[py]
    fn __repr__(_t: &Thread, this: Ref<Missing>) -> &'static str {
        let _ = this;
        "<Token.MISSING>"
    }
}

fn init(t: &Thread, m: Ref<Module>) -> Result<()> {
    // Only an attribute of its token class.
    m.dict().remove(t, Str::intern_str(t, "Token.MISSING")?.value()).map(drop)
}

/// Context variables.
#[pymodule(name = "_contextvars", classes(Missing, Context, ContextVar, Token), init = init)]
impl ContextvarsModule {
    /// A new context with the variables and values of the current one.
    #[py("($module, /)")]
    fn copy_context(t: &Thread) -> Result<Ref<Context>> {
        Context::copy_current(t)
    }
}
