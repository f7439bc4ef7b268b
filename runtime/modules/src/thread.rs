//! `_thread`: starting threads, handles to join them, thread-local objects, identifiers.

use crate::thread_lock::{FutexLock, Lock, RLock, TIMEOUT_MAX, deadline};

use std::sync::atomic::{AtomicI64, AtomicU32, AtomicU64, AtomicUsize, Ordering::*};
use std::sync::{Arc, Condvar, Mutex};

use taipan_vm::native::*;
use taipan_vm::objects::exceptions as ex;
use taipan_vm::objects::struct_seq::{self, Description};

pub struct ThreadModule;

/// Threads started by this module that have not ended.
static RUNNING: AtomicI64 = AtomicI64::new(0);
/// `stack_size()`; 0: the default.
static STACK_SIZE: AtomicUsize = AtomicUsize::new(0);
static MAIN_IDENT: AtomicU64 = AtomicU64::new(0);
/// Threads that run: their handles' states, and whether they are daemons, which nobody waits for.
static THREADS: Mutex<Vec<(Arc<HandleState>, bool)>> = Mutex::new(Vec::new());

/// Default native stack of a new thread.
const DEFAULT_STACK: usize = 16 << 20;

fn ident() -> u64 {
    taipan_vm::modules::sys_types::thread_ident()
}

static EXCEPT_ARGS: Description = Description {
    name: "_thread._ExceptHookArgs",
    doc: "ExceptHookArgs\n\nType used to pass arguments to threading.excepthook.",
    fields: &[
        ("exc_type", "Exception type"),
        ("exc_value", "Exception value"),
        ("exc_traceback", "Exception traceback"),
        ("thread", "Thread"),
    ],
    visible: 4,
    callable: true,
};

const NOT_STARTED: u32 = 0;
const STARTING: u32 = 1;
const STARTED: u32 = 2;
const DONE: u32 = 3;

/// What a handle and its thread share.
struct HandleState {
    state: AtomicU32,
    ident: AtomicU64,
    /// Held while the thread runs.
    running: FutexLock,
}

#[derive(HeapType)]
#[repr(C)]
pub struct Handle {
    header: Header,
    #[noscan(drop)]
    shared: Arc<HandleState>,
}

impl HandleState {
    fn is_done(&self) -> bool {
        self.state.load(Acquire) == DONE
    }
    /// The thread has ended: those who wait for it go on.
    fn set_done(&self) {
        if self.state.swap(DONE, AcqRel) != DONE {
            self.running.release();
        }
    }
}

fn new_state() -> Arc<HandleState> {
    Arc::new(HandleState { state: AtomicU32::new(NOT_STARTED), ident: AtomicU64::new(0), running: FutexLock::new() })
}

#[pyclass(name = "_ThreadHandle", module = "_thread", flags())]
impl Handle {
    #[py("()")]
    fn __new__(t: &Thread, _cls: Ref<Class>) -> Result<Ref<Handle>> {
        t.create(Handle { header: Header::NEW, shared: new_state() })
    }
    #[py(getter)]
    fn ident(_t: &Thread, this: Ref<Handle>) -> u64 {
        this.shared.ident.load(Acquire)
    }
    #[py("($self, timeout=None, /)")]
    fn join(t: &Thread, this: Ref<Handle>, timeout: OrNone<f64>) -> Result<()> {
        let s = this.shared.clone();
        match s.state.load(Acquire) {
            NOT_STARTED | STARTING => return Err(t.runtime_error("thread not started")),
            DONE => return Ok(()),
            _ => {}
        }
        if s.ident.load(Acquire) == ident() {
            return Err(t.runtime_error("Cannot join current thread"));
        }
        let limit = match timeout.0 {
            Some(s) if s >= 0.0 => match deadline(t, true, s.min(TIMEOUT_MAX))? {
                Some(d) => d,
                None => None,
            },
            _ => None,
        };
        if s.running.acquire(t, limit)? {
            s.running.release();
        }
        Ok(())
    }
    #[py("($self, /)")]
    fn is_done(_t: &Thread, this: Ref<Handle>) -> bool {
        this.shared.is_done()
    }
    #[py("($self, /)")]
    fn _set_done(t: &Thread, this: Ref<Handle>) -> Result<()> {
        if this.shared.state.load(Acquire) < STARTED {
            return Err(t.runtime_error("thread not started"));
        }
        this.shared.set_done();
        Ok(())
    }
    #[py]
    fn __repr__(_t: &Thread, this: Ref<Handle>) -> String {
        format!("<_ThreadHandle object: ident={}>", this.shared.ident.load(Acquire))
    }
}

