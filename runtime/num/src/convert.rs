//! Integers against floats, hashes, bytes and random bits.
//!
//! Every conversion to a float rounds once, to nearest with ties to even, also into the subnormals.

use crate::{Big, BigRef, Limbs, NumError, SmallBuf, mag};
use std::cmp::Ordering;

/// The modulus of numeric hashes, a Mersenne prime, and its width in bits.
pub const HASH_MODULUS: u64 = (1 << HASH_BITS) - 1;
const HASH_BITS: u32 = 61;
/// `hash(float("inf"))`.
pub const HASH_INFINITY: i64 = 314_159;

/// The float nearest to `top * 2^exponent`, where `top` has its highest bit set and `sticky` says that the exact value is
/// a little larger. `None` on overflow.
fn assemble(negative: bool, top: u64, exponent: i64, sticky: bool) -> Option<f64> {
    debug_assert!(top >> 63 == 1);
    // The value lies in [2^leading, 2^(leading + 1)).
    let leading = exponent.saturating_add(63);
    if leading > 1023 {
        return None;
    }
    let sign = u64::from(negative) << 63;
    let precision = if leading >= -1022 { 53 } else { 53 + 1022 + leading };
    if precision < 0 {
        return Some(f64::from_bits(sign));
    }
    let dropped = 64 - precision as u32;
    let kept = top.checked_shr(dropped).unwrap_or(0);
    let rest = top << (64 - dropped);
    let half = 1 << 63;
    let up = rest > half || rest == half && (sticky || kept & 1 != 0);
    // A carry out of the fraction moves on into the exponent, as it should.
    let biased = if leading >= -1022 { ((leading + 1022) as u64) << 52 } else { 0 };
    let bits = biased + kept + u64::from(up);
    (bits < f64::INFINITY.to_bits()).then(|| f64::from_bits(sign | bits))
}

/// `float(a)`; an error if it is too large.
pub fn to_f64(a: BigRef) -> Result<f64, NumError> {
    match *a.limbs {
        [] => Ok(0.0),
        // The machine's conversion rounds the same way.
        [limb] => Ok(if a.negative { -(limb as f64) } else { limb as f64 }),
        _ => {
            let (top, exponent, sticky) = mag::top_bits(a.limbs);
            assemble(a.negative, top, exponent, sticky).ok_or(NumError::IntTooLargeForFloat)
        }
    }
}

/// `a == mantissa * 2^exponent`, rounded to a float in [0.5, 1) or zero: what logarithms of huge values need.
pub fn frexp(a: BigRef) -> (f64, i64) {
    if a.is_zero() {
        return (0.0, 0);
    }
    let (top, exponent, sticky) = mag::top_bits(a.limbs);
    // Scaled into [0.5, 1) there is no overflow; rounding may reach 1.
    let mantissa = assemble(a.negative, top, -64, sticky).unwrap_or(1.0);
    if mantissa.abs() == 1.0 { (mantissa / 2.0, exponent + 65) } else { (mantissa, exponent + 64) }
}

/// `a / b`, correctly rounded.
pub fn true_div(a: BigRef, b: BigRef) -> Result<f64, NumError> {
    if b.is_zero() {
        return Err(NumError::DivisionByZero);
    }
    let negative = a.negative != b.negative;
    let zero = if negative { -0.0 } else { 0.0 };
    if a.is_zero() {
        return Ok(zero);
    }
    let (a_bits, b_bits) = (mag::bit_length(a.limbs) as i64, mag::bit_length(b.limbs) as i64);
    if a_bits <= 53 && b_bits <= 53 {
        let quotient = a.limbs[0] as f64 / b.limbs[0] as f64;
        return Ok(if negative { -quotient } else { quotient });
    }
    let difference = a_bits - b_bits;
    if difference > 1025 {
        return Err(NumError::QuotientTooLargeForFloat);
    }
    if difference < -1080 {
        return Ok(zero);
    }
    // The integer quotient gets 66 or 67 bits; everything below only decides ties.
    let shift = 66 - difference;
    let (scaled, mut sticky) = if shift >= 0 {
        (mag::shl(a.limbs, shift as u64), false)
    } else {
        (mag::shr(a.limbs, -shift as u64), mag::any_low_bits(a.limbs, -shift as u64))
    };
    let (quotient, remainder) = mag::div_rem(&scaled, b.limbs);
    let (top, exponent, low) = mag::top_bits(&quotient);
    sticky |= low || !remainder.is_empty();
    assemble(negative, top, exponent - shift, sticky).ok_or(NumError::QuotientTooLargeForFloat)
}

