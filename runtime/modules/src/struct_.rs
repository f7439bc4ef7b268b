//! `_struct`: values packed into bytes as C lays them out.

use taipan_num::convert;
use taipan_vm::native::*;
use taipan_vm::objects::exceptions as ex;

pub struct StructModule;

/// One item of a format.
#[derive(Clone, Copy)]
struct Item {
    code: u8,
    /// Bytes of one value; for `s` and `p` of the whole string.
    size: usize,
    offset: usize,
    repeat: usize,
}

/// A compiled format.
struct Layouted {
    items: Vec<Item>,
    size: usize,
    values: usize,
    little: bool,
    /// Native sizes and alignment.
    native: bool,
}

fn error_class(t: &Thread) -> Result<Ref<Class>> {
    let key = Str::intern_str(t, "struct.error")?;
    let registry = t.registry();
    if let Some(c) = registry.get_interned(key).and_then(|c| c.downcast::<Class>()) {
        return Ok(c);
    }
    let namespace = Dict::new(t)?;
    namespace.set(t, names::__module__().value(), Str::intern_str(t, "struct")?.value())?;
    let bases = Tuple::new(t, &[ex::class(ex::Kind::Exception).value()])?;
    let name = Str::intern_str(t, "error")?;
    let new = t.call(Class::class().value(), &[name.value(), bases.value(), namespace.value()])?;
    let kept = registry.set_default(t, key.value(), new)?.unwrap_or(new);
    kept.downcast::<Class>().ok_or_else(|| t.type_error("struct.error is not a class"))
}

#[cold]
fn error(t: &Thread, message: impl AsRef<str>) -> Exc {
    match error_class(t) {
        Ok(c) => t.new_error(c, message.as_ref()),
        Err(e) => e,
    }
}

/// Size and alignment of a code.
fn measure(code: u8, native: bool) -> Option<(usize, usize)> {
    Some(match code {
        b'x' | b'c' | b'b' | b'B' | b'?' | b's' | b'p' => (1, 1),
        b'h' | b'H' | b'e' => (2, 2),
        b'i' | b'I' | b'f' => (4, 4),
        b'l' | b'L' if native => (8, 8),
        b'l' | b'L' => (4, 4),
        b'q' | b'Q' | b'd' => (8, 8),
        b'n' | b'N' | b'P' if native => (8, 8),
        b'F' => (8, 4),
        b'D' => (16, 8),
        _ => return None,
    })
}

fn compile(t: &Thread, format: &[u8]) -> Result<Layouted> {
    let (mut native, mut little) = (true, cfg!(target_endian = "little"));
    let mut rest = format;
    if let Some(&c) = format.first() {
        match c {
            b'<' => (native, little) = (false, true),
            b'>' | b'!' => (native, little) = (false, false),
            b'=' => native = false,
            _ => {}
        }
        if matches!(c, b'<' | b'>' | b'!' | b'=' | b'@') {
            rest = &format[1..];
        }
    }
    let mut out = Layouted { items: Vec::new(), size: 0, values: 0, little, native };
    let too_long = || error(t, "total struct size too long");
    let mut i = 0;
    while i < rest.len() {
        let c = rest[i];
        i += 1;
        if c.is_ascii_whitespace() {
            continue;
        }
        let mut count = None;
        let mut code = c;
        if c.is_ascii_digit() {
            let mut n = usize::from(c - b'0');
            while let Some(d) = rest.get(i).filter(|d| d.is_ascii_digit()) {
                n = n
                    .checked_mul(10)
                    .and_then(|n| n.checked_add(usize::from(d - b'0')))
                    .filter(|n| *n <= isize::MAX as usize)
                    .ok_or_else(too_long)?;
                i += 1;
            }
            code = *rest.get(i).ok_or_else(|| error(t, "repeat count given without format specifier"))?;
            i += 1;
            count = Some(n);
        }
        let Some((size, align)) = measure(code, native) else { return Err(error(t, "bad char in struct format")) };
        let n = count.unwrap_or(1);
        if native && align > 1 {
            out.size = out.size.checked_next_multiple_of(align).ok_or_else(too_long)?;
        }
        let total =
            size.checked_mul(n).and_then(|b| b.checked_add(out.size)).filter(|s| *s <= isize::MAX as usize).ok_or_else(too_long)?;
        match code {
            b'x' => {}
            b's' | b'p' => {
                out.items.push(Item { code, size: n, offset: out.size, repeat: 1 });
                out.values += 1;
            }
            _ if n > 0 => {
                out.items.push(Item { code, size, offset: out.size, repeat: n });
                out.values += n;
            }
            _ => {}
        }
        out.size = total;
    }
    Ok(out)
}

