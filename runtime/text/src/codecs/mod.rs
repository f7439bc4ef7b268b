//! Encodings.
//!
//! Every decoder is a function of the whole input and a position: it appends to a [`TextBuf`] until the end or an
//! error. An error names the offending range and why; what came before it is in the buffer. The runtime then lets
//! an error handler append a replacement and calls the decoder again from where the handler says. No decoder keeps state
//! between two calls (a byte order mark is resolved first, by [`Codec::start`]), so a handler may even change the
//! input. With `last` unset an incomplete sequence at the end is no error: the decoder stops before it and returns how
//! far it came. Encoders work the same way.
//!
//! [`decode`] and [`encode`] are the loops around this for the built-in handlers of [`Errors`];
//! [`decode_with`] and [`encode_with`] take any handler.

pub mod charmap;
pub mod escape;
mod handlers;
pub mod latin;
pub mod utf7;
pub mod utf8;
pub mod wide;

pub use handlers::{Errors, Handled, Replacement};

use crate::{Text, TextBuf};

/// What could not be decoded or encoded: the range of the input and CPython's reason.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CodecError {
    pub start: usize,
    pub end: usize,
    pub reason: &'static str,
}

impl CodecError {
    pub(crate) fn new(start: usize, end: usize, reason: &'static str) -> CodecError {
        CodecError { start, end, reason }
    }
}

/// How far a decoder came, or the error that stopped it.
pub type Decoded = Result<usize, CodecError>;

/// Byte order of UTF-16 and UTF-32.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Order {
    /// As a byte order mark says, else little-endian; encoding writes a mark.
    Marked,
    Little,
    Big,
}

/// The encodings that need no table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Codec {
    Utf8,
    /// UTF-8 with a signature (U+FEFF) that is written first and dropped if it comes first.
    Utf8Sig,
    Utf16(Order),
    Utf32(Order),
    Utf7,
    Latin1,
    Ascii,
    UnicodeEscape,
    RawUnicodeEscape,
}

impl Codec {
    /// The codec of a name in any of its usual spellings; other names are the `encodings` package's business.
    pub fn from_name(name: &str) -> Option<Codec> {
        let key: String =
            name.trim_matches(' ').chars().map(|c| if matches!(c, '-' | ' ') { '_' } else { c.to_ascii_lowercase() }).collect();
        Some(match key.as_str() {
            "utf_8" | "utf8" | "u8" | "utf" | "cp65001" => Codec::Utf8,
            "utf_8_sig" | "utf8_sig" => Codec::Utf8Sig,
            "utf_16" | "utf16" | "u16" => Codec::Utf16(Order::Marked),
            "utf_16_le" | "utf_16le" => Codec::Utf16(Order::Little),
            "utf_16_be" | "utf_16be" => Codec::Utf16(Order::Big),
            "utf_32" | "utf32" | "u32" => Codec::Utf32(Order::Marked),
            "utf_32_le" | "utf_32le" => Codec::Utf32(Order::Little),
            "utf_32_be" | "utf_32be" => Codec::Utf32(Order::Big),
            "utf_7" | "utf7" | "u7" => Codec::Utf7,
            "latin_1" | "latin1" | "latin" | "l1" | "iso_8859_1" | "iso8859_1" | "8859" | "cp819" => Codec::Latin1,
            "ascii" | "us_ascii" | "646" => Codec::Ascii,
            "unicode_escape" => Codec::UnicodeEscape,
            "raw_unicode_escape" => Codec::RawUnicodeEscape,
            _ => return None,
        })
    }

