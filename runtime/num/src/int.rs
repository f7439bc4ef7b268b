//! Signed integer arithmetic with Python's meaning: division floors, bitwise operators see infinite two's complement.

use crate::{Big, BigRef, Limbs, MAX_BITS, NumError, mag};
use std::cmp::Ordering;

/// The result of an operation on values and result of at most 127 bits, for which a detour through limbs is too long.
#[inline]
fn narrow(a: BigRef, b: BigRef, operation: impl Fn(i128, i128) -> Option<i128>) -> Option<Big> {
    if a.limbs.len() > 2 || b.limbs.len() > 2 {
        return None;
    }
    operation(a.to_i128()?, b.to_i128()?).map(Big::from)
}

/// `a + b`.
pub fn add(a: BigRef, b: BigRef) -> Big {
    match narrow(a, b, i128::checked_add) {
        Some(sum) => sum,
        None => add_wide(a, b),
    }
}

fn add_wide(a: BigRef, b: BigRef) -> Big {
    if a.negative == b.negative {
        return Big::new(a.negative, mag::add(a.limbs, b.limbs));
    }
    let (limbs, order) = mag::difference(a.limbs, b.limbs);
    let negative = if order == Ordering::Less { b.negative } else { a.negative };
    Big::new(negative, limbs)
}

/// At most as many limbs as the sum has.
#[inline]
pub fn sum_limbs(a: BigRef, b: BigRef) -> usize {
    a.limbs.len().max(b.limbs.len()) + 1
}

/// Writes the magnitude of `a + b` to zeroed limbs, as many as [`sum_limbs`] says; whether the sum is negative.
pub fn add_to(out: &mut [u64], a: BigRef, b: BigRef) -> bool {
    if a.negative == b.negative {
        mag::add_to(out, a.limbs, b.limbs);
        return a.negative;
    }
    if mag::compare(a.limbs, b.limbs) == Ordering::Less {
        mag::sub_to(&mut out[..b.limbs.len()], b.limbs, a.limbs);
        return b.negative;
    }
    mag::sub_to(&mut out[..a.limbs.len()], a.limbs, b.limbs);
    a.negative
}

/// `a - b`.
pub fn sub(a: BigRef, b: BigRef) -> Big {
    add(a, b.negated())
}

/// `a * b`.
pub fn mul(a: BigRef, b: BigRef) -> Big {
    if let ([x], [y]) = (a.limbs, b.limbs) {
        let product = mag::from_u128(u128::from(*x) * u128::from(*y));
        return Big::new(a.negative != b.negative, product);
    }
    Big::new(a.negative != b.negative, mag::mul(a.limbs, b.limbs))
}

/// `a * a`.
pub fn square(a: BigRef) -> Big {
    Big::new(false, mag::mul(a.limbs, a.limbs))
}

/// `(a // b, a % b)`.
pub fn divmod(a: BigRef, b: BigRef) -> Result<(Big, Big), NumError> {
    if b.is_zero() {
        return Err(NumError::DivisionByZero);
    }
    let (quotient, remainder) = mag::div_rem(a.limbs, b.limbs);
    if a.negative == b.negative {
        return Ok((Big::new(false, quotient), Big::new(b.negative, remainder)));
    }
    if remainder.is_empty() {
        return Ok((Big::new(true, quotient), Big::zero()));
    }
    Ok((Big::new(true, mag::increment(&quotient)), Big::new(b.negative, mag::sub(b.limbs, &remainder))))
}

/// `a // b`.
pub fn floor_div(a: BigRef, b: BigRef) -> Result<Big, NumError> {
    if b.is_zero() {
        return Err(NumError::DivisionByZero);
    }
    if a.negative == b.negative {
        return Ok(Big::new(false, mag::div(a.limbs, b.limbs)));
    }
    let (quotient, remainder) = mag::div_rem(a.limbs, b.limbs);
    let limbs = if remainder.is_empty() { quotient } else { mag::increment(&quotient) };
    Ok(Big::new(true, limbs))
}

/// `a % b`, with the sign of `b`.
pub fn floor_mod(a: BigRef, b: BigRef) -> Result<Big, NumError> {
    if b.is_zero() {
        return Err(NumError::DivisionByZero);
    }
    let remainder = mag::rem(a.limbs, b.limbs);
    if a.negative == b.negative || remainder.is_empty() {
        return Ok(Big::new(b.negative, remainder));
    }
    Ok(Big::new(b.negative, mag::sub(b.limbs, &remainder)))
}