/// Text of a format argument.
fn format_bytes(t: &Thread, v: Value, who: &str) -> Result<Vec<u8>> {
    let mut v = v;
    if v.downcast::<Str>().is_some() {
        v = t.call_method(v, Str::intern_str(t, "encode")?, &[Str::intern_str(t, "ascii")?.value()])?;
    }
    match v.downcast::<Bytes>() {
        Some(b) if b.as_slice().contains(&0) => Err(error(t, "embedded null character")),
        Some(b) => Ok(b.as_slice().to_vec()),
        None => Err(t.type_error(format!("{who} argument 1 must be a str or bytes object, not {}", class_of(v).name_string()))),
    }
}

/// The bytes of a number, whose least significant byte comes first, in the format's order.
fn put(out: &mut [u8], little_endian: &[u8], little: bool) {
    out.copy_from_slice(&little_endian[..out.len()]);
    if !little {
        out.reverse();
    }
}

fn range_name(code: u8) -> Option<&'static str> {
    Some(match code {
        b'b' => "byte format requires -128 <= number <= 127",
        b'B' => "ubyte format requires 0 <= number <= 255",
        b'h' => "short format requires (-32767 -1) <= number <= 32767",
        b'H' => "ushort format requires 0 <= number <= 65535",
        _ => return None,
    })
}

fn pack_integer(t: &Thread, item: Item, native: bool, little: bool, v: Value, out: &mut [u8]) -> Result<()> {
    let code = item.code;
    let i = match t.index_opt(v)? {
        Some(i) => i,
        None => return Err(error(t, "required argument is not an integer")),
    };
    let Some(view) = t.int_value(i) else { return Err(error(t, "required argument is not an integer")) };
    let signed = matches!(code, b'b' | b'h' | b'i' | b'l' | b'q' | b'n');
    let bits = item.size as u32 * 8;
    let value = view.as_ref().to_i128();
    let (low, high) = if signed { (-(1i128 << (bits - 1)), (1i128 << (bits - 1)) - 1) } else { (0, (1i128 << bits) - 1) };
    let fits = value.filter(|v| (low..=high).contains(v));
    // Addresses may be given as negative numbers too.
    let fits = if code == b'P' { value.filter(|v| (-(1i128 << 63)..(1i128 << 64)).contains(v)) } else { fits };
    let Some(n) = fits else {
        return Err(match range_name(code) {
            Some(text) if native || code != b'?' => error(t, text),
            _ if code == b'q' || code == b'Q' || code == b'n' || code == b'N' => error(t, "int too large to convert"),
            _ => error(t, format!("'{}' format requires {low} <= number <= {high}", code as char)),
        });
    };
    put(out, &n.to_le_bytes(), little);
    Ok(())
}

fn float_of(t: &Thread, v: Value) -> Result<f64> {
    match t.to_f64_opt(v)? {
        Some(x) => Ok(x),
        None => Err(error(t, "required argument is not a float")),
    }
}

/// A half-precision float, rounded to even; `None` beyond its range.
pub(crate) fn to_half(x: f64) -> Option<u16> {
    let sign = if x.is_sign_negative() { 0x8000 } else { 0 };
    let a = x.abs();
    if a.is_nan() {
        return Some(sign | 0x7e00);
    }
    if a.is_infinite() {
        return Some(sign | 0x7c00);
    }
    if a < 2f64.powi(-14) {
        // Below the normal numbers the steps are 2**-24.
        return Some(sign | (a * 2f64.powi(24)).round_ties_even() as u16);
    }
    let exponent = ((a.to_bits() >> 52) as i32) - 1023;
    if exponent > 15 {
        return None;
    }
    let steps = (a * 2f64.powi(10 - exponent)).round_ties_even() as u32;
    let word = ((exponent + 15) as u32) * 1024 + steps - 1024;
    if word >= 0x7c00 { None } else { Some(sign | word as u16) }
}

