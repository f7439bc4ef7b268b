//! ISO 2022: seven bits, with escape sequences that say which set the codes are of (RFC 1468, 1554, 1557, 2237, JIS X 0213).
//!
//! The state is what CPython keeps: bytes 0 to 2 are the sets designated as G0, G1 and G2 by the last byte of their escape sequence,
//! with the high bit for those of two bytes; byte 4 has flags.

use super::tables::*;
use super::{Progress, State, Stop, push_char, push_code};
use crate::{Text, TextBuf};
use std::sync::LazyLock;

#[derive(Clone, Copy, PartialEq)]
pub enum Which {
    Kr,
    Jp,
    Jp1,
    Jp2,
    Jp2004,
    Jp3,
    JpExt,
}

/// A character set, by the byte that designates it.
#[derive(Clone, Copy, PartialEq)]
enum Set {
    Ksx1001,
    Jisx0201Roman,
    Jisx0201Kana,
    Jisx0208,
    /// The edition of 1978, which is read as the later one and never written.
    Jisx0208Old,
    Jisx0212,
    Gb2312,
    Jisx0213First2000,
    Jisx0213First2004,
    Jisx0213Second,
    Latin1,
    Greek,
}

/// How a set is used.
#[derive(Clone, Copy, PartialEq)]
enum Use {
    All,
    /// Only for pairs of characters, so that another set comes first for the rest.
    Pairs,
    /// Never written.
    Read,
}

const ASCII: u8 = b'B';
const TWO_BYTES: u8 = 0x80;

const G0: usize = 0;
const G1: usize = 1;
const G2: usize = 2;
const FLAGS: usize = 4;
const SHIFTED: u8 = 1;
/// An escape sequence that designates nothing passes as it is.
const PASSING: u8 = 2;

const ESC: u8 = 0x1b;
const SHIFT_OUT: u8 = 0x0e;
const SHIFT_IN: u8 = 0x0f;
/// The filler of KS X 1001, which EUC-KR does not have: there it begins spelt syllables.
const FILLER: (u32, u32) = (0x2454, 0x3164);
/// Longer escape sequences are errors.
const LONGEST: usize = 16;

pub const DECODER: State = State([ASCII, ASCII, ASCII, 0, 0, 0, 0, 0]);
pub const ENCODER: State = State([ASCII, ASCII, 0, 0, 0, 0, 0, 0]);

impl Set {
    fn mark(self) -> u8 {
        match self {
            Set::Ksx1001 => b'C' | TWO_BYTES,
            Set::Jisx0201Roman => b'J',
            Set::Jisx0201Kana => b'I',
            Set::Jisx0208 => b'B' | TWO_BYTES,
            Set::Jisx0208Old => b'@' | TWO_BYTES,
            Set::Jisx0212 => b'D' | TWO_BYTES,
            Set::Gb2312 => b'A' | TWO_BYTES,
            Set::Jisx0213First2000 => b'O' | TWO_BYTES,
            Set::Jisx0213First2004 => b'Q' | TWO_BYTES,
            Set::Jisx0213Second => b'P' | TWO_BYTES,
            Set::Latin1 => b'A',
            Set::Greek => b'F',
        }
    }

    fn width(self) -> usize {
        if self.mark() & TWO_BYTES != 0 { 2 } else { 1 }
    }

    /// The character of a code; 0 if there is none.
    fn decode(self, code: u32) -> u32 {
        match self {
            Set::Ksx1001 if code == FILLER.0 => FILLER.1,
            Set::Ksx1001 => KSX1001.get(code + 0x8080),
            Set::Gb2312 => GB2312.get(code + 0x8080),
            Set::Jisx0208 | Set::Jisx0208Old => JISX0208.get(code),
            Set::Jisx0212 => JISX0212.get(code),
            Set::Jisx0213First2000 | Set::Jisx0213First2004 if code == 0x2232 => u32::from(b'~'),
            Set::Jisx0213First2004 => JISX0213_1.get(code),
            Set::Jisx0213First2000 if NEW_IN_2004.contains(&code) => 0,
            Set::Jisx0213First2000 => JISX0213_1.get(code),
            Set::Jisx0213Second => JISX0213_2.get(code),
            Set::Jisx0201Roman => match code {
                0x5c => 0xa5,
                0x7e => 0x203e,
                _ => code,
            },
            Set::Jisx0201Kana if (0x21..0x60).contains(&code) => code + 0xff40,
            _ => 0,
        }
    }

