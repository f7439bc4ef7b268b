//! The reserved address space: blocks, what is known about each, mark bits, and how a word is recognised as a cell.
//!
//! # How a cell is found
//! One region at a constant address is reserved and divided into blocks of 64 KiB. A block holds cells of one size class, or
//! is part of a large cell, which has a run of blocks to itself. What is known about a block lies *outside* it, in arrays
//! indexed by block ([`Block`]) or by granule of 16 bytes (mark bits), so an address leads to them by shifts alone.
//!
//! A word found on a native stack is looked up by [`find_cell`]: the block's cell size gives the cell that contains the
//! address. There is no bitmap of allocated cells; a cell in a block is
//! - *old* if its mark bit is set (it survived the last collection): mark bits are sticky between collections;
//! - *young* if its mark bit is clear and it lies below the block's *frontier*: allocation goes through the free cells of a
//!   block in address order, so all free cells below the frontier have been handed out since the last collection;
//! - *free* otherwise, and no word makes it live.
//!
//! # Who may write what
//! A block belongs to the space (free, or in a list of blocks with free cells; under the space's lock) or to one thread that
//! allocates in it. The frontier is written by that thread when it leaves the block, and for it while the world is stopped:
//! outside a stopped world the frontier of a thread's current blocks is out of date, so lookups belong in a stopped world.
//! Mark bits are written only while the world is stopped (by several markers at once: atomic operations there), and read by
//! allocating threads in between.

use std::sync::Once;
use std::sync::atomic::{AtomicU8, AtomicU16, AtomicU32, AtomicU64, AtomicUsize, Ordering::*};

/// Start of the region.
pub const HEAP_BASE: usize = 0x0200_0000_0000;
/// Most the region may be: the system's willingness decides how much of it is reserved.
const HEAP_MAX: usize = 1 << 40;
pub(crate) const BLOCK_SHIFT: u32 = 16;
pub(crate) const BLOCK_SIZE: usize = 1 << BLOCK_SHIFT;
const GRANULE_SHIFT: u32 = 4;
pub(crate) const GRANULE: usize = 1 << GRANULE_SHIFT;
/// Words of mark bits for each block.
pub(crate) const MARK_WORDS: usize = BLOCK_SIZE / GRANULE / 64;
/// In cells of more than [`EXACT_MAX`] bytes, written words are remembered one by one, so that a program that writes all over a
/// long list pays for nothing else. A card is a byte with a bit for each of eight words.
pub(crate) const CARD_SHIFT: u32 = 6;

/// Two arrays of mark bits: a full collection writes one while words are looked up in the other.
const MARKS_BASES: [usize; 2] = [0x0380_0000_0000, 0x0388_0000_0000];
const BLOCKS_BASE: usize = 0x03a0_0000_0000;
const CARDS_BASE: usize = 0x03c0_0000_0000;

/// Size classes: every 16 bytes to 512, eight steps for each doubling to 8 KiB, then sevenths to halves of a block.
pub const CLASSES: usize = 71;
/// Largest cell that shares a block with others.
pub const SMALL_MAX: usize = 32768;
/// Largest cell whose class is its number of granules.
pub const EXACT_MAX: usize = 512;

/// Cell size of each class, in granules.
const CLASS_GRANULES: [u16; CLASSES] = class_table();

const fn class_table() -> [u16; CLASSES] {
    let mut t = [0; CLASSES];
    let mut i = 1;
    while i <= 32 {
        t[i] = i as u16;
        i += 1;
    }
    let mut e = 9;
    while e < 13 {
        let mut sub = 0;
        while sub < 8 {
            t[i] = (((8 + sub + 1) << (e - 3)) / GRANULE) as u16;
            i += 1;
            sub += 1;
        }
        e += 1;
    }
    let mut parts = 7;
    while parts >= 2 {
        t[i] = (BLOCK_SIZE / parts / GRANULE) as u16;
        i += 1;
        parts -= 1;
    }
    t
}

