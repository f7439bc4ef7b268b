//! `async_generator` (PEP 525) and the awaitables of its methods.
//!
//! The body's `yield` hands out a [`Wrapped`] value, which tells it from what an `await` inside the body passes up to the event
//! loop. An awaitable drives the body until a wrapped value comes: that ends the await with the value. Only one awaitable of a
//! generator runs at a time (`running_async`).

use crate::native::*;
use crate::objects::exceptions as ex;
use crate::objects::generator::{AsyncGenerator, Generator, Resumed, state as generator_state};
use crate::objects::generator_methods::{self as methods, next, sent, throw, throw_args};
use std::sync::atomic::{AtomicU8, Ordering::*};

pub(crate) fn class_defs() -> Vec<&'static ClassDef> {
    vec![Wrapped::class_def(), AsyncSend::class_def(), AsyncThrow::class_def()]
}

/// A value that the body yielded.
#[derive(HeapType)]
#[repr(C)]
pub struct Wrapped {
    header: Header,
    value: Field,
}

#[pyclass(name = "async_generator_wrapped_value", flags(NO_NEW))]
impl Wrapped {}

/// What the `yield` of an async generator hands out.
pub fn wrap(t: &Thread, v: Value) -> Result<Value> {
    t.create(Wrapped { header: Header::NEW, value: Field::new(v) }).map(Ref::value)
}

fn wrapped(v: Value) -> Option<Value> {
    v.downcast::<Wrapped>().map(|w| w.value.get())
}

/// What an awaitable of an async generator has been through.
mod state {
    pub const INIT: u8 = 0;
    pub const ITERATING: u8 = 1;
    pub const CLOSED: u8 = 2;
}

fn is_end(t: &Thread, e: Exc) -> bool {
    e.is(t, ex::class(ex::Kind::StopAsyncIteration)) || e.is(t, ex::class(ex::Kind::GeneratorExit))
}
fn bare(t: &Thread, kind: ex::Kind) -> Exc {
    t.new_error_with(ex::class(kind), &[])
}

/// A step of the body as a step of the awaitable: a yielded value ends it.
fn unwrap(t: &Thread, g: Ref<Generator>, r: Result<Resumed>) -> Result<Resumed> {
    let e = match r {
        Ok(Resumed::Yielded(v)) => {
            return Ok(match wrapped(v) {
                Some(v) => {
                    g.running_async.store(0, Release);
                    Resumed::Returned(v)
                }
                None => Resumed::Yielded(v),
            });
        }
        Ok(Resumed::Returned(_)) => bare(t, ex::Kind::StopAsyncIteration),
        Err(e) => e,
    };
    if is_end(t, e) {
        g.closed.store(1, Release);
    }
    g.running_async.store(0, Release);
    Err(e)
}

/// At the first use of an async generator: takes the thread's finalizer hook and calls its first-iteration hook.
fn init_hooks(t: &Thread, g: Ref<Generator>) -> Result<()> {
    if g.hooks_inited.swap(1, AcqRel) != 0 {
        return Ok(());
    }
    let s = t.state();
    if let Some(f) = s.asyncgen_finalizer.get().some() {
        g.finalizer.set(t, g.header(), f);
    }
    match s.asyncgen_firstiter.get().some().filter(|f| !f.is_none()) {
        Some(f) => t.call(f, &[g.value()]).map(drop),
        None => Ok(()),
    }
}

/// Claims the generator for an awaitable that starts.
fn start(t: &Thread, g: Ref<Generator>, own: &AtomicU8, what: &str) -> Result<()> {
    if g.running_async.swap(1, AcqRel) != 0 {
        own.store(state::CLOSED, Release);
        return Err(t.runtime_error(format!("{what}(): asynchronous generator is already running")));
    }
    own.store(state::ITERATING, Release);
    Ok(())
}

