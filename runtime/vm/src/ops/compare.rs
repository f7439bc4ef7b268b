//! `hash(x)` and the comparison operators.

use super::{class_name, identity, is_kind, type_name};
use crate::native::*;
use crate::objects::class::Special;
use crate::objects::dict_storage::exact_str;
use crate::objects::exceptions as ex;
use crate::objects::float::BoxedFloat;
use crate::objects::int::{self, BigInt};
use crate::objects::list::both_small_ints;
use crate::objects::set::{FrozenSet, Set, SetData};
use std::cmp::Ordering;
use std::sync::OnceLock;
use std::sync::atomic::Ordering::Relaxed;
use taipan_num::convert as num;
use taipan_text::hash::{HashKey, TupleHasher, not_error};

/// A comparison operator.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(u8)]
pub enum Compare {
    Lt,
    Le,
    Eq,
    Ne,
    Gt,
    Ge,
}

impl Compare {
    /// The operator with the operands swapped.
    pub const fn swapped(self) -> Compare {
        match self {
            Compare::Lt => Compare::Gt,
            Compare::Le => Compare::Ge,
            Compare::Eq => Compare::Eq,
            Compare::Ne => Compare::Ne,
            Compare::Gt => Compare::Lt,
            Compare::Ge => Compare::Le,
        }
    }
    pub const fn special(self) -> Special {
        match self {
            Compare::Lt => Special::Lt,
            Compare::Le => Special::Le,
            Compare::Eq => Special::Eq,
            Compare::Ne => Special::Ne,
            Compare::Gt => Special::Gt,
            Compare::Ge => Special::Ge,
        }
    }
    pub const fn symbol(self) -> &'static str {
        match self {
            Compare::Lt => "<",
            Compare::Le => "<=",
            Compare::Eq => "==",
            Compare::Ne => "!=",
            Compare::Gt => ">",
            Compare::Ge => ">=",
        }
    }
    /// In the order of the instructions.
    pub const ALL: [Compare; 6] = [Compare::Lt, Compare::Le, Compare::Eq, Compare::Ne, Compare::Gt, Compare::Ge];
    /// What the operator says about operands in this order.
    #[inline(always)]
    pub const fn holds(self, order: Ordering) -> bool {
        match self {
            Compare::Lt => order.is_lt(),
            Compare::Le => order.is_le(),
            Compare::Eq => order.is_eq(),
            Compare::Ne => order.is_ne(),
            Compare::Gt => order.is_gt(),
            Compare::Ge => order.is_ge(),
        }
    }
    /// As `holds`; `None` is the order of a NaN.
    #[inline(always)]
    pub const fn holds_partial(self, order: Option<Ordering>) -> bool {
        match order {
            Some(o) => self.holds(o),
            None => matches!(self, Compare::Ne),
        }
    }
}

static HASH_KEY: OnceLock<HashKey> = OnceLock::new();

/// Fixes the secret of string hashes, before the first string is hashed: `Some(seed)` as `PYTHONHASHSEED` asks, `None` for a
/// random one.
pub fn seed_hashes(seed: Option<u32>) {
    let _ = HASH_KEY.set(seed.map_or_else(random_key, HashKey::from_seed));
}

fn random_key() -> HashKey {
    let mut bytes = [0u8; 16];
    // SAFETY: writes at most 16 bytes into a buffer of 16. Fewer (at early boot) leave the rest zero, which is still a key.
    unsafe { libc::getrandom(bytes.as_mut_ptr().cast(), bytes.len(), 0) };
    HashKey::from_bytes(bytes)
}

/// Hash of a `bytes` object or of a string's narrowest form.
#[inline]
pub fn hash_bytes(data: &[u8]) -> i64 {
    HASH_KEY.get_or_init(random_key).bytes(data)
}

/// The hash of objects that compare by identity.
#[inline]
pub fn hash_identity(v: Value) -> i64 {
    not_error(identity(v).rotate_right(4) as i64)
}

