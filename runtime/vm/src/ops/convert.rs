//! Numbers of the machine to values and back, by the rules of `__index__`, `__int__`, `__float__`.

use super::type_name;
use crate::native::*;
use crate::objects::class::Special;
use crate::objects::exceptions as ex;
use crate::objects::int;
use crate::objects::slice::{Indices, Slice};
use taipan_num::{Big, BigRef, ErrorKind, NumError, SmallBuf};

/// The integer in a value of class int, bool or a subclass.
pub enum IntView {
    Small(SmallBuf),
    Big(Ref<BigInt>),
}

impl IntView {
    #[inline]
    pub fn as_ref(&self) -> BigRef<'_> {
        match self {
            IntView::Small(s) => s.as_ref(),
            IntView::Big(b) => b.as_big_ref(),
        }
    }
    #[inline]
    pub fn to_i64(&self) -> Option<i64> {
        self.as_ref().to_i64()
    }
}

/// The float in a value of class float or a subclass.
#[inline]
pub fn float_value(v: Value) -> Option<f64> {
    match v.as_immediate_float() {
        Some(x) => Some(x),
        None => v.downcast::<BoxedFloat>().map(|f| BoxedFloat::value(&f)),
    }
}

/// The float in a value of exactly class float.
#[inline]
pub fn exact_float(v: Value) -> Option<f64> {
    match v.as_immediate_float() {
        Some(x) => Some(x),
        None if v.header()?.shape_id() == BoxedFloat::class_cell().shape() => {
            v.downcast::<BoxedFloat>().map(|f| BoxedFloat::value(&f))
        }
        None => None,
    }
}

impl Thread {
    /// The integer in `v` if its class is int, bool or a subclass.
    #[inline]
    pub fn int_value(&self, v: Value) -> Option<IntView> {
        int::view(v)
    }

    #[inline(always)]
    pub fn int(&self, i: i64) -> Result<Value> {
        match Value::try_int(i) {
            Some(v) => Ok(v),
            None => BigInt::new(self, SmallBuf::new(i).as_ref()).map(Ref::value),
        }
    }
    #[inline(always)]
    pub fn uint(&self, i: u64) -> Result<Value> {
        match i64::try_from(i) {
            Ok(i) => self.int(i),
            Err(_) => BigInt::new(self, BigRef { negative: false, limbs: &[i] }).map(Ref::value),
        }
    }
    /// The value of an integer of any size.
    #[inline]
    pub fn big(&self, i: Big) -> Result<Value> {
        self.big_ref(i.as_ref())
    }
    #[inline]
    pub fn big_ref(&self, i: BigRef<'_>) -> Result<Value> {
        match i.to_i64() {
            Some(small) => self.int(small),
            None => BigInt::new(self, i).map(Ref::value),
        }
    }
    /// The value of a float; boxed where it has no immediate form.
    #[inline(always)]
    pub fn float(&self, x: f64) -> Result<Value> {
        match Value::try_float(x) {
            Some(v) => Ok(v),
            None => BoxedFloat::new(self, x).map(Ref::value),
        }
    }

    /// The exception of a failed number operation.
    #[cold]
    pub fn num_error(&self, e: NumError) -> Exc {
        match (e, e.kind()) {
            (NumError::PowOverflow, _) => {
                let text = match Str::from_str(self, e.message()) {
                    Ok(s) => s.value(),
                    Err(e) => return e,
                };
                self.new_error_with(ex::class(ex::Kind::OverflowError), &[Value::small_int(libc::ERANGE as i64), text])
            }
            (_, ErrorKind::ZeroDivision) => self.zero_division_error(e.message()),
            (_, ErrorKind::Overflow) => self.overflow_error(e.message()),
            (_, ErrorKind::Value) => self.value_error(e.message()),
            (_, ErrorKind::Memory) => self.memory_error(),
        }
    }

    /// An integer as `operator.index(v)` gives it, but for subclasses of int, which are returned as they are.
    #[inline]
    pub fn index(&self, v: Value) -> Result<Value> {
        if v.is_small_int() || int::is_int(v) {
            return Ok(v);
        }
        match self.index_opt(v)? {
            Some(i) => Ok(i),
            None => Err(self.type_error(format!("'{}' object cannot be interpreted as an integer", type_name(v)))),
        }
    }

    /// As `index`; `None` when the class has no `__index__`.
    pub fn index_opt(&self, v: Value) -> Result<Option<Value>> {
        if int::is_int(v) {
            return Ok(Some(v));
        }
        let Some(f) = class_of(v).special(self, Special::Index) else {
            return Ok(None);
        };
        self.check_native_stack()?;
        let r = self.call_special0(f, v)?;
        self.check_int_result("__index__", r).map(Some)
    }

    /// Checks what `__index__` or `__int__` returned.
    pub(crate) fn check_int_result(&self, method: &str, r: Value) -> Result<Value> {
        if r.is_small_int() || class_of(r) == BigInt::class() {
            return Ok(r);
        }
        let name = type_name(r);
        if !int::is_int(r) {
            return Err(self.type_error(format!("{method} returned non-int (type {name})")));
        }
        self.warn(
            ex::Kind::DeprecationWarning,
            format!(
                "{method} returned non-int (type {name}).  The ability to return an instance of a strict subclass of int is \
                 deprecated, and may be removed in a future version of Python."
            ),
        )?;
        Ok(r)
    }

