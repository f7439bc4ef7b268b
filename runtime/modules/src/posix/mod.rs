//! `posix`: the operating system's calls. Paths may be str, bytes or path-like; results are str unless a bytes path was given.

mod descriptors;
pub(crate) mod fork;
mod numbers;
mod paths;
mod process;

pub(crate) use process::user_id;

use std::ffi::{CStr, CString, OsString};
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::path::PathBuf;
use taipan_vm::native::*;
use taipan_vm::objects::exceptions as ex;
use taipan_vm::objects::struct_seq::{self, Description};

pub struct Posix;

static STAT_RESULT: Description = Description {
    name: "os.stat_result",
    doc: "stat_result: Result from stat, fstat, or lstat.",
    fields: &[
        ("st_mode", "protection bits"),
        ("st_ino", "inode"),
        ("st_dev", "device"),
        ("st_nlink", "number of hard links"),
        ("st_uid", "user ID of owner"),
        ("st_gid", "group ID of owner"),
        ("st_size", "total size, in bytes"),
        ("_st_atime", "integer time of last access"),
        ("_st_mtime", "integer time of last modification"),
        ("_st_ctime", "integer time of last change"),
        ("st_atime", "time of last access"),
        ("st_mtime", "time of last modification"),
        ("st_ctime", "time of last change"),
        ("st_atime_ns", "time of last access in nanoseconds"),
        ("st_mtime_ns", "time of last modification in nanoseconds"),
        ("st_ctime_ns", "time of last change in nanoseconds"),
        ("st_blksize", "blocksize for filesystem I/O"),
        ("st_blocks", "number of blocks allocated"),
        ("st_rdev", "device type (if inode device)"),
    ],
    visible: 10,
    callable: true,
};
static TERMINAL_SIZE: Description = Description {
    name: "os.terminal_size",
    doc: "A tuple of (columns, lines) for holding terminal window size",
    fields: &[("columns", "width of the terminal window in characters"), ("lines", "height of the terminal window in characters")],
    visible: 2,
    callable: true,
};
static UNAME: Description = Description {
    name: "posix.uname_result",
    doc: "uname_result: Result from os.uname().",
    fields: &[
        ("sysname", "operating system name"),
        ("nodename", "name of machine on network (implementation-defined)"),
        ("release", "operating system release"),
        ("version", "operating system version"),
        ("machine", "hardware identifier"),
    ],
    visible: 5,
    callable: true,
};
static TIMES: Description = Description {
    name: "posix.times_result",
    doc: "times_result: Result from os.times().",
    fields: &[
        ("user", "user time"),
        ("system", "system time"),
        ("children_user", "user time of children"),
        ("children_system", "system time of children"),
        ("elapsed", "elapsed time since an arbitrary point in the past"),
    ],
    visible: 5,
    callable: true,
};

/// A path argument.
pub(crate) struct FsPath {
    pub bytes: Vec<u8>,
    /// The object that names it in errors.
    pub object: Option<Value>,
    /// It was given as bytes.
    pub is_bytes: bool,
    /// It was given as a descriptor, where that is allowed.
    pub fd: Option<i32>,
}

impl FsPath {
    pub(crate) fn c(&self, t: &Thread) -> Result<CString> {
        CString::new(self.bytes.clone()).map_err(|_| t.value_error("embedded null byte"))
    }
    fn path(&self) -> PathBuf {
        PathBuf::from(OsString::from_vec(self.bytes.clone()))
    }
    fn error(&self, t: &Thread, e: &std::io::Error) -> Exc {
        ex::os_error(t, e.raw_os_error().unwrap_or(0), self.object)
    }
}

/// Encodes a str for the file system: UTF-8, lone surrogates U+DC80..U+DCFF as the bytes they stand for.
pub(crate) fn encode_fs(t: &Thread, s: Ref<Str>) -> Result<Vec<u8>> {
    if let Some(a) = s.as_ascii() {
        return Ok(a.as_bytes().to_vec());
    }
    let mut out = Vec::with_capacity(s.len() * 2);
    for c in s.units().iter() {
        match char::from_u32(c) {
            Some(c) => out.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes()),
            None if (0xdc80..0xdd00).contains(&c) => out.push((c - 0xdc00) as u8),
            None => return Err(t.value_error("surrogates not allowed in a file name")),
        }
    }
    Ok(out)
}

/// Decodes what the system gave: UTF-8, other bytes as lone surrogates.
pub(crate) fn decode_fs(t: &Thread, bytes: &[u8]) -> Result<Ref<Str>> {
    Str::from_fs_bytes(t, bytes)
}

/// Converts a path argument of the function `name`.
pub(crate) fn fs_path(t: &Thread, v: Value, name: &str, allow_fd: bool) -> Result<FsPath> {
    let path = lexical_path(t, v, name, allow_fd)?;
    if path.bytes.contains(&0) {
        return Err(t.value_error(format!("{name}: embedded null character in path")));
    }
    Ok(path)
}

/// As `fs_path`, for functions that only look at the text, which may contain null characters.
fn lexical_path(t: &Thread, v: Value, name: &str, allow_fd: bool) -> Result<FsPath> {
    if let Some(s) = v.downcast::<Str>() {
        let bytes = encode_fs(t, s)?;
        return Ok(FsPath { bytes, object: Some(v), is_bytes: false, fd: None });
    }
    if let Some(b) = v.downcast::<Bytes>() {
        return Ok(FsPath { bytes: b.as_slice().to_vec(), object: Some(v), is_bytes: true, fd: None });
    }
    if allow_fd {
        if let Some(i) = t.index_opt(v)? {
            if v.is_bool() {
                t.warn(ex::Kind::RuntimeWarning, "bool is used as a file descriptor")?;
            }
            let fd = t.to_i64(i)?;
            let fd = i32::try_from(fd).map_err(|_| t.overflow_error("fd is greater than maximum"))?;
            return Ok(FsPath { bytes: Vec::new(), object: Some(v), is_bytes: false, fd: Some(fd) });
        }
    }
    let class = class_of(v);
    let Some(f) = class.special(t, taipan_vm::objects::class::Special::Fspath) else {
        let kinds = if allow_fd { "string, bytes, os.PathLike or integer" } else { "string, bytes or os.PathLike" };
        return Err(t.type_error(format!("{name}: path should be {kinds}, not {}", class.name_string())));
    };
    let p = t.call_special0(f, v)?;
    if p.downcast::<Str>().is_none() && p.downcast::<Bytes>().is_none() {
        return Err(t.type_error(format!(
            "expected {}.__fspath__() to return str or bytes, not {}",
            class.name_string(),
            class_of(p).name_string()
        )));
    }
    lexical_path(t, p, name, false)
}

fn result_path(t: &Thread, bytes: &[u8], is_bytes: bool) -> Result<Value> {
    if is_bytes { Bytes::new(t, bytes).map(Ref::value) } else { decode_fs(t, bytes).map(Ref::value) }
}

