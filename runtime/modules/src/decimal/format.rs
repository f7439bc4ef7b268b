//! `__format__`: the format mini-language, with the locale's signs if asked for.

use super::coefficient::Coeff;
use super::number::*;
use super::text;

/// A format as it was written.
pub struct Spec {
    fill: char,
    align: char,
    sign: char,
    /// Negative zeros lose their sign.
    no_negative_zero: bool,
    /// A point even if nothing follows it.
    alternate: bool,
    width: usize,
    separator: Option<char>,
    precision: Option<i64>,
    /// Between groups of three digits behind the point.
    fraction_separator: Option<char>,
    kind: char,
}

/// What numbers are written with: `groups` are lengths from the right, the last one repeats unless the list says that it ends.
pub struct Signs {
    pub point: String,
    pub separator: String,
    pub groups: Vec<u8>,
}

pub enum SpecError {
    Invalid,
    /// A number in it is larger than an index.
    TooLarge,
}

impl Spec {
    /// `capitals`: what the context says of exponents, for formats without a kind.
    pub fn parse(spec: &str, capitals: bool) -> Result<Spec, SpecError> {
        let all: Vec<char> = spec.chars().collect();
        let mut i = 0;
        let at = |i: usize| all.get(i).copied();
        let is_align = |c: Option<char>| matches!(c, Some('<' | '>' | '=' | '^'));
        let kind = if capitals { 'G' } else { 'g' };
        let mut out = Spec {
            fill: ' ',
            align: '>',
            sign: '-',
            no_negative_zero: false,
            alternate: false,
            width: 0,
            separator: None,
            precision: None,
            fraction_separator: None,
            kind,
        };
        let mut aligned = true;
        if let (Some(fill), true) = (at(0), is_align(at(1))) {
            (out.fill, out.align) = (fill, all[1]);
            i = 2;
        } else if is_align(at(0)) {
            out.align = all[0];
            i = 1;
        } else {
            aligned = false;
        }
        if let Some(c @ ('+' | '-' | ' ')) = at(i) {
            out.sign = c;
            i += 1;
        }
        if at(i) == Some('z') {
            out.no_negative_zero = true;
            i += 1;
        }
        if at(i) == Some('#') {
            out.alternate = true;
            i += 1;
        }
        if at(i) == Some('0') {
            // Zeros stand between sign and digits, unless an alignment was given.
            if !aligned {
                (out.fill, out.align) = ('0', 'z');
            }
            i += 1;
        }
        let number = |i: &mut usize| -> Result<Option<i64>, SpecError> {
            let start = *i;
            let mut n = 0i64;
            while let Some(d) = at(*i).and_then(|c| c.to_digit(10)) {
                n = n.checked_mul(10).and_then(|n| n.checked_add(d.into())).ok_or(SpecError::TooLarge)?;
                *i += 1;
            }
            Ok((*i > start).then_some(n))
        };
        if let Some(width) = number(&mut i)? {
            out.width = width as usize;
        }
        if let Some(c @ (',' | '_')) = at(i) {
            out.separator = Some(c);
            i += 1;
        }
        if at(i) == Some('.') {
            i += 1;
            out.precision = number(&mut i)?;
            if let Some(c @ (',' | '_')) = at(i) {
                out.fraction_separator = Some(c);
                i += 1;
            } else if out.precision.is_none() {
                return Err(SpecError::Invalid);
            }
        }
        if out.width as i64 > MAX_PREC || out.precision.is_some_and(|p| p > MAX_PREC) {
            return Err(SpecError::Invalid);
        }
        if let Some(c @ ('e' | 'E' | 'f' | 'F' | 'g' | 'G' | '%' | 'n' | 'N')) = at(i) {
            out.kind = c;
            i += 1;
        }
        // The locale has separators of its own.
        if i < all.len() || (out.is_local() && out.separator.or(out.fraction_separator).is_some()) {
            return Err(SpecError::Invalid);
        }
        Ok(out)
    }

    /// Whether it asks for the locale's signs.
    pub fn is_local(&self) -> bool {
        matches!(self.kind, 'n' | 'N')
    }
    pub fn is_old_local(&self) -> bool {
        self.kind == 'N'
    }
    fn signs(&self) -> Signs {
        let separator = self.separator.map_or(String::new(), String::from);
        let groups = if self.separator.is_some() { vec![3] } else { Vec::new() };
        Signs { point: ".".to_owned(), separator, groups }
    }

    /// The number in this format. `None`: it would be too long.
    pub fn apply(&self, n: &Number, rounding: Rounding, local: Option<Signs>) -> Option<String> {
        if self.width as i64 > MAX_DIGITS {
            return None;
        }
        let signs = local.unwrap_or_else(|| self.signs());
        let kind = match self.kind.to_ascii_lowercase() {
            'n' => 'g',
            kind => kind,
        };
        let capitals = self.kind.is_ascii_uppercase();
        let mut body = Vec::new();
        let mut n = n.clone();
        if n.is_special() {
            text::special_to_text(&n, &mut body);
        } else {
            self.digits(&mut n, kind, capitals, rounding, &mut body)?;
            if self.no_negative_zero && n.coeff.is_zero() {
                n.negative = false;
            }
        }
        if kind == '%' {
            body.push(b'%');
        }
        let body = String::from_utf8(body).ok()?;
        let sign = match (n.negative, self.sign) {
            (true, _) => "-",
            (_, '+') => "+",
            (_, ' ') => " ",
            _ => "",
        };
        if n.is_special() {
            let (fill, align) = if self.align == 'z' { (' ', '>') } else { (self.fill, self.align) };
            return Some(pad(sign, &body, fill, align, self.width));
        }
        let whole = body.find(|c: char| !c.is_ascii_digit()).unwrap_or(body.len());
        let (whole, rest) = body.split_at(whole);
        let rest = match rest.strip_prefix('.') {
            Some(rest) => format!("{}{}", signs.point, self.group_fraction(rest)),
            None if self.alternate => format!("{}{rest}", signs.point),
            None => rest.to_owned(),
        };
        let zeros = if self.align == 'z' { self.width.saturating_sub(sign.len() + rest.chars().count()) } else { 0 };
        let body = group(whole, zeros, &signs) + &rest;
        let align = if self.align == 'z' { '=' } else { self.align };
        Some(pad(sign, &body, self.fill, align, self.width))
    }

