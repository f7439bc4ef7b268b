//! What handlers do out of line. Everything here is a plain function: arrays, formats and `?` are fine. Results come back in
//! machine registers (`Result<Value>` or `Result<()>`), see `dispatch`.

use super::cache::{self, Kind, NewEntry};
use super::*;
use crate::attr;
use crate::objects::class::Special;
use crate::objects::descriptors::{ClassMethod, Property, StaticMethod};
use crate::objects::exceptions as ex;
use crate::objects::generator::{Coroutine, Resumed};
use crate::objects::member::MemberDescriptor;
use crate::objects::object::Object;
use crate::objects::tuple_getter::TupleGetter;
use crate::ops::{BinaryOp, Compare, UnaryOp};
use taipan_compiler::flags;
use taipan_compiler::isa::{CALLABLE, Intrinsic1, Intrinsic2, KWNAMES, Op};
use taipan_heap::{DYNAMIC_OFFSET, ShapeId};

const ARGS: usize = FRAME_HEADER_WORDS;

// ---------------------------------------------------------------- variables

#[cold]
#[inline(never)]
pub fn unbound_local(t: &Thread, code: Ref<Code>, reg: usize, name: usize) -> Exc {
    let name = code.name_at(name);
    let text = if reg < code.nlocals as usize || !code.is_free_register(reg) {
        format!("cannot access local variable '{name}' where it is not associated with a value")
    } else {
        format!("cannot access free variable '{name}' where it is not associated with a value in enclosing scope")
    };
    if code.is_free_register(reg) {
        return t.name_error(name, &text);
    }
    let e = t.unbound_local_error(text);
    ex::set_name_and_obj(t, e.0, Some(name.value()), None);
    e
}
#[cold]
#[inline(never)]
pub fn unbound_cell(t: &Thread, code: Ref<Code>, reg: usize, name: usize) -> Exc {
    unbound_local(t, code, reg, name)
}
#[inline(never)]
pub fn make_cell(t: &Thread, v: Value) -> Result<Value> {
    CellObject::new(t, v).map(Ref::value)
}
#[inline(never)]
pub unsafe fn copy_free(t: &Thread, regs: Regs, first: usize, n: usize) -> Result<()> {
    // SAFETY: the FUNCTION word of a frame with free variables is a function with as many cells.
    unsafe {
        let f = word(regs, frame_word::FUNCTION).downcast::<Function>();
        let closure = f.and_then(|f| f.closure.get().downcast::<Tuple>());
        match closure.filter(|c| c.len() == n) {
            Some(c) => {
                for (i, &cell) in c.as_slice().iter().enumerate() {
                    *regs.add(first + i) = cell;
                }
                Ok(())
            }
            None => Err(t.type_error("code object passed to exec() may not contain free variables")),
        }
    }
}

fn undefined(t: &Thread, name: Ref<Str>) -> Exc {
    t.name_error(name, &format!("name '{name}' is not defined"))
}

fn builtins_of_frame(t: &Thread, regs: Regs) -> Result<Ref<Dict>> {
    // SAFETY: a live frame.
    unsafe {
        match word(regs, frame_word::FUNCTION).downcast::<Function>() {
            Some(f) => Ok(f.builtins.expect()),
            None => t.builtins_of(globals_of(regs)),
        }
    }
}

#[inline(never)]
pub unsafe fn load_global(t: &Thread, regs: Regs, name: usize, site: *const u64) -> Result<Value> {
    // SAFETY: a live frame.
    let (code, globals) = unsafe { (code_of(regs), globals_of(regs)) };
    let name = code.name_at(name);
    let builtins = builtins_of_frame(t, regs)?;
    let exact = class_of(globals.value()) == Dict::class() && class_of(builtins.value()) == Dict::class();
    if exact && globals.is_globals() && builtins.is_globals() {
        let cell = globals.global_cell(t, name)?;
        let second = if cell.get().is_empty() { builtins.global_cell(t, name)?.value() } else { Value::EMPTY };
        cache::publish(
            t,
            site,
            NewEntry {
                kind: Kind::Global,
                shape: ShapeId(0),
                version: 0,
                offset: 0,
                new_shape: ShapeId(0),
                guard: globals.value(),
                value: cell.value(),
                second,
            },
        );
        if let Some(v) = cell.get().some() {
            return Ok(v);
        }
        return match second.downcast::<CellObject>().and_then(|c| c.get().some()) {
            Some(v) => Ok(v),
            None => Err(undefined(t, name)),
        };
    }
    // Subclasses of dict may find names in ways of their own (`__missing__`).
    if let Some(v) = mapping_get(t, globals.value(), name)? {
        return Ok(v);
    }
    match mapping_get(t, builtins.value(), name)? {
        Some(v) => Ok(v),
        None => Err(undefined(t, name)),
    }
}
#[inline(never)]
pub unsafe fn store_global(t: &Thread, regs: Regs, name: usize, v: Value, site: *const u64) -> Result<()> {
    // SAFETY: a live frame.
    let (code, globals) = unsafe { (code_of(regs), globals_of(regs)) };
    let name = code.name_at(name);
    globals.set_str(t, name, v)?;
    if globals.is_globals() {
        let cell = globals.global_cell(t, name)?;
        let new = NewEntry {
            kind: Kind::Global,
            shape: ShapeId(0),
            version: 0,
            offset: 0,
            new_shape: ShapeId(0),
            guard: globals.value(),
            value: cell.value(),
            second: Value::EMPTY,
        };
        cache::publish(t, site, new);
    }
    Ok(())
}
#[inline(never)]
pub unsafe fn delete_global(t: &Thread, regs: Regs, name: usize) -> Result<()> {
    // SAFETY: a live frame.
    let (code, globals) = unsafe { (code_of(regs), globals_of(regs)) };
    let name = code.name_at(name);
    match globals.remove(t, name.value())? {
        Some(_) => Ok(()),
        None => Err(undefined(t, name)),
    }
}
/// Item `name` of a namespace mapping.
fn mapping_get(t: &Thread, mapping: Value, name: Ref<Str>) -> Result<Option<Value>> {
    if let Some(d) = mapping.downcast::<Dict>().filter(|_| class_of(mapping) == Dict::class()) {
        return d.get_str(t, name);
    }
    match t.get_item(mapping, name.value()) {
        Ok(v) => Ok(Some(v)),
        Err(e) if e.is(t, ex::class(ex::Kind::KeyError)) => Ok(None),
        Err(e) => Err(e),
    }
}
#[inline(never)]
pub unsafe fn load_name(t: &Thread, regs: Regs, name: usize, site: *const u64) -> Result<Value> {
    // SAFETY: a live frame.
    let (code, locals) = unsafe { (code_of(regs), word(regs, frame_word::LOCALS)) };
    if !locals.is_empty() {
        if let Some(v) = mapping_get(t, locals, code.name_at(name))? {
            return Ok(v);
        }
        // SAFETY: a live frame.
        if let Some(v) = unsafe { cache::global(*site, word(regs, frame_word::GLOBALS)) } {
            return Ok(v);
        }
    }
    // SAFETY: a live frame.
    unsafe { load_global(t, regs, name, site) }
}
#[inline(never)]
pub unsafe fn store_name(t: &Thread, regs: Regs, name: usize, v: Value, site: *const u64) -> Result<()> {
    // SAFETY: a live frame.
    let (code, locals) = unsafe { (code_of(regs), word(regs, frame_word::LOCALS)) };
    if locals.is_empty() {
        // SAFETY: a live frame.
        return unsafe { store_global(t, regs, name, v, site) };
    }
    let name = code.name_at(name);
    match locals.downcast::<Dict>().filter(|_| class_of(locals) == Dict::class()) {
        Some(d) => d.set_str(t, name, v),
        None => t.set_item(locals, name.value(), v),
    }
}
#[inline(never)]
pub unsafe fn delete_name(t: &Thread, regs: Regs, name: usize) -> Result<()> {
    // SAFETY: a live frame.
    let (code, locals) = unsafe { (code_of(regs), word(regs, frame_word::LOCALS)) };
    if locals.is_empty() {
        // SAFETY: a live frame.
        return unsafe { delete_global(t, regs, name) };
    }
    let name = code.name_at(name);
    match t.del_item(locals, name.value()) {
        Err(e) if e.is(t, ex::class(ex::Kind::KeyError)) => Err(undefined(t, name)),
        r => r,
    }
}
#[inline(never)]
pub unsafe fn setup_annotations(t: &Thread, regs: Regs) -> Result<()> {
    // SAFETY: a live frame.
    let (globals, locals) = unsafe { (globals_of(regs), word(regs, frame_word::LOCALS)) };
    let namespace = if locals.is_empty() { globals.value() } else { locals };
    if mapping_get(t, namespace, names::__annotations__())?.is_none() {
        t.set_item(namespace, names::__annotations__().value(), Dict::new(t)?.value())?;
    }
    Ok(())
}
#[inline(never)]
pub unsafe fn load_from_dict_or_globals(t: &Thread, regs: Regs, mapping: Value, name: usize) -> Result<Value> {
    // SAFETY: a live frame.
    let (code, globals) = unsafe { (code_of(regs), globals_of(regs)) };
    let name = code.name_at(name);
    if let Some(v) = mapping_get(t, mapping, name)? {
        return Ok(v);
    }
    if let Some(v) = mapping_get(t, globals.value(), name)? {
        return Ok(v);
    }
    match mapping_get(t, builtins_of_frame(t, regs)?.value(), name)? {
        Some(v) => Ok(v),
        None => Err(undefined(t, name)),
    }
}
#[inline(never)]
pub unsafe fn load_from_dict_or_cell(t: &Thread, regs: Regs, mapping: Value, reg: usize, name: usize) -> Result<Value> {
    // SAFETY: a live frame; `reg` holds a cell.
    let (code, cell) = unsafe { (code_of(regs), *regs.add(reg)) };
    if let Some(v) = mapping_get(t, mapping, code.name_at(name))? {
        return Ok(v);
    }
    match cell.downcast::<CellObject>().and_then(|c| c.get().some()) {
        Some(v) => Ok(v),
        None => Err(unbound_cell(t, code, reg, name)),
    }
}
#[inline(never)]
pub unsafe fn load_locals(t: &Thread, regs: Regs) -> Result<Value> {
    // SAFETY: a live frame.
    unsafe {
        match word(regs, frame_word::LOCALS).some() {
            Some(v) if kind_of(regs) & (GENERATOR | INIT) == 0 => Ok(v),
            _ if code_of(regs).has(flags::OPTIMIZED) => Err(t.system_error("no locals")),
            _ => Ok(word(regs, frame_word::GLOBALS)),
        }
    }
}
#[inline(never)]
pub unsafe fn load_build_class(t: &Thread, regs: Regs) -> Result<Value> {
    match builtins_of_frame(t, regs)?.get_str(t, names::__build_class__())? {
        Some(v) => Ok(v),
        None => Err(t.name_error(names::__build_class__(), "__build_class__ not found")),
    }
}

