//! The operations of the specification that compute: sums, products, quotients, remainders, square roots, and bringing a number
//! to an exponent.

use super::coefficient::{Coeff, Lost};
use super::number::status::*;
use super::number::*;
use std::cmp::Ordering;

/// The sign of a sum that is zero, of operands whose signs differ.
fn zero_sign(c: &Settings) -> bool {
    c.rounding == Rounding::Floor
}

#[inline(always)]
pub fn add(a: &Number, b: &Number, c: &Settings, st: &mut Status) -> Number {
    add_signed(a, b, b.negative, c, st)
}

#[inline(always)]
pub fn subtract(a: &Number, b: &Number, c: &Settings, st: &mut Status) -> Number {
    add_signed(a, b, !b.negative, c, st)
}

/// `a + b`, where `b` has another sign than it says.
#[inline(always)]
fn add_signed(a: &Number, b: &Number, b_negative: bool, c: &Settings, st: &mut Status) -> Number {
    if a.is_special() || b.is_special() {
        return add_special(a, b, b_negative, c, st);
    }
    if a.exp == b.exp {
        return add_aligned(a.negative, &a.coeff, b_negative, &b.coeff, a.exp, c).finish(c, st);
    }
    if a.exp > b.exp {
        add_unaligned(a, a.negative, b, b_negative, c, st)
    } else {
        add_unaligned(b, b_negative, a, a.negative, c, st)
    }
}

#[inline(always)]
fn add_aligned(a_negative: bool, a: &Coeff, b_negative: bool, b: &Coeff, exp: i64, c: &Settings) -> Number {
    if a_negative == b_negative {
        return Number::finite(a_negative, a.add(b), exp);
    }
    match a.compare(b) {
        Ordering::Greater => Number::finite(a_negative, a.sub(b), exp),
        Ordering::Less => Number::finite(b_negative, b.sub(a), exp),
        Ordering::Equal => Number::finite(zero_sign(c), Coeff::ZERO, exp),
    }
}

fn add_special(a: &Number, b: &Number, b_negative: bool, c: &Settings, st: &mut Status) -> Number {
    if let Some(nan) = propagate(&[a, b], c, st) {
        return nan;
    }
    match (a.is_infinite(), b.is_infinite()) {
        (true, true) if a.negative != b_negative => Number::error(INVALID_OPERATION, st),
        (true, _) => Number::infinity(a.negative),
        _ => Number::infinity(b_negative),
    }
}

/// `high` has the larger exponent.
fn add_unaligned(high: &Number, high_negative: bool, low: &Number, low_negative: bool, c: &Settings, st: &mut Status) -> Number {
    let gap = high.exp - low.exp;
    if high.coeff.is_zero() {
        // The sum's exponent is the lower one, whatever the zero's.
        if low.coeff.is_zero() {
            let negative = if high_negative == low_negative { high_negative } else { zero_sign(c) };
            return Number::finite(negative, Coeff::ZERO, low.exp).finish(c, st);
        }
        return low.clone().signed(low_negative).finish(c, st);
    }
    // Where the lower operand is wholly beyond what rounding can see, a lone digit in its place does as well, and where it is
    // zero, as many zeros as there is room for.
    let lowest_seen = high.exp + (-1).min(high.digits() - c.prec - 2);
    if low.coeff.is_zero() {
        let exp = low.exp.max(high.adjusted() - c.prec);
        if exp >= high.exp {
            let out = high.clone().signed(high_negative).finish(c, st);
            if high.exp > low.exp {
                *st |= ROUNDED;
            }
            return out;
        }
        if high.exp - exp > MAX_DIGITS {
            return Number::error(MEMORY, st);
        }
        let coeff = high.coeff.shift_left((high.exp - exp) as usize);
        return Number::finite(high_negative, coeff, exp).finish(c, st);
    }
    if low.adjusted() < lowest_seen && gap > 1 {
        let shift = high.exp - lowest_seen;
        if shift > MAX_DIGITS {
            return Number::error(MEMORY, st);
        }
        let coeff = high.coeff.shift_left(shift as usize);
        return add_aligned(high_negative, &coeff, low_negative, &Coeff::ONE, lowest_seen, c).finish(c, st);
    }
    if gap > MAX_DIGITS {
        return Number::error(MEMORY, st);
    }
    let coeff = high.coeff.shift_left(gap as usize);
    add_aligned(high_negative, &coeff, low_negative, &low.coeff, low.exp, c).finish(c, st)
}

