//! Functions, lambdas and generic functions.

use std::sync::Arc;

use ruff_python_ast::{self as ast, Expr, Stmt};
use ruff_text_size::{Ranged, TextRange};

use super::Compiler;
use crate::asm::Reg;
use crate::errors::Result;
use crate::isa::{CALLABLE, FRAME_HEADER_WORDS, Intrinsic2, Op};
use crate::literal;
use crate::symtable::{BlockKey, ScopeId};
use crate::unit::{CodeUnit, Const, flags};

const SLOT: Reg = FRAME_HEADER_WORDS as Reg;

/// The docstring of a body, as its statement holds it.
pub(super) fn docstring(body: &[Stmt]) -> Option<&ast::ExprStringLiteral> {
    match body.first() {
        Some(Stmt::Expr(e)) => match &*e.value {
            Expr::StringLiteral(s) => Some(s),
            _ => None,
        },
        _ => None,
    }
}

/// A docstring without the indentation that its lines after the first have in common.
pub(super) fn clean_docstring(doc: &[u8]) -> Vec<u8> {
    let doc = expand_tabs(doc);
    let indent = |l: &[u8]| l.iter().take_while(|b| **b == b' ').count();
    let margin = doc.split(|b| *b == b'\n').skip(1).filter(|l| indent(l) < l.len()).map(indent).min().unwrap_or(0);
    let mut out = Vec::with_capacity(doc.len());
    for (i, line) in doc.split(|b| *b == b'\n').enumerate() {
        if i == 0 {
            out.extend_from_slice(&line[indent(line)..]);
        } else {
            out.push(b'\n');
            out.extend_from_slice(&line[indent(line).min(margin)..]);
        }
    }
    out
}

fn expand_tabs(doc: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(doc.len());
    let mut column = 0;
    for b in doc {
        match b {
            b'\t' => {
                let n = 8 - column % 8;
                out.extend(std::iter::repeat_n(b' ', n));
                column += n;
            }
            b'\n' | b'\r' => {
                out.push(*b);
                column = 0;
            }
            _ => {
                out.push(*b);
                // Columns count characters, not bytes.
                if b & 0xc0 != 0x80 {
                    column += 1;
                }
            }
        }
    }
    out
}

impl<'a> Compiler<'a> {
    pub(super) fn block(&self, id: Option<ScopeId>) -> ScopeId {
        id.expect("the symbol table has a block for every node that opens one")
    }

    pub(super) fn function_def(&mut self, f: &'a ast::StmtFunctionDef) -> Result<()> {
        let mark = self.u.next;
        let decorators = self.decorators(&f.decorator_list)?;
        self.check_parameters(&f.parameters)?;
        self.check_assignable(&f.name, f.name.range)?;
        let line = self.first_line(&f.decorator_list, f.range);
        let target = self.fast_register(&f.name).filter(|_| f.decorator_list.is_empty());
        self.at(self.def_range(&f.decorator_list, f.range));
        let r = match &f.type_params {
            None => self.function_value(f, line, target)?,
            Some(tp) => self.generic_function(f, tp, line)?,
        };
        let r = self.decorate(&f.decorator_list, decorators, r);
        self.at(self.def_range(&f.decorator_list, f.range));
        self.store_name(&f.name, r);
        self.u.next = mark;
        Ok(())
    }

    pub(super) fn first_line(&self, decorators: &[ast::Decorator], range: ruff_text_size::TextRange) -> u32 {
        match decorators.first() {
            Some(d) => self.line_of(d.expression.start()),
            None => self.line_of(range.start()),
        }
    }

    /// Evaluates decorators into consecutive temporaries; answers the first.
    pub(super) fn decorators(&mut self, list: &'a [ast::Decorator]) -> Result<Reg> {
        let first = self.u.next;
        for d in list {
            self.expr_to_temp(&d.expression)?;
        }
        Ok(first)
    }

    /// Applies the decorators, the last first; the result is in a temporary if there are any.
    pub(super) fn decorate(&mut self, list: &[ast::Decorator], first: Reg, value: Reg) -> Reg {
        let mut value = value;
        for (i, d) in list.iter().enumerate().rev() {
            let result = first + i as Reg;
            let base = self.u.next.max(value + 1);
            self.u.next = base;
            self.at(&d.expression);
            self.emit(Op::MOVE, base + CALLABLE as Reg, result, 0);
            self.emit(Op::MOVE, base + SLOT, value, 0);
            self.u.next = base + SLOT + 1;
            self.emit(Op::CALL, result, base, 1);
            value = result;
            self.u.next = result + 1;
        }
        value
    }

