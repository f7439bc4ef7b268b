//! Hashes with CPython's values: strings and bytes, floats, integers, rationals, complex numbers, tuples.
//!
//! Strings and bytes hash with SipHash-1-3 over their stored bytes. Equal strings must hash the same, so **callers
//! hash the narrowest form** (which `TextBuf` guarantees); an ASCII string and the `bytes` of the same content then hash
//! the same too. With the same key the values are CPython's on a little-endian machine.
//!
//! Numbers hash modulo the prime 2**61 - 1, so that equal numbers of different types hash the same.
//! No hash is ever -1, CPython's error mark: -2 stands for it.

use crate::Text;

/// The modulus of numeric hashes, 2**61 - 1.
pub const MODULUS: u64 = (1 << BITS) - 1;
/// The hash of infinity; minus it for minus infinity.
pub const INF: i64 = 314159;
/// Multiplier of the imaginary part of a complex number.
pub const IMAG: u64 = 1_000_003;

const BITS: u32 = 61;

/// The process-wide secret of string hashes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct HashKey {
    pub k0: u64,
    pub k1: u64,
}

impl HashKey {
    /// The key that `PYTHONHASHSEED=seed` gives; seed 0 is the all-zero key.
    pub fn from_seed(seed: u32) -> HashKey {
        if seed == 0 {
            return HashKey::default();
        }
        let mut x = seed;
        let mut bytes = [0u8; 16];
        for b in &mut bytes {
            x = x.wrapping_mul(214_013).wrapping_add(2_531_011);
            *b = (x >> 16) as u8;
        }
        HashKey::from_bytes(bytes)
    }

    /// A key of 16 random bytes.
    pub fn from_bytes(bytes: [u8; 16]) -> HashKey {
        let v = u128::from_le_bytes(bytes);
        HashKey { k0: v as u64, k1: (v >> 64) as u64 }
    }

    /// Hash of a `bytes` object. The empty one hashes to 0.
    #[inline]
    pub fn bytes(self, data: &[u8]) -> i64 {
        if data.is_empty() {
            return 0;
        }
        not_error(self.siphash13(data) as i64)
    }

    /// Hash of a string in its narrowest form.
    #[inline]
    pub fn text(self, text: Text<'_>) -> i64 {
        match text {
            Text::Latin1(u) => self.bytes(u),
            Text::Ucs2(u) => self.bytes(as_bytes(u)),
            Text::Ucs4(u) => self.bytes(as_bytes(u)),
        }
    }

    /// SipHash with one compression and three finalization rounds (Aumasson, Bernstein).
    pub fn siphash13(self, data: &[u8]) -> u64 {
        let mut s = Sip {
            v0: self.k0 ^ 0x736f_6d65_7073_6575,
            v1: self.k1 ^ 0x646f_7261_6e64_6f6d,
            v2: self.k0 ^ 0x6c79_6765_6e65_7261,
            v3: self.k1 ^ 0x7465_6462_7974_6573,
        };
        let mut words = data.chunks_exact(8);
        for w in &mut words {
            // The chunk has eight bytes.
            let m = u64::from_le_bytes([w[0], w[1], w[2], w[3], w[4], w[5], w[6], w[7]]);
            s.v3 ^= m;
            s.round();
            s.v0 ^= m;
        }
        let mut last = [0u8; 8];
        let rest = words.remainder();
        last[..rest.len()].copy_from_slice(rest);
        let m = u64::from_le_bytes(last) | (data.len() as u64) << 56;
        s.v3 ^= m;
        s.round();
        s.v0 ^= m;
        s.v2 ^= 0xFF;
        s.round();
        s.round();
        s.round();
        s.v0 ^ s.v1 ^ s.v2 ^ s.v3
    }
}

struct Sip {
    v0: u64,
    v1: u64,
    v2: u64,
    v3: u64,
}

