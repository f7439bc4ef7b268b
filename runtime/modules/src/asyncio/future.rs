//! `Future`: a result that will be there later.

use super::{call_soon, event_loop, from_module, known, loop_of, text};
use crate::contextvars::Context;
use crate::system::name;
use std::sync::atomic::{AtomicBool, AtomicU8, Ordering::*};
use taipan_vm::native::*;
use taipan_vm::objects::exceptions as ex;
use taipan_vm::objects::set::{FrozenSet, Set};

const PENDING: u8 = 0;
const CANCELLED: u8 = 1;
const FINISHED: u8 = 2;
/// Somebody is storing the result: done for whoever wants to end it, pending for all others.
const ENDING: u8 = 3;

#[derive(HeapType)]
#[repr(C)]
pub struct Future {
    header: Header,
    event_loop: Field,
    /// Empty, a tuple (function, context, rest of the list), the last one added first; True once they were scheduled.
    callbacks: Field,
    result: Field,
    exception: Field,
    traceback: Field,
    source_traceback: Field,
    cancel_message: Field,
    cancelled_exception: Field,
    /// Empty, a future, or a set of them.
    awaited_by: Field,
    state: AtomicU8,
    log_traceback: AtomicBool,
    blocking: AtomicBool,
}

pub(super) fn is_exact(v: Value) -> bool {
    let class = class_of(v);
    class == Future::class() || class == super::Task::class()
}

fn shown_error(t: &Thread, class: Value, message: &str) -> Exc {
    match class.downcast::<Class>() {
        Some(c) => t.new_error(c, message),
        None => t.runtime_error(message),
    }
}

pub(super) fn invalid_state(t: &Thread, message: &str) -> Exc {
    match known(t) {
        Ok(k) => shown_error(t, k.invalid_state.get(), message),
        Err(e) => e,
    }
}

impl Future {
    pub(super) fn blank() -> Future {
        let e = || Field::new(Value::EMPTY);
        Future {
            header: Header::NEW,
            event_loop: e(),
            callbacks: e(),
            result: e(),
            exception: e(),
            traceback: e(),
            source_traceback: e(),
            cancel_message: e(),
            cancelled_exception: e(),
            awaited_by: e(),
            state: AtomicU8::new(PENDING),
            log_traceback: AtomicBool::new(false),
            blocking: AtomicBool::new(false),
        }
    }
    /// Empty before `__init__`.
    pub(super) fn event_loop(&self) -> Value {
        self.event_loop.get()
    }
    pub(super) fn is_done(&self) -> bool {
        matches!(self.state.load(Acquire), CANCELLED | FINISHED)
    }
    pub(super) fn initialise(t: &Thread, this: Ref<Future>, given: Option<Value>) -> Result<()> {
        let k = known(t)?;
        let h = this.header();
        let l = match given {
            Some(l) => l,
            None => event_loop(t)?,
        };
        for f in [
            &this.callbacks,
            &this.result,
            &this.exception,
            &this.traceback,
            &this.source_traceback,
            &this.cancel_message,
            &this.cancelled_exception,
            &this.awaited_by,
        ] {
            f.set(t, h, Value::EMPTY);
        }
        this.log_traceback.store(false, Relaxed);
        this.blocking.store(false, Relaxed);
        this.state.store(PENDING, Release);
        this.event_loop.set(t, h, l);
        let debug = t.call_method(l, text(&k.get_debug), &[])?;
        if debug != Value::FALSE && t.truth(debug)? {
            let stack = t.call(from_module(t, "asyncio.format_helpers", "extract_stack")?, &[])?;
            this.source_traceback.set(t, h, stack);
        }
        Ok(())
    }
    fn check_initialised(t: &Thread, this: Ref<Future>) -> Result<()> {
        if this.event_loop().is_empty() {
            return Err(t.runtime_error("Future object is not initialized."));
        }
        Ok(())
    }

