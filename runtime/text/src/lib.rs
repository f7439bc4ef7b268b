//! Text and float-text algorithms of the Python runtime.
//!
//! Everything here is a function of plain data: there is no heap, no Python object, no thread and no lock, and nothing
//! calls back into running Python code except through closures the caller passes. Strings come as
//! [`Text`] (three widths, see [`unit`]), results go out as [`TextBuf`], `String` or `Vec<u8>`. Messages of errors
//! are CPython 3.14's, word for word; the caller turns them into exceptions.
//!
//! | module | holds |
//! |---|---|
//! | [`unit`] | widths, borrowed text, the builder |
//! | [`hash`] | string hash (SipHash-1-3), numeric and tuple hashes |
//! | [`unicode`] | character database of Unicode 16.0: predicates, case, normalization, names |
//! | [`float`] | `repr`, formatting, parsing, hexadecimal form, rounding of floats |
//! | [`spec`] | the format-spec mini-language and what it formats |
//! | [`percent`], [`braces`] | the `%` and `str.format` template languages |
//! | [`codecs`] | encodings and their error handlers |
//! | [`cjk`] | East Asian encodings |
//! | [`repr`] | `repr` and `ascii` of strings and bytes |
//! | [`search`], [`split`] | finding, counting, replacing; splitting, lines, stripping |
//! | [`layout`] | tabs, padding, filling with zeros |

#[macro_use]
pub mod unit;

pub mod braces;
pub mod cjk;
pub mod codecs;
pub mod float;
pub mod hash;
pub mod layout;
pub mod percent;
pub mod repr;
pub mod search;
pub mod spec;
pub mod split;
pub mod unicode;

pub use unit::{MAX_CODE_POINT, Text, TextBuf, Unit};
