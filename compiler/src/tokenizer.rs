//! A tokenizer for diagnosis: run only when parsing failed, it finds what CPython's tokenizer complains about, in
//! its words and at its columns, and gives the tokens that [`crate::diagnose`] works on.
//!
//! Columns of tokenizer errors are where the tokenizer has read to, not where a token starts; [`Place`] keeps such
//! positions apart from ranges.

use crate::errors::{Error, Place};
use crate::unit::SyntaxErrorKind;

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Kind {
    Name,
    Number,
    Str,
    /// Start of an f-string or t-string.
    FStart,
    FMiddle,
    FEnd,
    Op,
    Newline,
    Indent,
    Dedent,
    End,
    /// A comment, and a line end that ends no statement: only where [`tokenize_all`] gives them.
    Comment,
    Nl,
}

#[derive(Clone, Copy, Debug)]
pub struct Tok {
    pub kind: Kind,
    pub start: u32,
    pub end: u32,
    /// Brackets open after it.
    pub level: u16,
}

/// How tokenizing ended.
pub enum Outcome {
    Done,
    /// The input ends inside a bracket.
    Unclosed,
    /// Reported whatever the parser says.
    Error(Box<Error>),
    /// Reported if the parser gets that far.
    Pending(Box<Error>),
}

pub struct Tokens {
    pub toks: Vec<Tok>,
    pub outcome: Outcome,
    /// The innermost bracket still open at the end: its offset.
    pub open: Option<u32>,
    /// All of the text was read.
    pub at_end: bool,
}

const MAX_LEVEL: usize = 200;
const MAX_INDENT: usize = 100;

struct FString {
    quote: u8,
    triple: bool,
    raw: bool,
    start: usize,
    /// Bracket level of each replacement field that is open, and whether its format specification has begun.
    fields: Vec<(usize, bool)>,
    letter: char,
}

struct Tokenizer<'a> {
    text: &'a str,
    bytes: &'a [u8],
    at: usize,
    toks: Vec<Tok>,
    brackets: Vec<(u8, usize)>,
    indents: Vec<(usize, usize)>,
    fstrings: Vec<FString>,
    line_start: bool,
    blank: bool,
    /// Comments and insignificant line ends become tokens too, and what only a parser must refuse is let through: brackets that
    /// do not match, identifiers with any character, numbers with anything behind them.
    trivia: bool,
}

type Step = Result<(), Outcome>;

/// Tokenizes `text`, which ends in a newline unless it is empty.
pub fn tokenize(text: &str) -> Tokens {
    run(text, false)
}

/// All tokens of `text`, comments and insignificant line ends included, up to the error if there is one. `implied_newline`: the
/// text's last line end was not in the source.
pub fn tokenize_all(text: &str, implied_newline: bool) -> (Vec<Tok>, Option<crate::unit::SyntaxError>) {
    let tokens = run(text, true);
    let end_of_text = || {
        let line = text.lines().count().max(1) as u32;
        let offset = if implied_newline { text.lines().last().map_or(0, str::len) as u32 + 1 } else { 0 };
        let place = Place { line, offset, end_line: line, end_offset: 0 };
        Error::placed(SyntaxErrorKind::Syntax, place, "unexpected EOF in multi-line statement")
    };
    let error = match tokens.outcome {
        Outcome::Done => None,
        Outcome::Unclosed => Some(end_of_text()),
        Outcome::Error(e) | Outcome::Pending(e) if e.message == "unexpected EOF while parsing" => Some(end_of_text()),
        Outcome::Error(e) | Outcome::Pending(e) => Some(e),
    };
    let error = error.map(|e| {
        let mut e = e.locate(text, &crate::source::LineIndex::new(text));
        if let Some(line) = &mut e.text
            && e.message.starts_with("unindent")
            && line.ends_with('\n')
        {
            line.pop();
        }
        e
    });
    (tokens.toks, error)
}

