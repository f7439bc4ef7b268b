//! Other objects as decimals, and decimals as other objects.

use super::coefficient::Coeff;
use super::context::{self, Context};
use super::number::status::*;
use super::number::*;
use super::object::{Decimal, computed, plain};
use super::power::{from_big, to_big};
use super::{State, format, name, state, text};
use std::cmp::Ordering;
use taipan_num::BigRef;
use taipan_text::unicode;
use taipan_vm::native::*;
use taipan_vm::ops::BinaryOp;
use taipan_vm::ops::compare::Compare;
use taipan_vm::ops::convert::float_value;

pub fn from_int(t: &Thread, i: BigRef<'_>) -> Number {
    match i.to_i64() {
        Some(i) => Number::integer(i),
        None if i.limbs.len() > 100 => {
            // The collector must not wait for the conversion; the limbs are copied as the cell is not ours meanwhile.
            let limbs = i.limbs.to_vec();
            let coeff = t.blocking(|| from_big(BigRef { negative: false, limbs: &limbs }));
            Number::finite(i.negative, coeff, 0)
        }
        None => Number::finite(i.negative, from_big(i), 0),
    }
}

/// A decimal, or an int as one.
#[inline(always)]
pub fn operand(t: &Thread, v: Value) -> Option<Number> {
    if let Some(d) = v.downcast::<Decimal>() {
        return Some(d.number());
    }
    if let Some(i) = v.as_small_int() {
        return Some(Number::integer(i));
    }
    t.int_value(v).map(|i| from_int(t, i.as_ref()))
}

#[inline(always)]
pub fn operand_or_refuse(t: &Thread, v: Value) -> Result<Number> {
    operand(t, v).ok_or_else(|| refused(t, v))
}

#[cold]
fn refused(t: &Thread, v: Value) -> Exc {
    t.type_error(format!("conversion from {} to Decimal is not supported", taipan_vm::ops::type_name(v)))
}

/// The exact value of a float.
pub fn from_float(x: f64) -> Number {
    if x.is_nan() {
        return Number { negative: x.is_sign_negative(), ..Number::nan() };
    }
    if x.is_infinite() {
        return Number::infinity(x < 0.0);
    }
    let bits = x.to_bits();
    let (raw, fraction) = ((bits >> 52 & 0x7ff) as i64, bits & ((1 << 52) - 1));
    let (mut mantissa, mut power) = if raw == 0 { (fraction, -1074) } else { (fraction | 1 << 52, raw - 1075) };
    if mantissa == 0 {
        return Number::small(x.is_sign_negative(), 0, 0);
    }
    let zeros = mantissa.trailing_zeros();
    mantissa >>= zeros;
    power += i64::from(zeros);
    // A negative power of two is one of five, with a power of ten.
    let (base, n) = if power < 0 { (5u128, -power) } else { (2, power) };
    let mut coeff = Coeff::Small(mantissa.into());
    let mut factor = Coeff::Small(base);
    let mut left = n;
    while left > 0 {
        if left & 1 == 1 {
            coeff = coeff.mul(&factor);
        }
        factor = factor.mul(&factor);
        left >>= 1;
    }
    Number::finite(x < 0.0, coeff, power.min(0))
}

/// Text as ASCII: digits of all scripts, without blanks around it and underscores where those are allowed.
fn ascii_text(s: Ref<Str>, lenient: bool) -> Option<Vec<u8>> {
    let units: Vec<u32> = s.units().iter().collect();
    let mut units = &units[..];
    if lenient {
        while let [first, rest @ ..] = units
            && unicode::is_space(*first)
        {
            units = rest;
        }
        while let [rest @ .., last] = units
            && unicode::is_space(*last)
        {
            units = rest;
        }
    }
    let mut out = Vec::with_capacity(units.len());
    for &c in units {
        match c {
            0x5f if lenient => {}
            1..0x80 => out.push(c as u8),
            _ => out.push(b'0' + unicode::decimal(c)? as u8),
        }
    }
    Some(out)
}

