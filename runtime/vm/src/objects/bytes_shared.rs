//! What `bytes` and `bytearray` have in common: one implementation over slices, whose results are of the receiver's type.
//!
//! The macro `byte_class!` declares the shared methods of both classes, so that each is written once; the rest of a class's
//! methods follows its braces. A receiver shows its content in one of two ways ([`Receiver`]): borrowed for questions, and as bytes
//! that stay as they are for everything that makes cells or runs code.

use crate::native::*;
use crate::objects::buffer::{self, flags};
use crate::objects::bytearray::ByteArray;
use crate::objects::exceptions::Kind;
use crate::objects::int;
use crate::objects::memoryview::MemoryView;
use crate::objects::slice::Slice;
use crate::objects::str_args::{Bound, range};
use crate::objects::str_build::fill_repeated;
use crate::ops::{Compare, type_name};
use std::borrow::Cow;
use std::ops::Range;
use taipan_text::layout::{self, Side};
use taipan_text::{search, split};

/// `bytes` or `bytearray`, as a receiver of methods.
pub trait Receiver: PyClass {
    /// In messages.
    const NAME: &'static str;
    /// Calls `f` with the content; `f` neither polls, allocates cells, nor calls user code.
    fn look<R>(this: Ref<Self>, t: &Thread, f: impl FnOnce(&[u8]) -> R) -> R;
    /// The content, which does not change any more.
    fn stable<'a>(this: &'a Ref<Self>, t: &Thread) -> Cow<'a, [u8]>;
    /// A new exact object of this class.
    fn make(t: &Thread, bytes: &[u8]) -> Result<Value>;
    /// The object itself if it is immutable and exact, else an exact copy.
    fn same(this: Ref<Self>, t: &Thread) -> Result<Value>;
}

impl Receiver for Bytes {
    const NAME: &'static str = "bytes";
    #[inline]
    fn look<R>(this: Ref<Bytes>, _: &Thread, f: impl FnOnce(&[u8]) -> R) -> R {
        f(this.as_slice())
    }
    #[inline]
    fn stable<'a>(this: &'a Ref<Bytes>, _: &Thread) -> Cow<'a, [u8]> {
        Cow::Borrowed(this.as_slice())
    }
    #[inline]
    fn make(t: &Thread, bytes: &[u8]) -> Result<Value> {
        Bytes::new(t, bytes).map(Ref::value)
    }
    fn same(this: Ref<Bytes>, t: &Thread) -> Result<Value> {
        if class_of(this.value()) == Bytes::class() { Ok(this.value()) } else { Bytes::make(t, this.as_slice()) }
    }
}

impl Receiver for ByteArray {
    const NAME: &'static str = "bytearray";
    #[inline]
    fn look<R>(this: Ref<ByteArray>, t: &Thread, f: impl FnOnce(&[u8]) -> R) -> R {
        this.with(t, f)
    }
    fn stable<'a>(this: &'a Ref<ByteArray>, t: &Thread) -> Cow<'a, [u8]> {
        Cow::Owned(this.to_vec(t))
    }
    fn make(t: &Thread, bytes: &[u8]) -> Result<Value> {
        ByteArray::new(t, bytes).map(Ref::value)
    }
    fn same(this: Ref<ByteArray>, t: &Thread) -> Result<Value> {
        ByteArray::make(t, &this.to_vec(t))
    }
}

/// The content of a bytes-like argument, which does not change any more.
pub struct Data(DataKind);
enum DataKind {
    Bytes(Ref<Bytes>),
    Copy(Vec<u8>),
}
impl std::ops::Deref for Data {
    type Target = [u8];
    #[inline]
    fn deref(&self) -> &[u8] {
        match &self.0 {
            DataKind::Bytes(b) => b.as_slice(),
            DataKind::Copy(v) => v,
        }
    }
}
impl Data {
    #[inline]
    pub fn of(t: &Thread, v: Value) -> Result<Data> {
        if class_of(v) == Bytes::class() {
            if let Some(b) = v.downcast::<Bytes>() {
                return Ok(Data(DataKind::Bytes(b)));
            }
        }
        Ok(Data(DataKind::Copy(t.bytes_at_once(v, flags::SIMPLE)?)))
    }
    /// Of contiguous memory or not.
    pub fn of_any(t: &Thread, v: Value) -> Result<Data> {
        if class_of(v) == Bytes::class() {
            return Data::of(t, v);
        }
        Ok(Data(DataKind::Copy(t.bytes_at_once(v, flags::FULL_RO)?)))
    }
}
impl FromArg for Data {
    fn from_arg(t: &Thread, v: Value, _: ArgContext) -> Result<Data> {
        Data::of(t, v)
    }
}

/// What is searched for: a byte or bytes.
pub enum Needle {
    Byte(u8),
    Data(Data),
}
impl Needle {
    #[inline]
    pub fn as_slice(&self) -> &[u8] {
        match self {
            Needle::Byte(b) => std::slice::from_ref(b),
            Needle::Data(d) => d,
        }
    }
}
impl FromArg for Needle {
    fn from_arg(t: &Thread, v: Value, _: ArgContext) -> Result<Needle> {
        if buffer::exports(t, v) {
            return Data::of(t, v).map(Needle::Data);
        }
        match t.index_opt(v)? {
            Some(i) => byte_of(t, i).map(Needle::Byte),
            None => Err(t.type_error(format!("argument should be integer or bytes-like object, not '{}'", type_name(v)))),
        }
    }
}

/// An integer as a byte.
pub fn byte_of(t: &Thread, v: Value) -> Result<u8> {
    if let Some(b) = v.as_small_int().and_then(|i| u8::try_from(i).ok()) {
        return Ok(b);
    }
    let i = t.index(v)?;
    let byte = int::view(i).and_then(|i| i.to_i64()).and_then(|i| u8::try_from(i).ok());
    byte.ok_or_else(|| t.value_error("byte must be in range(0, 256)"))
}

/// A byte argument, such as that of `append`.
pub struct Byte(pub u8);
impl FromArg for Byte {
    fn from_arg(t: &Thread, v: Value, _: ArgContext) -> Result<Byte> {
        byte_of(t, v).map(Byte)
    }
}

