//! `array`: sequences of machine numbers.
//!
//! The numbers lie in a bytearray of the array's own, whose operations are each one step for other threads; positions are counted in
//! items here. The buffer protocol is that of the bytearray, cast to the item type.

use std::ops::Range;
use std::sync::atomic::{AtomicUsize, Ordering::*};
use taipan_num::convert;
use taipan_vm::native::*;
use taipan_vm::objects::bytearray::ByteArray;
use taipan_vm::objects::exceptions as ex;
use taipan_vm::objects::slice::{Slice, Unpacked};
use taipan_vm::ops::Compare;
use taipan_vm::ops::convert::float_value;
use taipan_vm::ops::item::wrap_index;

pub struct ArrayModule;

#[derive(HeapType)]
#[repr(C)]
pub struct Array {
    header: Header,
    code: u8,
    bytes: RefField<ByteArray>,
}

const CODES: &str = "bBuwhHiIlLqQfd";

fn size_of_code(code: u8) -> Option<usize> {
    Some(match code {
        b'b' | b'B' => 1,
        b'h' | b'H' => 2,
        b'u' | b'w' | b'i' | b'I' | b'f' => 4,
        b'l' | b'L' | b'q' | b'Q' | b'd' => 8,
        _ => return None,
    })
}

fn encode(t: &Thread, code: u8, v: Value) -> Result<([u8; 8], usize)> {
    let n = size_of_code(code).unwrap_or(1);
    let mut out = [0; 8];
    match code {
        b'u' | b'w' => {
            let wrong = |what: String| t.type_error(format!("array item must be a unicode character, not {what}"));
            let Some(s) = v.downcast::<Str>() else { return Err(wrong(class_of(v).name_string())) };
            if s.len() != 1 {
                return Err(t.type_error(format!("array item must be a string of length 1, not {}", s.len())));
            }
            out[..4].copy_from_slice(&s.units().at(0).to_ne_bytes());
        }
        b'f' => out[..4].copy_from_slice(&(t.to_f64(v)? as f32).to_ne_bytes()),
        b'd' => out.copy_from_slice(&t.to_f64(v)?.to_ne_bytes()),
        _ => {
            let bits = n as u32 * 8;
            if let Some(i) = v.as_small_int() {
                let fits = match code.is_ascii_lowercase() {
                    true => bits == 64 || i >> (bits - 1) == i >> 63,
                    false => i >= 0 && (bits == 64 || i >> bits == 0),
                };
                if fits && cfg!(target_endian = "little") {
                    return Ok((i.to_ne_bytes(), n));
                }
            }
            let i = t.index(v)?;
            let value = t.int_value(i).and_then(|i| i.as_ref().to_i128());
            let signed = code.is_ascii_lowercase();
            let (low, high) = if signed { (-(1i128 << (bits - 1)), (1i128 << (bits - 1)) - 1) } else { (0, (1i128 << bits) - 1) };
            let negative = t.int_value(i).is_some_and(|i| i.as_ref().negative);
            match value.filter(|v| (low..=high).contains(v)) {
                Some(v) => out.copy_from_slice(&(v as i64).to_ne_bytes()),
                None => return Err(out_of_range(t, code, value, negative)),
            }
            if cfg!(target_endian = "big") {
                out.rotate_left(8 - n);
            }
        }
    }
    Ok((out, n))
}

/// The error for an integer, `None` for one beyond 128 bits, that does not fit. CPython's small types are read as larger ones first.
#[cold]
fn out_of_range(t: &Thread, code: u8, value: Option<i128>, negative: bool) -> Exc {
    let within = |low: i128, high: i128| value.is_some_and(|v| (low..=high).contains(&v));
    let long = within(i64::MIN.into(), i64::MAX.into());
    let name = match code {
        b'b' | b'B' | b'h' | b'H' | b'i' | b'l' if !long => return t.overflow_error("Python int too large to convert to C long"),
        b'b' | b'h' if !within(i16::MIN.into(), i16::MAX.into()) => "signed short integer",
        b'H' | b'i' if !within(i32::MIN.into(), i32::MAX.into()) => "signed integer",
        b'b' => "signed char",
        b'B' => "unsigned byte integer",
        b'H' => "unsigned short",
        b'I' if negative => return t.overflow_error("can't convert negative value to unsigned int"),
        b'I' if within(0, u64::MAX.into()) => "unsigned int",
        b'I' => return t.overflow_error("Python int too large to convert to C unsigned long"),
        b'L' if negative => return t.overflow_error("can't convert negative value to unsigned int"),
        b'L' => return t.overflow_error("Python int too large to convert to C unsigned long"),
        b'Q' if negative => return t.overflow_error("can't convert negative int to unsigned"),
        _ => return t.overflow_error("int too big to convert"),
    };
    t.overflow_error(format!("{name} is {}", if negative { "less than minimum" } else { "greater than maximum" }))
}

fn decode(t: &Thread, code: u8, b: &[u8]) -> Result<Value> {
    match code {
        b'u' | b'w' => {
            let c = u32::from_ne_bytes([b[0], b[1], b[2], b[3]]);
            if c > 0x10_ffff {
                return Err(t.value_error(format!("character U+{c:x} is not in range [U+0000; U+10ffff]")));
            }
            Str::from_char(t, c).map(Ref::value)
        }
        b'f' => t.float(f64::from(f32::from_ne_bytes([b[0], b[1], b[2], b[3]]))),
        b'd' => t.float(f64::from_ne_bytes([b[0], b[1], b[2], b[3], b[4], b[5], b[6], b[7]])),
        _ => {
            let little = cfg!(target_endian = "little");
            if little && (b.len() < 8 || code.is_ascii_lowercase() || b[7] < 0x80) {
                let mut word = [0; 8];
                word[..b.len()].copy_from_slice(b);
                // Sign bits move in from the left for those types that have one.
                let (i, unused) = (i64::from_ne_bytes(word), 64 - 8 * b.len() as u32);
                return t.int(if code.is_ascii_lowercase() { i << unused >> unused } else { i });
            }
            t.big(convert::from_bytes(b, little, code.is_ascii_lowercase()))
        }
    }
}

