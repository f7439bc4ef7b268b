//! Code units, borrowed text and the text builder.
//!
//! A Python string is a sequence of code points (lone surrogates included) stored in the narrowest of three
//! widths that holds its largest one: Latin-1 (`u8`), UCS-2 (`u16`, no surrogate pairing) or UCS-4 (`u32`).
//! [`Text`] lends such a string, [`TextBuf`] builds one.
//!
//! **Invariant**: a `TextBuf` is always in its narrowest form. Every method keeps that, so that two equal strings
//! have the same width and the same bytes, which hashing and equality rely on. A `Text` made by a caller (a slice
//! of a wider string, for instance) need not be narrowest; what is built from it is.

use std::fmt;

/// The largest code point, 0x10FFFF.
pub const MAX_CODE_POINT: u32 = 0x10FFFF;

/// One code unit of a string; in all three widths a unit is a whole code point.
pub trait Unit: Copy + Eq + Ord + Into<u32> + fmt::Debug + Send + Sync + 'static {
    /// The largest code point this width holds.
    const MAX: u32;

    /// The unit of code point `c`, when it fits.
    fn from_code(c: u32) -> Option<Self>;

    /// The low bits of `c`; the caller knows that it fits.
    fn truncate(c: u32) -> Self;

    /// Lends a slice of this width as [`Text`].
    fn text(units: &[Self]) -> Text<'_>;

    /// The slice itself, where units are bytes.
    #[inline(always)]
    fn as_bytes(_units: &[Self]) -> Option<&[u8]> {
        None
    }

    /// The code point.
    #[inline(always)]
    fn code(self) -> u32 {
        self.into()
    }

    /// First position of `self` in `hay`.
    #[inline]
    fn position(self, hay: &[Self]) -> Option<usize> {
        hay.iter().position(|&u| u == self)
    }

    /// Last position of `self` in `hay`.
    #[inline]
    fn rposition(self, hay: &[Self]) -> Option<usize> {
        hay.iter().rposition(|&u| u == self)
    }
}

impl Unit for u8 {
    const MAX: u32 = 0xFF;

    #[inline(always)]
    fn from_code(c: u32) -> Option<u8> {
        u8::try_from(c).ok()
    }

    #[inline(always)]
    fn truncate(c: u32) -> u8 {
        c as u8
    }

    #[inline(always)]
    fn text(units: &[u8]) -> Text<'_> {
        Text::Latin1(units)
    }

    #[inline(always)]
    fn as_bytes(units: &[u8]) -> Option<&[u8]> {
        Some(units)
    }

    #[inline]
    fn position(self, hay: &[u8]) -> Option<usize> {
        memchr::memchr(self, hay)
    }

    #[inline]
    fn rposition(self, hay: &[u8]) -> Option<usize> {
        memchr::memrchr(self, hay)
    }
}

impl Unit for u16 {
    const MAX: u32 = 0xFFFF;

    #[inline(always)]
    fn from_code(c: u32) -> Option<u16> {
        u16::try_from(c).ok()
    }

    #[inline(always)]
    fn truncate(c: u32) -> u16 {
        c as u16
    }

    #[inline(always)]
    fn text(units: &[u16]) -> Text<'_> {
        Text::Ucs2(units)
    }
}

impl Unit for u32 {
    const MAX: u32 = MAX_CODE_POINT;

    #[inline(always)]
    fn from_code(c: u32) -> Option<u32> {
        Some(c)
    }

    #[inline(always)]
    fn truncate(c: u32) -> u32 {
        c
    }

    #[inline(always)]
    fn text(units: &[u32]) -> Text<'_> {
        Text::Ucs4(units)
    }
}

