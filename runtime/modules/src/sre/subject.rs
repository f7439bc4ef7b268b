//! What is searched: text of the three widths, or bytes; and what one search came to.

use super::matcher::{NONE, Scratch};
use super::search::Compiled;
use taipan_vm::native::*;

/// The text or the bytes a pattern runs over. Memory that may change is copied.
pub enum Subject {
    Text(Ref<Str>),
    Bytes(Ref<Bytes>),
}

impl Subject {
    pub fn of(t: &Thread, v: Value) -> Result<Subject> {
        if let Some(s) = v.downcast::<Str>() {
            return Ok(Subject::Text(s));
        }
        if let Some(b) = v.downcast::<Bytes>() {
            return Ok(Subject::Bytes(b));
        }
        if !taipan_vm::objects::buffer::exports(t, v) {
            return Err(t.type_error(format!("expected string or bytes-like object, got '{}'", class_of(v).name_string())));
        }
        let bytes = t.buffer(v)?.to_vec();
        Bytes::new(t, &bytes).map(Subject::Bytes)
    }
    pub fn value(&self) -> Value {
        match self {
            Subject::Text(s) => s.value(),
            Subject::Bytes(b) => b.value(),
        }
    }
    pub fn is_bytes(&self) -> bool {
        matches!(self, Subject::Bytes(_))
    }
    pub fn units(&self) -> Units<'_> {
        match self {
            Subject::Text(s) => s.units(),
            Subject::Bytes(b) => Units::Latin1(b.as_slice()),
        }
    }
    pub fn len(&self) -> usize {
        self.units().len()
    }
    pub fn slice(&self, t: &Thread, start: usize, end: usize) -> Result<Value> {
        let (start, end) = (start.min(self.len()), end.min(self.len()));
        let range = start..end.max(start);
        match self {
            Subject::Text(s) => Str::substring(t, *s, range).map(Ref::value),
            Subject::Bytes(b) if range == (0..b.len()) && class_of(b.value()) == Bytes::class() => Ok(b.value()),
            Subject::Bytes(b) => Bytes::new(t, &b.as_slice()[range]).map(Ref::value),
        }
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub enum How {
    Search,
    Match,
    Full,
}

/// From where to where something was found.
pub type Span = (usize, usize);

/// A match: the whole, and the groups as long as the scratch is not used again.
pub struct Found<'a> {
    pub whole: Span,
    pub groups: &'a [usize],
    /// The group that ended last; 0: none.
    pub last_group: usize,
}

impl Found<'_> {
    /// How many spans there are, that of the whole included.
    pub fn len(&self) -> usize {
        1 + self.groups.len() / 2
    }
    /// What the whole (0) or a group matched; nothing for a group that took no part.
    pub fn span(&self, i: usize) -> Option<Span> {
        match i.checked_sub(1) {
            None => Some(self.whole),
            Some(g) => match self.groups.get(2 * g..2 * g + 2)? {
                &[from, to] if from != NONE && to != NONE => Some((from, to)),
                _ => None,
            },
        }
    }
}

/// The part of the subject that is looked at.
#[derive(Clone, Copy)]
pub struct Window {
    pub start: usize,
    pub end: usize,
    /// Whether an empty match at `start` does not count.
    pub must_advance: bool,
}

impl Window {
    pub fn new(subject: &Subject, pos: Option<isize>, end: Option<isize>) -> Window {
        let len = subject.len();
        let clamp = |i: isize| usize::try_from(i).unwrap_or(0).min(len);
        Window { start: clamp(pos.unwrap_or(0)), end: clamp(end.unwrap_or(isize::MAX)), must_advance: false }
    }
    /// What is left behind a match.
    pub fn behind(self, (start, end): Span) -> Window {
        Window { start: end, end: self.end, must_advance: start == end }
    }
}

/// Runs a pattern once.
pub fn run<'s>(
    t: &Thread,
    compiled: &Compiled,
    units: Units<'_>,
    w: Window,
    how: How,
    scratch: &'s mut Scratch,
) -> Result<Option<Found<'s>>> {
    let whole = match units {
        Units::Latin1(u) => compiled.run(t, u, w, how, scratch),
        Units::Ucs2(u) => compiled.run(t, u, w, how, scratch),
        Units::Ucs4(u) => compiled.run(t, u, w, how, scratch),
    }?;
    Ok(whole.map(|whole| Found { whole, groups: &scratch.marks, last_group: scratch.last_group }))
}
