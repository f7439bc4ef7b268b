//! `set` and `frozenset`: the table and its operations. The Python methods are in `set_methods`.
//!
//! **The table** is open addressing over (key, hash) pairs, probed linearly for a short run and then by a recurrence that soon
//! depends on all bits of the hash; sizes, growth and probing are CPython's, so that sets of equal hashes iterate in its order.
//! A key word is stored xor the empty mark: fresh zeroed memory is a table of unused slots.
//!
//! **Readers take no lock**: a slot's hash is written before its key, and every table has an unused slot, so each probe ends.
//! Removal leaves a dummy, whose slot another key may get; a reader that took the key before and the hash after that finds at
//! worst a key that left meanwhile. But key *and* hash belong together only in a set that nobody writes: whoever needs both
//! iterates over [`SetData::stable`]. Writers search first, then take the set exclusively, check that the table is the same
//! and that the slot still has the key that was found, or that nothing was added since; then they write. Nothing allocates,
//! polls or calls out while the set is held.
//!
//! A frozenset is filled before anyone else knows it, and never written again.

use crate::native::*;
use crate::objects::dict::{exclusively, hash_key, small_int_hash, unhashable};
use crate::objects::dict_storage::exact_str;
use crate::objects::dict_views::{Part, dict_part, reduce_to_iter};
use crate::ops::compare::plainly_equal;
use std::sync::atomic::{AtomicI64, AtomicU64, AtomicUsize, Ordering::*};
use taipan_heap::Exclusive;

/// Slots of the smallest table.
const MIN_SLOTS: usize = 8;
/// Slots that are looked at in a row before the probe jumps.
const LINEAR_PROBES: usize = 9;

/// What a removed key leaves behind. No value has this word.
const DUMMY: Value = Value::from_bits(0xff2);

#[repr(C)]
struct Slot {
    /// The key's word xor the empty mark.
    key: AtomicU64,
    hash: AtomicI64,
}

impl Slot {
    /// The key, the empty mark of an unused slot, or [`DUMMY`].
    #[inline(always)]
    fn key(&self) -> Value {
        Value::from_bits(self.key.load(Acquire) ^ Value::EMPTY.bits())
    }
    #[inline(always)]
    fn set_key(&self, key: Value) {
        self.key.store(key.bits() ^ Value::EMPTY.bits(), Release)
    }
    #[inline(always)]
    fn live_key(&self) -> Option<Value> {
        self.key().some().filter(|&k| k != DUMMY)
    }
    #[inline(always)]
    fn hash(&self) -> i64 {
        self.hash.load(Relaxed)
    }
}

#[repr(C)]
pub struct SetStorage {
    header: Header,
    mask: usize,
    /// Slots that are not unused.
    fill: AtomicUsize,
    /// Keys that were ever added.
    adds: AtomicUsize,
    /// Keys.
    used: AtomicUsize,
    // slots follow
}

unsafe fn scan(cell: *const Header, v: &mut Visitor) {
    // SAFETY: the collector calls this with a live table; its slots are pairs of a key and a hash, and what is no key is no cell.
    unsafe {
        let slots = (*cell.cast::<SetStorage>()).slots();
        v.keyed(slots.as_ptr().cast(), slots.len());
    }
}
const _: () = assert!(size_of::<Slot>() == 16 && std::mem::offset_of!(Slot, key) == 0 && !DUMMY.is_cell());
unsafe fn cell_size(cell: *const Header) -> usize {
    // SAFETY: as above.
    unsafe { &*cell.cast::<SetStorage>() }.byte_size()
}
static LAYOUT: Layout =
    Layout { name: "table of a set", size: size_of::<SetStorage>(), scan, cell_size: Some(cell_size), base: None, drop: None };
// SAFETY: repr(C), header first, `scan` visits every key. Zeroed memory is a table with one slot, which the allocation of every
// set table has room for.
unsafe impl HeapType for SetStorage {
    const LAYOUT: &'static Layout = &LAYOUT;
}

static SHAPE: std::sync::OnceLock<ShapeId> = std::sync::OnceLock::new();

/// What a search found.
enum Find {
    /// The slot, and the key in it.
    At(usize, Value),
    Absent,
    Changed,
}

/// What a search tells that calls nothing.
enum Glance {
    /// In this slot.
    There(usize),
    Absent,
    /// Only an `__eq__` can tell.
    Ask,
}

impl SetStorage {
    fn new(t: &Thread, slots: usize) -> Result<Ref<SetStorage>> {
        let shape = *SHAPE.get_or_init(|| Mutator::internal_shape(&LAYOUT));
        let Some(size) = slots.checked_mul(size_of::<Slot>()).and_then(|n| n.checked_add(size_of::<SetStorage>())) else {
            return Err(t.memory_error());
        };
        let cell = t.allocate(size, shape)?.cast::<SetStorage>();
        // SAFETY: a fresh cell of the right size that nobody else knows.
        unsafe {
            (*cell.as_ptr()).mask = slots - 1;
            Ok(Ref::from_raw(cell))
        }
    }
    fn byte_size(&self) -> usize {
        size_of::<SetStorage>() + (self.mask + 1) * size_of::<Slot>()
    }
    #[inline(always)]
    fn slots(&self) -> &[Slot] {
        // SAFETY: `mask + 1` slots follow the fixed part.
        unsafe { std::slice::from_raw_parts((self as *const SetStorage).add(1).cast(), self.mask + 1) }
    }
    #[inline(always)]
    fn fill(&self) -> usize {
        self.fill.load(Acquire)
    }
    #[inline(always)]
    fn used(&self) -> usize {
        self.used.load(Acquire)
    }
    /// Whether it is time for a larger table.
    #[inline(always)]
    fn is_crowded(&self) -> bool {
        self.fill.load(Relaxed) * 5 >= self.mask * 3
    }

    /// The slot that a probe for this hash looks at first, and its position.
    #[inline(always)]
    fn first(&self, hash: i64) -> (usize, &Slot) {
        let at = hash as usize & self.mask;
        // SAFETY: `mask + 1` slots follow the fixed part.
        (at, unsafe { &*(self as *const SetStorage).add(1).cast::<Slot>().add(at) })
    }

    /// Looks for `key` without calling anything.
    #[inline(always)]
    fn glance(&self, key: Value, hash: i64) -> Glance {
        let (at, slot) = self.first(hash);
        match slot.key() {
            k if k == key => Glance::There(at),
            Value::EMPTY => Glance::Absent,
            _ => self.glance_on(key, hash),
        }
    }
    #[inline(never)]
    fn glance_on(&self, key: Value, hash: i64) -> Glance {
        let (slots, mask) = (self.slots(), self.mask);
        let (mut at, mut perturb) = (hash as usize & mask, hash as u64 as usize);
        loop {
            let run = if at + LINEAR_PROBES <= mask { LINEAR_PROBES } else { 0 };
            for (i, slot) in slots[at..=at + run].iter().enumerate() {
                let k = slot.key();
                if k == key {
                    return Glance::There(at + i);
                }
                if k.is_empty() {
                    return Glance::Absent;
                }
                if slot.hash() != hash || k == DUMMY || (k.is_small_int() && key.is_small_int()) {
                    continue;
                }
                match (exact_str(key), exact_str(k)) {
                    (Some(a), Some(b)) if a.equals(&b) => return Glance::There(at + i),
                    (Some(_), Some(_)) => {}
                    _ => match plainly_equal(k, key) {
                        Some(true) => return Glance::There(at + i),
                        Some(false) => {}
                        None => return Glance::Ask,
                    },
                }
            }
            perturb >>= 5;
            at = at.wrapping_mul(5).wrapping_add(1).wrapping_add(perturb) & mask;
        }
    }

