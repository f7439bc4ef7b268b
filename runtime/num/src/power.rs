//! Powers, modular powers and inverses, common divisors, roots.

use crate::mag::{self, Reciprocal};
use crate::{Big, BigRef, Limbs, MAX_BITS, NumError, int, small};
use dashu_int::UBig;
use dashu_int::fast_div::ConstDivisor;
use dashu_int::monty::MontgomeryRepr;
use dashu_int::ops::{ExtendedGcd, Gcd, SquareRoot};

/// `base ** exponent` for any exponent that is not negative; a negative one is for the caller, who turns to floats.
pub fn pow_big(base: BigRef, exponent: BigRef) -> Result<Big, NumError> {
    debug_assert!(!exponent.negative);
    match exponent.to_u64() {
        Some(exponent) => pow(base, exponent),
        // Only 0, 1 and -1 have such powers.
        None if base.limbs.is_empty() => Ok(Big::zero()),
        None if base.limbs == [1] => Ok(Big::from(if base.negative && exponent.is_odd() { -1i64 } else { 1 })),
        None => Err(NumError::OutOfMemory),
    }
}

/// `base ** exponent`.
pub fn pow(base: BigRef, exponent: u64) -> Result<Big, NumError> {
    let negative = base.negative && exponent & 1 != 0;
    if exponent == 0 {
        return Ok(Big::from(1i64));
    }
    if base.limbs.is_empty() || base.limbs == [1] {
        return Ok(Big::new(negative, Limbs::from_slice(base.limbs)));
    }
    let bits = mag::bit_length(base.limbs);
    if (bits - 1).checked_mul(exponent).is_none_or(|least| least > MAX_BITS) {
        return Err(NumError::OutOfMemory);
    }
    // Powers of two are taken out of the base and put back by one shift.
    let twos = mag::trailing_zeros(base.limbs);
    let odd = mag::shr(base.limbs, twos);
    let power = if odd.as_slice() == [1] { odd } else { pow_odd(&odd, exponent) };
    Ok(Big::new(negative, if twos == 0 { power } else { mag::shl(&power, twos * exponent) }))
}

/// Left-to-right binary powering of a base greater than one by an exponent greater than zero.
fn pow_odd(base: &[u64], exponent: u64) -> Limbs {
    let mut power = Limbs::from_slice(base);
    for bit in (0..exponent.ilog2()).rev() {
        power = mag::mul(&power, &power);
        if exponent >> bit & 1 != 0 {
            power = mag::mul(&power, base);
        }
    }
    power
}

/// `pow(base, exponent, modulus)`.
pub fn pow_mod(base: BigRef, exponent: BigRef, modulus: BigRef) -> Result<Big, NumError> {
    if modulus.is_zero() {
        return Err(NumError::ZeroModulus);
    }
    let m = modulus.limbs;
    if m == [1] {
        return Ok(Big::zero());
    }
    let inverse;
    let base = if exponent.negative {
        inverse = mod_inverse(base, modulus.magnitude())?;
        inverse.as_ref()
    } else {
        base
    };
    let reduced = int::floor_mod(base, modulus.magnitude())?;
    let power = match *m {
        [word] => mag::from_u64(pow_mod_word(reduced.as_ref().wrapping_u64(), exponent.limbs, word)),
        _ => pow_mod_wide(&reduced.limbs, exponent.limbs, m),
    };
    // The result has the modulus's sign.
    if modulus.negative && !power.is_empty() {
        return Ok(Big::new(true, mag::sub(m, &power)));
    }
    Ok(Big::new(false, power))
}

/// For a modulus of one word and a reduced base.
fn pow_mod_word(base: u64, exponent: &[u64], modulus: u64) -> u64 {
    let bits = mag::bit_length(exponent);
    let mut power = 1 % modulus;
    if modulus <= 1 << 32 {
        for bit in (0..bits).rev() {
            power = power * power % modulus;
            if mag::bit(exponent, bit) {
                power = power * base % modulus;
            }
        }
    } else {
        let modulus = Reciprocal::new(modulus);
        for bit in (0..bits).rev() {
            power = modulus.mul_mod(power, power);
            if mag::bit(exponent, bit) {
                power = modulus.mul_mod(power, base);
            }
        }
    }
    power
}

