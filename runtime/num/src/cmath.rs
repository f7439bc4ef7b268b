//! Module `cmath`: functions of a complex variable.
//!
//! Finite arguments go by Kahan's formulas ("Branch cuts for complex elementary functions", 1987), scaled where a part is
//! so large or small that an intermediate result would overflow or vanish. Arguments with an infinity or a NaN follow
//! C99's Annex G. Branch cuts are told apart by the sign of zero.

use crate::complex::Complex;
use crate::{NumError, libm};
use std::f64::consts::{E, FRAC_PI_2, FRAC_PI_4, LN_2, LN_10, PI};

type Result = std::result::Result<Complex, NumError>;

/// Parts above this are halved before they are squared or added.
const LARGE: f64 = f64::MAX / 4.0;
/// The square roots of `LARGE` and of the least normal float, and the logarithm of `LARGE`.
const SQRT_LARGE: f64 = 6.703903964971298e+153;
const SQRT_MIN: f64 = 1.4916681462400413e-154;
const LOG_LARGE: f64 = 708.3964185322641;
/// Subnormal parts are lifted by this power of two (odd, so that its successor halves evenly under a root).
const LIFT: i32 = 53;
const INF: f64 = f64::INFINITY;
const NAN: f64 = f64::NAN;

#[inline]
fn complex(re: f64, im: f64) -> Complex {
    Complex::new(re, im)
}

/// An overflow if a part of a result from finite parts is infinite.
fn ranged(z: Complex) -> Result {
    if z.re.is_infinite() || z.im.is_infinite() { Err(NumError::Range) } else { Ok(z) }
}

/// `i * z`.
fn times_i(z: Complex) -> Complex {
    complex(-z.im, z.re)
}

/// `-i * z`.
fn over_i(z: Complex) -> Complex {
    complex(z.im, -z.re)
}

/// The angle of an infinite number; the other part may be a NaN.
fn angle_of_infinite(z: Complex) -> f64 {
    match (z.re.is_infinite(), z.im.is_infinite()) {
        _ if z.re.is_nan() => NAN,
        (true, true) if z.re > 0.0 => FRAC_PI_4.copysign(z.im),
        (true, true) => (3.0 * FRAC_PI_4).copysign(z.im),
        (false, true) => FRAC_PI_2.copysign(z.im),
        _ if z.im.is_nan() => NAN,
        _ if z.re > 0.0 => 0f64.copysign(z.im),
        _ => PI.copysign(z.im),
    }
}

/// `log(|z|) + log(2)` for a part above `LARGE`.
fn log_of_double(z: Complex) -> f64 {
    (z.re / 2.0).hypot(z.im / 2.0).ln() + LN_2 * 2.0
}

fn is_large(z: Complex) -> bool {
    z.re.abs() > LARGE || z.im.abs() > LARGE
}

/// The principal square root; always defined.
pub fn sqrt(z: Complex) -> Complex {
    let Complex { re, im } = z;
    if !z.is_finite() {
        return if im.is_infinite() {
            complex(INF, im)
        } else if re == INF {
            complex(INF, if im.is_nan() { NAN } else { 0f64.copysign(im) })
        } else if re == -INF {
            if im.is_nan() { complex(NAN, INF) } else { complex(0.0, INF.copysign(im)) }
        } else {
            complex(NAN, NAN)
        };
    }
    if re == 0.0 && im == 0.0 {
        return complex(0.0, im);
    }
    let (ax, ay) = (re.abs(), im.abs());
    let s = if ax < f64::MIN_POSITIVE && ay < f64::MIN_POSITIVE {
        let lifted = libm::ldexp(ax, LIFT);
        libm::ldexp((lifted + lifted.hypot(libm::ldexp(ay, LIFT))).sqrt(), -(LIFT + 1) / 2)
    } else {
        let ax = ax / 8.0;
        2.0 * (ax + ax.hypot(ay / 8.0)).sqrt()
    };
    let d = ay / (2.0 * s);
    if re >= 0.0 { complex(s, d.copysign(im)) } else { complex(d, s.copysign(im)) }
}

