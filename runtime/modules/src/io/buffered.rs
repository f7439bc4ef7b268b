//! `BufferedReader`, `BufferedWriter`, `BufferedRandom`, `BufferedRWPair`: a raw stream with a buffer for reading and one for writing.
//!
//! At most one of the two buffers holds anything. The raw stream is `unread` bytes ahead of the position that users see, or
//! `pending` bytes behind it. All operations on one object are serialised by its lock, which is held while the raw stream works;
//! a raw stream that comes back to the buffer is refused.

use super::base::*;
use super::fileio::FileIO;
use std::sync::atomic::{AtomicUsize, Ordering::*};
use std::sync::{Mutex, MutexGuard};
use taipan_vm::native::*;
use taipan_vm::objects::buffer::flags;
use taipan_vm::objects::bytearray::ByteArray;
use taipan_vm::objects::exceptions as ex;

#[derive(Default)]
struct Buffers {
    read: Vec<u8>,
    /// How much of `read` was given out.
    at: usize,
    write: Vec<u8>,
}

impl Buffers {
    fn unread(&self) -> &[u8] {
        &self.read[self.at..]
    }
    fn forget(&mut self) {
        self.read.clear();
        self.at = 0;
    }
}

/// The layout that the buffered classes share.
#[derive(HeapType)]
#[heap(base = BufferedIOBase)]
#[repr(C)]
pub struct Buffered {
    base: BufferedIOBase,
    /// The raw stream; empty before `__init__`, None once detached.
    raw: Field,
    size: AtomicUsize,
    #[noscan(drop)]
    lock: FileLock,
    #[noscan(drop)]
    buffers: Mutex<Buffers>,
}

type This = Ref<Buffered>;

impl Buffered {
    fn fresh() -> Buffered {
        Buffered {
            base: BufferedIOBase::fresh(),
            raw: Field::new(Value::EMPTY),
            size: AtomicUsize::new(0),
            lock: FileLock::new(),
            buffers: Mutex::default(),
        }
    }
    fn buffers(&self) -> MutexGuard<'_, Buffers> {
        self.buffers.lock().unwrap_or_else(|e| e.into_inner())
    }
    fn raw(&self, t: &Thread) -> Result<Value> {
        match self.raw.get().some() {
            Some(v) if v.is_none() => Err(t.value_error("raw stream has been detached")),
            Some(v) => Ok(v),
            None => Err(t.value_error("I/O operation on uninitialized object")),
        }
    }
    fn open(&self, t: &Thread, what: &str) -> Result<Value> {
        let raw = self.raw(t)?;
        if raw_closed(t, raw)? { Err(t.value_error(format!("{what} closed file"))) } else { Ok(raw) }
    }
}

fn raw_closed(t: &Thread, raw: Value) -> Result<bool> {
    match FileIO::exact(raw) {
        Some(f) => Ok(f.is_closed()),
        None => is_closed(t, raw),
    }
}

fn enter<'a>(t: &Thread, this: &'a This) -> Result<Locked<'a>> {
    if this.lock.is_mine(t) {
        return Err(t.runtime_error(format!("reentrant call inside {}", t.repr(this.value())?)));
    }
    this.lock.enter(t)
}

fn initialise(t: &Thread, this: This, raw: Value, size: i64, able: &[(&str, &str)]) -> Result<()> {
    // What fails to be set up anew is not usable.
    this.raw.set(t, this.header(), Value::EMPTY);
    for (method, what) in able {
        if call(t, raw, method, &[])? != Value::TRUE {
            return Err(unsupported(t, &format!("File or stream is not {what}.")));
        }
    }
    if size <= 0 {
        return Err(t.value_error("buffer size must be strictly positive"));
    }
    this.size.store(size as usize, Relaxed);
    *this.buffers() = Buffers::default();
    this.raw.set(t, this.header(), raw);
    if FileIO::exact(raw).is_some() {
        set_owned(raw, true);
    }
    Ok(())
}

