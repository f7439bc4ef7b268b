//! `print`, `input`, `open`: on `sys.stdout`, `sys.stdin` and module `io`. As long as the program has no such module, `print` and
//! `input` use the process's own streams, in UTF-8.

use crate::native::*;
use std::io::Write;

/// Whether there is a module that makes the streams of `sys`.
fn has_streams() -> bool {
    crate::modules::find("_io").is_some()
}

fn io_error(t: &Thread, e: std::io::Error) -> Exc {
    crate::objects::exceptions::os_error(t, e.raw_os_error().unwrap_or(libc::EIO), None)
}

/// Where `print` goes.
#[derive(Clone, Copy)]
enum Out {
    /// The `write` method of a file.
    Method(Value),
    /// Standard output of the process.
    Process,
}

impl Out {
    fn write(self, t: &Thread, s: Ref<Str>) -> Result<()> {
        match self {
            Out::Method(write) => t.call(write, &[s.value()]).map(drop),
            Out::Process => {
                let text = s.to_string_lossy();
                t.blocking(|| std::io::stdout().write_all(text.as_bytes())).map_err(|e| io_error(t, e))
            }
        }
    }
    fn flush(self, t: &Thread, file: Value) -> Result<()> {
        match self {
            Out::Method(_) => t.call_method(file, names::flush(), &[]).map(drop),
            Out::Process => t.blocking(|| std::io::stdout().flush()).map_err(|e| io_error(t, e)),
        }
    }
}

fn text_option(t: &Thread, v: Option<Value>, name: &str, default: u32) -> Result<Ref<Str>> {
    match v {
        None => Str::from_char(t, default),
        Some(v) => v
            .downcast::<Str>()
            .ok_or_else(|| t.type_error(format!("{name} must be None or a string, not {}", crate::ops::type_name(v)))),
    }
}

pub fn print(t: &Thread, args: &[Value], sep: Option<Value>, end: Option<Value>, file: Option<Value>, flush: bool) -> Result<()> {
    let file = match file {
        Some(f) => f,
        None => match t.sys_attr(names::stdout())? {
            Some(f) if f.is_none() => return Ok(()),
            Some(f) => f,
            None if has_streams() => return Err(t.runtime_error("lost sys.stdout")),
            None => Value::EMPTY,
        },
    };
    let sep = text_option(t, sep, "sep", ' ' as u32)?;
    let end = text_option(t, end, "end", '\n' as u32)?;
    let out = if file.is_empty() { Out::Process } else { Out::Method(t.get_attr(file, names::write())?) };
    for (i, &v) in args.iter().enumerate() {
        if i > 0 {
            out.write(t, sep)?;
        }
        out.write(t, t.str(v)?)?;
    }
    out.write(t, end)?;
    if flush { out.flush(t, file) } else { Ok(()) }
}

/// A stream of `sys`, or the error of its loss.
fn stream(t: &Thread, name: Ref<Str>) -> Result<Value> {
    match t.sys_attr(name)? {
        Some(f) if !f.is_none() => Ok(f),
        _ => Err(t.runtime_error(format!("input(): lost sys.{name}"))),
    }
}

pub fn input(t: &Thread, prompt: Option<Value>) -> Result<Value> {
    if t.sys_attr(names::stdin())?.is_none() && !has_streams() {
        return input_of_process(t, prompt);
    }
    let stdin = stream(t, names::stdin())?;
    let stdout = stream(t, names::stdout())?;
    let stderr = stream(t, names::stderr())?;
    // Streams need not be able to flush.
    let _ = t.call_method(stderr, names::flush(), &[]);
    if let Some(p) = prompt {
        let p = t.str(p)?;
        t.call_method(stdout, names::write(), &[p.value()])?;
    }
    let _ = t.call_method(stdout, names::flush(), &[]);
    let line = t.call_method(stdin, names::readline(), &[])?;
    let Some(line) = line.downcast::<Str>() else {
        return Err(t.type_error("object.readline() returned non-string"));
    };
    without_newline(t, line)
}

fn input_of_process(t: &Thread, prompt: Option<Value>) -> Result<Value> {
    if let Some(p) = prompt {
        Out::Process.write(t, t.str(p)?)?;
    }
    Out::Process.flush(t, Value::EMPTY)?;
    let mut line = String::new();
    t.blocking(|| std::io::stdin().read_line(&mut line)).map_err(|e| io_error(t, e))?;
    without_newline(t, Str::from_str(t, &line)?)
}

fn without_newline(t: &Thread, line: Ref<Str>) -> Result<Value> {
    let n = line.len();
    if n == 0 {
        return Err(t.eof_error("EOF when reading a line"));
    }
    let end = if line.units().at(n - 1) == '\n' as u32 { n - 1 } else { n };
    Str::substring(t, line, 0..end).map(Ref::value)
}

pub fn open(t: &Thread, args: &[Value], kwargs: Option<Ref<Dict>>) -> Result<Value> {
    let io = crate::import::import_module(t, "_io").or_else(|_| crate::import::import_module(t, "io"))?;
    let f = t.get_attr(io, Str::intern_str(t, "open")?)?;
    t.call_with_dict(f, args, kwargs)
}
