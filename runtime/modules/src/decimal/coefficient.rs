//! Coefficients: natural numbers seen as decimal digits. Those of up to 38 digits are a machine's double word, so that everyday
//! decimals (28 digits by default) are computed with without allocating; larger ones are limbs of base 10^19.

use super::limbs::{self, POWERS as WORD_POWERS, WIDTH};
use std::cmp::Ordering;
use std::ops::Deref;

/// Digits that fit a double word.
pub const SMALL_DIGITS: usize = 38;

pub static POWERS: [u128; SMALL_DIGITS + 1] = {
    let mut table = [1; SMALL_DIGITS + 1];
    let mut i = 1;
    while i <= SMALL_DIGITS {
        table[i] = table[i - 1] * 10;
        i += 1;
    }
    table
};

/// Invariant: `Small` is below 10^38, `Large` is not.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Coeff {
    Small(u128),
    Large(Vec<u64>),
}

/// What was cut off at the low end, compared with half of the last digit that is left.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Lost {
    Nothing,
    Below,
    Half,
    Above,
}

/// The limbs of a coefficient.
pub enum Limbs<'a> {
    Inline([u64; 2], usize),
    Slice(&'a [u64]),
}

impl Deref for Limbs<'_> {
    type Target = [u64];
    fn deref(&self) -> &[u64] {
        match self {
            Limbs::Inline(words, n) => &words[..*n],
            Limbs::Slice(s) => s,
        }
    }
}

#[inline(always)]
pub fn small_digits(x: u128) -> usize {
    match u64::try_from(x) {
        Ok(word) => limbs::word_digits(word),
        Err(_) => {
            let guess = ((128 - x.leading_zeros()) as usize * 1233) >> 12;
            guess + usize::from(x >= POWERS[guess])
        }
    }
}

/// Quotient and remainder; what is of one word is divided as such.
#[inline(always)]
pub fn small_divide(a: u128, b: u128) -> (u128, u128) {
    match (u64::try_from(a), u64::try_from(b)) {
        (Ok(x), Ok(y)) => ((x / y).into(), (x % y).into()),
        _ => (a / b, a % b),
    }
}

impl Coeff {
    pub const ZERO: Coeff = Coeff::Small(0);
    pub const ONE: Coeff = Coeff::Small(1);

