//! Binary, in-place and unary operators.
//!
//! Dispatch follows CPython's slots: if the right operand's class is a proper subclass of the left's and provides another
//! reflected method, that goes first; operands of one class do not try the reflected method. CPython keeps concatenation and
//! repetition of sequences apart from arithmetic, and tries them last, also in place. Here both are `__add__` and `__mul__`; a
//! native one of a class that can be indexed is taken for the sequence kind ([`is_sequence_slot`]).

use super::{convert::exact_float, float_value, is_method, type_name};
use crate::native::*;
use crate::objects::class::Special;
use crate::objects::set::{FrozenSet, Set, SetData};
use crate::objects::{complex, float, int, percent_format, set_methods, str_build};
use taipan_num::small;

/// An arithmetic operator of two operands.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(u8)]
pub enum BinaryOp {
    Add,
    Sub,
    Mul,
    Truediv,
    Floordiv,
    Mod,
    Pow,
    Lshift,
    Rshift,
    And,
    Or,
    Xor,
    Matmul,
    Divmod,
}

/// An operator of one operand.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(u8)]
pub enum UnaryOp {
    Neg,
    Pos,
    Invert,
    Abs,
}

macro_rules! binary_methods {
    ($($op:ident: $normal:ident $reflected:ident $inplace:expr, $symbol:literal $assign:literal;)*) => {
        impl BinaryOp {
            /// All operators, in the order of their numbers.
            pub const ALL: [BinaryOp; 14] = [$(BinaryOp::$op),*];
            pub const fn special(self) -> Special {
                match self { $(BinaryOp::$op => Special::$normal),* }
            }
            pub const fn reflected(self) -> Special {
                match self { $(BinaryOp::$op => Special::$reflected),* }
            }
            pub const fn inplace(self) -> Option<Special> {
                match self { $(BinaryOp::$op => $inplace),* }
            }
            /// As messages have it.
            pub const fn symbol(self) -> &'static str {
                match self { $(BinaryOp::$op => $symbol),* }
            }
            /// As messages have it, in place.
            pub const fn assign_symbol(self) -> &'static str {
                match self { $(BinaryOp::$op => $assign),* }
            }
        }
    };
}
binary_methods! {
    Add: Add Radd Some(Special::Iadd), "+" "+=";
    Sub: Sub Rsub Some(Special::Isub), "-" "-=";
    Mul: Mul Rmul Some(Special::Imul), "*" "*=";
    Truediv: Truediv Rtruediv Some(Special::Itruediv), "/" "/=";
    Floordiv: Floordiv Rfloordiv Some(Special::Ifloordiv), "//" "//=";
    Mod: Mod Rmod Some(Special::Imod), "%" "%=";
    Pow: Pow Rpow Some(Special::Ipow), "** or pow()" "**=";
    Lshift: Lshift Rlshift Some(Special::Ilshift), "<<" "<<=";
    Rshift: Rshift Rrshift Some(Special::Irshift), ">>" ">>=";
    And: And Rand Some(Special::Iand), "&" "&=";
    Or: Or Ror Some(Special::Ior), "|" "|=";
    Xor: Xor Rxor Some(Special::Ixor), "^" "^=";
    Matmul: Matmul Rmatmul Some(Special::Imatmul), "@" "@=";
    Divmod: Divmod Rdivmod None, "divmod()" "divmod()";
}

impl UnaryOp {
    pub const fn special(self) -> Special {
        match self {
            UnaryOp::Neg => Special::Neg,
            UnaryOp::Pos => Special::Pos,
            UnaryOp::Invert => Special::Invert,
            UnaryOp::Abs => Special::Abs,
        }
    }
    pub const fn symbol(self) -> &'static str {
        match self {
            UnaryOp::Neg => "unary -",
            UnaryOp::Pos => "unary +",
            UnaryOp::Invert => "unary ~",
            UnaryOp::Abs => "abs()",
        }
    }
}

