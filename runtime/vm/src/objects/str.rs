//! `str`: layout, construction, comparison, hashing, interning. The methods are in `str_methods`.
//!
//! A string is Latin-1, UCS-2 or UCS-4, always in the narrowest form that holds it (so equality may compare bytes), with an ASCII
//! flag. Lone surrogates are ordinary code points. The hash is computed once, on demand; racing threads compute the same.
//!
//! The units are in the string's own cell, or, for strings that were grown at their end, in a buffer (`str_buffer`).

use crate::native::*;
use crate::objects::interned;
use crate::objects::str_buffer::StringBuffer;
use crate::objects::str_build::copy_bytes;
use std::sync::atomic::{AtomicU64, Ordering::*};

#[repr(C)]
pub struct Str {
    header: Header,
    /// 0: not computed yet.
    hash: AtomicU64,
    /// Length in code points, shifted left by 8; kind and flags below.
    meta: AtomicU64,
    // code units follow, or a reference to the buffer that has them
}

const KIND_MASK: u64 = 3;
const ASCII: u64 = 4;
const INTERNED: u64 = 8;
/// The units are in a buffer.
const BUFFERED: u64 = 16;
/// The string is a concatenation: when it is extended again, that is worth a buffer.
const JOINED: u64 = 32;
/// What strings with the same text have in common.
const TEXT_MASK: u64 = !(INTERNED | BUFFERED | JOINED);

/// Shorter strings are cheap enough to copy.
const BUFFERED_MIN: usize = 256;

/// A string's code units.
#[derive(Clone, Copy)]
pub enum Units<'a> {
    Latin1(&'a [u8]),
    Ucs2(&'a [u16]),
    Ucs4(&'a [u32]),
}

impl<'a> Units<'a> {
    pub fn len(self) -> usize {
        match self {
            Units::Latin1(u) => u.len(),
            Units::Ucs2(u) => u.len(),
            Units::Ucs4(u) => u.len(),
        }
    }
    pub fn is_empty(self) -> bool {
        self.len() == 0
    }
    /// The code point at `i`, which is in range.
    #[inline(always)]
    pub fn at(self, i: usize) -> u32 {
        match self {
            Units::Latin1(u) => u[i] as u32,
            Units::Ucs2(u) => u[i] as u32,
            Units::Ucs4(u) => u[i],
        }
    }
    pub fn iter(self) -> impl Iterator<Item = u32> + 'a {
        (0..self.len()).map(move |i| self.at(i))
    }
    pub fn slice(self, range: std::ops::Range<usize>) -> Units<'a> {
        match self {
            Units::Latin1(u) => Units::Latin1(&u[range]),
            Units::Ucs2(u) => Units::Ucs2(&u[range]),
            Units::Ucs4(u) => Units::Ucs4(&u[range]),
        }
    }
    fn bytes(self) -> &'a [u8] {
        match self {
            Units::Latin1(u) => u,
            // SAFETY: any u16/u32 slice is a byte slice.
            Units::Ucs2(u) => unsafe { std::slice::from_raw_parts(u.as_ptr().cast(), u.len() * 2) },
            // SAFETY: as above.
            Units::Ucs4(u) => unsafe { std::slice::from_raw_parts(u.as_ptr().cast(), u.len() * 4) },
        }
    }
    fn kind(self) -> u64 {
        match self {
            Units::Latin1(_) => 0,
            Units::Ucs2(_) => 1,
            Units::Ucs4(_) => 2,
        }
    }
}

