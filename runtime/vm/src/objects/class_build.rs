//! Making classes: `type.__new__`, `__build_class__`, and assignment to `__bases__`.
//!
//! What a Python class adds to the layout of its base is an instance part (see `attr`): slots that `__slots__` reserves come first
//! and are inherited by number, attributes of the `__dict__` follow. How many of those get a place inside the instance's cell is
//! judged by the attributes that the compiler saw being assigned to `self` (`__static_attributes__`).

use crate::attr;
use crate::native::*;
use crate::objects::class::{self, NewClass, Special};
use crate::objects::descriptors::{self, ClassMethod, StaticMethod};
use crate::objects::exceptions as ex;
use crate::objects::member::MemberDescriptor;
use crate::objects::native_function::GetSet;
use crate::objects::object::Object;
use std::collections::HashSet;
use std::sync::OnceLock;
use std::sync::atomic::Ordering::*;

/// Attribute slots inside the cells of instances, besides those of `__slots__`: at least and at most.
const INLINE_ATTRIBUTES: std::ops::RangeInclusive<usize> = 3..=30;

/// Flags that a class takes over from the base whose layout it extends.
const INHERITED_FLAGS: u32 = class_flags::HAS_DICT
    | class_flags::HAS_WEAKREF
    | class_flags::EXCEPTION
    | class_flags::OWNED
    | class_flags::TYPE_SUBCLASS
    | class_flags::MATCH_SELF;

// ---------------------------------------------------------------- layouts

/// Whether the attributes of a class cannot be set.
pub fn is_immutable(class: Ref<Class>) -> bool {
    if class.is_heap() { class.has_flag(class_flags::IMMUTABLE) } else { !class.has_flag(class_flags::MUTABLE) }
}

/// Instances keep their attributes by means of their own (classes and modules do).
fn has_own_attributes(layout: &'static Layout) -> bool {
    layout.derives_from(Class::layout()) || layout.derives_from(Module::layout())
}

/// Layouts of variable size, to which CPython adds neither slots nor a list of weak references.
fn has_items(layout: &'static Layout) -> bool {
    [Tuple::layout(), BigInt::layout(), Bytes::layout(), Class::layout()].iter().any(|l| layout.derives_from(l))
}

/// The class along the chain of layouts that last added to what instances are.
fn solid_base(class: Ref<Class>) -> Ref<Class> {
    let mut at = class;
    while let Some(base) = at.base.get() {
        if !at.layout.is(base.layout) || at.reserved_slots != base.reserved_slots {
            break;
        }
        at = base;
    }
    at
}

/// The base whose layout a class with these bases extends.
pub fn best_base(t: &Thread, bases: Ref<Tuple>) -> Result<Ref<Class>> {
    let mut best: Option<(Ref<Class>, Ref<Class>)> = None;
    for b in bases.iter() {
        let Some(base) = b.downcast::<Class>() else { return Err(t.type_error("bases must be types")) };
        if base.mro.get().is_none() {
            return Err(t.type_error(format!("Cannot extend an incomplete type '{}'", base.full_name())));
        }
        if !base.has_flag(class_flags::BASE) {
            return Err(t.type_error(format!("type '{}' is not an acceptable base type", base.full_name())));
        }
        let candidate = solid_base(base);
        best = match best {
            None => Some((base, candidate)),
            Some((_, winner)) if winner.is_subclass(candidate) => best,
            Some((_, winner)) if candidate.is_subclass(winner) => Some((base, candidate)),
            Some(_) => return Err(t.type_error("multiple bases have instance lay-out conflict")),
        };
    }
    match best {
        Some((base, _)) => Ok(base),
        None => Ok(Object::class()),
    }
}

/// Names of the slots that the class itself reserves, sorted.
fn own_slot_names(class: Ref<Class>) -> Vec<String> {
    let d = class.namespace();
    let mut out = Vec::new();
    let mut pos = 0;
    while let Some((_, v)) = d.next(&mut pos) {
        if let Some(m) = v.downcast::<MemberDescriptor>()
            && m.slot_index().is_some()
            && m.class.get() == Some(class)
        {
            out.push(m.name.expect().to_string_lossy());
        }
    }
    out.sort();
    out
}

