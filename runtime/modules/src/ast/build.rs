//! From the parser's tree to objects.
//!
//! The parser's ranges are CPython's but for a few: function and class definitions begin at their keyword, not at a decorator;
//! a generator expression that is a call's only argument includes the call's parentheses; a clause ends where its statement does.

use super::node::Ast;
use super::{Classes, Node};
use ruff_python_ast::{self as ast, Expr, InterpolatedStringElement, Pattern, Stmt, TypeParam};
use ruff_text_size::{Ranged, TextRange, TextSize};
use taipan_compiler::{Const, Mode, Options, Tree, literal};
use taipan_vm::attr;
use taipan_vm::native::*;
use taipan_vm::objects::code::constant;

/// Makes the nodes of one tree.
struct Builder<'a> {
    t: &'a Thread,
    classes: Classes,
    text: &'a str,
    tree: &'a Tree,
}

/// The root node of a parsed source.
pub fn module(t: &Thread, tree: &Tree, options: &Options) -> Result<Value> {
    let b = Builder { t, classes: Classes::get(t)?, text: &tree.text, tree };
    match tree.syntax.syntax() {
        ast::Mod::Module(m) => {
            let body = b.body(&m.body)?;
            if options.mode == Mode::Single {
                b.node(Node::Interactive, &[body])
            } else {
                b.node(Node::Module, &[body, b.empty()?])
            }
        }
        ast::Mod::Expression(e) => b.node(Node::Expression, &[b.expr(&e.body)?]),
    }
}

/// Literal text of a formatted string that is being collected, and where it lies.
#[derive(Default)]
struct Literal {
    bytes: Vec<u8>,
    range: Option<TextRange>,
    unicode: bool,
}

impl Literal {
    fn cover(&mut self, range: TextRange) {
        self.range = Some(self.range.map_or(range, |r| r.cover(range)));
    }
}

