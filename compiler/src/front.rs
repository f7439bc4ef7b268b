//! The front end: from text to tree, with everything that is decided before code is generated.

use std::borrow::Cow;

use ruff_python_ast::visitor::{self, Visitor};
use ruff_python_ast::{Expr, Mod, Stmt};
use ruff_python_parser::{Mode as ParseMode, ParseOptions, Parsed};
use ruff_text_size::Ranged;

use crate::codegen::{self, Input};
use crate::diagnose::diagnose;
use crate::errors::{Error, Place, Result};
use crate::literal;
use crate::source::{LineIndex, check_text, normalize_newlines};
use crate::symtable::{self, Settings};
use crate::tokenizer::{self, Outcome};
use crate::unit::{CodeUnit, Mode, Options, SyntaxError, SyntaxErrorKind, Warning, flags};

/// A compiled source and the warnings it deserves.
#[derive(Clone, Debug)]
pub struct Compiled {
    pub unit: CodeUnit,
    pub warnings: Vec<Warning>,
}

/// Compiles `source`, which must be decoded already (see [`crate::decode_source`]).
pub fn compile(source: &str, filename: &str, options: &Options) -> std::result::Result<Compiled, SyntaxError> {
    compile_spelled(source, filename, options, &[])
}

/// Compiles a text that has stand-ins for `names`; see [`crate::spelled`].
pub fn compile_spelled(
    source: &str,
    filename: &str,
    options: &Options,
    names: &[String],
) -> std::result::Result<Compiled, SyntaxError> {
    let text = normalize_newlines(source);
    stacker::maybe_grow(2 * 1024 * 1024, 8 * 1024 * 1024, || {
        compile_text(&text, filename, options, names).map_err(|e| locate(*e, &text, options))
    })
}

/// A parsed source, for those who want the tree itself.
pub struct Tree {
    pub syntax: Parsed<Mod>,
    /// The source with its line ends normalised, to which the tree's ranges refer.
    pub text: String,
    pub index: LineIndex,
    pub warnings: Vec<Warning>,
}

impl Tree {
    /// Drops a tree; one whose depth would exhaust the native stack is given up instead.
    pub fn free(self) {
        if self.text.len() > 4096 && is_deep(self.syntax.syntax()) {
            std::mem::forget(self.syntax);
        }
    }
}

/// Parses `source` with the checks that need no scopes.
pub fn parse(source: &str, options: &Options) -> std::result::Result<Tree, SyntaxError> {
    let text = normalize_newlines(source).into_owned();
    let located = |e: Box<Error>| locate(*e, &text, options);
    stacker::maybe_grow(2 * 1024 * 1024, 8 * 1024 * 1024, || {
        check_text(&text).and_then(|()| check_nesting(&text)).map_err(located)?;
        let mode = if options.mode == Mode::Eval { ParseMode::Expression } else { ParseMode::Module };
        let parsed = ruff_python_parser::parse_unchecked(&text, ParseOptions::from(mode));
        check_parsed(&parsed, &text, options).map_err(located)?;
        let index = LineIndex::new(&text);
        let mut warnings = Vec::new();
        literal::escape_warnings(parsed.tokens(), &text, &index, &mut warnings);
        Ok((parsed, index, warnings))
    })
    .map(|(syntax, index, warnings)| Tree { syntax, text, index, warnings })
}

/// The error with lines and columns, as CPython's parser gives them for this mode.
fn locate(e: Error, text: &str, options: &Options) -> SyntaxError {
    let padded = with_newline(text);
    let index = LineIndex::new(&padded);
    let unterminated = e.message.starts_with("unterminated triple-quoted");
    let mut e = e.locate(&padded, &index);
    if (options.mode != Mode::Exec || unterminated)
        && !text.ends_with('\n')
        && e.line as usize == text.lines().count()
        && let Some(line) = &mut e.text
        && line.ends_with('\n')
    {
        // Only files are read with a newline at their end.
        line.pop();
    }
    if options.mode == Mode::Eval && e.message == "invalid syntax" {
        let last = text.lines().last().unwrap_or("").chars().count();
        let at_end = !text.ends_with('\n') && e.line as usize == text.lines().count() && e.offset as usize > last;
        if at_end || is_blank(text) {
            (e.offset, e.end_offset) = (0, 0);
        }
        if text.is_empty() {
            (e.line, e.end_line) = (0, 0);
        }
    }
    e
}

/// Nothing but blank lines and comments.
fn is_blank(text: &str) -> bool {
    text.lines().map(str::trim_start).all(|l| l.is_empty() || l.starts_with('#'))
}

