//! The space: which blocks are free, and which have free cells for which class. One lock protects all of it; threads take
//! it once for each block they allocate in, and for large cells.
//!
//! A free block is in exactly one of these places:
//! - `clean`: a bit per block; its pages read as zero (never used, or given back to the system);
//! - `pool`: single blocks, used before, to be zeroed as they are handed out: the most recently freed are likely in the cache;
//! - `warm`: runs of up to [`WARM_MAX`] blocks that held large cells, kept because touching fresh pages costs more than zeroing;
//! - on its way to `clean`, while the collecting thread gives its pages back ([`Space::excess`]).

use crate::region::{self, *};
use std::sync::atomic::Ordering::*;
use std::sync::{Mutex, MutexGuard};

/// Longest run of blocks that is kept for reuse.
const WARM_MAX: usize = 16;

pub(crate) struct Space {
    /// Blocks below this have been used.
    pub high: u32,
    clean: Vec<u64>,
    clean_count: u32,
    /// No clean block lies in the words below this.
    clean_hint: usize,
    pool: Vec<u32>,
    warm: [Vec<u32>; WARM_MAX + 1],
    warm_blocks: u32,
    /// Blocks with free cells, by class; none of them is some thread's current block.
    pub partial: [Vec<u32>; CLASSES],
    /// First blocks of the large cells that survived a collection, and of those made since the last.
    pub large: Vec<u32>,
    pub large_young: Vec<u32>,
    /// Blocks in use for cells.
    pub used: u32,
    /// Most blocks that may be in use.
    pub limit: u32,
}

static SPACE: Mutex<Space> = Mutex::new(Space {
    high: 0,
    clean: Vec::new(),
    clean_count: 0,
    clean_hint: 0,
    pool: Vec::new(),
    warm: [const { Vec::new() }; WARM_MAX + 1],
    warm_blocks: 0,
    partial: [const { Vec::new() }; CLASSES],
    large: Vec::new(),
    large_young: Vec::new(),
    used: 0,
    limit: u32::MAX,
});

pub(crate) fn space() -> MutexGuard<'static, Space> {
    SPACE.lock().expect("no panic with the space's lock held")
}

/// A block to allocate in.
pub(crate) struct Acquired {
    pub index: u32,
    /// All its memory reads as zero.
    pub zeroed: bool,
}

impl Space {
    /// A block with free cells of `class`.
    pub fn acquire(&mut self, class: usize) -> Option<Acquired> {
        if let Some(index) = self.partial[class].pop() {
            return Some(Acquired { index, zeroed: false });
        }
        if self.used >= self.limit {
            return None;
        }
        let (index, zeroed) = match self.pool.pop() {
            Some(index) => (index, false),
            None => match self.take_clean(1).or_else(|| self.extend(1)) {
                Some(index) => (index, true),
                None => (self.take_warm_block()?, false),
            },
        };
        self.used += 1;
        block(index).set_small(class);
        Some(Acquired { index, zeroed })
    }

    /// A run of blocks for a large cell of `size` bytes; the memory reads as zero, or must be zeroed by the caller (second part).
    pub fn acquire_large(&mut self, size: usize) -> Option<(u32, bool)> {
        let count = u32::try_from(size.div_ceil(BLOCK_SIZE)).ok()?;
        if self.used.checked_add(count)? > self.limit {
            return None;
        }
        let (head, dirty) = match self.warm.get_mut(count as usize).and_then(Vec::pop) {
            Some(head) => {
                self.warm_blocks -= count;
                (head, true)
            }
            None => (self.take_clean(count).or_else(|| self.extend(count))?, false),
        };
        self.used += count;
        for index in head..head + count {
            let b = block(index);
            b.head.store(head, Relaxed);
            b.kind.store(if index == head { kind::LARGE } else { kind::LARGE_REST }, Relaxed);
        }
        let b = block(head);
        b.run.store(count, Relaxed);
        b.size.store(size, Relaxed);
        self.large_young.push(head);
        Some((head, dirty))
    }

