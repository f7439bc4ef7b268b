//! Uncaught exceptions as text: what the interpreter prints when nothing handles an exception.
//!
//! It needs no module of the library, so it works from the first instruction on. The form is that of CPython 3.14's `traceback`
//! module without colours; whoever wants colours calls that module. Errors of user code met on the way (a `__str__` that fails) show
//! up in the text, never as errors.
//!
//! | file | prints |
//! |---|---|
//! | here | chains of exceptions, groups, messages, notes, syntax errors |
//! | [`frames`] | the entries of a stack trace |
//! | [`anchors`] | which part of a line is marked |
//! | [`source`] | where source lines come from |
//! | [`suggest`] | "Did you mean" |

mod anchors;
mod frames;
mod source;
mod suggest;

pub use source::{SourceHook, add_to_linecache, register_source, set_source_hook, source_line};

use crate::native::*;
use crate::objects::exceptions as ex;
use source::Sources;
use std::collections::HashSet;

const CAUSE: &str = "\nThe above exception was the direct cause of the following exception:\n\n";
const CONTEXT: &str = "\nDuring handling of the above exception, another exception occurred:\n\n";
const MAX_GROUP_WIDTH: usize = 15;
const MAX_GROUP_DEPTH: usize = 10;

/// An attribute of `sys`, if the module and the attribute are there.
pub(crate) fn sys_attribute(t: &Thread, name: &str) -> Option<Value> {
    let sys = crate::startup::root(crate::startup::Root::Sys).downcast::<Dict>()?;
    sys.get_str(t, Str::intern_str(t, name).ok()?).ok().flatten()
}

/// A string as a stream with `backslashreplace` shows it.
pub(crate) fn printable(s: Ref<Str>) -> String {
    match s.to_utf8() {
        Some(text) => text.into_owned(),
        None => {
            let mut out = String::new();
            for c in s.units().iter() {
                match char::from_u32(c) {
                    Some(c) => out.push(c),
                    None => out.push_str(&format!("\\u{c:04x}")),
                }
            }
            out
        }
    }
}

/// Prints an exception to `sys.stderr`, as `sys.excepthook` does; to the process's standard error before that exists.
pub fn print_exception(t: &Thread, exc: Value) {
    let text = format_exception(t, exc);
    match Str::from_str(t, &text) {
        Ok(s) => write_stderr(t, s),
        Err(_) => eprint!("{text}"),
    }
}

/// Writes to `sys.stderr`; to the process's standard error if that is not there yet or fails.
pub(crate) fn write_stderr(t: &Thread, text: Ref<Str>) {
    let written = match sys_attribute(t, "stderr") {
        Some(Value::NONE) => true,
        Some(stream) => {
            let write = || {
                t.call_method(stream, names::write(), &[text.value()])?;
                t.call_method(stream, names::flush(), &[])
            };
            write().is_ok()
        }
        None => false,
    };
    if !written {
        eprint!("{}", printable(text));
    }
}

/// As [`write_stderr`], of a Rust string.
pub(crate) fn write_stderr_text(t: &Thread, text: &str) {
    match Str::from_str(t, text) {
        Ok(s) => write_stderr(t, s),
        Err(_) => eprint!("{text}"),
    }
}

/// The text of an exception: its chain, stack traces, message and notes.
pub fn format_exception(t: &Thread, exc: Value) -> String {
    let mut reports = Reports::new(t);
    if reports.collect(t, exc).is_err() {
        return "<the exception could not be shown: out of memory>\n".to_owned();
    }
    let mut printer = Printer { reports: &reports.all, out: String::new(), depth: 0, need_close: false };
    printer.exception(0);
    printer.out
}

/// One exception of a chain or group, with what it prints.
#[derive(Default)]
struct Report {
    stack: Vec<String>,
    /// Message and notes.
    last: Vec<String>,
    cause: Option<usize>,
    context: Option<usize>,
    suppresses_context: bool,
    exceptions: Option<Vec<usize>>,
}

struct Reports {
    all: Vec<Report>,
    /// The exception of each report.
    nodes: ValueVec,
    seen: HashSet<u64>,
    sources: Sources,
    limit: Option<usize>,
}

