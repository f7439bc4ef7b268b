//! `time`: a time of day with an optional time zone.

use super::calendar::{Clock, Span};
use super::date::iso_result;
use super::delta::TimeDelta;
use super::format::{self, Subject};
use super::{
    Parameters, ask_name, ask_offset, ask_span, class_attribute, fold_arg, iso, method, numbers, pickled, repr_tail, shown_class,
    tzinfo_arg, value_error, zone,
};
use std::sync::atomic::{AtomicU8, Ordering::*};
use taipan_vm::native::*;
use taipan_vm::ops::compare::{Compare, hash_bytes};

#[derive(HeapType)]
#[repr(C)]
pub struct Time {
    header: Header,
    #[noscan]
    pub clock: Clock,
    /// Written once more right after a subclass's constructor, which takes none.
    #[noscan]
    fold: AtomicU8,
    zone: Field,
}

const NAMES: &[&str] = &["hour", "minute", "second", "microsecond", "tzinfo", "fold"];
const TAKES: Parameters = Parameters { function: None, names: NAMES, positional: 5, required: 0 };
const CHANGES: Parameters = Parameters { function: Some("__replace__"), names: NAMES, positional: 0, required: 0 };

impl Time {
    pub fn zone(&self) -> Value {
        self.zone.get()
    }
    pub fn fold(&self) -> u8 {
        self.fold.load(Relaxed)
    }
    fn create(t: &Thread, class: Ref<Class>, clock: Clock, zone: Value, fold: u8) -> Result<Value> {
        let content = Time { header: Header::NEW, clock, fold: AtomicU8::new(fold), zone: Field::new(zone) };
        t.create_in(class, content).map(Ref::value)
    }
    /// An instance of `class`, by calling it if it is a subclass that Python code defines.
    pub fn in_class(t: &Thread, class: Ref<Class>, clock: Clock, zone: Value, fold: u8) -> Result<Value> {
        if class == Time::class() {
            return Time::create(t, class, clock, zone, fold);
        }
        let [h, m, s] = [clock.hour, clock.minute, clock.second].map(|n| Value::small_int(n.into()));
        let new = t.call(class.value(), &[h, m, s, Value::small_int(clock.micro.into()), zone])?;
        if let Some(time) = new.downcast::<Time>() {
            time.fold.store(fold, Relaxed);
        }
        Ok(new)
    }
}

/// Text with the offset from UTC, if there is one.
pub fn with_offset(t: &Thread, mut text: String, zone: Value, about: Value) -> Result<String> {
    if let Some(offset) = ask_span(t, zone, about)? {
        text += &offset.offset_text(":");
    }
    Ok(text)
}

fn compare(t: &Thread, this: Ref<Time>, other: Value, op: Compare) -> Result<Value> {
    let Some(other) = other.downcast::<Time>() else { return Ok(Value::NOT_IMPLEMENTED) };
    let plain = || Ok(Value::bool(op.holds(this.clock.cmp(&other.clock))));
    if this.zone() == other.zone() {
        return plain();
    }
    let a = ask_span(t, this.zone(), Value::NONE)?;
    let b = ask_span(t, other.zone(), Value::NONE)?;
    match (a, b) {
        _ if a == b => plain(),
        (Some(a), Some(b)) => {
            let since = |clock: Clock, offset: Span| i128::from(clock.micros()) - offset.total();
            Ok(Value::bool(op.holds(since(this.clock, a).cmp(&since(other.clock, b)))))
        }
        _ if matches!(op, Compare::Eq | Compare::Ne) => Ok(Value::bool(op == Compare::Ne)),
        _ => Err(t.type_error("can't compare offset-naive and offset-aware times")),
    }
}

