//! `int`: layout, arithmetic, text. The methods are in `int_methods`.
//!
//! An integer of 62 bits is in the value word; a [`BigInt`] cell holds any other, as sign and 64-bit limbs, lowest first. An exact
//! int that fits a word is never a cell, so exact ints are equal as words or both are cells. Instances of subclasses are always
//! cells, of any size. The two bools are singletons, which count as 0 and 1 here.

use crate::native::*;
use crate::ops::{BinaryOp, IntView};
use std::sync::atomic::{AtomicUsize, Ordering::*};
use taipan_num::{Big, BigRef, NumError, SmallBuf, convert, int as num, mag, parse, power};
use taipan_text::unicode;

#[repr(C)]
pub struct BigInt {
    header: Header,
    /// Number of limbs, shifted left by one; bit 0 is the sign.
    meta: u64,
    // limbs follow
}

unsafe fn scan(_: *const Header, _: &mut Visitor) {}
unsafe fn cell_size(cell: *const Header) -> usize {
    // SAFETY: the collector calls this with a live integer.
    size_of::<BigInt>() + 8 * unsafe { &*cell.cast::<BigInt>() }.limb_count()
}
static LAYOUT: Layout = Layout { name: "int", size: size_of::<BigInt>(), scan, cell_size: Some(cell_size), base: None, drop: None };
// SAFETY: repr(C), begins with a header, no references; zeroed memory is the integer 0.
unsafe impl HeapType for BigInt {
    const LAYOUT: &'static Layout = &LAYOUT;
}

impl BigInt {
    #[inline(always)]
    fn limb_count(&self) -> usize {
        (self.meta >> 1) as usize
    }
    #[inline(always)]
    pub fn as_big_ref(&self) -> BigRef<'_> {
        // SAFETY: the limbs follow the fixed part and are never written after construction.
        let limbs = unsafe { std::slice::from_raw_parts((self as *const BigInt).add(1).cast(), self.limb_count()) };
        BigRef { negative: self.meta & 1 != 0, limbs }
    }

    /// An exact int; the caller knows that it does not fit a word.
    pub fn new(t: &Thread, value: BigRef<'_>) -> Result<Ref<BigInt>> {
        debug_assert!(value.to_i64().is_none_or(|i| Value::try_int(i).is_none()));
        BigInt::with_shape(t, BigInt::class_cell().shape(), value)
    }
    /// An instance of a subclass of int.
    pub fn in_class(t: &Thread, class: Ref<Class>, value: BigRef<'_>) -> Result<Ref<BigInt>> {
        let r = BigInt::with_shape(t, class.instance_shape(), value)?;
        if class.has_flag(class_flags::HAS_DEL) {
            t.register_finalizer(r.value());
        }
        Ok(r)
    }
    /// The int that `fill` writes: gets so many zeroed limbs, and tells the sign.
    fn build(t: &Thread, limbs: usize, fill: impl FnOnce(&mut [u64]) -> bool) -> Result<Value> {
        let cell = t.allocate(size_of::<BigInt>() + 8 * limbs, BigInt::class_cell().shape())?.cast::<BigInt>();
        // SAFETY: a fresh zeroed cell with room for the limbs; nobody else knows it.
        unsafe {
            let out = std::slice::from_raw_parts_mut(cell.as_ptr().add(1).cast::<u64>(), limbs);
            let value = BigRef::new(fill(out), out);
            if let Some(small) = value.to_i64().and_then(Value::try_int) {
                return Ok(small);
            }
            // Where high limbs turned out to be zero the cell is larger than it says.
            (*cell.as_ptr()).meta = (value.limbs.len() as u64) << 1 | value.negative as u64;
            Ok(Ref::<BigInt>::from_raw(cell).value())
        }
    }
    fn with_shape(t: &Thread, shape: ShapeId, value: BigRef<'_>) -> Result<Ref<BigInt>> {
        let s = taipan_heap::SHAPES.get(shape);
        let part = if s.slots_offset != 0 { 8 * (1 + s.inline_slots as usize) } else { 0 };
        let n = value.limbs.len();
        let cell = t.allocate(size_of::<BigInt>() + 8 * n + part, shape)?.cast::<BigInt>();
        // SAFETY: the fresh cell has room for the limbs; nobody else knows it.
        let r = unsafe {
            (*cell.as_ptr()).meta = (n as u64) << 1 | value.negative as u64;
            std::ptr::copy_nonoverlapping(value.limbs.as_ptr(), cell.as_ptr().add(1).cast(), n);
            Ref::<BigInt>::from_raw(cell)
        };
        if part != 0 {
            t.empty_instance_part(r.header());
        }
        Ok(r)
    }
}

