//! Expressions.

use ruff_python_ast::{self as ast, BoolOp, Expr, Operator, UnaryOp};
use ruff_text_size::{Ranged, TextRange};

use super::Compiler;
use crate::asm::Reg;
use crate::errors::{Error, Result};
use crate::fold::{self, Folder};
use crate::isa::{Intrinsic1, Op};
use crate::symtable::BlockKind;
use crate::unit::{Const, flags};

/// Displays with more elements are built piecewise, to keep frames small.
const MAX_DISPLAY: usize = 64;

fn binary_op(op: Operator, in_place: bool) -> Op {
    match (op, in_place) {
        (Operator::Add, false) => Op::ADD,
        (Operator::Sub, false) => Op::SUB,
        (Operator::Mult, false) => Op::MUL,
        (Operator::Div, false) => Op::TRUEDIV,
        (Operator::FloorDiv, false) => Op::FLOORDIV,
        (Operator::Mod, false) => Op::MOD,
        (Operator::Pow, false) => Op::POW,
        (Operator::LShift, false) => Op::LSHIFT,
        (Operator::RShift, false) => Op::RSHIFT,
        (Operator::BitAnd, false) => Op::AND,
        (Operator::BitOr, false) => Op::OR,
        (Operator::BitXor, false) => Op::XOR,
        (Operator::MatMult, false) => Op::MATMUL,
        (Operator::Add, true) => Op::IADD,
        (Operator::Sub, true) => Op::ISUB,
        (Operator::Mult, true) => Op::IMUL,
        (Operator::Div, true) => Op::ITRUEDIV,
        (Operator::FloorDiv, true) => Op::IFLOORDIV,
        (Operator::Mod, true) => Op::IMOD,
        (Operator::Pow, true) => Op::IPOW,
        (Operator::LShift, true) => Op::ILSHIFT,
        (Operator::RShift, true) => Op::IRSHIFT,
        (Operator::BitAnd, true) => Op::IAND,
        (Operator::BitOr, true) => Op::IOR,
        (Operator::BitXor, true) => Op::IXOR,
        (Operator::MatMult, true) => Op::IMATMUL,
    }
}

fn immediate_op(op: Operator, in_place: bool) -> Option<Op> {
    Some(match (op, in_place) {
        (Operator::Add, false) => Op::ADDI,
        (Operator::Sub, false) => Op::SUBI,
        (Operator::Add, true) => Op::IADDI,
        (Operator::Sub, true) => Op::ISUBI,
        (Operator::Mult, false) => Op::MULI,
        (Operator::FloorDiv, false) => Op::FLOORDIVI,
        (Operator::Mod, false) => Op::MODI,
        (Operator::BitAnd, false) => Op::ANDI,
        (Operator::LShift, false) => Op::LSHIFTI,
        (Operator::RShift, false) => Op::RSHIFTI,
        _ => return None,
    })
}

/// Whether evaluating `e` may bind local `name` by `:=`.
fn binds(e: &Expr, name: &str) -> bool {
    use ruff_python_ast::visitor::{Visitor, walk_expr};
    struct Finder<'n>(&'n str, bool);
    impl<'v> Visitor<'v> for Finder<'_> {
        fn visit_expr(&mut self, e: &'v Expr) {
            if self.1 {
                return;
            }
            if let Expr::Named(n) = e
                && let Expr::Name(t) = &*n.target
                && t.id.as_str() == self.0
            {
                self.1 = true;
                return;
            }
            crate::depth::with_stack(|| walk_expr(self, e));
        }
    }
    let mut f = Finder(name, false);
    f.visit_expr(e);
    f.1
}

impl<'a> Compiler<'a> {
    pub(super) fn constant(&mut self, e: &Expr) -> Option<Const> {
        Folder { source: self.source, nonconst: &mut self.nonconst, optimize: self.options.optimize }.constant(e)
    }

    /// Evaluates an operand that must keep its value while `later` is evaluated.
    pub(super) fn operand_before(&mut self, e: &'a Expr, later: &'a Expr) -> Result<Reg> {
        self.operand_before_all(e, std::slice::from_ref(later))
    }