/// The fill byte of `center` and its like.
pub struct Fill(pub u8);
impl FromArg for Fill {
    fn from_arg(t: &Thread, v: Value, cx: ArgContext) -> Result<Fill> {
        if v.is_empty() {
            return Ok(Fill(b' '));
        }
        let name = cx.signature.name;
        match t.bytes_or_bytearray(v, |b| if let [only] = b { Ok(*only) } else { Err(b.len()) }) {
            Some(Ok(b)) => Ok(Fill(b)),
            Some(Err(n)) => {
                let kind = if v.downcast::<Bytes>().is_some() { "bytes" } else { "bytearray" };
                Err(t.type_error(format!(
                    "{name}(): argument 2 must be a byte string of length 1, not a {kind} object of length {n}"
                )))
            }
            None => {
                let got = super::str_args::shown_class(v);
                Err(t.type_error(format!("{name}() argument 2 must be a byte string of length 1, not {got}")))
            }
        }
    }
}

/// Searches in `this[start:end]`.
pub fn find<T: Receiver>(t: &Thread, this: Ref<T>, sub: &Needle, start: Bound, end: Bound, last: bool) -> Option<usize> {
    T::look(this, t, |b| {
        let r = range(start, end, b.len())?;
        let (part, at) = (&b[r.clone()], r.start);
        let found = if last { search::rfind(part, sub.as_slice()) } else { search::find(part, sub.as_slice()) };
        found.map(|i| at + i)
    })
}

pub fn count<T: Receiver>(t: &Thread, this: Ref<T>, sub: &Needle, start: Bound, end: Bound) -> usize {
    T::look(this, t, |b| range(start, end, b.len()).map_or(0, |r| search::count(&b[r], sub.as_slice())))
}

pub fn contains<T: Receiver>(t: &Thread, this: Ref<T>, item: Value) -> Result<bool> {
    let needle = if buffer::exports(t, item) {
        Needle::Data(Data::of(t, item)?)
    } else {
        match t.index_opt(item)? {
            Some(i) => Needle::Byte(byte_of(t, i)?),
            None => return Err(t.not_bytes_like(item)),
        }
    };
    Ok(T::look(this, t, |b| search::contains(b, needle.as_slice())))
}

/// `startswith` and `endswith`.
pub fn tail_match<T: Receiver>(t: &Thread, this: Ref<T>, affix: Value, start: Bound, end: Bound, at_end: bool) -> Result<bool> {
    let holds = |affix: &[u8]| {
        T::look(this, t, |b| match range(start, end, b.len()) {
            Some(r) if at_end => b[r].ends_with(affix),
            Some(r) => b[r].starts_with(affix),
            None => false,
        })
    };
    if let Some(all) = affix.downcast::<Tuple>() {
        for item in all.iter() {
            if holds(&Data::of(t, item)?) {
                return Ok(true);
            }
        }
        return Ok(false);
    }
    if !buffer::exports(t, affix) {
        let name = if at_end { "endswith" } else { "startswith" };
        let got = class_of(affix).name_string();
        return Err(t.type_error(format!("{name} first arg must be bytes or a tuple of bytes, not {got}")));
    }
    Ok(holds(&Data::of(t, affix)?))
}

/// Content made from the receiver's by a function of slices.
pub fn map<T: Receiver>(t: &Thread, this: Ref<T>, f: impl FnOnce(&[u8]) -> Vec<u8>) -> Result<Value> {
    let made = T::look(this, t, f);
    T::make(t, &made)
}

/// A part of the receiver.
pub fn part<T: Receiver>(t: &Thread, this: Ref<T>, choose: impl FnOnce(&[u8]) -> Range<usize>) -> Result<Value> {
    let content = T::stable(&this, t);
    let r = choose(&content);
    if r == (0..content.len()) {
        return T::same(this, t);
    }
    T::make(t, &content[r])
}

pub fn strip<T: Receiver>(t: &Thread, this: Ref<T>, chars: OrNone<Data>, left: bool, right: bool) -> Result<Value> {
    match chars.0 {
        None => part(t, this, |b| split::strip(b, left, right, split::is_ascii_space)),
        Some(set) => {
            let mut table = [false; 256];
            set.iter().for_each(|&b| table[b as usize] = true);
            part(t, this, |b| split::strip(b, left, right, |c| table[c as usize & 0xff]))
        }
    }
}

/// A list of parts.
fn parts<T: Receiver>(t: &Thread, content: &[u8], ranges: impl Iterator<Item = Range<usize>>) -> Result<Ref<List>> {
    let list = List::with_capacity(t, 4)?;
    for r in ranges {
        list.append(t, T::make(t, &content[r])?)?;
    }
    Ok(list)
}

pub fn split<T: Receiver>(t: &Thread, this: Ref<T>, sep: OrNone<Data>, max: usize, from_right: bool) -> Result<Ref<List>> {
    let content = T::stable(&this, t);
    let content = &content[..];
    let reversed = |ranges: &mut dyn Iterator<Item = Range<usize>>| {
        let mut all: Vec<_> = ranges.collect();
        all.reverse();
        parts::<T>(t, content, all.into_iter())
    };
    match sep.0 {
        Some(s) if s.is_empty() => Err(t.value_error("empty separator")),
        Some(s) if from_right => reversed(&mut split::rsplit(content, &s[..], max)),
        Some(s) => parts::<T>(t, content, split::split(content, &s[..], max)),
        None if from_right => reversed(&mut split::rsplit_space(content, max, split::is_ascii_space)),
        None => parts::<T>(t, content, split::split_space(content, max, split::is_ascii_space)),
    }
}

pub fn splitlines<T: Receiver>(t: &Thread, this: Ref<T>, keep: bool) -> Result<Ref<List>> {
    let content = T::stable(&this, t);
    parts::<T>(t, &content, split::bytes_lines(&content, keep))
}

