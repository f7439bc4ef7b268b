//! Decomposition and the four normalization forms (UAX #15).

use super::{TwoStage, combining, record, t, v3_2};
use crate::{Text, TextBuf};

static INDEX: TwoStage = TwoStage(include_bytes!("data/decomposition_index.bin"));
/// Words: tag and length, then the code points. Entry 0 is the empty decomposition.
static DECOMPOSITIONS: &[u8] = include_bytes!("data/decompositions.bin");
/// Sorted triples: first, second, composed.
static COMPOSITIONS: &[u8] = include_bytes!("data/compositions.bin");

const HANGUL: u32 = 0xAC00;
const HANGUL_COUNT: u32 = 11172;
const LEAD: u32 = 0x1100;
const LEAD_COUNT: u32 = 19;
const VOWEL: u32 = 0x1161;
const VOWEL_COUNT: u32 = 21;
/// One before the first trailing consonant: index 0 means none.
const TRAIL: u32 = 0x11A7;
const TRAIL_COUNT: u32 = 28;

/// A normalization form.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    Nfc,
    Nfkc,
    Nfd,
    Nfkd,
}

impl Form {
    /// The form of a name such as `NFC`.
    pub fn from_name(name: &str) -> Option<Form> {
        Some(match name {
            "NFC" => Form::Nfc,
            "NFKC" => Form::Nfkc,
            "NFD" => Form::Nfd,
            "NFKD" => Form::Nfkd,
            _ => return None,
        })
    }

    fn compatible(self) -> bool {
        matches!(self, Form::Nfkc | Form::Nfkd)
    }

    fn composes(self) -> bool {
        matches!(self, Form::Nfc | Form::Nfkc)
    }

    fn no_flag(self) -> u32 {
        match self {
            Form::Nfc => t::NFC_NO,
            Form::Nfkc => t::NFKC_NO,
            Form::Nfd => t::NFD_NO,
            Form::Nfkd => t::NFKD_NO,
        }
    }

    fn maybe_flag(self) -> u32 {
        match self {
            Form::Nfc => t::NFC_MAYBE,
            Form::Nfkc => t::NFKC_MAYBE,
            Form::Nfd | Form::Nfkd => 0,
        }
    }

    /// Below this code point every text is in the form.
    fn safe_below(self) -> u32 {
        match self {
            Form::Nfc => 0x300,
            Form::Nfd => 0xC0,
            Form::Nfkc | Form::Nfkd => 0xA0,
        }
    }
}

/// Which Unicode's decompositions apply.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Version {
    Current,
    V3_2,
}

/// The answer of [`quick_check`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum QuickCheck {
    Yes,
    No,
    Maybe,
}

#[inline]
fn word(table: &[u8], index: usize) -> u32 {
    let at = 4 * index;
    u32::from_le_bytes([table[at], table[at + 1], table[at + 2], table[at + 3]])
}

/// The tag of the decomposition mapping (empty for a canonical one) and how many words follow from where.
#[inline]
fn mapping(c: u32, version: Version) -> (usize, usize, usize) {
    if c > crate::MAX_CODE_POINT || (version == Version::V3_2 && !v3_2::is_assigned(c)) {
        return (0, 0, 0);
    }
    let at = INDEX.get(c);
    let head = word(DECOMPOSITIONS, at);
    ((head >> 8) as usize, (head & 0xFF) as usize, at + 1)
}

/// The decomposition mapping as `unicodedata.decomposition` gives it: `<compat> 0031 0032`; empty when there is none.
/// Hangul syllables come fully decomposed, all others by one step.
pub fn decomposition(c: u32) -> String {
    let (tag, len, at) = mapping(c, Version::Current);
    let mut codes: Vec<u32> = (at..at + len).map(|i| word(DECOMPOSITIONS, i)).collect();
    if c.wrapping_sub(HANGUL) < HANGUL_COUNT {
        decompose_into(&mut codes, c, false, Version::Current);
    }
    let mut out = t::TAGS[tag].to_owned();
    for code in codes {
        if !out.is_empty() {
            out.push(' ');
        }
        out.push_str(&format!("{code:04X}"));
    }
    out
}

/// Whether `text` is in `form`, as far as one pass over properties tells.
pub fn quick_check(text: Text<'_>, form: Form) -> QuickCheck {
    let mut result = QuickCheck::Yes;
    let mut last = 0;
    for c in text {
        if c < form.safe_below() {
            last = 0;
            continue;
        }
        let r = record(c);
        if r.has(form.no_flag()) || (r.combining != 0 && last > r.combining) {
            return QuickCheck::No;
        }
        if r.has(form.maybe_flag()) {
            result = QuickCheck::Maybe;
        }
        last = r.combining;
    }
    result
}

/// `unicodedata.is_normalized`.
pub fn is_normalized(text: Text<'_>, form: Form) -> bool {
    match quick_check(text, form) {
        QuickCheck::Yes => true,
        QuickCheck::No => false,
        QuickCheck::Maybe => normalize_fully(text, form, Version::Current).as_text() == text,
    }
}

/// `unicodedata.normalize`.
pub fn normalize(text: Text<'_>, form: Form) -> TextBuf {
    match quick_check(text, form) {
        QuickCheck::Yes => TextBuf::from(text),
        _ => normalize_fully(text, form, Version::Current),
    }
}

