//! Complex arithmetic as Python has it: C99's Annex G for infinities, and operators of their own for a real operand,
//! which keep the sign of zeros.

use crate::NumError;

/// A complex number.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Complex {
    pub re: f64,
    pub im: f64,
}

impl Complex {
    #[inline]
    pub const fn new(re: f64, im: f64) -> Self {
        Complex { re, im }
    }

    /// Both parts are neither infinite nor NaN.
    #[inline]
    pub fn is_finite(self) -> bool {
        self.re.is_finite() && self.im.is_finite()
    }

    fn is_infinite(self) -> bool {
        self.re.is_infinite() || self.im.is_infinite()
    }

    fn is_nan(self) -> bool {
        self.re.is_nan() && self.im.is_nan()
    }

    /// An infinite number as a corner of the unit square: infinite parts become 1, others 0, signs stay.
    fn boxed(self) -> Self {
        let part = |x: f64| f64::from(u8::from(x.is_infinite())).copysign(x);
        Complex::new(part(self.re), part(self.im))
    }

    /// NaNs become zeros.
    fn without_nan(self) -> Self {
        let part = |x: f64| if x.is_nan() { 0f64.copysign(x) } else { x };
        Complex::new(part(self.re), part(self.im))
    }
}

#[inline]
pub fn neg(a: Complex) -> Complex {
    Complex::new(-a.re, -a.im)
}

#[inline]
pub fn conjugate(a: Complex) -> Complex {
    Complex::new(a.re, -a.im)
}

#[inline]
pub fn add(a: Complex, b: Complex) -> Complex {
    Complex::new(a.re + b.re, a.im + b.im)
}

/// `complex + real` (or the other way round).
#[inline]
pub fn add_real(a: Complex, b: f64) -> Complex {
    Complex::new(a.re + b, a.im)
}

#[inline]
pub fn sub(a: Complex, b: Complex) -> Complex {
    Complex::new(a.re - b.re, a.im - b.im)
}

/// `complex - real`.
#[inline]
pub fn sub_real(a: Complex, b: f64) -> Complex {
    Complex::new(a.re - b, a.im)
}

/// `real - complex`.
#[inline]
pub fn real_sub(a: f64, b: Complex) -> Complex {
    Complex::new(a - b.re, -b.im)
}

/// `complex * complex`.
#[inline]
pub fn mul(a: Complex, b: Complex) -> Complex {
    let product = Complex::new(a.re * b.re - a.im * b.im, a.re * b.im + a.im * b.re);
    if product.is_nan() { recover_product(a, b, product) } else { product }
}

/// Finds the infinity behind a product of NaNs.
#[cold]
fn recover_product(mut a: Complex, mut b: Complex, product: Complex) -> Complex {
    let mut recover = false;
    if a.is_infinite() {
        (a, b) = (a.boxed(), b.without_nan());
        recover = true;
    }
    if b.is_infinite() {
        (a, b) = (a.without_nan(), b.boxed());
        recover = true;
    }
    let overflow = |x: f64, y: f64| (x * y).is_infinite();
    if !recover && (overflow(a.re, b.re) || overflow(a.im, b.im) || overflow(a.re, b.im) || overflow(a.im, b.re)) {
        (a, b) = (a.without_nan(), b.without_nan());
        recover = true;
    }
    if !recover {
        return product;
    }
    Complex::new(f64::INFINITY * (a.re * b.re - a.im * b.im), f64::INFINITY * (a.re * b.im + a.im * b.re))
}

/// `complex * real` (or the other way round).
#[inline]
pub fn mul_real(a: Complex, b: f64) -> Complex {
    Complex::new(a.re * b, a.im * b)
}

/// `complex / complex`, by Smith's method: scaled by the larger part of the divisor.
pub fn div(a: Complex, b: Complex) -> Result<Complex, NumError> {
    let quotient = if b.re.abs() >= b.im.abs() {
        if b.re == 0.0 {
            return Err(NumError::DivisionByZero);
        }
        let ratio = b.im / b.re;
        let divisor = b.re + b.im * ratio;
        Complex::new((a.re + a.im * ratio) / divisor, (a.im - a.re * ratio) / divisor)
    } else if b.im.abs() >= b.re.abs() {
        let ratio = b.re / b.im;
        let divisor = b.re * ratio + b.im;
        Complex::new((a.re * ratio + a.im) / divisor, (a.im * ratio - a.re) / divisor)
    } else {
        Complex::new(f64::NAN, f64::NAN)
    };
    if !quotient.is_nan() {
        return Ok(quotient);
    }
    Ok(if a.is_infinite() && b.is_finite() {
        let a = a.boxed();
        Complex::new(f64::INFINITY * (a.re * b.re + a.im * b.im), f64::INFINITY * (a.im * b.re - a.re * b.im))
    } else if b.is_infinite() && a.is_finite() {
        let b = b.boxed();
        Complex::new(0.0 * (a.re * b.re + a.im * b.im), 0.0 * (a.im * b.re - a.re * b.im))
    } else {
        quotient
    })
}

