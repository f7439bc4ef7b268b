//! printf-style formatting: the parser of `%` templates, and the layout of what they format.
//!
//! [`Parser`] gives the pieces of a template lazily, because an error in a later piece must not come before the
//! effects of the earlier ones. Within a directive, too, CPython fetches arguments while it parses; so a directive
//! with an error carries what was read before it. The caller does, in this order, and stops at the first failure:
//! 1. `has_key` without a mapping: TypeError "format requires a mapping"; with `key`: look it up, and take arguments
//!    from the value found alone;
//! 2. `width` is `Star`: take an argument (TypeError "* wants int" unless an int);
//! 3. `precision` is `Star`: the same;
//! 4. `conversion` is an error: raise it;
//! 5. take the argument, convert it; if the conversion character means nothing: [`Directive::unsupported`].

use std::ops::Range;

use crate::float::{self, Form, Style};
use crate::{Text, TextBuf, Unit};

/// Whose template it is: messages differ.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Template {
    Str,
    Bytes,
}

/// A `ValueError` about a template.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PercentError {
    /// CPython's message.
    pub message: String,
}

fn error(message: impl Into<String>) -> PercentError {
    PercentError { message: message.into() }
}

/// The flags of a directive.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Flags {
    /// `-`
    pub left: bool,
    /// `+`
    pub sign: bool,
    /// space
    pub blank: bool,
    /// `#`
    pub alternate: bool,
    /// `0`
    pub zero: bool,
}

/// A width or precision.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Amount {
    Number(usize),
    /// Given by an argument.
    Star,
}

/// One `%...` of a template.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Directive {
    /// A `(` follows the `%`.
    pub has_key: bool,
    /// What stands between the parentheses.
    pub key: Option<Range<usize>>,
    pub flags: Flags,
    pub width: Option<Amount>,
    pub precision: Option<Amount>,
    /// The conversion character.
    pub conversion: Result<u32, PercentError>,
    /// Where the conversion character is.
    pub at: usize,
}

impl Directive {
    /// The error for a conversion character without meaning.
    pub fn unsupported(&self) -> PercentError {
        let c = *self.conversion.as_ref().unwrap_or(&0);
        let shown = char::from_u32(c).filter(|c| (' '..='~').contains(c)).unwrap_or('?');
        error(format!("unsupported format character '{shown}' (0x{c:x}) at index {}", self.at))
    }

    /// The layout, given the values of the stars. A negative width aligns left, a negative precision is 0.
    pub fn layout(&self, width: Option<isize>, precision: Option<i32>) -> Layout {
        let mut flags = self.flags;
        let width = match self.width {
            Some(Amount::Number(n)) => n,
            _ => {
                let width = width.unwrap_or(0);
                flags.left |= width < 0;
                width.unsigned_abs()
            }
        };
        let precision = match self.precision {
            Some(Amount::Number(n)) => Some(n),
            Some(Amount::Star) => Some(precision.map_or(0, |p| usize::try_from(p).unwrap_or(0))),
            None => None,
        };
        Layout { flags, width, precision }
    }
}

/// A piece of a template.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Piece {
    /// Copied as it is; for `%%` the second of the two.
    Literal(Range<usize>),
    Directive(Directive),
}

/// The pieces of a template. After a directive with an error there are no more.
pub struct Parser<'a> {
    text: Text<'a>,
    template: Template,
    at: usize,
}