/// One `readinto` of the raw stream: `None` when it would block.
fn raw_read(t: &Thread, raw: Value, n: usize) -> Result<Option<Vec<u8>>> {
    if let Some(f) = FileIO::exact(raw) {
        let mut v = vec![0; n];
        return Ok(f.read_bytes(t, &mut v)?.map(|k| {
            v.truncate(k);
            v
        }));
    }
    let b = ByteArray::new(t, &vec![0; n])?;
    let r = loop {
        match call(t, raw, "readinto", &[b.value()]) {
            Err(e) if e.is(t, ex::class(ex::Kind::InterruptedError)) => continue,
            r => break r?,
        }
    };
    if r.is_none() {
        return Ok(None);
    }
    let got = t.to_i64(r)?;
    if got < 0 || got as usize > n {
        return Err(t.os_error_plain(format!("raw readinto() returned invalid length {got} (should have been between 0 and {n})")));
    }
    let mut v = b.to_vec(t);
    v.truncate(got as usize);
    Ok(Some(v))
}

fn raw_write(t: &Thread, raw: Value, data: &[u8]) -> Result<Option<usize>> {
    if let Some(f) = FileIO::exact(raw) {
        return f.write_bytes(t, data);
    }
    let b = Bytes::new(t, data)?;
    let r = loop {
        match call(t, raw, "write", &[b.value()]) {
            Err(e) if e.is(t, ex::class(ex::Kind::InterruptedError)) => continue,
            r => break r?,
        }
    };
    if r.is_none() {
        return Ok(None);
    }
    let n = t.to_i64(r)?;
    if n < 0 || n as usize > data.len() {
        return Err(
            t.os_error_plain(format!("raw write() returned invalid length {n} (should have been between 0 and {})", data.len()))
        );
    }
    Ok(Some(n as usize))
}

fn raw_seek(t: &Thread, raw: Value, offset: i64, whence: i32) -> Result<i64> {
    if let Some(f) = FileIO::exact(raw) {
        return f.seek_to(t, offset, whence);
    }
    let r = call(t, raw, "seek", &[t.int(offset)?, Value::small_int(whence as i64)])?;
    raw_position(t, r)
}

fn raw_tell(t: &Thread, raw: Value) -> Result<i64> {
    if let Some(f) = FileIO::exact(raw) {
        return f.seek_to(t, 0, 1);
    }
    let r = call(t, raw, "tell", &[])?;
    raw_position(t, r)
}

fn raw_position(t: &Thread, r: Value) -> Result<i64> {
    let n = t.to_i64(r)?;
    if n < 0 { Err(t.os_error_plain(format!("Raw stream returned invalid position {n}"))) } else { Ok(n) }
}

#[cold]
fn would_block(t: &Thread, written: usize) -> Exc {
    let make = || -> Result<Exc> {
        let text = Str::from_str(t, "write could not complete without blocking")?.value();
        let args = [Value::small_int(libc::EAGAIN as i64), text, t.int(written as i64)?];
        Ok(t.new_error_with(ex::class(ex::Kind::BlockingIOError), &args))
    };
    make().unwrap_or_else(|e| e)
}

/// Writes out what is pending. Under the lock.
fn flush_writes(t: &Thread, this: This, raw: Value) -> Result<()> {
    let data = std::mem::take(&mut this.buffers().write);
    let mut done = 0;
    while done < data.len() {
        let r = raw_write(t, raw, &data[done..]);
        match r {
            Ok(Some(n)) => {
                done += n;
                // A signal may have cut the write short.
                if done < data.len()
                    && t.should_poll()
                    && let Err(e) = taipan_vm::interp::poll(t)
                {
                    this.buffers().write = data[done..].to_vec();
                    return Err(e);
                }
            }
            other => {
                this.buffers().write = data[done..].to_vec();
                return Err(match other {
                    Err(e) => e,
                    Ok(_) => would_block(t, 0),
                });
            }
        }
    }
    let mut data = data;
    data.clear();
    this.buffers().write = data;
    Ok(())
}

/// Moves the raw stream back to where the user is. Under the lock.
fn drop_reads(t: &Thread, this: This, raw: Value) -> Result<()> {
    let unread = this.buffers().unread().len();
    if unread > 0 {
        raw_seek(t, raw, -(unread as i64), 1)?;
    }
    this.buffers().forget();
    Ok(())
}

