//! The methods of `bytes`: its constructor and what `bytes_shared` does not have.

use crate::native::*;
use crate::objects::buffer::{self, Export};
use crate::objects::bytes_iterator::BytesIterator;
use crate::objects::bytes_shared::{self as shared, Data, Needle, Receiver, byte_class};
use crate::objects::class::Special;
use crate::objects::memoryview::MemoryView;
use crate::objects::slice::Slice;
use crate::objects::str_args::{Bound, BufferFlags, CInt, limit, name_argument};
use crate::objects::str_methods::{swap_ascii_case, title_ascii};
use crate::ops::item::wrap_index;
use crate::ops::{Compare, type_name};
use taipan_text::layout::Side;
use taipan_text::split::is_ascii_space;

impl Bytes {
    /// `bytes(v)` of an object that is no string and has no encoding: through `__bytes__`, a buffer, an iterable of integers.
    pub fn from_object(t: &Thread, v: Value) -> Result<Ref<Bytes>> {
        if class_of(v) == Bytes::class() {
            if let Some(b) = v.downcast::<Bytes>() {
                return Ok(b);
            }
        }
        match Bytes::by_method(t, v)? {
            Some(b) => Ok(b),
            None => Bytes::from_content(t, v),
        }
    }

    /// What `__bytes__` returns.
    fn by_method(t: &Thread, v: Value) -> Result<Option<Ref<Bytes>>> {
        let Some(f) = class_of(v).special(t, Special::Bytes) else {
            return Ok(None);
        };
        let r = t.call_special0(f, v)?;
        match r.downcast::<Bytes>() {
            Some(b) => Ok(Some(b)),
            None => Err(t.type_error(format!("__bytes__ returned non-bytes (type {})", class_of(r).name_string()))),
        }
    }

    /// From a buffer or an iterable.
    fn from_content(t: &Thread, v: Value) -> Result<Ref<Bytes>> {
        if buffer::exports(t, v) {
            return Bytes::new(t, &shared::buffer_bytes(t, v)?);
        }
        let cannot = || format!("cannot convert '{}' object to bytes", class_of(v).name_string());
        if v.downcast::<Str>().is_some() {
            return Err(t.type_error(cannot()));
        }
        Bytes::new(t, &shared::collect(t, v, "bytes must be in range(0, 256)", cannot)?)
    }

    fn from_arguments(t: &Thread, source: Option<Value>, encoding: Option<Value>, errors: Option<Value>) -> Result<Ref<Bytes>> {
        if let (Some(v), None, None) = (source, encoding, errors) {
            if class_of(v) == Bytes::class() {
                if let Some(b) = v.downcast::<Bytes>() {
                    return Ok(b);
                }
            }
            if let Some(b) = Bytes::by_method(t, v)? {
                return Ok(b);
            }
        }
        let encoding = name_argument(t, encoding, "bytes() argument 'encoding'")?;
        let errors = name_argument(t, errors, "bytes() argument 'errors'")?;
        if let Some(encoded) = shared::encoded_source(t, source, encoding, errors)? {
            return Bytes::from_object(t, encoded);
        }
        let Some(source) = source else {
            return Bytes::new(t, b"");
        };
        if let Some(n) = shared::zero_count(t, source)? {
            let mut zeros = Vec::new();
            if zeros.try_reserve_exact(n).is_err() {
                return Err(t.memory_error());
            }
            zeros.resize(n, 0);
            return Bytes::new(t, &zeros);
        }
        Bytes::from_content(t, source)
    }
}

fn quick_item(_t: &Thread, this: Ref<Bytes>, i: i64) -> Result<Value> {
    let byte = wrap_index(i, this.len()).and_then(|i| this.as_slice().get(i));
    Ok(byte.map_or(Value::EMPTY, |&b| Value::small_int(b as i64)))
}

byte_class! {
    /// bytes(iterable_of_ints) -> bytes
    /// bytes(string, encoding[, errors]) -> bytes
    /// bytes(bytes_or_buffer) -> immutable copy of bytes_or_buffer
    /// bytes(int) -> bytes object of size given by the parameter initialized with null bytes
    /// bytes() -> empty bytes object
    #[pyclass(name = "bytes", flags(BASE, MATCH_SELF), item = quick_item)]
    Bytes {
        #[py(nosig, "(source=b'', encoding='utf-8', errors='strict')")]
        fn __new__(t: &Thread, cls: Ref<Class>, source: Option<Value>, encoding: Option<Value>, errors: Option<Value>) -> Result<Ref<Bytes>> {
            let b = Bytes::from_arguments(t, source, encoding, errors)?;
            if cls == Bytes::class() { Ok(b) } else { Bytes::in_class(t, cls, b.as_slice()) }
        }
        #[py]
        fn __repr__(t: &Thread, this: Ref<Bytes>) -> Result<Ref<Str>> {
            let text = taipan_text::repr::bytes_repr(this.as_slice());
            Str::from_narrowest(t, Units::Latin1(text.as_bytes()), true)
        }
        #[py]
        fn __str__(t: &Thread, this: Ref<Bytes>) -> Result<Ref<Str>> {
            shared::warn_about_str(t, "bytes")?;
            Bytes::__repr__(t, this)
        }
        #[py]
        fn __hash__(_t: &Thread, this: Ref<Bytes>) -> i64 {
            this.hash()
        }
        #[py]
        fn __iter__(t: &Thread, this: Ref<Bytes>) -> Result<Ref<BytesIterator>> {
            BytesIterator::new(t, this)
        }
        #[py]
        fn __getitem__(t: &Thread, this: Ref<Bytes>, key: Value) -> Result<Value> {
            if let Some(slice) = key.downcast::<Slice>() {
                return shared::slice(t, this, slice);
            }
            let i = match key.as_small_int() {
                Some(i) => i,
                None if t.index_opt(key)?.is_none() => {
                    return Err(t.type_error(format!("byte indices must be integers or slices, not {}", type_name(key))));
                }
                None => t.to_index(key)? as i64,
            };
            match wrap_index(i, this.len()).and_then(|i| this.as_slice().get(i)) {
                Some(&b) => Ok(Value::small_int(b as i64)),
                None => Err(t.index_error("index out of range")),
            }
        }
        #[py]
        fn __buffer__(t: &Thread, this: Ref<Bytes>, flags: BufferFlags) -> Result<Ref<MemoryView>> {
            if flags.0 & buffer::flags::WRITABLE != 0 {
                return Err(t.buffer_error("Object is not writable."));
            }
            let bytes = this.as_slice();
            let v = this.value();
            MemoryView::of_bytes(t, v, v, Export::none(), bytes.as_ptr().cast_mut(), bytes.len(), true)
        }
        /// Returns the object as an exact bytes object.
        #[py("($self, /)")]
        fn __bytes__(t: &Thread, this: Ref<Bytes>) -> Result<Value> {
            Receiver::same(this, t)
        }
        #[py("($self, /)")]
        fn __getnewargs__(t: &Thread, this: Ref<Bytes>) -> Result<Ref<Tuple>> {
            Tuple::new(t, &[Bytes::new(t, this.as_slice())?.value()])
        }
        /// Returns the size in memory, in bytes.
        #[py("($self, /)")]
        fn __sizeof__(_t: &Thread, this: Ref<Bytes>) -> usize {
            size_of::<Bytes>() + this.len()
        }
    }
}
