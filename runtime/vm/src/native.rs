//! The surface that built-in types and native modules are written against: declarations ("the one form"), argument parsing,
//! conversions. The macros of `taipan-macros` generate code in these terms.
//!
//! A method or function is declared once, by an attribute with its Python signature; from it follow argument parsing,
//! `__text_signature__`, `help()`, and the direct entry points which the interpreter calls without building arguments.

pub use crate::call::Callable;
pub use crate::error::{Exc, Result};
pub use crate::names;
pub use crate::objects::{
    bool_value,
    bytes::Bytes,
    cell::CellObject,
    class::Class,
    class_of,
    code::Code,
    dict::Dict,
    float::BoxedFloat,
    function::Function,
    int::BigInt,
    list::List,
    module::Module,
    native_function::Native,
    object::Object,
    str::{Str, Units},
    tuple::Tuple,
    value_vec::ValueVec,
};
pub use crate::thread::Thread;
pub use taipan_heap::{Field, Header, HeapType, Layout, Mutator, Ref, RefField, Scan, Shape, ShapeId, Value, Visitor};
pub use taipan_macros::{HeapType, pyclass, pymodule};

use std::sync::atomic::{AtomicPtr, AtomicU32, Ordering::*};

/// `args`: positional values, then the values of the keyword arguments that `kwnames` names. For methods `args[0]` is self, for
/// class methods and `__new__` the class.
pub type NativeFn = fn(t: &Thread, args: &[Value], kwnames: Option<Ref<Tuple>>) -> Result<Value>;

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ParamKind {
    PositionalOnly,
    PositionalOrKeyword,
    VarArgs,
    KeywordOnly,
    VarKwargs,
}

pub struct Param {
    pub name: &'static str,
    pub kind: ParamKind,
    pub optional: bool,
}

pub struct Signature {
    pub name: &'static str,
    /// With its class or module, for error texts: `list.append`, `math.sqrt`, `len`.
    pub qualname: &'static str,
    /// The class it is declared in; a `Value` receiver must be an instance of it.
    pub owner: Option<fn() -> &'static ClassCell>,
    /// That of the function; getters and setters are methods.
    pub kind: NativeKind,
    /// Without self or class.
    pub params: &'static [Param],
    /// `__text_signature__`
    pub text: Option<&'static str>,
    pub min_positional: usize,
    /// `usize::MAX` with `*args`
    pub max_positional: usize,
    pub has_keywords: bool,
}

