//! The class `socket`: a descriptor with its family, type, protocol and timeout.
//!
//! The timeout is ours: a socket with one is non-blocking for the system, and its calls wait with `poll` until their deadline.

use super::address::Address;
use super::message;
use crate::system::{Round, Until, check_signals, detached, errno, last_error, nanoseconds};
use std::sync::atomic::{AtomicI32, AtomicI64, Ordering::*};
use taipan_vm::native::*;
use taipan_vm::objects::buffer::Buffer;
use taipan_vm::objects::exceptions as ex;

/// Timeout of new sockets, in nanoseconds; negative: none.
pub(super) static DEFAULT_TIMEOUT: AtomicI64 = AtomicI64::new(-1);

#[derive(HeapType)]
#[repr(C)]
pub struct Socket {
    header: Header,
    pub(super) fd: AtomicI32,
    pub(super) family: AtomicI32,
    kind: AtomicI32,
    protocol: AtomicI32,
    /// Nanoseconds; negative: none.
    timeout: AtomicI64,
}

/// What a call waits for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Wait {
    Read,
    Write,
    /// The end of a connection attempt.
    Connect,
}

impl Socket {
    pub(super) fn descriptor(&self) -> i32 {
        self.fd.load(Acquire)
    }
    fn nanoseconds(&self) -> i64 {
        self.timeout.load(Relaxed)
    }

    /// Waits until the descriptor is ready; false at the deadline.
    fn ready(t: &Thread, this: Ref<Socket>, wait: Wait, until: Until) -> Result<bool> {
        loop {
            let events = match wait {
                Wait::Read => libc::POLLIN,
                Wait::Write => libc::POLLOUT,
                Wait::Connect => libc::POLLOUT | libc::POLLERR,
            };
            let mut p = libc::pollfd { fd: this.descriptor(), events, revents: 0 };
            if p.fd < 0 {
                return Ok(true);
            }
            let place = &raw mut p as usize;
            // SAFETY: one entry, on this frame.
            match detached(t, || unsafe { libc::poll(place as *mut libc::pollfd, 1, until.poll_timeout()) }) {
                Ok(0) if until.left().is_some_and(|l| l.is_zero()) => return Ok(false),
                Ok(0) => {}
                Ok(_) => return Ok(true),
                Err(libc::EINTR) => check_signals(t)?,
                Err(e) => return Err(ex::os_error(t, e, None)),
            }
        }
    }

    pub(super) fn deadline(&self) -> Until {
        match self.nanoseconds() {
            ns if ns > 0 => Until::after_nanoseconds(ns),
            _ => Until::Forever,
        }
    }

    /// Runs `f` on the descriptor, under the socket's timeout.
    pub(super) fn call<T: crate::system::Outcome>(t: &Thread, this: Ref<Socket>, wait: Wait, f: impl FnMut(i32) -> T) -> Result<T> {
        Socket::call_until(t, this, wait, this.deadline(), f)
    }

    pub(super) fn call_until<T: crate::system::Outcome>(
        t: &Thread,
        this: Ref<Socket>,
        wait: Wait,
        until: Until,
        mut f: impl FnMut(i32) -> T,
    ) -> Result<T> {
        let timed = this.nanoseconds() > 0;
        loop {
            if timed && !Socket::ready(t, this, wait, until)? {
                return Err(t.new_error(ex::class(ex::Kind::TimeoutError), "timed out"));
            }
            let fd = this.descriptor();
            match detached(t, || f(fd)) {
                Ok(r) => return Ok(r),
                Err(libc::EINTR) => check_signals(t)?,
                Err(libc::EAGAIN) if timed => {}
                Err(e) => return Err(ex::os_error(t, e, None)),
            }
        }
    }

    fn set_nonblocking(t: &Thread, fd: i32, on: bool) -> Result<()> {
        let mut flag = i32::from(on);
        // SAFETY: a live integer.
        if unsafe { libc::ioctl(fd, libc::FIONBIO, &raw mut flag) } == -1 { Err(last_error(t)) } else { Ok(()) }
    }