fn run(text: &str, trivia: bool) -> Tokens {
    let mut t = Tokenizer {
        text,
        bytes: text.as_bytes(),
        at: 0,
        toks: Vec::new(),
        brackets: Vec::new(),
        indents: vec![(0, 0)],
        fstrings: Vec::new(),
        line_start: true,
        blank: true,
        trivia,
    };
    let outcome = match t.run() {
        Ok(()) => {
            if t.brackets.is_empty() {
                Outcome::Done
            } else {
                Outcome::Unclosed
            }
        }
        // In an f-string the parser's own error goes first.
        Err(Outcome::Error(e)) if !t.fstrings.is_empty() => Outcome::Pending(e),
        Err(o) => o,
    };
    let at_end = t.at >= text.trim_end_matches('\n').len();
    let end = t.at.min(text.len()) as u32;
    if matches!(outcome, Outcome::Done) {
        while t.indents.len() > 1 {
            t.indents.pop();
            t.push(Kind::Dedent, text.len(), text.len());
        }
    }
    t.toks.push(Tok { kind: Kind::End, start: end, end, level: t.brackets.len() as u16 });
    let open = t.brackets.last().map(|b| b.1 as u32);
    Tokens { toks: t.toks, outcome, open, at_end }
}

impl<'a> Tokenizer<'a> {
    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    fn peek_at(&self, n: usize) -> Option<u8> {
        self.bytes.get(self.at + n).copied()
    }

    fn push(&mut self, kind: Kind, start: usize, end: usize) {
        let level = self.brackets.len() as u16;
        self.toks.push(Tok { kind, start: start as u32, end: end as u32, level });
    }

    fn line_begin(&self, at: usize) -> usize {
        self.bytes[..at].iter().rposition(|b| *b == b'\n').map_or(0, |i| i + 1)
    }

    fn line_number(&self, at: usize) -> usize {
        self.bytes[..at.min(self.bytes.len())].iter().filter(|b| **b == b'\n').count() + 1
    }

    fn column(&self, at: usize) -> u32 {
        self.text[self.line_begin(at)..at].chars().count() as u32
    }

    /// An error whose column is the number of characters read on the line.
    fn error_at(&self, at: usize, message: impl Into<String>) -> Outcome {
        let line = self.line_number(at) as u32;
        let column = self.column(at);
        Outcome::Error(Error::placed(
            SyntaxErrorKind::Syntax,
            Place { line, offset: column, end_line: line, end_offset: column },
            message,
        ))
    }

    fn error_range(&self, start: usize, end: usize, message: impl Into<String>) -> Outcome {
        let line = self.line_number(start) as u32;
        Outcome::Error(Error::placed(
            SyntaxErrorKind::Syntax,
            Place { line, offset: self.column(start) + 1, end_line: line, end_offset: self.column(end) },
            message,
        ))
    }

    fn run(&mut self) -> Step {
        loop {
            if let Some(f) = self.fstrings.last() {
                let in_text = match f.fields.last() {
                    None => true,
                    Some((level, spec)) => *spec && self.brackets.len() == *level,
                };
                if in_text {
                    self.fstring_middle()?;
                    continue;
                }
            }
            if self.line_start {
                self.line_start = false;
                if self.indentation()? {
                    continue;
                }
            }
            while matches!(self.peek(), Some(b' ' | b'\t' | b'\x0c')) {
                self.at += 1;
            }
            let Some(b) = self.peek() else {
                // In a replacement field its brace is what was not closed.
                return Ok(());
            };
            let start = self.at;
            match b {
                b'#' => {
                    while !matches!(self.peek(), None | Some(b'\n')) {
                        self.at += 1;
                    }
                    if self.trivia {
                        self.push(Kind::Comment, start, self.at);
                    }
                }
                b'\n' => {
                    self.at += 1;
                    if self.trivia && (self.blank || !self.brackets.is_empty()) {
                        self.push(Kind::Nl, start, start + 1);
                    }
                    if self.brackets.is_empty() {
                        self.line_start = true;
                        if !self.blank {
                            self.push(Kind::Newline, start, start + 1);
                        }
                        self.blank = true;
                    }
                    continue;
                }
                b'\\' => {
                    self.at += 1;
                    if self.peek() != Some(b'\n') {
                        let line = self.line_number(start) as u32;
                        return Err(Outcome::Pending(Error::placed(
                            SyntaxErrorKind::Syntax,
                            Place {
                                line,
                                offset: self.column(self.at) + 1 + u32::from(self.trivia),
                                end_line: line,
                                end_offset: 0,
                            },
                            "unexpected character after line continuation character",
                        )));
                    }
                    self.at += 1;
                    if self.at >= self.text.len() {
                        let line = self.line_number(start) as u32;
                        return Err(Outcome::Pending(Error::placed(
                            SyntaxErrorKind::Syntax,
                            Place { line, offset: self.column(self.at - 1) + 1, end_line: line, end_offset: crate::NO_COLUMN },
                            "unexpected EOF while parsing",
                        )));
                    }
                }
                b'0'..=b'9' => {
                    self.blank = false;
                    self.number()?;
                    self.push(Kind::Number, start, self.at);
                }
                b'.' if matches!(self.peek_at(1), Some(b'0'..=b'9')) => {
                    self.blank = false;
                    self.at += 1;
                    self.fraction()?;
                    self.push(Kind::Number, start, self.at);
                }
                b'"' | b'\'' => {
                    self.blank = false;
                    self.string(start)?;
                }
                b if b.is_ascii_alphabetic() || b == b'_' || b >= 0x80 => {
                    self.blank = false;
                    self.name()?;
                }
                _ => {
                    self.blank = false;
                    self.operator()?;
                }
            }
        }
    }