/// Whether an instance of one class may become one of the other as it is.
pub fn same_instances(a: Ref<Class>, b: Ref<Class>) -> bool {
    let kept = class_flags::HAS_DICT | class_flags::HAS_WEAKREF;
    if !a.layout.is(b.layout) || (a.flags.load(Relaxed) ^ b.flags.load(Relaxed)) & kept != 0 || a.reserved_slots != b.reserved_slots
    {
        return false;
    }
    let (mut a, mut b) = (solid_base(a), solid_base(b));
    while a != b {
        let (Some(a_base), Some(b_base)) = (a.base.get(), b.base.get()) else { return false };
        if own_slot_names(a) != own_slot_names(b) {
            return false;
        }
        (a, b) = (solid_base(a_base), solid_base(b_base));
    }
    true
}

// ---------------------------------------------------------------- attributes of instances

fn get_dict(t: &Thread, obj: Value) -> Result<Value> {
    match attr::instance_dict(t, obj)? {
        Some(d) => Ok(d.value()),
        None => Err(attr::no_attribute(t, obj, names::__dict__())),
    }
}

fn set_dict(t: &Thread, obj: Value, value: Option<Value>) -> Result<()> {
    if !class_of(obj).has_instance_dict() {
        return Err(attr::no_attribute(t, obj, names::__dict__()));
    }
    let dict = match value {
        None => Dict::new(t)?,
        Some(v) => match v.downcast::<Dict>() {
            Some(d) => d,
            None => return Err(t.type_error(format!("__dict__ must be set to a dictionary, not a '{}'", crate::ops::type_name(v)))),
        },
    };
    attr::set_instance_dict(t, obj, dict)
}

/// Finds the first weak reference to an object, or None.
pub type WeakrefOf = fn(&Thread, Value) -> Result<Value>;
static WEAKREF_OF: OnceLock<WeakrefOf> = OnceLock::new();

/// Installed once by what implements weak references.
pub fn set_weakref_of(f: WeakrefOf) {
    let _ = WEAKREF_OF.set(f);
}

fn get_weakref(t: &Thread, obj: Value) -> Result<Value> {
    match WEAKREF_OF.get() {
        Some(f) => f(t, obj),
        // Without weak references there can be none to this object.
        None => Ok(Value::NONE),
    }
}

static DICT_ATTRIBUTE: GetSetDef = GetSetDef {
    name: "__dict__",
    doc: Some("dictionary for instance variables"),
    get: Some(get_dict),
    set: Some(set_dict),
    member: false,
};
static WEAKREF_ATTRIBUTE: GetSetDef = GetSetDef {
    name: "__weakref__",
    doc: Some("list of weak references to the object"),
    get: Some(get_weakref),
    set: None,
    member: false,
};

/// Puts `__dict__` into the namespace of a built-in class whose instances have one.
pub fn add_dict_attribute(t: &Thread, class: Ref<Class>) -> Result<()> {
    class.namespace().set(t, names::__dict__().value(), GetSet::new(t, &DICT_ATTRIBUTE, class)?.value())
}

// ---------------------------------------------------------------- metaclasses, MRO

/// The most derived metaclass of `meta` and those of the bases.
pub fn calculate_metaclass(t: &Thread, meta: Ref<Class>, bases: Ref<Tuple>) -> Result<Ref<Class>> {
    let mut winner = meta;
    for b in bases.iter() {
        let m = class_of(b);
        if winner.is_subclass(m) {
            continue;
        }
        if m.is_subclass(winner) {
            winner = m;
            continue;
        }
        return Err(t.type_error(
            "metaclass conflict: the metaclass of a derived class must be a (non-strict) subclass of the metaclasses of all its bases",
        ));
    }
    Ok(winner)
}

