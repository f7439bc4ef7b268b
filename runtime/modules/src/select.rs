//! `select`: waiting for several descriptors with `select`, `poll` and `epoll`.

use crate::system::{Outcome, Round, Until, call, check_signals, descriptor, last_error, nanoseconds, retried};
use std::sync::atomic::{AtomicBool, AtomicI32, Ordering::*};
use taipan_vm::native::*;
use taipan_vm::objects::exceptions as ex;

pub struct SelectModule;

/// Descriptors that `select` can tell apart.
const SET_SIZE: usize = libc::FD_SETSIZE;

/// A descriptor that a cell owns: closed with it. -1: closed.
pub(crate) struct OwnedDescriptor(AtomicI32);

impl OwnedDescriptor {
    pub const fn new(fd: i32) -> OwnedDescriptor {
        OwnedDescriptor(AtomicI32::new(fd))
    }
    pub fn get(&self) -> i32 {
        self.0.load(Acquire)
    }
    /// Takes the descriptor out; -1 if somebody else did.
    pub fn take(&self) -> i32 {
        self.0.swap(-1, AcqRel)
    }
}
impl Drop for OwnedDescriptor {
    fn drop(&mut self) {
        let fd = self.take();
        if fd >= 0 {
            // SAFETY: ours alone.
            unsafe { libc::close(fd) };
        }
    }
}

/// What to wait for on one side of `select`, in the order given.
struct Side {
    objects: ValueVec,
    fds: Vec<i32>,
}

impl Side {
    fn new(t: &Thread, v: Value) -> Result<Side> {
        // A list is walked as it is: `fileno` may change it.
        let given = v.downcast::<List>();
        let copied = match t.iter(v) {
            Ok(_) if given.is_some() => ValueVec::new(),
            Ok(it) => t.iterate_to_vec(it)?,
            Err(e) if e.is(t, ex::class(ex::Kind::TypeError)) => return Err(t.type_error("arguments 1-3 must be sequences")),
            Err(e) => return Err(e),
        };
        let objects = ValueVec::new();
        let mut fds = Vec::new();
        while let Some(o) = given.map_or_else(|| copied.get(fds.len()), |l| l.get(fds.len())) {
            objects.push(t, o)?;
            let fd = descriptor(t, o)?;
            if fd as usize >= SET_SIZE {
                return Err(t.value_error("filedescriptor out of range in select()"));
            }
            if fds.len() >= SET_SIZE {
                return Err(t.value_error("too many file descriptors in select()"));
            }
            fds.push(fd);
        }
        Ok(Side { objects, fds })
    }
    fn set(&self) -> libc::fd_set {
        // SAFETY: plain data, cleared by FD_ZERO; descriptors are below the set's size.
        unsafe {
            let mut s: libc::fd_set = std::mem::zeroed();
            libc::FD_ZERO(&raw mut s);
            for fd in &self.fds {
                libc::FD_SET(*fd, &raw mut s);
            }
            s
        }
    }
    fn ready(&self, t: &Thread, set: &libc::fd_set) -> Result<Value> {
        let out = List::new(t)?;
        for (o, fd) in self.objects.iter().zip(&self.fds) {
            // SAFETY: as above.
            if unsafe { libc::FD_ISSET(*fd, set) } {
                out.append(t, o)?;
            }
        }
        Ok(out.value())
    }
}

/// A time given in seconds; None waits for ever.
fn seconds(t: &Thread, v: Option<Value>, wrong: &str) -> Result<Option<i64>> {
    let Some(v) = v.filter(|v| !v.is_none()) else { return Ok(None) };
    match nanoseconds(t, v, Round::Ceiling) {
        Ok(ns) => Ok(Some(ns)),
        Err(e) if e.is(t, ex::class(ex::Kind::TypeError)) => Err(t.type_error(wrong)),
        Err(e) => Err(e),
    }
}

/// `poll`'s object: descriptors and the events asked for.
#[derive(HeapType)]
#[repr(C)]
pub struct Poll {
    header: Header,
    /// Descriptor → events.
    wanted: RefField<Dict>,
    running: AtomicBool,
}

