//! Floats to decimal text in the forms of `repr` and of the codes `e`, `f`, `g`.
//!
//! The shortest digits come from Ryu, which breaks ties to even as CPython does (the standard library breaks them upwards);
//! a fixed number of digits from the standard library, which is exact there. This file lays them out as C and Python do.

use std::fmt::Write;

use crate::TextBuf;

/// No float has more digits than this after its point or in its exact expansion, so what lies beyond are zeros; the
/// standard library's formatting does not take more than 65,535.
const MAX_DIGITS: usize = 1100;

/// How the digits are chosen and laid out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// `e`: scientific, the given number of digits after the point.
    Exp,
    /// `f`: fixed, the given number of digits after the point.
    Fixed,
    /// `g`: the given number of significant digits, scientific for large and small values.
    General,
    /// The shortest digits that read back as the same float; scientific from 1e16 and below 1e-4.
    Repr,
}

/// Variations of a [`Form`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Style {
    /// `E` for `e`, `INF` and `NAN`.
    pub upper: bool,
    /// `#`: keep the point and, in `g`, trailing zeros.
    pub alternate: bool,
    /// Add `.0` to what would look like an integer, as `repr` does.
    pub point_zero: bool,
    /// `z`: no minus sign when all digits are zero.
    pub no_negative_zero: bool,
}

/// Significant digits without point, and where the point goes: the value is 0.d1d2d3... * 10**point.
struct Decimal {
    digits: Vec<u8>,
    point: i32,
}

impl Decimal {
    /// The shortest digits of a finite magnitude.
    fn shortest(magnitude: f64) -> Decimal {
        let mut buffer = ryu::Buffer::new();
        Decimal::of_text(buffer.format_finite(magnitude))
    }

    /// From decimal text: `0.00123`, `1200.0`, `1.2e-7`.
    fn of_text(s: &str) -> Decimal {
        let (mantissa, exponent) = s.split_once('e').unwrap_or((s, "0"));
        let whole = mantissa.find('.').unwrap_or(mantissa.len());
        let mut digits = Vec::with_capacity(mantissa.len());
        digits.extend(mantissa.bytes().filter(|&b| b != b'.'));
        let zeros = digits.iter().take_while(|&&b| b == b'0').count();
        if zeros == digits.len() {
            return Decimal { digits: vec![b'0'; digits.len()], point: 1 };
        }
        digits.drain(..zeros);
        Decimal { digits, point: exponent.parse::<i32>().unwrap_or(0) + whole as i32 - zeros as i32 }
    }
}

/// Appends `repr(x)`.
pub fn push_repr(out: &mut TextBuf, x: f64) {
    with_repr(x, |s| out.push_latin1(s));
}

/// `repr(x)`.
pub fn repr(x: f64) -> String {
    with_repr(x, |s| s.iter().map(|&b| char::from(b)).collect())
}

/// Calls `f` with `repr(x)`, which is ASCII.
pub fn with_repr<R>(x: f64, f: impl FnOnce(&[u8]) -> R) -> R {
    if !x.is_finite() {
        return f(special(x).as_bytes());
    }
    let mut buffer = ryu::Buffer::new();
    let s = buffer.format_finite(x).as_bytes();
    let magnitude = x.abs();
    if magnitude == 0.0 || (1e-4..1e16).contains(&magnitude) {
        return f(s);
    }
    let mut out = [0u8; 32];
    let mut len = 0;
    let mut put = |bytes: &[u8]| {
        out[len..len + bytes.len()].copy_from_slice(bytes);
        len += bytes.len();
    };
    let exponent = match memchr::memchr(b'e', s) {
        Some(at) => {
            put(&s[..at]);
            std::str::from_utf8(&s[at + 1..]).ok().and_then(|e| e.parse::<i32>().ok()).unwrap_or(0)
        }
        None => {
            // 0.0000123: what is written so although Python turns to exponents one place earlier.
            let (sign, rest) = s.split_at(usize::from(x < 0.0));
            let zeros = rest.iter().take_while(|&&b| matches!(b, b'0' | b'.')).count();
            let (first, rest) = rest[zeros..].split_at(1);
            put(sign);
            put(first);
            if !rest.is_empty() {
                put(b".");
                put(rest);
            }
            1 - zeros as i32
        }
    };
    let (sign, e) = if exponent < 0 { (b'-', exponent.unsigned_abs()) } else { (b'+', exponent.unsigned_abs()) };
    put(&[b'e', sign]);
    let digit = |d: u32| b'0' + (d % 10) as u8;
    if e >= 100 {
        put(&[digit(e / 100)]);
    }
    put(&[digit(e / 10), digit(e)]);
    f(&out[..len])
}

fn special(x: f64) -> &'static str {
    if x.is_nan() {
        "nan"
    } else if x > 0.0 {
        "inf"
    } else {
        "-inf"
    }
}

