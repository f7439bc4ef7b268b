//! Values of literals: strings with lone surrogates, big integers, and the warnings about invalid escapes.
//!
//! The parser has decoded escapes already, but it cannot represent lone surrogates and puts U+FFFD in their place.
//! Where that may have happened the literal is decoded again from its source text, into WTF-8 (each surrogate alone,
//! three bytes, even if a high one precedes a low one: they are two characters in Python).

use std::sync::Arc;

use ruff_python_ast::token::TokenKind;
use ruff_python_ast::{self as ast, AnyStringFlags, StringFlags};
use ruff_text_size::{Ranged, TextRange, TextSize};

use crate::errors::{Error, Result};
use crate::source::LineIndex;
use crate::unit::{Const, Warning, WarningKind};

/// Text of a string literal, all its parts.
pub fn str_value(value: &ast::StringLiteralValue, source: &str) -> Arc<[u8]> {
    let mut out = Vec::new();
    for part in value {
        push_str_part(&mut out, part, source);
    }
    Arc::from(out)
}

pub fn push_str_part(out: &mut Vec<u8>, part: &ast::StringLiteral, source: &str) {
    if part.value.contains('\u{fffd}') && !part.flags.prefix().is_raw() {
        let flags: AnyStringFlags = part.flags.into();
        let open = flags.opener_len();
        let close = flags.closer_len();
        let range = part.range.add_start(open).sub_end(close);
        decode_escapes(&source[range], false, out);
    } else {
        out.extend_from_slice(part.value.as_bytes());
    }
}

/// Text of a literal piece of an f-string or t-string.
pub fn push_middle(out: &mut Vec<u8>, part: &ast::InterpolatedStringLiteralElement, raw: bool, source: &str) {
    if part.value.contains('\u{fffd}') && !raw {
        decode_escapes(&source[part.range], true, out);
    } else {
        out.extend_from_slice(part.value.as_bytes());
    }
}

pub fn bytes_value(value: &ast::BytesLiteralValue) -> Arc<[u8]> {
    value.bytes().collect()
}

/// Appends a code point, surrogates included.
fn push_code_point(out: &mut Vec<u8>, c: u32) {
    match char::from_u32(c) {
        Some(c) => out.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes()),
        None => out.extend([0xe0 | (c >> 12) as u8, 0x80 | (c >> 6 & 0x3f) as u8, 0x80 | (c & 0x3f) as u8]),
    }
}

/// Decodes what the parser has found to be well-formed.
fn decode_escapes(text: &str, braces: bool, out: &mut Vec<u8>) {
    let bytes = text.as_bytes();
    let mut i = 0;
    while i < bytes.len() {
        let b = bytes[i];
        if braces && matches!(b, b'{' | b'}') && bytes.get(i + 1) == Some(&b) {
            out.push(b);
            i += 2;
            continue;
        }
        if b != b'\\' || i + 1 >= bytes.len() {
            out.push(b);
            i += 1;
            continue;
        }
        let e = bytes[i + 1];
        i += 2;
        let hex = |i: usize, n: usize| {
            bytes.get(i..i + n).and_then(|h| std::str::from_utf8(h).ok()).and_then(|h| u32::from_str_radix(h, 16).ok())
        };
        match e {
            b'\n' => {}
            b'\\' | b'\'' | b'"' => out.push(e),
            b'a' => out.push(7),
            b'b' => out.push(8),
            b'f' => out.push(12),
            b'n' => out.push(10),
            b'r' => out.push(13),
            b't' => out.push(9),
            b'v' => out.push(11),
            b'0'..=b'7' => {
                let mut v = u32::from(e - b'0');
                for _ in 0..2 {
                    match bytes.get(i) {
                        Some(d @ b'0'..=b'7') => v = v * 8 + u32::from(d - b'0'),
                        _ => break,
                    }
                    i += 1;
                }
                push_code_point(out, v);
            }
            b'x' | b'u' | b'U' => {
                let n = match e {
                    b'x' => 2,
                    b'u' => 4,
                    _ => 8,
                };
                if let Some(v) = hex(i, n) {
                    push_code_point(out, v);
                    i += n;
                }
            }
            b'N' => {
                let end = text[i..].find('}').map_or(text.len(), |k| i + k);
                let name = text.get(i + 1..end).unwrap_or("");
                if let Some(c) = unicode_names2::character(name) {
                    push_code_point(out, c as u32);
                }
                i = (end + 1).min(bytes.len());
            }
            _ => {
                out.push(b'\\');
                i -= 1;
            }
        }
    }
}

