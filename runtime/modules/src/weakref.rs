//! `_weakref`: references that do not keep their target alive.
//!
//! The collector empties a reference when its target dies, before the target's finalizer runs, and queues it for its callback. A
//! table from targets to their references serves `getweakrefs` and the sharing of references without callback; it is weak in
//! both directions.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard};
use taipan_heap::{Liveness, WeakCell, register_weak_hook};
use taipan_vm::native::*;
use taipan_vm::ops::{BinaryOp, Compare, UnaryOp};

pub struct WeakrefModule;

/// `weakref.ref`
#[repr(C)]
pub struct WeakReference {
    weak: WeakCell,
    /// Called with the reference after the target died; or empty.
    callback: Field,
    /// Hash of the target, once asked for; or empty.
    hash: Field,
}

fn scan(cell: *const Header, v: &mut Visitor) {
    // SAFETY: the collector calls this with a live reference; the target is not visited.
    let r = unsafe { &*cell.cast::<WeakReference>() };
    r.callback.scan(v);
    r.hash.scan(v);
}
static LAYOUT: Layout = Layout { name: "weakref", size: size_of::<WeakReference>(), scan, cell_size: None, base: None, drop: None };
// SAFETY: repr(C), begins with a weak cell which begins with a header; `scan` visits what is strong; zeroed memory refers to nothing.
unsafe impl HeapType for WeakReference {
    const LAYOUT: &'static Layout = &LAYOUT;
}

struct Table {
    references: HashMap<u64, Vec<u64>>,
    /// Targets that got a reference since the last collection: a minor one looks at no others.
    young: Vec<u64>,
}

static TABLE: Mutex<Option<Table>> = Mutex::new(None);

fn table() -> MutexGuard<'static, Option<Table>> {
    TABLE.lock().expect("weak reference table")
}

/// Forgets dead targets and dead references. The world is stopped; no thread allocates while it holds the table.
fn sweep(live: &Liveness) {
    let mut table = table();
    let Some(Table { references, young }) = table.as_mut() else { return };
    let keep = |target: u64, refs: &mut Vec<u64>| {
        refs.retain(|&r| live.is_live(Value::from_bits(r)));
        !refs.is_empty() && live.is_live(Value::from_bits(target))
    };
    if live.is_full() {
        references.retain(|&target, refs| keep(target, refs));
        young.clear();
    } else {
        for target in young.drain(..) {
            if let Some(refs) = references.get_mut(&target)
                && !keep(target, refs)
            {
                references.remove(&target);
            }
        }
    }
}

fn references_to(target: Value) -> Vec<u64> {
    table().as_ref().and_then(|t| t.references.get(&target.bits()).cloned()).unwrap_or_default()
}

/// The reference of just this class to an object that has no callback, if there is one.
fn reference_without_callback(class: Ref<Class>, target: Value) -> Option<Ref<WeakReference>> {
    // Nothing is allocated with the table locked, so what it has is alive.
    let table = table();
    let all = table.as_ref()?.references.get(&target.bits())?;
    let mut all = all.iter().filter_map(|&r| Value::from_bits(r).downcast::<WeakReference>());
    all.find(|r| class_of(r.value()) == class && r.callback.get().is_empty() && r.target() == Some(target))
}

/// What `weakref.ref(target)` gives, if it was made before.
pub(crate) fn plain_reference(target: Value) -> Option<Ref<WeakReference>> {
    reference_without_callback(WeakReference::class_cell().try_get()?, target)
}

