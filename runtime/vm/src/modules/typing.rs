//! `_typing`: the native part of `typing`.

use crate::native::*;
use crate::objects::paramspec::{ParamSpec, ParamSpecArgs, ParamSpecKwargs, TypeVarTuple};
use crate::objects::type_alias::{Generic, TypeAlias};
use crate::objects::typevar::{TypeVar, no_default};
use crate::objects::union::Union;

pub struct Typing;

fn init(t: &Thread, m: Ref<Module>) -> Result<()> {
    for class in [
        TypeVar::class(),
        ParamSpec::class(),
        TypeVarTuple::class(),
        ParamSpecArgs::class(),
        ParamSpecKwargs::class(),
        TypeAlias::class(),
        Generic::class(),
        Union::class(),
    ] {
        m.set(t, &class.name_string(), class.value())?;
    }
    m.set(t, "NoDefault", no_default(t)?)
}

/// Primitives and accelerators for the typing module.
#[pymodule(name = "_typing", init = init)]
impl Typing {
    #[py("($module, x, /)")]
    fn _idfunc(_t: &Thread, x: Value) -> Value {
        x
    }
}
