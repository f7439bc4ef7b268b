//! Class `Decimal`: operators and methods.

use super::context::{self, Context};
use super::convert::{self, compare_objects, in_class, operand, operand_or_refuse, shown, to_float, to_int, to_ratio};
use super::format::{Signs, Spec, SpecError};
use super::number::*;
use super::object::{Decimal, Length, computed, method, operator, plain, unary};
use super::{arithmetic, functions, logic, name, power};
use std::cmp::Ordering;
use taipan_vm::native::*;
use taipan_vm::objects::exceptions as ex;
use taipan_vm::ops::compare::Compare;

pub fn maximum(a: &Number, b: &Number, c: &Settings, st: &mut Status) -> Number {
    logic::extreme(a, b, Ordering::Greater, false, c, st)
}
pub fn maximum_magnitude(a: &Number, b: &Number, c: &Settings, st: &mut Status) -> Number {
    logic::extreme(a, b, Ordering::Greater, true, c, st)
}
pub fn minimum(a: &Number, b: &Number, c: &Settings, st: &mut Status) -> Number {
    logic::extreme(a, b, Ordering::Less, false, c, st)
}
pub fn minimum_magnitude(a: &Number, b: &Number, c: &Settings, st: &mut Status) -> Number {
    logic::extreme(a, b, Ordering::Less, true, c, st)
}
pub fn logical_and(a: &Number, b: &Number, c: &Settings, st: &mut Status) -> Number {
    logic::logical(a, b, |x, y| x & y, c, st)
}
pub fn logical_or(a: &Number, b: &Number, c: &Settings, st: &mut Status) -> Number {
    logic::logical(a, b, |x, y| x | y, c, st)
}
pub fn logical_xor(a: &Number, b: &Number, c: &Settings, st: &mut Status) -> Number {
    logic::logical(a, b, |x, y| x ^ y, c, st)
}

pub fn fma(t: &Thread, context: Ref<Context>, a: &Number, b: &Number, addend: &Number) -> Result<Value> {
    let c = context.settings();
    let mut st = 0;
    let out = computed(t, &[a, b, addend], 0, || arithmetic::fma(a, b, addend, &c, &mut st));
    context.tell(t, st)?;
    plain(t, out)
}

pub fn divmod(t: &Thread, context: Ref<Context>, a: &Number, b: &Number) -> Result<Value> {
    let c = context.settings();
    let mut st = 0;
    let (quotient, rest) = computed(t, &[a, b], 0, || arithmetic::divmod(a, b, &c, &mut st));
    context.tell(t, st)?;
    Tuple::pair(t, plain(t, quotient)?, plain(t, rest)?)
}

/// `a ** b`, or that modulo a third number.
pub fn raise(t: &Thread, context: Ref<Context>, a: &Number, b: &Number, modulus: Option<&Number>) -> Result<Value> {
    let c = context.settings();
    let mut st = 0;
    let out = match modulus {
        Some(m) => computed(t, &[a, b, m], b.exp, || power::power_modulo(a, b, m, &c, &mut st)),
        None => computed(t, &[a, b], Length::OfPrecision.digits(&c), || power::power(a, b, &c, &mut st)),
    };
    context.tell(t, st)?;
    plain(t, out)
}

fn power_operator(t: &Thread, a: Value, b: Value, modulus: Option<Value>) -> Result<Value> {
    let (Some(x), Some(y)) = (operand(t, a), operand(t, b)) else { return Ok(Value::NOT_IMPLEMENTED) };
    let modulus = match modulus.filter(|m| !m.is_none()) {
        None => None,
        Some(m) => match operand(t, m) {
            Some(m) => Some(m),
            None => return Ok(Value::NOT_IMPLEMENTED),
        },
    };
    raise(t, Context::current(t)?, &x, &y, modulus.as_ref())
}

fn divmod_operator(t: &Thread, a: Value, b: Value) -> Result<Value> {
    let (Some(x), Some(y)) = (operand(t, a), operand(t, b)) else { return Ok(Value::NOT_IMPLEMENTED) };
    divmod(t, Context::current(t)?, &x, &y)
}

/// To an integral value, in a direction of its own if one is given.
pub fn to_integral(t: &Thread, n: &Number, direction: Option<Value>, context: Ref<Context>, exact: bool) -> Result<Value> {
    let c = with_rounding(t, context, direction)?;
    let mut st = 0;
    let out = arithmetic::to_integral(n, c.rounding, exact, &c, &mut st);
    context.tell(t, st)?;
    plain(t, out)
}

