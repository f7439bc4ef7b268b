//! `_string`: what the module `string` needs of the parser of format templates.

use crate::native::*;
use crate::objects::class;
use crate::objects::str_format::{self, FormatterIterator};

pub struct StringModule;

/// Helpers of the module string.
#[pymodule(name = "_string", init = init)]
impl StringModule {
    /// Parses a format template into (literal, field name, specifier, conversion).
    #[py("($module, object, /)")]
    fn formatter_parser(t: &Thread, object: Value) -> Result<Ref<FormatterIterator>> {
        FormatterIterator::new(t, string(t, object)?)
    }
    /// Splits a field name into what it begins with and an iterator over its attributes and keys.
    #[py("($module, object, /)")]
    fn formatter_field_name_split(t: &Thread, object: Value) -> Result<Value> {
        str_format::split_field_name(t, string(t, object)?)
    }
}

fn string(t: &Thread, v: Value) -> Result<Ref<Str>> {
    match v.downcast::<Str>() {
        Some(s) => Ok(s),
        None => Err(t.type_error(format!("expected str, got {}", class_of(v).name_string()))),
    }
}

/// The iterators' classes are not to be found in the module.
fn init(t: &Thread, _m: Ref<Module>) -> Result<()> {
    for def in str_format::class_defs() {
        class::create_builtin(t, def)?;
    }
    Ok(())
}
