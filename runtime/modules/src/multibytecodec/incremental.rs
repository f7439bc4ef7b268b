//! Coders that are given their input in pieces, and what they have in common with those on streams.

use super::coding::{self, Keep};
use super::{codec_of, errors_field, set_errors, unicode_error};
use std::sync::{Mutex, PoisonError};
use taipan_num::convert;
use taipan_text::TextBuf;
use taipan_text::cjk::{Codec, State};
use taipan_vm::native::*;
use taipan_vm::objects::buffer::Buffer;
use taipan_vm::objects::exceptions as ex;
use taipan_vm::ops::text_of;

/// So many characters may wait for others.
const PENDING_CHARACTERS: usize = 2;
/// So many bytes may wait for others.
const PENDING_BYTES: usize = 8;

/// What a coder is in the middle of: `P` is input that waits for more.
#[derive(Clone, Default)]
struct Middle<P> {
    state: State,
    pending: P,
}

/// What a coder keeps between calls.
pub struct Kept<P>(Mutex<Middle<P>>);

impl<P: Clone + Default> Kept<P> {
    fn new(state: State) -> Kept<P> {
        Kept(Mutex::new(Middle { state, pending: P::default() }))
    }
    fn get(&self) -> Middle<P> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
    fn set(&self, now: Middle<P>) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = now;
    }
}

impl Kept<TextBuf> {
    pub fn of_encoder(codec: &Codec) -> Kept<TextBuf> {
        Kept::new(codec.encoder_state())
    }

    /// Encodes what waited and `input`.
    pub fn encode(&self, t: &Thread, codec: &Codec, input: Value, errors: Value, last: bool) -> Result<Ref<Bytes>> {
        let mut text = t.str(input)?;
        let mut now = self.get();
        if !now.pending.is_empty() {
            let mut all = now.pending.clone();
            all.push_text(text_of(&text));
            text = t.str_from_text(&all)?;
        }
        let result = coding::encode(t, codec, &mut now.state, text, errors.downcast::<Str>(), last);
        let result = result.and_then(|(out, used)| {
            let rest = text_of(&text).from(used);
            if rest.len() > PENDING_CHARACTERS {
                return Err(unicode_error(t, "pending buffer overflow"));
            }
            now.pending = TextBuf::from(rest);
            Ok(out)
        });
        // After an error what waited still does.
        self.set(now);
        Bytes::new(t, &result?)
    }

    /// What waits, encoded to the end; and the initial state.
    pub fn flush(&self, t: &Thread, codec: &Codec, errors: Value) -> Result<Vec<u8>> {
        let mut now = self.get();
        let text = t.str_from_text(&now.pending)?;
        let result = coding::encode(t, codec, &mut now.state, text, errors.downcast::<Str>(), true);
        now.pending.clear();
        self.set(now);
        result.map(|(out, _)| out)
    }

    /// Forgets what waits.
    fn reset(&self, codec: &Codec) {
        let mut now = self.get();
        codec.reset_encoder(&mut now.state, &mut Vec::new());
        now.pending.clear();
        self.set(now);
    }

    pub fn waits(&self) -> bool {
        !self.get().pending.is_empty()
    }
}

impl Kept<Vec<u8>> {
    pub fn of_decoder(codec: &Codec) -> Kept<Vec<u8>> {
        Kept::new(codec.decoder_state())
    }

    /// Decodes what waited and `input`.
    pub fn decode(&self, t: &Thread, codec: &Codec, input: &[u8], errors: Value, keep: Keep) -> Result<TextBuf> {
        let mut now = self.get();
        let mut all = std::mem::take(&mut now.pending);
        all.extend_from_slice(input);
        let waited = all.len() - input.len();
        let result = coding::decode(t, codec, &mut now.state, Value::EMPTY, &all, errors.downcast::<Str>(), keep);
        let result = match result {
            Ok((_, used)) if all.len() - used > PENDING_BYTES => {
                now.pending = all[..waited].to_vec();
                Err(unicode_error(t, "pending buffer overflow"))
            }
            Ok((out, used)) => {
                now.pending = all[used..].to_vec();
                Ok(out)
            }
            Err(e) => {
                now.pending = all[..waited].to_vec();
                Err(e)
            }
        };
        self.set(now);
        result
    }

