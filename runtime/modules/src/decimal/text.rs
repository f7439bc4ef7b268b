//! Numbers from text and as text, in the notations of the specification.

use super::coefficient::Coeff;
use super::number::*;

/// The number that the text spells. `None`: it spells none.
pub fn parse(text: &[u8]) -> Option<Number> {
    let (negative, rest) = match text {
        [b'-', rest @ ..] => (true, rest),
        [b'+', rest @ ..] => (false, rest),
        _ => (false, text),
    };
    match rest.first()? {
        b'0'..=b'9' | b'.' => parse_finite(negative, rest),
        _ => parse_special(negative, rest),
    }
}

fn parse_finite(negative: bool, text: &[u8]) -> Option<Number> {
    let mut word = 0u64;
    let mut point = None;
    let mut count = 0;
    let mut i = 0;
    while i < text.len() {
        match text[i] {
            d @ b'0'..=b'9' => {
                word = word.wrapping_mul(10).wrapping_add(u64::from(d - b'0'));
                count += 1;
            }
            b'.' if point.is_none() => point = Some(count),
            b'e' | b'E' => break,
            _ => return None,
        }
        i += 1;
    }
    if count == 0 {
        return None;
    }
    let mut exp = match &text[i..] {
        [] => 0,
        [_, rest @ ..] => parse_exponent(rest)?,
    };
    let coeff = if count <= 19 {
        Coeff::Small(word.into())
    } else {
        let digits: Vec<u8> = text[..i].iter().filter(|&&c| c != b'.').map(|c| c - b'0').collect();
        Coeff::from_digits(&digits)
    };
    if let Some(point) = point {
        exp -= count - point;
    }
    Some(Number::finite(negative, coeff, exp.clamp(EXP_CLAMP, EXP_INF)))
}

/// Larger than any exponent, and small enough to be computed with.
const EXP_BEYOND: i64 = 8_000_000_000_000_000_000;

/// Exponents beyond what can be computed with are cut to values that are beyond as well.
fn parse_exponent(text: &[u8]) -> Option<i64> {
    let (negative, digits) = match text {
        [b'-', rest @ ..] => (true, rest),
        [b'+', rest @ ..] => (false, rest),
        _ => (false, text),
    };
    if digits.is_empty() || !digits.iter().all(u8::is_ascii_digit) {
        return None;
    }
    let exp = digits.iter().fold(0i64, |x, d| x.saturating_mul(10).saturating_add(i64::from(d - b'0')).min(EXP_BEYOND));
    Some(if negative { -exp } else { exp })
}

fn parse_special(negative: bool, text: &[u8]) -> Option<Number> {
    let is = |name: &[u8]| text.eq_ignore_ascii_case(name);
    if is(b"inf") || is(b"infinity") {
        return Some(Number::infinity(negative));
    }
    let (kind, name) = if text[0].eq_ignore_ascii_case(&b's') { (Kind::Signaling, &text[1..]) } else { (Kind::Quiet, text) };
    let (name, payload) = name.split_at_checked(3)?;
    if !name.eq_ignore_ascii_case(b"nan") || !payload.iter().all(u8::is_ascii_digit) {
        return None;
    }
    let digits: Vec<u8> = payload.iter().map(|c| c - b'0').collect();
    Some(Number { negative, kind, exp: 0, coeff: Coeff::from_digits(&digits) })
}

/// Scientific notation, or engineering notation, whose exponents are multiples of three.
pub fn to_text(n: &Number, engineering: bool, capitals: bool, out: &mut Vec<u8>) {
    if n.negative {
        out.push(b'-');
    }
    if n.is_special() {
        return special_to_text(n, out);
    }
    let start = out.len();
    n.coeff.write(out);
    let digits = (out.len() - start) as i64;
    let left = n.exp + digits;
    let point = if n.exp <= 0 && left > -6 {
        left
    } else if !engineering {
        1
    } else if n.coeff.is_zero() {
        (left + 1).rem_euclid(3) - 1
    } else {
        (left - 1).rem_euclid(3) + 1
    };
    place_point(out, start, digits, point);
    if left != point {
        write_exponent(out, left - point, capitals);
    }
}

pub fn special_to_text(n: &Number, out: &mut Vec<u8>) {
    if n.is_infinite() {
        out.extend_from_slice(b"Infinity");
        return;
    }
    out.extend_from_slice(if n.kind == Kind::Signaling { b"sNaN" } else { b"NaN" });
    if !n.coeff.is_zero() {
        n.coeff.write(out);
    }
}

/// Puts a point after the first `point` of the digits, with zeros where there are none.
pub fn place_point(out: &mut Vec<u8>, start: usize, digits: i64, point: i64) {
    if point <= 0 {
        let zeros = (2 - point) as usize;
        out.splice(start..start, std::iter::repeat_n(b'0', zeros));
        out[start + 1] = b'.';
    } else if point >= digits {
        out.extend(std::iter::repeat_n(b'0', (point - digits) as usize));
    } else {
        out.insert(start + point as usize, b'.');
    }
}

pub fn write_exponent(out: &mut Vec<u8>, exp: i64, capitals: bool) {
    out.push(if capitals { b'E' } else { b'e' });
    out.push(if exp < 0 { b'-' } else { b'+' });
    Coeff::Small(exp.unsigned_abs().into()).write(out);
}
