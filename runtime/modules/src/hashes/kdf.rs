//! `_kdf`: keys from passwords, PBKDF2 (RFC 8018) and scrypt (RFC 7914). `hashlib` takes them from here, where CPython's takes them
//! from OpenSSL.

use super::hmac::Keyed;
use super::{Algorithm, Digest, algorithm};
use taipan_vm::native::*;
use taipan_vm::objects::buffer::Buffer;

pub struct Kdf;

/// What OpenSSL lets scrypt use unless told otherwise, in bytes.
const SCRYPT_MEMORY: u64 = 32 * 1024 * 1024;

/// Fills `out` by PBKDF2 with HMAC.
fn pbkdf2(a: &Algorithm, password: &[u8], salt: &[u8], iterations: u64, out: &mut [u8]) {
    let keyed = Keyed::new(a, password);
    for (i, block) in (1u32..).zip(out.chunks_mut(a.digest_size)) {
        let mut first = keyed.copy();
        first.update(salt);
        first.update(&i.to_be_bytes());
        let mut last = first.result();
        let mut sum = last.clone();
        for _ in 1..iterations {
            let mut next = keyed.copy();
            next.update(&last);
            last = next.result();
            sum.iter_mut().zip(&last).for_each(|(s, b)| *s ^= b);
        }
        block.copy_from_slice(&sum[..block.len()]);
    }
}

/// Salsa20/8 on a block of 64 bytes.
fn salsa(b: &mut [u32; 16]) {
    const QUARTERS: [[usize; 4]; 8] = [
        [0, 4, 8, 12],
        [5, 9, 13, 1],
        [10, 14, 2, 6],
        [15, 3, 7, 11],
        [0, 1, 2, 3],
        [5, 6, 7, 4],
        [10, 11, 8, 9],
        [15, 12, 13, 14],
    ];
    let mut x = *b;
    for _ in 0..4 {
        for [p, q, r, s] in QUARTERS {
            x[q] ^= x[p].wrapping_add(x[s]).rotate_left(7);
            x[r] ^= x[q].wrapping_add(x[p]).rotate_left(9);
            x[s] ^= x[r].wrapping_add(x[q]).rotate_left(13);
            x[p] ^= x[s].wrapping_add(x[r]).rotate_left(18);
        }
    }
    b.iter_mut().zip(x).for_each(|(b, x)| *b = b.wrapping_add(x));
}

/// scryptBlockMix: `b` has `2 * r` blocks of 16 words; `mixed` is room for as many.
fn mix(b: &mut [u32], mixed: &mut [u32]) {
    let blocks = b.len() / 16;
    let mut x = [0; 16];
    x.copy_from_slice(&b[b.len() - 16..]);
    for i in 0..blocks {
        x.iter_mut().zip(&b[i * 16..]).for_each(|(x, b)| *x ^= b);
        salsa(&mut x);
        let to = (i / 2 + (i % 2) * (blocks / 2)) * 16;
        mixed[to..to + 16].copy_from_slice(&x);
    }
    b.copy_from_slice(mixed);
}

/// scrypt; `None` if there is not enough memory.
fn scrypt(password: &[u8], salt: &[u8], n: u64, r: u64, p: u64, out: &mut [u8]) -> Option<()> {
    let sha256 = algorithm("sha256")?;
    let words = (r * 32) as usize;
    let mut table: Vec<u32> = Vec::new();
    table.try_reserve_exact(words * n as usize).ok()?;
    let mut bytes = vec![0; words * 4 * p as usize];
    pbkdf2(sha256, password, salt, 1, &mut bytes);
    let mut mixed = vec![0; words];
    for lane in bytes.chunks_mut(words * 4) {
        let mut x: Vec<u32> = lane.chunks(4).map(|b| u32::from_le_bytes([b[0], b[1], b[2], b[3]])).collect();
        table.clear();
        for _ in 0..n {
            table.extend_from_slice(&x);
            mix(&mut x, &mut mixed);
        }
        for _ in 0..n {
            let low = u64::from(x[words - 16]) | u64::from(x[words - 15]) << 32;
            let at = (low % n) as usize * words;
            x.iter_mut().zip(&table[at..]).for_each(|(x, v)| *x ^= v);
            mix(&mut x, &mut mixed);
        }
        lane.chunks_mut(4).zip(&x).for_each(|(b, w)| b.copy_from_slice(&w.to_le_bytes()));
    }
    pbkdf2(sha256, password, &bytes, 1, out);
    Some(())
}