/// `hash(x)` of a float; NaNs hash by identity.
#[inline]
pub fn hash_float(v: Value, x: f64) -> i64 {
    num::hash_f64(x).unwrap_or_else(|| hash_identity(v))
}

/// As CPython's, which is a constant too.
pub const HASH_NONE: i64 = 0xfca8_6420;

impl Thread {
    /// `hash(v)`.
    #[inline]
    pub fn hash(&self, v: Value) -> Result<i64> {
        if let Some(i) = v.as_small_int() {
            return Ok(num::hash_i64(i));
        }
        if let Some(h) = v.header() {
            let shape = h.shape_id();
            // SAFETY: exact shapes say what the cell is.
            unsafe {
                if shape == Str::class_cell().shape() {
                    return Ok(exact::<Str>(v).hash());
                }
                if shape == Tuple::class_cell().shape() {
                    return self.hash_tuple(exact::<Tuple>(v));
                }
            }
        }
        self.hash_general(v)
    }

    fn hash_general(&self, v: Value) -> Result<i64> {
        if let Some(x) = v.as_immediate_float() {
            return Ok(hash_float(v, x));
        }
        match v {
            Value::NONE => return Ok(HASH_NONE),
            Value::TRUE => return Ok(1),
            Value::FALSE => return Ok(0),
            _ => {}
        }
        let class = class_of(v);
        if class == Tuple::class()
            && let Some(items) = v.downcast::<Tuple>()
        {
            return self.hash_tuple(items);
        }
        match class.special(self, Special::Hash) {
            // Classes, functions, plain instances.
            Some(f) if Object::class().special(self, Special::Hash) == Some(f) => Ok(hash_identity(v)),
            // A named tuple, mostly.
            Some(f)
                if let Some(items) = v.downcast::<Tuple>()
                    && Tuple::class().special(self, Special::Hash) == Some(f) =>
            {
                self.hash_tuple(items)
            }
            Some(f) if !f.is_none() => {
                self.check_native_stack()?;
                let h = self.call_special0(f, v)?;
                self.checked_hash(h)
            }
            _ => Err(self.unhashable(v)),
        }
    }

    /// What a `__hash__` method returned, as a hash.
    fn checked_hash(&self, h: Value) -> Result<i64> {
        if let Some(i) = h.as_small_int() {
            return Ok(not_error(i));
        }
        match self.int_value(h) {
            // What fits a machine word is taken as it is: that is what `hash(x)` itself gives.
            Some(i) => Ok(i.as_ref().to_i64().map_or_else(|| num::hash(i.as_ref()), not_error)),
            None => Err(self.type_error("__hash__ method should return an integer")),
        }
    }

    #[cold]
    pub fn unhashable(&self, v: Value) -> Exc {
        self.type_error(format!("unhashable type: '{}'", type_name(v)))
    }

    /// The hash of a tuple with these items, cached in it.
    #[inline]
    pub fn hash_tuple(&self, items: Ref<Tuple>) -> Result<i64> {
        let cached = items.hash.load(Relaxed);
        if cached != 0 { Ok(cached as i64) } else { self.hash_items(items) }
    }
    #[inline(never)]
    fn hash_items(&self, items: Ref<Tuple>) -> Result<i64> {
        self.check_native_stack()?;
        let mut hasher = TupleHasher::new();
        for item in items.iter() {
            hasher.add(crate::objects::dict::hash_key(self, item)?);
        }
        let h = hasher.finish();
        items.hash.store(h as u64, Relaxed);
        Ok(h)
    }

