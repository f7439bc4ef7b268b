//! Floats as text: `repr`, formatting, parsing, hexadecimal form, decimal rounding. All results are correctly rounded
//! (half to even) for any precision, as CPython's are.

mod format;
mod hex;
mod parse;
mod round;

pub use format::{Fixed, Form, Style, format, push_repr, repr, with_repr};
pub use hex::{HexError, from_hex, to_hex};
pub use parse::{parse, parse_bytes, to_ascii_number};
pub use round::{round, round_half_even};

/// Takes a finite float apart: sign, mantissa below 2**53 and exponent, so that |x| = mantissa * 2**exponent.
#[inline]
pub fn decompose(x: f64) -> (bool, u64, i32) {
    let bits = x.to_bits();
    let field = (bits >> 52 & 0x7FF) as i32;
    let fraction = bits & ((1 << 52) - 1);
    let mantissa = if field == 0 { fraction } else { fraction | 1 << 52 };
    (x.is_sign_negative(), mantissa, field.max(1) - 1075)
}
