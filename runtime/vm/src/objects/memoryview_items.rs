//! Single items of a `memoryview`: the native formats of one character.

use crate::native::*;
use crate::objects::exceptions as ex;
use crate::objects::int;
use crate::ops::is_kind;

/// The code of a native format of one character, with or without `@`; 0 for other formats.
pub fn native_code(format: &Str) -> u8 {
    match format.as_ascii().map(str::as_bytes) {
        Some(&[c] | &[b'@', c]) if size_of_code(c).is_some() => c,
        _ => 0,
    }
}

/// Bytes of an item of a native code.
pub fn size_of_code(code: u8) -> Option<usize> {
    Some(match code {
        b'b' | b'B' | b'c' | b'?' => 1,
        b'h' | b'H' | b'e' => 2,
        b'i' | b'I' | b'f' => 4,
        b'l' | b'L' | b'q' | b'Q' | b'n' | b'N' | b'd' | b'P' => 8,
        _ => return None,
    })
}

/// The bytes at an address that an export keeps.
pub fn read_bytes(at: usize, n: usize) -> Vec<u8> {
    // SAFETY: callers pass addresses of items of a view that they hold.
    unsafe { std::slice::from_raw_parts(at as *const u8, n) }.to_vec()
}

/// As `read_bytes`, of a code's item.
fn read<const N: usize>(at: usize) -> [u8; N] {
    // SAFETY: as above; the address need not be aligned.
    unsafe { (at as *const [u8; N]).read_unaligned() }
}

/// Writes bytes to an address of a writable view.
pub fn write_bytes(at: usize, bytes: &[u8]) {
    // SAFETY: as above, and the caller has checked that the view is writable. Not `write`: source and target may overlap.
    unsafe { std::ptr::copy(bytes.as_ptr(), at as *mut u8, bytes.len()) }
}

/// An item as a number, for comparisons.
#[derive(Clone, Copy, PartialEq)]
pub enum Scalar {
    Int(i128),
    Float(f64),
    Bool(bool),
    Char(u8),
}

/// The item at an address.
pub fn scalar(code: u8, at: usize) -> Scalar {
    match code {
        b'b' => Scalar::Int(i8::from_ne_bytes(read(at)) as i128),
        b'B' => Scalar::Int(u8::from_ne_bytes(read(at)) as i128),
        b'h' => Scalar::Int(i16::from_ne_bytes(read(at)) as i128),
        b'H' => Scalar::Int(u16::from_ne_bytes(read(at)) as i128),
        b'i' => Scalar::Int(i32::from_ne_bytes(read(at)) as i128),
        b'I' => Scalar::Int(u32::from_ne_bytes(read(at)) as i128),
        b'l' | b'q' | b'n' => Scalar::Int(i64::from_ne_bytes(read(at)) as i128),
        b'L' | b'Q' | b'N' | b'P' => Scalar::Int(u64::from_ne_bytes(read(at)) as i128),
        b'e' => Scalar::Float(half_to_f64(u16::from_ne_bytes(read(at)))),
        b'f' => Scalar::Float(f32::from_ne_bytes(read(at)) as f64),
        b'd' => Scalar::Float(f64::from_ne_bytes(read(at))),
        b'?' => Scalar::Bool(read::<1>(at)[0] != 0),
        _ => Scalar::Char(read::<1>(at)[0]),
    }
}

/// The item at an address as an object.
pub fn unpack(t: &Thread, code: u8, at: usize) -> Result<Value> {
    match scalar(code, at) {
        Scalar::Int(i) => match i64::try_from(i) {
            Ok(i) => t.int(i),
            Err(_) => t.uint(i as u64),
        },
        Scalar::Float(x) => t.float(x),
        Scalar::Bool(b) => Ok(Value::bool(b)),
        Scalar::Char(b) => Bytes::new(t, &[b]).map(Ref::value),
    }
}