/// The MRO of a class with these bases: what the metaclass's `mro` says, or the C3 linearisation.
fn resolution_order(t: &Thread, class: Ref<Class>, bases: Ref<Tuple>) -> Result<Ref<Tuple>> {
    let meta = class_of(class.value());
    if meta != Class::class() {
        let mro = Str::intern_str(t, "mro")?;
        let custom = meta.lookup(t, mro).filter(|f| !f.downcast::<Native>().is_some_and(|n| n.is_of(Class::class())));
        if let Some(f) = custom {
            let order = t.call_special0(f, class.value())?;
            let order = t.iterate_to_tuple(order)?;
            let solid = class.base.get().map(solid_base);
            for c in order.iter() {
                let Some(k) = c.downcast::<Class>() else {
                    return Err(t.type_error(format!("mro() returned a non-class ('{}')", crate::ops::type_name(c))));
                };
                if k != class && !solid.is_some_and(|s| s.is_subclass(solid_base(k))) {
                    return Err(t.type_error(format!("mro() returned base with unsuitable layout ('{}')", k.name_string())));
                }
            }
            return Ok(order);
        }
    }
    linearise(t, class, bases)
}

/// `type.mro(cls)`
pub fn linearise(t: &Thread, class: Ref<Class>, bases: Ref<Tuple>) -> Result<Ref<Tuple>> {
    let items = bases.as_slice();
    for (i, b) in items.iter().enumerate() {
        if items[i + 1..].contains(b) {
            let name = b.downcast::<Class>().map_or_else(String::new, |c| format!(" {}", c.name_string()));
            return Err(t.type_error(format!("duplicate base class{name}")));
        }
    }
    class::compute_mro(t, class.value(), bases)
}

// ---------------------------------------------------------------- __slots__

/// What `__slots__` asks for.
struct Slots {
    /// Mangled names of the slots to reserve, sorted.
    names: ValueVec,
    dict: bool,
    weakref: bool,
}

/// The name that identifier `ident` has inside class `class`.
fn mangled(t: &Thread, class: Ref<Str>, ident: Ref<Str>) -> Result<Ref<Str>> {
    let text = ident.to_string_lossy();
    if !text.starts_with("__") || text.ends_with("__") || text.contains('.') {
        return Str::intern(t, ident);
    }
    let class = class.to_string_lossy();
    let stripped = class.trim_start_matches('_');
    if stripped.is_empty() { Str::intern(t, ident) } else { Str::intern_str(t, &format!("_{stripped}{text}")) }
}

fn read_slots(t: &Thread, name: Ref<Str>, namespace: Ref<Dict>, slots: Value, base: Ref<Class>) -> Result<Slots> {
    let items = match slots.downcast::<Str>() {
        Some(_) => Tuple::new(t, &[slots])?,
        None => t.iterate_to_tuple(slots)?,
    };
    if !items.is_empty() && has_items(base.layout) {
        return Err(t.type_error(format!("nonempty __slots__ not supported for subtype of '{}'", base.name_string())));
    }
    let may_add_dict = !base.has_instance_dict() && !has_own_attributes(base.layout);
    let may_add_weakref = !base.has_flag(class_flags::HAS_WEAKREF) && !has_items(base.layout);
    let mut found = Slots { names: ValueVec::new(), dict: false, weakref: false };
    for item in items.iter() {
        let Some(s) = item.downcast::<Str>() else {
            return Err(t.type_error(format!("__slots__ items must be strings, not '{}'", crate::ops::type_name(item))));
        };
        if !taipan_text::unicode::case::text_is_identifier(crate::ops::text::text_of(&s)) {
            return Err(t.type_error("__slots__ must be identifiers"));
        }
        if s.eq_str("__dict__") {
            if !may_add_dict || found.dict {
                return Err(t.type_error("__dict__ slot disallowed: we already got one"));
            }
            found.dict = true;
        } else if s.eq_str("__weakref__") {
            if !may_add_weakref || found.weakref {
                return Err(t.type_error("__weakref__ slot disallowed: we already got one"));
            }
            found.weakref = true;
        } else {
            let slot = mangled(t, name, s)?;
            // The compiler puts these into the namespace; they are taken out again below.
            let removed = ["__qualname__", "__classcell__", "__classdictcell__"].iter().any(|n| slot.eq_str(n));
            if !removed && namespace.get_interned(slot).is_some() {
                return Err(t.value_error(format!("{} in __slots__ conflicts with class variable", t.repr(slot.value())?)));
            }
            found.names.push(t, slot.value())?;
        }
    }
    let text = |v: &Value| v.downcast::<Str>().map(|s| s.to_string_lossy());
    found.names.as_mut_slice().sort_by_key(|a| text(a));
    Ok(found)
}