fn last_error(t: &Thread, object: Option<Value>) -> Exc {
    ex::os_error(t, std::io::Error::last_os_error().raw_os_error().unwrap_or(0), object)
}

/// The value of a system call that returns -1 on failure; it may wait, so the thread leaves the running state.
fn call<T: PartialEq + From<i8> + Copy>(t: &Thread, object: Option<Value>, f: impl Fn() -> T) -> Result<T> {
    loop {
        let mut errno = 0;
        let r = t.blocking(|| {
            let r = f();
            errno = std::io::Error::last_os_error().raw_os_error().unwrap_or(0);
            r
        });
        if r != T::from(-1) {
            return Ok(r);
        }
        if errno == libc::EINTR {
            if t.should_poll() {
                taipan_vm::interp::poll(t)?;
            }
            continue;
        }
        return Err(ex::os_error(t, errno, object));
    }
}

fn stat_value(t: &Thread, s: &libc::stat) -> Result<Value> {
    let ns = |sec: i64, nsec: i64| sec as i128 * 1_000_000_000 + nsec as i128;
    let times = [(s.st_atime, s.st_atime_nsec), (s.st_mtime, s.st_mtime_nsec), (s.st_ctime, s.st_ctime_nsec)];
    let v = ValueVec::new();
    for i in [s.st_mode as i64, s.st_ino as i64, s.st_dev as i64, s.st_nlink as i64, s.st_uid as i64, s.st_gid as i64, s.st_size] {
        v.push(t, t.int(i)?)?;
    }
    for (sec, _) in times {
        v.push(t, t.int(sec)?)?;
    }
    for (sec, nsec) in times {
        v.push(t, t.float(sec as f64 + nsec as f64 * 1e-9)?)?;
    }
    for (sec, nsec) in times {
        v.push(t, t.int(ns(sec, nsec) as i64)?)?;
    }
    for i in [s.st_blksize as i64, s.st_blocks, s.st_rdev as i64] {
        v.push(t, t.int(i)?)?;
    }
    struct_seq::new(t, &STAT_RESULT, v.as_slice())
}

fn do_stat(t: &Thread, path: &FsPath, follow: bool, dir_fd: Option<i32>) -> Result<Value> {
    // SAFETY: plain data, filled by the call.
    let mut s: libc::stat = unsafe { std::mem::zeroed() };
    let place = &raw mut s as usize;
    match path.fd {
        // SAFETY: `place` is a live stat buffer.
        Some(fd) => call(t, path.object, || unsafe { libc::fstat(fd, place as *mut libc::stat) })?,
        None => {
            let c = path.c(t)?;
            let flags = if follow { 0 } else { libc::AT_SYMLINK_NOFOLLOW };
            // SAFETY: as above; the path is NUL-terminated.
            call(t, path.object, || unsafe {
                libc::fstatat(dir_fd.unwrap_or(libc::AT_FDCWD), c.as_ptr(), place as *mut libc::stat, flags)
            })?
        }
    };
    stat_value(t, &s)
}

fn environment(t: &Thread) -> Result<Ref<Dict>> {
    let d = Dict::new(t)?;
    for (k, v) in std::env::vars_os() {
        d.set(t, Bytes::new(t, k.as_bytes())?.value(), Bytes::new(t, v.as_bytes())?.value())?;
    }
    Ok(d)
}

