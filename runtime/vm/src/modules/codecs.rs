//! `_codecs`: the registry of codecs and error handlers, and the encoders and decoders that the package `encodings` is made of.
//!
//! The registry lives in the runtime's own dict: a list of search functions, the cache of what they found by normalized name, and
//! the error handlers by name. The first lookup imports `encodings`, which registers the search function of the standard codecs.

use crate::native::*;
use crate::objects::buffer::{self, Buffer};
use crate::objects::bytearray::ByteArray;
use crate::objects::exceptions as ex;
use crate::objects::native_function::Native;
use crate::objects::str_args::name_argument;
use crate::objects::str_codecs::{decode_loop, decode_native, encode_loop, encode_native, warn_escape};
use crate::objects::str_errors::{HANDLER_NAMES, HandlerFunctions};
use crate::ops::{is_kind, text_of};
use taipan_text::codecs::charmap::{self, Bytes as Mapped, Char};
use taipan_text::codecs::{Codec, Order, escape};
use taipan_text::{MAX_CODE_POINT, TextBuf};

/// A part of the registry, made on first use.
fn part(t: &Thread, name: &str, make: impl FnOnce() -> Result<Value>) -> Result<Value> {
    let key = Str::intern_str(t, name)?.value();
    if let Some(v) = t.registry().get(t, key)? {
        return Ok(v);
    }
    let v = make()?;
    // Another thread may have made it meanwhile.
    Ok(t.registry().set_default(t, key, v)?.unwrap_or(v))
}

fn search_path(t: &Thread) -> Result<Ref<List>> {
    let v = part(t, "codecs.search_path", || List::new(t).map(Ref::value))?;
    v.downcast::<List>().ok_or_else(|| t.system_error("the codec registry is damaged"))
}

fn cache(t: &Thread) -> Result<Ref<Dict>> {
    let v = part(t, "codecs.cache", || Dict::new(t).map(Ref::value))?;
    v.downcast::<Dict>().ok_or_else(|| t.system_error("the codec registry is damaged"))
}

fn handlers(t: &Thread) -> Result<Ref<Dict>> {
    let make = || {
        let d = Dict::new(t)?;
        let module = Str::intern_str(t, "_codecs")?.value();
        for (name, def) in HANDLER_NAMES.iter().zip(HandlerFunctions::module_def().functions) {
            let f = Native::module_function(t, def, Value::EMPTY, module)?;
            d.set(t, Str::intern_str(t, name)?.value(), f.value())?;
        }
        Ok(d.value())
    };
    let v = part(t, "codecs.errors", make)?;
    v.downcast::<Dict>().ok_or_else(|| t.system_error("the codec registry is damaged"))
}

/// The error handler registered under a name.
pub fn lookup_error(t: &Thread, name: Ref<Str>) -> Result<Value> {
    match handlers(t)?.get(t, name.value())? {
        Some(f) => Ok(f),
        None => Err(t.lookup_error(format!("unknown error handler name '{name}'"))),
    }
}

/// Letters in lower case, digits and dots as they are, one underscore for all between.
fn normalized(name: &str) -> String {
    let mut out = String::with_capacity(name.len());
    let mut gap = false;
    for c in name.chars() {
        if c.is_ascii_alphanumeric() || c == '.' {
            if gap && !out.is_empty() {
                out.push('_');
            }
            gap = false;
            out.push(c.to_ascii_lowercase());
        } else {
            gap = true;
        }
    }
    out
}

/// Imports `encodings` before the first lookup. Threads that come meanwhile wait for the import; a lookup made by the import
/// itself finds the package half made, and goes on.
fn start(t: &Thread) -> Result<()> {
    let key = Str::intern_str(t, "codecs.started")?.value();
    if t.registry().contains(t, key)? {
        return Ok(());
    }
    crate::import::import(t, Str::intern_str(t, "encodings")?, None, Value::NONE, 0)?;
    t.registry().set(t, key, Value::TRUE)
}