    /// Whether containers take `a` and `b` for the same: identical or equal.
    #[inline]
    pub fn equal(&self, a: Value, b: Value) -> Result<bool> {
        if a == b {
            return Ok(true);
        }
        if let (Some(h), Some(g)) = (a.header(), b.header())
            && h.shape_id() == g.shape_id()
        {
            let shape = h.shape_id();
            if shape == Tuple::class_cell().shape() {
                return self.equal_tuples(a, b);
            }
            if shape == FrozenSet::class_cell().shape() {
                self.check_depth(" in comparison")?;
                // SAFETY: cells of the class's own shape begin with what both kinds of sets have.
                return unsafe { exact::<SetData>(a).equals(self, &exact::<SetData>(b)) };
            }
        }
        self.compare_bool(a, b, Compare::Eq)
    }
    /// `equal` for two exact tuples.
    fn equal_tuples(&self, a: Value, b: Value) -> Result<bool> {
        let (Some(x), Some(y)) = (a.as_cell(), b.as_cell()) else { return Ok(false) };
        // SAFETY: the caller has seen that both are tuples.
        let (x, y) = unsafe { (Ref::<Tuple>::from_raw(x.cast()), Ref::<Tuple>::from_raw(y.cast())) };
        self.check_depth(" in comparison")?;
        for (&v, &w) in x.as_slice().iter().zip(y.as_slice()) {
            if v != w && (both_small_ints(v, w) || !self.equal(v, w)?) {
                return Ok(false);
            }
        }
        Ok(x.len() == y.len())
    }

    /// The truth of `a op b`. (A NaN is not equal to itself here; containers want [`Thread::equal`].)
    #[inline]
    pub fn compare_bool(&self, a: Value, b: Value, op: Compare) -> Result<bool> {
        match compare_exact(a, b, op) {
            Some(r) => Ok(r),
            None => {
                let r = self.compare_general(a, b, op)?;
                self.truth(r)
            }
        }
    }

    /// `a op b`.
    #[inline]
    pub fn rich_compare(&self, a: Value, b: Value, op: Compare) -> Result<Value> {
        match compare_exact(a, b, op) {
            Some(r) => Ok(Value::bool(r)),
            None => self.compare_general(a, b, op),
        }
    }

    fn compare_general(&self, a: Value, b: Value, op: Compare) -> Result<Value> {
        if let (Some(h), Some(g)) = (a.header(), b.header())
            && h.shape_id() == g.shape_id()
        {
            if h.shape_id() == Tuple::class_cell().shape() {
                if let Some(x) = a.downcast::<Tuple>() {
                    return crate::objects::tuple_methods::compare(self, x, b, op);
                }
            } else if h.shape_id() == Set::class_cell().shape() || h.shape_id() == FrozenSet::class_cell().shape() {
                if let Some(x) = a.downcast::<SetData>() {
                    self.check_depth(" in comparison")?;
                    return crate::objects::set_methods::compare(self, x, b, op);
                }
            } else if h.shape_id() == List::class_cell().shape()
                && let Some(x) = a.downcast::<List>()
            {
                return crate::objects::list_methods::compare(self, x, b, op);
            }
        }
        self.check_depth(" in comparison")?;
        let (ca, cb) = (class_of(a), class_of(b));
        if op == Compare::Eq && ca.layout.is(Tuple::layout()) {
            // What `plain_tuple` asks for, which looks nothing up.
            Tuple::class().special(self, Special::Eq);
        }
        let mut reflected_tried = false;
        if ca != cb && cb.is_subclass(ca) {
            reflected_tried = true;
            if let Some(f) = cb.special(self, op.swapped().special()) {
                let r = self.call_special1(f, b, a)?;
                if r != Value::NOT_IMPLEMENTED {
                    return Ok(r);
                }
            }
        }
        if let Some(f) = ca.special(self, op.special()) {
            let r = self.call_special1(f, a, b)?;
            if r != Value::NOT_IMPLEMENTED {
                return Ok(r);
            }
        }
        self.compare_left(a, b, op, !reflected_tried)
    }
    /// A comparison after the method of `a`, asked first, gave `NotImplemented`.
    pub fn compare_refused(&self, a: Value, b: Value, op: Compare) -> Result<Value> {
        self.check_depth(" in comparison")?;
        self.compare_left(a, b, op, true)
    }
    /// What is left of a comparison after the method of `a` did not do it.
    fn compare_left(&self, a: Value, b: Value, op: Compare, reflected: bool) -> Result<Value> {
        let (ca, cb) = (class_of(a), class_of(b));
        if reflected && let Some(f) = cb.special(self, op.swapped().special()) {
            let r = self.call_special1(f, b, a)?;
            if r != Value::NOT_IMPLEMENTED {
                return Ok(r);
            }
        }
        match op {
            Compare::Eq => Ok(Value::bool(a == b)),
            Compare::Ne => Ok(Value::bool(a != b)),
            _ => Err(self.type_error(format!(
                "'{}' not supported between instances of '{}' and '{}'",
                op.symbol(),
                class_name(ca),
                class_name(cb)
            ))),
        }
    }

