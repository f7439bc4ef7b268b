//! The buffer protocol: memory that objects lend to others (PEP 3118), from Python too (PEP 688).
//!
//! A native that takes bytes-like objects asks for a [`Buffer`] with `t.buffer(v)`, or declares a parameter of that type. While it
//! lives, what it lends keeps its size. It stays on the native stack.
//!
//! A native class lends memory by a method `__buffer__` that returns `MemoryView::lend(…)`, and holds an [`Exports`] to know
//! what is lent out. `bytes`, `bytearray` and `memoryview` are known here and take no such detour.
//!
//! Lent memory may be written by other threads while it is read, as everywhere in Python: what is read is then some mixture.
//! So nothing may be concluded from bytes that were looked at before (`to_vec` first where that matters). Memory that
//! is not in a cell may be freed only when no export is left, after a handshake with all threads.

use crate::native::*;
use crate::objects::bytearray::ByteArray;
use crate::objects::class::Special;
use crate::objects::exceptions as ex;
use crate::objects::memoryview::MemoryView;
use std::borrow::Cow;

pub use crate::objects::exports::{Export, Exports};

/// What an asker wants to know about memory: the bits of `inspect.BufferFlags`.
pub mod flags {
    pub const SIMPLE: i32 = 0;
    pub const WRITABLE: i32 = 1;
    pub const FORMAT: i32 = 4;
    pub const ND: i32 = 8;
    pub const STRIDES: i32 = 0x10 | ND;
    pub const C_CONTIGUOUS: i32 = 0x20 | STRIDES;
    pub const F_CONTIGUOUS: i32 = 0x40 | STRIDES;
    pub const ANY_CONTIGUOUS: i32 = 0x80 | STRIDES;
    pub const INDIRECT: i32 = 0x100 | STRIDES;
    pub const FULL_RO: i32 = INDIRECT | FORMAT;
    pub const FULL: i32 = FULL_RO | WRITABLE;
}

/// What must be undone when a buffer is given back.
enum Hold {
    Nothing,
    Pinned(Ref<ByteArray>),
    View(Ref<MemoryView>),
    /// A view that a native `__buffer__` made for us.
    Fresh(Ref<MemoryView>),
    /// A view that Python code gave, of this object.
    Python(Ref<MemoryView>, Value),
}

/// Borrowed memory of an object, contiguous or not.
pub struct Buffer {
    object: Value,
    /// The cell in which the memory lies.
    keeper: Value,
    hold: Hold,
    data: *mut u8,
    len: usize,
    writable: bool,
    contiguous: bool,
}

impl Buffer {
    /// The object whose memory this is.
    pub fn object(&self) -> Value {
        self.object
    }
    /// Length in bytes.
    pub fn len(&self) -> usize {
        self.len
    }
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }
    pub fn is_writable(&self) -> bool {
        self.writable
    }
    /// Whether the bytes lie one after the other, in C order.
    pub fn is_contiguous(&self) -> bool {
        self.contiguous
    }
    /// The view with format, shape and strides; `None` for memory of plain bytes.
    pub fn view(&self) -> Option<Ref<MemoryView>> {
        match self.hold {
            Hold::View(v) | Hold::Fresh(v) | Hold::Python(v, _) => Some(v),
            Hold::Nothing | Hold::Pinned(_) => None,
        }
    }
    /// The format of an item, in the language of `struct`.
    pub fn format(&self) -> String {
        self.view().map_or_else(|| "B".to_owned(), |v| v.format_string())
    }
    pub fn item_size(&self) -> usize {
        self.view().map_or(1, |v| v.item_size())
    }
    /// The bytes of contiguous memory; see the page about what other threads may do to them.
    ///
    /// # Panics
    /// If the memory is not contiguous; `t.buffer` gives only such.
    #[inline]
    pub fn as_slice(&self) -> &[u8] {
        assert!(self.contiguous, "memory that is not contiguous was taken for a slice");
        if self.len == 0 {
            return &[];
        }
        // SAFETY: the exporter keeps the memory while it is lent out, and `keeper`, on the stack, keeps a cell it lies in.
        unsafe { std::slice::from_raw_parts(self.data, self.len) }
    }
    /// The bytes of contiguous writable memory.
    #[allow(clippy::mut_from_ref)]
    pub fn as_mut_slice(&mut self) -> &mut [u8] {
        assert!(self.contiguous && self.writable);
        if self.len == 0 {
            return &mut [];
        }
        // SAFETY: as above; `&mut self` makes it the only slice of this buffer.
        unsafe { std::slice::from_raw_parts_mut(self.data, self.len) }
    }
    /// A copy of the bytes in C order.
    pub fn to_vec(&self) -> Vec<u8> {
        match self.view() {
            Some(v) if !self.contiguous => v.bytes_in_order(false),
            _ => self.as_slice().to_vec(),
        }
    }
    /// The bytes in C order: borrowed when they lie so, and never change.
    pub fn stable(&self) -> Cow<'_, [u8]> {
        if self.contiguous && matches!(self.hold, Hold::Nothing) {
            Cow::Borrowed(self.as_slice())
        } else {
            Cow::Owned(self.to_vec())
        }
    }

    fn of_view(hold: Hold, object: Value, view: Ref<MemoryView>) -> Buffer {
        let (data, len) = view.memory();
        let contiguous = view.is_contiguous(b'C');
        Buffer { object, keeper: view.value(), hold, data, len, writable: !view.is_readonly(), contiguous }
    }
}

