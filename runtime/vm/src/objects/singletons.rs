//! `bool`, and the classes of `None`, `...` and `NotImplemented`. Their instances are values without cells.

use crate::native::*;
use crate::objects::exceptions as ex;
use crate::objects::int_methods::operate;
use crate::ops::{BinaryOp, Compare, compare::HASH_NONE};

/// Never allocated: the two bools are [`Value::TRUE`] and [`Value::FALSE`].
#[repr(C)]
pub struct Bool {
    header: Header,
}
// SAFETY: no cell has this type; the layout is that of the base class, int.
unsafe impl HeapType for Bool {
    const LAYOUT: &'static Layout = BigInt::LAYOUT;
}

/// `a op b`: a bool of two bools, otherwise as for integers.
fn bitwise(t: &Thread, op: BinaryOp, a: Value, b: Value) -> Result<Value> {
    if !a.is_bool() || !b.is_bool() {
        return operate(t, op, a, b);
    }
    let (x, y) = (a == Value::TRUE, b == Value::TRUE);
    Ok(Value::bool(match op {
        BinaryOp::And => x & y,
        BinaryOp::Or => x | y,
        _ => x ^ y,
    }))
}

/// The truth of an object: True when it counts as true, else False.
///
/// True and False are the only instances.
#[pyclass(name = "bool", base = BigInt, flags(MATCH_SELF))]
impl Bool {
    #[py("(object=False, /)")]
    fn __new__(t: &Thread, _cls: Ref<Class>, object: Option<Value>) -> Result<bool> {
        match object {
            Some(v) => t.truth(v),
            None => Ok(false),
        }
    }
    #[py]
    fn __repr__(_t: &Thread, this: Value) -> &'static str {
        if this == Value::TRUE { "True" } else { "False" }
    }
    #[py]
    fn __invert__(t: &Thread, this: Value) -> Result<Value> {
        t.warn(
            ex::Kind::DeprecationWarning,
            "Bitwise inversion '~' on bool is deprecated and will be removed in Python 3.16. This returns the bitwise inversion of \
             the underlying int object and is usually not what you expect from negating a bool. Use the 'not' operator for boolean \
             negation or ~int(x) if you really want the bitwise inversion of the underlying int.",
        )?;
        t.int(if this == Value::TRUE { -2 } else { -1 })
    }
    #[py]
    fn __and__(t: &Thread, this: Value, other: Value) -> Result<Value> {
        bitwise(t, BinaryOp::And, this, other)
    }
    #[py]
    fn __rand__(t: &Thread, this: Value, other: Value) -> Result<Value> {
        bitwise(t, BinaryOp::And, other, this)
    }
    #[py]
    fn __or__(t: &Thread, this: Value, other: Value) -> Result<Value> {
        bitwise(t, BinaryOp::Or, this, other)
    }
    #[py]
    fn __ror__(t: &Thread, this: Value, other: Value) -> Result<Value> {
        bitwise(t, BinaryOp::Or, other, this)
    }
    #[py]
    fn __xor__(t: &Thread, this: Value, other: Value) -> Result<Value> {
        bitwise(t, BinaryOp::Xor, this, other)
    }
    #[py]
    fn __rxor__(t: &Thread, this: Value, other: Value) -> Result<Value> {
        bitwise(t, BinaryOp::Xor, other, this)
    }
}

/// Never allocated: None is [`Value::NONE`].
#[derive(HeapType)]
#[repr(C)]
pub struct NoneObject {
    header: Header,
}

fn compare_none(op: Compare, other: Value) -> Value {
    match op {
        // For other objects the answer is theirs.
        _ if !other.is_none() => Value::NOT_IMPLEMENTED,
        Compare::Eq => Value::TRUE,
        Compare::Ne => Value::FALSE,
        _ => Value::NOT_IMPLEMENTED,
    }
}

/// The type of the None singleton.
#[pyclass(name = "NoneType", flags())]
impl NoneObject {
    #[py(nosig, "(*args, **kwargs)")]
    fn __new__(t: &Thread, _cls: Ref<Class>, args: &[Value], kwargs: Kwargs) -> Result<Value> {
        no_arguments(t, "NoneType", args, kwargs, Value::NONE)
    }
    #[py]
    fn __repr__(_t: &Thread, _this: Value) -> &'static str {
        "None"
    }
    #[py]
    fn __bool__(_t: &Thread, _this: Value) -> bool {
        false
    }
    #[py]
    fn __hash__(_t: &Thread, _this: Value) -> i64 {
        HASH_NONE
    }
    #[py]
    fn __lt__(_t: &Thread, _this: Value, other: Value) -> Value {
        compare_none(Compare::Lt, other)
    }
    #[py]
    fn __le__(_t: &Thread, _this: Value, other: Value) -> Value {
        compare_none(Compare::Le, other)
    }
    #[py]
    fn __eq__(_t: &Thread, _this: Value, other: Value) -> Value {
        compare_none(Compare::Eq, other)
    }
    #[py]
    fn __ne__(_t: &Thread, _this: Value, other: Value) -> Value {
        compare_none(Compare::Ne, other)
    }
    #[py]
    fn __gt__(_t: &Thread, _this: Value, other: Value) -> Value {
        compare_none(Compare::Gt, other)
    }
    #[py]
    fn __ge__(_t: &Thread, _this: Value, other: Value) -> Value {
        compare_none(Compare::Ge, other)
    }
}

/// The constructor of a class with one instance.
fn no_arguments(t: &Thread, class: &str, args: &[Value], kwargs: Kwargs, instance: Value) -> Result<Value> {
    if !args.is_empty() || kwargs.0.is_some_and(|d| !d.is_empty()) {
        return Err(t.type_error(format!("{class} takes no arguments")));
    }
    Ok(instance)
}

/// Never allocated: `...` is [`Value::ELLIPSIS`].
#[derive(HeapType)]
#[repr(C)]
pub struct EllipsisObject {
    header: Header,
}

/// The type of the Ellipsis singleton.
#[pyclass(name = "ellipsis", flags())]
impl EllipsisObject {
    #[py(nosig, "(*args, **kwargs)")]
    fn __new__(t: &Thread, _cls: Ref<Class>, args: &[Value], kwargs: Kwargs) -> Result<Value> {
        no_arguments(t, "EllipsisType", args, kwargs, Value::ELLIPSIS)
    }
    #[py]
    fn __repr__(_t: &Thread, _this: Value) -> &'static str {
        "Ellipsis"
    }
    #[py("($self, /)")]
    fn __reduce__(_t: &Thread, _this: Value) -> &'static str {
        "Ellipsis"
    }
}

/// Never allocated: `NotImplemented` is [`Value::NOT_IMPLEMENTED`].
#[derive(HeapType)]
#[repr(C)]
pub struct NotImplementedObject {
    header: Header,
}

/// The type of the NotImplemented singleton.
#[pyclass(name = "NotImplementedType", flags())]
impl NotImplementedObject {
    #[py(nosig, "(*args, **kwargs)")]
    fn __new__(t: &Thread, _cls: Ref<Class>, args: &[Value], kwargs: Kwargs) -> Result<Value> {
        no_arguments(t, "NotImplementedType", args, kwargs, Value::NOT_IMPLEMENTED)
    }
    #[py]
    fn __repr__(_t: &Thread, _this: Value) -> &'static str {
        "NotImplemented"
    }
    #[py]
    fn __bool__(t: &Thread, this: Value) -> Result<bool> {
        t.truth(this)
    }
    #[py("($self, /)")]
    fn __reduce__(_t: &Thread, _this: Value) -> &'static str {
        "NotImplemented"
    }
}
