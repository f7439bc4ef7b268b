//! `Task`: a coroutine that runs as a future. A step drives a native coroutine directly; what it yields, a future to wait for, gets
//! the task's wake-up as a callback.

use super::future::{self, Future, invalid_state};
use super::{call_soon, enter, from_module, known, leave, registered, swap, text};
use crate::contextvars::Context;
use crate::system::name;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering::*};
use taipan_vm::native::*;
use taipan_vm::objects::exceptions as ex;
use taipan_vm::objects::generator::{Generator, Resumed};
use taipan_vm::objects::generator_methods as gen_methods;

#[derive(HeapType)]
#[heap(base = Future)]
#[repr(C)]
pub struct Task {
    base: Future,
    coroutine: Field,
    /// A str, or the number of which a name is made when it is asked for.
    name: Field,
    context: Field,
    waiting_for: Field,
    must_cancel: AtomicBool,
    log_destroy_pending: AtomicBool,
    cancel_requests: AtomicI64,
}

static NEXT_NAME: AtomicI64 = AtomicI64::new(1);

impl Task {
    pub(super) fn future(&self) -> &Future {
        &self.base
    }
    /// Has a coroutine and has not ended.
    pub(super) fn is_alive(&self) -> bool {
        !self.coroutine.get().is_empty() && !self.base.is_done()
    }
    fn as_future(this: Ref<Task>) -> Ref<Future> {
        // SAFETY: a task's cell begins with a future's.
        unsafe { this.cast() }
    }
    fn blank() -> Task {
        let e = || Field::new(Value::EMPTY);
        Task {
            base: Future::blank(),
            coroutine: e(),
            name: e(),
            context: e(),
            waiting_for: e(),
            must_cancel: AtomicBool::new(false),
            log_destroy_pending: AtomicBool::new(true),
            cancel_requests: AtomicI64::new(0),
        }
    }

    /// Has the loop call the next step, with an exception for the coroutine or none.
    fn schedule(t: &Thread, this: Ref<Task>, exception: Option<Value>) -> Result<()> {
        let step = TaskStep::new(t, this, exception.unwrap_or(Value::EMPTY), false)?;
        call_soon(t, this.base.event_loop(), &[step.value()], this.context.get())
    }

    fn step(t: &Thread, this: Ref<Task>, exception: Option<Exc>) -> Result<()> {
        let l = this.base.event_loop();
        enter(t, l, this.value())?;
        let r = Task::run_step(t, this, exception);
        leave(t, l, this.value()).and(r)
    }

    fn run_step(t: &Thread, this: Ref<Task>, exception: Option<Exc>) -> Result<()> {
        if this.base.is_done() {
            let shown = match exception {
                Some(e) => t.repr(e.0)?.to_string_lossy(),
                None => String::new(),
            };
            return Err(invalid_state(t, &format!("__step(): already done: {} {shown}", t.repr(this.value())?)));
        }
        let mut exception = exception;
        if this.must_cancel.load(Relaxed) {
            let cancelled = known(t)?.cancelled_error.get();
            let is_that = exception.is_some_and(|e| cancelled.downcast::<Class>().is_some_and(|c| e.is(t, c)));
            if !is_that {
                exception = Some(Exc(Future::cancelled_error(t, Task::as_future(this))?));
            }
            this.must_cancel.store(false, Relaxed);
        }
        this.waiting_for.set(t, this.header(), Value::EMPTY);
        let Some(coroutine) = this.coroutine.get().some() else {
            return Err(t.runtime_error("uninitialized Task object"));
        };
        let native = coroutine.downcast::<Generator>().filter(|g| g.is_coroutine());
        let r = match (native, exception) {
            (Some(g), None) => Generator::resume(g, t, Value::NONE),
            (Some(g), Some(e)) => gen_methods::throw(t, g, &[e.0], true),
            (None, None) => gen_methods::resumed(t, t.call_method(coroutine, name(t, "send")?, &[Value::NONE])),
            (None, Some(e)) => gen_methods::resumed(t, t.call_method(coroutine, names::throw(), &[e.0])),
        };
        match r {
            Ok(Resumed::Yielded(v)) => Task::yielded(t, this, v),
            Ok(Resumed::Returned(v)) => {
                let f = Task::as_future(this);
                if this.must_cancel.swap(false, Relaxed) {
                    // Cancelled right before it ended.
                    Future::abandon(t, f, f.message()).map(drop)
                } else {
                    Future::finish(t, f, v)
                }
            }
            Err(e) => Task::raised(t, this, e),
        }
    }

