//! `TextIOWrapper`: text over a buffered stream.
//!
//! UTF-8, Latin-1 and ASCII are decoded here; other encodings by the incremental codecs of the registry. Decoded text that was not
//! given out yet is kept with the bytes it came from, so that `tell` can say which byte a character belongs to.

use super::base::*;
use super::buffered;
use super::newline::*;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::*};
use std::sync::{Mutex, MutexGuard};
use taipan_text::codecs::Codec;
use taipan_vm::native::*;
use taipan_vm::objects::buffer::flags;
use taipan_vm::objects::exceptions as ex;
use taipan_vm::objects::str::empty_str;
use taipan_vm::objects::str_codecs;

const CHUNK: usize = 8192;

struct State {
    mode: NewlineMode,
    newlines: Newlines,
    /// `None`: the registry's codecs do the work.
    codec: Option<Codec>,
    /// All bytes read since the beginning of `decoded`.
    bytes: Vec<u8>,
    /// How many of them, at the end, are not decoded yet.
    rest: usize,
    /// Encoded, but not written.
    pending: Vec<u8>,
}

#[derive(HeapType)]
#[heap(base = TextIOBase)]
#[repr(C)]
pub struct TextIOWrapper {
    base: TextIOBase,
    /// Empty before `__init__`, None once detached.
    buffer: Field,
    encoding: Field,
    errors: Field,
    decoder: Field,
    encoder: Field,
    /// Text that was read; `pos` says how much of it was given out.
    decoded: Field,
    pos: AtomicUsize,
    chunk: AtomicUsize,
    line_buffering: AtomicBool,
    write_through: AtomicBool,
    /// Whether the stream was seekable when this was made.
    seekable: AtomicBool,
    /// Whether `tell` works: not while lines are iterated over.
    telling: AtomicBool,
    #[noscan(drop)]
    lock: FileLock,
    #[noscan(drop)]
    state: Mutex<State>,
}

type This = Ref<TextIOWrapper>;

const PLAIN: NewlineMode = NewlineMode { universal: true, translate: true, lines: LineMode::Lf, write: None };

impl TextIOWrapper {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(|e| e.into_inner())
    }
    fn inner(&self, t: &Thread) -> Result<Value> {
        match self.buffer.get().some() {
            Some(v) if v.is_none() => Err(t.value_error("underlying buffer has been detached")),
            Some(v) => Ok(v),
            None => Err(t.value_error("I/O operation on uninitialized object")),
        }
    }
    fn open(&self, t: &Thread) -> Result<Value> {
        let b = self.inner(t)?;
        check_closed(t, b)?;
        Ok(b)
    }
    fn policy(&self) -> Option<Ref<Str>> {
        self.errors.get().downcast::<Str>()
    }
    fn text(&self) -> Ref<Str> {
        self.decoded.get().downcast::<Str>().unwrap_or_else(empty_str)
    }
    fn left(&self) -> usize {
        self.text().len() - self.pos.load(Relaxed)
    }
}

fn set_text(t: &Thread, this: This, s: Ref<Str>) {
    this.decoded.set(t, this.header(), s.value());
    this.pos.store(0, Relaxed);
}

/// Forgets what was read ahead.
fn forget(t: &Thread, this: This) {
    set_text(t, this, empty_str());
    let mut s = this.state();
    s.bytes.clear();
    s.rest = 0;
    s.newlines.pending = false;
}

fn flush_pending(t: &Thread, this: This, buffer: Value) -> Result<()> {
    let data = std::mem::take(&mut this.state().pending);
    if data.is_empty() {
        return Ok(());
    }
    match buffered::exact(buffer) {
        Some(b) => buffered::write(t, b, &data).map(drop),
        None => t.call_method(buffer, names::write(), &[Bytes::new(t, &data)?.value()]).map(drop),
    }
}

/// The registry's incremental codec, made on first use.
fn incremental(t: &Thread, this: This, field: &Field, attribute: &str) -> Result<Value> {
    let v = field.get();
    if !v.is_none() {
        return Ok(v);
    }
    let Some(name) = this.encoding.get().downcast::<Str>() else { return Err(t.value_error("no encoding")) };
    let info = taipan_vm::modules::codecs::lookup(t, name)?;
    let errors = this.policy().map_or(Value::NONE, Ref::value);
    let v = call(t, info.value(), attribute, &[errors])?;
    field.set(t, this.header(), v);
    Ok(v)
}