/// An event mask of 16 bits.
fn event_mask(t: &Thread, v: Option<Value>) -> Result<i64> {
    let Some(v) = v else { return Ok(i64::from(libc::POLLIN | libc::POLLPRI | libc::POLLOUT)) };
    let i = t.index(v)?;
    match t.int_value(i).and_then(|i| i.to_i64()) {
        Some(n) if n < 0 => Err(t.value_error("value must be positive")),
        Some(n) if n <= 0xffff => Ok(n),
        _ => Err(t.overflow_error("Python int too large for C unsigned short")),
    }
}

impl Poll {
    fn run(t: &Thread, wanted: Ref<Dict>, timeout: Option<Value>) -> Result<Value> {
        let until = match timeout.filter(|v| !v.is_none()) {
            None => Until::Forever,
            Some(v) => {
                let ms = if let Some(x) = taipan_vm::ops::float_value(v) {
                    if x.is_nan() {
                        return Err(t.value_error("Invalid value NaN (not a number)"));
                    }
                    x.ceil()
                } else {
                    match t.index_opt(v)? {
                        Some(i) => t.to_f64(i)?,
                        None => return Err(t.type_error("timeout must be an integer or None")),
                    }
                };
                if !(-2_147_483_648.0..=2_147_483_647.0).contains(&ms) {
                    return Err(t.overflow_error("timeout is too large"));
                }
                if ms < 0.0 { Until::Forever } else { Until::after_nanoseconds(ms as i64 * 1_000_000) }
            }
        };
        let mut fds = Vec::with_capacity(wanted.len());
        let mut pos = 0;
        while let Some((fd, events)) = wanted.next(&mut pos) {
            let (Some(fd), Some(events)) = (fd.as_small_int(), events.as_small_int()) else { continue };
            fds.push(libc::pollfd { fd: fd as i32, events: events as u16 as i16, revents: 0 });
        }
        let (place, n) = (fds.as_mut_ptr() as usize, fds.len() as libc::nfds_t);
        // SAFETY: `n` entries of a vector that lives on.
        call(t, || unsafe { libc::poll(place as *mut libc::pollfd, n, until.poll_timeout()) })?;
        let out = List::new(t)?;
        for p in fds.iter().filter(|p| p.revents != 0) {
            out.append(t, (i64::from(p.fd), i64::from(p.revents as u16)).into_value(t)?)?;
        }
        Ok(out.value())
    }
}

#[pyclass(name = "poll", module = "select", flags(NO_NEW))]
impl Poll {
    /// Watch a descriptor for the events of the mask; the mask of one that is watched already is replaced.
    #[py("($self, fd, eventmask=select.POLLIN | select.POLLPRI | select.POLLOUT, /)")]
    fn register(t: &Thread, this: Ref<Poll>, fd: Value, eventmask: Option<Value>) -> Result<()> {
        let fd = descriptor(t, fd)?;
        let mask = event_mask(t, eventmask)?;
        this.wanted.expect().set(t, Value::small_int(fd.into()), Value::small_int(mask))
    }
    /// Replace the mask of a watched descriptor.
    #[py("($self, fd, eventmask, /)")]
    fn modify(t: &Thread, this: Ref<Poll>, fd: Value, eventmask: Value) -> Result<()> {
        let fd = Value::small_int(descriptor(t, fd)?.into());
        let mask = event_mask(t, Some(eventmask))?;
        let wanted = this.wanted.expect();
        if !wanted.contains(t, fd)? {
            return Err(ex::os_error(t, libc::ENOENT, None));
        }
        wanted.set(t, fd, Value::small_int(mask))
    }
    /// Stop watching a descriptor.
    #[py("($self, fd, /)")]
    fn unregister(t: &Thread, this: Ref<Poll>, fd: Value) -> Result<()> {
        let fd = Value::small_int(descriptor(t, fd)?.into());
        match this.wanted.expect().remove(t, fd)? {
            Some(_) => Ok(()),
            None => Err(t.key_error(fd)),
        }
    }
    /// Wait for events, at most `timeout` milliseconds. Returns pairs (descriptor, events).
    #[py("($self, timeout=None, /)")]
    fn poll(t: &Thread, this: Ref<Poll>, timeout: Option<Value>) -> Result<Value> {
        if this.running.swap(true, AcqRel) {
            return Err(t.runtime_error("concurrent poll() invocation"));
        }
        let r = Poll::run(t, this.wanted.expect(), timeout);
        this.running.store(false, Release);
        r
    }
}

