//! `try` and `with`.
//!
//! A handler's code starts by making the exception the handled one (`PUSH_EXC`, which gives back the previous one) and
//! must restore the previous one on every way out: its normal end, jumps out of it (see `unwind`), and exceptions
//! raised in it, through a second handler that restores and re-raises.

use ruff_python_ast::{self as ast, Stmt};
use ruff_text_size::{Ranged, TextRange};

use super::{BlockType, Compiler};
use crate::asm::{HandlerId, Label, Reg};
use crate::errors::{Error, Result};
use crate::isa::{Intrinsic1, Op};

impl<'a> Compiler<'a> {
    pub(super) fn try_stmt(&mut self, t: &'a ast::StmtTry) -> Result<()> {
        for (i, h) in t.handlers.iter().enumerate() {
            let ast::ExceptHandler::ExceptHandler(h) = h;
            if h.type_.is_none() && i + 1 < t.handlers.len() {
                return Err(Error::syntax(h.range, "default 'except:' must be last"));
            }
        }
        if t.finalbody.is_empty() {
            return self.try_except(t);
        }
        let mark = self.u.next;
        let exceptional = self.label();
        let end = self.label();
        // The body's temporaries are dead when the handler starts, so the exception can take the first of them.
        let exc = mark;
        self.emit(Op::NOP, 0, 0, 0);
        self.push_block(BlockType::Finally(&t.finalbody))?;
        self.u.handler = self.u.asm.handler(exceptional, exc);
        if t.handlers.is_empty() {
            self.statements(&t.body)?;
            self.statements(&t.orelse)?;
        } else {
            self.try_except(t)?;
        }
        self.pop_block();
        self.statements(&t.finalbody)?;
        self.goto(end);

        self.bind(exceptional);
        self.nowhere();
        self.u.next = exc + 1;
        let (previous, cleanup) = self.begin_handling(exc, None)?;
        self.statements(&t.finalbody)?;
        self.nowhere();
        self.pop_block();
        self.emit(Op::POP_EXC, previous, 0, 0);
        self.emit(Op::RERAISE, exc, 0, 0);
        self.end_handling(previous, cleanup);
        self.u.next = mark;
        self.bind(end);
        Ok(())
    }

    /// Makes `exc`, the top temporary, the handled exception, and covers what follows with a clean-up handler.
    fn begin_handling(&mut self, exc: Reg, name: Option<&'a str>) -> Result<(Reg, Label)> {
        debug_assert_eq!(self.u.next, exc + 1);
        let previous = self.temp();
        self.emit(Op::PUSH_EXC, previous, exc, 0);
        let cleanup = self.label();
        self.push_block(BlockType::Handling { previous, name })?;
        self.u.handler = self.u.asm.handler(cleanup, previous + 1);
        Ok((previous, cleanup))
    }

    /// The clean-up handler of [`Compiler::begin_handling`]: restores and re-raises. The block has been popped.
    fn end_handling(&mut self, previous: Reg, cleanup: Label) {
        self.nowhere();
        self.bind(cleanup);
        self.u.next = previous + 1;
        let raised = self.temp();
        self.emit(Op::POP_EXC, previous, 0, 0);
        self.emit(Op::RERAISE, raised, 0, 0);
    }

    fn try_except(&mut self, t: &'a ast::StmtTry) -> Result<()> {
        if t.is_star {
            return self.try_star(t);
        }
        let mark = self.u.next;
        let exc = mark;
        let handlers = self.label();
        let end = self.label();
        let outer = self.u.handler;
        self.emit(Op::NOP, 0, 0, 0);
        self.u.handler = self.u.asm.handler(handlers, exc);
        // No exit code, but the nesting counts.
        self.u.blocks.push(super::Block { kind: BlockType::Finally(&[]), outer });
        self.check_nesting()?;
        self.statements(&t.body)?;
        self.pop_block();
        self.statements(&t.orelse)?;
        self.goto(end);

        self.bind(handlers);
        self.nowhere();
        self.u.next = exc + 1;
        let (previous, cleanup) = self.begin_handling(exc, None)?;
        let inner = self.u.next;
        for h in &t.handlers {
            let ast::ExceptHandler::ExceptHandler(h) = h;
            let next = self.label();
            if let Some(ty) = &h.type_ {
                let r = self.expr(ty, None)?;
                self.u.next = inner;
                let m = self.temp();
                self.at(ty.range());
                self.emit(Op::MATCH_EXC, m, exc, r);
                self.jump(Op::JF, m, 0, next);
                self.u.next = inner;
            }
            self.at(h);
            match &h.name {
                None => self.statements(&h.body)?,
                Some(name) => self.named_handler(h, name, exc, previous)?,
            }
            let saved = self.u.handler;
            self.u.handler = outer;
            self.emit(Op::POP_EXC, previous, 0, 0);
            self.goto(end);
            self.u.handler = saved;
            self.bind(next);
        }
        self.nowhere();
        self.pop_block();
        self.emit(Op::POP_EXC, previous, 0, 0);
        self.emit(Op::RERAISE, exc, 0, 0);
        self.end_handling(previous, cleanup);
        self.u.next = mark;
        self.bind(end);
        Ok(())
    }

