//! Text to integer, by the rules of `int()`: blanks around, a sign, a prefix, digits with single underscores between.
//!
//! Scanning and conversion are separate steps, since the caller checks `sys.get_int_max_str_digits()` in between:
//! [`scan`], then [`Scanned::digit_count`] and [`Scanned::is_limited`], then [`Scanned::value`].

use crate::{Big, Limbs, mag};
use dashu_int::UBig;
use smallvec::SmallVec;

/// Why a literal is no integer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ParseError {
    /// "int() base must be >= 2 and <= 36, or 0"
    Base,
    /// "invalid literal for int() with base {base}: {repr}", with the base that was asked for.
    Invalid,
}

/// From this many decimal digits on, divide-and-conquer conversion wins.
const LARGE_DIGITS: usize = 600;

/// A literal that has passed all checks of form.
#[derive(Clone, Debug)]
pub struct Scanned {
    negative: bool,
    base: u32,
    /// Values, not characters; highest first.
    digits: SmallVec<[u8; 64]>,
}

/// Scans a literal given as code points. `decimal` gives the value of a decimal digit beyond ASCII, `is_space` says
/// whether a code point beyond ASCII is a blank. `base` is 0 or 2..=36.
pub fn scan(
    text: impl IntoIterator<Item = u32>,
    base: u32,
    decimal: impl Fn(u32) -> Option<u8>,
    is_space: impl Fn(u32) -> bool,
) -> Result<Scanned, ParseError> {
    let ascii = text.into_iter().map(|code| match code {
        0..128 => code as u8,
        _ if is_space(code) => b' ',
        _ => decimal(code).map_or(b'?', |digit| b'0' + digit),
    });
    let ascii: SmallVec<[u8; 64]> = ascii.collect();
    scan_ascii(&ascii, base)
}

/// Scans a literal given as bytes.
pub fn scan_ascii(text: &[u8], base: u32) -> Result<Scanned, ParseError> {
    if base == 1 || base > 36 {
        return Err(ParseError::Base);
    }
    let blank = |byte: &u8| matches!(byte, b' ' | b'\t'..=b'\r');
    let start = text.iter().position(|byte| !blank(byte)).ok_or(ParseError::Invalid)?;
    let end = text.iter().rposition(|byte| !blank(byte)).map_or(0, |last| last + 1);
    let (negative, text) = match &text[start..end] {
        [b'-', rest @ ..] => (true, rest),
        [b'+', rest @ ..] => (false, rest),
        rest => (false, rest),
    };
    let (prefix, rest) = match text {
        [b'0', letter, rest @ ..] => match letter {
            b'x' | b'X' => (16, rest),
            b'o' | b'O' => (8, rest),
            b'b' | b'B' => (2, rest),
            _ => (0, text),
        },
        _ => (0, text),
    };
    let (base, text, only_zero) = if prefix != 0 && (base == 0 || base == prefix) {
        (prefix, rest.strip_prefix(b"_").unwrap_or(rest), false)
    } else if base == 0 {
        // "010" looks octal to an old eye: without a base it is refused, while "00" is zero.
        (10, text, text.first() == Some(&b'0'))
    } else {
        (base, text, false)
    };
    let digits = match plain_digits(text, base) {
        Some(digits) => digits,
        None => separated_digits(text, base).ok_or(ParseError::Invalid)?,
    };
    if only_zero && digits.iter().any(|&digit| digit != 0) {
        return Err(ParseError::Invalid);
    }
    Ok(Scanned { negative, base, digits })
}

/// The digits of most literals: decimal characters with nothing between. In a form that compiles to vector code.
fn plain_digits(text: &[u8], base: u32) -> Option<SmallVec<[u8; 64]>> {
    let limit = base.min(10) as u8;
    let mut digits: SmallVec<[u8; 64]> = SmallVec::from_slice(text);
    let mut plain = !text.is_empty();
    for digit in digits.as_mut_slice() {
        *digit = digit.wrapping_sub(b'0');
        plain &= *digit < limit;
    }
    plain.then_some(digits)
}

