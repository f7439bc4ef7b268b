//! `template % values`, for strings and for bytes.
//!
//! The template language and the layout of numbers are `taipan_text::percent`; here are the rules for taking arguments and
//! converting them, which the two kinds of template share but for some messages.

use crate::native::*;
use crate::objects::class::Special;
use crate::objects::str_build::from_text;
use crate::objects::str_format::push_int;
use crate::objects::{int, int_methods};
use crate::ops::{float_value, text_of};
use taipan_text::percent::{Amount, Directive, Flags, Layout, Parser, Piece, Sink, Template, next_percent, usual_directive};
use taipan_text::{MAX_CODE_POINT, Text, TextBuf};

/// Where arguments come from.
enum Source {
    Tuple { items: Ref<Tuple>, next: usize },
    One { value: Value, taken: bool },
}

struct Arguments {
    source: Source,
    /// The right operand, if it can be asked for keys.
    mapping: Option<Value>,
}

impl Arguments {
    fn new(t: &Thread, values: Value, is_text: bool) -> Arguments {
        if let Some(items) = values.downcast::<Tuple>() {
            return Arguments { source: Source::Tuple { items, next: 0 }, mapping: None };
        }
        let mapping = (!is_text && class_of(values).special(t, Special::Getitem).is_some()).then_some(values);
        Arguments { source: Source::One { value: values, taken: false }, mapping }
    }

    fn next(&mut self, t: &Thread) -> Result<Value> {
        let found = match &mut self.source {
            Source::Tuple { items, next } => {
                let v = items.get(*next);
                *next += usize::from(v.is_some());
                v
            }
            Source::One { value, taken } => (!std::mem::replace(taken, true)).then_some(*value),
        };
        found.ok_or_else(|| t.type_error("not enough arguments for format string"))
    }

    fn finish(&self, t: &Thread, template: Template) -> Result<()> {
        let left = match &self.source {
            Source::Tuple { items, next } => *next < items.len(),
            Source::One { taken, .. } => !taken,
        };
        if !left || self.mapping.is_some() {
            return Ok(());
        }
        Err(t.type_error(match template {
            Template::Str => "not all arguments converted during string formatting",
            Template::Bytes => "not all arguments converted during bytes formatting",
        }))
    }

    /// Reads what a directive asks for before its conversion: key, width, precision.
    fn prepare(&mut self, t: &Thread, d: &Directive, key: impl FnOnce(std::ops::Range<usize>) -> Result<Value>) -> Result<Layout> {
        if d.has_key {
            let Some(mapping) = self.mapping else {
                return Err(t.type_error("format requires a mapping"));
            };
            if let Some(range) = d.key.clone() {
                let value = t.get_item(mapping, key(range)?)?;
                self.source = Source::One { value, taken: false };
            }
        }
        let width = match d.width {
            Some(Amount::Star) => Some(self.star(t, "Python int too large to convert to C ssize_t")? as isize),
            _ => None,
        };
        let precision = match d.precision {
            Some(Amount::Star) => {
                let too_large = "Python int too large to convert to C int";
                let n = self.star(t, too_large)?;
                Some(i32::try_from(n).map_err(|_| t.overflow_error(too_large))?)
            }
            _ => None,
        };
        Ok(d.layout(width, precision))
    }

    fn star(&mut self, t: &Thread, too_large: &str) -> Result<i64> {
        let v = self.next(t)?;
        match int::view(v) {
            Some(i) => i.to_i64().ok_or_else(|| t.overflow_error(too_large)),
            None => Err(t.type_error("* wants int")),
        }
    }
}

/// Whether a layout asks for nothing.
fn is_plain(layout: &Layout) -> bool {
    layout.width == 0 && layout.precision.is_none() && layout.flags == Flags::default()
}

/// `d i u o x X`
fn push_integer(t: &Thread, out: &mut impl Sink, v: Value, conversion: u8, layout: &Layout) -> Result<()> {
    if let Some(i) = v.as_small_int() {
        let mut digits = [0; 22];
        layout.push_int(out, conversion, i < 0, small_digits(&mut digits, i.unsigned_abs(), conversion));
        return Ok(());
    }
    let exact_only = matches!(conversion, b'o' | b'x' | b'X');
    let wrong = || {
        let wanted = if exact_only { "an integer" } else { "a real number" };
        let class = class_of(v).name_string();
        t.type_error(format!("%{} format: {wanted} is required, not {class}", conversion as char))
    };
    let i = if int::is_int(v) {
        v
    } else {
        let class = class_of(v);
        let is_number = [Special::Index, Special::Int, Special::Float].into_iter().any(|s| class.special(t, s).is_some());
        if !is_number {
            return Err(wrong());
        }
        let converted = if exact_only { t.index_opt(v).map(|i| i.unwrap_or(Value::EMPTY)) } else { int_methods::from_object(t, v) };
        match converted {
            Ok(Value::EMPTY) => return Err(wrong()),
            Err(e) if t.is_type_error(e) => return Err(wrong()),
            other => other?,
        }
    };
    let Some(view) = int::view(i) else {
        return Err(wrong());
    };
    let number = view.as_ref();
    let digits = match conversion {
        b'o' => taipan_num::format::in_radix(number.magnitude(), 8),
        b'x' => taipan_num::format::in_radix(number.magnitude(), 16),
        b'X' => taipan_num::format::in_radix(number.magnitude(), 16).to_ascii_uppercase(),
        _ => int::decimal(t, number.magnitude())?,
    };
    layout.push_int(out, conversion, number.negative, &digits);
    Ok(())
}