/// The codec of a name: a tuple of encoder, decoder, stream reader and stream writer, usually a `codecs.CodecInfo`.
pub fn lookup(t: &Thread, encoding: Ref<Str>) -> Result<Ref<Tuple>> {
    start(t)?;
    let name = Str::intern_str(t, &normalized(&encoding.to_string_lossy()))?;
    if let Some(found) = cache(t)?.get(t, name.value())?.and_then(|v| v.downcast::<Tuple>()) {
        return Ok(found);
    }
    let functions = search_path(t)?.snapshot(t)?;
    for f in functions.iter() {
        let r = t.call(f, &[name.value()])?;
        if r.is_none() {
            continue;
        }
        let Some(codec) = r.downcast::<Tuple>().filter(|c| c.len() == 4) else {
            return Err(t.type_error("codec search functions must return 4-tuples"));
        };
        cache(t)?.set(t, name.value(), r)?;
        return Ok(codec);
    }
    Err(t.lookup_error(format!("unknown encoding: {encoding}")))
}

/// The codec of a name, if it is one between str and bytes.
fn lookup_text(t: &Thread, encoding: Ref<Str>, alternative: &str) -> Result<Ref<Tuple>> {
    let codec = lookup(t, encoding)?;
    if class_of(codec.value()) != Tuple::class() {
        let attribute = Str::intern_str(t, "_is_text_encoding")?;
        if let Some(v) = t.get_attr_opt(codec.value(), attribute)? {
            if !t.truth(v)? {
                return Err(
                    t.lookup_error(format!("'{encoding}' is not a text encoding; use {alternative} to handle arbitrary codecs"))
                );
            }
        }
    }
    Ok(codec)
}

/// Calls an encoder or decoder; what it made of `object`. An exception gets a note of what failed.
fn run(
    t: &Thread,
    codec: Ref<Tuple>,
    decoding: bool,
    object: Value,
    encoding: Ref<Str>,
    errors: Option<Ref<Str>>,
) -> Result<Value> {
    let (operation, who) = if decoding { ("decoding", "decoder") } else { ("encoding", "encoder") };
    let f = codec.get(usize::from(decoding)).unwrap_or(Value::NONE);
    let result = match errors {
        Some(e) => t.call(f, &[object, e.value()]),
        None => t.call(f, &[object]),
    };
    let r = match result {
        Ok(r) => r,
        Err(e) => {
            let note = Str::from_str(t, &format!("{operation} with '{encoding}' codec failed"))?;
            t.call_method(e.value(), Str::intern_str(t, "add_note")?, &[note.value()])?;
            return Err(e);
        }
    };
    match r.downcast::<Tuple>().map(|p| (p.len(), p.get(0))) {
        Some((2, Some(v))) => Ok(v),
        _ if decoding => Err(t.type_error("decoder must return a tuple (object,integer)")),
        _ => Err(t.type_error(format!("{who} must return a tuple (object, integer)"))),
    }
}

/// `s.encode(encoding, errors)` by a registered codec.
pub fn encode_text(t: &Thread, s: Ref<Str>, encoding: Ref<Str>, errors: Option<Ref<Str>>) -> Result<Value> {
    let codec = lookup_text(t, encoding, "codecs.encode()")?;
    let v = run(t, codec, false, s.value(), encoding, errors)?;
    if v.downcast::<Bytes>().is_some() {
        return Ok(v);
    }
    if let Some(b) = v.downcast::<ByteArray>() {
        t.warn(
            ex::Kind::RuntimeWarning,
            format!("encoder {encoding} returned bytearray instead of bytes; use codecs.encode() to encode to arbitrary types"),
        )?;
        return Bytes::new(t, &b.to_vec(t)).map(Ref::value);
    }
    let got = class_of(v).name_string();
    Err(t.type_error(format!(
        "'{encoding}' encoder returned '{got}' instead of 'bytes'; use codecs.encode() to encode to arbitrary types"
    )))
}

/// `object.decode(encoding, errors)` by a registered codec.
pub fn decode_text(t: &Thread, object: Value, encoding: Ref<Str>, errors: Option<Ref<Str>>) -> Result<Ref<Str>> {
    let codec = lookup_text(t, encoding, "codecs.decode()")?;
    let v = run(t, codec, true, object, encoding, errors)?;
    match v.downcast::<Str>() {
        Some(s) => Ok(s),
        None => {
            let got = class_of(v).name_string();
            Err(t.type_error(format!(
                "'{encoding}' decoder returned '{got}' instead of 'str'; use codecs.decode() to decode to arbitrary types"
            )))
        }
    }
}