    /// Finds `key`. Equality may be user code: after it, `is_current` tells whether the set still has this table.
    #[inline]
    fn find(&self, t: &Thread, key: Value, hash: i64, is_current: impl Fn() -> bool) -> Result<Find> {
        let (slots, mask) = (self.slots(), self.mask);
        let text = exact_str(key);
        let (mut at, mut perturb) = (hash as usize & mask, hash as u64 as usize);
        loop {
            let run = if at + LINEAR_PROBES <= mask { LINEAR_PROBES } else { 0 };
            for (i, slot) in slots[at..=at + run].iter().enumerate() {
                let k = slot.key();
                if k == key {
                    return Ok(Find::At(at + i, k));
                }
                if k.is_empty() {
                    return Ok(Find::Absent);
                }
                if k == DUMMY || slot.hash() != hash || (k.is_small_int() && key.is_small_int()) {
                    continue;
                }
                let equal = match (text, exact_str(k)) {
                    (Some(a), Some(b)) => a.equals(&b),
                    _ => {
                        let equal = t.equal(k, key)?;
                        if !is_current() || slot.key() != k {
                            return Ok(Find::Changed);
                        }
                        equal
                    }
                };
                if equal {
                    return Ok(Find::At(at + i, k));
                }
            }
            perturb >>= 5;
            at = at.wrapping_mul(5).wrapping_add(1).wrapping_add(perturb) & mask;
        }
    }

    /// Writes a key that is absent: into the last dummy on its probe, or else the first unused slot, of which there is one to
    /// spare. The caller holds the set (or alone knows the table).
    #[inline(always)]
    fn insert(&self, t: &Thread, key: Value, hash: i64) {
        let slot = self.first(hash).1;
        if slot.key().is_empty() { self.write_unused(t, slot, key, hash) } else { self.insert_on(t, key, hash) }
    }
    #[inline(never)]
    fn insert_on(&self, t: &Thread, key: Value, hash: i64) {
        let (slots, mask) = (self.slots(), self.mask);
        let (mut at, mut perturb) = (hash as usize & mask, hash as u64 as usize);
        let mut dummy = None;
        let unused = 'probe: loop {
            let run = if at + LINEAR_PROBES <= mask { LINEAR_PROBES } else { 0 };
            for slot in &slots[at..=at + run] {
                match slot.key() {
                    Value::EMPTY => break 'probe slot,
                    DUMMY => dummy = Some(slot),
                    _ => {}
                }
            }
            perturb >>= 5;
            at = at.wrapping_mul(5).wrapping_add(1).wrapping_add(perturb) & mask;
        };
        match dummy {
            None => self.write_unused(t, unused, key, hash),
            Some(slot) => self.write(t, slot, key, hash),
        }
    }
    #[inline(always)]
    fn write_unused(&self, t: &Thread, slot: &Slot, key: Value, hash: i64) {
        self.write(t, slot, key, hash);
        self.fill.store(self.fill.load(Relaxed) + 1, Release);
    }
    #[inline(always)]
    fn write(&self, t: &Thread, slot: &Slot, key: Value, hash: i64) {
        slot.hash.store(hash, Relaxed);
        slot.set_key(key);
        t.write_barrier_at(&self.header, slot.key.as_ptr(), key);
        self.used.store(self.used.load(Relaxed) + 1, Release);
        self.adds.store(self.adds.load(Relaxed) + 1, Release);
    }
    /// Adds a key, by who may write: whether it is new; `None` if only an `__eq__` can tell, or there is no room.
    #[inline(always)]
    fn put(&self, t: &Thread, key: Value, hash: i64) -> Option<bool> {
        let slot = self.first(hash).1;
        match slot.key() {
            k if k == key => Some(false),
            Value::EMPTY if self.fill.load(Relaxed) < self.mask => {
                self.write_unused(t, slot, key, hash);
                Some(true)
            }
            _ => self.put_on(t, key, hash),
        }
    }
    #[inline(never)]
    fn put_on(&self, t: &Thread, key: Value, hash: i64) -> Option<bool> {
        match self.glance_on(key, hash) {
            Glance::There(_) => Some(false),
            Glance::Absent if self.fill.load(Relaxed) < self.mask => {
                self.insert_on(t, key, hash);
                Some(true)
            }
            _ => None,
        }
    }

    /// Puts the keys of `from` in. As `insert`.
    fn take_all(&self, t: &Thread, from: &SetStorage) {
        if self.mask == from.mask && self.fill.load(Relaxed) == 0 && from.fill() == from.used() {
            let (to, slots) = (self.slots(), from.slots());
            // SAFETY: both have as many slots; nobody writes `from`, and only the caller knows `self`.
            unsafe { std::ptr::copy_nonoverlapping(slots.as_ptr(), to.as_ptr().cast_mut(), slots.len()) };
            self.fill.store(from.fill(), Release);
            self.used.store(from.used(), Release);
            self.adds.store(from.used(), Release);
            t.write_barrier(&self.header);
            return;
        }
        for (key, hash) in from.items() {
            self.insert(t, key, hash);
        }
    }

    /// Which keys are in `other`, or are not; `None`: that takes a call, or the table is too large for it.
    fn sift(&self, other: Option<Ref<SetStorage>>, common: bool) -> Option<Kept> {
        if self.mask >= Kept::SLOTS {
            return None;
        }
        let mut kept = Kept { slots: [0; Kept::SLOTS / 64], count: 0, used: self.used(), adds: self.adds.load(Acquire) };
        let mut left = kept.used;
        for (at, slot) in self.slots().iter().enumerate() {
            if left == 0 {
                break;
            }
            let Some(key) = slot.live_key() else { continue };
            left -= 1;
            let is_there = match other.map_or(Glance::Absent, |other| other.glance(key, slot.hash())) {
                Glance::There(_) => true,
                Glance::Absent => false,
                Glance::Ask => return None,
            };
            if is_there == common {
                kept.slots[at / 64] |= 1 << (at % 64);
                kept.count += 1;
            }
        }
        Some(kept)
    }

    /// Whether nobody wrote since `sift` gave `kept`.
    #[inline]
    fn is_unwritten_since(&self, kept: &Kept) -> bool {
        self.used() == kept.used && self.adds.load(Acquire) == kept.adds
    }

    /// A table with the keys that `sift` kept, as adding one after the other would leave it; `None` if they were to collide in it,
    /// or others wrote meanwhile.
    fn gather(&self, t: &Thread, kept: &Kept) -> Result<Option<Ref<SetStorage>>> {
        let slots = slots_of_additions(kept.count);
        if slots > Kept::SLOTS {
            return Ok(None);
        }
        let mut taken = [0u64; Kept::SLOTS / 64];
        for at in kept.positions() {
            let place = self.slots()[at].hash() as usize & (slots - 1);
            let (word, bit) = (&mut taken[place / 64], 1 << (place % 64));
            if *word & bit != 0 {
                return Ok(None);
            }
            *word |= bit;
        }
        let table = SetStorage::new(t, slots)?;
        if !self.is_unwritten_since(kept) {
            return Ok(None);
        }
        for at in kept.positions() {
            let slot = &self.slots()[at];
            let (key, hash) = (slot.key(), slot.hash());
            table.write_unused(t, table.first(hash).1, key, hash);
        }
        Ok(Some(table))
    }

    /// Empties a live slot. The caller holds the set.
    fn remove(&self, at: usize) {
        self.slots()[at].set_key(DUMMY);
        self.used.store(self.used.load(Relaxed) - 1, Release);
    }

    /// The keys of a table that nobody writes meanwhile, with their hashes.
    #[inline(always)]
    fn items(&self) -> Items<'_> {
        Items { slots: self.slots().iter(), left: self.used() }
    }

    /// The live slot at or after `pos`.
    #[inline]
    fn next(&self, pos: &mut usize) -> Option<(Value, i64)> {
        let slots = self.slots();
        while let Some(slot) = slots.get(*pos) {
            *pos += 1;
            while let Some(key) = slot.live_key() {
                let hash = slot.hash();
                // Both are of one key, unless another got the slot in between.
                if slot.key() == key {
                    return Some((key, hash));
                }
            }
        }
        None
    }
}

