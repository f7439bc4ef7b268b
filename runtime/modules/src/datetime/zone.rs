//! `tzinfo`, the base of time zones, and `timezone`, those of a fixed offset.

use super::calendar::{DAY, SECOND, Span};
use super::datetime::DateTime;
use super::delta::TimeDelta;
use super::{ask_offset, class_attribute, method, shown_class};
use std::sync::atomic::{AtomicU64, Ordering::*};
use taipan_vm::native::*;
use taipan_vm::ops::number::BinaryOp;

#[derive(HeapType)]
#[repr(C)]
pub struct TzInfo {
    header: Header,
}

#[derive(HeapType)]
#[heap(base = TzInfo)]
#[repr(C)]
pub struct TimeZone {
    base: TzInfo,
    offset: RefField<TimeDelta>,
    /// Empty: made from the offset.
    name: Field,
}

fn not_implemented(t: &Thread, name: &str) -> Exc {
    t.not_implemented_error(format!("a tzinfo subclass must implement {name}()"))
}

/// The datetime given to a `fromutc`, which must be in the zone itself.
fn own_datetime(t: &Thread, zone: Value, v: Value) -> Result<Ref<DateTime>> {
    let Some(dt) = v.downcast::<DateTime>() else { return Err(t.type_error("fromutc: argument must be a datetime")) };
    if dt.zone() != zone {
        return Err(t.value_error("fromutc: dt.tzinfo is not self"));
    }
    Ok(dt)
}

/// Abstract base class for time zone info objects.
#[pyclass(name = "tzinfo", module = "datetime", flags(BASE))]
impl TzInfo {
    #[py("(*args, **kwargs)", nosig)]
    fn __new__(t: &Thread, cls: Ref<Class>, args: &[Value], kwargs: Kwargs) -> Result<Ref<TzInfo>> {
        // Those are for the constructor of a subclass.
        let _ = (args, kwargs);
        t.create_in(cls, TzInfo { header: Header::NEW })
    }
    /// datetime -> string name of time zone.
    #[py("($self, object, /)")]
    fn tzname(t: &Thread, this: Ref<TzInfo>, object: Value) -> Result<Value> {
        let _ = (this, object);
        Err(not_implemented(t, "tzname"))
    }
    /// datetime -> timedelta showing offset from UTC, negative values indicating West of UTC.
    #[py("($self, object, /)")]
    fn utcoffset(t: &Thread, this: Ref<TzInfo>, object: Value) -> Result<Value> {
        let _ = (this, object);
        Err(not_implemented(t, "utcoffset"))
    }
    /// datetime -> DST offset as timedelta, positive east of UTC.
    #[py("($self, object, /)")]
    fn dst(t: &Thread, this: Ref<TzInfo>, object: Value) -> Result<Value> {
        let _ = (this, object);
        Err(not_implemented(t, "dst"))
    }
    /// datetime in UTC -> datetime in local time.
    #[py("($self, object, /)")]
    fn fromutc(t: &Thread, this: Ref<TzInfo>, object: Value) -> Result<Value> {
        let dt = own_datetime(t, this.value(), object)?;
        let Some(offset) = ask_offset(t, dt.zone(), "utcoffset", object)? else {
            return Err(t.value_error("fromutc: non-None utcoffset() result required"));
        };
        let Some(dst) = ask_offset(t, dt.zone(), "dst", object)? else {
            return Err(t.value_error("fromutc: non-None dst() result required"));
        };
        // Standard time first, as the rules for daylight time are given in that.
        let standard = TimeDelta::from_total(t, Some(offset.span.total() - dst.span.total()))?;
        let result = t.binary(BinaryOp::Add, object, standard.value())?;
        match ask_offset(t, dt.zone(), "dst", result)? {
            Some(dst) => t.binary(BinaryOp::Add, result, dst.value()),
            None => Err(t.value_error("fromutc: tz.dst() gave inconsistent results; cannot convert")),
        }
    }
    /// -> (cls, args, state)
    #[py("($self, /)")]
    fn __reduce__(t: &Thread, this: Value) -> Result<(Value, Value, Value)> {
        let args = match t.get_attr_opt(this, Str::intern_str(t, "__getinitargs__")?)? {
            Some(f) => t.call(f, &[])?,
            None => taipan_vm::objects::tuple::empty_tuple().value(),
        };
        let state = method(t, this, "__getstate__", &[])?;
        Ok((class_of(this).value(), args, state))
    }
}