/// `errors` of a codec function: a name or None.
struct ErrorsName(Option<Ref<Str>>);
impl FromArg for ErrorsName {
    fn from_arg(t: &Thread, v: Value, cx: ArgContext) -> Result<ErrorsName> {
        if v.is_empty() || v.is_none() {
            return Ok(ErrorsName(None));
        }
        match v.downcast::<Str>() {
            Some(_) => name_argument(t, Some(v), "").map(ErrorsName),
            None => Err(cx.wrong_type(t, "str or None", v)),
        }
    }
}

/// A parameter that is a name without null characters.
struct Name(Ref<Str>);
impl FromArg for Name {
    fn from_arg(t: &Thread, v: Value, cx: ArgContext) -> Result<Name> {
        match v.downcast::<Str>() {
            None => Err(cx.wrong_type(t, "str", v)),
            Some(s) => name_argument(t, Some(v), "").map(|_| Name(s)),
        }
    }
}

/// Bytes, or a string that stands for its UTF-8.
struct BytesOrText(Vec<u8>);
impl FromArg for BytesOrText {
    fn from_arg(t: &Thread, v: Value, _: ArgContext) -> Result<BytesOrText> {
        if let Some(s) = v.downcast::<Str>() {
            return encode_native(t, Codec::Utf8, s, None).map(|b| BytesOrText(b.as_slice().to_vec()));
        }
        if !buffer::exports(t, v) {
            return Err(t.not_bytes_like(v));
        }
        t.bytes_at_once(v, buffer::flags::SIMPLE).map(BytesOrText)
    }
}

/// `(text, number of bytes used)`
fn decoded(t: &Thread, codec: Codec, data: &Buffer, errors: ErrorsName, last: bool) -> Result<Value> {
    let (s, n) = decode_native(t, codec, data.object(), &data.stable(), errors.0, last)?;
    (s, n).into_value(t)
}

/// `(bytes, number of characters used)`
fn encoded(t: &Thread, codec: Codec, s: Ref<Str>, errors: ErrorsName) -> Result<Value> {
    let b = encode_native(t, codec, s, errors.0)?;
    (b, s.len()).into_value(t)
}

fn order(byteorder: i32) -> Order {
    match byteorder {
        0 => Order::Marked,
        ..0 => Order::Little,
        _ => Order::Big,
    }
}

/// `utf_16_ex_decode` and `utf_32_ex_decode`: the byte order that was found is a result too.
fn decoded_ex(t: &Thread, codec: Codec, data: &Buffer, errors: ErrorsName, byteorder: i32, last: bool) -> Result<Value> {
    let input = data.stable();
    let (codec_found, skipped) = codec.start(&input, last).unwrap_or((codec, 0));
    let found = match codec_found {
        _ if byteorder != 0 => byteorder.signum(),
        _ if skipped == 0 => 0,
        Codec::Utf16(Order::Big) | Codec::Utf32(Order::Big) => 1,
        _ => -1,
    };
    let (s, n) = decode_native(t, codec, data.object(), &input, errors.0, last)?;
    (s, n, found).into_value(t)
}

/// What `charmap_build` makes of a decoding table: its inverse.
#[derive(HeapType)]
#[repr(C)]
pub struct EncodingMap {
    header: Header,
    #[noscan(drop)]
    map: charmap::EncodingMap,
}

#[pyclass(name = "EncodingMap", module = "builtins", flags(NO_NEW))]
impl EncodingMap {
    /// Returns the size in memory, in bytes.
    #[py("($self, /)")]
    fn size(_t: &Thread, _this: Ref<EncodingMap>) -> usize {
        size_of::<EncodingMap>() + 256 * size_of::<(u32, u8)>()
    }
}

/// What a mapping has for a byte.
fn map_byte(t: &Thread, mapping: Value, b: u8) -> Result<Char> {
    let v = match t.get_item(mapping, Value::small_int(b as i64)) {
        Ok(v) => v,
        Err(e) if is_kind(t, e, ex::Kind::LookupError) => return Ok(Char::Undefined),
        Err(e) => return Err(e),
    };
    if v.is_none() {
        return Ok(Char::Undefined);
    }
    if let Some(s) = v.downcast::<Str>() {
        return Ok(if s.len() == 1 { Char::One(s.units().at(0)) } else { Char::Many(TextBuf::from(text_of(&s))) });
    }
    match t.int_value(v) {
        Some(i) => match i.to_i64().and_then(|i| u32::try_from(i).ok()).filter(|&c| c <= MAX_CODE_POINT) {
            Some(c) => Ok(Char::One(c)),
            None => Err(t.type_error("character mapping must be in range(0x110000)")),
        },
        None => Err(t.type_error("character mapping must return integer, None or str")),
    }
}

