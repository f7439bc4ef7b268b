//! Statements, assignment and loops.

use std::sync::Arc;

use ruff_python_ast::{self as ast, Expr, Stmt};
use ruff_text_size::Ranged;

use super::{Block, BlockType, Compiler, Leave};
use crate::asm::Reg;
use crate::errors::{Error, Result};
use crate::isa::{CALLABLE, FRAME_HEADER_WORDS, Intrinsic1, Op};
use crate::symtable::BlockKind;
use crate::unit::{Const, flags};

/// Blocks that may enclose one another in one function.
pub(super) const MAX_BLOCKS: usize = 21;

impl<'a> Compiler<'a> {
    pub(super) fn statements(&mut self, body: &'a [Stmt]) -> Result<()> {
        for s in body {
            self.statement(s)?;
        }
        Ok(())
    }

    fn statement(&mut self, s: &'a Stmt) -> Result<()> {
        crate::depth::guarded(&mut self.depth, s.range())?;
        self.at(s);
        let mark = self.u.next;
        let result = crate::depth::with_stack(|| self.statement_inner(s));
        self.u.next = mark;
        self.depth -= 1;
        result
    }

    pub(super) fn push_block(&mut self, kind: BlockType<'a>) -> Result<()> {
        if self.u.blocks.len() >= MAX_BLOCKS {
            return Err(Error::syntax(self.u.range, "too many statically nested blocks"));
        }
        let outer = self.u.handler;
        self.u.blocks.push(Block { kind, outer });
        Ok(())
    }

    /// Ends the innermost block; its handler no longer covers what follows.
    pub(super) fn pop_block(&mut self) {
        if let Some(b) = self.u.blocks.pop() {
            self.u.handler = b.outer;
        }
    }

    fn statement_inner(&mut self, s: &'a Stmt) -> Result<()> {
        match s {
            Stmt::FunctionDef(f) => self.function_def(f),
            Stmt::ClassDef(c) => self.class_def(c),
            Stmt::Return(r) => self.return_stmt(r),
            Stmt::Delete(d) => d.targets.iter().try_for_each(|t| self.delete(t)),
            Stmt::TypeAlias(t) => self.type_alias(t),
            Stmt::Assign(a) => self.assignment(a),
            Stmt::AugAssign(a) => self.augmented(a),
            Stmt::AnnAssign(a) => self.annotated_assignment(a),
            Stmt::For(f) if f.is_async => self.async_for(f),
            Stmt::For(f) => self.for_stmt(f),
            Stmt::While(w) => self.while_stmt(w),
            Stmt::If(i) => self.if_stmt(i),
            Stmt::With(w) => self.with_stmt(w),
            Stmt::Match(m) => self.match_stmt(m),
            Stmt::Raise(r) => self.raise(r),
            Stmt::Try(t) => self.try_stmt(t),
            Stmt::Assert(a) => self.assert_stmt(a),
            Stmt::Import(i) => self.import(i),
            Stmt::ImportFrom(i) => self.import_from(i),
            Stmt::Global(_) | Stmt::Nonlocal(_) => Ok(()),
            Stmt::Expr(e) => {
                if self.interactive && self.outer.len() == 1 {
                    let v = self.expr(&e.value, None)?;
                    let t = self.temp();
                    self.intrinsic1(t, Intrinsic1::Print, v);
                    return Ok(());
                }
                if self.constant(&e.value).is_some() {
                    self.emit(Op::NOP, 0, 0, 0);
                    return Ok(());
                }
                self.effect(&e.value)
            }
            Stmt::Pass(_) => {
                self.emit(Op::NOP, 0, 0, 0);
                Ok(())
            }
            Stmt::Break(_) => self.leave_loop(Leave::Break),
            Stmt::Continue(_) => self.leave_loop(Leave::Continue),
            Stmt::IpyEscapeCommand(c) => Err(Error::syntax(c.range, "invalid syntax")),
        }
    }

    // ---- leaving blocks

