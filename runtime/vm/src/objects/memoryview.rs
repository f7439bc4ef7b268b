//! `memoryview`: layout, geometry, and who holds what. The methods are in `memoryview_methods`, single items in
//! `memoryview_items`.
//!
//! Views of one export share a [`Managed`] cell, which ends the export when the last of them is released. A view that was not
//! released and died leaves it to the collector: then the memory counts as given back, but no Python code is told.

use crate::native::*;
use crate::objects::buffer::{self, Export, flags};
use crate::objects::memoryview_items::{self as items, native_code};
use std::sync::atomic::{AtomicBool, AtomicIsize, AtomicU64, AtomicUsize, Ordering::*};

/// One export of an object's memory.
#[derive(HeapType)]
#[repr(C)]
pub struct Managed {
    header: Header,
    /// The object whose memory it is; None if there is none to show.
    object: Field,
    /// The cell in which the memory lies.
    keeper: Field,
    /// The view that a Python class's `__buffer__` gave.
    given: RefField<MemoryView>,
    #[noscan(drop)]
    export: Export,
    /// Views that were not released.
    views: AtomicIsize,
}

static MANAGED_SHAPE: std::sync::OnceLock<ShapeId> = std::sync::OnceLock::new();

impl Managed {
    fn new(t: &Thread, object: Value, keeper: Value, given: Option<Ref<MemoryView>>, export: Export) -> Result<Ref<Managed>> {
        let shape = *MANAGED_SHAPE.get_or_init(|| Mutator::internal_shape(Managed::layout()));
        let content = Managed {
            header: Header::NEW,
            object: Field::new(object),
            keeper: Field::new(keeper),
            given: RefField::null(),
            export,
            views: AtomicIsize::new(0),
        };
        let m = t.create_internal(shape, content)?;
        m.given.init(given);
        Ok(m)
    }

    /// The last view was released.
    fn end(&self, t: &Thread) {
        self.export.release();
        if let Some(view) = self.given.get() {
            view.unpin();
            // What a view lends is of its own, and asks for nothing else.
            if self.object.get() != view.value() {
                buffer::release_python(t, self.object.get(), view);
            }
        }
    }
}

#[derive(HeapType)]
#[repr(C)]
pub struct MemoryView {
    header: Header,
    managed: RefField<Managed>,
    pub(crate) format: RefField<Str>,
    /// Tuples of `ndim` small integers; strides are in bytes.
    pub(crate) shape: RefField<Tuple>,
    pub(crate) strides: RefField<Tuple>,
    /// Address of the first item.
    data: usize,
    /// Bytes of all items.
    len: usize,
    pub(crate) itemsize: usize,
    /// The format's code if it is a single native one, else 0.
    pub(crate) code: u8,
    readonly: bool,
    released: AtomicBool,
    /// Buffers that others got of this view.
    exports: AtomicUsize,
    /// Bits of the hash with bit 63 flipped, so that 0 is "not computed".
    pub(crate) hash: AtomicU64,
}

/// Memory to be shown by a view; see [`MemoryView::lend`].
pub struct Lent<'a> {
    /// What `obj` shows, and whose `__release_buffer__` may be called.
    pub object: Value,
    /// The cell in which the memory lies (or the object that keeps it).
    pub keeper: Value,
    pub export: Export,
    pub data: *mut u8,
    pub readonly: bool,
    pub itemsize: usize,
    pub format: &'a str,
    /// Items along each dimension, in C order without gaps; `None`: one dimension of `len / itemsize`.
    pub shape: Option<&'a [usize]>,
    /// Bytes.
    pub len: usize,
}

/// Dimensions and strides of a view, taken out of its tuples.
#[derive(Clone, Debug, Default)]
pub struct Geometry {
    pub shape: Vec<isize>,
    pub strides: Vec<isize>,
}

