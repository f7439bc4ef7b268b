//! Constant folding: what CPython computes at compile time is computed here, with its limits on size.
//!
//! Anything that would raise, or whose result is too large, is left for run time.

use std::sync::Arc;

use ruff_python_ast::{Expr, Number, Operator, UnaryOp};
use rustc_hash::FxHashSet;

use crate::literal;
use crate::unit::Const;

/// Longest string or tuple that repetition may make.
const MAX_STR: usize = 4096;
const MAX_TUPLE: usize = 256;

pub struct Folder<'a> {
    pub source: &'a str,
    /// Compounds known not to be constant.
    pub nonconst: &'a mut FxHashSet<usize>,
    pub optimize: u8,
}

impl Folder<'_> {
    /// The constant value of `e`, if it has one.
    pub fn constant(&mut self, e: &Expr) -> Option<Const> {
        match e {
            Expr::NoneLiteral(_) => Some(Const::None),
            Expr::BooleanLiteral(b) => Some(if b.value { Const::True } else { Const::False }),
            Expr::EllipsisLiteral(_) => Some(Const::Ellipsis),
            Expr::NumberLiteral(n) => match &n.value {
                Number::Int(i) => match i.as_i64() {
                    Some(v) => Some(Const::Int(v)),
                    None => literal::int_value(&self.source[n.range], n.range).ok(),
                },
                Number::Float(f) => Some(Const::Float(*f)),
                Number::Complex { real, imag } => Some(Const::Complex(*real, *imag)),
            },
            Expr::StringLiteral(s) => Some(Const::Str(literal::str_value(&s.value, self.source))),
            Expr::BytesLiteral(b) => Some(Const::Bytes(literal::bytes_value(&b.value))),
            Expr::Name(n) if &n.id == "__debug__" => Some(if self.optimize == 0 { Const::True } else { Const::False }),
            Expr::UnaryOp(_) | Expr::BinOp(_) | Expr::Tuple(_) | Expr::Subscript(_) => {
                let address = std::ptr::from_ref(e) as usize;
                if self.nonconst.contains(&address) {
                    return None;
                }
                let result = crate::depth::with_stack(|| self.compound(e));
                if result.is_none() {
                    self.nonconst.insert(address);
                }
                result
            }
            _ => None,
        }
    }

    fn compound(&mut self, e: &Expr) -> Option<Const> {
        match e {
            Expr::UnaryOp(u) => {
                let v = self.constant(&u.operand)?;
                unary(u.op, &v)
            }
            Expr::BinOp(b) => {
                let right = self.constant(&b.right)?;
                let left = self.constant(&b.left)?;
                binary(b.op, &left, &right)
            }
            Expr::Tuple(t) if t.ctx == ruff_python_ast::ExprContext::Load => {
                t.elts.iter().map(|e| self.constant(e)).collect::<Option<Vec<_>>>().map(Const::Tuple)
            }
            Expr::Subscript(s) if s.ctx == ruff_python_ast::ExprContext::Load => {
                let Const::Int(i) = self.constant(&s.slice)? else {
                    return None;
                };
                let value = self.constant(&s.value)?;
                let at = |len: usize| {
                    let i = if i < 0 { i + len as i64 } else { i };
                    usize::try_from(i).ok().filter(|i| *i < len)
                };
                match value {
                    Const::Tuple(items) => items.get(at(items.len())?).cloned(),
                    Const::Str(s) if s.is_ascii() => Some(Const::Str(Arc::from([s[at(s.len())?]].as_slice()))),
                    Const::Bytes(b) => Some(Const::Int(i64::from(b[at(b.len())?]))),
                    _ => None,
                }
            }
            _ => None,
        }
    }
}

/// Truth of a constant.
pub fn truth(c: &Const) -> bool {
    match c {
        Const::None | Const::False => false,
        Const::True | Const::Ellipsis | Const::BigInt(_) | Const::Code(_) => true,
        Const::Int(i) => *i != 0,
        Const::Float(f) => *f != 0.0,
        Const::Complex(r, i) => *r != 0.0 || *i != 0.0,
        Const::Str(s) | Const::Bytes(s) => !s.is_empty(),
        Const::Tuple(t) | Const::FrozenSet(t) => !t.is_empty(),
    }
}

fn bool_const(b: bool) -> Const {
    if b { Const::True } else { Const::False }
}

fn as_int(c: &Const) -> Option<i128> {
    match c {
        Const::Int(i) => Some(i128::from(*i)),
        Const::True => Some(1),
        Const::False => Some(0),
        Const::BigInt(limbs) => match limbs[..] {
            [a] => Some(i128::from(a)),
            [a, b] => i128::try_from(u128::from(a) | u128::from(b) << 64).ok(),
            _ => None,
        },
        _ => None,
    }
}

