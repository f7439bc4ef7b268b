//! The methods of `str`.
//!
//! They convert arguments and say what is wrong with them; the work is done in `str_build` (new strings), `str_format`
//! (`format`), `percent_format` (`%`), `str_codecs` (`encode`), `str_translate`, and the crate `taipan-text`.

use crate::native::*;
use crate::objects::slice::Slice;
use crate::objects::str::empty_str;
use crate::objects::str_args::{Bound, CInt, limit, name_argument, range, shown_class};
use crate::objects::str_build::{self, exact};
use crate::objects::str_iterator::{StrAsciiIterator, StrIterator};
use crate::objects::{percent_format, str_codecs, str_format, str_translate};
use crate::ops::item::wrap_index;
use crate::ops::{Compare, text_of, type_name};
use taipan_text::layout::{self, Side};
use taipan_text::spec::{self, Align, Spec};
use taipan_text::unicode::{self, case};
use taipan_text::{Text, TextBuf, Unit, search, split, with_units};

#[inline]
fn compare(op: Compare, this: Ref<Str>, other: Value) -> Value {
    match other.downcast::<Str>() {
        Some(o) => Value::bool(match op {
            Compare::Eq => this.equals(&o),
            Compare::Ne => !this.equals(&o),
            _ => op.holds(this.compare(&o)),
        }),
        None => Value::NOT_IMPLEMENTED,
    }
}

/// The search range in `this` with its offset; `None` if nothing can be found there.
#[inline]
fn part(this: &Str, start: Bound, end: Bound) -> Option<(usize, Text<'_>)> {
    let r = range(start, end, this.len())?;
    Some((r.start, text_of(this).slice(r.start, r.end)))
}

fn find(this: &Str, sub: &Str, start: Bound, end: Bound) -> Option<usize> {
    let (at, text) = part(this, start, end)?;
    search::text_find(text, text_of(sub)).map(|i| at + i)
}

fn rfind(this: &Str, sub: &Str, start: Bound, end: Bound) -> Option<usize> {
    let (at, text) = part(this, start, end)?;
    search::text_rfind(text, text_of(sub)).map(|i| at + i)
}

fn position(found: Option<usize>) -> i64 {
    found.map_or(-1, |i| i as i64)
}

/// `startswith` and `endswith`.
fn tail_match(t: &Thread, this: &Str, affix: Value, start: Bound, end: Bound, at_end: bool) -> Result<bool> {
    let name = if at_end { "endswith" } else { "startswith" };
    let holds = |affix: &Str| match part(this, start, end) {
        Some((_, text)) if at_end => search::text_ends_with(text, text_of(affix)),
        Some((_, text)) => search::text_starts_with(text, text_of(affix)),
        None => false,
    };
    if let Some(s) = affix.downcast::<Str>() {
        return Ok(holds(&s));
    }
    let Some(all) = affix.downcast::<Tuple>() else {
        return Err(t.type_error(format!("{name} first arg must be str or a tuple of str, not {}", class_of(affix).name_string())));
    };
    for item in all.iter() {
        match item.downcast::<Str>() {
            Some(s) if holds(&s) => return Ok(true),
            Some(_) => {}
            None => {
                return Err(t.type_error(format!("tuple for {name} must only contain str, not {}", class_of(item).name_string())));
            }
        }
    }
    Ok(false)
}

fn strip(t: &Thread, this: Ref<Str>, chars: OrNone<Value>, name: &str, left: bool, right: bool) -> Result<Ref<Str>> {
    let range = match chars.0 {
        None => with_units!(text_of(&this), u => split::strip(u, left, right, unicode::is_space)),
        Some(v) => {
            let Some(chars) = v.downcast::<Str>() else {
                return Err(t.type_error(format!("{name} arg must be None or str")));
            };
            with_units!(text_of(&this), u => match text_of(&chars) {
                Text::Latin1(&[b]) => split::strip(u, left, right, |c| c == u32::from(b)),
                Text::Latin1(set) => {
                    let mut table = [false; 256];
                    set.iter().for_each(|&b| table[b as usize] = true);
                    split::strip(u, left, right, |c| table.get(c as usize).copied().unwrap_or(false))
                }
                set => split::strip(u, left, right, |c| set.iter().any(|s| s == c)),
            })
        }
    };
    Str::substring(t, this, range)
}

