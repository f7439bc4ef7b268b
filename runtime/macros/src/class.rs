//! `#[pyclass]` and `#[pymodule]`: an impl block's functions as a class's methods or a module's functions.

use std::collections::HashMap;

use proc_macro2::{Span, TokenStream};
use quote::quote;
use syn::parse::{Parse, ParseStream};
use syn::punctuated::Punctuated;
use syn::{Ident, ImplItem, ItemImpl, LitStr, Path, Token, Type, parenthesized};

use crate::method::{Kind, Method, Owner, doc_of};

/// `name = "list", module = "builtins", base = Object, flags(BASE), qualname = "list", init = f, item = g, set_item = h`
pub struct ClassAttr {
    name: LitStr,
    module: Option<LitStr>,
    qualname: Option<LitStr>,
    base: Base,
    flags: Vec<Ident>,
    init: Option<Path>,
    item: Option<Path>,
    set_item: Option<Path>,
    elements: Option<Path>,
}

enum Base {
    Object,
    Nothing,
    Class(Box<Type>),
}

/// `name = "math", classes(A, B), init = f`
pub struct ModuleAttr {
    name: LitStr,
    classes: Vec<Type>,
    init: Option<Path>,
}

impl Parse for ClassAttr {
    fn parse(input: ParseStream) -> syn::Result<ClassAttr> {
        let (mut name, mut module, mut qualname, mut init) = (None, None, None, None);
        let (mut item, mut set_item, mut elements) = (None, None, None);
        let (mut base, mut flags) = (Base::Object, Vec::new());
        each_option(input, |key, input| {
            match key.to_string().as_str() {
                "name" => name = Some(value(input)?),
                "module" => module = Some(value(input)?),
                "qualname" => qualname = Some(value(input)?),
                "init" => init = Some(value(input)?),
                "item" => item = Some(value(input)?),
                "set_item" => set_item = Some(value(input)?),
                "elements" => elements = Some(value(input)?),
                "base" => {
                    let class: Type = value(input)?;
                    let is_none = matches!(&class, Type::Path(path) if path.path.is_ident("none"));
                    base = if is_none { Base::Nothing } else { Base::Class(Box::new(class)) };
                }
                "flags" => flags = list(input)?,
                _ => {
                    let message =
                        "expected `name`, `module`, `qualname`, `base`, `flags(…)`, `init`, `item`, `set_item` or `elements`";
                    return Err(syn::Error::new_spanned(key, message));
                }
            }
            Ok(())
        })?;
        let name = name.ok_or_else(|| syn::Error::new(Span::call_site(), "a class needs `name = \"…\"`"))?;
        Ok(ClassAttr { name, module, qualname, base, flags, init, item, set_item, elements })
    }
}

impl Parse for ModuleAttr {
    fn parse(input: ParseStream) -> syn::Result<ModuleAttr> {
        let (mut name, mut init, mut classes) = (None, None, Vec::new());
        each_option(input, |key, input| {
            match key.to_string().as_str() {
                "name" => name = Some(value(input)?),
                "init" => init = Some(value(input)?),
                "classes" => classes = list(input)?,
                _ => {
                    return Err(syn::Error::new_spanned(key, "expected `name`, `classes(…)` or `init`"));
                }
            }
            Ok(())
        })?;
        let name = name.ok_or_else(|| syn::Error::new(Span::call_site(), "a module needs `name = \"…\"`"))?;
        Ok(ModuleAttr { name, init, classes })
    }
}

fn each_option(input: ParseStream, mut option: impl FnMut(&Ident, ParseStream) -> syn::Result<()>) -> syn::Result<()> {
    let mut seen: Vec<Ident> = Vec::new();
    while !input.is_empty() {
        let key: Ident = input.parse()?;
        if seen.contains(&key) {
            return Err(syn::Error::new_spanned(&key, format!("`{key}` is there twice")));
        }
        option(&key, input)?;
        seen.push(key);
        if !input.is_empty() {
            input.parse::<Token![,]>()?;
        }
    }
    Ok(())
}