/// A context's settings with another direction of rounding, unless that is None.
fn with_rounding(t: &Thread, context: Ref<Context>, direction: Option<Value>) -> Result<Settings> {
    let mut c = context.settings();
    if let Some(v) = direction.filter(|v| !v.is_none()) {
        c.rounding = context::rounding(t, v)?;
    }
    Ok(c)
}

/// The locale's signs for numbers.
fn local_signs(t: &Thread) -> Result<Signs> {
    let locale = taipan_vm::import::import_module(t, "_locale")?;
    let all = t.call_method(locale, name(t, "localeconv")?, &[])?;
    let item = |key: &str| t.get_item(all, name(t, key)?.value());
    let text = |v: Value| v.downcast::<Str>().map(|s| s.to_string_lossy()).unwrap_or_default();
    let mut groups = Vec::new();
    for size in t.iterate_to_tuple(item("grouping")?)?.iter() {
        groups.push(t.to_i64(size)?.clamp(0, 127) as u8);
    }
    Ok(Signs { point: text(item("decimal_point")?), separator: text(item("thousands_sep")?), groups: ended(groups) })
}

/// A locale's list of sizes ends with 0 when its last one repeats.
fn ended(mut groups: Vec<u8>) -> Vec<u8> {
    if groups.last() == Some(&0) {
        groups.pop();
    }
    groups
}

/// Signs that replace those of format and locale.
fn given_signs(t: &Thread, v: Value) -> Result<Signs> {
    let Some(d) = v.downcast::<Dict>() else { return Err(t.type_error("optional argument must be a dict")) };
    let item = |key: &str, default: &str| -> Result<String> {
        match d.get_str(t, name(t, key)?)? {
            None => Ok(default.to_owned()),
            Some(v) => match v.downcast::<Str>() {
                Some(s) => Ok(s.to_string_lossy()),
                None => Err(t.value_error("invalid override dict")),
            },
        }
    };
    let (point, separator, sizes) = (item("decimal_point", ".")?, item("thousands_sep", "")?, item("grouping", "")?);
    // Signs are single characters.
    if point.is_empty() || point.len() > 4 || separator.len() > 4 || !sizes.is_ascii() {
        return Err(t.value_error("invalid override dict"));
    }
    Ok(Signs { point, separator, groups: ended(sizes.into_bytes()) })
}

