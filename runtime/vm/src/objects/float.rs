//! `float`: most floats are immediate values (see `taipan_heap::Value`); the rest, and instances of subclasses, are cells.
//!
//! A float that has an immediate form is never a cell of exactly class float.

use crate::native::*;
use crate::objects::class::Special;
use crate::objects::int;
use crate::ops::compare::hash_float;
use crate::ops::text::text_of;
use crate::ops::{BinaryOp, Compare, float_value, type_name};
use taipan_num::complex::Complex as Number;
use taipan_num::{Big, NumError, convert, float as num};
use taipan_text::float as text;
use taipan_text::float::HexError;
use taipan_text::spec::{self, Align, Spec};

#[derive(HeapType)]
#[repr(C)]
pub struct BoxedFloat {
    header: Header,
    value: f64,
}

impl BoxedFloat {
    pub(crate) const VALUE: usize = std::mem::offset_of!(BoxedFloat, value);

    #[inline(always)]
    pub fn value(&self) -> f64 {
        self.value
    }
    /// A cell; the caller knows that the float has no immediate form.
    #[inline]
    pub fn new(t: &Thread, value: f64) -> Result<Ref<BoxedFloat>> {
        debug_assert!(Value::try_float(value).is_none());
        t.create(BoxedFloat { header: Header::NEW, value })
    }
    /// An instance of a subclass of float.
    pub fn in_class(t: &Thread, class: Ref<Class>, value: f64) -> Result<Ref<BoxedFloat>> {
        t.create_in(class, BoxedFloat { header: Header::NEW, value })
    }
}

/// Whether floats have the operator.
#[inline]
pub const fn has_operator(op: BinaryOp) -> bool {
    use BinaryOp::*;
    matches!(op, Add | Sub | Mul | Truediv | Floordiv | Mod | Pow | Divmod)
}

/// `a op b` of floats; `NotImplemented` for operators that floats lack.
pub fn operate(t: &Thread, op: BinaryOp, a: f64, b: f64) -> Result<Value> {
    let r = match op {
        BinaryOp::Add => Ok(a + b),
        BinaryOp::Sub => Ok(a - b),
        BinaryOp::Mul => Ok(a * b),
        BinaryOp::Truediv => num::true_div(a, b),
        BinaryOp::Floordiv => num::floor_div(a, b),
        BinaryOp::Mod => num::floor_mod(a, b),
        BinaryOp::Pow => match num::pow(a, b) {
            Ok(Some(x)) => Ok(x),
            Ok(None) => return super::complex::power(t, Number::new(a, 0.0), Number::new(b, 0.0)),
            Err(e) => Err(e),
        },
        BinaryOp::Divmod => {
            let (q, r) = num::divmod(a, b).map_err(|e| t.num_error(e))?;
            return (q, r).into_value(t);
        }
        _ => return Ok(Value::NOT_IMPLEMENTED),
    };
    match r {
        Ok(x) => t.float(x),
        Err(e) => Err(t.num_error(e)),
    }
}

/// The receiver's float.
fn me(t: &Thread, this: Value) -> Result<f64> {
    match float_value(this) {
        Some(x) => Ok(x),
        None => Err(t.type_error(format!("expected a 'float' object but received a '{}'", type_name(this)))),
    }
}

/// An operand of float arithmetic: a float or an integer; `None` for others.
fn operand(t: &Thread, v: Value) -> Result<Option<f64>> {
    if let Some(x) = float_value(v) {
        return Ok(Some(x));
    }
    match int::view(v) {
        Some(i) => convert::to_f64(i.as_ref()).map(Some).map_err(|e| t.num_error(e)),
        None => Ok(None),
    }
}

fn arithmetic(t: &Thread, op: BinaryOp, a: Value, b: Value) -> Result<Value> {
    match (operand(t, a)?, operand(t, b)?) {
        (Some(x), Some(y)) => operate(t, op, x, y),
        _ => Ok(Value::NOT_IMPLEMENTED),
    }
}

fn power(t: &Thread, base: Value, exponent: Value, modulus: Option<Value>) -> Result<Value> {
    if modulus.is_some_and(|m| !m.is_none()) {
        return Err(t.type_error("pow() 3rd argument not allowed unless all arguments are integers"));
    }
    arithmetic(t, BinaryOp::Pow, base, exponent)
}

