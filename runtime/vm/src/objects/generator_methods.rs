//! `generator`, and what generators, coroutines and async generators share: `throw` and `close` with delegation (PEP 342, PEP 380),
//! the attributes of all three, finalization.
//!
//! Operations give a [`Resumed`]: a StopIteration object is only made where Python code sees one.

use crate::native::*;
use crate::objects::async_generator;
use crate::objects::coroutine_methods;
use crate::objects::exceptions as ex;
use crate::objects::generator::{AsyncGenerator, Coroutine, Generator, Resumed, state};
use crate::objects::traceback::Traceback;
use std::sync::atomic::Ordering::*;

pub(crate) fn class_defs() -> Vec<&'static ClassDef> {
    let mut v = coroutine_methods::class_defs();
    v.extend(async_generator::class_defs());
    v
}

/// As the result of `send` or `throw`.
pub fn sent(t: &Thread, r: Result<Resumed>) -> Result<Value> {
    match r? {
        Resumed::Yielded(v) => Ok(v),
        Resumed::Returned(v) => Err(t.stop_iteration(v)),
    }
}

/// As the result of `__next__`.
pub fn next(t: &Thread, r: Result<Resumed>) -> Result<Option<Value>> {
    match r? {
        Resumed::Yielded(v) => Ok(Some(v)),
        Resumed::Returned(Value::NONE) => Ok(None),
        Resumed::Returned(v) => Err(t.stop_iteration(v)),
    }
}

fn is_kind(t: &Thread, e: Exc, kind: ex::Kind) -> bool {
    e.is(t, ex::class(kind))
}

/// What a native iterator's method gave, with StopIteration as the return that it is.
pub fn resumed(t: &Thread, r: Result<Value>) -> Result<Resumed> {
    match r {
        Ok(v) => Ok(Resumed::Yielded(v)),
        Err(e) if is_kind(t, e, ex::Kind::StopIteration) => Ok(Resumed::Returned(ex::stop_iteration_value(e.0))),
        Err(e) => Err(e),
    }
}

/// The one to three arguments of `throw`; `what` is the method for the warning about more than one.
pub fn throw_args(t: &Thread, what: &str, first: Value, second: Option<Value>, third: Option<Value>) -> Result<Ref<Tuple>> {
    let args = match (second, third) {
        (None, _) => Tuple::new(t, &[first])?,
        (Some(v), None) => Tuple::new(t, &[first, v])?,
        (Some(v), Some(tb)) => Tuple::new(t, &[first, v, tb])?,
    };
    if args.len() > 1 {
        t.warn(
            ex::Kind::DeprecationWarning,
            format!("the (type, exc, tb) signature of {what}() is deprecated, use the single-arg signature instead."),
        )?;
    }
    Ok(args)
}

/// The exception that the arguments of `throw` mean.
pub fn thrown(t: &Thread, args: &[Value]) -> Result<Exc> {
    let class = args[0];
    let value = args.get(1).copied().filter(|v| !v.is_none());
    let traceback = match args.get(2).copied().filter(|v| !v.is_none()) {
        None => None,
        Some(tb) => match tb.downcast::<Traceback>() {
            Some(tb) => Some(tb),
            None => return Err(t.type_error("throw() third argument must be a traceback object")),
        },
    };
    let exc = if ex::is_exception_class(class) {
        // What goes wrong while it is made is thrown in its place.
        match instance(t, class, value) {
            Ok(v) => v,
            Err(e) => e.0,
        }
    } else if ex::is_exception_instance(class) {
        if value.is_some() {
            return Err(t.type_error("instance exception may not have a separate value"));
        }
        class
    } else {
        let name = class_of(class).name_string();
        return Err(t.type_error(format!("exceptions must be classes or instances deriving from BaseException, not {name}")));
    };
    if traceback.is_some() {
        ex::set_traceback(t, exc, traceback);
    }
    Ok(Exc(exc))
}

/// An instance of the exception class `class`: `value` if it is one, else made with `value` as its arguments.
fn instance(t: &Thread, class: Value, value: Option<Value>) -> Result<Value> {
    let made = match value {
        None => t.call(class, &[])?,
        Some(v) => match v.downcast::<Tuple>() {
            _ if class.downcast::<Class>().is_some_and(|c| class_of(v).is_subclass(c)) => return Ok(v),
            Some(items) => t.call(class, items.as_slice())?,
            None => t.call(class, &[v])?,
        },
    };
    checked_instance(t, class, made)
}

fn checked_instance(t: &Thread, class: Value, made: Value) -> Result<Value> {
    if ex::is_exception_instance(made) {
        return Ok(made);
    }
    let name = class_of(made).name_string();
    Err(t.type_error(format!("calling {} should have returned an instance of BaseException, not {name}", t.repr(class)?)))
}