// ---------------------------------------------------------------- attributes

/// Word offset of inline slot `i` in cells of shape `s`.
fn inline_offset(s: &Shape, i: usize) -> Option<usize> {
    if s.slots_offset != 0 && s.slots_offset != DYNAMIC_OFFSET && i < s.inline_slots as usize {
        Some(s.slots_offset as usize + 1 + i)
    } else {
        None
    }
}

#[inline(never)]
pub unsafe fn load_attr(t: &Thread, regs: Regs, obj: Value, name: usize, site: *const u64) -> Result<Value> {
    // SAFETY: a live frame; `site` is a cache word of its code.
    let (code, word) = unsafe { (code_of(regs), *site) };
    if let Some(getter) = cache::property(word, obj) {
        return t.call(getter, &[obj]);
    }
    if let Some(hook) = cache::hook(word, obj) {
        return t.call(hook, &[obj, code.name_at(name).value()]);
    }
    if let Some(f) = cache::method_of_any(word, obj) {
        return attr::bind_attribute(t, f, obj, class_of(obj));
    }
    if let Some(v) = cache::far_slot(word, obj) {
        return Ok(v);
    }
    if let Some(v) = cache::tuple_item(word, obj) {
        return Ok(v);
    }
    if let Some((f, receiver)) = cache::class_method(word, obj) {
        return crate::objects::function::BoundMethod::new(t, f, receiver).map(Ref::value);
    }
    let name = code.name_at(name);
    learn_attr(t, obj, name, site);
    t.get_attr(obj, name)
}

/// Publishes at `site` how `obj.name` is read, if that can be cached.
fn learn_attr(t: &Thread, obj: Value, name: Ref<Str>, site: *const u64) {
    let class = class_of(obj);
    let shape = cache::shape_of(obj);
    let mut new = NewEntry {
        kind: Kind::ClassValue,
        shape,
        version: class.version.load(Acquire),
        offset: 0,
        new_shape: ShapeId(0),
        guard: class.value(),
        value: Value::EMPTY,
        second: Value::EMPTY,
    };
    if let Some(c) = obj.downcast::<Class>() {
        let meta = class;
        if !reads_as_type(t, meta) || meta.lookup(t, name).is_some_and(|a| attr::is_data_descriptor(t, a)) {
            return;
        }
        new.version = c.version.load(Acquire);
        let Some(v) = c.lookup(t, name) else { return };
        if let Some(s) = plain_static(v) {
            cache::publish(t, site, NewEntry { kind: Kind::OfClass, guard: obj, value: s.function(), ..new });
        } else if let Some(f) = plain_class_method(v) {
            cache::publish(t, site, NewEntry { kind: Kind::ClassMethod, guard: obj, value: f, second: obj, offset: 1, ..new });
        } else if v.downcast::<Function>().is_some() || is_plain_method(v) || class_of(v).special(t, Special::Get).is_none() {
            cache::publish(t, site, NewEntry { kind: Kind::OfClass, guard: obj, value: v, ..new });
        }
        return;
    }
    if let Some(m) = obj.downcast::<Module>() {
        if class != Module::class() || class.lookup(t, name).is_some() {
            return;
        }
        let dict = m.dict();
        if dict.make_globals(t).is_ok() && dict.get_interned(name).is_some() {
            if let Ok(cell) = dict.global_cell(t, name) {
                cache::publish(t, site, NewEntry { kind: Kind::OfModule, guard: obj, value: cell.value(), ..new });
            }
        }
        return;
    }
    if !class.has_flag(class_flags::PLAIN_GETATTRIBUTE) {
        return;
    }
    let s = taipan_heap::SHAPES.get(shape);
    let on_class = class.lookup(t, name);
    if let Some(a) = on_class {
        if attr::is_data_descriptor(t, a) {
            if let Some(m) = a.downcast::<MemberDescriptor>() {
                publish_member(t, site, shape, class, m);
            }
            if name == names::__class__() && Object::class().lookup(t, name) == Some(a) {
                cache::publish(t, site, NewEntry { kind: Kind::ClassValue, value: class.value(), ..new });
            }
            if let Some(index) = field_of_tuple(class, a) {
                cache::publish(t, site, NewEntry { kind: Kind::TupleItem, offset: index as u32, ..new });
            }
            // A subclass may override `__get__`; an AttributeError of a getter would be answered by `__getattr__`.
            let plain = class_of(a) == Property::class() && class.has_flag(class_flags::PLAIN_GETATTR);
            if let Some(p) = a.downcast::<Property>().filter(|_| plain) {
                if let Some(getter) = p.getter().filter(|g| g.downcast::<Function>().is_some()) {
                    cache::publish(t, site, NewEntry { kind: Kind::Property, value: getter, ..new });
                }
            }
            return;
        }
    }
    if s.flags & attr::SHAPE_DICT_MODE != 0 {
        return;
    }
    if s.slots_offset != 0 {
        if let Some(i) = attr::shape_lookup(s, name) {
            if let Some(offset) = inline_offset(s, i) {
                cache::publish_slot(t, site, shape, offset, false);
            } else {
                cache::publish(t, site, NewEntry { kind: Kind::FarSlot, offset: i as u32, ..new });
            }
            return;
        }
    }
    if let Some(a) = on_class {
        if a.downcast::<Function>().is_some() || is_plain_method(a) {
            cache::publish(t, site, NewEntry { kind: Kind::Method, value: a, ..new });
        } else if let Some(s) = plain_static(a) {
            cache::publish(t, site, NewEntry { value: s.function(), ..new });
        } else if let Some(f) = plain_class_method(a) {
            cache::publish(t, site, NewEntry { kind: Kind::ClassMethod, value: f, second: class.value(), ..new });
        } else if class_of(a).special(t, Special::Get).is_none() {
            cache::publish(t, site, NewEntry { value: a, ..new });
        }
    } else if let Some(hook) = class.special(t, Special::Getattr).filter(|h| h.downcast::<Function>().is_some()) {
        cache::publish(t, site, NewEntry { kind: Kind::Hook, value: hook, ..new });
    }
}

/// Whether classes of this metaclass are read as `type` reads them. (All caches are emptied when a metaclass gains a data
/// descriptor or a `__getattribute__`.)
fn reads_as_type(t: &Thread, meta: Ref<Class>) -> bool {
    meta == Class::class() || meta.lookup(t, names::__getattribute__()) == Class::class().lookup(t, names::__getattribute__())
}

/// An attribute of `__slots__` is cached like any other slot: whatever may hide it flushes the caches.
fn publish_member(t: &Thread, site: *const u64, shape: ShapeId, class: Ref<Class>, m: Ref<MemberDescriptor>) {
    let Some(index) = m.slot_index() else { return };
    if class.is_subclass(m.class.expect()) {
        if let Some(offset) = inline_offset(taipan_heap::SHAPES.get(shape), index) {
            cache::publish_slot(t, site, shape, offset, true);
        }
    }
}

/// The item that a descriptor reads of instances of a class of tuples.
fn field_of_tuple(class: Ref<Class>, descriptor: Value) -> Option<usize> {
    if !class.is_subclass(Tuple::class()) {
        return None;
    }
    match descriptor.downcast::<TupleGetter>() {
        Some(getter) => Some(getter.index).filter(|_| class_of(descriptor) == TupleGetter::class()),
        None => descriptor.downcast::<MemberDescriptor>().filter(|m| class.is_subclass(m.class.expect()))?.item_index(),
    }
}

/// A `staticmethod` itself: a subclass may bind in its own way.
fn plain_static(v: Value) -> Option<Ref<StaticMethod>> {
    v.downcast::<StaticMethod>().filter(|_| class_of(v) == StaticMethod::class())
}
/// The function of a `classmethod` itself that is a Python function.
fn plain_class_method(v: Value) -> Option<Value> {
    let c = v.downcast::<ClassMethod>().filter(|_| class_of(v) == ClassMethod::class())?;
    Some(c.function()).filter(|f| f.downcast::<Function>().is_some())
}
fn is_plain_method(v: Value) -> bool {
    v.downcast::<Native>().is_some_and(|n| {
        matches!(n.def.kind, NativeKind::Method | NativeKind::Slot) && !n.passes_receiver && n.receiver.get().is_empty()
    })
}

