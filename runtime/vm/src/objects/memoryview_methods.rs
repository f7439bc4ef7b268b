//! The methods of `memoryview`, and its iterator.

use crate::native::*;
use crate::objects::buffer::{self, Buffer, flags};
use crate::objects::bytes_shared;
use crate::objects::memoryview::{Geometry, MemoryView};
use crate::objects::memoryview_items::{self as items, Scalar, native_code, size_of_code};
use crate::objects::slice::Slice;
use crate::objects::str_args::BufferFlags;
use crate::objects::tuple::empty_tuple;
use crate::ops::hash_bytes;
use crate::ops::item::wrap_index;
use std::sync::atomic::{AtomicUsize, Ordering::*};

const MAX_DIMENSIONS: usize = 64;

impl MemoryView {
    /// The code of the items, which must be of a native format to be looked at one by one.
    fn item_code(&self, t: &Thread) -> Result<u8> {
        match self.code {
            0 => {
                let format = self.format_string();
                let format = format.strip_prefix('@').unwrap_or(&format);
                Err(if format.len() == 1 {
                    t.not_implemented_error(format!("memoryview: format {format} not supported"))
                } else {
                    t.not_implemented_error(format!("memoryview: unsupported format {format}"))
                })
            }
            code => Ok(code),
        }
    }

    /// Address of an item, given its index along a dimension.
    fn step(&self, t: &Thread, at: usize, dimension: usize, index: i64) -> Result<usize> {
        let n = |tuple: Ref<Tuple>| tuple.get(dimension).and_then(|v| v.as_small_int()).unwrap_or(0);
        let (count, stride) = (n(self.shape.expect()) as usize, n(self.strides.expect()) as isize);
        match wrap_index(index, count).filter(|&i| i < count) {
            Some(i) => Ok(at.wrapping_add_signed(i as isize * stride)),
            None => Err(t.index_error(format!("index out of bounds on dimension {}", dimension + 1))),
        }
    }

    /// Address of the item with these indices.
    fn item_at(&self, t: &Thread, indices: &Tuple) -> Result<usize> {
        let (ndim, n) = (self.ndim(), indices.len());
        if n < ndim {
            return Err(t.not_implemented_error("sub-views are not implemented"));
        }
        if n > ndim {
            return Err(t.type_error(format!("cannot index {ndim}-dimension view with {n}-element tuple")));
        }
        let mut at = self.data();
        for (dimension, v) in indices.iter().enumerate() {
            let i = t.to_index(v)?;
            // `__index__` may have released the view.
            self.check_released(t)?;
            at = self.step(t, at, dimension, i as i64)?;
        }
        Ok(at)
    }

    /// `m[i:j:k]`, along the first dimension.
    fn sliced(&self, t: &Thread, slice: Ref<Slice>) -> Result<Ref<MemoryView>> {
        let unpacked = slice.unpack(t)?;
        self.check_released(t)?;
        let mut g = self.geometry();
        let indices = unpacked.adjust(g.shape[0] as usize);
        let data = self.data().wrapping_add_signed(indices.start * g.strides[0]);
        g.shape[0] = indices.count as isize;
        g.strides[0] *= indices.step;
        self.derive(t, &g, data, self.format.expect(), self.itemsize, self.is_readonly())
    }

    fn nested_list(&self, t: &Thread, code: u8, g: &Geometry, dimension: usize, at: usize) -> Result<Value> {
        let Some(&count) = g.shape.get(dimension) else {
            return items::unpack(t, code, at);
        };
        let list = List::with_capacity(t, count.max(0) as usize)?;
        for i in 0..count {
            let at = at.wrapping_add_signed(i * g.strides[dimension]);
            let v = self.nested_list(t, code, g, dimension + 1, at)?;
            list.append(t, v)?;
        }
        Ok(list.value())
    }

