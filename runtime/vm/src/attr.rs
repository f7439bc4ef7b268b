//! Attributes: instance slots and shapes, the generic protocol of `object`, method caches.
//!
//! An instance's attributes live in slots of its instance part (see `taipan_heap::shape`): one extension word, inline slots, then
//! chunks hung on the [`Extension`]. The shape maps names to slots. **A live slot never moves and never changes its meaning**:
//! - adding writes the slot, then publishes the shape that knows it (the writer owns the object or holds its lock byte);
//! - deleting writes the empty mark and moves to a shape without the name; a re-added name takes a new slot;
//! - what must move live slots (dictionary mode) happens with the world stopped.
//!
//! So reading or overwriting an existing attribute is one atomic word and takes no lock.

use crate::native::*;
use crate::objects::class::Special;
use crate::objects::descriptors::{ClassMethod, Property, StaticMethod};
use crate::objects::function::{BoundMethod, Function};
use crate::objects::member::MemberDescriptor;
use crate::objects::native_function::{GetSet, Native};
use crate::objects::object::Object;
use crate::objects::value_vec::Array;
use std::cell::UnsafeCell;
use std::sync::atomic::Ordering::*;
use taipan_heap::{NewShape, SHAPES, instance_part};

/// `Shape::flags`: the shape removed `key` from its parent.
pub const SHAPE_DELETED: u16 = 1;
/// `Shape::flags`: attributes live in the dict of the instance's extension.
pub const SHAPE_DICT_MODE: u16 = 2;

/// Most attributes in slots; beyond, an instance goes to dictionary mode.
const MAX_SLOTS: usize = 1000;
/// Most deletions on one shape path before dictionary mode.
const MAX_DELETED: usize = 24;

// ---------------------------------------------------------------- method cache

const CACHE_SIZE: usize = 2048;

#[derive(Clone, Copy)]
struct CacheEntry {
    version: u32,
    name: u64,
    value: Value,
}

/// A thread's cache of class lookups, keyed by class version and name. Emptied at each collection.
pub struct MethodCache(UnsafeCell<Box<[CacheEntry; CACHE_SIZE]>>);

impl Default for MethodCache {
    fn default() -> Self {
        Self::new()
    }
}

impl MethodCache {
    pub fn new() -> MethodCache {
        MethodCache(UnsafeCell::new(Box::new([CacheEntry { version: 0, name: 0, value: Value::EMPTY }; CACHE_SIZE])))
    }
    #[inline]
    pub fn lookup(&self, class: &Class, name: Ref<Str>) -> Option<Value> {
        let version = class.version.load(Acquire);
        let word = name.value().bits();
        let slot = (version as u64 ^ (word >> 4)) as usize % CACHE_SIZE;
        // SAFETY: the cache belongs to the running thread and no reference to it leaves this function.
        let entry = unsafe { &mut (&mut *self.0.get())[slot] };
        if entry.version == version && entry.name == word {
            return entry.value.some();
        }
        let found = class.lookup_uncached(name);
        *entry = CacheEntry { version, name: word, value: found.unwrap_or(Value::EMPTY) };
        found
    }
    /// Forgets everything. Called in a handshake or by the thread itself.
    pub fn clear(&self) {
        // SAFETY: as in `lookup`; in a handshake the thread is stopped.
        unsafe { (*self.0.get()).fill(CacheEntry { version: 0, name: 0, value: Value::EMPTY }) }
    }
}

// ---------------------------------------------------------------- shapes

/// The slot of `name` (interned) in instances of shape `s`.
pub fn shape_lookup(s: &Shape, name: Ref<Str>) -> Option<usize> {
    let word = name.value();
    let table = s.table.get();
    if let Some(d) = table.downcast::<Dict>() {
        return d.get_interned(name).and_then(Value::as_small_int).map(|i| i as usize);
    }
    let mut cur: &Shape = s;
    loop {
        let key = cur.key.get();
        if key == word {
            return if cur.flags & SHAPE_DELETED != 0 { None } else { Some(cur.slot_count as usize - 1) };
        }
        let parent = cur.parent.load(Acquire);
        if parent == 0 {
            return None;
        }
        cur = SHAPES.get(ShapeId(parent));
        if let Some(d) = cur.table.get().downcast::<Dict>() {
            return d.get_interned(name).and_then(Value::as_small_int).map(|i| i as usize);
        }
    }
}

