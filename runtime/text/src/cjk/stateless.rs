//! Encodings whose every character stands for itself: one table of single bytes, one of two-byte codes, and the few longer codes
//! (EUC-JP's third set, four bytes of GB 18030, eight bytes of EUC-KR).

use super::tables::*;
use super::{Progress, Stop, push_char};
use crate::{Text, TextBuf};
use std::sync::LazyLock;

/// In `Tables::single`: the byte begins a longer code.
const LEAD: u32 = u32::MAX;
const BAD: u32 = u32::MAX - 1;

/// What else an encoding has.
#[derive(PartialEq)]
enum Longer {
    None,
    Gb18030(Gaps),
    /// Syllables that KS X 1001 lacks as a filler and three letters, each of two bytes.
    Spelt,
}

pub struct Tables {
    single: [u32; 256],
    double: Table,
    /// Codes behind 0x8F.
    triple: Table,
    /// Codes that are an error as a whole, where other errors are of the first byte only.
    whole: Vec<u32>,
    encode: Inverse,
    longer: Longer,
}

macro_rules! encodings {
    ($($name:ident => $make:expr;)*) => {
        #[derive(Clone, Copy)]
        pub enum Which { $($name,)* }
        impl Which {
            pub fn tables(self) -> &'static Tables {
                match self {
                    $(Which::$name => {
                        static TABLES: LazyLock<Tables> = LazyLock::new(|| $make);
                        &TABLES
                    })*
                }
            }
        }
    };
}

encodings! {
    ShiftJis => Tables::new(shift_jis(0xea), JISX0208.moved(shifted)).with(&[(0x00a5, 0x5c), (0x203e, 0x7e)]);
    Cp932 => Tables::new(cp932(), CP932.clone()).with(
        &[(0x00a2, 0x8191), (0x00a3, 0x8192), (0x00ac, 0x81ca), (0x2016, 0x8161), (0x2212, 0x817c), (0x301c, 0x8160)]);
    EucJp => Tables::with_third(euc_jp(&JISX0208), JISX0212.moved(euc)).with(&[(0x00a5, 0x5c), (0x203e, 0x7e)]);
    ShiftJis2004 => Tables::new(shift_jis_2004(), jisx0213_shifted());
    EucJis2004 => Tables::with_third(euc_jp(&JISX0213_1), third_2004());
    EucJisx0213 => Tables::with_third(euc_jp(&JISX0213_1), third_2004()).as_before_2004(euc, 0x8f_fdbb);
    ShiftJisx0213 => Tables::new(shift_jis_2004(), jisx0213_shifted()).as_before_2004(shifted, 0xfc5a);
    Gb2312 => Tables::new(high(), GB2312.clone());
    Gbk => Tables::new(high(), GBK.clone());
    Gb18030 => Tables { longer: Longer::Gb18030(Gaps::of(&GB18030)), ..Tables::new(high(), GB18030.clone()) };
    Cp949 => Tables::new(high(), CP949.clone());
    EucKr => Tables { longer: Longer::Spelt, ..Tables::new(high(), KSX1001.clone()).with(&[(0x3164, 0xa4d4)]) };
    Johab => Tables::new(high(), JOHAB.clone()).with(
        &[(0x3000, 0xd931), (0x3131, 0x8841), (0x3132, 0x8c41), (0x3134, 0x9041), (0x3137, 0x9441), (0x3139, 0x9c41),
          (0x3141, 0xa041), (0x3142, 0xa441), (0x3145, 0xac41), (0x3146, 0xb041), (0x3147, 0xb441), (0x3148, 0xb841),
          (0x314a, 0xc041), (0x314b, 0xc441), (0x314c, 0xc841), (0x314d, 0xcc41), (0x314e, 0xd041)]);
    Big5 => Tables::new(high(), BIG5.clone()).with(&[(0x5341, 0xa451), (0x5345, 0xa4ca), (0xff0f, 0xa241), (0xff3c, 0xa242)]);
    Cp950 => Tables::new(high(), CP950.clone()).with(
        &[(0x00a2, 0xa246), (0x00a3, 0xa247), (0x00a5, 0xa244), (0x2022, 0xa145), (0x203e, 0xa1c2), (0x223c, 0xa1e3),
          (0x2609, 0xa1f3), (0x2641, 0xa1f2), (0x5341, 0xa451), (0x5345, 0xa4ca), (0xff64, 0xa14e)]);
    Big5Hkscs => Tables::new(high(), BIG5HKSCS.clone()).with(
        &[(0x2550, 0xf9f9), (0x255e, 0xf9e9), (0x2561, 0xf9eb), (0x256a, 0xf9ea), (0x256d, 0xf9fa), (0x256e, 0xf9fb),
          (0x256f, 0xf9fd), (0x2570, 0xf9fc), (0x5341, 0xa451), (0x5345, 0xa4ca), (0xff0f, 0xa241), (0xff3c, 0xa242)]);
}

