//! What is wrong with a source that does not parse, in CPython's words.
//!
//! The parser proper recovers from errors and words them its own way. This one runs only after it has failed: a
//! recursive descent over the grammar that stops at the first error, knows the mistakes for which CPython has a
//! special text, and calls everything else "invalid syntax" at the furthest token it looked at, as CPython does.
//! It builds only as much of a tree as those texts need ([`Node`]).

mod calls;
mod expressions;
mod statements;
mod strings;

use ruff_text_size::{TextRange, TextSize};

use crate::errors::{Error, Place};
use crate::tokenizer::{self, Kind, Outcome, Tok};
use crate::unit::SyntaxErrorKind;

/// What an expression is, as far as error texts go.
#[derive(Clone, Debug, PartialEq)]
enum Shape {
    Name,
    True,
    False,
    None,
    Ellipsis,
    Literal,
    FString,
    TString,
    Attribute,
    Subscript,
    /// With what the star stands before.
    Starred(Box<Node>),
    List(Vec<Node>),
    Tuple(Vec<Node>),
    Lambda,
    Call,
    /// Boolean, binary and unary operations.
    Operation,
    Compare,
    IfExp,
    Named,
    Generator,
    ListComp,
    SetComp,
    DictComp,
    Dict,
    Set,
    Yield,
    Await,
}

#[derive(Clone, Debug, PartialEq)]
struct Node {
    shape: Shape,
    start: u32,
    end: u32,
    parenthesized: bool,
    /// At most as loosely bound as `|`: could be on the left of `=` in "Maybe you meant '=='".
    bitwise: bool,
}

impl Node {
    fn name(&self) -> &'static str {
        match &self.shape {
            Shape::Name => "name",
            Shape::True => "True",
            Shape::False => "False",
            Shape::None => "None",
            Shape::Ellipsis => "ellipsis",
            Shape::Literal => "literal",
            Shape::FString => "f-string expression",
            Shape::TString => "t-string expression",
            Shape::Attribute => "attribute",
            Shape::Subscript => "subscript",
            Shape::Starred(_) => "starred",
            Shape::List(_) => "list",
            Shape::Tuple(_) => "tuple",
            Shape::Lambda => "lambda",
            Shape::Call => "function call",
            Shape::Operation => "expression",
            Shape::Compare => "comparison",
            Shape::IfExp => "conditional expression",
            Shape::Named => "named expression",
            Shape::Generator => "generator expression",
            Shape::ListComp => "list comprehension",
            Shape::SetComp => "set comprehension",
            Shape::DictComp => "dict comprehension",
            Shape::Dict => "dict literal",
            Shape::Set => "set display",
            Shape::Yield => "yield expression",
            Shape::Await => "await expression",
        }
    }
}

/// Why the descent stopped.
enum Stop {
    /// "invalid syntax" at the furthest token.
    Generic,
    Special(Box<Error>),
}

type Parse<T> = Result<T, Stop>;

/// What a target is for.
#[derive(Clone, Copy, PartialEq)]
enum Target {
    Star,
    Del,
    For,
}

struct Parser<'a> {
    text: &'a str,
    toks: &'a [Tok],
    at: usize,
    /// Furthest token looked at.
    far: usize,
    /// Not zero while something is tried: special errors are not raised then.
    quiet: u32,
    depth: u32,
    /// The end of the tokens has been looked at.
    saw_end: bool,
}

const KEYWORDS: [&str; 35] = [
    "False", "None", "True", "and", "as", "assert", "async", "await", "break", "class", "continue", "def", "del", "elif", "else",
    "except", "finally", "for", "from", "global", "if", "import", "in", "is", "lambda", "nonlocal", "not", "or", "pass", "raise",
    "return", "try", "while", "with", "yield",
];

/// The error of a source that the parser rejected, and whether the whole input was read when it came up. `text` ends in
/// a newline. None if nothing was found wrong.
pub fn diagnose(text: &str, expression: bool) -> (Option<Box<Error>>, bool) {
    let tokens = tokenizer::tokenize(text);
    let at_end = tokens.at_end;
    let mut saw_end = false;
    let error = find(text, expression, tokens, &mut saw_end);
    (error, saw_end && at_end)
}

