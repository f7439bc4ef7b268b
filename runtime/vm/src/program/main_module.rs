//! What runs as `__main__`: a command, module, file, folder, archive, or standard input.

use super::config::{Config, Run};
use super::{os_text, paths, repl};
use crate::modules::builtins::run::{compile_text, decode};
use crate::native::*;
use crate::objects::exceptions as ex;
use std::ffi::OsStr;
use std::io::{IsTerminal, Read};
use std::os::unix::ffi::OsStrExt;
use std::path::Path;
use taipan_compiler::{Mode, Options};

/// Runs what the command line names, and the prompt after it if that was asked for.
pub fn run(t: &Thread, c: &Config) -> Result<()> {
    let interactive = c.interactive > 0 || std::io::stdin().is_terminal();
    let prompt_only = matches!(c.run, Run::Unnamed | Run::Stdin) && interactive;
    let result = run_named(t, c, prompt_only);
    // The program may have asked for the prompt meanwhile.
    let inspect = c.inspect > 0 || c.env("PYTHONINSPECT").is_some();
    if !inspect || !interactive || prompt_only {
        return result;
    }
    if let Err(e) = result {
        super::finish::print(t, e);
    }
    let main = main_module(t)?;
    for name in ["__file__", "__cached__"] {
        main.dict().remove(t, Str::intern_str(t, name)?.value())?;
    }
    repl::start(t, c, false)
}

fn run_named(t: &Thread, c: &Config, prompt_only: bool) -> Result<()> {
    match &c.run {
        Run::Command(text) => {
            prepend_path(t, c, OsStr::new(""))?;
            command(t, c, text)
        }
        Run::Module(name) => {
            let cwd = std::env::current_dir().unwrap_or_default();
            prepend_path(t, c, cwd.as_os_str())?;
            run_module(t, os_text(t, name)?, true)
        }
        Run::File(file) => {
            if has_main(Path::new(file)) {
                insert_path(t, file)?;
                return run_module(t, Str::from_str(t, "__main__")?, false);
            }
            prepend_path(t, c, &paths::folder_of_script(Path::new(file)))?;
            run_file(t, c, Path::new(file))
        }
        Run::Stdin | Run::Unnamed => {
            prepend_path(t, c, OsStr::new(""))?;
            if prompt_only { repl::start(t, c, true) } else { standard_input(t, c) }
        }
    }
}

/// `sys.modules["__main__"]`
pub fn main_module(t: &Thread) -> Result<Ref<Module>> {
    match t.modules().get(t, names::__main__().value())?.and_then(|m| m.downcast::<Module>()) {
        Some(m) => Ok(m),
        None => Err(t.runtime_error("no __main__ module")),
    }
}

/// Puts a folder in front of `sys.path`, unless that was forbidden.
fn prepend_path(t: &Thread, c: &Config, path: &OsStr) -> Result<()> {
    if c.safe_path { Ok(()) } else { insert_path(t, path) }
}

fn insert_path(t: &Thread, path: &OsStr) -> Result<()> {
    let Some(list) = t.sys_attr(Str::intern_str(t, "path")?)? else {
        return Err(t.runtime_error("unable to get sys.path"));
    };
    t.call_method(list, names::insert(), &[Value::small_int(0), os_text(t, path)?.value()])?;
    Ok(())
}

/// Whether a path is a folder or an archive, in which a `__main__` module is looked for. An archive may have anything before it
/// (a `#!` line), so its mark is looked for at the end.
fn has_main(path: &Path) -> bool {
    use std::io::{Seek, SeekFrom};
    const MARK: &[u8] = b"PK\x05\x06";
    const LONGEST_END: u64 = 22 + 0xffff;
    let Ok(meta) = path.metadata() else { return false };
    if meta.is_dir() {
        return true;
    }
    if !meta.is_file() || meta.len() < 22 {
        return false;
    }
    let mut end = Vec::new();
    let mut read = || {
        let mut f = std::fs::File::open(path)?;
        f.seek(SeekFrom::Start(meta.len().saturating_sub(LONGEST_END)))?;
        f.read_to_end(&mut end)
    };
    read().is_ok() && end.windows(MARK.len()).any(|w| w == MARK)
}

/// Runs a module of `sys.path` as `__main__`, through `runpy`.
fn run_module(t: &Thread, name: Ref<Str>, alter_argv: bool) -> Result<()> {
    let runpy = crate::import::import_module(t, "runpy")?;
    let f = t.get_attr(runpy, Str::intern_str(t, "_run_module_as_main")?)?;
    t.call(f, &[name.value(), Value::bool(alter_argv)])?;
    Ok(())
}

fn run_file(t: &Thread, c: &Config, path: &Path) -> Result<()> {
    let full = paths::absolute(path);
    let name = os_text(t, full.as_os_str())?;
    let main = main_module(t)?;
    let bytes = match std::fs::read(path) {
        Ok(b) => b,
        Err(e) => {
            let n = e.raw_os_error().unwrap_or(0);
            let shown = t.repr(name.value())?;
            eprintln!("{}: can't open file {shown}: [Errno {n}] {}", c.paths.executable.to_string_lossy(), ex::strerror(n));
            return Err(t.new_error_with(ex::class(ex::Kind::SystemExit), &[Value::small_int(2)]));
        }
    };
    main.set(t, "__file__", name.value())?;
    main.set(t, "__cached__", Value::NONE)?;
    let compiled = path.extension().is_some_and(|e| e == "pyc");
    let external = crate::import::import_module(t, "_frozen_importlib_external")?;
    let loader = t.get_attr(external, Str::intern_str(t, if compiled { "SourcelessFileLoader" } else { "SourceFileLoader" })?)?;
    let loader = t.call(loader, &[names::__main__().value(), name.value()])?;
    main.set(t, "__loader__", loader)?;
    let code = if compiled {
        let code = t.call_method(loader, Str::intern_str(t, "get_code")?, &[names::__main__().value()])?;
        match code.downcast::<Code>() {
            Some(c) => c,
            None => return Err(t.runtime_error("Bad code object in .pyc file")),
        }
    } else {
        let bytes = if c.skip_first_line { without_first_line(&bytes) } else { bytes };
        compile_bytes(t, c, &bytes, name)?
    };
    crate::interp::run_code(t, code, main.dict(), Value::EMPTY, None)?;
    Ok(())
}

