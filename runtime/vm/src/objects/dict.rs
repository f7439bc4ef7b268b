//! `dict`: the mapping's operations for the runtime and natives. The table is in `dict_storage`, the Python methods in
//! `dict_methods`, the views and iterators in `dict_views`.
//!
//! **Who may do what.** Readers load the table once and never lock; each sees the dict as it was at one moment of the call.
//! A writer first searches without holding anything (keys' `__eq__` may be user code), then takes the dict exclusively,
//! checks that its search still holds, and writes. The search holds if the dict has the same table and, for a key that was
//! not found, no entry was added since (entries are only ever appended, so their count tells). Otherwise it starts again: so
//! `setdefault`, `pop` and the like decide exactly once.
//!
//! Inside the exclusive section nothing allocates, polls or calls out. A larger table is allocated before it.
//!
//! **Kinds of table.** *Strings* and *general* tables hold values. In the *cells* kind (module globals) each name has a
//! [`CellObject`] for the life of the dict, so code may keep the cell: it may read it, and store into it while it is not
//! empty; a name whose cell is empty is absent, and [`Dict::set`] brings it back. A dict that is *the view of an instance*
//! holds nothing: its operations go to the instance's slots. A dict without a table is empty.

use crate::attr;
use crate::native::*;
use crate::objects::dict_storage::{CELLS, Find, GENERAL, Storage, bits_for, exact_str, growth_bits};
use crate::objects::exceptions as ex;
use crate::objects::set::FrozenSet;
use crate::objects::value_vec::Array;
use std::sync::atomic::Ordering::Relaxed;

#[derive(HeapType)]
#[repr(C)]
pub struct Dict {
    pub(crate) header: Header,
    pub(crate) storage: RefField<Storage>,
}

/// Runs `f` while no other thread writes the structure of the cell. `f` must not allocate, poll or call out.
#[inline(always)]
pub(crate) fn exclusively<R>(t: &Thread, cell: &Header, f: impl FnOnce() -> R) -> R {
    if t.owns(cell) {
        f()
    } else {
        let _held = t.exclusive(cell);
        f()
    }
}

/// The hash of a small integer: its value modulo 2**61 - 1, and -2 for -1.
#[inline(always)]
pub(crate) fn small_int_hash(i: i64) -> i64 {
    const MODULUS: i64 = (1 << 61) - 1;
    let h = if i >= MODULUS {
        i - MODULUS
    } else if i <= -MODULUS {
        i + MODULUS
    } else {
        i
    };
    if h == -1 { -2 } else { h }
}

/// `hash(key)`.
#[inline(always)]
pub(crate) fn hash_key(t: &Thread, key: Value) -> Result<i64> {
    if key.is_small_int() {
        return Ok(small_int_hash(key.small_int_unchecked()));
    }
    let Some(h) = key.header() else { return t.hash(key) };
    let shape = h.shape_id();
    // SAFETY: exact shapes say what the cell is.
    unsafe {
        if shape == Str::class_cell().shape() {
            return Ok((*(h as *const Header as *const Str)).hash());
        }
        if shape == FrozenSet::class_cell().shape() {
            let known = (*(h as *const Header as *const FrozenSet)).base.hash.load(Relaxed);
            if known != 0 {
                return Ok(known);
            }
        }
        if shape == Tuple::class_cell().shape() {
            return t.hash_tuple(Ref::from_raw(std::ptr::NonNull::from(h).cast()));
        }
        if shape == Bytes::class_cell().shape() {
            return Ok((*(h as *const Header as *const Bytes)).hash());
        }
    }
    t.hash(key)
}

/// `hash(key)`, in the words of a dict if it has none.
#[inline(always)]
pub(crate) fn dict_hash(t: &Thread, key: Value) -> Result<i64> {
    hash_key(t, key).map_err(|e| unhashable(t, key, e, "a dict key"))
}

/// Says what an unhashable object was to be used as.
#[cold]
pub(crate) fn unhashable(t: &Thread, key: Value, e: Exc, role: &str) -> Exc {
    if class_of(e.value()) != ex::class(ex::Kind::TypeError) {
        return e;
    }
    match t.str(e.value()) {
        Ok(text) => t.type_error(format!("cannot use '{}' as {role} ({text})", class_of(key).full_name())),
        Err(e) => e,
    }
}

/// What [`Dict::upsert`] does with a key that is there.
#[derive(Clone, Copy, PartialEq, Eq)]
enum IfPresent {
    Replace,
    Keep,
}

/// An entry to be made, whose key was not found among the first `seen` entries.
struct Pending {
    key: Value,
    word: Value,
    hash: i64,
    seen: usize,
}

impl Dict {
    // ------------------------------------------------------------ construction

    /// An empty dict, owned by the calling thread.
    #[inline]
    pub fn new(t: &Thread) -> Result<Ref<Dict>> {
        let cell = t.allocate_owned(size_of::<Dict>(), Dict::class_cell().shape())?;
        // SAFETY: a fresh zeroed cell of the class's own shape; a dict without a table is empty.
        Ok(unsafe { Ref::from_raw(cell.cast()) })
    }

    fn with_storage(t: &Thread, storage: Ref<Storage>) -> Result<Ref<Dict>> {
        let d = Dict::new(t)?;
        d.storage.init(storage);
        Ok(d)
    }

