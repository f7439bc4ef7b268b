//! The methods of `bytearray`: its constructor, its changes in place, and what `bytes_shared` does not have.

use crate::native::*;
use crate::objects::buffer::{self};
use crate::objects::bytearray::ByteArray;
use crate::objects::bytes_iterator::ByteArrayIterator;
use crate::objects::bytes_shared::{self as shared, Byte, Data, Needle, Receiver, byte_class};
use crate::objects::class::Special;
use crate::objects::memoryview::MemoryView;
use crate::objects::slice::{Slice, Unpacked};
use crate::objects::str_args::{Bound, BufferFlags, CInt, limit, name_argument};
use crate::objects::str_methods::{swap_ascii_case, title_ascii};
use crate::ops::item::wrap_index;
use crate::ops::{Compare, type_name};
use std::cell::Cell;
use taipan_text::layout::Side;
use taipan_text::split::is_ascii_space;

const RANGE: &str = "byte must be in range(0, 256)";

fn index_of(t: &Thread, key: Value) -> Result<i64> {
    match key.as_small_int() {
        Some(i) => Ok(i),
        None if t.index_opt(key)?.is_none() => {
            Err(t.type_error(format!("bytearray indices must be integers or slices, not {}", type_name(key))))
        }
        None => t.to_index(key).map(|i| i as i64),
    }
}

fn out_of_range(t: &Thread) -> Exc {
    t.index_error("bytearray index out of range")
}

/// The range that a slice with step 1 stands for, where it may be empty.
fn simple_range(slice: Unpacked, len: usize) -> std::ops::Range<usize> {
    let i = slice.adjust(len);
    i.start as usize..i.stop.max(i.start) as usize
}

/// What is assigned to a slice.
fn assigned(t: &Thread, v: Value) -> Result<Vec<u8>> {
    if buffer::exports(t, v) {
        return shared::buffer_bytes(t, v);
    }
    let class = class_of(v);
    let is_number =
        v.is_small_int() || [Special::Index, Special::Int, Special::Float].into_iter().any(|s| class.special(t, s).is_some());
    if is_number || v.downcast::<Str>().is_some() {
        return Err(t.type_error("can assign only bytes, buffers, or iterables of ints in range(0, 256)"));
    }
    shared::collect(t, v, RANGE, || cannot_convert(v))
}

fn cannot_convert(v: Value) -> String {
    format!("cannot convert '{}' object to bytearray", class_of(v).name_string())
}

/// Replaces the content by what `change` makes of it, as if nothing came between; again if something did.
fn rewrite(t: &Thread, this: Ref<ByteArray>, change: impl Fn(&[u8]) -> Result<Vec<u8>>) -> Result<()> {
    loop {
        let old = this.to_vec(t);
        let new = change(&old)?;
        if this.splice(t, |b| (b == old).then_some(0..b.len()), &new)? {
            return Ok(());
        }
    }
}

fn assign_slice(t: &Thread, this: Ref<ByteArray>, slice: Ref<Slice>, value: Option<Value>) -> Result<()> {
    let unpacked = slice.unpack(t)?;
    let new = match value {
        Some(v) => assigned(t, v)?,
        None => Vec::new(),
    };
    if unpacked.step == 1 {
        return this.splice(t, |b| Some(simple_range(unpacked, b.len())), &new).map(drop);
    }
    if new.is_empty() {
        return rewrite(t, this, |old| {
            let mut kept = vec![true; old.len()];
            unpacked.adjust(old.len()).positions().for_each(|i| kept[i] = false);
            Ok(old.iter().zip(kept).filter(|(_, kept)| *kept).map(|(&b, _)| b).collect())
        });
    }
    let count = this.with_mut(t, |b| {
        let indices = unpacked.adjust(b.len());
        if indices.count == new.len() {
            indices.positions().zip(&new).for_each(|(i, &n)| b[i] = n);
        }
        indices.count
    });
    if count == new.len() {
        return Ok(());
    }
    Err(t.value_error(format!("attempt to assign bytes of size {} to extended slice of size {count}", new.len())))
}