    fn store(&self, t: &Thread, at: usize, v: Value) -> Result<()> {
        let code = self.item_code(t)?;
        let bytes = items::pack(t, code, v, &self.format.expect())?;
        // Converting the value may have run code that released the view.
        self.check_released(t)?;
        items::write_bytes(at, &bytes[..self.itemsize]);
        Ok(())
    }
}

/// Whether every item is an integer, or can stand for one.
fn are_indices(t: &Thread, key: &Tuple) -> bool {
    key.iter().all(|v| v.is_small_int() || class_of(v).special(t, crate::objects::class::Special::Index).is_some())
}

/// Memory with its geometry, of a view or of plain bytes.
struct Shown {
    data: usize,
    itemsize: usize,
    format: String,
    geometry: Geometry,
    code: u8,
    /// Keeps the memory.
    _buffer: Buffer,
}

impl Shown {
    fn of(buffer: Buffer) -> Shown {
        match buffer.view() {
            Some(v) => Shown {
                data: v.data(),
                itemsize: v.itemsize,
                format: v.format_string(),
                geometry: v.geometry(),
                code: v.code,
                _buffer: buffer,
            },
            None => Shown {
                data: buffer.as_slice().as_ptr() as usize,
                itemsize: 1,
                format: "B".to_owned(),
                geometry: Geometry::contiguous(vec![buffer.len() as isize], 1),
                code: b'B',
                _buffer: buffer,
            },
        }
    }
    fn plain_format(&self) -> &str {
        self.format.strip_prefix('@').unwrap_or(&self.format)
    }
    /// Items as objects, by the module `struct`; `None` if it does not know the format.
    fn unpacker(&self, t: &Thread) -> Result<Option<Value>> {
        let module = crate::import::import(t, Str::intern_str(t, "struct")?, None, Value::NONE, 0)?;
        let class = t.get_attr(module, Str::intern_str(t, "Struct")?)?;
        match t.call(class, &[Str::from_str(t, &self.format)?.value()]) {
            Ok(s) => t.get_attr(s, Str::intern_str(t, "unpack_from")?).map(Some),
            Err(e) => {
                let error = t.get_attr(module, Str::intern_str(t, "error")?)?;
                if t.is_instance(e.value(), error)? { Ok(None) } else { Err(e) }
            }
        }
    }
}

/// Whether two memories have the same shape and equal items.
fn equal_items(t: &Thread, a: &Shown, b: &Shown) -> Result<bool> {
    if a.geometry.shape != b.geometry.shape {
        return Ok(false);
    }
    let (x, y) = (a.geometry.offsets(false), b.geometry.offsets(false));
    if a.code != 0 && b.code != 0 {
        if a.code == b.code && !matches!(a.code, b'e' | b'f' | b'd' | b'?') {
            let same = |(x, y): (isize, isize)| {
                items::read_bytes(a.data.wrapping_add_signed(x), a.itemsize)
                    == items::read_bytes(b.data.wrapping_add_signed(y), b.itemsize)
            };
            return Ok(x.into_iter().zip(y).all(same));
        }
        for (x, y) in x.into_iter().zip(y) {
            let (p, q) = (a.data.wrapping_add_signed(x), b.data.wrapping_add_signed(y));
            let equal = match (items::scalar(a.code, p), items::scalar(b.code, q)) {
                (Scalar::Int(i), Scalar::Int(j)) => i == j,
                (Scalar::Float(i), Scalar::Float(j)) => i == j,
                (Scalar::Bool(i), Scalar::Bool(j)) => i == j,
                (Scalar::Char(i), Scalar::Char(j)) => i == j,
                _ => {
                    let (v, w) = (items::unpack(t, a.code, p)?, items::unpack(t, b.code, q)?);
                    t.equal(v, w)?
                }
            };
            if !equal {
                return Ok(false);
            }
        }
        return Ok(true);
    }
    let (Some(f), Some(g)) = (a.unpacker(t)?, b.unpacker(t)?) else {
        return Ok(false);
    };
    let unpack = |f: Value, s: &Shown, offset: isize| {
        let bytes = Bytes::new(t, &items::read_bytes(s.data.wrapping_add_signed(offset), s.itemsize))?;
        t.call(f, &[bytes.value()])
    };
    for (x, y) in x.into_iter().zip(y) {
        let (v, w) = (unpack(f, a, x)?, unpack(g, b, y)?);
        if !t.equal(v, w)? {
            return Ok(false);
        }
    }
    Ok(true)
}

