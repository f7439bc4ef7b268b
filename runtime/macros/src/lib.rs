//! The one form in which built-in classes, methods and modules are declared.
//!
//! A built-in is written once, as a Rust function with its Python signature; argument binding, `__text_signature__`,
//! `__doc__`, error messages and direct entry points follow from it.
//!
//! ```text
//! #[derive(HeapType)]
//! #[repr(C)]
//! pub struct List { header: Header, items: Slot<Items>, #[noscan] len: AtomicUsize }
//!
//! /// Built-in mutable sequence.
//! #[pyclass(name = "list", flags(BASE, SEQUENCE))]
//! impl List {
//!     /// Append object to the end of the list.
//!     #[py("($self, object, /)")]
//!     fn append(t: &Thread, this: Ref<List>, object: Value) -> Result<()> { … }
//!
//!     #[py]
//!     fn __len__(_t: &Thread, this: Ref<List>) -> Result<usize> { … }
//!
//!     #[py(classmethod, "($type, iterable, value=None, /)")]
//!     fn from_keys(t: &Thread, cls: Ref<Class>, iterable: Value, value: Option<Value>) -> Result<Value> { … }
//! }
//!
//! #[pymodule(name = "math", classes(Foo), init = add_constants)]
//! impl MathModule {
//!     #[py("(x, /)")]
//!     fn sqrt(t: &Thread, x: f64) -> Result<f64> { … }
//! }
//! ```
//!
//! # What may be written
//!
//! `#[py(…)]` takes, in any order: the signature as a string, `name = "…"`, `nosig` (no `__text_signature__`), and one of
//! `classmethod`, `staticmethod`, `getter`, `member` (a getter that CPython declares as a plain field of the object, so that it
//! shows as a `member_descriptor`), `setter`, `method` (an ordinary method although a slot has the name, as
//! `dict.__contains__` is).
//! - The Python name is the Rust one, without `r#`, one trailing `_` and a setter's `set_`.
//! - The first Rust parameter is `t: &Thread`, the second the receiver (`Ref<X>`, or `Value` where the class has
//!   immediate values) unless it is a module's function or a static method. The rest correspond in order to the
//!   signature's parameters: `*args` is `&[Value]`, `**kwargs` is `Kwargs`, all others convert by `FromArg`, which is
//!   given `Value::EMPTY` for a missing optional argument.
//! - A method that fills a slot (`__len__`, `__add__`, …) has the slot's signature and needs none; `__init__` and `__call__`
//!   take `(*args, **kwargs)` unless given one. `__new__` takes the class as receiver. `__next__` returns
//!   `Result<Option<Value>>`, and `None` is the end. Other dunders are ordinary methods; `__class_getitem__`,
//!   `__init_subclass__` and `__subclasshook__` are class methods by themselves.
//! - A setter is `fn(t, this, value: Option<Value>) -> Result<()>`; `None` deletes.
//! - Doc comments become `__doc__`, whole and dedented. Remarks for us are `//` comments.
//! - `#[cfg]` on a function holds for what is made from it.
//!
//! `#[pyclass]` takes `name` (required), `module` (default `"builtins"`), `qualname` (default `name`), `base` (default
//! `native::Object`; `none` for `object` itself), `flags(…)` of `native::class_flags`, `init`, and for subscripts with small
//! integers that need no call of `__getitem__` and `__setitem__`: `item = fn(&Thread, Ref<X>, i64) -> Result<Value>` (the empty
//! mark: ask `__getitem__`) and `set_item = fn(&Thread, Ref<X>, i64, Value) -> Result<bool>` (false: ask `__setitem__`);
//! `elements = CONST` of `native::Elements` says where they find numbers.
//!
//! `#[derive(HeapType)]` scans each field but the header. `#[noscan]` leaves a field out, `#[noscan(drop)]` also drops
//! it when the cell dies, `#[scan(drop)]` scans and drops. `#[heap(base = List)]`: the first field is the base's struct;
//! `#[heap(drop)]`: the layout has a drop function even if only the base needs it. Cells of variable size give
//! `#[heap(size = cell_size, scan = scan_items)]`: `unsafe fn(*const Header) -> usize`, and `unsafe fn(*const Header,
//! &mut Visitor)` for the references that the fields do not show. `#[heap(crate = path)]` names where the heap's types
//! are found (default `::taipan_vm::native`).
//!
//! # What the expansion relies on: `::taipan_vm::native`
//!
//! The crate `taipan-vm` says `extern crate self as taipan_vm;`, so the path holds there too.
//!
//! ```text
//! pub use taipan_heap::{HeapType, Layout, Header, Visitor, Scan};
//! // Thread, Value (Copy, Value::EMPTY), Ref<T> (Copy), Result<T> = Result<T, Exc>, Class, Tuple, Dict, Module, Object
//!
//! /// `args`: positional values, then those of the keywords that `kwnames` names. A receiver or class is `args[0]`.
//! pub type NativeFn = fn(t: &Thread, args: &[Value], kwnames: Option<Ref<Tuple>>) -> Result<Value>;
//! pub enum ParamKind { PositionalOnly, PositionalOrKeyword, VarArgs, KeywordOnly, VarKwargs }
//! pub struct Param { pub name: &'static str, pub kind: ParamKind, pub optional: bool }
//! pub struct Signature {
//!     pub name: &'static str,
//!     pub qualname: &'static str,     // "list.append", "math.sqrt", "len": for messages
//!     pub owner: Option<fn() -> &'static ClassCell>, // the class it is declared in; None in a module
//!     pub kind: NativeKind,           // getters and setters: Method
//!     pub params: &'static [Param],   // without the receiver
//!     pub text: Option<&'static str>, // __text_signature__; for New, the class's
//!     pub min_positional: usize,
//!     pub max_positional: usize,      // usize::MAX with *args
//!     pub has_keywords: bool,
//! }
//! pub enum NativeKind { Function, Method, ClassMethod, StaticMethod, New, Slot }
//! pub struct NativeDef {
//!     pub name: &'static str, pub kind: NativeKind, pub signature: &'static Signature, pub doc: Option<&'static str>,
//!     pub call: NativeFn,
//!     /// `__next__`: `None` is the end.
//!     pub next: Option<fn(&Thread, Value) -> Result<Option<Value>>>,
//!     /// `call(t, &[a], None)`, where one value (receiver included) fills all required parameters.
//!     pub unary: Option<fn(&Thread, Value) -> Result<Value>>,
//!     /// `call(t, &[a, b], None)`, likewise.
//!     pub binary: Option<fn(&Thread, Value, Value) -> Result<Value>>,
//! }
//! pub struct GetSetDef {
//!     pub name: &'static str, pub doc: Option<&'static str>,
//!     pub get: Option<fn(&Thread, Value) -> Result<Value>>,
//!     pub set: Option<fn(&Thread, Value, Option<Value>) -> Result<()>>,
//!     pub member: bool,
//! }
//! pub struct ClassDef {
//!     pub name: &'static str, pub module: &'static str, pub qualname: &'static str, pub doc: Option<&'static str>,
//!     pub base: Option<fn() -> &'static ClassCell>, pub cell: &'static ClassCell, pub layout: fn() -> &'static Layout,
//!     pub flags: u32, pub methods: &'static [NativeDef], pub getset: &'static [GetSetDef],
//!     pub init: Option<fn(&Thread, Ref<Class>) -> Result<()>>,
//!     pub item: Option<fn(&Thread, Value, i64) -> Result<Value>>,
//!     pub set_item: Option<fn(&Thread, Value, i64, Value) -> Result<bool>>,
//!     pub next: Option<fn(&Thread, Value) -> Result<Value>>,
//!     pub elements: Option<Elements>,
//! }
//! pub struct ModuleDef {
//!     pub name: &'static str, pub doc: Option<&'static str>, pub functions: &'static [NativeDef],
//!     pub classes: &'static [fn() -> &'static ClassDef], pub init: Option<fn(&Thread, Ref<Module>) -> Result<()>>,
//! }
//! pub trait PyClass: HeapType { fn class_def() -> &'static ClassDef; fn class_cell() -> &'static ClassCell; }
//! pub trait NativeModule { fn module_def() -> &'static ModuleDef; }
//! impl ClassCell { pub const fn new() -> Self; }
//! pub mod class_flags { pub const BASE: u32; … }
//!
//! pub struct ArgContext { pub signature: &'static Signature, pub index: usize /* in signature.params */ }
//! pub trait FromArg: Sized { fn from_arg(t: &Thread, v: Value /* EMPTY: missing */, cx: ArgContext) -> Result<Self>; }
//! pub trait IntoReturn { fn into_return(self, t: &Thread) -> Result<Value>; } // Result<T: IntoValue> and plain values
//! pub struct Kwargs(pub Option<Ref<Dict>>);
//!
//! /// `args[0]` as the receiver. A `Value` receiver is checked against `sig.owner`; `sig.kind` tells the wording (and
//! /// that `args[0]` is a class, for ClassMethod and New).
//! pub fn check_self<S: FromSelf>(t: &Thread, args: &[Value], sig: &'static Signature) -> Result<S>;
//! /// `args`: after the receiver, keyword values included. `out`: one per named parameter, in order.
//! pub fn bind(t: &Thread, sig: &'static Signature, args: &[Value], kwnames: Option<Ref<Tuple>>, out: &mut [Value])
//!     -> Result<Bound>;
//! pub struct Bound { pub varargs_start: usize, pub varargs_end: usize /* both in args */, pub kwargs: Option<Ref<Dict>> }
//! /// "expected 1 argument, got 0", for a slot with its own signature called without keywords.
//! pub fn slot_arity_error(t: &Thread, sig: &'static Signature, got: usize) -> Exc;
//! /// `None` becomes StopIteration.
//! pub fn next_result(t: &Thread, result: Result<Option<Value>>) -> Result<Value>;
//! ```
//!
//! `bind` is called for keywords and for wrong counts only, so it is where such errors are raised; for a `Slot` with its
//! own signature it sees keywords only, and refuses them ("wrapper __add__() takes no keyword arguments").