fn find(text: &str, expression: bool, tokens: tokenizer::Tokens, saw_end: &mut bool) -> Option<Box<Error>> {
    let outcome = tokens.outcome;
    let mut p = Parser { text, toks: &tokens.toks, at: 0, far: 0, quiet: 0, depth: 0, saw_end: false };
    let result = if expression { p.eval_input() } else { p.file() };
    *saw_end = p.saw_end;
    let stop = match result {
        Ok(()) => {
            return match outcome {
                Outcome::Pending(e) | Outcome::Error(e) => Some(e),
                Outcome::Unclosed => tokens.open.map(|o| p.never_closed(o)),
                _ => None,
            };
        }
        Err(s) => s,
    };
    let far = p.toks[p.far.min(p.toks.len() - 1)];
    if let Outcome::Error(e) = outcome {
        // Reported wherever the parser stops, unless it stopped at indentation.
        return Some(match (&stop, far.kind) {
            (Stop::Generic, Kind::Indent) => p.indentation_at(far, "unexpected indent"),
            (Stop::Generic, Kind::Dedent) => p.indentation_at(far, "unexpected unindent"),
            _ => e,
        });
    }
    if p.saw_end {
        match outcome {
            Outcome::Unclosed => return tokens.open.map(|o| p.never_closed(o)),
            Outcome::Pending(e) => return Some(e),
            _ => {}
        }
    }
    let error = match stop {
        Stop::Special(e) => e,
        Stop::Generic => match far.kind {
            Kind::Indent => p.indentation_at(far, "unexpected indent"),
            Kind::Dedent => p.indentation_at(far, "unexpected unindent"),
            _ => p.syntax_at(far, "invalid syntax"),
        },
    };
    // A bracket that stays open from an earlier line is the likelier mistake.
    if let (Outcome::Unclosed, Some(open)) = (&outcome, tokens.open)
        && p.line(far.start) > p.line(open)
    {
        return Some(p.never_closed(open));
    }
    Some(error)
}

impl<'a> Parser<'a> {
    // ---- positions and errors

    fn line(&self, at: u32) -> u32 {
        self.text[..(at as usize).min(self.text.len())].bytes().filter(|b| *b == b'\n').count() as u32 + 1
    }

    fn column(&self, at: u32) -> u32 {
        let at = (at as usize).min(self.text.len());
        let start = self.text[..at].rfind('\n').map_or(0, |i| i + 1);
        self.text[start..at].chars().count() as u32
    }

    fn never_closed(&self, open: u32) -> Box<Error> {
        let line = self.line(open);
        let bracket = &self.text[open as usize..open as usize + 1];
        Error::placed(
            SyntaxErrorKind::Syntax,
            Place { line, offset: self.column(open) + 1, end_line: line, end_offset: 0 },
            format!("'{bracket}' was never closed"),
        )
    }

    fn range(start: u32, end: u32) -> TextRange {
        TextRange::new(TextSize::new(start), TextSize::new(end.max(start)))
    }

    fn syntax_at(&self, t: Tok, message: impl Into<String>) -> Box<Error> {
        if t.kind == Kind::Newline {
            // The newline is one column wide.
            let line = self.line(t.start);
            let c = self.column(t.start);
            return Error::placed(
                SyntaxErrorKind::Syntax,
                Place { line, offset: c + 1, end_line: line, end_offset: c + 2 },
                message,
            );
        }
        if matches!(t.kind, Kind::End | Kind::Dedent | Kind::Indent) {
            return self.read_place(SyntaxErrorKind::Syntax, t, message);
        }
        Error::syntax(Self::range(t.start, t.end), message)
    }

    /// Where the tokenizer has read to: the position of tokens without text.
    fn read_place(&self, kind: SyntaxErrorKind, t: Tok, message: impl Into<String>) -> Box<Error> {
        let at_end = t.start as usize >= self.text.len();
        let (line, offset) = if at_end && self.text.ends_with('\n') {
            let last = self.text.len() as u32 - 1;
            (self.line(last), self.column(last) + 1)
        } else {
            (self.line(t.start), self.column(t.start))
        };
        Error::placed(kind, Place { line, offset, end_line: line, end_offset: crate::NO_COLUMN }, message)
    }

    fn indentation_at(&self, t: Tok, message: impl Into<String>) -> Box<Error> {
        match t.kind {
            Kind::Indent | Kind::Dedent | Kind::End => self.read_place(SyntaxErrorKind::Indentation, t, message),
            _ => Error::new(SyntaxErrorKind::Indentation, Self::range(t.start, t.end), message),
        }
    }

