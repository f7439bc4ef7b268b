//! The iterators of `str`: `str_ascii_iterator`, and `str_iterator` for all others.
//!
//! As with the iterators of lists and tuples, each character goes to exactly one caller, and exhaustion sticks.

use crate::native::*;
use crate::objects::str::empty_str;
use std::sync::atomic::{AtomicUsize, Ordering::*};

/// Position of an exhausted iterator.
const DONE: usize = usize::MAX;

macro_rules! str_iterators {
    ($($type:ident $name:literal;)*) => { $(
        #[derive(HeapType)]
        #[repr(C)]
        pub struct $type {
            header: Header,
            text: RefField<Str>,
            index: AtomicUsize,
        }

        impl $type {
            pub fn new(t: &Thread, text: Ref<Str>) -> Result<Ref<$type>> {
                let r = t.create($type { header: Header::NEW, text: RefField::null(), index: AtomicUsize::new(0) })?;
                r.text.init(text);
                r.header.owner.store(t.id, Relaxed);
                Ok(r)
            }
            #[inline(always)]
            fn step(&self) -> Option<u32> {
                let i = self.index.load(Relaxed);
                match self.text.get().filter(|s| i < s.len()) {
                    Some(s) => {
                        self.index.store(i + 1, Relaxed);
                        Some(s.units().at(i))
                    }
                    None => {
                        self.index.store(DONE, Relaxed);
                        None
                    }
                }
            }
            /// The next character.
            #[inline(always)]
            pub fn advance(&self, t: &Thread) -> Option<u32> {
                if t.owns(&self.header) { self.step() } else { self.advance_shared(t) }
            }
            #[cold]
            fn advance_shared(&self, t: &Thread) -> Option<u32> {
                let _guard = t.exclusive(&self.header);
                self.step()
            }
        }

        #[pyclass(name = $name, flags(NO_NEW))]
        impl $type {
            #[py]
            fn __iter__(_t: &Thread, this: Ref<$type>) -> Ref<$type> {
                this
            }
            #[py]
            fn __next__(t: &Thread, this: Ref<$type>) -> Result<Option<Value>> {
                match this.advance(t) {
                    Some(c) => Str::from_char(t, c).map(|s| Some(s.value())),
                    None => Ok(None),
                }
            }
            /// Returns an estimate of how many characters are left.
            #[py("($self, /)")]
            fn __length_hint__(_t: &Thread, this: Ref<$type>) -> usize {
                this.text.get().map_or(0, |s| s.len().saturating_sub(this.index.load(Relaxed)))
            }
            /// Returns what pickle needs.
            #[py("($self, /)")]
            fn __reduce__(t: &Thread, this: Ref<$type>) -> Result<Value> {
                let iter = t.builtin(names::iter())?;
                match (this.index.load(Relaxed), this.text.get()) {
                    (DONE, _) | (_, None) => (iter, Tuple::new(t, &[empty_str().value()])?).into_value(t),
                    (i, Some(s)) => (iter, Tuple::new(t, &[s.value()])?, i).into_value(t),
                }
            }
            /// Sets the index of the next character, for pickle.
            #[py("($self, object, /)")]
            fn __setstate__(_t: &Thread, this: Ref<$type>, object: isize) {
                if this.index.load(Relaxed) != DONE {
                    let n = this.text.get().map_or(0, |s| s.len());
                    this.index.store((object.max(0) as usize).min(n), Relaxed);
                }
            }
        }
    )* };
}

str_iterators! {
    StrIterator "str_iterator";
    StrAsciiIterator "str_ascii_iterator";
}
