//! Operators and methods of floats with Python's meaning, and the pieces of their representation.

use crate::{Big, NumError, convert, int, libm, power};

/// `a % b`: the result has the sign of `b`.
#[inline]
pub fn floor_mod(a: f64, b: f64) -> Result<f64, NumError> {
    if b == 0.0 {
        return Err(NumError::DivisionByZero);
    }
    let remainder = a % b;
    Ok(if remainder == 0.0 {
        0f64.copysign(b)
    } else if (b < 0.0) != (remainder < 0.0) {
        remainder + b
    } else {
        remainder
    })
}

/// `divmod(a, b)`.
#[inline]
pub fn divmod(a: f64, b: f64) -> Result<(f64, f64), NumError> {
    if b == 0.0 {
        return Err(NumError::DivisionByZero);
    }
    // The remainder is exact, so the quotient is an integer but for rounding.
    let mut remainder = a % b;
    let mut quotient = (a - remainder) / b;
    if remainder == 0.0 {
        remainder = 0f64.copysign(b);
    } else if (b < 0.0) != (remainder < 0.0) {
        remainder += b;
        quotient -= 1.0;
    }
    if quotient == 0.0 {
        return Ok((0f64.copysign(a / b), remainder));
    }
    let floor = quotient.floor();
    Ok((if quotient - floor > 0.5 { floor + 1.0 } else { floor }, remainder))
}

/// `a // b`.
#[inline]
pub fn floor_div(a: f64, b: f64) -> Result<f64, NumError> {
    divmod(a, b).map(|(quotient, _)| quotient)
}

/// `a / b`.
#[inline]
pub fn true_div(a: f64, b: f64) -> Result<f64, NumError> {
    if b == 0.0 { Err(NumError::DivisionByZero) } else { Ok(a / b) }
}

/// `a ** b`; `None` where the result is complex: a negative base, a fractional exponent.
pub fn pow(a: f64, b: f64) -> Result<Option<f64>, NumError> {
    let odd = || b.abs() % 2.0 == 1.0;
    // C libraries are not trusted with the special cases; these are C99's, but for the errors.
    let value = if b == 0.0 || a == 1.0 {
        1.0
    } else if a.is_nan() || b.is_nan() {
        f64::NAN
    } else if b.is_infinite() {
        match a.abs() {
            1.0 => 1.0,
            size if (b > 0.0) == (size > 1.0) => f64::INFINITY,
            _ => 0.0,
        }
    } else if a.is_infinite() {
        let size = if b > 0.0 { f64::INFINITY } else { 0.0 };
        if odd() { size.copysign(a) } else { size }
    } else if a == 0.0 {
        if b < 0.0 {
            return Err(NumError::ZeroToNegativePower);
        }
        if odd() { a } else { 0.0 }
    } else {
        if a < 0.0 && b != b.floor() {
            return Ok(None);
        }
        let size = a.abs().powf(b);
        if size.is_infinite() {
            return Err(NumError::PowOverflow);
        }
        if a < 0.0 && odd() { -size } else { size }
    };
    Ok(Some(value))
}

/// `round(value, digits)`, correctly rounded by the value's exact decimal expansion, ties to even.
pub fn round(value: f64, digits: i64) -> Result<f64, NumError> {
    if !value.is_finite() || value == 0.0 || digits > 323 {
        return Ok(value);
    }
    if digits < -308 {
        return Ok(0f64.copysign(value));
    }
    if digits >= 0 {
        // The decimal exponent of the last bit bounds the digits that there are.
        let text = format!("{value:.*}", digits as usize);
        return Ok(text.parse().expect("a decimal literal"));
    }
    let unit = power::pow(Big::from(10i64).as_ref(), digits.unsigned_abs())?;
    let (numerator, denominator) = convert::as_integer_ratio(value)?;
    let divisor = int::mul(unit.as_ref(), denominator.as_ref());
    let (quotient, _) = int::divmod_near(numerator.as_ref(), divisor.as_ref())?;
    let rounded = int::mul(quotient.as_ref(), unit.as_ref());
    match convert::to_f64(rounded.as_ref()) {
        Ok(rounded) => Ok(rounded.copysign(value)),
        Err(_) => Err(NumError::RoundOverflow),
    }
}

/// `round(value)`: the nearest integer, ties to even.
pub fn round_to_int(value: f64) -> Result<Big, NumError> {
    convert::from_f64(value.round_ties_even())
}

/// `math.floor(value)`.
pub fn floor(value: f64) -> Result<Big, NumError> {
    convert::from_f64(value.floor())
}