/// A string lent in its stored width.
#[derive(Clone, Copy)]
pub enum Text<'a> {
    /// All code points are below 0x100.
    Latin1(&'a [u8]),
    /// All code points are below 0x10000.
    Ucs2(&'a [u16]),
    /// Any code points.
    Ucs4(&'a [u32]),
}

/// Runs an expression once for each width, with the units bound to a name.
///
/// `with_units!(text, units => units.len())`
#[macro_export]
macro_rules! with_units {
    ($text:expr, $units:ident => $body:expr) => {
        match $text {
            $crate::Text::Latin1($units) => $body,
            $crate::Text::Ucs2($units) => $body,
            $crate::Text::Ucs4($units) => $body,
        }
    };
}

impl<'a> Text<'a> {
    /// Lends an ASCII string; falls to a debug assertion when it is not.
    #[inline]
    pub fn ascii(s: &'a str) -> Text<'a> {
        debug_assert!(s.is_ascii());
        Text::Latin1(s.as_bytes())
    }

    /// Length in code points.
    #[inline]
    pub fn len(self) -> usize {
        with_units!(self, u => u.len())
    }

    /// Whether there are no code points.
    #[inline]
    pub fn is_empty(self) -> bool {
        self.len() == 0
    }

    /// The code point at `index`; panics when out of range.
    #[inline]
    pub fn at(self, index: usize) -> u32 {
        with_units!(self, u => u[index].code())
    }

    /// The code point at `index`.
    #[inline]
    pub fn get(self, index: usize) -> Option<u32> {
        with_units!(self, u => u.get(index).map(|c| c.code()))
    }

    /// The part from `start` up to `end`; panics when out of range.
    #[inline]
    pub fn slice(self, start: usize, end: usize) -> Text<'a> {
        match self {
            Text::Latin1(u) => Text::Latin1(&u[start..end]),
            Text::Ucs2(u) => Text::Ucs2(&u[start..end]),
            Text::Ucs4(u) => Text::Ucs4(&u[start..end]),
        }
    }

    /// The part from `start` on.
    #[inline]
    pub fn from(self, start: usize) -> Text<'a> {
        self.slice(start, self.len())
    }

    /// The code points.
    #[inline]
    pub fn iter(self) -> TextIter<'a> {
        TextIter { text: self, front: 0, back: self.len() }
    }

    /// Whether all code points are below 0x80.
    #[inline]
    pub fn is_ascii(self) -> bool {
        match self {
            Text::Latin1(u) => u.is_ascii(),
            Text::Ucs2(u) => or_all(u) < 0x80,
            Text::Ucs4(u) => or_all(u) < 0x80,
        }
    }

    /// The ASCII string this is, when it is one and is stored as Latin-1.
    #[inline]
    pub fn as_ascii(self) -> Option<&'a str> {
        match self {
            Text::Latin1(u) if u.is_ascii() => std::str::from_utf8(u).ok(),
            _ => None,
        }
    }

    /// Upper bound of the code points: one of 0x7F, 0xFF, 0xFFFF, 0x10FFFF, the smallest that holds.
    pub fn bound(self) -> u32 {
        match self {
            Text::Latin1(u) => {
                if u.is_ascii() {
                    0x7F
                } else {
                    0xFF
                }
            }
            Text::Ucs2(u) => bound_of(or_all(u)),
            Text::Ucs4(u) => bound_of(or_all(u)),
        }
    }

    /// A UTF-8 string with U+FFFD for every lone surrogate, for messages and tests.
    pub fn to_string_lossy(self) -> String {
        self.iter().map(|c| char::from_u32(c).unwrap_or('\u{FFFD}')).collect()
    }

    /// A UTF-8 string, unless there are lone surrogates.
    pub fn to_utf8(self) -> Option<String> {
        if let Some(s) = self.as_ascii() {
            return Some(s.to_owned());
        }
        self.iter().map(char::from_u32).collect()
    }
}

/// The bits that occur in any unit; enough to choose a width, and a loop that vectorises.
#[inline]
fn or_all<U: Unit>(units: &[U]) -> u32 {
    units.iter().fold(0, |acc, u| acc | u.code())
}

#[inline]
fn bound_of(bits: u32) -> u32 {
    match bits {
        0..=0x7F => 0x7F,
        0x80..=0xFF => 0xFF,
        0x100..=0xFFFF => 0xFFFF,
        _ => MAX_CODE_POINT,
    }
}

impl PartialEq for Text<'_> {
    fn eq(&self, other: &Text<'_>) -> bool {
        match (*self, *other) {
            (Text::Latin1(a), Text::Latin1(b)) => a == b,
            (Text::Ucs2(a), Text::Ucs2(b)) => a == b,
            (Text::Ucs4(a), Text::Ucs4(b)) => a == b,
            (a, b) => a.len() == b.len() && a.iter().eq(b.iter()),
        }
    }
}

impl Eq for Text<'_> {}

impl PartialEq<str> for Text<'_> {
    fn eq(&self, other: &str) -> bool {
        match self {
            Text::Latin1(a) if other.is_ascii() => *a == other.as_bytes(),
            _ => self.iter().eq(other.chars().map(u32::from)),
        }
    }
}

