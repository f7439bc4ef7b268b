//! Finding, counting and replacing.
//!
//! The functions on unit slices serve `bytes` as well as strings of one width; those on [`Text`] take any two widths.
//! Every search is linear in the worst case: bytes go to `memchr`, wider units to the two-way algorithm (Crochemore
//! and Perrin, 1991), which also searches backwards through a reversed view.

use std::borrow::Cow;

use memchr::memmem;

use crate::{Text, TextBuf, Unit};

/// A slice seen from the front or from the back.
#[derive(Clone, Copy)]
struct View<'a, U, const REVERSED: bool>(&'a [U]);

impl<U: Unit, const REVERSED: bool> View<'_, U, REVERSED> {
    #[inline(always)]
    fn at(&self, i: usize) -> U {
        if REVERSED { self.0[self.0.len() - 1 - i] } else { self.0[i] }
    }

    #[inline(always)]
    fn len(&self) -> usize {
        self.0.len()
    }
}

/// A needle prepared for the two-way algorithm; at least two units long.
struct TwoWay<'n, U, const REVERSED: bool> {
    needle: View<'n, U, REVERSED>,
    /// The critical position.
    cut: usize,
    period: usize,
    /// The needle repeats itself with its period from the start, so that a matched prefix is remembered.
    periodic: bool,
}

