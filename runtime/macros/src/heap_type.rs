//! `#[derive(HeapType)]`: a struct's layout for the collector.
//!
//! The derive proves at compile time what the collector relies on: the struct is `#[repr(C)]`, it starts with the
//! header (or with its base, which does), and no field that needs dropping is forgotten.

use proc_macro2::{Span, TokenStream};
use quote::{quote, quote_spanned};
use syn::{Attribute, Data, DeriveInput, Field, Fields, Path, Token, Type};

/// `#[heap(base = List, drop, size = cell_size, scan = scan_items, crate = ::taipan_heap)]`
struct HeapAttr {
    base: Option<Type>,
    drop: Option<Span>,
    /// For cells of variable size.
    size: Option<Path>,
    /// Scans what the fields do not show.
    scan: Option<Path>,
    krate: Path,
}

/// What the collector does with one field.
#[derive(Default)]
struct FieldRole {
    noscan: bool,
    drop: bool,
}

pub fn derive(input: DeriveInput) -> syn::Result<TokenStream> {
    let Data::Struct(data) = &input.data else {
        return Err(syn::Error::new_spanned(&input.ident, "`HeapType` is derived for structs"));
    };
    if !input.generics.params.is_empty() {
        let message = "a heap type has no generic parameters: each has one layout";
        return Err(syn::Error::new_spanned(&input.generics, message));
    }
    let Fields::Named(fields) = &data.fields else {
        return Err(syn::Error::new_spanned(&input.ident, "a heap type has named fields"));
    };
    if !is_repr_c(&input.attrs)? {
        let message = "a heap type must be `#[repr(C)]`: the header comes first";
        return Err(syn::Error::new_spanned(&input.ident, message));
    }
    let attr = HeapAttr::parse(&input.attrs)?;
    let Some(first) = fields.named.first() else {
        return Err(syn::Error::new_spanned(&input.ident, "a heap type starts with `header: Header`"));
    };
    let first_name = first.ident.as_ref().expect("named field");
    if attr.base.is_none() && first_name != "header" {
        let message = "the first field must be `header: Header` (or say `#[heap(base = …)]`)";
        return Err(syn::Error::new_spanned(first_name, message));
    }

    let name = &input.ident;
    let text = name.to_string();
    let krate = &attr.krate;
    let first_type = match &attr.base {
        Some(base) => quote!(#base),
        None => quote!(native::Header),
    };
    let first_check = quote_spanned!(crate::at(&first.ty) => const _: fn(&#name) -> &#first_type = |cell| &cell.#first_name;);

    let mut scans = Vec::new();
    let mut drops = Vec::new();
    let mut checks = Vec::new();
    for field in fields.named.iter().skip(1) {
        let role = FieldRole::parse(field)?;
        let (member, ty) = (field.ident.as_ref().expect("named field"), &field.ty);
        if !role.noscan {
            scans.push(quote_spanned!(crate::at(ty) => native::Scan::scan(&(*cell).#member, visitor);));
        }
        if role.drop {
            drops.push(quote_spanned!(crate::at(ty) => ::core::ptr::drop_in_place(&raw mut (*cell).#member);));
        } else {
            let message = format!("field `{member}` needs dropping: mark it `#[noscan(drop)]` or `#[scan(drop)]`");
            checks.push(quote_spanned!(crate::at(ty) => const _: () = assert!(!::core::mem::needs_drop::<#ty>(), #message);));
        }
    }
    if let (Some(span), true, None) = (attr.drop, drops.is_empty(), &attr.base) {
        return Err(syn::Error::new(span, "nothing to drop: no field is marked `#[noscan(drop)]` or `#[scan(drop)]`"));
    }

    let has_drop = attr.drop.is_some() || !drops.is_empty();
    let (base_scan, base_drop, base_layout, base_check) = match &attr.base {
        Some(base) => (
            quote!((<#base as native::HeapType>::layout().scan)(cell.cast(), visitor);),
            quote! {
                if let Some(drop) = <#base as native::HeapType>::layout().drop {
                    drop(cell.cast());
                }
            },
            quote!(Some(<#base as native::HeapType>::LAYOUT)),
            (!has_drop).then(|| {
                let message = format!("`{text}` must say `#[heap(drop)]`, as its base does");
                quote!(assert!(<#base as native::HeapType>::LAYOUT.drop.is_none(), #message);)
            }),
        ),
        None => (quote!(), quote!(), quote!(None), None),
    };
    let (drop_fn, drop_value) = if has_drop {
        let function = quote! {
            #[allow(unused_unsafe, clippy::all)]
            fn drop_fn(cell: *mut native::Header) {
                let cell = cell.cast::<#name>();
                // SAFETY: the collector calls this once, with a dead cell of this type that nothing reaches any more.
                unsafe {
                    #(#drops)*
                    #base_drop
                }
            }
        };
        (function, quote!(Some(drop_fn)))
    } else {
        (quote!(), quote!(None))
    };
    let cell_size = match &attr.size {
        Some(size) => quote!(Some(#size)),
        None => quote!(None),
    };
    let more_scan = attr.scan.as_ref().map(|scan| quote!(#scan(cell.cast(), visitor);));
    Ok(quote! {
        const _: () = {
            use #krate as native;

            #first_check
            #(#checks)*

            #[allow(unused_unsafe, unused_variables, clippy::all)]
            fn scan_fn(cell: *const native::Header, visitor: &mut native::Visitor) {
                let cell = cell.cast::<#name>();
                // SAFETY: the collector passes a live cell of this type; `Scan` reads fields as the heap asks.
                unsafe {
                    #base_scan
                    #(#scans)*
                    #more_scan
                }
            }
            #drop_fn
            static LAYOUT: native::Layout = native::Layout {
                name: #text,
                size: ::core::mem::size_of::<#name>(),
                scan: scan_fn,
                cell_size: #cell_size,
                base: #base_layout,
                drop: #drop_value,
            };

            // SAFETY: `#[repr(C)]` with the header first, checked above; the layout is made from the struct itself.
            #[automatically_derived]
            unsafe impl native::HeapType for #name {
                const LAYOUT: &'static native::Layout = {
                    #base_check
                    &LAYOUT
                };
            }
        };
    })
}

impl HeapAttr {
    fn parse(attrs: &[Attribute]) -> syn::Result<HeapAttr> {
        let mut heap = HeapAttr { base: None, drop: None, size: None, scan: None, krate: syn::parse_quote!(::taipan_vm::native) };
        for attr in attrs.iter().filter(|attr| attr.path().is_ident("heap")) {
            attr.parse_args_with(|input: syn::parse::ParseStream| {
                while !input.is_empty() {
                    if input.peek(Token![crate]) {
                        input.parse::<Token![crate]>()?;
                        input.parse::<Token![=]>()?;
                        heap.krate = input.parse()?;
                    } else {
                        let key: syn::Ident = input.parse()?;
                        match key.to_string().as_str() {
                            "base" => {
                                input.parse::<Token![=]>()?;
                                heap.base = Some(input.parse()?);
                            }
                            "size" => {
                                input.parse::<Token![=]>()?;
                                heap.size = Some(input.parse()?);
                            }
                            "scan" => {
                                input.parse::<Token![=]>()?;
                                heap.scan = Some(input.parse()?);
                            }
                            "drop" => heap.drop = Some(key.span()),
                            _ => {
                                return Err(syn::Error::new_spanned(key, "expected `base`, `drop`, `size`, `scan` or `crate`"));
                            }
                        }
                    }
                    if !input.is_empty() {
                        input.parse::<Token![,]>()?;
                    }
                }
                Ok(())
            })?;
        }
        Ok(heap)
    }
}

impl FieldRole {
    fn parse(field: &Field) -> syn::Result<FieldRole> {
        let mut role = FieldRole::default();
        for attr in &field.attrs {
            let noscan = attr.path().is_ident("noscan");
            if !noscan && !attr.path().is_ident("scan") {
                continue;
            }
            role.noscan |= noscan;
            if let syn::Meta::List(list) = &attr.meta {
                let word: syn::Ident = list.parse_args()?;
                if word != "drop" {
                    return Err(syn::Error::new_spanned(word, "expected `drop`"));
                }
                role.drop = true;
            }
        }
        Ok(role)
    }
}

fn is_repr_c(attrs: &[Attribute]) -> syn::Result<bool> {
    let mut found = false;
    for attr in attrs.iter().filter(|attr| attr.path().is_ident("repr")) {
        attr.parse_nested_meta(|meta| {
            found |= meta.path.is_ident("C");
            if meta.input.peek(syn::token::Paren) {
                let content;
                syn::parenthesized!(content in meta.input);
                content.parse::<TokenStream>()?;
            }
            Ok(())
        })?;
    }
    Ok(found)
}