/// Value of an integer literal from its text.
pub fn int_value(text: &str, range: TextRange) -> Result<Const> {
    let digits: String = text.chars().filter(|c| *c != '_').collect();
    let (radix, body) = match digits.get(..2).map(str::to_ascii_lowercase).as_deref() {
        Some("0x") => (16, &digits[2..]),
        Some("0o") => (8, &digits[2..]),
        Some("0b") => (2, &digits[2..]),
        _ => (10, &digits[..]),
    };
    if let Ok(v) = i64::from_str_radix(body, radix) {
        return Ok(Const::Int(v));
    }
    if radix == 10 && body.len() > 4300 {
        return Err(Error::syntax(
            range,
            format!(
                "Exceeds the limit (4300 digits) for integer string conversion: value has {} digits; use \
                 sys.set_int_max_str_digits() to increase the limit - Consider hexadecimal for huge integer literals \
                 to avoid decimal conversion limits.",
                body.len()
            ),
        ));
    }
    Ok(big_from_digits(body, radix))
}

fn big_from_digits(body: &str, radix: u32) -> Const {
    let mut limbs: Vec<u64> = Vec::new();
    if radix == 10 {
        // Nineteen digits at a time.
        for chunk in body.as_bytes().chunks(19) {
            let value: u64 = chunk.iter().fold(0, |v, d| v * 10 + u64::from(d - b'0'));
            let mut carry = u128::from(value);
            let scale = 10u128.pow(chunk.len() as u32);
            for limb in &mut limbs {
                carry += u128::from(*limb) * scale;
                *limb = carry as u64;
                carry >>= 64;
            }
            if carry != 0 {
                limbs.push(carry as u64);
            }
        }
    } else {
        let bits = radix.trailing_zeros();
        let mut acc: u128 = 0;
        let mut have = 0;
        for d in body.bytes().rev() {
            acc |= u128::from((d as char).to_digit(radix).unwrap_or(0)) << have;
            have += bits;
            if have >= 64 {
                limbs.push(acc as u64);
                acc >>= 64;
                have -= 64;
            }
        }
        if acc != 0 {
            limbs.push(acc as u64);
        }
        while limbs.last() == Some(&0) {
            limbs.pop();
        }
    }
    from_limbs(limbs)
}

/// The smallest form of a non-negative integer.
pub fn from_limbs(mut limbs: Vec<u64>) -> Const {
    while limbs.last() == Some(&0) {
        limbs.pop();
    }
    match limbs[..] {
        [] => Const::Int(0),
        [v] if i64::try_from(v).is_ok() => Const::Int(v as i64),
        _ => Const::BigInt(limbs),
    }
}