    pub(super) fn operand_before_all(&mut self, e: &'a Expr, later: &'a [Expr]) -> Result<Reg> {
        let name = match e {
            Expr::Name(n) => &n.id,
            Expr::Named(n) => match &*n.target {
                Expr::Name(n) => &n.id,
                _ => return self.expr(e, None),
            },
            _ => return self.expr(e, None),
        };
        let mangled = self.mangled(name);
        if self.scope().walrus.contains(mangled.as_deref().unwrap_or(name)) && later.iter().any(|l| binds(l, name)) {
            let t = self.temp();
            return self.expr(e, Some(t));
        }
        self.expr(e, None)
    }

    /// Evaluates `e` into a new temporary at the top.
    pub(super) fn expr_to_temp(&mut self, e: &'a Expr) -> Result<Reg> {
        let mark = self.u.next;
        let t = self.temp();
        self.u.next = mark;
        self.expr(e, Some(t))?;
        self.u.next = t + 1;
        Ok(t)
    }

    /// Evaluates for effect only.
    pub(super) fn effect(&mut self, e: &'a Expr) -> Result<()> {
        let mark = self.u.next;
        self.expr(e, None)?;
        self.u.next = mark;
        Ok(())
    }

    /// Evaluates `e` into `dst`, or wherever it likes; see the module page.
    pub(super) fn expr(&mut self, e: &'a Expr, dst: Option<Reg>) -> Result<Reg> {
        crate::depth::guarded(&mut self.depth, e.range())?;
        let saved = self.u.range;
        self.at(e);
        let result = crate::depth::with_stack(|| self.expr_inner(e, dst));
        self.u.range = saved;
        self.depth -= 1;
        result
    }

