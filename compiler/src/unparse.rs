//! Expressions back to text, with the spacing and parentheses CPython gives annotations that are kept as strings.

use std::fmt::Write;

use ruff_python_ast::{self as ast, BoolOp, CmpOp, ConversionFlag, Expr, InterpolatedStringElement, Number, Operator, UnaryOp};
use ruff_text_size::Ranged;

use crate::literal;

// Binding strengths, weakest first.
const TUPLE: u8 = 0;
const TEST: u8 = 1;
const OR: u8 = 2;
const AND: u8 = 3;
const NOT: u8 = 4;
const CMP: u8 = 5;
const EXPR: u8 = 6;
const BITOR: u8 = EXPR;
const BITXOR: u8 = 7;
const BITAND: u8 = 8;
const SHIFT: u8 = 9;
const ARITH: u8 = 10;
const TERM: u8 = 11;
const FACTOR: u8 = 12;
const POWER: u8 = 13;
const AWAIT: u8 = 14;
const ATOM: u8 = 15;

/// The text of an expression.
pub fn expression(e: &Expr, source: &str) -> String {
    let mut w = Writer { out: String::new(), source };
    w.expr(e, TEST);
    w.out
}

struct Writer<'a> {
    out: String,
    source: &'a str,
}

impl Writer<'_> {
    fn put(&mut self, s: &str) {
        self.out.push_str(s);
    }

    fn paren(&mut self, needed: bool, f: impl FnOnce(&mut Self)) {
        if needed {
            self.put("(");
        }
        f(self);
        if needed {
            self.put(")");
        }
    }

    fn list<'e>(&mut self, items: impl IntoIterator<Item = &'e Expr>, level: u8) {
        for (i, e) in items.into_iter().enumerate() {
            if i > 0 {
                self.put(", ");
            }
            self.expr(e, level);
        }
    }

    fn expr(&mut self, e: &Expr, level: u8) {
        crate::depth::with_stack(|| self.expr_inner(e, level));
    }

    fn expr_inner(&mut self, e: &Expr, level: u8) {
        match e {
            Expr::BoolOp(b) => {
                let (word, own) = if b.op == BoolOp::And { (" and ", AND) } else { (" or ", OR) };
                self.paren(level > own, |w| {
                    for (i, v) in b.values.iter().enumerate() {
                        if i > 0 {
                            w.put(word);
                        }
                        w.expr(v, own + 1);
                    }
                });
            }
            Expr::Named(n) => self.paren(level > TUPLE, |w| {
                w.expr(&n.target, ATOM);
                w.put(" := ");
                w.expr(&n.value, ATOM);
            }),
            Expr::BinOp(b) => {
                let (word, own, right) = match b.op {
                    Operator::Add => (" + ", ARITH, false),
                    Operator::Sub => (" - ", ARITH, false),
                    Operator::Mult => (" * ", TERM, false),
                    Operator::MatMult => (" @ ", TERM, false),
                    Operator::Div => (" / ", TERM, false),
                    Operator::Mod => (" % ", TERM, false),
                    Operator::LShift => (" << ", SHIFT, false),
                    Operator::RShift => (" >> ", SHIFT, false),
                    Operator::BitOr => (" | ", BITOR, false),
                    Operator::BitXor => (" ^ ", BITXOR, false),
                    Operator::BitAnd => (" & ", BITAND, false),
                    Operator::FloorDiv => (" // ", TERM, false),
                    Operator::Pow => (" ** ", POWER, true),
                };
                self.paren(level > own, |w| {
                    w.expr(&b.left, own + u8::from(right));
                    w.put(word);
                    w.expr(&b.right, own + u8::from(!right));
                });
            }
            Expr::UnaryOp(u) => {
                let (word, own) = match u.op {
                    UnaryOp::Invert => ("~", FACTOR),
                    UnaryOp::Not => ("not ", NOT),
                    UnaryOp::UAdd => ("+", FACTOR),
                    UnaryOp::USub => ("-", FACTOR),
                };
                self.paren(level > own, |w| {
                    w.put(word);
                    w.expr(&u.operand, own);
                });
            }
            Expr::Lambda(l) => self.paren(level > TEST, |w| {
                w.put("lambda");
                if let Some(p) = &l.parameters
                    && !p.is_empty()
                {
                    w.put(" ");
                    w.parameters(p);
                }
                w.put(": ");
                w.expr(&l.body, TEST);
            }),
            Expr::If(i) => self.paren(level > TEST, |w| {
                w.expr(&i.body, TEST + 1);
                w.put(" if ");
                w.expr(&i.test, TEST + 1);
                w.put(" else ");
                w.expr(&i.orelse, TEST);
            }),
            Expr::Dict(d) => {
                self.put("{");
                for (i, item) in d.items.iter().enumerate() {
                    if i > 0 {
                        self.put(", ");
                    }
                    match &item.key {
                        Some(k) => {
                            self.expr(k, TEST);
                            self.put(": ");
                            self.expr(&item.value, TEST);
                        }
                        None => {
                            self.put("**");
                            self.expr(&item.value, EXPR);
                        }
                    }
                }
                self.put("}");
            }
            Expr::Set(s) => {
                self.put("{");
                self.list(&s.elts, TEST);
                self.put("}");
            }
            Expr::ListComp(c) => self.comprehension("[", &c.elt, None, &c.generators, "]"),
            Expr::SetComp(c) => self.comprehension("{", &c.elt, None, &c.generators, "}"),
            Expr::Generator(c) => self.comprehension("(", &c.elt, None, &c.generators, ")"),
            Expr::DictComp(c) => {
                self.comprehension("{", c.key.as_deref().unwrap_or(&c.value), Some(&c.value), &c.generators, "}");
            }
            Expr::Await(a) => self.paren(level > AWAIT, |w| {
                w.put("await ");
                w.expr(&a.value, ATOM);
            }),
            Expr::Yield(y) => {
                self.put("(yield");
                if let Some(v) = &y.value {
                    self.put(" ");
                    self.expr(v, TUPLE);
                }
                self.put(")");
            }
            Expr::YieldFrom(y) => {
                self.put("(yield from ");
                self.expr(&y.value, TEST);
                self.put(")");
            }
            Expr::Compare(c) => self.paren(level > CMP, |w| {
                w.expr(&c.left, CMP + 1);
                for (op, right) in c.ops.iter().zip(&c.comparators) {
                    w.put(match op {
                        CmpOp::Eq => " == ",
                        CmpOp::NotEq => " != ",
                        CmpOp::Lt => " < ",
                        CmpOp::LtE => " <= ",
                        CmpOp::Gt => " > ",
                        CmpOp::GtE => " >= ",
                        CmpOp::Is => " is ",
                        CmpOp::IsNot => " is not ",
                        CmpOp::In => " in ",
                        CmpOp::NotIn => " not in ",
                    });
                    w.expr(right, CMP + 1);
                }
            }),
            Expr::Call(c) => {
                self.expr(&c.func, ATOM);
                let args = &c.arguments;
                if let ([Expr::Generator(_)], []) = (&*args.args, &*args.keywords) {
                    self.expr(&args.args[0], TEST);
                    return;
                }
                self.put("(");
                self.list(&*args.args, TEST);
                for (i, k) in args.keywords.iter().enumerate() {
                    if i > 0 || !args.args.is_empty() {
                        self.put(", ");
                    }
                    match &k.arg {
                        Some(n) => {
                            self.put(n.as_str());
                            self.put("=");
                        }
                        None => self.put("**"),
                    }
                    self.expr(&k.value, TEST);
                }
                self.put(")");
            }
            Expr::FString(f) => {
                let mut body = String::new();
                for part in &f.value {
                    match part {
                        ast::FStringPart::Literal(l) => push_escaped_braces(&mut body, &l.value),
                        ast::FStringPart::FString(f) => self.elements(&f.elements, &mut body),
                    }
                }
                self.put("f");
                let text = repr_str(body.as_bytes());
                self.put(&text);
            }
            Expr::TString(t) => {
                let mut body = String::new();
                for part in &t.value {
                    self.elements(&part.elements, &mut body);
                }
                self.put("t");
                let text = repr_str(body.as_bytes());
                self.put(&text);
            }
            Expr::StringLiteral(s) => {
                if s.value.is_unicode() {
                    self.put("u");
                }
                let text = repr_str(&literal::str_value(&s.value, self.source));
                self.put(&text);
            }
            Expr::BytesLiteral(b) => {
                let text = repr_bytes(&literal::bytes_value(&b.value));
                self.put(&text);
            }
            Expr::NumberLiteral(n) => self.number(n),
            Expr::BooleanLiteral(b) => self.put(if b.value { "True" } else { "False" }),
            Expr::NoneLiteral(_) => self.put("None"),
            Expr::EllipsisLiteral(_) => self.put("..."),
            Expr::Attribute(a) => {
                self.expr(&a.value, ATOM);
                // `1 .real`, or the point would belong to the number.
                if matches!(&*a.value, Expr::NumberLiteral(n) if matches!(n.value, Number::Int(_))) {
                    self.put(" ");
                }
                self.put(".");
                self.put(a.attr.as_str());
            }
            Expr::Subscript(s) => {
                self.expr(&s.value, ATOM);
                self.put("[");
                self.expr(&s.slice, TUPLE);
                self.put("]");
            }
            Expr::Starred(s) => {
                self.put("*");
                self.expr(&s.value, EXPR);
            }
            Expr::Name(n) => self.put(n.id.as_str()),
            Expr::List(l) => {
                self.put("[");
                self.list(&l.elts, TEST);
                self.put("]");
            }
            Expr::Tuple(t) => {
                if t.elts.is_empty() {
                    self.put("()");
                    return;
                }
                self.paren(level > TUPLE, |w| {
                    w.list(&t.elts, TEST);
                    if t.elts.len() == 1 {
                        w.put(",");
                    }
                });
            }
            Expr::Slice(s) => {
                if let Some(e) = &s.lower {
                    self.expr(e, TEST);
                }
                self.put(":");
                if let Some(e) = &s.upper {
                    self.expr(e, TEST);
                }
                if let Some(e) = &s.step {
                    self.put(":");
                    self.expr(e, TEST);
                }
            }
            Expr::IpyEscapeCommand(c) => {
                let text = &self.source[c.range()];
                self.out.push_str(text);
            }
        }
    }

    fn number(&mut self, n: &ast::ExprNumberLiteral) {
        let text = &self.source[n.range];
        match &n.value {
            Number::Int(i) => match i.as_u64() {
                Some(v) => {
                    let _ = write!(self.out, "{v}");
                }
                None => {
                    let plain: String = text.chars().filter(|c| *c != '_').collect();
                    self.out.push_str(&plain);
                }
            },
            Number::Float(f) => self.float(*f),
            Number::Complex { imag, .. } => {
                if imag.fract() == 0.0 && imag.abs() < 1e16 {
                    let _ = write!(self.out, "{imag:.0}j");
                } else {
                    self.float(*imag);
                    self.put("j");
                }
            }
        }
    }

    fn float(&mut self, f: f64) {
        if f.is_infinite() {
            self.put("1e309");
            return;
        }
        let text = format!("{f:e}");
        let (digits, exponent) = text.split_once('e').unwrap_or((&text, "0"));
        let exponent: i32 = exponent.parse().unwrap_or(0);
        if (-4..16).contains(&exponent) {
            let _ = write!(self.out, "{f:?}");
        } else {
            let sign = if exponent < 0 { '-' } else { '+' };
            let _ = write!(self.out, "{digits}e{sign}{:02}", exponent.abs());
        }
    }

    fn parameters(&mut self, p: &ast::Parameters) {
        let mut first = true;
        let comma = |w: &mut Self, first: &mut bool| {
            if !std::mem::take(first) {
                w.put(", ");
            }
        };
        let one = |w: &mut Self, a: &ast::ParameterWithDefault| {
            w.put(a.parameter.name.as_str());
            if let Some(d) = &a.default {
                w.put("=");
                w.expr(d, TEST);
            }
        };
        for (i, a) in p.posonlyargs.iter().enumerate() {
            comma(self, &mut first);
            one(self, a);
            if i + 1 == p.posonlyargs.len() {
                self.put(", /");
            }
        }
        for a in &p.args {
            comma(self, &mut first);
            one(self, a);
        }
        if p.vararg.is_some() || !p.kwonlyargs.is_empty() {
            comma(self, &mut first);
            self.put("*");
            if let Some(v) = &p.vararg {
                self.put(v.name.as_str());
            }
        }
        for a in &p.kwonlyargs {
            comma(self, &mut first);
            one(self, a);
        }
        if let Some(k) = &p.kwarg {
            comma(self, &mut first);
            self.put("**");
            self.put(k.name.as_str());
        }
    }

    fn comprehension(&mut self, open: &str, elt: &Expr, value: Option<&Expr>, generators: &[ast::Comprehension], close: &str) {
        self.put(open);
        self.expr(elt, TEST);
        if let Some(v) = value {
            self.put(": ");
            self.expr(v, TEST);
        }
        for g in generators {
            self.put(if g.is_async { " async for " } else { " for " });
            self.expr(&g.target, TUPLE);
            self.put(" in ");
            self.expr(&g.iter, TEST + 1);
            for c in &g.ifs {
                self.put(" if ");
                self.expr(c, TEST + 1);
            }
        }
        self.put(close);
    }

    fn elements(&self, elements: &ast::InterpolatedStringElements, body: &mut String) {
        for e in elements {
            match e {
                InterpolatedStringElement::Literal(l) => push_escaped_braces(body, &l.value),
                InterpolatedStringElement::Interpolation(i) => {
                    if let Some(d) = &i.debug_text {
                        push_escaped_braces(body, d.as_str());
                    }
                    let mut inner = Writer { out: String::new(), source: self.source };
                    inner.expr(&i.expression, TEST + 1);
                    body.push('{');
                    if inner.out.starts_with('{') {
                        body.push(' ');
                    }
                    body.push_str(&inner.out);
                    match i.conversion {
                        ConversionFlag::Str => body.push_str("!s"),
                        ConversionFlag::Repr => body.push_str("!r"),
                        ConversionFlag::Ascii => body.push_str("!a"),
                        ConversionFlag::None => {
                            if i.debug_text.is_some() && i.format_spec.is_none() {
                                body.push_str("!r");
                            }
                        }
                    }
                    if let Some(s) = &i.format_spec {
                        body.push(':');
                        self.elements(&s.elements, body);
                    }
                    body.push('}');
                }
            }
        }
    }
}

