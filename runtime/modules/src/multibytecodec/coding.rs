//! Coding with error handlers.

use std::borrow::Cow;
use taipan_text::cjk::{Codec, State, Stop};
use taipan_text::codecs::{Codec as Plain, CodecError, Replacement};
use taipan_text::{Text, TextBuf};
use taipan_vm::native::*;
use taipan_vm::objects::str_errors::Policy;
use taipan_vm::ops::text_of;

/// What happens to input at the end that may go on to mean something.
#[derive(Clone, Copy, PartialEq)]
pub enum Keep {
    Nothing,
    Incomplete,
}

/// What an error says of a stop at `at`, where `len` is the length of the input.
fn error(stop: Stop, at: usize, len: usize) -> CodecError {
    let (end, reason) = match stop {
        Stop::Illegal(n) => (at + n, "illegal multibyte sequence"),
        Stop::Incomplete => (len, "incomplete multibyte sequence"),
    };
    CodecError { start: at, end, reason }
}

/// Encodes a string: the bytes, and how many characters they stand for, which is all if `last`. Then the bytes also lead back to the
/// initial state.
pub fn encode(
    t: &Thread,
    codec: &Codec,
    state: &mut State,
    text: Ref<Str>,
    errors: Option<Ref<Str>>,
    last: bool,
) -> Result<(Vec<u8>, usize)> {
    let units = text_of(&text);
    let mut out = Vec::with_capacity(units.len());
    let mut policy = Policy::multibyte(errors);
    let mut at = 0;
    loop {
        let (n, stop) = codec.encode(state, units.from(at), last, &mut out);
        at += n;
        let Some(stop) = stop.filter(|&s| last || s != Stop::Incomplete) else { break };
        let e = error(stop, at, units.len());
        let push = |r: Replacement<'_>, out: &mut Vec<u8>| match r {
            Replacement::Bytes(b) => {
                out.extend_from_slice(b);
                Ok(true)
            }
            Replacement::Text(r) => Ok(replace(codec, state, r, out)),
        };
        at = policy.encode_error(t, Plain::Ascii, codec.name, text, &e, &mut out, push)?;
    }
    if last {
        codec.reset_encoder(state, &mut out);
    }
    Ok((out, at))
}

/// Encodes a replacement; whether that is possible. A question mark always is.
fn replace(codec: &Codec, state: &mut State, r: Text<'_>, out: &mut Vec<u8>) -> bool {
    let before = out.len();
    if codec.encode(state, r, true, out).1.is_none() {
        return true;
    }
    out.truncate(before);
    let question = r == Text::ascii("?");
    if question {
        out.push(b'?');
    }
    question
}

/// Decodes bytes: the text, and how many bytes it was made of. `object` is the input as an object, if there is one.
pub fn decode(
    t: &Thread,
    codec: &Codec,
    state: &mut State,
    object: Value,
    input: &[u8],
    errors: Option<Ref<Str>>,
    keep: Keep,
) -> Result<(TextBuf, usize)> {
    let mut out = TextBuf::with_capacity(input.len());
    let mut policy = Policy::multibyte(errors);
    let mut at = 0;
    loop {
        let (n, stop) = codec.decode(state, &input[at..], &mut out);
        at += n;
        let Some(stop) = stop.filter(|&s| keep == Keep::Nothing || s != Stop::Incomplete) else {
            return Ok((out, at));
        };
        let e = error(stop, at, input.len());
        // A handler may put other input into its exception, but this goes on with what it has.
        let mut seen = Cow::Borrowed(input);
        at = policy.decode_error(t, Plain::Ascii, codec.name, object, &mut seen, &e, &mut out)?.min(input.len());
    }
}
