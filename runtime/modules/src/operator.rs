//! `_operator`: the operators as functions, and `attrgetter`, `itemgetter`, `methodcaller`.

use taipan_vm::native::*;
use taipan_vm::objects::bytearray::ByteArray;
use taipan_vm::ops::{BinaryOp, Compare, UnaryOp};

pub struct Operator;

fn word(t: &Thread, v: Value) -> Result<Value> {
    t.index(v)
}

/// Whether `+` of `v` is a built-in sequence's, which says itself what it cannot be added to.
fn concatenates(v: Value) -> bool {
    let is = |class: Ref<Class>| class_of(v).is_subclass(class);
    is(Str::class()) || is(Bytes::class()) || is(ByteArray::class()) || is(List::class()) || is(Tuple::class())
}

/// `a + b` of sequences, by `add`.
fn concatenation(t: &Thread, a: Value, b: Value, add: impl FnOnce() -> Result<Value>) -> Result<Value> {
    if concatenates(a) {
        return add();
    }
    let refused = || t.type_error(format!("'{}' object can't be concatenated", class_of(a).name_string()));
    if !t.is_sequence(a) || !t.is_sequence(b) {
        return Err(refused());
    }
    let can = class_of(a).lookup(t, names::__add__()).is_some() || class_of(b).lookup(t, names::__radd__()).is_some();
    if can { add() } else { Err(refused()) }
}

/// The bytes of a string or bytes-like object for `_compare_digest`.
fn digest_bytes(t: &Thread, v: Value) -> Result<Vec<u8>> {
    t.bytes_like(v, |b| b.to_vec())
        .ok_or_else(|| t.type_error(format!("a bytes-like object is required, not '{}'", class_of(v).name_string())))
}

