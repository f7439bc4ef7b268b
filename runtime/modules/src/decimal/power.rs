//! Powers, with the working precisions of `libmpdec`, so that the results are its: integer exponents by squaring, others by
//! e^(y ln x), which is right to the last place or next to it.

use super::arithmetic::{divide, multiply};
use super::coefficient::Coeff;
use super::functions::{exp, ln};
use super::number::status::*;
use super::number::*;
use std::cmp::Ordering;
use taipan_num::{Big, format, parse, power as integer_power};

fn unit() -> Number {
    Number::small(false, 1, 0)
}

pub fn power(x: &Number, y: &Number, c: &Settings, st: &mut Status) -> Number {
    if let Some(nan) = propagate(&[x, y], c, st) {
        return nan;
    }
    let whole = y.is_integer();
    let negative = whole && x.negative && y.is_odd();
    let zero = || Number::small(negative, 0, 0);
    if x.is_zero() {
        return match y.is_zero() {
            true => Number::error(INVALID_OPERATION, st),
            _ if y.negative => Number::infinity(negative),
            _ => zero(),
        };
    }
    if x.negative && (!whole || y.is_infinite()) {
        return Number::error(INVALID_OPERATION, st);
    }
    let to_one = compare_absolutely(x, &unit());
    if y.is_infinite() {
        return match (to_one, y.negative) {
            (Ordering::Equal, _) => {
                *st |= INEXACT | ROUNDED;
                padded_one(negative, c.prec - 1, st)
            }
            (Ordering::Greater, true) | (Ordering::Less, false) => zero(),
            _ => Number::infinity(negative),
        };
    }
    if x.is_infinite() {
        return match y.is_zero() {
            true => unit().signed(negative),
            _ if y.negative => zero(),
            _ => Number::infinity(negative),
        };
    }
    if y.is_zero() {
        return unit().signed(negative);
    }
    if to_one == Ordering::Equal {
        return power_of_one(x, y, whole, negative, c, st);
    }
    if let Some(out) = out_of_range(x, y, to_one, negative, c, st) {
        return out;
    }
    if whole {
        return integer_exponent(x, y, negative, c, st);
    }
    let mut out = real_exponent(x, y, c, st);
    if !out.is_special() && compare(&out, &unit()).is_eq() {
        out = padded_one(out.negative, c.prec - 1, st);
    }
    if out.is_infinite() {
        // For the directions of rounding that do not overflow to it.
        out = Number::finite(negative, Coeff::ONE, EXP_INF);
    }
    out.finish(c, st)
}

/// 1 with so many zeros behind the point.
fn padded_one(negative: bool, zeros: i64, st: &mut Status) -> Number {
    if zeros > MAX_DIGITS {
        return Number::error(MEMORY, st);
    }
    Number::finite(negative, Coeff::power_of_ten(zeros as usize), -zeros)
}

fn power_of_one(x: &Number, y: &Number, whole: bool, negative: bool, c: &Settings, st: &mut Status) -> Number {
    if whole && y.negative {
        return unit().signed(negative);
    }
    if !whole {
        *st |= INEXACT | ROUNDED;
        return padded_one(negative, c.prec - 1, st);
    }
    // 1.00 to the power of n has 2n zeros, as far as there is room for them.
    let zeros = multiply(y, &Number::integer(-x.exp), c, &mut 0).to_i64().unwrap_or(i64::MAX);
    if zeros > c.prec - 1 {
        *st |= ROUNDED;
    }
    padded_one(negative, zeros.min(c.prec - 1), st)
}

/// ⌊log10⌋ of a lower bound of |log10 x|.
fn lower_bound(x: &Number, to_one: Ordering) -> i64 {
    let adjusted = x.adjusted();
    let digits = |n: i64| Number::integer(n).digits();
    if adjusted > 0 {
        return digits(adjusted) - 1;
    }
    if adjusted < -1 {
        return digits(adjusted + 1) - 1;
    }
    let magnitude = x.clone().signed(false);
    let rest = super::arithmetic::subtract(&magnitude, &unit(), &Settings::MAX, &mut 0);
    rest.adjusted() - if to_one == Ordering::Less { 1 } else { 2 }
}

/// Powers that overflow or underflow by their magnitude alone.
fn out_of_range(x: &Number, y: &Number, to_one: Ordering, negative: bool, c: &Settings, st: &mut Status) -> Option<Number> {
    let least = lower_bound(x, to_one) + y.adjusted();
    let digits = |n: i64| Number::integer(n).digits();
    let grows = (to_one == Ordering::Less) == y.negative;
    let (bound, exp) = if grows { (c.emax, EXP_INF) } else { (c.etiny(), c.etiny() - 1) };
    (digits(bound) < least).then(|| Number::finite(negative, Coeff::ONE, exp).finish(c, st))
}

