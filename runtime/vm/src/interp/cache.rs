//! Inline caches: one word a site, shared by all threads.
//!
//! A cache word is 0 (empty), a packed `shape << 32 | word offset << 8 | 1` for an attribute in an inline slot (2 more for a slot
//! of `__slots__`), or the address of
//! an immutable [`Entry`]. Threads that learn more build a new entry and publish it with one store; entries are cells, so an
//! old one lives as long as a thread may still hold it on its stack, and no epoch is needed. The code object's scan visits them.
//!
//! A packed word needs no version: a class that gains a data descriptor flushes all slot caches (rare). Entries that hold a
//! class attribute compare the class's version.

use super::*;
use crate::objects::class::Class;
use std::sync::atomic::{AtomicU64, AtomicUsize};
use taipan_compiler::isa::{Instr, Op};

/// Most entries chained at one site.
const MAX_CHAIN: u32 = 4;

/// What a site learnt.
#[derive(HeapType)]
#[repr(C)]
pub struct Entry {
    header: Header,
    #[noscan]
    pub kind: Kind,
    pub shape: ShapeId,
    pub version: u32,
    pub depth: u32,
    /// For `Slot` and `Add`: word offset from the cell's start.
    pub offset: u32,
    /// For `Add`: the shape after.
    pub new_shape: ShapeId,
    /// Class whose version is checked, or the globals dict, or the module.
    pub guard: Field,
    /// Method, value, cell.
    pub value: Field,
    /// For globals: the built-ins' cell.
    pub second: Field,
    pub next: RefField<Entry>,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(u32)]
pub enum Kind {
    /// Attribute in an inline slot.
    Slot,
    /// Attribute in a slot beyond the inline ones: the offset is the slot's number.
    FarSlot,
    /// Store that adds an attribute in an inline slot.
    Add,
    /// Class attribute that becomes a method: value is the function.
    Method,
    /// Class attribute read through an instance without binding.
    ClassValue,
    /// Attribute of a particular class object.
    OfClass,
    /// Attribute of a particular module: value is the global's cell.
    OfModule,
    /// Global: guard is the globals dict, value its cell, second the built-ins' cell or empty.
    Global,
    /// Property: value is the getter function.
    Property,
    /// Store to a property: value is the setter function.
    Setter,
    /// Attribute that neither the instance nor its class has: value is the function `__getattr__`.
    Hook,
    /// Field of a named tuple: the offset is the item's number.
    TupleItem,
    /// Class method: value is the function, second the class it gets. Guard is the class whose version is checked; offset 1: the
    /// attribute is read from that class itself, not from an instance.
    ClassMethod,
}

static SHAPE: std::sync::OnceLock<ShapeId> = std::sync::OnceLock::new();

/// Calls `f` for each cache word of `code`.
fn each_word(code: &Code, mut f: impl FnMut(&AtomicU64)) {
    let mut i = 0;
    let n = code.words();
    while i < n {
        // SAFETY: `i` is below the number of words; cache words are only accessed atomically.
        let instr = unsafe { Instr(*code.start.add(i)) };
        let len = Op::from_u16(instr.op()).map_or(1, Op::len);
        // That of a loop is no cache: see `machine`.
        let len = if instr.op() == Op::JUMP_BACK as u16 { 1 } else { len };
        for k in 1..len {
            // SAFETY: as above.
            f(unsafe { &*code.start.add(i + k).cast::<AtomicU64>() });
        }
        i += Op::from_u16(instr.op()).map_or(1, Op::len);
    }
}

/// Collections that a program asks for are running: what only caches refer to is garbage to them.
static FORGETTING: AtomicUsize = AtomicUsize::new(0);

/// Runs `f`, whose collections of all cells empty the sites that name entries. A class or module that a program no longer has would
/// otherwise live as long as the code that once looked something up in it.
pub fn forgetting<R>(f: impl FnOnce() -> R) -> R {
    FORGETTING.fetch_add(1, AcqRel);
    let r = f();
    FORGETTING.fetch_sub(1, AcqRel);
    r
}

/// Visits the entries that a code object's sites refer to.
pub fn scan_code(code: &Code, v: &mut Visitor) {
    let forget = FORGETTING.load(Relaxed) != 0;
    each_word(code, |w| {
        if let Some(e) = entry_of(w.load(Acquire)) {
            // The world is stopped: nobody is between the load of a word and holding its entry.
            if forget { w.store(0, Release) } else { v.value(e.value()) }
        }
    });
}

/// Empties all sites of a code object.
pub fn clear(code: &Code) {
    each_word(code, |w| w.store(0, Release));
}

#[inline(always)]
fn entry_of(word: u64) -> Option<Ref<Entry>> {
    if word & 1 == 0 && word != 0 {
        // SAFETY: words that are even and not 0 are addresses of entries, kept alive by the code object.
        Some(unsafe { Ref::from_raw(std::ptr::NonNull::new_unchecked(word as *mut Entry)) })
    } else {
        None
    }
}