#[inline(never)]
pub unsafe fn store_attr(t: &Thread, regs: Regs, obj: Value, name: usize, v: Value, site: *const u64) -> Result<()> {
    // SAFETY: a live frame; `site` is a cache word of its code.
    let (code, word) = unsafe { (code_of(regs), *site) };
    if let (Some(e), Some(h)) = (cache::find(word, obj), obj.header())
        && e.kind == Kind::FarSlot
    {
        if let Some((field, holder)) = attr::slot(h, h.shape(), e.offset as usize)
            && !field.get().is_empty()
        {
            field.set(t, holder, v);
            return Ok(());
        }
    } else if let (Some(e), Some(h)) = (cache::find(word, obj), obj.header()) {
        // SAFETY: the entry's shape is the object's, which has the slot inline.
        let field = unsafe { &*(h as *const Header as *const Field).add(e.offset as usize) };
        match e.kind {
            Kind::Slot if !field.get().is_empty() => {
                field.set(t, h, v);
                return Ok(());
            }
            Kind::Add => {
                let _guard = t.exclusive(h);
                if h.shape_id() == e.shape {
                    field.set(t, h, v);
                    h.set_shape(e.new_shape);
                    return Ok(());
                }
            }
            _ => {}
        }
    }
    if let Some(setter) = cache::setter(word, obj) {
        return t.call(setter, &[obj, v]).map(|_| ());
    }
    let name = code.name_at(name);
    let class = class_of(obj);
    let before = cache::shape_of(obj);
    t.set_attr(obj, name, Some(v))?;
    if !class.has_flag(class_flags::PLAIN_SETATTR) || obj.downcast::<Class>().is_some() {
        return Ok(());
    }
    let after = cache::shape_of(obj);
    let s = taipan_heap::SHAPES.get(after);
    let version = class.version.load(Acquire);
    let on_class = class.lookup(t, name);
    if let Some(m) = on_class.and_then(|a| a.downcast::<MemberDescriptor>()) {
        publish_member(t, site, after, class, m);
        return Ok(());
    }
    if let Some(setter) = on_class.filter(|&a| class_of(a) == Property::class()).and_then(|a| a.downcast::<Property>()?.setter())
        && before == after
        && setter.downcast::<Function>().is_some()
    {
        let (guard, second, new_shape) = (class.value(), Value::EMPTY, ShapeId(0));
        let kind = Kind::Setter;
        cache::publish(t, site, NewEntry { kind, shape: before, version, offset: 0, new_shape, guard, value: setter, second });
        return Ok(());
    }
    if s.slots_offset == 0 || s.flags & attr::SHAPE_DICT_MODE != 0 || on_class.is_some_and(|a| attr::is_data_descriptor(t, a)) {
        return Ok(());
    }
    let Some(i) = attr::shape_lookup(s, name) else { return Ok(()) };
    let Some(offset) = inline_offset(s, i) else {
        if before == after {
            let (value, guard) = (Value::EMPTY, class.value());
            let far = NewEntry {
                kind: Kind::FarSlot,
                shape: after,
                version: 0,
                offset: i as u32,
                new_shape: ShapeId(0),
                guard,
                value,
                second: Value::EMPTY,
            };
            cache::publish(t, site, far);
        }
        return Ok(());
    };
    if before == after {
        cache::publish_slot(t, site, after, offset, false);
    } else if s.parent.load(Acquire) == before.0 {
        cache::publish(
            t,
            site,
            NewEntry {
                kind: Kind::Add,
                shape: before,
                version: 0,
                offset: offset as u32,
                new_shape: after,
                guard: Value::EMPTY,
                value: Value::EMPTY,
                second: Value::EMPTY,
            },
        );
    }
    Ok(())
}

#[inline(never)]
pub unsafe fn load_method(t: &Thread, regs: Regs, base: usize, obj: Value, name: usize, site: *const u64) -> Result<()> {
    // SAFETY: a live frame, a window within it, and a cache word of its code.
    unsafe {
        let window = regs.add(base);
        let code = code_of(regs);
        if let Some(v) = cache::slot_value(*site, obj) {
            *window.add(CALLABLE) = v;
            *window.add(ARGS) = Value::EMPTY;
            return Ok(());
        }
        if let Some((f, class)) = cache::class_method(*site, obj) {
            *window.add(CALLABLE) = f;
            *window.add(ARGS) = class;
            return Ok(());
        }
        let name = code.name_at(name);
        if cache::method_of_any(*site, obj).is_none() {
            learn_attr(t, obj, name, site);
        }
        if let Some(f) = cache::method_of_any(*site, obj) {
            *window.add(CALLABLE) = f;
            *window.add(ARGS) = obj;
            return Ok(());
        }
        let class = class_of(obj);
        if class.has_flag(class_flags::PLAIN_GETATTRIBUTE) {
            if let Some(a) = class.lookup(t, name) {
                if (a.downcast::<Function>().is_some() || is_plain_method(a)) && attr::instance_get(t, obj, name).is_none() {
                    *window.add(CALLABLE) = a;
                    *window.add(ARGS) = obj;
                    return Ok(());
                }
            }
        }
        let f = t.get_attr(obj, name)?;
        *window.add(CALLABLE) = f;
        *window.add(ARGS) = Value::EMPTY;
        Ok(())
    }
}

#[inline(never)]
pub unsafe fn load_super_attr(t: &Thread, regs: Regs, base: usize, name: usize) -> Result<Value> {
    // SAFETY: a live frame.
    unsafe {
        let (sup, class, obj) = (*regs.add(base), *regs.add(base + 1), *regs.add(base + 2));
        let name = code_of(regs).name_at(name);
        crate::objects::descriptors::super_attr(t, sup, class, obj, name)
    }
}
#[inline(never)]
pub unsafe fn load_super_method(t: &Thread, regs: Regs, window: usize, base: usize, name: usize) -> Result<()> {
    // SAFETY: a live frame.
    unsafe {
        let (sup, class, obj) = (*regs.add(base), *regs.add(base + 1), *regs.add(base + 2));
        let name = code_of(regs).name_at(name);
        let w = regs.add(window);
        if let Some(f) = crate::objects::descriptors::super_method(t, sup, class, obj, name)? {
            *w.add(CALLABLE) = f;
            *w.add(ARGS) = obj;
            return Ok(());
        }
        let f = crate::objects::descriptors::super_attr(t, sup, class, obj, name)?;
        *w.add(CALLABLE) = f;
        *w.add(ARGS) = Value::EMPTY;
        Ok(())
    }
}

// ---------------------------------------------------------------- subscripts

#[inline(always)]
pub fn exact_tuple<'a>(v: Value) -> Option<&'a [Value]> {
    let h = v.header()?;
    if h.shape_id() == Tuple::class_cell().shape() {
        // SAFETY: the exact shape says that it is a tuple, which the register keeps alive.
        Some(unsafe { (*(h as *const Header as *const Tuple)).as_slice() })
    } else {
        None
    }
}
#[inline(always)]
pub fn exact_list<'a>(v: Value) -> Option<&'a List> {
    let h = v.header()?;
    if h.shape_id() == List::class_cell().shape() {
        // SAFETY: as above.
        Some(unsafe { &*(h as *const Header as *const List) })
    } else {
        None
    }
}
/// Item of an exact list or tuple, in range. Those from a list's end are for [`list_item_from_end`].
#[inline(always)]
pub fn sequence_item(o: Value, i: i64) -> Option<Value> {
    if let Some(l) = exact_list(o) {
        return if i >= 0 { l.get(i as usize) } else { None };
    }
    let items = exact_tuple(o)?;
    let i = if i < 0 { i + items.len() as i64 } else { i };
    items.get(i as usize).copied()
}
/// Item `i`, which is negative, of an exact list. (It holds more at a time than a handler that saves no registers can.)
#[inline(always)]
pub fn list_item_from_end(o: Value, i: i64) -> Option<Value> {
    // If there is none because the list changes just now, callers turn to `get_signed`, which tries again.
    exact_list(o)?.get_from_end(i as isize)
}
#[inline(always)]
pub fn set_list_item(t: &Thread, o: Value, i: i64, v: Value) -> bool {
    match exact_list(o) {
        Some(l) => l.set_signed(t, i as isize, v),
        None => false,
    }
}
/// As [`set_list_item`], where it takes no call.
#[inline(always)]
pub fn quick_set_list_item(t: &Thread, o: Value, i: i64, v: Value) -> bool {
    exact_list(o).is_some_and(|l| {
        let i = if i < 0 { i + l.len() as i64 } else { i };
        l.quick_set(t, i as usize, v)
    })
}
#[inline(never)]
pub fn get_item(t: &Thread, o: Value, k: Value) -> Result<Value> {
    t.get_item(o, k)
}
#[inline(never)]
pub fn set_item(t: &Thread, o: Value, k: Value, v: Value) -> Result<()> {
    t.set_item(o, k, v)
}
/// The part of an exact list, tuple, string or bytes that the bounds at `from` select, if they are small integers or None and
/// the step is None; else the empty mark.
#[inline(never)]
pub unsafe fn get_slice(t: &Thread, o: Value, from: Regs) -> Result<Value> {
    use crate::objects::bytes::Bytes;
    // SAFETY: three registers of the frame.
    let Some(bounds) = (unsafe { plain_bounds(from) }) else {
        // SAFETY: as above.
        return match (exact_list(o), unsafe { plain_slice(from) }) {
            (Some(l), Some(s)) => l.copy_selected(t, s).map(Ref::value),
            _ => Ok(Value::EMPTY),
        };
    };
    let Some(h) = o.header() else { return Ok(Value::EMPTY) };
    let shape = h.shape_id();
    if shape == List::class_cell().shape() {
        if let Some(l) = exact_list(o) {
            return l.copy_selected(t, by_one(bounds)).map(Ref::value);
        }
    } else if shape == Str::class_cell().shape() {
        if let Some(s) = o.downcast::<Str>() {
            return Str::substring(t, s, range_within(bounds, s.len())).map(Ref::value);
        }
    } else if shape == Tuple::class_cell().shape() {
        if let Some(items) = exact_tuple(o) {
            let range = range_within(bounds, items.len());
            return if range.len() == items.len() { Ok(o) } else { Tuple::new(t, &items[range]).map(Ref::value) };
        }
    } else if shape == Bytes::class_cell().shape()
        && let Some(b) = o.downcast::<Bytes>()
    {
        let data = b.as_slice();
        let range = range_within(bounds, data.len());
        return if range.len() == data.len() { Ok(o) } else { Bytes::new(t, &data[range]).map(Ref::value) };
    }
    Ok(Value::EMPTY)
}
/// Replaces what such bounds select of an exact list by the items of an exact list or tuple. False: nothing was done.
#[inline(never)]
pub unsafe fn set_slice(t: &Thread, o: Value, from: Regs, v: Value) -> Result<Value> {
    // SAFETY: three registers of the frame.
    let bounds = unsafe { plain_bounds(from) };
    let (Some(bounds), Some(l)) = (bounds, exact_list(o)) else { return Ok(Value::FALSE) };
    let selected = by_one(bounds);
    if let Some(items) = exact_tuple(v) {
        l.splice(t, selected, items)?;
    } else if let Some(items) = exact_list(v) {
        l.splice(t, selected, items.snapshot(t)?.as_slice())?;
    } else {
        return Ok(Value::FALSE);
    }
    Ok(Value::TRUE)
}
/// The start and stop of a slice by 1 that take no call to find out.
#[inline(always)]
unsafe fn plain_bounds(from: Regs) -> Option<(i64, i64)> {
    // SAFETY: the caller's registers.
    let (start, stop, step) = unsafe { (*from, *from.add(1), *from.add(2)) };
    if !step.is_none() {
        return None;
    }
    let start = if start.is_none() { 0 } else { start.as_small_int()? };
    let stop = if stop.is_none() { i64::MAX } else { stop.as_small_int()? };
    Some((start, stop))
}
/// As [`plain_bounds`], with a step.
unsafe fn plain_slice(from: Regs) -> Option<crate::objects::slice::Unpacked> {
    // SAFETY: the caller's registers.
    let (start, stop, step) = unsafe { (*from, *from.add(1), *from.add(2)) };
    let step = step.as_small_int().filter(|&n| n != 0)? as isize;
    let bound = |v: Value, default: isize| if v.is_none() { Some(default) } else { v.as_small_int().map(|i| i as isize) };
    let (first, last) = if step < 0 { (isize::MAX, isize::MIN) } else { (0, isize::MAX) };
    Some(crate::objects::slice::Unpacked { start: bound(start, first)?, stop: bound(stop, last)?, step })
}
fn by_one((start, stop): (i64, i64)) -> crate::objects::slice::Unpacked {
    crate::objects::slice::Unpacked { start: start as isize, stop: stop as isize, step: 1 }
}
#[inline(always)]
fn range_within((start, stop): (i64, i64), len: usize) -> std::ops::Range<usize> {
    let clamp = |i: i64| if i < 0 { (i + len as i64).max(0) as usize } else { (i as usize).min(len) };
    let start = clamp(start);
    start..clamp(stop).max(start)
}
#[inline(never)]
pub unsafe fn build_slice(t: &Thread, from: Regs) -> Result<Value> {
    // SAFETY: three registers of the frame.
    unsafe { crate::objects::slice::Slice::new(t, *from, *from.add(1), *from.add(2)).map(Ref::value) }
}

