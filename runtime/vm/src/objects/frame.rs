//! `frame`: the object form of a frame, made when somebody asks.
//!
//! While its frame runs (or its generator is suspended) a frame object refers to the registers where they are; when the frame is
//! left, the registers are copied into the object. Only the thread that runs a frame, or one that has stopped it by handshake,
//! reads its registers. The Python-level attributes are in `frame_methods`.

use crate::interp::{self, Regs, frame_word};
use crate::native::*;
use crate::objects::generator::Generator;
use crate::objects::value_vec::Array;
use std::sync::atomic::{AtomicI64, AtomicPtr, AtomicU8, AtomicU16, Ordering::*};

#[derive(HeapType)]
#[repr(C)]
pub struct Frame {
    header: Header,
    pub code: RefField<Code>,
    pub function: Field,
    pub globals: Field,
    /// Locals mapping of unoptimised code, or empty.
    pub locals: Field,
    /// Registers while the frame is on a Python stack; null otherwise.
    #[noscan]
    pub regs: AtomicPtr<Value>,
    /// Thread whose stack that is.
    pub thread: AtomicU16,
    /// Registers after the frame was left.
    pub storage: RefField<Array>,
    /// Generator that owns the frame, or empty.
    pub generator: Field,
    /// Caller's frame object once the frame has been left; empty before.
    pub back: Field,
    /// Word index of the last instruction, once the frame was left.
    pub last: AtomicI64,
    pub trace: Field,
    pub trace_lines: AtomicU8,
    pub trace_opcodes: AtomicU8,
    /// Set by an assignment to `f_lineno`, or 0.
    pub line_override: AtomicI64,
    /// `f_locals` values of names that are not variables of the code.
    pub extra_locals: Field,
    /// The frame has finished.
    pub finished: AtomicU8,
    /// Word index of the instruction before, for events (`interp::trace`), or one of its marks.
    pub traced: AtomicI64,
    /// A generator's frame has come back to a stack since the last event.
    pub resumed: AtomicU8,
    /// The event of its entry is being delivered: it stands before its first instruction.
    pub starting: AtomicU8,
    /// Native callable that its instruction before has called, and the first argument, while events are looked for.
    pub calling: Field,
    pub calling_arg: Field,
    /// Word index after which to go on, plus one, by an assignment to `f_lineno`; or 0.
    pub jump: AtomicI64,
    /// Word index of the last instruction that has a line, while events are looked for.
    pub lined: AtomicI64,
}

impl Frame {
    pub(crate) unsafe fn of_registers(t: &Thread, regs: Regs) -> Result<Ref<Frame>> {
        // SAFETY: the caller passes a live frame of this thread.
        unsafe {
            let kind = interp::kind_of(regs);
            let locals = interp::word(regs, frame_word::LOCALS);
            let code = RefField::null();
            code.init(interp::code_of(regs));
            let (locals, generator) = if kind & interp::GENERATOR != 0 {
                (Value::EMPTY, locals)
            } else if kind & interp::INIT != 0 {
                (Value::EMPTY, Value::EMPTY)
            } else {
                (locals, Value::EMPTY)
            };
            t.create(Frame {
                header: Header::NEW,
                code,
                function: Field::new(interp::word(regs, frame_word::FUNCTION)),
                globals: Field::new(interp::word(regs, frame_word::GLOBALS)),
                locals: Field::new(locals),
                regs: AtomicPtr::new(regs),
                thread: AtomicU16::new(t.id),
                storage: RefField::null(),
                generator: Field::new(generator),
                back: Field::new(Value::EMPTY),
                last: AtomicI64::new(-1),
                trace: Field::new(Value::EMPTY),
                trace_lines: AtomicU8::new(1),
                trace_opcodes: AtomicU8::new(0),
                line_override: AtomicI64::new(0),
                extra_locals: Field::new(Value::EMPTY),
                finished: AtomicU8::new(0),
                traced: AtomicI64::new(interp::trace::UNSEEN),
                resumed: AtomicU8::new(0),
                starting: AtomicU8::new(0),
                calling: Field::new(Value::EMPTY),
                calling_arg: Field::new(Value::EMPTY),
                jump: AtomicI64::new(0),
                lined: AtomicI64::new(0),
            })
        }
    }

