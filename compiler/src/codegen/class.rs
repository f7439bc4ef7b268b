//! Classes and module bodies.

use std::sync::Arc;

use ruff_python_ast::{self as ast, Stmt};

use super::Compiler;
use super::func::{clean_docstring, docstring};
use crate::asm::Reg;
use crate::errors::Result;
use crate::isa::{CALLABLE, FRAME_HEADER_WORDS, Intrinsic1, Op};
use crate::literal;
use crate::symtable::BlockKey;
use crate::unit::{CodeUnit, Const};

const SLOT: Reg = FRAME_HEADER_WORDS as Reg;

impl<'a> Compiler<'a> {
    pub(super) fn module_body(&mut self, body: &'a [Stmt]) -> Result<()> {
        self.begin_coroutine_module();
        let mut body = body;
        if self.scope().annotation_block.is_some() {
            if self.future_annotations {
                self.emit(Op::SETUP_ANNOTATIONS, 0, 0, 0);
            } else {
                self.collect_annotations(body);
                self.variable_annotations("__annotate__")?;
                let t = self.temp();
                self.emit(Op::BUILD_SET, t, t, 0);
                self.store_name("__conditional_annotations__", t);
                self.u.next = t;
            }
        }
        if !self.interactive
            && let Some(doc) = docstring(body)
        {
            if self.options.optimize < 2 {
                self.store_docstring(doc, body);
            }
            body = &body[1..];
        }
        self.statements(body)?;
        self.implicit_return();
        self.end_generator();
        Ok(())
    }

    fn store_docstring(&mut self, doc: &ast::ExprStringLiteral, body: &[Stmt]) {
        let text = clean_docstring(&literal::str_value(&doc.value, self.source));
        let c = Const::Str(Arc::from(text));
        if self.u.const_list.is_empty() {
            self.const_index(&c);
        }
        self.at(&body[0]);
        let t = self.temp();
        self.load_const(&c, t);
        self.store_name("__doc__", t);
        self.u.next = t;
    }

    pub(super) fn class_def(&mut self, c: &'a ast::StmtClassDef) -> Result<()> {
        let mark = self.u.next;
        let decorators = self.decorators(&c.decorator_list)?;
        self.check_assignable(&c.name, c.name.range)?;
        let line = self.first_line(&c.decorator_list, c.range);
        self.at(self.def_range(&c.decorator_list, c.range));
        let r = match &c.type_params {
            None => {
                let base = self.u.next;
                self.emit(Op::LOAD_BUILD_CLASS, base + CALLABLE as Reg, 0, 0);
                self.u.next = base + SLOT;
                self.class_function(c, line)?;
                self.class_call(base, c.arguments.as_deref(), None, self.def_range(&c.decorator_list, c.range), None)?
            }
            Some(tp) => self.generic_class(c, tp, line)?,
        };
        let r = self.decorate(&c.decorator_list, decorators, r);
        self.at(self.def_range(&c.decorator_list, c.range));
        self.store_name(&c.name, r);
        self.u.next = mark;
        Ok(())
    }

    /// The class's function and its name in two new temporaries.
    fn class_function(&mut self, c: &'a ast::StmtClassDef, line: u32) -> Result<()> {
        let unit = self.class_body(c, line)?;
        self.at(self.def_range(&c.decorator_list, c.range));
        let f = self.temp();
        self.make_plain_function(unit, f);
        let n = self.temp();
        self.load_str(&c.name, n);
        Ok(())
    }

    fn generic_class(&mut self, c: &'a ast::StmtClassDef, tp: &'a ast::TypeParams, line: u32) -> Result<Reg> {
        let id = self.block(self.table.block(tp, BlockKey::TypeParams));
        let title = format!("<generic parameters of {}>", c.name.as_str());
        self.enter(id, &title, line, 0);
        self.at(self.def_range(&c.decorator_list, c.range));
        let params = self.type_params(tp)?;
        self.at(self.def_range(&c.decorator_list, c.range));
        self.store_name(".type_params", params);
        let generic = self.temp();
        let base = self.u.next;
        self.emit(Op::LOAD_BUILD_CLASS, base + CALLABLE as Reg, 0, 0);
        self.u.next = base + SLOT;
        self.class_function(c, line)?;
        let mark = self.u.next;
        let p = self.load_name(".type_params", None);
        self.u.next = mark;
        self.intrinsic1(generic, Intrinsic1::SubscriptGeneric, p);
        self.store_name(".generic_base", generic);
        let r = self.class_call(base, c.arguments.as_deref(), Some(generic), self.def_range(&c.decorator_list, c.range), None)?;
        self.emit(Op::RETURN, r, 0, 0);
        let unit = self.leave()?;

        let base = self.u.next;
        self.at(self.def_range(&c.decorator_list, c.range));
        self.u.next = base + SLOT;
        self.make_plain_function(unit, base + CALLABLE as Reg);
        self.u.next = base;
        let d = self.temp();
        self.emit(Op::CALL, d, base, 0);
        Ok(d)
    }

