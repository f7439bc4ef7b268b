//! `math`: the functions of `taipan-num` under Python's names.

use taipan_num::{Big, NumError, combinatorics, convert, float, math, power, small, sums};
use taipan_vm::native::*;
use taipan_vm::ops::{BinaryOp, IntView, float_value};

pub struct Math;

fn init(t: &Thread, m: Ref<Module>) -> Result<()> {
    m.set(t, "pi", t.float(std::f64::consts::PI)?)?;
    m.set(t, "e", t.float(std::f64::consts::E)?)?;
    m.set(t, "tau", t.float(std::f64::consts::TAU)?)?;
    m.set(t, "inf", t.float(f64::INFINITY)?)?;
    m.set(t, "nan", t.float(f64::NAN)?)
}

/// The exception of a function of floats; messages about domains end with the argument.
#[cold]
pub(crate) fn fail(t: &Thread, e: NumError, x: f64) -> Exc {
    let NumError::Expected(words) = e else { return t.num_error(e) };
    match t.float(x).and_then(|v| t.repr(v)) {
        Ok(shown) => t.value_error(format!("{words}, got {shown}")),
        Err(e) => e,
    }
}

fn integer(t: &Thread, v: Value) -> Result<IntView> {
    let i = t.index(v)?;
    match t.int_value(i) {
        Some(i) => Ok(i),
        None => Err(t.type_error("an integer is required")),
    }
}

/// A logarithm of an integer of any size, or of a float.
fn logarithm(t: &Thread, x: Value, log: fn(f64) -> std::result::Result<f64, NumError>) -> Result<f64> {
    if let Some(i) = t.int_value(x) {
        return math::log_of_int(i.as_ref(), log).map_err(|e| t.num_error(e));
    }
    let x = t.to_f64(x)?;
    log(x).map_err(|e| fail(t, e, x))
}

/// A rounding function: the float's own, the class's method, or that of the number converted to float.
fn rounded(t: &Thread, x: Value, name: Ref<Str>, of_float: fn(f64) -> std::result::Result<Big, NumError>) -> Result<Value> {
    let value = if let Some(x) = taipan_vm::ops::convert::exact_float(x) {
        x
    } else if let Some(f) = class_of(x).lookup(t, name) {
        return t.call_special0(f, x);
    } else {
        t.to_f64(x)?
    };
    t.big(of_float(value).map_err(|e| t.num_error(e))?)
}

/// The coordinates of a point.
fn point(t: &Thread, p: Value) -> Result<Vec<f64>> {
    let items = match p.downcast::<Tuple>() {
        Some(p) => p,
        None => t.iterate_to_tuple(p)?,
    };
    items.iter().map(|v| t.to_f64(v)).collect()
}

/// An exact int that fits a word.
fn exact_word(v: Value) -> Option<i64> {
    match v.as_small_int() {
        Some(i) => Some(i),
        None => taipan_vm::objects::int::exact(v)?.to_i64(),
    }
}

/// Both factors of a product of `sumprod` as floats, if at least one is a float and the other a float or an int.
fn float_factors(p: Value, q: Value) -> Option<(f64, f64)> {
    use taipan_vm::ops::convert::exact_float;
    let of_int = |v: Value| convert::to_f64(taipan_vm::objects::int::view(v)?.as_ref()).ok();
    match (exact_float(p), exact_float(q)) {
        (Some(x), Some(y)) => Some((x, y)),
        (Some(x), None) => Some((x, of_int(q)?)),
        (None, Some(y)) => Some((of_int(p)?, y)),
        (None, None) => None,
    }
}

