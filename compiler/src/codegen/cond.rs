//! Conditions: jumps on truth without making a bool, and comparisons.

use ruff_python_ast::{BoolOp, CmpOp, Expr, ExprCompare, UnaryOp};
use ruff_text_size::Ranged;

use super::Compiler;
use crate::asm::{Label, Reg};
use crate::errors::Result;
use crate::fold;
use crate::isa::Op;
use crate::unit::Const;

/// The comparison instruction that makes a value.
fn value_op(op: CmpOp) -> Op {
    match op {
        CmpOp::Lt => Op::LT,
        CmpOp::LtE => Op::LE,
        CmpOp::Eq => Op::EQ,
        CmpOp::NotEq => Op::NE,
        CmpOp::Gt => Op::GT,
        CmpOp::GtE => Op::GE,
        CmpOp::Is => Op::IS,
        CmpOp::IsNot => Op::IS_NOT,
        CmpOp::In => Op::IN,
        CmpOp::NotIn => Op::NOT_IN,
    }
}

/// The fused jump taken when the comparison is `when`.
fn jump_op(op: CmpOp, when: bool) -> Op {
    match (op, when) {
        (CmpOp::Lt, true) => Op::JLT,
        (CmpOp::LtE, true) => Op::JLE,
        (CmpOp::Eq, true) => Op::JEQ,
        (CmpOp::NotEq, true) => Op::JNE,
        (CmpOp::Gt, true) => Op::JGT,
        (CmpOp::GtE, true) => Op::JGE,
        (CmpOp::Lt, false) => Op::JNLT,
        (CmpOp::LtE, false) => Op::JNLE,
        (CmpOp::Eq, false) => Op::JNEQ,
        (CmpOp::NotEq, false) => Op::JNNE,
        (CmpOp::Gt, false) => Op::JNGT,
        (CmpOp::GtE, false) => Op::JNGE,
        (CmpOp::Is, true) | (CmpOp::IsNot, false) => Op::JIS,
        (CmpOp::Is, false) | (CmpOp::IsNot, true) => Op::JISNOT,
        (CmpOp::In, true) | (CmpOp::NotIn, false) => Op::JIN,
        (CmpOp::In, false) | (CmpOp::NotIn, true) => Op::JNOTIN,
    }
}

/// The same with a small integer on the right.
fn immediate_op(op: CmpOp, when: bool) -> Option<Op> {
    Some(match (op, when) {
        (CmpOp::Lt, true) => Op::JLTI,
        (CmpOp::LtE, true) => Op::JLEI,
        (CmpOp::Eq, true) => Op::JEQI,
        (CmpOp::NotEq, true) => Op::JNEI,
        (CmpOp::Gt, true) => Op::JGTI,
        (CmpOp::GtE, true) => Op::JGEI,
        (CmpOp::Lt, false) => Op::JNLTI,
        (CmpOp::LtE, false) => Op::JNLEI,
        (CmpOp::Eq, false) => Op::JNEQI,
        (CmpOp::NotEq, false) => Op::JNNEI,
        (CmpOp::Gt, false) => Op::JNGTI,
        (CmpOp::GtE, false) => Op::JNGEI,
        _ => return None,
    })
}

impl<'a> Compiler<'a> {
    /// Jumps to `to` if the truth of `e` is `when`, else goes on.
    pub(super) fn jump_if(&mut self, e: &'a Expr, when: bool, to: Label) -> Result<()> {
        crate::depth::guarded(&mut self.depth, e.range())?;
        let result = crate::depth::with_stack(|| self.jump_if_inner(e, when, to));
        self.depth -= 1;
        result
    }

    fn jump_if_inner(&mut self, e: &'a Expr, when: bool, to: Label) -> Result<()> {
        if let Some(c) = self.constant(e) {
            self.at(e);
            if fold::truth(&c) == when {
                self.goto(to);
            }
            return Ok(());
        }
        let mark = self.u.next;
        match e {
            Expr::UnaryOp(u) if u.op == UnaryOp::Not => return self.jump_if(&u.operand, !when, to),
            Expr::BoolOp(b) => {
                // `and` leaves early on false, `or` on true.
                let early = b.op == BoolOp::Or;
                let (last, first) = b.values.split_last().expect("a boolean operation has operands");
                if early == when {
                    for v in first {
                        self.jump_if(v, when, to)?;
                    }
                    self.jump_if(last, when, to)?;
                } else {
                    let skip = self.label();
                    for v in first {
                        self.jump_if(v, early, skip)?;
                    }
                    self.jump_if(last, when, to)?;
                    self.bind(skip);
                }
                return Ok(());
            }
            Expr::If(i) => {
                let orelse = self.label();
                let end = self.label();
                self.jump_if(&i.test, false, orelse)?;
                self.jump_if(&i.body, when, to)?;
                self.at(e);
                self.goto(end);
                self.bind(orelse);
                self.jump_if(&i.orelse, when, to)?;
                self.bind(end);
                return Ok(());
            }
            Expr::Compare(c) => {
                self.check_compare(c);
                if c.ops.len() == 1 {
                    let left = self.operand_before(&c.left, &c.comparators[0])?;
                    self.compare_jump(c, left, 0, when, to)?;
                } else {
                    let skip = self.label();
                    let last = c.ops.len() - 1;
                    let mut left = self.operand_before_all(&c.left, &c.comparators)?;
                    for i in 0..=last {
                        if i < last {
                            let right = self.operand_before_all(&c.comparators[i], &c.comparators[i + 1..])?;
                            self.at(e);
                            let target = if when { skip } else { to };
                            self.jump(jump_op(c.ops[i], false), left, right, target);
                            left = right;
                        } else {
                            self.compare_jump(c, left, i, when, to)?;
                        }
                    }
                    self.bind(skip);
                }
                self.u.next = mark;
                return Ok(());
            }
            _ => {}
        }
        let r = self.expr(e, None)?;
        self.at(e);
        self.jump(if when { Op::JT } else { Op::JF }, r, 0, to);
        self.u.next = mark;
        Ok(())
    }