/// Mantissa and exponent of a finite float: `|value| == mantissa * 2^exponent`.
#[inline]
fn decompose(value: f64) -> (u64, i64) {
    let bits = value.to_bits();
    let biased = (bits >> 52 & 0x7ff) as i64;
    let fraction = bits & ((1 << 52) - 1);
    if biased == 0 { (fraction, -1074) } else { (fraction | 1 << 52, biased - 1075) }
}

/// `int(value)`: towards zero.
pub fn from_f64(value: f64) -> Result<Big, NumError> {
    if value.is_nan() {
        return Err(NumError::NanToInteger);
    }
    if value.is_infinite() {
        return Err(NumError::InfinityToInteger);
    }
    if value.abs() < 9.2e18 {
        return Ok(Big::from(value as i64));
    }
    let (mantissa, exponent) = decompose(value);
    Ok(Big::new(value < 0.0, mag::shl(&[mantissa], exponent as u64)))
}

/// `value.as_integer_ratio()`: in lowest terms, the denominator a power of two.
pub fn as_integer_ratio(value: f64) -> Result<(Big, Big), NumError> {
    if value.is_nan() {
        return Err(NumError::NanToRatio);
    }
    if value.is_infinite() {
        return Err(NumError::InfinityToRatio);
    }
    let (mantissa, exponent) = decompose(value);
    if mantissa == 0 {
        return Ok((Big::zero(), Big::from(1i64)));
    }
    let twos = mantissa.trailing_zeros();
    let (mantissa, exponent) = (mantissa >> twos, exponent + i64::from(twos));
    let numerator = mag::shl(&[mantissa], exponent.max(0) as u64);
    let denominator = mag::shl(&[1], (-exponent).max(0) as u64);
    Ok((Big::new(value < 0.0, numerator), Big::new(false, denominator)))
}

/// Compares exactly, with no rounding of the integer; `None` for a NaN.
pub fn compare_f64(a: BigRef, value: f64) -> Option<Ordering> {
    if value.is_nan() {
        return None;
    }
    let sign = if value == 0.0 {
        0
    } else if value < 0.0 {
        -1
    } else {
        1
    };
    if a.signum() != sign || sign == 0 {
        return Some(a.signum().cmp(&sign));
    }
    let magnitude = if value.is_infinite() { Ordering::Less } else { compare_magnitude(a.limbs, value.abs()) };
    Some(if sign < 0 { magnitude.reverse() } else { magnitude })
}

/// Compares a magnitude that is not zero with a finite float above zero.
fn compare_magnitude(limbs: &[u64], value: f64) -> Ordering {
    let (mantissa, exponent) = decompose(value);
    let value_bits = 64 - i64::from(mantissa.leading_zeros()) + exponent;
    (mag::bit_length(limbs) as i64).cmp(&value_bits).then_with(|| {
        // Of the same length: the float's integer part, then its fraction, decides.
        if exponent >= 0 {
            return mag::compare(limbs, &mag::shl(&[mantissa], exponent as u64));
        }
        let whole = mantissa >> -exponent;
        mag::compare(limbs, &[whole]).then(if whole << -exponent == mantissa { Ordering::Equal } else { Ordering::Less })
    })
}

