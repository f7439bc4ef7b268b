//! What a document type declaration says, and reading its declarations.

use super::cursor::{Cursor, Scan, Stop, code, normal_line_ends};
use std::collections::HashMap;

#[derive(Clone)]
pub struct Entity {
    /// Replacement text of an internal entity.
    pub text: Option<std::sync::Arc<str>>,
    pub system: Option<String>,
    pub public: Option<String>,
    pub base: Option<String>,
    pub notation: Option<String>,
}

#[derive(Clone)]
pub struct AttributeDef {
    pub name: String,
    pub is_cdata: bool,
    /// As it is given to programs, normalised.
    pub default: Option<String>,
}

#[derive(Clone, Default)]
pub struct Dtd {
    pub entities: HashMap<String, Entity>,
    pub parameters: HashMap<String, Entity>,
    pub attributes: HashMap<String, Vec<AttributeDef>>,
    /// Parts of the DTD were not read.
    pub has_unread: bool,
    pub standalone: bool,
    /// Declarations still count: nothing that was not read came before them.
    pub keeps: bool,
}

/// A content model.
#[derive(Clone, Debug)]
pub struct Model {
    pub kind: i64,
    pub quantifier: i64,
    pub name: Option<String>,
    pub children: Vec<Model>,
}

pub enum Declaration {
    Entity { name: String, is_parameter: bool, entity: Entity, value: Option<String> },
    Notation { name: String, system: Option<String>, public: Option<String> },
    Element { name: String, model: Model },
    Attributes { element: String, list: Vec<DeclaredAttribute> },
}

pub struct DeclaredAttribute {
    pub name: String,
    pub kind: String,
    pub default: Option<String>,
    pub required: bool,
}

fn is_public_id(s: &str) -> bool {
    s.bytes().all(|b| b.is_ascii_alphanumeric() || b" \r\n-'()+,./:=?;!*#@$_%".contains(&b))
}

/// A public identifier with its white space made single spaces.
fn normal_public(s: &str) -> String {
    s.split([' ', '\r', '\n', '\t']).filter(|p| !p.is_empty()).collect::<Vec<_>>().join(" ")
}

/// `SYSTEM "…"` or `PUBLIC "…" "…"`; the system identifier may be missing where `optional`.
pub fn external_id(c: &mut Cursor, optional: bool) -> Scan<(Option<String>, Option<String>)> {
    let at = c.at;
    if c.is("SYSTEM")? {
        c.expect("SYSTEM")?;
        c.space()?;
        return Ok((Some(c.quoted()?.to_owned()), None));
    }
    if !c.is("PUBLIC")? {
        return Err(Stop::Bad(code::SYNTAX, at));
    }
    c.expect("PUBLIC")?;
    c.space()?;
    let at = c.at;
    let public = c.quoted()?;
    if !is_public_id(public) {
        return Err(Stop::Bad(code::PUBLICID, at));
    }
    let public = Some(normal_public(public));
    let spaced = c.skip_space();
    match c.peek()? {
        b'"' | b'\'' if spaced => Ok((Some(c.quoted()?.to_owned()), public)),
        _ if optional => Ok((None, public)),
        _ => c.bad(),
    }
}

fn quantifier(c: &mut Cursor) -> Scan<i64> {
    let q = match c.peek()? {
        b'?' => 1,
        b'*' => 2,
        b'+' => 3,
        _ => return Ok(0),
    };
    c.at += 1;
    Ok(q)
}

fn group(c: &mut Cursor, depth: usize) -> Scan<Model> {
    if depth > 500 {
        return Err(Stop::Bad(code::SYNTAX, c.at));
    }
    c.skip_space();
    if c.is("#PCDATA")? {
        c.expect("#PCDATA")?;
        let mut children = Vec::new();
        loop {
            c.skip_space();
            match c.peek()? {
                b'|' => {
                    c.at += 1;
                    c.skip_space();
                    children.push(Model { kind: 4, quantifier: 0, name: Some(c.name()?.to_owned()), children: Vec::new() });
                }
                b')' => {
                    c.at += 1;
                    break;
                }
                _ => return c.bad(),
            }
        }
        let q = quantifier(c)?;
        if q != 2 && (q != 0 || !children.is_empty()) {
            return c.bad();
        }
        return Ok(Model { kind: 3, quantifier: q, name: None, children });
    }
    let (mut children, mut separator) = (Vec::new(), None);
    loop {
        c.skip_space();
        if c.peek()? == b'(' {
            c.at += 1;
            children.push(group(c, depth + 1)?);
        } else {
            let name = c.name()?.to_owned();
            children.push(Model { kind: 4, quantifier: quantifier(c)?, name: Some(name), children: Vec::new() });
        }
        c.skip_space();
        match c.peek()? {
            b')' => {
                c.at += 1;
                break;
            }
            b @ (b'|' | b',') if separator.is_none_or(|s| s == b) => {
                separator = Some(b);
                c.at += 1;
            }
            _ => return c.bad(),
        }
    }
    let kind = if separator == Some(b'|') { 5 } else { 6 };
    Ok(Model { kind, quantifier: quantifier(c)?, name: None, children })
}