    fn raised(t: &Thread, this: Ref<Task>, e: Exc) -> Result<()> {
        let f = Task::as_future(this);
        let cancelled = known(t)?.cancelled_error.get().downcast::<Class>();
        if cancelled.is_some_and(|c| e.is(t, c)) {
            Future::set_cancelled_exception(t, f, e.0);
            return Future::abandon(t, f, f.message()).map(drop);
        }
        Future::fail(t, f, e.0)?;
        if e.is(t, ex::class(ex::Kind::KeyboardInterrupt)) || e.is(t, ex::class(ex::Kind::SystemExit)) {
            return Err(e);
        }
        Ok(())
    }

    /// The coroutine yielded: a future to wait for, None to be called again soon, or a mistake.
    fn yielded(t: &Thread, this: Ref<Task>, v: Value) -> Result<()> {
        if v.is_none() {
            return Task::schedule(t, this, None);
        }
        let mistake = |text: String| Task::schedule(t, this, Some(t.runtime_error(text).0));
        let shown = |v: Value| t.repr(v).map(|s| s.to_string_lossy());
        if v == this.value() {
            return mistake(format!("Task cannot await on itself: {}", shown(v)?));
        }
        let k = known(t)?;
        let exact = v.downcast::<Future>().filter(|_| future::is_exact(v));
        let blocking = match exact {
            Some(f) => Some(f.is_blocking()),
            None => match t.get_attr_opt(v, text(&k.blocking))? {
                Some(b) if !b.is_none() => Some(t.truth(b)?),
                _ => None,
            },
        };
        let Some(blocking) = blocking else {
            if v.downcast::<Generator>().is_some_and(|g| !g.is_coroutine() && !g.is_async_generator()) {
                return mistake(format!(
                    "yield was used instead of yield from for generator in task {} with {}",
                    shown(this.value())?,
                    shown(v)?
                ));
            }
            return mistake(format!("Task got bad yield: {}", shown(v)?));
        };
        if !future::same_loop(t, Task::as_future(this), v)? {
            return mistake(format!("Task {} got Future {} attached to a different loop", shown(this.value())?, shown(v)?));
        }
        if !blocking {
            return mistake(format!("yield was used instead of yield from in task {} with {}", shown(this.value())?, shown(v)?));
        }
        future::add_awaited_by(t, v, this.value())?;
        let wakeup = TaskStep::new(t, this, Value::EMPTY, true)?.value();
        let context = this.context.get();
        match exact {
            Some(f) => {
                f.set_not_blocking();
                // Before the callback is there: another thread may end the future right away.
                this.waiting_for.set(t, this.header(), v);
                Future::when_done(t, f, wakeup, context)?;
            }
            None => {
                t.set_attr(v, text(&k.blocking), Some(Value::FALSE))?;
                this.waiting_for.set(t, this.header(), v);
                let add = t.get_attr(v, text(&k.add_done_callback))?;
                t.call_kw(add, &[wakeup, context], k.context_keyword.get().downcast::<Tuple>())?;
            }
        }
        if this.must_cancel.load(Relaxed) && Task::cancel_other(t, v, this.base.message())? {
            this.must_cancel.store(false, Relaxed);
        }
        Ok(())
    }

