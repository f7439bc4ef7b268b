//! Floats to decimal text in the forms of `repr` and of the codes `e`, `f`, `g`.
//!
//! The digits come from the standard library, whose shortest and fixed-precision conversions are both exact
//! (Grisu with a Dragon fallback); this file lays them out as C and Python do.

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
    /// From the output of `{:e}`: `d.ddde-xx`.
    fn from_scientific(s: &str) -> Decimal {
        let (mantissa, exponent) = s.split_once('e').unwrap_or((s, "0"));
        let mut digits = Vec::with_capacity(mantissa.len());
        digits.extend(mantissa.bytes().filter(|&b| b != b'.'));
        Decimal {
            digits,
            point: exponent.parse::<i32>().unwrap_or(0) + 1,
        }
    }
}

/// A buffer on the stack, large enough for any shortest form.
struct Short {
    bytes: [u8; 40],
    len: usize,
}

impl Write for Short {
    fn write_str(&mut self, s: &str) -> std::fmt::Result {
        let end = self.len + s.len();
        self.bytes
            .get_mut(self.len..end)
            .ok_or(std::fmt::Error)?
            .copy_from_slice(s.as_bytes());
        self.len = end;
        Ok(())
    }
}

/// Appends `repr(x)`.
pub fn push_repr(out: &mut TextBuf, x: f64) {
    let mut short = Short {
        bytes: [0; 40],
        len: 0,
    };
    write_repr(&mut short, x);
    out.push_latin1(&short.bytes[..short.len]);
}

/// `repr(x)`.
pub fn repr(x: f64) -> String {
    let mut short = Short {
        bytes: [0; 40],
        len: 0,
    };
    write_repr(&mut short, x);
    String::from_utf8_lossy(&short.bytes[..short.len]).into_owned()
}

fn write_repr(out: &mut Short, x: f64) {
    if !x.is_finite() {
        let _ = out.write_str(if x.is_nan() {
            "nan"
        } else if x > 0.0 {
            "inf"
        } else {
            "-inf"
        });
        return;
    }
    let magnitude = x.abs();
    if magnitude == 0.0 || (1e-4..1e16).contains(&magnitude) {
        // `Debug` prints these in positional form with ".0" where it is needed.
        let _ = if x.fract() == 0.0 {
            write!(out, "{x:.1}")
        } else {
            write!(out, "{x}")
        };
        return;
    }
    let mut short = Short {
        bytes: [0; 40],
        len: 0,
    };
    let _ = write!(short, "{x:e}");
    let (mantissa, exponent) = split_exponent(&short.bytes[..short.len]);
    out.bytes[..mantissa.len()].copy_from_slice(mantissa);
    out.len = mantissa.len();
    let _ = write!(
        out,
        "e{}{:02}",
        if exponent < 0 { '-' } else { '+' },
        exponent.abs()
    );
}

fn split_exponent(s: &[u8]) -> (&[u8], i32) {
    let at = memchr::memchr(b'e', s).unwrap_or(s.len());
    let exponent = std::str::from_utf8(s.get(at + 1..).unwrap_or(b"0"))
        .ok()
        .and_then(|e| e.parse().ok());
    (&s[..at], exponent.unwrap_or(0))
}

/// Formats `x` with `precision` digits (see [`Form`]; `Repr` ignores it). A negative value, and a negative zero,
/// begins with `-`; nothing else has a sign. NaN has none.
pub fn format(x: f64, form: Form, precision: usize, style: Style) -> String {
    if !x.is_finite() {
        let s = if x.is_nan() {
            "nan"
        } else if x > 0.0 {
            "inf"
        } else {
            "-inf"
        };
        return if style.upper {
            s.to_ascii_uppercase()
        } else {
            s.to_owned()
        };
    }
    let mut out = String::new();
    if form == Form::Fixed {
        let _ = write!(out, "{:.*}", precision.min(MAX_DIGITS), x);
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

/// Whether the digits before any exponent are all zeros.
fn all_zero(s: &str) -> bool {
    s.bytes()
        .take_while(|b| !matches!(b, b'e' | b'E'))
        .all(|b| matches!(b, b'-' | b'0' | b'.'))
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
    let mut scratch = String::new();
    let _ = match form {
        Form::Repr => write!(scratch, "{magnitude:e}"),
        _ => write!(scratch, "{:.*e}", (wanted - 1).min(MAX_DIGITS), magnitude),
    };
    let mut decimal = Decimal::from_scientific(&scratch);
    let exponential = match form {
        Form::Exp => true,
        Form::Repr => decimal.point <= -4 || decimal.point > 16,
        _ => {
            decimal.point <= -4
                || decimal.point as i64 > wanted as i64 - i64::from(style.point_zero)
        }
    };
    let keep_zeros = form == Form::Exp || (form == Form::General && style.alternate);
    if keep_zeros {
        decimal.digits.resize(wanted, b'0');
    } else {
        let end = decimal
            .digits
            .iter()
            .rposition(|&d| d != b'0')
            .map_or(1, |i| i + 1);
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
        let alt = Style {
            alternate: true,
            ..plain
        };
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
        assert_eq!(
            f(
                1e-310,
                Form::Exp,
                3,
                Style {
                    upper: true,
                    ..plain
                }
            ),
            "1.000E-310"
        );
        assert_eq!(
            f(
                -0.001,
                Form::Fixed,
                1,
                Style {
                    no_negative_zero: true,
                    ..plain
                }
            ),
            "0.0"
        );
        assert_eq!(
            f(
                -0.0,
                Form::Repr,
                0,
                Style {
                    point_zero: true,
                    ..plain
                }
            ),
            "-0.0"
        );
        assert_eq!(f(1.0, Form::Fixed, 1200, plain).len(), 1202);
        // With `point_zero`, precision counts as in format(x, '.3').
        assert_eq!(
            f(
                123.0,
                Form::General,
                3,
                Style {
                    point_zero: true,
                    ..plain
                }
            ),
            "1.23e+02"
        );
        assert_eq!(
            f(
                12.0,
                Form::General,
                3,
                Style {
                    point_zero: true,
                    ..plain
                }
            ),
            "12.0"
        );
    }
}