    /// Measures the indentation of a line; true if the line was blank and is done.
    fn indentation(&mut self) -> Result<bool, Outcome> {
        let (mut col, mut alt) = (0, 0);
        let mut continued = 0;
        loop {
            match self.peek() {
                Some(b' ') => {
                    col += 1;
                    alt += 1;
                }
                Some(b'\t') => {
                    col = (col / 8 + 1) * 8;
                    alt += 1;
                }
                Some(b'\x0c') => {
                    col = 0;
                    alt = 0;
                }
                Some(b'\\') if self.peek_at(1) == Some(b'\n') => {
                    // The indentation that counts is that of the first line.
                    if continued == 0 {
                        continued = col;
                    }
                    self.at += 2;
                    if self.at >= self.text.len() {
                        let line = self.line_number(self.at - 1) as u32;
                        return Err(Outcome::Pending(Error::placed(
                            SyntaxErrorKind::Syntax,
                            Place { line, offset: self.column(self.at - 1) + 1, end_line: line, end_offset: crate::NO_COLUMN },
                            "unexpected EOF while parsing",
                        )));
                    }
                    continue;
                }
                _ => break,
            }
            self.at += 1;
        }
        if matches!(self.peek(), None | Some(b'#' | b'\n')) {
            return Ok(false);
        }
        if continued > 0 {
            (col, alt) = (continued, continued);
        }
        let (top, top_alt) = *self.indents.last().unwrap_or(&(0, 0));
        let tabs = |t: &Self| {
            let line = t.line_number(t.at) as u32;
            Outcome::Pending(Error::placed(
                SyntaxErrorKind::Tab,
                Place { line, offset: 1, end_line: line, end_offset: 0 },
                "inconsistent use of tabs and spaces in indentation",
            ))
        };
        if col == top {
            if alt != top_alt {
                return Err(tabs(self));
            }
        } else if col > top {
            if self.indents.len() >= MAX_INDENT {
                let line = self.line_number(self.at) as u32;
                return Err(Outcome::Pending(Error::placed(
                    SyntaxErrorKind::Indentation,
                    Place { line, offset: 1, end_line: line, end_offset: 0 },
                    "too many levels of indentation",
                )));
            }
            if alt <= top_alt {
                return Err(tabs(self));
            }
            self.indents.push((col, alt));
            self.push(Kind::Indent, self.at, self.at);
        } else {
            while self.indents.len() > 1 && self.indents.last().is_some_and(|i| col < i.0) {
                self.indents.pop();
                self.push(Kind::Dedent, self.at, self.at);
            }
            if self.indents.last().is_some_and(|i| i.0 != col) {
                let line = self.line_number(self.at) as u32;
                let end = self.bytes[self.at..].iter().position(|b| *b == b'\n').map_or(self.text.len(), |k| self.at + k);
                return Err(Outcome::Pending(Error::placed(
                    SyntaxErrorKind::Indentation,
                    Place { line, offset: self.column(end) + 1, end_line: line, end_offset: crate::NO_COLUMN },
                    "unindent does not match any outer indentation level",
                )));
            }
            if self.indents.last().is_some_and(|i| i.1 != alt) {
                return Err(tabs(self));
            }
        }
        Ok(false)
    }

