//! Names and addresses of hosts, services and protocols, through the C library's resolver. Its calls may take long, so the thread
//! is detached meanwhile.

use super::address::Address;
use crate::posix::decode_fs;
use crate::system::{errno, exception_class};
use std::ffi::{CStr, CString};
use taipan_vm::native::*;
use taipan_vm::objects::bytearray::ByteArray;
use taipan_vm::objects::exceptions as ex;

pub(super) fn gaierror(t: &Thread) -> Result<Ref<Class>> {
    exception_class(t, "socket", "gaierror", &[ex::class(ex::Kind::OSError).value()], None)
}
pub(super) fn herror(t: &Thread) -> Result<Ref<Class>> {
    exception_class(t, "socket", "herror", &[ex::class(ex::Kind::OSError).value()], None)
}

fn error_with(t: &Thread, class: Result<Ref<Class>>, code: i32, text: &str) -> Exc {
    let make = || -> Result<Exc> {
        let text = Str::from_str(t, text)?;
        Ok(t.new_error_with(class?, &[Value::small_int(code.into()), text.value()]))
    };
    make().unwrap_or_else(|e| e)
}

/// The exception of a failed `getaddrinfo` or `getnameinfo`.
#[cold]
fn resolver_error(t: &Thread, code: i32, system: i32) -> Exc {
    if code == libc::EAI_SYSTEM {
        return ex::os_error(t, system, None);
    }
    // SAFETY: the C library's own text.
    let text = unsafe { CStr::from_ptr(libc::gai_strerror(code)) }.to_string_lossy();
    error_with(t, gaierror(t), code, &text)
}

unsafe extern "C" {
    fn inet_pton(family: i32, text: *const libc::c_char, to: *mut libc::c_void) -> i32;
    fn gethostbyname_r(
        name: *const libc::c_char,
        result: *mut libc::hostent,
        buffer: *mut libc::c_char,
        size: libc::size_t,
        out: *mut *mut libc::hostent,
        error: *mut i32,
    ) -> i32;
    fn gethostbyaddr_r(
        address: *const libc::c_void,
        len: libc::socklen_t,
        family: i32,
        result: *mut libc::hostent,
        buffer: *mut libc::c_char,
        size: libc::size_t,
        out: *mut *mut libc::hostent,
        error: *mut i32,
    ) -> i32;
}

/// The bytes of a text address; `None` if it is none.
pub(super) fn parse_address(family: i32, text: &CStr) -> Option<[u8; 16]> {
    let mut out = [0u8; 16];
    // SAFETY: room for the longer of the two kinds.
    let ok = unsafe { inet_pton(family, text.as_ptr(), out.as_mut_ptr().cast()) };
    (ok == 1).then_some(out)
}

/// A host's name as the resolver takes it: text in its IDNA form.
pub(super) fn host_name(t: &Thread, v: Value) -> Result<CString> {
    let bytes = if let Some(s) = v.downcast::<Str>() {
        match s.as_ascii() {
            Some(a) => a.as_bytes().to_vec(),
            None => {
                let idna = Str::intern_str(t, "idna")?.value();
                let e = t.call_method(v, Str::intern_str(t, "encode")?, &[idna])?;
                e.downcast::<Bytes>().map(|b| b.as_slice().to_vec()).unwrap_or_default()
            }
        }
    } else if v.downcast::<Bytes>().is_some() || v.downcast::<ByteArray>().is_some() {
        t.buffer(v)?.to_vec()
    } else {
        return Err(t.type_error(format!("str, bytes or bytearray expected, not {}", class_of(v).name_string())));
    };
    CString::new(bytes).map_err(|_| t.type_error("host name must not contain null character"))
}

/// The address of a host, without port.
pub(super) fn resolve(t: &Thread, host: Value, family: i32) -> Result<Address> {
    let name = host_name(t, host)?;
    resolve_name(t, &name, family)
}

