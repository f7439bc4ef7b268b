//! Built-in operations that compiled code calls without storing its frame: on operands of their own kinds they run no other code,
//! look at no frame and wait for nothing.
//!
//! Each gives the word of its result; the empty mark for operands that it does not know, nothing being done; or [`FAILED`](super::machine::FAILED).

use super::machine::failed;
use super::{Regs, slow};
use crate::native::*;
use crate::objects::class::Special;
use crate::objects::dict_storage::exact_str;
use crate::objects::generator::Generator;
use crate::objects::range::Range;
use crate::objects::set::SetData;
use crate::ops::{BinaryOp, Compare, compare_exact};
use std::sync::atomic::Ordering::Relaxed;

/// Gets three operands, empty marks where it has fewer; the last may be what the compiler wants to tell it.
pub type Leaf = unsafe extern "C" fn(&Thread, Value, Value, Value) -> u64;

/// What is known of a result.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Gives {
    Any,
    Bool,
}

/// A leaf that stands for a callable.
#[derive(Clone, Copy)]
pub struct LeafCall {
    pub function: Leaf,
    pub gives: Gives,
    /// The third operand, if it is the compiler's.
    pub extra: Option<u64>,
}

macro_rules! leaves {
    ($( $(#[doc = $doc:literal])* $name:ident |$t:ident, $x:ident, $y:ident, $z:ident| $result:expr; )*) => { $(
        $(#[doc = $doc])*
        #[allow(unused_variables, clippy::redundant_closure_call, reason = "`?` ends the body")]
        pub unsafe extern "C" fn $name($t: &Thread, $x: Value, $y: Value, $z: Value) -> u64 {
            let result: Option<Result<Value>> = (|| $result)();
            match result {
                Some(Ok(v)) => v.bits(),
                Some(Err(e)) => failed($t, e),
                None => Value::EMPTY.bits(),
            }
        }
    )* };
}

fn known(v: Value) -> Option<Result<Value>> {
    Some(Ok(v))
}
/// Whether the class is one whose operations are all built in.
fn is_built_in(v: Value) -> bool {
    !class_of(v).is_heap()
}
fn is_number(v: Value) -> bool {
    v.is_small_int() || v.is_immediate_float()
}
/// The hash of a key whose hash and equality are built in, and cheap.
fn plain_hash(t: &Thread, key: Value) -> Option<i64> {
    const DEPTH: usize = 4;
    if is_plain_key(key, DEPTH) { crate::objects::dict::hash_key(t, key).ok() } else { None }
}
/// Whether hashing takes no call: also of tuples, of tuples in at most so many tuples, or of which the hash is known.
fn is_plain_key(key: Value, depth: usize) -> bool {
    if !key.is_cell() || exact_str(key).is_some() {
        return true;
    }
    let class = class_of(key);
    if class != Tuple::class() {
        return class == Bytes::class();
    }
    let Some(items) = key.downcast::<Tuple>() else { return false };
    items.hash.load(Relaxed) != 0 || depth > 0 && items.iter().all(|item| is_plain_key(item, depth - 1))
}
fn exact_dict(v: Value) -> Option<Ref<Dict>> {
    v.downcast::<Dict>().filter(|d| d.header().shape_id() == Dict::class_cell().shape())
}
/// The value of a key, or that there is none.
fn peek(t: &Thread, d: Ref<Dict>, key: Value) -> Option<Option<Value>> {
    let hash = plain_hash(t, key)?;
    d.peek(key, hash)
}
fn plain_contains(t: &Thread, container: Value, item: Value) -> Option<bool> {
    if let Some(d) = exact_dict(container) {
        return peek(t, d, item).map(|v| v.is_some());
    }
    if class_of(container) == Tuple::class() {
        return tuple_contains(container.downcast::<Tuple>()?.as_slice(), item);
    }
    let set = container.downcast::<SetData>().filter(|s| s.is_exact())?;
    set.peek(item, plain_hash(t, item)?)
}
/// Whether one of a tuple's items is `x`, as far as no item's `__eq__` has to be asked.
fn tuple_contains(items: &[Value], x: Value) -> Option<bool> {
    for &item in items {
        if item == x {
            return Some(true);
        }
        // `None` and a number or text are never equal.
        let apart = |v: Value, w: Value| v.is_none() && (is_number(w) || exact_str(w).is_some());
        if !apart(item, x) && !apart(x, item) && compare_exact(item, x, Compare::Eq)? {
            return Some(true);
        }
    }
    Some(false)
}
/// Which of two numbers, or two texts, comes first.
fn smaller(x: Value, y: Value, op: Compare) -> Option<Result<Value>> {
    compare_exact(y, x, op).map(|first| Ok(if first { y } else { x }))
}

/// Makes a container of so many registers' values: its word, or [`FAILED`](super::machine::FAILED).
pub type Build = unsafe extern "C" fn(&Thread, Regs, usize) -> u64;
macro_rules! builds {
    ($( $name:ident; )*) => { $(
        pub unsafe extern "C" fn $name(t: &Thread, from: Regs, n: usize) -> u64 {
            // SAFETY: compiled code passes registers of a frame, with their values.
            match t.machine.making(from, n, || slow::$name(t, unsafe { std::slice::from_raw_parts(from, n) })) {
                Ok(v) => v.bits(),
                Err(e) => failed(t, e),
            }
        }
    )* };
}
builds! {
    build_list;
    build_tuple;
    build_map;
    build_string;
}

leaves! {
    len |t, x, y, z| match x.is_cell() && is_built_in(x) && t.has_quick_len(x) {
        true => Some(t.len(x).map(|n| Value::small_int(n as i64))),
        false => None,
    };
    isinstance |t, x, y, z| t.is_plain_instance(x, y).map(|is| Ok(Value::bool(is)));
    abs |t, x, y, z| match (x.as_small_int(), x.as_immediate_float()) {
        (Some(i), _) => Some(t.int(i.abs())),
        (_, Some(x)) => Some(t.float(x.abs())),
        _ => None,
    };
    ord |t, x, y, z| {
        let s = exact_str(x)?;
        if s.len() == 1 { known(Value::small_int(s.units().at(0).into())) } else { None }
    };
    chr |t, x, y, z| {
        let c = u32::try_from(x.as_small_int()?).ok().filter(|&c| c <= 0x10_ffff)?;
        Some(Str::from_char(t, c).map(Ref::value))
    };
    min |t, x, y, z| smaller(x, y, Compare::Lt);
    max |t, x, y, z| smaller(x, y, Compare::Gt);
    /// `type(x)`.
    type_of |t, x, y, z| known(class_of(x).value());
    /// The class `z`, which is the compiler's, called with a number.
    convert |t, x, y, z| {
        if !is_number(x) {
            return None;
        }
        match slow::convert_by_class(t, z, x) {
            Ok(v) if v.is_empty() => None,
            r => Some(r),
        }
    };
    range |t, x, y, z| {
        let one = Value::small_int(1);
        let (start, stop, step) = match (y.is_empty(), z.is_empty()) {
            (true, _) => (Value::small_int(0), x, one),
            (false, true) => (x, y, one),
            (false, false) => (x, y, z),
        };
        let ints = start.is_small_int() && stop.is_small_int() && step.is_small_int();
        if ints && step != Value::small_int(0) { Some(Range::new(t, start, stop, step).map(Ref::value)) } else { None }
    };
    /// The function with the definition at `z`, which is the compiler's, of a number.
    number_function |t, x, y, z| {
        // SAFETY: the compiler passes the address of a definition, which is static.
        let def = unsafe { &*(z.bits() as *const NativeDef) };
        if is_number(x) { def.unary.map(|f| f(t, x)) } else { None }
    };
    append |t, x, y, z| slow::exact_list(x).map(|l| l.append(t, y).map(|()| Value::NONE));
    pop |t, x, y, z| slow::exact_list(x)?.pop(t).map(Ok);
    dict_get |t, x, y, z| {
        let found = peek(t, exact_dict(x)?, y)?;
        known(found.unwrap_or(if z.is_empty() { Value::NONE } else { z }))
    };
    dict_view |t, x, y, z| {
        // SAFETY: the compiler passes the address of a definition, which is static.
        let def = unsafe { &*(z.bits() as *const NativeDef) };
        exact_dict(x)?;
        def.unary.map(|f| f(t, x))
    };
    set_add |t, x, y, z| {
        let set = x.downcast::<SetData>().filter(|s| s.is_exact() && !s.is_frozen())?;
        let hash = plain_hash(t, y)?;
        set.peek(y, hash)?;
        Some(set.add(t, y).map(|_| Value::NONE))
    };
    /// `x[y]` of a dict.
    dict_item |t, x, y, z| peek(t, exact_dict(x)?, y)?.map(Ok);
    /// `x[y] = z` of a dict.
    set_dict_item |t, x, y, z| {
        let d = exact_dict(x)?;
        peek(t, d, y)?;
        Some(d.set(t, y, z).map(|()| Value::NONE))
    };
    /// Whether `x` is in `y`; the opposite with true as `z`.
    contains |t, x, y, z| plain_contains(t, y, x).map(|is| Ok(Value::bool(is != (z == Value::TRUE))));
    /// `iter(x)` of built-in containers.
    iter |t, x, y, z| if is_built_in(x) { Some(t.iter(x)) } else { None };
    /// `iter(x)` where the `__iter__` of its class is a generator's function.
    generator_iter |t, x, y, z| {
        let args = [x];
        let made = Generator::of_call(t, slow::generator_iter(t, x)?, args.as_ptr().cast_mut(), 1);
        made.map(|g| (!g.is_empty()).then_some(g)).transpose()
    };
    /// The truth of `x`; the opposite with true as `z`.
    truth |t, x, y, z| {
        let is = if is_built_in(x) {
            t.truth(x).ok()?
        } else {
            let class = class_of(x);
            if class.special(t, Special::Bool).is_some() || class.special(t, Special::Len).is_some() {
                return None;
            }
            true
        };
        known(Value::bool(is != (z == Value::TRUE)))
    };
    /// Compares numbers or texts; `z` is the comparison's number, and 8 more for the opposite of its outcome.
    compare |t, x, y, z| {
        let n = z.bits() as usize;
        compare_exact(x, y, Compare::ALL[n & 7]).map(|is| Ok(Value::bool(is != (n & 8 != 0))))
    };
    /// Arithmetic of numbers, and the concatenation of texts; `z` is the operator's number.
    arithmetic |t, x, y, z| t.binary_exact(*BinaryOp::ALL.get(z.bits() as usize)?, x, y);
}

/// By owner, name and number of arguments, a method's receiver being one.
const FUNCTIONS: &[(&str, &str, usize, Leaf, Gives)] = &[
    ("builtins", "len", 1, len, Gives::Any),
    ("builtins", "isinstance", 2, isinstance, Gives::Bool),
    ("builtins", "abs", 1, abs, Gives::Any),
    ("builtins", "ord", 1, ord, Gives::Any),
    ("builtins", "chr", 1, chr, Gives::Any),
    ("builtins", "min", 2, min, Gives::Any),
    ("builtins", "max", 2, max, Gives::Any),
    ("list", "append", 2, append, Gives::Any),
    ("list", "pop", 1, pop, Gives::Any),
    ("dict", "get", 2, dict_get, Gives::Any),
    ("dict", "get", 3, dict_get, Gives::Any),
    ("set", "add", 2, set_add, Gives::Any),
];

/// The leaf for a call of `callee`, whose word is known, with so many arguments, by position.
pub fn of(callee: Value, args: usize) -> Option<LeafCall> {
    if let Some(class) = callee.downcast::<Class>() {
        return of_class(class, args);
    }
    let f = callee.downcast::<Native>().filter(|f| !f.passes_receiver)?;
    let class = f.owner.get().downcast::<Class>();
    let owner = match class {
        Some(c) => c.def?.name.to_owned(),
        None => f.owner.get().downcast::<Str>()?.to_string_lossy(),
    };
    let extra = Some(f.def as *const NativeDef as u64);
    if owner == "math" && args == 1 && f.def.unary.is_some() {
        return Some(LeafCall { function: number_function, gives: Gives::Any, extra });
    }
    if owner == "dict" && args == 1 && ["items", "keys", "values"].contains(&f.def.name) && f.def.unary.is_some() {
        return Some(LeafCall { function: dict_view, gives: Gives::Any, extra });
    }
    let row = FUNCTIONS.iter().find(|row| row.0 == owner && row.1 == f.def.name && row.2 == args)?;
    Some(LeafCall { function: row.3, gives: row.4, extra: None })
}
fn of_class(class: Ref<Class>, args: usize) -> Option<LeafCall> {
    let call = |function, extra| Some(LeafCall { function, gives: Gives::Any, extra });
    match class {
        c if c == Class::class() && args == 1 => call(type_of, None),
        c if c == Range::class() && (1..=3).contains(&args) => call(range, None),
        c if (c == crate::objects::int::BigInt::class() || c == crate::objects::float::BoxedFloat::class()) && args == 1 => {
            call(convert, Some(c.value().bits()))
        }
        _ => None,
    }
}
