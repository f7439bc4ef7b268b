//! Socket addresses: from Python's tuples, strings and bytes to the system's structures and back.

use super::lookup;
use crate::posix::{decode_fs, encode_fs};
use taipan_vm::native::*;

/// An address of any family.
#[derive(Clone, Copy)]
pub(crate) struct Address {
    pub storage: libc::sockaddr_storage,
    pub len: libc::socklen_t,
}

impl Address {
    /// Room for an address that the system fills in.
    pub fn empty() -> Address {
        // SAFETY: plain data.
        Address { storage: unsafe { std::mem::zeroed() }, len: size_of::<libc::sockaddr_storage>() as libc::socklen_t }
    }
    fn of<T: Copy>(content: T) -> Address {
        Address::with_len(content, size_of::<T>())
    }
    fn with_len<T: Copy>(content: T, len: usize) -> Address {
        const { assert!(size_of::<T>() <= size_of::<libc::sockaddr_storage>()) };
        let mut a = Address::empty();
        // SAFETY: the storage is large enough and aligned for every kind of address.
        unsafe { (&raw mut a.storage).cast::<T>().write(content) };
        a.len = len as libc::socklen_t;
        a
    }
    pub fn family(&self) -> i32 {
        i32::from(self.storage.ss_family)
    }
    /// The content as the structure of its family.
    fn read<T: Copy>(&self) -> T {
        const { assert!(size_of::<T>() <= size_of::<libc::sockaddr_storage>()) };
        // SAFETY: any bytes are a value of these structures of integers, and the storage is aligned for all.
        unsafe { (&raw const self.storage).cast::<T>().read() }
    }
    pub fn pointer(&self) -> *const libc::sockaddr {
        (&raw const self.storage).cast()
    }

    /// As Python has it; `protocol` is that of the socket.
    pub fn to_value(self, t: &Thread, fd: i32) -> Result<Value> {
        if self.len == 0 {
            return Ok(Value::NONE);
        }
        match self.family() {
            libc::AF_INET => {
                let a: libc::sockaddr_in = self.read();
                (ip4_text(a.sin_addr), i64::from(u16::from_be(a.sin_port))).into_value(t)
            }
            libc::AF_INET6 => {
                let a: libc::sockaddr_in6 = self.read();
                let (port, flow) = (u16::from_be(a.sin6_port), u32::from_be(a.sin6_flowinfo));
                (ip6_text(a.sin6_addr), i64::from(port), i64::from(flow), i64::from(a.sin6_scope_id)).into_value(t)
            }
            libc::AF_UNIX => {
                let a: libc::sockaddr_un = self.read();
                let n = (self.len as usize).saturating_sub(size_of::<libc::sa_family_t>()).min(a.sun_path.len());
                let path = a.sun_path.map(|c| c as u8);
                if n > 0 && path[0] == 0 {
                    return Bytes::new(t, &path[..n]).map(Ref::value);
                }
                let end = path[..n].iter().position(|b| *b == 0).unwrap_or(n);
                decode_fs(t, &path[..end]).map(Ref::value)
            }
            libc::AF_NETLINK => {
                let a: libc::sockaddr_nl = self.read();
                (a.nl_pid, a.nl_groups).into_value(t)
            }
            libc::AF_VSOCK => {
                let a: libc::sockaddr_vm = self.read();
                (a.svm_cid, a.svm_port).into_value(t)
            }
            libc::AF_PACKET => {
                let a: libc::sockaddr_ll = self.read();
                let name = if a.sll_ifindex != 0 { interface_name(fd, a.sll_ifindex) } else { String::new() };
                let hardware = &a.sll_addr[..usize::from(a.sll_halen).min(a.sll_addr.len())];
                (
                    decode_fs(t, name.as_bytes())?,
                    i64::from(u16::from_be(a.sll_protocol)),
                    i64::from(a.sll_pkttype),
                    i64::from(a.sll_hatype),
                    Bytes::new(t, hardware)?,
                )
                    .into_value(t)
            }
            family => {
                // SAFETY: the storage is at least as long as what is read.
                let bytes = unsafe {
                    std::slice::from_raw_parts(
                        (&raw const self.storage).cast::<u8>().add(size_of::<libc::sa_family_t>()),
                        (self.len as usize).clamp(2, size_of::<libc::sockaddr_storage>()) - 2,
                    )
                };
                (family, Bytes::new(t, bytes)?).into_value(t)
            }
        }
    }

