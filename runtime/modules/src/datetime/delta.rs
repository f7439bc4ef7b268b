//! `timedelta`.

use super::calendar::{DAY, SECOND, Span, divide_nearest};
use super::{Parameters, class_attribute, shown_class};
use taipan_num::Big;
use taipan_vm::native::*;
use taipan_vm::ops::compare::Compare;
use taipan_vm::ops::number::BinaryOp;

#[derive(HeapType)]
#[repr(C)]
pub struct TimeDelta {
    header: Header,
    #[noscan]
    pub span: Span,
}

const MAX_DAYS: i32 = 999_999_999;

fn too_large(t: &Thread) -> Exc {
    t.overflow_error("Python int too large to convert to C int")
}

impl TimeDelta {
    pub fn new(t: &Thread, span: Span) -> Result<Ref<TimeDelta>> {
        TimeDelta::in_class(t, TimeDelta::class(), span)
    }
    fn in_class(t: &Thread, class: Ref<Class>, span: Span) -> Result<Ref<TimeDelta>> {
        if span.days.abs() > MAX_DAYS {
            return Err(t.overflow_error(format!("days={}; must have magnitude <= {MAX_DAYS}", span.days)));
        }
        t.create_in(class, TimeDelta { header: Header::NEW, span })
    }
    /// Of microseconds; `None` are more than can be counted.
    pub fn from_total(t: &Thread, micros: Option<i128>) -> Result<Ref<TimeDelta>> {
        TimeDelta::new(t, micros.and_then(Span::from_total).ok_or_else(|| too_large(t))?)
    }
}

/// `Some(None)`: an integer too large for any result here.
fn integer(t: &Thread, v: Value) -> Option<Option<i128>> {
    t.int_value(v).map(|i| i.as_ref().to_i128())
}

fn whole(t: &Thread, i: i128) -> Result<Value> {
    match i64::try_from(i) {
        Ok(i) => t.int(i),
        Err(_) => t.big(Big::from(i)),
    }
}

/// Adds up the constructor's components: whole microseconds, and apart from them what is left of fractions.
struct Sum {
    whole: i128,
    fraction: f64,
}

impl Sum {
    fn add(&mut self, t: &Thread, name: &str, v: Value, factor: i64) -> Result<()> {
        if v.is_empty() {
            return Ok(());
        }
        if let Some(i) = integer(t, v) {
            return self.add_whole(t, i, factor);
        }
        let Some(x) = taipan_vm::ops::convert::float_value(v) else {
            return Err(t.type_error(format!("unsupported type for timedelta {name} component: {}", shown_class(v))));
        };
        if x.is_nan() {
            return Err(t.value_error("cannot convert float NaN to integer"));
        }
        if x.is_infinite() {
            return Err(t.overflow_error("cannot convert float infinity to integer"));
        }
        let whole = x.trunc();
        self.add_whole(t, exact(whole), factor)?;
        let rest = (x - whole) * factor as f64;
        self.add_whole(t, exact(rest.trunc()), 1)?;
        self.fraction += rest - rest.trunc();
        Ok(())
    }
    fn add_whole(&mut self, t: &Thread, i: Option<i128>, factor: i64) -> Result<()> {
        let sum = i.and_then(|i| i.checked_mul(factor.into())).and_then(|i| i.checked_add(self.whole));
        self.whole = sum.ok_or_else(|| too_large(t))?;
        Ok(())
    }
    /// The fractions are rounded to the nearest, such that the sum is even where two are as near.
    fn total(self) -> Option<i128> {
        let mut rounded = self.fraction.round();
        if (rounded - self.fraction).abs() == 0.5 {
            let odd = f64::from(u8::from(self.whole & 1 == 1));
            rounded = 2.0 * ((self.fraction + odd) * 0.5).round() - odd;
        }
        self.whole.checked_add(rounded as i128)
    }
}

/// A whole float as an integer, if it is small enough to matter.
fn exact(x: f64) -> Option<i128> {
    (x.abs() < 1e38).then_some(x as i128)
}

/// The ratio of integers that a float is, asking a subclass's own `as_integer_ratio`.
fn ratio(t: &Thread, v: Value) -> Result<(Value, Value)> {
    let pair = super::method(t, v, "as_integer_ratio", &[])?;
    let Some(items) = pair.downcast::<Tuple>() else {
        let got = shown_class(pair);
        return Err(t.type_error(format!("unexpected return type from as_integer_ratio(): expected tuple, not '{got}'")));
    };
    match items.as_slice() {
        [a, b] => Ok((*a, *b)),
        _ => Err(t.value_error("as_integer_ratio() must return a 2-tuple")),
    }
}