    /// An empty dict with room for `n` keys.
    pub fn with_capacity(t: &Thread, n: usize) -> Result<Ref<Dict>> {
        if n == 0 {
            return Dict::new(t);
        }
        Dict::with_storage(t, Storage::new(t, 0, bits_for(n))?)
    }

    /// An empty dict whose values are in cells, for the globals of a module.
    pub fn new_globals(t: &Thread) -> Result<Ref<Dict>> {
        Dict::with_storage(t, Storage::new(t, CELLS, 5)?)
    }

    /// The dict that shows the attributes of `object`.
    pub fn new_view(t: &Thread, object: Value) -> Result<Ref<Dict>> {
        Dict::with_storage(t, Storage::of_instance(t, object)?)
    }

    /// A dict of the given items; later ones win.
    pub fn from_items(t: &Thread, items: &[(Value, Value)]) -> Result<Ref<Dict>> {
        let d = Dict::with_capacity(t, items.len())?;
        for &(k, v) in items {
            d.set(t, k, v)?;
        }
        Ok(d)
    }

    #[inline(always)]
    pub fn header(&self) -> &Header {
        &self.header
    }

    /// Whether the dict's table is still `s`.
    #[inline(always)]
    pub(crate) fn has(&self, s: Ref<Storage>) -> bool {
        self.storage.get() == Some(s)
    }

    /// The object whose attributes this dict shows, while it does.
    pub fn viewed_instance(&self) -> Option<Value> {
        self.storage.get()?.instance()
    }

    /// Whether the values are in cells.
    pub fn is_globals(&self) -> bool {
        self.storage.get().is_some_and(|s| s.is_cells())
    }

    // ------------------------------------------------------------ reading

    /// Number of keys.
    #[inline]
    pub fn len(&self) -> usize {
        match self.storage.get() {
            None => 0,
            Some(s) if s.is_cells() => (0..s.next()).filter(|&ix| s.value_at(ix).is_some()).count(),
            Some(s) => match s.instance() {
                Some(obj) => attr::instance_len(obj),
                None => s.used(),
            },
        }
    }
    #[inline]
    pub fn is_empty(&self) -> bool {
        match self.storage.get() {
            None => true,
            Some(s) if s.is_cells() || s.instance().is_some() => self.next(&mut 0).is_none(),
            Some(s) => s.used() == 0,
        }
    }

    /// What an iterator compares to notice that keys were added or removed; the number of keys but for stores that code made
    /// directly into cells.
    #[inline]
    pub fn structural_len(&self) -> usize {
        match self.storage.get() {
            None => 0,
            Some(s) => match s.instance() {
                Some(obj) => attr::instance_len(obj),
                None => s.used(),
            },
        }
    }

    #[inline]
    pub fn get(&self, t: &Thread, key: Value) -> Result<Option<Value>> {
        if let Some(name) = exact_str(key) {
            return self.get_str(t, name);
        }
        let hash = dict_hash(t, key)?;
        if let Some(s) = self.storage.get()
            && s.is_plain()
            && s.is_general()
        {
            match s.glance(key, hash) {
                Some(Find::At(ix)) => {
                    if let Some(value) = s.word(ix).get().some() {
                        return Ok(Some(value));
                    }
                }
                Some(_) => return Ok(None),
                None => {}
            }
        }
        self.get_with_hash(t, key, hash)
    }

    /// The value of an exact string.
    #[inline]
    pub fn get_str(&self, t: &Thread, name: Ref<Str>) -> Result<Option<Value>> {
        match self.storage.get() {
            None => Ok(None),
            Some(s) if s.kind() == 0 => {
                let Some(ix) = s.find_str(name, name.hash()) else { return Ok(None) };
                match s.word(ix).get().some() {
                    None => self.get_with_hash(t, name.value(), name.hash()),
                    value => Ok(value),
                }
            }
            Some(_) => self.get_with_hash(t, name.value(), name.hash()),
        }
    }

    /// The value of a string, comparing text only: never runs user code, and passes over keys that are not exact strings.
    #[inline]
    pub fn get_interned(&self, name: Ref<Str>) -> Option<Value> {
        loop {
            let s = self.storage.get()?;
            if let Some(obj) = s.instance() {
                return attr::instance_get(Thread::current()?, obj, name);
            }
            let value = s.value_at(s.find_text(name, name.hash())?);
            if value.is_some() || s.is_cells() {
                return value;
            }
        }
    }

    /// The value of a key whose hash this is, or that there is none, without calling anything; `None`: that takes a call, or the dict
    /// is a namespace's or an instance's.
    pub(crate) fn peek(&self, key: Value, hash: i64) -> Option<Option<Value>> {
        let Some(s) = self.storage.get() else { return Some(None) };
        if !s.is_plain() {
            return None;
        }
        match s.look(key, hash)? {
            Find::At(ix) => s.word(ix).get().some().map(Some),
            Find::Absent => Some(None),
            Find::Changed => None,
        }
    }

    /// As `get`; the caller knows `hash(key)`.
    pub fn get_with_hash(&self, t: &Thread, key: Value, hash: i64) -> Result<Option<Value>> {
        Ok(self.lookup(t, key, hash)?.map(|(_, v)| v))
    }

    /// The key as it is stored, and the value.
    pub fn get_item(&self, t: &Thread, key: Value) -> Result<Option<(Value, Value)>> {
        let hash = dict_hash(t, key)?;
        self.lookup(t, key, hash)
    }