/// An epoll instance.
#[derive(HeapType)]
#[repr(C)]
pub struct Epoll {
    header: Header,
    #[noscan(drop)]
    fd: OwnedDescriptor,
}

impl Epoll {
    fn descriptor(t: &Thread, this: Ref<Epoll>) -> Result<i32> {
        match this.fd.get() {
            -1 => Err(t.value_error("I/O operation on closed epoll object")),
            fd => Ok(fd),
        }
    }
    fn control(t: &Thread, this: Ref<Epoll>, operation: i32, fd: Value, events: u32) -> Result<()> {
        let ep = Epoll::descriptor(t, this)?;
        let fd = descriptor(t, fd)?;
        let mut event = libc::epoll_event { events, u64: fd as u64 };
        // SAFETY: a live event.
        if unsafe { libc::epoll_ctl(ep, operation, fd, &raw mut event) }.failed() {
            return Err(last_error(t));
        }
        Ok(())
    }
    fn close_it(t: &Thread, this: Ref<Epoll>) -> Result<()> {
        let fd = this.fd.take();
        // SAFETY: ours alone since it was taken out.
        if fd >= 0 && unsafe { libc::close(fd) }.failed() {
            return Err(last_error(t));
        }
        Ok(())
    }
}

fn epoll_mask(t: &Thread, v: Value) -> Result<u32> {
    let i = t.index(v)?;
    match t.int_value(i).and_then(|i| i.to_i64()) {
        Some(n) if (0..=i64::from(u32::MAX)).contains(&n) => Ok(n as u32),
        Some(n) if n < 0 => Err(t.overflow_error("can't convert negative value to unsigned int")),
        _ => Err(t.overflow_error("Python int too large to convert to C unsigned int")),
    }
}