/// `span * a / b`, rounded.
fn scaled(t: &Thread, span: Span, a: Value, b: Value) -> Result<Value> {
    let product = t.binary(BinaryOp::Mul, whole(t, span.total())?, a)?;
    rounded_quotient(t, product, b).and_then(|q| TimeDelta::from_total(t, q)).map(Ref::value)
}

/// `a / b` for integers of any size, rounded to the nearest, the even one of two.
fn rounded_quotient(t: &Thread, a: Value, b: Value) -> Result<Option<i128>> {
    let (Some(x), Some(y)) = (integer(t, a), integer(t, b)) else {
        return Err(t.type_error("an integer is required"));
    };
    if y == Some(0) {
        return Err(t.zero_division_error("division by zero"));
    }
    if let (Some(x), Some(y)) = (x, y) {
        if let Some(q) = divide_nearest(x, y) {
            return Ok(Some(q));
        }
    }
    let floor = t.binary(BinaryOp::Floordiv, a, b)?;
    let rest = t.binary(BinaryOp::Mod, a, b)?;
    let twice = t.binary(BinaryOp::Mul, rest, Value::small_int(2))?;
    let Some(Some(q)) = integer(t, floor) else { return Ok(None) };
    let negative = t.compare_bool(b, Value::small_int(0), Compare::Lt)?;
    let more = t.compare_bool(twice, b, if negative { Compare::Lt } else { Compare::Gt })?;
    let up = more || (q & 1 == 1 && t.equal(twice, b)?);
    Ok(q.checked_add(i128::from(up)))
}

fn is_float(v: Value) -> bool {
    taipan_vm::ops::convert::float_value(v).is_some()
}

fn multiply(t: &Thread, span: Span, by: Value) -> Result<Value> {
    if let Some(i) = integer(t, by) {
        let total = if span.total() == 0 { Some(0) } else { i.and_then(|i| i.checked_mul(span.total())) };
        return TimeDelta::from_total(t, total).map(Ref::value);
    }
    if is_float(by) {
        let (a, b) = ratio(t, by)?;
        return scaled(t, span, a, b);
    }
    Ok(Value::NOT_IMPLEMENTED)
}

fn nonzero(t: &Thread, b: Span) -> Result<i128> {
    match b.total() {
        0 => Err(t.zero_division_error("division by zero")),
        n => Ok(n),
    }
}

/// Both operands, if both are timedeltas.
fn pair(a: Value, b: Value) -> Option<(Span, Span)> {
    Some((a.downcast::<TimeDelta>()?.span, b.downcast::<TimeDelta>()?.span))
}

fn add(t: &Thread, a: Value, b: Value, sign: i128) -> Result<Value> {
    match pair(a, b) {
        Some((a, b)) => TimeDelta::from_total(t, Some(a.total() + sign * b.total())).map(Ref::value),
        None => Ok(Value::NOT_IMPLEMENTED),
    }
}

fn true_divide(t: &Thread, a: Value, b: Value) -> Result<Value> {
    let Some(span) = a.downcast::<TimeDelta>().map(|d| d.span) else { return Ok(Value::NOT_IMPLEMENTED) };
    if let Some(other) = b.downcast::<TimeDelta>() {
        return t.binary(BinaryOp::Truediv, whole(t, span.total())?, whole(t, nonzero(t, other.span)?)?);
    }
    if t.int_value(b).is_some() {
        let q = rounded_quotient(t, whole(t, span.total())?, b)?;
        return TimeDelta::from_total(t, q).map(Ref::value);
    }
    if is_float(b) {
        let (n, d) = ratio(t, b)?;
        return scaled(t, span, d, n);
    }
    Ok(Value::NOT_IMPLEMENTED)
}

fn floor_divide(t: &Thread, a: Value, b: Value) -> Result<Value> {
    if let Some((a, b)) = pair(a, b) {
        let (quotient, _) = floor_divmod(a.total(), nonzero(t, b)?);
        return whole(t, quotient);
    }
    let Some(span) = a.downcast::<TimeDelta>().map(|d| d.span) else { return Ok(Value::NOT_IMPLEMENTED) };
    let Some(divisor) = t.int_value(b) else { return Ok(Value::NOT_IMPLEMENTED) };
    let quotient = match divisor.as_ref().to_i128() {
        Some(0) => return Err(t.zero_division_error("division by zero")),
        Some(n) => floor_divmod(span.total(), n).0,
        // Larger than any span.
        None => -i128::from(span.total() != 0 && (span.total() < 0) != divisor.as_ref().negative),
    };
    TimeDelta::from_total(t, Some(quotient)).map(Ref::value)
}