impl WeakReference {
    fn target(&self) -> Option<Value> {
        // The word 0 (of a reference under construction) is an integer, not a cell.
        self.weak.target().some().filter(|v| v.is_cell())
    }
    fn new(t: &Thread, class: Ref<Class>, target: Value, callback: Option<Value>) -> Result<Ref<WeakReference>> {
        let tc = class_of(target);
        if !target.is_cell() || !can_be_referenced(tc) {
            return Err(t.type_error(format!("cannot create weak reference to '{}' object", tc.full_name())));
        }
        let callback = callback.filter(|c| !c.is_none());
        if callback.is_none()
            && is_basic(class)
            && let Some(r) = reference_without_callback(class, target)
        {
            return Ok(r);
        }
        let shape = taipan_heap::SHAPES.get(class.instance_shape());
        let size = size_of::<WeakReference>() + if shape.slots_offset != 0 { 8 * (1 + shape.inline_slots as usize) } else { 0 };
        let cell = t.allocate(size, class.instance_shape())?;
        // SAFETY: a fresh cell of this layout.
        let r: Ref<WeakReference> = unsafe { Ref::from_raw(cell.cast()) };
        t.empty_instance_part(r.header());
        r.callback.init(callback.unwrap_or(Value::EMPTY));
        r.hash.init(Value::EMPTY);
        r.weak.init(target);
        // SAFETY: the layout begins with a weak cell.
        t.register_weak(unsafe { r.cast::<WeakCell>() });
        let mut table = table();
        let table = table.get_or_insert_with(|| Table { references: HashMap::new(), young: Vec::new() });
        table.references.entry(target.bits()).or_default().push(r.value().bits());
        table.young.push(target.bits());
        Ok(r)
    }
}

fn can_be_referenced(c: Ref<Class>) -> bool {
    c.has_flag(class_flags::HAS_WEAKREF)
}

/// Whether an object needs only one reference of the class, if without callback.
fn is_basic(class: Ref<Class>) -> bool {
    class == WeakReference::class() || class == Proxy::class() || class == CallableProxy::class()
}

/// Calls the callback of a reference whose target died.
fn call_back(t: &Thread, w: Ref<WeakCell>) {
    let Some(r) = w.value().downcast::<WeakReference>() else { return };
    let Some(f) = r.callback.get().some() else { return };
    r.callback.set(t, r.header(), Value::EMPTY);
    if let Err(e) = t.call(f, &[r.value()]) {
        taipan_vm::pending::unraisable(t, e, "Exception ignored while calling weakref callback", Some(f));
    }
}

#[pyclass(name = "ReferenceType", module = "weakref", qualname = "ReferenceType", flags(BASE))]
impl WeakReference {
    #[py]
    fn __new__(t: &Thread, cls: Ref<Class>, args: &[Value], kwargs: Kwargs) -> Result<Ref<WeakReference>> {
        let _ = kwargs;
        match *args {
            [o] => WeakReference::new(t, cls, o, None),
            [o, c, ..] => WeakReference::new(t, cls, o, Some(c)),
            [] => Err(t.type_error("__new__ expected at least 1 argument, got 0")),
        }
    }
    #[py("($self, object, callback=None, /)")]
    fn __init__(_t: &Thread, this: Ref<WeakReference>, object: Value, callback: Option<Value>) {
        let _ = (this, object, callback);
    }
    #[py]
    fn __call__(t: &Thread, this: Ref<WeakReference>, args: &[Value], kwargs: Kwargs) -> Result<Value> {
        if kwargs.0.is_some_and(|k| !k.is_empty()) {
            return Err(t.type_error("weakref() takes no keyword arguments"));
        }
        if !args.is_empty() {
            return Err(t.type_error(format!("weakref expected 0 arguments, got {}", args.len())));
        }
        Ok(this.target().unwrap_or(Value::NONE))
    }
    #[py]
    fn __hash__(t: &Thread, this: Ref<WeakReference>) -> Result<i64> {
        if let Some(h) = this.hash.get().some() {
            return t.to_i64(h);
        }
        let Some(v) = this.target() else { return Err(t.type_error("weak object has gone away")) };
        let h = t.hash(v)?;
        this.hash.set(t, this.header(), t.int(h)?);
        Ok(h)
    }
    #[py]
    fn __eq__(t: &Thread, this: Ref<WeakReference>, other: Value) -> Result<Value> {
        compare(t, this, other, Compare::Eq)
    }
    #[py]
    fn __ne__(t: &Thread, this: Ref<WeakReference>, other: Value) -> Result<Value> {
        compare(t, this, other, Compare::Ne)
    }
    #[py]
    fn __repr__(t: &Thread, this: Ref<WeakReference>) -> Result<String> {
        let at = t.identity(this.value());
        let Some(v) = this.target() else { return Ok(format!("<weakref at {at:#x}; dead>")) };
        // What an instance itself has by that name is not asked for.
        let name = match class_of(v).lookup(t, names::__name__()) {
            Some(_) => t.get_attr_opt(v, names::__name__())?.and_then(|n| n.downcast::<Str>()),
            None => None,
        };
        let head = format!("<weakref at {at:#x}; to '{}' at {:#x}", class_of(v).full_name(), t.identity(v));
        Ok(match name {
            Some(n) => format!("{head} ({n})>"),
            None => format!("{head}>"),
        })
    }
    #[py(member)]
    fn __callback__(_t: &Thread, this: Ref<WeakReference>) -> Value {
        this.callback.get().some().unwrap_or(Value::NONE)
    }
    /// See PEP 585
    #[py("($cls, item, /)")]
    fn __class_getitem__(t: &Thread, cls: Ref<Class>, item: Value) -> Result<Value> {
        t.generic_alias(cls.value(), item)
    }
}

