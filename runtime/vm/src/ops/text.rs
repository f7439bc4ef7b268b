//! `repr`, `str`, `ascii`, `format`, and the guard against endless `repr` of containers that hold themselves.

use super::{identity, type_name};
use crate::native::*;
use crate::objects::class::Special;
use crate::objects::str::empty_str;
use crate::objects::str_format::int_str;
use taipan_text::float::Fixed;
use taipan_text::spec::{Locale, SpecError};
use taipan_text::{Text, TextBuf};

/// A string's units, lent to the text algorithms.
#[inline(always)]
pub fn text_of(s: &Str) -> Text<'_> {
    match s.units() {
        Units::Latin1(u) => Text::Latin1(u),
        Units::Ucs2(u) => Text::Ucs2(u),
        Units::Ucs4(u) => Text::Ucs4(u),
    }
}

/// The commonest formats of immediate numbers, `[0][width][d]` and `[0][width].digits f`; `None` for all else.
fn format_number(t: &Thread, v: Value, spec: &[u8]) -> Result<Option<Ref<Str>>> {
    const MOST: usize = 64;
    if !(v.is_small_int() || v.is_immediate_float()) || spec.len() > 6 {
        return Ok(None);
    }
    let number = |from: usize| {
        let digits = spec[from..].iter().take_while(|b| b.is_ascii_digit()).count();
        let n = spec[from..from + digits].iter().fold(0, |n, b| n * 10 + usize::from(b - b'0'));
        (n, from + digits)
    };
    let zero = spec.first() == Some(&b'0');
    let (width, at) = number(0);
    let fixed;
    let mut digits = [0; 20];
    let text = match (v.as_small_int(), v.as_immediate_float(), &spec[at..]) {
        (Some(i), _, [] | [b'd']) => crate::objects::str_format::decimal(&mut digits, i),
        (_, Some(x), [b'.', .., b'f']) => match number(at + 1) {
            (precision, end) if end > at + 1 && end + 1 == spec.len() => match Fixed::of(x, precision) {
                Some(f) => {
                    fixed = f;
                    fixed.text().as_bytes()
                }
                None => return Ok(None),
            },
            _ => return Ok(None),
        },
        _ => return Ok(None),
    };
    if width > MOST {
        return Ok(None);
    }
    if text.len() >= width {
        return Str::from_narrowest(t, Units::Latin1(text), true).map(Some);
    }
    let mut out = [if zero { b'0' } else { b' ' }; MOST];
    // Zeros go between the sign and the digits.
    let sign = usize::from(zero && text[0] == b'-');
    out[..sign].copy_from_slice(&text[..sign]);
    out[width - text.len() + sign..width].copy_from_slice(&text[sign..]);
    Str::from_narrowest(t, Units::Latin1(&out[..width]), true).map(Some)
}

impl Thread {
    /// `repr(v)`.
    pub fn repr(&self, v: Value) -> Result<Ref<Str>> {
        if v.is_small_int() {
            return int_str(self, v.small_int_unchecked());
        }
        if let Some(x) = v.as_immediate_float() {
            return crate::objects::float::repr(self, x);
        }
        self.check_depth(" while getting the repr of an object")?;
        let Some(f) = class_of(v).special(self, Special::Repr) else {
            let text = format!("<{} object at {:#x}>", type_name(v), identity(v));
            return Str::from_str(self, &text);
        };
        let r = self.call_special0(f, v)?;
        match r.downcast::<Str>() {
            Some(s) => Ok(s),
            None => Err(self.type_error(format!("__repr__ returned non-string (type {})", type_name(r)))),
        }
    }

