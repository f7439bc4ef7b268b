//! f-strings and t-strings.

use std::sync::Arc;

use ruff_python_ast::{self as ast, ConversionFlag, InterpolatedStringElement};
use ruff_text_size::{Ranged, TextRange};

use super::Compiler;
use crate::asm::Reg;
use crate::errors::Result;
use crate::isa::Op;
use crate::literal;
use crate::unit::Const;

/// Pieces that are joined at once.
const MAX_PIECES: Reg = 64;

/// A string being put together: literal text not yet emitted, and pieces in consecutive temporaries.
struct Joiner {
    base: Reg,
    literal: Vec<u8>,
}

impl<'a> Compiler<'a> {
    pub(super) fn fstring(&mut self, f: &'a ast::ExprFString, dst: Option<Reg>) -> Result<Reg> {
        let mut j = Joiner { base: self.u.next, literal: Vec::new() };
        for part in &f.value {
            match part {
                ast::FStringPart::Literal(s) => literal::push_str_part(&mut j.literal, s, self.source),
                ast::FStringPart::FString(s) => {
                    let raw = s.flags.prefix().is_raw();
                    self.joined_elements(&mut j, &s.elements, raw)?;
                }
            }
        }
        self.at(f);
        self.join(j, dst)
    }

    fn joined_elements(&mut self, j: &mut Joiner, elements: &'a ast::InterpolatedStringElements, raw: bool) -> Result<()> {
        for e in elements {
            match e {
                InterpolatedStringElement::Literal(l) => literal::push_middle(&mut j.literal, l, raw, self.source),
                InterpolatedStringElement::Interpolation(i) => {
                    if let Some(d) = &i.debug_text {
                        j.literal.extend_from_slice(d.as_str().as_bytes());
                    }
                    self.flush_literal(j);
                    self.formatted(i, raw)?;
                    self.limit_pieces(j);
                }
            }
        }
        Ok(())
    }

    fn flush_literal(&mut self, j: &mut Joiner) {
        if !j.literal.is_empty() {
            let t = self.temp();
            let text = std::mem::take(&mut j.literal);
            self.load_const(&Const::Str(Arc::from(text)), t);
            self.limit_pieces(j);
        }
    }

    fn limit_pieces(&mut self, j: &Joiner) {
        let n = self.u.next - j.base;
        if n >= MAX_PIECES {
            self.u.next = j.base;
            let t = self.temp();
            self.emit(Op::BUILD_STRING, t, j.base, n);
        }
    }

    fn join(&mut self, mut j: Joiner, dst: Option<Reg>) -> Result<Reg> {
        if self.u.next == j.base {
            let d = self.dst(dst);
            self.load_const(&Const::Str(Arc::from(std::mem::take(&mut j.literal))), d);
            return Ok(d);
        }
        self.flush_literal(&mut j);
        let n = self.u.next - j.base;
        self.u.next = j.base;
        let d = self.dst(dst);
        if n == 1 {
            self.mov(d, j.base);
        } else {
            self.emit(Op::BUILD_STRING, d, j.base, n);
        }
        Ok(d)
    }

    fn conversion(i: &ast::InterpolatedElement) -> Option<u16> {
        match i.conversion {
            ConversionFlag::Str => Some(1),
            ConversionFlag::Repr => Some(2),
            ConversionFlag::Ascii => Some(3),
            ConversionFlag::None if i.debug_text.is_some() && i.format_spec.is_none() => Some(2),
            ConversionFlag::None => None,
        }
    }

    /// One replacement field, formatted, in a new temporary.
    fn formatted(&mut self, i: &'a ast::InterpolatedElement, raw: bool) -> Result<()> {
        let result = self.u.next;
        let mut v = self.expr(&i.expression, None)?;
        if let Some(c) = Self::conversion(i) {
            self.u.next = result;
            let t = self.temp();
            self.at(i);
            self.emit(Op::CONVERT, t, v, c);
            v = t;
        }
        match &i.format_spec {
            Some(spec) if !spec.elements.is_empty() => {
                // The value may be a local in place; the specification goes above it.
                if v == result {
                    self.u.next = result + 1;
                }
                let s = self.format_spec(spec, raw)?;
                self.u.next = result;
                let t = self.temp();
                self.at(i);
                self.emit(Op::FORMAT, t, v, s);
            }
            _ => {
                self.u.next = result;
                let t = self.temp();
                self.at(i);
                self.emit(Op::FORMAT_SIMPLE, t, v, 0);
            }
        }
        Ok(())
    }

    fn format_spec(&mut self, spec: &'a ast::InterpolatedStringFormatSpec, raw: bool) -> Result<Reg> {
        let mut j = Joiner { base: self.u.next, literal: Vec::new() };
        self.joined_elements(&mut j, &spec.elements, raw)?;
        self.at(spec);
        self.join(j, None)
    }