/// Length of a shape path after which it gets a table.
const TABLE_AT: usize = 8;

/// Attribute names and slots of a shape, in the order in which they were added.
pub fn shape_entries(s: &'static Shape) -> Vec<(u64, usize)> {
    let mut path = Vec::new();
    let mut cur = s;
    loop {
        if !cur.key.get().is_empty() {
            path.push(cur);
        }
        let parent = cur.parent.load(Acquire);
        if parent == 0 {
            break;
        }
        cur = SHAPES.get(ShapeId(parent));
    }
    let mut out: Vec<(u64, usize)> = Vec::with_capacity(path.len());
    for s in path.into_iter().rev() {
        let key = s.key.get().bits();
        if s.flags & SHAPE_DELETED != 0 {
            out.retain(|e| e.0 != key);
        } else {
            out.push((key, s.slot_count as usize - 1));
        }
    }
    out
}

/// The shape reached from `s` by adding (or deleting) `name`; made on first use.
fn transition(t: &Thread, s: &'static Shape, name: Ref<Str>, delete: bool) -> Result<&'static Shape> {
    if !delete {
        if let Some(d) = s.transitions.get().downcast::<Dict>() {
            if let Some(id) = d.get_interned(name).and_then(Value::as_small_int) {
                return Ok(SHAPES.get(ShapeId(id as u32)));
            }
        }
    }
    // Deletions are keyed by a one-element tuple's string form: rare, so a second dict entry with a decorated name will do.
    let key = if delete { Str::intern_str(t, &format!("{name}\u{0}del"))? } else { name };
    let dict = match s.transitions.get().downcast::<Dict>() {
        Some(d) => d,
        None => {
            let d = Dict::new(t)?;
            match s.transitions.compare_exchange(t, d.header(), Value::EMPTY, d.value()) {
                Ok(()) => {
                    s.written();
                    d
                }
                Err(seen) => seen.downcast::<Dict>().unwrap_or(d),
            }
        }
    };
    if let Some(id) = dict.get_interned(key).and_then(Value::as_small_int) {
        return Ok(SHAPES.get(ShapeId(id as u32)));
    }
    let count = s.slot_count + if delete { 0 } else { 1 };
    let new = SHAPES.add(NewShape {
        layout: s.layout(),
        class: s.class.get(),
        key: name.value(),
        parent: s.id(),
        slots_offset: s.slots_offset,
        inline_slots: s.inline_slots,
        slot_count: count,
        flags: if delete { SHAPE_DELETED } else { 0 },
    });
    // Depth is bounded, so building the table at each eighth level keeps lookups short.
    let entries = shape_entries(new);
    if entries.len().is_multiple_of(TABLE_AT) || delete {
        let table = Dict::new(t)?;
        for (k, slot) in &entries {
            table.set(t, Value::from_bits(*k), Value::small_int(*slot as i64))?;
        }
        new.table.init(table);
        new.written();
    }
    // A racing thread may have made the same transition: the first one published wins; the loser's shape is not used.
    if let Some(id) = dict.set_default(t, key.value(), Value::small_int(new.id().0 as i64))?.and_then(Value::as_small_int) {
        return Ok(SHAPES.get(ShapeId(id as u32)));
    }
    s.written();
    Ok(new)
}

// ---------------------------------------------------------------- slots

/// What an instance has beyond its inline slots.
#[derive(HeapType)]
#[repr(C)]
pub struct Extension {
    header: Header,
    /// The `__dict__` object: a view of the slots, or, in dictionary mode, where the attributes are.
    pub dict: Field,
    /// Chunk `i` holds `8 << i` slots.
    chunks: [Field; 7],
}
static EXTENSION_SHAPE: std::sync::OnceLock<ShapeId> = std::sync::OnceLock::new();

#[inline(always)]
fn part_of(obj: &Header, s: &Shape) -> Option<*const Field> {
    // SAFETY: `obj` is live and `s` is its shape (shapes of one object agree on where its instance part is).
    unsafe { instance_part(obj, s) }
}

fn extension(obj: &Header, s: &Shape) -> Option<Ref<Extension>> {
    let part = part_of(obj, s)?;
    // SAFETY: the extension word is the first of the instance part and holds the empty mark or an `Extension`.
    unsafe { (*part).get().as_cell().map(|c| Ref::from_raw(c.cast())) }
}

/// The object's extension, made if it has none.
fn need_extension(t: &Thread, obj: &Header, s: &Shape) -> Result<Ref<Extension>> {
    if let Some(e) = extension(obj, s) {
        return Ok(e);
    }
    let shape = *EXTENSION_SHAPE.get_or_init(|| Mutator::internal_shape(Extension::layout()));
    let new = t.create_internal(
        shape,
        Extension { header: Header::NEW, dict: Field::new(Value::EMPTY), chunks: [const { Field::new(Value::EMPTY) }; 7] },
    )?;
    let part = part_of(obj, s).expect("object has an instance part");
    // SAFETY: as in `extension`.
    let word = unsafe { &*part };
    match word.compare_exchange(t, obj, Value::EMPTY, new.value()) {
        Ok(()) => Ok(new),
        Err(_) => Ok(extension(obj, s).expect("another thread made it")),
    }
}

fn chunk_index(i: usize) -> (usize, usize) {
    let k = i + 8;
    let c = (k / 8).ilog2() as usize;
    (c, k - (8 << c))
}

/// The field of slot `i`, which exists.
#[inline(always)]
pub fn slot<'a>(obj: &'a Header, s: &Shape, i: usize) -> Option<(&'a Field, &'a Header)> {
    let part = part_of(obj, s)?;
    if i < s.inline_slots as usize {
        // SAFETY: the slot is inside the cell.
        return Some((unsafe { &*part.add(1 + i) }, obj));
    }
    let (c, k) = chunk_index(i - s.inline_slots as usize);
    let e = extension(obj, s)?;
    let chunk: Ref<Array> = e.chunks[c].get().downcast()?;
    // SAFETY: (lifetime) the chunk lives as long as the object: chunks are never removed from an extension.
    unsafe {
        Some((std::mem::transmute::<&Field, &Field>(chunk.field(k)), std::mem::transmute::<&Header, &Header>(chunk.header())))
    }
}

