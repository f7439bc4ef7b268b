//! Integers and floats.

use super::*;

impl Lower<'_, '_> {
    pub(super) fn is_int(&self, s: Source) -> bool {
        match s {
            Source::Int(_) => true,
            Source::Reg(r) => matches!(self.state.kinds[r], Kind::Int | Kind::Bool),
            Source::Number(_) => false,
        }
    }
    /// A tagged integer.
    pub(super) fn int_word(&mut self, s: Source) -> Ir {
        match s {
            Source::Int(i) => self.int(i << 2),
            Source::Reg(r) if self.state.kinds[r] == Kind::Bool => {
                let w = self.b.use_var(self.words[r]);
                let bit = self.b.ins().band_imm_s(w, 0x10);
                self.b.ins().ushr_imm_u(bit, 2)
            }
            Source::Reg(r) | Source::Number(r) => self.b.use_var(self.words[r]),
        }
    }
    pub(super) fn raw_int(&mut self, s: Source) -> Ir {
        match s {
            Source::Int(i) => self.int(i),
            Source::Reg(_) | Source::Number(_) => {
                let w = self.int_word(s);
                self.b.ins().sshr_imm_s(w, 2)
            }
        }
    }
    /// A number as a float; `exact`: integers must not be rounded.
    pub(super) fn float_source(&mut self, s: Source, exact: bool) -> Ir {
        match s {
            Source::Int(i) => self.b.ins().f64const(i as f64),
            Source::Reg(r) if matches!(self.state.kinds[r], Kind::Int | Kind::Bool) => {
                let i = self.raw_int(s);
                if exact {
                    let above = self.b.ins().iadd_imm_s(i, 1 << 53);
                    let c = self.b.ins().icmp_imm_s(IntCC::UnsignedLessThanOrEqual, above, 1 << 54);
                    self.guard(c);
                }
                self.b.ins().fcvt_from_sint(F64, i)
            }
            Source::Reg(r) => self.b.use_var(self.floats[r]),
            Source::Number(r) => {
                let w = self.b.use_var(self.words[r]);
                let (int, other, done) = (self.new_block(false), self.new_block(false), self.new_block(false));
                let x = self.b.append_block_param(done, F64);
                let tag = self.b.ins().band_imm_s(w, 3);
                self.b.ins().brif(tag, other, &[], int, &[]);
                self.begin(int);
                let i = self.b.ins().sshr_imm_u(w, 2);
                let converted = self.b.ins().fcvt_from_sint(F64, i);
                self.b.ins().jump(done, &[converted.into()]);
                self.begin(other);
                let unboxed = self.unboxed(w);
                self.b.ins().jump(done, &[unboxed.into()]);
                self.begin(done);
                x
            }
        }
    }
    pub(super) fn int_arith(&mut self, op: Arith, x: Source, y: Source) -> Ir {
        match op {
            Arith::Add | Arith::Sub => {
                let (x, y) = (self.int_word(x), self.int_word(y));
                let (z, overflow) =
                    if op == Arith::Add { self.b.ins().sadd_overflow(x, y) } else { self.b.ins().ssub_overflow(x, y) };
                self.guard_not(overflow);
                z
            }
            Arith::Mul => {
                let (x, y) = (self.raw_int(x), self.int_word(y));
                let (z, overflow) = self.b.ins().smul_overflow(x, y);
                self.guard_not(overflow);
                z
            }
            Arith::And | Arith::Or | Arith::Xor => {
                let (x, y) = (self.int_word(x), self.int_word(y));
                match op {
                    Arith::And => self.b.ins().band(x, y),
                    Arith::Or => self.b.ins().bor(x, y),
                    _ => self.b.ins().bxor(x, y),
                }
            }
            Arith::Shl => {
                let Source::Int(n) = y else { unreachable!("planned with a constant distance") };
                let x = self.int_word(x);
                let z = self.b.ins().ishl_imm_s(x, n);
                let back = self.b.ins().sshr_imm_s(z, n);
                let same = self.b.ins().icmp(IntCC::Equal, back, x);
                self.guard(same);
                z
            }
            Arith::Shr => {
                let x = self.int_word(x);
                let z = match y {
                    Source::Int(n) if n >= 0 => self.b.ins().sshr_imm_s(x, n.min(63)),
                    y => {
                        let n = self.raw_int(y);
                        let c = self.b.ins().icmp_imm_s(IntCC::UnsignedLessThan, n, 64);
                        self.guard(c);
                        self.b.ins().sshr(x, n)
                    }
                };
                self.b.ins().band_imm_s(z, !3)
            }
            Arith::FloorDiv | Arith::Mod => self.divide(op, x, y),
            Arith::TrueDiv => unreachable!("planned as a float"),
        }
    }
    /// Division towards minus infinity.
    pub(super) fn divide(&mut self, op: Arith, x: Source, y: Source) -> Ir {
        if let Source::Int(n) = y
            && n > 0
            && n.count_ones() == 1
        {
            let w = self.int_word(x);
            return if op == Arith::Mod {
                self.b.ins().band_imm_s(w, (n - 1) << 2)
            } else {
                let z = self.b.ins().sshr_imm_s(w, n.trailing_zeros() as i64);
                self.b.ins().band_imm_s(z, !3)
            };
        }
        let (x, y) = (self.raw_int(x), self.raw_int(y));
        // Neither 0 nor -1.
        let above = self.b.ins().iadd_imm_s(y, 1);
        let c = self.b.ins().icmp_imm_s(IntCC::UnsignedGreaterThan, above, 1);
        self.guard(c);
        let q = self.b.ins().sdiv(x, y);
        let product = self.b.ins().imul(q, y);
        let rest = self.b.ins().isub(x, product);
        let signs = self.b.ins().bxor(rest, y);
        let apart = self.b.ins().icmp_imm_s(IntCC::SignedLessThan, signs, 0);
        let some = self.b.ins().icmp_imm_s(IntCC::NotEqual, rest, 0);
        let adjust = self.b.ins().band(apart, some);
        let z = if op == Arith::Mod {
            let zero = self.int(0);
            let more = self.b.ins().select(adjust, y, zero);
            self.b.ins().iadd(rest, more)
        } else {
            let one = self.b.ins().uextend(I64, adjust);
            self.b.ins().isub(q, one)
        };
        self.b.ins().ishl_imm_s(z, 2)
    }
}

pub(super) fn int_cc(c: Compare) -> IntCC {
    match c {
        Compare::Lt => IntCC::SignedLessThan,
        Compare::Le => IntCC::SignedLessThanOrEqual,
        Compare::Eq => IntCC::Equal,
        Compare::Ne => IntCC::NotEqual,
        Compare::Gt => IntCC::SignedGreaterThan,
        Compare::Ge => IntCC::SignedGreaterThanOrEqual,
    }
}
pub(super) fn float_cc(c: Compare) -> FloatCC {
    match c {
        Compare::Lt => FloatCC::LessThan,
        Compare::Le => FloatCC::LessThanOrEqual,
        Compare::Eq => FloatCC::Equal,
        Compare::Ne => FloatCC::NotEqual,
        Compare::Gt => FloatCC::GreaterThan,
        Compare::Ge => FloatCC::GreaterThanOrEqual,
    }
}
