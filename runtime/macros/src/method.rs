//! One function marked `#[py…]`: what it is called in Python, how its arguments are taken apart, and the entry points
//! made for it.
//!
//! Three entries exist for the same Rust function. `call` takes any arguments. `unary` and `binary` are exactly
//! `call(t, &[a], None)` and `call(t, &[a, b], None)` without the slice, and exist where one or two values (the receiver or class
//! included) are a fitting count. `next` is `__next__` without the exception at the end.
//!
//! Every entry checks the receiver. Binding (`native::bind`) is left to keywords and to errors: a call by position with
//! a fitting count converts its arguments straight from the caller's slice.

use proc_macro2::{Span, TokenStream};
use quote::{ToTokens, format_ident, quote, quote_spanned};
use syn::ext::IdentExt;
use syn::parse::ParseStream;
use syn::{Attribute, FnArg, Ident, ImplItemFn, LitStr, ReturnType, Token, Type};

use crate::signature::{ParamKind, Signature};
use crate::slots::{is_dunder, is_implicit_classmethod, slot_signature};

#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Function,
    Method,
    ClassMethod,
    StaticMethod,
    New,
    Slot,
    Getter,
    Setter,
}

/// Where the function is declared.
pub struct Owner<'a> {
    /// The Rust type of the impl block.
    pub ty: &'a Type,
    /// The class's or module's Python name.
    pub name: &'a str,
    pub is_module: bool,
}

/// `#[py(…)]`, as written.
#[derive(Default)]
struct PyAttr {
    name: Option<LitStr>,
    signature: Option<LitStr>,
    nosig: bool,
    /// A getter whose descriptor is a `member_descriptor`.
    member: bool,
    kind: Option<(Kind, Span)>,
}

pub struct Method {
    pub kind: Kind,
    pub member: bool,
    pub name: String,
    pub span: Span,
    pub doc: Option<String>,
    pub cfgs: Vec<Attribute>,
    rust: Ident,
    /// The types after `t`: the receiver, if there is one, then one for each parameter.
    receiver: Option<Type>,
    args: Vec<Type>,
    returns: Type,
    signature: Signature,
    /// Whether the signature is the slot's own, and so arity errors are those of a slot wrapper.
    fixed_slot: bool,
    /// `__text_signature__`
    text: Option<String>,
    qualname: String,
}

impl Method {
    /// Takes the `#[py…]` attribute off `function`; `None` when it has none.
    pub fn take(function: &mut ImplItemFn, owner: &Owner) -> syn::Result<Option<Method>> {
        let Some(position) = function.attrs.iter().position(|attr| attr.path().is_ident("py")) else {
            return Ok(None);
        };
        let attr = function.attrs.remove(position);
        if let Some(second) = function.attrs.iter().position(|attr| attr.path().is_ident("py")) {
            let second = function.attrs.remove(second);
            return Err(syn::Error::new_spanned(second, "a function has one `#[py]`"));
        }
        Method::new(&attr, function, owner).map(Some)
    }

