//! `_asyncio`: futures and tasks of the module asyncio, and what each thread knows of its event loop.
//!
//! | file | what is in it |
//! |---|---|
//! | `future` | the class `Future`, and the iterator that awaits one |
//! | `task` | the class `Task`: a coroutine driven directly, step by step, as its loop calls |
//! | here | the running loop and task of each thread, the set of all tasks |
//!
//! # Threads
//! Every thread has its own running loop and running task. A future belongs to its loop's thread, yet nothing breaks when another
//! thread gets at it: its state changes once, by compare-and-exchange, and its callbacks are an immutable list whose head is
//! exchanged whole. Whoever ends the future takes the list and leaves a mark, so each callback is scheduled exactly once.
//!
//! # All tasks
//! Nothing is kept for `all_tasks`, so that making a task costs nothing: it looks for tasks that are not done on the heap, in a stopped
//! world. Tasks that are not ours are registered in a weak set.

mod future;
mod task;

use crate::system::name;
use future::Future;
use std::sync::atomic::{AtomicPtr, Ordering::*};
use taipan_heap::Roots;
use taipan_vm::native::*;
use taipan_vm::objects::set::Set;
use task::Task;

pub struct AsyncioModule;

/// What the classes need all the time: exception classes and names. One cell, kept by the registry.
#[derive(HeapType)]
#[repr(C)]
pub(crate) struct Known {
    header: Header,
    cancelled_error: Field,
    invalid_state: Field,
    call_soon: Field,
    /// `("context",)`
    context_keyword: Field,
    /// `("msg",)`
    message_keyword: Field,
    get_debug: Field,
    blocking: Field,
    add_done_callback: Field,
    get_loop: Field,
    private_loop: Field,
    cancel: Field,
}

static KNOWN: AtomicPtr<Known> = AtomicPtr::new(std::ptr::null_mut());

fn known(t: &Thread) -> Result<Ref<Known>> {
    // SAFETY: the registry keeps what was stored, and cells do not move.
    match std::ptr::NonNull::new(KNOWN.load(Acquire)) {
        Some(p) => Ok(unsafe { Ref::from_raw(p) }),
        None => make_known(t),
    }
}

#[cold]
fn make_known(t: &Thread) -> Result<Ref<Known>> {
    let exceptions = taipan_vm::import::import_module(t, "asyncio.exceptions")?;
    let class = |n: &str| t.get_attr(exceptions, name(t, n)?);
    let text = |n: &str| name(t, n).map(|n| Field::new(n.value()));
    let keyword = |n: &str| Tuple::new(t, &[name(t, n)?.value()]).map(|k| Field::new(k.value()));
    let shape = Mutator::internal_shape(Known::layout());
    let k = t.create_internal(
        shape,
        Known {
            header: Header::NEW,
            cancelled_error: Field::new(class("CancelledError")?),
            invalid_state: Field::new(class("InvalidStateError")?),
            call_soon: text("call_soon")?,
            context_keyword: keyword("context")?,
            message_keyword: keyword("msg")?,
            get_debug: text("get_debug")?,
            blocking: text("_asyncio_future_blocking")?,
            add_done_callback: text("add_done_callback")?,
            get_loop: text("get_loop")?,
            private_loop: text("_loop")?,
            cancel: text("cancel")?,
        },
    )?;
    t.registry().set(t, name(t, "asyncio.known")?.value(), k.value())?;
    KNOWN.store(k.as_ptr(), Release);
    Ok(k)
}

fn text(f: &Field) -> Ref<Str> {
    match f.get().downcast::<Str>() {
        Some(s) => s,
        None => unreachable!("a name is a string"),
    }
}

/// An attribute of one of asyncio's modules.
fn from_module(t: &Thread, module: &str, attribute: &str) -> Result<Value> {
    let m = taipan_vm::import::import_module(t, module)?;
    t.get_attr(m, name(t, attribute)?)
}

/// `loop.call_soon(*args, context=context)`, with at most two arguments.
fn call_soon(t: &Thread, event_loop: Value, args: &[Value], context: Value) -> Result<()> {
    let k = known(t)?;
    let f = t.get_attr(event_loop, text(&k.call_soon))?;
    let mut all = [context; 3];
    all[..args.len()].copy_from_slice(args);
    t.call_kw(f, &all[..=args.len()], k.context_keyword.get().downcast::<Tuple>()).map(drop)
}

fn running_loop(t: &Thread) -> Option<Value> {
    t.state().running_loop.get().some().filter(|l| !l.is_none())
}

