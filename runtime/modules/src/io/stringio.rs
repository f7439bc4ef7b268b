//! `StringIO`: text in memory as a stream.

use super::base::*;
use super::newline::*;
use std::sync::{Mutex, MutexGuard};
use taipan_vm::native::*;

struct Content {
    open: bool,
    text: Vec<u32>,
    pos: usize,
    mode: NewlineMode,
    seen: Newlines,
}

#[derive(HeapType)]
#[heap(base = TextIOBase)]
#[repr(C)]
pub struct StringIO {
    base: TextIOBase,
    #[noscan(drop)]
    content: Mutex<Content>,
}

const PLAIN: NewlineMode = NewlineMode { universal: false, translate: false, lines: LineMode::Lf, write: None };

impl StringIO {
    fn content(&self) -> MutexGuard<'_, Content> {
        self.content.lock().unwrap_or_else(|e| e.into_inner())
    }
    fn open(&self, t: &Thread) -> Result<MutexGuard<'_, Content>> {
        let c = self.content();
        if c.open {
            return Ok(c);
        }
        drop(c);
        Err(closed_error(t))
    }
    fn put(&self, t: &Thread, s: Ref<Str>) -> Result<()> {
        let (mode, mut seen) = {
            let c = self.open(t)?;
            (c.mode, c.seen)
        };
        let text = if mode.universal { seen.decode(t, s, true)? } else { s };
        let text = mode.written(t, text)?;
        let mut c = self.open(t)?;
        c.seen = seen;
        if text.is_empty() {
            return Ok(());
        }
        let pos = c.pos;
        if pos > c.text.len() {
            c.text.resize(pos, 0);
        }
        let over = text.len().min(c.text.len() - pos);
        let units = text.units();
        if over == 0 {
            c.text.extend(units.iter());
        } else {
            c.text.splice(pos..pos + over, units.iter());
        }
        c.pos = pos + units.len();
        Ok(())
    }
    fn take_line(&self, t: &Thread, limit: Option<usize>) -> Result<Ref<Str>> {
        let line = {
            let mut c = self.open(t)?;
            let start = c.pos.min(c.text.len());
            let end = line_end(Units::Ucs4(&c.text), start, c.mode.lines).unwrap_or(c.text.len());
            let end = end.min(start.saturating_add(limit.unwrap_or(usize::MAX)));
            let line = c.text[start..end].to_vec();
            if end > start {
                c.pos = end;
            }
            line
        };
        Str::from_code_points(t, &line)
    }
}