impl Geometry {
    pub fn contiguous(shape: Vec<isize>, itemsize: usize) -> Geometry {
        let mut strides = vec![0; shape.len()];
        let mut n = itemsize as isize;
        for (stride, count) in strides.iter_mut().zip(&shape).rev() {
            *stride = n;
            n *= count;
        }
        Geometry { shape, strides }
    }
    /// Offsets of all items in C order, or in Fortran's.
    pub fn offsets(&self, fortran: bool) -> Vec<isize> {
        let mut out = vec![0];
        let mut dims: Vec<(isize, isize)> = self.shape.iter().copied().zip(self.strides.iter().copied()).collect();
        // The last dimension of the loop varies fastest.
        if fortran {
            dims.reverse();
        }
        for (count, stride) in dims {
            let mut next = Vec::with_capacity(out.len() * count.max(0) as usize);
            for &base in &out {
                next.extend((0..count).map(|i| base + i * stride));
            }
            out = next;
        }
        out
    }
    /// Whether the items lie one after the other in the order `C` or `F`.
    pub fn is_contiguous(&self, order: u8, itemsize: usize) -> bool {
        if self.shape.contains(&0) {
            return true;
        }
        let mut wanted = itemsize as isize;
        let fits = |(&count, &stride): (&isize, &isize)| {
            let ok = count == 1 || stride == wanted;
            wanted *= count;
            ok
        };
        let dims = self.shape.iter().zip(&self.strides);
        if order == b'F' { { dims }.all(fits) } else { dims.rev().all(fits) }
    }
}

fn small_ints(t: &Thread, numbers: &[isize]) -> Result<Ref<Tuple>> {
    let out = ValueVec::with_capacity(t, numbers.len())?;
    for &n in numbers {
        out.push(t, Value::small_int(n as i64))?;
    }
    out.into_tuple(t)
}

fn numbers(tuple: Ref<Tuple>) -> Vec<isize> {
    tuple.iter().map(|v| v.as_small_int().unwrap_or(0) as isize).collect()
}

impl MemoryView {
    fn build(
        t: &Thread,
        managed: Ref<Managed>,
        format: Ref<Str>,
        geometry: &Geometry,
        data: usize,
        itemsize: usize,
        readonly: bool,
    ) -> Result<Ref<MemoryView>> {
        let shape = small_ints(t, &geometry.shape)?;
        let strides = small_ints(t, &geometry.strides)?;
        let len = geometry.shape.iter().product::<isize>() as usize * itemsize;
        let view = t.create(MemoryView {
            header: Header::NEW,
            managed: RefField::null(),
            format: RefField::null(),
            shape: RefField::null(),
            strides: RefField::null(),
            data,
            len,
            itemsize,
            code: native_code(&format),
            readonly,
            released: AtomicBool::new(false),
            exports: AtomicUsize::new(0),
            hash: AtomicU64::new(0),
        })?;
        managed.views.fetch_add(1, AcqRel);
        view.managed.init(managed);
        view.format.init(format);
        view.shape.init(shape);
        view.strides.init(strides);
        Ok(view)
    }

    /// A view of memory that a native object lends: what its `__buffer__` returns, for a request with these flags.
    pub fn lend(t: &Thread, lent: Lent<'_>, wanted: i32) -> Result<Ref<MemoryView>> {
        if wanted & flags::WRITABLE != 0 && lent.readonly {
            return Err(t.buffer_error("Object is not writable."));
        }
        let shape = match lent.shape {
            Some(s) => s.iter().map(|&n| n as isize).collect(),
            None => vec![(lent.len / lent.itemsize.max(1)) as isize],
        };
        let format = Str::from_str(t, lent.format)?;
        let managed = Managed::new(t, lent.object, lent.keeper, None, lent.export)?;
        let geometry = Geometry::contiguous(shape, lent.itemsize);
        MemoryView::build(t, managed, format, &geometry, lent.data as usize, lent.itemsize, lent.readonly)
    }