/// The warning about an awaitable that nobody awaited.
fn warn_unawaited(t: &Thread, g: Ref<Generator>, method: &str) {
    let warn = || -> Result<()> {
        let name = t.repr(g.qualname.get())?;
        t.warn(ex::Kind::RuntimeWarning, format!("coroutine method '{method}' of {name} was never awaited"))
    };
    if let Err(e) = warn() {
        let shown = t.repr(g.value()).map_or_else(|_| "<async generator>".to_owned(), |s| s.to_string_lossy());
        crate::pending::unraisable(t, e, &format!("Exception ignored while finalizing async generator {shown}"), None);
    }
}

/// One step of an awaitable of this file, `sent` being what is sent in; `None` for other objects.
pub fn step(t: &Thread, it: Value, sent: Value) -> Option<Result<Resumed>> {
    if let Some(a) = it.downcast::<AsyncSend>() {
        return Some(AsyncSend::step(t, a, sent));
    }
    it.downcast::<AsyncThrow>().map(|a| AsyncThrow::step(t, a, sent))
}

// ---------------------------------------------------------------- async_generator

impl AsyncGenerator {
    fn send_awaitable(t: &Thread, g: Ref<Generator>, value: Value) -> Result<Ref<AsyncSend>> {
        init_hooks(t, g)?;
        let generator = RefField::null();
        generator.init(g);
        t.create(AsyncSend { header: Header::NEW, generator, value: Field::new(value), state: AtomicU8::new(state::INIT) })
    }
    /// `__anext__()` of an `async for`, which awaits it at once.
    pub fn anext(t: &Thread, this: Ref<AsyncGenerator>) -> Result<Value> {
        AsyncGenerator::send_awaitable(t, AsyncGenerator::generator(this), Value::NONE).map(Ref::value)
    }
    /// `args` empty: `aclose`.
    fn throw_awaitable(t: &Thread, g: Ref<Generator>, args: Value) -> Result<Ref<AsyncThrow>> {
        init_hooks(t, g)?;
        let generator = RefField::null();
        generator.init(g);
        let a =
            t.create(AsyncThrow { header: Header::NEW, generator, args: Field::new(args), state: AtomicU8::new(state::INIT) })?;
        t.register_finalizer(a.value());
        Ok(a)
    }
}