pub(super) fn normalize_fully(text: Text<'_>, form: Form, version: Version) -> TextBuf {
    let mut codes = Vec::with_capacity(text.len() + text.len() / 4);
    for c in text {
        decompose_into(&mut codes, c, form.compatible(), version);
    }
    order(&mut codes);
    if form.composes() {
        compose(&mut codes);
    }
    codes.into_iter().collect()
}

/// Appends the full decomposition of `c`. Mappings are followed until none is left.
fn decompose_into(out: &mut Vec<u32>, c: u32, compatible: bool, version: Version) {
    if c < 0xA0 {
        return out.push(c);
    }
    let syllable = c.wrapping_sub(HANGUL);
    if syllable < HANGUL_COUNT {
        out.push(LEAD + syllable / (VOWEL_COUNT * TRAIL_COUNT));
        out.push(VOWEL + syllable % (VOWEL_COUNT * TRAIL_COUNT) / TRAIL_COUNT);
        if !syllable.is_multiple_of(TRAIL_COUNT) {
            out.push(TRAIL + syllable % TRAIL_COUNT);
        }
        return;
    }
    if version == Version::V3_2
        && let Some(corrected) = v3_2::corrected(c)
    {
        return out.push(corrected);
    }
    let (tag, len, at) = mapping(c, version);
    if len == 0 || (tag != 0 && !compatible) {
        return out.push(c);
    }
    for i in at..at + len {
        decompose_into(out, word(DECOMPOSITIONS, i), compatible, version);
    }
}

/// Puts each run of combining characters in the order of their classes.
fn order(codes: &mut [u32]) {
    let mut i = 0;
    while i < codes.len() {
        if combining(codes[i]) == 0 {
            i += 1;
            continue;
        }
        let end = codes[i..].iter().position(|&c| combining(c) == 0).map_or(codes.len(), |n| i + n);
        codes[i..end].sort_by_key(|&c| combining(c));
        i = end;
    }
}

/// Composes canonically decomposed and ordered text in place.
fn compose(codes: &mut Vec<u32>) {
    // `kept` is the end of what is written; `starter` the last character of class 0 there.
    let (mut kept, mut starter, mut last_class) = (0, None::<usize>, 0);
    for i in 0..codes.len() {
        let c = codes[i];
        let class = combining(c);
        if let Some(s) = starter {
            // Blocked by a character of the same or a higher class between; an adjacent one is not.
            let adjacent = kept == s + 1;
            if (adjacent || last_class < class)
                && let Some(composed) = compose_pair(codes[s], c)
            {
                codes[s] = composed;
                continue;
            }
        }
        if class == 0 {
            starter = Some(kept);
        }
        last_class = class;
        codes[kept] = c;
        kept += 1;
    }
    codes.truncate(kept);
}

/// The primary composite of two characters.
pub fn compose_pair(a: u32, b: u32) -> Option<u32> {
    let (lead, vowel) = (a.wrapping_sub(LEAD), b.wrapping_sub(VOWEL));
    if lead < LEAD_COUNT && vowel < VOWEL_COUNT {
        return Some(HANGUL + (lead * VOWEL_COUNT + vowel) * TRAIL_COUNT);
    }
    let (syllable, trail) = (a.wrapping_sub(HANGUL), b.wrapping_sub(TRAIL));
    if syllable < HANGUL_COUNT && syllable.is_multiple_of(TRAIL_COUNT) && (1..TRAIL_COUNT).contains(&trail) {
        return Some(a + trail);
    }
    let (mut low, mut high) = (0, COMPOSITIONS.len() / 12);
    while low < high {
        let mid = low.midpoint(high);
        let pair = (word(COMPOSITIONS, 3 * mid), word(COMPOSITIONS, 3 * mid + 1));
        match pair.cmp(&(a, b)) {
            std::cmp::Ordering::Less => low = mid + 1,
            std::cmp::Ordering::Greater => high = mid,
            std::cmp::Ordering::Equal => return Some(word(COMPOSITIONS, 3 * mid + 2)),
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms() {
        let f = |s: &str, form| normalize(TextBuf::from(s).as_text(), form).to_string_lossy();
        assert_eq!(f("é", Form::Nfd), "e\u{301}");
        assert_eq!(f("e\u{301}", Form::Nfc), "é");
        assert_eq!(f("ﬃ①½", Form::Nfkc), "ffi11⁄2");
        assert_eq!(f("한글", Form::Nfd), "\u{1112}\u{1161}\u{11AB}\u{1100}\u{1173}\u{11AF}");
        assert_eq!(f("\u{1112}\u{1161}\u{11AB}", Form::Nfc), "한");
        assert_eq!(f("a\u{315}\u{300}\u{5ae}b", Form::Nfc), "à\u{5ae}\u{315}b");
        assert_eq!(f("\u{958}", Form::Nfc), "\u{915}\u{93C}");
        assert_eq!(f("\u{1E0A}\u{323}", Form::Nfc), "\u{1E0C}\u{307}");
        assert_eq!(f("abc", Form::Nfkd), "abc");
        assert!(is_normalized(TextBuf::from("é").as_text(), Form::Nfc));
        assert!(!is_normalized(TextBuf::from("e\u{301}").as_text(), Form::Nfc));
        assert!(is_normalized(TextBuf::from("q\u{301}").as_text(), Form::Nfc));
        assert_eq!(decomposition(0xBD), "<fraction> 0031 2044 0032");
        assert_eq!(decomposition(0xE9), "0065 0301");
        assert_eq!(decomposition(0xAC01), "1100 1161 11A8");
    }
}