#[inline(always)]
pub fn multiply(a: &Number, b: &Number, c: &Settings, st: &mut Status) -> Number {
    let negative = a.negative != b.negative;
    if a.is_special() || b.is_special() {
        if let Some(nan) = propagate(&[a, b], c, st) {
            return nan;
        }
        if a.is_zero() || b.is_zero() {
            return Number::error(INVALID_OPERATION, st);
        }
        return Number::infinity(negative);
    }
    Number::finite(negative, a.coeff.mul(&b.coeff), a.exp + b.exp).finish(c, st)
}

/// `a * b + addend`, rounded once.
pub fn fma(a: &Number, b: &Number, addend: &Number, c: &Settings, st: &mut Status) -> Number {
    if a.is_special() || b.is_special() || addend.is_special() {
        if let Some(nan) = propagate(&[a, b, addend], c, st) {
            return nan;
        }
        if a.is_finite() && b.is_finite() {
            return addend.clone();
        }
        let product = multiply(a, b, c, st);
        return if product.is_nan() { product } else { add(&product, addend, c, st) };
    }
    let product = Number::finite(a.negative != b.negative, a.coeff.mul(&b.coeff), a.exp + b.exp);
    add(&product, addend, c, st)
}

/// The quotient of finite numbers that are not zero, to one digit more than the precision; where that is not exact the last digit
/// tells the rest's side. `None`: it would be too long.
fn quotient(a: &Number, b: &Number, prec: i64) -> Option<Number> {
    let negative = a.negative != b.negative;
    let ideal = a.exp - b.exp;
    let shift = b.digits() - a.digits() + prec + 1;
    if shift.abs() > MAX_DIGITS {
        return None;
    }
    let (mut q, rest) = if shift >= 0 {
        a.coeff.shift_left(shift as usize).divide(&b.coeff)
    } else {
        a.coeff.divide(&b.coeff.shift_left(-shift as usize))
    };
    let mut exp = ideal - shift;
    if rest.is_zero() {
        if exp < ideal {
            let zeros = (q.trailing_zeros() as i64).min(ideal - exp);
            q = q.shift_right(zeros as usize).0;
            exp += zeros;
        }
    } else if matches!(q.digit(0), 0 | 5) {
        q = q.add(&Coeff::ONE);
    }
    Some(Number::finite(negative, q, exp))
}

pub fn divide(a: &Number, b: &Number, c: &Settings, st: &mut Status) -> Number {
    let negative = a.negative != b.negative;
    if a.is_special() || b.is_special() {
        if let Some(nan) = propagate(&[a, b], c, st) {
            return nan;
        }
        return match (a.is_infinite(), b.is_infinite()) {
            (true, true) => Number::error(INVALID_OPERATION, st),
            (true, false) => Number::infinity(negative),
            _ => {
                *st |= CLAMPED;
                Number::finite(negative, Coeff::ZERO, c.etiny())
            }
        };
    }
    if b.coeff.is_zero() {
        return divide_by_zero(a, negative, st);
    }
    if a.coeff.is_zero() {
        return Number::finite(negative, Coeff::ZERO, a.exp - b.exp).finish(c, st);
    }
    if let Some(q) = quotient(a, b, c.prec) {
        return q.finish(c, st);
    }
    // Of a precision without bounds only an exact quotient can be told, which has so many digits at most.
    let exact = Settings { prec: a.digits() + 4 * b.digits(), ..*c };
    let mut condition = 0;
    match quotient(a, b, exact.prec).map(|q| q.finish(&exact, &mut condition)) {
        Some(q) if condition == 0 => q,
        _ => Number::error(MEMORY, st),
    }
}