/// The digits of `n` for a conversion, at the end of `digits`.
fn small_digits(digits: &mut [u8; 22], n: u64, conversion: u8) -> &str {
    let (shift, letters) = match conversion {
        b'x' => (4, b'a' - 10),
        b'X' => (4, b'A' - 10),
        b'o' => (3, 0),
        _ => (0, 0),
    };
    let mut at = digits.len();
    let mut n = n;
    loop {
        at -= 1;
        let digit = if shift == 0 { n % 10 } else { n & ((1 << shift) - 1) } as u8;
        digits[at] = if digit < 10 { b'0' + digit } else { letters + digit };
        n = if shift == 0 { n / 10 } else { n >> shift };
        if n == 0 {
            // All are ASCII.
            return std::str::from_utf8(&digits[at..]).unwrap_or_default();
        }
    }
}

/// MemoryError rather than an abort for widths that no machine holds.
fn check_layout(t: &Thread, layout: &Layout) -> Result<()> {
    if layout.width > isize::MAX as usize / 64 { Err(t.memory_error()) } else { Ok(()) }
}

/// `template % values` of strings.
pub fn format_str(t: &Thread, template: Ref<Str>, values: Value) -> Result<Ref<Str>> {
    let text = text_of(&template);
    let mut arguments = Arguments::new(t, values, values.downcast::<Str>().is_some());
    // Whoever formats while this goes on, in some `__str__`, takes a buffer of their own.
    let mut out = TextBuf::from_latin1(t.scratch.take());
    let made = push_all(t, text, &mut arguments, &mut out).and_then(|()| {
        arguments.finish(t, Template::Str)?;
        t.str_from_text(&out)
    });
    t.keep_scratch(out);
    made
}

fn push_all(t: &Thread, text: Text<'_>, arguments: &mut Arguments, out: &mut TextBuf) -> Result<()> {
    let mut at = 0;
    while at < text.len() {
        if let Text::Latin1(units) = text
            && let Some(percent) = next_percent(text, at)
            && let Some((layout, conversion, end)) = usual_directive(units, percent + 1)
        {
            out.push_latin1(&units[at..percent]);
            let v = arguments.next(t)?;
            push_converted(t, out, v, conversion, &layout)?;
            at = end;
            continue;
        }
        let mut parser = Parser::starting_at(text, Template::Str, at);
        let piece = parser.next();
        at = parser.position();
        let d = match piece {
            None => break,
            Some(Piece::Literal(r)) => {
                out.push_text(text.slice(r.start, r.end));
                continue;
            }
            Some(Piece::Directive(d)) => d,
        };
        let layout = arguments.prepare(t, &d, |r| from_text(t, text.slice(r.start, r.end)).map(Ref::value))?;
        let conversion = match &d.conversion {
            Ok(c) => *c,
            Err(e) => return Err(t.value_error(&e.message)),
        };
        check_layout(t, &layout)?;
        let v = arguments.next(t)?;
        match u8::try_from(conversion) {
            Ok(b'c') => layout.push_whole(out, Text::Ucs4(&[character(t, v)?])),
            Ok(c) if push_converted(t, out, v, c, &layout)? => {}
            _ => return Err(t.value_error(d.unsupported().message)),
        }
    }
    Ok(())
}

/// Converts a value and appends it; false if the conversion means nothing.
fn push_converted(t: &Thread, out: &mut TextBuf, v: Value, conversion: u8, layout: &Layout) -> Result<bool> {
    match conversion {
        b's' | b'r' | b'a' => {
            let plain = is_plain(layout);
            if plain && let Some(i) = v.as_small_int() {
                push_int(out, i);
                return Ok(true);
            }
            let s = match conversion {
                b's' => t.str(v)?,
                b'r' => t.repr(v)?,
                _ => t.ascii(v)?,
            };
            if plain { out.push_text(text_of(&s)) } else { layout.push_text(out, text_of(&s)) }
        }
        b'd' | b'i' | b'u' | b'o' | b'x' | b'X' => match v.as_small_int() {
            Some(i) if is_plain(layout) && matches!(conversion, b'd' | b'i' | b'u') => push_int(out, i),
            _ => push_integer(t, out, v, conversion, layout)?,
        },
        b'e' | b'E' | b'f' | b'F' | b'g' | b'G' => layout.push_float(out, conversion, t.to_f64(v)?),
        _ => return Ok(false),
    }
    Ok(true)
}

