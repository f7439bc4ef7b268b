//! The methods of `int`.

use crate::native::*;
use crate::objects::class::Special;
use crate::objects::{exceptions as ex, int};
use crate::ops::text::text_of;
use crate::ops::{BinaryOp, Compare, IntView, type_name};
use taipan_num::{convert, int as num};
use taipan_text::spec::{self, Align, IntKind, Spec};

/// The receiver's integer.
fn me(t: &Thread, this: Value) -> Result<IntView> {
    match int::view(this) {
        Some(i) => Ok(i),
        None => Err(t.type_error(format!("expected an 'int' object but received a '{}'", type_name(this)))),
    }
}

/// `a op b`, or `NotImplemented` if one is no integer.
#[inline]
pub(super) fn operate(t: &Thread, op: BinaryOp, a: Value, b: Value) -> Result<Value> {
    match (int::view(a), int::view(b)) {
        (Some(x), Some(y)) => int::operate(t, op, x.as_ref(), y.as_ref()),
        _ => Ok(Value::NOT_IMPLEMENTED),
    }
}

#[inline]
fn compare(op: Compare, a: Value, b: Value) -> Value {
    match (int::view(a), int::view(b)) {
        (Some(x), Some(y)) => Value::bool(op.holds(num::compare(x.as_ref(), y.as_ref()))),
        _ => Value::NOT_IMPLEMENTED,
    }
}

fn power(t: &Thread, base: Value, exponent: Value, modulus: Option<Value>) -> Result<Value> {
    let Some(m) = modulus.filter(|m| !m.is_none()) else {
        return operate(t, BinaryOp::Pow, base, exponent);
    };
    match (int::view(base), int::view(exponent), int::view(m)) {
        (Some(a), Some(b), Some(m)) => int::pow_mod(t, a.as_ref(), b.as_ref(), m.as_ref()),
        _ => Ok(Value::NOT_IMPLEMENTED),
    }
}

/// `int(x)` of one argument: an exact int.
pub fn from_object(t: &Thread, x: Value) -> Result<Value> {
    if x.is_small_int() || class_of(x) == BigInt::class() {
        return Ok(x);
    }
    let class = class_of(x);
    if let Some(f) = class.special(t, Special::Int) {
        t.check_native_stack()?;
        let r = t.call_special0(f, x)?;
        let r = t.check_int_result("__int__", r)?;
        return int::to_exact(t, r);
    }
    if let Some(i) = t.index_opt(x)? {
        return int::to_exact(t, i);
    }
    if let Some(s) = x.downcast::<Str>() {
        return int::parse_units(t, s.units(), 10, x);
    }
    match t.bytes_like(x, |bytes| int::parse_bytes(t, bytes, 10, x)) {
        Some(r) => r,
        None => Err(
            t.type_error(format!("int() argument must be a string, a bytes-like object or a real number, not '{}'", type_name(x)))
        ),
    }
}

/// `int(x, base)`.
fn from_text(t: &Thread, x: Value, base: Value) -> Result<Value> {
    let base = t.to_index_clipped(base)?;
    if base != 0 && !(2..=36).contains(&base) {
        return Err(t.value_error("int() base must be >= 2 and <= 36, or 0"));
    }
    let base = base as u32;
    if let Some(s) = x.downcast::<Str>() {
        return int::parse_units(t, s.units(), base, x);
    }
    // Of the bytes-like objects only these two: others need no base.
    match t.bytes_or_bytearray(x, |bytes| int::parse_bytes(t, bytes, base, x)) {
        Some(r) => r,
        None => Err(t.type_error("int() can't convert non-string with explicit base")),
    }
}

/// Whether a `byteorder` argument says little-endian.
fn little_endian(t: &Thread, order: Option<Ref<Str>>) -> Result<bool> {
    match order {
        None => Ok(false),
        Some(s) if s.eq_str("big") => Ok(false),
        Some(s) if s.eq_str("little") => Ok(true),
        Some(_) => Err(t.value_error("byteorder must be either 'little' or 'big'")),
    }
}

