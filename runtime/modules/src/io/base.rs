//! The abstract base classes, and what all files share: the lock that serialises the operations of one file, method calls by name,
//! `UnsupportedOperation`.

use crate::thread_lock::FutexLock;
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering::*};
use taipan_vm::native::*;
use taipan_vm::objects::exceptions as ex;
use taipan_vm::objects::str::empty_str;
use taipan_vm::objects::str_build;

/// Calls a method by its name.
pub(super) fn call(t: &Thread, o: Value, name: &str, args: &[Value]) -> Result<Value> {
    t.call_method(o, Str::intern_str(t, name)?, args)
}
pub(super) fn attr(t: &Thread, o: Value, name: &str) -> Result<Value> {
    t.get_attr(o, Str::intern_str(t, name)?)
}
pub(super) fn attr_opt(t: &Thread, o: Value, name: &str) -> Result<Option<Value>> {
    t.get_attr_opt(o, Str::intern_str(t, name)?)
}
pub(super) fn set_attr(t: &Thread, o: Value, name: &str, v: Value) -> Result<()> {
    t.set_attr(o, Str::intern_str(t, name)?, Some(v))
}

/// `io.UnsupportedOperation`; made by calling `type`, kept in the registry.
pub(super) fn unsupported_class(t: &Thread) -> Result<Ref<Class>> {
    let key = Str::intern_str(t, "io.UnsupportedOperation")?;
    let registry = t.registry();
    if let Some(c) = registry.get_interned(key).and_then(|c| c.downcast::<Class>()) {
        return Ok(c);
    }
    let bases = Tuple::new(t, &[ex::class(ex::Kind::OSError).value(), ex::class(ex::Kind::ValueError).value()])?;
    let namespace = Dict::new(t)?;
    namespace.set(t, names::__module__().value(), Str::intern_str(t, "io")?.value())?;
    let name = Str::intern_str(t, "UnsupportedOperation")?;
    let c = t.call(Class::class().value(), &[name.value(), bases.value(), namespace.value()])?;
    // Another thread may have been first.
    let c = registry.set_default(t, key.value(), c)?.unwrap_or(c);
    c.downcast::<Class>().ok_or_else(|| t.system_error("io.UnsupportedOperation is not a class"))
}

#[cold]
pub(super) fn unsupported(t: &Thread, message: &str) -> Exc {
    match unsupported_class(t) {
        Ok(c) => t.new_error(c, message),
        Err(e) => e,
    }
}

#[cold]
pub(super) fn closed_error(t: &Thread) -> Exc {
    t.value_error("I/O operation on closed file.")
}

/// Serialises the operations of a file. Operations may call user code, which may come back to the same file: the owner may enter
/// again, where the file allows that.
pub(super) struct FileLock {
    lock: FutexLock,
    owner: AtomicU64,
    depth: AtomicU32,
}

pub(super) struct Locked<'a>(&'a FileLock);

impl Drop for Locked<'_> {
    fn drop(&mut self) {
        if self.0.depth.fetch_sub(1, Relaxed) == 1 {
            self.0.owner.store(0, Relaxed);
            self.0.lock.release();
        }
    }
}

impl FileLock {
    pub const fn new() -> FileLock {
        FileLock { lock: FutexLock::new(), owner: AtomicU64::new(0), depth: AtomicU32::new(0) }
    }
    fn me(t: &Thread) -> u64 {
        std::ptr::from_ref(t) as u64
    }
    pub fn is_mine(&self, t: &Thread) -> bool {
        self.owner.load(Relaxed) == FileLock::me(t)
    }
    pub fn enter(&self, t: &Thread) -> Result<Locked<'_>> {
        if !self.is_mine(t) {
            self.lock.acquire(t, None)?;
            self.owner.store(FileLock::me(t), Relaxed);
        }
        self.depth.fetch_add(1, Relaxed);
        Ok(Locked(self))
    }
}