/// ASCII, and all other bytes begin codes.
fn high() -> [u32; 256] {
    std::array::from_fn(|b| if b < 0x80 { b as u32 } else { LEAD })
}

/// ASCII, half-width katakana, and codes that begin with 0x81 to `last`.
fn shift_jis(last: usize) -> [u32; 256] {
    std::array::from_fn(|b| match b {
        0..=0x7f => b as u32,
        0xa1..=0xdf => b as u32 + 0xfec0,
        0x81..=0x9f => LEAD,
        0xe0.. if b <= last => LEAD,
        _ => BAD,
    })
}

fn shift_jis_2004() -> [u32; 256] {
    let mut single = shift_jis(0xfc);
    (single[0x5c], single[0x7e]) = (0xa5, 0x203e);
    single
}

fn cp932() -> [u32; 256] {
    let mut single = shift_jis(0xfc);
    (single[0x80], single[0xa0]) = (0x80, 0xf8f0);
    (single[0xfd], single[0xfe], single[0xff]) = (0xf8f1, 0xf8f2, 0xf8f3);
    single
}

fn jisx0213_shifted() -> Table {
    let mut table = JISX0213_1.moved(shifted);
    for (k, c) in JISX0213_2_SHIFTED.iter() {
        table.set(k, c);
    }
    // Where ASCII's two are missing among the single bytes.
    table.set(0x815f, 0x5c);
    table.set(0x81b0, 0x7e);
    table
}

fn euc(key: u32) -> u32 {
    key | 0x8080
}

/// A set in EUC, and half-width katakana behind 0x8E.
fn euc_jp(set: &Table) -> Table {
    let mut table = set.moved(euc);
    for b in 0xa1..0xe0 {
        table.set(0x8e00 | b, b + 0xfec0);
    }
    table
}

/// The third set of EUC-JIS-2004: JIS X 0213's second plane, and JIS X 0212 in the rows that it leaves.
fn third_2004() -> Table {
    let mut table = JISX0212.moved(euc);
    for (k, c) in JISX0213_2.iter() {
        table.set(euc(k), c);
    }
    table
}

impl Tables {
    fn new(single: [u32; 256], double: Table) -> Tables {
        let mut encode = Inverse::of(&double);
        for (b, &c) in single.iter().enumerate().filter(|&(_, &c)| c < BAD) {
            encode.force(c, b as u32);
        }
        Tables { single, double, triple: Table::new(), whole: Vec::new(), encode, longer: Longer::None }
    }

    fn with_third(double: Table, triple: Table) -> Tables {
        let mut out = Tables::new(high(), double);
        // Codes of the second plane of JIS X 0213 come first.
        let (plane, rest): (Vec<_>, Vec<_>) = triple.iter().partition(|&(k, c)| JISX0213_2.get(k & 0x7f7f) == c);
        for (k, c) in plane.into_iter().chain(rest) {
            out.encode.add(c, 0x8f_0000 | k);
        }
        out.triple = triple;
        out
    }

    /// Changes codes that characters are encoded to.
    fn with(mut self, codes: &[(u32, u32)]) -> Tables {
        for &(c, code) in codes {
            self.encode.force(c, code);
        }
        self
    }

