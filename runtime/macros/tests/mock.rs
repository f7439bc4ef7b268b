//! The macros against a small stand-in for the runtime: this crate calls itself `taipan_vm`, so the expansion finds the
//! `native` module below. Values are plain numbers; errors are their text.

extern crate self as taipan_vm;

use std::cell::RefCell;

use native::*;
use taipan_macros::{HeapType, pyclass, pymodule};

#[allow(clippy::type_complexity)]
pub mod native {
    use std::marker::PhantomData;

    #[derive(Clone, Copy, PartialEq, Debug)]
    pub struct Value(pub i64);
    impl Value {
        pub const EMPTY: Value = Value(i64::MIN);
    }
    #[derive(Default)]
    pub struct Thread {
        pub calls_of_bind: std::cell::Cell<usize>,
    }
    pub struct Class;
    pub struct Module;
    pub struct Tuple(pub Vec<&'static str>);
    pub struct Dict(pub Vec<(&'static str, Value)>);
    /// A tagged number for cells; a leaked box for tuples and dicts.
    pub struct Ref<T: 'static>(pub i64, pub Option<&'static T>, pub PhantomData<T>);
    impl<T> Clone for Ref<T> {
        fn clone(&self) -> Self {
            *self
        }
    }
    impl<T> Copy for Ref<T> {}
    impl<T> Ref<T> {
        pub fn leak(value: T) -> Ref<T> {
            Ref(0, Some(Box::leak(Box::new(value))), PhantomData)
        }
    }
    pub type Exc = String;
    pub type Result<T> = std::result::Result<T, Exc>;

    pub type NativeFn = fn(t: &Thread, args: &[Value], kwnames: Option<Ref<Tuple>>) -> Result<Value>;
    #[derive(Clone, Copy, PartialEq, Debug)]
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
        pub qualname: &'static str,
        pub owner: Option<fn() -> &'static ClassCell>,
        pub kind: NativeKind,
        pub params: &'static [Param],
        pub text: Option<&'static str>,
        pub min_positional: usize,
        pub max_positional: usize,
        pub has_keywords: bool,
    }
    #[derive(Clone, Copy, PartialEq, Debug)]
    pub enum NativeKind {
        Function,
        Method,
        ClassMethod,
        StaticMethod,
        New,
        Slot,
    }
    pub struct NativeDef {
        pub name: &'static str,
        pub kind: NativeKind,
        pub signature: &'static Signature,
        pub doc: Option<&'static str>,
        pub call: NativeFn,
        pub next: Option<fn(&Thread, Value) -> Result<Option<Value>>>,
        pub unary: Option<fn(&Thread, Value) -> Result<Value>>,
        pub binary: Option<fn(&Thread, Value, Value) -> Result<Value>>,
    }
    pub struct GetSetDef {
        pub name: &'static str,
        pub doc: Option<&'static str>,
        pub get: Option<fn(&Thread, Value) -> Result<Value>>,
        pub set: Option<fn(&Thread, Value, Option<Value>) -> Result<()>>,
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
        pub init: Option<fn(&Thread, Ref<Class>) -> Result<()>>,
        pub item: Option<fn(&Thread, Value, i64) -> Result<Value>>,
        pub set_item: Option<fn(&Thread, Value, i64, Value) -> Result<bool>>,
        pub next: Option<fn(&Thread, Value) -> Result<Value>>,
        pub elements: Option<Elements>,
    }
    #[derive(Clone, Copy)]
    pub struct Elements {
        pub bytes: usize,
        pub code: usize,
    }
    pub struct ModuleDef {
        pub name: &'static str,
        pub doc: Option<&'static str>,
        pub functions: &'static [NativeDef],
        pub classes: &'static [fn() -> &'static ClassDef],
        pub init: Option<fn(&Thread, Ref<Module>) -> Result<()>>,
    }
    pub trait PyClass: HeapType {
        fn class_def() -> &'static ClassDef;
        fn class_cell() -> &'static ClassCell;
    }
    pub trait NativeModule {
        fn module_def() -> &'static ModuleDef;
    }
    /// Not zero-sized, so that each has an address of its own.
    pub struct ClassCell(#[allow(dead_code)] std::sync::atomic::AtomicUsize);
    impl ClassCell {
        #[allow(clippy::new_without_default)]
        pub const fn new() -> Self {
            ClassCell(std::sync::atomic::AtomicUsize::new(0))
        }
    }
    pub mod class_flags {
        pub const BASE: u32 = 1;
        pub const SEQUENCE: u32 = 2;
    }
    pub struct ArgContext {
        pub signature: &'static Signature,
        pub index: usize,
    }
    pub struct Kwargs(pub Option<Ref<Dict>>);
    pub struct Bound {
        pub varargs_start: usize,
        pub varargs_end: usize,
        pub kwargs: Option<Ref<Dict>>,
    }

    pub trait FromArg: Sized {
        fn from_arg(t: &Thread, v: Value, cx: ArgContext) -> Result<Self>;
    }
    impl FromArg for Value {
        fn from_arg(_: &Thread, v: Value, _: ArgContext) -> Result<Self> {
            Ok(v)
        }
    }
    impl FromArg for Option<Value> {
        fn from_arg(_: &Thread, v: Value, _: ArgContext) -> Result<Self> {
            Ok((v != Value::EMPTY).then_some(v))
        }
    }
    impl FromArg for u8 {
        fn from_arg(_: &Thread, v: Value, cx: ArgContext) -> Result<Self> {
            let name = cx.signature.params[cx.index].name;
            v.0.try_into().map_err(|_| format!("{}() argument '{name}' out of range", cx.signature.name))
        }
    }
    pub trait IntoReturn {
        fn into_return(self, t: &Thread) -> Result<Value>;
    }
    impl IntoReturn for () {
        fn into_return(self, _: &Thread) -> Result<Value> {
            Ok(Value(0))
        }
    }
    impl IntoReturn for i64 {
        fn into_return(self, _: &Thread) -> Result<Value> {
            Ok(Value(self))
        }
    }
    impl IntoReturn for Value {
        fn into_return(self, _: &Thread) -> Result<Value> {
            Ok(self)
        }
    }
    impl<T: IntoReturn> IntoReturn for Result<T> {
        fn into_return(self, t: &Thread) -> Result<Value> {
            self?.into_return(t)
        }
    }

    pub trait FromSelf: Sized {
        fn from_self(v: Value) -> Option<Self>;
    }
    impl FromSelf for Value {
        fn from_self(v: Value) -> Option<Self> {
            Some(v)
        }
    }
    /// Negative numbers are of a wrong type.
    impl<T> FromSelf for Ref<T> {
        fn from_self(v: Value) -> Option<Self> {
            (v.0 >= 0).then_some(Ref(v.0, None, PhantomData))
        }
    }
    pub fn check_self<S: FromSelf>(_: &Thread, args: &[Value], sig: &'static Signature) -> Result<S> {
        let Some(&this) = args.first() else {
            return Err(format!("unbound method {}() needs an argument", sig.qualname));
        };
        S::from_self(this).ok_or_else(|| format!("descriptor '{}' {:?} does not apply", sig.name, sig.kind))
    }
    pub fn bind(
        t: &Thread,
        sig: &'static Signature,
        args: &[Value],
        kwnames: Option<Ref<Tuple>>,
        out: &mut [Value],
    ) -> Result<Bound> {
        t.calls_of_bind.set(t.calls_of_bind.get() + 1);
        let names: &[&'static str] = kwnames.and_then(|names| names.1).map_or(&[], |names| &names.0);
        if !names.is_empty() && !sig.has_keywords {
            return Err(format!("{}() takes no keyword arguments", sig.qualname));
        }
        let given = args.len() - names.len();
        if given < sig.min_positional && names.is_empty() || given > sig.max_positional {
            return Err(format!("{} got {given} arguments", sig.name));
        }
        let named: Vec<&Param> =
            sig.params.iter().filter(|p| !matches!(p.kind, ParamKind::VarArgs | ParamKind::VarKwargs)).collect();
        let positional = named.iter().filter(|p| p.kind != ParamKind::KeywordOnly).count();
        let filled = given.min(positional);
        out[..filled].copy_from_slice(&args[..filled]);
        let mut extra = Vec::new();
        for (name, value) in names.iter().zip(&args[given..]) {
            match named.iter().position(|p| p.name == *name) {
                Some(at) => out[at] = *value,
                None => extra.push((*name, *value)),
            }
        }
        Ok(Bound { varargs_start: filled, varargs_end: given, kwargs: Some(Ref::leak(Dict(extra))) })
    }
    pub fn slot_arity_error(_: &Thread, sig: &'static Signature, got: usize) -> Exc {
        format!("expected {} arguments, got {got}", sig.min_positional)
    }
    pub fn next_result(_: &Thread, result: Result<Option<Value>>) -> Result<Value> {
        result?.ok_or("StopIteration".to_owned())
    }

    #[repr(C)]
    pub struct Header(pub u64);
    pub struct Visitor<'a>(pub &'a mut dyn FnMut(i64));
    pub trait Scan {
        fn scan(&self, v: &mut Visitor);
    }
    impl Scan for Value {
        fn scan(&self, v: &mut Visitor) {
            (v.0)(self.0)
        }
    }
    /// # Safety
    /// As in the heap.
    pub unsafe trait HeapType: Sized {
        const LAYOUT: &'static Layout;
        fn layout() -> &'static Layout {
            Self::LAYOUT
        }
    }
    pub struct Layout {
        pub name: &'static str,
        pub size: usize,
        pub scan: unsafe fn(*const Header, &mut Visitor),
        pub cell_size: Option<unsafe fn(*const Header) -> usize>,
        pub base: Option<&'static Layout>,
        pub drop: Option<unsafe fn(*mut Header)>,
    }