/// `math.ceil(value)`.
pub fn ceil(value: f64) -> Result<Big, NumError> {
    convert::from_f64(value.ceil())
}

/// `value.is_integer()`.
#[inline]
pub fn is_integer(value: f64) -> bool {
    value.is_finite() && value == value.floor()
}

/// `math.frexp(value)`: a mantissa in [0.5, 1) and an exponent; zero, infinities and NaNs come back with exponent 0.
pub fn frexp(value: f64) -> (f64, i32) {
    if value == 0.0 || !value.is_finite() {
        return (value, 0);
    }
    const EXPONENT: u64 = 0x7ff << 52;
    let (value, lifted) = if value.is_subnormal() { (value * 2f64.powi(64), 64) } else { (value, 0) };
    let bits = value.to_bits();
    let exponent = ((bits & EXPONENT) >> 52) as i32 - 1022;
    (f64::from_bits(bits & !EXPONENT | 1022 << 52), exponent - lifted)
}

/// `math.ldexp(value, exponent)`; give any larger exponent as the nearest `i64`.
pub fn ldexp(value: f64, exponent: i64) -> Result<f64, NumError> {
    if value == 0.0 || !value.is_finite() {
        return Ok(value);
    }
    let result = libm::ldexp(value, exponent.clamp(-10_000, 10_000) as i32);
    if result.is_infinite() { Err(NumError::Range) } else { Ok(result) }
}

/// `math.modf(value)`: fraction and whole part, both with the value's sign.
#[inline]
pub fn modf(value: f64) -> (f64, f64) {
    let whole = value.trunc();
    let fraction = if value.is_infinite() { 0.0 } else { value - whole };
    (if value.is_nan() { value } else { fraction.copysign(value) }, whole)
}

/// A float's place in the order of all floats, where both zeros are 0 and neighbours differ by 1.
fn ordinal(value: f64) -> i64 {
    let magnitude = (value.to_bits() & (u64::MAX >> 1)) as i64;
    if value.is_sign_negative() { -magnitude } else { magnitude }
}

/// `math.nextafter(x, y, steps=steps)`; give a larger number of steps as `u64::MAX`.
pub fn nextafter(x: f64, y: f64, steps: u64) -> f64 {
    if steps == 0 {
        return x;
    }
    if x.is_nan() {
        return x;
    }
    if y.is_nan() || x == y {
        return y;
    }
    let (from, to) = (ordinal(x), ordinal(y));
    // Each is within 2^63 * (1 - 2^-11), so the distance fits.
    if steps >= from.abs_diff(to) {
        return y;
    }
    let place = if from < to { from.wrapping_add_unsigned(steps) } else { from.wrapping_sub_unsigned(steps) };
    let size = f64::from_bits(place.unsigned_abs());
    // A zero on the way keeps the sign of where it comes from.
    if place == 0 { size.copysign(x) } else { size.copysign(place as f64) }
}

/// `math.ulp(value)`.
pub fn ulp(value: f64) -> f64 {
    let value = value.abs();
    if !value.is_finite() {
        return value;
    }
    let next = value.next_up();
    if next.is_infinite() { value - value.next_down() } else { next - value }
}