    fn name(&mut self) -> Step {
        let start = self.at;
        // A string prefix?
        let mut k = 0;
        let (mut b, mut u, mut r, mut f, mut t) = (false, false, false, false, false);
        while let Some(c) = self.peek_at(k) {
            match c {
                b'b' | b'B' if !b => b = true,
                b'u' | b'U' if !u => u = true,
                b'r' | b'R' if !r => r = true,
                b'f' | b'F' if !f => f = true,
                b't' | b'T' if !t => t = true,
                b'"' | b'\'' => {
                    let clash = [
                        (u && b, "u", "b"),
                        (u && r, "u", "r"),
                        (u && f, "u", "f"),
                        (u && t, "u", "t"),
                        (b && f, "b", "f"),
                        (b && t, "b", "t"),
                        (f && t, "f", "t"),
                    ];
                    if let Some((_, x, y)) = clash.iter().find(|c| c.0) {
                        return Err(self.error_range(start, start + k + 1, format!("'{x}' and '{y}' prefixes are incompatible")));
                    }
                    self.at += k;
                    if f || t {
                        return self.fstring_start(start, r, if f { 'f' } else { 't' });
                    }
                    return self.string(start);
                }
                _ => break,
            }
            k += 1;
        }
        while self.peek().is_some_and(|c| c.is_ascii_alphanumeric() || c == b'_' || c >= 0x80) {
            self.at += 1;
        }
        let word = &self.text[start..self.at];
        if !word.is_ascii() && !self.trivia {
            for (i, c) in word.char_indices() {
                let ok = if i == 0 { is_xid_start(c) } else { is_xid_continue(c) };
                if !ok && !c.is_ascii() {
                    let code = c as u32;
                    let message = if is_printable(c) {
                        format!("invalid character '{c}' (U+{code:04X})")
                    } else {
                        format!("invalid non-printable character U+{code:04X}")
                    };
                    return Err(self.error_at(start + i + c.len_utf8(), message));
                }
            }
        }
        self.push(Kind::Name, start, self.at);
        Ok(())
    }

    // ---- numbers

    fn number_end(&mut self, kind: &str) -> Step {
        let rest = &self.bytes[self.at..];
        // Keywords that may follow a number without a space.
        if self.trivia {
            return Ok(());
        }
        let keyword = [&b"and"[..], b"else", b"for", b"if", b"in", b"is", b"or", b"not"].iter().any(|k| rest.starts_with(k));
        if keyword {
            return Ok(());
        }
        match self.peek() {
            Some(c) if c.is_ascii_alphanumeric() || c == b'_' => Err(self.error_at(self.at, format!("invalid {kind} literal"))),
            _ => Ok(()),
        }
    }

    fn digits(&mut self) -> Step {
        loop {
            while matches!(self.peek(), Some(b'0'..=b'9')) {
                self.at += 1;
            }
            if self.peek() != Some(b'_') {
                return Ok(());
            }
            self.at += 1;
            if !matches!(self.peek(), Some(b'0'..=b'9')) {
                return Err(self.error_at(self.at, "invalid decimal literal"));
            }
        }
    }

    fn radix(&mut self, kind: &str, digit: fn(u8) -> bool) -> Step {
        self.at += 2;
        loop {
            if self.peek() == Some(b'_') {
                self.at += 1;
            }
            match self.peek() {
                Some(c) if digit(c) => {}
                Some(c) if c.is_ascii_digit() => {
                    return Err(self.error_at(self.at + 1, format!("invalid digit '{}' in {kind} literal", c as char)));
                }
                _ => return Err(self.error_at(self.at, format!("invalid {kind} literal"))),
            }
            while self.peek().is_some_and(digit) {
                self.at += 1;
            }
            if self.peek() != Some(b'_') {
                break;
            }
        }
        if let Some(c) = self.peek()
            && c.is_ascii_digit()
        {
            return Err(self.error_at(self.at + 1, format!("invalid digit '{}' in {kind} literal", c as char)));
        }
        self.number_end(kind)
    }

