//! Strings, f-strings and t-strings, and `yield`.

use super::{Node, Parse, Parser, Shape, Stop};
use crate::tokenizer::Kind;

impl Parser<'_> {
    // ---- yield and strings

    pub(super) fn yield_expression(&mut self) -> Parse<Node> {
        let start = self.expect("yield")?.start;
        if self.eat("from") {
            self.expression()?;
        } else if self.starts_expression() || self.is("*") {
            self.star_expressions()?;
        }
        Ok(self.node(Shape::Yield, start, false))
    }

    pub(super) fn strings(&mut self) -> Parse<Node> {
        let start = self.tok().start;
        let mut shape = Shape::Literal;
        let mut bytes = None;
        let mut mixed = false;
        let mut template = None;
        loop {
            let t = self.tok();
            match t.kind {
                Kind::Str => {
                    let text = self.text_of(t);
                    let prefix = text[..text.find(['"', '\'']).unwrap_or(0)].to_ascii_lowercase();
                    let is_bytes = prefix.contains('b');
                    mixed |= bytes.is_some_and(|b| b != is_bytes);
                    bytes = Some(is_bytes);
                    self.at += 1;
                    self.check_string(t, &prefix)?;
                    if template == Some(true) {
                        mixed = true;
                    }
                    template = template.or(Some(false));
                }
                Kind::FStart => {
                    let text = self.text_of(t).to_ascii_lowercase();
                    let is_template = text.contains('t');
                    if template.is_some_and(|b| b != is_template) {
                        mixed = true;
                    }
                    template = Some(is_template || template == Some(true));
                    if bytes == Some(true) {
                        mixed = true;
                    }
                    bytes = bytes.or(Some(false));
                    self.at += 1;
                    self.fstring(if is_template { 't' } else { 'f' }, text.contains('r'))?;
                    shape = if is_template { Shape::TString } else { Shape::FString };
                }
                _ => break,
            }
        }
        let end = self.last().end;
        if mixed && template != Some(true) {
            let t = self.tok();
            return self.special_token(t, "cannot mix bytes and nonbytes literals");
        }
        if mixed {
            let message = "cannot mix t-string literals with string or bytes literals";
            return self.special(start, end, message);
        }
        Ok(self.node(shape, start, true))
    }

    /// What decoding the string would complain about.
    fn check_string(&mut self, t: crate::tokenizer::Tok, prefix: &str) -> Parse<()> {
        let text = self.text_of(t);
        let body = &text[prefix.len()..];
        let quote = if body.starts_with("\"\"\"") || body.starts_with("'''") { 3 } else { 1 };
        let body = &body[quote..(body.len().max(2 * quote)) - quote];
        if prefix.contains('b') && !body.is_ascii() {
            return self.special_token(t, "bytes can only contain ASCII literal characters");
        }
        if !prefix.contains('r')
            && body.contains('\\')
            && let Some(m) = crate::escapes::error(body, prefix.contains('b'))
        {
            return self.special_token(t, m);
        }
        Ok(())
    }

    pub(super) fn in_field(&self) -> bool {
        self.toks[..self.at].iter().any(|t| t.kind == Kind::FStart)
    }

    pub(super) fn field_letter(&self) -> char {
        let mut open = Vec::new();
        for t in &self.toks[..self.at] {
            match t.kind {
                Kind::FStart => open.push(*t),
                Kind::FEnd => {
                    open.pop();
                }
                _ => {}
            }
        }
        open.last().map_or('f', |t| if self.text_of(*t).to_ascii_lowercase().contains('t') { 't' } else { 'f' })
    }

    /// The rest of an f-string after its start.
    pub(super) fn fstring(&mut self, letter: char, raw: bool) -> Parse<()> {
        let mut problem = None;
        loop {
            let t = self.tok();
            match t.kind {
                Kind::FMiddle => {
                    if !raw && problem.is_none() {
                        problem = crate::escapes::error(self.text_of(t), false);
                    }
                    self.at += 1;
                }
                Kind::FEnd => {
                    self.at += 1;
                    if let Some(m) = problem {
                        return self.special_token(t, m);
                    }
                    return Ok(());
                }
                Kind::Op if self.text_of(t) == "{" => self.field(letter)?,
                _ => return Err(Stop::Generic),
            }
        }
    }

    fn field(&mut self, letter: char) -> Parse<()> {
        self.expect("{")?;
        let t = self.tok();
        if t.kind == Kind::Op {
            let s = self.text_of(t);
            if matches!(s, "=" | "!" | ":" | "}") {
                return self.special_token(t, format!("{letter}-string: valid expression required before '{s}'"));
            }
        }
        if !self.starts_expression() && !self.is("*") {
            return self.special_token(t, format!("{letter}-string: expecting a valid expression after '{{'"));
        }
        if self.is("yield") {
            self.yield_expression()?;
        } else {
            let at = self.at;
            if let Err(e) = self.star_expressions() {
                if let Stop::Generic = e
                    && self.quiet == 0
                {
                    self.at = at;
                    return self.special_token(t, format!("{letter}-string: expecting a valid expression after '{{'"));
                }
                return Err(e);
            }
        }
        let mut expected = "'=', or '!', or ':', or '}'";
        if self.eat("=") {
            expected = "'!', or ':', or '}'";
        }
        if self.eat("!") {
            let mark = self.last();
            let t = self.tok();
            if self.is(":") || self.is("}") {
                return self.special_token(t, format!("{letter}-string: missing conversion character"));
            }
            if t.kind != Kind::Name {
                return self.special_token(t, format!("{letter}-string: invalid conversion character"));
            }
            if t.start != mark.end {
                let message = format!("{letter}-string: conversion type must come right after the exclamation mark");
                return self.special(mark.start, t.end, message);
            }
            let c = self.text_of(t);
            if !matches!(c, "s" | "r" | "a") {
                return self
                    .special_token(t, format!("{letter}-string: invalid conversion character '{c}': expected 's', 'r', or 'a'"));
            }
            self.at += 1;
            expected = "':' or '}'";
        }
        if self.eat(":") {
            loop {
                let t = self.tok();
                match t.kind {
                    Kind::FMiddle => self.at += 1,
                    Kind::Op if self.text_of(t) == "{" => self.field(letter)?,
                    Kind::Op if self.text_of(t) == "}" => break,
                    _ => {
                        return self.special_token(t, format!("{letter}-string: expecting '}}', or format specs"));
                    }
                }
            }
            self.at += 1;
            return Ok(());
        }
        if self.eat("}") {
            return Ok(());
        }
        let t = self.tok();
        self.special_token(t, format!("{letter}-string: expecting {expected}"))
    }
}
