//! `fcntl`: control of descriptors, and locks on files.

use crate::system::{descriptor, retried};
use taipan_vm::native::*;
use taipan_vm::objects::exceptions as ex;

pub struct Fcntl;

const NUMBERS: &[(&str, i64)] = &[
    ("LOCK_SH", 1),
    ("LOCK_EX", 2),
    ("LOCK_NB", 4),
    ("LOCK_UN", 8),
    ("LOCK_MAND", 32),
    ("LOCK_READ", 64),
    ("LOCK_WRITE", 128),
    ("LOCK_RW", 192),
    ("F_DUPFD", 0),
    ("F_DUPFD_CLOEXEC", 1030),
    ("F_GETFD", 1),
    ("F_SETFD", 2),
    ("F_GETFL", 3),
    ("F_SETFL", 4),
    ("F_GETLK", 5),
    ("F_SETLK", 6),
    ("F_SETLKW", 7),
    ("F_OFD_GETLK", 36),
    ("F_OFD_SETLK", 37),
    ("F_OFD_SETLKW", 38),
    ("F_GETOWN", 9),
    ("F_SETOWN", 8),
    ("F_GETSIG", 11),
    ("F_SETSIG", 10),
    ("F_RDLCK", 0),
    ("F_WRLCK", 1),
    ("F_UNLCK", 2),
    ("F_GETLK64", 5),
    ("F_SETLK64", 6),
    ("F_SETLKW64", 7),
    ("FASYNC", 8192),
    ("F_SETLEASE", 1024),
    ("F_GETLEASE", 1025),
    ("F_NOTIFY", 1026),
    ("F_DUPFD_QUERY", 1027),
    ("F_EXLCK", 4),
    ("F_SHLCK", 8),
    ("F_SETPIPE_SZ", 1031),
    ("F_GETPIPE_SZ", 1032),
    ("FICLONE", 1_074_041_865),
    ("FICLONERANGE", 1_075_876_877),
    ("F_GETOWN_EX", 16),
    ("F_SETOWN_EX", 15),
    ("F_OWNER_TID", 0),
    ("F_OWNER_PID", 1),
    ("F_OWNER_PGRP", 2),
    ("F_GET_RW_HINT", 1035),
    ("F_SET_RW_HINT", 1036),
    ("F_GET_FILE_RW_HINT", 1037),
    ("F_SET_FILE_RW_HINT", 1038),
    ("RWH_WRITE_LIFE_NOT_SET", 0),
    ("RWH_WRITE_LIFE_NONE", 1),
    ("RWH_WRITE_LIFE_SHORT", 2),
    ("RWH_WRITE_LIFE_MEDIUM", 3),
    ("RWH_WRITE_LIFE_LONG", 4),
    ("RWH_WRITE_LIFE_EXTREME", 5),
    ("FD_CLOEXEC", 1),
    ("DN_ACCESS", 1),
    ("DN_MODIFY", 2),
    ("DN_CREATE", 4),
    ("DN_DELETE", 8),
    ("DN_RENAME", 16),
    ("DN_ATTRIB", 32),
    ("DN_MULTISHOT", 2_147_483_648),
    ("F_ADD_SEALS", 1033),
    ("F_GET_SEALS", 1034),
    ("F_SEAL_SEAL", 1),
    ("F_SEAL_SHRINK", 2),
    ("F_SEAL_GROW", 4),
    ("F_SEAL_WRITE", 8),
    ("F_SEAL_FUTURE_WRITE", 16),
];

/// Largest structure that is passed by copy.
const COPIED: usize = 1024;

fn init(t: &Thread, m: Ref<Module>) -> Result<()> {
    for (n, v) in NUMBERS {
        m.set(t, n, t.int(*v)?)?;
    }
    Ok(())
}

/// An integer argument, taken by its low bits.
fn word(t: &Thread, v: Value) -> Result<i64> {
    let i = t.index(v)?;
    match t.int_value(i).and_then(|i| i.to_i64()) {
        Some(n) if (-(1 << 31)..1 << 32).contains(&n) => Ok(n),
        _ => Err(t.overflow_error("Python int too large to convert to C int")),
    }
}

fn checked(t: &Thread, f: impl FnMut() -> i32) -> Result<i32> {
    retried(t, f)?.map_err(|e| ex::os_error(t, e, None))
}

/// The bytes of an argument that is a structure: `None` for integers.
fn structure(t: &Thread, v: Value) -> Result<Option<Vec<u8>>> {
    if taipan_vm::objects::int::is_int(v) {
        return Ok(None);
    }
    match v.downcast::<Str>() {
        Some(s) => Ok(Some(s.to_string_lossy().into_bytes())),
        None if taipan_vm::objects::buffer::exports(t, v) => t.buffer(v).map(|b| Some(b.to_vec())),
        None => Ok(None),
    }
}

