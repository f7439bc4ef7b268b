//! `sys._jit`: what can be asked about the compiler.

use crate::native::*;

pub struct SysJit;

/// Whether there is a just-in-time compiler, and whether it is in use.
#[pymodule(name = "sys._jit")]
impl SysJit {
    /// Whether this interpreter has a just-in-time compiler.
    #[py("($module, /)")]
    fn is_available(_t: &Thread) -> bool {
        false
    }
    /// Whether the compiler is switched on for this process.
    #[py("($module, /)")]
    fn is_enabled(_t: &Thread) -> bool {
        false
    }
    /// Whether the caller runs in compiled code.
    #[py("($module, /)")]
    fn is_active(_t: &Thread) -> bool {
        false
    }
}