/// What a mapping has for a character.
fn map_character(t: &Thread, mapping: Value, c: u32) -> Result<Mapped> {
    let v = match t.get_item(mapping, Value::small_int(c as i64)) {
        Ok(v) => v,
        Err(e) if is_kind(t, e, ex::Kind::LookupError) => return Ok(Mapped::Undefined),
        Err(e) => return Err(e),
    };
    if v.is_none() {
        return Ok(Mapped::Undefined);
    }
    if let Some(b) = v.downcast::<Bytes>() {
        return Ok(Mapped::Many(b.as_slice().to_vec()));
    }
    match t.int_value(v) {
        Some(i) => match i.to_i64().and_then(|i| u8::try_from(i).ok()) {
            Some(b) => Ok(Mapped::One(b)),
            None => Err(t.type_error("character mapping must be in range(256)")),
        },
        None => {
            let got = class_of(v).name_string();
            Err(t.type_error(format!("character mapping must return integer, bytes or None, not {got}")))
        }
    }
}

fn check_callable(t: &Thread, f: Value, message: &str) -> Result<()> {
    if t.is_callable(f) { Ok(()) } else { Err(t.type_error(message)) }
}

fn init(t: &Thread, _m: Ref<Module>) -> Result<()> {
    crate::objects::class::create_builtin(t, EncodingMap::class_def())?;
    Ok(())
}

pub struct Codecs;

#[pymodule(name = "_codecs", init = init)]
impl Codecs {
    /// Registers a search function, which takes a normalized name of an encoding and returns a CodecInfo or None.
    #[py("($module, search_function, /)")]
    fn register(t: &Thread, search_function: Value) -> Result<()> {
        check_callable(t, search_function, "argument must be callable")?;
        search_path(t)?.append(t, search_function)
    }
    /// Unregisters a search function, and forgets what was found.
    #[py("($module, search_function, /)")]
    fn unregister(t: &Thread, search_function: Value) -> Result<()> {
        let path = search_path(t)?;
        loop {
            let all = path.snapshot(t)?;
            let Some(i) = all.iter().position(|f| f == search_function) else {
                return Ok(());
            };
            let kept = ValueVec::from_slice(t, &all.as_slice()[..i])?;
            kept.extend(t, &all.as_slice()[i + 1..])?;
            if path.replace_all(t, kept.as_slice(), Some(all.len()))? {
                return cache(t)?.clear(t);
            }
        }
    }
    /// Looks up the codec of an encoding, a CodecInfo.
    #[py("($module, encoding, /)")]
    fn lookup(t: &Thread, encoding: Name) -> Result<Ref<Tuple>> {
        lookup(t, encoding.0)
    }
    /// Encodes an object with the codec of an encoding.
    #[py("($module, /, obj, encoding='utf-8', errors='strict')")]
    fn encode(t: &Thread, obj: Value, encoding: Option<Name>, errors: Option<Name>) -> Result<Value> {
        let encoding = encoding.map_or_else(|| Str::from_str(t, "utf-8"), |n| Ok(n.0))?;
        let codec = lookup(t, encoding)?;
        run(t, codec, false, obj, encoding, errors.map(|e| e.0))
    }
    /// Decodes an object with the codec of an encoding.
    #[py("($module, /, obj, encoding='utf-8', errors='strict')")]
    fn decode(t: &Thread, obj: Value, encoding: Option<Name>, errors: Option<Name>) -> Result<Value> {
        let encoding = encoding.map_or_else(|| Str::from_str(t, "utf-8"), |n| Ok(n.0))?;
        let codec = lookup(t, encoding)?;
        run(t, codec, true, obj, encoding, errors.map(|e| e.0))
    }
    /// Registers an error handler under a name.
    ///
    /// It is called with a UnicodeError, and returns the replacement and the position
    /// at which to go on, or raises an exception.
    #[py("($module, errors, handler, /)")]
    fn register_error(t: &Thread, errors: Name, handler: Value) -> Result<()> {
        check_callable(t, handler, "handler must be callable")?;
        handlers(t)?.set(t, errors.0.value(), handler)
    }
    /// Unregisters an error handler; whether there was one.
    #[py("($module, errors, /)")]
    fn _unregister_error(t: &Thread, errors: Name) -> Result<bool> {
        let name = errors.0;
        if HANDLER_NAMES.iter().any(|n| name.eq_str(n)) {
            return Err(t.value_error(format!("cannot un-register built-in error handler '{name}'")));
        }
        Ok(handlers(t)?.remove(t, name.value())?.is_some())
    }
    /// Returns the error handler registered under a name; LookupError if there is none.
    #[py("($module, name, /)")]
    fn lookup_error(t: &Thread, name: Name) -> Result<Value> {
        lookup_error(t, name.0)
    }