// ---------------------------------------------------------------- operators

const BINARY: [BinaryOp; 13] = [
    BinaryOp::Add,
    BinaryOp::Sub,
    BinaryOp::Mul,
    BinaryOp::Truediv,
    BinaryOp::Floordiv,
    BinaryOp::Mod,
    BinaryOp::Pow,
    BinaryOp::Lshift,
    BinaryOp::Rshift,
    BinaryOp::And,
    BinaryOp::Or,
    BinaryOp::Xor,
    BinaryOp::Matmul,
];
/// The operation of a binary instruction, whether it is done in place, and whether the right operand is an immediate.
pub fn binary_op(op: Op) -> Option<(BinaryOp, bool, bool)> {
    Some(match op {
        Op::ADDI => (BinaryOp::Add, false, true),
        Op::SUBI => (BinaryOp::Sub, false, true),
        Op::IADDI => (BinaryOp::Add, true, true),
        Op::ISUBI => (BinaryOp::Sub, true, true),
        Op::MULI => (BinaryOp::Mul, false, true),
        Op::FLOORDIVI => (BinaryOp::Floordiv, false, true),
        Op::MODI => (BinaryOp::Mod, false, true),
        Op::ANDI => (BinaryOp::And, false, true),
        Op::LSHIFTI => (BinaryOp::Lshift, false, true),
        Op::RSHIFTI => (BinaryOp::Rshift, false, true),
        _ => {
            let (op, first, in_place) = (op as u16, Op::ADD as u16, Op::IADD as u16);
            let inplace = op >= in_place;
            let k = op.checked_sub(if inplace { in_place } else { first })?;
            (*BINARY.get(k as usize)?, inplace, false)
        }
    })
}
/// The comparison of an instruction that makes a value of it.
pub fn compare_op(op: Op) -> Option<Compare> {
    Compare::ALL.get((op as u16).checked_sub(Op::LT as u16)? as usize).copied()
}
/// The comparison of a fused compare-and-jump, for which outcome it jumps, and whether the right operand is an immediate.
pub fn compare_jump_op(op: Op) -> Option<(Compare, bool, bool)> {
    let n = Compare::ALL.len();
    let k = (op as u16).checked_sub(Op::JLT as u16)? as usize;
    (k < 4 * n).then(|| (Compare::ALL[k % n], k / n % 2 == 0, k >= 2 * n))
}
#[inline(never)]
pub fn binary(t: &Thread, op: u16, a: Value, b: Value) -> Result<Value> {
    if op >= Op::IADD as u16 {
        t.inplace(BINARY[(op - Op::IADD as u16) as usize], a, b)
    } else {
        t.binary(BINARY[(op - Op::ADD as u16) as usize], a, b)
    }
}
#[inline(never)]
pub fn binary_immediate(t: &Thread, op: u16, a: Value, i: i64) -> Result<Value> {
    let b = Value::small_int(i);
    match Op::from_u16(op).and_then(binary_op) {
        Some((op, false, true)) => t.binary(op, a, b),
        Some((op, true, true)) => t.inplace(op, a, b),
        _ => Err(t.system_error("not an immediate operation")),
    }
}
#[inline(never)]
pub fn unary(t: &Thread, op: u16, v: Value) -> Result<Value> {
    match Op::from_u16(op) {
        Some(Op::NEG) => t.unary(UnaryOp::Neg, v),
        Some(Op::POS) => t.unary(UnaryOp::Pos, v),
        _ => t.unary(UnaryOp::Invert, v),
    }
}
#[inline(never)]
pub fn truth_value(t: &Thread, v: Value, negate: bool) -> Result<Value> {
    Ok(Value::bool(t.truth(v)? != negate))
}
#[inline(never)]
pub fn compare(t: &Thread, op: u16, a: Value, b: Value) -> Result<Value> {
    t.rich_compare(a, b, Compare::ALL[(op - Op::LT as u16) as usize])
}
/// Whether a fused compare-and-jump jumps.
#[inline(never)]
pub fn compare_for_jump(t: &Thread, op: u16, a: Value, b: Value, imm: i64) -> Result<Value> {
    let Some((compare, want, immediate)) = Op::from_u16(op).and_then(compare_jump_op) else {
        return Err(t.system_error("not a comparison"));
    };
    let r = t.rich_compare(a, if immediate { Value::small_int(imm) } else { b }, compare)?;
    Ok(Value::bool(t.truth(r)? == want))
}
#[inline(never)]
pub fn contains(t: &Thread, container: Value, item: Value, negate: bool) -> Result<Value> {
    Ok(Value::bool(t.contains(container, item)? != negate))
}

// ---------------------------------------------------------------- iteration

/// The `__iter__` of an instance of a Python class, if it is a generator function.
#[inline(always)]
pub fn generator_iter(t: &Thread, v: Value) -> Option<Ref<Function>> {
    let class = class_of(v);
    if !class.is_heap() {
        return None;
    }
    python_generator_iter(t, class)
}
#[inline(never)]
fn python_generator_iter(t: &Thread, class: Ref<Class>) -> Option<Ref<Function>> {
    let f = class.special(t, Special::Iter)?.downcast::<Function>()?;
    let code = f.code();
    (code.simple && code.argcount == 1 && code.has(flags::GENERATOR)).then_some(f)
}
#[inline(never)]
pub fn get_iter(t: &Thread, v: Value) -> Result<Value> {
    t.iter(v)
}
/// The next pair of an iterator of pairs, put at `to`: true. At its end the empty mark; false for other iterators.
#[inline(never)]
pub unsafe fn for_iter_pair(t: &Thread, it: Value, to: Regs) -> Result<Value> {
    match crate::objects::next::next_pair(t, it) {
        None => Ok(Value::FALSE),
        Some(Err(e)) => Err(e),
        Some(Ok((a, b))) => {
            if a.is_empty() {
                return Ok(a);
            }
            // SAFETY: the caller's registers.
            unsafe {
                *to = a;
                *to.add(1) = b;
            }
            Ok(Value::TRUE)
        }
    }
}
/// The `__getitem__` of an instance of a Python class, if it is a function of two parameters.
#[inline(always)]
pub fn python_getitem(t: &Thread, v: Value) -> Option<Ref<Function>> {
    let class = class_of(v);
    if !class.is_heap() {
        return None;
    }
    let f = class.special(t, Special::Getitem)?.downcast::<Function>()?;
    let code = f.code();
    (code.simple && code.argcount == 2).then_some(f)
}
/// The next item, or the empty mark.
#[inline(never)]
pub fn for_iter(t: &Thread, it: Value) -> Result<Value> {
    if let Some(r) = crate::objects::next::next_known(t, it) {
        return r;
    }
    t.next_general(it).map(|v| v.unwrap_or(Value::EMPTY))
}
#[cold]
fn too_many_values(t: &Thread, expected: usize, got: Option<usize>) -> Exc {
    match got {
        Some(n) => t.value_error(format!("too many values to unpack (expected {expected}, got {n})")),
        None => t.value_error(format!("too many values to unpack (expected {expected})")),
    }
}
#[inline(never)]
pub unsafe fn unpack(t: &Thread, v: Value, to: Regs, n: usize) -> Result<()> {
    let put = |items: &[Value]| -> Result<()> {
        if items.len() < n {
            return Err(t.value_error(format!("not enough values to unpack (expected {n}, got {})", items.len())));
        }
        if items.len() > n {
            return Err(too_many_values(t, n, Some(items.len())));
        }
        for (i, &x) in items.iter().enumerate() {
            // SAFETY: `n` registers follow `to`.
            unsafe { *to.add(i) = x }
        }
        Ok(())
    };
    if let Some(items) = exact_tuple(v) {
        return put(items);
    }
    if let Some(l) = exact_list(v) {
        return put(l.snapshot(t)?.as_slice());
    }
    let it = unpack_iter(t, v)?;
    let got = ValueVec::with_capacity(t, n)?;
    while got.len() < n {
        match t.next(it)? {
            Some(x) => got.push(t, x)?,
            None => return Err(t.value_error(format!("not enough values to unpack (expected {n}, got {})", got.len()))),
        }
    }
    if t.next(it)?.is_some() {
        let total = v.downcast::<Dict>().filter(|_| class_of(v) == Dict::class()).map(|d| d.len());
        return Err(too_many_values(t, n, total));
    }
    put(got.as_slice())
}
fn unpack_iter(t: &Thread, v: Value) -> Result<Value> {
    let c = class_of(v);
    if c.special(t, Special::Iter).is_none() && c.special(t, Special::Getitem).is_none() {
        return Err(t.type_error(format!("cannot unpack non-iterable {} object", c.name_string())));
    }
    t.iter(v)
}
#[inline(never)]
pub unsafe fn unpack_ex(t: &Thread, v: Value, to: Regs, before: usize, after: usize) -> Result<()> {
    let it = unpack_iter(t, v)?;
    let items = ValueVec::new();
    while let Some(x) = t.next(it)? {
        items.push(t, x)?;
    }
    let items = items.as_slice();
    if items.len() < before + after {
        return Err(t.value_error(format!(
            "not enough values to unpack (expected at least {}, got {})",
            before + after,
            items.len()
        )));
    }
    let rest = List::from_slice(t, &items[before..items.len() - after])?;
    // SAFETY: `before + 1 + after` registers follow `to`.
    unsafe {
        for (i, &x) in items[..before].iter().enumerate() {
            *to.add(i) = x;
        }
        *to.add(before) = rest.value();
        for (i, &x) in items[items.len() - after..].iter().enumerate() {
            *to.add(before + 1 + i) = x;
        }
    }
    Ok(())
}