fn compare(t: &Thread, this: Ref<WeakReference>, other: Value, op: Compare) -> Result<Value> {
    let Some(o) = other.downcast::<WeakReference>() else { return Ok(Value::NOT_IMPLEMENTED) };
    match (this.target(), o.target()) {
        (Some(a), Some(b)) => t.rich_compare(a, b, op),
        _ => Ok(Value::bool((this == o) == (op == Compare::Eq))),
    }
}

/// `weakref.proxy`: forwards everything to the target. It is a reference itself, though no instance of `weakref.ref`.
#[derive(HeapType)]
#[heap(base = WeakReference)]
#[repr(C)]
pub struct Proxy {
    base: WeakReference,
}
#[derive(HeapType)]
#[heap(base = Proxy)]
#[repr(C)]
pub struct CallableProxy {
    base: Proxy,
}

/// The target of a proxy, or what is no proxy itself.
fn unwrap(t: &Thread, v: Value) -> Result<Value> {
    match v.downcast::<Proxy>() {
        Some(p) => match p.base.target() {
            Some(v) => Ok(v),
            None => Err(t.reference_error("weakly-referenced object no longer exists")),
        },
        None => Ok(v),
    }
}

/// A method of the target that is no operator.
fn forward(t: &Thread, this: Value, name: &str) -> Result<Value> {
    t.call_method(unwrap(t, this)?, Str::intern_str(t, name)?, &[])
}

/// `divmod` and `pow` of three are functions, too.
fn forward_binary(t: &Thread, op: BinaryOp, a: Value, b: Value) -> Result<Value> {
    t.binary(op, unwrap(t, a)?, unwrap(t, b)?)
}

