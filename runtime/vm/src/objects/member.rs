//! `member_descriptor`: an attribute that `__slots__` reserved. The value is in a slot of the instance part whose number is fixed
//! for the class and all that inherit from it; an absent attribute is the empty mark.

use crate::attr;
use crate::native::*;

#[derive(HeapType)]
#[repr(C)]
pub struct MemberDescriptor {
    header: Header,
    pub class: RefField<Class>,
    pub name: RefField<Str>,
    /// Number of the slot.
    #[noscan]
    pub index: usize,
}

impl MemberDescriptor {
    pub fn new(t: &Thread, class: Ref<Class>, name: Ref<Str>, index: usize) -> Result<Ref<MemberDescriptor>> {
        let (class_field, name_field) = (RefField::null(), RefField::null());
        class_field.init(class);
        name_field.init(name);
        t.create(MemberDescriptor { header: Header::NEW, class: class_field, name: name_field, index })
    }
    /// The slot in `obj`, and the cell that holds it.
    fn slot<'a>(&self, t: &Thread, obj: Value) -> Result<(&'a Field, &'a Header)> {
        let class = self.class.expect();
        let found = match obj.header() {
            Some(h) if class_of(obj).is_subclass(class) => attr::slot(h, h.shape(), self.index),
            _ => None,
        };
        found.ok_or_else(|| {
            t.type_error(format!(
                "descriptor '{}' for '{}' objects doesn't apply to a '{}' object",
                self.name.expect(),
                class.name_string(),
                crate::ops::type_name(obj)
            ))
        })
    }
    pub fn read(&self, t: &Thread, obj: Value) -> Result<Value> {
        match self.slot(t, obj)?.0.get().some() {
            Some(v) => Ok(v),
            None => Err(attr::no_attribute(t, obj, self.name.expect())),
        }
    }
    /// `None` deletes.
    pub fn write(&self, t: &Thread, obj: Value, value: Option<Value>) -> Result<()> {
        let (field, holder) = self.slot(t, obj)?;
        match value {
            Some(v) => field.set(t, holder, v),
            None => {
                if field.swap(t, holder, Value::EMPTY).is_empty() {
                    let name = self.name.expect();
                    return Err(t.attribute_error(obj, name, &name.to_string_lossy()));
                }
            }
        }
        Ok(())
    }
}

#[pyclass(name = "member_descriptor", flags(NO_NEW))]
impl MemberDescriptor {
    #[py]
    fn __get__(t: &Thread, this: Ref<MemberDescriptor>, instance: Value, owner: Option<Value>) -> Result<Value> {
        if instance.is_none() {
            return match owner {
                Some(o) if !o.is_none() => Ok(this.value()),
                _ => Err(t.type_error("__get__(None, None) is invalid")),
            };
        }
        this.read(t, instance)
    }
    #[py]
    fn __set__(t: &Thread, this: Ref<MemberDescriptor>, instance: Value, value: Value) -> Result<()> {
        this.write(t, instance, Some(value))
    }
    #[py]
    fn __delete__(t: &Thread, this: Ref<MemberDescriptor>, instance: Value) -> Result<()> {
        this.write(t, instance, None)
    }
    #[py]
    fn __repr__(_t: &Thread, this: Ref<MemberDescriptor>) -> String {
        format!("<member '{}' of '{}' objects>", this.name.expect(), this.class.expect().name_string())
    }
    #[py("($self, /)")]
    fn __reduce__(t: &Thread, this: Ref<MemberDescriptor>) -> Result<Value> {
        let getattr = t.builtin(names::getattr())?;
        let args = Tuple::new(t, &[this.class.expect().value(), this.name.expect().value()])?;
        (getattr, args).into_value(t)
    }
    #[py(getter)]
    fn __name__(_t: &Thread, this: Ref<MemberDescriptor>) -> Ref<Str> {
        this.name.expect()
    }
    #[py(getter)]
    fn __qualname__(_t: &Thread, this: Ref<MemberDescriptor>) -> String {
        let class = this.class.expect();
        let owner = class.qualname.get().downcast::<Str>().map_or_else(|| class.name_string(), |s| s.to_string_lossy());
        format!("{owner}.{}", this.name.expect())
    }
    #[py(getter)]
    fn __objclass__(_t: &Thread, this: Ref<MemberDescriptor>) -> Ref<Class> {
        this.class.expect()
    }
    #[py(getter)]
    fn __doc__(_t: &Thread, _this: Ref<MemberDescriptor>) -> Value {
        Value::NONE
    }
}
