//! `coroutine`, and the iterator that its `__await__` gives.

use crate::interp::{self, Regs};
use crate::native::*;
use crate::objects::exceptions as ex;
use crate::objects::generator::{Coroutine, Generator};
use crate::objects::generator_methods::{self as methods, close, next, sent, throw, throw_args};

pub(crate) fn class_defs() -> Vec<&'static ClassDef> {
    vec![CoroutineWrapper::class_def()]
}

/// Where a coroutine is made: `(filename, line, function)` of the innermost frames, as many as the thread tracks; None for none.
/// `regs` is the frame that makes it, which goes on at `pc`.
pub(crate) unsafe fn origin(t: &Thread, regs: Regs, pc: *const u64) -> Result<Value> {
    let depth = t.state().origin_depth.get().as_small_int().unwrap_or(0);
    if depth <= 0 {
        return Ok(Value::NONE);
    }
    let out = ValueVec::new();
    let (mut regs, mut pc, mut entered) = (regs, pc, false);
    while !regs.is_null() && (out.len() as i64) < depth {
        // SAFETY: the chain of this thread's frames ends in null.
        unsafe {
            let code = interp::code_of(regs);
            let word = code.index_of(pc).saturating_sub(usize::from(!entered));
            let line = code.position(word).line;
            let entry = (code.filename.expect(), line, code.name.expect()).into_value(t)?;
            out.push(t, entry)?;
            entered = interp::kind_of(regs) & interp::ENTRY != 0;
            pc = interp::return_pc(regs);
            regs = interp::caller_of(regs);
        }
    }
    out.into_tuple(t).map(Ref::value)
}

/// The RuntimeWarning about a coroutine that nobody awaited, through `warnings`, which also tells where it was made.
pub fn warn_unawaited(t: &Thread, coroutine: Ref<Generator>) {
    let shown = || t.repr(coroutine.value()).map_or_else(|_| "<coroutine>".to_owned(), |s| s.to_string_lossy());
    let ignored =
        |e: Exc| crate::pending::unraisable(t, e, &format!("Exception ignored while finalizing coroutine {}", shown()), None);
    let through_python = || -> Result<bool> {
        let warnings = match t.modules().get_str(t, Str::intern_str(t, "warnings")?)? {
            Some(m) => m,
            None => crate::import::import_module(t, "warnings")?,
        };
        let Some(f) = t.get_attr_opt(warnings, Str::intern_str(t, "_warn_unawaited_coroutine")?)? else { return Ok(false) };
        t.call(f, &[coroutine.value()])?;
        Ok(true)
    };
    match through_python() {
        Ok(true) => return,
        Ok(false) => {}
        Err(e) if e.is(t, ex::class(ex::Kind::RuntimeWarning)) => return ignored(e),
        Err(e) if e.is(t, ex::class(ex::Kind::ImportError)) => {}
        Err(e) => ignored(e),
    }
    let name = coroutine.qualname.get().downcast::<Str>().map_or_else(String::new, |s| s.to_string_lossy());
    if let Err(e) = t.warn(ex::Kind::RuntimeWarning, format!("coroutine '{name}' was never awaited")) {
        ignored(e);
    }
}