    /// A view of plain bytes in one dimension.
    pub fn of_bytes(
        t: &Thread,
        object: Value,
        keeper: Value,
        export: Export,
        data: *mut u8,
        len: usize,
        readonly: bool,
    ) -> Result<Ref<MemoryView>> {
        MemoryView::lend(t, Lent { object, keeper, export, data, readonly, itemsize: 1, format: "B", shape: None, len }, 0)
    }

    /// `memoryview(v)`, or what `memoryview._from_flags(v, wanted)` gives.
    pub fn of_object(t: &Thread, v: Value, wanted: i32) -> Result<Ref<MemoryView>> {
        if let Some(m) = v.downcast::<MemoryView>() {
            m.check_released(t)?;
            m.check_writable_request(t, wanted)?;
            return m.derive(t, &m.geometry(), m.data, m.format.expect(), m.itemsize, m.readonly);
        }
        let Some(f) = class_of(v).special(t, crate::objects::class::Special::Buffer).filter(|f| !f.is_none()) else {
            let name = crate::ops::type_name(v);
            return Err(t.type_error(format!("memoryview: a bytes-like object is required, not '{name}'")));
        };
        let (given, fresh) = t.ask_for_view(f, v, wanted)?;
        if fresh {
            return Ok(given);
        }
        given.check_released(t)?;
        given.pin();
        let managed = Managed::new(t, v, given.value(), Some(given), Export::none())?;
        MemoryView::build(t, managed, given.format.expect(), &given.geometry(), given.data, given.itemsize, given.readonly)
    }

    /// What `__buffer__` of a view returns, which has noted it as its export.
    pub(crate) fn of_lender(t: &Thread, lender: Ref<MemoryView>) -> Result<Ref<MemoryView>> {
        let v = lender.value();
        let managed = Managed::new(t, v, v, Some(lender), Export::none())?;
        MemoryView::build(t, managed, lender.format.expect(), &lender.geometry(), lender.data, lender.itemsize, lender.readonly)
    }

    /// Another view of the same export.
    pub(crate) fn derive(
        &self,
        t: &Thread,
        geometry: &Geometry,
        data: usize,
        format: Ref<Str>,
        itemsize: usize,
        readonly: bool,
    ) -> Result<Ref<MemoryView>> {
        MemoryView::build(t, self.managed.expect(), format, geometry, data, itemsize, readonly)
    }

    pub fn geometry(&self) -> Geometry {
        Geometry { shape: numbers(self.shape.expect()), strides: numbers(self.strides.expect()) }
    }
    pub fn ndim(&self) -> usize {
        self.shape.expect().len()
    }
    /// Length and stride of the first dimension, of which there is one.
    pub(crate) fn first_dim(&self) -> (isize, isize) {
        let n = |t: Ref<Tuple>| t.get(0).and_then(|v| v.as_small_int()).unwrap_or(0) as isize;
        (n(self.shape.expect()), n(self.strides.expect()))
    }
    pub(crate) fn data(&self) -> usize {
        self.data
    }
    /// Address of the first item, and bytes of all.
    pub fn memory(&self) -> (*mut u8, usize) {
        (self.data as *mut u8, self.len)
    }
    pub fn nbytes(&self) -> usize {
        self.len
    }
    pub fn item_size(&self) -> usize {
        self.itemsize
    }
    pub fn is_readonly(&self) -> bool {
        self.readonly
    }
    pub fn format_string(&self) -> String {
        self.format.expect().to_string_lossy()
    }
    pub fn object(&self) -> Value {
        self.managed.expect().object.get()
    }
    /// Its share in what the object lends.
    pub(crate) fn export<'a>(&self) -> Option<&'a Export> {
        // SAFETY: (lifetime) the caller keeps the view, which keeps the cell.
        self.managed.get().map(|m| unsafe { &(*m.as_ptr()).export })
    }
    pub fn is_contiguous(&self, order: u8) -> bool {
        self.geometry().is_contiguous(order, self.itemsize)
    }
    /// As the attributes say it: in one dimension the stride decides, even where there are no items.
    pub(crate) fn shows_contiguous(&self, order: u8) -> bool {
        if self.ndim() == 1 {
            let (count, stride) = self.first_dim();
            return count == 1 || stride == self.itemsize as isize;
        }
        self.is_contiguous(order)
    }