unsafe fn scan(cell: *const Header, v: &mut Visitor) {
    // SAFETY: the collector calls this with a live string.
    let s = unsafe { &*cell.cast::<Str>() };
    if s.meta.load(Acquire) & BUFFERED != 0 {
        v.value(s.buffer_field().get());
    }
}
unsafe fn cell_size(cell: *const Header) -> usize {
    // SAFETY: the collector calls this with a live string.
    let s = unsafe { &*cell.cast::<Str>() };
    size_of::<Str>() + if s.meta.load(Acquire) & BUFFERED != 0 { size_of::<Field>() } else { s.byte_len() }
}
static LAYOUT: Layout = Layout { name: "str", size: size_of::<Str>(), scan, cell_size: Some(cell_size), base: None, drop: None };
// SAFETY: repr(C), begins with a header, `scan` visits the buffer; zeroed memory is the empty Latin-1 string.
unsafe impl HeapType for Str {
    const LAYOUT: &'static Layout = &LAYOUT;
}

impl Str {
    #[inline(always)]
    pub fn len(&self) -> usize {
        (self.meta.load(Relaxed) >> 8) as usize
    }
    #[inline(always)]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
    #[inline(always)]
    pub fn is_ascii(&self) -> bool {
        self.meta.load(Relaxed) & ASCII != 0
    }
    #[inline(always)]
    pub fn is_interned(&self) -> bool {
        self.meta.load(Acquire) & INTERNED != 0
    }
    pub(super) fn set_interned(&self) {
        self.meta.fetch_or(INTERNED, AcqRel);
    }
    /// Bytes a unit.
    #[inline(always)]
    pub(crate) fn width(&self) -> usize {
        1 << (self.meta.load(Relaxed) & KIND_MASK)
    }
    fn byte_len(&self) -> usize {
        let m = self.meta.load(Relaxed);
        ((m >> 8) as usize) << (m & KIND_MASK)
    }
    /// The reference of a string whose units are in a buffer.
    #[inline(always)]
    fn buffer_field(&self) -> &Field {
        // SAFETY: it follows the fixed part.
        unsafe { &*(self as *const Str).add(1).cast() }
    }
    fn buffer(&self) -> Option<Ref<StringBuffer>> {
        if self.meta.load(Acquire) & BUFFERED != 0 { self.buffer_field().get().downcast() } else { None }
    }
    #[inline(always)]
    fn data(&self) -> *const u8 {
        if self.meta.load(Relaxed) & BUFFERED != 0 {
            return self.buffered_data();
        }
        // SAFETY: the units follow the fixed part.
        unsafe { (self as *const Str).add(1).cast() }
    }
    #[inline(never)]
    fn buffered_data(&self) -> *const u8 {
        self.buffer().expect("a buffered string has its buffer").data()
    }
    #[inline(always)]
    pub fn units(&self) -> Units<'_> {
        let m = self.meta.load(Relaxed);
        let (n, p) = ((m >> 8) as usize, self.data());
        // SAFETY: `meta` describes the memory that follows, written once at creation.
        unsafe {
            match m & KIND_MASK {
                0 => Units::Latin1(std::slice::from_raw_parts(p, n)),
                1 => Units::Ucs2(std::slice::from_raw_parts(p.cast(), n)),
                _ => Units::Ucs4(std::slice::from_raw_parts(p.cast(), n)),
            }
        }
    }
    /// The string as a Rust one, at no cost, if it is ASCII.
    #[inline(always)]
    pub fn as_ascii(&self) -> Option<&str> {
        if !self.is_ascii() {
            return None;
        }
        // SAFETY: ASCII is UTF-8.
        Some(unsafe { std::str::from_utf8_unchecked(std::slice::from_raw_parts(self.data(), self.len())) })
    }
    /// A Rust string; lone surrogates become U+FFFD.
    pub fn to_string_lossy(&self) -> String {
        match self.as_ascii() {
            Some(s) => s.to_owned(),
            None => self.units().iter().map(|c| char::from_u32(c).unwrap_or('\u{fffd}')).collect(),
        }
    }
    /// A Rust string, or `None` if there are lone surrogates.
    pub fn to_utf8(&self) -> Option<std::borrow::Cow<'_, str>> {
        match self.as_ascii() {
            Some(s) => Some(s.into()),
            None => self.units().iter().map(char::from_u32).collect::<Option<String>>().map(Into::into),
        }
    }

    fn new_raw(t: &Thread, shape: ShapeId, units: Units<'_>, ascii: bool) -> Result<Ref<Str>> {
        let bytes = units.bytes();
        let s = taipan_heap::SHAPES.get(shape);
        let mut size = size_of::<Str>() + bytes.len();
        if s.slots_offset != 0 {
            size = size.next_multiple_of(8) + 8 * (1 + s.inline_slots as usize);
        }
        let cell = t.allocate(size, shape)?.cast::<Str>();
        // SAFETY: the fresh cell has room for the units.
        let r = unsafe {
            let r: Ref<Str> = Ref::from_raw(cell);
            copy_bytes(bytes.as_ptr(), r.data() as *mut u8, bytes.len());
            r
        };
        r.meta.store((units.len() as u64) << 8 | units.kind() | if ascii { ASCII } else { 0 }, Release);
        if s.slots_offset != 0 {
            t.empty_instance_part(r.header());
        }
        Ok(r)
    }

    /// From code points in the narrowest form (the caller guarantees it) of which `ascii` tells whether all are below 128.
    pub fn from_narrowest(t: &Thread, units: Units<'_>, ascii: bool) -> Result<Ref<Str>> {
        if units.is_empty() {
            if let Some(e) = empty() {
                return Ok(e);
            }
        }
        if let Units::Latin1(&[b]) = units {
            return latin1_char(t, b);
        }
        Str::new_raw(t, Str::class_cell().shape(), units, ascii)
    }
    /// From Latin-1 bytes.
    pub fn from_latin1(t: &Thread, bytes: &[u8]) -> Result<Ref<Str>> {
        Str::from_narrowest(t, Units::Latin1(bytes), bytes.is_ascii())
    }
    /// From UTF-8.
    pub fn from_str(t: &Thread, s: &str) -> Result<Ref<Str>> {
        if s.is_ascii() {
            return Str::from_narrowest(t, Units::Latin1(s.as_bytes()), true);
        }
        // The largest leading byte tells the width.
        let n = s.chars().count();
        match s.bytes().fold(0, u8::max) {
            0..=0xc3 => Str::build(t, n, Some(false), |out: &mut [u8]| fill(out, s.chars().map(|c| c as u8))),
            0xc4..=0xef => Str::build(t, n, Some(false), |out: &mut [u16]| fill(out, s.chars().map(|c| c as u16))),
            _ => Str::build(t, n, Some(false), |out: &mut [u32]| fill(out, s.chars().map(|c| c as u32))),
        }
    }
    /// From code points of any width; narrows.
    pub fn from_code_points(t: &Thread, points: &[u32]) -> Result<Ref<Str>> {
        let bits = points.iter().fold(0, |m, &c| m | c);
        if bits < 0x100 {
            Str::build(t, points.len(), Some(bits < 0x80), |out: &mut [u8]| fill(out, points.iter().map(|&c| c as u8)))
        } else if bits < 0x10000 {
            Str::build(t, points.len(), Some(false), |out: &mut [u16]| fill(out, points.iter().map(|&c| c as u16)))
        } else {
            Str::from_narrowest(t, Units::Ucs4(points), false)
        }
    }
    /// From units that may be wider than needed; narrows.
    pub fn from_units(t: &Thread, units: Units<'_>) -> Result<Ref<Str>> {
        match units {
            Units::Latin1(b) => Str::from_latin1(t, b),
            Units::Ucs2(u) => {
                let bits = u.iter().fold(0, |m, &c| m | c);
                if bits < 0x100 {
                    Str::build(t, u.len(), Some(bits < 0x80), |out: &mut [u8]| fill(out, u.iter().map(|&c| c as u8)))
                } else {
                    Str::from_narrowest(t, units, false)
                }
            }
            Units::Ucs4(u) => Str::from_code_points(t, u),
        }
    }
    /// A new exact string of `len` code points. `fill` writes the units, which are zero before; it neither polls nor allocates
    /// cells. The caller knows that the width is the narrowest one, and whether all is ASCII (`None`: to be looked at).
    pub(crate) fn build<U: taipan_text::Unit>(
        t: &Thread,
        len: usize,
        ascii: Option<bool>,
        fill: impl FnOnce(&mut [U]),
    ) -> Result<Ref<Str>> {
        if len == 0 {
            if let Some(e) = empty() {
                return Ok(e);
            }
        }
        if len == 1 && size_of::<U>() == 1 {
            let mut one = [U::truncate(0)];
            fill(&mut one);
            return latin1_char(t, one[0].code() as u8);
        }
        let Some(size) = len.checked_mul(size_of::<U>()).filter(|&n| n < isize::MAX as usize >> 8) else {
            return Err(t.memory_error());
        };
        let cell = t.allocate(size_of::<Str>() + size, Str::class_cell().shape())?.cast::<Str>();
        // SAFETY: a fresh cell, zeroed, with room for the units, which begin aligned to 8 bytes; nobody else knows it.
        let (r, units): (Ref<Str>, &mut [U]) = unsafe {
            let r: Ref<Str> = Ref::from_raw(cell);
            (r, std::slice::from_raw_parts_mut(r.data() as *mut U, len))
        };
        fill(units);
        let ascii = ascii.unwrap_or_else(|| U::as_bytes(units).is_some_and(<[u8]>::is_ascii));
        let kind = size_of::<U>().trailing_zeros() as u64;
        r.meta.store((len as u64) << 8 | kind | if ascii { ASCII } else { 0 }, Release);
        Ok(r)
    }
    /// From WTF-8 (UTF-8 that may encode lone surrogates).
    pub fn from_wtf8(t: &Thread, bytes: &[u8]) -> Result<Ref<Str>> {
        if let Ok(s) = std::str::from_utf8(bytes) {
            return Str::from_str(t, s);
        }
        let mut points = Vec::with_capacity(bytes.len());
        let mut i = 0;
        while i < bytes.len() {
            let b = bytes[i] as u32;
            let more = |k: usize| (bytes.get(i + k).copied().unwrap_or(0x80) & 0x3f) as u32;
            let (c, n) = match b {
                0..0x80 => (b, 1),
                0x80..0xe0 => ((b & 0x1f) << 6 | more(1), 2),
                0xe0..0xf0 => ((b & 0xf) << 12 | more(1) << 6 | more(2), 3),
                _ => ((b & 7) << 18 | more(1) << 12 | more(2) << 6 | more(3), 4),
            };
            points.push(c);
            i += n;
        }
        Str::from_code_points(t, &points)
    }
    /// A string of the system (a file name, an argument): UTF-8, other bytes as lone surrogates (`surrogateescape`).
    pub fn from_fs_bytes(t: &Thread, bytes: &[u8]) -> Result<Ref<Str>> {
        if let Ok(s) = std::str::from_utf8(bytes) {
            return Str::from_str(t, s);
        }
        let mut points = Vec::with_capacity(bytes.len());
        for chunk in bytes.utf8_chunks() {
            points.extend(chunk.valid().chars().map(|c| c as u32));
            points.extend(chunk.invalid().iter().map(|b| 0xdc00 + *b as u32));
        }
        Str::from_code_points(t, &points)
    }
    /// Says that this string, which nobody else knows yet, is a concatenation.
    pub(crate) fn mark_joined(&self) {
        self.meta.fetch_or(JOINED, Relaxed);
    }
    /// `self + more` through a buffer, if `self` is itself a concatenation, long enough, and wide enough for `more`. Otherwise the
    /// caller copies both.
    pub(crate) fn extended(t: &Thread, this: Ref<Str>, more: Ref<Str>) -> Option<Result<Ref<Str>>> {
        let (m, n) = (this.meta.load(Acquire), more.meta.load(Acquire));
        let (end, add) = (this.byte_len(), more.len() << (m & KIND_MASK));
        if m & (JOINED | BUFFERED) == 0 || end < BUFFERED_MIN || end < add || n & KIND_MASK > m & KIND_MASK {
            return None;
        }
        let buffer = match this.buffer().filter(|b| b.claim(end, add)) {
            Some(b) => b,
            None => match StringBuffer::new(t, end + add) {
                Ok(b) => {
                    // SAFETY: the fresh buffer has room for both.
                    unsafe { std::ptr::copy_nonoverlapping(this.data(), b.data(), end) };
                    b
                }
                Err(e) => return Some(Err(e)),
            },
        };
        // SAFETY: the bytes from `end` on were claimed, and are aligned as the string's units are.
        unsafe { write_widened(buffer.data().add(end), m & KIND_MASK, more.units()) };
        let cell = match t.allocate(size_of::<Str>() + size_of::<Field>(), Str::class_cell().shape()) {
            Ok(c) => c.cast::<Str>(),
            Err(e) => return Some(Err(e)),
        };
        // SAFETY: a fresh cell with room for the reference.
        let r: Ref<Str> = unsafe { Ref::from_raw(cell) };
        r.buffer_field().init(buffer.value());
        let len = (this.len() + more.len()) as u64;
        r.meta.store(len << 8 | m & KIND_MASK | BUFFERED | m & n & ASCII, Release);
        Some(Ok(r))
    }
    /// A copy of `s` as an instance of a subclass of str.
    pub fn in_class(t: &Thread, class: Ref<Class>, s: Ref<Str>) -> Result<Ref<Str>> {
        let r = Str::new_raw(t, class.instance_shape(), s.units(), s.is_ascii())?;
        if class.has_flag(class_flags::HAS_DEL) {
            t.register_finalizer(r.value());
        }
        Ok(r)
    }
    /// One character.
    pub fn from_char(t: &Thread, c: u32) -> Result<Ref<Str>> {
        if c < 0x100 { latin1_char(t, c as u8) } else { Str::from_code_points(t, &[c]) }
    }
    /// The part `range` (in code points, within bounds).
    pub fn substring(t: &Thread, s: Ref<Str>, range: std::ops::Range<usize>) -> Result<Ref<Str>> {
        if range.start == 0 && range.end == s.len() && class_of(s.value()) == Str::class() {
            return Ok(s);
        }
        let part = s.units().slice(range);
        if s.is_ascii() { Str::from_narrowest(t, part, true) } else { Str::from_units(t, part) }
    }

    /// Equal text.
    #[inline]
    pub fn equals(&self, other: &Str) -> bool {
        if std::ptr::eq(self, other) {
            return true;
        }
        if (self.meta.load(Relaxed) ^ other.meta.load(Relaxed)) & TEXT_MASK != 0 {
            return false;
        }
        let (h, g) = (self.hash.load(Relaxed), other.hash.load(Relaxed));
        if h != 0 && g != 0 && h != g {
            return false;
        }
        self.units().bytes() == other.units().bytes()
    }
    pub fn eq_str(&self, other: &str) -> bool {
        match self.as_ascii() {
            Some(s) => s == other,
            None => self.units().iter().eq(other.chars().map(|c| c as u32)),
        }
    }
    /// Order of code points.
    pub fn compare(&self, other: &Str) -> std::cmp::Ordering {
        match (self.units(), other.units()) {
            (Units::Latin1(a), Units::Latin1(b)) => a.cmp(b),
            (a, b) => a.iter().cmp(b.iter()),
        }
    }
    /// As `hash(s)`.
    #[inline(always)]
    pub fn hash(&self) -> i64 {
        let h = self.hash.load(Relaxed);
        if h != 0 { h as i64 } else { self.compute_hash() }
    }
    #[cold]
    fn compute_hash(&self) -> i64 {
        let h = crate::ops::hash_bytes(self.units().bytes());
        // 0 means "not computed"; the empty string alone hashes to 0 and is computed each time.
        self.hash.store(h as u64, Relaxed);
        h
    }

    /// The one string with this text that `is`-compares equal to every other interned one.
    pub fn intern(t: &Thread, s: Ref<Str>) -> Result<Ref<Str>> {
        if s.is_interned() {
            return Ok(s);
        }
        // A subclass instance is never interned itself: an exact copy is.
        let s = if s.header().shape_id() == Str::class_cell().shape() {
            s
        } else {
            Str::new_raw(t, Str::class_cell().shape(), s.units(), s.is_ascii())?
        };
        Ok(interned::intern(s))
    }
    /// As [`Str::intern`], of a Rust string. Allocates only what was not interned before.
    pub fn intern_str(t: &Thread, s: &str) -> Result<Ref<Str>> {
        if s.is_ascii() && !s.is_empty() {
            // ASCII text is its own narrowest form.
            let h = crate::ops::hash_bytes(s.as_bytes()) as u64;
            if let Some(found) = interned::find(h, |e| e.as_ascii() == Some(s)) {
                return Ok(found);
            }
        }
        Str::intern(t, Str::from_str(t, s)?)
    }
}

