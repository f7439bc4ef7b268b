//! `BytesIO`: bytes in memory as a stream. The content is a `bytearray`, which knows what of it is lent out.

use super::base::*;
use std::sync::atomic::{AtomicUsize, Ordering::*};
use taipan_vm::native::*;
use taipan_vm::objects::buffer::flags;
use taipan_vm::objects::bytearray::ByteArray;

#[derive(HeapType)]
#[heap(base = BufferedIOBase)]
#[repr(C)]
pub struct BytesIO {
    base: BufferedIOBase,
    content: RefField<ByteArray>,
    pos: AtomicUsize,
    #[noscan(drop)]
    lock: FileLock,
}

impl BytesIO {
    fn open(&self, t: &Thread) -> Result<Ref<ByteArray>> {
        self.content.get().ok_or_else(|| closed_error(t))
    }
    /// Takes up to `n` bytes from the position on.
    pub(super) fn take(&self, t: &Thread, n: Option<usize>) -> Result<Ref<Bytes>> {
        let b = self.open(t)?;
        let _lock = self.lock.enter(t)?;
        let pos = self.pos.load(Relaxed);
        let v = b.with(t, |b| {
            let start = pos.min(b.len());
            b[start..start + n.unwrap_or(usize::MAX).min(b.len() - start)].to_vec()
        });
        self.pos.store(pos + v.len(), Relaxed);
        Bytes::new(t, &v)
    }
    fn take_line(&self, t: &Thread, n: Option<usize>) -> Result<Ref<Bytes>> {
        let b = self.open(t)?;
        let _lock = self.lock.enter(t)?;
        let pos = self.pos.load(Relaxed);
        let v = b.with(t, |b| {
            let rest = &b[pos.min(b.len())..];
            let end = rest.iter().position(|&c| c == b'\n').map_or(rest.len(), |i| i + 1);
            rest[..end.min(n.unwrap_or(usize::MAX))].to_vec()
        });
        self.pos.store(pos + v.len(), Relaxed);
        Bytes::new(t, &v)
    }
    fn put(&self, t: &Thread, data: &[u8]) -> Result<usize> {
        let b = self.open(t)?;
        let _lock = self.lock.enter(t)?;
        if data.is_empty() {
            return Ok(0);
        }
        let pos = self.pos.load(Relaxed);
        if pos > b.len() {
            b.resize(t, pos)?;
        }
        b.splice(t, |b| Some(pos.min(b.len())..pos.saturating_add(data.len()).min(b.len())), data)?;
        self.pos.store(pos + data.len(), Relaxed);
        Ok(data.len())
    }
}