fn divide_by_zero(a: &Number, negative: bool, st: &mut Status) -> Number {
    if a.is_zero() {
        return Number::error(DIVISION_UNDEFINED, st);
    }
    *st |= DIVISION_BY_ZERO;
    Number::infinity(negative)
}

/// Integer quotient and remainder of finite numbers, the divisor not zero. `None`: the quotient has more digits than the precision.
fn integer_quotient(a: &Number, b: &Number, c: &Settings, st: &mut Status) -> Option<(Coeff, Number)> {
    let ideal = a.exp.min(b.exp);
    let rest = |coeff| Number::finite(a.negative, coeff, ideal);
    if a.coeff.is_zero() {
        return Some((Coeff::ZERO, rest(Coeff::ZERO)));
    }
    if compare_magnitudes(a, b) == Ordering::Less {
        if a.exp - ideal > MAX_DIGITS {
            *st |= MEMORY;
            return None;
        }
        return Some((Coeff::ZERO, rest(a.coeff.shift_left((a.exp - ideal) as usize))));
    }
    let shift = a.exp - b.exp;
    if a.adjusted() - b.adjusted() > c.prec {
        *st |= DIVISION_IMPOSSIBLE;
        return None;
    }
    if shift.abs() > MAX_DIGITS {
        *st |= MEMORY;
        return None;
    }
    let (q, r) = if shift >= 0 {
        a.coeff.shift_left(shift as usize).divide(&b.coeff)
    } else {
        a.coeff.divide(&b.coeff.shift_left(-shift as usize))
    };
    if q.digits() as i64 > c.prec {
        *st |= DIVISION_IMPOSSIBLE;
        return None;
    }
    Some((q, rest(r)))
}

pub fn divide_int(a: &Number, b: &Number, c: &Settings, st: &mut Status) -> Number {
    let negative = a.negative != b.negative;
    if a.is_special() || b.is_special() {
        if let Some(nan) = propagate(&[a, b], c, st) {
            return nan;
        }
        return match (a.is_infinite(), b.is_infinite()) {
            (true, true) => Number::error(INVALID_OPERATION, st),
            (true, false) => Number::infinity(negative),
            _ => Number::finite(negative, Coeff::ZERO, 0),
        };
    }
    if b.coeff.is_zero() {
        return divide_by_zero(a, negative, st);
    }
    match integer_quotient(a, b, c, st) {
        Some((q, _)) => Number::finite(negative, q, 0).finish(c, st),
        None => Number::nan(),
    }
}

pub fn remainder(a: &Number, b: &Number, c: &Settings, st: &mut Status) -> Number {
    if let Some(out) = remainder_of_special(a, b, c, st) {
        return out;
    }
    match integer_quotient(a, b, c, st) {
        Some((_, r)) => r.finish(c, st),
        None => Number::nan(),
    }
}

fn remainder_of_special(a: &Number, b: &Number, c: &Settings, st: &mut Status) -> Option<Number> {
    if a.is_special() || b.is_special() {
        if let Some(nan) = propagate(&[a, b], c, st) {
            return Some(nan);
        }
        if a.is_infinite() {
            return Some(Number::error(INVALID_OPERATION, st));
        }
        return Some(a.clone().finish(c, st));
    }
    if b.coeff.is_zero() {
        return Some(Number::error(if a.coeff.is_zero() { DIVISION_UNDEFINED } else { INVALID_OPERATION }, st));
    }
    None
}