/// Small integers with a small result (or a float for `/`); `None` for all else.
#[inline(always)]
fn small_ints(op: BinaryOp, x: i64, y: i64) -> Option<Value> {
    let r = match op {
        // 62-bit operands: sums do not overflow 64 bits.
        BinaryOp::Add => x + y,
        BinaryOp::Sub => x - y,
        BinaryOp::Mul => x.checked_mul(y)?,
        BinaryOp::And => x & y,
        BinaryOp::Or => x | y,
        BinaryOp::Xor => x ^ y,
        BinaryOp::Floordiv => small::floor_div(x, y)?,
        BinaryOp::Mod => small::floor_mod(x, y)?,
        BinaryOp::Lshift => small::shl(x, y)?,
        BinaryOp::Rshift => small::shr(x, y)?,
        BinaryOp::Pow => small::pow(x, y)?,
        BinaryOp::Truediv => return Value::try_float(small::true_div(x, y)?),
        BinaryOp::Matmul | BinaryOp::Divmod => return None,
    };
    Value::try_int(r)
}

/// Immediate floats with an immediate result; `None` for all else.
#[inline(always)]
fn immediate_floats(op: BinaryOp, x: f64, y: f64) -> Option<Value> {
    let r = match op {
        BinaryOp::Add => x + y,
        BinaryOp::Sub => x - y,
        BinaryOp::Mul => x * y,
        BinaryOp::Truediv if y != 0.0 => x / y,
        _ => return None,
    };
    Value::try_float(r)
}

impl Thread {
    /// `a op b`.
    #[inline]
    pub fn binary(&self, op: BinaryOp, a: Value, b: Value) -> Result<Value> {
        if let (Some(x), Some(y)) = (a.as_small_int(), b.as_small_int()) {
            if let Some(r) = small_ints(op, x, y) {
                return Ok(r);
            }
        } else if let (Some(x), Some(y)) = (a.as_immediate_float(), b.as_immediate_float())
            && let Some(r) = immediate_floats(op, x, y)
        {
            return Ok(r);
        }
        self.binary_general(op, a, b)
    }

    /// `a op b` of instances of built-in classes themselves, as far as that runs no other code and waits for nothing.
    pub(crate) fn binary_exact(&self, op: BinaryOp, a: Value, b: Value) -> Option<Result<Value>> {
        if let Some((x, y)) = exact_strings(op, a, b) {
            return Some(str_build::concat(self, x, y).map(Ref::value));
        }
        self.exact_numbers(op, a, b).transpose().or_else(|| complex::exact(self, op, a, b))
    }
    fn binary_general(&self, op: BinaryOp, a: Value, b: Value) -> Result<Value> {
        if let Some((x, y)) = exact_strings(op, a, b) {
            return str_build::concat(self, x, y).map(Ref::value);
        }
        if let Some(template) = exact_template(op, a, b) {
            self.check_native_stack()?;
            return percent_format::format_str(self, template, b).map(Ref::value);
        }
        if let Some(r) = self.exact_containers(op, a, b) {
            return r;
        }
        if let Some(r) = self.exact_numbers(op, a, b)? {
            return Ok(r);
        }
        if let Some(r) = complex::exact(self, op, a, b) {
            return r;
        }
        let r = self.arithmetic(op, a, b)?;
        if r != Value::NOT_IMPLEMENTED {
            return Ok(r);
        }
        let r = self.sequence_operator(op, false, a, b)?;
        if r != Value::NOT_IMPLEMENTED {
            return Ok(r);
        }
        Err(self.unsupported_operands(op.symbol(), a, b))
    }

    /// `a op= b`: what `a` is to be bound to afterwards.
    #[inline]
    pub fn inplace(&self, op: BinaryOp, a: Value, b: Value) -> Result<Value> {
        if let (Some(x), Some(y)) = (a.as_small_int(), b.as_small_int()) {
            if let Some(r) = small_ints(op, x, y) {
                return Ok(r);
            }
        } else if let (Some(x), Some(y)) = (a.as_immediate_float(), b.as_immediate_float())
            && let Some(r) = immediate_floats(op, x, y)
        {
            return Ok(r);
        }
        self.inplace_general(op, a, b)
    }