/// Any digits of the base, with single underscores between.
fn separated_digits(text: &[u8], base: u32) -> Option<SmallVec<[u8; 64]>> {
    let mut digits = SmallVec::with_capacity(text.len());
    let mut after_digit = false;
    for &byte in text {
        if byte == b'_' {
            if !after_digit {
                return None;
            }
            after_digit = false;
            continue;
        }
        let digit = match byte {
            b'0'..=b'9' => byte - b'0',
            b'a'..=b'z' => byte - b'a' + 10,
            b'A'..=b'Z' => byte - b'A' + 10,
            _ => return None,
        };
        if u32::from(digit) >= base {
            return None;
        }
        digits.push(digit);
        after_digit = true;
    }
    after_digit.then_some(digits)
}

/// Scans and converts without a limit.
pub fn parse_ascii(text: &[u8], base: u32) -> Result<Big, ParseError> {
    match parse_short_decimal(text) {
        Some(value) if base == 10 => Ok(Big::from(value)),
        _ => scan_ascii(text, base).map(|scanned| scanned.value()),
    }
}

/// The value of plain ASCII decimal digits, with or without a sign, of at most 18 digits: most calls of `int(str)`.
#[inline]
pub fn parse_short_decimal(text: &[u8]) -> Option<i64> {
    let (negative, digits) = match text {
        [b'-', rest @ ..] => (true, rest),
        rest => (false, rest),
    };
    if digits.is_empty() || digits.len() > 18 {
        return None;
    }
    let mut value = 0i64;
    for &byte in digits {
        let digit = byte.wrapping_sub(b'0');
        if digit > 9 {
            return None;
        }
        value = value * 10 + i64::from(digit);
    }
    Some(if negative { -value } else { value })
}

impl Scanned {
    /// The number of digits as CPython counts them against the limit: leading zeros count, underscores do not.
    pub fn digit_count(&self) -> usize {
        self.digits.len()
    }

    /// Whether the digit limit concerns this base: it does not concern powers of two.
    pub fn is_limited(&self) -> bool {
        !self.base.is_power_of_two()
    }

    /// The base in force, after a prefix has been seen.
    pub fn base(&self) -> u32 {
        self.base
    }

    /// Converts.
    pub fn value(&self) -> Big {
        let start = self.digits.iter().position(|&digit| digit != 0).unwrap_or(self.digits.len());
        Big::new(self.negative, magnitude(&self.digits[start..], self.base))
    }
}

/// The magnitude of digit values in a base, highest first, with no leading zero.
fn magnitude(digits: &[u8], base: u32) -> Limbs {
    if base.is_power_of_two() {
        return magnitude_of_bits(digits, base.ilog2());
    }
    if digits.len() >= LARGE_DIGITS {
        let text: String =
            digits.iter().map(|&digit| char::from(b"0123456789abcdefghijklmnopqrstuvwxyz"[digit as usize])).collect();
        // The digits have been checked, so the conversion cannot fail.
        let value = UBig::from_str_radix(&text, base).expect("checked digits");
        return mag::from_ubig(&value);
    }
    let (chunk_len, chunk_power) = word_power(base);
    let mut limbs = Limbs::new();
    let (first, rest) = digits.split_at(digits.len() % chunk_len);
    for chunk in std::iter::once(first).chain(rest.chunks(chunk_len)) {
        let mut carry = if base == 10 { decimal_chunk(chunk) } else { digits_value(chunk, u64::from(base)) };
        for limb in &mut limbs {
            (*limb, carry) = limb.carrying_mul(chunk_power, carry);
        }
        if carry != 0 {
            limbs.push(carry);
        }
    }
    limbs
}

fn digits_value(digits: &[u8], base: u64) -> u64 {
    digits.iter().fold(0, |value, &digit| value * base + u64::from(digit))
}

/// The value of up to 19 decimal digits, eight at a time within one word.
fn decimal_chunk(digits: &[u8]) -> u64 {
    let mut chunks = digits.chunks_exact(8);
    let mut value = 0;
    for chunk in &mut chunks {
        // Neighbours are joined three times: to pairs, to fours, to eight.
        let word = chunk.iter().rev().fold(0, |word, &digit| word << 8 | u64::from(digit));
        let pairs = (word * 10 + (word >> 8)) & 0x00ff_00ff_00ff_00ff;
        let fours = (pairs * 100 + (pairs >> 16)) & 0x0000_ffff_0000_ffff;
        let eight = (fours * 10_000 + (fours >> 32)) & 0xffff_ffff;
        value = value * 100_000_000 + eight;
    }
    chunks.remainder().iter().fold(value, |value, &digit| value * 10 + u64::from(digit))
}

