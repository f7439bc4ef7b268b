//! The table of a dict: one cell with an index and the entries in insertion order. [`Dict`](super::dict::Dict) says when which
//! function may be called; here is how the words lie and in which order they are written.
//!
//! **Layout.** The fixed part, then the index (`1 << index_bits` slots of 1, 2 or 4 bytes), then `capacity` entries of 2 words
//! (key, value), then, in a *general* table, `capacity` hashes. A slot is 0 (never used), 1 (dummy: its entry was removed) or the
//! entry's number plus 2, so fresh zeroed memory is an empty table. (Hashes lie apart so that the entries are one run of values
//! for the collector, and because small integers and strings are told apart without them.)
//!
//! **Readers take no lock.** They may rely on this, between resizes (a resize makes another table and leaves this one behind):
//! - an entry's key, value and hash are written before the slot, and before `next`, that publish it (release);
//! - an entry is never used for another key: removing it makes its slot a dummy, then writes the empty mark to value and key. Who
//!   found an entry without a value searches again, as the key may only have been given another place;
//! - at least a third of the slots is 0, so every probe ends.
//!
//! Writers hold the dict exclusively (its owner, or its lock byte).
//!
//! In a table of *cells* the value word of an entry is a [`CellObject`] for as long as the dict lives; a name is absent while
//! its cell is empty. A table of *an instance* has no entries: word 0 is the object whose attributes the dict shows.

use crate::native::*;
use crate::ops::compare::plainly_equal;
use std::sync::atomic::{AtomicU8, AtomicU16, AtomicU32, AtomicU64, Ordering::*};

/// Keys may be anything; the entries carry their hash. Otherwise all keys are exact strings.
pub(crate) const GENERAL: u8 = 1;
/// Values are in cells.
pub(crate) const CELLS: u8 = 2;
/// The dict shows the attributes of an object.
pub(crate) const INSTANCE: u8 = 4;

const FREE: u32 = 0;
const DUMMY: u32 = 1;
const FIRST: u32 = 2;
const MIN_BITS: u8 = 3;

#[repr(C)]
pub struct Storage {
    header: Header,
    kind: u8,
    index_bits: u8,
    /// log2 of the bytes of the index.
    index_bytes_log2: u8,
    capacity: u32,
    /// Entries written so far, removed ones included.
    next: AtomicU32,
    /// Live entries. In a table of cells: the names that structural operations made and did not remove.
    used: AtomicU32,
    /// All entries before this one are removed.
    live_start: AtomicU32,
    /// All entries from this one on are removed.
    live_end: AtomicU32,
    // index, entries, hashes
}

unsafe fn scan(cell: *const Header, v: &mut Visitor) {
    // SAFETY: the collector calls this with a live table.
    let s = unsafe { &*cell.cast::<Storage>() };
    // SAFETY: that many entries are written.
    v.values(unsafe { std::slice::from_raw_parts(s.entries(), 2 * s.next()) });
}
unsafe fn cell_size(cell: *const Header) -> usize {
    // SAFETY: as above.
    unsafe { &*cell.cast::<Storage>() }.byte_size()
}
static LAYOUT: Layout =
    Layout { name: "table of a dict", size: size_of::<Storage>(), scan, cell_size: Some(cell_size), base: None, drop: None };
// SAFETY: repr(C), header first, `scan` visits every entry; zeroed memory is a table without entries.
unsafe impl HeapType for Storage {
    const LAYOUT: &'static Layout = &LAYOUT;
}

static SHAPE: std::sync::OnceLock<ShapeId> = std::sync::OnceLock::new();

/// Entries that an index of `1 << bits` slots serves.
#[inline(always)]
fn usable(bits: u8) -> u64 {
    (1u64 << bits) * 2 / 3
}

/// Index bits for a table that must take `n` entries.
pub(crate) fn bits_for(n: usize) -> u8 {
    let mut bits = MIN_BITS;
    while usable(bits) < n as u64 {
        bits += 1;
    }
    bits
}

