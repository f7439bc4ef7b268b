//! Encoding strings and decoding bytes.
//!
//! The encodings that need no table are done here, by `taipan_text::codecs`; all other names go to the registry of
//! [`codecs`](crate::modules::codecs), whose codecs the package `encodings` brings.

use crate::modules::codecs;
use crate::native::*;
use crate::objects::class::Special;
use crate::objects::exceptions as ex;
use crate::objects::str::empty_str;
use crate::objects::str_errors::Policy;
use crate::ops::text_of;
use std::borrow::Cow;
use taipan_text::codecs::{Codec, CodecError, Decoded, Errors, Replacement, escape};
use taipan_text::{Text, TextBuf};

/// A built text as a string.
pub fn from_buf(t: &Thread, text: &TextBuf) -> Result<Ref<Str>> {
    t.str_from_text(text)
}

/// The native codec of a name, for `str.encode` and `bytes.decode`; the name `None` is UTF-8.
fn native_codec(encoding: Option<Ref<Str>>) -> Option<Codec> {
    match encoding {
        None => Some(Codec::Utf8),
        Some(name) => Codec::from_name(name.as_ascii()?),
    }
}

/// In the development mode names are checked that may not be needed.
fn check_names(t: &Thread, encoding: Option<Ref<Str>>, errors: Option<Ref<Str>>) -> Result<()> {
    if !crate::program::config().dev_mode {
        return Ok(());
    }
    if let Some(name) = encoding {
        codecs::lookup(t, name)?;
    }
    match errors.filter(|e| !e.is_empty()) {
        Some(name) => codecs::lookup_error(t, name).map(drop),
        None => Ok(()),
    }
}

/// `s.encode(encoding, errors)`: bytes.
pub fn encode(t: &Thread, s: Ref<Str>, encoding: Option<Ref<Str>>, errors: Option<Ref<Str>>) -> Result<Value> {
    check_names(t, encoding, errors)?;
    match (native_codec(encoding), encoding) {
        (Some(codec), _) => encode_native(t, codec, s, errors).map(Ref::value),
        (None, Some(name)) => codecs::encode_text(t, s, name, errors),
        (None, None) => Err(t.system_error("no encoding")),
    }
}

/// `object.decode(encoding, errors)`, where the content of `object` is `bytes`.
pub fn decode_object(
    t: &Thread,
    object: Value,
    bytes: &[u8],
    encoding: Option<Ref<Str>>,
    errors: Option<Ref<Str>>,
) -> Result<Ref<Str>> {
    check_names(t, encoding, errors)?;
    if bytes.is_empty() {
        return Ok(empty_str());
    }
    match (native_codec(encoding), encoding) {
        (Some(codec), _) => decode_native(t, codec, object, bytes, errors, true).map(|(s, _)| s),
        (None, Some(name)) => {
            let object = match object.downcast::<Bytes>() {
                Some(b) => b,
                None => Bytes::new(t, bytes)?,
            };
            codecs::decode_text(t, object.value(), name, errors)
        }
        (None, None) => Err(t.system_error("no encoding")),
    }
}

/// Encodes with a native codec.
pub fn encode_native(t: &Thread, codec: Codec, s: Ref<Str>, errors: Option<Ref<Str>>) -> Result<Ref<Bytes>> {
    let text = text_of(&s);
    match (codec, text) {
        (Codec::Utf8 | Codec::Ascii, Text::Latin1(u)) if s.is_ascii() => return Bytes::new(t, u),
        (Codec::Latin1, Text::Latin1(u)) => return Bytes::new(t, u),
        _ => {}
    }
    let mut out = codec.mark().to_vec();
    let mut policy = Policy::new(errors);
    let mut pos = 0;
    loop {
        match codec.encode(text, pos, &mut out) {
            Ok(()) => return Bytes::new(t, &out),
            Err(error) => {
                let push = |r: Replacement<'_>, out: &mut Vec<u8>| Ok(codec.push_replacement(r, out));
                pos = policy.encode_error(t, codec, codec.name(), s, &error, &mut out, push)?;
            }
        }
    }
}

/// Decodes with a native codec: the text, and how much of the input was used (all of it when `last`). `object` is the input as an
/// object, if there is one, for exceptions.
pub fn decode_native(
    t: &Thread,
    codec: Codec,
    object: Value,
    input: &[u8],
    errors: Option<Ref<Str>>,
    last: bool,
) -> Result<(Ref<Str>, usize)> {
    match codec {
        Codec::Latin1 => return Ok((Str::from_latin1(t, input)?, input.len())),
        Codec::Utf8 | Codec::Ascii if input.is_ascii() => {
            return Ok((Str::from_narrowest(t, Units::Latin1(input), true)?, input.len()));
        }
        Codec::Utf8 => {
            if let Ok(s) = std::str::from_utf8(input) {
                return Ok((Str::from_str(t, s)?, input.len()));
            }
        }
        _ => {}
    }
    let Some((resolved, start)) = codec.start(input, last) else {
        return Ok((empty_str(), 0));
    };
    // Errors after a UTF-8 signature do not count it: to them it was never there.
    let (skipped, start) = if codec == Codec::Utf8Sig { (start, 0) } else { (0, start) };
    let mut bad_escape = None;
    let step = |input: &[u8], pos: usize, out: &mut TextBuf| -> Result<Decoded> {
        Ok(match resolved {
            Codec::UnicodeEscape => escape::decode_unicode(input, pos, last, out, &mut bad_escape),
            _ => resolved.decode(input, pos, last, out),
        })
    };
    let (s, end) = decode_loop(t, resolved, resolved.name(), object, &input[skipped..], start, errors, step)?;
    if let Some(bad) = bad_escape {
        warn_escape(t, input, bad, "")?;
    }
    Ok((s, skipped + end))
}