    /// Ends it: `store` puts the result where it belongs. False: it has ended before.
    fn end(t: &Thread, this: Ref<Future>, state: u8, store: impl FnOnce()) -> Result<bool> {
        if this.state.compare_exchange(PENDING, ENDING, AcqRel, Acquire).is_err() {
            return Ok(false);
        }
        store();
        this.state.store(state, Release);
        // In the order they were added.
        let mut list = this.callbacks.swap(t, this.header(), Value::TRUE);
        let all = ValueVec::new();
        while let Some(entry) = list.downcast::<Tuple>() {
            all.push(t, entry.value())?;
            list = entry.get(2).unwrap_or(Value::EMPTY);
        }
        for i in (0..all.len()).rev() {
            if let Some(entry) = all.get(i).and_then(|e| e.downcast::<Tuple>()) {
                let [f, context, _] = *entry.as_slice() else { continue };
                call_soon(t, this.event_loop(), &[f, this.value()], context)?;
            }
        }
        Ok(true)
    }
    pub(super) fn finish(t: &Thread, this: Ref<Future>, result: Value) -> Result<()> {
        Future::check_initialised(t, this)?;
        if Future::end(t, this, FINISHED, || this.result.set(t, this.header(), result))? {
            return Ok(());
        }
        Err(invalid_state(t, "invalid state"))
    }
    pub(super) fn fail(t: &Thread, this: Ref<Future>, e: Value) -> Result<()> {
        Future::check_initialised(t, this)?;
        if this.state.load(Acquire) != PENDING {
            return Err(invalid_state(t, "invalid state"));
        }
        let mut e = if ex::is_exception_class(e) { t.call(e, &[])? } else { e };
        if !ex::is_exception_instance(e) {
            return Err(t.type_error("invalid exception object"));
        }
        if ex::is_instance(e, ex::Kind::StopIteration) {
            let new = t.runtime_error("StopIteration interacts badly with generators and cannot be raised into a Future").0;
            ex::set_cause(t, new, Some(e));
            ex::set_context(t, new, e);
            e = new;
        }
        let traceback = ex::traceback_of(e).map_or(Value::EMPTY, |tb| tb.value());
        let ended = Future::end(t, this, FINISHED, || {
            this.exception.set(t, this.header(), e);
            this.traceback.set(t, this.header(), traceback);
            this.log_traceback.store(true, Relaxed);
        })?;
        if !ended {
            return Err(invalid_state(t, "invalid state"));
        }
        // Only now is there something to tell if it is dropped. Subclasses are registered from the start.
        if is_exact(this.value()) {
            t.register_finalizer(this.value());
        }
        Ok(())
    }
    pub(super) fn abandon(t: &Thread, this: Ref<Future>, message: Value) -> Result<bool> {
        this.log_traceback.store(false, Relaxed);
        Future::end(t, this, CANCELLED, || this.cancel_message.set(t, this.header(), message))
    }
    pub(super) fn set_cancelled_exception(t: &Thread, this: Ref<Future>, e: Value) {
        this.cancelled_exception.set(t, this.header(), e);
    }
    pub(super) fn message(&self) -> Value {
        self.cancel_message.get().some().unwrap_or(Value::NONE)
    }
    pub(super) fn set_message(t: &Thread, this: Ref<Future>, message: Value) {
        this.cancel_message.set(t, this.header(), message);
    }
    pub(super) fn quiet(&self) {
        self.log_traceback.store(false, Relaxed);
    }
    pub(super) fn has_source(&self) -> Option<Value> {
        self.source_traceback.get().some().filter(|v| !v.is_none())
    }

    /// The CancelledError that awaiting it raises; the one that ended a task is used first.
    pub(super) fn cancelled_error(t: &Thread, this: Ref<Future>) -> Result<Value> {
        if let Some(e) = this.cancelled_exception.swap(t, this.header(), Value::EMPTY).some() {
            return Ok(e);
        }
        let class = known(t)?.cancelled_error.get();
        match this.cancel_message.get().some().filter(|m| !m.is_none()) {
            Some(m) => t.call(class, &[m]),
            None => t.call(class, &[]),
        }
    }