/// Index bits after growth: three slots for each live entry.
pub(crate) fn growth_bits(used: usize) -> u8 {
    let mut bits = MIN_BITS;
    while (1u64 << bits) < used as u64 * 3 {
        bits += 1;
    }
    bits
}

/// The value as a string whose class is exactly `str`.
#[inline(always)]
pub(crate) fn exact_str(v: Value) -> Option<Ref<Str>> {
    let h = v.header()?;
    // SAFETY: a cell of str's own shape is a string.
    if h.shape_id() == Str::class_cell().shape() { Some(unsafe { as_str(v) }) } else { None }
}

/// # Safety
/// `v` is a string.
#[inline(always)]
unsafe fn as_str(v: Value) -> Ref<Str> {
    // SAFETY: the caller's promise.
    unsafe { Ref::from_raw(v.as_cell().unwrap_unchecked().cast()) }
}

/// The slots that a hash probes: all of them, in an order that soon depends on all bits of the hash.
struct Probe {
    at: usize,
    perturb: u64,
    mask: usize,
}

impl Probe {
    #[inline(always)]
    fn new(hash: i64, mask: usize) -> Probe {
        Probe { at: hash as usize & mask, perturb: hash as u64, mask }
    }
    #[inline(always)]
    fn advance(&mut self) {
        self.perturb >>= 5;
        self.at = self.at.wrapping_mul(5).wrapping_add(self.perturb as usize).wrapping_add(1) & self.mask;
    }
}

/// What a search found.
pub(crate) enum Find {
    At(usize),
    Absent,
    /// User code that ran in the search changed the dict: search again.
    Changed,
}

impl Storage {
    /// An empty table.
    pub(crate) fn new(t: &Thread, kind: u8, bits: u8) -> Result<Ref<Storage>> {
        if bits > 31 {
            return Err(t.memory_error());
        }
        let capacity = usable(bits) as u32;
        Storage::with_capacity(t, kind, bits, capacity)
    }

    fn with_capacity(t: &Thread, kind: u8, bits: u8, capacity: u32) -> Result<Ref<Storage>> {
        let shape = *SHAPE.get_or_init(|| Mutator::internal_shape(&LAYOUT));
        let index_bytes_log2 = bits
            + if bits <= 8 {
                0
            } else if bits <= 16 {
                1
            } else {
                2
            };
        let size = size_of::<Storage>() + (1usize << index_bytes_log2) + capacity as usize * entry_bytes(kind);
        let cell = t.allocate(size, shape)?.cast::<Storage>();
        // SAFETY: a fresh cell that nobody else knows, of the size that these numbers ask for.
        unsafe {
            let s = &mut *cell.as_ptr();
            s.kind = kind;
            s.index_bits = bits;
            s.index_bytes_log2 = index_bytes_log2;
            s.capacity = capacity;
            Ok(Ref::from_raw(cell))
        }
    }

    /// The table of a dict that shows the attributes of `object`.
    pub(crate) fn of_instance(t: &Thread, object: Value) -> Result<Ref<Storage>> {
        let s = Storage::with_capacity(t, INSTANCE, MIN_BITS, 1)?;
        s.key(0).init(object);
        s.word(0).init(Value::EMPTY);
        s.next.store(1, Release);
        Ok(s)
    }

    pub(crate) fn byte_size(&self) -> usize {
        size_of::<Storage>() + (1usize << self.index_bytes_log2) + self.capacity as usize * entry_bytes(self.kind)
    }