/// A constant of this integer; negative ones must fit 64 bits.
fn int(v: i128) -> Option<Const> {
    if let Ok(v) = i64::try_from(v) {
        return Some(Const::Int(v));
    }
    let v = u128::try_from(v).ok()?;
    Some(literal::from_limbs(vec![v as u64, (v >> 64) as u64]))
}

fn as_float(c: &Const) -> Option<f64> {
    match c {
        Const::Float(f) => Some(*f),
        _ => {
            let i = as_int(c)?;
            // Larger integers need correct rounding or overflow checks: left to the runtime.
            (i.unsigned_abs() <= 1 << 53).then_some(i as f64)
        }
    }
}

fn as_complex(c: &Const) -> Option<(f64, f64)> {
    match c {
        Const::Complex(r, i) => Some((*r, *i)),
        _ => None,
    }
}

pub fn unary(op: UnaryOp, v: &Const) -> Option<Const> {
    match (op, v) {
        (UnaryOp::Not, _) => Some(bool_const(!truth(v))),
        (UnaryOp::USub, Const::Float(f)) => Some(Const::Float(-f)),
        (UnaryOp::USub, Const::Complex(r, i)) => Some(Const::Complex(-r, -i)),
        (UnaryOp::USub, _) => int(-as_int(v)?),
        (UnaryOp::UAdd, Const::Float(_) | Const::Complex(..)) => Some(v.clone()),
        (UnaryOp::UAdd, _) => int(as_int(v)?),
        // Inverting a bool warns at run time.
        (UnaryOp::Invert, Const::Int(_) | Const::BigInt(_)) => int(!as_int(v)?),
        _ => None,
    }
}

pub fn binary(op: Operator, left: &Const, right: &Const) -> Option<Const> {
    match (left, right) {
        (Const::Str(a), Const::Str(b)) if op == Operator::Add => Some(Const::Str([&a[..], &b[..]].concat().into())),
        (Const::Bytes(a), Const::Bytes(b)) if op == Operator::Add => Some(Const::Bytes([&a[..], &b[..]].concat().into())),
        (Const::Tuple(a), Const::Tuple(b)) if op == Operator::Add && a.len() + b.len() <= MAX_TUPLE => {
            Some(Const::Tuple([&a[..], &b[..]].concat()))
        }
        (Const::Str(_) | Const::Bytes(_) | Const::Tuple(_), n) if op == Operator::Mult => repeat(left, n),
        (n, Const::Str(_) | Const::Bytes(_) | Const::Tuple(_)) if op == Operator::Mult => repeat(right, n),
        (Const::Float(_), _) | (_, Const::Float(_)) if as_complex(left).or(as_complex(right)).is_none() => {
            float_binary(op, as_float(left)?, as_float(right)?)
        }
        (Const::Complex(..), _) | (_, Const::Complex(..)) => complex_binary(op, left, right),
        _ => int_binary(op, left, right),
    }
}

fn repeat(c: &Const, n: &Const) -> Option<Const> {
    let n = usize::try_from(as_int(n)?.max(0)).ok()?;
    match c {
        Const::Str(s) if s.len().checked_mul(n)? <= MAX_STR => Some(Const::Str(s.repeat(n).into())),
        Const::Bytes(s) if s.len().checked_mul(n)? <= MAX_STR => Some(Const::Bytes(s.repeat(n).into())),
        Const::Tuple(t) if t.len().checked_mul(n)? <= MAX_TUPLE => {
            Some(Const::Tuple((0..n).flat_map(|_| t.iter().cloned()).collect()))
        }
        _ => None,
    }
}

fn int_binary(op: Operator, left: &Const, right: &Const) -> Option<Const> {
    if matches!(op, Operator::BitAnd | Operator::BitOr | Operator::BitXor)
        && let (Const::True | Const::False, Const::True | Const::False) = (left, right)
    {
        let (a, b) = (truth(left), truth(right));
        return Some(bool_const(match op {
            Operator::BitAnd => a & b,
            Operator::BitOr => a | b,
            _ => a ^ b,
        }));
    }
    let a = as_int(left)?;
    let b = as_int(right)?;
    match op {
        Operator::Add => int(a.checked_add(b)?),
        Operator::Sub => int(a.checked_sub(b)?),
        Operator::Mult => int(a.checked_mul(b)?),
        Operator::FloorDiv if b != 0 => int(a.checked_div_euclid(b).map(|_| floor_div(a, b))?),
        Operator::Mod if b != 0 => int(a.checked_sub(floor_div(a, b).checked_mul(b)?)?),
        Operator::Div if b != 0 => {
            let (x, y) = (as_float(left)?, as_float(right)?);
            Some(Const::Float(x / y))
        }
        Operator::Pow if b >= 0 => int(a.checked_pow(u32::try_from(b).ok()?)?),
        Operator::Pow => match (as_float(left)?, as_float(right)?) {
            (x, y) if x != 0.0 => Some(Const::Float(x.powf(y))),
            _ => None,
        },
        Operator::LShift if (0..=120).contains(&b) => {
            let v = a.checked_mul(1i128.checked_shl(b as u32)?)?;
            int(v)
        }
        Operator::RShift if b >= 0 => int(a >> b.min(127)),
        Operator::BitAnd => int(a & b),
        Operator::BitOr => int(a | b),
        Operator::BitXor => int(a ^ b),
        _ => None,
    }
}