macro_rules! proxy_class {
    ($type:ident, $name:literal, { $($extra:tt)* }) => {
        #[pyclass(name = $name, module = "weakref", flags(NO_NEW))]
        impl $type {
            $($extra)*
            #[py("($self, name, /)")]
            fn __getattribute__(t: &Thread, this: Value, name: Ref<Str>) -> Result<Value> {
                t.get_attr(unwrap(t, this)?, name)
            }
            #[py]
            fn __setattr__(t: &Thread, this: Value, name: Ref<Str>, value: Value) -> Result<()> {
                t.set_attr(unwrap(t, this)?, name, Some(value))
            }
            #[py]
            fn __delattr__(t: &Thread, this: Value, name: Ref<Str>) -> Result<()> {
                t.set_attr(unwrap(t, this)?, name, None)
            }
            #[py]
            fn __repr__(t: &Thread, this: Value) -> Result<String> {
                let at = t.identity(this);
                Ok(match unwrap(t, this) {
                    Ok(v) => format!("<weakproxy at {at:#x}; to '{}' at {:#x}>", class_of(v).full_name(), t.identity(v)),
                    Err(_) => format!("<weakproxy at {at:#x}; dead>"),
                })
            }
            #[py]
            fn __str__(t: &Thread, this: Value) -> Result<Ref<Str>> {
                t.str(unwrap(t, this)?)
            }
            #[py]
            fn __hash__(t: &Thread, this: Value) -> Result<i64> {
                let _ = this;
                Err(t.type_error(concat!("unhashable type: 'weakref.", $name, "'")))
            }
            #[py]
            fn __bool__(t: &Thread, this: Value) -> Result<bool> {
                t.truth(unwrap(t, this)?)
            }
            #[py]
            fn __len__(t: &Thread, this: Value) -> Result<usize> {
                t.len(unwrap(t, this)?)
            }
            #[py]
            fn __getitem__(t: &Thread, this: Value, key: Value) -> Result<Value> {
                t.get_item(unwrap(t, this)?, key)
            }
            #[py]
            fn __setitem__(t: &Thread, this: Value, key: Value, value: Value) -> Result<()> {
                t.set_item(unwrap(t, this)?, key, value)
            }
            #[py]
            fn __delitem__(t: &Thread, this: Value, key: Value) -> Result<()> {
                t.del_item(unwrap(t, this)?, key)
            }
            #[py]
            fn __contains__(t: &Thread, this: Value, item: Value) -> Result<bool> {
                t.contains(unwrap(t, this)?, item)
            }
            #[py]
            fn __iter__(t: &Thread, this: Value) -> Result<Value> {
                t.iter(unwrap(t, this)?)
            }
            #[py]
            fn __next__(t: &Thread, this: Value) -> Result<Option<Value>> {
                let v = unwrap(t, this)?;
                if class_of(v).special(t, taipan_vm::objects::class::Special::Next).is_none() {
                    return Err(t.type_error(format!("Weakref proxy referenced a non-iterator '{}' object", class_of(v).full_name())));
                }
                t.next(v)
            }
            #[py]
            fn __eq__(t: &Thread, this: Value, other: Value) -> Result<Value> {
                t.rich_compare(unwrap(t, this)?, unwrap(t, other)?, Compare::Eq)
            }
            #[py]
            fn __ne__(t: &Thread, this: Value, other: Value) -> Result<Value> {
                t.rich_compare(unwrap(t, this)?, unwrap(t, other)?, Compare::Ne)
            }
            #[py]
            fn __lt__(t: &Thread, this: Value, other: Value) -> Result<Value> {
                t.rich_compare(unwrap(t, this)?, unwrap(t, other)?, Compare::Lt)
            }
            #[py]
            fn __le__(t: &Thread, this: Value, other: Value) -> Result<Value> {
                t.rich_compare(unwrap(t, this)?, unwrap(t, other)?, Compare::Le)
            }
            #[py]
            fn __gt__(t: &Thread, this: Value, other: Value) -> Result<Value> {
                t.rich_compare(unwrap(t, this)?, unwrap(t, other)?, Compare::Gt)
            }
            #[py]
            fn __ge__(t: &Thread, this: Value, other: Value) -> Result<Value> {
                t.rich_compare(unwrap(t, this)?, unwrap(t, other)?, Compare::Ge)
            }
            #[py]
            fn __add__(t: &Thread, this: Value, other: Value) -> Result<Value> {
                forward_binary(t, BinaryOp::Add, this, other)
            }
            #[py]
            fn __radd__(t: &Thread, this: Value, other: Value) -> Result<Value> {
                forward_binary(t, BinaryOp::Add, other, this)
            }
            #[py]
            fn __iadd__(t: &Thread, this: Value, other: Value) -> Result<Value> {
                t.inplace(BinaryOp::Add, unwrap(t, this)?, unwrap(t, other)?)
            }
            #[py]
            fn __sub__(t: &Thread, this: Value, other: Value) -> Result<Value> {
                forward_binary(t, BinaryOp::Sub, this, other)
            }
            #[py]
            fn __rsub__(t: &Thread, this: Value, other: Value) -> Result<Value> {
                forward_binary(t, BinaryOp::Sub, other, this)
            }
            #[py]
            fn __isub__(t: &Thread, this: Value, other: Value) -> Result<Value> {
                t.inplace(BinaryOp::Sub, unwrap(t, this)?, unwrap(t, other)?)
            }
            #[py]
            fn __mul__(t: &Thread, this: Value, other: Value) -> Result<Value> {
                forward_binary(t, BinaryOp::Mul, this, other)
            }
            #[py]
            fn __rmul__(t: &Thread, this: Value, other: Value) -> Result<Value> {
                forward_binary(t, BinaryOp::Mul, other, this)
            }
            #[py]
            fn __imul__(t: &Thread, this: Value, other: Value) -> Result<Value> {
                t.inplace(BinaryOp::Mul, unwrap(t, this)?, unwrap(t, other)?)
            }
            #[py]
            fn __truediv__(t: &Thread, this: Value, other: Value) -> Result<Value> {
                forward_binary(t, BinaryOp::Truediv, this, other)
            }
            #[py]
            fn __rtruediv__(t: &Thread, this: Value, other: Value) -> Result<Value> {
                forward_binary(t, BinaryOp::Truediv, other, this)
            }
            #[py]
            fn __itruediv__(t: &Thread, this: Value, other: Value) -> Result<Value> {
                t.inplace(BinaryOp::Truediv, unwrap(t, this)?, unwrap(t, other)?)
            }
            #[py]
            fn __floordiv__(t: &Thread, this: Value, other: Value) -> Result<Value> {
                forward_binary(t, BinaryOp::Floordiv, this, other)
            }
            #[py]
            fn __rfloordiv__(t: &Thread, this: Value, other: Value) -> Result<Value> {
                forward_binary(t, BinaryOp::Floordiv, other, this)
            }
            #[py]
            fn __ifloordiv__(t: &Thread, this: Value, other: Value) -> Result<Value> {
                t.inplace(BinaryOp::Floordiv, unwrap(t, this)?, unwrap(t, other)?)
            }
            #[py]
            fn __mod__(t: &Thread, this: Value, other: Value) -> Result<Value> {
                forward_binary(t, BinaryOp::Mod, this, other)
            }
            #[py]
            fn __rmod__(t: &Thread, this: Value, other: Value) -> Result<Value> {
                forward_binary(t, BinaryOp::Mod, other, this)
            }
            #[py]
            fn __imod__(t: &Thread, this: Value, other: Value) -> Result<Value> {
                t.inplace(BinaryOp::Mod, unwrap(t, this)?, unwrap(t, other)?)
            }
            #[py]
            fn __lshift__(t: &Thread, this: Value, other: Value) -> Result<Value> {
                forward_binary(t, BinaryOp::Lshift, this, other)
            }
            #[py]
            fn __rlshift__(t: &Thread, this: Value, other: Value) -> Result<Value> {
                forward_binary(t, BinaryOp::Lshift, other, this)
            }
            #[py]
            fn __ilshift__(t: &Thread, this: Value, other: Value) -> Result<Value> {
                t.inplace(BinaryOp::Lshift, unwrap(t, this)?, unwrap(t, other)?)
            }
            #[py]
            fn __rshift__(t: &Thread, this: Value, other: Value) -> Result<Value> {
                forward_binary(t, BinaryOp::Rshift, this, other)
            }
            #[py]
            fn __rrshift__(t: &Thread, this: Value, other: Value) -> Result<Value> {
                forward_binary(t, BinaryOp::Rshift, other, this)
            }
            #[py]
            fn __irshift__(t: &Thread, this: Value, other: Value) -> Result<Value> {
                t.inplace(BinaryOp::Rshift, unwrap(t, this)?, unwrap(t, other)?)
            }
            #[py]
            fn __and__(t: &Thread, this: Value, other: Value) -> Result<Value> {
                forward_binary(t, BinaryOp::And, this, other)
            }
            #[py]
            fn __rand__(t: &Thread, this: Value, other: Value) -> Result<Value> {
                forward_binary(t, BinaryOp::And, other, this)
            }
            #[py]
            fn __iand__(t: &Thread, this: Value, other: Value) -> Result<Value> {
                t.inplace(BinaryOp::And, unwrap(t, this)?, unwrap(t, other)?)
            }
            #[py]
            fn __or__(t: &Thread, this: Value, other: Value) -> Result<Value> {
                forward_binary(t, BinaryOp::Or, this, other)
            }
            #[py]
            fn __ror__(t: &Thread, this: Value, other: Value) -> Result<Value> {
                forward_binary(t, BinaryOp::Or, other, this)
            }
            #[py]
            fn __ior__(t: &Thread, this: Value, other: Value) -> Result<Value> {
                t.inplace(BinaryOp::Or, unwrap(t, this)?, unwrap(t, other)?)
            }
            #[py]
            fn __xor__(t: &Thread, this: Value, other: Value) -> Result<Value> {
                forward_binary(t, BinaryOp::Xor, this, other)
            }
            #[py]
            fn __rxor__(t: &Thread, this: Value, other: Value) -> Result<Value> {
                forward_binary(t, BinaryOp::Xor, other, this)
            }
            #[py]
            fn __ixor__(t: &Thread, this: Value, other: Value) -> Result<Value> {
                t.inplace(BinaryOp::Xor, unwrap(t, this)?, unwrap(t, other)?)
            }
            #[py]
            fn __matmul__(t: &Thread, this: Value, other: Value) -> Result<Value> {
                forward_binary(t, BinaryOp::Matmul, this, other)
            }
            #[py]
            fn __rmatmul__(t: &Thread, this: Value, other: Value) -> Result<Value> {
                forward_binary(t, BinaryOp::Matmul, other, this)
            }
            #[py]
            fn __imatmul__(t: &Thread, this: Value, other: Value) -> Result<Value> {
                t.inplace(BinaryOp::Matmul, unwrap(t, this)?, unwrap(t, other)?)
            }
            #[py]
            fn __divmod__(t: &Thread, this: Value, other: Value) -> Result<Value> {
                forward_binary(t, BinaryOp::Divmod, this, other)
            }
            #[py]
            fn __rdivmod__(t: &Thread, this: Value, other: Value) -> Result<Value> {
                forward_binary(t, BinaryOp::Divmod, other, this)
            }
            #[py]
            fn __pow__(t: &Thread, this: Value, other: Value, modulus: Option<Value>) -> Result<Value> {
                let modulus = modulus.map(|m| unwrap(t, m)).transpose()?;
                t.power(unwrap(t, this)?, unwrap(t, other)?, modulus)
            }
            #[py]
            fn __rpow__(t: &Thread, this: Value, other: Value, modulus: Option<Value>) -> Result<Value> {
                let modulus = modulus.map(|m| unwrap(t, m)).transpose()?;
                t.power(unwrap(t, other)?, unwrap(t, this)?, modulus)
            }
            #[py]
            fn __ipow__(t: &Thread, this: Value, other: Value) -> Result<Value> {
                t.inplace(BinaryOp::Pow, unwrap(t, this)?, unwrap(t, other)?)
            }
            #[py]
            fn __neg__(t: &Thread, this: Value) -> Result<Value> {
                t.unary(UnaryOp::Neg, unwrap(t, this)?)
            }
            #[py]
            fn __pos__(t: &Thread, this: Value) -> Result<Value> {
                t.unary(UnaryOp::Pos, unwrap(t, this)?)
            }
            #[py]
            fn __invert__(t: &Thread, this: Value) -> Result<Value> {
                t.unary(UnaryOp::Invert, unwrap(t, this)?)
            }
            #[py]
            fn __abs__(t: &Thread, this: Value) -> Result<Value> {
                t.unary(UnaryOp::Abs, unwrap(t, this)?)
            }
            #[py]
            fn __int__(t: &Thread, this: Value) -> Result<Value> {
                t.call(BigInt::class().value(), &[unwrap(t, this)?])
            }
            #[py]
            fn __float__(t: &Thread, this: Value) -> Result<Value> {
                t.call(BoxedFloat::class().value(), &[unwrap(t, this)?])
            }
            #[py("($self, /)")]
            fn __bytes__(t: &Thread, this: Value) -> Result<Value> {
                forward(t, this, "__bytes__")
            }
            #[py("($self, /)")]
            fn __reversed__(t: &Thread, this: Value) -> Result<Value> {
                forward(t, this, "__reversed__")
            }
            #[py]
            fn __index__(t: &Thread, this: Value) -> Result<Value> {
                t.index(unwrap(t, this)?)
            }
        }
    };
}
proxy_class!(Proxy, "ProxyType", {});
proxy_class!(CallableProxy, "CallableProxyType", {
    #[py]
    fn __call__(t: &Thread, this: Value, args: &[Value], kwargs: Kwargs) -> Result<Value> {
        t.call_with_dict(unwrap(t, this)?, args, kwargs.0)
    }
});