impl PartialEq<&str> for Text<'_> {
    fn eq(&self, other: &&str) -> bool {
        *self == **other
    }
}

impl PartialOrd for Text<'_> {
    fn partial_cmp(&self, other: &Text<'_>) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Text<'_> {
    /// By code point.
    fn cmp(&self, other: &Text<'_>) -> std::cmp::Ordering {
        match (*self, *other) {
            (Text::Latin1(a), Text::Latin1(b)) => a.cmp(b),
            (Text::Ucs2(a), Text::Ucs2(b)) => a.cmp(b),
            (Text::Ucs4(a), Text::Ucs4(b)) => a.cmp(b),
            (a, b) => a.iter().cmp(b.iter()),
        }
    }
}

impl fmt::Display for Text<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.to_string_lossy())
    }
}

impl fmt::Debug for Text<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&crate::repr::str_repr(*self).to_string_lossy())
    }
}

impl<'a> IntoIterator for Text<'a> {
    type Item = u32;
    type IntoIter = TextIter<'a>;

    fn into_iter(self) -> TextIter<'a> {
        self.iter()
    }
}

/// The code points of a [`Text`].
#[derive(Clone)]
pub struct TextIter<'a> {
    text: Text<'a>,
    front: usize,
    back: usize,
}

impl Iterator for TextIter<'_> {
    type Item = u32;

    #[inline]
    fn next(&mut self) -> Option<u32> {
        if self.front < self.back {
            let c = self.text.at(self.front);
            self.front += 1;
            Some(c)
        } else {
            None
        }
    }

    #[inline]
    fn size_hint(&self) -> (usize, Option<usize>) {
        let n = self.back - self.front;
        (n, Some(n))
    }
}

impl DoubleEndedIterator for TextIter<'_> {
    #[inline]
    fn next_back(&mut self) -> Option<u32> {
        if self.front < self.back {
            self.back -= 1;
            Some(self.text.at(self.back))
        } else {
            None
        }
    }
}

impl ExactSizeIterator for TextIter<'_> {}

macro_rules! with_buf {
    ($buf:expr, $v:ident => $body:expr) => {
        match $buf {
            TextBuf::Latin1($v) => $body,
            TextBuf::Ucs2($v) => $body,
            TextBuf::Ucs4($v) => $body,
        }
    };
}
/// A string being built: starts as Latin-1 and widens when a code point needs it.
#[derive(Clone)]
pub enum TextBuf {
    /// All code points are below 0x100.
    Latin1(Vec<u8>),
    /// Some code point is 0x100 or more, all are below 0x10000.
    Ucs2(Vec<u16>),
    /// Some code point is 0x10000 or more.
    Ucs4(Vec<u32>),
}

impl Default for TextBuf {
    fn default() -> TextBuf {
        TextBuf::new()
    }
}

fn widen<A: Unit, B: Unit>(units: &[A], extra: usize) -> Vec<B> {
    let mut wide = Vec::with_capacity(units.len() + extra);
    wide.extend(units.iter().map(|u| B::truncate(u.code())));
    wide
}

fn extend<A: Unit, B: Unit>(out: &mut Vec<B>, units: &[A]) {
    out.extend(units.iter().map(|u| B::truncate(u.code())));
}

impl TextBuf {
    /// An empty string.
    #[inline]
    pub const fn new() -> TextBuf {
        TextBuf::Latin1(Vec::new())
    }

    /// An empty string with room for `n` Latin-1 code points.
    #[inline]
    pub fn with_capacity(n: usize) -> TextBuf {
        TextBuf::Latin1(Vec::with_capacity(n))
    }

    /// A string of one code point.
    pub fn from_code(c: u32) -> TextBuf {
        let mut buf = TextBuf::new();
        buf.push(c);
        buf
    }

    /// A string of Latin-1 bytes, taken over.
    #[inline]
    pub fn from_latin1(bytes: Vec<u8>) -> TextBuf {
        TextBuf::Latin1(bytes)
    }

    /// Length in code points.
    #[inline]
    pub fn len(&self) -> usize {
        with_buf!(self, v => v.len())
    }

    /// Whether there are no code points.
    #[inline]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Whether all code points are below 0x80; scans a Latin-1 buffer.
    #[inline]
    pub fn is_ascii(&self) -> bool {
        // Wider buffers hold a wide code point, by the invariant.
        matches!(self, TextBuf::Latin1(v) if v.is_ascii())
    }