/// Decodes what came in, with what was left before.
fn decode(t: &Thread, this: This, data: &[u8], object: Value, last: bool) -> Result<Ref<Str>> {
    let (codec, input) = {
        let s = this.state();
        let kept = &s.bytes[s.bytes.len() - s.rest..];
        (s.codec, if kept.is_empty() { None } else { Some([kept, data].concat()) })
    };
    let (text, rest) = match codec {
        Some(codec) => {
            let (object, bytes) = match &input {
                Some(i) => (Value::NONE, i.as_slice()),
                None => (object, data),
            };
            let (text, used) = str_codecs::decode_native(t, codec, object, bytes, this.policy(), last)?;
            (text, bytes.len() - used)
        }
        None => {
            let decoder = incremental(t, this, &this.decoder, "incrementaldecoder")?;
            let object = if object.is_none() { Bytes::new(t, data)?.value() } else { object };
            let v = call(t, decoder, "decode", &[object, Value::bool(last)])?;
            let Some(text) = v.downcast::<Str>() else {
                return Err(t.type_error(format!("decoder should return a string result, not '{}'", class_of(v).name_string())));
            };
            (text, 0)
        }
    };
    let (universal, mut newlines) = {
        let s = this.state();
        (s.mode.universal, s.newlines)
    };
    let text = if universal { newlines.decode(t, text, last)? } else { text };
    let mut s = this.state();
    s.newlines = newlines;
    s.rest = rest;
    s.bytes.extend_from_slice(data);
    Ok(text)
}

/// How many of the bytes the first `chars` characters stand for; `None` where that cannot be told.
fn bytes_of(s: &State, errors: Option<Ref<Str>>, chars: usize) -> Option<usize> {
    let codec = s.codec?;
    let (mut at, mut n) = (0, 0);
    let bytes = &s.bytes;
    let errors = errors.map_or_else(|| "strict".to_owned(), |e| e.to_string_lossy());
    while n < chars {
        let &b = bytes.get(at)?;
        at += match codec {
            _ if b == b'\r' && s.mode.translate && bytes.get(at + 1) == Some(&b'\n') => 2,
            Codec::Latin1 => 1,
            _ if b < 0x80 => 1,
            Codec::Utf8 => {
                let chunk = bytes[at..(at + 4).min(bytes.len())].utf8_chunks().next()?;
                match chunk.valid().chars().next() {
                    Some(c) => c.len_utf8(),
                    None if errors == "surrogateescape" => 1,
                    None if errors == "replace" => chunk.invalid().len(),
                    None => return None,
                }
            }
            Codec::Ascii if errors == "surrogateescape" || errors == "replace" => 1,
            _ => return None,
        };
        n += 1;
    }
    Some(at)
}

/// Reads one more piece behind what is left: false at the end.
fn read_piece(t: &Thread, this: This, buffer: Value, hint: usize) -> Result<bool> {
    let n = t.int(hint.max(this.chunk.load(Relaxed)) as i64)?;
    let method = match attr_opt(t, buffer, "read1")? {
        Some(m) => m,
        None => t.get_attr(buffer, names::read())?,
    };
    let v = t.call(method, &[n])?;
    let data = match v.downcast::<Bytes>() {
        Some(b) => b.as_slice().to_vec(),
        None if v.is_none() => Vec::new(),
        None => t
            .buffer(v)
            .map_err(|_| {
                t.type_error(format!(
                    "underlying read1() should have returned a bytes-like object, not '{}'",
                    class_of(v).name_string()
                ))
            })?
            .to_vec(),
    };
    let object = if v.downcast::<Bytes>().is_some() { v } else { Value::NONE };
    let (old, pos) = (this.text(), this.pos.load(Relaxed));
    // What was given out need not be kept.
    {
        let mut s = this.state();
        let used = if pos == 0 {
            0
        } else if pos == old.len() && !s.newlines.pending {
            s.bytes.len() - s.rest
        } else {
            bytes_of(&s, this.policy(), pos).unwrap_or(0)
        };
        s.bytes.drain(..used);
    }
    let rest = Str::substring(t, old, pos..old.len())?;
    set_text(t, this, rest);
    let text = decode(t, this, &data, object, data.is_empty())?;
    let all = join(t, &[rest.value(), text.value()])?;
    set_text(t, this, all);
    Ok(!data.is_empty())
}