/// Fills the empty read buffer by one raw read: false when it would block. Under the lock.
fn fill(t: &Thread, this: This, raw: Value) -> Result<bool> {
    let Some(v) = raw_read(t, raw, this.size.load(Relaxed))? else { return Ok(false) };
    let mut b = this.buffers();
    b.read = v;
    b.at = 0;
    Ok(true)
}

fn before_read(t: &Thread, this: This, raw: Value) -> Result<()> {
    if this.buffers().write.is_empty() { Ok(()) } else { flush_writes(t, this, raw) }
}

fn take(this: This, n: usize) -> Vec<u8> {
    let mut b = this.buffers();
    let end = b.at + n.min(b.read.len() - b.at);
    let v = b.read[b.at..end].to_vec();
    b.at = end;
    v
}

fn read_all(t: &Thread, this: This, raw: Value) -> Result<Value> {
    let mut out = take(this, usize::MAX);
    this.buffers().forget();
    if let Some(f) = FileIO::exact(raw) {
        return match f.read_all(t)? {
            None if out.is_empty() => Ok(Value::NONE),
            more => {
                out.extend_from_slice(&more.unwrap_or_default());
                Bytes::new(t, &out).map(Ref::value)
            }
        };
    }
    if let Some(readall) = attr_opt(t, raw, "readall")? {
        let v = t.call(readall, &[])?;
        if v.is_none() {
            return if out.is_empty() { Ok(v) } else { Bytes::new(t, &out).map(Ref::value) };
        }
        let Some(b) = v.downcast::<Bytes>() else { return Err(t.type_error("readall() should return bytes")) };
        out.extend_from_slice(b.as_slice());
        return Bytes::new(t, &out).map(Ref::value);
    }
    loop {
        let v = t.call_method(raw, names::read(), &[])?;
        if v.is_none() && out.is_empty() {
            return Ok(v);
        }
        match v.downcast::<Bytes>() {
            Some(b) if !b.is_empty() => out.extend_from_slice(b.as_slice()),
            None if !v.is_none() => return Err(t.type_error("read() should return bytes")),
            _ => return Bytes::new(t, &out).map(Ref::value),
        }
    }
}

fn read(t: &Thread, this: This, size: Option<Value>) -> Result<Value> {
    let n = match size.filter(|v| !v.is_none()) {
        None => -1,
        Some(v) => t.to_isize(v)?,
    };
    if n < -1 {
        return Err(t.value_error("read length must be non-negative or -1"));
    }
    let raw = this.open(t, "read of")?;
    let _lock = enter(t, &this)?;
    before_read(t, this, raw)?;
    if n < 0 {
        return read_all(t, this, raw);
    }
    let n = n as usize;
    let mut out = take(this, n);
    while out.len() < n {
        let left = n - out.len();
        let size = this.size.load(Relaxed);
        let got = if left >= size {
            this.buffers().forget();
            match raw_read(t, raw, left - left % size)? {
                Some(v) => v,
                None if out.is_empty() => return Ok(Value::NONE),
                None => break,
            }
        } else {
            if !fill(t, this, raw)? {
                if out.is_empty() {
                    return Ok(Value::NONE);
                }
                break;
            }
            take(this, left)
        };
        if got.is_empty() {
            break;
        }
        out.extend_from_slice(&got);
    }
    Bytes::new(t, &out).map(Ref::value)
}

/// Up to `n` bytes with at most one raw read; any number when `None`.
fn read1(t: &Thread, this: This, n: Option<usize>) -> Result<Vec<u8>> {
    let raw = this.open(t, "read of")?;
    let _lock = enter(t, &this)?;
    before_read(t, this, raw)?;
    let n = n.unwrap_or(this.size.load(Relaxed));
    if n == 0 {
        return Ok(Vec::new());
    }
    let have = take(this, n);
    if !have.is_empty() {
        return Ok(have);
    }
    this.buffers().forget();
    Ok(raw_read(t, raw, n)?.unwrap_or_default())
}

/// What is there of `n` bytes, and at most one raw read: into the buffer only if nothing was there and less than it is asked for.
fn read_once(t: &Thread, this: This, n: usize) -> Result<Vec<u8>> {
    let raw = this.open(t, "read of")?;
    let _lock = enter(t, &this)?;
    before_read(t, this, raw)?;
    let mut have = take(this, n);
    let left = n - have.len();
    if left > this.size.load(Relaxed) {
        this.buffers().forget();
        have.extend(raw_read(t, raw, left)?.unwrap_or_default());
    } else if left > 0 && have.is_empty() && fill(t, this, raw)? {
        have = take(this, n);
    }
    Ok(have)
}

