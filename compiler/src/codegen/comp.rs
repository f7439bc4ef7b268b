//! Comprehensions: inlined ones (PEP 709) and generator expressions, which are functions.

use ruff_python_ast::{self as ast, Expr};
use ruff_text_size::{Ranged, TextRange, TextSize};
use rustc_hash::{FxHashMap, FxHashSet};

use super::{CompScope, Compiler};
use crate::asm::{Label, Reg};
use crate::errors::{Error, Result};
use crate::isa::{FRAME_HEADER_WORDS, Op};
use crate::symtable::{BlockKey, Name, Place, ScopeId, def};
use crate::unit::{Const, flags};

/// What the innermost level of a comprehension does.
#[derive(Clone, Copy)]
enum Element<'a> {
    List(&'a Expr),
    Set(&'a Expr),
    Dict(&'a Expr, &'a Expr),
    Generator(&'a Expr),
}

/// The parts of a comprehension of any kind.
struct Parts<'a> {
    element: Element<'a>,
    generators: &'a [ast::Comprehension],
    scope: ScopeId,
    title: &'static str,
    range: TextRange,
}

impl<'a> Compiler<'a> {
    fn parts(&self, e: &'a Expr) -> Result<Parts<'a>> {
        let missing = || Error::syntax(e.range(), "invalid syntax");
        let block = |id: Option<ScopeId>| id.ok_or_else(missing);
        Ok(match e {
            Expr::ListComp(c) => Parts {
                element: Element::List(&c.elt),
                generators: &c.generators,
                scope: block(self.table.block(c, BlockKey::Body))?,
                title: "<listcomp>",
                range: e.range(),
            },
            Expr::SetComp(c) => Parts {
                element: Element::Set(&c.elt),
                generators: &c.generators,
                scope: block(self.table.block(c, BlockKey::Body))?,
                title: "<setcomp>",
                range: e.range(),
            },
            Expr::DictComp(c) => Parts {
                element: match &c.key {
                    Some(k) => Element::Dict(k, &c.value),
                    None => {
                        let text = &self.source[e.range()];
                        let at = e.range().start() + TextSize::new(text.find("**").unwrap_or(0) as u32);
                        let range = TextRange::at(at, TextSize::new(2));
                        return Err(Error::syntax(range, "dict unpacking cannot be used in dict comprehension"));
                    }
                },
                generators: &c.generators,
                scope: block(self.table.block(c, BlockKey::Body))?,
                title: "<dictcomp>",
                range: e.range(),
            },
            Expr::Generator(c) => Parts {
                element: Element::Generator(&c.elt),
                generators: &c.generators,
                scope: block(self.table.block(c, BlockKey::Body))?,
                title: "<genexpr>",
                range: e.range(),
            },
            _ => return Err(missing()),
        })
    }

    pub(super) fn comprehension(&mut self, e: &'a Expr, dst: Option<Reg>) -> Result<Reg> {
        let mut p = self.parts(e)?;
        if let Expr::Generator(g) = e
            && !g.parenthesized
            && let Some(r) = self.u.call_parens.take()
        {
            // The parentheses of the call are those of its only argument.
            p.range = r;
        }
        if let Element::List(x) | Element::Set(x) | Element::Generator(x) = p.element
            && x.is_starred_expr()
        {
            return Err(Error::syntax(x.range(), "iterable unpacking cannot be used in comprehension"));
        }
        if self.scope_of(p.scope).inlined { self.inlined_comprehension(&p, dst) } else { self.comprehension_function(&p, dst) }
    }

    fn inlined_comprehension(&mut self, p: &Parts<'a>, dst: Option<Reg>) -> Result<Reg> {
        let mark = self.u.next;
        let result = match dst {
            Some(d) if self.is_scratch(d) => d,
            _ => self.temp(),
        };
        let iter = self.temp();
        let first = &p.generators[0];
        // The first iterable belongs to the enclosing scope.
        let v = self.expr(&first.iter, None)?;
        self.u.next = iter + 1;
        self.at(&first.iter);
        self.emit(if first.is_async { Op::GET_AITER } else { Op::GET_ITER }, iter, v, 0);
        self.at(p.range);
        let build = match p.element {
            Element::List(_) => Op::BUILD_LIST,
            Element::Set(_) => Op::BUILD_SET,
            _ => Op::BUILD_MAP,
        };
        let hidden = self.enter_inlined(p);
        let next = self.u.next;
        self.emit(build, result, next, 0);
        self.level(p, 0, Some(iter), result)?;
        self.u.comps.pop();
        self.at(p.range);
        for r in hidden {
            self.emit(Op::LOAD_EMPTY, r, 0, 0);
        }
        Ok(self.settle(result, dst, mark))
    }

    /// Gives the variables of an inlined comprehension registers. Answers the locals to be unbound at its end.
    fn enter_inlined(&mut self, p: &Parts<'a>) -> Vec<Reg> {
        let table = self.table.clone();
        let scope = &table.scopes[p.scope];
        let mut vars: FxHashMap<Name, (Reg, bool)> = FxHashMap::default();
        let mut unbound: FxHashSet<Name> = FxHashSet::default();
        let mut hidden = Vec::new();
        let mut first_targets: FxHashSet<&str> = FxHashSet::default();
        target_names(&p.generators[0].target, &mut first_targets);
        for (name, symbol) in &scope.symbols {
            if symbol.flags & def::PARAM != 0 || !matches!(symbol.place, Place::Local | Place::Cell) {
                continue;
            }
            if symbol.from_inlined {
                // A variable of a comprehension inside this one.
                continue;
            }
            let cell = symbol.place == Place::Cell;
            // A name that nothing else in the function uses is a local; others get a temporary.
            let own = self.scope().lookup(name).is_some_and(|s| s.from_inlined && s.place == Place::Local)
                && self.scope().is_function_like()
                && !self.u.comps.iter().any(|c| c.vars.contains_key(name));
            let reg = match self.u.locals.get(name) {
                Some(r) if own && !cell => {
                    hidden.push(*r);
                    *r
                }
                _ => self.temp(),
            };
            vars.insert(name.clone(), (reg, cell));
            if cell {
                self.emit(Op::LOAD_EMPTY, reg, 0, 0);
                self.emit(Op::MAKE_CELL, reg, 0, 0);
            } else if !first_targets.contains(&**name) {
                unbound.insert(name.clone());
                self.emit(Op::LOAD_EMPTY, reg, 0, 0);
            }
        }
        self.u.comps.push(CompScope { scope: p.scope, vars, unbound });
        hidden
    }

    /// Emits level `i` of a comprehension; its iterator is in `iter` if it has been made.
    fn level(&mut self, p: &Parts<'a>, i: usize, iter: Option<Reg>, result: Reg) -> Result<()> {
        let g = &p.generators[i];
        let mark = self.u.next;
        if g.is_async {
            return self.async_level(p, i, iter, result);
        }
        // `for x in [y]` in an inner level is an assignment.
        if iter.is_none()
            && let Expr::List(ast::ExprList { elts, .. }) | Expr::Tuple(ast::ExprTuple { elts, .. }) = &g.iter
            && let [one] = &elts[..]
            && !one.is_starred_expr()
        {
            self.assign(&g.target, one)?;
            self.bound_targets(&g.target);
            let skip = self.label();
            for c in &g.ifs {
                self.jump_if(c, false, skip)?;
            }
            self.inner(p, i, result)?;
            self.bind(skip);
            self.u.next = mark;
            return Ok(());
        }
        let iter = match iter {
            Some(r) => r,
            None => {
                let v = self.expr(&g.iter, None)?;
                self.u.next = mark;
                let t = self.temp();
                self.at(&g.iter);
                self.emit(Op::GET_ITER, t, v, 0);
                t
            }
        };
        let top = self.label();
        let end = self.label();
        let index = self.new_loop();
        self.bind(top);
        self.at(&g.iter);
        let inner = self.u.next;
        self.for_iter(&g.target, iter, end)?;
        self.bound_targets(&g.target);
        let again = self.label();
        for c in &g.ifs {
            self.jump_if(c, false, again)?;
        }
        self.u.next = inner;
        self.inner(p, i, result)?;
        self.u.next = inner;
        self.bind(again);
        self.at(p.range);
        self.jump(Op::JUMP_BACK, index, 0, top);
        self.bind(end);
        self.u.next = mark;
        Ok(())
    }

    fn async_level(&mut self, p: &Parts<'a>, i: usize, iter: Option<Reg>, result: Reg) -> Result<()> {
        let g = &p.generators[i];
        let mark = self.u.next;
        let iter = match iter {
            Some(r) => r,
            None => {
                let v = self.expr(&g.iter, None)?;
                self.u.next = mark;
                let t = self.temp();
                self.at(&g.iter);
                self.emit(Op::GET_AITER, t, v, 0);
                t
            }
        };
        let top = self.label();
        let end = self.label();
        let index = self.new_loop();
        let inner = self.u.next;
        self.bind(top);
        self.at(&g.target);
        let value = self.async_next(iter, end)?;
        self.store(&g.target, value)?;
        self.u.next = inner;
        self.bound_targets(&g.target);
        let again = self.label();
        for c in &g.ifs {
            self.jump_if(c, false, again)?;
        }
        self.inner(p, i, result)?;
        self.u.next = inner;
        self.bind(again);
        self.at(p.range);
        self.jump(Op::JUMP_BACK, index, 0, top);
        self.bind(end);
        self.at(&g.target);
        self.u.next = inner + 1;
        self.emit(Op::END_ASYNC_FOR, inner, 0, 0);
        self.u.next = mark;
        Ok(())
    }

    fn bound_targets(&mut self, target: &Expr) {
        let mut names = FxHashSet::default();
        target_names(target, &mut names);
        if let Some(c) = self.u.comps.last_mut() {
            c.unbound.retain(|n| !names.contains(&**n));
        }
    }

    fn inner(&mut self, p: &Parts<'a>, i: usize, result: Reg) -> Result<()> {
        if i + 1 < p.generators.len() {
            return self.level(p, i + 1, None, result);
        }
        let mark = self.u.next;
        match p.element {
            Element::List(x) => {
                let v = self.expr(x, None)?;
                self.at(x);
                self.emit(Op::LIST_APPEND, result, v, 0);
            }
            Element::Set(x) => {
                let v = self.expr(x, None)?;
                self.at(x);
                self.emit(Op::SET_ADD, result, v, 0);
            }
            Element::Dict(k, x) => {
                let k = self.operand_before(k, x)?;
                let v = self.expr(x, None)?;
                self.at(x);
                self.emit(Op::MAP_ADD, result, k, v);
            }
            Element::Generator(x) => {
                let mut v = self.expr(x, None)?;
                self.at(x);
                if self.u.flags & flags::ASYNC_GENERATOR != 0 {
                    let t = self.temp();
                    self.intrinsic1(t, crate::isa::Intrinsic1::AsyncGenWrap, v);
                    v = t;
                }
                self.u.next = mark;
                let t = self.temp();
                self.emit(Op::YIELD, t, v, 0);
            }
        }
        self.u.next = mark;
        Ok(())
    }

    /// A generator expression, or another comprehension in an annotation scope of a class: a function called at once.
    fn comprehension_function(&mut self, p: &Parts<'a>, dst: Option<Reg>) -> Result<Reg> {
        let base = self.u.next;
        let callable = base + crate::isa::CALLABLE as Reg;
        let slot = base + FRAME_HEADER_WORDS as Reg;
        let first = &p.generators[0];
        let scope = self.scope_of(p.scope);
        let is_generator = scope.generator;
        let is_async = scope.coroutine;
        let line = self.line_of(p.range.start());
        self.enter(p.scope, p.title, line, 0);
        self.u.argcount = 1;
        self.u.posonly = 0;
        self.at(p.range);
        if is_generator {
            self.u.flags |= if is_async { flags::ASYNC_GENERATOR } else { flags::GENERATOR };
        } else if is_async {
            self.u.flags |= flags::COROUTINE;
        }
        if is_generator || is_async {
            self.begin_generator();
        }
        if is_generator {
            self.level(p, 0, Some(0), 0)?;
            self.at(p.range);
            let t = self.temp();
            self.emit(Op::LOAD_NONE, t, 0, 0);
            self.emit(Op::RETURN, t, 0, 0);
        } else {
            let result = self.temp();
            let build = match p.element {
                Element::List(_) => Op::BUILD_LIST,
                Element::Set(_) => Op::BUILD_SET,
                _ => Op::BUILD_MAP,
            };
            self.emit(build, result, result, 0);
            self.level(p, 0, Some(0), result)?;
            self.at(p.range);
            self.emit(Op::RETURN, result, 0, 0);
        }
        self.end_generator();
        let unit = self.leave()?;
        self.at(p.range);
        self.u.next = callable + 1;
        self.make_plain_function(unit, callable);
        self.u.next = slot;
        let v = {
            let t = slot;
            self.u.next = t + 1;
            self.expr(&first.iter, None).inspect(|_| self.u.next = t + 1)?
        };
        self.at(&first.iter);
        self.emit(if first.is_async { Op::GET_AITER } else { Op::GET_ITER }, slot, v, 0);
        self.at(p.range);
        self.u.next = base;
        let is_coroutine = is_async && !is_generator;
        if is_coroutine {
            let result = self.temp();
            self.emit(Op::CALL, result, base, 1);
            let iter = self.temp();
            self.emit(Op::GET_AWAITABLE, iter, result, 0);
            self.delegate(result, iter);
            return Ok(self.settle(result, dst, base));
        }
        let d = self.dst(dst);
        self.emit(Op::CALL, d, base, 1);
        Ok(d)
    }

    /// FOR_ITER into a target, straight into its register if it is a local.
    pub(super) fn for_iter(&mut self, target: &'a Expr, iter: Reg, end: Label) -> Result<()> {
        let mark = self.u.next;
        if let Expr::Name(n) = target
            && let Some(r) = self.fast_register(&n.id)
        {
            self.check_assignable(&n.id, n.range)?;
            self.jump(Op::FOR_ITER, r, iter, end);
            return Ok(());
        }
        let t = self.temp();
        self.jump(Op::FOR_ITER, t, iter, end);
        match target {
            Expr::Tuple(e) => self.unpack(target, &e.elts, t, Op::UNPACK_ITEM)?,
            Expr::List(e) => self.unpack(target, &e.elts, t, Op::UNPACK_ITEM)?,
            _ => self.store(target, t)?,
        }
        self.u.next = mark;
        Ok(())
    }

    /// The next value of an asynchronous iterator, in a new temporary; StopAsyncIteration goes to `end` in that same
    /// register.
    pub(super) fn async_next(&mut self, iter: Reg, end: Label) -> Result<Reg> {
        let value = self.temp();
        let awaitable = self.temp();
        let outer = self.u.handler;
        self.u.handler = self.u.asm.handler(end, value);
        self.emit(Op::GET_ANEXT, awaitable, iter, 0);
        self.delegate(value, awaitable);
        self.u.handler = outer;
        self.u.next = value + 1;
        Ok(value)
    }

    /// A function without defaults and annotations, with its closure.
    pub(super) fn make_plain_function(&mut self, unit: crate::unit::CodeUnit, dst: Reg) {
        let mark = self.u.next;
        let base = self.temps(4);
        for i in 0..3 {
            self.emit(Op::LOAD_EMPTY, base + i, 0, 0);
        }
        self.closure(&unit.freevars, base + 3);
        let k = self.const16(&Const::Code(unit.into()));
        self.u.next = mark;
        self.emit(Op::MAKE_FUNCTION, dst, k, base);
    }

    /// The tuple of cells for these free variables, or the empty mark.
    pub(super) fn closure(&mut self, names: &[Name], dst: Reg) {
        if names.is_empty() {
            self.emit(Op::LOAD_EMPTY, dst, 0, 0);
            return;
        }
        let mark = self.u.next;
        let base = self.u.next;
        for n in names {
            let t = self.temp();
            match self.captured_cell(n) {
                Some(r) => self.mov(t, r),
                // The symbol table promises a cell; without one the unit is refused.
                None => self.u.overflow = true,
            }
        }
        self.u.next = mark;
        self.emit(Op::BUILD_TUPLE, dst, base, names.len() as u16);
    }
}

fn target_names<'e>(target: &'e Expr, out: &mut FxHashSet<&'e str>) {
    match target {
        Expr::Name(n) => {
            out.insert(n.id.as_str());
        }
        Expr::Tuple(t) => t.elts.iter().for_each(|e| target_names(e, out)),
        Expr::List(l) => l.elts.iter().for_each(|e| target_names(e, out)),
        Expr::Starred(s) => target_names(&s.value, out),
        _ => {}
    }
}