/// The class of a cell of `size` bytes, at most [`SMALL_MAX`].
#[inline(always)]
pub const fn class_of(size: usize) -> usize {
    if size <= EXACT_MAX { size.div_ceil(GRANULE) } else { class_of_medium(size) }
}

const fn class_of_medium(size: usize) -> usize {
    let s = size - 1;
    if s < 8192 {
        let e = s.ilog2() as usize;
        33 + (e - 9) * 8 + ((s >> (e - 3)) & 7)
    } else {
        let mut class = 65;
        while class_size(class) < size {
            class += 1;
        }
        class
    }
}

/// Bytes of a cell of `class`.
#[inline(always)]
pub const fn class_size(class: usize) -> usize {
    CLASS_GRANULES[class] as usize * GRANULE
}

/// What a block is used for.
pub(crate) mod kind {
    pub const FREE: u8 = 0;
    pub const SMALL: u8 = 1;
    /// First block of a large cell.
    pub const LARGE: u8 = 2;
    /// A further block of a large cell.
    pub const LARGE_REST: u8 = 3;
}

/// What is known about a block. All zero for a block never used.
#[repr(C, align(32))]
pub(crate) struct Block {
    pub kind: AtomicU8,
    pub class: AtomicU8,
    /// Cell size in granules.
    pub granules: AtomicU16,
    /// Bytes from the block's start; see the page above. Not used for large cells.
    pub frontier: AtomicU32,
    /// Cells the block has room for.
    pub cells: AtomicU16,
    /// Cells marked when the block was last swept.
    pub live: AtomicU16,
    /// `1 + 2^24 / granules`, which turns the division by the cell size into a multiplication.
    reciprocal: AtomicU32,
    /// Large cells: the first block, in every block of the run.
    pub head: AtomicU32,
    /// Large cells: blocks in the run, in the first block.
    pub run: AtomicU32,
    /// Large cells: bytes, in the first block.
    pub size: AtomicUsize,
}

const _: () = assert!(size_of::<Block>() == 32);

impl Block {
    pub fn set_small(&self, class: usize) {
        let granules = CLASS_GRANULES[class] as u32;
        self.class.store(class as u8, Relaxed);
        self.granules.store(granules as u16, Relaxed);
        self.frontier.store(0, Relaxed);
        self.cells.store((BLOCK_SIZE / GRANULE) as u16 / granules as u16, Relaxed);
        self.live.store(0, Relaxed);
        self.reciprocal.store((1 << 24) / granules + 1, Relaxed);
        self.kind.store(kind::SMALL, Relaxed);
    }
    #[inline]
    pub fn cell_size(&self) -> usize {
        self.granules.load(Relaxed) as usize * GRANULE
    }
    /// Bytes of cells whose writes are remembered by cards; 0: they are remembered whole.
    #[inline]
    pub fn carded_size(&self) -> usize {
        match self.kind.load(Relaxed) {
            kind::LARGE => self.size.load(Relaxed),
            kind::SMALL if self.cell_size() > EXACT_MAX => self.cell_size(),
            _ => 0,
        }
    }
}

/// Bytes of the region that are reserved; 0 before [`reserve`].
static RESERVED: AtomicUsize = AtomicUsize::new(0);
/// Bytes of the region, from its start, that can be read and written.
static COMMITTED: AtomicUsize = AtomicUsize::new(0);

/// Reserves the region. Aborts if the system has no room: there is no heap to run without.
pub(crate) fn reserve() {
    static READY: Once = Once::new();
    READY.call_once(|| {
        crate::collect::read_environment();
        let mut size = HEAP_MAX;
        // Under valgrind every reserved page costs: its shadow memory is made for all of it.
        if std::env::var_os("LD_PRELOAD").is_some_and(|v| v.to_string_lossy().contains("vgpreload")) {
            size = 16 << 30;
        }
        while size >= 1 << 28 {
            if try_reserve(size) {
                RESERVED.store(size, Relaxed);
                return;
            }
            size /= 2;
        }
        eprintln!("taipan: cannot reserve address space for the heap");
        std::process::abort();
    });
}

