//! Fast paths on machine integers. `None` always means "take the general path", which also finds the error if there is
//! one.

/// `a // b`; `None` for a zero divisor or an overflow.
#[inline]
pub fn floor_div(a: i64, b: i64) -> Option<i64> {
    let quotient = a.checked_div(b)?;
    Some(if (a ^ b) < 0 && quotient * b != a { quotient - 1 } else { quotient })
}

/// `a % b`, with the sign of `b`; `None` for a zero divisor.
#[inline]
pub fn floor_mod(a: i64, b: i64) -> Option<i64> {
    if b == -1 {
        return Some(0);
    }
    let remainder = a.checked_rem(b)?;
    Some(if remainder != 0 && (remainder ^ b) < 0 { remainder + b } else { remainder })
}

/// `divmod(a, b)`; `None` for a zero divisor or an overflow.
#[inline]
pub fn divmod(a: i64, b: i64) -> Option<(i64, i64)> {
    let quotient = a.checked_div(b)?;
    let remainder = a - quotient * b;
    Some(if remainder != 0 && (remainder ^ b) < 0 { (quotient - 1, remainder + b) } else { (quotient, remainder) })
}

/// `base ** exponent` for an exponent that is not negative; `None` on overflow.
#[inline]
pub fn pow(base: i64, exponent: i64) -> Option<i64> {
    let mut exponent = u64::try_from(exponent).ok()?;
    match base {
        0 => return Some(i64::from(exponent == 0)),
        1 => return Some(1),
        -1 => return Some(if exponent & 1 == 0 { 1 } else { -1 }),
        2 => return (exponent < 63).then(|| 1 << exponent),
        _ if exponent > 63 => return None,
        _ => {}
    }
    let (mut square, mut result) = (base, 1i64);
    loop {
        if exponent & 1 != 0 {
            result = result.checked_mul(square)?;
        }
        exponent >>= 1;
        if exponent == 0 {
            return Some(result);
        }
        square = square.checked_mul(square)?;
    }
}

/// `a << count`; `None` for a negative count or an overflow.
#[inline]
pub fn shl(a: i64, count: i64) -> Option<i64> {
    if a == 0 && count >= 0 {
        return Some(0);
    }
    let count = u32::try_from(count).ok().filter(|&count| count < 64)?;
    let shifted = a << count;
    (shifted >> count == a).then_some(shifted)
}

/// `a >> count`; `None` for a negative count.
#[inline]
pub fn shr(a: i64, count: i64) -> Option<i64> {
    (count >= 0).then(|| a >> count.min(63))
}

/// `a / b` where both convert to floats exactly; `None` for a zero divisor and wider values.
#[inline]
pub fn true_div(a: i64, b: i64) -> Option<f64> {
    const EXACT: u64 = 1 << 53;
    (b != 0 && a.unsigned_abs() <= EXACT && b.unsigned_abs() <= EXACT).then(|| a as f64 / b as f64)
}

/// The greatest common divisor, by Stein's binary algorithm.
#[inline]
pub fn gcd(mut a: u64, mut b: u64) -> u64 {
    if a == 0 || b == 0 {
        return a | b;
    }
    let shift = (a | b).trailing_zeros();
    a >>= a.trailing_zeros();
    while b != 0 {
        b >>= b.trailing_zeros();
        (a, b) = (a.min(b), a.abs_diff(b));
    }
    a << shift
}

/// As [`gcd`], of double words.
pub fn gcd_wide(mut a: u128, mut b: u128) -> u128 {
    if a == 0 || b == 0 {
        return a | b;
    }
    let shift = (a | b).trailing_zeros();
    a >>= a.trailing_zeros();
    while b != 0 {
        b >>= b.trailing_zeros();
        (a, b) = (a.min(b), a.abs_diff(b));
        if let (Ok(a), Ok(b)) = (u64::try_from(a), u64::try_from(b)) {
            return u128::from(gcd(a, b)) << shift;
        }
    }
    a << shift
}

/// `isqrt(a)`.
#[inline]
pub fn isqrt(a: u64) -> u64 {
    a.isqrt()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn divisors_of_double_words() {
        let euclid = |mut a: u128, mut b: u128| {
            while b != 0 {
                (a, b) = (b, a % b);
            }
            a
        };
        let words =
            [0, 1, 2, 6, 1 << 63, u64::MAX.into(), 3 << 64, 1 << 127, 30 * ((1 << 65) + 1), 12 * ((1 << 65) + 1), u128::MAX];
        for a in words {
            for b in words {
                assert_eq!(gcd_wide(a, b), euclid(a, b), "{a} {b}");
            }
        }
    }

    #[test]
    fn division_floors() {
        assert_eq!(floor_div(-7, 2), Some(-4));
        assert_eq!(floor_div(7, -2), Some(-4));
        assert_eq!(floor_div(-7, -2), Some(3));
        assert_eq!(floor_div(i64::MIN, -1), None);
        assert_eq!(floor_div(1, 0), None);
        assert_eq!(floor_mod(-7, 3), Some(2));
        assert_eq!(floor_mod(7, -3), Some(-2));
        assert_eq!(floor_mod(i64::MIN, -1), Some(0));
        assert_eq!(floor_mod(1, 0), None);
        assert_eq!(divmod(-7, 3), Some((-3, 2)));
        assert_eq!(divmod(7, -3), Some((-3, -2)));
        assert_eq!(divmod(6, -3), Some((-2, 0)));
    }

    #[test]
    fn powers_and_shifts() {
        assert_eq!(pow(3, 39), Some(4052555153018976267));
        assert_eq!(pow(3, 40), None);
        assert_eq!(pow(-2, 63), Some(i64::MIN));
        assert_eq!(pow(2, 62), Some(1 << 62));
        assert_eq!(pow(2, 63), None);
        assert_eq!(pow(-1, i64::MAX), Some(-1));
        assert_eq!(pow(0, 0), Some(1));
        assert_eq!(pow(5, -1), None);
        assert_eq!(pow(7, 1), Some(7));
        assert_eq!(shl(3, 61), Some(3 << 61));
        assert_eq!(shl(3, 62), None);
        assert_eq!(shl(1, 62), Some(1 << 62));
        assert_eq!(shl(1, 63), None);
        assert_eq!(shl(-1, 63), Some(i64::MIN));
        assert_eq!(shl(0, 1000), Some(0));
        assert_eq!(shl(1, -1), None);
        assert_eq!(shr(-1, 1000), Some(-1));
        assert_eq!(shr(5, 1), Some(2));
    }

    #[test]
    fn common_divisors() {
        assert_eq!(gcd(12, 18), 6);
        assert_eq!(gcd(0, 5), 5);
        assert_eq!(gcd(1 << 63, 1 << 62), 1 << 62);
        assert_eq!(gcd(u64::MAX, 3), 3);
    }
}