/// Whether an I/O object says it is closed.
pub(super) fn is_closed(t: &Thread, o: Value) -> Result<bool> {
    let v = attr(t, o, "closed")?;
    t.truth(v)
}
pub(super) fn check_closed(t: &Thread, o: Value) -> Result<()> {
    if is_closed(t, o)? { Err(closed_error(t)) } else { Ok(()) }
}

/// A size argument: None and negative numbers mean everything.
pub(super) fn size_arg(t: &Thread, v: Option<Value>) -> Result<Option<usize>> {
    match v {
        None => Ok(None),
        Some(v) if v.is_none() => Ok(None),
        Some(v) => match t.index_opt(v)? {
            Some(i) => Ok(usize::try_from(t.to_isize(i)?).ok()),
            None => Err(t.type_error(format!("argument should be integer or None, not '{}'", class_of(v).name_string()))),
        },
    }
}

/// The attributes of a stream for its pickled state; None when there are none.
pub(super) fn dict_copy(t: &Thread, stream: Value) -> Result<Option<Ref<Dict>>> {
    match taipan_vm::attr::instance_dict(t, stream)? {
        Some(d) if !d.is_empty() => d.copy(t).map(Some),
        _ => Ok(None),
    }
}

/// A stream's position from its pickled state.
pub(super) fn position_of_state(t: &Thread, v: Value, which: &str) -> Result<usize> {
    if t.int_value(v).is_none() {
        let got = class_of(v).name_string();
        return Err(t.type_error(format!("{which} item of state must be an integer, got {got}")));
    }
    usize::try_from(t.to_isize(v)?).map_err(|_| t.value_error("position value cannot be negative"))
}

/// Sets the attributes of a pickled state.
pub(super) fn restore_dict(t: &Thread, stream: Value, v: Value, which: &str) -> Result<()> {
    if v.is_none() {
        return Ok(());
    }
    let Some(from) = v.downcast::<Dict>() else {
        let got = class_of(v).name_string();
        return Err(t.type_error(format!("{which} item of state should be a dict, got a {got}")));
    };
    if let Some(own) = taipan_vm::attr::instance_dict(t, stream)? {
        own.update(t, from)?;
    }
    Ok(())
}

#[derive(HeapType)]
#[repr(C)]
pub struct IOBase {
    header: Header,
    closed: AtomicBool,
    /// A file object wrapped this one and will close it: its own finalizer has nothing to do.
    owned: AtomicBool,
}

impl IOBase {
    pub(super) fn fresh() -> IOBase {
        IOBase { header: Header::NEW, closed: AtomicBool::new(false), owned: AtomicBool::new(false) }
    }
    pub(super) fn is_marked_closed(&self) -> bool {
        self.closed.load(Acquire)
    }
    pub(super) fn mark_closed(&self) {
        self.closed.store(true, Release)
    }
}
/// Says whether a wrapper is responsible for closing `o`.
pub(super) fn set_owned(o: Value, owned: bool) {
    if let Some(b) = o.downcast::<IOBase>() {
        b.owned.store(owned, Relaxed);
    }
}

fn check_able(t: &Thread, this: Value, method: &str, what: &str) -> Result<Value> {
    let v = call(t, this, method, &[])?;
    if v == Value::TRUE { Ok(v) } else { Err(unsupported(t, &format!("File or stream is not {what}."))) }
}

/// `readlines` by iteration.
pub(super) fn read_lines(t: &Thread, this: Value, hint: Option<usize>) -> Result<Ref<List>> {
    let out = List::new(t)?;
    let it = t.iter(this)?;
    let mut total = 0;
    while let Some(line) = t.next(it)? {
        out.append(t, line)?;
        total += t.len(line)?;
        if hint.is_some_and(|h| h > 0 && total > h) {
            break;
        }
    }
    Ok(out)
}

