//! `sys._jit`: what can be asked about the compiler.

use crate::native::*;

pub struct SysJit;

/// Whether there is a just-in-time compiler, and whether it is in use.
#[pymodule(name = "sys._jit")]
impl SysJit {
    /// Whether this interpreter has a just-in-time compiler.
    #[py("($module, /)")]
    fn is_available(_t: &Thread) -> bool {
        crate::interp::machine::is_available()
    }
    /// Whether the compiler is switched on for this process.
    #[py("($module, /)")]
    fn is_enabled(_t: &Thread) -> bool {
        crate::interp::machine::is_enabled()
    }
    /// Whether the caller runs in compiled code. A function that asks is run by the interpreter: always False.
    #[py("($module, /)")]
    fn is_active(_t: &Thread) -> bool {
        false
    }
}