/// Quotient rounded to nearest, ties to even, and the remainder that belongs to it: what `round(int, -n)` needs.
pub fn divmod_near(a: BigRef, b: BigRef) -> Result<(Big, Big), NumError> {
    let (quotient, remainder) = divmod(a, b)?;
    let twice = mag::shl(&remainder.limbs, 1);
    let up = match mag::compare(&twice, b.limbs) {
        Ordering::Greater => true,
        Ordering::Equal => quotient.as_ref().is_odd(),
        Ordering::Less => false,
    };
    if !up {
        return Ok((quotient, remainder));
    }
    Ok((add(quotient.as_ref(), BigRef { negative: false, limbs: &[1] }), sub(remainder.as_ref(), b)))
}

/// `round(a, -digits)`: to a multiple of `10 ** digits`, ties to even.
pub fn round_to_power_of_ten(a: BigRef, digits: u64) -> Result<Big, NumError> {
    // A power of ten far beyond the value rounds it to zero; do not compute it.
    if digits / 4 > mag::bit_length(a.limbs) / 12 + 2 {
        return Ok(Big::zero());
    }
    let ten = BigRef { negative: false, limbs: &[10] };
    let power = crate::power::pow(ten, digits)?;
    let (_, remainder) = divmod_near(a, power.as_ref())?;
    Ok(sub(a, remainder.as_ref()))
}

/// `-a`.
pub fn neg(a: BigRef) -> Big {
    a.negated().to_owned()
}

/// `abs(a)`.
pub fn abs(a: BigRef) -> Big {
    a.magnitude().to_owned()
}

/// `~a`, which is `-a - 1`.
pub fn invert(a: BigRef) -> Big {
    if a.negative { Big::new(false, mag::sub(a.limbs, &[1])) } else { Big::new(true, mag::increment(a.limbs)) }
}

/// Compares by value.
#[inline]
pub fn compare(a: BigRef, b: BigRef) -> Ordering {
    match (a.negative, b.negative) {
        (false, false) => mag::compare(a.limbs, b.limbs),
        (true, true) => mag::compare(b.limbs, a.limbs),
        (false, true) => Ordering::Greater,
        (true, false) => Ordering::Less,
    }
}

/// `a == b`.
#[inline]
pub fn equal(a: BigRef, b: BigRef) -> bool {
    a.negative == b.negative && a.limbs == b.limbs
}

/// `a.bit_length()`.
#[inline]
pub fn bit_length(a: BigRef) -> u64 {
    mag::bit_length(a.limbs)
}

/// `a.bit_count()`: the ones of the magnitude.
pub fn bit_count(a: BigRef) -> u64 {
    a.limbs.iter().map(|limb| u64::from(limb.count_ones())).sum()
}

/// The two's-complement limbs of a value, endlessly extended with its sign.
struct TwosComplement<'a> {
    limbs: std::slice::Iter<'a, u64>,
    negative: bool,
    carry: bool,
}

impl<'a> TwosComplement<'a> {
    fn new(value: BigRef<'a>) -> Self {
        TwosComplement { limbs: value.limbs.iter(), negative: value.negative, carry: true }
    }

    #[inline]
    fn next(&mut self) -> u64 {
        let limb = self.limbs.next().copied().unwrap_or(0);
        if !self.negative {
            return limb;
        }
        let (limb, carry) = (!limb).overflowing_add(u64::from(self.carry));
        self.carry = carry;
        limb
    }
}

/// A bitwise operation, given on limbs, over the two's complement of both values.
#[inline]
fn bitwise(a: BigRef, b: BigRef, operation: impl Fn(u64, u64) -> u64) -> Big {
    if let ([x], [y]) = (a.limbs, b.limbs)
        && !a.negative
        && !b.negative
    {
        return Big::from(operation(*x, *y));
    }
    let sign_word = |negative: bool| if negative { u64::MAX } else { 0 };
    let negative = operation(sign_word(a.negative), sign_word(b.negative)) != 0;
    let len = a.limbs.len().max(b.limbs.len());
    let (mut x, mut y) = (TwosComplement::new(a), TwosComplement::new(b));
    let mut limbs = Limbs::with_capacity(len + 1);
    limbs.resize(len, 0);
    for limb in limbs.iter_mut() {
        *limb = operation(x.next(), y.next());
    }
    if negative {
        let mut carry = true;
        for limb in &mut limbs {
            (*limb, carry) = (!*limb).overflowing_add(u64::from(carry));
        }
        if carry {
            limbs.push(1);
        }
    }
    mag::trim(&mut limbs);
    Big::new(negative, limbs)
}