/// For a modulus of two words or more and a reduced base.
fn pow_mod_wide(base: &[u64], exponent: &[u64], modulus: &[u64]) -> Limbs {
    /// Up to this many bits of exponent, preparing a ring costs more than it saves.
    const PLAIN_EXPONENT_BITS: u64 = 8;
    match *exponent {
        [] => mag::from_u64(1),
        [exponent] if exponent < 1 << PLAIN_EXPONENT_BITS => {
            let mut power = Limbs::from_slice(base);
            for bit in (0..exponent.ilog2()).rev() {
                power = mag::rem(&mag::mul(&power, &power), modulus);
                if exponent >> bit & 1 != 0 {
                    power = mag::rem(&mag::mul(&power, base), modulus);
                }
            }
            power
        }
        _ => {
            let (base, exponent) = (mag::to_ubig(base), mag::to_ubig(exponent));
            let power = if modulus[0] & 1 != 0 {
                MontgomeryRepr::new(mag::to_ubig(modulus)).reduce(base).pow(&exponent).residue()
            } else {
                ConstDivisor::new(mag::to_ubig(modulus)).reduce(base).pow(&exponent).residue()
            };
            mag::from_ubig(&power)
        }
    }
}

/// The inverse of `a` modulo `modulus > 0`, in `0..modulus`.
pub fn mod_inverse(a: BigRef, modulus: BigRef) -> Result<Big, NumError> {
    let reduced = int::floor_mod(a, modulus)?;
    if modulus.limbs == [1] {
        return Ok(Big::zero());
    }
    if reduced.is_zero() {
        return Err(NumError::NotInvertible);
    }
    if let ([value], [modulus]) = (reduced.limbs.as_slice(), modulus.limbs) {
        return mod_inverse_word(*value, *modulus).map(Big::from).ok_or(NumError::NotInvertible);
    }
    let extended = extended_gcd(reduced.as_ref(), modulus);
    if extended.gcd.limbs.as_slice() != [1] {
        return Err(NumError::NotInvertible);
    }
    int::floor_mod(extended.x.as_ref(), modulus)
}

/// The inverse of `0 < value < modulus`, by Euclid's algorithm on words.
fn mod_inverse_word(value: u64, modulus: u64) -> Option<u64> {
    let (mut r0, mut r1) = (modulus, value);
    let (mut t0, mut t1) = (0i128, 1i128);
    while r1 != 0 {
        let quotient = r0 / r1;
        (r0, r1) = (r1, r0 - quotient * r1);
        (t0, t1) = (t1, t0 - i128::from(quotient) * t1);
    }
    (r0 == 1).then(|| t0.rem_euclid(i128::from(modulus)) as u64)
}

/// `gcd == a * x + b * y`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Extended {
    pub gcd: Big,
    pub x: Big,
    pub y: Big,
}

/// The greatest common divisor (not negative) with Bézout's coefficients.
pub fn extended_gcd(a: BigRef, b: BigRef) -> Extended {
    if a.is_zero() || b.is_zero() {
        let (a_unit, b_unit) = (i64::from(a.signum()), i64::from(b.signum()));
        let gcd = if a.is_zero() { int::abs(b) } else { int::abs(a) };
        return Extended { gcd, x: Big::from(a_unit), y: Big::from(b_unit) };
    }
    let (gcd, x, y) = mag::to_ubig(a.limbs).gcd_ext(mag::to_ubig(b.limbs));
    let coefficient = |value: dashu_int::IBig, negative: bool| {
        let (sign, words) = value.as_sign_words();
        Big::new((sign == dashu_int::Sign::Negative) != negative, Limbs::from_slice(words))
    };
    Extended { gcd: Big::new(false, mag::from_ubig(&gcd)), x: coefficient(x, a.negative), y: coefficient(y, b.negative) }
}