// ---------------------------------------------------------------- building

#[inline(never)]
pub fn build_list(t: &Thread, items: &[Value]) -> Result<Value> {
    List::from_slice(t, items).map(Ref::value)
}
#[inline(never)]
pub fn build_tuple(t: &Thread, items: &[Value]) -> Result<Value> {
    Tuple::new(t, items).map(Ref::value)
}
#[inline(never)]
pub fn build_set(t: &Thread, items: &[Value]) -> Result<Value> {
    crate::objects::set::Set::from_slice(t, items).map(Ref::value)
}
#[inline(never)]
pub fn build_map(t: &Thread, items: &[Value]) -> Result<Value> {
    let d = Dict::with_capacity(t, items.len() / 2)?;
    for pair in items.chunks_exact(2) {
        d.set(t, pair[0], pair[1])?;
    }
    Ok(d.value())
}
#[inline(never)]
pub fn build_string(t: &Thread, parts: &[Value]) -> Result<Value> {
    crate::objects::str_build::concat_all(t, parts).map(Ref::value)
}
#[inline(never)]
pub fn build_const_list(t: &Thread, items: Value) -> Result<Value> {
    List::from_slice(t, exact_tuple(items).unwrap_or(&[])).map(Ref::value)
}
fn list_of(v: Value) -> Ref<List> {
    match v.downcast::<List>() {
        Some(l) => l,
        None => panic!("a display under construction is a list"),
    }
}
/// Appends to the list of a display under construction where that takes no call.
#[inline(always)]
pub fn quick_append(t: &Thread, l: Value, v: Value) -> bool {
    exact_list(l).is_some_and(|l| l.quick_append(t, v))
}
#[inline(never)]
pub fn list_append(t: &Thread, l: Value, v: Value) -> Result<()> {
    list_of(l).append(t, v)
}
fn set_add_value(t: &Thread, s: Value, v: Value) -> Result<()> {
    match s.downcast::<crate::objects::set::Set>() {
        Some(s) => s.add(t, v).map(|_| ()),
        None => Err(t.system_error("a display under construction is a set")),
    }
}
#[inline(never)]
pub fn set_add(t: &Thread, s: Value, v: Value) -> Result<()> {
    set_add_value(t, s, v)
}
#[inline(never)]
pub fn map_add(t: &Thread, d: Value, k: Value, v: Value) -> Result<()> {
    match d.downcast::<Dict>() {
        Some(d) => d.set(t, k, v),
        None => Err(t.system_error("a display under construction is a dict")),
    }
}
#[inline(never)]
pub fn list_extend(t: &Thread, l: Value, v: Value) -> Result<()> {
    let c = class_of(v);
    if c.special(t, Special::Iter).is_none() && c.special(t, Special::Getitem).is_none() {
        return Err(t.type_error(format!("Value after * must be an iterable, not {}", c.name_string())));
    }
    let l = list_of(l);
    t.for_each(v, |x| l.append(t, x))
}
#[inline(never)]
pub fn set_update(t: &Thread, s: Value, v: Value) -> Result<()> {
    match s.downcast::<crate::objects::set::Set>() {
        Some(s) => s.update(t, v),
        None => Err(t.system_error("a display under construction is a set")),
    }
}
fn is_mapping(t: &Thread, v: Value) -> Result<bool> {
    Ok(v.downcast::<Dict>().is_some() || t.get_attr_opt(v, names::keys())?.is_some())
}
#[inline(never)]
pub fn dict_update(t: &Thread, d: Value, v: Value) -> Result<()> {
    if !is_mapping(t, v)? {
        return Err(t.type_error(format!("'{}' object is not a mapping", class_of(v).name_string())));
    }
    match d.downcast::<Dict>() {
        Some(d) => d.merge_mapping(t, v),
        None => Err(t.system_error("a display under construction is a dict")),
    }
}
/// What a callable is called in error texts: `module.qualname()`.
fn callable_text(t: &Thread, f: Value) -> String {
    if let Some(f) = f.downcast::<Function>() {
        let module = f.module.get().downcast::<Str>().map(|s| s.to_string_lossy()).filter(|m| m != "builtins");
        return match module {
            Some(m) => format!("{m}.{}()", f.qualname_string()),
            None => format!("{}()", f.qualname_string()),
        };
    }
    if let Ok(Some(q)) = t.get_attr_opt(f, names::__qualname__()) {
        if let Some(q) = q.downcast::<Str>() {
            let module = t.get_attr_opt(f, names::__module__()).ok().flatten().and_then(|m| m.downcast::<Str>());
            return match module.filter(|m| !m.eq_str("builtins")) {
                Some(m) => format!("{m}.{q}()"),
                None => format!("{q}()"),
            };
        }
    }
    t.str(f).map_or_else(|_| "function".to_owned(), |s| s.to_string_lossy())
}
#[inline(never)]
pub fn dict_merge(t: &Thread, d: Value, v: Value, f: Value) -> Result<()> {
    let Some(d) = d.downcast::<Dict>() else { return Err(t.system_error("a display under construction is a dict")) };
    if !is_mapping(t, v)? {
        return Err(t.type_error(format!(
            "{} argument after ** must be a mapping, not {}",
            callable_text(t, f),
            class_of(v).name_string()
        )));
    }
    let source = match v.downcast::<Dict>().filter(|_| class_of(v) == Dict::class()) {
        Some(s) => s,
        None => {
            let copy = Dict::new(t)?;
            copy.merge_mapping(t, v)?;
            copy
        }
    };
    let mut pos = 0;
    while let Some((k, v)) = source.next(&mut pos) {
        if k.downcast::<Str>().is_none() {
            return Err(t.type_error("keywords must be strings"));
        }
        if d.contains(t, k)? {
            return Err(t.type_error(format!("{} got multiple values for keyword argument '{}'", callable_text(t, f), t.str(k)?)));
        }
        d.set(t, k, v)?;
    }
    Ok(())
}
#[inline(never)]
pub fn list_to_tuple(t: &Thread, l: Value) -> Result<Value> {
    Tuple::new(t, list_of(l).snapshot(t)?.as_slice()).map(Ref::value)
}
#[inline(never)]
pub fn format(t: &Thread, v: Value, spec: Value) -> Result<Value> {
    if spec.is_empty() && v.header().is_some_and(|h| h.shape_id() == Str::class_cell().shape()) {
        return Ok(v);
    }
    let spec = spec.downcast::<Str>().unwrap_or_else(crate::objects::str::empty_str);
    t.format(v, spec).map(Ref::value)
}
#[inline(never)]
pub fn convert(t: &Thread, v: Value, how: usize) -> Result<Value> {
    match how {
        1 => t.str(v),
        2 => t.repr(v),
        _ => t.ascii(v),
    }
    .map(Ref::value)
}
#[inline(never)]
pub unsafe fn build_interpolation(t: &Thread, from: Regs) -> Result<Value> {
    // SAFETY: four registers of the frame.
    unsafe { crate::objects::template::new_interpolation(t, *from, *from.add(1), *from.add(2), *from.add(3)) }
}
#[inline(never)]
pub fn build_template(t: &Thread, strings: Value, interpolations: Value) -> Result<Value> {
    crate::objects::template::new_template(t, strings, interpolations)
}

// ---------------------------------------------------------------- calls

/// A call of anything. The empty mark: a Python frame was pushed and is the running one.
#[inline(never)]
pub unsafe fn call(t: &Thread, regs: Regs, base: usize, n: usize, kw: bool, next: *const u64, dest: usize) -> Result<Value> {
    // SAFETY: the window lies at the top of the frame; a pushed frame's registers begin at its arguments, wherever they are moved to.
    unsafe {
        let window = regs.add(base);
        let mut callable = *window.add(CALLABLE);
        let mut args = window.add(ARGS);
        let mut n = n;
        // A bound method moves the arguments up by one; the collector visits that word, too.
        *args.add(n) = Value::EMPTY;
        if n > 0 && (*args).is_empty() {
            args = args.add(1);
            n -= 1;
        }
        let kwnames = if kw { (*window.add(KWNAMES)).downcast::<Tuple>() } else { None };
        let mut kind = 0;
        let mut instance = Value::EMPTY;
        loop {
            if let Some(f) = callable.downcast::<Function>() {
                let code = f.code();
                if !(code.simple && kwnames.is_none() && code.argcount as usize == n) {
                    bind_arguments(t, f, std::slice::from_raw_parts(args, n), kwnames, args)?;
                }
                push_frame(
                    t,
                    args,
                    NewFrame {
                        code,
                        function: callable,
                        globals: f.globals.expect().value(),
                        locals: instance,
                        caller: regs,
                        kind,
                        return_pc: next,
                        dest,
                    },
                )?;
                return Ok(Value::EMPTY);
            }
            if let Some(f) = callable.downcast::<Native>() {
                if kwnames.is_none() && !f.passes_receiver {
                    match n {
                        1 => {
                            if let Some(u) = f.def.unary {
                                return u(t, *args);
                            }
                        }
                        2 => {
                            if let Some(b) = f.def.binary {
                                return b(t, *args, *args.add(1));
                            }
                        }
                        _ => {}
                    }
                }
                return f.call(t, std::slice::from_raw_parts(args, n), kwnames);
            }
            if let Some(m) = callable.downcast::<crate::objects::function::BoundMethod>() {
                // The receiver goes before the arguments: in the free word left of them if there is one.
                if args > window.add(ARGS) {
                    args = args.sub(1);
                } else {
                    std::ptr::copy(args, args.add(1), n);
                }
                *args = m.receiver.get();
                n += 1;
                callable = m.function.get();
                *window.add(CALLABLE) = callable;
                continue;
            }
            if let Some(c) = callable.downcast::<Class>() {
                if let Some(init) = python_init(t, c) {
                    instance = crate::objects::object::allocate_instance(t, c)?;
                    if args > window.add(ARGS) {
                        args = args.sub(1);
                    } else {
                        std::ptr::copy(args, args.add(1), n);
                    }
                    *args = instance;
                    n += 1;
                    kind = INIT;
                    callable = init;
                    continue;
                }
                return crate::call::call_class(t, c, std::slice::from_raw_parts(args, n), kwnames);
            }
            return t.call_kw(callable, std::slice::from_raw_parts(args, n), kwnames);
        }
    }
}