// ---------------------------------------------------------------- type.__new__

/// `type.__new__(meta, name, bases, namespace, **kwargs)`
pub fn new_class(
    t: &Thread,
    meta: Ref<Class>,
    name: Ref<Str>,
    bases: Ref<Tuple>,
    namespace: Ref<Dict>,
    kwargs: Option<Ref<Dict>>,
) -> Result<Value> {
    for b in bases.iter() {
        if b.downcast::<Class>().is_none() && t.get_attr_opt(b, names::__mro_entries__())?.is_some() {
            return Err(t.type_error("type() doesn't support MRO entry resolution; use types.new_class()"));
        }
    }
    let winner = calculate_metaclass(t, meta, bases)?;
    if winner != meta {
        let new = winner.special(t, Special::New);
        let own = new.and_then(|f| f.downcast::<Native>()).is_some_and(|n| n.is_of(Class::class()));
        if let (false, Some(f)) = (own, new) {
            let f = f.downcast::<StaticMethod>().map_or(f, |s| s.function());
            return t.call_with_dict(f, &[winner.value(), name.value(), bases.value(), namespace.value()], kwargs);
        }
    }
    let bases = if bases.is_empty() { Tuple::new(t, &[Object::class().value()])? } else { bases };
    let base = best_base(t, bases)?;
    let class = assemble(t, winner, name, bases, base, namespace)?;
    set_names(t, class)?;
    init_subclass(t, class, kwargs)?;
    Ok(class.value())
}