/// See [`SetStorage::items`].
struct Items<'a> {
    slots: std::slice::Iter<'a, Slot>,
    left: usize,
}

impl Iterator for Items<'_> {
    type Item = (Value, i64);
    #[inline(always)]
    fn next(&mut self) -> Option<(Value, i64)> {
        // The rest of the slots is unused.
        self.left = self.left.checked_sub(1)?;
        for slot in self.slots.by_ref() {
            while let Some(key) = slot.live_key() {
                let hash = slot.hash();
                // Comparisons may have let others write after all.
                if slot.key() == key {
                    return Some((key, hash));
                }
            }
        }
        None
    }
}

/// What [`SetStorage::sift`] found.
struct Kept {
    /// A bit for each slot.
    slots: [u64; Kept::SLOTS / 64],
    count: usize,
    /// The table's counts at that moment.
    used: usize,
    adds: usize,
}

impl Kept {
    /// Slots of the largest table that is sifted.
    const SLOTS: usize = 256;

    fn positions(&self) -> impl Iterator<Item = usize> + '_ {
        self.slots.iter().enumerate().flat_map(|(i, &word)| {
            let mut left = word;
            std::iter::from_fn(move || {
                let bit = if left == 0 { return None } else { left.trailing_zeros() as usize };
                left &= left - 1;
                Some(64 * i + bit)
            })
        })
    }
}

/// Slots of a table to which `n` keys were added one by one; not for tables that grow slowly.
fn slots_of_additions(n: usize) -> usize {
    let mut slots = MIN_SLOTS;
    loop {
        let crowded = ((slots - 1) * 3).div_ceil(5);
        if n < crowded {
            return slots;
        }
        slots = slots_over(crowded * 4);
    }
}

/// Slots of a table that is to hold `n` keys after growth.
fn slots_over(n: usize) -> usize {
    let mut slots = MIN_SLOTS;
    while slots <= n {
        slots <<= 1;
    }
    slots
}

/// Slots of the table of an empty set into which `n` keys are merged.
fn slots_for_copy(n: usize) -> usize {
    if n * 5 >= (MIN_SLOTS - 1) * 3 { slots_over(n * 2) } else { MIN_SLOTS }
}

/// What `set` and `frozenset` consist of.
#[derive(HeapType)]
#[repr(C)]
pub struct SetData {
    pub(crate) header: Header,
    storage: RefField<SetStorage>,
    /// Cached hash of a frozenset; 0: not computed.
    pub(crate) hash: AtomicI64,
    /// Where `pop` goes on looking.
    finger: AtomicUsize,
}

#[derive(HeapType)]
#[heap(base = SetData)]
#[repr(C)]
pub struct Set {
    pub(crate) base: SetData,
}

#[derive(HeapType)]
#[heap(base = SetData)]
#[repr(C)]
pub struct FrozenSet {
    pub(crate) base: SetData,
}

impl Set {
    /// An empty set, owned by the calling thread.
    pub fn new(t: &Thread) -> Result<Ref<Set>> {
        let cell = t.allocate_owned(size_of::<Set>(), Set::class_cell().shape())?;
        // SAFETY: a fresh zeroed cell of the class's own shape; a set without a table is empty.
        Ok(unsafe { Ref::from_raw(cell.cast()) })
    }
    pub fn from_slice(t: &Thread, items: &[Value]) -> Result<Ref<Set>> {
        let s = Set::new(t)?;
        s.base.update_from_slice(t, items)?;
        Ok(s)
    }
    /// Adds `item`; false if it was there.
    #[inline]
    pub fn add(&self, t: &Thread, item: Value) -> Result<bool> {
        self.base.add(t, item)
    }
    pub fn update(&self, t: &Thread, iterable: Value) -> Result<()> {
        self.base.update_from(t, iterable)
    }
    pub fn contains(&self, t: &Thread, item: Value) -> Result<bool> {
        self.base.contains(t, item)
    }
    pub fn len(&self) -> usize {
        self.base.len()
    }
    pub fn is_empty(&self) -> bool {
        self.base.len() == 0
    }
}

impl FrozenSet {
    pub fn from_slice(t: &Thread, items: &[Value]) -> Result<Ref<FrozenSet>> {
        let s = t.create(FrozenSet { base: SetData::fresh() })?;
        s.base.update_from_slice(t, items)?;
        Ok(s)
    }
    pub fn contains(&self, t: &Thread, item: Value) -> Result<bool> {
        self.base.contains(t, item)
    }
    pub fn len(&self) -> usize {
        self.base.len()
    }
    pub fn is_empty(&self) -> bool {
        self.base.len() == 0
    }
}

/// `hash(item)`, in the words of a set if it has none.
#[inline(always)]
fn item_hash(t: &Thread, item: Value) -> Result<i64> {
    if item.is_small_int() {
        return Ok(small_int_hash(item.small_int_unchecked()));
    }
    if let Some(s) = exact_str(item) {
        return Ok(s.hash());
    }
    item_hash_general(t, item)
}
#[inline(never)]
fn item_hash_general(t: &Thread, item: Value) -> Result<i64> {
    hash_key(t, item).map_err(|e| unhashable(t, item, e, "a set element"))
}

