//! Annotations evaluated on demand (PEP 649/749), type parameters (PEP 695/696) and type aliases.

use std::sync::Arc;

use ruff_python_ast::{self as ast, Expr, Stmt, TypeParam};
use ruff_text_size::Ranged;

use super::Compiler;
use crate::asm::Reg;
use crate::errors::{Error, Result};
use crate::isa::{Intrinsic1, Intrinsic2, Op};
use crate::symtable::{BlockKey, BlockKind, ScopeId};
use crate::unit::{CodeUnit, Const};

impl<'a> Compiler<'a> {
    /// Starts a function that is called with the format wanted, and refuses formats it cannot make.
    fn enter_lazy(&mut self, id: ScopeId, name: &str, line: u32) {
        self.enter(id, name, line, 0);
        if self.scope().kind == BlockKind::Annotation {
            self.u.varnames[0] = Arc::from("format");
        }
        self.u.argcount = 1;
        self.u.posonly = 1;
    }

    fn check_format(&mut self) {
        let ok = self.label();
        // VALUE and VALUE_WITH_FAKE_GLOBALS are 1 and 2.
        self.jump(Op::JNGTI, 0, 2, ok);
        let t = self.temp();
        let n = self.name("NotImplementedError");
        self.emit(Op::LOAD_GLOBAL, t, n, 0);
        self.emit(Op::RAISE, t, 0, t);
        self.u.next = t;
        self.bind(ok);
    }

    /// The value of one annotation, in a new temporary; its text if annotations are not evaluated.
    fn annotation_value(&mut self, e: &'a Expr) -> Result<()> {
        if self.future_annotations {
            let text = crate::unparse::expression(e, self.source);
            let t = self.temp();
            self.at(e);
            self.load_str(&text, t);
            return Ok(());
        }
        match e {
            // `*args: *Ts`
            Expr::Starred(s) => {
                let mark = self.u.next;
                let v = self.expr(&s.value, None)?;
                self.u.next = mark;
                let t = self.temp();
                self.at(e);
                self.emit(Op::UNPACK, v, t, 1);
            }
            _ => {
                self.expr_to_temp(e)?;
            }
        }
        Ok(())
    }