fn parsed(s: Ref<Str>, lenient: bool) -> Option<Number> {
    if let (Some(text), false) = (s.as_ascii(), lenient) {
        return text::parse(text.as_bytes());
    }
    if let Some(text) = s.as_ascii() {
        if let Some(n) = text::parse(text.as_bytes()) {
            return Some(n);
        }
    }
    text::parse(&ascii_text(s, lenient)?)
}

/// A number of exactly this value, or the invalid operation if there is none.
fn exactly(t: &Thread, n: Option<Number>, context: Ref<Context>) -> Result<Number> {
    let mut st = 0;
    let out = match n {
        None => Number::error(CONVERSION_SYNTAX, &mut st),
        Some(n) => {
            let n = n.finish(&Settings::MAX, &mut st);
            if st & (INEXACT | ROUNDED | CLAMPED) != 0 { Number::error(INVALID_OPERATION, &mut st) } else { n }
        }
    };
    context.tell(t, st & ERRORS)?;
    Ok(out)
}

/// A number rounded as the context says.
fn by_context(t: &Thread, n: Option<Number>, context: Ref<Context>) -> Result<Number> {
    let c = context.settings();
    let mut st = 0;
    let out = match n {
        Some(n) if !(n.is_nan() && !n.coeff.is_zero() && n.digits() > c.prec - i64::from(c.clamp)) => n.finish(&c, &mut st),
        _ => Number::error(CONVERSION_SYNTAX, &mut st),
    };
    context.tell(t, st)?;
    Ok(out)
}

/// What `Decimal(v)` is, and `context.create_decimal(v)` if `rounded`.
pub fn from_object(t: &Thread, v: Value, context: Ref<Context>, rounded: bool) -> Result<Number> {
    let end = |n: Option<Number>| if rounded { by_context(t, n, context) } else { exactly(t, n, context) };
    if let Some(d) = v.downcast::<Decimal>() {
        return if rounded { end(Some(d.number())) } else { Ok(d.number()) };
    }
    if let Some(s) = v.downcast::<Str>() {
        return end(parsed(s, !rounded));
    }
    if let Some(i) = t.int_value(v) {
        return end(Some(from_int(t, i.as_ref())));
    }
    if v.downcast::<Tuple>().is_some() || v.downcast::<List>().is_some() {
        return end(Some(from_sequence(t, v)?));
    }
    if let Some(x) = float_value(v) {
        context.tell(t, FLOAT_OPERATION)?;
        return end(Some(from_float(x)));
    }
    Err(refused(t, v))
}

/// From (sign, digits, exponent).
fn from_sequence(t: &Thread, v: Value) -> Result<Number> {
    let parts = t.iterate_to_tuple(v)?;
    let &[sign, digits, exp] = parts.as_slice() else { return Err(t.value_error("argument must be a sequence of length 3")) };
    let negative = match t.int_value(sign).and_then(|i| i.to_i64()) {
        Some(i @ (0 | 1)) => i == 1,
        _ => return Err(t.value_error("sign must be an integer with the value 0 or 1")),
    };
    let (kind, exp) = if let Some(s) = exp.downcast::<Str>() {
        match s.as_ascii() {
            Some("F") => (Kind::Infinite, 0),
            Some("n") => (Kind::Quiet, 0),
            Some("N") => (Kind::Signaling, 0),
            _ => return Err(t.value_error("string argument in the third position must be 'F', 'n' or 'N'")),
        }
    } else if t.int_value(exp).is_some() {
        (Kind::Finite, context::integer(t, exp)?)
    } else {
        return Err(t.value_error("exponent must be an integer"));
    };
    let bad_digits = || t.value_error("coefficient must be a tuple of digits");
    if digits.downcast::<Tuple>().is_none() && digits.downcast::<List>().is_none() {
        return Err(bad_digits());
    }
    let digits = t.iterate_to_tuple(digits)?;
    if kind == Kind::Infinite {
        return Ok(Number::infinity(negative));
    }
    let mut list = Vec::with_capacity(digits.len());
    for d in digits.iter() {
        match t.int_value(d).and_then(|i| i.to_i64()) {
            Some(d @ 0..=9) => list.push(d as u8),
            _ => return Err(bad_digits()),
        }
    }
    Ok(Number { negative, kind, exp: exp.clamp(EXP_CLAMP, EXP_INF), coeff: Coeff::from_digits(&list) })
}

