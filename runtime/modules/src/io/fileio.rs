//! `FileIO`: a file descriptor as a raw stream.

use super::base::*;
use std::sync::atomic::{AtomicBool, AtomicI32, AtomicU32, Ordering::*};
use taipan_vm::native::*;
use taipan_vm::objects::exceptions as ex;

const READ: u32 = 1;
const WRITE: u32 = 2;
const APPEND: u32 = 4;
const CREATE: u32 = 8;

#[derive(HeapType)]
#[heap(base = RawIOBase)]
#[repr(C)]
pub struct FileIO {
    base: RawIOBase,
    /// -1 when closed.
    fd: AtomicI32,
    flags: AtomicU32,
    /// -1: not asked yet.
    seekable: AtomicI32,
    closes: AtomicBool,
    block: AtomicI32,
}

/// A system call's result, retried when a signal interrupts it: the error number otherwise.
fn retry(t: &Thread, f: impl Fn() -> i64) -> Result<std::result::Result<i64, i32>> {
    loop {
        let (r, errno) = t.blocking(|| {
            let r = f();
            (r, if r < 0 { std::io::Error::last_os_error().raw_os_error().unwrap_or(0) } else { 0 })
        });
        if r >= 0 {
            return Ok(Ok(r));
        }
        if errno != libc::EINTR {
            return Ok(Err(errno));
        }
        if t.should_poll() {
            taipan_vm::interp::poll(t)?;
        }
    }
}

impl FileIO {
    /// The raw stream behind `v`, if nothing is overridden.
    pub(super) fn exact(v: Value) -> Option<Ref<FileIO>> {
        v.downcast::<FileIO>().filter(|_| class_of(v) == FileIO::class())
    }
    pub(super) fn is_closed(&self) -> bool {
        self.fd.load(Acquire) < 0
    }
    fn descriptor(&self, t: &Thread) -> Result<i32> {
        match self.fd.load(Acquire) {
            fd if fd >= 0 => Ok(fd),
            _ => Err(t.value_error("I/O operation on closed file")),
        }
    }
    fn has(&self, flag: u32) -> bool {
        self.flags.load(Relaxed) & flag != 0
    }
    fn need(&self, t: &Thread, flag: u32) -> Result<i32> {
        let fd = self.descriptor(t)?;
        if self.has(flag) {
            return Ok(fd);
        }
        Err(unsupported(t, if flag == READ { "File not open for reading" } else { "File not open for writing" }))
    }
    fn mode_string(&self) -> &'static str {
        let f = self.flags.load(Relaxed);
        match (f & CREATE != 0, f & APPEND != 0, f & READ != 0, f & WRITE != 0) {
            (true, _, true, _) => "xb+",
            (true, ..) => "xb",
            (_, true, true, _) => "ab+",
            (_, true, ..) => "ab",
            (_, _, true, true) => "rb+",
            (_, _, true, false) => "rb",
            _ => "wb",
        }
    }
    pub(super) fn block_size(&self) -> usize {
        match self.block.load(Relaxed) {
            n if n > 1 => n as usize,
            _ => super::BUFFER_SIZE,
        }
    }
    /// Reads into `out`; `None` when it would block.
    pub(super) fn read_bytes(&self, t: &Thread, out: &mut [u8]) -> Result<Option<usize>> {
        let fd = self.need(t, READ)?;
        let (p, n) = (out.as_mut_ptr() as usize, out.len());
        // SAFETY: `out` is borrowed for the call.
        match retry(t, || unsafe { libc::read(fd, p as *mut libc::c_void, n) as i64 })? {
            Ok(n) => Ok(Some(n as usize)),
            Err(e) if e == libc::EAGAIN => Ok(None),
            Err(e) => Err(ex::os_error(t, e, None)),
        }
    }
    pub(super) fn write_bytes(&self, t: &Thread, data: &[u8]) -> Result<Option<usize>> {
        let fd = self.need(t, WRITE)?;
        let (p, n) = (data.as_ptr() as usize, data.len());
        // SAFETY: `data` is borrowed for the call.
        match retry(t, || unsafe { libc::write(fd, p as *const libc::c_void, n) as i64 })? {
            Ok(n) => Ok(Some(n as usize)),
            Err(e) if e == libc::EAGAIN => Ok(None),
            Err(e) => Err(ex::os_error(t, e, None)),
        }
    }
    pub(super) fn seek_to(&self, t: &Thread, offset: i64, whence: i32) -> Result<i64> {
        let fd = self.descriptor(t)?;
        // SAFETY: no memory is involved.
        match retry(t, || unsafe { libc::lseek(fd, offset, whence) })? {
            Ok(n) => Ok(n),
            Err(e) => Err(ex::os_error(t, e, None)),
        }
    }
    fn can_seek(&self, t: &Thread) -> Result<bool> {
        self.descriptor(t)?;
        let known = self.seekable.load(Relaxed);
        if known >= 0 {
            return Ok(known == 1);
        }
        let yes = self.seek_to(t, 0, libc::SEEK_CUR).is_ok();
        self.seekable.store(yes as i32, Relaxed);
        Ok(yes)
    }
    /// All that is left; `None` when it would block at once.
    pub(super) fn read_all(&self, t: &Thread) -> Result<Option<Vec<u8>>> {
        let fd = self.need(t, READ)?;
        // SAFETY: plain data, filled by the call.
        let mut s: libc::stat = unsafe { std::mem::zeroed() };
        // SAFETY: `s` is ours.
        let size = if unsafe { libc::fstat(fd, &mut s) } == 0 { s.st_size } else { 0 };
        // SAFETY: no memory is involved.
        let at = if size > 0 { unsafe { libc::lseek(fd, 0, libc::SEEK_CUR) } } else { 0 };
        let expected = if at >= 0 && size > at { (size - at) as usize + 1 } else { super::BUFFER_SIZE };
        let mut out = vec![0; expected];
        let mut n = 0;
        loop {
            if n == out.len() {
                let more = out.len().clamp(super::BUFFER_SIZE, 1 << 26);
                out.resize(n + more, 0);
            }
            match self.read_bytes(t, &mut out[n..])? {
                Some(0) => break,
                Some(k) => n += k,
                None if n == 0 => return Ok(None),
                None => break,
            }
        }
        out.truncate(n);
        Ok(Some(out))
    }
    pub(super) fn is_terminal(&self, t: &Thread) -> Result<bool> {
        let fd = self.descriptor(t)?;
        // SAFETY: no memory is involved.
        Ok(unsafe { libc::isatty(fd) } == 1)
    }
    fn close_descriptor(&self, t: &Thread) -> Result<()> {
        let fd = self.fd.swap(-1, AcqRel);
        if fd >= 0 && self.closes.load(Relaxed) {
            // SAFETY: the descriptor is this object's; it was taken out of it.
            let errno = t.blocking(|| {
                if unsafe { libc::close(fd) } < 0 { std::io::Error::last_os_error().raw_os_error().unwrap_or(0) } else { 0 }
            });
            if errno != 0 && errno != libc::EINTR {
                return Err(ex::os_error(t, errno, None));
            }
        }
        Ok(())
    }
}

