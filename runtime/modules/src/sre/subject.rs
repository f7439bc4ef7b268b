//! What is searched: text of the three widths, or bytes; and one run of the engine over it.

use rustpython_sre_engine::{Request, State, StrDrive, StringCursor};
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

/// Where the whole (0) and the groups were found; (-1, -1) for a group that took no part.
pub struct Found {
    pub spans: Box<[(isize, isize)]>,
    pub last_index: isize,
}

impl Found {
    pub fn start(&self) -> usize {
        self.spans[0].0 as usize
    }
    pub fn end(&self) -> usize {
        self.spans[0].1 as usize
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
        let clamp = |i: isize| usize::try_from(i).unwrap_or(0).min(subject.len());
        Window { start: clamp(pos.unwrap_or(0)), end: clamp(end.unwrap_or(isize::MAX)), must_advance: false }
    }
    /// What is left behind a match.
    pub fn behind(self, found: &Found) -> Window {
        Window { start: found.end(), end: self.end, must_advance: found.start() == found.end() }
    }
}

pub fn run(code: &[u32], groups: usize, units: Units<'_>, w: Window, how: How) -> Option<Found> {
    match units {
        Units::Latin1(u) => run_over(Narrow(u), code, groups, w, how),
        Units::Ucs2(u) => run_over(Wide::<2>(bytes_of(u)), code, groups, w, how),
        Units::Ucs4(u) => run_over(Wide::<4>(bytes_of(u)), code, groups, w, how),
    }
}

fn run_over<S: StrDrive>(s: S, code: &[u32], groups: usize, w: Window, how: How) -> Option<Found> {
    if w.start > w.end {
        return None;
    }
    let mut state = State::default();
    let mut req = Request::new(s, w.start, w.end, code, how == How::Full);
    req.must_advance = w.must_advance;
    state.reset(&req, w.start);
    let found = if how == How::Search { state.search(req) } else { state.py_match(&req) };
    if !found {
        return None;
    }
    let mut spans = Vec::with_capacity(groups + 1);
    spans.push((state.start as isize, state.cursor.position as isize));
    spans.extend((0..groups).map(|g| {
        let (from, to) = state.marks.get(g);
        match (from.into_option(), to.into_option()) {
            (Some(from), Some(to)) => (from as isize, to as isize),
            _ => (-1, -1),
        }
    }));
    Some(Found { spans: spans.into(), last_index: state.marks.last_index() })
}

fn bytes_of<T: Copy>(units: &[T]) -> &[u8] {
    // SAFETY: plain integers.
    unsafe { std::slice::from_raw_parts(units.as_ptr().cast(), size_of_val(units)) }
}

/// One byte a character. (The engine's own drive for bytes reads behind the end when it advances.)
#[derive(Clone, Copy)]
struct Narrow<'a>(&'a [u8]);

/// `N` bytes a character. The engine hides a cursor's pointer: it is moved and read through its drive for bytes.
#[derive(Clone, Copy)]
struct Wide<'a, const N: usize>(&'a [u8]);

type Raw<'a> = &'a [u8];

impl StrDrive for Narrow<'_> {
    #[inline]
    fn count(&self) -> usize {
        self.0.len()
    }
    #[inline]
    fn create_cursor(&self, n: usize) -> StringCursor {
        self.0.create_cursor(n)
    }
    #[inline]
    fn adjust_cursor(&self, cursor: &mut StringCursor, n: usize) {
        self.0.adjust_cursor(cursor, n)
    }
    #[inline]
    fn advance(cursor: &mut StringCursor) -> u32 {
        let c = Raw::peek(cursor);
        Raw::skip(cursor, 1);
        c
    }
    #[inline]
    fn peek(cursor: &StringCursor) -> u32 {
        Raw::peek(cursor)
    }
    #[inline]
    fn skip(cursor: &mut StringCursor, n: usize) {
        Raw::skip(cursor, n)
    }
    #[inline]
    fn back_advance(cursor: &mut StringCursor) -> u32 {
        Raw::back_advance(cursor)
    }
    #[inline]
    fn back_peek(cursor: &StringCursor) -> u32 {
        Raw::back_peek(cursor)
    }
    #[inline]
    fn back_skip(cursor: &mut StringCursor, n: usize) {
        Raw::back_skip(cursor, n)
    }
}

impl<const N: usize> StrDrive for Wide<'_, N> {
    #[inline]
    fn count(&self) -> usize {
        self.0.len() / N
    }
    #[inline]
    fn create_cursor(&self, n: usize) -> StringCursor {
        let mut c = self.0.create_cursor(n * N);
        c.position = n;
        c
    }
    #[inline]
    fn adjust_cursor(&self, cursor: &mut StringCursor, n: usize) {
        *cursor = self.create_cursor(n);
    }
    #[inline]
    fn advance(cursor: &mut StringCursor) -> u32 {
        let c = Self::peek(cursor);
        Self::skip(cursor, 1);
        c
    }
    #[inline]
    fn peek(cursor: &StringCursor) -> u32 {
        let mut at = *cursor;
        let mut bytes = [0; 4];
        for b in &mut bytes[..N] {
            *b = Raw::peek(&at) as u8;
            Raw::skip(&mut at, 1);
        }
        // The bytes lie in the machine's order; a narrow unit fills the first of them.
        if N == 2 { u16::from_ne_bytes([bytes[0], bytes[1]]) as u32 } else { u32::from_ne_bytes(bytes) }
    }
    #[inline]
    fn skip(cursor: &mut StringCursor, n: usize) {
        let position = cursor.position + n;
        Raw::skip(cursor, n * N);
        cursor.position = position;
    }
    #[inline]
    fn back_advance(cursor: &mut StringCursor) -> u32 {
        Self::back_skip(cursor, 1);
        Self::peek(cursor)
    }
    #[inline]
    fn back_peek(cursor: &StringCursor) -> u32 {
        let mut at = *cursor;
        Self::back_advance(&mut at)
    }
    #[inline]
    fn back_skip(cursor: &mut StringCursor, n: usize) {
        let position = cursor.position - n;
        // The drive for bytes counts positions in bytes: enough of them for the way back.
        cursor.position = n * N;
        Raw::back_skip(cursor, n * N);
        cursor.position = position;
    }
}