    /// `str(v)`.
    pub fn str(&self, v: Value) -> Result<Ref<Str>> {
        if let Some(s) = v.downcast::<Str>()
            && s.header().shape_id() == Str::class_cell().shape()
        {
            return Ok(s);
        }
        if v.is_small_int() || v.is_immediate_float() {
            return self.repr(v);
        }
        let Some(f) = class_of(v).special(self, Special::Str) else {
            return self.repr(v);
        };
        self.check_depth(" while getting the str of an object")?;
        let r = self.call_special0(f, v)?;
        match r.downcast::<Str>() {
            Some(s) => Ok(s),
            None => Err(self.type_error(format!("__str__ returned non-string (type {})", type_name(r)))),
        }
    }

    /// `ascii(v)`.
    pub fn ascii(&self, v: Value) -> Result<Ref<Str>> {
        let r = self.repr(v)?;
        if r.is_ascii() {
            return Ok(r);
        }
        let mut out = String::with_capacity(r.len() + 16);
        for c in r.units().iter() {
            match c {
                0..0x80 => out.push(c as u8 as char),
                0x80..0x100 => out.push_str(&format!("\\x{c:02x}")),
                0x100..0x1_0000 => out.push_str(&format!("\\u{c:04x}")),
                _ => out.push_str(&format!("\\U{c:08x}")),
            }
        }
        Str::from_str(self, &out)
    }

    /// `format(v, spec)`.
    pub fn format(&self, v: Value, spec: Ref<Str>) -> Result<Ref<Str>> {
        if spec.is_empty() && (v.is_small_int() || class_of(v) == Str::class()) {
            return self.str(v);
        }
        if let Units::Latin1(spec) = spec.units()
            && let Some(s) = format_number(self, v, spec)?
        {
            return Ok(s);
        }
        let Some(f) = class_of(v).special(self, Special::Format) else {
            return Err(self.type_error(format!("Type {} doesn't define __format__", type_name(v))));
        };
        self.check_native_stack()?;
        let r = self.call_special1(f, v, spec.value())?;
        match r.downcast::<Str>() {
            Some(s) => Ok(s),
            None => Err(self.type_error(format!("__format__ must return a str, not {}", type_name(r)))),
        }
    }

    /// `format(v)`.
    pub fn format_plain(&self, v: Value) -> Result<Ref<Str>> {
        self.format(v, empty_str())
    }

    /// A string of what a text algorithm made.
    pub fn str_from_text(&self, text: &TextBuf) -> Result<Ref<Str>> {
        let units = match text.as_text() {
            Text::Latin1(u) => Units::Latin1(u),
            Text::Ucs2(u) => Units::Ucs2(u),
            Text::Ucs4(u) => Units::Ucs4(u),
        };
        Str::from_narrowest(self, units, text.is_ascii())
    }

    /// The exception of a wrong format specifier.
    #[cold]
    pub fn spec_error(&self, e: SpecError) -> Exc {
        if e.overflow { self.overflow_error(e.message) } else { self.value_error(e.message) }
    }

    /// How the current locale writes numbers, for the format code `n`.
    pub fn number_locale(&self) -> Locale<'static> {
        Locale::C
    }

    /// Notes that this thread makes the `repr` of `v`: false if it already does, and then the caller writes `...`; after true the
    /// caller ends with [`Thread::repr_leave`], also after an error.
    pub fn repr_enter(&self, v: Value) -> Result<bool> {
        let state = self.state();
        let running = match state.repr_running.get().downcast::<Dict>() {
            Some(d) => d,
            None => {
                let d = Dict::new(self)?;
                state.repr_running.set(self, state.header(), d);
                d
            }
        };
        let key = self.uint(identity(v))?;
        if running.contains(self, key)? {
            return Ok(false);
        }
        running.set(self, key, Value::TRUE)?;
        Ok(true)
    }

    /// Ends what [`Thread::repr_enter`] began.
    pub fn repr_leave(&self, v: Value) {
        if let (Some(d), Ok(key)) = (self.state().repr_running.get().downcast::<Dict>(), self.uint(identity(v))) {
            // The key is an integer: its hash and comparison do not fail.
            let _ = d.remove(self, key);
        }
    }
}