    /// The address that the argument of `caller` names, for a socket of this family.
    pub fn from_value(t: &Thread, family: i32, v: Value, caller: &str) -> Result<Address> {
        match family {
            libc::AF_INET => {
                let items = tuple(t, v, caller, "AF_INET")?;
                let [host, port] = *items.as_slice() else {
                    return Err(t.type_error("AF_INET address must be a pair (host, port)"));
                };
                let mut a = lookup::resolve(t, host, libc::AF_INET)?.read::<libc::sockaddr_in>();
                a.sin_port = port_number(t, port, caller)?.to_be();
                Ok(Address::of(a))
            }
            libc::AF_INET6 => {
                let items = tuple(t, v, caller, "AF_INET6")?;
                let items = items.as_slice();
                if !(2..=4).contains(&items.len()) {
                    return Err(t.type_error("AF_INET6 address must be a tuple (host, port[, flowinfo[, scopeid]])"));
                }
                let word = |i: usize| -> Result<u32> {
                    match items.get(i) {
                        Some(v) => Ok(t.to_i64(t.index(*v)?)? as u32),
                        None => Ok(0),
                    }
                };
                let mut a = lookup::resolve(t, items[0], libc::AF_INET6)?.read::<libc::sockaddr_in6>();
                a.sin6_port = port_number(t, items[1], caller)?.to_be();
                let flow = word(2)?;
                if flow > 0xfffff {
                    return Err(t.overflow_error(format!("{caller}(): flowinfo must be 0-1048575.")));
                }
                a.sin6_flowinfo = flow.to_be();
                a.sin6_scope_id = word(3)?;
                Ok(Address::of(a))
            }
            libc::AF_UNIX => {
                let path = match v.downcast::<Str>() {
                    Some(s) => encode_fs(t, s)?,
                    None => t.buffer(v)?.to_vec(),
                };
                // SAFETY: plain data.
                let mut a: libc::sockaddr_un = unsafe { std::mem::zeroed() };
                let abstract_name = path.first() == Some(&0);
                let room = a.sun_path.len();
                if path.len() > room || (path.len() == room && !abstract_name) {
                    return Err(t.os_error_plain("AF_UNIX path too long"));
                }
                a.sun_family = libc::AF_UNIX as libc::sa_family_t;
                for (to, from) in a.sun_path.iter_mut().zip(&path) {
                    *to = *from as libc::c_char;
                }
                let len = size_of::<libc::sa_family_t>() + path.len() + usize::from(!abstract_name && !path.is_empty());
                Ok(Address::with_len(a, len))
            }
            libc::AF_NETLINK => {
                let items = tuple(t, v, caller, "AF_NETLINK")?;
                let [pid, groups] = *items.as_slice() else {
                    return Err(t.type_error("AF_NETLINK address must be a pair (pid, groups)"));
                };
                // SAFETY: plain data.
                let mut a: libc::sockaddr_nl = unsafe { std::mem::zeroed() };
                a.nl_family = libc::AF_NETLINK as libc::sa_family_t;
                (a.nl_pid, a.nl_groups) = (t.to_i64(pid)? as u32, t.to_i64(groups)? as u32);
                Ok(Address::of(a))
            }
            libc::AF_VSOCK => {
                let items = tuple(t, v, caller, "AF_VSOCK")?;
                let [cid, port] = *items.as_slice() else {
                    return Err(t.type_error("AF_VSOCK address must be a pair (CID, port)"));
                };
                // SAFETY: plain data.
                let mut a: libc::sockaddr_vm = unsafe { std::mem::zeroed() };
                a.svm_family = libc::AF_VSOCK as libc::sa_family_t;
                (a.svm_cid, a.svm_port) = (t.to_i64(cid)? as u32, t.to_i64(port)? as u32);
                Ok(Address::of(a))
            }
            libc::AF_PACKET => {
                let items = tuple(t, v, caller, "AF_PACKET")?;
                packet(t, items.as_slice(), caller)
            }
            _ => Err(t.os_error_plain(format!("{caller}(): bad family"))),
        }
    }
}

