//! `_sre`: the engine behind `re`.
//!
//! `re._compiler` writes a pattern down as words. `program` makes operations of them, with `set` (sets of characters) and `first`
//! (what matches can begin with); `search` finds where an attempt is worth while, and `matcher` makes it. This file has the
//! classes but for `matched` (`re.Match`) and `replace` (templates).
//!
//! **Invariant**: the order in which choices are tried is that of CPython's engine, and so are captures after going back; what is
//! skipped are attempts that cannot succeed.

mod first;
mod matched;
mod matcher;
mod program;
mod replace;
mod search;
mod set;
mod subject;

use matched::{Match, part};
use matcher::Scratch;
use program::Program;
use replace::Template;
use search::{Compiled, with_scratch};
use set::{lower_ascii, upper_unicode};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering::*};
use subject::{Found, How, Subject, Window, run};
use taipan_text::unicode::case::to_lower;
use taipan_vm::native::*;
use taipan_vm::objects::mappingproxy::MappingProxy;
use taipan_vm::objects::seq_iter::CallableIterator;

pub struct Sre;

fn held<T>(v: Ref<T>) -> RefField<T> {
    let f = RefField::null();
    f.init(v);
    f
}

fn init(t: &Thread, m: Ref<Module>) -> Result<()> {
    m.set(t, "MAGIC", t.int(MAGIC)?)?;
    m.set(t, "CODESIZE", t.int(size_of::<u32>() as i64)?)?;
    m.set(t, "MAXREPEAT", t.int(u32::MAX as i64)?)?;
    m.set(t, "MAXGROUPS", t.int((i32::MAX / 2) as i64)?)
}

/// The version of the words that `re._compiler` writes.
const MAGIC: i64 = 20230612;

#[pymodule(name = "_sre", classes(Pattern, Match, Scanner, Template), init = init)]
impl Sre {
    #[py("($module, /, pattern, flags, code, groups, groupindex, indexgroup)")]
    fn compile(
        t: &Thread,
        pattern: Value,
        flags: i32,
        code: Ref<List>,
        groups: isize,
        groupindex: Ref<Dict>,
        indexgroup: Ref<Tuple>,
    ) -> Result<Ref<Pattern>> {
        let mut words = Vec::with_capacity(code.len());
        for w in code.snapshot(t)?.iter() {
            words.push(u32::try_from(t.to_i64(w)?).map_err(|_| t.overflow_error("regular expression code size limit exceeded"))?);
        }
        let kind = if pattern.is_none() {
            Kind::Any
        } else if Subject::of(t, pattern)?.is_bytes() {
            Kind::Bytes
        } else {
            Kind::Text
        };
        let groups = groups.max(0) as usize;
        if !Program::check(&words, groups) {
            return Err(t.runtime_error("invalid SRE code"));
        }
        t.create(Pattern {
            header: Header::NEW,
            pattern: Field::new(pattern),
            groupindex: held(groupindex),
            indexgroup: held(indexgroup),
            flags,
            groups,
            kind,
            code: words.into(),
            compiled: OnceLock::new(),
        })
    }
    /// template is a list containing interleaved literal strings (str or bytes)
    /// and group indices (int), as returned by re._parser.parse_template:
    ///     [literal1, group1, ..., literalN, groupN]
    #[py("($module, pattern, template, /)")]
    fn template(t: &Thread, pattern: Value, template: Ref<List>) -> Result<Ref<Template>> {
        let _ = pattern;
        Template::new(t, template)
    }
    #[py("($module, /)")]
    fn getcodesize(_t: &Thread) -> usize {
        size_of::<u32>()
    }
    #[py("($module, character, /)")]
    fn ascii_iscased(_t: &Thread, character: i32) -> bool {
        u8::try_from(character).is_ok_and(|b| b.is_ascii_alphabetic())
    }
    #[py("($module, character, /)")]
    fn unicode_iscased(_t: &Thread, character: i32) -> bool {
        let c = character as u32;
        to_lower(c) != c || upper_unicode(c) != c
    }
    #[py("($module, character, /)")]
    fn ascii_tolower(_t: &Thread, character: i32) -> i32 {
        lower_ascii(character as u32) as i32
    }
    #[py("($module, character, /)")]
    fn unicode_tolower(_t: &Thread, character: i32) -> i32 {
        to_lower(character as u32) as i32
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Any,
    Text,
    Bytes,
}

#[derive(HeapType)]
#[repr(C)]
pub struct Pattern {
    header: Header,
    pattern: Field,
    groupindex: RefField<Dict>,
    indexgroup: RefField<Tuple>,
    #[noscan]
    flags: i32,
    #[noscan]
    groups: usize,
    #[noscan]
    kind: Kind,
    #[noscan(drop)]
    code: Box<[u32]>,
    /// Made when it is first used: many patterns never are.
    #[noscan(drop)]
    compiled: OnceLock<Box<Compiled>>,
}

impl Pattern {
    fn subject(&self, t: &Thread, string: Value) -> Result<Subject> {
        let s = Subject::of(t, string)?;
        match self.kind {
            Kind::Text if s.is_bytes() => Err(t.type_error("cannot use a string pattern on a bytes-like object")),
            Kind::Bytes if !s.is_bytes() => Err(t.type_error("cannot use a bytes pattern on a string-like object")),
            _ => Ok(s),
        }
    }
    fn run<'s>(&self, t: &Thread, s: &Subject, w: Window, how: How, scratch: &'s mut Scratch) -> Result<Option<Found<'s>>> {
        let compiled = self.compiled.get_or_init(|| Compiled::new(&self.code, self.groups));
        run(t, compiled, s.units(), w, how, scratch)
    }
    fn once(
        t: &Thread,
        this: Ref<Pattern>,
        string: Value,
        pos: Option<isize>,
        endpos: Option<isize>,
        how: How,
    ) -> Result<Option<Ref<Match>>> {
        let s = this.subject(t, string)?;
        let w = Window::new(&s, pos, endpos);
        with_scratch(|scratch| match this.run(t, &s, w, how, scratch)? {
            Some(found) => Match::new(t, this, string, &found, w).map(Some),
            None => Ok(None),
        })
    }
    fn scan(t: &Thread, this: Ref<Pattern>, string: Value, pos: Option<isize>, endpos: Option<isize>) -> Result<Ref<Scanner>> {
        let s = this.subject(t, string)?;
        let w = Window::new(&s, pos, endpos);
        t.create(Scanner {
            header: Header::NEW,
            pattern: held(this),
            string: Field::new(string),
            subject: Field::new(s.value()),
            next: AtomicU64::new((w.start as u64) << 1),
            pos: w.start,
            endpos: w.end,
        })
    }
}