    fn set_timeout(t: &Thread, this: Ref<Socket>, ns: i64) -> Result<()> {
        this.timeout.store(ns, Relaxed);
        Socket::set_nonblocking(t, this.descriptor(), ns >= 0)
    }

    /// Takes a descriptor over.
    fn fill(t: &Thread, this: Ref<Socket>, fd: i32, family: i32, kind: i32, protocol: i32) -> Result<()> {
        this.family.store(family, Relaxed);
        this.kind.store(kind & !(libc::SOCK_NONBLOCK | libc::SOCK_CLOEXEC), Relaxed);
        this.protocol.store(protocol, Relaxed);
        this.fd.store(fd, Release);
        if kind & libc::SOCK_NONBLOCK != 0 {
            this.timeout.store(0, Relaxed);
            return Ok(());
        }
        let default = DEFAULT_TIMEOUT.load(Relaxed);
        this.timeout.store(default, Relaxed);
        if default >= 0 { Socket::set_nonblocking(t, fd, true) } else { Ok(()) }
    }

    /// A new socket of this class over a descriptor.
    pub(super) fn over(t: &Thread, fd: i32, family: i32, kind: i32, protocol: i32) -> Result<Ref<Socket>> {
        let s = Socket::unopened(t, Socket::class())?;
        Socket::fill(t, s, fd, family, kind, protocol)?;
        Ok(s)
    }

    fn unopened(t: &Thread, class: Ref<Class>) -> Result<Ref<Socket>> {
        let number = AtomicI32::new;
        t.create_in(
            class,
            Socket {
                header: Header::NEW,
                fd: number(-1),
                family: number(0),
                kind: number(0),
                protocol: number(0),
                timeout: AtomicI64::new(-1),
            },
        )
    }

    pub(super) fn address(t: &Thread, this: Ref<Socket>, v: Value, caller: &str) -> Result<Address> {
        Address::from_value(t, this.family.load(Relaxed), v, caller)
    }

    fn own_address(
        t: &Thread,
        this: Ref<Socket>,
        f: unsafe extern "C" fn(i32, *mut libc::sockaddr, *mut libc::socklen_t) -> i32,
    ) -> Result<Value> {
        let mut a = Address::empty();
        // SAFETY: room for any address.
        if unsafe { f(this.descriptor(), (&raw mut a.storage).cast(), &raw mut a.len) } == -1 {
            return Err(last_error(t));
        }
        a.to_value(t, this.descriptor())
    }

    /// Connects; the errno of a failure.
    fn try_connect(t: &Thread, this: Ref<Socket>, a: &Address) -> Result<std::result::Result<(), i32>> {
        let fd = this.descriptor();
        // SAFETY: a live address.
        let e = match detached(t, || unsafe { libc::connect(fd, a.pointer(), a.len) }) {
            Ok(_) => return Ok(Ok(())),
            Err(e) => e,
        };
        let waits = match e {
            libc::EINTR => {
                check_signals(t)?;
                this.nanoseconds() != 0
            }
            libc::EINPROGRESS => this.nanoseconds() > 0,
            _ => false,
        };
        if !waits {
            return Ok(Err(e));
        }
        if !Socket::ready(t, this, Wait::Connect, this.deadline())? {
            return Err(t.new_error(ex::class(ex::Kind::TimeoutError), "timed out"));
        }
        let (mut error, mut len) = (0i32, size_of::<i32>() as libc::socklen_t);
        // SAFETY: room for the option's value.
        let r = unsafe { libc::getsockopt(fd, libc::SOL_SOCKET, libc::SO_ERROR, (&raw mut error).cast(), &raw mut len) };
        Ok(match (r, error) {
            (-1, _) => Err(errno()),
            (_, 0 | libc::EISCONN) => Ok(()),
            (_, e) => Err(e),
        })
    }
}

