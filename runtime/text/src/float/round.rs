//! `round(x, n)` for floats.

use std::fmt::Write;

/// Rounds to the nearest integer, ties to even; what `round(x)` gives before it becomes an integer.
#[inline]
pub fn round_half_even(x: f64) -> f64 {
    x.round_ties_even()
}

/// `round(x, digits)`: the float nearest to the decimal that `x` rounds to, ties to even. `None` when that is too large
/// for a float (CPython: OverflowError, "rounded value too large to represent").
pub fn round(x: f64, digits: i64) -> Option<f64> {
    // Beyond these no digit of a float remains, or none is cut.
    if !x.is_finite() || x == 0.0 || digits > 323 {
        return Some(x);
    }
    if digits < -308 {
        return Some(0.0 * x);
    }
    let rounded = if digits >= 0 { fraction(x, digits as usize) } else { whole(x, digits.unsigned_abs() as usize) };
    rounded.is_finite().then_some(rounded)
}

fn fraction(x: f64, digits: usize) -> f64 {
    // A float this large is an integer already.
    if x.abs() >= 4503599627370496.0 {
        return x;
    }
    if let Some(fixed) = super::format::Fixed::of(x, digits) {
        return fixed.text().parse().unwrap_or(x);
    }
    let mut s = String::with_capacity(digits + 20);
    let _ = write!(s, "{x:.digits$}");
    s.parse().unwrap_or(x)
}

/// Rounds to a multiple of 10**n, n > 0.
fn whole(x: f64, n: usize) -> f64 {
    // The integer part in decimal, and whether anything follows it, decide exactly.
    let magnitude = x.abs();
    let mut s = String::new();
    let _ = write!(s, "{:.0}", magnitude.trunc());
    let cut = match s.len().checked_sub(n) {
        Some(cut) => cut,
        // Below a tenth of 10**n.
        None => return 0.0f64.copysign(x),
    };
    let rest = &s.as_bytes()[cut..];
    let below = magnitude.fract() != 0.0 || rest[1..].iter().any(|&d| d != b'0');
    let odd = cut > 0 && s.as_bytes()[cut - 1] & 1 == 1;
    let up = match rest[0] {
        b'0'..=b'4' => false,
        b'5' => below || odd,
        _ => true,
    };
    let mut kept = s[..cut].to_owned();
    if up {
        increment(&mut kept);
    } else if cut == 0 {
        return 0.0f64.copysign(x);
    }
    let _ = write!(kept, "e{n}");
    kept.parse::<f64>().unwrap_or(f64::INFINITY).copysign(x)
}

/// Adds one to a decimal number.
fn increment(digits: &mut String) {
    let mut nines = 0;
    loop {
        match digits.pop() {
            Some('9') => nines += 1,
            Some(d) => {
                digits.push(char::from(d as u8 + 1));
                break;
            }
            None => {
                digits.push('1');
                break;
            }
        }
    }
    digits.extend(std::iter::repeat_n('0', nines));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn as_python_rounds() {
        for (x, n, r) in [
            (2.675, 2, 2.67),
            (0.5, 0, 0.0),
            (1.5, 0, 2.0),
            (-2.5, 0, -2.0),
            (1234.5678, -2, 1200.0),
            (50.0, -2, 0.0),
            (150.0, -2, 200.0),
            (250.0, -2, 200.0),
            (50.1, -2, 100.0),
            (49.9, -2, 0.0),
            (99.9, -3, 0.0),
            (999.0, -2, 1000.0),
            (1e300, -299, 1e300),
            (5e-324, 323, 0.0),
            (0.1 + 0.2, 16, 0.3),
            (1e22, 2, 1e22),
            (4503599627370495.5, 0, 4503599627370496.0),
        ] {
            assert_eq!(round(x, n), Some(r), "round({x}, {n})");
        }
        assert!(round(-0.4, 0).is_some_and(|r| r.is_sign_negative()));
        assert_eq!(round(1.7976931348623157e308, -308), None);
    }
}