pub fn partition<T: Receiver>(t: &Thread, this: Ref<T>, sep: Value, last: bool) -> Result<Value> {
    let needle = Data::of(t, sep)?;
    if needle.is_empty() {
        return Err(t.value_error("empty separator"));
    }
    let content = T::stable(&this, t);
    let found = if last { search::rfind(&content[..], &needle[..]) } else { search::find(&content[..], &needle[..]) };
    let (before, middle, after) = match found {
        Some(i) => {
            // Of bytes the separator itself, whatever it is.
            let middle = if T::NAME == "bytes" { sep } else { T::make(t, &needle)? };
            (T::make(t, &content[..i])?, middle, T::make(t, &content[i + needle.len()..])?)
        }
        None if last => (T::make(t, b"")?, T::make(t, b"")?, T::same(this, t)?),
        None => (T::same(this, t)?, T::make(t, b"")?, T::make(t, b"")?),
    };
    (before, middle, after).into_value(t)
}

pub fn replace<T: Receiver>(t: &Thread, this: Ref<T>, old: &[u8], new: &[u8], max: usize) -> Result<Value> {
    let content = T::stable(&this, t);
    // An upper bound of the result, as there may be no memory for it.
    let extra = new.len().saturating_sub(old.len());
    let places = if old.is_empty() { content.len() + 1 } else { content.len() / old.len() };
    match extra.checked_mul(places.min(max)).and_then(|n| n.checked_add(content.len())) {
        Some(n) => check_size(t, n)?,
        None => return Err(t.overflow_error("replace bytes is too long")),
    }
    match search::replace_bytes(&content, old, new, max) {
        Some(made) => T::make(t, &made),
        None => T::same(this, t),
    }
}

pub fn pad<T: Receiver>(t: &Thread, this: Ref<T>, width: isize, fill: Fill, side: Side) -> Result<Value> {
    let width = usize::try_from(width).unwrap_or(0);
    check_size(t, width)?;
    let content = T::stable(&this, t);
    if width <= content.len() {
        return T::same(this, t);
    }
    T::make(t, &layout::pad(&content[..], width, side, fill.0))
}

pub fn zfill<T: Receiver>(t: &Thread, this: Ref<T>, width: isize) -> Result<Value> {
    let width = usize::try_from(width).unwrap_or(0);
    check_size(t, width)?;
    let content = T::stable(&this, t);
    if width <= content.len() {
        return T::same(this, t);
    }
    T::make(t, &layout::zfill(&content[..], width))
}

pub fn expandtabs<T: Receiver>(t: &Thread, this: Ref<T>, size: i32) -> Result<Value> {
    let tabs = T::look(this, t, |b| search::count(b, b"\t"));
    match tabs.checked_mul(size.max(0) as usize) {
        Some(n) => check_size(t, n)?,
        None => return Err(t.overflow_error("result too long")),
    }
    map(t, this, |b| layout::expand_tabs(b, size as isize))
}

/// MemoryError rather than an abort for results that no machine holds.
pub fn check_size(t: &Thread, n: usize) -> Result<()> {
    if n > isize::MAX as usize / 64 { Err(t.memory_error()) } else { Ok(()) }
}

pub fn translate<T: Receiver>(t: &Thread, this: Ref<T>, table: OrNone<Data>, delete: Option<Value>) -> Result<Value> {
    // The table is looked at before the other argument is.
    if table.0.as_ref().is_some_and(|table| table.len() != 256) {
        return Err(t.value_error("translation table must be 256 characters long"));
    }
    let delete = match delete {
        Some(v) => Some(t.bytes_at_once(v, flags::SIMPLE)?),
        None => None,
    };
    let mut deleted = [false; 256];
    delete.iter().flat_map(|d| d.iter()).for_each(|&b| deleted[b as usize] = true);
    let content = T::stable(&this, t);
    let to = |b: u8| table.0.as_ref().map_or(b, |table| table[b as usize]);
    let made: Vec<u8> = content.iter().filter(|&&b| !deleted[b as usize]).map(|&b| to(b)).collect();
    if made[..] == content[..] {
        return T::same(this, t);
    }
    T::make(t, &made)
}

pub fn maketrans(t: &Thread, from: &[u8], to: &[u8]) -> Result<Ref<Bytes>> {
    if from.len() != to.len() {
        return Err(t.value_error("maketrans arguments must have same length"));
    }
    let mut table: [u8; 256] = std::array::from_fn(|i| i as u8);
    for (&f, &b) in from.iter().zip(to) {
        table[f as usize] = b;
    }
    Bytes::new(t, &table)
}

pub fn join<T: Receiver>(t: &Thread, this: Ref<T>, iterable: Value) -> Result<Value> {
    // The separator stays as it is while user code runs: it does not where there is a list or a tuple.
    let calls = class_of(iterable) != Tuple::class() && class_of(iterable) != List::class();
    let _lent = if T::NAME == "bytearray" && calls { Some(t.buffer(this.value())?) } else { None };
    let tuple = iterable.downcast::<Tuple>().filter(|_| class_of(iterable) == Tuple::class());
    let collected;
    let items = match &tuple {
        Some(items) => items.as_slice(),
        None => {
            collected = super::str_build::iterate_to_join(t, iterable)?;
            collected.as_slice()
        }
    };
    if let [only] = items {
        if class_of(*only) == Bytes::class() && T::NAME == "bytes" {
            return Ok(*only);
        }
    }
    let separator = T::stable(&this, t);
    let sizes = items.iter().map(|v| v.downcast::<Bytes>().map_or(0, |b| b.len()));
    let expected = sizes.sum::<usize>() + separator.len() * items.len().saturating_sub(1);
    let mut out = Vec::new();
    if out.try_reserve(expected).is_err() {
        return Err(t.memory_error());
    }
    for (i, &item) in items.iter().enumerate() {
        if i > 0 {
            out.extend_from_slice(&separator);
        }
        if let Some(b) = item.downcast::<Bytes>().filter(|_| class_of(item) == Bytes::class()) {
            out.extend_from_slice(b.as_slice());
            continue;
        }
        if let Some(b) = item.downcast::<ByteArray>().filter(|_| class_of(item) == ByteArray::class()) {
            b.with(t, |b| out.extend_from_slice(b));
            continue;
        }
        match t.buffer(item) {
            Ok(b) => out.extend_from_slice(b.as_slice()),
            Err(_) => {
                let got = class_of(item).name_string();
                return Err(t.type_error(format!("sequence item {i}: expected a bytes-like object, {got} found")));
            }
        }
    }
    T::make(t, &out)
}

