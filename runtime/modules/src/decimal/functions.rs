//! `exp`, `ln` and `log10`, correctly rounded: computed in fixed point with digits to spare, and with more of them while the error
//! leaves two results possible (Ziv's strategy; all but trivial results are transcendental, so that this ends).

use super::coefficient::Coeff;
use super::limbs::{self, WIDTH};
use super::number::status::*;
use super::number::*;
use super::{arithmetic, limbs::digits};
use std::sync::Mutex;

/// Functions are not computed to more digits.
const MAX_FUNCTION_DIGITS: i64 = 50_000_000;

/// Of a number in fixed point: `limbs` with as many fraction limbs as the computation uses.
type Fixed = Vec<u64>;

fn one(f: usize) -> Fixed {
    let mut out = vec![0; f];
    out.push(1);
    out
}

/// The product of two fixed-point numbers.
fn times(a: &[u64], b: &[u64], f: usize) -> Fixed {
    let product = limbs::mul(a, b);
    if product.len() <= f { Vec::new() } else { product[f..].to_vec() }
}

/// The quotient of two.
fn over(a: &[u64], b: &[u64], f: usize) -> Fixed {
    let mut shifted = vec![0; f];
    shifted.extend_from_slice(a);
    limbs::trim(&mut shifted);
    limbs::divide(&shifted, b).0
}

/// The magnitude of a number, cut off where the fraction ends.
fn to_fixed(n: &Number, f: usize) -> Fixed {
    let shift = n.exp + (f * WIDTH) as i64;
    let a = n.coeff.limbs();
    if shift >= 0 { limbs::shift_left(&a, shift as usize) } else { limbs::shift_right(&a, -shift as usize) }
}

/// atanh(1/n)
fn inverse_atanh(n: u64, f: usize) -> Fixed {
    let mut power = one(f);
    limbs::div_word(&mut power, n);
    let mut sum = power.clone();
    let mut i = 3;
    while !power.is_empty() {
        limbs::div_word(&mut power, n * n);
        let mut term = power.clone();
        limbs::div_word(&mut term, i);
        limbs::add_assign(&mut sum, &term);
        i += 2;
    }
    sum
}

/// ln 10; the longest that was asked for is kept. Errs by less than 10^6 in the last place.
fn ln_of_ten(f: usize) -> Fixed {
    static KEPT: Mutex<Fixed> = Mutex::new(Vec::new());
    let kept = KEPT.lock().unwrap_or_else(|e| e.into_inner()).clone();
    if kept.len() > f {
        return kept[kept.len() - 1 - f..].to_vec();
    }
    // One limb more, so that all that are asked for are right.
    let longer = f + 1;
    let mut sum = Vec::new();
    for (factor, n) in [(46, 31), (34, 49), (20, 161)] {
        sum = limbs::add(&sum, &limbs::mul_word(&inverse_atanh(n, longer), factor));
    }
    let out = sum[1..].to_vec();
    let mut kept = KEPT.lock().unwrap_or_else(|e| e.into_inner());
    if kept.len() < out.len() {
        kept.clone_from(&out);
    }
    out
}

/// e^r for 0 <= r < 3, and how many of the last digits are wrong: the argument is halved until Taylor's series is short.
fn exp_fixed(r: &[u64], f: usize) -> (Fixed, usize) {
    let bits = (f * WIDTH) as f64 * std::f64::consts::LOG2_10;
    let halvings = (bits.sqrt() * 0.7).min(60.0) as u32;
    let mut x = r.to_vec();
    limbs::div_word(&mut x, 1 << halvings);
    let mut sum = one(f);
    let mut term = sum.clone();
    let mut i = 1;
    loop {
        term = times(&term, &x, f);
        limbs::div_word(&mut term, i);
        if term.is_empty() {
            break;
        }
        limbs::add_assign(&mut sum, &term);
        i += 1;
    }
    for _ in 0..halvings {
        sum = times(&sum, &sum, f);
    }
    // Each step may lose a unit and doubles what was lost before.
    (sum, halvings as usize * 302 / 1000 + digits(&[i]) + 3)
}

/// The number that `value` is, with exponent `exp`, if its last `wrong` digits have no say in its first `prec`. What follows them is
/// cut off but for a digit that tells that there is more.
fn settled(value: &[u64], wrong: usize, exp: i64, negative: bool, prec: i64) -> Option<Number> {
    let total = digits(value);
    if (total as i64) < prec + 3 + wrong as i64 {
        return None;
    }
    let error = limbs::shift_left(&[1], wrong);
    let nearest = Settings { prec, ..Settings::MAX };
    let rounded = |x: Vec<u64>| Number::finite(negative, Coeff::from_limbs(x), 0).finish(&nearest, &mut 0);
    let low = limbs::sub(value, &error);
    let (x, y) = (rounded(low.clone()), rounded(limbs::add(value, &error)));
    if x.exp != y.exp || x.coeff != y.coeff {
        return None;
    }
    let dropped = digits(&low) - prec as usize - 3;
    let mut kept = limbs::shift_left(&limbs::shift_right(&low, dropped), 1);
    limbs::add_assign(&mut kept, &[1]);
    Some(Number::finite(negative, Coeff::from_limbs(kept), exp + dropped as i64 - 1))
}

