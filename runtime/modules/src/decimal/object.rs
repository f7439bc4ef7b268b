//! The cell of a `Decimal`, and what operators and methods do around an operation: find operands and context, compute, tell the
//! context what was met, make the result.

use super::coefficient::{Coeff, SMALL_DIGITS};
use super::context::Context;
use super::convert::{operand, operand_or_refuse};
use super::limbs;
use super::number::{Kind, Number, Settings, Status};
use taipan_num::BigRef;
use taipan_vm::native::*;

/// Coefficients of more than 38 digits are limbs in a cell of an int, which nobody sees as one.
#[derive(HeapType)]
#[repr(C)]
pub struct Decimal {
    header: Header,
    large: Field,
    low: u64,
    high: u64,
    exp: i64,
    #[noscan]
    kind: Kind,
    negative: bool,
}

impl Decimal {
    #[inline(always)]
    pub fn new(t: &Thread, n: Number) -> Result<Ref<Decimal>> {
        t.create(Decimal::content(t, n)?)
    }
    /// An instance of a subclass.
    pub fn in_class(t: &Thread, class: Ref<Class>, n: Number) -> Result<Ref<Decimal>> {
        let content = Decimal::content(t, n)?;
        if class == Decimal::class() { t.create(content) } else { t.create_in(class, content) }
    }
    #[inline(always)]
    fn content(t: &Thread, n: Number) -> Result<Decimal> {
        let (large, small) = match &n.coeff {
            Coeff::Small(x) => (Value::NONE, *x),
            Coeff::Large(limbs) => (BigInt::new(t, BigRef { negative: false, limbs })?.value(), 0),
        };
        Ok(Decimal {
            header: Header::NEW,
            large: Field::new(large),
            low: small as u64,
            high: (small >> 64) as u64,
            exp: n.exp,
            kind: n.kind,
            negative: n.negative,
        })
    }
    #[inline(always)]
    pub fn number(&self) -> Number {
        Number { negative: self.negative, kind: self.kind, exp: self.exp, coeff: self.coeff() }
    }
    #[inline(always)]
    fn coeff(&self) -> Coeff {
        let large = self.large.get();
        if large.is_none() {
            return Coeff::Small(u128::from(self.high) << 64 | u128::from(self.low));
        }
        match large.downcast::<BigInt>() {
            Some(i) => Coeff::Large(i.as_big_ref().limbs.to_vec()),
            None => unreachable!("large coefficients are in a cell of an int"),
        }
    }
    pub fn kind(&self) -> Kind {
        self.kind
    }
    pub fn is_negative(&self) -> bool {
        self.negative
    }
    /// Bytes of the large coefficient's cell.
    pub fn extra_size(&self) -> usize {
        self.large.get().downcast::<BigInt>().map_or(0, |i| 16 + 8 * i.as_big_ref().limbs.len())
    }
}

/// From so many digits on a computation lets other threads' collections go on meanwhile.
const LONG: i64 = 3000;

/// Runs a computation on numbers, none of which are in the heap.
#[inline(always)]
pub fn computed<R>(t: &Thread, operands: &[&Number], digits: i64, f: impl FnOnce() -> R) -> R {
    if digits < LONG && operands.iter().all(|n| matches!(n.coeff, Coeff::Small(_))) {
        return f();
    }
    let limbs: i64 = operands.iter().map(|n| n.digits()).sum();
    if limbs + digits > LONG { t.blocking(f) } else { f() }
}

/// Whether an operation may fill the precision, whatever its operands.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Length {
    OfOperands,
    OfPrecision,
}

impl Length {
    pub fn digits(self, c: &Settings) -> i64 {
        if self == Length::OfPrecision && c.prec < super::number::MAX_DIGITS { c.prec } else { 0 }
    }
}

pub type Unary = fn(&Number, &Settings, &mut Status) -> Number;
pub type Binary = fn(&Number, &Number, &Settings, &mut Status) -> Number;

/// `f(a)` by the context's rules.
#[inline(always)]
pub fn unary(t: &Thread, context: Ref<Context>, a: &Number, length: Length, f: Unary) -> Result<Value> {
    let c = context.settings();
    let mut st = 0;
    let out = computed(t, &[a], length.digits(&c), || f(a, &c, &mut st));
    context.tell(t, st)?;
    Decimal::new(t, out).map(Ref::value)
}

/// `f(a, b)` by the context's rules.
#[inline(always)]
pub fn binary(t: &Thread, context: Ref<Context>, a: &Number, b: &Number, length: Length, f: Binary) -> Result<Value> {
    let c = context.settings();
    let mut st = 0;
    let out = computed(t, &[a, b], length.digits(&c), || f(a, b, &c, &mut st));
    context.tell(t, st)?;
    Decimal::new(t, out).map(Ref::value)
}

/// An operator, which leaves what it cannot take to the other operand.
#[inline(always)]
pub fn operator(
    t: &Thread,
    a: Value,
    b: Value,
    length: Length,
    f: impl Fn(&Number, &Number, &Settings, &mut Status) -> Number,
) -> Result<Value> {
    let Some(x) = operand(t, a) else { return Ok(Value::NOT_IMPLEMENTED) };
    let Some(y) = operand(t, b) else { return Ok(Value::NOT_IMPLEMENTED) };
    let context = Context::current(t)?;
    let c = context.settings();
    let mut st = 0;
    let out = computed(t, &[&x, &y], length.digits(&c), || f(&x, &y, &c, &mut st));
    context.tell(t, st)?;
    Decimal::new(t, out).map(Ref::value)
}

/// A method with another operand.
#[inline(always)]
pub fn method(t: &Thread, this: Ref<Decimal>, other: Value, context: Option<Value>, length: Length, f: Binary) -> Result<Value> {
    let context = Context::given(t, context)?;
    let other = operand_or_refuse(t, other)?;
    binary(t, context, &this.number(), &other, length, f)
}

/// A context's method with two operands.
pub fn context_method(t: &Thread, context: Ref<Context>, x: Value, y: Value, length: Length, f: Binary) -> Result<Value> {
    let x = operand_or_refuse(t, x)?;
    let y = operand_or_refuse(t, y)?;
    binary(t, context, &x, &y, length, f)
}

/// A context's method with one operand.
pub fn context_method1(t: &Thread, context: Ref<Context>, x: Value, length: Length, f: Unary) -> Result<Value> {
    let x = operand_or_refuse(t, x)?;
    unary(t, context, &x, length, f)
}

/// A number that no operation made.
pub fn plain(t: &Thread, n: Number) -> Result<Value> {
    Decimal::new(t, n).map(Ref::value)
}

const _: () = assert!(SMALL_DIGITS == 2 * limbs::WIDTH);