fn equals(t: &Thread, this: Ref<MemoryView>, other: Value) -> Result<Value> {
    let same = this.value() == other;
    if this.is_released() {
        return Ok(Value::bool(same));
    }
    match other.downcast::<MemoryView>() {
        Some(m) if m.is_released() => return Ok(Value::bool(same)),
        None if !buffer::exports(t, other) => return Ok(Value::NOT_IMPLEMENTED),
        _ => {}
    }
    let (Ok(a), Ok(b)) = (t.buffer_with(this.value(), flags::FULL_RO), t.buffer_with(other, flags::FULL_RO)) else {
        return Ok(Value::NOT_IMPLEMENTED);
    };
    equal_items(t, &Shown::of(a), &Shown::of(b)).map(Value::bool)
}

/// The dimensions that `cast` is asked for.
fn shape_argument(t: &Thread, shape: Value, itemsize: usize) -> Result<Vec<isize>> {
    if shape.downcast::<List>().is_none() && shape.downcast::<Tuple>().is_none() {
        return Err(t.type_error("shape must be a list or a tuple"));
    }
    let numbers = t.iterate_to_tuple(shape)?;
    if numbers.len() > MAX_DIMENSIONS {
        return Err(t.value_error(format!("memoryview: number of dimensions must not exceed {MAX_DIMENSIONS}")));
    }
    let mut out = Vec::with_capacity(numbers.len());
    let mut product = itemsize as isize;
    for v in numbers.iter() {
        if t.int_value(v).is_none() {
            return Err(t.type_error("memoryview.cast(): elements of shape must be integers"));
        }
        let n = t.to_isize(v)?;
        if n <= 0 {
            return Err(t.value_error("memoryview.cast(): elements of shape must be integers > 0"));
        }
        match product.checked_mul(n) {
            Some(p) => product = p,
            None => return Err(t.value_error("memoryview.cast(): product(shape) > SSIZE_MAX")),
        }
        out.push(n);
    }
    Ok(out)
}

fn cast(t: &Thread, this: Ref<MemoryView>, format: Ref<Str>, shape: Option<Value>) -> Result<Ref<MemoryView>> {
    this.check_released(t)?;
    if !this.is_contiguous(b'C') {
        return Err(t.type_error("memoryview: casts are restricted to C-contiguous views"));
    }
    let mut g = this.geometry();
    if (shape.is_some() || g.shape.len() != 1) && (g.shape.contains(&0) || g.strides.contains(&0)) {
        return Err(t.type_error("memoryview: cannot cast view with zeros in shape or strides"));
    }
    if let Some(shape) = shape {
        if shape.downcast::<List>().is_none() && shape.downcast::<Tuple>().is_none() {
            return Err(t.type_error("shape must be a list or a tuple"));
        }
        let n = t.len(shape)?;
        if n > MAX_DIMENSIONS {
            return Err(t.value_error(format!("memoryview: number of dimensions must not exceed {MAX_DIMENSIONS}")));
        }
        if g.shape.len() != 1 && n != 1 {
            return Err(t.type_error("memoryview: cast must be 1D -> ND or ND -> 1D"));
        }
    }
    let code = native_code(&format);
    let Some(itemsize) = size_of_code(code) else {
        return Err(
            t.value_error("memoryview: destination format must be a native single character format prefixed with an optional '@'")
        );
    };
    if this.code == 0 {
        return Err(
            t.value_error("memoryview: source format must be a native single character format prefixed with an optional '@'")
        );
    }
    let is_byte = |c: u8| matches!(c, b'b' | b'B' | b'c');
    if !is_byte(this.code) && !is_byte(code) {
        return Err(t.type_error("memoryview: cannot cast between two non-byte formats"));
    }
    if !this.nbytes().is_multiple_of(itemsize) {
        return Err(t.type_error("memoryview: length is not a multiple of itemsize"));
    }
    g.shape = vec![(this.nbytes() / itemsize) as isize];
    if let Some(shape) = shape {
        g.shape = shape_argument(t, shape, itemsize)?;
        if g.shape.iter().product::<isize>() as usize * itemsize != this.nbytes() {
            return Err(t.type_error("memoryview: product(shape) * itemsize != buffer size"));
        }
    }
    this.check_released(t)?;
    let g = Geometry::contiguous(g.shape, itemsize);
    this.derive(t, &g, this.data(), format, itemsize, this.is_readonly())
}