/// `gcd(a, b)`, never negative.
pub fn gcd(a: BigRef, b: BigRef) -> Big {
    let (long, short) = if a.limbs.len() >= b.limbs.len() { (a.limbs, b.limbs) } else { (b.limbs, a.limbs) };
    match *short {
        [] => Big::new(false, Limbs::from_slice(long)),
        [word] => {
            let other = match *long {
                [other] => other,
                _ => Reciprocal::new(word).remainder(long),
            };
            Big::from(small::gcd(word, other))
        }
        [..] if let (Some(a), Some(b)) = (mag::to_u128(long), mag::to_u128(short)) => Big::from(small::gcd_wide(a, b)),
        _ => {
            let gcd: UBig = mag::to_ubig(long).gcd(mag::to_ubig(short));
            Big::new(false, mag::from_ubig(&gcd))
        }
    }
}

/// `lcm(a, b)`, never negative.
pub fn lcm(a: BigRef, b: BigRef) -> Big {
    if a.is_zero() || b.is_zero() {
        return Big::zero();
    }
    let part = mag::div(a.limbs, &gcd(a, b).limbs);
    Big::new(false, mag::mul(&part, b.limbs))
}

/// `floor(sqrt(a))`.
pub fn isqrt(a: BigRef) -> Result<Big, NumError> {
    if a.negative {
        return Err(NumError::IsqrtOfNegative);
    }
    Ok(match mag::to_u128(a.limbs) {
        Some(value) => Big::from(match u64::try_from(value) {
            Ok(value) => value.isqrt(),
            Err(_) => isqrt_u128(value),
        }),
        None => Big::new(false, mag::from_ubig(&mag::to_ubig(a.limbs).sqrt())),
    })
}

/// One Newton step from the floating-point root leaves an error of at most one.
fn isqrt_u128(value: u128) -> u64 {
    let estimate = (value as f64).sqrt().min(u64::MAX as f64) as u64;
    let estimate = estimate.max(1);
    let refined = ((u128::from(estimate) + value / u128::from(estimate)) / 2).min(u128::from(u64::MAX)) as u64;
    let square = |root: u64| u128::from(root) * u128::from(root);
    let mut root = refined;
    while square(root) > value {
        root -= 1;
    }
    while root < u64::MAX && square(root + 1) <= value {
        root += 1;
    }
    root
}