fn value<T: Parse>(input: ParseStream) -> syn::Result<T> {
    input.parse::<Token![=]>()?;
    input.parse()
}

fn list<T: Parse>(input: ParseStream) -> syn::Result<Vec<T>> {
    let content;
    parenthesized!(content in input);
    Ok(Punctuated::<T, Token![,]>::parse_terminated(&content)?.into_iter().collect())
}

pub fn pyclass(attr: ClassAttr, block: &mut ItemImpl) -> syn::Result<TokenStream> {
    let ty = check_block(block)?;
    let ClassAttr { name, flags, .. } = &attr;
    let text = name.value();
    let owner = Owner { ty: &ty, name: &text, is_module: false };
    let methods = take_methods(block, &owner)?;

    let (mut definitions, mut getset) = (Vec::new(), Vec::new());
    let mut pairs: HashMap<&str, [Option<&Method>; 2]> = HashMap::new();
    for method in &methods {
        match method.kind {
            Kind::Getter => pairs.entry(&method.name).or_default()[0] = Some(method),
            Kind::Setter => pairs.entry(&method.name).or_default()[1] = Some(method),
            _ => definitions.push(method.definition(&owner)),
        }
    }
    // In the order of the source, each pair where its first half stands.
    for method in &methods {
        if let Some([get, set]) = pairs.remove(method.name.as_str()) {
            let (name, cfgs) = (&method.name, &method.cfgs);
            let doc = crate::option(get.or(set).and_then(|half| half.doc.as_deref()));
            let member = get.is_some_and(|get| get.member);
            let half = |half: Option<&Method>| match half {
                Some(method) => {
                    let entry = method.getset_entry(&owner);
                    quote!(Some(#entry))
                }
                None => quote!(None),
            };
            let (get, set) = (half(get), half(set));
            getset.push(quote! {
                #(#cfgs)*
                native::GetSetDef { name: #name, doc: #doc, get: #get, set: #set, member: #member }
            });
        }
    }

    let module = attr.module.as_ref().map_or("builtins".to_owned(), |module| module.value());
    let qualname = attr.qualname.as_ref().unwrap_or(name);
    let base = match &attr.base {
        Base::Nothing => quote!(None),
        Base::Object => quote!(Some(<native::Object as native::PyClass>::class_cell)),
        Base::Class(class) => quote!(Some(<#class as native::PyClass>::class_cell)),
    };
    let init = optional_fn(attr.init.as_ref());
    let item = match &attr.item {
        Some(path) => quote!(Some(|t, v, i| #path(t, unsafe { native::exact(v) }, i))),
        None => quote!(None),
    };
    let set_item = match &attr.set_item {
        Some(path) => quote!(Some(|t, v, i, to| #path(t, unsafe { native::exact(v) }, i, to))),
        None => quote!(None),
    };
    let next = match methods.iter().find_map(|method| method.next_entry(&owner)) {
        Some(entry) => quote!(Some(|t, v| Ok(#entry(t, v)?.unwrap_or(native::Value::EMPTY)))),
        None => quote!(None),
    };
    let elements = match &attr.elements {
        Some(path) => quote!(Some(#path)),
        None => quote!(None),
    };
    let doc = crate::option(doc_of(&block.attrs).as_deref());
    let entries = entry_block(&methods, &owner);
    Ok(quote! {
        const _: () = {
            use ::taipan_vm::native;
            #entries

            static METHODS: &[native::NativeDef] = &[#(#definitions),*];
            static GETSET: &[native::GetSetDef] = &[#(#getset),*];
            static CELL: native::ClassCell = native::ClassCell::new();
            static DEF: native::ClassDef = native::ClassDef {
                name: #name,
                module: #module,
                qualname: #qualname,
                doc: #doc,
                base: #base,
                cell: &CELL,
                layout: <#ty as native::HeapType>::layout,
                flags: 0 #(| native::class_flags::#flags)*,
                methods: METHODS,
                getset: GETSET,
                init: #init,
                item: #item,
                set_item: #set_item,
                next: #next,
                elements: #elements,
            };

            #[automatically_derived]
            impl native::PyClass for #ty {
                fn class_def() -> &'static native::ClassDef {
                    &DEF
                }

                #[inline]
                fn class_cell() -> &'static native::ClassCell {
                    &CELL
                }
            }
        };
    })
}

pub fn pymodule(attr: ModuleAttr, block: &mut ItemImpl) -> syn::Result<TokenStream> {
    let ty = check_block(block)?;
    let ModuleAttr { name, classes, init } = &attr;
    let text = name.value();
    let owner = Owner { ty: &ty, name: &text, is_module: true };
    let functions = take_methods(block, &owner)?;
    let definitions = functions.iter().map(|function| function.definition(&owner));
    let init = optional_fn(init.as_ref());
    let doc = crate::option(doc_of(&block.attrs).as_deref());
    let entries = entry_block(&functions, &owner);
    Ok(quote! {
        const _: () = {
            use ::taipan_vm::native;
            #entries

            static FUNCTIONS: &[native::NativeDef] = &[#(#definitions),*];
            static DEF: native::ModuleDef = native::ModuleDef {
                name: #name,
                doc: #doc,
                functions: FUNCTIONS,
                classes: &[#(<#classes as native::PyClass>::class_def),*],
                init: #init,
            };

            #[automatically_derived]
            impl native::NativeModule for #ty {
                fn module_def() -> &'static native::ModuleDef {
                    &DEF
                }
            }
        };
    })
}

fn check_block(block: &ItemImpl) -> syn::Result<Type> {
    if let Some((_, path, _)) = &block.trait_ {
        return Err(syn::Error::new_spanned(path, "this goes on an inherent `impl` block"));
    }
    if !block.generics.params.is_empty() {
        return Err(syn::Error::new_spanned(&block.generics, "this `impl` block has no generic parameters"));
    }
    Ok((*block.self_ty).clone())
}

/// Reads every function marked `#[py…]`. All mistakes are reported together.
fn take_methods(block: &mut ItemImpl, owner: &Owner) -> syn::Result<Vec<Method>> {
    let mut methods: Vec<Method> = Vec::new();
    let mut errors: Option<syn::Error> = None;
    for item in &mut block.items {
        let ImplItem::Fn(function) = item else {
            continue;
        };
        let error = match Method::take(function, owner) {
            Ok(None) => continue,
            Ok(Some(method)) => match methods.iter().find(|earlier| clashes(earlier, &method)) {
                None => {
                    methods.push(method);
                    continue;
                }
                Some(_) => syn::Error::new(method.span, format!("`{}` is already there", method.name)),
            },
            Err(error) => error,
        };
        match &mut errors {
            Some(errors) => errors.combine(error),
            None => errors = Some(error),
        }
    }
    errors.map_or(Ok(methods), Err)
}

/// A getter and a setter share a name; so may functions under different `#[cfg]`s.
fn clashes(one: &Method, other: &Method) -> bool {
    let pair = matches!((one.kind, other.kind), (Kind::Getter, Kind::Setter) | (Kind::Setter, Kind::Getter));
    one.name == other.name && !pair && one.cfgs.is_empty() && other.cfgs.is_empty()
}

fn entry_block(methods: &[Method], owner: &Owner) -> TokenStream {
    let ty = owner.ty;
    let signatures = methods.iter().map(|method| method.signature_item(owner));
    let entries = methods.iter().map(Method::entries);
    quote! {
        #(#[allow(non_upper_case_globals)] #signatures)*

        #[allow(non_snake_case, unused, clippy::all)]
        impl #ty {
            #(#entries)*
        }
    }
}

fn optional_fn(path: Option<&Path>) -> TokenStream {
    match path {
        Some(path) => quote!(Some(#path)),
        None => quote!(None),
    }
}