fn read(t: &Thread, this: This, n: Option<usize>) -> Result<Ref<Str>> {
    let buffer = this.open(t)?;
    readable(t, buffer)?;
    let _lock = this.lock.enter(t)?;
    flush_pending(t, this, buffer)?;
    match n {
        None => {
            let v = t.call_method(buffer, names::read(), &[])?;
            if v.is_none() {
                let text = Str::from_str(t, "Read returned None.")?.value();
                return Err(t.new_error_with(ex::class(ex::Kind::BlockingIOError), &[text]));
            }
            let object = if v.downcast::<Bytes>().is_some() { v } else { Value::NONE };
            let data = t.bytes_at_once(v, flags::SIMPLE)?;
            let text = decode(t, this, &data, object, true)?;
            let (old, pos) = (this.text(), this.pos.load(Relaxed));
            let rest = Str::substring(t, old, pos..old.len())?;
            forget(t, this);
            join(t, &[rest.value(), text.value()])
        }
        Some(n) => {
            while this.left() < n {
                let hint = n - this.left();
                if !read_piece(t, this, buffer, hint.min(1 << 20))? {
                    break;
                }
            }
            take(t, this, n)
        }
    }
}

/// Gives out up to `n` characters of what is there.
fn take(t: &Thread, this: This, n: usize) -> Result<Ref<Str>> {
    let (text, pos) = (this.text(), this.pos.load(Relaxed));
    let end = pos + n.min(text.len() - pos);
    let s = Str::substring(t, text, pos..end)?;
    this.pos.store(end, Relaxed);
    Ok(s)
}

fn readable(t: &Thread, buffer: Value) -> Result<()> {
    if buffered::exact(buffer).is_some() || t.truth(call(t, buffer, "readable", &[])?)? {
        Ok(())
    } else {
        Err(unsupported(t, "not readable"))
    }
}

fn read_line(t: &Thread, this: This, limit: Option<usize>) -> Result<Ref<Str>> {
    let buffer = this.open(t)?;
    let _lock = this.lock.enter(t)?;
    flush_pending(t, this, buffer)?;
    let lines = this.state().mode.lines;
    let mut left = limit.unwrap_or(usize::MAX);
    // Earlier pieces of a long line.
    let parts = ValueVec::new();
    loop {
        let (text, pos) = (this.text(), this.pos.load(Relaxed));
        let found = line_end(text.units(), pos, lines).map(|e| e - pos);
        if let Some(n) = found.filter(|&n| n <= left) {
            parts.push(t, take(t, this, n)?.value())?;
            return join(t, parts.as_slice());
        }
        let have = text.len() - pos;
        if have >= left {
            parts.push(t, take(t, this, left)?.value())?;
            return join(t, parts.as_slice());
        }
        // Half a terminator waits for the other half.
        let half = lines == LineMode::CrLf && have > 0 && text.units().at(text.len() - 1) == 13;
        let n = have - half as usize;
        if n > 0 {
            parts.push(t, take(t, this, n)?.value())?;
            left -= n;
        }
        if !read_piece(t, this, buffer, 0)? && this.left() <= half as usize {
            parts.push(t, take(t, this, left)?.value())?;
            return join(t, parts.as_slice());
        }
    }
}