/// The field of slot `i`, made if it is beyond what there is.
fn need_slot<'a>(t: &Thread, obj: &'a Header, s: &Shape, i: usize) -> Result<(&'a Field, &'a Header)> {
    if let Some(f) = slot(obj, s, i) {
        return Ok(f);
    }
    let e = need_extension(t, obj, s)?;
    let (c, _) = chunk_index(i - s.inline_slots as usize);
    let chunk = Array::new(t, 8 << c)?;
    for f in chunk.fields() {
        f.init(Value::EMPTY);
    }
    let _ = e.chunks[c].compare_exchange(t, e.header(), Value::EMPTY, chunk.value());
    Ok(slot(obj, s, i).expect("the chunk was just made"))
}

// ---------------------------------------------------------------- instance attributes (no protocol)

fn dict_of_mode(obj: &Header, s: &Shape) -> Option<Ref<Dict>> {
    if s.flags & SHAPE_DICT_MODE != 0 { extension(obj, s).and_then(|e| e.dict.get().downcast()) } else { None }
}

/// The instance attribute `name` (interned).
#[inline]
pub fn instance_get(_t: &Thread, obj: Value, name: Ref<Str>) -> Option<Value> {
    let h = obj.header()?;
    let s = h.shape();
    if s.slots_offset == 0 {
        return None;
    }
    if s.flags & SHAPE_DICT_MODE != 0 {
        return dict_of_mode(h, s)?.get_interned(name);
    }
    let i = shape_lookup(s, name)?;
    slot(h, s, i)?.0.get().some()
}