impl Array {
    const ELEMENTS: Elements = Elements { bytes: std::mem::offset_of!(Array, bytes), code: std::mem::offset_of!(Array, code) };

    fn make(t: &Thread, class: Ref<Class>, code: u8, content: &[u8]) -> Result<Ref<Array>> {
        let bytes = RefField::null();
        bytes.init(ByteArray::new(t, content)?);
        t.create_in(class, Array { header: Header::NEW, code, bytes })
    }
    fn like(t: &Thread, this: Ref<Array>, content: &[u8]) -> Result<Ref<Array>> {
        Array::make(t, Array::class(), this.code, content)
    }
    fn content(&self) -> Ref<ByteArray> {
        self.bytes.expect()
    }
    fn item_size(&self) -> usize {
        size_of_code(self.code).unwrap_or(1)
    }
    fn count_items(&self) -> usize {
        self.content().len() >> self.item_size().trailing_zeros()
    }
    fn to_vec(&self, t: &Thread) -> Vec<u8> {
        self.content().to_vec(t)
    }
    fn item(&self, t: &Thread, i: usize) -> Result<Option<Value>> {
        if self.code == b'd' {
            let item = |b: &[u8]| b.get(8 * i..8 * i + 8).and_then(|b| b.try_into().ok()).map(f64::from_ne_bytes);
            return self.content().with(t, item).map(|x| t.float(x)).transpose();
        }
        let n = self.item_size();
        let mut word = [0u8; 8];
        let found = self.content().with(t, |b| match b.get(i * n..i * n + n) {
            Some(b) => {
                word[..n].copy_from_slice(b);
                true
            }
            None => false,
        });
        if found { decode(t, self.code, &word[..n]).map(Some) } else { Ok(None) }
    }
    /// Item `i`, counted from the end when negative, or the empty mark.
    #[inline(never)]
    fn quick_item(t: &Thread, this: Ref<Array>, i: i64) -> Result<Value> {
        macro_rules! read {
            ($number:ty) => {
                this.content().with(t, |b| {
                    let (items, _) = b.as_chunks::<{ size_of::<$number>() }>();
                    items.get(wrap_index(i, items.len())?).map(|word| <$number>::from_ne_bytes(*word))
                })
            };
        }
        macro_rules! int {
            ($number:ty) => {
                read!($number).map_or(Ok(Value::EMPTY), |i| t.int(i.into()))
            };
        }
        match this.code {
            b'd' => read!(f64).map_or(Ok(Value::EMPTY), |x| t.float(x)),
            b'f' => read!(f32).map_or(Ok(Value::EMPTY), |x| t.float(x.into())),
            b'b' => int!(i8),
            b'B' => int!(u8),
            b'h' => int!(i16),
            b'H' => int!(u16),
            b'i' => int!(i32),
            b'I' => int!(u32),
            b'l' | b'q' => int!(i64),
            _ => Ok(Value::EMPTY),
        }
    }
    /// Makes `v` item `i`, if it is the number that such items are.
    #[inline(never)]
    fn quick_set_item(t: &Thread, this: Ref<Array>, i: i64, v: Value) -> Result<bool> {
        macro_rules! write {
            ($number:ty, $v:expr) => {
                match $v {
                    Some(v) => this.content().with_mut(t, |b| {
                        let (items, _) = b.as_chunks_mut::<{ size_of::<$number>() }>();
                        let place = wrap_index(i, items.len()).and_then(|i| items.get_mut(i));
                        place.map(|word| *word = <$number>::to_ne_bytes(v)).is_some()
                    }),
                    None => false,
                }
            };
        }
        macro_rules! int {
            ($number:ty) => {
                write!($number, v.as_small_int().and_then(|v| <$number>::try_from(v).ok()))
            };
        }
        Ok(match this.code {
            b'd' => write!(f64, float_value(v)),
            b'b' => int!(i8),
            b'B' => int!(u8),
            b'h' => int!(i16),
            b'H' => int!(u16),
            b'i' => int!(i32),
            b'I' => int!(u32),
            b'l' | b'q' => int!(i64),
            b'L' | b'Q' => int!(u64),
            _ => false,
        })
    }
    fn push(&self, t: &Thread, v: Value) -> Result<()> {
        let (word, n) = encode(t, self.code, v)?;
        self.content().extend(t, &word[..n])
    }
    /// Replaces the range of items that `choose` picks given their number, all in one step; false if it picks none.
    fn splice_items(&self, t: &Thread, choose: impl Fn(usize) -> Option<Range<usize>>, new: &[u8]) -> Result<bool> {
        let n = self.item_size();
        self.content().splice(t, |b| choose(b.len() / n).map(|r| r.start * n..r.end * n), new)
    }
    /// Replaces the content by what `change` makes of it, as if nothing came between; again if something did.
    fn rewrite(&self, t: &Thread, change: impl Fn(&[u8]) -> Result<Vec<u8>>) -> Result<()> {
        loop {
            let old = self.to_vec(t);
            let new = change(&old)?;
            if self.content().splice(t, |b| (b == old).then_some(0..b.len()), &new)? {
                return Ok(());
            }
        }
    }
    fn extend_from(this: Ref<Array>, t: &Thread, v: Value) -> Result<()> {
        if let Some(other) = v.downcast::<Array>() {
            if other.code != this.code {
                return Err(t.type_error("can only extend with array of same kind"));
            }
            let bytes = other.to_vec(t);
            return this.content().extend(t, &bytes);
        }
        t.for_each(v, |v| this.push(t, v))
    }
    fn compare(t: &Thread, this: Ref<Array>, other: Value, op: Compare) -> Result<Value> {
        let Some(other) = other.downcast::<Array>() else { return Ok(Value::NOT_IMPLEMENTED) };
        let (n, m) = (this.count_items(), other.count_items());
        if n != m && matches!(op, Compare::Eq | Compare::Ne) {
            return Ok(Value::bool(op == Compare::Ne));
        }
        let mut i = 0;
        while let (Some(x), Some(y)) = (this.item(t, i)?, other.item(t, i)?) {
            // Not by identity: a NaN is no NaN's equal.
            let equal = t.rich_compare(x, y, Compare::Eq)?;
            if !t.truth(equal)? {
                return match op {
                    Compare::Eq => Ok(Value::FALSE),
                    Compare::Ne => Ok(Value::TRUE),
                    _ => t.rich_compare(x, y, op),
                };
            }
            i += 1;
        }
        Ok(Value::bool(op.holds(n.cmp(&m))))
    }
    fn items(this: Ref<Array>, t: &Thread) -> Result<Ref<List>> {
        let bytes = this.to_vec(t);
        let n = this.item_size();
        let out = List::with_capacity(t, bytes.len() / n)?;
        for b in bytes.chunks_exact(n) {
            out.append(t, decode(t, this.code, b)?)?;
        }
        Ok(out)
    }
    /// Position of the first item among `places` that is equal to `v`. Items that other threads move are seen at one moment.
    fn find(&self, t: &Thread, v: Value, places: Range<usize>) -> Result<Option<usize>> {
        if !t.owns(self.content().header()) {
            let n = self.item_size();
            for (i, word) in self.to_vec(t).chunks_exact(n).enumerate().take(places.end).skip(places.start) {
                if t.equal(decode(t, self.code, word)?, v)? {
                    return Ok(Some(i));
                }
            }
            return Ok(None);
        }
        for i in places {
            let Some(x) = self.item(t, i)? else { break };
            if t.equal(x, v)? {
                return Ok(Some(i));
            }
        }
        Ok(None)
    }
}

