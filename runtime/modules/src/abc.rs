//! `_abc`: the registries and caches of abstract base classes.
//!
//! An abstract class keeps, in its `_abc_impl`, the classes registered with it and two caches of answers. Cached classes are held
//! weakly, by weak references of the `_weakref` module in sets. In front of the sets is a small table of the latest answers, read
//! without a lock: a word each, of the asked class's version, which no other class ever has, the counter of registrations, and the
//! answer.

use std::sync::atomic::{AtomicU64, Ordering::*};
use taipan_vm::native::*;
use taipan_vm::objects::set::Set;

pub struct Abc;

/// Counts registrations; a negative cache from before the last one is void.
static COUNTER: AtomicU64 = AtomicU64::new(0);

#[derive(HeapType)]
#[repr(C)]
pub struct AbcData {
    header: Header,
    registry: RefField<Set>,
    cache: RefField<Set>,
    negative: RefField<Set>,
    version: AtomicU64,
    recent: [AtomicU64; RECENT],
}
/// How many answers are remembered in front of the sets; a power of two.
const RECENT: usize = 16;

impl AbcData {
    /// The place for answers about `class`, and the word of a “no”; of a “yes” it is one more.
    fn recent(&self, class: Ref<Class>) -> Option<(&AtomicU64, u64)> {
        let version = class.version.load(Acquire);
        let now = COUNTER.load(Acquire);
        let word = u64::from(version) << 32 | (now & 0x7fff_ffff) << 1;
        (version != 0).then(|| (&self.recent[version as usize % RECENT], word))
    }
    fn recalled(&self, class: Ref<Class>) -> Option<bool> {
        let (place, word) = self.recent(class)?;
        let known = place.load(Relaxed);
        (known & !1 == word).then_some(known & 1 != 0)
    }
}

/// Internal state held by ABC machinery.
#[pyclass(name = "_abc_data", module = "_abc", flags(NO_NEW))]
impl AbcData {}

fn new_set(t: &Thread) -> Result<Ref<Set>> {
    match t.call(Set::class().value(), &[])?.downcast::<Set>() {
        Some(s) => Ok(s),
        None => Err(t.type_error("set is not a set")),
    }
}

fn held(s: Ref<Set>) -> RefField<Set> {
    let f = RefField::null();
    f.init(s);
    f
}

/// The state of an abstract class.
fn data_of(t: &Thread, class: Value) -> Result<Ref<AbcData>> {
    let name = names::_abc_impl();
    let own = class.downcast::<Class>().and_then(|c| c.lookup(t, name)?.downcast::<AbcData>());
    if let Some(data) = own {
        return Ok(data);
    }
    let v = t.get_attr(class, name)?;
    v.downcast::<AbcData>().ok_or_else(|| t.type_error("_abc_impl is set to a wrong type"))
}

fn weak(t: &Thread, v: Value) -> Result<Value> {
    let module = taipan_vm::import::import_module(t, "_weakref")?;
    let class = t.get_attr(module, Str::intern_str(t, "ref")?)?;
    t.call(class, &[v])
}

fn contains(t: &Thread, set: Ref<Set>, v: Value) -> Result<bool> {
    if t.len(set.value())? == 0 {
        return Ok(false);
    }
    // What is in the set has a reference; making one just to look would be for nothing.
    match crate::weakref::plain_reference(v) {
        Some(w) => t.contains(set.value(), w.value()),
        None => Ok(false),
    }
}

fn add(t: &Thread, set: Ref<Set>, v: Value) -> Result<()> {
    let w = weak(t, v)?;
    t.call_method(set.value(), names::add(), &[w]).map(|_| ())
}

/// The classes that a set's weak references still lead to.
fn alive(t: &Thread, set: Ref<Set>) -> Result<ValueVec> {
    let refs = t.iterate_to_vec(set.value())?;
    let out = ValueVec::with_capacity(t, refs.len())?;
    for w in refs.iter() {
        let v = t.call(w, &[])?;
        if !v.is_none() {
            out.push(t, v)?;
        }
    }
    Ok(out)
}

/// Names in the namespace whose values are abstract, and inherited ones that still are.
fn compute_abstract_methods(t: &Thread, class: Value) -> Result<()> {
    let names_found = new_set(t)?;
    let is_abstract = |v: Value| -> Result<bool> {
        match t.get_attr_opt(v, names::__isabstractmethod__())? {
            Some(a) => t.truth(a),
            None => Ok(false),
        }
    };
    let namespace = t.get_attr(class, names::__dict__())?;
    let items = t.call_method(namespace, names::items(), &[])?;
    let items = t.iterate_to_vec(items)?;
    for pair in items.iter() {
        let mut kv = [Value::NONE; 2];
        t.unpack(pair, &mut kv)?;
        if is_abstract(kv[1])? {
            t.call_method(names_found.value(), names::add(), &[kv[0]])?;
        }
    }
    let bases = t.iterate_to_tuple(t.get_attr(class, names::__bases__())?)?;
    for base in bases.iter() {
        let Some(inherited) = t.get_attr_opt(base, names::__abstractmethods__())? else { continue };
        let inherited = t.iterate_to_vec(inherited)?;
        for name in inherited.iter() {
            let Some(name_str) = name.downcast::<Str>() else { return Err(t.type_error("attribute name must be string")) };
            if let Some(v) = t.get_attr_opt(class, name_str)? {
                if is_abstract(v)? {
                    t.call_method(names_found.value(), names::add(), &[name])?;
                }
            }
        }
    }
    let frozen = t.call(t.builtin(Str::intern_str(t, "frozenset")?)?, &[names_found.value()])?;
    t.set_attr(class, names::__abstractmethods__(), Some(frozen))
}