pub(crate) fn from_half(h: u16) -> f64 {
    let sign = if h & 0x8000 != 0 { -1.0 } else { 1.0 };
    let (exponent, part) = (i32::from(h >> 10 & 0x1f), f64::from(h & 0x3ff));
    match exponent {
        0 => sign * part * 2f64.powi(-24),
        31 if part == 0.0 => sign * f64::INFINITY,
        31 => f64::NAN.copysign(sign),
        e => sign * (1.0 + part / 1024.0) * 2f64.powi(e - 15),
    }
}

fn put_float(t: &Thread, size: usize, x: f64, little: bool, out: &mut [u8]) -> Result<()> {
    if size == 8 {
        put(out, &x.to_le_bytes(), little);
    } else {
        let y = x as f32;
        if y.is_infinite() && x.is_finite() {
            return Err(t.overflow_error("float too large to pack with f format"));
        }
        put(out, &y.to_le_bytes(), little);
    }
    Ok(())
}

fn pack_one(t: &Thread, l: &Layouted, item: Item, v: Value, out: &mut [u8]) -> Result<()> {
    match item.code {
        b'c' => match v.downcast::<Bytes>().filter(|b| b.len() == 1) {
            Some(b) => out[0] = b.as_slice()[0],
            None => return Err(error(t, "char format requires a bytes object of length 1")),
        },
        b'?' => out[0] = u8::from(t.truth(v)?),
        b's' | b'p' => {
            let bytes = t.bytes_or_bytearray(v, |b| b.to_vec());
            let Some(bytes) = bytes else {
                return Err(error(t, format!("argument for '{}' must be a bytes object", item.code as char)));
            };
            let room = if item.code == b'p' { out.len().saturating_sub(1).min(255) } else { out.len() };
            let n = bytes.len().min(if item.code == b'p' { out.len().saturating_sub(1) } else { room });
            out.fill(0);
            if item.code == b'p' {
                if let Some((first, rest)) = out.split_first_mut() {
                    rest[..n].copy_from_slice(&bytes[..n]);
                    *first = n.min(255) as u8;
                }
            } else {
                out[..n].copy_from_slice(&bytes[..n]);
            }
        }
        b'e' => match to_half(float_of(t, v)?) {
            Some(h) => put(out, &h.to_le_bytes(), l.little),
            None => return Err(t.overflow_error("float too large to pack with e format")),
        },
        b'f' | b'd' => put_float(t, item.size, float_of(t, v)?, l.little, out)?,
        b'F' | b'D' => {
            let z = t.to_complex(v).map_err(|_| error(t, "required argument is not a complex"))?;
            let (re, im) = out.split_at_mut(item.size / 2);
            put_float(t, item.size / 2, z.re, l.little, re)?;
            put_float(t, item.size / 2, z.im, l.little, im)?;
        }
        _ => pack_integer(t, item, l.native, l.little, v, out)?,
    }
    Ok(())
}

fn pack_all(t: &Thread, l: &Layouted, values: &[Value], who: &str) -> Result<Vec<u8>> {
    if values.len() != l.values {
        return Err(error(t, format!("{who} expected {} items for packing (got {})", l.values, values.len())));
    }
    let mut out = Vec::new();
    if out.try_reserve_exact(l.size).is_err() {
        return Err(t.memory_error());
    }
    out.resize(l.size, 0u8);
    let mut values = values.iter();
    for &item in &l.items {
        for (k, &v) in (0..item.repeat).zip(&mut values) {
            let at = item.offset + k * item.size;
            pack_one(t, l, item, v, &mut out[at..at + item.size])?;
        }
    }
    Ok(out)
}