    /// Forgets what waits.
    pub fn reset(&self, codec: &Codec) {
        let mut now = self.get();
        codec.reset_decoder(&mut now.state);
        now.pending.clear();
        self.set(now);
    }
}

#[derive(HeapType)]
#[heap(drop)]
#[repr(C)]
pub struct MultibyteIncrementalEncoder {
    header: Header,
    #[noscan]
    codec: &'static Codec,
    #[noscan(drop)]
    kept: Kept<TextBuf>,
    errors: Field,
}

#[pyclass(name = "MultibyteIncrementalEncoder", module = "_multibytecodec", flags(BASE, HAS_DICT, HAS_WEAKREF))]
impl MultibyteIncrementalEncoder {
    #[py("(errors='strict')")]
    fn __new__(t: &Thread, cls: Ref<Class>, errors: Option<Ref<Str>>) -> Result<Ref<MultibyteIncrementalEncoder>> {
        let codec = codec_of(t, cls)?;
        let (kept, errors) = (Kept::of_encoder(codec), errors_field(t, errors)?);
        t.create_in(cls, MultibyteIncrementalEncoder { header: Header::NEW, codec, kept, errors })
    }
    #[py]
    fn __init__(_t: &Thread, _this: Ref<MultibyteIncrementalEncoder>, args: &[Value], kwargs: Kwargs) -> Result<()> {
        let _ = (args, kwargs);
        Ok(())
    }
    #[py("($self, /, input, final=False)")]
    fn encode(t: &Thread, this: Ref<MultibyteIncrementalEncoder>, input: Value, last: Option<bool>) -> Result<Ref<Bytes>> {
        this.kept.encode(t, this.codec, input, this.errors.get(), last.unwrap_or(false))
    }
    #[py("($self, /)")]
    fn getstate(t: &Thread, this: Ref<MultibyteIncrementalEncoder>) -> Result<Value> {
        let now = this.kept.get();
        let mut pending = Vec::new();
        for c in now.pending.as_text().iter() {
            let Some(c) = char::from_u32(c) else {
                let text = t.str_from_text(&now.pending)?;
                return Err(ex::unicode_encode_error(t, "utf-8", text, 0, 1, "surrogates not allowed"));
            };
            pending.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes());
        }
        let mut all = vec![pending.len() as u8];
        all.extend_from_slice(&pending);
        all.extend_from_slice(&now.state.0);
        t.big(convert::from_bytes(&all, true, false))
    }
    #[py("($self, state, /)")]
    fn setstate(t: &Thread, this: Ref<MultibyteIncrementalEncoder>, state: Value) -> Result<()> {
        let Some(state) = t.int_value(state) else {
            let got = class_of(state).name_string();
            return Err(t.type_error(format!("setstate() argument must be int, not {got}")));
        };
        let mut all = [0; 1 + PENDING_BYTES + 8];
        convert::to_bytes(state.as_ref(), &mut all, true, false).map_err(|e| t.num_error(e))?;
        let n = usize::from(all[0]);
        if n > PENDING_BYTES {
            return Err(unicode_error(t, "pending buffer too large"));
        }
        let bytes = &all[1..=n];
        let pending = match std::str::from_utf8(bytes) {
            Ok(s) => TextBuf::from(s),
            Err(e) => {
                let (start, object) = (e.valid_up_to(), Bytes::new(t, bytes)?);
                return Err(ex::unicode_decode_error(t, "utf-8", object, start, start + 1, "invalid start byte"));
            }
        };
        let mut state = State::default();
        state.0.copy_from_slice(&all[1 + n..9 + n]);
        this.kept.set(Middle { state, pending });
        Ok(())
    }
    #[py("($self, /)")]
    fn reset(_t: &Thread, this: Ref<MultibyteIncrementalEncoder>) {
        this.kept.reset(this.codec);
    }
    /// how to treat errors
    #[py(getter)]
    fn errors(_t: &Thread, this: Ref<MultibyteIncrementalEncoder>) -> Value {
        this.errors.get()
    }
    #[py(setter)]
    fn set_errors(t: &Thread, this: Ref<MultibyteIncrementalEncoder>, value: Option<Value>) -> Result<()> {
        set_errors(t, &this.errors, this.header(), value)
    }
}

