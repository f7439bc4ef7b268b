//! `OSError` and what becomes of its arguments: an `errno` picks the subclass, two to five arguments are the error
//! number, its text and file names.

use super::base::{BaseException, allocate, no_keywords};
use super::members::members;
use super::simple::Base;
use super::text::Text;
use super::{Exception, Kind, class};
use crate::native::*;

#[derive(HeapType)]
#[heap(base = BaseException)]
#[repr(C)]
pub struct OSError {
    base: BaseException,
    pub errno: Field,
    pub strerror: Field,
    pub filename: Field,
    pub filename2: Field,
    /// Of `BlockingIOError`: an integer, or empty.
    pub written: Field,
}
impl Base for OSError {}

members! {
    os_error_members: OSError {
        member "errno" = errno, "POSIX exception code";
        member "strerror" = strerror, "exception strerror";
        member "filename" = filename, "exception filename";
        member "filename2" = filename2, "second exception filename";
    }
}

/// The subclass that PEP 3151 gives to an error number.
pub fn subclass_of_errno(errno: i64) -> Kind {
    let Ok(errno) = i32::try_from(errno) else {
        return Kind::OSError;
    };
    // EWOULDBLOCK is EAGAIN on some systems and not on others, so this is no `match`.
    let table: &[(Kind, &[i32])] = &[
        (Kind::BlockingIOError, &[libc::EAGAIN, libc::EALREADY, libc::EINPROGRESS, libc::EWOULDBLOCK]),
        (Kind::BrokenPipeError, &[libc::EPIPE, libc::ESHUTDOWN]),
        (Kind::ChildProcessError, &[libc::ECHILD]),
        (Kind::ConnectionAbortedError, &[libc::ECONNABORTED]),
        (Kind::ConnectionRefusedError, &[libc::ECONNREFUSED]),
        (Kind::ConnectionResetError, &[libc::ECONNRESET]),
        (Kind::FileExistsError, &[libc::EEXIST]),
        (Kind::FileNotFoundError, &[libc::ENOENT]),
        (Kind::IsADirectoryError, &[libc::EISDIR]),
        (Kind::NotADirectoryError, &[libc::ENOTDIR]),
        (Kind::InterruptedError, &[libc::EINTR]),
        (Kind::PermissionError, &[libc::EACCES, libc::EPERM]),
        (Kind::ProcessLookupError, &[libc::ESRCH]),
        (Kind::TimeoutError, &[libc::ETIMEDOUT]),
    ];
    table.iter().find(|(_, numbers)| numbers.contains(&errno)).map_or(Kind::OSError, |(kind, _)| *kind)
}

/// The system's text for an error number.
pub fn strerror(errno: i32) -> String {
    let mut buffer = [0u8; 256];
    // SAFETY: the buffer is ours and its length is given; the result is NUL-terminated inside it.
    let failed = unsafe { libc::strerror_r(errno, buffer.as_mut_ptr().cast(), buffer.len()) } != 0;
    let end = buffer.iter().position(|&b| b == 0).unwrap_or(0);
    if failed || end == 0 {
        return format!("Unknown error {errno}");
    }
    String::from_utf8_lossy(&buffer[..end]).into_owned()
}

/// The `OSError` (of the subclass that `errno` asks for) of a failed system call.
pub fn os_error(t: &Thread, errno: i32, filename: Option<Value>) -> Exc {
    os_error_with_names(t, errno, filename, None)
}
/// As [`os_error`], about two files.
#[cold]
pub fn os_error_with_names(t: &Thread, errno: i32, filename: Option<Value>, filename2: Option<Value>) -> Exc {
    let make = || {
        let text = Str::from_str(t, &strerror(errno))?.value();
        let args =
            [Value::small_int(errno as i64), text, filename.unwrap_or(Value::NONE), Value::NONE, filename2.unwrap_or(Value::NONE)];
        let n = if filename2.is_some() {
            5
        } else if filename.is_some() {
            3
        } else {
            2
        };
        let e = allocate(t, class(subclass_of_errno(errno as i64)), crate::objects::tuple::empty_tuple())?;
        OSError::take_arguments(t, e, &args[..n])?;
        Ok(e.value())
    };
    super::raise_made(t, make())
}
/// The `OSError` of the last failed call to the system on this native thread.
#[cold]
pub fn last_os_error(t: &Thread, filename: Option<Value>) -> Exc {
    os_error(t, std::io::Error::last_os_error().raw_os_error().unwrap_or(0), filename)
}

/// A class that defines `__init__` but not `__new__` gets its arguments in `__init__`, as other classes do; else `__new__`
/// has already used them, because the error number chose the class.
fn initialises_in_init(t: &Thread, cls: Ref<Class>) -> bool {
    let own = OSError::class();
    if cls == own || !cls.is_heap() {
        return false;
    }
    let same = |name: Ref<Str>| cls.lookup(t, name) == own.lookup(t, name);
    !same(names::__init__()) && same(names::__new__())
}

