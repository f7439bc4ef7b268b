//! From the syntax tree and its scopes to code units.
//!
//! [`Compiler`] holds what is common to a compilation and the unit being generated; nested blocks push the outer unit
//! aside. The submodules extend it by topic: expressions, conditions, calls, comprehensions, statements, `try` and
//! `with`, functions and classes, patterns.
//!
//! # Registers
//! Locals have fixed registers; temporaries are a stack (`next`). An expression is asked for with an optional
//! destination. Without one it may answer with the register of a local, read in place. With one, the destination is
//! written **only by the last instruction**: the destination may be a local whose old value is still needed, or a
//! slot above `next`. Expressions with several writes use a temporary of their own first.
//!
//! # Handlers and blocks
//! `handler` is the innermost exception handler of what is being emitted. `blocks` is the stack of syntactic blocks
//! that `return`, `break` and `continue` must leave properly; leaving one emits its exit code inline.

mod annotations;
mod call;
mod class;
mod comp;
mod cond;
mod expr;
mod func;
mod names;
mod pattern;
mod stmt;
mod strings;
pub use strings::interpolation_text;
mod try_stmt;

use std::sync::Arc;

use ruff_python_ast::{Expr, Stmt};
use ruff_text_size::{Ranged, TextRange, TextSize};
use rustc_hash::{FxHashMap, FxHashSet};

use crate::asm::{Asm, HandlerId, Ins, Label, NO_TARGET, Reg};
use crate::errors::{Error, Result};
use crate::isa::{Intrinsic1, Intrinsic2, Op};
use crate::source::LineIndex;
use crate::symtable::{BlockKind, Name, Scope, ScopeId, SymbolTable, TOP};
use crate::unit::{CodeUnit, Const, Mode, Options, Position, Warning, WarningKind, flags};

pub struct Compiler<'a> {
    source: &'a str,
    index: LineIndex,
    filename: Arc<str>,
    options: &'a Options,
    table: Arc<SymbolTable>,
    future_annotations: bool,
    future_flags: u32,
    interactive: bool,
    warnings: Vec<Warning>,
    /// Expressions known not to be constant, by address, so that folding stays linear.
    nonconst: FxHashSet<usize>,
    depth: u32,
    u: Unit<'a>,
    outer: Vec<Unit<'a>>,
}

/// The code unit being generated.
pub(crate) struct Unit<'a> {
    scope: ScopeId,
    name: Name,
    qualname: Name,
    first_line: u32,
    flags: u32,
    argcount: u16,
    posonly: u16,
    kwonly: u16,
    asm: Asm,
    names: FxHashMap<Name, u16>,
    name_list: Vec<Name>,
    consts: FxHashMap<Vec<u8>, u32>,
    const_list: Vec<Const>,
    varnames: Vec<Name>,
    locals: FxHashMap<Name, Reg>,
    cellvars: Vec<Name>,
    cells: FxHashMap<Name, Reg>,
    frees: Vec<Name>,
    free_regs: FxHashMap<Name, Reg>,
    free_base: Reg,
    temp_base: Reg,
    next: Reg,
    blocks: Vec<Block<'a>>,
    handler: HandlerId,
    comps: Vec<CompScope>,
    nloops: u16,
    range: TextRange,
    /// Names assigned through `self.` in the methods of this class.
    static_attributes: Vec<Name>,
    has_docstring: bool,
    /// The argument list of the call whose only argument is being evaluated.
    call_parens: Option<TextRange>,
    /// Where StopIteration leaving a generator's body is handled.
    generator_handler: Option<Label>,
    /// Variable annotations that `__annotate__` evaluates, with their index if conditional.
    deferred: Vec<(&'a ruff_python_ast::StmtAnnAssign, Option<u32>)>,
    /// A register, name or constant index did not fit its field.
    overflow: bool,
}

/// An inlined comprehension in progress.
struct CompScope {
    scope: ScopeId,
    /// Register, and whether it holds a cell.
    vars: FxHashMap<Name, (Reg, bool)>,
    unbound: FxHashSet<Name>,
}

/// A syntactic block, for leaving it early.
#[derive(Clone)]
struct Block<'a> {
    kind: BlockType<'a>,
    /// Handler in force outside.
    outer: HandlerId,
}

