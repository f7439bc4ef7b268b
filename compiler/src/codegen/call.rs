//! Calls, `super()` and class-like calls with bases and keywords.

use ruff_python_ast::{self as ast, Expr};
use ruff_text_size::{Ranged, TextRange, TextSize};
use rustc_hash::FxHashSet;

use super::Compiler;
use super::names::Loc;
use crate::asm::Reg;
use crate::errors::{Error, Result};
use crate::isa::{CALLABLE, FRAME_HEADER_WORDS, KWNAMES, Op};
use crate::symtable::{BlockKind, Place, TOP};
use crate::unit::Const;

const HEADER: Reg = FRAME_HEADER_WORDS as Reg;
/// Calls with more arguments pass a tuple and a dict.
const MAX_ARGS: usize = 128;

/// Whether evaluating `e` writes its destination with its last instruction even when temporaries start below it.
fn writes_last(e: &Expr) -> bool {
    matches!(
        e,
        Expr::Call(_)
            | Expr::Attribute(_)
            | Expr::Subscript(_)
            | Expr::Name(_)
            | Expr::StringLiteral(_)
            | Expr::BytesLiteral(_)
            | Expr::NumberLiteral(_)
    )
}

impl<'a> Compiler<'a> {
    /// Evaluates `e` into slot `slot` of a window whose slots before it are not in use yet.
    fn eval_in_slot(&mut self, e: &'a Expr, base: Reg, slot: Reg) -> Result<()> {
        self.u.next = if writes_last(e) { base } else { slot + 1 };
        self.expr(e, Some(slot))?;
        self.u.next = slot + 1;
        Ok(())
    }

    pub(super) fn call(&mut self, e: &'a Expr, c: &'a ast::ExprCall, dst: Option<Reg>) -> Result<Reg> {
        self.check_caller(&c.func);
        self.check_keywords(&c.arguments.keywords)?;
        let base = self.u.next;
        let args = &c.arguments;
        if needs_unpacking(args) {
            self.eval_in_slot(&c.func, base, base + CALLABLE as Reg)?;
            return self.call_unpacked(base, 0, args, e.range(), dst, None);
        }
        if let Expr::Attribute(a) = &*c.func {
            if self.super_call(&a.value, &a.attr).is_some() {
                self.super_method(a, base)?;
            } else {
                let slot = base + HEADER;
                let object = match self.local_operand(&a.value) {
                    Some(r) => {
                        let r2 = self.expr(&a.value, None)?;
                        debug_assert_eq!(r, r2);
                        r
                    }
                    None => {
                        self.eval_in_slot(&a.value, base, slot)?;
                        slot
                    }
                };
                self.u.next = slot + 1;
                self.at_attribute(a, c.func.range());
                let n = self.attr(&a.attr);
                self.emit(Op::LOAD_METHOD, base, object, n);
            }
            self.u.next = base + HEADER + 1;
            let range = self.call_range(a, e.range());
            return self.finish_call(base, 1, args, range, dst, true);
        }
        self.eval_in_slot(&c.func, base, base + CALLABLE as Reg)?;
        self.u.next = base + HEADER;
        if !args.keywords.is_empty() {
            let t = self.temp();
            self.emit(Op::LOAD_EMPTY, t, 0, 0);
            return self.finish_call(base, 1, args, e.range(), dst, false);
        }
        self.finish_call(base, 0, args, e.range(), dst, false)
    }

    /// A method call over several lines is placed at the method's name.
    fn call_range(&self, a: &ast::ExprAttribute, whole: TextRange) -> TextRange {
        let attr = a.attr.range.start();
        if self.source[TextRange::new(whole.start(), attr)].contains('\n') {
            TextRange::new(attr, whole.end().max(attr))
        } else {
            whole
        }
    }

    /// The register of `e` if it is a local that may be used in place.
    fn local_operand(&self, e: &Expr) -> Option<Reg> {
        match e {
            Expr::Name(n) => self.fast_register(&n.id),
            _ => None,
        }
    }

    /// Evaluates arguments into the window at `base`, after `count` that are there, and emits the call.
    fn finish_call(
        &mut self,
        base: Reg,
        mut count: u16,
        args: &'a ast::Arguments,
        range: TextRange,
        dst: Option<Reg>,
        method: bool,
    ) -> Result<Reg> {
        if let [Expr::Generator(_)] = &*args.args {
            self.u.call_parens = Some(args.range);
        }
        for a in &args.args {
            self.expr_to_temp(a)?;
            count += 1;
        }
        self.u.call_parens = None;
        let op = if args.keywords.is_empty() {
            if method { Op::CALL_METHOD } else { Op::CALL }
        } else {
            count += self.keyword_values(base, &args.keywords)?;
            Op::CALL_KW
        };
        self.u.next = base;
        let d = self.dst(dst);
        self.at(range);
        self.emit(op, d, base, count);
        Ok(d)
    }