    /// The annotate function of `f` in `dst`, or the empty mark.
    pub(super) fn function_annotations(&mut self, f: &'a ast::StmtFunctionDef, dst: Reg) -> Result<()> {
        let p = &f.parameters;
        let mut all: Vec<(&'a str, &'a Expr)> = Vec::new();
        let mut add = |a: &'a ast::Parameter| {
            if let Some(e) = a.annotation() {
                all.push((a.name.as_str(), e));
            }
        };
        p.posonlyargs.iter().chain(&p.args).for_each(|a| add(&a.parameter));
        p.vararg.iter().for_each(|a| add(a));
        p.kwonlyargs.iter().for_each(|a| add(&a.parameter));
        p.kwarg.iter().for_each(|a| add(a));
        if let Some(r) = &f.returns {
            all.push(("return", r));
        }
        if all.is_empty() {
            self.emit(Op::LOAD_EMPTY, dst, 0, 0);
            return Ok(());
        }
        let id = self.block(self.table.block(f, BlockKey::Annotations));
        let place = self.def_range(&f.decorator_list, f.range);
        let line = self.line_of(place.start());
        self.enter_lazy(id, "__annotate__", line);
        self.at(place);
        self.check_format();
        let map = self.temp();
        let inner = self.u.next;
        // Few annotations make the dict at once.
        let chunked = all.len() > 30;
        if chunked {
            self.emit(Op::BUILD_MAP, map, inner, 0);
        }
        for (name, e) in &all {
            let mangled = self.mangled(name);
            let t = self.temp();
            self.at(e.range());
            self.load_str(mangled.as_deref().unwrap_or(name), t);
            self.annotation_value(e)?;
            if chunked {
                self.emit(Op::MAP_ADD, map, t, t + 1);
                self.u.next = inner;
            }
        }
        self.at(place);
        if !chunked {
            self.u.next = inner;
            self.emit(Op::BUILD_MAP, map, inner, all.len() as u16);
        }
        self.emit(Op::RETURN, map, 0, 0);
        let unit = self.leave()?;
        self.at(place);
        self.make_plain_function(unit, dst);
        Ok(())
    }

    // ---- annotations of variables

    /// Finds the annotations of names in a class or module body, in the order of their evaluation.
    pub(super) fn collect_annotations(&mut self, body: &'a [Stmt]) {
        let module = self.scope().kind == BlockKind::Module;
        let mut found = Vec::new();
        let mut next = 0;
        collect(body, module, &mut next, &mut found);
        self.u.deferred = found;
    }

    /// Defines the function that evaluates the annotations of this class or module.
    pub(super) fn variable_annotations(&mut self, name: &str) -> Result<()> {
        let deferred = self.u.deferred.clone();
        if deferred.is_empty() {
            return Ok(());
        }
        let Some(id) = self.scope().annotation_block else {
            return Ok(());
        };
        let range = self.u.range;
        let line = self.u.first_line;
        self.enter_lazy(id, "__annotate__", line);
        self.at(range);
        self.check_format();
        let map = self.temp();
        let inner = self.u.next;
        self.emit(Op::BUILD_MAP, map, inner, 0);
        for (a, index) in deferred {
            let Expr::Name(target) = &*a.target else {
                continue;
            };
            let skip = self.label();
            self.at(a);
            if let Some(i) = index {
                let t = self.temp();
                self.load_const(&Const::Int(i64::from(i)), t);
                let set = self.load_name("__conditional_annotations__", None);
                self.jump(Op::JNOTIN, t, set, skip);
                self.u.next = inner;
            }
            let k = self.temp();
            let mangled = self.mangled(&target.id);
            self.load_str(mangled.as_deref().unwrap_or(&target.id), k);
            self.annotation_value(&a.annotation)?;
            self.emit(Op::MAP_ADD, map, k, k + 1);
            self.u.next = inner;
            self.bind(skip);
        }
        self.emit(Op::RETURN, map, 0, 0);
        let unit = self.leave()?;
        self.at(range);
        let t = self.temp();
        self.make_plain_function(unit, t);
        self.store_name(name, t);
        self.u.next = t;
        Ok(())
    }

    pub(super) fn annotated_assignment(&mut self, a: &'a ast::StmtAnnAssign) -> Result<()> {
        if let Some(v) = &a.value {
            self.assign(&a.target, v)?;
        }
        self.at(a);
        let in_namespace = matches!(self.scope().kind, BlockKind::Module | BlockKind::Class);
        let mark = self.u.next;
        match &*a.target {
            Expr::Name(n) => {
                self.check_assignable(&n.id, n.range)?;
                if a.simple && in_namespace {
                    if self.future_annotations {
                        let text = crate::unparse::expression(&a.annotation, self.source);
                        let v = self.temp();
                        self.load_str(&text, v);
                        let d = self.load_name("__annotations__", None);
                        let k = self.temp();
                        let mangled = self.mangled(&n.id);
                        self.load_str(mangled.as_deref().unwrap_or(&n.id), k);
                        self.emit(Op::SETITEM, d, k, v);
                    } else if let Some((_, Some(i))) = self.u.deferred.iter().find(|d| std::ptr::eq(d.0, a)) {
                        let i = i64::from(*i);
                        let set = self.conditional_set();
                        let k = self.temp();
                        self.load_const(&Const::Int(i), k);
                        self.emit(Op::SET_ADD, set, k, 0);
                    }
                }
            }
            Expr::Attribute(t) => {
                self.check_attribute(&t.attr, t.range)?;
                if a.value.is_none() {
                    self.effect(&t.value)?;
                }
            }
            Expr::Subscript(t) => {
                if a.value.is_none() {
                    self.effect(&t.value)?;
                    self.effect(&t.slice)?;
                }
            }
            Expr::List(_) => {
                return Err(Error::syntax(a.target.range(), "only single target (not list) can be annotated"));
            }
            Expr::Tuple(_) => {
                return Err(Error::syntax(a.target.range(), "only single target (not tuple) can be annotated"));
            }
            _ => {
                return Err(Error::syntax(a.target.range(), "illegal target for annotation"));
            }
        }
        self.u.next = mark;
        Ok(())
    }

    /// The set of the annotations that have been reached: a cell of a class, a global of a module.
    fn conditional_set(&mut self) -> Reg {
        let name = "__conditional_annotations__";
        match self.u.cells.get(name).copied() {
            Some(cell) => {
                let n = self.name(name);
                let t = self.temp();
                self.emit(Op::LOAD_CELL, t, cell, n);
                t
            }
            None => self.load_name(name, None),
        }
    }

    // ---- type parameters

    /// Makes the type parameters and binds their names; the tuple of them in a new temporary.
    pub(super) fn type_params(&mut self, tp: &'a ast::TypeParams) -> Result<Reg> {
        let base = self.u.next;
        for p in tp.iter() {
            self.at(p);
            let t = self.temp();
            self.load_str(p.name(), t);
            match p {
                TypeParam::TypeVar(v) => match &v.bound {
                    Some(b) => {
                        let id = self.block(self.table.block(p, BlockKey::Bound));
                        let unit = self.lazy_value(id, &v.name, b)?;
                        let f = self.temp();
                        self.lazy_function(unit, f);
                        let which =
                            if b.is_tuple_expr() { Intrinsic2::TypeVarWithConstraints } else { Intrinsic2::TypeVarWithBound };
                        self.intrinsic2(t, which, t);
                        self.u.next = t + 1;
                    }
                    None => self.intrinsic1(t, Intrinsic1::TypeVar, t),
                },
                TypeParam::ParamSpec(_) => self.intrinsic1(t, Intrinsic1::ParamSpec, t),
                TypeParam::TypeVarTuple(_) => self.intrinsic1(t, Intrinsic1::TypeVarTuple, t),
            }
            let default = match p {
                TypeParam::TypeVar(v) => &v.default,
                TypeParam::ParamSpec(v) => &v.default,
                TypeParam::TypeVarTuple(v) => &v.default,
            };
            if let Some(d) = default {
                let id = self.block(self.table.block(p, BlockKey::Default));
                let unit = self.lazy_value(id, p.name(), d)?;
                let f = self.temp();
                self.lazy_function(unit, f);
                self.intrinsic2(t, Intrinsic2::SetTypeParamDefault, t);
                self.u.next = t + 1;
            }
            self.store_name(p.name(), t);
        }
        self.u.next = base;
        let d = self.temp();
        self.emit(Op::BUILD_TUPLE, d, base, tp.len() as u16);
        Ok(d)
    }

    /// The code of a function that evaluates `e` when asked.
    fn lazy_value(&mut self, id: ScopeId, name: &str, e: &'a Expr) -> Result<CodeUnit> {
        let line = self.line_of(e.range().start());
        self.enter_lazy(id, name, line);
        self.at(e);
        self.check_format();
        let v = match e {
            Expr::Starred(s) => {
                let v = self.expr(&s.value, None)?;
                let t = self.temp();
                self.emit(Op::UNPACK, v, t, 1);
                t
            }
            _ => self.expr(e, None)?,
        };
        self.emit(Op::RETURN, v, 0, 0);
        self.leave()
    }

    /// A lazily evaluated value's function; its format defaults to VALUE.
    fn lazy_function(&mut self, unit: CodeUnit, dst: Reg) {
        let mark = self.u.next;
        let base = self.temps(4);
        self.load_const(&Const::Tuple(vec![Const::Int(1)]), base);
        self.emit(Op::LOAD_EMPTY, base + 1, 0, 0);
        self.emit(Op::LOAD_EMPTY, base + 2, 0, 0);
        self.closure(&unit.freevars, base + 3);
        let k = self.const16(&Const::Code(Arc::new(unit)));
        self.u.next = mark;
        self.emit(Op::MAKE_FUNCTION, dst, k, base);
    }

    pub(super) fn type_alias(&mut self, t: &'a ast::StmtTypeAlias) -> Result<()> {
        let mark = self.u.next;
        let Expr::Name(name) = &*t.name else {
            return Err(Error::syntax(t.name.range(), "invalid syntax"));
        };
        let r = match &t.type_params {
            None => {
                let three = self.temps(3);
                self.load_str(&name.id, three);
                self.emit(Op::LOAD_NONE, three + 1, 0, 0);
                self.alias_value(t, &name.id, three)?
            }
            Some(tp) => {
                let id = self.block(self.table.block(&**tp, BlockKey::TypeParams));
                let title = format!("<generic parameters of {}>", name.id.as_str());
                let line = self.line_of(t.range.start());
                self.enter(id, &title, line, 0);
                self.at(t);
                let three = self.temps(3);
                self.load_str(&name.id, three);
                let params = self.type_params(tp)?;
                self.at(t);
                self.mov(three + 1, params);
                let r = self.alias_value(t, &name.id, three)?;
                self.emit(Op::RETURN, r, 0, 0);
                let unit = self.leave()?;
                let base = self.u.next;
                self.at(t);
                self.u.next = base + crate::isa::FRAME_HEADER_WORDS as Reg;
                self.make_plain_function(unit, base + crate::isa::CALLABLE as Reg);
                self.u.next = base;
                let d = self.temp();
                self.emit(Op::CALL, d, base, 0);
                d
            }
        };
        self.store_name(&name.id, r);
        self.u.next = mark;
        Ok(())
    }

    /// The TypeAliasType of a name and type parameters in `three` and `three + 1`.
    fn alias_value(&mut self, t: &'a ast::StmtTypeAlias, name: &str, three: Reg) -> Result<Reg> {
        let id = self.block(self.table.block(t, BlockKey::AliasValue));
        let unit = self.lazy_value(id, name, &t.value)?;
        self.at(t);
        self.lazy_function(unit, three + 2);
        self.emit(Op::BUILD_TUPLE, three, three, 3);
        self.intrinsic1(three, Intrinsic1::TypeAlias, three);
        Ok(three)
    }
}

