//! `re.Match`.

use super::replace::{compile_template, expand};
use super::subject::{Found, Span, Subject, Window};
use super::{Pattern, held};
use taipan_vm::native::*;

/// Spans that lie in the match itself; those of further groups are in a cell of bytes.
const FEW: usize = 4;
const NO_SPAN: [usize; 2] = [usize::MAX; 2];

#[derive(HeapType)]
#[repr(C)]
pub struct Match {
    header: Header,
    string: Field,
    pattern: RefField<Pattern>,
    /// Pairs of words.
    more: RefField<Bytes>,
    #[noscan]
    pos: usize,
    #[noscan]
    endpos: usize,
    #[noscan]
    last_group: usize,
    /// The number of spans.
    #[noscan]
    count: usize,
    #[noscan]
    few: [[usize; 2]; FEW],
}

fn pair(span: Option<Span>) -> [usize; 2] {
    span.map_or(NO_SPAN, |(from, to)| [from, to])
}

/// What a span covers; `missing` for that of a group which took no part.
pub fn part(t: &Thread, s: &Subject, span: Option<Span>, missing: Value) -> Result<Value> {
    match span {
        Some((from, to)) => s.slice(t, from, to),
        None => Ok(missing),
    }
}

/// As Python shows it.
fn shown(span: Option<Span>) -> (i64, i64) {
    span.map_or((-1, -1), |(from, to)| (from as i64, to as i64))
}

impl Match {
    pub fn new(t: &Thread, pattern: Ref<Pattern>, string: Value, found: &Found<'_>, w: Window) -> Result<Ref<Match>> {
        let count = found.len();
        let more = RefField::null();
        if count > FEW {
            let words: Vec<u8> = (FEW..count).flat_map(|i| pair(found.span(i))).flat_map(usize::to_ne_bytes).collect();
            more.init(Bytes::new(t, &words)?);
        }
        let few = std::array::from_fn(|i| pair(found.span(i)));
        t.create(Match {
            header: Header::NEW,
            string: Field::new(string),
            pattern: held(pattern),
            more,
            pos: w.start,
            endpos: w.end,
            last_group: found.last_group,
            count,
            few,
        })
    }
    /// What the whole (0) or a group matched.
    fn span_at(&self, i: usize) -> Option<Span> {
        let [from, to] = match self.few.get(i) {
            Some(&span) => span,
            None => {
                let more = self.more.get()?;
                let word = |n: usize| {
                    let bytes = more.as_slice().get(n * size_of::<usize>()..)?.first_chunk()?;
                    Some(usize::from_ne_bytes(*bytes))
                };
                [word(2 * (i - FEW))?, word(2 * (i - FEW) + 1)?]
            }
        };
        ([from, to] != NO_SPAN).then_some((from, to))
    }
    fn spans(&self) -> impl Iterator<Item = Option<Span>> {
        (0..self.count).map(|i| self.span_at(i))
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
        usize::try_from(n).ok().filter(|n| *n < self.count).ok_or_else(|| t.index_error("no such group"))
    }
    fn span_of(&self, t: &Thread, group: Option<Value>) -> Result<Option<Span>> {
        Ok(self.span_at(group.map_or(Ok(0), |g| self.index(t, g))?))
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
            [] => part(t, &Subject::of(t, this.string.get())?, this.span_at(0), Value::NONE),
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
        let all = ValueVec::with_capacity(t, this.count - 1)?;
        for span in this.spans().skip(1) {
            all.push(t, part(t, &s, span, default.unwrap_or(Value::NONE))?)?;
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
        this.span_of(t, group).map(|s| shown(s).0)
    }
    /// Return index of the end of the substring matched by group.
    #[py("($self, group=0, /)")]
    fn end(t: &Thread, this: Ref<Match>, group: Option<Value>) -> Result<i64> {
        this.span_of(t, group).map(|s| shown(s).1)
    }
    /// For match object m, return the 2-tuple (m.start(group), m.end(group)).
    #[py("($self, group=0, /)")]
    fn span(t: &Thread, this: Ref<Match>, group: Option<Value>) -> Result<(i64, i64)> {
        this.span_of(t, group).map(shown)
    }
    /// Return the string obtained by doing backslash substitution on the string template, as done by the sub() method.
    #[py("($self, /, template)")]
    fn expand(t: &Thread, this: Ref<Match>, template: Value) -> Result<Value> {
        let s = Subject::of(t, this.string.get())?;
        let template = compile_template(t, this.pattern.expect(), template)?;
        expand(t, template, &s, |group| (group < this.count).then(|| this.span_at(group)))
    }
    #[py(getter)]
    fn regs(t: &Thread, this: Ref<Match>) -> Result<Ref<Tuple>> {
        let all = ValueVec::with_capacity(t, this.count)?;
        for span in this.spans() {
            all.push(t, shown(span).into_value(t)?)?;
        }
        all.into_tuple(t)
    }
    /// The integer index of the last matched capturing group.
    #[py(getter)]
    fn lastindex(_t: &Thread, this: Ref<Match>) -> Option<i64> {
        Some(this.last_group as i64).filter(|i| *i > 0)
    }
    /// The name of the last matched capturing group.
    #[py(getter)]
    fn lastgroup(_t: &Thread, this: Ref<Match>) -> Value {
        let names = this.pattern.expect().indexgroup.expect();
        if this.last_group == 0 { Value::NONE } else { names.get(this.last_group).unwrap_or(Value::NONE) }
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
        let whole = part(t, &Subject::of(t, this.string.get())?, this.span_at(0), Value::NONE)?;
        let (from, to) = shown(this.span_at(0));
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
