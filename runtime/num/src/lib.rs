//! The pure number algorithms of the Python runtime: integers of any size, floats, complex numbers, pseudo-random
//! numbers. No heap, no Python objects, no exceptions: the runtime views its values as the types below, calls, and turns
//! results and [`NumError`]s into objects of its own.
//!
//! | file | what is in it |
//! |---|---|
//! | [`mag`] | magnitudes: `[u64]` slices, schoolbook below a threshold, `dashu-int` above |
//! | [`int`] | `+ - * // % divmod abs ~ & \| ^ << >>`, comparison, bit counts |
//! | [`power`] | `**`, three-argument `pow`, inverse, gcd, lcm, roots |
//! | [`small`] | checked fast paths on `i64` |
//! | [`parse`], [`format`] | text to integer and back |
//! | [`convert`] | floats, `/`, hash, bytes, random bits |
//! | [`combinatorics`] | factorial, comb, perm |
//! | [`float`] | operators and methods of floats |
//! | [`math`], [`gamma`], [`sums`] | module `math`; `sum` of floats |
//! | [`complex`], [`cmath`] | complex arithmetic; module `cmath` |
//! | [`mt19937`] | the generator of module `random` |
//!
//! Invariants: a [`Big`] is always normalised (no high zero limb, zero is not negative), a [`BigRef`] must be. Nothing
//! here allocates more than the size of its result calls for; a result beyond [`MAX_BITS`] is
//! [`NumError::OutOfMemory`], before anything is allocated.

pub mod cmath;
pub mod combinatorics;
pub mod complex;
pub mod convert;
pub mod float;
pub mod format;
pub mod gamma;
pub mod int;
pub mod mag;
pub mod math;
pub mod mt19937;
pub mod parse;
pub mod power;
pub mod small;
pub mod sums;

mod error;
mod libm;
#[cfg(test)]
mod testing;

pub use error::{ErrorKind, NumError};
pub use mag::Limbs;

/// The largest result, in bits, that an operation produces: 8 GiB of limbs.
pub const MAX_BITS: u64 = 1 << 36;

/// An integer seen through its sign and normalised limbs.
#[derive(Clone, Copy, Debug)]
pub struct BigRef<'a> {
    pub negative: bool,
    pub limbs: &'a [u64],
}

/// A computed integer: normalised, zero is not negative.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Big {
    pub negative: bool,
    pub limbs: Limbs,
}

/// Backs the view of a machine integer as a [`BigRef`].
#[derive(Clone, Copy, Debug)]
pub struct SmallBuf {
    limb: u64,
    negative: bool,
}

impl SmallBuf {
    #[inline]
    pub fn new(value: i64) -> Self {
        SmallBuf { limb: value.unsigned_abs(), negative: value < 0 }
    }

    #[inline]
    pub fn as_ref(&self) -> BigRef<'_> {
        let limbs = std::slice::from_ref(&self.limb);
        BigRef { negative: self.negative, limbs: if self.limb == 0 { &[] } else { limbs } }
    }
}

impl From<i64> for SmallBuf {
    #[inline]
    fn from(value: i64) -> Self {
        SmallBuf::new(value)
    }
}

impl<'a> BigRef<'a> {
    pub const ZERO: BigRef<'static> = BigRef { negative: false, limbs: &[] };

    /// A view of sign and limbs that may have high zero limbs.
    #[inline]
    pub fn new(negative: bool, limbs: &'a [u64]) -> Self {
        let limbs = mag::trimmed(limbs);
        BigRef { negative: negative && !limbs.is_empty(), limbs }
    }

    #[inline]
    pub fn is_zero(self) -> bool {
        self.limbs.is_empty()
    }

    #[inline]
    pub fn is_odd(self) -> bool {
        self.limbs.first().is_some_and(|limb| limb & 1 != 0)
    }

    /// -1, 0 or 1.
    #[inline]
    pub fn signum(self) -> i32 {
        match (self.negative, self.limbs.is_empty()) {
            (_, true) => 0,
            (true, _) => -1,
            (false, _) => 1,
        }
    }

    #[inline]
    pub fn to_i64(self) -> Option<i64> {
        match *self.limbs {
            [] => Some(0),
            [limb] if self.negative => (limb <= 1 << 63).then(|| (limb as i64).wrapping_neg()),
            [limb] => i64::try_from(limb).ok(),
            _ => None,
        }
    }

    /// The value, if it lies in `0..2^64`.
    #[inline]
    pub fn to_u64(self) -> Option<u64> {
        match *self.limbs {
            [] => Some(0),
            [limb] if !self.negative => Some(limb),
            _ => None,
        }
    }

    #[inline]
    pub fn to_i128(self) -> Option<i128> {
        let magnitude = mag::to_u128(self.limbs)?;
        if self.negative {
            (magnitude <= 1 << 127).then(|| (magnitude as i128).wrapping_neg())
        } else {
            i128::try_from(magnitude).ok()
        }
    }

    /// The value modulo 2^64, in two's complement.
    #[inline]
    pub fn wrapping_u64(self) -> u64 {
        let low = self.limbs.first().copied().unwrap_or(0);
        if self.negative { low.wrapping_neg() } else { low }
    }

    #[inline]
    pub fn to_owned(self) -> Big {
        Big { negative: self.negative, limbs: Limbs::from_slice(self.limbs) }
    }

    /// The same magnitude with the other sign.
    #[inline]
    pub fn negated(self) -> Self {
        BigRef { negative: !self.negative && !self.limbs.is_empty(), limbs: self.limbs }
    }

    /// The same magnitude, not negative.
    #[inline]
    pub fn magnitude(self) -> Self {
        BigRef { negative: false, limbs: self.limbs }
    }
}

impl Big {
    #[inline]
    pub fn zero() -> Self {
        Big::default()
    }

    /// From sign and normalised limbs; a negative zero becomes zero.
    #[inline]
    pub fn new(negative: bool, limbs: Limbs) -> Self {
        debug_assert!(limbs.last() != Some(&0));
        Big { negative: negative && !limbs.is_empty(), limbs }
    }

    #[inline]
    pub fn as_ref(&self) -> BigRef<'_> {
        BigRef { negative: self.negative, limbs: &self.limbs }
    }

    #[inline]
    pub fn to_i64(&self) -> Option<i64> {
        self.as_ref().to_i64()
    }

    #[inline]
    pub fn is_zero(&self) -> bool {
        self.limbs.is_empty()
    }

    #[inline]
    pub fn negated(mut self) -> Self {
        self.negative = !self.negative && !self.limbs.is_empty();
        self
    }
}

impl From<i64> for Big {
    #[inline]
    fn from(value: i64) -> Self {
        Big { negative: value < 0, limbs: mag::from_u64(value.unsigned_abs()) }
    }
}

impl From<u64> for Big {
    #[inline]
    fn from(value: u64) -> Self {
        Big { negative: false, limbs: mag::from_u64(value) }
    }
}

impl From<i128> for Big {
    #[inline]
    fn from(value: i128) -> Self {
        Big { negative: value < 0, limbs: mag::from_u128(value.unsigned_abs()) }
    }
}

impl From<u128> for Big {
    #[inline]
    fn from(value: u128) -> Self {
        Big { negative: false, limbs: mag::from_u128(value) }
    }
}