    #[derive(taipan_macros::HeapType)]
    #[repr(C)]
    pub struct Object {
        header: Header,
    }
    #[taipan_macros::pyclass(name = "object", base = none)]
    impl Object {}
}

#[derive(HeapType)]
#[repr(C)]
struct List {
    header: Header,
    first: Value,
    #[noscan]
    len: usize,
    second: Value,
}

thread_local!(static SAID: RefCell<Vec<String>> = const { RefCell::new(Vec::new()) });
fn say(text: String) {
    SAID.with_borrow_mut(|said| said.push(text));
}

/// Built-in mutable sequence.
///
/// If no argument is given:
///     it is empty.
#[pyclass(name = "list", flags(BASE, SEQUENCE), init = start)]
impl List {
    /// Append object to the end.
    #[py("($self, object, /)")]
    fn append(_t: &Thread, this: Ref<Self>, object: Value) -> Result<()> {
        say(format!("{} append {}", this.0, object.0));
        Ok(())
    }

    #[py("($self, index=-1, /)")]
    fn pop(_t: &Thread, _this: Ref<List>, index: Option<Value>) -> i64 {
        index.map_or(-1, |index| index.0)
    }

    #[py(name = "sort", "(*, key=None, reverse=False)")]
    fn sort_in_place(_t: &Thread, _this: Ref<List>, key: Option<Value>, reverse: Option<Value>) -> Result<i64> {
        Ok(key.map_or(1, |v| v.0) * 100 + reverse.map_or(2, |v| v.0))
    }