pub fn divmod(a: &Number, b: &Number, c: &Settings, st: &mut Status) -> (Number, Number) {
    let negative = a.negative != b.negative;
    if a.is_special() || b.is_special() {
        if let Some(nan) = propagate(&[a, b], c, st) {
            return (nan.clone(), nan);
        }
        if a.is_infinite() {
            let rest = Number::error(INVALID_OPERATION, st);
            return (if b.is_infinite() { Number::nan() } else { Number::infinity(negative) }, rest);
        }
        return (Number::finite(negative, Coeff::ZERO, 0), a.clone().finish(c, st));
    }
    if b.coeff.is_zero() {
        if a.coeff.is_zero() {
            return (Number::error(DIVISION_UNDEFINED, st), Number::nan());
        }
        *st |= DIVISION_BY_ZERO;
        return (Number::infinity(negative), Number::error(INVALID_OPERATION, st));
    }
    match integer_quotient(a, b, c, st) {
        Some((q, r)) => (Number::finite(negative, q, 0).finish(c, st), r.finish(c, st)),
        None => (Number::nan(), Number::nan()),
    }
}

/// The remainder with the quotient rounded to the nearest, the even one of two.
pub fn remainder_near(a: &Number, b: &Number, c: &Settings, st: &mut Status) -> Number {
    if let Some(out) = remainder_of_special(a, b, c, st) {
        return out;
    }
    let Some((q, r)) = integer_quotient(a, b, c, st) else { return Number::nan() };
    // A dividend far below half the divisor is the remainder, however far their exponents lie apart.
    if a.coeff.is_zero() || b.adjusted() - a.adjusted() >= 2 {
        return r.finish(c, st);
    }
    let divisor = b.coeff.shift_left((b.exp - r.exp) as usize);
    let beyond = match r.coeff.add(&r.coeff).compare(&divisor) {
        Ordering::Greater => true,
        Ordering::Equal => q.is_odd(),
        Ordering::Less => false,
    };
    let out = if beyond {
        if q.add(&Coeff::ONE).digits() as i64 > c.prec {
            return Number::error(DIVISION_IMPOSSIBLE, st);
        }
        Number::finite(!a.negative, divisor.sub(&r.coeff), r.exp)
    } else {
        r
    };
    out.finish(c, st)
}

/// `a` with the exponent of `b`.
#[inline(always)]
pub fn quantize(a: &Number, b: &Number, c: &Settings, st: &mut Status) -> Number {
    if a.is_special() || b.is_special() {
        if let Some(nan) = propagate(&[a, b], c, st) {
            return nan;
        }
        if a.is_infinite() && b.is_infinite() {
            return a.clone();
        }
        return Number::error(INVALID_OPERATION, st);
    }
    quantize_to(a, b.exp, c, st)
}

#[inline(always)]
fn quantize_to(a: &Number, exp: i64, c: &Settings, st: &mut Status) -> Number {
    if exp > c.emax || exp < c.etiny() {
        return Number::error(INVALID_OPERATION, st);
    }
    if a.coeff.is_zero() {
        return Number::finite(a.negative, Coeff::ZERO, exp).finish(c, st);
    }
    if a.digits() + a.exp - exp > c.prec {
        return Number::error(INVALID_OPERATION, st);
    }
    let mut condition = 0;
    let out = a.rescaled(exp, c.rounding, &mut condition);
    if condition & MEMORY != 0 {
        return Number::error(MEMORY, st);
    }
    if out.digits() > c.prec || out.adjusted() > c.emax {
        return Number::error(INVALID_OPERATION, st);
    }
    *st |= condition;
    out.finish(c, st)
}

/// To an integer, for `to_integral_exact` and `to_integral_value`; only the former tells what was lost.
pub fn to_integral(a: &Number, rounding: Rounding, exact: bool, c: &Settings, st: &mut Status) -> Number {
    if a.is_special() {
        return propagate(&[a], c, st).unwrap_or_else(|| a.clone());
    }
    if a.exp >= 0 {
        return a.clone();
    }
    if a.coeff.is_zero() {
        return Number::finite(a.negative, Coeff::ZERO, 0);
    }
    let mut condition = 0;
    let out = a.rescaled(0, rounding, &mut condition);
    if exact {
        *st |= condition;
    }
    out
}