/// Makes the class without telling anybody.
fn assemble(
    t: &Thread,
    meta: Ref<Class>,
    name: Ref<Str>,
    bases: Ref<Tuple>,
    base: Ref<Class>,
    namespace: Ref<Dict>,
) -> Result<Ref<Class>> {
    if name.units().iter().any(|c| c == 0) {
        return Err(t.value_error("type name must not contain null characters"));
    }
    encodable(t, name)?;
    let dict = plain_copy(t, namespace)?;
    if let Some(doc) = dict.get_interned(names::__doc__()).and_then(|d| d.downcast::<Str>()) {
        encodable(t, doc)?;
    }
    let mut pos = 0;
    while let Some((k, _)) = dict.next(&mut pos) {
        if k.downcast::<Str>().is_none() {
            t.warn(ex::Kind::RuntimeWarning, format!("non-string key in the __dict__ of class {name}"))?;
            break;
        }
    }
    let own_attributes = has_own_attributes(base.layout);
    let may_add_dict = !base.has_instance_dict() && !own_attributes;
    let may_add_weakref = !base.has_flag(class_flags::HAS_WEAKREF) && !has_items(base.layout);
    let slots = match dict.get_interned(names::__slots__()) {
        None => Slots { names: ValueVec::new(), dict: may_add_dict, weakref: may_add_weakref },
        Some(s) => {
            let mut slots = read_slots(t, name, dict, s, base)?;
            for b in bases.iter().filter_map(|b| b.downcast::<Class>()).filter(|b| *b != base) {
                slots.dict |= may_add_dict && b.has_instance_dict();
                slots.weakref |= may_add_weakref && b.has_flag(class_flags::HAS_WEAKREF);
            }
            slots
        }
    };

    // What CPython's `type_new_set_attrs` does, in its order.
    if dict.get_interned(names::__module__()).is_none()
        && let Some(globals) = crate::interp::current_globals(t)
        && let Some(module) = globals.get_str(t, names::__name__())?
    {
        dict.set(t, names::__module__().value(), module)?;
    }
    let qualname = match dict.remove(t, names::__qualname__().value())? {
        None => name,
        Some(q) => match q.downcast::<Str>() {
            Some(q) => q,
            None => return Err(t.type_error(format!("type __qualname__ must be a str, not {}", crate::ops::type_name(q)))),
        },
    };
    if let Some(f) = dict.get_interned(names::__new__()).filter(|f| f.downcast::<Function>().is_some()) {
        dict.set(t, names::__new__().value(), StaticMethod::new(t, f)?.value())?;
    }
    for special in [names::__init_subclass__(), names::__class_getitem__()] {
        if let Some(f) = dict.get_interned(special).filter(|f| f.downcast::<Function>().is_some()) {
            dict.set(t, special.value(), ClassMethod::new(t, f)?.value())?;
        }
    }

    let mut flags = class_flags::HEAP | class_flags::BASE | (base.flags.load(Relaxed) & INHERITED_FLAGS);
    flags |= if slots.dict { class_flags::HAS_DICT } else { 0 } | if slots.weakref { class_flags::HAS_WEAKREF } else { 0 };
    let reserved = base.reserved_slots + slots.names.len() as u32;
    let mut inline = reserved;
    if flags & class_flags::HAS_DICT != 0 {
        let mut mro = ValueVec::new();
        for b in bases.iter().filter_map(|b| b.downcast::<Class>()) {
            mro.extend(t, b.mro())?;
        }
        mro.as_mut_slice().sort_by_key(|v| v.bits());
        let own = dict.get_interned(names::__static_attributes__()).and_then(|n| n.downcast::<Tuple>());
        inline += (own.map_or(0, |n| n.len()).max(annotated_names(dict)) + inherited_only(own, mro.as_slice()))
            .clamp(*INLINE_ATTRIBUTES.start(), *INLINE_ATTRIBUTES.end()) as u32;
    }
    if inline as usize > u16::MAX as usize / 2 {
        return Err(t.overflow_error("too many slots"));
    }
    let class = class::allocate(
        t,
        NewClass { metaclass: meta, layout: base.layout, def: None, flags, reserved_slots: reserved, inline_slots: inline },
    )?;
    let h = class.header();
    class.name.set(t, h, Str::intern(t, name)?);
    class.qualname.set(t, h, qualname);
    class.bases.set(t, h, bases);
    class.base.set(t, h, base);
    class.dict.set(t, h, dict);
    if let Some(cell) = dict.remove(t, names::__classcell__().value())? {
        let Some(cell) = cell.downcast::<CellObject>() else {
            return Err(t.type_error(format!("__classcell__ must be a nonlocal cell, not {}", t.repr(class_of(cell).value())?)));
        };
        CellObject::set(cell, t, class.value());
    }
    if let Some(cell) = dict.remove(t, names::__classdictcell__().value())? {
        let Some(cell) = cell.downcast::<CellObject>() else {
            return Err(t.type_error(format!("__classdictcell__ must be a nonlocal cell, not {}", t.repr(class_of(cell).value())?)));
        };
        CellObject::set(cell, t, dict.value());
    }
    // After these cells: a slot may have the name of one.
    for (i, n) in slots.names.iter().enumerate() {
        let Some(n) = n.downcast::<Str>() else { continue };
        let member = MemberDescriptor::new(t, class, n, base.reserved_slots as usize + i)?;
        dict.set(t, n.value(), member.value())?;
    }
    let mro = resolution_order(t, class, bases)?;
    let patterns = class_flags::SEQUENCE | class_flags::MAPPING;
    if let Some(f) = mro.iter().filter_map(|c| c.downcast::<Class>()).map(|c| c.flags.load(Relaxed) & patterns).find(|f| *f != 0) {
        class.set_flag(f, true);
    }
    // What the class body defines stays.
    if slots.dict {
        dict.set_default(t, names::__dict__().value(), GetSet::new(t, &DICT_ATTRIBUTE, class)?.value())?;
    }
    if slots.weakref {
        dict.set_default(t, names::__weakref__().value(), GetSet::new(t, &WEAKREF_ATTRIBUTE, class)?.value())?;
    }
    if dict.get_interned(names::__doc__()).is_none() {
        dict.set(t, names::__doc__().value(), Value::NONE)?;
    }
    if dict.get_interned(names::__eq__()).is_some() && dict.get_interned(names::__hash__()).is_none() {
        dict.set(t, names::__hash__().value(), Value::NONE)?;
    }
    class::finish(t, class, mro);
    Ok(class)
}

