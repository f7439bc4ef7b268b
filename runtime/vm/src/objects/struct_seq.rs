//! Struct sequences: tuples with named fields, such as `sys.version_info` or `os.stat_result`.
//!
//! A class made at run time derives from `tuple`. An instance's tuple holds all fields; those past the visible ones are kept in an
//! attribute slot of the instance, as a second tuple.

use super::member::MemberDescriptor;
use crate::native::*;
use crate::objects::class::{self, NewClass};
use std::sync::Mutex;

/// What a struct sequence class is made of.
pub struct Description {
    /// `module.name`
    pub name: &'static str,
    pub doc: &'static str,
    /// Field names and docs; the first `visible` are items of the tuple.
    pub fields: &'static [(&'static str, &'static str)],
    pub visible: usize,
    /// Instances can be made by calling the class.
    pub callable: bool,
}

/// Descriptions by class, to find them from an instance.
static CLASSES: Mutex<Vec<(u64, &'static Description)>> = Mutex::new(Vec::new());

fn description_of(v: Value) -> Option<&'static Description> {
    let list = CLASSES.lock().expect("struct sequences");
    class_of(v).mro().iter().find_map(|c| list.iter().find(|e| e.0 == c.bits()).map(|e| e.1))
}

/// The class of a description, made on first use and kept for good.
pub fn class(t: &Thread, d: &'static Description) -> Result<Ref<Class>> {
    let registry = t.registry();
    let key = Str::intern_str(t, &format!("structseq {}", d.name))?;
    if let Some(c) = registry.get_interned(key).and_then(|c| c.downcast::<Class>()) {
        return Ok(c);
    }
    let tuple = Tuple::class();
    let (module, name) = d.name.rsplit_once('.').unwrap_or(("builtins", d.name));
    let mut flags = class_flags::SEQUENCE | class_flags::HEAP | class_flags::IMMUTABLE;
    if !d.callable {
        flags |= class_flags::NO_NEW;
    }
    let c = class::allocate(
        t,
        NewClass {
            metaclass: Class::class(),
            layout: <Tuple as HeapType>::layout(),
            def: None,
            flags,
            reserved_slots: 1,
            inline_slots: 1,
        },
    )?;
    let h = c.header();
    let name = Str::intern_str(t, name)?;
    c.name.set(t, h, name);
    c.qualname.set(t, h, name);
    let bases = Tuple::new(t, &[tuple.value()])?;
    c.bases.set(t, h, bases);
    c.base.set(t, h, tuple);
    let dict = Dict::new(t)?;
    c.dict.set(t, h, dict);
    let set = |name: &str, v: Value| -> Result<()> { dict.set(t, Str::intern_str(t, name)?.value(), v) };
    set("__module__", Str::intern_str(t, module)?.value())?;
    set("__doc__", Str::from_str(t, d.doc)?.value())?;
    set("n_fields", t.int(d.fields.len() as i64)?)?;
    set("n_sequence_fields", t.int(d.visible as i64)?)?;
    set("n_unnamed_fields", t.int(0)?)?;
    let match_args = ValueVec::new();
    for (i, (field, doc)) in d.fields.iter().enumerate() {
        let doc = Str::from_str(t, doc)?;
        let f = MemberDescriptor::item(t, c, Str::intern_str(t, field)?, doc, i, d.visible)?;
        set(field, f.value())?;
        if i < d.visible {
            match_args.push(t, Str::intern_str(t, field)?.value())?;
        }
    }
    set("__match_args__", match_args.into_tuple(t)?.value())?;
    for m in <StructMethods as PyClass>::class_def().methods {
        let f = crate::objects::native_function::for_class(t, m, StructMethods::class())?;
        set(m.name, f)?;
    }
    let mro = class::compute_mro(t, c.value(), bases)?;
    class::finish(t, c, mro);
    CLASSES.lock().expect("struct sequences").push((c.value().bits(), d));
    registry.set(t, key.value(), c.value())?;
    Ok(c)
}

/// An instance with the given values for all fields (missing ones are None).
pub fn new(t: &Thread, d: &'static Description, values: &[Value]) -> Result<Value> {
    let c = class(t, d)?;
    instance(t, c, d, values)
}

fn instance(t: &Thread, c: Ref<Class>, d: &'static Description, values: &[Value]) -> Result<Value> {
    let r = Tuple::in_class(t, c, &values[..d.visible.min(values.len())])?;
    if d.fields.len() > d.visible {
        let rest = ValueVec::new();
        for i in d.visible..d.fields.len() {
            rest.push(t, values.get(i).copied().unwrap_or(Value::NONE))?;
        }
        let rest = rest.into_tuple(t)?;
        let h = r.header();
        if let Some((f, holder)) = crate::attr::slot(h, h.shape(), 0) {
            f.set(t, holder, rest.value());
        }
    }
    Ok(r.value())
}