fn initialise(
    t: &Thread,
    this: Ref<ByteArray>,
    source: Option<Value>,
    encoding: Option<Value>,
    errors: Option<Value>,
) -> Result<()> {
    if !this.is_empty() {
        this.resize(t, 0)?;
    }
    let encoding = name_argument(t, encoding, "bytearray() argument 'encoding'")?;
    let errors = name_argument(t, errors, "bytearray() argument 'errors'")?;
    if let Some(encoded) = shared::encoded_source(t, source, encoding, errors)? {
        return this.extend(t, &Data::of(t, encoded)?);
    }
    let Some(source) = source else {
        return Ok(());
    };
    if let Some(n) = shared::zero_count(t, source)? {
        return this.resize(t, n);
    }
    if buffer::exports(t, source) {
        return this.extend(t, &Data::of_any(t, source)?);
    }
    this.extend(t, &shared::collect(t, source, RANGE, || cannot_convert(source))?)
}

/// The state of an instance that pickle needs besides its bytes.
fn state(t: &Thread, this: Ref<ByteArray>) -> Result<Value> {
    t.call_method(this.value(), names::__getstate__(), &[])
}

fn reduce(t: &Thread, this: Ref<ByteArray>, protocol: i64) -> Result<Value> {
    let bytes = this.to_vec(t);
    let args = if bytes.is_empty() {
        Tuple::new(t, &[])?
    } else if protocol < 3 {
        // Bytes of the old protocols were strings.
        Tuple::new(t, &[Str::from_latin1(t, &bytes)?.value(), Str::from_str(t, "latin-1")?.value()])?
    } else {
        Tuple::new(t, &[Bytes::new(t, &bytes)?.value()])?
    };
    (class_of(this.value()), args, state(t, this)?).into_value(t)
}

const ELEMENTS: Elements = Elements { bytes: 0, code: 0 };
fn quick_item(t: &Thread, this: Ref<ByteArray>, i: i64) -> Result<Value> {
    let byte = this.with(t, |b| b.get(wrap_index(i, b.len())?).copied());
    Ok(byte.map_or(Value::EMPTY, |b| Value::small_int(b as i64)))
}
fn quick_set_item(t: &Thread, this: Ref<ByteArray>, i: i64, v: Value) -> Result<bool> {
    let Some(v) = v.as_small_int().and_then(|v| u8::try_from(v).ok()) else { return Ok(false) };
    Ok(this.with_mut(t, |b| {
        let n = b.len();
        wrap_index(i, n).and_then(|i| b.get_mut(i)).map(|place| *place = v).is_some()
    }))
}

