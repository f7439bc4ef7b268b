//! `_datetime`: dates, times and spans of time.
//!
//! The objects keep their numbers packed beside the header and never change, so nothing is locked. `calendar` and `iso` compute
//! with plain numbers; each of the other files has one or two classes. What the classes share is here: parsing arguments of the
//! constructors, and asking a time zone.

mod calendar;
mod date;
#[allow(clippy::module_inception)]
mod datetime;
mod delta;
mod format;
mod iso;
mod time;
mod zone;

use calendar::{DAY, Span};
use date::{Date, IsoCalendarDate};
use datetime::DateTime;
use delta::TimeDelta;
use taipan_vm::native::*;
use time::Time;
use zone::{TimeZone, TzInfo};

pub struct Datetime;

/// Fast implementation of the datetime module.
#[pymodule(name = "_datetime", classes(TimeDelta, TzInfo, TimeZone, Date, IsoCalendarDate, Time, DateTime), init = init)]
impl Datetime {}

fn init(t: &Thread, m: Ref<Module>) -> Result<()> {
    m.dict().remove(t, Str::intern_str(t, "IsoCalendarDate")?.value()).map(drop)?;
    m.set(t, "MINYEAR", Value::small_int(calendar::MIN_YEAR))?;
    m.set(t, "MAXYEAR", Value::small_int(calendar::MAX_YEAR))?;
    m.set(t, "UTC", zone::utc(t)?)
}

/// Sets an attribute of a class while it is being made.
fn class_attribute(t: &Thread, class: Ref<Class>, name: &str, value: Value) -> Result<()> {
    class.dict.expect().set(t, Str::intern_str(t, name)?.value(), value)
}

fn method(t: &Thread, object: Value, name: &str, args: &[Value]) -> Result<Value> {
    t.call_method(object, Str::intern_str(t, name)?, args)
}

/// The name a class has in texts: with the module if it is one of ours.
fn shown_class(v: Value) -> String {
    let class = class_of(v);
    if class.is_heap() { class.name_string() } else { class.full_name() }
}

fn int_arg(t: &Thread, v: Value) -> Result<i64> {
    let i = t.to_i64(v)?;
    if i > i64::from(i32::MAX) {
        return Err(t.overflow_error("signed integer is greater than maximum"));
    }
    if i < i64::from(i32::MIN) {
        return Err(t.overflow_error("signed integer is less than minimum"));
    }
    Ok(i)
}

fn value_error<T>(t: &Thread, r: std::result::Result<T, String>) -> Result<T> {
    r.map_err(|text| t.value_error(text))
}

fn date_range(t: &Thread) -> Exc {
    t.overflow_error("date value out of range")
}

/// What a constructor or method takes: its parameters, how many may be given by position, how many must be given.
struct Parameters {
    /// How texts call the function; none for those whose texts do not know it.
    function: Option<&'static str>,
    names: &'static [&'static str],
    positional: usize,
    required: usize,
}

impl Parameters {
    fn bind<const N: usize>(&self, t: &Thread, args: &[Value], kwargs: Kwargs) -> Result<[Value; N]> {
        let mut out = [Value::EMPTY; N];
        let name = self.function.map_or("function".to_owned(), |f| format!("{f}()"));
        let keywords = kwargs.0.map_or(0, |k| k.len());
        let given = args.len() + keywords;
        let plural = |n: usize| if n == 1 { "" } else { "s" };
        if given > N {
            let kind = if args.is_empty() { "keyword " } else { "" };
            return Err(t.type_error(format!("{name} takes at most {N} {kind}argument{} ({given} given)", plural(N))));
        }
        if args.len() > self.positional {
            let (max, given) = (self.positional, args.len());
            let bound = if self.required < max || self.function.is_none() { "at most" } else { "exactly" };
            let s = plural(max);
            return Err(t.type_error(format!("{name} takes {bound} {max} positional argument{s} ({given} given)")));
        }
        out[..args.len()].copy_from_slice(args);
        let mut unexpected = None;
        let mut twice = None;
        let mut pos = 0;
        while let Some((k, v)) = kwargs.0.and_then(|k| k.next(&mut pos)) {
            let Some(key) = k.downcast::<Str>() else { return Err(t.type_error("keywords must be strings")) };
            match self.names.iter().position(|n| key.eq_str(n)) {
                Some(i) if i < args.len() => {
                    twice.get_or_insert(i);
                }
                Some(i) => out[i] = v,
                None => {
                    unexpected.get_or_insert(key);
                }
            }
        }
        if let Some(i) = (0..self.required).find(|&i| out[i].is_empty()) {
            // Those that do not know their name convert the arguments one by one.
            if self.function.is_none() {
                numbers(t, &out[..i], [0; N])?;
            }
            return Err(t.type_error(format!("{name} missing required argument '{}' (pos {})", self.names[i], i + 1)));
        }
        if let Some(i) = twice {
            return Err(t.type_error(format!("argument for {name} given by name ('{}') and position ({})", self.names[i], i + 1)));
        }
        if let Some(key) = unexpected {
            let this = if self.function.is_some() { name } else { "this function".to_owned() };
            return Err(t.type_error(format!("{this} got an unexpected keyword argument '{key}'")));
        }
        Ok(out)
    }
}

