//! Tabs and padding: `expandtabs`, `ljust`, `rjust`, `center`, `zfill`.
//!
//! The functions on unit slices serve `bytes`; those on [`Text`] strings.

use crate::{Text, TextBuf, Unit};

/// Replaces each tab by spaces up to the next multiple of `size`; a size of 0 or less drops tabs.
pub fn expand_tabs<U: Unit>(units: &[U], size: isize) -> Vec<U> {
    let size = usize::try_from(size).unwrap_or(0);
    let mut out = Vec::with_capacity(units.len());
    let mut column = 0usize;
    for &u in units {
        match u.code() {
            0x09 => {
                if size > 0 {
                    let n = size - column % size;
                    out.resize(out.len() + n, U::truncate(0x20));
                    column += n;
                }
            }
            c => {
                column = if matches!(c, 0x0A | 0x0D) { 0 } else { column + 1 };
                out.push(u);
            }
        }
    }
    out
}

/// [`expand_tabs`] of a string in its narrowest form.
pub fn text_expand_tabs(text: Text<'_>, size: isize) -> TextBuf {
    match text {
        Text::Latin1(u) => TextBuf::Latin1(expand_tabs(u, size)),
        Text::Ucs2(u) => TextBuf::from(Text::Ucs2(&expand_tabs(u, size))),
        Text::Ucs4(u) => TextBuf::from(Text::Ucs4(&expand_tabs(u, size))),
    }
}

/// Where [`padding`] goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// `rjust`
    Left,
    /// `ljust`
    Right,
    /// `center`
    Both,
}

/// How many fill characters go before and after a string of `length` to reach `width`.
pub fn padding(length: usize, width: usize, side: Side) -> (usize, usize) {
    let n = width.saturating_sub(length);
    let left = match side {
        Side::Left => n,
        Side::Right => 0,
        Side::Both => n / 2 + (n & width & 1),
    };
    (left, n - left)
}

/// `ljust`, `rjust` or `center` of a string.
pub fn text_pad(text: Text<'_>, width: usize, side: Side, fill: u32) -> TextBuf {
    let (left, right) = padding(text.len(), width, side);
    let mut out = TextBuf::with_capacity(text.len().max(width));
    out.push_repeat(fill, left);
    out.push_text(text);
    out.push_repeat(fill, right);
    out
}

/// `ljust`, `rjust` or `center` of bytes.
pub fn pad<U: Unit>(units: &[U], width: usize, side: Side, fill: U) -> Vec<U> {
    let (left, right) = padding(units.len(), width, side);
    let mut out = Vec::with_capacity(units.len().max(width));
    out.resize(left, fill);
    out.extend_from_slice(units);
    out.resize(out.len() + right, fill);
    out
}

/// Fills with zeros after a sign.
pub fn zfill<U: Unit>(units: &[U], width: usize) -> Vec<U> {
    let (zeros, _) = padding(units.len(), width, Side::Left);
    let signed = units.first().is_some_and(|u| matches!(u.code(), 0x2B | 0x2D));
    let (sign, digits) = units.split_at(usize::from(signed));
    let mut out = Vec::with_capacity(units.len().max(width));
    out.extend_from_slice(sign);
    out.resize(out.len() + zeros, U::truncate(0x30));
    out.extend_from_slice(digits);
    out
}

/// [`zfill`] of a string in its narrowest form.
pub fn text_zfill(text: Text<'_>, width: usize) -> TextBuf {
    with_units!(text, units => TextBuf::from(Unit::text(&zfill(units, width))))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn as_python() {
        assert_eq!(expand_tabs(b"a\tb\n\tc\t", 4), b"a   b\n    c   ");
        assert_eq!(expand_tabs(b"a\tb", 0), b"ab");
        assert_eq!(text_expand_tabs(TextBuf::from("€\tb").as_text(), 8), "€       b");
        let center = |s: &str, w| text_pad(TextBuf::from(s).as_text(), w, Side::Both, 0x2A).to_string_lossy();
        assert_eq!(center("ab", 5), "**ab*");
        assert_eq!(center("a", 4), "*a**");
        assert_eq!(center("abc", 2), "abc");
        assert_eq!(pad(b"ab", 4, Side::Left, b'.'), b"..ab");
        assert_eq!(zfill(b"-42", 6), b"-00042");
        assert_eq!(zfill(b"--", 4), b"-00-");
        assert_eq!(text_zfill(TextBuf::from("").as_text(), 2), "00");
    }
}