fn try_reserve(size: usize) -> bool {
    let rw = libc::PROT_READ | libc::PROT_WRITE;
    let parts = [
        (HEAP_BASE, size, libc::PROT_NONE, 0),
        (MARKS_BASES[0], size / GRANULE / 8, libc::PROT_NONE, 0),
        (MARKS_BASES[1], size / GRANULE / 8, libc::PROT_NONE, 0),
        (BLOCKS_BASE, size / BLOCK_SIZE * size_of::<Block>(), rw, libc::MAP_NORESERVE),
        (CARDS_BASE, size >> CARD_SHIFT, libc::PROT_NONE, 0),
    ];
    for (i, &(base, len, prot, flags)) in parts.iter().enumerate() {
        let flags = libc::MAP_PRIVATE | libc::MAP_ANONYMOUS | libc::MAP_FIXED_NOREPLACE | flags;
        // SAFETY: a fresh mapping that replaces nothing; the result is checked.
        let p = unsafe { libc::mmap(base as *mut _, len, prot, flags, -1, 0) };
        if p as usize != base {
            for &(base, len, ..) in &parts[..i] {
                // SAFETY: mapped just above, and nothing knows of it yet.
                unsafe { libc::munmap(base as *mut _, len) };
            }
            if p != libc::MAP_FAILED {
                // SAFETY: an old kernel took the address as a hint: this mapping is ours and unused.
                unsafe { libc::munmap(p, len) };
            }
            return false;
        }
    }
    true
}

/// Makes the bytes from `from` to `to` of a reserved array readable and writable, and what else is on their pages.
fn open(base: usize, from: usize, to: usize) -> bool {
    // SAFETY: a constant of the system; then a part of a region reserved by `try_reserve`.
    unsafe {
        let page = libc::sysconf(libc::_SC_PAGESIZE) as usize;
        let (from, to) = (from / page * page, to.next_multiple_of(page));
        libc::mprotect((base + from) as *mut _, to - from, libc::PROT_READ | libc::PROT_WRITE) == 0
    }
}

/// Makes the blocks below `block` usable. The caller holds the space's lock. False: the system refuses, or the region ends.
pub(crate) fn commit(block: u32) -> bool {
    /// Committed at least at a time: the system call costs microseconds, the memory nothing until it is touched.
    const STEP: usize = 32 << 20;
    let wanted = (block as usize) << BLOCK_SHIFT;
    let committed = COMMITTED.load(Relaxed);
    if wanted <= committed {
        return true;
    }
    let reserved = RESERVED.load(Relaxed);
    for end in [wanted.next_multiple_of(STEP).min(reserved), wanted] {
        if end < wanted || end > reserved {
            continue;
        }
        // What describes the blocks becomes usable with them: a limit on a process's data counts all that can be written.
        let sides = [(MARKS_BASES[0], GRANULE * 8), (MARKS_BASES[1], GRANULE * 8), (CARDS_BASE, 1 << CARD_SHIFT)];
        let made = sides.iter().all(|&(base, per)| open(base, committed / per, end / per)) && open(HEAP_BASE, committed, end);
        if made {
            // Large pages, once the program is a big one: marking walks through memory in no order, and would otherwise
            // wait for the page tables more than for the cells (measured: 3 × longer for 400 MiB). Not from the start: a
            // first touch costs more, some milliseconds in a virtual machine whose host has to find the memory. Beyond
            // 256 MiB the mark bits get them too.
            const LARGE_PAGES_FROM: usize = 128 << 20;
            if committed >= LARGE_PAGES_FROM {
                // SAFETY: advice about the pages just made usable.
                unsafe { libc::madvise((HEAP_BASE + committed) as *mut _, end - committed, libc::MADV_HUGEPAGE) };
            }
            const MARKS_TOO: usize = 256 << 20;
            if committed < MARKS_TOO && end >= MARKS_TOO {
                for base in MARKS_BASES {
                    // SAFETY: advice about an array that is mapped.
                    unsafe { libc::madvise(base as *mut _, reserved / GRANULE / 8, libc::MADV_HUGEPAGE) };
                }
            }
            COMMITTED.store(end, Release);
            return true;
        }
    }
    false
}