impl Reports {
    fn new(t: &Thread) -> Reports {
        let mut search = Vec::new();
        if let Some(path) = sys_attribute(t, "path").and_then(|p| p.downcast::<List>()) {
            for i in 0..path.len() {
                search.extend(path.get(i).and_then(|v| v.downcast::<Str>()).map(|s| s.to_string_lossy().into()));
            }
        }
        let limit = sys_attribute(t, "tracebacklimit").and_then(|v| v.as_small_int()).map(|n| n.max(0) as usize);
        Reports { all: Vec::new(), nodes: ValueVec::new(), seen: HashSet::new(), sources: Sources::new(search), limit }
    }

    /// Adds an exception without those it refers to.
    fn add(&mut self, t: &Thread, exc: Value) -> Result<usize> {
        self.seen.insert(exc.bits());
        let tb = ex::traceback_of(exc);
        let stack = frames::format_stack(t, tb, self.limit, &mut self.sources);
        let suppresses_context = exc.downcast::<ex::BaseException>().is_some_and(|e| e.suppresses_context());
        self.all.push(Report { stack, last: exception_only(t, exc), suppresses_context, ..Report::default() });
        self.nodes.push(t, exc)?;
        Ok(self.all.len() - 1)
    }

    /// Adds `exc` and all that will be printed with it: report 0 is its own.
    fn collect(&mut self, t: &Thread, exc: Value) -> Result<()> {
        let mut queue = vec![self.add(t, exc)?];
        while let Some(i) = queue.pop() {
            let Some(e) = self.nodes.get(i).and_then(|v| v.downcast::<ex::BaseException>()) else { continue };
            let cause = match e.cause() {
                Some(c) if !self.seen.contains(&c.value().bits()) => Some(self.add(t, c.value())?),
                _ => None,
            };
            let context = match e.context() {
                Some(c) if cause.is_none() && !e.suppresses_context() && !self.seen.contains(&c.value().bits()) => {
                    Some(self.add(t, c.value())?)
                }
                _ => None,
            };
            let mut exceptions = None;
            if let Some(group) = e.value().downcast::<ex::BaseExceptionGroup>() {
                let mut nested = Vec::new();
                for x in group.exceptions().iter() {
                    nested.push(self.add(t, x)?);
                }
                exceptions = Some(nested);
            }
            queue.extend(cause);
            queue.extend(context);
            queue.extend(exceptions.iter().flatten());
            let report = &mut self.all[i];
            (report.cause, report.context, report.exceptions) = (cause, context, exceptions);
        }
        Ok(())
    }
}

/// Puts reports together; exception groups indent what is theirs.
struct Printer<'a> {
    reports: &'a [Report],
    out: String,
    /// Depth of nested groups.
    depth: usize,
    need_close: bool,
}

impl Printer<'_> {
    fn indent(&self) -> String {
        " ".repeat(2 * self.depth)
    }
    fn emit(&mut self, text: &str, margin: char) {
        if self.depth == 0 {
            self.out.push_str(text);
            return;
        }
        let prefix = format!("{}{margin} ", self.indent());
        for line in split_keeping_ends(text) {
            self.out.push_str(&prefix);
            self.out.push_str(line);
        }
    }
    fn emit_all(&mut self, texts: &[String]) {
        for text in texts {
            self.emit(text, '|');
        }
    }

    /// The chain that ends in report `i`.
    fn exception(&mut self, i: usize) {
        let reports = self.reports;
        let mut chain = vec![(None, i)];
        let mut at = i;
        loop {
            let r = &reports[at];
            let (message, next) = match (r.cause, r.context) {
                (Some(c), _) => (CAUSE, c),
                (None, Some(c)) if !r.suppresses_context => (CONTEXT, c),
                _ => break,
            };
            // The message comes after the earlier exception, before the later one.
            if let Some(last) = chain.last_mut() {
                last.0 = Some(message);
            }
            chain.push((None, next));
            at = next;
        }
        for (message, i) in chain.into_iter().rev() {
            if let Some(message) = message {
                self.emit(message, '|');
            }
            let r = &reports[i];
            match &r.exceptions {
                None => {
                    if !r.stack.is_empty() {
                        self.emit("Traceback (most recent call last):\n", '|');
                        self.emit_all(&r.stack);
                    }
                    self.emit_all(&r.last);
                }
                Some(_) if self.depth > MAX_GROUP_DEPTH => self.emit(&format!("... (max_group_depth is {MAX_GROUP_DEPTH})\n"), '|'),
                Some(nested) => self.group(r, nested),
            }
        }
    }

    fn group(&mut self, r: &Report, nested: &[usize]) {
        let top = self.depth == 0;
        if top {
            self.depth += 1;
        }
        if !r.stack.is_empty() {
            self.emit("Exception Group Traceback (most recent call last):\n", if top { '+' } else { '|' });
            self.emit_all(&r.stack);
        }
        self.emit_all(&r.last);
        let shown = if nested.len() <= MAX_GROUP_WIDTH { nested.len() } else { MAX_GROUP_WIDTH + 1 };
        self.need_close = false;
        for i in 0..shown {
            let is_last = i == shown - 1;
            if is_last {
                // The frame may be closed by a group inside the last exception.
                self.need_close = true;
            }
            let truncated = i >= MAX_GROUP_WIDTH;
            let title = if truncated { "...".to_owned() } else { (i + 1).to_string() };
            let corner = if i == 0 { "+-" } else { "  " };
            let line = format!("{}{corner}+---------------- {title} ----------------\n", self.indent());
            self.out.push_str(&line);
            self.depth += 1;
            if truncated {
                let more = nested.len() - MAX_GROUP_WIDTH;
                self.emit(&format!("and {more} more exception{}\n", if more > 1 { "s" } else { "" }), '|');
            } else {
                self.exception(nested[i]);
            }
            if is_last && self.need_close {
                let line = format!("{}+------------------------------------\n", self.indent());
                self.out.push_str(&line);
                self.need_close = false;
            }
            self.depth -= 1;
        }
        if top {
            self.depth = 0;
        }
    }
}