pub(super) fn field_value(v: Value, index: usize, visible: usize) -> Option<Value> {
    if index < visible {
        return v.downcast::<Tuple>()?.get(index);
    }
    let h = v.header()?;
    crate::attr::slot(h, h.shape(), 0)?.0.get().downcast::<Tuple>()?.get(index - visible)
}

/// The methods that all struct sequence classes share; their receiver is any value, the description is found from its class.
#[derive(HeapType)]
#[repr(C)]
pub struct StructMethods {
    header: Header,
}

#[pyclass(name = "structseq", flags(NO_NEW))]
impl StructMethods {
    #[py]
    fn __repr__(t: &Thread, this: Value) -> Result<String> {
        let Some(d) = description_of(this) else { return Ok(t.repr(this)?.to_string_lossy()) };
        let mut parts = Vec::new();
        for (i, (name, _)) in d.fields[..d.visible].iter().enumerate() {
            let v = field_value(this, i, d.visible).unwrap_or(Value::NONE);
            parts.push(format!("{name}={}", t.repr(v)?));
        }
        Ok(format!("{}({})", d.name, parts.join(", ")))
    }
    #[py("($self, /)")]
    fn __reduce__(t: &Thread, this: Value) -> Result<Value> {
        let Some(d) = description_of(this) else { return Err(t.type_error("not a struct sequence")) };
        let extra = Dict::new(t)?;
        for (i, (name, _)) in d.fields.iter().enumerate().skip(d.visible) {
            extra.set(t, Str::intern_str(t, name)?.value(), field_value(this, i, d.visible).unwrap_or(Value::NONE))?;
        }
        let items = this.downcast::<Tuple>().map_or_else(|| Tuple::new(t, &[]), |x| Tuple::new(t, x.as_slice()))?;
        (class_of(this), (items, extra)).into_value(t)
    }
    #[py("($self, /, **changes)")]
    fn __replace__(t: &Thread, this: Value, changes: Kwargs) -> Result<Value> {
        let Some(d) = description_of(this) else { return Err(t.type_error("not a struct sequence")) };
        let values = ValueVec::new();
        for (i, (name, _)) in d.fields.iter().enumerate() {
            let key = Str::intern_str(t, name)?;
            let changed = match changes.0 {
                Some(c) => c.remove(t, key.value())?,
                None => None,
            };
            values.push(t, changed.or_else(|| field_value(this, i, d.visible)).unwrap_or(Value::NONE))?;
        }
        if let Some(c) = changes.0.filter(|c| c.len() > 0) {
            let keys = List::new(t)?;
            let mut pos = 0;
            while let Some((k, _)) = c.next(&mut pos) {
                keys.append(t, k)?;
            }
            return Err(t.type_error(format!("Got unexpected field name(s): {}", t.repr(keys.value())?)));
        }
        instance(t, class_of(this), d, values.as_slice())
    }
    #[py("(sequence, dict={})")]
    fn __new__(t: &Thread, cls: Ref<Class>, sequence: Value, dict: Option<Value>) -> Result<Value> {
        let list = CLASSES.lock().expect("struct sequences");
        let d = cls.mro().iter().find_map(|c| list.iter().find(|e| e.0 == c.bits()).map(|e| e.1));
        drop(list);
        let Some(d) = d else { return Err(t.type_error("not a struct sequence class")) };
        let items = t.iterate_to_vec(sequence).map_err(|_| t.type_error("constructor requires a sequence"))?;
        let n = items.len();
        if n < d.visible {
            let how = if d.fields.len() > d.visible { "at least " } else { "a " };
            return Err(t.type_error(
                format!("{}() takes an {how}{}-sequence ({n}-sequence given)", d.name, d.visible).replace("an a ", "a "),
            ));
        }
        if n > d.fields.len() {
            let how = if d.fields.len() > d.visible { "at most " } else { "a " };
            return Err(t.type_error(
                format!("{}() takes an {how}{}-sequence ({n}-sequence given)", d.name, d.fields.len()).replace("an a ", "a "),
            ));
        }
        let extra = dict.and_then(|d| d.downcast::<Dict>());
        for (name, _) in &d.fields[n..] {
            let v = match extra {
                Some(e) => e.get(t, Str::intern_str(t, name)?.value())?.unwrap_or(Value::NONE),
                None => Value::NONE,
            };
            items.push(t, v)?;
        }
        instance(t, cls, d, items.as_slice())
    }
}