    fn expr_inner(&mut self, e: &'a Expr, dst: Option<Reg>) -> Result<Reg> {
        if let Some(c) = self.constant(e) {
            let d = self.dst(dst);
            self.load_const(&c, d);
            return Ok(d);
        }
        let mark = self.u.next;
        match e {
            Expr::Name(n) => {
                if &n.id == "__debug__" && n.ctx != ast::ExprContext::Load {
                    return Err(Error::syntax(n.range, "cannot assign to __debug__"));
                }
                Ok(self.load_name(&n.id, dst))
            }
            Expr::Attribute(a) => {
                if self.super_call(&a.value, &a.attr).is_some() {
                    return self.super_attribute(a, dst);
                }
                let v = self.expr(&a.value, None)?;
                self.u.next = mark;
                let d = self.dst(dst);
                self.at_attribute(a, e.range());
                let n = self.attr(&a.attr);
                self.emit(Op::LOAD_ATTR, d, v, n);
                Ok(d)
            }
            Expr::Subscript(s) => {
                self.check_subscript(s);
                let v = self.operand_before(&s.value, &s.slice)?;
                let small = match self.constant(&s.slice) {
                    Some(Const::Int(i)) => i16::try_from(i).ok(),
                    _ => None,
                };
                if let Some(i) = small {
                    self.u.next = mark;
                    let d = self.dst(dst);
                    self.emit(Op::GETITEMI, d, v, i as u16);
                    return Ok(d);
                }
                let k = self.subscript_key(&s.slice)?;
                self.u.next = mark;
                let d = self.dst(dst);
                self.emit(Op::GETITEM, d, v, k);
                Ok(d)
            }
            Expr::BinOp(b) => {
                let left = self.operand_before(&b.left, &b.right)?;
                self.binary(b.op, false, left, &b.right, e.range(), mark, dst)
            }
            Expr::UnaryOp(u) => {
                let v = self.expr(&u.operand, None)?;
                self.u.next = mark;
                let d = self.dst(dst);
                let op = match u.op {
                    UnaryOp::Not => Op::NOT,
                    UnaryOp::USub => Op::NEG,
                    UnaryOp::UAdd => Op::POS,
                    UnaryOp::Invert => Op::INVERT,
                };
                self.emit(op, d, v, 0);
                Ok(d)
            }
            Expr::BoolOp(b) => self.bool_op(b, dst),
            Expr::Compare(c) => self.compare(e, c, dst),
            Expr::If(i) => {
                let orelse = self.label();
                let end = self.label();
                let d = match dst {
                    Some(d) => d,
                    None => self.temp(),
                };
                let inner = self.u.next;
                self.jump_if(&i.test, false, orelse)?;
                self.expr(&i.body, Some(d))?;
                self.u.next = inner;
                self.goto(end);
                self.bind(orelse);
                self.expr(&i.orelse, Some(d))?;
                self.u.next = inner;
                self.bind(end);
                Ok(d)
            }
            Expr::Named(n) => {
                let Expr::Name(target) = &*n.target else {
                    return Err(Error::syntax(n.range, "cannot use assignment expressions with this target"));
                };
                self.check_assignable(&target.id, target.range)?;
                if let Some(r) = self.fast_register(&target.id) {
                    self.expr(&n.value, Some(r))?;
                    self.u.next = mark;
                    return Ok(match dst {
                        Some(d) => {
                            self.mov(d, r);
                            d
                        }
                        None => r,
                    });
                }
                let v = self.expr(&n.value, dst)?;
                self.store_name(&target.id, v);
                Ok(v)
            }
            Expr::Lambda(l) => self.lambda(l, dst),
            Expr::Tuple(t) => self.tuple(&t.elts, e.range(), dst),
            Expr::List(l) => self.list(&l.elts, dst),
            Expr::Set(s) => self.set(&s.elts, dst),
            Expr::Dict(d) => self.dict(d, dst),
            Expr::ListComp(_) | Expr::SetComp(_) | Expr::DictComp(_) | Expr::Generator(_) => self.comprehension(e, dst),
            Expr::Call(c) => self.call(e, c, dst),
            Expr::FString(f) => self.fstring(f, dst),
            Expr::TString(t) => self.tstring(t, dst),
            Expr::Slice(s) => self.slice(s, dst, false),
            Expr::Await(a) => {
                self.require_async("'await'", e.range())?;
                let v = self.expr(&a.value, None)?;
                self.u.next = mark;
                let result = self.temp();
                let iter = self.temp();
                self.emit(Op::GET_AWAITABLE, iter, v, 0);
                self.delegate(result, iter);
                Ok(self.settle(result, dst, mark))
            }
            Expr::Yield(y) => {
                self.require_function("'yield'", e.range())?;
                let v = match &y.value {
                    Some(v) => self.expr(v, None)?,
                    None => {
                        let t = self.temp();
                        self.emit(Op::LOAD_NONE, t, 0, 0);
                        t
                    }
                };
                let v = if self.u.flags & flags::ASYNC_GENERATOR != 0 {
                    let t = self.temp();
                    self.intrinsic1(t, Intrinsic1::AsyncGenWrap, v);
                    t
                } else {
                    v
                };
                self.u.next = mark;
                let d = self.dst(dst);
                self.emit(Op::YIELD, d, v, 0);
                Ok(d)
            }
            Expr::YieldFrom(y) => {
                self.require_function("'yield from'", e.range())?;
                if self.u.flags & (flags::ASYNC_GENERATOR | flags::COROUTINE) != 0 {
                    return Err(Error::syntax(e.range(), "'yield from' inside async function"));
                }
                let v = self.expr(&y.value, None)?;
                self.u.next = mark;
                let result = self.temp();
                let iter = self.temp();
                self.emit(Op::GET_YIELD_FROM_ITER, iter, v, 0);
                self.delegate(result, iter);
                Ok(self.settle(result, dst, mark))
            }
            Expr::Starred(s) => Err(Error::syntax(s.range, "can't use starred expression here")),
            Expr::IpyEscapeCommand(c) => Err(Error::syntax(c.range, "invalid syntax")),
            Expr::StringLiteral(_)
            | Expr::BytesLiteral(_)
            | Expr::NumberLiteral(_)
            | Expr::BooleanLiteral(_)
            | Expr::NoneLiteral(_)
            | Expr::EllipsisLiteral(_) => {
                // Only an integer with too many digits is not a constant.
                if let Expr::NumberLiteral(n) = e {
                    crate::literal::int_value(&self.source[n.range], n.range)?;
                }
                Err(Error::syntax(e.range(), "invalid literal"))
            }
        }
    }

