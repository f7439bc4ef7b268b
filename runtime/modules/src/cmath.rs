//! `cmath`: the functions of complex numbers of `taipan-num` under Python's names.

use taipan_num::{NumError, cmath, complex};
use taipan_vm::native::*;
use taipan_vm::objects::complex::Complex;

pub struct Cmath;

fn init(t: &Thread, m: Ref<Module>) -> Result<()> {
    for (name, x) in [
        ("pi", std::f64::consts::PI),
        ("e", std::f64::consts::E),
        ("tau", std::f64::consts::TAU),
        ("inf", f64::INFINITY),
        ("nan", f64::NAN),
    ] {
        m.set(t, name, t.float(x)?)?;
    }
    m.set(t, "infj", Complex::new(t, complex::Complex::new(0.0, f64::INFINITY))?.value())?;
    m.set(t, "nanj", Complex::new(t, complex::Complex::new(0.0, f64::NAN))?.value())
}

fn done(t: &Thread, r: std::result::Result<complex::Complex, NumError>) -> Result<Ref<Complex>> {
    Complex::new(t, r.map_err(|e| t.num_error(e))?)
}

/// This module provides access to mathematical functions for complex
/// numbers.
#[pymodule(name = "cmath", init = init)]
impl Cmath {
    /// Return the arc cosine of z.
    #[py("($module, z, /)")]
    fn acos(t: &Thread, z: Value) -> Result<Ref<Complex>> {
        Complex::new(t, cmath::acos(t.to_complex(z)?))
    }
    /// Return the inverse hyperbolic cosine of z.
    #[py("($module, z, /)")]
    fn acosh(t: &Thread, z: Value) -> Result<Ref<Complex>> {
        Complex::new(t, cmath::acosh(t.to_complex(z)?))
    }
    /// Return the arc sine of z.
    #[py("($module, z, /)")]
    fn asin(t: &Thread, z: Value) -> Result<Ref<Complex>> {
        Complex::new(t, cmath::asin(t.to_complex(z)?))
    }
    /// Return the inverse hyperbolic sine of z.
    #[py("($module, z, /)")]
    fn asinh(t: &Thread, z: Value) -> Result<Ref<Complex>> {
        Complex::new(t, cmath::asinh(t.to_complex(z)?))
    }
    /// Return the arc tangent of z.
    #[py("($module, z, /)")]
    fn atan(t: &Thread, z: Value) -> Result<Ref<Complex>> {
        done(t, cmath::atan(t.to_complex(z)?))
    }
    /// Return the inverse hyperbolic tangent of z.
    #[py("($module, z, /)")]
    fn atanh(t: &Thread, z: Value) -> Result<Ref<Complex>> {
        done(t, cmath::atanh(t.to_complex(z)?))
    }
    /// Return the cosine of z.
    #[py("($module, z, /)")]
    fn cos(t: &Thread, z: Value) -> Result<Ref<Complex>> {
        done(t, cmath::cos(t.to_complex(z)?))
    }
    /// Return the hyperbolic cosine of z.
    #[py("($module, z, /)")]
    fn cosh(t: &Thread, z: Value) -> Result<Ref<Complex>> {
        done(t, cmath::cosh(t.to_complex(z)?))
    }
    /// Return the exponential value e**z.
    #[py("($module, z, /)")]
    fn exp(t: &Thread, z: Value) -> Result<Ref<Complex>> {
        done(t, cmath::exp(t.to_complex(z)?))
    }
    /// Return the base-10 logarithm of z.
    #[py("($module, z, /)")]
    fn log10(t: &Thread, z: Value) -> Result<Ref<Complex>> {
        done(t, cmath::log10(t.to_complex(z)?))
    }
    /// Return the sine of z.
    #[py("($module, z, /)")]
    fn sin(t: &Thread, z: Value) -> Result<Ref<Complex>> {
        done(t, cmath::sin(t.to_complex(z)?))
    }
    /// Return the hyperbolic sine of z.
    #[py("($module, z, /)")]
    fn sinh(t: &Thread, z: Value) -> Result<Ref<Complex>> {
        done(t, cmath::sinh(t.to_complex(z)?))
    }
    /// Return the square root of z.
    #[py("($module, z, /)")]
    fn sqrt(t: &Thread, z: Value) -> Result<Ref<Complex>> {
        Complex::new(t, cmath::sqrt(t.to_complex(z)?))
    }
    /// Return the tangent of z.
    #[py("($module, z, /)")]
    fn tan(t: &Thread, z: Value) -> Result<Ref<Complex>> {
        done(t, cmath::tan(t.to_complex(z)?))
    }
    /// Return the hyperbolic tangent of z.
    #[py("($module, z, /)")]
    fn tanh(t: &Thread, z: Value) -> Result<Ref<Complex>> {
        done(t, cmath::tanh(t.to_complex(z)?))
    }
    /// log(z[, base]) -> the logarithm of z to the given base.
    ///
    /// If the base is not specified, returns the natural logarithm (base e) of z.
    #[py("($module, z, base=<unrepresentable>, /)")]
    fn log(t: &Thread, z: Value, base: Option<Value>) -> Result<Ref<Complex>> {
        let z = t.to_complex(z)?;
        match base {
            Some(b) => done(t, cmath::log_with_base(z, t.to_complex(b)?)),
            None => done(t, cmath::log(z)),
        }
    }
    /// Return argument, also known as the phase angle, of a complex.
    #[py("($module, z, /)")]
    fn phase(t: &Thread, z: Value) -> Result<f64> {
        Ok(cmath::phase(t.to_complex(z)?))
    }
    /// Convert a complex from rectangular coordinates to polar coordinates.
    ///
    /// r is the distance from 0 and phi the phase angle.
    #[py("($module, z, /)")]
    fn polar(t: &Thread, z: Value) -> Result<(f64, f64)> {
        cmath::polar(t.to_complex(z)?).map_err(|e| t.num_error(e))
    }
    /// Convert from polar coordinates to rectangular coordinates.
    #[py("($module, r, phi, /)")]
    fn rect(t: &Thread, r: f64, phi: f64) -> Result<Ref<Complex>> {
        done(t, cmath::rect(r, phi))
    }
    /// Return True if both the real and imaginary parts of z are finite, else False.
    #[py("($module, z, /)")]
    fn isfinite(t: &Thread, z: Value) -> Result<bool> {
        Ok(t.to_complex(z)?.is_finite())
    }
    /// Checks if the real or imaginary part of z is infinite.
    #[py("($module, z, /)")]
    fn isinf(t: &Thread, z: Value) -> Result<bool> {
        let z = t.to_complex(z)?;
        Ok(z.re.is_infinite() || z.im.is_infinite())
    }
    /// Checks if the real or imaginary part of z not a number (NaN).
    #[py("($module, z, /)")]
    fn isnan(t: &Thread, z: Value) -> Result<bool> {
        let z = t.to_complex(z)?;
        Ok(z.re.is_nan() || z.im.is_nan())
    }
    /// Determine whether two complex numbers are close in value.
    ///
    ///   rel_tol
    ///     maximum difference for being considered "close", relative to the
    ///     magnitude of the input values
    ///   abs_tol
    ///     maximum difference for being considered "close", regardless of the
    ///     magnitude of the input values
    ///
    /// Return True if a is close in value to b, and False otherwise.
    #[py("($module, /, a, b, *, rel_tol=1e-09, abs_tol=0.0)")]
    fn isclose(t: &Thread, a: Value, b: Value, rel_tol: Option<f64>, abs_tol: Option<f64>) -> Result<bool> {
        let (a, b) = (t.to_complex(a)?, t.to_complex(b)?);
        let (relative, absolute) = (rel_tol.unwrap_or(1e-9), abs_tol.unwrap_or(0.0));
        if relative < 0.0 || absolute < 0.0 {
            return Err(t.value_error("tolerances must be non-negative"));
        }
        Ok(cmath::is_close(a, b, relative, absolute))
    }
}