/// `this * n`
pub fn repeat<T: Receiver>(t: &Thread, this: Ref<T>, n: Value) -> Result<Value> {
    let n = super::str_build::repeat_count(t, n)?.max(0) as usize;
    let content = T::stable(&this, t);
    if n == 1 {
        return T::same(this, t);
    }
    let made = repeated(t, &content, n, T::NAME)?;
    T::make(t, &made)
}

pub fn repeated(t: &Thread, content: &[u8], n: usize, name: &str) -> Result<Vec<u8>> {
    let Some(len) = content.len().checked_mul(n).filter(|&n| isize::try_from(n).is_ok()) else {
        return Err(if name == "bytes" { t.overflow_error("repeated bytes are too long") } else { t.memory_error() });
    };
    let mut out = Vec::new();
    if out.try_reserve_exact(len).is_err() {
        return Err(t.memory_error());
    }
    out.resize(len, 0);
    if len > 0 {
        fill_repeated(&mut out, content);
    }
    Ok(out)
}

/// `this + other`
pub fn concat<T: Receiver>(t: &Thread, this: Ref<T>, other: Value) -> Result<Value> {
    if !buffer::exports(t, other) {
        return Err(cannot_concat(t, other, T::NAME));
    }
    let Ok(other_data) = Data::of(t, other) else {
        return Err(cannot_concat(t, other, T::NAME));
    };
    let content = T::stable(&this, t);
    if T::NAME == "bytes" {
        if content.is_empty() && class_of(other) == Bytes::class() {
            return Ok(other);
        }
        if other_data.is_empty() {
            return T::same(this, t);
        }
    }
    let mut out = Vec::with_capacity(content.len() + other_data.len());
    out.extend_from_slice(&content);
    out.extend_from_slice(&other_data);
    T::make(t, &out)
}

#[cold]
pub fn cannot_concat(t: &Thread, other: Value, name: &str) -> Exc {
    t.type_error(format!("can't concat {} to {name}", class_of(other).name_string()))
}

pub fn compare<T: Receiver>(t: &Thread, op: Compare, this: Ref<T>, other: Value) -> Result<Value> {
    if this.value() == other {
        return Ok(Value::bool(op.holds(std::cmp::Ordering::Equal)));
    }
    let order = match other.downcast::<Bytes>() {
        Some(b) => Some(T::look(this, t, |a| a.cmp(b.as_slice()))),
        // A bytearray may be anybody's buffer; bytes ask it, as it knows more.
        None => match other.downcast::<ByteArray>() {
            Some(b) => {
                let b = b.to_vec(t);
                Some(T::look(this, t, |a| a.cmp(&b[..])))
            }
            None if T::NAME == "bytes" || !buffer::exports(t, other) => None,
            None => match t.buffer(other) {
                Ok(b) => {
                    let b = b.to_vec();
                    Some(T::look(this, t, |a| a.cmp(&b[..])))
                }
                Err(_) => None,
            },
        },
    };
    if let Some(o) = order {
        return Ok(Value::bool(op.holds(o)));
    }
    if crate::program::config().bytes_warning > 0 && matches!(op, Compare::Eq | Compare::Ne) {
        let what = if other.downcast::<Str>().is_some() {
            Some("string")
        } else if T::NAME == "bytes" && class_of(other).is_subclass(BigInt::class()) {
            Some("int")
        } else {
            None
        };
        if let Some(what) = what {
            warn(t, &format!("Comparison between {} and {what}", T::NAME))?;
        }
    }
    Ok(Value::NOT_IMPLEMENTED)
}

/// `-b`: text is made of bytes.
pub fn warn_about_str(t: &Thread, name: &str) -> Result<()> {
    if crate::program::config().bytes_warning > 0 { warn(t, &format!("str() on a {name} instance")) } else { Ok(()) }
}

#[cold]
fn warn(t: &Thread, message: &str) -> Result<()> {
    use crate::objects::exceptions as ex;
    crate::modules::warnings::warn(t, ex::class(ex::Kind::BytesWarning), message, 1)
}

/// `this[slice]`
pub fn slice<T: Receiver>(t: &Thread, this: Ref<T>, slice: Ref<Slice>) -> Result<Value> {
    let unpacked = slice.unpack(t)?;
    let content = T::stable(&this, t);
    let indices = unpacked.adjust(content.len());
    match indices.as_range() {
        Some(r) if r == (0..content.len()) => T::same(this, t),
        Some(r) => T::make(t, &content[r]),
        None => T::make(t, &indices.positions().map(|i| content[i]).collect::<Vec<u8>>()),
    }
}

/// The digits of `hex()`.
pub fn hex(t: &Thread, bytes: &[u8], sep: Option<Value>, group: Option<i32>) -> Result<Ref<Str>> {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let sep = match sep {
        None => None,
        Some(v) => {
            if t.len(v)? != 1 {
                return Err(t.value_error("sep must be length 1."));
            }
            let c = match (v.downcast::<Str>(), v.downcast::<Bytes>()) {
                (Some(s), _) => s.units().at(0),
                (_, Some(b)) => u32::from(b.as_slice()[0]),
                _ => return Err(t.type_error("sep must be str or bytes.")),
            };
            match u8::try_from(c) {
                Ok(c) if c.is_ascii() => Some(c),
                _ => return Err(t.value_error("sep must be ASCII.")),
            }
        }
    };
    let group = group.unwrap_or(1);
    let size = group.unsigned_abs() as usize;
    let n = bytes.len();
    let (Some(sep), true) = (sep, size > 0 && size < n) else {
        return Str::build(t, 2 * n, Some(true), |out: &mut [u8]| {
            for (to, &b) in out.chunks_exact_mut(2).zip(bytes) {
                to[0] = DIGITS[b as usize >> 4];
                to[1] = DIGITS[b as usize & 15];
            }
        });
    };
    // Groups are counted from the right, or with a negative size from the left.
    let mut out = Vec::with_capacity(2 * n + n / size);
    for (i, &b) in bytes.iter().enumerate() {
        let at_border = if group > 0 { (n - i).is_multiple_of(size) } else { i.is_multiple_of(size) };
        if i > 0 && at_border {
            out.push(sep);
        }
        out.extend_from_slice(&[DIGITS[b as usize >> 4], DIGITS[b as usize & 15]]);
    }
    Str::from_narrowest(t, Units::Latin1(&out), true)
}