#[pyclass(name = "coroutine", flags(NO_NEW, HAS_WEAKREF))]
impl Coroutine {
    #[py]
    fn __repr__(t: &Thread, this: Ref<Coroutine>) -> Result<String> {
        methods::repr(t, Coroutine::generator(this))
    }
    #[py]
    fn __await__(t: &Thread, this: Ref<Coroutine>) -> Result<Ref<CoroutineWrapper>> {
        let coroutine = RefField::null();
        coroutine.init(Coroutine::generator(this));
        t.create(CoroutineWrapper { header: Header::NEW, coroutine })
    }
    #[py]
    fn __del__(t: &Thread, this: Ref<Coroutine>) {
        methods::finalize(t, Coroutine::generator(this))
    }
    /// send(value) -> send 'value' into coroutine,
    /// return next iterated value or raise StopIteration.
    #[py("($self, value, /)")]
    fn send(t: &Thread, this: Ref<Coroutine>, value: Value) -> Result<Value> {
        sent(t, Generator::resume(Coroutine::generator(this), t, value))
    }
    /// throw(value)
    /// throw(type[,value[,traceback]])
    ///
    /// Raise exception in coroutine, return next iterated value or raise
    /// StopIteration.
    #[py(nosig, name = "throw", "($self, type, value=None, traceback=None, /)")]
    fn throw_method(t: &Thread, this: Ref<Coroutine>, typ: Value, value: Option<Value>, traceback: Option<Value>) -> Result<Value> {
        let args = throw_args(t, "throw", typ, value, traceback)?;
        sent(t, throw(t, Coroutine::generator(this), args.as_slice(), true))
    }
    /// close() -> raise GeneratorExit inside coroutine.
    #[py(name = "close", "($self, /)")]
    fn close_method(t: &Thread, this: Ref<Coroutine>) -> Result<Value> {
        close(t, Coroutine::generator(this))
    }
    /// See PEP 585
    #[py("($cls, item, /)")]
    fn __class_getitem__(t: &Thread, cls: Ref<Class>, item: Value) -> Result<Value> {
        t.generic_alias(cls.value(), item)
    }
    /// name of the coroutine
    #[py(getter)]
    fn __name__(_t: &Thread, this: Ref<Coroutine>) -> Value {
        methods::name(Coroutine::generator(this))
    }
    #[py(setter)]
    fn set___name__(t: &Thread, this: Ref<Coroutine>, value: Option<Value>) -> Result<()> {
        methods::set_name(t, Coroutine::generator(this), value)
    }
    /// qualified name of the coroutine
    #[py(getter)]
    fn __qualname__(_t: &Thread, this: Ref<Coroutine>) -> Value {
        this.base.qualname.get()
    }
    #[py(setter)]
    fn set___qualname__(t: &Thread, this: Ref<Coroutine>, value: Option<Value>) -> Result<()> {
        methods::set_qualname(t, Coroutine::generator(this), value)
    }
    /// object being awaited on, or None
    #[py(getter)]
    fn cr_await(_t: &Thread, this: Ref<Coroutine>) -> Option<Value> {
        this.base.delegate()
    }
    #[py(getter)]
    fn cr_running(_t: &Thread, this: Ref<Coroutine>) -> bool {
        methods::is_running(Coroutine::generator(this))
    }
    #[py(getter)]
    fn cr_suspended(_t: &Thread, this: Ref<Coroutine>) -> bool {
        methods::is_suspended(Coroutine::generator(this))
    }
    #[py(getter)]
    fn cr_frame(t: &Thread, this: Ref<Coroutine>) -> Result<Value> {
        Ok(Generator::frame(Coroutine::generator(this), t)?.map_or(Value::NONE, Ref::value))
    }
    #[py(getter)]
    fn cr_code(_t: &Thread, this: Ref<Coroutine>) -> Ref<Code> {
        this.base.code.expect()
    }
    #[py(member)]
    fn cr_origin(_t: &Thread, this: Ref<Coroutine>) -> Value {
        this.base.origin.get()
    }
}

/// What `coroutine.__await__()` gives: drives the coroutine.
#[derive(HeapType)]
#[repr(C)]
pub struct CoroutineWrapper {
    header: Header,
    pub coroutine: RefField<Generator>,
}

/// A wrapper object implementing __await__ for coroutines.
#[pyclass(name = "coroutine_wrapper", flags(NO_NEW))]
impl CoroutineWrapper {
    #[py]
    fn __iter__(_t: &Thread, this: Ref<CoroutineWrapper>) -> Ref<CoroutineWrapper> {
        this
    }
    #[py]
    fn __next__(t: &Thread, this: Ref<CoroutineWrapper>) -> Result<Option<Value>> {
        next(t, Generator::resume(this.coroutine.expect(), t, Value::NONE))
    }
    /// send(value) -> send 'value' into coroutine,
    /// return next iterated value or raise StopIteration.
    #[py("($self, value, /)")]
    fn send(t: &Thread, this: Ref<CoroutineWrapper>, value: Value) -> Result<Value> {
        sent(t, Generator::resume(this.coroutine.expect(), t, value))
    }
    /// throw(value)
    /// throw(type[,value[,traceback]])
    ///
    /// Raise exception in coroutine, return next iterated value or raise
    /// StopIteration.
    #[py(nosig, name = "throw", "($self, type, value=None, traceback=None, /)")]
    fn throw_method(
        t: &Thread,
        this: Ref<CoroutineWrapper>,
        typ: Value,
        value: Option<Value>,
        traceback: Option<Value>,
    ) -> Result<Value> {
        let args = throw_args(t, "throw", typ, value, traceback)?;
        sent(t, throw(t, this.coroutine.expect(), args.as_slice(), true))
    }
    /// close() -> raise GeneratorExit inside coroutine.
    #[py(name = "close", "($self, /)")]
    fn close_method(t: &Thread, this: Ref<CoroutineWrapper>) -> Result<Value> {
        close(t, this.coroutine.expect())
    }
}