    /// Evaluates default values into `base` (a tuple or empty) and `base + 1` (a dict or empty).
    pub(super) fn defaults(&mut self, p: &'a ast::Parameters, base: Reg) -> Result<()> {
        let next = self.u.next;
        let defaults: Vec<&'a Expr> = p.posonlyargs.iter().chain(&p.args).filter_map(|a| a.default.as_deref()).collect();
        if defaults.is_empty() {
            self.emit(Op::LOAD_EMPTY, base, 0, 0);
        } else if let Some(items) = defaults.iter().map(|e| self.constant(e)).collect::<Option<Vec<_>>>() {
            self.load_const(&Const::Tuple(items), base);
        } else {
            for d in &defaults {
                self.expr_to_temp(d)?;
            }
            self.u.next = next;
            self.emit(Op::BUILD_TUPLE, base, next, defaults.len() as u16);
        }
        let mut n = 0;
        for a in &p.kwonlyargs {
            if let Some(d) = &a.default {
                let t = self.temp();
                let mangled = self.mangled(&a.parameter.name);
                self.load_str(mangled.as_deref().unwrap_or(&a.parameter.name), t);
                self.expr_to_temp(d)?;
                n += 1;
            }
        }
        self.u.next = next;
        if n == 0 {
            self.emit(Op::LOAD_EMPTY, base + 1, 0, 0);
        } else {
            self.emit(Op::BUILD_MAP, base + 1, next, n);
        }
        Ok(())
    }

    /// Makes the function of `f` in a block without type parameters.
    fn function_value(&mut self, f: &'a ast::StmtFunctionDef, line: u32, dst: Option<Reg>) -> Result<Reg> {
        let mark = self.u.next;
        let base = self.temps(4);
        self.defaults(&f.parameters, base)?;
        let k = self.finish_function(f, line, base)?;
        self.u.next = mark;
        let d = self.dst(dst);
        self.emit(Op::MAKE_FUNCTION, d, k, base);
        Ok(d)
    }

    /// Annotations and closure of `f` into `base + 2` and `base + 3`; answers the constant of its code.
    fn finish_function(&mut self, f: &'a ast::StmtFunctionDef, line: u32, base: Reg) -> Result<u16> {
        self.function_annotations(f, base + 2)?;
        let unit = self.function_body(f, line)?;
        self.at(self.def_range(&f.decorator_list, f.range));
        self.closure(&unit.freevars, base + 3);
        Ok(self.const16(&Const::Code(Arc::new(unit))))
    }

    /// A generic function is made by a function that makes its type parameters, called at once.
    fn generic_function(&mut self, f: &'a ast::StmtFunctionDef, tp: &'a ast::TypeParams, line: u32) -> Result<Reg> {
        let base = self.u.next;
        let p = &f.parameters;
        let has_defaults = p.posonlyargs.iter().chain(&p.args).any(|a| a.default.is_some());
        let has_kwdefaults = p.kwonlyargs.iter().any(|a| a.default.is_some());
        let slot = base + SLOT;
        self.u.next = slot + 2;
        self.defaults(p, slot)?;
        if !has_defaults && has_kwdefaults {
            self.emit(Op::MOVE, slot, slot + 1, 0);
        }
        let count = u16::from(has_defaults) + u16::from(has_kwdefaults);

        let id = self.block(self.table.block(tp, BlockKey::TypeParams));
        let title = format!("<generic parameters of {}>", f.name.as_str());
        self.enter(id, &title, line, 0);
        self.u.argcount = count;
        self.at(self.def_range(&f.decorator_list, f.range));
        let params = self.type_params(tp)?;
        self.at(self.def_range(&f.decorator_list, f.range));
        let result = self.temp();
        let four = self.temps(4);
        for (i, (name, has)) in [(".defaults", has_defaults), (".kwdefaults", has_kwdefaults)].into_iter().enumerate() {
            let r = four + i as Reg;
            if has {
                self.load_name(name, Some(r));
            } else {
                self.emit(Op::LOAD_EMPTY, r, 0, 0);
            }
        }
        let k = self.finish_function(f, line, four)?;
        self.emit(Op::MAKE_FUNCTION, result, k, four);
        self.emit(Op::MOVE, result + 1, params, 0);
        self.intrinsic2(result, Intrinsic2::SetFunctionTypeParams, result);
        self.emit(Op::RETURN, result, 0, 0);
        let unit = self.leave()?;

        self.u.next = slot + count.max(1);
        self.make_plain_function(unit, base + CALLABLE as Reg);
        self.u.next = base;
        let d = self.temp();
        self.emit(Op::CALL, d, base, count);
        Ok(d)
    }