/// Compares a machine integer with a float exactly; `None` for a NaN.
#[inline]
pub fn compare_i64_f64(a: i64, value: f64) -> Option<Ordering> {
    if a.unsigned_abs() <= 1 << 53 { (a as f64).partial_cmp(&value) } else { compare_f64(SmallBuf::new(a).as_ref(), value) }
}

/// A residue modulo 2^61 - 1 times `2^bits`.
#[inline]
fn hash_rotate(residue: u64, bits: u32) -> u64 {
    if bits == 0 { residue } else { (residue << bits & HASH_MODULUS) | residue >> (HASH_BITS - bits) }
}

/// Gives a residue the sign; -1 is reserved for errors.
#[inline]
fn hash_with_sign(residue: u64, negative: bool) -> i64 {
    let hash = if negative { -(residue as i64) } else { residue as i64 };
    if hash == -1 { -2 } else { hash }
}

/// `hash(a)`.
pub fn hash(a: BigRef) -> i64 {
    let residue = a.limbs.iter().rev().fold(0, |residue, &limb| {
        // 2^64 is 2^3 modulo 2^61 - 1.
        let sum = hash_rotate(residue, 3) + (limb & HASH_MODULUS) + (limb >> HASH_BITS);
        let sum = (sum & HASH_MODULUS) + (sum >> HASH_BITS);
        if sum >= HASH_MODULUS { sum - HASH_MODULUS } else { sum }
    });
    hash_with_sign(residue, a.negative)
}

/// `hash(a)` of a machine integer.
#[inline]
pub fn hash_i64(a: i64) -> i64 {
    hash_with_sign(a.unsigned_abs() % HASH_MODULUS, a < 0)
}

/// `hash(value)`, equal to the hash of an equal integer; `None` for a NaN, whose hash is its object's.
#[inline]
pub fn hash_f64(value: f64) -> Option<i64> {
    if !value.is_finite() {
        return match value {
            f64::INFINITY => Some(HASH_INFINITY),
            f64::NEG_INFINITY => Some(-HASH_INFINITY),
            _ => None,
        };
    }
    let (mantissa, exponent) = decompose(value);
    let rotation = exponent.rem_euclid(i64::from(HASH_BITS)) as u32;
    Some(hash_with_sign(hash_rotate(mantissa, rotation), value < 0.0))
}

/// `a.to_bytes(out.len(), ...)` into a buffer.
pub fn to_bytes(a: BigRef, out: &mut [u8], little_endian: bool, signed: bool) -> Result<(), NumError> {
    if a.negative && !signed {
        return Err(NumError::NegativeToUnsigned);
    }
    let bits = mag::bit_length(a.limbs);
    let room = out.len() as u64 * 8;
    let fits = if !signed {
        bits <= room
    } else if a.negative {
        // The lowest value of a width is the negative power of two.
        bits < room || bits == room && bits > 0 && mag::trailing_zeros(a.limbs) == bits - 1
    } else {
        bits < room || bits == 0
    };
    if !fits {
        return Err(NumError::TooBigToConvert);
    }
    let mut carry = true;
    let mut limbs = a.limbs.iter();
    for chunk in out.chunks_mut(8) {
        let mut limb = limbs.next().copied().unwrap_or(0);
        if a.negative {
            (limb, carry) = (!limb).overflowing_add(u64::from(carry));
        }
        chunk.copy_from_slice(&limb.to_le_bytes()[..chunk.len()]);
    }
    if !little_endian {
        out.reverse();
    }
    Ok(())
}

