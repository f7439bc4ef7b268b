//! The interactive prompt: a statement is read, compiled and run, its value shown by `sys.displayhook`, until the input ends.
//!
//! Prompts go to the process's standard error, as those of CPython's basic prompt do, so that piped output holds results only.
//! A compound statement ends at an empty line. The rule for "more is needed" is that of module `codeop`: the text fails to compile,
//! and with one more newline it is still the beginning of something.

use super::config::Config;
use super::{finish, main_module};
use crate::modules::builtins::run::{compile_text, syntax_error};
use crate::native::*;
use crate::objects::exceptions as ex;
use std::io::{IsTerminal, Write};
use taipan_compiler::{Mode, Options, SyntaxError, SyntaxErrorKind};

const FILE: &str = "<stdin>";

/// Reads and runs statements until the input ends or the program does. With `fresh` the prompt is all that was asked for: it
/// introduces itself and runs the user's start-up file.
pub fn start(t: &Thread, c: &Config, fresh: bool) -> Result<()> {
    if fresh {
        if c.quiet == 0 {
            eprintln!("Python {} on {}", crate::modules::sys::version_string(), crate::modules::sys::PLATFORM);
            if !c.no_site {
                eprintln!("Type \"help\", \"copyright\", \"credits\" or \"license\" for more information.");
            }
        }
        main_module::startup_file(t, c)?;
        if !c.isolated {
            interactive_hook(t);
        }
    }
    for (name, text) in [("ps1", ">>> "), ("ps2", "... ")] {
        let name = Str::intern_str(t, name)?;
        if t.sys_attr(name)?.is_none() {
            t.sys_dict().set(t, name.value(), Str::from_str(t, text)?.value())?;
        }
    }
    loop {
        match statement(t, c) {
            Ok(true) => {}
            Ok(false) => break,
            Err(e) if finish::is_exit(e) => return Err(e),
            Err(e) => finish::print(t, e),
        }
        crate::modules::sys::flush_std_files(t);
    }
    if std::io::stdin().is_terminal() {
        eprintln!();
    }
    Ok(())
}

/// `sys.__interactivehook__`, which `site` sets to bring up completion.
fn interactive_hook(t: &Thread) {
    let run = || -> Result<()> {
        match t.sys_attr(Str::intern_str(t, "__interactivehook__")?)? {
            Some(hook) => t.call(hook, &[]).map(|_| ()),
            None => Ok(()),
        }
    };
    if let Err(e) = run() {
        eprintln!("Failed calling sys.__interactivehook__");
        finish::print(t, e);
    }
}

/// Reads and runs one statement; false at the end of the input.
fn statement(t: &Thread, c: &Config) -> Result<bool> {
    let mut text = String::new();
    let mut prompt = "ps1";
    let ended = loop {
        match read_line(t, prompt) {
            Ok(Some(line)) => {
                if !text.is_empty() {
                    text.push('\n');
                }
                let more = line.strip_suffix('\n');
                text.push_str(more.unwrap_or(&line));
                if prompt == "ps1" && is_blank(&text) {
                    return Ok(true);
                }
                if !needs_more(c, &text) {
                    break false;
                }
                prompt = "ps2";
            }
            Ok(None) if text.is_empty() => return Ok(false),
            Ok(None) => break true,
            Err(e) if ex::is_instance(e.0, ex::Kind::KeyboardInterrupt) => {
                eprintln!("\nKeyboardInterrupt");
                return Ok(true);
            }
            Err(e) => return Err(e),
        }
    };
    if ended {
        text.push('\n');
    }
    run(t, c, &text)?;
    Ok(true)
}

/// Whether a line says nothing: empty, or a comment.
fn is_blank(text: &str) -> bool {
    let rest = text.trim_start_matches([' ', '\t', '\x0c', '\r']);
    rest.is_empty() || rest.starts_with('#')
}

/// The next line with its newline; `None` at the end.
fn read_line(t: &Thread, prompt: &str) -> Result<Option<String>> {
    crate::modules::sys::flush_std_files(t);
    let shown = match t.sys_attr(Str::intern_str(t, prompt)?)? {
        Some(p) => t.str(p)?.to_string_lossy(),
        None => String::new(),
    };
    eprint!("{shown}");
    let _ = std::io::stderr().flush();
    let Some(stdin) = t.sys_attr(Str::intern_str(t, "__stdin__")?)?.filter(|f| !f.is_none()) else { return Ok(None) };
    let line = t.call_method(stdin, Str::intern_str(t, "readline")?, &[])?;
    match line.downcast::<Str>() {
        Some(s) if !s.is_empty() => Ok(Some(s.to_string_lossy())),
        _ => Ok(None),
    }
}

/// Whether the text so far is the beginning of a statement.
fn needs_more(c: &Config, text: &str) -> bool {
    let options = Options { dont_imply_dedent: true, allow_incomplete_input: true, ..main_module::options(c, Mode::Single) };
    let compile = |text: &str| taipan_compiler::compile(text, FILE, &options);
    if compile(text).is_ok() {
        return false;
    }
    match compile(&format!("{text}\n")) {
        Ok(_) => true,
        Err(e) => e.kind == SyntaxErrorKind::Incomplete,
    }
}

fn run(t: &Thread, c: &Config, text: &str) -> Result<()> {
    let name = Str::from_str(t, FILE)?;
    let options = main_module::options(c, Mode::Single);
    // What CPython finds where it expects the empty line is not a second statement but a wrong symbol.
    if let Err(e) = taipan_compiler::compile(text, FILE, &options)
        && e.message.starts_with("multiple statements found")
    {
        return Err(syntax_error(t, &dedented_statement(text), name));
    }
    let code = compile_text(t, text, name, &options)?;
    crate::traceback_print::register_source(t, &code.unit, text)?;
    crate::interp::run_code(t, code, main_module::main_module(t)?.dict(), Value::EMPTY, None)?;
    Ok(())
}

/// The error about a statement that follows a compound one without an empty line between: it is in the last line.
fn dedented_statement(text: &str) -> SyntaxError {
    let line = text.trim_end_matches('\n').rsplit('\n').next().unwrap_or_default();
    let indent = line.len() - line.trim_start().len();
    let word = line[indent..].chars().take_while(|c| c.is_alphanumeric() || *c == '_').count().max(1);
    let number = text.trim_end_matches('\n').split('\n').count() as u32;
    SyntaxError {
        kind: SyntaxErrorKind::Syntax,
        message: "invalid syntax".to_owned(),
        line: number,
        offset: indent as u32 + 1,
        end_line: number,
        end_offset: (indent + word) as u32 + 1,
        text: Some(format!("{line}\n")),
    }
}
