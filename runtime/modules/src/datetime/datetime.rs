//! `datetime`: a date, a time of day and an optional time zone.

use super::calendar::{self, Clock, DAY_SECONDS, Day, Moment, SECOND, Span, UNIX_DAY};
use super::date::{Date, in_time_t, iso_result, local_fields, out_of_time_t};
use super::delta::TimeDelta;
use super::format;
use super::time::{Time, read_zone, state_zone, with_offset};
use super::{
    Parameters, ask_name, ask_offset, ask_span, class_attribute, date_range, fold_arg, iso, method, numbers, pickled, repr_tail,
    shown_class, tzinfo_arg, value_error, zone,
};
use std::sync::atomic::{AtomicU8, Ordering::*};
use taipan_vm::native::*;
use taipan_vm::objects::exceptions as ex;
use taipan_vm::ops::compare::{Compare, hash_bytes};

#[derive(HeapType)]
#[heap(base = Date)]
#[repr(C)]
pub struct DateTime {
    date: Date,
    #[noscan]
    pub clock: Clock,
    /// Written once more right after a subclass's constructor, which takes none.
    #[noscan]
    fold: AtomicU8,
    zone: Field,
}

const NAMES: &[&str] = &["year", "month", "day", "hour", "minute", "second", "microsecond", "tzinfo", "fold"];
const TAKES: Parameters = Parameters { function: None, names: NAMES, positional: 8, required: 3 };
const CHANGES: Parameters = Parameters { function: Some("__replace__"), names: NAMES, positional: 0, required: 0 };
const UNIX_SECONDS: i64 = UNIX_DAY * DAY_SECONDS;

impl DateTime {
    pub fn zone(&self) -> Value {
        self.zone.get()
    }
    fn fold(&self) -> u8 {
        self.fold.load(Relaxed)
    }
    fn moment(&self) -> Moment {
        Moment { day: self.date.day, clock: self.clock }
    }
    fn create(t: &Thread, class: Ref<Class>, at: Moment, zone: Value, fold: u8) -> Result<Ref<DateTime>> {
        let fold = AtomicU8::new(fold);
        t.create_in(class, DateTime { date: Date::part(at.day), clock: at.clock, fold, zone: Field::new(zone) })
    }
    /// An instance of `class`, by calling it if it is a subclass that Python code defines.
    pub fn in_class(t: &Thread, class: Ref<Class>, at: Moment, zone: Value, fold: u8) -> Result<Value> {
        if class == DateTime::class() {
            return DateTime::create(t, class, at, zone, fold).map(Ref::value);
        }
        let Moment { day: Day { year, month, day }, clock } = at;
        let fields = [
            year.into(),
            month.into(),
            day.into(),
            clock.hour.into(),
            clock.minute.into(),
            clock.second.into(),
            clock.micro.into(),
        ];
        DateTime::by_call(t, class, fields, zone, fold)
    }
    fn by_call(t: &Thread, class: Ref<Class>, fields: [i64; 7], zone: Value, fold: u8) -> Result<Value> {
        let [y, mo, d, h, m, s, us] = fields.map(Value::small_int);
        let new = t.call(class.value(), &[y, mo, d, h, m, s, us, zone])?;
        if let Some(dt) = new.downcast::<DateTime>() {
            dt.fold.store(fold, Relaxed);
        }
        Ok(new)
    }
    /// Later by a span, or earlier; of the same class, with the same zone.
    pub fn shift(t: &Thread, this: Value, by: Span, sign: i64) -> Result<Value> {
        let Some(dt) = this.downcast::<DateTime>() else { return Ok(Value::NOT_IMPLEMENTED) };
        let moment = dt.moment().shifted(by, sign).ok_or_else(|| date_range(t))?;
        DateTime::in_class(t, class_of(this), moment, dt.zone(), 0)
    }
    fn offset(t: &Thread, this: Ref<DateTime>) -> Result<Option<Span>> {
        ask_span(t, this.zone(), this.value())
    }
    /// The offset that it would have with the other fold.
    fn other_offset(t: &Thread, this: Ref<DateTime>) -> Result<Option<Span>> {
        let flipped = DateTime::in_class(t, class_of(this.value()), this.moment(), this.zone(), 1 - this.fold())?;
        ask_span(t, this.zone(), flipped)
    }
}