/// Calls a decoder until all is decoded, with the handler of `errors` in between. `encoding` is what exceptions say.
#[allow(clippy::too_many_arguments)]
pub fn decode_loop(
    t: &Thread,
    codec: Codec,
    encoding: &str,
    object: Value,
    input: &[u8],
    start: usize,
    errors: Option<Ref<Str>>,
    mut step: impl FnMut(&[u8], usize, &mut TextBuf) -> Result<Decoded>,
) -> Result<(Ref<Str>, usize)> {
    let mut input = Cow::Borrowed(input);
    let mut out = TextBuf::with_capacity(input.len());
    let mut policy = Policy::new(errors);
    let mut pos = start;
    loop {
        match step(&input, pos, &mut out)? {
            Ok(end) => return Ok((from_buf(t, &out)?, end)),
            Err(error) => pos = policy.decode_error(t, codec, encoding, object, &mut input, &error, &mut out)?,
        }
    }
}

/// As `decode_loop`, for encoders.
pub fn encode_loop(
    t: &Thread,
    encoding: &str,
    s: Ref<Str>,
    errors: Option<Ref<Str>>,
    mut step: impl FnMut(Text<'_>, usize, &mut Vec<u8>) -> Result<std::result::Result<(), CodecError>>,
) -> Result<Ref<Bytes>> {
    let text = text_of(&s);
    let mut out = Vec::with_capacity(text.len());
    let mut policy = Policy::new(errors);
    let mut pos = 0;
    loop {
        match step(text, pos, &mut out)? {
            Ok(()) => return Bytes::new(t, &out),
            Err(error) => {
                let push = |r: Replacement<'_>, out: &mut Vec<u8>| match r {
                    Replacement::Bytes(b) => {
                        out.extend_from_slice(b);
                        Ok(true)
                    }
                    Replacement::Text(text) => Ok(step(text, 0, out)?.is_ok()),
                };
                pos = policy.encode_error(t, Codec::Ascii, encoding, s, &error, &mut out, push)?;
            }
        }
    }
}

/// Warns of an escape that means nothing. `prefix` is that of the literal: `b` for bytes.
pub fn warn_escape(t: &Thread, input: &[u8], bad: escape::BadEscape, prefix: &str) -> Result<()> {
    let what = match bad.octal {
        Some(value) => format!("{prefix}\"\\{value:o}\" is an invalid octal escape sequence"),
        None => {
            let c = input.get(bad.at).map_or('\\', |&b| char::from(b));
            format!("{prefix}\"\\{c}\" is an invalid escape sequence")
        }
    };
    t.warn(ex::Kind::DeprecationWarning, format!("{what}. Such sequences will not work in the future. "))
}

/// A string as the operating system takes it: UTF-8 with `surrogateescape`.
pub fn fs_encode(t: &Thread, s: Ref<Str>) -> Result<Vec<u8>> {
    if let Some(ascii) = s.as_ascii() {
        return Ok(ascii.as_bytes().to_vec());
    }
    taipan_text::codecs::encode(Codec::Utf8, text_of(&s), Errors::SurrogateEscape)
        .map_err(|e| ex::unicode_encode_error(t, Codec::Utf8.name(), s, e.start, e.end, e.reason))
}

/// Bytes from the operating system as a string: the inverse of [`fs_encode`].
pub fn fs_decode(t: &Thread, bytes: &[u8]) -> Result<Ref<Str>> {
    if let Ok(s) = std::str::from_utf8(bytes) {
        return Str::from_str(t, s);
    }
    match taipan_text::codecs::decode(Codec::Utf8, bytes, Errors::SurrogateEscape, true) {
        Ok((text, _)) => from_buf(t, &text),
        // Cannot be: every byte that is not UTF-8 has its surrogate.
        Err(e) => Err(t.value_error(e.reason)),
    }
}

/// A path as the operating system takes it, and whether it was given as bytes: a str, bytes or `os.PathLike` object.
pub fn fs_path(t: &Thread, v: Value) -> Result<(Vec<u8>, bool)> {
    let path = fspath(t, v)?;
    let (bytes, is_bytes) = match path.downcast::<Str>() {
        Some(s) => (fs_encode(t, s)?, false),
        None => (path.downcast::<Bytes>().map_or_else(Vec::new, |b| b.as_slice().to_vec()), true),
    };
    if bytes.contains(&0) {
        return Err(t.value_error(if is_bytes { "embedded null byte" } else { "embedded null character" }));
    }
    Ok((bytes, is_bytes))
}

/// `os.fspath(v)`: a str or bytes object.
pub fn fspath(t: &Thread, v: Value) -> Result<Value> {
    let is_path = |v: Value| v.downcast::<Str>().is_some() || v.downcast::<Bytes>().is_some();
    if is_path(v) {
        return Ok(v);
    }
    let Some(f) = class_of(v).special(t, Special::Fspath).filter(|f| !f.is_none()) else {
        let name = class_of(v).name_string();
        return Err(t.type_error(format!("expected str, bytes or os.PathLike object, not {name}")));
    };
    let r = t.call_special0(f, v)?;
    if is_path(r) {
        return Ok(r);
    }
    let (of, got) = (class_of(v).name_string(), class_of(r).name_string());
    Err(t.type_error(format!("expected {of}.__fspath__() to return str or bytes, not {got}")))
}