    fn lookup(&self, t: &Thread, key: Value, hash: i64) -> Result<Option<(Value, Value)>> {
        loop {
            let Some(s) = self.storage.get() else { return Ok(None) };
            if let Some(obj) = s.instance() {
                return instance_lookup(t, obj, key, hash);
            }
            match s.find(t, key, hash, || self.has(s))? {
                Find::At(ix) => {
                    let item = s.item(ix);
                    if item.is_some() || s.is_cells() {
                        return Ok(item);
                    }
                }
                Find::Absent => return Ok(None),
                Find::Changed => {}
            }
        }
    }

    #[inline]
    pub fn contains(&self, t: &Thread, key: Value) -> Result<bool> {
        Ok(self.get(t, key)?.is_some())
    }

    /// The first item at or after `pos` in insertion order; `pos` is moved past it. Safe while others write.
    #[inline]
    pub fn next(&self, pos: &mut usize) -> Option<(Value, Value)> {
        let s = self.storage.get()?;
        if let Some(obj) = s.instance() {
            return attr::instance_next(obj, pos).map(|(k, v)| (k.value(), v));
        }
        let n = s.next();
        let mut ix = (*pos).max(s.live_start());
        while ix < n {
            ix += 1;
            if let Some(item) = s.item(ix - 1) {
                *pos = ix;
                return Some(item);
            }
        }
        *pos = ix.max(*pos);
        None
    }

    /// As `next`, with the hash of the key. User code is never asked for it.
    pub fn next_with_hash(&self, pos: &mut usize) -> Option<(Value, Value, i64)> {
        let s = self.storage.get()?;
        if let Some(obj) = s.instance() {
            return attr::instance_next(obj, pos).map(|(k, v)| (k.value(), v, k.hash()));
        }
        let mut ix = (*pos).max(s.live_start());
        while ix < s.next() {
            ix += 1;
            if let Some((key, value)) = s.item(ix - 1) {
                *pos = ix;
                return Some((key, value, s.hash_of(ix - 1, key)));
            }
        }
        None
    }

    /// Where a backward iteration begins.
    pub fn end(&self) -> usize {
        match self.storage.get() {
            None => 0,
            Some(s) => match s.instance() {
                Some(obj) => attr::instance_len(obj),
                None => s.next(),
            },
        }
    }

    /// The last item before `pos` (start with `usize::MAX`); `pos` is moved to it.
    pub fn previous(&self, pos: &mut usize) -> Option<(Value, Value)> {
        let s = self.storage.get()?;
        if let Some(obj) = s.instance() {
            let (mut at, mut found, mut i) = (0, None, 0);
            while let Some((k, v)) = attr::instance_next(obj, &mut at) {
                if i >= *pos {
                    break;
                }
                found = Some((i, (k.value(), v)));
                i += 1;
            }
            let (i, item) = found?;
            *pos = i;
            return Some(item);
        }
        let mut ix = (*pos).min(s.live_end());
        while ix > 0 {
            ix -= 1;
            if let Some(item) = s.item(ix) {
                *pos = ix;
                return Some(item);
            }
        }
        *pos = 0;
        None
    }

    /// All items of this moment, keys and values in turn.
    pub fn items_vec(&self, t: &Thread) -> Result<ValueVec> {
        self.gather(t, true, true)
    }
    /// All keys of this moment.
    pub fn keys_vec(&self, t: &Thread) -> Result<ValueVec> {
        self.gather(t, true, false)
    }
    /// All values of this moment.
    pub fn values_vec(&self, t: &Thread) -> Result<ValueVec> {
        self.gather(t, false, true)
    }
    fn gather(&self, t: &Thread, keys: bool, values: bool) -> Result<ValueVec> {
        let each = usize::from(keys) + usize::from(values);
        loop {
            let Some(s) = self.storage.get() else { return Ok(ValueVec::new()) };
            if s.instance().is_some() {
                let out = ValueVec::new();
                let mut pos = 0;
                while let Some((k, v)) = self.next(&mut pos) {
                    if keys {
                        out.push(t, k)?;
                    }
                    if values {
                        out.push(t, v)?;
                    }
                }
                return Ok(out);
            }
            // Room for what others add meanwhile.
            let room = self.len() + if t.owns(&self.header) { 0 } else { self.len() / 16 + 1 };
            let array = Array::new(t, each * room)?;
            let done = exclusively(t, &self.header, || {
                if !self.has(s) {
                    return None;
                }
                let (mut n, slots) = (0, array.fields());
                for ix in s.live_start()..s.next() {
                    let Some((k, v)) = s.item(ix) else { continue };
                    let place = slots.get(n..n + each)?;
                    if keys {
                        place[0].init(k);
                    }
                    if values {
                        place[each - 1].init(v);
                    }
                    n += each;
                }
                Some(n)
            });
            if let Some(n) = done {
                // The dict may have been waited for, and the array have become old.
                t.write_barrier(array.header());
                return Ok(ValueVec::from_array(Some(array), n));
            }
        }
    }

    /// A dict with the content of this moment that no one else writes: this very one if the calling thread owns it.
    pub(crate) fn snapshot(&self, t: &Thread) -> Result<Ref<Dict>> {
        if t.owns(&self.header) {
            // SAFETY: `self` is a live dict.
            return Ok(unsafe { Ref::from_raw(std::ptr::NonNull::from(self)) });
        }
        self.copy(t)
    }