    #[inline(always)]
    pub fn from_u128(x: u128) -> Coeff {
        if x < POWERS[SMALL_DIGITS] { Coeff::Small(x) } else { Coeff::Large(limbs::from_u128(x)) }
    }
    /// High zero limbs may be there.
    pub fn from_limbs(mut a: Vec<u64>) -> Coeff {
        limbs::trim(&mut a);
        match limbs::to_u128(&a) {
            Some(x) => Coeff::Small(x),
            None => Coeff::Large(a),
        }
    }
    /// 10^n
    pub fn power_of_ten(n: usize) -> Coeff {
        Coeff::ONE.shift_left(n)
    }
    /// 10^n - 1
    pub fn nines(n: usize) -> Coeff {
        Coeff::power_of_ten(n).sub(&Coeff::ONE)
    }
    pub fn limbs(&self) -> Limbs<'_> {
        match self {
            Coeff::Small(x) => {
                let (low, high, _) = limbs::split(*x);
                Limbs::Inline([low, high], if high != 0 { 2 } else { usize::from(low != 0) })
            }
            Coeff::Large(a) => Limbs::Slice(a),
        }
    }

    #[inline(always)]
    pub fn is_zero(&self) -> bool {
        matches!(self, Coeff::Small(0))
    }
    #[inline(always)]
    pub fn digits(&self) -> usize {
        match self {
            Coeff::Small(x) => small_digits(*x),
            Coeff::Large(a) => limbs::digits(a),
        }
    }
    /// The digit that counts 10^i.
    pub fn digit(&self, i: usize) -> u8 {
        match self {
            Coeff::Small(x) if i < SMALL_DIGITS => (x / POWERS[i] % 10) as u8,
            Coeff::Small(_) => 0,
            Coeff::Large(a) => limbs::digit(a, i),
        }
    }
    pub fn is_odd(&self) -> bool {
        match self {
            Coeff::Small(x) => x & 1 == 1,
            Coeff::Large(a) => a[0] & 1 == 1,
        }
    }
    pub fn trailing_zeros(&self) -> usize {
        match self {
            Coeff::Small(0) => 0,
            Coeff::Small(x) => {
                let (mut x, mut n) = (*x, 0);
                while x % u128::from(WORD_POWERS[8]) == 0 {
                    x /= u128::from(WORD_POWERS[8]);
                    n += 8;
                }
                while x % 10 == 0 {
                    x /= 10;
                    n += 1;
                }
                n
            }
            Coeff::Large(a) => limbs::trailing_zeros(a),
        }
    }
    pub fn to_u64(&self) -> Option<u64> {
        match self {
            Coeff::Small(x) => u64::try_from(*x).ok(),
            Coeff::Large(_) => None,
        }
    }

    pub fn compare(&self, other: &Coeff) -> Ordering {
        match (self, other) {
            (Coeff::Small(a), Coeff::Small(b)) => a.cmp(b),
            (Coeff::Small(_), Coeff::Large(_)) => Ordering::Less,
            (Coeff::Large(_), Coeff::Small(_)) => Ordering::Greater,
            (Coeff::Large(a), Coeff::Large(b)) => limbs::compare(a, b),
        }
    }
    #[inline(always)]
    pub fn add(&self, other: &Coeff) -> Coeff {
        match (self, other) {
            (Coeff::Small(a), Coeff::Small(b)) => Coeff::from_u128(a + b),
            _ => Coeff::from_limbs(limbs::add(&self.limbs(), &other.limbs())),
        }
    }
    /// For `self >= other`.
    #[inline(always)]
    pub fn sub(&self, other: &Coeff) -> Coeff {
        match (self, other) {
            (Coeff::Small(a), Coeff::Small(b)) => Coeff::Small(a - b),
            _ => Coeff::from_limbs(limbs::sub(&self.limbs(), &other.limbs())),
        }
    }
    #[inline(always)]
    pub fn mul(&self, other: &Coeff) -> Coeff {
        if let (Coeff::Small(a), Coeff::Small(b)) = (self, other) {
            if let (Ok(a), Ok(b)) = (u64::try_from(*a), u64::try_from(*b)) {
                return Coeff::from_u128(u128::from(a) * u128::from(b));
            }
            if let Some(product) = a.checked_mul(*b) {
                return Coeff::from_u128(product);
            }
        }
        Coeff::from_limbs(limbs::mul(&self.limbs(), &other.limbs()))
    }
    /// Quotient and remainder.
    #[inline(always)]
    pub fn divide(&self, by: &Coeff) -> (Coeff, Coeff) {
        if let (Coeff::Small(a), Coeff::Small(b)) = (self, by) {
            let (quotient, rest) = small_divide(*a, *b);
            return (Coeff::Small(quotient), Coeff::Small(rest));
        }
        let (quotient, rest) = limbs::divide(&self.limbs(), &by.limbs());
        (Coeff::from_limbs(quotient), Coeff::from_limbs(rest))
    }
    /// Times 10^n.
    #[inline(always)]
    pub fn shift_left(&self, n: usize) -> Coeff {
        if let Coeff::Small(x) = self {
            if *x == 0 {
                return Coeff::ZERO;
            }
            if small_digits(*x) + n <= SMALL_DIGITS {
                return Coeff::Small(x * POWERS[n]);
            }
        }
        Coeff::from_limbs(limbs::shift_left(&self.limbs(), n))
    }
    /// Divided by 10^n, and what that cuts off.
    #[inline(always)]
    pub fn shift_right(&self, n: usize) -> (Coeff, Lost) {
        let Coeff::Small(x) = self else { return self.shift_right_large(n) };
        if n > SMALL_DIGITS {
            return (Coeff::ZERO, if *x == 0 { Lost::Nothing } else { Lost::Below });
        }
        let (quotient, rest) = small_divide(*x, POWERS[n]);
        let lost = match rest.cmp(&(POWERS[n] / 2)) {
            _ if rest == 0 => Lost::Nothing,
            Ordering::Less => Lost::Below,
            Ordering::Equal => Lost::Half,
            Ordering::Greater => Lost::Above,
        };
        (Coeff::Small(quotient), lost)
    }
    fn shift_right_large(&self, n: usize) -> (Coeff, Lost) {
        if n == 0 {
            return (self.clone(), Lost::Nothing);
        }
        let a = self.limbs();
        let rest = limbs::any_low_digit(&a, n - 1);
        let lost = match limbs::digit(&a, n - 1) {
            0 if !rest => Lost::Nothing,
            0..=4 => Lost::Below,
            5 if !rest => Lost::Half,
            _ => Lost::Above,
        };
        (Coeff::from_limbs(limbs::shift_right(&a, n)), lost)
    }
    /// The lowest `n` digits.
    pub fn low_digits(&self, n: usize) -> Coeff {
        match self {
            Coeff::Small(x) if n <= SMALL_DIGITS => Coeff::Small(x % POWERS[n]),
            Coeff::Small(_) => self.clone(),
            Coeff::Large(a) => {
                let (whole, part) = (n / WIDTH, n % WIDTH);
                if whole >= a.len() {
                    return self.clone();
                }
                let mut out = a[..whole].to_vec();
                out.push(a[whole] % WORD_POWERS[part]);
                Coeff::from_limbs(out)
            }
        }
    }
    /// ⌊√self⌋
    pub fn square_root(&self) -> Coeff {
        match self {
            Coeff::Small(x) => Coeff::Small(x.isqrt()),
            Coeff::Large(a) => Coeff::from_limbs(limbs::square_root(a)),
        }
    }

    /// The number that digits spell, of which each is a byte from 0 to 9.
    pub fn from_digits(digits: &[u8]) -> Coeff {
        if digits.len() <= WIDTH {
            return Coeff::Small(digits.iter().fold(0u64, |x, &d| x * 10 + u64::from(d)).into());
        }
        Coeff::from_limbs(limbs::from_digits(digits.iter().copied()))
    }
    /// The digits as text.
    pub fn write(&self, out: &mut Vec<u8>) {
        match self {
            Coeff::Small(x) => match u64::try_from(*x) {
                Ok(word) => {
                    let (at, n) = (out.len(), limbs::word_digits(word));
                    out.resize(at + n, 0);
                    limbs::write_word(word, &mut out[at..]);
                }
                Err(_) => limbs::text(&self.limbs(), out),
            },
            Coeff::Large(a) => limbs::text(a, out),
        }
    }
}