    /// The result; the inner error is the exception it ended with.
    pub(super) fn outcome(t: &Thread, this: Ref<Future>) -> Result<std::result::Result<Value, Exc>> {
        match this.state.load(Acquire) {
            CANCELLED => Ok(Err(Exc(Future::cancelled_error(t, this)?))),
            FINISHED => {
                this.log_traceback.store(false, Relaxed);
                match this.exception.get().some() {
                    None => Ok(Ok(this.result.get().some().unwrap_or(Value::NONE))),
                    Some(e) => {
                        ex::set_traceback(t, e, this.traceback.get().downcast());
                        Ok(Err(Exc(e)))
                    }
                }
            }
            _ => Err(invalid_state(t, "Result is not set.")),
        }
    }

    /// Has a function called when it has ended; at once, by the loop, if it has.
    pub(super) fn when_done(t: &Thread, this: Ref<Future>, f: Value, context: Value) -> Result<()> {
        loop {
            let head = this.callbacks.get();
            if head == Value::TRUE {
                return call_soon(t, this.event_loop(), &[f, this.value()], context);
            }
            let entry = Tuple::new(t, &[f, context, head])?;
            if this.callbacks.compare_exchange(t, this.header(), head, entry.value()).is_ok() {
                return Ok(());
            }
        }
    }

    pub(super) fn is_blocking(&self) -> bool {
        self.blocking.load(Relaxed)
    }
    pub(super) fn set_not_blocking(&self) {
        self.blocking.store(false, Relaxed);
    }

    fn complain(t: &Thread, this: Ref<Future>, entries: &[(&str, Value)]) {
        let report = || -> Result<()> {
            let context = Dict::new(t)?;
            for (k, v) in entries {
                context.set(t, name(t, k)?.value(), *v)?;
            }
            if let Some(s) = this.has_source() {
                context.set(t, name(t, "source_traceback")?.value(), s)?;
            }
            t.call_method(this.event_loop(), name(t, "call_exception_handler")?, &[context.value()]).map(drop)
        };
        if let Err(e) = report() {
            taipan_vm::pending::unraisable(t, e, "Exception ignored in asyncio", Some(this.value()));
        }
    }
    /// What is told when it is dropped.
    pub(super) fn dropped(t: &Thread, this: Ref<Future>) -> Result<()> {
        if !this.log_traceback.swap(false, AcqRel) {
            return Ok(());
        }
        let Some(e) = this.exception.get().some() else { return Ok(()) };
        let text = format!("{} exception was never retrieved", class_of(this.value()).name_string());
        let text = Str::from_str(t, &text)?.value();
        Future::complain(t, this, &[("exception", e), ("future", this.value()), ("message", text)]);
        Ok(())
    }
    pub(super) fn dropped_pending(t: &Thread, this: Ref<Future>) -> Result<()> {
        if this.event_loop().is_empty() {
            return Ok(());
        }
        let text = Str::from_str(t, "Task was destroyed but it is pending!")?.value();
        Future::complain(t, this, &[("task", this.value()), ("message", text)]);
        Ok(())
    }
}

pub(super) fn add_awaited_by(t: &Thread, fut: Value, waiter: Value) -> Result<()> {
    let (Some(f), Some(_)) = (fut.downcast::<Future>(), waiter.downcast::<Future>()) else { return Ok(()) };
    loop {
        let now = f.awaited_by.get();
        if now.is_empty() {
            if f.awaited_by.compare_exchange(t, f.header(), now, waiter).is_ok() {
                return Ok(());
            }
        } else if let Some(set) = now.downcast::<Set>() {
            return set.add(t, waiter).map(drop);
        } else if now == waiter {
            return Ok(());
        } else {
            let set = Set::from_slice(t, &[now, waiter])?;
            if f.awaited_by.compare_exchange(t, f.header(), now, set.value()).is_ok() {
                return Ok(());
            }
        }
    }
}

pub(super) fn discard_awaited_by(t: &Thread, fut: Value, waiter: Value) -> Result<()> {
    let (Some(f), Some(_)) = (fut.downcast::<Future>(), waiter.downcast::<Future>()) else { return Ok(()) };
    let now = f.awaited_by.get();
    if now == waiter {
        // Else it has become a set.
        if f.awaited_by.compare_exchange(t, f.header(), now, Value::EMPTY).is_ok() {
            return Ok(());
        }
    }
    match f.awaited_by.get().downcast::<Set>() {
        Some(set) => t.call_method(set.value(), name(t, "discard")?, &[waiter]).map(drop),
        None => Ok(()),
    }
}

