//! What the calling frame sees: `locals`, `dir()`, `vars()`.

use crate::interp::{self, frame_word};
use crate::native::*;
use crate::objects::class::Special;
use crate::objects::object::key_list;
use taipan_compiler::flags;

/// `locals()` of the running Python frame: the namespace of a module or class body, or a new dict of a function's variables.
pub fn locals(t: &Thread) -> Result<Value> {
    let regs = t.regs.get();
    if regs.is_null() {
        return Err(t.system_error("frame does not exist"));
    }
    // SAFETY: the running frame of this thread.
    unsafe {
        let code = interp::code_of(regs);
        if !code.has(flags::OPTIMIZED) {
            let kind = interp::kind_of(regs);
            let namespace = interp::word(regs, frame_word::LOCALS);
            let own = kind & (interp::GENERATOR | interp::INIT) == 0 && !namespace.is_empty();
            return Ok(if own { namespace } else { interp::globals_of(regs).value() });
        }
        // A frame object may know names that are no variables of the code.
        if let Some(f) = interp::word(regs, frame_word::FRAME).downcast::<crate::objects::frame::Frame>() {
            return crate::objects::frame_locals::snapshot(t, f).map(Ref::value);
        }
        variables(t, code, regs).map(Ref::value)
    }
}

/// The bound variables of a function's frame.
unsafe fn variables(t: &Thread, code: Ref<Code>, regs: interp::Regs) -> Result<Ref<Dict>> {
    let out = Dict::new(t)?;
    let unit = &code.unit;
    // SAFETY: the caller passes a live frame of this code; variables are within its registers.
    let register = |r: usize| unsafe { *regs.add(r) };
    let set = |name: Value, register_value: Value, is_cell: bool| -> Result<()> {
        let v = match register_value.downcast::<CellObject>() {
            Some(c) if is_cell => c.get(),
            _ => register_value,
        };
        if v.is_empty() { Ok(()) } else { out.set(t, name, v) }
    };
    let locals = unit.varnames.len();
    for (r, name) in code.varnames.expect().iter().enumerate() {
        set(name, register(r), unit.cell_registers.contains(&(r as u16)))?;
    }
    for (&r, name) in unit.cell_registers.iter().zip(code.cellvars.expect().iter()) {
        if r as usize >= locals {
            set(name, register(r as usize), true)?;
        }
    }
    for (i, name) in code.freevars.expect().iter().enumerate() {
        set(name, register(unit.free_base as usize + i), true)?;
    }
    Ok(out)
}

/// `dir(object)`, `dir()`
pub fn dir(t: &Thread, object: Option<Value>) -> Result<Ref<List>> {
    let list = match object {
        None => {
            let names = locals(t)?;
            match names.downcast::<Dict>().filter(|_| class_of(names) == Dict::class()) {
                Some(d) => key_list(t, d)?,
                None => {
                    let keys = t.call_method(names, names::keys(), &[])?;
                    t.iterate_to_vec(keys)?.into_list(t)?
                }
            }
        }
        Some(object) => {
            let Some(f) = class_of(object).special(t, Special::Dir) else {
                return Err(t.type_error("object does not provide __dir__"));
            };
            let names = t.call_special0(f, object)?;
            t.iterate_to_vec(names)?.into_list(t)?
        }
    };
    super::sort(t, list, None)?;
    Ok(list)
}