fn compare(t: &Thread, op: Compare, this: Value, other: Value) -> Result<Value> {
    let x = me(t, this)?;
    let order = if let Some(y) = float_value(other) {
        x.partial_cmp(&y)
    } else if let Some(i) = int::view(other) {
        convert::compare_f64(i.as_ref(), x).map(|o| o.reverse())
    } else {
        return Ok(Value::NOT_IMPLEMENTED);
    };
    Ok(Value::bool(op.holds_partial(order)))
}

/// `repr(x)`
pub(crate) fn repr(t: &Thread, x: f64) -> Result<Ref<Str>> {
    text::with_repr(x, |digits| Str::from_narrowest(t, Units::Latin1(digits), true))
}

fn to_int(t: &Thread, r: std::result::Result<Big, NumError>) -> Result<Value> {
    match r {
        Ok(i) => t.big(i),
        Err(e) => Err(t.num_error(e)),
    }
}

/// `float(x)` of one argument.
pub fn from_object(t: &Thread, x: Value) -> Result<f64> {
    if let Some(x) = crate::ops::convert::exact_float(x) {
        return Ok(x);
    }
    if let Some(s) = x.downcast::<Str>()
        && class_of(x).special(t, Special::Float).is_none()
    {
        return match text::parse(text_of(&s)) {
            Some(x) => Ok(x),
            None => Err(not_a_float(t, x)),
        };
    }
    if let Some(x) = t.float_of(x)? {
        return Ok(x);
    }
    match t.bytes_like(x, text::parse_bytes) {
        Some(Some(x)) => Ok(x),
        Some(None) => Err(not_a_float(t, x)),
        None => Err(t.type_error(format!("float() argument must be a string or a real number, not '{}'", type_name(x)))),
    }
}

#[cold]
fn not_a_float(t: &Thread, x: Value) -> Exc {
    match t.repr(x) {
        Ok(r) => t.value_error(format!("could not convert string to float: {r}")),
        Err(e) => e,
    }
}

fn in_class(t: &Thread, cls: Ref<Class>, x: f64) -> Result<Value> {
    if cls == BoxedFloat::class() { t.float(x) } else { BoxedFloat::in_class(t, cls, x).map(Ref::value) }
}

/// The float that a number or a text stands for; 0.0 without argument.
#[pyclass(name = "float", flags(BASE, MATCH_SELF))]
impl BoxedFloat {
    #[py("(x=0, /)")]
    fn __new__(t: &Thread, cls: Ref<Class>, x: Option<Value>) -> Result<Value> {
        let x = match x {
            Some(x) => from_object(t, x)?,
            None => 0.0,
        };
        in_class(t, cls, x)
    }

    #[py]
    fn __repr__(t: &Thread, this: Value) -> Result<Ref<Str>> {
        repr(t, me(t, this)?)
    }
    #[py]
    fn __hash__(t: &Thread, this: Value) -> Result<i64> {
        Ok(hash_float(this, me(t, this)?))
    }
    #[py]
    fn __bool__(t: &Thread, this: Value) -> Result<bool> {
        Ok(me(t, this)? != 0.0)
    }

    #[py]
    fn __lt__(t: &Thread, this: Value, other: Value) -> Result<Value> {
        compare(t, Compare::Lt, this, other)
    }
    #[py]
    fn __le__(t: &Thread, this: Value, other: Value) -> Result<Value> {
        compare(t, Compare::Le, this, other)
    }
    #[py]
    fn __eq__(t: &Thread, this: Value, other: Value) -> Result<Value> {
        compare(t, Compare::Eq, this, other)
    }
    #[py]
    fn __ne__(t: &Thread, this: Value, other: Value) -> Result<Value> {
        compare(t, Compare::Ne, this, other)
    }
    #[py]
    fn __gt__(t: &Thread, this: Value, other: Value) -> Result<Value> {
        compare(t, Compare::Gt, this, other)
    }
    #[py]
    fn __ge__(t: &Thread, this: Value, other: Value) -> Result<Value> {
        compare(t, Compare::Ge, this, other)
    }