/// Gives the pages of a run of blocks back to the system; they read as zero afterwards.
pub(crate) fn release(block: u32, count: u32) {
    // SAFETY: the caller owns these free blocks: no cell lies there.
    unsafe { libc::madvise(block_address(block) as *mut _, (count as usize) << BLOCK_SHIFT, libc::MADV_DONTNEED) };
}

#[inline(always)]
pub(crate) fn block_address(block: u32) -> usize {
    HEAP_BASE + ((block as usize) << BLOCK_SHIFT)
}
#[inline(always)]
pub(crate) fn block_index(address: usize) -> u32 {
    ((address - HEAP_BASE) >> BLOCK_SHIFT) as u32
}
#[inline(always)]
pub(crate) fn block(index: u32) -> &'static Block {
    // SAFETY: the array is mapped for every block of the region, zeroed memory is a valid `Block`, and callers pass indexes
    // of blocks inside the region.
    unsafe { &*(BLOCKS_BASE as *const Block).add(index as usize) }
}
/// The card of an address in the region.
#[inline(always)]
pub(crate) fn card(address: usize) -> &'static AtomicU8 {
    // SAFETY: as for `block`.
    unsafe { &*((CARDS_BASE + ((address - HEAP_BASE) >> CARD_SHIFT)) as *const AtomicU8) }
}

/// Address of the array of mark bits that markers write and allocation reads.
static MARKS: AtomicUsize = AtomicUsize::new(MARKS_BASES[0]);
/// Address of the array in which words are looked up: the other one during a full collection's marking.
static LOOKUP: AtomicUsize = AtomicUsize::new(MARKS_BASES[0]);