    /// Through `__index__`, with OverflowError in the words of argument parsing.
    #[inline]
    pub fn to_isize(&self, v: Value) -> Result<isize> {
        match v.as_small_int() {
            Some(i) => Ok(i as isize),
            None => self.to_machine(v, "Python int too large to convert to C ssize_t").map(|i| i as isize),
        }
    }
    #[inline]
    pub fn to_i64(&self, v: Value) -> Result<i64> {
        match v.as_small_int() {
            Some(i) => Ok(i),
            None => self.to_machine(v, "Python int too large to convert to C long"),
        }
    }
    fn to_machine(&self, v: Value, overflow: &str) -> Result<i64> {
        let i = self.index(v)?;
        match int::view(i).and_then(|i| i.to_i64()) {
            Some(i) => Ok(i),
            None => Err(self.overflow_error(overflow)),
        }
    }

    /// Through `__index__`; what does not fit is an error of kind `overflow`.
    pub(crate) fn index_or(&self, v: Value, overflow: ex::Kind) -> Result<isize> {
        let i = self.index(v)?;
        match int::view(i).and_then(|i| i.to_i64()) {
            Some(i) => Ok(i as isize),
            None => {
                let text = format!("cannot fit '{}' into an index-sized integer", type_name(v));
                Err(self.new_error(ex::class(overflow), &text))
            }
        }
    }

    /// An index into a sequence; IndexError when it fits no machine word.
    #[inline]
    pub fn to_index(&self, v: Value) -> Result<isize> {
        match v.as_small_int() {
            Some(i) => Ok(i as isize),
            None => self.index_or(v, ex::Kind::IndexError),
        }
    }

    /// An index that is clipped to the range of a machine word.
    pub fn to_index_clipped(&self, v: Value) -> Result<isize> {
        if let Some(i) = v.as_small_int() {
            return Ok(i as isize);
        }
        let i = self.index(v)?;
        Ok(int::view(i).map_or(0, |i| clip(i.as_ref())))
    }

    /// A float by the rules of `math`'s arguments: floats, `__float__`, `__index__`.
    #[inline]
    pub fn to_f64(&self, v: Value) -> Result<f64> {
        match float_value(v) {
            Some(x) => Ok(x),
            None => self.to_f64_general(v),
        }
    }

    fn to_f64_general(&self, v: Value) -> Result<f64> {
        if let Some(i) = v.as_small_int() {
            return Ok(i as f64);
        }
        match self.to_f64_opt(v)? {
            Some(x) => Ok(x),
            None => Err(self.type_error(format!("must be real number, not {}", type_name(v)))),
        }
    }

    /// As `to_f64`; `None` when the class has neither `__float__` nor `__index__`.
    pub fn to_f64_opt(&self, v: Value) -> Result<Option<f64>> {
        match float_value(v) {
            Some(x) => Ok(Some(x)),
            None => self.float_of(v),
        }
    }

    /// As `to_f64_opt`, but instances of subclasses of float are asked, too.
    pub(crate) fn float_of(&self, v: Value) -> Result<Option<f64>> {
        let class = class_of(v);
        if class == BigInt::class() {
            return self.int_to_f64(v);
        }
        if let Some(f) = class.special(self, Special::Float) {
            self.check_native_stack()?;
            let r = self.call_special0(f, v)?;
            if let Some(x) = exact_float(r) {
                return Ok(Some(x));
            }
            let (name, got) = (type_name(v), type_name(r));
            let Some(x) = float_value(r) else {
                return Err(self.type_error(format!("{name}.__float__ returned non-float (type {got})")));
            };
            self.warn(
                ex::Kind::DeprecationWarning,
                format!(
                    "{name}.__float__ returned non-float (type {got}).  The ability to return an instance of a strict subclass \
                     of float is deprecated, and may be removed in a future version of Python."
                ),
            )?;
            return Ok(Some(x));
        }
        match self.index_opt(v)? {
            Some(i) => self.int_to_f64(i),
            None => Ok(None),
        }
    }

    fn int_to_f64(&self, v: Value) -> Result<Option<f64>> {
        match int::view(v) {
            Some(i) => taipan_num::convert::to_f64(i.as_ref()).map(Some).map_err(|e| self.num_error(e)),
            None => Ok(None),
        }
    }

    /// The positions that `slice` selects of a sequence of `len` items.
    pub fn slice_indices(&self, slice: Ref<Slice>, len: usize) -> Result<Indices> {
        slice.unpack(self).map(|u| u.adjust(len))
    }
}

/// The integer nearest to `i` that fits a machine word.
pub(crate) fn clip(i: BigRef<'_>) -> isize {
    match i.to_i64() {
        Some(i) => i as isize,
        None if i.negative => isize::MIN,
        None => isize::MAX,
    }
}