/// A decimal number: Decimal(value="0", context=None), of an integer, string, float, tuple (sign, digits, exponent) or decimal,
/// whose value it has exactly. The context only says whether texts that are no numbers raise.
#[pyclass(name = "Decimal", module = "decimal", flags(BASE))]
impl Decimal {
    #[py("(value=\"0\", context=None)")]
    fn __new__(t: &Thread, cls: Ref<Class>, value: Option<Value>, context: Option<Value>) -> Result<Value> {
        let context = Context::given(t, context)?;
        let Some(value) = value else { return Decimal::in_class(t, cls, Number::small(false, 0, 0)).map(Ref::value) };
        if cls == Decimal::class() && class_of(value) == cls {
            return Ok(value);
        }
        Decimal::in_class(t, cls, convert::from_object(t, value, context, false)?).map(Ref::value)
    }
    /// The exact value of a float or integer.
    #[py(classmethod, "($type, f, /)")]
    fn from_float(t: &Thread, cls: Ref<Class>, f: Value) -> Result<Value> {
        let n = if let Some(i) = t.int_value(f) {
            convert::from_int(t, i.as_ref())
        } else if let Some(x) = taipan_vm::ops::convert::float_value(f) {
            convert::from_float(x)
        } else {
            return Err(t.type_error("argument must be int or float"));
        };
        in_class(t, cls, n)
    }
    /// The exact value of a real number: an integer, float or decimal.
    #[py(classmethod, "($type, number, /)")]
    fn from_number(t: &Thread, cls: Ref<Class>, number: Value) -> Result<Value> {
        if cls == Decimal::class() && class_of(number) == cls {
            return Ok(number);
        }
        match (operand(t, number), taipan_vm::ops::convert::float_value(number)) {
            (Some(n), _) => in_class(t, cls, n),
            (_, Some(x)) => in_class(t, cls, convert::from_float(x)),
            _ => operand_or_refuse(t, number).and_then(|n| in_class(t, cls, n)),
        }
    }
    #[py]
    fn __repr__(t: &Thread, this: Ref<Decimal>) -> Result<String> {
        let mut out = b"Decimal('".to_vec();
        super::text::to_text(&this.number(), false, Context::current(t)?.settings().capitals, &mut out);
        out.extend_from_slice(b"')");
        Ok(String::from_utf8_lossy(&out).into_owned())
    }
    #[py]
    fn __str__(t: &Thread, this: Ref<Decimal>) -> Result<Value> {
        shown(t, &this.number(), false, Context::current(t)?.settings().capitals)
    }
    #[py]
    fn __hash__(t: &Thread, this: Ref<Decimal>) -> Result<i64> {
        match convert::hash(&this.number()) {
            Some(h) => Ok(h),
            None if this.kind() == Kind::Signaling => Err(t.type_error("Cannot hash a signaling NaN value")),
            None => Ok(taipan_vm::ops::compare::hash_identity(this.value())),
        }
    }
    #[py]
    fn __bool__(_t: &Thread, this: Ref<Decimal>) -> bool {
        !this.number().is_zero()
    }
    #[py]
    fn __int__(t: &Thread, this: Ref<Decimal>) -> Result<Value> {
        to_int(t, &this.number(), Rounding::Down)
    }
    #[py]
    fn __float__(t: &Thread, this: Ref<Decimal>) -> Result<f64> {
        to_float(t, &this.number())
    }
    #[py]
    fn __neg__(t: &Thread, this: Ref<Decimal>) -> Result<Value> {
        unary(t, Context::current(t)?, &this.number(), Length::OfOperands, arithmetic::minus)
    }
    #[py]
    fn __pos__(t: &Thread, this: Ref<Decimal>) -> Result<Value> {
        unary(t, Context::current(t)?, &this.number(), Length::OfOperands, arithmetic::plus)
    }
    #[py]
    fn __abs__(t: &Thread, this: Ref<Decimal>) -> Result<Value> {
        unary(t, Context::current(t)?, &this.number(), Length::OfOperands, arithmetic::abs)
    }
    #[py]
    fn __add__(t: &Thread, this: Value, other: Value) -> Result<Value> {
        operator(t, this, other, Length::OfOperands, arithmetic::add)
    }
    #[py]
    fn __radd__(t: &Thread, this: Value, other: Value) -> Result<Value> {
        operator(t, other, this, Length::OfOperands, arithmetic::add)
    }
    #[py]
    fn __sub__(t: &Thread, this: Value, other: Value) -> Result<Value> {
        operator(t, this, other, Length::OfOperands, arithmetic::subtract)
    }
    #[py]
    fn __rsub__(t: &Thread, this: Value, other: Value) -> Result<Value> {
        operator(t, other, this, Length::OfOperands, arithmetic::subtract)
    }
    #[py]
    fn __mul__(t: &Thread, this: Value, other: Value) -> Result<Value> {
        operator(t, this, other, Length::OfOperands, arithmetic::multiply)
    }
    #[py]
    fn __rmul__(t: &Thread, this: Value, other: Value) -> Result<Value> {
        operator(t, other, this, Length::OfOperands, arithmetic::multiply)
    }
    #[py]
    fn __truediv__(t: &Thread, this: Value, other: Value) -> Result<Value> {
        operator(t, this, other, Length::OfPrecision, arithmetic::divide)
    }
    #[py]
    fn __rtruediv__(t: &Thread, this: Value, other: Value) -> Result<Value> {
        operator(t, other, this, Length::OfPrecision, arithmetic::divide)
    }
    #[py]
    fn __floordiv__(t: &Thread, this: Value, other: Value) -> Result<Value> {
        operator(t, this, other, Length::OfOperands, arithmetic::divide_int)
    }
    #[py]
    fn __rfloordiv__(t: &Thread, this: Value, other: Value) -> Result<Value> {
        operator(t, other, this, Length::OfOperands, arithmetic::divide_int)
    }
    #[py]
    fn __mod__(t: &Thread, this: Value, other: Value) -> Result<Value> {
        operator(t, this, other, Length::OfOperands, arithmetic::remainder)
    }
    #[py]
    fn __rmod__(t: &Thread, this: Value, other: Value) -> Result<Value> {
        operator(t, other, this, Length::OfOperands, arithmetic::remainder)
    }
    #[py]
    fn __divmod__(t: &Thread, this: Value, other: Value) -> Result<Value> {
        divmod_operator(t, this, other)
    }
    #[py]
    fn __rdivmod__(t: &Thread, this: Value, other: Value) -> Result<Value> {
        divmod_operator(t, other, this)
    }
    #[py]
    fn __pow__(t: &Thread, this: Value, other: Value, modulus: Option<Value>) -> Result<Value> {
        power_operator(t, this, other, modulus)
    }
    #[py]
    fn __rpow__(t: &Thread, this: Value, other: Value, modulus: Option<Value>) -> Result<Value> {
        power_operator(t, other, this, modulus)
    }
    #[py]
    fn __eq__(t: &Thread, this: Ref<Decimal>, other: Value) -> Result<Value> {
        compare_objects(t, this, other, Compare::Eq)
    }
    #[py]
    fn __ne__(t: &Thread, this: Ref<Decimal>, other: Value) -> Result<Value> {
        compare_objects(t, this, other, Compare::Ne)
    }
    #[py]
    fn __lt__(t: &Thread, this: Ref<Decimal>, other: Value) -> Result<Value> {
        compare_objects(t, this, other, Compare::Lt)
    }
    #[py]
    fn __le__(t: &Thread, this: Ref<Decimal>, other: Value) -> Result<Value> {
        compare_objects(t, this, other, Compare::Le)
    }
    #[py]
    fn __gt__(t: &Thread, this: Ref<Decimal>, other: Value) -> Result<Value> {
        compare_objects(t, this, other, Compare::Gt)
    }
    #[py]
    fn __ge__(t: &Thread, this: Ref<Decimal>, other: Value) -> Result<Value> {
        compare_objects(t, this, other, Compare::Ge)
    }
    /// The exponential, e to the power of the number, correctly rounded.
    #[py("($self, /, context=None)")]
    fn exp(t: &Thread, this: Ref<Decimal>, context: Option<Value>) -> Result<Value> {
        unary(t, Context::given(t, context)?, &this.number(), Length::OfPrecision, functions::exp)
    }
    /// The natural logarithm, correctly rounded.
    #[py("($self, /, context=None)")]
    fn ln(t: &Thread, this: Ref<Decimal>, context: Option<Value>) -> Result<Value> {
        unary(t, Context::given(t, context)?, &this.number(), Length::OfPrecision, functions::ln)
    }
    /// The logarithm to base ten, correctly rounded.
    #[py("($self, /, context=None)")]
    fn log10(t: &Thread, this: Ref<Decimal>, context: Option<Value>) -> Result<Value> {
        unary(t, Context::given(t, context)?, &this.number(), Length::OfPrecision, functions::log10)
    }
    /// The largest number of the context's precision that is smaller.
    #[py("($self, /, context=None)")]
    fn next_minus(t: &Thread, this: Ref<Decimal>, context: Option<Value>) -> Result<Value> {
        unary(t, Context::given(t, context)?, &this.number(), Length::OfOperands, logic::next_minus)
    }
    /// The smallest number of the context's precision that is larger.
    #[py("($self, /, context=None)")]
    fn next_plus(t: &Thread, this: Ref<Decimal>, context: Option<Value>) -> Result<Value> {
        unary(t, Context::given(t, context)?, &this.number(), Length::OfOperands, logic::next_plus)
    }
    /// The number without zeros at its end; all zeros become 0E0.
    #[py("($self, /, context=None)")]
    fn normalize(t: &Thread, this: Ref<Decimal>, context: Option<Value>) -> Result<Value> {
        unary(t, Context::given(t, context)?, &this.number(), Length::OfOperands, arithmetic::normalize)
    }
    /// The square root, correctly rounded to the nearest, the even one of two.
    #[py("($self, /, context=None)")]
    fn sqrt(t: &Thread, this: Ref<Decimal>, context: Option<Value>) -> Result<Value> {
        unary(t, Context::given(t, context)?, &this.number(), Length::OfPrecision, arithmetic::square_root)
    }
    /// The exponent of the first digit.
    #[py("($self, /, context=None)")]
    fn logb(t: &Thread, this: Ref<Decimal>, context: Option<Value>) -> Result<Value> {
        unary(t, Context::given(t, context)?, &this.number(), Length::OfOperands, logic::logb)
    }
    /// Each digit, all of which are 0 or 1, inverted.
    #[py("($self, /, context=None)")]
    fn logical_invert(t: &Thread, this: Ref<Decimal>, context: Option<Value>) -> Result<Value> {
        unary(t, Context::given(t, context)?, &this.number(), Length::OfPrecision, logic::logical_invert)
    }
    /// As to_integral_value, an older name of it.
    #[py("($self, /, rounding=None, context=None)")]
    fn to_integral(t: &Thread, this: Ref<Decimal>, rounding: Option<Value>, context: Option<Value>) -> Result<Value> {
        let context = Context::given(t, context)?;
        to_integral(t, &this.number(), rounding, context, false)
    }
    /// The nearest integer in a direction of rounding, without a signal.
    #[py("($self, /, rounding=None, context=None)")]
    fn to_integral_value(t: &Thread, this: Ref<Decimal>, rounding: Option<Value>, context: Option<Value>) -> Result<Value> {
        let context = Context::given(t, context)?;
        to_integral(t, &this.number(), rounding, context, false)
    }
    /// The nearest integer in a direction of rounding, signaling Inexact and Rounded.
    #[py("($self, /, rounding=None, context=None)")]
    fn to_integral_exact(t: &Thread, this: Ref<Decimal>, rounding: Option<Value>, context: Option<Value>) -> Result<Value> {
        let context = Context::given(t, context)?;
        to_integral(t, &this.number(), rounding, context, true)
    }
    /// -1, 0 or 1: the order of two numbers, or NaN if one of them is one.
    #[py("($self, /, other, context=None)")]
    fn compare(t: &Thread, this: Ref<Decimal>, other: Value, context: Option<Value>) -> Result<Value> {
        method(t, this, other, context, Length::OfOperands, logic::compare_numbers)
    }
    /// As compare, but all NaNs signal.
    #[py("($self, /, other, context=None)")]
    fn compare_signal(t: &Thread, this: Ref<Decimal>, other: Value, context: Option<Value>) -> Result<Value> {
        method(t, this, other, context, Length::OfOperands, logic::compare_signal)
    }
    /// The larger of two numbers; a number rather than a quiet NaN.
    #[py("($self, /, other, context=None)")]
    fn max(t: &Thread, this: Ref<Decimal>, other: Value, context: Option<Value>) -> Result<Value> {
        method(t, this, other, context, Length::OfOperands, maximum)
    }
    /// As max, of the magnitudes.
    #[py("($self, /, other, context=None)")]
    fn max_mag(t: &Thread, this: Ref<Decimal>, other: Value, context: Option<Value>) -> Result<Value> {
        method(t, this, other, context, Length::OfOperands, maximum_magnitude)
    }
    /// The smaller of two numbers; a number rather than a quiet NaN.
    #[py("($self, /, other, context=None)")]
    fn min(t: &Thread, this: Ref<Decimal>, other: Value, context: Option<Value>) -> Result<Value> {
        method(t, this, other, context, Length::OfOperands, minimum)
    }
    /// As min, of the magnitudes.
    #[py("($self, /, other, context=None)")]
    fn min_mag(t: &Thread, this: Ref<Decimal>, other: Value, context: Option<Value>) -> Result<Value> {
        method(t, this, other, context, Length::OfOperands, minimum_magnitude)
    }
    /// The neighbour of the number in the direction of another.
    #[py("($self, /, other, context=None)")]
    fn next_toward(t: &Thread, this: Ref<Decimal>, other: Value, context: Option<Value>) -> Result<Value> {
        method(t, this, other, context, Length::OfOperands, logic::next_toward)
    }
    /// The remainder of a division whose quotient is rounded to the nearest integer, the even one of two.
    #[py("($self, /, other, context=None)")]
    fn remainder_near(t: &Thread, this: Ref<Decimal>, other: Value, context: Option<Value>) -> Result<Value> {
        method(t, this, other, context, Length::OfOperands, arithmetic::remainder_near)
    }
    /// The digits, all of which are 0 or 1, combined by 'and'.
    #[py("($self, /, other, context=None)")]
    fn logical_and(t: &Thread, this: Ref<Decimal>, other: Value, context: Option<Value>) -> Result<Value> {
        method(t, this, other, context, Length::OfOperands, logical_and)
    }
    /// The digits, all of which are 0 or 1, combined by 'or'.
    #[py("($self, /, other, context=None)")]
    fn logical_or(t: &Thread, this: Ref<Decimal>, other: Value, context: Option<Value>) -> Result<Value> {
        method(t, this, other, context, Length::OfOperands, logical_or)
    }
    /// The digits, all of which are 0 or 1, combined by 'exclusive or'.
    #[py("($self, /, other, context=None)")]
    fn logical_xor(t: &Thread, this: Ref<Decimal>, other: Value, context: Option<Value>) -> Result<Value> {
        method(t, this, other, context, Length::OfOperands, logical_xor)
    }
    /// The digits rotated within the precision by as many places as the other number says, to the left if it is positive.
    #[py("($self, /, other, context=None)")]
    fn rotate(t: &Thread, this: Ref<Decimal>, other: Value, context: Option<Value>) -> Result<Value> {
        method(t, this, other, context, Length::OfOperands, logic::rotate)
    }
    /// The number times ten to the power of the other.
    #[py("($self, /, other, context=None)")]
    fn scaleb(t: &Thread, this: Ref<Decimal>, other: Value, context: Option<Value>) -> Result<Value> {
        method(t, this, other, context, Length::OfOperands, logic::scaleb)
    }
    /// The digits shifted by as many places as the other number says, to the left if it is positive.
    #[py("($self, /, other, context=None)")]
    fn shift(t: &Thread, this: Ref<Decimal>, other: Value, context: Option<Value>) -> Result<Value> {
        method(t, this, other, context, Length::OfOperands, logic::shift)
    }
    /// -1, 0 or 1: the order of two numbers by their representation, in which all differ.
    ///
    /// >>> Decimal('4.20').compare_total(Decimal('4.2'))
    /// Decimal('-1')
    #[py("($self, /, other, context=None)")]
    fn compare_total(t: &Thread, this: Ref<Decimal>, other: Value, context: Option<Value>) -> Result<Value> {
        Context::given(t, context)?;
        let (a, b) = (this.number(), operand_or_refuse(t, other)?);
        plain(t, logic::compare_total(&a, &b))
    }
    /// As compare_total, without regard of signs.
    #[py("($self, /, other, context=None)")]
    fn compare_total_mag(t: &Thread, this: Ref<Decimal>, other: Value, context: Option<Value>) -> Result<Value> {
        Context::given(t, context)?;
        let (a, b) = (this.number(), operand_or_refuse(t, other)?);
        plain(t, logic::compare_total_mag(&a, &b))
    }
    /// The first number with the sign of the second.
    ///
    /// >>> Decimal('7').copy_sign(Decimal('-0.5'))
    /// Decimal('-7')
    #[py("($self, /, other, context=None)")]
    fn copy_sign(t: &Thread, this: Ref<Decimal>, other: Value, context: Option<Value>) -> Result<Value> {
        Context::given(t, context)?;
        let (a, b) = (this.number(), operand_or_refuse(t, other)?);
        plain(t, a.signed(b.negative))
    }
    /// Whether two numbers have the same exponent, or are both infinite or both NaN.
    #[py("($self, /, other, context=None)")]
    fn same_quantum(t: &Thread, this: Ref<Decimal>, other: Value, context: Option<Value>) -> Result<bool> {
        Context::given(t, context)?;
        Ok(logic::same_quantum(&this.number(), &operand_or_refuse(t, other)?))
    }
    /// The number rounded to the exponent of another.
    ///
    /// >>> Decimal('2.718').quantize(Decimal('0.01'))
    /// Decimal('2.72')
    #[py("($self, /, exp, rounding=None, context=None)")]
    fn quantize(t: &Thread, this: Ref<Decimal>, exp: Value, rounding: Option<Value>, context: Option<Value>) -> Result<Value> {
        let context = Context::given(t, context)?;
        let c = with_rounding(t, context, rounding)?;
        let exp = operand_or_refuse(t, exp)?;
        let mut st = 0;
        let out = arithmetic::quantize(&this.number(), &exp, &c, &mut st);
        context.tell(t, st)?;
        plain(t, out)
    }
    /// The number times another plus a third, rounded once.
    ///
    /// >>> Decimal(4).fma(5, 6)
    /// Decimal('26')
    #[py("($self, /, other, third, context=None)")]
    fn fma(t: &Thread, this: Ref<Decimal>, other: Value, third: Value, context: Option<Value>) -> Result<Value> {
        let context = Context::given(t, context)?;
        fma(t, context, &this.number(), &operand_or_refuse(t, other)?, &operand_or_refuse(t, third)?)
    }
    /// True: all decimals are.
    #[py("($self, /)")]
    fn is_canonical(_t: &Thread, _this: Ref<Decimal>) -> bool {
        true
    }
    /// Whether it is neither infinite nor NaN.
    #[py("($self, /)")]
    fn is_finite(_t: &Thread, this: Ref<Decimal>) -> bool {
        let n = this.number();
        n.is_finite()
    }
    /// Whether it is an infinity.
    #[py("($self, /)")]
    fn is_infinite(_t: &Thread, this: Ref<Decimal>) -> bool {
        let n = this.number();
        n.is_infinite()
    }
    /// Whether it is a NaN, quiet or signaling.
    #[py("($self, /)")]
    fn is_nan(_t: &Thread, this: Ref<Decimal>) -> bool {
        let n = this.number();
        n.is_nan()
    }
    /// Whether it is a quiet NaN.
    #[py("($self, /)")]
    fn is_qnan(_t: &Thread, this: Ref<Decimal>) -> bool {
        let n = this.number();
        n.kind == Kind::Quiet
    }
    /// Whether it is a signaling NaN.
    #[py("($self, /)")]
    fn is_snan(_t: &Thread, this: Ref<Decimal>) -> bool {
        let n = this.number();
        n.kind == Kind::Signaling
    }
    /// Whether it has a negative sign, as negative zeros and NaNs may have.
    #[py("($self, /)")]
    fn is_signed(_t: &Thread, this: Ref<Decimal>) -> bool {
        let n = this.number();
        n.negative
    }
    /// Whether it is zero.
    #[py("($self, /)")]
    fn is_zero(_t: &Thread, this: Ref<Decimal>) -> bool {
        let n = this.number();
        n.is_zero()
    }
    /// Whether it is finite, not zero and not subnormal.
    #[py("($self, /, context=None)")]
    fn is_normal(t: &Thread, this: Ref<Decimal>, context: Option<Value>) -> Result<bool> {
        let (n, c) = (this.number(), Context::given(t, context)?.settings());
        Ok(n.is_normal(&c))
    }
    /// Whether it is not zero and smaller than what has the full precision.
    #[py("($self, /, context=None)")]
    fn is_subnormal(t: &Thread, this: Ref<Decimal>, context: Option<Value>) -> Result<bool> {
        let (n, c) = (this.number(), Context::given(t, context)?.settings());
        Ok(n.is_subnormal(&c))
    }
    /// The exponent of the first digit; 0 for infinities and NaNs.
    #[py("($self, /)")]
    fn adjusted(_t: &Thread, this: Ref<Decimal>) -> i64 {
        let n = this.number();
        if n.is_finite() { n.adjusted() } else { 0 }
    }
    /// The number itself.
    #[py("($self, /)")]
    fn canonical(_t: &Thread, this: Ref<Decimal>) -> Ref<Decimal> {
        this
    }
    /// The number itself.
    #[py("($self, /)")]
    fn conjugate(_t: &Thread, this: Ref<Decimal>) -> Ref<Decimal> {
        this
    }
    /// Decimal(10), the base.
    #[py("($self, /)")]
    fn radix(t: &Thread, _this: Ref<Decimal>) -> Result<Value> {
        plain(t, Number::small(false, 10, 0))
    }
    /// The number without its sign, unrounded.
    #[py("($self, /)")]
    fn copy_abs(t: &Thread, this: Ref<Decimal>) -> Result<Value> {
        plain(t, this.number().signed(false))
    }
    /// The number with the opposite sign, unrounded.
    #[py("($self, /)")]
    fn copy_negate(t: &Thread, this: Ref<Decimal>) -> Result<Value> {
        plain(t, this.number().signed(!this.is_negative()))
    }
    /// The name of the number's class: "+Normal", "-Zero", "NaN" and so on.
    #[py("($self, /, context=None)")]
    fn number_class(t: &Thread, this: Ref<Decimal>, context: Option<Value>) -> Result<&'static str> {
        Ok(logic::number_class(&this.number(), &Context::given(t, context)?.settings()))
    }
    /// In engineering notation, whose exponents are multiples of three.
    #[py("($self, /, context=None)")]
    fn to_eng_string(t: &Thread, this: Ref<Decimal>, context: Option<Value>) -> Result<Value> {
        shown(t, &this.number(), true, Context::given(t, context)?.settings().capitals)
    }
    /// The number as DecimalTuple(sign, digits, exponent).
    #[py("($self, /)")]
    fn as_tuple(t: &Thread, this: Ref<Decimal>) -> Result<Value> {
        convert::to_tuple(t, &this.number())
    }
    /// A pair of integers, in lowest terms and with a positive denominator, whose ratio the number is.
    #[py("($self, /)")]
    fn as_integer_ratio(t: &Thread, this: Ref<Decimal>) -> Result<(Value, Value)> {
        to_ratio(t, &this.number())
    }
    #[py("($self, /)")]
    fn __copy__(_t: &Thread, this: Ref<Decimal>) -> Ref<Decimal> {
        this
    }
    #[py("($self, memo, /)")]
    fn __deepcopy__(_t: &Thread, this: Ref<Decimal>, _memo: Value) -> Ref<Decimal> {
        this
    }
    /// The class and the text that make an equal one.
    #[py("($self, /)")]
    fn __reduce__(t: &Thread, this: Ref<Decimal>) -> Result<(Value, (Value,))> {
        Ok((class_of(this.value()).value(), (t.str(this.value())?.value(),)))
    }
    /// The number in a format of the mini-language; a dict may replace decimal_point, thousands_sep and grouping.
    #[py("($self, format_spec, override=None, /)", nosig)]
    fn __format__(t: &Thread, this: Ref<Decimal>, format_spec: Value, replaced: Option<Value>) -> Result<Value> {
        let Some(spec) = format_spec.downcast::<Str>() else { return Err(t.type_error("format arg must be str")) };
        let c = Context::current(t)?.settings();
        let n = this.number();
        if spec.is_empty() && replaced.is_none() {
            return shown(t, &n, false, c.capitals);
        }
        let Some(text) = spec.to_utf8() else { return Err(t.value_error("invalid format string")) };
        let spec = match Spec::parse(&text, c.capitals) {
            Ok(spec) => spec,
            Err(SpecError::Invalid) => return Err(t.value_error("invalid format string")),
            Err(SpecError::TooLarge) => return Err(t.overflow_error("cannot fit 'int' into an index-sized integer")),
        };
        if spec.is_old_local() {
            t.warn(ex::Kind::DeprecationWarning, "Format specifier 'N' is deprecated and slated for removal in Python 3.18")?;
        }
        let signs = match replaced.filter(|v| !v.is_none()) {
            Some(v) => Some(given_signs(t, v)?),
            None if spec.is_local() => Some(local_signs(t)?),
            None => None,
        };
        match spec.apply(&n, c.rounding, signs) {
            Some(text) => Str::from_str(t, &text).map(Ref::value),
            None => Err(t.memory_error()),
        }
    }
    /// The nearest integer, the even one of two; with a count of digits, the number rounded to so many behind the point.
    #[py("($self, ndigits=<unrepresentable>, /)", nosig)]
    fn __round__(t: &Thread, this: Ref<Decimal>, ndigits: Option<Value>) -> Result<Value> {
        let Some(digits) = ndigits else { return to_int(t, &this.number(), Rounding::HalfEven) };
        if t.int_value(digits).is_none() {
            return Err(t.type_error("optional arg must be an integer"));
        }
        let digits = context::integer(t, digits)?;
        let context = Context::current(t)?;
        let mut st = 0;
        let exp = Number::small(false, 1, digits.saturating_neg());
        let out = arithmetic::quantize(&this.number(), &exp, &context.settings(), &mut st);
        context.tell(t, st)?;
        plain(t, out)
    }
    #[py("($self, /)")]
    fn __ceil__(t: &Thread, this: Ref<Decimal>) -> Result<Value> {
        to_int(t, &this.number(), Rounding::Ceiling)
    }
    #[py("($self, /)")]
    fn __floor__(t: &Thread, this: Ref<Decimal>) -> Result<Value> {
        to_int(t, &this.number(), Rounding::Floor)
    }
    #[py("($self, /)")]
    fn __trunc__(t: &Thread, this: Ref<Decimal>) -> Result<Value> {
        to_int(t, &this.number(), Rounding::Down)
    }
    /// The number as a complex one.
    #[py("($self, /)")]
    fn __complex__(t: &Thread, this: Ref<Decimal>) -> Result<Value> {
        let re = to_float(t, &this.number())?;
        taipan_vm::objects::complex::Complex::new(t, taipan_num::complex::Complex { re, im: 0.0 }).map(Ref::value)
    }
    /// Bytes that the number takes.
    #[py("($self, /)")]
    fn __sizeof__(_t: &Thread, this: Ref<Decimal>) -> usize {
        size_of::<Decimal>() + this.extra_size()
    }
    /// The number itself.
    #[py(getter)]
    fn real(_t: &Thread, this: Ref<Decimal>) -> Ref<Decimal> {
        this
    }
    /// Decimal(0)
    #[py(getter)]
    fn imag(t: &Thread, _this: Ref<Decimal>) -> Result<Value> {
        plain(t, Number::small(false, 0, 0))
    }
}