fn integer_exponent(x: &Number, y: &Number, negative: bool, c: &Settings, st: &mut Status) -> Number {
    let mut work = Settings { rounding: Rounding::HalfEven, clamp: false, ..*c };
    work.prec += y.digits() + y.exp + 2;
    let mut base = x.clone();
    if y.negative {
        work.prec += 1;
        let mut condition = 0;
        base = divide(&unit(), x, &work, &mut condition);
        *st |= condition;
        if condition & ERRORS != 0 {
            return Number::nan();
        }
    }
    let done = |n: &Number, condition: Status| n.is_special() || (n.is_zero() && condition & CLAMPED != 0);
    let mut condition = 0;
    let mut out;
    match y.to_i64() {
        Some(n) => {
            let n = n.unsigned_abs();
            out = base.clone();
            for bit in (0..63 - n.leading_zeros()).rev() {
                out = multiply(&out, &out, &work, &mut condition);
                if n >> bit & 1 == 1 {
                    out = multiply(&out, &base, &work, &mut condition);
                }
                if done(&out, condition) {
                    break;
                }
            }
        }
        None => {
            out = unit();
            let mut n = to_big(y).as_ref().magnitude().to_owned();
            while !n.is_zero() {
                if n.as_ref().is_odd() {
                    out = multiply(&out, &base, &work, &mut condition);
                    if done(&out, condition) {
                        break;
                    }
                }
                base = multiply(&base, &base, &work, &mut condition);
                if base.is_nan() {
                    break;
                }
                n = halved(&n);
            }
        }
    }
    *st |= condition;
    out.negative = negative;
    if out.is_infinite() {
        out = Number::finite(negative, Coeff::ONE, EXP_INF);
    }
    out.finish(c, st)
}

fn halved(n: &Big) -> Big {
    taipan_num::int::shr_bits(n.as_ref(), 1)
}

fn real_exponent(x: &Number, y: &Number, c: &Settings, st: &mut Status) -> Number {
    let work = Settings { prec: x.digits().max(c.prec) + 4 + 19, ..Settings::MAX };
    let mut condition = 0;
    let logarithm = ln(x, &work, &mut condition);
    let product = multiply(&logarithm, y, &work, &mut condition);
    *st |= condition & ERRORS | INEXACT | ROUNDED;
    exp(&product, &work, st)
}

/// An integer as a binary one.
pub fn to_big(n: &Number) -> Big {
    if let Some(i) = n.to_i64() {
        return Big::from(i128::from(i));
    }
    let whole = match n.exp {
        e if e >= 0 => n.coeff.shift_left(e as usize),
        e => n.coeff.shift_right(-e as usize).0,
    };
    let magnitude = match &whole {
        Coeff::Small(x) => Big::new(false, taipan_num::mag::from_u128(*x)),
        Coeff::Large(_) => {
            let mut text = Vec::new();
            whole.write(&mut text);
            parse::parse_ascii(&text, 10).unwrap_or_else(|_| Big::zero())
        }
    };
    if n.negative { magnitude.negated() } else { magnitude }
}

/// The coefficient that a binary integer's magnitude is.
pub fn from_big(n: taipan_num::BigRef<'_>) -> Coeff {
    if let Some(x) = taipan_num::mag::to_u128(n.limbs) {
        return Coeff::from_u128(x);
    }
    let mut text = Vec::new();
    format::write_decimal(n.magnitude(), &mut text);
    text.iter_mut().for_each(|c| *c -= b'0');
    Coeff::from_digits(&text)
}

/// `x ** y % modulus`, for integers.
pub fn power_modulo(x: &Number, y: &Number, modulus: &Number, c: &Settings, st: &mut Status) -> Number {
    if let Some(nan) = propagate(&[x, y, modulus], c, st) {
        return nan;
    }
    let refused = !(x.is_integer() && y.is_integer() && modulus.is_integer())
        || modulus.is_zero()
        || modulus.digits() + modulus.exp > c.prec
        || (y.is_zero() && x.is_zero())
        || (y.negative && !y.is_zero());
    if refused {
        return Number::error(INVALID_OPERATION, st);
    }
    let negative = x.negative && y.is_odd();
    if y.is_zero() {
        return Number::small(false, u128::from(!compare_magnitudes(modulus, &unit()).is_eq()), 0);
    }
    if x.is_zero() {
        return Number::small(negative, 0, 0);
    }
    if modulus.exp > MAX_DIGITS || y.exp > 100_000_000 {
        return Number::error(MEMORY, st);
    }
    let m = to_big(&modulus.clone().signed(false));
    let raise = |base: &Big, exponent: &Big| match integer_power::pow_mod(base.as_ref(), exponent.as_ref(), m.as_ref()) {
        Ok(r) => r,
        Err(_) => Big::zero(),
    };
    // Powers of ten in operands are raised apart, as they may be huge.
    let part = |n: &Number| to_big(&Number::finite(false, n.coeff.clone(), n.exp.min(0)));
    let mut base = part(x);
    if x.exp > 0 {
        let ten = raise(&Big::from(10i128), &Big::from(i128::from(x.exp)));
        base = taipan_num::int::mul(base.as_ref(), ten.as_ref());
    }
    let mut out = raise(&base, &part(y));
    for _ in 0..y.exp.max(0) {
        out = raise(&out, &Big::from(10i128));
    }
    Number::finite(negative, from_big(out.as_ref()), 0)
}
