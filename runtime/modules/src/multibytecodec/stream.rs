//! Coders on streams of bytes.

use super::coding::Keep;
use super::incremental::Kept;
use super::{codec_of, errors_field, set_errors};
use taipan_text::TextBuf;
use taipan_text::cjk::Codec;
use taipan_vm::native::*;

#[derive(HeapType)]
#[heap(drop)]
#[repr(C)]
pub struct MultibyteStreamReader {
    header: Header,
    #[noscan]
    codec: &'static Codec,
    #[noscan(drop)]
    kept: Kept<Vec<u8>>,
    errors: Field,
    stream: Field,
}

/// A size: `None` for as much as there is.
fn size_of(t: &Thread, v: Option<Value>) -> Result<Option<usize>> {
    match v.filter(|v| !v.is_none()) {
        None => Ok(None),
        Some(v) if t.int_value(v).is_some() => Ok(usize::try_from(t.to_isize(v)?).ok()),
        Some(_) => Err(t.type_error("arg 1 must be an integer")),
    }
}

impl MultibyteStreamReader {
    /// Decodes what the stream's method `name` brings: with a size more than that once, if the first bytes are no whole character.
    fn pull(t: &Thread, this: Ref<MultibyteStreamReader>, name: &str, size: Option<usize>) -> Result<Ref<Str>> {
        let name = Str::intern_str(t, name)?;
        let mut ask = size;
        loop {
            let r = match ask {
                Some(0) => return Str::from_str(t, ""),
                Some(n) => t.call_method(this.stream.get(), name, &[t.uint(n as u64)?])?,
                None => t.call_method(this.stream.get(), name, &[])?,
            };
            let Some(data) = r.downcast::<Bytes>() else {
                let got = class_of(r).name_string();
                return Err(t.type_error(format!("stream function returned a non-bytes object ({got})")));
            };
            let (data, ended) = (data.as_slice().to_vec(), data.as_slice().is_empty());
            let keep = if ended || ask.is_none() { Keep::Nothing } else { Keep::Incomplete };
            let text = this.kept.decode(t, this.codec, &data, this.errors.get(), keep)?;
            if ended || ask.is_none() || !text.is_empty() {
                return t.str_from_text(&text);
            }
            // One more byte at a time, until there is a character.
            ask = Some(1);
        }
    }
}

#[pyclass(name = "MultibyteStreamReader", module = "_multibytecodec", flags(BASE, HAS_DICT, HAS_WEAKREF))]
impl MultibyteStreamReader {
    #[py("(stream, errors='strict')")]
    fn __new__(t: &Thread, cls: Ref<Class>, stream: Value, errors: Option<Ref<Str>>) -> Result<Ref<MultibyteStreamReader>> {
        let codec = codec_of(t, cls)?;
        let (kept, errors) = (Kept::of_decoder(codec), errors_field(t, errors)?);
        t.create_in(cls, MultibyteStreamReader { header: Header::NEW, codec, kept, errors, stream: Field::new(stream) })
    }
    #[py]
    fn __init__(_t: &Thread, _this: Ref<MultibyteStreamReader>, args: &[Value], kwargs: Kwargs) -> Result<()> {
        let _ = (args, kwargs);
        Ok(())
    }
    #[py("($self, sizeobj=None, /)")]
    fn read(t: &Thread, this: Ref<MultibyteStreamReader>, sizeobj: Option<Value>) -> Result<Ref<Str>> {
        let size = size_of(t, sizeobj)?;
        MultibyteStreamReader::pull(t, this, "read", size)
    }
    #[py("($self, sizeobj=None, /)")]
    fn readline(t: &Thread, this: Ref<MultibyteStreamReader>, sizeobj: Option<Value>) -> Result<Ref<Str>> {
        let size = size_of(t, sizeobj)?;
        MultibyteStreamReader::pull(t, this, "readline", size)
    }
    #[py("($self, sizehintobj=None, /)")]
    fn readlines(t: &Thread, this: Ref<MultibyteStreamReader>, sizehintobj: Option<Value>) -> Result<Value> {
        let size = size_of(t, sizehintobj)?;
        let text = MultibyteStreamReader::pull(t, this, "read", size)?;
        t.call_method(text.value(), Str::intern_str(t, "splitlines")?, &[Value::TRUE])
    }
    #[py("($self, /)")]
    fn reset(_t: &Thread, this: Ref<MultibyteStreamReader>) {
        this.kept.reset(this.codec);
    }
    #[py(member)]
    fn stream(_t: &Thread, this: Ref<MultibyteStreamReader>) -> Value {
        this.stream.get()
    }
    /// how to treat errors
    #[py(getter)]
    fn errors(_t: &Thread, this: Ref<MultibyteStreamReader>) -> Value {
        this.errors.get()
    }
    #[py(setter)]
    fn set_errors(t: &Thread, this: Ref<MultibyteStreamReader>, value: Option<Value>) -> Result<()> {
        set_errors(t, &this.errors, this.header(), value)
    }
}

