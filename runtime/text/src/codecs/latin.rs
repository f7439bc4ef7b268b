//! Latin-1 and ASCII.

use super::{CodecError, Decoded};
use crate::{Text, TextBuf, Unit};

/// Decodes ASCII; see [`super`].
pub fn decode_ascii(input: &[u8], pos: usize, out: &mut TextBuf) -> Decoded {
    let rest = &input[pos..];
    if rest.is_ascii() {
        out.push_latin1(rest);
        return Ok(input.len());
    }
    let good = rest.iter().position(|b| !b.is_ascii()).unwrap_or(rest.len());
    out.push_latin1(&rest[..good]);
    let start = pos + good;
    Err(CodecError::new(start, start + 1, "ordinal not in range(128)"))
}

/// Encodes code points below `limit`, 0x80 or 0x100, as themselves; the error covers a run of others.
pub fn encode(text: Text<'_>, pos: usize, limit: u32, out: &mut Vec<u8>) -> Result<(), CodecError> {
    match text {
        Text::Latin1(u) if limit > 0xFF || u[pos..].is_ascii() => {
            out.extend_from_slice(&u[pos..]);
            Ok(())
        }
        Text::Latin1(u) => encode_units(u, pos, limit, out),
        Text::Ucs2(u) => encode_units(u, pos, limit, out),
        Text::Ucs4(u) => encode_units(u, pos, limit, out),
    }
}

fn encode_units<U: Unit>(units: &[U], pos: usize, limit: u32, out: &mut Vec<u8>) -> Result<(), CodecError> {
    let good = units[pos..].iter().position(|u| u.code() >= limit).map_or(units.len(), |n| pos + n);
    out.extend(units[pos..good].iter().map(|u| u.code() as u8));
    if good == units.len() {
        return Ok(());
    }
    let run = units[good..].iter().take_while(|u| u.code() >= limit).count();
    let reason = if limit == 0x80 { "ordinal not in range(128)" } else { "ordinal not in range(256)" };
    Err(CodecError::new(good, good + run, reason))
}
