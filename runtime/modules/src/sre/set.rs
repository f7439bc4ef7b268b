//! Sets of characters: a table for Latin-1, and for all other characters the words that `re._compiler` wrote.

use std::sync::OnceLock;
use taipan_text::unicode::{self, case};
use taipan_text::{Text, Unit};

/// Words of the compiled pattern that stand for operations.
pub mod word {
    pub const FAILURE: u32 = 0;
    pub const SUCCESS: u32 = 1;
    pub const ANY: u32 = 2;
    pub const ANY_ALL: u32 = 3;
    pub const ASSERT: u32 = 4;
    pub const ASSERT_NOT: u32 = 5;
    pub const AT: u32 = 6;
    pub const BRANCH: u32 = 7;
    pub const CATEGORY: u32 = 8;
    pub const CHARSET: u32 = 9;
    pub const BIGCHARSET: u32 = 10;
    pub const GROUPREF: u32 = 11;
    pub const GROUPREF_EXISTS: u32 = 12;
    pub const IN: u32 = 13;
    pub const INFO: u32 = 14;
    pub const JUMP: u32 = 15;
    pub const LITERAL: u32 = 16;
    pub const MARK: u32 = 17;
    pub const MAX_UNTIL: u32 = 18;
    pub const MIN_UNTIL: u32 = 19;
    pub const NOT_LITERAL: u32 = 20;
    pub const NEGATE: u32 = 21;
    pub const RANGE: u32 = 22;
    pub const REPEAT: u32 = 23;
    pub const REPEAT_ONE: u32 = 24;
    pub const MIN_REPEAT_ONE: u32 = 26;
    pub const ATOMIC_GROUP: u32 = 27;
    pub const POSSESSIVE_REPEAT: u32 = 28;
    pub const POSSESSIVE_REPEAT_ONE: u32 = 29;
    pub const GROUPREF_IGNORE: u32 = 30;
    pub const IN_IGNORE: u32 = 31;
    pub const LITERAL_IGNORE: u32 = 32;
    pub const NOT_LITERAL_IGNORE: u32 = 33;
    pub const GROUPREF_LOC_IGNORE: u32 = 34;
    pub const IN_LOC_IGNORE: u32 = 35;
    pub const LITERAL_LOC_IGNORE: u32 = 36;
    pub const NOT_LITERAL_LOC_IGNORE: u32 = 37;
    pub const GROUPREF_UNI_IGNORE: u32 = 38;
    pub const IN_UNI_IGNORE: u32 = 39;
    pub const LITERAL_UNI_IGNORE: u32 = 40;
    pub const NOT_LITERAL_UNI_IGNORE: u32 = 41;
    pub const RANGE_UNI_IGNORE: u32 = 42;
}
use word::*;

/// What is done to characters of the text before they are compared.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Fold {
    None,
    Ascii,
    Unicode,
    /// As the C library's locale says at the time of matching.
    Locale,
}

impl Fold {
    pub fn apply(self, c: u32) -> u32 {
        match self {
            Fold::None => c,
            Fold::Ascii => lower_ascii(c),
            Fold::Unicode => case::to_lower(c),
            Fold::Locale => lower_locale(c),
        }
    }
}

pub fn lower_ascii(c: u32) -> u32 {
    u8::try_from(c).map_or(c, |b| b.to_ascii_lowercase() as u32)
}
/// The first character of the upper case. That of one such as U+FB05, which has two in upper case, counts here, too.
pub fn upper_unicode(c: u32) -> u32 {
    if c < 128 { case::to_upper(c) } else { case::upper(Text::Ucs4(&[c])).as_text().at(0) }
}
fn lower_locale(c: u32) -> u32 {
    // SAFETY: every value of a byte may be asked for.
    if c < 256 { unsafe { libc::tolower(c as i32) as u32 } } else { c }
}
fn upper_locale(c: u32) -> u32 {
    // SAFETY: as above.
    if c < 256 { unsafe { libc::toupper(c as i32) as u32 } } else { c }
}

fn is_word_ascii(c: u32) -> bool {
    c == '_' as u32 || u8::try_from(c).is_ok_and(|b| b.is_ascii_alphanumeric())
}
fn is_word_locale(c: u32) -> bool {
    // SAFETY: as above.
    c == '_' as u32 || (c < 256 && unsafe { libc::isalnum(c as i32) != 0 })
}
fn is_word_unicode(c: u32) -> bool {
    c == '_' as u32 || unicode::is_alnum(c)
}

/// Which characters make words, for boundaries.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Words {
    Ascii,
    Locale,
    Unicode,
}

impl Words {
    pub fn contain(self, c: u32) -> bool {
        match self {
            Words::Ascii => is_word_ascii(c),
            Words::Locale => is_word_locale(c),
            Words::Unicode => is_word_unicode(c),
        }
    }
}