/// A list of parts of `this`.
fn parts(t: &Thread, this: Ref<Str>, ranges: impl Iterator<Item = std::ops::Range<usize>>) -> Result<Ref<List>> {
    let list = List::with_capacity(t, 8)?;
    for r in ranges {
        list.append(t, Str::substring(t, this, r)?.value())?;
    }
    Ok(list)
}

fn separator(t: &Thread, sep: OrNone<Value>) -> Result<Option<Ref<Str>>> {
    let Some(v) = sep.0 else {
        return Ok(None);
    };
    match v.downcast::<Str>() {
        Some(s) if s.is_empty() => Err(t.value_error("empty separator")),
        Some(s) => Ok(Some(s)),
        None => Err(t.type_error(format!("must be str or None, not {}", class_of(v).name_string()))),
    }
}

/// Splits on one character of a narrow string. Parts are mostly short: looking at each byte finds their ends soonest.
fn split_at_byte(t: &Thread, this: Ref<Str>, units: &[u8], sep: u8, max: usize) -> Result<Ref<List>> {
    const SHORT: usize = 16;
    let list = List::with_capacity(t, 8)?;
    let ascii = this.is_ascii();
    let part = |units: &[u8]| match ascii {
        true => Str::from_narrowest(t, Units::Latin1(units), true),
        false => Str::from_latin1(t, units),
    };
    let (mut from, mut left) = (0, max);
    while left > 0 {
        let rest = &units[from..];
        let near = &rest[..rest.len().min(SHORT)];
        let found = near.iter().position(|&b| b == sep).or_else(|| {
            let far = &rest[near.len()..];
            sep.position(far).map(|n| near.len() + n)
        });
        let Some(n) = found else { break };
        list.append(t, part(&rest[..n])?.value())?;
        from += n + 1;
        left -= 1;
    }
    let last = if from == 0 { Str::substring(t, this, 0..units.len())? } else { part(&units[from..])? };
    list.append(t, last.value())?;
    Ok(list)
}

/// Splits on a separator that is stored in the same width, or converted to it.
fn split_at(t: &Thread, this: Ref<Str>, sep: &Str, max: usize, from_right: bool) -> Result<Ref<List>> {
    fn go<U: Unit>(t: &Thread, this: Ref<Str>, units: &[U], sep: &[U], max: usize, from_right: bool) -> Result<Ref<List>> {
        if !from_right {
            return parts(t, this, split::split(units, sep, max));
        }
        let mut ranges: Vec<_> = split::rsplit(units, sep, max).collect();
        ranges.reverse();
        parts(t, this, ranges.into_iter())
    }
    match (text_of(&this), text_of(sep)) {
        (Text::Latin1(u), Text::Latin1(&[sep])) if !from_right => split_at_byte(t, this, u, sep, max),
        (Text::Latin1(u), Text::Latin1(s)) => go(t, this, u, s, max, from_right),
        (Text::Ucs2(u), Text::Ucs2(s)) => go(t, this, u, s, max, from_right),
        (Text::Ucs4(u), Text::Ucs4(s)) => go(t, this, u, s, max, from_right),
        (text, s) => with_units!(text, u => match search::in_units_of(s) {
            Some(s) => go(t, this, u, &s, max, from_right),
            None => List::from_slice(t, &[exact(t, this)?.value()]),
        }),
    }
}

fn partition(t: &Thread, this: Ref<Str>, sep: Value, last: bool) -> Result<Value> {
    let Some(s) = sep.downcast::<Str>() else {
        return Err(t.type_error(format!("must be str, not {}", class_of(sep).name_string())));
    };
    if s.is_empty() {
        return Err(t.value_error("empty separator"));
    }
    let (text, needle) = (text_of(&this), text_of(&s));
    let found = if last { search::text_rfind(text, needle) } else { search::text_find(text, needle) };
    let (before, sep, after) = match found {
        Some(i) => (Str::substring(t, this, 0..i)?, s, Str::substring(t, this, i + s.len()..this.len())?),
        None if last => (empty_str(), empty_str(), exact(t, this)?),
        None => (exact(t, this)?, empty_str(), empty_str()),
    };
    (before, sep, after).into_value(t)
}

/// The fill character of `center` and its like.
struct Fill(u32);
impl FromArg for Fill {
    fn from_arg(t: &Thread, v: Value, _: ArgContext) -> Result<Fill> {
        if v.is_empty() {
            return Ok(Fill(0x20));
        }
        match v.downcast::<Str>() {
            Some(s) if s.len() == 1 => Ok(Fill(s.units().at(0))),
            Some(_) => Err(t.type_error("The fill character must be exactly one character long")),
            None => Err(t.type_error(format!("The fill character must be a unicode character, not {}", class_of(v).name_string()))),
        }
    }
}