impl Signature {
    /// What error texts call the function: constructors go by the name of their class.
    pub fn called(&self) -> String {
        match self.owner {
            Some(owner) if self.kind == NativeKind::New || (self.name == "__init__" && self.max_positional != usize::MAX) => {
                owner().get().name_string()
            }
            _ => self.name.to_owned(),
        }
    }
    /// As `called`, methods with their class: for the counts of functions of no or one argument, and for keywords.
    pub fn called_in_full(&self) -> String {
        let called = self.called();
        if called == self.name && self.kind != NativeKind::New { self.qualname.to_owned() } else { called }
    }
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum NativeKind {
    Function,
    Method,
    ClassMethod,
    StaticMethod,
    New,
    /// A special method of CPython's slot table: shows as `wrapper_descriptor`.
    Slot,
}

pub struct NativeDef {
    pub name: &'static str,
    pub kind: NativeKind,
    pub signature: &'static Signature,
    pub doc: Option<&'static str>,
    pub call: NativeFn,
    /// `__next__` without an exception at the end.
    pub next: Option<fn(&Thread, Value) -> Result<Option<Value>>>,
    pub unary: Option<fn(&Thread, Value) -> Result<Value>>,
    pub binary: Option<fn(&Thread, Value, Value) -> Result<Value>>,
}

pub struct GetSetDef {
    pub name: &'static str,
    pub doc: Option<&'static str>,
    pub get: Option<fn(&Thread, Value) -> Result<Value>>,
    /// `None` as the value deletes.
    pub set: Option<fn(&Thread, Value, Option<Value>) -> Result<()>>,
    /// Shows as a `member_descriptor`.
    pub member: bool,
}

pub struct ClassDef {
    pub name: &'static str,
    pub module: &'static str,
    pub qualname: &'static str,
    pub doc: Option<&'static str>,
    pub base: Option<fn() -> &'static ClassCell>,
    pub cell: &'static ClassCell,
    pub layout: fn() -> &'static Layout,
    pub flags: u32,
    pub methods: &'static [NativeDef],
    pub getset: &'static [GetSetDef],
    /// Runs once the class exists, for what declarations cannot say.
    pub init: Option<fn(&Thread, Ref<Class>) -> Result<()>>,
    /// `v[i]` of an instance of just this class for a small integer, without a call of `__getitem__`; the empty mark leaves it
    /// to `__getitem__`, errors above all.
    pub item: Option<ItemFn>,
    /// `v[i] = to` likewise; false leaves it to `__setitem__`.
    pub set_item: Option<SetItemFn>,
    /// `next(v)` of an instance of just this class; the empty mark at the end, or the StopIteration that tells it.
    pub next: Option<NextFn>,
    /// What `item` and `set_item` find, for compiled code.
    pub elements: Option<Elements>,
}
/// Where the instances of a class keep numbers, one after the other in a bytearray.
#[derive(Clone, Copy)]
pub struct Elements {
    /// Offset of the reference to the bytearray; 0: the instance is it.
    pub bytes: usize,
    /// Offset of the byte that says of what kind they are, as `array` does; 0: they are unsigned bytes.
    pub code: usize,
}
/// The value must be an instance of the class that it is declared for.
pub type NextFn = fn(&Thread, Value) -> Result<Value>;
/// The value must be an instance of the class that it is declared for.
pub type ItemFn = fn(&Thread, Value, i64) -> Result<Value>;
/// The value must be an instance of the class that it is declared for.
pub type SetItemFn = fn(&Thread, Value, i64, Value) -> Result<bool>;

/// An instance as what its class says.
///
/// # Safety
/// `v` is an instance of the class that `T` implements, or of a subclass.
#[inline(always)]
pub unsafe fn exact<T: HeapType>(v: Value) -> Ref<T> {
    debug_assert!(v.downcast::<T>().is_some());
    // SAFETY: the caller vouches for it.
    unsafe { Ref::from_raw(v.as_cell().unwrap_unchecked().cast()) }
}

pub struct ModuleDef {
    pub name: &'static str,
    pub doc: Option<&'static str>,
    pub functions: &'static [NativeDef],
    pub classes: &'static [fn() -> &'static ClassDef],
    pub init: Option<fn(&Thread, Ref<Module>) -> Result<()>>,
}

/// A built-in class that a Rust type implements.
pub trait PyClass: HeapType {
    fn class_def() -> &'static ClassDef;
    fn class_cell() -> &'static ClassCell;
    /// The class object; made at start-up, or at first use for classes of native modules.
    #[inline(always)]
    fn class() -> Ref<Class> {
        Self::class_cell().get()
    }
}

pub trait NativeModule {
    fn module_def() -> &'static ModuleDef;
}

/// Where a built-in class object is found. A root of the collector.
pub struct ClassCell {
    class: AtomicPtr<Class>,
    shape: AtomicU32,
}

impl Default for ClassCell {
    fn default() -> Self {
        Self::new()
    }
}

impl ClassCell {
    pub const fn new() -> ClassCell {
        ClassCell { class: AtomicPtr::new(std::ptr::null_mut()), shape: AtomicU32::new(0) }
    }
    #[inline(always)]
    pub fn try_get(&self) -> Option<Ref<Class>> {
        // SAFETY: `set` stores a class that the root scanner keeps alive.
        std::ptr::NonNull::new(self.class.load(Acquire)).map(|p| unsafe { Ref::from_raw(p) })
    }
    #[inline(always)]
    pub fn get(&self) -> Ref<Class> {
        match self.try_get() {
            Some(c) => c,
            None => uninitialised(),
        }
    }
    /// Shape of exact instances without attributes of their own.
    #[inline(always)]
    pub fn shape(&self) -> ShapeId {
        ShapeId(self.shape.load(Relaxed))
    }
    pub fn set(&self, class: Ref<Class>, shape: ShapeId) {
        self.shape.store(shape.0, Release);
        self.class.store(class.as_ptr(), Release);
    }
}

#[cold]
fn uninitialised() -> ! {
    panic!("a built-in class was used before its module was set up")
}