    /// Attribute loads of a chain over several lines are placed at the attribute's line.
    pub(super) fn at_attribute(&mut self, a: &ast::ExprAttribute, whole: TextRange) {
        let start = whole.start();
        let attr = a.attr.range.start();
        if self.source[TextRange::new(start, attr)].contains('\n') {
            self.u.range = TextRange::new(attr, whole.end().max(attr));
        } else {
            self.u.range = whole;
        }
    }

    pub(super) fn require_function(&self, what: &str, range: TextRange) -> Result<()> {
        if self.scope().kind == BlockKind::Function {
            return Ok(());
        }
        Err(Error::syntax(range, format!("{what} outside function")))
    }

    fn require_async(&self, what: &str, range: TextRange) -> Result<()> {
        if self.u.flags & (flags::COROUTINE | flags::ASYNC_GENERATOR) != 0 {
            return Ok(());
        }
        if !self.scope().is_function_like() {
            return Err(Error::syntax(range, format!("{what} outside function")));
        }
        Err(Error::syntax(range, format!("{what} outside async function")))
    }

    /// Sends None to `iter` until it returns; `result` is the register below it.
    pub(super) fn delegate(&mut self, result: Reg, iter: Reg) {
        self.emit(Op::LOAD_NONE, result, 0, 0);
        self.emit(Op::YIELD_FROM, result, iter, 0);
    }

    /// A binary operation whose left side is in `left`.
    #[allow(clippy::too_many_arguments)]
    pub(super) fn binary(
        &mut self,
        op: Operator,
        in_place: bool,
        left: Reg,
        right: &'a Expr,
        range: TextRange,
        mark: Reg,
        dst: Option<Reg>,
    ) -> Result<Reg> {
        if let Some(Const::Int(v)) = self.constant(right)
            && let Ok(v) = i16::try_from(v)
            && let Some(op) = immediate_op(op, in_place)
        {
            self.u.next = mark;
            let d = self.dst(dst);
            self.at(range);
            self.emit(op, d, left, v as u16);
            return Ok(d);
        }
        let r = self.expr(right, None)?;
        self.u.next = mark;
        let d = self.dst(dst);
        self.at(range);
        self.emit(binary_op(op, in_place), d, left, r);
        Ok(d)
    }

    fn bool_op(&mut self, b: &'a ast::ExprBoolOp, dst: Option<Reg>) -> Result<Reg> {
        let mark = self.u.next;
        let result = match dst {
            Some(d) if self.is_scratch(d) => d,
            _ => self.temp(),
        };
        let inner = self.u.next;
        let end = self.label();
        let (last, first) = b.values.split_last().expect("a boolean operation has operands");
        let jump = if b.op == BoolOp::And { Op::JF } else { Op::JT };
        let mut decided = false;
        for v in first {
            if let Some(c) = self.constant(v) {
                if fold::truth(&c) == (b.op == BoolOp::And) {
                    // Neutral: the value is that of the rest.
                    continue;
                }
                self.load_const(&c, result);
                decided = true;
                break;
            }
            self.expr(v, Some(result))?;
            self.u.next = inner;
            self.at(b);
            self.jump(jump, result, 0, end);
        }
        if !decided {
            self.expr(last, Some(result))?;
        }
        self.bind(end);
        Ok(self.settle(result, dst, mark))
    }

    /// The key of a subscript that is read or stored to at once, and only once.
    pub(super) fn subscript_key(&mut self, key: &'a Expr) -> Result<Reg> {
        match key {
            Expr::Slice(s) => self.slice(s, None, true),
            _ => self.expr(key, None),
        }
    }