/// `complex / real`.
pub fn div_real(a: Complex, b: f64) -> Result<Complex, NumError> {
    if b == 0.0 { Err(NumError::DivisionByZero) } else { Ok(Complex::new(a.re / b, a.im / b)) }
}

/// `real / complex`.
pub fn real_div(a: f64, b: Complex) -> Result<Complex, NumError> {
    let quotient = if b.re.abs() >= b.im.abs() {
        if b.re == 0.0 {
            return Err(NumError::DivisionByZero);
        }
        let ratio = b.im / b.re;
        let divisor = b.re + b.im * ratio;
        Complex::new(a / divisor, (-a * ratio) / divisor)
    } else if b.im.abs() >= b.re.abs() {
        let ratio = b.re / b.im;
        let divisor = b.re * ratio + b.im;
        Complex::new((a * ratio) / divisor, -a / divisor)
    } else {
        Complex::new(f64::NAN, f64::NAN)
    };
    if quotient.is_nan() && a.is_finite() && b.is_infinite() {
        let b = b.boxed();
        return Ok(Complex::new(0.0 * (a * b.re), 0.0 * (-a * b.im)));
    }
    Ok(quotient)
}

/// `complex ** complex`.
pub fn pow(a: Complex, b: Complex) -> Result<Complex, NumError> {
    // Small integer exponents by repeated multiplication: quicker and more accurate.
    let power = if b.im == 0.0 && b.re == b.re.floor() && b.re.abs() <= 100.0 {
        let power = pow_by_squaring(a, b.re.abs() as u32);
        if b.re >= 0.0 { power } else { div(Complex::new(1.0, 0.0), power).map_err(|_| NumError::ZeroToNegativeOrComplexPower)? }
    } else if a.re == 0.0 && a.im == 0.0 {
        if b.im != 0.0 || b.re < 0.0 {
            return Err(NumError::ZeroToNegativeOrComplexPower);
        }
        Complex::new(0.0, 0.0)
    } else {
        pow_by_polar(a, b)?
    };
    if power.is_infinite() { Err(NumError::ComplexOverflow) } else { Ok(power) }
}

fn pow_by_squaring(base: Complex, mut exponent: u32) -> Complex {
    let (mut square, mut power) = (base, Complex::new(1.0, 0.0));
    while exponent > 0 {
        if exponent & 1 != 0 {
            power = mul(power, square);
        }
        exponent >>= 1;
        square = mul(square, square);
    }
    power
}

fn pow_by_polar(a: Complex, b: Complex) -> Result<Complex, NumError> {
    let size = a.re.hypot(a.im);
    let angle = a.im.atan2(a.re);
    let mut length = size.powf(b.re);
    let mut phase = angle * b.re;
    if b.im != 0.0 {
        length *= (-angle * b.im).exp();
        phase += b.im * size.ln();
    }
    // The C library calls the sine of an infinity a domain error, and Python calls every such error of a power this.
    if phase.is_infinite() {
        return Err(NumError::ZeroToNegativeOrComplexPower);
    }
    Ok(Complex::new(length * phase.cos(), length * phase.sin()))
}

/// `abs(a)`.
pub fn abs(a: Complex) -> Result<f64, NumError> {
    let size = a.re.hypot(a.im);
    if size.is_infinite() && a.is_finite() { Err(NumError::AbsoluteTooLarge) } else { Ok(size) }
}

/// `hash(a)`, equal to the hash of an equal float; `None` if a part is a NaN. 1000003 is `sys.hash_info.imag`.
pub fn hash(a: Complex) -> Option<i64> {
    let re = crate::convert::hash_f64(a.re)?;
    let im = crate::convert::hash_f64(a.im)?;
    let hash = re.wrapping_add(im.wrapping_mul(1_000_003));
    Some(if hash == -1 { -2 } else { hash })
}