/// Flags of a [`ClassDef`], kept in the class object too.
pub mod class_flags {
    /// May be subclassed.
    pub const BASE: u32 = 1;
    /// Matches sequence patterns.
    pub const SEQUENCE: u32 = 2;
    /// Matches mapping patterns.
    pub const MAPPING: u32 = 4;
    /// Cannot be instantiated from Python: "cannot create 'X' instances".
    pub const NO_NEW: u32 = 8;
    /// Attributes of the class cannot be set. All built-in classes are immutable; this is for heap types that say so.
    pub const IMMUTABLE: u32 = 16;
    /// Instances have a `__dict__` (exact ones too).
    pub const HAS_DICT: u32 = 32;
    /// Instances can be weakly referenced.
    pub const HAS_WEAKREF: u32 = 64;
    /// Positional class patterns match the subject itself (int, str, …).
    pub const MATCH_SELF: u32 = 128;
    /// Native class whose attributes may be set from Python (module-level Python-like classes).
    pub const MUTABLE: u32 = 256;
    /// Instances start out owned by their thread (containers with structural writes).
    pub const OWNED: u32 = 512;

    // Below: maintained by the runtime.
    pub const HEAP: u32 = 1 << 16;
    pub const ABSTRACT: u32 = 1 << 17;
    /// Instances have `__del__`.
    pub const HAS_DEL: u32 = 1 << 18;
    pub const EXCEPTION: u32 = 1 << 19;
    pub const TYPE_SUBCLASS: u32 = 1 << 20;
    /// No class of the MRO overrides attribute reading.
    pub const PLAIN_GETATTR: u32 = 1 << 21;
    pub const PLAIN_SETATTR: u32 = 1 << 22;
    /// No class of the MRO overrides `__getattribute__`; there may be a `__getattr__`.
    pub const PLAIN_GETATTRIBUTE: u32 = 1 << 23;
}

/// Which parameter an argument is converted for, for error texts.
#[derive(Clone, Copy)]
pub struct ArgContext {
    pub signature: &'static Signature,
    pub index: usize,
}

impl ArgContext {
    /// `TypeError: f() argument 'x' must be int, not str`, in CPython's words.
    #[cold]
    pub fn wrong_type(&self, t: &Thread, expected: &str, got: Value) -> Exc {
        let name = self.signature.called();
        let got = if got.is_none() { "None".to_owned() } else { class_of(got).name_string() };
        let p = self.signature.params.get(self.index);
        match p {
            Some(p) if p.kind == ParamKind::PositionalOnly => {
                if self.signature.params.len() == 1 {
                    t.type_error(format!("{name}() argument must be {expected}, not {got}"))
                } else {
                    t.type_error(format!("{name}() argument {} must be {expected}, not {got}", self.index + 1))
                }
            }
            Some(p) => t.type_error(format!("{name}() argument '{}' must be {expected}, not {got}", p.name)),
            None => t.type_error(format!("{name}() argument must be {expected}, not {got}")),
        }
    }
}

/// Conversion of an argument; `v` is [`Value::EMPTY`] when it is missing.
pub trait FromArg: Sized {
    fn from_arg(t: &Thread, v: Value, cx: ArgContext) -> Result<Self>;
}