    fn inplace_general(&self, op: BinaryOp, a: Value, b: Value) -> Result<Value> {
        if let Some((x, y)) = exact_strings(op, a, b) {
            return str_build::concat(self, x, y).map(Ref::value);
        }
        if let Some(r) = self.extended_list(op, a, b) {
            return r;
        }
        if let Some(r) = self.exact_numbers(op, a, b)? {
            return Ok(r);
        }
        if let Some(f) = op.inplace().and_then(|s| class_of(a).special(self, s))
            && !is_sequence_slot(self, op, f)
        {
            self.check_native_stack()?;
            let r = self.call_special1(f, a, b)?;
            if r != Value::NOT_IMPLEMENTED {
                return Ok(r);
            }
        }
        let r = self.arithmetic(op, a, b)?;
        if r != Value::NOT_IMPLEMENTED {
            return Ok(r);
        }
        let r = self.sequence_operator(op, true, a, b)?;
        if r != Value::NOT_IMPLEMENTED {
            return Ok(r);
        }
        Err(self.unsupported_operands(op.assign_symbol(), a, b))
    }

    /// Two sets, or a list with another one or a number, of exactly the built-in classes.
    #[inline]
    fn exact_containers(&self, op: BinaryOp, a: Value, b: Value) -> Option<Result<Value>> {
        let shape = a.header()?.shape_id();
        if shape == List::class_cell().shape() {
            let list = a.downcast::<List>()?;
            return match op {
                BinaryOp::Add => {
                    let other = b.downcast::<List>().filter(|l| l.header().shape_id() == shape)?;
                    Some(list.concatenated(self, &other).map(Ref::value))
                }
                BinaryOp::Mul => Some(list.repeat(self, b.as_small_int()?.max(0) as usize).map(Ref::value)),
                _ => None,
            };
        }
        if (shape == Set::class_cell().shape() || shape == FrozenSet::class_cell().shape()) && b.header()?.shape_id() == shape {
            return set_methods::operate(self, op, a.downcast::<SetData>()?, b.downcast::<SetData>()?);
        }
        None
    }

    /// `a += b` of two lists.
    #[inline]
    fn extended_list(&self, op: BinaryOp, a: Value, b: Value) -> Option<Result<Value>> {
        let shape = a.header()?.shape_id();
        if op != BinaryOp::Add || shape != List::class_cell().shape() || b.header()?.shape_id() != shape {
            return None;
        }
        let (list, more) = (a.downcast::<List>()?, b.downcast::<List>()?);
        Some(list.extend_from_list(self, &more).map(|()| a))
    }

    /// Numbers of exactly the built-in real classes.
    #[inline]
    fn exact_numbers(&self, op: BinaryOp, a: Value, b: Value) -> Result<Option<Value>> {
        match (int::exact(a), int::exact(b)) {
            (Some(x), Some(y)) => {
                if op == BinaryOp::Matmul {
                    return Ok(None);
                }
                int::operate(self, op, x.as_ref(), y.as_ref()).map(Some)
            }
            (Some(x), None) => match exact_float(b) {
                Some(y) => self.mixed(op, int_as_float(self, x.as_ref()), || Ok(y)),
                None => Ok(None),
            },
            (None, Some(y)) => match exact_float(a) {
                Some(x) => self.mixed(op, Ok(x), || int_as_float(self, y.as_ref())),
                None => Ok(None),
            },
            (None, None) => match (exact_float(a), exact_float(b)) {
                (Some(x), Some(y)) => self.mixed(op, Ok(x), || Ok(y)),
                _ => Ok(None),
            },
        }
    }

    fn mixed(&self, op: BinaryOp, x: Result<f64>, y: impl FnOnce() -> Result<f64>) -> Result<Option<Value>> {
        if !float::has_operator(op) {
            return Ok(None);
        }
        float::operate(self, op, x?, y()?).map(Some)
    }