/// The first line becomes empty, so that the others keep their numbers.
fn without_first_line(bytes: &[u8]) -> Vec<u8> {
    bytes.iter().position(|&b| b == b'\n').map_or_else(Vec::new, |i| bytes[i..].to_vec())
}

fn compile_bytes(t: &Thread, c: &Config, bytes: &[u8], name: Ref<Str>) -> Result<Ref<Code>> {
    let source = decode(t, Bytes::new(t, bytes)?, name)?;
    compile_text(t, &source, name, &options(c, Mode::Exec))
}

/// Options of compilation as the command line sets them.
pub fn options(c: &Config, mode: Mode) -> Options {
    Options { optimize: c.optimize.clamp(0, 2) as u8, ..Options::new(mode) }
}

/// `-c`: the text may be indented as a whole.
fn command(t: &Thread, c: &Config, text: &OsStr) -> Result<()> {
    let name = Str::from_str(t, "<string>")?;
    let Ok(text) = std::str::from_utf8(text.as_bytes()) else {
        let text = os_text(t, text)?;
        let shown = t.ascii(text.value())?;
        eprintln!("Unable to decode the command from the command line: {shown}");
        return Err(t.new_error_with(ex::class(ex::Kind::SystemExit), &[Value::small_int(1)]));
    };
    let source = dedent(text) + "\n";
    let code = compile_text(t, &source, name, &options(c, Mode::Exec))?;
    crate::traceback_print::register_source(t, &code.unit, &source)?;
    crate::interp::run_code(t, code, main_module(t)?.dict(), Value::EMPTY, None)?;
    Ok(())
}

/// Takes away the white space that all lines begin with; lines of white space only become empty.
fn dedent(text: &str) -> String {
    let blank = |l: &str| l.bytes().all(|b| b == b' ' || b == b'\t');
    let indent = |l: &str| l.len() - l.trim_start_matches([' ', '\t']).len();
    let mut margin: Option<&str> = None;
    for line in text.split('\n').filter(|l| !blank(l)) {
        let own = &line[..indent(line)];
        margin = Some(match margin {
            None => own,
            Some(m) => {
                let common = m.bytes().zip(own.bytes()).take_while(|(a, b)| a == b).count();
                &m[..common]
            }
        });
    }
    let margin = margin.map_or(0, str::len);
    if margin == 0 {
        return text.to_owned();
    }
    let lines: Vec<&str> = text.split('\n').map(|l| if blank(l) { "" } else { &l[margin..] }).collect();
    lines.join("\n")
}

/// The program comes from standard input, all of it before it is run.
fn standard_input(t: &Thread, c: &Config) -> Result<()> {
    let mut bytes = Vec::new();
    if let Err(e) = t.blocking(|| std::io::stdin().lock().read_to_end(&mut bytes)) {
        return Err(ex::os_error(t, e.raw_os_error().unwrap_or(0), None));
    }
    let name = Str::from_str(t, "<stdin>")?;
    let main = main_module(t)?;
    main.set(t, "__file__", name.value())?;
    main.set(t, "__cached__", Value::NONE)?;
    let bytes = if c.skip_first_line { without_first_line(&bytes) } else { bytes };
    let code = compile_bytes(t, c, &bytes, name)?;
    crate::interp::run_code(t, code, main.dict(), Value::EMPTY, None)?;
    Ok(())
}

/// Runs `PYTHONSTARTUP` in `__main__`; what goes wrong is shown, and the prompt comes all the same.
pub fn startup_file(t: &Thread, c: &Config) -> Result<()> {
    let Some(file) = c.env("PYTHONSTARTUP") else { return Ok(()) };
    let name = os_text(t, &file)?;
    let run = || {
        let bytes = match std::fs::read(&file) {
            Ok(b) => b,
            Err(e) => {
                eprintln!("Could not open PYTHONSTARTUP");
                return Err(ex::os_error(t, e.raw_os_error().unwrap_or(0), Some(name.value())));
            }
        };
        let code = compile_bytes(t, c, &bytes, name)?;
        let main = main_module(t)?;
        main.set(t, "__file__", name.value())?;
        let result = crate::interp::run_code(t, code, main.dict(), Value::EMPTY, None);
        main.dict().remove(t, names::__file__().value())?;
        result
    };
    match run() {
        Err(e) if super::finish::is_exit(e) => Err(e),
        Err(e) => {
            super::finish::print(t, e);
            Ok(())
        }
        Ok(_) => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::dedent;

    #[test]
    fn commands_lose_their_common_indent() {
        assert_eq!(dedent("  a\n    b\n \n  c"), "a\n  b\n\nc");
        assert_eq!(dedent("a\n  b"), "a\n  b");
        assert_eq!(dedent("\ta\n  b"), "\ta\n  b");
    }
}