    #[inline(always)]
    pub(crate) fn kind(&self) -> u8 {
        self.kind
    }
    #[inline(always)]
    pub(crate) fn is_general(&self) -> bool {
        self.kind & GENERAL != 0
    }
    #[inline(always)]
    pub(crate) fn is_cells(&self) -> bool {
        self.kind & CELLS != 0
    }
    /// Whether the entries hold the values themselves.
    #[inline(always)]
    pub(crate) fn is_plain(&self) -> bool {
        self.kind & (CELLS | INSTANCE) == 0
    }
    /// The object whose attributes the dict shows.
    #[inline(always)]
    pub(crate) fn instance(&self) -> Option<Value> {
        if self.kind & INSTANCE != 0 { Some(self.key(0).get()) } else { None }
    }
    #[inline(always)]
    pub(crate) fn index_bits(&self) -> u8 {
        self.index_bits
    }
    #[inline(always)]
    pub(crate) fn capacity(&self) -> usize {
        self.capacity as usize
    }
    #[inline(always)]
    pub(crate) fn next(&self) -> usize {
        self.next.load(Acquire) as usize
    }
    #[inline(always)]
    pub(crate) fn is_full(&self) -> bool {
        self.next.load(Relaxed) == self.capacity
    }
    #[inline(always)]
    pub(crate) fn used(&self) -> usize {
        self.used.load(Acquire) as usize
    }
    #[inline(always)]
    pub(crate) fn live_start(&self) -> usize {
        self.live_start.load(Relaxed) as usize
    }
    #[inline(always)]
    pub(crate) fn live_end(&self) -> usize {
        self.live_end.load(Relaxed) as usize
    }

    #[inline(always)]
    fn index(&self) -> *const u8 {
        // SAFETY: the index follows the fixed part.
        unsafe { (self as *const Storage).add(1).cast() }
    }
    #[inline(always)]
    fn mask(&self) -> usize {
        (1usize << self.index_bits) - 1
    }
    #[inline(always)]
    fn slot(&self, at: usize) -> u32 {
        debug_assert!(at <= self.mask());
        // SAFETY: `at` is below the number of slots, whose width follows from `index_bits`.
        unsafe {
            if self.index_bits <= 8 {
                (*self.index().cast::<AtomicU8>().add(at)).load(Acquire) as u32
            } else if self.index_bits <= 16 {
                (*self.index().cast::<AtomicU16>().add(at)).load(Acquire) as u32
            } else {
                (*self.index().cast::<AtomicU32>().add(at)).load(Acquire)
            }
        }
    }
    #[inline(always)]
    fn set_slot(&self, at: usize, n: u32) {
        debug_assert!(at <= self.mask());
        // SAFETY: as in `slot`; entry numbers fit because the capacity is two thirds of the slots.
        unsafe {
            if self.index_bits <= 8 {
                (*self.index().cast::<AtomicU8>().add(at)).store(n as u8, Release)
            } else if self.index_bits <= 16 {
                (*self.index().cast::<AtomicU16>().add(at)).store(n as u16, Release)
            } else {
                (*self.index().cast::<AtomicU32>().add(at)).store(n, Release)
            }
        }
    }
    #[inline(always)]
    fn entries(&self) -> *const Field {
        // SAFETY: the entries follow the index.
        unsafe { self.index().add(1 << self.index_bytes_log2).cast::<Field>() }
    }
    #[inline(always)]
    fn entry(&self, ix: usize) -> *const Field {
        debug_assert!(ix < self.capacity as usize);
        // SAFETY: `ix` is below the capacity.
        unsafe { self.entries().add(2 * ix) }
    }
    #[inline(always)]
    pub(crate) fn key(&self, ix: usize) -> &Field {
        // SAFETY: the entry's first word.
        unsafe { &*self.entry(ix) }
    }
    /// The value's word: the value, or its cell.
    #[inline(always)]
    pub(crate) fn word(&self, ix: usize) -> &Field {
        // SAFETY: the entry's second word.
        unsafe { &*self.entry(ix).add(1) }
    }
    #[inline(always)]
    fn hash_word(&self, ix: usize) -> &AtomicU64 {
        debug_assert!(self.is_general());
        // SAFETY: in a general table as many hashes follow the entries.
        unsafe { &*self.entries().add(2 * self.capacity as usize + ix).cast::<AtomicU64>() }
    }
    /// Hash of the live key `key` of entry `ix`.
    #[inline(always)]
    pub(crate) fn hash_of(&self, ix: usize, key: Value) -> i64 {
        if self.is_general() {
            self.hash_word(ix).load(Relaxed) as i64
        } else {
            // SAFETY: all keys of such a table are strings.
            unsafe { as_str(key) }.hash()
        }
    }
    /// The cell of entry `ix` in a table of cells; `None` once the entry is removed.
    #[inline(always)]
    pub(crate) fn cell(&self, ix: usize) -> Option<Ref<CellObject>> {
        debug_assert!(self.is_cells());
        // SAFETY: value words of such a table are cell objects or the empty mark.
        self.word(ix).get().as_cell().map(|c| unsafe { Ref::from_raw(c.cast()) })
    }
    /// The value of entry `ix`; `None` if the key is absent by now.
    #[inline(always)]
    pub(crate) fn value_at(&self, ix: usize) -> Option<Value> {
        if self.is_cells() { self.cell(ix).and_then(|c| c.get().some()) } else { self.word(ix).get().some() }
    }
    /// Key and value of entry `ix` if it is live.
    #[inline(always)]
    pub(crate) fn item(&self, ix: usize) -> Option<(Value, Value)> {
        let value = self.value_at(ix)?;
        Some((self.key(ix).get().some()?, value))
    }