    /// Emits the exit code of the blocks above `depth`, innermost first, as if outside each. The caller emits the
    /// jump, then restores the state answered here by [`Compiler::rejoin`].
    fn unwind(&mut self, depth: usize) -> Result<(Vec<Block<'a>>, u32)> {
        let saved = (self.u.blocks.clone(), self.u.handler);
        let range = self.u.range;
        while self.u.blocks.len() > depth {
            let Some(b) = self.u.blocks.pop() else { break };
            self.u.handler = b.outer;
            match b.kind {
                BlockType::Loop { .. } | BlockType::Star => {}
                BlockType::Finally(body) => {
                    let mark = self.u.next;
                    self.statements(body)?;
                    self.u.next = mark;
                    self.u.range = range;
                }
                BlockType::Handling { previous, name } => {
                    if let Some(n) = name {
                        self.unbind_name(n);
                    }
                    self.emit(Op::POP_EXC, previous, 0, 0);
                }
                BlockType::With { exit, is_async, range: place } => {
                    self.u.range = place;
                    self.with_exit(exit, is_async);
                    self.u.range = range;
                }
            }
        }
        Ok(saved)
    }

    fn rejoin(&mut self, saved: (Vec<Block<'a>>, u32)) {
        (self.u.blocks, self.u.handler) = saved;
    }

    fn check_star(&self, from: usize) -> Result<()> {
        if self.u.blocks[from..].iter().any(|b| matches!(b.kind, BlockType::Star)) {
            return Err(Error::syntax(self.u.range, "'break', 'continue' and 'return' cannot appear in an except* block"));
        }
        Ok(())
    }

    fn return_stmt(&mut self, r: &'a ast::StmtReturn) -> Result<()> {
        if self.scope().kind != BlockKind::Function {
            return Err(Error::syntax(r.range, "'return' outside function"));
        }
        if r.value.is_some() && self.u.flags & flags::ASYNC_GENERATOR != 0 {
            return Err(Error::syntax(r.range, "'return' with value in async generator"));
        }
        if let Some(v) = &r.value {
            self.at(&**v);
        }
        self.check_star(0)?;
        self.at(r);
        let constant = match &r.value {
            Some(v) => self.constant(v),
            None => Some(Const::None),
        };
        let mut value = None;
        if constant.is_none()
            && let Some(v) = &r.value
        {
            // Code that runs on the way out may rebind the local that is returned.
            let rebinds =
                self.u.blocks.iter().any(|b| matches!(b.kind, BlockType::Finally(_) | BlockType::Handling { name: Some(_), .. }));
            value = Some(if rebinds { self.expr_to_temp(v)? } else { self.expr(v, None)? });
        }
        self.at(r);
        let saved = self.unwind(0)?;
        self.at(r);
        let value = match (value, constant) {
            (Some(v), _) => v,
            (None, c) => {
                let t = self.temp();
                self.load_const(&c.unwrap_or(Const::None), t);
                t
            }
        };
        self.emit(Op::RETURN, value, 0, 0);
        self.rejoin(saved);
        Ok(())
    }

    fn leave_loop(&mut self, how: Leave) -> Result<()> {
        let found = self.u.blocks.iter().rposition(|b| matches!(b.kind, BlockType::Loop { .. }));
        let Some(depth) = found else {
            self.check_star(0)?;
            let message = if how == Leave::Break { "'break' outside loop" } else { "'continue' not properly in loop" };
            return Err(Error::syntax(self.u.range, message));
        };
        self.check_star(depth)?;
        let BlockType::Loop { exit, top, index } = self.u.blocks[depth].kind else {
            return Ok(());
        };
        if how == Leave::Break || depth + 1 < self.u.blocks.len() {
            // A place for a line event, before the blocks that are left have theirs.
            self.emit(Op::NOP, 0, 0, 0);
        }
        let saved = self.unwind(depth + 1)?;
        self.u.handler = self.u.blocks[depth].outer;
        if how == Leave::Break {
            self.goto(exit);
        } else {
            self.jump(Op::JUMP_BACK, index, 0, top);
        }
        self.rejoin(saved);
        Ok(())
    }

    // ---- control flow

    fn if_stmt(&mut self, i: &'a ast::StmtIf) -> Result<()> {
        let end = self.label();
        let mut next = self.label();
        self.constant_test(&i.test);
        self.jump_if(&i.test, false, next)?;
        self.statements(&i.body)?;
        for c in &i.elif_else_clauses {
            self.goto(end);
            self.bind(next);
            next = self.label();
            if let Some(t) = &c.test {
                self.at(t);
                self.constant_test(t);
                self.jump_if(t, false, next)?;
            }
            self.statements(&c.body)?;
        }
        self.bind(next);
        self.bind(end);
        Ok(())
    }

    /// A test that needs no instruction still has its line.
    fn constant_test(&mut self, test: &'a Expr) {
        if self.constant(test).is_some() {
            self.emit(Op::NOP, 0, 0, 0);
        }
    }

    fn while_stmt(&mut self, w: &'a ast::StmtWhile) -> Result<()> {
        let top = self.label();
        let orelse = self.label();
        let exit = self.label();
        let index = self.new_loop();
        self.constant_test(&w.test);
        self.bind(top);
        self.push_block(BlockType::Loop { exit, top, index })?;
        self.jump_if(&w.test, false, orelse)?;
        self.statements(&w.body)?;
        self.at(&*w.test);
        self.jump(Op::JUMP_BACK, index, 0, top);
        self.pop_block();
        self.bind(orelse);
        self.statements(&w.orelse)?;
        self.bind(exit);
        Ok(())
    }

    /// What is looped over: a list display might as well be a tuple.
    fn iterable(&mut self, e: &'a Expr) -> Result<Reg> {
        match e {
            Expr::List(l) if !l.elts.iter().any(Expr::is_starred_expr) && l.elts.len() <= 30 => {
                if let Some(items) = l.elts.iter().map(|e| self.constant(e)).collect::<Option<Vec<_>>>() {
                    let t = self.temp();
                    self.load_const(&Const::Tuple(items), t);
                    return Ok(t);
                }
                let mark = self.u.next;
                for x in &l.elts {
                    self.expr_to_temp(x)?;
                }
                self.u.next = mark;
                let t = self.temp();
                self.at(e);
                self.emit(Op::BUILD_TUPLE, t, mark, l.elts.len() as u16);
                Ok(t)
            }
            _ => self.expr(e, None),
        }
    }

    fn for_stmt(&mut self, f: &'a ast::StmtFor) -> Result<()> {
        let mark = self.u.next;
        let v = self.iterable(&f.iter)?;
        self.u.next = mark;
        let iter = self.temp();
        self.at(&*f.iter);
        self.emit(Op::GET_ITER, iter, v, 0);
        let top = self.label();
        let orelse = self.label();
        let exit = self.label();
        let index = self.new_loop();
        self.bind(top);
        self.push_block(BlockType::Loop { exit, top, index })?;
        self.for_iter(&f.target, iter, orelse)?;
        self.statements(&f.body)?;
        self.at(&*f.iter);
        self.jump(Op::JUMP_BACK, index, 0, top);
        self.pop_block();
        self.bind(orelse);
        self.u.next = mark;
        self.statements(&f.orelse)?;
        self.bind(exit);
        Ok(())
    }

    fn async_for(&mut self, f: &'a ast::StmtFor) -> Result<()> {
        self.require_coroutine("'async for'", f.range)?;
        let mark = self.u.next;
        let v = self.expr(&f.iter, None)?;
        self.u.next = mark;
        let iter = self.temp();
        self.at(&*f.iter);
        self.emit(Op::GET_AITER, iter, v, 0);
        let top = self.label();
        let done = self.label();
        let exit = self.label();
        let index = self.new_loop();
        let inner = self.u.next;
        self.bind(top);
        self.push_block(BlockType::Loop { exit, top, index })?;
        let value = self.async_next(iter, done)?;
        self.store(&f.target, value)?;
        self.u.next = inner;
        self.statements(&f.body)?;
        self.at(&*f.iter);
        self.jump(Op::JUMP_BACK, index, 0, top);
        self.pop_block();
        self.bind(done);
        self.u.next = inner + 1;
        self.emit(Op::END_ASYNC_FOR, inner, 0, 0);
        self.u.next = mark;
        self.statements(&f.orelse)?;
        self.bind(exit);
        Ok(())
    }

    pub(super) fn require_coroutine(&self, what: &str, range: ruff_text_size::TextRange) -> Result<()> {
        if self.u.flags & (flags::COROUTINE | flags::ASYNC_GENERATOR) != 0 {
            return Ok(());
        }
        Err(Error::syntax(range, format!("{what} outside async function")))
    }

    fn raise(&mut self, r: &'a ast::StmtRaise) -> Result<()> {
        let Some(exc) = &r.exc else {
            let t = self.temp();
            self.emit(Op::RAISE, t, 2, t);
            return Ok(());
        };
        match &r.cause {
            Some(cause) => {
                let e = self.operand_before(exc, cause)?;
                let c = self.expr(cause, None)?;
                self.at(r);
                self.emit(Op::RAISE, e, 1, c);
            }
            None => {
                let e = self.expr(exc, None)?;
                self.at(r);
                self.emit(Op::RAISE, e, 0, e);
            }
        }
        Ok(())
    }

    fn assert_stmt(&mut self, a: &'a ast::StmtAssert) -> Result<()> {
        if let Expr::Tuple(t) = &*a.test
            && !t.elts.is_empty()
        {
            self.warn(a.range, "assertion is always true, perhaps remove parentheses?");
        }
        if self.options.optimize > 0 {
            return Ok(());
        }
        let ok = self.label();
        self.jump_if(&a.test, true, ok)?;
        self.at(&*a.test);
        let base = self.u.next;
        match &a.msg {
            Some(m) => {
                self.emit(Op::LOAD_ASSERTION_ERROR, base + CALLABLE as Reg, 0, 0);
                self.u.next = base + FRAME_HEADER_WORDS as Reg;
                self.expr_to_temp(m)?;
                self.u.next = base;
                let t = self.temp();
                self.emit(Op::CALL, t, base, 1);
            }
            None => {
                let t = self.temp();
                self.emit(Op::LOAD_ASSERTION_ERROR, t, 0, 0);
            }
        }
        self.emit(Op::RAISE, base, 0, base);
        self.u.next = base;
        self.bind(ok);
        Ok(())
    }

    // ---- imports

    fn import_name(&mut self, module: &str, level: u32, fromlist: &Const) -> Reg {
        let base = self.temps(2);
        self.load_const(&Const::Int(i64::from(level)), base);
        self.load_const(fromlist, base + 1);
        let n = self.name(module);
        self.emit(Op::IMPORT_NAME, base, n, base);
        self.u.next = base + 1;
        base
    }

    fn import(&mut self, i: &'a ast::StmtImport) -> Result<()> {
        for alias in &i.names {
            let mark = self.u.next;
            let module = alias.name.as_str();
            let m = self.import_name(module, 0, &Const::None);
            match &alias.asname {
                Some(name) => {
                    self.check_assignable(name, alias.range)?;
                    // `import a.b.c as d` binds the last component.
                    for part in module.split('.').skip(1) {
                        let n = self.name(part);
                        self.emit(Op::IMPORT_FROM, m, m, n);
                    }
                    self.store_name(name, m);
                }
                None => {
                    let first = module.split('.').next().unwrap_or(module);
                    self.check_assignable(first, alias.range)?;
                    self.store_name(first, m);
                }
            }
            self.u.next = mark;
        }
        Ok(())
    }

    fn import_from(&mut self, i: &'a ast::StmtImportFrom) -> Result<()> {
        let module = i.module.as_ref().map_or("", |m| m.as_str());
        let names = i.names.iter().map(|a| Const::Str(Arc::from(a.name.as_str().as_bytes()))).collect();
        let m = self.import_name(module, i.level, &Const::Tuple(names));
        for alias in &i.names {
            if alias.name.as_str() == "*" {
                let t = self.temp();
                self.intrinsic1(t, Intrinsic1::ImportStar, m);
                self.u.next = t;
                continue;
            }
            let target = alias.asname.as_ref().unwrap_or(&alias.name);
            self.check_assignable(target, alias.range)?;
            let n = self.name(&alias.name);
            let mark = self.u.next;
            match self.fast_register(target) {
                Some(r) => self.emit(Op::IMPORT_FROM, r, m, n),
                None => {
                    let t = self.temp();
                    self.emit(Op::IMPORT_FROM, t, m, n);
                    self.store_name(target, t);
                }
            }
            self.u.next = mark;
        }
        Ok(())
    }

    // ---- assignment

    fn assignment(&mut self, a: &'a ast::StmtAssign) -> Result<()> {
        let (first, rest) = a.targets.split_first().expect("an assignment has a target");
        if rest.is_empty() {
            return self.assign(first, &a.value);
        }
        // `a = b = value`: the value goes to the first target if it stays there for the others.
        let direct = match first {
            Expr::Name(n) => self.fast_register(&n.id).filter(|_| {
                rest.iter().all(|t| match t {
                    Expr::Name(o) => o.id != n.id,
                    Expr::Attribute(_) | Expr::Subscript(_) => self.scope().walrus.is_empty(),
                    _ => false,
                })
            }),
            _ => None,
        };
        if let Some(r) = direct {
            self.assign(first, &a.value)?;
            return rest.iter().try_for_each(|t| self.store(t, r));
        }
        let v = self.expr_to_temp(&a.value)?;
        a.targets.iter().try_for_each(|t| self.store(t, v))
    }

    /// `target = value`
    pub(super) fn assign(&mut self, target: &'a Expr, value: &'a Expr) -> Result<()> {
        let mark = self.u.next;
        match target {
            Expr::Name(n) => {
                if let Some(r) = self.fast_register(&n.id) {
                    self.check_assignable(&n.id, n.range)?;
                    self.expr(value, Some(r))?;
                    self.u.next = mark;
                    return Ok(());
                }
            }
            Expr::Tuple(ast::ExprTuple { elts: targets, .. }) | Expr::List(ast::ExprList { elts: targets, .. }) => {
                if let Expr::Tuple(ast::ExprTuple { elts: values, .. }) | Expr::List(ast::ExprList { elts: values, .. }) = value
                    && targets.len() == values.len()
                    && !targets.is_empty()
                    && targets.len() <= 30
                    && !targets.iter().chain(values).any(Expr::is_starred_expr)
                {
                    return self.parallel_assign(targets, values);
                }
            }
            _ => {}
        }
        let v = self.operand_before(value, target)?;
        self.store(target, v)?;
        self.u.next = mark;
        Ok(())
    }

    /// `a, b = c, d` without a tuple.
    fn parallel_assign(&mut self, targets: &'a [Expr], values: &'a [Expr]) -> Result<()> {
        let mark = self.u.next;
        let registers: Vec<Option<Reg>> = targets
            .iter()
            .map(|t| match t {
                Expr::Name(n) => self.fast_register(&n.id),
                _ => None,
            })
            .collect();
        let simple = targets.iter().all(|t| matches!(t, Expr::Name(_) | Expr::Attribute(_) | Expr::Subscript(_)));
        let mut sources = Vec::with_capacity(values.len());
        for (i, v) in values.iter().enumerate() {
            // A local can be read when it is stored, unless a target before it rebinds it.
            let in_place = match v {
                Expr::Name(n) if simple && self.constant(v).is_none() => {
                    self.fast_register(&n.id).filter(|r| !registers[..i].contains(&Some(*r)) && self.scope().walrus.is_empty())
                }
                _ => None,
            };
            sources.push(if in_place.is_some() { self.expr(v, None)? } else { self.expr_to_temp(v)? });
        }
        for (t, s) in targets.iter().zip(sources) {
            self.store(t, s)?;
        }
        self.u.next = mark;
        Ok(())
    }

    pub(super) fn check_attribute(&self, attr: &str, range: ruff_text_size::TextRange) -> Result<()> {
        self.check_assignable(attr, range)
    }

    /// Stores register `src` in `target`.
    pub(super) fn store(&mut self, target: &'a Expr, src: Reg) -> Result<()> {
        let mark = self.u.next;
        let range = self.u.range;
        match target {
            Expr::Name(n) => {
                self.check_assignable(&n.id, n.range)?;
                self.at(n);
                self.store_name(&n.id, src);
            }
            Expr::Attribute(a) => {
                self.check_attribute(&a.attr, a.range)?;
                let o = self.expr(&a.value, None)?;
                self.note_static_attribute(a);
                self.at_attribute(a, a.range);
                let n = self.attr(&a.attr);
                self.emit(Op::STORE_ATTR, o, n, src);
            }
            Expr::Subscript(s) => {
                let o = self.operand_before(&s.value, &s.slice)?;
                let k = self.subscript_key(&s.slice)?;
                self.at(s);
                self.emit(Op::SETITEM, o, k, src);
            }
            Expr::Tuple(t) => self.unpack(target, &t.elts, src, Op::UNPACK)?,
            Expr::List(l) => self.unpack(target, &l.elts, src, Op::UNPACK)?,
            Expr::Starred(s) => {
                return Err(Error::syntax(s.range, "starred assignment target must be in a list or tuple"));
            }
            _ => return Err(Error::syntax(target.range(), "cannot assign to expression")),
        }
        self.u.next = mark;
        self.u.range = range;
        Ok(())
    }

    /// `op`: the instruction that takes apart what has no starred target.
    pub(super) fn unpack(&mut self, target: &'a Expr, elts: &'a [Expr], src: Reg, op: Op) -> Result<()> {
        self.at(target);
        let stars = elts.iter().filter(|e| e.is_starred_expr()).count();
        if stars > 1 {
            return Err(Error::syntax(target.range(), "multiple starred expressions in assignment"));
        }
        if stars == 0 {
            if elts.len() > 2000 {
                self.u.overflow = true;
            }
            // Neighbouring locals can take the values directly.
            let registers: Option<Vec<Reg>> = elts
                .iter()
                .map(|e| match e {
                    Expr::Name(n) if n.id.as_str() != "__debug__" => self.fast_register(&n.id),
                    _ => None,
                })
                .collect();
            if let Some(r) = registers
                && r.windows(2).all(|w| w[1] == w[0] + 1)
                && let Some(first) = r.first()
            {
                self.emit(op, src, *first, r.len() as u16);
                return Ok(());
            }
            let base = self.temps(elts.len());
            self.emit(op, src, base, elts.len() as u16);
            for (i, e) in elts.iter().enumerate() {
                self.store(e, base + i as Reg)?;
            }
            return Ok(());
        }
        let before = elts.iter().take_while(|e| !e.is_starred_expr()).count();
        let after = elts.len() - before - 1;
        if before > 255 || after > 255 {
            return Err(Error::syntax(target.range(), "too many expressions in star-unpacking assignment"));
        }
        let base = self.temps(elts.len());
        self.emit(Op::UNPACK_EX, src, base, (before | after << 8) as u16);
        for (i, e) in elts.iter().enumerate() {
            let e = match e {
                Expr::Starred(s) => &s.value,
                _ => e,
            };
            self.store(e, base + i as Reg)?;
        }
        Ok(())
    }

    fn augmented(&mut self, a: &'a ast::StmtAugAssign) -> Result<()> {
        let mark = self.u.next;
        match &*a.target {
            Expr::Name(n) => {
                self.check_assignable(&n.id, n.range)?;
                self.at(n);
                let left = self.operand_before(&a.target, &a.value)?;
                match self.fast_register(&n.id) {
                    Some(r) => {
                        self.binary(a.op, true, left, &a.value, a.range, mark, Some(r))?;
                    }
                    None => {
                        let v = self.binary(a.op, true, left, &a.value, a.range, mark, None)?;
                        self.store_name(&n.id, v);
                    }
                }
            }
            Expr::Attribute(t) => {
                self.check_attribute(&t.attr, t.range)?;
                let o = self.operand_before(&t.value, &a.value)?;
                let inner = self.u.next;
                let v = self.temp();
                let n = self.attr(&t.attr);
                self.at_attribute(t, t.range);
                self.emit(Op::LOAD_ATTR, v, o, n);
                let v = self.binary(a.op, true, v, &a.value, a.range, inner, None)?;
                self.note_static_attribute(t);
                self.at_attribute(t, t.range);
                self.emit(Op::STORE_ATTR, o, n, v);
            }
            Expr::Subscript(t) => {
                let o = self.operand_before(&t.value, &t.slice)?;
                let o = match &*t.value {
                    // The value's evaluation may rebind it as well.
                    Expr::Name(n) if self.scope().walrus.contains(n.id.as_str()) => {
                        let c = self.temp();
                        self.mov(c, o);
                        c
                    }
                    _ => o,
                };
                let k = self.operand_before(&t.slice, &a.value)?;
                let inner = self.u.next;
                let v = self.temp();
                self.at(t);
                self.emit(Op::GETITEM, v, o, k);
                let v = self.binary(a.op, true, v, &a.value, a.range, inner, None)?;
                self.at(t);
                self.emit(Op::SETITEM, o, k, v);
            }
            _ => {
                return Err(Error::syntax(a.target.range(), "illegal expression for augmented assignment"));
            }
        }
        self.u.next = mark;
        Ok(())
    }

    fn delete(&mut self, target: &'a Expr) -> Result<()> {
        let mark = self.u.next;
        match target {
            Expr::Name(n) => {
                if &n.id == "__debug__" {
                    return Err(Error::syntax(n.range, "cannot delete __debug__"));
                }
                self.at(n);
                self.delete_name(&n.id);
            }
            Expr::Attribute(a) => {
                if a.attr.as_str() == "__debug__" {
                    return Err(Error::syntax(a.range, "cannot delete __debug__"));
                }
                let o = self.expr(&a.value, None)?;
                self.at_attribute(a, a.range);
                let n = self.attr(&a.attr);
                self.emit(Op::DELETE_ATTR, o, n, 0);
            }
            Expr::Subscript(s) => {
                let o = self.operand_before(&s.value, &s.slice)?;
                let k = self.expr(&s.slice, None)?;
                self.at(s);
                self.emit(Op::DELITEM, o, k, 0);
            }
            Expr::Tuple(t) => t.elts.iter().try_for_each(|e| self.delete(e))?,
            Expr::List(l) => l.elts.iter().try_for_each(|e| self.delete(e))?,
            _ => return Err(Error::syntax(target.range(), "cannot delete expression")),
        }
        self.u.next = mark;
        Ok(())
    }
}