impl SetData {
    pub(crate) const fn fresh() -> SetData {
        SetData { header: Header::NEW, storage: RefField::null(), hash: AtomicI64::new(0), finger: AtomicUsize::new(0) }
    }

    fn has(&self, s: Ref<SetStorage>) -> bool {
        self.storage.get() == Some(s)
    }

    fn as_ref(&self) -> Ref<SetData> {
        // SAFETY: `self` is a live cell.
        unsafe { Ref::from_raw(std::ptr::NonNull::from(self)) }
    }

    pub fn is_frozen(&self) -> bool {
        self.header.shape().has_layout(FrozenSet::layout())
    }
    /// Whether the class is `set` or `frozenset` itself.
    pub fn is_exact(&self) -> bool {
        let shape = self.header.shape_id();
        shape == Set::class_cell().shape() || shape == FrozenSet::class_cell().shape()
    }

    #[inline]
    pub fn len(&self) -> usize {
        self.storage.get().map_or(0, |s| s.used())
    }
    #[inline]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The first item at or after `pos`, with its hash; `pos` is moved past it. Safe while others write.
    #[inline]
    pub fn next(&self, pos: &mut usize) -> Option<(Value, i64)> {
        self.storage.get()?.next(pos)
    }

    /// All items of this moment.
    pub fn items(&self, t: &Thread) -> Result<ValueVec> {
        loop {
            let (from, mut pos) = (self.stable(t)?, 0);
            let out = ValueVec::with_capacity(t, from.len())?;
            while let Some((item, _)) = from.next(&mut pos) {
                out.push(t, item)?;
            }
            // An allocation may have cost us the set.
            if from.still_stands_for(t, self) {
                return Ok(out);
            }
        }
    }

    // ------------------------------------------------------------ one item

    pub fn contains(&self, t: &Thread, item: Value) -> Result<bool> {
        let hash = item_hash(t, item)?;
        self.contains_with_hash(t, item, hash)
    }

    #[inline]
    pub fn contains_with_hash(&self, t: &Thread, item: Value, hash: i64) -> Result<bool> {
        match self.glance(item, hash) {
            Glance::There(_) => Ok(true),
            Glance::Absent => Ok(false),
            Glance::Ask => self.contains_by_search(t, item, hash),
        }
    }
    /// Whether an item with this hash is there, without calling anything; `None`: that takes a call.
    pub(crate) fn peek(&self, item: Value, hash: i64) -> Option<bool> {
        match self.glance(item, hash) {
            Glance::There(_) => Some(true),
            Glance::Absent => Some(false),
            Glance::Ask => None,
        }
    }
    #[inline]
    fn glance(&self, item: Value, hash: i64) -> Glance {
        self.storage.get().map_or(Glance::Absent, |s| s.glance(item, hash))
    }
    #[inline(never)]
    fn contains_by_search(&self, t: &Thread, item: Value, hash: i64) -> Result<bool> {
        loop {
            let Some(s) = self.storage.get() else { return Ok(false) };
            match s.find(t, item, hash, || self.has(s))? {
                Find::At(..) => return Ok(true),
                Find::Absent => return Ok(false),
                Find::Changed => {}
            }
        }
    }

    /// Adds an item; false if it was there.
    #[inline]
    pub fn add(&self, t: &Thread, item: Value) -> Result<bool> {
        let hash = item_hash(t, item)?;
        self.add_with_hash(t, item, hash)
    }

    #[inline]
    pub fn add_with_hash(&self, t: &Thread, item: Value, hash: i64) -> Result<bool> {
        if t.owns(&self.header) {
            let Some(s) = self.storage.get() else { return self.add_first(t, item, hash) };
            if let Some(new) = s.put(t, item, hash) {
                if new && s.is_crowded() {
                    self.grow(t, s)?;
                }
                return Ok(new);
            }
        }
        self.add_by_search(t, item, hash)
    }
    /// To a set without a table.
    #[inline(never)]
    fn add_first(&self, t: &Thread, item: Value, hash: i64) -> Result<bool> {
        let s = SetStorage::new(t, MIN_SLOTS)?;
        // The allocation may have let others in.
        if self.storage.get().is_some() || !t.owns(&self.header) {
            return self.add_by_search(t, item, hash);
        }
        s.insert(t, item, hash);
        self.storage.set(t, &self.header, s);
        Ok(true)
    }

    /// Adds items that stay where they are meanwhile.
    pub(crate) fn update_from_slice(&self, t: &Thread, items: &[Value]) -> Result<()> {
        items.iter().try_for_each(|&item| self.add(t, item).map(|_| ()))
    }

    /// Adds an item that is absent to a set that only the caller knows.
    #[inline(always)]
    fn add_absent(&self, t: &Thread, item: Value, hash: i64) -> Result<()> {
        let s = match self.storage.get() {
            Some(s) => s,
            None => {
                let s = SetStorage::new(t, MIN_SLOTS)?;
                self.storage.set(t, &self.header, s);
                s
            }
        };
        s.insert(t, item, hash);
        if s.is_crowded() { self.grow(t, s) } else { Ok(()) }
    }

    #[inline(never)]
    fn add_by_search(&self, t: &Thread, item: Value, hash: i64) -> Result<bool> {
        loop {
            let Some(s) = self.storage.get() else {
                self.resize(t, None, MIN_SLOTS)?;
                continue;
            };
            let (seen, fill) = (s.adds.load(Acquire), s.fill());
            match s.find(t, item, hash, || self.has(s))? {
                Find::At(..) => return Ok(false),
                Find::Changed => continue,
                Find::Absent => {}
            }
            if fill >= s.mask {
                // Others filled the table before the one who crowded it could grow it.
                self.grow(t, s)?;
                continue;
            }
            let done = exclusively(t, &self.header, || {
                let valid = self.has(s) && s.adds.load(Relaxed) == seen;
                if valid {
                    s.insert(t, item, hash);
                }
                valid
            });
            if done {
                if s.fill() > fill && s.is_crowded() {
                    self.grow(t, s)?;
                }
                return Ok(true);
            }
        }
    }

    fn grow(&self, t: &Thread, s: Ref<SetStorage>) -> Result<()> {
        let used = s.used();
        self.resize(t, Some(s), slots_over(if used > 50_000 { used * 2 } else { used * 4 }))
    }

    /// Replaces table `old` by one with `slots` slots; does nothing if the set has another by now, or more keys than fit.
    #[cold]
    fn resize(&self, t: &Thread, old: Option<Ref<SetStorage>>, slots: usize) -> Result<()> {
        let new = SetStorage::new(t, slots)?;
        exclusively(t, &self.header, || {
            if self.storage.get() != old {
                return;
            }
            if let Some(s) = old {
                if s.used() >= new.mask {
                    return;
                }
                new.take_all(t, &s);
            }
            self.storage.set(t, &self.header, new);
        });
        Ok(())
    }