fn init(t: &Thread, m: Ref<Module>) -> Result<()> {
    register_weak_hook(sweep);
    taipan_vm::hooks::set_weakref_hook(call_back);
    taipan_vm::objects::class_build::set_weakref_of(first_reference);
    m.set(t, "ref", WeakReference::class().value())
}

/// Weak-reference support module.
#[pymodule(name = "_weakref", classes(WeakReference, Proxy, CallableProxy), init = init)]
impl WeakrefModule {
    /// Return the number of weak references to 'object'.
    #[py("($module, object, /)")]
    fn getweakrefcount(t: &Thread, object: Value) -> Result<usize> {
        Ok(live_references(t, object)?.len())
    }
    /// Return a list of all weak reference objects pointing to 'object'.
    #[py("($module, object, /)")]
    fn getweakrefs(t: &Thread, object: Value) -> Result<Ref<List>> {
        live_references(t, object)?.into_list(t)
    }
    /// Create a proxy object that weakly references 'object'.
    #[py("($module, object, callback=None, /)")]
    fn proxy(t: &Thread, object: Value, callback: Option<Value>) -> Result<Value> {
        let class = if t.is_callable(object) { CallableProxy::class() } else { Proxy::class() };
        WeakReference::new(t, class, object, callback).map(Ref::value)
    }
    /// Atomically remove key from dict if it points to a dead weakref.
    #[py("($module, dct, key, /)")]
    fn _remove_dead_weakref(t: &Thread, dct: Ref<Dict>, key: Value) -> Result<()> {
        let h = t.hash(key)?;
        dct.remove_if(t, key, h, |v| Ok(v.downcast::<WeakReference>().is_some_and(|r| r.target().is_none())))?;
        Ok(())
    }
}