    /// Takes back what the edition of 2004 changed. `place` says where a row and column of the first plane are, `changed` is the code
    /// whose character is another one.
    fn as_before_2004(mut self, place: impl Fn(u32) -> u32, changed: u32) -> Tables {
        for key in NEW_IN_2004 {
            let code = place(key);
            self.encode.force(self.double.get(code), 0);
            self.double.set(code, 0);
            self.whole.push(code);
        }
        let set = if changed > 0xffff { &mut self.triple } else { &mut self.double };
        self.encode.force(set.get(changed & 0xffff), 0);
        set.set(changed & 0xffff, CHANGED_IN_2004.1);
        self.encode.force(CHANGED_IN_2004.1, changed);
        self
    }

    pub fn decode(&self, input: &[u8], out: &mut TextBuf) -> Progress {
        let mut at = 0;
        while at < input.len() {
            let c = self.single[usize::from(input[at])];
            if c < BAD {
                out.push(c);
                at += 1;
                continue;
            }
            if c == BAD {
                return (at, Some(Stop::Illegal(1)));
            }
            match self.long_code(&input[at..]) {
                Ok((c, len)) => {
                    push_char(c, out);
                    at += len;
                }
                Err(stop) => return (at, Some(stop)),
            }
        }
        (at, None)
    }

    /// The character of the code that `input` begins with, and the code's length.
    fn long_code(&self, input: &[u8]) -> Result<(u32, usize), Stop> {
        let &[first, second, ..] = input else {
            return Err(Stop::Incomplete);
        };
        let key = u32::from(first) << 8 | u32::from(second);
        let found = match &self.longer {
            Longer::Gb18030(gaps) if second.is_ascii_digit() => (gaps.decode(input.first_chunk().ok_or(Stop::Incomplete)?), 4),
            Longer::Spelt if key == 0xa4d4 => (spelt(input.first_chunk().ok_or(Stop::Incomplete)?), 8),
            _ if first == 0x8f && !self.triple.is_empty() => {
                let &third = input.get(2).ok_or(Stop::Incomplete)?;
                (Some(self.triple.get(u32::from(second) << 8 | u32::from(third))), 3)
            }
            _ => (Some(self.double.get(key)), 2),
        };
        match found {
            (Some(c), len) if c != 0 => Ok((c, len)),
            _ if self.whole.contains(&key) => Err(Stop::Illegal(2)),
            _ => Err(Stop::Illegal(1)),
        }
    }

    pub fn encode(&self, text: Text<'_>, last: bool, out: &mut Vec<u8>) -> Progress {
        let mut at = 0;
        while let Some(c) = text.get(at) {
            let mut used = 1;
            let code = match self.encode.get(c) {
                Encoded::Code(code) => code,
                Encoded::Nothing if c == 0 => {
                    out.push(0);
                    at += 1;
                    continue;
                }
                Encoded::Nothing => 0,
                Encoded::Begins => match text.get(at + 1) {
                    None if !last => return (at, Some(Stop::Incomplete)),
                    None => self.encode.alone(c),
                    Some(second) => match self.encode.pair(c, second) {
                        Some(code) => {
                            used = 2;
                            code
                        }
                        None => self.encode.alone(c),
                    },
                },
            };
            match code {
                0 => {
                    let longer = match &self.longer {
                        Longer::None => false,
                        Longer::Gb18030(gaps) => gaps.encode(c, out),
                        Longer::Spelt => spell(c, out),
                    };
                    if !longer {
                        return (at, Some(Stop::Illegal(1)));
                    }
                }
                1..0x100 => out.push(code as u8),
                0x100..0x1_0000 => super::push_code(code, out),
                _ => out.extend_from_slice(&code.to_be_bytes()[1..]),
            }
            at += used;
        }
        (at, None)
    }
}

/// The characters of the basic plane that GB 18030 has no two-byte code for, as runs: the first character, and how many such
/// characters are before it. Four-byte codes number them.
#[derive(PartialEq)]
pub struct Gaps {
    runs: Vec<(u32, u32)>,
    count: u32,
}

/// The number of the four-byte code of U+10000.
const SUPPLEMENTARY: u32 = 15 * 12600;