/// This module defines an object type which can efficiently represent
/// an array of basic values: characters, integers, floating-point
/// numbers.  Arrays are sequence types and behave very much like lists,
/// except that the type of objects stored in them is constrained.
#[pymodule(name = "array", classes(Array, ArrayIterator), init = init)]
impl ArrayModule {
    /// Internal. Used for pickling support.
    #[py("($module, arraytype, typecode, mformat_code, items, /)")]
    fn _array_reconstructor(t: &Thread, arraytype: Value, typecode: Ref<Str>, mformat_code: i32, items: Value) -> Result<Value> {
        let name = |v: Value| class_of(v).name_string();
        let Some(class) = arraytype.downcast::<Class>() else {
            return Err(t.type_error(format!("first argument must be a type object, not {}", name(arraytype))));
        };
        if !class.is_subclass(Array::class()) {
            return Err(t.type_error(format!("{} is not a subtype of array.array", class.name_string())));
        }
        if typecode.len() != 1 {
            return Err(t.type_error(format!(
                "_array_reconstructor(): argument 2 must be a unicode character, not a string of length {}",
                typecode.len()
            )));
        }
        let code = u8::try_from(typecode.units().at(0)).unwrap_or(0);
        let Some(size) = size_of_code(code) else { return Err(t.value_error("second argument must be a valid type code")) };
        let Some(format) = usize::try_from(mformat_code).ok().and_then(|i| FORMATS.get(i)) else {
            return Err(t.value_error("third argument must be a valid machine format code."));
        };
        let Some(items) = items.downcast::<Bytes>() else {
            return Err(t.type_error(format!("fourth argument should be bytes, not {}", name(items))));
        };
        let bytes = items.as_slice();
        let length_error = |what: &str| t.value_error(format!("{what} length not a multiple of item size"));
        if machine_format(code) == mformat_code {
            if bytes.len() % size != 0 {
                return Err(length_error("bytes"));
            }
            return Array::make(t, class, code, bytes).map(Ref::value);
        }
        if let Codec::Text(codec) = format.codec {
            let text = t.call_method(items.value(), names::decode(), &[Str::intern_str(t, codec)?.value()])?;
            return t.call(arraytype, &[typecode.value(), text]);
        }
        if bytes.len() % format.size != 0 {
            return Err(length_error("string"));
        }
        let new = Array::make(t, class, if format.codec == Codec::Float { code } else { format.fitting(code) }, &[])?;
        for item in bytes.chunks_exact(format.size) {
            new.push(t, format.read(t, item)?)?;
        }
        Ok(new.value())
    }
}