/// The entry that a site's word names, if it names one.
pub fn entry(word: u64) -> Option<Ref<Entry>> {
    entry_of(word)
}

/// Shape of a value, immediates included.
#[inline(always)]
pub fn shape_of(v: Value) -> ShapeId {
    match v.header() {
        Some(h) => h.shape_id(),
        None => immediate_shape(v),
    }
}
#[inline(never)]
fn immediate_shape(v: Value) -> ShapeId {
    class_of(v).instance_shape()
}

/// The attribute value that a site's word gives for `obj`, where it takes no call.
#[inline(always)]
pub fn slot_value(word: u64, obj: Value) -> Option<Value> {
    let h = obj.header()?;
    if word & 1 != 0 {
        if h.shape_id().0 == (word >> 32) as u32 {
            let offset = (word as u32 >> 8) as usize;
            // SAFETY: the shape says that the cell has a slot there.
            let v = unsafe { (*(h as *const Header as *const Field).add(offset)).get() };
            return v.some();
        }
        return None;
    }
    let mut e = entry_of(word)?;
    let shape = h.shape_id();
    loop {
        if e.shape == shape {
            match e.kind {
                // SAFETY: as above.
                Kind::Slot => return unsafe { (*(h as *const Header as *const Field).add(e.offset as usize)).get() }.some(),
                Kind::ClassValue if version_holds(e) => return Some(e.value.get()),
                Kind::OfModule if e.guard.get() == obj => {
                    // SAFETY: the value of such an entry is a cell object.
                    let c: Ref<CellObject> = unsafe { Ref::from_raw(e.value.get().as_cell()?.cast()) };
                    return c.get().some();
                }
                Kind::OfClass if e.guard.get() == obj && version_holds(e) => return Some(e.value.get()),
                Kind::OfModule | Kind::OfClass => {}
                _ => return None,
            }
        }
        e = e.next.get()?;
    }
}
#[inline(always)]
fn version_holds(e: Ref<Entry>) -> bool {
    // SAFETY: the guard of such an entry is a class.
    let class: Ref<Class> = unsafe { Ref::from_raw(e.guard.get().as_cell().unwrap_unchecked().cast()) };
    class.version.load(Acquire) == e.version
}

/// The field of an existing attribute, for a store.
#[inline(always)]
pub fn slot_field<'a>(word: u64, obj: Value) -> Option<(&'a Field, &'a Header)> {
    if word & 1 == 0 {
        return None;
    }
    let h = obj.header()?;
    if h.shape_id().0 != (word >> 32) as u32 {
        return None;
    }
    // SAFETY: the shape says that the cell has a slot there.
    Some((unsafe { &*(h as *const Header as *const Field).add((word as u32 >> 8) as usize) }, h))
}

/// The entry for `obj`'s shape at a site, of any kind.
#[inline(always)]
pub fn find(word: u64, obj: Value) -> Option<Ref<Entry>> {
    let mut e = entry_of(word)?;
    let shape = shape_of(obj);
    loop {
        if e.shape == shape {
            return Some(e);
        }
        e = e.next.get()?;
    }
}

/// The method that a site's word gives for `obj`, unless that is an immediate.
#[inline(always)]
pub fn method(word: u64, obj: Value) -> Option<Value> {
    let shape = obj.header()?.shape_id();
    let mut e = entry_of(word)?;
    while e.shape != shape {
        e = e.next.get()?;
    }
    if e.kind == Kind::Method && version_holds(e) { Some(e.value.get()) } else { None }
}

/// As [`method`], immediates included.
#[inline(always)]
pub fn method_of_any(word: u64, obj: Value) -> Option<Value> {
    let e = find(word, obj)?;
    if e.kind == Kind::Method && version_holds(e) { Some(e.value.get()) } else { None }
}

/// The function of the class method that a site's word gives for `obj`, and the class it gets.
#[inline(always)]
pub fn class_method(word: u64, obj: Value) -> Option<(Value, Value)> {
    let shape = obj.header()?.shape_id();
    let mut e = entry_of(word)?;
    loop {
        if e.shape == shape && e.kind == Kind::ClassMethod && (e.offset == 0 || e.guard.get() == obj) && version_holds(e) {
            return Some((e.value.get(), e.second.get()));
        }
        e = e.next.get()?;
    }
}

/// The attribute in a far slot that a site's word gives for `obj`.
#[inline(never)]
pub fn far_slot(word: u64, obj: Value) -> Option<Value> {
    let e = find(word, obj).filter(|e| e.kind == Kind::FarSlot)?;
    let h = obj.header()?;
    crate::attr::slot(h, h.shape(), e.offset as usize)?.0.get().some()
}

/// The field of a named tuple that a site's word gives for `obj`.
#[inline(never)]
pub fn tuple_item(word: u64, obj: Value) -> Option<Value> {
    let e = find(word, obj).filter(|e| e.kind == Kind::TupleItem && version_holds(*e))?;
    obj.downcast::<Tuple>()?.get(e.offset as usize)
}

