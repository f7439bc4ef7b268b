//! `_io`: files and streams. Each file of this folder is one layer: `base` the abstract classes, `fileio` descriptors, `buffered` and
//! `bytesio` bytes, `newline`, `stringio` and `text` text.

mod base;
mod buffered;
mod bytesio;
mod fileio;
mod newline;
mod stringio;
mod text;

use base::*;
use taipan_vm::native::*;
use taipan_vm::objects::exceptions as ex;

pub struct Io;

/// `DEFAULT_BUFFER_SIZE`
pub(crate) const BUFFER_SIZE: usize = 128 * 1024;

fn init(t: &Thread, m: Ref<Module>) -> Result<()> {
    m.set(t, "DEFAULT_BUFFER_SIZE", t.int(BUFFER_SIZE as i64)?)?;
    m.set(t, "UnsupportedOperation", unsupported_class(t)?.value())?;
    m.set(t, "BlockingIOError", ex::class(ex::Kind::BlockingIOError).value())
}

fn text_value(t: &Thread, s: &str) -> Result<Value> {
    Str::intern_str(t, s).map(Ref::value)
}

/// Calls a class of this module with keyword arguments.
fn construct(t: &Thread, class: Ref<Class>, args: &[Value]) -> Result<Value> {
    t.call(class.value(), args)
}

#[allow(clippy::too_many_arguments)]
fn open_file(
    t: &Thread,
    file: Value,
    mode: &str,
    buffering: i64,
    encoding: Value,
    errors: Value,
    newline: Value,
    closefd: bool,
    opener: Value,
) -> Result<Value> {
    let is_number = t.index_opt(file)?.is_some();
    let file = if is_number { file } else { taipan_vm::objects::str_codecs::fspath(t, file)? };
    let (mut main, mut plus, mut binary, mut text, mut raw_mode) = (0, false, false, false, String::new());
    let mut reading = false;
    for (i, c) in mode.char_indices() {
        if mode[..i].contains(c) {
            return Err(t.value_error(format!("invalid mode: '{mode}'")));
        }
        match c {
            'x' | 'r' | 'w' | 'a' => {
                main += 1;
                reading |= c == 'r';
                raw_mode.push(c);
            }
            '+' => plus = true,
            't' => text = true,
            'b' => binary = true,
            _ => return Err(t.value_error(format!("invalid mode: '{mode}'"))),
        }
    }
    if text && binary {
        return Err(t.value_error("can't have text and binary mode at once"));
    }
    if main != 1 {
        return Err(t.value_error("must have exactly one of create/read/write/append mode"));
    }
    if binary {
        for (v, what) in [(encoding, "encoding"), (errors, "errors")] {
            if !v.is_none() {
                return Err(t.value_error(format!("binary mode doesn't take an {what} argument")));
            }
        }
        if !newline.is_none() {
            return Err(t.value_error("binary mode doesn't take a newline argument"));
        }
        if buffering == 1 {
            t.warn(
                ex::Kind::RuntimeWarning,
                "line buffering (buffering=1) isn't supported in binary mode, the default buffer size will be used",
            )?;
        }
    }
    if plus {
        raw_mode.push('+');
    }
    let raw = construct(t, fileio::FileIO::class(), &[file, text_value(t, &raw_mode)?, Value::bool(closefd), opener])?;
    let wrap = |raw: Value| -> Result<Value> {
        let terminal = buffering < 0 && t.truth(call(t, raw, "isatty", &[])?)?;
        let mut buffering = buffering;
        let line_buffering = buffering == 1 && !binary || terminal;
        if buffering == 1 || buffering < 0 {
            let block = raw.downcast::<fileio::FileIO>().map_or(BUFFER_SIZE, |f| f.block_size());
            buffering = block.clamp(BUFFER_SIZE, 8 << 20) as i64;
        }
        if buffering == 0 {
            if !binary {
                return Err(t.value_error("can't have unbuffered text I/O"));
            }
            return Ok(raw);
        }
        let class = if plus {
            buffered::BufferedRandom::class()
        } else if reading {
            buffered::BufferedReader::class()
        } else {
            buffered::BufferedWriter::class()
        };
        let buffer = construct(t, class, &[raw, t.int(buffering)?])?;
        if binary {
            return Ok(buffer);
        }
        let args = [buffer, encoding, errors, newline, Value::bool(line_buffering)];
        let wrapper = construct(t, text::TextIOWrapper::class(), &args)?;
        set_attr(t, wrapper, "mode", text_value(t, mode)?)?;
        Ok(wrapper)
    };
    wrap(raw).map_err(|e| {
        set_owned(raw, false);
        let _ = call(t, raw, "close", &[]);
        e
    })
}

