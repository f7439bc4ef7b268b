//! Backslash escapes: `unicode_escape`, `raw_unicode_escape`, and the `escape` codec of bytes.

use super::{CodecError, Decoded};
use crate::repr::{push_hex, push_hex_escape};
use crate::{MAX_CODE_POINT, Text, TextBuf, unicode};

/// An escape that means nothing, or an octal one above 0o377: CPython warns of the first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BadEscape {
    /// Offset of the character after the backslash.
    pub at: usize,
    /// The octal digits' value when it is an octal escape, else `None`.
    pub octal: Option<u32>,
}

/// Reads up to `count` hex digits at `at`: the value and whether all were there, and where reading stopped.
fn hex(input: &[u8], at: usize, count: usize) -> (Option<u32>, usize) {
    let mut value = 0u32;
    for i in at..at + count {
        match input.get(i).and_then(|&b| char::from(b).to_digit(16)) {
            Some(d) => value = value << 4 | d,
            None => return (None, i),
        }
    }
    (Some(value), at + count)
}

/// Reads up to three octal digits at `at`: the value and where they end.
fn octal(input: &[u8], at: usize) -> (u32, usize) {
    let n = input[at..].iter().take(3).take_while(|b| matches!(b, b'0'..=b'7')).count();
    let value = input[at..at + n].iter().fold(0, |v, b| v << 3 | u32::from(b - b'0'));
    (value, at + n)
}

/// The control character a single letter stands for, or the character itself for quotes and the backslash.
fn simple(b: u8) -> Option<u8> {
    Some(match b {
        b'\\' | b'\'' | b'"' => b,
        b'b' => 0x08,
        b'f' => 0x0C,
        b't' => b'\t',
        b'n' => b'\n',
        b'r' => b'\r',
        b'v' => 0x0B,
        b'a' => 0x07,
        _ => return None,
    })
}

/// Decodes `unicode_escape`; see [`super`]. Notes the first escape to warn of.
pub fn decode_unicode(input: &[u8], pos: usize, last: bool, out: &mut TextBuf, bad: &mut Option<BadEscape>) -> Decoded {
    let mut at = pos;
    loop {
        let plain = memchr::memchr(b'\\', &input[at..]).map_or(input.len(), |n| at + n);
        out.push_latin1(&input[at..plain]);
        if plain == input.len() {
            return Ok(plain);
        }
        at = plain;
        match unicode_escape(input, at, out, bad) {
            Ok(end) => at = end,
            Err(error) if !last && error.end == input.len() && is_incomplete(error.reason) => {
                return Ok(at);
            }
            Err(error) => return Err(error),
        }
    }
}

/// Whether more input could mend the error, were it at the end.
fn is_incomplete(reason: &str) -> bool {
    !matches!(reason, ILLEGAL | UNKNOWN_NAME)
}

const ILLEGAL: &str = "illegal Unicode character";
const UNKNOWN_NAME: &str = "unknown Unicode character name";

/// Decodes the escape whose backslash is at `start`.
fn unicode_escape(input: &[u8], start: usize, out: &mut TextBuf, bad: &mut Option<BadEscape>) -> Decoded {
    let at = start + 1;
    let fail = |end, reason| Err(CodecError::new(start, end, reason));
    let Some(&b) = input.get(at) else {
        return fail(at, "\\ at end of string");
    };
    let (count, truncated) = match b {
        b'x' => (2, "truncated \\xXX escape"),
        b'u' => (4, "truncated \\uXXXX escape"),
        b'U' => (8, "truncated \\UXXXXXXXX escape"),
        b'N' => return named(input, start, out),
        b'\n' => return Ok(at + 1),
        b'0'..=b'7' => {
            let (value, end) = octal(input, at);
            if value > 0o377 {
                bad.get_or_insert(BadEscape { at, octal: Some(value) });
            }
            out.push(value);
            return Ok(end);
        }
        _ => {
            match simple(b) {
                Some(c) => out.push(u32::from(c)),
                None => {
                    bad.get_or_insert(BadEscape { at, octal: None });
                    out.push_latin1(&[b'\\', b]);
                }
            }
            return Ok(at + 1);
        }
    };
    match hex(input, at + 1, count) {
        (Some(c), end) if c > MAX_CODE_POINT => fail(end, ILLEGAL),
        (Some(c), end) => {
            out.push(c);
            Ok(end)
        }
        (None, end) => fail(end, truncated),
    }
}

/// Decodes `\N{name}`.
fn named(input: &[u8], start: usize, out: &mut TextBuf) -> Decoded {
    let fail = |end, reason| Err(CodecError::new(start, end, reason));
    let malformed = "malformed \\N character escape";
    let open = start + 2;
    match input.get(open) {
        Some(b'{') => {}
        _ => return fail(open, malformed),
    }
    let Some(len) = memchr::memchr(b'}', &input[open + 1..]) else {
        return fail(input.len(), malformed);
    };
    let close = open + 1 + len;
    if len == 0 {
        return fail(close, malformed);
    }
    let name = std::str::from_utf8(&input[open + 1..close]).ok();
    match name.and_then(unicode::names::lookup) {
        Some(c) => {
            out.push(c);
            Ok(close + 1)
        }
        None => fail(close + 1, UNKNOWN_NAME),
    }
}