impl Gaps {
    fn of(double: &Table) -> Gaps {
        let mut covered = [false; 0x1_0000];
        for (_, c) in double.iter() {
            covered[c as usize] = true;
        }
        // U+1E3F has a two-byte code since 2005, and its old code stands for what had that before.
        covered[0x1e3f] = false;
        covered[0xe7c7] = true;
        let (mut runs, mut count, mut within) = (Vec::new(), 0, false);
        for c in (0x80..0xd800).chain(0xe000..0x1_0000) {
            let gap = !covered[c as usize];
            if gap && (!within || c == 0xe000) {
                runs.push((c, count));
            }
            within = gap;
            count += u32::from(gap);
        }
        Gaps { runs, count }
    }

    fn decode(&self, code: &[u8; 4]) -> Option<u32> {
        let digit = |b: u8, first: u8, n: u32| Some(u32::from(b.checked_sub(first)?)).filter(|&d| d < n);
        let number = ((digit(code[0], 0x81, 126)? * 10 + digit(code[1], 0x30, 10)?) * 126 + digit(code[2], 0x81, 126)?) * 10
            + digit(code[3], 0x30, 10)?;
        if number < self.count {
            let i = self.runs.partition_point(|r| r.1 <= number) - 1;
            let (start, before) = self.runs[i];
            let c = start + (number - before);
            return Some(if c == 0x1e3f { 0xe7c7 } else { c });
        }
        Some(number.checked_sub(SUPPLEMENTARY)? + 0x1_0000).filter(|&c| c <= 0x10_ffff)
    }

    fn encode(&self, c: u32, out: &mut Vec<u8>) -> bool {
        let mut number = match c {
            0xd800..0xe000 => return false,
            0x1_0000.. => c - 0x1_0000 + SUPPLEMENTARY,
            _ => {
                let c = if c == 0xe7c7 { 0x1e3f } else { c };
                let i = self.runs.partition_point(|r| r.0 <= c);
                let Some(&(start, before)) = self.runs.get(i.wrapping_sub(1)) else {
                    return false;
                };
                before + (c - start)
            }
        };
        let mut code = [0; 4];
        for (place, (first, n)) in code.iter_mut().zip([(0x81, 126), (0x30, 10), (0x81, 126), (0x30, 10)]).rev() {
            *place = (first + number % n) as u8;
            number /= n;
        }
        out.extend_from_slice(&code);
        true
    }
}

/// KS X 1001's letters 0xA4A1 to 0xA4BE, as numbers of a syllable's first and last consonants.
const FIRST: [u8; 19] = [0, 1, 3, 6, 7, 8, 16, 17, 18, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29];
const LAST: [u8; 27] = [0, 1, 2, 3, 4, 5, 6, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 19, 20, 21, 22, 23, 25, 26, 27, 28, 29];

fn spelt(code: &[u8; 8]) -> Option<u32> {
    if [code[2], code[4], code[6]] != [0xa4; 3] {
        return None;
    }
    let consonant = |b: u8, among: &[u8]| among.iter().position(|&n| Some(n) == b.checked_sub(0xa1)).map(|i| i as u32);
    let first = consonant(code[3], &FIRST)?;
    let vowel = Some(u32::from(code[5].checked_sub(0xbf)?)).filter(|&v| v < 21)?;
    let last = if code[7] == 0xd4 { 0 } else { consonant(code[7], &LAST)? + 1 };
    Some(0xac00 + (first * 21 + vowel) * 28 + last)
}

fn spell(c: u32, out: &mut Vec<u8>) -> bool {
    let Some(n) = c.checked_sub(0xac00).filter(|&n| n < 11172) else {
        return false;
    };
    let first = FIRST[(n / 588) as usize] + 0xa1;
    let vowel = (n / 28 % 21) as u8 + 0xbf;
    let last = (n % 28).checked_sub(1).map_or(0xd4, |i| LAST[i as usize] + 0xa1);
    out.extend_from_slice(&[0xa4, 0xd4, 0xa4, first, 0xa4, vowel, 0xa4, last]);
    true
}