fn replaced(t: &Thread, this: Ref<Time>, given: [Value; 6]) -> Result<Value> {
    let Clock { hour, minute, second, micro } = this.clock;
    let [h, m, s, us] = numbers(t, &given[..4], [hour.into(), minute.into(), second.into(), micro.into()])?;
    let zone = if given[4].is_empty() { this.zone() } else { tzinfo_arg(t, given[4])? };
    let fold = fold_arg(t, given[5], this.fold())?;
    let class = class_of(this.value());
    if class != Time::class() {
        let args = [h, m, s, us].map(Value::small_int);
        let new = t.call(class.value(), &[args[0], args[1], args[2], args[3], zone])?;
        if let Some(time) = new.downcast::<Time>() {
            time.fold.store(fold, Relaxed);
        }
        return Ok(new);
    }
    Time::create(t, class, value_error(t, Clock::new(h, m, s, us))?, zone, fold)
}

fn reduced(t: &Thread, this: Ref<Time>, protocol: i64) -> Result<(Value, Value)> {
    let mut bytes = this.clock.bytes();
    if protocol > 3 && this.fold() != 0 {
        bytes[0] |= 0x80;
    }
    let state = Bytes::new(t, &bytes)?.value();
    let args = if this.zone().is_none() { Tuple::new(t, &[state])? } else { Tuple::new(t, &[state, this.zone()])? };
    Ok((class_of(this.value()).value(), args.value()))
}

/// The offset that was read, as a time zone.
pub fn read_zone(t: &Thread, offset: Option<i64>) -> Result<Value> {
    match offset {
        None => Ok(Value::NONE),
        Some(micros) => zone::fixed(t, TimeDelta::from_total(t, Some(micros.into()))?, Value::EMPTY),
    }
}

fn constants(t: &Thread, class: Ref<Class>) -> Result<()> {
    class_attribute(t, class, "min", Time::create(t, class, Clock::MIDNIGHT, Value::NONE, 0)?)?;
    class_attribute(t, class, "max", Time::create(t, class, Clock::MAX, Value::NONE, 0)?)?;
    class_attribute(t, class, "resolution", TimeDelta::from_total(t, Some(1))?.value())
}