fn assign_slice(t: &Thread, this: Ref<MemoryView>, slice: Ref<Slice>, value: Value) -> Result<()> {
    let source = Shown::of(t.buffer_with(value, flags::FULL_RO)?);
    let target = this.sliced(t, slice)?;
    let format = this.format_string();
    let same_format = format.strip_prefix('@').unwrap_or(&format) == source.plain_format() && this.itemsize == source.itemsize;
    let g = target.geometry();
    let result = if !same_format || g.shape != source.geometry.shape {
        Err(t.value_error("memoryview assignment: lvalue and rvalue have different structures"))
    } else {
        // Read whole before the first is written: they may be the same memory.
        let mut bytes = Vec::with_capacity(target.nbytes());
        for offset in source.geometry.offsets(false) {
            bytes.extend_from_slice(&items::read_bytes(source.data.wrapping_add_signed(offset), source.itemsize));
        }
        for (offset, item) in g.offsets(false).into_iter().zip(bytes.chunks(this.itemsize.max(1))) {
            items::write_bytes(target.data().wrapping_add_signed(offset), item);
        }
        Ok(())
    };
    target.close(t);
    result
}

/// Assigns an item or a slice.
fn assign(t: &Thread, this: Ref<MemoryView>, key: Value, value: Option<Value>) -> Result<()> {
    this.check_released(t)?;
    this.item_code(t)?;
    if this.is_readonly() {
        return Err(t.type_error("cannot modify read-only memory"));
    }
    let Some(value) = value else {
        return Err(t.type_error("cannot delete memory"));
    };
    let ndim = this.ndim();
    let tuple = key.downcast::<Tuple>();
    if ndim == 0 {
        if key == Value::ELLIPSIS || tuple.is_some_and(|k| k.is_empty()) {
            return this.store(t, this.data(), value);
        }
        return Err(t.type_error("invalid indexing of 0-dim memory"));
    }
    if let Some(i) = t.index_opt(key)? {
        if ndim > 1 {
            return Err(t.not_implemented_error("sub-views are not implemented"));
        }
        let i = t.to_index(i)?;
        let at = this.step(t, this.data(), 0, i as i64)?;
        return this.store(t, at, value);
    }
    if let Some(slice) = key.downcast::<Slice>().filter(|_| ndim == 1) {
        return assign_slice(t, this, slice, value);
    }
    match tuple {
        Some(k) if are_indices(t, &k) => {
            let at = this.item_at(t, &k)?;
            this.store(t, at, value)
        }
        Some(k) if k.iter().all(|v| v.downcast::<Slice>().is_some()) => {
            Err(t.not_implemented_error("memoryview slice assignments are currently restricted to ndim = 1"))
        }
        _ if key.downcast::<Slice>().is_some() => {
            Err(t.not_implemented_error("memoryview slice assignments are currently restricted to ndim = 1"))
        }
        _ => Err(t.type_error("memoryview: invalid slice key")),
    }
}