impl FromArg for Value {
    #[inline(always)]
    fn from_arg(_: &Thread, v: Value, _: ArgContext) -> Result<Value> {
        Ok(v)
    }
}
/// `None` when the argument is missing.
impl<A: FromArg> FromArg for Option<A> {
    #[inline(always)]
    fn from_arg(t: &Thread, v: Value, cx: ArgContext) -> Result<Option<A>> {
        if v.is_empty() { Ok(None) } else { A::from_arg(t, v, cx).map(Some) }
    }
}
/// `None` when the argument is missing or Python's None.
pub struct OrNone<A>(pub Option<A>);
impl<A: FromArg> FromArg for OrNone<A> {
    #[inline(always)]
    fn from_arg(t: &Thread, v: Value, cx: ArgContext) -> Result<OrNone<A>> {
        if v.is_empty() || v.is_none() { Ok(OrNone(None)) } else { A::from_arg(t, v, cx).map(|a| OrNone(Some(a))) }
    }
}
impl<T: PyClass> FromArg for Ref<T> {
    #[inline]
    fn from_arg(t: &Thread, v: Value, cx: ArgContext) -> Result<Ref<T>> {
        match v.downcast::<T>() {
            Some(r) => Ok(r),
            None => Err(cx.wrong_type(t, T::class_def().name, v)),
        }
    }
}
/// Truth value (`p` format of CPython's argument parsing).
impl FromArg for bool {
    #[inline]
    fn from_arg(t: &Thread, v: Value, _: ArgContext) -> Result<bool> {
        t.truth(v)
    }
}
impl FromArg for f64 {
    #[inline]
    fn from_arg(t: &Thread, v: Value, _: ArgContext) -> Result<f64> {
        t.to_f64(v)
    }
}
/// Through `__index__`; OverflowError "Python int too large to convert to C ssize_t".
impl FromArg for isize {
    #[inline]
    fn from_arg(t: &Thread, v: Value, _: ArgContext) -> Result<isize> {
        t.to_isize(v)
    }
}
impl FromArg for i64 {
    #[inline]
    fn from_arg(t: &Thread, v: Value, _: ArgContext) -> Result<i64> {
        t.to_i64(v)
    }
}
impl FromArg for i32 {
    #[inline]
    fn from_arg(t: &Thread, v: Value, _: ArgContext) -> Result<i32> {
        let i = t.to_i64(v)?;
        i32::try_from(i).map_err(|_| {
            t.overflow_error(if i > 0 { "signed integer is greater than maximum" } else { "signed integer is less than minimum" })
        })
    }
}
/// A non-negative size.
impl FromArg for usize {
    #[inline]
    fn from_arg(t: &Thread, v: Value, cx: ArgContext) -> Result<usize> {
        let i = t.to_isize(v)?;
        usize::try_from(i).map_err(|_| t.value_error(format!("{} must be non-negative", cx.signature.params[cx.index].name)))
    }
}
/// An index for sequences: like `isize`, but out-of-range integers are clipped, and None means missing for slices.
pub struct ClippedIndex(pub isize);
impl FromArg for ClippedIndex {
    fn from_arg(t: &Thread, v: Value, _: ArgContext) -> Result<ClippedIndex> {
        t.to_index_clipped(v).map(ClippedIndex)
    }
}

/// Values a native may return.
pub trait IntoValue {
    fn into_value(self, t: &Thread) -> Result<Value>;
}
impl IntoValue for Value {
    #[inline(always)]
    fn into_value(self, _: &Thread) -> Result<Value> {
        Ok(self)
    }
}
impl<T> IntoValue for Ref<T> {
    #[inline(always)]
    fn into_value(self, _: &Thread) -> Result<Value> {
        Ok(self.value())
    }
}
impl IntoValue for () {
    #[inline(always)]
    fn into_value(self, _: &Thread) -> Result<Value> {
        Ok(Value::NONE)
    }
}
impl IntoValue for bool {
    #[inline(always)]
    fn into_value(self, _: &Thread) -> Result<Value> {
        Ok(Value::bool(self))
    }
}
impl IntoValue for f64 {
    #[inline(always)]
    fn into_value(self, t: &Thread) -> Result<Value> {
        t.float(self)
    }
}
macro_rules! ints_into_value {
    ($($t:ty),*) => { $( impl IntoValue for $t {
        #[inline(always)]
        fn into_value(self, t: &Thread) -> Result<Value> { t.int(self as i64) }
    } )* };
}
ints_into_value!(i64, i32, isize, u32, u8, u16, i16);
impl IntoValue for usize {
    #[inline(always)]
    fn into_value(self, t: &Thread) -> Result<Value> {
        t.uint(self as u64)
    }
}
impl IntoValue for u64 {
    #[inline(always)]
    fn into_value(self, t: &Thread) -> Result<Value> {
        t.uint(self)
    }
}
impl IntoValue for &str {
    fn into_value(self, t: &Thread) -> Result<Value> {
        Str::from_str(t, self).map(Ref::value)
    }
}
impl IntoValue for String {
    fn into_value(self, t: &Thread) -> Result<Value> {
        Str::from_str(t, &self).map(Ref::value)
    }
}
/// `None` becomes Python's None.
impl<V: IntoValue> IntoValue for Option<V> {
    #[inline(always)]
    fn into_value(self, t: &Thread) -> Result<Value> {
        match self {
            Some(v) => v.into_value(t),
            None => Ok(Value::NONE),
        }
    }
}
macro_rules! tuples_into_value {
    ($($name:ident),*) => {
        impl<$($name: IntoValue),*> IntoValue for ($($name,)*) {
            #[allow(non_snake_case)]
            fn into_value(self, t: &Thread) -> Result<Value> {
                let ($($name,)*) = self;
                $( let $name = $name.into_value(t)?; )*
                Tuple::new(t, &[$($name),*]).map(Ref::value)
            }
        }
    };
}
tuples_into_value!(A);
tuples_into_value!(A, B);
tuples_into_value!(A, B, C);
tuples_into_value!(A, B, C, D);
tuples_into_value!(A, B, C, D, E);