/// How the items of a pickled array are written.
#[derive(PartialEq)]
enum Codec {
    Unsigned,
    Signed,
    Float,
    Text(&'static str),
}

struct Format {
    codec: Codec,
    size: usize,
    little: bool,
}

const fn format(codec: Codec, size: usize, little: bool) -> Format {
    Format { codec, size, little }
}

/// The machine formats of the pickle protocol, by their codes.
const FORMATS: [Format; 22] = [
    format(Codec::Unsigned, 1, true),
    format(Codec::Signed, 1, true),
    format(Codec::Unsigned, 2, true),
    format(Codec::Unsigned, 2, false),
    format(Codec::Signed, 2, true),
    format(Codec::Signed, 2, false),
    format(Codec::Unsigned, 4, true),
    format(Codec::Unsigned, 4, false),
    format(Codec::Signed, 4, true),
    format(Codec::Signed, 4, false),
    format(Codec::Unsigned, 8, true),
    format(Codec::Unsigned, 8, false),
    format(Codec::Signed, 8, true),
    format(Codec::Signed, 8, false),
    format(Codec::Float, 4, true),
    format(Codec::Float, 4, false),
    format(Codec::Float, 8, true),
    format(Codec::Float, 8, false),
    format(Codec::Text("utf-16-le"), 2, true),
    format(Codec::Text("utf-16-be"), 2, false),
    format(Codec::Text("utf-32-le"), 4, true),
    format(Codec::Text("utf-32-be"), 4, false),
];

impl Format {
    fn read(&self, t: &Thread, item: &[u8]) -> Result<Value> {
        if self.codec != Codec::Float {
            return t.big(convert::from_bytes(item, self.little, self.codec == Codec::Signed));
        }
        let mut word = [0; 8];
        word[..self.size].copy_from_slice(item);
        if !self.little {
            word[..self.size].reverse();
        }
        t.float(match self.size {
            4 => f64::from(f32::from_le_bytes([word[0], word[1], word[2], word[3]])),
            _ => f64::from_le_bytes(word),
        })
    }
    /// The type code for integers of this format: another machine's `long`, say, may have had another width than this one's.
    fn fitting(&self, wished: u8) -> u8 {
        let signed = self.codec == Codec::Signed;
        let fits = |c: &u8| {
            !matches!(c, b'u' | b'w' | b'f' | b'd') && size_of_code(*c) == Some(self.size) && c.is_ascii_lowercase() == signed
        };
        CODES.bytes().rfind(fits).unwrap_or(wished)
    }
}

/// The code of this machine's format for a type code.
fn machine_format(code: u8) -> i32 {
    let size = size_of_code(code).unwrap_or(1);
    let codec = match code {
        b'u' | b'w' => 4,
        b'f' | b'd' => 2,
        c if c.is_ascii_lowercase() => 1,
        _ => 0,
    };
    let little = cfg!(target_endian = "little");
    let found = FORMATS.iter().position(|f| {
        let same = match f.codec {
            Codec::Unsigned => codec == 0,
            Codec::Signed => codec == 1,
            Codec::Float => codec == 2,
            Codec::Text(_) => codec == 4,
        };
        same && f.size == size && (f.little == little || size == 1)
    });
    found.map_or(-1, |i| i as i32)
}

fn init(t: &Thread, m: Ref<Module>) -> Result<()> {
    m.set(t, "ArrayType", Array::class().value())?;
    let sequences = taipan_vm::import::import_module(t, "_collections_abc")?;
    let mutable = t.get_attr(sequences, Str::intern_str(t, "MutableSequence")?)?;
    t.call_method(mutable, Str::intern_str(t, "register")?, &[Array::class().value()])?;
    m.set(t, "typecodes", Str::from_str(t, CODES)?.value())
}

/// array(typecode [, initializer]) -> array
///
/// Return a new array whose items are restricted by typecode, and
/// initialized from the optional initializer value, which must be a list,
/// string or iterable over elements of the appropriate type.
#[pyclass(
    name = "array",
    module = "array",
    flags(BASE, SEQUENCE, HAS_WEAKREF),
    item = Array::quick_item,
    set_item = Array::quick_set_item,
    elements = Array::ELEMENTS
)]
impl Array {
    #[py("(typecode, initializer=None, /)", nosig)]
    fn __new__(t: &Thread, cls: Ref<Class>, typecode: Value, initializer: Option<Value>) -> Result<Ref<Array>> {
        let code = match typecode.downcast::<Str>() {
            Some(s) if s.len() == 1 => u8::try_from(s.units().at(0)).unwrap_or(0),
            Some(_) => {
                return Err(t.type_error("array() argument 1 must be a unicode character, not a string of length other than 1"));
            }
            None => {
                return Err(t.type_error(format!(
                    "array() argument 1 must be a unicode character, not {}",
                    class_of(typecode).name_string()
                )));
            }
        };
        if size_of_code(code).is_none() {
            return Err(t.value_error("bad typecode (must be b, B, u, w, h, H, i, I, l, L, q, Q, f or d)"));
        }
        let text = matches!(code, b'u' | b'w');
        let new = Array::make(t, cls, code, &[])?;
        if code == b'u' {
            let text = "The 'u' type code is deprecated and will be removed in Python 3.16";
            t.warn(ex::Kind::DeprecationWarning, text)?;
        }
        let Some(v) = initializer else { return Ok(new) };
        if let Some(s) = v.downcast::<Str>() {
            if !text {
                return Err(t.type_error(format!("cannot use a str to initialize an array with typecode '{}'", code as char)));
            }
            let bytes: Vec<u8> = s.units().iter().flat_map(u32::to_ne_bytes).collect();
            new.content().extend(t, &bytes)?;
            return Ok(new);
        }
        if let Some(other) = v.downcast::<Array>() {
            if other.code != code && (text != matches!(other.code, b'u' | b'w')) {
                return Err(
                    t.type_error(format!("cannot use a unicode array to initialize an array with typecode '{}'", code as char))
                );
            }
            Array::items(other, t)?.snapshot(t)?.iter().try_for_each(|v| new.push(t, v))?;
            return Ok(new);
        }
        if let Some(bytes) = t.bytes_or_bytearray(v, <[u8]>::to_vec) {
            Array::frombytes_into(new, t, &bytes)?;
            return Ok(new);
        }
        t.for_each(v, |v| new.push(t, v))?;
        Ok(new)
    }
    /// the typecode character used to create the array
    #[py(getter)]
    fn typecode(_t: &Thread, this: Ref<Array>) -> String {
        (this.code as char).to_string()
    }
    /// the size, in bytes, of one array item
    #[py(getter)]
    fn itemsize(_t: &Thread, this: Ref<Array>) -> usize {
        this.item_size()
    }
    #[py]
    fn __len__(_t: &Thread, this: Ref<Array>) -> usize {
        this.count_items()
    }
    #[py("($self, flags, /)")]
    fn __buffer__(t: &Thread, this: Ref<Array>, flags: Value) -> Result<Value> {
        let _ = flags;
        let view = t.call(taipan_vm::objects::memoryview::MemoryView::class().value(), &[this.content().value()])?;
        let code = match this.code {
            b'u' | b'w' => "I".to_owned(),
            c => (c as char).to_string(),
        };
        if code == "B" { Ok(view) } else { t.call_method(view, Str::intern_str(t, "cast")?, &[Str::from_str(t, &code)?.value()]) }
    }
    /// Append new value v to the end of the array.
    #[py("($self, v, /)")]
    fn append(t: &Thread, this: Ref<Array>, v: Value) -> Result<()> {
        this.push(t, v)
    }
    /// Append items to the end of the array.
    #[py("($self, bb, /)")]
    fn extend(t: &Thread, this: Ref<Array>, bb: Value) -> Result<()> {
        Array::extend_from(this, t, bb)
    }
    /// Append items to array from list.
    #[py("($self, list, /)")]
    fn fromlist(t: &Thread, this: Ref<Array>, list: Value) -> Result<()> {
        let Some(l) = list.downcast::<List>() else { return Err(t.type_error("arg must be list")) };
        let items = l.snapshot(t)?;
        let mut bytes = Vec::with_capacity(items.len() * this.item_size());
        for v in items.iter() {
            let (word, n) = encode(t, this.code, v)?;
            bytes.extend_from_slice(&word[..n]);
        }
        this.content().extend(t, &bytes)
    }
    /// Appends items from the string, interpreting it as an array of machine values, as if it had been read from a file using the fromfile() method.
    #[py("($self, buffer, /)")]
    fn frombytes(t: &Thread, this: Ref<Array>, buffer: Value) -> Result<()> {
        let Some(bytes) = t.bytes_like(buffer, <[u8]>::to_vec) else {
            return Err(t.type_error(format!("a bytes-like object is required, not '{}'", class_of(buffer).name_string())));
        };
        Array::frombytes_into(this, t, &bytes)
    }
    /// Convert the array to an array of machine values and return the bytes representation.
    #[py("($self, /)")]
    fn tobytes(t: &Thread, this: Ref<Array>) -> Result<Ref<Bytes>> {
        Bytes::new(t, &this.to_vec(t))
    }
    /// Convert array to an ordinary list with the same items.
    #[py("($self, /)")]
    fn tolist(t: &Thread, this: Ref<Array>) -> Result<Ref<List>> {
        Array::items(this, t)
    }
    /// Extends this array with data from the unicode string ustr.
    #[py("($self, ustr, /)")]
    fn fromunicode(t: &Thread, this: Ref<Array>, ustr: Ref<Str>) -> Result<()> {
        if !matches!(this.code, b'u' | b'w') {
            return Err(t.value_error("fromunicode() may only be called on unicode type arrays ('u' or 'w')"));
        }
        let bytes: Vec<u8> = ustr.units().iter().flat_map(u32::to_ne_bytes).collect();
        this.content().extend(t, &bytes)
    }
    /// Extends this array with data from the unicode string ustr.
    #[py("($self, /)")]
    fn tounicode(t: &Thread, this: Ref<Array>) -> Result<Ref<Str>> {
        if !matches!(this.code, b'u' | b'w') {
            return Err(t.value_error("tounicode() may only be called on unicode type arrays ('u' or 'w')"));
        }
        let bytes = this.to_vec(t);
        let points: Vec<u32> = bytes.chunks_exact(4).map(|b| u32::from_ne_bytes([b[0], b[1], b[2], b[3]])).collect();
        if points.iter().any(|&c| c > 0x10_ffff) {
            // The codec says what is wrong with them.
            let codec = if cfg!(target_endian = "little") { "utf-32-le" } else { "utf-32-be" };
            let arguments = [Str::intern_str(t, codec)?.value(), Str::intern_str(t, "surrogatepass")?.value()];
            t.call_method(Bytes::new(t, &bytes)?.value(), names::decode(), &arguments)?;
        }
        Str::from_code_points(t, &points)
    }
    /// Read n objects from the file object f and append them to the end of the array.
    #[py("($self, f, n, /)")]
    fn fromfile(t: &Thread, this: Ref<Array>, f: Value, n: isize) -> Result<()> {
        if n < 0 {
            return Err(t.value_error("negative count"));
        }
        let want = n as usize * this.item_size();
        let read = t.call_method(f, names::read(), &[t.uint(want as u64)?])?;
        let Some(b) = read.downcast::<Bytes>() else { return Err(t.type_error("read() didn't return bytes")) };
        Array::frombytes_into(this, t, b.as_slice())?;
        if b.len() != want { Err(t.eof_error("read() didn't return enough bytes")) } else { Ok(()) }
    }
    /// Write all items (as machine values) to the file object f.
    #[py("($self, f, /)")]
    fn tofile(t: &Thread, this: Ref<Array>, f: Value) -> Result<()> {
        for block in this.to_vec(t).chunks(64 * 1024) {
            t.call_method(f, names::write(), &[Bytes::new(t, block)?.value()])?;
        }
        Ok(())
    }
    /// Byteswap all items of the array.
    ///
    /// If the items in the array are not 1, 2, 4, or 8 bytes in size, RuntimeError is
    /// raised.
    #[py("($self, /)")]
    fn byteswap(t: &Thread, this: Ref<Array>) {
        let n = this.item_size();
        this.content().with_mut(t, |b| b.chunks_exact_mut(n).for_each(<[u8]>::reverse));
    }
    /// Return a tuple (address, length) giving the current memory address and the length in items of the buffer used to hold array's contents.
    #[py("($self, /)")]
    fn buffer_info(t: &Thread, this: Ref<Array>) -> (u64, usize) {
        (this.content().with(t, |b| b.as_ptr() as u64), this.count_items())
    }
    /// Remove all items from the array.
    #[py("($self, /)")]
    fn clear(t: &Thread, this: Ref<Array>) -> Result<()> {
        this.content().resize(t, 0)
    }
    /// Return a copy of the array.
    #[py("($self, /)")]
    fn __copy__(t: &Thread, this: Ref<Array>) -> Result<Ref<Array>> {
        Array::like(t, this, &this.to_vec(t))
    }
    /// Return a copy of the array.
    #[py("($self, unused, /)")]
    fn __deepcopy__(t: &Thread, this: Ref<Array>, unused: Value) -> Result<Ref<Array>> {
        let _ = unused;
        Array::like(t, this, &this.to_vec(t))
    }
    /// Return number of occurrences of v in the array.
    #[py("($self, v, /)")]
    fn count(t: &Thread, this: Ref<Array>, v: Value) -> Result<usize> {
        let (mut at, mut n) = (0, 0);
        if !t.owns(this.content().header()) {
            for word in this.to_vec(t).chunks_exact(this.item_size()) {
                n += usize::from(t.equal(decode(t, this.code, word)?, v)?);
            }
            return Ok(n);
        }
        while let Some(x) = this.item(t, at)? {
            n += usize::from(t.equal(x, v)?);
            at += 1;
        }
        Ok(n)
    }
    /// Return index of first occurrence of v in the array.
    ///
    /// Raise ValueError if the value is not present.
    #[py("($self, v, start=0, stop=sys.maxsize, /)")]
    fn index(t: &Thread, this: Ref<Array>, v: Value, start: Option<ClippedIndex>, stop: Option<ClippedIndex>) -> Result<usize> {
        let n = this.count_items() as isize;
        let clip = |i: isize| if i < 0 { (i + n).max(0) } else { i } as usize;
        let (from, to) = (start.map_or(0, |s| clip(s.0)), stop.map_or(usize::MAX, |s| clip(s.0)));
        this.find(t, v, from..to)?.ok_or_else(|| t.value_error("array.index(x): x not in array"))
    }
    /// Insert a new item v into the array before position i.
    #[py("($self, i, v, /)")]
    fn insert(t: &Thread, this: Ref<Array>, i: isize, v: Value) -> Result<()> {
        let (word, size) = encode(t, this.code, v)?;
        let place = |n: usize| if i < 0 { n.saturating_sub(i.unsigned_abs()) } else { n.min(i as usize) };
        this.splice_items(t, |n| Some(place(n)..place(n)), &word[..size]).map(drop)
    }
    /// Return the i-th element and delete it from the array.
    ///
    /// i defaults to -1.
    #[py("($self, i=-1, /)")]
    fn pop(t: &Thread, this: Ref<Array>, i: Option<isize>) -> Result<Value> {
        if this.count_items() == 0 {
            return Err(t.index_error("pop from empty array"));
        }
        let (n, i) = (this.item_size(), i.unwrap_or(-1) as i64);
        let word = std::cell::Cell::new([0u8; 8]);
        let choose = |b: &[u8]| {
            let at = wrap_index(i, b.len() / n).filter(|&i| i < b.len() / n)? * n;
            let mut seen = [0; 8];
            seen[..n].copy_from_slice(&b[at..at + n]);
            word.set(seen);
            Some(at..at + n)
        };
        if !this.content().splice(t, choose, &[])? {
            return Err(t.index_error("pop index out of range"));
        }
        decode(t, this.code, &word.get()[..n])
    }
    /// Remove the first occurrence of v in the array.
    #[py("($self, v, /)")]
    fn remove(t: &Thread, this: Ref<Array>, v: Value) -> Result<()> {
        let size = this.item_size();
        loop {
            // The items of one moment are searched. If those up to the one that is found are the same when it is taken out, it is
            // still the first.
            let old = this.to_vec(t);
            let mut found = None;
            for (i, word) in old.chunks_exact(size).enumerate() {
                if t.equal(decode(t, this.code, word)?, v)? {
                    found = Some(i);
                    break;
                }
            }
            let Some(i) = found else { return Err(t.value_error("array.remove(x): x not in array")) };
            let until = (i + 1) * size;
            if this.content().splice(t, |b| b.starts_with(&old[..until]).then_some(until - size..until), &[])? {
                return Ok(());
            }
        }
    }
    /// Reverse the order of the items in the array.
    #[py("($self, /)")]
    fn reverse(t: &Thread, this: Ref<Array>) {
        let n = this.item_size();
        this.content().with_mut(t, |b| {
            b.reverse();
            b.chunks_exact_mut(n).for_each(<[u8]>::reverse);
        });
    }
    #[py]
    fn __getitem__(t: &Thread, this: Ref<Array>, key: Value) -> Result<Value> {
        if let Some(s) = key.downcast::<Slice>() {
            let (selected, n) = (s.unpack(t)?, this.item_size());
            let all = this.to_vec(t);
            let ix = selected.adjust(all.len() / n);
            let bytes: Vec<u8> = ix.positions().filter_map(|i| all.get(i * n..i * n + n)).flatten().copied().collect();
            return Array::like(t, this, &bytes).map(Ref::value);
        }
        let Some(i) = t.index_opt(key)? else { return Err(t.type_error("array indices must be integers")) };
        let (i, n) = (t.to_index(i)? as i64, this.item_size());
        let word = this.content().with(t, |b| {
            let mut word = [0u8; 8];
            let at = n * wrap_index(i, b.len() / n)?;
            word[..n].copy_from_slice(b.get(at..at + n)?);
            Some(word)
        });
        match word {
            Some(word) => decode(t, this.code, &word[..n]),
            None => Err(t.index_error("array index out of range")),
        }
    }
    #[py]
    fn __setitem__(t: &Thread, this: Ref<Array>, key: Value, value: Value) -> Result<()> {
        let n = this.item_size();
        if let Some(s) = key.downcast::<Slice>() {
            let Some(other) = value.downcast::<Array>() else {
                return Err(
                    t.type_error(format!("can only assign array (not \"{}\") to array slice", class_of(value).name_string()))
                );
            };
            if other.code != this.code {
                return Err(t.type_error("bad argument type for built-in operation"));
            }
            let new = other.to_vec(t);
            let selected = s.unpack(t)?;
            if selected.step == 1 {
                return this.splice_items(t, |len| Some(simple_range(selected, len)), &new).map(drop);
            }
            if new.is_empty() {
                return Array::delete_selected(this, t, selected);
            }
            let count = this.content().with_mut(t, |b| {
                let ix = selected.adjust(b.len() / n);
                if ix.count == new.len() / n {
                    for (i, word) in ix.positions().zip(new.chunks_exact(n)) {
                        b[i * n..i * n + n].copy_from_slice(word);
                    }
                }
                ix.count
            });
            if count == new.len() / n {
                return Ok(());
            }
            return Err(
                t.value_error(format!("attempt to assign array of size {} to extended slice of size {count}", new.len() / n))
            );
        }
        let Some(i) = t.index_opt(key)? else { return Err(t.type_error("array indices must be integers")) };
        let i = t.to_index(i)? as i64;
        // An index that is wrong is found out before a value that is.
        if wrap_index(i, this.count_items()).is_none_or(|i| i >= this.count_items()) {
            return Err(t.index_error("array assignment index out of range"));
        }
        let (word, n) = encode(t, this.code, value)?;
        // Converting the value may have shortened the array.
        let done = this.content().with_mut(t, |b| {
            let place = wrap_index(i, b.len() / n).and_then(|i| b.get_mut(i * n..i * n + n));
            place
                .map(|to| match to.len() {
                    // The common width, known to the compiler.
                    8 => to[..8].copy_from_slice(&word),
                    _ => to.copy_from_slice(&word[..n]),
                })
                .is_some()
        });
        if done { Ok(()) } else { Err(t.index_error("array assignment index out of range")) }
    }
    #[py]
    fn __delitem__(t: &Thread, this: Ref<Array>, key: Value) -> Result<()> {
        if let Some(s) = key.downcast::<Slice>() {
            return Array::delete_selected(this, t, s.unpack(t)?);
        }
        let Some(i) = t.index_opt(key)? else { return Err(t.type_error("array indices must be integers")) };
        let i = t.to_index(i)? as i64;
        let choose = |n: usize| wrap_index(i, n).filter(|&i| i < n).map(|i| i..i + 1);
        if this.splice_items(t, choose, &[])? { Ok(()) } else { Err(t.index_error("array assignment index out of range")) }
    }
    #[py]
    fn __contains__(t: &Thread, this: Ref<Array>, v: Value) -> Result<bool> {
        Ok(this.find(t, v, 0..usize::MAX)?.is_some())
    }
    #[py]
    fn __add__(t: &Thread, this: Ref<Array>, other: Value) -> Result<Value> {
        let Some(o) = other.downcast::<Array>() else {
            return Err(t.type_error(format!("can only append array (not \"{}\") to array", class_of(other).name_string())));
        };
        if o.code != this.code {
            return Err(t.type_error("bad argument type for built-in operation"));
        }
        let mut bytes = this.to_vec(t);
        bytes.extend(o.to_vec(t));
        Array::like(t, this, &bytes).map(Ref::value)
    }
    #[py]
    fn __iadd__(t: &Thread, this: Ref<Array>, other: Value) -> Result<Ref<Array>> {
        if other.downcast::<Array>().is_none() {
            return Err(t.type_error(format!("can only extend with array (not \"{}\")", class_of(other).name_string())));
        }
        Array::extend_from(this, t, other)?;
        Ok(this)
    }
    #[py]
    fn __mul__(t: &Thread, this: Ref<Array>, count: Value) -> Result<Value> {
        let count = repeat_count(t, count)?;
        let bytes = repeated(t, &this.to_vec(t), count)?;
        Array::like(t, this, &bytes).map(Ref::value)
    }
    #[py]
    fn __rmul__(t: &Thread, this: Ref<Array>, count: Value) -> Result<Value> {
        Array::__mul__(t, this, count)
    }
    #[py]
    fn __imul__(t: &Thread, this: Ref<Array>, count: Value) -> Result<Ref<Array>> {
        let count = repeat_count(t, count)?;
        this.rewrite(t, |old| repeated(t, old, count))?;
        Ok(this)
    }
    #[py]
    fn __eq__(t: &Thread, this: Ref<Array>, other: Value) -> Result<Value> {
        Array::compare(t, this, other, Compare::Eq)
    }
    #[py]
    fn __ne__(t: &Thread, this: Ref<Array>, other: Value) -> Result<Value> {
        Array::compare(t, this, other, Compare::Ne)
    }
    #[py]
    fn __lt__(t: &Thread, this: Ref<Array>, other: Value) -> Result<Value> {
        Array::compare(t, this, other, Compare::Lt)
    }
    #[py]
    fn __le__(t: &Thread, this: Ref<Array>, other: Value) -> Result<Value> {
        Array::compare(t, this, other, Compare::Le)
    }
    #[py]
    fn __gt__(t: &Thread, this: Ref<Array>, other: Value) -> Result<Value> {
        Array::compare(t, this, other, Compare::Gt)
    }
    #[py]
    fn __ge__(t: &Thread, this: Ref<Array>, other: Value) -> Result<Value> {
        Array::compare(t, this, other, Compare::Ge)
    }
    #[py]
    fn __iter__(t: &Thread, this: Ref<Array>) -> Result<Ref<ArrayIterator>> {
        t.create(ArrayIterator { header: Header::NEW, array: Field::new(this.value()), next: AtomicUsize::new(0) })
    }
    #[py]
    fn __repr__(t: &Thread, this: Ref<Array>) -> Result<Value> {
        let mut s = crate::shown::Shown::new();
        s.text(&class_of(this.value()).name_string()).text(&format!("('{}'", this.code as char));
        if this.count_items() > 0 {
            let items =
                if matches!(this.code, b'u' | b'w') { Array::tounicode(t, this)?.value() } else { Array::items(this, t)?.value() };
            s.text(", ").repr(t, items)?;
        }
        s.text(")").finish(t)
    }
    /// Return state information for pickling.
    #[py("($self, protocol, /)")]
    fn __reduce_ex__(t: &Thread, this: Ref<Array>, protocol: Value) -> Result<Value> {
        let protocol = t.to_isize(protocol)?;
        let code = Str::from_str(t, &(this.code as char).to_string())?;
        let state = taipan_vm::attr::instance_dict(t, this.value())?.filter(|d| !d.is_empty()).map_or(Value::NONE, Ref::value);
        if protocol >= 3 {
            let module = taipan_vm::import::import_module(t, "array")?;
            let make = t.get_attr(module, Str::intern_str(t, "_array_reconstructor")?)?;
            let content = Bytes::new(t, &this.to_vec(t))?;
            return (make, (class_of(this.value()), code, machine_format(this.code), content), state).into_value(t);
        }
        let items = Array::items(this, t)?.value();
        (class_of(this.value()), (code, items), state).into_value(t)
    }
    /// See PEP 585
    #[py("($type, object, /)")]
    fn __class_getitem__(t: &Thread, cls: Ref<Class>, object: Value) -> Result<Value> {
        t.generic_alias(cls.value(), object)
    }
}