    fn number(&mut self) -> Step {
        let start = self.at;
        if self.peek() == Some(b'0') {
            match self.peek_at(1) {
                Some(b'x' | b'X') => return self.radix("hexadecimal", |c| c.is_ascii_hexdigit()),
                Some(b'o' | b'O') => return self.radix("octal", |c| (b'0'..=b'7').contains(&c)),
                Some(b'b' | b'B') => return self.radix("binary", |c| c == b'0' || c == b'1'),
                _ => {}
            }
            loop {
                if self.peek() == Some(b'_') {
                    self.at += 1;
                    if !matches!(self.peek(), Some(b'0'..=b'9')) {
                        return Err(self.error_at(self.at, "invalid decimal literal"));
                    }
                }
                if self.peek() != Some(b'0') {
                    break;
                }
                self.at += 1;
            }
            let zeros = self.at;
            let nonzero = matches!(self.peek(), Some(b'1'..=b'9'));
            if nonzero {
                self.digits()?;
            }
            match self.peek() {
                Some(b'.') => {
                    self.at += 1;
                    return self.fraction();
                }
                Some(b'e' | b'E') if self.exponent_follows() => return self.exponent(),
                Some(b'e' | b'E') => self.number_end("decimal")?,
                Some(b'j' | b'J') => return self.imaginary(),
                _ => {}
            }
            if nonzero && !self.trivia {
                return Err(self.error_range(
                    start,
                    zeros + 1,
                    "leading zeros in decimal integer literals are not permitted; use an 0o prefix for octal integers",
                ));
            }
            return self.number_end("decimal");
        }
        self.digits()?;
        match self.peek() {
            Some(b'.') => {
                self.at += 1;
                self.fraction()
            }
            Some(b'e' | b'E') if self.exponent_follows() => self.exponent(),
            Some(b'j' | b'J') => self.imaginary(),
            _ => self.number_end("decimal"),
        }
    }

    fn fraction(&mut self) -> Step {
        if matches!(self.peek(), Some(b'0'..=b'9')) {
            self.digits()?;
        }
        match self.peek() {
            Some(b'e' | b'E') if self.exponent_follows() => self.exponent(),
            Some(b'j' | b'J') => self.imaginary(),
            _ => self.number_end("decimal"),
        }
    }

    fn exponent_follows(&self) -> bool {
        matches!(self.peek_at(1), Some(b'0'..=b'9' | b'+' | b'-'))
    }

    fn exponent(&mut self) -> Step {
        self.at += 1;
        if matches!(self.peek(), Some(b'+' | b'-')) {
            self.at += 1;
            if !matches!(self.peek(), Some(b'0'..=b'9')) {
                return Err(self.error_at(self.at, "invalid decimal literal"));
            }
        }
        self.digits()?;
        match self.peek() {
            Some(b'j' | b'J') => self.imaginary(),
            _ => self.number_end("decimal"),
        }
    }

    fn imaginary(&mut self) -> Step {
        self.at += 1;
        self.number_end("imaginary")
    }

    // ---- strings

    fn quote(&mut self) -> (u8, bool) {
        let q = self.bytes[self.at];
        let triple = self.peek_at(1) == Some(q) && self.peek_at(2) == Some(q);
        self.at += if triple { 3 } else { 1 };
        (q, triple)
    }

    fn string(&mut self, start: usize) -> Step {
        let (q, triple) = self.quote();
        let mut escaped_quote = false;
        loop {
            match self.peek() {
                None => break,
                Some(b'\n') if !triple => break,
                Some(b'\\') => {
                    self.at += 1;
                    if self.peek() == Some(q) {
                        escaped_quote = true;
                    }
                    if self.peek().is_none() {
                        break;
                    }
                    self.at += 1;
                }
                Some(c) if c == q => {
                    if !triple {
                        self.at += 1;
                        self.push(Kind::Str, start, self.at);
                        return Ok(());
                    }
                    if self.peek_at(1) == Some(q) && self.peek_at(2) == Some(q) {
                        self.at += 3;
                        self.push(Kind::Str, start, self.at);
                        return Ok(());
                    }
                    self.at += 1;
                }
                Some(_) => self.at += 1,
            }
        }
        // In a replacement field it is the end of the f-string that came too early.
        if let Some(f) = self.fstrings.last()
            && f.quote == q
            && f.triple == triple
        {
            return Err(self.error_at_start(start, format!("{}-string: expecting '}}'", f.letter)));
        }
        let last = self.last_line(self.at);
        let hint = if escaped_quote && !triple { "; perhaps you escaped the end quote?" } else { "" };
        let what = if triple { "triple-quoted string" } else { "string" };
        Err(self.error_at_start(start, format!("unterminated {what} literal (detected at line {last}){hint}")))
    }

    /// The line that holds the end of the input, or position `at` if it is before.
    fn last_line(&self, at: usize) -> usize {
        let at = at.min(self.text.len());
        let line = self.line_number(at);
        if at == self.text.len() && self.text.ends_with('\n') { line - 1 } else { line }
    }