    fn inverse(self) -> Option<&'static Inverse> {
        static KSX1001_CODES: LazyLock<Inverse> = LazyLock::new(|| Inverse::of(&KSX1001));
        static GB2312_CODES: LazyLock<Inverse> = LazyLock::new(|| Inverse::of(&GB2312));
        static JISX0208_CODES: LazyLock<Inverse> = LazyLock::new(|| Inverse::of(&JISX0208));
        static JISX0212_CODES: LazyLock<Inverse> = LazyLock::new(|| Inverse::of(&JISX0212));
        static JISX0213_1_CODES: LazyLock<Inverse> = LazyLock::new(|| Inverse::of(&JISX0213_1));
        static JISX0213_2_CODES: LazyLock<Inverse> = LazyLock::new(|| Inverse::of(&JISX0213_2));
        Some(match self {
            Set::Ksx1001 => &KSX1001_CODES,
            Set::Gb2312 => &GB2312_CODES,
            Set::Jisx0208 => &JISX0208_CODES,
            Set::Jisx0212 => &JISX0212_CODES,
            Set::Jisx0213First2000 | Set::Jisx0213First2004 => &JISX0213_1_CODES,
            Set::Jisx0213Second => &JISX0213_2_CODES,
            _ => return None,
        })
    }

    /// The code of a character that a second one does not belong to. `which` tells the editions of JIS X 0213's second plane apart.
    fn encode(self, which: Which, c: u32) -> Option<u32> {
        match (self, c) {
            (Set::Ksx1001, _) if c == FILLER.1 => Some(FILLER.0),
            // The code of the wide tilde is read as a plain one.
            (Set::Jisx0213First2000 | Set::Jisx0213First2004, 0xff5e) => None,
            (Set::Jisx0213Second, _) if which == Which::Jp3 && c == CHANGED_IN_2004.1 => Some(CHANGED_IN_2004.0),
            (Set::Jisx0213Second, _) if which == Which::Jp3 && c == JISX0213_2.get(CHANGED_IN_2004.0) => None,
            (Set::Jisx0201Roman, 0xa5) => Some(0x5c),
            (Set::Jisx0201Roman, 0x203e) => Some(0x7e),
            (Set::Jisx0201Kana, 0xff61..0xffa0) => Some(c - 0xff40),
            _ => {
                let code = self.inverse()?.alone(c) & 0x7f7f;
                let new = self == Set::Jisx0213First2000 && NEW_IN_2004.contains(&code);
                (code != 0 && !new).then_some(code)
            }
        }
    }
}

/// What an encoding consists of, in the order in which its sets are tried.
struct Design {
    sets: &'static [(Set, Use)],
    /// Shift codes choose between G0 and G1.
    shifts: bool,
    /// There is a G2, for single characters.
    g2: bool,
    /// `ESC & @` may precede the designation of JIS X 0208.
    prefix: bool,
}

fn design(which: Which) -> Design {
    use Set::*;
    use Use::*;
    let sets: &[_] = match which {
        Which::Kr => &[(Ksx1001, All)],
        Which::Jp => &[(Jisx0208, All), (Jisx0201Roman, All), (Jisx0208Old, Read)],
        Which::Jp1 => &[(Jisx0208, All), (Jisx0212, All), (Jisx0201Roman, All), (Jisx0208Old, Read)],
        Which::Jp2 => &[
            (Jisx0208, All),
            (Jisx0212, All),
            (Ksx1001, All),
            (Gb2312, All),
            (Jisx0201Roman, All),
            (Jisx0208Old, Read),
            (Latin1, Read),
            (Greek, Read),
        ],
        Which::Jp2004 => &[(Jisx0213First2004, Pairs), (Jisx0208, All), (Jisx0213First2004, All), (Jisx0213Second, All)],
        Which::Jp3 => &[(Jisx0213First2000, Pairs), (Jisx0208, All), (Jisx0213First2000, All), (Jisx0213Second, All)],
        Which::JpExt => &[(Jisx0208, All), (Jisx0212, All), (Jisx0201Roman, All), (Jisx0201Kana, All), (Jisx0208Old, Read)],
    };
    Design { sets, shifts: which == Which::Kr, g2: which == Which::Jp2, prefix: which != Which::Kr }
}

