//! Character names, both ways.
//!
//! A stored name is a string of tokens, one or two bytes each, which number the words of a lexicon by frequency; words
//! are joined by a space unless the first ends in a hyphen. Names are numbered in the order of their code points
//! (runs of named code points lead to the number), and a permutation of these numbers sorted by name serves the search.
//! Names made by rule (Hangul syllables, ideographs) are not stored.

#[rustfmt::skip]
#[path = "name_tables.rs"]
mod tables;

use tables as t;

static DATA: &[u8] = include_bytes!("data/names.bin");

const HANGUL: u32 = 0xAC00;
const LEADS: [&str; 19] = ["G", "GG", "N", "D", "DD", "R", "M", "B", "BB", "S", "SS", "", "J", "JJ", "C", "K", "T", "P", "H"];
const VOWELS: [&str; 21] =
    ["A", "AE", "YA", "YAE", "EO", "E", "YEO", "YE", "O", "WA", "WAE", "OE", "YO", "U", "WEO", "WE", "WI", "YU", "EU", "YI", "I"];
const TRAILS: [&str; 28] = [
    "", "G", "GG", "GS", "N", "NJ", "NH", "D", "L", "LG", "LM", "LB", "LS", "LT", "LP", "LH", "M", "B", "BS", "S", "SS", "NG", "J",
    "C", "K", "T", "P", "H",
];
const SYLLABLE: &str = "HANGUL SYLLABLE ";
/// CPython 3.14 finds characters by these names but has no name for them.
const LOOKUP_ONLY: &str = "TANGUT IDEOGRAPH-";

/// The bytes of item `index` of a section of items of `size` bytes, as a number.
fn item((start, _): (usize, usize), size: usize, index: usize) -> usize {
    let at = start + size * index;
    DATA[at..at + size].iter().rev().fold(0, |v, &b| v << 8 | usize::from(b))
}

fn count((start, end): (usize, usize), size: usize) -> usize {
    (end - start) / size
}

/// The name of stored name number `ordinal`.
fn stored(ordinal: usize) -> String {
    let (from, to) = (item(t::OFFSETS, 3, ordinal), item(t::OFFSETS, 3, ordinal + 1));
    let mut tokens = DATA[t::TOKENS.0 + from..t::TOKENS.0 + to].iter();
    let mut name = String::new();
    while let Some(&first) = tokens.next() {
        let mut word = usize::from(first);
        if first >= t::TWO_BYTE {
            let low = tokens.next().map_or(0, |&b| usize::from(b));
            word = usize::from(t::TWO_BYTE) + (usize::from(first - t::TWO_BYTE) << 8 | low);
        }
        if !name.is_empty() && !name.ends_with('-') {
            name.push(' ');
        }
        let (from, to) = (item(t::WORD_OFFSETS, 3, word), item(t::WORD_OFFSETS, 3, word + 1));
        name.extend(DATA[t::WORDS.0 + from..t::WORDS.0 + to].iter().map(|&b| char::from(b)));
    }
    name
}

/// First and last code point of a run, and the number of the first one's name.
fn run(index: usize) -> (u32, u32, usize) {
    let field = |i| item(t::RUNS, 4, 3 * index + i);
    (field(0) as u32, field(1) as u32, field(2))
}

/// The index of the first of `n` for which `before` is false.
fn partition(n: usize, before: impl Fn(usize) -> bool) -> usize {
    let (mut low, mut high) = (0, n);
    while low < high {
        let mid = low.midpoint(high);
        if before(mid) {
            low = mid + 1;
        } else {
            high = mid;
        }
    }
    low
}

/// The name of a character, as `unicodedata.name`.
pub fn name(c: u32) -> Option<String> {
    let syllable = c.wrapping_sub(HANGUL) as usize;
    if syllable < 11172 {
        let (lead, vowel, trail) = (syllable / 588, syllable % 588 / 28, syllable % 28);
        return Some(format!("{SYLLABLE}{}{}{}", LEADS[lead], VOWELS[vowel], TRAILS[trail]));
    }
    if let Some((prefix, ..)) = t::PREFIXES.iter().find(|&&(_, first, last)| (first..=last).contains(&c)) {
        return (*prefix != LOOKUP_ONLY).then(|| format!("{prefix}{c:04X}"));
    }
    let index = partition(count(t::RUNS, 12), |i| run(i).1 < c);
    if index == count(t::RUNS, 12) {
        return None;
    }
    let (first, _, ordinal) = run(index);
    (first <= c).then(|| stored(ordinal + (c - first) as usize))
}