/// `int.from_bytes(bytes, ...)`.
pub fn from_bytes(bytes: &[u8], little_endian: bool, signed: bool) -> Big {
    let word = |chunk: &[u8]| {
        let mut word = [0; 8];
        if little_endian {
            word[..chunk.len()].copy_from_slice(chunk);
            u64::from_le_bytes(word)
        } else {
            word[8 - chunk.len()..].copy_from_slice(chunk);
            u64::from_be_bytes(word)
        }
    };
    let mut limbs: Limbs = if little_endian { bytes.chunks(8).map(word).collect() } else { bytes.rchunks(8).map(word).collect() };
    let highest = if little_endian { bytes.last() } else { bytes.first() };
    let negative = signed && highest.is_some_and(|byte| byte & 0x80 != 0);
    if negative {
        // Extend the sign through the last limb, then negate.
        let used = bytes.len() % 8;
        if used != 0
            && let Some(high) = limbs.last_mut()
        {
            *high |= u64::MAX << (used * 8);
        }
        let mut carry = true;
        for limb in &mut limbs {
            (*limb, carry) = (!*limb).overflowing_add(u64::from(carry));
        }
        // Only -2^(64 n) carries out, and its sign bit is the top one: the magnitude is 2^(64 n - 1) at most.
        debug_assert!(!carry);
    }
    mag::trim(&mut limbs);
    Big::new(negative, limbs)
}