fn collect<'a>(body: &'a [Stmt], conditional: bool, next: &mut u32, out: &mut Vec<(&'a ast::StmtAnnAssign, Option<u32>)>) {
    for s in body {
        match s {
            Stmt::AnnAssign(a) if a.simple && a.target.is_name_expr() => {
                let index = conditional.then(|| {
                    *next += 1;
                    *next - 1
                });
                out.push((a, index));
            }
            Stmt::If(i) => {
                collect(&i.body, true, next, out);
                for c in &i.elif_else_clauses {
                    collect(&c.body, true, next, out);
                }
            }
            Stmt::For(f) => {
                collect(&f.body, true, next, out);
                collect(&f.orelse, true, next, out);
            }
            Stmt::While(w) => {
                collect(&w.body, true, next, out);
                collect(&w.orelse, true, next, out);
            }
            Stmt::With(w) => collect(&w.body, true, next, out),
            Stmt::Try(t) => {
                collect(&t.body, true, next, out);
                for ast::ExceptHandler::ExceptHandler(h) in &t.handlers {
                    collect(&h.body, true, next, out);
                }
                collect(&t.orelse, true, next, out);
                collect(&t.finalbody, true, next, out);
            }
            Stmt::Match(m) => m.cases.iter().for_each(|c| collect(&c.body, true, next, out)),
            _ => {}
        }
    }
}
