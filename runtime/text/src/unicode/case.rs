//! Case: the mappings and predicates of `str`.
//!
//! Mappings are the full ones (one character may become three), with the rule of the final sigma. ASCII text takes a
//! byte-wise path.

use super::{Record, is_case_ignorable, is_cased, record, t};
use crate::{Text, TextBuf, Unit, unicode};

/// The simple upper-case mapping.
#[inline]
pub fn to_upper(c: u32) -> u32 {
    c.wrapping_add_signed(record(c).upper)
}

/// The simple lower-case mapping (also that of `re`).
#[inline]
pub fn to_lower(c: u32) -> u32 {
    c.wrapping_add_signed(record(c).lower)
}

/// The simple title-case mapping.
#[inline]
pub fn to_title(c: u32) -> u32 {
    c.wrapping_add_signed(record(c).title)
}

#[derive(Clone, Copy)]
enum Mapping {
    Upper,
    Lower,
    Title,
    Fold,
}

#[inline]
fn push_mapped(out: &mut TextBuf, c: u32, mapping: Mapping) {
    let r: &Record = record(c);
    if r.special != 0 {
        let special = &t::SPECIALS[usize::from(r.special)];
        let codes = match mapping {
            Mapping::Upper => &special.upper,
            Mapping::Lower => &special.lower,
            Mapping::Title => &special.title,
            Mapping::Fold => &special.fold,
        };
        // Zero ends the list, and is itself mapped by no special entry.
        for &code in codes.iter().take_while(|&&code| code != 0) {
            out.push(code);
        }
        return;
    }
    let delta = match mapping {
        Mapping::Upper => r.upper,
        Mapping::Lower | Mapping::Fold => r.lower,
        Mapping::Title => r.title,
    };
    out.push(c.wrapping_add_signed(delta));
}

const CAPITAL_SIGMA: u32 = 0x3A3;

#[inline]
fn push_lower<U: Unit>(out: &mut TextBuf, units: &[U], i: usize) {
    let c = units[i].code();
    if c == CAPITAL_SIGMA {
        out.push(if is_final_sigma(units, i) { 0x3C2 } else { 0x3C3 });
    } else {
        push_mapped(out, c, Mapping::Lower);
    }
}

/// Whether the sigma at `i` ends a word: a cased character before it, none after it, case-ignorable ones apart.
fn is_final_sigma<U: Unit>(units: &[U], i: usize) -> bool {
    let before = units[..i].iter().rev().map(|u| u.code()).find(|&c| !is_case_ignorable(c));
    let after = units[i + 1..].iter().map(|u| u.code()).find(|&c| !is_case_ignorable(c));
    before.is_some_and(is_cased) && !after.is_some_and(is_cased)
}

/// The bytes, when the text is ASCII.
fn ascii(text: Text<'_>) -> Option<&[u8]> {
    text.as_ascii().map(str::as_bytes)
}

fn map_all(text: Text<'_>, mapping: Mapping) -> TextBuf {
    let mut out = TextBuf::with_capacity(text.len());
    with_units!(text, units => for u in units {
        push_mapped(&mut out, u.code(), mapping);
    });
    out
}

/// `str.upper`.
pub fn upper(text: Text<'_>) -> TextBuf {
    match ascii(text) {
        Some(bytes) => TextBuf::Latin1(bytes.to_ascii_uppercase()),
        None => map_all(text, Mapping::Upper),
    }
}

/// `str.lower`.
pub fn lower(text: Text<'_>) -> TextBuf {
    if let Some(bytes) = ascii(text) {
        return TextBuf::Latin1(bytes.to_ascii_lowercase());
    }
    let mut out = TextBuf::with_capacity(text.len());
    with_units!(text, units => for i in 0..units.len() {
        push_lower(&mut out, units, i);
    });
    out
}

/// `str.casefold`.
pub fn casefold(text: Text<'_>) -> TextBuf {
    match ascii(text) {
        Some(bytes) => TextBuf::Latin1(bytes.to_ascii_lowercase()),
        None => map_all(text, Mapping::Fold),
    }
}

/// `str.swapcase`.
pub fn swapcase(text: Text<'_>) -> TextBuf {
    if let Some(bytes) = ascii(text) {
        let swap = |b: &u8| {
            if b.is_ascii_alphabetic() { b ^ 0x20 } else { *b }
        };
        return TextBuf::Latin1(bytes.iter().map(swap).collect());
    }
    let mut out = TextBuf::with_capacity(text.len());
    with_units!(text, units => for (i, u) in units.iter().enumerate() {
        let r = record(u.code());
        if r.has(t::UPPER) {
            push_lower(&mut out, units, i);
        } else if r.has(t::LOWER) {
            push_mapped(&mut out, u.code(), Mapping::Upper);
        } else {
            out.push(u.code());
        }
    });
    out
}

