//! Built-in exceptions: the classes, their layouts, and what the runtime does with exceptions.
//!
//! [`Kind`] names every class; most of them are one line of [`plain_exceptions`], those with fields or methods of their own have
//! a layout in `simple`, `os_error`, `syntax_error`, `unicode` or `group`. Note that `downcast::<ValueError>()` asks for a
//! layout, which plain classes share: to ask for the class use [`is_instance`].

mod base;
mod group;
mod members;
mod os_error;
mod simple;
mod syntax_error;
mod text;
mod unicode;

pub use base::{BaseException, allocate};
pub use group::{BaseExceptionGroup, check_except_type, given_exception_matches, match_group, prep_reraise_star};
pub use os_error::{OSError, last_os_error, os_error, os_error_with_names, strerror, subclass_of_errno};
pub use simple::{AttributeError, ImportError, KeyError, NameError, StopIteration, SystemExit};
pub use syntax_error::{SyntaxError, syntax_error};
pub use text::Text;
pub use unicode::{
    Details as UnicodeDetails, UnicodeDecodeError, UnicodeEncodeError, UnicodeTranslateError, details as unicode_details,
    unicode_decode_error, unicode_encode_error, unicode_translate_error,
};

use crate::native::*;
use crate::objects::class as classes;
use crate::objects::traceback::Traceback;
use std::sync::atomic::{AtomicU64, Ordering::*};

/// Classes that differ from their base in name only. Each gets a Rust type for its [`PyClass`], with the base's layout.
macro_rules! plain_exceptions {
    ($($name:ident($base:ident) $doc:literal;)*) => { $(
        #[doc = concat!("`", stringify!($name), "`: ", $doc)]
        #[repr(transparent)]
        #[allow(non_camel_case_types)]
        pub struct $name {
            _base: $base,
        }
        // SAFETY: the very layout of the base.
        unsafe impl HeapType for $name {
            const LAYOUT: &'static Layout = <$base as HeapType>::LAYOUT;
        }
        const _: () = {
            static CELL: ClassCell = ClassCell::new();
            static DEF: ClassDef = ClassDef {
                name: stringify!($name),
                module: "builtins",
                qualname: stringify!($name),
                doc: if $doc.is_empty() { None } else { Some($doc) },
                base: Some(<$base as PyClass>::class_cell),
                cell: &CELL,
                layout: <$base as HeapType>::layout,
                flags: class_flags::BASE,
                methods: &[],
                getset: &[],
                init: None,
                item: None,
                set_item: None,
                next: None,
                elements: None,
            };
            impl PyClass for $name {
                fn class_def() -> &'static ClassDef {
                    &DEF
                }
                #[inline]
                fn class_cell() -> &'static ClassCell {
                    &CELL
                }
            }
        };
    )* };
}