    /// Evaluates keyword values and puts the names tuple in place.
    fn keyword_values(&mut self, base: Reg, keywords: &'a [ast::Keyword]) -> Result<u16> {
        let mut names = Vec::new();
        for k in keywords {
            self.expr_to_temp(&k.value)?;
            if let Some(n) = &k.arg {
                names.push(self.keyword_const(n));
            }
        }
        self.load_const(&Const::Tuple(names), base + KWNAMES as Reg);
        Ok(keywords.len() as u16)
    }

    fn keyword_const(&mut self, name: &str) -> Const {
        let mangled = self.mangled(name);
        Const::Str(mangled.as_deref().unwrap_or(name).as_bytes().into())
    }

    /// A call with a sequence and a mapping. `count` positional values are in the window already; `extra` is one
    /// more positional argument at the end, in a register.
    pub(super) fn call_unpacked(
        &mut self,
        base: Reg,
        count: u16,
        args: &'a ast::Arguments,
        range: TextRange,
        dst: Option<Reg>,
        extra: Option<Reg>,
    ) -> Result<Reg> {
        let slot = base + HEADER;
        if count == 0
            && extra.is_none()
            && let [Expr::Starred(s)] = &*args.args
        {
            self.u.next = slot + 1;
            self.expr(&s.value, Some(slot))?;
        } else {
            // The values that are there become the start of a list.
            self.u.next = slot + count.max(1);
            self.at(range);
            self.emit(Op::BUILD_LIST, slot, slot, count);
            self.u.next = slot + 1;
            for a in &args.args {
                if let Expr::Starred(s) = a {
                    let v = self.expr(&s.value, None)?;
                    self.at(range);
                    self.emit(Op::LIST_EXTEND, slot, v, 0);
                } else {
                    let v = self.expr(a, None)?;
                    self.emit(Op::LIST_APPEND, slot, v, 0);
                }
                self.u.next = slot + 1;
            }
            if let Some(r) = extra {
                self.emit(Op::LIST_APPEND, slot, r, 0);
            }
            self.at(range);
            self.emit(Op::LIST_TO_TUPLE, slot, slot, 0);
        }
        self.u.next = slot + 1;
        let map = self.temp();
        if args.keywords.is_empty() {
            self.emit(Op::LOAD_EMPTY, map, 0, 0);
        } else {
            self.keyword_map(map, base + CALLABLE as Reg, &args.keywords)?;
        }
        self.u.next = base;
        let d = self.dst(dst);
        self.at(range);
        self.emit(Op::CALL_EX, d, base, 0);
        Ok(d)
    }

    fn keyword_map(&mut self, map: Reg, callable: Reg, keywords: &'a [ast::Keyword]) -> Result<()> {
        let inner = self.u.next;
        let mut i = 0;
        let mut made = false;
        while i < keywords.len() {
            let run = keywords[i..].iter().take_while(|k| k.arg.is_some()).take(MAX_ARGS).count();
            if run == 0 {
                if !made {
                    self.emit(Op::BUILD_MAP, map, inner, 0);
                    made = true;
                }
                let v = self.expr(&keywords[i].value, None)?;
                self.emit(Op::DICT_MERGE, map, v, callable);
                self.u.next = inner;
                i += 1;
                continue;
            }
            let target = if made { self.temp() } else { map };
            let first = self.u.next;
            for k in &keywords[i..i + run] {
                let t = self.temp();
                if let Some(n) = &k.arg {
                    let c = self.keyword_const(n);
                    self.load_const(&c, t);
                }
                self.expr_to_temp(&k.value)?;
            }
            self.emit(Op::BUILD_MAP, target, first, run as u16);
            if made {
                self.emit(Op::DICT_MERGE, map, target, callable);
            }
            made = true;
            self.u.next = inner;
            i += run;
        }
        Ok(())
    }

    /// The arguments of a class statement, after its function and name, which are in the window. `generic` is the
    /// extra base of a generic class.
    pub(super) fn class_call(
        &mut self,
        base: Reg,
        args: Option<&'a ast::Arguments>,
        generic: Option<Reg>,
        range: TextRange,
        dst: Option<Reg>,
    ) -> Result<Reg> {
        // `base + 8` holds the function and `base + 9` the name; CALL_KW needs its empty slot before them.
        if let Some(args) = args {
            self.check_keywords(&args.keywords)?;
            if needs_unpacking(args) {
                return self.call_unpacked(base, 2, args, range, dst, generic);
            }
            if !args.keywords.is_empty() {
                let first = base + HEADER;
                self.u.next = first + 3;
                self.emit(Op::MOVE, first + 2, first + 1, 0);
                self.emit(Op::MOVE, first + 1, first, 0);
                self.emit(Op::LOAD_EMPTY, first, 0, 0);
                let mut count = 3;
                for a in &args.args {
                    self.expr_to_temp(a)?;
                    count += 1;
                }
                if let Some(g) = generic {
                    let t = self.temp();
                    self.mov(t, g);
                    count += 1;
                }
                count += self.keyword_values(base, &args.keywords)?;
                self.u.next = base;
                let d = self.dst(dst);
                self.at(range);
                self.emit(Op::CALL_KW, d, base, count);
                return Ok(d);
            }
        }
        let mut count = 2;
        if let Some(args) = args {
            for a in &args.args {
                self.expr_to_temp(a)?;
                count += 1;
            }
        }
        if let Some(g) = generic {
            let t = self.temp();
            self.mov(t, g);
            count += 1;
        }
        self.u.next = base;
        let d = self.dst(dst);
        self.at(range);
        self.emit(Op::CALL, d, base, count);
        Ok(d)
    }

