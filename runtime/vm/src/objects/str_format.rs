//! `str.format` and `str.format_map`; the native half of `string.Formatter`.
//!
//! The template language is `taipan_text::braces`; here its fields are looked up and formatted, lazily and from the left, as
//! each step may run user code or fail.

use crate::native::*;
use crate::objects::str_build::from_text;
use crate::ops::text_of;
use taipan_text::braces::{self, AutoNumber, Field as Replacement, First, Parser, Step, Steps};
use taipan_text::{Text, TextBuf};

/// Where fields take their values from.
#[derive(Clone, Copy)]
pub enum Arguments<'a> {
    Call { args: &'a [Value], kwargs: Option<Ref<Dict>> },
    Mapping(Value),
}

/// `template.format(…)`
pub fn format(t: &Thread, template: Ref<Str>, arguments: Arguments<'_>) -> Result<Ref<Str>> {
    let mut out = TextBuf::with_capacity(template.len() + 16);
    let mut formatter = Formatter { t, arguments, numbers: AutoNumber::default() };
    formatter.template(text_of(&template), &mut out, braces::MAX_DEPTH)?;
    t.str_from_text(&out)
}

struct Formatter<'a> {
    t: &'a Thread,
    arguments: Arguments<'a>,
    numbers: AutoNumber,
}

impl Formatter<'_> {
    fn error(&self, message: &str) -> Exc {
        self.t.value_error(message)
    }

    fn template(&mut self, text: Text<'_>, out: &mut TextBuf, depth: usize) -> Result<()> {
        if depth == 0 {
            return Err(self.error(braces::TOO_DEEP));
        }
        for piece in Parser::new(text) {
            let piece = piece.map_err(|m| self.error(m))?;
            out.push_text(text.slice(piece.literal.start, piece.literal.end));
            if let Some(field) = piece.field {
                self.field(text, &field, out, depth)?;
            }
        }
        Ok(())
    }

    fn field(&mut self, text: Text<'_>, field: &Replacement, out: &mut TextBuf, depth: usize) -> Result<()> {
        let t = self.t;
        let mut v = self.value(text.slice(field.name.start, field.name.end))?;
        if let Some(c) = field.conversion {
            v = match u8::try_from(c) {
                Ok(b's') => t.str(v)?.value(),
                Ok(b'r') => t.repr(v)?.value(),
                Ok(b'a') => t.ascii(v)?.value(),
                _ => return Err(self.error(&braces::unknown_conversion(c))),
            };
        }
        let spec = text.slice(field.spec.start, field.spec.end);
        if spec.is_empty() {
            // What needs no specifier: exact strings and small integers.
            if let Some(s) = v.downcast::<Str>().filter(|s| s.header().shape_id() == Str::class_cell().shape()) {
                out.push_text(text_of(&s));
                return Ok(());
            }
            if let Some(i) = v.as_small_int() {
                push_int(out, i);
                return Ok(());
            }
        }
        let spec = if field.nested {
            let mut inner = TextBuf::new();
            self.template(spec, &mut inner, depth - 1)?;
            t.str_from_text(&inner)?
        } else {
            from_text(t, spec)?
        };
        let s = t.format(v, spec)?;
        out.push_text(text_of(&s));
        Ok(())
    }

    /// The object that a field's name stands for.
    fn value(&mut self, name: Text<'_>) -> Result<Value> {
        let t = self.t;
        let (first, steps) = braces::split_field_name(name).map_err(|m| self.error(m))?;
        let mut v = match (self.numbers.resolve(&first).map_err(|m| self.error(m))?, self.arguments) {
            (Some(i), Arguments::Call { args, .. }) => match args.get(i) {
                Some(&v) => v,
                None => return Err(t.index_error(format!("Replacement index {i} out of range for positional args tuple"))),
            },
            (Some(_), Arguments::Mapping(_)) => return Err(self.error(braces::POSITIONAL_IN_MAP)),
            (None, arguments) => {
                let key = match first {
                    First::Name(r) => from_text(t, name.slice(r.start, r.end))?,
                    _ => from_text(t, name)?,
                };
                match arguments {
                    Arguments::Mapping(m) => t.get_item(m, key.value())?,
                    Arguments::Call { kwargs, .. } => {
                        let found = match kwargs {
                            Some(d) => d.get(t, key.value())?,
                            None => None,
                        };
                        found.ok_or_else(|| t.key_error(key.value()))?
                    }
                }
            }
        };
        for step in steps {
            v = match step.map_err(|m| self.error(m))? {
                Step::Attribute(r) => {
                    let attribute = Str::intern(t, from_text(t, name.slice(r.start, r.end))?)?;
                    t.get_attr(v, attribute)?
                }
                Step::Index(i) => {
                    let i = t.uint(i as u64)?;
                    t.get_item(v, i)?
                }
                Step::Key(r) => {
                    let key = from_text(t, name.slice(r.start, r.end))?;
                    t.get_item(v, key.value())?
                }
            };
        }
        Ok(v)
    }
}

/// Appends an integer in decimal.
pub fn push_int(out: &mut TextBuf, i: i64) {
    let mut digits = [0u8; 20];
    out.push_latin1(decimal(&mut digits, i));
}

/// The decimal digits of `i`, at the end of `digits`.
pub fn decimal(digits: &mut [u8; 20], i: i64) -> &[u8] {
    let mut at = digits.len();
    let mut n = i.unsigned_abs();
    loop {
        at -= 1;
        digits[at] = b'0' + (n % 10) as u8;
        n /= 10;
        if n == 0 {
            break;
        }
    }
    if i < 0 {
        at -= 1;
        digits[at] = b'-';
    }
    &digits[at..]
}