const CATEGORIES: u32 = 18;
const LOCALE_CATEGORIES: std::ops::Range<u32> = 8..10;

/// Whether `c` is in the category of that number; odd numbers are the complements of the even ones before them.
fn in_category(category: u32, c: u32) -> bool {
    let within = match category & !1 {
        0 => c < 128 && (c as u8).is_ascii_digit(),
        2 => matches!(c, 9..=13 | 32),
        4 => is_word_ascii(c),
        6 => c == 10,
        8 => is_word_locale(c),
        10 => unicode::is_decimal(c),
        12 => unicode::is_space(c),
        14 => is_word_unicode(c),
        _ => unicode::is_line_break(c),
    };
    within != (category & 1 == 1)
}

/// What a category has of Latin-1. It must not be one of the locale.
fn latin1_category(category: u32) -> &'static [bool; 256] {
    static TABLES: [OnceLock<[bool; 256]>; CATEGORIES as usize] = [const { OnceLock::new() }; CATEGORIES as usize];
    TABLES[category as usize].get_or_init(|| std::array::from_fn(|c| in_category(category, c as u32)))
}

/// The words of a set as operations; ends at FAILURE.
enum Item<'a> {
    Negate,
    Range(u32, u32),
    /// A range that also takes characters whose upper case is in it.
    CasedRange(u32, u32),
    Category(u32),
    Bitmap(&'a [u32]),
    /// For each block of 256 characters the number of its bitmap; the bitmaps.
    Blocks(&'a [u32], &'a [u32]),
}

impl Item<'_> {
    fn has(&self, c: u32) -> bool {
        match *self {
            Item::Negate => false,
            Item::Range(from, to) => from <= c && c <= to,
            Item::CasedRange(from, to) => (from <= c && c <= to) || (from..=to).contains(&upper_unicode(c)),
            Item::Category(category) => in_category(category, c),
            Item::Bitmap(bits) => c < 256 && bit(bits, c),
            Item::Blocks(numbers, blocks) => {
                c < 0x10000 && {
                    let number = numbers[c as usize >> 10].to_ne_bytes()[(c as usize >> 8) & 3];
                    bit(&blocks[8 * number as usize..], c & 255)
                }
            }
        }
    }
}

fn bit(bits: &[u32], c: u32) -> bool {
    bits[c as usize / 32] >> (c % 32) & 1 == 1
}

struct Items<'a>(&'a [u32]);

impl<'a> Items<'a> {
    /// The next operation; `None` at the end, or where the words make no sense.
    fn next(&mut self) -> Option<Item<'a>> {
        let (&op, rest) = self.0.split_first()?;
        let (item, taken) = match op {
            NEGATE => (Item::Negate, 0),
            LITERAL => (Item::Range(*rest.first()?, rest[0]), 1),
            RANGE => (Item::Range(*rest.first()?, *rest.get(1)?), 2),
            RANGE_UNI_IGNORE => (Item::CasedRange(*rest.first()?, *rest.get(1)?), 2),
            CATEGORY => (Item::Category(*rest.first().filter(|&&c| c < CATEGORIES)?), 1),
            CHARSET => (Item::Bitmap(rest.get(..8)?), 8),
            BIGCHARSET => {
                let count = usize::try_from(*rest.first()?).ok().filter(|&n| n <= 256)?;
                let (numbers, blocks) = (rest.get(1..65)?, rest.get(65..65 + 8 * count)?);
                if numbers.iter().flat_map(|n| n.to_ne_bytes()).any(|n| n as usize >= count) {
                    return None;
                }
                (Item::Blocks(numbers, blocks), 65 + 8 * count)
            }
            _ => return None,
        };
        self.0 = &rest[taken..];
        Some(item)
    }
}

/// Whether the set that these words describe has `c`.
fn has(words: &[u32], c: u32) -> bool {
    let (mut items, mut found) = (Items(words), true);
    while let Some(item) = items.next() {
        match item {
            Item::Negate => found = !found,
            item if item.has(c) => return found,
            _ => {}
        }
    }
    !found
}

/// How many words the set has at the front of `words`, its end included, when they make sense.
pub fn length(words: &[u32]) -> Option<usize> {
    let mut items = Items(words);
    while items.next().is_some() {}
    (items.0.first() == Some(&FAILURE)).then(|| words.len() - items.0.len() + 1)
}

/// Whether the set depends on the locale.
pub fn is_local(words: &[u32]) -> bool {
    let mut items = Items(words);
    while let Some(item) = items.next() {
        if let Item::Category(c) = item
            && LOCALE_CATEGORIES.contains(&c)
        {
            return true;
        }
    }
    false
}

/// What a set has outside of Latin-1.
#[derive(Clone, PartialEq, Eq)]
pub enum Wide {
    None,
    All,
    Words(Fold, Box<[u32]>),
}