    pub(super) fn check_keywords(&self, keywords: &[ast::Keyword]) -> Result<()> {
        let mut seen: FxHashSet<&str> = FxHashSet::default();
        for k in keywords {
            if let Some(n) = &k.arg {
                self.check_assignable(n, k.range)?;
                if n.range.start() != k.range.start() {
                    // `f((a)=1)`
                    let after = n.range.end().to_usize();
                    let equals = self.source[after..].find('=').map_or(after, |i| after + i + 1);
                    return Err(Error::syntax(
                        TextRange::new(n.range.start(), TextSize::new(equals as u32)),
                        "expression cannot contain assignment, perhaps you meant \"==\"?",
                    ));
                }
                if !seen.insert(n.as_str()) {
                    return Err(Error::syntax(k.range, format!("keyword argument repeated: {}", n.as_str())));
                }
            }
        }
        Ok(())
    }

    /// Warns about calling what cannot be called.
    fn check_caller(&mut self, func: &Expr) {
        let callable = matches!(func, Expr::Lambda(_));
        if !callable && let Some(t) = self.display_type(func) {
            self.warn(func.range(), format!("'{t}' object is not callable; perhaps you missed a comma?"));
        }
    }

    // ---- super

    /// The call, if `value.attr` is an attribute of `super()` or `super(a, b)` that needs no super object.
    pub(super) fn super_call(&self, value: &'a Expr, attr: &str) -> Option<&'a ast::ExprCall> {
        let Expr::Call(c) = value else { return None };
        let Expr::Name(n) = &*c.func else { return None };
        if &n.id != "super" || attr == "__class__" || !c.arguments.keywords.is_empty() {
            return None;
        }
        if self.resolve("super") != Loc::Global {
            return None;
        }
        // Rebound by the module itself: it may be anything.
        if self.scope_of(TOP).lookup("super").is_some() {
            return None;
        }
        match &*c.arguments.args {
            [] => {
                let scope = self.scope();
                let first = scope.kind == BlockKind::Function
                    && self.u.comps.is_empty()
                    && self.u.argcount > 0
                    && scope.lookup("__class__").is_some_and(|s| s.place == Place::Free);
                first.then_some(c)
            }
            [a, b] if !a.is_starred_expr() && !b.is_starred_expr() => Some(c),
            _ => None,
        }
    }

    /// Evaluates `super`, the class and the object into three registers from `at`.
    fn super_operands(&mut self, c: &'a ast::ExprCall, at: Reg) -> Result<()> {
        self.u.next = at + 1;
        self.expr(&c.func, Some(at))?;
        match &*c.arguments.args {
            [a, b] => {
                self.u.next = at + 1;
                self.expr_to_temp(a)?;
                self.expr_to_temp(b)?;
            }
            _ => {
                self.u.next = at + 3;
                let cell = self.u.free_regs["__class__"];
                let n = self.name("__class__");
                self.emit(Op::LOAD_CELL, at + 1, cell, n);
                let first = self.u.varnames[0].clone();
                match self.u.cells.get(&first) {
                    Some(r) => {
                        let r = *r;
                        let n = self.name(&first);
                        self.emit(Op::LOAD_CELL, at + 2, r, n);
                    }
                    None => {
                        let n = self.name(&first);
                        self.emit(Op::CHECK_BOUND, 0, n, 0);
                        self.mov(at + 2, 0);
                    }
                }
            }
        }
        self.u.next = at + 3;
        Ok(())
    }

    pub(super) fn super_attribute(&mut self, a: &'a ast::ExprAttribute, dst: Option<Reg>) -> Result<Reg> {
        let mark = self.u.next;
        if let Some(c) = self.super_call(&a.value, &a.attr) {
            self.super_operands(c, mark)?;
        }
        self.u.next = mark;
        let d = self.dst(dst);
        self.at_attribute(a, a.range);
        let n = self.attr(&a.attr);
        self.emit(Op::LOAD_SUPER_ATTR, d, mark, n);
        Ok(d)
    }

    fn super_method(&mut self, a: &'a ast::ExprAttribute, base: Reg) -> Result<()> {
        let operands = base + HEADER + 1;
        if let Some(c) = self.super_call(&a.value, &a.attr) {
            self.super_operands(c, operands)?;
        }
        self.at_attribute(a, a.range);
        let n = self.attr(&a.attr);
        self.emit(Op::LOAD_SUPER_METHOD, base, operands, n);
        Ok(())
    }
}

/// Whether a call must pass a sequence and a mapping.
pub(super) fn needs_unpacking(args: &ast::Arguments) -> bool {
    args.args.len() + args.keywords.len() > MAX_ARGS
        || args.args.iter().any(Expr::is_starred_expr)
        || args.keywords.iter().any(|k| k.arg.is_none())
}