impl Sip {
    #[inline(always)]
    fn round(&mut self) {
        self.v0 = self.v0.wrapping_add(self.v1);
        self.v2 = self.v2.wrapping_add(self.v3);
        self.v1 = self.v1.rotate_left(13) ^ self.v0;
        self.v3 = self.v3.rotate_left(16) ^ self.v2;
        self.v0 = self.v0.rotate_left(32);
        self.v2 = self.v2.wrapping_add(self.v1);
        self.v0 = self.v0.wrapping_add(self.v3);
        self.v1 = self.v1.rotate_left(17) ^ self.v2;
        self.v3 = self.v3.rotate_left(21) ^ self.v0;
        self.v2 = self.v2.rotate_left(32);
    }
}

/// The memory of a slice of `u16` or `u32`.
fn as_bytes<T: crate::Unit>(units: &[T]) -> &[u8] {
    // SAFETY: units are u8, u16 or u32, which have no padding; the length is the slice's own size in bytes, and the
    // lifetime is the slice's.
    unsafe { std::slice::from_raw_parts(units.as_ptr().cast(), size_of_val(units)) }
}

/// Replaces -1, which means an error to CPython's callers, by -2.
#[inline(always)]
pub fn not_error(h: i64) -> i64 {
    if h == -1 { -2 } else { h }
}

/// Hash of an integer that fits 64 bits.
#[inline]
pub fn hash_i64(v: i64) -> i64 {
    let m = (v.unsigned_abs() % MODULUS) as i64;
    not_error(if v < 0 { -m } else { m })
}

/// Hash of an integer given as sign and magnitude, least significant limb first.
pub fn hash_limbs(negative: bool, limbs: &[u64]) -> i64 {
    // 2**64 = 8 (mod 2**61 - 1).
    let mut m: u64 = 0;
    for &limb in limbs.iter().rev() {
        m = reduce(u128::from(m) << 3) + limb % MODULUS;
        if m >= MODULUS {
            m -= MODULUS;
        }
    }
    not_error(if negative { -(m as i64) } else { m as i64 })
}

/// Hash of a float; `None` for NaN, whose hash is that of its object's identity.
#[inline]
pub fn hash_f64(v: f64) -> Option<i64> {
    let small = v as i64;
    if small as f64 == v && small.unsigned_abs() < MODULUS {
        return Some(not_error(small));
    }
    if v.is_infinite() {
        return Some(if v > 0.0 { INF } else { -INF });
    }
    if v.is_nan() {
        return None;
    }
    let (negative, mantissa, exponent) = crate::float::decompose(v);
    let shift = exponent.rem_euclid(BITS as i32) as u32;
    // Multiplying by a power of two rotates within 61 bits; a mantissa has only 53.
    let m = ((mantissa << shift) & MODULUS) | if shift == 0 { 0 } else { mantissa >> (BITS - shift) };
    Some(not_error(if negative { -(m as i64) } else { m as i64 }))
}

/// Hash of a complex number from the hashes of its parts.
#[inline]
pub fn hash_complex(re: i64, im: i64) -> i64 {
    not_error((re as u64).wrapping_add(IMAG.wrapping_mul(im as u64)) as i64)
}

/// Hash of the rational `numerator / denominator`; each given by its residue (see [`residue`]), the sign apart.
/// A denominator divisible by the modulus gives the hash of infinity, as the language reference says.
pub fn hash_rational(negative: bool, numerator: u64, denominator: u64) -> i64 {
    let d = denominator % MODULUS;
    let m = if d == 0 { INF as u64 } else { mul(numerator % MODULUS, power(d, MODULUS - 2)) };
    not_error(if negative { -(m as i64) } else { m as i64 })
}

/// The magnitude modulo 2**61 - 1, least significant limb first.
pub fn residue(limbs: &[u64]) -> u64 {
    limbs.iter().rev().fold(0, |m, &limb| (reduce(u128::from(m) << 3) + limb % MODULUS) % MODULUS)
}