fn write(t: &Thread, this: This, s: Ref<Str>) -> Result<usize> {
    let buffer = this.open(t)?;
    let _lock = this.lock.enter(t)?;
    let (mode, codec) = {
        let st = this.state();
        (st.mode, st.codec)
    };
    let text = mode.written(t, s)?;
    let through = this.write_through.load(Relaxed);
    let line = this.line_buffering.load(Relaxed) && s.units().iter().any(|c| c == 10 || c == 13);
    let bytes = match codec {
        Some(codec) => str_codecs::encode_native(t, codec, text, this.policy())?,
        None => {
            let encoder = incremental(t, this, &this.encoder, "incrementalencoder")?;
            let v = call(t, encoder, "encode", &[text.value()])?;
            v.downcast::<Bytes>()
                .ok_or_else(|| t.type_error(format!("encoder should return a bytes object, not '{}'", class_of(v).name_string())))?
        }
    };
    let chunk = this.chunk.load(Relaxed);
    // Flushing may write, too.
    loop {
        let have = this.state().pending.len();
        if have == 0 || have + bytes.len() <= chunk {
            break;
        }
        flush_pending(t, this, buffer)?;
    }
    let full = {
        let mut st = this.state();
        st.pending.extend_from_slice(bytes.as_slice());
        st.pending.len() >= chunk
    };
    if full || through || line {
        flush_pending(t, this, buffer)?;
    }
    if line {
        t.call_method(buffer, names::flush(), &[])?;
    }
    // What was read ahead of another stream than the one written to stays.
    if this.seekable.load(Relaxed) && this.text().len() > 0 {
        forget(t, this);
    }
    Ok(s.len())
}

fn flush(t: &Thread, this: This) -> Result<()> {
    let buffer = this.open(t)?;
    this.telling.store(this.seekable.load(Relaxed), Relaxed);
    {
        let _lock = this.lock.enter(t)?;
        flush_pending(t, this, buffer)?;
    }
    t.call_method(buffer, names::flush(), &[]).map(drop)
}

fn tell(t: &Thread, this: This) -> Result<Value> {
    let buffer = this.open(t)?;
    if !t.truth(call(t, buffer, "seekable", &[])?)? {
        return Err(unsupported(t, "underlying stream is not seekable"));
    }
    if !this.telling.load(Relaxed) {
        return Err(t.os_error_plain("telling position disabled by next() call"));
    }
    let _lock = this.lock.enter(t)?;
    flush_pending(t, this, buffer)?;
    call(t, buffer, "flush", &[])?;
    let at = call(t, buffer, "tell", &[])?;
    let pos = this.pos.load(Relaxed);
    let behind = {
        let s = this.state();
        if s.bytes.is_empty() {
            Some(0)
        } else if s.codec.is_none() && pos == this.text().len() && !s.newlines.pending {
            Some(0)
        } else {
            bytes_of(&s, this.policy(), pos).map(|n| s.bytes.len() - n)
        }
    };
    match behind {
        Some(n) => t.int(t.to_i64(at)? - n as i64),
        None => Err(t.os_error_plain("can't reconstruct logical file position")),
    }
}

fn seek(t: &Thread, this: This, cookie: Value, whence: i32) -> Result<Value> {
    let buffer = this.open(t)?;
    if !t.truth(call(t, buffer, "seekable", &[])?)? {
        return Err(unsupported(t, "underlying stream is not seekable"));
    }
    let _lock = this.lock.enter(t)?;
    let zero = t.equal(cookie, Value::small_int(0))?;
    let to = match whence {
        0 => cookie,
        1 if !zero => return Err(unsupported(t, "can't do nonzero cur-relative seeks")),
        1 => tell(t, this)?,
        2 if !zero => return Err(unsupported(t, "can't do nonzero end-relative seeks")),
        2 => Value::small_int(0),
        w => return Err(t.value_error(format!("invalid whence ({w}, should be 0, 1 or 2)"))),
    };
    if whence == 0 && t.to_i64(cookie)? < 0 {
        return Err(t.value_error(format!("negative seek position {}", t.repr(cookie)?)));
    }
    flush_pending(t, this, buffer)?;
    call(t, buffer, "flush", &[])?;
    forget(t, this);
    let decoder = this.decoder.get();
    if !decoder.is_none() {
        call(t, decoder, "reset", &[])?;
    }
    let r = call(t, buffer, "seek", &[to, Value::small_int(if whence == 2 { 2 } else { 0 })])?;
    let encoder = this.encoder.get();
    if !encoder.is_none() {
        if t.equal(r, Value::small_int(0))? {
            call(t, encoder, "reset", &[])?;
        } else {
            call(t, encoder, "setstate", &[Value::small_int(0)])?;
        }
    } else {
        continue_stream(t, this, buffer)?;
    }
    this.telling.store(this.seekable.load(Relaxed), Relaxed);
    Ok(r)
}