/// What `fromhex(string)` makes.
pub fn from_hex(t: &Thread, v: Value) -> Result<Vec<u8>> {
    let text = if let Some(s) = v.downcast::<Str>() {
        match s.as_ascii() {
            Some(ascii) => ascii.as_bytes().to_vec(),
            // Characters that are no digits, each in its place; what is Latin-1 only by its low bits must not become one.
            None => s.units().iter().map(|c| u8::try_from(c).unwrap_or(0xff)).collect(),
        }
    } else if buffer::exports(t, v) {
        t.bytes_at_once(v, flags::SIMPLE)?
    } else {
        let got = super::str_args::shown_class(v);
        return Err(t.type_error(format!("fromhex() argument must be str or bytes-like, not {got}")));
    };
    let bad = |at: usize| t.value_error(format!("non-hexadecimal number found in fromhex() arg at position {at}"));
    let digit = |at: usize| text.get(at).and_then(|&b| char::from(b).to_digit(16));
    let mut out = Vec::with_capacity(text.len() / 2);
    let mut at = 0;
    while at < text.len() {
        if split::is_ascii_space(u32::from(text[at])) {
            at += 1;
            continue;
        }
        let Some(high) = digit(at) else {
            return Err(bad(at));
        };
        let Some(low) = digit(at + 1) else {
            return Err(match text.get(at + 1) {
                None => t.value_error("fromhex() arg must contain an even number of hexadecimal digits"),
                Some(_) if v.downcast::<Str>().is_some_and(|s| s.is_ascii()) && odd_at_end(&text, at + 1) => {
                    t.value_error("fromhex() arg must contain an even number of hexadecimal digits")
                }
                Some(_) => bad(at + 1),
            });
        };
        out.push((high << 4 | low) as u8);
        at += 2;
    }
    Ok(out)
}

/// Whether nothing but space follows.
fn odd_at_end(text: &[u8], at: usize) -> bool {
    text[at..].iter().all(|&b| split::is_ascii_space(u32::from(b)))
}

/// `__release_buffer__` of a built-in class.
pub fn release_buffer(t: &Thread, this: Value, view: Value) -> Result<()> {
    let Some(view) = view.downcast::<MemoryView>() else {
        return Err(t.type_error("expected a memoryview object"));
    };
    if view.is_released() {
        return Err(t.value_error("memoryview's buffer has already been released"));
    }
    if view.object() != this {
        return Err(t.value_error("memoryview's buffer is not this object"));
    }
    view.release(t)
}

/// The arguments of `bytes(…)` and `bytearray(…)` that name an encoding.
pub fn encoded_source(
    t: &Thread,
    source: Option<Value>,
    encoding: Option<Ref<Str>>,
    errors: Option<Ref<Str>>,
) -> Result<Option<Value>> {
    let text = source.and_then(|v| v.downcast::<Str>());
    match (text, encoding) {
        (Some(s), Some(_)) => super::str_codecs::encode(t, s, encoding, errors).map(Some),
        (None, Some(_)) => Err(t.type_error("encoding without a string argument")),
        (Some(_), None) => Err(t.type_error("string argument without an encoding")),
        (None, None) if errors.is_some() => Err(t.type_error("errors without a string argument")),
        (None, None) => Ok(None),
    }
}

/// A length to be made of zero bytes, if the source is an integer.
pub fn zero_count(t: &Thread, source: Value) -> Result<Option<usize>> {
    if class_of(source).special(t, crate::objects::class::Special::Index).is_none() && !source.is_small_int() {
        return Ok(None);
    }
    let n = match t.index_or(source, Kind::OverflowError) {
        Ok(n) => n,
        // An object whose __index__ says TypeError may still be iterated.
        Err(e) if t.is_type_error(e) => return Ok(None),
        Err(e) => return Err(e),
    };
    match usize::try_from(n) {
        Ok(n) => {
            check_size(t, n)?;
            Ok(Some(n))
        }
        Err(_) => Err(t.value_error("negative count")),
    }
}

/// The bytes that an iterable of integers gives. `range_error` is "bytes must be in range(0, 256)" or what bytearray says;
/// `cannot` is the message for what is not iterable.
pub fn collect(t: &Thread, source: Value, range_error: &str, cannot: impl Fn() -> String) -> Result<Vec<u8>> {
    let push = |out: &mut Vec<u8>, v: Value| -> Result<()> {
        let byte = match v.as_small_int() {
            Some(i) => u8::try_from(i).ok(),
            None => {
                let i = t.index(v)?;
                int::view(i).and_then(|i| i.to_i64()).and_then(|i| u8::try_from(i).ok())
            }
        };
        out.push(byte.ok_or_else(|| t.value_error(range_error))?);
        Ok(())
    };
    let mut out = Vec::new();
    let class = class_of(source);
    if class == List::class() || class == Tuple::class() {
        t.for_each(source, |v| push(&mut out, v))?;
        return Ok(out);
    }
    let it = match t.iter(source) {
        Ok(it) => it,
        Err(e) if t.is_type_error(e) => return Err(t.type_error(cannot())),
        Err(e) => return Err(e),
    };
    let hint = t.length_hint(source, 64)?;
    if out.try_reserve(hint.min(1 << 24)).is_err() {
        return Err(t.memory_error());
    }
    while let Some(v) = t.next(it)? {
        push(&mut out, v)?;
    }
    Ok(out)
}

/// A buffer's bytes in order, for constructors.
pub fn buffer_bytes(t: &Thread, v: Value) -> Result<Vec<u8>> {
    t.bytes_at_once(v, flags::FULL_RO)
}