/// The scopes of a source, and its lines.
pub fn symbols(source: &str, options: &Options) -> std::result::Result<(symtable::SymbolTable, LineIndex), SyntaxError> {
    let tree = parse(source, options)?;
    let scopes = stacker::maybe_grow(2 * 1024 * 1024, 8 * 1024 * 1024, || {
        let (body, expression): (&[Stmt], _) = match tree.syntax.syntax() {
            Mod::Module(m) => (&m.body, None),
            Mod::Expression(e) => (&[], Some(&*e.body)),
        };
        let future_flags = options.future_flags | future_features(body)?;
        let settings = Settings {
            future_annotations: future_flags & flags::FUTURE_ANNOTATIONS != 0,
            top_level_await: options.top_level_await,
        };
        symtable::build(body, expression, settings)
    });
    let scopes = scopes.map_err(|e| in_bytes(e).locate(&tree.text, &tree.index))?;
    let index = LineIndex::new(&tree.text);
    tree.free();
    Ok((scopes, index))
}

fn compile_text(text: &str, filename: &str, options: &Options, names: &[String]) -> Result<Compiled> {
    check_text(text)?;
    check_nesting(text)?;
    let mode = if options.mode == Mode::Eval { ParseMode::Expression } else { ParseMode::Module };
    let parsed = ruff_python_parser::parse_unchecked(text, ParseOptions::from(mode));
    let result = if names.is_empty() {
        compile_parsed(&parsed, parsed.syntax(), text, filename, options)
    } else if is_deep(parsed.syntax()) {
        Err(Error::recursion(parsed.syntax().range()))
    } else {
        let mut tree = parsed.syntax().clone();
        crate::spelled::restore(&mut tree, names);
        compile_parsed(&parsed, &tree, text, filename, options)
    };
    // Freeing a tree takes stack in proportion to its depth. One that is too deep to compile is not freed: the price
    // of a hostile input is its memory, not the process.
    let deep = match &result {
        Ok(_) => false,
        Err(e) => e.kind == SyntaxErrorKind::Recursion || text.len() > 4096 && is_deep(parsed.syntax()),
    };
    if deep {
        std::mem::forget(parsed);
    }
    result
}

/// Whether a tree is deeper than what is ever compiled.
fn is_deep(tree: &Mod) -> bool {
    struct Measure(u32, bool);
    impl<'a> Visitor<'a> for Measure {
        fn visit_expr(&mut self, e: &'a Expr) {
            if self.1 || self.0 > 5000 {
                self.1 = true;
                return;
            }
            self.0 += 1;
            crate::depth::with_stack(|| visitor::walk_expr(self, e));
            self.0 -= 1;
        }
    }
    let mut m = Measure(0, false);
    match tree {
        Mod::Module(module) => m.visit_body(&module.body),
        Mod::Expression(e) => m.visit_expr(&e.body),
    }
    m.1
}

/// The tokenizer's limits on nesting, which the parser does not share.
fn check_nesting(text: &str) -> Result<()> {
    let (mut depth, mut deepest, mut indented) = (0u32, 0u32, false);
    let mut column = 0u32;
    let mut leading = true;
    for b in text.bytes() {
        match b {
            b'(' | b'[' | b'{' => {
                depth += 1;
                deepest = deepest.max(depth);
            }
            b')' | b']' | b'}' => depth = depth.saturating_sub(1),
            _ => {}
        }
        leading = match b {
            b'\n' => true,
            b' ' | b'\t' => leading,
            _ => false,
        };
        column = if b == b'\n' { 0 } else { column + 1 };
        indented |= leading && column > 99;
    }
    // Brackets in strings count here, so this is only a reason to look closely.
    if deepest <= 200 && !indented {
        return Ok(());
    }
    match tokenizer::tokenize(&with_newline(text)).outcome {
        Outcome::Error(e) | Outcome::Pending(e)
            if matches!(&*e.message, "too many nested parentheses" | "too many levels of indentation") =>
        {
            Err(e)
        }
        _ => Ok(()),
    }
}

fn check_parsed(parsed: &Parsed<Mod>, text: &str, options: &Options) -> Result<()> {
    if let Some(e) = parsed.errors().first() {
        let padded = with_newline(text);
        let (found, at_end) = diagnose(&padded, options.mode == Mode::Eval);
        if at_end && options.allow_incomplete_input {
            return Err(incomplete(&padded));
        }
        return Err(found.unwrap_or_else(|| Error::syntax(e.location, "invalid syntax")));
    }
    if options.mode == Mode::Single
        && let Mod::Module(m) = parsed.syntax()
    {
        check_single(&m.body, text, options)?;
    }
    Ok(())
}