fn close(t: &Thread, this: This) -> Result<()> {
    let buffer = this.inner(t)?;
    if is_closed(t, buffer)? {
        return Ok(());
    }
    if this.buffer.get().is_none() {
        // Asking whether the stream is closed may have detached it.
        return Ok(());
    }
    let flushed = call(t, this.value(), "flush", &[]);
    let closed = call(t, buffer, "close", &[]);
    match (flushed, closed) {
        (Err(e), Err(c)) => {
            taipan_vm::objects::exceptions::set_context(t, c.0, e.0);
            Err(c)
        }
        (Err(e), _) | (_, Err(e)) => Err(e),
        _ => Ok(()),
    }
}

/// An encoder that begins in the middle of a stream writes no signature.
fn continue_stream(t: &Thread, this: This, buffer: Value) -> Result<()> {
    if this.state().codec.is_some() || !this.seekable.load(Relaxed) || !t.truth(call(t, buffer, "writable", &[])?)? {
        return Ok(());
    }
    let at = call(t, buffer, "tell", &[])?;
    if t.equal(at, Value::small_int(0))? {
        return Ok(());
    }
    let encoder = incremental(t, this, &this.encoder, "incrementalencoder")?;
    call(t, encoder, "setstate", &[Value::small_int(0)]).map(drop)
}

/// ValueErrors for names that no C string can hold.
fn check_name(t: &Thread, name: Ref<Str>) -> Result<()> {
    if let Some(at) = name.units().iter().position(|c| (0xd800..0xe000).contains(&c)) {
        return Err(ex::unicode_encode_error(t, "utf-8", name, at, at + 1, "surrogates not allowed"));
    }
    if name.units().iter().any(|c| c == 0) { Err(t.value_error("embedded null character")) } else { Ok(()) }
}

fn set_encoding(t: &Thread, this: This, encoding: Ref<Str>, errors: Value) -> Result<()> {
    check_name(t, encoding)?;
    if let Some(errors) = errors.downcast::<Str>() {
        check_name(t, errors)?;
    }
    let codec = encoding.as_ascii().and_then(Codec::from_name).filter(|c| matches!(c, Codec::Utf8 | Codec::Latin1 | Codec::Ascii));
    if codec.is_none() {
        let info = taipan_vm::modules::codecs::lookup(t, encoding)?;
        if let Some(v) = attr_opt(t, info.value(), "_is_text_encoding")? {
            if !t.truth(v)? {
                return Err(
                    t.lookup_error(format!("'{encoding}' is not a text encoding; use codecs.open() to handle arbitrary codecs"))
                );
            }
        }
    }
    let h = this.header();
    this.encoding.set(t, h, encoding.value());
    this.errors.set(t, h, errors);
    this.decoder.set(t, h, Value::NONE);
    this.encoder.set(t, h, Value::NONE);
    this.state().codec = codec;
    Ok(())
}

fn set_newline(this: This, mode: NewlineMode) {
    let mut s = this.state();
    s.mode = mode;
    s.newlines = Newlines { translate: mode.translate, ..Newlines::default() };
}

fn errors_value(t: &Thread, errors: Option<Value>) -> Result<Option<Value>> {
    match errors.filter(|v| !v.is_none()) {
        Some(v) if v.downcast::<Str>().is_none() => {
            Err(t.type_error(format!("argument 'errors' must be str or None, not {}", class_of(v).name_string())))
        }
        v => Ok(v),
    }
}