    pub(super) fn tstring(&mut self, t: &'a ast::ExprTString, dst: Option<Reg>) -> Result<Reg> {
        let mark = self.u.next;
        let mut strings: Vec<Const> = Vec::new();
        let mut literal = Vec::new();
        let mut count = 0u16;
        // Interpolations go to a list when there are many, else to consecutive temporaries.
        let total: usize = t.value.iter().map(|p| p.elements.interpolations().count()).sum();
        let list = (total > usize::from(MAX_PIECES)).then(|| {
            let l = self.temp();
            self.emit(Op::BUILD_LIST, l, l, 0);
            l
        });
        let base = self.u.next;
        for part in &t.value {
            let raw = part.flags.prefix().is_raw();
            for e in &part.elements {
                match e {
                    InterpolatedStringElement::Literal(l) => {
                        literal::push_middle(&mut literal, l, raw, self.source);
                    }
                    InterpolatedStringElement::Interpolation(i) => {
                        if let Some(d) = &i.debug_text {
                            literal.extend_from_slice(d.as_str().as_bytes());
                        }
                        strings.push(Const::Str(Arc::from(std::mem::take(&mut literal))));
                        self.interpolation(i, raw)?;
                        count += 1;
                        if let Some(l) = list {
                            self.emit(Op::LIST_APPEND, l, base, 0);
                            self.u.next = base;
                        }
                    }
                }
            }
        }
        strings.push(Const::Str(Arc::from(literal)));
        self.at(t);
        let tuple = match list {
            Some(l) => {
                self.emit(Op::LIST_TO_TUPLE, l, l, 0);
                l
            }
            None => {
                self.u.next = base;
                let r = self.temp();
                self.emit(Op::BUILD_TUPLE, r, base, count);
                r
            }
        };
        self.u.next = tuple + 1;
        let s = self.temp();
        self.load_const(&Const::Tuple(strings), s);
        self.u.next = mark;
        let d = self.dst(dst);
        self.emit(Op::BUILD_TEMPLATE, d, s, tuple);
        Ok(d)
    }

    /// An Interpolation in a new temporary.
    fn interpolation(&mut self, i: &'a ast::InterpolatedElement, raw: bool) -> Result<()> {
        let base = self.u.next;
        self.expr_to_temp(&i.expression)?;
        let text = interpolation_text(i, self.source);
        let t = self.temp();
        self.load_str(&text, t);
        let c = self.temp();
        match Self::conversion(i) {
            Some(k) => self.load_str(["s", "r", "a"][usize::from(k) - 1], c),
            None => self.emit(Op::LOAD_NONE, c, 0, 0),
        }
        match &i.format_spec {
            Some(spec) => {
                let expected = self.u.next;
                let s = self.format_spec(spec, raw)?;
                debug_assert_eq!(s, expected);
            }
            None => {
                let s = self.temp();
                self.load_str("", s);
            }
        }
        self.u.next = base;
        let r = self.temp();
        self.at(i);
        self.emit(Op::BUILD_INTERPOLATION, r, base, 0);
        Ok(())
    }
}

/// Source text of the expression of a replacement field, as `Interpolation.expression` gives it: white space kept,
/// comments left out.
pub fn interpolation_text(i: &ast::InterpolatedElement, source: &str) -> String {
    if let Some(d) = &i.debug_text {
        let text = d.as_str().trim_end();
        return without_comments(text.strip_suffix('=').unwrap_or(text));
    }
    let start = i.range.start() + ruff_text_size::TextSize::new(1);
    let after = i.expression.range().end();
    let limit = match &i.format_spec {
        Some(s) => s.range().start(),
        None => i.range.end(),
    };
    // Up to the conversion, the format specification or the brace; parentheses around the expression included.
    let tail = without_comments(&source[TextRange::new(after, limit.max(after))]);
    let end = if i.conversion == ConversionFlag::None { tail.rfind([':', '}']) } else { tail.rfind('!') };
    let head = without_comments(&source[TextRange::new(start, after)]);
    format!("{head}{}", &tail[..end.unwrap_or(tail.len())])
}

fn without_comments(text: &str) -> String {
    if !text.contains('#') {
        return text.to_owned();
    }
    let mut out = String::new();
    let mut quote = None;
    let mut comment = false;
    for c in text.chars() {
        match (quote, c) {
            _ if comment => {
                comment = c != '\n';
                if !comment {
                    out.push(c);
                }
                continue;
            }
            (None, '#') => {
                comment = true;
                continue;
            }
            (None, '"' | '\'') => quote = Some(c),
            (Some(q), _) if q == c => quote = None,
            _ => {}
        }
        out.push(c);
    }
    out
}