    #[py(nosig, "(n, /, *rest, sep, **kw)")]
    fn r#match(_t: &Thread, _this: Value, n: u8, rest: &[Value], sep: Value, kw: Kwargs) -> Result<i64> {
        let kw = kw.0.and_then(|dict| dict.1).map_or(0, |dict| dict.0.iter().map(|(_, v)| v.0).sum());
        Ok(i64::from(n) + 10 * rest.iter().map(|v| v.0).sum::<i64>() + 100 * sep.0 + 1000 * kw)
    }

    #[py(classmethod, "(iterable, value=None, /)")]
    fn fromkeys(_t: &Thread, cls: Ref<Class>, iterable: Value, value: Option<Value>) -> Result<i64> {
        Ok(cls.0 + iterable.0 + value.map_or(0, |v| v.0))
    }

    #[py(staticmethod, "(*args)")]
    fn lambda_(_t: &Thread, args: &[Value]) -> Result<i64> {
        Ok(args.iter().map(|v| v.0).sum())
    }

    #[py]
    fn __new__(_t: &Thread, cls: Ref<Class>, args: &[Value], _kwargs: Kwargs) -> Result<i64> {
        Ok(cls.0 * 10 + args.len() as i64)
    }

    #[py]
    fn __len__(_t: &Thread, this: Ref<List>) -> Result<i64> {
        Ok(this.0)
    }

    #[py]
    fn __pow__(_t: &Thread, this: Ref<List>, value: Value, modulo: Option<Value>) -> Result<i64> {
        Ok(this.0 + value.0 + modulo.map_or(0, |v| v.0))
    }

    #[py]
    fn __next__(_t: &Thread, this: Ref<List>) -> Result<Option<Value>> {
        Ok((this.0 > 0).then_some(Value(this.0 - 1)))
    }

    #[py("($self, /)")]
    fn __reversed__(_t: &Thread, this: Ref<List>) -> Result<i64> {
        Ok(-this.0)
    }

    #[cfg(not(any()))]
    #[py("($self, /)")]
    fn here(_t: &Thread, this: Ref<List>) -> Result<i64> {
        Ok(this.0)
    }

    #[cfg(any())]
    #[py("($self, /)")]
    fn not_here(_t: &Thread, this: Ref<List>) -> Nowhere {}

    /// How many.
    #[py(getter)]
    fn size(_t: &Thread, this: Ref<List>) -> Result<i64> {
        Ok(this.0)
    }

    #[py(setter)]
    fn set_size(_t: &Thread, this: Ref<List>, value: Option<Value>) -> Result<()> {
        say(format!("{} size {value:?}", this.0));
        Ok(())
    }

    fn untouched(&self) -> usize {
        self.len
    }
}