fn no_loop(t: &Thread) -> Exc {
    t.runtime_error("no running event loop")
}

/// The running loop, or the one that the policy gives.
fn event_loop(t: &Thread) -> Result<Value> {
    match running_loop(t) {
        Some(l) => Ok(l),
        None => {
            let policy = t.call(from_module(t, "asyncio.events", "_get_event_loop_policy")?, &[])?;
            t.call_method(policy, name(t, "get_event_loop")?, &[])
        }
    }
}

fn running_task(t: &Thread) -> Option<Value> {
    t.state().running_task.get().some().filter(|l| !l.is_none())
}

fn check_loop(t: &Thread, event_loop: Value) -> Result<()> {
    if running_loop(t) == Some(event_loop) {
        return Ok(());
    }
    Err(t.runtime_error(format!("loop {} is not the running loop", t.repr(event_loop)?)))
}

fn enter(t: &Thread, event_loop: Value, task: Value) -> Result<()> {
    check_loop(t, event_loop)?;
    if let Some(other) = running_task(t) {
        return Err(t.runtime_error(format!(
            "Cannot enter into task {} while another task {} is being executed.",
            t.repr(task)?,
            t.repr(other)?
        )));
    }
    let s = t.state();
    s.running_task.set(t, s.header(), task);
    Ok(())
}

fn leave(t: &Thread, event_loop: Value, task: Value) -> Result<()> {
    check_loop(t, event_loop)?;
    let current = running_task(t);
    if current != Some(task) {
        return Err(t.runtime_error(format!(
            "Leaving task {} does not match the current task {}.",
            t.repr(task)?,
            t.repr(current.unwrap_or(Value::NONE))?
        )));
    }
    let s = t.state();
    s.running_task.set(t, s.header(), Value::EMPTY);
    Ok(())
}

fn swap(t: &Thread, event_loop: Value, task: Value) -> Result<Value> {
    check_loop(t, event_loop)?;
    let s = t.state();
    let new = if task.is_none() { Value::EMPTY } else { task };
    Ok(s.running_task.swap(t, s.header(), new).some().unwrap_or(Value::NONE))
}

/// The task that runs in the thread of a loop.
fn task_of_loop(t: &Thread, event_loop: Value) -> Value {
    let mut found = Roots::new(t);
    t.stop_the_world(|w| {
        w.for_each_thread(|m| {
            // SAFETY: every mutator is the first field of a `Thread`.
            let other = unsafe { &*std::ptr::from_ref(m).cast::<Thread>() };
            if let Some(s) = other.state.get() {
                if s.running_loop.get() == event_loop {
                    found.push(s.running_task.get());
                }
            }
        });
    });
    found.iter().find_map(|v| v.some()).unwrap_or(Value::NONE)
}

/// The weak set of tasks that are not ours, or the set of those that run their first step.
fn registered(t: &Thread, eager: bool) -> Result<Value> {
    let key = name(t, if eager { "asyncio.eager_tasks" } else { "asyncio.scheduled_tasks" })?.value();
    if let Some(v) = t.registry().get(t, key)? {
        return Ok(v);
    }
    let new = if eager { Set::new(t)?.value() } else { t.call(from_module(t, "weakref", "WeakSet")?, &[])? };
    Ok(t.registry().set_default(t, key, new)?.unwrap_or(new))
}

fn is_ours(v: Value) -> bool {
    v.downcast::<Task>().is_some()
}

fn loop_of(t: &Thread, v: Value) -> Result<Value> {
    if let Some(f) = v.downcast::<Future>().filter(|_| future::is_exact(v)) {
        return Ok(f.event_loop());
    }
    let k = known(t)?;
    match t.get_attr_opt(v, text(&k.get_loop))? {
        Some(f) => t.call(f, &[]),
        None => t.get_attr(v, text(&k.private_loop)),
    }
}

fn init(t: &Thread, m: Ref<Module>) -> Result<()> {
    m.set(t, "_scheduled_tasks", registered(t, false)?)?;
    m.set(t, "_eager_tasks", registered(t, true)?)
}

