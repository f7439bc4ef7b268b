//! `date`, and `IsoCalendarDate`, the named tuple of its ISO year, week and weekday.

use super::calendar::{self, Clock, Day, Moment};
use super::datetime::DateTime;
use super::delta::TimeDelta;
use super::format::{self, Subject};
use super::{Parameters, class_attribute, date_range, iso, method, numbers, pickled, shown_class, value_error};
use taipan_vm::import::import_module;
use taipan_vm::native::*;
use taipan_vm::ops::compare::{Compare, hash_bytes};

#[derive(HeapType)]
#[repr(C)]
pub struct Date {
    header: Header,
    #[noscan]
    pub day: Day,
}

impl Date {
    /// What a datetime begins with.
    pub fn part(day: Day) -> Date {
        Date { header: Header::NEW, day }
    }
    fn create(t: &Thread, class: Ref<Class>, day: Day) -> Result<Value> {
        t.create_in(class, Date::part(day)).map(Ref::value)
    }
    /// An instance of `class`, by calling it if it is a subclass that Python code defines.
    pub fn in_class(t: &Thread, class: Ref<Class>, (year, month, day): (i64, i64, i64)) -> Result<Value> {
        if class == Date::class() {
            return Date::create(t, class, value_error(t, Day::new(year, month, day))?);
        }
        if class == DateTime::class() {
            let moment = Moment { day: value_error(t, Day::new(year, month, day))?, clock: Clock::MIDNIGHT };
            return DateTime::in_class(t, class, moment, Value::NONE, 0);
        }
        t.call(class.value(), &[year, month, day].map(Value::small_int))
    }
    fn of_day(t: &Thread, class: Ref<Class>, day: Day) -> Result<Value> {
        Date::in_class(t, class, (day.year.into(), day.month.into(), day.day.into()))
    }
}

const TAKES: Parameters = Parameters { function: None, names: &["year", "month", "day"], positional: 3, required: 3 };
const CHANGES: Parameters =
    Parameters { function: Some("__replace__"), names: &["year", "month", "day"], positional: 0, required: 0 };

fn is_plain_date(v: Value) -> Option<Ref<Date>> {
    v.downcast::<Date>().filter(|_| v.downcast::<DateTime>().is_none())
}

fn compare(this: Ref<Date>, other: Value, op: Compare) -> Value {
    match (is_plain_date(this.value()), is_plain_date(other)) {
        (Some(a), Some(b)) => Value::bool(op.holds(a.day.cmp(&b.day))),
        _ => Value::NOT_IMPLEMENTED,
    }
}

/// A day some days later; only the delta's days count.
fn add(t: &Thread, a: Value, b: Value) -> Result<Value> {
    let (date, delta) = match (is_plain_date(a), is_plain_date(b)) {
        (Some(d), None) => (d, b),
        (None, Some(d)) => (d, a),
        _ => return Ok(Value::NOT_IMPLEMENTED),
    };
    match delta.downcast::<TimeDelta>() {
        Some(delta) => moved(t, date, delta.span.days.into()),
        None => Ok(Value::NOT_IMPLEMENTED),
    }
}

fn moved(t: &Thread, date: Ref<Date>, days: i64) -> Result<Value> {
    let day = Day::from_ordinal(date.day.ordinal() + days).ok_or_else(|| date_range(t))?;
    Date::of_day(t, class_of(date.value()), day)
}

fn subtract(t: &Thread, a: Value, b: Value) -> Result<Value> {
    let Some(from) = is_plain_date(a) else { return Ok(Value::NOT_IMPLEMENTED) };
    if let Some(date) = is_plain_date(b) {
        let days = from.day.ordinal() - date.day.ordinal();
        return TimeDelta::from_total(t, Some(i128::from(days) * i128::from(calendar::DAY))).map(Ref::value);
    }
    match b.downcast::<TimeDelta>() {
        Some(delta) => moved(t, from, -i64::from(delta.span.days)),
        None => Ok(Value::NOT_IMPLEMENTED),
    }
}

/// The local date and time of a Unix time, with `tm_year` counted from 1900; seconds are at most 59.
pub fn local_fields(t: &Thread, when: i64, local: bool) -> Result<([i64; 6], libc::tm)> {
    let tm = crate::time::broken_down(t, when, local)?;
    let second = tm.tm_sec.min(59);
    let fields = [tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday, tm.tm_hour, tm.tm_min, second];
    Ok((fields.map(i64::from), tm))
}