pub fn reset_decoder(state: &mut State) {
    state.0[G0] = ASCII;
    state.0[FLAGS] &= !SHIFTED;
}

pub fn reset_encoder(state: &mut State, out: &mut Vec<u8>) {
    if state.0[FLAGS] & SHIFTED != 0 {
        out.push(SHIFT_IN);
        state.0[FLAGS] &= !SHIFTED;
    }
    if state.0[G0] != ASCII {
        out.extend_from_slice(&[ESC, b'(', ASCII]);
        state.0[G0] = ASCII;
    }
}

fn ends_escape(b: u8) -> bool {
    b.is_ascii_uppercase() || b == b'@'
}

pub fn decode(which: Which, state: &mut State, input: &[u8], out: &mut TextBuf) -> Progress {
    let design = design(which);
    let mut at = 0;
    while let Some(&b) = input.get(at) {
        let rest = &input[at..];
        if state.0[FLAGS] & PASSING != 0 {
            if ends_escape(b) {
                state.0[FLAGS] &= !PASSING;
            }
            out.push(u32::from(b));
            at += 1;
            continue;
        }
        let step = match b {
            ESC => escape(&design, state, rest, out),
            SHIFT_IN if design.shifts => {
                state.0[FLAGS] &= !SHIFTED;
                Ok(1)
            }
            SHIFT_OUT if design.shifts => {
                state.0[FLAGS] |= SHIFTED;
                Ok(1)
            }
            b'\n' => {
                state.0[FLAGS] &= !SHIFTED;
                out.push(10);
                Ok(1)
            }
            0..0x20 => {
                out.push(u32::from(b));
                Ok(1)
            }
            0x80.. => Err(Stop::Illegal(1)),
            _ => {
                let mark = state.0[if state.0[FLAGS] & SHIFTED != 0 { G1 } else { G0 }];
                match design.sets.iter().find(|(s, _)| s.mark() == mark) {
                    None if mark == ASCII => {
                        out.push(u32::from(b));
                        Ok(1)
                    }
                    // A state that was set from outside may say anything.
                    None => Err(Stop::Illegal(1)),
                    Some(&(set, _)) => code(set, rest, out),
                }
            }
        };
        match step {
            Ok(used) => at += used,
            Err(stop) => return (at, Some(stop)),
        }
    }
    (at, None)
}

/// Decodes one code of a set.
fn code(set: Set, rest: &[u8], out: &mut TextBuf) -> Result<usize, Stop> {
    let width = set.width();
    let bytes = rest.get(..width).ok_or(Stop::Incomplete)?;
    // The second byte may have any value, and a code with a high bit none: it must not look like one of EUC.
    let ascii = bytes.iter().all(|b| *b < 0x80);
    let code = bytes.iter().fold(0, |n, &b| n << 8 | u32::from(b));
    match set.decode(code) {
        0 => Err(Stop::Illegal(width)),
        _ if !ascii => Err(Stop::Illegal(width)),
        c => {
            push_char(c, out);
            Ok(width)
        }
    }
}

/// Deals with an escape sequence at the beginning of `rest`: how many bytes of it are done.
fn escape(design: &Design, state: &mut State, rest: &[u8], out: &mut TextBuf) -> Result<usize, Stop> {
    match rest.get(1).ok_or(Stop::Incomplete)? {
        b'(' | b')' | b'$' | b'.' | b'&' => designate(design, state, rest),
        b'N' if design.g2 => {
            let &b = rest.get(2).ok_or(Stop::Incomplete)?;
            match single_shifted(state.0[G2], b) {
                Some(c) => {
                    out.push(c);
                    Ok(3)
                }
                None => Err(Stop::Illegal(3)),
            }
        }
        _ => {
            out.push(u32::from(ESC));
            state.0[FLAGS] |= PASSING;
            Ok(1)
        }
    }
}