/// The bytes that an object without a buffer stands for: through `__bytes__`, or an iterable of integers.
fn bytes_of(t: &Thread, v: Value) -> Result<Vec<u8>> {
    if let Some(f) = class_of(v).special(t, Special::Bytes) {
        let r = t.call_special0(f, v)?;
        return match r.downcast::<Bytes>() {
            Some(b) => Ok(b.as_slice().to_vec()),
            None => Err(t.type_error(format!("__bytes__ returned non-bytes (type {})", type_name(r)))),
        };
    }
    let iterable = class_of(v).special(t, Special::Iter).is_some() || t.is_sequence(v);
    if !iterable || v.downcast::<Str>().is_some() {
        return Err(t.type_error(format!("cannot convert '{}' object to bytes", type_name(v))));
    }
    let mut out = Vec::new();
    t.for_each(v, |item| {
        let i = t.index_or(item, ex::Kind::IndexError)?;
        let byte = u8::try_from(i).map_err(|_| t.value_error("bytes must be in range(0, 256)"))?;
        out.push(byte);
        Ok(())
    })?;
    Ok(out)
}

/// An instance of a subclass with the value of an exact int.
fn in_subclass(t: &Thread, cls: Ref<Class>, exact: Value) -> Result<Value> {
    let i = me(t, exact)?;
    BigInt::in_class(t, cls, i.as_ref()).map(Ref::value)
}

/// int([x]) -> integer
/// int(x, base=10) -> integer
///
/// The integer that a number or a text stands for; 0 without argument.
/// A number with a fraction is truncated towards zero. A text (str, bytes or
/// bytearray) is a literal in the given base, which may have a sign, blanks
/// around it and single underscores between digits. The base is 10, or from
/// 2 to 36, or 0: then the literal's prefix says it, as in a program.
/// >>> int('0b100', base=0)
/// 4
#[pyclass(name = "int", flags(BASE, MATCH_SELF))]
impl BigInt {
    #[py(nosig, "(x=0, /, base=10)")]
    fn __new__(t: &Thread, cls: Ref<Class>, x: Option<Value>, base: Option<Value>) -> Result<Value> {
        let exact = match (x, base) {
            (None, None) => Value::small_int(0),
            (None, Some(_)) => return Err(t.type_error("int() missing string argument")),
            (Some(x), None) => from_object(t, x)?,
            (Some(x), Some(base)) => from_text(t, x, base)?,
        };
        if cls == BigInt::class() { Ok(exact) } else { in_subclass(t, cls, exact) }
    }

    #[py]
    fn __repr__(t: &Thread, this: Value) -> Result<Ref<Str>> {
        int::decimal_str(t, &me(t, this)?)
    }
    #[py]
    fn __hash__(t: &Thread, this: Value) -> Result<i64> {
        Ok(convert::hash(me(t, this)?.as_ref()))
    }
    #[py]
    fn __bool__(t: &Thread, this: Value) -> Result<bool> {
        Ok(!me(t, this)?.as_ref().is_zero())
    }

    #[py]
    fn __lt__(_t: &Thread, this: Value, other: Value) -> Value {
        compare(Compare::Lt, this, other)
    }
    #[py]
    fn __le__(_t: &Thread, this: Value, other: Value) -> Value {
        compare(Compare::Le, this, other)
    }
    #[py]
    fn __eq__(_t: &Thread, this: Value, other: Value) -> Value {
        compare(Compare::Eq, this, other)
    }
    #[py]
    fn __ne__(_t: &Thread, this: Value, other: Value) -> Value {
        compare(Compare::Ne, this, other)
    }
    #[py]
    fn __gt__(_t: &Thread, this: Value, other: Value) -> Value {
        compare(Compare::Gt, this, other)
    }
    #[py]
    fn __ge__(_t: &Thread, this: Value, other: Value) -> Value {
        compare(Compare::Ge, this, other)
    }