    /// As `snapshot`, of two dicts at the same moment; unless one of them shows the attributes of an object.
    pub(crate) fn snapshots(a: Ref<Dict>, b: Ref<Dict>, t: &Thread) -> Result<(Ref<Dict>, Ref<Dict>)> {
        let dicts = [a, b];
        // What the last attempt found too small.
        let mut least = [0, 0];
        loop {
            let tables = dicts.map(|d| d.storage.get());
            let is_owned = dicts.iter().all(|d| t.owns(d.header()));
            if is_owned || std::ptr::eq(&*a, &*b) || tables.iter().flatten().any(|s| s.instance().is_some()) {
                return Ok((a.snapshot(t)?, b.snapshot(t)?));
            }
            let copies = [Dict::new(t)?, Dict::new(t)?];
            for i in 0..2 {
                if let Some(table) = tables[i] {
                    copies[i].storage.set(t, copies[i].header(), dicts[i].copy_table(t, table, least[i])?);
                }
            }
            let _held = t.exclusive_pair(a.header(), b.header());
            if tables != dicts.map(|d| d.storage.get()) {
                continue;
            }
            let mut fits = true;
            for i in 0..2 {
                if let (Some(from), Some(to)) = (tables[i], copies[i].storage.get()) {
                    let kept = from.kept();
                    if kept > to.capacity() {
                        (least[i], fits) = (kept + kept / 8, false);
                    } else if fits {
                        from.copy_into(t, to, from.is_cells());
                    }
                }
            }
            if fits {
                return Ok((copies[0], copies[1]));
            }
        }
    }

    // ------------------------------------------------------------ writing

    #[inline]
    pub fn set(&self, t: &Thread, key: Value, value: Value) -> Result<()> {
        if let Some(name) = exact_str(key) {
            return self.set_str(t, name, value);
        }
        let hash = dict_hash(t, key)?;
        if let Some(s) = self.storage.get()
            && s.is_plain()
            && s.is_general()
            && t.owns(&self.header)
        {
            match s.glance(key, hash) {
                Some(Find::At(ix)) if !s.word(ix).get().is_empty() => {
                    s.word(ix).set(t, s.header(), value);
                    return Ok(());
                }
                Some(Find::Absent) if !s.is_full() => {
                    s.append(t, key, value, hash, true);
                    return Ok(());
                }
                _ => {}
            }
        }
        self.set_with_hash(t, key, value, hash)
    }

    /// Sets the value of an exact string.
    #[inline]
    pub fn set_str(&self, t: &Thread, name: Ref<Str>, value: Value) -> Result<()> {
        let hash = name.hash();
        if let Some(s) = self.storage.get()
            && s.kind() == 0
            && t.owns(&self.header)
        {
            match s.find_str(name, hash) {
                Some(ix) if !s.word(ix).get().is_empty() => {
                    s.word(ix).set(t, s.header(), value);
                    return Ok(());
                }
                None if !s.is_full() => {
                    s.append(t, name.value(), value, hash, true);
                    return Ok(());
                }
                _ => {}
            }
        }
        self.set_with_hash(t, name.value(), value, hash)
    }

    /// As `set`; the caller knows `hash(key)`.
    pub fn set_with_hash(&self, t: &Thread, key: Value, value: Value, hash: i64) -> Result<()> {
        self.upsert(t, key, hash, value, IfPresent::Replace).map(|_| ())
    }

    /// Sets a key that is absent; returns the value that is there otherwise. Decides once.
    pub fn set_default(&self, t: &Thread, key: Value, value: Value) -> Result<Option<Value>> {
        let hash = dict_hash(t, key)?;
        self.set_default_with_hash(t, key, value, hash)
    }
    /// As `set_default`; the caller knows `hash(key)`.
    pub fn set_default_with_hash(&self, t: &Thread, key: Value, value: Value, hash: i64) -> Result<Option<Value>> {
        self.upsert(t, key, hash, value, IfPresent::Keep)
    }

    /// Returns the value that was there.
    fn upsert(&self, t: &Thread, key: Value, hash: i64, value: Value, present: IfPresent) -> Result<Option<Value>> {
        let replace = present == IfPresent::Replace;
        let is_text = exact_str(key).is_some();
        let mut spare: Option<Ref<CellObject>> = None;
        loop {
            let Some(s) = self.storage.get() else {
                let pending = Pending { key, word: value, hash, seen: 0 };
                if self.rebuild(t, None, if is_text { 0 } else { GENERAL }, Some(pending))? {
                    return Ok(None);
                }
                continue;
            };
            if let Some(obj) = s.instance() {
                if !is_text {
                    if instance_lookup(t, obj, key, hash)?.is_none() || replace {
                        attr::instance_detach(t, obj)?;
                        self.leave_instance(t, s)?;
                        continue;
                    }
                }
                return instance_upsert(t, obj, key, hash, value, replace);
            }
            let seen = s.next();
            match s.find(t, key, hash, || self.has(s))? {
                Find::Changed => {}
                Find::At(ix) if s.is_cells() => {
                    let Some(cell) = s.cell(ix) else { continue };
                    if let Some(old) = cell.get().some() {
                        if replace {
                            CellObject::set(cell, t, value);
                        }
                        return Ok(Some(old));
                    }
                    if s.is_full() {
                        self.rebuild(t, Some(s), 0, None)?;
                        continue;
                    }
                    let done = exclusively(t, &self.header, || {
                        let valid = self.has(s) && s.next() == seen && cell.get().is_empty();
                        if valid {
                            s.fill_cell(t, ix, cell, value);
                        }
                        valid
                    });
                    if done {
                        return Ok(None);
                    }
                }
                Find::At(ix) => {
                    let Some(old) = s.word(ix).get().some() else { continue };
                    if !replace {
                        return Ok(Some(old));
                    }
                    let done = exclusively(t, &self.header, || {
                        let old = if self.has(s) { s.word(ix).get().some() } else { None };
                        if old.is_some() {
                            s.word(ix).set(t, s.header(), value);
                        }
                        old
                    });
                    if done.is_some() {
                        return Ok(done);
                    }
                }
                Find::Absent => {
                    let word = if !s.is_cells() {
                        value
                    } else if let Some(cell) = spare {
                        CellObject::set(cell, t, value);
                        cell.value()
                    } else {
                        spare = Some(CellObject::new(t, value)?);
                        continue;
                    };
                    let done = if s.is_full() || (!is_text && !s.is_general()) {
                        let pending = Pending { key, word, hash, seen };
                        self.rebuild(t, Some(s), if is_text { 0 } else { GENERAL }, Some(pending))?
                    } else {
                        exclusively(t, &self.header, || {
                            let valid = self.has(s) && s.next() == seen;
                            if valid {
                                s.append(t, key, word, hash, true);
                            }
                            valid
                        })
                    };
                    if done {
                        return Ok(None);
                    }
                }
            }
        }
    }

