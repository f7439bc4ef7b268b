//! `str.format` templates: replacement fields, field names, automatic numbering.
//!
//! Everything is parsed lazily, so that an error in a later field does not come before the effects of an earlier one.
//! All errors are `ValueError`s with CPython's message. The caller formats nested specifiers by calling itself, at
//! most [`MAX_DEPTH`] levels deep, with the same [`AutoNumber`].

use std::ops::Range;

use crate::{Text, Unit, unicode};

/// How deep fields nest: a template and the specifiers of its fields. Deeper: [`TOO_DEEP`].
pub const MAX_DEPTH: usize = 2;
/// The message for deeper nesting.
pub const TOO_DEEP: &str = "Max string recursion exceeded";
/// The message of `format_map` for a numeric or empty field name.
pub const POSITIONAL_IN_MAP: &str = "Format string contains positional fields";

const TOO_MANY_DIGITS: &str = "Too many decimal digits in format string";

/// A message of a `ValueError`.
pub type FormatError = &'static str;

const OPEN: u32 = b'{' as u32;
const CLOSE: u32 = b'}' as u32;
const BANG: u32 = b'!' as u32;
const COLON: u32 = b':' as u32;
const LEFT: u32 = b'[' as u32;
const RIGHT: u32 = b']' as u32;
const DOT: u32 = b'.' as u32;

/// A replacement field; ranges are of the template.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Field {
    pub name: Range<usize>,
    /// The character after `!`.
    pub conversion: Option<u32>,
    pub spec: Range<usize>,
    /// The specifier contains fields itself.
    pub nested: bool,
}

/// Literal text (doubled braces come as one, at the end of a piece), and the field after it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Piece {
    pub literal: Range<usize>,
    pub field: Option<Field>,
}

/// The pieces of a template, as `_string.formatter_parser` gives them.
pub struct Parser<'a> {
    text: Text<'a>,
    at: usize,
}

impl<'a> Parser<'a> {
    /// Starts at the front of a template.
    pub fn new(text: Text<'a>) -> Parser<'a> {
        Parser { text, at: 0 }
    }

    /// Where the next piece begins.
    pub fn position(&self) -> usize {
        self.at
    }

    fn take(&mut self) -> Option<u32> {
        let c = self.text.get(self.at)?;
        self.at += 1;
        Some(c)
    }

    fn piece(&mut self) -> Result<Piece, FormatError> {
        let start = self.at;
        let brace = with_units!(self.text, units => {
            units[start..].iter().position(|&u| matches!(u.code(), OPEN | CLOSE))
        });
        let Some(n) = brace else {
            self.at = self.text.len();
            return Ok(Piece { literal: start..self.at, field: None });
        };
        let end = start + n;
        let brace = self.text.at(end);
        let next = self.text.get(end + 1);
        self.at = end + 1;
        if next == Some(brace) {
            self.at += 1;
            return Ok(Piece { literal: start..end + 1, field: None });
        }
        if brace == CLOSE {
            return Err("Single '}' encountered in format string");
        }
        if next.is_none() {
            return Err("Single '{' encountered in format string");
        }
        Ok(Piece { literal: start..end, field: Some(self.field()?) })
    }

    fn field(&mut self) -> Result<Field, FormatError> {
        let start = self.at;
        let end = loop {
            match self.take() {
                None => return Err("expected '}' before end of string"),
                Some(OPEN) => return Err("unexpected '{' in field name"),
                // Anything may stand in brackets, which are closed by the next `]`.
                Some(LEFT) => {
                    while self.text.get(self.at).is_some_and(|c| c != RIGHT) {
                        self.at += 1;
                    }
                }
                Some(c @ (CLOSE | COLON | BANG)) => break c,
                Some(_) => {}
            }
        };
        let mut field = Field { name: start..self.at - 1, conversion: None, spec: self.at..self.at, nested: false };
        if end == CLOSE {
            return Ok(field);
        }
        if end == BANG {
            field.conversion = Some(self.take().ok_or("end of string while looking for conversion specifier")?);
            match self.take() {
                Some(CLOSE) => return Ok(field),
                Some(COLON) | None => {}
                Some(_) => return Err("expected ':' after conversion specifier"),
            }
        }
        field.spec.start = self.at;
        let mut depth = 1;
        while let Some(c) = self.take() {
            match c {
                OPEN => {
                    field.nested = true;
                    depth += 1;
                }
                CLOSE => depth -= 1,
                _ => {}
            }
            if depth == 0 {
                field.spec.end = self.at - 1;
                return Ok(field);
            }
        }
        Err("unmatched '{' in format spec")
    }
}

impl Iterator for Parser<'_> {
    type Item = Result<Piece, FormatError>;