    /// A copy of another thread's frame. `parts`: function, globals, locals, word index.
    pub(crate) fn copied(t: &Thread, code: Ref<Code>, parts: &[Value], variables: &[Value], back: Value) -> Result<Ref<Frame>> {
        let storage = Array::new(t, variables.len())?;
        for (f, v) in storage.fields().iter().zip(variables) {
            f.init(*v);
        }
        let (code_field, storage_field) = (RefField::null(), RefField::null());
        code_field.init(code);
        storage_field.init(storage);
        t.create(Frame {
            header: Header::NEW,
            code: code_field,
            function: Field::new(parts[0]),
            globals: Field::new(parts[1]),
            locals: Field::new(parts[2]),
            regs: AtomicPtr::new(std::ptr::null_mut()),
            thread: AtomicU16::new(0),
            storage: storage_field,
            generator: Field::new(Value::EMPTY),
            back: Field::new(back),
            last: AtomicI64::new(parts[3].as_small_int().unwrap_or(0)),
            trace: Field::new(Value::EMPTY),
            trace_lines: AtomicU8::new(1),
            trace_opcodes: AtomicU8::new(0),
            line_override: AtomicI64::new(0),
            extra_locals: Field::new(Value::EMPTY),
            finished: AtomicU8::new(0),
            traced: AtomicI64::new(interp::trace::UNSEEN),
            resumed: AtomicU8::new(0),
            starting: AtomicU8::new(0),
            calling: Field::new(Value::EMPTY),
            calling_arg: Field::new(Value::EMPTY),
            jump: AtomicI64::new(0),
            lined: AtomicI64::new(0),
        })
    }

    /// The frame object of a generator that is on no stack.
    pub(crate) fn of_generator(t: &Thread, g: Ref<Generator>) -> Result<Ref<Frame>> {
        let code = g.code.expect();
        let field = RefField::null();
        field.init(code);
        let index = code.index_of(g.pc.load(Acquire)) as i64;
        // Before it ran it stands where it was made.
        let created = g.state.load(Acquire) == crate::objects::generator::state::CREATED;
        t.create(Frame {
            header: Header::NEW,
            code: field,
            function: Field::new(g.function.get()),
            globals: Field::new(g.globals.get()),
            locals: Field::new(Value::EMPTY),
            regs: AtomicPtr::new(std::ptr::null_mut()),
            thread: AtomicU16::new(0),
            storage: RefField::null(),
            generator: Field::new(g.value()),
            back: Field::new(Value::NONE),
            last: AtomicI64::new(index - i64::from(created)),
            trace: Field::new(Value::EMPTY),
            trace_lines: AtomicU8::new(1),
            trace_opcodes: AtomicU8::new(0),
            line_override: AtomicI64::new(0),
            extra_locals: Field::new(Value::EMPTY),
            finished: AtomicU8::new(0),
            traced: AtomicI64::new(interp::trace::UNSEEN),
            resumed: AtomicU8::new(0),
            starting: AtomicU8::new(0),
            calling: Field::new(Value::EMPTY),
            calling_arg: Field::new(Value::EMPTY),
            jump: AtomicI64::new(0),
            lined: AtomicI64::new(0),
        })
    }

    /// Its generator was ended without running on: nothing is left of the variables. A frame on a stack is left alone.
    pub(crate) fn abandon(this: Ref<Frame>, t: &Thread) {
        if this.regs.load(Acquire).is_null() {
            this.finished.store(1, Release);
            this.generator.set(t, this.header(), Value::EMPTY);
        }
    }