/// `int(n)`, rounded as said.
pub fn to_int(t: &Thread, n: &Number, rounding: Rounding) -> Result<Value> {
    match n.kind {
        Kind::Infinite => return Err(t.overflow_error("cannot convert Infinity to integer")),
        Kind::Quiet | Kind::Signaling => return Err(t.value_error("cannot convert NaN to integer")),
        Kind::Finite => {}
    }
    if n.exp > MAX_DIGITS && !n.coeff.is_zero() {
        return Err(t.memory_error());
    }
    let whole = format::to_integer(n, rounding);
    match whole.to_i64() {
        Some(i) => t.int(i),
        None => t.big(computed(t, &[&whole], whole.exp, || to_big(&whole))),
    }
}

/// The nearest float.
pub fn to_float(t: &Thread, n: &Number) -> Result<f64> {
    match n.kind {
        Kind::Signaling => return Err(t.value_error("cannot convert signaling NaN to float")),
        Kind::Quiet => return Ok(if n.negative { -f64::NAN } else { f64::NAN }),
        Kind::Infinite => return Ok(if n.negative { f64::NEG_INFINITY } else { f64::INFINITY }),
        Kind::Finite => {}
    }
    let mut out = Vec::new();
    text::to_text(n, false, true, &mut out);
    match std::str::from_utf8(&out).ok().and_then(|s| s.parse().ok()) {
        Some(x) => Ok(x),
        None => Err(t.value_error("could not convert string to float")),
    }
}

/// Numerator and denominator in lowest terms.
pub fn to_ratio(t: &Thread, n: &Number) -> Result<(Value, Value)> {
    match n.kind {
        Kind::Infinite => return Err(t.overflow_error("cannot convert Infinity to integer ratio")),
        Kind::Quiet | Kind::Signaling => return Err(t.value_error("cannot convert NaN to integer ratio")),
        Kind::Finite => {}
    }
    if n.exp >= 0 || n.coeff.is_zero() {
        return Ok((to_int(t, n, Rounding::Down)?, Value::small_int(1)));
    }
    if -n.exp > MAX_DIGITS {
        return Err(t.memory_error());
    }
    let numerator = to_int(t, &Number { exp: 0, ..n.clone() }, Rounding::Down)?;
    let denominator = to_int(t, &Number::small(false, 1, -n.exp), Rounding::Down)?;
    let math = taipan_vm::import::import_module(t, "math")?;
    let divisor = t.call_method(math, name(t, "gcd")?, &[numerator, denominator])?;
    Ok((t.binary(BinaryOp::Floordiv, numerator, divisor)?, t.binary(BinaryOp::Floordiv, denominator, divisor)?))
}

const MODULUS: u128 = (1 << 61) - 1;
const INFINITY_HASH: i64 = 314_159;

fn power_in_modulus(mut base: u128, mut n: u64) -> u128 {
    let mut out = 1;
    while n > 0 {
        if n & 1 == 1 {
            out = out * base % MODULUS;
        }
        base = base * base % MODULUS;
        n >>= 1;
    }
    out
}

/// The hash that an equal number of another class has too. `None`: of a NaN.
pub fn hash(n: &Number) -> Option<i64> {
    let magnitude = match n.kind {
        Kind::Quiet | Kind::Signaling => return None,
        Kind::Infinite => INFINITY_HASH,
        Kind::Finite => {
            let coeff = match &n.coeff {
                Coeff::Small(x) => x % MODULUS,
                Coeff::Large(limbs) => {
                    let base = u128::from(super::limbs::BASE) % MODULUS;
                    limbs.iter().rev().fold(0, |h, &l| (h * base + u128::from(l)) % MODULUS)
                }
            };
            // The inverse of ten, to the power of the exponent's magnitude, which its order divides.
            let power = match n.exp {
                e if e >= 0 => power_in_modulus(10, e as u64),
                e => power_in_modulus(power_in_modulus(10, (MODULUS - 2) as u64), e.unsigned_abs()),
            };
            (coeff * power % MODULUS) as i64
        }
    };
    let signed = if n.negative { -magnitude } else { magnitude };
    Some(if signed == -1 { -2 } else { signed })
}

