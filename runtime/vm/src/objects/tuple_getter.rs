//! `_tuplegetter`: the descriptor of a named tuple's field.

use super::str_build::concat_all;
use crate::native::*;

/// A field of a named tuple.
#[derive(HeapType)]
#[repr(C)]
pub struct TupleGetter {
    header: Header,
    pub index: usize,
    doc: Field,
}

#[pyclass(name = "_tuplegetter", module = "collections")]
impl TupleGetter {
    #[py("(index, doc, /)")]
    fn __new__(t: &Thread, cls: Ref<Class>, index: isize, doc: Value) -> Result<Ref<TupleGetter>> {
        t.create_in(cls, TupleGetter { header: Header::NEW, index: index as usize, doc: Field::new(doc) })
    }
    #[py("($self, instance, owner=None, /)")]
    fn __get__(t: &Thread, this: Ref<TupleGetter>, instance: Value, owner: Option<Value>) -> Result<Value> {
        let _ = owner;
        if instance.is_none() {
            return Ok(this.value());
        }
        match instance.downcast::<Tuple>() {
            Some(items) => items.get(this.index).ok_or_else(|| t.index_error("tuple index out of range")),
            None => Err(t.type_error(format!(
                "descriptor for index '{}' for tuple subclasses doesn't apply to '{}' object",
                this.index,
                class_of(instance).name_string()
            ))),
        }
    }
    #[py]
    fn __set__(t: &Thread, this: Ref<TupleGetter>, instance: Value, value: Value) -> Result<()> {
        let _ = (this, instance, value);
        Err(t.attribute_error_plain("can't set attribute"))
    }
    #[py]
    fn __delete__(t: &Thread, this: Ref<TupleGetter>, instance: Value) -> Result<()> {
        let _ = (this, instance);
        Err(t.attribute_error_plain("can't delete attribute"))
    }
    #[py(member)]
    fn __doc__(_t: &Thread, this: Ref<TupleGetter>) -> Value {
        this.doc.get()
    }
    #[py(setter, name = "__doc__")]
    fn set_doc(t: &Thread, this: Ref<TupleGetter>, value: Option<Value>) -> Result<()> {
        this.doc.set(t, this.header(), value.unwrap_or(Value::NONE));
        Ok(())
    }
    #[py("($self, /)")]
    fn __reduce__(t: &Thread, this: Ref<TupleGetter>) -> Result<Value> {
        (class_of(this.value()), (this.index, this.doc.get())).into_value(t)
    }
    #[py]
    fn __repr__(t: &Thread, this: Ref<TupleGetter>) -> Result<Ref<Str>> {
        let before = Str::from_str(t, &format!("{}({}, ", class_of(this.value()).full_name(), this.index))?;
        let doc = t.repr(this.doc.get())?;
        let after = Str::from_str(t, ")")?;
        concat_all(t, &[before.value(), doc.value(), after.value()])
    }
}