    /// The name exceptions carry.
    pub fn name(self) -> &'static str {
        match self {
            Codec::Utf8 | Codec::Utf8Sig => "utf-8",
            Codec::Utf16(Order::Marked) => "utf-16",
            Codec::Utf16(Order::Little) => "utf-16-le",
            Codec::Utf16(Order::Big) => "utf-16-be",
            Codec::Utf32(Order::Marked) => "utf-32",
            Codec::Utf32(Order::Little) => "utf-32-le",
            Codec::Utf32(Order::Big) => "utf-32-be",
            Codec::Utf7 => "utf7",
            Codec::Latin1 => "latin-1",
            Codec::Ascii => "ascii",
            Codec::UnicodeEscape => "unicodeescape",
            Codec::RawUnicodeEscape => "rawunicodeescape",
        }
    }

    /// Reads a byte order mark or signature: the codec to go on with, and where. `None` when the input is too
    /// short to tell and more may come.
    pub fn start(self, input: &[u8], last: bool) -> Option<(Codec, usize)> {
        let short = |mark: &[u8]| !last && input.len() < mark.len() && mark.starts_with(input);
        Some(match self {
            Codec::Utf8Sig => {
                let mark = b"\xEF\xBB\xBF";
                if short(mark) {
                    return None;
                }
                (Codec::Utf8, if input.starts_with(mark) { mark.len() } else { 0 })
            }
            Codec::Utf16(Order::Marked) => match input {
                [0xFF, 0xFE, ..] => (Codec::Utf16(Order::Little), 2),
                [0xFE, 0xFF, ..] => (Codec::Utf16(Order::Big), 2),
                _ if !last && input.len() < 2 => return None,
                _ => (Codec::Utf16(Order::Little), 0),
            },
            Codec::Utf32(Order::Marked) => match input {
                [0xFF, 0xFE, 0, 0, ..] => (Codec::Utf32(Order::Little), 4),
                [0, 0, 0xFE, 0xFF, ..] => (Codec::Utf32(Order::Big), 4),
                _ if !last && input.len() < 4 => return None,
                _ => (Codec::Utf32(Order::Little), 0),
            },
            _ => (self, 0),
        })
    }

    /// Decodes from `pos` on. The byte order is resolved (see [`Codec::start`]); `Marked` is taken as little-endian.
    pub fn decode(self, input: &[u8], pos: usize, last: bool, out: &mut TextBuf) -> Decoded {
        match self {
            Codec::Utf8 | Codec::Utf8Sig => utf8::decode(input, pos, last, out),
            Codec::Utf16(order) => wide::decode_utf16(input, pos, order == Order::Big, last, out),
            Codec::Utf32(order) => wide::decode_utf32(input, pos, order == Order::Big, last, out),
            Codec::Utf7 => utf7::decode(input, pos, last, out),
            Codec::Latin1 => {
                out.push_latin1(&input[pos..]);
                Ok(input.len())
            }
            Codec::Ascii => latin::decode_ascii(input, pos, out),
            Codec::UnicodeEscape => escape::decode_unicode(input, pos, last, out, &mut None),
            Codec::RawUnicodeEscape => escape::decode_raw_unicode(input, pos, last, out),
        }
    }

    /// What encoding begins with.
    pub fn mark(self) -> &'static [u8] {
        match self {
            Codec::Utf8Sig => b"\xEF\xBB\xBF",
            Codec::Utf16(Order::Marked) => b"\xFF\xFE",
            Codec::Utf32(Order::Marked) => b"\xFF\xFE\0\0",
            _ => b"",
        }
    }

    /// Encodes from `pos` on, without a mark. After an error call again from where the handler says, except for
    /// UTF-7, which has none.
    pub fn encode(self, text: Text<'_>, pos: usize, out: &mut Vec<u8>) -> Result<(), CodecError> {
        match self {
            Codec::Utf8 | Codec::Utf8Sig => utf8::encode(text, pos, out),
            Codec::Utf16(order) => wide::encode_utf16(text, pos, order == Order::Big, out),
            Codec::Utf32(order) => wide::encode_utf32(text, pos, order == Order::Big, out),
            Codec::Utf7 => {
                utf7::encode(text.from(pos), out);
                Ok(())
            }
            Codec::Latin1 => latin::encode(text, pos, 0x100, out),
            Codec::Ascii => latin::encode(text, pos, 0x80, out),
            Codec::UnicodeEscape => {
                escape::encode_unicode(text.from(pos), out);
                Ok(())
            }
            Codec::RawUnicodeEscape => {
                escape::encode_raw_unicode(text.from(pos), out);
                Ok(())
            }
        }
    }

    /// Appends what an error handler gave. False when the codec does not take it: then the original error is raised.
    pub fn push_replacement(self, replacement: Replacement<'_>, out: &mut Vec<u8>) -> bool {
        match (self, replacement) {
            (Codec::Utf16(_), Replacement::Bytes(b)) => {
                out.extend_from_slice(b);
                b.len().is_multiple_of(2)
            }
            (Codec::Utf32(_), Replacement::Bytes(b)) => {
                out.extend_from_slice(b);
                b.len().is_multiple_of(4)
            }
            (_, Replacement::Bytes(b)) => {
                out.extend_from_slice(b);
                true
            }
            (Codec::Latin1, Replacement::Text(t)) => latin::encode(t, 0, 0x100, out).is_ok(),
            (_, Replacement::Text(t)) => t.is_ascii() && self.encode(t, 0, out).is_ok(),
        }
    }
}