/// `str(i)`
pub fn int_str(t: &Thread, i: i64) -> Result<Ref<Str>> {
    Str::from_narrowest(t, Units::Latin1(decimal(&mut [0; 20], i)), true)
}

/// The pieces of a template, as `_string.formatter_parser` gives them: `(literal, name, specifier, conversion)`.
#[derive(HeapType)]
#[repr(C)]
pub struct FormatterIterator {
    header: Header,
    template: RefField<Str>,
    /// Where the next piece begins; claimed by whoever asks for it.
    at: std::sync::atomic::AtomicUsize,
}

impl FormatterIterator {
    pub fn new(t: &Thread, template: Ref<Str>) -> Result<Ref<FormatterIterator>> {
        let r = t.create(FormatterIterator { header: Header::NEW, template: RefField::null(), at: Default::default() })?;
        r.template.init(template);
        Ok(r)
    }
}

/// The piece at `at`, with where the next one begins; `None` at the end.
fn next_piece(t: &Thread, text: Text<'_>, at: usize) -> Result<Option<(Value, usize)>> {
    let rest = text.from(at);
    let mut parser = Parser::new(rest);
    let Some(piece) = parser.next() else {
        return Ok(None);
    };
    let piece = piece.map_err(|m| t.value_error(m))?;
    let part = |r: &std::ops::Range<usize>| from_text(t, rest.slice(r.start, r.end));
    let literal = part(&piece.literal)?.value();
    let v = match &piece.field {
        None => Tuple::new(t, &[literal, Value::NONE, Value::NONE, Value::NONE])?,
        Some(f) => {
            let conversion = match f.conversion {
                Some(c) => Str::from_char(t, c)?.value(),
                None => Value::NONE,
            };
            Tuple::new(t, &[literal, part(&f.name)?.value(), part(&f.spec)?.value(), conversion])?
        }
    };
    Ok(Some((v.value(), at + parser.position())))
}

#[pyclass(name = "formatteriterator", module = "_string", flags(NO_NEW))]
impl FormatterIterator {
    #[py]
    fn __iter__(_t: &Thread, this: Ref<FormatterIterator>) -> Ref<FormatterIterator> {
        this
    }
    #[py]
    fn __next__(t: &Thread, this: Ref<FormatterIterator>) -> Result<Option<Value>> {
        use std::sync::atomic::Ordering::*;
        let template = this.template.expect();
        loop {
            let at = this.at.load(Relaxed);
            let Some((piece, end)) = next_piece(t, text_of(&template), at)? else {
                return Ok(None);
            };
            if this.at.compare_exchange(at, end, Relaxed, Relaxed).is_ok() {
                return Ok(Some(piece));
            }
        }
    }
}

/// The steps of a field name: `(True, 'attribute')` or `(False, index or key)`.
#[derive(HeapType)]
#[repr(C)]
pub struct FieldNameIterator {
    header: Header,
    steps: RefField<Tuple>,
    at: std::sync::atomic::AtomicUsize,
}

#[pyclass(name = "fieldnameiterator", module = "_string", flags(NO_NEW))]
impl FieldNameIterator {
    #[py]
    fn __iter__(_t: &Thread, this: Ref<FieldNameIterator>) -> Ref<FieldNameIterator> {
        this
    }
    #[py]
    fn __next__(t: &Thread, this: Ref<FieldNameIterator>) -> Result<Option<Value>> {
        use std::sync::atomic::Ordering::*;
        let i = this.at.fetch_add(1, Relaxed);
        match this.steps.expect().get(i) {
            // A string in place of a step is the message of the error there.
            Some(v) => match v.downcast::<Str>() {
                Some(message) => Err(t.value_error(message.to_string_lossy())),
                None => Ok(Some(v)),
            },
            None => {
                this.at.store(i, Relaxed);
                Ok(None)
            }
        }
    }
}

fn first_value(t: &Thread, name: Text<'_>, first: &First) -> Result<Value> {
    match first {
        First::Auto => Ok(from_text(t, Text::Latin1(b""))?.value()),
        First::Index(i) => t.uint(*i as u64),
        First::Name(r) => Ok(from_text(t, name.slice(r.start, r.end))?.value()),
    }
}

fn step_values(t: &Thread, name: Text<'_>, steps: Steps<'_>) -> Result<Ref<Tuple>> {
    let out = ValueVec::new();
    for step in steps {
        let v = match step {
            Err(message) => Str::from_str(t, message)?.value(),
            Ok(Step::Attribute(r)) => (true, from_text(t, name.slice(r.start, r.end))?).into_value(t)?,
            Ok(Step::Index(i)) => (false, i).into_value(t)?,
            Ok(Step::Key(r)) => (false, from_text(t, name.slice(r.start, r.end))?).into_value(t)?,
        };
        out.push(t, v)?;
    }
    out.into_tuple(t)
}

/// `_string.formatter_field_name_split(name)`: what the name begins with, and an iterator over the rest.
pub fn split_field_name(t: &Thread, name: Ref<Str>) -> Result<Value> {
    let text = text_of(&name);
    let (first, steps) = braces::split_field_name(text).map_err(|m| t.value_error(m))?;
    let steps = step_values(t, text, steps)?;
    let it = t.create(FieldNameIterator { header: Header::NEW, steps: RefField::null(), at: Default::default() })?;
    it.steps.init(steps);
    (first_value(t, text, &first)?, it).into_value(t)
}

/// The classes of this file, made when `_string` is.
pub fn class_defs() -> [&'static ClassDef; 2] {
    [FormatterIterator::class_def(), FieldNameIterator::class_def()]
}