/// The local time at a UTC time, both in seconds since the beginning of day 0.
fn local(t: &Thread, utc: i64) -> Result<i64> {
    let ([year, month, day, hour, minute, second], _) = local_fields(t, utc - UNIX_SECONDS, true)?;
    match (Day::new(year, month, day), Clock::new(hour, minute, second, 0)) {
        (Ok(day), Ok(clock)) => Ok(Moment { day, clock }.seconds()),
        _ => Err(t.value_error(format!("year must be in 1..9999, not {year}"))),
    }
}

/// The UTC time of a local time. In the gap before a shorter day there is none: then the fold chooses between what the offsets on
/// either side give; where two are right, it chooses the earlier or the later.
fn from_local(t: &Thread, at: Moment, fold: u8) -> Result<i64> {
    let wanted = at.seconds();
    let a = local(t, wanted)? - wanted;
    let first = wanted - a;
    let there = local(t, first)?;
    let b = if there == wanted {
        let probe = if fold != 0 { first + DAY_SECONDS } else { first - DAY_SECONDS };
        let b = local(t, probe)? - probe;
        if a == b {
            return Ok(first);
        }
        b
    } else {
        there - first
    };
    let second = wanted - b;
    if local(t, second)? == wanted {
        return Ok(second);
    }
    if there == wanted {
        return Ok(first);
    }
    Ok(if fold != 0 { first.min(second) } else { first.max(second) })
}

/// The system's time zone as it is at a UTC time.
fn system_zone(t: &Thread, utc: i64) -> Result<Value> {
    let (_, tm) = local_fields(t, utc - UNIX_SECONDS, true)?;
    let offset = TimeDelta::from_total(t, Some(i128::from(tm.tm_gmtoff) * i128::from(SECOND)))?;
    let name = crate::time::zone_name(&tm).into_value(t)?;
    zone::fixed(t, offset, name)
}

/// The system's time zone at a naive time. Before a gap's end that is the one that the fold names, as where two times are alike.
fn own_system_zone(t: &Thread, this: Ref<DateTime>) -> Result<Value> {
    let mut utc = from_local(t, this.moment(), this.fold())?;
    let other = from_local(t, this.moment(), 1 - this.fold())?;
    if other != utc && (other > utc) == (this.fold() == 1) {
        utc = other;
    }
    system_zone(t, utc)
}

/// The moment of a Unix time in UTC or the system's zone, then brought to `zone` if that is not None.
fn from_unix(t: &Thread, class: Ref<Class>, seconds: i64, micro: i64, zone: Value, is_local: bool) -> Result<Value> {
    let ([year, month, day, hour, minute, second], _) = local_fields(t, seconds, is_local)?;
    let at = value_error(t, Day::new(year, month, day))
        .and_then(|day| Ok(Moment { day, clock: value_error(t, Clock::new(hour, minute, second, micro))? }))?;
    let mut fold = 0;
    if is_local {
        // A clock that was set back in the last day may be showing this time for the second time.
        let here = at.seconds();
        let utc = seconds + UNIX_SECONDS;
        if utc - DAY_SECONDS >= DAY_SECONDS {
            let change = here - local(t, utc - DAY_SECONDS)? - DAY_SECONDS;
            if change < 0 && local(t, utc + change)? == here {
                fold = 1;
            }
        }
    }
    let new = DateTime::in_class(t, class, at, zone, fold)?;
    if zone.is_none() { Ok(new) } else { method(t, zone, "fromutc", &[new]) }
}