/// The inverse cosine; always defined.
pub fn acos(z: Complex) -> Complex {
    let Complex { re, im } = z;
    if !z.is_finite() {
        if re.is_infinite() || im.is_infinite() {
            let angle = angle_of_infinite(complex(re, im.abs()));
            return complex(angle, if im.is_nan() { INF } else { INF.copysign(-im) });
        }
        return complex(if re == 0.0 { FRAC_PI_2 } else { NAN }, NAN);
    }
    if is_large(z) {
        return complex(im.abs().atan2(re), log_of_double(z).copysign(-im));
    }
    let s1 = sqrt(complex(1.0 - re, -im));
    let s2 = sqrt(complex(1.0 + re, im));
    complex(2.0 * s1.re.atan2(s2.re), libm::asinh(s2.re * s1.im - s2.im * s1.re))
}

/// The inverse hyperbolic cosine; always defined.
pub fn acosh(z: Complex) -> Complex {
    let Complex { re, im } = z;
    if !z.is_finite() {
        if re.is_infinite() || im.is_infinite() {
            return complex(INF, angle_of_infinite(z));
        }
        return complex(NAN, if re == 0.0 { FRAC_PI_2 } else { NAN });
    }
    if is_large(z) {
        return complex(log_of_double(z), im.atan2(re));
    }
    let s1 = sqrt(complex(re - 1.0, im));
    let s2 = sqrt(complex(re + 1.0, im));
    complex(libm::asinh(s1.re * s2.re + s1.im * s2.im), 2.0 * s1.im.atan2(s2.re))
}

/// The inverse sine; always defined.
pub fn asin(z: Complex) -> Complex {
    over_i(asinh(times_i(z)))
}

/// The inverse hyperbolic sine; always defined.
pub fn asinh(z: Complex) -> Complex {
    let Complex { re, im } = z;
    if !z.is_finite() {
        if re.is_infinite() || im.is_infinite() {
            let angle = if re.is_nan() { NAN } else { angle_of_infinite(complex(re.abs(), im)) };
            return complex(if re.is_nan() { INF } else { INF.copysign(re) }, angle);
        }
        return complex(NAN, if im == 0.0 { im } else { NAN });
    }
    if is_large(z) {
        return complex(log_of_double(z).copysign(re), im.atan2(re.abs()));
    }
    let s1 = sqrt(complex(1.0 + im, -re));
    let s2 = sqrt(complex(1.0 - im, re));
    complex(libm::asinh(s1.re * s2.im - s2.re * s1.im), im.atan2(s1.re * s2.re - s1.im * s2.im))
}

/// The inverse tangent.
pub fn atan(z: Complex) -> Result {
    atanh(times_i(z)).map(over_i)
}

/// The inverse hyperbolic tangent.
pub fn atanh(z: Complex) -> Result {
    let Complex { re, im } = z;
    if !z.is_finite() {
        if im.is_infinite() {
            let zero = if re.is_nan() { 0.0 } else { 0f64.copysign(re) };
            return Ok(complex(zero, FRAC_PI_2.copysign(im)));
        }
        if re.is_infinite() {
            let angle = if im.is_nan() { NAN } else { FRAC_PI_2.copysign(im) };
            return Ok(complex(0f64.copysign(re), angle));
        }
        return Ok(complex(if re == 0.0 { re } else { NAN }, NAN));
    }
    // The function is odd: reduce to the right half.
    if re.is_sign_negative() {
        return atanh(complex(-re, -im)).map(|z| complex(-z.re, -z.im));
    }
    let ay = im.abs();
    if re > SQRT_LARGE || ay > SQRT_LARGE {
        let h = (re / 2.0).hypot(im / 2.0);
        return Ok(complex(re / 4.0 / h / h, FRAC_PI_2.copysign(im)));
    }
    if re == 1.0 && ay < SQRT_MIN {
        if ay == 0.0 {
            return Err(NumError::Domain);
        }
        let real = -(ay.sqrt() / ay.hypot(2.0).sqrt()).ln();
        return Ok(complex(real, (2f64.atan2(-ay) / 2.0).copysign(im)));
    }
    let distance = 1.0 - re;
    Ok(complex(
        (4.0 * re / (distance * distance + ay * ay)).ln_1p() / 4.0,
        -(-2.0 * im).atan2(distance * (1.0 + re) - ay * ay) / 2.0,
    ))
}

/// The cosine.
pub fn cos(z: Complex) -> Result {
    cosh(times_i(z))
}

