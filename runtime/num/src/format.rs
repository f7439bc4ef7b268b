//! Integer to text, and estimates of its length for the digit limit.

use crate::mag::{self, Reciprocal};
use crate::parse::word_power;
use crate::{BigRef, Limbs};

/// From this many limbs on, divide-and-conquer conversion wins.
const LARGE_LIMBS: usize = 30;

/// Two decimal digits for each of 0..100.
static PAIRS: [[u8; 2]; 100] = {
    let mut pairs = [[0; 2]; 100];
    let mut n = 0;
    while n < 100 {
        pairs[n] = [b'0' + (n / 10) as u8, b'0' + (n % 10) as u8];
        n += 1;
    }
    pairs
};

/// The decimal text.
pub fn decimal(value: BigRef) -> String {
    let mut out = Vec::with_capacity(if value.limbs.len() < LARGE_LIMBS { value.limbs.len() * 20 + 2 } else { 0 });
    write_decimal(value, &mut out);
    ascii_string(out)
}

fn ascii_string(digits: Vec<u8>) -> String {
    String::from_utf8(digits).expect("ASCII digits")
}

/// Appends the decimal text as ASCII.
pub fn write_decimal(value: BigRef, out: &mut Vec<u8>) {
    if value.limbs.len() >= LARGE_LIMBS {
        if value.negative {
            out.push(b'-');
        }
        out.extend_from_slice(mag::to_ubig(value.limbs).to_string().as_bytes());
        return;
    }
    // Long enough for 20 digits a limb, the zeros of one more chunk, and a sign.
    if value.limbs.len() <= 3 {
        write_through(value, &mut [0; 3 * 20 + 24], out);
    } else {
        write_through(value, &mut [0; LARGE_LIMBS * 20 + 24], out);
    }
}

/// Appends the decimal text by way of a buffer.
fn write_through(value: BigRef, buffer: &mut [u8], out: &mut Vec<u8>) {
    let first = write_backwards(value, buffer);
    out.extend_from_slice(&buffer[first..]);
}

/// Writes the decimal text at the end of the buffer; returns where it begins.
fn write_backwards(value: BigRef, buffer: &mut [u8]) -> usize {
    const CHUNK: Reciprocal = Reciprocal::new(10_000_000_000_000_000_000);
    let mut position = buffer.len();
    let mut limbs = Limbs::from_slice(value.limbs);
    while limbs.len() > 1 {
        let remainder = CHUNK.divide_in_place(&mut limbs);
        mag::trim(&mut limbs);
        write_word(remainder, &mut buffer[position - 19..position]);
        position -= 19;
    }
    let high = limbs.first().copied().unwrap_or(0);
    let len = high.checked_ilog10().map_or(1, |log| log as usize + 1);
    write_word(high, &mut buffer[position - len..position]);
    let mut first = position - len;
    // The highest chunk may have come out as zero.
    while first + 1 < buffer.len() && buffer[first] == b'0' {
        first += 1;
    }
    if value.negative {
        first -= 1;
        buffer[first] = b'-';
    }
    first
}

/// Fills the buffer with the lowest decimal digits.
#[inline]
fn write_word(mut word: u64, buffer: &mut [u8]) {
    let mut eights = buffer.rchunks_exact_mut(8);
    for eight in &mut eights {
        // Four pairs that do not wait for one another.
        let (low, high) = ((word % 100_000_000) as u32, word / 100_000_000);
        let (left, right) = (low / 10_000, low % 10_000);
        for (pair, number) in eight.chunks_exact_mut(2).zip([left / 100, left % 100, right / 100, right % 100]) {
            pair.copy_from_slice(&PAIRS[number as usize]);
        }
        word = high;
    }
    for digit in eights.into_remainder().iter_mut().rev() {
        *digit = b'0' + (word % 10) as u8;
        word /= 10;
    }
}

/// The hexadecimal digits in lower case, with a sign and without a prefix.
pub fn hexadecimal(value: BigRef) -> String {
    in_power_of_two(value, 4, "")
}

/// `hex(value)`.
pub fn hex(value: BigRef) -> String {
    in_power_of_two(value, 4, "0x")
}

/// `oct(value)`.
pub fn oct(value: BigRef) -> String {
    in_power_of_two(value, 3, "0o")
}

/// `bin(value)`.
pub fn bin(value: BigRef) -> String {
    in_power_of_two(value, 1, "0b")
}