/// Starts a native thread that calls `f(*args, **kwargs)`. Returns when the thread has taken its arguments.
fn start(t: &Thread, f: Value, args: Ref<Tuple>, kwargs: Option<Ref<Dict>>, shared: Arc<HandleState>, daemon: bool) -> Result<u64> {
    struct Handover {
        taken: Mutex<Option<bool>>,
        changed: Condvar,
    }
    let handover = Arc::new(Handover { taken: Mutex::new(None), changed: Condvar::new() });
    // The words are kept alive by this frame until the new thread says that it holds the values itself.
    let words = (f.bits(), args.value().bits(), kwargs.map_or(Value::EMPTY.bits(), |k| k.value().bits()));
    let size = match STACK_SIZE.load(Relaxed) {
        0 => DEFAULT_STACK,
        // Rust frames are larger than C's: a small stack still gets enough to run anything.
        n => n.max(1 << 20),
    };
    let limit = t.recursion_limit.get();
    shared.running.try_acquire();
    shared.state.store(STARTING, Release);
    RUNNING.fetch_add(1, AcqRel);
    let spawned = {
        let (handover, shared) = (handover.clone(), shared.clone());
        std::thread::Builder::new().stack_size(size).spawn(move || {
            let say = |ok: bool| {
                *handover.taken.lock().expect("handover") = Some(ok);
                handover.changed.notify_all();
            };
            let Some(t) = Thread::attach() else {
                say(false);
                finish(&shared);
                return;
            };
            t.recursion_limit.set(limit);
            if t.begin().is_err() {
                say(false);
                finish(&shared);
                return;
            }
            let values = [Value::from_bits(words.0), Value::from_bits(words.1), Value::from_bits(words.2)];
            std::hint::black_box(&values);
            shared.ident.store(ident(), Release);
            shared.state.store(STARTED, Release);
            say(true);
            body(&t, &values);
            std::hint::black_box(&values);
            if let Err(e) = forget_locals(&t) {
                taipan_vm::pending::unraisable(&t, e, "Exception ignored at the end of a thread", None);
            }
            taipan_vm::pending::finalize(&t);
            drop(t);
            finish(&shared);
        })
    };
    if spawned.is_err() {
        RUNNING.fetch_sub(1, AcqRel);
        shared.state.store(NOT_STARTED, Release);
        shared.running.release();
        return Err(t.runtime_error("can't start new thread"));
    }
    let ok = t.blocking(|| {
        let mut taken = handover.taken.lock().expect("handover");
        loop {
            match *taken {
                Some(ok) => return ok,
                None => taken = handover.changed.wait(taken).expect("handover"),
            }
        }
    });
    std::hint::black_box((f, args, kwargs));
    if !ok {
        return Err(t.memory_error());
    }
    let mut list = THREADS.lock().expect("thread list");
    list.retain(|(h, _)| !h.is_done());
    list.push((shared.clone(), daemon));
    drop(list);
    Ok(shared.ident.load(Acquire))
}

fn finish(shared: &HandleState) {
    RUNNING.fetch_sub(1, AcqRel);
    shared.set_done();
}

/// In the child of a fork: the calling thread is the main one, and all others have ended.
pub(crate) fn after_fork() {
    MAIN_IDENT.store(ident(), Release);
    let mut mine = 0;
    for (h, _) in THREADS.lock().expect("thread list").drain(..) {
        if h.ident.load(Acquire) == ident() {
            mine = 1;
        } else {
            h.set_done();
        }
    }
    RUNNING.store(mine, Release);
}

/// How many threads run besides the main one.
pub(crate) fn running() -> i64 {
    RUNNING.load(Acquire)
}