    /// Finds `key`, an exact string, in a table of strings.
    #[inline]
    pub(crate) fn find_str(&self, key: Ref<Str>, hash: i64) -> Option<usize> {
        debug_assert!(!self.is_general());
        let mut p = Probe::new(hash, self.mask());
        loop {
            let n = self.slot(p.at);
            if n >= FIRST {
                let ix = (n - FIRST) as usize;
                let k = self.key(ix).get();
                if k == key.value() {
                    return Some(ix);
                }
                if !k.is_empty() {
                    // SAFETY: keys of this table are strings.
                    let k = unsafe { as_str(k) };
                    if k.hash() == hash && k.equals(&key) {
                        return Some(ix);
                    }
                }
            } else if n == FREE {
                return None;
            }
            p.advance();
        }
    }

    /// Finds the exact string `key` in any table, by text alone: keys that are not exact strings are passed over.
    pub(crate) fn find_text(&self, key: Ref<Str>, hash: i64) -> Option<usize> {
        if !self.is_general() {
            return self.find_str(key, hash);
        }
        let mut p = Probe::new(hash, self.mask());
        loop {
            let n = self.slot(p.at);
            if n >= FIRST {
                let ix = (n - FIRST) as usize;
                if self.hash_word(ix).load(Relaxed) as i64 == hash && exact_str(self.key(ix).get()).is_some_and(|k| k.equals(&key))
                {
                    return Some(ix);
                }
            } else if n == FREE {
                return None;
            }
            p.advance();
        }
    }

    /// Looks for `key`, which is not an exact string, in a general table without calling anything; `None`: only its `__eq__` can
    /// tell.
    #[inline]
    pub(crate) fn glance(&self, key: Value, hash: i64) -> Option<Find> {
        debug_assert!(self.is_general());
        let mut p = Probe::new(hash, self.mask());
        loop {
            let n = self.slot(p.at);
            if n >= FIRST {
                let ix = (n - FIRST) as usize;
                let k = self.key(ix).get();
                if k == key {
                    return Some(Find::At(ix));
                }
                if !(k.is_small_int() && key.is_small_int()) && !k.is_empty() && self.hash_word(ix).load(Relaxed) as i64 == hash {
                    match plainly_equal(k, key) {
                        Some(true) => return Some(Find::At(ix)),
                        Some(false) => {}
                        None => return None,
                    }
                }
            } else if n == FREE {
                return Some(Find::Absent);
            }
            p.advance();
        }
    }

    /// The live entry that has this very key.
    pub(crate) fn find_same(&self, key: Value, hash: i64) -> Option<usize> {
        let mut p = Probe::new(hash, self.mask());
        loop {
            let n = self.slot(p.at);
            if n >= FIRST && self.key((n - FIRST) as usize).get() == key {
                return Some((n - FIRST) as usize);
            } else if n == FREE {
                return None;
            }
            p.advance();
        }
    }