    /// Replaces table `old` by a larger or compacted one with `add` in its kind; does nothing if the dict has another by now.
    /// A pending key goes in with it, so that it need not be searched again; tells whether it did.
    #[cold]
    fn rebuild(&self, t: &Thread, old: Option<Ref<Storage>>, add: u8, pending: Option<Pending>) -> Result<bool> {
        let new = match old {
            None => Storage::new(t, add, 3)?,
            Some(s) => {
                let kept = s.kept();
                // A table presized for a kind it is not going to have keeps its size.
                let bits = if s.next() == 0 { s.index_bits() } else { growth_bits(kept).max(bits_for(kept + 1)) };
                Storage::new(t, s.kind() | add, bits)?
            }
        };
        Ok(exclusively(t, &self.header, || {
            if self.storage.get() != old {
                return false;
            }
            let mut seen = 0;
            if let Some(s) = old {
                if s.kept() >= new.capacity() {
                    return false;
                }
                seen = s.next();
                s.copy_into(t, new, false);
            }
            let pending = pending.filter(|p| p.seen == seen);
            if let Some(p) = &pending {
                new.append(t, p.key, p.word, p.hash, true);
            }
            self.storage.set(t, &self.header, new);
            pending.is_some()
        }))
    }

    /// Removes a key; returns its value.
    pub fn remove(&self, t: &Thread, key: Value) -> Result<Option<Value>> {
        let hash = dict_hash(t, key)?;
        if let Some(s) = self.storage.get()
            && s.is_plain()
            && t.owns(&self.header)
        {
            match s.look(key, hash) {
                Some(Find::At(ix)) if !s.word(ix).get().is_empty() => return Ok(Some(s.remove(ix))),
                Some(Find::Absent) => return Ok(None),
                _ => {}
            }
        }
        self.remove_with_hash(t, key, hash)
    }
    /// As `remove`; the caller knows `hash(key)`.
    pub fn remove_with_hash(&self, t: &Thread, key: Value, hash: i64) -> Result<Option<Value>> {
        self.remove_if(t, key, hash, |_| Ok(true))
    }

    /// Removes a key if `condition` holds for its value; that value is what is removed. (For weak dictionaries.)
    pub fn remove_if(&self, t: &Thread, key: Value, hash: i64, condition: impl Fn(Value) -> Result<bool>) -> Result<Option<Value>> {
        loop {
            let Some(s) = self.storage.get() else { return Ok(None) };
            if let Some(obj) = s.instance() {
                return match instance_lookup(t, obj, key, hash)? {
                    Some((k, v)) if condition(v)? => match exact_str(k) {
                        Some(name) => Ok(attr::instance_delete(t, obj, Str::intern(t, name)?)),
                        None => Ok(None),
                    },
                    _ => Ok(None),
                };
            }
            let ix = match s.find(t, key, hash, || self.has(s))? {
                Find::At(ix) => ix,
                Find::Absent => return Ok(None),
                Find::Changed => continue,
            };
            let Some(value) = s.value_at(ix) else {
                if s.is_cells() {
                    return Ok(None);
                }
                continue;
            };
            if !condition(value)? {
                return Ok(None);
            }
            let removed = exclusively(t, &self.header, || {
                if !self.has(s) || s.value_at(ix) != Some(value) {
                    None
                } else if s.is_cells() {
                    s.empty_cell(t, ix)
                } else {
                    Some(s.remove(ix))
                }
            });
            if removed.is_some() {
                return Ok(removed);
            }
        }
    }

