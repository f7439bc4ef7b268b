//! The special methods that fill a slot of a class, with the signature each always has.
//!
//! Python shows these as `slot wrapper`; other dunder names (`__reduce__`, `__sizeof__`, `__format__`, …) are ordinary
//! methods. Source: the Python data model, and the text signatures that CPython 3.14 reports.

/// The signature of the slot called `name`, `None` when that is not a slot.
pub fn slot_signature(name: &str) -> Option<&'static str> {
    Some(match name {
        "__repr__" | "__str__" | "__hash__" | "__len__" | "__iter__" | "__next__" | "__del__" => "($self, /)",
        "__await__" | "__aiter__" | "__anext__" => "($self, /)",
        "__neg__" | "__pos__" | "__abs__" | "__bool__" | "__invert__" => "($self, /)",
        "__int__" | "__float__" | "__index__" => "($self, /)",

        "__lt__" | "__le__" | "__eq__" | "__ne__" | "__gt__" | "__ge__" => "($self, value, /)",
        "__add__" | "__sub__" | "__mul__" | "__matmul__" | "__truediv__" | "__floordiv__" => "($self, value, /)",
        "__mod__" | "__divmod__" | "__lshift__" | "__rshift__" | "__and__" | "__xor__" | "__or__" => "($self, value, /)",
        "__radd__" | "__rsub__" | "__rmul__" | "__rmatmul__" | "__rtruediv__" => "($self, value, /)",
        "__rfloordiv__" | "__rmod__" | "__rdivmod__" | "__rlshift__" | "__rrshift__" => "($self, value, /)",
        "__rand__" | "__rxor__" | "__ror__" => "($self, value, /)",
        "__iadd__" | "__isub__" | "__imul__" | "__imatmul__" | "__itruediv__" => "($self, value, /)",
        "__ifloordiv__" | "__imod__" | "__ipow__" | "__ilshift__" | "__irshift__" => "($self, value, /)",
        "__iand__" | "__ixor__" | "__ior__" => "($self, value, /)",
        "__pow__" | "__rpow__" => "($self, value, mod=None, /)",

        "__getitem__" | "__delitem__" | "__contains__" => "($self, key, /)",
        "__setitem__" => "($self, key, value, /)",

        "__getattribute__" | "__getattr__" | "__delattr__" => "($self, name, /)",
        "__setattr__" => "($self, name, value, /)",
        "__get__" => "($self, instance, owner=None, /)",
        "__set__" => "($self, instance, value, /)",
        "__delete__" => "($self, instance, /)",

        "__call__" | "__init__" => "($self, /, *args, **kwargs)",
        "__buffer__" => "($self, flags, /)",
        "__release_buffer__" => "($self, buffer, /)",
        _ => return None,
    })
}

/// Dunder methods that are class methods without being told.
pub fn is_implicit_classmethod(name: &str) -> bool {
    matches!(name, "__class_getitem__" | "__init_subclass__" | "__subclasshook__")
}

pub fn is_dunder(name: &str) -> bool {
    name.len() > 4 && name.starts_with("__") && name.ends_with("__")
}
