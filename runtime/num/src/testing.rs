//! A small generator of test operands.

use crate::{Big, Limbs, mag};

pub struct Rng(u64);

impl Rng {
    pub fn new(seed: u64) -> Self {
        Rng(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1)
    }

    /// Xorshift with a multiplication at the end.
    pub fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0.wrapping_mul(0x2545_F491_4F6C_DD1D)
    }

    /// Up to `max` limbs, with long runs of zeros and ones in some.
    pub fn limbs(&mut self, max: usize) -> Limbs {
        let len = self.next() as usize % (max + 1);
        let mut limbs: Limbs = (0..len)
            .map(|_| match self.next() % 8 {
                0 => 0,
                1 => u64::MAX,
                2 => 1 << (self.next() % 64),
                _ => self.next(),
            })
            .collect();
        mag::trim(&mut limbs);
        limbs
    }

    pub fn big(&mut self, max: usize) -> Big {
        let limbs = self.limbs(max);
        Big::new(self.next() & 1 != 0, limbs)
    }
}

/// Parses a decimal literal.
pub fn big(text: &str) -> Big {
    crate::parse::parse_ascii(text.as_bytes(), 10).expect("a decimal literal")
}

/// The decimal text of a value.
pub fn text(value: &Big) -> String {
    crate::format::decimal(value.as_ref())
}
