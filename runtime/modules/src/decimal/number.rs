//! Decimal numbers as the General Decimal Arithmetic specification has them, what a context says of an operation, and the rounding
//! that ends each operation. Nothing here knows of Python's objects.

use super::coefficient::{Coeff, Lost};
use std::cmp::Ordering;

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Kind {
    Finite,
    Infinite,
    Quiet,
    Signaling,
}

/// `(-1)^negative * coeff * 10^exp`; the coefficient of a NaN is its payload.
#[derive(Clone, Debug)]
pub struct Number {
    pub negative: bool,
    pub kind: Kind,
    pub exp: i64,
    pub coeff: Coeff,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(u8)]
pub enum Rounding {
    Up,
    Down,
    Ceiling,
    Floor,
    HalfUp,
    HalfDown,
    HalfEven,
    ZeroFiveUp,
}

/// What an operation goes by.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Settings {
    pub prec: i64,
    pub emax: i64,
    pub emin: i64,
    pub rounding: Rounding,
    pub clamp: bool,
    pub capitals: bool,
}

pub const MAX_PREC: i64 = 999_999_999_999_999_999;
pub const MAX_EMAX: i64 = MAX_PREC;
pub const MIN_EMIN: i64 = -MAX_PREC;
pub const MIN_ETINY: i64 = MIN_EMIN - (MAX_PREC - 1);
/// Exponents beyond these cannot become those of a number.
pub const EXP_INF: i64 = 2_000_000_000_000_000_001;
pub const EXP_CLAMP: i64 = -4_000_000_000_000_000_001;

/// Results of more digits are not tried.
pub const MAX_DIGITS: i64 = 4_000_000_000;

/// Conditions that an operation met, as bits.
pub type Status = u32;

pub mod status {
    use super::Status;
    pub const CLAMPED: Status = 1;
    pub const CONVERSION_SYNTAX: Status = 2;
    pub const DIVISION_BY_ZERO: Status = 4;
    pub const DIVISION_IMPOSSIBLE: Status = 8;
    pub const DIVISION_UNDEFINED: Status = 0x10;
    pub const INEXACT: Status = 0x40;
    pub const INVALID_CONTEXT: Status = 0x80;
    pub const INVALID_OPERATION: Status = 0x100;
    pub const MEMORY: Status = 0x200;
    pub const FLOAT_OPERATION: Status = 0x400;
    pub const OVERFLOW: Status = 0x800;
    pub const ROUNDED: Status = 0x1000;
    pub const SUBNORMAL: Status = 0x2000;
    pub const UNDERFLOW: Status = 0x4000;
    /// What the signal InvalidOperation stands for.
    pub const ANY_INVALID: Status =
        CONVERSION_SYNTAX | DIVISION_IMPOSSIBLE | DIVISION_UNDEFINED | INVALID_CONTEXT | INVALID_OPERATION | MEMORY;
    pub const ERRORS: Status = ANY_INVALID | DIVISION_BY_ZERO;
}
use status::*;

impl Settings {
    /// Room for any result; rounds to the nearest.
    pub const MAX: Settings =
        Settings { prec: MAX_PREC, emax: MAX_EMAX, emin: MIN_EMIN, rounding: Rounding::HalfEven, clamp: false, capitals: true };
    #[inline(always)]
    pub fn etiny(&self) -> i64 {
        self.emin - (self.prec - 1)
    }
    #[inline(always)]
    pub fn etop(&self) -> i64 {
        self.emax - (self.prec - 1)
    }
}

