//! Bringing the virtual machine up: core classes, names, built-in modules; the runtime's roots.

use crate::native::*;
use crate::objects::{
    self, class, complex, descriptors, exceptions, float, frame, function, generator, generator_methods, int, iterators, list,
    module, native_function, object, range, seq_iter, singletons, slice, template, traceback, typevar,
};
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering::*};
use taipan_heap::{Liveness, register_finalizer_filter, register_root_scanner, register_weak_hook};

/// Classes that exist before anything else does, bases first.
fn core_classes() -> Vec<&'static ClassDef> {
    vec![
        object::Object::class_def(),
        <Class as PyClass>::class_def(),
        int::BigInt::class_def(),
        singletons::Bool::class_def(),
        float::BoxedFloat::class_def(),
        complex::Complex::class_def(),
        Str::class_def(),
        Bytes::class_def(),
        Tuple::class_def(),
        list::List::class_def(),
        objects::list_methods::ListReverseIterator::class_def(),
        Dict::class_def(),
        singletons::NoneObject::class_def(),
        singletons::EllipsisObject::class_def(),
        singletons::NotImplementedObject::class_def(),
        native_function::Native::class_def(),
        native_function::MethodDescriptor::class_def(),
        native_function::WrapperDescriptor::class_def(),
        native_function::MethodWrapper::class_def(),
        native_function::ClassMethodDescriptor::class_def(),
        native_function::GetSet::class_def(),
        descriptors::StaticMethod::class_def(),
        descriptors::ClassMethod::class_def(),
        descriptors::Property::class_def(),
        descriptors::Super::class_def(),
        function::Function::class_def(),
        function::BoundMethod::class_def(),
        CellObject::class_def(),
        Code::class_def(),
        frame::Frame::class_def(),
        objects::frame_locals::FrameLocals::class_def(),
        traceback::Traceback::class_def(),
        module::Module::class_def(),
        generator::Generator::class_def(),
        generator::Coroutine::class_def(),
        generator::AsyncGenerator::class_def(),
        iterators::ListIterator::class_def(),
        iterators::TupleIterator::class_def(),
        iterators::RangeIterator::class_def(),
        seq_iter::SequenceIterator::class_def(),
        range::Range::class_def(),
        range::LongRangeIterator::class_def(),
        slice::Slice::class_def(),
        template::Template::class_def(),
        template::Interpolation::class_def(),
        template::TemplateIterator::class_def(),
    ]
    .into_iter()
    .chain(more_core_classes())
    .collect()
}

/// Classes of types that live in several files.
fn more_core_classes() -> Vec<&'static ClassDef> {
    use crate::objects::dict_views::*;
    use crate::objects::set::{FrozenSet, Set, SetIterator};
    let mut v = vec![
        Set::class_def(),
        FrozenSet::class_def(),
        SetIterator::class_def(),
        DictKeys::class_def(),
        DictValues::class_def(),
        DictItems::class_def(),
        DictKeyIterator::class_def(),
        DictValueIterator::class_def(),
        DictItemIterator::class_def(),
        DictReverseKeyIterator::class_def(),
        DictReverseValueIterator::class_def(),
        DictReverseItemIterator::class_def(),
        objects::mappingproxy::MappingProxy::class_def(),
        objects::struct_seq::StructMethods::class_def(),
        crate::modules::sys_types::SimpleNamespace::class_def(),
        objects::member::MemberDescriptor::class_def(),
        objects::seq_iter::CallableIterator::class_def(),
        objects::generic_alias::GenericAlias::class_def(),
        objects::generic_alias::AliasIterator::class_def(),
        objects::union::Union::class_def(),
    ];
    v.extend(text_classes());
    v.extend(generator_methods::class_defs());
    v.extend(typevar::class_defs());
    v
}

/// Classes of text and bytes.
fn text_classes() -> [&'static ClassDef; 7] {
    use objects::{bytearray, bytes_iterator, memoryview, memoryview_methods, str_iterator};
    [
        str_iterator::StrIterator::class_def(),
        str_iterator::StrAsciiIterator::class_def(),
        bytes_iterator::BytesIterator::class_def(),
        bytearray::ByteArray::class_def(),
        bytes_iterator::ByteArrayIterator::class_def(),
        memoryview::MemoryView::class_def(),
        memoryview_methods::MemoryIterator::class_def(),
    ]
}

static CLASS_CELLS: Mutex<Vec<&'static ClassCell>> = Mutex::new(Vec::new());

/// Makes a built-in class a root.
pub(crate) fn register_class_cell(cell: &'static ClassCell) {
    CLASS_CELLS.lock().expect("class cells").push(cell);
}

/// References of the runtime itself.
#[derive(Clone, Copy)]
#[repr(usize)]
pub enum Root {
    /// `sys.modules`
    Modules,
    /// Dict of `builtins`.
    Builtins,
    /// Dict of `sys`.
    Sys,
    /// dict: names of natives modules made so far → module (survives deletion from `sys.modules`).
    NativeModules,
    /// dict for whatever native modules keep for the whole process, by name.
    Registry,
    /// List of `(callable, args, kwargs)` for `atexit`.
    AtExit,
    Count,
}
static ROOTS: [AtomicU64; Root::Count as usize] = [const { AtomicU64::new(Value::EMPTY.bits()) }; Root::Count as usize];

pub fn root(r: Root) -> Value {
    Value::from_bits(ROOTS[r as usize].load(Acquire))
}
pub fn set_root(r: Root, v: Value) {
    ROOTS[r as usize].store(v.bits(), Release)
}
fn root_dict(r: Root) -> Ref<Dict> {
    match root(r).downcast::<Dict>() {
        Some(d) => d,
        None => panic!("the runtime is used before start-up"),
    }
}

