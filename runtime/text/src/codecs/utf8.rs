//! UTF-8. Surrogates are no characters of it; the error ranges are those of the standard's *maximal subparts*.

use super::{CodecError, Decoded};
use crate::{Text, TextBuf};

/// See [`super`].
pub fn decode(input: &[u8], pos: usize, last: bool, out: &mut TextBuf) -> Decoded {
    let rest = &input[pos..];
    if rest.is_ascii() {
        out.push_latin1(rest);
        return Ok(input.len());
    }
    let error = match std::str::from_utf8(rest) {
        Ok(s) => {
            out.push_str(s);
            return Ok(input.len());
        }
        Err(error) => error,
    };
    let good = error.valid_up_to();
    // SAFETY: `from_utf8` found the part up to here valid.
    out.push_str(unsafe { std::str::from_utf8_unchecked(&rest[..good]) });
    let start = pos + good;
    let bad = &rest[good..];
    match error.error_len() {
        None if last => Err(CodecError::new(start, input.len(), "unexpected end of data")),
        None => Ok(start),
        // Half of a surrogate: the `surrogatepass` handler will want all three bytes of it.
        Some(_) if !last && matches!(bad, [0xED, 0xA0..=0xBF]) => Ok(start),
        Some(n) => {
            let lead = matches!(bad[0], 0xC2..=0xF4);
            let reason = if lead { "invalid continuation byte" } else { "invalid start byte" };
            Err(CodecError::new(start, start + n, reason))
        }
    }
}

/// See [`super`]. The error covers a whole run of surrogates.
pub fn encode(text: Text<'_>, pos: usize, out: &mut Vec<u8>) -> Result<(), CodecError> {
    match text {
        Text::Latin1(u) => {
            encode_latin1(&u[pos..], out);
            Ok(())
        }
        Text::Ucs2(u) => encode_units(u, pos, out),
        Text::Ucs4(u) => encode_units(u, pos, out),
    }
}

fn encode_latin1(units: &[u8], out: &mut Vec<u8>) {
    if units.is_ascii() {
        return out.extend_from_slice(units);
    }
    out.reserve(units.len() + units.len() / 2);
    for &u in units {
        if u < 0x80 {
            out.push(u);
        } else {
            out.extend_from_slice(&[0xC0 | u >> 6, 0x80 | u & 0x3F]);
        }
    }
}

fn encode_units<U: crate::Unit>(units: &[U], pos: usize, out: &mut Vec<u8>) -> Result<(), CodecError> {
    out.reserve((units.len() - pos) * 2);
    for (i, u) in units.iter().enumerate().skip(pos) {
        let c = u.code();
        if c < 0x80 {
            out.push(c as u8);
        } else if c < 0x800 {
            out.extend_from_slice(&[0xC0 | (c >> 6) as u8, continuation(c)]);
        } else if c < 0x10000 {
            if is_surrogate(c) {
                let run = units[i..].iter().take_while(|u| is_surrogate(u.code())).count();
                return Err(CodecError::new(i, i + run, "surrogates not allowed"));
            }
            push_three(out, c);
        } else {
            out.extend_from_slice(&[0xF0 | (c >> 18) as u8, continuation(c >> 12), continuation(c >> 6), continuation(c)]);
        }
    }
    Ok(())
}

#[inline(always)]
fn continuation(c: u32) -> u8 {
    0x80 | (c & 0x3F) as u8
}

/// Appends the three-byte form, surrogates too.
pub(super) fn push_three(out: &mut Vec<u8>, c: u32) {
    out.extend_from_slice(&[0xE0 | (c >> 12) as u8, continuation(c >> 6), continuation(c)]);
}

/// Whether `c` is in the surrogate range.
#[inline(always)]
pub fn is_surrogate(c: u32) -> bool {
    c & 0xFFFF_F800 == 0xD800
}
