//! The built-in error handlers.

use std::fmt::Write;

use super::utf8::{is_surrogate, push_three};
use super::wide::{push16, push32};
use super::{Codec, CodecError, Order};
use crate::{Text, TextBuf, unicode};

/// A built-in error handler.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Errors {
    Strict,
    Ignore,
    Replace,
    BackslashReplace,
    XmlCharRefReplace,
    NameReplace,
    SurrogateEscape,
    SurrogatePass,
}

/// What a handler did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Handled {
    /// It appended its replacement; go on from here.
    Resume(usize),
    /// The error is to be raised.
    Raise,
    /// It is not made for this kind of error (CPython: TypeError, "don't know how to handle UnicodeDecodeError in error
    /// callback").
    NotApplicable,
}

/// What an error handler puts in place of what cannot be encoded.
#[derive(Clone, Copy)]
pub enum Replacement<'a> {
    /// To be encoded in turn.
    Text(Text<'a>),
    /// Goes to the output as it is.
    Bytes(&'a [u8]),
}

impl Errors {
    /// The handler registered under `name` from the start.
    pub fn from_name(name: &str) -> Option<Errors> {
        Some(match name {
            "strict" => Errors::Strict,
            "ignore" => Errors::Ignore,
            "replace" => Errors::Replace,
            "backslashreplace" => Errors::BackslashReplace,
            "xmlcharrefreplace" => Errors::XmlCharRefReplace,
            "namereplace" => Errors::NameReplace,
            "surrogateescape" => Errors::SurrogateEscape,
            "surrogatepass" => Errors::SurrogatePass,
            _ => return None,
        })
    }

    /// Deals with a decoding error. `codec` has its byte order resolved.
    pub fn decode(self, codec: Codec, input: &[u8], error: &CodecError, out: &mut TextBuf) -> Handled {
        let bad = &input[error.start..error.end];
        match self {
            Errors::Strict => return Handled::Raise,
            Errors::Ignore => {}
            Errors::Replace => out.push(0xFFFD),
            Errors::BackslashReplace => decode_backslash(bad, out),
            Errors::XmlCharRefReplace | Errors::NameReplace => return Handled::NotApplicable,
            Errors::SurrogateEscape => {
                let n = decode_surrogateescape(bad, out);
                return if n == 0 { Handled::Raise } else { Handled::Resume(error.start + n) };
            }
            Errors::SurrogatePass => {
                return match decode_surrogatepass(codec, &input[error.start..]) {
                    Some((c, n)) => {
                        out.push(c);
                        Handled::Resume(error.start + n)
                    }
                    None => Handled::Raise,
                };
            }
        }
        Handled::Resume(error.end)
    }

    /// Deals with an encoding error. `Err` is the error to raise where the handler got through a part of the range.
    pub fn encode(self, codec: Codec, text: Text<'_>, error: &CodecError, out: &mut Vec<u8>) -> Result<Handled, CodecError> {
        let bad = text.slice(error.start, error.end);
        match self {
            Errors::Strict => return Ok(Handled::Raise),
            Errors::Ignore => {}
            Errors::SurrogateEscape => {
                for (i, c) in bad.iter().enumerate() {
                    if !(0xDC80..=0xDCFF).contains(&c) {
                        return Err(CodecError { start: error.start + i, ..*error });
                    }
                    out.push(c as u8);
                }
                // A lone byte is no unit of the wider encodings.
                let whole = match codec {
                    Codec::Utf16(_) => bad.len().is_multiple_of(2),
                    Codec::Utf32(_) => bad.len().is_multiple_of(4),
                    _ => true,
                };
                if !whole {
                    return Ok(Handled::Raise);
                }
            }
            Errors::SurrogatePass => {
                for (i, c) in bad.iter().enumerate() {
                    if !is_surrogate(c) {
                        return Err(CodecError { start: error.start + i, ..*error });
                    }
                    match codec {
                        Codec::Utf8 | Codec::Utf8Sig => push_three(out, c),
                        Codec::Utf16(order) => push16(out, c, order == Order::Big),
                        Codec::Utf32(order) => push32(out, c, order == Order::Big),
                        _ => return Ok(Handled::Raise),
                    }
                }
            }
            Errors::Replace | Errors::BackslashReplace | Errors::XmlCharRefReplace | Errors::NameReplace => {
                let ascii = self.encode_replacement(bad);
                if !codec.push_replacement(Replacement::Text(Text::ascii(&ascii)), out) {
                    return Ok(Handled::Raise);
                }
            }
        }
        Ok(Handled::Resume(error.end))
    }

    /// The replacement for unencodable text, always ASCII; empty for the handlers that have none.
    pub fn encode_replacement(self, bad: Text<'_>) -> String {
        let mut s = String::new();
        for c in bad {
            match self {
                Errors::Replace => s.push('?'),
                Errors::BackslashReplace => push_backslash(&mut s, c),
                Errors::XmlCharRefReplace => {
                    let _ = write!(s, "&#{c};");
                }
                Errors::NameReplace => match unicode::names::name(c) {
                    Some(name) => {
                        let _ = write!(s, "\\N{{{name}}}");
                    }
                    None => push_backslash(&mut s, c),
                },
                _ => {}
            }
        }
        s
    }
}

fn push_backslash(out: &mut String, c: u32) {
    let _ = match c {
        0..=0xFF => write!(out, "\\x{c:02x}"),
        0x100..=0xFFFF => write!(out, "\\u{c:04x}"),
        _ => write!(out, "\\U{c:08x}"),
    };
}

/// The replacement `backslashreplace` has for undecodable bytes.
pub fn decode_backslash(bad: &[u8], out: &mut TextBuf) {
    for b in bad {
        let _ = write!(out, "\\x{b:02x}");
    }
}

/// Appends a low surrogate for each of the leading non-ASCII bytes, at most four; gives their number.
pub fn decode_surrogateescape(bad: &[u8], out: &mut TextBuf) -> usize {
    let n = bad.iter().take(4).take_while(|b| !b.is_ascii()).count();
    for &b in &bad[..n] {
        out.push(0xDC00 + u32::from(b));
    }
    n
}

/// The surrogate that `bytes` begin with in `codec`, and its length.
pub fn decode_surrogatepass(codec: Codec, bytes: &[u8]) -> Option<(u32, usize)> {
    let (c, n) = match (codec, bytes) {
        (Codec::Utf8 | Codec::Utf8Sig, &[a @ 0xE0..=0xEF, b @ 0x80..=0xBF, c @ 0x80..=0xBF, ..]) => {
            (u32::from(a & 0x0F) << 12 | u32::from(b & 0x3F) << 6 | u32::from(c & 0x3F), 3)
        }
        (Codec::Utf16(Order::Big), &[a, b, ..]) => (u32::from(u16::from_be_bytes([a, b])), 2),
        (Codec::Utf16(_), &[a, b, ..]) => (u32::from(u16::from_le_bytes([a, b])), 2),
        (Codec::Utf32(Order::Big), &[a, b, c, d, ..]) => (u32::from_be_bytes([a, b, c, d]), 4),
        (Codec::Utf32(_), &[a, b, c, d, ..]) => (u32::from_le_bytes([a, b, c, d]), 4),
        _ => return None,
    };
    is_surrogate(c).then_some((c, n))
}