    /// The special methods of both operands, sequences' left out; `NotImplemented` if none did it.
    fn arithmetic(&self, op: BinaryOp, a: Value, b: Value) -> Result<Value> {
        self.check_native_stack()?;
        let (ca, cb) = (class_of(a), class_of(b));
        let left = self.number_special(op, ca, op.special());
        if ca != cb {
            let mut right = self.number_special(op, cb, op.reflected());
            if let Some(f) = right
                && (left.is_none() || (cb.is_subclass(ca) && ca.special(self, op.reflected()) != Some(f)))
            {
                let r = self.call_special1(f, b, a)?;
                if r != Value::NOT_IMPLEMENTED {
                    return Ok(r);
                }
                right = None;
            }
            if let Some(f) = left {
                let r = self.call_special1(f, a, b)?;
                if r != Value::NOT_IMPLEMENTED {
                    return Ok(r);
                }
            }
            return match right {
                Some(f) => self.call_special1(f, b, a),
                None => Ok(Value::NOT_IMPLEMENTED),
            };
        }
        match left {
            Some(f) => self.call_special1(f, a, b),
            None => Ok(Value::NOT_IMPLEMENTED),
        }
    }

    /// `a op b`, or `a op= b`, after the method of `a` that was asked first gave `NotImplemented`.
    pub fn binary_refused(&self, op: BinaryOp, inplace: bool, a: Value, b: Value) -> Result<Value> {
        let (ca, cb) = (class_of(a), class_of(b));
        let mut r = Value::NOT_IMPLEMENTED;
        if inplace && op.inplace().and_then(|s| ca.special(self, s)).is_some() {
            r = self.arithmetic(op, a, b)?;
        } else if ca != cb
            && let Some(f) = self.number_special(op, cb, op.reflected())
        {
            r = self.call_special1(f, b, a)?;
        }
        if r == Value::NOT_IMPLEMENTED {
            r = self.sequence_operator(op, inplace, a, b)?;
        }
        if r != Value::NOT_IMPLEMENTED {
            return Ok(r);
        }
        Err(self.unsupported_operands(if inplace { op.assign_symbol() } else { op.symbol() }, a, b))
    }

    #[inline]
    fn number_special(&self, op: BinaryOp, class: Ref<Class>, s: Special) -> Option<Value> {
        class.special(self, s).filter(|&f| !is_sequence_slot(self, op, f))
    }

    /// Concatenation and repetition.
    fn sequence_operator(&self, op: BinaryOp, inplace: bool, a: Value, b: Value) -> Result<Value> {
        let (ca, cb) = (class_of(a), class_of(b));
        let sequence = |c: Ref<Class>, s: Special| c.special(self, s).filter(|&f| is_sequence_slot(self, op, f));
        let left = || {
            let in_place = if inplace { op.inplace().and_then(|s| sequence(ca, s)) } else { None };
            in_place.or_else(|| sequence(ca, op.special()))
        };
        match op {
            BinaryOp::Add => match left() {
                Some(f) => self.call_special1(f, a, b),
                None => Ok(Value::NOT_IMPLEMENTED),
            },
            BinaryOp::Mul => {
                let (f, s, count) = match left() {
                    Some(f) => (f, a, b),
                    None => match sequence(cb, Special::Mul) {
                        Some(f) => (f, b, a),
                        None => return Ok(Value::NOT_IMPLEMENTED),
                    },
                };
                if !int::is_int(count) && class_of(count).special(self, Special::Index).is_none() {
                    return Err(self.type_error(format!("can't multiply sequence by non-int of type '{}'", type_name(count))));
                }
                self.call_special1(f, s, count)
            }
            _ => Ok(Value::NOT_IMPLEMENTED),
        }
    }

    #[cold]
    fn unsupported_operands(&self, symbol: &str, a: Value, b: Value) -> Exc {
        self.type_error(format!("unsupported operand type(s) for {symbol}: '{}' and '{}'", type_name(a), type_name(b)))
    }