/// The mark bits of a block.
#[inline(always)]
pub(crate) fn marks(index: u32) -> &'static [AtomicU64; MARK_WORDS] {
    // SAFETY: as for `block`.
    unsafe { &*(MARKS.load(Relaxed) as *const [AtomicU64; MARK_WORDS]).add(index as usize) }
}
/// The array in use, for [`mark`].
#[inline(always)]
pub(crate) fn mark_base() -> usize {
    MARKS.load(Relaxed)
}
#[inline(always)]
fn mark_word(base: usize, cell: usize) -> (&'static AtomicU64, u64) {
    let granule = (cell - HEAP_BASE) >> GRANULE_SHIFT;
    // SAFETY: as for `block`.
    let word = unsafe { &*(base as *const AtomicU64).add(granule >> 6) };
    (word, 1 << (granule & 63))
}
/// Address of the word with a cell's mark bit.
#[inline(always)]
pub(crate) fn mark_address(base: usize, cell: usize) -> usize {
    base + ((cell - HEAP_BASE) >> (GRANULE_SHIFT + 6) << 3)
}
#[inline(always)]
pub(crate) fn is_marked(cell: usize) -> bool {
    let (word, bit) = mark_word(MARKS.load(Relaxed), cell);
    word.load(Relaxed) & bit != 0
}
/// Sets the mark bit of a cell; false if it was set already.
#[inline(always)]
pub(crate) fn mark(base: usize, cell: usize, parallel: bool) -> bool {
    let (word, bit) = mark_word(base, cell);
    let old = word.load(Relaxed);
    if old & bit != 0 {
        return false;
    }
    if parallel {
        word.fetch_or(bit, Relaxed) & bit == 0
    } else {
        word.store(old | bit, Relaxed);
        true
    }
}
/// Clears the mark bit of a cell; `both`: also in the array that is being filled in slices.
pub(crate) fn unmark(cell: usize, both: bool) {
    let base = mark_base();
    for base in [base, other_marks(base)].into_iter().take(1 + usize::from(both)) {
        let (word, bit) = mark_word(base, cell);
        word.store(word.load(Relaxed) & !bit, Relaxed);
    }
}
#[inline(always)]
pub(crate) fn is_marked_in(base: usize, cell: usize) -> bool {
    let (word, bit) = mark_word(base, cell);
    word.load(Relaxed) & bit != 0
}
fn other_marks(base: usize) -> usize {
    MARKS_BASES[usize::from(base == MARKS_BASES[0])]
}
/// The array that is not in use, cleared for the blocks below `high`: for a full collection's marks.
pub(crate) fn clear_other_marks(high: u32) -> usize {
    let new = other_marks(MARKS.load(Relaxed));
    // SAFETY: nothing uses this array; it covers these blocks.
    unsafe { std::ptr::write_bytes(new as *mut u8, 0, high as usize * MARK_WORDS * 8) };
    new
}
/// Takes the other array, while words are still looked up in this one.
pub(crate) fn switch_marks() {
    let old = MARKS.load(Relaxed);
    LOOKUP.store(old, Relaxed);
    MARKS.store(other_marks(old), Relaxed);
}
/// Whether a cell was marked before a full collection, until the next begins.
pub(crate) fn was_marked(cell: usize) -> bool {
    is_marked_in(other_marks(mark_base()), cell)
}
/// After marking: what is marked now is what there is.
pub(crate) fn end_marking() {
    LOOKUP.store(MARKS.load(Relaxed), Relaxed)
}
/// Sets the mark bits of the first `cells` cells of a block of small ones.
pub(crate) fn mark_first(base: usize, index: u32, cells: usize) {
    // SAFETY: as for `block`.
    let marks = unsafe { &*(base as *const [AtomicU64; MARK_WORDS]).add(index as usize) };
    let granules = block(index).granules.load(Relaxed) as usize;
    let end = cells * granules;
    let mut at = 0;
    while at < end {
        let word = at >> 6;
        let mut bits = 0;
        while at < end && at >> 6 == word {
            bits |= 1 << (at & 63);
            at += granules;
        }
        marks[word].store(marks[word].load(Relaxed) | bits, Relaxed);
    }
}
/// Calls `f` with the first bytes of those cells of a block that were marked before a full collection and are not any more.
pub(crate) fn each_unmarked(index: u32, mut f: impl FnMut(usize)) {
    let now = marks(index);
    // SAFETY: as for `block`.
    let before = unsafe { &*(other_marks(mark_base()) as *const [AtomicU64; MARK_WORDS]).add(index as usize) };
    for (word, (before, now)) in before.iter().zip(now).enumerate() {
        let mut bits = before.load(Relaxed) & !now.load(Relaxed);
        while bits != 0 {
            f(((word << 6) + bits.trailing_zeros() as usize) << GRANULE_SHIFT);
            bits &= bits - 1;
        }
    }
}
/// Marked cells of a block.
pub(crate) fn count_marks(index: u32) -> u32 {
    count_ones(marks(index))
}

/// Bits that are set. All blocks are counted while the world is stopped.
fn count_ones(words: &[AtomicU64]) -> u32 {
    #[cfg(target_arch = "x86_64")]
    if std::arch::is_x86_feature_detected!("popcnt") {
        #[target_feature(enable = "popcnt")]
        fn count(words: &[AtomicU64]) -> u32 {
            words.iter().map(|w| w.load(Relaxed).count_ones()).sum()
        }
        // SAFETY: the processor has the instruction.
        return unsafe { count(words) };
    }
    words.iter().map(|w| w.load(Relaxed).count_ones()).sum()
}

