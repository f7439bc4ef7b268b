//! `_sre`: the engine behind `re`. Matching itself is the crate `rustpython-sre_engine`, which runs the code of `re._compiler`.

mod subject;

use rustpython_sre_engine::string::{lower_unicode, upper_unicode};
use std::sync::atomic::{AtomicU64, Ordering::*};
use subject::{Found, How, Subject, Window, run};
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
    m.set(t, "MAGIC", t.int(rustpython_sre_engine::SRE_MAGIC as i64)?)?;
    m.set(t, "CODESIZE", t.int(rustpython_sre_engine::CODESIZE as i64)?)?;
    m.set(t, "MAXREPEAT", t.int(rustpython_sre_engine::MAXREPEAT as i64)?)?;
    m.set(t, "MAXGROUPS", t.int(rustpython_sre_engine::MAXGROUPS as i64)?)
}

fn lower_ascii(c: i32) -> i32 {
    u8::try_from(c).map_or(c, |b| b.to_ascii_lowercase() as i32)
}

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
        t.create(Pattern {
            header: Header::NEW,
            pattern: Field::new(pattern),
            groupindex: held(groupindex),
            indexgroup: held(indexgroup),
            flags,
            groups: groups.max(0) as usize,
            kind,
            code: words.into(),
        })
    }
    /// template is a list containing interleaved literal strings (str or bytes)
    /// and group indices (int), as returned by re._parser.parse_template:
    ///     [literal1, group1, ..., literalN, groupN]
    #[py("($module, pattern, template, /)")]
    fn template(t: &Thread, pattern: Value, template: Ref<List>) -> Result<Ref<Template>> {
        let _ = pattern;
        let parts = template.snapshot(t)?.into_tuple(t)?;
        if parts.len() % 2 == 0 {
            return Err(t.type_error("invalid template"));
        }
        for (i, v) in parts.iter().enumerate() {
            if i % 2 == 1 && t.to_isize(v)? < 0 {
                return Err(t.type_error("invalid template"));
            }
        }
        t.create(Template { header: Header::NEW, parts: held(parts) })
    }
    #[py("($module, /)")]
    fn getcodesize(_t: &Thread) -> usize {
        rustpython_sre_engine::CODESIZE
    }
    #[py("($module, character, /)")]
    fn ascii_iscased(_t: &Thread, character: i32) -> bool {
        u8::try_from(character).is_ok_and(|b| b.is_ascii_alphabetic())
    }
    #[py("($module, character, /)")]
    fn unicode_iscased(_t: &Thread, character: i32) -> bool {
        let c = character as u32;
        lower_unicode(c) != c || upper_unicode(c) != c
    }
    #[py("($module, character, /)")]
    fn ascii_tolower(_t: &Thread, character: i32) -> i32 {
        lower_ascii(character)
    }
    #[py("($module, character, /)")]
    fn unicode_tolower(_t: &Thread, character: i32) -> i32 {
        lower_unicode(character as u32) as i32
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
}