/// The buffer of a receiving call and how much of it is wanted.
pub(super) fn receiving(t: &Thread, v: Value, nbytes: Option<isize>, function: &str) -> Result<(Buffer, usize)> {
    let buffer = match t.writable_buffer(v) {
        Ok(b) => b,
        Err(e) if e.is(t, ex::class(ex::Kind::BufferError)) || e.is(t, ex::class(ex::Kind::TypeError)) => {
            let name = class_of(v).name_string();
            return Err(t.type_error(format!("{function}() argument 1 must be read-write bytes-like object, not {name}")));
        }
        Err(e) => return Err(e),
    };
    let wanted = match nbytes.unwrap_or(0) {
        n if n < 0 => return Err(t.value_error(format!("negative buffersize in {function}"))),
        0 => buffer.len(),
        n => n as usize,
    };
    if wanted > buffer.len() {
        return Err(t.value_error("nbytes is greater than the length of the buffer"));
    }
    Ok((buffer, wanted))
}

fn receive_size(t: &Thread, n: isize, function: &str) -> Result<usize> {
    usize::try_from(n).map_err(|_| t.value_error(format!("negative buffersize in {function}")))
}

fn option_buffer(t: &Thread, n: i32) -> Result<Vec<u8>> {
    if !(1..=1024).contains(&n) {
        return Err(t.os_error_plain("getsockopt buflen out of range"));
    }
    Ok(vec![0; n as usize])
}