    fn new(attr: &Attribute, function: &ImplItemFn, owner: &Owner) -> syn::Result<Method> {
        let py = PyAttr::parse(attr)?;
        let ident = &function.sig.ident;
        let name = py.python_name(ident);
        let kind = py.kind(&name, owner)?;
        check_shape(function)?;

        let mut types = Vec::new();
        for input in &function.sig.inputs {
            match input {
                FnArg::Typed(typed) => types.push((*typed.ty).clone()),
                FnArg::Receiver(receiver) => {
                    let message = "the receiver is `this: Ref<…>` (or `Value`), after `t: &Thread`";
                    return Err(syn::Error::new_spanned(receiver, message));
                }
            }
        }
        if !matches!(types.first(), Some(Type::Reference(_))) {
            return Err(syn::Error::new_spanned(ident, "the first parameter is `t: &Thread`"));
        }
        types.remove(0);
        let receiver = match kind {
            Kind::Function | Kind::StaticMethod => None,
            _ if types.is_empty() => {
                let what = match kind {
                    Kind::ClassMethod | Kind::New => "cls: Ref<Class>",
                    _ => "this: Ref<…>",
                };
                return Err(syn::Error::new_spanned(ident, format!("`{name}` takes `{what}` after `t`")));
            }
            _ => Some(types.remove(0)),
        };

        let (text, span, fixed_slot) = match (&py.signature, kind) {
            (Some(literal), Kind::Getter | Kind::Setter) => {
                return Err(syn::Error::new_spanned(literal, "a getter or setter has no signature"));
            }
            (None, Kind::Getter) => ("($self, /)".to_owned(), ident.span(), false),
            (None, Kind::Setter) => ("($self, value, /)".to_owned(), ident.span(), false),
            (Some(literal), _) => (literal.value(), literal.span(), false),
            (None, Kind::Slot) => (slot_signature(&name).expect("a slot").to_owned(), ident.span(), true),
            (None, Kind::New) => ("(*args, **kwargs)".to_owned(), ident.span(), false),
            (None, _) => {
                let message = match is_dunder(&name) {
                    true => format!("`{name}` fills no slot, so it needs a signature: `#[py(\"($self, /)\")]`"),
                    false => {
                        format!("`{name}` needs a signature, such as `#[py(\"($self, x, /)\")]`")
                    }
                };
                return Err(syn::Error::new_spanned(ident, message));
            }
        };
        let signature = Signature::parse(&text, span)?;
        // `__init__` and `__call__` take anything unless told more, so a slot's arity never fails for them.
        let fixed_slot = fixed_slot && !signature.has(ParamKind::VarArgs);
        check_types(&name, &signature, &types, ident, receiver.is_some())?;

        let text = match kind {
            _ if py.nosig => None,
            Kind::Getter | Kind::Setter => None,
            Kind::New => py.signature.is_some().then(|| signature.text.clone()),
            Kind::StaticMethod => Some(signature.text.clone()),
            Kind::Function => Some(signature.text_with_receiver("module")),
            Kind::ClassMethod => Some(signature.text_with_receiver("type")),
            Kind::Method | Kind::Slot => Some(signature.text_with_receiver("self")),
        };
        let qualname = match owner.is_module && owner.name == "builtins" {
            true => name.clone(),
            false => format!("{}.{name}", owner.name),
        };
        Ok(Method {
            kind,
            member: py.member,
            span: ident.span(),
            doc: doc_of(&function.attrs),
            cfgs: function.attrs.iter().filter(|attr| attr.path().is_ident("cfg")).cloned().collect(),
            rust: ident.clone(),
            receiver,
            args: types,
            returns: match &function.sig.output {
                ReturnType::Default => syn::parse_quote!(()),
                ReturnType::Type(_, ty) => (**ty).clone(),
            },
            signature,
            fixed_slot,
            text,
            qualname,
            name,
        })
    }

    /// The static with the signature, and the entry functions, to stand in an `impl` block.
    pub fn entries(&self) -> TokenStream {
        let call = match self.kind {
            Kind::Getter => return self.getter(),
            Kind::Setter => return self.setter(),
            _ => self.call(),
        };
        let direct: TokenStream =
            [1, 2].into_iter().filter(|&arity| self.is_direct(arity)).map(|arity| self.direct(arity)).collect();
        let next = (self.name == "__next__" && self.kind == Kind::Slot).then(|| {
            let (entry, rust, cfgs) = (self.entry("next"), &self.rust, &self.cfgs);
            let this = self.check_receiver(quote!(&[a0]));
            quote! {
                #(#cfgs)*
                fn #entry(t: &native::Thread, a0: native::Value) -> native::Result<Option<native::Value>> {
                    #this
                    Self::#rust(t, this)
                }
            }
        });
        quote!(#call #direct #next)
    }