fn peek(t: &Thread, this: This) -> Result<Ref<Bytes>> {
    let raw = this.open(t, "peek of")?;
    let _lock = enter(t, &this)?;
    before_read(t, this, raw)?;
    if this.buffers().unread().is_empty() {
        fill(t, this, raw)?;
    }
    let v = this.buffers().unread().to_vec();
    Bytes::new(t, &v)
}

fn read_line(t: &Thread, this: This, limit: Option<usize>) -> Result<Ref<Bytes>> {
    let raw = this.open(t, "readline of")?;
    let _lock = enter(t, &this)?;
    before_read(t, this, raw)?;
    let mut out = Vec::new();
    let limit = limit.unwrap_or(usize::MAX);
    loop {
        let part = {
            let b = this.buffers();
            let rest = b.unread();
            rest.iter().position(|&c| c == b'\n').map_or(rest.len(), |i| i + 1)
        };
        out.extend_from_slice(&take(this, part.min(limit - out.len())));
        if out.last() == Some(&b'\n') || out.len() >= limit || !fill(t, this, raw)? || this.buffers().unread().is_empty() {
            return Bytes::new(t, &out);
        }
    }
}

fn read_into(t: &Thread, this: This, buffer: Value, once: bool) -> Result<Value> {
    let mut b = t.writable_argument("readinto", buffer)?;
    let data = if once {
        read_once(t, this, b.len())?
    } else {
        let v = read(t, this, Some(t.int(b.len() as i64)?))?;
        if v.is_none() {
            return Ok(v);
        }
        v.downcast::<Bytes>().map_or_else(Vec::new, |b| b.as_slice().to_vec())
    };
    b.as_mut_slice()[..data.len()].copy_from_slice(&data);
    t.int(data.len() as i64)
}

/// Writes bytes; used by text files too.
pub(super) fn write(t: &Thread, this: This, data: &[u8]) -> Result<usize> {
    let raw = this.open(t, "write to")?;
    let _lock = enter(t, &this)?;
    if raw_closed(t, raw)? {
        return Err(t.value_error("write to closed file"));
    }
    drop_reads(t, this, raw)?;
    let size = this.size.load(Relaxed);
    {
        let mut b = this.buffers();
        if b.write.len() + data.len() <= size {
            b.write.extend_from_slice(data);
            return Ok(data.len());
        }
    }
    match flush_writes(t, this, raw) {
        Ok(()) => {}
        Err(e) if e.is(t, ex::class(ex::Kind::BlockingIOError)) => {
            // Keep what fits, and say how much that was.
            let mut b = this.buffers();
            let room = size.saturating_sub(b.write.len()).min(data.len());
            b.write.extend_from_slice(&data[..room]);
            drop(b);
            return if room == data.len() { Ok(room) } else { Err(would_block(t, room)) };
        }
        Err(e) => return Err(e),
    }
    let mut done = 0;
    while data.len() - done > size {
        match raw_write(t, raw, &data[done..])? {
            Some(n) => {
                done += n;
                if done < data.len() && t.should_poll() {
                    taipan_vm::interp::poll(t)?;
                }
            }
            None => {
                let room = size.min(data.len() - done);
                this.buffers().write.extend_from_slice(&data[done..done + room]);
                return Err(would_block(t, done + room));
            }
        }
    }
    this.buffers().write.extend_from_slice(&data[done..]);
    Ok(data.len())
}

pub(super) fn flush(t: &Thread, this: This) -> Result<()> {
    let raw = this.open(t, "flush of")?;
    {
        let _lock = enter(t, &this)?;
        flush_writes(t, this, raw)?;
        // What was read ahead is read again.
        let nothing_left = this.buffers().unread().is_empty();
        if nothing_left {
            this.buffers().forget();
        } else if t.truth(call(t, raw, "seekable", &[])?)? {
            drop_reads(t, this, raw)?;
        }
    }
    // Writers flush the raw stream when they close it.
    if FileIO::exact(raw).is_none() && class_of(this.value()).is_subclass(BufferedReader::class()) {
        call(t, raw, "flush", &[])?;
    }
    Ok(())
}