/// Formats `x` with `precision` digits (see [`Form`]; `Repr` ignores it). A negative value, and a negative zero,
/// begins with `-`; nothing else has a sign. NaN has none.
pub fn format(x: f64, form: Form, precision: usize, style: Style) -> String {
    if !x.is_finite() {
        let s = special(x);
        return if style.upper { s.to_ascii_uppercase() } else { s.to_owned() };
    }
    let mut out = String::new();
    if form == Form::Fixed {
        match Fixed::of(x, precision) {
            Some(fixed) => out.push_str(fixed.text()),
            None => {
                let _ = write!(out, "{:.*}", precision.min(MAX_DIGITS), x);
            }
        }
        pad_zeros(&mut out, precision.saturating_sub(MAX_DIGITS));
        if style.alternate && precision == 0 {
            out.push('.');
        }
    } else {
        general(&mut out, x, form, precision, style);
    }
    if style.no_negative_zero && out.starts_with('-') && all_zero(&out) {
        out.remove(0);
    }
    out
}

/// A finite float in fixed form, exactly rounded, ties to even: what the standard library gives, sooner.
pub struct Fixed {
    bytes: [u8; 48],
    start: usize,
}

impl Fixed {
    /// `None` where the numbers do not fit 128 bits: very large or small floats, or many digits.
    pub fn of(x: f64, precision: usize) -> Option<Fixed> {
        const MOST_DIGITS: usize = 19;
        let bits = x.to_bits() & !(1 << 63);
        let fits = x.abs() < (1u64 << 63) as f64;
        if precision > MOST_DIGITS || (bits >> 52 == 0 && bits != 0) || !fits {
            return None;
        }
        let mantissa = if bits == 0 { 0 } else { bits & ((1 << 52) - 1) | 1 << 52 };
        // The magnitude is mantissa / 2**shift.
        let shift = 1075 - (bits >> 52) as i32;
        let (mut whole, mut digits) = if mantissa == 0 {
            (0, 0)
        } else if shift <= 0 {
            (mantissa << -shift, 0)
        } else if shift <= 120 {
            let whole = mantissa.checked_shr(shift as u32).unwrap_or(0);
            let rest = mantissa - whole.checked_shl(shift as u32).unwrap_or(0);
            // Below 2**53 * 10**19: no overflow.
            let scaled = rest as u128 * 10u128.pow(precision as u32);
            let (digits, below) = ((scaled >> shift) as u64, scaled & ((1 << shift) - 1));
            let odd = if precision == 0 { whole } else { digits } & 1 == 1;
            let half = 1u128 << (shift - 1);
            (whole, digits + u64::from(below > half || (below == half && odd)))
        } else {
            return None;
        };
        if digits == 10u64.pow(precision as u32) {
            (whole, digits) = (whole + 1, 0);
        }
        let mut out = Fixed { bytes: [b'0'; 48], start: 48 };
        for _ in 0..precision {
            out.put(b'0' + (digits % 10) as u8);
            digits /= 10;
        }
        if precision > 0 {
            out.put(b'.');
        }
        loop {
            out.put(b'0' + (whole % 10) as u8);
            whole /= 10;
            if whole == 0 {
                break;
            }
        }
        if x.is_sign_negative() {
            out.put(b'-');
        }
        Some(out)
    }
    fn put(&mut self, b: u8) {
        self.start -= 1;
        self.bytes[self.start] = b;
    }
    pub fn text(&self) -> &str {
        std::str::from_utf8(&self.bytes[self.start..]).unwrap_or_default()
    }
}

#[cfg(test)]
#[test]
fn fixed_digits_are_those_of_the_standard_library() {
    let mut seed = 0x9e37_79b9_7f4a_7c15u64;
    for i in 0..200_000u64 {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let near = f64::from_bits((1023 - 60 + seed % 130) << 52 | seed >> 12);
        for x in [near, -near, (i as f64) / 8.0, i as f64 / 1000.0, f64::from_bits(seed), 0.5, 9.9999999, 0.0, -0.0, 1e18] {
            let precision = (seed >> 40) as usize % 21;
            if let Some(fixed) = Fixed::of(x, precision) {
                assert_eq!(fixed.text(), format!("{x:.precision$}"), "{x:e} {precision}");
            }
        }
    }
    assert!(Fixed::of(1.5, 2).is_some() && Fixed::of(1e300, 2).is_none() && Fixed::of(5e-324, 2).is_none());
}

/// Whether the digits before any exponent are all zeros.
fn all_zero(s: &str) -> bool {
    s.bytes().take_while(|b| !matches!(b, b'e' | b'E')).all(|b| matches!(b, b'-' | b'0' | b'.'))
}

fn pad_zeros(out: &mut String, n: usize) {
    out.extend(std::iter::repeat_n('0', n));
}