/// Text I/O implementation using an in-memory buffer.
#[pyclass(name = "StringIO", module = "_io", base = TextIOBase, flags(BASE, HAS_DICT, HAS_WEAKREF))]
impl StringIO {
    #[py]
    fn __new__(t: &Thread, cls: Ref<Class>, args: &[Value], kwargs: Kwargs) -> Result<Ref<StringIO>> {
        let _ = (args, kwargs);
        let content = Content { open: true, text: Vec::new(), pos: 0, mode: PLAIN, seen: Newlines::default() };
        let io = StringIO { base: TextIOBase::fresh(), content: Mutex::new(content) };
        if cls == StringIO::class() { t.create(io) } else { t.create_in(cls, io) }
    }
    #[py("($self, initial_value='', newline='\\n')")]
    fn __init__(t: &Thread, this: Ref<StringIO>, initial_value: Option<Value>, newline: Option<Value>) -> Result<()> {
        let mode = match newline {
            None => PLAIN,
            some => NewlineMode::parse(t, some)?,
        };
        {
            let mut c = this.content();
            *c = Content {
                open: true,
                text: Vec::new(),
                pos: 0,
                mode,
                seen: Newlines { translate: mode.translate, ..Newlines::default() },
            };
        }
        if let Some(v) = initial_value.filter(|v| !v.is_none()) {
            let Some(s) = v.downcast::<Str>() else {
                return Err(t.type_error(format!("initial_value must be str or None, not {}", class_of(v).name_string())));
            };
            this.put(t, s)?;
            this.content().pos = 0;
        }
        Ok(())
    }
    #[py("($self, /)")]
    fn __getstate__(t: &Thread, this: Ref<StringIO>) -> Result<Value> {
        let (text, pos, mode) = {
            let c = this.open(t)?;
            (c.text.clone(), c.pos, c.mode)
        };
        let text = Str::from_code_points(t, &text)?;
        (text, mode.name(), pos, dict_copy(t, this.value())?).into_value(t)
    }
    #[py("($self, state, /)")]
    fn __setstate__(t: &Thread, this: Ref<StringIO>, state: Value) -> Result<()> {
        let Some([text, newline, pos, dict]) = state.downcast::<Tuple>().and_then(|s| s.as_slice().first_chunk::<4>().copied())
        else {
            let (class, got) = (class_of(this.value()).name_string(), class_of(state).name_string());
            return Err(t.type_error(format!("{class}.__setstate__ argument should be 4-tuple, got {got}")));
        };
        drop(this.open(t)?);
        // What is stored was translated when it was written.
        StringIO::__init__(t, this, None, Some(newline))?;
        let Some(text) = text.downcast::<Str>() else {
            return Err(t.type_error(format!("initial_value must be str or None, not {}", class_of(text).name_string())));
        };
        let pos = position_of_state(t, pos, "third")?;
        {
            let mut c = this.open(t)?;
            c.text = text.units().iter().collect();
            c.pos = pos;
        }
        restore_dict(t, this.value(), dict, "fourth")
    }
    /// Read at most size characters, returned as a string.
    #[py("($self, size=-1, /)")]
    fn read(t: &Thread, this: Ref<StringIO>, size: Option<Value>) -> Result<Ref<Str>> {
        drop(this.open(t)?);
        let n = size_arg(t, size)?.unwrap_or(usize::MAX);
        let text = {
            let mut c = this.open(t)?;
            let start = c.pos.min(c.text.len());
            let end = start + n.min(c.text.len() - start);
            if end > start {
                c.pos = end;
            }
            c.text[start..end].to_vec()
        };
        Str::from_code_points(t, &text)
    }
    /// Read until newline or EOF.
    #[py("($self, size=-1, /)")]
    fn readline(t: &Thread, this: Ref<StringIO>, size: Option<Value>) -> Result<Ref<Str>> {
        drop(this.open(t)?);
        let n = size_arg(t, size)?;
        this.take_line(t, n)
    }
    #[py]
    fn __next__(t: &Thread, this: Ref<StringIO>) -> Result<Option<Value>> {
        let line = if class_of(this.value()) == StringIO::class() {
            this.take_line(t, None)?.value()
        } else {
            t.call_method(this.value(), names::readline(), &[])?
        };
        Ok(if t.len(line)? == 0 { None } else { Some(line) })
    }
    /// Write string to file.
    #[py("($self, s, /)")]
    fn write(t: &Thread, this: Ref<StringIO>, s: Value) -> Result<usize> {
        drop(this.open(t)?);
        let Some(s) = s.downcast::<Str>() else {
            return Err(t.type_error(format!("string argument expected, got '{}'", class_of(s).name_string())));
        };
        this.put(t, s)?;
        Ok(s.len())
    }
    /// Retrieve the entire contents of the object.
    #[py("($self, /)")]
    fn getvalue(t: &Thread, this: Ref<StringIO>) -> Result<Ref<Str>> {
        let text = this.open(t)?.text.clone();
        Str::from_code_points(t, &text)
    }
    /// Change stream position.
    #[py("($self, pos, whence=0, /)")]
    fn seek(t: &Thread, this: Ref<StringIO>, pos: Value, whence: Option<i32>) -> Result<usize> {
        drop(this.open(t)?);
        let (pos, whence) = (t.to_isize(pos)?, whence.unwrap_or(0));
        match whence {
            0 if pos < 0 => return Err(t.value_error(format!("Negative seek position {pos}"))),
            0..=2 => {}
            w => return Err(t.value_error(format!("Invalid whence ({w}, should be 0, 1 or 2)"))),
        }
        if whence != 0 && pos != 0 {
            return Err(t.os_error_plain("Can't do nonzero cur-relative seeks"));
        }
        let mut c = this.open(t)?;
        match whence {
            0 => c.pos = pos as usize,
            2 => c.pos = c.text.len(),
            _ => {}
        }
        Ok(c.pos)
    }
    /// Tell the current file position.
    #[py("($self, /)")]
    fn tell(t: &Thread, this: Ref<StringIO>) -> Result<usize> {
        Ok(this.open(t)?.pos)
    }
    /// Truncate size to pos.
    #[py("($self, pos=None, /)")]
    fn truncate(t: &Thread, this: Ref<StringIO>, pos: Option<Value>) -> Result<usize> {
        let n = match pos.filter(|v| !v.is_none()) {
            None => this.open(t)?.pos,
            Some(v) => {
                let n = t.to_isize(v)?;
                usize::try_from(n).map_err(|_| t.value_error(format!("Negative size value {n}")))?
            }
        };
        this.open(t)?.text.truncate(n);
        Ok(n)
    }
    /// Close the IO object.
    #[py("($self, /)")]
    fn close(_t: &Thread, this: Ref<StringIO>) {
        let mut c = this.content();
        c.open = false;
        c.text = Vec::new();
    }
    /// Returns True if the IO object can be read.
    #[py("($self, /)")]
    fn readable(t: &Thread, this: Ref<StringIO>) -> Result<bool> {
        this.open(t).map(|_| true)
    }
    /// Returns True if the IO object can be written.
    #[py("($self, /)")]
    fn writable(t: &Thread, this: Ref<StringIO>) -> Result<bool> {
        this.open(t).map(|_| true)
    }
    /// Returns True if the IO object can be seeked.
    #[py("($self, /)")]
    fn seekable(t: &Thread, this: Ref<StringIO>) -> Result<bool> {
        this.open(t).map(|_| true)
    }
    #[py("($self, /)")]
    fn flush(t: &Thread, this: Ref<StringIO>) -> Result<()> {
        this.open(t).map(drop)
    }
    #[py(getter)]
    fn closed(_t: &Thread, this: Ref<StringIO>) -> bool {
        !this.content().open
    }
    #[py(getter)]
    fn line_buffering(t: &Thread, this: Ref<StringIO>) -> Result<bool> {
        this.open(t).map(|_| false)
    }
    #[py(getter)]
    fn newlines(t: &Thread, this: Ref<StringIO>) -> Result<Value> {
        let c = this.open(t)?;
        let (seen, universal) = (c.seen, c.mode.universal);
        drop(c);
        if universal { seen.shown(t) } else { Ok(Value::NONE) }
    }
}