/// Sets the instance attribute `name` (interned). The object has an instance dict.
pub fn instance_set(t: &Thread, obj: Value, name: Ref<Str>, value: Value) -> Result<()> {
    let Some(h) = obj.header() else { return Ok(()) };
    loop {
        let s = h.shape();
        if let Some(d) = dict_of_mode(h, s) {
            return d.set(t, name.value(), value);
        }
        if let Some(i) = shape_lookup(s, name) {
            if let Some((f, holder)) = slot(h, s, i) {
                f.set(t, holder, value);
                return Ok(());
            }
        }
        if s.slot_count as usize >= MAX_SLOTS {
            to_dict_mode(t, obj, None)?;
            continue;
        }
        let new = transition(t, s, name, false)?;
        let (f, holder) = need_slot(t, h, s, new.slot_count as usize - 1)?;
        let _guard = t.exclusive(h);
        if h.shape_id() == s.id() {
            f.set(t, holder, value);
            h.set_shape(new.id());
            return Ok(());
        }
    }
}

/// Deletes the instance attribute `name` (interned) and returns what it was.
pub fn instance_delete(t: &Thread, obj: Value, name: Ref<Str>) -> Option<Value> {
    let h = obj.header()?;
    loop {
        let s = h.shape();
        if let Some(d) = dict_of_mode(h, s) {
            return d.remove(t, name.value()).ok().flatten();
        }
        let i = shape_lookup(s, name)?;
        let mut deleted = 0;
        let mut cur = s;
        while cur.parent.load(Acquire) != 0 {
            deleted += usize::from(cur.flags & SHAPE_DELETED != 0);
            cur = SHAPES.get(ShapeId(cur.parent.load(Acquire)));
        }
        if deleted >= MAX_DELETED {
            to_dict_mode(t, obj, None).ok()?;
            continue;
        }
        let new = transition(t, s, name, true).ok()?;
        let (f, holder) = slot(h, s, i)?;
        let _guard = t.exclusive(h);
        if h.shape_id() == s.id() {
            let old = f.get();
            f.set(t, holder, Value::EMPTY);
            h.set_shape(new.id());
            return old.some();
        }
    }
}

/// The next instance attribute at or after `pos`, which is advanced; in the order of addition.
pub fn instance_next(obj: Value, pos: &mut usize) -> Option<(Ref<Str>, Value)> {
    let h = obj.header()?;
    let s = h.shape();
    let entries = shape_entries(s);
    while let Some(&(key, i)) = entries.get(*pos) {
        *pos += 1;
        if let Some(v) = slot(h, s, i).and_then(|f| f.0.get().some()) {
            return Some((Value::from_bits(key).downcast()?, v));
        }
    }
    None
}

/// Number of instance attributes.
pub fn instance_len(obj: Value) -> usize {
    let mut pos = 0;
    let mut n = 0;
    while instance_next(obj, &mut pos).is_some() {
        n += 1;
    }
    n
}

/// Makes the instance keep its attributes in its `__dict__` object as ordinary entries (which that object then holds).
pub fn instance_detach(t: &Thread, obj: Value) -> Result<()> {
    to_dict_mode(t, obj, None)
}

/// Puts an instance in dictionary mode: with `replacement` as its dict (`obj.__dict__ = d`), else with its attributes copied into
/// its present `__dict__` object. Moves live slots, so it happens with the world stopped.
fn to_dict_mode(t: &Thread, obj: Value, replacement: Option<Ref<Dict>>) -> Result<()> {
    let Some(h) = obj.header() else { return Ok(()) };
    loop {
        let s = h.shape();
        let class = class_of(obj);
        let e = need_extension(t, h, s)?;
        let target = match replacement {
            Some(d) => d,
            None if s.flags & SHAPE_DICT_MODE != 0 => return Ok(()),
            None => {
                let copy = Dict::new(t)?;
                let mut pos = 0;
                while let Some((k, v)) = instance_next(obj, &mut pos) {
                    copy.set(t, k.value(), v)?;
                }
                copy
            }
        };
        let mode = dict_mode_shape(class);
        let done = t.stop_the_world(|_| {
            // Other threads ran since the copy was made: attributes may have come or gone, which the shape tells, ...
            if h.shape_id() != s.id() {
                return false;
            }
            // ... and values may have been stored.
            if replacement.is_none() {
                let mut pos = 0;
                while let Some((k, v)) = instance_next(obj, &mut pos) {
                    target.replace_str(t, k, v);
                }
            }
            let view: Option<Ref<Dict>> = e.dict.get().downcast();
            match (view, replacement) {
                // The object handed out as `__dict__` stays the object's dict and becomes the holder.
                (Some(view), None) => view.adopt(t, target),
                (Some(view), Some(_)) => {
                    // The old `__dict__` object keeps the old attributes, detached.
                    if s.flags & SHAPE_DICT_MODE == 0 && view.viewed_instance().is_some() {
                        view.detach_empty(t);
                    }
                    e.dict.set(t, e.header(), target);
                }
                (None, _) => e.dict.set(t, e.header(), target),
            }
            h.set_shape(mode);
            true
        });
        if done {
            return Ok(());
        }
    }
}