/// The integer in `v` if its class is int, bool or a subclass.
#[inline]
pub fn view(v: Value) -> Option<IntView> {
    if let Some(i) = v.as_small_int() {
        return Some(IntView::Small(SmallBuf::new(i)));
    }
    if v.is_bool() {
        return Some(IntView::Small(SmallBuf::new((v == Value::TRUE) as i64)));
    }
    v.downcast::<BigInt>().map(IntView::Big)
}

/// The integer in `v` if its class is exactly int.
#[inline]
pub fn exact(v: Value) -> Option<IntView> {
    if let Some(i) = v.as_small_int() {
        return Some(IntView::Small(SmallBuf::new(i)));
    }
    if v.header()?.shape_id() == BigInt::class_cell().shape() { v.downcast::<BigInt>().map(IntView::Big) } else { None }
}

/// As [`exact`], also of a bool.
#[inline]
pub(crate) fn exact_or_bool(v: Value) -> Option<IntView> {
    if v.is_bool() {
        return Some(IntView::Small(SmallBuf::new((v == Value::TRUE) as i64)));
    }
    exact(v)
}

/// Whether the class of `v` is int, bool or a subclass.
#[inline]
pub fn is_int(v: Value) -> bool {
    v.is_small_int() || v.is_bool() || v.downcast::<BigInt>().is_some()
}

/// `v`, an int of any class, as an exact one.
pub fn to_exact(t: &Thread, v: Value) -> Result<Value> {
    if v.is_small_int() {
        return Ok(v);
    }
    match v.downcast::<BigInt>() {
        Some(b) if b.header().shape_id() == BigInt::class_cell().shape() => Ok(v),
        Some(b) => t.big_ref(b.as_big_ref()),
        None => Ok(Value::small_int((v == Value::TRUE) as i64)),
    }
}

fn result(t: &Thread, r: std::result::Result<Big, NumError>) -> Result<Value> {
    match r {
        Ok(i) => t.big(i),
        Err(e) => Err(t.num_error(e)),
    }
}

/// `a op b` of integers; all operators but `@`.
pub fn operate(t: &Thread, op: BinaryOp, a: BigRef<'_>, b: BigRef<'_>) -> Result<Value> {
    // From here on it pays to write the result where it is to be.
    const LONG: usize = 3;
    let longest = a.limbs.len().max(b.limbs.len());
    match op {
        BinaryOp::Add | BinaryOp::Sub if longest >= LONG => {
            let b = if op == BinaryOp::Sub { b.negated() } else { b };
            BigInt::build(t, num::sum_limbs(a, b), |out| num::add_to(out, a, b))
        }
        BinaryOp::Mul if longest >= LONG && !a.is_zero() && !b.is_zero() && mag::is_short_product(a.limbs, b.limbs) => {
            BigInt::build(t, a.limbs.len() + b.limbs.len(), |out| {
                mag::mul_to(out, a.limbs, b.limbs);
                a.negative != b.negative
            })
        }
        BinaryOp::Add => t.big(num::add(a, b)),
        BinaryOp::Sub => t.big(num::sub(a, b)),
        BinaryOp::Mul => t.big(num::mul(a, b)),
        BinaryOp::Floordiv => result(t, num::floor_div(a, b)),
        BinaryOp::Mod => result(t, num::floor_mod(a, b)),
        BinaryOp::Truediv => match convert::true_div(a, b) {
            Ok(x) => t.float(x),
            Err(e) => Err(t.num_error(e)),
        },
        BinaryOp::Lshift => result(t, num::shl(a, b)),
        BinaryOp::Rshift => result(t, num::shr(a, b)),
        BinaryOp::And => t.big(num::bit_and(a, b)),
        BinaryOp::Or => t.big(num::bit_or(a, b)),
        BinaryOp::Xor => t.big(num::bit_xor(a, b)),
        BinaryOp::Pow if b.negative => {
            let float = |i| convert::to_f64(i).map_err(|e| t.num_error(e));
            super::float::operate(t, BinaryOp::Pow, float(a)?, float(b)?)
        }
        BinaryOp::Pow => result(t, power::pow_big(a, b)),
        BinaryOp::Divmod => match num::divmod(a, b) {
            Ok((q, r)) => {
                let (q, r) = (t.big(q)?, t.big(r)?);
                Tuple::new(t, &[q, r]).map(Ref::value)
            }
            Err(e) => Err(t.num_error(e)),
        },
        BinaryOp::Matmul => Ok(Value::NOT_IMPLEMENTED),
    }
}

/// `pow(a, b, m)` of integers.
pub fn pow_mod(t: &Thread, a: BigRef<'_>, b: BigRef<'_>, m: BigRef<'_>) -> Result<Value> {
    result(t, power::pow_mod(a, b, m))
}

// ---------------------------------------------------------------- text

