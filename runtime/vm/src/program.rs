//! Running a program: the command line's work once its options are read.

use crate::native::*;
use crate::objects::exceptions as ex;
use std::ffi::OsString;
use std::process::ExitCode;
use std::sync::Arc;
use taipan_compiler::{Mode, Options};

/// Runs the interpreter with the process's arguments.
pub fn run(args: Vec<OsString>) -> ExitCode {
    let t = match crate::startup::start() {
        Ok(t) => t,
        Err(_) => {
            eprintln!("taipan: the runtime could not be started");
            return ExitCode::from(1);
        }
    };
    crate::hooks::started(&t);
    let result =
        crate::import::install_importlib(&t).and_then(|()| crate::hooks::make_streams(&t)).and_then(|()| run_program(&t, args));
    let code = match result {
        Ok(()) => 0,
        Err(e) => report(&t, e),
    };
    crate::hooks::exiting(&t);
    crate::modules::sys::flush_std_files(&t);
    ExitCode::from(code)
}

fn run_program(t: &Thread, args: Vec<OsString>) -> Result<()> {
    let text = |i: usize| args.get(i).map(|s| s.to_string_lossy().into_owned());
    let (source, filename) = match text(1).as_deref() {
        Some("-c") => (text(2).unwrap_or_default(), "<string>".to_owned()),
        Some(path) => match std::fs::read(path) {
            Ok(bytes) => match taipan_compiler::decode_source(&bytes) {
                Ok(s) => (s, path.to_owned()),
                Err(_) => return Err(t.syntax_error_plain(format!("cannot decode {path}"))),
            },
            Err(e) => {
                eprintln!(
                    "taipan: can't open file '{path}': [Errno {}] {}",
                    e.raw_os_error().unwrap_or(0),
                    ex::strerror(e.raw_os_error().unwrap_or(0))
                );
                return Err(t.new_error_with(ex::class(ex::Kind::SystemExit), &[Value::small_int(2)]));
            }
        },
        None => return Err(t.not_implemented_error("the interactive prompt is not built yet")),
    };
    run_source(t, &source, &filename)
}

/// Compiles and runs source as `__main__`.
pub fn run_source(t: &Thread, source: &str, filename: &str) -> Result<()> {
    let compiled = match taipan_compiler::compile(source, filename, &Options::new(Mode::Exec)) {
        Ok(c) => c,
        Err(e) => return Err(ex::syntax_error(t, &e, Str::from_str(t, filename)?)),
    };
    let unit = Arc::new(compiled.unit);
    if filename.starts_with('<') {
        crate::traceback_print::register_source(&unit, source);
    }
    let code = Code::new(t, &unit)?;
    let Some(main) = t.modules().get(t, names::__main__().value())?.and_then(|m| m.downcast::<Module>()) else {
        return Err(t.runtime_error("no __main__ module"));
    };
    let file = Str::from_str(t, filename)?;
    main.set(t, "__file__", file.value())?;
    crate::interp::run_code(t, code, main.dict(), Value::EMPTY, None)?;
    Ok(())
}

/// Prints an uncaught exception, or obeys a SystemExit; returns the exit status.
fn report(t: &Thread, e: Exc) -> u8 {
    if e.is(t, ex::class(ex::Kind::SystemExit)) {
        let code = t.get_attr(e.0, names::code()).unwrap_or(Value::NONE);
        return match code {
            Value::NONE => 0,
            v if v.is_bool() => u8::from(v == Value::TRUE),
            v => match v.as_small_int() {
                Some(i) => i as u8,
                None => {
                    if let Ok(s) = t.str(v) {
                        eprintln!("{s}");
                    }
                    1
                }
            },
        };
    }
    crate::modules::sys::flush_std_files(t);
    crate::traceback_print::print_exception(t, e.0);
    1
}