#[pyclass(name = "async_generator", flags(NO_NEW, HAS_WEAKREF))]
impl AsyncGenerator {
    #[py]
    fn __repr__(t: &Thread, this: Ref<AsyncGenerator>) -> Result<String> {
        methods::repr(t, AsyncGenerator::generator(this))
    }
    #[py]
    fn __aiter__(_t: &Thread, this: Ref<AsyncGenerator>) -> Ref<AsyncGenerator> {
        this
    }
    #[py]
    fn __anext__(t: &Thread, this: Ref<AsyncGenerator>) -> Result<Ref<AsyncSend>> {
        AsyncGenerator::asend(t, this, Value::NONE)
    }
    #[py]
    fn __del__(t: &Thread, this: Ref<AsyncGenerator>) {
        methods::finalize(t, AsyncGenerator::generator(this))
    }
    /// asend(v) -> send 'v' in generator.
    #[py("($self, value, /)")]
    fn asend(t: &Thread, this: Ref<AsyncGenerator>, value: Value) -> Result<Ref<AsyncSend>> {
        let a = AsyncGenerator::send_awaitable(t, AsyncGenerator::generator(this), value)?;
        t.register_finalizer(a.value());
        Ok(a)
    }
    /// athrow(value)
    /// athrow(type[,value[,tb]])
    ///
    /// raise exception in generator.
    #[py(nosig, "($self, type, value=None, traceback=None, /)")]
    fn athrow(
        t: &Thread,
        this: Ref<AsyncGenerator>,
        typ: Value,
        value: Option<Value>,
        traceback: Option<Value>,
    ) -> Result<Ref<AsyncThrow>> {
        let args = throw_args(t, "athrow", typ, value, traceback)?;
        AsyncGenerator::throw_awaitable(t, AsyncGenerator::generator(this), args.value())
    }
    /// aclose() -> raise GeneratorExit inside generator.
    #[py("($self, /)")]
    fn aclose(t: &Thread, this: Ref<AsyncGenerator>) -> Result<Ref<AsyncThrow>> {
        AsyncGenerator::throw_awaitable(t, AsyncGenerator::generator(this), Value::EMPTY)
    }
    /// See PEP 585
    #[py("($cls, item, /)")]
    fn __class_getitem__(t: &Thread, cls: Ref<Class>, item: Value) -> Result<Value> {
        t.generic_alias(cls.value(), item)
    }
    /// name of the async generator
    #[py(getter)]
    fn __name__(_t: &Thread, this: Ref<AsyncGenerator>) -> Value {
        methods::name(AsyncGenerator::generator(this))
    }
    #[py(setter)]
    fn set___name__(t: &Thread, this: Ref<AsyncGenerator>, value: Option<Value>) -> Result<()> {
        methods::set_name(t, AsyncGenerator::generator(this), value)
    }
    /// qualified name of the async generator
    #[py(getter)]
    fn __qualname__(_t: &Thread, this: Ref<AsyncGenerator>) -> Value {
        this.base.qualname.get()
    }
    #[py(setter)]
    fn set___qualname__(t: &Thread, this: Ref<AsyncGenerator>, value: Option<Value>) -> Result<()> {
        methods::set_qualname(t, AsyncGenerator::generator(this), value)
    }
    /// object being awaited on, or None
    #[py(getter)]
    fn ag_await(_t: &Thread, this: Ref<AsyncGenerator>) -> Option<Value> {
        this.base.delegate()
    }
    #[py(member)]
    fn ag_running(_t: &Thread, this: Ref<AsyncGenerator>) -> bool {
        this.base.running_async.load(Acquire) != 0
    }
    #[py(getter)]
    fn ag_suspended(_t: &Thread, this: Ref<AsyncGenerator>) -> bool {
        methods::is_suspended(AsyncGenerator::generator(this))
    }
    #[py(getter)]
    fn ag_frame(t: &Thread, this: Ref<AsyncGenerator>) -> Result<Value> {
        Ok(Generator::frame(AsyncGenerator::generator(this), t)?.map_or(Value::NONE, Ref::value))
    }
    #[py(getter)]
    fn ag_code(_t: &Thread, this: Ref<AsyncGenerator>) -> Ref<Code> {
        this.base.code.expect()
    }
}

// ---------------------------------------------------------------- asend, __anext__

#[derive(HeapType)]
#[repr(C)]
pub struct AsyncSend {
    header: Header,
    generator: RefField<Generator>,
    /// Sent in at the first step.
    value: Field,
    state: AtomicU8,
}

const SEND_REUSED: &str = "cannot reuse already awaited __anext__()/asend()";

impl AsyncSend {
    fn step(t: &Thread, this: Ref<AsyncSend>, sent: Value) -> Result<Resumed> {
        let g = this.generator.expect();
        let mut sent = sent;
        match this.state.load(Acquire) {
            state::CLOSED => return Err(t.runtime_error(SEND_REUSED)),
            state::INIT => {
                start(t, g, &this.state, "anext")?;
                if sent.is_none() {
                    sent = this.value.get();
                }
            }
            _ => g.running_async.store(1, Release),
        }
        let r = unwrap(t, g, Generator::resume(g, t, sent));
        AsyncSend::ended(this, r)
    }
    fn throw(t: &Thread, this: Ref<AsyncSend>, args: &[Value]) -> Result<Resumed> {
        let g = this.generator.expect();
        match this.state.load(Acquire) {
            state::CLOSED => return Err(t.runtime_error(SEND_REUSED)),
            state::INIT => start(t, g, &this.state, "anext")?,
            _ => {}
        }
        let r = unwrap(t, g, throw(t, g, args, true));
        AsyncSend::ended(this, r)
    }
    fn ended(this: Ref<AsyncSend>, r: Result<Resumed>) -> Result<Resumed> {
        if !matches!(r, Ok(Resumed::Yielded(_))) {
            this.state.store(state::CLOSED, Release);
        }
        r
    }
}

