//! The operations of the specification that do not compute: comparisons, the order of all numbers, digits as bits, shifts, and
//! neighbours.

use super::arithmetic::{add, subtract};
use super::coefficient::Coeff;
use super::number::status::*;
use super::number::*;
use std::cmp::Ordering;

fn from_order(order: Ordering) -> Number {
    Number::small(order == Ordering::Less, (order != Ordering::Equal).into(), 0)
}

pub fn compare_numbers(a: &Number, b: &Number, c: &Settings, st: &mut Status) -> Number {
    propagate(&[a, b], c, st).unwrap_or_else(|| from_order(compare(a, b)))
}

pub fn compare_signal(a: &Number, b: &Number, c: &Settings, st: &mut Status) -> Number {
    match propagate(&[a, b], c, st) {
        Some(nan) => {
            *st |= INVALID_OPERATION;
            nan
        }
        None => from_order(compare(a, b)),
    }
}

/// The order of numbers that are equal: by sign and exponent.
fn order_of_equal(a: &Number, b: &Number) -> Ordering {
    match (a.negative, b.negative) {
        (false, false) => a.exp.cmp(&b.exp),
        (true, true) => b.exp.cmp(&a.exp),
        (x, y) => y.cmp(&x),
    }
}

/// The order of all numbers, NaNs included.
pub fn total_order(a: &Number, b: &Number) -> Ordering {
    if a.negative != b.negative {
        return b.negative.cmp(&a.negative);
    }
    let rank = |n: &Number| match n.kind {
        Kind::Finite | Kind::Infinite => 0,
        Kind::Signaling => 1,
        Kind::Quiet => 2,
    };
    let (x, y) = (rank(a), rank(b));
    if x != 0 || y != 0 {
        let order = x.cmp(&y).then_with(|| a.coeff.compare(&b.coeff));
        return if a.negative { order.reverse() } else { order };
    }
    compare(a, b).then_with(|| if a.is_infinite() { Ordering::Equal } else { order_of_equal(a, b) })
}

pub fn compare_total(a: &Number, b: &Number) -> Number {
    from_order(total_order(a, b))
}
pub fn compare_total_mag(a: &Number, b: &Number) -> Number {
    from_order(total_order(&a.clone().signed(false), &b.clone().signed(false)))
}

/// `max`, `min` (`wanted` being what the first is compared with the second if it is taken), of magnitudes if so said.
pub fn extreme(a: &Number, b: &Number, wanted: Ordering, magnitudes: bool, c: &Settings, st: &mut Status) -> Number {
    if a.kind == Kind::Quiet && !b.is_nan() {
        return b.clone().finish(c, st);
    }
    if b.kind == Kind::Quiet && !a.is_nan() {
        return a.clone().finish(c, st);
    }
    if let Some(nan) = propagate(&[a, b], c, st) {
        return nan;
    }
    let order = if magnitudes { compare_absolutely(a, b) } else { compare(a, b) };
    let order = order.then_with(|| order_of_equal(a, b));
    let taken = if order == Ordering::Equal || order == wanted { a } else { b };
    taken.clone().finish(c, st)
}

pub fn same_quantum(a: &Number, b: &Number) -> bool {
    if a.is_special() || b.is_special() {
        return (a.is_nan() && b.is_nan()) || (a.is_infinite() && b.is_infinite());
    }
    a.exp == b.exp
}

/// The name of the number's class.
pub fn number_class(a: &Number, c: &Settings) -> &'static str {
    let name = match a.kind {
        Kind::Quiet => return "NaN",
        Kind::Signaling => return "sNaN",
        Kind::Infinite => "-Infinity",
        _ if a.coeff.is_zero() => "-Zero",
        _ if a.is_subnormal(c) => "-Subnormal",
        _ => "-Normal",
    };
    match (a.negative, name) {
        (true, name) => name,
        (_, "-Infinity") => "+Infinity",
        (_, "-Zero") => "+Zero",
        (_, "-Subnormal") => "+Subnormal",
        _ => "+Normal",
    }
}

pub fn logb(a: &Number, c: &Settings, st: &mut Status) -> Number {
    if let Some(nan) = propagate(&[a], c, st) {
        return nan;
    }
    if a.is_infinite() {
        return Number::infinity(false);
    }
    if a.is_zero() {
        *st |= DIVISION_BY_ZERO;
        return Number::infinity(true);
    }
    Number::integer(a.adjusted()).finish(c, st)
}

/// The count that is the second operand of `scaleb`, `shift` and `rotate`.
fn count(b: &Number) -> Option<i64> {
    if b.is_finite() && b.exp == 0 { b.to_i64() } else { None }
}

pub fn scaleb(a: &Number, b: &Number, c: &Settings, st: &mut Status) -> Number {
    if let Some(nan) = propagate(&[a, b], c, st) {
        return nan;
    }
    match count(b) {
        Some(n) if n.unsigned_abs() <= 2 * (c.emax + c.prec) as u64 => {
            if a.is_infinite() {
                return a.clone();
            }
            let exp = a.exp.saturating_add(n).clamp(EXP_CLAMP, EXP_INF);
            Number { exp, ..a.clone() }.finish(c, st)
        }
        _ => Number::error(INVALID_OPERATION, st),
    }
}

/// The lowest digits that the precision has room for.
fn capped(coeff: Coeff, c: &Settings) -> Coeff {
    if coeff.digits() as i64 > c.prec { coeff.low_digits(c.prec as usize) } else { coeff }
}