/// Lines with their ends, as `str.splitlines(True)`.
fn split_keeping_ends(text: &str) -> Vec<&str> {
    let mut out = Vec::new();
    let mut start = 0;
    let mut chars = text.char_indices().peekable();
    while let Some((i, c)) = chars.next() {
        if !taipan_text::unicode::is_line_break(c as u32) {
            continue;
        }
        let mut end = i + c.len_utf8();
        if c == '\r' && chars.peek().is_some_and(|(_, n)| *n == '\n') {
            chars.next();
            end += 1;
        }
        out.push(&text[start..end]);
        start = end;
    }
    if start < text.len() {
        out.push(&text[start..]);
    }
    out
}

/// `str(v)`, or what tells that it failed.
fn safe_str(t: &Thread, v: Value, what: &str) -> String {
    t.str(v).map_or_else(|_| format!("<{what} str() failed>"), printable)
}
fn safe_repr(t: &Thread, v: Value, what: &str) -> String {
    t.repr(v).map_or_else(|_| format!("<{what} repr() failed>"), printable)
}

/// `module.Class`; without a module of `builtins` and `__main__`.
fn class_title(t: &Thread, class: Ref<Class>) -> String {
    let text = |name: Ref<Str>| t.get_attr(class.value(), name).ok().and_then(|v| v.downcast::<Str>()).map(printable);
    let qualname = text(names::__qualname__()).unwrap_or_else(|| class.name_string());
    match text(names::__module__()) {
        Some(m) if m == "builtins" || m == "__main__" => qualname,
        Some(m) => format!("{m}.{qualname}"),
        None => format!("<unknown>.{qualname}"),
    }
}

/// The part after the stack trace: message and notes.
pub fn exception_only(t: &Thread, exc: Value) -> Vec<String> {
    let title = class_title(t, class_of(exc));
    let mut out = Vec::new();
    if ex::is_instance(exc, ex::Kind::SyntaxError) {
        syntax_error(t, exc, &title, &mut out);
    } else {
        let mut message = safe_str(t, exc, "exception");
        message.push_str(&suggest::suggestion_text(t, exc));
        out.push(if message.is_empty() { format!("{title}\n") } else { format!("{title}: {message}\n") });
    }
    match t.get_attr_opt(exc, names::__notes__()) {
        Err(e) => add_note(&mut out, &format!("Ignored error getting __notes__: {}", safe_repr(t, e.value(), "__notes__"))),
        Ok(None | Some(Value::NONE)) => {}
        Ok(Some(notes)) => {
            let is_text = notes.downcast::<Str>().is_some() || notes.downcast::<Bytes>().is_some();
            let all = if !is_text && t.is_sequence(notes) { t.iterate_to_vec(notes).ok() } else { None };
            match all {
                Some(all) => all.iter().for_each(|note| add_note(&mut out, &safe_str(t, note, "note"))),
                None => out.push(format!("{}\n", safe_repr(t, notes, "__notes__"))),
            }
        }
    }
    out
}