fn close(t: &Thread, this: This) -> Result<()> {
    let raw = this.raw(t)?;
    if raw_closed(t, raw)? {
        return Ok(());
    }
    let flushed = call(t, this.value(), "flush", &[]);
    // Who waits to write meanwhile finds the file closed.
    let closed = {
        let _lock = enter(t, &this)?;
        call(t, raw, "close", &[])
    };
    *this.buffers() = Buffers::default();
    match (flushed, closed) {
        (Err(e), Err(c)) => {
            ex::set_context(t, c.0, e.0);
            Err(c)
        }
        (Err(e), _) | (_, Err(e)) => Err(e),
        _ => Ok(()),
    }
}

fn seek(t: &Thread, this: This, offset: Value, whence: i32) -> Result<i64> {
    if !(0..=4).contains(&whence) {
        return Err(t.value_error(format!("whence value {whence} unsupported")));
    }
    let raw = this.open(t, "seek of")?;
    if call(t, raw, "seekable", &[])? != Value::TRUE {
        return Err(unsupported(t, "File or stream is not seekable."));
    }
    let mut offset = t.to_i64(offset)?;
    let _lock = enter(t, &this)?;
    flush_writes(t, this, raw)?;
    if whence != 2 {
        let now = raw_tell(t, raw)?;
        let (unread, at) = {
            let b = this.buffers();
            (b.unread().len() as i64, b.at as i64)
        };
        // Devices may stay at 0 all the time.
        let user = (now - unread).max(0);
        let ahead = match whence {
            0 => Some(offset - user),
            1 => Some(offset),
            _ => None,
        };
        if let Some(by) = ahead.filter(|by| (-at..=unread).contains(by)) {
            let mut b = this.buffers();
            b.at = (b.at as i64 + by) as usize;
            return Ok(user + by);
        }
        if whence == 1 {
            offset -= unread;
        }
    }
    let r = raw_seek(t, raw, offset, whence)?;
    this.buffers().forget();
    Ok(r)
}

fn tell(t: &Thread, this: This) -> Result<i64> {
    let raw = this.raw(t)?;
    let _lock = enter(t, &this)?;
    let now = raw_tell(t, raw)?;
    let b = this.buffers();
    Ok((now - b.unread().len() as i64 + b.write.len() as i64).max(0))
}

fn truncate(t: &Thread, this: This, size: Option<Value>) -> Result<Value> {
    let raw = this.open(t, "truncate of")?;
    if !t.truth(call(t, this.value(), "writable", &[])?)? {
        return Err(unsupported(t, "truncate"));
    }
    let size = match size.filter(|v| !v.is_none()) {
        Some(v) => v,
        None => t.int(tell(t, this)?)?,
    };
    let _lock = enter(t, &this)?;
    flush_writes(t, this, raw)?;
    drop_reads(t, this, raw)?;
    call(t, raw, "truncate", &[size])
}

fn detach(t: &Thread, this: This) -> Result<Value> {
    let raw = this.raw(t)?;
    call(t, this.value(), "flush", &[])?;
    this.raw.set(t, this.header(), Value::NONE);
    set_owned(raw, false);
    Ok(raw)
}

/// As `BufferedIOBase` would, but a subclass may have its own `readline`.
fn next_line(t: &Thread, this: This, exact: bool) -> Result<Option<Value>> {
    let line = if exact { read_line(t, this, None)?.value() } else { t.call_method(this.value(), names::readline(), &[])? };
    Ok(if t.len(line)? == 0 { None } else { Some(line) })
}

fn up<T>(r: Ref<T>) -> This {
    r.value().downcast::<Buffered>().expect("layout of a buffered file")
}

/// The object as a buffered file of exactly one of the built-in classes.
pub(super) fn exact(v: Value) -> Option<This> {
    let c = class_of(v);
    v.downcast::<Buffered>()
        .filter(|_| c == BufferedReader::class() || c == BufferedWriter::class() || c == BufferedRandom::class())
}