pub fn shift(a: &Number, b: &Number, c: &Settings, st: &mut Status) -> Number {
    if let Some(nan) = propagate(&[a, b], c, st) {
        return nan;
    }
    let Some(n) = count(b).filter(|n| n.unsigned_abs() <= c.prec as u64) else { return Number::error(INVALID_OPERATION, st) };
    if a.is_infinite() {
        return a.clone();
    }
    if n > MAX_DIGITS && !a.coeff.is_zero() {
        return Number::error(MEMORY, st);
    }
    let from = capped(a.coeff.clone(), c);
    let coeff = if n >= 0 { capped(from.shift_left(n as usize), c) } else { from.shift_right(-n as usize).0 };
    Number::finite(a.negative, coeff, a.exp)
}

pub fn rotate(a: &Number, b: &Number, c: &Settings, st: &mut Status) -> Number {
    if let Some(nan) = propagate(&[a, b], c, st) {
        return nan;
    }
    let Some(n) = count(b).filter(|n| n.unsigned_abs() <= c.prec as u64) else { return Number::error(INVALID_OPERATION, st) };
    if a.is_infinite() {
        return a.clone();
    }
    let left = if n >= 0 { n } else { c.prec + n };
    if left > MAX_DIGITS && !a.coeff.is_zero() {
        return Number::error(MEMORY, st);
    }
    let from = capped(a.coeff.clone(), c);
    let high = capped(from.shift_left(left as usize), c);
    let low = from.shift_right((c.prec - left) as usize).0;
    Number::finite(a.negative, high.add(&low), a.exp)
}

/// The digits of an operand of a logical operation, lowest first.
fn bits(a: &Number) -> Option<Vec<u8>> {
    if a.is_special() || a.negative || a.exp != 0 {
        return None;
    }
    let mut text = Vec::new();
    a.coeff.write(&mut text);
    text.reverse();
    text.iter_mut().for_each(|c| *c -= b'0');
    text.iter().all(|&d| d <= 1).then_some(text)
}

pub fn logical(a: &Number, b: &Number, of: impl Fn(u8, u8) -> u8, c: &Settings, st: &mut Status) -> Number {
    let (Some(x), Some(y)) = (bits(a), bits(b)) else { return Number::error(INVALID_OPERATION, st) };
    let at = |d: &[u8], i: usize| d.get(i).copied().unwrap_or(0);
    let digits: Vec<u8> = (0..x.len().max(y.len())).rev().map(|i| of(at(&x, i), at(&y, i))).collect();
    Number::finite(false, capped(Coeff::from_digits(&digits), c), 0)
}

pub fn logical_invert(a: &Number, c: &Settings, st: &mut Status) -> Number {
    let Some(x) = bits(a) else { return Number::error(INVALID_OPERATION, st) };
    let n = (x.len() as i64).max(c.prec);
    if n > MAX_DIGITS {
        return Number::error(MEMORY, st);
    }
    let digits: Vec<u8> = (0..n as usize).rev().map(|i| 1 - x.get(i).copied().unwrap_or(0)).collect();
    Number::finite(false, capped(Coeff::from_digits(&digits), c), 0)
}

/// The number next to `a`, upwards or downwards, without any condition.
fn next(a: &Number, up: bool, c: &Settings, st: &mut Status) -> Number {
    if let Some(nan) = propagate(&[a], c, st) {
        return nan;
    }
    if a.is_infinite() {
        if a.negative != up {
            return a.clone();
        }
        if c.prec > MAX_DIGITS {
            return Number::error(MEMORY, st);
        }
        return Number::finite(a.negative, Coeff::nines(c.prec as usize), c.etop());
    }
    if a.coeff.is_zero() {
        return Number::finite(!up, Coeff::ONE, c.etiny());
    }
    let outward = Settings { rounding: if up { Rounding::Ceiling } else { Rounding::Floor }, ..*c };
    let mut condition = 0;
    let out = a.clone().finish(&outward, &mut condition);
    if condition & (INEXACT | ERRORS) != 0 {
        *st |= condition & ERRORS;
        return out;
    }
    let tiny = Number::finite(false, Coeff::ONE, c.etiny() - 1);
    let mut condition = 0;
    let out = if up { add(&out, &tiny, &outward, &mut condition) } else { subtract(&out, &tiny, &outward, &mut condition) };
    *st |= condition & ERRORS;
    out
}

pub fn next_plus(a: &Number, c: &Settings, st: &mut Status) -> Number {
    next(a, true, c, st)
}
pub fn next_minus(a: &Number, c: &Settings, st: &mut Status) -> Number {
    next(a, false, c, st)
}

pub fn next_toward(a: &Number, b: &Number, c: &Settings, st: &mut Status) -> Number {
    if let Some(nan) = propagate(&[a, b], c, st) {
        return nan;
    }
    let out = match compare(a, b) {
        Ordering::Equal => return a.clone().signed(b.negative),
        Ordering::Less => next(a, true, c, st),
        Ordering::Greater => next(a, false, c, st),
    };
    if out.is_infinite() {
        *st |= OVERFLOW | ROUNDED | INEXACT;
    } else if out.is_finite() && out.adjusted() < c.emin {
        *st |= UNDERFLOW | SUBNORMAL | ROUNDED | INEXACT;
        if out.coeff.is_zero() {
            *st |= CLAMPED;
        }
    }
    out
}