/// `size * (cos(angle) + i sin(angle))` for an infinite or zero size and a finite angle: only the signs count.
fn on_axis(size: f64, angle: f64) -> Complex {
    complex(size.copysign(angle.cos()), size.copysign(angle.sin()))
}

/// The hyperbolic cosine.
pub fn cosh(z: Complex) -> Result {
    let Complex { re, im } = z;
    if !z.is_finite() {
        if im.is_infinite() {
            return if re.is_nan() { Ok(complex(NAN, NAN)) } else { Err(NumError::Domain) };
        }
        return Ok(if re.is_infinite() {
            if im.is_nan() {
                complex(INF, NAN)
            } else if im == 0.0 {
                complex(INF, im.copysign(if re > 0.0 { im } else { -im }))
            } else {
                let z = on_axis(INF, im);
                if re < 0.0 { complex(z.re, -z.im) } else { z }
            }
        } else {
            complex(NAN, if re == 0.0 || im == 0.0 { 0.0 } else { NAN })
        });
    }
    if re.abs() > LOG_LARGE {
        let less = re - 1f64.copysign(re);
        return ranged(complex(im.cos() * less.cosh() * E, im.sin() * less.sinh() * E));
    }
    ranged(complex(im.cos() * re.cosh(), im.sin() * re.sinh()))
}

/// The exponential function.
pub fn exp(z: Complex) -> Result {
    let Complex { re, im } = z;
    if !z.is_finite() {
        if im.is_infinite() {
            return if re == -INF {
                Ok(complex(0.0, 0.0))
            } else if re.is_nan() {
                Ok(complex(NAN, NAN))
            } else {
                Err(NumError::Domain)
            };
        }
        return Ok(if re.is_infinite() {
            let size = if re > 0.0 { INF } else { 0.0 };
            if im.is_nan() {
                complex(size, if re > 0.0 { NAN } else { 0.0 })
            } else if im == 0.0 {
                complex(size, im)
            } else {
                on_axis(size, im)
            }
        } else {
            complex(NAN, if im == 0.0 { im } else { NAN })
        });
    }
    if re > LOG_LARGE {
        let size = (re - 1.0).exp();
        return ranged(complex(size * im.cos() * E, size * im.sin() * E));
    }
    let size = re.exp();
    ranged(complex(size * im.cos(), size * im.sin()))
}

/// The natural logarithm.
pub fn log(z: Complex) -> Result {
    let Complex { re, im } = z;
    if !z.is_finite() {
        let infinite = re.is_infinite() || im.is_infinite();
        let angle = if infinite && !re.is_nan() { angle_of_infinite(z) } else { NAN };
        return Ok(complex(if infinite { INF } else { NAN }, angle));
    }
    let (ax, ay) = (re.abs(), im.abs());
    let real = if ax > LARGE || ay > LARGE {
        (ax / 2.0).hypot(ay / 2.0).ln() + LN_2
    } else if ax < f64::MIN_POSITIVE && ay < f64::MIN_POSITIVE {
        if ax == 0.0 && ay == 0.0 {
            return Err(NumError::Domain);
        }
        libm::ldexp(ax, LIFT).hypot(libm::ldexp(ay, LIFT)).ln() - f64::from(LIFT) * LN_2
    } else {
        let h = ax.hypot(ay);
        if (0.71..=1.73).contains(&h) {
            // Near the unit circle the logarithm loses digits: work with the distance from it.
            let (most, least) = (ax.max(ay), ax.min(ay));
            ((most - 1.0) * (most + 1.0) + least * least).ln_1p() / 2.0
        } else {
            h.ln()
        }
    };
    Ok(complex(real, im.atan2(re)))
}

/// `log(z, base)`.
pub fn log_with_base(z: Complex, base: Complex) -> Result {
    crate::complex::div(log(z)?, log(base)?).map_err(|_| NumError::Domain)
}

/// The decimal logarithm.
pub fn log10(z: Complex) -> Result {
    log(z).map(|z| complex(z.re / LN_10, z.im / LN_10))
}

/// The sine.
pub fn sin(z: Complex) -> Result {
    sinh(times_i(z)).map(over_i)
}