#[derive(HeapType)]
#[heap(drop)]
#[repr(C)]
pub struct MultibyteStreamWriter {
    header: Header,
    #[noscan]
    codec: &'static Codec,
    #[noscan(drop)]
    kept: Kept<TextBuf>,
    errors: Field,
    stream: Field,
}

impl MultibyteStreamWriter {
    fn put(t: &Thread, this: Ref<MultibyteStreamWriter>, text: Value) -> Result<()> {
        let data = this.kept.encode(t, this.codec, text, this.errors.get(), false)?;
        t.call_method(this.stream.get(), Str::intern_str(t, "write")?, &[data.value()]).map(drop)
    }
}

#[pyclass(name = "MultibyteStreamWriter", module = "_multibytecodec", flags(BASE, HAS_DICT, HAS_WEAKREF))]
impl MultibyteStreamWriter {
    #[py("(stream, errors='strict')")]
    fn __new__(t: &Thread, cls: Ref<Class>, stream: Value, errors: Option<Ref<Str>>) -> Result<Ref<MultibyteStreamWriter>> {
        let codec = codec_of(t, cls)?;
        let (kept, errors) = (Kept::of_encoder(codec), errors_field(t, errors)?);
        t.create_in(cls, MultibyteStreamWriter { header: Header::NEW, codec, kept, errors, stream: Field::new(stream) })
    }
    #[py]
    fn __init__(_t: &Thread, _this: Ref<MultibyteStreamWriter>, args: &[Value], kwargs: Kwargs) -> Result<()> {
        let _ = (args, kwargs);
        Ok(())
    }
    #[py("($self, strobj, /)")]
    fn write(t: &Thread, this: Ref<MultibyteStreamWriter>, strobj: Value) -> Result<()> {
        MultibyteStreamWriter::put(t, this, strobj)
    }
    #[py("($self, lines, /)")]
    fn writelines(t: &Thread, this: Ref<MultibyteStreamWriter>, lines: Value) -> Result<()> {
        let mut i = 0;
        while i < t.len(lines)? {
            let line = t.get_item(lines, t.uint(i as u64)?)?;
            MultibyteStreamWriter::put(t, this, line)?;
            i += 1;
        }
        Ok(())
    }
    #[py("($self, /)")]
    fn reset(t: &Thread, this: Ref<MultibyteStreamWriter>) -> Result<()> {
        if !this.kept.waits() {
            return Ok(());
        }
        let data = this.kept.flush(t, this.codec, this.errors.get())?;
        if data.is_empty() {
            return Ok(());
        }
        let data = Bytes::new(t, &data)?;
        t.call_method(this.stream.get(), Str::intern_str(t, "write")?, &[data.value()]).map(drop)
    }
    #[py(member)]
    fn stream(_t: &Thread, this: Ref<MultibyteStreamWriter>) -> Value {
        this.stream.get()
    }
    /// how to treat errors
    #[py(getter)]
    fn errors(_t: &Thread, this: Ref<MultibyteStreamWriter>) -> Value {
        this.errors.get()
    }
    #[py(setter)]
    fn set_errors(t: &Thread, this: Ref<MultibyteStreamWriter>, value: Option<Value>) -> Result<()> {
        set_errors(t, &this.errors, this.header(), value)
    }
}
