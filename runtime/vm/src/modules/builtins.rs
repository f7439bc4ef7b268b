//! `builtins`. (To be filled.)
use crate::native::*;
pub struct Builtins;
#[pymodule(name = "builtins")]
impl Builtins {
    #[py("(obj, /)")]
    fn repr(t: &Thread, obj: Value) -> Result<Ref<Str>> { t.repr(obj) }
}
