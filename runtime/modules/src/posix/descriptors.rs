//! Descriptors: reading and writing in place, copying between them, pipes, terminals, and the kinds that only Linux has.

use super::decode_fs;
use crate::system::{Outcome, Round, call, descriptor, last_error, nanoseconds, to_c_int};

use taipan_vm::native::*;
use taipan_vm::objects::buffer::Buffer;
use taipan_vm::objects::exceptions as ex;

pub struct PosixDescriptors;

/// Borrowed memory of several objects, and what the system is told of it. The collector does not see what is in a `Vec`, so the
/// objects are kept beside.
struct Parts {
    _buffers: Vec<Buffer>,
    _keepers: ValueVec,
    iovecs: Vec<libc::iovec>,
}

impl Parts {
    fn new(t: &Thread, v: Value, writable: bool, function: &str) -> Result<Parts> {
        if !t.is_sequence(v) {
            let n = if writable { "readv" } else { "writev" };
            return Err(t.type_error(format!("{}() arg 2 must be a sequence", if function.is_empty() { n } else { function })));
        }
        let objects = t.iterate_to_vec(v)?;
        let mut p = Parts { _buffers: Vec::new(), _keepers: ValueVec::new(), iovecs: Vec::new() };
        for o in objects.iter() {
            let mut b = if writable { t.writable_buffer(o)? } else { t.buffer(o)? };
            p._keepers.push(t, o)?;
            if let Some(view) = b.view() {
                p._keepers.push(t, view.value())?;
            }
            let base = if writable { b.as_mut_slice().as_mut_ptr() } else { b.as_slice().as_ptr().cast_mut() };
            p.iovecs.push(libc::iovec { iov_base: base.cast(), iov_len: b.len() });
            p._buffers.push(b);
        }
        Ok(p)
    }
    fn raw(&self) -> (usize, i32) {
        (self.iovecs.as_ptr() as usize, self.iovecs.len() as i32)
    }
}

fn done(t: &Thread, r: i32) -> Result<()> {
    if r.failed() { Err(last_error(t)) } else { Ok(()) }
}

fn count(t: &Thread, n: isize) -> Result<usize> {
    usize::try_from(n).map_err(|_| ex::os_error(t, libc::EINVAL, None))
}

fn clock_value(t: &Thread, s: &libc::itimerspec, ns: bool) -> Result<Value> {
    let parts = [s.it_value, s.it_interval];
    if ns {
        let n = |x: &libc::timespec| x.tv_sec * 1_000_000_000 + x.tv_nsec;
        return (n(&parts[0]), n(&parts[1])).into_value(t);
    }
    let n = |x: &libc::timespec| x.tv_sec as f64 + x.tv_nsec as f64 * 1e-9;
    (n(&parts[0]), n(&parts[1])).into_value(t)
}

fn timespec(ns: i64) -> libc::timespec {
    libc::timespec { tv_sec: ns.div_euclid(1_000_000_000), tv_nsec: ns.rem_euclid(1_000_000_000) }
}

fn timer_set(t: &Thread, fd: i32, flags: i32, initial: i64, interval: i64, ns: bool) -> Result<Value> {
    let new = libc::itimerspec { it_interval: timespec(interval), it_value: timespec(initial) };
    let mut old = libc::itimerspec { it_interval: timespec(0), it_value: timespec(0) };
    // SAFETY: live structures.
    done(t, unsafe { libc::timerfd_settime(fd, flags, &raw const new, &raw mut old) })?;
    clock_value(t, &old, ns)
}

fn timer_get(t: &Thread, fd: i32, ns: bool) -> Result<Value> {
    let mut now = libc::itimerspec { it_interval: timespec(0), it_value: timespec(0) };
    // SAFETY: a live structure.
    done(t, unsafe { libc::timerfd_gettime(fd, &raw mut now) })?;
    clock_value(t, &now, ns)
}

fn optional_offset(t: &Thread, v: Option<Value>) -> Result<Option<i64>> {
    v.filter(|v| !v.is_none()).map(|v| t.to_i64(v)).transpose()
}