/// What takes the place of a match.
enum Replacement {
    Literal(Value),
    Template(Ref<Template>),
    Call(Value),
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
    fn run(&self, s: &Subject, w: Window, how: How) -> Option<Found> {
        run(&self.code, self.groups, s.units(), w, how)
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
        match this.run(&s, w, how) {
            Some(found) => Match::new(t, this, string, found, w).map(Some),
            None => Ok(None),
        }
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
    fn replace(t: &Thread, this: Ref<Pattern>, repl: Value, string: Value, count: isize) -> Result<(Value, usize)> {
        let replacement = if t.is_callable(repl) {
            Replacement::Call(repl)
        } else {
            let plain = match repl.downcast::<Str>() {
                Some(s) => Some(!s.units().iter().any(|c| c == '\\' as u32)),
                None => t.bytes_like(repl, |b| !b.contains(&b'\\')),
            };
            if plain == Some(true) {
                Replacement::Literal(repl)
            } else {
                let template = compile_template(t, this, repl)?;
                match template.parts.expect().as_slice() {
                    [only] => Replacement::Literal(*only),
                    _ => Replacement::Template(template),
                }
            }
        };
        let s = this.subject(t, string)?;
        let whole = Window::new(&s, None, None);
        let (mut w, mut at, mut n) = (whole, 0, 0);
        let out = List::new(t)?;
        while count == 0 || (n as isize) < count {
            let Some(found) = this.run(&s, w, How::Search) else { break };
            if at < found.start() {
                out.append(t, s.slice(t, at, found.start())?)?;
            }
            w = w.behind(&found);
            at = found.end();
            match &replacement {
                Replacement::Literal(v) => out.append(t, *v)?,
                Replacement::Template(template) => template.expand(t, &s, &found.spans, out)?,
                Replacement::Call(f) => {
                    let m = Match::new(t, this, string, found, whole)?;
                    let v = t.call(*f, &[m.value()])?;
                    if !v.is_none() {
                        out.append(t, v)?;
                    }
                }
            }
            n += 1;
        }
        if at < w.end {
            out.append(t, s.slice(t, at, w.end)?)?;
        }
        Ok((join(t, &s, out)?, n))
    }
}

fn join(t: &Thread, s: &Subject, parts: Ref<List>) -> Result<Value> {
    t.call_method(s.slice(t, 0, 0)?, Str::intern_str(t, "join")?, &[parts.value()])
}

fn compile_template(t: &Thread, pattern: Ref<Pattern>, template: Value) -> Result<Ref<Template>> {
    let re = taipan_vm::import::import_module(t, "re")?;
    let v = t.call(t.get_attr(re, Str::intern_str(t, "_compile_template")?)?, &[pattern.value(), template])?;
    v.downcast::<Template>().ok_or_else(|| {
        t.type_error(format!("the result of compiling a replacement string is {}, not Template", class_of(v).name_string()))
    })
}

/// What a span covers; `missing` for that of a group which took no part.
fn part(t: &Thread, s: &Subject, span: (isize, isize), missing: Value) -> Result<Value> {
    if span.0 < 0 { Ok(missing) } else { s.slice(t, span.0 as usize, span.1 as usize) }
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
        while let Some(found) = this.run(&s, w, How::Search) {
            let v = match &*found.spans {
                [one] | [_, one] => part(t, &s, *one, empty)?,
                [_, groups @ ..] => {
                    let all = ValueVec::with_capacity(t, groups.len())?;
                    for &g in groups {
                        all.push(t, part(t, &s, g, empty)?)?;
                    }
                    all.into_tuple(t)?.value()
                }
                [] => break,
            };
            out.append(t, v)?;
            w = w.behind(&found);
        }
        Ok(out)
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
        while max == 0 || n < max {
            let Some(found) = this.run(&s, w, How::Search) else { break };
            out.append(t, s.slice(t, last, found.start())?)?;
            for &g in &found.spans[1..] {
                out.append(t, part(t, &s, g, Value::NONE)?)?;
            }
            n += 1;
            last = found.end();
            w = w.behind(&found);
        }
        out.append(t, s.slice(t, last, w.end)?)?;
        Ok(out)
    }
    /// Return the string obtained by replacing the leftmost non-overlapping occurrences of pattern in string by the replacement repl.
    #[py("($self, /, repl, string, count=0)")]
    fn sub(t: &Thread, this: Ref<Pattern>, repl: Value, string: Value, count: Option<isize>) -> Result<Value> {
        Pattern::replace(t, this, repl, string, count.unwrap_or(0)).map(|r| r.0)
    }
    /// Return the tuple (new_string, number_of_subs_made) found by replacing the leftmost non-overlapping occurrences of pattern with the replacement repl.
    #[py("($self, /, repl, string, count=0)")]
    fn subn(t: &Thread, this: Ref<Pattern>, repl: Value, string: Value, count: Option<isize>) -> Result<(Value, usize)> {
        Pattern::replace(t, this, repl, string, count.unwrap_or(0))
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
pub struct Match {
    header: Header,
    string: Field,
    pattern: RefField<Pattern>,
    #[noscan]
    pos: usize,
    #[noscan]
    endpos: usize,
    #[noscan(drop)]
    found: Found,
}

impl Match {
    fn new(t: &Thread, pattern: Ref<Pattern>, string: Value, found: Found, w: Window) -> Result<Ref<Match>> {
        t.create(Match {
            header: Header::NEW,
            string: Field::new(string),
            pattern: held(pattern),
            pos: w.start,
            endpos: w.end,
            found,
        })
    }
    fn index(&self, t: &Thread, group: Value) -> Result<usize> {
        let n = if let Some(n) = t.index_opt(group)? {
            t.to_index_clipped(n)?
        } else {
            match self.pattern.expect().groupindex.expect().get(t, group) {
                Ok(Some(v)) => t.to_isize(v)?,
                _ => -1,
            }
        };
        usize::try_from(n).ok().filter(|n| *n < self.found.spans.len()).ok_or_else(|| t.index_error("no such group"))
    }
    fn span_of(&self, t: &Thread, group: Option<Value>) -> Result<(isize, isize)> {
        Ok(self.found.spans[group.map_or(Ok(0), |g| self.index(t, g))?])
    }
    fn item(&self, t: &Thread, group: Value) -> Result<Value> {
        let span = self.span_of(t, Some(group))?;
        part(t, &Subject::of(t, self.string.get())?, span, Value::NONE)
    }
}

/// The result of re.match() and re.search().
///
/// Match objects always have a boolean value of True.
#[pyclass(name = "Match", module = "re", flags(NO_NEW))]
impl Match {
    /// group([group1, ...]) -> str or tuple.
    /// Return subgroup(s) of the match by indices or names.
    /// For 0 returns the entire match.
    #[py("($self, /, *args)", nosig)]
    fn group(t: &Thread, this: Ref<Match>, args: &[Value]) -> Result<Value> {
        match args {
            [] => part(t, &Subject::of(t, this.string.get())?, this.found.spans[0], Value::NONE),
            [one] => this.item(t, *one),
            _ => {
                let all = ValueVec::with_capacity(t, args.len())?;
                for &g in args {
                    all.push(t, this.item(t, g)?)?;
                }
                all.into_tuple(t).map(Ref::value)
            }
        }
    }
    #[py]
    fn __getitem__(t: &Thread, this: Ref<Match>, key: Value) -> Result<Value> {
        this.item(t, key)
    }
    /// Return a tuple containing all the subgroups of the match, from 1.
    #[py("($self, /, default=None)")]
    fn groups(t: &Thread, this: Ref<Match>, default: Option<Value>) -> Result<Ref<Tuple>> {
        let s = Subject::of(t, this.string.get())?;
        let all = ValueVec::with_capacity(t, this.found.spans.len() - 1)?;
        for &g in &this.found.spans[1..] {
            all.push(t, part(t, &s, g, default.unwrap_or(Value::NONE))?)?;
        }
        all.into_tuple(t)
    }
    /// Return a dictionary containing all the named subgroups of the match, keyed by the subgroup name.
    #[py("($self, /, default=None)")]
    fn groupdict(t: &Thread, this: Ref<Match>, default: Option<Value>) -> Result<Ref<Dict>> {
        let s = Subject::of(t, this.string.get())?;
        let (out, names) = (Dict::new(t)?, this.pattern.expect().groupindex.expect());
        let mut pos = 0;
        while let Some((name, index)) = names.next(&mut pos) {
            let span = this.span_of(t, Some(index))?;
            out.set(t, name, part(t, &s, span, default.unwrap_or(Value::NONE))?)?;
        }
        Ok(out)
    }
    /// Return index of the start of the substring matched by group.
    #[py("($self, group=0, /)")]
    fn start(t: &Thread, this: Ref<Match>, group: Option<Value>) -> Result<i64> {
        this.span_of(t, group).map(|s| s.0 as i64)
    }
    /// Return index of the end of the substring matched by group.
    #[py("($self, group=0, /)")]
    fn end(t: &Thread, this: Ref<Match>, group: Option<Value>) -> Result<i64> {
        this.span_of(t, group).map(|s| s.1 as i64)
    }
    /// For match object m, return the 2-tuple (m.start(group), m.end(group)).
    #[py("($self, group=0, /)")]
    fn span(t: &Thread, this: Ref<Match>, group: Option<Value>) -> Result<(i64, i64)> {
        this.span_of(t, group).map(|s| (s.0 as i64, s.1 as i64))
    }
    /// Return the string obtained by doing backslash substitution on the string template, as done by the sub() method.
    #[py("($self, /, template)")]
    fn expand(t: &Thread, this: Ref<Match>, template: Value) -> Result<Value> {
        let s = Subject::of(t, this.string.get())?;
        let template = compile_template(t, this.pattern.expect(), template)?;
        if let [only] = template.parts.expect().as_slice() {
            return Ok(*only);
        }
        let out = List::new(t)?;
        template.expand(t, &s, &this.found.spans, out)?;
        join(t, &s, out)
    }
    #[py(getter)]
    fn regs(t: &Thread, this: Ref<Match>) -> Result<Ref<Tuple>> {
        let all = ValueVec::with_capacity(t, this.found.spans.len())?;
        for &(from, to) in &this.found.spans {
            all.push(t, (from as i64, to as i64).into_value(t)?)?;
        }
        all.into_tuple(t)
    }
    /// The integer index of the last matched capturing group.
    #[py(getter)]
    fn lastindex(_t: &Thread, this: Ref<Match>) -> Option<i64> {
        Some(this.found.last_index as i64).filter(|i| *i >= 0)
    }
    /// The name of the last matched capturing group.
    #[py(getter)]
    fn lastgroup(_t: &Thread, this: Ref<Match>) -> Value {
        usize::try_from(this.found.last_index)
            .ok()
            .and_then(|i| this.pattern.expect().indexgroup.expect().get(i))
            .unwrap_or(Value::NONE)
    }
    /// The index into the string at which the RE engine started looking for a match.
    #[py(member)]
    fn pos(_t: &Thread, this: Ref<Match>) -> usize {
        this.pos
    }
    /// The index into the string beyond which the RE engine will not go.
    #[py(member)]
    fn endpos(_t: &Thread, this: Ref<Match>) -> usize {
        this.endpos
    }
    /// The regular expression object.
    #[py(member)]
    fn re(_t: &Thread, this: Ref<Match>) -> Ref<Pattern> {
        this.pattern.expect()
    }
    /// The string passed to match() or search().
    #[py(member)]
    fn string(_t: &Thread, this: Ref<Match>) -> Value {
        this.string.get()
    }
    #[py]
    fn __repr__(t: &Thread, this: Ref<Match>) -> Result<Ref<Str>> {
        let (from, to) = this.found.spans[0];
        let whole = part(t, &Subject::of(t, this.string.get())?, (from, to), Value::NONE)?;
        let out = List::new(t)?;
        out.append(t, Str::from_str(t, &format!("<re.Match object; span=({from}, {to}), match="))?.value())?;
        out.append(t, t.repr(whole)?.value())?;
        out.append(t, Str::from_str(t, ">")?.value())?;
        taipan_vm::objects::str_build::join(t, taipan_vm::objects::str::empty_str(), out.value())
    }
    #[py("($self, /)")]
    fn __copy__(_t: &Thread, this: Ref<Match>) -> Ref<Match> {
        this
    }
    #[py("($self, memo, /)")]
    fn __deepcopy__(_t: &Thread, this: Ref<Match>, memo: Value) -> Ref<Match> {
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
            let found = pattern.run(&s, w, how);
            let next = found.as_ref().map_or(DONE, |f| {
                let w = w.behind(f);
                (w.start as u64) << 1 | w.must_advance as u64
            });
            if this.next.compare_exchange(at, next, AcqRel, Acquire).is_err() {
                continue;
            }
            let Some(found) = found else { return Ok(None) };
            let whole = Window { start: this.pos, end: this.endpos, must_advance: false };
            return Match::new(t, pattern, this.string.get(), found, whole).map(Some);
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

/// A replacement string taken apart: literals, and between them the numbers of groups.
#[derive(HeapType)]
#[repr(C)]
pub struct Template {
    header: Header,
    parts: RefField<Tuple>,
}

impl Template {
    fn expand(&self, t: &Thread, s: &Subject, spans: &[(isize, isize)], out: Ref<List>) -> Result<()> {
        for (i, v) in self.parts.expect().iter().enumerate() {
            if i % 2 == 0 {
                if t.truth(v)? {
                    out.append(t, v)?;
                }
                continue;
            }
            let group = usize::try_from(t.to_isize(v)?).ok().and_then(|g| spans.get(g));
            let Some(&span) = group else { return Err(t.index_error("no such group")) };
            if span.0 >= 0 {
                out.append(t, s.slice(t, span.0 as usize, span.1 as usize)?)?;
            }
        }
        Ok(())
    }
}

#[pyclass(name = "SRE_Template", module = "_sre", flags(NO_NEW))]
impl Template {}