/// The bytes of an object as an item; the first `size_of_code` of the result.
pub fn pack(t: &Thread, code: u8, v: Value, format: &Str) -> Result<[u8; 8]> {
    let wrong_type = || t.type_error(format!("memoryview: invalid type for format '{}'", format.to_string_lossy()));
    let wrong_value = || t.value_error(format!("memoryview: invalid value for format '{}'", format.to_string_lossy()));
    let translate = |e: Exc| {
        if t.is_type_error(e) {
            wrong_type()
        } else if is_kind(t, e, ex::Kind::OverflowError) || is_kind(t, e, ex::Kind::ValueError) {
            wrong_value()
        } else {
            e
        }
    };
    let mut out = [0u8; 8];
    match code {
        b'c' => match v.downcast::<Bytes>() {
            Some(b) if b.len() == 1 => out[0] = b.as_slice()[0],
            Some(_) => return Err(wrong_value()),
            None => return Err(wrong_type()),
        },
        b'?' => out[0] = u8::from(t.truth(v)?),
        b'e' | b'f' | b'd' => {
            let x = t.to_f64(v).map_err(translate)?;
            match code {
                b'd' => out = x.to_ne_bytes(),
                b'f' => out[..4].copy_from_slice(&(x as f32).to_ne_bytes()),
                _ => out[..2].copy_from_slice(&f64_to_half(x).ok_or_else(wrong_value)?.to_ne_bytes()),
            }
        }
        _ => {
            let i = t.index(v).map_err(translate)?;
            let Some(view) = int::view(i) else {
                return Err(wrong_type());
            };
            let n = match view.to_i64() {
                Some(n) => n as i128,
                None if !view.as_ref().negative => match view.as_ref().to_u64() {
                    Some(n) => n as i128,
                    None => return Err(wrong_value()),
                },
                None => return Err(wrong_value()),
            };
            let (low, high) = match code {
                b'b' => (i8::MIN as i128, i8::MAX as i128),
                b'B' => (0, u8::MAX as i128),
                b'h' => (i16::MIN as i128, i16::MAX as i128),
                b'H' => (0, u16::MAX as i128),
                b'i' => (i32::MIN as i128, i32::MAX as i128),
                b'I' => (0, u32::MAX as i128),
                b'l' | b'q' | b'n' => (i64::MIN as i128, i64::MAX as i128),
                // Addresses may be given as negative numbers too.
                b'P' => (i64::MIN as i128, u64::MAX as i128),
                _ => (0, u64::MAX as i128),
            };
            if n < low || n > high {
                return Err(wrong_value());
            }
            let bits = (n as u64).to_le_bytes();
            let size = size_of_code(code).unwrap_or(8);
            out[..size].copy_from_slice(&bits[..size]);
            if cfg!(target_endian = "big") {
                out[..size].reverse();
            }
        }
    }
    Ok(out)
}

/// A half-precision float (IEEE 754 binary16) as a double.
pub fn half_to_f64(bits: u16) -> f64 {
    let (exponent, fraction) = (bits >> 10 & 0x1f, (bits & 0x3ff) as f64);
    let magnitude = match exponent {
        0 => fraction * 2f64.powi(-24),
        0x1f if fraction == 0.0 => f64::INFINITY,
        0x1f => f64::NAN,
        e => (1.0 + fraction / 1024.0) * 2f64.powi(e as i32 - 15),
    };
    if bits & 0x8000 != 0 { -magnitude } else { magnitude }
}

/// The nearest half-precision float, ties to even; `None` if `x` is finite and too large.
pub fn f64_to_half(x: f64) -> Option<u16> {
    let sign = if x.is_sign_negative() { 0x8000 } else { 0 };
    if x.is_nan() {
        return Some(sign | 0x7e00);
    }
    let a = x.abs();
    if a.is_infinite() {
        return Some(sign | 0x7c00);
    }
    // Below the smallest normal number the spacing is constant.
    let exponent = if a < 2f64.powi(-14) { -14 } else { ((a.to_bits() >> 52) as i32) - 1023 };
    let units = (a * 2f64.powi(10 - exponent)).round_ties_even();
    // 2048 units carry into the exponent, which the addition does by itself.
    let bits = if exponent == -14 && units < 1024.0 { units as u32 } else { ((exponent + 14) as u32) * 1024 + units as u32 };
    if bits >= 0x7c00 { None } else { Some(sign | bits as u16) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn halves() {
        for bits in 0..0x7c00u16 {
            assert_eq!(f64_to_half(half_to_f64(bits)), Some(bits));
            assert_eq!(f64_to_half(-half_to_f64(bits)), Some(bits | 0x8000));
        }
        assert_eq!(f64_to_half(65504.0), Some(0x7bff));
        assert_eq!(f64_to_half(65519.9), Some(0x7bff));
        assert_eq!(f64_to_half(65520.0), None);
        assert_eq!(f64_to_half(2f64.powi(-25)), Some(0));
        assert_eq!(f64_to_half(2f64.powi(-25) * 1.1), Some(1));
        assert_eq!(f64_to_half(1.0 + 2f64.powi(-11)), Some(0x3c00));
        assert_eq!(f64_to_half(f64::INFINITY), Some(0x7c00));
    }
}