/// What calling one of the commonest built-in classes with one argument gives, where it takes no call; else the empty mark.
#[inline(never)]
pub fn convert_by_class(t: &Thread, class: Value, v: Value) -> Result<Value> {
    use crate::objects::float::BoxedFloat;
    use crate::objects::int::BigInt;
    use crate::objects::set::Set;
    use crate::objects::singletons::Bool;
    if class == Str::class().value() {
        return t.str(v).map(Ref::value);
    }
    if class == BigInt::class().value() {
        if let Some(x) = v.as_immediate_float() {
            // All that fits an immediate integer for certain.
            return if x.abs() < (1i64 << 60) as f64 { Ok(Value::small_int(x as i64)) } else { Ok(Value::EMPTY) };
        }
        if let Some(text) = crate::objects::dict_storage::exact_str(v) {
            return Ok(crate::objects::int::plain_decimal(&text).unwrap_or(Value::EMPTY));
        }
        return Ok(if v.is_small_int() { v } else { Value::EMPTY });
    }
    if class == BoxedFloat::class().value() {
        if v.is_small_int() {
            return Ok(Value::try_float(v.small_int_unchecked() as f64).unwrap_or(Value::EMPTY));
        }
        if let Some(text) = crate::objects::dict_storage::exact_str(v) {
            return Ok(crate::objects::float::plain_decimal(&text).unwrap_or(Value::EMPTY));
        }
        return Ok(if v.is_immediate_float() { v } else { Value::EMPTY });
    }
    if class == Class::class().value() {
        return Ok(class_of(v).value());
    }
    if class == List::class().value() {
        if let Some(l) = exact_list(v) {
            return l.copy(t).map(Ref::value);
        }
        if let Some(items) = exact_tuple(v) {
            return List::from_slice(t, items).map(Ref::value);
        }
        let l = List::new(t)?;
        l.extend(t, v)?;
        return Ok(l.value());
    }
    if class == Tuple::class().value() {
        return t.iterate_to_tuple(v).map(Ref::value);
    }
    if class == Set::class().value() {
        let s = Set::new(t)?;
        s.update(t, v)?;
        return Ok(s.value());
    }
    if class == Bool::class().value() {
        return t.truth(v).map(Value::bool);
    }
    Ok(Value::EMPTY)
}

/// The Python `__init__` of a class whose instances are made by `object.__new__` and nothing else.
pub(super) fn python_init(t: &Thread, c: Ref<Class>) -> Option<Value> {
    if !c.is_heap()
        || !c.layout.is(<Object as HeapType>::layout())
        || c.has_flag(class_flags::ABSTRACT)
        || class_of(c.value()) != Class::class()
    {
        return None;
    }
    let new = c.special(t, Special::New)?.downcast::<Native>()?;
    if !new.is_of(Object::class()) {
        return None;
    }
    let init = c.special(t, Special::Init)?;
    init.downcast::<Function>().filter(|f| !f.is_generator_like()).map(Ref::value)
}

#[inline(never)]
pub unsafe fn call_ex(t: &Thread, regs: Regs, base: usize, next: *const u64, dest: usize) -> Result<Value> {
    // SAFETY: as in `call`.
    unsafe {
        let window = regs.add(base);
        let callable = *window.add(CALLABLE);
        let (iterable, kwargs) = (*window.add(ARGS), *window.add(ARGS + 1));
        let positional = match exact_tuple(iterable) {
            Some(_) => Ref::<Tuple>::from_raw(iterable.as_cell().unwrap_unchecked().cast()),
            None => {
                let c = class_of(iterable);
                if c.special(t, Special::Iter).is_none() && c.special(t, Special::Getitem).is_none() {
                    return Err(t.type_error(format!(
                        "{} argument after * must be an iterable, not {}",
                        callable_text(t, callable),
                        c.name_string()
                    )));
                }
                t.iterate_to_vec(iterable)?.into_tuple(t)?
            }
        };
        *window.add(ARGS) = positional.value();
        let kwargs = match kwargs.some() {
            None => None,
            Some(v) => match v.downcast::<Dict>() {
                Some(d) => Some(d),
                None => {
                    return Err(t.type_error(format!(
                        "{} argument after ** must be a mapping, not {}",
                        callable_text(t, callable),
                        class_of(v).name_string()
                    )));
                }
            },
        };
        if let Some(f) = callable.downcast::<Function>() {
            let code = f.code();
            let args = window.add(ARGS);
            let (all, kwnames) = match kwargs.filter(|d| d.len() > 0) {
                None => (ValueVec::new(), None),
                Some(d) => {
                    let all = ValueVec::from_slice(t, positional.as_slice())?;
                    let names = ValueVec::new();
                    let mut pos = 0;
                    while let Some((k, v)) = d.next(&mut pos) {
                        if k.downcast::<Str>().is_none() {
                            return Err(t.type_error("keywords must be strings"));
                        }
                        names.push(t, k)?;
                        all.push(t, v)?;
                    }
                    (all, Some(names.into_tuple(t)?))
                }
            };
            let values = if kwnames.is_some() { all.as_slice() } else { positional.as_slice() };
            bind_arguments(t, f, values, kwnames, args)?;
            push_frame(
                t,
                args,
                NewFrame {
                    code,
                    function: callable,
                    globals: f.globals.expect().value(),
                    locals: Value::EMPTY,
                    caller: regs,
                    kind: 0,
                    return_pc: next,
                    dest,
                },
            )?;
            return Ok(Value::EMPTY);
        }
        t.call_with_dict(callable, positional.as_slice(), kwargs)
    }
}

/// Leaves the running frame with `v`; afterwards the caller's registers and pc are the running ones and the result is stored.
#[inline(never)]
pub unsafe fn leave_frame(t: &Thread, regs: Regs, v: Value) -> Result<Value> {
    // SAFETY: `regs` is the running frame.
    unsafe {
        let kind = kind_of(regs);
        let mut v = v;
        if let (INIT, Some(at)) = (kind & DELEGATE, word(regs, frame_word::LOCALS).as_small_int()) {
            return leave_operator(t, regs, at as usize, v);
        }
        if kind & DELEGATE == INIT {
            if !v.is_none() {
                return Err(t.type_error(format!("__init__() should return None, not '{}'", class_of(v).name_string())));
            }
            v = word(regs, frame_word::LOCALS);
        }
        let back = word(regs, frame_word::RETURN).bits();
        let caller = caller_of(regs);
        if kind & GENERATOR != 0 {
            if let Some(g) = word(regs, frame_word::LOCALS).downcast::<Generator>() {
                Generator::finish(g, t);
            }
            pop_frame(t, regs);
            if kind & DELEGATE == DELEGATE {
                *caller.add(back as u16 as usize) = v;
            } else if kind & ENTRY == 0 {
                // Pushed by FOR_ITER, which is two words before: the loop ends.
                let for_iter = ((back >> 16) as *const u64).sub(2);
                let offset = taipan_compiler::isa::Instr(*for_iter).c_signed();
                t.pc.set(for_iter.offset(offset).cast());
            }
            return Ok(v);
        }
        pop_frame(t, regs);
        if kind & ENTRY == 0 {
            *caller.add(back as u16 as usize) = v;
        }
        Ok(v)
    }
}
/// As [`leave_frame`], of an operator's method: `at` is the word index of the caller's instruction.
unsafe fn leave_operator(t: &Thread, regs: Regs, at: usize, v: Value) -> Result<Value> {
    // SAFETY: `regs` is the running frame, and the instruction one of its caller's.
    unsafe {
        let (kind, caller) = (kind_of(regs), caller_of(regs));
        let back = word(regs, frame_word::RETURN).bits();
        let pc = code_of(caller).start.add(at);
        pop_frame(t, regs);
        t.pc.set(pc.cast());
        let v = operators::finish(t, Instr(*pc), caller, v)?;
        let mut next = (back >> 16) as *const u64;
        if kind & ENTRY == 0 {
            if !operators::jumps(Instr(*pc)) {
                *caller.add(back as u16 as usize) = v;
            } else if v == Value::TRUE {
                next = operators::jump_target(pc);
            }
        }
        t.pc.set(next.cast());
        Ok(v)
    }
}

// ---------------------------------------------------------------- functions, imports, intrinsics

#[inline(never)]
pub unsafe fn make_function(t: &Thread, regs: Regs, code: Value, parts: Regs) -> Result<Value> {
    // SAFETY: four registers of the frame; the constant is a code object.
    unsafe {
        let Some(code) = code.downcast::<Code>() else {
            return Err(t.system_error("MAKE_FUNCTION of a constant that is not code"));
        };
        let f = Function::new(t, code, globals_of(regs))?;
        let h = f.header();
        f.defaults.set(t, h, *parts);
        f.kwdefaults.set(t, h, *parts.add(1));
        f.annotate.set(t, h, *parts.add(2));
        f.closure.set(t, h, *parts.add(3));
        Ok(f.value())
    }
}