    /// Lends the string.
    #[inline]
    pub fn as_text(&self) -> Text<'_> {
        match self {
            TextBuf::Latin1(v) => Text::Latin1(v),
            TextBuf::Ucs2(v) => Text::Ucs2(v),
            TextBuf::Ucs4(v) => Text::Ucs4(v),
        }
    }

    /// Makes room for `n` more code points of the current width.
    pub fn reserve(&mut self, n: usize) {
        with_buf!(self, v => v.reserve(n))
    }

    /// Appends a code point (at most 0x10FFFF; surrogates are kept as they are).
    #[inline]
    pub fn push(&mut self, c: u32) {
        debug_assert!(c <= MAX_CODE_POINT);
        match self {
            TextBuf::Latin1(v) if c <= 0xFF => v.push(c as u8),
            TextBuf::Ucs2(v) if c <= 0xFFFF => v.push(c as u16),
            TextBuf::Ucs4(v) => v.push(c),
            _ => self.push_wider(c),
        }
    }

    #[cold]
    fn push_wider(&mut self, c: u32) {
        self.widen_for(c, 8);
        self.push(c);
    }

    /// Changes the width so that `c`, which the caller is about to append, fits.
    fn widen_for(&mut self, c: u32, extra: usize) {
        match self {
            TextBuf::Latin1(v) if c > 0xFFFF => *self = TextBuf::Ucs4(widen(v, extra)),
            TextBuf::Latin1(v) if c > 0xFF => *self = TextBuf::Ucs2(widen(v, extra)),
            TextBuf::Ucs2(v) if c > 0xFFFF => *self = TextBuf::Ucs4(widen(v, extra)),
            _ => {}
        }
    }

    /// Appends `n` copies of `c`.
    pub fn push_repeat(&mut self, c: u32, n: usize) {
        if n == 0 {
            return;
        }
        self.widen_for(c, n);
        match self {
            TextBuf::Latin1(v) => v.resize(v.len() + n, c as u8),
            TextBuf::Ucs2(v) => v.resize(v.len() + n, c as u16),
            TextBuf::Ucs4(v) => v.resize(v.len() + n, c),
        }
    }

    /// Appends Latin-1 bytes.
    #[inline]
    pub fn push_latin1(&mut self, bytes: &[u8]) {
        match self {
            TextBuf::Latin1(v) => v.extend_from_slice(bytes),
            TextBuf::Ucs2(v) => extend(v, bytes),
            TextBuf::Ucs4(v) => extend(v, bytes),
        }
    }

    /// Appends UTF-8 text.
    pub fn push_str(&mut self, s: &str) {
        if s.is_ascii() {
            return self.push_latin1(s.as_bytes());
        }
        // The largest leading byte tells the width, so widen once.
        let lead = s.bytes().fold(0, u8::max);
        let n = s.len() / 2;
        match lead {
            0..=0xC3 => self.reserve(n),
            0xC4..=0xEF => self.widen_for(0xFFFF, n),
            _ => self.widen_for(MAX_CODE_POINT, n),
        }
        match self {
            TextBuf::Latin1(v) => v.extend(s.chars().map(|c| c as u8)),
            TextBuf::Ucs2(v) => v.extend(s.chars().map(|c| c as u16)),
            TextBuf::Ucs4(v) => v.extend(s.chars().map(u32::from)),
        }
    }

    /// Appends borrowed text of any width; it need not be in its narrowest form.
    pub fn push_text(&mut self, text: Text<'_>) {
        match text {
            Text::Latin1(u) => self.push_latin1(u),
            Text::Ucs2(u) => {
                if !matches!(self, TextBuf::Ucs4(_)) {
                    self.widen_for(text.bound(), u.len());
                }
                match self {
                    TextBuf::Latin1(v) => extend(v, u),
                    TextBuf::Ucs2(v) => v.extend_from_slice(u),
                    TextBuf::Ucs4(v) => extend(v, u),
                }
            }
            Text::Ucs4(u) => {
                if !matches!(self, TextBuf::Ucs4(_)) {
                    self.widen_for(text.bound(), u.len());
                }
                match self {
                    TextBuf::Latin1(v) => extend(v, u),
                    TextBuf::Ucs2(v) => extend(v, u),
                    TextBuf::Ucs4(v) => v.extend_from_slice(u),
                }
            }
        }
    }

    /// Cuts the string to its first `n` code points, and narrows it when it can be.
    pub fn truncate(&mut self, n: usize) {
        if n >= self.len() {
            return;
        }
        if let TextBuf::Latin1(v) = self {
            return v.truncate(n);
        }
        *self = TextBuf::from(self.as_text().slice(0, n));
    }

    /// Empties the string; a Latin-1 buffer keeps its memory.
    pub fn clear(&mut self) {
        match self {
            TextBuf::Latin1(v) => v.clear(),
            _ => *self = TextBuf::new(),
        }
    }

    /// See [`Text::to_string_lossy`].
    pub fn to_string_lossy(&self) -> String {
        self.as_text().to_string_lossy()
    }
}