/// An endpoint of network communication.
///
/// The family, type and protocol are given as numbers; an existing descriptor as `fileno`.
#[pyclass(name = "socket", module = "_socket", flags(BASE))]
impl Socket {
    #[py("(*args, **kwargs)")]
    fn __new__(t: &Thread, cls: Ref<Class>, _args: &[Value], _kwargs: Kwargs) -> Result<Ref<Socket>> {
        Socket::unopened(t, cls)
    }
    #[py("($self, /, family=-1, type=-1, proto=-1, fileno=None)")]
    fn __init__(
        t: &Thread,
        this: Ref<Socket>,
        family: Option<i32>,
        kind: Option<i32>,
        proto: Option<i32>,
        fileno: Option<Value>,
    ) -> Result<()> {
        let (mut family, mut kind, mut protocol) = (family.unwrap_or(-1), kind.unwrap_or(-1), proto.unwrap_or(-1));
        let fd = match fileno.filter(|f| !f.is_none()) {
            Some(v) => {
                let Some(i) = t.index_opt(v)? else {
                    let name = class_of(v).name_string();
                    return Err(t.type_error(format!("'{name}' object cannot be interpreted as an integer")));
                };
                let fd = crate::system::to_c_int(t, i)?;
                if fd < 0 {
                    return Err(t.value_error("negative file descriptor"));
                }
                let mut a = Address::empty();
                // SAFETY: room for any address.
                if unsafe { libc::getsockname(fd, (&raw mut a.storage).cast(), &raw mut a.len) } == -1 {
                    let e = errno();
                    if family == -1 || matches!(e, libc::EBADF | libc::ENOTSOCK) {
                        return Err(ex::os_error(t, e, None));
                    }
                } else if family == -1 {
                    family = a.family();
                }
                for (place, option) in [(&mut kind, libc::SO_TYPE), (&mut protocol, libc::SO_PROTOCOL)] {
                    if *place == -1 {
                        let (mut n, mut len) = (0i32, size_of::<i32>() as libc::socklen_t);
                        // SAFETY: room for the option's value.
                        if unsafe { libc::getsockopt(fd, libc::SOL_SOCKET, option, (&raw mut n).cast(), &raw mut len) } == -1 {
                            return Err(last_error(t));
                        }
                        *place = n;
                    }
                }
                fd
            }
            None => {
                family = if family == -1 { libc::AF_INET } else { family };
                kind = if kind == -1 { libc::SOCK_STREAM } else { kind };
                protocol = if protocol == -1 { 0 } else { protocol };
                // SAFETY: no memory involved.
                detached(t, || unsafe { libc::socket(family, kind | libc::SOCK_CLOEXEC, protocol) })
                    .map_err(|e| ex::os_error(t, e, None))?
            }
        };
        let before = this.fd.swap(-1, AcqRel);
        if before >= 0 && before != fd {
            // SAFETY: it was this object's own.
            unsafe { libc::close(before) };
        }
        Socket::fill(t, this, fd, family, kind, protocol)
    }
    /// Wait for a connection; returns its descriptor and the peer's address.
    #[py("($self, /)")]
    fn _accept(t: &Thread, this: Ref<Socket>) -> Result<Value> {
        let mut a = Address::empty();
        let place = &raw mut a as usize;
        let fd = Socket::call(t, this, Wait::Read, |fd| {
            // SAFETY: room for any address.
            unsafe {
                let a = place as *mut Address;
                (*a).len = size_of::<libc::sockaddr_storage>() as libc::socklen_t;
                libc::accept4(fd, (&raw mut (*a).storage).cast(), &raw mut (*a).len, libc::SOCK_CLOEXEC)
            }
        })?;
        match a.to_value(t, this.descriptor()) {
            Ok(address) => (fd, address).into_value(t),
            Err(e) => {
                // SAFETY: ours, and nobody else knows it.
                unsafe { libc::close(fd) };
                Err(e)
            }
        }
    }
    /// Give the socket a local address.
    #[py("($self, address, /)")]
    fn bind(t: &Thread, this: Ref<Socket>, address: Value) -> Result<()> {
        let a = Socket::address(t, this, address, "bind")?;
        let fd = this.descriptor();
        // SAFETY: a live address.
        detached(t, || unsafe { libc::bind(fd, a.pointer(), a.len) }).map(drop).map_err(|e| ex::os_error(t, e, None))
    }
    /// Close the descriptor.
    #[py("($self, /)")]
    fn close(t: &Thread, this: Ref<Socket>) -> Result<()> {
        let fd = this.fd.swap(-1, AcqRel);
        if fd < 0 {
            return Ok(());
        }
        // SAFETY: this object's own, taken out. A connection reset by the peer is closed all the same.
        match detached(t, || unsafe { libc::close(fd) }) {
            Ok(_) | Err(libc::ECONNRESET) => Ok(()),
            Err(e) => Err(ex::os_error(t, e, None)),
        }
    }
    /// Give up the descriptor without closing it, and return it.
    #[py("($self, /)")]
    fn detach(_t: &Thread, this: Ref<Socket>) -> i32 {
        this.fd.swap(-1, AcqRel)
    }
    /// Connect to an address.
    #[py("($self, address, /)")]
    fn connect(t: &Thread, this: Ref<Socket>, address: Value) -> Result<()> {
        let a = Socket::address(t, this, address, "connect")?;
        Socket::try_connect(t, this, &a)?.map_err(|e| ex::os_error(t, e, None))
    }
    /// Connect to an address; returns the errno instead of raising when the connection fails, 0 when it does not.
    #[py("($self, address, /)")]
    fn connect_ex(t: &Thread, this: Ref<Socket>, address: Value) -> Result<i32> {
        let a = Socket::address(t, this, address, "connect_ex")?;
        match Socket::try_connect(t, this, &a) {
            Ok(r) => Ok(r.err().unwrap_or(0)),
            Err(e) if e.is(t, ex::class(ex::Kind::TimeoutError)) => Ok(libc::EWOULDBLOCK),
            Err(e) => Err(e),
        }
    }
    /// The descriptor, or -1.
    #[py("($self, /)")]
    fn fileno(_t: &Thread, this: Ref<Socket>) -> i32 {
        this.descriptor()
    }
    /// The address of the other end.
    #[py("($self, /)")]
    fn getpeername(t: &Thread, this: Ref<Socket>) -> Result<Value> {
        Socket::own_address(t, this, libc::getpeername)
    }
    /// The socket's own address.
    #[py("($self, /)")]
    fn getsockname(t: &Thread, this: Ref<Socket>) -> Result<Value> {
        Socket::own_address(t, this, libc::getsockname)
    }
    /// An option's value: an integer, or bytes of the given length.
    #[py("($self, level, option, buflen=0, /)")]
    fn getsockopt(t: &Thread, this: Ref<Socket>, level: i32, option: i32, buflen: Option<i32>) -> Result<Value> {
        let fd = this.descriptor();
        match buflen.unwrap_or(0) {
            0 => {
                let (mut n, mut len) = (0i32, size_of::<i32>() as libc::socklen_t);
                // SAFETY: room for an integer.
                if unsafe { libc::getsockopt(fd, level, option, (&raw mut n).cast(), &raw mut len) } == -1 {
                    return Err(last_error(t));
                }
                t.int(n.into())
            }
            n => {
                let mut buffer = option_buffer(t, n)?;
                let mut len = n as libc::socklen_t;
                // SAFETY: room for `len` bytes.
                if unsafe { libc::getsockopt(fd, level, option, buffer.as_mut_ptr().cast(), &raw mut len) } == -1 {
                    return Err(last_error(t));
                }
                Bytes::new(t, &buffer[..len as usize]).map(Ref::value)
            }
        }
    }
    /// Set an option to an integer, to bytes, or to None with a length.
    #[py("($self, level, option, value, optlen=0, /)")]
    fn setsockopt(t: &Thread, this: Ref<Socket>, level: i32, option: i32, value: Value, optlen: Option<i64>) -> Result<()> {
        let fd = this.descriptor();
        let r = if let Some(len) = optlen {
            if !value.is_none() {
                return Err(t.type_error("a bytes-like object is required or None with 4 arguments"));
            }
            // SAFETY: null with a length is what some options ask for.
            unsafe { libc::setsockopt(fd, level, option, std::ptr::null(), len as libc::socklen_t) }
        } else if let Some(i) = t.index_opt(value)? {
            let i = t.to_i64(i)?;
            let Ok(n) = i32::try_from(i).or_else(|_| u32::try_from(i).map(|u| u as i32)) else {
                return Err(t.overflow_error(if i > 0 {
                    "signed integer is greater than maximum"
                } else {
                    "signed integer is less than minimum"
                }));
            };
            // SAFETY: a live integer.
            unsafe { libc::setsockopt(fd, level, option, (&raw const n).cast(), size_of::<i32>() as libc::socklen_t) }
        } else if value.is_none() {
            return Err(t.type_error("socket option should be integer, bytes-like object or None"));
        } else {
            let bytes = t.buffer(value)?.to_vec();
            // SAFETY: live bytes of that length.
            unsafe { libc::setsockopt(fd, level, option, bytes.as_ptr().cast(), bytes.len() as libc::socklen_t) }
        };
        if r == -1 { Err(last_error(t)) } else { Ok(()) }
    }
    /// Begin to take connections; so many may wait to be accepted.
    #[py("($self, backlog=None, /)")]
    fn listen(t: &Thread, this: Ref<Socket>, backlog: Option<i32>) -> Result<()> {
        let (fd, n) = (this.descriptor(), backlog.unwrap_or(128).max(0));
        // SAFETY: no memory involved.
        detached(t, || unsafe { libc::listen(fd, n) }).map(drop).map_err(|e| ex::os_error(t, e, None))
    }
    /// Receive at most so many bytes.
    #[py("($self, buffersize, flags=0, /)")]
    fn recv(t: &Thread, this: Ref<Socket>, bufsize: isize, flags: Option<i32>) -> Result<Ref<Bytes>> {
        let n = receive_size(t, bufsize, "recv")?;
        let mut buffer: Vec<u8> = Vec::new();
        if buffer.try_reserve_exact(n).is_err() {
            return Err(t.memory_error());
        }
        let (place, flags) = (buffer.as_mut_ptr() as usize, flags.unwrap_or(0));
        // SAFETY: room for `n` bytes, of which the system fills as many as it says.
        unsafe {
            let got = Socket::call(t, this, Wait::Read, |fd| libc::recv(fd, place as *mut libc::c_void, n, flags))?;
            buffer.set_len(got as usize);
        }
        Bytes::new(t, &buffer)
    }
    /// Receive into a buffer; returns the number of bytes.
    #[py("($self, buffer, nbytes=0, flags=0, /)", nosig)]
    fn recv_into(t: &Thread, this: Ref<Socket>, buffer: Value, nbytes: Option<isize>, flags: Option<i32>) -> Result<isize> {
        let (mut b, n) = receiving(t, buffer, nbytes, "recv_into")?;
        let (place, flags) = (b.as_mut_slice().as_mut_ptr() as usize, flags.unwrap_or(0));
        // SAFETY: lent memory of at least `n` bytes.
        Socket::call(t, this, Wait::Read, |fd| unsafe { libc::recv(fd, place as *mut libc::c_void, n, flags) })
    }
    /// Receive at most so many bytes; returns them and the sender's address.
    #[py("($self, buffersize, flags=0, /)")]
    fn recvfrom(t: &Thread, this: Ref<Socket>, bufsize: isize, flags: Option<i32>) -> Result<Value> {
        let n = receive_size(t, bufsize, "recvfrom")?;
        let mut buffer = vec![0u8; n];
        let (got, address) = receive_from(t, this, buffer.as_mut_ptr(), n, flags.unwrap_or(0))?;
        (Bytes::new(t, &buffer[..got])?, address).into_value(t)
    }
    /// As recv_into(); returns the number of bytes and the sender's address.
    #[py("($self, buffer, nbytes=0, flags=0, /)", nosig)]
    fn recvfrom_into(t: &Thread, this: Ref<Socket>, buffer: Value, nbytes: Option<isize>, flags: Option<i32>) -> Result<Value> {
        let (mut b, n) = receiving(t, buffer, nbytes, "recvfrom_into")?;
        let (got, address) = receive_from(t, this, b.as_mut_slice().as_mut_ptr(), n, flags.unwrap_or(0))?;
        (got, address).into_value(t)
    }
    /// Receive bytes and what is sent along with them. Returns (bytes, ancillary items, flags, sender's address).
    #[py("($self, bufsize, ancbufsize=0, flags=0, /)")]
    fn recvmsg(t: &Thread, this: Ref<Socket>, bufsize: isize, ancbufsize: Option<isize>, flags: Option<i32>) -> Result<Value> {
        if bufsize < 0 {
            return Err(t.value_error("negative buffer size in recvmsg()"));
        }
        message::receive(t, this, bufsize as usize, ancbufsize.unwrap_or(0), flags.unwrap_or(0))
    }
    /// As recvmsg(), into buffers. Returns (number of bytes, ancillary items, flags, sender's address).
    #[py("($self, buffers, ancbufsize=0, flags=0, /)")]
    fn recvmsg_into(t: &Thread, this: Ref<Socket>, buffers: Value, ancbufsize: Option<isize>, flags: Option<i32>) -> Result<Value> {
        message::receive_into(t, this, buffers, ancbufsize.unwrap_or(0), flags.unwrap_or(0))
    }
    /// Send bytes; returns how many were taken, which may be fewer than there are.
    #[py("($self, data, flags=0, /)")]
    fn send(t: &Thread, this: Ref<Socket>, data: Value, flags: Option<i32>) -> Result<isize> {
        let b = t.buffer(data)?;
        let (place, n, flags) = (b.as_slice().as_ptr() as usize, b.len(), flags.unwrap_or(0));
        // SAFETY: lent memory of `n` bytes.
        Socket::call(t, this, Wait::Write, |fd| unsafe { libc::send(fd, place as *const libc::c_void, n, flags) })
    }
    /// Send all bytes. After an error nothing tells how many were sent.
    #[py("($self, data, flags=0, /)")]
    fn sendall(t: &Thread, this: Ref<Socket>, data: Value, flags: Option<i32>) -> Result<()> {
        let b = t.buffer(data)?;
        let (place, n, flags) = (b.as_slice().as_ptr() as usize, b.len(), flags.unwrap_or(0));
        let until = this.deadline();
        let mut sent = 0;
        loop {
            if this.nanoseconds() > 0 && sent > 0 && until.left().is_some_and(|l| l.is_zero()) {
                return Err(t.new_error(ex::class(ex::Kind::TimeoutError), "timed out"));
            }
            // SAFETY: the rest of the lent memory.
            let got = Socket::call_until(t, this, Wait::Write, until, |fd| unsafe {
                libc::send(fd, (place + sent) as *const libc::c_void, n - sent, flags)
            })?;
            sent += got as usize;
            if sent >= n {
                return Ok(());
            }
            check_signals(t)?;
        }
    }
    /// Send bytes to an address: sendto(data, address) or sendto(data, flags, address).
    #[py("($self, *args)", nosig)]
    fn sendto(t: &Thread, this: Ref<Socket>, args: &[Value]) -> Result<isize> {
        let (data, flags, address) = match args {
            [data, address] => (*data, 0, *address),
            [data, flags, address] => (*data, i32::from_index(t, *flags)?, *address),
            _ => return Err(t.type_error(format!("sendto() takes 2 or 3 arguments ({} given)", args.len()))),
        };
        let b = t.buffer(data)?;
        let (place, n) = (b.as_slice().as_ptr() as usize, b.len());
        let a = Socket::address(t, this, address, "sendto")?;
        Socket::call(t, this, Wait::Write, |fd| {
            // SAFETY: lent memory of `n` bytes and a live address.
            unsafe { libc::sendto(fd, place as *const libc::c_void, n, flags, a.pointer(), a.len) }
        })
    }
    /// Send the bytes of several buffers, with ancillary items, to an address.
    #[py("($self, buffers, ancdata=(), flags=0, address=None, /)", nosig)]
    fn sendmsg(
        t: &Thread,
        this: Ref<Socket>,
        buffers: Value,
        ancdata: Option<Value>,
        flags: Option<i32>,
        address: Option<Value>,
    ) -> Result<isize> {
        message::send(t, this, buffers, ancdata, flags.unwrap_or(0), address.filter(|a| !a.is_none()))
    }
    /// Whether calls wait: settimeout(None), or settimeout(0.0).
    #[py("($self, flag, /)")]
    fn setblocking(t: &Thread, this: Ref<Socket>, flag: bool) -> Result<()> {
        Socket::set_timeout(t, this, if flag { -1 } else { 0 })
    }
    /// Whether calls wait, be it with a timeout.
    #[py("($self, /)")]
    fn getblocking(_t: &Thread, this: Ref<Socket>) -> bool {
        this.nanoseconds() != 0
    }
    /// How long calls wait: seconds, or None for ever; 0.0 means that they do not.
    #[py("($self, timeout, /)")]
    fn settimeout(t: &Thread, this: Ref<Socket>, timeout: Value) -> Result<()> {
        let ns = timeout_argument(t, timeout)?;
        Socket::set_timeout(t, this, ns)
    }
    /// The timeout in seconds, or None.
    #[py("($self, /)")]
    fn gettimeout(_t: &Thread, this: Ref<Socket>) -> Option<f64> {
        timeout_value(this.nanoseconds())
    }
    /// End one direction of the connection, or both.
    #[py("($self, how, /)")]
    fn shutdown(t: &Thread, this: Ref<Socket>, how: i32) -> Result<()> {
        let fd = this.descriptor();
        // SAFETY: no memory involved.
        detached(t, || unsafe { libc::shutdown(fd, how) }).map(drop).map_err(|e| ex::os_error(t, e, None))
    }
    /// the socket family
    #[py(member)]
    fn family(_t: &Thread, this: Ref<Socket>) -> i32 {
        this.family.load(Relaxed)
    }
    /// the socket type
    #[py(member, name = "type")]
    fn kind(_t: &Thread, this: Ref<Socket>) -> i32 {
        this.kind.load(Relaxed)
    }
    /// the socket protocol
    #[py(member)]
    fn proto(_t: &Thread, this: Ref<Socket>) -> i32 {
        this.protocol.load(Relaxed)
    }
    /// the socket timeout
    #[py(getter)]
    fn timeout(_t: &Thread, this: Ref<Socket>) -> Option<f64> {
        timeout_value(this.nanoseconds())
    }
    #[py]
    fn __repr__(_t: &Thread, this: Ref<Socket>) -> String {
        let n = |a: &AtomicI32| a.load(Relaxed);
        format!(
            "<socket object, fd={}, family={}, type={}, proto={}>",
            this.descriptor(),
            n(&this.family),
            n(&this.kind),
            n(&this.protocol)
        )
    }
    #[py]
    fn __del__(t: &Thread, this: Ref<Socket>) -> Result<()> {
        if this.descriptor() < 0 {
            return Ok(());
        }
        let shown = t.repr(this.value())?.to_string_lossy();
        let warned = taipan_vm::modules::warnings::warn_resource(t, this.value(), &format!("unclosed {shown}"), 1);
        if let Err(e) = warned {
            taipan_vm::pending::unraisable(t, e, &format!("Exception ignored in: {shown}"), None);
        }
        let fd = this.fd.swap(-1, AcqRel);
        if fd >= 0 {
            // SAFETY: this object's own, taken out.
            unsafe { libc::close(fd) };
        }
        Ok(())
    }
}