/// `object.__weakref__`: the reference without a callback if there is one.
fn first_reference(t: &Thread, object: Value) -> Result<Value> {
    Ok(live_references(t, object)?.get(0).unwrap_or(Value::NONE))
}

/// The reference without callback, the proxy without one, then the others, the youngest first.
fn live_references(t: &Thread, object: Value) -> Result<ValueVec> {
    let rank = |v: &Value| {
        let class = class_of(*v);
        let plain = v.downcast::<WeakReference>().is_some_and(|r| r.callback.get().is_empty());
        if !plain || !is_basic(class) { 2 } else { usize::from(class != WeakReference::class()) }
    };
    loop {
        let room = references_to(object).len() + 2;
        let found = ValueVec::with_capacity(t, room)?;
        // Nothing is allocated with the table locked, so what it has is alive.
        let table = table();
        let all = table.as_ref().and_then(|t| t.references.get(&object.bits()));
        let all = all.map_or(&[][..], |all| all);
        if all.len() > room {
            continue;
        }
        for wanted in 0..3 {
            for v in all.iter().rev().map(|&r| Value::from_bits(r)) {
                if rank(&v) == wanted && v.downcast::<WeakReference>().is_some_and(|r| r.target() == Some(object)) {
                    found.push(t, v)?;
                }
            }
        }
        return Ok(found);
    }
}