fn dict_mode_shape(class: Ref<Class>) -> ShapeId {
    let id = class.dict_mode.get();
    if id.0 != 0 {
        return id;
    }
    let root = SHAPES.get(class.instance_shape());
    let s = SHAPES.add(NewShape {
        layout: root.layout(),
        class: class.value(),
        key: Value::EMPTY,
        parent: ShapeId(0),
        slots_offset: root.slots_offset,
        inline_slots: root.inline_slots,
        slot_count: root.slot_count,
        flags: SHAPE_DICT_MODE,
    });
    class.dict_mode.set(s.id());
    s.id()
}

/// `obj.__dict__` of an instance: the same object every time.
pub fn instance_dict(t: &Thread, obj: Value) -> Result<Option<Ref<Dict>>> {
    let Some(h) = obj.header() else { return Ok(None) };
    if let Some(m) = obj.downcast::<Module>() {
        return Ok(Some(m.dict()));
    }
    let s = h.shape();
    if s.slots_offset == 0 || !class_of(obj).has_instance_dict() {
        return Ok(None);
    }
    let e = need_extension(t, h, s)?;
    if let Some(d) = e.dict.get().downcast::<Dict>() {
        return Ok(Some(d));
    }
    let view = Dict::new_view(t, obj)?;
    Ok(match e.dict.compare_exchange(t, e.header(), Value::EMPTY, view.value()) {
        Ok(()) => Some(view),
        Err(seen) => seen.downcast(),
    })
}

/// `obj.__dict__ = d`
pub fn set_instance_dict(t: &Thread, obj: Value, d: Ref<Dict>) -> Result<()> {
    if let Some(h) = obj.header() {
        let s = h.shape();
        if let Some(old) = extension(h, s).and_then(|e| e.dict.get().downcast::<Dict>()) {
            if s.flags & SHAPE_DICT_MODE == 0 {
                // The old view keeps what it showed.
                let copy = Dict::new(t)?;
                let mut pos = 0;
                while let Some((k, v)) = instance_next(obj, &mut pos) {
                    copy.set(t, k.value(), v)?;
                }
                t.stop_the_world(|_| old.adopt(t, copy));
            }
        }
    }
    to_dict_mode(t, obj, Some(d))
}

/// Gives an instance another class with the same layout (`obj.__class__ = cls`), its attributes kept.
pub fn change_class(t: &Thread, obj: Value, class: Ref<Class>) -> Result<()> {
    let Some(h) = obj.header() else { return Ok(()) };
    let old = h.shape();
    let mut target = SHAPES.get(class.instance_shape());
    let same_place = target.slots_offset == old.slots_offset && target.inline_slots == old.inline_slots;
    if old.flags & SHAPE_DICT_MODE != 0 && same_place {
        t.stop_the_world(|_| h.set_shape(dict_mode_shape(class)));
        return Ok(());
    }
    // Rebuild the path of attributes; when slots cannot keep their numbers, dictionary mode does.
    let mut straight = same_place;
    let entries = shape_entries(old);
    let base = class.reserved_slots as usize;
    for (n, &(key, i)) in entries.iter().enumerate() {
        straight &= i == base + n;
        if let Some(name) = Value::from_bits(key).downcast::<Str>() {
            target = transition(t, target, name, false)?;
        }
    }
    if straight {
        t.stop_the_world(|_| h.set_shape(target.id()));
        return Ok(());
    }
    if old.slots_offset == 0 && target.slots_offset == 0 {
        t.stop_the_world(|_| h.set_shape(class.instance_shape()));
        return Ok(());
    }
    // The instance part of the cell stays as it was allocated, so the new shape describes that.
    to_dict_mode(t, obj, None)?;
    let s = SHAPES.add(NewShape {
        layout: target.layout(),
        class: class.value(),
        key: Value::EMPTY,
        parent: ShapeId(0),
        slots_offset: old.slots_offset,
        inline_slots: old.inline_slots,
        slot_count: old.slot_count,
        flags: SHAPE_DICT_MODE,
    });
    t.stop_the_world(|_| h.set_shape(s.id()));
    Ok(())
}