impl<'a> Parser<'a> {
    /// Starts at the front of a template; bytes are lent as Latin-1.
    pub fn new(text: Text<'a>, template: Template) -> Parser<'a> {
        Parser::starting_at(text, template, 0)
    }

    /// Starts somewhere else.
    pub fn starting_at(text: Text<'a>, template: Template, at: usize) -> Parser<'a> {
        Parser { text, template, at }
    }

    /// Where the next piece begins.
    pub fn position(&self) -> usize {
        self.at
    }

    fn peek(&self) -> Option<u32> {
        self.text.get(self.at)
    }

    fn eat(&mut self, c: u8) -> bool {
        let found = self.peek() == Some(u32::from(c));
        self.at += usize::from(found);
        found
    }

    fn directive(&mut self) -> Directive {
        let mut d = Directive {
            has_key: false,
            key: None,
            flags: Flags::default(),
            width: None,
            precision: None,
            conversion: Ok(0),
            at: self.at,
        };
        d.conversion = self.fill(&mut d);
        d.at = self.at;
        match d.conversion {
            Ok(_) => self.at += 1,
            Err(_) => self.at = self.text.len(),
        }
        d
    }

    /// Reads up to the conversion character.
    fn fill(&mut self, d: &mut Directive) -> Result<u32, PercentError> {
        if self.eat(b'(') {
            d.has_key = true;
            d.key = Some(self.key()?);
        }
        loop {
            let flag = match self.peek().and_then(|c| u8::try_from(c).ok()) {
                Some(b'-') => &mut d.flags.left,
                Some(b'+') => &mut d.flags.sign,
                Some(b' ') => &mut d.flags.blank,
                Some(b'#') => &mut d.flags.alternate,
                Some(b'0') => &mut d.flags.zero,
                _ => break,
            };
            *flag = true;
            self.at += 1;
        }
        d.width = self.amount(isize::MAX as usize, "width too big")?;
        if self.eat(b'.') {
            let too_big = match self.template {
                Template::Str => "precision too big",
                Template::Bytes => "prec too big",
            };
            d.precision = Some(self.amount(i32::MAX as usize, too_big)?.unwrap_or(Amount::Number(0)));
        }
        if matches!(self.peek(), Some(0x68 | 0x6C | 0x4C)) {
            // A length modifier (h, l, L) means nothing.
            self.at += 1;
        }
        self.peek().ok_or_else(|| error("incomplete format"))
    }

    /// The mapping key up to the matching parenthesis.
    fn key(&mut self) -> Result<Range<usize>, PercentError> {
        let start = self.at;
        let mut depth = 1;
        while let Some(c) = self.peek() {
            match c {
                0x28 => depth += 1,
                0x29 => depth -= 1,
                _ => {}
            }
            self.at += 1;
            if depth == 0 {
                return Ok(start..self.at - 1);
            }
        }
        Err(error("incomplete format key"))
    }

    fn amount(&mut self, limit: usize, too_big: &str) -> Result<Option<Amount>, PercentError> {
        if self.eat(b'*') {
            return Ok(Some(Amount::Star));
        }
        let mut value = None::<usize>;
        while let Some(c @ 0x30..=0x39) = self.peek() {
            self.at += 1;
            let next = value.unwrap_or(0).checked_mul(10).and_then(|v| v.checked_add((c - 0x30) as usize));
            value = Some(next.filter(|&v| v <= limit).ok_or_else(|| error(too_big))?);
        }
        Ok(value.map(Amount::Number))
    }
}

/// The first `%` at or after `start`.
pub fn next_percent(text: Text<'_>, start: usize) -> Option<usize> {
    with_units!(text, units => Unit::position(Unit::truncate(0x25), &units[start..]).map(|n| start + n))
}

impl Iterator for Parser<'_> {
    type Item = Piece;

    fn next(&mut self) -> Option<Piece> {
        let start = self.at;
        if start == self.text.len() {
            return None;
        }
        let percent = next_percent(self.text, start).unwrap_or(self.text.len());
        if percent > start {
            self.at = percent;
            return Some(Piece::Literal(start..percent));
        }
        self.at += 1;
        if self.eat(b'%') {
            return Some(Piece::Literal(self.at - 1..self.at));
        }
        Some(Piece::Directive(self.directive()))
    }
}

/// How a converted value is laid out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Layout {
    pub flags: Flags,
    pub width: usize,
    pub precision: Option<usize>,
}

impl Layout {
    /// Spaces before and after content of a length.
    fn padding(&self, length: usize) -> (usize, usize) {
        let n = self.width.saturating_sub(length);
        if self.flags.left { (0, n) } else { (n, 0) }
    }

    /// Appends a string for `s`, `r` or `a`: cut to the precision, padded with spaces.
    pub fn push_text(&self, out: &mut TextBuf, text: Text<'_>) {
        let length = text.len().min(self.precision.unwrap_or(usize::MAX));
        self.push_whole(out, text.slice(0, length));
    }

    /// Appends a character for `c`, or a number already laid out: padded with spaces.
    pub fn push_whole(&self, out: &mut TextBuf, text: Text<'_>) {
        let (before, after) = self.padding(text.len());
        out.push_repeat(0x20, before);
        out.push_text(text);
        out.push_repeat(0x20, after);
    }

    /// [`Layout::push_text`] for bytes.
    pub fn push_bytes(&self, out: &mut Vec<u8>, bytes: &[u8]) {
        let length = bytes.len().min(self.precision.unwrap_or(usize::MAX));
        self.push_whole_bytes(out, &bytes[..length]);
    }

    /// [`Layout::push_whole`] for bytes.
    pub fn push_whole_bytes(&self, out: &mut Vec<u8>, bytes: &[u8]) {
        let (before, after) = self.padding(bytes.len());
        out.resize(out.len() + before, b' ');
        out.extend_from_slice(bytes);
        out.resize(out.len() + after, b' ');
    }

