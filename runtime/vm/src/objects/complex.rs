//! `complex`.
//!
//! Real operands of arithmetic are not converted to complex numbers first: that would lose the sign of zeros (C99, Annex G).

use crate::native::*;
use crate::objects::class::Special;
use crate::objects::{exceptions as ex, int};
use crate::ops::text::text_of;
use crate::ops::{BinaryOp, Compare, float_value, type_name};
use std::cmp::Ordering;
use taipan_num::NumError;
use taipan_num::complex::{self as num, Complex as Number};
use taipan_num::convert;
use taipan_text::float::{self as text, Form, Style};
use taipan_text::spec::{self, Align, Spec};

#[derive(HeapType)]
#[repr(C)]
pub struct Complex {
    header: Header,
    re: f64,
    im: f64,
}

impl Complex {
    #[inline]
    pub fn number(&self) -> Number {
        Number::new(self.re, self.im)
    }
    pub fn new(t: &Thread, z: Number) -> Result<Ref<Complex>> {
        t.create(Complex { header: Header::NEW, re: z.re, im: z.im })
    }
    /// An instance of `class`, which is complex or a subclass.
    pub fn in_class(t: &Thread, class: Ref<Class>, z: Number) -> Result<Ref<Complex>> {
        t.create_in(class, Complex { header: Header::NEW, re: z.re, im: z.im })
    }
}

/// `a ** b`.
pub fn power(t: &Thread, a: Number, b: Number) -> Result<Value> {
    finish(t, num::pow(a, b))
}

fn finish(t: &Thread, r: std::result::Result<Number, NumError>) -> Result<Value> {
    match r {
        Ok(z) => Complex::new(t, z).map(Ref::value),
        Err(e) => Err(t.num_error(e)),
    }
}

/// What takes part in complex arithmetic.
#[derive(Clone, Copy)]
enum Operand {
    Real(f64),
    Complex(Number),
}

impl Operand {
    fn of(t: &Thread, v: Value) -> Result<Option<Operand>> {
        if let Some(z) = v.downcast::<Complex>() {
            return Ok(Some(Operand::Complex(z.number())));
        }
        if let Some(x) = float_value(v) {
            return Ok(Some(Operand::Real(x)));
        }
        match int::view(v) {
            Some(i) => convert::to_f64(i.as_ref()).map(|x| Some(Operand::Real(x))).map_err(|e| t.num_error(e)),
            None => Ok(None),
        }
    }
    fn number(self) -> Number {
        match self {
            Operand::Real(x) => Number::new(x, 0.0),
            Operand::Complex(z) => z,
        }
    }
}

#[derive(Clone, Copy)]
enum Op {
    Add,
    Sub,
    Mul,
    Div,
    Pow,
}

/// `a op b` where one is a complex number itself and the other a number of a built-in class, but for powers.
pub(crate) fn exact(t: &Thread, op: BinaryOp, a: Value, b: Value) -> Option<Result<Value>> {
    let is_exact = |v: Value| v.header().is_some_and(|h| h.shape_id() == Complex::class_cell().shape());
    let is_number = |v: Value| is_exact(v) || int::exact(v).is_some() || v.is_immediate_float();
    let op = match op {
        BinaryOp::Add => Op::Add,
        BinaryOp::Sub => Op::Sub,
        BinaryOp::Mul => Op::Mul,
        BinaryOp::Truediv => Op::Div,
        _ => return None,
    };
    if is_exact(a) && is_number(b) || is_exact(b) && is_number(a) { Some(arithmetic(t, op, a, b)) } else { None }
}

