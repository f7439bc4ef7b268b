//! The attributes of `frame`.

use crate::interp;
use crate::native::*;
use crate::objects::frame::Frame;
use crate::objects::frame_locals::FrameLocals;
use crate::objects::generator::{Generator, state};
use crate::objects::generator_methods;
use std::sync::atomic::Ordering::*;
use taipan_compiler::flags;

/// What `locals()` means in a frame: the namespace of a module or class body, or a new dict of a function's variables.
pub fn frame_locals(t: &Thread, frame: Ref<Frame>) -> Result<Value> {
    match namespace(frame) {
        Some(v) => Ok(v),
        None => crate::objects::frame_locals::snapshot(t, frame).map(Ref::value),
    }
}

/// The mapping that holds the names of unoptimised code.
fn namespace(frame: Ref<Frame>) -> Option<Value> {
    if frame.code.expect().has(flags::OPTIMIZED) {
        return None;
    }
    Some(frame.locals.get().some().unwrap_or(frame.globals.get()))
}

fn cannot_delete(t: &Thread, name: &str) -> Exc {
    t.attribute_error_plain(format!("attribute '{name}' of 'frame' objects cannot be deleted"))
}

/// A bool for a flag attribute.
fn flag(t: &Thread, value: Option<Value>) -> Result<u8> {
    match value {
        Some(Value::TRUE) => Ok(1),
        Some(Value::FALSE) => Ok(0),
        Some(_) => Err(t.type_error("attribute value type must be bool")),
        None => Err(t.type_error("can't delete numeric/char attribute")),
    }
}

#[pyclass(name = "frame", flags(NO_NEW))]
impl Frame {
    #[py]
    fn __repr__(t: &Thread, this: Ref<Frame>) -> Result<Ref<Str>> {
        let code = this.code.expect();
        let file = t.repr(code.filename.expect().value())?;
        let mut text = crate::objects::exceptions::Text::new();
        text.ascii(&format!("<frame at {:#x}, file ", t.identity(this.value()))).str(file);
        text.ascii(&format!(", line {}, code ", this.line(t))).str(code.name.expect()).ascii(">");
        text.finish(t)
    }
    /// Return the code object being executed in this frame.
    #[py(getter)]
    fn f_code(_t: &Thread, this: Ref<Frame>) -> Ref<Code> {
        this.code.expect()
    }
    /// Return the global variables used by this frame.
    #[py(getter)]
    fn f_globals(_t: &Thread, this: Ref<Frame>) -> Value {
        this.globals.get()
    }
    /// Return the built-in variables in the frame.
    #[py(getter)]
    fn f_builtins(t: &Thread, this: Ref<Frame>) -> Result<Ref<Dict>> {
        if let Some(f) = this.function.get().downcast::<Function>() {
            return Ok(f.builtins.expect());
        }
        match this.globals.get().downcast::<Dict>() {
            Some(globals) => t.builtins_of(globals),
            None => Ok(t.builtins()),
        }
    }
    /// Return the mapping used by the frame to look up local variables.
    #[py(getter)]
    fn f_locals(t: &Thread, this: Ref<Frame>) -> Result<Value> {
        match namespace(this) {
            Some(v) => Ok(v),
            None => FrameLocals::new(t, this).map(Ref::value),
        }
    }
    #[py(getter)]
    fn f_back(t: &Thread, this: Ref<Frame>) -> Result<Value> {
        this.back(t)
    }
    /// Return the current line number in the frame.
    #[py(getter)]
    fn f_lineno(t: &Thread, this: Ref<Frame>) -> Option<u32> {
        Some(this.line(t)).filter(|&line| line > 0)
    }
    #[py(setter)]
    fn set_f_lineno(t: &Thread, this: Ref<Frame>, value: Option<Value>) -> Result<()> {
        let Some(v) = value else { return Err(cannot_delete(t, "f_lineno")) };
        if t.int_value(v).is_none() {
            return Err(t.value_error("lineno must be an integer"));
        }
        let Ok(line) = t.to_i64(v) else { return Err(t.value_error("lineno out of range")) };
        interp::jump::plan(t, this, line)
    }
    /// Return the index of the last attempted instruction in the frame.
    #[py(getter)]
    fn f_lasti(t: &Thread, this: Ref<Frame>) -> i64 {
        // While an entry or resumption is told, it stands at the instruction before.
        match this.starting.load(Acquire) {
            0 => interp::trace::offset(this.last_index(t)),
            1 => 0,
            3 => interp::trace::offset(this.lined.load(Relaxed) as usize),
            _ => interp::trace::offset(this.last_index(t).saturating_sub(1)),
        }
    }
    /// Return the trace function for this frame, or None if no trace function is set.
    #[py(getter)]
    fn f_trace(_t: &Thread, this: Ref<Frame>) -> Value {
        this.trace.get().some().unwrap_or(Value::NONE)
    }
    #[py(setter)]
    fn set_f_trace(t: &Thread, this: Ref<Frame>, value: Option<Value>) -> Result<()> {
        this.trace.set(t, this.header(), value.filter(|v| !v.is_none()).unwrap_or(Value::EMPTY));
        Ok(())
    }
    #[py(member)]
    fn f_trace_lines(_t: &Thread, this: Ref<Frame>) -> bool {
        this.trace_lines.load(Acquire) != 0
    }
    #[py(setter)]
    fn set_f_trace_lines(t: &Thread, this: Ref<Frame>, value: Option<Value>) -> Result<()> {
        this.trace_lines.store(flag(t, value)?, Release);
        Ok(())
    }
    /// Return True if opcode tracing is enabled, False otherwise.
    #[py(getter)]
    fn f_trace_opcodes(_t: &Thread, this: Ref<Frame>) -> bool {
        this.trace_opcodes.load(Acquire) != 0
    }
    #[py(setter)]
    fn set_f_trace_opcodes(t: &Thread, this: Ref<Frame>, value: Option<Value>) -> Result<()> {
        if value.is_none() {
            return Err(cannot_delete(t, "f_trace_opcodes"));
        }
        this.trace_opcodes.store(flag(t, value)?, Release);
        Ok(())
    }
    /// Return the generator or coroutine associated with this frame, or None.
    #[py(getter)]
    fn f_generator(_t: &Thread, this: Ref<Frame>) -> Option<Value> {
        this.generator.get().some()
    }
    /// Clear all references held by the frame.
    #[py("($self, /)")]
    fn clear(t: &Thread, this: Ref<Frame>) -> Result<()> {
        if !this.regs.load(Acquire).is_null() {
            return Err(t.runtime_error("cannot clear an executing frame"));
        }
        if let Some(g) = this.generator.get().downcast::<Generator>() {
            match g.state.load(Acquire) {
                state::RUNNING => return Err(t.runtime_error("cannot clear an executing frame")),
                state::SUSPENDED => return Err(t.runtime_error("cannot clear a suspended frame")),
                _ => generator_methods::finalize(t, g),
            }
        }
        Frame::forget(this, t)
    }
}