plain_exceptions! {
    Exception(BaseException) "Common base class for all non-exit exceptions.";
    GeneratorExit(BaseException) "Request that a generator exit.";
    KeyboardInterrupt(BaseException) "Program interrupted by user.";
    ArithmeticError(Exception) "Base class for arithmetic errors.";
    FloatingPointError(ArithmeticError) "Floating-point operation failed.";
    OverflowError(ArithmeticError) "Result too large to be represented.";
    ZeroDivisionError(ArithmeticError) "Second argument to a division or modulo operation was zero.";
    AssertionError(Exception) "Assertion failed.";
    BufferError(Exception) "Buffer error.";
    EOFError(Exception) "Read beyond end of file.";
    ModuleNotFoundError(ImportError) "Module not found.";
    LookupError(Exception) "Base class for lookup errors.";
    IndexError(LookupError) "Sequence index out of range.";
    MemoryError(Exception) "Out of memory.";
    UnboundLocalError(NameError) "Local name referenced but not bound to a value.";
    BlockingIOError(OSError) "I/O operation would block.";
    ChildProcessError(OSError) "Child process error.";
    ConnectionError(OSError) "Connection error.";
    BrokenPipeError(ConnectionError) "Broken pipe.";
    ConnectionAbortedError(ConnectionError) "Connection aborted.";
    ConnectionRefusedError(ConnectionError) "Connection refused.";
    ConnectionResetError(ConnectionError) "Connection reset.";
    FileExistsError(OSError) "File already exists.";
    FileNotFoundError(OSError) "File not found.";
    InterruptedError(OSError) "Interrupted by signal.";
    IsADirectoryError(OSError) "Operation doesn't work on directories.";
    NotADirectoryError(OSError) "Operation only works on directories.";
    PermissionError(OSError) "Not enough permissions.";
    ProcessLookupError(OSError) "Process not found.";
    TimeoutError(OSError) "Timeout expired.";
    ReferenceError(Exception) "Weak ref proxy used after referent went away.";
    RuntimeError(Exception) "Unspecified run-time error.";
    NotImplementedError(RuntimeError) "Method or function hasn't been implemented yet.";
    PythonFinalizationError(RuntimeError) "Operation blocked during Python finalization.";
    RecursionError(RuntimeError) "Recursion limit exceeded.";
    StopAsyncIteration(Exception) "Signal the end from iterator.__anext__().";
    IndentationError(SyntaxError) "Improper indentation.";
    TabError(IndentationError) "Improper mixture of spaces and tabs.";
    _IncompleteInputError(SyntaxError) "incomplete input.";
    SystemError(Exception) "Internal error in the Python interpreter.\n\nPlease report this to the Python maintainer, along with the traceback,\nthe Python version, and the hardware/OS platform and version.";
    TypeError(Exception) "Inappropriate argument type.";
    ValueError(Exception) "Inappropriate argument value (of correct type).";
    UnicodeError(ValueError) "Unicode related error.";
    Warning(Exception) "Base class for warning categories.";
    BytesWarning(Warning) "Base class for warnings about bytes and buffer related problems, mostly\nrelated to conversion from str or comparing to str.";
    DeprecationWarning(Warning) "Base class for warnings about deprecated features.";
    EncodingWarning(Warning) "Base class for warnings about encodings.";
    FutureWarning(Warning) "Base class for warnings about constructs that will change semantically\nin the future.";
    ImportWarning(Warning) "Base class for warnings about probable mistakes in module imports";
    PendingDeprecationWarning(Warning) "Base class for warnings about features which will be deprecated\nin the future.";
    ResourceWarning(Warning) "Base class for warnings about resource usage.";
    RuntimeWarning(Warning) "Base class for warnings about dubious runtime behavior.";
    SyntaxWarning(Warning) "Base class for warnings about dubious syntax.";
    UnicodeWarning(Warning) "Base class for warnings about Unicode related problems, mostly\nrelated to conversion problems.";
    UserWarning(Warning) "Base class for warnings generated by user code.";
    ExceptionGroup(BaseExceptionGroup) "";
}