#[inline(never)]
fn body(t: &Thread, values: &[Value; 3]) {
    let args = values[1].downcast::<Tuple>();
    let kwargs = values[2].some().and_then(|k| k.downcast::<Dict>());
    let r = t.call_with_dict(values[0], args.as_ref().map_or(&[], |a| a.as_slice()), kwargs);
    if let Err(e) = r {
        if !e.is(t, ex::class(ex::Kind::SystemExit)) {
            let shown = t.repr(values[0]).map_or_else(|_| "<function>".to_owned(), |s| s.to_string_lossy());
            taipan_vm::pending::unraisable(t, e, &format!("Exception ignored in thread started by {shown}"), None);
        }
    }
}

/// `threading.local`: attributes that each thread has its own of.
///
/// They belong to the object, not to the thread, so that the collector finds cycles through them. A thread keeps weak references to
/// the objects in which it has attributes, and takes these out when it ends.
#[derive(HeapType)]
#[repr(C)]
pub struct Local {
    header: Header,
    /// Arguments of the constructor, for `__init__` in each thread.
    args: Field,
    kwargs: Field,
    /// The attributes by the threads' numbers.
    dicts: RefField<Dict>,
}

/// Threads that have attributes in such objects are numbered, as their idents are given to others after them.
static NEXT_SERIAL: AtomicU64 = AtomicU64::new(1);

/// A thread's list: its number, then weak references to the objects in which it has attributes.
fn used_locals(t: &Thread) -> Result<(Ref<List>, Value)> {
    let state = t.state();
    let used = match state.locals.get().downcast::<List>() {
        Some(l) => l,
        None => {
            let l = List::from_slice(t, &[t.uint(NEXT_SERIAL.fetch_add(1, Relaxed))?])?;
            state.locals.set(t, state.header(), l);
            l
        }
    };
    Ok((used, used.get(0).unwrap_or(Value::NONE)))
}

/// The object of a weak reference.
fn local_of(t: &Thread, reference: Value) -> Result<Option<Ref<Local>>> {
    Ok(t.call(reference, &[])?.downcast::<Local>())
}

/// What the thread, which ends, has in thread-local objects is dropped.
fn forget_locals(t: &Thread) -> Result<()> {
    let Some(used) = t.state().locals.get().downcast::<List>() else { return Ok(()) };
    let serial = used.get(0).unwrap_or(Value::NONE);
    // What is called meanwhile may use others.
    while let Some(reference) = if used.len() > 1 { used.pop(t) } else { None } {
        if let Some(local) = local_of(t, reference)? {
            local.dicts.expect().remove(t, serial)?;
        }
    }
    Ok(())
}

impl Local {
    /// This thread's attributes; made, and `__init__` called, on first use in a thread.
    fn dict(t: &Thread, this: Ref<Local>) -> Result<Ref<Dict>> {
        let (used, serial) = used_locals(t)?;
        let dicts = this.dicts.expect();
        match dicts.get(t, serial)?.and_then(|d| d.downcast::<Dict>()) {
            Some(d) => Ok(d),
            None => Local::begin(t, this, used, serial),
        }
    }
    /// Makes an empty dictionary for this thread.
    fn add_dict(t: &Thread, this: Ref<Local>, used: Ref<List>, serial: Value) -> Result<Ref<Dict>> {
        let n = used.len();
        if n >= 32 && n.is_power_of_two() {
            // Now and then those that have died are taken out.
            let alive = ValueVec::new();
            for reference in used.snapshot(t)?.iter().skip(1) {
                if local_of(t, reference)?.is_some() {
                    alive.push(t, reference)?;
                }
            }
            used.clear(t);
            used.append(t, serial)?;
            used.extend_from_slice(t, alive.as_slice())?;
        }
        used.append(t, t.call(crate::weakref::WeakReference::class().value(), &[this.value()])?)?;
        let d = Dict::new(t)?;
        this.dicts.expect().set(t, serial, d.value())?;
        Ok(d)
    }
    #[cold]
    fn begin(t: &Thread, this: Ref<Local>, used: Ref<List>, serial: Value) -> Result<Ref<Dict>> {
        let d = Local::add_dict(t, this, used, serial)?;
        let class = class_of(this.value());
        if class != Local::class() {
            if let Some(init) = class.lookup(t, names::__init__()) {
                let args = this.args.get().downcast::<Tuple>();
                let all_args = ValueVec::new();
                all_args.push(t, this.value())?;
                if let Some(a) = args {
                    all_args.extend(t, a.as_slice())?;
                }
                let r = t.call_with_dict(init, all_args.as_slice(), this.kwargs.get().downcast::<Dict>());
                if let Err(e) = r {
                    this.dicts.expect().remove(t, serial)?;
                    return Err(e);
                }
            }
        }
        Ok(d)
    }
}

