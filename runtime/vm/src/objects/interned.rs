//! The table of interned strings: for each text the one string that stands for it, while that string lives.
//!
//! # Lookups take no lock
//! The table is divided into shards by the hash's highest bits. A shard is an open-addressed array of words with linear probing;
//! a word packs the string's place in the heap with 26 bits of its hash, so a probe looks at a string only if it is almost surely
//! the one wanted, and an array grows without looking at any. Readers probe the array that is published and read each word once.
//! Whoever adds a string holds the shard's lock, probes again, and publishes the word. An array that was outgrown stays readable;
//! it is freed at the next collection, when the world is stopped and nobody is in the middle of a lookup.
//!
//! # The table is weak
//! It keeps no string alive. At the end of each collection's marking, [`sweep`] removes the words of the dead: after a minor
//! collection it looks only at what was added since the last one. A lookup neither polls nor allocates, so a string that it
//! finds is seen on its thread's stack by any collection that follows.

use crate::native::*;
use std::sync::Mutex;
use std::sync::atomic::{AtomicPtr, AtomicU64, Ordering::*};
use taipan_heap::HEAP_BASE;

const SHARDS: usize = 64;
/// Slots of a shard's first array.
const LEAST: usize = 64;

const EMPTY: u64 = 0;
/// Was a string that died; lookups go on behind it.
const DELETED: u64 = 1;
/// Cells are 16 bytes apart and the heap has less than 2^40 of them.
const PLACE_BITS: u32 = 36;
const PLACE_MASK: u64 = (1 << PLACE_BITS) - 1;
const USED: u64 = 1 << PLACE_BITS;
/// Added since the last collection.
const YOUNG: u64 = 2 << PLACE_BITS;
const TAG_SHIFT: u32 = PLACE_BITS + 2;

/// What a word holds of a hash, and where its probes begin.
fn tag(hash: u64) -> u64 {
    hash & (u64::MAX >> TAG_SHIFT)
}
fn word(s: Ref<Str>) -> u64 {
    let place = (s.as_ptr() as usize - HEAP_BASE) as u64 >> 4;
    tag(s.hash() as u64) << TAG_SHIFT | YOUNG | USED | place
}
fn string(word: u64) -> Ref<Str> {
    let address = HEAP_BASE + ((word & PLACE_MASK) << 4) as usize;
    // SAFETY: words are made from strings and removed before these are reclaimed.
    unsafe { Ref::from_raw(std::ptr::NonNull::new_unchecked(address as *mut Str)) }
}

struct Table {
    slots: Box<[AtomicU64]>,
}

impl Table {
    /// With room for more than `count` strings.
    fn for_count(count: usize) -> Table {
        let slots = (count / 5 * 8 + 8).next_power_of_two().max(LEAST);
        Table { slots: (0..slots).map(|_| AtomicU64::new(EMPTY)).collect() }
    }
    fn mask(&self) -> usize {
        self.slots.len() - 1
    }
    /// Used and deleted slots there may be: with more, probes grow long.
    fn limit(&self) -> usize {
        self.slots.len() / 8 * 5
    }
    fn find(&self, hash: u64, is_it: impl Fn(Ref<Str>) -> bool) -> Option<Ref<Str>> {
        let tag = tag(hash);
        let mut at = tag as usize & self.mask();
        loop {
            // Acquire: what whoever added the string wrote to it is seen.
            let w = self.slots[at].load(Acquire);
            if w == EMPTY {
                return None;
            }
            if w >> TAG_SHIFT == tag && w != DELETED {
                let s = string(w);
                if is_it(s) {
                    return Some(s);
                }
            }
            at = (at + 1) & self.mask();
        }
    }
    /// Puts a word that is not there yet in its place; tells where, and whether the slot had never been used.
    fn put(&self, word: u64) -> (usize, bool) {
        let mut at = (word >> TAG_SHIFT) as usize & self.mask();
        loop {
            let old = self.slots[at].load(Relaxed);
            if old == EMPTY || old == DELETED {
                self.slots[at].store(word, Release);
                return (at, old == EMPTY);
            }
            at = (at + 1) & self.mask();
        }
    }
    fn used(&self) -> impl Iterator<Item = u64> {
        self.slots.iter().map(|s| s.load(Relaxed)).filter(|w| w & USED != 0)
    }
}

struct Shard {
    /// Null until the first string comes. From a `Box`.
    table: AtomicPtr<Table>,
    writer: Mutex<Writer>,
}

/// What only the holder of a shard's lock uses.
struct Writer {
    live: usize,
    deleted: usize,
    /// Slots filled since the last collection.
    young: Vec<u32>,
    /// Arrays that readers may still be looking at.
    #[expect(clippy::vec_box, reason = "readers hold references to the tables: they must not move")]
    retired: Vec<Box<Table>>,
}