/// `base ** exponent` modulo 2**61 - 1.
pub fn power(base: u64, mut exponent: u64) -> u64 {
    let mut b = base % MODULUS;
    let mut r = 1;
    while exponent > 0 {
        if exponent & 1 == 1 {
            r = mul(r, b);
        }
        b = mul(b, b);
        exponent >>= 1;
    }
    r
}

#[inline]
fn mul(a: u64, b: u64) -> u64 {
    reduce(u128::from(a) * u128::from(b))
}

/// `x` modulo 2**61 - 1, for `x` below 2**122.
#[inline]
fn reduce(x: u128) -> u64 {
    let m = (x as u64 & MODULUS) + (x >> BITS) as u64;
    if m >= MODULUS { m - MODULUS } else { m }
}

/// The hash of a tuple, fed the hashes of its items in order (xxHash, as CPython uses it).
#[derive(Clone, Copy, Debug)]
pub struct TupleHasher {
    acc: u64,
    len: u64,
}

const XX_PRIME_1: u64 = 11_400_714_785_074_694_791;
const XX_PRIME_2: u64 = 14_029_467_366_897_019_727;
const XX_PRIME_5: u64 = 2_870_177_450_012_600_261;

impl Default for TupleHasher {
    fn default() -> TupleHasher {
        TupleHasher::new()
    }
}

impl TupleHasher {
    /// A hasher that was fed nothing.
    #[inline]
    pub fn new() -> TupleHasher {
        TupleHasher { acc: XX_PRIME_5, len: 0 }
    }

    /// Adds one item's hash.
    #[inline]
    pub fn add(&mut self, hash: i64) {
        self.acc = self.acc.wrapping_add((hash as u64).wrapping_mul(XX_PRIME_2)).rotate_left(31).wrapping_mul(XX_PRIME_1);
        self.len += 1;
    }

    /// The tuple's hash.
    #[inline]
    pub fn finish(self) -> i64 {
        let acc = self.acc.wrapping_add(self.len ^ (XX_PRIME_5 ^ 3_527_539));
        if acc == u64::MAX { 1_546_275_796 } else { acc as i64 }
    }
}

/// The hash of a frozenset: independent of order.
#[derive(Clone, Copy, Debug, Default)]
pub struct SetHasher {
    acc: u64,
    len: u64,
}

impl SetHasher {
    /// Adds one item's hash.
    #[inline]
    pub fn add(&mut self, hash: i64) {
        let h = hash as u64;
        self.acc ^= ((h ^ 89_869_747) ^ (h << 16)).wrapping_mul(3_644_798_167);
        self.len += 1;
    }

