//! `UnicodeEncodeError`, `UnicodeDecodeError`, `UnicodeTranslateError`: what could not be converted, and where.

use super::base::{BaseException, allocate};
use super::members::members;
use super::simple::Base;
use super::text::Text;
use super::{Kind, UnicodeError, class};
use crate::native::*;

/// The fields that the three have in common; `encoding` stays empty in a translate error.
#[repr(C)]
pub struct Details {
    pub encoding: Field,
    pub object: Field,
    pub start: Field,
    pub end: Field,
    pub reason: Field,
}
impl Scan for Details {
    fn scan(&self, v: &mut Visitor) {
        for f in [&self.encoding, &self.object, &self.start, &self.end, &self.reason] {
            f.scan(v);
        }
    }
}

macro_rules! layouts {
    ($($name:ident $members:ident),*) => { $(
        #[derive(HeapType)]
        #[heap(base = BaseException)]
        #[repr(C)]
        pub struct $name {
            base: BaseException,
            pub details: Details,
        }
        impl Base for $name {}
        members! {
            $members: $name {
                member "encoding" = details.encoding, "exception encoding";
                member "object" = details.object, "exception object";
                int_member "start" = details.start, "exception start";
                int_member "end" = details.end, "exception end";
                member "reason" = details.reason, "exception reason";
            }
        }
    )* };
}
layouts!(UnicodeEncodeError encode_members, UnicodeDecodeError decode_members, UnicodeTranslateError translate_members);

/// The fields of any of the three.
pub fn details<'a>(e: Value) -> Option<&'a Details> {
    // SAFETY: (lifetimes) the caller has `e` on its stack, which keeps the cell alive.
    unsafe {
        if let Some(e) = e.downcast::<UnicodeDecodeError>() {
            return Some(&(*e.as_ptr()).details);
        }
        if let Some(e) = e.downcast::<UnicodeEncodeError>() {
            return Some(&(*e.as_ptr()).details);
        }
        e.downcast::<UnicodeTranslateError>().map(|e| &(*e.as_ptr()).details)
    }
}

impl Details {
    fn fill(&self, t: &Thread, holder: &Header, encoding: Value, object: Value, start: isize, end: isize, reason: Value) {
        self.encoding.set(t, holder, encoding);
        self.object.set(t, holder, object);
        self.start.set(t, holder, small(start));
        self.end.set(t, holder, small(end));
        self.reason.set(t, holder, reason);
    }
    fn position(&self) -> (isize, isize) {
        (self.start.get().as_small_int().unwrap_or(0) as isize, self.end.get().as_small_int().unwrap_or(0) as isize)
    }
    /// The range of the object that failed, moved inside an object of length `len`, as error handlers see it.
    pub fn range(&self, len: usize) -> (usize, usize) {
        let (start, end) = self.position();
        let start = (start.max(0) as usize).min(len.saturating_sub(1));
        (start, (end.max(1) as usize).min(len))
    }
    /// `str(v)` of a field; `<NULL>` where a C string would be missing.
    fn text_of(t: &Thread, field: &Field) -> Result<Ref<Str>> {
        match field.get().some() {
            Some(v) => t.str(v),
            None => Str::from_str(t, "<NULL>"),
        }
    }
    fn wrong_object(&self, t: &Thread, expected: &str) -> Exc {
        match self.object.get().is_empty() {
            true => t.type_error("UnicodeError 'object' attribute is not set"),
            false => t.type_error(format!("UnicodeError 'object' attribute must be a {expected}")),
        }
    }
    /// The index of the only unit that failed.
    fn single(&self, len: usize) -> Option<usize> {
        let (start, end) = self.position();
        (start >= 0 && (start as usize) < len && end == start + 1).then_some(start as usize)
    }
    /// "'utf-8' codec can't decode byte 0xff in position 0: invalid start byte". `bad` shows the unit when it is only one; it looks at
    /// the object after user code ran.
    fn describe(&self, t: &Thread, verb: &str, unit: &str, bad: impl FnOnce() -> Result<Option<String>>) -> Result<Ref<Str>> {
        if self.object.get().is_empty() {
            return Ok(crate::objects::str::empty_str());
        }
        let reason = Details::text_of(t, &self.reason)?;
        let mut text = Text::new();
        if verb != "can't translate" {
            text.ascii("'").str(Details::text_of(t, &self.encoding)?).ascii("' codec ");
        }
        let bad = bad()?;
        let (start, end) = self.position();
        match bad {
            Some(bad) => text.ascii(&format!("{verb} {unit} {bad} in position {start}: ")),
            None => text.ascii(&format!("{verb} {unit}s in position {start}-{}: ", end.wrapping_sub(1))),
        };
        text.str(reason).finish(t)
    }
    fn describe_character(&self, t: &Thread, verb: &str) -> Result<Ref<Str>> {
        self.describe(t, verb, "character", || match self.object.get().downcast::<Str>() {
            Some(object) => Ok(self.single(object.len()).map(|i| escaped(object.units().at(i)))),
            None => Err(self.wrong_object(t, "string")),
        })
    }
}

