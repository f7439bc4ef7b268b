//! Character sets: maps from the two bytes of a code to a character, and back.
//!
//! The data is what CPython's codecs map, written by `tools/make_cjk_tables.py`, which tells the format. Sets are unpacked when they
//! are first asked for and stay.

use miniz_oxide::inflate::decompress_to_vec;
use std::sync::LazyLock;

/// Characters from here on number a pair of `PAIRS`.
pub const PAIR: u32 = 0x11_0000;

/// Codes that stand for two characters, a letter and a combining one.
const PAIRS: [(u32, u32); 29] = [
    (0x304b, 0x309a),
    (0x304d, 0x309a),
    (0x304f, 0x309a),
    (0x3051, 0x309a),
    (0x3053, 0x309a),
    (0x30ab, 0x309a),
    (0x30ad, 0x309a),
    (0x30af, 0x309a),
    (0x30b1, 0x309a),
    (0x30b3, 0x309a),
    (0x30bb, 0x309a),
    (0x30c4, 0x309a),
    (0x30c8, 0x309a),
    (0x31f7, 0x309a),
    (0x00e6, 0x0300),
    (0x0254, 0x0300),
    (0x0254, 0x0301),
    (0x028c, 0x0300),
    (0x028c, 0x0301),
    (0x0259, 0x0300),
    (0x0259, 0x0301),
    (0x025a, 0x0300),
    (0x025a, 0x0301),
    (0x02e9, 0x02e5),
    (0x02e5, 0x02e9),
    (0x00ca, 0x0304),
    (0x00ca, 0x030c),
    (0x00ea, 0x0304),
    (0x00ea, 0x030c),
];

/// The two characters of a code whose character is at least `PAIR`.
pub fn pair(c: u32) -> (u32, u32) {
    PAIRS[(c - PAIR) as usize]
}

type Page = Box<[u32; 256]>;

/// A map in pages of 256; 0 stands for nothing.
#[derive(Clone)]
pub struct Table(Vec<Option<Page>>);

impl Table {
    pub const fn new() -> Table {
        Table(Vec::new())
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    #[inline]
    pub fn get(&self, key: u32) -> u32 {
        match self.0.get((key >> 8) as usize) {
            Some(Some(page)) => page[(key & 255) as usize],
            _ => 0,
        }
    }

    pub fn set(&mut self, key: u32, value: u32) {
        let at = (key >> 8) as usize;
        if at >= self.0.len() {
            self.0.resize(at + 1, None);
        }
        self.0[at].get_or_insert_with(|| Box::new([0; 256]))[(key & 255) as usize] = value;
    }

    /// What is in the table, by ascending keys.
    pub fn iter(&self) -> impl Iterator<Item = (u32, u32)> + '_ {
        let pages = self.0.iter().enumerate().filter_map(|(i, page)| Some((i, page.as_ref()?)));
        pages.flat_map(|(i, page)| page.iter().enumerate().map(move |(j, &v)| ((i << 8 | j) as u32, v))).filter(|&(_, v)| v != 0)
    }

    /// The same values under other keys.
    pub fn moved(&self, key: impl Fn(u32) -> u32) -> Table {
        let mut out = Table::new();
        for (k, v) in self.iter() {
            out.set(key(k), v);
        }
        out
    }
}

/// The inverse of a set: codes by characters. Of several codes of a character that which was added first counts.
pub struct Inverse {
    codes: Table,
    /// A pair's characters and its code.
    pairs: Vec<(u32, u32, u32)>,
}

/// In a code: the character begins pairs, too.
const BEGINS_PAIR: u32 = 1 << 31;

/// What a character is encoded to.
pub enum Encoded {
    Code(u32),
    /// It depends on the character that follows.
    Begins,
    Nothing,
}

impl Inverse {
    pub const fn new() -> Inverse {
        Inverse { codes: Table::new(), pairs: Vec::new() }
    }

    pub fn of(table: &Table) -> Inverse {
        let mut out = Inverse::new();
        for (code, c) in table.iter() {
            out.add(c, code);
        }
        out
    }

    pub fn add(&mut self, c: u32, code: u32) {
        if c >= PAIR {
            let (a, b) = pair(c);
            self.pairs.push((a, b, code));
            let single = self.codes.get(a);
            self.codes.set(a, single | BEGINS_PAIR);
        } else if self.codes.get(c) & !BEGINS_PAIR == 0 {
            self.force(c, code);
        }
    }

    /// Makes `code` the one that counts.
    pub fn force(&mut self, c: u32, code: u32) {
        self.codes.set(c, self.codes.get(c) & BEGINS_PAIR | code);
    }