fn add_note(out: &mut Vec<String>, note: &str) {
    out.extend(note.split('\n').map(|line| format!("{line}\n")));
}

/// A `SyntaxError`: the place, the line with carets, the message.
fn syntax_error(t: &Thread, exc: Value, title: &str, out: &mut Vec<String>) {
    let get = |name: &str| t.get_attr(exc, Str::intern_str(t, name).ok()?).ok().filter(|v| !v.is_none());
    let text_of = |v: Value| t.str(v).map_or_else(|_| String::new(), printable);
    let filename = get("filename").map(text_of);
    let lineno = get("lineno").map(text_of);
    let mut suffix = String::new();
    match (&lineno, &filename) {
        (Some(line), _) => {
            let name = filename.as_deref().filter(|f| !f.is_empty()).unwrap_or("<string>");
            out.push(format!("  File \"{name}\", line {line}\n"));
        }
        (None, Some(name)) => suffix = format!(" ({name})"),
        (None, None) => {}
    }
    if let Some(text) = get("text").and_then(|v| v.downcast::<Str>()) {
        let end = if lineno == get("end_lineno").map(text_of) {
            get("end_offset").and_then(|v| v.as_small_int())
        } else {
            Some(i64::MAX)
        };
        let offset = get("offset");
        match offset {
            None => out.push(format!("    {}\n", caret_text(&printable(text)).1.iter().collect::<String>())),
            Some(v) => {
                if let Some(offset) = v.as_small_int() {
                    carets(&printable(text), offset, end, out);
                }
            }
        }
    }
    let message = get("msg").map(text_of).filter(|m| !m.is_empty()).unwrap_or_else(|| "<no detail available>".to_owned());
    out.push(format!("{title}: {message}{suffix}\n"));
}

/// A line without its newline: how many characters are blank before its text, the text, the length of both.
fn caret_text(text: &str) -> (usize, Vec<char>, usize) {
    let whole = text.trim_end_matches('\n');
    let stripped = whole.trim_start_matches([' ', '\n', '\u{c}']);
    let length = whole.chars().count();
    let stripped: Vec<char> = stripped.chars().collect();
    (length - stripped.len(), stripped, length)
}

/// The line of a syntax error with carets from `offset` to `end` (from 1; an `end` of `i64::MAX` is that of the line).
fn carets(text: &str, offset: i64, end: Option<i64>, out: &mut Vec<String>) {
    let (spaces, line, length) = caret_text(text);
    let (spaces, past_end) = (spaces as i64, length as i64 + 1);
    let whole = text.chars().count() as i64;
    let mut offset = offset;
    let mut end = match end {
        Some(i64::MAX) => past_end,
        Some(0) | None => offset,
        Some(end) => end,
    };
    if whole > 0 && offset > whole {
        offset = past_end;
    }
    if whole > 0 && end > whole {
        end = past_end;
    }
    if offset >= end || end < 0 {
        end = offset + 1;
    }
    let (from, to) = (offset - 1 - spaces, end - 1 - spaces);
    out.push(format!("    {}\n", line.iter().collect::<String>()));
    if from >= 0 {
        // Tabs and their like keep the carets aligned.
        let blank: String = line.iter().take(from as usize).map(|&c| if c.is_whitespace() { c } else { ' ' }).collect();
        out.push(format!("    {blank}{}\n", "^".repeat((to - from) as usize)));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn syntax_error_carets() {
        let show = |text: &str, offset, end| {
            let mut out = Vec::new();
            carets(text, offset, end, &mut out);
            out.concat()
        };
        assert_eq!(show("  x = = 1\n", 7, Some(8)), "    x = = 1\n        ^\n");
        assert_eq!(show("f(\n", 2, Some(0)), "    f(\n     ^\n");
        assert_eq!(show("abc\n", 1, Some(i64::MAX)), "    abc\n    ^^^\n");
        assert_eq!(show("abc\n", 99, None), "    abc\n       ^\n");
    }

    #[test]
    fn line_ends_are_kept() {
        assert_eq!(split_keeping_ends("a\r\nb\u{2028}c"), ["a\r\n", "b\u{2028}", "c"]);
    }
}
