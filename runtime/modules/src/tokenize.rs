//! `_tokenize`: the tokens of a source, as module `tokenize` gives them out.
//!
//! The compiler's diagnosing tokenizer does the work. It wants the whole text, so all lines are read before the first token.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicUsize, Ordering::*};
use taipan_compiler::SyntaxError;
use taipan_compiler::source::LineIndex;
use taipan_compiler::tokenizer::{Kind, Tok, tokenize_all};
use taipan_vm::native::*;
use taipan_vm::objects::exceptions as ex;

pub struct Tokenize;

/// Tokenization support.
#[pymodule(name = "_tokenize", classes(TokenizerIter))]
impl Tokenize {}

/// A source and its tokens.
struct Source {
    text: String,
    toks: Vec<Tok>,
    error: Option<SyntaxError>,
    index: LineIndex,
    /// The text ends in a line end that was not read but supplied.
    implied_newline: bool,
    carriage_returns: bool,
}

#[derive(HeapType)]
#[heap(drop)]
#[repr(C)]
pub struct TokenizerIter {
    header: Header,
    readline: Field,
    #[noscan(drop)]
    encoding: Option<String>,
    extra_tokens: bool,
    #[noscan(drop)]
    source: OnceLock<Source>,
    next: AtomicUsize,
}

/// Numbers of the tokens that `token` names.
mod number {
    pub const ENDMARKER: i64 = 0;
    pub const NAME: i64 = 1;
    pub const NUMBER: i64 = 2;
    pub const STRING: i64 = 3;
    pub const NEWLINE: i64 = 4;
    pub const INDENT: i64 = 5;
    pub const DEDENT: i64 = 6;
    pub const OP: i64 = 55;
    pub const FSTRING_START: i64 = 59;
    pub const FSTRING_MIDDLE: i64 = 60;
    pub const FSTRING_END: i64 = 61;
    pub const TSTRING_START: i64 = 62;
    pub const TSTRING_MIDDLE: i64 = 63;
    pub const TSTRING_END: i64 = 64;
    pub const COMMENT: i64 = 65;
    pub const NL: i64 = 66;
}

/// Operators in the order of their numbers, which begin at 7.
const OPERATORS: [&str; 48] = [
    "(", ")", "[", "]", ":", ",", ";", "+", "-", "*", "/", "|", "&", "<", ">", "=", ".", "%", "{", "}", "==", "!=", "<=", ">=",
    "~", "^", "<<", ">>", "**", "+=", "-=", "*=", "/=", "%=", "&=", "|=", "^=", "<<=", ">>=", "**=", "//", "//=", "@", "@=", "->",
    "...", ":=", "!",
];

fn operator_number(text: &str) -> i64 {
    OPERATORS.iter().position(|o| *o == text).map_or(number::OP, |i| 7 + i as i64)
}

impl TokenizerIter {
    /// All lines that `readline` gives.
    fn read(&self, t: &Thread) -> Result<String> {
        let (readline, mut text) = (self.readline.get(), String::new());
        loop {
            let line = match t.call(readline, &[]) {
                Ok(l) => l,
                Err(e) if e.is(t, ex::class(ex::Kind::StopIteration)) => break,
                Err(e) => return Err(e),
            };
            let line = match (&self.encoding, line.downcast::<Str>(), line.downcast::<Bytes>()) {
                (None, Some(s), _) => s,
                (Some(encoding), _, Some(b)) => {
                    let args = [Str::from_str(t, encoding)?.value(), Str::intern_str(t, "replace")?.value()];
                    let decoded = t.call_method(b.value(), names::decode(), &args)?;
                    match decoded.downcast::<Str>() {
                        Some(s) => s,
                        None => return Err(t.type_error("decoder did not return a string")),
                    }
                }
                (None, None, _) => return Err(t.type_error("readline() returned a non-string object")),
                (Some(_), _, None) => return Err(t.type_error("readline() returned a non-bytes object")),
            };
            if line.is_empty() {
                break;
            }
            text.push_str(&line.to_string_lossy());
        }
        Ok(text)
    }

    fn source(&self, t: &Thread) -> Result<&Source> {
        if let Some(s) = self.source.get() {
            return Ok(s);
        }
        let text = self.read(t)?;
        let carriage_returns = text.contains("\r\n");
        let mut text = taipan_compiler::source::normalize_newlines(&text).into_owned();
        let implied_newline = !text.is_empty() && !text.ends_with('\n');
        if implied_newline {
            text.push('\n');
        }
        let (toks, error) = tokenize_all(&text, implied_newline);
        let index = LineIndex::new(&text);
        Ok(self.source.get_or_init(|| Source { text, toks, error, index, implied_newline, carriage_returns }))
    }
}

impl Source {
    fn line_text(&self, line: u32) -> &str {
        let text = self.index.line(&self.text, line);
        let last = self.implied_newline && self.index.position(self.text.len() as u32).0 == line + 1;
        if last { text.trim_end_matches('\n') } else { text }
    }

    /// Line and column in characters.
    fn place(&self, offset: u32) -> (i64, i64) {
        let (line, bytes) = self.index.position(offset);
        let start = (offset - bytes) as usize;
        (i64::from(line), self.text[start..offset as usize].chars().count() as i64)
    }