impl<'n, U: Unit, const REVERSED: bool> TwoWay<'n, U, REVERSED> {
    fn new(needle: &'n [U]) -> TwoWay<'n, U, REVERSED> {
        let needle = View(needle);
        let ascending = maximal_suffix(needle, |a, b| a < b);
        let descending = maximal_suffix(needle, |a, b| a > b);
        let (cut, period) = if ascending.0 > descending.0 { ascending } else { descending };
        let periodic = cut + period <= needle.len() && (0..cut).all(|i| needle.at(i) == needle.at(i + period));
        let period = if periodic { period } else { cut.max(needle.len() - cut) + 1 };
        TwoWay { needle, cut, period, periodic }
    }

    /// First match at or after `start`.
    fn find(&self, hay: View<'_, U, REVERSED>, start: usize) -> Option<usize> {
        let m = self.needle.len();
        let (mut pos, mut memory) = (start, 0);
        while pos + m <= hay.len() {
            let mut i = self.cut.max(memory);
            while i < m && self.needle.at(i) == hay.at(pos + i) {
                i += 1;
            }
            if i < m {
                pos += i - self.cut + 1;
                memory = 0;
                continue;
            }
            let mut j = self.cut;
            while j > memory && self.needle.at(j - 1) == hay.at(pos + j - 1) {
                j -= 1;
            }
            if j <= memory {
                return Some(pos);
            }
            pos += self.period;
            memory = if self.periodic { m - self.period } else { 0 };
        }
        None
    }
}

/// Start and period of the greatest suffix in the order `less`.
fn maximal_suffix<U: Unit, const REVERSED: bool>(s: View<'_, U, REVERSED>, less: impl Fn(U, U) -> bool) -> (usize, usize) {
    let (mut start, mut candidate, mut offset, mut period) = (0, 1, 0, 1);
    while candidate + offset < s.len() {
        let (a, b) = (s.at(candidate + offset), s.at(start + offset));
        if less(a, b) {
            candidate += offset + 1;
            offset = 0;
            period = candidate - start;
        } else if a == b {
            if offset + 1 == period {
                candidate += period;
                offset = 0;
            } else {
                offset += 1;
            }
        } else {
            start = candidate;
            candidate += 1;
            (offset, period) = (0, 1);
        }
    }
    (start, period)
}

/// A prepared, non-empty needle.
#[allow(clippy::large_enum_variant)] // it lives on the stack for one search
enum Finder<'n, U> {
    One(U),
    Bytes(memmem::Finder<'n>),
    Wide(TwoWay<'n, U, false>),
}

impl<'n, U: Unit> Finder<'n, U> {
    fn new(needle: &'n [U]) -> Finder<'n, U> {
        match (needle, U::as_bytes(needle)) {
            (&[u], _) => Finder::One(u),
            (_, Some(bytes)) => Finder::Bytes(memmem::Finder::new(bytes)),
            _ => Finder::Wide(TwoWay::new(needle)),
        }
    }

    fn find(&self, hay: &[U], start: usize) -> Option<usize> {
        match self {
            Finder::One(u) => u.position(&hay[start..]).map(|n| start + n),
            Finder::Bytes(finder) => finder.find(U::as_bytes(&hay[start..])?).map(|n| start + n),
            Finder::Wide(finder) => finder.find(View(hay), start),
        }
    }
}

/// First position of `needle`; an empty one is at 0.
pub fn find<U: Unit>(hay: &[U], needle: &[U]) -> Option<usize> {
    match needle {
        [] => Some(0),
        _ if needle.len() > hay.len() => None,
        _ => match (U::as_bytes(hay), U::as_bytes(needle)) {
            (Some(hay), Some(needle)) if needle.len() > 1 => memmem::find(hay, needle),
            _ => Finder::new(needle).find(hay, 0),
        },
    }
}

/// Last position of `needle`; an empty one is at the end.
pub fn rfind<U: Unit>(hay: &[U], needle: &[U]) -> Option<usize> {
    match needle {
        [] => Some(hay.len()),
        [u] => u.rposition(hay),
        _ if needle.len() > hay.len() => None,
        _ => match (U::as_bytes(hay), U::as_bytes(needle)) {
            (Some(hay), Some(needle)) => memmem::rfind(hay, needle),
            _ => {
                let found = TwoWay::<U, true>::new(needle).find(View(hay), 0)?;
                Some(hay.len() - found - needle.len())
            }
        },
    }
}

/// Whether `needle` occurs in `hay`.
#[inline]
pub fn contains<U: Unit>(hay: &[U], needle: &[U]) -> bool {
    find(hay, needle).is_some()
}

/// Positions of non-overlapping occurrences of a **non-empty** needle, from the left.
pub fn positions<'a, U: Unit>(hay: &'a [U], needle: &'a [U]) -> impl Iterator<Item = usize> + 'a {
    debug_assert!(!needle.is_empty());
    let finder = (needle.len() <= hay.len()).then(|| Finder::new(needle));
    let mut from = 0;
    std::iter::from_fn(move || {
        let at = finder.as_ref()?.find(hay, from)?;
        from = at + needle.len();
        Some(at)
    })
}

/// Positions of non-overlapping occurrences of a **non-empty** needle, from the right.
pub fn rpositions<'a, U: Unit>(hay: &'a [U], needle: &'a [U]) -> impl Iterator<Item = usize> + 'a {
    debug_assert!(!needle.is_empty());
    let mut end = hay.len();
    std::iter::from_fn(move || {
        let at = rfind(&hay[..end], needle)?;
        end = at;
        Some(at)
    })
}

/// Number of non-overlapping occurrences; an empty needle occurs before each unit and at the end.
pub fn count<U: Unit>(hay: &[U], needle: &[U]) -> usize {
    match needle {
        [] => hay.len() + 1,
        [u] => hay.iter().filter(|&h| h == u).count(),
        _ => positions(hay, needle).count(),
    }
}

/// `bytes.replace`, at most `max` times; `None` when nothing changes.
pub fn replace_bytes(hay: &[u8], from: &[u8], to: &[u8], max: usize) -> Option<Vec<u8>> {
    let mut out = Vec::with_capacity(hay.len());
    let changed = replace_parts(hay, from, max, |part, replaced| {
        out.extend_from_slice(part);
        if replaced {
            out.extend_from_slice(to);
        }
    });
    changed.then_some(out)
}

/// Gives the parts of `hay` between replaced occurrences in order, each with whether the replacement follows it.
/// False, and no call, when there is nothing to replace.
fn replace_parts<U: Unit>(hay: &[U], from: &[U], max: usize, mut part: impl FnMut(&[U], bool)) -> bool {
    if max == 0 {
        return false;
    }
    if from.is_empty() {
        let n = max.min(hay.len() + 1);
        part(&[], true);
        for i in 1..n {
            part(&hay[i - 1..i], true);
        }
        part(&hay[n - 1..], false);
        return true;
    }
    let mut done = 0;
    for at in positions(hay, from).take(max) {
        part(&hay[done..at], true);
        done = at + from.len();
    }
    if done > 0 {
        part(&hay[done..], false);
    }
    done > 0
}

/// `needle` in units of `U`; `None` when it does not fit, and so occurs nowhere in text of them.
pub fn in_units_of<U: Unit>(needle: Text<'_>) -> Option<Vec<U>> {
    with_units!(needle, units => units.iter().map(|u| U::from_code(u.code())).collect())
}

/// Runs `f` on the two texts in the same width, that of `hay`; `None` when `needle` does not fit it.
macro_rules! same_width {
    ($hay:expr, $needle:expr, $h:ident, $n:ident => $body:expr) => {
        match ($hay, $needle) {
            (Text::Latin1($h), Text::Latin1($n)) => Some($body),
            (Text::Ucs2($h), Text::Ucs2($n)) => Some($body),
            (Text::Ucs4($h), Text::Ucs4($n)) => Some($body),
            (Text::Latin1($h), needle) => widened(needle).map(|n: Cow<'_, [u8]>| {
                let $n = &n[..];
                $body
            }),
            (Text::Ucs2($h), needle) => widened(needle).map(|n: Cow<'_, [u16]>| {
                let $n = &n[..];
                $body
            }),
            (Text::Ucs4($h), needle) => widened(needle).map(|n: Cow<'_, [u32]>| {
                let $n = &n[..];
                $body
            }),
        }
    };
}

fn widened<'a, U: Unit>(needle: Text<'_>) -> Option<Cow<'a, [U]>> {
    in_units_of(needle).map(Cow::Owned)
}

