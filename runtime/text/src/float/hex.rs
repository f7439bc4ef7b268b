//! `float.hex` and `float.fromhex`.

use super::parse::{parse_special, trim};

/// Why a string is no hexadecimal float.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HexError {
    /// A `ValueError`.
    Invalid,
    /// An `OverflowError`.
    TooLarge,
}

impl HexError {
    /// CPython's message.
    pub fn message(self) -> &'static str {
        match self {
            HexError::Invalid => "invalid hexadecimal floating-point string",
            HexError::TooLarge => "hexadecimal value too large to represent as a float",
        }
    }
}

/// `x.hex()`.
pub fn to_hex(x: f64) -> String {
    if !x.is_finite() {
        return super::repr(x);
    }
    let sign = if x.is_sign_negative() { "-" } else { "" };
    if x == 0.0 {
        return format!("{sign}0x0.0p+0");
    }
    let (_, mantissa, exponent) = super::decompose(x);
    let whole = mantissa >> 52;
    let fraction = mantissa & ((1 << 52) - 1);
    format!("{sign}0x{whole}.{fraction:013x}p{:+}", exponent + 52)
}

/// `float.fromhex` of ASCII bytes.
pub fn from_hex(bytes: &[u8]) -> Result<f64, HexError> {
    let s = trim(bytes);
    let (negative, s) = match s {
        [b'-', rest @ ..] => (true, rest),
        [b'+', rest @ ..] => (false, rest),
        _ => (false, s),
    };
    let magnitude = match parse_special(s) {
        Some(x) => x,
        None => from_digits(s)?,
    };
    Ok(if negative { -magnitude } else { magnitude })
}

fn from_digits(s: &[u8]) -> Result<f64, HexError> {
    let mut s = match s {
        [b'0', b'x' | b'X', rest @ ..] => rest,
        _ => s,
    };
    // The first 64 bits that count, whether a later bit is set, and the binary exponent of the last bit kept.
    let (mut mantissa, mut sticky, mut exponent) = (0u64, false, 0i64);
    let (mut digits, mut after_point) = (0, false);
    while let [b, rest @ ..] = s {
        if *b == b'.' && !after_point {
            after_point = true;
        } else if let Some(d) = char::from(*b).to_digit(16) {
            digits += 1;
            if mantissa >> 60 == 0 {
                mantissa = mantissa << 4 | u64::from(d);
                exponent -= if after_point { 4 } else { 0 };
            } else {
                sticky |= d != 0;
                exponent += if after_point { 0 } else { 4 };
            }
        } else {
            break;
        }
        s = rest;
    }
    if digits == 0 {
        return Err(HexError::Invalid);
    }
    if let [b'p' | b'P', rest @ ..] = s {
        let (negative, number) = match rest {
            [b'-', n @ ..] => (true, n),
            [b'+', n @ ..] => (false, n),
            _ => (false, rest),
        };
        let n = number.iter().take_while(|b| b.is_ascii_digit()).count();
        if n == 0 {
            return Err(HexError::Invalid);
        }
        let value = number[..n].iter().fold(0i64, |v, b| v.saturating_mul(10).saturating_add(i64::from(b - b'0')));
        // Clamped, so that no later sum overflows; 2**60 is beyond anything digits in memory can make up for.
        let value = value.min(1 << 60);
        exponent += if negative { -value } else { value };
        s = &number[n..];
    }
    // What is too large is so whatever follows it.
    let x = assemble(mantissa, sticky, exponent)?;
    if s.is_empty() { Ok(x) } else { Err(HexError::Invalid) }
}

/// The float nearest to (mantissa and a bit more, if `sticky`) * 2**exponent, ties to even.
fn assemble(mantissa: u64, sticky: bool, exponent: i64) -> Result<f64, HexError> {
    if mantissa == 0 {
        return Ok(0.0);
    }
    // The value is 0.1xxx * 2**top, as C's frexp has it.
    let top = exponent + 64 - i64::from(mantissa.leading_zeros());
    if top > 1024 {
        return Err(HexError::TooLarge);
    }
    if top < -1074 {
        return Ok(0.0);
    }
    // The exponent that the last kept bit has in a double.
    let last = (top - 53).max(-1074);
    let drop = last - exponent;
    let mut kept = if drop <= 0 {
        mantissa << -drop
    } else {
        let (kept, rest, half) = if drop >= 64 {
            (0, mantissa, if drop == 64 { 1u64 << 63 } else { u64::MAX })
        } else {
            (mantissa >> drop, mantissa & ((1 << drop) - 1), 1 << (drop - 1))
        };
        let up = rest > half || (rest == half && (sticky || kept & 1 == 1));
        kept + u64::from(up)
    };
    let mut last = last;
    if kept == 1 << 53 {
        kept >>= 1;
        last += 1;
    }
    if last + 53 > 1024 && kept >> 52 == 1 {
        return Err(HexError::TooLarge);
    }
    let field = if kept >> 52 == 0 { 0 } else { (last + 1075) as u64 };
    Ok(f64::from_bits(field << 52 | (kept & ((1 << 52) - 1))))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hex_both_ways() {
        for (x, s) in [
            (1.0, "0x1.0000000000000p+0"),
            (0.1, "0x1.999999999999ap-4"),
            (-0.0, "-0x0.0p+0"),
            (5e-324, "0x0.0000000000001p-1022"),
            (1.7976931348623157e308, "0x1.fffffffffffffp+1023"),
            (-2.2250738585072014e-308, "-0x1.0000000000000p-1022"),
        ] {
            assert_eq!(to_hex(x), s);
            assert_eq!(from_hex(s.as_bytes()).map(f64::to_bits), Ok(x.to_bits()));
        }
        let f = |s: &[u8]| from_hex(s);
        assert_eq!(f(b" 3.a7p10 "), Ok(3740.0));
        assert_eq!(f(b"0x1.00000000000008p0"), Ok(1.0));
        assert_eq!(f(b"0x1.00000000000018p0"), Ok(1.0000000000000004));
        assert_eq!(f(b"0x1.000000000000080000000001p0"), Ok(1.0000000000000002));
        assert_eq!(f(b"0x1p-1075"), Ok(0.0));
        assert_eq!(f(b"0x1.8p-1075"), Ok(5e-324));
        assert_eq!(f(b"0x1p1024"), Err(HexError::TooLarge));
        assert_eq!(f(b"0x1.fffffffffffff8p1023"), Err(HexError::TooLarge));
        assert_eq!(f(b"0x1.fffffffffffff7p1023"), Ok(f64::MAX));
        assert_eq!(f(b"0x0.fffffffffffff8p-1022"), Ok(f64::MIN_POSITIVE));
        assert_eq!(f(b"-Inf"), Ok(f64::NEG_INFINITY));
        for bad in ["", "0x", "0x.", "p1", "0x1p", "0x1.0p+", "1 2", "0x1q", "--1", "1..2"] {
            assert_eq!(f(bad.as_bytes()), Err(HexError::Invalid), "{bad}");
        }
    }
}
