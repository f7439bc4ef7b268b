//! Products of numbers of many limbs by number-theoretic transforms modulo three primes, put together by the Chinese remainder
//! theorem, as `libmpdec` makes them too. The butterflies are lazily reduced (Harvey: Faster arithmetic for number-theoretic
//! transforms), with roots in bit-reversed order: one root a block, and tables of which each serves all smaller lengths.

use super::limbs::carry_column;
use std::sync::{Arc, RwLock};

/// A prime below 2^62 that is 1 modulo 2^40, and a number that generates its subgroups of powers of two.
struct Field {
    prime: u64,
    generator: u64,
    roots: RwLock<Option<Arc<Roots>>>,
}

/// A factor w and ⌊w * 2^64 / prime⌋, with which multiplying by it takes no division.
type Factor = (u64, u64);

/// Roots and their inverses, both in the order that blocks need them.
struct Roots {
    forward: Vec<Factor>,
    inverse: Vec<Factor>,
}

const P: u64 = 0x3fff_c000_0000_0001;
const Q: u64 = 0x3fff_be00_0000_0001;
const R: u64 = 0x3fff_8400_0000_0001;

static FIELDS: [Field; 3] = [
    Field { prime: P, generator: 7, roots: RwLock::new(None) },
    Field { prime: Q, generator: 3, roots: RwLock::new(None) },
    Field { prime: R, generator: 11, roots: RwLock::new(None) },
];

/// What the remainders are put together with: the inverse of P modulo Q, P modulo R, and the inverse of PQ modulo R.
const INVERSE_OF_P: Factor = factor(pow_mod(P % Q, Q - 2, Q), Q);
const P_MODULO_R: Factor = factor(P % R, R);
const INVERSE_OF_PQ: Factor = factor(pow_mod(mul_mod(P % R, Q % R, R), R - 2, R), R);

const fn mul_mod(a: u64, b: u64, p: u64) -> u64 {
    (a as u128 * b as u128 % p as u128) as u64
}
const fn pow_mod(mut a: u64, mut n: u64, p: u64) -> u64 {
    let mut out = 1;
    while n > 0 {
        if n & 1 == 1 {
            out = mul_mod(out, a, p);
        }
        a = mul_mod(a, a, p);
        n >>= 1;
    }
    out
}

const fn factor(w: u64, p: u64) -> Factor {
    (w, (((w as u128) << 64) / p as u128) as u64)
}

/// `x * w`, below twice the prime, for any `x`.
#[inline(always)]
fn times(x: u64, (w, quotient): Factor, p: u64) -> u64 {
    let q = ((u128::from(x) * u128::from(quotient)) >> 64) as u64;
    x.wrapping_mul(w).wrapping_sub(q.wrapping_mul(p))
}

#[inline(always)]
fn reduced(x: u64, p: u64) -> u64 {
    if x >= p { x - p } else { x }
}

impl Field {
    /// Roots for transforms of `n` numbers.
    fn roots(&self, n: usize) -> Arc<Roots> {
        let half = n / 2;
        if let Some(roots) = &*self.roots.read().unwrap_or_else(|e| e.into_inner()) {
            if roots.forward.len() >= half {
                return roots.clone();
            }
        }
        let p = self.prime;
        let table = |generator: u64| {
            let mut roots = vec![1];
            let mut order = 4;
            while roots.len() < half {
                let w = factor(pow_mod(generator, (p - 1) / order, p), p);
                for i in 0..roots.len() {
                    roots.push(reduced(times(roots[i], w, p), p));
                }
                order *= 2;
            }
            roots.into_iter().map(|w| factor(w, p)).collect()
        };
        let inverse = pow_mod(self.generator, p - 2, p);
        let made = Arc::new(Roots { forward: table(self.generator), inverse: table(inverse) });
        *self.roots.write().unwrap_or_else(|e| e.into_inner()) = Some(made.clone());
        made
    }

    /// The transform of limbs, filled up with zeros, in bit-reversed order; numbers below four times the prime.
    fn forward(&self, limbs: &[u64], n: usize, roots: &[Factor]) -> Vec<u64> {
        let p = self.prime;
        let mut x = Vec::with_capacity(n);
        // Limbs are below 2^64, four times the prime and a little more.
        x.extend(limbs.iter().map(|&l| if l >= 2 * p { l - 2 * p } else { l }));
        x.resize(n, 0);
        let (mut blocks, mut half) = (1, n / 2);
        while half > 0 {
            for (block, &w) in x.chunks_exact_mut(2 * half).zip(&roots[..blocks]) {
                let (low, high) = block.split_at_mut(half);
                for (a, b) in low.iter_mut().zip(high) {
                    let u = if *a >= 2 * p { *a - 2 * p } else { *a };
                    let v = times(*b, w, p);
                    *a = u + v;
                    *b = u + 2 * p - v;
                }
            }
            blocks *= 2;
            half /= 2;
        }
        x
    }