impl Drop for Buffer {
    fn drop(&mut self) {
        match self.hold {
            Hold::Nothing => {}
            Hold::Pinned(b) => b.exports.unpin(),
            Hold::View(v) => v.unpin(),
            Hold::Fresh(v) => {
                v.unpin();
                if let Some(t) = Thread::current() {
                    v.close(t);
                }
            }
            Hold::Python(v, object) => {
                v.unpin();
                if let Some(t) = Thread::current() {
                    release_python(t, object, v);
                }
            }
        }
        std::hint::black_box(self.keeper);
    }
}

/// Tells an object of a Python class that the view it gave is not needed any more.
pub(crate) fn release_python(t: &Thread, object: Value, view: Ref<MemoryView>) {
    if let Some(f) = class_of(object).special(t, Special::ReleaseBuffer) {
        if f.downcast::<Native>().is_some() {
            // Inherited: it is about the memory of the object itself, not about any other that `__buffer__` gave.
            if view.object() == object {
                let _ = view.release(t);
            }
            return;
        }
        if let Err(e) = t.call_special1(f, object, view.value()) {
            crate::pending::unraisable(t, e, "Exception ignored in", Some(f));
        }
    }
}

/// Whether the class of `v` lends memory.
pub fn exports(t: &Thread, v: Value) -> bool {
    class_of(v).special(t, Special::Buffer).is_some_and(|f| !f.is_none())
}

/// Whether the class of `v` does not redefine the `__buffer__` of the built-in class it is, or derives from.
fn lends_as<T: PyClass>(t: &Thread, v: Value) -> bool {
    let class = class_of(v);
    class == T::class() || class.special(t, Special::Buffer) == T::class().special(t, Special::Buffer)
}

impl Thread {
    /// Memory of `v`, contiguous and at least readable. TypeError "a bytes-like object is required, not 'X'" for objects that lend
    /// none, BufferError for memory in pieces.
    #[inline]
    pub fn buffer(&self, v: Value) -> Result<Buffer> {
        self.buffer_with(v, flags::SIMPLE)
    }
    /// As `buffer`, and writable: BufferError for others.
    pub fn writable_buffer(&self, v: Value) -> Result<Buffer> {
        self.buffer_with(v, flags::WRITABLE)
    }

    /// The writable memory of `function`'s argument; TypeError for what has none.
    pub fn writable_argument(&self, function: &str, v: Value) -> Result<Buffer> {
        self.writable_buffer(v).map_err(|e| {
            if !e.is(self, ex::class(ex::Kind::BufferError)) && !self.is_type_error(e) {
                return e;
            }
            self.type_error(format!("{function}() argument must be read-write bytes-like object, not {}", crate::ops::type_name(v)))
        })
    }

    /// Memory of `v` as `flags` ask for.
    pub fn buffer_with(&self, v: Value, wanted: i32) -> Result<Buffer> {
        if let Some(b) = v.downcast::<Bytes>() {
            if lends_as::<Bytes>(self, v) {
                if wanted & flags::WRITABLE != 0 {
                    return Err(self.buffer_error("Object is not writable."));
                }
                let bytes = b.as_slice();
                let data = bytes.as_ptr().cast_mut();
                return Ok(Buffer {
                    object: v,
                    keeper: v,
                    hold: Hold::Nothing,
                    data,
                    len: bytes.len(),
                    writable: false,
                    contiguous: true,
                });
            }
        }
        self.buffer_general(v, wanted)
    }