/// Compiled regular expression object.
#[pyclass(name = "Pattern", module = "re", flags(NO_NEW, HAS_WEAKREF))]
impl Pattern {
    /// Matches zero or more characters at the beginning of the string.
    #[py("($self, /, string, pos=0, endpos=sys.maxsize)")]
    fn r#match(
        t: &Thread,
        this: Ref<Pattern>,
        string: Value,
        pos: Option<isize>,
        endpos: Option<isize>,
    ) -> Result<Option<Ref<Match>>> {
        Pattern::once(t, this, string, pos, endpos, How::Match)
    }
    /// Matches against all of the string.
    #[py("($self, /, string, pos=0, endpos=sys.maxsize)")]
    fn fullmatch(
        t: &Thread,
        this: Ref<Pattern>,
        string: Value,
        pos: Option<isize>,
        endpos: Option<isize>,
    ) -> Result<Option<Ref<Match>>> {
        Pattern::once(t, this, string, pos, endpos, How::Full)
    }
    /// Scan through string looking for a match, and return a corresponding match object instance.
    ///
    /// Return None if no position in the string matches.
    #[py("($self, /, string, pos=0, endpos=sys.maxsize)")]
    fn search(
        t: &Thread,
        this: Ref<Pattern>,
        string: Value,
        pos: Option<isize>,
        endpos: Option<isize>,
    ) -> Result<Option<Ref<Match>>> {
        Pattern::once(t, this, string, pos, endpos, How::Search)
    }
    /// Return a list of all non-overlapping matches of pattern in string.
    #[py("($self, /, string, pos=0, endpos=sys.maxsize)")]
    fn findall(t: &Thread, this: Ref<Pattern>, string: Value, pos: Option<isize>, endpos: Option<isize>) -> Result<Ref<List>> {
        let s = this.subject(t, string)?;
        let empty = s.slice(t, 0, 0)?;
        let mut w = Window::new(&s, pos, endpos);
        let out = List::new(t)?;
        with_scratch(|scratch| {
            while let Some(found) = this.run(t, &s, w, How::Search, scratch)? {
                let v = match found.len() {
                    1 => part(t, &s, found.span(0), empty)?,
                    2 => part(t, &s, found.span(1), empty)?,
                    n => {
                        let all = ValueVec::with_capacity(t, n - 1)?;
                        for i in 1..n {
                            all.push(t, part(t, &s, found.span(i), empty)?)?;
                        }
                        all.into_tuple(t)?.value()
                    }
                };
                out.append(t, v)?;
                w = w.behind(found.whole);
            }
            Ok(out)
        })
    }
    /// Return an iterator over all non-overlapping matches for the RE pattern in string.
    ///
    /// For each match, the iterator returns a match object.
    #[py("($self, /, string, pos=0, endpos=sys.maxsize)")]
    fn finditer(t: &Thread, this: Ref<Pattern>, string: Value, pos: Option<isize>, endpos: Option<isize>) -> Result<Value> {
        let scanner = Pattern::scan(t, this, string, pos, endpos)?;
        let search = t.get_attr(scanner.value(), Str::intern_str(t, "search")?)?;
        CallableIterator::new(t, search, Value::NONE).map(Ref::value)
    }
    #[py("($self, /, string, pos=0, endpos=sys.maxsize)")]
    fn scanner(t: &Thread, this: Ref<Pattern>, string: Value, pos: Option<isize>, endpos: Option<isize>) -> Result<Ref<Scanner>> {
        Pattern::scan(t, this, string, pos, endpos)
    }
    /// Split string by the occurrences of pattern.
    #[py("($self, /, string, maxsplit=0)")]
    fn split(t: &Thread, this: Ref<Pattern>, string: Value, maxsplit: Option<isize>) -> Result<Ref<List>> {
        let s = this.subject(t, string)?;
        let max = maxsplit.unwrap_or(0);
        let mut w = Window::new(&s, None, None);
        let (mut last, mut n) = (0, 0);
        let out = List::new(t)?;
        with_scratch(|scratch| {
            while max == 0 || n < max {
                let Some(found) = this.run(t, &s, w, How::Search, scratch)? else { break };
                let (from, to) = found.whole;
                out.append(t, s.slice(t, last, from)?)?;
                for i in 1..found.len() {
                    out.append(t, part(t, &s, found.span(i), Value::NONE)?)?;
                }
                n += 1;
                last = to;
                w = w.behind(found.whole);
            }
            out.append(t, s.slice(t, last, w.end)?)?;
            Ok(out)
        })
    }
    /// Return the string obtained by replacing the leftmost non-overlapping occurrences of pattern in string by the replacement repl.
    #[py("($self, /, repl, string, count=0)")]
    fn sub(t: &Thread, this: Ref<Pattern>, repl: Value, string: Value, count: Option<isize>) -> Result<Value> {
        replace::replace(t, this, repl, string, count.unwrap_or(0)).map(|r| r.0)
    }
    /// Return the tuple (new_string, number_of_subs_made) found by replacing the leftmost non-overlapping occurrences of pattern with the replacement repl.
    #[py("($self, /, repl, string, count=0)")]
    fn subn(t: &Thread, this: Ref<Pattern>, repl: Value, string: Value, count: Option<isize>) -> Result<(Value, usize)> {
        replace::replace(t, this, repl, string, count.unwrap_or(0))
    }
    /// The pattern string from which the RE object was compiled.
    #[py(member)]
    fn pattern(_t: &Thread, this: Ref<Pattern>) -> Value {
        this.pattern.get()
    }
    /// The regex matching flags.
    #[py(member)]
    fn flags(_t: &Thread, this: Ref<Pattern>) -> i64 {
        this.flags as i64
    }
    /// The number of capturing groups in the pattern.
    #[py(member)]
    fn groups(_t: &Thread, this: Ref<Pattern>) -> usize {
        this.groups
    }
    /// A dictionary mapping group names to group numbers.
    #[py(getter)]
    fn groupindex(t: &Thread, this: Ref<Pattern>) -> Result<Ref<MappingProxy>> {
        MappingProxy::new(t, this.groupindex.expect().value())
    }
    #[py]
    fn __repr__(t: &Thread, this: Ref<Pattern>) -> Result<Ref<Str>> {
        let flag_names = ["IGNORECASE", "LOCALE", "MULTILINE", "DOTALL", "UNICODE", "VERBOSE", "DEBUG", "ASCII"];
        let mut flags = this.flags;
        if this.kind == Kind::Text && flags & (4 | 32 | 256) == 32 {
            flags &= !32;
        }
        let mut shown = Vec::new();
        for (i, name) in flag_names.iter().enumerate() {
            if flags & (2 << i) != 0 {
                flags &= !(2 << i);
                shown.push(format!("re.{name}"));
            }
        }
        if flags != 0 {
            shown.push(format!("{flags:#x}"));
        }
        let text = t.repr(this.pattern.get())?;
        let out = List::new(t)?;
        out.append(t, Str::from_str(t, "re.compile(")?.value())?;
        out.append(t, Str::substring(t, text, 0..text.len().min(200))?.value())?;
        let tail = if shown.is_empty() { ")".to_owned() } else { format!(", {})", shown.join("|")) };
        out.append(t, Str::from_str(t, &tail)?.value())?;
        taipan_vm::objects::str_build::join(t, taipan_vm::objects::str::empty_str(), out.value())
    }
    #[py]
    fn __hash__(t: &Thread, this: Ref<Pattern>) -> Result<i64> {
        let h = t.hash(this.pattern.get())?;
        let words = this.code.iter().fold(0i64, |h, w| h.wrapping_mul(1_000_003) ^ *w as i64);
        let h = h ^ words ^ this.flags as i64 ^ this.groups as i64;
        Ok(if h == -1 { -2 } else { h })
    }
    #[py]
    fn __eq__(t: &Thread, this: Ref<Pattern>, other: Value) -> Result<Value> {
        let Some(o) = other.downcast::<Pattern>() else { return Ok(Value::NOT_IMPLEMENTED) };
        if this == o {
            return Ok(Value::bool(true));
        }
        let same =
            this.flags == o.flags && this.kind == o.kind && this.code == o.code && t.equal(this.pattern.get(), o.pattern.get())?;
        Ok(Value::bool(same))
    }
    #[py("($self, /)")]
    fn __copy__(_t: &Thread, this: Ref<Pattern>) -> Ref<Pattern> {
        this
    }
    #[py("($self, memo, /)")]
    fn __deepcopy__(_t: &Thread, this: Ref<Pattern>, memo: Value) -> Ref<Pattern> {
        let _ = memo;
        this
    }
    /// See PEP 585
    #[py("($cls, item, /)")]
    fn __class_getitem__(t: &Thread, cls: Ref<Class>, item: Value) -> Result<Value> {
        t.generic_alias(cls.value(), item)
    }
}