fn arithmetic(t: &Thread, op: Op, a: Value, b: Value) -> Result<Value> {
    let (Some(x), Some(y)) = (Operand::of(t, a)?, Operand::of(t, b)?) else {
        return Ok(Value::NOT_IMPLEMENTED);
    };
    use Operand::{Complex as C, Real as R};
    let r = match (op, x, y) {
        (Op::Add, C(x), R(y)) | (Op::Add, R(y), C(x)) => num::add_real(x, y),
        (Op::Add, ..) => num::add(x.number(), y.number()),
        (Op::Sub, C(x), R(y)) => num::sub_real(x, y),
        (Op::Sub, R(x), C(y)) => num::real_sub(x, y),
        (Op::Sub, ..) => num::sub(x.number(), y.number()),
        (Op::Mul, C(x), R(y)) | (Op::Mul, R(y), C(x)) => num::mul_real(x, y),
        (Op::Mul, ..) => num::mul(x.number(), y.number()),
        (Op::Div, C(x), R(y)) => return finish(t, num::div_real(x, y)),
        (Op::Div, R(x), C(y)) => return finish(t, num::real_div(x, y)),
        (Op::Div, ..) => return finish(t, num::div(x.number(), y.number())),
        (Op::Pow, ..) => return power(t, x.number(), y.number()),
    };
    Complex::new(t, r).map(Ref::value)
}

fn pow(t: &Thread, base: Value, exponent: Value, modulus: Option<Value>) -> Result<Value> {
    let known = Operand::of(t, base)?.is_some() && Operand::of(t, exponent)?.is_some();
    if known && modulus.is_some_and(|m| !m.is_none()) {
        return Err(t.value_error("complex modulo"));
    }
    arithmetic(t, Op::Pow, base, exponent)
}

/// `==` and `!=`; complex numbers have no order.
fn compare(op: Compare, this: Ref<Complex>, other: Value) -> Value {
    let z = this.number();
    let equal = if let Some(o) = other.downcast::<Complex>() {
        z == o.number()
    } else if let Some(x) = float_value(other) {
        z.re == x && z.im == 0.0
    } else if let Some(i) = int::view(other) {
        z.im == 0.0 && convert::compare_f64(i.as_ref(), z.re) == Some(Ordering::Equal)
    } else {
        return Value::NOT_IMPLEMENTED;
    };
    match op {
        Compare::Eq => Value::bool(equal),
        Compare::Ne => Value::bool(!equal),
        _ => Value::NOT_IMPLEMENTED,
    }
}

/// What `v.__complex__()` gives; `None` when the class has none.
fn special_complex(t: &Thread, v: Value) -> Result<Option<Number>> {
    if class_of(v) == Complex::class() {
        return Ok(v.downcast::<Complex>().map(|z| z.number()));
    }
    let Some(f) = class_of(v).special(t, Special::Complex) else {
        return Ok(None);
    };
    t.check_native_stack()?;
    let r = t.call_special0(f, v)?;
    let got = type_name(r);
    let Some(z) = r.downcast::<Complex>() else {
        return Err(t.type_error(format!("__complex__ returned non-complex (type {got})")));
    };
    if class_of(r) != Complex::class() {
        t.warn(
            ex::Kind::DeprecationWarning,
            format!(
                "__complex__ returned non-complex (type {got}).  The ability to return an instance of a strict subclass of \
                 complex is deprecated, and may be removed in a future version of Python."
            ),
        )?;
    }
    Ok(Some(z.number()))
}

impl Thread {
    /// A complex number by the rules of `cmath`'s arguments.
    pub fn to_complex(&self, v: Value) -> Result<Number> {
        match special_complex(self, v)? {
            Some(z) => Ok(z),
            None => self.to_f64(v).map(|x| Number::new(x, 0.0)),
        }
    }
}

fn is_real(t: &Thread, v: Value) -> bool {
    let class = class_of(v);
    class.special(t, Special::Float).is_some() || class.special(t, Special::Index).is_some()
}

/// One of the two arguments of `complex(real, imag)`.
fn part(t: &Thread, name: &str, v: Value, z: Option<Number>) -> Result<Operand> {
    let refused = || format!("complex() argument '{name}' must be a real number, not {}", type_name(v));
    if let Some(z) = z {
        t.warn(ex::Kind::DeprecationWarning, refused())?;
        return Ok(Operand::Complex(z));
    }
    if !is_real(t, v) {
        return Err(t.type_error(refused()));
    }
    t.to_f64(v).map(Operand::Real)
}