    /// `other.cancel(msg=message)`
    fn cancel_other(t: &Thread, other: Value, message: Value) -> Result<bool> {
        let k = known(t)?;
        let f = t.get_attr(other, text(&k.cancel))?;
        let r = t.call_kw(f, &[message], k.message_keyword.get().downcast::<Tuple>())?;
        t.truth(r)
    }

    fn wake(t: &Thread, this: Ref<Task>, done: Value) -> Result<()> {
        future::discard_awaited_by(t, done, this.value())?;
        let exception = match done.downcast::<Future>().filter(|_| future::is_exact(done)) {
            Some(f) => Future::outcome(t, f)?.err(),
            None => t.call_method(done, name(t, "result")?, &[]).err(),
        };
        Task::step(t, this, exception)
    }

    /// Runs the first step right now, in the task's context.
    fn start_now(t: &Thread, this: Ref<Task>) -> Result<()> {
        let l = this.base.event_loop();
        let before = swap(t, l, this.value())?;
        let eager = registered(t, true)?;
        t.call_method(eager, names::add(), &[this.value()])?;
        let r = match this.context.get().downcast::<Context>() {
            Some(c) => Context::run_in(t, c, || Task::run_step(t, this, None)),
            None => Err(t.type_error("a Context was expected")),
        };
        let unregistered = t.call_method(eager, name(t, "discard")?, &[this.value()]).map(drop);
        let swapped = swap(t, l, before);
        if this.base.is_done() {
            this.coroutine.set(t, this.header(), Value::NONE);
        }
        r.and(unregistered).and(swapped.map(drop))
    }
}