/// What an exposed Rust function returns: a value, or a `Result` of one.
pub trait IntoReturn {
    fn into_return(self, t: &Thread) -> Result<Value>;
}
impl<V: IntoValue> IntoReturn for Result<V> {
    #[inline(always)]
    fn into_return(self, t: &Thread) -> Result<Value> {
        match self {
            Ok(v) => v.into_value(t),
            Err(e) => Err(e),
        }
    }
}
impl<V: IntoValue> IntoReturn for V {
    #[inline(always)]
    fn into_return(self, t: &Thread) -> Result<Value> {
        self.into_value(t)
    }
}

/// Turns a `next` result into a return value: the end becomes StopIteration.
pub fn next_result(t: &Thread, r: Result<Option<Value>>) -> Result<Value> {
    match r? {
        Some(v) => Ok(v),
        None => Err(t.stop_iteration(Value::NONE)),
    }
}

/// Types that `self` may be declared as.
pub trait FromSelf: Sized {
    /// Accepts any value, so that the class which declares the method has to be checked.
    const ANY: bool = false;
    fn from_self(t: &Thread, v: Value) -> Option<Self>;
    /// Class name for the error text.
    fn expected() -> &'static str;
}
impl FromSelf for Value {
    const ANY: bool = true;
    #[inline(always)]
    fn from_self(_: &Thread, v: Value) -> Option<Value> {
        Some(v)
    }
    fn expected() -> &'static str {
        "object"
    }
}
impl<T: PyClass> FromSelf for Ref<T> {
    #[inline(always)]
    fn from_self(_: &Thread, v: Value) -> Option<Ref<T>> {
        v.downcast::<T>()
    }
    fn expected() -> &'static str {
        T::class_def().name
    }
}

/// Checks the receiver of a method.
#[inline(always)]
pub fn check_self<S: FromSelf>(t: &Thread, args: &[Value], sig: &'static Signature) -> Result<S> {
    if sig.kind == NativeKind::New {
        check_new(t, args, sig)?;
    }
    match args.first() {
        Some(&v) if S::ANY && !is_of_owner(v, sig) => Err(wrong_self(t, sig.owner.map_or("object", |o| owner_name(o)), sig, v)),
        Some(&v) => match S::from_self(t, v) {
            Some(s) => Ok(s),
            None => Err(wrong_self(t, S::expected(), sig, v)),
        },
        None if sig.kind == NativeKind::Slot => {
            Err(t.type_error(format!("descriptor '{}' of '{}' object needs an argument", sig.name, S::expected())))
        }
        None => Err(t.type_error(format!("unbound method {}.{}() needs an argument", S::expected(), sig.name))),
    }
}

/// Whether `v` is an instance of the class that declares the method. Struct sequences share methods that find the class themselves.
#[inline]
fn is_of_owner(v: Value, sig: &'static Signature) -> bool {
    match sig.owner {
        Some(owner) if matches!(sig.kind, NativeKind::Method | NativeKind::Slot) => {
            class_of(v).is_subclass(owner().get()) || std::ptr::eq(owner(), crate::objects::struct_seq::StructMethods::class_cell())
        }
        _ => true,
    }
}