/// `str.capitalize`.
pub fn capitalize(text: Text<'_>) -> TextBuf {
    if let Some(bytes) = ascii(text) {
        let mut bytes = bytes.to_ascii_lowercase();
        if let Some(first) = bytes.first_mut() {
            first.make_ascii_uppercase();
        }
        return TextBuf::Latin1(bytes);
    }
    let mut out = TextBuf::with_capacity(text.len());
    with_units!(text, units => for (i, u) in units.iter().enumerate() {
        if i == 0 {
            push_mapped(&mut out, u.code(), Mapping::Title);
        } else {
            push_lower(&mut out, units, i);
        }
    });
    out
}

/// `str.title`.
pub fn title(text: Text<'_>) -> TextBuf {
    let mut out = TextBuf::with_capacity(text.len());
    let mut after_cased = false;
    with_units!(text, units => for (i, u) in units.iter().enumerate() {
        if after_cased {
            push_lower(&mut out, units, i);
        } else {
            push_mapped(&mut out, u.code(), Mapping::Title);
        }
        after_cased = is_cased(u.code());
    });
    out
}

fn all(text: Text<'_>, predicate: impl Fn(u32) -> bool) -> bool {
    !text.is_empty() && with_units!(text, units => units.iter().all(|u| predicate(u.code())))
}

/// `str.isalpha`.
pub fn text_is_alpha(text: Text<'_>) -> bool {
    all(text, unicode::is_alpha)
}

/// `str.isalnum`.
pub fn text_is_alnum(text: Text<'_>) -> bool {
    all(text, unicode::is_alnum)
}

/// `str.isdecimal`.
pub fn text_is_decimal(text: Text<'_>) -> bool {
    all(text, unicode::is_decimal)
}

/// `str.isdigit`.
pub fn text_is_digit(text: Text<'_>) -> bool {
    all(text, unicode::is_digit)
}

/// `str.isnumeric`.
pub fn text_is_numeric(text: Text<'_>) -> bool {
    all(text, unicode::is_numeric)
}

/// `str.isspace`.
pub fn text_is_space(text: Text<'_>) -> bool {
    all(text, unicode::is_space)
}

/// `str.isprintable`.
pub fn text_is_printable(text: Text<'_>) -> bool {
    text.is_empty() || all(text, unicode::is_printable)
}

/// `str.isidentifier`.
pub fn text_is_identifier(text: Text<'_>) -> bool {
    let mut codes = text.iter();
    codes.next().is_some_and(unicode::is_identifier_start) && codes.all(unicode::is_identifier_continue)
}

/// `str.islower`.
pub fn text_is_lower(text: Text<'_>) -> bool {
    only_case(text, t::LOWER, t::UPPER | t::TITLE)
}

/// `str.isupper`.
pub fn text_is_upper(text: Text<'_>) -> bool {
    only_case(text, t::UPPER, t::LOWER | t::TITLE)
}

/// Whether there is a character of `wanted`, and none of `unwanted`.
fn only_case(text: Text<'_>, wanted: u32, unwanted: u32) -> bool {
    let mut found = false;
    for c in text {
        let r = record(c);
        if r.has(unwanted) {
            return false;
        }
        found |= r.has(wanted);
    }
    found
}

/// `str.istitle`.
pub fn text_is_title(text: Text<'_>) -> bool {
    let (mut found, mut after_cased) = (false, false);
    for c in text {
        let r = record(c);
        let opening = r.has(t::UPPER | t::TITLE);
        let cased = opening || r.has(t::LOWER);
        if cased && opening == after_cased {
            return false;
        }
        found |= cased;
        after_cased = cased;
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(f: fn(Text<'_>) -> TextBuf, input: &str, expected: &str) {
        assert_eq!(f(TextBuf::from(input).as_text()), expected, "{input}");
    }

    #[test]
    fn mappings() {
        check(upper, "straße ŉ ﬃ", "STRASSE ʼN FFI");
        check(lower, "ΌΔΟΣ Σ ΑΣ.Β ΑΣ' İ", "όδος σ ασ.β ας' i\u{307}");
        check(title, "they're bill's ǆ ﬁx 1st", "They'Re Bill'S ǅ Fix 1St");
        check(capitalize, "ﬃNE ÀB", "Ffine àb");
        check(capitalize, "ǄAB", "ǅab");
        check(swapcase, "aBß Éé ΑΣ", "AbSS éÉ ας");
        check(casefold, "Straße ſ ς Ꭰ", "strasse s σ Ꭰ");
        check(upper, "abc", "ABC");
        check(upper, "ÿµ", "ŸΜ");
    }

    #[test]
    fn predicates() {
        let t = |f: fn(Text<'_>) -> bool, s: &str| f(TextBuf::from(s).as_text());
        assert!(t(text_is_title, "Hello World's") != t(text_is_title, "Hello World"));
        assert!(t(text_is_title, "ǅ Ab 1A") && !t(text_is_title, "") && !t(text_is_title, "1"));
        assert!(t(text_is_lower, "a1ª") && !t(text_is_lower, "1") && !t(text_is_upper, "Aǅ"));
        assert!(t(text_is_identifier, "été_1") && !t(text_is_identifier, "") && !t(text_is_identifier, "1a"));
        assert!(t(text_is_printable, "") && !t(text_is_alpha, ""));
    }
}