/// Whether `sub` is a subclass of the abstract class with this state: by the caches, `__subclasshook__`, its MRO, and the registered
/// and other subclasses.
fn subclass_check(t: &Thread, class: Value, sub: Ref<Class>, data: Ref<AbcData>) -> Result<bool> {
    let subclass = sub.value();
    if contains(t, data.cache.expect(), subclass)? {
        return Ok(true);
    }
    let now = COUNTER.load(Acquire);
    if data.version.load(Acquire) < now {
        data.negative.set(t, data.header(), new_set(t)?);
        data.version.store(now, Release);
    } else if contains(t, data.negative.expect(), subclass)? {
        return Ok(false);
    }
    let ok = t.call_method(class, names::__subclasshook__(), &[subclass])?;
    match ok {
        Value::TRUE => {
            add(t, data.cache.expect(), subclass)?;
            return Ok(true);
        }
        Value::FALSE => {
            add(t, data.negative.expect(), subclass)?;
            return Ok(false);
        }
        Value::NOT_IMPLEMENTED => {}
        _ => return Err(t.assertion_error("__subclasshook__ must return either False, True, or NotImplemented")),
    }
    if sub.mro().contains(&class) {
        add(t, data.cache.expect(), subclass)?;
        return Ok(true);
    }
    let registered = alive(t, data.registry.expect())?;
    for r in registered.iter() {
        if t.is_subclass(subclass, r)? {
            add(t, data.cache.expect(), subclass)?;
            return Ok(true);
        }
    }
    let subclasses = t.call_method(class, Str::intern_str(t, "__subclasses__")?, &[])?;
    if subclasses.downcast::<List>().is_none() {
        return Err(t.type_error("__subclasses__() must return a list"));
    }
    let subclasses = t.iterate_to_vec(subclasses)?;
    for s in subclasses.iter() {
        if t.is_subclass(subclass, s)? {
            add(t, data.cache.expect(), subclass)?;
            return Ok(true);
        }
    }
    add(t, data.negative.expect(), subclass)?;
    Ok(false)
}