    #[py]
    fn __add__(t: &Thread, this: Value, other: Value) -> Result<Value> {
        arithmetic(t, BinaryOp::Add, this, other)
    }
    #[py]
    fn __radd__(t: &Thread, this: Value, other: Value) -> Result<Value> {
        arithmetic(t, BinaryOp::Add, other, this)
    }
    #[py]
    fn __sub__(t: &Thread, this: Value, other: Value) -> Result<Value> {
        arithmetic(t, BinaryOp::Sub, this, other)
    }
    #[py]
    fn __rsub__(t: &Thread, this: Value, other: Value) -> Result<Value> {
        arithmetic(t, BinaryOp::Sub, other, this)
    }
    #[py]
    fn __mul__(t: &Thread, this: Value, other: Value) -> Result<Value> {
        arithmetic(t, BinaryOp::Mul, this, other)
    }
    #[py]
    fn __rmul__(t: &Thread, this: Value, other: Value) -> Result<Value> {
        arithmetic(t, BinaryOp::Mul, other, this)
    }
    #[py]
    fn __truediv__(t: &Thread, this: Value, other: Value) -> Result<Value> {
        arithmetic(t, BinaryOp::Truediv, this, other)
    }
    #[py]
    fn __rtruediv__(t: &Thread, this: Value, other: Value) -> Result<Value> {
        arithmetic(t, BinaryOp::Truediv, other, this)
    }
    #[py]
    fn __floordiv__(t: &Thread, this: Value, other: Value) -> Result<Value> {
        arithmetic(t, BinaryOp::Floordiv, this, other)
    }
    #[py]
    fn __rfloordiv__(t: &Thread, this: Value, other: Value) -> Result<Value> {
        arithmetic(t, BinaryOp::Floordiv, other, this)
    }
    #[py]
    fn __mod__(t: &Thread, this: Value, other: Value) -> Result<Value> {
        arithmetic(t, BinaryOp::Mod, this, other)
    }
    #[py]
    fn __rmod__(t: &Thread, this: Value, other: Value) -> Result<Value> {
        arithmetic(t, BinaryOp::Mod, other, this)
    }
    #[py]
    fn __divmod__(t: &Thread, this: Value, other: Value) -> Result<Value> {
        arithmetic(t, BinaryOp::Divmod, this, other)
    }
    #[py]
    fn __rdivmod__(t: &Thread, this: Value, other: Value) -> Result<Value> {
        arithmetic(t, BinaryOp::Divmod, other, this)
    }
    #[py]
    fn __pow__(t: &Thread, this: Value, value: Value, modulus: Option<Value>) -> Result<Value> {
        power(t, this, value, modulus)
    }
    #[py]
    fn __rpow__(t: &Thread, this: Value, value: Value, modulus: Option<Value>) -> Result<Value> {
        power(t, value, this, modulus)
    }

    #[py]
    fn __neg__(t: &Thread, this: Value) -> Result<f64> {
        Ok(-me(t, this)?)
    }
    #[py]
    fn __pos__(t: &Thread, this: Value) -> Result<f64> {
        me(t, this)
    }
    #[py]
    fn __abs__(t: &Thread, this: Value) -> Result<f64> {
        Ok(me(t, this)?.abs())
    }
    #[py]
    fn __float__(t: &Thread, this: Value) -> Result<f64> {
        me(t, this)
    }
    #[py]
    fn __int__(t: &Thread, this: Value) -> Result<Value> {
        to_int(t, convert::from_f64(me(t, this)?))
    }

    /// Returns the integer nearest to the float in the direction of zero.
    #[py("($self, /)")]
    fn __trunc__(t: &Thread, this: Value) -> Result<Value> {
        to_int(t, convert::from_f64(me(t, this)?))
    }
    /// Returns the largest integer that is not greater.
    #[py("($self, /)")]
    fn __floor__(t: &Thread, this: Value) -> Result<Value> {
        to_int(t, num::floor(me(t, this)?))
    }
    /// Returns the smallest integer that is not less.
    #[py("($self, /)")]
    fn __ceil__(t: &Thread, this: Value) -> Result<Value> {
        to_int(t, num::ceil(me(t, this)?))
    }
    /// Returns the nearest integer, or with ndigits the nearest float with so many decimals; ties go to even.
    #[py("($self, ndigits=None, /)")]
    fn __round__(t: &Thread, this: Value, ndigits: OrNone<Value>) -> Result<Value> {
        let x = me(t, this)?;
        let Some(n) = ndigits.0 else {
            return to_int(t, num::round_to_int(x));
        };
        let n = t.to_index_clipped(n)?;
        match num::round(x, n as i64) {
            Ok(x) => t.float(x),
            Err(e) => Err(t.num_error(e)),
        }
    }

    /// Returns self, the complex conjugate of any float.
    #[py("($self, /)")]
    fn conjugate(t: &Thread, this: Value) -> Result<f64> {
        me(t, this)
    }
    /// The real part, which is the float itself.
    #[py(getter)]
    fn real(t: &Thread, this: Value) -> Result<f64> {
        me(t, this)
    }
    /// The imaginary part, which is 0.
    #[py(getter)]
    fn imag(_t: &Thread, _this: Value) -> f64 {
        0.0
    }