/// The property getter that a site's word gives for `obj`.
#[inline(always)]
pub fn property(word: u64, obj: Value) -> Option<Value> {
    let e = find(word, obj)?;
    if e.kind == Kind::Property && version_holds(e) { Some(e.value.get()) } else { None }
}
/// The function that a site's word says is called to store an attribute of `obj`.
pub fn setter(word: u64, obj: Value) -> Option<Value> {
    let e = find(word, obj)?;
    if e.kind == Kind::Setter && version_holds(e) { Some(e.value.get()) } else { None }
}
/// The `__getattr__` that a site's word gives for `obj`.
pub fn hook(word: u64, obj: Value) -> Option<Value> {
    let e = find(word, obj)?;
    if e.kind == Kind::Hook && version_holds(e) { Some(e.value.get()) } else { None }
}

/// The value of a cached global.
#[inline(always)]
pub fn global(word: u64, globals: Value) -> Option<Value> {
    let e = entry_of(word)?;
    if e.guard.get() != globals {
        return None;
    }
    // SAFETY: value and second of a `Global` entry are cell objects (second may be empty).
    unsafe {
        let c: Ref<CellObject> = Ref::from_raw(e.value.get().as_cell()?.cast());
        let v = c.get();
        if !v.is_empty() {
            return Some(v);
        }
        let c: Ref<CellObject> = Ref::from_raw(e.second.get().as_cell()?.cast());
        c.get().some()
    }
}

/// The cell of a cached global of the frame's own module, for a store to a name that exists.
#[inline(always)]
pub fn own_global_cell(word: u64, globals: Value) -> Option<Ref<CellObject>> {
    let e = entry_of(word)?;
    if e.guard.get() != globals {
        return None;
    }
    // SAFETY: as in `global`.
    let c: Ref<CellObject> = unsafe { Ref::from_raw(e.value.get().as_cell()?.cast()) };
    // A first store must go through the dict, which counts and orders its keys.
    if c.get().is_empty() { None } else { Some(c) }
}

/// The content of a new entry.
pub struct NewEntry {
    pub kind: Kind,
    pub shape: ShapeId,
    pub version: u32,
    pub offset: u32,
    pub new_shape: ShapeId,
    pub guard: Value,
    pub value: Value,
    pub second: Value,
}

/// Publishes an entry at a site of the code of the running frame.
pub fn publish(t: &Thread, site: *const u64, new: NewEntry) {
    // SAFETY: sites are cache words of live code, only accessed atomically.
    let word = unsafe { &*site.cast::<AtomicU64>() };
    let old = word.load(Acquire);
    let shape = *SHAPE.get_or_init(|| Mutator::internal_shape(Entry::layout()));
    let previous = entry_of(old).filter(|e| e.depth + 1 < MAX_CHAIN && new.kind != Kind::Global && e.shape != new.shape);
    let next = RefField::null();
    let depth = match previous {
        Some(p) => {
            next.init(p);
            p.depth + 1
        }
        None => 0,
    };
    let entry = t.create_internal(
        shape,
        Entry {
            header: Header::NEW,
            kind: new.kind,
            shape: new.shape,
            version: new.version,
            depth,
            offset: new.offset,
            new_shape: new.new_shape,
            guard: Field::new(new.guard),
            value: Field::new(new.value),
            second: Field::new(new.second),
            next,
        },
    );
    // Without memory there is no cache.
    if let Ok(entry) = entry {
        // A packed word that was there becomes the entry's successor only by being learnt again.
        if word.compare_exchange(old, entry.as_ptr() as u64, AcqRel, Acquire).is_ok() {
            let regs = t.regs.get();
            // SAFETY: the running frame's code holds the site.
            unsafe { t.write_barrier(code_of(regs).header()) };
        }
    }
}

/// Publishes an inline slot: packed if the site is empty, else as an entry.
/// `member`: a slot of `__slots__`, which stores find also when it is empty.
pub fn publish_slot(t: &Thread, site: *const u64, shape: ShapeId, offset: usize, member: bool) {
    // SAFETY: as in `publish`.
    let word = unsafe { &*site.cast::<AtomicU64>() };
    if offset < 1 << 16
        && word
            .compare_exchange(0, (shape.0 as u64) << 32 | (offset as u64) << 8 | 1 | u64::from(member) << 1, AcqRel, Acquire)
            .is_ok()
    {
        return;
    }
    let old = word.load(Acquire);
    if old & 1 != 0 {
        // Two shapes at this site: turn the packed word into an entry first.
        let first = NewEntry {
            kind: Kind::Slot,
            shape: ShapeId((old >> 32) as u32),
            version: 0,
            offset: old as u32 >> 8,
            new_shape: ShapeId(0),
            guard: Value::EMPTY,
            value: Value::EMPTY,
            second: Value::EMPTY,
        };
        publish(t, site, first);
    }
    publish(
        t,
        site,
        NewEntry {
            kind: Kind::Slot,
            shape,
            version: 0,
            offset: offset as u32,
            new_shape: ShapeId(0),
            guard: Value::EMPTY,
            value: Value::EMPTY,
            second: Value::EMPTY,
        },
    );
}