#[derive(HeapType)]
#[repr(C)]
pub struct Scanner {
    header: Header,
    pattern: RefField<Pattern>,
    string: Field,
    /// The string, or a copy of memory that may change.
    subject: Field,
    /// Where to go on, times two, plus one when an empty match there does not count; or `DONE`.
    next: AtomicU64,
    #[noscan]
    pos: usize,
    #[noscan]
    endpos: usize,
}

const DONE: u64 = u64::MAX;

impl Scanner {
    /// The next match; each goes to one caller.
    fn advance(t: &Thread, this: Ref<Scanner>, how: How) -> Result<Option<Ref<Match>>> {
        let pattern = this.pattern.expect();
        let s = Subject::of(t, this.subject.get())?;
        loop {
            let at = this.next.load(Acquire);
            if at == DONE {
                return Ok(None);
            }
            let w = Window { start: (at >> 1) as usize, end: this.endpos, must_advance: at & 1 != 0 };
            let whole = Window { start: this.pos, end: this.endpos, must_advance: false };
            let (next, found) = with_scratch(|scratch| -> Result<_> {
                let Some(found) = pattern.run(t, &s, w, how, scratch)? else { return Ok((DONE, None)) };
                let w = w.behind(found.whole);
                let next = (w.start as u64) << 1 | w.must_advance as u64;
                Ok((next, Some(Match::new(t, pattern, this.string.get(), &found, whole)?)))
            })?;
            if this.next.compare_exchange(at, next, AcqRel, Acquire).is_ok() {
                return Ok(found);
            }
        }
    }
}

#[pyclass(name = "SRE_Scanner", module = "_sre", flags(NO_NEW))]
impl Scanner {
    #[py("($self, /)")]
    fn r#match(t: &Thread, this: Ref<Scanner>) -> Result<Option<Ref<Match>>> {
        Scanner::advance(t, this, How::Match)
    }
    #[py("($self, /)")]
    fn search(t: &Thread, this: Ref<Scanner>) -> Result<Option<Ref<Match>>> {
        Scanner::advance(t, this, How::Search)
    }
    #[py(member)]
    fn pattern(_t: &Thread, this: Ref<Scanner>) -> Ref<Pattern> {
        this.pattern.expect()
    }
}