/// Warnings about escapes that mean nothing, found in the tokens.
pub fn escape_warnings(tokens: &ast::token::Tokens, source: &str, index: &LineIndex, warnings: &mut Vec<Warning>) {
    for token in tokens {
        let range = token.range();
        match token.kind() {
            TokenKind::String => {
                let text = &source[range];
                let prefix = text.find(['"', '\'']).unwrap_or(0);
                let head = text[..prefix].to_ascii_lowercase();
                if head.contains('r') || !text.contains('\\') {
                    continue;
                }
                let is_bytes = head.contains('b');
                let quote = if text[prefix..].starts_with("\"\"\"") || text[prefix..].starts_with("'''") { 3 } else { 1 };
                let start = range.start() + TextSize::new((prefix + quote) as u32);
                let body = &text[prefix + quote..text.len().saturating_sub(quote).max(prefix + quote)];
                first_invalid(body, start, is_bytes, false, index, warnings);
            }
            TokenKind::Int | TokenKind::Float | TokenKind::Complex => {
                let next = source.as_bytes().get(range.end().to_usize());
                if next.is_some_and(u8::is_ascii_alphabetic) {
                    let text = source[range].to_ascii_lowercase();
                    let kind = match text.as_bytes() {
                        [b'0', b'x', ..] => "hexadecimal",
                        [b'0', b'o', ..] => "octal",
                        [b'0', b'b', ..] => "binary",
                        [.., b'j'] => "imaginary",
                        _ => "decimal",
                    };
                    warnings.push(Warning {
                        message: format!("invalid {kind} literal"),
                        line: index.position(range.start().into()).0,
                        kind: WarningKind::Syntax,
                    });
                }
            }
            TokenKind::FStringMiddle | TokenKind::TStringMiddle => {
                let text = &source[range];
                let raw = token.string_flags().is_some_and(|f| f.prefix().is_raw());
                if raw || !text.contains('\\') {
                    continue;
                }
                escaped_braces(source, range, index, warnings);
                first_invalid(text, range.start(), false, true, index, warnings);
            }
            _ => {}
        }
    }
}

/// A backslash before a brace of an f-string escapes nothing, and each one is reported.
fn escaped_braces(source: &str, range: TextRange, index: &LineIndex, warnings: &mut Vec<Warning>) {
    let bytes = source.as_bytes();
    let mut i = range.start().to_usize();
    while i < range.end().to_usize() {
        if bytes[i] != b'\\' {
            i += 1;
            continue;
        }
        if let Some(c @ (b'{' | b'}')) = bytes.get(i + 1) {
            let c = *c as char;
            warnings.push(Warning {
                message: format!(
                    "\"\\{c}\" is an invalid escape sequence. Such sequences will not work in the future. Did you mean \
                     \"\\\\{c}\"? A raw string is also an option."
                ),
                line: index.position(i as u32).0,
                kind: WarningKind::Syntax,
            });
        }
        i += 2;
    }
}

fn first_invalid(body: &str, start: TextSize, is_bytes: bool, braces: bool, index: &LineIndex, warnings: &mut Vec<Warning>) {
    let bytes = body.as_bytes();
    let mut i = 0;
    while i < bytes.len() {
        if bytes[i] != b'\\' {
            i += 1;
            continue;
        }
        let Some(c) = body[i + 1..].chars().next() else {
            break;
        };
        let line = index.position(u32::from(start) + i as u32).0;
        let known = match c {
            '{' | '}' => !is_bytes && braces,
            '\n' | '\\' | '\'' | '"' | 'a' | 'b' | 'f' | 'n' | 'r' | 't' | 'v' | 'x' => true,
            'u' | 'U' | 'N' => !is_bytes,
            _ => false,
        };
        if c.is_digit(8) {
            let digits: String = body[i + 1..].chars().take(3).take_while(|c| c.is_digit(8)).collect();
            if digits.len() == 3 && &*digits > "377" {
                warnings.push(Warning {
                    message: format!(
                        "\"\\{digits}\" is an invalid octal escape sequence. Such sequences will not work in the \
                         future. Did you mean \"\\\\{digits}\"? A raw string is also an option."
                    ),
                    line,
                    kind: WarningKind::Syntax,
                });
                return;
            }
        } else if !known {
            warnings.push(Warning {
                message: format!(
                    "\"\\{c}\" is an invalid escape sequence. Such sequences will not work in the future. Did you mean \
                     \"\\\\{c}\"? A raw string is also an option."
                ),
                line,
                kind: WarningKind::Syntax,
            });
            return;
        }
        i += 1 + c.len_utf8();
    }
}
