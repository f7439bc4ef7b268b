//! UTF-7 (RFC 2152), with the set of directly encoded characters and the leniency of CPython.
//!
//! An error always leaves the base-64 section, and an incomplete section at the end of a chunk is not consumed at all,
//! so the decoder needs no state between calls.

use super::utf8::is_surrogate;
use super::wide::{join_surrogates, split_surrogates};
use super::{CodecError, Decoded};
use crate::{Text, TextBuf};

const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

fn from_base64(b: u8) -> Option<u32> {
    Some(u32::from(match b {
        b'A'..=b'Z' => b - b'A',
        b'a'..=b'z' => b - b'a' + 26,
        b'0'..=b'9' => b - b'0' + 52,
        b'+' => 62,
        b'/' => 63,
        _ => return None,
    }))
}

fn is_base64(c: u32) -> bool {
    u8::try_from(c).is_ok_and(|b| from_base64(b).is_some())
}

/// Whether a byte outside a section stands for itself.
fn decodes_directly(b: u8) -> bool {
    b < 0x80 && b != b'+'
}

/// Whether a character is written as itself.
fn encodes_directly(c: u32) -> bool {
    match u8::try_from(c) {
        Ok(b'\t' | b'\n' | b'\r') => true,
        Ok(b) => (b' '..0x7F).contains(&b) && !matches!(b, b'+' | b'\\' | b'~'),
        Err(_) => false,
    }
}

/// A base-64 section being read.
#[derive(Default)]
struct Section {
    /// Where its `+` is, and how long the output was there.
    start: usize,
    out_start: usize,
    buffer: u32,
    bits: u32,
    /// A high surrogate that waits for its partner.
    high: u32,
}

impl Section {
    fn feed(&mut self, value: u32, out: &mut TextBuf) {
        self.buffer = self.buffer << 6 | value;
        self.bits += 6;
        if self.bits < 16 {
            return;
        }
        self.bits -= 16;
        let unit = self.buffer >> self.bits & 0xFFFF;
        self.buffer &= (1 << self.bits) - 1;
        if self.high != 0 {
            let high = std::mem::take(&mut self.high);
            if unit & 0xFC00 == 0xDC00 {
                return out.push(join_surrogates(high, unit));
            }
            out.push(high);
        }
        if is_surrogate(unit) && unit < 0xDC00 {
            self.high = unit;
        } else {
            out.push(unit);
        }
    }

    /// Why the section cannot end here.
    fn leftover(&self) -> Option<&'static str> {
        if self.bits >= 6 {
            Some("partial character in shift sequence")
        } else if self.bits > 0 && self.buffer != 0 {
            Some("non-zero padding bits in shift sequence")
        } else {
            None
        }
    }
}

/// See [`super`].
pub fn decode(input: &[u8], pos: usize, last: bool, out: &mut TextBuf) -> Decoded {
    let mut at = pos;
    let mut section: Option<Section> = None;
    while let Some(&b) = input.get(at) {
        if let Some(open) = &mut section {
            if let Some(value) = from_base64(b) {
                open.feed(value, out);
                at += 1;
                continue;
            }
            if let Some(reason) = open.leftover() {
                return Err(CodecError::new(open.start, at + 1, reason));
            }
            if open.high != 0 && decodes_directly(b) {
                out.push(open.high);
            }
            section = None;
            at += usize::from(b == b'-');
        } else if b == b'+' {
            let start = at;
            at += 1;
            match input.get(at) {
                Some(b'-') => {
                    at += 1;
                    out.push(u32::from(b'+'));
                }
                Some(&next) if from_base64(next).is_none() => {
                    return Err(CodecError::new(start, at + 1, "ill-formed sequence"));
                }
                _ => section = Some(Section { start, out_start: out.len(), ..Section::default() }),
            }
        } else if decodes_directly(b) {
            out.push(u32::from(b));
            at += 1;
        } else {
            return Err(CodecError::new(at, at + 1, "unexpected special character"));
        }
    }
    if let Some(open) = section {
        if !last {
            out.truncate(open.out_start);
            return Ok(open.start);
        }
        if open.high != 0 || open.leftover().is_some() {
            return Err(CodecError::new(open.start, input.len(), "unterminated shift sequence"));
        }
    }
    Ok(at)
}

/// Encodes the whole text; nothing is unencodable.
pub fn encode(text: Text<'_>, out: &mut Vec<u8>) {
    let (mut shifted, mut buffer, mut bits) = (false, 0u32, 0);
    for c in text {
        if encodes_directly(c) || (c == u32::from(b'+') && !shifted) {
            if shifted {
                flush(&mut buffer, &mut bits, out);
                shifted = false;
                if is_base64(c) || c == u32::from(b'-') {
                    out.push(b'-');
                }
            }
            out.push(c as u8);
            if c == u32::from(b'+') {
                out.push(b'-');
            }
            continue;
        }
        if !shifted {
            out.push(b'+');
            shifted = true;
        }
        let mut put = |unit: u32| {
            buffer = buffer << 16 | unit;
            bits += 16;
            while bits >= 6 {
                bits -= 6;
                out.push(ALPHABET[(buffer >> bits & 63) as usize]);
            }
            buffer &= (1 << bits) - 1;
        };
        if c >= 0x10000 {
            let (high, low) = split_surrogates(c);
            put(high);
            put(low);
        } else {
            put(c);
        }
    }
    flush(&mut buffer, &mut bits, out);
    if shifted {
        out.push(b'-');
    }
}

fn flush(buffer: &mut u32, bits: &mut u32, out: &mut Vec<u8>) {
    if *bits > 0 {
        out.push(ALPHABET[(*buffer << (6 - *bits) & 63) as usize]);
    }
    (*buffer, *bits) = (0, 0);
}