mod class;
mod heap_type;
mod method;
mod signature;
mod slots;

use proc_macro::TokenStream;
use proc_macro2::Span;
use quote::{ToTokens, quote};
use syn::spanned::Spanned;
use syn::{DeriveInput, ItemImpl, parse_macro_input};

/// The layout of a heap cell, from its struct; see the crate's page.
#[proc_macro_derive(HeapType, attributes(heap, noscan, scan))]
pub fn heap_type(input: TokenStream) -> TokenStream {
    let input = parse_macro_input!(input as DeriveInput);
    heap_type::derive(input).unwrap_or_else(syn::Error::into_compile_error).into()
}

/// A class's methods, from an `impl` block; see the crate's page.
#[proc_macro_attribute]
pub fn pyclass(attr: TokenStream, item: TokenStream) -> TokenStream {
    let attr = parse_macro_input!(attr as class::ClassAttr);
    expand(item, |block| class::pyclass(attr, block))
}

/// A module's functions and classes, from an `impl` block; see the crate's page.
#[proc_macro_attribute]
pub fn pymodule(attr: TokenStream, item: TokenStream) -> TokenStream {
    let attr = parse_macro_input!(attr as class::ModuleAttr);
    expand(item, |block| class::pymodule(attr, block))
}

/// The block itself, less our attributes, and what is made from it. After an error the block is still there, so that
/// one mistake is not reported again at each use.
fn expand(item: TokenStream, make: impl FnOnce(&mut ItemImpl) -> syn::Result<proc_macro2::TokenStream>) -> TokenStream {
    let mut block = parse_macro_input!(item as ItemImpl);
    let made = make(&mut block).unwrap_or_else(syn::Error::into_compile_error);
    quote!(#block #made).into()
}

/// The place of `tokens` for errors, with the names of the expansion.
fn at(tokens: &impl ToTokens) -> Span {
    tokens.span().resolved_at(Span::call_site())
}

fn option(text: Option<&str>) -> proc_macro2::TokenStream {
    match text {
        Some(text) => quote!(Some(#text)),
        None => quote!(None),
    }
}
