//! Error handlers of encodings: the built-in ones by name, those that `codecs.register_error` was given, and the functions that
//! `codecs.lookup_error` shows for the built-in ones.
//!
//! A handler is looked up when the first error occurs, as in CPython: its name need not exist for text without errors.

use crate::native::*;
use crate::objects::exceptions as ex;
use crate::objects::exceptions::{self as errors, UnicodeDetails as Details, unicode_details};
use crate::objects::str_codecs::from_buf;
use crate::ops::text_of;
use std::borrow::Cow;
use taipan_text::codecs::{Codec, CodecError, Errors, Handled, Replacement};
use taipan_text::{Text, TextBuf};

/// How to deal with errors, once that is known.
enum Handler {
    BuiltIn(Errors),
    User(Value),
}

/// What the argument `errors` of a codec says.
pub struct Policy {
    name: Option<Ref<Str>>,
    handler: Option<Handler>,
    /// Answers of handlers are refused as the codecs of `_multibytecodec` do.
    multibyte: bool,
}

impl Policy {
    pub fn new(name: Option<Ref<Str>>) -> Policy {
        Policy { name, handler: None, multibyte: false }
    }

    /// A policy of the codecs of `_multibytecodec`.
    pub fn multibyte(name: Option<Ref<Str>>) -> Policy {
        Policy { multibyte: true, ..Policy::new(name) }
    }

    /// The position that a handler answers.
    fn answered(&self, t: &Thread, pos: Value) -> Result<isize> {
        t.to_isize(pos).map_err(|e| match self.multibyte && ex::is_instance(e.value(), ex::Kind::OverflowError) {
            true => t.index_error("position -1 from error handler out of bounds"),
            false => e,
        })
    }

    fn handler(&mut self, t: &Thread) -> Result<&Handler> {
        if self.handler.is_none() {
            let built_in = match self.name {
                None => Some(Errors::Strict),
                Some(n) => n.as_ascii().and_then(Errors::from_name),
            };
            self.handler = Some(match (built_in, self.name) {
                (Some(e), _) => Handler::BuiltIn(e),
                (None, Some(name)) => Handler::User(crate::modules::codecs::lookup_error(t, name)?),
                (None, None) => Handler::BuiltIn(Errors::Strict),
            });
        }
        match &self.handler {
            Some(h) => Ok(h),
            None => Err(t.system_error("an error handler was lost")),
        }
    }

    /// Deals with a decoding error: appends a replacement, and says where to go on. A handler of the user's may put other input in
    /// the place of `input`. `encoding` is for the exception, `object` the input as an object if there is one.
    pub fn decode_error(
        &mut self,
        t: &Thread,
        codec: Codec,
        encoding: &str,
        object: Value,
        input: &mut Cow<'_, [u8]>,
        error: &CodecError,
        out: &mut TextBuf,
    ) -> Result<usize> {
        match self.handler(t)? {
            Handler::BuiltIn(e) => match e.decode(codec, input, error, out) {
                Handled::Resume(at) => Ok(at),
                Handled::NotApplicable => Err(not_applicable(t, "UnicodeDecodeError")),
                Handled::Raise => Err(decode_exception(t, encoding, object, input, error)?),
            },
            Handler::User(f) => {
                let exc = decode_exception(t, encoding, object, input, error)?;
                let r = t.call(*f, &[exc.value()])?;
                let wrong = || t.type_error("decoding error handler must return (str, int) tuple");
                let (text, pos) = pair(r).ok_or_else(wrong)?;
                let (Some(text), Some(_)) = (text.downcast::<Str>(), t.int_value(pos)) else {
                    return Err(wrong());
                };
                let pos = self.answered(t, pos)?;
                // The handler may have given the exception other input to go on with.
                let Some(bytes) = unicode_details(exc.value()).and_then(|d| d.object.get().downcast::<Bytes>()) else {
                    return Err(t.type_error("object attribute must be bytes"));
                };
                if bytes.as_slice() != &input[..] {
                    *input = Cow::Owned(bytes.as_slice().to_vec());
                }
                out.push_text(text_of(&text));
                position(t, pos, input.len())
            }
        }
    }