fn from_parts(t: &Thread, real: Option<Value>, imag: Option<Value>) -> Result<Number> {
    let re = match real {
        Some(r) => part(t, "real", r, special_complex(t, r)?)?,
        None => Operand::Real(0.0),
    };
    let im = match imag {
        Some(i) => part(t, "imag", i, i.downcast::<Complex>().map(|z| z.number()))?,
        None => Operand::Real(0.0),
    };
    // real + imag*1j, in parts, so that nothing is added where nothing was given.
    let mut z = Number::new(re.number().re, im.number().re);
    if let Operand::Complex(i) = im {
        z.re -= i.im;
    }
    if let Operand::Complex(r) = re {
        z.im = if imag.is_some() { z.im + r.im } else { r.im };
    }
    Ok(z)
}

fn from_object(t: &Thread, v: Value) -> Result<Number> {
    if let Some(s) = v.downcast::<Str>() {
        return match parse(&s) {
            Some(z) => Ok(z),
            // Underscores are read by another routine there, with words of its own.
            None if s.units().iter().any(|c| c == u32::from(b'_')) => {
                let shown = t.repr(v)?;
                Err(t.value_error(format!("could not convert string to complex: {shown}")))
            }
            None => Err(t.value_error("complex() arg is a malformed string")),
        };
    }
    if let Some(z) = special_complex(t, v)? {
        return Ok(z);
    }
    if !is_real(t, v) {
        return Err(t.type_error(format!("complex() argument must be a string or a number, not {}", type_name(v))));
    }
    t.to_f64(v).map(|x| Number::new(x, 0.0))
}

/// Length of the float literal at the start of `s`, with its sign; 0 if there is none.
fn float_length(s: &[u8]) -> usize {
    let sign = usize::from(matches!(s.first(), Some(b'+' | b'-')));
    let rest = &s[sign..];
    for word in [b"infinity".as_slice(), b"inf", b"nan"] {
        if rest.get(..word.len()).is_some_and(|w| w.eq_ignore_ascii_case(word)) {
            return sign + word.len();
        }
    }
    let digits = |from: usize| rest[from..].iter().take_while(|&&c| c.is_ascii_digit() || c == b'_').count();
    let mut end = digits(0);
    let mut any = end > 0;
    if rest.get(end) == Some(&b'.') {
        let fraction = digits(end + 1);
        any |= fraction > 0;
        end += 1 + fraction;
    }
    if !any {
        return 0;
    }
    if matches!(rest.get(end), Some(b'e' | b'E')) {
        let sign = usize::from(matches!(rest.get(end + 1), Some(b'+' | b'-')));
        let exponent = digits(end + 1 + sign);
        if exponent > 0 {
            end += 1 + sign + exponent;
        }
    }
    sign + end
}

/// `complex(s)`: a real part, an imaginary part with `j`, or both, perhaps in parentheses.
fn parse(s: &Str) -> Option<Number> {
    let ascii = text::to_ascii_number(text_of(s));
    let mut s = ascii.trim_ascii();
    // `trim_ascii` leaves the vertical tab, which Python takes for a blank.
    let trim = |s: &mut &[u8]| {
        while let [b' ' | b'\t'..=b'\r', rest @ ..] = s {
            *s = rest;
        }
        while let [rest @ .., b' ' | b'\t'..=b'\r'] = s {
            *s = rest;
        }
    };
    trim(&mut s);
    if let [b'(', inner @ .., b')'] = s {
        s = inner;
        trim(&mut s);
    }
    let is_j = |s: &[u8]| matches!(s, [b'j' | b'J']);
    let n = float_length(s);
    if n == 0 {
        // A bare unit: j, +j, -j.
        return match s {
            [b'-', rest @ ..] if is_j(rest) => Some(Number::new(0.0, -1.0)),
            [b'+', rest @ ..] if is_j(rest) => Some(Number::new(0.0, 1.0)),
            _ if is_j(s) => Some(Number::new(0.0, 1.0)),
            _ => None,
        };
    }
    let first = text::parse_bytes(&s[..n])?;
    let rest = &s[n..];
    if rest.is_empty() {
        return Some(Number::new(first, 0.0));
    }
    if is_j(rest) {
        return Some(Number::new(0.0, first));
    }
    let (sign, unit) = match rest {
        [b'+', unit @ ..] => (1.0, unit),
        [b'-', unit @ ..] => (-1.0, unit),
        _ => return None,
    };
    if is_j(unit) {
        return Some(Number::new(first, sign));
    }
    let m = float_length(rest);
    if m == 0 || !is_j(&rest[m..]) {
        return None;
    }
    Some(Number::new(first, text::parse_bytes(&rest[..m])?))
}