    /// The frozenset's hash.
    pub fn finish(self) -> i64 {
        let mut h = self.acc;
        h ^= (self.len + 1).wrapping_mul(1_927_868_237);
        h ^= (h >> 11) ^ (h >> 25);
        h = h.wrapping_mul(69_069).wrapping_add(907_133_923);
        if h == u64::MAX { 590_923_713 } else { h as i64 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::TextBuf;

    fn text(seed: u32, s: &str) -> i64 {
        HashKey::from_seed(seed).text(TextBuf::from(s).as_text())
    }

    #[test]
    fn strings_hash_as_cpython_with_the_same_seed() {
        assert_eq!(text(0, ""), 0);
        assert_eq!(text(0, "a"), 4644417185603328019);
        assert_eq!(text(0, "abc"), -4594863902769663758);
        assert_eq!(text(0, "hello world"), -5642461784034726774);
        assert_eq!(text(0, "\u{e9}"), 6047309291227476195);
        assert_eq!(text(0, "\u{65e5}\u{672c}\u{8a9e}"), 7116994712188270);
        assert_eq!(text(0, "a\u{1f600}"), -6970120874385731343);
        assert_eq!(text(0, "12345678"), 3785724242978802311);
        assert_eq!(text(0, "xxxxxxxxxxxxxxx"), -2782592963448337589);
        assert_eq!(text(42, ""), 0);
        assert_eq!(text(42, "a"), -123207753977932514);
        assert_eq!(text(42, "abc"), 3869580338025362921);
        assert_eq!(text(42, "hello world"), -3893157060480277979);
        assert_eq!(text(42, "\u{e9}"), 5653850369683463245);
        assert_eq!(text(42, "\u{65e5}\u{672c}\u{8a9e}"), 337426736487537137);
        assert_eq!(text(42, "a\u{1f600}"), 3739657454509745579);
        assert_eq!(text(42, "12345678"), -8868897825882322955);
        assert_eq!(text(42, "xxxxxxxxxxxxxxx"), -941056122281522699);
    }

    #[test]
    fn numbers() {
        assert_eq!(hash_f64(0.0), Some(0));
        assert_eq!(hash_f64(1.0), Some(1));
        assert_eq!(hash_f64(-1.0), Some(-2));
        assert_eq!(hash_f64(0.5), Some(1152921504606846976));
        assert_eq!(hash_f64(0.1), Some(230584300921369408));
        assert_eq!(hash_f64(-0.1), Some(-230584300921369408));
        assert_eq!(hash_f64(1e+300), Some(1224995262755759164));
        assert_eq!(hash_f64(5e-324), Some(16777216));
        assert_eq!(hash_f64(1e+16), Some(10000000000000000));
        assert_eq!(hash_f64(2.305843009213694e+18), Some(1));
        assert_eq!(hash_f64(2.3058430092136934e+18), Some(2305843009213693440));
        assert_eq!(hash_f64(f64::INFINITY), Some(314159));
        assert_eq!(hash_f64(f64::NEG_INFINITY), Some(-314159));
        assert_eq!(hash_f64(6.12789), Some(294894262448338950));
        assert_eq!(hash_f64(1e-05), Some(2170758078822671208));
        assert_eq!(hash_f64(-1.1805916207174113e+21), Some(-512));
        assert_eq!(hash_f64(f64::NAN), None);
        assert_eq!(hash_i64(-1), -2);
        assert_eq!(hash_i64(i64::MIN), -4);
        assert_eq!(hash_i64(MODULUS as i64), 0);
        assert_eq!(hash_limbs(false, &[13399722918938673152, 7145508105175220139, 29]), 1388497483929617590);
        assert_eq!(hash_limbs(true, &[13399722918938673152, 7145508105175220139, 29]), -1388497483929617590);
        assert_eq!(hash_limbs(false, &[0, 1]), 8);
        assert_eq!(hash_limbs(false, &[2305843009213693950]), 2305843009213693950);
        assert_eq!(hash_limbs(true, &[18446744073709551615, 18446744073709551615]), -63);
        assert_eq!(hash_rational(false, 1, 3), 1537228672809129301);
        assert_eq!(hash_rational(true, 22, 7), -1976436865040309104);
        assert_eq!(hash_rational(false, 5, 2305843009213693951), 314159);
    }

    #[test]
    fn collections() {
        let tuple = |items: &[i64]| {
            let mut h = TupleHasher::new();
            items.iter().for_each(|&i| h.add(i));
            h.finish()
        };
        assert_eq!(tuple(&[]), 5740354900026072187);
        assert_eq!(tuple(&[1]), -6644214454873602895);
        assert_eq!(tuple(&[1, 2, 3]), 529344067295497451);
        assert_eq!(tuple(&[0, 0, -2, 1000000000000]), 2415926875409581577);
        let set = |items: &[i64]| {
            let mut h = SetHasher::default();
            items.iter().for_each(|&i| h.add(i));
            h.finish()
        };
        assert_eq!(set(&[]), 133146708735736);
        assert_eq!(set(&[1]), -558064481276695278);
        assert_eq!(set(&[1, 2, 3]), -272375401224217160);
    }
}
