//! `_socket`: sockets, addresses, names of hosts and services.
//!
//! | file | what is in it |
//! |---|---|
//! | `object` | the class `socket`: calls, timeouts |
//! | `address` | addresses as Python and as the system have them |
//! | `message` | `sendmsg` and `recvmsg` |
//! | `lookup` | the resolver |
//! | `numbers` | constants |

pub(crate) mod address;
mod lookup;
mod message;
mod numbers;
mod object;

use crate::posix::{decode_fs, encode_fs};
use crate::system::{detached, last_error, to_c_int};
use address::Address;
use lookup::Found;
use object::{DEFAULT_TIMEOUT, Socket, timeout_argument, timeout_value};
use std::ffi::{CStr, CString};
use std::sync::atomic::Ordering::*;
use taipan_vm::native::*;
use taipan_vm::objects::exceptions as ex;

pub struct SocketModule;

fn c_string(t: &Thread, bytes: &[u8]) -> Result<CString> {
    CString::new(bytes).map_err(|_| t.value_error("embedded null byte"))
}

fn text_argument(t: &Thread, s: Ref<Str>) -> Result<CString> {
    CString::new(s.to_string_lossy()).map_err(|_| t.value_error("embedded null character"))
}

fn init(t: &Thread, m: Ref<Module>) -> Result<()> {
    for (n, v) in numbers::NUMBERS {
        m.set(t, n, t.int(*v)?)?;
    }
    m.set(t, "has_ipv6", Value::TRUE)?;
    m.set(t, "error", ex::class(ex::Kind::OSError).value())?;
    m.set(t, "timeout", ex::class(ex::Kind::TimeoutError).value())?;
    m.set(t, "herror", lookup::herror(t)?.value())?;
    m.set(t, "gaierror", lookup::gaierror(t)?.value())?;
    m.set(t, "SocketType", Socket::class().value())
}

/// An integer that must not be negative; `None` if it is very large.
fn small(t: &Thread, v: Value) -> Result<Option<i64>> {
    let i = t.index(v)?;
    if t.compare_bool(i, Value::small_int(0), taipan_vm::ops::Compare::Lt)? {
        return Err(t.value_error("Cannot convert negative int"));
    }
    Ok(t.int_value(i).and_then(|i| i.to_i64()))
}

/// An integer of so many bits for `htons` and the like.
fn word(t: &Thread, v: Value, bits: u32) -> Result<u32> {
    match small(t, v)? {
        Some(n) if n < 1 << bits => Ok(n as u32),
        _ => Err(t.overflow_error(format!("Python int too large for C uint{bits}_t"))),
    }
}

/// Interfaces of `if_nameindex`, freed with this.
struct Interfaces(*mut libc::if_nameindex);
impl Drop for Interfaces {
    fn drop(&mut self) {
        // SAFETY: from `if_nameindex`; freed once.
        unsafe { libc::if_freenameindex(self.0) }
    }
}