    /// Called when the frame is left: the object takes the variables.
    pub(crate) unsafe fn detach(this: Ref<Frame>, t: &Thread, regs: Regs) {
        // SAFETY: `regs` is the running frame of this thread.
        unsafe {
            let code = interp::code_of(regs);
            this.last.store(code.index_of(t.pc.get().cast()) as i64, Release);
            let n = code.nvars as usize;
            // Without memory the variables are lost, the frame object stays usable.
            if let Ok(a) = Array::new(t, n) {
                for (i, f) in a.fields().iter().enumerate() {
                    f.init(*regs.add(i));
                }
                this.storage.set(t, this.header(), a);
            }
            let caller = interp::caller_of(regs);
            // A generator's frame has a caller only while it runs.
            let back = if caller.is_null() || interp::kind_of(regs) & interp::GENERATOR != 0 {
                Value::NONE
            } else {
                interp::frame_object(t, caller).map_or(Value::NONE, Ref::value)
            };
            this.back.set(t, this.header(), back);
            this.finished.store(1, Release);
            this.generator.set(t, this.header(), Value::EMPTY);
            this.regs.store(std::ptr::null_mut(), Release);
        }
    }

    /// A generator's frame goes back to its generator.
    pub(crate) fn suspend(this: Ref<Frame>, t: &Thread, g: Ref<Generator>) {
        this.last.store(g.code.expect().index_of(g.pc.load(Acquire)) as i64, Release);
        this.regs.store(std::ptr::null_mut(), Release);
        this.back.set(t, this.header(), Value::NONE);
    }

    /// A generator's frame is on a stack again.
    pub(crate) fn attach(t: &Thread, frame: Value, regs: Regs) {
        if let Some(f) = frame.downcast::<Frame>() {
            f.thread.store(t.id, Release);
            f.resumed.store(1, Relaxed);
            f.back.set(t, f.header(), Value::EMPTY);
            f.regs.store(regs, Release);
        }
    }

    /// Calls `f` with the frame's variable registers (as many as `code.nvars`), wherever they are, if there are any left.
    pub fn with_variables<R>(&self, t: &Thread, f: impl FnOnce(&[Field]) -> R) -> Option<R> {
        let n = self.code.expect().nvars as usize;
        let regs = self.regs.load(Acquire);
        if !regs.is_null() {
            if self.thread.load(Acquire) != t.id {
                return t.stop_the_world(|_| {
                    let regs = self.regs.load(Acquire);
                    if regs.is_null() {
                        return None;
                    }
                    // SAFETY: the thread that runs the frame is stopped.
                    Some(f(unsafe { std::slice::from_raw_parts(regs.cast(), n) }))
                });
            }
            // SAFETY: the frame is on this thread's stack.
            return Some(f(unsafe { std::slice::from_raw_parts(regs.cast(), n) }));
        }
        if let Some(a) = self.storage.get() {
            return Some(f(&a.fields()[..n.min(a.capacity())]));
        }
        let g: Ref<Generator> = self.generator.get().downcast()?;
        let registers = g.registers();
        Some(f(&registers[..n.min(registers.len())]))
    }