/// The module's functions that are declared in other files.
static PARTS: &[fn() -> &'static ModuleDef] =
    &[process::PosixProcess::module_def, descriptors::PosixDescriptors::module_def, paths::PosixPaths::module_def];

fn init(t: &Thread, m: Ref<Module>) -> Result<()> {
    let own_name = Str::intern_str(t, "posix")?.value();
    for part in PARTS {
        for f in part().functions {
            let v = taipan_vm::objects::native_function::Native::module_function(t, f, m.value(), own_name)?;
            m.set(t, f.name, v.value())?;
        }
    }
    process::init(t, m)?;
    paths::init(t, m)?;
    m.set(t, "environ", environment(t)?.value())?;
    m.set(t, "error", ex::class(ex::Kind::OSError).value())?;
    m.set(t, "stat_result", struct_seq::class(t, &STAT_RESULT)?.value())?;
    m.set(t, "terminal_size", struct_seq::class(t, &TERMINAL_SIZE)?.value())?;
    m.set(t, "uname_result", struct_seq::class(t, &UNAME)?.value())?;
    m.set(t, "times_result", struct_seq::class(t, &TIMES)?.value())?;
    let have = List::new(t)?;
    for f in [
        "HAVE_EVENTFD",
        "HAVE_TIMERFD_CREATE",
        "HAVE_FACCESSAT",
        "HAVE_FCHDIR",
        "HAVE_FCHMOD",
        "HAVE_FCHMODAT",
        "HAVE_FCHOWN",
        "HAVE_FCHOWNAT",
        "HAVE_FEXECVE",
        "HAVE_FDOPENDIR",
        "HAVE_FPATHCONF",
        "HAVE_FSTATAT",
        "HAVE_FSTATVFS",
        "HAVE_FTRUNCATE",
        "HAVE_FUTIMENS",
        "HAVE_FUTIMES",
        "HAVE_FUTIMESAT",
        "HAVE_LINKAT",
        "HAVE_LCHOWN",
        "HAVE_LSTAT",
        "HAVE_LUTIMES",
        "HAVE_MEMFD_CREATE",
        "HAVE_MKDIRAT",
        "HAVE_MKFIFOAT",
        "HAVE_MKNODAT",
        "HAVE_OPENAT",
        "HAVE_READLINKAT",
        "HAVE_RENAMEAT",
        "HAVE_SYMLINKAT",
        "HAVE_UNLINKAT",
        "HAVE_UTIMENSAT",
        "HAVE_PTSNAME_R",
    ] {
        have.append(t, Str::intern_str(t, f)?.value())?;
    }
    m.set(t, "_have_functions", have.value())?;
    for (name, v) in numbers::NUMBERS {
        m.set(t, name, t.int(*v)?)?;
    }
    Ok(())
}

/// An entry of a directory, as `scandir` yields it.
#[derive(HeapType)]
#[repr(C)]
pub struct DirEntry {
    header: Header,
    name: Field,
    path: Field,
    inode: u64,
    /// `d_type`
    kind: u8,
    /// The directory, if it was given as a descriptor; the path is relative to it then.
    #[noscan]
    #[noscan]
    dir_fd: Option<i32>,
    stat: Field,
    lstat: Field,
}

impl DirEntry {
    fn cached_stat(t: &Thread, this: Ref<DirEntry>, follow: bool) -> Result<Value> {
        let cache = if follow { &this.stat } else { &this.lstat };
        if let Some(v) = cache.get().some() {
            return Ok(v);
        }
        let p = fs_path(t, this.path.get(), "stat", false)?;
        let v = do_stat(t, &p, follow, this.dir_fd)?;
        cache.set(t, this.header(), v);
        Ok(v)
    }
    fn test(t: &Thread, this: Ref<DirEntry>, follow: bool, d_type: u8, mode: u32) -> Result<bool> {
        if this.kind != libc::DT_UNKNOWN && (this.kind != libc::DT_LNK || !follow) {
            return Ok(this.kind == d_type);
        }
        match DirEntry::cached_stat(t, this, follow) {
            Ok(s) => {
                let m = s.downcast::<Tuple>().and_then(|s| s.get(0)).and_then(|m| m.as_small_int()).unwrap_or(0);
                Ok(m as u32 & libc::S_IFMT == mode)
            }
            Err(e) if e.is(t, ex::class(ex::Kind::FileNotFoundError)) => Ok(false),
            Err(e) => Err(e),
        }
    }
}

#[pyclass(name = "DirEntry", module = "posix", flags(NO_NEW))]
impl DirEntry {
    /// See PEP 585
    #[py("($type, object, /)")]
    fn __class_getitem__(t: &Thread, cls: Ref<Class>, object: Value) -> Result<Value> {
        t.generic_alias(cls.value(), object)
    }
    #[py(member)]
    fn name(_t: &Thread, this: Ref<DirEntry>) -> Value {
        this.name.get()
    }
    #[py(member)]
    fn path(_t: &Thread, this: Ref<DirEntry>) -> Value {
        this.path.get()
    }
    /// Return inode of the entry; cached per entry.
    #[py("($self, /)")]
    fn inode(_t: &Thread, this: Ref<DirEntry>) -> u64 {
        this.inode
    }
    /// Return True if the entry is a directory; cached per entry.
    #[py("($self, /, *, follow_symlinks=True)")]
    fn is_dir(t: &Thread, this: Ref<DirEntry>, follow_symlinks: Option<bool>) -> Result<bool> {
        DirEntry::test(t, this, follow_symlinks.unwrap_or(true), libc::DT_DIR, libc::S_IFDIR)
    }
    /// Return True if the entry is a file; cached per entry.
    #[py("($self, /, *, follow_symlinks=True)")]
    fn is_file(t: &Thread, this: Ref<DirEntry>, follow_symlinks: Option<bool>) -> Result<bool> {
        DirEntry::test(t, this, follow_symlinks.unwrap_or(true), libc::DT_REG, libc::S_IFREG)
    }
    /// Return True if the entry is a symbolic link; cached per entry.
    #[py("($self, /)")]
    fn is_symlink(t: &Thread, this: Ref<DirEntry>) -> Result<bool> {
        DirEntry::test(t, this, false, libc::DT_LNK, libc::S_IFLNK)
    }
    /// Return True if the entry is a junction; cached per entry.
    #[py("($self, /)")]
    fn is_junction(_t: &Thread, this: Ref<DirEntry>) -> bool {
        let _ = this;
        false
    }
    /// Return stat_result object for the entry; cached per entry.
    #[py("($self, /, *, follow_symlinks=True)")]
    fn stat(t: &Thread, this: Ref<DirEntry>, follow_symlinks: Option<bool>) -> Result<Value> {
        DirEntry::cached_stat(t, this, follow_symlinks.unwrap_or(true))
    }
    #[py("($self, /)")]
    fn __fspath__(_t: &Thread, this: Ref<DirEntry>) -> Value {
        this.path.get()
    }
    #[py]
    fn __repr__(t: &Thread, this: Ref<DirEntry>) -> Result<String> {
        Ok(format!("<DirEntry {}>", t.repr(this.name.get())?))
    }
}

/// What `scandir` returns: the entries are read at once.
#[derive(HeapType)]
#[repr(C)]
pub struct ScandirIterator {
    header: Header,
    entries: RefField<List>,
}

#[pyclass(name = "ScandirIterator", module = "posix", flags(NO_NEW))]
impl ScandirIterator {
    #[py]
    fn __iter__(_t: &Thread, this: Ref<ScandirIterator>) -> Ref<ScandirIterator> {
        this
    }
    #[py]
    fn __next__(t: &Thread, this: Ref<ScandirIterator>) -> Result<Option<Value>> {
        Ok(this.entries.get().and_then(|l| l.pop(t)))
    }
    #[py("($self, /)")]
    fn close(t: &Thread, this: Ref<ScandirIterator>) {
        if let Some(l) = this.entries.get() {
            l.clear(t);
        }
    }
    #[py("($self, /)")]
    fn __enter__(_t: &Thread, this: Ref<ScandirIterator>) -> Ref<ScandirIterator> {
        this
    }
    #[py("($self, /, *args)")]
    fn __exit__(t: &Thread, this: Ref<ScandirIterator>, args: &[Value]) {
        let _ = args;
        if let Some(l) = this.entries.get() {
            l.clear(t);
        }
    }
}

/// Path argument that defaults to the current directory.
fn directory(t: &Thread, path: OrNone<Value>, name: &str) -> Result<FsPath> {
    match path.0 {
        Some(p) => fs_path(t, p, name, true),
        None => Ok(FsPath { bytes: b".".to_vec(), object: None, is_bytes: false, fd: None }),
    }
}
fn read_directory(t: &Thread, p: &FsPath) -> Result<Vec<std::fs::DirEntry>> {
    let path = match p.fd {
        Some(fd) => PathBuf::from(format!("/proc/self/fd/{fd}")),
        None => p.path(),
    };
    let r = t.blocking(|| std::fs::read_dir(path).and_then(|d| d.collect::<std::io::Result<Vec<_>>>()));
    r.map_err(|e| p.error(t, &e))
}

fn simple(t: &Thread, path: Value, name: &str, f: impl Fn(*const libc::c_char) -> i32) -> Result<()> {
    let p = fs_path(t, path, name, false)?;
    let c = p.c(t)?;
    call(t, p.object, || f(c.as_ptr())).map(|_| ())
}

fn two_paths(
    t: &Thread,
    src: Value,
    dst: Value,
    name: &str,
    f: impl Fn(*const libc::c_char, *const libc::c_char) -> i32,
) -> Result<()> {
    let (a, b) = (fs_path(t, src, name, false)?, fs_path(t, dst, name, false)?);
    let (ca, cb) = (a.c(t)?, b.c(t)?);
    match call(t, None, || f(ca.as_ptr(), cb.as_ptr())) {
        Ok(_) => Ok(()),
        Err(e) => {
            let errno = t.get_attr(e.0, names::errno())?.as_small_int().unwrap_or(0) as i32;
            Err(ex::os_error_with_names(t, errno, a.object, b.object))
        }
    }
}

/// This module provides access to operating system functionality that is
/// standardized by the C Standard and the POSIX standard (a thinly
/// disguised Unix interface).
#[pymodule(name = "posix", classes(DirEntry, ScandirIterator), init = init)]
impl Posix {
    /// Perform a stat system call on the given path.
    #[py("($module, /, path, *, dir_fd=None, follow_symlinks=True)")]
    fn stat(t: &Thread, path: Value, dir_fd: OrNone<i32>, follow_symlinks: Option<bool>) -> Result<Value> {
        let p = fs_path(t, path, "stat", true)?;
        if p.fd.is_some() && dir_fd.0.is_some() {
            return Err(t.value_error("stat: can't specify both dir_fd and fd"));
        }
        if p.fd.is_some() && follow_symlinks == Some(false) {
            return Err(t.value_error("stat: cannot use fd and follow_symlinks together"));
        }
        do_stat(t, &p, follow_symlinks.unwrap_or(true), dir_fd.0)
    }
    /// Perform a stat system call on the given path, without following symbolic links.
    #[py("($module, /, path, *, dir_fd=None)")]
    fn lstat(t: &Thread, path: Value, dir_fd: OrNone<i32>) -> Result<Value> {
        let p = fs_path(t, path, "lstat", false)?;
        do_stat(t, &p, false, dir_fd.0)
    }
    /// Perform a stat system call on the given file descriptor.
    #[py("($module, /, fd)")]
    fn fstat(t: &Thread, fd: i32) -> Result<Value> {
        do_stat(t, &FsPath { bytes: Vec::new(), object: None, is_bytes: false, fd: Some(fd) }, true, None)
    }
    /// Use the real uid/gid to test for access to a path.
    #[py("($module, /, path, mode, *, dir_fd=None, effective_ids=False, follow_symlinks=True)")]
    fn access(
        t: &Thread,
        path: Value,
        mode: i32,
        dir_fd: OrNone<i32>,
        effective_ids: Option<bool>,
        follow_symlinks: Option<bool>,
    ) -> Result<bool> {
        let p = fs_path(t, path, "access", false)?;
        let c = p.c(t)?;
        let mut flags = 0;
        if effective_ids.unwrap_or(false) {
            flags |= libc::AT_EACCESS;
        }
        if !follow_symlinks.unwrap_or(true) {
            flags |= libc::AT_SYMLINK_NOFOLLOW;
        }
        // SAFETY: a NUL-terminated path.
        Ok(t.blocking(|| unsafe { libc::faccessat(dir_fd.0.unwrap_or(libc::AT_FDCWD), c.as_ptr(), mode, flags) }) == 0)
    }
    /// Return a unicode string representing the current working directory.
    #[py("($module, /)")]
    fn getcwd(t: &Thread) -> Result<Ref<Str>> {
        match std::env::current_dir() {
            Ok(p) => decode_fs(t, p.as_os_str().as_bytes()),
            Err(e) => Err(ex::os_error(t, e.raw_os_error().unwrap_or(0), None)),
        }
    }
    /// Return a bytes string representing the current working directory.
    #[py("($module, /)")]
    fn getcwdb(t: &Thread) -> Result<Ref<Bytes>> {
        match std::env::current_dir() {
            Ok(p) => Bytes::new(t, p.as_os_str().as_bytes()),
            Err(e) => Err(ex::os_error(t, e.raw_os_error().unwrap_or(0), None)),
        }
    }
    /// Change the current working directory to the specified path.
    #[py("($module, /, path)")]
    fn chdir(t: &Thread, path: Value) -> Result<()> {
        let p = fs_path(t, path, "chdir", true)?;
        let c = p.c(t)?;
        // SAFETY: a NUL-terminated path, or a descriptor.
        call(t, p.object, || unsafe { p.fd.map_or_else(|| libc::chdir(c.as_ptr()), |fd| libc::fchdir(fd)) }).map(|_| ())
    }
    /// Return a list containing the names of the files in the directory.
    #[py("($module, /, path=None)")]
    fn listdir(t: &Thread, path: OrNone<Value>) -> Result<Ref<List>> {
        let p = directory(t, path, "listdir")?;
        let l = List::new(t)?;
        for e in read_directory(t, &p)? {
            l.append(t, result_path(t, e.file_name().as_bytes(), p.is_bytes)?)?;
        }
        Ok(l)
    }
    /// Return an iterator of DirEntry objects for given path.
    #[py("($module, /, path=None)")]
    fn scandir(t: &Thread, path: OrNone<Value>) -> Result<Ref<ScandirIterator>> {
        use std::os::unix::fs::{DirEntryExt, FileTypeExt};
        let p = directory(t, path, "scandir")?;
        let l = List::new(t)?;
        let mut prefix = p.bytes.clone();
        if p.fd.is_some() {
            prefix.clear();
        } else if !prefix.ends_with(b"/") {
            prefix.push(b'/');
        }
        for e in read_directory(t, &p)?.into_iter().rev() {
            let kind = match e.file_type() {
                Ok(k) if k.is_dir() => libc::DT_DIR,
                Ok(k) if k.is_file() => libc::DT_REG,
                Ok(k) if k.is_symlink() => libc::DT_LNK,
                Ok(k) if k.is_fifo() => libc::DT_FIFO,
                Ok(k) if k.is_socket() => libc::DT_SOCK,
                Ok(k) if k.is_char_device() => libc::DT_CHR,
                Ok(k) if k.is_block_device() => libc::DT_BLK,
                _ => libc::DT_UNKNOWN,
            };
            let name = e.file_name();
            let full = [prefix.as_slice(), name.as_bytes()].concat();
            let (name, full) = (result_path(t, name.as_bytes(), p.is_bytes)?, result_path(t, &full, p.is_bytes)?);
            let entry = t.create(DirEntry {
                header: Header::NEW,
                name: Field::new(name),
                path: Field::new(full),
                inode: e.ino(),
                kind,
                dir_fd: p.fd,
                stat: Field::new(Value::EMPTY),
                lstat: Field::new(Value::EMPTY),
            })?;
            l.append(t, entry.value())?;
        }
        let entries = RefField::null();
        entries.init(l);
        t.create(ScandirIterator { header: Header::NEW, entries })
    }
    /// Create a directory.
    #[py("($module, /, path, mode=511, *, dir_fd=None)")]
    fn mkdir(t: &Thread, path: Value, mode: Option<i32>, dir_fd: OrNone<i32>) -> Result<()> {
        let fd = dir_fd.0.unwrap_or(libc::AT_FDCWD);
        // SAFETY: a NUL-terminated path.
        simple(t, path, "mkdir", |p| unsafe { libc::mkdirat(fd, p, mode.unwrap_or(0o777) as libc::mode_t) })
    }
    /// Remove a directory.
    #[py("($module, /, path, *, dir_fd=None)")]
    fn rmdir(t: &Thread, path: Value, dir_fd: OrNone<i32>) -> Result<()> {
        let fd = dir_fd.0.unwrap_or(libc::AT_FDCWD);
        // SAFETY: a NUL-terminated path.
        simple(t, path, "rmdir", |p| unsafe { libc::unlinkat(fd, p, libc::AT_REMOVEDIR) })
    }
    /// Remove a file (same as remove()).
    #[py("($module, /, path, *, dir_fd=None)")]
    fn unlink(t: &Thread, path: Value, dir_fd: OrNone<i32>) -> Result<()> {
        let fd = dir_fd.0.unwrap_or(libc::AT_FDCWD);
        // SAFETY: a NUL-terminated path.
        simple(t, path, "unlink", |p| unsafe { libc::unlinkat(fd, p, 0) })
    }
    /// Remove a file (same as unlink()).
    #[py("($module, /, path, *, dir_fd=None)")]
    fn remove(t: &Thread, path: Value, dir_fd: OrNone<i32>) -> Result<()> {
        let fd = dir_fd.0.unwrap_or(libc::AT_FDCWD);
        // SAFETY: a NUL-terminated path.
        simple(t, path, "remove", |p| unsafe { libc::unlinkat(fd, p, 0) })
    }
    /// Rename a file or directory.
    #[py("($module, /, src, dst, *, src_dir_fd=None, dst_dir_fd=None)")]
    fn rename(t: &Thread, src: Value, dst: Value, src_dir_fd: OrNone<i32>, dst_dir_fd: OrNone<i32>) -> Result<()> {
        let (a, b) = (src_dir_fd.0.unwrap_or(libc::AT_FDCWD), dst_dir_fd.0.unwrap_or(libc::AT_FDCWD));
        // SAFETY: NUL-terminated paths.
        two_paths(t, src, dst, "rename", |x, y| unsafe { libc::renameat(a, x, b, y) })
    }
    /// Rename a file or directory, overwriting the destination.
    #[py("($module, /, src, dst, *, src_dir_fd=None, dst_dir_fd=None)")]
    fn replace(t: &Thread, src: Value, dst: Value, src_dir_fd: OrNone<i32>, dst_dir_fd: OrNone<i32>) -> Result<()> {
        let (a, b) = (src_dir_fd.0.unwrap_or(libc::AT_FDCWD), dst_dir_fd.0.unwrap_or(libc::AT_FDCWD));
        // SAFETY: NUL-terminated paths.
        two_paths(t, src, dst, "replace", |x, y| unsafe { libc::renameat(a, x, b, y) })
    }
    /// Create a hard link to a file.
    #[py("($module, /, src, dst, *, src_dir_fd=None, dst_dir_fd=None, follow_symlinks=True)")]
    fn link(
        t: &Thread,
        src: Value,
        dst: Value,
        src_dir_fd: OrNone<i32>,
        dst_dir_fd: OrNone<i32>,
        follow_symlinks: Option<bool>,
    ) -> Result<()> {
        let (a, b) = (src_dir_fd.0.unwrap_or(libc::AT_FDCWD), dst_dir_fd.0.unwrap_or(libc::AT_FDCWD));
        let flags = if follow_symlinks.unwrap_or(true) { libc::AT_SYMLINK_FOLLOW } else { 0 };
        // SAFETY: NUL-terminated paths.
        two_paths(t, src, dst, "link", |x, y| unsafe { libc::linkat(a, x, b, y, flags) })
    }
    /// Create a symbolic link pointing to src named dst.
    #[py("($module, /, src, dst, target_is_directory=False, *, dir_fd=None)")]
    fn symlink(t: &Thread, src: Value, dst: Value, target_is_directory: Option<bool>, dir_fd: OrNone<i32>) -> Result<()> {
        let _ = target_is_directory;
        let fd = dir_fd.0.unwrap_or(libc::AT_FDCWD);
        // SAFETY: NUL-terminated paths.
        two_paths(t, src, dst, "symlink", |x, y| unsafe { libc::symlinkat(x, fd, y) })
    }
    /// Return a string representing the path to which the symbolic link points.
    #[py("($module, /, path, *, dir_fd=None)")]
    fn readlink(t: &Thread, path: Value, dir_fd: OrNone<i32>) -> Result<Value> {
        let p = fs_path(t, path, "readlink", false)?;
        let (c, fd) = (p.c(t)?, dir_fd.0.unwrap_or(libc::AT_FDCWD));
        let mut buffer = vec![0u8; libc::PATH_MAX as usize];
        let (place, n) = (buffer.as_mut_ptr() as usize, buffer.len());
        // SAFETY: a NUL-terminated path and room for `n` bytes.
        let got = call(t, p.object, || unsafe { libc::readlinkat(fd, c.as_ptr(), place as *mut libc::c_char, n) })?;
        result_path(t, &buffer[..got as usize], p.is_bytes)
    }
    /// Change the access permissions of a file.
    #[py("($module, /, path, mode, *, dir_fd=None, follow_symlinks=True)")]
    fn chmod(t: &Thread, path: Value, mode: i32, dir_fd: OrNone<i32>, follow_symlinks: Option<bool>) -> Result<()> {
        let flags = if follow_symlinks.unwrap_or(true) { 0 } else { libc::AT_SYMLINK_NOFOLLOW };
        let p = fs_path(t, path, "chmod", true)?;
        let c = p.c(t)?;
        let fd = dir_fd.0.unwrap_or(libc::AT_FDCWD);
        match p.fd {
            // SAFETY: no memory involved.
            Some(fd) => call(t, p.object, || unsafe { libc::fchmod(fd, mode as libc::mode_t) })?,
            // SAFETY: a NUL-terminated path.
            None => call(t, p.object, || unsafe { libc::fchmodat(fd, c.as_ptr(), mode as libc::mode_t, flags) })?,
        };
        Ok(())
    }
    /// Set the access and modified time of path.
    #[py("($module, /, path, times=None, *, ns=<unrepresentable>, dir_fd=None, follow_symlinks=True)")]
    fn utime(
        t: &Thread,
        path: Value,
        times: OrNone<Ref<Tuple>>,
        ns: Option<Ref<Tuple>>,
        dir_fd: OrNone<i32>,
        follow_symlinks: Option<bool>,
    ) -> Result<()> {
        let p = fs_path(t, path, "utime", true)?;
        if times.0.is_some() && ns.is_some() {
            return Err(t.value_error("utime: you may specify either 'times' or 'ns' but not both"));
        }
        let c = p.c(t)?;
        let now = libc::timespec { tv_sec: 0, tv_nsec: libc::UTIME_NOW };
        let mut spec = [now, now];
        if let Some(ns) = ns {
            if ns.len() != 2 {
                return Err(t.type_error("utime: 'ns' must be a tuple of two ints"));
            }
            for (s, v) in spec.iter_mut().zip(ns.iter()) {
                let n = t.to_i64(v)?;
                *s = libc::timespec { tv_sec: n.div_euclid(1_000_000_000), tv_nsec: n.rem_euclid(1_000_000_000) };
            }
        } else if let Some(times) = times.0 {
            if times.len() != 2 {
                return Err(t.type_error("utime: 'times' must be either a tuple of two ints or None"));
            }
            for (s, v) in spec.iter_mut().zip(times.iter()) {
                let x = t.to_f64(v)?;
                *s = libc::timespec { tv_sec: x.floor() as i64, tv_nsec: ((x - x.floor()) * 1e9) as i64 };
            }
        }
        let flags = if follow_symlinks.unwrap_or(true) { 0 } else { libc::AT_SYMLINK_NOFOLLOW };
        let fd = dir_fd.0.unwrap_or(libc::AT_FDCWD);
        let place = spec.as_ptr() as usize;
        if let Some(own) = p.fd {
            if dir_fd.0.is_some() {
                return Err(t.value_error("utime: can't specify both dir_fd and fd"));
            }
            if flags != 0 {
                return Err(t.value_error("utime: cannot use fd and follow_symlinks together"));
            }
            // SAFETY: two times.
            return call(t, p.object, || unsafe { libc::futimens(own, place as *const libc::timespec) }).map(|_| ());
        }
        // SAFETY: a NUL-terminated path and two times.
        call(t, p.object, || unsafe { libc::utimensat(fd, c.as_ptr(), place as *const libc::timespec, flags) }).map(|_| ())
    }
    /// Set the current numeric umask and return the previous umask.
    #[py("($module, mask, /)")]
    fn umask(_t: &Thread, mask: i32) -> i64 {
        // SAFETY: always succeeds.
        unsafe { libc::umask(mask as libc::mode_t) as i64 }
    }
    /// Open a file for low level IO. Returns a file descriptor (integer).
    #[py("($module, /, path, flags, mode=511, *, dir_fd=None)")]
    fn open(t: &Thread, path: Value, flags: i32, mode: Option<i32>, dir_fd: OrNone<i32>) -> Result<i32> {
        let p = fs_path(t, path, "open", false)?;
        let c = p.c(t)?;
        let fd = dir_fd.0.unwrap_or(libc::AT_FDCWD);
        // SAFETY: a NUL-terminated path.
        call(t, p.object, || unsafe { libc::openat(fd, c.as_ptr(), flags | libc::O_CLOEXEC, mode.unwrap_or(0o777)) })
    }
    /// Close a file descriptor.
    #[py("($module, /, fd)")]
    fn close(t: &Thread, fd: i32) -> Result<()> {
        // SAFETY: no memory involved.
        let r = t.blocking(|| unsafe { libc::close(fd) });
        if r == -1 && std::io::Error::last_os_error().raw_os_error() != Some(libc::EINTR) {
            Err(last_error(t, None))
        } else {
            Ok(())
        }
    }
    /// Closes all file descriptors in [fd_low, fd_high), ignoring errors.
    #[py("($module, fd_low, fd_high, /)")]
    fn closerange(_t: &Thread, fd_low: i32, fd_high: i32) {
        for fd in fd_low..fd_high {
            // SAFETY: no memory involved.
            unsafe { libc::close(fd) };
        }
    }
    /// Read from a file descriptor. Returns a bytes object.
    #[py("($module, fd, length, /)")]
    fn read(t: &Thread, fd: i32, length: isize) -> Result<Ref<Bytes>> {
        if length < 0 {
            return Err(ex::os_error(t, libc::EINVAL, None));
        }
        let mut buffer = vec![0u8; (length as usize).min(1 << 30)];
        let (place, n) = (buffer.as_mut_ptr() as usize, buffer.len());
        // SAFETY: the buffer is `n` bytes long.
        let got = call(t, None, || unsafe { libc::read(fd, place as *mut libc::c_void, n) })?;
        Bytes::new(t, &buffer[..got as usize])
    }
    /// Read into a buffer object from a file descriptor.
    ///
    /// The buffer should be mutable and bytes-like. On success, returns the number of
    /// bytes read, which may be less than the size of the buffer.
    #[py("($module, fd, buffer, /)")]
    fn readinto(t: &Thread, fd: i32, buffer: Value) -> Result<isize> {
        let mut buffer = t.writable_argument("readinto", buffer)?;
        let memory = buffer.as_mut_slice();
        let (place, n) = (memory.as_mut_ptr() as usize, memory.len());
        // SAFETY: the memory is lent to us, and is `n` bytes long.
        call(t, None, || unsafe { libc::read(fd, place as *mut libc::c_void, n) })
    }
    /// Write a bytes object to a file descriptor.
    #[py("($module, fd, data, /)")]
    fn write(t: &Thread, fd: i32, data: Value) -> Result<isize> {
        let Some(copy) = t.bytes_like(data, |b| b.to_vec()) else {
            return Err(t.type_error(format!("a bytes-like object is required, not '{}'", class_of(data).name_string())));
        };
        let (place, n) = (copy.as_ptr() as usize, copy.len());
        // SAFETY: the buffer is `n` bytes long.
        call(t, None, || unsafe { libc::write(fd, place as *const libc::c_void, n) })
    }
    /// Set the position of a file descriptor. Return the new position.
    #[py("($module, fd, position, whence, /)")]
    fn lseek(t: &Thread, fd: i32, position: i64, whence: i32) -> Result<i64> {
        // SAFETY: no memory involved.
        call(t, None, || unsafe { libc::lseek(fd, position, whence) })
    }
    /// Return True if the fd is connected to a terminal.
    #[py("($module, fd, /)")]
    fn isatty(_t: &Thread, fd: i32) -> bool {
        // SAFETY: no memory involved.
        unsafe { libc::isatty(fd) == 1 }
    }
    /// Return a duplicate of a file descriptor.
    #[py("($module, fd, /)")]
    fn dup(t: &Thread, fd: i32) -> Result<i32> {
        // SAFETY: no memory involved.
        call(t, None, || unsafe { libc::fcntl(fd, libc::F_DUPFD_CLOEXEC, 0) })
    }
    /// Duplicate file descriptor.
    #[py("($module, /, fd, fd2, inheritable=True)")]
    fn dup2(t: &Thread, fd: i32, fd2: i32, inheritable: Option<bool>) -> Result<i32> {
        let flags = if inheritable.unwrap_or(true) { 0 } else { libc::O_CLOEXEC };
        // SAFETY: no memory involved.
        call(t, None, || unsafe { if fd == fd2 { fd } else { libc::dup3(fd, fd2, flags) } })
    }
    /// Create a pipe.
    #[py("($module, /)")]
    fn pipe(t: &Thread) -> Result<(i32, i32)> {
        let mut fds = [0i32; 2];
        // SAFETY: room for two descriptors.
        if unsafe { libc::pipe2(fds.as_mut_ptr(), libc::O_CLOEXEC) } == -1 {
            return Err(last_error(t, None));
        }
        Ok((fds[0], fds[1]))
    }
    /// Truncate a file, specified by file descriptor, to a specific length.
    #[py("($module, fd, length, /)")]
    fn ftruncate(t: &Thread, fd: i32, length: i64) -> Result<()> {
        // SAFETY: no memory involved.
        call(t, None, || unsafe { libc::ftruncate(fd, length) }).map(|_| ())
    }
    /// Force write of fd to disk.
    #[py("($module, /, fd)")]
    fn fsync(t: &Thread, fd: i32) -> Result<()> {
        // SAFETY: no memory involved.
        call(t, None, || unsafe { libc::fsync(fd) }).map(|_| ())
    }
    /// Get the close-on-exe flag of the specified file descriptor.
    #[py("($module, fd, /)")]
    fn get_inheritable(t: &Thread, fd: i32) -> Result<bool> {
        // SAFETY: no memory involved.
        call(t, None, || unsafe { libc::fcntl(fd, libc::F_GETFD) }).map(|f| f & libc::FD_CLOEXEC == 0)
    }
    /// Set the inheritable flag of the specified file descriptor.
    #[py("($module, fd, inheritable, /)")]
    fn set_inheritable(t: &Thread, fd: i32, inheritable: i32) -> Result<()> {
        let flag = if inheritable != 0 { 0 } else { libc::FD_CLOEXEC };
        // SAFETY: no memory involved.
        call(t, None, || unsafe { libc::fcntl(fd, libc::F_SETFD, flag) }).map(|_| ())
    }
    /// Get the blocking mode of the file descriptor.
    #[py("($module, fd, /)")]
    fn get_blocking(t: &Thread, fd: i32) -> Result<bool> {
        // SAFETY: no memory involved.
        call(t, None, || unsafe { libc::fcntl(fd, libc::F_GETFL) }).map(|f| f & libc::O_NONBLOCK == 0)
    }
    /// Set the blocking mode of the specified file descriptor.
    #[py("($module, fd, blocking, /)")]
    fn set_blocking(t: &Thread, fd: i32, blocking: bool) -> Result<()> {
        // SAFETY: no memory involved.
        let f = call(t, None, || unsafe { libc::fcntl(fd, libc::F_GETFL) })?;
        let f = if blocking { f & !libc::O_NONBLOCK } else { f | libc::O_NONBLOCK };
        // SAFETY: no memory involved.
        call(t, None, || unsafe { libc::fcntl(fd, libc::F_SETFL, f) }).map(|_| ())
    }
    /// Return the current process id.
    #[py("($module, /)")]
    fn getpid(_t: &Thread) -> i64 {
        std::process::id() as i64
    }
    /// Return the parent's process id.
    #[py("($module, /)")]
    fn getppid(_t: &Thread) -> i64 {
        std::os::unix::process::parent_id() as i64
    }
    /// Return the current process's user id.
    #[py("($module, /)")]
    fn getuid(_t: &Thread) -> i64 {
        // SAFETY: always succeeds.
        unsafe { libc::getuid() as i64 }
    }
    /// Return the current process's effective user id.
    #[py("($module, /)")]
    fn geteuid(_t: &Thread) -> i64 {
        // SAFETY: always succeeds.
        unsafe { libc::geteuid() as i64 }
    }
    /// Return the current process's group id.
    #[py("($module, /)")]
    fn getgid(_t: &Thread) -> i64 {
        // SAFETY: always succeeds.
        unsafe { libc::getgid() as i64 }
    }
    /// Return the current process's effective group id.
    #[py("($module, /)")]
    fn getegid(_t: &Thread) -> i64 {
        // SAFETY: always succeeds.
        unsafe { libc::getegid() as i64 }
    }
    /// Exit to the system with specified status, without normal exit processing.
    #[py("($module, /, status)")]
    fn _exit(_t: &Thread, status: i32) {
        // SAFETY: ends the process.
        unsafe { libc::_exit(status) }
    }
    /// Kill a process with a signal.
    #[py("($module, pid, signal, /)")]
    fn kill(t: &Thread, pid: i64, signal: i32) -> Result<()> {
        // SAFETY: no memory involved.
        call(t, None, || unsafe { libc::kill(pid as i32, signal) })?;
        // It may have been to this process.
        crate::system::check_signals(t)
    }
    /// Wait for completion of a given child process.
    #[py("($module, pid, options, /)")]
    fn waitpid(t: &Thread, pid: i32, options: i32) -> Result<(i32, i32)> {
        let mut status = 0i32;
        let place = &raw mut status as usize;
        // SAFETY: `place` is the local above.
        let r = call(t, None, || unsafe { libc::waitpid(pid, place as *mut i32, options) })?;
        Ok((r, status))
    }
    /// Convert a wait status to an exit code.
    #[py("($module, /, status)")]
    fn waitstatus_to_exitcode(t: &Thread, status: i32) -> Result<i32> {
        if libc::WIFEXITED(status) {
            Ok(libc::WEXITSTATUS(status))
        } else if libc::WIFSIGNALED(status) {
            Ok(-libc::WTERMSIG(status))
        } else {
            Err(t.value_error(format!("invalid wait status: {status}")))
        }
    }
    /// Return a bytes object containing random bytes suitable for cryptographic use.
    #[py("($module, size, /)")]
    fn urandom(t: &Thread, size: isize) -> Result<Ref<Bytes>> {
        if size < 0 {
            return Err(t.value_error("negative argument not allowed"));
        }
        let mut buffer = vec![0u8; size as usize];
        let mut at = 0;
        while at < buffer.len() {
            // SAFETY: the rest of the buffer.
            let n = unsafe { libc::getrandom(buffer[at..].as_mut_ptr().cast(), buffer.len() - at, 0) };
            if n < 0 {
                return Err(last_error(t, None));
            }
            at += n as usize;
        }
        Bytes::new(t, &buffer)
    }
    /// Obtain a series of random bytes.
    #[py("($module, /, size, flags=0)")]
    fn getrandom(t: &Thread, size: isize, flags: Option<i32>) -> Result<Ref<Bytes>> {
        let _ = flags;
        Posix::urandom(t, size)
    }
    /// Return the number of logical CPUs in the system.
    #[py("($module, /)")]
    fn cpu_count(_t: &Thread) -> i64 {
        // SAFETY: no memory involved.
        unsafe { libc::sysconf(libc::_SC_NPROCESSORS_ONLN) }
    }
    /// Return the file system path representation of the object.
    #[py("($module, /, path)")]
    fn fspath(t: &Thread, path: Value) -> Result<Value> {
        if path.downcast::<Str>().is_some() || path.downcast::<Bytes>().is_some() {
            return Ok(path);
        }
        let class = class_of(path);
        let Some(f) = class.special(t, taipan_vm::objects::class::Special::Fspath) else {
            return Err(t.type_error(format!("expected str, bytes or os.PathLike object, not {}", class.name_string())));
        };
        let p = t.call_special0(f, path)?;
        if p.downcast::<Str>().is_some() || p.downcast::<Bytes>().is_some() {
            return Ok(p);
        }
        Err(t.type_error(format!(
            "expected {}.__fspath__() to return str or bytes, not {}",
            class.name_string(),
            class_of(p).name_string()
        )))
    }
    /// Translate an error code to a message string.
    #[py("($module, code, /)")]
    fn strerror(_t: &Thread, code: i32) -> String {
        ex::strerror(code)
    }
    /// Change or add an environment variable.
    #[py("($module, name, value, /)")]
    fn putenv(t: &Thread, name: Value, value: Value) -> Result<()> {
        let (n, v) = (fs_path(t, name, "putenv", false)?.c(t)?, fs_path(t, value, "putenv", false)?.c(t)?);
        if n.as_bytes().contains(&b'=') {
            return Err(t.value_error("illegal environment variable name"));
        }
        // SAFETY: NUL-terminated strings; as in CPython, other threads must not read the environment meanwhile.
        if unsafe { libc::setenv(n.as_ptr(), v.as_ptr(), 1) } != 0 { Err(last_error(t, None)) } else { Ok(()) }
    }
    /// Delete an environment variable.
    #[py("($module, name, /)")]
    fn unsetenv(t: &Thread, name: Value) -> Result<()> {
        let n = fs_path(t, name, "unsetenv", false)?.c(t)?;
        // SAFETY: as above.
        if unsafe { libc::unsetenv(n.as_ptr()) } != 0 { Err(last_error(t, None)) } else { Ok(()) }
    }
    /// Return the size of the terminal window as (columns, lines).
    #[py("($module, fd=<unrepresentable>, /)")]
    fn get_terminal_size(t: &Thread, fd: Option<i32>) -> Result<Value> {
        // SAFETY: plain data, filled by the call.
        let mut w: libc::winsize = unsafe { std::mem::zeroed() };
        // SAFETY: a live winsize.
        if unsafe { libc::ioctl(fd.unwrap_or(1), libc::TIOCGWINSZ, &raw mut w) } == -1 {
            return Err(last_error(t, None));
        }
        struct_seq::new(t, &TERMINAL_SIZE, &[t.int(w.ws_col as i64)?, t.int(w.ws_row as i64)?])
    }
    /// Return an object identifying the current operating system.
    #[py("($module, /)")]
    fn uname(t: &Thread) -> Result<Value> {
        // SAFETY: plain data, filled by the call.
        let mut u: libc::utsname = unsafe { std::mem::zeroed() };
        // SAFETY: a live utsname.
        if unsafe { libc::uname(&raw mut u) } == -1 {
            return Err(last_error(t, None));
        }
        let v = ValueVec::new();
        for f in [&u.sysname, &u.nodename, &u.release, &u.version, &u.machine] {
            // SAFETY: the fields are NUL-terminated.
            let s = unsafe { CStr::from_ptr(f.as_ptr()) };
            v.push(t, decode_fs(t, s.to_bytes())?.value())?;
        }
        struct_seq::new(t, &UNAME, v.as_slice())
    }
    /// Return a collection containing process timing information.
    #[py("($module, /)")]
    fn times(t: &Thread) -> Result<Value> {
        // SAFETY: plain data, filled by the call.
        let mut b: libc::tms = unsafe { std::mem::zeroed() };
        // SAFETY: a live tms.
        let elapsed = unsafe { libc::times(&raw mut b) };
        // SAFETY: no memory involved.
        let hz = unsafe { libc::sysconf(libc::_SC_CLK_TCK) } as f64;
        let v = ValueVec::new();
        for x in [b.tms_utime, b.tms_stime, b.tms_cutime, b.tms_cstime, elapsed] {
            v.push(t, t.float(x as f64 / hz)?)?;
        }
        struct_seq::new(t, &TIMES, v.as_slice())
    }
    /// Return a set of the CPUs on which the process may run.
    #[py("($module, pid, /)")]
    fn sched_getaffinity(t: &Thread, pid: i32) -> Result<Value> {
        // SAFETY: plain data, filled by the call.
        let mut set: libc::cpu_set_t = unsafe { std::mem::zeroed() };
        // SAFETY: a live set.
        if unsafe { libc::sched_getaffinity(pid, size_of::<libc::cpu_set_t>(), &raw mut set) } == -1 {
            return Err(last_error(t, None));
        }
        let v = ValueVec::new();
        for i in 0..libc::CPU_SETSIZE as usize {
            // SAFETY: `i` is below the size of the set.
            if unsafe { libc::CPU_ISSET(i, &set) } {
                v.push(t, t.int(i as i64)?)?;
            }
        }
        taipan_vm::objects::set::Set::from_slice(t, v.as_slice()).map(Ref::value)
    }
    /// Return True if the path is a regular file (for os.path).
    #[py("($module, /, path)")]
    fn _path_isfile(t: &Thread, path: Value) -> Result<bool> {
        let Ok(p) = fs_path(t, path, "isfile", true) else { return Ok(false) };
        Ok(p.fd.is_none() && std::fs::metadata(p.path()).is_ok_and(|m| m.is_file()))
    }
    /// Split a path after its root (for os.path).
    #[py("($module, path, /)")]
    fn _path_splitroot_ex(t: &Thread, path: Value) -> Result<Value> {
        let p = lexical_path(t, path, "splitroot", false)?;
        let b = &p.bytes;
        let root = if b.starts_with(b"//") && !b.starts_with(b"///") { 2 } else { usize::from(b.starts_with(b"/")) };
        let part = |x: &[u8]| result_path(t, x, p.is_bytes);
        (part(b"")?, part(&b[..root])?, part(&b[root..])?).into_value(t)
    }
    /// Normalize path, eliminating double slashes, etc.
    #[py("($module, /, path)")]
    fn _path_normpath(t: &Thread, path: Value) -> Result<Value> {
        let p = lexical_path(t, path, "normpath", false)?;
        let b = &p.bytes;
        if b.is_empty() {
            return result_path(t, b".", p.is_bytes);
        }
        let root = if b.starts_with(b"//") && !b.starts_with(b"///") { 2 } else { usize::from(b.starts_with(b"/")) };
        let mut parts: Vec<&[u8]> = Vec::new();
        for part in b[root..].split(|c| *c == b'/') {
            match part {
                b"" | b"." => {}
                b".." if root > 0 && parts.is_empty() => {}
                b".." if parts.last().is_some_and(|l| *l != b"..") => {
                    parts.pop();
                }
                _ => parts.push(part),
            }
        }
        let out = [&b[..root], &parts.join(&b'/')[..]].concat();
        result_path(t, if out.is_empty() { b"." } else { &out }, p.is_bytes)
    }
}