    fn error_at_start(&self, start: usize, message: String) -> Outcome {
        let line = self.line_number(start) as u32;
        let offset = self.column(start) + 1;
        Outcome::Error(Error::placed(SyntaxErrorKind::Syntax, Place { line, offset, end_line: line, end_offset: offset }, message))
    }

    fn fstring_start(&mut self, start: usize, raw: bool, letter: char) -> Step {
        let (quote, triple) = self.quote();
        self.push(Kind::FStart, start, self.at);
        self.fstrings.push(FString { quote, triple, raw, start, fields: Vec::new(), letter });
        Ok(())
    }

    fn unterminated_fstring(&self, f: &FString, start: usize) -> Outcome {
        let last = self.last_line(self.at);
        let triple = if f.triple { "triple-quoted " } else { "" };
        self.error_at_start(start, format!("unterminated {triple}{}-string literal (detected at line {last})", f.letter))
    }

    /// Literal text of an f-string, or of a format specification in it.
    fn fstring_middle(&mut self) -> Step {
        let Some(f) = self.fstrings.last() else {
            return Ok(());
        };
        let (q, triple, raw, letter) = (f.quote, f.triple, f.raw, f.letter);
        let in_spec = !f.fields.is_empty();
        let start = self.at;
        let middle = |t: &mut Self, end: usize| {
            if end > start {
                t.push(Kind::FMiddle, start, end);
            }
        };
        loop {
            match self.peek() {
                None => {
                    let f = &self.fstrings[self.fstrings.len() - 1];
                    return Err(self.unterminated_fstring(f, f.start));
                }
                Some(b'\n') if !triple => {
                    if in_spec {
                        let line = self.line_number(self.at) as u32;
                        let offset = self.column(self.at) + 1;
                        return Err(Outcome::Error(Error::placed(
                            SyntaxErrorKind::Syntax,
                            Place { line, offset, end_line: line, end_offset: offset },
                            format!(
                                "{letter}-string: newlines are not allowed in format specifiers for single quoted \
                                 {letter}-strings"
                            ),
                        )));
                    }
                    let f = &self.fstrings[self.fstrings.len() - 1];
                    return Err(self.unterminated_fstring(f, f.start));
                }
                Some(c) if c == q && (!triple || (self.peek_at(1) == Some(q) && self.peek_at(2) == Some(q))) => {
                    middle(self, self.at);
                    for _ in 0..self.fstrings.last().map_or(0, |f| f.fields.len()) {
                        self.brackets.pop();
                    }
                    let end = self.at + if triple { 3 } else { 1 };
                    self.push(Kind::FEnd, self.at, end);
                    self.at = end;
                    self.fstrings.pop();
                    return Ok(());
                }
                Some(b'{') => {
                    if self.peek_at(1) == Some(b'{') && !in_spec {
                        self.at += 2;
                        continue;
                    }
                    middle(self, self.at);
                    let at = self.at;
                    self.at += 1;
                    if self.brackets.len() >= MAX_LEVEL {
                        return Err(self.error_at(self.at, "too many nested parentheses"));
                    }
                    self.brackets.push((b'{', at));
                    let level = self.brackets.len();
                    if let Some(f) = self.fstrings.last_mut() {
                        f.fields.push((level, false));
                        if f.fields.len() > 2 {
                            let letter = f.letter;
                            return Err(self.error_at(self.at, format!("{letter}-string: expressions nested too deeply")));
                        }
                    }
                    self.push(Kind::Op, at, self.at);
                    return Ok(());
                }
                Some(b'}') => {
                    if in_spec {
                        middle(self, self.at);
                        self.brackets.pop();
                        if let Some(f) = self.fstrings.last_mut() {
                            f.fields.pop();
                        }
                        self.push(Kind::Op, self.at, self.at + 1);
                        self.at += 1;
                        return Ok(());
                    }
                    if self.peek_at(1) == Some(b'}') {
                        self.at += 2;
                        continue;
                    }
                    return Err(self.error_at(self.at + 1, format!("{letter}-string: single '}}' is not allowed")));
                }
                Some(b'\\') => {
                    self.at += 1;
                    if raw {
                        // A backslash escapes the quote even in raw strings.
                        if self.peek() == Some(q) || self.peek() == Some(b'\\') {
                            self.at += 1;
                        }
                        continue;
                    }
                    match self.peek() {
                        Some(b'{' | b'}') => {}
                        // `\N{name}` is not a replacement field.
                        Some(b'N') if self.peek_at(1) == Some(b'{') => {
                            self.at += 2;
                            while !matches!(self.peek(), None | Some(b'}' | b'\n')) {
                                self.at += 1;
                            }
                            if self.peek() == Some(b'}') {
                                self.at += 1;
                            }
                        }
                        Some(_) => self.at += 1,
                        None => {}
                    }
                }
                Some(_) => self.at += 1,
            }
        }
    }