/// `repr` of a complex number.
pub fn repr(z: Number) -> String {
    let show = |x: f64| text::format(x, Form::Repr, 0, Style::default());
    if z.re == 0.0 && z.re.is_sign_positive() {
        return format!("{}j", show(z.im));
    }
    let im = show(z.im);
    let plus = if im.starts_with('-') { "" } else { "+" };
    format!("({}{plus}{im}j)", show(z.re))
}

/// A complex number from a real and an imaginary part, or from a text.
///
/// An argument that is left out counts as 0.
#[pyclass(name = "complex", flags(BASE))]
impl Complex {
    #[py("(real=0, imag=0)")]
    fn __new__(t: &Thread, cls: Ref<Class>, real: Option<Value>, imag: Option<Value>) -> Result<Value> {
        let z = match (real, imag) {
            (None, None) => Number::new(0.0, 0.0),
            (Some(r), None) => {
                if cls == Complex::class() && class_of(r) == cls {
                    return Ok(r);
                }
                from_object(t, r)?
            }
            (real, imag) => from_parts(t, real, imag)?,
        };
        Complex::in_class(t, cls, z).map(Ref::value)
    }

    #[py]
    fn __repr__(t: &Thread, this: Ref<Complex>) -> Result<Ref<Str>> {
        Str::from_str(t, &repr(this.number()))
    }
    #[py]
    fn __hash__(_t: &Thread, this: Ref<Complex>) -> i64 {
        num::hash(this.number()).unwrap_or_else(|| {
            // A NaN's part hashes by identity, as for floats.
            let of = |x: f64| convert::hash_f64(x).unwrap_or_else(|| crate::ops::hash_identity(this.value()));
            taipan_text::hash::hash_complex(of(this.re), of(this.im))
        })
    }
    #[py]
    fn __bool__(_t: &Thread, this: Ref<Complex>) -> bool {
        this.re != 0.0 || this.im != 0.0
    }
    #[py]
    fn __lt__(_t: &Thread, _this: Ref<Complex>, _other: Value) -> Value {
        Value::NOT_IMPLEMENTED
    }
    #[py]
    fn __le__(_t: &Thread, _this: Ref<Complex>, _other: Value) -> Value {
        Value::NOT_IMPLEMENTED
    }
    #[py]
    fn __eq__(_t: &Thread, this: Ref<Complex>, other: Value) -> Value {
        compare(Compare::Eq, this, other)
    }
    #[py]
    fn __ne__(_t: &Thread, this: Ref<Complex>, other: Value) -> Value {
        compare(Compare::Ne, this, other)
    }
    #[py]
    fn __gt__(_t: &Thread, _this: Ref<Complex>, _other: Value) -> Value {
        Value::NOT_IMPLEMENTED
    }
    #[py]
    fn __ge__(_t: &Thread, _this: Ref<Complex>, _other: Value) -> Value {
        Value::NOT_IMPLEMENTED
    }