fn scan_roots(v: &mut Visitor) {
    for r in &ROOTS {
        v.value(Value::from_bits(r.load(Relaxed)));
    }
    crate::names::scan(v);
    objects::str::scan_permanent(v);
    objects::bytes::scan_permanent(v);
    objects::tuple::scan_permanent(v);
    exceptions::scan_roots(v);
    for c in CLASS_CELLS.lock().expect("class cells").iter() {
        if let Some(c) = c.try_get() {
            v.value(c.value());
        }
    }
}

fn after_marking(live: &Liveness) {
    let is_live = |v: Value| live.is_live(v);
    objects::interned::sweep(&is_live, live.is_full());
    if live.is_full() {
        class::sweep_subclasses(&is_live);
    }
}

fn scan_thread(m: &Mutator, v: &mut Visitor) {
    // SAFETY: every mutator is the first field of a `Thread` (`repr(C)`).
    let t = unsafe { &*(m as *const Mutator as *const Thread) };
    t.method_cache.clear();
    if let Some(s) = t.state.get() {
        v.value(s.value());
    }
    v.value(t.result.get());
    crate::interp::scan_stack(t, v);
}

static THREAD_STATE_SHAPE: std::sync::OnceLock<ShapeId> = std::sync::OnceLock::new();

impl Thread {
    /// Makes the thread's Python-level state. After the heap knows the thread.
    pub fn begin(&self) -> Result<()> {
        self.set_stack_scanner(scan_thread);
        self.start();
        let shape = *THREAD_STATE_SHAPE.get_or_init(|| Mutator::internal_shape(crate::thread::ThreadState::layout()));
        let e = || Field::new(Value::EMPTY);
        let state = self.create_internal(
            shape,
            crate::thread::ThreadState {
                header: Header::NEW,
                repr_running: e(),
                trace: e(),
                profile: e(),
                context: e(),
                asyncgen_firstiter: e(),
                asyncgen_finalizer: e(),
                async_exception: e(),
                running_loop: e(),
                running_task: e(),
                locals: e(),
                handle: e(),
                recorded: e(),
                origin_depth: e(),
            },
        )?;
        self.state.set(Some(state));
        Ok(())
    }

    /// The dict of `builtins`.
    pub fn builtins(&self) -> Ref<Dict> {
        root_dict(Root::Builtins)
    }
    /// A built-in by name.
    pub fn builtin(&self, name: Ref<Str>) -> Result<Value> {
        match self.builtins().get_interned(name) {
            Some(v) => Ok(v),
            None => Err(self.name_error(name, &format!("name '{name}' is not defined"))),
        }
    }
    /// The built-ins that code with these globals sees: their `__builtins__`, a module or dict.
    pub fn builtins_of(&self, globals: Ref<Dict>) -> Result<Ref<Dict>> {
        if let Some(v) = globals.get_str(self, names::__builtins__())? {
            if let Some(m) = v.downcast::<Module>() {
                return Ok(m.dict());
            }
            if let Some(d) = v.downcast::<Dict>() {
                return Ok(d);
            }
        }
        Ok(self.builtins())
    }
    pub fn sys_dict(&self) -> Ref<Dict> {
        root_dict(Root::Sys)
    }
    /// `sys.name`
    pub fn sys_attr(&self, name: Ref<Str>) -> Result<Option<Value>> {
        self.sys_dict().get_str(self, name)
    }
    /// `sys.modules` as it was made.
    pub fn modules(&self) -> Ref<Dict> {
        root_dict(Root::Modules)
    }
    /// A process-wide dict for native modules, by module name.
    pub fn registry(&self) -> Ref<Dict> {
        root_dict(Root::Registry)
    }
}

/// Starts the runtime in the calling thread: all built-in classes, `builtins`, `sys`, an empty `__main__`.
pub fn start() -> Result<Box<Thread>> {
    register_root_scanner(scan_roots);
    register_root_scanner(crate::interp::queue::scan_roots);
    register_weak_hook(after_marking);
    register_finalizer_filter(objects::generator::Generator::finalizer_filter);
    let t = Thread::attach().expect("address space for the main thread's stack");
    t.set_stack_scanner(scan_thread);
    t.start();
    let core = core_classes();
    class::bootstrap(&t, &core)?;
    objects::str::setup(&t)?;
    objects::bytes::setup(&t)?;
    objects::tuple::setup(&t)?;
    crate::names::setup(&t)?;
    t.begin()?;
    class::define_all(&t, &core)?;
    exceptions::setup(&t)?;
    crate::modules::warnings::setup();
    for r in [Root::Modules, Root::NativeModules, Root::Registry] {
        set_root(r, Dict::new(&t)?.value());
    }
    set_root(Root::AtExit, List::new(&t)?.value());
    // The dicts exist before the modules do, as modules look at them while they are made.
    set_root(Root::Builtins, Dict::new_globals(&t)?.value());
    set_root(Root::Sys, Dict::new_globals(&t)?.value());
    let builtins = crate::import::native_module(&t, "builtins")?.expect("builtins is there");
    set_root(Root::Builtins, builtins.dict().value());
    let sys = crate::import::native_module(&t, "sys")?.expect("sys is there");
    set_root(Root::Sys, sys.dict().value());
    let modules = t.modules();
    modules.set(&t, Str::intern_str(&t, "builtins")?.value(), builtins.value())?;
    modules.set(&t, Str::intern_str(&t, "sys")?.value(), sys.value())?;
    let main = Module::new(&t, "__main__")?;
    main.dict().set(&t, names::__builtins__().value(), builtins.value())?;
    modules.set(&t, names::__main__().value(), main.value())?;
    Ok(t)
}
