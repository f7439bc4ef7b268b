//! Type parameters and type aliases (PEP 695, 696).

use crate::native::*;

pub(crate) fn class_defs() -> Vec<&'static ClassDef> {
    Vec::new()
}
fn missing(t: &Thread) -> Exc {
    t.not_implemented_error("type parameters are not built yet")
}
pub fn new_typevar(t: &Thread, _name: Value, _bound: Option<Value>, _constraints: Option<Value>) -> Result<Value> {
    Err(missing(t))
}
pub fn new_paramspec(t: &Thread, _name: Value) -> Result<Value> {
    Err(missing(t))
}
pub fn new_typevartuple(t: &Thread, _name: Value) -> Result<Value> {
    Err(missing(t))
}
pub fn subscript_generic(t: &Thread, _params: Value) -> Result<Value> {
    Err(missing(t))
}
pub fn new_type_alias(t: &Thread, _name: Value, _params: Value, _value: Value) -> Result<Value> {
    Err(missing(t))
}
pub fn set_default(t: &Thread, _param: Value, _default: Value) -> Result<Value> {
    Err(missing(t))
}
