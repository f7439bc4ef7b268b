//! Applying a specifier to strings, integers, floats and complex numbers.

use super::{Align, Grouping, Spec, SpecError};
use crate::float::{self, Form, Style};
use crate::{MAX_CODE_POINT, Text, TextBuf};

/// How a locale writes numbers, for the type `n`.
#[derive(Clone, Copy)]
pub struct Locale<'a> {
    pub decimal_point: Text<'a>,
    pub thousands_sep: Text<'a>,
    /// Sizes of digit groups from the right, as in C's `lconv`: 0 or the end repeats the one before, 127 ends grouping.
    pub grouping: &'a [u8],
}

impl Locale<'static> {
    /// The locale `C`.
    pub const C: Locale<'static> = Locale { decimal_point: Text::Latin1(b"."), thousands_sep: Text::Latin1(b""), grouping: &[] };
}

impl Grouping {
    fn separator(self) -> Text<'static> {
        Text::Latin1(match self {
            Grouping::None => b"",
            Grouping::Comma => b",",
            Grouping::Underscore | Grouping::UnderscoreFour => b"_",
        })
    }

    fn locale(self) -> Locale<'static> {
        let grouping: &[u8] = match self {
            Grouping::None => &[],
            Grouping::Comma | Grouping::Underscore => &[3, 0],
            Grouping::UnderscoreFour => &[4, 0],
        };
        Locale { decimal_point: Text::Latin1(b"."), thousands_sep: self.separator(), grouping }
    }
}

/// What an integer's type character asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IntKind {
    /// Digits in this base, for [`format_int`].
    Radix(u32),
    /// The character of this code point, for [`format_char`].
    Char,
    /// Convert to a float, for [`format_float`].
    Float,
}

impl Spec {
    /// Decides how an integer is formatted.
    pub fn int_kind(&self, type_name: &str) -> Result<IntKind, SpecError> {
        let code = self.kind.unwrap_or(u32::from(b'd'));
        let kind = match u8::try_from(code) {
            Ok(b'd' | b'n') => IntKind::Radix(10),
            Ok(b'b') => IntKind::Radix(2),
            Ok(b'o') => IntKind::Radix(8),
            Ok(b'x' | b'X') => IntKind::Radix(16),
            Ok(b'c') => IntKind::Char,
            Ok(b'e' | b'E' | b'f' | b'F' | b'g' | b'G' | b'%') => return Ok(IntKind::Float),
            _ => return Err(SpecError::unknown_code(code, type_name)),
        };
        if self.precision.is_some() {
            return Err(SpecError::new("Precision not allowed in integer format specifier"));
        }
        if self.no_negative_zero {
            return Err(SpecError::new("Negative zero coercion (z) not allowed in integer format specifier"));
        }
        if kind == IntKind::Char {
            if self.sign.is_some() {
                return Err(SpecError::new("Sign not allowed with integer format specifier 'c'"));
            }
            if self.alternate {
                return Err(SpecError::new("Alternate form (#) not allowed with integer format specifier 'c'"));
            }
        }
        Ok(kind)
    }

    fn is_kind(&self, code: u8) -> bool {
        self.kind == Some(u32::from(code))
    }

    /// Puts `content` between the padding that the width asks for.
    fn pad(&self, length: usize, content: impl FnOnce(&mut TextBuf)) -> TextBuf {
        let padding = self.width.unwrap_or(0).saturating_sub(length);
        let left = match self.align {
            Align::Left | Align::AfterSign => 0,
            Align::Right => padding,
            Align::Center => padding / 2,
        };
        let mut out = TextBuf::with_capacity(length + padding);
        out.push_repeat(self.fill, left);
        content(&mut out);
        out.push_repeat(self.fill, padding - left);
        out
    }
}

/// The parts of a number before layout.
struct Number<'a> {
    negative: bool,
    prefix: &'a str,
    digits: &'a str,
    point: bool,
    fraction: &'a str,
    /// Exponent, percent sign, `inf`, `nan`, or the character of type `c`.
    rest: Text<'a>,
}

impl<'a> Number<'a> {
    /// Takes apart the text of a float.
    fn of_float(text: &'a str) -> Number<'a> {
        let (negative, text) = match text.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, text),
        };
        let digits = |s: &str| s.bytes().take_while(u8::is_ascii_digit).count();
        let (whole, rest) = text.split_at(digits(text));
        let (point, rest) = match rest.strip_prefix('.') {
            Some(rest) => (true, rest),
            None => (false, rest),
        };
        let (fraction, rest) = rest.split_at(digits(rest));
        Number { negative, prefix: "", digits: whole, point, fraction, rest: Text::ascii(rest) }
    }
}