/// About how many names the class body annotates: often its instances' attributes, which code that the body does not show
/// assigns, as a dataclass's `__init__` does.
fn annotated_names(namespace: Ref<Dict>) -> usize {
    let annotate = namespace.get_interned(names::__annotate_func__()).and_then(|f| f.downcast::<Function>());
    annotate.map_or(0, |f| f.code().consts().iter().filter(|c| c.downcast::<Str>().is_some()).count())
}

/// Attributes that classes among `bases` assign and that are not in `own`.
fn inherited_only(own: Option<Ref<Tuple>>, bases: &[Value]) -> usize {
    let mut seen: HashSet<u64> = HashSet::new();
    let mut last = Value::EMPTY;
    for &c in bases {
        if c == last {
            continue;
        }
        last = c;
        let names = c.downcast::<Class>().and_then(|c| c.dict.get()).and_then(|d| d.get_interned(names::__static_attributes__()));
        if let Some(names) = names.and_then(|n| n.downcast::<Tuple>()) {
            // Interned names are kept alive by the tuples; they are only counted here.
            seen.extend(names.iter().filter(|n| !own.is_some_and(|o| o.as_slice().contains(n))).map(Value::bits));
        }
    }
    seen.len()
}

/// The content of a namespace as a plain dict.
/// UnicodeEncodeError for names and docs with lone surrogates.
fn encodable(t: &Thread, s: Ref<Str>) -> Result<()> {
    match s.units().iter().position(|c| (0xd800..0xe000).contains(&c)) {
        Some(at) if !s.is_ascii() => Err(ex::unicode_encode_error(t, "utf-8", s, at, at + 1, "surrogates not allowed")),
        _ => Ok(()),
    }
}

fn plain_copy(t: &Thread, namespace: Ref<Dict>) -> Result<Ref<Dict>> {
    let copy = Dict::with_capacity(t, namespace.len() + 4)?;
    // Subclasses of dict may have an order of their own.
    copy.merge_mapping(t, namespace.value())?;
    Ok(copy)
}

/// Calls `__set_name__` of the values in the class's namespace.
fn set_names(t: &Thread, class: Ref<Class>) -> Result<()> {
    let items = class.namespace().items_vec(t)?;
    for pair in items.as_slice().chunks_exact(2) {
        let (key, value) = (pair[0], pair[1]);
        let owner = class_of(value);
        if owner == Function::class() {
            continue;
        }
        let Some(f) = owner.lookup(t, names::__set_name__()) else { continue };
        if let Err(e) = t.call_special(f, value, &[class.value(), key]) {
            let note = format!(
                "Error calling __set_name__ on '{}' instance {} in '{}'",
                owner.name_string(),
                t.repr(key)?,
                class.name_string()
            );
            let note = Str::from_str(t, &note)?.value();
            t.call_method(e.value(), Str::intern_str(t, "add_note")?, &[note])?;
            return Err(e);
        }
    }
    Ok(())
}

/// `super(class, class).__init_subclass__(**kwargs)`
fn init_subclass(t: &Thread, class: Ref<Class>, kwargs: Option<Ref<Dict>>) -> Result<()> {
    let name = names::__init_subclass__();
    let kwargs = kwargs.filter(|d| !d.is_empty());
    if kwargs.is_none() {
        let found = descriptors::lookup_after(class, class, name);
        if found.and_then(|f| f.downcast::<Native>()).is_some_and(|n| n.is_of(Object::class())) {
            return Ok(());
        }
    }
    let f = descriptors::super_lookup(t, class, class.value(), name)?;
    t.call_with_dict(f, &[], kwargs).map(drop)
}

// ---------------------------------------------------------------- __bases__