fn start(_t: &Thread, _class: Ref<Class>) -> Result<()> {
    Ok(())
}

#[derive(HeapType)]
#[repr(C)]
#[heap(base = List, drop)]
struct Sub {
    list: List,
    third: Value,
    #[noscan(drop)]
    data: std::rc::Rc<()>,
}
#[pyclass(name = "sub", module = "mod", base = List, qualname = "Outer.sub")]
impl Sub {}

struct Math;
/// Functions of numbers.
#[pymodule(name = "math", classes(List, Sub))]
impl Math {
    #[py("(x, /)")]
    fn half(_t: &Thread, x: u8) -> Result<i64> {
        Ok(i64::from(x) / 2)
    }
    #[py("()")]
    fn zero(_t: &Thread) -> i64 {
        0
    }
    #[py("(x, y)")]
    fn minus(_t: &Thread, x: Value, y: Value) -> i64 {
        x.0 - y.0
    }
}

fn find(defs: &'static [NativeDef], name: &str) -> &'static NativeDef {
    defs.iter().find(|def| def.name == name).unwrap_or_else(|| panic!("no {name}"))
}

fn method(name: &str) -> &'static NativeDef {
    find(List::class_def().methods, name)
}

/// Calls with positional and keyword values; also says whether binding was needed.
fn call(def: &NativeDef, args: &[i64], keywords: &[(&'static str, i64)]) -> (std::result::Result<i64, String>, bool) {
    let t = Thread::default();
    let values: Vec<Value> = args.iter().copied().chain(keywords.iter().map(|(_, v)| *v)).map(Value).collect();
    let names = (!keywords.is_empty()).then(|| Ref::leak(Tuple(keywords.iter().map(|(name, _)| *name).collect())));
    let result = (def.call)(&t, &values, names).map(|value| value.0);
    (result, t.calls_of_bind.get() > 0)
}

#[test]
fn methods_take_arguments() {
    assert_eq!(call(method("append"), &[1, 7], &[]), (Ok(0), false));
    assert_eq!(SAID.take(), ["1 append 7"]);
    assert_eq!(call(method("append"), &[1], &[]), (Err("append got 0 arguments".into()), true));
    let refused = Err("list.append() takes no keyword arguments".into());
    assert_eq!(call(method("append"), &[1], &[("object", 2)]), (refused, true));
    assert_eq!(call(method("append"), &[], &[]).0, Err("unbound method list.append() needs an argument".into()));
    assert_eq!(call(method("append"), &[-1, 2], &[]).0, Err("descriptor 'append' Method does not apply".into()));
    assert_eq!(call(method("pop"), &[1], &[]), (Ok(-1), false));
    assert_eq!(call(method("pop"), &[1, 5], &[]), (Ok(5), false));
    assert_eq!(call(method("sort"), &[1], &[]), (Ok(102), false));
    assert_eq!(call(method("sort"), &[1], &[("reverse", 9)]), (Ok(109), true));
    assert_eq!(call(method("match"), &[0, 3, 1, 1], &[("sep", 4), ("z", 5)]), (Ok(5423), true));
    assert_eq!(call(method("match"), &[0, 300], &[("sep", 4)]).0, Err("match() argument 'n' out of range".into()));
    assert_eq!(call(method("fromkeys"), &[100, 20], &[]), (Ok(120), false));
    assert_eq!(call(method("lambda"), &[1, 2, 3], &[]), (Ok(6), false));
    assert_eq!(call(method("__new__"), &[1, 2, 3], &[]), (Ok(12), false));
    assert_eq!(call(method("here"), &[4], &[]), (Ok(4), false));
}

#[test]
fn slots_have_their_own_signature() {
    assert_eq!(method("__len__").kind, NativeKind::Slot);
    assert_eq!(method("__reversed__").kind, NativeKind::Method);
    assert_eq!(call(method("__len__"), &[3], &[]), (Ok(3), false));
    assert_eq!(call(method("__len__"), &[3, 1], &[]), (Err("expected 0 arguments, got 1".into()), false));
    assert!(call(method("__len__"), &[3], &[("a", 1)]).1);
    assert_eq!(call(method("__pow__"), &[3, 1], &[]), (Ok(4), false));
    assert_eq!(call(method("__pow__"), &[3, 1, 2], &[]), (Ok(6), false));
    assert_eq!(call(method("__next__"), &[3], &[]), (Ok(2), false));
    assert_eq!(call(method("__next__"), &[0], &[]).0, Err("StopIteration".into()));
}

#[test]
fn direct_entries() {
    let t = Thread::default();
    assert_eq!((method("__len__").unary.unwrap())(&t, Value(3)), Ok(Value(3)));
    assert!((method("__len__").unary.unwrap())(&t, Value(-3)).is_err());
    assert_eq!((method("__pow__").binary.unwrap())(&t, Value(3), Value(4)), Ok(Value(7)));
    assert_eq!((method("__next__").next.unwrap())(&t, Value(0)), Ok(None));
    assert_eq!((method("pop").unary.unwrap())(&t, Value(0)), Ok(Value(-1)));
    assert!(method("pop").binary.is_some() && method("append").unary.is_none() && method("append").binary.is_some());
    assert!(method("match").unary.is_none() && method("fromkeys").binary.is_none());
    let functions = Math::module_def().functions;
    assert_eq!((find(functions, "half").unary.unwrap())(&t, Value(9)), Ok(Value(4)));
    assert_eq!((find(functions, "minus").binary.unwrap())(&t, Value(9), Value(4)), Ok(Value(5)));
    assert_eq!(call(find(functions, "minus"), &[9], &[("y", 4)]), (Ok(5), true));
    assert_eq!(call(find(functions, "zero"), &[], &[]), (Ok(0), false));
}

#[test]
fn definitions() {
    let list = List::class_def();
    assert_eq!((list.name, list.module, list.qualname, list.flags), ("list", "builtins", "list", 3));
    assert_eq!(list.doc, Some("Built-in mutable sequence.\n\nIf no argument is given:\n    it is empty."));
    assert!(std::ptr::eq(list.base.unwrap()(), Object::class_cell()) && std::ptr::eq(list.cell, List::class_cell()));
    assert!(std::ptr::eq((list.layout)(), List::layout()));
    assert!(std::ptr::eq(method("pop").signature.owner.unwrap()(), List::class_cell()));
    assert!(list.init.is_some() && Object::class_def().base.is_none());
    let sub = Sub::class_def();
    assert_eq!((sub.module, sub.qualname), ("mod", "Outer.sub"));
    assert!(std::ptr::eq(sub.base.unwrap()(), List::class_cell()));
    assert!(!list.methods.iter().any(|def| def.name == "not_here"));
    assert_eq!(method("append").doc, Some("Append object to the end."));

    let text = |name| method(name).signature.text;
    assert_eq!(text("append"), Some("($self, object, /)"));
    assert_eq!(text("sort"), Some("($self, /, *, key=None, reverse=False)"));
    assert_eq!(text("match"), None);
    assert_eq!(text("fromkeys"), Some("($type, iterable, value=None, /)"));
    assert_eq!(text("lambda"), Some("(*args)"));
    assert_eq!(text("__new__"), None);
    assert_eq!(text("__pow__"), Some("($self, value, mod=None, /)"));
    let bounds = |name| (method(name).signature.min_positional, method(name).signature.max_positional);
    assert_eq!((bounds("pop"), bounds("match"), bounds("sort")), ((0, 1), (1, usize::MAX), (0, 0)));

    let math = Math::module_def();
    assert_eq!((math.name, math.doc, math.classes.len()), ("math", Some("Functions of numbers."), 2));
    assert_eq!(find(math.functions, "half").signature.text, Some("($module, x, /)"));
    assert_eq!(find(math.functions, "zero").signature.text, Some("($module, /)"));
    assert_eq!(find(math.functions, "half").signature.qualname, "math.half");
}

#[test]
fn attributes() {
    let t = Thread::default();
    let [size] = List::class_def().getset else { panic!() };
    assert_eq!((size.name, size.doc), ("size", Some("How many.")));
    assert_eq!((size.get.unwrap())(&t, Value(6)), Ok(Value(6)));
    (size.set.unwrap())(&t, Value(6), None).unwrap();
    assert_eq!(SAID.take(), ["6 size None"]);
}

#[test]
fn layouts_scan_and_drop() {
    let list = || List { header: Header(0), first: Value(1), len: 5, second: Value(2) };
    assert_eq!(list().untouched(), 5);
    let data = std::rc::Rc::new(());
    let mut sub = std::mem::ManuallyDrop::new(Sub { list: list(), third: Value(3), data: data.clone() });
    let layout = Sub::layout();
    assert_eq!((layout.name, layout.size), ("Sub", size_of::<Sub>()));
    assert!(std::ptr::eq(layout.base.unwrap(), List::layout()) && List::layout().drop.is_none());
    let mut seen = Vec::new();
    let cell: *mut Header = (&raw mut *sub).cast();
    // SAFETY: `cell` is a `Sub` that is dropped by this alone.
    unsafe {
        (layout.scan)(cell, &mut Visitor(&mut |word| seen.push(word)));
        (layout.drop.unwrap())(cell);
    }
    assert_eq!(seen, [1, 2, 3]);
    assert_eq!(std::rc::Rc::strong_count(&data), 1);
}
