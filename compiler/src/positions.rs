//! Where the words of a unit come from, in a few bytes each.
//!
//! A program that imports much has millions of words whose positions nobody asks for. Neighbours mostly have one position, and the
//! next one is near: so the table is a sequence of *runs*, each a count of words and how their position differs from that of the
//! run before, in numbers of variable length. Units are stored and read with these bytes as they are. A position is found from the last
//! *mark* before it, of which there is one every few runs; they are made when the first position is asked for.

use crate::unit::Position;
use std::sync::OnceLock;

/// Runs from one mark to the next.
const RUNS: usize = 32;

/// The positions of a unit's words, one each.
#[derive(Clone, Debug, Default)]
pub struct Positions {
    len: u32,
    runs: Box<[u8]>,
    marks: OnceLock<Box<[Mark]>>,
}

impl PartialEq for Positions {
    fn eq(&self, other: &Positions) -> bool {
        (self.len, &self.runs) == (other.len, &other.runs)
    }
}
impl Eq for Positions {}

/// The state of decoding before a run.
#[derive(Clone, Copy, Debug, Default)]
struct Mark {
    word: u32,
    byte: u32,
    last: Position,
}

impl Positions {
    /// The table of so many words that [`Positions::bytes`] of another are. Damaged ones have no positions, or others.
    pub fn from_bytes(len: u32, bytes: &[u8]) -> Positions {
        Positions { len, runs: bytes.into(), marks: OnceLock::new() }
    }
    /// All that has to be stored, besides the number of words.
    pub fn bytes(&self) -> &[u8] {
        &self.runs
    }
    /// Whether every word has a position, and none is left over.
    pub fn is_whole(&self) -> bool {
        let mut runs = Runs { bytes: &self.runs, at: 0, last: Position::default() };
        let words = runs.by_ref().fold(0usize, |n, (count, _)| n.saturating_add(count));
        words == self.len() && runs.at == self.runs.len()
    }

    fn marks(&self) -> &[Mark] {
        self.marks.get_or_init(|| {
            let mut runs = Runs { bytes: &self.runs, at: 0, last: Position::default() };
            let (mut marks, mut word, mut n) = (Vec::new(), 0u32, 0);
            loop {
                let mark = Mark { word, byte: runs.at as u32, last: runs.last };
                let Some((count, _)) = runs.next() else { break marks.into() };
                if n % RUNS == 0 {
                    marks.push(mark);
                }
                (word, n) = (word.saturating_add(count as u32), n + 1);
            }
        })
    }
    /// How many words there are.
    pub fn len(&self) -> usize {
        self.len as usize
    }
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// The position of a word, if there is such a word.
    pub fn get(&self, word: usize) -> Option<Position> {
        if word >= self.len() {
            return None;
        }
        let marks = self.marks();
        let mark = marks.get(marks.partition_point(|m| m.word as usize <= word).checked_sub(1)?)?;
        let mut rest = Runs { bytes: &self.runs, at: mark.byte as usize, last: mark.last };
        let mut end = mark.word as usize;
        loop {
            let (count, position) = rest.next()?;
            end = end.saturating_add(count);
            if word < end {
                return Some(position);
            }
        }
    }

    /// The positions one after the other, each with how many words have it.
    pub fn runs(&self) -> impl Iterator<Item = (usize, Position)> {
        Runs { bytes: &self.runs, at: 0, last: Position::default() }
    }
    /// The position of each word.
    pub fn iter(&self) -> impl Iterator<Item = Position> {
        self.runs().flat_map(|(count, position)| std::iter::repeat_n(position, count))
    }
}