/// A coroutine that runs as a future, driven by its loop.
#[pyclass(name = "Task", module = "_asyncio", base = Future, flags(BASE, HAS_DICT, HAS_WEAKREF))]
impl Task {
    #[py("(*args, **kwargs)")]
    fn __new__(t: &Thread, cls: Ref<Class>, _args: &[Value], _kwargs: Kwargs) -> Result<Ref<Task>> {
        t.create_in(cls, Task::blank())
    }
    #[py("($self, /, coro, *, loop=None, name=None, context=None, eager_start=False)")]
    fn __init__(
        t: &Thread,
        this: Ref<Task>,
        coro: Value,
        l: OrNone<Value>,
        own_name: OrNone<Value>,
        context: OrNone<Value>,
        eager_start: Option<bool>,
    ) -> Result<()> {
        Future::initialise(t, Task::as_future(this), l.0)?;
        let native = coro.downcast::<Generator>().is_some_and(|g| g.is_coroutine());
        if !native && !t.truth(t.call(from_module(t, "asyncio.coroutines", "iscoroutine")?, &[coro])?)? {
            this.log_destroy_pending.store(false, Relaxed);
            return Err(t.type_error(format!("a coroutine was expected, got {}", t.repr(coro)?)));
        }
        let h = this.header();
        let context = match context.0 {
            Some(c) => c,
            None => Context::copy_current(t)?.value(),
        };
        this.context.set(t, h, context);
        let own_name = match own_name.0 {
            None => Value::small_int(NEXT_NAME.fetch_add(1, Relaxed)),
            Some(n) if class_of(n) == Str::class() => n,
            Some(n) => t.str(n)?.value(),
        };
        this.name.set(t, h, own_name);
        this.waiting_for.set(t, h, Value::EMPTY);
        this.must_cancel.store(false, Relaxed);
        this.log_destroy_pending.store(true, Relaxed);
        this.cancel_requests.store(0, Relaxed);
        this.coroutine.set(t, h, coro);
        if eager_start.unwrap_or(false) {
            let running = t.call_method(this.base.event_loop(), name(t, "is_running")?, &[])?;
            if t.truth(running)? {
                return Task::start_now(t, this);
            }
        }
        Task::schedule(t, this, None)
    }
    /// A task's result comes from its coroutine.
    #[py("($self, result, /)")]
    fn set_result(t: &Thread, _this: Ref<Task>, _result: Value) -> Result<()> {
        Err(t.runtime_error("Task does not support set_result operation"))
    }
    /// A task's exception comes from its coroutine.
    #[py("($self, exception, /)")]
    fn set_exception(t: &Thread, _this: Ref<Task>, _exception: Value) -> Result<()> {
        Err(t.runtime_error("Task does not support set_exception operation"))
    }
    /// Have CancelledError raised in the coroutine at its next step. False if the task has ended.
    #[py("($self, /, msg=None)")]
    fn cancel(t: &Thread, this: Ref<Task>, msg: Option<Value>) -> Result<bool> {
        this.base.quiet();
        if this.base.is_done() {
            return Ok(false);
        }
        this.cancel_requests.fetch_add(1, Relaxed);
        let msg = msg.unwrap_or(Value::NONE);
        if let Some(other) = this.waiting_for.get().some() {
            if Task::cancel_other(t, other, msg)? {
                return Ok(true);
            }
        }
        this.must_cancel.store(true, Relaxed);
        Future::set_message(t, Task::as_future(this), msg);
        Ok(true)
    }
    /// How often cancel() was called, less the calls of uncancel().
    #[py("($self, /)")]
    fn cancelling(_t: &Thread, this: Ref<Task>) -> i64 {
        this.cancel_requests.load(Relaxed)
    }
    /// Take one request to cancel back; returns how many are left.
    #[py("($self, /)")]
    fn uncancel(_t: &Thread, this: Ref<Task>) -> i64 {
        let less = |n: i64| if n > 0 { Some(n - 1) } else { None };
        match this.cancel_requests.fetch_update(Relaxed, Relaxed, less) {
            Ok(before) => {
                if before == 1 {
                    this.must_cancel.store(false, Relaxed);
                }
                before - 1
            }
            Err(now) => now,
        }
    }
    /// The frames of the coroutine, oldest first; at most `limit` of them.
    #[py("($self, /, *, limit=None)")]
    fn get_stack(t: &Thread, this: Ref<Task>, limit: Option<Value>) -> Result<Value> {
        let f = from_module(t, "asyncio.base_tasks", "_task_get_stack")?;
        t.call(f, &[this.value(), limit.unwrap_or(Value::NONE)])
    }
    /// Print the frames of the coroutine, or the traceback of its exception.
    #[py("($self, /, *, limit=None, file=None)")]
    fn print_stack(t: &Thread, this: Ref<Task>, limit: Option<Value>, file: Option<Value>) -> Result<Value> {
        let f = from_module(t, "asyncio.base_tasks", "_task_print_stack")?;
        t.call(f, &[this.value(), limit.unwrap_or(Value::NONE), file.unwrap_or(Value::NONE)])
    }
    /// The task's name.
    #[py("($self, /)")]
    fn get_name(t: &Thread, this: Ref<Task>) -> Result<Value> {
        match this.name.get().as_small_int() {
            Some(n) => {
                let made = Str::from_str(t, &format!("Task-{n}"))?.value();
                this.name.set(t, this.header(), made);
                Ok(made)
            }
            None => Ok(this.name.get().some().unwrap_or(Value::NONE)),
        }
    }
    /// Give the task a name.
    #[py("($self, value, /)")]
    fn set_name(t: &Thread, this: Ref<Task>, value: Value) -> Result<()> {
        let n = if class_of(value) == Str::class() { value } else { t.str(value)?.value() };
        this.name.set(t, this.header(), n);
        Ok(())
    }
    /// The coroutine.
    #[py("($self, /)")]
    fn get_coro(_t: &Thread, this: Ref<Task>) -> Value {
        this.coroutine.get().some().unwrap_or(Value::NONE)
    }
    /// The context that the task runs in.
    #[py("($self, /)")]
    fn get_context(_t: &Thread, this: Ref<Task>) -> Value {
        this.context.get().some().unwrap_or(Value::NONE)
    }
    #[py]
    fn __repr__(t: &Thread, this: Ref<Task>) -> Result<Value> {
        t.call(from_module(t, "asyncio.base_tasks", "_task_repr")?, &[this.value()])
    }
    #[py]
    fn __del__(t: &Thread, this: Ref<Task>) -> Result<()> {
        if this.is_alive() && this.log_destroy_pending.load(Relaxed) {
            Future::dropped_pending(t, Task::as_future(this))?;
        }
        Future::dropped(t, Task::as_future(this))
    }
    /// The class with a type argument, for annotations.
    #[py("($cls, item, /)")]
    fn __class_getitem__(t: &Thread, cls: Ref<Class>, item: Value) -> Result<Value> {
        t.generic_alias(cls.value(), item)
    }
    #[py(getter)]
    fn _log_destroy_pending(_t: &Thread, this: Ref<Task>) -> bool {
        this.log_destroy_pending.load(Relaxed)
    }
    #[py(setter)]
    fn set__log_destroy_pending(t: &Thread, this: Ref<Task>, value: Option<Value>) -> Result<()> {
        let Some(v) = value else { return Err(t.attribute_error_plain("cannot delete attribute")) };
        this.log_destroy_pending.store(t.truth(v)?, Relaxed);
        Ok(())
    }
    #[py(getter)]
    fn _must_cancel(_t: &Thread, this: Ref<Task>) -> bool {
        this.must_cancel.load(Relaxed)
    }
    #[py(getter)]
    fn _coro(_t: &Thread, this: Ref<Task>) -> Value {
        this.coroutine.get().some().unwrap_or(Value::NONE)
    }
    #[py(getter)]
    fn _fut_waiter(_t: &Thread, this: Ref<Task>) -> Value {
        this.waiting_for.get().some().unwrap_or(Value::NONE)
    }
}