/// Whether `class` is on the chain of first bases of `b`, which an assignment that is under way has changed already.
fn derives_from(b: Ref<Class>, class: Ref<Class>) -> bool {
    let mut at = Some(b);
    while let Some(c) = at {
        if c == class {
            return true;
        }
        at = c.base.get();
    }
    false
}

/// `cls.__bases__ = value`
pub fn set_bases(t: &Thread, class: Ref<Class>, value: Value) -> Result<()> {
    let name = class.name_string();
    let Some(bases) = value.downcast::<Tuple>() else {
        return Err(t.type_error(format!("can only assign tuple to {name}.__bases__, not {}", crate::ops::type_name(value))));
    };
    if bases.is_empty() {
        return Err(t.type_error(format!("can only assign non-empty tuple to {name}.__bases__, not ()")));
    }
    for b in bases.iter() {
        let Some(b) = b.downcast::<Class>() else {
            return Err(t.type_error(format!("{name}.__bases__ must be tuple of classes, not '{}'", crate::ops::type_name(b))));
        };
        if b.is_subclass(class) || derives_from(b, class) {
            return Err(t.type_error("a __bases__ item causes an inheritance cycle"));
        }
    }
    let base = best_base(t, bases)?;
    let old_base = class.base.get().unwrap_or(base);
    let (new_layout, old_layout) = (solid_base(base).layout, solid_base(old_base).layout);
    if !new_layout.is(old_layout) {
        // CPython compares how instances are freed first, which follows from the built-in class underneath.
        return Err(t.type_error(format!(
            "__bases__ assignment: '{}' deallocator differs from '{}'",
            base.name_string(),
            old_base.name_string()
        )));
    }
    if !same_instances(base, old_base) {
        return Err(t.type_error(format!(
            "__bases__ assignment: '{}' object layout differs from '{}'",
            base.name_string(),
            old_base.name_string()
        )));
    }
    // A metaclass's `mro` sees the new bases, and may set others yet: then those stay.
    let (old_bases, old_mro) = (class.bases.expect(), class.mro.get());
    class.bases.set(t, class.header(), bases);
    class.base.set(t, class.header(), base);
    let order = resolution_order(t, class, bases);
    if class.bases.get() != Some(bases) {
        return order.map(drop);
    }
    class.bases.set(t, class.header(), old_bases);
    class.base.set(t, class.header(), old_base);
    let mro = order?;
    class::replace_bases(t, class, bases, base, mro);
    // Pairs of a subclass and its MRO before, to go back to.
    let undo = ValueVec::new();
    if let Err(e) = update_subclass_orders(t, class, &undo) {
        for pair in undo.as_slice().chunks_exact(2).rev() {
            if let (Some(c), Some(mro)) = (pair[0].downcast::<Class>(), pair[1].downcast::<Tuple>()) {
                c.mro.set(t, c.header(), mro);
            }
        }
        if let Some(old_mro) = old_mro {
            class::replace_bases(t, class, old_bases, old_base, old_mro);
        }
        return Err(e);
    }
    Class::changed(class, t);
    Ok(())
}

fn update_subclass_orders(t: &Thread, class: Ref<Class>, undo: &ValueVec) -> Result<()> {
    t.check_native_stack()?;
    for c in class.subclasses(t)?.iter() {
        let Some(c) = c.downcast::<Class>() else { continue };
        // A class that is still being made gets its MRO at the end.
        let (bases, Some(before)) = (c.bases.expect(), c.mro.get()) else { continue };
        let mro = resolution_order(t, c, bases)?;
        undo.push(t, c.value())?;
        undo.push(t, before.value())?;
        c.mro.set(t, c.header(), mro);
        update_subclass_orders(t, c, undo)?;
    }
    Ok(())
}

// ---------------------------------------------------------------- __build_class__

