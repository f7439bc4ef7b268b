//! `cell`: a variable shared by closures, and the holder of a module global.

use crate::native::*;

#[derive(HeapType)]
#[repr(C)]
pub struct CellObject {
    header: Header,
    pub content: Field,
}

impl CellObject {
    pub fn new(t: &Thread, content: Value) -> Result<Ref<CellObject>> {
        t.create(CellObject { header: Header::NEW, content: Field::new(content) })
    }
    #[inline(always)]
    pub fn get(&self) -> Value {
        self.content.get()
    }
}

impl CellObject {
    #[inline(always)]
    pub fn set(this: Ref<CellObject>, t: &Thread, v: Value) {
        this.content.set(t, this.header(), v)
    }
}

/// Create a new cell object.
#[pyclass(name = "cell", flags(), module = "builtins")]
impl CellObject {
    #[py(nosig, "(contents=<empty>, /)")]
    fn __new__(t: &Thread, _cls: Ref<Class>, contents: Option<Value>) -> Result<Ref<CellObject>> {
        CellObject::new(t, contents.unwrap_or(Value::EMPTY))
    }
    #[py(getter)]
    fn cell_contents(t: &Thread, this: Ref<CellObject>) -> Result<Value> {
        this.get().some().ok_or_else(|| t.value_error("Cell is empty"))
    }
    #[py(setter)]
    fn set_cell_contents(t: &Thread, this: Ref<CellObject>, value: Option<Value>) -> Result<()> {
        CellObject::set(this, t, value.unwrap_or(Value::EMPTY));
        Ok(())
    }
    #[py]
    fn __repr__(t: &Thread, this: Ref<CellObject>) -> Result<Value> {
        let at = this.as_ptr() as usize;
        match this.get().some() {
            Some(v) => {
                let name = class_of(v).name_string();
                let addr = t.identity(v);
                format!("<cell at {at:#x}: {name} object at {addr:#x}>").into_value(t)
            }
            None => format!("<cell at {at:#x}: empty>").into_value(t),
        }
    }
    #[py]
    fn __eq__(t: &Thread, this: Ref<CellObject>, other: Value) -> Result<Value> {
        Ok(match other.downcast::<CellObject>() {
            Some(o) => match (this.get().some(), o.get().some()) {
                (Some(a), Some(b)) => return t.rich_compare(a, b, crate::ops::Compare::Eq),
                (a, b) => Value::bool(a.is_some() == b.is_some()),
            },
            None => Value::NOT_IMPLEMENTED,
        })
    }
}
