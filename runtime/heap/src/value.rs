//! The value word: self-tagged floats (Melançon, Serrano, Feeley: "Float Self-Tagging", 2025).
//!
//! - bit 0 set: a float, stored as `rotl(bits + 0x3000_0000_0000_0000, 3)`; zeros, infinities, NaN, denormals and magnitudes
//!   of about 2^±255 fit, others are boxed;
//! - low bits `00`: a 62-bit integer shifted left by 2;
//! - low bits `10`: a pointer to a cell, plus 2, or a singleton (below 0x1000).

use crate::{Header, HeapType, Ref};
use std::ptr::NonNull;

/// A Python value in one word. Plain data: keeping it alive is the business of where it is stored.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
#[repr(transparent)]
pub struct Value(u64);

const FLOAT_OFFSET: u64 = 0x3000_0000_0000_0000;

impl Value {
    /// Marks an empty slot, an unbound local, an absent argument. Never visible to Python code.
    pub const EMPTY: Value = Value(0x02);
    pub const NONE: Value = Value(0x12);
    pub const FALSE: Value = Value(0x22);
    pub const TRUE: Value = Value(0x32);
    pub const ELLIPSIS: Value = Value(0x42);
    pub const NOT_IMPLEMENTED: Value = Value(0x52);

    pub const SMALL_INT_MAX: i64 = (1 << 61) - 1;
    pub const SMALL_INT_MIN: i64 = -(1 << 61);

    #[inline(always)]
    pub const fn from_bits(bits: u64) -> Value {
        Value(bits)
    }
    #[inline(always)]
    pub const fn bits(self) -> u64 {
        self.0
    }

    #[inline(always)]
    pub const fn is_empty(self) -> bool {
        self.0 == Value::EMPTY.0
    }
    #[inline(always)]
    pub const fn is_none(self) -> bool {
        self.0 == Value::NONE.0
    }
    #[inline(always)]
    pub const fn bool(b: bool) -> Value {
        Value(0x22 + ((b as u64) << 4))
    }
    #[inline(always)]
    pub const fn is_bool(self) -> bool {
        (self.0 & !0x10) == 0x22
    }
    /// The value unless it is the empty mark.
    #[inline(always)]
    pub fn some(self) -> Option<Value> {
        if self.is_empty() { None } else { Some(self) }
    }

    /// A small integer; the caller knows that it fits 62 bits.
    #[inline(always)]
    pub const fn small_int(i: i64) -> Value {
        debug_assert!(i >= Value::SMALL_INT_MIN && i <= Value::SMALL_INT_MAX);
        Value((i << 2) as u64)
    }
    /// A small integer if `i` fits 62 bits.
    #[inline(always)]
    pub const fn try_int(i: i64) -> Option<Value> {
        if (i << 2) >> 2 == i { Some(Value((i << 2) as u64)) } else { None }
    }
    #[inline(always)]
    pub const fn is_small_int(self) -> bool {
        self.0 & 3 == 0
    }
    /// The integer of a small int.
    #[inline(always)]
    pub const fn as_small_int(self) -> Option<i64> {
        if self.is_small_int() { Some(self.0 as i64 >> 2) } else { None }
    }
    /// The integer; the caller has checked [`Value::is_small_int`].
    #[inline(always)]
    pub const fn small_int_unchecked(self) -> i64 {
        self.0 as i64 >> 2
    }

    /// An immediate float if `x` has such a form.
    #[inline(always)]
    pub fn try_float(x: f64) -> Option<Value> {
        let word = x.to_bits().wrapping_add(FLOAT_OFFSET).rotate_left(3);
        if word & 1 != 0 { Some(Value(word)) } else { None }
    }
    #[inline(always)]
    pub const fn is_immediate_float(self) -> bool {
        self.0 & 1 != 0
    }
    /// The float of an immediate float; the caller has checked [`Value::is_immediate_float`].
    #[inline(always)]
    pub fn immediate_float_unchecked(self) -> f64 {
        f64::from_bits(self.0.rotate_right(3).wrapping_sub(FLOAT_OFFSET))
    }
    #[inline(always)]
    pub fn as_immediate_float(self) -> Option<f64> {
        if self.is_immediate_float() { Some(self.immediate_float_unchecked()) } else { None }
    }

    #[inline(always)]
    pub fn from_cell(cell: NonNull<Header>) -> Value {
        Value(cell.as_ptr() as u64 + 2)
    }
    #[inline(always)]
    pub const fn is_cell(self) -> bool {
        self.0 & 3 == 2 && self.0 >= 0x1000
    }
    #[inline(always)]
    pub fn as_cell(self) -> Option<NonNull<Header>> {
        if self.is_cell() {
            // SAFETY: a word with the pointer tag at or above 0x1000 is a cell's address plus 2, so not null.
            Some(unsafe { NonNull::new_unchecked((self.0 - 2) as *mut Header) })
        } else {
            None
        }
    }
    /// The header of a cell value.
    #[inline(always)]
    pub fn header<'a>(self) -> Option<&'a Header> {
        // SAFETY: a value's cell is alive while the value is on the caller's stack, and every cell begins with a header.
        self.as_cell().map(|c| unsafe { &*c.as_ptr() })
    }
    /// The cell as `T` if its shape's layout is, or derives from, `T`'s.
    #[inline(always)]
    pub fn downcast<T: HeapType>(self) -> Option<Ref<T>> {
        let cell = self.as_cell()?;
        // SAFETY: as in `header`.
        if unsafe { &*cell.as_ptr() }.shape().has_layout(T::layout()) {
            // SAFETY: the layout says that the cell is a `T` (or begins with one).
            Some(unsafe { Ref::from_raw(cell.cast()) })
        } else {
            None
        }
    }
}

impl std::fmt::Debug for Value {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match *self {
            Value::EMPTY => f.write_str("<empty>"),
            Value::NONE => f.write_str("None"),
            Value::FALSE => f.write_str("False"),
            Value::TRUE => f.write_str("True"),
            Value::ELLIPSIS => f.write_str("Ellipsis"),
            Value::NOT_IMPLEMENTED => f.write_str("NotImplemented"),
            v => {
                if let Some(i) = v.as_small_int() {
                    write!(f, "{i}")
                } else if let Some(x) = v.as_immediate_float() {
                    write!(f, "{x:?}")
                } else {
                    write!(f, "<cell {:#x}>", v.0 - 2)
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn floats_round_trip() {
        for x in [0.0, -0.0, 1.0, -1.0, 1.5e-300 * 1e-10, f64::INFINITY, f64::NEG_INFINITY, 1e70, -1e-70, f64::MIN_POSITIVE / 4.0] {
            let v = Value::try_float(x).expect("immediate");
            assert_eq!(v.immediate_float_unchecked().to_bits(), x.to_bits());
            assert!(!v.is_small_int() && !v.is_cell());
        }
        assert!(Value::try_float(f64::NAN).expect("immediate").immediate_float_unchecked().is_nan());
        assert!(Value::try_float(1e200).is_none());
        assert!(Value::try_float(-1e-200).is_none());
    }

    #[test]
    fn ints_and_singletons() {
        for i in [0, 1, -1, Value::SMALL_INT_MAX, Value::SMALL_INT_MIN] {
            assert_eq!(Value::try_int(i).and_then(Value::as_small_int), Some(i));
        }
        assert!(Value::try_int(Value::SMALL_INT_MAX + 1).is_none());
        assert!(!Value::NONE.is_cell() && Value::bool(true) == Value::TRUE && Value::bool(false) == Value::FALSE);
    }
}
