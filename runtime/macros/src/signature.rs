//! Python signatures, as they are written in `#[py("($self, key, default=None, /)")]`.
//!
//! The text is parsed at compile time into parameters: their names, kinds and whether they may be left out. Defaults
//! are kept only as text, for `__text_signature__`; the Rust function sees a missing argument through its `FromArg`
//! type. The grammar is Python's own parameter list plus CPython's leading `$self`, `$module` or `$type`, which names
//! the receiver and is no parameter.

use proc_macro2::{Span, TokenStream};
use quote::quote;
use syn::Type;

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ParamKind {
    PositionalOnly,
    PositionalOrKeyword,
    VarArgs,
    KeywordOnly,
    VarKwargs,
}

pub struct Param {
    pub name: String,
    pub kind: ParamKind,
    pub optional: bool,
}

pub struct Signature {
    /// As written, trimmed.
    pub text: String,
    /// The name after the leading `$`, when there is one.
    pub receiver: Option<String>,
    /// Without the receiver, in the order written.
    pub params: Vec<Param>,
}

impl Param {
    pub fn is_positional(&self) -> bool {
        matches!(self.kind, ParamKind::PositionalOnly | ParamKind::PositionalOrKeyword)
    }

    /// Whether binding fills a cell for it; `*args` and `**kwargs` have none.
    pub fn is_named(&self) -> bool {
        !matches!(self.kind, ParamKind::VarArgs | ParamKind::VarKwargs)
    }
}

impl Signature {
    pub fn parse(text: &str, span: Span) -> syn::Result<Signature> {
        parse(text.trim()).map_err(|message| syn::Error::new(span, format!("in the signature `{text}`: {message}")))
    }

    pub fn has(&self, kind: ParamKind) -> bool {
        self.params.iter().any(|param| param.kind == kind)
    }

    /// The number of parameters that can be filled by position, `*args` aside.
    pub fn positional(&self) -> usize {
        self.params.iter().filter(|param| param.is_positional()).count()
    }

    pub fn min_positional(&self) -> usize {
        self.params.iter().filter(|param| param.is_positional() && !param.optional).count()
    }

    pub fn max_positional(&self) -> usize {
        self.params.iter().filter(|param| param.is_positional()).count()
    }

    pub fn requires_keyword(&self) -> bool {
        self.params.iter().any(|param| param.kind == ParamKind::KeywordOnly && !param.optional)
    }

    /// `__text_signature__` with its receiver, which CPython always shows for bound things.
    pub fn text_with_receiver(&self, receiver: &str) -> String {
        if self.receiver.is_some() {
            return self.text.clone();
        }
        let inner = self.text[1..self.text.len() - 1].trim();
        match (inner.is_empty(), self.has(ParamKind::PositionalOnly)) {
            (true, _) => format!("(${receiver}, /)"),
            (false, true) => format!("(${receiver}, {inner})"),
            (false, false) => format!("(${receiver}, /, {inner})"),
        }
    }