/// Operator interface.
///
/// This module exports a set of functions implemented in native code corresponding
/// to the intrinsic operators of Python.  For example, operator.add(x, y)
/// is equivalent to the expression x+y.
#[pymodule(name = "_operator", classes(AttrGetter, ItemGetter, MethodCaller))]
impl Operator {
    /// Same as a + b.
    #[py("($module, a, b, /)")]
    fn add(t: &Thread, a: Value, b: Value) -> Result<Value> {
        t.binary(BinaryOp::Add, a, b)
    }
    /// Same as a += b.
    #[py("($module, a, b, /)")]
    fn iadd(t: &Thread, a: Value, b: Value) -> Result<Value> {
        t.inplace(BinaryOp::Add, a, b)
    }
    /// Same as a - b.
    #[py("($module, a, b, /)")]
    fn sub(t: &Thread, a: Value, b: Value) -> Result<Value> {
        t.binary(BinaryOp::Sub, a, b)
    }
    /// Same as a -= b.
    #[py("($module, a, b, /)")]
    fn isub(t: &Thread, a: Value, b: Value) -> Result<Value> {
        t.inplace(BinaryOp::Sub, a, b)
    }
    /// Same as a * b.
    #[py("($module, a, b, /)")]
    fn mul(t: &Thread, a: Value, b: Value) -> Result<Value> {
        t.binary(BinaryOp::Mul, a, b)
    }
    /// Same as a *= b.
    #[py("($module, a, b, /)")]
    fn imul(t: &Thread, a: Value, b: Value) -> Result<Value> {
        t.inplace(BinaryOp::Mul, a, b)
    }
    /// Same as a @ b.
    #[py("($module, a, b, /)")]
    fn matmul(t: &Thread, a: Value, b: Value) -> Result<Value> {
        t.binary(BinaryOp::Matmul, a, b)
    }
    /// Same as a @= b.
    #[py("($module, a, b, /)")]
    fn imatmul(t: &Thread, a: Value, b: Value) -> Result<Value> {
        t.inplace(BinaryOp::Matmul, a, b)
    }
    /// Same as a // b.
    #[py("($module, a, b, /)")]
    fn floordiv(t: &Thread, a: Value, b: Value) -> Result<Value> {
        t.binary(BinaryOp::Floordiv, a, b)
    }
    /// Same as a //= b.
    #[py("($module, a, b, /)")]
    fn ifloordiv(t: &Thread, a: Value, b: Value) -> Result<Value> {
        t.inplace(BinaryOp::Floordiv, a, b)
    }
    /// Same as a / b.
    #[py("($module, a, b, /)")]
    fn truediv(t: &Thread, a: Value, b: Value) -> Result<Value> {
        t.binary(BinaryOp::Truediv, a, b)
    }
    /// Same as a /= b.
    #[py("($module, a, b, /)")]
    fn itruediv(t: &Thread, a: Value, b: Value) -> Result<Value> {
        t.inplace(BinaryOp::Truediv, a, b)
    }
    /// Same as a % b.
    #[py(name = "mod", "($module, a, b, /)")]
    fn modulo(t: &Thread, a: Value, b: Value) -> Result<Value> {
        t.binary(BinaryOp::Mod, a, b)
    }
    /// Same as a %= b.
    #[py("($module, a, b, /)")]
    fn imod(t: &Thread, a: Value, b: Value) -> Result<Value> {
        t.inplace(BinaryOp::Mod, a, b)
    }
    /// Same as a << b.
    #[py("($module, a, b, /)")]
    fn lshift(t: &Thread, a: Value, b: Value) -> Result<Value> {
        t.binary(BinaryOp::Lshift, a, b)
    }
    /// Same as a <<= b.
    #[py("($module, a, b, /)")]
    fn ilshift(t: &Thread, a: Value, b: Value) -> Result<Value> {
        t.inplace(BinaryOp::Lshift, a, b)
    }
    /// Same as a >> b.
    #[py("($module, a, b, /)")]
    fn rshift(t: &Thread, a: Value, b: Value) -> Result<Value> {
        t.binary(BinaryOp::Rshift, a, b)
    }
    /// Same as a >>= b.
    #[py("($module, a, b, /)")]
    fn irshift(t: &Thread, a: Value, b: Value) -> Result<Value> {
        t.inplace(BinaryOp::Rshift, a, b)
    }
    /// Same as a & b.
    #[py(name = "and_", "($module, a, b, /)")]
    fn bit_and(t: &Thread, a: Value, b: Value) -> Result<Value> {
        t.binary(BinaryOp::And, a, b)
    }
    /// Same as a &= b.
    #[py("($module, a, b, /)")]
    fn iand(t: &Thread, a: Value, b: Value) -> Result<Value> {
        t.inplace(BinaryOp::And, a, b)
    }
    /// Same as a ^ b.
    #[py("($module, a, b, /)")]
    fn xor(t: &Thread, a: Value, b: Value) -> Result<Value> {
        t.binary(BinaryOp::Xor, a, b)
    }
    /// Same as a ^= b.
    #[py("($module, a, b, /)")]
    fn ixor(t: &Thread, a: Value, b: Value) -> Result<Value> {
        t.inplace(BinaryOp::Xor, a, b)
    }
    /// Same as a | b.
    #[py(name = "or_", "($module, a, b, /)")]
    fn bit_or(t: &Thread, a: Value, b: Value) -> Result<Value> {
        t.binary(BinaryOp::Or, a, b)
    }
    /// Same as a |= b.
    #[py("($module, a, b, /)")]
    fn ior(t: &Thread, a: Value, b: Value) -> Result<Value> {
        t.inplace(BinaryOp::Or, a, b)
    }
    /// Same as a ** b.
    #[py("($module, a, b, /)")]
    fn pow(t: &Thread, a: Value, b: Value) -> Result<Value> {
        t.power(a, b, None)
    }
    /// Same as a **= b.
    #[py("($module, a, b, /)")]
    fn ipow(t: &Thread, a: Value, b: Value) -> Result<Value> {
        t.inplace(BinaryOp::Pow, a, b)
    }
    /// Same as a < b.
    #[py("($module, a, b, /)")]
    fn lt(t: &Thread, a: Value, b: Value) -> Result<Value> {
        t.rich_compare(a, b, Compare::Lt)
    }
    /// Same as a <= b.
    #[py("($module, a, b, /)")]
    fn le(t: &Thread, a: Value, b: Value) -> Result<Value> {
        t.rich_compare(a, b, Compare::Le)
    }
    /// Same as a == b.
    #[py("($module, a, b, /)")]
    fn eq(t: &Thread, a: Value, b: Value) -> Result<Value> {
        t.rich_compare(a, b, Compare::Eq)
    }
    /// Same as a != b.
    #[py("($module, a, b, /)")]
    fn ne(t: &Thread, a: Value, b: Value) -> Result<Value> {
        t.rich_compare(a, b, Compare::Ne)
    }
    /// Same as a >= b.
    #[py("($module, a, b, /)")]
    fn ge(t: &Thread, a: Value, b: Value) -> Result<Value> {
        t.rich_compare(a, b, Compare::Ge)
    }
    /// Same as a > b.
    #[py("($module, a, b, /)")]
    fn gt(t: &Thread, a: Value, b: Value) -> Result<Value> {
        t.rich_compare(a, b, Compare::Gt)
    }
    /// Same as -a.
    #[py("($module, a, /)")]
    fn neg(t: &Thread, a: Value) -> Result<Value> {
        t.unary(UnaryOp::Neg, a)
    }
    /// Same as +a.
    #[py("($module, a, /)")]
    fn pos(t: &Thread, a: Value) -> Result<Value> {
        t.unary(UnaryOp::Pos, a)
    }
    /// Same as ~a.
    #[py("($module, a, /)")]
    fn invert(t: &Thread, a: Value) -> Result<Value> {
        t.unary(UnaryOp::Invert, a)
    }
    /// Same as abs(a).
    #[py("($module, a, /)")]
    fn abs(t: &Thread, a: Value) -> Result<Value> {
        t.unary(UnaryOp::Abs, a)
    }
    /// Same as ~a.
    #[py("($module, a, /)")]
    fn inv(t: &Thread, a: Value) -> Result<Value> {
        t.unary(UnaryOp::Invert, a)
    }
    /// Same as a.__index__()
    #[py("($module, a, /)")]
    fn index(t: &Thread, a: Value) -> Result<Value> {
        taipan_vm::objects::int::to_exact(t, word(t, a)?)
    }
    /// Return True if a is true, False otherwise.
    #[py("($module, a, /)")]
    fn truth(t: &Thread, a: Value) -> Result<bool> {
        t.truth(a)
    }
    /// Same as not a.
    #[py(name = "not_", "($module, a, /)")]
    fn negation(t: &Thread, a: Value) -> Result<bool> {
        t.truth(a).map(|b| !b)
    }
    /// Same as a is b.
    #[py(name = "is_", "($module, a, b, /)")]
    fn is_same(t: &Thread, a: Value, b: Value) -> bool {
        let _ = t;
        a == b
    }
    /// Same as a is not b.
    #[py(name = "is_not", "($module, a, b, /)")]
    fn is_other(t: &Thread, a: Value, b: Value) -> bool {
        let _ = t;
        a != b
    }
    /// Same as a is None.
    #[py("($module, a, /)")]
    fn is_none(t: &Thread, a: Value) -> bool {
        let _ = t;
        a.is_none()
    }
    /// Same as a is not None.
    #[py("($module, a, /)")]
    fn is_not_none(t: &Thread, a: Value) -> bool {
        let _ = t;
        !a.is_none()
    }
    /// Same as b in a (note reversed operands).
    #[py("($module, a, b, /)")]
    fn contains(t: &Thread, a: Value, b: Value) -> Result<bool> {
        t.contains(a, b)
    }
    /// Same as a + b, for a and b sequences.
    #[py("($module, a, b, /)")]
    fn concat(t: &Thread, a: Value, b: Value) -> Result<Value> {
        concatenation(t, a, b, || t.binary(BinaryOp::Add, a, b))
    }
    /// Same as a += b, for a and b sequences.
    #[py("($module, a, b, /)")]
    fn iconcat(t: &Thread, a: Value, b: Value) -> Result<Value> {
        if class_of(a).lookup(t, names::__iadd__()).is_some() && t.is_sequence(a) {
            return t.inplace(BinaryOp::Add, a, b);
        }
        concatenation(t, a, b, || t.inplace(BinaryOp::Add, a, b))
    }
    /// Same as a[b].
    #[py("($module, a, b, /)")]
    fn getitem(t: &Thread, a: Value, b: Value) -> Result<Value> {
        t.get_item(a, b)
    }
    /// Same as a[b] = c.
    #[py("($module, a, b, c, /)")]
    fn setitem(t: &Thread, a: Value, b: Value, c: Value) -> Result<()> {
        t.set_item(a, b, c)
    }
    /// Same as del a[b].
    #[py("($module, a, b, /)")]
    fn delitem(t: &Thread, a: Value, b: Value) -> Result<()> {
        t.del_item(a, b)
    }
    /// Return the number of items in a which are, or which equal, b.
    #[py(name = "countOf", "($module, a, b, /)")]
    fn count_of(t: &Thread, a: Value, b: Value) -> Result<usize> {
        let mut n = 0;
        t.for_each(a, |v| {
            n += usize::from(t.equal(v, b)?);
            Ok(())
        })?;
        Ok(n)
    }
    /// Return the first index of b in a.
    #[py(name = "indexOf", "($module, a, b, /)")]
    fn index_of(t: &Thread, a: Value, b: Value) -> Result<usize> {
        let it = t.iter(a)?;
        let mut i = 0;
        while let Some(v) = t.next(it)? {
            if t.equal(v, b)? {
                return Ok(i);
            }
            i += 1;
        }
        Err(t.value_error("sequence.index(x): x not in sequence"))
    }
    /// Return an estimate of the number of items in obj.
    ///
    /// This is useful for presizing containers when building from an iterable.
    ///
    /// If the object supports len(), the result will be exact.
    /// Otherwise, it may over- or under-estimate by an arbitrary amount.
    /// The result will be an integer >= 0.
    #[py("($module, obj, default=0, /)")]
    fn length_hint(t: &Thread, obj: Value, default: Option<Value>) -> Result<isize> {
        let default = default.unwrap_or(Value::small_int(0));
        if t.int_value(default).is_none() {
            return Err(t.type_error(format!("'{}' object cannot be interpreted as an integer", class_of(default).name_string())));
        }
        let default = t.to_isize(default)?;
        Ok(t.length_hint_if_any(obj)?.map_or(default, |n| n as isize))
    }
    /// Same as obj(*args, **kwargs).
    #[py("($module, obj, /, *args, **kwargs)")]
    fn call(t: &Thread, obj: Value, args: &[Value], kwargs: Kwargs) -> Result<Value> {
        t.call_with_dict(obj, args, kwargs.0)
    }
    /// Return 'a == b'.
    ///
    /// This function uses an approach designed to prevent
    /// timing analysis, making it appropriate for cryptography.
    ///
    /// a and b must both be of the same type: either str (ASCII only),
    /// or any bytes-like object.
    #[py("($module, a, b, /)")]
    fn _compare_digest(t: &Thread, a: Value, b: Value) -> Result<bool> {
        let same = |a: &[u8], b: &[u8]| {
            let differences = a.iter().zip(b).fold(0, |d, (x, y)| std::hint::black_box(d | (x ^ y)));
            a.len() == b.len() && differences == 0
        };
        match (a.downcast::<Str>(), b.downcast::<Str>()) {
            (Some(a), Some(b)) => match (a.as_ascii(), b.as_ascii()) {
                (Some(a), Some(b)) => Ok(same(a.as_bytes(), b.as_bytes())),
                _ => Err(t.type_error("comparing strings with non-ASCII characters is not supported")),
            },
            (None, None) => Ok(same(&digest_bytes(t, a)?, &digest_bytes(t, b)?)),
            _ => Err(t.type_error(format!(
                "unsupported operand types(s) or combination of types: '{}' and '{}'",
                class_of(a).name_string(),
                class_of(b).name_string()
            ))),
        }
    }
}