/// The io module provides the Python interfaces to stream handling.
#[pymodule(
    name = "_io",
    init = init,
    classes(
        IOBase, RawIOBase, BufferedIOBase, TextIOBase, fileio::FileIO, bytesio::BytesIO, stringio::StringIO,
        newline::IncrementalNewlineDecoder, buffered::BufferedReader, buffered::BufferedWriter, buffered::BufferedRandom,
        buffered::BufferedRWPair, text::TextIOWrapper
    )
)]
impl Io {
    /// Open file and return a stream. Raise OSError upon failure.
    #[py("(file, mode='r', buffering=-1, encoding=None, errors=None, newline=None, closefd=True, opener=None)")]
    #[allow(clippy::too_many_arguments)]
    fn open(
        t: &Thread,
        file: Value,
        mode: Option<Ref<Str>>,
        buffering: Option<i32>,
        encoding: OrNone<Ref<Str>>,
        errors: OrNone<Ref<Str>>,
        newline: OrNone<Ref<Str>>,
        closefd: Option<bool>,
        opener: Option<Value>,
    ) -> Result<Value> {
        let mode = mode.map_or_else(|| "r".to_owned(), |m| m.to_string_lossy());
        let v = |s: OrNone<Ref<Str>>| s.0.map_or(Value::NONE, Ref::value);
        let (closefd, opener) = (closefd.unwrap_or(true), opener.unwrap_or(Value::NONE));
        let (encoding, errors, newline) = (v(encoding), v(errors), v(newline));
        open_file(t, file, &mode, buffering.unwrap_or(-1) as i64, encoding, errors, newline, closefd, opener)
    }
    /// Opens the provided file with the intent to import the contents.
    #[py("(path)")]
    fn open_code(t: &Thread, path: Ref<Str>) -> Result<Value> {
        open_file(t, path.value(), "rb", -1, Value::NONE, Value::NONE, Value::NONE, true, Value::NONE)
    }
    /// A helper function to choose the text encoding.
    #[py("(encoding, stacklevel=2, /)")]
    fn text_encoding(t: &Thread, encoding: Value, stacklevel: Option<i32>) -> Result<Value> {
        if !encoding.is_none() {
            return Ok(encoding);
        }
        warn_default_encoding(t, stacklevel.unwrap_or(2))?;
        text_value(t, if taipan_vm::program::config().utf8_mode > 0 { "utf-8" } else { "locale" })
    }
}

/// The name of the encoding of the system's texts, which is always the same one, but is written as CPython does.
pub(crate) fn locale_encoding() -> &'static str {
    if taipan_vm::program::config().utf8_mode != 0 { "utf-8" } else { "UTF-8" }
}

/// `-X warn_default_encoding`: a text file was opened without saying how it is encoded.
pub(crate) fn warn_default_encoding(t: &Thread, level: i32) -> Result<()> {
    if !taipan_vm::program::config().warn_default_encoding {
        return Ok(());
    }
    let category = ex::class(ex::Kind::EncodingWarning);
    taipan_vm::modules::warnings::warn(t, category, "'encoding' argument not specified", level.max(1) as usize)
}

/// Makes `sys.stdin`, `sys.stdout` and `sys.stderr`: text over the descriptors 0 to 2, None where one is not open.
pub fn std_streams(t: &Thread) -> Result<()> {
    // The classes belong to the module.
    taipan_vm::import::import_module(t, "_io")?;
    let c = taipan_vm::program::config();
    let tolerant = c.utf8_mode > 0 || taipan_vm::program::is_c_locale();
    let (mut encoding, mut errors) = ("utf-8".to_owned(), if tolerant { "surrogateescape" } else { "strict" }.to_owned());
    if let Some(given) = c.env("PYTHONIOENCODING") {
        let given = given.to_string_lossy();
        let (e, h) = given.split_once(':').unwrap_or((&given, ""));
        if !e.is_empty() {
            encoding = e.to_owned();
        }
        if !h.is_empty() || !e.is_empty() {
            errors = if h.is_empty() { "strict".to_owned() } else { h.to_owned() };
        }
    }
    for (fd, name, shown) in [(0, "stdin", "<stdin>"), (1, "stdout", "<stdout>"), (2, "stderr", "<stderr>")] {
        // SAFETY: no memory is involved.
        let open = unsafe { libc::fcntl(fd, libc::F_GETFD) } >= 0;
        let stream = if open {
            let raw = construct(
                t,
                fileio::FileIO::class(),
                &[t.int(fd as i64)?, text_value(t, if fd == 0 { "r" } else { "w" })?, Value::FALSE],
            )?;
            set_attr(t, raw, "name", text_value(t, shown)?)?;
            let terminal = t.truth(call(t, raw, "isatty", &[])?)?;
            let unbuffered = c.unbuffered && fd != 0;
            let class = if fd == 0 { buffered::BufferedReader::class() } else { buffered::BufferedWriter::class() };
            let buffer = if unbuffered { raw } else { construct(t, class, &[raw, t.int(BUFFER_SIZE as i64)?])? };
            let errors = if fd == 2 { "backslashreplace" } else { &errors };
            let newline = if fd == 0 { Value::NONE } else { text_value(t, "\n")? };
            let line = Value::bool(!unbuffered && (fd == 2 || terminal));
            let through = Value::bool(unbuffered);
            let args = [buffer, text_value(t, &encoding)?, text_value(t, errors)?, newline, line, through];
            let w = construct(t, text::TextIOWrapper::class(), &args)?;
            set_attr(t, w, "mode", text_value(t, if fd == 0 { "r" } else { "w" })?)?;
            w
        } else {
            Value::NONE
        };
        for n in [name.to_owned(), format!("__{name}__")] {
            t.sys_dict().set(t, text_value(t, &n)?, stream)?;
        }
    }
    Ok(())
}