fn state_name(state: u8) -> &'static str {
    match state {
        CANCELLED => "CANCELLED",
        FINISHED => "FINISHED",
        _ => "PENDING",
    }
}

/// A result that will be there later: a value, an exception, or the news that it was cancelled.
#[pyclass(name = "Future", module = "_asyncio", flags(BASE, HAS_DICT, HAS_WEAKREF))]
impl Future {
    #[py("(*args, **kwargs)")]
    fn __new__(t: &Thread, cls: Ref<Class>, _args: &[Value], _kwargs: Kwargs) -> Result<Ref<Future>> {
        if cls == Future::class() { t.create(Future::blank()) } else { t.create_in(cls, Future::blank()) }
    }
    #[py("($self, /, *, loop=None)")]
    fn __init__(t: &Thread, this: Ref<Future>, l: OrNone<Value>) -> Result<()> {
        Future::initialise(t, this, l.0)
    }
    /// The result. Raises the exception it ended with, CancelledError, or InvalidStateError if it has not ended.
    #[py("($self, /)")]
    fn result(t: &Thread, this: Ref<Future>) -> Result<Value> {
        Future::outcome(t, this)?.map_err(|e| Exc(ex::raise(t, e.0).0))
    }
    /// The exception it ended with, or None. Raises as result() does if it was cancelled or has not ended.
    #[py("($self, /)")]
    fn exception(t: &Thread, this: Ref<Future>) -> Result<Value> {
        match this.state.load(Acquire) {
            CANCELLED => Err(Exc(Future::cancelled_error(t, this)?)),
            FINISHED => {
                this.log_traceback.store(false, Relaxed);
                Ok(this.exception.get().some().unwrap_or(Value::NONE))
            }
            _ => Err(invalid_state(t, "Exception is not set.")),
        }
    }
    /// End it with a result.
    #[py("($self, result, /)")]
    fn set_result(t: &Thread, this: Ref<Future>, result: Value) -> Result<()> {
        Future::finish(t, this, result)
    }
    /// End it with an exception.
    #[py("($self, exception, /)")]
    fn set_exception(t: &Thread, this: Ref<Future>, exception: Value) -> Result<()> {
        Future::fail(t, this, exception)
    }
    /// Have a function called with the future once it has ended.
    #[py("($self, fn, /, *, context=<unrepresentable>)")]
    fn add_done_callback(t: &Thread, this: Ref<Future>, f: Value, context: OrNone<Value>) -> Result<()> {
        Future::check_initialised(t, this)?;
        let context = match context.0 {
            Some(c) => c,
            None => Context::copy_current(t)?.value(),
        };
        Future::when_done(t, this, f, context)
    }
    /// Forget all calls of a function that were asked for; returns how many there were.
    #[py("($self, fn, /)")]
    fn remove_done_callback(t: &Thread, this: Ref<Future>, f: Value) -> Result<usize> {
        Future::check_initialised(t, this)?;
        loop {
            let head = this.callbacks.get();
            let (mut list, kept, mut removed) = (head, ValueVec::new(), 0);
            while let Some(entry) = list.downcast::<Tuple>() {
                let [function, _, rest] = *entry.as_slice() else { break };
                if function == f || t.equal(function, f)? {
                    removed += 1;
                } else {
                    kept.push(t, entry.value())?;
                }
                list = rest;
            }
            if removed == 0 {
                return Ok(0);
            }
            let mut new = Value::EMPTY;
            for i in (0..kept.len()).rev() {
                if let Some(entry) = kept.get(i).and_then(|e| e.downcast::<Tuple>()) {
                    new = Tuple::new(t, &[entry.as_slice()[0], entry.as_slice()[1], new])?.value();
                }
            }
            if this.callbacks.compare_exchange(t, this.header(), head, new).is_ok() {
                return Ok(removed);
            }
        }
    }
    /// Cancel it and have its callbacks called. False if it has ended before.
    #[py("($self, /, msg=None)")]
    fn cancel(t: &Thread, this: Ref<Future>, msg: Option<Value>) -> Result<bool> {
        Future::check_initialised(t, this)?;
        Future::abandon(t, this, msg.unwrap_or(Value::NONE))
    }
    /// Whether it was cancelled.
    #[py("($self, /)")]
    fn cancelled(_t: &Thread, this: Ref<Future>) -> bool {
        this.state.load(Acquire) == CANCELLED
    }
    /// Whether it has ended.
    #[py("($self, /)")]
    fn done(_t: &Thread, this: Ref<Future>) -> bool {
        this.is_done()
    }
    /// The loop that it belongs to.
    #[py("($self, /)")]
    fn get_loop(t: &Thread, this: Ref<Future>) -> Result<Value> {
        Future::check_initialised(t, this)?;
        Ok(this.event_loop())
    }
    /// The CancelledError to raise for it.
    #[py("($self, /)")]
    fn _make_cancelled_error(t: &Thread, this: Ref<Future>) -> Result<Value> {
        Future::cancelled_error(t, this)
    }
    #[py]
    fn __iter__(t: &Thread, this: Ref<Future>) -> Result<Ref<FutureIterator>> {
        FutureIterator::new(t, this)
    }
    #[py]
    fn __await__(t: &Thread, this: Ref<Future>) -> Result<Ref<FutureIterator>> {
        FutureIterator::new(t, this)
    }
    #[py]
    fn __repr__(t: &Thread, this: Ref<Future>) -> Result<Value> {
        t.call(from_module(t, "asyncio.base_futures", "_future_repr")?, &[this.value()])
    }
    #[py]
    fn __del__(t: &Thread, this: Ref<Future>) -> Result<()> {
        Future::dropped(t, this)
    }
    /// The class with a type argument, for annotations.
    #[py("($cls, item, /)")]
    fn __class_getitem__(t: &Thread, cls: Ref<Class>, item: Value) -> Result<Value> {
        t.generic_alias(cls.value(), item)
    }
    #[py(getter)]
    fn _state(_t: &Thread, this: Ref<Future>) -> &'static str {
        state_name(this.state.load(Acquire))
    }
    #[py(getter)]
    fn _asyncio_future_blocking(_t: &Thread, this: Ref<Future>) -> bool {
        this.is_blocking()
    }
    #[py(setter)]
    fn set__asyncio_future_blocking(t: &Thread, this: Ref<Future>, value: Option<Value>) -> Result<()> {
        let Some(v) = value else { return Err(cannot_delete(t)) };
        this.blocking.store(t.truth(v)?, Relaxed);
        Ok(())
    }
    #[py(getter)]
    fn _loop(_t: &Thread, this: Ref<Future>) -> Value {
        this.event_loop().some().unwrap_or(Value::NONE)
    }
    #[py(getter)]
    fn _callbacks(t: &Thread, this: Ref<Future>) -> Result<Value> {
        let (mut list, all) = (this.callbacks.get(), ValueVec::new());
        while let Some(entry) = list.downcast::<Tuple>() {
            all.push(t, Tuple::new(t, &entry.as_slice()[..2])?.value())?;
            list = entry.get(2).unwrap_or(Value::EMPTY);
        }
        if all.is_empty() {
            return Ok(Value::NONE);
        }
        let mut all = all;
        all.as_mut_slice().reverse();
        all.into_list(t).map(Ref::value)
    }
    #[py(getter, name = "_result")]
    fn raw_result(_t: &Thread, this: Ref<Future>) -> Value {
        this.result.get().some().unwrap_or(Value::NONE)
    }
    #[py(getter, name = "_exception")]
    fn raw_exception(_t: &Thread, this: Ref<Future>) -> Value {
        this.exception.get().some().unwrap_or(Value::NONE)
    }
    #[py(getter)]
    fn _log_traceback(_t: &Thread, this: Ref<Future>) -> bool {
        this.log_traceback.load(Relaxed)
    }
    #[py(setter)]
    fn set__log_traceback(t: &Thread, this: Ref<Future>, value: Option<Value>) -> Result<()> {
        let Some(v) = value else { return Err(cannot_delete(t)) };
        if t.truth(v)? {
            return Err(t.value_error("_log_traceback can only be set to False"));
        }
        this.quiet();
        Ok(())
    }
    #[py(getter)]
    fn _source_traceback(_t: &Thread, this: Ref<Future>) -> Value {
        this.source_traceback.get().some().unwrap_or(Value::NONE)
    }
    #[py(getter)]
    fn _cancel_message(_t: &Thread, this: Ref<Future>) -> Value {
        this.message()
    }
    #[py(setter)]
    fn set__cancel_message(t: &Thread, this: Ref<Future>, value: Option<Value>) -> Result<()> {
        let Some(v) = value else { return Err(cannot_delete(t)) };
        Future::set_message(t, this, v);
        Ok(())
    }
    #[py(getter)]
    fn _asyncio_awaited_by(t: &Thread, this: Ref<Future>) -> Result<Value> {
        let v = this.awaited_by.get();
        if v.is_empty() {
            return Ok(Value::NONE);
        }
        match v.downcast::<Set>() {
            Some(s) => t.call(FrozenSet::class().value(), &[s.value()]),
            None => FrozenSet::from_slice(t, &[v]).map(Ref::value),
        }
    }
}