fn unpack_one(t: &Thread, l: &Layouted, item: Item, bytes: &[u8]) -> Result<Value> {
    let mut word = [0u8; 16];
    let ordered = |bytes: &[u8], word: &mut [u8; 16]| {
        word[..bytes.len()].copy_from_slice(bytes);
        if !l.little {
            word[..bytes.len()].reverse();
        }
    };
    let float = |bytes: &[u8], word: &mut [u8; 16]| {
        ordered(bytes, word);
        if bytes.len() == 8 {
            f64::from_le_bytes([word[0], word[1], word[2], word[3], word[4], word[5], word[6], word[7]])
        } else {
            f64::from(f32::from_le_bytes([word[0], word[1], word[2], word[3]]))
        }
    };
    match item.code {
        b'c' | b's' => Bytes::new(t, bytes).map(Ref::value),
        b'p' => {
            let n = bytes.first().map_or(0, |n| usize::from(*n).min(bytes.len() - 1));
            Bytes::new(t, bytes.get(1..1 + n).unwrap_or(&[])).map(Ref::value)
        }
        b'?' => Ok(Value::bool(bytes[0] != 0)),
        b'e' => {
            ordered(bytes, &mut word);
            t.float(from_half(u16::from_le_bytes([word[0], word[1]])))
        }
        b'f' | b'd' => t.float(float(bytes, &mut word)),
        b'F' | b'D' => {
            let (re, im) = bytes.split_at(item.size / 2);
            let z = taipan_num::complex::Complex::new(float(re, &mut word), float(im, &mut word));
            taipan_vm::objects::complex::Complex::new(t, z).map(Ref::value)
        }
        code => {
            let signed = matches!(code, b'b' | b'h' | b'i' | b'l' | b'q' | b'n');
            t.big(convert::from_bytes(bytes, l.little, signed))
        }
    }
}

fn unpack_all(t: &Thread, l: &Layouted, bytes: &[u8]) -> Result<Ref<Tuple>> {
    let out = ValueVec::with_capacity(t, l.values)?;
    for &item in &l.items {
        for k in 0..item.repeat {
            let at = item.offset + k * item.size;
            out.push(t, unpack_one(t, l, item, &bytes[at..at + item.size])?)?;
        }
    }
    out.into_tuple(t)
}

/// The memory of a bytes-like argument, as it is now.
fn memory(t: &Thread, v: Value) -> Result<Vec<u8>> {
    t.bytes_like(v, |b| b.to_vec())
        .ok_or_else(|| t.type_error(format!("a bytes-like object is required, not '{}'", class_of(v).name_string())))
}

fn unpack_exact(t: &Thread, l: &Layouted, buffer: Value) -> Result<Ref<Tuple>> {
    let bytes = memory(t, buffer)?;
    if bytes.len() != l.size {
        return Err(error(t, format!("unpack requires a buffer of {} bytes", l.size)));
    }
    unpack_all(t, l, &bytes)
}

fn unpack_at(t: &Thread, l: &Layouted, buffer: Value, offset: isize) -> Result<Ref<Tuple>> {
    let Some(n) = t.bytes_like(buffer, |b| b.len() as isize) else {
        return Err(t.type_error(format!("a bytes-like object is required, not '{}'", class_of(buffer).name_string())));
    };
    if offset < 0 {
        if offset + l.size as isize > 0 {
            return Err(error(t, format!("not enough data to unpack {} bytes at offset {offset}", l.size)));
        }
        if offset + n < 0 {
            return Err(error(t, format!("offset {offset} out of range for {n}-byte buffer")));
        }
    }
    let from = if offset < 0 { offset + n } else { offset };
    if n - from < l.size as isize {
        return Err(error(
            t,
            format!(
                "unpack_from requires a buffer of at least {} bytes for unpacking {} bytes at offset {from} (actual buffer size is {n})",
                from as usize + l.size,
                l.size
            ),
        ));
    }
    // Only what is unpacked is copied: the buffer may be large.
    let from = from as usize;
    match t.bytes_like(buffer, |b| b.get(from..from + l.size).map(<[u8]>::to_vec)).flatten() {
        Some(bytes) => unpack_all(t, l, &bytes),
        None => Err(error(t, format!("not enough data to unpack {} bytes at offset {from}", l.size))),
    }
}