byte_class! {
    /// bytearray(iterable_of_ints) -> bytearray
    /// bytearray(string, encoding[, errors]) -> bytearray
    /// bytearray(bytes_or_buffer) -> mutable copy of bytes_or_buffer
    /// bytearray(int) -> bytes array of size given by the parameter initialized with null bytes
    /// bytearray() -> empty bytes array
    #[pyclass(name = "bytearray", flags(BASE, OWNED, MATCH_SELF), item = quick_item, set_item = quick_set_item, elements = ELEMENTS)]
    ByteArray {
        #[py]
        fn __new__(t: &Thread, cls: Ref<Class>, _args: &[Value], _kwargs: Kwargs) -> Result<Ref<ByteArray>> {
            ByteArray::zeroed(t, cls, 0)
        }
        #[py("($self, /, source=b'', encoding='utf-8', errors='strict')")]
        fn __init__(t: &Thread, this: Ref<ByteArray>, source: Option<Value>, encoding: Option<Value>, errors: Option<Value>) -> Result<()> {
            initialise(t, this, source, encoding, errors)
        }
        #[py]
        fn __repr__(t: &Thread, this: Ref<ByteArray>) -> Result<String> {
            let class = class_of(this.value()).name_string();
            let mut text = taipan_text::repr::bytes_repr(&this.to_vec(t));
            if text.starts_with("b\"") {
                // Single quotes are escaped here, also where none need be.
                text = text.replace('\'', "\\'");
            }
            Ok(format!("{class}({text})"))
        }
        #[py]
        fn __str__(t: &Thread, this: Ref<ByteArray>) -> Result<String> {
            shared::warn_about_str(t, "bytearray")?;
            ByteArray::__repr__(t, this)
        }
        #[py]
        fn __iter__(t: &Thread, this: Ref<ByteArray>) -> Result<Ref<ByteArrayIterator>> {
            ByteArrayIterator::new(t, this)
        }
        #[py]
        fn __getitem__(t: &Thread, this: Ref<ByteArray>, key: Value) -> Result<Value> {
            if let Some(slice) = key.downcast::<Slice>() {
                return shared::slice(t, this, slice);
            }
            let i = index_of(t, key)?;
            match this.with(t, |b| b.get(wrap_index(i, b.len())?).copied()) {
                Some(b) => Ok(Value::small_int(b as i64)),
                None => Err(out_of_range(t)),
            }
        }
        #[py]
        fn __setitem__(t: &Thread, this: Ref<ByteArray>, key: Value, value: Value) -> Result<()> {
            if let Some(slice) = key.downcast::<Slice>() {
                return assign_slice(t, this, slice, Some(value));
            }
            let i = index_of(t, key)?;
            let byte = shared::byte_of(t, value)?;
            let done = this.with_mut(t, |b| {
                let n = b.len();
                match wrap_index(i, n).and_then(|i| b.get_mut(i)) {
                    Some(place) => {
                        *place = byte;
                        true
                    }
                    None => false,
                }
            });
            if done { Ok(()) } else { Err(out_of_range(t)) }
        }
        #[py]
        fn __delitem__(t: &Thread, this: Ref<ByteArray>, key: Value) -> Result<()> {
            if let Some(slice) = key.downcast::<Slice>() {
                return assign_slice(t, this, slice, None);
            }
            let i = index_of(t, key)?;
            let choose = |b: &[u8]| wrap_index(i, b.len()).filter(|&i| i < b.len()).map(|i| i..i + 1);
            if this.splice(t, choose, &[])? { Ok(()) } else { Err(out_of_range(t)) }
        }
        #[py]
        fn __iadd__(t: &Thread, this: Ref<ByteArray>, other: Value) -> Result<Ref<ByteArray>> {
            if !buffer::exports(t, other) {
                return Err(shared::cannot_concat(t, other, "bytearray"));
            }
            let Ok(data) = Data::of(t, other) else {
                return Err(shared::cannot_concat(t, other, "bytearray"));
            };
            this.extend(t, &data)?;
            Ok(this)
        }
        #[py]
        fn __imul__(t: &Thread, this: Ref<ByteArray>, count: Value) -> Result<Ref<ByteArray>> {
            let n = crate::objects::str_build::repeat_count(t, count)?.max(0) as usize;
            if n != 1 {
                rewrite(t, this, |old| shared::repeated(t, old, n, "bytearray"))?;
            }
            Ok(this)
        }
        #[py]
        fn __buffer__(t: &Thread, this: Ref<ByteArray>, flags: BufferFlags) -> Result<Ref<MemoryView>> {
            let _ = flags;
            let (export, keeper, data, len) = {
                let _guard = t.exclusive(this.header());
                let (data, len) = this.raw();
                (this.exports.export(), this.storage_value(), data, len)
            };
            MemoryView::of_bytes(t, this.value(), keeper, export, data, len, false)
        }
        #[py]
        fn __release_buffer__(t: &Thread, this: Ref<ByteArray>, buffer: Value) -> Result<()> {
            shared::release_buffer(t, this.value(), buffer)
        }

        /// Appends a byte.
        #[py("($self, item, /)")]
        fn append(t: &Thread, this: Ref<ByteArray>, item: Byte) -> Result<()> {
            this.push(t, item.0)
        }
        /// Removes all bytes.
        #[py("($self, /)")]
        fn clear(t: &Thread, this: Ref<ByteArray>) -> Result<()> {
            ByteArray::resize(&this, t, 0)
        }
        /// Returns a copy.
        #[py("($self, /)")]
        fn copy(t: &Thread, this: Ref<ByteArray>) -> Result<Value> {
            Receiver::same(this, t)
        }
        /// Appends all bytes that an iterable or a buffer gives.
        #[py(name = "extend", "($self, iterable_of_ints, /)")]
        fn extend_method(t: &Thread, this: Ref<ByteArray>, iterable_of_ints: Value) -> Result<()> {
            let v = iterable_of_ints;
            if buffer::exports(t, v) {
                return this.extend(t, &Data::of_any(t, v)?);
            }
            if v.downcast::<Str>().is_some() {
                return Err(t.type_error(format!("expected iterable of integers; got: '{}'", class_of(v).name_string())));
            }
            let bytes = shared::collect(t, v, RANGE, || format!("can't extend bytearray with {}", class_of(v).name_string()))?;
            this.extend(t, &bytes)
        }
        /// Inserts a byte before the index.
        #[py("($self, index, item, /)")]
        fn insert(t: &Thread, this: Ref<ByteArray>, index: isize, item: Byte) -> Result<()> {
            let place = |b: &[u8]| {
                let n = b.len() as isize;
                let i = (if index < 0 { (index + n).max(0) } else { index.min(n) }) as usize;
                Some(i..i)
            };
            this.splice(t, place, &[item.0]).map(drop)
        }
        /// Removes the byte at the index, the last by default, and returns it.
        #[py("($self, index=-1, /)")]
        fn pop(t: &Thread, this: Ref<ByteArray>, index: Option<isize>) -> Result<u8> {
            let index = index.unwrap_or(-1) as i64;
            let found = Cell::new(0);
            let choose = |b: &[u8]| {
                let i = wrap_index(index, b.len())?;
                found.set(*b.get(i)?);
                Some(i..i + 1)
            };
            if this.splice(t, choose, &[])? {
                return Ok(found.get());
            }
            Err(t.index_error(if this.is_empty() { "pop from empty bytearray" } else { "pop index out of range" }))
        }
        /// Removes the first occurrence of a byte.
        #[py("($self, value, /)")]
        fn remove(t: &Thread, this: Ref<ByteArray>, value: Byte) -> Result<()> {
            let choose = |b: &[u8]| taipan_text::search::find(b, &[value.0]).map(|i| i..i + 1);
            if this.splice(t, choose, &[])? { Ok(()) } else { Err(t.value_error("value not found in bytearray")) }
        }
        /// Makes the length that of the argument; new bytes are zero.
        #[py(name = "resize", "($self, size, /)")]
        fn resize_method(t: &Thread, this: Ref<ByteArray>, size: isize) -> Result<()> {
            match usize::try_from(size) {
                Ok(n) => {
                    shared::check_size(t, n)?;
                    this.resize(t, n)
                }
                Err(_) => Err(t.value_error(format!("Can only resize to positive sizes, got {size}"))),
            }
        }
        /// Reverses the order of the bytes.
        #[py("($self, /)")]
        fn reverse(t: &Thread, this: Ref<ByteArray>) {
            this.with_mut(t, <[u8]>::reverse)
        }
        /// Returns the number of bytes that are allocated.
        #[py("($self, /)")]
        fn __alloc__(_t: &Thread, this: Ref<ByteArray>) -> usize {
            this.allocated()
        }
        /// Returns the size in memory, in bytes.
        #[py("($self, /)")]
        fn __sizeof__(_t: &Thread, this: Ref<ByteArray>) -> usize {
            size_of::<ByteArray>() + this.allocated()
        }
        /// Returns what pickle needs.
        #[py("($self, /)")]
        fn __reduce__(t: &Thread, this: Ref<ByteArray>) -> Result<Value> {
            reduce(t, this, 2)
        }
        /// Returns what pickle needs.
        #[py("($self, proto=0, /)")]
        fn __reduce_ex__(t: &Thread, this: Ref<ByteArray>, proto: Option<i64>) -> Result<Value> {
            reduce(t, this, proto.unwrap_or(0))
        }
    }
}
