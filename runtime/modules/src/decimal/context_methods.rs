//! Class `Context`: attributes and methods.

use super::context::Context;
use super::convert::{from_object, operand_or_refuse, shown};
use super::methods::*;
use super::number::*;
use super::object::{Decimal, Length, context_method, context_method1, plain};
use super::signals::SignalDict;
use super::{arithmetic, convert, functions, logic};
use std::sync::atomic::Ordering::Relaxed;
use taipan_vm::native::*;

/// What arithmetic goes by: precision, rounding, range of exponents, which conditions raise (traps) and which were met (flags).
///
/// >>> Context(prec=4, rounding=ROUND_DOWN, traps=[]).divide(2, 3)
/// Decimal('0.6666')
#[pyclass(name = "Context", module = "decimal", flags(BASE))]
impl Context {
    #[py("(*args, **kwargs)", nosig)]
    fn __new__(t: &Thread, cls: Ref<Class>, args: &[Value], kwargs: Kwargs) -> Result<Ref<Context>> {
        let _ = (args, kwargs);
        Context::from_template(t, cls)
    }
    #[py("($self, /, prec=None, rounding=None, Emin=None, Emax=None, capitals=None, clamp=None, flags=None, traps=None)")]
    fn __init__(
        t: &Thread,
        this: Ref<Context>,
        prec: Option<Value>,
        rounding: Option<Value>,
        Emin: Option<Value>,
        Emax: Option<Value>,
        capitals: Option<Value>,
        clamp: Option<Value>,
        flags: Option<Value>,
        traps: Option<Value>,
    ) -> Result<()> {
        let given = [
            ("prec", prec),
            ("rounding", rounding),
            ("Emin", Emin),
            ("Emax", Emax),
            ("capitals", capitals),
            ("clamp", clamp),
            ("flags", flags),
            ("traps", traps),
        ];
        for (attribute, v) in given {
            Context::configure(t, this, attribute, v.unwrap_or(Value::NONE))?;
        }
        Ok(())
    }
    #[py]
    fn __repr__(_t: &Thread, this: Ref<Context>) -> String {
        this.shown()
    }
    #[py(getter)]
    fn prec(t: &Thread, this: Ref<Context>) -> Result<Value> {
        t.int(this.prec.load(Relaxed))
    }
    #[py(setter)]
    fn set_prec(t: &Thread, this: Ref<Context>, value: Option<Value>) -> Result<()> {
        Context::set_attribute(t, this, "prec", value)
    }
    #[py(getter)]
    fn Emax(t: &Thread, this: Ref<Context>) -> Result<Value> {
        t.int(this.emax.load(Relaxed))
    }
    #[py(setter)]
    fn set_Emax(t: &Thread, this: Ref<Context>, value: Option<Value>) -> Result<()> {
        Context::set_attribute(t, this, "Emax", value)
    }
    #[py(getter)]
    fn Emin(t: &Thread, this: Ref<Context>) -> Result<Value> {
        t.int(this.emin.load(Relaxed))
    }
    #[py(setter)]
    fn set_Emin(t: &Thread, this: Ref<Context>, value: Option<Value>) -> Result<()> {
        Context::set_attribute(t, this, "Emin", value)
    }
    #[py(getter)]
    fn rounding(t: &Thread, this: Ref<Context>) -> Result<Value> {
        super::name(t, this.rounding_name()).map(Ref::value)
    }
    #[py(setter)]
    fn set_rounding(t: &Thread, this: Ref<Context>, value: Option<Value>) -> Result<()> {
        Context::set_attribute(t, this, "rounding", value)
    }
    #[py(getter)]
    fn capitals(_t: &Thread, this: Ref<Context>) -> Result<Value> {
        Ok(Value::small_int(this.capitals.load(Relaxed).into()))
    }
    #[py(setter)]
    fn set_capitals(t: &Thread, this: Ref<Context>, value: Option<Value>) -> Result<()> {
        Context::set_attribute(t, this, "capitals", value)
    }
    #[py(getter)]
    fn clamp(_t: &Thread, this: Ref<Context>) -> Result<Value> {
        Ok(Value::small_int(this.clamp.load(Relaxed).into()))
    }
    #[py(setter)]
    fn set_clamp(t: &Thread, this: Ref<Context>, value: Option<Value>) -> Result<()> {
        Context::set_attribute(t, this, "clamp", value)
    }
    #[py(getter)]
    fn flags(_t: &Thread, this: Ref<Context>) -> Ref<SignalDict> {
        this.flags_view()
    }
    #[py(setter)]
    fn set_flags(t: &Thread, this: Ref<Context>, value: Option<Value>) -> Result<()> {
        Context::set_attribute(t, this, "flags", value)
    }
    #[py(getter)]
    fn traps(_t: &Thread, this: Ref<Context>) -> Ref<SignalDict> {
        this.traps_view()
    }
    #[py(setter)]
    fn set_traps(t: &Thread, this: Ref<Context>, value: Option<Value>) -> Result<()> {
        Context::set_attribute(t, this, "traps", value)
    }
    /// The magnitude, rounded.
    #[py("($self, x, /)")]
    fn abs(t: &Thread, this: Ref<Context>, x: Value) -> Result<Value> {
        context_method1(t, this, x, Length::OfOperands, arithmetic::abs)
    }
    /// The number with the opposite sign, rounded.
    #[py("($self, x, /)")]
    fn minus(t: &Thread, this: Ref<Context>, x: Value) -> Result<Value> {
        context_method1(t, this, x, Length::OfOperands, arithmetic::minus)
    }
    /// The number, rounded.
    #[py("($self, x, /)")]
    fn plus(t: &Thread, this: Ref<Context>, x: Value) -> Result<Value> {
        context_method1(t, this, x, Length::OfOperands, arithmetic::plus)
    }
    /// The exponential, e to the power of the number, correctly rounded.
    #[py("($self, x, /)")]
    fn exp(t: &Thread, this: Ref<Context>, x: Value) -> Result<Value> {
        context_method1(t, this, x, Length::OfPrecision, functions::exp)
    }
    /// The natural logarithm, correctly rounded.
    #[py("($self, x, /)")]
    fn ln(t: &Thread, this: Ref<Context>, x: Value) -> Result<Value> {
        context_method1(t, this, x, Length::OfPrecision, functions::ln)
    }
    /// The logarithm to base ten, correctly rounded.
    #[py("($self, x, /)")]
    fn log10(t: &Thread, this: Ref<Context>, x: Value) -> Result<Value> {
        context_method1(t, this, x, Length::OfPrecision, functions::log10)
    }
    /// The largest number of the context's precision that is smaller.
    #[py("($self, x, /)")]
    fn next_minus(t: &Thread, this: Ref<Context>, x: Value) -> Result<Value> {
        context_method1(t, this, x, Length::OfOperands, logic::next_minus)
    }
    /// The smallest number of the context's precision that is larger.
    #[py("($self, x, /)")]
    fn next_plus(t: &Thread, this: Ref<Context>, x: Value) -> Result<Value> {
        context_method1(t, this, x, Length::OfOperands, logic::next_plus)
    }
    /// The number without zeros at its end; all zeros become 0E0.
    #[py("($self, x, /)")]
    fn normalize(t: &Thread, this: Ref<Context>, x: Value) -> Result<Value> {
        context_method1(t, this, x, Length::OfOperands, arithmetic::normalize)
    }
    /// The square root, correctly rounded to the nearest, the even one of two.
    #[py("($self, x, /)")]
    fn sqrt(t: &Thread, this: Ref<Context>, x: Value) -> Result<Value> {
        context_method1(t, this, x, Length::OfPrecision, arithmetic::square_root)
    }
    /// The exponent of the first digit.
    #[py("($self, x, /)")]
    fn logb(t: &Thread, this: Ref<Context>, x: Value) -> Result<Value> {
        context_method1(t, this, x, Length::OfOperands, logic::logb)
    }
    /// Each digit, all of which are 0 or 1, inverted.
    #[py("($self, x, /)")]
    fn logical_invert(t: &Thread, this: Ref<Context>, x: Value) -> Result<Value> {
        context_method1(t, this, x, Length::OfPrecision, logic::logical_invert)
    }
    /// As to_integral_value, an older name of it.
    #[py("($self, x, /)")]
    fn to_integral(t: &Thread, this: Ref<Context>, x: Value) -> Result<Value> {
        to_integral(t, &operand_or_refuse(t, x)?, None, this, false)
    }
    /// The nearest integer, without a signal.
    #[py("($self, x, /)")]
    fn to_integral_value(t: &Thread, this: Ref<Context>, x: Value) -> Result<Value> {
        to_integral(t, &operand_or_refuse(t, x)?, None, this, false)
    }
    /// The nearest integer, signaling Inexact and Rounded.
    #[py("($self, x, /)")]
    fn to_integral_exact(t: &Thread, this: Ref<Context>, x: Value) -> Result<Value> {
        to_integral(t, &operand_or_refuse(t, x)?, None, this, true)
    }
    /// The sum.
    #[py("($self, x, y, /)")]
    fn add(t: &Thread, this: Ref<Context>, x: Value, y: Value) -> Result<Value> {
        context_method(t, this, x, y, Length::OfOperands, arithmetic::add)
    }
    /// The difference.
    #[py("($self, x, y, /)")]
    fn subtract(t: &Thread, this: Ref<Context>, x: Value, y: Value) -> Result<Value> {
        context_method(t, this, x, y, Length::OfOperands, arithmetic::subtract)
    }
    /// The product.
    #[py("($self, x, y, /)")]
    fn multiply(t: &Thread, this: Ref<Context>, x: Value, y: Value) -> Result<Value> {
        context_method(t, this, x, y, Length::OfOperands, arithmetic::multiply)
    }
    /// The quotient.
    #[py("($self, x, y, /)")]
    fn divide(t: &Thread, this: Ref<Context>, x: Value, y: Value) -> Result<Value> {
        context_method(t, this, x, y, Length::OfPrecision, arithmetic::divide)
    }
    /// The integer part of the quotient.
    #[py("($self, x, y, /)")]
    fn divide_int(t: &Thread, this: Ref<Context>, x: Value, y: Value) -> Result<Value> {
        context_method(t, this, x, y, Length::OfOperands, arithmetic::divide_int)
    }
    /// What division to an integer leaves.
    #[py("($self, x, y, /)")]
    fn remainder(t: &Thread, this: Ref<Context>, x: Value, y: Value) -> Result<Value> {
        context_method(t, this, x, y, Length::OfOperands, arithmetic::remainder)
    }
    /// The first number rounded to the exponent of the second.
    #[py("($self, x, y, /)")]
    fn quantize(t: &Thread, this: Ref<Context>, x: Value, y: Value) -> Result<Value> {
        context_method(t, this, x, y, Length::OfOperands, arithmetic::quantize)
    }
    /// -1, 0 or 1: the order of two numbers, or NaN if one of them is one.
    #[py("($self, x, y, /)")]
    fn compare(t: &Thread, this: Ref<Context>, x: Value, y: Value) -> Result<Value> {
        context_method(t, this, x, y, Length::OfOperands, logic::compare_numbers)
    }
    /// As compare, but all NaNs signal.
    #[py("($self, x, y, /)")]
    fn compare_signal(t: &Thread, this: Ref<Context>, x: Value, y: Value) -> Result<Value> {
        context_method(t, this, x, y, Length::OfOperands, logic::compare_signal)
    }
    /// The larger of two numbers; a number rather than a quiet NaN.
    #[py("($self, x, y, /)")]
    fn max(t: &Thread, this: Ref<Context>, x: Value, y: Value) -> Result<Value> {
        context_method(t, this, x, y, Length::OfOperands, maximum)
    }
    /// As max, of the magnitudes.
    #[py("($self, x, y, /)")]
    fn max_mag(t: &Thread, this: Ref<Context>, x: Value, y: Value) -> Result<Value> {
        context_method(t, this, x, y, Length::OfOperands, maximum_magnitude)
    }
    /// The smaller of two numbers; a number rather than a quiet NaN.
    #[py("($self, x, y, /)")]
    fn min(t: &Thread, this: Ref<Context>, x: Value, y: Value) -> Result<Value> {
        context_method(t, this, x, y, Length::OfOperands, minimum)
    }
    /// As min, of the magnitudes.
    #[py("($self, x, y, /)")]
    fn min_mag(t: &Thread, this: Ref<Context>, x: Value, y: Value) -> Result<Value> {
        context_method(t, this, x, y, Length::OfOperands, minimum_magnitude)
    }
    /// The neighbour of the number in the direction of another.
    #[py("($self, x, y, /)")]
    fn next_toward(t: &Thread, this: Ref<Context>, x: Value, y: Value) -> Result<Value> {
        context_method(t, this, x, y, Length::OfOperands, logic::next_toward)
    }
    /// The remainder of a division whose quotient is rounded to the nearest integer, the even one of two.
    #[py("($self, x, y, /)")]
    fn remainder_near(t: &Thread, this: Ref<Context>, x: Value, y: Value) -> Result<Value> {
        context_method(t, this, x, y, Length::OfOperands, arithmetic::remainder_near)
    }
    /// The digits, all of which are 0 or 1, combined by 'and'.
    #[py("($self, x, y, /)")]
    fn logical_and(t: &Thread, this: Ref<Context>, x: Value, y: Value) -> Result<Value> {
        context_method(t, this, x, y, Length::OfOperands, logical_and)
    }
    /// The digits, all of which are 0 or 1, combined by 'or'.
    #[py("($self, x, y, /)")]
    fn logical_or(t: &Thread, this: Ref<Context>, x: Value, y: Value) -> Result<Value> {
        context_method(t, this, x, y, Length::OfOperands, logical_or)
    }
    /// The digits, all of which are 0 or 1, combined by 'exclusive or'.
    #[py("($self, x, y, /)")]
    fn logical_xor(t: &Thread, this: Ref<Context>, x: Value, y: Value) -> Result<Value> {
        context_method(t, this, x, y, Length::OfOperands, logical_xor)
    }
    /// The digits rotated within the precision by as many places as the other number says, to the left if it is positive.
    #[py("($self, x, y, /)")]
    fn rotate(t: &Thread, this: Ref<Context>, x: Value, y: Value) -> Result<Value> {
        context_method(t, this, x, y, Length::OfOperands, logic::rotate)
    }
    /// The number times ten to the power of the other.
    #[py("($self, x, y, /)")]
    fn scaleb(t: &Thread, this: Ref<Context>, x: Value, y: Value) -> Result<Value> {
        context_method(t, this, x, y, Length::OfOperands, logic::scaleb)
    }
    /// The digits shifted by as many places as the other number says, to the left if it is positive.
    #[py("($self, x, y, /)")]
    fn shift(t: &Thread, this: Ref<Context>, x: Value, y: Value) -> Result<Value> {
        context_method(t, this, x, y, Length::OfOperands, logic::shift)
    }
    /// -1, 0 or 1: the order of two numbers by their representation, in which all differ.
    #[py("($self, x, y, /)")]
    fn compare_total(t: &Thread, _this: Ref<Context>, x: Value, y: Value) -> Result<Value> {
        let (a, b) = (operand_or_refuse(t, x)?, operand_or_refuse(t, y)?);
        plain(t, logic::compare_total(&a, &b))
    }
    /// As compare_total, without regard of signs.
    #[py("($self, x, y, /)")]
    fn compare_total_mag(t: &Thread, _this: Ref<Context>, x: Value, y: Value) -> Result<Value> {
        let (a, b) = (operand_or_refuse(t, x)?, operand_or_refuse(t, y)?);
        plain(t, logic::compare_total_mag(&a, &b))
    }
    /// The first number with the sign of the second.
    #[py("($self, x, y, /)")]
    fn copy_sign(t: &Thread, _this: Ref<Context>, x: Value, y: Value) -> Result<Value> {
        let (a, b) = (operand_or_refuse(t, x)?, operand_or_refuse(t, y)?);
        plain(t, a.signed(b.negative))
    }
    /// Whether two numbers have the same exponent, or are both infinite or both NaN.
    #[py("($self, x, y, /)")]
    fn same_quantum(t: &Thread, _this: Ref<Context>, x: Value, y: Value) -> Result<bool> {
        Ok(logic::same_quantum(&operand_or_refuse(t, x)?, &operand_or_refuse(t, y)?))
    }
    /// Quotient and remainder of a division to an integer.
    #[py("($self, x, y, /)")]
    fn divmod(t: &Thread, this: Ref<Context>, x: Value, y: Value) -> Result<Value> {
        divmod(t, this, &operand_or_refuse(t, x)?, &operand_or_refuse(t, y)?)
    }
    /// a to the power of b, or that modulo a third number.
    #[py("($self, /, a, b, modulo=None)")]
    fn power(t: &Thread, this: Ref<Context>, a: Value, b: Value, modulo: Option<Value>) -> Result<Value> {
        let (a, b) = (operand_or_refuse(t, a)?, operand_or_refuse(t, b)?);
        let modulus = modulo.filter(|m| !m.is_none()).map(|m| operand_or_refuse(t, m)).transpose()?;
        raise(t, this, &a, &b, modulus.as_ref())
    }
    /// x times y plus z, rounded once.
    #[py("($self, x, y, z, /)")]
    fn fma(t: &Thread, this: Ref<Context>, x: Value, y: Value, z: Value) -> Result<Value> {
        fma(t, this, &operand_or_refuse(t, x)?, &operand_or_refuse(t, y)?, &operand_or_refuse(t, z)?)
    }
    /// The smallest exponent that a subnormal number may have: Emin - prec + 1.
    #[py("($self, /)")]
    fn Etiny(_t: &Thread, this: Ref<Context>) -> i64 {
        this.settings().etiny()
    }
    /// The largest exponent that a number of full precision may have: Emax - prec + 1.
    #[py("($self, /)")]
    fn Etop(_t: &Thread, this: Ref<Context>) -> i64 {
        this.settings().etop()
    }
    /// Decimal(10), the base.
    #[py("($self, /)")]
    fn radix(t: &Thread, _this: Ref<Context>) -> Result<Value> {
        plain(t, Number::small(false, 10, 0))
    }
    /// True: all decimals are.
    #[py("($self, x, /)")]
    fn is_canonical(t: &Thread, _this: Ref<Context>, x: Value) -> Result<bool> {
        is_decimal(t, x).map(|_| true)
    }
    /// Whether it is neither infinite nor NaN.
    #[py("($self, x, /)")]
    fn is_finite(t: &Thread, _this: Ref<Context>, x: Value) -> Result<bool> {
        let n = operand_or_refuse(t, x)?;
        Ok(n.is_finite())
    }
    /// Whether it is an infinity.
    #[py("($self, x, /)")]
    fn is_infinite(t: &Thread, _this: Ref<Context>, x: Value) -> Result<bool> {
        let n = operand_or_refuse(t, x)?;
        Ok(n.is_infinite())
    }
    /// Whether it is a NaN, quiet or signaling.
    #[py("($self, x, /)")]
    fn is_nan(t: &Thread, _this: Ref<Context>, x: Value) -> Result<bool> {
        let n = operand_or_refuse(t, x)?;
        Ok(n.is_nan())
    }
    /// Whether it is a quiet NaN.
    #[py("($self, x, /)")]
    fn is_qnan(t: &Thread, _this: Ref<Context>, x: Value) -> Result<bool> {
        let n = operand_or_refuse(t, x)?;
        Ok(n.kind == Kind::Quiet)
    }
    /// Whether it is a signaling NaN.
    #[py("($self, x, /)")]
    fn is_snan(t: &Thread, _this: Ref<Context>, x: Value) -> Result<bool> {
        let n = operand_or_refuse(t, x)?;
        Ok(n.kind == Kind::Signaling)
    }
    /// Whether it has a negative sign, as negative zeros and NaNs may have.
    #[py("($self, x, /)")]
    fn is_signed(t: &Thread, _this: Ref<Context>, x: Value) -> Result<bool> {
        let n = operand_or_refuse(t, x)?;
        Ok(n.negative)
    }
    /// Whether it is zero.
    #[py("($self, x, /)")]
    fn is_zero(t: &Thread, _this: Ref<Context>, x: Value) -> Result<bool> {
        let n = operand_or_refuse(t, x)?;
        Ok(n.is_zero())
    }
    /// Whether it is finite, not zero and not subnormal.
    #[py("($self, x, /)")]
    fn is_normal(t: &Thread, this: Ref<Context>, x: Value) -> Result<bool> {
        let c = this.settings();
        let n = operand_or_refuse(t, x)?;
        Ok(n.is_normal(&c))
    }
    /// Whether it is not zero and smaller than what has the full precision.
    #[py("($self, x, /)")]
    fn is_subnormal(t: &Thread, this: Ref<Context>, x: Value) -> Result<bool> {
        let c = this.settings();
        let n = operand_or_refuse(t, x)?;
        Ok(n.is_subnormal(&c))
    }
    #[py("($self, x, /)")]
    fn _apply(t: &Thread, this: Ref<Context>, x: Value) -> Result<Value> {
        context_method1(t, this, x, Length::OfOperands, |n, c, st| n.clone().finish(c, st))
    }
    /// The number itself, which must be a decimal.
    #[py("($self, x, /)")]
    fn canonical(t: &Thread, _this: Ref<Context>, x: Value) -> Result<Ref<Decimal>> {
        is_decimal(t, x)
    }
    /// The number without its sign, unrounded.
    #[py("($self, x, /)")]
    fn copy_abs(t: &Thread, _this: Ref<Context>, x: Value) -> Result<Value> {
        plain(t, operand_or_refuse(t, x)?.signed(false))
    }
    /// The number, unrounded.
    #[py("($self, x, /)")]
    fn copy_decimal(t: &Thread, _this: Ref<Context>, x: Value) -> Result<Value> {
        if x.downcast::<Decimal>().is_some() {
            return Ok(x);
        }
        plain(t, operand_or_refuse(t, x)?)
    }
    /// The number with the opposite sign, unrounded.
    #[py("($self, x, /)")]
    fn copy_negate(t: &Thread, _this: Ref<Context>, x: Value) -> Result<Value> {
        let n = operand_or_refuse(t, x)?;
        let negative = n.negative;
        plain(t, n.signed(!negative))
    }
    /// The name of the number's class: "+Normal", "-Zero", "NaN" and so on.
    #[py("($self, x, /)")]
    fn number_class(t: &Thread, this: Ref<Context>, x: Value) -> Result<&'static str> {
        Ok(logic::number_class(&operand_or_refuse(t, x)?, &this.settings()))
    }
    /// In scientific notation.
    #[py("($self, x, /)")]
    fn to_sci_string(t: &Thread, this: Ref<Context>, x: Value) -> Result<Value> {
        shown(t, &operand_or_refuse(t, x)?, false, this.settings().capitals)
    }
    /// In engineering notation, whose exponents are multiples of three.
    #[py("($self, x, /)")]
    fn to_eng_string(t: &Thread, this: Ref<Context>, x: Value) -> Result<Value> {
        shown(t, &operand_or_refuse(t, x)?, true, this.settings().capitals)
    }
    /// Set all flags to False.
    #[py("($self, /)")]
    fn clear_flags(_t: &Thread, this: Ref<Context>) {
        this.status.store(0, Relaxed);
    }
    /// Set all traps to False.
    #[py("($self, /)")]
    fn clear_traps(_t: &Thread, this: Ref<Context>) {
        this.traps.store(0, Relaxed);
    }
    /// A copy, flags and traps included.
    #[py("($self, /)")]
    fn copy(t: &Thread, this: Ref<Context>) -> Result<Ref<Context>> {
        Context::copy_of(t, this, true)
    }
    #[py("($self, /)")]
    fn __copy__(t: &Thread, this: Ref<Context>) -> Result<Ref<Context>> {
        Context::copy_of(t, this, true)
    }
    #[py("($self, /)")]
    fn __reduce__(t: &Thread, this: Ref<Context>) -> Result<Value> {
        Context::reduced(t, this)
    }
    /// A decimal of the same objects as Decimal() takes, rounded by this context.
    #[py("($self, num=\"0\", /)")]
    fn create_decimal(t: &Thread, this: Ref<Context>, num: Option<Value>) -> Result<Value> {
        match num {
            None => plain(t, Number::small(false, 0, 0)),
            Some(v) => plain(t, from_object(t, v, this, true)?),
        }
    }
    /// A decimal of a float or integer, rounded by this context.
    #[py("($self, f, /)")]
    fn create_decimal_from_float(t: &Thread, this: Ref<Context>, f: Value) -> Result<Value> {
        let n = if let Some(i) = t.int_value(f) {
            convert::from_int(t, i.as_ref())
        } else if let Some(x) = taipan_vm::ops::convert::float_value(f) {
            convert::from_float(x)
        } else {
            return Err(t.type_error("argument must be int or float"));
        };
        let mut st = 0;
        let out = n.finish(&this.settings(), &mut st);
        this.tell(t, st)?;
        plain(t, out)
    }
}

fn is_decimal(t: &Thread, v: Value) -> Result<Ref<Decimal>> {
    v.downcast::<Decimal>().ok_or_else(|| t.type_error("argument must be a Decimal"))
}
