//! Messages: bytes in several buffers, with ancillary items such as descriptors (`sendmsg`, `recvmsg`).

use super::address::Address;
use super::object::{Socket, Wait, receiving};
use taipan_vm::native::*;
use taipan_vm::objects::buffer::Buffer;

const HEADER: usize = size_of::<libc::cmsghdr>();

fn align(n: usize) -> usize {
    n.next_multiple_of(size_of::<usize>())
}

/// Length of an ancillary item with so much data; `None` out of range.
pub(super) fn item_len(n: i64) -> Option<i64> {
    (0..=i64::from(i32::MAX) - align(HEADER) as i64).contains(&n).then(|| (align(HEADER) + n as usize) as i64)
}
/// Room that such an item takes.
pub(super) fn item_space(n: i64) -> Option<i64> {
    let least = (align(HEADER) + align(1)) as i64;
    (0..=i64::from(i32::MAX) - least).contains(&n).then(|| (align(HEADER) + align(n as usize)) as i64)
}

fn ancillary_room(t: &Thread, n: isize, function: &str) -> Result<Vec<u64>> {
    if n < 0 || n as i64 > i64::from(u32::MAX) {
        return Err(t.value_error(format!("invalid ancillary data buffer length in {function}")));
    }
    // Words, so that the items are aligned.
    Ok(vec![0; (n as usize).div_ceil(8)])
}

/// Borrowed memory of several objects. The collector does not see what is in a `Vec`, so views that only a buffer refers to are
/// kept beside it.
struct Lent {
    buffers: Vec<Buffer>,
    keepers: ValueVec,
}

impl Lent {
    fn new(t: &Thread, objects: &ValueVec, borrow: impl Fn(Value) -> Result<Buffer>) -> Result<Lent> {
        let mut lent = Lent { buffers: Vec::with_capacity(objects.len()), keepers: ValueVec::new() };
        for o in objects.iter() {
            let b = borrow(o)?;
            lent.keepers.push(t, o)?;
            if let Some(v) = b.view() {
                lent.keepers.push(t, v.value())?;
            }
            lent.buffers.push(b);
        }
        Ok(lent)
    }
}

/// Receives into `parts` (address and length). Returns the number of bytes and the other three results.
fn receive_parts(
    t: &Thread,
    this: Ref<Socket>,
    parts: &mut [libc::iovec],
    ancillary: isize,
    flags: i32,
    function: &str,
) -> Result<(usize, Value, i32, Value)> {
    let mut room = ancillary_room(t, ancillary, function)?;
    let mut a = Address::empty();
    // SAFETY: plain data.
    let mut m: libc::msghdr = unsafe { std::mem::zeroed() };
    m.msg_iov = parts.as_mut_ptr();
    m.msg_iovlen = parts.len() as _;
    let place = &raw mut m as usize;
    let (name, control) = (&raw mut a.storage as usize, room.as_mut_ptr() as usize);
    let got = Socket::call(t, this, Wait::Read, |fd| {
        // SAFETY: the header and all that it points to live on this frame or are lent to the caller.
        unsafe {
            let m = place as *mut libc::msghdr;
            (*m).msg_name = name as *mut libc::c_void;
            (*m).msg_namelen = size_of::<libc::sockaddr_storage>() as libc::socklen_t;
            (*m).msg_control = if ancillary == 0 { std::ptr::null_mut() } else { control as *mut libc::c_void };
            (*m).msg_controllen = ancillary as _;
            libc::recvmsg(fd, m, flags)
        }
    })?;
    let items = List::new(t)?;
    // SAFETY: the macros walk the items within the control buffer.
    unsafe {
        let end = control + m.msg_controllen as usize;
        let mut c = libc::CMSG_FIRSTHDR(&raw const m);
        while !c.is_null() {
            let data = libc::CMSG_DATA(c) as usize;
            let claimed = ((*c).cmsg_len as usize).saturating_sub(data - c as usize);
            // A truncated item claims more than there is.
            let n = claimed.min(end.saturating_sub(data));
            let bytes = Bytes::new(t, std::slice::from_raw_parts(data as *const u8, n))?;
            items.append(t, ((*c).cmsg_level, (*c).cmsg_type, bytes).into_value(t)?)?;
            c = libc::CMSG_NXTHDR(&raw const m, c);
        }
    }
    a.len = m.msg_namelen;
    Ok((got as usize, items.value(), m.msg_flags, a.to_value(t, this.descriptor())?))
}