macro_rules! buffered_class {
    ($(#[$doc:meta])* $name:ident, $text:literal, $able:expr, { $($own:tt)* }) => {
        #[derive(HeapType)]
        #[heap(base = Buffered, drop)]
        #[repr(C)]
        pub struct $name {
            base: Buffered,
        }
        $(#[$doc])*
        #[pyclass(name = $text, module = "_io", base = BufferedIOBase, flags(BASE, HAS_DICT, HAS_WEAKREF))]
        impl $name {
            #[py]
            fn __new__(t: &Thread, cls: Ref<Class>, args: &[Value], kwargs: Kwargs) -> Result<Ref<$name>> {
                let _ = (args, kwargs);
                t.create_in(cls, $name { base: Buffered::fresh() })
            }
            #[py("($self, raw, buffer_size=131072)")]
            fn __init__(t: &Thread, this: Ref<$name>, raw: Value, buffer_size: Option<i64>) -> Result<()> {
                initialise(t, up(this), raw, buffer_size.unwrap_or(super::BUFFER_SIZE as i64), $able)
            }
            #[py("($self, /)")]
            fn flush(t: &Thread, this: Ref<$name>) -> Result<()> {
                flush(t, up(this))
            }
            #[py("($self, /)")]
            fn close(t: &Thread, this: Ref<$name>) -> Result<()> {
                close(t, up(this))
            }
            #[py("($self, /)")]
            fn detach(t: &Thread, this: Ref<$name>) -> Result<Value> {
                detach(t, up(this))
            }
            #[py("($self, target, whence=0, /)")]
            fn seek(t: &Thread, this: Ref<$name>, target: Value, whence: Option<i32>) -> Result<i64> {
                seek(t, up(this), target, whence.unwrap_or(0))
            }
            #[py("($self, /)")]
            fn tell(t: &Thread, this: Ref<$name>) -> Result<i64> {
                tell(t, up(this))
            }
            #[py("($self, pos=None, /)")]
            fn truncate(t: &Thread, this: Ref<$name>, pos: Option<Value>) -> Result<Value> {
                truncate(t, up(this), pos)
            }
            #[py("($self, /)")]
            fn seekable(t: &Thread, this: Ref<$name>) -> Result<Value> {
                call(t, up(this).raw(t)?, "seekable", &[])
            }
            #[py("($self, /)")]
            fn readable(t: &Thread, this: Ref<$name>) -> Result<Value> {
                if $text == "BufferedWriter" {
                    return Ok(Value::FALSE);
                }
                call(t, up(this).raw(t)?, "readable", &[])
            }
            #[py("($self, /)")]
            fn writable(t: &Thread, this: Ref<$name>) -> Result<Value> {
                if $text == "BufferedReader" {
                    return Ok(Value::FALSE);
                }
                call(t, up(this).raw(t)?, "writable", &[])
            }
            #[py("($self, /)")]
            fn fileno(t: &Thread, this: Ref<$name>) -> Result<Value> {
                call(t, up(this).raw(t)?, "fileno", &[])
            }
            #[py("($self, /)")]
            fn isatty(t: &Thread, this: Ref<$name>) -> Result<Value> {
                call(t, up(this).raw(t)?, "isatty", &[])
            }
            #[py(getter)]
            fn raw(_t: &Thread, this: Ref<$name>) -> Value {
                up(this).raw.get().some().unwrap_or(Value::NONE)
            }
            #[py(getter)]
            fn closed(t: &Thread, this: Ref<$name>) -> Result<bool> {
                raw_closed(t, up(this).raw(t)?)
            }
            #[py(getter)]
            fn name(t: &Thread, this: Ref<$name>) -> Result<Value> {
                attr(t, up(this).raw(t)?, "name")
            }
            #[py(getter)]
            fn mode(t: &Thread, this: Ref<$name>) -> Result<Value> {
                attr(t, up(this).raw(t)?, "mode")
            }
            #[py]
            fn __repr__(t: &Thread, this: Ref<$name>) -> Result<String> {
                let class = class_of(this.value()).full_name();
                let name = match up(this).raw(t) {
                    Ok(raw) => attr_opt(t, raw, "name")?,
                    Err(_) => None,
                };
                Ok(match name {
                    Some(n) => format!("<{class} name={}>", t.repr(n)?),
                    None => format!("<{class}>"),
                })
            }
            #[py("($self, /)")]
            fn __getstate__(t: &Thread, this: Ref<$name>) -> Result<Value> {
                Err(t.type_error(format!("cannot pickle '{}' object", class_of(this.value()).name_string())))
            }
            $($own)*
        }
    };
}

macro_rules! reading_class {
    ($(#[$doc:meta])* $name:ident, $text:literal, $able:expr, { $($own:tt)* }) => {
        buffered_class!($(#[$doc])* $name, $text, $able, {
            #[py("($self, size=-1, /)")]
            fn read(t: &Thread, this: Ref<$name>, size: Option<Value>) -> Result<Value> {
                read(t, up(this), size)
            }
            #[py("($self, size=-1, /)")]
            fn read1(t: &Thread, this: Ref<$name>, size: Option<isize>) -> Result<Ref<Bytes>> {
                let v = read1(t, up(this), usize::try_from(size.unwrap_or(-1)).ok())?;
                Bytes::new(t, &v)
            }
            #[py("($self, buffer, /)")]
            fn readinto(t: &Thread, this: Ref<$name>, buffer: Value) -> Result<Value> {
                read_into(t, up(this), buffer, false)
            }
            #[py("($self, buffer, /)")]
            fn readinto1(t: &Thread, this: Ref<$name>, buffer: Value) -> Result<Value> {
                read_into(t, up(this), buffer, true)
            }
            #[py("($self, size=0, /)")]
            fn peek(t: &Thread, this: Ref<$name>, size: Option<isize>) -> Result<Ref<Bytes>> {
                let _ = size;
                peek(t, up(this))
            }
            #[py("($self, size=-1, /)")]
            fn readline(t: &Thread, this: Ref<$name>, size: Option<Value>) -> Result<Ref<Bytes>> {
                let n = size_arg(t, size)?;
                read_line(t, up(this), n)
            }
            #[py]
            fn __next__(t: &Thread, this: Ref<$name>) -> Result<Option<Value>> {
                next_line(t, up(this), class_of(this.value()) == $name::class())
            }
            $($own)*
        });
    };
}

fn write_value<T>(t: &Thread, this: Ref<T>, b: Value) -> Result<usize> {
    let data = t.bytes_at_once(b, flags::SIMPLE)?;
    write(t, up(this), &data)
}

reading_class!(
    /// Create a new buffered reader using the given readable raw IO object.
    BufferedReader, "BufferedReader", &[("readable", "readable")], {}
);
buffered_class!(
    /// A buffer for a writeable sequential RawIO object.
    BufferedWriter, "BufferedWriter", &[("writable", "writable")], {
        #[py("($self, buffer, /)")]
        fn write(t: &Thread, this: Ref<BufferedWriter>, buffer: Value) -> Result<usize> {
            write_value(t, this, buffer)
        }
    }
);
reading_class!(
    /// A buffered interface to random access streams.
    BufferedRandom, "BufferedRandom", &[("seekable", "seekable"), ("readable", "readable"), ("writable", "writable")], {
        #[py("($self, buffer, /)")]
        fn write(t: &Thread, this: Ref<BufferedRandom>, buffer: Value) -> Result<usize> {
            write_value(t, this, buffer)
        }
    }
);

/// A reader and a writer side by side.
#[derive(HeapType)]
#[heap(base = BufferedIOBase)]
#[repr(C)]
pub struct BufferedRWPair {
    base: BufferedIOBase,
    reader: Field,
    writer: Field,
}

impl BufferedRWPair {
    fn end<'a>(&'a self, t: &Thread, f: &'a Field) -> Result<Value> {
        f.get().some().ok_or_else(|| t.value_error("I/O operation on uninitialized object"))
    }
    fn forward(&self, t: &Thread, f: &Field, name: &str, args: &[Value]) -> Result<Value> {
        call(t, self.end(t, f)?, name, args)
    }
}

/// A buffered reader and writer object together.
#[pyclass(name = "BufferedRWPair", module = "_io", base = BufferedIOBase, flags(BASE, HAS_DICT, HAS_WEAKREF))]
impl BufferedRWPair {
    #[py]
    fn __new__(t: &Thread, cls: Ref<Class>, args: &[Value], kwargs: Kwargs) -> Result<Ref<BufferedRWPair>> {
        let _ = (args, kwargs);
        let content =
            BufferedRWPair { base: BufferedIOBase::fresh(), reader: Field::new(Value::EMPTY), writer: Field::new(Value::EMPTY) };
        t.create_in(cls, content)
    }
    #[py("($self, reader, writer, buffer_size=131072, /)")]
    fn __init__(t: &Thread, this: Ref<BufferedRWPair>, reader: Value, writer: Value, buffer_size: Option<i64>) -> Result<()> {
        let size = t.int(buffer_size.unwrap_or(super::BUFFER_SIZE as i64))?;
        for (o, method, what) in [(reader, "readable", "readable"), (writer, "writable", "writable")] {
            if call(t, o, method, &[])? != Value::TRUE {
                return Err(unsupported(t, &format!("File or stream is not {what}.")));
            }
        }
        let r = t.call(BufferedReader::class().value(), &[reader, size])?;
        let w = t.call(BufferedWriter::class().value(), &[writer, size])?;
        this.reader.set(t, this.header(), r);
        this.writer.set(t, this.header(), w);
        Ok(())
    }
    #[py("($self, size=-1, /)")]
    fn read(t: &Thread, this: Ref<BufferedRWPair>, size: Option<Value>) -> Result<Value> {
        this.forward(t, &this.reader, "read", &[size.unwrap_or(Value::small_int(-1))])
    }
    #[py("($self, size=-1, /)")]
    fn read1(t: &Thread, this: Ref<BufferedRWPair>, size: Option<Value>) -> Result<Value> {
        this.forward(t, &this.reader, "read1", &[size.unwrap_or(Value::small_int(-1))])
    }
    #[py("($self, size=0, /)")]
    fn peek(t: &Thread, this: Ref<BufferedRWPair>, size: Option<Value>) -> Result<Value> {
        this.forward(t, &this.reader, "peek", &[size.unwrap_or(Value::small_int(0))])
    }
    #[py("($self, buffer, /)")]
    fn readinto(t: &Thread, this: Ref<BufferedRWPair>, buffer: Value) -> Result<Value> {
        this.forward(t, &this.reader, "readinto", &[buffer])
    }
    #[py("($self, buffer, /)")]
    fn readinto1(t: &Thread, this: Ref<BufferedRWPair>, buffer: Value) -> Result<Value> {
        this.forward(t, &this.reader, "readinto1", &[buffer])
    }
    #[py("($self, buffer, /)")]
    fn write(t: &Thread, this: Ref<BufferedRWPair>, buffer: Value) -> Result<Value> {
        this.forward(t, &this.writer, "write", &[buffer])
    }
    #[py("($self, /)")]
    fn flush(t: &Thread, this: Ref<BufferedRWPair>) -> Result<Value> {
        this.forward(t, &this.writer, "flush", &[])
    }
    #[py("($self, /)")]
    fn readable(t: &Thread, this: Ref<BufferedRWPair>) -> Result<Value> {
        this.forward(t, &this.reader, "readable", &[])
    }
    #[py("($self, /)")]
    fn writable(t: &Thread, this: Ref<BufferedRWPair>) -> Result<Value> {
        this.forward(t, &this.writer, "writable", &[])
    }
    #[py("($self, /)")]
    fn isatty(t: &Thread, this: Ref<BufferedRWPair>) -> Result<Value> {
        let r = this.forward(t, &this.writer, "isatty", &[])?;
        if t.truth(r)? { Ok(r) } else { this.forward(t, &this.reader, "isatty", &[]) }
    }
    #[py("($self, /)")]
    fn close(t: &Thread, this: Ref<BufferedRWPair>) -> Result<()> {
        let w = this.forward(t, &this.writer, "close", &[]);
        let r = this.forward(t, &this.reader, "close", &[]);
        if let (Err(w), Err(r)) = (&w, &r) {
            ex::set_context(t, r.0, w.0);
        }
        r.and(w).map(drop)
    }
    #[py(getter)]
    fn closed(t: &Thread, this: Ref<BufferedRWPair>) -> Result<Value> {
        attr(t, this.end(t, &this.writer)?, "closed")
    }
}