#[pymodule(name = "_kdf")]
impl Kdf {
    /// Password based key derivation function 2 (PKCS #5 v2.0) with HMAC as pseudorandom function.
    #[py("($module, /, hash_name, password, salt, iterations, dklen=None)")]
    fn pbkdf2_hmac(
        t: &Thread,
        hash_name: Ref<Str>,
        password: Buffer,
        salt: Buffer,
        iterations: i64,
        dklen: Option<Value>,
    ) -> Result<Ref<Bytes>> {
        let name = hash_name.to_string_lossy().to_ascii_lowercase().replace('-', "_");
        let found = algorithm(&name).or_else(|| algorithm(&name.replacen("sha_", "sha", 1)));
        let Some(a) = found else {
            return Err(t.value_error(format!("unsupported hash type {hash_name}")));
        };
        if iterations < 1 {
            return Err(t.value_error("iteration value must be greater than 0."));
        }
        let len = match dklen.filter(|v| !v.is_none()) {
            None => a.digest_size as i64,
            Some(v) => t.to_i64(v)?,
        };
        if len < 1 {
            return Err(t.value_error("key length must be greater than 0."));
        }
        if iterations > i64::from(i32::MAX) {
            return Err(t.overflow_error("iteration value is too great."));
        }
        if len > i64::from(i32::MAX) {
            return Err(t.overflow_error("key length is too great."));
        }
        let (password, salt) = (password.stable(), salt.stable());
        let mut out = vec![0; len as usize];
        t.blocking(|| pbkdf2(a, &password, &salt, iterations as u64, &mut out));
        Bytes::new(t, &out)
    }
    /// scrypt password-based key derivation function.
    #[py("($module, /, password, *, salt, n, r, p, maxmem=0, dklen=64)")]
    fn scrypt(
        t: &Thread,
        password: Buffer,
        salt: Buffer,
        n: i64,
        r: i64,
        p: i64,
        maxmem: Option<i64>,
        dklen: Option<i64>,
    ) -> Result<Ref<Bytes>> {
        let unsigned = |i: i64| u64::try_from(i).map_err(|_| t.overflow_error("can't convert negative value to unsigned int"));
        let (n, r, p) = (unsigned(n)?, unsigned(r)?, unsigned(p)?);
        if n < 2 || !n.is_power_of_two() {
            return Err(t.value_error("n must be a power of 2."));
        }
        let (maxmem, dklen) = (maxmem.unwrap_or(0), dklen.unwrap_or(64));
        if !(0..=i64::from(i32::MAX)).contains(&maxmem) {
            return Err(t.value_error(format!("maxmem must be positive and smaller than {}", i32::MAX)));
        }
        if !(1..=i64::from(i32::MAX)).contains(&dklen) {
            return Err(t.value_error(format!("dklen must be greater than 0 and smaller than {}", i32::MAX)));
        }
        let limit = if maxmem == 0 { SCRYPT_MEMORY } else { maxmem as u64 };
        // RFC 7914: p is at most (2^32 - 1) * 32 / (128 * r), and n is less than 2^(128 * r / 8).
        let needed = r.checked_mul(128).and_then(|block| block.checked_mul(n.checked_add(2)?.checked_add(p)?));
        if r == 0 || p == 0 || p > ((1 << 30) - 1) / r || (r < 4 && n >= 1 << (16 * r)) {
            return Err(t.value_error("Invalid parameter combination for n, r, p, maxmem."));
        }
        if needed.is_none_or(|m| m > limit) {
            return Err(t.value_error("[digital envelope routines] memory limit exceeded"));
        }
        let (password, salt) = (password.stable(), salt.stable());
        let mut out = vec![0; dklen as usize];
        match t.blocking(|| scrypt(&password, &salt, n, r, p, &mut out)) {
            Some(()) => Bytes::new(t, &out),
            None => Err(t.memory_error()),
        }
    }
}