/// time([hour[, minute[, second[, microsecond[, tzinfo]]]]]) --> a time object
///
/// All arguments are optional. tzinfo may be None, or an instance of
/// a tzinfo subclass. The remaining arguments may be ints.
#[pyclass(name = "time", module = "datetime", flags(BASE), init = constants)]
impl Time {
    #[py("(*args, **kwargs)", nosig)]
    fn __new__(t: &Thread, cls: Ref<Class>, args: &[Value], kwargs: Kwargs) -> Result<Value> {
        if let [state] | [state, _] = *args {
            let right = |b: &[u8]| b[0] & 0x7f < 24;
            if let Some(mut state) = pickled(t, state, "time", right, 0, 6)? {
                let zone = state_zone(t, args)?;
                let fold = state[0] >> 7;
                state[0] &= 0x7f;
                return Time::create(t, cls, Clock::from_bytes(&state), zone, fold);
            }
        }
        let given: [Value; 6] = TAKES.bind(t, args, kwargs)?;
        let [hour, minute, second, micro] = numbers(t, &given[..4], [0; 4])?;
        let fold = if given[5].is_empty() { 0 } else { super::int_arg(t, given[5])? };
        let zone = tzinfo_arg(t, given[4])?;
        let clock = value_error(t, Clock::new(hour, minute, second, micro))?;
        Time::create(t, cls, clock, zone, super::check_fold(t, fold)?)
    }
    /// string, format -> new time parsed from a string (like time.strptime()).
    #[py(classmethod, "($type, /, *args)", nosig)]
    fn strptime(t: &Thread, cls: Ref<Class>, args: &[Value]) -> Result<Value> {
        format::strptime(t, cls, "_strptime_datetime_time", args)
    }
    /// Construct a time from a string in ISO 8601 format.
    #[py(classmethod, "($type, object, /)")]
    fn fromisoformat(t: &Thread, cls: Ref<Class>, object: Value) -> Result<Value> {
        let Some(text) = object.downcast::<Str>() else {
            return Err(t.type_error("fromisoformat: argument must be str"));
        };
        let read = text.as_ascii().ok_or(iso::Fault::Format).and_then(|s| {
            let s = s.as_bytes();
            iso::time(s.strip_prefix(b"T").unwrap_or(s))
        });
        let read = iso_result(t, read, object)?;
        let zone = read_zone(t, read.offset)?;
        let [mut hour, minute, second, micro] = read.fields;
        if hour == 24 {
            if (minute, second, micro) != (0, 0, 0) {
                return Err(t.value_error("minute, second, and microsecond must be 0 when hour is 24"));
            }
            hour = 0;
        }
        Time::in_class(t, cls, value_error(t, Clock::new(hour, minute, second, micro))?, zone, 0)
    }
    /// Return the time formatted according to ISO.
    ///
    /// The full format is 'HH:MM:SS.mmmmmm+zz:zz'. By default, the fractional
    /// part is omitted if self.microsecond == 0.
    ///
    /// The optional argument timespec specifies the number of additional
    /// terms of the time to include. Valid options are 'auto', 'hours',
    /// 'minutes', 'seconds', 'milliseconds' and 'microseconds'.
    #[py("($self, /, timespec='auto')", nosig)]
    fn isoformat(t: &Thread, this: Ref<Time>, timespec: Option<Value>) -> Result<String> {
        with_offset(t, format::timespec(t, this.clock, timespec, 1)?, this.zone(), Value::NONE)
    }
    /// Format using strftime().
    ///
    /// The date part of the timestamp passed to underlying strftime should not be used.
    #[py("($self, /, format)", nosig)]
    fn strftime(t: &Thread, this: Ref<Time>, format: Value) -> Result<Value> {
        let format = format::str_arg(t, format, "strftime", 1)?;
        let Clock { hour, minute, second, micro } = this.clock;
        let numbers = [1900, 1, 1, hour.into(), minute.into(), second.into(), 0, 1, -1];
        let tuple = Tuple::new(t, &numbers.map(Value::small_int))?;
        let subject = Subject { year: 1900, day: None, micro, zone: this.zone(), about: Value::NONE };
        format::strftime(t, &subject, format, tuple.value())
    }
    /// Formats self with strftime.
    #[py("($self, format, /)", nosig)]
    fn __format__(t: &Thread, this: Value, format: Value) -> Result<Value> {
        format::format(t, this, format)
    }
    /// Return self.tzinfo.utcoffset(self).
    #[py("($self, /)")]
    fn utcoffset(t: &Thread, this: Ref<Time>) -> Result<Option<Ref<TimeDelta>>> {
        ask_offset(t, this.zone(), "utcoffset", Value::NONE)
    }
    /// Return self.tzinfo.tzname(self).
    #[py("($self, /)")]
    fn tzname(t: &Thread, this: Ref<Time>) -> Result<Value> {
        ask_name(t, this.zone(), Value::NONE)
    }
    /// Return self.tzinfo.dst(self).
    #[py("($self, /)")]
    fn dst(t: &Thread, this: Ref<Time>) -> Result<Option<Ref<TimeDelta>>> {
        ask_offset(t, this.zone(), "dst", Value::NONE)
    }
    /// Return time with new specified fields.
    #[py(
        "($self, /, hour=unchanged, minute=unchanged, second=unchanged,\n        microsecond=unchanged, tzinfo=unchanged, *, fold=unchanged)"
    )]
    #[allow(clippy::too_many_arguments)]
    fn replace(
        t: &Thread,
        this: Ref<Time>,
        hour: Option<Value>,
        minute: Option<Value>,
        second: Option<Value>,
        microsecond: Option<Value>,
        tzinfo: Option<Value>,
        fold: Option<Value>,
    ) -> Result<Value> {
        let given = [hour, minute, second, microsecond, tzinfo, fold].map(|v| v.unwrap_or(Value::EMPTY));
        replaced(t, this, given)
    }
    /// The same as replace().
    #[py("($self, /, **changes)")]
    fn __replace__(t: &Thread, this: Ref<Time>, changes: Kwargs) -> Result<Value> {
        replaced(t, this, CHANGES.bind(t, &[], changes)?)
    }
    #[py(getter)]
    fn hour(_t: &Thread, this: Ref<Time>) -> u8 {
        this.clock.hour
    }
    #[py(getter)]
    fn minute(_t: &Thread, this: Ref<Time>) -> u8 {
        this.clock.minute
    }
    #[py(getter)]
    fn second(_t: &Thread, this: Ref<Time>) -> u8 {
        this.clock.second
    }
    #[py(getter)]
    fn microsecond(_t: &Thread, this: Ref<Time>) -> u32 {
        this.clock.micro
    }
    #[py(getter)]
    fn tzinfo(_t: &Thread, this: Ref<Time>) -> Value {
        this.zone()
    }
    #[py(getter, name = "fold")]
    fn fold_of(_t: &Thread, this: Ref<Time>) -> u8 {
        this.fold()
    }
    /// -> (cls, state)
    #[py("($self, /)")]
    fn __reduce__(t: &Thread, this: Ref<Time>) -> Result<(Value, Value)> {
        reduced(t, this, 2)
    }
    /// -> (cls, state)
    #[py("($self, protocol, /)", nosig)]
    fn __reduce_ex__(t: &Thread, this: Ref<Time>, protocol: Value) -> Result<(Value, Value)> {
        reduced(t, this, super::int_arg(t, protocol)?)
    }
    #[py]
    fn __repr__(t: &Thread, this: Ref<Time>) -> Result<String> {
        let Clock { hour, minute, second, micro } = this.clock;
        let mut out = format!("{}({hour}, {minute}", shown_class(this.value()));
        if second != 0 || micro != 0 {
            out += &format!(", {second}");
        }
        if micro != 0 {
            out += &format!(", {micro}");
        }
        Ok(format!("{out}{})", repr_tail(t, this.zone(), this.fold())?))
    }
    #[py]
    fn __str__(t: &Thread, this: Value) -> Result<Value> {
        method(t, this, "isoformat", &[])
    }
    #[py]
    fn __hash__(t: &Thread, this: Ref<Time>) -> Result<i64> {
        // Equal times hash alike whatever their fold is, so the zone is asked with none.
        match ask_span(t, this.zone(), Value::NONE)? {
            None => Ok(hash_bytes(&this.clock.bytes())),
            Some(offset) => {
                let total = i128::from(this.clock.micros()) - offset.total();
                t.hash(TimeDelta::from_total(t, Some(total))?.value())
            }
        }
    }
    #[py]
    fn __eq__(t: &Thread, this: Ref<Time>, other: Value) -> Result<Value> {
        compare(t, this, other, Compare::Eq)
    }
    #[py]
    fn __ne__(t: &Thread, this: Ref<Time>, other: Value) -> Result<Value> {
        compare(t, this, other, Compare::Ne)
    }
    #[py]
    fn __lt__(t: &Thread, this: Ref<Time>, other: Value) -> Result<Value> {
        compare(t, this, other, Compare::Lt)
    }
    #[py]
    fn __le__(t: &Thread, this: Ref<Time>, other: Value) -> Result<Value> {
        compare(t, this, other, Compare::Le)
    }
    #[py]
    fn __gt__(t: &Thread, this: Ref<Time>, other: Value) -> Result<Value> {
        compare(t, this, other, Compare::Gt)
    }
    #[py]
    fn __ge__(t: &Thread, this: Ref<Time>, other: Value) -> Result<Value> {
        compare(t, this, other, Compare::Ge)
    }
}

/// The time zone beside a pickled state.
pub fn state_zone(t: &Thread, args: &[Value]) -> Result<Value> {
    match args.get(1) {
        None => Ok(Value::NONE),
        Some(v) if v.is_none() || v.downcast::<zone::TzInfo>().is_some() => Ok(*v),
        Some(_) => Err(t.type_error("bad tzinfo state arg")),
    }
}
