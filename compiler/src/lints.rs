//! Warnings about statements that need no code generation.

use ruff_python_ast::{ExceptHandler, Stmt};
use ruff_text_size::Ranged;

use crate::source::LineIndex;
use crate::unit::{Warning, WarningKind};

/// Where a statement stands, for PEP 765.
#[derive(Clone, Copy)]
struct Context {
    in_finally: bool,
    /// In a loop that is itself inside the `finally` block.
    in_loop: bool,
}

/// Warns about `return`, `break` and `continue` that leave a `finally` block and swallow its exception.
pub fn jumps_in_finally(body: &[Stmt], index: &LineIndex, warnings: &mut Vec<Warning>) {
    walk(body, Context { in_finally: false, in_loop: false }, index, warnings);
}

fn walk(body: &[Stmt], c: Context, index: &LineIndex, out: &mut Vec<Warning>) {
    for s in body {
        crate::depth::with_stack(|| statement(s, c, index, out));
    }
}

fn statement(s: &Stmt, c: Context, index: &LineIndex, out: &mut Vec<Warning>) {
    let warn = |word: &str, out: &mut Vec<Warning>| {
        out.push(Warning {
            message: format!("'{word}' in a 'finally' block"),
            line: index.position(s.range().start().into()).0,
            kind: WarningKind::Syntax,
        });
    };
    let looped = Context { in_loop: true, ..c };
    let fresh = Context { in_finally: false, in_loop: false };
    match s {
        Stmt::Return(_) if c.in_finally => warn("return", out),
        Stmt::Break(_) if c.in_finally && !c.in_loop => warn("break", out),
        Stmt::Continue(_) if c.in_finally && !c.in_loop => warn("continue", out),
        Stmt::FunctionDef(f) => walk(&f.body, fresh, index, out),
        Stmt::ClassDef(d) => walk(&d.body, fresh, index, out),
        Stmt::For(f) => {
            walk(&f.body, looped, index, out);
            walk(&f.orelse, c, index, out);
        }
        Stmt::While(w) => {
            walk(&w.body, looped, index, out);
            walk(&w.orelse, c, index, out);
        }
        Stmt::If(i) => {
            walk(&i.body, c, index, out);
            i.elif_else_clauses.iter().for_each(|e| walk(&e.body, c, index, out));
        }
        Stmt::With(w) => walk(&w.body, c, index, out),
        Stmt::Match(m) => m.cases.iter().for_each(|k| walk(&k.body, c, index, out)),
        Stmt::Try(t) => {
            walk(&t.body, c, index, out);
            for ExceptHandler::ExceptHandler(h) in &t.handlers {
                walk(&h.body, c, index, out);
            }
            walk(&t.orelse, c, index, out);
            walk(&t.finalbody, Context { in_finally: true, in_loop: false }, index, out);
        }
        _ => {}
    }
}