    /// Makes an item the last, or the first, in one step; false if the dict does not have this very key.
    pub fn move_key(&self, t: &Thread, key: Value, hash: i64, last: bool) -> Result<bool> {
        loop {
            let Some(s) = self.storage.get().filter(|s| s.is_plain()) else { return Ok(false) };
            let room = if s.is_full() || !last { Some(Storage::new(t, s.kind(), growth_bits(s.used() + 1))?) } else { None };
            let done = exclusively(t, &self.header, || {
                if !self.has(s) || (s.is_full() && room.is_none()) || room.is_some_and(|new| s.used() > new.capacity()) {
                    return None;
                }
                let Some(ix) = s.find_same(key, hash) else { return Some(false) };
                let value = s.word(ix).get();
                match room {
                    None => s.move_to_end(t, ix, hash),
                    Some(new) => {
                        if !last {
                            new.append(t, key, value, hash, true);
                        }
                        for (k, v, at) in (s.live_start()..s.next()).filter_map(|at| s.item(at).map(|(k, v)| (k, v, at))) {
                            if at != ix {
                                new.append(t, k, v, s.hash_of(at, k), true);
                            }
                        }
                        if last {
                            new.append(t, key, value, hash, true);
                        }
                        self.storage.set(t, &self.header, new);
                    }
                }
                Some(true)
            });
            if let Some(done) = done {
                return Ok(done);
            }
        }
    }

    /// Removes the last item, or the first.
    pub fn pop_item(&self, t: &Thread, last: bool) -> Result<Option<(Value, Value)>> {
        loop {
            let Some(s) = self.storage.get() else { return Ok(None) };
            if let Some(obj) = s.instance() {
                let mut end = usize::MAX;
                let found = if last { self.previous(&mut end) } else { self.next(&mut 0) };
                let Some((k, _)) = found else { return Ok(None) };
                let name = exact_str(k).ok_or_else(|| t.system_error("an attribute's name is not a string"))?;
                match attr::instance_delete(t, obj, name) {
                    Some(v) => return Ok(Some((k, v))),
                    None => continue,
                }
            }
            let item = exclusively(t, &self.header, || {
                if !self.has(s) {
                    return None;
                }
                let (start, end) = (s.live_start(), s.live_end());
                let live = |ix: &usize| s.item(*ix).is_some();
                let found = if last { (start..end).rev().find(live) } else { (start..end).find(live) };
                let Some(ix) = found else { return Some(None) };
                let key = s.key(ix).get();
                let value = if s.is_cells() { s.empty_cell(t, ix) } else { Some(s.remove(ix)) };
                value.map(|v| Some((key, v)))
            });
            if let Some(item) = item {
                return Ok(item);
            }
        }
    }

    /// Removes everything.
    pub fn clear(&self, t: &Thread) -> Result<()> {
        loop {
            let Some(s) = self.storage.get() else { return Ok(()) };
            if s.instance().is_some() {
                while self.pop_item(t, true)?.is_some() {}
                return Ok(());
            }
            let done = exclusively(t, &self.header, || {
                if !self.has(s) {
                    return false;
                }
                if s.is_cells() {
                    for ix in 0..s.next() {
                        s.empty_cell(t, ix);
                    }
                } else {
                    self.storage.set(t, &self.header, None);
                }
                true
            });
            if done {
                return Ok(());
            }
        }
    }

    // ------------------------------------------------------------ whole dicts

    /// An ordinary dict with the content of one moment.
    pub fn copy(&self, t: &Thread) -> Result<Ref<Dict>> {
        loop {
            let new = Dict::new(t)?;
            let Some(s) = self.storage.get() else { return Ok(new) };
            if s.instance().is_some() {
                let mut pos = 0;
                while let Some((k, v)) = self.next(&mut pos) {
                    new.set(t, k, v)?;
                }
                return Ok(new);
            }
            if s.kept() == 0 {
                return Ok(new);
            }
            let table = self.copy_table(t, s, 0)?;
            let done = exclusively(t, &self.header, || {
                let valid = self.has(s) && s.kept() <= table.capacity();
                if valid {
                    s.copy_into(t, table, s.is_cells());
                }
                valid
            });
            if done {
                new.storage.set(t, new.header(), table);
                return Ok(new);
            }
        }
    }

    /// Sets all items of `other`, which is a dict and is read as one, whatever its class.
    pub fn update(&self, t: &Thread, other: Ref<Dict>) -> Result<()> {
        self.merge(t, other, true)
    }

    /// Sets the items of `other`; `replace` tells whether keys that are there get the new values. Reads `other` and writes in one
    /// step, as far as no key's comparison may be user code.
    pub fn merge(&self, t: &Thread, other: Ref<Dict>, replace: bool) -> Result<()> {
        if std::ptr::eq(self, &*other) {
            return Ok(());
        }
        // What the last attempt found too small.
        let (mut more_kept, mut more_room) = (0, 0);
        let (from, mut pos, is_copy) = loop {
            let Some(source) = other.storage.get() else { return Ok(()) };
            let mine = self.storage.get();
            if source.instance().is_some() || mine.is_some_and(|s| !s.is_plain()) {
                if mine.is_some_and(|s| s.instance().is_some()) {
                    return self.merge_one_by_one(t, other, replace);
                }
                // Attributes are written without any lock: there is no moment of all of them.
                let from = other.copy(t)?;
                return if mine.is_some_and(|s| s.is_cells()) {
                    self.merge_into_cells(t, from, replace)
                } else {
                    self.merge(t, from, replace)
                };
            }
            let is_copy = mine.is_none() || !source.is_plain() || !t.owns(other.header());
            let from = if is_copy { other.copy_table(t, source, more_kept)? } else { source };
            if let Some(s) = mine {
                let add = if source.is_general() { GENERAL } else { 0 };
                self.make_room(t, s, add, more_room)?;
            }
            let _held = t.exclusive_pair(&self.header, other.header());
            if !other.has(source) || (!is_copy && !t.owns(other.header())) {
                continue;
            }
            if is_copy {
                let kept = source.kept();
                if kept > from.capacity() {
                    more_kept = kept + kept / 8;
                    continue;
                }
                source.copy_into(t, from, source.is_cells());
            }
            match self.storage.get() {
                None if is_copy => {
                    if from.used() > 0 {
                        self.storage.set(t, &self.header, from);
                    }
                    return Ok(());
                }
                Some(s) if s.is_plain() && (s.is_general() || !from.is_general()) => match s.room_for(from) {
                    0 => break (from, s.merge(t, from, replace), is_copy),
                    n => more_room = n,
                },
                _ => {}
            }
        };
        let length = other.structural_len();
        while pos < from.next() {
            pos += 1;
            let Some((key, value)) = from.item(pos - 1) else { continue };
            let present = if replace { IfPresent::Replace } else { IfPresent::Keep };
            self.upsert(t, key, from.hash_of(pos - 1, key), value, present)?;
            if !is_copy && (!other.has(from) || other.structural_len() != length) {
                return Err(t.runtime_error("dict mutated during update"));
            }
        }
        Ok(())
    }