    #[inline]
    pub fn get(&self, c: u32) -> Encoded {
        match self.codes.get(c) {
            0 => Encoded::Nothing,
            code if code & BEGINS_PAIR == 0 => Encoded::Code(code),
            _ => Encoded::Begins,
        }
    }

    /// The code of a character that no second one follows; 0 if there is none.
    pub fn alone(&self, c: u32) -> u32 {
        self.codes.get(c) & !BEGINS_PAIR
    }

    pub fn pair(&self, a: u32, b: u32) -> Option<u32> {
        self.pairs.iter().find(|p| (p.0, p.1) == (a, b)).map(|p| p.2)
    }
}

/// Reads a set that holds what differs from `parent`.
fn read(packed: &[u8], parent: Table) -> Table {
    let data = decompress_to_vec(packed).unwrap_or_else(|e| unreachable!("a character set of this program is damaged: {e}"));
    let mut bytes = data.into_iter();
    let mut number = || {
        let (mut n, mut shift) = (0u32, 0);
        loop {
            let b = bytes.next()?;
            n |= u32::from(b & 0x7f) << shift;
            shift += 7;
            if b < 0x80 {
                return Some(n);
            }
        }
    };
    let (mut table, mut key, mut last) = (parent, 0, 0u32);
    while let (Some(gap), Some(len)) = (number(), number()) {
        key += gap;
        for _ in 0..len {
            let d = number().unwrap_or(0);
            let d = (d >> 1) as i32 ^ -((d & 1) as i32);
            last = last.wrapping_add_signed(d).wrapping_add(1);
            table.set(key, last);
            key += 1;
        }
    }
    table
}

macro_rules! sets {
    ($($(#[$doc:meta])* $name:ident: $file:literal over $parent:expr;)*) => {
        $($(#[$doc])* pub static $name: LazyLock<Table> =
            LazyLock::new(|| read(include_bytes!(concat!("data/", $file, ".bin")), $parent));)*
    };
}

sets! {
    /// By row and column, 0x2121 to 0x7E7E, as are the other Japanese ones.
    JISX0208: "jisx0208" over Table::new();
    JISX0212: "jisx0212" over Table::new();
    /// The first plane of JIS X 0213:2004.
    JISX0213_1: "jisx0213_1" over JISX0208.clone();
    /// The second plane by its codes in Shift_JIS-2004.
    JISX0213_2_SHIFTED: "jisx0213_2" over Table::new();
    /// By code, as are all that follow.
    CP932: "cp932" over JISX0208.moved(shifted);
    GB2312: "gb2312" over Table::new();
    GBK: "gbk" over GB2312.clone();
    GB18030: "gb18030" over GBK.clone();
    KSX1001: "ksx1001" over Table::new();
    CP949: "cp949" over KSX1001.clone();
    JOHAB: "johab" over Table::new();
    BIG5: "big5" over Table::new();
    CP950: "cp950" over BIG5.clone();
    BIG5HKSCS: "big5hkscs" over BIG5.clone();
}

/// The second plane of JIS X 0213:2004, by row and column.
pub static JISX0213_2: LazyLock<Table> = LazyLock::new(|| JISX0213_2_SHIFTED.moved(unshifted_2));

/// The ten characters that came to the first plane in 2004.
pub const NEW_IN_2004: [u32; 10] = [0x2e21, 0x2f7e, 0x4f54, 0x4f7e, 0x7427, 0x7e7a, 0x7e7b, 0x7e7c, 0x7e7d, 0x7e7e];

/// A code of the second plane, and its character before 2004.
pub const CHANGED_IN_2004: (u32, u32) = (0x7d3b, 0x9b1d);

/// The code in Shift_JIS of a row and column.
pub fn shifted(key: u32) -> u32 {
    let (row, column) = ((key >> 8) - 0x21, (key & 255) - 0x21);
    let lead = row / 2 + if row < 62 { 0x81 } else { 0xc1 };
    let trail = column + if row % 2 == 1 { 0x9f } else { 0x40 + u32::from(column >= 63) };
    lead << 8 | trail
}

/// The row and column of a code of Shift_JIS-2004 that is in the second plane, whose rows are not all there.
fn unshifted_2(code: u32) -> u32 {
    const ROWS: [[u32; 2]; 5] = [[1, 8], [3, 4], [5, 12], [13, 14], [15, 78]];
    let (lead, trail) = ((code >> 8) - 0xf0, code & 255);
    let second = trail >= 0x9f;
    let row = ROWS.get(lead as usize).map_or(79 + (lead.saturating_sub(5)) * 2 + u32::from(second), |r| r[usize::from(second)]);
    let column = if second { trail - 0x9f } else { trail - 0x40 - u32::from(trail >= 0x80) };
    (row + 0x20) << 8 | (column + 0x21)
}