/// Low-level sockets.
#[pymodule(name = "_socket", classes(Socket), init = init)]
impl SocketModule {
    /// Two sockets that are connected with each other.
    #[py("($module, family=AF_UNIX, type=SOCK_STREAM, proto=0, /)", nosig)]
    fn socketpair(t: &Thread, family: Option<i32>, kind: Option<i32>, proto: Option<i32>) -> Result<Value> {
        let (family, kind, proto) = (family.unwrap_or(libc::AF_UNIX), kind.unwrap_or(libc::SOCK_STREAM), proto.unwrap_or(0));
        let mut fds = [-1i32; 2];
        // SAFETY: room for two descriptors.
        if unsafe { libc::socketpair(family, kind | libc::SOCK_CLOEXEC, proto, fds.as_mut_ptr()) } == -1 {
            return Err(last_error(t));
        }
        let first = Socket::over(t, fds[0], family, kind, proto)?;
        (first, Socket::over(t, fds[1], family, kind, proto)?).into_value(t)
    }
    /// Close a socket's descriptor.
    #[py("($module, fd, /)")]
    fn close(t: &Thread, fd: Value) -> Result<()> {
        let fd = to_c_int(t, fd)?;
        // SAFETY: the caller says that it is theirs.
        match detached(t, || unsafe { libc::close(fd) }) {
            Ok(_) | Err(libc::ECONNRESET) => Ok(()),
            Err(e) => Err(ex::os_error(t, e, None)),
        }
    }
    /// Another descriptor for a socket, not inherited.
    #[py("($module, fd, /)")]
    fn dup(t: &Thread, fd: Value) -> Result<i32> {
        let fd = to_c_int(t, fd)?;
        // SAFETY: no memory involved.
        match unsafe { libc::fcntl(fd, libc::F_DUPFD_CLOEXEC, 0) } {
            -1 => Err(last_error(t)),
            new => Ok(new),
        }
    }
    /// This machine's name.
    #[py("($module, /)")]
    fn gethostname(t: &Thread) -> Result<Ref<Str>> {
        let mut buffer = [0u8; 1024];
        // SAFETY: one byte is left for the end.
        if unsafe { libc::gethostname(buffer.as_mut_ptr().cast(), 1023) } == -1 {
            return Err(last_error(t));
        }
        decode_fs(t, &buffer[..buffer.iter().position(|b| *b == 0).unwrap_or(0)])
    }
    /// Give this machine a name.
    #[py("($module, name, /)")]
    fn sethostname(t: &Thread, name: Value) -> Result<()> {
        let bytes = match name.downcast::<Str>() {
            Some(s) => encode_fs(t, s)?,
            None => t.buffer(name)?.to_vec(),
        };
        // SAFETY: bytes of that length.
        if unsafe { libc::sethostname(bytes.as_ptr().cast(), bytes.len()) } == -1 { Err(last_error(t)) } else { Ok(()) }
    }
    /// The IPv4 address of a host.
    #[py("($module, host, /)")]
    fn gethostbyname(t: &Thread, host: Value) -> Result<Value> {
        let a = lookup::resolve(t, host, libc::AF_INET)?;
        let pair = a.to_value(t, -1)?;
        Ok(pair.downcast::<Tuple>().and_then(|p| p.get(0)).unwrap_or(Value::NONE))
    }
    /// A host's name, its aliases, and its IPv4 addresses.
    #[py("($module, host, /)")]
    fn gethostbyname_ex(t: &Thread, host: Value) -> Result<Value> {
        let name = lookup::host_name(t, host)?;
        lookup::resolve_name(t, &name, libc::AF_INET)?;
        lookup::host_entry(t, &name, None)
    }
    /// The name, aliases and addresses of the host with an address.
    #[py("($module, ip_address, /)")]
    fn gethostbyaddr(t: &Thread, ip_address: Value) -> Result<Value> {
        let name = lookup::host_name(t, ip_address)?;
        let a = lookup::resolve_name(t, &name, libc::AF_UNSPEC)?;
        match a.family() {
            libc::AF_INET | libc::AF_INET6 => lookup::host_entry(t, &name, Some(&a)),
            _ => Err(t.os_error_plain("unsupported address family")),
        }
    }
    /// The port of a service; the protocol may be "tcp" or "udp".
    #[py("($module, servicename, protocolname=<unrepresentable>, /)")]
    fn getservbyname(t: &Thread, servicename: Ref<Str>, protocolname: Option<Ref<Str>>) -> Result<i64> {
        let name = text_argument(t, servicename)?;
        let protocol = protocolname.map(|p| text_argument(t, p)).transpose()?;
        // SAFETY: NUL-terminated texts; the answer is read at once.
        let port = unsafe {
            libc::getservbyname(name.as_ptr(), protocol.as_ref().map_or(std::ptr::null(), |p| p.as_ptr()))
                .as_ref()
                .map(|s| s.s_port)
        };
        match port {
            Some(p) => Ok(i64::from(u16::from_be(p as u16))),
            None => Err(t.os_error_plain("service/proto not found")),
        }
    }
    /// The service that a port is for.
    #[py("($module, port, protocolname=<unrepresentable>, /)")]
    fn getservbyport(t: &Thread, port: i32, protocolname: Option<Ref<Str>>) -> Result<Ref<Str>> {
        let Ok(port) = u16::try_from(port) else {
            return Err(t.overflow_error("getservbyport: port must be 0-65535."));
        };
        let protocol = protocolname.map(|p| text_argument(t, p)).transpose()?;
        // SAFETY: a NUL-terminated text; the answer is read at once.
        let name = unsafe {
            libc::getservbyport(port.to_be().into(), protocol.as_ref().map_or(std::ptr::null(), |p| p.as_ptr()))
                .as_ref()
                .map(|s| CStr::from_ptr(s.s_name).to_bytes().to_vec())
        };
        match name {
            Some(n) => decode_fs(t, &n),
            None => Err(t.os_error_plain("port/proto not found")),
        }
    }
    /// The number of a protocol.
    #[py("($module, name, /)")]
    fn getprotobyname(t: &Thread, name: Ref<Str>) -> Result<i64> {
        let name = text_argument(t, name)?;
        // SAFETY: a NUL-terminated text; the answer is read at once.
        match unsafe { libc::getprotobyname(name.as_ptr()).as_ref().map(|p| p.p_proto) } {
            Some(n) => Ok(i64::from(n)),
            None => Err(t.os_error_plain("protocol not found")),
        }
    }
    /// A 16-bit integer, from network to host byte order.
    #[py("($module, x, /)")]
    fn ntohs(t: &Thread, x: Value) -> Result<i64> {
        Ok(u16::from_be(word(t, x, 16)? as u16).into())
    }
    /// A 32-bit integer, from network to host byte order.
    #[py("($module, x, /)")]
    fn ntohl(t: &Thread, x: Value) -> Result<i64> {
        Ok(u32::from_be(word(t, x, 32)?).into())
    }
    /// A 16-bit integer, from host to network byte order.
    #[py("($module, x, /)")]
    fn htons(t: &Thread, x: Value) -> Result<i64> {
        Ok((word(t, x, 16)? as u16).to_be().into())
    }
    /// A 32-bit integer, from host to network byte order.
    #[py("($module, x, /)")]
    fn htonl(t: &Thread, x: Value) -> Result<i64> {
        Ok(word(t, x, 32)?.to_be().into())
    }
    /// The four bytes of an IPv4 address given as text.
    #[py("($module, ip_addr, /)")]
    fn inet_aton(t: &Thread, ip_addr: Ref<Str>) -> Result<Ref<Bytes>> {
        unsafe extern "C" {
            fn inet_aton(text: *const libc::c_char, to: *mut libc::in_addr) -> i32;
        }
        let text = text_argument(t, ip_addr)?;
        let mut a = libc::in_addr { s_addr: 0 };
        // SAFETY: a NUL-terminated text and a live address.
        if unsafe { inet_aton(text.as_ptr(), &raw mut a) } == 0 {
            return Err(t.os_error_plain("illegal IP address string passed to inet_aton"));
        }
        Bytes::new(t, &a.s_addr.to_ne_bytes())
    }
    /// The text of an IPv4 address given as four bytes.
    #[py("($module, packed_ip, /)")]
    fn inet_ntoa(t: &Thread, packed_ip: Value) -> Result<String> {
        match <[u8; 4]>::try_from(t.buffer(packed_ip)?.to_vec()) {
            Ok(b) => Ok(std::net::Ipv4Addr::from(b).to_string()),
            Err(_) => Err(t.os_error_plain("packed IP wrong length")),
        }
    }
    /// The bytes of an address given as text.
    #[py("($module, address_family, ip_string, /)")]
    fn inet_pton(t: &Thread, address_family: i32, ip_string: Ref<Str>) -> Result<Ref<Bytes>> {
        let n = match address_family {
            libc::AF_INET => 4,
            libc::AF_INET6 => 16,
            _ => return Err(ex::os_error(t, libc::EAFNOSUPPORT, None)),
        };
        match lookup::parse_address(address_family, &text_argument(t, ip_string)?) {
            Some(b) => Bytes::new(t, &b[..n]),
            None => Err(t.os_error_plain("illegal IP address string passed to inet_pton")),
        }
    }
    /// The text of an address given as bytes.
    #[py("($module, address_family, packed_ip, /)")]
    fn inet_ntop(t: &Thread, address_family: i32, packed_ip: Value) -> Result<String> {
        let bytes = t.buffer(packed_ip)?.to_vec();
        let wrong = || t.value_error("invalid length of packed IP address string");
        match address_family {
            libc::AF_INET => Ok(std::net::Ipv4Addr::from(<[u8; 4]>::try_from(bytes).map_err(|_| wrong())?).to_string()),
            libc::AF_INET6 => {
                let s6_addr = <[u8; 16]>::try_from(bytes).map_err(|_| wrong())?;
                Ok(address::ip6_text(libc::in6_addr { s6_addr }))
            }
            f => Err(t.value_error(format!("unknown address family {f}"))),
        }
    }
    /// What a host and a service stand for: a list of (family, type, protocol, canonical name, address).
    #[py("($module, host, port, family=0, type=0, proto=0, flags=0)", nosig)]
    fn getaddrinfo(
        t: &Thread,
        host: Value,
        port: Value,
        family: Option<i32>,
        kind: Option<i32>,
        proto: Option<i32>,
        flags: Option<i32>,
    ) -> Result<Value> {
        let host = if host.is_none() {
            None
        } else if host.downcast::<Str>().is_some() || host.downcast::<Bytes>().is_some() {
            Some(lookup::host_name(t, host)?)
        } else {
            return Err(t.type_error("getaddrinfo() argument 1 must be string or None"));
        };
        let service = if port.is_none() {
            None
        } else if taipan_vm::objects::int::is_int(port) {
            Some(c_string(t, t.str(port)?.to_string_lossy().as_bytes())?)
        } else if let Some(s) = port.downcast::<Str>() {
            // UTF-8, which lone surrogates have no form in.
            let bytes = t.call_method(s.value(), names::encode(), &[])?;
            Some(c_string(t, &bytes.downcast::<Bytes>().map(|b| b.as_slice().to_vec()).unwrap_or_default())?)
        } else if let Some(b) = port.downcast::<Bytes>() {
            Some(c_string(t, b.as_slice())?)
        } else {
            return Err(t.os_error_plain("Int or String expected"));
        };
        let n = |v: Option<i32>| v.unwrap_or(0);
        let found = Found::get(t, host.as_deref(), service.as_deref(), n(family), n(kind), n(proto), n(flags))?;
        let out = List::new(t)?;
        for a in found.iter() {
            let name = decode_fs(t, a.name.as_deref().unwrap_or(b""))?;
            let address = a.address.to_value(t, -1)?;
            out.append(t, (a.family, a.kind, a.protocol, name, address).into_value(t)?)?;
        }
        Ok(out.value())
    }
    /// The names of the host and the service of an address.
    #[py("($module, sockaddr, flags, /)")]
    fn getnameinfo(t: &Thread, sockaddr: Value, flags: i32) -> Result<(Ref<Str>, Ref<Str>)> {
        let Some(items) = sockaddr.downcast::<Tuple>() else {
            return Err(t.type_error("getnameinfo() argument 1 must be a tuple"));
        };
        let wrong = || t.type_error("getnameinfo(): illegal sockaddr argument");
        let items = items.as_slice();
        let (Some(host), Some(port), true) = (items.first().and_then(|h| h.downcast::<Str>()), items.get(1), items.len() <= 4)
        else {
            return Err(wrong());
        };
        let port = to_c_int(t, *port)?;
        let number = |i: usize| items.get(i).map_or(Ok(0), |v| t.to_i64(*v));
        let (flow, scope) = (number(2)?, number(3)?);
        if !(0..=0xfffff).contains(&flow) {
            return Err(t.overflow_error("getnameinfo(): flowinfo must be 0-1048575."));
        }
        let host = text_argument(t, host)?;
        let service = c_string(t, port.to_string().as_bytes())?;
        let found = Found::get(t, Some(&host), Some(&service), libc::AF_UNSPEC, libc::SOCK_DGRAM, 0, libc::AI_NUMERICHOST)?;
        let mut answers = found.iter();
        let (Some(first), None) = (answers.next(), answers.next()) else {
            return Err(t.os_error_plain("sockaddr resolved to multiple addresses"));
        };
        let mut a: Address = first.address;
        match a.family() {
            libc::AF_INET if items.len() != 2 => return Err(t.os_error_plain("IPv4 sockaddr must be 2 tuple")),
            libc::AF_INET6 => {
                // SAFETY: the family says what it is.
                let s = unsafe { &mut *(&raw mut a.storage).cast::<libc::sockaddr_in6>() };
                s.sin6_flowinfo = (flow as u32).to_be();
                s.sin6_scope_id = scope as u32;
            }
            _ => {}
        }
        lookup::name_of(t, &a, flags)
    }
    /// The timeout that new sockets have: seconds, or None.
    #[py("($module, /)")]
    fn getdefaulttimeout(_t: &Thread) -> Option<f64> {
        timeout_value(DEFAULT_TIMEOUT.load(Relaxed))
    }
    /// Set the timeout that new sockets have: seconds, or None.
    #[py("($module, timeout, /)")]
    fn setdefaulttimeout(t: &Thread, timeout: Value) -> Result<()> {
        DEFAULT_TIMEOUT.store(timeout_argument(t, timeout)?, Relaxed);
        Ok(())
    }
    /// All network interfaces: pairs (number, name).
    #[py("($module, /)")]
    fn if_nameindex(t: &Thread) -> Result<Value> {
        // SAFETY: no memory involved.
        let all = Interfaces(unsafe { libc::if_nameindex() });
        if all.0.is_null() {
            return Err(last_error(t));
        }
        let out = List::new(t)?;
        let mut p = all.0;
        // SAFETY: the list ends with number 0, and lives as long as `all`.
        unsafe {
            while (*p).if_index != 0 && !(*p).if_name.is_null() {
                let name = decode_fs(t, CStr::from_ptr((*p).if_name).to_bytes())?;
                out.append(t, ((*p).if_index, name).into_value(t)?)?;
                p = p.add(1);
            }
        }
        Ok(out.value())
    }
    /// The number of the network interface with a name.
    #[py("($module, oname, /)")]
    fn if_nametoindex(t: &Thread, oname: Value) -> Result<i64> {
        let name = c_string(t, &crate::posix::fs_path(t, oname, "if_nametoindex", false)?.bytes)?;
        // SAFETY: NUL-terminated.
        match unsafe { libc::if_nametoindex(name.as_ptr()) } {
            0 => Err(match crate::system::errno() {
                0 => t.os_error_plain("no interface with this name"),
                e => ex::os_error(t, e, None),
            }),
            n => Ok(i64::from(n)),
        }
    }
    /// The name of the network interface with a number.
    #[py("($module, if_index, /)")]
    fn if_indextoname(t: &Thread, if_index: Value) -> Result<Ref<Str>> {
        let index = match small(t, if_index)? {
            Some(n) if n <= i64::from(u32::MAX) => n as u32,
            _ => return Err(t.overflow_error("Python int too large for C unsigned int")),
        };
        let mut buffer = [0u8; libc::IF_NAMESIZE + 1];
        // SAFETY: room for the longest name.
        if unsafe { libc::if_indextoname(index, buffer.as_mut_ptr().cast()) }.is_null() {
            return Err(last_error(t));
        }
        decode_fs(t, &buffer[..buffer.iter().position(|b| *b == 0).unwrap_or(0)])
    }
    /// Length of an ancillary item with so many bytes of data.
    #[py(name = "CMSG_LEN", "($module, length, /)")]
    fn cmsg_len(t: &Thread, length: Value) -> Result<i64> {
        item_size(t, length, message::item_len, "CMSG_LEN")
    }
    /// Room for an ancillary item with so many bytes of data.
    #[py(name = "CMSG_SPACE", "($module, length, /)")]
    fn cmsg_space(t: &Thread, length: Value) -> Result<i64> {
        item_size(t, length, message::item_space, "CMSG_SPACE")
    }
}

fn item_size(t: &Thread, length: Value, f: fn(i64) -> Option<i64>, name: &str) -> Result<i64> {
    let i = t.index(length)?;
    t.int_value(i).and_then(|i| i.to_i64()).and_then(f).ok_or_else(|| t.overflow_error(format!("{name}() argument out of range")))
}