impl Number {
    #[inline(always)]
    pub fn finite(negative: bool, coeff: Coeff, exp: i64) -> Number {
        Number { negative, kind: Kind::Finite, exp, coeff }
    }
    pub fn small(negative: bool, coeff: u128, exp: i64) -> Number {
        Number::finite(negative, Coeff::from_u128(coeff), exp)
    }
    pub fn infinity(negative: bool) -> Number {
        Number { negative, kind: Kind::Infinite, exp: 0, coeff: Coeff::ZERO }
    }
    pub fn nan() -> Number {
        Number { negative: false, kind: Kind::Quiet, exp: 0, coeff: Coeff::ZERO }
    }
    /// The NaN that an invalid operation gives.
    #[cold]
    pub fn error(condition: Status, st: &mut Status) -> Number {
        *st |= condition;
        Number::nan()
    }
    pub fn integer(i: i64) -> Number {
        Number::small(i < 0, i.unsigned_abs().into(), 0)
    }
    #[inline(always)]
    pub fn is_finite(&self) -> bool {
        self.kind == Kind::Finite
    }
    #[inline(always)]
    pub fn is_special(&self) -> bool {
        self.kind != Kind::Finite
    }
    pub fn is_infinite(&self) -> bool {
        self.kind == Kind::Infinite
    }
    pub fn is_nan(&self) -> bool {
        matches!(self.kind, Kind::Quiet | Kind::Signaling)
    }
    pub fn is_zero(&self) -> bool {
        self.is_finite() && self.coeff.is_zero()
    }
    #[inline(always)]
    pub fn digits(&self) -> i64 {
        self.coeff.digits() as i64
    }
    /// The exponent of the first digit.
    #[inline(always)]
    pub fn adjusted(&self) -> i64 {
        self.exp + self.digits() - 1
    }
    pub fn signed(mut self, negative: bool) -> Number {
        self.negative = negative;
        self
    }
    pub fn is_integer(&self) -> bool {
        self.is_finite() && (self.exp >= 0 || self.coeff.is_zero() || self.coeff.trailing_zeros() as i64 >= -self.exp)
    }
    /// Whether it is an odd integer.
    pub fn is_odd(&self) -> bool {
        self.is_integer() && self.exp <= 0 && !self.coeff.is_zero() && self.coeff.digit(-self.exp as usize) & 1 == 1
    }
    pub fn is_normal(&self, c: &Settings) -> bool {
        self.is_finite() && !self.coeff.is_zero() && self.adjusted() >= c.emin
    }
    pub fn is_subnormal(&self, c: &Settings) -> bool {
        self.is_finite() && !self.coeff.is_zero() && self.adjusted() < c.emin
    }
    /// As a word, if it is an integer that fits one.
    pub fn to_i64(&self) -> Option<i64> {
        if !self.is_integer() {
            return None;
        }
        if self.coeff.is_zero() {
            return Some(0);
        }
        if self.adjusted() > 19 {
            return None;
        }
        let whole = match self.exp {
            e if e >= 0 => self.coeff.shift_left(e as usize),
            e => self.coeff.shift_right(-e as usize).0,
        };
        let Coeff::Small(x) = whole else { return None };
        let x = i128::try_from(x).ok()?;
        i64::try_from(if self.negative { -x } else { x }).ok()
    }

    /// `self` ended as an operation's result: its exponent brought into range, its coefficient to the precision.
    #[inline(always)]
    pub fn finish(self, c: &Settings, st: &mut Status) -> Number {
        if self.kind == Kind::Finite {
            let digits = self.digits();
            let adjusted = self.exp + digits - 1;
            if digits <= c.prec && adjusted <= c.emax && adjusted >= c.emin && !c.clamp {
                return self;
            }
        }
        self.finish_slowly(c, st)
    }
    #[inline(never)]
    fn finish_slowly(mut self, c: &Settings, st: &mut Status) -> Number {
        match self.kind {
            Kind::Infinite => self,
            Kind::Quiet | Kind::Signaling => {
                let room = c.prec - i64::from(c.clamp);
                if self.digits() > room {
                    self.coeff = self.coeff.low_digits(room as usize);
                }
                self
            }
            Kind::Finite => {
                self.bring_exponent_into_range(c, st);
                self.round_to_precision(c, st);
                self
            }
        }
    }

    fn overflow(&mut self, c: &Settings, st: &mut Status) {
        use Rounding::*;
        *st |= OVERFLOW | INEXACT | ROUNDED;
        let infinite = match c.rounding {
            HalfUp | HalfEven | HalfDown | Up => true,
            Down | ZeroFiveUp => false,
            Ceiling => !self.negative,
            Floor => self.negative,
        };
        if infinite {
            *self = Number::infinity(self.negative);
        } else if c.prec > MAX_DIGITS {
            *self = Number::error(MEMORY, st);
        } else {
            *self = Number::finite(self.negative, Coeff::nines(c.prec as usize), c.etop());
        }
    }

    fn bring_exponent_into_range(&mut self, c: &Settings, st: &mut Status) {
        let adjusted = self.adjusted();
        if adjusted > c.emax {
            if self.coeff.is_zero() {
                self.exp = if c.clamp { c.etop() } else { c.emax };
                *st |= CLAMPED;
            } else {
                self.overflow(c, st);
            }
        } else if c.clamp && self.exp > c.etop() {
            let shift = self.exp - c.etop();
            if shift > MAX_DIGITS && !self.coeff.is_zero() {
                *self = Number::error(MEMORY, st);
                return;
            }
            self.coeff = self.coeff.shift_left(shift as usize);
            self.exp -= shift;
            *st |= CLAMPED;
            if !self.coeff.is_zero() && adjusted < c.emin {
                *st |= SUBNORMAL;
            }
        } else if adjusted < c.emin {
            let etiny = c.etiny();
            if self.coeff.is_zero() {
                if self.exp < etiny {
                    self.exp = etiny;
                    *st |= CLAMPED;
                }
                return;
            }
            *st |= SUBNORMAL;
            if self.exp < etiny {
                let lost = self.drop_digits((etiny - self.exp) as usize);
                self.exp = etiny;
                if rounds_away(lost, self, c.rounding) {
                    self.coeff = self.coeff.add(&Coeff::ONE);
                }
                *st |= ROUNDED;
                if lost != Lost::Nothing {
                    *st |= INEXACT | UNDERFLOW;
                    if self.coeff.is_zero() {
                        *st |= CLAMPED;
                    }
                }
            }
        }
    }

