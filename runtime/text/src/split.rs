//! Splitting, lines and stripping. Results are ranges of the input; those of the `r` forms come from the right.
//!
//! Which units are white space is the caller's to say: [`crate::unicode::is_space`] for strings,
//! [`is_ascii_space`] for bytes.

use std::ops::Range;

use crate::search::{positions, rpositions};
use crate::{Unit, unicode};

/// White space of `bytes`.
#[inline]
pub fn is_ascii_space(c: u32) -> bool {
    matches!(c, 0x09..=0x0D | 0x20)
}

/// Words between white space, at most `max` splits; the last range then holds the rest, trailing space included.
pub fn split_space<'a, U: Unit>(
    units: &'a [U],
    max: usize,
    is_space: impl Fn(u32) -> bool + 'a,
) -> impl Iterator<Item = Range<usize>> + 'a {
    let (mut at, mut left) = (0, max);
    std::iter::from_fn(move || {
        let skip = units[at..].iter().position(|u| !is_space(u.code()))?;
        let start = at + skip;
        if left == 0 {
            at = units.len();
            return Some(start..at);
        }
        left -= 1;
        let end = units[start..].iter().position(|u| is_space(u.code())).map_or(units.len(), |n| start + n);
        at = end;
        Some(start..end)
    })
}

/// [`split_space`] from the right.
pub fn rsplit_space<'a, U: Unit>(
    units: &'a [U],
    max: usize,
    is_space: impl Fn(u32) -> bool + 'a,
) -> impl Iterator<Item = Range<usize>> + 'a {
    let (mut at, mut left) = (units.len(), max);
    std::iter::from_fn(move || {
        let end = units[..at].iter().rposition(|u| !is_space(u.code()))? + 1;
        if left == 0 {
            at = 0;
            return Some(0..end);
        }
        left -= 1;
        let start = units[..end].iter().rposition(|u| is_space(u.code())).map_or(0, |i| i + 1);
        at = start;
        Some(start..end)
    })
}

/// Parts between occurrences of a **non-empty** separator, at most `max` splits.
pub fn split<'a, U: Unit>(units: &'a [U], separator: &'a [U], max: usize) -> impl Iterator<Item = Range<usize>> + 'a {
    let mut found = positions(units, separator).take(max);
    let mut start = Some(0);
    std::iter::from_fn(move || {
        let from = start?;
        match found.next() {
            Some(at) => {
                start = Some(at + separator.len());
                Some(from..at)
            }
            None => {
                start = None;
                Some(from..units.len())
            }
        }
    })
}

/// [`split`] from the right.
pub fn rsplit<'a, U: Unit>(units: &'a [U], separator: &'a [U], max: usize) -> impl Iterator<Item = Range<usize>> + 'a {
    let mut found = rpositions(units, separator).take(max);
    let mut end = Some(units.len());
    std::iter::from_fn(move || {
        let to = end?;
        match found.next() {
            Some(at) => {
                end = Some(at);
                Some(at + separator.len()..to)
            }
            None => {
                end = None;
                Some(0..to)
            }
        }
    })
}

/// Lines of a string; see [`lines`].
pub fn text_lines<U: Unit>(units: &[U], keep_ends: bool) -> impl Iterator<Item = Range<usize>> + '_ {
    lines(units, keep_ends, unicode::is_line_break)
}

/// Lines of bytes, ended by `\n`, `\r` or both; see [`lines`].
pub fn bytes_lines(bytes: &[u8], keep_ends: bool) -> impl Iterator<Item = Range<usize>> + '_ {
    lines(bytes, keep_ends, |c| matches!(c, 0x0A | 0x0D))
}

/// Lines, with or without what ends them; `\r\n` is one end. No empty line follows a final end.
fn lines<'a, U: Unit>(
    units: &'a [U],
    keep_ends: bool,
    is_break: impl Fn(u32) -> bool + 'a,
) -> impl Iterator<Item = Range<usize>> + 'a {
    let mut start = 0;
    std::iter::from_fn(move || {
        let rest = units.get(start..).filter(|rest| !rest.is_empty())?;
        let from = start;
        let Some(n) = rest.iter().position(|u| is_break(u.code())) else {
            start = units.len();
            return Some(from..start);
        };
        let pair = rest[n].code() == 0x0D && rest.get(n + 1).is_some_and(|u| u.code() == 0x0A);
        start = from + n + 1 + usize::from(pair);
        Some(from..if keep_ends { start } else { from + n })
    })
}

/// What remains without the leading (`left`) and trailing (`right`) units that `drop` is true for.
pub fn strip<U: Unit>(units: &[U], left: bool, right: bool, drop: impl Fn(u32) -> bool) -> Range<usize> {
    let start = if left { units.iter().position(|u| !drop(u.code())).unwrap_or(units.len()) } else { 0 };
    let end =
        if right { units[start..].iter().rposition(|u| !drop(u.code())).map_or(start, |i| start + i + 1) } else { units.len() };
    start..end
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::unicode::is_space;

    fn parts(s: &str, ranges: impl Iterator<Item = Range<usize>>) -> Vec<&str> {
        ranges.map(|r| &s[r]).collect()
    }

    #[test]
    fn on_space() {
        let f = |s: &'static str, n| parts(s, split_space(s.as_bytes(), n, is_space));
        let r = |s: &'static str, n| parts(s, rsplit_space(s.as_bytes(), n, is_space));
        assert_eq!(f("  a b\x1fc  ", usize::MAX), ["a", "b", "c"]);
        assert_eq!(f("  a  b  c  ", 1), ["a", "b  c  "]);
        assert_eq!(f(" a b ", 0), ["a b "]);
        assert_eq!(f("   ", 5), [""; 0]);
        assert_eq!(r("  a  b  c  ", 1), ["c", "  a  b"]);
        assert_eq!(r(" a b ", usize::MAX), ["b", "a"]);
        assert_eq!(r(" a b ", 0), [" a b"]);
    }

    #[test]
    fn on_separator() {
        let f = |s: &'static str, n| parts(s, split(s.as_bytes(), b"--", n));
        let r = |s: &'static str, n| parts(s, rsplit(s.as_bytes(), b"--", n));
        assert_eq!(f("a--b--", usize::MAX), ["a", "b", ""]);
        assert_eq!(f("a--b--c", 1), ["a", "b--c"]);
        assert_eq!(f("a---b", 9), ["a", "-b"]);
        assert_eq!(r("a---b", 9), ["b", "a-"]);
        assert_eq!(r("a--b--c", 1), ["c", "a--b"]);
        assert_eq!(f("", 9), [""]);
    }

    #[test]
    fn into_lines() {
        let f = |s: &'static str, keep| parts(s, text_lines(s.as_bytes(), keep));
        assert_eq!(f("a\nb\r\nc\rd\x0b\x1ce\n", false), ["a", "b", "c", "d", "", "e"]);
        assert_eq!(f("a\r\n\r\nb", true), ["a\r\n", "\r\n", "b"]);
        assert_eq!(f("", true), [""; 0]);
        assert_eq!(parts("a\x0bb\r", bytes_lines(b"a\x0bb\r", false)), ["a\x0bb"]);
    }

    #[test]
    fn stripping() {
        assert_eq!(strip(b"  ab ", true, true, is_space), 2..4);
        assert_eq!(strip(b"  ab ", false, true, is_space), 0..4);
        assert_eq!(strip(b"   ", true, true, is_space), 3..3);
        assert_eq!(strip(b"xxabx", true, false, |c| c == u32::from(b'x')), 2..5);
    }
}
