//! Functions of module `math` on floats: the C library's values, Python's errors.
//!
//! [`NumError::Expected`] carries the words to which the caller adds the argument; poles and overflows are errors, a NaN
//! goes through.

use crate::convert::{frexp, to_f64};
use crate::{BigRef, NumError, libm};

pub use crate::gamma::{erf, erfc, gamma, lgamma};

const FINITE: NumError = NumError::Expected("expected a finite input");
const UP_TO_ONE: NumError = NumError::Expected("expected a number in range from -1 up to 1");
const BELOW_ONE: NumError = NumError::Expected("expected a number between -1 and 1");
const FROM_ONE: NumError = NumError::Expected("expected argument value not less than 1");
const ABOVE_MINUS_ONE: NumError = NumError::Expected("expected argument value > -1");
const NOT_NEGATIVE: NumError = NumError::Expected("expected a nonnegative input");
const POSITIVE: NumError = NumError::Expected("expected a positive input");

/// The result of a function that can overflow but has no other trouble.
#[inline]
fn ranged(x: f64, result: f64) -> Result<f64, NumError> {
    if result.is_infinite() && x.is_finite() { Err(NumError::Range) } else { Ok(result) }
}

/// The result, unless the argument lies outside the domain; a NaN does not.
#[inline]
fn unless(outside: bool, error: NumError, result: f64) -> Result<f64, NumError> {
    if outside { Err(error) } else { Ok(result) }
}

pub fn acos(x: f64) -> Result<f64, NumError> {
    unless(x.abs() > 1.0, UP_TO_ONE, x.acos())
}

pub fn acosh(x: f64) -> Result<f64, NumError> {
    unless(x < 1.0, FROM_ONE, libm::acosh(x))
}

pub fn asin(x: f64) -> Result<f64, NumError> {
    unless(x.abs() > 1.0, UP_TO_ONE, x.asin())
}

pub fn asinh(x: f64) -> f64 {
    libm::asinh(x)
}

pub fn atan(x: f64) -> f64 {
    x.atan()
}

pub fn atan2(y: f64, x: f64) -> f64 {
    y.atan2(x)
}

pub fn atanh(x: f64) -> Result<f64, NumError> {
    unless(x.abs() >= 1.0, BELOW_ONE, libm::atanh(x))
}

pub fn cbrt(x: f64) -> f64 {
    x.cbrt()
}

pub fn cos(x: f64) -> Result<f64, NumError> {
    unless(x.is_infinite(), FINITE, x.cos())
}

pub fn cosh(x: f64) -> Result<f64, NumError> {
    ranged(x, x.cosh())
}

pub fn exp(x: f64) -> Result<f64, NumError> {
    ranged(x, x.exp())
}

pub fn exp2(x: f64) -> Result<f64, NumError> {
    ranged(x, x.exp2())
}

pub fn expm1(x: f64) -> Result<f64, NumError> {
    ranged(x, x.exp_m1())
}

/// `fma(x, y, z)`: `x * y + z` with one rounding.
pub fn fma(x: f64, y: f64, z: f64) -> Result<f64, NumError> {
    let result = x.mul_add(y, z);
    if result.is_finite() {
        return Ok(result);
    }
    if result.is_nan() {
        let invalid = !x.is_nan() && !y.is_nan() && !z.is_nan();
        return if invalid { Err(NumError::FmaInvalid) } else { Ok(result) };
    }
    let overflow = x.is_finite() && y.is_finite() && z.is_finite();
    if overflow { Err(NumError::FmaOverflow) } else { Ok(result) }
}

pub fn fmod(x: f64, y: f64) -> Result<f64, NumError> {
    if y.is_infinite() && x.is_finite() {
        return Ok(x);
    }
    let result = x % y;
    if result.is_nan() && !x.is_nan() && !y.is_nan() { Err(NumError::Domain) } else { Ok(result) }
}

pub fn log(x: f64) -> Result<f64, NumError> {
    unless(x <= 0.0, POSITIVE, x.ln())
}

pub fn log1p(x: f64) -> Result<f64, NumError> {
    unless(x <= -1.0, ABOVE_MINUS_ONE, x.ln_1p())
}

pub fn log2(x: f64) -> Result<f64, NumError> {
    unless(x <= 0.0, POSITIVE, x.log2())
}

pub fn log10(x: f64) -> Result<f64, NumError> {
    unless(x <= 0.0, POSITIVE, x.log10())
}

/// A logarithm (`log`, `log2` or `log10` of this module) of an integer that may exceed the floats. The error's words are
/// the whole message.
pub fn log_of_int(x: BigRef, log: fn(f64) -> Result<f64, NumError>) -> Result<f64, NumError> {
    if x.signum() <= 0 {
        return Err(POSITIVE);
    }
    if let Ok(x) = to_f64(x) {
        return log(x);
    }
    let (mantissa, exponent) = frexp(x);
    Ok(log(mantissa)? + log(2.0)? * exponent as f64)
}