/// A view of the memory of an object that lends it.
#[pyclass(name = "memoryview", flags(SEQUENCE, HAS_WEAKREF))]
impl MemoryView {
    #[py("(object)")]
    fn __new__(t: &Thread, _cls: Ref<Class>, object: Value) -> Result<Ref<MemoryView>> {
        MemoryView::of_object(t, object, flags::FULL_RO)
    }
    /// Makes a view with the given buffer flags.
    #[py(classmethod, "($type, /, object, flags)")]
    fn _from_flags(t: &Thread, _cls: Ref<Class>, object: Value, flags: i32) -> Result<Ref<MemoryView>> {
        MemoryView::of_object(t, object, flags)
    }

    #[py]
    fn __repr__(t: &Thread, this: Ref<MemoryView>) -> String {
        let what = if this.is_released() { "released memory" } else { "memory" };
        format!("<{what} at {:#x}>", t.identity(this.value()))
    }
    #[py]
    fn __hash__(t: &Thread, this: Ref<MemoryView>) -> Result<i64> {
        let known = this.hash.load(Relaxed);
        if known != 0 {
            return Ok((known ^ 1 << 63) as i64);
        }
        this.check_released(t)?;
        if !this.is_readonly() {
            return Err(t.value_error("cannot hash writable memoryview object"));
        }
        if !matches!(this.code, b'b' | b'B' | b'c') {
            return Err(t.value_error("memoryview: hashing is restricted to formats 'B', 'b' or 'c'"));
        }
        let object = this.object();
        if !object.is_none() {
            t.hash(object)?;
        }
        let h = hash_bytes(&this.bytes_in_order(false));
        this.hash.store(h as u64 ^ 1 << 63, Relaxed);
        Ok(h)
    }
    #[py]
    fn __lt__(_t: &Thread, _this: Ref<MemoryView>, _other: Value) -> Value {
        Value::NOT_IMPLEMENTED
    }
    #[py]
    fn __le__(_t: &Thread, _this: Ref<MemoryView>, _other: Value) -> Value {
        Value::NOT_IMPLEMENTED
    }
    #[py]
    fn __eq__(t: &Thread, this: Ref<MemoryView>, other: Value) -> Result<Value> {
        equals(t, this, other)
    }
    #[py]
    fn __ne__(t: &Thread, this: Ref<MemoryView>, other: Value) -> Result<Value> {
        match equals(t, this, other)? {
            Value::NOT_IMPLEMENTED => Ok(Value::NOT_IMPLEMENTED),
            v => Ok(Value::bool(v == Value::FALSE)),
        }
    }
    #[py]
    fn __gt__(_t: &Thread, _this: Ref<MemoryView>, _other: Value) -> Value {
        Value::NOT_IMPLEMENTED
    }
    #[py]
    fn __ge__(_t: &Thread, _this: Ref<MemoryView>, _other: Value) -> Value {
        Value::NOT_IMPLEMENTED
    }

