//! Attributes of exceptions that are plain fields: one line each instead of a getter and a setter.

use super::base::BaseException;
use crate::native::*;
use crate::objects::member::MemberDescriptor;

/// The field at byte offset `OFFSET` of an exception with layout `L`.
fn field<L: PyClass, const OFFSET: usize>(t: &Thread, this: Value, name: &str) -> Result<(Ref<L>, &'static Field)> {
    const { assert!(OFFSET >= size_of::<BaseException>() && OFFSET + size_of::<Field>() <= size_of::<L>()) };
    let Some(e) = this.downcast::<L>() else {
        let (class, got) = (L::class_def().name, class_of(this).name_string());
        return Err(t.type_error(format!("descriptor '{name}' for '{class}' objects doesn't apply to a '{got}' object")));
    };
    // SAFETY: what follows the base in an exception's layout are fields (see `base`), and the offset is inside it; the caller
    // keeps `e` alive while it uses the field.
    Ok((e, unsafe { &*e.as_ptr().byte_add(OFFSET).cast::<Field>() }))
}

fn get<L: PyClass, const OFFSET: usize>(t: &Thread, this: Value) -> Result<Value> {
    let (_e, f) = field::<L, OFFSET>(t, this, "attribute")?;
    Ok(f.get().some().unwrap_or(Value::NONE))
}
fn set<L: PyClass, const OFFSET: usize>(t: &Thread, this: Value, value: Option<Value>) -> Result<()> {
    let (e, f) = field::<L, OFFSET>(t, this, "attribute")?;
    f.set(t, e.header(), value.unwrap_or(Value::EMPTY));
    Ok(())
}
fn get_int<L: PyClass, const OFFSET: usize>(t: &Thread, this: Value) -> Result<Value> {
    let (_e, f) = field::<L, OFFSET>(t, this, "attribute")?;
    Ok(f.get().some().unwrap_or(Value::small_int(0)))
}
fn set_int<L: PyClass, const OFFSET: usize>(t: &Thread, this: Value, value: Option<Value>) -> Result<()> {
    let (e, f) = field::<L, OFFSET>(t, this, "attribute")?;
    let Some(v) = value else {
        return Err(t.type_error("can't delete numeric/char attribute"));
    };
    if v.downcast::<BigInt>().is_none() && !v.is_small_int() && !matches!(v, Value::TRUE | Value::FALSE) {
        return Err(t.type_error("an integer is required"));
    }
    let n = t.to_isize(v)? as i64;
    let n = n.clamp(Value::SMALL_INT_MIN, Value::SMALL_INT_MAX);
    f.set(t, e.header(), Value::small_int(n));
    Ok(())
}

/// An attribute that holds any object; empty reads as None, deleting empties it.
pub const fn member<L: PyClass, const OFFSET: usize>(name: &'static str, doc: &'static str) -> GetSetDef {
    GetSetDef { name, doc: Some(doc), get: Some(get::<L, OFFSET>), set: Some(set::<L, OFFSET>), member: true }
}
/// An attribute that holds a C `Py_ssize_t`.
pub const fn int_member<L: PyClass, const OFFSET: usize>(name: &'static str, doc: &'static str) -> GetSetDef {
    GetSetDef { name, doc: Some(doc), get: Some(get_int::<L, OFFSET>), set: Some(set_int::<L, OFFSET>), member: true }
}

/// Puts the attributes into a fresh class's namespace. Called from the classes' `init`.
pub fn install(t: &Thread, class: Ref<Class>, members: &'static [GetSetDef]) -> Result<()> {
    for m in members {
        let name = Str::intern_str(t, m.name)?;
        class.namespace().set(t, name.value(), MemberDescriptor::native(t, m, class)?.value())?;
    }
    Ok(())
}

macro_rules! members {
    ($($fn_name:ident : $layout:ty { $($kind:ident $name:literal = $($field:ident).+ , $doc:literal;)* })*) => { $(
        fn $fn_name(t: &Thread, class: Ref<Class>) -> Result<()> {
            static MEMBERS: &[GetSetDef] = &[$(
                $crate::objects::exceptions::members::$kind::<$layout, { std::mem::offset_of!($layout, $($field).+) }>($name, $doc)
            ),*];
            $crate::objects::exceptions::members::install(t, class, MEMBERS)
        }
    )* };
}
pub(super) use members;