fn compile_parsed(parsed: &Parsed<Mod>, tree: &Mod, text: &str, filename: &str, options: &Options) -> Result<Compiled> {
    check_parsed(parsed, text, options)?;
    let index = LineIndex::new(text);
    let mut warnings = Vec::new();
    literal::escape_warnings(parsed.tokens(), text, &index, &mut warnings);
    let body: &[Stmt] = match tree {
        Mod::Module(m) => &m.body,
        Mod::Expression(_) => &[],
    };
    crate::lints::jumps_in_finally(body, &index, &mut warnings);
    let future_flags = options.future_flags | future_features(body)?;
    let settings =
        Settings { future_annotations: future_flags & flags::FUTURE_ANNOTATIONS != 0, top_level_await: options.top_level_await };
    let expression = match tree {
        Mod::Expression(e) => Some(&*e.body),
        Mod::Module(_) => None,
    };
    let table = symtable::build(body, expression, settings).map_err(in_bytes)?;
    let input = Input { source: text, filename, options, table, future_flags, warnings };
    let (unit, warnings) = match expression {
        Some(e) => codegen::expression(input, e).map_err(in_bytes)?,
        None => codegen::module(input, body).map_err(in_bytes)?,
    };
    Ok(Compiled { unit, warnings })
}

fn incomplete(text: &str) -> Box<Error> {
    let index = LineIndex::new(text);
    let last = text.len().saturating_sub(1) as u32;
    let (line, col) = index.position(last);
    let place = Place { line, offset: col + 1, end_line: line, end_offset: 0 };
    Error::placed(SyntaxErrorKind::Incomplete, place, "incomplete input")
}

/// Interactive input is one simple statement line or one compound statement, which a newline ends.
fn check_single(body: &[Stmt], text: &str, options: &Options) -> Result<()> {
    let unfinished = |message: &str| {
        if options.allow_incomplete_input {
            return Err(incomplete(&with_newline(text)));
        }
        let line = text.lines().count() as u32;
        let place = Place { line, offset: 0, end_line: line, end_offset: 0 };
        Err(Error::placed(SyntaxErrorKind::Syntax, place, message))
    };
    let Some(first) = body.first() else {
        return unfinished("invalid syntax");
    };
    let compound = |s: &Stmt| {
        matches!(
            s,
            Stmt::FunctionDef(_)
                | Stmt::ClassDef(_)
                | Stmt::For(_)
                | Stmt::While(_)
                | Stmt::If(_)
                | Stmt::With(_)
                | Stmt::Match(_)
                | Stmt::Try(_)
        )
    };
    let end_of_line =
        |s: &Stmt| text[s.range().end().to_usize()..].find('\n').map_or(text.len(), |i| s.range().end().to_usize() + i);
    let last_allowed = if compound(first) {
        first
    } else {
        body.iter().take_while(|s| s.range().start().to_usize() < end_of_line(first)).last().unwrap_or(first)
    };
    if body.iter().any(|s| s.range().start() >= last_allowed.range().end() && !std::ptr::eq(s, last_allowed)) {
        let at = end_of_line(last_allowed) as u32;
        let index = LineIndex::new(text);
        let (line, _) = index.position(at);
        let before = &text[text[..at as usize].rfind('\n').map_or(0, |i| i + 1)..at as usize];
        let offset = before.chars().count() as u32 + 1;
        let place = Place { line, offset, end_line: line, end_offset: offset + 1 };
        return Err(Error::placed(SyntaxErrorKind::Syntax, place, "multiple statements found while compiling a single statement"));
    }
    if compound(first) && !text.ends_with('\n') {
        let indented = text[first.range()].contains('\n');
        if !indented || options.dont_imply_dedent {
            return unfinished("invalid syntax");
        }
    }
    Ok(())
}

/// Errors of the compiler proper count columns in bytes.
fn in_bytes(mut e: Box<Error>) -> Box<Error> {
    e.byte_columns = true;
    e
}

/// The tokenizer ends the last line if the source does not.
fn with_newline(text: &str) -> Cow<'_, str> {
    if text.is_empty() || text.ends_with('\n') { Cow::Borrowed(text) } else { Cow::Owned(format!("{text}\n")) }
}

/// The features that `from __future__ import …` switches on, and errors about misplaced ones.
fn future_features(body: &[Stmt]) -> Result<u32> {
    let mut found = 0;
    let mut allowed = true;
    for (i, s) in body.iter().enumerate() {
        match s {
            Stmt::ImportFrom(f) if f.level == 0 && f.module.as_ref().is_some_and(|m| m.as_str() == "__future__") => {
                if !allowed {
                    return Err(Error::syntax(f.range, "from __future__ imports must occur at the beginning of the file"));
                }
                for a in &f.names {
                    found |= match a.name.as_str() {
                        "annotations" => flags::FUTURE_ANNOTATIONS,
                        "nested_scopes" | "generators" | "division" | "absolute_import" | "with_statement" | "print_function"
                        | "unicode_literals" | "generator_stop" => 0,
                        "barry_as_FLUFL" => 0x40_0000,
                        "braces" => return Err(Error::syntax(a.range, "not a chance")),
                        other => {
                            return Err(Error::syntax(a.range, format!("future feature {other} is not defined")));
                        }
                    };
                }
            }
            Stmt::Expr(e) if i == 0 && e.value.is_string_literal_expr() => {}
            _ => allowed = false,
        }
    }
    Ok(found)
}