    #[py]
    fn __len__(t: &Thread, this: Ref<MemoryView>) -> Result<usize> {
        this.check_released(t)?;
        if this.ndim() == 0 {
            return Err(t.type_error("0-dim memory has no length"));
        }
        Ok(this.first_dim().0 as usize)
    }
    #[py]
    fn __getitem__(t: &Thread, this: Ref<MemoryView>, key: Value) -> Result<Value> {
        this.check_released(t)?;
        let ndim = this.ndim();
        let tuple = key.downcast::<Tuple>();
        if ndim == 0 {
            if tuple.is_some_and(|k| k.is_empty()) {
                return items::unpack(t, this.item_code(t)?, this.data());
            }
            if key == Value::ELLIPSIS {
                return Ok(this.value());
            }
            return Err(t.type_error("invalid indexing of 0-dim memory"));
        }
        if let Some(i) = t.index_opt(key)? {
            let i = t.to_index(i)?;
            let code = this.item_code(t)?;
            if ndim > 1 {
                return Err(t.not_implemented_error("multi-dimensional sub-views are not implemented"));
            }
            this.check_released(t)?;
            let at = this.step(t, this.data(), 0, i as i64)?;
            return items::unpack(t, code, at);
        }
        if let Some(slice) = key.downcast::<Slice>() {
            return this.sliced(t, slice).map(Ref::value);
        }
        match tuple {
            Some(k) if are_indices(t, &k) => {
                let code = this.item_code(t)?;
                let at = this.item_at(t, &k)?;
                items::unpack(t, code, at)
            }
            Some(k) if k.iter().all(|v| v.downcast::<Slice>().is_some()) => {
                Err(t.not_implemented_error("multi-dimensional slicing is not implemented"))
            }
            _ => Err(t.type_error("memoryview: invalid slice key")),
        }
    }
    #[py]
    fn __setitem__(t: &Thread, this: Ref<MemoryView>, key: Value, value: Value) -> Result<()> {
        assign(t, this, key, Some(value))
    }
    #[py]
    fn __delitem__(t: &Thread, this: Ref<MemoryView>, key: Value) -> Result<()> {
        assign(t, this, key, None)
    }
    #[py]
    fn __iter__(t: &Thread, this: Ref<MemoryView>) -> Result<Ref<MemoryIterator>> {
        this.check_released(t)?;
        match this.ndim() {
            0 => return Err(t.type_error("invalid indexing of 0-dim memory")),
            1 => {}
            _ => return Err(t.not_implemented_error("multi-dimensional sub-views are not implemented")),
        }
        this.item_code(t)?;
        let it = t.create(MemoryIterator { header: Header::NEW, view: RefField::null(), index: AtomicUsize::new(0) })?;
        it.view.init(this);
        Ok(it)
    }
    #[py]
    fn __buffer__(t: &Thread, this: Ref<MemoryView>, flags: BufferFlags) -> Result<Ref<MemoryView>> {
        this.check_request(t, flags.0)?;
        this.pin();
        let inner = MemoryView::of_lender(t, this);
        if inner.is_err() {
            this.unpin();
        }
        inner
    }
    #[py]
    fn __release_buffer__(t: &Thread, this: Ref<MemoryView>, buffer: Value) -> Result<()> {
        bytes_shared::release_buffer(t, this.value(), buffer)
    }