/// Module contains faster C implementation of abc.ABCMeta
#[pymodule(name = "_abc", classes(AbcData))]
impl Abc {
    /// Returns the current ABC cache token.
    ///
    /// The token is an opaque object (supporting equality testing) identifying the
    /// current version of the ABC cache for virtual subclasses. The token changes
    /// with every call to register() on any ABC.
    #[py("($module, /)")]
    fn get_cache_token(_t: &Thread) -> u64 {
        COUNTER.load(Acquire)
    }
    /// Internal ABC helper for class set-up. Should be never used outside abc module.
    #[py("($module, self, /)")]
    fn _abc_init(t: &Thread, class: Value) -> Result<()> {
        compute_abstract_methods(t, class)?;
        let (registry, cache, negative) = (new_set(t)?, new_set(t)?, new_set(t)?);
        let data = t.create(AbcData {
            header: Header::NEW,
            registry: held(registry),
            cache: held(cache),
            negative: held(negative),
            version: AtomicU64::new(COUNTER.load(Acquire)),
            recent: Default::default(),
        })?;
        t.set_attr(class, names::_abc_impl(), Some(data.value()))?;
        // `__abc_tpflags__` says which patterns the instances match.
        if let Some(c) = class.downcast::<Class>() {
            let key = Str::intern_str(t, "__abc_tpflags__")?;
            if let Some(flags) = c.namespace().get(t, key.value())? {
                const SEQUENCE: i64 = 1 << 5;
                const MAPPING: i64 = 1 << 6;
                let bits = t.int_value(flags).and_then(|i| i.to_i64()).unwrap_or(0);
                if bits & SEQUENCE != 0 && bits & MAPPING != 0 {
                    return Err(t.type_error("__abc_tpflags__ cannot be both Py_TPFLAGS_SEQUENCE and Py_TPFLAGS_MAPPING"));
                }
                c.set_flag(class_flags::SEQUENCE, bits & SEQUENCE != 0);
                c.set_flag(class_flags::MAPPING, bits & MAPPING != 0);
                t.set_attr(class, key, None)?;
            }
        }
        Ok(())
    }
    /// Internal ABC helper for subclass registration. Should be never used outside abc module.
    #[py("($module, self, subclass, /)")]
    fn _abc_register(t: &Thread, class: Value, subclass: Value) -> Result<Value> {
        let Some(sub) = subclass.downcast::<Class>() else { return Err(t.type_error("Can only register classes")) };
        if t.is_subclass(subclass, class)? {
            return Ok(subclass);
        }
        if t.is_subclass(class, subclass)? {
            return Err(t.runtime_error("Refusing to create an inheritance cycle"));
        }
        add(t, data_of(t, class)?.registry.expect(), subclass)?;
        COUNTER.fetch_add(1, AcqRel);
        // What matches as a sequence or mapping makes its virtual subclasses match too.
        if let Some(c) = class.downcast::<Class>() {
            set_pattern_flags(t, sub, c.has_flag(class_flags::SEQUENCE), c.has_flag(class_flags::MAPPING))?;
        }
        Ok(subclass)
    }
    /// Internal ABC helper for instance checks. Should be never used outside abc module.
    #[py("($module, self, instance, /)")]
    fn _abc_instancecheck(t: &Thread, class: Value, instance: Value) -> Result<Value> {
        let data = data_of(t, class)?;
        if let Some(answer) = t.undisguised_class(instance).and_then(|c| data.recalled(c)) {
            return Ok(Value::bool(answer));
        }
        let subclass = t.get_attr(instance, names::__class__())?;
        if contains(t, data.cache.expect(), subclass)? {
            return Ok(Value::TRUE);
        }
        let actual = class_of(instance).value();
        if actual == subclass
            && data.version.load(Acquire) == COUNTER.load(Acquire)
            && contains(t, data.negative.expect(), subclass)?
        {
            return Ok(Value::FALSE);
        }
        let check = names::__subclasscheck__();
        let answer = t.call_method(class, check, &[subclass])?;
        if actual == subclass || t.truth(answer)? {
            return Ok(answer);
        }
        t.call_method(class, check, &[actual])
    }
    /// Internal ABC helper for subclasss checks. Should be never used outside abc module.
    #[py("($module, self, subclass, /)")]
    fn _abc_subclasscheck(t: &Thread, class: Value, subclass: Value) -> Result<bool> {
        let Some(sub) = subclass.downcast::<Class>() else { return Err(t.type_error("issubclass() arg 1 must be a class")) };
        let data = data_of(t, class)?;
        if let Some(answer) = data.recalled(sub) {
            return Ok(answer);
        }
        // Of the state before the question: what changes meanwhile makes the answer void.
        let recent = data.recent(sub);
        let answer = subclass_check(t, class, sub, data)?;
        if let Some((place, word)) = recent {
            place.store(word | u64::from(answer), Relaxed);
        }
        Ok(answer)
    }
    /// Internal ABC helper to reset registry of a given class. Should be only used by refleak.py
    #[py("($module, self, /)")]
    fn _reset_registry(t: &Thread, class: Value) -> Result<()> {
        let data = data_of(t, class)?;
        data.registry.set(t, data.header(), new_set(t)?);
        Ok(())
    }
    /// Internal ABC helper to reset both caches of a given class. Should be only used by refleak.py
    #[py("($module, self, /)")]
    fn _reset_caches(t: &Thread, class: Value) -> Result<()> {
        let data = data_of(t, class)?;
        data.cache.set(t, data.header(), new_set(t)?);
        data.negative.set(t, data.header(), new_set(t)?);
        data.recent.iter().for_each(|place| place.store(0, Relaxed));
        Ok(())
    }
    /// Internal ABC helper for cache and registry debugging.
    ///
    /// Return shallow copies of registry, of both caches, and
    /// negative cache version. Don't call this function directly,
    /// instead use ABC._dump_registry() for a nice repr.
    #[py("($module, self, /)")]
    fn _get_dump(t: &Thread, class: Value) -> Result<Value> {
        let data = data_of(t, class)?;
        let copy = |s: Ref<Set>| t.call_method(s.value(), names::copy(), &[]);
        (copy(data.registry.expect())?, copy(data.cache.expect())?, copy(data.negative.expect())?, data.version.load(Acquire))
            .into_value(t)
    }
}

/// Lets a class and its subclasses match sequence or mapping patterns.
fn set_pattern_flags(t: &Thread, class: Ref<Class>, sequence: bool, mapping: bool) -> Result<()> {
    if !(sequence || mapping) || !class.is_heap() {
        return Ok(());
    }
    class.set_flag(class_flags::SEQUENCE, sequence);
    class.set_flag(class_flags::MAPPING, mapping);
    let subclasses = class.subclasses(t)?;
    for s in subclasses.iter() {
        if let Some(s) = s.downcast::<Class>() {
            set_pattern_flags(t, s, sequence, mapping)?;
        }
    }
    Ok(())
}
