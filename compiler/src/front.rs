//! The front end: from text to tree, with everything that is decided before code is generated.

use std::borrow::Cow;

use ruff_python_ast::{Mod, Stmt};
use ruff_python_parser::{Mode as ParseMode, ParseOptions};

use crate::codegen::{self, Input};
use crate::diagnose::diagnose;
use crate::errors::{Error, Result};
use crate::source::{LineIndex, check_text, normalize_newlines};
use crate::symtable::{self, Settings};
use crate::unit::{CodeUnit, Mode, Options, SyntaxError, Warning, flags};
use crate::literal;

/// A compiled source and the warnings it deserves.
#[derive(Clone, Debug)]
pub struct Compiled {
    pub unit: CodeUnit,
    pub warnings: Vec<Warning>,
}

/// Compiles `source`, which must be decoded already (see [`crate::decode_source`]).
pub fn compile(source: &str, filename: &str, options: &Options) -> std::result::Result<Compiled, SyntaxError> {
    let text = normalize_newlines(source);
    // The tree of a long expression is deep, and it is freed recursively: the stack must be large enough for that.
    let stack = 4 * 1024 * 1024 + source.len().saturating_mul(256).min(1 << 30);
    stacker::maybe_grow(stack / 2, stack, || {
        compile_text(&text, filename, options).map_err(|e| {
            let text = with_newline(&text);
            let index = LineIndex::new(&text);
            e.locate(&text, &index)
        })
    })
}

fn compile_text(text: &str, filename: &str, options: &Options) -> Result<Compiled> {
    check_text(text)?;
    let mode = if options.mode == Mode::Eval { ParseMode::Expression } else { ParseMode::Module };
    let trimmed = if options.mode == Mode::Eval { text.trim_start_matches([' ', '\t']) } else { text };
    let lead = text.len() - trimmed.len();
    debug_assert!(lead <= text.len());
    let parsed = ruff_python_parser::parse_unchecked(trimmed, ParseOptions::from(mode));
    if let Some(e) = parsed.errors().first() {
        let found = diagnose(&with_newline(trimmed), options.mode == Mode::Eval);
        return Err(found.unwrap_or_else(|| Error::syntax(e.location, "invalid syntax")));
    }
    let index = LineIndex::new(trimmed);
    let mut warnings = Vec::new();
    literal::escape_warnings(parsed.tokens(), trimmed, &index, &mut warnings);
    let body: &[Stmt] = match parsed.syntax() {
        Mod::Module(m) => &m.body,
        Mod::Expression(_) => &[],
    };
    let future_flags = options.future_flags | future_features(body)?;
    let settings = Settings {
        future_annotations: future_flags & flags::FUTURE_ANNOTATIONS != 0,
        top_level_await: options.top_level_await,
    };
    let expression = match parsed.syntax() {
        Mod::Expression(e) => Some(&*e.body),
        Mod::Module(_) => None,
    };
    let table = symtable::build(body, expression, settings).map_err(in_bytes)?;
    let input = Input { source: trimmed, filename, options, table, future_flags, warnings };
    let (unit, warnings) = match expression {
        Some(e) => codegen::expression(input, e).map_err(in_bytes)?,
        None => codegen::module(input, body).map_err(in_bytes)?,
    };
    Ok(Compiled { unit, warnings })
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
                    return Err(Error::syntax(
                        f.range,
                        "from __future__ imports must occur at the beginning of the file",
                    ));
                }
                for a in &f.names {
                    found |= match a.name.as_str() {
                        "annotations" => flags::FUTURE_ANNOTATIONS,
                        "nested_scopes" | "generators" | "division" | "absolute_import" | "with_statement"
                        | "print_function" | "unicode_literals" | "generator_stop" => 0,
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