// ---------------------------------------------------------------- the protocol of `object`

/// Whether `v` (a class attribute) is a data descriptor.
pub fn is_data_descriptor(t: &Thread, v: Value) -> bool {
    let c = class_of(v);
    c.special(t, Special::Set).is_some() || c.special(t, Special::Delete).is_some()
}

/// Binds class attribute `attr` to `obj` of class `class` (the `__get__` step); plain values are returned as they are.
#[inline]
pub fn bind_attribute(t: &Thread, attr: Value, obj: Value, class: Ref<Class>) -> Result<Value> {
    if attr.downcast::<Function>().is_some() {
        return BoundMethod::new(t, attr, obj).map(Ref::value);
    }
    if let Some(n) = attr.downcast::<Native>() {
        return n.bind(t, obj, class);
    }
    if let Some(g) = attr.downcast::<GetSet>() {
        t.check_native_stack()?;
        return g.read(t, obj);
    }
    let kind = class_of(attr);
    // The descriptors of the language, by their own class: subclasses may override `__get__`.
    if kind == StaticMethod::class() {
        if let Some(s) = attr.downcast::<StaticMethod>() {
            return Ok(s.function());
        }
    } else if kind == ClassMethod::class() {
        if let Some(c) = attr.downcast::<ClassMethod>() {
            return BoundMethod::new(t, c.function(), class.value()).map(Ref::value);
        }
    } else if kind == Property::class() {
        if let Some(f) = attr.downcast::<Property>().and_then(|p| p.getter()) {
            return t.call(f, &[obj]);
        }
    } else if kind == MemberDescriptor::class() {
        if let Some(m) = attr.downcast::<MemberDescriptor>() {
            return m.read(t, obj);
        }
    }
    match kind.special(t, Special::Get) {
        Some(get) => t.call(get, &[attr, obj, class.value()]),
        None => Ok(attr),
    }
}

