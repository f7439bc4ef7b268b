//! Strings of JSON: quoting, and finding the end of a quoted one.

use taipan_text::{Text, TextBuf, Unit, with_units};

const HEX: &[u8; 16] = b"0123456789abcdef";

/// Letter of the two-character escape of a character, if it has one.
fn short_escape(c: u32) -> Option<u8> {
    Some(match c {
        0x22 => b'"',
        0x5c => b'\\',
        0x08 => b'b',
        0x0c => b'f',
        0x0a => b'n',
        0x0d => b'r',
        0x09 => b't',
        _ => return None,
    })
}

fn push_unit_escape(out: &mut Vec<u8>, c: u32) {
    out.extend_from_slice(b"\\u");
    out.extend((0..4).rev().map(|i| HEX[(c >> (4 * i) & 15) as usize]));
}

fn push_escape(out: &mut Vec<u8>, c: u32) {
    match short_escape(c) {
        Some(letter) => out.extend_from_slice(&[b'\\', letter]),
        None if c > 0xffff => {
            let c = c - 0x1_0000;
            push_unit_escape(out, 0xd800 | c >> 10);
            push_unit_escape(out, 0xdc00 | c & 0x3ff);
        }
        None => push_unit_escape(out, c),
    }
}

#[inline(always)]
fn is_plain(c: u32, ascii_only: bool) -> bool {
    if ascii_only { (0x20..0x7f).contains(&c) && c != 0x22 && c != 0x5c } else { c >= 0x20 && c != 0x22 && c != 0x5c }
}

/// Whether all characters stand for themselves; a loop without an exit, which the compiler makes a vector one.
fn all_plain(units: &[u8], ascii_only: bool) -> bool {
    units.chunks(64).all(|chunk| chunk.iter().fold(true, |ok, &b| ok & is_plain(u32::from(b), ascii_only)))
}

/// Appends a string in double quotes.
pub fn push_quoted(out: &mut TextBuf, text: Text<'_>, ascii_only: bool) {
    out.push(0x22);
    match text {
        Text::Latin1(units) if all_plain(units, ascii_only) => out.push_latin1(units),
        _ => with_units!(text, units => push_escaped(out, units, ascii_only)),
    }
    out.push(0x22);
}

fn push_escaped<U: Unit>(out: &mut TextBuf, units: &[U], ascii_only: bool) {
    let mut escaped = Vec::with_capacity(units.len() + 8);
    for u in units {
        let c = u.code();
        if !is_plain(c, ascii_only) {
            push_escape(&mut escaped, c);
        } else if c < 0x80 {
            escaped.push(c as u8);
        } else {
            out.push_latin1(&escaped);
            escaped.clear();
            out.push(c);
        }
    }
    out.push_latin1(&escaped);
}

/// Why a string could not be read, and the position to report.
pub struct Bad(pub &'static str, pub usize);

/// A string read from the text after its opening quote.
pub enum Scanned {
    /// The text up to here, unchanged.
    Plain(usize),
    Unescaped(TextBuf, usize),
}

/// Index of the first quote, backslash or control character from `from` on.
#[inline]
fn special<U: Unit>(units: &[U], from: usize) -> Option<usize> {
    units[from..]
        .iter()
        .position(|u| {
            let c = u.code();
            c == 0x22 || c == 0x5c || c < 0x20
        })
        .map(|i| from + i)
}

fn hex4<U: Unit>(units: &[U]) -> Option<u32> {
    units.iter().try_fold(0, |v, u| Some(v << 4 | char::from_u32(u.code())?.to_digit(16)?))
}

/// Reads the string that begins at `begin`, after its quote.
pub fn scan<U: Unit>(units: &[U], begin: usize, strict: bool) -> Result<Scanned, Bad> {
    let unterminated = Bad("Unterminated string starting at", begin.wrapping_sub(1));
    let mut at = begin;
    // Without escapes nothing is copied here.
    loop {
        let Some(i) = special(units, at) else { return Err(unterminated) };
        match units[i].code() {
            0x22 => return Ok(Scanned::Plain(i)),
            0x5c => {
                at = i;
                break;
            }
            _ if strict => return Err(Bad("Invalid control character at", i)),
            _ => at = i + 1,
        }
    }
    let mut out = TextBuf::with_capacity(at - begin + 16);
    let mut copied = begin;
    loop {
        let Some(i) = special(units, at) else { return Err(unterminated) };
        match units[i].code() {
            0x22 => {
                out.push_text(U::text(&units[copied..i]));
                return Ok(Scanned::Unescaped(out, i));
            }
            0x5c => {}
            _ if strict => return Err(Bad("Invalid control character at", i)),
            _ => {
                at = i + 1;
                continue;
            }
        }
        out.push_text(U::text(&units[copied..i]));
        let Some(letter) = units.get(i + 1) else { return Err(unterminated) };
        at = i + 2;
        let c = match letter.code() {
            0x75 => {
                // The closing quote at least must follow.
                if i + 6 >= units.len() {
                    return Err(Bad("Invalid \\uXXXX escape", i + 1));
                }
                let bad = Bad("Invalid \\uXXXX escape", i + 1);
                let Some(mut c) = hex4(&units[i + 2..i + 6]) else { return Err(bad) };
                at = i + 6;
                let pair = (0xd800..0xdc00).contains(&c)
                    && i + 12 < units.len()
                    && units[i + 6].code() == 0x5c
                    && units[i + 7].code() == 0x75;
                if pair {
                    let Some(low) = hex4(&units[i + 8..i + 12]) else { return Err(Bad("Invalid \\uXXXX escape", i + 7)) };
                    if (0xdc00..0xe000).contains(&low) {
                        c = 0x1_0000 + ((c & 0x3ff) << 10 | low & 0x3ff);
                        at = i + 12;
                    }
                }
                c
            }
            c @ (0x22 | 0x5c | 0x2f) => c,
            0x62 => 8,
            0x66 => 12,
            0x6e => 10,
            0x72 => 13,
            0x74 => 9,
            _ => return Err(Bad("Invalid \\escape", i)),
        };
        out.push(c);
        copied = at;
    }
}