fn cannot_delete(t: &Thread) -> Exc {
    t.attribute_error_plain("cannot delete attribute")
}

/// What awaiting a future drives: gives the future once, and ends with its result.
#[derive(HeapType)]
#[repr(C)]
pub struct FutureIterator {
    header: Header,
    /// Empty once it has ended.
    future: Field,
}

impl FutureIterator {
    fn new(t: &Thread, future: Ref<Future>) -> Result<Ref<FutureIterator>> {
        Future::check_initialised(t, future)?;
        t.create(FutureIterator { header: Header::NEW, future: Field::new(future.value()) })
    }
    fn advance(t: &Thread, this: Ref<FutureIterator>) -> Result<Option<Value>> {
        let Some(f) = this.future.get().downcast::<Future>() else { return Ok(None) };
        if !f.is_done() {
            if f.blocking.swap(true, Relaxed) {
                return Err(t.runtime_error("await wasn't used with future"));
            }
            return Ok(Some(f.value()));
        }
        this.future.set(t, this.header(), Value::EMPTY);
        let v = Future::result(t, f)?;
        if v.is_none() { Ok(None) } else { Err(t.stop_iteration(v)) }
    }
}

#[pyclass(name = "FutureIter", module = "_asyncio", flags(NO_NEW))]
impl FutureIterator {
    #[py]
    fn __iter__(_t: &Thread, this: Ref<FutureIterator>) -> Ref<FutureIterator> {
        this
    }
    #[py]
    fn __next__(t: &Thread, this: Ref<FutureIterator>) -> Result<Option<Value>> {
        FutureIterator::advance(t, this)
    }
    /// As next(); what is sent is ignored.
    #[py("($self, value, /)")]
    fn send(t: &Thread, this: Ref<FutureIterator>, _value: Value) -> Result<Value> {
        FutureIterator::advance(t, this)?.ok_or_else(|| t.stop_iteration(Value::NONE))
    }
    /// Raise an exception at the await.
    #[py(nosig, "($self, type, val=None, tb=None, /)")]
    fn throw(t: &Thread, this: Ref<FutureIterator>, kind: Value, value: Option<Value>, tb: Option<Value>) -> Result<Value> {
        use taipan_vm::objects::generator_methods as gen_methods;
        let args = gen_methods::throw_args(t, "throw", kind, value, tb)?;
        let e = gen_methods::thrown(t, args.as_slice())?;
        this.future.set(t, this.header(), Value::EMPTY);
        Err(e)
    }
    /// End the await.
    #[py("($self, /)")]
    fn close(t: &Thread, this: Ref<FutureIterator>) {
        this.future.set(t, this.header(), Value::EMPTY);
    }
}

/// Whether two futures belong to the same loop, which the first is known to belong to.
pub(super) fn same_loop(t: &Thread, own: Ref<Future>, other: Value) -> Result<bool> {
    Ok(loop_of(t, other)? == own.event_loop())
}
