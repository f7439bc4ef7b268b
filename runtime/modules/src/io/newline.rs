//! Universal newlines: the state of a decoder that sees text in pieces, and `IncrementalNewlineDecoder`.

use super::base::*;
use std::sync::{Mutex, MutexGuard};
use taipan_vm::native::*;

pub(super) const SEEN_CR: u8 = 1;
pub(super) const SEEN_LF: u8 = 2;
pub(super) const SEEN_CRLF: u8 = 4;
const CR: u32 = 13;
const LF: u32 = 10;

/// What is known of the text so far.
#[derive(Clone, Copy, Default)]
pub(super) struct Newlines {
    pub translate: bool,
    /// The last piece ended with a carriage return, which was held back.
    pub pending: bool,
    pub seen: u8,
}

impl Newlines {
    /// Goes on with a piece of text.
    pub fn decode(&mut self, t: &Thread, s: Ref<Str>, last: bool) -> Result<Ref<Str>> {
        let units = s.units();
        if !self.pending && !units.iter().any(|c| c == CR) {
            if self.seen & SEEN_LF == 0 && units.iter().any(|c| c == LF) {
                self.seen |= SEEN_LF;
            }
            return Ok(s);
        }
        if self.pending && units.is_empty() && !last {
            return Ok(s);
        }
        let mut text: Vec<u32> = Vec::with_capacity(units.len() + 1);
        if self.pending {
            text.push(CR);
            self.pending = false;
        }
        text.extend(units.iter());
        if !last && text.last() == Some(&CR) {
            text.pop();
            self.pending = true;
        }
        let mut out = Vec::with_capacity(text.len());
        let mut i = 0;
        while let Some(&c) = text.get(i) {
            i += 1;
            match c {
                CR if text.get(i) == Some(&LF) => {
                    i += 1;
                    self.seen |= SEEN_CRLF;
                    if self.translate {
                        out.push(LF);
                    } else {
                        out.extend([CR, LF]);
                    }
                }
                CR => {
                    self.seen |= SEEN_CR;
                    out.push(if self.translate { LF } else { CR });
                }
                _ => {
                    if c == LF {
                        self.seen |= SEEN_LF;
                    }
                    out.push(c);
                }
            }
        }
        Str::from_code_points(t, &out)
    }
    /// `newlines`: None, a string, or a tuple of strings.
    pub fn shown(&self, t: &Thread) -> Result<Value> {
        let v = ValueVec::new();
        for (bit, text) in [(SEEN_CR, "\r"), (SEEN_LF, "\n"), (SEEN_CRLF, "\r\n")] {
            if self.seen & bit != 0 {
                v.push(t, Str::intern_str(t, text)?.value())?;
            }
        }
        match v.len() {
            0 => Ok(Value::NONE),
            1 => Ok(v.as_slice()[0]),
            _ => v.into_tuple(t).map(Ref::value),
        }
    }
}

#[derive(HeapType)]
#[repr(C)]
pub struct IncrementalNewlineDecoder {
    header: Header,
    /// The decoder of bytes, or None when text is fed.
    decoder: Field,
    #[noscan(drop)]
    state: Mutex<Newlines>,
}

impl IncrementalNewlineDecoder {
    fn state(&self) -> MutexGuard<'_, Newlines> {
        self.state.lock().unwrap_or_else(|e| e.into_inner())
    }
}