fn pad(t: &Thread, this: Ref<Str>, width: isize, fill: Fill, side: Side) -> Result<Ref<Str>> {
    let width = usize::try_from(width).unwrap_or(0);
    if width <= this.len() {
        return exact(t, this);
    }
    check_size(t, width)?;
    t.str_from_text(&layout::text_pad(text_of(&this), width, side, fill.0))
}

/// MemoryError rather than an abort for results that no machine holds.
fn check_size(t: &Thread, n: usize) -> Result<()> {
    if n > isize::MAX as usize / 64 { Err(t.memory_error()) } else { Ok(()) }
}

/// ASCII text changed byte by byte; other text as `general` does.
#[inline]
fn map_case(t: &Thread, this: Ref<Str>, ascii: impl Fn(&mut [u8]), general: impl Fn(Text<'_>) -> TextBuf) -> Result<Ref<Str>> {
    match this.as_ascii() {
        Some(s) => Str::build(t, s.len(), Some(true), |out: &mut [u8]| {
            out.copy_from_slice(s.as_bytes());
            ascii(out);
        }),
        None => t.str_from_text(&general(text_of(&this))),
    }
}

/// What `str(object)` and its longer forms make, as an exact string.
fn from_arguments(t: &Thread, object: Option<Value>, encoding: Option<Value>, errors: Option<Value>) -> Result<Ref<Str>> {
    let coded = encoding.is_some() || errors.is_some();
    let encoding = name_argument(t, encoding, "str() argument 'encoding'")?;
    let errors = name_argument(t, errors, "str() argument 'errors'")?;
    match object {
        None => Ok(empty_str()),
        Some(v) if !coded => t.str(v),
        Some(v) => {
            if v.downcast::<Str>().is_some() {
                return Err(t.type_error("decoding str is not supported"));
            }
            if let Some(b) = v.downcast::<Bytes>() {
                return str_codecs::decode_object(t, v, b.as_slice(), encoding, errors);
            }
            let bytes = match t.buffer(v) {
                Ok(b) => b.to_vec(),
                Err(_) => {
                    let found = class_of(v).name_string();
                    return Err(t.type_error(format!("decoding to str: need a bytes-like object, {found} found")));
                }
            };
            str_codecs::decode_object(t, v, &bytes, encoding, errors)
        }
    }
}

/// str(object='') -> str
/// str(bytes_or_buffer[, encoding[, errors]]) -> str
///
/// The text that stands for an object: what its __str__() method returns, or
/// else its repr(). With an encoding or errors, the object must be bytes-like,
/// and is decoded; the encoding is UTF-8 and errors are 'strict' by default.
/// Character `i`, counted from the end when negative, or the empty mark.
fn quick_item(t: &Thread, this: Ref<Str>, i: i64) -> Result<Value> {
    match wrap_index(i, this.len()).filter(|&i| i < this.len()) {
        Some(i) => Str::from_char(t, this.units().at(i)).map(Ref::value),
        None => Ok(Value::EMPTY),
    }
}

#[pyclass(name = "str", flags(BASE, MATCH_SELF), item = quick_item)]
impl Str {
    #[py(nosig, "(object='', encoding='utf-8', errors='strict')")]
    fn __new__(
        t: &Thread,
        cls: Ref<Class>,
        object: Option<Value>,
        encoding: Option<Value>,
        errors: Option<Value>,
    ) -> Result<Ref<Str>> {
        let s = from_arguments(t, object, encoding, errors)?;
        if cls == Str::class() { Ok(s) } else { Str::in_class(t, cls, s) }
    }

    #[py]
    fn __repr__(t: &Thread, this: Ref<Str>) -> Result<Ref<Str>> {
        if let Some(s) = this.as_ascii() {
            // Text that needs no escapes, in single quotes.
            if s.bytes().all(|b| matches!(b, b' '..=b'~') && b != b'\\' && b != b'\'') {
                return Str::build(t, s.len() + 2, Some(true), |out: &mut [u8]| {
                    let last = out.len() - 1;
                    out[0] = b'\'';
                    out[1..last].copy_from_slice(s.as_bytes());
                    out[last] = b'\'';
                });
            }
        }
        t.str_from_text(&taipan_text::repr::str_repr(text_of(&this)))
    }
    #[py]
    fn __str__(t: &Thread, this: Ref<Str>) -> Result<Ref<Str>> {
        exact(t, this)
    }
    #[py]
    fn __hash__(_t: &Thread, this: Ref<Str>) -> i64 {
        this.hash()
    }
    #[py]
    fn __len__(_t: &Thread, this: Ref<Str>) -> usize {
        this.len()
    }
    #[py]
    fn __iter__(t: &Thread, this: Ref<Str>) -> Result<Value> {
        if this.is_ascii() { StrAsciiIterator::new(t, this).map(Ref::value) } else { StrIterator::new(t, this).map(Ref::value) }
    }
    #[py]
    fn __lt__(_t: &Thread, this: Ref<Str>, other: Value) -> Value {
        compare(Compare::Lt, this, other)
    }
    #[py]
    fn __le__(_t: &Thread, this: Ref<Str>, other: Value) -> Value {
        compare(Compare::Le, this, other)
    }
    #[py]
    fn __eq__(_t: &Thread, this: Ref<Str>, other: Value) -> Value {
        compare(Compare::Eq, this, other)
    }
    #[py]
    fn __ne__(_t: &Thread, this: Ref<Str>, other: Value) -> Value {
        compare(Compare::Ne, this, other)
    }
    #[py]
    fn __gt__(_t: &Thread, this: Ref<Str>, other: Value) -> Value {
        compare(Compare::Gt, this, other)
    }
    #[py]
    fn __ge__(_t: &Thread, this: Ref<Str>, other: Value) -> Value {
        compare(Compare::Ge, this, other)
    }

    #[py]
    fn __add__(t: &Thread, this: Ref<Str>, other: Value) -> Result<Ref<Str>> {
        match other.downcast::<Str>() {
            Some(o) => str_build::concat(t, this, o),
            None => Err(str_build::cannot_concat(t, other)),
        }
    }
    #[py]
    fn __mul__(t: &Thread, this: Ref<Str>, count: Value) -> Result<Ref<Str>> {
        let n = str_build::repeat_count(t, count)?;
        str_build::repeat(t, this, n)
    }
    #[py]
    fn __rmul__(t: &Thread, this: Ref<Str>, count: Value) -> Result<Ref<Str>> {
        let n = str_build::repeat_count(t, count)?;
        str_build::repeat(t, this, n)
    }
    #[py]
    fn __mod__(t: &Thread, this: Ref<Str>, values: Value) -> Result<Ref<Str>> {
        percent_format::format_str(t, this, values)
    }
    #[py]
    fn __rmod__(t: &Thread, this: Ref<Str>, template: Value) -> Result<Value> {
        match template.downcast::<Str>() {
            Some(s) => percent_format::format_str(t, s, this.value()).map(Ref::value),
            None => Ok(Value::NOT_IMPLEMENTED),
        }
    }
    #[py]
    fn __contains__(t: &Thread, this: Ref<Str>, item: Value) -> Result<bool> {
        match item.downcast::<Str>() {
            Some(s) => Ok(search::text_contains(text_of(&this), text_of(&s))),
            None => {
                Err(t.type_error(format!("'in <string>' requires string as left operand, not {}", class_of(item).name_string())))
            }
        }
    }
    #[py]
    fn __getitem__(t: &Thread, this: Ref<Str>, key: Value) -> Result<Ref<Str>> {
        if let Some(slice) = key.downcast::<Slice>() {
            let unpacked = slice.unpack(t)?;
            return str_build::slice(t, this, unpacked.adjust(this.len()));
        }
        let i = match key.as_small_int() {
            Some(i) => i,
            None if t.index_opt(key)?.is_none() => {
                return Err(t.type_error(format!("string indices must be integers, not '{}'", type_name(key))));
            }
            None => t.to_index(key)? as i64,
        };
        match wrap_index(i, this.len()).filter(|&i| i < this.len()) {
            Some(i) => Str::from_char(t, this.units().at(i)),
            None => Err(t.index_error("string index out of range")),
        }
    }

    /// Returns the string with its first character in title case and the rest in lower case.
    #[py("($self, /)")]
    fn capitalize(t: &Thread, this: Ref<Str>) -> Result<Ref<Str>> {
        let ascii = |b: &mut [u8]| {
            b.make_ascii_lowercase();
            if let Some(first) = b.first_mut() {
                first.make_ascii_uppercase();
            }
        };
        map_case(t, this, ascii, case::capitalize)
    }
    /// Returns the string folded for comparison without regard to case.
    #[py("($self, /)")]
    fn casefold(t: &Thread, this: Ref<Str>) -> Result<Ref<Str>> {
        map_case(t, this, |b| b.make_ascii_lowercase(), case::casefold)
    }
    /// Returns the string in the middle of a string of the given width.
    #[py("($self, width, fillchar=' ', /)")]
    fn center(t: &Thread, this: Ref<Str>, width: isize, fillchar: Fill) -> Result<Ref<Str>> {
        pad(t, this, width, fillchar, Side::Both)
    }
    /// Returns how often the substring occurs in this[start:end], without overlaps.
    #[py("($self, sub, start=None, end=None, /)")]
    fn count(_t: &Thread, this: Ref<Str>, sub: Ref<Str>, start: Bound, end: Bound) -> usize {
        part(&this, start, end).map_or(0, |(_, text)| search::text_count(text, text_of(&sub)))
    }
    /// Encodes the string.
    ///
    ///   encoding
    ///     The encoding in which to encode.
    ///   errors
    ///     What to do with characters that cannot be encoded: 'strict' raises a
    ///     UnicodeEncodeError; others are 'ignore', 'replace', 'xmlcharrefreplace',
    ///     'backslashreplace', and what codecs.register_error() was given.
    #[py("($self, /, encoding='utf-8', errors='strict')")]
    fn encode(t: &Thread, this: Ref<Str>, encoding: Option<Value>, errors: Option<Value>) -> Result<Value> {
        let encoding = name_argument(t, encoding, "encode() argument 'encoding'")?;
        let errors = name_argument(t, errors, "encode() argument 'errors'")?;
        str_codecs::encode(t, this, encoding, errors)
    }
    /// Returns whether this[start:end] ends with the suffix, or with one of a tuple of suffixes.
    #[py("($self, suffix, start=None, end=None, /)")]
    fn endswith(t: &Thread, this: Ref<Str>, suffix: Value, start: Bound, end: Bound) -> Result<bool> {
        tail_match(t, &this, suffix, start, end, true)
    }
    /// Returns the string with tabs replaced by spaces, up to the next multiple of tabsize.
    #[py("($self, /, tabsize=8)")]
    fn expandtabs(t: &Thread, this: Ref<Str>, tabsize: Option<CInt>) -> Result<Ref<Str>> {
        let size = tabsize.map_or(8, |s| s.0 as isize);
        let tabs = text_of(&this).iter().filter(|&c| c == 9).count();
        if tabs == 0 {
            return exact(t, this);
        }
        match tabs.checked_mul(size.max(0) as usize) {
            Some(n) => check_size(t, n)?,
            None => return Err(t.overflow_error("new string is too long")),
        }
        t.str_from_text(&layout::text_expand_tabs(text_of(&this), size))
    }
    /// Returns the lowest index at which the substring is found in this[start:end], or -1.
    #[py("($self, sub, start=None, end=None, /)")]
    fn find(_t: &Thread, this: Ref<Str>, sub: Ref<Str>, start: Bound, end: Bound) -> i64 {
        position(find(&this, &sub, start, end))
    }
    /// Returns the string formatted with the arguments: {} stands for the next, {0} for the first, {name} for a keyword.
    #[py("($self, /, *args, **kwargs)")]
    fn format(t: &Thread, this: Ref<Str>, args: &[Value], kwargs: Kwargs) -> Result<Ref<Str>> {
        str_format::format(t, this, str_format::Arguments::Call { args, kwargs: kwargs.0 })
    }
    /// Returns the string formatted with values of the mapping.
    #[py("($self, mapping, /)")]
    fn format_map(t: &Thread, this: Ref<Str>, mapping: Value) -> Result<Ref<Str>> {
        str_format::format(t, this, str_format::Arguments::Mapping(mapping))
    }
    /// As find(), but a missing substring is a ValueError.
    #[py("($self, sub, start=None, end=None, /)")]
    fn index(t: &Thread, this: Ref<Str>, sub: Ref<Str>, start: Bound, end: Bound) -> Result<usize> {
        find(&this, &sub, start, end).ok_or_else(|| t.value_error("substring not found"))
    }
    /// Returns whether all characters are letters or digits, and there is one.
    #[py("($self, /)")]
    fn isalnum(_t: &Thread, this: Ref<Str>) -> bool {
        case::text_is_alnum(text_of(&this))
    }
    /// Returns whether all characters are letters, and there is one.
    #[py("($self, /)")]
    fn isalpha(_t: &Thread, this: Ref<Str>) -> bool {
        case::text_is_alpha(text_of(&this))
    }
    /// Returns whether all characters are ASCII, as in an empty string.
    #[py("($self, /)")]
    fn isascii(_t: &Thread, this: Ref<Str>) -> bool {
        this.is_ascii()
    }
    /// Returns whether all characters are decimal digits, and there is one.
    #[py("($self, /)")]
    fn isdecimal(_t: &Thread, this: Ref<Str>) -> bool {
        case::text_is_decimal(text_of(&this))
    }
    /// Returns whether all characters are digits, and there is one.
    #[py("($self, /)")]
    fn isdigit(_t: &Thread, this: Ref<Str>) -> bool {
        case::text_is_digit(text_of(&this))
    }
    /// Returns whether the string is an identifier, reserved ones included.
    #[py("($self, /)")]
    fn isidentifier(_t: &Thread, this: Ref<Str>) -> bool {
        case::text_is_identifier(text_of(&this))
    }
    /// Returns whether all cased characters are in lower case, and there is one.
    #[py("($self, /)")]
    fn islower(_t: &Thread, this: Ref<Str>) -> bool {
        case::text_is_lower(text_of(&this))
    }
    /// Returns whether all characters are numeric, and there is one.
    #[py("($self, /)")]
    fn isnumeric(_t: &Thread, this: Ref<Str>) -> bool {
        case::text_is_numeric(text_of(&this))
    }
    /// Returns whether repr() would escape no character, as in an empty string.
    #[py("($self, /)")]
    fn isprintable(_t: &Thread, this: Ref<Str>) -> bool {
        case::text_is_printable(text_of(&this))
    }
    /// Returns whether all characters are white space, and there is one.
    #[py("($self, /)")]
    fn isspace(_t: &Thread, this: Ref<Str>) -> bool {
        case::text_is_space(text_of(&this))
    }
    /// Returns whether each word begins with an upper case letter and goes on in lower case.
    #[py("($self, /)")]
    fn istitle(_t: &Thread, this: Ref<Str>) -> bool {
        case::text_is_title(text_of(&this))
    }
    /// Returns whether all cased characters are in upper case, and there is one.
    #[py("($self, /)")]
    fn isupper(_t: &Thread, this: Ref<Str>) -> bool {
        case::text_is_upper(text_of(&this))
    }
    /// Joins strings, with this one between each two.
    ///
    /// >>> ', '.join(['a', 'b', 'c'])
    /// 'a, b, c'
    #[py("($self, iterable, /)")]
    fn join(t: &Thread, this: Ref<Str>, iterable: Value) -> Result<Ref<Str>> {
        str_build::join(t, this, iterable)
    }
    /// Returns the string at the left of a string of the given width.
    #[py("($self, width, fillchar=' ', /)")]
    fn ljust(t: &Thread, this: Ref<Str>, width: isize, fillchar: Fill) -> Result<Ref<Str>> {
        pad(t, this, width, fillchar, Side::Right)
    }
    /// Returns the string in lower case.
    #[py("($self, /)")]
    fn lower(t: &Thread, this: Ref<Str>) -> Result<Ref<Str>> {
        map_case(t, this, |b| b.make_ascii_lowercase(), case::lower)
    }
    /// Returns the string without leading white space, or without leading characters of chars.
    #[py("($self, chars=None, /)")]
    fn lstrip(t: &Thread, this: Ref<Str>, chars: OrNone<Value>) -> Result<Ref<Str>> {
        strip(t, this, chars, "lstrip", true, false)
    }
    /// Returns a table for str.translate().
    ///
    /// One argument: a dict from characters or their ordinals to ordinals, strings
    /// or None. Two: each character of the first becomes the one of the second at
    /// the same place. Characters of a third are deleted.
    #[py(staticmethod, nosig, "(x, y=None, z=None, /)")]
    fn maketrans(t: &Thread, x: Value, y: Option<Ref<Str>>, z: Option<Ref<Str>>) -> Result<Ref<Dict>> {
        str_translate::make_table(t, x, y, z)
    }
    /// Splits at the first occurrence of the separator: what is before, the separator, what is after.
    ///
    /// Without an occurrence that is the string and two empty ones.
    #[py("($self, sep, /)")]
    fn partition(t: &Thread, this: Ref<Str>, sep: Value) -> Result<Value> {
        partition(t, this, sep, false)
    }
    /// Returns the string without the prefix, if it begins with that.
    #[py("($self, prefix, /)")]
    fn removeprefix(t: &Thread, this: Ref<Str>, prefix: Ref<Str>) -> Result<Ref<Str>> {
        let found = search::text_starts_with(text_of(&this), text_of(&prefix));
        Str::substring(t, this, if found { prefix.len() } else { 0 }..this.len())
    }
    /// Returns the string without the suffix, if it ends with that.
    #[py("($self, suffix, /)")]
    fn removesuffix(t: &Thread, this: Ref<Str>, suffix: Ref<Str>) -> Result<Ref<Str>> {
        let found = search::text_ends_with(text_of(&this), text_of(&suffix));
        Str::substring(t, this, 0..this.len() - if found { suffix.len() } else { 0 })
    }
    /// Returns the string with occurrences of old replaced by new.
    ///
    ///   count
    ///     Replace only so many, from the left; -1: all.
    #[py("($self, old, new, /, count=-1)")]
    fn replace(t: &Thread, this: Ref<Str>, old: Ref<Str>, new: Ref<Str>, count: Option<isize>) -> Result<Ref<Str>> {
        str_build::replace(t, this, old, new, limit(count))
    }
    /// Returns the highest index at which the substring is found in this[start:end], or -1.
    #[py("($self, sub, start=None, end=None, /)")]
    fn rfind(_t: &Thread, this: Ref<Str>, sub: Ref<Str>, start: Bound, end: Bound) -> i64 {
        position(rfind(&this, &sub, start, end))
    }
    /// As rfind(), but a missing substring is a ValueError.
    #[py("($self, sub, start=None, end=None, /)")]
    fn rindex(t: &Thread, this: Ref<Str>, sub: Ref<Str>, start: Bound, end: Bound) -> Result<usize> {
        rfind(&this, &sub, start, end).ok_or_else(|| t.value_error("substring not found"))
    }
    /// Returns the string at the right of a string of the given width.
    #[py("($self, width, fillchar=' ', /)")]
    fn rjust(t: &Thread, this: Ref<Str>, width: isize, fillchar: Fill) -> Result<Ref<Str>> {
        pad(t, this, width, fillchar, Side::Left)
    }
    /// Splits at the last occurrence of the separator: what is before, the separator, what is after.
    ///
    /// Without an occurrence that is two empty strings and the string.
    #[py("($self, sep, /)")]
    fn rpartition(t: &Thread, this: Ref<Str>, sep: Value) -> Result<Value> {
        partition(t, this, sep, true)
    }
    /// As split(), but a limited number of splits is made from the right.
    #[py("($self, /, sep=None, maxsplit=-1)")]
    fn rsplit(t: &Thread, this: Ref<Str>, sep: OrNone<Value>, maxsplit: Option<isize>) -> Result<Ref<List>> {
        let max = limit(maxsplit);
        if let Some(sep) = separator(t, sep)? {
            return split_at(t, this, &sep, max, true);
        }
        with_units!(text_of(&this), u => {
            let mut ranges: Vec<_> = split::rsplit_space(u, max, unicode::is_space).collect();
            ranges.reverse();
            parts(t, this, ranges.into_iter())
        })
    }
    /// Returns the string without trailing white space, or without trailing characters of chars.
    #[py("($self, chars=None, /)")]
    fn rstrip(t: &Thread, this: Ref<Str>, chars: OrNone<Value>) -> Result<Ref<Str>> {
        strip(t, this, chars, "rstrip", false, true)
    }
    /// Returns a list of the parts between separators.
    ///
    ///   sep
    ///     The separator. None: any run of white space, and no part is empty.
    ///   maxsplit
    ///     Make only so many splits, from the left; -1: all.
    #[py("($self, /, sep=None, maxsplit=-1)")]
    fn split(t: &Thread, this: Ref<Str>, sep: OrNone<Value>, maxsplit: Option<isize>) -> Result<Ref<List>> {
        let max = limit(maxsplit);
        if let Some(sep) = separator(t, sep)? {
            return split_at(t, this, &sep, max, false);
        }
        match this.as_ascii() {
            Some(s) => parts(t, this, split::split_space(s.as_bytes(), max, is_ascii_space)),
            None => with_units!(text_of(&this), u => parts(t, this, split::split_space(u, max, unicode::is_space))),
        }
    }
    /// Returns a list of the lines, without their ends unless keepends is true.
    #[py("($self, /, keepends=False)")]
    fn splitlines(t: &Thread, this: Ref<Str>, keepends: Option<bool>) -> Result<Ref<List>> {
        let keep = keepends.unwrap_or(false);
        with_units!(text_of(&this), u => parts(t, this, split::text_lines(u, keep)))
    }
    /// Returns whether this[start:end] begins with the prefix, or with one of a tuple of prefixes.
    #[py("($self, prefix, start=None, end=None, /)")]
    fn startswith(t: &Thread, this: Ref<Str>, prefix: Value, start: Bound, end: Bound) -> Result<bool> {
        tail_match(t, &this, prefix, start, end, false)
    }
    /// Returns the string without white space at its ends, or without characters of chars there.
    #[py("($self, chars=None, /)")]
    fn strip(t: &Thread, this: Ref<Str>, chars: OrNone<Value>) -> Result<Ref<Str>> {
        strip(t, this, chars, "strip", true, true)
    }
    /// Returns the string with upper case as lower case and the other way round.
    #[py("($self, /)")]
    fn swapcase(t: &Thread, this: Ref<Str>) -> Result<Ref<Str>> {
        map_case(t, this, swap_ascii_case, case::swapcase)
    }
    /// Returns the string with each word beginning in title case and going on in lower case.
    #[py("($self, /)")]
    fn title(t: &Thread, this: Ref<Str>) -> Result<Ref<Str>> {
        map_case(t, this, title_ascii, case::title)
    }
    /// Replaces characters as the table says.
    ///
    ///   table
    ///     Something to be indexed with the ordinals of characters. It gives an
    ///     ordinal, a string, or None to delete the character. A LookupError
    ///     leaves the character as it is. str.maketrans() makes such tables.
    #[py("($self, table, /)")]
    fn translate(t: &Thread, this: Ref<Str>, table: Value) -> Result<Ref<Str>> {
        str_translate::translate(t, this, table)
    }
    /// Returns the string in upper case.
    #[py("($self, /)")]
    fn upper(t: &Thread, this: Ref<Str>) -> Result<Ref<Str>> {
        map_case(t, this, |b| b.make_ascii_uppercase(), case::upper)
    }
    /// Returns the string filled with zeros at the left, after a sign, up to the width.
    #[py("($self, width, /)")]
    fn zfill(t: &Thread, this: Ref<Str>, width: isize) -> Result<Ref<Str>> {
        let width = usize::try_from(width).unwrap_or(0);
        if width <= this.len() {
            return exact(t, this);
        }
        check_size(t, width)?;
        t.str_from_text(&layout::text_zfill(text_of(&this), width))
    }

    /// Formats by a format specifier.
    #[py("($self, format_spec, /)")]
    fn __format__(t: &Thread, this: Ref<Str>, format_spec: Ref<Str>) -> Result<Ref<Str>> {
        if format_spec.is_empty() {
            return t.str(this.value());
        }
        let name = type_name(this.value());
        let parsed = Spec::parse(text_of(&format_spec), &name, Some(b's'), Align::Left).map_err(|e| t.spec_error(e))?;
        check_size(t, parsed.width.unwrap_or(0))?;
        let text = spec::format_str(&parsed, text_of(&this), &name).map_err(|e| t.spec_error(e))?;
        t.str_from_text(&text)
    }
    #[py("($self, /)")]
    fn __getnewargs__(t: &Thread, this: Ref<Str>) -> Result<Ref<Tuple>> {
        // A new string even if this one is none of a subclass: pickle tells them apart.
        Tuple::new(t, &[Str::in_class(t, Str::class(), this)?.value()])
    }
    /// Returns the size in memory, in bytes.
    #[py("($self, /)")]
    fn __sizeof__(_t: &Thread, this: Ref<Str>) -> usize {
        let width = with_units!(text_of(&this), u => size_of_val(u));
        size_of::<Str>() + width
    }
}

/// White space of ASCII text: what bytes have, and the four separators.
#[inline(always)]
fn is_ascii_space(c: u32) -> bool {
    matches!(c, 0x09..=0x0d | 0x1c..=0x20)
}

pub(crate) fn swap_ascii_case(bytes: &mut [u8]) {
    for b in bytes {
        if b.is_ascii_alphabetic() {
            *b ^= 0x20;
        }
    }
}

pub(crate) fn title_ascii(bytes: &mut [u8]) {
    let mut inside = false;
    for b in bytes {
        if inside {
            b.make_ascii_lowercase();
        } else {
            b.make_ascii_uppercase();
        }
        inside = b.is_ascii_alphabetic();
    }
}

/// `shown_class` is part of argument errors of natives elsewhere, too.
pub fn must_be_str(t: &Thread, what: &str, v: Value) -> Exc {
    t.type_error(format!("{what} must be str, not {}", shown_class(v)))
}