fn floor_div(a: i128, b: i128) -> i128 {
    let q = a / b;
    if a % b != 0 && (a < 0) != (b < 0) { q - 1 } else { q }
}

fn float_binary(op: Operator, a: f64, b: f64) -> Option<Const> {
    let v = match op {
        Operator::Add => a + b,
        Operator::Sub => a - b,
        Operator::Mult => a * b,
        Operator::Div if b != 0.0 => a / b,
        Operator::Pow => {
            let v = a.powf(b);
            // Overflow and domain errors raise.
            if !v.is_finite() || !a.is_finite() || !b.is_finite() || (a == 0.0 && b < 0.0) {
                return None;
            }
            v
        }
        // Floor division and remainder of floats have rules of their own: left to the runtime.
        _ => return None,
    };
    Some(Const::Float(v))
}

fn complex_binary(op: Operator, left: &Const, right: &Const) -> Option<Const> {
    // Mixed operations with a real number keep the sign of zero parts, so they are done part by part.
    match (as_complex(left), as_complex(right)) {
        (Some((a, b)), Some((c, d))) => match op {
            Operator::Add => Some(Const::Complex(a + c, b + d)),
            Operator::Sub => Some(Const::Complex(a - c, b - d)),
            Operator::Mult => Some(Const::Complex(a * c - b * d, a * d + b * c)),
            _ => None,
        },
        (None, Some((c, d))) => {
            let a = as_float(left)?;
            match op {
                Operator::Add => Some(Const::Complex(a + c, d)),
                Operator::Sub => Some(Const::Complex(a - c, -d)),
                Operator::Mult => Some(Const::Complex(a * c, a * d)),
                _ => None,
            }
        }
        (Some((a, b)), None) => {
            let c = as_float(right)?;
            match op {
                Operator::Add => Some(Const::Complex(a + c, b)),
                Operator::Sub => Some(Const::Complex(a - c, b)),
                Operator::Mult => Some(Const::Complex(a * c, b * c)),
                _ => None,
            }
        }
        (None, None) => None,
    }
}

/// Bytes that two constants share exactly when they may be one: 1, 1.0 and True differ, and so do 0.0 and -0.0.
/// None for code.
pub fn identity(c: &Const) -> Option<Vec<u8>> {
    let mut out = Vec::new();
    write_identity(c, &mut out)?;
    Some(out)
}

fn write_identity(c: &Const, out: &mut Vec<u8>) -> Option<()> {
    let sized = |out: &mut Vec<u8>, tag: u8, bytes: &[u8]| {
        out.push(tag);
        out.extend((bytes.len() as u32).to_le_bytes());
        out.extend(bytes);
    };
    match c {
        Const::None => out.push(0),
        Const::True => out.push(1),
        Const::False => out.push(2),
        Const::Ellipsis => out.push(3),
        Const::Int(i) => {
            out.push(4);
            out.extend(i.to_le_bytes());
        }
        Const::BigInt(limbs) => {
            out.push(5);
            out.extend((limbs.len() as u32).to_le_bytes());
            limbs.iter().for_each(|l| out.extend(l.to_le_bytes()));
        }
        Const::Float(f) => {
            out.push(6);
            out.extend(f.to_bits().to_le_bytes());
        }
        Const::Complex(r, i) => {
            out.push(7);
            out.extend(r.to_bits().to_le_bytes());
            out.extend(i.to_bits().to_le_bytes());
        }
        Const::Str(s) => sized(out, 8, s),
        Const::Bytes(s) => sized(out, 9, s),
        Const::Tuple(items) | Const::FrozenSet(items) => {
            out.push(if matches!(c, Const::Tuple(_)) { 10 } else { 11 });
            out.extend((items.len() as u32).to_le_bytes());
            for i in items {
                write_identity(i, out)?;
            }
        }
        Const::Code(_) => return None,
    }
    Some(())
}