/// Tries with more and more digits to spare. `compute` gets the fraction limbs and tells value, wrong digits, exponent, sign.
fn correctly_rounded(prec: i64, extra: i64, compute: impl Fn(usize) -> (Fixed, usize, i64, bool)) -> Option<Number> {
    let mut spare = 12;
    loop {
        let wanted = prec + extra + spare;
        if wanted > MAX_FUNCTION_DIGITS {
            return None;
        }
        let f = (wanted as usize).div_ceil(WIDTH) + 1;
        let (value, wrong, exp, negative) = compute(f);
        if let Some(n) = settled(&value, wrong, exp, negative, prec) {
            return Some(n);
        }
        spare *= 2;
    }
}

fn nearest(c: &Settings) -> Settings {
    Settings { rounding: Rounding::HalfEven, ..*c }
}

fn finished(n: Option<Number>, c: &Settings, st: &mut Status) -> Number {
    match n {
        Some(n) => n.finish(&nearest(c), st),
        None => Number::error(MEMORY, st),
    }
}

pub fn exp(a: &Number, c: &Settings, st: &mut Status) -> Number {
    if let Some(nan) = propagate(&[a], c, st) {
        return nan;
    }
    if a.is_infinite() {
        return if a.negative { Number::small(false, 0, 0) } else { Number::infinity(false) };
    }
    if a.coeff.is_zero() {
        return Number::small(false, 1, 0);
    }
    if a.adjusted() >= 19 {
        let exp = if a.negative { EXP_CLAMP } else { EXP_INF };
        return Number::small(false, 1, exp).finish(&nearest(c), st);
    }
    if c.prec > MAX_FUNCTION_DIGITS {
        return Number::error(MEMORY, st);
    }
    if a.adjusted() < -(c.prec + 3) {
        // One, and less than the precision can show.
        let n = c.prec as usize + 3;
        let (unit, tiny) = (Coeff::power_of_ten(n), Coeff::ONE);
        let coeff = if a.negative { unit.sub(&tiny) } else { unit.add(&tiny) };
        return Number::finite(false, coeff, -(n as i64)).finish(&nearest(c), st);
    }
    let extra = (a.adjusted() + 1).max(0);
    let result = correctly_rounded(c.prec, extra, |f| {
        // a = k * ln 10 + r
        let ten = ln_of_ten(f);
        let (k, mut r) = limbs::divide(&to_fixed(a, f), &ten);
        let mut power = limbs::to_u128(&k).unwrap_or(0) as i64;
        let wrong = digits(&k) + 7;
        if a.negative {
            power = -power - 1;
            r = limbs::sub(&ten, &r);
        }
        let (value, lost) = exp_fixed(&r, f);
        (value, wrong.max(lost) + 1, power - (f * WIDTH) as i64, false)
    });
    finished(result, c, st)
}

/// The first digits of a positive number as a float, and the power of ten that it is to be multiplied by, between √10/10 and √10.
fn leading(a: &Number) -> (f64, i64) {
    let n = a.coeff.digits();
    let top = a.coeff.shift_right(n.saturating_sub(18)).0.to_u64().unwrap_or(1);
    let x = top as f64 / 10f64.powi(n.min(18) as i32 - 1);
    let power = a.adjusted();
    if x > 3.162 { (x / 10.0, power + 1) } else { (x, power) }
}

/// |ln m| and whether it is negative, for √10/10 < m < √10, by Halley's method on e^y, which triples the digits that are right. `start`
/// is the logarithm as a float.
fn ln_fixed(m: &Number, start: f64, f: usize) -> (Fixed, bool, usize) {
    let mut negative = start < 0.0;
    let mut y = limbs::mul_word(&[(start.abs() * 1e18) as u64], 10);
    limbs::trim(&mut y);
    let mut right = 14;
    let mut fraction = 1;
    let mut wrong;
    loop {
        right = (3 * right - 3).min(f * WIDTH);
        let next = (right.div_ceil(WIDTH) + 1).min(f).max(fraction);
        let mut wider = vec![0; next - fraction];
        wider.append(&mut y);
        y = wider;
        limbs::trim(&mut y);
        fraction = next;
        let (power, lost) = exp_fixed(&y, fraction);
        wrong = lost + 2;
        let m = to_fixed(m, fraction);
        // 2 (m - e^y) / (m + e^y), or for a negative logarithm -y of that of 1/m.
        let (x, e) = if negative { (one(fraction), times(&m, &power, fraction)) } else { (m, power) };
        let up = limbs::compare(&x, &e).is_gt();
        let difference = if up { limbs::sub(&x, &e) } else { limbs::sub(&e, &x) };
        let step = over(&limbs::add(&difference, &difference), &limbs::add(&x, &e), fraction);
        y = match (up, limbs::compare(&y, &step).is_ge()) {
            (true, _) => limbs::add(&y, &step),
            (false, true) => limbs::sub(&y, &step),
            // Of a number so close to one that the float is on its other side.
            (false, false) => {
                negative = !negative;
                limbs::sub(&step, &y)
            }
        };
        if right >= f * WIDTH {
            return (y, negative, wrong);
        }
    }
}