    /// The function that gives the next item, of a `__next__` that is always there.
    pub fn next_entry(&self, owner: &Owner) -> Option<TokenStream> {
        let (entry, ty) = (self.entry("next"), owner.ty);
        (self.name == "__next__" && self.kind == Kind::Slot && self.cfgs.is_empty()).then(|| quote!(<#ty>::#entry))
    }

    /// The `NativeDef` that lists the entries.
    pub fn definition(&self, owner: &Owner) -> TokenStream {
        let (name, kind, cfgs, ty) = (&self.name, self.kind.to_tokens(), &self.cfgs, owner.ty);
        let (signature, doc, call) = (self.signature_static(), crate::option(self.doc.as_deref()), self.entry("call"));
        let entry = |suffix: &str, present: bool| match present {
            true => {
                let entry = self.entry(suffix);
                quote!(Some(<#ty>::#entry))
            }
            false => quote!(None),
        };
        let next = entry("next", self.name == "__next__" && self.kind == Kind::Slot);
        let unary = entry("unary", self.is_direct(1));
        let binary = entry("binary", self.is_direct(2));
        quote! {
            #(#cfgs)*
            native::NativeDef {
                name: #name,
                kind: native::NativeKind::#kind,
                signature: &#signature,
                doc: #doc,
                call: <#ty>::#call,
                next: #next,
                unary: #unary,
                binary: #binary,
            }
        }
    }

    /// `static SIGNATURE_append: Signature = …;`
    pub fn signature_item(&self, owner: &Owner) -> TokenStream {
        let class = (!owner.is_module).then_some(owner.ty);
        let (ident, cfgs) = (self.signature_static(), &self.cfgs);
        let value = self.signature.to_tokens(&self.name, &self.qualname, class, &self.kind.to_tokens(), self.text.as_deref());
        quote! {
            #(#cfgs)*
            static #ident: native::Signature = #value;
        }
    }

    pub fn getset_entry(&self, owner: &Owner) -> TokenStream {
        let (entry, ty) = (self.entry("call"), owner.ty);
        quote!(<#ty>::#entry)
    }

    fn signature_static(&self) -> Ident {
        format_ident!("SIGNATURE_{}", self.rust.unraw(), span = Span::call_site())
    }

    fn entry(&self, suffix: &str) -> Ident {
        format_ident!("__py_{}_{}", self.rust.unraw(), suffix, span = Span::call_site())
    }

    fn context(&self, index: usize) -> TokenStream {
        let signature = self.signature_static();
        quote!(native::ArgContext { signature: &#signature, index: #index })
    }

    /// `let this = …;` from the slice that begins with the receiver; nothing for a function without one.
    fn check_receiver(&self, slice: TokenStream) -> TokenStream {
        let Some(ty) = &self.receiver else {
            return quote!();
        };
        let signature = self.signature_static();
        quote_spanned! {crate::at(ty)=>
            let this = native::check_self::<#ty>(t, #slice, &#signature)?;
        }
    }

    /// `Self::append(t, this, …)`, as a `Result<Value>`. `value` gives the word for the i-th named parameter.
    fn invoke(&self, value: impl Fn(usize) -> TokenStream, rest: TokenStream, kwargs: TokenStream) -> TokenStream {
        let (mut lets, mut names, mut cell) = (Vec::new(), Vec::new(), 0);
        for (index, (param, ty)) in self.signature.params.iter().zip(&self.args).enumerate() {
            let name = format_ident!("arg{index}");
            let value = match param.kind {
                ParamKind::VarArgs => rest.clone(),
                ParamKind::VarKwargs => quote!(native::Kwargs(#kwargs)),
                _ => {
                    let (word, context) = (value(cell), self.context(index));
                    cell += 1;
                    quote_spanned!(crate::at(ty) => <#ty as native::FromArg>::from_arg(t, #word, #context)?)
                }
            };
            lets.push(quote_spanned!(crate::at(ty) => let #name: #ty = #value;));
            names.push(name);
        }
        let (rust, this) = (&self.rust, self.receiver.is_some().then(|| quote!(this,)));
        let call = quote!(Self::#rust(t, #this #(#names),*));
        let result = match self.name == "__next__" && self.kind == Kind::Slot {
            true => quote!(native::next_result(t, #call)),
            false => self.return_value(call),
        };
        quote!(#(#lets)* #result)
    }

    fn return_value(&self, call: TokenStream) -> TokenStream {
        let ty = &self.returns;
        quote_spanned!(crate::at(ty) => <#ty as native::IntoReturn>::into_return(#call, t))
    }

    /// The general entry.
    fn call(&self) -> TokenStream {
        let (entry, cfgs, signature) = (self.entry("call"), &self.cfgs, self.signature_static());
        let receiver = self.receiver.is_some().then(|| {
            let this = self.check_receiver(quote!(args));
            quote! {
                #this
                let args = args.get(1..).unwrap_or_default();
            }
        });
        let (positional, min) = (self.signature.positional(), self.signature.min_positional());
        let variadic = self.signature.has(ParamKind::VarArgs);
        let fits = match (variadic, min == positional) {
            (true, _) if min == 0 => quote!(true),
            (true, _) => quote!(args.len() >= #min),
            (false, true) if positional == 0 => quote!(args.is_empty()),
            (false, true) => quote!(args.len() == #positional),
            (false, false) if min == 0 => quote!(args.len() <= #positional),
            (false, false) => quote!((#min..=#positional).contains(&args.len())),
        };
        let fast = match self.signature.requires_keyword() {
            true => quote!(false),
            false => quote!(kwnames.is_none() && #fits),
        };

        let cells = self.signature.params.iter().filter(|param| param.is_named()).count();
        let direct = (0..cells).map(|cell| match cell {
            _ if cell < min => quote!(args[#cell]),
            _ if cell < positional => {
                quote!(args.get(#cell).copied().unwrap_or(native::Value::EMPTY))
            }
            _ => quote!(native::Value::EMPTY),
        });
        let rest_direct = variadic.then(|| match positional {
            0 => quote!(args,),
            _ => quote!(args.get(#positional..).unwrap_or_default(),),
        });
        let rest_bound = variadic.then(|| quote!(&args[bound.varargs_start..bound.varargs_end],));
        let rest = variadic.then(|| quote!(rest,));
        let keywords = self.signature.has(ParamKind::VarKwargs);
        let (kwargs, kwargs_direct, kwargs_bound) = match keywords {
            true => (Some(quote!(kwargs,)), Some(quote!(None,)), Some(quote!(bound.kwargs,))),
            false => (None, None, None),
        };
        let slot_arity = self.fixed_slot.then(|| {
            quote! {
                if kwnames.is_none() {
                    return Err(native::slot_arity_error(t, &#signature, args.len()));
                }
            }
        });
        let bind = match variadic || keywords {
            true => quote!(let bound = native::bind(t, &#signature, args, kwnames, &mut values)?;),
            false => quote!(native::bind(t, &#signature, args, kwnames, &mut values)?;),
        };
        let invoke = self.invoke(|cell| quote!(values[#cell]), quote!(rest), quote!(kwargs));
        // Keywords that a constructor does not know may be for the `__init__` of a subclass.
        let no_keywords =
            self.signature.params.iter().all(|param| matches!(param.kind, ParamKind::PositionalOnly | ParamKind::VarArgs));
        let constructs = self.kind == Kind::New || (self.kind == Kind::Slot && self.name == "__init__");
        let strip = (constructs && no_keywords)
            .then(|| quote!(let (args, kwnames) = native::without_init_keywords(t, args, kwnames, &#signature);));
        quote! {
            #(#cfgs)*
            fn #entry(
                t: &native::Thread,
                args: &[native::Value],
                kwnames: Option<native::Ref<native::Tuple>>,
            ) -> native::Result<native::Value> {
                #strip
                #receiver
                let (values, #rest #kwargs) = if #fast {
                    ([#(#direct),*], #rest_direct #kwargs_direct)
                } else {
                    #slot_arity
                    let mut values = [native::Value::EMPTY; #cells];
                    #bind
                    (values, #rest_bound #kwargs_bound)
                };
                #invoke
            }
        }
    }

    /// Whether so many values, the receiver included, are a fitting count of arguments.
    fn is_direct(&self, arity: usize) -> bool {
        let open = self.signature.has(ParamKind::VarArgs) || self.signature.has(ParamKind::VarKwargs);
        let kind = matches!(self.kind, Kind::Function | Kind::Method | Kind::StaticMethod | Kind::Slot | Kind::New);
        let receiver = usize::from(self.receiver.is_some());
        let fitting = self.signature.min_positional() + receiver..=self.signature.max_positional() + receiver;
        kind && !open && !self.signature.requires_keyword() && fitting.contains(&arity)
    }

    /// `unary` or `binary`.
    fn direct(&self, arity: usize) -> TokenStream {
        let (entry, cfgs) = (self.entry(if arity == 1 { "unary" } else { "binary" }), &self.cfgs);
        let words: Vec<Ident> = (0..arity).map(|index| format_ident!("a{index}")).collect();
        let this = self.check_receiver(quote!(&[a0]));
        let first = usize::from(self.receiver.is_some());
        let word = |cell: usize| match words.get(first + cell) {
            Some(word) => quote!(#word),
            None => quote!(native::Value::EMPTY),
        };
        let invoke = self.invoke(word, quote!(), quote!());
        quote! {
            #(#cfgs)*
            fn #entry(t: &native::Thread, #(#words: native::Value),*) -> native::Result<native::Value> {
                #this
                #invoke
            }
        }
    }

    fn getter(&self) -> TokenStream {
        let (entry, cfgs, rust) = (self.entry("call"), &self.cfgs, &self.rust);
        let this = self.check_receiver(quote!(&[a0]));
        let result = self.return_value(quote!(Self::#rust(t, this)));
        quote! {
            #(#cfgs)*
            fn #entry(t: &native::Thread, a0: native::Value) -> native::Result<native::Value> {
                #this
                #result
            }
        }
    }

    fn setter(&self) -> TokenStream {
        let (entry, cfgs, rust) = (self.entry("call"), &self.cfgs, &self.rust);
        let this = self.check_receiver(quote!(&[a0]));
        quote! {
            #(#cfgs)*
            fn #entry(t: &native::Thread, a0: native::Value, value: Option<native::Value>) -> native::Result<()> {
                #this
                Self::#rust(t, this, value)
            }
        }
    }
}

impl Kind {
    fn to_tokens(self) -> TokenStream {
        match self {
            Kind::Function => quote!(Function),
            // What a getter says of a wrong receiver is what a method says.
            Kind::Method | Kind::Getter | Kind::Setter => quote!(Method),
            Kind::ClassMethod => quote!(ClassMethod),
            Kind::StaticMethod => quote!(StaticMethod),
            Kind::New => quote!(New),
            Kind::Slot => quote!(Slot),
        }
    }
}

impl PyAttr {
    fn parse(attr: &Attribute) -> syn::Result<PyAttr> {
        let mut py = PyAttr::default();
        if let syn::Meta::Path(_) = attr.meta {
            return Ok(py);
        }
        attr.parse_args_with(|input: ParseStream| {
            while !input.is_empty() {
                if input.peek(LitStr) {
                    py.signature = Some(input.parse()?);
                } else {
                    let word = input.call(Ident::parse_any)?;
                    let kind = match word.to_string().as_str() {
                        "name" => {
                            input.parse::<Token![=]>()?;
                            py.name = Some(input.parse()?);
                            None
                        }
                        "nosig" => {
                            py.nosig = true;
                            None
                        }
                        "method" => Some(Kind::Method),
                        "classmethod" => Some(Kind::ClassMethod),
                        "staticmethod" => Some(Kind::StaticMethod),
                        "getter" => Some(Kind::Getter),
                        "member" => {
                            py.member = true;
                            Some(Kind::Getter)
                        }
                        "setter" => Some(Kind::Setter),
                        _ => {
                            let message = "expected a signature, `name = \"…\"`, `nosig`, `method`, `classmethod`, \
                                           `staticmethod`, `getter`, `member` or `setter`";
                            return Err(syn::Error::new_spanned(word, message));
                        }
                    };
                    if let Some(kind) = kind {
                        if py.kind.is_some() {
                            return Err(syn::Error::new_spanned(word, "a function is one kind of thing"));
                        }
                        py.kind = Some((kind, word.span()));
                    }
                }
                if !input.is_empty() {
                    input.parse::<Token![,]>()?;
                }
            }
            Ok(())
        })?;
        Ok(py)
    }

    /// A trailing `_` keeps a Rust name from a keyword that `r#` does not help with.
    fn python_name(&self, ident: &Ident) -> String {
        if let Some(name) = &self.name {
            return name.value();
        }
        let mut name = ident.unraw().to_string();
        if matches!(self.kind, Some((Kind::Setter, _)))
            && let Some(rest) = name.strip_prefix("set_")
        {
            name = rest.to_owned();
        }
        if name.ends_with('_') && !name.ends_with("__") {
            name.pop();
        }
        name
    }

    fn kind(&self, name: &str, owner: &Owner) -> syn::Result<Kind> {
        Ok(match self.kind {
            Some((_, span)) if owner.is_module => {
                return Err(syn::Error::new(span, "a module has only functions"));
            }
            Some((kind, _)) => kind,
            None if owner.is_module => Kind::Function,
            None if name == "__new__" => Kind::New,
            None if slot_signature(name).is_some() => Kind::Slot,
            None if is_implicit_classmethod(name) => Kind::ClassMethod,
            None => Kind::Method,
        })
    }
}

fn check_shape(function: &ImplItemFn) -> syn::Result<()> {
    let sig = &function.sig;
    if let Some(asyncness) = &sig.asyncness {
        return Err(syn::Error::new_spanned(asyncness, "a native function is not `async`"));
    }
    if let Some(unsafety) = &sig.unsafety {
        return Err(syn::Error::new_spanned(unsafety, "a native function is safe to call"));
    }
    if sig.generics.type_params().next().is_some() || sig.generics.const_params().next().is_some() {
        return Err(syn::Error::new_spanned(&sig.generics, "a native function has no generic parameters"));
    }
    Ok(())
}

/// The Rust parameters must match the Python ones in number, and in which is `*args`.
fn check_types(name: &str, sig: &Signature, types: &[Type], ident: &Ident, receiver: bool) -> syn::Result<()> {
    if sig.params.len() != types.len() {
        let after = if receiver { "`t` and the receiver" } else { "`t`" };
        let (got, wanted, text) = (types.len(), sig.params.len(), &sig.text);
        let message = format!("`{name}` has {got} Rust parameters after {after}, but `{text}` has {wanted}");
        return Err(syn::Error::new_spanned(ident, message));
    }
    for (param, ty) in sig.params.iter().zip(types) {
        let is_slice = matches!(ty, Type::Reference(reference) if matches!(*reference.elem, Type::Slice(_)));
        let is_kwargs = matches!(ty, Type::Path(path) if path.path.segments.last().is_some_and(|last| last.ident == "Kwargs"));
        let expected = match param.kind {
            ParamKind::VarArgs if !is_slice => format!("`*{}` is a `&[Value]`", param.name),
            ParamKind::VarKwargs if !is_kwargs => format!("`**{}` is a `Kwargs`", param.name),
            ParamKind::VarArgs | ParamKind::VarKwargs => continue,
            _ if is_slice => format!("only `*args` is a slice, `{}` is not", param.name),
            _ if is_kwargs => format!("only `**kwargs` is a `Kwargs`, `{}` is not", param.name),
            _ => continue,
        };
        return Err(syn::Error::new_spanned(ty.to_token_stream(), expected));
    }
    Ok(())
}

/// The doc comment as Python's `__doc__`: dedented, without blank lines around it.
pub fn doc_of(attrs: &[Attribute]) -> Option<String> {
    let mut lines = Vec::new();
    for attr in attrs.iter().filter(|attr| attr.path().is_ident("doc")) {
        if let syn::Meta::NameValue(meta) = &attr.meta
            && let syn::Expr::Lit(syn::ExprLit { lit: syn::Lit::Str(text), .. }) = &meta.value
        {
            lines.extend(text.value().split('\n').map(|line| line.trim_end().to_owned()));
        }
    }
    let indent = |line: &String| line.len() - line.trim_start_matches(' ').len();
    let margin = lines.iter().filter(|line| !line.is_empty()).map(indent).min().unwrap_or(0);
    let dedented: Vec<&str> = lines.iter().map(|line| line.get(margin..).unwrap_or("")).collect();
    let doc = dedented.join("\n").trim_matches('\n').to_owned();
    (!doc.is_empty()).then_some(doc)
}