/// Groups digits from the right, zero-filled to at least `width`.
fn group(digits: &[u8], width: usize, locale: &Locale<'_>) -> TextBuf {
    let separator = locale.thousands_sep;
    let (mut remaining, mut width) = (digits.len(), width as isize);
    // From the right: the length of each group, the zeros in front of its digits included.
    let mut groups = Vec::new();
    let mut sizes = locale.grouping.iter();
    let mut size = 0u8;
    let mut repeat = false;
    loop {
        if !repeat {
            match sizes.next() {
                // The end of the list repeats too, as C's strings end in 0.
                Some(0) | None => repeat = true,
                Some(&s) if s < 127 => size = s,
                _ => size = 0,
            }
        }
        let wanted = remaining.max(usize::try_from(width).unwrap_or(0)).max(1);
        let length = if size == 0 { wanted } else { wanted.min(usize::from(size)) };
        groups.push(length);
        remaining = remaining.saturating_sub(length);
        width -= length as isize;
        if size == 0 || (remaining == 0 && width <= 0) {
            break;
        }
        width -= separator.len() as isize;
    }
    let mut zeros = groups.iter().sum::<usize>() - digits.len();
    let mut digits = digits;
    let mut out = TextBuf::new();
    for (i, &length) in groups.iter().rev().enumerate() {
        if i > 0 {
            out.push_text(separator);
        }
        let fill = zeros.min(length);
        out.push_repeat(u32::from(b'0'), fill);
        zeros -= fill;
        let (now, later) = digits.split_at(length - fill);
        out.push_latin1(now);
        digits = later;
    }
    out
}

/// Groups the digits after the point, from the left.
fn group_fraction(digits: &[u8], grouping: Grouping) -> TextBuf {
    let separator = grouping.separator();
    let mut out = TextBuf::new();
    if separator.is_empty() {
        out.push_latin1(digits);
        return out;
    }
    for (i, chunk) in digits.chunks(3).enumerate() {
        if i > 0 {
            out.push_text(separator);
        }
        out.push_latin1(chunk);
    }
    out
}

/// Lays a number out: padding, sign, prefix, padding, grouped digits, point, fraction, rest, padding.
fn lay_out(spec: &Spec, number: &Number<'_>, locale: &Locale<'_>) -> TextBuf {
    let sign = match (number.negative, spec.sign) {
        (true, _) => Some(b'-'),
        (false, Some(sign @ (b'+' | b' '))) => Some(sign),
        _ => None,
    };
    let fraction = group_fraction(number.fraction.as_bytes(), spec.fraction_grouping);
    let point = if number.point { locale.decimal_point } else { Text::Latin1(b"") };
    let fixed = usize::from(sign.is_some()) + number.prefix.len() + point.len() + fraction.len() + number.rest.len();
    let zero_filled = spec.fill == u32::from(b'0') && spec.align == Align::AfterSign;
    let min_width = if zero_filled { spec.width.unwrap_or(0).saturating_sub(fixed) } else { 0 };
    let digits = if number.digits.is_empty() { TextBuf::new() } else { group(number.digits.as_bytes(), min_width, locale) };
    let length = fixed + digits.len();
    let inner = match spec.align {
        Align::AfterSign => spec.width.unwrap_or(0).saturating_sub(length),
        _ => 0,
    };
    spec.pad(length + inner, |out| {
        if let Some(sign) = sign {
            out.push(u32::from(sign));
        }
        out.push_latin1(number.prefix.as_bytes());
        out.push_repeat(spec.fill, inner);
        out.push_text(digits.as_text());
        out.push_text(point);
        out.push_text(fraction.as_text());
        out.push_text(number.rest);
    })
}

/// Formats a string.
pub fn format_str(spec: &Spec, text: Text<'_>, type_name: &str) -> Result<TextBuf, SpecError> {
    match spec.kind {
        None => {}
        Some(code) if code == u32::from(b's') => {}
        Some(code) => return Err(SpecError::unknown_code(code, type_name)),
    }
    let refuse = |what: &str| Err(SpecError::new(format!("{what} not allowed in string format specifier")));
    match spec.sign {
        Some(b' ') => return refuse("Space"),
        Some(_) => return refuse("Sign"),
        None => {}
    }
    if spec.no_negative_zero {
        return refuse("Negative zero coercion (z)");
    }
    if spec.alternate {
        return refuse("Alternate form (#)");
    }
    if spec.align == Align::AfterSign {
        return refuse("'=' alignment");
    }
    let length = text.len().min(spec.precision.unwrap_or(usize::MAX));
    Ok(spec.pad(length, |out| out.push_text(text.slice(0, length))))
}

/// Formats an integer given by its sign and its digits in the base that [`Spec::int_kind`] asked for (lower case,
/// without prefix). `locale` serves the type `n`.
pub fn format_int(spec: &Spec, negative: bool, digits: &str, locale: &Locale<'_>) -> TextBuf {
    let upper = spec.is_kind(b'X');
    let prefix = match spec.kind.and_then(char::from_u32) {
        Some('b') if spec.alternate => "0b",
        Some('o') if spec.alternate => "0o",
        Some('x') if spec.alternate => "0x",
        Some('X') if spec.alternate => "0X",
        _ => "",
    };
    let upper_digits;
    let digits = if upper {
        upper_digits = digits.to_ascii_uppercase();
        &upper_digits
    } else {
        digits
    };
    let number = Number { negative, prefix, digits, point: false, fraction: "", rest: Text::Latin1(b"") };
    let grouping = spec.grouping.locale();
    lay_out(spec, &number, if spec.is_kind(b'n') { locale } else { &grouping })
}