/// A timestamp as seconds and microseconds, rounded to the nearest, the even one of two.
fn timestamp_parts(t: &Thread, v: Value) -> Result<(i64, i64)> {
    if let Some(x) = taipan_vm::ops::convert::float_value(v) {
        if x.is_nan() {
            return Err(t.value_error("Invalid value NaN (not a number)"));
        }
        let (mut whole, mut micro) = (x.trunc(), ((x - x.trunc()) * 1e6).round_ties_even());
        if x.is_infinite() || !in_time_t(whole) {
            return Err(out_of_time_t(t));
        }
        if micro >= 1e6 {
            micro -= 1e6;
            whole += 1.0;
        } else if micro < 0.0 {
            micro += 1e6;
            whole -= 1.0;
        }
        return Ok((whole as i64, micro as i64));
    }
    let Some(i) = t.index_opt(v)? else {
        return Err(t.type_error(format!("argument must be int or float, not {}", shown_class(v))));
    };
    match t.int_value(i).and_then(|i| i.to_i64()) {
        Some(seconds) => Ok((seconds, 0)),
        None => Err(out_of_time_t(t)),
    }
}

fn now(t: &Thread, class: Ref<Class>, zone: Value, is_local: bool) -> Result<Value> {
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    let now = now.map_err(|_| out_of_time_t(t))?;
    from_unix(t, class, now.as_secs() as i64, now.subsec_micros().into(), zone, is_local)
}

/// How far `a` is after `b`; both have an offset or neither has.
fn difference(a: Ref<DateTime>, b: Ref<DateTime>, offsets: Option<(Span, Span)>) -> i128 {
    let plain = i128::from(a.moment().micros()) - i128::from(b.moment().micros());
    offsets.map_or(plain, |(x, y)| plain - (x.total() - y.total()))
}

fn subtract(t: &Thread, a: Value, b: Value) -> Result<Value> {
    let Some(from) = a.downcast::<DateTime>() else { return Ok(Value::NOT_IMPLEMENTED) };
    if let Some(delta) = b.downcast::<TimeDelta>() {
        return DateTime::shift(t, a, delta.span, -1);
    }
    let Some(other) = b.downcast::<DateTime>() else { return Ok(Value::NOT_IMPLEMENTED) };
    let offsets = if from.zone() == other.zone() {
        None
    } else {
        match (DateTime::offset(t, from)?, DateTime::offset(t, other)?) {
            (Some(x), Some(y)) => Some((x, y)),
            (None, None) => None,
            _ => return Err(t.type_error("can't subtract offset-naive and offset-aware datetimes")),
        }
    };
    TimeDelta::from_total(t, Some(difference(from, other, offsets))).map(Ref::value)
}

fn add(t: &Thread, a: Value, b: Value) -> Result<Value> {
    match (a.downcast::<TimeDelta>(), b.downcast::<TimeDelta>()) {
        (None, Some(delta)) => DateTime::shift(t, a, delta.span, 1),
        (Some(delta), None) => DateTime::shift(t, b, delta.span, 1),
        _ => Ok(Value::NOT_IMPLEMENTED),
    }
}

fn compare(t: &Thread, this: Ref<DateTime>, other: Value, op: Compare) -> Result<Value> {
    let Some(other) = other.downcast::<DateTime>() else { return Ok(Value::NOT_IMPLEMENTED) };
    let plain = this.moment().cmp(&other.moment());
    if this.zone() == other.zone() {
        return Ok(Value::bool(op.holds(plain)));
    }
    let equality = matches!(op, Compare::Eq | Compare::Ne);
    let (a, b) = (DateTime::offset(t, this)?, DateTime::offset(t, other)?);
    let order = match (a, b) {
        _ if a == b => plain,
        (Some(a), Some(b)) => difference(this, other, Some((a, b))).cmp(&0),
        _ if equality => return Ok(Value::bool(op == Compare::Ne)),
        _ => return Err(t.type_error("can't compare offset-naive and offset-aware datetimes")),
    };
    // A time whose offset depends on its fold equals none of another zone (PEP 495).
    if equality && order.is_eq() && (DateTime::other_offset(t, this)? != a || DateTime::other_offset(t, other)? != b) {
        return Ok(Value::bool(op == Compare::Ne));
    }
    Ok(Value::bool(op.holds(order)))
}