pub(super) fn receive(t: &Thread, this: Ref<Socket>, size: usize, ancillary: isize, flags: i32) -> Result<Value> {
    let mut buffer = vec![0u8; size];
    let mut parts = [libc::iovec { iov_base: buffer.as_mut_ptr().cast(), iov_len: size }];
    let (n, items, flags, address) = receive_parts(t, this, &mut parts, ancillary, flags, "recvmsg()")?;
    (Bytes::new(t, &buffer[..n])?, items, flags, address).into_value(t)
}

pub(super) fn receive_into(t: &Thread, this: Ref<Socket>, buffers: Value, ancillary: isize, flags: i32) -> Result<Value> {
    let objects = match t.iter(buffers) {
        Ok(it) => t.iterate_to_vec(it)?,
        Err(_) => return Err(t.type_error("recvmsg_into() argument 1 must be an iterable")),
    };
    let mut lent = Lent::new(t, &objects, |o| receiving(t, o, None, "recvmsg_into").map(|(b, _)| b))?;
    let mut parts: Vec<libc::iovec> = Vec::with_capacity(lent.buffers.len());
    for b in &mut lent.buffers {
        parts.push(libc::iovec { iov_base: b.as_mut_slice().as_mut_ptr().cast(), iov_len: b.len() });
    }
    let r = receive_parts(t, this, &mut parts, ancillary, flags, "recvmsg_into()");
    drop(lent);
    r?.into_value(t)
}

pub(super) fn send(
    t: &Thread,
    this: Ref<Socket>,
    buffers: Value,
    ancillary: Option<Value>,
    flags: i32,
    address: Option<Value>,
) -> Result<isize> {
    let a = address.map(|a| Socket::address(t, this, a, "sendmsg")).transpose()?;
    let objects = match t.iter(buffers) {
        Ok(it) => t.iterate_to_vec(it)?,
        Err(_) => return Err(t.type_error("sendmsg() argument 1 must be an iterable")),
    };
    let lent = Lent::new(t, &objects, |o| t.buffer(o))?;
    let mut parts: Vec<libc::iovec> =
        lent.buffers.iter().map(|b| libc::iovec { iov_base: b.as_slice().as_ptr().cast_mut().cast(), iov_len: b.len() }).collect();
    let mut control: Vec<u8> = Vec::new();
    if let Some(items) = ancillary {
        t.for_each(items, |item| {
            let Some(fields) = item.downcast::<Tuple>().filter(|i| i.len() == 3) else {
                return Err(t.type_error("[sendmsg() ancillary data items] must be a sequence of length 3"));
            };
            let (level, kind) =
                (crate::system::to_c_int(t, fields.as_slice()[0])?, crate::system::to_c_int(t, fields.as_slice()[1])?);
            let data = t.buffer(fields.as_slice()[2])?.to_vec();
            let start = control.len();
            // SAFETY: plain data.
            let mut h: libc::cmsghdr = unsafe { std::mem::zeroed() };
            (h.cmsg_len, h.cmsg_level, h.cmsg_type) = ((align(HEADER) + data.len()) as _, level, kind);
            // SAFETY: the bytes of a structure of integers.
            control.extend_from_slice(unsafe { std::slice::from_raw_parts((&raw const h).cast::<u8>(), HEADER) });
            control.resize(start + align(HEADER), 0);
            control.extend_from_slice(&data);
            control.resize(start + align(HEADER) + align(data.len()), 0);
            Ok(())
        })?;
    }
    let mut words = vec![0u64; control.len().div_ceil(8)];
    // SAFETY: the words have room for the bytes.
    unsafe { std::ptr::copy_nonoverlapping(control.as_ptr(), words.as_mut_ptr().cast::<u8>(), control.len()) };
    // SAFETY: plain data.
    let mut m: libc::msghdr = unsafe { std::mem::zeroed() };
    if let Some(a) = &a {
        m.msg_name = a.pointer().cast_mut().cast();
        m.msg_namelen = a.len;
    }
    m.msg_iov = parts.as_mut_ptr();
    m.msg_iovlen = parts.len() as _;
    if !control.is_empty() {
        m.msg_control = words.as_mut_ptr().cast();
        m.msg_controllen = control.len() as _;
    }
    let place = &raw const m as usize;
    // SAFETY: the header and all that it points to live on this frame or are lent.
    let r = Socket::call(t, this, Wait::Write, |fd| unsafe { libc::sendmsg(fd, place as *const libc::msghdr, flags) });
    drop((lent, words));
    r
}