    /// Appends a number with sign, prefix and filling zeros; `digits` after `zeros` more of them.
    fn push_number(&self, out: &mut impl Sink, negative: bool, prefix: &str, zeros: usize, digits: &str) {
        let sign = match self.flags {
            _ if negative => "-",
            Flags { sign: true, .. } => "+",
            Flags { blank: true, .. } => " ",
            _ => "",
        };
        let (before, after) = self.padding(sign.len() + prefix.len() + zeros + digits.len());
        let (spaces, filling) = if self.flags.zero { (0, before) } else { (before, 0) };
        out.repeat(b' ', spaces);
        out.bytes(sign.as_bytes());
        out.bytes(prefix.as_bytes());
        out.repeat(b'0', filling + zeros);
        out.bytes(digits.as_bytes());
        out.repeat(b' ', after);
    }

    /// Appends an integer for `d`, `i`, `u`, `o`, `x` or `X`, given by its sign and its digits in the conversion's base (in
    /// the conversion's case, without prefix). The precision is the least number of digits.
    pub fn push_int(&self, out: &mut impl Sink, conversion: u8, negative: bool, digits: &str) {
        let prefix = match conversion {
            b'o' if self.flags.alternate => "0o",
            b'x' if self.flags.alternate => "0x",
            b'X' if self.flags.alternate => "0X",
            _ => "",
        };
        let zeros = self.precision.unwrap_or(0).saturating_sub(digits.len());
        self.push_number(out, negative, prefix, zeros, digits)
    }

    /// Appends a float for `e`, `E`, `f`, `F`, `g` or `G`.
    pub fn push_float(&self, out: &mut impl Sink, conversion: u8, x: f64) {
        let precision = self.precision.unwrap_or(6);
        let mut push = |text: &str| match text.strip_prefix('-') {
            Some(magnitude) => self.push_number(out, true, "", 0, magnitude),
            None => self.push_number(out, false, "", 0, text),
        };
        if matches!(conversion, b'f' | b'F')
            && !(self.flags.alternate && precision == 0)
            && let Some(fixed) = float::Fixed::of(x, precision)
        {
            return push(fixed.text());
        }
        let form = match conversion.to_ascii_lowercase() {
            b'e' => Form::Exp,
            b'f' => Form::Fixed,
            _ => Form::General,
        };
        let style = Style { upper: conversion.is_ascii_uppercase(), alternate: self.flags.alternate, ..Style::default() };
        push(&float::format(x, form, precision, style))
    }
}

/// Where text goes: a string that is being made, or bytes.
pub trait Sink {
    /// Appends Latin-1 text.
    fn bytes(&mut self, bytes: &[u8]);
    /// Appends `n` copies of a character.
    fn repeat(&mut self, c: u8, n: usize);
}

impl Sink for TextBuf {
    #[inline]
    fn bytes(&mut self, bytes: &[u8]) {
        self.push_latin1(bytes)
    }
    #[inline]
    fn repeat(&mut self, c: u8, n: usize) {
        self.push_repeat(u32::from(c), n)
    }
}

impl Sink for Vec<u8> {
    #[inline]
    fn bytes(&mut self, bytes: &[u8]) {
        self.extend_from_slice(bytes)
    }
    #[inline]
    fn repeat(&mut self, c: u8, n: usize) {
        self.resize(self.len() + n, c)
    }
}