fn held(v: Ref<Tuple>) -> RefField<Tuple> {
    let f = RefField::null();
    f.init(v);
    f
}

fn no_keywords(t: &Thread, name: &str, kwargs: Kwargs) -> Result<()> {
    if kwargs.0.is_some_and(|k| !k.is_empty()) { Err(t.type_error(format!("{name}() takes no keyword arguments"))) } else { Ok(()) }
}

#[derive(HeapType)]
#[repr(C)]
pub struct ItemGetter {
    header: Header,
    items: RefField<Tuple>,
}

/// Return a callable object that fetches the given item(s) from its operand.
///
/// After f = itemgetter(2), the call f(r) returns r[2].
/// After g = itemgetter(2, 5, 3), the call g(r) returns (r[2], r[5], r[3])
#[pyclass(name = "itemgetter", module = "operator")]
impl ItemGetter {
    #[py("(item, /, *items)")]
    fn __new__(t: &Thread, cls: Ref<Class>, item: Value, items: &[Value]) -> Result<Ref<ItemGetter>> {
        let items = t.with_prepended(item, items, |all| Tuple::new(t, all))?;
        t.create_in(cls, ItemGetter { header: Header::NEW, items: held(items) })
    }
    #[py("(obj, /)")]
    fn __call__(t: &Thread, this: Ref<ItemGetter>, obj: Value) -> Result<Value> {
        let items = this.items.expect();
        if let [one] = items.as_slice() {
            return t.get_item(obj, *one);
        }
        let out = ValueVec::with_capacity(t, items.len())?;
        for i in items.iter() {
            out.push(t, t.get_item(obj, i)?)?;
        }
        out.into_tuple(t).map(Ref::value)
    }
    #[py]
    fn __repr__(t: &Thread, this: Ref<ItemGetter>) -> Result<Value> {
        shown_call(t, this.value(), this.items.expect().as_slice(), None)
    }
    /// Return state information for pickling
    #[py("($self, /)")]
    fn __reduce__(t: &Thread, this: Ref<ItemGetter>) -> Result<Value> {
        (class_of(this.value()), this.items.expect()).into_value(t)
    }
}