/// The hyperbolic sine.
pub fn sinh(z: Complex) -> Result {
    let Complex { re, im } = z;
    if !z.is_finite() {
        if im.is_infinite() {
            return if re.is_nan() { Ok(complex(NAN, NAN)) } else { Err(NumError::Domain) };
        }
        return Ok(if re.is_infinite() {
            if im.is_nan() {
                complex(INF, NAN)
            } else if im == 0.0 {
                z
            } else {
                let z = on_axis(INF, im);
                if re < 0.0 { complex(-z.re, z.im) } else { z }
            }
        } else if re == 0.0 {
            complex(0.0, NAN)
        } else {
            complex(NAN, if im == 0.0 { im } else { NAN })
        });
    }
    if re.abs() > LOG_LARGE {
        let less = re - 1f64.copysign(re);
        return ranged(complex(im.cos() * less.sinh() * E, im.sin() * less.cosh() * E));
    }
    ranged(complex(im.cos() * re.sinh(), im.sin() * re.cosh()))
}

/// The tangent.
pub fn tan(z: Complex) -> Result {
    tanh(times_i(z)).map(over_i)
}

/// The hyperbolic tangent.
pub fn tanh(z: Complex) -> Result {
    let Complex { re, im } = z;
    if !z.is_finite() {
        if re.is_infinite() {
            let imaginary = if im == 0.0 {
                im
            } else if im.is_finite() {
                0f64.copysign(2.0 * im.sin() * im.cos())
            } else {
                0.0
            };
            return Ok(complex(1f64.copysign(re), imaginary));
        }
        if im.is_infinite() {
            return if re.is_nan() { Ok(complex(NAN, NAN)) } else { Err(NumError::Domain) };
        }
        return Ok(if re == 0.0 { complex(re, NAN) } else { complex(NAN, if im == 0.0 { im } else { NAN }) });
    }
    if re.abs() > LOG_LARGE {
        return Ok(complex(1f64.copysign(re), 4.0 * im.sin() * im.cos() * (-2.0 * re.abs()).exp()));
    }
    let (tx, ty) = (re.tanh(), im.tan());
    let cx = 1.0 / re.cosh();
    let product = tx * ty;
    let denominator = 1.0 + product * product;
    Ok(complex(tx * (1.0 + ty * ty) / denominator, ty / denominator * cx * cx))
}

/// The angle of a number, in -pi..=pi.
pub fn phase(z: Complex) -> f64 {
    z.im.atan2(z.re)
}

/// Length and angle.
pub fn polar(z: Complex) -> std::result::Result<(f64, f64), NumError> {
    let length = crate::complex::abs(z).map_err(|_| NumError::Range)?;
    Ok((length, phase(z)))
}

/// The number with a length and an angle.
pub fn rect(length: f64, angle: f64) -> Result {
    if angle == 0.0 {
        // Multiplied like this an infinite length keeps its imaginary part zero.
        let imaginary = if length.is_nan() { 0.0 } else { 0f64.copysign(length) * 1f64.copysign(angle) };
        return Ok(complex(length, imaginary));
    }
    if length.is_finite() && angle.is_finite() {
        return Ok(complex(length * angle.cos(), length * angle.sin()));
    }
    if angle.is_infinite() {
        return if length.is_nan() {
            Ok(complex(NAN, NAN))
        } else if length == 0.0 {
            Ok(complex(0.0, 0.0))
        } else {
            Err(NumError::Domain)
        };
    }
    Ok(if length.is_infinite() {
        if angle.is_nan() {
            complex(INF, NAN)
        } else {
            let z = on_axis(INF, angle);
            if length < 0.0 { complex(-z.re, -z.im) } else { z }
        }
    } else if length == 0.0 {
        complex(0.0, 0.0)
    } else {
        complex(NAN, NAN)
    })
}

/// `cmath.isclose(a, b, rel_tol=..., abs_tol=...)`, for tolerances that are not negative.
pub fn is_close(a: Complex, b: Complex, relative: f64, absolute: f64) -> bool {
    if a == b {
        return true;
    }
    let infinite = |z: Complex| z.re.is_infinite() || z.im.is_infinite();
    if infinite(a) || infinite(b) {
        return false;
    }
    let size = |z: Complex| z.re.hypot(z.im);
    let difference = size(complex(a.re - b.re, a.im - b.im));
    difference <= relative * size(b) || difference <= relative * size(a) || difference <= absolute
}