/// Whether what `throw` was given is a GeneratorExit.
fn is_generator_exit(v: Value) -> bool {
    let exit = ex::class(ex::Kind::GeneratorExit);
    match v.downcast::<Class>() {
        Some(c) => c.is_subclass(exit),
        None => ex::is_instance(v, ex::Kind::GeneratorExit),
    }
}

/// Generators and coroutines, which are driven directly; other iterators through their methods.
fn direct(v: Value) -> Option<Ref<Generator>> {
    v.downcast::<Generator>().filter(|g| !g.is_async_generator())
}

/// `it.close()` of a delegate, if it has such a method.
fn close_delegate(t: &Thread, it: Value) -> Result<()> {
    if let Some(g) = direct(it) {
        return close(t, g).map(drop);
    }
    match t.get_attr_opt(it, names::close())? {
        Some(f) => t.call(f, &[]).map(drop),
        None => Ok(()),
    }
}

/// `throw(*args)`. `close_on_exit`: a GeneratorExit closes the delegate instead of being thrown into it (PEP 380); an async
/// generator lets the awaits that it is in the middle of work through it.
pub fn throw(t: &Thread, this: Ref<Generator>, args: &[Value], close_on_exit: bool) -> Result<Resumed> {
    t.check_native_stack()?;
    let Some(delegate) = this.delegate() else { return throw_here(t, this, args) };
    if close_on_exit && is_generator_exit(args[0]) {
        let held = Generator::hold(this, t);
        let closed = close_delegate(t, delegate);
        drop(held);
        return match closed {
            Ok(()) => throw_here(t, this, args),
            Err(e) => Generator::resume_with(this, t, e),
        };
    }
    if let Some(g) = direct(delegate) {
        return Generator::through_delegate(this, t, || throw(t, g, args, close_on_exit));
    }
    let Some(f) = t.get_attr_opt(delegate, names::throw())? else { return throw_here(t, this, args) };
    Generator::through_delegate(this, t, || resumed(t, t.call(f, args)))
}

fn throw_here(t: &Thread, this: Ref<Generator>, args: &[Value]) -> Result<Resumed> {
    let exc = thrown(t, args)?;
    Generator::resume_with(this, t, exc)
}

/// `close()`: what the body returned, or None.
pub fn close(t: &Thread, this: Ref<Generator>) -> Result<Value> {
    t.check_native_stack()?;
    if Generator::discard(this, t) || this.state.load(Acquire) == state::FINISHED {
        return Ok(Value::NONE);
    }
    let exc = match this.delegate() {
        None => None,
        Some(d) => {
            let held = Generator::hold(this, t);
            let r = close_delegate(t, d);
            drop(held);
            r.err()
        }
    };
    let exc = exc.unwrap_or_else(|| t.new_error_with(ex::class(ex::Kind::GeneratorExit), &[]));
    match Generator::resume_with(this, t, exc) {
        Ok(Resumed::Yielded(_)) => Err(t.runtime_error(format!("{} ignored GeneratorExit", this.kind_name()))),
        Ok(Resumed::Returned(v)) => Ok(v),
        Err(e) if is_kind(t, e, ex::Kind::StopIteration) => Ok(ex::stop_iteration_value(e.0)),
        Err(e) if is_kind(t, e, ex::Kind::GeneratorExit) => Ok(Value::NONE),
        Err(e) => Err(e),
    }
}

/// What happens when one is collected: an async generator goes to its finalizer hook, a coroutine that never ran is warned about,
/// all else is closed.
pub fn finalize(t: &Thread, this: Ref<Generator>) {
    let s = this.state.load(Acquire);
    if s == state::FINISHED {
        return;
    }
    if this.is_async_generator() {
        if let Some(hook) = this.finalizer.get().some().filter(|h| !h.is_none() && this.closed.load(Acquire) == 0) {
            if let Err(e) = t.call(hook, &[this.value()]) {
                ignored(t, e, "finalizing", this.value());
            }
            return;
        }
    }
    if this.is_coroutine() && s == state::CREATED {
        coroutine_methods::warn_unawaited(t, this);
        return;
    }
    if let Err(e) = close(t, this) {
        ignored(t, e, "closing", this.value());
    }
}

fn ignored(t: &Thread, e: Exc, doing: &str, v: Value) {
    let shown = t.repr(v).map_or_else(|_| "<object>".to_owned(), |s| s.to_string_lossy());
    crate::pending::unraisable(t, e, &format!("Exception ignored while {doing} generator {shown}"), None);
}

// ---------------------------------------------------------------- attributes of all three kinds