    fn check_nesting(&self) -> Result<()> {
        if self.u.blocks.len() > super::stmt::MAX_BLOCKS {
            return Err(Error::syntax(self.u.range, "too many statically nested blocks"));
        }
        Ok(())
    }

    /// The body of `except … as name`, which unbinds the name on every way out.
    fn named_handler(
        &mut self,
        h: &'a ast::ExceptHandlerExceptHandler,
        name: &'a ast::Identifier,
        exc: Reg,
        previous: Reg,
    ) -> Result<()> {
        self.check_assignable(name, h.range)?;
        self.store_name(name, exc);
        // Leaving the handler now unbinds the name too; an exception does so before the general clean-up.
        let plain = self.u.blocks.pop();
        let unbind = self.label();
        let general: HandlerId = self.u.handler;
        let outer = plain.as_ref().map_or(0, |b| b.outer);
        self.u.blocks.push(super::Block { kind: BlockType::Handling { previous, name: Some(name.as_str()) }, outer });
        self.u.handler = self.u.asm.handler(unbind, previous + 1);
        self.statements(&h.body)?;
        self.u.blocks.pop();
        self.u.blocks.extend(plain);
        self.u.handler = general;
        self.nowhere();
        self.unbind_name(name);
        let done = self.label();
        self.goto(done);
        self.bind(unbind);
        self.u.next = previous + 1;
        let raised = self.temp();
        self.unbind_name(name);
        self.emit(Op::RERAISE, raised, 0, 0);
        self.u.next = previous + 1;
        self.bind(done);
        Ok(())
    }

    fn try_star(&mut self, t: &'a ast::StmtTry) -> Result<()> {
        let mark = self.u.next;
        let exc = mark;
        let handlers = self.label();
        let end = self.label();
        let outer = self.u.handler;
        self.emit(Op::NOP, 0, 0, 0);
        self.u.handler = self.u.asm.handler(handlers, exc);
        self.u.blocks.push(super::Block { kind: BlockType::Finally(&[]), outer });
        self.check_nesting()?;
        self.statements(&t.body)?;
        self.pop_block();
        self.statements(&t.orelse)?;
        self.goto(end);

        self.bind(handlers);
        self.nowhere();
        self.u.next = exc + 1;
        let (previous, cleanup) = self.begin_handling(exc, None)?;
        let general = self.u.handler;
        // What the handlers raised, what is not handled yet, and the group with its rest or type behind it.
        let raised = self.temp();
        let rest = self.temp();
        let scratch = self.temp();
        self.emit(Op::BUILD_LIST, raised, raised, 0);
        self.emit(Op::MOVE, rest, exc, 0);
        let inner = self.u.next;
        self.push_block(BlockType::Star)?;
        for h in &t.handlers {
            let ast::ExceptHandler::ExceptHandler(h) = h;
            let next = self.label();
            let Some(ty) = &h.type_ else {
                return Err(Error::syntax(h.range, "expected one or more exception types"));
            };
            let group = self.temps(2);
            self.emit(Op::MOVE, group, rest, 0);
            self.u.next = group + 1;
            self.expr_to_temp(ty)?;
            self.at(ty.range());
            self.jump(Op::JNONE, rest, 0, next);
            self.emit(Op::MATCH_EXC_GROUP, group, group, 0);
            self.emit(Op::MOVE, rest, group + 1, 0);
            self.jump(Op::JNONE, group, 0, next);
            // The matching group is the handled exception in the body.
            self.emit(Op::PUSH_EXC, scratch, group, 0);
            if let Some(n) = &h.name {
                self.check_assignable(n, h.range)?;
                self.store_name(n, group);
            }
            self.u.next = inner;
            let failed = self.label();
            self.u.handler = self.u.asm.handler(failed, inner);
            self.statements(&h.body)?;
            self.u.handler = general;
            self.nowhere();
            if let Some(n) = &h.name {
                self.unbind_name(n);
            }
            self.goto(next);
            self.bind(failed);
            self.u.next = inner + 1;
            if let Some(n) = &h.name {
                self.unbind_name(n);
            }
            self.emit(Op::LIST_APPEND, raised, inner, 0);
            self.u.next = inner;
            self.bind(next);
        }
        self.u.blocks.pop();
        self.u.handler = general;
        self.nowhere();
        self.emit(Op::LIST_APPEND, raised, rest, 0);
        // (original, list) in neighbouring registers.
        let pair = self.temps(2);
        self.emit(Op::MOVE, pair, exc, 0);
        self.emit(Op::MOVE, pair + 1, raised, 0);
        self.emit(Op::BUILD_TUPLE, pair, pair, 2);
        self.intrinsic1(pair, Intrinsic1::PrepReraiseStar, pair);
        let reraise = self.label();
        self.jump(Op::JNOTNONE, pair, 0, reraise);
        self.u.blocks.pop();
        self.u.handler = outer;
        self.emit(Op::POP_EXC, previous, 0, 0);
        self.goto(end);
        self.bind(reraise);
        self.emit(Op::POP_EXC, previous, 0, 0);
        self.emit(Op::RERAISE, pair, 0, 0);
        self.end_handling(previous, cleanup);
        self.u.next = mark;
        self.bind(end);
        Ok(())
    }