/// The numbers among arguments, in order; `defaults` for those that are not given.
fn numbers<const N: usize>(t: &Thread, given: &[Value], defaults: [i64; N]) -> Result<[i64; N]> {
    let mut out = defaults;
    for (slot, &v) in out.iter_mut().zip(given) {
        if !v.is_empty() {
            *slot = int_arg(t, v)?;
        }
    }
    Ok(out)
}

/// A `fold` argument.
fn fold_arg(t: &Thread, v: Value, default: u8) -> Result<u8> {
    if v.is_empty() {
        return Ok(default);
    }
    check_fold(t, int_arg(t, v)?)
}

fn check_fold(t: &Thread, fold: i64) -> Result<u8> {
    match fold {
        0 | 1 => Ok(fold as u8),
        _ => Err(t.value_error(format!("fold must be either 0 or 1, not {fold}"))),
    }
}

/// A `tzinfo` argument: None or a time zone.
fn tzinfo_arg(t: &Thread, v: Value) -> Result<Value> {
    if v.is_empty() {
        return Ok(Value::NONE);
    }
    if v.is_none() || v.downcast::<TzInfo>().is_some() {
        return Ok(v);
    }
    let name = type_text(v);
    Err(t.type_error(format!("tzinfo argument must be None or of a tzinfo subclass, not type '{name}'")))
}

fn type_text(v: Value) -> String {
    shown_class(v)
}

/// The state in a single argument of a constructor that unpickles: bytes, or such as text, which Python 2 pickled. `right` says
/// whether they can be it.
fn pickled(t: &Thread, v: Value, what: &str, right: impl Fn(&[u8]) -> bool, place: usize, size: usize) -> Result<Option<Vec<u8>>> {
    if let Some(b) = v.downcast::<Bytes>() {
        return Ok(Some(b.as_slice()).filter(|b| b.len() == size && right(b)).map(<[u8]>::to_vec));
    }
    let Some(s) = v.downcast::<Str>().filter(|s| s.len() == size) else { return Ok(None) };
    let units = s.units();
    // The byte that says whether it is a state decides before the text is encoded.
    let mut probe = vec![0; size];
    match u8::try_from(units.at(place)) {
        Ok(b) => probe[place] = b,
        Err(_) => return Ok(None),
    }
    if !right(&probe) {
        return Ok(None);
    }
    let bytes: std::result::Result<Vec<u8>, _> = units.iter().map(u8::try_from).collect();
    match bytes {
        Ok(b) => Ok(Some(b)),
        Err(_) => Err(t.value_error(format!(
            "Failed to encode latin1 string when unpickling a {what} object. pickle.load(data, encoding='latin1') is assumed."
        ))),
    }
}

/// What a time zone's `utcoffset` or `dst` says, checked.
fn ask_offset(t: &Thread, zone: Value, name: &str, about: Value) -> Result<Option<Ref<TimeDelta>>> {
    if zone.is_none() {
        return Ok(None);
    }
    if let Some(fixed) = zone.downcast::<TimeZone>().filter(|_| name == "utcoffset") {
        return Ok(Some(fixed.offset()));
    }
    let answer = method(t, zone, name, &[about])?;
    if answer.is_none() {
        return Ok(None);
    }
    let Some(offset) = answer.downcast::<TimeDelta>() else {
        let got = type_text(answer);
        return Err(t.type_error(format!("tzinfo.{name}() must return None or timedelta, not '{got}'")));
    };
    check_offset(t, offset)?;
    Ok(Some(offset))
}

fn check_offset(t: &Thread, offset: Ref<TimeDelta>) -> Result<()> {
    if offset.span.total().abs() < i128::from(DAY) {
        return Ok(());
    }
    let shown = t.repr(offset.value())?;
    Err(t.value_error(format!(
        "offset must be a timedelta strictly between -timedelta(hours=24) and timedelta(hours=24), not {shown}"
    )))
}

fn ask_span(t: &Thread, zone: Value, about: Value) -> Result<Option<Span>> {
    Ok(ask_offset(t, zone, "utcoffset", about)?.map(|d| d.span))
}

/// What a time zone's `tzname` says: None or a string.
fn ask_name(t: &Thread, zone: Value, about: Value) -> Result<Value> {
    if zone.is_none() {
        return Ok(Value::NONE);
    }
    let answer = method(t, zone, "tzname", &[about])?;
    if answer.is_none() || answer.downcast::<Str>().is_some() {
        return Ok(answer);
    }
    let got = type_text(answer);
    Err(t.type_error(format!("tzinfo.tzname() must return None or a string, not '{got}'")))
}

/// `, fold=1` and `, tzinfo=…` at the end of a representation.
fn repr_tail(t: &Thread, zone: Value, fold: u8) -> Result<String> {
    let mut out = String::new();
    if fold != 0 {
        out += ", fold=1";
    }
    if !zone.is_none() {
        out += &format!(", tzinfo={}", t.repr(zone)?);
    }
    Ok(out)
}