    /// Whether `e` is a TypeError: the protocols fall back on another way after those only.
    pub(crate) fn is_type_error(&self, e: Exc) -> bool {
        is_kind(self, e, ex::Kind::TypeError)
    }
}

/// Tuples in tuples that [`plainly_equal`] looks into.
const PLAIN_DEPTH: usize = 8;

/// Whether containers take `a` and `b` for the same, if that can be told without allocating or calling anything.
pub fn plainly_equal(a: Value, b: Value) -> Option<bool> {
    plainly_equal_within(a, b, PLAIN_DEPTH)
}

/// As [`plainly_equal`], for tuples in at most so many tuples.
fn plainly_equal_within(a: Value, b: Value, depth: usize) -> Option<bool> {
    if a == b {
        return Some(true);
    }
    if let Some((x, y)) = plain_tuples(a, b) {
        let depth = depth.checked_sub(1)?;
        for (&v, &w) in x.as_slice().iter().zip(y.as_slice()) {
            if v != w && (both_small_ints(v, w) || !plainly_equal_within(v, w, depth)?) {
                return Some(false);
            }
        }
        return Some(x.len() == y.len());
    }
    if let Some(equal) = compare_exact(a, b, Compare::Eq) {
        return Some(equal);
    }
    let exact = |v: Value| {
        let class = class_of(v);
        if class == Bytes::class() { v.downcast::<Bytes>() } else { None }
    };
    if let (Some(x), Some(y)) = (exact(a), exact(b)) {
        return Some(x.as_slice() == y.as_slice());
    }
    // None, strings and numbers know nothing of each other.
    let is_atom = |v: Value| {
        v.is_none() || v.is_bool() || exact_str(v).is_some() || int::exact(v).is_some() || super::convert::exact_float(v).is_some()
    };
    (is_atom(a) && is_atom(b)).then_some(false)
}

/// Whether `a < b` of two tuples, if that can be told without allocating or calling anything; `None` also for other values.
pub(crate) fn plainly_less(a: Value, b: Value) -> Option<bool> {
    plainly_less_within(a, b, PLAIN_DEPTH)
}
fn plainly_less_within(a: Value, b: Value, depth: usize) -> Option<bool> {
    let exact = |v: Value| v.downcast::<Tuple>().filter(|items| items.header().shape_id() == Tuple::class_cell().shape());
    let (x, y) = (exact(a)?, exact(b)?);
    let depth = depth.checked_sub(1)?;
    for (&v, &w) in x.as_slice().iter().zip(y.as_slice()) {
        if v != w && (both_small_ints(v, w) || !plainly_equal_within(v, w, depth)?) {
            return compare_exact(v, w, Compare::Lt).or_else(|| plainly_less_within(v, w, depth));
        }
    }
    Some(x.len() < y.len())
}

