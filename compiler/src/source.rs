//! From bytes to text, and from byte offsets to lines and columns.

use std::borrow::Cow;

use crate::errors::{Error, Result};
use crate::unit::{SyntaxError, SyntaxErrorKind};

/// Start offsets of the lines of a text.
pub struct LineIndex {
    starts: Vec<u32>,
}

impl LineIndex {
    pub fn new(text: &str) -> LineIndex {
        let mut starts = vec![0];
        starts.extend(text.bytes().enumerate().filter(|(_, b)| *b == b'\n').map(|(i, _)| i as u32 + 1));
        LineIndex { starts }
    }

    /// Line (from 1) and column (in bytes, from 0) of a byte offset.
    pub fn position(&self, offset: u32) -> (u32, u32) {
        let line = self.starts.partition_point(|s| *s <= offset);
        (line as u32, offset - self.starts[line - 1])
    }

    /// As [`LineIndex::position`]; tries the line `hint` (a former answer) first.
    pub fn position_near(&self, offset: u32, hint: u32) -> (u32, u32) {
        let i = hint as usize;
        if i >= 1 && i <= self.starts.len() && self.starts[i - 1] <= offset && self.starts.get(i).is_none_or(|next| offset < *next)
        {
            return (hint, offset - self.starts[i - 1]);
        }
        self.position(offset)
    }

    /// The text of a line, with its newline.
    pub fn line<'a>(&self, text: &'a str, line: u32) -> &'a str {
        let i = line as usize;
        if i == 0 || i > self.starts.len() {
            return "";
        }
        let start = self.starts[i - 1] as usize;
        let end = self.starts.get(i).map_or(text.len(), |s| *s as usize);
        &text[start..end]
    }
}

/// Line ends as the tokenizer sees them: `\r\n` and `\r` become `\n`.
pub fn normalize_newlines(text: &str) -> Cow<'_, str> {
    if !text.contains('\r') {
        return Cow::Borrowed(text);
    }
    Cow::Owned(text.replace("\r\n", "\n").replace('\r', "\n"))
}

/// What [`decode_source`] found when it cannot decode by itself.
#[derive(Clone, Debug, PartialEq)]
pub enum DecodeError {
    Syntax(SyntaxError),
    /// The coding cookie names this encoding; the runtime's codecs must decode the bytes.
    Encoding(String),
}

/// Decodes a source file: byte order mark, coding cookie (PEP 263), UTF-8 by default. UTF-8, ASCII and Latin-1 are
/// decoded here; any other encoding is reported by name.
pub fn decode_source(bytes: &[u8]) -> std::result::Result<String, DecodeError> {
    let (bytes, bom) = match bytes.strip_prefix(b"\xef\xbb\xbf") {
        Some(rest) => (rest, true),
        None => (bytes, false),
    };
    let cookie = coding_cookie(bytes);
    let encoding = match &cookie {
        Some(name) => normalize_encoding(name),
        None => "utf-8".to_owned(),
    };
    if bom && encoding != "utf-8" {
        return Err(DecodeError::Syntax(plain_error(format!("encoding problem: {} with BOM", cookie.unwrap_or_default()))));
    }
    match &*encoding {
        "utf-8" => decode_utf8(bytes).map_err(DecodeError::Syntax),
        "iso-8859-1" => Ok(bytes.iter().map(|b| *b as char).collect()),
        "ascii" => match bytes.iter().position(|b| !b.is_ascii()) {
            None => Ok(bytes.iter().map(|b| *b as char).collect()),
            Some(i) => Err(DecodeError::Syntax(plain_error(format!(
                "(unicode error) 'ascii' codec can't decode byte 0x{:02x} in position {i}: ordinal not in range(128)",
                bytes[i]
            )))),
        },
        _ => Err(DecodeError::Encoding(cookie.unwrap_or_default())),
    }
}

fn plain_error(message: String) -> SyntaxError {
    SyntaxError { kind: SyntaxErrorKind::Syntax, message, line: 0, offset: 0, end_line: 0, end_offset: 0, text: None }
}

fn decode_utf8(bytes: &[u8]) -> std::result::Result<String, SyntaxError> {
    match std::str::from_utf8(bytes) {
        Ok(s) => Ok(s.to_owned()),
        Err(e) => {
            let at = e.valid_up_to();
            let line = bytes[..at].iter().filter(|b| **b == b'\n').count() as u32 + 1;
            let start = bytes[..at].iter().rposition(|b| *b == b'\n').map_or(0, |i| i + 1);
            let column = String::from_utf8_lossy(&bytes[start..at]).chars().count() as u32;
            let reason = match e.error_len() {
                None => "unexpected end of data",
                Some(_) if bytes[at] & 0xc0 == 0x80 || bytes[at] >= 0xf5 || matches!(bytes[at], 0xc0 | 0xc1) => {
                    "invalid start byte"
                }
                Some(_) => "invalid continuation byte",
            };
            Err(SyntaxError {
                line,
                offset: column + 1,
                end_line: line,
                end_offset: column + 1,
                ..plain_error(format!(
                    "(unicode error) 'utf-8' codec can't decode byte 0x{:02x} in position {}: {reason}",
                    bytes[at],
                    at - start,
                ))
            })
        }
    }
}

/// The encoding named in a comment of the first two lines.
fn coding_cookie(bytes: &[u8]) -> Option<String> {
    for line in bytes.split(|b| *b == b'\n').take(2) {
        let text = line.trim_ascii_start();
        let text = text.strip_prefix(b"\x0c").unwrap_or(text).trim_ascii_start();
        if text.is_empty() {
            continue;
        }
        if text[0] != b'#' {
            return None;
        }
        if let Some(at) = find(text, b"coding") {
            let mut rest = &text[at + 6..];
            if let Some(b':' | b'=') = rest.first() {
                rest = rest[1..].trim_ascii_start();
                let name: String = rest
                    .iter()
                    .take_while(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.'))
                    .map(|b| *b as char)
                    .collect();
                if !name.is_empty() {
                    return Some(name);
                }
            }
        }
    }
    None
}

fn find(haystack: &[u8], needle: &[u8]) -> Option<usize> {
    haystack.windows(needle.len()).position(|w| w == needle)
}

fn normalize_encoding(name: &str) -> String {
    let lower: String = name.chars().map(|c| if c == '_' { '-' } else { c.to_ascii_lowercase() }).collect();
    let prefix = |p: &str| lower == p || lower.strip_prefix(p).is_some_and(|r| r.starts_with('-'));
    if prefix("utf-8") || lower == "utf8" || lower == "u8" {
        "utf-8".to_owned()
    } else if prefix("latin-1") || prefix("iso-8859-1") || prefix("iso-latin-1") || matches!(&*lower, "latin1" | "l1") {
        "iso-8859-1".to_owned()
    } else if matches!(&*lower, "ascii" | "us-ascii") {
        "ascii".to_owned()
    } else {
        lower
    }
}

/// Rejects what the tokenizer rejects before any grammar: NUL bytes.
pub fn check_text(text: &str) -> Result<()> {
    if text.contains('\0') {
        return Err(Error::plain("source code string cannot contain null bytes"));
    }
    Ok(())
}