fn constants(t: &Thread, class: Ref<Class>) -> Result<()> {
    class_attribute(t, class, "min", Date::create(t, class, Day::MIN)?)?;
    class_attribute(t, class, "max", Date::create(t, class, Day::MAX)?)?;
    let day = TimeDelta::from_total(t, Some(calendar::DAY.into()))?;
    class_attribute(t, class, "resolution", day.value())
}

/// date(year, month, day) --> date object
#[pyclass(name = "date", module = "datetime", flags(BASE), init = constants)]
impl Date {
    #[py("(*args, **kwargs)", nosig)]
    fn __new__(t: &Thread, cls: Ref<Class>, args: &[Value], kwargs: Kwargs) -> Result<Value> {
        if let &[state] = args {
            let right = |b: &[u8]| (1..=12).contains(&b[2]);
            if let Some(state) = pickled(t, state, "date", right, 2, 4)? {
                return Date::create(t, cls, Day::from_bytes(&state));
            }
        }
        let given: [Value; 3] = TAKES.bind(t, args, kwargs)?;
        let [year, month, day] = numbers(t, &given, [0; 3])?;
        Date::create(t, cls, value_error(t, Day::new(year, month, day))?)
    }
    /// Create a date from a POSIX timestamp.
    ///
    /// The timestamp is a number, e.g. created via time.time(), that is interpreted
    /// as local time.
    #[py(classmethod, "($type, timestamp, /)")]
    fn fromtimestamp(t: &Thread, cls: Ref<Class>, timestamp: Value) -> Result<Value> {
        let when = whole_seconds(t, timestamp)?;
        let ([year, month, day, ..], _) = local_fields(t, when, true)?;
        Date::in_class(t, cls, (year, month, day))
    }
    /// int -> date corresponding to a proleptic Gregorian ordinal.
    #[py(classmethod, "($type, ordinal, /)", nosig)]
    fn fromordinal(t: &Thread, cls: Ref<Class>, ordinal: Value) -> Result<Value> {
        let ordinal = super::int_arg(t, ordinal)?;
        if ordinal < 1 {
            return Err(t.value_error("ordinal must be >= 1"));
        }
        Date::in_class(t, cls, calendar::split_ordinal(ordinal))
    }
    /// Construct a date from a string in ISO 8601 format.
    #[py(classmethod, "($type, object, /)")]
    fn fromisoformat(t: &Thread, cls: Ref<Class>, object: Value) -> Result<Value> {
        let Some(text) = object.downcast::<Str>() else {
            return Err(t.type_error("fromisoformat: argument must be str"));
        };
        let fields = text.as_ascii().ok_or(iso::Fault::Format).and_then(|s| iso::date(s.as_bytes()));
        Date::in_class(t, cls, iso_result(t, fields, object)?)
    }
    /// Construct a date from the ISO year, week number and weekday.
    ///
    /// This is the inverse of the function date.isocalendar().
    #[py(classmethod, "($type, year, week, day)", nosig)]
    fn fromisocalendar(t: &Thread, cls: Ref<Class>, year: Value, week: Value, day: Value) -> Result<Value> {
        let number = |v: Value| {
            super::int_arg(t, v).map_err(|e| {
                let overflow = taipan_vm::objects::exceptions::class(taipan_vm::objects::exceptions::Kind::OverflowError);
                if e.is(t, overflow) { t.value_error("ISO calendar component out of range") } else { e }
            })
        };
        let ordinal = value_error(t, calendar::from_iso_week(number(year)?, number(week)?, number(day)?))?;
        Date::in_class(t, cls, calendar::split_ordinal(ordinal))
    }
    /// string, format -> new date parsed from a string (like time.strptime()).
    #[py(classmethod, "($type, /, *args)", nosig)]
    fn strptime(t: &Thread, cls: Ref<Class>, args: &[Value]) -> Result<Value> {
        format::strptime(t, cls, "_strptime_datetime_date", args)
    }
    /// Current date or datetime.
    ///
    /// Equivalent to fromtimestamp(time.time()).
    #[py(classmethod, "($type, /)")]
    fn today(t: &Thread, cls: Ref<Class>) -> Result<Value> {
        let now = method(t, import_module(t, "time")?, "time", &[])?;
        method(t, cls.value(), "fromtimestamp", &[now])
    }
    /// Return ctime() style string.
    #[py("($self, /)")]
    fn ctime(_t: &Thread, this: Ref<Date>) -> String {
        this.day.c_text(Clock::MIDNIGHT)
    }
    /// Format using strftime().
    ///
    /// Example: "%d/%m/%Y, %H:%M:%S".
    #[py("($self, /, format)", nosig)]
    fn strftime(t: &Thread, this: Ref<Date>, format: Value) -> Result<Value> {
        let format = format::str_arg(t, format, "strftime", 1)?;
        let value = this.value();
        let tuple = method(t, value, "timetuple", &[])?;
        let dt = value.downcast::<DateTime>();
        let subject = Subject {
            year: this.day.year.into(),
            day: Some(this.day),
            micro: dt.map_or(0, |d| d.clock.micro),
            zone: dt.map_or(Value::NONE, |d| d.zone()),
            about: value,
        };
        format::strftime(t, &subject, format, tuple)
    }
    /// Formats self with strftime.
    #[py("($self, format, /)", nosig)]
    fn __format__(t: &Thread, this: Value, format: Value) -> Result<Value> {
        format::format(t, this, format)
    }
    /// Return string in ISO 8601 format, YYYY-MM-DD.
    #[py("($self, /)")]
    fn isoformat(_t: &Thread, this: Ref<Date>) -> String {
        this.day.iso_text()
    }
    /// Return the day of the week represented by the date.
    ///
    /// Monday == 1 ... Sunday == 7
    #[py("($self, /)")]
    fn isoweekday(_t: &Thread, this: Ref<Date>) -> i64 {
        this.day.weekday() + 1
    }
    /// Return a named tuple containing ISO year, week number, and weekday.
    #[py("($self, /)")]
    fn isocalendar(t: &Thread, this: Ref<Date>) -> Result<Ref<Tuple>> {
        let (year, week, weekday) = this.day.iso();
        let items = [year, week, weekday].map(Value::small_int);
        Tuple::in_class(t, IsoCalendarDate::class(), &items)
    }
    /// Return time tuple, compatible with time.localtime().
    #[py("($self, /)")]
    fn timetuple(t: &Thread, this: Ref<Date>) -> Result<Value> {
        format::struct_time(t, this.day, Clock::MIDNIGHT, -1)
    }
    /// Return proleptic Gregorian ordinal.  January 1 of year 1 is day 1.
    #[py("($self, /)")]
    fn toordinal(_t: &Thread, this: Ref<Date>) -> i64 {
        this.day.ordinal()
    }
    /// Return the day of the week represented by the date.
    ///
    /// Monday == 0 ... Sunday == 6
    #[py("($self, /)")]
    fn weekday(_t: &Thread, this: Ref<Date>) -> i64 {
        this.day.weekday()
    }
    /// Return date with new specified fields.
    #[py("($self, /, year=unchanged, month=unchanged, day=unchanged)")]
    fn replace(t: &Thread, this: Ref<Date>, year: Option<Value>, month: Option<Value>, day: Option<Value>) -> Result<Value> {
        replaced(t, this, [year, month, day].map(|v| v.unwrap_or(Value::EMPTY)))
    }
    /// The same as replace().
    #[py("($self, /, **changes)")]
    fn __replace__(t: &Thread, this: Ref<Date>, changes: Kwargs) -> Result<Value> {
        replaced(t, this, CHANGES.bind(t, &[], changes)?)
    }
    #[py(getter)]
    fn year(_t: &Thread, this: Ref<Date>) -> u16 {
        this.day.year
    }
    #[py(getter)]
    fn month(_t: &Thread, this: Ref<Date>) -> u8 {
        this.day.month
    }
    #[py(getter)]
    fn day(_t: &Thread, this: Ref<Date>) -> u8 {
        this.day.day
    }
    /// -> (cls, state)
    #[py("($self, /)")]
    fn __reduce__(t: &Thread, this: Ref<Date>) -> Result<(Value, (Value,))> {
        Ok((class_of(this.value()).value(), (Bytes::new(t, &this.day.bytes())?.value(),)))
    }
    #[py]
    fn __repr__(_t: &Thread, this: Ref<Date>) -> String {
        let Day { year, month, day } = this.day;
        format!("{}({year}, {month}, {day})", shown_class(this.value()))
    }
    #[py]
    fn __str__(t: &Thread, this: Value) -> Result<Value> {
        method(t, this, "isoformat", &[])
    }
    #[py]
    fn __hash__(_t: &Thread, this: Ref<Date>) -> i64 {
        hash_bytes(&this.day.bytes())
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
    fn __eq__(_t: &Thread, this: Ref<Date>, other: Value) -> Value {
        compare(this, other, Compare::Eq)
    }
    #[py]
    fn __ne__(_t: &Thread, this: Ref<Date>, other: Value) -> Value {
        compare(this, other, Compare::Ne)
    }
    #[py]
    fn __lt__(_t: &Thread, this: Ref<Date>, other: Value) -> Value {
        compare(this, other, Compare::Lt)
    }
    #[py]
    fn __le__(_t: &Thread, this: Ref<Date>, other: Value) -> Value {
        compare(this, other, Compare::Le)
    }
    #[py]
    fn __gt__(_t: &Thread, this: Ref<Date>, other: Value) -> Value {
        compare(this, other, Compare::Gt)
    }
    #[py]
    fn __ge__(_t: &Thread, this: Ref<Date>, other: Value) -> Value {
        compare(this, other, Compare::Ge)
    }
}

fn replaced(t: &Thread, this: Ref<Date>, given: [Value; 3]) -> Result<Value> {
    let Day { year, month, day } = this.day;
    let [year, month, day] = numbers(t, &given, [year.into(), month.into(), day.into()])?;
    Date::in_class(t, class_of(this.value()), (year, month, day))
}

/// What reading a text gave, or the error that shows the text.
pub fn iso_result<T>(t: &Thread, r: std::result::Result<T, iso::Fault>, text: Value) -> Result<T> {
    match r {
        Ok(v) => Ok(v),
        Err(iso::Fault::Value(text)) => Err(t.value_error(text)),
        Err(iso::Fault::Format) => Err(t.value_error(format!("Invalid isoformat string: {}", t.repr(text)?))),
    }
}

pub fn out_of_time_t(t: &Thread) -> Exc {
    t.overflow_error("timestamp out of range for platform time_t")
}

/// A timestamp as whole seconds, rounded down.
fn whole_seconds(t: &Thread, v: Value) -> Result<i64> {
    if let Some(x) = taipan_vm::ops::convert::float_value(v) {
        if x.is_nan() {
            return Err(t.value_error("Invalid value NaN (not a number)"));
        }
        let x = x.floor();
        return if in_time_t(x) { Ok(x as i64) } else { Err(out_of_time_t(t)) };
    }
    let i = t.index(v)?;
    t.int_value(i).and_then(|i| i.to_i64()).ok_or_else(|| out_of_time_t(t))
}

pub fn in_time_t(x: f64) -> bool {
    (-9.223_372_036_854_775_8e18..9.223_372_036_854_775_8e18).contains(&x)
}

/// The cell is a tuple.
#[derive(HeapType)]
#[heap(base = Tuple, size = cell_size)]
#[repr(C)]
pub struct IsoCalendarDate {
    tuple: Tuple,
}

/// As of a tuple.
unsafe fn cell_size(cell: *const Header) -> usize {
    let size = Tuple::LAYOUT.cell_size.expect("tuples have a size of their own");
    // SAFETY: the cell begins with the layout of a tuple.
    unsafe { size(cell) }
}

fn item(this: Value, i: usize) -> Value {
    this.downcast::<Tuple>().and_then(|x| x.get(i)).unwrap_or(Value::NONE)
}

/// The result of date.isocalendar() or datetime.isocalendar()
///
/// This object may be accessed either as a tuple of
///   ((year, week, weekday))
/// or via the object attributes as named in the above tuple.
#[pyclass(name = "IsoCalendarDate", module = "datetime", base = Tuple)]
impl IsoCalendarDate {
    #[py("(year, week, weekday)", nosig)]
    fn __new__(t: &Thread, cls: Ref<Class>, year: Value, week: Value, weekday: Value) -> Result<Ref<Tuple>> {
        let fields = numbers(t, &[year, week, weekday], [0; 3])?;
        Tuple::in_class(t, cls, &fields.map(Value::small_int))
    }
    #[py(getter)]
    fn year(_t: &Thread, this: Value) -> Value {
        item(this, 0)
    }
    #[py(getter)]
    fn week(_t: &Thread, this: Value) -> Value {
        item(this, 1)
    }
    #[py(getter)]
    fn weekday(_t: &Thread, this: Value) -> Value {
        item(this, 2)
    }
    /// The plain tuple is what is pickled.
    #[py("($self, /)")]
    fn __reduce__(t: &Thread, this: Value) -> Result<(Value, (Value,))> {
        let fields = [item(this, 0), item(this, 1), item(this, 2)];
        Ok((Tuple::class().value(), (Tuple::new(t, &fields)?.value(),)))
    }
    #[py]
    fn __repr__(t: &Thread, this: Value) -> Result<String> {
        let [year, week, weekday] = [0, 1, 2].map(|i| t.repr(item(this, i)));
        Ok(format!("{}(year={}, week={}, weekday={})", shown_class(this), year?, week?, weekday?))
    }
}