#[derive(Clone)]
enum BlockType<'a> {
    Loop {
        exit: Label,
        top: Label,
        index: u16,
    },
    /// The body of a `try` with `finally`.
    Finally(&'a [Stmt]),
    /// A handler or a `finally` that runs for an exception: `previous` is the handled exception to restore.
    Handling {
        previous: Reg,
        name: Option<&'a str>,
    },
    With {
        exit: Reg,
        is_async: bool,
        range: TextRange,
    },
    /// Handlers of `except*`, which may not be left by jumps.
    Star,
}

/// How a jump out of blocks ends.
#[derive(Clone, Copy, PartialEq)]
enum Leave {
    Break,
    Continue,
}

impl<'a> Unit<'a> {
    fn empty() -> Unit<'a> {
        let none: Name = Arc::from("");
        Unit {
            scope: TOP,
            name: none.clone(),
            qualname: none,
            first_line: 1,
            flags: 0,
            argcount: 0,
            posonly: 0,
            kwonly: 0,
            asm: Asm::new(),
            names: FxHashMap::default(),
            name_list: Vec::new(),
            consts: FxHashMap::default(),
            const_list: Vec::new(),
            varnames: Vec::new(),
            locals: FxHashMap::default(),
            cellvars: Vec::new(),
            cells: FxHashMap::default(),
            frees: Vec::new(),
            free_regs: FxHashMap::default(),
            free_base: 0,
            temp_base: 0,
            next: 0,
            blocks: Vec::new(),
            handler: 0,
            comps: Vec::new(),
            nloops: 0,
            range: TextRange::default(),
            static_attributes: Vec::new(),
            has_docstring: false,
            call_parens: None,
            generator_handler: None,
            deferred: Vec::new(),
            overflow: false,
        }
    }
}

/// What the front end has decided about a source.
pub struct Input<'a> {
    pub source: &'a str,
    pub filename: &'a str,
    pub options: &'a Options,
    pub table: SymbolTable,
    pub future_flags: u32,
    pub warnings: Vec<Warning>,
}

/// Generates the unit of a module or interactive statement.
pub fn module<'a>(input: Input<'a>, body: &'a [Stmt]) -> Result<(CodeUnit, Vec<Warning>)> {
    let mut c = Compiler::new(input);
    c.enter(TOP, "<module>", 1, 0);
    c.module_body(body)?;
    let unit = c.leave()?;
    Ok((unit, c.warnings))
}

/// Generates the unit of an expression.
pub fn expression<'a>(input: Input<'a>, e: &'a Expr) -> Result<(CodeUnit, Vec<Warning>)> {
    let mut c = Compiler::new(input);
    c.enter(TOP, "<module>", 1, 0);
    c.begin_coroutine_module();
    let r = c.expr(e, None)?;
    c.emit(Op::RETURN, r, 0, 0);
    c.end_generator();
    let unit = c.leave()?;
    Ok((unit, c.warnings))
}