pub(super) fn resolve_name(t: &Thread, name: &CStr, family: i32) -> Result<Address> {
    let mut a = Address::empty();
    let place = &raw mut a.storage;
    let wanted4 = family == libc::AF_INET || family == libc::AF_UNSPEC;
    if wanted4 {
        let parsed = match name.to_bytes() {
            b"" => Some([0; 4]),
            b"255.255.255.255" | b"<broadcast>" => Some([255; 4]),
            _ => parse_address(libc::AF_INET, name).map(|b| [b[0], b[1], b[2], b[3]]),
        };
        if let Some(bytes) = parsed {
            // SAFETY: plain data; the storage is large enough.
            unsafe {
                let mut s: libc::sockaddr_in = std::mem::zeroed();
                s.sin_family = libc::AF_INET as libc::sa_family_t;
                s.sin_addr.s_addr = u32::from_ne_bytes(bytes);
                place.cast::<libc::sockaddr_in>().write(s);
            }
            a.len = size_of::<libc::sockaddr_in>() as libc::socklen_t;
            return Ok(a);
        }
    }
    if family == libc::AF_INET6 || family == libc::AF_UNSPEC {
        let parsed = if name.is_empty() { Some([0; 16]) } else { parse_address(libc::AF_INET6, name) };
        if let Some(bytes) = parsed {
            // SAFETY: as above.
            unsafe {
                let mut s: libc::sockaddr_in6 = std::mem::zeroed();
                s.sin6_family = libc::AF_INET6 as libc::sa_family_t;
                s.sin6_addr.s6_addr = bytes;
                place.cast::<libc::sockaddr_in6>().write(s);
            }
            a.len = size_of::<libc::sockaddr_in6>() as libc::socklen_t;
            return Ok(a);
        }
        if name.to_bytes() == b"<broadcast>" {
            return Err(t.os_error_plain("address family mismatched"));
        }
    }
    let found = Found::get(t, Some(name), None, family, 0, 0, 0)?;
    match found.iter().next() {
        Some(entry) => Ok(entry.address),
        None => Err(resolver_error(t, libc::EAI_NONAME, 0)),
    }
}

/// One answer of `getaddrinfo`.
pub(super) struct Answer {
    pub family: i32,
    pub kind: i32,
    pub protocol: i32,
    pub name: Option<Vec<u8>>,
    pub address: Address,
}

/// The answers of `getaddrinfo`, freed with this.
pub(super) struct Found(*mut libc::addrinfo);

impl Found {
    pub fn get(
        t: &Thread,
        host: Option<&CStr>,
        service: Option<&CStr>,
        family: i32,
        kind: i32,
        protocol: i32,
        flags: i32,
    ) -> Result<Found> {
        // SAFETY: plain data, for which zero is "anything".
        let mut hints: libc::addrinfo = unsafe { std::mem::zeroed() };
        (hints.ai_family, hints.ai_socktype, hints.ai_protocol, hints.ai_flags) = (family, kind, protocol, flags);
        let text = |s: Option<&CStr>| s.map_or(std::ptr::null(), CStr::as_ptr);
        let (host, service) = (text(host) as usize, text(service) as usize);
        let mut out: *mut libc::addrinfo = std::ptr::null_mut();
        let (place, hints) = (&raw mut out as usize, &raw const hints as usize);
        let (code, system) = t.blocking(|| {
            // SAFETY: NUL-terminated or null texts and live locals.
            let code = unsafe {
                libc::getaddrinfo(
                    host as *const libc::c_char,
                    service as *const libc::c_char,
                    hints as *const libc::addrinfo,
                    place as *mut *mut libc::addrinfo,
                )
            };
            (code, errno())
        });
        if code != 0 { Err(resolver_error(t, code, system)) } else { Ok(Found(out)) }
    }
    pub fn iter(&self) -> impl Iterator<Item = Answer> + '_ {
        let mut next = self.0;
        std::iter::from_fn(move || {
            // SAFETY: the list ends in null and lives as long as `self`.
            let info = unsafe { next.as_ref() }?;
            next = info.ai_next;
            let mut address = Address::empty();
            let n = (info.ai_addrlen as usize).min(size_of::<libc::sockaddr_storage>());
            // SAFETY: the answer's address has that length, and fits.
            unsafe {
                std::ptr::copy_nonoverlapping(info.ai_addr.cast::<u8>(), (&raw mut address.storage).cast::<u8>(), n);
            }
            address.len = n as libc::socklen_t;
            let name = (!info.ai_canonname.is_null())
                // SAFETY: NUL-terminated.
                .then(|| unsafe { CStr::from_ptr(info.ai_canonname) }.to_bytes().to_vec());
            Some(Answer { family: info.ai_family, kind: info.ai_socktype, protocol: info.ai_protocol, name, address })
        })
    }
}
impl Drop for Found {
    fn drop(&mut self) {
        // SAFETY: from `getaddrinfo`; freed once.
        unsafe { libc::freeaddrinfo(self.0) }
    }
}