/// Marked cells of a block below byte `end`; `before`: those of the collection before a full one.
pub(crate) fn count_marks_below(index: u32, end: usize, before: bool) -> u32 {
    let mut base = MARKS.load(Relaxed);
    if before {
        base = other_marks(base);
    }
    // SAFETY: as for `block`.
    let marks = unsafe { &*(base as *const [AtomicU64; MARK_WORDS]).add(index as usize) };
    let granules = end.min(BLOCK_SIZE) >> GRANULE_SHIFT;
    let whole = count_ones(&marks[..granules / 64]);
    let rest = match granules % 64 {
        0 => 0,
        n => (marks[granules / 64].load(Relaxed) & ((1 << n) - 1)).count_ones(),
    };
    whole + rest
}

/// Whether an address lies in the part of the region that has been used.
#[inline(always)]
pub(crate) fn in_heap(address: usize) -> bool {
    address.wrapping_sub(HEAP_BASE) < COMMITTED.load(Relaxed)
}

/// The cell that contains `address`, if there is one, old or young. The world is stopped.
#[inline]
pub(crate) fn find_cell(address: usize) -> Option<usize> {
    if !in_heap(address) {
        return None;
    }
    let index = block_index(address);
    let b = block(index);
    match b.kind.load(Relaxed) {
        kind::SMALL => {
            let granule = (address & (BLOCK_SIZE - 1)) >> GRANULE_SHIFT;
            let n = (granule as u64 * b.reciprocal.load(Relaxed) as u64) >> 24;
            if n >= b.cells.load(Relaxed) as u64 {
                return None;
            }
            let offset = n as usize * b.cell_size();
            let cell = block_address(index) + offset;
            let (word, bit) = mark_word(LOOKUP.load(Relaxed), cell);
            (offset < b.frontier.load(Relaxed) as usize || word.load(Relaxed) & bit != 0).then_some(cell)
        }
        kind::LARGE | kind::LARGE_REST => {
            let head = b.head.load(Relaxed);
            let cell = block_address(head);
            (address < cell + block(head).size.load(Relaxed)).then_some(cell)
        }
        _ => None,
    }
}

/// The next run of free cells of a block at or after byte `from`, as offsets. For the thread that owns the block.
pub(crate) fn next_free_run(index: u32, from: usize) -> Option<(usize, usize)> {
    let b = block(index);
    let granules = b.granules.load(Relaxed) as usize;
    let end = b.cells.load(Relaxed) as usize * granules;
    let marks = marks(index);
    let mut at = from >> GRANULE_SHIFT;
    loop {
        if at >= end {
            return None;
        }
        if marks[at >> 6].load(Relaxed) & (1 << (at & 63)) == 0 {
            break;
        }
        at += granules;
    }
    // Only first granules of cells are ever marked, so the next mark ends the run.
    let mut word = at >> 6;
    let mut bits = marks[word].load(Relaxed) & (u64::MAX << (at & 63));
    while bits == 0 && (word + 1) << 6 < end {
        word += 1;
        bits = marks[word].load(Relaxed);
    }
    let stop = if bits == 0 { end } else { ((word << 6) + bits.trailing_zeros() as usize).min(end) };
    Some((at << GRANULE_SHIFT, stop << GRANULE_SHIFT))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn classes_cover_all_sizes() {
        for size in 1..=SMALL_MAX {
            let c = class_of(size);
            assert!(class_size(c) >= size, "{size}");
            assert!(c == 1 || class_size(c - 1) < size, "{size}");
        }
        assert_eq!(class_of(SMALL_MAX), CLASSES - 1);
    }

    #[test]
    fn reciprocal_divides_exactly() {
        for g in CLASS_GRANULES[1..].iter().map(|&g| g as u64) {
            for n in 0..4096u64 {
                assert_eq!((n * ((1 << 24) / g + 1)) >> 24, n / g);
            }
        }
    }
}