/// Reads a directive of the usual kind, of which `at` is the first byte behind the `%`: flags, width and precision in digits, and a
/// conversion that is not `c`. Gives its layout, the conversion, and where it ends; `None` for all that [`Parser`] must see.
#[inline]
pub fn usual_directive(units: &[u8], at: usize) -> Option<(Layout, u8, usize)> {
    /// Longer numbers may be too large.
    const MOST_DIGITS: usize = 4;
    let mut at = at;
    let mut layout = Layout { flags: Flags::default(), width: 0, precision: None };
    let number = |at: &mut usize| {
        let start = *at;
        let mut n = 0;
        while let Some(digit @ b'0'..=b'9') = units.get(*at) {
            n = n * 10 + usize::from(digit - b'0');
            *at += 1;
            if *at - start > MOST_DIGITS {
                return None;
            }
        }
        Some(n)
    };
    if !units.get(at)?.is_ascii_alphabetic() {
        loop {
            match units.get(at)? {
                b'-' => layout.flags.left = true,
                b'+' => layout.flags.sign = true,
                b' ' => layout.flags.blank = true,
                b'#' => layout.flags.alternate = true,
                b'0' => layout.flags.zero = true,
                _ => break,
            }
            at += 1;
        }
        layout.width = number(&mut at)?;
        if units.get(at) == Some(&b'.') {
            at += 1;
            layout.precision = Some(number(&mut at)?);
        }
    }
    let c = *units.get(at)?;
    let known = matches!(c, b's' | b'r' | b'a' | b'd' | b'i' | b'u' | b'o' | b'x' | b'X' | b'e' | b'E' | b'f' | b'F' | b'g' | b'G');
    known.then_some((layout, c, at + 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn directive(s: &str) -> Directive {
        let text = TextBuf::from(s);
        match Parser::new(text.as_text(), Template::Str).next() {
            Some(Piece::Directive(d)) => d,
            other => panic!("{other:?}"),
        }
    }

    fn message(s: &str) -> String {
        directive(s).conversion.map_or_else(|e| e.message, |_| String::new())
    }

    #[test]
    fn pieces() {
        let text = TextBuf::from("a%%b%(k(1))-+ #05.*ldz%5%");
        let pieces: Vec<Piece> = Parser::new(text.as_text(), Template::Str).collect();
        let [
            Piece::Literal(a),
            Piece::Literal(percent),
            Piece::Literal(b),
            Piece::Directive(d),
            Piece::Literal(z),
            Piece::Directive(last),
        ] = &pieces[..]
        else {
            panic!("{pieces:?}");
        };
        assert_eq!((a.clone(), percent.clone(), b.clone(), z.clone()), (0..1, 2..3, 3..4, 21..22));
        assert_eq!(d.key, Some(6..10));
        assert!(d.flags.left && d.flags.sign && d.flags.blank && d.flags.alternate && d.flags.zero);
        assert_eq!((d.width, d.precision), (Some(Amount::Number(5)), Some(Amount::Star)));
        assert_eq!(d.conversion, Ok(u32::from(b'd')));
        assert_eq!(last.unsupported().message, "unsupported format character '%' (0x25) at index 24");
    }

    #[test]
    fn errors() {
        assert_eq!(message("%"), "incomplete format");
        assert_eq!(message("%(a"), "incomplete format key");
        assert_eq!(message("%(a)"), "incomplete format");
        assert_eq!(message("%99999999999999999999d"), "width too big");
        assert_eq!(message("%.9999999999d"), "precision too big");
        assert_eq!(directive("%.-5d").unsupported().message, "unsupported format character '-' (0x2d) at index 2");
        assert_eq!(directive("%€").unsupported().message, "unsupported format character '?' (0x20ac) at index 1");
    }

    /// What the quick reader accepts it reads as the parser does.
    #[test]
    fn usual_directives() {
        for s in ["%d", "%5d", "%-05.3f|", "%+ #x", "%.s", "%.10G", "%0.0r", "%1234s", "%d%d"] {
            let d = directive(s);
            let expected = (d.layout(None, None), d.conversion.clone().map_or(0, |c| c as u8), d.at + 1);
            assert_eq!(usual_directive(s.as_bytes(), 1), Some(expected), "{s}");
        }
        for s in ["%", "%5", "%5.", "%(a)s", "%*d", "%.*d", "%ld", "%c", "%%", "%y", "%12345d", "%.12345d", "%."] {
            assert_eq!(usual_directive(s.as_bytes(), 1), None, "{s}");
        }
    }

    #[test]
    fn layouts() {
        let int = |s: &str, n: i64| {
            let d = directive(s);
            let conversion = d.conversion.clone().map_or(0, |c| c as u8);
            let digits = match conversion {
                b'x' | b'X' => format!("{:x}", n.unsigned_abs()),
                b'o' => format!("{:o}", n.unsigned_abs()),
                _ => n.unsigned_abs().to_string(),
            };
            let digits = if conversion == b'X' { digits.to_uppercase() } else { digits };
            let mut out = Vec::new();
            d.layout(None, None).push_int(&mut out, conversion, n < 0, &digits);
            String::from_utf8(out).unwrap_or_default()
        };
        assert_eq!(int("%+05.3d", 5), "+0005");
        assert_eq!(int("%#.5x", 255), "0x000ff");
        assert_eq!(int("%#X", 255), "0XFF");
        assert_eq!(int("%-#10x", -255), "-0xff     ");
        assert_eq!(int("%010x", -255), "-0000000ff");
        assert_eq!(int("%-05d", 3), "3    ");
        assert_eq!(int("% d", 5), " 5");
        let float = |s: &str, x| {
            let d = directive(s);
            let mut out = TextBuf::new();
            d.layout(None, None).push_float(&mut out, d.conversion.clone().map_or(0, |c| c as u8), x);
            out.to_string_lossy()
        };
        assert_eq!(float("%010.2f", -1.5), "-000001.50");
        assert_eq!(float("%+f", f64::NAN), "+nan");
        assert_eq!(float("%010f", f64::INFINITY), "0000000inf");
        assert_eq!(float("%G", 1e-10), "1E-10");
        let mut out = TextBuf::new();
        directive("%5.2s").layout(None, None).push_text(&mut out, Text::ascii("abc"));
        directive("%*d").layout(Some(-4), None).push_whole(&mut out, Text::ascii("x"));
        assert_eq!(out, "   abx   ");
    }
}