fn character(t: &Thread, v: Value) -> Result<u32> {
    if let Some(s) = v.downcast::<Str>() {
        if s.len() == 1 {
            return Ok(s.units().at(0));
        }
        return Err(t.type_error(format!("%c requires an int or a unicode character, not a string of length {}", s.len())));
    }
    let Some(i) = t.index_opt(v)? else {
        return Err(t.type_error(format!("%c requires an int or a unicode character, not {}", class_of(v).full_name())));
    };
    let code = int::view(i).and_then(|i| i.to_i64()).and_then(|i| u32::try_from(i).ok());
    code.filter(|&c| c <= MAX_CODE_POINT).ok_or_else(|| t.overflow_error("%c arg not in range(0x110000)"))
}

/// `template % values` of bytes and bytearrays; the template is a copy if it can change.
pub fn format_bytes(t: &Thread, template: &[u8], values: Value) -> Result<Vec<u8>> {
    let is_text = values.downcast::<Bytes>().is_some()
        || values.downcast::<crate::objects::bytearray::ByteArray>().is_some()
        || values.downcast::<Str>().is_some();
    let mut arguments = Arguments::new(t, values, is_text);
    let mut out = Vec::with_capacity(template.len() + 32);
    for piece in Parser::new(Text::Latin1(template), Template::Bytes) {
        let d = match piece {
            Piece::Literal(r) => {
                out.extend_from_slice(&template[r]);
                continue;
            }
            Piece::Directive(d) => d,
        };
        let layout = arguments.prepare(t, &d, |r| Bytes::new(t, &template[r]).map(Ref::value))?;
        let conversion = match &d.conversion {
            Ok(c) => *c as u8,
            Err(e) => return Err(t.value_error(&e.message)),
        };
        check_layout(t, &layout)?;
        let v = arguments.next(t)?;
        match conversion {
            b's' | b'b' => push_object(t, v, &layout, &mut out)?,
            b'r' | b'a' => {
                let s = t.ascii(v)?;
                layout.push_bytes(&mut out, s.as_ascii().unwrap_or_default().as_bytes());
            }
            b'd' | b'i' | b'u' | b'o' | b'x' | b'X' => push_integer(t, &mut out, v, conversion, &layout)?,
            b'e' | b'E' | b'f' | b'F' | b'g' | b'G' => {
                let x = match float_value(v) {
                    Some(x) => x,
                    None => t.to_f64(v).map_err(|e| {
                        if t.is_type_error(e) {
                            t.type_error(format!("float argument required, not {}", class_of(v).name_string()))
                        } else {
                            e
                        }
                    })?,
                };
                layout.push_float(&mut out, conversion, x);
            }
            b'c' => layout.push_whole_bytes(&mut out, &[byte(t, v)?]),
            _ => return Err(t.value_error(d.unsupported().message)),
        }
    }
    arguments.finish(t, Template::Bytes)?;
    Ok(out)
}

fn push_object(t: &Thread, v: Value, layout: &Layout, out: &mut Vec<u8>) -> Result<()> {
    if let Some(b) = v.downcast::<Bytes>().filter(|_| class_of(v) == Bytes::class()) {
        layout.push_bytes(out, b.as_slice());
        return Ok(());
    }
    let converted = match class_of(v).special(t, Special::Bytes) {
        Some(f) => {
            let r = t.call_special0(f, v)?;
            if r.downcast::<Bytes>().is_none() {
                return Err(t.type_error(format!("__bytes__ returned non-bytes (type {})", class_of(r).name_string())));
            }
            r
        }
        None => v,
    };
    if crate::objects::buffer::exports(t, converted) {
        let b = t.buffer_with(converted, crate::objects::buffer::flags::FULL_RO)?;
        layout.push_bytes(out, &b.to_vec());
        return Ok(());
    }
    Err(t.type_error(format!(
        "%b requires a bytes-like object, or an object that implements __bytes__, not '{}'",
        class_of(v).name_string()
    )))
}

fn byte(t: &Thread, v: Value) -> Result<u8> {
    if let Some(n) = t.bytes_or_bytearray(v, |b| if let [only] = b { Ok(*only) } else { Err(b.len()) }) {
        return n.map_err(|n| {
            let kind = if v.downcast::<Bytes>().is_some() { "bytes" } else { "bytearray" };
            t.type_error(format!("%c requires an integer in range(256) or a single byte, not a {kind} object of length {n}"))
        });
    }
    let Some(i) = t.index_opt(v)? else {
        return Err(
            t.type_error(format!("%c requires an integer in range(256) or a single byte, not {}", class_of(v).name_string()))
        );
    };
    let code = int::view(i).and_then(|i| i.to_i64()).and_then(|i| u8::try_from(i).ok());
    code.ok_or_else(|| t.overflow_error("%c arg not in range(256)"))
}
