//! Sums, products and norms of floats with more than working precision.
//!
//! Error-free transformations throughout: `two_sum` (Knuth) and `two_product` (by fused multiply-add) give a rounded
//! result with its exact error.

use crate::NumError;

/// `a + b` and its rounding error, for any order of sizes.
#[inline]
fn two_sum(a: f64, b: f64) -> (f64, f64) {
    let sum = a + b;
    let b_part = sum - a;
    let a_part = sum - b_part;
    (sum, (a - a_part) + (b - b_part))
}

/// `a + b` and its rounding error, for `|a| >= |b|`.
#[inline]
fn fast_two_sum(a: f64, b: f64) -> (f64, f64) {
    let sum = a + b;
    (sum, (a - sum) + b)
}

/// `a * b` and its rounding error.
#[inline]
fn two_product(a: f64, b: f64) -> (f64, f64) {
    let product = a * b;
    (product, a.mul_add(b, -product))
}

/// `math.fsum`: exact summation in non-overlapping partial sums (Shewchuk, 1997), rounded once at the end.
#[derive(Clone, Debug, Default)]
pub struct ExactSum {
    /// Ascending, non-overlapping, none zero but perhaps the last.
    partials: Vec<f64>,
    /// The sum of infinities and NaNs, and of the infinities alone.
    special: f64,
    infinities: f64,
}

impl ExactSum {
    pub fn new() -> Self {
        ExactSum::default()
    }

    pub fn add(&mut self, value: f64) -> Result<(), NumError> {
        let mut x = value;
        let mut kept = 0;
        for index in 0..self.partials.len() {
            let mut y = self.partials[index];
            if x.abs() < y.abs() {
                (x, y) = (y, x);
            }
            let (high, low) = {
                let high = x + y;
                (high, y - (high - x))
            };
            if low != 0.0 {
                self.partials[kept] = low;
                kept += 1;
            }
            x = high;
        }
        self.partials.truncate(kept);
        if x == 0.0 {
            return Ok(());
        }
        if x.is_finite() {
            self.partials.push(x);
            return Ok(());
        }
        // Infinite or not a number: from an overflow, or because a summand was.
        if value.is_finite() {
            return Err(NumError::FsumOverflow);
        }
        if value.is_infinite() {
            self.infinities += value;
        }
        self.special += value;
        self.partials.clear();
        Ok(())
    }

    pub fn finish(self) -> Result<f64, NumError> {
        if self.special != 0.0 {
            return if self.infinities.is_nan() { Err(NumError::FsumInvalid) } else { Ok(self.special) };
        }
        let mut rest = self.partials.iter().rev().copied();
        let Some(mut high) = rest.next() else {
            return Ok(0.0);
        };
        let mut low = 0.0;
        for y in rest.by_ref() {
            let x = high;
            high = x + y;
            low = y - (high - x);
            if low != 0.0 {
                break;
            }
        }
        // A tie was rounded to even without regard to what lies below: round again if that tips it.
        if let Some(below) = rest.next()
            && (low < 0.0 && below < 0.0 || low > 0.0 && below > 0.0)
        {
            let y = low * 2.0;
            let x = high + y;
            if x - high == y {
                high = x;
            }
        }
        Ok(high)
    }
}

/// The running sum of builtin `sum` over floats: Neumaier's compensated summation.
#[derive(Clone, Copy, Debug)]
pub struct CompensatedSum {
    high: f64,
    low: f64,
}

impl CompensatedSum {
    #[inline]
    pub fn new(start: f64) -> Self {
        CompensatedSum { high: start, low: 0.0 }
    }

    #[inline]
    pub fn add(&mut self, value: f64) {
        let sum = self.high + value;
        if self.high.abs() >= value.abs() {
            self.low += (self.high - sum) + value;
        } else {
            self.low += (value - sum) + self.high;
        }
        self.high = sum;
    }

    #[inline]
    pub fn value(self) -> f64 {
        // The compensation of an overflowed sum is not a number.
        if self.low != 0.0 && self.low.is_finite() { self.high + self.low } else { self.high }
    }
}

/// The running sum of `math.sumprod` over floats, in three words (Ogita, Rump and Oishi, "Accurate sum and dot product",
/// 2005).
#[derive(Clone, Copy, Debug, Default)]
pub struct DotProduct {
    high: f64,
    low: f64,
    tiny: f64,
}

impl DotProduct {
    pub fn new() -> Self {
        DotProduct::default()
    }

    /// Adds a product. False, with no change, if the sum would not be finite: the caller then goes on with plain
    /// arithmetic.
    #[inline]
    pub fn add(&mut self, x: f64, y: f64) -> bool {
        let (product, product_error) = two_product(x, y);
        let (high, high_error) = two_sum(self.high, product);
        if !high.is_finite() {
            return false;
        }
        let (low, low_error) = two_sum(self.low, product_error);
        let (low, rest) = two_sum(low, high_error);
        *self = DotProduct { high, low, tiny: self.tiny + low_error + rest };
        true
    }

    #[inline]
    pub fn value(self) -> f64 {
        self.high + two_sum(self.low, self.tiny).0
    }
}