macro_rules! kinds {
    ($($name:ident)*) => {
        /// A built-in exception class, bases before those derived from them.
        #[derive(Clone, Copy, PartialEq, Eq, Debug)]
        #[allow(non_camel_case_types)]
        pub enum Kind { $($name),* }

        /// The class object.
        #[inline(always)]
        pub fn class(kind: Kind) -> Ref<Class> {
            match kind { $(Kind::$name => <$name as PyClass>::class()),* }
        }
        static DEFINITIONS: &[fn() -> &'static ClassDef] = &[$(<$name as PyClass>::class_def),*];
    };
}

kinds! {
    BaseException Exception GeneratorExit KeyboardInterrupt SystemExit BaseExceptionGroup ExceptionGroup
    ArithmeticError FloatingPointError OverflowError ZeroDivisionError AssertionError AttributeError BufferError EOFError
    ImportError ModuleNotFoundError LookupError IndexError KeyError MemoryError NameError UnboundLocalError
    OSError BlockingIOError ChildProcessError ConnectionError BrokenPipeError ConnectionAbortedError ConnectionRefusedError
    ConnectionResetError FileExistsError FileNotFoundError InterruptedError IsADirectoryError NotADirectoryError PermissionError
    ProcessLookupError TimeoutError ReferenceError RuntimeError NotImplementedError PythonFinalizationError RecursionError
    StopAsyncIteration StopIteration SyntaxError IndentationError TabError _IncompleteInputError SystemError TypeError ValueError
    UnicodeError UnicodeDecodeError UnicodeEncodeError UnicodeTranslateError Warning BytesWarning DeprecationWarning EncodingWarning
    FutureWarning ImportWarning PendingDeprecationWarning ResourceWarning RuntimeWarning SyntaxWarning UnicodeWarning UserWarning
}

/// The `MemoryError` that is raised when there is no memory to make one: a root.
static MEMORY_ERROR: AtomicU64 = AtomicU64::new(Value::EMPTY.bits());

/// Makes all the classes. Needs `object`, strings, tuples, dicts.
pub(crate) fn setup(t: &Thread) -> Result<()> {
    for def in DEFINITIONS {
        classes::create_builtin(t, def())?;
    }
    // `class ExceptionGroup(BaseExceptionGroup, Exception)`: a declaration names one base.
    let group = ExceptionGroup::class();
    let bases = Tuple::new(t, &[BaseExceptionGroup::class().value(), Exception::class().value()])?;
    let mro = classes::compute_mro(t, group.value(), bases)?;
    classes::replace_bases(t, group, bases, BaseExceptionGroup::class(), mro);

    let e = allocate(t, MemoryError::class(), crate::objects::tuple::empty_tuple())?;
    MEMORY_ERROR.store(e.value().bits(), Release);
    Ok(())
}

/// Visits what lives here and is no class cell.
pub(crate) fn scan_roots(v: &mut Visitor) {
    v.value(Value::from_bits(MEMORY_ERROR.load(Relaxed)));
}

/// Name and class of each exception that `builtins` has, the two old names of `OSError` included.
pub fn builtin_names() -> impl Iterator<Item = (&'static str, Ref<Class>)> {
    let aliases = ["EnvironmentError", "IOError"].map(|name| (name, OSError::class()));
    DEFINITIONS.iter().map(|def| (def().name, def().cell.get())).chain(aliases)
}

/// The `MemoryError` made at start-up, without what an earlier raise left in it.
pub fn preallocated_memory_error() -> Value {
    Value::from_bits(MEMORY_ERROR.load(Acquire))
}

/// An exception of `class` that a native raises: `class(*args)`, with the handled exception as context.
pub fn instantiate(t: &Thread, class: Ref<Class>, args: &[Value]) -> Result<Value> {
    let e = construct(t, class, args)?;
    set_raise_context(t, e);
    Ok(e)
}

/// `class(*args)`; built-in classes without an `__init__` of their own are not called.
fn construct(t: &Thread, class: Ref<Class>, args: &[Value]) -> Result<Value> {
    if !class.is_heap() {
        let layout = class.layout;
        if layout.is(BaseException::layout()) {
            return Ok(allocate(t, class, Tuple::new(t, args)?)?.value());
        }
        if layout.is(StopIteration::layout()) {
            let e = allocate(t, class, Tuple::new(t, args)?)?.value();
            if let Some(stop) = e.downcast::<StopIteration>() {
                StopIteration::take_value(t, stop, args);
            }
            return Ok(e);
        }
        // Keyword fields stay empty.
        if layout.is(NameError::layout()) || layout.is(AttributeError::layout()) {
            return Ok(allocate(t, class, Tuple::new(t, args)?)?.value());
        }
    }
    t.call(class.value(), args)
}

/// Sets `name` (of a `NameError` or `AttributeError`) and `obj` (of an `AttributeError`) where they are not set yet.
pub fn set_name_and_obj(t: &Thread, exc: Value, name: Option<Value>, obj: Option<Value>) {
    let fill = |field: &Field, holder: &Header, v: Option<Value>| {
        if let (true, Some(v)) = (field.get().is_empty(), v) {
            field.set(t, holder, v);
        }
    };
    if let Some(e) = exc.downcast::<AttributeError>() {
        fill(&e.name, e.header(), name);
        fill(&e.obj, e.header(), obj);
    } else if let Some(e) = exc.downcast::<NameError>() {
        fill(&e.name, e.header(), name);
    }
}

/// An `ImportError`, or `ModuleNotFoundError`, with its fields.
#[cold]
pub fn import_error(t: &Thread, kind: Kind, msg: &str, name: Option<Value>, path: Option<Value>, name_from: Option<Value>) -> Exc {
    let make = || {
        let msg = Str::from_str(t, msg)?.value();
        let e = allocate(t, class(kind), Tuple::new(t, &[msg])?)?.value();
        if let Some(i) = e.downcast::<ImportError>() {
            let set = |field: &Field, v: Option<Value>| field.set(t, i.header(), v.unwrap_or(Value::EMPTY));
            set(&i.msg, Some(msg));
            set(&i.name, name);
            set(&i.path, path);
            set(&i.name_from, name_from);
        }
        Ok(e)
    };
    raise_made(t, make())
}

/// Raises an exception that exists: it gets the handled exception as its context. What a native does where Python says `raise exc`.
pub fn raise(t: &Thread, exc: Value) -> Exc {
    set_raise_context(t, exc);
    Exc(exc)
}
/// Raises the exception that was made, or the one that came up while making it.
fn raise_made(t: &Thread, made: Result<Value>) -> Exc {
    match made {
        Ok(e) => raise(t, e),
        Err(e) => e,
    }
}

/// What a `StopIteration` carries: the result of the generator or coroutine.
pub fn stop_iteration_value(exc: Value) -> Value {
    exc.downcast::<StopIteration>().and_then(|e| e.value.get().some()).unwrap_or(Value::NONE)
}

/// Whether `v` may be raised as a class, or caught.
#[inline]
pub fn is_exception_class(v: Value) -> bool {
    v.downcast::<Class>().is_some_and(|c| c.has_flag(class_flags::EXCEPTION))
}
#[inline]
pub fn is_exception_instance(v: Value) -> bool {
    v.downcast::<BaseException>().is_some()
}
/// Whether `exc` is an instance of the built-in class `kind`.
#[inline]
pub fn is_instance(exc: Value, kind: Kind) -> bool {
    class_of(exc).is_subclass(class(kind))
}

pub fn traceback_of(exc: Value) -> Option<Ref<Traceback>> {
    exc.downcast::<BaseException>()?.traceback()
}
pub fn set_traceback(t: &Thread, exc: Value, traceback: Option<Ref<Traceback>>) {
    if let Some(e) = exc.downcast::<BaseException>() {
        BaseException::set_traceback(e, t, traceback);
    }
}
pub fn context_of(exc: Value) -> Option<Value> {
    exc.downcast::<BaseException>()?.context().map(Ref::value)
}
/// `__cause__`
pub fn cause(exc: Value) -> Option<Value> {
    exc.downcast::<BaseException>()?.cause().map(Ref::value)
}
/// `raise exc from cause`
pub fn set_cause(t: &Thread, exc: Value, cause: Option<Value>) {
    if let Some(e) = exc.downcast::<BaseException>() {
        BaseException::set_cause(e, t, cause.and_then(|c| c.downcast::<BaseException>()));
    }
}

/// Makes `handled`, the exception being handled, the context of `exc`, which is being raised. If `exc` is already in
/// `handled`'s chain it is cut out there, so that no cycle arises.
pub fn set_context(t: &Thread, exc: Value, handled: Value) {
    let (Some(e), Some(h)) = (exc.downcast::<BaseException>(), handled.downcast::<BaseException>()) else {
        return;
    };
    if e == h {
        return;
    }
    // A chain that a program closed by hand is walked once: `slow` follows at half the pace (Floyd).
    let (mut at, mut slow, mut step_slow) = (h, h, false);
    while let Some(next) = at.context() {
        if next == e {
            BaseException::assign_context(at, t, None);
            break;
        }
        at = next;
        if at == slow {
            break;
        }
        if step_slow {
            match slow.context() {
                Some(s) => slow = s,
                None => break,
            }
        }
        step_slow = !step_slow;
    }
    BaseException::assign_context(e, t, Some(h));
}

/// [`set_context`] with the exception that the thread is handling, if it handles one: part of every `raise`.
pub fn set_raise_context(t: &Thread, exc: Value) {
    if let Some(handled) = crate::interp::handled_exception(t) {
        set_context(t, exc, handled);
    }
}