fn pack_at(t: &Thread, l: &Layouted, args: &[Value]) -> Result<()> {
    let (Some(&buffer), Some(&offset)) = (args.first(), args.get(1)) else {
        return Err(if args.is_empty() {
            error(t, "pack_into expected buffer argument")
        } else {
            error(t, "pack_into expected offset argument")
        });
    };
    if args.len() - 2 != l.values {
        return Err(error(t, format!("pack_into expected {} items for packing (got {})", l.values, args.len() - 2)));
    }
    let offset = t.to_isize(offset)?;
    let packed = pack_all(t, l, &args[2..], "pack_into")?;
    let mut target = t.writable_argument("pack_into", buffer)?;
    let memory = target.as_mut_slice();
    let n = memory.len() as isize;
    if offset < 0 {
        if offset + l.size as isize > 0 {
            return Err(error(t, format!("no space to pack {} bytes at offset {offset}", l.size)));
        }
        if offset + n < 0 {
            return Err(error(t, format!("offset {offset} out of range for {n}-byte buffer")));
        }
    }
    let from = if offset < 0 { offset + n } else { offset };
    if n - from < l.size as isize {
        return Err(error(
            t,
            format!(
                "pack_into requires a buffer of at least {} bytes for packing {} bytes at offset {from} (actual buffer size is {n})",
                from as usize + l.size,
                l.size
            ),
        ));
    }
    memory[from as usize..from as usize + l.size].copy_from_slice(&packed);
    Ok(())
}

fn iterate(t: &Thread, l: &Layouted, this: Value, buffer: Value) -> Result<Ref<UnpackIterator>> {
    if l.size == 0 {
        return Err(error(t, "cannot iteratively unpack with a struct of length 0"));
    }
    let n = t.len(buffer)?;
    let bytes = memory(t, buffer)?;
    if bytes.len() % l.size != 0 {
        return Err(error(t, format!("iterative unpacking requires a buffer of a multiple of {} bytes", l.size)));
    }
    let _ = n;
    t.create(UnpackIterator {
        header: Header::NEW,
        of: Field::new(this),
        buffer: Field::new(buffer),
        next: std::sync::atomic::AtomicUsize::new(0),
    })
}

fn make(t: &Thread, format: Value, who: &str) -> Result<Ref<Struct>> {
    let text = format_bytes(t, format, who)?;
    let layouted = compile(t, &text)?;
    t.create(Struct {
        header: Header::NEW,
        format: Field::new(Str::from_latin1(t, &text)?.value()),
        compiled: Version::of(layouted),
    })
}

fn init(t: &Thread, m: Ref<Module>) -> Result<()> {
    m.set(t, "error", error_class(t)?.value())
}

/// Functions to convert between Python values and C structs.
/// Python bytes objects are used to hold the data representing the C struct
/// and also as format strings (explained below) to describe the layout of data
/// in the C struct.
///
/// The optional first format char indicates byte order, size and alignment:
///   @: native order, size & alignment (default)
///   =: native order, std. size & alignment
///   <: little-endian, std. size & alignment
///   >: big-endian, std. size & alignment
///   !: same as >
#[pymodule(name = "_struct", classes(Struct, UnpackIterator), init = init)]
impl StructModule {
    /// Clear the internal cache.
    #[py("($module, /)")]
    fn _clearcache(_t: &Thread) {}
    /// Return size in bytes of the struct described by the format string.
    #[py("($module, format, /)")]
    fn calcsize(t: &Thread, format: Value) -> Result<usize> {
        Ok(compile(t, &format_bytes(t, format, "Struct()")?)?.size)
    }
    /// Return a bytes object containing values packed according to the format string.
    #[py("($module, format, /, *values)")]
    fn pack(t: &Thread, format: Value, values: &[Value]) -> Result<Ref<Bytes>> {
        let l = compile(t, &format_bytes(t, format, "Struct()")?)?;
        Bytes::new(t, &pack_all(t, &l, values, "pack")?)
    }
    /// Pack values according to the format string and write the packed bytes into a writable buffer starting at offset.
    #[py("($module, format, buffer, offset, /, *values)", nosig)]
    fn pack_into(t: &Thread, format: Value, buffer: Value, offset: Value, values: &[Value]) -> Result<()> {
        let l = compile(t, &format_bytes(t, format, "Struct()")?)?;
        t.with_prepended(offset, values, |rest| t.with_prepended(buffer, rest, |all| pack_at(t, &l, all)))
    }
    /// Return a tuple containing values unpacked according to the format string.
    ///
    /// The buffer's size in bytes must be calcsize(format).
    #[py("($module, format, buffer, /)")]
    fn unpack(t: &Thread, format: Value, buffer: Value) -> Result<Ref<Tuple>> {
        unpack_exact(t, &compile(t, &format_bytes(t, format, "Struct()")?)?, buffer)
    }
    /// Return a tuple containing values unpacked according to the format string.
    ///
    /// The buffer's size, minus offset, must be at least calcsize(format).
    #[py("($module, format, /, buffer, offset=0)")]
    fn unpack_from(t: &Thread, format: Value, buffer: Value, offset: Option<isize>) -> Result<Ref<Tuple>> {
        unpack_at(t, &compile(t, &format_bytes(t, format, "Struct()")?)?, buffer, offset.unwrap_or(0))
    }
    /// Return an iterator yielding tuples unpacked from the given bytes.
    ///
    /// The bytes are unpacked according to the format string, like
    /// a repeated invocation of unpack_from().
    ///
    /// Requires that the bytes length be a multiple of the format struct size.
    #[py("($module, format, buffer, /)")]
    fn iter_unpack(t: &Thread, format: Value, buffer: Value) -> Result<Ref<UnpackIterator>> {
        let s = make(t, format, "Struct()")?;
        iterate(t, s.layouted(t)?, s.value(), buffer)
    }
}

