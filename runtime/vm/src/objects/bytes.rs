//! `bytes`: layout and construction. The methods are in `bytes_methods`.

use crate::native::*;
use crate::ops::hash_bytes;
use std::sync::atomic::{AtomicU64, Ordering::*};

#[repr(C)]
pub struct Bytes {
    header: Header,
    len: usize,
    /// 0: not computed.
    hash: AtomicU64,
    // bytes follow
}

unsafe fn scan(_: *const Header, _: &mut Visitor) {}
unsafe fn cell_size(cell: *const Header) -> usize {
    // SAFETY: the collector calls this with a live bytes object.
    size_of::<Bytes>() + unsafe { &*cell.cast::<Bytes>() }.len
}
static LAYOUT: Layout =
    Layout { name: "bytes", size: size_of::<Bytes>(), scan, cell_size: Some(cell_size), base: None, drop: None };
// SAFETY: repr(C), begins with a header, no references; zeroed memory is the empty bytes object.
unsafe impl HeapType for Bytes {
    const LAYOUT: &'static Layout = &LAYOUT;
}

impl Bytes {
    pub const LEN: usize = std::mem::offset_of!(Bytes, len);

    #[inline(always)]
    pub fn len(&self) -> usize {
        self.len
    }
    #[inline(always)]
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }
    /// The bytes; they never change.
    #[inline(always)]
    pub fn as_slice(&self) -> &[u8] {
        // SAFETY: `len` bytes follow the fixed part, written once at creation.
        unsafe { std::slice::from_raw_parts((self as *const Bytes).add(1).cast(), self.len) }
    }
    /// `hash(self)`, computed once. Two threads that come together compute and store the same.
    pub fn hash(&self) -> i64 {
        let known = self.hash.load(Relaxed);
        if known != 0 {
            return known as i64;
        }
        let h = hash_bytes(self.as_slice());
        self.hash.store(h as u64, Relaxed);
        h
    }
    pub fn new(t: &Thread, bytes: &[u8]) -> Result<Ref<Bytes>> {
        let shared = match *bytes {
            [] => permanent(256),
            [b] => permanent(b.into()),
            _ => None,
        };
        if let Some(shared) = shared {
            return Ok(shared);
        }
        Bytes::with_shape(t, Bytes::class_cell().shape(), bytes)
    }
    pub fn in_class(t: &Thread, class: Ref<Class>, bytes: &[u8]) -> Result<Ref<Bytes>> {
        let r = Bytes::with_shape(t, class.instance_shape(), bytes)?;
        if class.has_flag(class_flags::HAS_DEL) {
            t.register_finalizer(r.value());
        }
        Ok(r)
    }
    fn with_shape(t: &Thread, shape: ShapeId, bytes: &[u8]) -> Result<Ref<Bytes>> {
        let s = taipan_heap::SHAPES.get(shape);
        let mut size = size_of::<Bytes>() + bytes.len();
        if s.slots_offset != 0 {
            size = size.next_multiple_of(8) + 8 * (1 + s.inline_slots as usize);
        }
        let cell = t.allocate(size, shape)?.cast::<Bytes>();
        // SAFETY: the fresh cell has room for the bytes.
        let r: Ref<Bytes> = unsafe {
            (*cell.as_ptr()).len = bytes.len();
            std::ptr::copy_nonoverlapping(bytes.as_ptr(), cell.as_ptr().add(1).cast(), bytes.len());
            Ref::from_raw(cell)
        };
        if s.slots_offset != 0 {
            t.empty_instance_part(r.header());
        }
        Ok(r)
    }
}

/// The objects of one byte, and at the end that of none: there is one of each.
static SHORT: [AtomicU64; 257] = [const { AtomicU64::new(0) }; 257];
#[inline]
fn permanent(i: usize) -> Option<Ref<Bytes>> {
    // SAFETY: set once at start-up to objects that the root scanner keeps alive.
    Value::from_bits(SHORT[i].load(Acquire)).as_cell().map(|c| unsafe { Ref::from_raw(c.cast()) })
}
pub(crate) fn setup(t: &Thread) -> Result<()> {
    let shape = Bytes::class_cell().shape();
    for (b, place) in SHORT.iter().enumerate() {
        let bytes = u8::try_from(b).map_or(vec![], |b| vec![b]);
        place.store(Bytes::with_shape(t, shape, &bytes)?.value().bits(), Release);
    }
    Ok(())
}
pub(crate) fn scan_permanent(v: &mut Visitor) {
    for b in &SHORT {
        v.value(Value::from_bits(b.load(Relaxed)));
    }
}