    /// Deals with an encoding error. `push` appends a replacement, and is false when it cannot be encoded in turn.
    pub fn encode_error(
        &mut self,
        t: &Thread,
        codec: Codec,
        encoding: &str,
        text: Ref<Str>,
        error: &CodecError,
        out: &mut Vec<u8>,
        push: impl FnOnce(Replacement<'_>, &mut Vec<u8>) -> Result<bool>,
    ) -> Result<usize> {
        let raise = |e: &CodecError| errors::unicode_encode_error(t, encoding, text, e.start, e.end, e.reason);
        match self.handler(t)? {
            Handler::BuiltIn(
                e @ (Errors::Replace | Errors::BackslashReplace | Errors::XmlCharRefReplace | Errors::NameReplace),
            ) => {
                let ascii = e.encode_replacement(text_of(&text).slice(error.start, error.end));
                if push(Replacement::Text(Text::ascii(&ascii)), out)? { Ok(error.end) } else { Err(raise(error)) }
            }
            Handler::BuiltIn(e) => match e.encode(codec, text_of(&text), error, out) {
                Ok(Handled::Resume(at)) => Ok(at),
                Ok(Handled::NotApplicable) => Err(not_applicable(t, "UnicodeEncodeError")),
                Ok(Handled::Raise) => Err(raise(error)),
                Err(narrowed) => Err(raise(&narrowed)),
            },
            Handler::User(f) => {
                let exc = raise(error);
                let r = t.call(*f, &[exc.value()])?;
                let kinds = if self.multibyte { "str" } else { "str/bytes" };
                let wrong = || t.type_error(format!("encoding error handler must return ({kinds}, int) tuple"));
                let (replacement, pos) = pair(r).ok_or_else(wrong)?;
                if t.int_value(pos).is_none() {
                    return Err(wrong());
                }
                let pos = self.answered(t, pos)?;
                let (as_text, as_bytes) = (replacement.downcast::<Str>(), replacement.downcast::<Bytes>());
                let replacement = match (&as_text, &as_bytes) {
                    (Some(s), _) => Replacement::Text(text_of(s)),
                    (_, Some(b)) => Replacement::Bytes(b.as_slice()),
                    _ => return Err(wrong()),
                };
                let at = position(t, pos, text.len())?;
                if push(replacement, out)? { Ok(at) } else { Err(exc) }
            }
        }
    }
}

fn pair(v: Value) -> Option<(Value, Value)> {
    match v.downcast::<Tuple>()?.as_slice() {
        &[a, b] => Some((a, b)),
        _ => None,
    }
}

/// Where to go on, as a handler says it.
fn position(t: &Thread, pos: isize, len: usize) -> Result<usize> {
    let at = if pos < 0 { pos + len as isize } else { pos };
    match usize::try_from(at) {
        Ok(at) if at <= len => Ok(at),
        _ => Err(t.index_error(format!("position {at} from error handler out of bounds"))),
    }
}

#[cold]
fn not_applicable(t: &Thread, class: &str) -> Exc {
    t.type_error(format!("don't know how to handle {class} in error callback"))
}

/// The exception of a decoding error; `Err` if it cannot be made.
fn decode_exception(t: &Thread, encoding: &str, object: Value, input: &[u8], error: &CodecError) -> Result<Exc> {
    let bytes = match object.downcast::<Bytes>() {
        Some(b) if class_of(object) == Bytes::class() && b.as_slice() == input => b,
        _ => Bytes::new(t, input)?,
    };
    Ok(errors::unicode_decode_error(t, encoding, bytes, error.start, error.end, error.reason))
}

/// What an exception that a handler gets is about.
enum Bad<'a> {
    Encode(&'a Details, Ref<Str>),
    Decode(&'a Details, Ref<Bytes>),
    Translate(&'a Details, Ref<Str>),
}

fn bad<'a>(t: &Thread, exc: Value) -> Result<Bad<'a>> {
    let wrong = || not_applicable(t, &class_of(exc).name_string());
    let d = unicode_details(exc).ok_or_else(wrong)?;
    let object = d.object.get();
    if ex::is_instance(exc, ex::Kind::UnicodeDecodeError) {
        return match object.downcast::<Bytes>() {
            Some(b) => Ok(Bad::Decode(d, b)),
            None => Err(t.type_error("object attribute must be bytes")),
        };
    }
    let Some(s) = object.downcast::<Str>() else {
        return Err(t.type_error("object attribute must be unicode"));
    };
    Ok(if ex::is_instance(exc, ex::Kind::UnicodeEncodeError) { Bad::Encode(d, s) } else { Bad::Translate(d, s) })
}

/// The replacement and where to go on, as a handler returns them.
fn answer(t: &Thread, text: &TextBuf, end: usize) -> Result<Value> {
    (from_buf(t, text)?, end).into_value(t)
}

/// `start..end` of an exception as a range that lies in its object.
fn range(d: &Details, len: usize) -> std::ops::Range<usize> {
    let (start, end) = d.range(len);
    start.min(end)..end
}

/// `replace` and others whose replacement is text made of what is bad.
fn textual(t: &Thread, exc: Value, kind: Errors) -> Result<Value> {
    let encode_only = matches!(kind, Errors::XmlCharRefReplace | Errors::NameReplace);
    let mut out = TextBuf::new();
    match bad(t, exc)? {
        Bad::Encode(d, s) => {
            let r = range(d, s.len());
            out.push_str(&kind.encode_replacement(text_of(&s).slice(r.start, r.end)));
            answer(t, &out, r.end)
        }
        Bad::Decode(d, b) if !encode_only => {
            let r = range(d, b.len());
            let error = CodecError { start: r.start, end: r.end, reason: "" };
            kind.decode(Codec::Ascii, b.as_slice(), &error, &mut out);
            answer(t, &out, r.end)
        }
        Bad::Translate(d, s) if !encode_only => {
            let r = range(d, s.len());
            match kind {
                Errors::Replace => out.push_repeat(0xfffd, r.len()),
                _ => out.push_str(&kind.encode_replacement(text_of(&s).slice(r.start, r.end))),
            }
            answer(t, &out, r.end)
        }
        _ => Err(not_applicable(t, &class_of(exc).name_string())),
    }
}

/// `surrogateescape` and `surrogatepass`.
fn surrogates(t: &Thread, exc: Value, kind: Errors) -> Result<Value> {
    let codec_of = |d: &Details| match kind {
        Errors::SurrogatePass => d.encoding.get().downcast::<Str>().and_then(|s| Codec::from_name(s.as_ascii()?)),
        _ => Some(Codec::Ascii),
    };
    match bad(t, exc)? {
        Bad::Encode(d, s) => {
            let r = range(d, s.len());
            let error = CodecError { start: r.start, end: r.end, reason: "" };
            let mut out = Vec::new();
            match codec_of(d).map(|c| kind.encode(c, text_of(&s), &error, &mut out)) {
                Some(Ok(Handled::Resume(end))) => (Bytes::new(t, &out)?, end).into_value(t),
                _ => Err(Exc(exc)),
            }
        }
        Bad::Decode(d, b) => {
            let r = range(d, b.len());
            let error = CodecError { start: r.start, end: r.end, reason: "" };
            let mut out = TextBuf::new();
            match codec_of(d).map(|c| kind.decode(c, b.as_slice(), &error, &mut out)) {
                Some(Handled::Resume(end)) => answer(t, &out, end),
                _ => Err(Exc(exc)),
            }
        }
        Bad::Translate(..) => Err(not_applicable(t, &class_of(exc).name_string())),
    }
}

/// The functions of the built-in handlers. No module shows them: `codecs.lookup_error` does.
pub struct HandlerFunctions;

#[pymodule(name = "_codecs")]
impl HandlerFunctions {
    /// Implements the 'strict' error handling, which raises a UnicodeError on coding errors.
    #[py("($module, exception, /)")]
    fn strict_errors(t: &Thread, exception: Value) -> Result<Value> {
        if ex::is_exception_instance(exception) {
            Err(Exc(exception))
        } else {
            Err(t.type_error("codec must pass exception instance"))
        }
    }
    /// Implements the 'ignore' error handling, which skips malformed data.
    #[py("($module, exception, /)")]
    fn ignore_errors(t: &Thread, exception: Value) -> Result<Value> {
        let end = match bad(t, exception)? {
            Bad::Encode(d, s) | Bad::Translate(d, s) => range(d, s.len()).end,
            Bad::Decode(d, b) => range(d, b.len()).end,
        };
        answer(t, &TextBuf::new(), end)
    }
    /// Implements the 'replace' error handling, which puts a replacement character in place of malformed data.
    #[py("($module, exception, /)")]
    fn replace_errors(t: &Thread, exception: Value) -> Result<Value> {
        textual(t, exception, Errors::Replace)
    }
    /// Implements the 'xmlcharrefreplace' error handling, which puts character references of XML in place of characters.
    #[py("($module, exception, /)")]
    fn xmlcharrefreplace_errors(t: &Thread, exception: Value) -> Result<Value> {
        textual(t, exception, Errors::XmlCharRefReplace)
    }
    /// Implements the 'backslashreplace' error handling, which puts escape sequences in place of malformed data.
    #[py("($module, exception, /)")]
    fn backslashreplace_errors(t: &Thread, exception: Value) -> Result<Value> {
        textual(t, exception, Errors::BackslashReplace)
    }
    /// Implements the 'namereplace' error handling, which puts \N{...} in place of characters.
    #[py("($module, exception, /)")]
    fn namereplace_errors(t: &Thread, exception: Value) -> Result<Value> {
        textual(t, exception, Errors::NameReplace)
    }
    #[py("($module, exception, /)")]
    fn surrogatepass(t: &Thread, exception: Value) -> Result<Value> {
        surrogates(t, exception, Errors::SurrogatePass)
    }
    #[py("($module, exception, /)")]
    fn surrogateescape(t: &Thread, exception: Value) -> Result<Value> {
        surrogates(t, exception, Errors::SurrogateEscape)
    }
}

/// Names of the built-in handlers, in the order of their functions.
pub const HANDLER_NAMES: [&str; 8] =
    ["strict", "ignore", "replace", "xmlcharrefreplace", "backslashreplace", "namereplace", "surrogatepass", "surrogateescape"];