#[derive(HeapType)]
#[repr(C)]
pub struct Struct {
    header: Header,
    format: Field,
    #[noscan(drop)]
    compiled: Version,
}

/// What `__init__` made of a format. Another `__init__` adds a version, and the former stays, as a reader may still use it.
#[derive(Default)]
struct Version(std::sync::OnceLock<Box<(Layouted, Version)>>);

impl Version {
    fn of(layout: Layouted) -> Version {
        let first = Version::default();
        first.add(layout);
        first
    }
    fn latest(&self) -> Option<&Layouted> {
        let mut last = self.0.get()?;
        while let Some(next) = last.1.0.get() {
            last = next;
        }
        Some(&last.0)
    }
    fn add(&self, layout: Layouted) {
        let (mut at, mut new) = (self, Box::new((layout, Version::default())));
        while let Err(back) = at.0.set(new) {
            new = back;
            if let Some(taken) = at.0.get() {
                at = &taken.1;
            }
        }
    }
}

impl Struct {
    fn layouted(&self, t: &Thread) -> Result<&Layouted> {
        self.compiled.latest().ok_or_else(|| t.runtime_error("Struct object is not initialized"))
    }
}

/// Struct(fmt) --> compiled struct object
#[pyclass(name = "Struct", module = "_struct", flags(BASE, HAS_WEAKREF))]
impl Struct {
    #[py("(*args, **kwargs)", nosig)]
    fn __new__(t: &Thread, cls: Ref<Class>, args: &[Value], kwargs: Kwargs) -> Result<Ref<Struct>> {
        let _ = (args, kwargs);
        t.create_in(cls, Struct { header: Header::NEW, format: Field::new(Value::NONE), compiled: Version::default() })
    }
    #[py("($self, /, format)")]
    fn __init__(t: &Thread, this: Ref<Struct>, format: Value) -> Result<()> {
        let text = format_bytes(t, format, "Struct()")?;
        let layouted = compile(t, &text)?;
        let shown = Str::from_latin1(t, &text)?;
        this.compiled.add(layouted);
        this.format.set(t, this.header(), shown.value());
        Ok(())
    }
    /// struct format string
    #[py(getter)]
    fn format(t: &Thread, this: Ref<Struct>) -> Result<Value> {
        this.layouted(t)?;
        Ok(this.format.get())
    }
    /// struct size in bytes
    #[py(getter)]
    fn size(_t: &Thread, this: Ref<Struct>) -> isize {
        this.compiled.latest().map_or(-1, |l| l.size as isize)
    }
    /// S.pack(v1, v2, ...) -> bytes
    ///
    /// Return a bytes object containing values v1, v2, ... packed according
    /// to the format string S.format.  See help(struct) for more on format
    /// strings.
    #[py("($self, *values)", nosig)]
    fn pack(t: &Thread, this: Ref<Struct>, values: &[Value]) -> Result<Ref<Bytes>> {
        Bytes::new(t, &pack_all(t, this.layouted(t)?, values, "pack")?)
    }
    /// S.pack_into(buffer, offset, v1, v2, ...)
    ///
    /// Pack the values v1, v2, ... according to the format string S.format
    /// and write the packed bytes into the writable buffer buf starting at
    /// offset.  Note that the offset is a required argument.  See
    /// help(struct) for more on format strings.
    #[py("($self, *args)", nosig)]
    fn pack_into(t: &Thread, this: Ref<Struct>, args: &[Value]) -> Result<()> {
        pack_at(t, this.layouted(t)?, args)
    }
    /// Return a tuple containing unpacked values.
    ///
    /// Unpack according to the format string Struct.format. The buffer's size
    /// in bytes must be Struct.size.
    #[py("($self, buffer, /)")]
    fn unpack(t: &Thread, this: Ref<Struct>, buffer: Value) -> Result<Ref<Tuple>> {
        unpack_exact(t, this.layouted(t)?, buffer)
    }
    /// Return a tuple containing unpacked values.
    ///
    /// Values are unpacked according to the format string Struct.format.
    ///
    /// The buffer's size in bytes, starting at position offset, must be
    /// at least Struct.size.
    #[py("($self, /, buffer, offset=0)")]
    fn unpack_from(t: &Thread, this: Ref<Struct>, buffer: Value, offset: Option<isize>) -> Result<Ref<Tuple>> {
        unpack_at(t, this.layouted(t)?, buffer, offset.unwrap_or(0))
    }
    /// Return an iterator yielding tuples.
    ///
    /// Tuples are unpacked from the given bytes source, like a repeated
    /// invocation of unpack_from().
    ///
    /// Requires that the bytes length be a multiple of the struct size.
    #[py("($self, buffer, /)")]
    fn iter_unpack(t: &Thread, this: Ref<Struct>, buffer: Value) -> Result<Ref<UnpackIterator>> {
        iterate(t, this.layouted(t)?, this.value(), buffer)
    }
    #[py]
    fn __repr__(t: &Thread, this: Ref<Struct>) -> Result<Value> {
        this.layouted(t)?;
        let mut s = crate::shown::Shown::new();
        s.text(&class_of(this.value()).name_string()).text("(").repr(t, this.format.get())?.text(")").finish(t)
    }
    /// S.__sizeof__() -> size of S in memory, in bytes
    #[py("($self, /)")]
    fn __sizeof__(t: &Thread, this: Ref<Struct>) -> Result<usize> {
        Ok(size_of::<Struct>() + this.layouted(t)?.items.len() * size_of::<Item>())
    }
}