    #[py("($module, data, errors=None, /)")]
    fn escape_decode(t: &Thread, data: BytesOrText, errors: ErrorsName) -> Result<Value> {
        let replacement: Option<&[u8]> = match errors.0 {
            None => None,
            Some(e) if e.eq_str("strict") => None,
            Some(e) if e.eq_str("replace") => Some(b"?"),
            Some(e) if e.eq_str("ignore") => Some(b""),
            Some(e) => {
                // Only an escape that is wrong asks for the handler.
                return match escape::decode_bytes(&data.0, None, &mut None) {
                    Ok(out) => (Bytes::new(t, &out)?, data.0.len()).into_value(t),
                    Err(_) => Err(t.value_error(format!("decoding error; unknown error handling code: {e}"))),
                };
            }
        };
        let mut bad = None;
        let out = escape::decode_bytes(&data.0, replacement, &mut bad).map_err(|e| t.value_error(e.message()))?;
        if let Some(bad) = bad {
            warn_escape(t, &data.0, bad, "b")?;
        }
        (Bytes::new(t, &out)?, data.0.len()).into_value(t)
    }
    #[py("($module, data, errors=None, /)")]
    fn escape_encode(t: &Thread, data: Ref<Bytes>, errors: ErrorsName) -> Result<Value> {
        let _ = errors;
        (Bytes::new(t, &escape::encode_bytes(data.as_slice()))?, data.len()).into_value(t)
    }
    #[py("($module, data, errors=None, final=False, /)")]
    fn utf_7_decode(t: &Thread, data: Buffer, errors: ErrorsName, r#final: Option<bool>) -> Result<Value> {
        decoded(t, Codec::Utf7, &data, errors, r#final.unwrap_or(false))
    }
    #[py("($module, data, errors=None, final=False, /)")]
    fn utf_8_decode(t: &Thread, data: Buffer, errors: ErrorsName, r#final: Option<bool>) -> Result<Value> {
        decoded(t, Codec::Utf8, &data, errors, r#final.unwrap_or(false))
    }
    #[py("($module, data, errors=None, final=False, /)")]
    fn utf_16_decode(t: &Thread, data: Buffer, errors: ErrorsName, r#final: Option<bool>) -> Result<Value> {
        decoded(t, Codec::Utf16(Order::Marked), &data, errors, r#final.unwrap_or(false))
    }
    #[py("($module, data, errors=None, final=False, /)")]
    fn utf_16_le_decode(t: &Thread, data: Buffer, errors: ErrorsName, r#final: Option<bool>) -> Result<Value> {
        decoded(t, Codec::Utf16(Order::Little), &data, errors, r#final.unwrap_or(false))
    }
    #[py("($module, data, errors=None, final=False, /)")]
    fn utf_16_be_decode(t: &Thread, data: Buffer, errors: ErrorsName, r#final: Option<bool>) -> Result<Value> {
        decoded(t, Codec::Utf16(Order::Big), &data, errors, r#final.unwrap_or(false))
    }
    #[py("($module, data, errors=None, byteorder=0, final=False, /)")]
    fn utf_16_ex_decode(
        t: &Thread,
        data: Buffer,
        errors: ErrorsName,
        byteorder: Option<i32>,
        r#final: Option<bool>,
    ) -> Result<Value> {
        let byteorder = byteorder.unwrap_or(0);
        decoded_ex(t, Codec::Utf16(order(byteorder)), &data, errors, byteorder, r#final.unwrap_or(false))
    }
    #[py("($module, data, errors=None, final=False, /)")]
    fn utf_32_decode(t: &Thread, data: Buffer, errors: ErrorsName, r#final: Option<bool>) -> Result<Value> {
        decoded(t, Codec::Utf32(Order::Marked), &data, errors, r#final.unwrap_or(false))
    }
    #[py("($module, data, errors=None, final=False, /)")]
    fn utf_32_le_decode(t: &Thread, data: Buffer, errors: ErrorsName, r#final: Option<bool>) -> Result<Value> {
        decoded(t, Codec::Utf32(Order::Little), &data, errors, r#final.unwrap_or(false))
    }
    #[py("($module, data, errors=None, final=False, /)")]
    fn utf_32_be_decode(t: &Thread, data: Buffer, errors: ErrorsName, r#final: Option<bool>) -> Result<Value> {
        decoded(t, Codec::Utf32(Order::Big), &data, errors, r#final.unwrap_or(false))
    }
    #[py("($module, data, errors=None, byteorder=0, final=False, /)")]
    fn utf_32_ex_decode(
        t: &Thread,
        data: Buffer,
        errors: ErrorsName,
        byteorder: Option<i32>,
        r#final: Option<bool>,
    ) -> Result<Value> {
        let byteorder = byteorder.unwrap_or(0);
        decoded_ex(t, Codec::Utf32(order(byteorder)), &data, errors, byteorder, r#final.unwrap_or(false))
    }
    #[py("($module, data, errors=None, final=True, /)")]
    fn unicode_escape_decode(t: &Thread, data: BytesOrText, errors: ErrorsName, r#final: Option<bool>) -> Result<Value> {
        decode_native(t, Codec::UnicodeEscape, Value::NONE, &data.0, errors.0, r#final.unwrap_or(true))?.into_value(t)
    }
    #[py("($module, data, errors=None, final=True, /)")]
    fn raw_unicode_escape_decode(t: &Thread, data: BytesOrText, errors: ErrorsName, r#final: Option<bool>) -> Result<Value> {
        decode_native(t, Codec::RawUnicodeEscape, Value::NONE, &data.0, errors.0, r#final.unwrap_or(true))?.into_value(t)
    }
    #[py("($module, data, errors=None, /)")]
    fn latin_1_decode(t: &Thread, data: Buffer, errors: ErrorsName) -> Result<Value> {
        decoded(t, Codec::Latin1, &data, errors, true)
    }
    #[py("($module, data, errors=None, /)")]
    fn ascii_decode(t: &Thread, data: Buffer, errors: ErrorsName) -> Result<Value> {
        decoded(t, Codec::Ascii, &data, errors, true)
    }
    #[py("($module, data, errors=None, mapping=None, /)")]
    fn charmap_decode(t: &Thread, data: Buffer, errors: ErrorsName, mapping: OrNone<Value>) -> Result<Value> {
        let Some(mapping) = mapping.0 else {
            return decoded(t, Codec::Latin1, &data, errors, true);
        };
        let input = data.stable();
        let (s, n) = match mapping.downcast::<Str>() {
            Some(table) => decode_loop(t, Codec::Ascii, "charmap", data.object(), &input, 0, errors.0, |input, pos, out| {
                Ok(charmap::decode_table(input, pos, text_of(&table), out))
            })?,
            None => decode_loop(t, Codec::Ascii, "charmap", data.object(), &input, 0, errors.0, |input, pos, out| {
                charmap::decode(input, pos, out, |b| map_byte(t, mapping, b))
            })?,
        };
        (s, n).into_value(t)
    }
    #[py("($module, data, errors=None, /)")]
    fn readbuffer_encode(t: &Thread, data: BytesOrText, errors: ErrorsName) -> Result<Value> {
        let _ = errors;
        (Bytes::new(t, &data.0)?, data.0.len()).into_value(t)
    }
    #[py("($module, str, errors=None, /)")]
    fn utf_7_encode(t: &Thread, str: Ref<Str>, errors: ErrorsName) -> Result<Value> {
        encoded(t, Codec::Utf7, str, errors)
    }
    #[py("($module, str, errors=None, /)")]
    fn utf_8_encode(t: &Thread, str: Ref<Str>, errors: ErrorsName) -> Result<Value> {
        encoded(t, Codec::Utf8, str, errors)
    }
    #[py("($module, str, errors=None, byteorder=0, /)")]
    fn utf_16_encode(t: &Thread, str: Ref<Str>, errors: ErrorsName, byteorder: Option<i32>) -> Result<Value> {
        encoded(t, Codec::Utf16(order(byteorder.unwrap_or(0))), str, errors)
    }
    #[py("($module, str, errors=None, /)")]
    fn utf_16_le_encode(t: &Thread, str: Ref<Str>, errors: ErrorsName) -> Result<Value> {
        encoded(t, Codec::Utf16(Order::Little), str, errors)
    }
    #[py("($module, str, errors=None, /)")]
    fn utf_16_be_encode(t: &Thread, str: Ref<Str>, errors: ErrorsName) -> Result<Value> {
        encoded(t, Codec::Utf16(Order::Big), str, errors)
    }
    #[py("($module, str, errors=None, byteorder=0, /)")]
    fn utf_32_encode(t: &Thread, str: Ref<Str>, errors: ErrorsName, byteorder: Option<i32>) -> Result<Value> {
        encoded(t, Codec::Utf32(order(byteorder.unwrap_or(0))), str, errors)
    }
    #[py("($module, str, errors=None, /)")]
    fn utf_32_le_encode(t: &Thread, str: Ref<Str>, errors: ErrorsName) -> Result<Value> {
        encoded(t, Codec::Utf32(Order::Little), str, errors)
    }
    #[py("($module, str, errors=None, /)")]
    fn utf_32_be_encode(t: &Thread, str: Ref<Str>, errors: ErrorsName) -> Result<Value> {
        encoded(t, Codec::Utf32(Order::Big), str, errors)
    }
    #[py("($module, str, errors=None, /)")]
    fn unicode_escape_encode(t: &Thread, str: Ref<Str>, errors: ErrorsName) -> Result<Value> {
        encoded(t, Codec::UnicodeEscape, str, errors)
    }
    #[py("($module, str, errors=None, /)")]
    fn raw_unicode_escape_encode(t: &Thread, str: Ref<Str>, errors: ErrorsName) -> Result<Value> {
        encoded(t, Codec::RawUnicodeEscape, str, errors)
    }
    #[py("($module, str, errors=None, /)")]
    fn latin_1_encode(t: &Thread, str: Ref<Str>, errors: ErrorsName) -> Result<Value> {
        encoded(t, Codec::Latin1, str, errors)
    }
    #[py("($module, str, errors=None, /)")]
    fn ascii_encode(t: &Thread, str: Ref<Str>, errors: ErrorsName) -> Result<Value> {
        encoded(t, Codec::Ascii, str, errors)
    }
    #[py("($module, str, errors=None, mapping=None, /)")]
    fn charmap_encode(t: &Thread, str: Ref<Str>, errors: ErrorsName, mapping: OrNone<Value>) -> Result<Value> {
        let Some(mapping) = mapping.0 else {
            return encoded(t, Codec::Latin1, str, errors);
        };
        let b = match mapping.downcast::<EncodingMap>() {
            Some(map) => encode_loop(t, "charmap", str, errors.0, |text, pos, out| {
                charmap::encode(text, pos, out, |c| Ok(map.map.get(c).map_or(Mapped::Undefined, Mapped::One)))
            })?,
            None => encode_loop(t, "charmap", str, errors.0, |text, pos, out| {
                charmap::encode(text, pos, out, |c| map_character(t, mapping, c))
            })?,
        };
        (b, str.len()).into_value(t)
    }
    #[py("($module, map, /)")]
    fn charmap_build(t: &Thread, map: Ref<Str>) -> Result<Value> {
        let table = text_of(&map);
        let table = table.slice(0, table.len().min(256));
        let fits = table.get(0) == Some(0) && table.from(1).iter().all(|c| c != 0 && c <= 0xffff);
        if fits {
            let content = EncodingMap { header: Header::NEW, map: charmap::EncodingMap::new(table) };
            return t.create(content).map(Ref::value);
        }
        let d = Dict::new(t)?;
        for (i, c) in table.iter().enumerate() {
            d.set(t, Value::small_int(c as i64), Value::small_int(i as i64))?;
        }
        Ok(d.value())
    }
}