    /// [`Dict::merge`] where the own values are in cells. `other` is a plain dict that only the caller knows.
    fn merge_into_cells(&self, t: &Thread, other: Ref<Dict>, replace: bool) -> Result<()> {
        let Some(from) = other.storage.get() else { return Ok(()) };
        let add = if from.is_general() { GENERAL } else { 0 };
        let items =
            |pos| (pos..from.next()).filter_map(|ix| from.item(ix).map(|(key, value)| (ix, key, from.hash_of(ix, key), value)));
        // The cell of a name that is there.
        let full = |s: Ref<Storage>, key, hash| match s.look(key, hash) {
            Some(Find::At(ix)) => s.cell(ix).filter(|c| !c.get().is_empty()),
            _ => None,
        };
        let spare = ValueVec::new();
        let mut pos = loop {
            let Some(s) = self.storage.get().filter(|s| s.is_cells()) else { return self.merge_one_by_one(t, other, replace) };
            let new = || items(0).filter(|&(_, key, hash, _)| full(s, key, hash).is_none()).count();
            let n = new();
            while spare.len() < n {
                spare.push(t, CellObject::new(t, Value::EMPTY)?.value())?;
            }
            self.make_room(t, s, add, n)?;
            let _held = t.exclusive(&self.header);
            let n = new();
            if !self.has(s) || s.kind() | add != s.kind() || n > spare.len() || s.next() + n > s.capacity() {
                continue;
            }
            let asked = items(0).find_map(|(ix, key, hash, value)| {
                match (s.look(key, hash), full(s, key, hash)) {
                    (_, Some(cell)) if replace => CellObject::set(cell, t, value),
                    (_, Some(_)) => {}
                    (Some(Find::At(at)), None) => s.fill_cell(t, at, s.cell(at)?, value),
                    (Some(Find::Absent), None) => {
                        let cell = spare.pop().and_then(|c| c.downcast::<CellObject>())?;
                        CellObject::set(cell, t, value);
                        s.append(t, key, cell.value(), hash, true);
                    }
                    _ => return Some(ix),
                }
                None
            });
            break asked.unwrap_or(from.next());
        };
        while let Some((ix, key, hash, value)) = items(pos).next() {
            pos = ix + 1;
            self.upsert(t, key, hash, value, if replace { IfPresent::Replace } else { IfPresent::Keep })?;
        }
        Ok(())
    }

    /// [`Dict::merge`] into the attributes of an object.
    fn merge_one_by_one(&self, t: &Thread, other: Ref<Dict>, replace: bool) -> Result<()> {
        let from = other.snapshot(t)?;
        let (table, length, mut pos) = (from.storage.get(), from.structural_len(), 0);
        while let Some((k, v, hash)) = from.next_with_hash(&mut pos) {
            let present = if replace { IfPresent::Replace } else { IfPresent::Keep };
            self.upsert(t, k, hash, v, present)?;
            if from.storage.get() != table || from.structural_len() != length {
                return Err(t.runtime_error("dict mutated during update"));
            }
        }
        Ok(())
    }

    /// An empty table for a plain copy of `s`, the dict's table, with room for at least `least` entries.
    fn copy_table(&self, t: &Thread, s: Ref<Storage>, least: usize) -> Result<Ref<Storage>> {
        let kept = s.kept();
        let dense = !s.is_cells() && s.next() == kept && s.next() * 2 >= s.capacity();
        let bits = if dense && least <= kept { s.index_bits() } else { bits_for(kept.max(least)) };
        Storage::new(t, s.kind() & !CELLS, bits)
    }

    /// Sees to it that the plain table `s` is of kind `add` and takes `more` new keys; does nothing if the dict has another by now.
    fn make_room(&self, t: &Thread, s: Ref<Storage>, add: u8, more: usize) -> Result<()> {
        if s.kind() | add == s.kind() && s.next() + more <= s.capacity() {
            return Ok(());
        }
        let kept = s.kept();
        let bits = if more == 0 { s.index_bits() } else { growth_bits(kept).max(bits_for(kept + more)) };
        let new = Storage::new(t, s.kind() | add, bits)?;
        exclusively(t, &self.header, || {
            if self.has(s) && s.kept() <= new.capacity() {
                s.copy_into(t, new, false);
                self.storage.set(t, &self.header, new);
            }
        });
        Ok(())
    }

    // ------------------------------------------------------------ globals