/// Bases with `__mro_entries__` resolved; the same tuple if there are none.
fn resolve_bases(t: &Thread, bases: Ref<Tuple>) -> Result<Ref<Tuple>> {
    let mut changed = false;
    let out = ValueVec::with_capacity(t, bases.len())?;
    for b in bases.iter() {
        if b.downcast::<Class>().is_some() {
            out.push(t, b)?;
            continue;
        }
        let Some(f) = t.get_attr_opt(b, names::__mro_entries__())? else {
            out.push(t, b)?;
            continue;
        };
        let entries = t.call(f, &[bases.value()])?;
        let Some(entries) = entries.downcast::<Tuple>() else {
            return Err(t.type_error("__mro_entries__ must return a tuple"));
        };
        changed = true;
        out.extend(t, entries.as_slice())?;
    }
    if changed { out.into_tuple(t) } else { Ok(bases) }
}

/// `__build_class__(func, name, *bases, metaclass=None, **kwds)`
pub fn build_class(t: &Thread, args: &[Value], kwargs: Option<Ref<Dict>>) -> Result<Value> {
    let [func, name, bases @ ..] = args else {
        return Err(t.type_error("__build_class__: not enough arguments"));
    };
    let Some(func) = func.downcast::<Function>() else {
        return Err(t.type_error("__build_class__: func must be a function"));
    };
    let Some(name) = name.downcast::<Str>() else {
        return Err(t.type_error("__build_class__: name is not a string"));
    };
    let original = Tuple::new(t, bases)?;
    let bases = resolve_bases(t, original)?;
    let mut meta = None;
    let mut rest = None;
    if let Some(k) = kwargs {
        // The dict is the call's own.
        meta = k.remove(t, names::metaclass().value())?;
        rest = Some(k).filter(|k| !k.is_empty());
    }
    let meta = match meta {
        Some(m) => m,
        None => match bases.get(0) {
            Some(b) => class_of(b).value(),
            None => Class::class().value(),
        },
    };
    let meta_class = match meta.downcast::<Class>() {
        Some(m) => Some(calculate_metaclass(t, m, bases)?),
        None => None,
    };
    let meta = meta_class.map_or(meta, Ref::value);
    let namespace = prepare_namespace(t, meta, meta_class, name, bases, rest)?;
    let closure = func.closure.get().downcast::<Tuple>();
    let cell = crate::interp::run_code(t, func.code(), func.globals.expect(), namespace, closure)?;
    if bases != original {
        t.set_item(namespace, names::__orig_bases__().value(), original.value())?;
    }
    let class = t.call_with_dict(meta, &[name.value(), bases.value(), namespace], rest)?;
    if class.downcast::<Class>().is_some()
        && let Some(cell) = cell.downcast::<CellObject>()
    {
        check_class_cell(t, cell, name, class)?;
    }
    Ok(class)
}

fn prepare_namespace(
    t: &Thread,
    meta: Value,
    meta_class: Option<Ref<Class>>,
    name: Ref<Str>,
    bases: Ref<Tuple>,
    kwargs: Option<Ref<Dict>>,
) -> Result<Value> {
    if meta_class == Some(Class::class()) {
        return Dict::new(t).map(Ref::value);
    }
    let Some(prepare) = t.get_attr_opt(meta, names::__prepare__())? else {
        return Dict::new(t).map(Ref::value);
    };
    let namespace = t.call_with_dict(prepare, &[name.value(), bases.value()], kwargs)?;
    if class_of(namespace).special(t, Special::Getitem).is_none() {
        let shown = meta_class.map_or_else(|| "<metaclass>".to_owned(), |c| c.name_string());
        return Err(t.type_error(format!("{shown}.__prepare__() must return a mapping, not {}", crate::ops::type_name(namespace))));
    }
    Ok(namespace)
}

/// The `__class__` of the methods must be the class that came out.
fn check_class_cell(t: &Thread, cell: Ref<CellObject>, name: Ref<Str>, class: Value) -> Result<()> {
    let content = cell.get();
    if content == class {
        return Ok(());
    }
    let (name, shown) = (t.repr(name.value())?, t.repr(class)?);
    if content.is_empty() {
        return Err(t.runtime_error(format!(
            "__class__ not set defining {name} as {shown}. Was __classcell__ propagated to type.__new__?"
        )));
    }
    Err(t.type_error(format!("__class__ set to {} defining {name} as {shown}", t.repr(content)?)))
}