fn owner_name(owner: fn() -> &'static ClassCell) -> &'static str {
    owner().get().def.map_or("object", |d| d.name)
}

/// Checks the class that a `__new__` is to make an instance of: one that this very `__new__` is responsible for.
#[inline]
fn check_new(t: &Thread, args: &[Value], sig: &'static Signature) -> Result<()> {
    let Some(cell) = sig.owner.map(|o| o()) else { return Ok(()) };
    if std::ptr::eq(cell, crate::objects::struct_seq::StructMethods::class_cell()) {
        return Ok(());
    }
    let owner = cell.get();
    match args.first() {
        Some(&c) if c == owner.value() => Ok(()),
        Some(&c) => check_new_class(t, owner, c, sig),
        None => Err(t.type_error(format!("{}.__new__(): not enough arguments", owner.name_string()))),
    }
}

/// The arguments of a `__new__` or `__init__` that takes no keywords: those for a subclass with an `__init__`, or `__new__`, of its
/// own are not looked at.
#[inline]
pub fn without_init_keywords<'a>(
    t: &Thread,
    args: &'a [Value],
    kwnames: Option<Ref<Tuple>>,
    sig: &'static Signature,
) -> (&'a [Value], Option<Ref<Tuple>>) {
    use crate::objects::class::Special;
    let (Some(names), Some(owner)) = (kwnames, sig.owner) else { return (args, kwnames) };
    let owner = owner().get();
    let Some(&first) = args.first() else { return (args, kwnames) };
    let (class, other) = match sig.kind {
        NativeKind::New => (first.downcast::<Class>(), Special::Init),
        _ => (Some(class_of(first)), Special::New),
    };
    match class.filter(|&c| c != owner && c.special(t, other) != owner.special(t, other)) {
        Some(_) => (&args[..args.len() - names.len()], None),
        None => (args, kwnames),
    }
}

fn check_new_class(t: &Thread, owner: Ref<Class>, c: Value, sig: &'static Signature) -> Result<()> {
    let Some(class) = c.downcast::<Class>() else {
        let (name, given) = (owner.name_string(), class_of(c).name_string());
        return Err(t.type_error(format!("{name}.__new__(X): X is not a type object ({given})")));
    };
    let names = || (owner.name_string(), class.name_string());
    if !class.is_subclass(owner) {
        let (name, shown) = names();
        return Err(t.type_error(format!("{name}.__new__({shown}): {shown} is not a subtype of {name}")));
    }
    let mut built_in = class;
    while let Some(base) = built_in.base.get().filter(|_| built_in.is_heap()) {
        built_in = base;
    }
    if built_in.has_flag(class_flags::NO_NEW) {
        return Err(t.type_error(format!("cannot create '{}' instances", built_in.full_name())));
    }
    let own = built_in.special(t, crate::objects::class::Special::New).and_then(|f| f.downcast::<Native>());
    if own.is_some_and(|n| std::ptr::eq(n.def.signature, sig)) {
        return Ok(());
    }
    let (name, shown) = names();
    Err(t.type_error(format!("{name}.__new__({shown}) is not safe, use {}.__new__()", built_in.name_string())))
}

#[cold]
fn wrong_self(t: &Thread, expected: &str, sig: &'static Signature, v: Value) -> Exc {
    let got = class_of(v).name_string();
    if sig.name.starts_with("__")
        && sig.name.ends_with("__")
        && !matches!(sig.name, "__format__" | "__reduce__" | "__reduce_ex__" | "__sizeof__" | "__dir__")
    {
        t.type_error(format!("descriptor '{}' requires a '{expected}' object but received a '{got}'", sig.name))
    } else {
        t.type_error(format!("descriptor '{}' for '{expected}' objects doesn't apply to a '{got}' object", sig.name))
    }
}

/// Where `*args` lies and what `**kwargs` is, after [`bind`].
pub struct Bound {
    pub varargs_start: usize,
    pub varargs_end: usize,
    pub kwargs: Option<Ref<Dict>>,
}

/// The `**kwargs` of a native; `None` when there are none.
#[derive(Clone, Copy)]
pub struct Kwargs(pub Option<Ref<Dict>>);