/// Text for a host, and for a service.
pub(super) fn name_of(t: &Thread, a: &Address, flags: i32) -> Result<(Ref<Str>, Ref<Str>)> {
    let (mut host, mut service) = ([0u8; 1025], [0u8; 32]);
    let (h, s) = (host.as_mut_ptr() as usize, service.as_mut_ptr() as usize);
    let (code, system) = t.blocking(|| {
        // SAFETY: buffers of these sizes, and a live address.
        let code =
            unsafe { libc::getnameinfo(a.pointer(), a.len, h as *mut libc::c_char, 1025, s as *mut libc::c_char, 32, flags) };
        (code, errno())
    });
    if code != 0 {
        return Err(resolver_error(t, code, system));
    }
    let text = |b: &[u8]| decode_fs(t, &b[..b.iter().position(|c| *c == 0).unwrap_or(0)]);
    Ok((text(&host)?, text(&service)?))
}

/// Name, aliases and addresses of a host: by name, or by address.
pub(super) fn host_entry(t: &Thread, name: &CStr, by_address: Option<&Address>) -> Result<Value> {
    let mut buffer = vec![0 as libc::c_char; 16 << 10];
    // SAFETY: plain data, filled by the call.
    let mut entry: libc::hostent = unsafe { std::mem::zeroed() };
    let mut out: *mut libc::hostent = std::ptr::null_mut();
    let mut error = 0;
    let place = (&raw mut entry as usize, buffer.as_mut_ptr() as usize, &raw mut out as usize, &raw mut error as usize);
    let size = buffer.len();
    let raw = by_address.map(|a| match a.family() {
        libc::AF_INET6 => {
            // SAFETY: the family says what it is.
            let s = unsafe { &*a.pointer().cast::<libc::sockaddr_in6>() };
            (&raw const s.sin6_addr as usize, 16u32, libc::AF_INET6)
        }
        _ => {
            // SAFETY: as above.
            let s = unsafe { &*a.pointer().cast::<libc::sockaddr_in>() };
            (&raw const s.sin_addr as usize, 4, libc::AF_INET)
        }
    });
    let text = name.as_ptr() as usize;
    // SAFETY: everything pointed to lives on this frame; the buffer's size is given.
    t.blocking(|| unsafe {
        let (entry, buffer) = (place.0 as *mut libc::hostent, place.1 as *mut libc::c_char);
        let (out, error) = (place.2 as *mut *mut libc::hostent, place.3 as *mut i32);
        match raw {
            Some((address, len, family)) => {
                gethostbyaddr_r(address as *const libc::c_void, len, family, entry, buffer, size, out, error)
            }
            None => gethostbyname_r(text as *const libc::c_char, entry, buffer, size, out, error),
        }
    });
    if out.is_null() {
        // SAFETY: the C library's own text.
        let text = unsafe { CStr::from_ptr(libc::hstrerror(error)) }.to_string_lossy();
        return Err(error_with(t, herror(t), error, &text));
    }
    let (aliases, addresses) = (List::new(t)?, List::new(t)?);
    // SAFETY: the entry's texts and lists are NUL-terminated and null-terminated, and lie in the buffer.
    unsafe {
        let name = decode_fs(t, CStr::from_ptr(entry.h_name).to_bytes())?;
        let mut p = entry.h_aliases;
        while !p.is_null() && !(*p).is_null() {
            aliases.append(t, decode_fs(t, CStr::from_ptr(*p).to_bytes())?.value())?;
            p = p.add(1);
        }
        let mut p = entry.h_addr_list;
        while !p.is_null() && !(*p).is_null() {
            let text = match entry.h_addrtype {
                libc::AF_INET6 => super::address::ip6_text((*p).cast::<libc::in6_addr>().read_unaligned()),
                _ => super::address::ip4_text((*p).cast::<libc::in_addr>().read_unaligned()),
            };
            addresses.append(t, Str::from_str(t, &text)?.value())?;
            p = p.add(1);
        }
        (name, aliases, addresses).into_value(t)
    }
}