/// An epoll instance: waits for any number of descriptors, which it remembers between calls.
#[pyclass(name = "epoll", module = "select", flags(BASE))]
impl Epoll {
    #[py("(sizehint=-1, flags=0)")]
    fn __new__(t: &Thread, cls: Ref<Class>, sizehint: Option<i32>, flags: Option<i32>) -> Result<Ref<Epoll>> {
        if sizehint.is_some_and(|n| n != -1 && n <= 0) {
            return Err(t.value_error("negative sizehint"));
        }
        if flags.is_some_and(|f| f != 0 && f != libc::EPOLL_CLOEXEC) {
            return Err(t.os_error_plain("invalid flags"));
        }
        // SAFETY: no memory involved.
        let fd = unsafe { libc::epoll_create1(libc::EPOLL_CLOEXEC) };
        if fd.failed() {
            return Err(last_error(t));
        }
        t.create_in(cls, Epoll { header: Header::NEW, fd: OwnedDescriptor::new(fd) })
    }
    /// An epoll object over a descriptor of one.
    #[py(classmethod, "($type, fd, /)")]
    fn fromfd(t: &Thread, cls: Ref<Class>, fd: i32) -> Result<Ref<Epoll>> {
        t.create_in(cls, Epoll { header: Header::NEW, fd: OwnedDescriptor::new(fd) })
    }
    /// Close the instance. Its methods fail from then on.
    #[py("($self, /)")]
    fn close(t: &Thread, this: Ref<Epoll>) -> Result<()> {
        Epoll::close_it(t, this)
    }
    /// Whether close() was called.
    #[py(getter)]
    fn closed(_t: &Thread, this: Ref<Epoll>) -> bool {
        this.fd.get() < 0
    }
    /// The instance's own descriptor.
    #[py("($self, /)")]
    fn fileno(t: &Thread, this: Ref<Epoll>) -> Result<i32> {
        Epoll::descriptor(t, this)
    }
    /// Watch a descriptor for the events of the mask. One that is watched already is an error.
    #[py("($self, /, fd, eventmask=select.EPOLLIN | select.EPOLLPRI | select.EPOLLOUT)")]
    fn register(t: &Thread, this: Ref<Epoll>, fd: Value, eventmask: Option<Value>) -> Result<()> {
        let mask = match eventmask {
            Some(v) => epoll_mask(t, v)?,
            None => (libc::EPOLLIN | libc::EPOLLPRI | libc::EPOLLOUT) as u32,
        };
        Epoll::control(t, this, libc::EPOLL_CTL_ADD, fd, mask)
    }
    /// Replace the mask of a watched descriptor.
    #[py("($self, /, fd, eventmask)")]
    fn modify(t: &Thread, this: Ref<Epoll>, fd: Value, eventmask: Value) -> Result<()> {
        let mask = epoll_mask(t, eventmask)?;
        Epoll::control(t, this, libc::EPOLL_CTL_MOD, fd, mask)
    }
    /// Stop watching a descriptor.
    #[py("($self, /, fd)")]
    fn unregister(t: &Thread, this: Ref<Epoll>, fd: Value) -> Result<()> {
        Epoll::control(t, this, libc::EPOLL_CTL_DEL, fd, 0)
    }
    /// Wait for events, at most `timeout` seconds and for at most `maxevents` of them. Returns pairs (descriptor, events).
    #[py("($self, /, timeout=None, maxevents=-1)")]
    fn poll(t: &Thread, this: Ref<Epoll>, timeout: Option<Value>, maxevents: Option<i32>) -> Result<Value> {
        let ep = Epoll::descriptor(t, this)?;
        let until = match seconds(t, timeout, "timeout must be an integer or None")? {
            Some(ns) if ns >= 0 => {
                if ns / 1_000_000 > i64::from(i32::MAX) {
                    return Err(t.overflow_error("timeout is too large"));
                }
                Until::after_nanoseconds(ns)
            }
            _ => Until::Forever,
        };
        let most = match maxevents.unwrap_or(-1) {
            -1 => SET_SIZE as i32 - 1,
            n if n < 1 => return Err(t.value_error(format!("maxevents must be greater than 0, got {n}"))),
            n => n,
        };
        let mut events: Vec<libc::epoll_event> = Vec::with_capacity(most as usize);
        let place = events.as_mut_ptr() as usize;
        // SAFETY: room for `most` events.
        let n = call(t, || unsafe { libc::epoll_wait(ep, place as *mut libc::epoll_event, most, until.poll_timeout()) })?;
        // SAFETY: the system filled as many.
        unsafe { events.set_len(n as usize) };
        let out = List::with_capacity(t, events.len())?;
        for e in &events {
            let (fd, mask) = (e.u64 as i32, e.events);
            out.append(t, (fd, mask).into_value(t)?)?;
        }
        Ok(out.value())
    }
    #[py("($self, /)")]
    fn __enter__(t: &Thread, this: Ref<Epoll>) -> Result<Ref<Epoll>> {
        Epoll::descriptor(t, this)?;
        Ok(this)
    }
    #[py("($self, exc_type=None, exc_value=None, exc_tb=None, /)")]
    fn __exit__(t: &Thread, this: Ref<Epoll>, _type: Option<Value>, _value: Option<Value>, _tb: Option<Value>) -> Result<Value> {
        // `close` may be overridden.
        t.call_method(this.value(), names::close(), &[])
    }
}