/// The abstract base class for all I/O classes.
#[pyclass(name = "_IOBase", module = "_io", flags(BASE, HAS_DICT, HAS_WEAKREF))]
impl IOBase {
    #[py]
    fn __new__(t: &Thread, cls: Ref<Class>, args: &[Value], kwargs: Kwargs) -> Result<Ref<IOBase>> {
        let _ = (args, kwargs);
        t.create_in(cls, IOBase::fresh())
    }
    /// Change the stream position to the given byte offset.
    #[py("($self, offset, whence=0, /)")]
    fn seek(t: &Thread, this: Ref<IOBase>, offset: Value, whence: Option<Value>) -> Result<Value> {
        let _ = (this, offset, whence);
        Err(unsupported(t, "seek"))
    }
    /// Return current stream position.
    #[py("($self, /)")]
    fn tell(t: &Thread, this: Ref<IOBase>) -> Result<Value> {
        call(t, this.value(), "seek", &[Value::small_int(0), Value::small_int(1)])
    }
    /// Truncate file to size bytes.
    #[py("($self, size=None, /)")]
    fn truncate(t: &Thread, this: Ref<IOBase>, size: Option<Value>) -> Result<Value> {
        let _ = (this, size);
        Err(unsupported(t, "truncate"))
    }
    /// Return underlying file descriptor if one exists.
    #[py("($self, /)")]
    fn fileno(t: &Thread, this: Ref<IOBase>) -> Result<Value> {
        let _ = this;
        Err(unsupported(t, "fileno"))
    }
    /// Flush write buffers, if applicable.
    #[py("($self, /)")]
    fn flush(t: &Thread, this: Ref<IOBase>) -> Result<()> {
        if this.is_marked_closed() { Err(closed_error(t)) } else { Ok(()) }
    }
    /// Flush and close the IO object.
    #[py("($self, /)")]
    fn close(t: &Thread, this: Ref<IOBase>) -> Result<()> {
        if this.is_marked_closed() {
            return Ok(());
        }
        let r = call(t, this.value(), "flush", &[]);
        this.mark_closed();
        r.map(drop)
    }
    #[py(getter)]
    fn closed(_t: &Thread, this: Ref<IOBase>) -> bool {
        this.is_marked_closed()
    }
    /// Return whether object supports random access.
    #[py("($self, /)")]
    fn seekable(_t: &Thread, this: Ref<IOBase>) -> bool {
        let _ = this;
        false
    }
    /// Return whether object was opened for reading.
    #[py("($self, /)")]
    fn readable(_t: &Thread, this: Ref<IOBase>) -> bool {
        let _ = this;
        false
    }
    /// Return whether object was opened for writing.
    #[py("($self, /)")]
    fn writable(_t: &Thread, this: Ref<IOBase>) -> bool {
        let _ = this;
        false
    }
    /// Return whether this is an 'interactive' stream.
    #[py("($self, /)")]
    fn isatty(t: &Thread, this: Ref<IOBase>) -> Result<bool> {
        check_closed(t, this.value())?;
        Ok(false)
    }
    #[py(nosig, "($self, *args)")]
    fn _checkClosed(t: &Thread, this: Ref<IOBase>, args: &[Value]) -> Result<()> {
        let _ = args;
        check_closed(t, this.value())
    }
    #[py(nosig, "($self, *args)")]
    fn _checkSeekable(t: &Thread, this: Ref<IOBase>, args: &[Value]) -> Result<Value> {
        let _ = args;
        check_able(t, this.value(), "seekable", "seekable")
    }
    #[py(nosig, "($self, *args)")]
    fn _checkReadable(t: &Thread, this: Ref<IOBase>, args: &[Value]) -> Result<Value> {
        let _ = args;
        check_able(t, this.value(), "readable", "readable")
    }
    #[py(nosig, "($self, *args)")]
    fn _checkWritable(t: &Thread, this: Ref<IOBase>, args: &[Value]) -> Result<Value> {
        let _ = args;
        check_able(t, this.value(), "writable", "writable")
    }
    #[py("($self, /)")]
    fn __enter__(t: &Thread, this: Ref<IOBase>) -> Result<Ref<IOBase>> {
        check_closed(t, this.value())?;
        Ok(this)
    }
    #[py(nosig, "($self, *args)")]
    fn __exit__(t: &Thread, this: Ref<IOBase>, args: &[Value]) -> Result<Value> {
        let _ = args;
        call(t, this.value(), "close", &[])
    }
    #[py]
    fn __iter__(t: &Thread, this: Ref<IOBase>) -> Result<Ref<IOBase>> {
        check_closed(t, this.value())?;
        Ok(this)
    }
    #[py]
    fn __next__(t: &Thread, this: Ref<IOBase>) -> Result<Option<Value>> {
        let line = t.call_method(this.value(), names::readline(), &[])?;
        Ok(if t.len(line)? == 0 { None } else { Some(line) })
    }
    #[py("($self, /)")]
    fn __del__(t: &Thread, this: Ref<IOBase>) -> Result<()> {
        if this.owned.load(Relaxed) || is_closed(t, this.value()).unwrap_or(true) {
            return Ok(());
        }
        // As in CPython, nobody hears of errors here.
        let _ = call(t, this.value(), "close", &[]);
        Ok(())
    }
    /// Read and return a line from the stream.
    #[py("($self, size=-1, /)")]
    fn readline(t: &Thread, this: Ref<IOBase>, size: Option<Value>) -> Result<Value> {
        let limit = size_arg(t, size)?;
        let peek = attr_opt(t, this.value(), "peek")?;
        let mut out = Vec::new();
        while limit.is_none_or(|l| out.len() < l) {
            let mut wanted = 1;
            if let Some(peek) = peek {
                let v = t.call(peek, &[Value::small_int(1)])?;
                let Some(seen) = v.downcast::<Bytes>() else {
                    return Err(t.os_error_plain(format!(
                        "peek() should have returned a bytes object, not '{}'",
                        class_of(v).name_string()
                    )));
                };
                let seen = seen.as_slice();
                if !seen.is_empty() {
                    wanted = seen.iter().position(|&b| b == b'\n').map_or(seen.len(), |i| i + 1);
                    wanted = wanted.min(limit.map_or(usize::MAX, |l| l - out.len()));
                }
            }
            let v = t.call_method(this.value(), names::read(), &[t.int(wanted as i64)?])?;
            let Some(b) = v.downcast::<Bytes>() else {
                return Err(
                    t.os_error_plain(format!("read() should have returned a bytes object, not '{}'", class_of(v).name_string()))
                );
            };
            if b.is_empty() {
                break;
            }
            out.extend_from_slice(b.as_slice());
            if out.last() == Some(&b'\n') {
                break;
            }
        }
        Bytes::new(t, &out).map(Ref::value)
    }
    /// Return a list of lines from the stream.
    #[py("($self, hint=-1, /)")]
    fn readlines(t: &Thread, this: Ref<IOBase>, hint: Option<Value>) -> Result<Ref<List>> {
        let hint = size_arg(t, hint)?;
        read_lines(t, this.value(), hint)
    }
    /// Write a list of lines to stream.
    #[py("($self, lines, /)")]
    fn writelines(t: &Thread, this: Ref<IOBase>, lines: Value) -> Result<()> {
        check_closed(t, this.value())?;
        t.for_each(lines, |line| t.call_method(this.value(), names::write(), &[line]).map(drop))
    }
}

