//! The format-spec mini-language: `[[fill]align][sign][z][#][0][width][grouping][.precision[grouping]][type]`.
//!
//! [`Spec::parse`] reads a specifier, the functions of [`format`](self) apply it. The empty specifier is the caller's
//! business (it means `str(x)`). All errors are `ValueError`s unless [`SpecError::overflow`] says otherwise.

mod number;
mod parse;

pub use number::{IntKind, Locale, format_char, format_complex, format_float, format_int, format_str};

/// Why a specifier is wrong, or wrong for a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SpecError {
    /// CPython's message.
    pub message: String,
    /// An `OverflowError` rather than a `ValueError`.
    pub overflow: bool,
}

impl SpecError {
    pub(crate) fn new(message: impl Into<String>) -> SpecError {
        SpecError { message: message.into(), overflow: false }
    }

    /// The type character means nothing for this type.
    pub fn unknown_code(code: u32, type_name: &str) -> SpecError {
        SpecError::new(format!("Unknown format code {} for object of type '{type_name}'", show(code)))
    }
}

/// A type character as messages show it.
fn show(code: u32) -> String {
    match char::from_u32(code) {
        Some(c) if (33..128).contains(&code) => format!("'{c}'"),
        _ => format!("'\\x{code:x}'"),
    }
}

/// Where the padding goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Align {
    Left,
    Right,
    Center,
    /// Between the sign and the digits.
    AfterSign,
}

/// A separator of digit groups.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Grouping {
    None,
    Comma,
    Underscore,
    /// Underscores every four digits, for binary, octal and hexadecimal.
    UnderscoreFour,
}

/// A parsed specifier.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Spec {
    pub fill: u32,
    pub align: Align,
    /// `+`, `-` or a space, when given.
    pub sign: Option<u8>,
    /// `z`
    pub no_negative_zero: bool,
    /// `#`
    pub alternate: bool,
    pub width: Option<usize>,
    pub grouping: Grouping,
    pub fraction_grouping: Grouping,
    pub precision: Option<usize>,
    /// The type character; `None` when there is none and the type has no default.
    pub kind: Option<u32>,
}

#[cfg(test)]
mod tests;