/// This module provides access to the mathematical functions
/// defined by the C standard.
#[pymodule(name = "math", init = init)]
impl Math {
    /// Return the arc cosine (measured in radians) of x.
    ///
    /// The result is between 0 and pi.
    #[py("($module, x, /)")]
    fn acos(t: &Thread, x: f64) -> Result<f64> {
        math::acos(x).map_err(|e| fail(t, e, x))
    }
    /// Return the inverse hyperbolic cosine of x.
    #[py("($module, x, /)")]
    fn acosh(t: &Thread, x: f64) -> Result<f64> {
        math::acosh(x).map_err(|e| fail(t, e, x))
    }
    /// Return the arc sine (measured in radians) of x.
    ///
    /// The result is between -pi/2 and pi/2.
    #[py("($module, x, /)")]
    fn asin(t: &Thread, x: f64) -> Result<f64> {
        math::asin(x).map_err(|e| fail(t, e, x))
    }
    /// Return the inverse hyperbolic sine of x.
    #[py("($module, x, /)")]
    fn asinh(_t: &Thread, x: f64) -> f64 {
        math::asinh(x)
    }
    /// Return the arc tangent (measured in radians) of x.
    ///
    /// The result is between -pi/2 and pi/2.
    #[py("($module, x, /)")]
    fn atan(_t: &Thread, x: f64) -> f64 {
        math::atan(x)
    }
    /// Return the inverse hyperbolic tangent of x.
    #[py("($module, x, /)")]
    fn atanh(t: &Thread, x: f64) -> Result<f64> {
        math::atanh(x).map_err(|e| fail(t, e, x))
    }
    /// Return the cube root of x.
    #[py("($module, x, /)")]
    fn cbrt(_t: &Thread, x: f64) -> f64 {
        math::cbrt(x)
    }
    /// Return the cosine of x (measured in radians).
    #[py("($module, x, /)")]
    fn cos(t: &Thread, x: f64) -> Result<f64> {
        math::cos(x).map_err(|e| fail(t, e, x))
    }
    /// Return the hyperbolic cosine of x.
    #[py("($module, x, /)")]
    fn cosh(t: &Thread, x: f64) -> Result<f64> {
        math::cosh(x).map_err(|e| fail(t, e, x))
    }
    /// Error function at x.
    #[py("($module, x, /)")]
    fn erf(_t: &Thread, x: f64) -> f64 {
        math::erf(x)
    }
    /// Complementary error function at x: 1.0 - erf(x), without its loss of digits.
    #[py("($module, x, /)")]
    fn erfc(_t: &Thread, x: f64) -> f64 {
        math::erfc(x)
    }
    /// Return e raised to the power of x.
    #[py("($module, x, /)")]
    fn exp(t: &Thread, x: f64) -> Result<f64> {
        math::exp(x).map_err(|e| fail(t, e, x))
    }
    /// Return 2 raised to the power of x.
    #[py("($module, x, /)")]
    fn exp2(t: &Thread, x: f64) -> Result<f64> {
        math::exp2(x).map_err(|e| fail(t, e, x))
    }
    /// Return exp(x)-1, precise for small x too.
    #[py("($module, x, /)")]
    fn expm1(t: &Thread, x: f64) -> Result<f64> {
        math::expm1(x).map_err(|e| fail(t, e, x))
    }
    /// Gamma function at x.
    #[py("($module, x, /)")]
    fn gamma(t: &Thread, x: f64) -> Result<f64> {
        math::gamma(x).map_err(|e| fail(t, e, x))
    }
    /// Natural logarithm of absolute value of Gamma function at x.
    #[py("($module, x, /)")]
    fn lgamma(t: &Thread, x: f64) -> Result<f64> {
        math::lgamma(x).map_err(|e| fail(t, e, x))
    }
    /// Return the natural logarithm of 1+x (base e), precise for x near zero.
    #[py("($module, x, /)")]
    fn log1p(t: &Thread, x: f64) -> Result<f64> {
        math::log1p(x).map_err(|e| fail(t, e, x))
    }
    /// Return the sine of x (measured in radians).
    #[py("($module, x, /)")]
    fn sin(t: &Thread, x: f64) -> Result<f64> {
        math::sin(x).map_err(|e| fail(t, e, x))
    }
    /// Return the hyperbolic sine of x.
    #[py("($module, x, /)")]
    fn sinh(t: &Thread, x: f64) -> Result<f64> {
        math::sinh(x).map_err(|e| fail(t, e, x))
    }
    /// Return the square root of x.
    #[py("($module, x, /)")]
    fn sqrt(t: &Thread, x: f64) -> Result<f64> {
        math::sqrt(x).map_err(|e| fail(t, e, x))
    }
    /// Return the tangent of x (measured in radians).
    #[py("($module, x, /)")]
    fn tan(t: &Thread, x: f64) -> Result<f64> {
        math::tan(x).map_err(|e| fail(t, e, x))
    }
    /// Return the hyperbolic tangent of x.
    #[py("($module, x, /)")]
    fn tanh(_t: &Thread, x: f64) -> f64 {
        math::tanh(x)
    }
    /// Return the arc tangent (measured in radians) of y/x.
    ///
    /// Unlike atan(y/x), the signs of both x and y are considered.
    #[py("($module, y, x, /)")]
    fn atan2(_t: &Thread, y: f64, x: f64) -> f64 {
        math::atan2(y, x)
    }
    /// Return the ceiling of x as an Integral.
    ///
    /// This is the smallest integer >= x.
    #[py("($module, x, /)")]
    fn ceil(t: &Thread, x: Value) -> Result<Value> {
        rounded(t, x, names::__ceil__(), float::ceil)
    }
    /// Number of ways to choose k items from n items without repetition and without order.
    ///
    /// Evaluates to n! / (k! * (n - k)!) when k <= n and evaluates
    /// to zero when k > n.
    ///
    /// Raises TypeError if either of the arguments are not integers.
    /// Raises ValueError if either of the arguments are negative.
    #[py("($module, n, k, /)")]
    fn comb(t: &Thread, n: Value, k: Value) -> Result<Value> {
        let (n, k) = (integer(t, n)?, integer(t, k)?);
        t.big(combinatorics::comb(n.as_ref(), k.as_ref()).map_err(|e| t.num_error(e))?)
    }
    /// Return a float with the magnitude (absolute value) of x but the sign of y.
    ///
    /// On platforms that support signed zeros, copysign(1.0, -0.0)
    /// returns -1.0.
    #[py("($module, x, y, /)")]
    fn copysign(_t: &Thread, x: f64, y: f64) -> f64 {
        x.copysign(y)
    }
    /// Convert angle x from radians to degrees.
    #[py("($module, x, /)")]
    fn degrees(_t: &Thread, x: f64) -> f64 {
        x * (180.0 / std::f64::consts::PI)
    }
    /// Return the Euclidean distance between two points p and q.
    ///
    /// The points should be specified as sequences (or iterables) of
    /// coordinates.  Both inputs must have the same dimension.
    #[py("($module, p, q, /)")]
    fn dist(t: &Thread, p: Value, q: Value) -> Result<f64> {
        let to_tuple = |v: Value| match v.downcast::<Tuple>() {
            Some(p) => Ok(p),
            None => t.iterate_to_tuple(v),
        };
        let (p, q) = (to_tuple(p)?, to_tuple(q)?);
        if p.len() != q.len() {
            return Err(t.value_error("both points must have the same number of dimensions"));
        }
        let p = point(t, p.value())?;
        let q = point(t, q.value())?;
        Ok(sums::dist(&p, &q))
    }
    /// Return the absolute value of the float x.
    #[py("($module, x, /)")]
    fn fabs(_t: &Thread, x: f64) -> f64 {
        x.abs()
    }
    /// Find n!.
    #[py("($module, n, /)")]
    fn factorial(t: &Thread, n: Value) -> Result<Value> {
        t.big(combinatorics::factorial(integer(t, n)?.as_ref()).map_err(|e| t.num_error(e))?)
    }
    /// Return the floor of x as an Integral.
    ///
    /// This is the largest integer <= x.
    #[py("($module, x, /)")]
    fn floor(t: &Thread, x: Value) -> Result<Value> {
        rounded(t, x, names::__floor__(), float::floor)
    }
    /// Fused multiply-add operation.
    ///
    /// Compute (x * y) + z with a single round.
    #[py("($module, x, y, z, /)")]
    fn fma(t: &Thread, x: f64, y: f64, z: f64) -> Result<f64> {
        math::fma(x, y, z).map_err(|e| t.num_error(e))
    }
    /// Return fmod(x, y), according to platform C.
    ///
    /// x % y may differ.
    #[py("($module, x, y, /)")]
    fn fmod(t: &Thread, x: f64, y: f64) -> Result<f64> {
        math::fmod(x, y).map_err(|e| fail(t, e, x))
    }
    /// Return the mantissa and exponent of x, as pair (m, e).
    ///
    /// m is a float and e is an int, such that x = m * 2.**e.
    /// If x is 0, m and e are both 0.  Else 0.5 <= abs(m) < 1.0.
    #[py("($module, x, /)")]
    fn frexp(_t: &Thread, x: f64) -> (f64, i32) {
        float::frexp(x)
    }
    /// Return an accurate floating-point sum of values in the iterable seq.
    ///
    /// Assumes IEEE-754 floating-point arithmetic.
    #[py("($module, seq, /)")]
    fn fsum(t: &Thread, seq: Value) -> Result<f64> {
        let mut sum = sums::ExactSum::new();
        t.for_each(seq, |v| sum.add(t.to_f64(v)?).map_err(|e| t.num_error(e)))?;
        sum.finish().map_err(|e| t.num_error(e))
    }
    /// Greatest Common Divisor.
    #[py("($module, *integers)")]
    fn gcd(t: &Thread, integers: &[Value]) -> Result<Value> {
        if let &[a, b] = integers
            && let (Some(a), Some(b)) = (a.as_small_int(), b.as_small_int())
        {
            return t.uint(small::gcd(a.unsigned_abs(), b.unsigned_abs()));
        }
        let mut all = Big::zero();
        for &v in integers {
            let i = integer(t, v)?;
            all = power::gcd(all.as_ref(), i.as_ref());
        }
        t.big(all)
    }
    /// hypot(*coordinates) -> value
    ///
    /// Multidimensional Euclidean distance from the origin to a point.
    ///
    /// Roughly equivalent to:
    ///     sqrt(sum(x**2 for x in coordinates))
    ///
    /// For a two dimensional point (x, y), gives the hypotenuse
    /// using the Pythagorean theorem:  sqrt(x*x + y*y).
    #[py("($module, *coordinates)", nosig)]
    fn hypot(t: &Thread, coordinates: &[Value]) -> Result<f64> {
        let mut inline = [0.0; 8];
        if let Some(xs) = inline.get_mut(..coordinates.len()) {
            for (x, &v) in xs.iter_mut().zip(coordinates) {
                *x = t.to_f64(v)?;
            }
            return Ok(sums::hypot(xs));
        }
        let mut xs = coordinates.iter().map(|&v| t.to_f64(v)).collect::<Result<Vec<f64>>>()?;
        Ok(sums::hypot(&mut xs))
    }
    /// Determine whether two floating-point numbers are close in value.
    ///
    ///   rel_tol
    ///     maximum difference for being considered "close", relative to the
    ///     magnitude of the input values
    ///   abs_tol
    ///     maximum difference for being considered "close", regardless of the
    ///     magnitude of the input values
    ///
    /// Return True if a is close in value to b, and False otherwise.
    ///
    /// For the values to be considered close, the difference between them
    /// must be smaller than at least one of the tolerances.
    ///
    /// -inf, inf and NaN behave similarly to the IEEE 754 Standard.  That
    /// is, NaN is not close to anything, even itself.  inf and -inf are
    /// only close to themselves.
    #[py("($module, /, a, b, *, rel_tol=1e-09, abs_tol=0.0)")]
    fn isclose(t: &Thread, a: f64, b: f64, rel_tol: Option<f64>, abs_tol: Option<f64>) -> Result<bool> {
        let (relative, absolute) = (rel_tol.unwrap_or(1e-9), abs_tol.unwrap_or(0.0));
        if relative < 0.0 || absolute < 0.0 {
            return Err(t.value_error("tolerances must be non-negative"));
        }
        Ok(float::is_close(a, b, relative, absolute))
    }
    /// Return True if x is neither an infinity nor a NaN, and False otherwise.
    #[py("($module, x, /)")]
    fn isfinite(_t: &Thread, x: f64) -> bool {
        x.is_finite()
    }
    /// Return True if x is a positive or negative infinity, and False otherwise.
    #[py("($module, x, /)")]
    fn isinf(_t: &Thread, x: f64) -> bool {
        x.is_infinite()
    }
    /// Return True if x is a NaN (not a number), and False otherwise.
    #[py("($module, x, /)")]
    fn isnan(_t: &Thread, x: f64) -> bool {
        x.is_nan()
    }
    /// Return the integer part of the square root of the input.
    #[py("($module, n, /)")]
    fn isqrt(t: &Thread, n: Value) -> Result<Value> {
        t.big(power::isqrt(integer(t, n)?.as_ref()).map_err(|e| t.num_error(e))?)
    }
    /// Least Common Multiple.
    #[py("($module, *integers)")]
    fn lcm(t: &Thread, integers: &[Value]) -> Result<Value> {
        let mut all = Big::from(1i64);
        for &v in integers {
            let i = integer(t, v)?;
            all = power::lcm(all.as_ref(), i.as_ref());
        }
        t.big(all)
    }
    /// Return x * (2**i).
    ///
    /// This is essentially the inverse of frexp().
    #[py("($module, x, i, /)")]
    fn ldexp(t: &Thread, x: f64, i: Value) -> Result<f64> {
        let Some(exponent) = t.int_value(i) else {
            return Err(t.type_error("Expected an int as second argument to ldexp."));
        };
        let far = if exponent.as_ref().negative { i64::MIN } else { i64::MAX };
        float::ldexp(x, exponent.to_i64().unwrap_or(far)).map_err(|e| t.num_error(e))
    }
    /// log(x, [base=math.e])
    /// Return the logarithm of x to the given base.
    ///
    /// If the base is not specified, returns the natural logarithm (base e) of x.
    #[py("($module, x, base=None, /)", nosig)]
    fn log(t: &Thread, x: Value, base: Option<Value>) -> Result<f64> {
        let n = logarithm(t, x, math::log)?;
        match base {
            Some(b) => float::true_div(n, logarithm(t, b, math::log)?).map_err(|e| t.num_error(e)),
            None => Ok(n),
        }
    }
    /// Return the base 10 logarithm of x.
    #[py("($module, x, /)")]
    fn log10(t: &Thread, x: Value) -> Result<f64> {
        logarithm(t, x, math::log10)
    }
    /// Return the base 2 logarithm of x.
    #[py("($module, x, /)")]
    fn log2(t: &Thread, x: Value) -> Result<f64> {
        logarithm(t, x, math::log2)
    }
    /// Return the fractional and integer parts of x.
    ///
    /// Both results carry the sign of x and are floats.
    #[py("($module, x, /)")]
    fn modf(_t: &Thread, x: f64) -> (f64, f64) {
        float::modf(x)
    }
    /// Return the floating-point value the given number of steps after x towards y.
    ///
    /// If steps is not specified or is None, it defaults to 1.
    ///
    /// Raises a TypeError, if x or y is not a double, or if steps is not an integer.
    /// Raises ValueError if steps is negative.
    #[py("($module, x, y, /, *, steps=None)")]
    fn nextafter(t: &Thread, x: f64, y: f64, steps: OrNone<Value>) -> Result<f64> {
        let steps = match steps.0 {
            None => {
                let z = float::nextafter(x, y, 1);
                // C's function keeps the sign of where a zero comes from, that of steps the sign of where it goes.
                return Ok(if z == 0.0 && x != y { z.copysign(x) } else { z });
            }
            Some(v) => {
                let n = integer(t, v)?;
                if n.as_ref().negative {
                    return Err(t.value_error("steps must be a non-negative integer"));
                }
                n.as_ref().to_u64().unwrap_or(u64::MAX)
            }
        };
        Ok(float::nextafter(x, y, steps))
    }
    /// Number of ways to choose k items from n items without repetition and with order.
    ///
    /// Evaluates to n! / (n - k)! when k <= n and evaluates
    /// to zero when k > n.
    ///
    /// If k is not specified or is None, then k defaults to n
    /// and the function returns n!.
    ///
    /// Raises TypeError if either of the arguments are not integers.
    /// Raises ValueError if either of the arguments are negative.
    #[py("($module, n, k=None, /)")]
    fn perm(t: &Thread, n: Value, k: OrNone<Value>) -> Result<Value> {
        let Some(k) = k.0 else {
            return Math::factorial(t, n);
        };
        let (n, k) = (integer(t, n)?, integer(t, k)?);
        t.big(combinatorics::perm(n.as_ref(), k.as_ref()).map_err(|e| t.num_error(e))?)
    }
    /// Return x**y (x to the power of y).
    #[py("($module, x, y, /)")]
    fn pow(t: &Thread, x: f64, y: f64) -> Result<f64> {
        math::pow(x, y).map_err(|e| fail(t, e, x))
    }
    /// Calculate the product of all the elements in the input iterable.
    ///
    /// The default start value for the product is 1.
    ///
    /// When the iterable is empty, return the start value.  This function is
    /// intended specifically for use with numeric values and may reject
    /// non-numeric types.
    #[py("($module, iterable, /, *, start=1)")]
    fn prod(t: &Thread, iterable: Value, start: Option<Value>) -> Result<Value> {
        let mut all = start.unwrap_or(Value::small_int(1));
        t.for_each(iterable, |v| {
            all = match (all.as_immediate_float(), v.as_immediate_float()) {
                (Some(x), Some(y)) => t.float(x * y)?,
                _ => t.binary(BinaryOp::Mul, all, v)?,
            };
            Ok(())
        })?;
        Ok(all)
    }
    /// Convert angle x from degrees to radians.
    #[py("($module, x, /)")]
    fn radians(_t: &Thread, x: f64) -> f64 {
        x * (std::f64::consts::PI / 180.0)
    }
    /// Difference between x and the closest integer multiple of y.
    ///
    /// Return x - n*y where n*y is the closest integer multiple of y.
    /// In the case where x is exactly halfway between two multiples of
    /// y, the nearest even value of n is used. The result is always exact.
    #[py("($module, x, y, /)")]
    fn remainder(t: &Thread, x: f64, y: f64) -> Result<f64> {
        math::remainder(x, y).map_err(|e| fail(t, e, x))
    }
    /// Return the sum of products of values from two iterables p and q.
    ///
    /// Roughly equivalent to:
    ///
    ///     sum(map(operator.mul, p, q, strict=True))
    ///
    /// For float and mixed int/float inputs, the intermediate products
    /// and sums are computed with extended precision.
    #[py("($module, p, q, /)")]
    fn sumprod(t: &Thread, p: Value, q: Value) -> Result<Value> {
        let (p, q) = (t.iter(p)?, t.iter(q)?);
        let mut total = Value::small_int(0);
        let mut words = Some(0i64);
        let mut floats = Some(sums::DotProduct::new());
        let mut floats_used = false;
        loop {
            let pair = match (t.next(p)?, t.next(q)?) {
                (Some(x), Some(y)) => Some((x, y)),
                (None, None) => None,
                _ => return Err(t.value_error("Inputs are not the same length")),
            };
            if let Some(sum) = words {
                let more = pair.and_then(|(x, y)| exact_word(x)?.checked_mul(exact_word(y)?)?.checked_add(sum));
                words = more;
                if more.is_some() {
                    continue;
                }
                if sum != 0 {
                    total = t.binary(BinaryOp::Add, total, t.int(sum)?)?;
                }
            }
            if let Some(sum) = floats.as_mut() {
                if pair.and_then(|(x, y)| float_factors(x, y)).is_some_and(|(x, y)| sum.add(x, y)) {
                    floats_used = true;
                    continue;
                }
                let sum = floats.take();
                if let Some(sum) = sum.filter(|_| floats_used) {
                    total = t.binary(BinaryOp::Add, total, t.float(sum.value())?)?;
                }
            }
            let Some((x, y)) = pair else { return Ok(total) };
            let product = t.binary(BinaryOp::Mul, x, y)?;
            total = t.binary(BinaryOp::Add, total, product)?;
        }
    }
    /// Truncates the Real x to the nearest Integral toward 0.
    ///
    /// Uses the __trunc__ magic method.
    #[py("($module, x, /)")]
    fn trunc(t: &Thread, x: Value) -> Result<Value> {
        if let Some(x) = float_value(x).filter(|_| class_of(x) == BoxedFloat::class()) {
            return t.big(convert::from_f64(x).map_err(|e| t.num_error(e))?);
        }
        match class_of(x).lookup(t, names::__trunc__()) {
            Some(f) => t.call_special0(f, x),
            None => Err(t.type_error(format!("type {} doesn't define __trunc__ method", class_of(x).name_string()))),
        }
    }
    /// Return the value of the least significant bit of the float x.
    #[py("($module, x, /)")]
    fn ulp(_t: &Thread, x: f64) -> f64 {
        float::ulp(x)
    }
}
