//! The next item of the built-in iterators that programs loop over most, without a look-up of `__next__`: what the loop
//! instruction and natives ask first.
//!
//! Only exact instances count; a subclass may have a `__next__` of its own. The iterators that make pairs can hand them out
//! taken apart, for loops that unpack them at once.

use crate::interp::machine::{AGAIN, failed};
use crate::native::*;
use crate::objects::bytes_iterator::BytesIterator;
use crate::objects::dict_views::{DictItemIterator, DictIteration, DictKeyIterator, DictValueIterator};
use crate::objects::enumerate::Enumerate;
use crate::objects::exceptions as ex;
use crate::objects::generator::Generator;
use crate::objects::iterators::quick_next;
use crate::objects::list_methods::ListReverseIterator;
use crate::objects::map::{Filter, Map};
use crate::objects::set::SetIterator;
use crate::objects::str_iterator::{StrAsciiIterator, StrIterator};
use crate::objects::zip::Zip;
use crate::ops::is_kind;

/// The cell as a `T`.
///
/// # Safety
/// It is one.
#[inline(always)]
unsafe fn known<T>(h: &Header) -> &T {
    // SAFETY: the caller vouches for it.
    unsafe { &*(h as *const Header as *const T) }
}

macro_rules! kinds {
    ($($kind:ident = $number:literal: $type:ident,)*) => {
        $( const $kind: u8 = $number; )*
        /// What the shape of a built-in class's own instances says in its flags' high byte: which iterator they are.
        pub(crate) fn shape_flags(class: &'static ClassDef) -> u16 {
            let kind = match class.cell {
                $( cell if std::ptr::eq(cell, $type::class_cell()) => $kind, )*
                // Who looks for generators looks for them first.
                cell if std::ptr::eq(cell, Generator::class_cell()) => 0,
                _ if class.next.is_some() && class.flags & class_flags::MUTABLE == 0 => NATIVE,
                _ => 0,
            };
            u16::from(kind) << 8
        }
    };
}
kinds! {
    DICT_KEY = 1: DictKeyIterator,
    DICT_VALUE = 2: DictValueIterator,
    DICT_ITEM = 3: DictItemIterator,
    ENUMERATE = 4: Enumerate,
    ZIP = 5: Zip,
    ASCII = 6: StrAsciiIterator,
    CHAR = 7: StrIterator,
    SET = 8: SetIterator,
    MAP = 9: Map,
    FILTER = 10: Filter,
    LIST_REVERSE = 11: ListReverseIterator,
    BYTES = 12: BytesIterator,
}
/// Any other class whose `__next__` is built in.
const NATIVE: u8 = 13;

#[inline(always)]
fn kind_of(h: &Header) -> u8 {
    (h.shape().flags >> 8) as u8
}

fn char_str(t: &Thread, c: Option<u32>) -> Result<Value> {
    match c {
        Some(c) => Str::from_char(t, c).map(Ref::value),
        None => Ok(Value::EMPTY),
    }
}

/// A pair, or the empty mark for two of them.
#[inline(always)]
fn pair_word(t: &Thread, a: Value, b: Value) -> Result<Value> {
    if a.is_empty() { Ok(a) } else { Tuple::pair(t, a, b) }
}

/// The next item of an iterator that this file knows, or the empty mark at its end; `None` for other iterators.
#[inline]
pub fn next_known(t: &Thread, it: Value) -> Option<Result<Value>> {
    let h = it.header()?;
    // Iterators over iterators may form a chain of any length.
    let chained = |next: &dyn Fn() -> Result<Value>| t.check_native_stack().and_then(|()| next());
    // SAFETY: the kind says what the cell is.
    Some(unsafe {
        match kind_of(h) {
            DICT_KEY => known::<DictKeyIterator>(h).next_word(t),
            DICT_VALUE => known::<DictValueIterator>(h).next_word(t),
            DICT_ITEM => known::<DictItemIterator>(h).next_word(t),
            ENUMERATE => match known::<Enumerate>(h).advance_own(t) {
                Some((n, item)) => pair_word(t, n, item),
                None => chained(&|| match known::<Enumerate>(h).advance(t)? {
                    Some((n, item)) => Tuple::pair(t, n, item),
                    None => Ok(Value::EMPTY),
                }),
            },
            ZIP => match known::<Zip>(h).pair_own(t) {
                Some((a, b)) => pair_word(t, a, b),
                None => chained(&|| known::<Zip>(h).next_word(t)),
            },
            ASCII => char_str(t, known::<StrAsciiIterator>(h).advance(t)),
            CHAR => char_str(t, known::<StrIterator>(h).advance(t)),
            SET => known::<SetIterator>(h).next_word(t),
            MAP => chained(&|| known::<Map>(h).next_word(t)).or_else(|e| end_or_error(t, e)),
            FILTER => chained(&|| known::<Filter>(h).next_word(t)).or_else(|e| end_or_error(t, e)),
            LIST_REVERSE => Ok(known::<ListReverseIterator>(h).advance(t).unwrap_or(Value::EMPTY)),
            BYTES => Ok(known::<BytesIterator>(h).advance(t).map_or(Value::EMPTY, |b| Value::small_int(b as i64))),
            NATIVE => next_native(t, it, class_of(it).def?.next?),
            _ => return None,
        }
    })
}

#[inline(never)]
fn next_native(t: &Thread, it: Value, next: NextFn) -> Result<Value> {
    t.check_native_stack()?;
    next(t, it).or_else(|e| end_or_error(t, e))
}
/// A StopIteration, of a function that an iterator calls or of something that returned a value, is the end.
#[cold]
fn end_or_error(t: &Thread, e: Exc) -> Result<Value> {
    if is_kind(t, e, ex::Kind::StopIteration) { Ok(Value::EMPTY) } else { Err(e) }
}