#[inline(never)]
pub unsafe fn import_name(t: &Thread, regs: Regs, name: usize, level: Value, fromlist: Value) -> Result<Value> {
    // SAFETY: a live frame.
    unsafe {
        let globals = globals_of(regs);
        let locals =
            word(regs, frame_word::LOCALS).some().filter(|_| kind_of(regs) & (GENERATOR | INIT) == 0).unwrap_or(Value::NONE);
        let name = code_of(regs).name_at(name);
        let import = match builtins_of_frame(t, regs)?.get_str(t, names::__import__())? {
            Some(f) => f,
            None => return Err(ex::import_error(t, ex::Kind::ImportError, "__import__ not found", None, None, None)),
        };
        t.call(import, &[name.value(), globals.value(), locals, fromlist, level])
    }
}
#[inline(never)]
pub fn import_from(t: &Thread, module: Value, name: Ref<Str>) -> Result<Value> {
    crate::import::import_from(t, module, name)
}

#[inline(never)]
pub unsafe fn intrinsic1(t: &Thread, regs: Regs, which: usize, v: Value) -> Result<Value> {
    const ALL: [Intrinsic1; 10] = [
        Intrinsic1::Print,
        Intrinsic1::ImportStar,
        Intrinsic1::StopIterationError,
        Intrinsic1::AsyncGenWrap,
        Intrinsic1::TypeVar,
        Intrinsic1::ParamSpec,
        Intrinsic1::TypeVarTuple,
        Intrinsic1::SubscriptGeneric,
        Intrinsic1::TypeAlias,
        Intrinsic1::PrepReraiseStar,
    ];
    let Some(which) = ALL.into_iter().find(|i| *i as usize == which) else { return Err(t.system_error("unknown intrinsic")) };
    match which {
        Intrinsic1::Print => {
            let hook = t.sys_attr(names::displayhook())?;
            let Some(hook) = hook else { return Err(t.runtime_error("lost sys.displayhook")) };
            t.call(hook, &[v])
        }
        Intrinsic1::ImportStar => {
            // SAFETY: a live frame.
            let namespace = unsafe { word(regs, frame_word::LOCALS).some().unwrap_or(word(regs, frame_word::GLOBALS)) };
            crate::import::import_star(t, v, namespace)?;
            Ok(Value::NONE)
        }
        // SAFETY: a live frame.
        Intrinsic1::StopIterationError => unsafe { stop_iteration_error(t, code_of(regs), v) },
        Intrinsic1::AsyncGenWrap => crate::objects::async_generator::wrap(t, v),
        Intrinsic1::TypeVar => crate::objects::typevar::new_typevar(t, v, None, None),
        Intrinsic1::ParamSpec => crate::objects::typevar::new_paramspec(t, v),
        Intrinsic1::TypeVarTuple => crate::objects::typevar::new_typevartuple(t, v),
        Intrinsic1::SubscriptGeneric => crate::objects::typevar::subscript_generic(t, v),
        Intrinsic1::TypeAlias => {
            let items = exact_tuple(v).unwrap_or(&[]);
            match *items {
                [name, params, value] => crate::objects::typevar::new_type_alias(t, name, params, value),
                _ => Err(t.system_error("malformed type alias")),
            }
        }
        Intrinsic1::PrepReraiseStar => match *exact_tuple(v).unwrap_or(&[]) {
            [orig, list] => ex::prep_reraise_star(t, orig, list),
            _ => Err(t.system_error("malformed except* operand")),
        },
    }
}

/// A StopIteration that leaves a generator's body becomes a RuntimeError.
pub(crate) fn stop_iteration_error(t: &Thread, code: Ref<Code>, exc: Value) -> Result<Value> {
    let c = class_of(exc);
    let is_async = code.has(flags::ASYNC_GENERATOR);
    let text = if c.is_subclass(ex::class(ex::Kind::StopIteration)) {
        if is_async {
            "async generator raised StopIteration"
        } else if code.has(flags::COROUTINE) {
            "coroutine raised StopIteration"
        } else {
            "generator raised StopIteration"
        }
    } else if is_async && c.is_subclass(ex::class(ex::Kind::StopAsyncIteration)) {
        "async generator raised StopAsyncIteration"
    } else {
        return Ok(exc);
    };
    let e = t.runtime_error(text);
    ex::set_cause(t, e.0, Some(exc));
    ex::set_context(t, e.0, exc);
    Ok(e.0)
}

#[inline(never)]
pub fn intrinsic2(t: &Thread, which: usize, a: Value, b: Value) -> Result<Value> {
    use crate::objects::typevar;
    const ALL: [Intrinsic2; 4] = [
        Intrinsic2::TypeVarWithBound,
        Intrinsic2::TypeVarWithConstraints,
        Intrinsic2::SetFunctionTypeParams,
        Intrinsic2::SetTypeParamDefault,
    ];
    let Some(which) = ALL.into_iter().find(|i| *i as usize == which) else { return Err(t.system_error("unknown intrinsic")) };
    match which {
        Intrinsic2::TypeVarWithBound => typevar::new_typevar(t, a, Some(b), None),
        Intrinsic2::TypeVarWithConstraints => typevar::new_typevar(t, a, None, Some(b)),
        Intrinsic2::SetFunctionTypeParams => {
            if let Some(f) = a.downcast::<Function>() {
                f.type_params.set(t, f.header(), b);
            }
            Ok(a)
        }
        Intrinsic2::SetTypeParamDefault => typevar::set_default(t, a, b),
    }
}

// ---------------------------------------------------------------- exceptions

/// The exception of a `raise` statement, its context and cause set.
#[inline(never)]
pub fn raise(t: &Thread, v: Value, how: usize, cause: Value) -> Exc {
    if how == 2 {
        return match handled_exception(t) {
            Some(e) => Exc(e),
            None => t.runtime_error("No active exception to reraise"),
        };
    }
    let exc = match exception_of(t, v) {
        Ok(Some(e)) => e,
        Ok(None) => return t.type_error("exceptions must derive from BaseException"),
        Err(e) => return e,
    };
    if how == 1 {
        let cause = if cause.is_none() {
            None
        } else {
            match exception_of(t, cause) {
                Ok(Some(c)) => Some(c),
                Ok(None) => return t.type_error("exception causes must derive from BaseException"),
                Err(e) => return e,
            }
        };
        ex::set_cause(t, exc, cause);
    }
    ex::set_raise_context(t, exc);
    Exc(exc)
}
/// An exception instance from an instance or class.
fn exception_of(t: &Thread, v: Value) -> Result<Option<Value>> {
    if ex::is_exception_class(v) {
        let e = t.call(v, &[])?;
        if !ex::is_exception_instance(e) {
            return Err(t.type_error(format!(
                "calling {} should have returned an instance of BaseException, not {}",
                t.repr(v)?,
                t.repr(class_of(e).value())?
            )));
        }
        return Ok(Some(e));
    }
    Ok(if ex::is_exception_instance(v) { Some(v) } else { None })
}
#[inline(never)]
pub fn match_exception(t: &Thread, exc: Value, class: Value) -> Result<Value> {
    if let Some(c) = class.downcast::<Class>() {
        if ex::is_exception_class(class) {
            return Ok(Value::bool(class_of(exc).is_subclass(c)));
        }
    }
    const TEXT: &str = "catching classes that do not inherit from BaseException is not allowed";
    let Some(items) = class.downcast::<Tuple>() else { return Err(t.type_error(TEXT)) };
    if items.iter().any(|c| !ex::is_exception_class(c)) {
        return Err(t.type_error(TEXT));
    }
    Ok(Value::bool(items.iter().any(|c| c.downcast::<Class>().is_some_and(|c| class_of(exc).is_subclass(c)))))
}
#[inline(never)]
pub unsafe fn match_exception_group(t: &Thread, to: Regs, exc: Value, ty: Value) -> Result<()> {
    let (matched, rest) = ex::match_group(t, exc, ty)?;
    // SAFETY: two registers of the frame.
    unsafe {
        *to = matched;
        *to.add(1) = rest;
    }
    Ok(())
}
#[inline(never)]
pub unsafe fn with_enter(t: &Thread, to: Regs, manager: Value, is_async: bool) -> Result<()> {
    let (enter, exit) = if is_async { (Special::Aenter, Special::Aexit) } else { (Special::Enter, Special::Exit) };
    let Some(exit) = t.lookup_special(manager, exit)? else {
        return Err(no_manager(t, manager, is_async, if is_async { "__aexit__" } else { "__exit__" }));
    };
    let Some(f) = class_of(manager).special(t, enter) else {
        return Err(no_manager(t, manager, is_async, if is_async { "__aenter__" } else { "__enter__" }));
    };
    // SAFETY: two registers of the frame.
    unsafe {
        *to = exit;
        *to.add(1) = t.call_special0(f, manager)?;
    }
    Ok(())
}
#[cold]
fn no_manager(t: &Thread, manager: Value, is_async: bool, method: &str) -> Exc {
    let other = if is_async { (Special::Enter, Special::Exit) } else { (Special::Aenter, Special::Aexit) };
    let c = class_of(manager);
    let hint = if c.special(t, other.0).is_some() && c.special(t, other.1).is_some() {
        if is_async {
            " but it supports the context manager protocol. Did you mean to use 'with'?"
        } else {
            " but it supports the asynchronous context manager protocol. Did you mean to use 'async with'?"
        }
    } else {
        ""
    };
    let what = if is_async { "asynchronous context manager" } else { "context manager" };
    let name = c.full_name();
    t.type_error(format!("'{name}' object does not support the {what} protocol (missed {method} method){hint}"))
}
#[inline(never)]
pub fn with_exit_exception(t: &Thread, exit: Value, exc: Value) -> Result<Value> {
    let tb = ex::traceback_of(exc).map_or(Value::NONE, Ref::value);
    t.call(exit, &[class_of(exc).value(), exc, tb])
}
#[inline(never)]
pub fn with_exit(t: &Thread, exit: Value) -> Result<Value> {
    t.call(exit, &[Value::NONE, Value::NONE, Value::NONE])
}

// ---------------------------------------------------------------- generators