    /// Returns the pair of integers whose ratio is exactly the float, in lowest terms, the denominator positive.
    ///
    /// >>> (-.25).as_integer_ratio()
    /// (-1, 4)
    #[py("($self, /)")]
    fn as_integer_ratio(t: &Thread, this: Value) -> Result<Ref<Tuple>> {
        let (n, d) = convert::as_integer_ratio(me(t, this)?).map_err(|e| t.num_error(e))?;
        let (n, d) = (t.big(n)?, t.big(d)?);
        Tuple::new(t, &[n, d])
    }
    /// Whether the float is an integer.
    #[py("($self, /)")]
    fn is_integer(t: &Thread, this: Value) -> Result<bool> {
        Ok(num::is_integer(me(t, this)?))
    }
    /// Returns the float in hexadecimal.
    ///
    /// >>> (-0.1).hex()
    /// '-0x1.999999999999ap-4'
    #[py("($self, /)")]
    fn hex(t: &Thread, this: Value) -> Result<String> {
        Ok(text::to_hex(me(t, this)?))
    }
    /// Makes a float from its hexadecimal form.
    ///
    /// >>> float.fromhex('0x1.ffffp10')
    /// 2047.984375
    #[py(classmethod, "($type, string, /)")]
    fn fromhex(t: &Thread, cls: Ref<Class>, string: Value) -> Result<Value> {
        let Some(s) = string.downcast::<Str>() else {
            return Err(t.type_error("bad argument type for built-in operation"));
        };
        let x = match s.to_utf8() {
            Some(s) => text::from_hex(s.as_bytes()),
            None => Err(HexError::Invalid),
        };
        match x {
            Ok(x) => construct(t, cls, x),
            Err(e @ HexError::Invalid) => Err(t.value_error(e.message())),
            Err(e @ HexError::TooLarge) => Err(t.overflow_error(e.message())),
        }
    }
    /// Makes a float from a number, but not from text.
    #[py(classmethod, "($type, number, /)")]
    fn from_number(t: &Thread, cls: Ref<Class>, number: Value) -> Result<Value> {
        if cls == BoxedFloat::class() && class_of(number) == cls {
            return Ok(number);
        }
        construct(t, cls, t.to_f64(number)?)
    }
    /// How the floats of C, "double" or "float", are represented: for Python's own tests.
    #[py(classmethod, "($type, typestr, /)")]
    fn __getformat__(t: &Thread, _cls: Ref<Class>, typestr: Ref<Str>) -> Result<&'static str> {
        if !typestr.eq_str("double") && !typestr.eq_str("float") {
            return Err(t.value_error("__getformat__() argument 1 must be 'double' or 'float'"));
        }
        Ok(if cfg!(target_endian = "big") { "IEEE, big-endian" } else { "IEEE, little-endian" })
    }

    #[py("($self, /)")]
    fn __getnewargs__(t: &Thread, this: Value) -> Result<Ref<Tuple>> {
        let x = t.float(me(t, this)?)?;
        Tuple::new(t, &[x])
    }
    /// Formats by a format specifier.
    #[py("($self, format_spec, /)")]
    fn __format__(t: &Thread, this: Value, format_spec: Ref<Str>) -> Result<Ref<Str>> {
        let x = me(t, this)?;
        if format_spec.is_empty() {
            return t.str(this);
        }
        let name = type_name(this);
        let parsed = Spec::parse(text_of(&format_spec), &name, None, Align::Right).map_err(|e| t.spec_error(e))?;
        let text = spec::format_float(&parsed, x, &name, &t.number_locale()).map_err(|e| t.spec_error(e))?;
        t.str_from_text(&text)
    }
}

/// `cls(x)`.
fn construct(t: &Thread, cls: Ref<Class>, x: f64) -> Result<Value> {
    let x = t.float(x)?;
    if cls == BoxedFloat::class() { Ok(x) } else { t.call(cls.value(), &[x]) }
}

/// What `float` makes of a text that is a plain decimal number; `None`: it takes a closer look.
pub(crate) fn plain_decimal(text: &Str) -> Option<Value> {
    let text = text.as_ascii()?;
    if !text.starts_with(|c: char| c.is_ascii_digit() || c == '-' || c == '.') {
        return None;
    }
    let x = text.parse::<f64>().ok()?;
    if x.is_finite() { Value::try_float(x) } else { None }
}