pub fn name(this: Ref<Generator>) -> Value {
    this.name.get()
}
pub fn set_name(t: &Thread, this: Ref<Generator>, value: Option<Value>) -> Result<()> {
    match value.filter(|v| v.downcast::<Str>().is_some()) {
        Some(v) => {
            this.name.set(t, this.header(), v);
            Ok(())
        }
        None => Err(t.type_error("__name__ must be set to a string object")),
    }
}
pub fn set_qualname(t: &Thread, this: Ref<Generator>, value: Option<Value>) -> Result<()> {
    match value.filter(|v| v.downcast::<Str>().is_some()) {
        Some(v) => {
            this.qualname.set(t, this.header(), v);
            Ok(())
        }
        None => Err(t.type_error("__qualname__ must be set to a string object")),
    }
}
pub fn repr(t: &Thread, this: Ref<Generator>) -> Result<String> {
    let class = class_of(this.value()).name_string();
    let qualname = t.str(this.qualname.get())?;
    Ok(format!("<{class} object {qualname} at {:#x}>", t.identity(this.value())))
}
pub fn is_running(this: Ref<Generator>) -> bool {
    this.state.load(Acquire) == state::RUNNING
}
pub fn is_suspended(this: Ref<Generator>) -> bool {
    this.state.load(Acquire) == state::SUSPENDED
}

// ---------------------------------------------------------------- generator

#[pyclass(name = "generator", flags(NO_NEW, HAS_WEAKREF))]
impl Generator {
    #[py]
    fn __repr__(t: &Thread, this: Ref<Generator>) -> Result<String> {
        repr(t, this)
    }
    #[py]
    fn __iter__(_t: &Thread, this: Ref<Generator>) -> Ref<Generator> {
        this
    }
    #[py]
    fn __next__(t: &Thread, this: Ref<Generator>) -> Result<Option<Value>> {
        next(t, Generator::resume(this, t, Value::NONE))
    }
    #[py]
    fn __del__(t: &Thread, this: Ref<Generator>) {
        finalize(t, this)
    }
    /// send(value) -> send 'value' into generator,
    /// return next yielded value or raise StopIteration.
    #[py("($self, value, /)")]
    fn send(t: &Thread, this: Ref<Generator>, value: Value) -> Result<Value> {
        sent(t, Generator::resume(this, t, value))
    }
    /// throw(value)
    /// throw(type[,value[,tb]])
    ///
    /// Raise exception in generator, return next yielded value or raise
    /// StopIteration.
    #[py(nosig, name = "throw", "($self, type, value=None, traceback=None, /)")]
    fn throw_method(t: &Thread, this: Ref<Generator>, typ: Value, value: Option<Value>, traceback: Option<Value>) -> Result<Value> {
        let args = throw_args(t, "throw", typ, value, traceback)?;
        sent(t, throw(t, this, args.as_slice(), true))
    }
    /// close() -> raise GeneratorExit inside generator.
    #[py(name = "close", "($self, /)")]
    fn close_method(t: &Thread, this: Ref<Generator>) -> Result<Value> {
        close(t, this)
    }
    /// See PEP 585
    #[py("($cls, item, /)")]
    fn __class_getitem__(t: &Thread, cls: Ref<Class>, item: Value) -> Result<Value> {
        t.generic_alias(cls.value(), item)
    }
    /// name of the generator
    #[py(getter)]
    fn __name__(_t: &Thread, this: Ref<Generator>) -> Value {
        name(this)
    }
    #[py(setter)]
    fn set___name__(t: &Thread, this: Ref<Generator>, value: Option<Value>) -> Result<()> {
        set_name(t, this, value)
    }
    /// qualified name of the generator
    #[py(getter)]
    fn __qualname__(_t: &Thread, this: Ref<Generator>) -> Value {
        this.qualname.get()
    }
    #[py(setter)]
    fn set___qualname__(t: &Thread, this: Ref<Generator>, value: Option<Value>) -> Result<()> {
        set_qualname(t, this, value)
    }
    /// object being iterated by yield from, or None
    #[py(getter)]
    fn gi_yieldfrom(_t: &Thread, this: Ref<Generator>) -> Option<Value> {
        this.delegate()
    }
    #[py(getter)]
    fn gi_running(_t: &Thread, this: Ref<Generator>) -> bool {
        is_running(this)
    }
    #[py(getter)]
    fn gi_suspended(_t: &Thread, this: Ref<Generator>) -> bool {
        is_suspended(this)
    }
    #[py(getter)]
    fn gi_frame(t: &Thread, this: Ref<Generator>) -> Result<Value> {
        Ok(Generator::frame(this, t)?.map_or(Value::NONE, Ref::value))
    }
    #[py(getter)]
    fn gi_code(_t: &Thread, this: Ref<Generator>) -> Ref<Code> {
        this.code.expect()
    }
}

impl Coroutine {
    pub fn generator(this: Ref<Coroutine>) -> Ref<Generator> {
        // SAFETY: a coroutine's cell begins with a generator's.
        unsafe { this.cast() }
    }
}
impl AsyncGenerator {
    pub fn generator(this: Ref<AsyncGenerator>) -> Ref<Generator> {
        // SAFETY: an async generator's cell begins with a generator's.
        unsafe { this.cast() }
    }
}