#[derive(Clone, PartialEq, Eq)]
pub struct Set {
    pub latin1: [bool; 256],
    pub wide: Wide,
}

impl Set {
    /// The set of a complete and valid run of words.
    pub fn new(words: &[u32], fold: Fold) -> Set {
        let negated = words.first() == Some(&NEGATE);
        let mut latin1 = [false; 256];
        let (mut items, mut plain, mut narrow) = (Items(if negated { &words[1..] } else { words }), true, true);
        while let Some(item) = items.next() {
            match item {
                Item::Negate => plain = false,
                Item::Range(from, to) => {
                    narrow &= to < 256;
                    if from < 256 && from <= to {
                        latin1[from as usize..=to.min(255) as usize].fill(true);
                    }
                }
                Item::Bitmap(bits) => {
                    for c in 0..256 {
                        latin1[c as usize] |= bit(bits, c);
                    }
                }
                Item::Category(category) => {
                    narrow = false;
                    for (has, &within) in latin1.iter_mut().zip(latin1_category(category)) {
                        *has |= within;
                    }
                }
                item => {
                    narrow = false;
                    for c in 0..256 {
                        latin1[c as usize] |= item.has(c);
                    }
                }
            }
        }
        if !plain {
            latin1 = std::array::from_fn(|c| has(words, c as u32));
        } else if negated {
            latin1 = latin1.map(|has| !has);
        }
        if fold != Fold::None {
            let unfolded = latin1;
            latin1 = std::array::from_fn(|c| unfolded[fold.apply(c as u32) as usize & 255]);
        }
        // Some characters outside have their lower case in Latin-1.
        let wide = if !plain || !narrow || fold == Fold::Unicode {
            Wide::Words(fold, words.into())
        } else if negated {
            Wide::All
        } else {
            Wide::None
        };
        Set { latin1, wide }
    }
    #[inline(always)]
    pub fn has<T: Unit>(&self, u: T) -> bool {
        let c = u.code();
        if T::MAX < 256 || c < 256 { self.latin1[c as u8 as usize] } else { self.has_wide(c) }
    }
    fn has_wide(&self, c: u32) -> bool {
        match &self.wide {
            Wide::None => false,
            Wide::All => true,
            Wide::Words(fold, words) => has(words, fold.apply(c)),
        }
    }
}

/// What depends on the locale is asked each time.
#[derive(Clone, PartialEq, Eq)]
pub enum Local {
    /// A character in both cases, or any other than it.
    Character {
        c: u32,
        negated: bool,
    },
    Set {
        words: Box<[u32]>,
        both_cases: bool,
    },
}

impl Local {
    #[cold]
    pub fn has(&self, c: u32) -> bool {
        match self {
            Local::Character { c: wanted, negated } => {
                (*wanted == c || *wanted == lower_locale(c) || *wanted == upper_locale(c)) != *negated
            }
            Local::Set { words, both_cases: false } => has(words, c),
            Local::Set { words, both_cases: true } => {
                let (words, negated) = match &**words {
                    [NEGATE, rest @ ..] => (rest, true),
                    all => (all, false),
                };
                (has(words, lower_locale(c)) || has(words, upper_locale(c))) != negated
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sets_agree_with_their_words() {
        let bitmap: Vec<u32> = (0..8).map(|i| 0x9248_1257u32.rotate_left(i)).collect();
        let sets: Vec<Vec<u32>> = vec![
            vec![LITERAL, 97, FAILURE],
            vec![NEGATE, LITERAL, 97, RANGE, 48, 300, FAILURE],
            vec![CATEGORY, 14, LITERAL, 45, FAILURE],
            vec![NEGATE, CATEGORY, 12, CATEGORY, 11, FAILURE],
            vec![RANGE_UNI_IGNORE, 66560, 66600, LITERAL, 107, FAILURE],
            vec![LITERAL, 98, NEGATE, RANGE, 97, 122, FAILURE],
            [vec![CHARSET], bitmap.clone(), vec![FAILURE]].concat(),
            [vec![NEGATE, CHARSET], bitmap, vec![FAILURE]].concat(),
        ];
        for words in sets {
            assert_eq!(length(&words), Some(words.len()));
            for fold in [Fold::None, Fold::Ascii, Fold::Unicode] {
                let set = Set::new(&words, fold);
                for c in (0u32..0x500).chain([0x1E9E, 0x212A, 66570, 66610]) {
                    assert_eq!(set.has(c), has(&words, fold.apply(c)), "{words:?} {fold:?} {c}");
                }
            }
        }
        assert_eq!(length(&[LITERAL, 97]), None);
        assert_eq!(length(&[CATEGORY, 18, FAILURE]), None);
    }
}