/// Buffered I/O implementation using an in-memory bytes buffer.
#[pyclass(name = "BytesIO", module = "_io", base = BufferedIOBase, flags(BASE, HAS_DICT, HAS_WEAKREF))]
impl BytesIO {
    #[py]
    fn __new__(t: &Thread, cls: Ref<Class>, args: &[Value], kwargs: Kwargs) -> Result<Ref<BytesIO>> {
        let _ = (args, kwargs);
        let content = ByteArray::new(t, b"")?;
        let io =
            BytesIO { base: BufferedIOBase::fresh(), content: RefField::null(), pos: AtomicUsize::new(0), lock: FileLock::new() };
        let r = if cls == BytesIO::class() { t.create(io)? } else { t.create_in(cls, io)? };
        r.content.set(t, r.header(), content);
        Ok(r)
    }
    #[py("($self, initial_bytes=b'')")]
    fn __init__(t: &Thread, this: Ref<BytesIO>, initial_bytes: Option<Value>) -> Result<()> {
        let content = match initial_bytes.filter(|v| !v.is_none()) {
            Some(v) => t.bytes_at_once(v, flags::SIMPLE)?,
            None => Vec::new(),
        };
        if let Some(old) = this.content.get() {
            // Refused while memory is lent out.
            old.resize(t, 0)?;
        }
        let b = ByteArray::new(t, &content)?;
        this.content.set(t, this.header(), b);
        this.pos.store(0, Relaxed);
        Ok(())
    }
    #[py("($self, /)")]
    fn __getstate__(t: &Thread, this: Ref<BytesIO>) -> Result<Value> {
        let content = BytesIO::getvalue(t, this)?;
        (content, this.pos.load(Relaxed), dict_copy(t, this.value())?).into_value(t)
    }
    #[py("($self, state, /)")]
    fn __setstate__(t: &Thread, this: Ref<BytesIO>, state: Value) -> Result<()> {
        let Some([content, pos, dict]) = state.downcast::<Tuple>().and_then(|s| s.as_slice().first_chunk::<3>().copied()) else {
            let (class, got) = (class_of(this.value()).name_string(), class_of(state).name_string());
            return Err(t.type_error(format!("{class}.__setstate__ argument should be 3-tuple, got {got}")));
        };
        this.open(t)?;
        BytesIO::__init__(t, this, None)?;
        this.put(t, &t.bytes_at_once(content, flags::SIMPLE)?)?;
        let pos = position_of_state(t, pos, "second")?;
        this.pos.store(pos, Relaxed);
        restore_dict(t, this.value(), dict, "third")
    }
    /// Read at most size bytes, returned as a bytes object.
    #[py("($self, size=-1, /)")]
    fn read(t: &Thread, this: Ref<BytesIO>, size: Option<Value>) -> Result<Ref<Bytes>> {
        this.take(t, size_arg(t, size)?)
    }
    /// Read at most size bytes, returned as a bytes object.
    #[py("($self, size=-1, /)")]
    fn read1(t: &Thread, this: Ref<BytesIO>, size: Option<Value>) -> Result<Ref<Bytes>> {
        this.take(t, size_arg(t, size)?)
    }
    /// Next line from the file, as a bytes object.
    #[py("($self, size=-1, /)")]
    fn readline(t: &Thread, this: Ref<BytesIO>, size: Option<Value>) -> Result<Ref<Bytes>> {
        this.take_line(t, size_arg(t, size)?)
    }
    /// List of bytes objects, each a line from the file.
    #[py("($self, size=None, /)")]
    fn readlines(t: &Thread, this: Ref<BytesIO>, size: Option<Value>) -> Result<Ref<List>> {
        let hint = size_arg(t, size)?;
        let out = List::new(t)?;
        let mut total = 0;
        loop {
            let line = this.take_line(t, None)?;
            if line.is_empty() {
                return Ok(out);
            }
            out.append(t, line.value())?;
            total += line.len();
            if hint.is_some_and(|h| h > 0 && total >= h) {
                return Ok(out);
            }
        }
    }
    #[py]
    fn __next__(t: &Thread, this: Ref<BytesIO>) -> Result<Option<Value>> {
        let line = this.take_line(t, None)?;
        Ok(if line.is_empty() { None } else { Some(line.value()) })
    }
    /// Read bytes into buffer.
    #[py("($self, buffer, /)")]
    fn readinto(t: &Thread, this: Ref<BytesIO>, buffer: Value) -> Result<usize> {
        let mut b = t.writable_argument("readinto", buffer)?;
        let data = this.take(t, Some(b.len()))?;
        b.as_mut_slice()[..data.len()].copy_from_slice(data.as_slice());
        Ok(data.len())
    }
    /// Write bytes to file.
    #[py("($self, b, /)")]
    fn write(t: &Thread, this: Ref<BytesIO>, b: Value) -> Result<usize> {
        this.open(t)?;
        let data = t.bytes_at_once(b, flags::SIMPLE)?;
        this.put(t, &data)
    }
    /// Write lines to the file.
    #[py("($self, lines, /)")]
    fn writelines(t: &Thread, this: Ref<BytesIO>, lines: Value) -> Result<()> {
        this.open(t)?;
        t.for_each(lines, |line| {
            let data = t.bytes_at_once(line, flags::SIMPLE)?;
            this.put(t, &data).map(drop)
        })
    }
    /// Retrieve the entire contents of the BytesIO object.
    #[py("($self, /)")]
    fn getvalue(t: &Thread, this: Ref<BytesIO>) -> Result<Ref<Bytes>> {
        let v = this.open(t)?.to_vec(t);
        Bytes::new(t, &v)
    }
    /// Get a read-write view over the contents of the BytesIO object.
    #[py("($self, /)")]
    fn getbuffer(t: &Thread, this: Ref<BytesIO>) -> Result<Value> {
        let b = this.open(t)?;
        t.call(taipan_vm::objects::memoryview::MemoryView::class().value(), &[b.value()])
    }
    /// Change stream position.
    #[py("($self, pos, whence=0, /)")]
    fn seek(t: &Thread, this: Ref<BytesIO>, pos: Value, whence: Option<i32>) -> Result<usize> {
        let b = this.open(t)?;
        let pos = t.to_isize(pos)?;
        let _lock = this.lock.enter(t)?;
        let base = match whence.unwrap_or(0) {
            0 if pos < 0 => return Err(t.value_error(format!("negative seek value {pos}"))),
            0 => 0,
            1 => this.pos.load(Relaxed) as isize,
            2 => b.len() as isize,
            w => return Err(t.value_error(format!("invalid whence ({w}, should be 0, 1 or 2)"))),
        };
        let Some(to) = base.checked_add(pos) else { return Err(t.overflow_error("new position too large")) };
        this.pos.store(to.max(0) as usize, Relaxed);
        Ok(to.max(0) as usize)
    }
    /// Current file position, an integer.
    #[py("($self, /)")]
    fn tell(t: &Thread, this: Ref<BytesIO>) -> Result<usize> {
        this.open(t)?;
        Ok(this.pos.load(Relaxed))
    }
    /// Truncate the file to at most size bytes.
    #[py("($self, size=None, /)")]
    fn truncate(t: &Thread, this: Ref<BytesIO>, size: Option<Value>) -> Result<usize> {
        let b = this.open(t)?;
        let n = match size.filter(|v| !v.is_none()) {
            None => this.pos.load(Relaxed),
            Some(v) => {
                let n = t.to_isize(v)?;
                usize::try_from(n).map_err(|_| t.value_error(format!("negative size value {n}")))?
            }
        };
        if n < b.len() {
            b.resize(t, n)?;
        }
        Ok(n)
    }
    /// Disable all I/O operations.
    #[py("($self, /)")]
    fn close(t: &Thread, this: Ref<BytesIO>) -> Result<()> {
        if let Some(b) = this.content.get() {
            // Refused while memory is lent out.
            b.resize(t, 0)?;
            this.content.set(t, this.header(), None);
        }
        Ok(())
    }
    /// Does nothing.
    #[py("($self, /)")]
    fn flush(t: &Thread, this: Ref<BytesIO>) -> Result<()> {
        this.open(t).map(drop)
    }
    /// Always returns False.
    #[py("($self, /)")]
    fn isatty(t: &Thread, this: Ref<BytesIO>) -> Result<bool> {
        this.open(t).map(|_| false)
    }
    /// Returns True if the IO object can be read.
    #[py("($self, /)")]
    fn readable(t: &Thread, this: Ref<BytesIO>) -> Result<bool> {
        this.open(t).map(|_| true)
    }
    /// Returns True if the IO object can be written.
    #[py("($self, /)")]
    fn writable(t: &Thread, this: Ref<BytesIO>) -> Result<bool> {
        this.open(t).map(|_| true)
    }
    /// Returns True if the IO object can be seeked.
    #[py("($self, /)")]
    fn seekable(t: &Thread, this: Ref<BytesIO>) -> Result<bool> {
        this.open(t).map(|_| true)
    }
    /// True if the file is closed.
    #[py(getter)]
    fn closed(_t: &Thread, this: Ref<BytesIO>) -> bool {
        this.content.get().is_none()
    }
}