fn general(out: &mut String, x: f64, form: Form, precision: usize, style: Style) {
    let magnitude = x.abs();
    // Number of significant digits to show, when it does not depend on the digits.
    let wanted = match form {
        Form::Exp => precision.saturating_add(1),
        Form::General => precision.max(1),
        Form::Fixed | Form::Repr => 0,
    };
    let mut decimal = match form {
        Form::Repr => Decimal::shortest(magnitude),
        _ => Decimal::of_text(&format!("{:.*e}", (wanted - 1).min(MAX_DIGITS), magnitude)),
    };
    let exponential = match form {
        Form::Exp => true,
        Form::Repr => decimal.point <= -4 || decimal.point > 16,
        _ => decimal.point <= -4 || decimal.point as i64 > wanted as i64 - i64::from(style.point_zero),
    };
    let keep_zeros = form == Form::Exp || (form == Form::General && style.alternate);
    if keep_zeros {
        decimal.digits.resize(wanted, b'0');
    } else {
        let end = decimal.digits.iter().rposition(|&d| d != b'0').map_or(1, |i| i + 1);
        decimal.digits.truncate(end);
    }
    if x.is_sign_negative() {
        out.push('-');
    }
    let exponent = decimal.point - 1;
    let point = if exponential { 1 } else { decimal.point };
    let digits = &decimal.digits[..];
    let digit = |d: u8| char::from(d);
    if point <= 0 {
        out.push_str("0.");
        pad_zeros(out, point.unsigned_abs() as usize);
        out.extend(digits.iter().copied().map(digit));
    } else {
        let whole = point as usize;
        if digits.len() > whole {
            out.extend(digits[..whole].iter().copied().map(digit));
            out.push('.');
            out.extend(digits[whole..].iter().copied().map(digit));
        } else {
            out.extend(digits.iter().copied().map(digit));
            pad_zeros(out, whole - digits.len());
            if style.point_zero && !exponential {
                out.push_str(".0");
            } else if style.alternate {
                out.push('.');
            }
        }
    }
    if exponential {
        let _ = write!(
            out,
            "{}{}{:02}",
            if style.upper { 'E' } else { 'e' },
            if exponent < 0 { '-' } else { '+' },
            exponent.unsigned_abs()
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn repr_is_pythons() {
        for (x, s) in [
            (0.0, "0.0"),
            (-0.0, "-0.0"),
            (0.1, "0.1"),
            (1.0, "1.0"),
            (1e16, "1e+16"),
            (9999999999999998.0, "9999999999999998.0"),
            (1e15, "1000000000000000.0"),
            (0.0001, "0.0001"),
            (0.00001, "1e-05"),
            (1.5e300, "1.5e+300"),
            (5e-324, "5e-324"),
            (1.7976931348623157e308, "1.7976931348623157e+308"),
            (-1234.5, "-1234.5"),
            (1e22, "1e+22"),
            (2f64.powi(-44), "5.684341886080802e-14"),
            (f64::INFINITY, "inf"),
            (f64::NEG_INFINITY, "-inf"),
            (f64::NAN, "nan"),
        ] {
            assert_eq!(repr(x), s);
        }
    }

    #[test]
    fn codes() {
        let plain = Style::default();
        let alt = Style { alternate: true, ..plain };
        let f = |x, form, p, style| format(x, form, p, style);
        assert_eq!(f(2.5, Form::Fixed, 0, plain), "2");
        assert_eq!(f(2.5, Form::Fixed, 0, alt), "2.");
        assert_eq!(f(0.5, Form::Fixed, 0, plain), "0");
        assert_eq!(f(1.5, Form::Fixed, 0, plain), "2");
        assert_eq!(f(1e23, Form::Fixed, 2, plain), "99999999999999991611392.00");
        assert_eq!(f(1234567.0, Form::General, 6, plain), "1.23457e+06");
        assert_eq!(f(100000.0, Form::General, 6, plain), "100000");
        assert_eq!(f(1.0, Form::General, 6, alt), "1.00000");
        assert_eq!(f(0.0, Form::General, 6, plain), "0");
        assert_eq!(f(0.0001, Form::General, 6, plain), "0.0001");
        assert_eq!(f(0.00001, Form::General, 6, plain), "1e-05");
        assert_eq!(f(0.0, Form::Exp, 6, plain), "0.000000e+00");
        assert_eq!(f(12.0, Form::Exp, 0, alt), "1.e+01");
        assert_eq!(f(1e-310, Form::Exp, 3, Style { upper: true, ..plain }), "1.000E-310");
        assert_eq!(f(-0.001, Form::Fixed, 1, Style { no_negative_zero: true, ..plain }), "0.0");
        assert_eq!(f(-0.0, Form::Repr, 0, Style { point_zero: true, ..plain }), "-0.0");
        assert_eq!(f(1.0, Form::Fixed, 1200, plain).len(), 1202);
        // With `point_zero`, precision counts as in format(x, '.3').
        assert_eq!(f(123.0, Form::General, 3, Style { point_zero: true, ..plain }), "1.23e+02");
        assert_eq!(f(12.0, Form::General, 3, Style { point_zero: true, ..plain }), "12.0");
    }
}