/// `expected 1 argument, got 0`
#[cold]
pub fn slot_arity_error(t: &Thread, sig: &'static Signature, got: usize) -> Exc {
    let (min, max) = (sig.min_positional, sig.max_positional);
    if min == max {
        t.type_error(format!("expected {min} argument{}, got {got}", if min == 1 { "" } else { "s" }))
    } else if sig.name.ends_with("pow__") {
        t.type_error(format!("expected {min} or {max} arguments, got {got}"))
    } else if got < min {
        t.type_error(format!("expected at least {min} argument{}, got {got}", if min == 1 { "" } else { "s" }))
    } else {
        t.type_error(format!("expected at most {max} argument{}, got {got}", if max == 1 { "" } else { "s" }))
    }
}

/// Binds arguments (after self) to parameters: `out[i]` for the i-th parameter that is not `*args` or `**kwargs`.
pub fn bind(t: &Thread, sig: &'static Signature, args: &[Value], kwnames: Option<Ref<Tuple>>, out: &mut [Value]) -> Result<Bound> {
    let nkw = kwnames.map_or(0, |k| k.len());
    let npos = args.len() - nkw;
    let has_varargs = sig.max_positional == usize::MAX;
    let positional =
        sig.params.iter().filter(|p| matches!(p.kind, ParamKind::PositionalOnly | ParamKind::PositionalOrKeyword)).count();
    if nkw > 0 && !sig.has_keywords {
        let name = sig.called();
        return Err(t.type_error(if is_slot_name(&name) {
            format!("wrapper {name}() takes no keyword arguments")
        } else {
            format!("{}() takes no keyword arguments", sig.called_in_full())
        }));
    }
    let var_kwargs = sig.params.iter().any(|p| p.kind == ParamKind::VarKwargs);
    if !has_varargs {
        if nkw > 0 && npos + nkw > sig.params.len() && !var_kwargs {
            return Err(too_many(t, sig, npos, nkw));
        }
        if npos > positional {
            return Err(too_many_positional(t, sig, npos));
        }
    }
    out.fill(Value::EMPTY);
    let n = npos.min(positional);
    out[..n].copy_from_slice(&args[..n]);
    let mut kwargs = None;
    let mut refused = None;
    if let Some(kwnames) = kwnames {
        let name = sig.called();
        for (i, key) in kwnames.iter().enumerate() {
            let value = args[npos + i];
            let key_str = key.downcast::<Str>().expect("keyword names are strings");
            let mut slot = 0;
            let mut found = None;
            for p in sig.params {
                match p.kind {
                    ParamKind::VarArgs | ParamKind::VarKwargs => continue,
                    ParamKind::PositionalOnly => {}
                    _ => {
                        if key_str.eq_str(p.name) {
                            found = Some(slot);
                            break;
                        }
                    }
                }
                slot += 1;
            }
            match found {
                // A missing argument is reported rather than these.
                Some(s) if !out[s].is_empty() => {
                    refused.get_or_insert_with(|| {
                        format!("argument for {name}() given by name ('{key_str}') and position ({})", s + 1)
                    });
                }
                Some(s) => out[s] = value,
                None if var_kwargs => {
                    let d = match kwargs {
                        Some(d) => d,
                        None => *kwargs.insert(Dict::new(t)?),
                    };
                    d.set(t, key, value)?;
                }
                None => {
                    refused.get_or_insert_with(|| unexpected_keyword(sig, key_str));
                }
            }
        }
    }
    let mut slot = 0;
    for p in sig.params {
        if matches!(p.kind, ParamKind::VarArgs | ParamKind::VarKwargs) {
            continue;
        }
        if out[slot].is_empty() && !p.optional {
            return Err(missing_argument(t, sig, npos, slot));
        }
        slot += 1;
    }
    // What is missing is told first.
    if let Some(text) = refused {
        return Err(t.type_error(text));
    }
    Ok(Bound { varargs_start: n, varargs_end: npos.max(n), kwargs })
}

#[cold]
fn unexpected_keyword(sig: &'static Signature, key: Ref<Str>) -> String {
    let by_name = |p: &&Param| matches!(p.kind, ParamKind::PositionalOrKeyword | ParamKind::KeywordOnly);
    let known: Vec<String> = sig.params.iter().filter(by_name).map(|p| p.name.to_owned()).collect();
    let text = format!("{}() got an unexpected keyword argument '{key}'", sig.called());
    match crate::suggestions::closest(&known, &key.to_string_lossy()) {
        Some(s) => format!("{text}. Did you mean '{s}'?"),
        None => text,
    }
}