    fn special<T>(&self, start: u32, end: u32, message: impl Into<String>) -> Parse<T> {
        if self.quiet > 0 {
            return Err(Stop::Generic);
        }
        Err(Stop::Special(Error::syntax(Self::range(start, end), message)))
    }

    fn special_node<T>(&self, n: &Node, message: impl Into<String>) -> Parse<T> {
        self.special(n.start, n.end, message)
    }

    fn special_token<T>(&self, t: Tok, message: impl Into<String>) -> Parse<T> {
        if self.quiet > 0 {
            return Err(Stop::Generic);
        }
        Err(Stop::Special(self.syntax_at(t, message)))
    }

    /// From `start` to the last token looked at.
    fn special_from<T>(&self, start: u32, message: impl Into<String>) -> Parse<T> {
        let end = self.toks[self.far.min(self.toks.len() - 1)].end;
        self.special(start, end, message)
    }

    // ---- tokens

    fn tok(&mut self) -> Tok {
        self.ahead(0)
    }

    fn ahead(&mut self, n: usize) -> Tok {
        let i = (self.at + n).min(self.toks.len() - 1);
        self.far = self.far.max(i);
        self.saw_end |= self.toks[i].kind == Kind::End;
        self.toks[i]
    }

    /// The token's text, without counting as looked at.
    fn text_of(&self, t: Tok) -> &'a str {
        &self.text[t.start as usize..t.end as usize]
    }

    fn last(&self) -> Tok {
        self.toks[self.at.saturating_sub(1)]
    }

    fn is(&mut self, s: &str) -> bool {
        let t = self.tok();
        matches!(t.kind, Kind::Op | Kind::Name) && self.text_of(t) == s
    }

    fn is_ahead(&mut self, n: usize, s: &str) -> bool {
        let t = self.ahead(n);
        matches!(t.kind, Kind::Op | Kind::Name) && self.text_of(t) == s
    }

    fn eat(&mut self, s: &str) -> bool {
        let yes = self.is(s);
        if yes {
            self.at += 1;
        }
        yes
    }

    fn expect(&mut self, s: &str) -> Parse<Tok> {
        if self.eat(s) { Ok(self.last()) } else { Err(Stop::Generic) }
    }

    /// A token whose absence has an error of its own.
    fn force(&mut self, s: &str) -> Parse<()> {
        if self.eat(s) {
            return Ok(());
        }
        let t = self.tok();
        self.special_token(t, format!("expected '{s}'"))
    }

    fn is_name(&mut self) -> bool {
        let t = self.tok();
        t.kind == Kind::Name && !KEYWORDS.contains(&self.text_of(t))
    }

    fn is_name_ahead(&mut self, n: usize) -> bool {
        let t = self.ahead(n);
        t.kind == Kind::Name && !KEYWORDS.contains(&self.text_of(t))
    }

    fn name(&mut self) -> Parse<Tok> {
        if self.is_name() {
            self.at += 1;
            Ok(self.last())
        } else {
            Err(Stop::Generic)
        }
    }

    fn kind(&mut self, k: Kind) -> bool {
        self.tok().kind == k
    }

    /// Tries `f` without raising special errors; goes back if it fails.
    fn attempt<T>(&mut self, f: impl FnOnce(&mut Self) -> Parse<T>) -> Option<T> {
        let at = self.at;
        self.quiet += 1;
        let result = f(self);
        self.quiet -= 1;
        match result {
            Ok(v) => Some(v),
            Err(_) => {
                self.at = at;
                None
            }
        }
    }

    /// As [`Parser::attempt`], forgetting how far it looked as well.
    fn peek_parse<T>(&mut self, f: impl FnOnce(&mut Self) -> Parse<T>) -> Option<T> {
        let (at, far) = (self.at, self.far);
        let result = self.attempt(f);
        self.at = at;
        self.far = far;
        result
    }

    fn deeper<T>(&mut self, f: impl FnOnce(&mut Self) -> Parse<T>) -> Parse<T> {
        if self.depth > 4000 {
            let t = self.tok();
            return Err(Stop::Special(Error::recursion(Self::range(t.start, t.end))));
        }
        self.depth += 1;
        let result = crate::depth::with_stack(|| f(self));
        self.depth -= 1;
        result
    }
}