    fn parameters(&mut self, p: &ast::Parameters) {
        self.u.posonly = p.posonlyargs.len() as u16;
        self.u.argcount = (p.posonlyargs.len() + p.args.len()) as u16;
        self.u.kwonly = p.kwonlyargs.len() as u16;
        if p.vararg.is_some() {
            self.u.flags |= flags::VARARGS;
        }
        if p.kwarg.is_some() {
            self.u.flags |= flags::VARKEYWORDS;
        }
    }

    fn check_parameters(&self, p: &ast::Parameters) -> Result<()> {
        for a in p.posonlyargs.iter().chain(&p.args).chain(&p.kwonlyargs) {
            self.check_assignable(&a.parameter.name, a.parameter.range)?;
        }
        for a in p.vararg.iter().chain(&p.kwarg) {
            self.check_assignable(&a.name, a.range)?;
        }
        Ok(())
    }

    fn function_body(&mut self, f: &'a ast::StmtFunctionDef, line: u32) -> Result<CodeUnit> {
        let id = self.block(self.table.block(f, BlockKey::Body));
        let (generator, method) = {
            let s = self.scope_of(id);
            (s.generator, s.method)
        };
        let mut extra = match (f.is_async, generator) {
            (true, true) => flags::ASYNC_GENERATOR,
            (true, false) => flags::COROUTINE,
            (false, true) => flags::GENERATOR,
            (false, false) => 0,
        };
        if method {
            extra |= flags::METHOD;
        }
        self.enter(id, &f.name, line, extra);
        self.parameters(&f.parameters);
        self.at(self.def_range(&f.decorator_list, f.range));
        if f.is_async || generator {
            self.begin_generator();
        }
        let mut body = &f.body[..];
        if let Some(doc) = docstring(body) {
            if self.options.optimize < 2 {
                let text = clean_docstring(&literal::str_value(&doc.value, self.source));
                self.const_index(&Const::Str(Arc::from(text)));
                self.u.has_docstring = true;
            }
            body = &body[1..];
        }
        self.statements(body)?;
        self.implicit_return();
        self.end_generator();
        self.leave()
    }

    /// The end of a body without a `return`.
    pub(super) fn implicit_return(&mut self) {
        if !self.u.asm.ends_with_terminator() {
            // It stands on no line of its own: the frame stays at the line that ran last.
            self.at(TextRange::default());
            let mark = self.u.next;
            let t = self.temp();
            self.emit(Op::LOAD_NONE, t, 0, 0);
            self.emit(Op::RETURN, t, 0, 0);
            self.u.next = mark;
        }
    }

    pub(super) fn lambda(&mut self, l: &'a ast::ExprLambda, dst: Option<Reg>) -> Result<Reg> {
        let mark = self.u.next;
        let base = self.temps(4);
        match &l.parameters {
            Some(p) => {
                self.check_parameters(p)?;
                self.defaults(p, base)?;
            }
            None => {
                self.emit(Op::LOAD_EMPTY, base, 0, 0);
                self.emit(Op::LOAD_EMPTY, base + 1, 0, 0);
            }
        }
        self.emit(Op::LOAD_EMPTY, base + 2, 0, 0);
        let id = self.block(self.table.block(l, BlockKey::Body));
        let (generator, method, coroutine) = {
            let s = self.scope_of(id);
            (s.generator, s.method, s.coroutine)
        };
        let mut extra = match (coroutine, generator) {
            (true, true) => flags::ASYNC_GENERATOR,
            (true, false) => flags::COROUTINE,
            (false, true) => flags::GENERATOR,
            (false, false) => 0,
        };
        if method {
            extra |= flags::METHOD;
        }
        let line = self.line_of(l.start());
        self.enter(id, "<lambda>", line, extra);
        if let Some(p) = &l.parameters {
            self.parameters(p);
        }
        self.at(&*l.body);
        if generator || coroutine {
            self.begin_generator();
        }
        let r = self.expr(&l.body, None)?;
        self.emit(Op::RETURN, r, 0, 0);
        self.end_generator();
        let unit = self.leave()?;
        self.closure(&unit.freevars, base + 3);
        let k = self.const16(&Const::Code(Arc::new(unit)));
        self.u.next = mark;
        let d = self.dst(dst);
        self.emit(Op::MAKE_FUNCTION, d, k, base);
        Ok(d)
    }
}