/// Thread-local data
#[pyclass(name = "_local", module = "_thread", flags(BASE, HAS_WEAKREF))]
impl Local {
    #[py]
    fn __new__(t: &Thread, cls: Ref<Class>, args: &[Value], kwargs: Kwargs) -> Result<Ref<Local>> {
        let plain = cls.lookup(t, names::__init__()).is_some_and(|i| i.downcast::<Native>().is_some());
        if plain && (!args.is_empty() || kwargs.0.is_some_and(|k| k.len() > 0)) {
            return Err(t.type_error("Initialization arguments are not supported"));
        }
        let args = Tuple::new(t, args)?;
        let dicts = RefField::null();
        dicts.init(Dict::new(t)?);
        let kwargs = Field::new(kwargs.0.map_or(Value::EMPTY, |k| k.value()));
        let l = t.create_in(cls, Local { header: Header::NEW, args: Field::new(args.value()), kwargs, dicts })?;
        // The constructor calls `__init__` in this thread itself.
        let (used, serial) = used_locals(t)?;
        Local::add_dict(t, l, used, serial)?;
        Ok(l)
    }
    #[py("($self, name, /)")]
    fn __getattribute__(t: &Thread, this: Ref<Local>, name: Ref<Str>) -> Result<Value> {
        let d = Local::dict(t, this)?;
        let name = Str::intern(t, name)?;
        if name == names::__dict__() {
            return Ok(d.value());
        }
        let class = class_of(this.value());
        let on_class = class.lookup(t, name);
        if let Some(a) = on_class.filter(|a| taipan_vm::attr::is_data_descriptor(t, *a)) {
            return taipan_vm::attr::bind_attribute(t, a, this.value(), class);
        }
        if let Some(v) = d.get(t, name.value())? {
            return Ok(v);
        }
        match on_class {
            Some(a) => taipan_vm::attr::bind_attribute(t, a, this.value(), class),
            None => Err(taipan_vm::attr::no_attribute(t, this.value(), name)),
        }
    }
    #[py]
    fn __setattr__(t: &Thread, this: Ref<Local>, name: Ref<Str>, value: Value) -> Result<()> {
        set_local(t, this, name, Some(value))
    }
    #[py]
    fn __delattr__(t: &Thread, this: Ref<Local>, name: Ref<Str>) -> Result<()> {
        set_local(t, this, name, None)
    }
}

fn set_local(t: &Thread, this: Ref<Local>, name: Ref<Str>, value: Option<Value>) -> Result<()> {
    let d = Local::dict(t, this)?;
    let name = Str::intern(t, name)?;
    let class = class_of(this.value());
    if name == names::__dict__() {
        return Err(t.attribute_error(
            this.value(),
            name,
            &format!("'{}' object attribute '__dict__' is read-only", class.full_name()),
        ));
    }
    if let Some(a) = class.lookup(t, name).filter(|a| taipan_vm::attr::is_data_descriptor(t, *a)) {
        return match value {
            Some(v) => t.call_method(a, names::__set__(), &[this.value(), v]).map(|_| ()),
            None => t.call_method(a, names::__delete__(), &[this.value()]).map(|_| ()),
        };
    }
    match value {
        Some(v) => d.set(t, name.value(), v),
        None => match d.remove(t, name.value())? {
            Some(_) => Ok(()),
            None => Err(taipan_vm::attr::no_attribute(t, this.value(), name)),
        },
    }
}