/// Two tuples whose classes have tuple's own `__eq__`, as far as that is known by now.
#[inline]
fn plain_tuples(a: Value, b: Value) -> Option<(Ref<Tuple>, Ref<Tuple>)> {
    let (h, g) = (a.header()?, b.header()?);
    if !is_plain_tuple(h) || (h.shape_id() != g.shape_id() && !is_plain_tuple(g)) {
        return None;
    }
    let tuple = |h: &Header| std::ptr::NonNull::from(h).cast();
    // SAFETY: the shapes' layouts say that the cells are tuples.
    unsafe { Some((Ref::from_raw(tuple(h)), Ref::from_raw(tuple(g)))) }
}
#[inline(always)]
fn is_plain_tuple(h: &Header) -> bool {
    h.shape_id() == Tuple::class_cell().shape() || (h.shape().layout().is(Tuple::layout()) && compares_as_tuple(h))
}
#[inline(never)]
fn compares_as_tuple(h: &Header) -> bool {
    let own = |class: Ref<Class>| class.known_special(Special::Eq);
    let class = h.shape().class.get().downcast::<Class>();
    own(Tuple::class()).is_some_and(|equal| class.and_then(own) == Some(equal))
}

/// Comparison of the exact kinds that dominate; `None` for all others.
#[inline]
pub(crate) fn compare_exact(a: Value, b: Value, op: Compare) -> Option<bool> {
    if let (Some(x), Some(y)) = (a.as_small_int(), b.as_small_int()) {
        return Some(op.holds(x.cmp(&y)));
    }
    if let (Some(x), Some(y)) = (a.as_immediate_float(), b.as_immediate_float()) {
        return Some(op.holds_partial(x.partial_cmp(&y)));
    }
    compare_exact_cells(a, b, op)
}

fn compare_exact_cells(a: Value, b: Value, op: Compare) -> Option<bool> {
    if let (Some(h), Some(g)) = (a.header(), b.header()) {
        let shape = h.shape_id();
        if shape == g.shape_id() && (shape == Tuple::class_cell().shape() || shape == List::class_cell().shape()) {
            return None;
        }
        if shape == g.shape_id() && shape == Str::class_cell().shape() {
            // SAFETY: a cell of str's own shape is a string.
            let (s, u) = unsafe { (exact::<Str>(a), exact::<Str>(b)) };
            return Some(match op {
                Compare::Eq => s.equals(&u),
                Compare::Ne => !s.equals(&u),
                _ => op.holds(s.compare(&u)),
            });
        }
        if shape == g.shape_id() && shape == Bytes::class_cell().shape() {
            let (s, u) = (a.downcast::<Bytes>()?, b.downcast::<Bytes>()?);
            return Some(match op {
                Compare::Eq => s.as_slice() == u.as_slice(),
                Compare::Ne => s.as_slice() != u.as_slice(),
                _ => op.holds(s.as_slice().cmp(u.as_slice())),
            });
        }
        // Neither is an immediate: two instances of one class whose layout is no number's are not numbers.
        let layout = h.shape().layout();
        if shape == g.shape_id() && !layout.is(BigInt::layout()) && !layout.is(BoxedFloat::layout()) {
            return None;
        }
    }
    // Numbers of different or boxed kinds.
    match (int::exact_or_bool(a), int::exact_or_bool(b)) {
        (Some(x), Some(y)) => Some(op.holds(taipan_num::int::compare(x.as_ref(), y.as_ref()))),
        (Some(x), None) => {
            let y = super::convert::exact_float(b)?;
            Some(op.holds_partial(num::compare_f64(x.as_ref(), y)))
        }
        (None, Some(y)) => {
            let x = super::convert::exact_float(a)?;
            Some(op.swapped().holds_partial(num::compare_f64(y.as_ref(), x)))
        }
        (None, None) => {
            let (x, y) = (super::convert::exact_float(a)?, super::convert::exact_float(b)?);
            Some(op.holds_partial(x.partial_cmp(&y)))
        }
    }
}