#[derive(HeapType)]
#[heap(drop)]
#[repr(C)]
pub struct MultibyteIncrementalDecoder {
    header: Header,
    #[noscan]
    codec: &'static Codec,
    #[noscan(drop)]
    kept: Kept<Vec<u8>>,
    errors: Field,
}

#[pyclass(name = "MultibyteIncrementalDecoder", module = "_multibytecodec", flags(BASE, HAS_DICT, HAS_WEAKREF))]
impl MultibyteIncrementalDecoder {
    #[py("(errors='strict')")]
    fn __new__(t: &Thread, cls: Ref<Class>, errors: Option<Ref<Str>>) -> Result<Ref<MultibyteIncrementalDecoder>> {
        let codec = codec_of(t, cls)?;
        let (kept, errors) = (Kept::of_decoder(codec), errors_field(t, errors)?);
        t.create_in(cls, MultibyteIncrementalDecoder { header: Header::NEW, codec, kept, errors })
    }
    #[py]
    fn __init__(_t: &Thread, _this: Ref<MultibyteIncrementalDecoder>, args: &[Value], kwargs: Kwargs) -> Result<()> {
        let _ = (args, kwargs);
        Ok(())
    }
    #[py("($self, /, input, final=False)")]
    fn decode(t: &Thread, this: Ref<MultibyteIncrementalDecoder>, input: Buffer, last: Option<bool>) -> Result<Ref<Str>> {
        let keep = if last.unwrap_or(false) { Keep::Nothing } else { Keep::Incomplete };
        let text = this.kept.decode(t, this.codec, &input.stable(), this.errors.get(), keep)?;
        t.str_from_text(&text)
    }
    #[py("($self, /)")]
    fn getstate(t: &Thread, this: Ref<MultibyteIncrementalDecoder>) -> Result<Value> {
        let now = this.kept.get();
        (Bytes::new(t, &now.pending)?, u64::from_le_bytes(now.state.0)).into_value(t)
    }
    #[py("($self, state, /)")]
    fn setstate(t: &Thread, this: Ref<MultibyteIncrementalDecoder>, state: Value) -> Result<()> {
        let Some(parts) = state.downcast::<Tuple>() else {
            let got = class_of(state).name_string();
            return Err(t.type_error(format!("setstate() argument must be tuple, not {got}")));
        };
        let found = match *parts.as_slice() {
            [pending, state] => pending.downcast::<Bytes>().zip(t.int_value(state)),
            _ => None,
        };
        let Some((pending, number)) = found else {
            return Err(t.type_error("setstate(): illegal state argument"));
        };
        let mut state = State::default();
        convert::to_bytes(number.as_ref(), &mut state.0, true, false).map_err(|e| t.num_error(e))?;
        let n = pending.as_slice().len();
        if n > PENDING_BYTES {
            return Err(ex::unicode_decode_error(t, this.codec.name, pending, 0, n, "pending buffer too large"));
        }
        this.kept.set(Middle { state, pending: pending.as_slice().to_vec() });
        Ok(())
    }
    #[py("($self, /)")]
    fn reset(_t: &Thread, this: Ref<MultibyteIncrementalDecoder>) {
        this.kept.reset(this.codec);
    }
    /// how to treat errors
    #[py(getter)]
    fn errors(_t: &Thread, this: Ref<MultibyteIncrementalDecoder>) -> Value {
        this.errors.get()
    }
    #[py(setter)]
    fn set_errors(t: &Thread, this: Ref<MultibyteIncrementalDecoder>, value: Option<Value>) -> Result<()> {
        set_errors(t, &this.errors, this.header(), value)
    }
}