impl Array {
    /// `del a[i:j:k]`.
    fn delete_selected(this: Ref<Array>, t: &Thread, selected: Unpacked) -> Result<()> {
        if selected.step == 1 {
            return this.splice_items(t, |len| Some(simple_range(selected, len)), &[]).map(drop);
        }
        let n = this.item_size();
        this.rewrite(t, |old| {
            let mut gone = vec![false; old.len() / n];
            selected.adjust(gone.len()).positions().for_each(|i| gone[i] = true);
            Ok(old.chunks_exact(n).zip(gone).filter(|(_, gone)| !gone).flat_map(|(word, _)| word.iter().copied()).collect())
        })
    }
    fn frombytes_into(this: Ref<Array>, t: &Thread, bytes: &[u8]) -> Result<()> {
        if bytes.len() % this.item_size() != 0 {
            return Err(t.value_error("bytes length not a multiple of item size"));
        }
        this.content().extend(t, bytes)
    }
}

/// The range that a slice with step 1 stands for, where it may be empty.
fn simple_range(selected: Unpacked, len: usize) -> Range<usize> {
    let i = selected.adjust(len);
    i.start as usize..i.stop.max(i.start) as usize
}

fn repeat_count(t: &Thread, count: Value) -> Result<usize> {
    let Some(n) = t.index_opt(count)? else {
        return Err(t.type_error(format!("can't multiply sequence by non-int of type '{}'", class_of(count).name_string())));
    };
    Ok(t.to_index(n)?.max(0) as usize)
}