    /// Releases the view's memory. Using the view afterwards is a ValueError.
    #[py(name = "release", "($self, /)")]
    fn release_method(t: &Thread, this: Ref<MemoryView>) -> Result<()> {
        this.release(t)
    }
    #[py("($self, /)")]
    fn __enter__(t: &Thread, this: Ref<MemoryView>) -> Result<Ref<MemoryView>> {
        this.check_released(t)?;
        Ok(this)
    }
    #[py("($self, /, *exc_info)")]
    fn __exit__(t: &Thread, this: Ref<MemoryView>, _exc_info: &[Value]) -> Result<()> {
        this.release(t)
    }
    /// Returns a view of the same memory with another format or shape.
    #[py("($self, /, format, shape=None)")]
    fn cast(t: &Thread, this: Ref<MemoryView>, format: Ref<Str>, shape: Option<Value>) -> Result<Ref<MemoryView>> {
        cast(t, this, format, shape)
    }
    /// Returns a view of the same memory that cannot be written through.
    #[py("($self, /)")]
    fn toreadonly(t: &Thread, this: Ref<MemoryView>) -> Result<Ref<MemoryView>> {
        this.check_released(t)?;
        this.derive(t, &this.geometry(), this.data(), this.format.expect(), this.itemsize, true)
    }
    /// Returns a copy of the memory as bytes.
    ///
    /// The order 'C' (or None) is that of C's arrays, with the last index varying
    /// fastest, 'F' that of Fortran's. 'A' is 'F' where the memory lies so, else 'C'.
    #[py("($self, /, order='C')")]
    fn tobytes(t: &Thread, this: Ref<MemoryView>, order: OrNone<Ref<Str>>) -> Result<Ref<Bytes>> {
        this.check_released(t)?;
        let fortran = match order.0 {
            None => false,
            Some(s) if s.eq_str("C") => false,
            Some(s) if s.eq_str("F") => true,
            Some(s) if s.eq_str("A") => !this.is_contiguous(b'C') && this.is_contiguous(b'F'),
            Some(_) => return Err(t.value_error("order must be 'C', 'F' or 'A'")),
        };
        Bytes::new(t, &this.bytes_in_order(fortran))
    }
    /// Returns the items as a list, nested for more dimensions.
    #[py("($self, /)")]
    fn tolist(t: &Thread, this: Ref<MemoryView>) -> Result<Value> {
        this.check_released(t)?;
        let code = this.item_code(t)?;
        this.nested_list(t, code, &this.geometry(), 0, this.data())
    }
    /// Returns the memory in hexadecimal digits.
    ///
    ///   sep
    ///     A character to put between groups of bytes.
    ///   bytes_per_sep
    ///     Bytes in a group, counted from the right, or from the left if negative.
    #[py("($self, /, sep=None, bytes_per_sep=1)")]
    fn hex(t: &Thread, this: Ref<MemoryView>, sep: Option<Value>, bytes_per_sep: Option<i32>) -> Result<Ref<Str>> {
        this.check_released(t)?;
        bytes_shared::hex(t, &this.bytes_in_order(false), sep, bytes_per_sep)
    }
    /// Returns how often a value occurs.
    #[py("($self, value, /)")]
    fn count(t: &Thread, this: Ref<MemoryView>, value: Value) -> Result<usize> {
        let it = MemoryView::__iter__(t, this)?;
        let mut n = 0;
        while let Some(v) = it.advance(t)? {
            n += usize::from(t.equal(v, value)?);
        }
        Ok(n)
    }
    /// Returns the index of the first occurrence of a value; ValueError if there is none.
    #[py("($self, value, start=0, stop=sys.maxsize, /)")]
    fn index(
        t: &Thread,
        this: Ref<MemoryView>,
        value: Value,
        start: Option<ClippedIndex>,
        stop: Option<ClippedIndex>,
    ) -> Result<usize> {
        this.check_released(t)?;
        match this.ndim() {
            0 => return Err(t.type_error("invalid lookup on 0-dim memory")),
            1 => {}
            _ => return Err(t.not_implemented_error("multi-dimensional lookup is not implemented")),
        }
        let n = this.first_dim().0;
        let wrap = |i: isize| if i < 0 { (i + n).max(0) } else { i };
        let start = wrap(start.map_or(0, |i| i.0));
        let stop = wrap(stop.map_or(isize::MAX, |i| i.0)).min(n);
        let code = this.item_code(t)?;
        for i in start..stop {
            this.check_released(t)?;
            let at = this.step(t, this.data(), 0, i as i64)?;
            let v = items::unpack(t, code, at)?;
            if t.equal(v, value)? {
                return Ok(i as usize);
            }
        }
        Err(t.value_error("memoryview.index(x): x not found"))
    }
    /// See PEP 585.
    #[py("($type, object, /)")]
    fn __class_getitem__(t: &Thread, cls: Ref<Class>, object: Value) -> Result<Value> {
        t.generic_alias(cls.value(), object)
    }