fn replaced(t: &Thread, this: Ref<DateTime>, given: [Value; 9]) -> Result<Value> {
    let Moment { day: Day { year, month, day }, clock } = this.moment();
    let Clock { hour, minute, second, micro } = clock;
    let old = [year.into(), month.into(), day.into(), hour.into(), minute.into(), second.into(), micro.into()];
    let fields = numbers(t, &given[..7], old)?;
    let zone = if given[7].is_empty() { this.zone() } else { tzinfo_arg(t, given[7])? };
    let fold = fold_arg(t, given[8], this.fold())?;
    let class = class_of(this.value());
    if class != DateTime::class() {
        return DateTime::by_call(t, class, fields, zone, fold);
    }
    let at = checked(t, fields)?;
    DateTime::create(t, class, at, zone, fold).map(Ref::value)
}

fn checked(t: &Thread, [year, month, day, hour, minute, second, micro]: [i64; 7]) -> Result<Moment> {
    let day = value_error(t, Day::new(year, month, day))?;
    Ok(Moment { day, clock: value_error(t, Clock::new(hour, minute, second, micro))? })
}

fn reduced(t: &Thread, this: Ref<DateTime>, protocol: i64) -> Result<(Value, Value)> {
    let mut bytes = this.moment().bytes();
    if protocol > 3 && this.fold() != 0 {
        bytes[2] |= 0x80;
    }
    let state = Bytes::new(t, &bytes)?.value();
    let args = if this.zone().is_none() { Tuple::new(t, &[state])? } else { Tuple::new(t, &[state, this.zone()])? };
    Ok((class_of(this.value()).value(), args.value()))
}

fn constants(t: &Thread, class: Ref<Class>) -> Result<()> {
    let bounds = [("min", Day::MIN, Clock::MIDNIGHT), ("max", Day::MAX, Clock::MAX)];
    for (name, day, clock) in bounds {
        class_attribute(t, class, name, DateTime::create(t, class, Moment { day, clock }, Value::NONE, 0)?.value())?;
    }
    class_attribute(t, class, "resolution", TimeDelta::from_total(t, Some(1))?.value())
}

fn is_deprecated(t: &Thread, name: &str, instead: &str) -> Result<()> {
    t.warn(
        ex::Kind::DeprecationWarning,
        format!(
            "datetime.datetime.{name}() is deprecated and scheduled for removal in a future version. Use timezone-aware objects \
             to represent datetimes in UTC: datetime.datetime.{instead}."
        ),
    )
}