fn repeated(t: &Thread, bytes: &[u8], n: usize) -> Result<Vec<u8>> {
    let mut out = Vec::new();
    if bytes.len().checked_mul(n).is_none_or(|n| out.try_reserve_exact(n).is_err()) {
        return Err(t.memory_error());
    }
    for _ in 0..if bytes.is_empty() { 0 } else { n } {
        out.extend_from_slice(bytes);
    }
    Ok(out)
}

#[derive(HeapType)]
#[repr(C)]
pub struct ArrayIterator {
    header: Header,
    array: Field,
    /// Whoever raises it has the item.
    next: AtomicUsize,
}

#[pyclass(name = "arrayiterator", module = "array", flags(NO_NEW))]
impl ArrayIterator {
    #[py]
    fn __iter__(_t: &Thread, this: Ref<ArrayIterator>) -> Ref<ArrayIterator> {
        this
    }
    #[py]
    fn __next__(t: &Thread, this: Ref<ArrayIterator>) -> Result<Option<Value>> {
        let Some(a) = this.array.get().downcast::<Array>() else { return Ok(None) };
        let i = this.next.fetch_add(1, Relaxed);
        let v = a.item(t, i)?;
        if v.is_none() {
            this.array.set(t, this.header(), Value::NONE);
        }
        Ok(v)
    }
    /// Return state information for pickling.
    #[py("($self, /)")]
    fn __reduce__(t: &Thread, this: Ref<ArrayIterator>) -> Result<Value> {
        let iter = t.builtin(names::iter())?;
        match this.array.get().downcast::<Array>() {
            Some(a) => (iter, Tuple::new(t, &[a.value()])?, this.next.load(Relaxed)).into_value(t),
            None => (iter, Tuple::new(t, &[Tuple::new(t, &[])?.value()])?).into_value(t),
        }
    }
    /// Set state information for unpickling.
    #[py("($self, state, /)")]
    fn __setstate__(t: &Thread, this: Ref<ArrayIterator>, state: isize) -> Result<()> {
        if let Some(a) = this.array.get().downcast::<Array>() {
            this.next.store((state.max(0) as usize).min(t.len(a.value())?), Relaxed);
        }
        Ok(())
    }
}