fn check_call(t: &Thread, function: Value, args: Value, kwargs: Option<Value>) -> Result<(Ref<Tuple>, Option<Ref<Dict>>)> {
    if !t.is_callable(function) {
        return Err(t.type_error("first arg must be callable"));
    }
    let Some(args) = args.downcast::<Tuple>() else { return Err(t.type_error("2nd arg must be a tuple")) };
    let kwargs = match kwargs {
        Some(k) => match k.downcast::<Dict>() {
            Some(d) => Some(d),
            None => return Err(t.type_error("optional 3rd arg must be a dictionary")),
        },
        None => None,
    };
    Ok((args, kwargs))
}

fn init(t: &Thread, m: Ref<Module>) -> Result<()> {
    MAIN_IDENT.store(ident(), Release);
    m.set(t, "TIMEOUT_MAX", t.float(TIMEOUT_MAX)?)?;
    m.set(t, "error", ex::class(ex::Kind::RuntimeError).value())?;
    m.set(t, "LockType", Lock::class().value())?;
    m.set(t, "_ExceptHookArgs", struct_seq::class(t, &EXCEPT_ARGS)?.value())
}

/// This module provides primitive operations to write multi-threaded programs.
/// The 'threading' module provides a more convenient interface.
#[pymodule(name = "_thread", classes(Lock, RLock, Local, Handle), init = init)]
impl ThreadModule {
    /// Create a new lock object.
    #[py("($module, /)")]
    fn allocate_lock(t: &Thread) -> Result<Ref<Lock>> {
        Lock::new(t)
    }
    /// An obsolete synonym of allocate_lock().
    #[py("($module, /)")]
    fn allocate(t: &Thread) -> Result<Ref<Lock>> {
        Lock::new(t)
    }
    /// Start a new thread and return its identifier.
    #[py("($module, function, args, kwargs={}, /)")]
    fn start_new_thread(t: &Thread, function: Value, args: Value, kwargs: Option<Value>) -> Result<u64> {
        let (args, kwargs) = check_call(t, function, args, kwargs)?;
        start(t, function, args, kwargs, new_state(), true)
    }
    /// An obsolete synonym of start_new_thread().
    #[py("($module, function, args, kwargs={}, /)")]
    fn start_new(t: &Thread, function: Value, args: Value, kwargs: Option<Value>) -> Result<u64> {
        let (args, kwargs) = check_call(t, function, args, kwargs)?;
        start(t, function, args, kwargs, new_state(), true)
    }
    /// *For internal use only*: start a new thread.
    #[py("($module, /, function, handle=None, daemon=True)")]
    fn start_joinable_thread(
        t: &Thread,
        function: Value,
        handle: OrNone<Ref<Handle>>,
        daemon: Option<bool>,
    ) -> Result<Ref<Handle>> {
        if !t.is_callable(function) {
            return Err(t.type_error("thread function must be callable"));
        }
        let handle = match handle.0 {
            Some(h) => h,
            None => t.create(Handle { header: Header::NEW, shared: new_state() })?,
        };
        if handle.shared.state.load(Acquire) != NOT_STARTED {
            return Err(t.runtime_error("thread already started"));
        }
        start(t, function, Tuple::new(t, &[])?, None, handle.shared.clone(), daemon.unwrap_or(true))?;
        Ok(handle)
    }
    /// Return True if daemon threads are allowed in the current interpreter.
    #[py("($module, /)")]
    fn daemon_threads_allowed(_t: &Thread) -> bool {
        true
    }
    /// Raise a SystemExit: the current thread ends.
    #[py("($module, /)")]
    fn exit(t: &Thread) -> Result<()> {
        Err(t.new_error_with(ex::class(ex::Kind::SystemExit), &[]))
    }
    /// An obsolete synonym of exit().
    #[py("($module, /)")]
    fn exit_thread(t: &Thread) -> Result<()> {
        Err(t.new_error_with(ex::class(ex::Kind::SystemExit), &[]))
    }
    /// Return a non-zero integer that uniquely identifies the current thread among other threads that exist simultaneously.
    #[py("($module, /)")]
    fn get_ident(_t: &Thread) -> u64 {
        ident()
    }
    /// Return a non-negative integer identifying the thread as reported by the OS (kernel).
    #[py("($module, /)")]
    fn get_native_id(_t: &Thread) -> i64 {
        taipan_vm::modules::sys_types::native_thread_id()
    }
    /// Return the number of threads started here that have not ended.
    #[py("($module, /)")]
    fn _count(_t: &Thread) -> i64 {
        RUNNING.load(Acquire)
    }
    /// Return the thread stack size used when creating new threads; sets it when an argument is given.
    #[py("($module, size=0, /)")]
    fn stack_size(t: &Thread, size: Option<isize>) -> Result<usize> {
        let old = STACK_SIZE.load(Relaxed);
        if let Some(n) = size {
            if n < 0 {
                return Err(t.value_error("size must be 0 or a positive value"));
            }
            if n != 0 && n < 0x8000 {
                return Err(t.value_error(format!("size not valid: {n} bytes")));
            }
            STACK_SIZE.store(n as usize, Relaxed);
        }
        Ok(old)
    }
    /// Simulate the arrival of a signal to the main thread.
    #[py("($module, signum=signal.SIGINT, /)")]
    fn interrupt_main(t: &Thread, signum: Option<i32>) -> Result<()> {
        crate::signal::simulate(t, signum.unwrap_or(libc::SIGINT))
    }
    /// Internal only. Return the identifier of the main thread.
    #[py("($module, /)")]
    fn _get_main_thread_ident(_t: &Thread) -> u64 {
        MAIN_IDENT.load(Acquire)
    }
    /// Internal only. Make a thread handle for a thread that was not started here.
    #[py("($module, ident, /)")]
    fn _make_thread_handle(t: &Thread, ident: i64) -> Result<Ref<Handle>> {
        let s = new_state();
        s.ident.store(ident as u64, Release);
        s.state.store(STARTED, Release);
        s.running.try_acquire();
        t.create(Handle { header: Header::NEW, shared: s })
    }
    /// Wait for all non-daemon threads to end.
    #[py("($module, /)")]
    fn _shutdown(t: &Thread) -> Result<()> {
        join_all(t)
    }
    /// Return True if the current interpreter is the main Python interpreter.
    #[py("($module, /)")]
    fn _is_main_interpreter(_t: &Thread) -> bool {
        true
    }
    /// Set the name of the current thread.
    #[py("($module, name)")]
    fn set_name(_t: &Thread, name: Ref<Str>) {
        taipan_vm::modules::sys_types::set_thread_name(&name.to_string_lossy());
    }
    /// Handle uncaught Thread.run() exception.
    #[py("($module, exc_info, /)")]
    fn _excepthook(t: &Thread, args: Value) -> Result<()> {
        let get = |name: &str| t.get_attr(args, Str::intern_str(t, name)?);
        let (class, value, thread) = (get("exc_type")?, get("exc_value")?, get("thread")?);
        if class == ex::class(ex::Kind::SystemExit).value() {
            return Ok(());
        }
        let name = if thread.is_none() {
            ident().to_string()
        } else {
            let n = t.get_attr(thread, Str::intern_str(t, "name")?)?;
            t.str(n)?.to_string_lossy()
        };
        let text = format!("Exception in thread {name}:\n{}", taipan_vm::traceback_print::format_exception(t, value));
        match t.sys_attr(names::stderr())?.filter(|f| !f.is_none()) {
            Some(f) => {
                t.call_method(f, names::write(), &[Str::from_str(t, &text)?.value()])?;
                t.call_method(f, names::flush(), &[])?;
            }
            None => eprint!("{text}"),
        }
        Ok(())
    }
}

/// Waits for all threads that are not daemons.
pub fn join_all(t: &Thread) -> Result<()> {
    loop {
        let next = {
            let mut list = THREADS.lock().expect("thread list");
            list.retain(|(h, _)| !h.is_done());
            list.iter().find(|(h, daemon)| !daemon && h.ident.load(Acquire) != ident()).map(|(h, _)| h.clone())
        };
        let Some(h) = next else { return Ok(()) };
        if h.running.acquire(t, None)? {
            h.running.release();
        }
    }
}
