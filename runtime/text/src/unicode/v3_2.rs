//! Unicode 3.2, `unicodedata.ucd_3_2_0`: internationalized domain names (RFC 3490) are defined on it.
//!
//! Kept as what differs from the current database.

#[rustfmt::skip]
#[path = "v3_2_tables.rs"]
mod tables;

use super::normalize::{Form, Version, normalize_fully};
use crate::{Text, TextBuf};

/// The version, as `unidata_version`.
pub const VERSION: &str = "3.2.0";

/// What 3.2 said otherwise of a character.
struct Override {
    code: u32,
    category: &'static str,
    bidirectional: &'static str,
    mirrored: bool,
    width: &'static str,
    decimal: Option<u8>,
    numeric: Option<f64>,
}

impl Override {
    const fn new(
        code: u32,
        category: &'static str,
        bidirectional: &'static str,
        mirrored: bool,
        width: &'static str,
        decimal: Option<u8>,
        numeric: Option<f64>,
    ) -> Override {
        Override { code, category, bidirectional, mirrored, width, decimal, numeric }
    }
}

fn within(ranges: &[(u32, u32)], c: u32) -> bool {
    let index = ranges.partition_point(|&(_, last)| last < c);
    ranges.get(index).is_some_and(|&(first, _)| first <= c)
}

/// Whether the character existed.
pub fn is_assigned(c: u32) -> bool {
    within(&tables::ASSIGNED, c)
}

fn differs(c: u32) -> Option<&'static Override> {
    let index = tables::OVERRIDES.binary_search_by_key(&c, |o| o.code).ok()?;
    Some(&tables::OVERRIDES[index])
}

/// The decomposition of a character that a later corrigendum changed.
pub(super) fn corrected(c: u32) -> Option<u32> {
    tables::CORRECTIONS.iter().find(|&&(code, _)| code == c).map(|&(_, to)| to)
}

/// As [`super::category`].
pub fn category(c: u32) -> &'static str {
    match differs(c) {
        Some(o) => o.category,
        None if is_assigned(c) => super::category(c),
        None => "Cn",
    }
}

/// As [`super::bidirectional`].
pub fn bidirectional(c: u32) -> &'static str {
    match differs(c) {
        Some(o) => o.bidirectional,
        None if is_assigned(c) => super::bidirectional(c),
        None => "",
    }
}

/// As [`super::combining`].
pub fn combining(c: u32) -> u8 {
    if is_assigned(c) { super::combining(c) } else { 0 }
}

/// As [`super::is_mirrored`].
pub fn is_mirrored(c: u32) -> bool {
    differs(c).map_or_else(|| is_assigned(c) && super::is_mirrored(c), |o| o.mirrored)
}

/// As [`super::east_asian_width`].
pub fn east_asian_width(c: u32) -> &'static str {
    match differs(c) {
        Some(o) => o.width,
        None if is_assigned(c) => super::east_asian_width(c),
        None if within(&tables::UNASSIGNED_WIDE, c) => "W",
        None => "N",
    }
}

/// As [`super::decimal`].
pub fn decimal(c: u32) -> Option<u8> {
    match differs(c) {
        Some(o) => o.decimal,
        None => super::decimal(c).filter(|_| is_assigned(c)),
    }
}

/// As [`super::numeric`].
pub fn numeric(c: u32) -> Option<f64> {
    match differs(c) {
        Some(o) => o.numeric,
        None => super::numeric(c).filter(|_| is_assigned(c)),
    }
}

/// As [`super::normalize::decomposition`].
pub fn decomposition(c: u32) -> String {
    if is_assigned(c) { super::normalize::decomposition(c) } else { String::new() }
}

/// As [`super::normalize::normalize`].
pub fn normalize(text: Text<'_>, form: Form) -> TextBuf {
    normalize_fully(text, form, Version::V3_2)
}

/// As [`super::names::name`].
pub fn name(c: u32) -> Option<String> {
    if is_assigned(c) { super::names::name(c) } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn differences() {
        assert_eq!((category(0xAD), category(0x221), category(0x41)), ("Pd", "Cn", "Lu"));
        assert_eq!(bidirectional(0x2B), "ET");
        assert_eq!(decimal(0xB2), Some(2));
        assert_eq!(numeric(0x9F4), Some(1.0));
        assert_eq!(normalize(Text::Ucs4(&[0x2F868]), Form::Nfc), "\u{2136A}");
        assert_eq!(normalize(Text::Ucs4(&[0x1F14F]), Form::Nfkc), "\u{1F14F}");
        assert_eq!(name(0x1F600), None);
    }
}
