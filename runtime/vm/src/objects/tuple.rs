//! `tuple`: an immutable run of values inside one cell. The methods are in `tuple_methods`.

use crate::native::*;
use std::sync::atomic::{AtomicU64, Ordering::*};

#[repr(C)]
pub struct Tuple {
    header: Header,
    len: usize,
    /// Cached hash; 0: not computed.
    pub hash: AtomicU64,
    // items follow
}

unsafe fn scan(cell: *const Header, v: &mut Visitor) {
    // SAFETY: the collector calls this with a live tuple.
    v.values(unsafe { &*cell.cast::<Tuple>() }.fields())
}
unsafe fn cell_size(cell: *const Header) -> usize {
    // SAFETY: as above.
    size_of::<Tuple>() + 8 * unsafe { &*cell.cast::<Tuple>() }.len
}
static LAYOUT: Layout =
    Layout { name: "tuple", size: size_of::<Tuple>(), scan, cell_size: Some(cell_size), base: None, drop: None };
// SAFETY: repr(C), begins with a header, `scan` visits all items; zeroed memory is the empty tuple.
unsafe impl HeapType for Tuple {
    const LAYOUT: &'static Layout = &LAYOUT;
}

impl Tuple {
    pub(crate) const LEN: usize = std::mem::offset_of!(Tuple, len);

    #[inline(always)]
    pub fn len(&self) -> usize {
        self.len
    }
    #[inline(always)]
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }
    #[inline(always)]
    fn fields(&self) -> &[Field] {
        // SAFETY: `len` fields follow the fixed part.
        unsafe { std::slice::from_raw_parts((self as *const Tuple).add(1).cast(), self.len) }
    }
    /// The items; they never change.
    #[inline(always)]
    pub fn as_slice(&self) -> &[Value] {
        // SAFETY: a field has the representation of a value, and items are never written after construction.
        unsafe { std::slice::from_raw_parts((self as *const Tuple).add(1).cast(), self.len) }
    }
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = Value> + ExactSizeIterator + '_ {
        self.as_slice().iter().copied()
    }
    #[inline(always)]
    pub fn get(&self, i: usize) -> Option<Value> {
        self.as_slice().get(i).copied()
    }

    pub fn new(t: &Thread, items: &[Value]) -> Result<Ref<Tuple>> {
        if items.is_empty() {
            if let Some(e) = empty() {
                return Ok(e);
            }
        }
        Tuple::with_shape(t, Tuple::class_cell().shape(), items)
    }
    /// Whether an item is identical or equal to `value`.
    pub fn contains(&self, t: &Thread, value: Value) -> Result<bool> {
        for &v in self.as_slice() {
            if t.equal(v, value)? {
                return Ok(true);
            }
        }
        Ok(false)
    }
    /// `(a, b)`
    #[inline]
    pub fn pair(t: &Thread, a: Value, b: Value) -> Result<Value> {
        let cell = t.allocate(size_of::<Tuple>() + 16, Tuple::class_cell().shape())?.cast::<Tuple>();
        // SAFETY: as in `with_shape`, for two items.
        unsafe {
            (*cell.as_ptr()).len = 2;
            let items = cell.as_ptr().add(1).cast::<Value>();
            *items = a;
            *items.add(1) = b;
            Ok(Ref::<Tuple>::from_raw(cell).value())
        }
    }
    /// Overwrites the items of a pair that nobody else knows yet.
    pub(crate) fn refill_pair(&self, t: &Thread, a: Value, b: Value) {
        if let [first, second] = self.fields() {
            first.set(t, &self.header, a);
            second.set(t, &self.header, b);
        }
    }
    /// A tuple of a subclass of tuple.
    pub fn in_class(t: &Thread, class: Ref<Class>, items: &[Value]) -> Result<Ref<Tuple>> {
        let r = Tuple::with_shape(t, class.instance_shape(), items)?;
        if class.has_flag(class_flags::HAS_DEL) {
            t.register_finalizer(r.value());
        }
        Ok(r)
    }
    fn with_shape(t: &Thread, shape: ShapeId, items: &[Value]) -> Result<Ref<Tuple>> {
        let s = taipan_heap::SHAPES.get(shape);
        let part = if s.slots_offset != 0 { 8 * (1 + s.inline_slots as usize) } else { 0 };
        let cell = t.allocate(size_of::<Tuple>() + 8 * items.len() + part, shape)?.cast::<Tuple>();
        // SAFETY: the fresh cell has room for the items; nobody else knows it.
        let r = unsafe {
            (*cell.as_ptr()).len = items.len();
            Ref::<Tuple>::from_raw(cell)
        };
        // Tuples are mostly short: a loop of stores beats a call.
        r.fields().iter().zip(items).for_each(|(f, &v)| f.init(v));
        if part != 0 {
            t.empty_instance_part(r.header());
        }
        Ok(r)
    }
}

static EMPTY: AtomicU64 = AtomicU64::new(0);
fn empty() -> Option<Ref<Tuple>> {
    // SAFETY: set once at start-up to a tuple that the root scanner keeps alive.
    Value::from_bits(EMPTY.load(Acquire)).as_cell().map(|c| unsafe { Ref::from_raw(c.cast()) })
}
/// `()`
pub fn empty_tuple() -> Ref<Tuple> {
    match empty() {
        Some(e) => e,
        None => panic!("tuples used before start-up"),
    }
}
pub(crate) fn setup(t: &Thread) -> Result<()> {
    EMPTY.store(Tuple::with_shape(t, Tuple::class_cell().shape(), &[])?.value().bits(), Release);
    Ok(())
}
pub(crate) fn scan_permanent(v: &mut Visitor) {
    v.value(Value::from_bits(EMPTY.load(Relaxed)));
}