/// Decodes `raw_unicode_escape`; see [`super`].
pub fn decode_raw_unicode(input: &[u8], pos: usize, last: bool, out: &mut TextBuf) -> Decoded {
    let mut at = pos;
    loop {
        let plain = memchr::memchr(b'\\', &input[at..]).map_or(input.len(), |n| at + n);
        out.push_latin1(&input[at..plain]);
        at = plain;
        let (count, truncated) = match input.get(at + 1) {
            _ if at == input.len() => return Ok(at),
            None if !last => return Ok(at),
            None => {
                out.push(u32::from(b'\\'));
                return Ok(input.len());
            }
            Some(b'u') => (4, "truncated \\uXXXX escape"),
            Some(b'U') => (8, "truncated \\UXXXXXXXX escape"),
            Some(&b) => {
                out.push_latin1(&[b'\\', b]);
                at += 2;
                continue;
            }
        };
        match hex(input, at + 2, count) {
            (Some(c), end) if c > MAX_CODE_POINT => {
                return Err(CodecError::new(at, end, "\\Uxxxxxxxx out of range"));
            }
            (Some(c), end) => {
                out.push(c);
                at = end;
            }
            (None, end) if end == input.len() && !last => return Ok(at),
            (None, end) => return Err(CodecError::new(at, end, truncated)),
        }
    }
}

/// Encodes `unicode_escape`.
pub fn encode_unicode(text: Text<'_>, out: &mut Vec<u8>) {
    out.reserve(text.len());
    for c in text {
        match c {
            0x09 => out.extend_from_slice(b"\\t"),
            0x0A => out.extend_from_slice(b"\\n"),
            0x0D => out.extend_from_slice(b"\\r"),
            0x5C => out.extend_from_slice(b"\\\\"),
            0x20..=0x7E => out.push(c as u8),
            _ => push_hex_escape(out, c),
        }
    }
}

/// Encodes `raw_unicode_escape`.
pub fn encode_raw_unicode(text: Text<'_>, out: &mut Vec<u8>) {
    out.reserve(text.len());
    for c in text {
        if c < 0x100 {
            out.push(c as u8);
        } else {
            push_hex_escape(out, c);
        }
    }
}

/// Why bytes with escapes cannot be decoded: a `ValueError`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BytesEscapeError {
    TrailingBackslash,
    /// An `\x` without two digits; the offset of its backslash.
    BadHex(usize),
}

impl BytesEscapeError {
    /// CPython's message.
    pub fn message(self) -> String {
        match self {
            BytesEscapeError::TrailingBackslash => "Trailing \\ in string".to_owned(),
            BytesEscapeError::BadHex(at) => format!("invalid \\x escape at position {at}"),
        }
    }
}

/// `codecs.escape_decode`: the escapes of bytes literals. `replacement` stands for a bad `\x`, if given (`?` for the
/// handler `replace`, nothing for `ignore`).
pub fn decode_bytes(input: &[u8], replacement: Option<&[u8]>, bad: &mut Option<BadEscape>) -> Result<Vec<u8>, BytesEscapeError> {
    let mut out = Vec::with_capacity(input.len());
    let mut at = 0;
    while at < input.len() {
        if input[at] != b'\\' {
            out.push(input[at]);
            at += 1;
            continue;
        }
        let start = at;
        at += 1;
        let b = *input.get(at).ok_or(BytesEscapeError::TrailingBackslash)?;
        match b {
            b'\n' => at += 1,
            b'0'..=b'7' => {
                let (value, end) = octal(input, at);
                if value > 0o377 {
                    bad.get_or_insert(BadEscape { at, octal: Some(value) });
                }
                out.push(value as u8);
                at = end;
            }
            b'x' => match (hex(input, at + 1, 2), replacement) {
                ((Some(value), end), _) => {
                    out.push(value as u8);
                    at = end;
                }
                ((None, _), None) => return Err(BytesEscapeError::BadHex(start)),
                ((None, end), Some(replacement)) => {
                    out.extend_from_slice(replacement);
                    at = end;
                }
            },
            _ => {
                match simple(b) {
                    Some(c) => out.push(c),
                    None => {
                        bad.get_or_insert(BadEscape { at, octal: None });
                        out.extend_from_slice(&[b'\\', b]);
                    }
                }
                at += 1;
            }
        }
    }
    Ok(out)
}

/// `codecs.escape_encode`: what stands between the quotes of a bytes literal in single quotes.
pub fn encode_bytes(input: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(input.len());
    for &b in input {
        match b {
            b'\'' | b'\\' => out.extend_from_slice(&[b'\\', b]),
            b'\t' => out.extend_from_slice(b"\\t"),
            b'\n' => out.extend_from_slice(b"\\n"),
            b'\r' => out.extend_from_slice(b"\\r"),
            b' '..=b'~' => out.push(b),
            _ => {
                out.extend_from_slice(b"\\x");
                push_hex(&mut out, u32::from(b), 2);
            }
        }
    }
    out
}