    /// `pow(a, b, modulus)`; `None` as the modulus is Python's None.
    pub fn power(&self, a: Value, b: Value, modulus: Option<Value>) -> Result<Value> {
        let Some(m) = modulus.filter(|m| !m.is_none()) else {
            return self.binary(BinaryOp::Pow, a, b);
        };
        self.check_native_stack()?;
        let (ca, cb) = (class_of(a), class_of(b));
        let mut right = if ca == cb { None } else { cb.special(self, Special::Rpow) };
        if let Some(f) = right
            && cb.is_subclass(ca)
            && ca.special(self, Special::Rpow) != Some(f)
        {
            let r = self.call_special(f, b, &[a, m])?;
            if r != Value::NOT_IMPLEMENTED {
                return Ok(r);
            }
            right = None;
        }
        if let Some(f) = ca.special(self, Special::Pow) {
            let r = self.call_special(f, a, &[b, m])?;
            if r != Value::NOT_IMPLEMENTED {
                return Ok(r);
            }
        }
        if let Some(f) = right {
            let r = self.call_special(f, b, &[a, m])?;
            if r != Value::NOT_IMPLEMENTED {
                return Ok(r);
            }
        }
        // CPython also asks the third operand's class, which can only refuse.
        if float_value(m).is_some() {
            return Err(self.type_error("pow() 3rd argument not allowed unless all arguments are integers"));
        }
        Err(self.type_error(format!(
            "unsupported operand type(s) for ** or pow(): '{}', '{}', '{}'",
            type_name(a),
            type_name(b),
            type_name(m)
        )))
    }

    /// `-v`, `+v`, `~v`, `abs(v)`.
    #[inline]
    pub fn unary(&self, op: UnaryOp, v: Value) -> Result<Value> {
        if let Some(i) = v.as_small_int() {
            // No overflow: small integers have 62 bits.
            return self.int(match op {
                UnaryOp::Neg => -i,
                UnaryOp::Pos => i,
                UnaryOp::Invert => !i,
                UnaryOp::Abs => i.abs(),
            });
        }
        if let Some(x) = v.as_immediate_float() {
            match op {
                UnaryOp::Neg => return self.float(-x),
                UnaryOp::Abs => return self.float(x.abs()),
                UnaryOp::Pos => return Ok(v),
                UnaryOp::Invert => {}
            }
        }
        self.unary_general(op, v)
    }

    fn unary_general(&self, op: UnaryOp, v: Value) -> Result<Value> {
        match class_of(v).special(self, op.special()) {
            Some(f) => {
                self.check_native_stack()?;
                self.call_special0(f, v)
            }
            None => Err(self.type_error(format!("bad operand type for {}: '{}'", op.symbol(), type_name(v)))),
        }
    }
}

/// Two exact strings to be concatenated, which is common enough to skip the search for methods.
#[inline]
fn exact_strings(op: BinaryOp, a: Value, b: Value) -> Option<(Ref<Str>, Ref<Str>)> {
    if op != BinaryOp::Add {
        return None;
    }
    let exact = |v: Value| v.header().is_some_and(|h| h.shape_id() == Str::class_cell().shape());
    if exact(a) && exact(b) { Some((a.downcast()?, b.downcast()?)) } else { None }
}

/// The exact string on the left of a `%` whose right operand is none of a subclass, which would come first.
#[inline]
fn exact_template(op: BinaryOp, a: Value, b: Value) -> Option<Ref<Str>> {
    if op != BinaryOp::Mod {
        return None;
    }
    let is_exact = |v: Value| v.header().is_some_and(|h| h.shape_id() == Str::class_cell().shape());
    if is_exact(a) && (is_exact(b) || b.downcast::<Str>().is_none()) { a.downcast() } else { None }
}

fn int_as_float(t: &Thread, i: taipan_num::BigRef<'_>) -> Result<f64> {
    taipan_num::convert::to_f64(i).map_err(|e| t.num_error(e))
}

/// Whether `f`, found as the method of `op`, is a native class's concatenation or repetition.
#[inline]
fn is_sequence_slot(t: &Thread, op: BinaryOp, f: Value) -> bool {
    if !matches!(op, BinaryOp::Add | BinaryOp::Mul) {
        return false;
    }
    let Some(n) = f.downcast::<Native>() else {
        return false;
    };
    let is_sequence = |class: Ref<Class>| class.special(t, Special::Getitem).is_some() && class.special(t, Special::Sub).is_none();
    is_method(n) && n.def.signature.owner.is_some_and(|owner| is_sequence(owner().get()))
}
