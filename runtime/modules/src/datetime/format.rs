//! `strftime`: the directives that the C library cannot know, and the rest by way of `time.strftime`.

use super::calendar::{Clock, Day};
use super::{ask_name, ask_span};
use taipan_vm::import::import_module;
use taipan_vm::native::*;

/// What is formatted: `zone` is None for a day without time; `about` is what the zone is asked with.
pub struct Subject {
    pub year: i64,
    pub day: Option<Day>,
    pub micro: u32,
    pub zone: Value,
    pub about: Value,
}

fn offset_text(t: &Thread, of: &Subject, separator: &str) -> Result<String> {
    Ok(ask_span(t, of.zone, of.about)?.map_or_else(String::new, |s| s.offset_text(separator)))
}

/// The zone's name with its percent signs doubled; a subclass of str does that in its own way.
fn zone_name(t: &Thread, of: &Subject) -> Result<Option<Ref<Str>>> {
    let name = ask_name(t, of.zone, of.about)?;
    if name.is_none() {
        return Ok(None);
    }
    let doubled = super::method(t, name, "replace", &["%".into_value(t)?, "%%".into_value(t)?])?;
    match doubled.downcast::<Str>() {
        Some(s) => Ok(Some(s)),
        None => Err(t.type_error("tzname.replace() did not return a string")),
    }
}

/// Replaces what depends on microseconds, the time zone or years of less than four digits, then leaves it to `time.strftime`.
pub fn strftime(t: &Thread, of: &Subject, format: Ref<Str>, tuple: Value) -> Result<Value> {
    let time = import_module(t, "time")?;
    let points: Vec<u32> = format.units().iter().collect();
    let mut out: Vec<u32> = Vec::with_capacity(points.len() * 2);
    let mut i = 0;
    while i < points.len() {
        let at = |i: usize| points.get(i).and_then(|&c| char::from_u32(c));
        if points[i] != u32::from(b'%') || i + 1 == points.len() {
            out.push(points[i]);
            i += 1;
            continue;
        }
        let text = match at(i + 1) {
            Some('f') => Some(format!("{:06}", of.micro)),
            Some('z') => Some(offset_text(t, of, "")?),
            Some(':') if at(i + 2) == Some('z') => {
                i += 1;
                Some(offset_text(t, of, ":")?)
            }
            Some('Z') => match zone_name(t, of)? {
                Some(name) => {
                    out.extend(name.units().iter());
                    Some(String::new())
                }
                None => Some(String::new()),
            },
            Some(c @ ('Y' | 'G' | 'F' | 'C')) if of.year < 1000 => Some(padded_year(t, of, c, time, tuple)?),
            _ => None,
        };
        match text {
            Some(text) => out.extend(text.chars().map(u32::from)),
            None => out.extend_from_slice(&points[i..i + 2]),
        }
        i += 2;
    }
    super::method(t, time, "strftime", &[Str::from_code_points(t, &out)?.value(), tuple])
}

/// Some C libraries do not fill years up with zeros.
fn padded_year(t: &Thread, of: &Subject, directive: char, time: Value, tuple: Value) -> Result<String> {
    if directive == 'G' {
        let text = super::method(t, time, "strftime", &["%G".into_value(t)?, tuple])?;
        let year = text.downcast::<Str>().map(|s| s.to_string_lossy()).unwrap_or_default();
        return Ok(format!("{:0>4}", year.trim_start()));
    }
    Ok(match (directive, of.day) {
        ('C', _) => format!("{:02}", of.year / 100),
        ('F', Some(day)) => format!("{:04}-{:02}-{:02}", of.year, day.month, day.day),
        _ => format!("{:04}", of.year),
    })
}

/// `time.struct_time` of a moment; `dst` as in C.
pub fn struct_time(t: &Thread, day: Day, clock: Clock, dst: i64) -> Result<Value> {
    let numbers = [
        day.year.into(),
        day.month.into(),
        day.day.into(),
        clock.hour.into(),
        clock.minute.into(),
        clock.second.into(),
        day.weekday(),
        day.day_of_year(),
        dst,
    ];
    let fields = Tuple::new(t, &numbers.map(Value::small_int))?;
    super::method(t, import_module(t, "time")?, "struct_time", &[fields.value()])
}

/// A string argument of a method, by its number.
pub fn str_arg(t: &Thread, v: Value, function: &str, number: usize) -> Result<Ref<Str>> {
    v.downcast::<Str>().ok_or_else(|| {
        let got = super::zone::argument_class(v);
        let number = if number == 0 { String::new() } else { format!(" {number}") };
        t.type_error(format!("{function}() argument{number} must be str, not {got}"))
    })
}

/// `__format__`: an empty format is `str()`.
pub fn format(t: &Thread, this: Value, spec: Value) -> Result<Value> {
    let spec = str_arg(t, spec, "__format__", 1)?;
    if spec.is_empty() {
        return t.str(this).map(Ref::value);
    }
    super::method(t, this, "strftime", &[spec.value()])
}

/// `strptime` of a class: `_strptime` has a function for each.
pub fn strptime(t: &Thread, class: Ref<Class>, function: &str, args: &[Value]) -> Result<Value> {
    let &[text, format] = args else {
        return Err(t.type_error(format!("strptime() takes exactly 2 arguments ({} given)", args.len())));
    };
    str_arg(t, text, "strptime", 1)?;
    str_arg(t, format, "strptime", 2)?;
    super::method(t, import_module(t, "_strptime")?, function, &[class.value(), text, format])
}

/// An optional `timespec`; `number` is that of the argument, for the error.
pub fn timespec(t: &Thread, clock: Clock, v: Option<Value>, number: usize) -> Result<String> {
    let spec = match v {
        Some(v) => str_arg(t, v, "isoformat", number)?.to_string_lossy(),
        None => "auto".to_owned(),
    };
    clock.iso_text(&spec).ok_or_else(|| t.value_error("Unknown timespec value"))
}