impl From<Text<'_>> for TextBuf {
    fn from(text: Text<'_>) -> TextBuf {
        match text {
            Text::Latin1(u) => TextBuf::Latin1(u.to_vec()),
            _ => {
                let mut buf = TextBuf::new();
                buf.push_text(text);
                buf
            }
        }
    }
}

impl From<&str> for TextBuf {
    fn from(s: &str) -> TextBuf {
        let mut buf = TextBuf::new();
        buf.push_str(s);
        buf
    }
}

impl From<String> for TextBuf {
    fn from(s: String) -> TextBuf {
        if s.is_ascii() { TextBuf::Latin1(s.into_bytes()) } else { TextBuf::from(s.as_str()) }
    }
}

impl Extend<u32> for TextBuf {
    fn extend<I: IntoIterator<Item = u32>>(&mut self, codes: I) {
        let codes = codes.into_iter();
        self.reserve(codes.size_hint().0);
        for c in codes {
            self.push(c);
        }
    }
}

impl FromIterator<u32> for TextBuf {
    fn from_iter<I: IntoIterator<Item = u32>>(codes: I) -> TextBuf {
        let mut buf = TextBuf::new();
        buf.extend(codes);
        buf
    }
}

impl fmt::Write for TextBuf {
    fn write_str(&mut self, s: &str) -> fmt::Result {
        self.push_str(s);
        Ok(())
    }
}

impl fmt::Debug for TextBuf {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.as_text(), f)
    }
}

impl fmt::Display for TextBuf {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.as_text(), f)
    }
}

impl PartialEq for TextBuf {
    fn eq(&self, other: &TextBuf) -> bool {
        self.as_text() == other.as_text()
    }
}

impl Eq for TextBuf {}

impl PartialEq<str> for TextBuf {
    fn eq(&self, other: &str) -> bool {
        self.as_text() == *other
    }
}

impl PartialEq<&str> for TextBuf {
    fn eq(&self, other: &&str) -> bool {
        self.as_text() == **other
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn widens_once_needed_and_stays_narrowest() {
        let mut b = TextBuf::new();
        b.push_str("abc");
        assert!(b.is_ascii() && matches!(b, TextBuf::Latin1(_)));
        b.push(0xE9);
        assert!(!b.is_ascii() && matches!(b, TextBuf::Latin1(_)));
        b.push_text(Text::Ucs4(&[0x61]));
        assert!(matches!(b, TextBuf::Latin1(_)));
        b.push(0x20AC);
        assert!(matches!(b, TextBuf::Ucs2(_)));
        b.push_repeat(0x1F600, 2);
        assert!(matches!(b, TextBuf::Ucs4(_)));
        assert_eq!(b, "abcéa€😀😀");
        b.truncate(6);
        assert!(matches!(b, TextBuf::Ucs2(_)));
        b.truncate(5);
        assert!(matches!(b, TextBuf::Latin1(_)));
        assert_eq!(TextBuf::from("ÿ"), "ÿ");
        assert!(matches!(TextBuf::from("ÿ"), TextBuf::Latin1(_)));
        assert!(matches!(TextBuf::from("Ā"), TextBuf::Ucs2(_)));
        assert!(matches!(TextBuf::from("a\u{FFFF}"), TextBuf::Ucs2(_)));
    }

    #[test]
    fn compares_across_widths() {
        assert_eq!(Text::Ucs4(&[97, 98]), Text::Latin1(b"ab"));
        assert!(Text::Ucs2(&[0xFFFF]) < Text::Ucs4(&[0x10000]));
    }
}
