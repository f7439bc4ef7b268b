//! Where matches may begin: what is known of a pattern's beginning spares most attempts.

use super::first::{self, Filter};
use super::matcher::{Matcher, NONE, Scratch};
use super::program::{One, Op, Place, Program};
use super::subject::{How, Window};
use aho_corasick::packed;
use memchr::memmem;
use std::cell::Cell;
use std::sync::OnceLock;
use taipan_text::Unit;
use taipan_vm::native::*;

/// How the next position is found at which a match may begin.
enum Scan {
    /// At the beginning of the text only.
    Beginning,
    /// At beginnings of lines.
    Lines,
    /// Where these characters are.
    Text(Box<[u32]>),
    /// Where one of these is.
    Filter(Box<Filter>),
    Everywhere,
}

/// A pattern ready for use.
pub struct Compiled {
    pub program: Program,
    scan: Scan,
    /// For bytes and Latin-1 text; made when there is enough text for it.
    literals: OnceLock<Literals>,
}

/// Literals, one of which begins each match.
enum Literals {
    One(Box<memmem::Finder<'static>>),
    Some(packed::Searcher),
    /// There are none, or they are too many.
    Unknown,
}

/// Texts as short as this are not worth the preparation.
const SHORT: usize = 64;

impl Compiled {
    /// For words that were checked.
    pub fn new(code: &[u32], groups: usize) -> Box<Compiled> {
        let program = Program::new(code, groups).unwrap_or_else(Program::failing);
        let first = program.ops.iter().position(|op| !matches!(op, Op::Mark(_))).unwrap_or(0);
        let scan = match program.ops[first] {
            Op::At(Place::Beginning) => Scan::Beginning,
            Op::At(Place::LineBeginning) => Scan::Lines,
            Op::One(One::Is(c)) => Scan::Text([c].into()),
            Op::Text { from, len } => Scan::Text(program.texts[from as usize..][..len as usize].into()),
            _ => {
                let mut left = 64 + 4 * program.ops.len();
                first::filter(&program, 0, &mut left).map_or(Scan::Everywhere, Scan::Filter)
            }
        };
        Box::new(Compiled { program, scan, literals: OnceLock::new() })
    }
    fn literals(&self) -> &Literals {
        self.literals.get_or_init(|| match &self.scan {
            Scan::Beginning | Scan::Lines | Scan::Everywhere => Literals::Unknown,
            Scan::Text(text) if text.len() > 2 => {
                match text.iter().map(|&c| u8::try_from(c)).collect::<std::result::Result<Vec<u8>, _>>() {
                    Ok(bytes) => Literals::One(Box::new(memmem::Finder::new(&bytes).into_owned())),
                    Err(_) => Literals::Unknown,
                }
            }
            _ => match first::literals(&self.program) {
                Some(found) if found.len() == 1 => Literals::One(Box::new(memmem::Finder::new(&found[0]).into_owned())),
                Some(found) => packed::Config::new().builder().extend(&found).build().map_or(Literals::Unknown, Literals::Some),
                None => Literals::Unknown,
            },
        })
    }
    /// The first position of `text` from `at` on where a match may begin.
    #[inline(always)]
    fn candidate<T: Unit>(&self, literals: &Literals, text: &[T], at: usize) -> Option<usize> {
        if let Some(bytes) = T::as_bytes(text) {
            match literals {
                Literals::One(finder) => return finder.find(&bytes[at..]).map(|i| at + i),
                Literals::Some(searcher) if bytes.len() - at >= searcher.minimum_len() => {
                    return searcher.find_in(bytes, (at..bytes.len()).into()).map(|m| m.start());
                }
                _ => {}
            }
        }
        match &self.scan {
            Scan::Beginning | Scan::Everywhere => Some(at),
            Scan::Lines if at == 0 => Some(0),
            Scan::Lines => T::truncate('\n' as u32).position(&text[at - 1..]).map(|i| at + i),
            Scan::Text(wanted) => find_text(text, at, wanted),
            Scan::Filter(filter) => filter.find(&text[at..]).map(|i| at + i),
        }
    }
    fn search<T: Unit>(&self, matcher: &mut Matcher<'_, T>, start: usize) -> Result<Option<(usize, usize)>> {
        let text = matcher.text;
        let Some(last) = text.len().checked_sub(self.program.min).filter(|&l| l >= start) else { return Ok(None) };
        let none = Literals::Unknown;
        let literals = if size_of::<T>() == 1 && text.len() - start > SHORT { self.literals() } else { &none };
        let mut at = start;
        loop {
            at = match self.candidate(literals, text, at) {
                Some(found) if found <= last => found,
                _ => return Ok(None),
            };
            if let Some(end) = matcher.attempt(at)? {
                return Ok(Some((at, end)));
            }
            matcher.step()?;
            if at == last || matches!(self.scan, Scan::Beginning) {
                return Ok(None);
            }
            at += 1;
        }
    }
    /// Runs the pattern once. The groups are in the scratch then.
    pub fn run<T: Unit>(
        &self,
        t: &Thread,
        units: &[T],
        w: Window,
        how: How,
        scratch: &mut Scratch,
    ) -> Result<Option<(usize, usize)>> {
        if w.start > w.end {
            return Ok(None);
        }
        let mut matcher = Matcher::new(t, &self.program, &units[..w.end], scratch);
        matcher.full = how == How::Full;
        matcher.not_empty_at = if w.must_advance { w.start } else { NONE };
        if how == How::Search {
            return self.search(&mut matcher, w.start);
        }
        if w.end - w.start < self.program.min {
            return Ok(None);
        }
        Ok(matcher.attempt(w.start)?.map(|end| (w.start, end)))
    }
}

fn find_text<T: Unit>(text: &[T], mut at: usize, wanted: &[u32]) -> Option<usize> {
    let first = T::from_code(wanted[0])?;
    loop {
        at += first.position(text.get(at..)?)?;
        let part = text.get(at..at + wanted.len())?;
        if part.iter().zip(wanted).all(|(u, &c)| u.code() == c) {
            return Some(at);
        }
        at += 1;
    }
}

thread_local! {
    static SCRATCH: Cell<Option<Box<Scratch>>> = const { Cell::new(None) };
}

/// Runs `f` with the thread's scratch, or with another one while that is in use (a signal's handler may match, too).
pub fn with_scratch<R>(f: impl FnOnce(&mut Scratch) -> R) -> R {
    let mut scratch = SCRATCH.take().unwrap_or_default();
    let r = f(&mut scratch);
    scratch.trim();
    SCRATCH.set(Some(scratch));
    r
}