/// `getrandbits(bits)` from a source of 32-bit words, in CPython's order: lowest word first, the last one shortened from
/// below.
pub fn random_bits(bits: u64, mut next: impl FnMut() -> u32) -> Big {
    let words = bits.div_ceil(32);
    let mut limbs = Limbs::with_capacity(words.div_ceil(2) as usize);
    for index in 0..words {
        let left = bits - index * 32;
        let word = u64::from(if left < 32 { next() >> (32 - left) } else { next() });
        if index % 2 == 0 {
            limbs.push(word);
        } else if let Some(high) = limbs.last_mut() {
            *high |= word << 32;
        }
    }
    mag::trim(&mut limbs);
    Big::new(false, limbs)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{Rng, big, text};
    use crate::{int, power};

    fn ten_to(exponent: u64) -> Big {
        power::pow(SmallBuf::new(10).as_ref(), exponent).unwrap()
    }

    #[test]
    fn to_float_agrees_with_the_parser() {
        // The standard library's parser rounds decimal text correctly.
        let mut rng = Rng::new(11);
        for _ in 0..3000 {
            let value = rng.big(5);
            assert_eq!(to_f64(value.as_ref()).unwrap(), text(&value).parse::<f64>().unwrap());
        }
        assert_eq!(to_f64(ten_to(308).as_ref()), Ok(1e308));
        assert_eq!(to_f64(ten_to(309).as_ref()), Err(NumError::IntTooLargeForFloat));
        let limit = int::shl_bits(SmallBuf::new((1 << 54) - 1).as_ref(), 970).unwrap();
        assert_eq!(to_f64(limit.as_ref()), Err(NumError::IntTooLargeForFloat));
        let below = int::sub(limit.as_ref(), SmallBuf::new(1).as_ref());
        assert_eq!(to_f64(below.as_ref()), Ok(f64::MAX));
    }

    #[test]
    fn true_division_is_correctly_rounded() {
        let mut rng = Rng::new(12);
        for _ in 0..2000 {
            let (a, b) = (rng.big(20), rng.big(20));
            if b.is_zero() || a.is_zero() {
                continue;
            }
            let Ok(quotient) = true_div(a.as_ref(), b.as_ref()) else {
                continue;
            };
            if quotient == 0.0 || !quotient.is_normal() {
                continue;
            }
            // |a/b - q| is not larger than |a/b - neighbour|, compared exactly: 2a against b * (q + neighbour).
            for neighbour in [quotient.next_up(), quotient.next_down()] {
                if neighbour.is_infinite() {
                    continue;
                }
                let (n1, d1) = as_integer_ratio(quotient).unwrap();
                let (n2, d2) = as_integer_ratio(neighbour).unwrap();
                let sum = int::add(int::mul(n1.as_ref(), d2.as_ref()).as_ref(), int::mul(n2.as_ref(), d1.as_ref()).as_ref());
                let denominator = int::mul(d1.as_ref(), d2.as_ref());
                let left = int::shl_bits(int::mul(a.as_ref(), denominator.as_ref()).as_ref(), 1).unwrap();
                let right = int::mul(sum.as_ref(), b.as_ref());
                let mut order = int::compare(left.as_ref(), right.as_ref());
                if b.negative {
                    order = order.reverse();
                }
                if neighbour < quotient {
                    order = order.reverse();
                }
                assert!(order.is_le());
                assert!(order.is_lt() || quotient.to_bits() & 1 == 0);
            }
        }
    }

    #[test]
    fn true_division_at_the_edges() {
        let one = Big::from(1i64);
        let div = |a: &Big, b: &Big| true_div(a.as_ref(), b.as_ref());
        assert_eq!(div(&ten_to(400), &one), Err(NumError::QuotientTooLargeForFloat));
        assert_eq!(div(&ten_to(400), &Big::zero()), Err(NumError::DivisionByZero));
        assert_eq!(div(&ten_to(400), &ten_to(399)), Ok(10.0));
        assert_eq!(div(&one, &ten_to(310)), Ok(1e-310));
        assert_eq!(div(&one, &ten_to(323)), Ok(1e-323));
        assert_eq!(div(&one, &ten_to(324)), Ok(0.0));
        assert_eq!(div(&ten_to(20), &ten_to(343)), Ok(1e-323));
        assert_eq!(div(&Big::zero(), &Big::from(-5i64)).map(f64::to_bits), Ok((-0.0f64).to_bits()));
        // Half of the least subnormal is a tie that goes to zero; a little more does not.
        let half = int::shl_bits(one.as_ref(), 1075).unwrap();
        assert_eq!(div(&one, &half), Ok(0.0));
        assert_eq!(div(&one, &int::sub(half.as_ref(), one.as_ref())), Ok(5e-324));
        assert_eq!(div(&Big::from(3i64), &half), Ok(1e-323));
    }

    #[test]
    fn from_float_and_ratio() {
        assert_eq!(text(&from_f64(1e23).unwrap()), "99999999999999991611392");
        assert_eq!(text(&from_f64(-1e19).unwrap()), "-10000000000000000000");
        assert_eq!(text(&from_f64(-2.9).unwrap()), "-2");
        assert_eq!(from_f64(f64::NAN), Err(NumError::NanToInteger));
        assert_eq!(from_f64(f64::NEG_INFINITY), Err(NumError::InfinityToInteger));
        let ratio = |value| as_integer_ratio(value).map(|(n, d)| (text(&n), text(&d))).unwrap();
        assert_eq!(ratio(-0.75), ("-3".into(), "4".into()));
        assert_eq!(ratio(0.0), ("0".into(), "1".into()));
        assert_eq!(ratio(1e22), ("10000000000000000000000".into(), "1".into()));
        assert_eq!(ratio(0.1), ("3602879701896397".into(), "36028797018963968".into()));
    }

    #[test]
    fn comparison_is_exact() {
        let compare = |literal: &str, value| compare_f64(big(literal).as_ref(), value).unwrap();
        assert_eq!(compare("9007199254740993", 9007199254740992.0), Ordering::Greater);
        assert_eq!(compare("-9007199254740993", -9007199254740992.0), Ordering::Less);
        assert_eq!(compare("99999999999999991611392", 1e23), Ordering::Equal);
        assert_eq!(compare("99999999999999991611391", 1e23), Ordering::Less);
        assert_eq!(compare("2", 2.5), Ordering::Less);
        assert_eq!(compare("-2", -2.5), Ordering::Greater);
        assert_eq!(compare("3", 2.5), Ordering::Greater);
        assert_eq!(compare("1", 0.5), Ordering::Greater);
        assert_eq!(compare("0", 5e-324), Ordering::Less);
        assert_eq!(compare("0", -0.0), Ordering::Equal);
        assert_eq!(compare("1", f64::INFINITY), Ordering::Less);
        assert_eq!(compare("-1", f64::NEG_INFINITY), Ordering::Greater);
        assert_eq!(compare_i64_f64(i64::MAX, (1u64 << 63) as f64), Some(Ordering::Less));
        assert_eq!(compare_f64(BigRef::ZERO, f64::NAN), None);
    }

    #[test]
    fn hashes() {
        assert_eq!(hash_i64(-1), -2);
        assert_eq!(hash_i64(i64::MIN), -4);
        assert_eq!(hash(big("2305843009213693951").as_ref()), 0);
        assert_eq!(hash(big("-2305843009213693952").as_ref()), -2);
        assert_eq!(hash(ten_to(30).as_ref()), 465258685558744706);
        assert_eq!(hash_f64(-1.0), Some(-2));
        assert_eq!(hash_f64(0.5), Some(1152921504606846976));
        assert_eq!(hash_f64(1e300), Some(1224995262755759164));
        assert_eq!(hash_f64(-2.5e-310), Some(-386353265232576880));
        assert_eq!(hash_f64(f64::NEG_INFINITY), Some(-314159));
        let mut rng = Rng::new(13);
        for _ in 0..1000 {
            let value = f64::from_bits(rng.next());
            if value.abs() < 1e300
                && let Ok(integer) = from_f64(value.trunc())
            {
                assert_eq!(hash_f64(value.trunc()), Some(hash(integer.as_ref())));
            }
            let limb = rng.next() as i64;
            assert_eq!(hash_i64(limb), hash(SmallBuf::new(limb).as_ref()));
        }
    }

    #[test]
    fn bytes() {
        let to = |value: i64, len: usize, signed| {
            let mut out = vec![0; len];
            to_bytes(SmallBuf::new(value).as_ref(), &mut out, false, signed).map(|()| out)
        };
        assert_eq!(to(300, 1, false), Err(NumError::TooBigToConvert));
        assert_eq!(to(-1, 1, false), Err(NumError::NegativeToUnsigned));
        assert_eq!(to(-129, 1, true), Err(NumError::TooBigToConvert));
        assert_eq!(to(-128, 1, true), Ok(vec![0x80]));
        assert_eq!(to(128, 1, true), Err(NumError::TooBigToConvert));
        assert_eq!(to(255, 1, false), Ok(vec![0xff]));
        assert_eq!(to(0, 0, true), Ok(vec![]));
        assert_eq!(to(-1, 0, true), Err(NumError::TooBigToConvert));
        assert_eq!(to(-2, 10, true), Ok([vec![0xff; 9], vec![0xfe]].concat()));
        let mut rng = Rng::new(14);
        for _ in 0..1000 {
            let value = rng.big(4);
            let little = rng.next() & 1 != 0;
            let len = (mag::bit_length(&value.limbs) / 8 + 1 + rng.next() % 9) as usize;
            let mut out = vec![0; len];
            to_bytes(value.as_ref(), &mut out, little, true).unwrap();
            assert_eq!(from_bytes(&out, little, true), value);
            let magnitude = int::abs(value.as_ref());
            to_bytes(magnitude.as_ref(), &mut out, little, false).unwrap();
            assert_eq!(from_bytes(&out, little, false), magnitude);
        }
        assert_eq!(from_bytes(&[0x80, 0, 0, 0, 0, 0, 0, 0], false, true), Big::from(i64::MIN));
        assert_eq!(from_bytes(&[], false, true), Big::zero());
    }

    #[test]
    fn mantissa_and_exponent() {
        assert_eq!(frexp(SmallBuf::new(-8).as_ref()), (-0.5, 4));
        assert_eq!(frexp(SmallBuf::new(5).as_ref()), (0.625, 3));
        assert_eq!(frexp(SmallBuf::new(i64::MAX).as_ref()), (0.5, 64));
        assert_eq!(frexp(SmallBuf::new(0).as_ref()), (0.0, 0));
    }
}