    /// What follows the point, its digits in groups of three.
    fn group_fraction(&self, rest: &str) -> String {
        let Some(separator) = self.fraction_separator else { return rest.to_owned() };
        let digits = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
        let mut out = String::new();
        for (i, c) in rest.char_indices() {
            if i > 0 && i < digits && i % 3 == 0 {
                out.push(separator);
            }
            out.push(c);
        }
        out
    }

    /// The digits with point and exponent, without sign.
    fn digits(&self, n: &mut Number, kind: char, capitals: bool, rounding: Rounding, out: &mut Vec<u8>) -> Option<()> {
        if kind == '%' {
            n.exp += 2;
        }
        let mut st = 0;
        let mut point = None;
        let to_digits = |n: &mut Number, digits: i64, st: &mut Status| {
            *n = n.clone().finish(&Settings { prec: digits, rounding, ..Settings::MAX }, st);
        };
        match (kind, self.precision) {
            ('g', Some(p)) => to_digits(n, p.max(1), &mut st),
            ('e', Some(p)) if n.coeff.is_zero() => point = Some(1 - p),
            ('e', Some(p)) => {
                to_digits(n, p.checked_add(1)?.min(MAX_PREC), &mut st);
                let more = p + 1 - n.digits();
                if more > MAX_DIGITS {
                    return None;
                }
                n.coeff = n.coeff.shift_left(more as usize);
                n.exp -= more;
            }
            ('f' | '%', Some(p)) => {
                let rescaled = n.rescaled(-p, rounding, &mut st);
                if st & status::MEMORY != 0 || p > MAX_DIGITS {
                    return None;
                }
                *n = rescaled;
            }
            _ => {}
        }
        if matches!(kind, 'f' | '%') && n.coeff.is_zero() && n.exp > 0 {
            n.exp = 0;
        }
        let magnitude = n.clone().signed(false);
        if kind == 'g' {
            text::to_text(&magnitude, false, capitals, out);
            return Some(());
        }
        let start = out.len();
        n.coeff.write(out);
        let digits = (out.len() - start) as i64;
        let left = n.exp + digits;
        let point = match kind {
            'e' => point.unwrap_or(1),
            _ => left,
        };
        if point.abs() > MAX_DIGITS {
            return None;
        }
        text::place_point(out, start, digits, point);
        if kind == 'e' {
            text::write_exponent(out, left - point, capitals);
        }
        Some(())
    }
}

fn pad(sign: &str, body: &str, fill: char, align: char, width: usize) -> String {
    let missing = width.saturating_sub(sign.len() + body.chars().count());
    let fill = |n: usize| std::iter::repeat_n(fill, n).collect::<String>();
    match align {
        '<' => format!("{sign}{body}{}", fill(missing)),
        '=' => format!("{sign}{}{body}", fill(missing)),
        '^' => format!("{}{sign}{body}{}", fill(missing / 2), fill(missing - missing / 2)),
        _ => format!("{}{sign}{body}", fill(missing)),
    }
}

/// Digits in groups, filled up with zeros to `width` characters.
fn group(digits: &str, width: usize, signs: &Signs) -> String {
    let mut width = width as i64;
    let mut digits = digits;
    let mut parts = Vec::new();
    let mut lengths = signs.groups.iter().copied();
    let mut length = lengths.next();
    let separator = signs.separator.chars().count() as i64;
    loop {
        let wanted = (digits.len() as i64).max(width).max(1);
        let size = match length {
            Some(n) if n != 0 && n != 127 && separator > 0 => wanted.min(n.into()),
            _ => wanted,
        };
        let taken = digits.len().min(size as usize);
        let (rest, part) = digits.split_at(digits.len() - taken);
        parts.push(format!("{}{part}", "0".repeat(size as usize - taken)));
        digits = rest;
        width -= size;
        if digits.is_empty() && width <= 0 {
            break;
        }
        width -= separator;
        length = lengths.next().or(length);
    }
    parts.reverse();
    parts.join(&signs.separator)
}

/// The number as an integer's coefficient, cut off towards zero or rounded.
pub fn to_integer(n: &Number, rounding: Rounding) -> Number {
    if n.exp >= 0 { n.clone() } else { n.rescaled(0, rounding, &mut 0) }
}

/// Digits for `as_tuple`.
pub fn digit_list(coeff: &Coeff) -> Vec<u8> {
    let mut out = Vec::new();
    coeff.write(&mut out);
    out.iter_mut().for_each(|c| *c -= b'0');
    out
}
