//! From objects to code: `compile` of a tree.

use super::node::Ast;
use taipan_compiler::Options;
use taipan_vm::native::*;

/// The code object of a tree; `None` if the value is no tree.
pub fn compile(t: &Thread, tree: Value, filename: &str, options: &Options, flags: i32) -> Result<Option<Value>> {
    let _ = (filename, options, flags);
    if tree.downcast::<Ast>().is_none() {
        return Ok(None);
    }
    Err(t.not_implemented_error("compile() of a syntax tree is not built yet"))
}