    /// Removes an item; false if it was not there.
    pub fn discard(&self, t: &Thread, item: Value) -> Result<bool> {
        let hash = item_hash(t, item)?;
        self.discard_with_hash(t, item, hash)
    }

    pub fn discard_with_hash(&self, t: &Thread, item: Value, hash: i64) -> Result<bool> {
        loop {
            let Some(s) = self.storage.get() else { return Ok(false) };
            let (at, key) = match s.find(t, item, hash, || self.has(s))? {
                Find::At(at, key) => (at, key),
                Find::Absent => return Ok(false),
                Find::Changed => continue,
            };
            let slot = &s.slots()[at];
            let done = exclusively(t, &self.header, || {
                let valid = self.has(s) && slot.key() == key;
                if valid {
                    s.remove(at);
                }
                valid
            });
            if done {
                return Ok(true);
            }
        }
    }

    /// Removes some item.
    pub fn pop(&self, t: &Thread) -> Option<Value> {
        exclusively(t, &self.header, || {
            let s = self.storage.get()?;
            if s.used() == 0 {
                return None;
            }
            let start = self.finger.load(Relaxed);
            for i in 0..=s.mask {
                let at = start.wrapping_add(i) & s.mask;
                let slot = &s.slots()[at];
                if let Some(key) = slot.live_key() {
                    slot.set_key(DUMMY);
                    s.used.store(s.used.load(Relaxed) - 1, Release);
                    self.finger.store(at + 1, Relaxed);
                    return Some(key);
                }
            }
            None
        })
    }

    pub fn clear(&self, t: &Thread) {
        exclusively(t, &self.header, || self.storage.set(t, &self.header, None));
    }

    // ------------------------------------------------------------ whole sets

    /// A set with the content of this moment that nobody writes: this one if it is frozen or the calling thread's own.
    pub(crate) fn stable(&self, t: &Thread) -> Result<Ref<SetData>> {
        if self.is_stable(t) {
            return Ok(self.as_ref());
        }
        let new = Set::new(t)?;
        new.base.take_table(t, self)?;
        Ok(new.base.as_ref())
    }

    /// Whether no other thread writes the set.
    #[inline(always)]
    fn is_stable(&self, t: &Thread) -> bool {
        self.header.shape_id() == FrozenSet::class_cell().shape() || t.owns(&self.header) || self.is_frozen()
    }

    /// As `stable`, of two sets at the same moment.
    #[inline]
    pub(crate) fn stable_pair(&self, t: &Thread, other: &SetData) -> Result<(Ref<SetData>, Ref<SetData>)> {
        if self.is_stable(t) && other.is_stable(t) {
            return Ok((self.as_ref(), other.as_ref()));
        }
        self.copied_pair(t, other)
    }
    /// Has `f` make something of two sets as they are at one moment: once more, of copies, if others may have written them
    /// meanwhile.
    #[inline]
    pub(crate) fn at_one_moment<R>(
        &self,
        t: &Thread,
        other: &SetData,
        mut f: impl FnMut(Ref<SetData>, Ref<SetData>) -> Result<R>,
    ) -> Result<R> {
        loop {
            let (a, b) = self.stable_pair(t, other)?;
            let made = f(a, b)?;
            if a.still_stands_for(t, self) && b.still_stands_for(t, other) {
                return Ok(made);
            }
        }
    }
    #[inline(never)]
    fn copied_pair(&self, t: &Thread, other: &SetData) -> Result<(Ref<SetData>, Ref<SetData>)> {
        // What the last attempt found too small.
        let mut more = [0, 0];
        loop {
            if std::ptr::eq(self, other) {
                let one = self.stable(t)?;
                return Ok((one, one));
            }
            if self.is_stable(t) || other.is_stable(t) {
                let both = (self.stable(t)?, other.stable(t)?);
                // Making the copy may have cost the other.
                if both.0.still_stands_for(t, self) && both.1.still_stands_for(t, other) {
                    return Ok(both);
                }
                continue;
            }
            let sets = [self, other];
            let tables = sets.map(|s| s.storage.get());
            let copies = [Set::new(t)?, Set::new(t)?];
            for ((copy, table), more) in copies.iter().zip(tables).zip(more) {
                if let Some(table) = table {
                    copy.base.storage.set(t, &copy.base.header, SetData::copy_table(t, &table, more)?);
                }
            }
            let _held = t.exclusive_pair(&self.header, &other.header);
            if tables != sets.map(|s| s.storage.get()) {
                continue;
            }
            let mut fits = true;
            for ((copy, table), more) in copies.iter().zip(tables).zip(&mut more) {
                if let (Some(to), Some(table)) = (copy.base.storage.get(), table) {
                    if table.used() >= to.mask {
                        (*more, fits) = (table.used() / 8 + 1, false);
                    } else if fits {
                        to.take_all(t, &table);
                    }
                }
            }
            if fits {
                return Ok((copies[0].base.as_ref(), copies[1].base.as_ref()));
            }
        }
    }

    /// Whether `self`, which `stable` gave for `origin`, still has what `origin` had.
    fn still_stands_for(&self, t: &Thread, origin: &SetData) -> bool {
        !std::ptr::eq(self, origin) || self.is_stable(t)
    }