    /// From bit-reversed order, numbers below twice the prime, back; the results are below it.
    fn inverse(&self, x: &mut [u64], roots: &[Factor], scale: u64) {
        let p = self.prime;
        let (mut blocks, mut half) = (x.len() / 2, 1);
        while blocks > 0 {
            for (block, &w) in x.chunks_exact_mut(2 * half).zip(&roots[..blocks]) {
                let (low, high) = block.split_at_mut(half);
                for (a, b) in low.iter_mut().zip(high) {
                    let (u, v) = (*a, *b);
                    let sum = u + v;
                    *a = if sum >= 2 * p { sum - 2 * p } else { sum };
                    *b = times(u + 2 * p - v, w, p);
                }
            }
            blocks /= 2;
            half *= 2;
        }
        let scale = factor(scale, p);
        for a in x {
            *a = reduced(times(*a, scale, p), p);
        }
    }

    /// The coefficients of the product of the polynomials that the limbs are, modulo the prime.
    fn convolve(&self, a: &[u64], b: &[u64], n: usize) -> Vec<u64> {
        let p = self.prime;
        let roots = self.roots(n);
        let mut x = self.forward(a, n, &roots.forward);
        // Montgomery's products leave a factor of 2^-64, which the scale takes back.
        let negative_inverse = {
            let mut inverse = p;
            for _ in 0..6 {
                inverse = inverse.wrapping_mul(2u64.wrapping_sub(p.wrapping_mul(inverse)));
            }
            inverse.wrapping_neg()
        };
        let product = |u: u64, v: u64| {
            let u = if u >= 2 * p { u - 2 * p } else { u };
            let v = if v >= 2 * p { v - 2 * p } else { v };
            let t = u128::from(u) * u128::from(v);
            let m = (t as u64).wrapping_mul(negative_inverse);
            ((t + u128::from(m) * u128::from(p)) >> 64) as u64
        };
        if a == b {
            x.iter_mut().for_each(|u| *u = product(*u, *u));
        } else {
            let y = self.forward(b, n, &roots.forward);
            x.iter_mut().zip(y).for_each(|(u, v)| *u = product(*u, v));
        }
        let radix = ((1u128 << 64) % u128::from(p)) as u64;
        // The inverse of a power of two that divides p - 1 is p - (p - 1) / n.
        let scale = mul_mod(radix, p - (p - 1) / n as u64, p);
        self.inverse(&mut x, &roots.inverse, scale);
        x
    }
}

/// `a * b`, with zero limbs at its high end where there are.
pub fn multiply(a: &[u64], b: &[u64]) -> Vec<u64> {
    let len = a.len() + b.len();
    let n = len.next_power_of_two().max(2);
    let [f, g, h] = &FIELDS;
    let [x, y, z] = [f, g, h].map(|field| field.convolve(a, b, n));
    const PQ: u128 = P as u128 * Q as u128;
    let mut out = Vec::with_capacity(len);
    let mut carry = 0u128;
    for i in 0..len {
        // x + P * u + P * Q * v
        let u = reduced(times(y[i] + 2 * Q - x[i], INVERSE_OF_P, Q), Q);
        let lower = reduced(times(u, P_MODULO_R, R), R) + x[i];
        let v = reduced(times(z[i] + 3 * R - lower, INVERSE_OF_PQ, R), R);
        let low = u128::from(x[i]) + u128::from(P) * u128::from(u);
        let middle = u128::from(PQ as u64) * u128::from(v);
        let high = (PQ >> 64) * u128::from(v) + (middle >> 64);
        let (sum, over) = low.overflowing_add(high << 64 | u128::from(middle as u64));
        let (sum, more) = sum.overflowing_add(carry);
        let (limb, rest) = carry_column(sum, (high >> 64) as u64 + u64::from(over) + u64::from(more));
        out.push(limb);
        carry = rest;
    }
    debug_assert!(carry == 0);
    out
}