/// `math.hypot(*coordinates)`: the Euclidean norm, within an ulp or better at any scale. The slice is overwritten.
pub fn hypot(coordinates: &mut [f64]) -> f64 {
    let (mut max, mut found_nan) = (0.0, false);
    for x in coordinates.iter_mut() {
        *x = x.abs();
        found_nan |= x.is_nan();
        if *x > max {
            max = *x;
        }
    }
    vector_norm(coordinates, max, found_nan)
}

/// `math.dist(p, q)` for points of the same dimension.
pub fn dist(p: &[f64], q: &[f64]) -> f64 {
    let mut differences: Vec<f64> = p.iter().zip(q).map(|(p, q)| p - q).collect();
    hypot(&mut differences)
}

/// The norm of coordinates that are not negative, with their maximum.
fn vector_norm(coordinates: &mut [f64], max: f64, found_nan: bool) -> f64 {
    if max.is_infinite() {
        return max;
    }
    if found_nan {
        return f64::NAN;
    }
    if max == 0.0 || coordinates.len() <= 1 {
        return max;
    }
    let (_, exponent) = crate::float::frexp(max);
    if exponent < -1023 {
        // The scale below would overflow: lift subnormals first.
        for x in coordinates.iter_mut() {
            *x /= f64::MIN_POSITIVE;
        }
        return f64::MIN_POSITIVE * vector_norm(coordinates, max / f64::MIN_POSITIVE, found_nan);
    }
    // A power of two brings the largest into [0.5, 1); starting at 1 keeps every partial sum the larger summand.
    let scale = crate::libm::ldexp(1.0, -exponent);
    let (mut sum, mut product_errors, mut sum_errors) = (1.0, 0.0, 0.0);
    let mut add = |x: f64, y: f64| {
        let (product, product_error) = two_product(x, y);
        let (next, sum_error) = fast_two_sum(sum, product);
        sum = next;
        product_errors += product_error;
        sum_errors += sum_error;
        sum - 1.0 + (product_errors + sum_errors)
    };
    let mut total = 0.0;
    for x in coordinates.iter() {
        let x = x * scale;
        total = add(x, x);
    }
    // One step of Newton's with the residual in full precision.
    let root = total.sqrt();
    let residual = add(-root, root);
    (root + residual / (2.0 * root)) / scale
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fsum(values: &[f64]) -> Result<f64, NumError> {
        let mut sum = ExactSum::new();
        for &value in values {
            sum.add(value)?;
        }
        sum.finish()
    }

    #[test]
    fn exact_sums() {
        assert_eq!(fsum(&[]), Ok(0.0));
        assert_eq!(fsum(&[1e100, 1.0, -1e100]), Ok(1.0));
        assert_eq!(fsum(&[0.1; 10]), Ok(1.0));
        assert_eq!(fsum(&[1e16, 1.0, 1e-16]), Ok(10000000000000002.0));
        assert_eq!(fsum(&[1e308, 1e308]), Err(NumError::FsumOverflow));
        assert_eq!(fsum(&[f64::INFINITY, 1e308, 1e308]), Err(NumError::FsumOverflow));
        assert_eq!(fsum(&[f64::INFINITY, f64::NEG_INFINITY]), Err(NumError::FsumInvalid));
        assert_eq!(fsum(&[1.0, f64::NEG_INFINITY]), Ok(f64::NEG_INFINITY));
        assert!(fsum(&[f64::NAN, f64::INFINITY]).unwrap().is_nan());
    }

    #[test]
    fn compensated_sums() {
        let sum = |values: &[f64]| {
            let mut sum = CompensatedSum::new(0.0);
            values.iter().for_each(|&value| sum.add(value));
            sum.value()
        };
        assert_eq!(sum(&[0.1; 10]), 1.0);
        assert_eq!(sum(&[1e100, 1.0, -1e100]), 1.0);
        assert_eq!(sum(&[1e308, 1e308, -1e308]), f64::INFINITY);
    }

    #[test]
    fn dot_products() {
        let mut dot = DotProduct::new();
        for _ in 0..10 {
            assert!(dot.add(0.1, 0.1));
        }
        assert_eq!(dot.value(), 0.1);
        assert!(!dot.add(1e308, 1e308));
        assert_eq!(dot.value(), 0.1);
    }

    #[test]
    fn norms() {
        assert_eq!(hypot(&mut []), 0.0);
        assert_eq!(hypot(&mut [-3.0, 4.0]), 5.0);
        assert_eq!(hypot(&mut [1e308, 1e308]), 1.4142135623730951e308);
        assert_eq!(hypot(&mut [1e-320, 1e-320]), 1.414e-320);
        assert!(hypot(&mut [1.0, f64::NAN]).is_nan());
        assert_eq!(hypot(&mut [f64::NEG_INFINITY, f64::NAN]), f64::INFINITY);
        assert_eq!(dist(&[1.0, 2.0, 3.0], &[4.0, 5.0, 6.0]), 5.196152422706632);
        assert_eq!(hypot(&mut [1.7e308, 1.7e308]), f64::INFINITY);
    }
}