/// `sys.get_int_max_str_digits()`; 0: no limit.
static MAX_STR_DIGITS: AtomicUsize = AtomicUsize::new(4300);
/// The lowest limit that can be set, but for 0.
pub const MIN_DIGIT_LIMIT: usize = 640;

pub fn max_str_digits() -> usize {
    MAX_STR_DIGITS.load(Relaxed)
}
/// The caller has checked that `limit` is 0 or at least [`MIN_DIGIT_LIMIT`].
pub fn set_max_str_digits(limit: usize) {
    MAX_STR_DIGITS.store(limit, Relaxed)
}

/// Decimal digits with the sign; ValueError beyond the limit.
pub fn decimal(t: &Thread, value: BigRef<'_>) -> Result<String> {
    let limit = max_str_digits();
    if limit != 0 && value.limbs.len() > 8 && taipan_num::format::exceeds_decimal_digits(value, limit as u64) {
        return Err(t.value_error(format!(
            "Exceeds the limit ({limit} digits) for integer string conversion; use sys.set_int_max_str_digits() to increase the limit"
        )));
    }
    Ok(taipan_num::format::decimal(value))
}

/// `repr` of an int of any class.
pub fn decimal_str(t: &Thread, v: &IntView) -> Result<Ref<Str>> {
    if let Some(i) = v.to_i64() {
        let mut buffer = [0u8; 20];
        let text = write_i64(&mut buffer, i);
        return Str::from_narrowest(t, Units::Latin1(text), true);
    }
    let text = decimal(t, v.as_ref())?;
    Str::from_narrowest(t, Units::Latin1(text.as_bytes()), true)
}

/// Decimal digits of `i` at the end of `buffer`.
fn write_i64(buffer: &mut [u8; 20], i: i64) -> &[u8] {
    let mut rest = i.unsigned_abs();
    let mut at = buffer.len();
    loop {
        at -= 1;
        buffer[at] = b'0' + (rest % 10) as u8;
        rest /= 10;
        if rest == 0 {
            break;
        }
    }
    if i < 0 {
        at -= 1;
        buffer[at] = b'-';
    }
    &buffer[at..]
}

/// An exact int from text; `shown` is what the error message shows.
pub fn parse_units(t: &Thread, text: Units<'_>, base: u32, shown: Value) -> Result<Value> {
    if base == 10
        && let Units::Latin1(bytes) = text
        && let Some(i) = parse::parse_short_decimal(bytes)
    {
        return t.int(i);
    }
    let scanned = match text {
        Units::Latin1(bytes) if bytes.is_ascii() => parse::scan_ascii(bytes, base),
        _ => parse::scan(text.iter(), base, unicode::decimal, unicode::is_space),
    };
    finish_parse(t, scanned, base, shown)
}

/// An exact int from the text in a bytes-like object.
pub fn parse_bytes(t: &Thread, text: &[u8], base: u32, shown: Value) -> Result<Value> {
    finish_parse(t, parse::scan_ascii(text, base), base, shown)
}

fn finish_parse(
    t: &Thread,
    scanned: std::result::Result<parse::Scanned, parse::ParseError>,
    base: u32,
    shown: Value,
) -> Result<Value> {
    match scanned {
        Ok(s) => {
            let (digits, limit) = (s.digit_count(), max_str_digits());
            if limit != 0 && digits > limit && s.is_limited() {
                return Err(t.value_error(format!(
                    "Exceeds the limit ({limit} digits) for integer string conversion: value has {digits} digits; use \
                     sys.set_int_max_str_digits() to increase the limit"
                )));
            }
            t.big(s.value())
        }
        Err(parse::ParseError::Base) => Err(t.value_error("int() base must be >= 2 and <= 36, or 0")),
        Err(parse::ParseError::Invalid) => {
            let repr = t.repr(shown)?;
            let shown = Str::substring(t, repr, 0..repr.len().min(200))?;
            Err(t.value_error(format!("invalid literal for int() with base {base}: {shown}")))
        }
    }
}

/// What `int` makes of a text that is but a few digits, with a sign maybe; `None`: it takes a closer look.
pub(crate) fn plain_decimal(text: &Str) -> Option<Value> {
    const MOST: usize = 17;
    let digits = text.as_ascii()?.as_bytes();
    let (negative, digits) = match digits {
        [b'-', rest @ ..] => (true, rest),
        [b'+', rest @ ..] => (false, rest),
        _ => (false, digits),
    };
    if digits.is_empty() || digits.len() > MOST {
        return None;
    }
    let mut n = 0;
    for b in digits {
        let digit = b.wrapping_sub(b'0');
        if digit > 9 {
            return None;
        }
        n = n * 10 + i64::from(digit);
    }
    Value::try_int(if negative { -n } else { n })
}