    // ---- operators

    fn operator(&mut self) -> Step {
        let start = self.at;
        let rest = &self.bytes[start..];
        // Inside a replacement field some characters end the expression.
        if let Some(f) = self.fstrings.last_mut()
            && let Some((level, spec)) = f.fields.last_mut()
            && self.brackets.len() == *level
        {
            if rest[0] == b':' {
                *spec = true;
                self.push(Kind::Op, start, start + 1);
                self.at += 1;
                return Ok(());
            }
            if rest[0] == b'!' && rest.get(1) != Some(&b'=') {
                self.push(Kind::Op, start, start + 1);
                self.at += 1;
                return Ok(());
            }
        }
        const LONG: [&[u8]; 25] = [
            b"**=", b"//=", b">>=", b"<<=", b"...", b"!=", b"->", b"**", b"//", b">>", b"<<", b"<=", b">=", b"==", b":=", b"+=",
            b"-=", b"*=", b"/=", b"%=", b"&=", b"|=", b"^=", b"@=", b"<>",
        ];
        let n = LONG.iter().find(|o| rest.starts_with(o)).map_or(1, |o| o.len());
        let c = rest[0];
        if n == 1 && matches!(c, b'(' | b'[' | b'{') {
            self.at += 1;
            if self.brackets.len() >= MAX_LEVEL {
                return Err(self.error_at(self.at, "too many nested parentheses"));
            }
            self.brackets.push((c, start));
            self.push(Kind::Op, start, start + 1);
            return Ok(());
        }
        if n == 1 && matches!(c, b')' | b']' | b'}') {
            self.at += 1;
            let shown = c as char;
            if self.trivia && self.brackets.is_empty() {
                self.push(Kind::Op, start, start + 1);
                return Ok(());
            }
            let Some((open, place)) = self.brackets.pop() else {
                return Err(self.error_at(self.at, format!("unmatched '{shown}'")));
            };
            let field = self
                .fstrings
                .last()
                .and_then(|f| f.fields.last().map(|x| (x.0, f.letter)))
                .filter(|(l, _)| *l == self.brackets.len() + 1);
            let matches = matches!((open, c), (b'(', b')') | (b'[', b']') | (b'{', b'}'));
            if !matches {
                if let Some((_, letter)) = field {
                    return Err(self.error_at(self.at, format!("{letter}-string: unmatched '{shown}'")));
                }
                if self.trivia {
                    self.push(Kind::Op, start, start + 1);
                    return Ok(());
                }
                let opening = open as char;
                let line = self.line_number(place);
                let suffix = if line == self.line_number(start) { String::new() } else { format!(" on line {line}") };
                return Err(self.error_at(
                    self.at,
                    format!("closing parenthesis '{shown}' does not match opening parenthesis '{opening}'{suffix}"),
                ));
            }
            if field.is_some()
                && let Some(f) = self.fstrings.last_mut()
            {
                f.fields.pop();
            }
            self.push(Kind::Op, start, start + 1);
            return Ok(());
        }
        if c < 0x20 || c == 0x7f {
            return Err(self.error_at(self.at + 1, format!("invalid non-printable character U+{c:04X}")));
        }
        self.at += n;
        self.push(Kind::Op, start, start + n);
        Ok(())
    }
}

fn is_xid_start(c: char) -> bool {
    c == '_' || c.is_alphabetic() || unicode_ident::is_xid_start(c)
}

fn is_xid_continue(c: char) -> bool {
    c == '_' || c.is_alphanumeric() || unicode_ident::is_xid_continue(c)
}

/// Roughly `str.isprintable`.
fn is_printable(c: char) -> bool {
    !c.is_control()
        && (!c.is_whitespace() || c == ' ')
        && !matches!(c as u32, 0xad | 0x200b..=0x200f | 0x2028..=0x202e | 0x2060..=0x206f | 0xfeff | 0xe000..=0xf8ff | 0xfff9..=0xfffb)
}
