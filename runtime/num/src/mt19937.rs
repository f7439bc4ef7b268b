//! The Mersenne Twister MT19937 (Matsumoto and Nishimura, 1998), seeded and drawn from as module `random` does, so that
//! seeds and saved states mean the same as in CPython.

use crate::{Big, BigRef, convert};

/// Words of state.
pub const STATE_WORDS: usize = 624;
const MIDDLE: usize = 397;

/// The generator. Not for several threads at a time: the caller locks.
#[derive(Clone)]
pub struct Mt19937 {
    state: [u32; STATE_WORDS],
    /// The next word to hand out; `STATE_WORDS` calls for a new round.
    index: usize,
}

impl Mt19937 {
    /// Seeded by an integer's magnitude, as `random.seed(int)` does.
    pub fn from_seed(seed: BigRef) -> Self {
        let mut key: Vec<u32> = seed.limbs.iter().flat_map(|&limb| [limb as u32, (limb >> 32) as u32]).collect();
        if key.last() == Some(&0) {
            key.pop();
        }
        if key.is_empty() {
            key.push(0);
        }
        Mt19937::from_key(&key)
    }

    /// Seeded by 32-bit words, of which there must be at least one.
    pub fn from_key(key: &[u32]) -> Self {
        let mut state = [0u32; STATE_WORDS];
        state[0] = 19_650_218;
        for i in 1..STATE_WORDS {
            let last = state[i - 1];
            state[i] = 1_812_433_253u32.wrapping_mul(last ^ last >> 30).wrapping_add(i as u32);
        }
        let (mut i, mut j) = (1, 0);
        let advance = |state: &mut [u32; STATE_WORDS], i: &mut usize| {
            *i += 1;
            if *i >= STATE_WORDS {
                state[0] = state[STATE_WORDS - 1];
                *i = 1;
            }
        };
        for _ in 0..STATE_WORDS.max(key.len()) {
            let last = state[i - 1];
            state[i] = (state[i] ^ (last ^ last >> 30).wrapping_mul(1_664_525)).wrapping_add(key[j]).wrapping_add(j as u32);
            advance(&mut state, &mut i);
            j = (j + 1) % key.len();
        }
        for _ in 1..STATE_WORDS {
            let last = state[i - 1];
            state[i] = (state[i] ^ (last ^ last >> 30).wrapping_mul(1_566_083_941)).wrapping_sub(i as u32);
            advance(&mut state, &mut i);
        }
        state[0] = 0x8000_0000;
        Mt19937 { state, index: STATE_WORDS }
    }

    /// 32 random bits.
    #[inline]
    pub fn next_u32(&mut self) -> u32 {
        if self.index >= STATE_WORDS {
            self.refill();
        }
        let mut word = self.state[self.index];
        self.index += 1;
        word ^= word >> 11;
        word ^= word << 7 & 0x9d2c_5680;
        word ^= word << 15 & 0xefc6_0000;
        word ^ word >> 18
    }

    /// Computes the next round of words.
    #[cold]
    fn refill(&mut self) {
        for i in 0..STATE_WORDS {
            let next = self.state[(i + 1) % STATE_WORDS];
            let word = (self.state[i] & 0x8000_0000) | (next & 0x7fff_ffff);
            let twist = if word & 1 != 0 { 0x9908_b0df } else { 0 };
            self.state[i] = self.state[(i + MIDDLE) % STATE_WORDS] ^ word >> 1 ^ twist;
        }
        self.index = 0;
    }

    /// A float in [0, 1) with 53 random bits.
    #[inline]
    pub fn random(&mut self) -> f64 {
        let high = f64::from(self.next_u32() >> 5);
        let low = f64::from(self.next_u32() >> 6);
        (high * 67_108_864.0 + low) * (1.0 / 9_007_199_254_740_992.0)
    }

    /// `getrandbits(bits)`.
    pub fn bits(&mut self, bits: u64) -> Big {
        convert::random_bits(bits, || self.next_u32())
    }

    /// `getrandbits(bits)` for at most 62 bits, with no allocation.
    #[inline]
    pub fn small_bits(&mut self, bits: u32) -> u64 {
        debug_assert!(bits <= 62);
        match bits {
            0 => 0,
            1..=32 => u64::from(self.next_u32() >> (32 - bits)),
            _ => {
                let low = u64::from(self.next_u32());
                low | u64::from(self.next_u32() >> (64 - bits)) << 32
            }
        }
    }

    /// A uniform integer below `limit`, drawn as `Random._randbelow` does: as many bits as the limit has, again until it
    /// fits.
    #[inline]
    pub fn below(&mut self, limit: u64) -> u64 {
        debug_assert!(limit != 0 && limit < 1 << 62);
        let bits = u64::BITS - limit.leading_zeros();
        loop {
            let value = self.small_bits(bits);
            if value < limit {
                return value;
            }
        }
    }

    /// State and position, as `getstate()` lists them.
    pub fn state(&self) -> (&[u32; STATE_WORDS], usize) {
        (&self.state, self.index)
    }

    /// Restores what [`state`](Self::state) gave; `None` for a position beyond the state ("invalid state").
    pub fn from_state(state: &[u32; STATE_WORDS], index: usize) -> Option<Self> {
        (index <= STATE_WORDS).then_some(Mt19937 { state: *state, index })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::SmallBuf;
    use crate::testing::{big, text};

    #[test]
    fn draws_what_cpython_draws() {
        let mut random = Mt19937::from_seed(SmallBuf::new(42).as_ref());
        assert_eq!(random.random(), 0.6394267984578837);
        assert_eq!(random.random(), 0.025010755222666936);
        let mut random = Mt19937::from_seed(SmallBuf::new(-42).as_ref());
        assert_eq!(text(&random.bits(100)), "873491343714207852616756591005");
        let mut random = Mt19937::from_seed(big("-123456789012345678901234567890").as_ref());
        assert_eq!(random.random(), 0.7275084571578186);
        let mut random = Mt19937::from_seed(SmallBuf::new(0).as_ref());
        let mut last = 0.0;
        for _ in 0..1000 {
            last = random.random();
        }
        assert_eq!(last, 0.4804125346981437);
    }

    #[test]
    fn states_round_trip() {
        let mut random = Mt19937::from_seed(SmallBuf::new(7).as_ref());
        for _ in 0..100 {
            random.next_u32();
        }
        let (state, index) = random.state();
        let mut copy = Mt19937::from_state(state, index).unwrap();
        assert_eq!(copy.bits(5000), random.bits(5000));
        let (mut a, mut b) = (copy.clone(), copy);
        assert_eq!(Big::from(a.small_bits(47)), b.bits(47));
        assert!(Mt19937::from_state(&[0; STATE_WORDS], STATE_WORDS + 1).is_none());
    }
}
