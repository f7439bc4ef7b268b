//! Files by name: owners, kinds, sizes, extended attributes, file systems; what the system can be asked for by name.

use super::process::user_id;
use super::{FsPath, decode_fs, fs_path, numbers, result_path};
use crate::system::{call, descriptor, detached, errno, last_error, retried};
use taipan_vm::native::*;
use taipan_vm::objects::exceptions as ex;
use taipan_vm::objects::struct_seq::{self, Description};

pub struct PosixPaths;

static STATVFS: Description = Description {
    name: "os.statvfs_result",
    doc: "statvfs_result: what statvfs() and fstatvfs() found out.",
    fields: &[
        ("f_bsize", "block size"),
        ("f_frsize", "fragment size"),
        ("f_blocks", "fragments in all"),
        ("f_bfree", "free blocks"),
        ("f_bavail", "free blocks for everybody"),
        ("f_files", "inodes in all"),
        ("f_ffree", "free inodes"),
        ("f_favail", "free inodes for everybody"),
        ("f_flag", "mount flags"),
        ("f_namemax", "longest name"),
        ("f_fsid", "number of the file system"),
    ],
    visible: 10,
    callable: true,
};

pub(super) fn init(t: &Thread, m: Ref<Module>) -> Result<()> {
    m.set(t, "statvfs_result", struct_seq::class(t, &STATVFS)?.value())?;
    for (n, table) in
        [("sysconf_names", numbers::SYSCONF), ("confstr_names", numbers::CONFSTR), ("pathconf_names", numbers::PATHCONF)]
    {
        let d = Dict::new(t)?;
        for (k, v) in table {
            d.set(t, Str::intern_str(t, k)?.value(), Value::small_int(*v))?;
        }
        m.set(t, n, d.value())?;
    }
    Ok(())
}

/// Runs a call about a file; its name is in the error.
fn on_path(t: &Thread, p: &FsPath, f: impl FnMut() -> i32) -> Result<()> {
    retried(t, f)?.map(drop).map_err(|e| ex::os_error(t, e, p.object))
}

fn at(fd: OrNone<i32>) -> i32 {
    fd.0.unwrap_or(libc::AT_FDCWD)
}

fn statvfs_value(t: &Thread, s: &libc::statvfs) -> Result<Value> {
    let v = ValueVec::new();
    for n in [
        s.f_bsize as u64,
        s.f_frsize as u64,
        s.f_blocks as u64,
        s.f_bfree as u64,
        s.f_bavail as u64,
        s.f_files as u64,
        s.f_ffree as u64,
        s.f_favail as u64,
        s.f_flag as u64,
        s.f_namemax as u64,
        s.f_fsid as u64,
    ] {
        v.push(t, t.uint(n)?)?;
    }
    struct_seq::new(t, &STATVFS, v.as_slice())
}

fn do_statvfs(t: &Thread, p: &FsPath) -> Result<Value> {
    // SAFETY: plain data, filled by the call.
    let mut s: libc::statvfs = unsafe { std::mem::zeroed() };
    let place = &raw mut s as usize;
    match p.fd {
        // SAFETY: a live structure.
        Some(fd) => on_path(t, p, || unsafe { libc::fstatvfs(fd, place as *mut libc::statvfs) })?,
        None => {
            let c = p.c(t)?;
            // SAFETY: as above; NUL-terminated.
            on_path(t, p, || unsafe { libc::statvfs(c.as_ptr(), place as *mut libc::statvfs) })?;
        }
    }
    statvfs_value(t, &s)
}

/// A number that may be given by name.
fn by_name(t: &Thread, v: Value, table: &[(&str, i64)]) -> Result<i32> {
    if let Some(s) = v.downcast::<Str>() {
        return match table.iter().find(|(k, _)| s.eq_str(k)) {
            Some((_, n)) => Ok(*n as i32),
            None => Err(t.value_error("unrecognized configuration name")),
        };
    }
    if !taipan_vm::objects::int::is_int(v) {
        return Err(t.type_error("configuration names must be strings or integers"));
    }
    crate::system::to_c_int(t, v)
}

/// A limit that the system gives: -1 without errno means that there is none.
fn limit(t: &Thread, object: Option<Value>, f: impl FnOnce() -> i64) -> Result<i64> {
    // SAFETY: the thread's own errno.
    unsafe { *libc::__errno_location() = 0 };
    let n = f();
    if n == -1 && errno() != 0 { Err(ex::os_error(t, errno(), object)) } else { Ok(n) }
}

/// Extended attributes have functions for files, links and descriptors.
#[derive(Clone, Copy)]
enum Target {
    Follow,
    Link,
    Descriptor(i32),
}

