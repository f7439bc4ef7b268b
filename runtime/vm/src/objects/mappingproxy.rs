//! `types.MappingProxyType`: reads a mapping, refuses to write it. Also what `type.__dict__` gives.

use crate::native::*;
use crate::objects::class::Special;
use crate::ops::text::text_of;
use crate::ops::{BinaryOp, Compare};
use taipan_text::TextBuf;

#[derive(HeapType)]
#[repr(C)]
pub struct MappingProxy {
    header: Header,
    mapping: Field,
}

impl MappingProxy {
    pub fn new(t: &Thread, mapping: Value) -> Result<Ref<MappingProxy>> {
        t.create(MappingProxy { header: Header::NEW, mapping: Field::new(mapping) })
    }
    #[inline]
    pub fn mapping(&self) -> Value {
        self.mapping.get()
    }
    /// The mapping if it is exactly a dict.
    fn exact_dict(&self) -> Option<Ref<Dict>> {
        self.mapping().downcast::<Dict>().filter(|_| class_of(self.mapping()) == Dict::class())
    }
    fn call(&self, t: &Thread, method: Ref<Str>, args: &[Value]) -> Result<Value> {
        let f = t.get_attr(self.mapping(), method)?;
        t.call(f, args)
    }
    fn compare(&self, t: &Thread, value: Value, op: Compare) -> Result<Value> {
        t.rich_compare(self.mapping(), value, op)
    }
}

/// The mapping behind a proxy; any other value itself.
fn unwrapped(v: Value) -> Value {
    v.downcast::<MappingProxy>().map_or(v, |p| p.mapping())
}

/// Read-only proxy of a mapping.
#[pyclass(name = "mappingproxy", flags(MAPPING))]
impl MappingProxy {
    #[py("(mapping)")]
    fn __new__(t: &Thread, _cls: Ref<Class>, mapping: Value) -> Result<Ref<MappingProxy>> {
        let class = class_of(mapping);
        let sequence = mapping.downcast::<List>().is_some() || mapping.downcast::<Tuple>().is_some();
        if sequence || class.special(t, Special::Getitem).is_none() {
            return Err(t.type_error(format!("mappingproxy() argument must be a mapping, not {}", class.name_string())));
        }
        MappingProxy::new(t, mapping)
    }
    #[py]
    fn __repr__(t: &Thread, this: Ref<MappingProxy>) -> Result<Value> {
        let mut text = TextBuf::new();
        text.push_str("mappingproxy(");
        text.push_text(text_of(&*t.repr(this.mapping())?));
        text.push_str(")");
        t.str_from_text(&text).map(Ref::value)
    }
    #[py]
    fn __hash__(t: &Thread, this: Ref<MappingProxy>) -> Result<i64> {
        t.hash(this.mapping())
    }
    #[py]
    fn __str__(t: &Thread, this: Ref<MappingProxy>) -> Result<Ref<Str>> {
        t.str(this.mapping())
    }
    #[py]
    fn __lt__(t: &Thread, this: Ref<MappingProxy>, value: Value) -> Result<Value> {
        this.compare(t, value, Compare::Lt)
    }
    #[py]
    fn __le__(t: &Thread, this: Ref<MappingProxy>, value: Value) -> Result<Value> {
        this.compare(t, value, Compare::Le)
    }
    #[py]
    fn __eq__(t: &Thread, this: Ref<MappingProxy>, value: Value) -> Result<Value> {
        this.compare(t, value, Compare::Eq)
    }
    #[py]
    fn __ne__(t: &Thread, this: Ref<MappingProxy>, value: Value) -> Result<Value> {
        this.compare(t, value, Compare::Ne)
    }
    #[py]
    fn __gt__(t: &Thread, this: Ref<MappingProxy>, value: Value) -> Result<Value> {
        this.compare(t, value, Compare::Gt)
    }
    #[py]
    fn __ge__(t: &Thread, this: Ref<MappingProxy>, value: Value) -> Result<Value> {
        this.compare(t, value, Compare::Ge)
    }
    #[py]
    fn __iter__(t: &Thread, this: Ref<MappingProxy>) -> Result<Value> {
        t.iter(this.mapping())
    }
    #[py]
    fn __or__(t: &Thread, this: Ref<MappingProxy>, value: Value) -> Result<Value> {
        t.binary(BinaryOp::Or, this.mapping(), unwrapped(value))
    }
    #[py]
    fn __ror__(t: &Thread, this: Ref<MappingProxy>, value: Value) -> Result<Value> {
        t.binary(BinaryOp::Or, unwrapped(value), this.mapping())
    }
    #[py]
    fn __ior__(t: &Thread, this: Ref<MappingProxy>, _value: Value) -> Result<Value> {
        let name = class_of(this.value()).name_string();
        Err(t.type_error(format!("'|=' is not supported by {name}; use '|' instead")))
    }
    #[py]
    fn __len__(t: &Thread, this: Ref<MappingProxy>) -> Result<usize> {
        t.len(this.mapping())
    }
    #[py]
    fn __getitem__(t: &Thread, this: Ref<MappingProxy>, key: Value) -> Result<Value> {
        t.get_item(this.mapping(), key)
    }
    #[py]
    fn __contains__(t: &Thread, this: Ref<MappingProxy>, key: Value) -> Result<bool> {
        t.contains(this.mapping(), key)
    }

    /// Return the value for key if key is in the mapping, else default.
    #[py("($self, key, default=None, /)")]
    fn get(t: &Thread, this: Ref<MappingProxy>, key: Value, default: Option<Value>) -> Result<Value> {
        let default = default.unwrap_or(Value::NONE);
        match this.exact_dict() {
            Some(d) => Ok(d.get(t, key)?.unwrap_or(default)),
            None => this.call(t, names::get(), &[key, default]),
        }
    }
    /// Return a set-like object providing a view on the mapping's keys.
    #[py("($self, /)")]
    fn keys(t: &Thread, this: Ref<MappingProxy>) -> Result<Value> {
        this.call(t, names::keys(), &[])
    }
    /// Return an object providing a view on the mapping's values.
    #[py("($self, /)")]
    fn values(t: &Thread, this: Ref<MappingProxy>) -> Result<Value> {
        this.call(t, names::values(), &[])
    }
    /// Return a set-like object providing a view on the mapping's items.
    #[py("($self, /)")]
    fn items(t: &Thread, this: Ref<MappingProxy>) -> Result<Value> {
        this.call(t, names::items(), &[])
    }
    /// Return a shallow copy of the mapping.
    #[py("($self, /)")]
    fn copy(t: &Thread, this: Ref<MappingProxy>) -> Result<Value> {
        this.call(t, names::copy(), &[])
    }
    /// See PEP 585
    #[py(classmethod, "($type, object, /)")]
    fn __class_getitem__(t: &Thread, cls: Ref<Class>, object: Value) -> Result<Value> {
        t.generic_alias(cls.value(), object)
    }
    /// Return a reverse iterator over the mapping's keys.
    #[py("($self, /)")]
    fn __reversed__(t: &Thread, this: Ref<MappingProxy>) -> Result<Value> {
        this.call(t, names::__reversed__(), &[])
    }
}