/// `module.name(a, b, k=v)`
fn shown_call(t: &Thread, this: Value, args: &[Value], kwargs: Option<Ref<Dict>>) -> Result<Value> {
    let name = class_of(this).full_name();
    let mut s = crate::shown::Shown::new();
    s.text(&name).text("(");
    if !t.repr_enter(this)? {
        return s.text("...)").finish(t);
    }
    let r = (|| {
        let mut first = true;
        for &v in args {
            if !std::mem::take(&mut first) {
                s.text(", ");
            }
            s.repr(t, v)?;
        }
        let mut pos = 0;
        while let Some((k, v)) = kwargs.and_then(|d| d.next(&mut pos)) {
            if !std::mem::take(&mut first) {
                s.text(", ");
            }
            s.str(t, k)?.text("=").repr(t, v)?;
        }
        s.text(")").finish(t)
    })();
    t.repr_leave(this);
    r
}

#[derive(HeapType)]
#[repr(C)]
pub struct AttrGetter {
    header: Header,
    /// As given.
    names: RefField<Tuple>,
    /// For each, the tuple of the names between the dots.
    paths: RefField<Tuple>,
}

/// Return a callable object that fetches the given attribute(s) from its operand.
///
/// After f = attrgetter('name'), the call f(r) returns r.name.
/// After g = attrgetter('name', 'date'), the call g(r) returns (r.name, r.date).
/// After h = attrgetter('name.first', 'name.last'), the call h(r) returns
/// (r.name.first, r.name.last).
#[pyclass(name = "attrgetter", module = "operator")]
impl AttrGetter {
    #[py("(attr, /, *attrs)")]
    fn __new__(t: &Thread, cls: Ref<Class>, attr: Value, attrs: &[Value]) -> Result<Ref<AttrGetter>> {
        let names = t.with_prepended(attr, attrs, |all| Tuple::new(t, all))?;
        let paths = ValueVec::with_capacity(t, names.len())?;
        for n in names.iter() {
            let Some(n) = n.downcast::<Str>() else { return Err(t.type_error("attribute name must be a string")) };
            let parts = ValueVec::new();
            let dots: Vec<usize> = n.units().iter().enumerate().filter(|(_, c)| *c == u32::from(b'.')).map(|(i, _)| i).collect();
            let mut from = 0;
            for to in dots.into_iter().chain([n.len()]) {
                let part = Str::intern(t, Str::substring(t, n, from..to)?)?;
                parts.push(t, part.value())?;
                from = to + 1;
            }
            paths.push(t, parts.into_tuple(t)?.value())?;
        }
        let paths = paths.into_tuple(t)?;
        t.create_in(cls, AttrGetter { header: Header::NEW, names: held(names), paths: held(paths) })
    }
    #[py("(obj, /)")]
    fn __call__(t: &Thread, this: Ref<AttrGetter>, obj: Value) -> Result<Value> {
        let follow = |path: Value| -> Result<Value> {
            let mut v = obj;
            for name in path.downcast::<Tuple>().expect("paths are tuples").iter() {
                v = t.get_attr(v, name.downcast::<Str>().expect("names are strings"))?;
            }
            Ok(v)
        };
        let paths = this.paths.expect();
        if let [one] = paths.as_slice() {
            return follow(*one);
        }
        let out = ValueVec::with_capacity(t, paths.len())?;
        for p in paths.iter() {
            out.push(t, follow(p)?)?;
        }
        out.into_tuple(t).map(Ref::value)
    }
    #[py]
    fn __repr__(t: &Thread, this: Ref<AttrGetter>) -> Result<Value> {
        shown_call(t, this.value(), this.names.expect().as_slice(), None)
    }
    /// Return state information for pickling
    #[py("($self, /)")]
    fn __reduce__(t: &Thread, this: Ref<AttrGetter>) -> Result<Value> {
        (class_of(this.value()), this.names.expect()).into_value(t)
    }
}