    /// `once`: the next instruction is the only one that uses the slice.
    fn slice(&mut self, s: &'a ast::ExprSlice, dst: Option<Reg>, once: bool) -> Result<Reg> {
        let base = self.u.next;
        for part in [&s.lower, &s.upper, &s.step] {
            match part {
                Some(e) => {
                    self.expr_to_temp(e)?;
                }
                None => {
                    let t = self.temp();
                    self.emit(Op::LOAD_NONE, t, 0, 0);
                }
            }
        }
        self.u.next = base;
        let d = self.dst(dst);
        self.at(s);
        self.emit(Op::BUILD_SLICE, d, base, u16::from(once));
        Ok(d)
    }

    fn tuple(&mut self, elts: &'a [Expr], range: TextRange, dst: Option<Reg>) -> Result<Reg> {
        let mark = self.u.next;
        if elts.len() <= MAX_DISPLAY && !elts.iter().any(Expr::is_starred_expr) {
            for e in elts {
                self.expr_to_temp(e)?;
            }
            self.u.next = mark;
            let d = self.dst(dst);
            self.at(range);
            self.emit(Op::BUILD_TUPLE, d, mark, elts.len() as u16);
            return Ok(d);
        }
        let t = self.list_of(elts, None)?;
        self.u.next = mark;
        let d = self.dst(dst);
        self.at(range);
        self.emit(Op::LIST_TO_TUPLE, d, t, 0);
        Ok(d)
    }

    fn list(&mut self, elts: &'a [Expr], dst: Option<Reg>) -> Result<Reg> {
        let mark = self.u.next;
        if elts.len() >= 3
            && let Some(items) = elts.iter().map(|e| self.constant(e)).collect::<Option<Vec<_>>>()
            && let Ok(k) = u16::try_from(self.const_index(&Const::Tuple(items)))
        {
            let d = self.dst(dst);
            self.emit(Op::BUILD_CONST_LIST, d, k, 0);
            return Ok(d);
        }
        let t = self.list_of(elts, dst)?;
        Ok(self.settle(t, dst, mark))
    }

    /// A list of these elements, starred ones unpacked. With a destination the answer may be it; otherwise it is the
    /// lowest free temporary.
    pub(super) fn list_of(&mut self, elts: &'a [Expr], dst: Option<Reg>) -> Result<Reg> {
        let mark = self.u.next;
        let range = self.u.range;
        if elts.len() <= MAX_DISPLAY && !elts.iter().any(Expr::is_starred_expr) {
            for e in elts {
                self.expr_to_temp(e)?;
            }
            self.u.next = mark;
            let d = self.dst(dst);
            self.emit(Op::BUILD_LIST, d, mark, elts.len() as u16);
            return Ok(d);
        }
        let list = self.temp();
        let inner = self.u.next;
        // The elements before the first starred one are built at once.
        let plain = elts.iter().take(MAX_DISPLAY).take_while(|e| !e.is_starred_expr()).count();
        for e in &elts[..plain] {
            self.expr_to_temp(e)?;
        }
        self.u.next = inner;
        self.emit(Op::BUILD_LIST, list, inner, plain as u16);
        for e in &elts[plain..] {
            if let Expr::Starred(s) = e {
                let v = self.expr(&s.value, None)?;
                self.at(range);
                self.emit(Op::LIST_EXTEND, list, v, 0);
            } else {
                let v = self.expr(e, None)?;
                self.emit(Op::LIST_APPEND, list, v, 0);
            }
            self.u.next = inner;
        }
        self.u.range = range;
        Ok(list)
    }