/// Decodes with a built-in handler. Gives the text and how much of the input was consumed (all of it when `last`).
/// An error means that the handler is `strict`, or cannot deal with it; see [`Errors::decode`] for which.
pub fn decode(codec: Codec, input: &[u8], errors: Errors, last: bool) -> Result<(TextBuf, usize), CodecError> {
    let skipped = match codec {
        Codec::Utf8Sig => codec.start(input, last).map_or(0, |(_, at)| at),
        _ => 0,
    };
    let seen = &input[skipped..];
    decode_with(codec, input, last, |codec, error, out| match errors.decode(codec, seen, error, out) {
        Handled::Resume(at) => Ok(at),
        Handled::Raise | Handled::NotApplicable => Err(*error),
    })
}

/// Decodes with any handler, which appends its replacement and says where to go on. The codec it is given has its byte
/// order resolved. Offsets of errors do not count a UTF-8 signature.
pub fn decode_with<E>(
    codec: Codec,
    input: &[u8],
    last: bool,
    mut handler: impl FnMut(Codec, &CodecError, &mut TextBuf) -> Result<usize, E>,
) -> Result<(TextBuf, usize), E> {
    let mut out = TextBuf::new();
    let signed = codec == Codec::Utf8Sig;
    let Some((codec, mut pos)) = codec.start(input, last) else {
        return Ok((out, 0));
    };
    // Errors of UTF-8 after a signature do not count it: to them it was never there.
    let skipped = if signed { std::mem::take(&mut pos) } else { 0 };
    let input = &input[skipped..];
    loop {
        match codec.decode(input, pos, last, &mut out) {
            Ok(end) => return Ok((out, skipped + end)),
            Err(error) => pos = handler(codec, &error, &mut out)?,
        }
    }
}

/// Encodes with a built-in handler.
pub fn encode(codec: Codec, text: Text<'_>, errors: Errors) -> Result<Vec<u8>, CodecError> {
    encode_with(codec, text, |error, out| match errors.encode(codec, text, error, out) {
        Ok(Handled::Resume(at)) => Ok(at),
        Ok(Handled::Raise | Handled::NotApplicable) => Err(*error),
        Err(narrowed) => Err(narrowed),
    })
}

/// Encodes with any handler, which appends its replacement (see [`Codec::push_replacement`]) and says where to go on.
pub fn encode_with<E>(
    codec: Codec,
    text: Text<'_>,
    mut handler: impl FnMut(&CodecError, &mut Vec<u8>) -> Result<usize, E>,
) -> Result<Vec<u8>, E> {
    let mut out = codec.mark().to_vec();
    let mut pos = 0;
    loop {
        match codec.encode(text, pos, &mut out) {
            Ok(()) => return Ok(out),
            Err(error) => pos = handler(&error, &mut out)?,
        }
    }
}

#[cfg(test)]
mod tests;