fn parse_mode(t: &Thread, mode: &str) -> Result<(u32, i32)> {
    let bad = || t.value_error("Must have exactly one of create/read/write/append mode and at most one plus");
    let (mut flags, mut open) = (0, 0);
    let (mut main, mut plus) = (false, false);
    for c in mode.chars() {
        match c {
            'x' | 'r' | 'w' | 'a' if main => return Err(bad()),
            'x' => (flags, open, main) = (CREATE | WRITE, libc::O_EXCL | libc::O_CREAT, true),
            'r' => (flags, main) = (READ, true),
            'w' => (flags, open, main) = (WRITE, libc::O_CREAT | libc::O_TRUNC, true),
            'a' => (flags, open, main) = (WRITE | APPEND, libc::O_APPEND | libc::O_CREAT, true),
            'b' => {}
            '+' if plus => return Err(bad()),
            '+' => plus = true,
            _ => return Err(t.value_error(format!("invalid mode: {mode}"))),
        }
    }
    if !main {
        return Err(bad());
    }
    if plus {
        flags |= READ | WRITE;
    }
    open |= match (flags & READ != 0, flags & WRITE != 0) {
        (true, true) => libc::O_RDWR,
        (true, false) => libc::O_RDONLY,
        _ => libc::O_WRONLY,
    };
    Ok((flags, open | libc::O_CLOEXEC))
}