    fn next(&mut self) -> Option<Result<Piece, FormatError>> {
        if self.at >= self.text.len() {
            return None;
        }
        let piece = self.piece();
        if piece.is_err() {
            self.at = self.text.len();
        }
        Some(piece)
    }
}

/// The message for an unknown conversion character.
pub fn unknown_conversion(c: u32) -> String {
    match char::from_u32(c) {
        Some(shown) if (33..127).contains(&c) => format!("Unknown conversion specifier {shown}"),
        _ => format!("Unknown conversion specifier \\x{c:x}"),
    }
}

/// What a field name begins with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum First {
    /// Nothing: the next positional argument.
    Auto,
    Index(usize),
    Name(Range<usize>),
}

/// A step from one object to the next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// `.name`
    Attribute(Range<usize>),
    /// `[3]`
    Index(usize),
    /// `[key]`
    Key(Range<usize>),
}

/// The value of a run of decimal digits of any script; `None` when it is none.
fn integer(text: Text<'_>) -> Result<Option<usize>, FormatError> {
    let mut value = None::<usize>;
    for c in text {
        let Some(d) = unicode::decimal(c) else {
            return Ok(None);
        };
        let next = value.unwrap_or(0).checked_mul(10).and_then(|v| v.checked_add(usize::from(d)));
        value = Some(next.filter(|&v| isize::try_from(v).is_ok()).ok_or(TOO_MANY_DIGITS)?);
    }
    Ok(value)
}

/// Splits a field name into what it begins with and the steps after it, as `_string.formatter_field_name_split`.
pub fn split_field_name(name: Text<'_>) -> Result<(First, Steps<'_>), FormatError> {
    let end = name.iter().position(|c| matches!(c, DOT | LEFT)).unwrap_or(name.len());
    let first = match integer(name.slice(0, end))? {
        Some(index) => First::Index(index),
        None if end == 0 => First::Auto,
        None => First::Name(0..end),
    };
    Ok((first, Steps { text: name, at: end }))
}

/// The steps of a field name; ranges are of the name.
#[derive(Clone)]
pub struct Steps<'a> {
    text: Text<'a>,
    at: usize,
}

impl Steps<'_> {
    fn step(&mut self) -> Result<Step, FormatError> {
        let c = self.text.at(self.at);
        self.at += 1;
        let start = self.at;
        let until = |stop: &dyn Fn(u32) -> bool| self.text.from(start).iter().position(stop).map(|n| start + n);
        let step = match c {
            DOT => {
                let end = until(&|c| matches!(c, DOT | LEFT)).unwrap_or(self.text.len());
                self.at = end;
                Step::Attribute(start..end)
            }
            LEFT => {
                let end = until(&|c| c == RIGHT).ok_or("Missing ']' in format string")?;
                self.at = end + 1;
                match integer(self.text.slice(start, end))? {
                    Some(index) => Step::Index(index),
                    None => Step::Key(start..end),
                }
            }
            _ => return Err("Only '.' or '[' may follow ']' in format field specifier"),
        };
        match &step {
            Step::Attribute(r) | Step::Key(r) if r.is_empty() => Err("Empty attribute in format string"),
            _ => Ok(step),
        }
    }
}

impl Iterator for Steps<'_> {
    type Item = Result<Step, FormatError>;

    fn next(&mut self) -> Option<Result<Step, FormatError>> {
        if self.at >= self.text.len() {
            return None;
        }
        let step = self.step();
        if step.is_err() {
            self.at = self.text.len();
        }
        Some(step)
    }
}