#[derive(HeapType)]
#[repr(C)]
pub struct UnpackIterator {
    header: Header,
    of: Field,
    buffer: Field,
    /// Number of the next record; whoever raises it has the record.
    next: std::sync::atomic::AtomicUsize,
}

#[pyclass(name = "unpack_iterator", module = "_struct", flags(NO_NEW))]
impl UnpackIterator {
    #[py]
    fn __iter__(_t: &Thread, this: Ref<UnpackIterator>) -> Ref<UnpackIterator> {
        this
    }
    #[py]
    fn __next__(t: &Thread, this: Ref<UnpackIterator>) -> Result<Option<Value>> {
        let Some(s) = this.of.get().downcast::<Struct>() else { return Ok(None) };
        let l = s.layouted(t)?;
        let i = this.next.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        let record = t.bytes_like(this.buffer.get(), |b| b.get(i * l.size..(i + 1) * l.size).map(<[u8]>::to_vec)).flatten();
        match record {
            Some(bytes) => unpack_all(t, l, &bytes).map(|r| Some(r.value())),
            None => {
                this.next.store(usize::MAX / 2 / l.size, std::sync::atomic::Ordering::Relaxed);
                Ok(None)
            }
        }
    }
    /// Private method returning an estimate of len(list(it)).
    #[py("($self, /)")]
    fn __length_hint__(t: &Thread, this: Ref<UnpackIterator>) -> Result<usize> {
        let Some(s) = this.of.get().downcast::<Struct>() else { return Ok(0) };
        let n = t.bytes_like(this.buffer.get(), <[u8]>::len).unwrap_or(0) / s.layouted(t)?.size.max(1);
        Ok(n.saturating_sub(this.next.load(std::sync::atomic::Ordering::Relaxed)))
    }
}