/// The type of an attribute, spelled as programs get it.
fn attribute_type(c: &mut Cursor) -> Scan<String> {
    let names = |c: &mut Cursor, prefix: &str, tokens: bool| -> Scan<String> {
        c.expect("(")?;
        let mut all = Vec::new();
        loop {
            c.skip_space();
            all.push(if tokens { c.name_token()? } else { c.name()? });
            c.skip_space();
            match c.peek()? {
                b'|' => c.at += 1,
                b')' => {
                    c.at += 1;
                    return Ok(format!("{prefix}({})", all.join("|")));
                }
                _ => return c.bad(),
            }
        }
    };
    if c.peek()? == b'(' {
        return names(c, "", true);
    }
    let at = c.at;
    let word = c.name()?;
    match word {
        "CDATA" | "ID" | "IDREF" | "IDREFS" | "ENTITY" | "ENTITIES" | "NMTOKEN" | "NMTOKENS" => Ok(word.to_owned()),
        "NOTATION" => {
            c.space()?;
            names(c, "NOTATION", false)
        }
        _ => Err(Stop::Bad(code::SYNTAX, at)),
    }
}

impl Dtd {
    /// A declaration, from behind its `<!` to behind its `>`.
    pub fn declaration(&self, c: &mut Cursor, base: Option<&str>, in_external: bool) -> Scan<Declaration> {
        let at = c.at;
        let word = c.name()?;
        c.space()?;
        let found = match word {
            "ENTITY" => {
                let is_parameter = c.peek()? == b'%';
                if is_parameter {
                    c.at += 1;
                    c.space()?;
                }
                let name = c.name()?.to_owned();
                c.space()?;
                let mut entity = Entity { text: None, system: None, public: None, base: base.map(str::to_owned), notation: None };
                let mut value = None;
                if matches!(c.peek()?, b'"' | b'\'') {
                    let at = c.at + 1;
                    let text = self.entity_value(c.quoted()?, at, in_external, 0)?;
                    entity.text = Some(text.as_str().into());
                    entity.base = None;
                    value = Some(text);
                } else {
                    (entity.system, entity.public) = external_id(c, false)?;
                    let spaced = c.skip_space();
                    if c.peek()? == b'N' && spaced && !is_parameter {
                        c.expect("NDATA")?;
                        c.space()?;
                        entity.notation = Some(c.name()?.to_owned());
                    }
                }
                Declaration::Entity { name, is_parameter, entity, value }
            }
            "NOTATION" => {
                let name = c.name()?.to_owned();
                c.space()?;
                let (system, public) = external_id(c, true)?;
                Declaration::Notation { name, system, public }
            }
            "ELEMENT" => {
                let name = c.name()?.to_owned();
                c.space()?;
                let plain = |kind| Model { kind, quantifier: 0, name: None, children: Vec::new() };
                let model = if c.peek()? == b'(' {
                    c.at += 1;
                    group(c, 0)?
                } else {
                    let at = c.at;
                    match c.name()? {
                        "EMPTY" => plain(1),
                        "ANY" => plain(2),
                        _ => return Err(Stop::Bad(code::SYNTAX, at)),
                    }
                };
                Declaration::Element { name, model }
            }
            "ATTLIST" => {
                let element = c.name()?.to_owned();
                let mut list = Vec::new();
                loop {
                    let spaced = c.skip_space();
                    if c.peek()? == b'>' {
                        break;
                    }
                    if !spaced {
                        return c.bad();
                    }
                    let name = c.name()?.to_owned();
                    c.space()?;
                    let kind = attribute_type(c)?;
                    c.space()?;
                    let (mut default, mut required) = (None, false);
                    let mut literal = matches!(c.peek()?, b'"' | b'\'');
                    if c.peek()? == b'#' {
                        c.at += 1;
                        let at = c.at;
                        match c.name()? {
                            "REQUIRED" => required = true,
                            "IMPLIED" => {}
                            "FIXED" => {
                                required = true;
                                c.space()?;
                                literal = true;
                            }
                            _ => return Err(Stop::Bad(code::SYNTAX, at)),
                        }
                    } else if !literal {
                        return Err(Stop::Bad(code::SYNTAX, c.at));
                    }
                    if literal {
                        let at = c.at + 1;
                        default = Some(self.attribute_value(c.quoted()?, at, kind == "CDATA", &mut Vec::new())?);
                    }
                    list.push(DeclaredAttribute { name, kind, default, required });
                }
                Declaration::Attributes { element, list }
            }
            _ => return Err(Stop::Bad(code::SYNTAX, at)),
        };
        c.skip_space();
        c.expect(">")?;
        Ok(found)
    }

