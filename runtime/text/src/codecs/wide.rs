//! UTF-16 and UTF-32.

use super::utf8::is_surrogate;
use super::{CodecError, Decoded};
use crate::{Text, TextBuf, Unit};

#[inline(always)]
fn unit16(bytes: &[u8], at: usize, big: bool) -> u32 {
    let pair = [bytes[at], bytes[at + 1]];
    u32::from(if big { u16::from_be_bytes(pair) } else { u16::from_le_bytes(pair) })
}

/// See [`super`].
pub fn decode_utf16(input: &[u8], pos: usize, big: bool, last: bool, out: &mut TextBuf) -> Decoded {
    out.reserve((input.len() - pos) / 2);
    let mut at = pos;
    while at + 2 <= input.len() {
        let c = unit16(input, at, big);
        if !is_surrogate(c) {
            out.push(c);
            at += 2;
        } else if c >= 0xDC00 {
            return Err(CodecError::new(at, at + 2, "illegal encoding"));
        } else if at + 4 > input.len() {
            return if last { Err(CodecError::new(at, input.len(), "unexpected end of data")) } else { Ok(at) };
        } else {
            let low = unit16(input, at + 2, big);
            if low & 0xFC00 != 0xDC00 {
                return Err(CodecError::new(at, at + 2, "illegal UTF-16 surrogate"));
            }
            out.push(join_surrogates(c, low));
            at += 4;
        }
    }
    if at < input.len() && last {
        return Err(CodecError::new(at, input.len(), "truncated data"));
    }
    Ok(at)
}

/// See [`super`].
pub fn decode_utf32(input: &[u8], pos: usize, big: bool, last: bool, out: &mut TextBuf) -> Decoded {
    let mut at = pos;
    for quad in input[pos..].chunks_exact(4) {
        let quad = [quad[0], quad[1], quad[2], quad[3]];
        let c = if big { u32::from_be_bytes(quad) } else { u32::from_le_bytes(quad) };
        if is_surrogate(c) {
            return Err(CodecError::new(at, at + 4, "code point in surrogate code point range(0xd800, 0xe000)"));
        }
        if c > crate::MAX_CODE_POINT {
            return Err(CodecError::new(at, at + 4, "code point not in range(0x110000)"));
        }
        out.push(c);
        at += 4;
    }
    if at < input.len() && last {
        return Err(CodecError::new(at, input.len(), "truncated data"));
    }
    Ok(at)
}

/// See [`super`].
pub fn encode_utf16(text: Text<'_>, pos: usize, big: bool, out: &mut Vec<u8>) -> Result<(), CodecError> {
    out.reserve((text.len() - pos) * 2);
    with_units!(text, units => for (i, u) in units.iter().enumerate().skip(pos) {
        let c = u.code();
        if is_surrogate(c) {
            return Err(CodecError::new(i, i + 1, "surrogates not allowed"));
        }
        if c < 0x10000 {
            push16(out, c, big);
        } else {
            let (high, low) = split_surrogates(c);
            push16(out, high, big);
            push16(out, low, big);
        }
    });
    Ok(())
}

/// See [`super`].
pub fn encode_utf32(text: Text<'_>, pos: usize, big: bool, out: &mut Vec<u8>) -> Result<(), CodecError> {
    out.reserve((text.len() - pos) * 4);
    with_units!(text, units => for (i, u) in units.iter().enumerate().skip(pos) {
        let c = u.code();
        if is_surrogate(c) {
            return Err(CodecError::new(i, i + 1, "surrogates not allowed"));
        }
        push32(out, c, big);
    });
    Ok(())
}

#[inline(always)]
pub(super) fn push16(out: &mut Vec<u8>, unit: u32, big: bool) {
    let unit = unit as u16;
    out.extend_from_slice(&if big { unit.to_be_bytes() } else { unit.to_le_bytes() });
}

#[inline(always)]
pub(super) fn push32(out: &mut Vec<u8>, unit: u32, big: bool) {
    out.extend_from_slice(&if big { unit.to_be_bytes() } else { unit.to_le_bytes() });
}

/// The code point of a surrogate pair.
#[inline(always)]
pub fn join_surrogates(high: u32, low: u32) -> u32 {
    0x10000 + ((high & 0x3FF) << 10 | low & 0x3FF)
}

/// The surrogate pair of a code point above 0xFFFF.
#[inline(always)]
pub fn split_surrogates(c: u32) -> (u32, u32) {
    let c = c - 0x10000;
    (0xD800 | c >> 10, 0xDC00 | c & 0x3FF)
}