/// `math.isclose(a, b, rel_tol=..., abs_tol=...)`, for tolerances that are not negative.
pub fn is_close(a: f64, b: f64, relative: f64, absolute: f64) -> bool {
    if a == b {
        return true;
    }
    if a.is_infinite() || b.is_infinite() {
        return false;
    }
    let difference = (b - a).abs();
    difference <= (relative * b).abs() || difference <= (relative * a).abs() || difference <= absolute
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{Rng, text};

    fn same(a: f64, b: f64) -> bool {
        a.to_bits() == b.to_bits() || a.is_nan() && b.is_nan()
    }

    #[test]
    fn division() {
        assert_eq!(divmod(5.5, -2.0), Ok((-3.0, -0.5)));
        assert_eq!(floor_mod(-5.5, 2.0), Ok(0.5));
        assert_eq!(floor_div(-5.5, 2.0), Ok(-3.0));
        assert_eq!(floor_mod(5.0, f64::INFINITY), Ok(5.0));
        assert_eq!(floor_mod(-5.0, f64::INFINITY), Ok(f64::INFINITY));
        assert_eq!(floor_div(-5.0, f64::INFINITY), Ok(-1.0));
        let (quotient, remainder) = divmod(-0.0, 3.0).unwrap();
        assert!(same(quotient, -0.0) && same(remainder, 0.0));
        assert_eq!(divmod(1.0, 0.0), Err(NumError::DivisionByZero));
    }

    #[test]
    fn powers() {
        let pow = |a, b| super::pow(a, b).unwrap().unwrap();
        assert_eq!(super::pow(-8.0, 1.0 / 3.0), Ok(None));
        assert_eq!(pow(-2.0, -3.0), -0.125);
        assert_eq!(super::pow(0.0, -2.0), Err(NumError::ZeroToNegativePower));
        assert_eq!(super::pow(1e300, 2.0), Err(NumError::PowOverflow));
        assert_eq!(pow(f64::NAN, 0.0), 1.0);
        assert_eq!(pow(1.0, f64::NAN), 1.0);
        assert_eq!(pow(-1.0, f64::INFINITY), 1.0);
        assert_eq!(pow(-0.5, f64::NEG_INFINITY), f64::INFINITY);
        assert_eq!(pow(f64::NEG_INFINITY, 3.0), f64::NEG_INFINITY);
        assert!(same(pow(f64::NEG_INFINITY, -3.0), -0.0));
        assert!(same(pow(-0.0, 3.0), -0.0));
        assert!(same(pow(-0.0, 2.0), 0.0));
    }

    #[test]
    fn rounding() {
        assert_eq!(round(2.675, 2), Ok(2.67));
        assert_eq!(round(0.125, 2), Ok(0.12));
        assert_eq!(round(0.375, 2), Ok(0.38));
        assert_eq!(round(2.5, 0), Ok(2.0));
        assert_eq!(round(25.0, -1), Ok(20.0));
        assert_eq!(round(35.0, -1), Ok(40.0));
        assert_eq!(round(1e300, -299), Ok(1e300));
        assert_eq!(round(1e22, -22), Ok(1e22));
        assert_eq!(round(f64::MAX, -308), Err(NumError::RoundOverflow));
        assert!(same(round(-0.4, 0).unwrap(), -0.0));
        assert!(same(round(-4.0, -2).unwrap(), -0.0));
        assert_eq!(round(5e-324, 323), Ok(0.0));
        assert_eq!(text(&round_to_int(-2.5).unwrap()), "-2");
        assert_eq!(text(&floor(-2.5).unwrap()), "-3");
        assert_eq!(text(&ceil(-2.5).unwrap()), "-2");
    }

    #[test]
    fn representation() {
        assert_eq!(frexp(5e-324), (0.5, -1073));
        assert_eq!(frexp(-8.0), (-0.5, 4));
        assert_eq!(frexp(f64::INFINITY), (f64::INFINITY, 0));
        let mut rng = Rng::new(20);
        for _ in 0..1000 {
            let value = f64::from_bits(rng.next());
            let (mantissa, exponent) = frexp(value);
            if value.is_finite() {
                assert_eq!(ldexp(mantissa, i64::from(exponent)), Ok(value));
                let (fraction, whole) = modf(value);
                assert!(same(fraction + whole, value));
                assert_eq!(nextafter(value, f64::INFINITY, 1), value.next_up());
                assert_eq!(nextafter(value, f64::NEG_INFINITY, 1), value.next_down());
            }
        }
        assert_eq!(ldexp(1.0, 5000), Err(NumError::Range));
        assert_eq!(ldexp(5e-324, -1), Ok(0.0));
        assert_eq!(ldexp(1.5e-323, -1), Ok(1e-323));
        assert_eq!(ldexp(1.0, i64::MIN), Ok(0.0));
        let (fraction, whole) = modf(f64::NEG_INFINITY);
        assert!(same(fraction, -0.0) && whole == f64::NEG_INFINITY);
    }

    #[test]
    fn neighbours() {
        assert_eq!(nextafter(0.0, 1.0, u64::MAX), 1.0);
        assert!(same(nextafter(0.0, -0.0, 1), -0.0));
        assert!(same(nextafter(5e-324, -1.0, 1), 0.0));
        assert!(same(nextafter(-5e-324, 1.0, 1), -0.0));
        let one = 1f64.to_bits();
        assert_eq!(nextafter(1.0, -1.0, 2 * one), -1.0);
        assert!(same(nextafter(1.0, -1.0, one), 0.0));
        assert_eq!(nextafter(f64::NEG_INFINITY, f64::INFINITY, u64::MAX), f64::INFINITY);
        assert_eq!(ulp(f64::MAX), 1.99584030953472e+292);
        assert_eq!(ulp(0.0), 5e-324);
        assert_eq!(ulp(f64::NEG_INFINITY), f64::INFINITY);
    }
}