/// Control of descriptors, and locks on files.
#[pymodule(name = "fcntl", init = init)]
impl Fcntl {
    /// Do the operation `cmd` on a descriptor. The argument is an integer, or the bytes of a structure, whose new content is returned.
    #[py("($module, fd, cmd, arg=0, /)")]
    fn fcntl(t: &Thread, fd: Value, cmd: i32, arg: Option<Value>) -> Result<Value> {
        let fd = descriptor(t, fd)?;
        let arg = arg.unwrap_or(Value::small_int(0));
        if let Some(mut bytes) = structure(t, arg)? {
            let n = bytes.len();
            if n > COPIED {
                return Err(t.value_error("fcntl argument 3 is too long"));
            }
            bytes.resize(COPIED + 8, 0);
            let place = bytes.as_mut_ptr() as usize;
            // SAFETY: a buffer larger than any structure of these operations.
            checked(t, || unsafe { libc::fcntl(fd, cmd, place as *mut libc::c_void) })?;
            return Bytes::new(t, &bytes[..n]).map(Ref::value);
        }
        let n = word(t, arg)?;
        // SAFETY: the operations that take a pointer fail on integers that are none.
        let r = checked(t, || unsafe { libc::fcntl(fd, cmd, n as libc::c_int as libc::c_long) })?;
        t.int(r.into())
    }
    /// Do a device's operation. The argument is an integer, bytes (new content returned), or a writable buffer, changed in place.
    #[py("($module, fd, request, arg=0, mutate_flag=True, /)")]
    fn ioctl(t: &Thread, fd: Value, request: Value, arg: Option<Value>, mutate_flag: Option<bool>) -> Result<Value> {
        let fd = descriptor(t, fd)?;
        let request = word(t, request)? as u32 as libc::c_ulong;
        let arg = arg.unwrap_or(Value::small_int(0));
        if taipan_vm::objects::int::is_int(arg) {
            let n = word(t, arg)?;
            // SAFETY: as in fcntl.
            let r = checked(t, || unsafe { libc::ioctl(fd, request, n as libc::c_int as libc::c_long) })?;
            return t.int(r.into());
        }
        let writable = arg.downcast::<Str>().is_none() && arg.downcast::<Bytes>().is_none();
        if writable && mutate_flag.unwrap_or(true) {
            if let Ok(mut b) = t.writable_buffer(arg) {
                let n = b.len();
                // The device may write more than there is: small ones go by a copy.
                if n <= COPIED {
                    let mut copy = b.to_vec();
                    copy.resize(COPIED + 8, 0);
                    let place = copy.as_mut_ptr() as usize;
                    // SAFETY: a live buffer.
                    let r = checked(t, || unsafe { libc::ioctl(fd, request, place as *mut libc::c_void) });
                    b.as_mut_slice().copy_from_slice(&copy[..n]);
                    return t.int(r?.into());
                }
                let place = b.as_mut_slice().as_mut_ptr() as usize;
                // SAFETY: lent memory.
                let r = checked(t, || unsafe { libc::ioctl(fd, request, place as *mut libc::c_void) })?;
                return t.int(r.into());
            }
        }
        let Some(mut bytes) = structure(t, arg)? else {
            let name = class_of(arg).name_string();
            return Err(
                t.type_error(format!("ioctl() argument 3 must be an integer, a bytes-like object, or a string, not {name}"))
            );
        };
        let n = bytes.len();
        if n > COPIED {
            return Err(t.value_error("ioctl argument 3 is too long"));
        }
        bytes.resize(COPIED + 8, 0);
        let place = bytes.as_mut_ptr() as usize;
        // SAFETY: a live buffer.
        checked(t, || unsafe { libc::ioctl(fd, request, place as *mut libc::c_void) })?;
        Bytes::new(t, &bytes[..n]).map(Ref::value)
    }
    /// Lock or unlock a whole file: LOCK_SH, LOCK_EX or LOCK_UN, with LOCK_NB not to wait.
    #[py("($module, fd, operation, /)")]
    fn flock(t: &Thread, fd: Value, operation: i32) -> Result<()> {
        let fd = descriptor(t, fd)?;
        // SAFETY: no memory involved.
        checked(t, || unsafe { libc::flock(fd, operation) }).map(drop)
    }
    /// Lock or unlock a part of a file, as flock() does a whole one.
    #[py("($module, fd, cmd, len=0, start=0, whence=0, /)")]
    fn lockf(t: &Thread, fd: Value, cmd: i32, len: Option<Value>, start: Option<Value>, whence: Option<i32>) -> Result<()> {
        let fd = descriptor(t, fd)?;
        // SAFETY: plain data.
        let mut l: libc::flock = unsafe { std::mem::zeroed() };
        l.l_type = if cmd == libc::LOCK_UN {
            libc::F_UNLCK as i16
        } else if cmd & libc::LOCK_SH != 0 {
            libc::F_RDLCK as i16
        } else if cmd & libc::LOCK_EX != 0 {
            libc::F_WRLCK as i16
        } else {
            return Err(t.value_error("unrecognized lockf argument"));
        };
        l.l_start = start.map_or(Ok(0), |v| t.to_i64(v))?;
        l.l_len = len.map_or(Ok(0), |v| t.to_i64(v))?;
        l.l_whence = whence.unwrap_or(0) as i16;
        let operation = if cmd & libc::LOCK_NB != 0 { libc::F_SETLK } else { libc::F_SETLKW };
        let place = &raw const l as usize;
        // SAFETY: a live structure.
        checked(t, || unsafe { libc::fcntl(fd, operation, place as *const libc::flock) }).map(drop)
    }
}