/// The code point of a stored name's number.
fn code_of(ordinal: usize) -> u32 {
    let index = partition(count(t::RUNS, 12), |i| run(i).2 <= ordinal) - 1;
    let (first, _, start) = run(index);
    first + (ordinal - start) as u32
}

/// The character of a name or alias, in any case; no named sequences. What `\N{...}` in literals means.
pub fn lookup(name: &str) -> Option<u32> {
    let key = name.to_ascii_uppercase();
    if let Some(syllable) = key.strip_prefix(SYLLABLE) {
        return lookup_syllable(syllable);
    }
    if let Some(c) = lookup_prefixed(&key) {
        return Some(c);
    }
    let n = count(t::SORTED, 2);
    let index = partition(n, |i| stored(item(t::SORTED, 2, i)) < key);
    if index < n {
        let ordinal = item(t::SORTED, 2, index);
        if stored(ordinal) == key {
            return Some(code_of(ordinal));
        }
    }
    t::ALIASES.binary_search_by(|(alias, _)| (*alias).cmp(&key)).ok().map(|i| t::ALIASES[i].1)
}

/// The characters of a name, alias or named sequence, as `unicodedata.lookup`.
pub fn lookup_sequence(name: &str) -> Option<Vec<u32>> {
    if let Some(c) = lookup(name) {
        return Some(vec![c]);
    }
    let key = name.to_ascii_uppercase();
    let index = t::SEQUENCES.binary_search_by(|(name, _)| (*name).cmp(&key)).ok()?;
    Some(t::SEQUENCES[index].1.to_vec())
}

fn lookup_prefixed(key: &str) -> Option<u32> {
    let digits = &key[key.rfind('-')? + 1..];
    if !digits.bytes().all(|b| b.is_ascii_hexdigit())
        || !matches!(digits.len(), 4 | 5)
        || (digits.len() == 5 && digits.starts_with('0'))
    {
        return None;
    }
    let c = u32::from_str_radix(digits, 16).ok()?;
    let prefix = &key[..key.len() - digits.len()];
    let known = t::PREFIXES.iter().any(|&(p, first, last)| p == prefix && (first..=last).contains(&c));
    known.then_some(c)
}

fn lookup_syllable(key: &str) -> Option<u32> {
    // The longest part that fits is the right one in each place.
    let part = |key: &str, parts: &[&str]| {
        let fits = parts.iter().enumerate().filter(|(_, p)| key.starts_with(**p));
        fits.max_by_key(|(_, p)| p.len()).map(|(i, p)| (i as u32, p.len()))
    };
    let (lead, n) = part(key, &LEADS)?;
    let key = &key[n..];
    let (vowel, n) = part(key, &VOWELS)?;
    let key = &key[n..];
    let (trail, n) = part(key, &TRAILS)?;
    (n == key.len()).then_some(HANGUL + (lead * 21 + vowel) * 28 + trail)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_ways() {
        for (c, s) in [
            (0x41, "LATIN CAPITAL LETTER A"),
            (0xAC01, "HANGUL SYLLABLE GAG"),
            (0xC544, "HANGUL SYLLABLE A"),
            (0x4E00, "CJK UNIFIED IDEOGRAPH-4E00"),
            (0x1F600, "GRINNING FACE"),
            (0x0F39, "TIBETAN MARK TSA -PHRU"),
            (0x1180, "HANGUL JUNGSEONG O-E"),
            (0x1B170, "NUSHU CHARACTER-1B170"),
            (0xE01EF, "VARIATION SELECTOR-256"),
        ] {
            assert_eq!(name(c).as_deref(), Some(s));
            assert_eq!(lookup(s), Some(c));
            assert_eq!(lookup(&s.to_lowercase()), Some(c));
        }
        assert_eq!(name(0), None);
        assert_eq!(lookup("NULL"), Some(0));
        assert_eq!(lookup("LATIN CAPITAL LETTER GHA"), Some(0x1A2));
        assert_eq!(lookup("NO SUCH NAME"), None);
        assert_eq!(lookup(""), None);
        assert_eq!(lookup("LATIN SMALL LETTER R WITH TILDE"), None);
        assert_eq!(lookup_sequence("latin small letter r with tilde"), Some(vec![0x72, 0x303]));
        assert_eq!((name(0x17000), lookup("TANGUT IDEOGRAPH-17000")), (None, Some(0x17000)));
    }
}