    /// The variables' registers as they are now; none if nothing is left of them.
    pub fn variables(&self, t: &Thread) -> Result<ValueVec> {
        let n = self.code.expect().nvars as usize;
        let out = ValueVec::with_capacity(t, n)?;
        for _ in 0..n {
            out.push(t, Value::EMPTY)?;
        }
        // Nothing is allocated while another thread is stopped; but a collection may have come before that, so `out` may be old.
        let found = self.with_variables(t, |fields| {
            out.permute(t, |copy| {
                for (to, from) in copy.iter_mut().zip(fields) {
                    *to = from.get();
                }
            })
        });
        if found.is_none() {
            out.truncate(0);
        }
        Ok(out)
    }
    /// The content of a variable's register.
    pub fn variable(&self, t: &Thread, register: usize) -> Option<Value> {
        self.with_variables(t, |fields| fields.get(register).map(Field::get)).flatten()
    }
    /// Overwrites a variable's register, wherever it is.
    pub fn set_variable(this: Ref<Frame>, t: &Thread, register: usize, v: Value) -> Result<()> {
        if !this.regs.load(Acquire).is_null() {
            // A Python stack is a root: it needs no barrier.
            this.with_variables(t, |fields| {
                if let Some(f) = fields.get(register) {
                    f.init(v);
                }
            });
            return Ok(());
        }
        if this.storage.get().is_none() {
            if let Some(g) = this.generator.get().downcast::<Generator>() {
                if let Some(f) = g.registers().get(register) {
                    f.set(t, g.header(), v);
                }
                return Ok(());
            }
        }
        let array = match this.storage.get() {
            Some(a) => a,
            None => Frame::empty_storage(this, t)?,
        };
        if let Some(f) = array.fields().get(register) {
            f.set(t, array.header(), v);
        }
        Ok(())
    }
    fn empty_storage(this: Ref<Frame>, t: &Thread) -> Result<Ref<Array>> {
        let a = Array::new(t, this.code.expect().nvars as usize)?;
        for f in a.fields() {
            f.init(Value::EMPTY);
        }
        this.storage.set(t, this.header(), a);
        Ok(a)
    }
    /// Drops what the frame, which has been left, still holds.
    pub fn forget(this: Ref<Frame>, t: &Thread) -> Result<()> {
        this.trace.set(t, this.header(), Value::EMPTY);
        this.extra_locals.set(t, this.header(), Value::EMPTY);
        Frame::empty_storage(this, t).map(drop)
    }

    /// Word index of the current or last instruction.
    pub fn last_index(&self, t: &Thread) -> usize {
        let regs = self.regs.load(Acquire);
        let code = self.code.expect();
        let thread = self.thread.load(Acquire);
        if !regs.is_null() && thread != t.id {
            let is_it = |regs: Regs| self.regs.load(Acquire) == regs;
            if let Some(index) = interp::snapshot::place_elsewhere(t, thread, is_it) {
                return index;
            }
        }
        if regs.is_null() || thread != t.id {
            let last = self.last.load(Acquire);
            return if last >= 0 {
                last as usize
            } else {
                self.generator.get().downcast::<Generator>().map_or(0, |g| code.index_of(g.pc.load(Acquire)))
            };
        }
        if t.regs.get() == regs {
            return code.index_of(t.pc.get().cast());
        }
        // Suspended in a call: its callee knows where it goes on.
        let mut callee = t.regs.get();
        while !callee.is_null() {
            // SAFETY: the chain of this thread's frames.
            unsafe {
                let caller = interp::caller_of(callee);
                if caller == regs {
                    let index = code.index_of(interp::return_pc(callee));
                    return if interp::kind_of(callee) & interp::ENTRY != 0 { index } else { index.saturating_sub(1) };
                }
                callee = caller;
            }
        }
        0
    }

    pub fn line(&self, t: &Thread) -> u32 {
        let l = self.line_override.load(Acquire);
        if l != 0 {
            return l as u32;
        }
        // The return at the end of a body has no line of its own: it stands at the one before.
        let code = self.code.expect();
        let at = self.last_index(t);
        (0..=at).rev().map(|i| code.position(i).line).find(|&line| line != 0).unwrap_or(0)
    }

    /// The calling frame's object, or None.
    pub fn back(&self, t: &Thread) -> Result<Value> {
        if let Some(b) = self.back.get().some() {
            return Ok(b);
        }
        let regs = self.regs.load(Acquire);
        if regs.is_null() {
            return Ok(Value::NONE);
        }
        let thread = self.thread.load(Acquire);
        if thread != t.id {
            let is_there = || self.regs.load(Acquire) == regs;
            let caller = interp::snapshot::caller_elsewhere(t, thread, regs, is_there)?;
            // If it was left, it knows by now.
            return Ok(caller.or_else(|| self.back.get().some()).unwrap_or(Value::NONE));
        }
        // SAFETY: a frame of this thread.
        unsafe {
            let caller = interp::caller_of(regs);
            if caller.is_null() { Ok(Value::NONE) } else { interp::frame_object(t, caller).map(Ref::value) }
        }
    }
}