/// Writes units as ones of `kind`, which is not narrower.
unsafe fn write_widened(to: *mut u8, kind: u64, units: Units<'_>) {
    // SAFETY: the caller has room for that many units of `kind`.
    unsafe {
        if units.kind() == kind {
            let bytes = units.bytes();
            std::ptr::copy_nonoverlapping(bytes.as_ptr(), to, bytes.len());
        } else if kind == 1 {
            fill(std::slice::from_raw_parts_mut(to.cast::<u16>(), units.len()), units.iter().map(|c| c as u16));
        } else {
            fill(std::slice::from_raw_parts_mut(to.cast::<u32>(), units.len()), units.iter());
        }
    }
}

impl std::fmt::Display for Str {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.as_ascii() {
            Some(s) => f.write_str(s),
            None => f.write_str(&self.to_string_lossy()),
        }
    }
}

/// The 256 one-character Latin-1 strings and the empty one: permanent, as every program uses them.
static LATIN1: [AtomicU64; 257] = [const { AtomicU64::new(0) }; 257];

fn permanent(i: usize) -> Option<Ref<Str>> {
    let bits = LATIN1[i].load(Acquire);
    // SAFETY: filled once with strings that the root scanner keeps alive.
    Value::from_bits(bits).as_cell().map(|c| unsafe { Ref::from_raw(c.cast()) })
}
fn empty() -> Option<Ref<Str>> {
    permanent(256)
}
/// The empty string.
pub fn empty_str() -> Ref<Str> {
    match empty() {
        Some(e) => e,
        None => panic!("strings used before start-up"),
    }
}
fn latin1_char(t: &Thread, b: u8) -> Result<Ref<Str>> {
    match permanent(b as usize) {
        Some(s) => Ok(s),
        None => Str::new_raw(t, Str::class_cell().shape(), Units::Latin1(&[b]), b < 0x80),
    }
}

pub(crate) fn setup(t: &Thread) -> Result<()> {
    let shape = Str::class_cell().shape();
    for b in 0..256usize {
        let s = Str::new_raw(t, shape, Units::Latin1(&[b as u8]), b < 0x80)?;
        LATIN1[b].store(Str::intern(t, s)?.value().bits(), Release);
    }
    let s = Str::new_raw(t, shape, Units::Latin1(&[]), true)?;
    LATIN1[256].store(Str::intern(t, s)?.value().bits(), Release);
    Ok(())
}
pub(crate) fn scan_permanent(v: &mut Visitor) {
    for s in &LATIN1 {
        v.value(Value::from_bits(s.load(Relaxed)));
    }
}

/// Writes the units of `from`, as many as `out` holds.
fn fill<U>(out: &mut [U], from: impl Iterator<Item = U>) {
    for (to, unit) in out.iter_mut().zip(from) {
        *to = unit;
    }
}