    fn set(&mut self, elts: &'a [Expr], dst: Option<Reg>) -> Result<Reg> {
        let mark = self.u.next;
        let constants = (elts.len() >= 3).then(|| elts.iter().map(|e| self.constant(e)).collect::<Option<Vec<_>>>()).flatten();
        if constants.is_none() && elts.len() <= MAX_DISPLAY && !elts.iter().any(Expr::is_starred_expr) {
            for e in elts {
                self.expr_to_temp(e)?;
            }
            self.u.next = mark;
            let d = self.dst(dst);
            self.emit(Op::BUILD_SET, d, mark, elts.len() as u16);
            return Ok(d);
        }
        let set = self.temp();
        let inner = self.u.next;
        self.emit(Op::BUILD_SET, set, inner, 0);
        if let Some(items) = constants {
            let t = self.temp();
            self.load_const(&Const::FrozenSet(items), t);
            self.emit(Op::SET_UPDATE, set, t, 0);
            return Ok(self.settle(set, dst, mark));
        }
        for e in elts {
            if let Expr::Starred(s) = e {
                let v = self.expr(&s.value, None)?;
                self.emit(Op::SET_UPDATE, set, v, 0);
            } else {
                let v = self.expr(e, None)?;
                self.emit(Op::SET_ADD, set, v, 0);
            }
            self.u.next = inner;
        }
        Ok(self.settle(set, dst, mark))
    }

    fn dict(&mut self, d: &'a ast::ExprDict, dst: Option<Reg>) -> Result<Reg> {
        let mark = self.u.next;
        if d.items.len() <= MAX_DISPLAY / 2 && d.items.iter().all(|i| i.key.is_some()) {
            for item in &d.items {
                if let Some(k) = &item.key {
                    self.expr_to_temp(k)?;
                }
                self.expr_to_temp(&item.value)?;
            }
            self.u.next = mark;
            let dest = self.dst(dst);
            self.emit(Op::BUILD_MAP, dest, mark, d.items.len() as u16);
            return Ok(dest);
        }
        let map = self.temp();
        let inner = self.u.next;
        self.emit(Op::BUILD_MAP, map, inner, 0);
        for item in &d.items {
            match &item.key {
                Some(k) => {
                    let k = self.operand_before(k, &item.value)?;
                    let v = self.expr(&item.value, None)?;
                    self.emit(Op::MAP_ADD, map, k, v);
                }
                None => {
                    let v = self.expr(&item.value, None)?;
                    self.emit(Op::DICT_UPDATE, map, v, 0);
                }
            }
            self.u.next = inner;
        }
        Ok(self.settle(map, dst, mark))
    }

    /// Warns about subscripts that cannot work.
    fn check_subscript(&mut self, s: &ast::ExprSubscript) {
        let type_name = self.display_type(&s.value);
        match type_name {
            Some("list" | "tuple" | "str" | "bytes") => {
                let index = self.display_type(&s.slice);
                if let (Some(i), Some(t)) = (index, type_name)
                    && !matches!(i, "int" | "bool")
                    && i != "slice"
                {
                    self.warn(s.range, format!("{t} indices must be integers or slices, not {i}; perhaps you missed a comma?"));
                }
            }
            Some(t) if t != "dict" => {
                self.warn(s.range, format!("'{t}' object is not subscriptable; perhaps you missed a comma?"));
            }
            _ => {}
        }
    }

    /// Type name of an expression whose type is plain to see.
    pub(super) fn display_type(&mut self, e: &Expr) -> Option<&'static str> {
        Some(match e {
            Expr::Tuple(_) => "tuple",
            Expr::List(_) | Expr::ListComp(_) => "list",
            Expr::Dict(_) | Expr::DictComp(_) => "dict",
            Expr::Set(_) | Expr::SetComp(_) => "set",
            Expr::Generator(_) => "generator",
            Expr::Lambda(_) => "function",
            Expr::FString(_) | Expr::StringLiteral(_) => "str",
            Expr::TString(_) => "string.templatelib.Template",
            Expr::BytesLiteral(_) => "bytes",
            Expr::NoneLiteral(_) => "NoneType",
            Expr::BooleanLiteral(_) => "bool",
            Expr::EllipsisLiteral(_) => "ellipsis",
            Expr::NumberLiteral(n) => match n.value {
                ast::Number::Int(_) => "int",
                ast::Number::Float(_) => "float",
                ast::Number::Complex { .. } => "complex",
            },
            Expr::Slice(_) => "slice",
            _ => return None,
        })
    }
}