/// datetime(year, month, day[, hour[, minute[, second[, microsecond[,tzinfo]]]]])
///
/// The year, month and day arguments are required. tzinfo may be None, or an
/// instance of a tzinfo subclass. The remaining arguments may be ints.
#[pyclass(name = "datetime", module = "datetime", base = Date, flags(BASE), init = constants)]
impl DateTime {
    #[py("(*args, **kwargs)", nosig)]
    fn __new__(t: &Thread, cls: Ref<Class>, args: &[Value], kwargs: Kwargs) -> Result<Value> {
        if let [state] | [state, _] = *args {
            let right = |b: &[u8]| (1..=12).contains(&(b[2] & 0x7f));
            if let Some(mut state) = pickled(t, state, "datetime", right, 2, 10)? {
                let zone = state_zone(t, args)?;
                let fold = state[2] >> 7;
                state[2] &= 0x7f;
                return DateTime::create(t, cls, Moment::from_bytes(&state), zone, fold).map(Ref::value);
            }
        }
        let given: [Value; 9] = TAKES.bind(t, args, kwargs)?;
        let fields = numbers(t, &given[..7], [0; 7])?;
        let fold = if given[8].is_empty() { 0 } else { super::int_arg(t, given[8])? };
        let zone = tzinfo_arg(t, given[7])?;
        let at = checked(t, fields)?;
        DateTime::create(t, cls, at, zone, super::check_fold(t, fold)?).map(Ref::value)
    }
    /// Returns new datetime object representing current time local to tz.
    ///
    /// tz: Timezone object.
    ///
    /// If no tz is specified, uses local timezone.
    #[py(classmethod, "($type, /, tz=None)")]
    fn now(t: &Thread, cls: Ref<Class>, tz: Option<Value>) -> Result<Value> {
        let zone = tzinfo_arg(t, tz.unwrap_or(Value::NONE))?;
        now(t, cls, zone, zone.is_none())
    }
    /// Return a new datetime representing UTC day and time.
    #[py(classmethod, "($type, /)")]
    fn utcnow(t: &Thread, cls: Ref<Class>) -> Result<Value> {
        is_deprecated(t, "utcnow", "now(datetime.UTC)")?;
        now(t, cls, Value::NONE, false)
    }
    /// timestamp[, tz] -> tz's local time from POSIX timestamp.
    #[py(classmethod, "($type, timestamp, tz=None)", nosig)]
    fn fromtimestamp(t: &Thread, cls: Ref<Class>, timestamp: Value, tz: Option<Value>) -> Result<Value> {
        let zone = tzinfo_arg(t, tz.unwrap_or(Value::NONE))?;
        let (seconds, micro) = timestamp_parts(t, timestamp)?;
        from_unix(t, cls, seconds, micro, zone, zone.is_none())
    }
    /// Construct a naive UTC datetime from a POSIX timestamp.
    #[py(classmethod, "($type, timestamp, /)", nosig)]
    fn utcfromtimestamp(t: &Thread, cls: Ref<Class>, timestamp: Value) -> Result<Value> {
        is_deprecated(t, "utcfromtimestamp", "fromtimestamp(timestamp, datetime.UTC)")?;
        let (seconds, micro) = timestamp_parts(t, timestamp)?;
        from_unix(t, cls, seconds, micro, Value::NONE, false)
    }
    /// string, format -> new datetime parsed from a string (like time.strptime()).
    #[py(classmethod, "($type, /, *args)", nosig)]
    fn strptime(t: &Thread, cls: Ref<Class>, args: &[Value]) -> Result<Value> {
        format::strptime(t, cls, "_strptime_datetime_datetime", args)
    }
    /// date, time -> datetime with same date and time fields
    #[py(classmethod, "($type, date, time, tzinfo=<unrepresentable>)", nosig)]
    fn combine(t: &Thread, cls: Ref<Class>, date: Value, time: Value, tzinfo: Option<Value>) -> Result<Value> {
        let wrong = |number: usize, expected: &str, v: Value| {
            let got = zone::argument_class(v);
            t.type_error(format!("combine() argument {number} must be datetime.{expected}, not {got}"))
        };
        let Some(day) = date.downcast::<Date>() else { return Err(wrong(1, "date", date)) };
        let Some(clock) = time.downcast::<Time>() else { return Err(wrong(2, "time", time)) };
        let zone = match tzinfo {
            Some(zone) => tzinfo_arg(t, zone)?,
            None => clock.zone(),
        };
        DateTime::in_class(t, cls, Moment { day: day.day, clock: clock.clock }, zone, clock.fold())
    }
    /// string -> datetime from a string in most ISO 8601 formats
    #[py(classmethod, "($type, object, /)")]
    fn fromisoformat(t: &Thread, cls: Ref<Class>, object: Value) -> Result<Value> {
        let Some(text) = object.downcast::<Str>() else {
            return Err(t.type_error("fromisoformat: argument must be str"));
        };
        let points: Vec<u32> = text.units().iter().collect();
        let (mut day, time) = iso_result(t, iso::datetime(&points), object)?;
        let (mut fields, mut zone) = ([0; 4], Value::NONE);
        if let Some(time) = time {
            fields = time.fields;
            zone = read_zone(t, time.offset)?;
        }
        if fields[0] == 24 && day_exists(day) {
            if fields[1..] != [0; 3] {
                return Err(t.value_error("minute, second, and microsecond must be 0 when hour is 24"));
            }
            fields[0] = 0;
            day = iso_result(t, iso::next_day(day), object)?;
        }
        let (year, month, day) = day;
        let [hour, minute, second, micro] = fields;
        let at = checked(t, [year, month, day, hour, minute, second, micro])?;
        DateTime::in_class(t, cls, at, zone, 0)
    }
    /// Return date object with same year, month and day.
    #[py("($self, /)")]
    fn date(t: &Thread, this: Ref<DateTime>) -> Result<Value> {
        let Day { year, month, day } = this.date.day;
        Date::in_class(t, Date::class(), (year.into(), month.into(), day.into()))
    }
    /// Return time object with same time but with tzinfo=None.
    #[py("($self, /)")]
    fn time(t: &Thread, this: Ref<DateTime>) -> Result<Value> {
        Time::in_class(t, Time::class(), this.clock, Value::NONE, this.fold())
    }
    /// Return time object with same time and tzinfo.
    #[py("($self, /)")]
    fn timetz(t: &Thread, this: Ref<DateTime>) -> Result<Value> {
        Time::in_class(t, Time::class(), this.clock, this.zone(), this.fold())
    }
    /// Return ctime() style string.
    #[py("($self, /)")]
    fn ctime(_t: &Thread, this: Ref<DateTime>) -> String {
        this.date.day.c_text(this.clock)
    }
    /// Return time tuple, compatible with time.localtime().
    #[py("($self, /)")]
    fn timetuple(t: &Thread, this: Ref<DateTime>) -> Result<Value> {
        let dst = ask_offset(t, this.zone(), "dst", this.value())?;
        let flag = dst.map_or(-1, |d| i64::from(d.span.total() != 0));
        format::struct_time(t, this.date.day, this.clock, flag)
    }
    /// Return UTC time tuple, compatible with time.localtime().
    #[py("($self, /)")]
    fn utctimetuple(t: &Thread, this: Ref<DateTime>) -> Result<Value> {
        let at = match DateTime::offset(t, this)? {
            Some(offset) => this.moment().shifted(offset, -1).ok_or_else(|| date_range(t))?,
            None => this.moment(),
        };
        format::struct_time(t, at.day, at.clock, 0)
    }
    /// Return POSIX timestamp as float.
    #[py("($self, /)")]
    fn timestamp(t: &Thread, this: Ref<DateTime>) -> Result<f64> {
        if this.zone().is_none() {
            let seconds = from_local(t, this.moment(), this.fold())? - UNIX_SECONDS;
            return Ok(seconds as f64 + f64::from(this.clock.micro) / 1e6);
        }
        let Some(offset) = DateTime::offset(t, this)? else {
            return Err(t.type_error("can't subtract offset-naive and offset-aware datetimes"));
        };
        let micros = this.moment().micros() - UNIX_DAY * calendar::DAY - offset.total() as i64;
        if micros.unsigned_abs() < 1 << 53 {
            return Ok(micros as f64 / 1e6);
        }
        let seconds = TimeDelta::from_total(t, Some(micros.into()))?;
        t.to_f64(method(t, seconds.value(), "total_seconds", &[])?)
    }
    /// tz -> convert to local time in new timezone tz
    #[py("($self, /, tz=None)", nosig)]
    fn astimezone(t: &Thread, this: Ref<DateTime>, tz: Option<Value>) -> Result<Value> {
        let target = tzinfo_arg(t, tz.unwrap_or(Value::NONE))?;
        if !target.is_none() && target == this.zone() {
            return Ok(this.value());
        }
        let offset = match DateTime::offset(t, this)? {
            Some(offset) => offset,
            None => {
                let own = own_system_zone(t, this)?;
                if own == target {
                    return Ok(this.value());
                }
                ask_span(t, own, this.value())?.unwrap_or(Span { days: 0, seconds: 0, micros: 0 })
            }
        };
        let at = this.moment().shifted(offset, -1).ok_or_else(|| date_range(t))?;
        let target = if target.is_none() { system_zone(t, at.seconds())? } else { target };
        let utc = DateTime::in_class(t, class_of(this.value()), at, target, 0)?;
        method(t, target, "fromutc", &[utc])
    }
    /// [sep] -> string in ISO 8601 format, YYYY-MM-DDT[HH[:MM[:SS[.mmm[uuu]]]]][+HH:MM].
    ///
    /// sep is used to separate the year from the time, and defaults to 'T'.
    /// The optional argument timespec specifies the number of additional terms
    /// of the time to include. Valid options are 'auto', 'hours', 'minutes',
    /// 'seconds', 'milliseconds' and 'microseconds'.
    #[py("($self, /, sep='T', timespec='auto')", nosig)]
    fn isoformat(t: &Thread, this: Ref<DateTime>, sep: Option<Value>, timespec: Option<Value>) -> Result<Value> {
        let separator = match sep {
            None => u32::from(b'T'),
            Some(v) => match v.downcast::<Str>() {
                Some(s) if s.len() == 1 => s.units().at(0),
                Some(s) => {
                    let n = s.len();
                    let text = format!("isoformat() argument 1 must be a unicode character, not a string of length {n}");
                    return Err(t.type_error(text));
                }
                None => {
                    let got = zone::argument_class(v);
                    return Err(t.type_error(format!("isoformat() argument 1 must be a unicode character, not {got}")));
                }
            },
        };
        let clock = format::timespec(t, this.clock, timespec, 2)?;
        let tail = with_offset(t, clock, this.zone(), this.value())?;
        let day = this.date.day.iso_text();
        let points: Vec<u32> = day.chars().map(u32::from).chain([separator]).chain(tail.chars().map(u32::from)).collect();
        Str::from_code_points(t, &points).map(Ref::value)
    }
    /// Return self.tzinfo.utcoffset(self).
    #[py("($self, /)")]
    fn utcoffset(t: &Thread, this: Ref<DateTime>) -> Result<Option<Ref<TimeDelta>>> {
        ask_offset(t, this.zone(), "utcoffset", this.value())
    }
    /// Return self.tzinfo.tzname(self).
    #[py("($self, /)")]
    fn tzname(t: &Thread, this: Ref<DateTime>) -> Result<Value> {
        ask_name(t, this.zone(), this.value())
    }
    /// Return self.tzinfo.dst(self).
    #[py("($self, /)")]
    fn dst(t: &Thread, this: Ref<DateTime>) -> Result<Option<Ref<TimeDelta>>> {
        ask_offset(t, this.zone(), "dst", this.value())
    }
    /// Return datetime with new specified fields.
    #[py(
        "($self, /, year=unchanged, month=unchanged, day=unchanged,\n        hour=unchanged, minute=unchanged, second=unchanged,\n        microsecond=unchanged, tzinfo=unchanged, *, fold=unchanged)"
    )]
    #[allow(clippy::too_many_arguments)]
    fn replace(
        t: &Thread,
        this: Ref<DateTime>,
        year: Option<Value>,
        month: Option<Value>,
        day: Option<Value>,
        hour: Option<Value>,
        minute: Option<Value>,
        second: Option<Value>,
        microsecond: Option<Value>,
        tzinfo: Option<Value>,
        fold: Option<Value>,
    ) -> Result<Value> {
        let given = [year, month, day, hour, minute, second, microsecond, tzinfo, fold];
        replaced(t, this, given.map(|v| v.unwrap_or(Value::EMPTY)))
    }
    /// The same as replace().
    #[py("($self, /, **changes)")]
    fn __replace__(t: &Thread, this: Ref<DateTime>, changes: Kwargs) -> Result<Value> {
        replaced(t, this, CHANGES.bind(t, &[], changes)?)
    }
    #[py(getter)]
    fn hour(_t: &Thread, this: Ref<DateTime>) -> u8 {
        this.clock.hour
    }
    #[py(getter)]
    fn minute(_t: &Thread, this: Ref<DateTime>) -> u8 {
        this.clock.minute
    }
    #[py(getter)]
    fn second(_t: &Thread, this: Ref<DateTime>) -> u8 {
        this.clock.second
    }
    #[py(getter)]
    fn microsecond(_t: &Thread, this: Ref<DateTime>) -> u32 {
        this.clock.micro
    }
    #[py(getter)]
    fn tzinfo(_t: &Thread, this: Ref<DateTime>) -> Value {
        this.zone()
    }
    #[py(getter, name = "fold")]
    fn fold_of(_t: &Thread, this: Ref<DateTime>) -> u8 {
        this.fold()
    }
    /// -> (cls, state)
    #[py("($self, /)")]
    fn __reduce__(t: &Thread, this: Ref<DateTime>) -> Result<(Value, Value)> {
        reduced(t, this, 2)
    }
    /// -> (cls, state)
    #[py("($self, protocol, /)", nosig)]
    fn __reduce_ex__(t: &Thread, this: Ref<DateTime>, protocol: Value) -> Result<(Value, Value)> {
        reduced(t, this, super::int_arg(t, protocol)?)
    }
    #[py]
    fn __repr__(t: &Thread, this: Ref<DateTime>) -> Result<String> {
        let Moment { day: Day { year, month, day }, clock } = this.moment();
        let Clock { hour, minute, second, micro } = clock;
        let mut out = format!("{}({year}, {month}, {day}, {hour}, {minute}", shown_class(this.value()));
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
        method(t, this, "isoformat", &[" ".into_value(t)?])
    }
    #[py]
    fn __hash__(t: &Thread, this: Ref<DateTime>) -> Result<i64> {
        // Equal ones hash alike whatever their fold is.
        let asked = match this.fold() {
            0 => this.value(),
            _ if this.zone().is_none() => this.value(),
            _ => DateTime::create(t, DateTime::class(), this.moment(), this.zone(), 0)?.value(),
        };
        match ask_span(t, this.zone(), asked)? {
            None => Ok(hash_bytes(&this.moment().bytes())),
            Some(offset) => {
                let total = i128::from(this.moment().micros()) - offset.total();
                t.hash(TimeDelta::from_total(t, Some(total))?.value())
            }
        }
    }
    #[py]
    fn __add__(t: &Thread, this: Value, other: Value) -> Result<Value> {
        add(t, this, other)
    }
    #[py]
    fn __radd__(t: &Thread, this: Value, other: Value) -> Result<Value> {
        add(t, other, this)
    }
    #[py]
    fn __sub__(t: &Thread, this: Value, other: Value) -> Result<Value> {
        subtract(t, this, other)
    }
    #[py]
    fn __rsub__(t: &Thread, this: Value, other: Value) -> Result<Value> {
        subtract(t, other, this)
    }
    #[py]
    fn __eq__(t: &Thread, this: Ref<DateTime>, other: Value) -> Result<Value> {
        compare(t, this, other, Compare::Eq)
    }
    #[py]
    fn __ne__(t: &Thread, this: Ref<DateTime>, other: Value) -> Result<Value> {
        compare(t, this, other, Compare::Ne)
    }
    #[py]
    fn __lt__(t: &Thread, this: Ref<DateTime>, other: Value) -> Result<Value> {
        compare(t, this, other, Compare::Lt)
    }
    #[py]
    fn __le__(t: &Thread, this: Ref<DateTime>, other: Value) -> Result<Value> {
        compare(t, this, other, Compare::Le)
    }
    #[py]
    fn __gt__(t: &Thread, this: Ref<DateTime>, other: Value) -> Result<Value> {
        compare(t, this, other, Compare::Gt)
    }
    #[py]
    fn __ge__(t: &Thread, this: Ref<DateTime>, other: Value) -> Result<Value> {
        compare(t, this, other, Compare::Ge)
    }
}

/// Whether a day that was read is one, so that its end is the beginning of another.
fn day_exists((year, month, day): (i64, i64, i64)) -> bool {
    Day::new(year, month, day).is_ok()
}
