//! Errors of the compiler, and the translation of the parser's errors into CPython's texts and positions.

use ruff_text_size::{TextRange, TextSize};

use crate::source::LineIndex;
use crate::unit::{SyntaxError, SyntaxErrorKind};

/// Lines and columns as a SyntaxError has them, where they do not follow from a range.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Place {
    pub line: u32,
    pub offset: u32,
    pub end_line: u32,
    pub end_offset: u32,
}

/// An error at a source range; becomes a [`SyntaxError`] with lines and columns at the end.
#[derive(Clone, Debug)]
pub struct Error {
    pub kind: SyntaxErrorKind,
    pub message: String,
    /// None: no position at all, or `place`.
    pub range: Option<TextRange>,
    pub place: Option<Place>,
    /// Columns count bytes: errors that CPython's compiler finds, as opposed to its parser.
    pub byte_columns: bool,
}

pub type Result<T> = std::result::Result<T, Box<Error>>;

impl Error {
    // Boxed, so that results of the walks stay one word.
    #[allow(clippy::new_ret_no_self)]
    pub fn syntax(range: TextRange, message: impl Into<String>) -> Box<Error> {
        Error::new(SyntaxErrorKind::Syntax, range, message)
    }

    #[allow(clippy::new_ret_no_self)]
    pub fn new(kind: SyntaxErrorKind, range: TextRange, message: impl Into<String>) -> Box<Error> {
        Box::new(Error { kind, message: message.into(), range: Some(range), place: None, byte_columns: false })
    }

    pub fn plain(message: &str) -> Box<Error> {
        Box::new(Error {
            kind: SyntaxErrorKind::Syntax,
            message: message.to_owned(),
            range: None,
            place: None,
            byte_columns: false,
        })
    }

    pub fn placed(kind: SyntaxErrorKind, place: Place, message: impl Into<String>) -> Box<Error> {
        Box::new(Error { kind, message: message.into(), range: None, place: Some(place), byte_columns: false })
    }

    pub fn recursion(range: TextRange) -> Box<Error> {
        Error::new(SyntaxErrorKind::Recursion, range, "maximum recursion depth exceeded during compilation")
    }

    /// With lines and columns of `text`.
    pub fn locate(self, text: &str, index: &LineIndex) -> SyntaxError {
        if let Some(p) = self.place {
            return SyntaxError {
                kind: self.kind,
                message: self.message,
                line: p.line,
                offset: p.offset,
                end_line: p.end_line,
                end_offset: p.end_offset,
                text: Some(index.line(text, p.line).to_owned()),
            };
        }
        let Some(range) = self.range else {
            return SyntaxError {
                kind: self.kind,
                message: self.message,
                line: 0,
                offset: 0,
                end_line: 0,
                end_offset: 0,
                text: None,
            };
        };
        let position = |at: TextSize| {
            if self.byte_columns {
                let (line, col) = index.position(at.into());
                (line, col + 1)
            } else {
                char_position(text, index, at)
            }
        };
        let (line, offset) = position(range.start());
        let (end_line, end_offset) = position(range.end());
        let source_line = index.line(text, line);
        SyntaxError {
            kind: self.kind,
            message: self.message,
            line,
            offset,
            end_line,
            end_offset,
            text: Some(source_line.to_owned()),
        }
    }
}

/// Line from 1, and column in characters from 1.
fn char_position(text: &str, index: &LineIndex, at: TextSize) -> (u32, u32) {
    let mut at = at.to_usize().min(text.len());
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    let (line, col) = index.position(at as u32);
    let start = at - col as usize;
    (line, text[start..at].chars().count() as u32 + 1)
}