fn receive_from(t: &Thread, this: Ref<Socket>, buffer: *mut u8, n: usize, flags: i32) -> Result<(usize, Value)> {
    let mut a = Address::empty();
    let (place, buffer) = (&raw mut a as usize, buffer as usize);
    let got = Socket::call(t, this, Wait::Read, |fd| {
        // SAFETY: room for `n` bytes and any address; the callers keep both.
        unsafe {
            let a = place as *mut Address;
            (*a).len = size_of::<libc::sockaddr_storage>() as libc::socklen_t;
            libc::recvfrom(fd, buffer as *mut libc::c_void, n, flags, (&raw mut (*a).storage).cast(), &raw mut (*a).len)
        }
    })?;
    Ok((got as usize, a.to_value(t, this.descriptor())?))
}

pub(super) fn timeout_value(ns: i64) -> Option<f64> {
    (ns >= 0).then(|| ns as f64 / 1e9)
}

/// Nanoseconds of a `settimeout` argument; -1 for None.
pub(super) fn timeout_argument(t: &Thread, v: Value) -> Result<i64> {
    if v.is_none() {
        return Ok(-1);
    }
    let ns = nanoseconds(t, v, Round::Up)?;
    if ns < 0 {
        return Err(t.value_error("Timeout value out of range"));
    }
    if ns / 1_000_000 > i64::from(i32::MAX) {
        return Err(t.overflow_error("timeout doesn't fit into C timeval"));
    }
    Ok(ns)
}

trait FromIndex: Sized {
    fn from_index(t: &Thread, v: Value) -> Result<Self>;
}
impl FromIndex for i32 {
    fn from_index(t: &Thread, v: Value) -> Result<i32> {
        crate::system::to_c_int(t, v)
    }
}