#[derive(HeapType)]
#[heap(base = IOBase)]
#[repr(C)]
pub struct RawIOBase {
    base: IOBase,
}
impl RawIOBase {
    pub(super) fn base_io(&self) -> &IOBase {
        &self.base
    }
    pub(super) fn fresh() -> RawIOBase {
        RawIOBase { base: IOBase::fresh() }
    }
}

/// Base class for raw binary I/O.
#[pyclass(name = "_RawIOBase", module = "_io", base = IOBase, flags(BASE, HAS_DICT, HAS_WEAKREF))]
impl RawIOBase {
    #[py]
    fn __new__(t: &Thread, cls: Ref<Class>, args: &[Value], kwargs: Kwargs) -> Result<Ref<RawIOBase>> {
        let _ = (args, kwargs);
        t.create_in(cls, RawIOBase::fresh())
    }
    #[py("($self, size=-1, /)")]
    fn read(t: &Thread, this: Ref<RawIOBase>, size: Option<Value>) -> Result<Value> {
        let n = match size {
            Some(v) => t.to_isize(v)?,
            None => -1,
        };
        if n < 0 {
            return call(t, this.value(), "readall", &[]);
        }
        let b = taipan_vm::objects::bytearray::ByteArray::new(t, &vec![0; n as usize])?;
        let r = call(t, this.value(), "readinto", &[b.value()])?;
        if r.is_none() {
            return Ok(r);
        }
        let got = t.to_isize(r)?;
        if got < 0 || got > n {
            return Err(t.value_error(format!("readinto returned {got} outside buffer size {n}")));
        }
        b.with(t, |b| b[..(got as usize).min(b.len())].to_vec()).pipe(|v| Bytes::new(t, &v)).map(Ref::value)
    }
    /// Read until EOF, using multiple read() call.
    #[py("($self, /)")]
    fn readall(t: &Thread, this: Ref<RawIOBase>) -> Result<Value> {
        let mut out = Vec::new();
        loop {
            let v = t.call_method(this.value(), names::read(), &[Value::small_int(super::BUFFER_SIZE as i64)])?;
            if v.is_none() {
                return if out.is_empty() { Ok(v) } else { Bytes::new(t, &out).map(Ref::value) };
            }
            let Some(b) = v.downcast::<Bytes>() else { return Err(t.type_error("read() should return bytes")) };
            if b.is_empty() {
                return Bytes::new(t, &out).map(Ref::value);
            }
            out.extend_from_slice(b.as_slice());
        }
    }
    #[py("($self, buffer, /)")]
    fn readinto(t: &Thread, this: Ref<RawIOBase>, buffer: Value) -> Result<Value> {
        let _ = (this, buffer);
        Err(t.not_implemented_error(""))
    }
    #[py("($self, b, /)")]
    fn write(t: &Thread, this: Ref<RawIOBase>, b: Value) -> Result<Value> {
        let _ = (this, b);
        Err(t.not_implemented_error(""))
    }
}