/// What a loop calls to drive a task: its next step, or its wake-up when the future it waits for has ended.
#[derive(HeapType)]
#[repr(C)]
pub struct TaskStep {
    header: Header,
    task: RefField<Task>,
    exception: Field,
    wakes: bool,
}

impl TaskStep {
    fn new(t: &Thread, task: Ref<Task>, exception: Value, wakes: bool) -> Result<Ref<TaskStep>> {
        let field = RefField::null();
        field.init(task);
        t.create(TaskStep { header: Header::NEW, task: field, exception: Field::new(exception), wakes })
    }
}

#[pyclass(name = "TaskStepMethWrapper", module = "_asyncio", flags(NO_NEW))]
impl TaskStep {
    #[py]
    fn __call__(t: &Thread, this: Ref<TaskStep>, args: &[Value], kwargs: Kwargs) -> Result<()> {
        let task = this.task.expect();
        if kwargs.0.is_some_and(|k| k.len() > 0) {
            return Err(t.type_error("function takes no keyword arguments"));
        }
        match (this.wakes, args) {
            (true, [done]) => Task::wake(t, task, *done),
            (false, []) => Task::step(t, task, this.exception.get().some().map(Exc)),
            (true, _) => Err(t.type_error(format!("TaskWakeup expected 1 argument, got {}", args.len()))),
            (false, _) => Err(t.type_error("function takes no positional arguments")),
        }
    }
    #[py(getter)]
    fn __self__(_t: &Thread, this: Ref<TaskStep>) -> Value {
        this.task.expect().value()
    }
    #[py(getter)]
    fn __qualname__(t: &Thread, this: Ref<TaskStep>) -> Result<Value> {
        if this.wakes {
            return Str::from_str(t, "TaskWakeup").map(Ref::value);
        }
        let coroutine = this.task.expect().coroutine.get().some().unwrap_or(Value::NONE);
        match t.get_attr_opt(coroutine, names::__qualname__())? {
            Some(q) => Ok(q),
            None => t.get_attr(class_of(coroutine).value(), names::__qualname__()),
        }
    }
}