/// The largest power of the base that fits a word, with its exponent.
pub(crate) fn word_power(base: u32) -> (usize, u64) {
    if base == 10 {
        return (19, 10_000_000_000_000_000_000);
    }
    let (mut len, mut power) = (1, u64::from(base));
    while let Some(next) = power.checked_mul(u64::from(base)) {
        (len, power) = (len + 1, next);
    }
    (len, power)
}

/// Packs digits of `width` bits.
fn magnitude_of_bits(digits: &[u8], width: u32) -> Limbs {
    let mut limbs = Limbs::with_capacity(digits.len() * width as usize / 64 + 1);
    let (mut word, mut filled) = (0u64, 0u32);
    for &digit in digits.iter().rev() {
        word |= u64::from(digit) << filled;
        filled += width;
        if filled >= 64 {
            limbs.push(word);
            filled -= 64;
            word = u64::from(digit) >> (width - filled);
        }
    }
    limbs.push(word);
    mag::trim(&mut limbs);
    limbs
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{Rng, text};

    #[track_caller]
    fn check(literal: &str, base: u32, expected: Option<&str>) {
        let decimal = |code: u32| (0x660..0x66a).contains(&code).then(|| (code - 0x660) as u8);
        let scanned = scan(literal.chars().map(u32::from), base, decimal, |code| code == 0x2000);
        assert_eq!(scanned.map(|scanned| text(&scanned.value())).ok().as_deref(), expected, "{literal:?}");
    }

    #[test]
    fn literals() {
        check(" \t-12\n", 10, Some("-12"));
        check("+7", 10, Some("7"));
        check("-0", 10, Some("0"));
        check("1_000_000", 10, Some("1000000"));
        check("\u{2000}\u{661}\u{660}", 10, Some("10"));
        check("\u{660}x1f", 16, Some("31"));
        check("0_0", 0, Some("0"));
        check("00", 0, Some("0"));
        check("0", 0, Some("0"));
        check("0b1", 0, Some("1"));
        check("0o_7", 0, Some("7"));
        check("0x_1f", 16, Some("31"));
        check("0XfF", 0, Some("255"));
        check("0b1", 16, Some("177"));
        check("zz", 36, Some("1295"));
        check("zzzzzzzzzzzzzzzzzzzzzzzzzzzzzz", 36, Some("48873677980689257489322752273774603865660850175"));
        check("1777777777777777777777777", 8, Some("9444732965739290427391"));
        for wrong in ["", " ", "_1", "1_", "1__2", "- 1", "+-1", "1 2", "12\0", "\x1c1", "a", "\u{2000}"] {
            check(wrong, 10, None);
        }
        for wrong in ["01", "0_", "", "0x", "0b2", "0o8", "0_1", "0x__1"] {
            check(wrong, 0, None);
        }
        check("0x__1f", 16, None);
        check("0x", 16, None);
        assert_eq!(scan_ascii(b"1", 1).err(), Some(ParseError::Base));
        assert_eq!(scan_ascii(b"1", 37).err(), Some(ParseError::Base));
    }

    #[test]
    fn digits_are_counted_with_leading_zeros() {
        let scanned = scan_ascii(b" -00_12 ", 10).unwrap();
        assert_eq!((scanned.digit_count(), scanned.is_limited()), (4, true));
        assert!(!scan_ascii(b"ff", 16).unwrap().is_limited());
    }

    #[test]
    fn round_trips_in_every_base() {
        let mut rng = Rng::new(9);
        for base in 2..=36 {
            for _ in 0..30 {
                let value = rng.big(if base % 5 == 0 { 60 } else { 6 });
                let text = crate::format::in_radix(value.as_ref(), base);
                assert_eq!(parse_ascii(text.as_bytes(), base).unwrap(), value);
            }
        }
        let value = rng.big(2000);
        assert_eq!(parse_ascii(text(&value).as_bytes(), 10).unwrap(), value);
    }

    #[test]
    fn short_decimals() {
        assert_eq!(parse_short_decimal(b"-123456789012345678"), Some(-123456789012345678));
        assert_eq!(parse_short_decimal(b"1234567890123456789"), None);
        assert_eq!(parse_short_decimal(b"-"), None);
        assert_eq!(parse_short_decimal(b"1 "), None);
    }
}