/// The generator or coroutine that a delegating instruction can run in the same dispatch loop.
#[inline(always)]
pub fn delegate_generator(it: Value) -> Option<Ref<Generator>> {
    it.downcast::<Generator>().filter(|g| !g.is_async_generator())
}
/// One step of delegation: R[a] is sent to the iterator. TRUE: it yielded, FALSE: it returned; R[a] is the value.
#[inline(never)]
pub unsafe fn delegate(t: &Thread, regs: Regs, a: usize, it: Value) -> Result<Value> {
    // SAFETY: a register of the running frame.
    let slot = unsafe { regs.add(a) };
    // SAFETY: as above.
    let sent = unsafe { *slot };
    let (v, yielded) = send(t, it, sent)?;
    // SAFETY: as above.
    unsafe { *slot = v };
    Ok(Value::bool(yielded))
}
/// Sends into an iterator: its value, and whether it was yielded (else returned).
pub fn send(t: &Thread, it: Value, sent: Value) -> Result<(Value, bool)> {
    if let Some(g) = it.downcast::<Generator>() {
        if !g.code.expect().has(flags::ASYNC_GENERATOR) {
            return Ok(match Generator::resume(g, t, sent)? {
                Resumed::Yielded(v) => (v, true),
                Resumed::Returned(v) => (v, false),
            });
        }
    }
    if let Some(step) = crate::objects::async_generator::step(t, it, sent) {
        return Ok(match step? {
            Resumed::Yielded(v) => (v, true),
            Resumed::Returned(v) => (v, false),
        });
    }
    let r = if sent.is_none() {
        match class_of(it).special(t, Special::Next) {
            Some(_) => crate::ops::next_raw(t, it),
            None => Err(t.type_error(format!("'{}' object is not an iterator", class_of(it).name_string()))),
        }
    } else {
        t.call_method(it, names::send(), &[sent])
    };
    match r {
        Ok(v) => Ok((v, true)),
        Err(e) if e.is(t, ex::class(ex::Kind::StopIteration)) => Ok((ex::stop_iteration_value(e.0), false)),
        Err(e) => Err(e),
    }
}
#[inline(never)]
pub unsafe fn yield_from_iter(t: &Thread, regs: Regs, v: Value) -> Result<Value> {
    // SAFETY: a live frame.
    let code = unsafe { code_of(regs) };
    if let Some(g) = v.downcast::<Generator>() {
        let inner = g.code.expect();
        if v.downcast::<Coroutine>().is_some() {
            if !code.has(flags::COROUTINE | flags::ITERABLE_COROUTINE) {
                return Err(t.type_error("cannot 'yield from' a coroutine object in a non-coroutine generator"));
            }
            return Ok(v);
        }
        if !inner.has(flags::ASYNC_GENERATOR) {
            return Ok(v);
        }
    }
    t.iter(v)
}
#[inline(never)]
pub fn get_awaitable(t: &Thread, v: Value, what: usize) -> Result<Value> {
    let r = awaitable(t, v);
    if what != 0
        && matches!(&r, Err(e) if e.is(t, ex::class(ex::Kind::TypeError)))
        && class_of(v).special(t, Special::Await).is_none()
    {
        let method = if what == 1 { "__aenter__" } else { "__aexit__" };
        return Err(t.type_error(format!(
            "'async with' received an object from {method} that does not implement __await__: {}",
            class_of(v).name_string()
        )));
    }
    r
}
/// The iterator behind an awaitable.
pub fn awaitable(t: &Thread, v: Value) -> Result<Value> {
    if v.downcast::<Coroutine>().is_some() {
        if let Some(g) = v.downcast::<Generator>() {
            if g.delegate().is_some() {
                return Err(t.runtime_error("coroutine is being awaited already"));
            }
        }
        return Ok(v);
    }
    if let Some(g) = v.downcast::<Generator>() {
        if g.code.expect().has(flags::ITERABLE_COROUTINE) {
            return Ok(v);
        }
    }
    let Some(f) = t.lookup_special(v, Special::Await)? else {
        return Err(t.type_error(format!("'{}' object can't be awaited", class_of(v).name_string())));
    };
    let it = t.call(f, &[])?;
    if it.downcast::<Coroutine>().is_some()
        || it.downcast::<Generator>().is_some_and(|g| g.code.expect().has(flags::ITERABLE_COROUTINE))
    {
        return Err(t.type_error("__await__() returned a coroutine"));
    }
    if class_of(it).special(t, Special::Next).is_none() {
        return Err(t.type_error(format!("__await__() returned non-iterator of type '{}'", class_of(it).name_string())));
    }
    Ok(it)
}
#[inline(never)]
pub fn get_aiter(t: &Thread, v: Value) -> Result<Value> {
    let Some(f) = t.lookup_special(v, Special::Aiter)? else {
        return Err(
            t.type_error(format!("'async for' requires an object with __aiter__ method, got {}", class_of(v).name_string()))
        );
    };
    let it = t.call(f, &[])?;
    if class_of(it).special(t, Special::Anext).is_none() {
        return Err(t.type_error(format!(
            "'async for' received an object from __aiter__ that does not implement __anext__: {}",
            class_of(it).name_string()
        )));
    }
    Ok(it)
}
#[inline(never)]
pub fn get_anext(t: &Thread, v: Value) -> Result<Value> {
    let Some(f) = t.lookup_special(v, Special::Anext)? else {
        return Err(
            t.type_error(format!("'async for' requires an iterator with __anext__ method, got {}", class_of(v).name_string()))
        );
    };
    if let Some(g) = v.downcast::<crate::objects::generator::AsyncGenerator>() {
        return crate::objects::generator::AsyncGenerator::anext(t, g);
    }
    let a = t.call(f, &[])?;
    awaitable(t, a).map_err(|e| {
        let new = t.type_error(format!("'async for' received an invalid object from __anext__: {}", class_of(a).name_string()));
        ex::set_cause(t, new.0, Some(e.0));
        ex::set_context(t, new.0, e.0);
        new
    })
}
#[inline(never)]
pub fn is_stop_async_iteration(_t: &Thread, exc: Value) -> bool {
    class_of(exc).is_subclass(ex::class(ex::Kind::StopAsyncIteration))
}

// ---------------------------------------------------------------- pattern matching

#[inline(never)]
pub fn match_flag(v: Value, flag: u32) -> Result<Value> {
    Ok(Value::bool(class_of(v).has_flag(flag)))
}
#[inline(never)]
pub fn length(t: &Thread, v: Value) -> Result<Value> {
    t.uint(t.len(v)? as u64)
}
#[inline(never)]
pub fn match_keys(t: &Thread, subject: Value, keys: Value) -> Result<Value> {
    let keys = exact_tuple(keys).unwrap_or(&[]);
    let seen = crate::objects::set::Set::new(t)?.value();
    let values = ValueVec::with_capacity(t, keys.len())?;
    let get = if class_of(subject) == Dict::class() || keys.is_empty() { None } else { Some(t.get_attr(subject, names::get())?) };
    let missing = t.call(Object::class().value(), &[])?;
    for &k in keys {
        if t.contains(seen, k)? {
            return Err(t.value_error(format!("mapping pattern checks duplicate key ({})", t.repr(k)?)));
        }
        set_add_value(t, seen, k)?;
        let v = match get {
            None => match subject.downcast::<Dict>() {
                Some(d) => d.get(t, k)?,
                None => None,
            },
            Some(get) => Some(t.call(get, &[k, missing])?).filter(|v| *v != missing),
        };
        match v {
            Some(v) => values.push(t, v)?,
            None => return Ok(Value::NONE),
        }
    }
    values.into_tuple(t).map(Ref::value)
}
#[inline(never)]
pub fn match_class(t: &Thread, subject: Value, class: Value, kw: Value, npos: usize) -> Result<Value> {
    let Some(c) = class.downcast::<Class>() else { return Err(t.type_error("called match pattern must be a class")) };
    if !t.is_instance(subject, class)? {
        return Ok(Value::NONE);
    }
    let keywords = exact_tuple(kw).unwrap_or(&[]);
    let mut positional = None;
    let mut is_self = false;
    if npos > 0 {
        let name = || c.name_string();
        let match_args = t.get_attr_opt(class, names::__match_args__())?;
        let mut allowed = 0;
        match match_args {
            Some(m) => {
                positional = m.downcast::<Tuple>();
                let Some(names) = positional else {
                    let got = class_of(m).name_string();
                    return Err(t.type_error(format!("{}.__match_args__ must be a tuple (got {got})", name())));
                };
                allowed = names.len();
            }
            None => {
                is_self = c.has_flag(class_flags::MATCH_SELF);
                allowed += usize::from(is_self);
            }
        }
        if npos > allowed {
            let s = if allowed == 1 { "" } else { "s" };
            return Err(t.type_error(format!("{}() accepts {allowed} positional sub-pattern{s} ({npos} given)", name())));
        }
    }
    let positional = positional.as_ref().map_or(&[][..], |names| &names.as_slice()[..npos]);
    let attrs = ValueVec::with_capacity(t, npos + keywords.len())?;
    if is_self {
        attrs.push(t, subject)?;
    }
    for (k, &n) in positional.iter().chain(keywords).enumerate() {
        let Some(name) = n.downcast::<Str>() else {
            return Err(t.type_error(format!("__match_args__ elements must be strings (got {})", class_of(n).name_string())));
        };
        for before in positional.iter().chain(keywords).take(k) {
            if before.downcast::<Str>().is_some_and(|b| b == name || b.equals(&name)) {
                let text = format!("{}() got multiple sub-patterns for attribute '{name}'", c.name_string());
                return Err(t.type_error(text));
            }
        }
        match t.get_attr_opt(subject, name)? {
            Some(v) => attrs.push(t, v)?,
            None => return Ok(Value::NONE),
        }
    }
    attrs.into_tuple(t).map(Ref::value)
}
#[inline(never)]
pub fn copy_without_keys(t: &Thread, subject: Value, keys: Value) -> Result<Value> {
    let d = Dict::new(t)?;
    d.merge_mapping(t, subject)?;
    for &k in exact_tuple(keys).unwrap_or(&[]) {
        d.remove(t, k)?;
    }
    Ok(d.value())
}
