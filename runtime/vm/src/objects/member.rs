//! `member_descriptor`: an attribute that is a field of the instance. `__slots__` reserves such fields: their values are in slots
//! of the instance part whose numbers are fixed for the class and all that inherit from it, and an absent attribute is the empty
//! mark. Natives declare others, and those of struct sequences are items.

use super::struct_seq;
use crate::attr;
use crate::native::*;

#[derive(HeapType)]
#[repr(C)]
pub struct MemberDescriptor {
    header: Header,
    pub class: RefField<Class>,
    pub name: RefField<Str>,
    doc: Field,
    #[noscan]
    place: Place,
}

/// Where the value is.
#[derive(Clone, Copy)]
enum Place {
    /// In the slot of this number.
    Slot(usize),
    Native(&'static GetSetDef),
    /// In a struct sequence, which has this many visible items.
    Item {
        index: usize,
        visible: usize,
    },
}

impl MemberDescriptor {
    fn make(t: &Thread, class: Ref<Class>, name: Ref<Str>, doc: Value, place: Place) -> Result<Ref<MemberDescriptor>> {
        let (class_field, name_field) = (RefField::null(), RefField::null());
        class_field.init(class);
        name_field.init(name);
        t.create(MemberDescriptor { header: Header::NEW, class: class_field, name: name_field, doc: Field::new(doc), place })
    }
    pub fn new(t: &Thread, class: Ref<Class>, name: Ref<Str>, index: usize) -> Result<Ref<MemberDescriptor>> {
        MemberDescriptor::make(t, class, name, Value::NONE, Place::Slot(index))
    }
    pub fn native(t: &Thread, def: &'static GetSetDef, class: Ref<Class>) -> Result<Ref<MemberDescriptor>> {
        let name = Str::intern_str(t, def.name)?;
        let doc = match def.doc {
            Some(d) => Str::from_str(t, d)?.value(),
            None => Value::NONE,
        };
        MemberDescriptor::make(t, class, name, doc, Place::Native(def))
    }
    pub fn item(
        t: &Thread,
        class: Ref<Class>,
        name: Ref<Str>,
        doc: Ref<Str>,
        index: usize,
        visible: usize,
    ) -> Result<Ref<MemberDescriptor>> {
        MemberDescriptor::make(t, class, name, doc.value(), Place::Item { index, visible })
    }
    /// The item of the tuple that a struct sequence is, if it is a visible one.
    pub fn item_index(&self) -> Option<usize> {
        match self.place {
            Place::Item { index, visible } if index < visible => Some(index),
            _ => None,
        }
    }
    /// The number of the slot that `__slots__` reserved.
    pub fn slot_index(&self) -> Option<usize> {
        match self.place {
            Place::Slot(index) => Some(index),
            _ => None,
        }
    }
    /// What CPython has as `tp_name`: that of a struct sequence has its module.
    fn owner_name(&self) -> String {
        let class = self.class.expect();
        if matches!(self.place, Place::Item { .. }) { class.full_name() } else { crate::ops::class_name(class) }
    }
    fn does_not_apply(&self, t: &Thread, obj: Value) -> Exc {
        t.type_error(format!(
            "descriptor '{}' for '{}' objects doesn't apply to a '{}' object",
            self.name.expect(),
            self.owner_name(),
            crate::ops::type_name(obj)
        ))
    }
    /// The slot in `obj`, and the cell that holds it.
    fn slot<'a>(&self, t: &Thread, obj: Value, index: usize) -> Result<(&'a Field, &'a Header)> {
        let found = match obj.header() {
            Some(h) if class_of(obj).is_subclass(self.class.expect()) => attr::slot(h, h.shape(), index),
            _ => None,
        };
        found.ok_or_else(|| self.does_not_apply(t, obj))
    }
    pub fn read(&self, t: &Thread, obj: Value) -> Result<Value> {
        match self.place {
            Place::Slot(index) => match self.slot(t, obj, index)?.0.get().some() {
                Some(v) => Ok(v),
                None => Err(attr::no_attribute(t, obj, self.name.expect())),
            },
            Place::Native(def) => {
                t.check_native_stack()?;
                match def.get {
                    Some(get) if class_of(obj).is_subclass(self.class.expect()) => get(t, obj),
                    _ => Err(self.does_not_apply(t, obj)),
                }
            }
            Place::Item { index, visible } => {
                let found = class_of(obj).is_subclass(self.class.expect()).then(|| struct_seq::field_value(obj, index, visible));
                found.flatten().ok_or_else(|| self.does_not_apply(t, obj))
            }
        }
    }
    /// `None` deletes.
    pub fn write(&self, t: &Thread, obj: Value, value: Option<Value>) -> Result<()> {
        let index = match self.place {
            Place::Slot(index) => index,
            Place::Native(def) => {
                return match def.set {
                    _ if !class_of(obj).is_subclass(self.class.expect()) => Err(self.does_not_apply(t, obj)),
                    Some(set) => set(t, obj, value),
                    None => Err(t.attribute_error_plain("readonly attribute")),
                };
            }
            Place::Item { .. } => return Err(t.attribute_error_plain("readonly attribute")),
        };
        let (field, holder) = self.slot(t, obj, index)?;
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
        format!("<member '{}' of '{}' objects>", this.name.expect(), this.owner_name())
    }
    #[py("($self, /)")]
    fn __reduce__(t: &Thread, this: Ref<MemberDescriptor>) -> Result<Value> {
        let getattr = t.builtin(names::getattr())?;
        let args = Tuple::new(t, &[this.class.expect().value(), this.name.expect().value()])?;
        (getattr, args).into_value(t)
    }
    #[py(member)]
    fn __name__(_t: &Thread, this: Ref<MemberDescriptor>) -> Ref<Str> {
        this.name.expect()
    }
    #[py(getter)]
    fn __qualname__(_t: &Thread, this: Ref<MemberDescriptor>) -> String {
        let class = this.class.expect();
        let owner = class.qualname.get().downcast::<Str>().map_or_else(|| class.name_string(), |s| s.to_string_lossy());
        format!("{owner}.{}", this.name.expect())
    }
    #[py(member)]
    fn __objclass__(_t: &Thread, this: Ref<MemberDescriptor>) -> Ref<Class> {
        this.class.expect()
    }
    #[py(getter)]
    fn __doc__(_t: &Thread, this: Ref<MemberDescriptor>) -> Value {
        this.doc.get()
    }
}