/// Postfix application.
pub(super) trait Pipe: Sized {
    fn pipe<R>(self, f: impl FnOnce(Self) -> R) -> R {
        f(self)
    }
}
impl<T> Pipe for T {}

#[derive(HeapType)]
#[heap(base = IOBase)]
#[repr(C)]
pub struct BufferedIOBase {
    base: IOBase,
}
impl BufferedIOBase {
    pub(super) fn fresh() -> BufferedIOBase {
        BufferedIOBase { base: IOBase::fresh() }
    }
}

fn read_into(t: &Thread, this: Value, buffer: Value, method: &str) -> Result<usize> {
    let mut b = t.writable_argument("readinto", buffer)?;
    let n = b.len();
    let v = call(t, this, method, &[t.int(n as i64)?])?;
    let Some(data) = v.downcast::<Bytes>() else { return Err(t.type_error(format!("{method}() should return bytes"))) };
    if data.len() > n {
        return Err(t.value_error(format!("{method}() returned too much data: {n} bytes requested, {} returned", data.len())));
    }
    b.as_mut_slice()[..data.len()].copy_from_slice(data.as_slice());
    Ok(data.len())
}

/// Base class for buffered IO objects.
#[pyclass(name = "_BufferedIOBase", module = "_io", base = IOBase, flags(BASE, HAS_DICT, HAS_WEAKREF))]
impl BufferedIOBase {
    #[py]
    fn __new__(t: &Thread, cls: Ref<Class>, args: &[Value], kwargs: Kwargs) -> Result<Ref<BufferedIOBase>> {
        let _ = (args, kwargs);
        t.create_in(cls, BufferedIOBase::fresh())
    }
    /// Disconnect this buffer from its underlying raw stream and return it.
    #[py("($self, /)")]
    fn detach(t: &Thread, this: Ref<BufferedIOBase>) -> Result<Value> {
        let _ = this;
        Err(unsupported(t, "detach"))
    }
    /// Read and return up to n bytes.
    #[py("($self, size=-1, /)")]
    fn read(t: &Thread, this: Ref<BufferedIOBase>, size: Option<Value>) -> Result<Value> {
        let _ = (this, size);
        Err(unsupported(t, "read"))
    }
    /// Read and return up to size bytes, with at most one read() call.
    #[py("($self, size=-1, /)")]
    fn read1(t: &Thread, this: Ref<BufferedIOBase>, size: Option<Value>) -> Result<Value> {
        let _ = (this, size);
        Err(unsupported(t, "read1"))
    }
    #[py("($self, buffer, /)")]
    fn readinto(t: &Thread, this: Ref<BufferedIOBase>, buffer: Value) -> Result<usize> {
        read_into(t, this.value(), buffer, "read")
    }
    #[py("($self, buffer, /)")]
    fn readinto1(t: &Thread, this: Ref<BufferedIOBase>, buffer: Value) -> Result<usize> {
        read_into(t, this.value(), buffer, "read1")
    }
    /// Write buffer b to the IO stream.
    #[py("($self, b, /)")]
    fn write(t: &Thread, this: Ref<BufferedIOBase>, b: Value) -> Result<Value> {
        let _ = (this, b);
        Err(unsupported(t, "write"))
    }
}