fn push_escaped_braces(out: &mut String, text: &str) {
    for c in text.chars() {
        if matches!(c, '{' | '}') {
            out.push(c);
        }
        out.push(c);
    }
}

/// `repr` of a string in WTF-8. Characters outside ASCII are kept unless they are surrogates or controls.
pub fn repr_str(text: &[u8]) -> String {
    let quote = if text.contains(&b'\'') && !text.contains(&b'"') { '"' } else { '\'' };
    let mut out = String::from(quote);
    for chunk in text.utf8_chunks() {
        for c in chunk.valid().chars() {
            match c {
                '\\' => out.push_str("\\\\"),
                '\n' => out.push_str("\\n"),
                '\r' => out.push_str("\\r"),
                '\t' => out.push_str("\\t"),
                c if c == quote => {
                    out.push('\\');
                    out.push(c);
                }
                c if (c as u32) < 0x20 || (0x7f..0xa1).contains(&(c as u32)) || c as u32 == 0xad => {
                    let _ = write!(out, "\\x{:02x}", c as u32);
                }
                c => out.push(c),
            }
        }
        // A surrogate is three bytes, reported one by one or together.
        let bad = chunk.invalid();
        if let [a, b, c] = bad {
            let v = (u32::from(*a) & 0xf) << 12 | (u32::from(*b) & 0x3f) << 6 | u32::from(*c) & 0x3f;
            let _ = write!(out, "\\u{v:04x}");
        }
    }
    out.push(quote);
    out
}

pub fn repr_bytes(bytes: &[u8]) -> String {
    let quote = if bytes.contains(&b'\'') && !bytes.contains(&b'"') { '"' } else { '\'' };
    let mut out = format!("b{quote}");
    for b in bytes {
        match b {
            b'\\' => out.push_str("\\\\"),
            b'\n' => out.push_str("\\n"),
            b'\r' => out.push_str("\\r"),
            b'\t' => out.push_str("\\t"),
            b if *b as char == quote => {
                out.push('\\');
                out.push(quote);
            }
            0x20..=0x7e => out.push(*b as char),
            b => {
                let _ = write!(out, "\\x{b:02x}");
            }
        }
    }
    out.push(quote);
    out
}