/// `floor(a ** (1 / n))` for `a >= 0` and `n >= 1`.
pub fn nth_root(a: BigRef, n: u64) -> Big {
    if n == 1 || a.limbs.is_empty() {
        return a.to_owned();
    }
    if n >= mag::bit_length(a.limbs) {
        return Big::from(1i64);
    }
    Big::new(false, mag::from_ubig(&mag::to_ubig(a.limbs).nth_root(n as usize)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::SmallBuf;
    use crate::testing::{Rng, big, text};

    fn small_pow_mod(base: i64, exponent: i64, modulus: i64) -> Result<i64, NumError> {
        let (base, exponent, modulus) = (SmallBuf::new(base), SmallBuf::new(exponent), SmallBuf::new(modulus));
        pow_mod(base.as_ref(), exponent.as_ref(), modulus.as_ref()).map(|power| power.to_i64().unwrap())
    }

    #[test]
    fn powers() {
        assert_eq!(text(&pow(SmallBuf::new(-3).as_ref(), 41).unwrap()), "-36472996377170786403");
        assert_eq!(text(&pow(SmallBuf::new(10).as_ref(), 30).unwrap()), "1".to_owned() + &"0".repeat(30));
        assert_eq!(pow(SmallBuf::new(0).as_ref(), 0), Ok(Big::from(1i64)));
        assert_eq!(pow(SmallBuf::new(-1).as_ref(), u64::MAX), Ok(Big::from(-1i64)));
        assert_eq!(pow(SmallBuf::new(3).as_ref(), u64::MAX), Err(NumError::OutOfMemory));
        assert_eq!(
            text(&pow(big("123456789012345678901234567890").as_ref(), 3).unwrap()),
            "1881676372353657772546716040589641726257477229849409426207693797722198701224860897069000"
        );
        let huge = big("36893488147419103232");
        assert_eq!(pow_big(SmallBuf::new(-1).as_ref(), huge.as_ref()), Ok(Big::from(1i64)));
        assert_eq!(pow_big(SmallBuf::new(7).as_ref(), huge.as_ref()), Err(NumError::OutOfMemory));
    }

    #[test]
    fn modular_powers_have_the_sign_of_the_modulus() {
        assert_eq!(small_pow_mod(2, 3, -5), Ok(-2));
        assert_eq!(small_pow_mod(2, 0, 1), Ok(0));
        assert_eq!(small_pow_mod(3, -2, -7), Ok(-3));
        assert_eq!(small_pow_mod(2, -1, 1), Ok(0));
        assert_eq!(small_pow_mod(2, -1, 0), Err(NumError::ZeroModulus));
        assert_eq!(small_pow_mod(2, -1, 4), Err(NumError::NotInvertible));
        assert_eq!(small_pow_mod(0, -1, 4), Err(NumError::NotInvertible));
        assert_eq!(small_pow_mod(38, -1, 97), Ok(23));
        assert_eq!(small_pow_mod(0, 0, 7), Ok(1));
        assert_eq!(small_pow_mod(-2, 3, 1 << 40), Ok((1 << 40) - 8));
    }

    #[test]
    fn modular_powers_of_wide_values() {
        let mut rng = Rng::new(6);
        for _ in 0..200 {
            let (base, modulus) = (rng.big(5), rng.big(4));
            if modulus.is_zero() {
                continue;
            }
            let exponent = rng.next() % 600;
            let power = pow(base.as_ref(), exponent).unwrap();
            let expected = int::floor_mod(power.as_ref(), modulus.as_ref()).unwrap();
            let exponent = Big::from(exponent);
            assert_eq!(pow_mod(base.as_ref(), exponent.as_ref(), modulus.as_ref()).unwrap(), expected);
            if let Ok(inverse) = mod_inverse(base.as_ref(), modulus.as_ref().magnitude()) {
                let product = int::mul(inverse.as_ref(), base.as_ref());
                let one = int::floor_mod(product.as_ref(), modulus.as_ref().magnitude()).unwrap();
                assert!(one == Big::from(1i64) || modulus.limbs.as_slice() == [1]);
            }
        }
    }

    #[test]
    fn bezout() {
        let mut rng = Rng::new(7);
        for _ in 0..300 {
            let (a, b) = (rng.big(5), rng.big(3));
            let (a, b) = (a.as_ref(), b.as_ref());
            let Extended { gcd: g, x, y } = extended_gcd(a, b);
            assert_eq!(g, gcd(a, b));
            assert_eq!(int::add(int::mul(a, x.as_ref()).as_ref(), int::mul(b, y.as_ref()).as_ref()), g);
            assert_eq!(int::mul(lcm(a, b).as_ref(), g.as_ref()), int::abs(int::mul(a, b).as_ref()));
        }
    }

    #[test]
    fn square_roots() {
        let mut rng = Rng::new(8);
        for _ in 0..2000 {
            let value = int::abs(rng.big(5).as_ref());
            let root = isqrt(value.as_ref()).unwrap();
            assert_eq!(nth_root(value.as_ref(), 2), root);
            let next = int::add(root.as_ref(), SmallBuf::new(1).as_ref());
            assert!(int::compare(int::square(root.as_ref()).as_ref(), value.as_ref()).is_le());
            assert!(int::compare(int::square(next.as_ref()).as_ref(), value.as_ref()).is_gt());
        }
        assert_eq!(isqrt_u128(u128::MAX), u64::MAX);
        assert_eq!(isqrt(SmallBuf::new(-1).as_ref()), Err(NumError::IsqrtOfNegative));
    }
}