impl<'a> Compiler<'a> {
    fn new(input: Input<'a>) -> Compiler<'a> {
        Compiler {
            source: input.source,
            index: LineIndex::new(input.source),
            filename: Arc::from(input.filename),
            options: input.options,
            table: Arc::new(input.table),
            future_annotations: input.future_flags & flags::FUTURE_ANNOTATIONS != 0,
            future_flags: input.future_flags,
            interactive: input.options.mode == Mode::Single,
            warnings: input.warnings,
            nonconst: FxHashSet::default(),
            depth: 0,
            u: Unit::empty(),
            outer: Vec::new(),
        }
    }

    // ---- units

    fn scope_of(&self, id: ScopeId) -> &Scope {
        &self.table.scopes[id]
    }

    fn scope(&self) -> &Scope {
        &self.table.scopes[self.u.scope]
    }

    /// Starts a unit for block `id`: lays out its registers and emits the prologue, but for RETURN_GENERATOR.
    fn enter(&mut self, id: ScopeId, name: &str, first_line: u32, extra_flags: u32) {
        let qualname = self.qualname_of(id, name);
        let table = self.table.clone();
        let scope = &table.scopes[id];
        let mut u = Unit::empty();
        u.scope = id;
        u.name = Arc::from(name);
        u.qualname = qualname;
        u.first_line = first_line;
        u.flags = extra_flags | self.future_flags & flags::FUTURE_MASK;
        if scope.is_function_like() {
            u.flags |= flags::OPTIMIZED | flags::NEWLOCALS;
            if scope.nested {
                u.flags |= flags::NESTED;
            }
            for p in &scope.params {
                u.locals.insert(p.clone(), u.varnames.len() as Reg);
                u.varnames.push(p.clone());
            }
            for (n, s) in &scope.symbols {
                if s.place == crate::symtable::Place::Local && !u.locals.contains_key(n) {
                    u.locals.insert(n.clone(), u.varnames.len() as Reg);
                    u.varnames.push(n.clone());
                }
            }
        }
        let mut cells: Vec<Name> = Vec::new();
        if scope.kind == BlockKind::Class {
            if scope.needs_class_closure {
                cells.push(Arc::from("__class__"));
            }
            if scope.needs_classdict {
                cells.push(Arc::from("__classdict__"));
            }
            if scope.conditional_annotations {
                cells.push(Arc::from("__conditional_annotations__"));
            }
        } else if scope.is_function_like() {
            for (n, s) in &scope.symbols {
                if s.place == crate::symtable::Place::Cell {
                    cells.push(n.clone());
                }
            }
            cells.sort();
        }
        if u.varnames.len() + cells.len() + scope.symbols.len() > 60_000 {
            u.overflow = true;
            u.varnames.truncate(1000);
            cells.truncate(1000);
        }
        let mut reg = u.varnames.len() as Reg;
        for n in &cells {
            match u.locals.get(n) {
                Some(r) => {
                    u.cells.insert(n.clone(), *r);
                }
                None => {
                    u.cells.insert(n.clone(), reg);
                    reg += 1;
                }
            }
        }
        u.free_base = reg;
        let mut frees: Vec<Name> = scope
            .symbols
            .iter()
            .filter(|(_, s)| s.place == crate::symtable::Place::Free || s.flags & crate::symtable::def::FREE_CLASS != 0)
            .map(|(n, _)| n.clone())
            .collect();
        frees.sort();
        frees.truncate(4000);
        for n in &frees {
            u.free_regs.insert(n.clone(), reg);
            reg += 1;
        }
        u.temp_base = reg;
        u.next = reg;
        u.cellvars = cells;
        u.frees = frees;
        let old = std::mem::replace(&mut self.u, u);
        self.outer.push(old);
        let nfree = self.u.frees.len() as u16;
        if nfree > 0 {
            let base = self.u.free_base;
            self.emit(Op::COPY_FREE, base, nfree, 0);
        }
        for n in self.u.cellvars.clone() {
            let r = self.u.cells[&n];
            self.emit(Op::MAKE_CELL, r, 0, 0);
        }
    }

    fn qualname_of(&self, id: ScopeId, name: &str) -> Name {
        // `outer` is empty while the module's unit is made; the current unit is the parent.
        if self.outer.is_empty() {
            return Arc::from(name);
        }
        let mut parent = &self.u;
        // Type parameter blocks do not appear in qualified names.
        let mut depth = self.outer.len();
        while self.scope_of(parent.scope).kind == BlockKind::TypeParams && depth > 1 {
            depth -= 1;
            parent = &self.outer[depth];
        }
        if depth <= 1 {
            return Arc::from(name);
        }
        let scope = self.scope_of(id);
        if matches!(scope.kind, BlockKind::Function | BlockKind::Class) {
            let mangled = self.scope_of(parent.scope).mangle(name);
            let key = mangled.as_deref().unwrap_or(name);
            let symbol = self.scope_of(parent.scope).lookup(key);
            if symbol.is_some_and(|s| s.place == crate::symtable::Place::GlobalExplicit) && !name.starts_with('<') {
                return Arc::from(name);
            }
        }
        let parent_scope = self.scope_of(parent.scope);
        if parent_scope.kind == BlockKind::Class || parent_scope.comprehension.is_some() {
            Arc::from(format!("{}.{name}", parent.qualname))
        } else {
            Arc::from(format!("{}.<locals>.{name}", parent.qualname))
        }
    }

    /// Finishes the current unit and goes back to the outer one.
    fn leave(&mut self) -> Result<CodeUnit> {
        let outer = self.outer.pop().expect("a unit is open");
        let u = std::mem::replace(&mut self.u, outer);
        let too_large = || Error::plain("code block is too large");
        if u.overflow {
            return Err(too_large());
        }
        let nparams = self.table.scopes[u.scope].params.len();
        let out = u.asm.finish(nparams, usize::from(u.temp_base)).map_err(|_| too_large())?;
        let mut positions = Vec::with_capacity(out.ranges.len());
        let mut hint = 1;
        let mut last = ((u32::MAX, 0), Position::default());
        for r in &out.ranges {
            if *r != last.0 {
                let position = if *r == (0, 0) {
                    Position::default()
                } else {
                    let (line, col) = self.index.position_near(r.0, hint);
                    let (end_line, end_col) = self.index.position_near(r.1, line);
                    hint = line;
                    Position { line, end_line, col, end_col }
                };
                last = (*r, position);
            }
            positions.push(last.1);
        }
        let fixed = usize::from(u.temp_base);
        let unit = CodeUnit {
            name: u.name,
            qualname: u.qualname,
            filename: self.filename.clone(),
            first_line: u.first_line,
            flags: u.flags | if u.has_docstring { flags::HAS_DOCSTRING } else { 0 },
            argcount: u.argcount,
            posonly_argcount: u.posonly,
            kwonly_argcount: u.kwonly,
            cell_registers: u.cellvars.iter().map(|n| u.cells[n]).collect(),
            varnames: u.varnames,
            cellvars: u.cellvars,
            freevars: u.frees,
            free_base: u.free_base,
            names: u.name_list,
            consts: u.const_list,
            code: out.code,
            exceptions: out.exceptions,
            positions: positions.into_iter().collect(),
            live: out.live.iter().map(|l| (*l).max(fixed as u16)).collect(),
            nregs: out.nregs.max(fixed) as u16,
            nloops: u.nloops,
            has_docstring: u.has_docstring,
        };
        #[cfg(debug_assertions)]
        if let Err(e) = crate::verify::verify_shallow(&unit) {
            panic!("compiler bug in {}: {e}\n{}", unit.qualname, crate::dis::listing(&unit));
        }
        Ok(unit)
    }

    // ---- emission

    fn emit(&mut self, op: Op, a: u16, b: u16, c: u16) {
        self.push(op, a, b, c, NO_TARGET);
    }

    fn push(&mut self, op: Op, a: u16, b: u16, c: u16, target: u32) {
        let u = &mut self.u;
        u.asm.ins.push(Ins {
            op,
            a,
            b,
            c,
            target,
            handler: u.handler,
            live: u.next,
            start: u.range.start().into(),
            end: u.range.end().into(),
        });
    }

    fn jump(&mut self, op: Op, a: u16, b: u16, to: Label) {
        self.push(op, a, b, 0, Asm::jump_target(to));
    }

    fn goto(&mut self, to: Label) {
        self.jump(Op::JUMP, 0, 0, to);
    }

    fn label(&mut self) -> Label {
        self.u.asm.label()
    }

    fn bind(&mut self, l: Label) {
        self.u.asm.bind(l);
    }

    fn at(&mut self, r: impl Ranged) {
        self.u.range = r.range();
    }

    /// The range of a definition without its decorators.
    fn def_range(&self, decorators: &[ruff_python_ast::Decorator], range: TextRange) -> TextRange {
        let Some(last) = decorators.last() else {
            return range;
        };
        let mut at = last.range.end().to_usize();
        loop {
            let rest = &self.source[at..range.end().to_usize()];
            let trimmed = rest.trim_start();
            at += rest.len() - trimmed.len();
            if let Some(comment) = trimmed.strip_prefix('#') {
                at += 1 + comment.find('\n').unwrap_or(comment.len());
            } else if let Some(continued) = trimmed.strip_prefix('\\') {
                at += trimmed.len() - continued.len();
            } else {
                return TextRange::new(TextSize::new(at as u32), range.end());
            }
        }
    }

    /// What follows has no place in the source.
    fn nowhere(&mut self) {
        self.u.range = TextRange::empty(TextSize::new(0));
    }

    fn line_of(&self, at: TextSize) -> u32 {
        self.index.position(at.into()).0
    }

    /// A new temporary.
    fn temp(&mut self) -> Reg {
        let r = self.u.next;
        if r >= u16::MAX - 64 {
            self.u.overflow = true;
            return r;
        }
        self.u.next = r + 1;
        r
    }

    fn temps(&mut self, n: usize) -> Reg {
        let r = self.u.next;
        if usize::from(r) + n >= usize::from(u16::MAX) - 64 {
            self.u.overflow = true;
            return r;
        }
        self.u.next = r + n as Reg;
        r
    }

    fn dst(&mut self, dst: Option<Reg>) -> Reg {
        match dst {
            Some(d) => d,
            None => self.temp(),
        }
    }

    /// Whether `r` is an allocated temporary, which may be written early.
    fn is_scratch(&self, r: Reg) -> bool {
        r >= self.u.temp_base && r < self.u.next && !self.u.comps.iter().any(|c| c.vars.values().any(|v| v.0 == r))
    }

    fn mov(&mut self, dst: Reg, src: Reg) {
        if dst != src {
            self.emit(Op::MOVE, dst, src, 0);
        }
    }

    fn new_loop(&mut self) -> u16 {
        let n = self.u.nloops;
        match n.checked_add(1) {
            Some(next) => self.u.nloops = next,
            None => self.u.overflow = true,
        }
        n
    }

    fn intrinsic1(&mut self, dst: Reg, which: Intrinsic1, arg: Reg) {
        self.emit(Op::INTRINSIC1, dst, which as u16, arg);
    }

    fn intrinsic2(&mut self, dst: Reg, which: Intrinsic2, base: Reg) {
        self.emit(Op::INTRINSIC2, dst, which as u16, base);
    }

    // ---- tables

    fn name(&mut self, name: &str) -> u16 {
        if let Some(i) = self.u.names.get(name) {
            return *i;
        }
        let i = self.u.name_list.len();
        if i > usize::from(u16::MAX) {
            self.u.overflow = true;
            return 0;
        }
        let n: Name = Arc::from(name);
        self.u.names.insert(n.clone(), i as u16);
        self.u.name_list.push(n);
        i as u16
    }

    fn mangled(&self, name: &str) -> Option<String> {
        self.scope().mangle(name)
    }

    /// Index of an attribute or keyword name, mangled.
    fn attr(&mut self, name: &str) -> u16 {
        match self.mangled(name) {
            Some(m) => self.name(&m),
            None => self.name(name),
        }
    }

    fn const_index(&mut self, c: &Const) -> u32 {
        let key = crate::fold::identity(c);
        if let Some(key) = &key
            && let Some(i) = self.u.consts.get(key)
        {
            return *i;
        }
        let i = self.u.const_list.len() as u32;
        self.u.const_list.push(c.clone());
        if let Some(key) = key {
            self.u.consts.insert(key, i);
        }
        i
    }

    /// Index of a constant in an instruction that has only 16 bits for it.
    fn const16(&mut self, c: &Const) -> u16 {
        let i = self.const_index(c);
        u16::try_from(i).unwrap_or_else(|_| {
            self.u.overflow = true;
            0
        })
    }

    fn load_const(&mut self, c: &Const, dst: Reg) {
        match c {
            Const::None => self.emit(Op::LOAD_NONE, dst, 0, 0),
            Const::True => self.emit(Op::LOAD_TRUE, dst, 0, 0),
            Const::False => self.emit(Op::LOAD_FALSE, dst, 0, 0),
            Const::Int(i) if i32::try_from(*i).is_ok() => {
                let bits = *i as i32 as u32;
                self.emit(Op::LOADI, dst, bits as u16, (bits >> 16) as u16);
            }
            _ => {
                let i = self.const_index(c);
                match u16::try_from(i) {
                    Ok(i) => self.emit(Op::LOADK, dst, i, 0),
                    Err(_) => self.emit(Op::LOADK_WIDE, dst, i as u16, (i >> 16) as u16),
                }
            }
        }
    }

    fn load_str(&mut self, s: &str, dst: Reg) {
        self.load_const(&Const::Str(Arc::from(s.as_bytes())), dst);
    }

    fn warn(&mut self, range: TextRange, message: impl Into<String>) {
        let line = self.line_of(range.start());
        let w = Warning { message: message.into(), line, kind: WarningKind::Syntax };
        // A finally body is generated more than once.
        if !self.warnings.contains(&w) {
            self.warnings.push(w);
        }
    }

    // ---- generators

    /// Emits RETURN_GENERATOR and puts the body under the handler that keeps StopIteration inside.
    fn begin_generator(&mut self) {
        self.emit(Op::RETURN_GENERATOR, 0, 0, 0);
        let label = self.label();
        let reg = self.u.temp_base;
        self.u.handler = self.u.asm.handler(label, reg);
        self.u.generator_handler = Some(label);
    }

    /// Ends what [`Compiler::begin_generator`] began, after the last instruction of the body.
    fn end_generator(&mut self) {
        if let Some(label) = self.u.generator_handler.take() {
            self.u.handler = 0;
            self.nowhere();
            self.bind(label);
            self.u.next = self.u.temp_base;
            let exc = self.temp();
            self.intrinsic1(exc, Intrinsic1::StopIterationError, exc);
            self.emit(Op::RERAISE, exc, 0, 0);
        }
    }

    /// With top-level await allowed, a module that awaits is a coroutine.
    fn begin_coroutine_module(&mut self) {
        if self.options.top_level_await && self.scope().coroutine {
            self.u.flags |= flags::COROUTINE;
            self.begin_generator();
        }
    }
}
