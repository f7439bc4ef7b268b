//! The character database of Unicode 16.0, the version of CPython 3.14 (the standard library's `char` has another).
//!
//! Every code point has one [`Record`], found through a two-stage table that lies in the program's read-only data:
//! nothing is built or unpacked at start. The tables are written by `tools/make_unicode_tables.py` from CPython's
//! own database, so what this module says of a character is what CPython says. A value above 0x10FFFF is treated
//! like an unassigned character.

pub mod case;
pub mod names;
pub mod normalize;
#[rustfmt::skip]
mod tables;
pub mod v3_2;

use tables as t;

/// The version of the database, as `unicodedata.unidata_version`.
pub const VERSION: &str = t::VERSION;

/// What is known of a code point. Deltas are added to it to get the simple case mappings.
pub struct Record {
    flags: u32,
    upper: i32,
    lower: i32,
    title: i32,
    special: u8,
    numeric: u8,
    decimal: u8,
    digit: u8,
    category: u8,
    bidi: u8,
    combining: u8,
    width: u8,
}

impl Record {
    // Called by the generated table only, one argument a column.
    #[allow(clippy::too_many_arguments)]
    const fn new(
        flags: u32,
        upper: i32,
        lower: i32,
        title: i32,
        special: u8,
        numeric: u8,
        decimal: u8,
        digit: u8,
        category: u8,
        bidi: u8,
        combining: u8,
        width: u8,
    ) -> Record {
        Record { flags, upper, lower, title, special, numeric, decimal, digit, category, bidi, combining, width }
    }

    #[inline(always)]
    fn has(&self, flags: u32) -> bool {
        self.flags & flags != 0
    }
}

/// Full case mappings of a character that a simple delta cannot give; zero ends a shorter one.
pub struct Special {
    upper: [u32; 3],
    lower: [u32; 3],
    title: [u32; 3],
    fold: [u32; 3],
}

impl Special {
    const fn new(upper: [u32; 3], lower: [u32; 3], title: [u32; 3], fold: [u32; 3]) -> Special {
        Special { upper, lower, title, fold }
    }
}

/// A table from code points to `u16` in two stages: block numbers, then blocks, all little-endian.
struct TwoStage(&'static [u8]);

impl TwoStage {
    #[inline(always)]
    fn word(&self, index: usize) -> usize {
        usize::from(u16::from_le_bytes([self.0[2 * index], self.0[2 * index + 1]]))
    }

    #[inline(always)]
    fn get(&self, c: u32) -> usize {
        let block = self.word((c >> t::BLOCK_BITS) as usize);
        let offset = (c & ((1 << t::BLOCK_BITS) - 1)) as usize;
        self.word(t::FIRST_STAGE + (block << t::BLOCK_BITS) + offset)
    }
}

static INDEX: TwoStage = TwoStage(include_bytes!("data/records.bin"));

/// The record of unassigned characters.
static UNASSIGNED: Record = Record::new(0, 0, 0, 0, 0, 0, 255, 255, 0, 0, 0, 0);

#[inline]
fn record(c: u32) -> &'static Record {
    if c > crate::MAX_CODE_POINT { &UNASSIGNED } else { &t::RECORDS[INDEX.get(c)] }
}

