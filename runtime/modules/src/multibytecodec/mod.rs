//! `_multibytecodec` and the modules that its codecs come from: `_codecs_jp`, `_codecs_cn`, `_codecs_kr`, `_codecs_tw`, `_codecs_hk`
//! and `_codecs_iso2022`. The encodings themselves are `taipan_text::cjk`.
//!
//! What a stateful coder keeps between calls changes under a mutex that is never held while anything else runs: a call takes a copy,
//! works, and stores what came of it. Threads that share a coder may mix up its text, but nothing else.

mod coding;
mod incremental;
mod stream;

use coding::Keep;
use incremental::{MultibyteIncrementalDecoder, MultibyteIncrementalEncoder};
use stream::{MultibyteStreamReader, MultibyteStreamWriter};
use taipan_text::cjk::{Codec, Home};
use taipan_vm::native::*;
use taipan_vm::objects::buffer::Buffer;
use taipan_vm::objects::exceptions as ex;

/// A codec as an object: what the classes named `codec` in the modules of `encodings` refer to.
#[derive(HeapType)]
#[repr(C)]
pub struct MultibyteCodec {
    header: Header,
    #[noscan]
    codec: &'static Codec,
}

#[pyclass(name = "MultibyteCodec", module = "_multibytecodec", flags(NO_NEW))]
impl MultibyteCodec {
    /// Return an encoded string version of 'input'.
    ///
    /// 'errors' may be given to set a different error handling scheme.
    /// Default is 'strict' meaning that encoding errors raise
    /// a UnicodeEncodeError.  Other possible values are 'ignore', 'replace'
    /// and 'xmlcharrefreplace' as well as any other name registered with
    /// codecs.register_error that can handle UnicodeEncodeErrors.
    #[py("($self, /, input, errors=None)")]
    fn encode(t: &Thread, this: Ref<MultibyteCodec>, input: Value, errors: Option<ErrorsName>) -> Result<Value> {
        let text = t.str(input)?;
        let codec = this.codec;
        let mut state = codec.encoder_state();
        let (out, _) = coding::encode(t, codec, &mut state, text, errors.and_then(|e| e.0), true)?;
        (Bytes::new(t, &out)?, text.len()).into_value(t)
    }
    /// Decodes 'input'.
    ///
    /// 'errors' may be given to set a different error handling scheme.
    /// Default is 'strict' meaning that encoding errors raise
    /// a UnicodeDecodeError.  Other possible values are 'ignore' and
    /// 'replace' as well as any other name registered with
    /// codecs.register_error that is able to handle UnicodeDecodeErrors."
    #[py("($self, /, input, errors=None)")]
    fn decode(t: &Thread, this: Ref<MultibyteCodec>, input: Buffer, errors: Option<ErrorsName>) -> Result<Value> {
        let mut state = this.codec.decoder_state();
        let bytes = input.stable();
        let errors = errors.and_then(|e| e.0);
        let (text, _) = coding::decode(t, this.codec, &mut state, input.object(), &bytes, errors, Keep::Nothing)?;
        (t.str_from_text(&text)?, bytes.len()).into_value(t)
    }
}

/// `errors`: a name or None.
struct ErrorsName(Option<Ref<Str>>);
impl FromArg for ErrorsName {
    fn from_arg(t: &Thread, v: Value, cx: ArgContext) -> Result<ErrorsName> {
        match v.downcast::<Str>() {
            Some(s) => Ok(ErrorsName(Some(s))),
            None if v.is_empty() || v.is_none() => Ok(ErrorsName(None)),
            None => Err(cx.wrong_type(t, "str or None", v)),
        }
    }
}

/// The codec that a coder's class names.
fn codec_of(t: &Thread, class: Ref<Class>) -> Result<&'static Codec> {
    let v = t.get_attr(class.value(), Str::intern_str(t, "codec")?)?;
    match v.downcast::<MultibyteCodec>() {
        Some(c) => Ok(c.codec),
        None => Err(t.type_error("codec is unexpected type")),
    }
}

/// `errors` of a coder, which is kept as a string.
fn errors_field(t: &Thread, errors: Option<Ref<Str>>) -> Result<Field> {
    let name = match errors {
        Some(name) => name,
        None => Str::intern_str(t, "strict")?,
    };
    Ok(Field::new(name.value()))
}

fn set_errors(t: &Thread, field: &Field, owner: &Header, value: Option<Value>) -> Result<()> {
    match value {
        None => Err(t.new_error(ex::class(ex::Kind::AttributeError), "cannot delete attribute")),
        Some(v) if v.downcast::<Str>().is_some() => {
            field.set(t, owner, v);
            Ok(())
        }
        Some(_) => Err(t.type_error("errors must be a string")),
    }
}

fn unicode_error(t: &Thread, message: &str) -> Exc {
    t.new_error(ex::class(ex::Kind::UnicodeError), message)
}

pub struct Multibytecodec;

#[pymodule(
    name = "_multibytecodec",
    classes(
        MultibyteIncrementalEncoder,
        MultibyteIncrementalDecoder,
        MultibyteStreamReader,
        MultibyteStreamWriter,
    ),
    init = init
)]
impl Multibytecodec {
    // Codecs are made by `getcodec` here: there are no capsules that could be passed.
    #[py("($module, object, /)")]
    fn __create_codec(t: &Thread, object: Value) -> Result<Value> {
        let _ = object;
        Err(t.value_error("argument type invalid"))
    }
}

fn init(t: &Thread, _m: Ref<Module>) -> Result<()> {
    taipan_vm::objects::class::create_builtin(t, MultibyteCodec::class_def())?;
    Ok(())
}

/// The codec of a module by name. The module of the coders, which makes the class, is imported first, as in CPython.
fn getcodec(t: &Thread, home: Home, name: Value) -> Result<Ref<MultibyteCodec>> {
    let Some(name) = name.downcast::<Str>() else {
        return Err(t.type_error("encoding name must be a string."));
    };
    let Some(codec) = Codec::find(home, &name.to_string_lossy()) else {
        return Err(t.lookup_error("no such codec is supported."));
    };
    taipan_vm::import::import(t, Str::intern_str(t, "_multibytecodec")?, None, Value::NONE, 0)?;
    t.create(MultibyteCodec { header: Header::NEW, codec })
}

macro_rules! homes {
    ($($module:ident $name:literal $home:ident;)*) => {
        $(
            pub struct $module;

            #[pymodule(name = $name)]
            impl $module {
                #[py("($module, object, /)")]
                fn getcodec(t: &Thread, object: Value) -> Result<Ref<MultibyteCodec>> {
                    getcodec(t, Home::$home, object)
                }
            }
        )*
    };
}

homes! {
    CodecsJp "_codecs_jp" Jp;
    CodecsCn "_codecs_cn" Cn;
    CodecsKr "_codecs_kr" Kr;
    CodecsTw "_codecs_tw" Tw;
    CodecsHk "_codecs_hk" Hk;
    CodecsIso2022 "_codecs_iso2022" Iso2022;
}