fn target(t: &Thread, p: &FsPath, follow: Option<bool>, function: &str) -> Result<Target> {
    match (p.fd, follow.unwrap_or(true)) {
        (Some(_), false) => Err(t.value_error(format!("{function}: cannot use fd and follow_symlinks together"))),
        (Some(fd), true) => Ok(Target::Descriptor(fd)),
        (None, true) => Ok(Target::Follow),
        (None, false) => Ok(Target::Link),
    }
}

/// What a call fills into a buffer whose size is not known before.
fn growing(t: &Thread, p: &FsPath, f: impl Fn(*mut u8, usize) -> isize) -> Result<Vec<u8>> {
    for size in [256, 64 << 10] {
        let mut buffer = vec![0u8; size];
        let place = buffer.as_mut_ptr() as usize;
        match detached(t, || f(place as *mut u8, size)) {
            Ok(n) => {
                buffer.truncate(n as usize);
                return Ok(buffer);
            }
            Err(libc::ERANGE) => {}
            Err(e) => return Err(ex::os_error(t, e, p.object)),
        }
    }
    Err(ex::os_error(t, libc::ERANGE, p.object))
}

/// Files by name.
#[pymodule(name = "posix")]
impl PosixPaths {
    /// Cut a file to a length, or extend it.
    #[py("($module, /, path, length)")]
    fn truncate(t: &Thread, path: Value, length: i64) -> Result<()> {
        let p = fs_path(t, path, "truncate", true)?;
        let c = p.c(t)?;
        match p.fd {
            // SAFETY: no memory involved.
            Some(fd) => on_path(t, &p, || unsafe { libc::ftruncate(fd, length) }),
            // SAFETY: NUL-terminated.
            None => on_path(t, &p, || unsafe { libc::truncate(c.as_ptr(), length) }),
        }
    }
    /// Set a file's owner and group; -1 leaves one as it is.
    #[py("($module, /, path, uid, gid, *, dir_fd=None, follow_symlinks=True)")]
    fn chown(t: &Thread, path: Value, uid: Value, gid: Value, dir_fd: OrNone<i32>, follow_symlinks: Option<bool>) -> Result<()> {
        let p = fs_path(t, path, "chown", true)?;
        let (c, u, g) = (p.c(t)?, user_id(t, uid, "uid")?, user_id(t, gid, "gid")?);
        let follow = follow_symlinks.unwrap_or(true);
        if let Some(fd) = p.fd {
            if dir_fd.0.is_some() {
                return Err(t.value_error("chown: can't specify both dir_fd and fd"));
            }
            if !follow {
                return Err(t.value_error("chown: cannot use fd and follow_symlinks together"));
            }
            // SAFETY: no memory involved.
            return on_path(t, &p, || unsafe { libc::fchown(fd, u, g) });
        }
        let (fd, flags) = (at(dir_fd), if follow { 0 } else { libc::AT_SYMLINK_NOFOLLOW });
        // SAFETY: NUL-terminated.
        on_path(t, &p, || unsafe { libc::fchownat(fd, c.as_ptr(), u, g, flags) })
    }
    /// As chown(), of a symbolic link itself.
    #[py("($module, /, path, uid, gid)")]
    fn lchown(t: &Thread, path: Value, uid: Value, gid: Value) -> Result<()> {
        let p = fs_path(t, path, "lchown", false)?;
        let (c, u, g) = (p.c(t)?, user_id(t, uid, "uid")?, user_id(t, gid, "gid")?);
        // SAFETY: NUL-terminated.
        on_path(t, &p, || unsafe { libc::lchown(c.as_ptr(), u, g) })
    }
    /// As chown(), of an open file.
    #[py("($module, /, fd, uid, gid)")]
    fn fchown(t: &Thread, fd: i32, uid: Value, gid: Value) -> Result<()> {
        let (u, g) = (user_id(t, uid, "uid")?, user_id(t, gid, "gid")?);
        // SAFETY: no memory involved.
        call(t, || unsafe { libc::fchown(fd, u, g) }).map(drop)
    }
    /// Set an open file's access permissions.
    #[py("($module, /, fd, mode)")]
    fn fchmod(t: &Thread, fd: i32, mode: i32) -> Result<()> {
        // SAFETY: no memory involved.
        call(t, || unsafe { libc::fchmod(fd, mode as libc::mode_t) }).map(drop)
    }
    /// Make the directory of a descriptor the current one.
    #[py("($module, /, fd)")]
    fn fchdir(t: &Thread, fd: Value) -> Result<()> {
        let fd = descriptor(t, fd)?;
        // SAFETY: no memory involved.
        call(t, || unsafe { libc::fchdir(fd) }).map(drop)
    }
    /// Make a directory the root for this process.
    #[py("($module, /, path)")]
    fn chroot(t: &Thread, path: Value) -> Result<()> {
        let p = fs_path(t, path, "chroot", false)?;
        let c = p.c(t)?;
        // SAFETY: NUL-terminated.
        on_path(t, &p, || unsafe { libc::chroot(c.as_ptr()) })
    }
    /// Make a named pipe.
    #[py("($module, /, path, mode=438, *, dir_fd=None)")]
    fn mkfifo(t: &Thread, path: Value, mode: Option<i32>, dir_fd: OrNone<i32>) -> Result<()> {
        let p = fs_path(t, path, "mkfifo", false)?;
        let (c, fd, mode) = (p.c(t)?, at(dir_fd), mode.unwrap_or(0o666) as libc::mode_t);
        // SAFETY: NUL-terminated.
        on_path(t, &p, || unsafe { libc::mkfifoat(fd, c.as_ptr(), mode) })
    }
    /// Make a file, a device or a named pipe.
    #[py("($module, /, path, mode=384, device=0, *, dir_fd=None)")]
    fn mknod(t: &Thread, path: Value, mode: Option<i32>, device: Option<i64>, dir_fd: OrNone<i32>) -> Result<()> {
        let p = fs_path(t, path, "mknod", false)?;
        let (c, fd, mode) = (p.c(t)?, at(dir_fd), mode.unwrap_or(0o600) as libc::mode_t);
        let device = device.unwrap_or(0) as libc::dev_t;
        // SAFETY: NUL-terminated.
        on_path(t, &p, || unsafe { libc::mknodat(fd, c.as_ptr(), mode, device) })
    }
    /// The major number of a device.
    #[py("($module, device, /)")]
    fn major(_t: &Thread, device: i64) -> i64 {
        i64::from(libc::major(device as libc::dev_t))
    }
    /// The minor number of a device.
    #[py("($module, device, /)")]
    fn minor(_t: &Thread, device: i64) -> i64 {
        i64::from(libc::minor(device as libc::dev_t))
    }
    /// A device number of its two parts.
    #[py("($module, major, minor, /)")]
    fn makedev(_t: &Thread, major: i64, minor: i64) -> u64 {
        libc::makedev(major as libc::c_uint, minor as libc::c_uint)
    }
    /// About the file system that a file is on.
    #[py("($module, /, path)")]
    fn statvfs(t: &Thread, path: Value) -> Result<Value> {
        let p = fs_path(t, path, "statvfs", true)?;
        do_statvfs(t, &p)
    }
    /// About the file system that an open file is on.
    #[py("($module, fd, /)")]
    fn fstatvfs(t: &Thread, fd: i32) -> Result<Value> {
        do_statvfs(t, &FsPath { bytes: Vec::new(), object: None, is_bytes: false, fd: Some(fd) })
    }
    /// A limit or property of the system.
    #[py("($module, name, /)")]
    fn sysconf(t: &Thread, name: Value) -> Result<i64> {
        let n = by_name(t, name, numbers::SYSCONF)?;
        // SAFETY: no memory involved.
        limit(t, None, || unsafe { libc::sysconf(n) })
    }
    /// A text that describes the system, or None.
    #[py("($module, name, /)")]
    fn confstr(t: &Thread, name: Value) -> Result<Option<Ref<Str>>> {
        let n = by_name(t, name, numbers::CONFSTR)?;
        let mut buffer = vec![0u8; 256];
        loop {
            // SAFETY: room as said.
            let need = unsafe {
                *libc::__errno_location() = 0;
                libc::confstr(n, buffer.as_mut_ptr().cast(), buffer.len())
            };
            match need {
                0 if errno() != 0 => return Err(last_error(t)),
                0 => return Ok(None),
                n if n <= buffer.len() => return decode_fs(t, &buffer[..n - 1]).map(Some),
                n => buffer.resize(n, 0),
            }
        }
    }
    /// A limit for a file.
    #[py("($module, /, path, name)")]
    fn pathconf(t: &Thread, path: Value, name: Value) -> Result<i64> {
        let p = fs_path(t, path, "pathconf", true)?;
        let (c, n) = (p.c(t)?, by_name(t, name, numbers::PATHCONF)?);
        // SAFETY: NUL-terminated.
        limit(t, p.object, || unsafe {
            match p.fd {
                Some(fd) => libc::fpathconf(fd, n),
                None => libc::pathconf(c.as_ptr(), n),
            }
        })
    }
    /// A limit for an open file.
    #[py("($module, fd, name, /)")]
    fn fpathconf(t: &Thread, fd: Value, name: Value) -> Result<i64> {
        let (fd, n) = (descriptor(t, fd)?, by_name(t, name, numbers::PATHCONF)?);
        // SAFETY: no memory involved.
        limit(t, None, || unsafe { libc::fpathconf(fd, n) })
    }
    /// The value of an extended attribute.
    #[py("($module, /, path, attribute, *, follow_symlinks=True)")]
    fn getxattr(t: &Thread, path: Value, attribute: Value, follow_symlinks: Option<bool>) -> Result<Ref<Bytes>> {
        let (p, a) = (fs_path(t, path, "getxattr", true)?, fs_path(t, attribute, "getxattr", false)?);
        let (c, a, target) = (p.c(t)?, a.c(t)?, target(t, &p, follow_symlinks, "getxattr")?);
        // SAFETY: NUL-terminated names and a buffer of that size.
        let value = growing(t, &p, |b, n| unsafe {
            match target {
                Target::Follow => libc::getxattr(c.as_ptr(), a.as_ptr(), b.cast(), n),
                Target::Link => libc::lgetxattr(c.as_ptr(), a.as_ptr(), b.cast(), n),
                Target::Descriptor(fd) => libc::fgetxattr(fd, a.as_ptr(), b.cast(), n),
            }
        })?;
        Bytes::new(t, &value)
    }
    /// Set an extended attribute.
    #[py("($module, /, path, attribute, value, flags=0, *, follow_symlinks=True)")]
    fn setxattr(
        t: &Thread,
        path: Value,
        attribute: Value,
        value: Value,
        flags: Option<i32>,
        follow_symlinks: Option<bool>,
    ) -> Result<()> {
        let (p, a) = (fs_path(t, path, "setxattr", true)?, fs_path(t, attribute, "setxattr", false)?);
        let (c, a, target) = (p.c(t)?, a.c(t)?, target(t, &p, follow_symlinks, "setxattr")?);
        let (value, flags) = (t.buffer(value)?.to_vec(), flags.unwrap_or(0));
        // SAFETY: NUL-terminated names and bytes of that length.
        on_path(t, &p, || unsafe {
            let (v, n) = (value.as_ptr().cast(), value.len());
            match target {
                Target::Follow => libc::setxattr(c.as_ptr(), a.as_ptr(), v, n, flags),
                Target::Link => libc::lsetxattr(c.as_ptr(), a.as_ptr(), v, n, flags),
                Target::Descriptor(fd) => libc::fsetxattr(fd, a.as_ptr(), v, n, flags),
            }
        })
    }
    /// Remove an extended attribute.
    #[py("($module, /, path, attribute, *, follow_symlinks=True)")]
    fn removexattr(t: &Thread, path: Value, attribute: Value, follow_symlinks: Option<bool>) -> Result<()> {
        let (p, a) = (fs_path(t, path, "removexattr", true)?, fs_path(t, attribute, "removexattr", false)?);
        let (c, a, target) = (p.c(t)?, a.c(t)?, target(t, &p, follow_symlinks, "removexattr")?);
        // SAFETY: NUL-terminated names.
        on_path(t, &p, || unsafe {
            match target {
                Target::Follow => libc::removexattr(c.as_ptr(), a.as_ptr()),
                Target::Link => libc::lremovexattr(c.as_ptr(), a.as_ptr()),
                Target::Descriptor(fd) => libc::fremovexattr(fd, a.as_ptr()),
            }
        })
    }
    /// The names of the extended attributes, of the current directory by default.
    #[py("($module, /, path=None, *, follow_symlinks=True)")]
    fn listxattr(t: &Thread, path: OrNone<Value>, follow_symlinks: Option<bool>) -> Result<Ref<List>> {
        let p = super::directory(t, path, "listxattr")?;
        let (c, target) = (p.c(t)?, target(t, &p, follow_symlinks, "listxattr")?);
        // SAFETY: a NUL-terminated name and a buffer of that size.
        let all = growing(t, &p, |b, n| unsafe {
            match target {
                Target::Follow => libc::listxattr(c.as_ptr(), b.cast(), n),
                Target::Link => libc::llistxattr(c.as_ptr(), b.cast(), n),
                Target::Descriptor(fd) => libc::flistxattr(fd, b.cast(), n),
            }
        })?;
        let out = List::new(t)?;
        for n in all.split(|b| *b == 0).filter(|n| !n.is_empty()) {
            out.append(t, result_path(t, n, false)?)?;
        }
        Ok(out)
    }
}