fn small(n: isize) -> Value {
    Value::small_int((n as i64).clamp(Value::SMALL_INT_MIN, Value::SMALL_INT_MAX))
}

fn escaped(c: u32) -> String {
    match c {
        0..=0xff => format!("'\\x{c:02x}'"),
        0x100..=0xffff => format!("'\\u{c:04x}'"),
        _ => format!("'\\U{c:08x}'"),
    }
}

/// Argument `i` (from 0) as a string: "argument 1 must be str, not int".
fn string_argument(t: &Thread, args: &[Value], i: usize) -> Result<Value> {
    match args[i].downcast::<Str>() {
        Some(s) => Ok(s.value()),
        None => Err(t.type_error(format!("argument {} must be str, not {}", i + 1, class_of(args[i]).name_string()))),
    }
}
/// The content of a bytes-like object.
fn bytes_of(t: &Thread, v: Value) -> Result<Ref<Bytes>> {
    if class_of(v).special(t, crate::objects::class::Special::Buffer).is_some() {
        if let Some(bytes) = t.call(Bytes::class().value(), &[v])?.downcast::<Bytes>() {
            return Ok(bytes);
        }
    }
    Err(t.type_error(format!("a bytes-like object is required, not '{}'", class_of(v).name_string())))
}
fn check_count(t: &Thread, args: &[Value], expected: usize) -> Result<()> {
    if args.len() != expected {
        return Err(t.type_error(format!("function takes exactly {expected} arguments ({} given)", args.len())));
    }
    Ok(())
}
/// Keywords are refused, and `args` set, before the arguments are looked at.
fn begin(t: &Thread, this: Ref<BaseException>, args: &[Value], kwargs: Kwargs, expected: usize) -> Result<()> {
    BaseException::initialise(t, this, args, kwargs)?;
    check_count(t, args, expected)
}

/// Unicode encoding error.
#[pyclass(name = "UnicodeEncodeError", base = UnicodeError, flags(BASE), init = encode_members)]
impl UnicodeEncodeError {
    #[py]
    fn __init__(t: &Thread, this: Ref<UnicodeEncodeError>, args: &[Value], kwargs: Kwargs) -> Result<()> {
        begin(t, Base::upcast(this), args, kwargs, 5)?;
        let (encoding, object) = (string_argument(t, args, 0)?, string_argument(t, args, 1)?);
        let (start, end) = (t.to_isize(args[2])?, t.to_isize(args[3])?);
        let reason = string_argument(t, args, 4)?;
        this.details.fill(t, this.header(), encoding, object, start, end, reason);
        Ok(())
    }
    #[py]
    fn __str__(t: &Thread, this: Ref<UnicodeEncodeError>) -> Result<Ref<Str>> {
        this.details.describe_character(t, "can't encode")
    }
}