    /// Blocks never used so far.
    fn extend(&mut self, count: u32) -> Option<u32> {
        let first = self.high;
        let high = first.checked_add(count)?;
        if !region::commit(high) {
            return None;
        }
        self.high = high;
        self.clean.resize((high as usize).div_ceil(64), 0);
        Some(first)
    }

    fn take_clean(&mut self, count: u32) -> Option<u32> {
        if self.clean_count < count {
            return None;
        }
        let first = if count == 1 { self.first_clean() } else { self.clean_run(count) }?;
        for index in first..first + count {
            self.clean[index as usize / 64] &= !(1 << (index % 64));
        }
        self.clean_count -= count;
        Some(first)
    }
    fn first_clean(&mut self) -> Option<u32> {
        while self.clean_hint < self.clean.len() {
            let w = self.clean[self.clean_hint];
            if w != 0 {
                return Some(self.clean_hint as u32 * 64 + w.trailing_zeros());
            }
            self.clean_hint += 1;
        }
        None
    }
    fn clean_run(&self, count: u32) -> Option<u32> {
        let mut start = 0;
        let mut len = 0;
        for (i, &w) in self.clean.iter().enumerate().skip(self.clean_hint) {
            if w == 0 {
                len = 0;
                continue;
            }
            if w == u64::MAX && len + 64 < count {
                if len == 0 {
                    start = i as u32 * 64;
                }
                len += 64;
                continue;
            }
            for bit in 0..64 {
                if w & (1 << bit) == 0 {
                    len = 0;
                    continue;
                }
                if len == 0 {
                    start = i as u32 * 64 + bit;
                }
                len += 1;
                if len == count {
                    return Some(start);
                }
            }
        }
        None
    }
    fn take_warm_block(&mut self) -> Option<u32> {
        let n = (1..=WARM_MAX).find(|&n| !self.warm[n].is_empty())?;
        let head = self.warm[n].pop()?;
        self.warm_blocks -= n as u32;
        self.pool.extend(head + 1..head + n as u32);
        Some(head)
    }

    /// A block without live cells becomes free.
    pub fn free_block(&mut self, index: u32) {
        block(index).kind.store(kind::FREE, Relaxed);
        self.used -= 1;
        self.pool.push(index);
    }
    /// A large cell's run becomes free. Returns the run if its pages should go back to the system at once.
    pub fn free_large(&mut self, head: u32) -> Option<(u32, u32)> {
        let count = block(head).run.load(Relaxed);
        for index in head..head + count {
            block(index).kind.store(kind::FREE, Relaxed);
        }
        self.used -= count;
        if count as usize <= WARM_MAX {
            self.warm[count as usize].push(head);
            self.warm_blocks += count;
            None
        } else {
            Some((head, count))
        }
    }
    /// Takes free blocks beyond `keep` out, as runs to be given back to the system and then passed to [`Space::add_clean`].
    pub fn excess(&mut self, keep: usize, runs: &mut Vec<(u32, u32)>) {
        if self.warm_blocks as usize > keep / 2 {
            for n in 1..=WARM_MAX {
                runs.extend(self.warm[n].drain(..).map(|head| (head, n as u32)));
            }
            self.warm_blocks = 0;
        }
        if self.pool.len() > keep {
            let rest = self.pool.len() - keep;
            runs.extend(self.pool.drain(..rest).map(|index| (index, 1)));
        }
        runs.sort_unstable();
        runs.dedup_by(|next, run| {
            let joined = run.0 + run.1 == next.0;
            if joined {
                run.1 += next.1;
            }
            joined
        });
    }
    /// The pages of these blocks have been given back.
    pub fn add_clean(&mut self, (first, count): (u32, u32)) {
        for index in first..first + count {
            self.clean[index as usize / 64] |= 1 << (index % 64);
        }
        self.clean_count += count;
        self.clean_hint = self.clean_hint.min(first as usize / 64);
    }
    /// Free blocks whose pages are kept.
    pub fn reserve(&self) -> usize {
        self.pool.len() + self.warm_blocks as usize
    }
    /// Poisons free blocks that keep their pages, in stress mode.
    pub fn free_pages(&self) -> impl Iterator<Item = u32> {
        self.pool.iter().copied()
    }
}