/// `a & b`.
pub fn bit_and(a: BigRef, b: BigRef) -> Big {
    if !a.negative && !b.negative {
        let (long, short) = if a.limbs.len() >= b.limbs.len() { (a, b) } else { (b, a) };
        // A mask of one word, mostly.
        if let [mask] = short.limbs {
            return Big::from(long.limbs[0] & mask);
        }
        let mut limbs = Limbs::from_slice(short.limbs);
        for (x, &y) in limbs.iter_mut().zip(long.limbs) {
            *x &= y;
        }
        mag::trim(&mut limbs);
        return Big::new(false, limbs);
    }
    bitwise(a, b, |x, y| x & y)
}

/// `a | b`.
pub fn bit_or(a: BigRef, b: BigRef) -> Big {
    bitwise(a, b, |x, y| x | y)
}

/// `a ^ b`.
pub fn bit_xor(a: BigRef, b: BigRef) -> Big {
    bitwise(a, b, |x, y| x ^ y)
}

/// `a << count`, where `count` is any integer.
pub fn shl(a: BigRef, count: BigRef) -> Result<Big, NumError> {
    if count.negative {
        return Err(NumError::NegativeShiftCount);
    }
    if a.is_zero() {
        return Ok(Big::zero());
    }
    shl_bits(a, count.to_u64().filter(|&count| count < 1 << 63).ok_or(NumError::TooManyDigits)?)
}

/// `a << bits`.
pub fn shl_bits(a: BigRef, bits: u64) -> Result<Big, NumError> {
    if !a.is_zero() && bits.saturating_add(mag::bit_length(a.limbs)) > MAX_BITS {
        return Err(NumError::OutOfMemory);
    }
    Ok(Big::new(a.negative, mag::shl(a.limbs, bits)))
}

/// `a >> count`, where `count` is any integer.
pub fn shr(a: BigRef, count: BigRef) -> Result<Big, NumError> {
    if count.negative {
        return Err(NumError::NegativeShiftCount);
    }
    Ok(shr_bits(a, count.to_u64().unwrap_or(u64::MAX)))
}

/// `a >> bits`, rounding down.
pub fn shr_bits(a: BigRef, bits: u64) -> Big {
    let limbs = mag::shr(a.limbs, bits);
    if a.negative && mag::any_low_bits(a.limbs, bits) {
        return Big::new(true, mag::increment(&limbs));
    }
    Big::new(a.negative, limbs)
}

#[cfg(test)]
mod tests {
    /// What is written to given limbs is what the others return.
    #[test]
    fn in_place() {
        use super::*;
        let words = [1, 2, u64::MAX, 1 << 63, 0x1234_5678_9abc_def0];
        let value = |n: usize, salt: usize| -> Vec<u64> { (0..n).map(|i| words[(i * salt + n) % words.len()]).collect() };
        for n in 1..12 {
            for m in 1..12 {
                let (x, y) = (value(n, 1), value(m, 3));
                for signs in 0..4 {
                    let (a, b) = (BigRef::new(signs & 1 != 0, &x), BigRef::new(signs & 2 != 0, &y));
                    let mut out = vec![0; sum_limbs(a, b)];
                    let negative = add_to(&mut out, a, b);
                    assert_eq!(BigRef::new(negative, &out).to_owned(), add(a, b));
                    let mut out = vec![0; n + m];
                    mag::mul_to(&mut out, a.limbs, b.limbs);
                    assert_eq!(BigRef::new(a.negative != b.negative, &out).to_owned(), mul(a, b));
                }
            }
        }
    }

    use super::*;
    use crate::SmallBuf;
    use crate::testing::{Rng, big, text};

    #[test]
    fn agrees_with_wide_machine_integers() {
        let mut rng = Rng::new(4);
        let mut sample = || -> i128 {
            let bits = rng.next() % 63 + 1;
            i128::from((rng.next() as i64) >> (64 - bits)) + i128::from(rng.next() % 3) - 1
        };
        for _ in 0..20_000 {
            let (x, y) = (sample(), sample());
            let (a, b) = (Big::from(x), Big::from(y));
            let (a, b) = (a.as_ref(), b.as_ref());
            assert_eq!(add(a, b), Big::from(x + y));
            assert_eq!(sub(a, b), Big::from(x - y));
            assert_eq!(mul(a, b), Big::from(x * y));
            assert_eq!(bit_and(a, b), Big::from(x & y));
            assert_eq!(bit_or(a, b), Big::from(x | y));
            assert_eq!(bit_xor(a, b), Big::from(x ^ y));
            assert_eq!(invert(a), Big::from(!x));
            assert_eq!(compare(a, b), x.cmp(&y));
            assert_eq!(equal(a, b), x == y);
            let bits = (y & 127) as u64;
            assert_eq!(shr_bits(a, bits), Big::from(x >> bits));
            if y != 0 {
                let (quotient, remainder) = (x.div_euclid(y), x.rem_euclid(y));
                // Euclidean division has a remainder that is never negative; Python's has the divisor's sign.
                let (quotient, remainder) =
                    if y < 0 && remainder != 0 { (quotient - 1, remainder + y) } else { (quotient, remainder) };
                assert_eq!(divmod(a, b), Ok((Big::from(quotient), Big::from(remainder))));
                assert_eq!(floor_div(a, b), Ok(Big::from(quotient)));
                assert_eq!(floor_mod(a, b), Ok(Big::from(remainder)));
            }
        }
    }