/// A character of G2.
fn single_shifted(mark: u8, b: u8) -> Option<u32> {
    match mark {
        b'A' if b < 0x80 => Some(u32::from(b) + 0x80),
        // ISO 8859-7 of 1987.
        b'F' => match u32::from(b ^ 0x80) {
            c @ (0xa1 | 0xa2) => Some(c + 0x1f77),
            0xaf => Some(0x2015),
            0xa4 | 0xa5 | 0xaa | 0xae | 0xd2 | 0xff => None,
            c @ (..0xb4 | 0xb7 | 0xbb | 0xbd) => Some(c),
            c => Some(c + 0x2d0),
        },
        ASCII if b < 0x80 => Some(u32::from(b)),
        _ => None,
    }
}

fn designate(design: &Design, state: &mut State, rest: &[u8]) -> Result<usize, Stop> {
    let mut i = 1;
    let len = loop {
        if i >= LONGEST {
            return Err(Stop::Illegal(1));
        }
        let b = *rest.get(i).ok_or(Stop::Incomplete)?;
        if ends_escape(b) {
            break i + 1;
        }
        if design.prefix && rest[i..].starts_with(b"&@") {
            i += 2;
        }
        i += 1;
    };
    let (slot, mark) = match rest[1..len] {
        [b'$', last] => (G0, last | TWO_BYTES),
        [b'(', last] => (G0, last),
        [b')', last] => (G1, last),
        [b'.', last] if design.g2 => (G2, last),
        [b'$', b'(', last] => (G0, last | TWO_BYTES),
        [b'$', b')', last] => (G1, last | TWO_BYTES),
        [_, _, ESC, b'$', b'B'] if design.prefix => (G0, Set::Jisx0208.mark()),
        _ => return Err(Stop::Illegal(len)),
    };
    if mark != ASCII && design.sets.iter().all(|(s, _)| s.mark() != mark) {
        return Err(Stop::Illegal(len));
    }
    state.0[slot] = mark;
    Ok(len)
}

/// The set and code for what `text` begins with, and how many characters that is.
fn choose(which: Which, design: &Design, text: Text<'_>, last: bool) -> Result<(Set, u32, usize), Stop> {
    let c = text.at(0);
    for &(set, used) in design.sets {
        let found = match used {
            Use::Read => None,
            Use::All => set.encode(which, c).map(|code| (code, 1)),
            Use::Pairs => match (set.inverse().map(|i| (i, i.get(c))), text.get(1)) {
                (Some((_, Encoded::Begins)), None) if !last => return Err(Stop::Incomplete),
                (Some((inverse, Encoded::Begins)), Some(second)) => inverse.pair(c, second).map(|code| (code, 2)),
                _ => None,
            },
        };
        if let Some((code, len)) = found {
            return Ok((set, code, len));
        }
    }
    Err(Stop::Illegal(1))
}

fn shift(state: &mut State, shifted: bool, out: &mut Vec<u8>) {
    if (state.0[FLAGS] & SHIFTED != 0) != shifted {
        out.push(if shifted { SHIFT_OUT } else { SHIFT_IN });
        state.0[FLAGS] ^= SHIFTED;
    }
}

pub fn encode(which: Which, state: &mut State, text: Text<'_>, last: bool, out: &mut Vec<u8>) -> Progress {
    let design = design(which);
    let mut at = 0;
    while let Some(c) = text.get(at) {
        if c < 0x80 {
            if state.0[G0] != ASCII {
                out.extend_from_slice(&[ESC, b'(', ASCII]);
                state.0[G0] = ASCII;
            }
            shift(state, false, out);
            out.push(c as u8);
            at += 1;
            continue;
        }
        let (set, code, len) = match choose(which, &design, text.from(at), last) {
            Ok(found) => found,
            Err(stop) => return (at, Some(stop)),
        };
        let mark = set.mark();
        let slot = if design.shifts { G1 } else { G0 };
        if state.0[slot] != mark {
            let place = if design.shifts { b')' } else { b'(' };
            match set {
                _ if set.width() == 1 => out.extend_from_slice(&[ESC, place, mark]),
                Set::Jisx0208 => out.extend_from_slice(b"\x1b$B"),
                _ => out.extend_from_slice(&[ESC, b'$', place, mark & 0x7f]),
            }
            state.0[slot] = mark;
        }
        shift(state, design.shifts, out);
        if set.width() == 1 {
            out.push(code as u8)
        } else {
            push_code(code, out)
        }
        at += len;
    }
    (at, None)
}
