//! Replacing: `sub`, `subn`, `expand`.

use super::matched::Match;
use super::search::with_scratch;
use super::subject::{How, Span, Subject, Window};
use super::{Pattern, held};
use taipan_text::TextBuf;
use taipan_vm::native::*;
use taipan_vm::ops::text_of;

/// A replacement string taken apart: literals, and between them the numbers of groups.
#[derive(HeapType)]
#[repr(C)]
pub struct Template {
    header: Header,
    parts: RefField<Tuple>,
}

#[pyclass(name = "SRE_Template", module = "_sre", flags(NO_NEW))]
impl Template {}

impl Template {
    pub fn new(t: &Thread, template: Ref<List>) -> Result<Ref<Template>> {
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
    /// Adds what it stands for; `span` knows the groups that there are.
    fn put(&self, t: &Thread, out: &mut Output, s: &Subject, span: impl Fn(usize) -> Option<Option<Span>>) -> Result<()> {
        for (i, v) in self.parts.expect().iter().enumerate() {
            if i % 2 == 0 {
                if t.truth(v)? {
                    out.put(t, v)?;
                }
                continue;
            }
            let group = usize::try_from(t.to_isize(v)?).ok().and_then(&span);
            let Some(span) = group else { return Err(t.index_error("no such group")) };
            if let Some((from, to)) = span {
                out.part(s, from, to);
            }
        }
        Ok(())
    }
}

pub fn compile_template(t: &Thread, pattern: Ref<Pattern>, template: Value) -> Result<Ref<Template>> {
    let re = taipan_vm::import::import_module(t, "re")?;
    let v = t.call(t.get_attr(re, Str::intern_str(t, "_compile_template")?)?, &[pattern.value(), template])?;
    v.downcast::<Template>().ok_or_else(|| {
        t.type_error(format!("the result of compiling a replacement string is {}, not Template", class_of(v).name_string()))
    })
}

/// A template with the groups of one match.
pub fn expand(t: &Thread, template: Ref<Template>, s: &Subject, span: impl Fn(usize) -> Option<Option<Span>>) -> Result<Value> {
    if let [only] = template.parts.expect().as_slice() {
        return Ok(*only);
    }
    let mut out = Output::new(s);
    template.put(t, &mut out, s, span)?;
    out.finish(t)
}

/// Pieces joined as `''.join` or `b''.join` would do it.
struct Output {
    text: TextBuf,
    bytes: bool,
    pieces: usize,
    /// The first piece that cannot be joined; told at the end.
    wrong: Option<String>,
}

impl Output {
    fn new(s: &Subject) -> Output {
        Output { text: TextBuf::default(), bytes: s.is_bytes(), pieces: 0, wrong: None }
    }
    /// A part of the subject.
    fn part(&mut self, s: &Subject, from: usize, to: usize) {
        self.pieces += 1;
        let (from, to) = (from.min(s.len()), to.min(s.len()));
        match s {
            Subject::Text(s) => self.text.push_text(text_of(s).slice(from, to)),
            Subject::Bytes(b) => self.text.push_latin1(&b.as_slice()[from..to]),
        }
    }
    fn put(&mut self, t: &Thread, v: Value) -> Result<()> {
        let at = self.pieces;
        self.pieces += 1;
        let text = &mut self.text;
        let joined = if self.bytes {
            t.bytes_like(v, |b| text.push_latin1(b)).is_some()
        } else {
            v.downcast::<Str>().map(|s| text.push_text(text_of(&s))).is_some()
        };
        if !joined && self.wrong.is_none() {
            let wanted = if self.bytes { "a bytes-like object" } else { "str instance" };
            self.wrong = Some(format!("sequence item {at}: expected {wanted}, {} found", class_of(v).name_string()));
        }
        Ok(())
    }
    fn finish(self, t: &Thread) -> Result<Value> {
        match (self.wrong, self.text.as_text()) {
            (Some(wrong), _) => Err(t.type_error(wrong)),
            (None, taipan_text::Text::Latin1(bytes)) if self.bytes => Bytes::new(t, bytes).map(Ref::value),
            _ => t.str_from_text(&self.text).map(Ref::value),
        }
    }
}

/// What takes the place of a match.
enum Replacement {
    Literal(Value),
    Template(Ref<Template>),
    Call(Value),
}

impl Replacement {
    fn new(t: &Thread, pattern: Ref<Pattern>, repl: Value) -> Result<Replacement> {
        if t.is_callable(repl) {
            return Ok(Replacement::Call(repl));
        }
        let plain = match repl.downcast::<Str>() {
            Some(s) => Some(!s.units().iter().any(|c| c == '\\' as u32)),
            None => t.bytes_like(repl, |b| !b.contains(&b'\\')),
        };
        if plain == Some(true) {
            return Ok(Replacement::Literal(repl));
        }
        let template = compile_template(t, pattern, repl)?;
        Ok(match template.parts.expect().as_slice() {
            [only] => Replacement::Literal(*only),
            _ => Replacement::Template(template),
        })
    }
}

/// The subject with at most `count` matches replaced (all for 0), and how many there were.
pub fn replace(t: &Thread, pattern: Ref<Pattern>, repl: Value, string: Value, count: isize) -> Result<(Value, usize)> {
    let replacement = Replacement::new(t, pattern, repl)?;
    let s = pattern.subject(t, string)?;
    let whole = Window::new(&s, None, None);
    let (mut w, mut at, mut n) = (whole, 0, 0);
    let mut out = Output::new(&s);
    while count == 0 || (n as isize) < count {
        let found = with_scratch(|scratch| -> Result<Option<(Span, Option<Ref<Match>>)>> {
            let Some(found) = pattern.run(t, &s, w, How::Search, scratch)? else { return Ok(None) };
            if at < found.whole.0 {
                out.part(&s, at, found.whole.0);
            }
            let m = match &replacement {
                Replacement::Literal(v) => out.put(t, *v).map(|()| None),
                Replacement::Template(template) => {
                    let span = |group| (group < found.len()).then(|| found.span(group));
                    template.put(t, &mut out, &s, span).map(|()| None)
                }
                Replacement::Call(_) => Match::new(t, pattern, string, &found, whole).map(Some),
            }?;
            Ok(Some((found.whole, m)))
        })?;
        let Some((span, m)) = found else { break };
        // User code runs without the scratch.
        if let (Replacement::Call(f), Some(m)) = (&replacement, m) {
            let v = t.call(*f, &[m.value()])?;
            if !v.is_none() {
                out.put(t, v)?;
            }
        }
        (w, at) = (w.behind(span), span.1);
        n += 1;
    }
    if n == 0 {
        return Ok((s.slice(t, 0, w.end)?, 0));
    }
    if at < w.end {
        out.part(&s, at, w.end);
    }
    Ok((out.finish(t)?, n))
}