/// Unicode decoding error.
#[pyclass(name = "UnicodeDecodeError", base = UnicodeError, flags(BASE), init = decode_members)]
impl UnicodeDecodeError {
    #[py]
    fn __init__(t: &Thread, this: Ref<UnicodeDecodeError>, args: &[Value], kwargs: Kwargs) -> Result<()> {
        begin(t, Base::upcast(this), args, kwargs, 5)?;
        let encoding = string_argument(t, args, 0)?;
        let (start, end) = (t.to_isize(args[2])?, t.to_isize(args[3])?);
        let reason = string_argument(t, args, 4)?;
        let object = match args[1].downcast::<Bytes>() {
            Some(b) => b,
            None => bytes_of(t, args[1])?,
        };
        this.details.fill(t, this.header(), encoding, object.value(), start, end, reason);
        Ok(())
    }
    #[py]
    fn __str__(t: &Thread, this: Ref<UnicodeDecodeError>) -> Result<Ref<Str>> {
        let d = &this.details;
        d.describe(t, "can't decode", "byte", || match d.object.get().downcast::<Bytes>() {
            Some(object) => Ok(d.single(object.as_slice().len()).map(|i| format!("0x{:02x}", object.as_slice()[i]))),
            None => Err(d.wrong_object(t, "bytes")),
        })
    }
}

/// Unicode translation error.
#[pyclass(name = "UnicodeTranslateError", base = UnicodeError, flags(BASE), init = translate_members)]
impl UnicodeTranslateError {
    #[py]
    fn __init__(t: &Thread, this: Ref<UnicodeTranslateError>, args: &[Value], kwargs: Kwargs) -> Result<()> {
        begin(t, Base::upcast(this), args, kwargs, 4)?;
        let object = string_argument(t, args, 0)?;
        let (start, end) = (t.to_isize(args[1])?, t.to_isize(args[2])?);
        let reason = string_argument(t, args, 3)?;
        this.details.fill(t, this.header(), Value::EMPTY, object, start, end, reason);
        Ok(())
    }
    #[py]
    fn __str__(t: &Thread, this: Ref<UnicodeTranslateError>) -> Result<Ref<Str>> {
        this.details.describe_character(t, "can't translate")
    }
}

fn make(t: &Thread, kind: Kind, encoding: Option<&str>, object: Value, start: usize, end: usize, reason: &str) -> Exc {
    let build = || {
        let encoding = match encoding {
            Some(name) => Str::from_str(t, name)?.value(),
            None => Value::EMPTY,
        };
        let reason = Str::from_str(t, reason)?.value();
        let (start, end) = (start as isize, end as isize);
        let all = [encoding, object, small(start), small(end), reason];
        let args = if encoding.is_empty() { &all[1..] } else { &all[..] };
        let e = allocate(t, class(kind), Tuple::new(t, args)?)?;
        if let Some(d) = details(e.value()) {
            d.fill(t, e.header(), encoding, object, start, end, reason);
        }
        Ok(e.value())
    };
    super::raise_made(t, build())
}
/// `object` is the bytes that could not be decoded.
#[cold]
pub fn unicode_decode_error(t: &Thread, encoding: &str, object: Ref<Bytes>, start: usize, end: usize, reason: &str) -> Exc {
    make(t, Kind::UnicodeDecodeError, Some(encoding), object.value(), start, end, reason)
}
#[cold]
pub fn unicode_encode_error(t: &Thread, encoding: &str, object: Ref<Str>, start: usize, end: usize, reason: &str) -> Exc {
    make(t, Kind::UnicodeEncodeError, Some(encoding), object.value(), start, end, reason)
}
#[cold]
pub fn unicode_translate_error(t: &Thread, object: Ref<Str>, start: usize, end: usize, reason: &str) -> Exc {
    make(t, Kind::UnicodeTranslateError, None, object.value(), start, end, reason)
}