/// Without zeros at the end.
pub fn normalize(a: &Number, c: &Settings, st: &mut Status) -> Number {
    if a.is_special() {
        return propagate(&[a], c, st).unwrap_or_else(|| a.clone());
    }
    let mut out = a.clone().finish(c, st);
    if out.is_special() {
        return out;
    }
    if out.coeff.is_zero() {
        out.exp = 0;
        return out;
    }
    let most = if c.clamp { c.etop() } else { c.emax };
    let zeros = (out.coeff.trailing_zeros() as i64).min(most - out.exp);
    out.drop_digits(zeros as usize);
    out.exp += zeros;
    out
}

pub fn minus(a: &Number, c: &Settings, st: &mut Status) -> Number {
    signed_copy(a, !a.negative, c, st)
}
pub fn plus(a: &Number, c: &Settings, st: &mut Status) -> Number {
    signed_copy(a, a.negative, c, st)
}
pub fn abs(a: &Number, c: &Settings, st: &mut Status) -> Number {
    signed_copy(a, false, c, st)
}

/// As if added to or subtracted from zero.
#[inline(always)]
fn signed_copy(a: &Number, negative: bool, c: &Settings, st: &mut Status) -> Number {
    if a.is_nan() {
        if let Some(nan) = propagate(&[a], c, st) {
            return nan;
        }
    }
    let negative = negative && !(a.is_zero() && c.rounding != Rounding::Floor);
    a.clone().signed(negative).finish(c, st)
}

pub fn square_root(a: &Number, c: &Settings, st: &mut Status) -> Number {
    if a.is_special() {
        if let Some(nan) = propagate(&[a], c, st) {
            return nan;
        }
        return if a.negative { Number::error(INVALID_OPERATION, st) } else { Number::infinity(false) };
    }
    let ideal = a.exp.div_euclid(2);
    if a.coeff.is_zero() {
        return Number::finite(a.negative, Coeff::ZERO, ideal).finish(c, st);
    }
    if a.negative {
        return Number::error(INVALID_OPERATION, st);
    }
    let nearest = Settings { rounding: Rounding::HalfEven, ..*c };
    if let Some((root, _)) = root(a, c.prec, ideal) {
        return root.finish(&nearest, st);
    }
    match root(a, a.digits() + 1, ideal) {
        Some((root, true)) => root.finish(&nearest, st),
        _ => Number::error(MEMORY, st),
    }
}

/// The root to one digit more than the precision, where it is not exact the last digit telling the rest's side; and whether it is
/// exact.
fn root(a: &Number, prec: i64, ideal: i64) -> Option<(Number, bool)> {
    let odd = a.exp.rem_euclid(2);
    // Of so many pairs of digits is the root to be taken.
    let pairs = prec + 1;
    let shift = pairs - (a.digits() + odd + 1) / 2;
    if shift.abs() > MAX_DIGITS {
        return None;
    }
    let (radicand, lost) = if shift >= 0 {
        (a.coeff.shift_left((2 * shift + odd) as usize), Lost::Nothing)
    } else {
        a.coeff.shift_left(odd as usize).shift_right((-2 * shift) as usize)
    };
    let mut root = radicand.square_root();
    let exact = lost == Lost::Nothing && root.mul(&root) == radicand;
    let mut exp = ideal - shift;
    if exact {
        // To the ideal exponent, as an exact result has it.
        if exp < ideal {
            let zeros = (root.trailing_zeros() as i64).min(ideal - exp);
            root = root.shift_right(zeros as usize).0;
            exp += zeros;
        } else {
            root = root.shift_left((exp - ideal) as usize);
            exp = ideal;
        }
    } else if matches!(root.digit(0), 0 | 5) {
        root = root.add(&Coeff::ONE);
    }
    Some((Number::finite(false, root, exp), exact))
}