fn packet(t: &Thread, items: &[Value], caller: &str) -> Result<Address> {
    let wrong = || t.type_error("AF_PACKET address must be a tuple of two to five elements");
    if !(2..=5).contains(&items.len()) {
        return Err(wrong());
    }
    let Some(name) = items[0].downcast::<Str>() else { return Err(wrong()) };
    let protocol = t.to_i64(items[1])?;
    let Ok(protocol) = u16::try_from(protocol) else {
        return Err(t.overflow_error(format!("{caller}(): proto must be 0-65535.")));
    };
    let number = |i: usize| items.get(i).map_or(Ok(0), |v| t.to_i64(*v));
    // SAFETY: plain data.
    let mut a: libc::sockaddr_ll = unsafe { std::mem::zeroed() };
    if let Some(hardware) = items.get(4) {
        let bytes = t.buffer(*hardware)?.to_vec();
        if bytes.len() > a.sll_addr.len() {
            return Err(t.value_error("Hardware address must be 8 bytes or less"));
        }
        a.sll_addr[..bytes.len()].copy_from_slice(&bytes);
        a.sll_halen = bytes.len() as u8;
    }
    let name = super::c_string(t, &encode_fs(t, name)?)?;
    // SAFETY: NUL-terminated.
    let index = unsafe { libc::if_nametoindex(name.as_ptr()) };
    if index == 0 {
        return Err(crate::system::last_error(t));
    }
    a.sll_family = libc::AF_PACKET as libc::sa_family_t;
    a.sll_protocol = protocol.to_be();
    a.sll_ifindex = index as i32;
    a.sll_pkttype = number(2)? as u8;
    a.sll_hatype = number(3)? as u16;
    Ok(Address::of(a))
}

fn interface_name(_fd: i32, index: i32) -> String {
    let mut buffer = [0u8; libc::IF_NAMESIZE];
    // SAFETY: room for the longest name.
    let p = unsafe { libc::if_indextoname(index as u32, buffer.as_mut_ptr().cast()) };
    if p.is_null() {
        return String::new();
    }
    let end = buffer.iter().position(|b| *b == 0).unwrap_or(0);
    String::from_utf8_lossy(&buffer[..end]).into_owned()
}

fn tuple(t: &Thread, v: Value, caller: &str, family: &str) -> Result<Ref<Tuple>> {
    v.downcast::<Tuple>()
        .ok_or_else(|| t.type_error(format!("{caller}(): {family} address must be tuple, not {}", class_of(v).name_string())))
}

fn port_number(t: &Thread, v: Value, caller: &str) -> Result<u16> {
    let Some(i) = t.index_opt(v)? else {
        return Err(t.type_error(format!("'{}' object cannot be interpreted as an integer", class_of(v).name_string())));
    };
    t.int_value(i)
        .and_then(|i| i.to_i64())
        .and_then(|i| u16::try_from(i).ok())
        .ok_or_else(|| t.overflow_error(format!("{caller}(): port must be 0-65535.")))
}

pub(crate) fn ip4_text(a: libc::in_addr) -> String {
    std::net::Ipv4Addr::from(u32::from_be(a.s_addr)).to_string()
}

pub(crate) fn ip6_text(a: libc::in6_addr) -> String {
    let mut buffer = [0u8; 64];
    // SAFETY: room for the longest text.
    unsafe { inet_ntop(libc::AF_INET6, (&raw const a).cast(), buffer.as_mut_ptr().cast(), 64) };
    let end = buffer.iter().position(|b| *b == 0).unwrap_or(0);
    String::from_utf8_lossy(&buffer[..end]).into_owned()
}

unsafe extern "C" {
    fn inet_ntop(family: i32, source: *const libc::c_void, to: *mut libc::c_char, size: libc::socklen_t) -> *const libc::c_char;
}