    /// This set exclusively, and so that nobody writes `other`.
    fn exclusively_with<'a>(&'a self, t: &'a Thread, other: &'a SetData) -> (Exclusive<'a>, Option<Exclusive<'a>>) {
        if other.is_frozen() {
            return (t.exclusive(&self.header), None);
        }
        t.exclusive_pair(&self.header, &other.header)
    }

    /// An empty table for a copy of `s`, sized as merging into an empty set would, with room for `more` keys besides.
    fn copy_table(t: &Thread, s: &SetStorage, more: usize) -> Result<Ref<SetStorage>> {
        SetStorage::new(t, slots_for_copy(s.used() + more))
    }

    /// The items of both, as a set of the built-in class of `self`.
    pub(crate) fn union(&self, t: &Thread, other: &SetData) -> Result<Ref<SetData>> {
        self.at_one_moment(t, other, |a, b| self.union_of(t, a, b))
    }
    fn union_of(&self, t: &Thread, a: Ref<SetData>, b: Ref<SetData>) -> Result<Ref<SetData>> {
        let out = SetData::new_like(t, self)?;
        if let (Some(x), Some(y)) = (a.storage.get(), b.storage.get())
            && let both = x.used() + y.used()
            && x.fill() == x.used()
            && x.mask + 1 == slots_for_copy(x.used())
            && both * 5 >= x.mask * 3
        {
            // As merging into a copy would size it; the copy would have the items in the same order.
            let table = SetStorage::new(t, slots_over(both * 2))?;
            // The allocation may have let others in; from here on nobody comes between.
            let same = |s: Ref<SetData>, table| s.is_stable(t) && s.has(table);
            if same(a, x) && same(b, y) && x.used() + y.used() == both {
                x.items().for_each(|(key, hash)| table.insert(t, key, hash));
                let mut rest = y.items();
                let asked = rest.by_ref().find(|&(key, hash)| table.put(t, key, hash).is_none());
                out.storage.set(t, &out.header, table);
                for (key, hash) in asked.into_iter().chain(rest) {
                    out.add_with_hash(t, key, hash)?;
                }
                return Ok(out);
            }
        }
        out.merge(t, &a)?;
        out.merge(t, &b)?;
        Ok(out)
    }

    /// Gives `self`, which is empty and only the caller knows, a copy of the table of `other`.
    fn take_table(&self, t: &Thread, other: &SetData) -> Result<()> {
        loop {
            let Some(from) = other.storage.get() else { return Ok(()) };
            if from.used() == 0 {
                return Ok(());
            }
            let new = SetData::copy_table(t, &from, 0)?;
            let done = exclusively(t, &other.header, || {
                let valid = other.has(from) && from.used() < new.mask;
                if valid {
                    new.take_all(t, &from);
                }
                valid
            });
            if done {
                self.storage.set(t, &self.header, new);
                return Ok(());
            }
        }
    }

    /// A new `frozenset` if `like` is one (or of a subclass), else a new `set`; empty.
    fn new_like(t: &Thread, like: &SetData) -> Result<Ref<SetData>> {
        let new = if like.is_frozen() { t.create(FrozenSet { base: SetData::fresh() })?.value() } else { Set::new(t)?.value() };
        new.downcast().ok_or_else(|| t.system_error("a new set is not a set"))
    }

    /// A copy, of the built-in class.
    pub fn copy(&self, t: &Thread) -> Result<Ref<SetData>> {
        let new = SetData::new_like(t, self)?;
        new.merge(t, self)?;
        Ok(new)
    }

    /// Adds the items of another set.
    fn merge(&self, t: &Thread, other: &SetData) -> Result<()> {
        if std::ptr::eq(self, other) || other.is_empty() {
            return Ok(());
        }
        if self.storage.get().is_none() && (self.is_frozen() || t.owns(&self.header)) {
            return self.take_table(t, other);
        }
        let (from, mut pos) = self.in_one_step(t, other, true, |s, found, item, hash| {
            if found.is_none() {
                s.insert(t, item, hash);
            }
        })?;
        while let Some((item, hash)) = from.next(&mut pos) {
            self.add_with_hash(t, item, hash)?;
        }
        Ok(())
    }

    /// Calls `f` for the items of `other`, with the slot that has the same item in this set's table: both sets as they are at one
    /// moment, as far as no comparison may be user code. Gives the items of that moment, which nobody writes, and the position
    /// that it came to. `adds`: `f` may add the item, for which there is room.
    fn in_one_step(
        &self,
        t: &Thread,
        other: &SetData,
        adds: bool,
        mut f: impl FnMut(&SetStorage, Option<usize>, Value, i64),
    ) -> Result<(Ref<SetData>, usize)> {
        // What the last attempt found too small.
        let mut more = 0;
        loop {
            if self.storage.get().is_none() {
                if !adds {
                    return Ok((Set::new(t)?.base.as_ref(), 0));
                }
                self.resize(t, None, MIN_SLOTS)?;
            }
            let source = other.storage.get();
            let is_stable = other.is_stable(t);
            let from = match source {
                Some(s) if !is_stable => {
                    let copy = Set::new(t)?;
                    copy.base.storage.set(t, &copy.base.header, SetData::copy_table(t, &s, more)?);
                    copy.base.as_ref()
                }
                _ => other.as_ref(),
            };
            if adds {
                self.reserve(t, source.map_or(0, |s| s.used()) + more)?;
            }
            let _held = self.exclusively_with(t, other);
            let changed = other.storage.get() != source || is_stable != other.is_stable(t);
            let Some(s) = self.storage.get().filter(|_| !changed) else { continue };
            let n = source.map_or(0, |s| s.used());
            if adds && s.fill() + n > s.mask {
                // Others were faster.
                more = n / 8 + 1;
                continue;
            }
            if let (Some(source), Some(copy)) = (source, from.storage.get())
                && source != copy
            {
                if n >= copy.mask {
                    more = n / 8 + 1;
                    continue;
                }
                copy.take_all(t, &source);
            }
            let (mut pos, mut before) = (0, 0);
            while let Some((item, hash)) = from.next(&mut pos) {
                match s.glance(item, hash) {
                    Glance::There(at) => f(&s, Some(at), item, hash),
                    Glance::Absent => f(&s, None, item, hash),
                    Glance::Ask => return Ok((from, before)),
                }
                before = pos;
            }
            return Ok((from, pos));
        }
    }

    /// Makes room for `n` more items.
    fn reserve(&self, t: &Thread, n: usize) -> Result<()> {
        match self.storage.get() {
            Some(s) if (s.fill() + n) * 5 >= s.mask * 3 => self.resize(t, Some(s), slots_over((s.used() + n) * 2)),
            None if n * 5 >= (MIN_SLOTS - 1) * 3 => self.resize(t, None, slots_over(n * 2)),
            _ => Ok(()),
        }
    }

    /// Adds the items of any iterable.
    pub fn update_from(&self, t: &Thread, iterable: Value) -> Result<()> {
        if let Some(other) = iterable.downcast::<SetData>() {
            return self.merge(t, &other);
        }
        if let Some((d, Part::Keys)) = dict_part(iterable) {
            return self.add_keys(t, d);
        }
        if let Some(items) = t.items_at_once(iterable)? {
            return self.update_from_slice(t, items.as_slice());
        }
        t.for_each(iterable, |item| self.add(t, item).map(|_| ()))
    }

    /// Adds the keys of a dict: in one step, as far as no comparison may be user code and the dict does not show an object's
    /// attributes.
    fn add_keys(&self, t: &Thread, d: Ref<Dict>) -> Result<()> {
        // What the last attempt found too small.
        let mut more = 0;
        while d.viewed_instance().is_none() {
            if self.storage.get().is_none() {
                self.resize(t, None, MIN_SLOTS)?;
            }
            self.reserve(t, d.len() + more)?;
            let _held = t.exclusive_pair(&self.header, d.header());
            let Some(s) = self.storage.get() else { continue };
            let n = d.len();
            if s.fill() + n > s.mask {
                more = n / 8 + 1;
                continue;
            }
            let (mut pos, mut asked) = (0, false);
            while let Some((key, _, hash)) = d.next_with_hash(&mut pos) {
                match s.glance(key, hash) {
                    // Names that code stores into without asking come at any moment.
                    Glance::Absent if s.fill() < s.mask => s.insert(t, key, hash),
                    Glance::There(_) => {}
                    _ => asked = true,
                }
            }
            if !asked {
                return Ok(());
            }
            break;
        }
        let (from, mut pos) = (d.snapshot(t)?, 0);
        while let Some((key, _, hash)) = from.next_with_hash(&mut pos) {
            self.add_with_hash(t, key, hash)?;
        }
        Ok(())
    }

    /// Replaces the content by that of `other`, which nobody else knows.
    pub fn assign(&self, t: &Thread, other: &SetData) {
        let table = other.storage.get();
        exclusively(t, &self.header, || self.storage.set(t, &self.header, table));
    }

    /// The items of `this` (a set) that are in `other` (an iterable), as a set of the built-in class of `this`.
    pub fn intersection_of(t: &Thread, this: Value, other: Value) -> Result<Value> {
        let Some(so) = this.downcast::<SetData>() else { return Err(t.system_error("intersection of what is no set")) };
        if this == other {
            return so.copy(t).map(Ref::value);
        }
        if let Some(other) = other.downcast::<SetData>() {
            return so.at_one_moment(t, &other, |a, b| so.common_items(t, a, b));
        }
        let out = SetData::new_like(t, &so)?;
        t.for_each(other, |item| {
            let hash = hash_key(t, item)?;
            if so.contains_with_hash(t, item, hash)? {
                out.add_with_hash(t, item, hash)?;
            }
            Ok(())
        })?;
        Ok(out.value())
    }
    fn common_items(&self, t: &Thread, a: Ref<SetData>, b: Ref<SetData>) -> Result<Value> {
        let out = SetData::new_like(t, self)?;
        let (large, small) = if b.len() > a.len() { (b, a) } else { (a, b) };
        let (Some(small), Some(table)) = (small.storage.get(), large.storage.get()) else { return Ok(out.value()) };
        if out.take_sifted(t, small, Some(table), true)? {
            return Ok(out.value());
        }
        let mut asked = false;
        for (item, hash) in small.items() {
            match table.glance(item, hash) {
                Glance::Absent if !asked => continue,
                Glance::There(_) if !asked => out.add_absent(t, item, hash)?,
                _ => {
                    // What user code does to the sets may bring an item twice.
                    asked = true;
                    if large.contains_by_search(t, item, hash)? {
                        out.add_with_hash(t, item, hash)?;
                    }
                }
            }
        }
        Ok(out.value())
    }

    /// Gives `self`, which is empty and only the caller knows, the items of one table that are in the other, or that are not; false,
    /// and nothing is done, where that cannot be told at once.
    fn take_sifted(&self, t: &Thread, from: Ref<SetStorage>, other: Option<Ref<SetStorage>>, common: bool) -> Result<bool> {
        let Some(kept) = from.sift(other, common) else { return Ok(false) };
        if kept.count == 0 {
            return Ok(true);
        }
        if let Some(table) = from.gather(t, &kept)? {
            self.storage.set(t, &self.header, table);
            return Ok(true);
        }
        for at in kept.positions() {
            if !from.is_unwritten_since(&kept) {
                self.storage.set(t, &self.header, None);
                return Ok(false);
            }
            let slot = &from.slots()[at];
            self.add_absent(t, slot.key(), slot.hash())?;
        }
        Ok(true)
    }

    /// Removes the items of an iterable.
    pub fn difference_update(&self, t: &Thread, other: Value) -> Result<()> {
        if let Some(other) = other.downcast::<SetData>() {
            if std::ptr::eq(self, &*other) {
                self.clear(t);
                return Ok(());
            }
            // Rather look the few up in the many than the other way round.
            if other.len() / 8 > self.len() && self.keep_if(t, &other, false) {
                return Ok(());
            }
            let (from, mut pos) = self.in_one_step(t, &other, false, |s, found, _, _| {
                if let Some(at) = found {
                    s.remove(at);
                }
            })?;
            while let Some((item, hash)) = from.next(&mut pos) {
                self.discard_with_hash(t, item, hash)?;
            }
        } else if let Some(d) = exact_dict(other) {
            let mut pos = 0;
            while let Some((key, _, hash)) = d.next_with_hash(&mut pos) {
                self.discard_with_hash(t, key, hash)?;
            }
        } else {
            t.for_each(other, |item| self.discard(t, item).map(|_| ()))?;
        }
        match self.storage.get() {
            Some(s) if s.fill().saturating_sub(s.used()) > s.mask / 4 => self.grow(t, s),
            _ => Ok(()),
        }
    }

    /// The items that are not in an iterable, as a set of the built-in class.
    pub fn difference(&self, t: &Thread, other: Value) -> Result<Ref<SetData>> {
        if let Some(set) = other.downcast::<SetData>() {
            return self.at_one_moment(t, &set, |a, b| {
                if a.len() >> 2 <= b.len() {
                    return self.difference_of(t, a, Some(b), None);
                }
                let out = SetData::new_like(t, self)?;
                out.merge(t, &a)?;
                out.difference_update(t, b.value())?;
                Ok(out)
            });
        }
        match exact_dict(other) {
            Some(d) if self.len() >> 2 <= d.len() => self.difference_of(t, self.stable(t)?, None, Some(d)),
            _ => {
                let out = self.copy(t)?;
                out.difference_update(t, other)?;
                Ok(out)
            }
        }
    }
    /// The items of `from` that are neither in `set` nor keys of `dict`.
    fn difference_of(
        &self,
        t: &Thread,
        from: Ref<SetData>,
        set: Option<Ref<SetData>>,
        dict: Option<Ref<Dict>>,
    ) -> Result<Ref<SetData>> {
        let out = SetData::new_like(t, self)?;
        let Some(from) = from.storage.get() else { return Ok(out) };
        let table = set.and_then(|s| s.storage.get());
        if dict.is_none() && out.take_sifted(t, from, table, false)? {
            return Ok(out);
        }
        let mut asked = dict.is_some();
        for (item, hash) in from.items() {
            let there = match (set, dict) {
                (Some(_), _) if !asked && table.is_none() => false,
                (Some(s), _) => match table.filter(|_| !asked).map_or(Glance::Ask, |table| table.glance(item, hash)) {
                    Glance::Ask => {
                        asked = true;
                        s.contains_by_search(t, item, hash)?
                    }
                    found => matches!(found, Glance::There(_)),
                },
                (_, Some(d)) => d.get_with_hash(t, item, hash)?.is_some(),
                _ => false,
            };
            if there {
                continue;
            }
            // What user code does to the sets may bring an item twice.
            if asked {
                out.add_with_hash(t, item, hash)?;
            } else {
                out.add_absent(t, item, hash)?;
            }
        }
        Ok(out)
    }

    /// Adds the items of an iterable that are not there, removes those that are.
    pub fn symmetric_difference_update(&self, t: &Thread, other: Value) -> Result<()> {
        if other.as_cell().is_some_and(|c| std::ptr::eq(c.as_ptr(), &raw const self.header)) {
            self.clear(t);
            return Ok(());
        }
        let toggle = |item, hash| -> Result<()> {
            if !self.discard_with_hash(t, item, hash)? {
                self.add_with_hash(t, item, hash)?;
            }
            Ok(())
        };
        let other = match other.downcast::<SetData>() {
            Some(s) => s,
            None => {
                // Each item counts once, however often the iterable has it.
                let distinct = SetData::new_like(t, self)?;
                distinct.update_from(t, other)?;
                distinct
            }
        };
        let (from, mut pos) = self.in_one_step(t, &other, true, |s, found, item, hash| match found {
            Some(at) => s.remove(at),
            None => s.insert(t, item, hash),
        })?;
        while let Some((item, hash)) = from.next(&mut pos) {
            toggle(item, hash)?;
        }
        Ok(())
    }

    /// Keeps the items that are in `other` (`common`), or those that are not, in one step; false, and nothing is done, where it
    /// takes code of the user's.
    pub fn keep_if(&self, t: &Thread, other: &SetData, common: bool) -> bool {
        let _held = self.exclusively_with(t, other);
        let (Some(s), table) = (self.storage.get(), other.storage.get()) else { return true };
        let slots = || s.slots().iter().enumerate().filter_map(|(i, slot)| Some((i, slot.live_key()?, slot.hash())));
        let look = |key, hash| table.map_or(Glance::Absent, |o| o.glance(key, hash));
        if slots().any(|(_, key, hash)| matches!(look(key, hash), Glance::Ask)) {
            return false;
        }
        for (i, key, hash) in slots() {
            if matches!(look(key, hash), Glance::Absent) == common {
                s.remove(i);
            }
        }
        true
    }

    /// Whether all items are in `other`.
    pub fn is_subset_of(&self, t: &Thread, other: &SetData) -> Result<bool> {
        self.is_subset_if(t, other, |n, m| n <= m)
    }

    /// Whether all items are in `other`, and the numbers of items are as `fits` says.
    pub(crate) fn is_subset_if(&self, t: &Thread, other: &SetData, fits: impl Fn(usize, usize) -> bool) -> Result<bool> {
        // The numbers of two sets that others write are not of one moment.
        if (self.is_stable(t) || other.is_stable(t)) && !fits(self.len(), other.len()) {
            return Ok(false);
        }
        let (a, b) = self.stable_pair(t, other)?;
        if !fits(a.len(), b.len()) {
            return Ok(false);
        }
        let Some(items) = a.storage.get() else { return Ok(true) };
        let Some(mut table) = b.storage.get() else { return Ok(a.is_empty()) };
        for (item, hash) in items.items() {
            match table.glance(item, hash) {
                Glance::There(_) => {}
                Glance::Absent => return Ok(false),
                Glance::Ask => {
                    if !b.contains_by_search(t, item, hash)? {
                        return Ok(false);
                    }
                    // The item's `__eq__` may have changed the set.
                    match b.storage.get() {
                        Some(now) => table = now,
                        None => return Ok(false),
                    }
                }
            }
        }
        Ok(true)
    }

    pub fn equals(&self, t: &Thread, other: &SetData) -> Result<bool> {
        let (h, g) = (self.hash.load(Relaxed), other.hash.load(Relaxed));
        if h != 0 && g != 0 && h != g {
            return Ok(false);
        }
        self.is_subset_if(t, other, |n, m| n == m)
    }

    /// The hash that a frozenset of the items has.
    pub fn frozen_hash(&self) -> i64 {
        // Only of a set that nobody writes: see the top of this file.
        let mut hasher = taipan_text::hash::SetHasher::default();
        let mut pos = 0;
        while let Some((_, hash)) = self.next(&mut pos) {
            hasher.add(hash);
        }
        hasher.finish()
    }

    pub fn byte_size(&self) -> usize {
        size_of::<SetData>() + self.storage.get().map_or(0, |s| s.byte_size())
    }
}