/// Digits of `width` bits (1 to 5) after sign and prefix.
pub fn in_power_of_two(value: BigRef, width: u32, prefix: &str) -> String {
    let count = mag::bit_length(value.limbs).div_ceil(u64::from(width)).max(1) as usize;
    let mut out = Vec::with_capacity(count + prefix.len() + 1);
    if value.negative {
        out.push(b'-');
    }
    out.extend_from_slice(prefix.as_bytes());
    let start = out.len();
    out.resize(start + count, b'0');
    let mask = (1u64 << width) - 1;
    let (mut word, mut available) = (0u64, 0u32);
    let mut limbs = value.limbs.iter();
    for byte in out[start..].iter_mut().rev() {
        let digit = if available < width {
            // The digit may straddle two limbs.
            let next = limbs.next().copied().unwrap_or(0);
            let digit = (word | next << available) & mask;
            word = next >> (width - available);
            available += 64 - width;
            digit
        } else {
            let digit = word & mask;
            word >>= width;
            available -= width;
            digit
        };
        *byte = digit_character(digit as u8);
    }
    ascii_string(out)
}

/// Digits in any base from 2 to 36, in lower case, with a sign.
pub fn in_radix(value: BigRef, base: u32) -> String {
    if base == 10 {
        return decimal(value);
    }
    if base.is_power_of_two() {
        return in_power_of_two(value, base.ilog2(), "");
    }
    if value.limbs.len() >= LARGE_LIMBS {
        let sign = if value.negative { "-" } else { "" };
        return format!("{sign}{}", mag::to_ubig(value.limbs).in_radix(base as u8));
    }
    let (chunk_len, chunk_power) = word_power(base);
    let chunk = Reciprocal::new(chunk_power);
    let mut digits = Vec::new();
    let mut limbs = Limbs::from_slice(value.limbs);
    while !limbs.is_empty() {
        let mut word = chunk.divide_in_place(&mut limbs);
        mag::trim(&mut limbs);
        for _ in 0..chunk_len {
            if word == 0 && limbs.is_empty() {
                break;
            }
            digits.push(digit_character((word % u64::from(base)) as u8));
            word /= u64::from(base);
        }
    }
    if digits.is_empty() {
        digits.push(b'0');
    }
    if value.negative {
        digits.push(b'-');
    }
    digits.reverse();
    ascii_string(digits)
}

#[inline]
fn digit_character(digit: u8) -> u8 {
    if digit < 10 { b'0' + digit } else { b'a' + digit - 10 }
}

/// Bounds, both included, of the number of decimal digits: they differ by at most one for values of up to 10^15 bits.
pub fn decimal_digit_bounds(value: BigRef) -> (u64, u64) {
    let bits = mag::bit_length(value.limbs);
    if bits == 0 {
        return (1, 1);
    }
    // log10(2) between two fractions, from below and above.
    let below = u128::from(bits - 1) * 301_029_995_663_981_195 / 1_000_000_000_000_000_000;
    let above = u128::from(bits) * 301_029_995_663_981_196 / 1_000_000_000_000_000_000;
    (below as u64 + 1, above as u64 + 1)
}

/// Whether the decimal text has more than `limit` digits; exact, and only converts when the bounds leave it open.
pub fn exceeds_decimal_digits(value: BigRef, limit: u64) -> bool {
    let (least, most) = decimal_digit_bounds(value);
    if least > limit {
        return true;
    }
    most > limit && decimal(value.magnitude()).len() as u64 > limit
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::SmallBuf;
    use crate::testing::{Rng, big};

    #[test]
    fn agrees_with_the_library() {
        let mut rng = Rng::new(10);
        for round in 0..1000 {
            let value = rng.big(if round % 20 == 0 { 80 } else { 8 });
            let magnitude = mag::to_ubig(&value.limbs);
            let sign = if value.negative { "-" } else { "" };
            assert_eq!(decimal(value.as_ref()), format!("{sign}{magnitude}"));
            assert_eq!(hex(value.as_ref()), format!("{sign}0x{magnitude:x}"));
            assert_eq!(oct(value.as_ref()), format!("{sign}0o{magnitude:o}"));
            assert_eq!(bin(value.as_ref()), format!("{sign}0b{magnitude:b}"));
            let base = 2 + rng.next() % 35;
            assert_eq!(in_radix(value.as_ref(), base as u32), format!("{sign}{}", magnitude.in_radix(base as u8)));
            let (least, most) = decimal_digit_bounds(value.as_ref());
            let digits = magnitude.to_string().len() as u64;
            assert!((least..=most).contains(&digits) && most - least <= 1);
            assert!(exceeds_decimal_digits(value.as_ref(), digits - 1));
            assert!(!exceeds_decimal_digits(value.as_ref(), digits));
        }
    }

    #[test]
    fn chunk_edges() {
        for literal in [
            "0",
            "-1",
            "9999999999999999999",
            "10000000000000000000",
            "18446744073709551615",
            "18446744073709551616",
            "100000000000000000000000000000000000000",
            "-99999999999999999999999999999999999999",
        ] {
            assert_eq!(decimal(big(literal).as_ref()), literal);
        }
        assert_eq!(hex(SmallBuf::new(0).as_ref()), "0x0");
        assert_eq!(bin(SmallBuf::new(-5).as_ref()), "-0b101");
    }
}