    /// Puts the values into cells, if they are not in cells yet. A view of an instance stops being one: the instance keeps its
    /// attributes in this dict.
    pub fn make_globals(&self, t: &Thread) -> Result<()> {
        loop {
            let old = self.storage.get();
            let Some(s) = old else {
                let new = Storage::new(t, CELLS, 5)?;
                exclusively(t, &self.header, || {
                    if self.storage.get().is_none() {
                        self.storage.set(t, &self.header, new);
                    }
                });
                continue;
            };
            if s.is_cells() {
                return Ok(());
            }
            if let Some(obj) = s.instance() {
                attr::instance_detach(t, obj)?;
                self.leave_instance(t, s)?;
                continue;
            }
            let used = s.used();
            let cells = ValueVec::with_capacity(t, used)?;
            for _ in 0..used {
                cells.push(t, CellObject::new(t, Value::EMPTY)?.value())?;
            }
            let new = Storage::new(t, s.kind() | CELLS, growth_bits(used).max(bits_for(used + 1)))?;
            exclusively(t, &self.header, || {
                if self.has(s) && s.used() == used {
                    new.copy_as_cells(t, s, &cells);
                    self.storage.set(t, &self.header, new);
                }
            });
        }
    }

    /// The cell of a global name, made (empty) if there is none.
    pub fn global_cell(&self, t: &Thread, name: Ref<Str>) -> Result<Ref<CellObject>> {
        let hash = name.hash();
        let mut spare = None;
        loop {
            let s = match self.storage.get() {
                Some(s) if s.is_cells() => s,
                _ => {
                    self.make_globals(t)?;
                    continue;
                }
            };
            let seen = s.next();
            match s.find(t, name.value(), hash, || self.has(s))? {
                Find::Changed => {}
                Find::At(ix) => {
                    if let Some(cell) = s.cell(ix) {
                        return Ok(cell);
                    }
                }
                Find::Absent if s.is_full() => {
                    self.rebuild(t, Some(s), 0, None)?;
                }
                Find::Absent => {
                    let cell = match spare {
                        Some(cell) => cell,
                        None => {
                            spare = Some(CellObject::new(t, Value::EMPTY)?);
                            continue;
                        }
                    };
                    let done = exclusively(t, &self.header, || {
                        let valid = self.has(s) && s.next() == seen;
                        if valid {
                            s.append(t, name.value(), cell.value(), hash, false);
                        }
                        valid
                    });
                    if done {
                        return Ok(cell);
                    }
                }
            }
        }
    }

    // ------------------------------------------------------------ views of instances

    /// Takes over the content of `other`, a dict that no one else knows. Neither allocates nor polls: for use with the world
    /// stopped.
    pub fn adopt(&self, t: &Thread, other: Ref<Dict>) {
        self.storage.set(t, &self.header, other.storage.get());
    }

    /// Replaces the value of a string in a dict with only string keys; does nothing if it is absent. Neither allocates nor
    /// polls: for use with the world stopped.
    pub fn replace_str(&self, t: &Thread, name: Ref<Str>, value: Value) {
        if let Some(s) = self.storage.get().filter(|s| s.kind() == 0)
            && let Some(ix) = s.find_str(name, name.hash())
        {
            s.word(ix).set(t, s.header(), value);
        }
    }

    /// Becomes an empty ordinary dict.
    pub fn detach_empty(&self, t: &Thread) {
        self.storage.set(t, &self.header, None);
    }

    /// After the instance was told to keep its attributes in its own dict. Normally that is this one, which has another table
    /// by now; a stray view of a cell without `__dict__` becomes an ordinary dict with the attributes of this moment.
    fn leave_instance(&self, t: &Thread, view: Ref<Storage>) -> Result<()> {
        if !self.has(view) {
            return Ok(());
        }
        let copy = self.copy(t)?;
        exclusively(t, &self.header, || {
            if self.has(view) {
                self.adopt(t, copy);
            }
        });
        Ok(())
    }

    /// Bytes of the dict and its table, for `__sizeof__`.
    pub fn byte_size(&self) -> usize {
        size_of::<Dict>() + self.storage.get().map_or(0, |s| s.byte_size())
    }
}

/// The attribute `key` of an instance: its name and value.
fn instance_lookup(t: &Thread, obj: Value, key: Value, hash: i64) -> Result<Option<(Value, Value)>> {
    if let Some(name) = exact_str(key) {
        let name = Str::intern(t, name)?;
        return Ok(attr::instance_get(t, obj, name).map(|v| (name.value(), v)));
    }
    let mut pos = 0;
    while let Some((name, _)) = attr::instance_next(obj, &mut pos) {
        if name.hash() == hash && t.equal(name.value(), key)? {
            // Read again: the comparison may have changed it.
            return Ok(attr::instance_get(t, obj, name).map(|v| (name.value(), v)));
        }
    }
    Ok(None)
}

fn instance_upsert(t: &Thread, obj: Value, key: Value, hash: i64, value: Value, replace: bool) -> Result<Option<Value>> {
    let found = instance_lookup(t, obj, key, hash)?;
    if !replace && let Some((_, old)) = found {
        return Ok(Some(old));
    }
    let name = match found {
        Some((name, _)) => exact_str(name),
        None => exact_str(key),
    };
    if let Some(name) = name {
        attr::instance_set(t, obj, Str::intern(t, name)?, value)?;
    }
    Ok(found.map(|(_, old)| old))
}