fn exact_dict(v: Value) -> Option<Ref<Dict>> {
    v.downcast::<Dict>().filter(|d| d.header().shape_id() == Dict::class_cell().shape())
}

// ---------------------------------------------------------------- iterator

/// State: see `DictIteration` in `dict_views`, which this resembles.
#[derive(HeapType)]
#[repr(C)]
pub struct SetIterator {
    header: Header,
    set: RefField<SetData>,
    position: AtomicUsize,
    expected: AtomicUsize,
    remaining: AtomicUsize,
}

const ENDED: usize = usize::MAX;
const RESIZED: usize = usize::MAX - 1;

impl SetIterator {
    pub fn new(t: &Thread, set: Ref<SetData>) -> Result<Ref<SetIterator>> {
        let n = set.len();
        let it = SetIterator {
            header: Header::NEW,
            set: RefField::null(),
            position: AtomicUsize::new(0),
            expected: AtomicUsize::new(n),
            remaining: AtomicUsize::new(n),
        };
        it.set.init(set);
        t.create(it)
    }

    /// The next item, or the empty mark at the end.
    #[inline]
    pub fn next_word(&self, t: &Thread) -> Result<Value> {
        match exclusively(t, &self.header, || self.step()) {
            Ok(None) => {
                self.set.set(t, &self.header, None);
                Ok(Value::EMPTY)
            }
            Ok(Some(item)) => Ok(item),
            Err(()) => Err(t.runtime_error("Set changed size during iteration")),
        }
    }