    // ---- with

    pub(super) fn with_stmt(&mut self, w: &'a ast::StmtWith) -> Result<()> {
        if w.is_async {
            self.require_coroutine("'async with'", w.range)?;
        }
        self.with_items(&w.items, w.is_async, &w.body)
    }

    fn with_items(&mut self, items: &'a [ast::WithItem], is_async: bool, body: &'a [Stmt]) -> Result<()> {
        let Some((item, rest)) = items.split_first() else {
            return self.statements(body);
        };
        let mark = self.u.next;
        let place: TextRange = item.context_expr.range();
        let manager = self.expr(&item.context_expr, None)?;
        self.u.next = mark;
        let exit = self.temps(2);
        let value = exit + 1;
        self.at(place);
        if is_async {
            self.emit(Op::ASYNC_WITH_ENTER, exit, manager, 0);
            let iter = self.temp();
            self.emit(Op::GET_AWAITABLE, iter, value, 1);
            self.delegate(value, iter);
        } else {
            self.emit(Op::WITH_ENTER, exit, manager, 0);
        }
        let exceptional = self.label();
        let end = self.label();
        self.push_block(BlockType::With { exit, is_async, range: place })?;
        self.u.handler = self.u.asm.handler(exceptional, value);
        self.u.next = value + 1;
        if let Some(target) = &item.optional_vars {
            self.store(target, value)?;
        }
        self.u.next = value;
        self.with_items(rest, is_async, body)?;
        self.u.next = value;
        self.pop_block();
        self.at(place);
        self.with_exit(exit, is_async);
        self.goto(end);

        self.bind(exceptional);
        let exc = value;
        self.u.next = exc + 1;
        let (previous, cleanup) = self.begin_handling(exc, None)?;
        let answer = self.temp();
        self.emit(Op::WITH_EXIT_EXC, answer, exit, exc);
        if is_async {
            let iter = self.temp();
            self.emit(Op::GET_AWAITABLE, iter, answer, 2);
            self.delegate(answer, iter);
        }
        let suppress = self.label();
        self.jump(Op::JT, answer, 0, suppress);
        self.pop_block();
        self.emit(Op::POP_EXC, previous, 0, 0);
        self.emit(Op::RERAISE, exc, 0, 0);
        self.bind(suppress);
        self.emit(Op::POP_EXC, previous, 0, 0);
        self.goto(end);
        self.end_handling(previous, cleanup);
        self.u.next = mark;
        self.bind(end);
        Ok(())
    }

    /// Calls the exit function for a normal way out.
    pub(super) fn with_exit(&mut self, exit: Reg, is_async: bool) {
        let mark = self.u.next;
        let t = self.temp();
        self.emit(Op::WITH_EXIT, t, exit, 0);
        if is_async {
            let iter = self.temp();
            self.emit(Op::GET_AWAITABLE, iter, t, 2);
            self.delegate(t, iter);
        }
        self.u.next = mark;
    }
}