#[derive(HeapType)]
#[repr(C)]
pub struct MethodCaller {
    header: Header,
    name: Field,
    args: RefField<Tuple>,
    kwargs: RefField<Dict>,
}

/// Return a callable object that calls the given method on its operand.
///
/// After f = methodcaller('name'), the call f(r) returns r.name().
/// After g = methodcaller('name', 'date', foo=1), the call g(r) returns
/// r.name('date', foo=1).
#[pyclass(name = "methodcaller", module = "operator")]
impl MethodCaller {
    #[py("(name, /, *args, **kwargs)")]
    fn __new__(t: &Thread, cls: Ref<Class>, name: Value, args: &[Value], kwargs: Kwargs) -> Result<Ref<MethodCaller>> {
        let Some(name) = name.downcast::<Str>() else { return Err(t.type_error("method name must be a string")) };
        let name = Str::intern(t, name)?;
        let kept = RefField::null();
        kept.init(kwargs.0.filter(|k| !k.is_empty()));
        let args = Tuple::new(t, args)?;
        t.create_in(cls, MethodCaller { header: Header::NEW, name: Field::new(name.value()), args: held(args), kwargs: kept })
    }
    #[py("(*args, **kwargs)")]
    fn __call__(t: &Thread, this: Ref<MethodCaller>, args: &[Value], kwargs: Kwargs) -> Result<Value> {
        no_keywords(t, "methodcaller", kwargs)?;
        let &[obj] = args else {
            return Err(t.type_error(format!("methodcaller expected 1 argument, got {}", args.len())));
        };
        let name = this.name.get().downcast::<Str>().expect("names are strings");
        let args = this.args.expect();
        match this.kwargs.get() {
            None => t.call_method(obj, name, args.as_slice()),
            Some(k) => {
                let f = t.get_attr(obj, name)?;
                t.call_with_dict(f, args.as_slice(), Some(k))
            }
        }
    }
    #[py]
    fn __repr__(t: &Thread, this: Ref<MethodCaller>) -> Result<Value> {
        let name = this.name.get();
        t.with_prepended(name, this.args.expect().as_slice(), |all| shown_call(t, this.value(), all, this.kwargs.get()))
    }
    /// Return state information for pickling
    #[py("($self, /)")]
    fn __reduce__(t: &Thread, this: Ref<MethodCaller>) -> Result<Value> {
        let class = class_of(this.value());
        let name = this.name.get();
        let args = this.args.expect();
        let Some(kwargs) = this.kwargs.get() else {
            let all = t.with_prepended(name, args.as_slice(), |all| Tuple::new(t, all))?;
            return (class, all).into_value(t);
        };
        let partial = t.get_attr(taipan_vm::import::import_module(t, "functools")?, Str::intern_str(t, "partial")?)?;
        let bound = t.call_with_dict(partial, &[class.value(), name], Some(kwargs))?;
        (bound, args).into_value(t)
    }
}