    /// Takes the next item; `Err` if the set's size changed. The caller holds the iterator.
    #[inline]
    fn step(&self) -> std::result::Result<Option<Value>, ()> {
        let expected = self.expected.load(Relaxed);
        let Some(set) = self.set.get().filter(|_| expected != ENDED) else { return Ok(None) };
        if expected != set.len() {
            self.expected.store(RESIZED, Relaxed);
            return Err(());
        }
        let mut position = self.position.load(Relaxed);
        match set.next(&mut position) {
            Some((item, _)) => {
                self.position.store(position, Relaxed);
                self.remaining.store(self.remaining.load(Relaxed).saturating_sub(1), Relaxed);
                Ok(Some(item))
            }
            None => {
                self.expected.store(ENDED, Relaxed);
                Ok(None)
            }
        }
    }
}

#[pyclass(name = "set_iterator", flags(NO_NEW, OWNED))]
impl SetIterator {
    #[py]
    fn __iter__(_t: &Thread, this: Ref<SetIterator>) -> Ref<SetIterator> {
        this
    }
    #[py]
    fn __next__(t: &Thread, this: Ref<SetIterator>) -> Result<Option<Value>> {
        this.next_word(t).map(Value::some)
    }
    /// Private method returning an estimate of len(list(it)).
    #[py("($self, /)")]
    fn __length_hint__(_t: &Thread, this: Ref<SetIterator>) -> Result<usize> {
        Ok(match this.set.get() {
            Some(s) if this.expected.load(Relaxed) == s.len() => this.remaining.load(Relaxed),
            _ => 0,
        })
    }
    /// Return state information for pickling.
    #[py("($self, /)")]
    fn __reduce__(t: &Thread, this: Ref<SetIterator>) -> Result<Value> {
        let rest = ValueVec::new();
        let (expected, mut pos) = exclusively(t, &this.header, || (this.expected.load(Relaxed), this.position.load(Relaxed)));
        if expected != ENDED
            && let Some(set) = this.set.get()
        {
            if expected != set.len() {
                return Err(t.runtime_error("Set changed size during iteration"));
            }
            while let Some((item, _)) = set.next(&mut pos) {
                rest.push(t, item)?;
            }
        }
        reduce_to_iter(t, rest)
    }
}