    #[py]
    fn __add__(t: &Thread, this: Value, other: Value) -> Result<Value> {
        operate(t, BinaryOp::Add, this, other)
    }
    #[py]
    fn __radd__(t: &Thread, this: Value, other: Value) -> Result<Value> {
        operate(t, BinaryOp::Add, other, this)
    }
    #[py]
    fn __sub__(t: &Thread, this: Value, other: Value) -> Result<Value> {
        operate(t, BinaryOp::Sub, this, other)
    }
    #[py]
    fn __rsub__(t: &Thread, this: Value, other: Value) -> Result<Value> {
        operate(t, BinaryOp::Sub, other, this)
    }
    #[py]
    fn __mul__(t: &Thread, this: Value, other: Value) -> Result<Value> {
        operate(t, BinaryOp::Mul, this, other)
    }
    #[py]
    fn __rmul__(t: &Thread, this: Value, other: Value) -> Result<Value> {
        operate(t, BinaryOp::Mul, other, this)
    }
    #[py]
    fn __truediv__(t: &Thread, this: Value, other: Value) -> Result<Value> {
        operate(t, BinaryOp::Truediv, this, other)
    }
    #[py]
    fn __rtruediv__(t: &Thread, this: Value, other: Value) -> Result<Value> {
        operate(t, BinaryOp::Truediv, other, this)
    }
    #[py]
    fn __floordiv__(t: &Thread, this: Value, other: Value) -> Result<Value> {
        operate(t, BinaryOp::Floordiv, this, other)
    }
    #[py]
    fn __rfloordiv__(t: &Thread, this: Value, other: Value) -> Result<Value> {
        operate(t, BinaryOp::Floordiv, other, this)
    }
    #[py]
    fn __mod__(t: &Thread, this: Value, other: Value) -> Result<Value> {
        operate(t, BinaryOp::Mod, this, other)
    }
    #[py]
    fn __rmod__(t: &Thread, this: Value, other: Value) -> Result<Value> {
        operate(t, BinaryOp::Mod, other, this)
    }
    #[py]
    fn __divmod__(t: &Thread, this: Value, other: Value) -> Result<Value> {
        operate(t, BinaryOp::Divmod, this, other)
    }
    #[py]
    fn __rdivmod__(t: &Thread, this: Value, other: Value) -> Result<Value> {
        operate(t, BinaryOp::Divmod, other, this)
    }
    #[py]
    fn __lshift__(t: &Thread, this: Value, other: Value) -> Result<Value> {
        operate(t, BinaryOp::Lshift, this, other)
    }
    #[py]
    fn __rlshift__(t: &Thread, this: Value, other: Value) -> Result<Value> {
        operate(t, BinaryOp::Lshift, other, this)
    }
    #[py]
    fn __rshift__(t: &Thread, this: Value, other: Value) -> Result<Value> {
        operate(t, BinaryOp::Rshift, this, other)
    }
    #[py]
    fn __rrshift__(t: &Thread, this: Value, other: Value) -> Result<Value> {
        operate(t, BinaryOp::Rshift, other, this)
    }
    #[py]
    fn __and__(t: &Thread, this: Value, other: Value) -> Result<Value> {
        operate(t, BinaryOp::And, this, other)
    }
    #[py]
    fn __rand__(t: &Thread, this: Value, other: Value) -> Result<Value> {
        operate(t, BinaryOp::And, other, this)
    }
    #[py]
    fn __or__(t: &Thread, this: Value, other: Value) -> Result<Value> {
        operate(t, BinaryOp::Or, this, other)
    }
    #[py]
    fn __ror__(t: &Thread, this: Value, other: Value) -> Result<Value> {
        operate(t, BinaryOp::Or, other, this)
    }
    #[py]
    fn __xor__(t: &Thread, this: Value, other: Value) -> Result<Value> {
        operate(t, BinaryOp::Xor, this, other)
    }
    #[py]
    fn __rxor__(t: &Thread, this: Value, other: Value) -> Result<Value> {
        operate(t, BinaryOp::Xor, other, this)
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
    fn __neg__(t: &Thread, this: Value) -> Result<Value> {
        t.big_ref(me(t, this)?.as_ref().negated())
    }
    #[py]
    fn __pos__(t: &Thread, this: Value) -> Result<Value> {
        me(t, this)?;
        int::to_exact(t, this)
    }
    #[py]
    fn __abs__(t: &Thread, this: Value) -> Result<Value> {
        t.big_ref(me(t, this)?.as_ref().magnitude())
    }
    #[py]
    fn __invert__(t: &Thread, this: Value) -> Result<Value> {
        t.big(num::invert(me(t, this)?.as_ref()))
    }
    #[py]
    fn __int__(t: &Thread, this: Value) -> Result<Value> {
        BigInt::__pos__(t, this)
    }
    #[py]
    fn __index__(t: &Thread, this: Value) -> Result<Value> {
        BigInt::__pos__(t, this)
    }
    #[py]
    fn __float__(t: &Thread, this: Value) -> Result<f64> {
        convert::to_f64(me(t, this)?.as_ref()).map_err(|e| t.num_error(e))
    }

    /// Returns self, the complex conjugate of any integer.
    #[py("($self, /)")]
    fn conjugate(t: &Thread, this: Value) -> Result<Value> {
        BigInt::__pos__(t, this)
    }
    /// The real part, which is the integer itself.
    #[py(getter)]
    fn real(t: &Thread, this: Value) -> Result<Value> {
        BigInt::__pos__(t, this)
    }
    /// The imaginary part, which is 0.
    #[py(getter)]
    fn imag(_t: &Thread, _this: Value) -> Value {
        Value::small_int(0)
    }
    /// The numerator of the integer as a fraction in lowest terms: the integer itself.
    #[py(getter)]
    fn numerator(t: &Thread, this: Value) -> Result<Value> {
        BigInt::__pos__(t, this)
    }
    /// The denominator of the integer as a fraction in lowest terms: 1.
    #[py(getter)]
    fn denominator(_t: &Thread, _this: Value) -> Value {
        Value::small_int(1)
    }

    /// Returns the integer itself.
    #[py("($self, /)")]
    fn __trunc__(t: &Thread, this: Value) -> Result<Value> {
        BigInt::__pos__(t, this)
    }
    /// Returns the integer itself.
    #[py("($self, /)")]
    fn __floor__(t: &Thread, this: Value) -> Result<Value> {
        BigInt::__pos__(t, this)
    }
    /// Returns the integer itself.
    #[py("($self, /)")]
    fn __ceil__(t: &Thread, this: Value) -> Result<Value> {
        BigInt::__pos__(t, this)
    }
    /// Rounds to a multiple of 10**-ndigits if ndigits is negative; ties go to the even multiple.
    #[py("($self, ndigits=None, /)")]
    fn __round__(t: &Thread, this: Value, ndigits: OrNone<Value>) -> Result<Value> {
        let this_int = me(t, this)?;
        let Some(n) = ndigits.0 else {
            return int::to_exact(t, this);
        };
        let n = t.index(n)?;
        let n = me(t, n)?;
        if !n.as_ref().negative {
            return int::to_exact(t, this);
        }
        let digits = n.as_ref().magnitude().to_u64().unwrap_or(u64::MAX);
        match num::round_to_power_of_ten(this_int.as_ref(), digits) {
            Ok(i) => t.big(i),
            Err(e) => Err(t.num_error(e)),
        }
    }

    #[py("($self, /)")]
    fn __getnewargs__(t: &Thread, this: Value) -> Result<Ref<Tuple>> {
        let i = BigInt::__pos__(t, this)?;
        Tuple::new(t, &[i])
    }
    /// Formats by a format specifier.
    #[py("($self, format_spec, /)")]
    fn __format__(t: &Thread, this: Value, format_spec: Ref<Str>) -> Result<Ref<Str>> {
        let i = me(t, this)?;
        if format_spec.is_empty() {
            return t.str(this);
        }
        let name = type_name(this);
        let parsed = Spec::parse(text_of(&format_spec), &name, Some(b'd'), Align::Right).map_err(|e| t.spec_error(e))?;
        let text = match parsed.int_kind(&name).map_err(|e| t.spec_error(e))? {
            IntKind::Radix(10) => {
                let digits = int::decimal(t, i.as_ref().magnitude())?;
                spec::format_int(&parsed, i.as_ref().negative, &digits, &t.number_locale())
            }
            IntKind::Radix(base) => {
                let digits = taipan_num::format::in_radix(i.as_ref().magnitude(), base);
                spec::format_int(&parsed, i.as_ref().negative, &digits, &t.number_locale())
            }
            IntKind::Char => spec::format_char(&parsed, i.to_i64()).map_err(|e| t.spec_error(e))?,
            IntKind::Float => {
                let x = convert::to_f64(i.as_ref()).map_err(|e| t.num_error(e))?;
                spec::format_float(&parsed, x, &name, &t.number_locale()).map_err(|e| t.spec_error(e))?
            }
        };
        t.str_from_text(&text)
    }
    /// Returns the size in memory, in bytes.
    #[py("($self, /)")]
    fn __sizeof__(t: &Thread, this: Value) -> Result<usize> {
        // An integer in the value word counts as the cell that it would be.
        Ok(size_of::<BigInt>() + 8 * me(t, this)?.as_ref().limbs.len())
    }

    /// Number of bits needed for the magnitude in binary.
    ///
    /// >>> bin(37)
    /// '0b100101'
    /// >>> (37).bit_length()
    /// 6
    #[py("($self, /)")]
    fn bit_length(t: &Thread, this: Value) -> Result<u64> {
        Ok(num::bit_length(me(t, this)?.as_ref()))
    }
    /// Number of ones in the magnitude in binary.
    ///
    /// >>> bin(13)
    /// '0b1101'
    /// >>> (13).bit_count()
    /// 3
    #[py("($self, /)")]
    fn bit_count(t: &Thread, this: Value) -> Result<u64> {
        Ok(num::bit_count(me(t, this)?.as_ref()))
    }
    /// Returns the pair (self, 1).
    #[py("($self, /)")]
    fn as_integer_ratio(t: &Thread, this: Value) -> Result<Ref<Tuple>> {
        let i = BigInt::__pos__(t, this)?;
        Tuple::new(t, &[i, Value::small_int(1)])
    }
    /// Returns True, as every integer is one.
    #[py("($self, /)")]
    fn is_integer(_t: &Thread, _this: Value) -> bool {
        true
    }

    /// Returns the integer as an array of bytes.
    ///
    ///   length
    ///     Number of bytes; OverflowError if that is too few.
    ///   byteorder
    ///     'big': the most significant byte first; 'little': last.
    ///   signed
    ///     Whether two's complement represents negative integers; if false,
    ///     a negative integer is an OverflowError.
    #[py("($self, /, length=1, byteorder='big', *, signed=False)")]
    fn to_bytes(
        t: &Thread,
        this: Value,
        length: Option<isize>,
        byteorder: Option<Ref<Str>>,
        signed: Option<bool>,
    ) -> Result<Ref<Bytes>> {
        let little = little_endian(t, byteorder)?;
        let i = me(t, this)?;
        let Ok(length) = usize::try_from(length.unwrap_or(1)) else {
            return Err(t.value_error("length argument must be non-negative"));
        };
        let mut out = Vec::new();
        if out.try_reserve_exact(length).is_err() {
            return Err(t.memory_error());
        }
        out.resize(length, 0);
        convert::to_bytes(i.as_ref(), &mut out, little, signed.unwrap_or(false)).map_err(|e| t.num_error(e))?;
        Bytes::new(t, &out)
    }
    /// Returns the integer that an array of bytes stands for.
    ///
    ///   bytes
    ///     A bytes-like object or an iterable that produces bytes.
    ///   byteorder
    ///     'big': the most significant byte first; 'little': last.
    ///   signed
    ///     Whether the bytes are in two's complement.
    #[py(classmethod, "($type, /, bytes, byteorder='big', *, signed=False)")]
    fn from_bytes(t: &Thread, cls: Ref<Class>, bytes: Value, byteorder: Option<Ref<Str>>, signed: Option<bool>) -> Result<Value> {
        let little = little_endian(t, byteorder)?;
        let signed = signed.unwrap_or(false);
        let value = match t.bytes_like(bytes, |b| convert::from_bytes(b, little, signed)) {
            Some(i) => i,
            None => convert::from_bytes(&bytes_of(t, bytes)?, little, signed),
        };
        let value = t.big(value)?;
        if cls == BigInt::class() { Ok(value) } else { t.call(cls.value(), &[value]) }
    }
}