    fn buffer_general(&self, v: Value, wanted: i32) -> Result<Buffer> {
        if let Some(b) = v.downcast::<ByteArray>() {
            if lends_as::<ByteArray>(self, v) {
                let _guard = self.exclusive(b.header());
                b.exports.pin();
                let (data, len) = b.raw();
                let keeper = b.storage_value();
                return Ok(Buffer { object: v, keeper, hold: Hold::Pinned(b), data, len, writable: true, contiguous: true });
            }
        }
        if let Some(m) = v.downcast::<MemoryView>() {
            m.check_request(self, wanted)?;
            m.pin();
            // It may have been released meanwhile by another thread.
            if m.is_released() {
                m.unpin();
                return Err(m.released_error(self));
            }
            return Ok(Buffer::of_view(Hold::View(m), v, m));
        }
        let Some(f) = class_of(v).special(self, Special::Buffer).filter(|f| !f.is_none()) else {
            return Err(self.not_bytes_like(v));
        };
        let (view, fresh) = self.ask_for_view(f, v, wanted)?;
        if let Err(e) = view.check_request(self, wanted) {
            if fresh {
                view.close(self);
            } else {
                release_python(self, v, view);
            }
            return Err(e);
        }
        view.pin();
        Ok(Buffer::of_view(if fresh { Hold::Fresh(view) } else { Hold::Python(view, v) }, v, view))
    }

    /// Calls `__buffer__`; whether the view was made for us alone.
    pub(crate) fn ask_for_view(&self, f: Value, v: Value, wanted: i32) -> Result<(Ref<MemoryView>, bool)> {
        let r = self.call_special1(f, v, Value::small_int(wanted as i64))?;
        match r.downcast::<MemoryView>() {
            Some(view) => Ok((view, f.downcast::<Native>().is_some())),
            None => Err(self.type_error("__buffer__ returned non-memoryview object")),
        }
    }

    #[cold]
    pub fn not_bytes_like(&self, v: Value) -> Exc {
        self.type_error(format!("a bytes-like object is required, not '{}'", crate::ops::type_name(v)))
    }

    /// A copy of the bytes of a bytes-like object, in C order. A bytearray's are copied in one step and not lent out, so that threads
    /// which resize it meanwhile are not refused.
    pub fn bytes_at_once(&self, v: Value, wanted: i32) -> Result<Vec<u8>> {
        match v.downcast::<ByteArray>().filter(|_| lends_as::<ByteArray>(self, v)) {
            Some(b) => Ok(b.to_vec(self)),
            None => Ok(self.buffer_with(v, wanted)?.to_vec()),
        }
    }

    /// Calls `f` with the memory of a bytes-like object; `None` for objects that lend none. Errors of an object that should lend
    /// memory, but does not, count as none.
    pub fn bytes_like<R>(&self, v: Value, f: impl FnOnce(&[u8]) -> R) -> Option<R> {
        if let Some(b) = v.downcast::<Bytes>() {
            return Some(f(b.as_slice()));
        }
        if !exports(self, v) {
            return None;
        }
        if v.downcast::<ByteArray>().is_some() {
            return Some(f(&self.bytes_at_once(v, flags::SIMPLE).ok()?));
        }
        let b = self.buffer(v).ok()?;
        Some(f(&b.stable()))
    }

    /// As `bytes_like`, of bytes and bytearray alone.
    pub fn bytes_or_bytearray<R>(&self, v: Value, f: impl FnOnce(&[u8]) -> R) -> Option<R> {
        if let Some(b) = v.downcast::<Bytes>() {
            return Some(f(b.as_slice()));
        }
        v.downcast::<ByteArray>().map(|b| f(&b.to_vec(self)))
    }
}

/// A parameter that takes any bytes-like object.
impl FromArg for Buffer {
    fn from_arg(t: &Thread, v: Value, _: ArgContext) -> Result<Buffer> {
        t.buffer(v)
    }
}

/// A parameter that takes a writable bytes-like object.
pub struct WritableBuffer(pub Buffer);

impl FromArg for WritableBuffer {
    fn from_arg(t: &Thread, v: Value, cx: ArgContext) -> Result<WritableBuffer> {
        let wrong = || cx.wrong_type(t, "read-write bytes-like object", v);
        if !exports(t, v) {
            return Err(wrong());
        }
        match t.writable_buffer(v) {
            Ok(b) => Ok(WritableBuffer(b)),
            Err(e) if crate::ops::is_kind(t, e, crate::objects::exceptions::Kind::BufferError) => Err(wrong()),
            Err(e) => Err(e),
        }
    }
}