    pub(crate) fn pin(&self) {
        self.exports.fetch_add(1, AcqRel);
    }
    pub(crate) fn unpin(&self) {
        self.exports.fetch_sub(1, AcqRel);
    }
    pub fn is_released(&self) -> bool {
        self.released.load(Acquire)
    }
    #[cold]
    pub(crate) fn released_error(&self, t: &Thread) -> Exc {
        t.value_error("operation forbidden on released memoryview object")
    }
    #[inline]
    pub fn check_released(&self, t: &Thread) -> Result<()> {
        if self.is_released() { Err(self.released_error(t)) } else { Ok(()) }
    }
    /// `release()`: BufferError while others have buffers of this view.
    pub fn release(&self, t: &Thread) -> Result<()> {
        if self.is_released() {
            return Ok(());
        }
        let n = self.exports.load(Acquire);
        if n > 0 {
            return Err(t.buffer_error(format!("memoryview has {n} exported buffer{}", if n == 1 { "" } else { "s" })));
        }
        self.close(t);
        Ok(())
    }
    /// Releases the view.
    pub(crate) fn close(&self, t: &Thread) {
        if !self.released.swap(true, AcqRel) {
            let managed = self.managed.expect();
            if managed.views.fetch_sub(1, AcqRel) == 1 {
                managed.end(t);
            }
        }
    }

    fn check_writable_request(&self, t: &Thread, wanted: i32) -> Result<()> {
        if wanted & flags::WRITABLE != 0 && self.readonly {
            return Err(t.buffer_error("memoryview: underlying buffer is not writable"));
        }
        Ok(())
    }
    /// Whether a buffer can be had as `wanted` says.
    pub(crate) fn check_request(&self, t: &Thread, wanted: i32) -> Result<()> {
        self.check_released(t)?;
        self.check_writable_request(t, wanted)?;
        let asks = |bits: i32| wanted & bits == bits;
        let refuse = |what: &str| Err(t.buffer_error(format!("memoryview: underlying buffer is not {what}")));
        let c = self.is_contiguous(b'C');
        if asks(flags::C_CONTIGUOUS) && !c {
            return refuse("C-contiguous");
        }
        if asks(flags::F_CONTIGUOUS) && !self.is_contiguous(b'F') {
            return refuse("Fortran contiguous");
        }
        if asks(flags::ANY_CONTIGUOUS) && !c && !self.is_contiguous(b'F') {
            return refuse("contiguous");
        }
        if !asks(flags::STRIDES) && !c {
            return refuse("C-contiguous");
        }
        if !asks(flags::ND) && asks(flags::FORMAT) {
            return Err(t.buffer_error("memoryview: cannot cast to unsigned bytes if the format flag is present"));
        }
        Ok(())
    }

    /// A copy of all items' bytes, in C order or Fortran's.
    pub fn bytes_in_order(&self, fortran: bool) -> Vec<u8> {
        if self.len == 0 {
            // The address may be any.
            return Vec::new();
        }
        if self.is_contiguous(if fortran { b'F' } else { b'C' }) {
            // SAFETY: the view is of `len` bytes here, which the export keeps, as the caller keeps the view.
            return unsafe { std::slice::from_raw_parts(self.data as *const u8, self.len) }.to_vec();
        }
        let mut out = Vec::with_capacity(self.len);
        for offset in self.geometry().offsets(fortran) {
            out.extend_from_slice(&items::read_bytes(self.data.wrapping_add_signed(offset), self.itemsize));
        }
        out
    }
}
