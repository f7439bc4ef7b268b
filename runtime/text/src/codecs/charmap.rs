//! Encodings of one byte a character, given by a mapping of the caller's.

use super::{CodecError, Decoded};
use crate::{Text, TextBuf};

const UNDEFINED: &str = "character maps to <undefined>";
/// In a decoding table given as a string this stands for an undefined byte.
const UNMAPPED: u32 = 0xFFFE;

/// What a byte decodes to.
pub enum Char {
    One(u32),
    Many(TextBuf),
    Undefined,
}

/// Decodes with a decoding table, a string whose item `b` is the character of byte `b`.
pub fn decode_table(input: &[u8], pos: usize, table: Text<'_>, out: &mut TextBuf) -> Decoded {
    for (i, &b) in input.iter().enumerate().skip(pos) {
        match table.get(usize::from(b)) {
            Some(c) if c != UNMAPPED => out.push(c),
            _ => return Err(CodecError::new(i, i + 1, UNDEFINED)),
        }
    }
    Ok(input.len())
}

/// Decodes with any mapping. An error of the mapping itself ends decoding.
pub fn decode<E>(input: &[u8], pos: usize, out: &mut TextBuf, mut map: impl FnMut(u8) -> Result<Char, E>) -> Result<Decoded, E> {
    for (i, &b) in input.iter().enumerate().skip(pos) {
        match map(b)? {
            Char::One(c) if c != UNMAPPED => out.push(c),
            Char::Many(t) => out.push_text(t.as_text()),
            _ => return Ok(Err(CodecError::new(i, i + 1, UNDEFINED))),
        }
    }
    Ok(Ok(input.len()))
}

/// What a character encodes to.
pub enum Bytes {
    One(u8),
    Many(Vec<u8>),
    Undefined,
}

/// Encodes with any mapping; the error covers a run of characters without one.
pub fn encode<E>(
    text: Text<'_>,
    pos: usize,
    out: &mut Vec<u8>,
    mut map: impl FnMut(u32) -> Result<Bytes, E>,
) -> Result<Result<(), CodecError>, E> {
    let n = text.len();
    let mut at = pos;
    while at < n {
        match map(text.at(at))? {
            Bytes::One(b) => out.push(b),
            Bytes::Many(bytes) => out.extend_from_slice(&bytes),
            Bytes::Undefined => {
                let start = at;
                at += 1;
                while at < n && matches!(map(text.at(at))?, Bytes::Undefined) {
                    at += 1;
                }
                return Ok(Err(CodecError::new(start, at, UNDEFINED)));
            }
        }
        at += 1;
    }
    Ok(Ok(()))
}

/// The inverse of a decoding table, as `codecs.charmap_build` makes it.
#[derive(Clone, Debug, Default)]
pub struct EncodingMap {
    /// Sorted by character. Of bytes with the same character the last counts.
    pairs: Vec<(u32, u8)>,
}

impl EncodingMap {
    /// Inverts the first 256 items of `table`.
    pub fn new(table: Text<'_>) -> EncodingMap {
        let mut pairs: Vec<(u32, u8)> = table.iter().zip(0u8..=255).filter(|&(c, _)| c != UNMAPPED).collect();
        pairs.sort_unstable_by_key(|&(c, b)| (c, std::cmp::Reverse(b)));
        pairs.dedup_by_key(|&mut (c, _)| c);
        EncodingMap { pairs }
    }

    /// The byte of a character.
    pub fn get(&self, c: u32) -> Option<u8> {
        self.pairs.binary_search_by_key(&c, |&(k, _)| k).ok().map(|i| self.pairs[i].1)
    }
}