    #[test]
    fn identities_of_wide_values() {
        let mut rng = Rng::new(5);
        for _ in 0..3000 {
            let (a, b) = (rng.big(9), rng.big(5));
            let (a, b) = (a.as_ref(), b.as_ref());
            // x + y == (x ^ y) + 2 * (x & y), x | y == (x ^ y) + (x & y)
            let (xor, and) = (bit_xor(a, b), bit_and(a, b));
            let twice = shl_bits(and.as_ref(), 1).unwrap();
            assert_eq!(add(xor.as_ref(), twice.as_ref()), add(a, b));
            assert_eq!(bit_or(a, b), add(xor.as_ref(), and.as_ref()));
            if b.is_zero() {
                continue;
            }
            let (quotient, remainder) = divmod(a, b).unwrap();
            assert!(remainder.is_zero() || remainder.negative == b.negative);
            assert_eq!(add(mul(quotient.as_ref(), b).as_ref(), remainder.as_ref()), a.to_owned());
            let bits = rng.next() % 200;
            let power = shl_bits(Big::from(1i64).as_ref(), bits).unwrap();
            assert_eq!(shr_bits(a, bits), floor_div(a, power.as_ref()).unwrap());
        }
    }

    #[test]
    fn shift_counts() {
        let one = SmallBuf::new(1);
        let minus = SmallBuf::new(-1);
        let huge = shl_bits(one.as_ref(), 64).unwrap();
        assert_eq!(shl(one.as_ref(), minus.as_ref()), Err(NumError::NegativeShiftCount));
        assert_eq!(shr(one.as_ref(), minus.as_ref()), Err(NumError::NegativeShiftCount));
        assert_eq!(shl(one.as_ref(), huge.as_ref()), Err(NumError::TooManyDigits));
        assert_eq!(shl(one.as_ref(), SmallBuf::new(1 << 62).as_ref()), Err(NumError::OutOfMemory));
        assert_eq!(shl(BigRef::ZERO, huge.as_ref()), Ok(Big::zero()));
        assert_eq!(shr(one.as_ref(), huge.as_ref()), Ok(Big::zero()));
        assert_eq!(shr(minus.as_ref(), huge.as_ref()), Ok(Big::from(-1i64)));
    }

    #[test]
    fn rounding_to_powers_of_ten() {
        let round = |value: i64, digits| text(&round_to_power_of_ten(SmallBuf::new(value).as_ref(), digits).unwrap());
        assert_eq!(round(12345, 2), "12300");
        assert_eq!(round(12350, 2), "12400");
        assert_eq!(round(12450, 2), "12400");
        assert_eq!(round(-15, 1), "-20");
        assert_eq!(round(-25, 1), "-20");
        assert_eq!(round(5, 1), "0");
        assert_eq!(round(6, 1), "10");
        assert_eq!(round(i64::MAX, 19), "10000000000000000000");
        assert_eq!(round(i64::MAX, 20), "0");
        assert_eq!(round(i64::MAX, 1_000_000_000_000), "0");
    }

    #[test]
    fn limits_of_machine_integers() {
        let min = Big::from(i64::MIN);
        assert_eq!(min.to_i64(), Some(i64::MIN));
        assert_eq!(big("9223372036854775808").to_i64(), None);
        assert_eq!(big("-9223372036854775809").to_i64(), None);
        assert_eq!(big("9223372036854775807").to_i64(), Some(i64::MAX));
        assert_eq!(min.as_ref().wrapping_u64(), 1 << 63);
        assert_eq!(bit_count(SmallBuf::new(-255).as_ref()), 8);
        assert_eq!(bit_length(SmallBuf::new(-256).as_ref()), 9);
    }
}