/// What `close` of an awaitable makes of throwing GeneratorExit into it.
fn closed(t: &Thread, r: Result<Resumed>) -> Result<()> {
    match r {
        Ok(Resumed::Yielded(_)) => Err(t.runtime_error("coroutine ignored GeneratorExit")),
        Ok(Resumed::Returned(_)) => Ok(()),
        Err(e) if is_end(t, e) || e.is(t, ex::class(ex::Kind::StopIteration)) => Ok(()),
        Err(e) => Err(e),
    }
}

#[pyclass(name = "async_generator_asend", flags(NO_NEW))]
impl AsyncSend {
    #[py]
    fn __await__(_t: &Thread, this: Ref<AsyncSend>) -> Ref<AsyncSend> {
        this
    }
    #[py]
    fn __iter__(_t: &Thread, this: Ref<AsyncSend>) -> Ref<AsyncSend> {
        this
    }
    #[py]
    fn __next__(t: &Thread, this: Ref<AsyncSend>) -> Result<Option<Value>> {
        next(t, AsyncSend::step(t, this, Value::NONE))
    }
    #[py]
    fn __del__(t: &Thread, this: Ref<AsyncSend>) {
        if this.state.load(Acquire) == state::INIT {
            warn_unawaited(t, this.generator.expect(), "asend");
        }
    }
    /// send(value) -> send 'value' into generator,
    /// return next yielded value or raise StopIteration.
    #[py("($self, value, /)")]
    fn send(t: &Thread, this: Ref<AsyncSend>, value: Value) -> Result<Value> {
        sent(t, AsyncSend::step(t, this, value))
    }
    /// throw(value)
    /// throw(type[,value[,tb]])
    ///
    /// Raise exception in generator, return next yielded value or raise
    /// StopIteration.
    #[py(nosig, name = "throw", "($self, type, value=None, traceback=None, /)")]
    fn throw_method(t: &Thread, this: Ref<AsyncSend>, typ: Value, value: Option<Value>, traceback: Option<Value>) -> Result<Value> {
        let args = throw_args(t, "throw", typ, value, traceback)?;
        sent(t, AsyncSend::throw(t, this, args.as_slice()))
    }
    /// close() -> raise GeneratorExit inside generator.
    #[py(name = "close", "($self, /)")]
    fn close_method(t: &Thread, this: Ref<AsyncSend>) -> Result<()> {
        if this.state.load(Acquire) == state::CLOSED {
            return Ok(());
        }
        closed(t, AsyncSend::throw(t, this, &[ex::class(ex::Kind::GeneratorExit).value()]))
    }
}

// ---------------------------------------------------------------- athrow, aclose

#[derive(HeapType)]
#[repr(C)]
pub struct AsyncThrow {
    header: Header,
    generator: RefField<Generator>,
    /// Tuple of the arguments of `athrow`; empty: this is an `aclose`.
    args: Field,
    state: AtomicU8,
}

const THROW_REUSED: &str = "cannot reuse already awaited aclose()/athrow()";