    #[py]
    fn __add__(t: &Thread, this: Ref<Complex>, other: Value) -> Result<Value> {
        arithmetic(t, Op::Add, this.value(), other)
    }
    #[py]
    fn __radd__(t: &Thread, this: Ref<Complex>, other: Value) -> Result<Value> {
        arithmetic(t, Op::Add, other, this.value())
    }
    #[py]
    fn __sub__(t: &Thread, this: Ref<Complex>, other: Value) -> Result<Value> {
        arithmetic(t, Op::Sub, this.value(), other)
    }
    #[py]
    fn __rsub__(t: &Thread, this: Ref<Complex>, other: Value) -> Result<Value> {
        arithmetic(t, Op::Sub, other, this.value())
    }
    #[py]
    fn __mul__(t: &Thread, this: Ref<Complex>, other: Value) -> Result<Value> {
        arithmetic(t, Op::Mul, this.value(), other)
    }
    #[py]
    fn __rmul__(t: &Thread, this: Ref<Complex>, other: Value) -> Result<Value> {
        arithmetic(t, Op::Mul, other, this.value())
    }
    #[py]
    fn __truediv__(t: &Thread, this: Ref<Complex>, other: Value) -> Result<Value> {
        arithmetic(t, Op::Div, this.value(), other)
    }
    #[py]
    fn __rtruediv__(t: &Thread, this: Ref<Complex>, other: Value) -> Result<Value> {
        arithmetic(t, Op::Div, other, this.value())
    }
    #[py]
    fn __pow__(t: &Thread, this: Ref<Complex>, value: Value, modulus: Option<Value>) -> Result<Value> {
        pow(t, this.value(), value, modulus)
    }
    #[py]
    fn __rpow__(t: &Thread, this: Ref<Complex>, value: Value, modulus: Option<Value>) -> Result<Value> {
        pow(t, value, this.value(), modulus)
    }
    #[py]
    fn __neg__(t: &Thread, this: Ref<Complex>) -> Result<Ref<Complex>> {
        Complex::new(t, num::neg(this.number()))
    }
    #[py]
    fn __pos__(t: &Thread, this: Ref<Complex>) -> Result<Ref<Complex>> {
        Complex::__complex__(t, this)
    }
    #[py]
    fn __abs__(t: &Thread, this: Ref<Complex>) -> Result<f64> {
        num::abs(this.number()).map_err(|e| t.num_error(e))
    }

    /// Returns the number as an exact complex.
    #[py("($self, /)")]
    #[expect(clippy::self_named_constructors)]
    fn __complex__(t: &Thread, this: Ref<Complex>) -> Result<Ref<Complex>> {
        if class_of(this.value()) == Complex::class() { Ok(this) } else { Complex::new(t, this.number()) }
    }
    /// Returns the complex conjugate.
    ///
    /// >>> (3-4j).conjugate()
    /// (3+4j)
    #[py("($self, /)")]
    fn conjugate(t: &Thread, this: Ref<Complex>) -> Result<Ref<Complex>> {
        Complex::new(t, num::conjugate(this.number()))
    }
    /// The real part.
    #[py(member)]
    fn real(_t: &Thread, this: Ref<Complex>) -> f64 {
        this.re
    }
    /// The imaginary part.
    #[py(member)]
    fn imag(_t: &Thread, this: Ref<Complex>) -> f64 {
        this.im
    }
    /// Makes a complex number from a number, but not from text.
    #[py(classmethod, "($type, number, /)")]
    fn from_number(t: &Thread, cls: Ref<Class>, number: Value) -> Result<Value> {
        if cls == Complex::class() && class_of(number) == cls {
            return Ok(number);
        }
        let z = Complex::new(t, t.to_complex(number)?)?.value();
        if cls == Complex::class() { Ok(z) } else { t.call(cls.value(), &[z]) }
    }

    #[py("($self, /)")]
    fn __getnewargs__(_t: &Thread, this: Ref<Complex>) -> (f64, f64) {
        (this.re, this.im)
    }
    /// Formats by a format specifier.
    #[py("($self, format_spec, /)")]
    fn __format__(t: &Thread, this: Ref<Complex>, format_spec: Ref<Str>) -> Result<Ref<Str>> {
        if format_spec.is_empty() {
            return t.str(this.value());
        }
        let name = type_name(this.value());
        let parsed = Spec::parse(text_of(&format_spec), &name, None, Align::Right).map_err(|e| t.spec_error(e))?;
        let text = spec::format_complex(&parsed, this.re, this.im, &name, &t.number_locale()).map_err(|e| t.spec_error(e))?;
        t.str_from_text(&text)
    }
}