/// ASCII tests that bytes have.
pub mod ascii {
    pub fn all(b: &[u8], f: impl Fn(u8) -> bool) -> bool {
        !b.is_empty() && b.iter().all(|&b| f(b))
    }
    /// No letter of the other case, and one of this.
    pub fn has_case(b: &[u8], wanted: impl Fn(u8) -> bool, other: impl Fn(u8) -> bool) -> bool {
        b.iter().any(|&b| wanted(b)) && !b.iter().any(|&b| other(b))
    }
    pub fn is_title(b: &[u8]) -> bool {
        let (mut inside, mut cased) = (false, false);
        for &c in b {
            if c.is_ascii_uppercase() {
                if inside {
                    return false;
                }
                (inside, cased) = (true, true);
            } else if c.is_ascii_lowercase() {
                if !inside {
                    return false;
                }
            } else {
                inside = false;
            }
        }
        cased
    }
    pub fn changed(b: &[u8], f: impl Fn(&mut [u8])) -> Vec<u8> {
        let mut v = b.to_vec();
        f(&mut v);
        v
    }
}

/// Declares a class of bytes: the attributes, the type, and its own methods; the shared ones are added.
macro_rules! byte_class {
    ($(#[$attr:meta])* $type:ident { $($own:tt)* }) => {
        $(#[$attr])*
        impl $type {
            #[py]
            fn __lt__(t: &Thread, this: Ref<$type>, other: Value) -> Result<Value> {
                shared::compare(t, Compare::Lt, this, other)
            }
            #[py]
            fn __le__(t: &Thread, this: Ref<$type>, other: Value) -> Result<Value> {
                shared::compare(t, Compare::Le, this, other)
            }
            #[py]
            fn __eq__(t: &Thread, this: Ref<$type>, other: Value) -> Result<Value> {
                shared::compare(t, Compare::Eq, this, other)
            }
            #[py]
            fn __ne__(t: &Thread, this: Ref<$type>, other: Value) -> Result<Value> {
                shared::compare(t, Compare::Ne, this, other)
            }
            #[py]
            fn __gt__(t: &Thread, this: Ref<$type>, other: Value) -> Result<Value> {
                shared::compare(t, Compare::Gt, this, other)
            }
            #[py]
            fn __ge__(t: &Thread, this: Ref<$type>, other: Value) -> Result<Value> {
                shared::compare(t, Compare::Ge, this, other)
            }
            #[py]
            fn __add__(t: &Thread, this: Ref<$type>, other: Value) -> Result<Value> {
                shared::concat(t, this, other)
            }
            #[py]
            fn __mul__(t: &Thread, this: Ref<$type>, count: Value) -> Result<Value> {
                shared::repeat(t, this, count)
            }
            #[py]
            fn __rmul__(t: &Thread, this: Ref<$type>, count: Value) -> Result<Value> {
                shared::repeat(t, this, count)
            }
            #[py]
            fn __mod__(t: &Thread, this: Ref<$type>, values: Value) -> Result<Value> {
                let template = <$type as Receiver>::stable(&this, t);
                let made = crate::objects::percent_format::format_bytes(t, &template, values)?;
                <$type as Receiver>::make(t, &made)
            }
            #[py]
            fn __rmod__(t: &Thread, this: Ref<$type>, template: Value) -> Result<Value> {
                match template.downcast::<$type>() {
                    Some(template) => {
                        let text = <$type as Receiver>::stable(&template, t);
                        let made = crate::objects::percent_format::format_bytes(t, &text, this.value())?;
                        <$type as Receiver>::make(t, &made)
                    }
                    None => Ok(Value::NOT_IMPLEMENTED),
                }
            }
            #[py]
            fn __contains__(t: &Thread, this: Ref<$type>, item: Value) -> Result<bool> {
                shared::contains(t, this, item)
            }
            #[py]
            fn __len__(_t: &Thread, this: Ref<$type>) -> usize {
                this.len()
            }

            /// Returns a copy with its first character in upper case and the rest in lower case (ASCII).
            #[py("($self, /)")]
            fn capitalize(t: &Thread, this: Ref<$type>) -> Result<Value> {
                shared::map(t, this, |b| shared::ascii::changed(b, |b| {
                    b.make_ascii_lowercase();
                    if let Some(first) = b.first_mut() {
                        first.make_ascii_uppercase();
                    }
                }))
            }
            /// Returns a copy in the middle of the given width.
            #[py("($self, width, fillchar=b' ', /)")]
            fn center(t: &Thread, this: Ref<$type>, width: isize, fillchar: shared::Fill) -> Result<Value> {
                shared::pad(t, this, width, fillchar, Side::Both)
            }
            /// Returns how often the subsection, bytes or an integer, occurs in this[start:end], without overlaps.
            #[py("($self, sub, start=None, end=None, /)")]
            fn count(t: &Thread, this: Ref<$type>, sub: Needle, start: Bound, end: Bound) -> usize {
                shared::count(t, this, &sub, start, end)
            }
            /// Decodes the bytes to a string.
            ///
            ///   encoding
            ///     The encoding with which to decode.
            ///   errors
            ///     What to do with what cannot be decoded: 'strict' raises a
            ///     UnicodeDecodeError; others are 'ignore', 'replace', and what
            ///     codecs.register_error() was given.
            #[py("($self, /, encoding='utf-8', errors='strict')")]
            fn decode(t: &Thread, this: Ref<$type>, encoding: Option<Value>, errors: Option<Value>) -> Result<Ref<Str>> {
                let encoding = name_argument(t, encoding, "decode() argument 'encoding'")?;
                let errors = name_argument(t, errors, "decode() argument 'errors'")?;
                let bytes = <$type as Receiver>::stable(&this, t);
                crate::objects::str_codecs::decode_object(t, this.value(), &bytes, encoding, errors)
            }
            /// Returns whether this[start:end] ends with the suffix, or with one of a tuple of suffixes.
            #[py("($self, suffix, start=None, end=None, /)")]
            fn endswith(t: &Thread, this: Ref<$type>, suffix: Value, start: Bound, end: Bound) -> Result<bool> {
                shared::tail_match(t, this, suffix, start, end, true)
            }
            /// Returns a copy with tabs replaced by spaces, up to the next multiple of tabsize.
            #[py("($self, /, tabsize=8)")]
            fn expandtabs(t: &Thread, this: Ref<$type>, tabsize: Option<CInt>) -> Result<Value> {
                shared::expandtabs(t, this, tabsize.map_or(8, |s| s.0))
            }
            /// Returns the lowest index at which the subsection is found in this[start:end], or -1.
            #[py("($self, sub, start=None, end=None, /)")]
            fn find(t: &Thread, this: Ref<$type>, sub: Needle, start: Bound, end: Bound) -> i64 {
                shared::find(t, this, &sub, start, end, false).map_or(-1, |i| i as i64)
            }
            /// Makes an object of hexadecimal digits, of which two are a byte; space between bytes is skipped.
            #[py(classmethod, "($type, string, /)")]
            fn fromhex(t: &Thread, cls: Ref<Class>, string: Value) -> Result<Value> {
                let made = shared::from_hex(t, string)?;
                if cls == $type::class() {
                    return <$type as Receiver>::make(t, &made);
                }
                t.call(cls.value(), &[Bytes::new(t, &made)?.value()])
            }
            /// Returns the bytes in hexadecimal digits.
            ///
            ///   sep
            ///     A character to put between groups of bytes.
            ///   bytes_per_sep
            ///     Bytes in a group, counted from the right, or from the left if negative.
            #[py("($self, /, sep=None, bytes_per_sep=1)")]
            fn hex(t: &Thread, this: Ref<$type>, sep: Option<Value>, bytes_per_sep: Option<i32>) -> Result<Ref<Str>> {
                shared::hex(t, &<$type as Receiver>::stable(&this, t), sep, bytes_per_sep)
            }
            /// As find(), but a missing subsection is a ValueError.
            #[py("($self, sub, start=None, end=None, /)")]
            fn index(t: &Thread, this: Ref<$type>, sub: Needle, start: Bound, end: Bound) -> Result<usize> {
                shared::find(t, this, &sub, start, end, false).ok_or_else(|| t.value_error("subsection not found"))
            }
            /// Returns whether all bytes are ASCII letters or digits, and there is one.
            #[py("($self, /)")]
            fn isalnum(t: &Thread, this: Ref<$type>) -> bool {
                <$type as Receiver>::look(this, t, |b| shared::ascii::all(b, |b| b.is_ascii_alphanumeric()))
            }
            /// Returns whether all bytes are ASCII letters, and there is one.
            #[py("($self, /)")]
            fn isalpha(t: &Thread, this: Ref<$type>) -> bool {
                <$type as Receiver>::look(this, t, |b| shared::ascii::all(b, |b| b.is_ascii_alphabetic()))
            }
            /// Returns whether all bytes are ASCII, as in an empty object.
            #[py("($self, /)")]
            fn isascii(t: &Thread, this: Ref<$type>) -> bool {
                <$type as Receiver>::look(this, t, |b| b.is_ascii())
            }
            /// Returns whether all bytes are ASCII digits, and there is one.
            #[py("($self, /)")]
            fn isdigit(t: &Thread, this: Ref<$type>) -> bool {
                <$type as Receiver>::look(this, t, |b| shared::ascii::all(b, |b| b.is_ascii_digit()))
            }
            /// Returns whether all ASCII letters are in lower case, and there is one.
            #[py("($self, /)")]
            fn islower(t: &Thread, this: Ref<$type>) -> bool {
                <$type as Receiver>::look(this, t, |b| {
                    shared::ascii::has_case(b, |b| b.is_ascii_lowercase(), |b| b.is_ascii_uppercase())
                })
            }
            /// Returns whether all bytes are ASCII white space, and there is one.
            #[py("($self, /)")]
            fn isspace(t: &Thread, this: Ref<$type>) -> bool {
                <$type as Receiver>::look(this, t, |b| shared::ascii::all(b, |b| is_ascii_space(b.into())))
            }
            /// Returns whether each word begins with an upper case letter and goes on in lower case.
            #[py("($self, /)")]
            fn istitle(t: &Thread, this: Ref<$type>) -> bool {
                <$type as Receiver>::look(this, t, shared::ascii::is_title)
            }
            /// Returns whether all ASCII letters are in upper case, and there is one.
            #[py("($self, /)")]
            fn isupper(t: &Thread, this: Ref<$type>) -> bool {
                <$type as Receiver>::look(this, t, |b| {
                    shared::ascii::has_case(b, |b| b.is_ascii_uppercase(), |b| b.is_ascii_lowercase())
                })
            }
            /// Joins bytes-like objects, with this one between each two.
            ///
            /// >>> b'.'.join([b'ab', b'pq', b'rs'])
            /// b'ab.pq.rs'
            #[py("($self, iterable_of_bytes, /)")]
            fn join(t: &Thread, this: Ref<$type>, iterable_of_bytes: Value) -> Result<Value> {
                shared::join(t, this, iterable_of_bytes)
            }
            /// Returns a copy at the left of the given width.
            #[py("($self, width, fillchar=b' ', /)")]
            fn ljust(t: &Thread, this: Ref<$type>, width: isize, fillchar: shared::Fill) -> Result<Value> {
                shared::pad(t, this, width, fillchar, Side::Right)
            }
            /// Returns a copy with ASCII letters in lower case.
            #[py("($self, /)")]
            fn lower(t: &Thread, this: Ref<$type>) -> Result<Value> {
                shared::map(t, this, |b| b.to_ascii_lowercase())
            }
            /// Returns a copy without leading white space, or without leading bytes of the argument.
            #[py("($self, bytes=None, /)")]
            fn lstrip(t: &Thread, this: Ref<$type>, bytes: OrNone<Data>) -> Result<Value> {
                shared::strip(t, this, bytes, true, false)
            }
            /// Returns a table for translate(): each byte of the first argument becomes the one of the second at the same place.
            #[py(staticmethod, nosig, "(frm, to, /)")]
            fn maketrans(t: &Thread, frm: Data, to: Data) -> Result<Ref<Bytes>> {
                shared::maketrans(t, &frm, &to)
            }
            /// Splits at the first occurrence of the separator: what is before, the separator, what is after.
            ///
            /// Without an occurrence that is a copy and two empty objects.
            #[py("($self, sep, /)")]
            fn partition(t: &Thread, this: Ref<$type>, sep: Value) -> Result<Value> {
                shared::partition(t, this, sep, false)
            }
            /// Returns a copy without the prefix, if it begins with that.
            #[py("($self, prefix, /)")]
            fn removeprefix(t: &Thread, this: Ref<$type>, prefix: Data) -> Result<Value> {
                shared::part(t, this, |b| if b.starts_with(&prefix) { prefix.len()..b.len() } else { 0..b.len() })
            }
            /// Returns a copy without the suffix, if it ends with that.
            #[py("($self, suffix, /)")]
            fn removesuffix(t: &Thread, this: Ref<$type>, suffix: Data) -> Result<Value> {
                shared::part(t, this, |b| if b.ends_with(&suffix) { 0..b.len() - suffix.len() } else { 0..b.len() })
            }
            /// Returns a copy with occurrences of old replaced by new.
            ///
            ///   count
            ///     Replace only so many, from the left; -1: all.
            #[py("($self, old, new, count=-1, /)")]
            fn replace(t: &Thread, this: Ref<$type>, old: Data, new: Data, count: Option<isize>) -> Result<Value> {
                shared::replace(t, this, &old, &new, limit(count))
            }
            /// Returns the highest index at which the subsection is found in this[start:end], or -1.
            #[py("($self, sub, start=None, end=None, /)")]
            fn rfind(t: &Thread, this: Ref<$type>, sub: Needle, start: Bound, end: Bound) -> i64 {
                shared::find(t, this, &sub, start, end, true).map_or(-1, |i| i as i64)
            }
            /// As rfind(), but a missing subsection is a ValueError.
            #[py("($self, sub, start=None, end=None, /)")]
            fn rindex(t: &Thread, this: Ref<$type>, sub: Needle, start: Bound, end: Bound) -> Result<usize> {
                shared::find(t, this, &sub, start, end, true).ok_or_else(|| t.value_error("subsection not found"))
            }
            /// Returns a copy at the right of the given width.
            #[py("($self, width, fillchar=b' ', /)")]
            fn rjust(t: &Thread, this: Ref<$type>, width: isize, fillchar: shared::Fill) -> Result<Value> {
                shared::pad(t, this, width, fillchar, Side::Left)
            }
            /// Splits at the last occurrence of the separator: what is before, the separator, what is after.
            ///
            /// Without an occurrence that is two empty objects and a copy.
            #[py("($self, sep, /)")]
            fn rpartition(t: &Thread, this: Ref<$type>, sep: Value) -> Result<Value> {
                shared::partition(t, this, sep, true)
            }
            /// As split(), but a limited number of splits is made from the right.
            #[py("($self, /, sep=None, maxsplit=-1)")]
            fn rsplit(t: &Thread, this: Ref<$type>, sep: OrNone<Data>, maxsplit: Option<isize>) -> Result<Ref<List>> {
                shared::split(t, this, sep, limit(maxsplit), true)
            }
            /// Returns a copy without trailing white space, or without trailing bytes of the argument.
            #[py("($self, bytes=None, /)")]
            fn rstrip(t: &Thread, this: Ref<$type>, bytes: OrNone<Data>) -> Result<Value> {
                shared::strip(t, this, bytes, false, true)
            }
            /// Returns a list of the parts between separators.
            ///
            ///   sep
            ///     The separator. None: any run of ASCII white space, and no part is empty.
            ///   maxsplit
            ///     Make only so many splits, from the left; -1: all.
            #[py("($self, /, sep=None, maxsplit=-1)")]
            fn split(t: &Thread, this: Ref<$type>, sep: OrNone<Data>, maxsplit: Option<isize>) -> Result<Ref<List>> {
                shared::split(t, this, sep, limit(maxsplit), false)
            }
            /// Returns a list of the lines, without their ends unless keepends is true.
            #[py("($self, /, keepends=False)")]
            fn splitlines(t: &Thread, this: Ref<$type>, keepends: Option<bool>) -> Result<Ref<List>> {
                shared::splitlines(t, this, keepends.unwrap_or(false))
            }
            /// Returns whether this[start:end] begins with the prefix, or with one of a tuple of prefixes.
            #[py("($self, prefix, start=None, end=None, /)")]
            fn startswith(t: &Thread, this: Ref<$type>, prefix: Value, start: Bound, end: Bound) -> Result<bool> {
                shared::tail_match(t, this, prefix, start, end, false)
            }
            /// Returns a copy without white space at its ends, or without bytes of the argument there.
            #[py("($self, bytes=None, /)")]
            fn strip(t: &Thread, this: Ref<$type>, bytes: OrNone<Data>) -> Result<Value> {
                shared::strip(t, this, bytes, true, true)
            }
            /// Returns a copy with upper case as lower case and the other way round (ASCII).
            #[py("($self, /)")]
            fn swapcase(t: &Thread, this: Ref<$type>) -> Result<Value> {
                shared::map(t, this, |b| shared::ascii::changed(b, swap_ascii_case))
            }
            /// Returns a copy with each word beginning in upper case and going on in lower case (ASCII).
            #[py("($self, /)")]
            fn title(t: &Thread, this: Ref<$type>) -> Result<Value> {
                shared::map(t, this, |b| shared::ascii::changed(b, title_ascii))
            }
            /// Returns a copy with bytes mapped by a table.
            ///
            ///   table
            ///     256 bytes, or None to change nothing.
            ///   delete
            ///     Bytes to be left out before that.
            #[py("($self, table, /, delete=b'')")]
            fn translate(t: &Thread, this: Ref<$type>, table: OrNone<Data>, delete: Option<Value>) -> Result<Value> {
                shared::translate(t, this, table, delete)
            }
            /// Returns a copy with ASCII letters in upper case.
            #[py("($self, /)")]
            fn upper(t: &Thread, this: Ref<$type>) -> Result<Value> {
                shared::map(t, this, |b| b.to_ascii_uppercase())
            }
            /// Returns a copy filled with zeros at the left, after a sign, up to the width.
            #[py("($self, width, /)")]
            fn zfill(t: &Thread, this: Ref<$type>, width: isize) -> Result<Value> {
                shared::zfill(t, this, width)
            }

            $($own)*
        }
    };
}
pub(crate) use byte_class;