/// [`find`] for texts of any widths.
pub fn text_find(hay: Text<'_>, needle: Text<'_>) -> Option<usize> {
    same_width!(hay, needle, h, n => find(h, n)).flatten()
}

/// [`rfind`] for texts of any widths.
pub fn text_rfind(hay: Text<'_>, needle: Text<'_>) -> Option<usize> {
    same_width!(hay, needle, h, n => rfind(h, n)).flatten()
}

/// [`contains`] for texts of any widths.
pub fn text_contains(hay: Text<'_>, needle: Text<'_>) -> bool {
    text_find(hay, needle).is_some()
}

/// [`count`] for texts of any widths.
pub fn text_count(hay: Text<'_>, needle: Text<'_>) -> usize {
    same_width!(hay, needle, h, n => count(h, n)).unwrap_or(0)
}

/// Whether `text` begins with `prefix`.
pub fn text_starts_with(text: Text<'_>, prefix: Text<'_>) -> bool {
    prefix.len() <= text.len() && text.slice(0, prefix.len()) == prefix
}

/// Whether `text` ends with `suffix`.
pub fn text_ends_with(text: Text<'_>, suffix: Text<'_>) -> bool {
    suffix.len() <= text.len() && text.from(text.len() - suffix.len()) == suffix
}

/// `str.replace`, at most `max` times; `None` when nothing changes.
pub fn text_replace(hay: Text<'_>, from: Text<'_>, to: Text<'_>, max: usize) -> Option<TextBuf> {
    let mut out = TextBuf::with_capacity(hay.len());
    let changed = same_width!(hay, from, h, n => replace_parts(h, n, max, |part, replaced| {
        out.push_text(Unit::text(part));
        if replaced {
            out.push_text(to);
        }
    }));
    (changed == Some(true)).then_some(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Compares every search with the naive one, on all short strings over two letters.
    #[test]
    fn two_way_finds_what_naive_search_finds() {
        let strings = |max: usize| {
            (0..=max).flat_map(|n| (0..1u32 << n).map(move |bits| (0..n).map(|i| (bits >> i & 1) as u16 + 7).collect::<Vec<u16>>()))
        };
        for needle in strings(6) {
            for hay in strings(9) {
                let naive = hay.windows(needle.len().max(1)).position(|w| w == needle);
                let rnaive = hay.windows(needle.len().max(1)).rposition(|w| w == needle);
                if needle.is_empty() {
                    continue;
                }
                assert_eq!(find(&hay, &needle), naive, "{needle:?} in {hay:?}");
                assert_eq!(rfind(&hay, &needle), rnaive, "{needle:?} in {hay:?}");
            }
        }
        let hay: Vec<u32> = (0..2000).map(|i| u32::from(i % 7 == 0) + i % 3).collect();
        for (start, len) in [(0, 100), (500, 333), (1990, 10), (77, 1)] {
            let needle = &hay[start..start + len];
            assert_eq!(find(&hay, needle), hay.windows(len).position(|w| w == needle));
            assert_eq!(rfind(&hay, needle), hay.windows(len).rposition(|w| w == needle));
        }
    }

    fn t(s: &str) -> TextBuf {
        TextBuf::from(s)
    }

    #[test]
    fn texts() {
        let hay = t("añb€añ");
        assert_eq!(text_find(hay.as_text(), t("añ").as_text()), Some(0));
        assert_eq!(text_rfind(hay.as_text(), t("añ").as_text()), Some(4));
        assert_eq!(text_find(hay.as_text(), t("😀").as_text()), None);
        assert_eq!(text_find(t("abc").as_text(), t("€").as_text()), None);
        assert_eq!(text_count(t("aaaa").as_text(), t("aa").as_text()), 2);
        assert_eq!(text_count(hay.as_text(), t("").as_text()), 7);
        let replace = |s: &str, a: &str, b: &str, n| {
            text_replace(t(s).as_text(), t(a).as_text(), t(b).as_text(), n).map(|t| t.to_string_lossy())
        };
        assert_eq!(replace("abcabc", "b", "€€", usize::MAX).as_deref(), Some("a€€ca€€c"));
        assert_eq!(replace("abcabc", "bc", "", 1).as_deref(), Some("aabc"));
        assert_eq!(replace("ab", "", "-", usize::MAX).as_deref(), Some("-a-b-"));
        assert_eq!(replace("ab", "", "-", 2).as_deref(), Some("-a-b"));
        assert_eq!(replace("", "", "-", 5).as_deref(), Some("-"));
        assert_eq!(replace("ab", "x", "-", 2), None);
        let narrowed = text_replace(t("a€").as_text(), t("€").as_text(), t("").as_text(), 9);
        assert!(matches!(narrowed, Some(TextBuf::Latin1(_))));
        assert_eq!(replace_bytes(b"aXbX", b"X", b"--", 1).as_deref(), Some(&b"a--bX"[..]));
        assert!(text_ends_with(hay.as_text(), t("ñ").as_text()) && text_starts_with(hay.as_text(), t("añ").as_text()));
    }
}