/// Comparison operators, with numbers of other classes too.
pub fn compare_objects(t: &Thread, this: Ref<Decimal>, other: Value, op: Compare) -> Result<Value> {
    let equality = matches!(op, Compare::Eq | Compare::Ne);
    let context = Context::current(t)?;
    let mut a = this.number();
    let b = if let Some(b) = operand(t, other) {
        b
    } else if let Some(x) = float_value(other) {
        if equality {
            context.note(FLOAT_OPERATION);
        } else {
            context.tell(t, FLOAT_OPERATION)?;
        }
        from_float(x)
    } else if let Some((real, imaginary)) = complex_parts(t, other).filter(|_| equality) {
        if imaginary != 0.0 {
            return Ok(Value::NOT_IMPLEMENTED);
        }
        context.note(FLOAT_OPERATION);
        from_float(real)
    } else if t.is_instance(other, state(t)?.get(State::RATIONAL))? {
        let part = |attribute: &str| t.get_attr(other, name(t, attribute)?);
        let denominator = part("denominator")?;
        let numerator = part("numerator")?;
        let integer = |v: Value| match t.int_value(v) {
            Some(i) => Ok(from_int(t, i.as_ref())),
            None => Err(t.type_error("an integer is required")),
        };
        // With the denominator of the other.
        if a.is_finite() {
            a = super::arithmetic::multiply(&a, &integer(denominator)?, &Settings::MAX, &mut 0);
        }
        integer(numerator)?
    } else {
        return Ok(Value::NOT_IMPLEMENTED);
    };
    if a.is_nan() || b.is_nan() {
        if !equality || a.kind == Kind::Signaling || b.kind == Kind::Signaling {
            context.tell(t, INVALID_OPERATION)?;
        }
        return Ok(Value::bool(op == Compare::Ne));
    }
    let order = compare(&a, &b);
    Ok(Value::bool(match op {
        Compare::Eq => order == Ordering::Equal,
        Compare::Ne => order != Ordering::Equal,
        Compare::Lt => order == Ordering::Less,
        Compare::Le => order != Ordering::Greater,
        Compare::Gt => order == Ordering::Greater,
        Compare::Ge => order != Ordering::Less,
    }))
}

fn complex_parts(t: &Thread, v: Value) -> Option<(f64, f64)> {
    let c = v.downcast::<taipan_vm::objects::complex::Complex>()?;
    let _ = t;
    Some((c.number().re, c.number().im))
}

/// In engineering or scientific notation.
pub fn shown(t: &Thread, n: &Number, engineering: bool, capitals: bool) -> Result<Value> {
    let mut out = Vec::new();
    text::to_text(n, engineering, capitals, &mut out);
    Str::from_latin1(t, &out).map(Ref::value)
}

/// `as_tuple`
pub fn to_tuple(t: &Thread, n: &Number) -> Result<Value> {
    let digits = match n.kind {
        Kind::Infinite => vec![0],
        Kind::Quiet | Kind::Signaling if n.coeff.is_zero() => Vec::new(),
        _ => format::digit_list(&n.coeff),
    };
    let exp = match n.kind {
        Kind::Finite => t.int(n.exp)?,
        Kind::Infinite => name(t, "F")?.value(),
        Kind::Quiet => name(t, "n")?.value(),
        Kind::Signaling => name(t, "N")?.value(),
    };
    let items = ValueVec::with_capacity(t, digits.len())?;
    for d in digits {
        items.push(t, Value::small_int(d.into()))?;
    }
    let sign = Value::small_int(n.negative.into());
    t.call(state(t)?.get(State::DECIMAL_TUPLE), &[sign, items.into_tuple(t)?.value(), exp])
}

/// A decimal of class `class` for a constructor other than `Decimal` itself.
pub fn in_class(t: &Thread, class: Ref<Class>, n: Number) -> Result<Value> {
    let out = plain(t, n)?;
    if class == Decimal::class() { Ok(out) } else { t.call(class.value(), &[out]) }
}