/// The native half of asyncio.
#[pymodule(name = "_asyncio", classes(Future, future::FutureIterator, Task, task::TaskStep), init = init)]
impl AsyncioModule {
    /// The loop that runs in this thread. RuntimeError if there is none.
    #[py("($module, /)")]
    fn get_running_loop(t: &Thread) -> Result<Value> {
        running_loop(t).ok_or_else(|| no_loop(t))
    }
    /// The loop that runs in this thread, or None.
    #[py("($module, /)")]
    fn _get_running_loop(t: &Thread) -> Option<Value> {
        running_loop(t)
    }
    /// Say which loop runs in this thread.
    #[py("($module, loop, /)")]
    fn _set_running_loop(t: &Thread, event_loop: Value) {
        let s = t.state();
        s.running_loop.set(t, s.header(), if event_loop.is_none() { Value::EMPTY } else { event_loop });
    }
    /// The loop that runs in this thread, or the one that the policy gives.
    #[py("($module, /)")]
    fn get_event_loop(t: &Thread) -> Result<Value> {
        event_loop(t)
    }
    /// Note a task that is scheduled on its loop.
    #[py("($module, /, task)")]
    fn _register_task(t: &Thread, task: Value) -> Result<()> {
        if is_ours(task) {
            return Ok(());
        }
        t.call_method(registered(t, false)?, names::add(), &[task]).map(drop)
    }
    /// Note a task that runs its first step at once.
    #[py("($module, /, task)")]
    fn _register_eager_task(t: &Thread, task: Value) -> Result<()> {
        t.call_method(registered(t, true)?, names::add(), &[task]).map(drop)
    }
    /// Forget a task that was noted.
    #[py("($module, /, task)")]
    fn _unregister_task(t: &Thread, task: Value) -> Result<()> {
        if is_ours(task) {
            return Ok(());
        }
        t.call_method(registered(t, false)?, name(t, "discard")?, &[task]).map(drop)
    }
    /// Forget a task that has run its first step.
    #[py("($module, /, task)")]
    fn _unregister_eager_task(t: &Thread, task: Value) -> Result<()> {
        t.call_method(registered(t, true)?, name(t, "discard")?, &[task]).map(drop)
    }
    /// A task begins a step in this thread.
    #[py("($module, /, loop, task)")]
    fn _enter_task(t: &Thread, event_loop: Value, task: Value) -> Result<()> {
        enter(t, event_loop, task)
    }
    /// A task ends its step in this thread.
    #[py("($module, /, loop, task)")]
    fn _leave_task(t: &Thread, event_loop: Value, task: Value) -> Result<()> {
        leave(t, event_loop, task)
    }
    /// Replace the running task by another, or None; returns the one before.
    #[py("($module, /, loop, task)")]
    fn _swap_current_task(t: &Thread, event_loop: Value, task: Value) -> Result<Value> {
        swap(t, event_loop, task)
    }
    /// The task that runs in a loop, by default this thread's; or None.
    #[py("($module, /, loop=None)")]
    fn current_task(t: &Thread, event_loop: OrNone<Value>) -> Result<Value> {
        let running = running_loop(t);
        match event_loop.0 {
            None if running.is_none() => Err(no_loop(t)),
            Some(l) if running != Some(l) => Ok(task_of_loop(t, l)),
            _ => Ok(running_task(t).unwrap_or(Value::NONE)),
        }
    }
    /// The set of all tasks of a loop that are not done.
    #[py("($module, /, loop=None)")]
    fn all_tasks(t: &Thread, event_loop: OrNone<Value>) -> Result<Ref<Set>> {
        let wanted = match event_loop.0.or(running_loop(t)) {
            Some(l) => l,
            None => return Err(no_loop(t)),
        };
        // What nobody refers to any more does not count.
        let mut found = Roots::new(t);
        t.collect_and_visit(|c| {
            let v = Value::from_cell(c);
            if v.downcast::<Task>().is_some_and(|task| task.is_alive() && task.future().event_loop() == wanted) {
                found.push(v);
            }
        });
        let set = Set::new(t)?;
        for v in found.iter() {
            set.add(t, *v)?;
        }
        for eager in [true, false] {
            let others = t.iterate_to_vec(registered(t, eager)?)?;
            for v in others.iter() {
                if loop_of(t, v)? == wanted && !t.truth(t.call_method(v, name(t, "done")?, &[])?)? {
                    set.add(t, v)?;
                }
            }
        }
        Ok(set)
    }
    /// Note that a future is awaited by another.
    #[py("($module, fut, waiter, /)")]
    fn future_add_to_awaited_by(t: &Thread, fut: Value, waiter: Value) -> Result<()> {
        future::add_awaited_by(t, fut, waiter)
    }
    /// Note that a future is not awaited by another any more.
    #[py("($module, fut, waiter, /)")]
    fn future_discard_from_awaited_by(t: &Thread, fut: Value, waiter: Value) -> Result<()> {
        future::discard_awaited_by(t, fut, waiter)
    }
}