/// What compiled code may expect of an iterator.
#[derive(Clone, Copy, Debug)]
pub enum Expected {
    /// Items that this function gives.
    Plain(NextPlain),
    /// Pairs.
    Pairs,
    Unknown,
}
/// What is to be expected of the instances of a shape with these flags.
pub fn expected(shape_flags: u16) -> Expected {
    match (shape_flags >> 8) as u8 {
        DICT_ITEM | ENUMERATE | ZIP => Expected::Pairs,
        _ => plain_function(shape_flags).map_or(Expected::Unknown, Expected::Plain),
    }
}
/// Gives the next item of an iterator of one kind, which the caller has made sure of; the empty mark at the end, [`AGAIN`] where the
/// iterator is not this thread's, or [`FAILED`](crate::interp::machine::FAILED). It runs no other code and looks at no frame.
pub type NextPlain = unsafe extern "C" fn(&Thread, u64) -> u64;

macro_rules! next_plain {
    ($($kind:ident $name:ident |$t:ident, $it:ident: $type:ident| $next:expr;)*) => {
        $( unsafe extern "C" fn $name($t: &Thread, it: u64) -> u64 {
            // SAFETY: the caller has made sure of the kind.
            let (header, $it) = unsafe {
                let h = Value::from_bits(it).header().unwrap_unchecked();
                (h, known::<$type>(h))
            };
            if !$t.owns(header) {
                return AGAIN;
            }
            let next: Result<Value> = $next;
            match next {
                Ok(v) => v.bits(),
                Err(e) => failed($t, e),
            }
        } )*
        /// What gives the items of the iterators whose shape has these flags.
        pub fn plain_function(shape_flags: u16) -> Option<NextPlain> {
            match (shape_flags >> 8) as u8 {
                $( $kind => Some($name), )*
                _ => None,
            }
        }
    };
}
next_plain! {
    DICT_KEY next_dict_key |t, it: DictKeyIterator| it.next_word(t);
    DICT_VALUE next_dict_value |t, it: DictValueIterator| it.next_word(t);
    ASCII next_ascii |t, it: StrAsciiIterator| char_str(t, it.advance(t));
    CHAR next_char |t, it: StrIterator| char_str(t, it.advance(t));
    SET next_of_set |t, it: SetIterator| it.next_word(t);
    LIST_REVERSE next_reversed |t, it: ListReverseIterator| Ok(it.advance(t).unwrap_or(Value::EMPTY));
    BYTES next_byte |t, it: BytesIterator| Ok(it.advance(t).map_or(Value::EMPTY, |b| Value::small_int(b as i64)));
}

/// The next pair of an iterator of pairs, as a pair; at the end both are the empty mark. `None` for other iterators.
#[inline]
pub fn next_pair(t: &Thread, it: Value) -> Option<Result<(Value, Value)>> {
    const END: (Value, Value) = (Value::EMPTY, Value::EMPTY);
    let h = it.header()?;
    // SAFETY: the kind says what the cell is.
    let next = unsafe {
        match kind_of(h) {
            DICT_ITEM => known::<DictItemIterator>(h).next_item(t),
            ENUMERATE => {
                let it = known::<Enumerate>(h);
                if let Some(pair) = it.advance_own(t) {
                    return Some(Ok(pair));
                }
                t.check_native_stack().and_then(|()| it.advance(t))
            }
            ZIP => {
                if let Some(pair) = known::<Zip>(h).pair_own(t) {
                    return Some(Ok(pair));
                }
                if let Err(e) = t.check_native_stack() {
                    return Some(Err(e));
                }
                return known::<Zip>(h).next_pair(t);
            }
            _ => return None,
        }
    };
    Some(next.map(|pair| pair.unwrap_or(END)))
}

/// The next item of an iterator of this thread, where it takes no call: over a dict that has not changed. Not its end.
#[inline(always)]
pub fn next_own(t: &Thread, it: Value) -> Option<Value> {
    let h = it.header()?;
    // SAFETY: the kind says what the cell is; iterators over dicts begin with what they share.
    unsafe {
        match kind_of(h) {
            DICT_KEY => known::<DictIteration>(h).advance_own(t).map(|item| item.0),
            DICT_VALUE => known::<DictIteration>(h).advance_own(t).map(|item| item.1),
            _ => None,
        }
    }
}

/// As [`next_own`], the parts of a pair; twice the empty mark at the end.
#[inline(always)]
pub fn next_pair_own(t: &Thread, it: Value) -> Option<(Value, Value)> {
    let h = it.header()?;
    // SAFETY: as above.
    unsafe {
        match kind_of(h) {
            DICT_ITEM => known::<DictIteration>(h).advance_own(t),
            ENUMERATE => known::<Enumerate>(h).advance_own(t),
            ZIP => known::<Zip>(h).pair_own(t),
            _ => None,
        }
    }
}

impl Thread {
    /// `next(it)`; the empty mark at the end.
    #[inline(always)]
    pub fn next_word(&self, it: Value) -> Result<Value> {
        match quick_next(self, it) {
            Some(v) => Ok(v),
            None => self.next_word_rest(it),
        }
    }
    #[inline(never)]
    fn next_word_rest(&self, it: Value) -> Result<Value> {
        if let Some(r) = next_known(self, it) {
            return r;
        }
        let v = match Generator::exact(it) {
            Some(_) => self.next_of_generator(it)?,
            None => self.next_general(it)?,
        };
        Ok(v.unwrap_or(Value::EMPTY))
    }
}
