//! Text to float, with the grammar of Python's `float()`.

use std::borrow::Cow;

use crate::{Text, unicode};

/// Rewrites the text of a number in ASCII: Unicode decimal digits become `0`-`9`, other Unicode white space becomes a
/// space, any other non-ASCII character becomes `?` (which no number has). What `int()`, `float()` and `complex()` do
/// first.
pub fn to_ascii_number(text: Text<'_>) -> Cow<'_, [u8]> {
    if let Text::Latin1(bytes) = text
        && bytes.is_ascii()
    {
        return Cow::Borrowed(bytes);
    }
    let ascii = text.iter().map(|c| {
        if c < 0x80 {
            c as u8
        } else if unicode::is_space(c) {
            b' '
        } else {
            unicode::decimal(c).map_or(b'?', |d| b'0' + d)
        }
    });
    Cow::Owned(ascii.collect())
}

/// `float(text)`; `None` when it is not a number.
pub fn parse(text: Text<'_>) -> Option<f64> {
    parse_bytes(&to_ascii_number(text))
}

/// `float()` of ASCII bytes; `None` when they are not a number.
pub fn parse_bytes(bytes: &[u8]) -> Option<f64> {
    let bytes = trim(bytes);
    if memchr::memchr(b'_', bytes).is_none() {
        return parse_plain(bytes);
    }
    let digit = |i: usize| bytes.get(i).is_some_and(u8::is_ascii_digit);
    let between_digits = |i: usize| i > 0 && digit(i - 1) && digit(i + 1);
    if !memchr::memchr_iter(b'_', bytes).all(between_digits) {
        return None;
    }
    let clean: Vec<u8> = bytes.iter().copied().filter(|&b| b != b'_').collect();
    parse_plain(&clean)
}

/// Strips what C's `isspace` calls white space.
pub(super) fn trim(bytes: &[u8]) -> &[u8] {
    let space = |b: &u8| matches!(b, b' ' | b'\t'..=b'\r');
    let start = bytes.iter().position(|b| !space(b)).unwrap_or(bytes.len());
    let end = bytes.iter().rposition(|b| !space(b)).map_or(start, |i| i + 1);
    &bytes[start..end]
}

/// `inf`, `infinity` or `nan` in any case, without sign.
pub(super) fn parse_special(word: &[u8]) -> Option<f64> {
    if word.eq_ignore_ascii_case(b"inf") || word.eq_ignore_ascii_case(b"infinity") {
        Some(f64::INFINITY)
    } else if word.eq_ignore_ascii_case(b"nan") {
        Some(f64::NAN)
    } else {
        None
    }
}

fn parse_plain(bytes: &[u8]) -> Option<f64> {
    let (negative, rest) = match bytes {
        [b'-', rest @ ..] => (true, rest),
        [b'+', rest @ ..] => (false, rest),
        _ => (false, bytes),
    };
    let magnitude = match rest.first()? {
        // The standard grammar is C's `strtod` without hexadecimal, once words and second signs are excluded.
        b'0'..=b'9' | b'.' => std::str::from_utf8(rest).ok()?.parse().ok()?,
        _ => parse_special(rest)?,
    };
    Some(if negative { -magnitude } else { magnitude })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn grammar() {
        let f = |s: &[u8]| parse_bytes(s);
        assert_eq!(f(b" 1.5\n"), Some(1.5));
        assert_eq!(f(b"1."), Some(1.0));
        assert_eq!(f(b".5"), Some(0.5));
        assert_eq!(f(b"1_000.0_1e1_0"), Some(1000.01e10));
        assert_eq!(f(b"-InFinity"), Some(f64::NEG_INFINITY));
        assert!(f(b"-nan").is_some_and(|x| x.is_nan() && x.is_sign_negative()));
        assert!(f(b"+nan").is_some_and(|x| x.is_nan() && x.is_sign_positive()));
        for bad in
            ["", " ", "+", ".", "1_", "_1", "1__0", "1_.5", "1._5", "1e", "1e_5", "--1", "+-1", "0x10", "1 2", "infi", "e5", "i_nf"]
        {
            assert_eq!(f(bad.as_bytes()), None, "{bad}");
        }
        assert_eq!(f(b"1e400"), Some(f64::INFINITY));
        assert_eq!(f(b"1e-400"), Some(0.0));
    }

    #[test]
    fn unicode_digits() {
        let b = crate::TextBuf::from("\u{3000}\u{0666}.\u{0661}\u{0664}\u{2003}");
        assert_eq!(parse(b.as_text()), Some(6.14));
        assert_eq!(parse(crate::TextBuf::from("½").as_text()), None);
    }
}
