//! From bytes to UTF-8: what encoding a document is in, and decoding it piece by piece.

use super::cursor::code;

pub enum Decoder {
    /// Not known yet: too little was seen.
    Unknown,
    Utf8,
    Latin1,
    Ascii,
    Utf16 {
        big_endian: bool,
    },
    /// One byte a character; `None` where there is none.
    Table(Box<[Option<char>; 256]>),
}

/// What the first bytes say.
pub enum Guess {
    More,
    Utf16 {
        big_endian: bool,
        mark: usize,
    },
    /// A superset of ASCII, after a mark of so many bytes, with the encoding that the declaration names.
    Ascii {
        mark: usize,
        declared: Option<String>,
    },
}

pub fn guess(bytes: &[u8], is_final: bool) -> Guess {
    if bytes.len() < 2 && !is_final {
        return Guess::More;
    }
    match bytes {
        [0xfe, 0xff, ..] => return Guess::Utf16 { big_endian: true, mark: 2 },
        [0xff, 0xfe, ..] => return Guess::Utf16 { big_endian: false, mark: 2 },
        [b'<', 0, ..] => return Guess::Utf16 { big_endian: false, mark: 0 },
        [0, _, ..] => return Guess::Utf16 { big_endian: true, mark: 0 },
        [0xef, 0xbb] | [0xef] if !is_final => return Guess::More,
        _ => {}
    }
    let mark = if bytes.starts_with(&[0xef, 0xbb, 0xbf]) { 3 } else { 0 };
    let rest = &bytes[mark..];
    let start = b"<?xml";
    let n = rest.len().min(start.len());
    if rest[..n] != start[..n] {
        return Guess::Ascii { mark, declared: None };
    }
    let Some(end) = rest.windows(2).position(|w| w == b"?>") else {
        // A declaration that never ends is an error wherever it is read.
        return if is_final || rest.len() > 4096 { Guess::Ascii { mark, declared: None } } else { Guess::More };
    };
    let text = String::from_utf8_lossy(&rest[..end]);
    let declared = text.find("encoding").and_then(|i| {
        let rest = text[i + 8..].trim_start().strip_prefix('=')?.trim_start();
        let quote = rest.chars().next().filter(|c| matches!(c, '"' | '\''))?;
        rest[1..].split(quote).next().map(str::to_owned)
    });
    Guess::Ascii { mark, declared }
}

/// A decoder for an encoding that needs nobody's help.
pub fn known(name: &str) -> Option<Decoder> {
    Some(match name.to_ascii_uppercase().as_str() {
        "UTF-8" => Decoder::Utf8,
        "ISO-8859-1" => Decoder::Latin1,
        "US-ASCII" => Decoder::Ascii,
        "UTF-16" | "UTF-16BE" => Decoder::Utf16 { big_endian: true },
        "UTF-16LE" => Decoder::Utf16 { big_endian: false },
        _ => return None,
    })
}

impl Decoder {
    /// Appends what `raw` stands for and takes it off; a character that is not complete stays. `Err`: after the text before it.
    pub fn decode(&self, raw: &mut Vec<u8>, out: &mut Vec<u8>) -> Result<(), u32> {
        let mut room = [0u8; 4];
        match self {
            Decoder::Unknown => return Ok(()),
            // The scanner looks at what is no UTF-8.
            Decoder::Utf8 => out.append(raw),
            Decoder::Ascii | Decoder::Latin1 => {
                for &b in raw.iter() {
                    if b >= 0x80 && matches!(self, Decoder::Ascii) {
                        // No byte of any UTF-8: an invalid token here.
                        out.push(0xff);
                    } else {
                        out.extend_from_slice(char::from(b).encode_utf8(&mut room).as_bytes());
                    }
                }
                raw.clear();
            }
            Decoder::Table(table) => {
                for &b in raw.iter() {
                    match table[b as usize] {
                        Some(c) => out.extend_from_slice(c.encode_utf8(&mut room).as_bytes()),
                        None => out.push(0xff),
                    }
                }
                raw.clear();
            }
            Decoder::Utf16 { big_endian } => {
                let unit = |i: usize| {
                    let pair = [raw[i], raw[i + 1]];
                    if *big_endian { u16::from_be_bytes(pair) } else { u16::from_le_bytes(pair) }
                };
                let mut i = 0;
                while i + 2 <= raw.len() {
                    let first = unit(i);
                    let c = match first {
                        0xd800..=0xdbff if i + 4 > raw.len() => break,
                        0xd800..=0xdbff => {
                            let second = unit(i + 2);
                            i += 2;
                            char::decode_utf16([first, second]).next().and_then(Result::ok)
                        }
                        _ => char::from_u32(u32::from(first)),
                    };
                    i += 2;
                    match c {
                        Some(c) => out.extend_from_slice(c.encode_utf8(&mut room).as_bytes()),
                        None => {
                            out.push(0xff);
                            raw.clear();
                            return Err(code::INVALID_TOKEN);
                        }
                    }
                }
                raw.drain(..i);
            }
        }
        Ok(())
    }
}