    /// The replacement text that a literal stands for.
    fn entity_value(&self, literal: &str, at: usize, in_external: bool, depth: usize) -> Scan<String> {
        let mut out = String::new();
        let mut c = Cursor::new(literal.as_bytes(), 0);
        let placed = |e: Stop| match e {
            Stop::More => Stop::Bad(code::INVALID_TOKEN, at + literal.len()),
            Stop::Bad(code, i) => Stop::Bad(code, at + i),
        };
        while c.at < literal.len() {
            let start = c.at;
            match c.next_char().map_err(placed)? {
                '&' if c.peek() == Ok(b'#') => {
                    c.at += 1;
                    out.push(c.char_reference(start).map_err(placed)?);
                }
                '&' => {
                    c.name().map_err(placed)?;
                    c.expect(";").map_err(placed)?;
                    out.push_str(c.text(start, c.at));
                }
                '%' => {
                    let name = c.name().map_err(placed)?;
                    c.expect(";").map_err(placed)?;
                    if !in_external {
                        return Err(Stop::Bad(code::PARAM_ENTITY_REF, at + start));
                    }
                    let text = self.parameters.get(name).and_then(|e| e.text.clone());
                    if depth > 40 {
                        return Err(Stop::Bad(code::RECURSIVE_ENTITY_REF, at + start));
                    }
                    if let Some(text) = text {
                        out.push_str(&self.entity_value(&text, at + start, in_external, depth + 1)?);
                    }
                }
                ch => out.push(ch),
            }
        }
        Ok(normal_line_ends(&out))
    }

    /// An attribute's value: references replaced, white space normalised. `open`: entities around this text.
    pub fn attribute_value(&self, raw: &str, at: usize, is_cdata: bool, open: &mut Vec<String>) -> Scan<String> {
        let mut out = String::with_capacity(raw.len());
        self.attribute_text(raw, at, open, &mut out)?;
        if !is_cdata {
            return Ok(out.split(' ').filter(|p| !p.is_empty()).collect::<Vec<_>>().join(" "));
        }
        Ok(out)
    }

    fn attribute_text(&self, raw: &str, at: usize, open: &mut Vec<String>, out: &mut String) -> Scan<()> {
        if !raw.bytes().any(|b| matches!(b, b'&' | b'<' | b'\t' | b'\n' | b'\r')) {
            out.push_str(raw);
            return Ok(());
        }
        let outermost = open.is_empty();
        let place = |i: usize| if outermost { at + i } else { at };
        let mut c = Cursor::new(raw.as_bytes(), 0);
        while c.at < raw.len() {
            let start = c.at;
            let here = place(start);
            match c.next_char()? {
                '\r' if c.peek() == Ok(b'\n') => {}
                '\t' | '\n' | '\r' => out.push(' '),
                '<' => return Err(Stop::Bad(code::INVALID_TOKEN, here)),
                '&' => {
                    let moved = |e: Stop| match e {
                        Stop::More => Stop::Bad(code::INVALID_TOKEN, place(raw.len())),
                        Stop::Bad(code::BAD_CHAR_REF, _) => Stop::Bad(code::BAD_CHAR_REF, here),
                        Stop::Bad(code, i) => Stop::Bad(code, place(i)),
                    };
                    if c.peek() == Ok(b'#') {
                        c.at += 1;
                        out.push(c.char_reference(start).map_err(moved)?);
                        continue;
                    }
                    let name = c.name().map_err(moved)?;
                    c.expect(";").map_err(moved)?;
                    if let Some(ch) = predefined(name) {
                        out.push(ch);
                        continue;
                    }
                    let Some(e) = self.entities.get(name) else {
                        if self.standalone || !self.has_unread {
                            return Err(Stop::Bad(code::UNDEFINED_ENTITY, here));
                        }
                        continue;
                    };
                    if open.iter().any(|o| o == name) {
                        return Err(Stop::Bad(code::RECURSIVE_ENTITY_REF, here));
                    }
                    if e.notation.is_some() {
                        return Err(Stop::Bad(code::BINARY_ENTITY_REF, here));
                    }
                    let Some(text) = &e.text else {
                        return Err(Stop::Bad(code::ATTRIBUTE_EXTERNAL_ENTITY_REF, here));
                    };
                    if out.len() + text.len() > MAX_EXPANSION {
                        return Err(Stop::Bad(code::AMPLIFICATION, here));
                    }
                    open.push(name.to_owned());
                    self.attribute_text(text, here, open, out)?;
                    open.pop();
                }
                ch => out.push(ch),
            }
        }
        Ok(())
    }
}

/// What entities may grow to, however little text there is.
pub const MAX_EXPANSION: usize = 8 << 20;

/// Entities that need no declaration.
pub fn predefined(name: &str) -> Option<char> {
    Some(match name {
        "lt" => '<',
        "gt" => '>',
        "amp" => '&',
        "quot" => '"',
        "apos" => '\'',
        _ => return None,
    })
}