/// Open a file.
#[pyclass(name = "FileIO", module = "_io", base = RawIOBase, flags(BASE, HAS_DICT, HAS_WEAKREF))]
impl FileIO {
    #[py]
    fn __new__(t: &Thread, cls: Ref<Class>, args: &[Value], kwargs: Kwargs) -> Result<Ref<FileIO>> {
        let _ = (args, kwargs);
        let content = FileIO {
            base: RawIOBase::fresh(),
            fd: AtomicI32::new(-1),
            flags: AtomicU32::new(0),
            seekable: AtomicI32::new(-1),
            closes: AtomicBool::new(true),
            block: AtomicI32::new(0),
        };
        t.create_in(cls, content)
    }
    #[py("($self, file, mode='r', closefd=True, opener=None)")]
    fn __init__(
        t: &Thread,
        this: Ref<FileIO>,
        file: Value,
        mode: Option<Ref<Str>>,
        closefd: Option<bool>,
        opener: Option<Value>,
    ) -> Result<()> {
        this.close_descriptor(t)?;
        let closefd = closefd.unwrap_or(true);
        let mode = mode.map_or_else(|| Str::intern_str(t, "r"), Ok)?;
        let (flags, open) = parse_mode(t, &mode.to_string_lossy())?;
        taipan_vm::modules::audit::raise(t, "open", &[file, mode.value(), Value::small_int(i64::from(open))])?;
        this.flags.store(flags, Relaxed);
        this.seekable.store(-1, Relaxed);
        let number = if file.downcast::<Str>().is_some() || file.downcast::<Bytes>().is_some() { None } else { t.index_opt(file)? };
        let mut opened = false;
        let fd = if let Some(i) = number {
            if file.is_bool() {
                t.warn(ex::Kind::RuntimeWarning, "bool is used as a file descriptor")?;
            }
            let fd = i32::try_from(t.to_i64(i)?).map_err(|_| t.overflow_error("Python int too large to convert to C int"))?;
            if fd < 0 {
                return Err(t.value_error("negative file descriptor"));
            }
            fd
        } else {
            let (path, _) = taipan_vm::objects::str_codecs::fs_path(t, file)?;
            if !closefd {
                return Err(t.value_error("Cannot use closefd=False with file name"));
            }
            opened = true;
            match opener.filter(|o| !o.is_none()) {
                Some(opener) => {
                    let r = t.call(opener, &[file, Value::small_int(open as i64)])?;
                    let Some(i) = t.index_opt(r)? else { return Err(t.type_error("expected integer from opener")) };
                    let fd = t.to_i64(i)?;
                    if fd < 0 {
                        return Err(t.value_error(format!("opener returned {fd}")));
                    }
                    fd as i32
                }
                None => {
                    let path = std::ffi::CString::new(path).map_err(|_| t.value_error("embedded null byte"))?;
                    // SAFETY: the path is NUL-terminated.
                    match retry(t, || unsafe { libc::open(path.as_ptr(), open, 0o666) as i64 })? {
                        Ok(fd) => fd as i32,
                        Err(e) => return Err(ex::os_error(t, e, Some(file))),
                    }
                }
            }
        };
        // SAFETY: plain data, filled by the call.
        let mut s: libc::stat = unsafe { std::mem::zeroed() };
        // SAFETY: `s` is ours.
        let failed = if unsafe { libc::fstat(fd, &mut s) } != 0 {
            match std::io::Error::last_os_error().raw_os_error().unwrap_or(0) {
                libc::EBADF => Some(libc::EBADF),
                _ => None,
            }
        } else if s.st_mode & libc::S_IFMT == libc::S_IFDIR {
            Some(libc::EISDIR)
        } else {
            this.block.store(i32::try_from(s.st_blksize).unwrap_or(0), Relaxed);
            None
        };
        if let Some(e) = failed {
            if opened {
                // SAFETY: opened here.
                unsafe { libc::close(fd) };
            }
            return Err(ex::os_error(t, e, Some(file)));
        }
        this.closes.store(closefd, Relaxed);
        this.fd.store(fd, Release);
        set_attr(t, this.value(), "name", file)?;
        if flags & APPEND != 0 {
            let _ = this.seek_to(t, 0, libc::SEEK_END);
        }
        Ok(())
    }
    /// Read at most size bytes, returned as bytes.
    #[py("($self, size=-1, /)")]
    fn read(t: &Thread, this: Ref<FileIO>, size: Option<Value>) -> Result<Value> {
        this.need(t, READ)?;
        let Some(n) = size_arg(t, size)? else { return call(t, this.value(), "readall", &[]) };
        let mut b = vec![0; n.min(0x7fff_f000)];
        match this.read_bytes(t, &mut b)? {
            Some(n) => Bytes::new(t, &b[..n]).map(Ref::value),
            None => Ok(Value::NONE),
        }
    }
    /// Read all data from the file, returned as bytes.
    #[py("($self, /)")]
    fn readall(t: &Thread, this: Ref<FileIO>) -> Result<Value> {
        match this.read_all(t)? {
            Some(b) => Bytes::new(t, &b).map(Ref::value),
            None => Ok(Value::NONE),
        }
    }
    /// Same as RawIOBase.readinto().
    #[py("($self, buffer, /)")]
    fn readinto(t: &Thread, this: Ref<FileIO>, buffer: Value) -> Result<Option<usize>> {
        this.need(t, READ)?;
        let mut b = t.writable_argument("readinto", buffer)?;
        this.read_bytes(t, b.as_mut_slice())
    }
    /// Write buffer b to file, return number of bytes written.
    #[py("($self, b, /)")]
    fn write(t: &Thread, this: Ref<FileIO>, b: Value) -> Result<Option<usize>> {
        this.need(t, WRITE)?;
        let b = t.buffer(b)?;
        this.write_bytes(t, b.as_slice())
    }
    /// Move to new file position and return the file position.
    #[py("($self, offset, whence=0, /)")]
    fn seek(t: &Thread, this: Ref<FileIO>, offset: Value, whence: Option<i32>) -> Result<i64> {
        this.descriptor(t)?;
        let offset = t.to_i64(offset)?;
        this.seek_to(t, offset, whence.unwrap_or(0))
    }
    /// Current file position.
    #[py("($self, /)")]
    fn tell(t: &Thread, this: Ref<FileIO>) -> Result<i64> {
        this.seek_to(t, 0, libc::SEEK_CUR)
    }
    /// Truncate the file to at most size bytes and return the truncated size.
    #[py("($self, size=None, /)")]
    fn truncate(t: &Thread, this: Ref<FileIO>, size: Option<Value>) -> Result<Value> {
        let fd = this.need(t, WRITE)?;
        let n = match size.filter(|v| !v.is_none()) {
            Some(v) => t.to_i64(v)?,
            None => this.seek_to(t, 0, libc::SEEK_CUR)?,
        };
        // SAFETY: no memory is involved.
        match retry(t, || unsafe { libc::ftruncate(fd, n) as i64 })? {
            Ok(_) => t.int(n),
            Err(e) => Err(ex::os_error(t, e, None)),
        }
    }
    /// Close the file.
    #[py("($self, /)")]
    fn close(t: &Thread, this: Ref<FileIO>) -> Result<()> {
        // Subclasses may have something to flush. The file is closed whatever becomes of that.
        let flushed = if this.is_closed() { Ok(Value::NONE) } else { call(t, this.value(), "flush", &[]) };
        let closed = this.close_descriptor(t);
        this.base_mark_closed();
        if let (Err(flushed), Err(closed)) = (&flushed, &closed) {
            ex::set_context(t, closed.0, flushed.0);
        }
        closed.and(flushed.map(drop))
    }
    /// Return the underlying file descriptor (an integer).
    #[py("($self, /)")]
    fn fileno(t: &Thread, this: Ref<FileIO>) -> Result<i32> {
        this.descriptor(t)
    }
    /// True if file was opened in a read mode.
    #[py("($self, /)")]
    fn readable(t: &Thread, this: Ref<FileIO>) -> Result<bool> {
        this.descriptor(t)?;
        Ok(this.has(READ))
    }
    /// True if file was opened in a write mode.
    #[py("($self, /)")]
    fn writable(t: &Thread, this: Ref<FileIO>) -> Result<bool> {
        this.descriptor(t)?;
        Ok(this.has(WRITE))
    }
    /// True if file supports random-access.
    #[py("($self, /)")]
    fn seekable(t: &Thread, this: Ref<FileIO>) -> Result<bool> {
        this.can_seek(t)
    }
    /// True if the file is connected to a TTY device.
    #[py("($self, /)")]
    fn isatty(t: &Thread, this: Ref<FileIO>) -> Result<bool> {
        this.is_terminal(t)
    }
    /// True if the file is closed
    #[py(getter)]
    fn closed(_t: &Thread, this: Ref<FileIO>) -> bool {
        this.fd.load(Acquire) < 0
    }
    /// True if the file descriptor will be closed by close().
    #[py(getter)]
    fn closefd(_t: &Thread, this: Ref<FileIO>) -> bool {
        this.closes.load(Relaxed)
    }
    /// String giving the file mode
    #[py(getter)]
    fn mode(_t: &Thread, this: Ref<FileIO>) -> &'static str {
        this.mode_string()
    }
    #[py(getter)]
    fn _blksize(_t: &Thread, this: Ref<FileIO>) -> usize {
        this.block_size()
    }
    #[py]
    fn __repr__(t: &Thread, this: Ref<FileIO>) -> Result<String> {
        let class = class_of(this.value()).full_name();
        let fd = this.fd.load(Acquire);
        if fd < 0 {
            return Ok(format!("<{class} [closed]>"));
        }
        let closefd = if this.closes.load(Relaxed) { "True" } else { "False" };
        Ok(match attr_opt(t, this.value(), "name")? {
            None => format!("<{class} fd={fd} mode='{}' closefd={closefd}>", this.mode_string()),
            Some(name) => format!("<{class} name={} mode='{}' closefd={closefd}>", t.repr(name)?, this.mode_string()),
        })
    }
    #[py("($self, /)")]
    fn __getstate__(t: &Thread, this: Ref<FileIO>) -> Result<Value> {
        Err(t.type_error(format!("cannot pickle '{}' object", class_of(this.value()).name_string())))
    }
}

impl FileIO {
    fn base_mark_closed(self: &FileIO) {
        self.base.base_io().mark_closed()
    }
}