    /// The `i`-th comparison of `c`, with its left side in `left`, as a jump.
    fn compare_jump(&mut self, c: &'a ExprCompare, left: Reg, i: usize, when: bool, to: Label) -> Result<()> {
        let op = c.ops[i];
        let right = &c.comparators[i];
        if matches!(op, CmpOp::Is | CmpOp::IsNot) && right.is_none_literal_expr() {
            self.at(c);
            let is_none = (op == CmpOp::Is) == when;
            self.jump(if is_none { Op::JNONE } else { Op::JNOTNONE }, left, 0, to);
            return Ok(());
        }
        if let Some(Const::Int(v)) = self.constant(right)
            && let Ok(v) = i16::try_from(v)
            && let Some(jump) = immediate_op(op, when)
        {
            self.at(c);
            self.jump(jump, left, v as u16, to);
            return Ok(());
        }
        let r = self.comparator(op, right)?;
        self.at(c);
        self.jump(jump_op(op, when), left, r, to);
        Ok(())
    }

    /// The right side of a comparison; a display of constants after `in` becomes a constant.
    fn comparator(&mut self, op: CmpOp, e: &'a Expr) -> Result<Reg> {
        if matches!(op, CmpOp::In | CmpOp::NotIn) {
            let folded = match e {
                Expr::List(l) => self.constants(&l.elts).map(Const::Tuple),
                Expr::Set(s) => self.constants(&s.elts).map(Const::FrozenSet),
                _ => None,
            };
            if let Some(c) = folded {
                self.at(e);
                let t = self.temp();
                self.load_const(&c, t);
                return Ok(t);
            }
        }
        self.expr(e, None)
    }

    fn constants(&mut self, es: &[Expr]) -> Option<Vec<Const>> {
        es.iter().map(|e| self.constant(e)).collect()
    }

    pub(super) fn compare(&mut self, e: &'a Expr, c: &'a ExprCompare, dst: Option<Reg>) -> Result<Reg> {
        self.check_compare(c);
        let mark = self.u.next;
        if c.ops.len() == 1 {
            let left = self.operand_before(&c.left, &c.comparators[0])?;
            let right = self.comparator(c.ops[0], &c.comparators[0])?;
            self.u.next = mark;
            let d = self.dst(dst);
            self.at(e);
            self.emit(value_op(c.ops[0]), d, left, right);
            return Ok(d);
        }
        // a < b < c: the result is the first that is false, or the last.
        let result = match dst {
            Some(d) if self.is_scratch(d) => d,
            _ => self.temp(),
        };
        let end = self.label();
        let mut left = self.operand_before_all(&c.left, &c.comparators)?;
        let last = c.ops.len() - 1;
        for i in 0..=last {
            let right = if i < last {
                self.operand_before_all(&c.comparators[i], &c.comparators[i + 1..])?
            } else {
                self.comparator(c.ops[i], &c.comparators[i])?
            };
            self.at(e);
            self.emit(value_op(c.ops[i]), result, left, right);
            if i < last {
                self.jump(Op::JF, result, 0, end);
            }
            left = right;
        }
        self.bind(end);
        Ok(self.settle(result, dst, mark))
    }

    /// Moves a result made in a temporary to where it is wanted, and frees the temporaries above `mark`.
    pub(super) fn settle(&mut self, result: Reg, dst: Option<Reg>, mark: Reg) -> Reg {
        self.u.next = mark;
        match dst {
            Some(d) => {
                self.mov(d, result);
                d
            }
            None => {
                let d = self.temp();
                self.mov(d, result);
                d
            }
        }
    }

    /// Warns about `is` with a literal.
    fn check_compare(&mut self, c: &'a ExprCompare) {
        let mut left: &Expr = &c.left;
        for (op, right) in c.ops.iter().zip(&c.comparators) {
            if matches!(op, CmpOp::Is | CmpOp::IsNot) {
                let literal = self.literal_kind(left).or_else(|| self.literal_kind(right));
                if let Some(kind) = literal {
                    let (word, instead) = if *op == CmpOp::Is { ("is", "==") } else { ("is not", "!=") };
                    self.warn(c.range, format!("\"{word}\" with '{kind}' literal. Did you mean \"{instead}\"?"));
                }
            }
            left = right;
        }
    }

    fn literal_kind(&mut self, e: &Expr) -> Option<&'static str> {
        match self.constant(e)? {
            Const::None | Const::True | Const::False | Const::Ellipsis | Const::Code(_) => None,
            Const::Int(_) | Const::BigInt(_) => Some("int"),
            Const::Float(_) => Some("float"),
            Const::Complex(..) => Some("complex"),
            Const::Str(_) => Some("str"),
            Const::Bytes(_) => Some("bytes"),
            Const::Tuple(_) => Some("tuple"),
            Const::FrozenSet(_) => Some("frozenset"),
        }
    }
}