macro_rules! predicates {
    ($($(#[$doc:meta])* $name:ident = $flags:expr;)*) => {
        $($(#[$doc])*
        #[inline]
        pub fn $name(c: u32) -> bool {
            record(c).has($flags)
        })*
    };
}

predicates! {
    /// A letter.
    is_alpha = t::ALPHA;
    /// A letter, decimal, digit or other numeric character.
    is_alnum = t::ALPHA | t::DECIMAL | t::DIGIT | t::NUMERIC;
    /// Usable in decimal numbers.
    is_decimal = t::DECIMAL;
    /// A decimal or another digit, such as a superscript one.
    is_digit = t::DIGIT;
    /// Has a numeric value.
    is_numeric = t::NUMERIC;
    /// Printed as itself by `repr`.
    is_printable = t::PRINTABLE;
    /// May begin an identifier; includes the underscore.
    is_identifier_start = t::XID_START;
    /// May go on in an identifier.
    is_identifier_continue = t::XID_CONTINUE;
    /// Lower case.
    is_lower = t::LOWER;
    /// Upper case.
    is_upper = t::UPPER;
    /// Title case, such as U+01C5.
    is_title = t::TITLE;
    /// Lower, upper or title case.
    is_cased = t::LOWER | t::UPPER | t::TITLE;
    /// Transparent when a final sigma is looked for.
    is_case_ignorable = t::CASE_IGNORABLE;
    /// Mirrored in right-to-left text.
    is_mirrored = t::MIRRORED;
}

/// White space, as `str.isspace` and `str.split` see it.
#[inline]
pub fn is_space(c: u32) -> bool {
    if c < 0x80 { matches!(c, 0x09..=0x0D | 0x1C..=0x20) } else { record(c).has(t::SPACE) }
}

/// Ends a line for `str.splitlines`.
#[inline]
pub fn is_line_break(c: u32) -> bool {
    matches!(c, 0x0A..=0x0D | 0x1C..=0x1E | 0x85 | 0x2028 | 0x2029)
}

/// The value of a decimal digit.
#[inline]
pub fn decimal(c: u32) -> Option<u8> {
    if c < 0x80 {
        return u8::try_from(c).ok().filter(u8::is_ascii_digit).map(|b| b - b'0');
    }
    Some(record(c).decimal).filter(|&d| d < 10)
}

/// The value of a digit, which need not be a decimal one.
#[inline]
pub fn digit(c: u32) -> Option<u8> {
    Some(record(c).digit).filter(|&d| d < 10)
}

/// The numeric value.
pub fn numeric(c: u32) -> Option<f64> {
    let index = usize::from(record(c).numeric);
    index.checked_sub(1).map(|i| t::NUMERICS[i])
}

/// The general category, such as `Lu`.
pub fn category(c: u32) -> &'static str {
    t::CATEGORIES[usize::from(record(c).category)]
}

/// The bidirectional class, such as `AL`; empty for unassigned characters.
pub fn bidirectional(c: u32) -> &'static str {
    t::BIDI_CLASSES[usize::from(record(c).bidi)]
}

/// The canonical combining class.
#[inline]
pub fn combining(c: u32) -> u8 {
    record(c).combining
}

/// The East Asian width: `F`, `H`, `W`, `Na`, `A` or `N`.
pub fn east_asian_width(c: u32) -> &'static str {
    t::WIDTHS[usize::from(record(c).width)]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn facts() {
        assert_eq!(VERSION, "16.0.0");
        assert_eq!(category('A' as u32), "Lu");
        assert_eq!(category(0x0378), "Cn");
        assert_eq!(category(0xD800), "Cs");
        assert_eq!(bidirectional(0x0627), "AL");
        assert_eq!(bidirectional(0x0378), "");
        assert_eq!(combining(0x0301), 230);
        assert_eq!(east_asian_width(0x3042), "W");
        assert_eq!(numeric(0xBD), Some(0.5));
        assert_eq!(numeric('a' as u32), None);
        assert_eq!(decimal(0x0665), Some(5));
        assert_eq!(decimal(0xB2), None);
        assert_eq!(digit(0xB2), Some(2));
        assert!(is_numeric(0x4E09) && is_alpha(0x4E09));
        assert!(is_space(0x3000) && is_space(0x1F) && is_space(0x85) && !is_space(0x200B));
        assert!(is_printable(' ' as u32) && !is_printable(0xA0) && !is_printable(0xD800) && is_printable(0x1F600));
        assert!(is_identifier_start('_' as u32) && !is_identifier_start('1' as u32) && is_identifier_continue(0xB7));
        // Unicode 16 added U+1C89; 17 is not known here.
        assert!(is_upper(0x1C89));
        assert!(!is_alpha(0x0011_0000));
    }
}