const NUMBERS: &[(&str, i64)] = &[
    ("PIPE_BUF", 4096),
    ("POLLIN", 1),
    ("POLLPRI", 2),
    ("POLLOUT", 4),
    ("POLLERR", 8),
    ("POLLHUP", 16),
    ("POLLNVAL", 32),
    ("POLLRDNORM", 64),
    ("POLLRDBAND", 128),
    ("POLLWRNORM", 256),
    ("POLLWRBAND", 512),
    ("POLLMSG", 1024),
    ("POLLRDHUP", 8192),
    ("EPOLLIN", 1),
    ("EPOLLPRI", 2),
    ("EPOLLOUT", 4),
    ("EPOLLERR", 8),
    ("EPOLLHUP", 16),
    ("EPOLLRDHUP", 8192),
    ("EPOLLET", 1 << 31),
    ("EPOLLONESHOT", 1 << 30),
    ("EPOLLEXCLUSIVE", 1 << 28),
    ("EPOLLWAKEUP", 1 << 29),
    ("EPOLLRDNORM", 64),
    ("EPOLLRDBAND", 128),
    ("EPOLLWRNORM", 256),
    ("EPOLLWRBAND", 512),
    ("EPOLLMSG", 1024),
    ("EPOLL_CLOEXEC", libc::EPOLL_CLOEXEC as i64),
];

fn init(t: &Thread, m: Ref<Module>) -> Result<()> {
    m.set(t, "error", ex::class(ex::Kind::OSError).value())?;
    for (n, v) in NUMBERS {
        m.set(t, n, t.int(*v)?)?;
    }
    // The module's attribute of its name is the function that makes one.
    taipan_vm::objects::class::create_builtin(t, Poll::class_def()).map(drop)
}

/// Waiting for input and output on several descriptors at once.
#[pymodule(name = "select", classes(Epoll), init = init)]
impl SelectModule {
    /// Wait until one of the descriptors is ready, at most `timeout` seconds.
    ///
    /// The lists name what to wait for: readable, writable, exceptional. Returns three lists of those that are.
    #[py("($module, rlist, wlist, xlist, timeout=None, /)")]
    fn select(t: &Thread, rlist: Value, wlist: Value, xlist: Value, timeout: Option<Value>) -> Result<(Value, Value, Value)> {
        let until = match seconds(t, timeout, "timeout must be a float or None")? {
            None => Until::Forever,
            Some(ns) if ns < 0 => return Err(t.value_error("timeout must be non-negative")),
            Some(ns) => Until::after_nanoseconds(ns),
        };
        let sides = [Side::new(t, rlist)?, Side::new(t, wlist)?, Side::new(t, xlist)?];
        let highest = sides.iter().flat_map(|s| &s.fds).max().map_or(0, |fd| fd + 1);
        let mut sets = sides.each_ref().map(Side::set);
        let place = sets.as_mut_ptr() as usize;
        let fresh = sides.each_ref().map(Side::set);
        let r = retried(t, || {
            let left = until.left();
            let mut tv = left.map(|d| {
                let us = d.as_nanos().div_ceil(1000) as i64;
                libc::timeval { tv_sec: us / 1_000_000, tv_usec: us % 1_000_000 }
            });
            let tv = tv.as_mut().map_or(std::ptr::null_mut(), |tv| &raw mut *tv);
            let sets = place as *mut libc::fd_set;
            // SAFETY: three live sets, filled anew for each attempt, and a live time.
            unsafe {
                std::ptr::copy_nonoverlapping(fresh.as_ptr(), sets, 3);
                libc::select(highest, sets, sets.add(1), sets.add(2), tv)
            }
        })?;
        if let Err(e) = r {
            return Err(ex::os_error(t, e, None));
        }
        check_signals(t)?;
        Ok((sides[0].ready(t, &sets[0])?, sides[1].ready(t, &sets[1])?, sides[2].ready(t, &sets[2])?))
    }
    /// A new poll object, with no descriptors.
    #[py("($module, /)")]
    fn poll(t: &Thread) -> Result<Ref<Poll>> {
        let wanted = RefField::null();
        wanted.init(Dict::new(t)?);
        t.create(Poll { header: Header::NEW, wanted, running: AtomicBool::new(false) })
    }
}