impl Thread {
    /// `obj.name`; `name` need not be interned.
    pub fn get_attr(&self, obj: Value, name: Ref<Str>) -> Result<Value> {
        let name = Str::intern(self, name)?;
        let class = class_of(obj);
        if class.has_flag(class_flags::PLAIN_GETATTR) {
            return match generic_lookup(self, obj, class, name)? {
                Some(v) => Ok(v),
                None => Err(no_attribute(self, obj, name)),
            };
        }
        let getter = class.special(self, Special::Getattribute);
        let result = match getter {
            Some(g) if !is_object_getattribute(g) => self.call_special(g, obj, &[name.value()]),
            _ => match generic_lookup(self, obj, class, name) {
                Ok(Some(v)) => return Ok(v),
                Ok(None) => match class.special(self, Special::Getattr) {
                    Some(g) => return self.call_special(g, obj, &[name.value()]),
                    None => Err(no_attribute(self, obj, name)),
                },
                Err(e) => Err(e),
            },
        };
        match result {
            Err(e) if e.is(self, crate::objects::exceptions::class(crate::objects::exceptions::Kind::AttributeError)) => {
                match class.special(self, Special::Getattr) {
                    Some(g) => self.call_special(g, obj, &[name.value()]),
                    None => Err(e),
                }
            }
            r => r,
        }
    }
    /// `obj.name` with an absent attribute as `None` and without making its AttributeError where possible.
    pub fn get_attr_opt(&self, obj: Value, name: Ref<Str>) -> Result<Option<Value>> {
        let class = class_of(obj);
        if class.has_flag(class_flags::PLAIN_GETATTR) {
            let name = Str::intern(self, name)?;
            return match generic_lookup(self, obj, class, name) {
                Err(e) if e.is(self, crate::objects::exceptions::class(crate::objects::exceptions::Kind::AttributeError)) => {
                    Ok(None)
                }
                r => r,
            };
        }
        match self.get_attr(obj, name) {
            Ok(v) => Ok(Some(v)),
            Err(e) if e.is(self, crate::objects::exceptions::class(crate::objects::exceptions::Kind::AttributeError)) => Ok(None),
            Err(e) => Err(e),
        }
    }
    /// `obj.name = value`, or `del obj.name` for `None`.
    pub fn set_attr(&self, obj: Value, name: Ref<Str>, value: Option<Value>) -> Result<()> {
        let class = class_of(obj);
        if class.has_flag(class_flags::PLAIN_SETATTR) {
            return generic_set(self, obj, Str::intern(self, name)?, value);
        }
        let special = if value.is_some() { Special::Setattr } else { Special::Delattr };
        let Some(setter) = class.special(self, special) else {
            return generic_set(self, obj, Str::intern(self, name)?, value);
        };
        match value {
            Some(v) => self.call(setter, &[obj, name.value(), v])?,
            None => self.call(setter, &[obj, name.value()])?,
        };
        Ok(())
    }
    /// The special method `s` of `obj`'s class, bound to `obj` (as `__enter__` and the like are looked up).
    pub fn lookup_special(&self, obj: Value, s: Special) -> Result<Option<Value>> {
        let class = class_of(obj);
        match class.special(self, s) {
            Some(f) => bind_attribute(self, f, obj, class).map(Some),
            None => Ok(None),
        }
    }
}

fn is_object_getattribute(v: Value) -> bool {
    v.downcast::<Native>().is_some_and(|n| n.is_of(Object::class()))
}

/// `object.__getattribute__` without raising: `None` when there is no such attribute. `name` is interned.
pub fn generic_lookup(t: &Thread, obj: Value, class: Ref<Class>, name: Ref<Str>) -> Result<Option<Value>> {
    let on_class = class.lookup(t, name);
    if let Some(attr) = on_class {
        if is_data_descriptor(t, attr) && class_of(attr).special(t, Special::Get).is_some() {
            return bind_attribute(t, attr, obj, class).map(Some);
        }
    }
    if let Some(v) = instance_get(t, obj, name) {
        return Ok(Some(v));
    }
    match on_class {
        Some(attr) => bind_attribute(t, attr, obj, class).map(Some),
        None => Ok(None),
    }
}

/// The AttributeError for a missing attribute.
#[cold]
pub fn no_attribute(t: &Thread, obj: Value, name: Ref<Str>) -> Exc {
    let class = class_of(obj);
    if let Some(c) = obj.downcast::<Class>() {
        return t.attribute_error(obj, name, &format!("type object '{}' has no attribute '{name}'", c.name_string()));
    }
    if let Some(m) = obj.downcast::<Module>() {
        return m.no_attribute(t, obj, name);
    }
    t.attribute_error(obj, name, &format!("'{}' object has no attribute '{name}'", crate::ops::class_name(class)))
}