    /// Looks for any `key` without calling anything; `None`: only its `__eq__` can tell, or the table cannot have it.
    pub(crate) fn look(&self, key: Value, hash: i64) -> Option<Find> {
        let Some(text) = exact_str(key) else {
            return if self.is_general() { self.glance(key, hash) } else { None };
        };
        if !self.is_general() {
            return Some(self.find_str(text, hash).map_or(Find::Absent, Find::At));
        }
        let mut p = Probe::new(hash, self.mask());
        loop {
            let n = self.slot(p.at);
            if n >= FIRST {
                let ix = (n - FIRST) as usize;
                let k = self.key(ix).get();
                if k == key {
                    return Some(Find::At(ix));
                }
                if !k.is_empty() && self.hash_word(ix).load(Relaxed) as i64 == hash {
                    match exact_str(k) {
                        Some(k) if k.equals(&text) => return Some(Find::At(ix)),
                        Some(_) => {}
                        None => return None,
                    }
                }
            } else if n == FREE {
                return Some(Find::Absent);
            }
            p.advance();
        }
    }

    /// Finds `key`. Equality may be user code: after it, `is_current` tells whether the dict still has this table.
    #[inline]
    pub(crate) fn find(&self, t: &Thread, key: Value, hash: i64, is_current: impl Fn() -> bool) -> Result<Find> {
        let text = exact_str(key);
        if !self.is_general()
            && let Some(text) = text
        {
            return Ok(self.find_str(text, hash).map_or(Find::Absent, Find::At));
        }
        let mut p = Probe::new(hash, self.mask());
        loop {
            let n = self.slot(p.at);
            if n >= FIRST {
                let ix = (n - FIRST) as usize;
                let k = self.key(ix).get();
                if k == key && !key.is_empty() {
                    return Ok(Find::At(ix));
                }
                if !(k.is_small_int() && key.is_small_int()) && !k.is_empty() && self.hash_of(ix, k) == hash {
                    let equal = match (text, exact_str(k)) {
                        (Some(a), Some(b)) => a.equals(&b),
                        _ => {
                            let equal = t.equal(k, key)?;
                            if !is_current() || self.key(ix).get() != k {
                                return Ok(Find::Changed);
                            }
                            equal
                        }
                    };
                    if equal {
                        return Ok(Find::At(ix));
                    }
                }
            } else if n == FREE {
                return Ok(Find::Absent);
            }
            p.advance();
        }
    }

    /// Writes a new entry at the end. The caller holds the dict (or alone knows the table), the key is absent, there is room,
    /// and the kind fits the key.
    #[inline]
    pub(crate) fn append(&self, t: &Thread, key: Value, word: Value, hash: i64, counts: bool) {
        self.append_behind(t, key, word, hash, counts, FIRST);
    }

    /// As `append`: its slot is the first on the key's probe that is less than `taken`.
    #[inline(always)]
    fn append_behind(&self, t: &Thread, key: Value, word: Value, hash: i64, counts: bool, taken: u32) {
        let ix = self.next.load(Relaxed);
        debug_assert!(ix < self.capacity);
        self.key(ix as usize).set(t, &self.header, key);
        self.word(ix as usize).set(t, &self.header, word);
        if self.is_general() {
            self.hash_word(ix as usize).store(hash as u64, Relaxed);
        }
        let mut p = Probe::new(hash, self.mask());
        while self.slot(p.at) >= taken {
            p.advance();
        }
        self.set_slot(p.at, ix + FIRST);
        self.next.store(ix + 1, Release);
        self.live_end.store(ix + 1, Relaxed);
        if counts {
            self.used.store(self.used.load(Relaxed) + 1, Release);
        }
    }

    /// The slot that refers to entry `ix`, whose hash is `hash`.
    fn slot_of(&self, ix: usize, hash: i64) -> usize {
        let mut p = Probe::new(hash, self.mask());
        while self.slot(p.at) != ix as u32 + FIRST {
            p.advance();
        }
        p.at
    }