#[derive(HeapType)]
#[heap(base = IOBase)]
#[repr(C)]
pub struct TextIOBase {
    base: IOBase,
}
impl TextIOBase {
    pub(super) fn fresh() -> TextIOBase {
        TextIOBase { base: IOBase::fresh() }
    }
}

/// Base class for text I/O.
#[pyclass(name = "_TextIOBase", module = "_io", base = IOBase, flags(BASE, HAS_DICT, HAS_WEAKREF))]
impl TextIOBase {
    #[py]
    fn __new__(t: &Thread, cls: Ref<Class>, args: &[Value], kwargs: Kwargs) -> Result<Ref<TextIOBase>> {
        let _ = (args, kwargs);
        t.create_in(cls, TextIOBase::fresh())
    }
    /// Separate the underlying buffer from the TextIOBase and return it.
    #[py("($self, /)")]
    fn detach(t: &Thread, this: Ref<TextIOBase>) -> Result<Value> {
        let _ = this;
        Err(unsupported(t, "detach"))
    }
    /// Read at most size characters from stream.
    #[py("($self, size=-1, /)")]
    fn read(t: &Thread, this: Ref<TextIOBase>, size: Option<Value>) -> Result<Value> {
        let _ = (this, size);
        Err(unsupported(t, "read"))
    }
    /// Read until newline or EOF.
    #[py("($self, size=-1, /)")]
    fn readline(t: &Thread, this: Ref<TextIOBase>, size: Option<Value>) -> Result<Value> {
        let _ = (this, size);
        Err(unsupported(t, "readline"))
    }
    /// Write string s to stream.
    #[py("($self, s, /)")]
    fn write(t: &Thread, this: Ref<TextIOBase>, s: Value) -> Result<Value> {
        let _ = (this, s);
        Err(unsupported(t, "write"))
    }
    /// Encoding of the text stream.
    #[py(getter)]
    fn encoding(_t: &Thread, this: Ref<TextIOBase>) -> Value {
        let _ = this;
        Value::NONE
    }
    /// Line endings translated so far.
    #[py(getter)]
    fn newlines(_t: &Thread, this: Ref<TextIOBase>) -> Value {
        let _ = this;
        Value::NONE
    }
    /// The error setting of the decoder or encoder.
    #[py(getter)]
    fn errors(_t: &Thread, this: Ref<TextIOBase>) -> Value {
        let _ = this;
        Value::NONE
    }
}

/// One string of several.
pub(super) fn join(t: &Thread, parts: &[Value]) -> Result<Ref<Str>> {
    match parts {
        [] => Ok(empty_str()),
        _ => str_build::concat_all(t, parts),
    }
}