fn floor_divmod(a: i128, b: i128) -> (i128, i128) {
    let (quotient, rest) = (a / b, a % b);
    if rest != 0 && (rest < 0) != (b < 0) { (quotient - 1, rest + b) } else { (quotient, rest) }
}

fn remainder(t: &Thread, a: Value, b: Value) -> Result<Value> {
    match pair(a, b) {
        Some((a, b)) => TimeDelta::from_total(t, Some(floor_divmod(a.total(), nonzero(t, b)?).1)).map(Ref::value),
        None => Ok(Value::NOT_IMPLEMENTED),
    }
}

fn divmod(t: &Thread, a: Value, b: Value) -> Result<Value> {
    let Some((a, b)) = pair(a, b) else { return Ok(Value::NOT_IMPLEMENTED) };
    let (quotient, rest) = floor_divmod(a.total(), nonzero(t, b)?);
    let rest = TimeDelta::from_total(t, Some(rest))?;
    Tuple::new(t, &[whole(t, quotient)?, rest.value()]).map(Ref::value)
}

fn compare(this: Ref<TimeDelta>, other: Value, op: Compare) -> Value {
    match other.downcast::<TimeDelta>() {
        Some(other) => Value::bool(op.holds(this.span.cmp(&other.span))),
        None => Value::NOT_IMPLEMENTED,
    }
}

fn constants(t: &Thread, class: Ref<Class>) -> Result<()> {
    for (name, days, seconds, micros) in [("min", -MAX_DAYS, 0, 0), ("max", MAX_DAYS, 86_399, 999_999), ("resolution", 0, 0, 1)] {
        let value = TimeDelta::in_class(t, class, Span { days, seconds, micros })?;
        class_attribute(t, class, name, value.value())?;
    }
    Ok(())
}