    fn is_template(&self, tok: usize) -> bool {
        // The string that the token belongs to: the innermost start before it.
        let mut depth = 0;
        for k in (0..=tok).rev() {
            match self.toks[k].kind {
                Kind::FEnd if k != tok => depth += 1,
                Kind::FStart if depth == 0 => {
                    return self.text[self.toks[k].start as usize..]
                        .split(['"', '\''])
                        .next()
                        .is_some_and(|p| p.contains(['t', 'T']));
                }
                Kind::FStart => depth -= 1,
                _ => {}
            }
        }
        false
    }

    fn token(&self, t: &Thread, i: usize, extra: bool) -> Result<Value> {
        let tok = &self.toks[i];
        let mut text = &self.text[tok.start as usize..tok.end as usize];
        let kind = match tok.kind {
            Kind::Name => number::NAME,
            Kind::Number => number::NUMBER,
            Kind::Str => number::STRING,
            Kind::FStart | Kind::FMiddle | Kind::FEnd => {
                let template = self.is_template(i);
                match tok.kind {
                    Kind::FStart if template => number::TSTRING_START,
                    Kind::FStart => number::FSTRING_START,
                    Kind::FMiddle if template => number::TSTRING_MIDDLE,
                    Kind::FMiddle => number::FSTRING_MIDDLE,
                    _ if template => number::TSTRING_END,
                    _ => number::FSTRING_END,
                }
            }
            Kind::Op if extra => number::OP,
            Kind::Op => operator_number(text),
            Kind::Newline => number::NEWLINE,
            Kind::Indent => number::INDENT,
            Kind::Dedent => number::DEDENT,
            Kind::End => number::ENDMARKER,
            Kind::Comment => number::COMMENT,
            Kind::Nl => number::NL,
        };
        let (mut start, mut end) = (self.place(tok.start), self.place(tok.end));
        let trailing = tok.kind == Kind::End || (tok.kind == Kind::Dedent && tok.start as usize >= self.text.len());
        let mut line = match tok.kind {
            Kind::Str | Kind::FMiddle => (start.0..=end.0).map(|l| self.line_text(l as u32)).collect::<String>(),
            _ => self.line_text(start.0 as u32).to_owned(),
        };
        if trailing {
            // Behind the last line, whether or not that was ended.
            let last = self.index.position(self.text.len() as u32).0;
            let last = if self.text.is_empty() { 1 } else { i64::from(last) };
            start = (last, 0);
            end = start;
            text = "";
            line.clear();
        }
        match tok.kind {
            Kind::Newline | Kind::Nl => {
                let implied = self.implied_newline && tok.end as usize == self.text.len();
                text = match () {
                    () if implied => "",
                    () if self.carriage_returns => "\r\n",
                    () => "\n",
                };
                end = (start.0, start.1 + 1);
            }
            Kind::Indent => {
                start = (start.0, 0);
                let (_, bytes) = self.index.position(tok.start);
                text = &self.text[(tok.start - bytes) as usize..tok.start as usize];
            }
            _ => {}
        }
        if !extra {
            match tok.kind {
                Kind::Newline => (text, end) = ("", start),
                // These have no place in the text; the last ones are on its last line.
                Kind::Indent | Kind::Dedent | Kind::End => {
                    let at = if trailing { (start.0 - 1).max(1) } else { start.0 };
                    (text, start, end) = ("", (at, -1), (at, -1));
                    line = self.line_text(at as u32).to_owned();
                }
                _ => {}
            }
        }
        // Doubled braces stand for one.
        let single;
        if tok.kind == Kind::FMiddle && (text.contains("{{") || text.contains("}}")) {
            single = text.replace("{{", "{").replace("}}", "}");
            text = &single;
        }
        let text = Str::from_str(t, text)?.value();
        (Value::small_int(kind), text, start, end, line).into_value(t)
    }
}

#[pyclass(name = "TokenizerIter", module = "_tokenize")]
impl TokenizerIter {
    #[py("(readline, /, *, encoding=<unrepresentable>, extra_tokens=False)", nosig)]
    fn __new__(
        t: &Thread,
        cls: Ref<Class>,
        readline: Value,
        encoding: OrNone<Ref<Str>>,
        extra_tokens: Option<bool>,
    ) -> Result<Ref<TokenizerIter>> {
        t.create_in(
            cls,
            TokenizerIter {
                header: Header::NEW,
                readline: Field::new(readline),
                encoding: encoding.0.map(|s| s.to_string_lossy()),
                extra_tokens: extra_tokens.unwrap_or(false),
                source: OnceLock::new(),
                next: AtomicUsize::new(0),
            },
        )
    }
    #[py]
    fn __iter__(_t: &Thread, this: Ref<TokenizerIter>) -> Ref<TokenizerIter> {
        this
    }
    #[py]
    fn __next__(t: &Thread, this: Ref<TokenizerIter>) -> Result<Option<Value>> {
        let source = this.source(t)?;
        loop {
            let i = this.next.fetch_add(1, Relaxed);
            let failed = source.error.is_some();
            // After an error the end is not one.
            let count = source.toks.len() - usize::from(failed);
            if i >= count {
                this.next.store(count + 1, Relaxed);
                return match &source.error {
                    Some(e) if i == count => Err(ex::syntax_error(t, e, Str::intern_str(t, "<string>")?)),
                    _ => Ok(None),
                };
            }
            if !this.extra_tokens && matches!(source.toks[i].kind, Kind::Comment | Kind::Nl) {
                continue;
            }
            return source.token(t, i, this.extra_tokens).map(Some);
        }
    }
}