fn is_slot_name(name: &str) -> bool {
    name.starts_with("__") && name.ends_with("__")
}

fn plural(n: usize) -> &'static str {
    if n == 1 { "" } else { "s" }
}

/// More arguments, keywords among them, than there are parameters.
#[cold]
fn too_many(t: &Thread, sig: &'static Signature, npos: usize, nkw: usize) -> Exc {
    let (name, max) = (sig.called(), sig.params.len());
    let kind = if npos == 0 { "keyword " } else { "" };
    t.type_error(format!("{name}() takes at most {max} {kind}argument{} ({} given)", plural(max), npos + nkw))
}

/// What the few functions say about wrong counts that CPython unpacks by hand.
fn count_by_hand(sig: &'static Signature, given: usize) -> Option<String> {
    Some(match (sig.called().as_str(), sig.kind) {
        ("sorted", NativeKind::Function) => format!("sorted expected 1 argument, got {given}"),
        ("int", NativeKind::New) if given > 2 => format!("int expected at most 2 arguments, got {given}"),
        ("map", NativeKind::New) => "map() must have at least two arguments.".to_owned(),
        ("str", NativeKind::New) if given > 3 => format!("str expected at most 3 arguments, got {given}"),
        ("methodcaller", NativeKind::New) => "methodcaller needs at least one argument, the method name".to_owned(),
        ("enumerate", NativeKind::New) if given == 0 => "enumerate() missing required argument 'iterable'".to_owned(),
        _ => return None,
    })
}

#[cold]
fn too_many_positional(t: &Thread, sig: &'static Signature, given: usize) -> Exc {
    if let Some(text) = count_by_hand(sig, given) {
        return t.type_error(text);
    }
    let name = sig.called();
    let all_positional_only = sig.params.iter().all(|p| p.kind == ParamKind::PositionalOnly);
    let (min, max) = (sig.min_positional, sig.max_positional);
    if all_positional_only {
        if max == 0 {
            t.type_error(format!("{}() takes no arguments ({given} given)", sig.called_in_full()))
        } else if min == max && max == 1 && sig.kind != NativeKind::New {
            t.type_error(format!("{}() takes exactly one argument ({given} given)", sig.called_in_full()))
        } else if min == max {
            t.type_error(format!("{name} expected {max} argument{}, got {given}", plural(max)))
        } else {
            t.type_error(format!("{name} expected at most {max} argument{}, got {given}", plural(max)))
        }
    } else {
        let all = sig.params.len();
        if given > all {
            return too_many(t, sig, given, 0);
        }
        if max == 0 {
            return t.type_error(format!("{name}() takes no positional arguments"));
        }
        let bound = if min == max { "exactly" } else { "at most" };
        t.type_error(format!("{name}() takes {bound} {max} positional argument{} ({given} given)", plural(max)))
    }
}

#[cold]
fn missing_argument(t: &Thread, sig: &'static Signature, given: usize, slot: usize) -> Exc {
    if let Some(text) = count_by_hand(sig, given) {
        return t.type_error(text);
    }
    let name = sig.called();
    let all_positional_only = sig.params.iter().all(|p| p.kind == ParamKind::PositionalOnly);
    let (min, max) = (sig.min_positional, sig.max_positional);
    if all_positional_only {
        if min == max && min == 1 && sig.kind != NativeKind::New {
            t.type_error(format!("{}() takes exactly one argument ({given} given)", sig.called_in_full()))
        } else if min == max {
            t.type_error(format!("{name} expected {min} argument{}, got {given}", plural(min)))
        } else {
            t.type_error(format!("{name} expected at least {min} argument{}, got {given}", plural(min)))
        }
    } else {
        let p = sig.params.iter().filter(|p| !matches!(p.kind, ParamKind::VarArgs | ParamKind::VarKwargs)).nth(slot);
        let pname = p.map_or("", |p| p.name);
        match p.map(|p| p.kind) {
            Some(ParamKind::PositionalOnly) => {
                let bound = if min < max { "at least" } else { "exactly" };
                t.type_error(format!("{name}() takes {bound} {min} positional argument{} ({given} given)", plural(min)))
            }
            _ => t.type_error(format!("{name}() missing required argument '{pname}' (pos {})", slot + 1)),
        }
    }
}
