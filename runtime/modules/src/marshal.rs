//! `marshal`. Not built yet: its functions say so. `importlib` needs the module to be there; no bytecode is written without it.

use taipan_vm::native::*;

pub struct Marshal;

fn missing(t: &Thread) -> Exc {
    t.not_implemented_error("marshal is not built yet")
}

fn init(t: &Thread, m: Ref<Module>) -> Result<()> {
    m.set(t, "version", t.int(5)?)
}

/// This module contains functions that can read and write Python values in a binary format.
#[pymodule(name = "marshal", init = init)]
impl Marshal {
    /// Return the bytes object that would be written to a file by dump(value, file).
    #[py("($module, value, version=version, /, *, allow_code=True)")]
    fn dumps(t: &Thread, value: Value, version: Option<i32>, allow_code: Option<bool>) -> Result<Value> {
        let _ = (value, version, allow_code);
        Err(missing(t))
    }
    /// Convert the bytes-like object to a value.
    #[py("($module, bytes, /, *, allow_code=True)")]
    fn loads(t: &Thread, bytes: Value, allow_code: Option<bool>) -> Result<Value> {
        let _ = (bytes, allow_code);
        Err(missing(t))
    }
    /// Write the value on the open file.
    #[py("($module, value, file, version=version, /, *, allow_code=True)")]
    fn dump(t: &Thread, value: Value, file: Value, version: Option<i32>, allow_code: Option<bool>) -> Result<()> {
        let _ = (value, file, version, allow_code);
        Err(missing(t))
    }
    /// Read one value from the open file and return it.
    #[py("($module, file, /, *, allow_code=True)")]
    fn load(t: &Thread, file: Value, allow_code: Option<bool>) -> Result<Value> {
        let _ = (file, allow_code);
        Err(missing(t))
    }
}