/// Difference between two datetime values.
///
/// timedelta(days=0, seconds=0, microseconds=0, milliseconds=0, minutes=0, hours=0, weeks=0)
///
/// All arguments are optional and may be integers or floats, positive or negative.
#[pyclass(name = "timedelta", module = "datetime", flags(BASE), init = constants)]
impl TimeDelta {
    #[py("(*args, **kwargs)", nosig)]
    fn __new__(t: &Thread, cls: Ref<Class>, args: &[Value], kwargs: Kwargs) -> Result<Ref<TimeDelta>> {
        const NAMES: &[&str] = &["days", "seconds", "microseconds", "milliseconds", "minutes", "hours", "weeks"];
        const TAKES: Parameters = Parameters { function: Some("__new__"), names: NAMES, positional: 7, required: 0 };
        let given: [Value; 7] = TAKES.bind(t, args, kwargs)?;
        let mut sum = Sum { whole: 0, fraction: 0.0 };
        for (i, factor) in [(2, 1), (3, 1000), (1, SECOND), (4, 60 * SECOND), (5, 3600 * SECOND), (0, DAY), (6, 7 * DAY)] {
            sum.add(t, NAMES[i], given[i], factor)?;
        }
        let span = sum.total().and_then(Span::from_total).ok_or_else(|| too_large(t))?;
        TimeDelta::in_class(t, cls, span)
    }
    /// Number of days.
    #[py(member)]
    fn days(_t: &Thread, this: Ref<TimeDelta>) -> i32 {
        this.span.days
    }
    /// Number of seconds (>= 0 and less than 1 day).
    #[py(member)]
    fn seconds(_t: &Thread, this: Ref<TimeDelta>) -> i32 {
        this.span.seconds
    }
    /// Number of microseconds (>= 0 and less than 1 second).
    #[py(member)]
    fn microseconds(_t: &Thread, this: Ref<TimeDelta>) -> i32 {
        this.span.micros
    }
    /// Total seconds in the duration.
    #[py("($self, /)")]
    fn total_seconds(t: &Thread, this: Ref<TimeDelta>) -> Result<Value> {
        t.binary(BinaryOp::Truediv, whole(t, this.span.total())?, Value::small_int(SECOND))
    }
    /// The class and the arguments that make an equal one.
    #[py("($self, /)")]
    fn __reduce__(_t: &Thread, this: Ref<TimeDelta>) -> (Value, (i32, i32, i32)) {
        let Span { days, seconds, micros } = this.span;
        (class_of(this.value()).value(), (days, seconds, micros))
    }
    #[py]
    fn __repr__(_t: &Thread, this: Ref<TimeDelta>) -> String {
        let Span { days, seconds, micros } = this.span;
        let parts: Vec<String> = [("days", days), ("seconds", seconds), ("microseconds", micros)]
            .into_iter()
            .filter(|&(_, n)| n != 0)
            .map(|(name, n)| format!("{name}={n}"))
            .collect();
        let inner = if parts.is_empty() { "0".to_owned() } else { parts.join(", ") };
        format!("{}({inner})", shown_class(this.value()))
    }
    #[py]
    fn __str__(_t: &Thread, this: Ref<TimeDelta>) -> String {
        this.span.text()
    }
    #[py]
    fn __hash__(t: &Thread, this: Ref<TimeDelta>) -> Result<i64> {
        let Span { days, seconds, micros } = this.span;
        let items = [days, seconds, micros].map(|n| Value::small_int(n.into()));
        t.hash_tuple(Tuple::new(t, &items)?)
    }
    #[py]
    fn __bool__(_t: &Thread, this: Ref<TimeDelta>) -> bool {
        this.span.total() != 0
    }
    #[py]
    fn __neg__(t: &Thread, this: Ref<TimeDelta>) -> Result<Ref<TimeDelta>> {
        TimeDelta::from_total(t, Some(-this.span.total()))
    }
    #[py]
    fn __pos__(t: &Thread, this: Ref<TimeDelta>) -> Result<Ref<TimeDelta>> {
        TimeDelta::new(t, this.span)
    }
    #[py]
    fn __abs__(t: &Thread, this: Ref<TimeDelta>) -> Result<Ref<TimeDelta>> {
        TimeDelta::from_total(t, Some(this.span.total().abs()))
    }
    #[py]
    fn __add__(t: &Thread, this: Value, other: Value) -> Result<Value> {
        add(t, this, other, 1)
    }
    #[py]
    fn __radd__(t: &Thread, this: Value, other: Value) -> Result<Value> {
        add(t, other, this, 1)
    }
    #[py]
    fn __sub__(t: &Thread, this: Value, other: Value) -> Result<Value> {
        add(t, this, other, -1)
    }
    #[py]
    fn __rsub__(t: &Thread, this: Value, other: Value) -> Result<Value> {
        add(t, other, this, -1)
    }
    #[py]
    fn __mul__(t: &Thread, this: Ref<TimeDelta>, other: Value) -> Result<Value> {
        multiply(t, this.span, other)
    }
    #[py]
    fn __rmul__(t: &Thread, this: Ref<TimeDelta>, other: Value) -> Result<Value> {
        multiply(t, this.span, other)
    }
    #[py]
    fn __truediv__(t: &Thread, this: Value, other: Value) -> Result<Value> {
        true_divide(t, this, other)
    }
    #[py]
    fn __rtruediv__(t: &Thread, this: Value, other: Value) -> Result<Value> {
        true_divide(t, other, this)
    }
    #[py]
    fn __floordiv__(t: &Thread, this: Value, other: Value) -> Result<Value> {
        floor_divide(t, this, other)
    }
    #[py]
    fn __rfloordiv__(t: &Thread, this: Value, other: Value) -> Result<Value> {
        floor_divide(t, other, this)
    }
    #[py]
    fn __mod__(t: &Thread, this: Value, other: Value) -> Result<Value> {
        remainder(t, this, other)
    }
    #[py]
    fn __rmod__(t: &Thread, this: Value, other: Value) -> Result<Value> {
        remainder(t, other, this)
    }
    #[py]
    fn __divmod__(t: &Thread, this: Value, other: Value) -> Result<Value> {
        divmod(t, this, other)
    }
    #[py]
    fn __rdivmod__(t: &Thread, this: Value, other: Value) -> Result<Value> {
        divmod(t, other, this)
    }
    #[py]
    fn __eq__(_t: &Thread, this: Ref<TimeDelta>, other: Value) -> Value {
        compare(this, other, Compare::Eq)
    }
    #[py]
    fn __ne__(_t: &Thread, this: Ref<TimeDelta>, other: Value) -> Value {
        compare(this, other, Compare::Ne)
    }
    #[py]
    fn __lt__(_t: &Thread, this: Ref<TimeDelta>, other: Value) -> Value {
        compare(this, other, Compare::Lt)
    }
    #[py]
    fn __le__(_t: &Thread, this: Ref<TimeDelta>, other: Value) -> Value {
        compare(this, other, Compare::Le)
    }
    #[py]
    fn __gt__(_t: &Thread, this: Ref<TimeDelta>, other: Value) -> Value {
        compare(this, other, Compare::Gt)
    }
    #[py]
    fn __ge__(_t: &Thread, this: Ref<TimeDelta>, other: Value) -> Value {
        compare(this, other, Compare::Ge)
    }
}