    fn class_body(&mut self, c: &'a ast::StmtClassDef, line: u32) -> Result<CodeUnit> {
        let id = self.block(self.table.block(c, BlockKey::Body));
        self.enter(id, &c.name, line, 0);
        self.at(self.def_range(&c.decorator_list, c.range));
        let t = self.temp();
        let n = self.name("__name__");
        self.emit(Op::LOAD_NAME, t, n, 0);
        self.store_name("__module__", t);
        let qualname = self.u.qualname.clone();
        self.load_str(&qualname, t);
        self.store_name("__qualname__", t);
        self.load_const(&Const::Int(i64::from(line)), t);
        self.store_name("__firstlineno__", t);
        self.u.next = t;
        if c.type_params.is_some() {
            let p = self.load_name(".type_params", None);
            self.store_name("__type_params__", p);
            self.u.next = t;
        }
        let (needs_class, needs_dict, conditional, annotated) = {
            let s = self.scope();
            (s.needs_class_closure, s.needs_classdict, s.conditional_annotations, s.annotation_block.is_some())
        };
        if needs_dict {
            let t = self.temp();
            self.emit(Op::LOAD_LOCALS, t, 0, 0);
            let cell = self.u.cells["__classdict__"];
            self.emit(Op::STORE_CELL, cell, t, 0);
            self.u.next = t;
        }
        if conditional {
            let t = self.temp();
            self.emit(Op::BUILD_SET, t, t, 0);
            let cell = self.u.cells["__conditional_annotations__"];
            self.emit(Op::STORE_CELL, cell, t, 0);
            self.u.next = t;
        }
        if annotated {
            if self.future_annotations {
                self.emit(Op::SETUP_ANNOTATIONS, 0, 0, 0);
            } else {
                self.collect_annotations(&c.body);
            }
        }
        let mut body = &c.body[..];
        if let Some(doc) = docstring(body) {
            if self.options.optimize < 2 {
                self.store_docstring(doc, body);
            }
            body = &body[1..];
        }
        self.statements(body)?;
        self.at(self.def_range(&c.decorator_list, c.range));
        if annotated && !self.future_annotations {
            self.variable_annotations("__annotate_func__")?;
            self.at(self.def_range(&c.decorator_list, c.range));
        }
        let t = self.temp();
        let names = std::mem::take(&mut self.u.static_attributes);
        let names = names.iter().map(|n| Const::Str(Arc::from(n.as_bytes()))).collect();
        self.load_const(&Const::Tuple(names), t);
        self.store_name("__static_attributes__", t);
        if needs_dict {
            let cell = self.u.cells["__classdict__"];
            self.mov(t, cell);
            self.store_name("__classdictcell__", t);
        }
        if needs_class {
            let cell = self.u.cells["__class__"];
            self.mov(t, cell);
            self.store_name("__classcell__", t);
        } else {
            self.emit(Op::LOAD_NONE, t, 0, 0);
        }
        self.emit(Op::RETURN, t, 0, 0);
        self.leave()
    }

    /// Notes an attribute assigned through `self` for the class around the method.
    pub(super) fn note_static_attribute(&mut self, a: &ast::ExprAttribute) {
        let ast::Expr::Name(n) = &*a.value else {
            return;
        };
        if &n.id != "self" {
            return;
        }
        let attr = a.attr.as_str();
        let class = crate::symtable::BlockKind::Class;
        let table = self.table.clone();
        for u in std::iter::once(&mut self.u).chain(self.outer.iter_mut().rev()) {
            if table.scopes[u.scope].kind == class {
                if !u.static_attributes.iter().any(|x| **x == *attr) {
                    u.static_attributes.push(Arc::from(attr));
                }
                return;
            }
        }
    }
}