pub fn pow(x: f64, y: f64) -> Result<f64, NumError> {
    let result = x.powf(y);
    if result.is_finite() || !x.is_finite() || !y.is_finite() {
        return Ok(result);
    }
    // A NaN: a negative base, a fractional exponent. An infinity: a power of zero or an overflow.
    if result.is_nan() || x == 0.0 { Err(NumError::Domain) } else { Err(NumError::Range) }
}

pub fn remainder(x: f64, y: f64) -> Result<f64, NumError> {
    if x.is_nan() || y.is_nan() {
        return Ok(if x.is_nan() { x } else { y });
    }
    if x.is_infinite() || y == 0.0 {
        return Err(NumError::Domain);
    }
    Ok(libm::remainder(x, y))
}

pub fn sin(x: f64) -> Result<f64, NumError> {
    unless(x.is_infinite(), FINITE, x.sin())
}

pub fn sinh(x: f64) -> Result<f64, NumError> {
    ranged(x, x.sinh())
}

pub fn sqrt(x: f64) -> Result<f64, NumError> {
    unless(x < 0.0, NOT_NEGATIVE, x.sqrt())
}

pub fn tan(x: f64) -> Result<f64, NumError> {
    unless(x.is_infinite(), FINITE, x.tan())
}

pub fn tanh(x: f64) -> f64 {
    x.tanh()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{SmallBuf, power};

    #[test]
    fn domains() {
        assert_eq!(log(0.0).unwrap_err().message(), "expected a positive input");
        assert_eq!(acos(1.5), Err(UP_TO_ONE));
        assert_eq!(atanh(-1.0), Err(BELOW_ONE));
        assert_eq!(acosh(f64::NEG_INFINITY), Err(FROM_ONE));
        assert_eq!(cos(f64::INFINITY), Err(FINITE));
        assert_eq!(sqrt(-2.5), Err(NOT_NEGATIVE));
        assert_eq!(log1p(-1.0), Err(ABOVE_MINUS_ONE));
        assert_eq!(fmod(1.0, 0.0), Err(NumError::Domain));
        assert_eq!(fmod(f64::INFINITY, 1.0), Err(NumError::Domain));
        assert_eq!(remainder(1.0, 0.0), Err(NumError::Domain));
        assert_eq!(pow(0.0, -1.0), Err(NumError::Domain));
        assert_eq!(pow(-8.0, 0.5), Err(NumError::Domain));
        assert_eq!(fma(f64::INFINITY, 0.0, 1.0), Err(NumError::FmaInvalid));
        for function in [acos, acosh, asin, atanh, cos, cosh, exp, log, log1p, sin, sqrt, tan, gamma, lgamma] {
            assert!(function(f64::NAN).unwrap().is_nan());
        }
    }

    #[test]
    fn ranges() {
        assert_eq!(exp(1000.0), Err(NumError::Range));
        assert_eq!(exp(f64::NEG_INFINITY), Ok(0.0));
        assert_eq!(sinh(f64::INFINITY), Ok(f64::INFINITY));
        assert_eq!(pow(1e300, 2.0), Err(NumError::Range));
        assert_eq!(fma(1e308, 10.0, 0.0), Err(NumError::FmaOverflow));
        assert_eq!(gamma(171.7), Err(NumError::Range));
        assert_eq!(gamma(1e-310), Err(NumError::Range));
        assert_eq!(lgamma(1e308), Err(NumError::Range));
        assert_eq!(lgamma(f64::NEG_INFINITY), Ok(f64::INFINITY));
        assert!(gamma(-0.0).is_err() && gamma(-3.0).is_err() && gamma(f64::NEG_INFINITY).is_err());
    }

    #[test]
    fn values() {
        assert_eq!(remainder(3.0, 2.0), Ok(-1.0));
        assert_eq!(remainder(1.0, f64::INFINITY), Ok(1.0));
        assert_eq!(fmod(1.0, f64::INFINITY), Ok(1.0));
        assert_eq!(gamma(0.5), Ok(1.7724538509055159));
        assert_eq!(gamma(-171.5), Ok(1.9316265431712e-310));
        assert_eq!(gamma(171.5), Ok(9.483367566824801e+307));
        assert_eq!(gamma(23.0), Ok(1.1240007277776077e+21));
        assert_eq!(gamma(24.0), Ok(2.585201673888497e+22));
        assert_eq!(lgamma(0.3), Ok(1.0957979948180752));
        assert_eq!(lgamma(-0.3), Ok(1.4648400508576032));
        assert_eq!(lgamma(100.5), Ok(361.4355404677776));
        let googol4 = power::pow(SmallBuf::new(10).as_ref(), 400).unwrap();
        assert_eq!(log_of_int(googol4.as_ref(), log), Ok(921.0340371976182));
        assert_eq!(log_of_int(googol4.as_ref(), log2), Ok(1328.771237954945));
        assert_eq!(log_of_int(googol4.as_ref().negated(), log10), Err(POSITIVE));
    }
}
