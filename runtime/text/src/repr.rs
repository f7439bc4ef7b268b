//! `repr` and `ascii` of strings, bytes and bytearrays.

use crate::{Text, TextBuf, Unit, unicode};

const HEX: &[u8; 16] = b"0123456789abcdef";

/// Appends the last `digits` hex digits of `value`.
pub(crate) fn push_hex(out: &mut Vec<u8>, value: u32, digits: u32) {
    out.extend((0..digits).rev().map(|i| HEX[(value >> (4 * i) & 15) as usize]));
}

/// Appends `\xNN`, `\uNNNN` or `\UNNNNNNNN`, the shortest that holds `c`.
pub(crate) fn push_hex_escape(out: &mut Vec<u8>, c: u32) {
    let (letter, digits) = match c {
        0..=0xFF => (b'x', 2),
        0x100..=0xFFFF => (b'u', 4),
        _ => (b'U', 8),
    };
    out.extend_from_slice(&[b'\\', letter]);
    push_hex(out, c, digits);
}

/// Double quotes only when that saves escaping: there are single quotes and no double ones.
fn quote<U: Unit>(units: &[U]) -> u8 {
    let has = |b: u8| U::truncate(u32::from(b)).position(units).is_some();
    if has(b'\'') && !has(b'"') { b'"' } else { b'\'' }
}

/// The escape of an ASCII character, when it needs one.
#[inline]
fn ascii_escape(b: u8, quote: u8, out: &mut Vec<u8>) {
    match b {
        b'\\' => out.extend_from_slice(b"\\\\"),
        b'\t' => out.extend_from_slice(b"\\t"),
        b'\n' => out.extend_from_slice(b"\\n"),
        b'\r' => out.extend_from_slice(b"\\r"),
        _ if b == quote => out.extend_from_slice(&[b'\\', b]),
        b' '..=b'~' => out.push(b),
        _ => push_hex_escape(out, u32::from(b)),
    }
}

/// Whether `b` is copied as it is.
#[inline(always)]
fn plain(b: u8, quote: u8) -> bool {
    (b' '..=b'~').contains(&b) && b != b'\\' && b != quote
}

/// `repr(text)`.
pub fn str_repr(text: Text<'_>) -> TextBuf {
    with_units!(text, units => escape_text(units, unicode::is_printable))
}

/// `ascii(text)`, for a string.
pub fn str_ascii(text: Text<'_>) -> TextBuf {
    with_units!(text, units => escape_text(units, |_| false))
}

fn escape_text<U: Unit>(units: &[U], keep: impl Fn(u32) -> bool) -> TextBuf {
    let quote = quote(units);
    let mut out = TextBuf::with_capacity(units.len() + 2);
    out.push(u32::from(quote));
    let mut scratch = Vec::new();
    let mut rest = units;
    while !rest.is_empty() {
        // Runs of ordinary characters go over whole.
        let n = rest.iter().take_while(|u| u8::try_from(u.code()).is_ok_and(|b| plain(b, quote))).count();
        out.push_text(U::text(&rest[..n]));
        rest = &rest[n..];
        if let [u, after @ ..] = rest {
            let c = u.code();
            if c >= 0x80 && keep(c) {
                out.push(c);
            } else {
                scratch.clear();
                match u8::try_from(c) {
                    Ok(b) if b.is_ascii() => ascii_escape(b, quote, &mut scratch),
                    _ => push_hex_escape(&mut scratch, c),
                }
                out.push_latin1(&scratch);
            }
            rest = after;
        }
    }
    out.push(u32::from(quote));
    out
}

/// `repr(bytes)`, ASCII.
pub fn bytes_repr(bytes: &[u8]) -> String {
    let mut out = Vec::with_capacity(bytes.len() + 3);
    push_bytes_repr(bytes, &mut out);
    into_string(out)
}

/// `repr` of a bytearray, or of a subclass called `class`.
pub fn bytearray_repr(class: &str, bytes: &[u8]) -> String {
    let mut out = Vec::with_capacity(bytes.len() + class.len() + 5);
    out.extend_from_slice(class.as_bytes());
    out.push(b'(');
    push_bytes_repr(bytes, &mut out);
    out.push(b')');
    into_string(out)
}

fn push_bytes_repr(bytes: &[u8], out: &mut Vec<u8>) {
    let quote = quote(bytes);
    out.extend_from_slice(&[b'b', quote]);
    for &b in bytes {
        ascii_escape(b, quote, out);
    }
    out.push(quote);
}

fn into_string(ascii: Vec<u8>) -> String {
    String::from_utf8(ascii).unwrap_or_else(|e| String::from_utf8_lossy(e.as_bytes()).into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strings() {
        let r = |s: &str| str_repr(TextBuf::from(s).as_text()).to_string_lossy();
        assert_eq!(r("abc"), "'abc'");
        assert_eq!(r("it's"), "\"it's\"");
        assert_eq!(r("it's \"so\""), r#"'it\'s "so"'"#);
        assert_eq!(r("\t\n\r\\\x07\x7f"), r"'\t\n\r\\\x07\x7f'");
        assert_eq!(r("é\u{a0}\u{ad}€\u{2028}😀\u{e0001}"), "'é\\xa0\\xad€\\u2028😀\\U000e0001'");
        assert_eq!(str_repr(Text::Ucs2(&[0xD800, 0x61])), "'\\ud800a'");
        assert_eq!(str_ascii(TextBuf::from("é€😀").as_text()), "'\\xe9\\u20ac\\U0001f600'");
    }

    #[test]
    fn bytes() {
        assert_eq!(bytes_repr(b"a'\x00\xff\n"), r#"b"a'\x00\xff\n""#);
        assert_eq!(bytearray_repr("bytearray", b"'\""), r#"bytearray(b'\'"')"#);
    }
}