    /// Cuts `n` digits off; the exponent is left to the caller.
    pub fn drop_digits(&mut self, n: usize) -> Lost {
        let (coeff, lost) = self.coeff.shift_right(n);
        self.coeff = coeff;
        lost
    }

    fn round_to_precision(&mut self, c: &Settings, st: &mut Status) {
        if self.kind != Kind::Finite {
            return;
        }
        let digits = self.digits();
        if digits <= c.prec {
            return;
        }
        let lost = self.drop_digits((digits - c.prec) as usize);
        self.exp += digits - c.prec;
        *st |= ROUNDED;
        if lost != Lost::Nothing {
            *st |= INEXACT;
            if rounds_away(lost, self, c.rounding) {
                self.coeff = self.coeff.add(&Coeff::ONE);
                if self.digits() > c.prec {
                    self.drop_digits(1);
                    self.exp += 1;
                    self.bring_exponent_into_range(c, st);
                }
            }
        }
    }

    /// The number with exponent `exp`, rounded if digits are cut off; `MEMORY` if there would be too many.
    pub fn rescaled(&self, exp: i64, rounding: Rounding, st: &mut Status) -> Number {
        let mut out = self.clone();
        if self.exp >= exp {
            if !self.coeff.is_zero() {
                if self.exp - exp > MAX_DIGITS {
                    return Number::error(MEMORY, st);
                }
                out.coeff = self.coeff.shift_left((self.exp - exp) as usize);
            }
        } else {
            let lost = out.drop_digits((exp - self.exp) as usize);
            *st |= ROUNDED;
            if lost != Lost::Nothing {
                *st |= INEXACT;
            }
            if rounds_away(lost, &out, rounding) {
                out.coeff = out.coeff.add(&Coeff::ONE);
            }
        }
        out.exp = exp;
        out
    }
}

/// Whether what was cut off makes the coefficient that is left one larger.
#[inline(always)]
pub fn rounds_away(lost: Lost, left: &Number, rounding: Rounding) -> bool {
    lost != Lost::Nothing
        && match rounding {
            Rounding::Down => false,
            Rounding::Up => true,
            Rounding::Ceiling => !left.negative,
            Rounding::Floor => left.negative,
            Rounding::HalfUp => lost >= Lost::Half,
            Rounding::HalfDown => lost == Lost::Above,
            Rounding::HalfEven => lost == Lost::Above || (lost == Lost::Half && left.coeff.is_odd()),
            Rounding::ZeroFiveUp => matches!(left.coeff.digit(0), 0 | 5),
        }
}

/// The NaN that an operation on these gives, if one of them is one: a signaling one first, and quieted.
#[inline(always)]
pub fn propagate(operands: &[&Number], c: &Settings, st: &mut Status) -> Option<Number> {
    if operands.iter().all(|n| !n.is_nan()) {
        return None;
    }
    let signaling = operands.iter().find(|n| n.kind == Kind::Signaling);
    if signaling.is_some() {
        *st |= INVALID_OPERATION;
    }
    let chosen = signaling.or_else(|| operands.iter().find(|n| n.is_nan()))?;
    let quiet = Number { kind: Kind::Quiet, ..(*chosen).clone() };
    Some(quiet.finish(c, st))
}

/// Compares magnitudes of finite numbers.
pub fn compare_magnitudes(a: &Number, b: &Number) -> Ordering {
    match (a.coeff.is_zero(), b.coeff.is_zero()) {
        (true, true) => return Ordering::Equal,
        (true, false) => return Ordering::Less,
        (false, true) => return Ordering::Greater,
        _ => {}
    }
    a.adjusted().cmp(&b.adjusted()).then_with(|| match a.exp.cmp(&b.exp) {
        Ordering::Equal => a.coeff.compare(&b.coeff),
        // The first digits count the same, so that these shifts are short.
        Ordering::Greater => a.coeff.shift_left((a.exp - b.exp) as usize).compare(&b.coeff),
        Ordering::Less => a.coeff.compare(&b.coeff.shift_left((b.exp - a.exp) as usize)),
    })
}

/// Compares numbers that are no NaNs.
pub fn compare(a: &Number, b: &Number) -> Ordering {
    let sign = |n: &Number| match (n.is_zero(), n.negative) {
        (true, _) => 0,
        (_, true) => -1,
        _ => 1,
    };
    let (x, y) = (sign(a), sign(b));
    if x != y || x == 0 {
        return x.cmp(&y);
    }
    let magnitudes = match (a.is_infinite(), b.is_infinite()) {
        (false, false) => compare_magnitudes(a, b),
        (p, q) => p.cmp(&q),
    };
    if x < 0 { magnitudes.reverse() } else { magnitudes }
}

/// As [`compare`], without regard of signs.
pub fn compare_absolutely(a: &Number, b: &Number) -> Ordering {
    match (a.is_infinite(), b.is_infinite()) {
        (false, false) => compare_magnitudes(a, b),
        (p, q) => p.cmp(&q),
    }
}