    /// How many entries more the table would need room for to take the items of `from` in: 0, it has the room. The caller holds
    /// both.
    pub(crate) fn room_for(&self, from: Ref<Storage>) -> usize {
        if self.next() + from.used() <= self.capacity() {
            return 0;
        }
        let is_new = |ix: &usize| {
            let Some((key, _)) = from.item(*ix) else { return false };
            !matches!(self.look(key, from.hash_of(*ix, key)), Some(Find::At(_)))
        };
        let n = (from.live_start()..from.next()).filter(is_new).count();
        if self.next() + n <= self.capacity() { 0 } else { n }
    }

    /// Sets items of `from`, for which there is room, as far as no key's comparison may be user code. Returns the position in
    /// `from` that it came to. The caller holds both.
    pub(crate) fn merge(&self, t: &Thread, from: Ref<Storage>, replace: bool) -> usize {
        for ix in from.live_start()..from.next() {
            let Some((key, value)) = from.item(ix) else { continue };
            let hash = from.hash_of(ix, key);
            match self.look(key, hash) {
                Some(Find::At(at)) if replace => self.word(at).set(t, &self.header, value),
                Some(Find::At(_)) => {}
                Some(Find::Absent) => self.append(t, key, value, hash, true),
                _ => return ix,
            }
        }
        from.next()
    }

    /// Removes the live entry `ix`; returns its value. The caller holds the dict. Not for tables of cells.
    pub(crate) fn remove(&self, ix: usize) -> Value {
        let value = self.retire(ix);
        self.used.store(self.used.load(Relaxed) - 1, Release);
        value
    }

    /// Gives the key of the live entry `ix` the last place. Who looks for it without a lock finds it all the time: its new slot is
    /// behind the old one on the probe, so a search that comes to the old one too late comes to the new one; and who found the old
    /// entry and no value in it searches again. The caller holds the dict; there is room.
    pub(crate) fn move_to_end(&self, t: &Thread, ix: usize, hash: i64) {
        self.append_behind(t, self.key(ix).get(), self.word(ix).get(), hash, false, DUMMY);
        self.retire(ix);
    }

    fn retire(&self, ix: usize) -> Value {
        debug_assert!(!self.is_cells());
        let (key, value) = (self.key(ix).get(), self.word(ix).get());
        let at = self.slot_of(ix, self.hash_of(ix, key));
        // A search that begins now does not come here. Nothing that is overwritten with the empty mark needs a barrier.
        self.set_slot(at, DUMMY);
        self.word(ix).init(Value::EMPTY);
        self.key(ix).init(Value::EMPTY);
        let (next, mut start, mut end) = (self.next.load(Relaxed), self.live_start.load(Relaxed), self.live_end.load(Relaxed));
        if ix as u32 == start {
            while start < next && self.word(start as usize).get().is_empty() {
                start += 1;
            }
            self.live_start.store(start, Relaxed);
        }
        if ix as u32 + 1 == end {
            while end > start && self.word(end as usize - 1).get().is_empty() {
                end -= 1;
            }
            self.live_end.store(end, Relaxed);
        }
        value
    }

    /// Empties the cell of entry `ix`; the name keeps the cell. The caller holds the dict.
    pub(crate) fn empty_cell(&self, t: &Thread, ix: usize) -> Option<Value> {
        let cell = self.cell(ix)?;
        let old = cell.content.swap(t, cell.header(), Value::EMPTY).some()?;
        self.used.store(self.used.load(Relaxed).saturating_sub(1), Release);
        Some(old)
    }

    /// Gives the name of entry `ix`, whose cell is empty, the place of a new one, and its cell `value`. The caller holds the
    /// dict; there is room.
    pub(crate) fn fill_cell(&self, t: &Thread, ix: usize, cell: Ref<CellObject>, value: Value) {
        let next = self.next.load(Relaxed);
        if ix as u32 + 1 != next {
            let key = self.key(ix).get();
            let hash = self.hash_of(ix, key);
            let at = self.slot_of(ix, hash);
            self.key(next as usize).set(t, &self.header, key);
            self.word(next as usize).set(t, &self.header, cell);
            if self.is_general() {
                self.hash_word(next as usize).store(hash as u64, Relaxed);
            }
            self.set_slot(at, next + FIRST);
            self.key(ix).init(Value::EMPTY);
            self.word(ix).init(Value::EMPTY);
            self.next.store(next + 1, Release);
            self.live_end.store(next + 1, Relaxed);
        }
        self.used.store(self.used.load(Relaxed) + 1, Release);
        CellObject::set(cell, t, value);
    }