impl FromIterator<Position> for Positions {
    fn from_iter<I: IntoIterator<Item = Position>>(positions: I) -> Positions {
        let mut runs = Vec::new();
        let (mut len, mut last) = (0u32, Position::default());
        let mut positions = positions.into_iter().peekable();
        while let Some(position) = positions.next() {
            let mut count = 1u32;
            while positions.next_if_eq(&position).is_some() {
                count += 1;
            }
            put(&mut runs, u64::from(count));
            for (new, base) in differences(position, last) {
                let d = i64::from(new) - i64::from(base);
                put(&mut runs, (d << 1 ^ d >> 63) as u64);
            }
            (len, last) = (len + count, position);
        }
        Positions { len, runs: runs.into(), marks: OnceLock::new() }
    }
}

/// Each part of a position, and what it is told by the difference from.
fn differences(p: Position, last: Position) -> [(u32, u32); 4] {
    [(p.line, last.line), (p.end_line, p.line), (p.col, last.col), (p.end_col, p.col)]
}

fn put(out: &mut Vec<u8>, mut n: u64) {
    while n >= 0x80 {
        out.push(n as u8 | 0x80);
        n >>= 7;
    }
    out.push(n as u8);
}

/// Decodes runs.
struct Runs<'a> {
    bytes: &'a [u8],
    at: usize,
    last: Position,
}

impl Runs<'_> {
    fn number(&mut self) -> Option<u64> {
        let (mut n, mut shift) = (0, 0);
        while shift < u64::BITS {
            let byte = *self.bytes.get(self.at)?;
            self.at += 1;
            n |= u64::from(byte & 0x7f) << shift;
            if byte < 0x80 {
                return Some(n);
            }
            shift += 7;
        }
        None
    }
    /// A number told by its difference from `base`.
    fn near(&mut self, base: u32) -> Option<u32> {
        let n = self.number()?;
        Some(i64::from(base).wrapping_add((n >> 1) as i64 ^ -((n & 1) as i64)) as u32)
    }
}

impl Iterator for Runs<'_> {
    type Item = (usize, Position);

    fn next(&mut self) -> Option<(usize, Position)> {
        let count = self.number()? as usize;
        let line = self.near(self.last.line)?;
        let end_line = self.near(line)?;
        let col = self.near(self.last.col)?;
        let end_col = self.near(col)?;
        self.last = Position { line, end_line, col, end_col };
        Some((count, self.last))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_word_has_the_position_it_was_given() {
        let some = |i: u32| Position { line: i * 7 % 1000, end_line: i * 7 % 1000 + i % 3, col: i % 90, end_col: i * 31 % 120 };
        let far = Position { line: u32::MAX, end_line: 0, col: u32::MAX, end_col: 1 };
        let given: Vec<Position> =
            (0..3000).flat_map(|i| std::iter::repeat_n(some(i), i as usize % 4)).chain([far, some(1)]).collect();
        let table: Positions = given.iter().copied().collect();
        assert_eq!(table.len(), given.len());
        assert!(table.iter().eq(given.iter().copied()));
        assert!((0..given.len()).all(|i| table.get(i) == Some(given[i])));
        assert_eq!(table.get(given.len()), None);
        assert_eq!(table.runs().map(|(count, _)| count).sum::<usize>(), given.len());
    }

    #[test]
    fn what_is_stored_is_read() {
        let table: Positions = (0..200).map(|i| Position { line: i / 3, end_line: i / 2, col: i % 7, end_col: i }).collect();
        let read = Positions::from_bytes(200, table.bytes());
        assert!(read == table && read.is_whole() && read.iter().eq(table.iter()));
        assert_eq!(read.get(199), table.get(199));
        for bytes in
            [&table.bytes()[..50], &[0xff; 40], &[], &[1, 0, 0, 0, 0, 0x80], &[0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff]]
        {
            let damaged = Positions::from_bytes(200, bytes);
            assert!(!damaged.is_whole());
            // Whatever it says: it says something.
            assert!((0..200).filter_map(|i| damaged.get(i)).count() <= 200);
        }
    }

    #[test]
    fn nothing_has_no_positions() {
        let table: Positions = [].into_iter().collect();
        assert!(table.is_empty() && table.get(0).is_none() && table.runs().next().is_none());
        assert_eq!(table, Positions::default());
    }
}