fn pointer(o: &mut Option<i64>) -> usize {
    o.as_mut().map_or(0, |o| &raw mut *o as usize)
}

/// Descriptors.
#[pymodule(name = "posix")]
impl PosixDescriptors {
    /// Two connected descriptors, to read and to write, with these flags.
    #[py("($module, flags, /)")]
    fn pipe2(t: &Thread, flags: i32) -> Result<(i32, i32)> {
        let mut fds = [0i32; 2];
        // SAFETY: room for two.
        done(t, unsafe { libc::pipe2(fds.as_mut_ptr(), flags) })?;
        Ok((fds[0], fds[1]))
    }
    /// Read bytes from a place in a file, without moving its position.
    #[py("($module, fd, length, offset, /)")]
    fn pread(t: &Thread, fd: i32, length: isize, offset: i64) -> Result<Ref<Bytes>> {
        let n = count(t, length)?;
        let mut buffer = vec![0u8; n];
        let place = buffer.as_mut_ptr() as usize;
        // SAFETY: room for `n` bytes.
        let got = call(t, || unsafe { libc::pread(fd, place as *mut libc::c_void, n, offset) })?;
        Bytes::new(t, &buffer[..got as usize])
    }
    /// Write bytes to a place in a file, without moving its position.
    #[py("($module, fd, buffer, offset, /)")]
    fn pwrite(t: &Thread, fd: i32, buffer: Value, offset: i64) -> Result<isize> {
        let b = t.buffer(buffer)?;
        let (place, n) = (b.as_slice().as_ptr() as usize, b.len());
        // SAFETY: lent memory of `n` bytes.
        call(t, || unsafe { libc::pwrite(fd, place as *const libc::c_void, n, offset) })
    }
    /// Read into a buffer; returns the number of bytes.
    #[py("($module, fd, buffer, /)")]
    fn readinto(t: &Thread, fd: i32, buffer: Value) -> Result<isize> {
        let mut b = t.writable_buffer(buffer)?;
        let (place, n) = (b.as_mut_slice().as_mut_ptr() as usize, b.len());
        // SAFETY: lent memory of `n` bytes.
        call(t, || unsafe { libc::read(fd, place as *mut libc::c_void, n) })
    }
    /// Read into several buffers; returns the number of bytes.
    #[py("($module, fd, buffers, /)")]
    fn readv(t: &Thread, fd: i32, buffers: Value) -> Result<isize> {
        let p = Parts::new(t, buffers, true, "readv")?;
        let (place, n) = p.raw();
        // SAFETY: descriptions of lent memory.
        call(t, || unsafe { libc::readv(fd, place as *const libc::iovec, n) })
    }
    /// Write the bytes of several buffers; returns how many were taken.
    #[py("($module, fd, buffers, /)")]
    fn writev(t: &Thread, fd: i32, buffers: Value) -> Result<isize> {
        let p = Parts::new(t, buffers, false, "writev")?;
        let (place, n) = p.raw();
        // SAFETY: descriptions of lent memory.
        call(t, || unsafe { libc::writev(fd, place as *const libc::iovec, n) })
    }
    /// As readv(), from a place in a file.
    #[py("($module, fd, buffers, offset, flags=0, /)")]
    fn preadv(t: &Thread, fd: i32, buffers: Value, offset: i64, flags: Option<i32>) -> Result<isize> {
        let p = Parts::new(t, buffers, true, "preadv2")?;
        let ((place, n), flags) = (p.raw(), flags.unwrap_or(0));
        // SAFETY: descriptions of lent memory.
        call(t, || unsafe { libc::preadv2(fd, place as *const libc::iovec, n, offset, flags) })
    }
    /// As writev(), to a place in a file.
    #[py("($module, fd, buffers, offset, flags=0, /)")]
    fn pwritev(t: &Thread, fd: i32, buffers: Value, offset: i64, flags: Option<i32>) -> Result<isize> {
        let p = Parts::new(t, buffers, false, "pwritev2")?;
        let ((place, n), flags) = (p.raw(), flags.unwrap_or(0));
        // SAFETY: descriptions of lent memory.
        call(t, || unsafe { libc::pwritev2(fd, place as *const libc::iovec, n, offset, flags) })
    }
    /// Copy bytes from one descriptor to another within the system; returns how many.
    #[py("($module, /, out_fd, in_fd, offset, count)")]
    fn sendfile(t: &Thread, out_fd: i32, in_fd: i32, offset: Value, n: isize) -> Result<isize> {
        let n = count(t, n)?;
        let mut offset = optional_offset(t, Some(offset))?;
        let place = pointer(&mut offset);
        // SAFETY: a live offset, or null.
        call(t, || unsafe { libc::sendfile(out_fd, in_fd, place as *mut libc::off_t, n) })
    }
    /// Copy bytes from one file to another within the system; returns how many.
    #[py("($module, /, src, dst, count, offset_src=None, offset_dst=None)")]
    fn copy_file_range(
        t: &Thread,
        src: i32,
        dst: i32,
        n: isize,
        offset_src: Option<Value>,
        offset_dst: Option<Value>,
    ) -> Result<isize> {
        if n < 0 {
            return Err(t.value_error("negative value for 'count' not allowed"));
        }
        let (mut a, mut b) = (optional_offset(t, offset_src)?, optional_offset(t, offset_dst)?);
        let (pa, pb) = (pointer(&mut a), pointer(&mut b));
        // SAFETY: live offsets, or null.
        call(t, || unsafe { libc::copy_file_range(src, pa as *mut libc::off64_t, dst, pb as *mut libc::off64_t, n as usize, 0) })
    }
    /// Move bytes between descriptors, one of which is a pipe; returns how many.
    #[py("($module, /, src, dst, count, offset_src=None, offset_dst=None, flags=0)")]
    fn splice(
        t: &Thread,
        src: i32,
        dst: i32,
        n: isize,
        offset_src: Option<Value>,
        offset_dst: Option<Value>,
        flags: Option<i32>,
    ) -> Result<isize> {
        if n < 0 {
            return Err(t.value_error("negative value for 'count' not allowed"));
        }
        let (mut a, mut b) = (optional_offset(t, offset_src)?, optional_offset(t, offset_dst)?);
        let (pa, pb, flags) = (pointer(&mut a), pointer(&mut b), flags.unwrap_or(0) as u32);
        // SAFETY: live offsets, or null.
        call(t, || unsafe { libc::splice(src, pa as *mut libc::loff_t, dst, pb as *mut libc::loff_t, n as usize, flags) })
    }
    /// Have a file's data written to its medium, without all of its metadata.
    #[py("($module, /, fd)")]
    fn fdatasync(t: &Thread, fd: Value) -> Result<()> {
        let fd = descriptor(t, fd)?;
        // SAFETY: no memory involved.
        call(t, || unsafe { libc::fdatasync(fd) }).map(drop)
    }
    /// Have everything written to its medium.
    #[py("($module, /)")]
    fn sync(t: &Thread) {
        // SAFETY: no memory involved.
        t.blocking(|| unsafe { libc::sync() })
    }
    /// Lock a part of a file, test for a lock, or unlock.
    #[py("($module, fd, command, length, /)")]
    fn lockf(t: &Thread, fd: i32, command: i32, length: i64) -> Result<()> {
        // SAFETY: no memory involved.
        call(t, || unsafe { libc::lockf(fd, command, length) }).map(drop)
    }
    /// Make sure that a part of a file has room on the medium.
    #[py("($module, fd, offset, length, /)")]
    fn posix_fallocate(t: &Thread, fd: i32, offset: i64, length: i64) -> Result<()> {
        // SAFETY: no memory involved.
        match t.blocking(|| unsafe { libc::posix_fallocate(fd, offset, length) }) {
            0 => Ok(()),
            e => Err(ex::os_error(t, e, None)),
        }
    }
    /// Tell how a part of a file will be used.
    #[py("($module, fd, offset, length, advice, /)")]
    fn posix_fadvise(t: &Thread, fd: i32, offset: i64, length: i64, advice: i32) -> Result<()> {
        // SAFETY: no memory involved.
        match t.blocking(|| unsafe { libc::posix_fadvise(fd, offset, length, advice) }) {
            0 => Ok(()),
            e => Err(ex::os_error(t, e, None)),
        }
    }
    /// A file that lives in memory.
    #[py("($module, /, name, flags=MFD_CLOEXEC)")]
    fn memfd_create(t: &Thread, name: Value, flags: Option<i64>) -> Result<i32> {
        let name = super::fs_path(t, name, "memfd_create", false)?.c(t)?;
        let flags = flags.map_or(libc::MFD_CLOEXEC, |f| f as u32);
        // SAFETY: NUL-terminated.
        call(t, || unsafe { libc::memfd_create(name.as_ptr(), flags) })
    }
    /// A counter that can be waited for.
    #[py("($module, /, initval, flags=EFD_CLOEXEC)")]
    fn eventfd(t: &Thread, initval: i64, flags: Option<i32>) -> Result<i32> {
        let Ok(initial) = u32::try_from(initval) else {
            return Err(t.overflow_error(if initval < 0 {
                "can't convert negative value to unsigned int"
            } else {
                "Python int too large to convert to C unsigned int"
            }));
        };
        // SAFETY: no memory involved.
        call(t, || unsafe { libc::eventfd(initial, flags.unwrap_or(libc::EFD_CLOEXEC)) })
    }
    /// Take the counter's value, waiting for one that is not 0.
    #[py("($module, /, fd)")]
    fn eventfd_read(t: &Thread, fd: Value) -> Result<u64> {
        let fd = descriptor(t, fd)?;
        let mut n = 0u64;
        let place = &raw mut n as usize;
        // SAFETY: a live counter.
        call(t, || unsafe { libc::eventfd_read(fd, place as *mut u64) })?;
        Ok(n)
    }
    /// Add to the counter.
    #[py("($module, /, fd, value)")]
    fn eventfd_write(t: &Thread, fd: Value, value: Value) -> Result<()> {
        let fd = descriptor(t, fd)?;
        let i = t.index(value)?;
        let n = match t.int_value(i).and_then(|i| i.to_i64()) {
            Some(n) if n >= 0 => n as u64,
            Some(_) => return Err(t.overflow_error("can't convert negative int to unsigned")),
            None => return Err(t.overflow_error("int too big to convert")),
        };
        // SAFETY: no memory involved.
        call(t, || unsafe { libc::eventfd_write(fd, n) }).map(drop)
    }
    /// A timer that can be waited for.
    #[py("($module, clockid, /, *, flags=0)")]
    fn timerfd_create(t: &Thread, clockid: i32, flags: Option<i32>) -> Result<i32> {
        // SAFETY: no memory involved.
        call(t, || unsafe { libc::timerfd_create(clockid, flags.unwrap_or(libc::TFD_CLOEXEC)) })
    }
    /// Set a timer, in seconds; returns what it was set to: (to the next, between).
    #[py("($module, fd, /, *, flags=0, initial=0.0, interval=0.0)")]
    fn timerfd_settime(
        t: &Thread,
        fd: Value,
        flags: Option<i32>,
        initial: Option<Value>,
        interval: Option<Value>,
    ) -> Result<Value> {
        let fd = descriptor(t, fd)?;
        let ns = |v: Option<Value>| v.map_or(Ok(0), |v| nanoseconds(t, v, Round::Ceiling));
        timer_set(t, fd, flags.unwrap_or(0), ns(initial)?, ns(interval)?, false)
    }
    /// As timerfd_settime(), in nanoseconds.
    #[py("($module, fd, /, *, flags=0, initial=0, interval=0)")]
    fn timerfd_settime_ns(t: &Thread, fd: Value, flags: Option<i32>, initial: Option<i64>, interval: Option<i64>) -> Result<Value> {
        let fd = descriptor(t, fd)?;
        timer_set(t, fd, flags.unwrap_or(0), initial.unwrap_or(0), interval.unwrap_or(0), true)
    }
    /// What a timer is set to, in seconds: (to the next, between).
    #[py("($module, fd, /)")]
    fn timerfd_gettime(t: &Thread, fd: Value) -> Result<Value> {
        let fd = descriptor(t, fd)?;
        timer_get(t, fd, false)
    }
    /// What a timer is set to, in nanoseconds.
    #[py("($module, fd, /)")]
    fn timerfd_gettime_ns(t: &Thread, fd: Value) -> Result<Value> {
        let fd = descriptor(t, fd)?;
        timer_get(t, fd, true)
    }
    /// A new pseudo-terminal: its two descriptors.
    #[py("($module, /)")]
    fn openpty(t: &Thread) -> Result<(i32, i32)> {
        let (mut master, mut slave) = (-1, -1);
        // SAFETY: live locals, or null.
        let r = unsafe { libc::openpty(&raw mut master, &raw mut slave, std::ptr::null_mut(), std::ptr::null(), std::ptr::null()) };
        done(t, r)?;
        for fd in [master, slave] {
            // SAFETY: no memory involved.
            done(t, unsafe { libc::fcntl(fd, libc::F_SETFD, libc::FD_CLOEXEC) })?;
        }
        Ok((master, slave))
    }
    /// Make a terminal this process's own, and its standard streams.
    #[py("($module, fd, /)")]
    fn login_tty(t: &Thread, fd: Value) -> Result<()> {
        let fd = descriptor(t, fd)?;
        // SAFETY: no memory involved.
        done(t, unsafe { libc::login_tty(fd) })
    }
    /// Open the master side of a new pseudo-terminal.
    #[py("($module, oflag, /)")]
    fn posix_openpt(t: &Thread, oflag: i32) -> Result<i32> {
        // SAFETY: no memory involved.
        call(t, || unsafe { libc::posix_openpt(oflag | libc::O_CLOEXEC) })
    }
    /// Grant access to the other side of a pseudo-terminal.
    #[py("($module, fd, /)")]
    fn grantpt(t: &Thread, fd: Value) -> Result<()> {
        let fd = descriptor(t, fd)?;
        // SAFETY: no memory involved.
        done(t, unsafe { libc::grantpt(fd) })
    }
    /// Unlock the other side of a pseudo-terminal.
    #[py("($module, fd, /)")]
    fn unlockpt(t: &Thread, fd: Value) -> Result<()> {
        let fd = descriptor(t, fd)?;
        // SAFETY: no memory involved.
        done(t, unsafe { libc::unlockpt(fd) })
    }
    /// The name of the other side of a pseudo-terminal.
    #[py("($module, fd, /)")]
    fn ptsname(t: &Thread, fd: Value) -> Result<Ref<Str>> {
        let fd = descriptor(t, fd)?;
        let mut buffer = [0u8; 1024];
        // SAFETY: room as said.
        match unsafe { libc::ptsname_r(fd, buffer.as_mut_ptr().cast(), buffer.len()) } {
            0 => decode_fs(t, &buffer[..buffer.iter().position(|b| *b == 0).unwrap_or(0)]),
            e => Err(ex::os_error(t, e, None)),
        }
    }
    /// The name of a terminal.
    #[py("($module, fd, /)")]
    fn ttyname(t: &Thread, fd: Value) -> Result<Ref<Str>> {
        let fd = to_c_int(t, fd)?;
        let mut buffer = [0u8; 1024];
        // SAFETY: room as said.
        match unsafe { libc::ttyname_r(fd, buffer.as_mut_ptr().cast(), buffer.len()) } {
            0 => decode_fs(t, &buffer[..buffer.iter().position(|b| *b == 0).unwrap_or(0)]),
            e => Err(ex::os_error(t, e, None)),
        }
    }
}