static INTERNED: [Shard; SHARDS] = [const {
    Shard {
        table: AtomicPtr::new(std::ptr::null_mut()),
        writer: Mutex::new(Writer { live: 0, deleted: 0, young: Vec::new(), retired: Vec::new() }),
    }
}; SHARDS];

fn shard(hash: u64) -> &'static Shard {
    &INTERNED[(hash >> 58) as usize % SHARDS]
}

impl Shard {
    fn table(&self) -> Option<&Table> {
        // SAFETY: null or from a box that is freed only in a stopped world; the reference is not kept across a poll.
        unsafe { self.table.load(Acquire).as_ref() }
    }

    /// Publishes an array with all strings of the old one and room for more. The shard's lock is held.
    fn replace(&self, writer: &mut Writer, new: Table) {
        writer.young.clear();
        writer.deleted = 0;
        for w in self.table().into_iter().flat_map(Table::used) {
            let (at, _) = new.put(w);
            if w & YOUNG != 0 {
                writer.young.push(at as u32);
            }
        }
        let old = self.table.swap(Box::into_raw(Box::new(new)), AcqRel);
        if !old.is_null() {
            // SAFETY: it came from a box and is in no other place now.
            writer.retired.push(unsafe { Box::from_raw(old) });
        }
    }

    fn add(&self, s: Ref<Str>) -> Ref<Str> {
        let mut writer = self.writer.lock().unwrap_or_else(|p| p.into_inner());
        if let Some(found) = self.table().and_then(|t| t.find(s.hash() as u64, |other| other.equals(&s))) {
            return found;
        }
        if self.table().is_none_or(|t| writer.live + writer.deleted >= t.limit()) {
            let new = Table::for_count(writer.live);
            self.replace(&mut writer, new);
        }
        if let Some(table) = self.table() {
            s.set_interned();
            let (at, fresh) = table.put(word(s));
            writer.live += 1;
            writer.deleted -= usize::from(!fresh);
            writer.young.push(at as u32);
        }
        s
    }

    fn sweep(&self, is_live: &impl Fn(Value) -> bool, full: bool) {
        // The world is stopped and no thread polls while it holds the lock: it is free.
        let mut writer = self.writer.lock().unwrap_or_else(|p| p.into_inner());
        let writer = &mut *writer;
        writer.retired.clear();
        let Some(table) = self.table() else { return };
        let came = writer.young.len();
        let mut dead = 0;
        let mut look = |slot: &AtomicU64| {
            let w = slot.load(Relaxed);
            if w & USED == 0 {
                return;
            }
            if is_live(string(w).value()) {
                slot.store(w & !YOUNG, Relaxed);
            } else {
                slot.store(DELETED, Relaxed);
                dead += 1;
            }
        };
        if full {
            table.slots.iter().for_each(&mut look);
            writer.young.clear();
        } else {
            writer.young.drain(..).for_each(|at| look(&table.slots[at as usize]));
        }
        writer.live -= dead;
        writer.deleted += dead;
        // What came in the last round will come in the next.
        let wanted = writer.live + came;
        if wanted > table.limit() || (full && table.slots.len() > LEAST && table.slots.len() / 16 > wanted) {
            self.replace(writer, Table::for_count(wanted));
            writer.retired.clear();
        } else if wanted + writer.deleted > table.limit() {
            clean(table, writer);
        }
    }
}

/// Makes deleted slots empty, with the world stopped.
fn clean(table: &Table, writer: &mut Writer) {
    let live: Vec<u64> = table.used().collect();
    table.slots.iter().for_each(|s| s.store(EMPTY, Relaxed));
    for w in live {
        table.put(w);
    }
    writer.deleted = 0;
}

/// The interned string that `is_it` accepts among those with this hash.
pub fn find(hash: u64, is_it: impl Fn(Ref<Str>) -> bool) -> Option<Ref<Str>> {
    shard(hash).table()?.find(hash, is_it)
}

/// The interned string with the text of `s`, which is of the exact class: itself, if there is none.
pub fn intern(s: Ref<Str>) -> Ref<Str> {
    let hash = s.hash() as u64;
    find(hash, |other| other.equals(&s)).unwrap_or_else(|| shard(hash).add(s))
}

/// Forgets the dead. With the world stopped, at the end of marking; `full`: also those that were there at the last collection
/// may have died.
pub(crate) fn sweep(is_live: &impl Fn(Value) -> bool, full: bool) {
    for shard in &INTERNED {
        shard.sweep(is_live, full);
    }
}