    /// The `Signature` value for the runtime.
    pub fn to_tokens(
        &self,
        name: &str,
        qualname: &str,
        owner: Option<&Type>,
        kind: &TokenStream,
        text: Option<&str>,
    ) -> TokenStream {
        let params = self.params.iter().map(|param| {
            let Param { name, optional, .. } = param;
            let kind = match param.kind {
                ParamKind::PositionalOnly => quote!(PositionalOnly),
                ParamKind::PositionalOrKeyword => quote!(PositionalOrKeyword),
                ParamKind::VarArgs => quote!(VarArgs),
                ParamKind::KeywordOnly => quote!(KeywordOnly),
                ParamKind::VarKwargs => quote!(VarKwargs),
            };
            quote!(native::Param { name: #name, kind: native::ParamKind::#kind, optional: #optional })
        });
        let text = crate::option(text);
        let owner = match owner {
            Some(class) => quote!(Some(<#class as native::PyClass>::class_cell)),
            None => quote!(None),
        };
        let min = self.min_positional();
        let max = match self.has(ParamKind::VarArgs) {
            true => quote!(usize::MAX),
            false => {
                let positional = self.positional();
                quote!(#positional)
            }
        };
        let has_keywords =
            self.has(ParamKind::PositionalOrKeyword) || self.has(ParamKind::KeywordOnly) || self.has(ParamKind::VarKwargs);
        quote! {
            native::Signature {
                name: #name,
                qualname: #qualname,
                owner: #owner,
                kind: native::NativeKind::#kind,
                params: &[#(#params),*],
                text: #text,
                min_positional: #min,
                max_positional: #max,
                has_keywords: #has_keywords,
            }
        }
    }
}

fn parse(text: &str) -> Result<Signature, String> {
    let inner = text
        .strip_prefix('(')
        .and_then(|rest| rest.strip_suffix(')'))
        .ok_or("a signature is written in parentheses, like `(x, /)`")?;
    let mut parts = split_top_level(inner)?;
    let mut receiver = None;
    if let Some(name) = parts.first().and_then(|first| first.strip_prefix('$')) {
        check_name(name)?;
        receiver = Some(name.to_owned());
        parts.remove(0);
    }

    let mut params: Vec<Param> = Vec::new();
    let (mut slash, mut star, mut bare_star) = (false, false, false);
    for (index, part) in parts.iter().enumerate() {
        if params.last().is_some_and(|last| last.kind == ParamKind::VarKwargs) {
            return Err("nothing may follow `**` parameters".into());
        }
        if part == "/" {
            if slash || star {
                return Err("`/` comes once, and before `*`".into());
            }
            if index == 0 && receiver.is_none() {
                return Err("`/` needs a parameter before it".into());
            }
            slash = true;
            params.iter_mut().for_each(|param| param.kind = ParamKind::PositionalOnly);
        } else if let Some(name) = part.strip_prefix("**") {
            params.push(Param { name: check_name(name)?, kind: ParamKind::VarKwargs, optional: true });
        } else if let Some(name) = part.strip_prefix('*') {
            if star {
                return Err("`*` comes once".into());
            }
            star = true;
            bare_star = name.is_empty();
            if !bare_star {
                params.push(Param { name: check_name(name)?, kind: ParamKind::VarArgs, optional: true });
            }
        } else {
            let (name, optional) = match part.split_once('=') {
                Some((_, "")) => return Err(format!("`{part}` lacks its default")),
                Some((name, _)) => (name.trim_end(), true),
                None => (part.as_str(), false),
            };
            let name = check_name(name)?;
            if !star && !optional && params.last().is_some_and(|last| last.optional) {
                return Err(format!("`{name}` without a default follows a parameter that has one"));
            }
            let kind = if star { ParamKind::KeywordOnly } else { ParamKind::PositionalOrKeyword };
            params.push(Param { name, kind, optional });
        }
    }
    if bare_star && !params.iter().any(|param| param.kind == ParamKind::KeywordOnly) {
        return Err("named parameters must follow a bare `*`".into());
    }
    for (index, param) in params.iter().enumerate() {
        if params[..index].iter().any(|earlier| earlier.name == param.name) {
            return Err(format!("`{}` is there twice", param.name));
        }
    }
    Ok(Signature { text: text.to_owned(), receiver, params })
}

/// Splits at the commas that are outside brackets and string literals.
fn split_top_level(inner: &str) -> Result<Vec<String>, String> {
    let (mut parts, mut part) = (Vec::new(), String::new());
    let (mut depth, mut quote) = (0usize, None);
    let mut chars = inner.chars();
    while let Some(c) = chars.next() {
        match (quote, c) {
            (Some(_), '\\') => {
                part.push(c);
                part.extend(chars.next());
                continue;
            }
            (Some(open), _) => quote = (c != open).then_some(open),
            (None, '\'' | '"') => quote = Some(c),
            (None, '(' | '[' | '{' | '<') => depth += 1,
            (None, ')' | ']' | '}' | '>') => depth = depth.checked_sub(1).ok_or("a bracket closes that never opened")?,
            (None, ',') if depth == 0 => {
                parts.push(std::mem::take(&mut part).trim().to_owned());
                continue;
            }
            _ => {}
        }
        part.push(c);
    }
    if quote.is_some() || depth != 0 {
        return Err("a bracket or string is never closed".into());
    }
    if !part.trim().is_empty() {
        parts.push(part.trim().to_owned());
    }
    if parts.iter().any(String::is_empty) {
        return Err("a parameter is missing between commas".into());
    }
    Ok(parts)
}

fn check_name(name: &str) -> Result<String, String> {
    let good = !name.is_empty()
        && !name.starts_with(|c: char| c.is_ascii_digit())
        && name.chars().all(|c| c == '_' || c.is_alphanumeric());
    if good { Ok(name.to_owned()) } else { Err(format!("`{name}` is not a parameter's name")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: &str) {
        let shown = match parse(text) {
            Err(message) => message,
            Ok(signature) => {
                let show = |param: &Param| {
                    let mark = if param.optional { "?" } else { "" };
                    format!("{} {:?}{mark}", param.name, param.kind)
                };
                signature.params.iter().map(show).collect::<Vec<_>>().join(", ")
            }
        };
        assert_eq!(shown, expected, "{text}");
    }

    #[test]
    fn kinds_and_defaults() {
        check("()", "");
        check("($self, /)", "");
        check("($self, object, /)", "object PositionalOnly");
        check("(a, b=(1, 2), /, c=',)')", "a PositionalOnly, b PositionalOnly?, c PositionalOrKeyword?");
        check("(*args, sep=' ', end)", "args VarArgs?, sep KeywordOnly?, end KeywordOnly");
        check("(x, *, key=None, **kw)", "x PositionalOrKeyword, key KeywordOnly?, kw VarKwargs?");
        check("(x, y=<unrepresentable>, /)", "x PositionalOnly, y PositionalOnly?");
    }

    #[test]
    fn mistakes() {
        check("x", "a signature is written in parentheses, like `(x, /)`");
        check("(/, x)", "`/` needs a parameter before it");
        check("(x=1, y)", "`y` without a default follows a parameter that has one");
        check("(x, *)", "named parameters must follow a bare `*`");
        check("(x, x)", "`x` is there twice");
        check("(x,, y)", "a parameter is missing between commas");
        check("(x-y)", "`x-y` is not a parameter's name");
        check("(**kw, x)", "nothing may follow `**` parameters");
    }

    #[test]
    fn receivers_are_added() {
        let add = |text: &str| parse(text).unwrap().text_with_receiver("module");
        assert_eq!(add("()"), "($module, /)");
        assert_eq!(add("(x, /)"), "($module, x, /)");
        assert_eq!(add("(x)"), "($module, /, x)");
        assert_eq!(add("($m, x)"), "($m, x)");
    }
}