/// Formats an integer as the character of its code point; `None` stands for an integer too large for a C `long`.
pub fn format_char(spec: &Spec, code: Option<i64>) -> Result<TextBuf, SpecError> {
    let c = match code {
        None => {
            let message = "Python int too large to convert to C long".to_owned();
            return Err(SpecError { message, overflow: true });
        }
        Some(code) => u32::try_from(code).ok().filter(|&c| c <= MAX_CODE_POINT),
    };
    let Some(c) = c else {
        return Err(SpecError { message: "%c arg not in range(0x110000)".to_owned(), overflow: true });
    };
    let rest = [c];
    let number = Number { negative: false, prefix: "", digits: "", point: false, fraction: "", rest: Text::Ucs4(&rest) };
    Ok(lay_out(spec, &number, &Locale::C))
}

/// The form, precision and style a float's specifier asks for; `point_zero` is that of no type character.
fn float_form(spec: &Spec, type_name: &str, point_zero: bool) -> Result<(Form, usize, Style), SpecError> {
    let mut style = Style { alternate: spec.alternate, no_negative_zero: spec.no_negative_zero, ..Style::default() };
    let (form, default) = match spec.kind.map(u8::try_from) {
        None => {
            style.point_zero = point_zero;
            (Form::Repr, 0)
        }
        Some(Ok(code @ (b'e' | b'E'))) => {
            style.upper = code == b'E';
            (Form::Exp, 6)
        }
        Some(Ok(code @ (b'f' | b'F'))) => {
            style.upper = code == b'F';
            (Form::Fixed, 6)
        }
        Some(Ok(b'%')) => (Form::Fixed, 6),
        Some(Ok(code @ (b'g' | b'G' | b'n'))) => {
            style.upper = code == b'G';
            (Form::General, 6)
        }
        _ => return Err(SpecError::unknown_code(spec.kind.unwrap_or(0), type_name)),
    };
    let precision = spec.precision.unwrap_or(default);
    if i32::try_from(precision).is_err() {
        return Err(SpecError::new("precision too big"));
    }
    let form = if form == Form::Repr && spec.precision.is_some() { Form::General } else { form };
    Ok((form, precision, style))
}

/// Formats a float. `locale` serves the type `n`.
pub fn format_float(spec: &Spec, x: f64, type_name: &str, locale: &Locale<'_>) -> Result<TextBuf, SpecError> {
    let (form, precision, style) = float_form(spec, type_name, true)?;
    let percent = spec.is_kind(b'%');
    let mut text = float::format(if percent { x * 100.0 } else { x }, form, precision, style);
    if percent {
        text.push('%');
    }
    let grouping = spec.grouping.locale();
    Ok(lay_out(spec, &Number::of_float(&text), if spec.is_kind(b'n') { locale } else { &grouping }))
}

/// Formats a complex number. `locale` serves the type `n`.
pub fn format_complex(spec: &Spec, re: f64, im: f64, type_name: &str, locale: &Locale<'_>) -> Result<TextBuf, SpecError> {
    if spec.is_kind(b'%') {
        return Err(SpecError::unknown_code(u32::from(b'%'), type_name));
    }
    let (form, precision, style) = float_form(spec, type_name, false)?;
    if spec.fill == u32::from(b'0') {
        return Err(SpecError::new("Zero padding is not allowed in complex format specifier"));
    }
    if spec.align == Align::AfterSign {
        return Err(SpecError::new("'=' alignment flag is not allowed in complex format specifier"));
    }
    let bare = spec.kind.is_none();
    let skip_re = bare && re == 0.0 && re.is_sign_positive();
    let parens = bare && !skip_re;
    let grouping = spec.grouping.locale();
    let locale = if spec.is_kind(b'n') { locale } else { &grouping };
    let part = |x, sign| {
        let inner = Spec { fill: u32::from(b' '), align: Align::Left, width: None, sign, ..spec.clone() };
        lay_out(&inner, &Number::of_float(&float::format(x, form, precision, style)), locale)
    };
    let real = if skip_re { TextBuf::new() } else { part(re, spec.sign) };
    let imaginary = part(im, if skip_re { spec.sign } else { Some(b'+') });
    let length = real.len() + imaginary.len() + 1 + 2 * usize::from(parens);
    Ok(spec.pad(length, |out| {
        if parens {
            out.push(u32::from(b'('));
        }
        out.push_text(real.as_text());
        out.push_text(imaginary.as_text());
        out.push(u32::from(b'j'));
        if parens {
            out.push(u32::from(b')'));
        }
    }))
}