/// The address of `timezone.utc`, which the registry keeps alive.
static UTC: AtomicU64 = AtomicU64::new(Value::EMPTY.bits());

pub fn utc(t: &Thread) -> Result<Value> {
    let known = Value::from_bits(UTC.load(Acquire));
    if !known.is_empty() {
        return Ok(known);
    }
    let offset = TimeDelta::new(t, Span { days: 0, seconds: 0, micros: 0 })?;
    let new = create(t, TimeZone::class(), offset, Value::EMPTY)?.value();
    t.registry().set(t, Str::intern_str(t, "datetime.timezone.utc")?.value(), new)?;
    UTC.store(new.bits(), Release);
    Ok(new)
}

fn is_utc(v: Value) -> bool {
    v.bits() == UTC.load(Acquire)
}

fn create(t: &Thread, class: Ref<Class>, offset: Ref<TimeDelta>, name: Value) -> Result<Ref<TimeZone>> {
    let field = RefField::null();
    field.init(offset);
    t.create_in(class, TimeZone { base: TzInfo { header: Header::NEW }, offset: field, name: Field::new(name) })
}

/// The time zone of an offset; UTC is always the same object if it has no other name.
pub fn fixed(t: &Thread, offset: Ref<TimeDelta>, name: Value) -> Result<Value> {
    if name.is_empty() && offset.span.total() == 0 {
        return utc(t);
    }
    super::check_offset(t, offset)?;
    create(t, TimeZone::class(), offset, name).map(Ref::value)
}

impl TimeZone {
    pub fn offset(&self) -> Ref<TimeDelta> {
        self.offset.get().expect("a timezone has an offset")
    }
    fn text(this: Ref<TimeZone>) -> String {
        if let Some(name) = this.name.get().downcast::<Str>() {
            return name.to_string_lossy();
        }
        let span = this.offset().span;
        if span.total() == 0 { "UTC".to_owned() } else { format!("UTC{}", span.offset_text(":")) }
    }
}

/// The argument of a method that does not look at it.
fn check_about(t: &Thread, v: Value, name: &str) -> Result<()> {
    if v.is_none() || v.downcast::<DateTime>().is_some() {
        return Ok(());
    }
    let got = shown_class(v);
    Err(t.type_error(format!("{name}(dt) argument must be a datetime instance or None, not {got}")))
}

fn constants(t: &Thread, class: Ref<Class>) -> Result<()> {
    class_attribute(t, class, "utc", utc(t)?)?;
    let last = i128::from(DAY - 60 * SECOND);
    for (name, total) in [("min", -last), ("max", last)] {
        let offset = TimeDelta::from_total(t, Some(total))?;
        class_attribute(t, class, name, create(t, class, offset, Value::EMPTY)?.value())?;
    }
    Ok(())
}