/// The logarithm of a positive finite number that is not one, divided by that of ten if so asked.
fn logarithm(a: &Number, prec: i64, decimal: bool) -> Option<Number> {
    if prec > MAX_FUNCTION_DIGITS {
        return None;
    }
    let (x, power) = leading(a);
    let m = Number::finite(false, a.coeff.clone(), a.exp - power);
    let mut extra = 0;
    let mut start = x.ln();
    if power == 0 {
        // Near one the result begins with zeros.
        let rest = arithmetic::subtract(a, &Number::small(false, 1, 0), &Settings::MAX, &mut 0);
        let adjusted = rest.adjusted();
        if adjusted < -(prec + 20) {
            return near_one(&rest, prec, decimal);
        }
        extra = (-adjusted).max(0);
        let (digits, place) = leading(&rest);
        start = (digits * 10f64.powi(place as i32) * if rest.negative { -1.0 } else { 1.0 }).ln_1p();
    }
    correctly_rounded(prec, extra, |f| {
        let (mut value, mut negative, mut wrong) = ln_fixed(&m, start, f);
        let ten = ln_of_ten(f);
        if decimal {
            value = over(&value, &ten, f);
        }
        if power != 0 {
            let unit = if decimal { one(f) } else { ten };
            let whole = limbs::mul_word(&unit, power.unsigned_abs());
            value = if negative == (power < 0) { limbs::add(&whole, &value) } else { limbs::sub(&whole, &value) };
            negative = power < 0;
            wrong = wrong.max(8 + digits(&[power.unsigned_abs()]));
        }
        (value, wrong.max(8) + 1, -((f * WIDTH) as i64), negative)
    })
}

/// The logarithm of 1 + e for tiny e: e - e²/2, which errs by less than e³.
fn near_one(e: &Number, prec: i64, decimal: bool) -> Option<Number> {
    let half = Number::finite(false, e.coeff.mul(&e.coeff).mul(&Coeff::Small(5)), 2 * e.exp - 1);
    let mut out = arithmetic::subtract(e, &half, &Settings::MAX, &mut 0);
    let last = if decimal {
        let work = Settings { prec: prec + 20, ..Settings::MAX };
        let f = (prec as usize + 20).div_ceil(WIDTH) + 1;
        let ten = Number::finite(false, Coeff::from_limbs(ln_of_ten(f)), -((f * WIDTH) as i64));
        out = arithmetic::divide(&out, &ten, &work, &mut 0);
        out.adjusted() - prec - 18
    } else {
        3 * (e.adjusted() + 1)
    };
    out = out.rescaled(last, Rounding::Down, &mut 0);
    settled(&out.coeff.limbs(), 3, last, out.negative, prec)
}

/// What `ln` and `log10` have in common before they compute.
fn special_logarithm(a: &Number, c: &Settings, st: &mut Status) -> Option<Number> {
    if let Some(nan) = propagate(&[a], c, st) {
        return Some(nan);
    }
    if a.is_zero() {
        return Some(Number::infinity(true));
    }
    if a.negative {
        return Some(Number::error(INVALID_OPERATION, st));
    }
    a.is_infinite().then(|| Number::infinity(false))
}

pub fn ln(a: &Number, c: &Settings, st: &mut Status) -> Number {
    if let Some(out) = special_logarithm(a, c, st) {
        return out;
    }
    if compare(a, &Number::small(false, 1, 0)).is_eq() {
        return Number::small(false, 0, 0);
    }
    finished(logarithm(a, c.prec, false), c, st)
}

pub fn log10(a: &Number, c: &Settings, st: &mut Status) -> Number {
    if let Some(out) = special_logarithm(a, c, st) {
        return out;
    }
    if a.coeff.trailing_zeros() + 1 == a.coeff.digits() && a.coeff.digit(a.coeff.digits() - 1) == 1 {
        return Number::integer(a.adjusted()).finish(&nearest(c), st);
    }
    finished(logarithm(a, c.prec, true), c, st)
}