/// `object.__setattr__` / `__delattr__`; `name` is interned.
pub fn generic_set(t: &Thread, obj: Value, name: Ref<Str>, value: Option<Value>) -> Result<()> {
    let class = class_of(obj);
    let on_class = class.lookup(t, name);
    if let Some(attr) = on_class {
        if let Some(g) = attr.downcast::<GetSet>() {
            t.check_native_stack()?;
            return g.write(t, obj, value);
        }
        if let Some(m) = attr.downcast::<MemberDescriptor>() {
            return m.write(t, obj, value);
        }
        let c = class_of(attr);
        match value {
            Some(v) => {
                if let Some(set) = c.special(t, Special::Set) {
                    t.call(set, &[attr, obj, v])?;
                    return Ok(());
                }
            }
            None => {
                if let Some(delete) = c.special(t, Special::Delete) {
                    t.call(delete, &[attr, obj])?;
                    return Ok(());
                }
            }
        }
        if value.is_none() && c.special(t, Special::Set).is_some() {
            return Err(t.attribute_error(obj, name, "__delete__"));
        }
    }
    if class.has_instance_dict() && obj.header().is_some_and(|h| h.shape().slots_offset != 0) {
        return match value {
            Some(v) => instance_set(t, obj, name, v),
            None => match instance_delete(t, obj, name) {
                Some(_) => Ok(()),
                None => Err(no_attribute(t, obj, name)),
            },
        };
    }
    if let Some(m) = obj.downcast::<Module>() {
        return m.set_attribute(t, obj, name, value);
    }
    Err(if on_class.is_some() {
        t.attribute_error(obj, name, &format!("'{}' object attribute '{name}' is read-only", crate::ops::class_name(class)))
    } else {
        let text = format!(
            "'{}' object has no attribute '{name}' and no __dict__ for setting new attributes",
            crate::ops::class_name(class)
        );
        t.attribute_error(obj, name, &text)
    })
}

/// Called when a class gained an attribute: slots that caches know may now be hidden by a data descriptor, or a slot of
/// `__slots__` by any attribute.
pub fn class_attribute_added(t: &Thread, class: Ref<Class>, name: Ref<Str>, v: Value) {
    let hides_slot =
        || class.mro().iter().skip(1).filter_map(|c| c.downcast::<Class>()?.dict.get()?.get_interned(name)).any(is_slot);
    if is_data_descriptor(t, v) || replaces_protocol(name) || hides_slot() {
        crate::interp::flush_slot_caches(t);
    }
}
/// Whether the special method of that name decides how all attributes are read or stored.
fn replaces_protocol(name: Ref<Str>) -> bool {
    name == names::__getattribute__() || name == names::__setattr__()
}
/// Called when a class attribute was replaced.
pub fn class_attribute_replaced(t: &Thread, _class: Ref<Class>, name: Ref<Str>, old: Value, v: Value) {
    if is_slot(old) || replaces_protocol(name) || (is_data_descriptor(t, v) && !is_data_descriptor(t, old)) {
        crate::interp::flush_slot_caches(t);
    }
}
/// Called when a class attribute was deleted.
pub fn class_attribute_deleted(t: &Thread, old: Value) {
    if is_slot(old) {
        crate::interp::flush_slot_caches(t);
    }
}

/// Whether a class attribute stands for a slot of `__slots__`.
pub fn is_slot(v: Value) -> bool {
    v.downcast::<MemberDescriptor>().is_some_and(|m| m.slot_index().is_some())
}

/// `type.__getattribute__` without raising.
pub fn class_lookup_attr(t: &Thread, class: Ref<Class>, name: Ref<Str>) -> Result<Option<Value>> {
    let meta = class_of(class.value());
    let on_meta = meta.lookup(t, name);
    if let Some(attr) = on_meta {
        if is_data_descriptor(t, attr) && class_of(attr).special(t, Special::Get).is_some() {
            return bind_attribute(t, attr, class.value(), meta).map(Some);
        }
    }
    if let Some(attr) = class.lookup(t, name) {
        return bind_through_class(t, attr, class).map(Some);
    }
    match on_meta {
        Some(attr) => bind_attribute(t, attr, class.value(), meta).map(Some),
        None => Ok(None),
    }
}

/// What a class attribute becomes when read through the class itself.
#[inline]
pub fn bind_through_class(t: &Thread, attr: Value, class: Ref<Class>) -> Result<Value> {
    if attr.downcast::<Function>().is_some() || attr.downcast::<GetSet>().is_some() {
        return Ok(attr);
    }
    if attr.downcast::<MemberDescriptor>().is_some() {
        return Ok(attr);
    }
    if let Some(n) = attr.downcast::<Native>() {
        return n.bind_class(t, class);
    }
    match class_of(attr).special(t, Special::Get) {
        Some(get) => t.call(get, &[attr, Value::NONE, class.value()]),
        None => Ok(attr),
    }
}