/// Fixed offset from UTC implementation of tzinfo.
#[pyclass(name = "timezone", module = "datetime", base = TzInfo, init = constants)]
impl TimeZone {
    #[py("(*args, **kwargs)", nosig)]
    fn __new__(t: &Thread, cls: Ref<Class>, args: &[Value], kwargs: Kwargs) -> Result<Value> {
        let _ = cls;
        const TAKES: super::Parameters =
            super::Parameters { function: Some("timezone"), names: &["offset", "name"], positional: 2, required: 1 };
        let [offset, name]: [Value; 2] = TAKES.bind(t, args, kwargs)?;
        let Some(delta) = offset.downcast::<TimeDelta>() else {
            let got = argument_class(offset);
            return Err(t.type_error(format!("timezone() argument 1 must be datetime.timedelta, not {got}")));
        };
        if !name.is_empty() && name.downcast::<Str>().is_none() {
            let got = argument_class(name);
            return Err(t.type_error(format!("timezone() argument 2 must be str, not {got}")));
        }
        fixed(t, delta, name)
    }
    /// If name is specified when timezone is created, returns the name.  Otherwise returns offset as 'UTC(+|-)HH:MM'.
    #[py("($self, object, /)")]
    fn tzname(t: &Thread, this: Ref<TimeZone>, object: Value) -> Result<Value> {
        check_about(t, object, "tzname")?;
        match this.name.get().some() {
            Some(name) => Ok(name),
            None => TimeZone::text(this).into_value(t),
        }
    }
    /// Return fixed offset.
    #[py("($self, object, /)")]
    fn utcoffset(t: &Thread, this: Ref<TimeZone>, object: Value) -> Result<Ref<TimeDelta>> {
        check_about(t, object, "utcoffset")?;
        Ok(this.offset())
    }
    /// Return None.
    #[py("($self, object, /)")]
    fn dst(t: &Thread, this: Ref<TimeZone>, object: Value) -> Result<()> {
        let _ = this;
        check_about(t, object, "dst")
    }
    /// datetime in UTC -> datetime in local time.
    #[py("($self, object, /)")]
    fn fromutc(t: &Thread, this: Ref<TimeZone>, object: Value) -> Result<Value> {
        own_datetime(t, this.value(), object)?;
        DateTime::shift(t, object, this.offset().span, 1)
    }
    /// pickle support
    #[py("($self, /)")]
    fn __getinitargs__(t: &Thread, this: Ref<TimeZone>) -> Result<Ref<Tuple>> {
        let offset = this.offset().value();
        match this.name.get().some() {
            Some(name) => Tuple::new(t, &[offset, name]),
            None => Tuple::new(t, &[offset]),
        }
    }
    #[py]
    fn __repr__(t: &Thread, this: Ref<TimeZone>) -> Result<String> {
        if is_utc(this.value()) {
            return Ok("datetime.timezone.utc".to_owned());
        }
        let offset = t.repr(this.offset().value())?;
        match this.name.get().some() {
            Some(name) => Ok(format!("datetime.timezone({offset}, {})", t.repr(name)?)),
            None => Ok(format!("datetime.timezone({offset})")),
        }
    }
    #[py]
    fn __str__(t: &Thread, this: Ref<TimeZone>) -> Result<Value> {
        match this.name.get().some() {
            Some(name) => Ok(name),
            None => TimeZone::text(this).into_value(t),
        }
    }
    #[py]
    fn __hash__(t: &Thread, this: Ref<TimeZone>) -> Result<i64> {
        t.hash(this.offset().value())
    }
    #[py]
    fn __eq__(_t: &Thread, this: Ref<TimeZone>, other: Value) -> Value {
        match other.downcast::<TimeZone>() {
            Some(other) => Value::bool(this.offset().span == other.offset().span),
            None => Value::NOT_IMPLEMENTED,
        }
    }
    #[py]
    fn __ne__(_t: &Thread, this: Ref<TimeZone>, other: Value) -> Value {
        match other.downcast::<TimeZone>() {
            Some(other) => Value::bool(this.offset().span != other.offset().span),
            None => Value::NOT_IMPLEMENTED,
        }
    }
    #[py]
    fn __lt__(_t: &Thread, this: Ref<TimeZone>, other: Value) -> Value {
        let _ = (this, other);
        Value::NOT_IMPLEMENTED
    }
    #[py]
    fn __le__(_t: &Thread, this: Ref<TimeZone>, other: Value) -> Value {
        let _ = (this, other);
        Value::NOT_IMPLEMENTED
    }
    #[py]
    fn __gt__(_t: &Thread, this: Ref<TimeZone>, other: Value) -> Value {
        let _ = (this, other);
        Value::NOT_IMPLEMENTED
    }
    #[py]
    fn __ge__(_t: &Thread, this: Ref<TimeZone>, other: Value) -> Value {
        let _ = (this, other);
        Value::NOT_IMPLEMENTED
    }
}

pub fn argument_class(v: Value) -> String {
    if v.is_none() { "None".to_owned() } else { shown_class(v) }
}