    /// The object whose memory this is.
    #[py(getter)]
    fn obj(t: &Thread, this: Ref<MemoryView>) -> Result<Value> {
        this.check_released(t)?;
        Ok(this.object())
    }
    /// The size of the items in bytes, which may differ from what lies between first and last.
    #[py(getter, name = "nbytes")]
    fn nbytes_getter(t: &Thread, this: Ref<MemoryView>) -> Result<usize> {
        this.check_released(t)?;
        Ok(this.nbytes())
    }
    /// Whether the memory cannot be written.
    #[py(getter)]
    fn readonly(t: &Thread, this: Ref<MemoryView>) -> Result<bool> {
        this.check_released(t)?;
        Ok(this.is_readonly())
    }
    /// The size of an item in bytes.
    #[py(getter, name = "itemsize")]
    fn itemsize_getter(t: &Thread, this: Ref<MemoryView>) -> Result<usize> {
        this.check_released(t)?;
        Ok(this.itemsize)
    }
    /// The format of an item, in the language of the module struct.
    #[py(getter, name = "format")]
    fn format_getter(t: &Thread, this: Ref<MemoryView>) -> Result<Ref<Str>> {
        this.check_released(t)?;
        Ok(this.format.expect())
    }
    /// The number of dimensions.
    #[py(getter, name = "ndim")]
    fn ndim_getter(t: &Thread, this: Ref<MemoryView>) -> Result<usize> {
        this.check_released(t)?;
        Ok(this.ndim())
    }
    /// Items along each dimension.
    #[py(getter, name = "shape")]
    fn shape_getter(t: &Thread, this: Ref<MemoryView>) -> Result<Ref<Tuple>> {
        this.check_released(t)?;
        Ok(this.shape.expect())
    }
    /// Bytes from one item to the next along each dimension.
    #[py(getter, name = "strides")]
    fn strides_getter(t: &Thread, this: Ref<MemoryView>) -> Result<Ref<Tuple>> {
        this.check_released(t)?;
        Ok(this.strides.expect())
    }
    /// For arrays of pointers, of which there are none here.
    #[py(getter)]
    fn suboffsets(t: &Thread, this: Ref<MemoryView>) -> Result<Ref<Tuple>> {
        this.check_released(t)?;
        Ok(empty_tuple())
    }
    /// Whether the items lie one after the other in C's order.
    #[py(getter)]
    fn c_contiguous(t: &Thread, this: Ref<MemoryView>) -> Result<bool> {
        this.check_released(t)?;
        Ok(this.shows_contiguous(b'C'))
    }
    /// Whether the items lie one after the other in Fortran's order.
    #[py(getter)]
    fn f_contiguous(t: &Thread, this: Ref<MemoryView>) -> Result<bool> {
        this.check_released(t)?;
        Ok(this.shows_contiguous(b'F'))
    }
    /// Whether the items lie one after the other in either order.
    #[py(getter)]
    fn contiguous(t: &Thread, this: Ref<MemoryView>) -> Result<bool> {
        this.check_released(t)?;
        Ok(this.shows_contiguous(b'C') || this.shows_contiguous(b'F'))
    }
}

/// `memory_iterator`: claims each index once, for whoever asks.
#[derive(HeapType)]
#[repr(C)]
pub struct MemoryIterator {
    header: Header,
    view: RefField<MemoryView>,
    index: AtomicUsize,
}

impl MemoryIterator {
    fn advance(&self, t: &Thread) -> Result<Option<Value>> {
        let view = self.view.expect();
        let i = self.index.fetch_add(1, Relaxed);
        let n = if view.is_released() { usize::MAX } else { view.first_dim().0 as usize };
        if i >= n {
            self.index.store(n, Relaxed);
            return Ok(None);
        }
        view.check_released(t)?;
        let at = view.step(t, view.data(), 0, i as i64)?;
        items::unpack(t, view.code, at).map(Some)
    }
}

#[pyclass(name = "memory_iterator", flags(NO_NEW))]
impl MemoryIterator {
    #[py]
    fn __iter__(_t: &Thread, this: Ref<MemoryIterator>) -> Ref<MemoryIterator> {
        this
    }
    #[py]
    fn __next__(t: &Thread, this: Ref<MemoryIterator>) -> Result<Option<Value>> {
        this.advance(t)
    }
}