/// Character and line based layer over a BufferedIOBase object, buffer.
#[pyclass(name = "TextIOWrapper", module = "_io", base = TextIOBase, flags(BASE, HAS_DICT, HAS_WEAKREF))]
impl TextIOWrapper {
    #[py]
    fn __new__(t: &Thread, cls: Ref<Class>, args: &[Value], kwargs: Kwargs) -> Result<Ref<TextIOWrapper>> {
        let _ = (args, kwargs);
        let none = || Field::new(Value::NONE);
        let state =
            State { mode: PLAIN, newlines: Newlines::default(), codec: None, bytes: Vec::new(), rest: 0, pending: Vec::new() };
        let content = TextIOWrapper {
            base: TextIOBase::fresh(),
            buffer: Field::new(Value::EMPTY),
            encoding: none(),
            errors: none(),
            decoder: none(),
            encoder: none(),
            decoded: none(),
            pos: AtomicUsize::new(0),
            chunk: AtomicUsize::new(CHUNK),
            line_buffering: AtomicBool::new(false),
            write_through: AtomicBool::new(false),
            seekable: AtomicBool::new(false),
            telling: AtomicBool::new(false),
            lock: FileLock::new(),
            state: Mutex::new(state),
        };
        t.create_in(cls, content)
    }
    #[py("($self, buffer, encoding=None, errors=None, newline=None, line_buffering=False, write_through=False)")]
    #[allow(clippy::too_many_arguments)]
    fn __init__(
        t: &Thread,
        this: Ref<TextIOWrapper>,
        buffer: Value,
        encoding: OrNone<Ref<Str>>,
        errors: Option<Value>,
        newline: Option<Value>,
        line_buffering: Option<bool>,
        write_through: Option<bool>,
    ) -> Result<()> {
        // What fails to be set up anew is not usable.
        this.buffer.set(t, this.header(), Value::EMPTY);
        let mode = NewlineMode::parse(t, newline)?;
        let errors = match errors_value(t, errors)? {
            Some(v) => v,
            None => Str::intern_str(t, "strict")?.value(),
        };
        if encoding.0.is_none() {
            super::warn_default_encoding(t, 1)?;
        }
        let encoding = match encoding.0 {
            Some(e) if e.as_ascii() != Some("locale") => e,
            _ => Str::intern_str(t, super::locale_encoding())?,
        };
        set_encoding(t, this, encoding, errors)?;
        forget(t, this);
        this.state().pending.clear();
        set_newline(this, mode);
        this.line_buffering.store(line_buffering.unwrap_or(false), Relaxed);
        this.write_through.store(write_through.unwrap_or(false), Relaxed);
        let seekable = t.truth(call(t, buffer, "seekable", &[])?)?;
        this.seekable.store(seekable, Relaxed);
        this.telling.store(seekable, Relaxed);
        continue_stream(t, this, buffer)?;
        this.buffer.set(t, this.header(), buffer);
        if buffered::exact(buffer).is_some() {
            set_owned(buffer, true);
        }
        Ok(())
    }
    /// Reconfigure the text stream with new parameters.
    #[py("($self, *, encoding=None, errors=None, newline=None, line_buffering=None, write_through=None)")]
    fn reconfigure(
        t: &Thread,
        this: Ref<TextIOWrapper>,
        encoding: OrNone<Ref<Str>>,
        errors: Option<Value>,
        newline: Option<Value>,
        line_buffering: OrNone<bool>,
        write_through: OrNone<bool>,
    ) -> Result<()> {
        let errors = errors_value(t, errors)?;
        let changes = encoding.0.is_some() || errors.is_some() || newline.is_some();
        if changes && !this.text().is_empty() {
            return Err(unsupported(t, "It is not possible to set the encoding or newline of stream after the first read"));
        }
        let mode = newline.map(|n| NewlineMode::parse(t, Some(n))).transpose()?;
        flush(t, this)?;
        if encoding.0.is_some() || errors.is_some() {
            let errors = match errors {
                Some(e) => e,
                None if encoding.0.is_some() => Str::intern_str(t, "strict")?.value(),
                None => this.errors.get(),
            };
            let encoding = match encoding.0.or(this.encoding.get().downcast::<Str>()) {
                Some(e) if e.as_ascii() != Some("locale") => e,
                _ => Str::intern_str(t, super::locale_encoding())?,
            };
            set_encoding(t, this, encoding, errors)?;
            continue_stream(t, this, this.inner(t)?)?;
        }
        if let Some(mode) = mode {
            set_newline(this, mode);
        }
        if let Some(b) = line_buffering.0 {
            this.line_buffering.store(b, Relaxed);
        }
        if let Some(b) = write_through.0 {
            this.write_through.store(b, Relaxed);
        }
        Ok(())
    }
    #[py("($self, /)")]
    fn detach(t: &Thread, this: Ref<TextIOWrapper>) -> Result<Value> {
        let buffer = this.inner(t)?;
        call(t, this.value(), "flush", &[])?;
        this.buffer.set(t, this.header(), Value::NONE);
        set_owned(buffer, false);
        Ok(buffer)
    }
    #[py("($self, text, /)")]
    fn write(t: &Thread, this: Ref<TextIOWrapper>, text: Value) -> Result<usize> {
        let Some(s) = text.downcast::<Str>() else {
            return Err(t.type_error(format!("write() argument must be str, not {}", class_of(text).name_string())));
        };
        let buffer = this.inner(t)?;
        let can = match buffered::exact(buffer) {
            Some(b) => class_of(b.value()) != buffered::BufferedReader::class(),
            None => true,
        };
        if !can {
            return Err(unsupported(t, "not writable"));
        }
        write(t, this, s)
    }
    #[py("($self, size=-1, /)")]
    fn read(t: &Thread, this: Ref<TextIOWrapper>, size: Option<Value>) -> Result<Ref<Str>> {
        let n = size_arg(t, size)?;
        let buffer = this.inner(t)?;
        if buffered::exact(buffer).is_some_and(|b| class_of(b.value()) == buffered::BufferedWriter::class()) {
            return Err(unsupported(t, "not readable"));
        }
        read(t, this, n)
    }
    #[py("($self, size=-1, /)")]
    fn readline(t: &Thread, this: Ref<TextIOWrapper>, size: Option<Value>) -> Result<Ref<Str>> {
        let n = size_arg(t, size)?;
        let buffer = this.inner(t)?;
        if buffered::exact(buffer).is_some_and(|b| class_of(b.value()) == buffered::BufferedWriter::class()) {
            return Err(unsupported(t, "not readable"));
        }
        read_line(t, this, n)
    }
    #[py]
    fn __next__(t: &Thread, this: Ref<TextIOWrapper>) -> Result<Option<Value>> {
        this.telling.store(false, Relaxed);
        let line = if class_of(this.value()) == TextIOWrapper::class() {
            TextIOWrapper::readline(t, this, None)?.value()
        } else {
            t.call_method(this.value(), names::readline(), &[])?
        };
        if t.len(line)? == 0 {
            this.telling.store(this.seekable.load(Relaxed), Relaxed);
            return Ok(None);
        }
        Ok(Some(line))
    }
    #[py("($self, /)")]
    fn flush(t: &Thread, this: Ref<TextIOWrapper>) -> Result<()> {
        flush(t, this)
    }
    #[py("($self, /)")]
    fn close(t: &Thread, this: Ref<TextIOWrapper>) -> Result<()> {
        close(t, this)
    }
    #[py("($self, /)")]
    fn tell(t: &Thread, this: Ref<TextIOWrapper>) -> Result<Value> {
        tell(t, this)
    }
    #[py("($self, cookie, whence=0, /)")]
    fn seek(t: &Thread, this: Ref<TextIOWrapper>, cookie: Value, whence: Option<i32>) -> Result<Value> {
        seek(t, this, cookie, whence.unwrap_or(0))
    }
    #[py("($self, pos=None, /)")]
    fn truncate(t: &Thread, this: Ref<TextIOWrapper>, pos: Option<Value>) -> Result<Value> {
        flush(t, this)?;
        let pos = match pos.filter(|v| !v.is_none()) {
            Some(v) => v,
            None => tell(t, this)?,
        };
        call(t, this.inner(t)?, "truncate", &[pos])
    }
    #[py("($self, /)")]
    fn fileno(t: &Thread, this: Ref<TextIOWrapper>) -> Result<Value> {
        call(t, this.inner(t)?, "fileno", &[])
    }
    #[py("($self, /)")]
    fn isatty(t: &Thread, this: Ref<TextIOWrapper>) -> Result<Value> {
        call(t, this.inner(t)?, "isatty", &[])
    }
    #[py("($self, /)")]
    fn readable(t: &Thread, this: Ref<TextIOWrapper>) -> Result<Value> {
        call(t, this.inner(t)?, "readable", &[])
    }
    #[py("($self, /)")]
    fn writable(t: &Thread, this: Ref<TextIOWrapper>) -> Result<Value> {
        call(t, this.inner(t)?, "writable", &[])
    }
    #[py("($self, /)")]
    fn seekable(t: &Thread, this: Ref<TextIOWrapper>) -> Result<Value> {
        call(t, this.inner(t)?, "seekable", &[])
    }
    #[py(member)]
    fn buffer(_t: &Thread, this: Ref<TextIOWrapper>) -> Value {
        this.buffer.get().some().unwrap_or(Value::NONE)
    }
    #[py(getter)]
    fn closed(t: &Thread, this: Ref<TextIOWrapper>) -> Result<Value> {
        attr(t, this.inner(t)?, "closed")
    }
    #[py(getter)]
    fn name(t: &Thread, this: Ref<TextIOWrapper>) -> Result<Value> {
        attr(t, this.inner(t)?, "name")
    }
    #[py(member)]
    fn encoding(_t: &Thread, this: Ref<TextIOWrapper>) -> Value {
        this.encoding.get()
    }
    #[py(getter)]
    fn errors(_t: &Thread, this: Ref<TextIOWrapper>) -> Value {
        this.errors.get()
    }
    #[py(member)]
    fn line_buffering(_t: &Thread, this: Ref<TextIOWrapper>) -> bool {
        this.line_buffering.load(Relaxed)
    }
    #[py(member)]
    fn write_through(_t: &Thread, this: Ref<TextIOWrapper>) -> bool {
        this.write_through.load(Relaxed)
    }
    #[py(getter)]
    fn newlines(t: &Thread, this: Ref<TextIOWrapper>) -> Result<Value> {
        let (universal, seen) = {
            let s = this.state();
            (s.mode.universal, s.newlines)
        };
        if universal { seen.shown(t) } else { Ok(Value::NONE) }
    }
    #[py(getter)]
    fn _CHUNK_SIZE(_t: &Thread, this: Ref<TextIOWrapper>) -> usize {
        this.chunk.load(Relaxed)
    }
    #[py(setter)]
    fn set__CHUNK_SIZE(t: &Thread, this: Ref<TextIOWrapper>, value: Option<Value>) -> Result<()> {
        let Some(v) = value else {
            return Err(t.attribute_error_plain("attribute '_CHUNK_SIZE' of '_io.TextIOWrapper' objects cannot be deleted"));
        };
        let n = t.to_isize(v).map_err(|e| {
            if !e.is(t, ex::class(ex::Kind::OverflowError)) {
                return e;
            }
            t.value_error(format!("cannot fit '{}' into an index-sized integer", class_of(v).name_string()))
        })?;
        match n {
            n if n > 0 => this.chunk.store(n as usize, Relaxed),
            _ => return Err(t.value_error("a strictly positive integer is required")),
        }
        Ok(())
    }
    #[py]
    fn __repr__(t: &Thread, this: Ref<TextIOWrapper>) -> Result<String> {
        let mut out = format!("<{}", class_of(this.value()).full_name());
        {
            let b = this.inner(t)?;
            match attr_opt(t, b, "name") {
                Ok(Some(n)) => out += &format!(" name={}", t.repr(n)?),
                Ok(None) => {}
                // A detached stream below has no name.
                Err(e) if e.is(t, ex::class(ex::Kind::ValueError)) => {}
                Err(e) => return Err(e),
            }
        }
        if let Some(m) = attr_opt(t, this.value(), "mode")? {
            out += &format!(" mode={}", t.repr(m)?);
        }
        Ok(format!("{out} encoding={}>", t.repr(this.encoding.get())?))
    }
    #[py("($self, /)")]
    fn __getstate__(t: &Thread, this: Ref<TextIOWrapper>) -> Result<Value> {
        Err(t.type_error(format!("cannot pickle '{}' object", class_of(this.value()).name_string())))
    }
}
