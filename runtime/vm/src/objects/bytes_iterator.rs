//! `bytes_iterator` and `bytearray_iterator`. Each byte goes to exactly one caller, and exhaustion sticks.

use crate::native::*;
use crate::objects::bytearray::ByteArray;
use crate::objects::dict::exclusively;
use crate::objects::tuple::empty_tuple;
use std::sync::atomic::{AtomicUsize, Ordering::*};

/// Position of an exhausted iterator.
const DONE: usize = usize::MAX;

macro_rules! byte_iterators {
    ($($type:ident of $of:ident $name:literal;)*) => { $(
        #[derive(HeapType)]
        #[repr(C)]
        pub struct $type {
            header: Header,
            bytes: RefField<$of>,
            index: AtomicUsize,
        }

        impl $type {
            pub fn new(t: &Thread, bytes: Ref<$of>) -> Result<Ref<$type>> {
                let r = t.create($type { header: Header::NEW, bytes: RefField::null(), index: AtomicUsize::new(0) })?;
                r.bytes.init(bytes);
                Ok(r)
            }
            /// The next byte.
            #[inline(always)]
            pub fn advance(&self, t: &Thread) -> Option<u8> {
                exclusively(t, &self.header, || self.step())
            }
            #[inline(always)]
            fn step(&self) -> Option<u8> {
                let i = self.index.load(Relaxed);
                if i == DONE {
                    return None;
                }
                match self.bytes.get().and_then(|b| b.byte(i)) {
                    Some(b) => {
                        self.index.store(i + 1, Relaxed);
                        Some(b)
                    }
                    None => {
                        self.index.store(DONE, Relaxed);
                        None
                    }
                }
            }
        }

        #[pyclass(name = $name, flags(NO_NEW, OWNED))]
        impl $type {
            #[py]
            fn __iter__(_t: &Thread, this: Ref<$type>) -> Ref<$type> {
                this
            }
            #[py]
            fn __next__(t: &Thread, this: Ref<$type>) -> Result<Option<Value>> {
                Ok(this.advance(t).map(|b| Value::small_int(b as i64)))
            }
            /// Returns an estimate of how many bytes are left.
            #[py("($self, /)")]
            fn __length_hint__(_t: &Thread, this: Ref<$type>) -> usize {
                match this.index.load(Relaxed) {
                    DONE => 0,
                    i => this.bytes.get().map_or(0, |b| b.len().saturating_sub(i)),
                }
            }
            /// Returns what pickle needs.
            #[py("($self, /)")]
            fn __reduce__(t: &Thread, this: Ref<$type>) -> Result<Value> {
                let iter = t.builtin(names::iter())?;
                match (this.index.load(Relaxed), this.bytes.get()) {
                    (DONE, _) | (_, None) => (iter, Tuple::new(t, &[empty_tuple().value()])?).into_value(t),
                    (i, Some(b)) => (iter, Tuple::new(t, &[b.value()])?, i).into_value(t),
                }
            }
            /// Sets the index of the next byte, for pickle.
            #[py("($self, object, /)")]
            fn __setstate__(_t: &Thread, this: Ref<$type>, object: isize) {
                if this.index.load(Relaxed) != DONE {
                    let n = this.bytes.get().map_or(0, |b| b.len());
                    this.index.store((object.max(0) as usize).min(n), Relaxed);
                }
            }
        }
    )* };
}

byte_iterators! {
    BytesIterator of Bytes "bytes_iterator";
    ByteArrayIterator of ByteArray "bytearray_iterator";
}

/// Reading one byte without a lock of its own: the iterator's is held already.
trait ByteAt {
    fn byte(&self, i: usize) -> Option<u8>;
}
impl ByteAt for Ref<Bytes> {
    #[inline(always)]
    fn byte(&self, i: usize) -> Option<u8> {
        self.as_slice().get(i).copied()
    }
}
impl ByteAt for Ref<ByteArray> {
    #[inline(always)]
    fn byte(&self, i: usize) -> Option<u8> {
        self.peek(i)
    }
}