impl AsyncThrow {
    fn method(&self) -> &'static str {
        if self.args.get().is_empty() { "aclose" } else { "athrow" }
    }
    fn close_own(&self) {
        self.state.store(state::CLOSED, Release);
    }

    fn step(t: &Thread, this: Ref<AsyncThrow>, sent: Value) -> Result<Resumed> {
        let g = this.generator.expect();
        let own = this.state.load(Acquire);
        if own == state::CLOSED {
            return Err(t.runtime_error(THROW_REUSED));
        }
        if g.state.load(Acquire) == generator_state::FINISHED {
            this.close_own();
            return Ok(Resumed::Returned(Value::NONE));
        }
        let r = if own == state::INIT {
            if g.running_async.load(Acquire) == 0 {
                if g.closed.load(Acquire) != 0 {
                    this.close_own();
                    return Err(bare(t, ex::Kind::StopAsyncIteration));
                }
                if !sent.is_none() {
                    return Err(t.runtime_error("can't send non-None value to a just-started coroutine"));
                }
            }
            start(t, g, &this.state, this.method())?;
            match this.args.get().downcast::<Tuple>() {
                Some(args) => throw(t, g, args.as_slice(), false),
                None => {
                    g.closed.store(1, Release);
                    throw(t, g, &[ex::class(ex::Kind::GeneratorExit).value()], false)
                }
            }
        } else {
            Generator::resume(g, t, sent)
        };
        AsyncThrow::outcome(t, this, g, r)
    }

    fn throw(t: &Thread, this: Ref<AsyncThrow>, args: &[Value]) -> Result<Resumed> {
        let g = this.generator.expect();
        match this.state.load(Acquire) {
            state::CLOSED => return Err(t.runtime_error(THROW_REUSED)),
            state::INIT => start(t, g, &this.state, this.method())?,
            _ => {}
        }
        let r = throw(t, g, args, true);
        AsyncThrow::outcome(t, this, g, r)
    }

    /// A step of the body as a step of the awaitable.
    fn outcome(t: &Thread, this: Ref<AsyncThrow>, g: Ref<Generator>, r: Result<Resumed>) -> Result<Resumed> {
        if !this.args.get().is_empty() {
            let r = unwrap(t, g, r);
            if !matches!(r, Ok(Resumed::Yielded(_))) {
                this.close_own();
            }
            return r;
        }
        let r = match r {
            Ok(Resumed::Yielded(v)) if wrapped(v).is_none() => return Ok(Resumed::Yielded(v)),
            Ok(Resumed::Yielded(_)) => Err(t.runtime_error("async generator ignored GeneratorExit")),
            // The end of the generator is what was asked for.
            Ok(Resumed::Returned(_)) => Ok(Resumed::Returned(Value::NONE)),
            Err(e) if is_end(t, e) => Ok(Resumed::Returned(Value::NONE)),
            Err(e) => Err(e),
        };
        g.running_async.store(0, Release);
        this.close_own();
        r
    }
}

#[pyclass(name = "async_generator_athrow", flags(NO_NEW))]
impl AsyncThrow {
    #[py]
    fn __await__(_t: &Thread, this: Ref<AsyncThrow>) -> Ref<AsyncThrow> {
        this
    }
    #[py]
    fn __iter__(_t: &Thread, this: Ref<AsyncThrow>) -> Ref<AsyncThrow> {
        this
    }
    #[py]
    fn __next__(t: &Thread, this: Ref<AsyncThrow>) -> Result<Option<Value>> {
        next(t, AsyncThrow::step(t, this, Value::NONE))
    }
    #[py]
    fn __del__(t: &Thread, this: Ref<AsyncThrow>) {
        if this.state.load(Acquire) == state::INIT {
            warn_unawaited(t, this.generator.expect(), this.method());
        }
    }
    /// send(value) -> send 'value' into generator,
    /// return next yielded value or raise StopIteration.
    #[py("($self, value, /)")]
    fn send(t: &Thread, this: Ref<AsyncThrow>, value: Value) -> Result<Value> {
        sent(t, AsyncThrow::step(t, this, value))
    }
    /// throw(value)
    /// throw(type[,value[,tb]])
    ///
    /// Raise exception in generator, return next yielded value or raise
    /// StopIteration.
    #[py(nosig, name = "throw", "($self, type, value=None, traceback=None, /)")]
    fn throw_method(
        t: &Thread,
        this: Ref<AsyncThrow>,
        typ: Value,
        value: Option<Value>,
        traceback: Option<Value>,
    ) -> Result<Value> {
        let args = throw_args(t, "throw", typ, value, traceback)?;
        sent(t, AsyncThrow::throw(t, this, args.as_slice()))
    }
    /// close() -> raise GeneratorExit inside generator.
    #[py(name = "close", "($self, /)")]
    fn close_method(t: &Thread, this: Ref<AsyncThrow>) -> Result<()> {
        if this.state.load(Acquire) == state::CLOSED {
            return Ok(());
        }
        closed(t, AsyncThrow::throw(t, this, &[ex::class(ex::Kind::GeneratorExit).value()]))
    }
}