/// Numbers fields without a name, for a whole template and its nested specifiers.
#[derive(Clone, Debug, Default)]
pub struct AutoNumber {
    state: Numbering,
    next: usize,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Numbering {
    #[default]
    Undecided,
    Automatic,
    Manual,
}

impl AutoNumber {
    /// The positional index a field begins with; `None` when it begins with a name.
    pub fn resolve(&mut self, first: &First) -> Result<Option<usize>, FormatError> {
        let automatic = match first {
            First::Name(_) => return Ok(None),
            First::Auto => true,
            First::Index(_) => false,
        };
        match (self.state, automatic) {
            (Numbering::Manual, true) => {
                return Err("cannot switch from manual field specification to automatic field numbering");
            }
            (Numbering::Automatic, false) => {
                return Err("cannot switch from automatic field numbering to manual field specification");
            }
            _ => {}
        }
        self.state = if automatic { Numbering::Automatic } else { Numbering::Manual };
        match first {
            First::Index(index) => Ok(Some(*index)),
            _ => {
                self.next += 1;
                Ok(Some(self.next - 1))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::TextBuf;

    type Parts = Vec<(String, Option<(String, String, Option<u32>)>)>;

    fn parse(s: &str) -> Result<Parts, FormatError> {
        let buf = TextBuf::from(s);
        let text = buf.as_text();
        let part = |r: &Range<usize>| text.slice(r.start, r.end).to_string_lossy();
        Parser::new(text)
            .map(|p| p.map(|p| (part(&p.literal), p.field.map(|f| (part(&f.name), part(&f.spec), f.conversion)))))
            .collect()
    }

    fn field(name: &str, spec: &str, conversion: Option<char>) -> Option<(String, String, Option<u32>)> {
        Some((name.into(), spec.into(), conversion.map(u32::from)))
    }

    #[test]
    fn templates() {
        assert_eq!(parse("{{"), Ok(vec![("{".into(), None)]));
        assert_eq!(parse("x{{y}}z{0}"), Ok(vec![("x{".into(), None), ("y}".into(), None), ("z".into(), field("0", "", None))]));
        assert_eq!(parse("{a.b!s:>{w}}"), Ok(vec![("".into(), field("a.b", ">{w}", Some('s')))]));
        assert_eq!(parse("{a[}]}"), Ok(vec![("".into(), field("a[}]", "", None))]));
        assert_eq!(parse("{!r:}"), Ok(vec![("".into(), field("", "", Some('r')))]));
        for (s, e) in [
            ("a{", "Single '{' encountered in format string"),
            ("a}", "Single '}' encountered in format string"),
            ("{!", "end of string while looking for conversion specifier"),
            ("{!}", "unmatched '{' in format spec"),
            ("{!r", "unmatched '{' in format spec"),
            ("{!rx}", "expected ':' after conversion specifier"),
            ("{:{}", "unmatched '{' in format spec"),
            ("{a[", "expected '}' before end of string"),
            ("{a{b}}", "unexpected '{' in field name"),
            ("{:{}}}", "Single '}' encountered in format string"),
        ] {
            assert_eq!(parse(s), Err(e), "{s}");
        }
        assert_eq!(unknown_conversion(0xE9), "Unknown conversion specifier \\xe9");
    }

    #[test]
    fn names() {
        let split = |s: &str| {
            let buf = TextBuf::from(s);
            let (first, steps) = split_field_name(buf.as_text())?;
            Ok((first, steps.collect::<Result<Vec<_>, _>>()?))
        };
        assert_eq!(split("a[b].c[1]"), Ok((First::Name(0..1), vec![Step::Key(2..3), Step::Attribute(5..6), Step::Index(1)])));
        assert_eq!(split("0.a"), Ok((First::Index(0), vec![Step::Attribute(2..3)])));
        assert_eq!(split("[0]"), Ok((First::Auto, vec![Step::Index(0)])));
        assert_eq!(split("a[-1]"), Ok((First::Name(0..1), vec![Step::Key(2..4)])));
        assert_eq!(split("\u{661}"), Ok((First::Index(1), vec![])));
        for (s, e) in [
            ("a.", "Empty attribute in format string"),
            ("a[]", "Empty attribute in format string"),
            ("a[0", "Missing ']' in format string"),
            ("a[0]b", "Only '.' or '[' may follow ']' in format field specifier"),
            ("9223372036854775808", TOO_MANY_DIGITS),
        ] {
            assert_eq!(split(s), Err(e), "{s}");
        }
        let mut auto = AutoNumber::default();
        assert_eq!(auto.resolve(&First::Auto), Ok(Some(0)));
        assert_eq!(auto.resolve(&First::Name(0..1)), Ok(None));
        assert_eq!(auto.resolve(&First::Auto), Ok(Some(1)));
        assert!(auto.resolve(&First::Index(0)).is_err());
    }
}