impl Builder<'_> {
    /// A node without a place.
    fn node(&self, n: Node, values: &[Value]) -> Result<Value> {
        let t = self.t;
        let v = Ast::new_in(t, self.classes.class(t, n)?)?.value();
        if let Some(names) = self.classes.field_names(n) {
            for (name, value) in names.iter().zip(values) {
                if let Some(name) = name.downcast::<Str>() {
                    attr::instance_set(t, v, name, *value)?;
                }
            }
        }
        Ok(v)
    }

    fn at(&self, n: Node, range: TextRange, values: &[Value]) -> Result<Value> {
        let v = self.node(n, values)?;
        let (line, column) = self.tree.index.position(range.start().into());
        let (end_line, end_column) = self.tree.index.position_near(range.end().into(), line);
        for (i, n) in [line, column, end_line, end_column].into_iter().enumerate() {
            if let Some(name) = self.classes.place_name(i) {
                attr::instance_set(self.t, v, name, Value::small_int(i64::from(n)))?;
            }
        }
        Ok(v)
    }

    fn empty(&self) -> Result<Value> {
        List::new(self.t).map(Ref::value)
    }

    fn list<T>(&self, items: impl IntoIterator<Item = T>, f: impl Fn(&Self, T) -> Result<Value>) -> Result<Value> {
        let list = List::new(self.t)?;
        for i in items {
            list.append(self.t, f(self, i)?)?;
        }
        Ok(list.value())
    }

    fn body(&self, body: &[Stmt]) -> Result<Value> {
        self.list(body, Self::stmt)
    }

    fn exprs<'e>(&self, items: impl IntoIterator<Item = &'e Expr>) -> Result<Value> {
        self.list(items, Self::expr)
    }

    fn maybe(&self, e: Option<&Expr>) -> Result<Value> {
        e.map_or(Ok(Value::NONE), |e| self.expr(e))
    }

    fn identifier(&self, s: &str) -> Result<Value> {
        Str::intern_str(self.t, s).map(Ref::value)
    }

    fn maybe_identifier(&self, i: Option<&ast::Identifier>) -> Result<Value> {
        i.map_or(Ok(Value::NONE), |i| self.identifier(i.as_str()))
    }

    /// Where the text goes on after white space, comments and line ends.
    fn skip_trivia(&self, from: TextSize) -> TextSize {
        let bytes = self.text.as_bytes();
        let mut i = from.to_usize();
        while let Some(&b) = bytes.get(i) {
            match b {
                b' ' | b'\t' | b'\n' | b'\x0c' | b'\\' => i += 1,
                b'#' => {
                    while bytes.get(i).is_some_and(|b| *b != b'\n') {
                        i += 1;
                    }
                }
                _ => break,
            }
        }
        TextSize::new(i as u32)
    }

    /// A definition's range without its decorators.
    fn definition(&self, range: TextRange, decorators: &[ast::Decorator]) -> TextRange {
        match decorators.last() {
            Some(d) => TextRange::new(self.skip_trivia(d.range.end()), range.end()),
            None => range,
        }
    }

    fn stmt(&self, s: &Stmt) -> Result<Value> {
        self.t.check_native_stack()?;
        let none = Value::NONE;
        match s {
            Stmt::FunctionDef(f) => {
                let n = if f.is_async { Node::AsyncFunctionDef } else { Node::FunctionDef };
                let values = [
                    self.identifier(f.name.as_str())?,
                    self.parameters(Some(&f.parameters))?,
                    self.body(&f.body)?,
                    self.exprs(f.decorator_list.iter().map(|d| &d.expression))?,
                    self.maybe(f.returns.as_deref())?,
                    none,
                    self.type_params(f.type_params.as_deref())?,
                ];
                self.at(n, self.definition(f.range, &f.decorator_list), &values)
            }
            Stmt::ClassDef(c) => {
                let (args, keywords) = match &c.arguments {
                    Some(a) => (self.exprs(&a.args)?, self.list(&a.keywords, Self::keyword)?),
                    None => (self.empty()?, self.empty()?),
                };
                let values = [
                    self.identifier(c.name.as_str())?,
                    args,
                    keywords,
                    self.body(&c.body)?,
                    self.exprs(c.decorator_list.iter().map(|d| &d.expression))?,
                    self.type_params(c.type_params.as_deref())?,
                ];
                self.at(Node::ClassDef, self.definition(c.range, &c.decorator_list), &values)
            }
            Stmt::Return(r) => self.at(Node::Return, r.range, &[self.maybe(r.value.as_deref())?]),
            Stmt::Delete(d) => self.at(Node::Delete, d.range, &[self.exprs(&d.targets)?]),
            Stmt::TypeAlias(a) => {
                let values = [self.expr(&a.name)?, self.type_params(a.type_params.as_deref())?, self.expr(&a.value)?];
                self.at(Node::TypeAlias, a.range, &values)
            }
            Stmt::Assign(a) => self.at(Node::Assign, a.range, &[self.exprs(&a.targets)?, self.expr(&a.value)?, none]),
            Stmt::AugAssign(a) => {
                let values = [self.expr(&a.target)?, self.operator(a.op), self.expr(&a.value)?];
                self.at(Node::AugAssign, a.range, &values)
            }
            Stmt::AnnAssign(a) => {
                let simple = Value::small_int(i64::from(a.simple));
                let values = [self.expr(&a.target)?, self.expr(&a.annotation)?, self.maybe(a.value.as_deref())?, simple];
                self.at(Node::AnnAssign, a.range, &values)
            }
            Stmt::For(f) => {
                let n = if f.is_async { Node::AsyncFor } else { Node::For };
                let values = [self.expr(&f.target)?, self.expr(&f.iter)?, self.body(&f.body)?, self.body(&f.orelse)?, none];
                self.at(n, f.range, &values)
            }
            Stmt::While(w) => self.at(Node::While, w.range, &[self.expr(&w.test)?, self.body(&w.body)?, self.body(&w.orelse)?]),
            Stmt::If(i) => {
                let orelse = self.clauses(&i.elif_else_clauses, i.range.end())?;
                self.at(Node::If, i.range, &[self.expr(&i.test)?, self.body(&i.body)?, orelse])
            }
            Stmt::With(w) => {
                let n = if w.is_async { Node::AsyncWith } else { Node::With };
                let items = self.list(&w.items, |b, i| {
                    b.node(Node::withitem, &[b.expr(&i.context_expr)?, b.maybe(i.optional_vars.as_deref())?])
                })?;
                self.at(n, w.range, &[items, self.body(&w.body)?, none])
            }
            Stmt::Match(m) => {
                let cases = self.list(&m.cases, |b, c| {
                    b.node(Node::match_case, &[b.pattern(&c.pattern)?, b.maybe(c.guard.as_deref())?, b.body(&c.body)?])
                })?;
                self.at(Node::Match, m.range, &[self.expr(&m.subject)?, cases])
            }
            Stmt::Raise(r) => self.at(Node::Raise, r.range, &[self.maybe(r.exc.as_deref())?, self.maybe(r.cause.as_deref())?]),
            Stmt::Try(y) => {
                let handlers = self.list(&y.handlers, |b, h| {
                    let ast::ExceptHandler::ExceptHandler(h) = h;
                    let values = [b.maybe(h.type_.as_deref())?, b.maybe_identifier(h.name.as_ref())?, b.body(&h.body)?];
                    b.at(Node::ExceptHandler, h.range, &values)
                })?;
                let n = if y.is_star { Node::TryStar } else { Node::Try };
                self.at(n, y.range, &[self.body(&y.body)?, handlers, self.body(&y.orelse)?, self.body(&y.finalbody)?])
            }
            Stmt::Assert(a) => self.at(Node::Assert, a.range, &[self.expr(&a.test)?, self.maybe(a.msg.as_deref())?]),
            Stmt::Import(i) => self.at(Node::Import, i.range, &[self.list(&i.names, Self::alias)?]),
            Stmt::ImportFrom(i) => {
                let level = Value::small_int(i64::from(i.level));
                let values = [self.maybe_identifier(i.module.as_ref())?, self.list(&i.names, Self::alias)?, level];
                self.at(Node::ImportFrom, i.range, &values)
            }
            Stmt::Global(g) => self.at(Node::Global, g.range, &[self.list(&g.names, |b, n| b.identifier(n.as_str()))?]),
            Stmt::Nonlocal(g) => self.at(Node::Nonlocal, g.range, &[self.list(&g.names, |b, n| b.identifier(n.as_str()))?]),
            Stmt::Expr(e) => self.at(Node::Expr, self.outside_parentheses(e), &[self.expr(&e.value)?]),
            Stmt::Pass(p) => self.at(Node::Pass, p.range, &[]),
            Stmt::Break(p) => self.at(Node::Break, p.range, &[]),
            Stmt::Continue(p) => self.at(Node::Continue, p.range, &[]),
            Stmt::IpyEscapeCommand(_) => Err(self.t.syntax_error_plain("invalid syntax")),
        }
    }

    fn outside_parentheses(&self, e: &ast::StmtExpr) -> TextRange {
        e.range
    }

    /// What follows the body of an `if`: nothing, an `else`, or an `elif` as a statement of its own.
    fn clauses(&self, clauses: &[ast::ElifElseClause], end: TextSize) -> Result<Value> {
        // From the back, so that a long chain takes no stack.
        let mut rest = self.empty()?;
        for c in clauses.iter().rev() {
            rest = match &c.test {
                None => self.body(&c.body)?,
                Some(test) => {
                    let values = [self.expr(test)?, self.body(&c.body)?, rest];
                    let one = self.at(Node::If, TextRange::new(c.range.start(), end), &values)?;
                    List::from_slice(self.t, &[one])?.value()
                }
            };
        }
        Ok(rest)
    }

    fn alias(&self, a: &ast::Alias) -> Result<Value> {
        self.at(Node::alias, a.range, &[self.identifier(a.name.as_str())?, self.maybe_identifier(a.asname.as_ref())?])
    }

    fn keyword(&self, k: &ast::Keyword) -> Result<Value> {
        self.at(Node::keyword, k.range, &[self.maybe_identifier(k.arg.as_ref())?, self.expr(&k.value)?])
    }

    fn type_params(&self, p: Option<&ast::TypeParams>) -> Result<Value> {
        let Some(p) = p else { return self.empty() };
        self.list(&p.type_params, |b, p| match p {
            TypeParam::TypeVar(v) => {
                let values = [b.identifier(v.name.as_str())?, b.maybe(v.bound.as_deref())?, b.maybe(v.default.as_deref())?];
                b.at(Node::TypeVar, v.range, &values)
            }
            TypeParam::ParamSpec(v) => {
                b.at(Node::ParamSpec, v.range, &[b.identifier(v.name.as_str())?, b.maybe(v.default.as_deref())?])
            }
            TypeParam::TypeVarTuple(v) => {
                b.at(Node::TypeVarTuple, v.range, &[b.identifier(v.name.as_str())?, b.maybe(v.default.as_deref())?])
            }
        })
    }

    fn parameter(&self, p: &ast::Parameter) -> Result<Value> {
        let end = p.annotation.as_ref().map_or(p.name.range.end(), |a| a.range().end().max(p.range.end()));
        let range = TextRange::new(p.name.range.start(), end);
        self.at(Node::arg, range, &[self.identifier(p.name.as_str())?, self.maybe(p.annotation.as_deref())?, Value::NONE])
    }

    fn parameters(&self, p: Option<&ast::Parameters>) -> Result<Value> {
        let none = Value::NONE;
        let Some(p) = p else {
            let values = [self.empty()?, self.empty()?, none, self.empty()?, self.empty()?, none, self.empty()?];
            return self.node(Node::arguments, &values);
        };
        let positional = p.posonlyargs.iter().chain(p.args.iter());
        let values = [
            self.list(&p.posonlyargs, |b, p| b.parameter(&p.parameter))?,
            self.list(&p.args, |b, p| b.parameter(&p.parameter))?,
            p.vararg.as_deref().map_or(Ok(none), |p| self.parameter(p))?,
            self.list(&p.kwonlyargs, |b, p| b.parameter(&p.parameter))?,
            self.list(&p.kwonlyargs, |b, p| b.maybe(p.default.as_deref()))?,
            p.kwarg.as_deref().map_or(Ok(none), |p| self.parameter(p))?,
            self.exprs(positional.filter_map(|p| p.default.as_deref()))?,
        ];
        self.node(Node::arguments, &values)
    }

    fn operator(&self, op: ast::Operator) -> Value {
        self.classes.singleton(match op {
            ast::Operator::Add => Node::Add,
            ast::Operator::Sub => Node::Sub,
            ast::Operator::Mult => Node::Mult,
            ast::Operator::MatMult => Node::MatMult,
            ast::Operator::Div => Node::Div,
            ast::Operator::Mod => Node::Mod,
            ast::Operator::Pow => Node::Pow,
            ast::Operator::LShift => Node::LShift,
            ast::Operator::RShift => Node::RShift,
            ast::Operator::BitOr => Node::BitOr,
            ast::Operator::BitXor => Node::BitXor,
            ast::Operator::BitAnd => Node::BitAnd,
            ast::Operator::FloorDiv => Node::FloorDiv,
        })
    }

    fn comparison(&self, op: ast::CmpOp) -> Value {
        self.classes.singleton(match op {
            ast::CmpOp::Eq => Node::Eq,
            ast::CmpOp::NotEq => Node::NotEq,
            ast::CmpOp::Lt => Node::Lt,
            ast::CmpOp::LtE => Node::LtE,
            ast::CmpOp::Gt => Node::Gt,
            ast::CmpOp::GtE => Node::GtE,
            ast::CmpOp::Is => Node::Is,
            ast::CmpOp::IsNot => Node::IsNot,
            ast::CmpOp::In => Node::In,
            ast::CmpOp::NotIn => Node::NotIn,
        })
    }

    fn context(&self, c: ast::ExprContext) -> Value {
        self.classes.singleton(match c {
            ast::ExprContext::Store => Node::Store,
            ast::ExprContext::Del => Node::Del,
            ast::ExprContext::Load | ast::ExprContext::Invalid => Node::Load,
        })
    }

    fn constant(&self, range: TextRange, c: &Const, unicode: bool) -> Result<Value> {
        let value = constant(self.t, c)?;
        let kind = if unicode { self.identifier("u")? } else { Value::NONE };
        self.at(Node::Constant, range, &[value, kind])
    }

    fn generators(&self, list: &[ast::Comprehension]) -> Result<Value> {
        self.list(list, |b, c| {
            let is_async = Value::small_int(i64::from(c.is_async));
            b.node(Node::comprehension, &[b.expr(&c.target)?, b.expr(&c.iter)?, b.exprs(&c.ifs)?, is_async])
        })
    }

    fn expr(&self, e: &Expr) -> Result<Value> {
        self.t.check_native_stack()?;
        match e {
            Expr::BoolOp(b) => {
                let op = self.classes.singleton(if b.op == ast::BoolOp::And { Node::And } else { Node::Or });
                self.at(Node::BoolOp, b.range, &[op, self.exprs(&b.values)?])
            }
            Expr::Named(n) => self.at(Node::NamedExpr, n.range, &[self.expr(&n.target)?, self.expr(&n.value)?]),
            Expr::BinOp(b) => self.at(Node::BinOp, b.range, &[self.expr(&b.left)?, self.operator(b.op), self.expr(&b.right)?]),
            Expr::UnaryOp(u) => {
                let op = self.classes.singleton(match u.op {
                    ast::UnaryOp::Invert => Node::Invert,
                    ast::UnaryOp::Not => Node::Not,
                    ast::UnaryOp::UAdd => Node::UAdd,
                    ast::UnaryOp::USub => Node::USub,
                });
                self.at(Node::UnaryOp, u.range, &[op, self.expr(&u.operand)?])
            }
            Expr::Lambda(l) => self.at(Node::Lambda, l.range, &[self.parameters(l.parameters.as_deref())?, self.expr(&l.body)?]),
            Expr::If(i) => self.at(Node::IfExp, i.range, &[self.expr(&i.test)?, self.expr(&i.body)?, self.expr(&i.orelse)?]),
            Expr::Dict(d) => {
                let keys = self.list(&d.items, |b, i| b.maybe(i.key.as_ref()))?;
                self.at(Node::Dict, d.range, &[keys, self.exprs(d.items.iter().map(|i| &i.value))?])
            }
            Expr::Set(s) => self.at(Node::Set, s.range, &[self.exprs(&s.elts)?]),
            Expr::ListComp(c) => self.at(Node::ListComp, c.range, &[self.expr(&c.elt)?, self.generators(&c.generators)?]),
            Expr::SetComp(c) => self.at(Node::SetComp, c.range, &[self.expr(&c.elt)?, self.generators(&c.generators)?]),
            Expr::DictComp(c) => {
                let values = [self.maybe(c.key.as_deref())?, self.expr(&c.value)?, self.generators(&c.generators)?];
                self.at(Node::DictComp, c.range, &values)
            }
            Expr::Generator(g) => self.generator(g, g.range),
            Expr::Await(a) => self.at(Node::Await, a.range, &[self.expr(&a.value)?]),
            Expr::Yield(y) => self.at(Node::Yield, y.range, &[self.maybe(y.value.as_deref())?]),
            Expr::YieldFrom(y) => self.at(Node::YieldFrom, y.range, &[self.expr(&y.value)?]),
            Expr::Compare(c) => {
                let ops = self.list(&c.ops, |b, op| Ok(b.comparison(*op)))?;
                self.at(Node::Compare, c.range, &[self.expr(&c.left)?, ops, self.exprs(&c.comparators)?])
            }
            Expr::Call(c) => {
                let args = match &*c.arguments.args {
                    [Expr::Generator(g)] if !g.parenthesized => {
                        let one = self.generator(g, c.arguments.range)?;
                        List::from_slice(self.t, &[one])?.value()
                    }
                    args => self.exprs(args)?,
                };
                self.at(Node::Call, c.range(), &[self.expr(&c.func)?, args, self.list(&c.arguments.keywords, Self::keyword)?])
            }
            Expr::FString(f) => {
                let list = List::new(self.t)?;
                let mut pending = Literal::default();
                for part in &f.value {
                    match part {
                        ast::FStringPart::Literal(s) => {
                            literal::push_str_part(&mut pending.bytes, s, self.text);
                            if !s.value.is_empty() {
                                pending.cover(s.range);
                            }
                        }
                        ast::FStringPart::FString(s) => {
                            self.elements(list, &mut pending, &s.elements, s.flags.prefix().is_raw(), false)?;
                        }
                    }
                }
                self.flush(list, &mut pending)?;
                self.at(Node::JoinedStr, f.range, &[list.value()])
            }
            Expr::TString(f) => {
                let list = List::new(self.t)?;
                let mut pending = Literal::default();
                for part in &f.value {
                    self.elements(list, &mut pending, &part.elements, part.flags.prefix().is_raw(), true)?;
                }
                self.flush(list, &mut pending)?;
                self.at(Node::TemplateStr, f.range, &[list.value()])
            }
            Expr::StringLiteral(s) => {
                let unicode = s.value.iter().next().is_some_and(|p| p.flags.prefix().is_unicode());
                self.constant(s.range, &Const::Str(literal::str_value(&s.value, self.text)), unicode)
            }
            Expr::BytesLiteral(s) => self.constant(s.range, &Const::Bytes(literal::bytes_value(&s.value)), false),
            Expr::NumberLiteral(n) => {
                let value = match &n.value {
                    ast::Number::Int(_) => {
                        literal::int_value(&self.text[n.range], n.range).map_err(|e| self.t.syntax_error_plain(&e.message))?
                    }
                    ast::Number::Float(x) => Const::Float(*x),
                    ast::Number::Complex { real, imag } => Const::Complex(*real, *imag),
                };
                self.constant(n.range, &value, false)
            }
            Expr::BooleanLiteral(b) => self.constant(b.range, if b.value { &Const::True } else { &Const::False }, false),
            Expr::NoneLiteral(n) => self.constant(n.range, &Const::None, false),
            Expr::EllipsisLiteral(n) => self.constant(n.range, &Const::Ellipsis, false),
            Expr::Attribute(a) => {
                let values = [self.expr(&a.value)?, self.identifier(a.attr.as_str())?, self.context(a.ctx)];
                self.at(Node::Attribute, a.range, &values)
            }
            Expr::Subscript(s) => {
                self.at(Node::Subscript, s.range, &[self.expr(&s.value)?, self.expr(&s.slice)?, self.context(s.ctx)])
            }
            Expr::Starred(s) => self.at(Node::Starred, s.range, &[self.expr(&s.value)?, self.context(s.ctx)]),
            Expr::Name(n) => self.at(Node::Name, n.range, &[self.identifier(n.id.as_str())?, self.context(n.ctx)]),
            Expr::List(l) => self.at(Node::List, l.range, &[self.exprs(&l.elts)?, self.context(l.ctx)]),
            Expr::Tuple(l) => self.at(Node::Tuple, l.range, &[self.exprs(&l.elts)?, self.context(l.ctx)]),
            Expr::Slice(s) => {
                let values = [self.maybe(s.lower.as_deref())?, self.maybe(s.upper.as_deref())?, self.maybe(s.step.as_deref())?];
                self.at(Node::Slice, s.range, &values)
            }
            Expr::IpyEscapeCommand(_) => Err(self.t.syntax_error_plain("invalid syntax")),
        }
    }

    fn generator(&self, g: &ast::ExprGenerator, range: TextRange) -> Result<Value> {
        self.at(Node::GeneratorExp, range, &[self.expr(&g.elt)?, self.generators(&g.generators)?])
    }

    /// Appends the literal text collected so far as a constant.
    fn flush(&self, list: Ref<List>, pending: &mut Literal) -> Result<()> {
        let Literal { bytes, range, unicode } = std::mem::take(pending);
        if let Some(range) = range.filter(|_| !bytes.is_empty()) {
            list.append(self.t, self.constant(range, &Const::Str(bytes.into()), unicode)?)?;
        }
        Ok(())
    }

    fn elements(
        &self,
        list: Ref<List>,
        pending: &mut Literal,
        elements: &ast::InterpolatedStringElements,
        raw: bool,
        template: bool,
    ) -> Result<()> {
        for e in elements {
            match e {
                InterpolatedStringElement::Literal(l) => {
                    literal::push_middle(&mut pending.bytes, l, raw, self.text);
                    pending.cover(l.range);
                }
                InterpolatedStringElement::Interpolation(i) => {
                    if let Some(d) = &i.debug_text {
                        pending.bytes.extend_from_slice(d.as_str().as_bytes());
                        let start = i.range.start() + TextSize::new(1);
                        pending.cover(TextRange::at(start, TextSize::of(d.as_str())));
                    }
                    self.flush(list, pending)?;
                    list.append(self.t, self.interpolation(i, raw, template)?)?;
                }
            }
        }
        Ok(())
    }

    fn interpolation(&self, i: &ast::InterpolatedElement, raw: bool, template: bool) -> Result<Value> {
        let conversion = match i.conversion {
            ast::ConversionFlag::None if i.debug_text.is_some() && i.format_spec.is_none() => i64::from(b'r'),
            c => c as i64,
        };
        let spec = match &i.format_spec {
            None => Value::NONE,
            Some(s) => {
                let list = List::new(self.t)?;
                let mut pending = Literal::default();
                self.elements(list, &mut pending, &s.elements, raw, false)?;
                self.flush(list, &mut pending)?;
                // The colon belongs to it.
                let start = TextSize::new(u32::from(s.range.start()).saturating_sub(1));
                self.at(Node::JoinedStr, TextRange::new(start, s.range.end()), &[list.value()])?
            }
        };
        let value = self.expr(&i.expression)?;
        let conversion = Value::small_int(conversion);
        if template {
            let text = Str::from_str(self.t, &taipan_compiler::interpolation_text(i, self.text))?.value();
            return self.at(Node::Interpolation, i.range, &[value, text, conversion, spec]);
        }
        self.at(Node::FormattedValue, i.range, &[value, conversion, spec])
    }

    fn pattern(&self, p: &Pattern) -> Result<Value> {
        self.t.check_native_stack()?;
        match p {
            Pattern::MatchValue(v) => self.at(Node::MatchValue, v.range, &[self.expr(&v.value)?]),
            Pattern::MatchSingleton(s) => {
                let value = match s.value {
                    ast::Singleton::None => Value::NONE,
                    ast::Singleton::True => Value::TRUE,
                    ast::Singleton::False => Value::FALSE,
                };
                self.at(Node::MatchSingleton, s.range, &[value])
            }
            Pattern::MatchSequence(s) => self.at(Node::MatchSequence, s.range, &[self.list(&s.patterns, Self::pattern)?]),
            Pattern::MatchMapping(m) => {
                let values =
                    [self.exprs(&m.keys)?, self.list(&m.patterns, Self::pattern)?, self.maybe_identifier(m.rest.as_ref())?];
                self.at(Node::MatchMapping, m.range, &values)
            }
            Pattern::MatchClass(c) => {
                let values = [
                    self.expr(&c.cls)?,
                    self.list(&c.arguments.patterns, Self::pattern)?,
                    self.list(&c.arguments.keywords, |b, k| b.identifier(k.attr.as_str()))?,
                    self.list(&c.arguments.keywords, |b, k| b.pattern(&k.pattern))?,
                ];
                self.at(Node::MatchClass, c.range, &values)
            }
            Pattern::MatchStar(s) => self.at(Node::MatchStar, s.range, &[self.maybe_identifier(s.name.as_ref())?]),
            Pattern::MatchAs(a) => {
                let inner = a.pattern.as_deref().map_or(Ok(Value::NONE), |p| self.pattern(p))?;
                self.at(Node::MatchAs, a.range, &[inner, self.maybe_identifier(a.name.as_ref())?])
            }
            Pattern::MatchOr(o) => self.at(Node::MatchOr, o.range, &[self.list(&o.patterns, Self::pattern)?]),
        }
    }
}