    /// Entries that a copy must take along: live ones; in a table of cells also names whose cell is empty.
    pub(crate) fn kept(&self) -> usize {
        if self.is_cells() { (0..self.next()).filter(|&ix| !self.key(ix).get().is_empty()).count() } else { self.used() }
    }

    /// Copies the entries into `new`, a fresh table with room that only the caller knows. The caller holds the dict.
    /// `cells`: make values of the contents of cells, leaving empty ones out.
    pub(crate) fn copy_into(&self, t: &Thread, new: Ref<Storage>, open_cells: bool) {
        let n = self.next();
        if self.kind == new.kind && self.index_bits == new.index_bits && self.used.load(Relaxed) as usize == n {
            self.clone_into(t, new, n);
            return;
        }
        let mut to = 0u32;
        let mask = new.mask();
        for ix in self.live_start()..n {
            let key = self.key(ix).get();
            if key.is_empty() {
                continue;
            }
            let word = if open_cells { self.value_at(ix).unwrap_or(Value::EMPTY) } else { self.word(ix).get() };
            if word.is_empty() {
                continue;
            }
            let hash = self.hash_of(ix, key);
            new.key(to as usize).init(key);
            new.word(to as usize).init(word);
            if new.is_general() {
                new.hash_word(to as usize).store(hash as u64, Relaxed);
            }
            let mut p = Probe::new(hash, mask);
            while new.slot(p.at) != FREE {
                p.advance();
            }
            new.set_slot(p.at, to + FIRST);
            to += 1;
        }
        new.next.store(to, Release);
        new.live_end.store(to, Relaxed);
        let used = if open_cells || !self.is_cells() { to } else { self.used.load(Relaxed) };
        new.used.store(used, Release);
        // A collection may have seen `new` since its allocation, while the caller waited for the dict.
        t.write_barrier(new.header());
    }

    /// An exact copy of a table without removed entries.
    fn clone_into(&self, t: &Thread, new: Ref<Storage>, n: usize) {
        let index_words = (1usize << self.index_bytes_log2) / 8;
        let hashes = if self.is_general() { n } else { 0 };
        let at = index_words + 2 * self.capacity as usize;
        // SAFETY: both tables have the same geometry. The words are atomics because lock-free readers may
        // read the source meanwhile; nobody writes it.
        unsafe {
            let (from, to) = (self.index().cast::<AtomicU64>(), new.index().cast::<AtomicU64>());
            for i in (0..index_words + 2 * n).chain(at..at + hashes) {
                (*to.add(i)).store((*from.add(i)).load(Relaxed), Relaxed);
            }
        }
        new.next.store(n as u32, Release);
        new.live_end.store(n as u32, Relaxed);
        new.used.store(self.used.load(Relaxed), Release);
        t.write_barrier(new.header());
    }

    /// Replaces the values by cells from `cells`, as many as there are live entries, which get the values. `self` is a fresh
    /// table of cells that only the caller knows; `from` is the dict's, held by the caller.
    pub(crate) fn copy_as_cells(&self, t: &Thread, from: Ref<Storage>, cells: &ValueVec) {
        let mut to = 0;
        for ix in 0..from.next() {
            if let Some((key, value)) = from.item(ix) {
                let cell = cells.get(to).and_then(|c| c.downcast::<CellObject>()).expect("a cell for each entry");
                CellObject::set(cell, t, value);
                self.append(t, key, cell.value(), from.hash_of(ix, key), true);
                to += 1;
            }
        }
    }
}

/// Bytes for each entry, its hash included.
#[inline(always)]
fn entry_bytes(kind: u8) -> usize {
    if kind & GENERAL != 0 { 24 } else { 16 }
}