/// Codec used when reading a file in universal newlines mode.
#[pyclass(name = "IncrementalNewlineDecoder", module = "_io", flags(BASE))]
impl IncrementalNewlineDecoder {
    #[py]
    fn __new__(t: &Thread, cls: Ref<Class>, args: &[Value], kwargs: Kwargs) -> Result<Ref<IncrementalNewlineDecoder>> {
        let _ = (args, kwargs);
        let content = IncrementalNewlineDecoder { header: Header::NEW, decoder: Field::new(Value::NONE), state: Mutex::default() };
        t.create_in(cls, content)
    }
    #[py("($self, decoder, translate, errors='strict')")]
    fn __init__(t: &Thread, this: Ref<IncrementalNewlineDecoder>, decoder: Value, translate: bool, errors: Option<Value>) {
        let _ = errors;
        this.decoder.set(t, this.header(), decoder);
        *this.state() = Newlines { translate, ..Newlines::default() };
    }
    #[py("($self, /, input, final=False)")]
    fn decode(t: &Thread, this: Ref<IncrementalNewlineDecoder>, input: Value, last: Option<bool>) -> Result<Ref<Str>> {
        let last = last.unwrap_or(false);
        let decoder = this.decoder.get();
        let text = if decoder.is_none() { input } else { call(t, decoder, "decode", &[input, Value::bool(last)])? };
        let Some(s) = text.downcast::<Str>() else {
            return Err(t.type_error(format!("decoder should return a string result, not '{}'", class_of(text).name_string())));
        };
        let mut state = *this.state();
        let r = state.decode(t, s, last)?;
        *this.state() = state;
        Ok(r)
    }
    #[py("($self, /)")]
    fn getstate(t: &Thread, this: Ref<IncrementalNewlineDecoder>) -> Result<Value> {
        let decoder = this.decoder.get();
        let (buffer, flag) = if decoder.is_none() {
            (Bytes::new(t, b"")?.value(), 0)
        } else {
            let state = call(t, decoder, "getstate", &[])?;
            let Some(state) = state.downcast::<Tuple>().filter(|s| s.len() == 2) else {
                return Err(t.type_error("illegal decoder state"));
            };
            (state.as_slice()[0], t.to_i64(state.as_slice()[1])?)
        };
        let pending = this.state().pending;
        (buffer, flag << 1 | pending as i64).into_value(t)
    }
    #[py("($self, state, /)")]
    fn setstate(t: &Thread, this: Ref<IncrementalNewlineDecoder>, state: Ref<Tuple>) -> Result<()> {
        let [buffer, flag] = *state.as_slice() else { return Err(t.type_error("setstate(): illegal state argument")) };
        let flag = t.to_i64(flag)?;
        this.state().pending = flag & 1 != 0;
        let decoder = this.decoder.get();
        if !decoder.is_none() {
            let inner = Tuple::new(t, &[buffer, t.int(flag >> 1)?])?;
            call(t, decoder, "setstate", &[inner.value()])?;
        }
        Ok(())
    }
    #[py("($self, /)")]
    fn reset(t: &Thread, this: Ref<IncrementalNewlineDecoder>) -> Result<()> {
        {
            let mut s = this.state();
            s.pending = false;
            s.seen = 0;
        }
        let decoder = this.decoder.get();
        if !decoder.is_none() {
            call(t, decoder, "reset", &[])?;
        }
        Ok(())
    }
    #[py(getter)]
    fn newlines(t: &Thread, this: Ref<IncrementalNewlineDecoder>) -> Result<Value> {
        let s = *this.state();
        s.shown(t)
    }
}

/// Where a line ends in `text`, from `start`: past its terminator; `None` if it has none yet.
pub(super) fn line_end(text: Units<'_>, start: usize, newline: LineMode) -> Option<usize> {
    let n = text.len();
    match newline {
        LineMode::Lf => (start..n).find(|&i| text.at(i) == LF).map(|i| i + 1),
        LineMode::Cr => (start..n).find(|&i| text.at(i) == CR).map(|i| i + 1),
        LineMode::CrLf => (start..n.saturating_sub(1)).find(|&i| text.at(i) == CR && text.at(i + 1) == LF).map(|i| i + 2),
        LineMode::Any => (start..n)
            .find(|&i| matches!(text.at(i), LF | CR))
            .map(|i| if text.at(i) == CR && i + 1 < n && text.at(i + 1) == LF { i + 2 } else { i + 1 }),
    }
}

/// What ends a line.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum LineMode {
    Lf,
    Cr,
    CrLf,
    Any,
}

/// What a `newline` argument means.
#[derive(Clone, Copy)]
pub(super) struct NewlineMode {
    /// Newlines of any kind are recognised on input.
    pub universal: bool,
    /// And become `\n`.
    pub translate: bool,
    pub lines: LineMode,
    /// What `\n` becomes on output.
    pub write: Option<&'static str>,
}

impl NewlineMode {
    pub fn parse(t: &Thread, v: Option<Value>) -> Result<NewlineMode> {
        let plain = NewlineMode { universal: false, translate: false, lines: LineMode::Lf, write: None };
        let Some(v) = v.filter(|v| !v.is_none()) else {
            return Ok(NewlineMode { universal: true, translate: true, ..plain });
        };
        let Some(s) = v.downcast::<Str>() else {
            return Err(t.type_error(format!("argument 'newline' must be str or None, not {}", class_of(v).name_string())));
        };
        Ok(match s.as_ascii() {
            Some("") => NewlineMode { universal: true, lines: LineMode::Any, ..plain },
            Some("\n") => plain,
            Some("\r") => NewlineMode { lines: LineMode::Cr, write: Some("\r"), ..plain },
            Some("\r\n") => NewlineMode { lines: LineMode::CrLf, write: Some("\r\n"), ..plain },
            _ => return Err(t.value_error(format!("illegal newline value: {}", t.repr(v)?))),
        })
    }
    /// The argument that gives this mode.
    pub fn name(&self) -> Option<&'static str> {
        match (self.universal, self.translate, self.write) {
            (true, true, _) => None,
            (true, false, _) => Some(""),
            (false, _, None) => Some("\n"),
            (false, _, some) => some,
        }
    }
    /// A text as it is to be written.
    pub fn written(&self, t: &Thread, s: Ref<Str>) -> Result<Ref<Str>> {
        let Some(with) = self.write else { return Ok(s) };
        if !s.units().iter().any(|c| c == LF) {
            return Ok(s);
        }
        let mut out = Vec::with_capacity(s.len() + 8);
        for c in s.units().iter() {
            if c == LF {
                out.extend(with.bytes().map(u32::from));
            } else {
                out.push(c);
            }
        }
        Str::from_code_points(t, &out)
    }
}