/// Whether the class says that its instances are numbers.
fn is_number(t: &Thread, v: Value) -> bool {
    use crate::objects::class::Special;
    let class = class_of(v);
    [Special::Index, Special::Int, Special::Float].into_iter().any(|s| class.special(t, s).is_some())
}

/// A number of characters: "cannot fit 'int' into an index-sized integer" is a ValueError here.
fn index_sized(t: &Thread, v: Value) -> Result<isize> {
    t.to_isize(v).map_err(|e| {
        if e.is(t, class(Kind::OverflowError)) {
            t.value_error(format!("cannot fit '{}' into an index-sized integer", class_of(v).name_string()))
        } else {
            e
        }
    })
}

impl OSError {
    /// Fills the fields from the arguments and sets `args`, which keeps no file names.
    pub fn take_arguments(t: &Thread, e: Ref<BaseException>, args: &[Value]) -> Result<()> {
        let this = e.value().downcast::<OSError>().expect("layout of OSError");
        let h = this.header();
        let mut kept = args;
        if (2..=5).contains(&args.len()) {
            this.errno.set(t, h, args[0]);
            this.strerror.set(t, h, args[1]);
            let filename = args.get(2).copied().unwrap_or(Value::NONE);
            if !filename.is_none() {
                if class_of(e.value()) == class(Kind::BlockingIOError) && is_number(t, filename) {
                    let written = index_sized(t, filename)?;
                    this.written.set(t, h, Value::small_int(written as i64));
                } else {
                    this.filename.set(t, h, filename);
                    if let Some(second) = args.get(4).filter(|v| !v.is_none()) {
                        this.filename2.set(t, h, *second);
                    }
                    kept = &args[..2];
                }
            }
        }
        BaseException::take_args(t, e, kept)
    }
}

/// Base class for I/O related errors.
#[pyclass(name = "OSError", base = Exception, flags(BASE), init = os_error_members)]
impl OSError {
    #[py]
    fn __new__(t: &Thread, cls: Ref<Class>, args: &[Value], kwargs: Kwargs) -> Result<Ref<BaseException>> {
        let empty = crate::objects::tuple::empty_tuple();
        if initialises_in_init(t, cls) {
            return allocate(t, cls, empty);
        }
        no_keywords(t, cls, kwargs)?;
        let mut cls = cls;
        if cls == OSError::class() && (2..=5).contains(&args.len()) {
            if let Some(errno) = args[0].as_small_int() {
                cls = class(subclass_of_errno(errno));
            }
        }
        let e = allocate(t, cls, empty)?;
        OSError::take_arguments(t, e, args)?;
        Ok(e)
    }
    #[py]
    fn __init__(t: &Thread, this: Ref<OSError>, args: &[Value], kwargs: Kwargs) -> Result<()> {
        let cls = class_of(this.value());
        if !initialises_in_init(t, cls) {
            return Ok(());
        }
        no_keywords(t, cls, kwargs)?;
        OSError::take_arguments(t, Base::upcast(this), args)
    }
    #[py]
    fn __str__(t: &Thread, this: Ref<OSError>) -> Result<Ref<Str>> {
        let or_none = |f: &Field| f.get().some().unwrap_or(Value::NONE);
        let (filename, filename2) = (this.filename.get().some(), this.filename2.get().some());
        if filename.is_none() && (this.errno.get().is_empty() || this.strerror.get().is_empty()) {
            return BaseException::default_str(t, Base::upcast(this));
        }
        let mut text = Text::new();
        text.ascii("[Errno ").str_of(t, or_none(&this.errno))?.ascii("] ").str_of(t, or_none(&this.strerror))?;
        if let Some(name) = filename {
            text.ascii(": ").repr_of(t, name)?;
            if let Some(name) = filename2 {
                text.ascii(" -> ").repr_of(t, name)?;
            }
        }
        text.finish(t)
    }
    #[py("($self, /)")]
    fn __reduce__(t: &Thread, this: Ref<OSError>) -> Result<Value> {
        let base = Base::upcast(this);
        let mut args = base.args();
        if let (&[errno, text], Some(name)) = (args.as_slice(), this.filename.get().some()) {
            args = match this.filename2.get().some() {
                Some(name2) => Tuple::new(t, &[errno, text, name, Value::NONE, name2])?,
                None => Tuple::new(t, &[errno, text, name])?,
            };
        }
        let class = class_of(this.value());
        match BaseException::state_dict(t, base)? {
            Some(state) => (class, args, state).into_value(t),
            None => (class, args).into_value(t),
        }
    }
    #[py(getter)]
    fn characters_written(t: &Thread, this: Ref<OSError>) -> Result<Value> {
        this.written.get().some().ok_or_else(|| t.attribute_error_plain("characters_written"))
    }
    #[py(setter)]
    fn set_characters_written(t: &Thread, this: Ref<OSError>, value: Option<Value>) -> Result<()> {
        let written = match value {
            Some(v) => Value::small_int(index_sized(t, v)? as i64),
            None if this.written.get().is_empty() => return Err(t.attribute_error_plain("characters_written")),
            None => Value::EMPTY,
        };
        this.written.set(t, this.header(), written);
        Ok(())
    }
}
