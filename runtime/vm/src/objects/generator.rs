//! Generators, coroutines and async generators: one cell that owns a suspended frame. The Python-level methods are in
//! `generator_methods`.
//!
//! While suspended, the frame's registers are behind the generator in its cell; to run, they are copied to the top of the running
//! thread's Python stack, and back at the next yield. So a running generator's frame is a frame like any other.
//!
//! Who runs it is settled by `state`: the thread that made it claims it with a plain store as long as it owns the cell, others
//! revoke the ownership first and compare and swap.

use crate::interp::dispatch::{RAISED, YIELDED};
use crate::interp::{self, ENTRY, GENERATOR, Regs, frame_word};
use crate::native::*;
use crate::objects::frame::Frame;
use std::sync::atomic::{AtomicPtr, AtomicU8, Ordering::*};
use taipan_compiler::flags;
use taipan_compiler::isa::{FRAME_HEADER_WORDS, Instr, Intrinsic1, Op};
use taipan_compiler::{CodeUnit, ExceptionEntry};

/// `Generator::state`
pub mod state {
    /// Not started.
    pub const CREATED: u8 = 0;
    pub const SUSPENDED: u8 = 1;
    pub const RUNNING: u8 = 2;
    pub const FINISHED: u8 = 3;
}

#[derive(HeapType)]
#[heap(size = cell_size, scan = scan_registers)]
#[repr(C)]
pub struct Generator {
    header: Header,
    pub state: AtomicU8,
    /// Async generators: hooks have been called; whether `aclose` or an `asend` runs; whether it was closed.
    pub hooks_inited: AtomicU8,
    pub running_async: AtomicU8,
    pub closed: AtomicU8,
    /// Registers behind the fixed part.
    #[noscan]
    count: u16,
    /// Those of variables: the first ones.
    #[noscan]
    variables: u16,
    pub code: RefField<Code>,
    pub function: Field,
    pub globals: Field,
    /// Frame object, if one was made.
    pub frame: Field,
    /// Exception being handled in the suspended frame.
    pub handled: Field,
    pub name: Field,
    pub qualname: Field,
    /// Instruction that suspended (its YIELD), or the first one to run.
    #[noscan]
    pub pc: AtomicPtr<u64>,
    /// Async generators: the finalizer hook, or empty.
    pub finalizer: Field,
    /// Coroutines: where they were made, if tracked.
    pub origin: Field,
    // The suspended frame's registers follow (header words excluded).
}

unsafe fn cell_size(cell: *const Header) -> usize {
    // SAFETY: the collector calls this with a generator.
    size_of::<Generator>() + 8 * unsafe { &*cell.cast::<Generator>() }.count as usize
}
unsafe fn scan_registers(cell: *const Header, v: &mut Visitor) {
    // SAFETY: as above.
    let this = unsafe { &*cell.cast::<Generator>() };
    let (variables, others) = this.registers().split_at(this.variables as usize);
    v.values(variables);
    // Among the operands of unfinished calls lie words that frames of earlier calls left there.
    v.doubtful(others);
}

/// Coroutine and async generator are the same cell under other classes.
#[derive(HeapType)]
#[heap(base = Generator, size = cell_size)]
#[repr(C)]
pub struct Coroutine {
    pub base: Generator,
}
#[derive(HeapType)]
#[heap(base = Generator, size = cell_size)]
#[repr(C)]
pub struct AsyncGenerator {
    pub base: Generator,
}

/// How many registers a generator keeps that was suspended by the instruction at `pc`, or that is to begin there.
#[inline(always)]
unsafe fn kept(code: Ref<Code>, pc: *const u64) -> usize {
    // SAFETY: the caller passes a generator's `pc`.
    let i = unsafe { Instr(*pc) };
    if i.op() == Op::YIELD as u16 || i.op() == Op::YIELD_FROM as u16 { i.c() } else { code.nvars as usize }
}

/// Whether an exception table's entry is the handler around every generator's body, which keeps StopIteration inside.
fn only_converts(unit: &CodeUnit, entry: &ExceptionEntry) -> bool {
    let i = Instr(unit.code[entry.handler as usize]);
    i.op() == Op::INTRINSIC1 as u16 && i.b() == Intrinsic1::StopIterationError as usize
}

/// A suspended generator that counts as running until this is dropped; see [`Generator::hold`].
pub struct Held(Ref<Generator>);
impl Drop for Held {
    fn drop(&mut self) {
        self.0.state.store(state::SUSPENDED, Release);
    }
}

/// What came of resuming.
pub enum Resumed {
    Yielded(Value),
    Returned(Value),
}

impl Generator {
    /// Makes the generator object that owns the running frame, to go on at `pc`. The frame is popped by the caller.
    #[inline(never)]
    pub(crate) fn from_frame(t: &Thread, regs: Regs, pc: *const u64) -> Result<Value> {
        // SAFETY: `regs` is the running frame.
        unsafe {
            let code = interp::code_of(regs);
            let (function, globals) = (interp::word(regs, frame_word::FUNCTION), interp::word(regs, frame_word::GLOBALS));
            let this = Generator::create(t, code, function, globals, regs, code.nvars as usize, pc)?;
            if code.has(flags::COROUTINE) && !t.state().origin_depth.get().is_empty() {
                this.origin.set(
                    t,
                    this.header(),
                    crate::objects::coroutine_methods::origin(t, interp::caller_of(regs), interp::return_pc(regs))?,
                );
            }
            Ok(this.value())
        }
    }
    /// What a call of `f` with these arguments gives, if no frame is needed for that: its parameters are just these, and it is known
    /// that it will be compiled, or not. Empty mark: the general way.
    pub(crate) fn of_call(t: &Thread, f: Ref<Function>, args: Regs, n: usize) -> Result<Value> {
        // SAFETY: the caller passes so many arguments; prologues write to variables only, and end at RETURN_GENERATOR.
        unsafe {
            let code = f.code.known();
            let special = flags::GENERATOR | flags::COROUTINE;
            let traced = code.has(flags::COROUTINE) && !t.state().origin_depth.get().is_empty();
            if !code.has(special) || !code.simple || code.argcount as usize != n || code.entry() != code.start || traced {
                return Ok(Value::EMPTY);
            }
            let closure = f.closure.get().downcast::<Tuple>();
            let cells = closure.as_ref().map_or(&[][..], |c| c.as_slice());
            let mut end = code.start;
            loop {
                let i = Instr(*end);
                match Op::from_u16(i.op()) {
                    Some(Op::MAKE_CELL) => {}
                    Some(Op::COPY_FREE) if i.b() == cells.len() => {}
                    Some(Op::RETURN_GENERATOR) => break,
                    _ => return Ok(Value::EMPTY),
                }
                end = end.add(1);
            }
            let this = Generator::create(t, code, f.value(), f.globals.expect().value(), args, n, end.add(1))?;
            let variables = this.registers();
            let mut pc = code.start;
            while pc < end {
                let i = Instr(*pc);
                let to = variables.get_unchecked(i.a()..);
                if i.op() == Op::MAKE_CELL as u16 {
                    to[0].set(t, this.header(), interp::slow::make_cell(t, to[0].get())?);
                } else {
                    cells.iter().zip(to).for_each(|(&cell, to)| to.set(t, this.header(), cell));
                }
                pc = pc.add(1);
            }
            Ok(this.value())
        }
    }
    /// A new generator, whose first `n` variables are those at `regs`.
    #[inline(always)]
    unsafe fn create(
        t: &Thread,
        code: Ref<Code>,
        function: Value,
        globals: Value,
        regs: Regs,
        n: usize,
        pc: *const u64,
    ) -> Result<Ref<Generator>> {
        // SAFETY: the caller's.
        unsafe {
            let (name, qualname) = match function.downcast::<Function>() {
                Some(f) => (f.name.get(), f.qualname.get()),
                None => (code.name.expect().value(), code.qualname.expect().value()),
            };
            let code_field = RefField::null();
            code_field.init(code);
            let content = Generator {
                header: Header::NEW,
                state: AtomicU8::new(state::CREATED),
                hooks_inited: AtomicU8::new(0),
                running_async: AtomicU8::new(0),
                closed: AtomicU8::new(0),
                count: code.nregs as u16,
                variables: code.nvars as u16,
                code: code_field,
                function: Field::new(function),
                globals: Field::new(globals),
                frame: Field::new(Value::EMPTY),
                handled: Field::new(Value::EMPTY),
                name: Field::new(name),
                qualname: Field::new(qualname),
                pc: AtomicPtr::new(pc as *mut u64),
                finalizer: Field::new(Value::EMPTY),
                origin: Field::new(Value::NONE),
            };
            let class = if code.has(flags::COROUTINE) {
                Coroutine::class_cell()
            } else if code.has(flags::ASYNC_GENERATOR) {
                AsyncGenerator::class_cell()
            } else {
                Generator::class_cell()
            };
            let this = t.create_owned_with_tail(class.shape(), content, 8 * code.nregs as usize)?;
            let (variables, others) = this.registers().split_at_unchecked(n);
            for (i, f) in variables.iter().enumerate() {
                f.init(*regs.add(i));
            }
            for f in others {
                f.init(Value::EMPTY);
            }
            if code.closes {
                t.register_finalizer(this.value());
            }
            Ok(this)
        }
    }

    /// The registers of the suspended frame; empty marks once it has finished.
    #[inline(always)]
    pub fn registers(&self) -> &[Field] {
        // SAFETY: `count` fields follow the fixed part.
        unsafe { std::slice::from_raw_parts((self as *const Generator).add(1).cast(), self.count as usize) }
    }

    /// Whether generators of this code may have something to do when they are abandoned: `finally` blocks and `with` statements,
    /// the warning about a coroutine that nobody awaited, the finalizer hook of async generators.
    pub fn closes(unit: &CodeUnit) -> bool {
        unit.flags & (flags::COROUTINE | flags::ASYNC_GENERATOR) != 0 || unit.exceptions.iter().any(|e| !only_converts(unit, e))
    }

    /// Whether a cell that was found unreachable has something to do: generators only if they would notice. For the collector.
    pub(crate) fn finalizer_filter(cell: &Header) -> bool {
        if !cell.shape().has_layout(Generator::layout()) {
            return true;
        }
        // SAFETY: the layout says so.
        unsafe { &*(cell as *const Header as *const Generator) }.must_close()
    }
    fn must_close(&self) -> bool {
        let code = self.code.expect();
        match self.state.load(Acquire) {
            state::CREATED => code.has(flags::COROUTINE),
            state::SUSPENDED => {
                let pc: *const u64 = self.pc.load(Acquire);
                let index = code.index_of(pc);
                // SAFETY: a suspended generator's pc is an instruction of its code.
                let i = unsafe { Instr(*pc) };
                // A delegate is closed with it; a generator among the garbage is asked for itself.
                let delegates = i.op() == Op::YIELD_FROM as u16
                    && self.registers().get(i.b()).is_none_or(|f| f.get().downcast::<Generator>().is_none());
                delegates
                    || !self.finalizer.get().is_empty()
                    || code
                        .unit
                        .exceptions
                        .iter()
                        .any(|e| (e.start as usize..e.end as usize).contains(&index) && !only_converts(&code.unit, e))
            }
            _ => false,
        }
    }

    pub fn is_coroutine(&self) -> bool {
        self.code.expect().has(flags::COROUTINE)
    }
    pub fn is_async_generator(&self) -> bool {
        self.code.expect().has(flags::ASYNC_GENERATOR)
    }

    /// What it is called in error texts.
    pub fn kind_name(&self) -> &'static str {
        let code = self.code.expect();
        if code.has(flags::COROUTINE) {
            "coroutine"
        } else if code.has(flags::ASYNC_GENERATOR) {
            "async generator"
        } else {
            "generator"
        }
    }

    /// Claims the generator for running. `None`: it has finished.
    #[inline(always)]
    pub(crate) fn claim(this: Ref<Generator>, t: &Thread) -> Result<Option<u8>> {
        if t.owns(this.header()) {
            let s = this.state.load(Relaxed);
            if s <= state::SUSPENDED {
                this.state.store(state::RUNNING, Relaxed);
                return Ok(Some(s));
            }
        }
        Generator::claim_slow(this, t)
    }
    #[inline(never)]
    fn claim_slow(this: Ref<Generator>, t: &Thread) -> Result<Option<u8>> {
        loop {
            let s = this.state.load(Acquire);
            match s {
                state::RUNNING => return Err(t.value_error(format!("{} already executing", this.kind_name()))),
                state::FINISHED => return Ok(None),
                _ => {
                    if Generator::change(this, t, s, state::RUNNING) {
                        return Ok(Some(s));
                    }
                }
            }
        }
    }
    /// Moves from one state to another; false if it was in neither by then.
    fn change(this: Ref<Generator>, t: &Thread, from: u8, to: u8) -> bool {
        if !t.owns(this.header()) {
            t.make_shared(this.header());
        }
        this.state.compare_exchange(from, to, AcqRel, Acquire).is_ok()
    }

    /// As [`Generator::push`] for the common case: a generator of this thread outside of handlers and without a frame object.
    /// Returns where to go on; null: take the general way.
    #[inline(always)]
    pub(crate) unsafe fn quick_push(
        this: Ref<Generator>,
        t: &Thread,
        value: Value,
        caller: Regs,
        kind: u64,
        return_pc: *const u64,
        dest: usize,
    ) -> *const u64 {
        // SAFETY: the caller is in the running frame, at `caller`; what is written was checked to fit.
        unsafe {
            let code = this.code.known();
            let regs = caller.add(interp::code_of(caller).nregs as usize + FRAME_HEADER_WORDS);
            let before = this.state.load(Relaxed);
            if !t.owns(this.header())
                || before > state::SUSPENDED
                || this.frame.get().bits() != Value::EMPTY.bits()
                || this.handled.get().bits() != Value::EMPTY.bits()
                || !interp::frame_fits(t, regs, code)
                || (before == state::CREATED && !value.is_none())
            {
                return std::ptr::null();
            }
            this.state.store(state::RUNNING, Relaxed);
            Generator::push_header(this, t, regs, code, caller, kind, return_pc, dest);
            let pc: *const u64 = this.pc.load(Relaxed);
            if before == state::CREATED {
                this.restore(regs, code.nvars as usize);
                return pc;
            }
            let i = Instr(*pc);
            this.restore(regs, i.c());
            *regs.add(i.a()) = value;
            if i.op() == Op::YIELD_FROM as u16 { pc } else { pc.add(1) }
        }
    }

    /// Resumes a generator that R[b] of the frame at `caller` holds, and those it delegates to, as far as
    /// [`Generator::quick_push`] gets. Null if it did not get anywhere, else where to go on in the running frame.
    #[inline(always)]
    pub(crate) unsafe fn quick_resume(
        iterator: Value,
        t: &Thread,
        value: Value,
        caller: Regs,
        kind: u64,
        return_pc: *const u64,
        dest: usize,
    ) -> *const u64 {
        let (mut iterator, mut caller, mut kind, mut return_pc, mut dest) = (iterator, caller, kind, return_pc, dest);
        let mut next = std::ptr::null();
        // SAFETY: as in `quick_push`; a pushed frame is at `t.regs`.
        unsafe {
            while let Some(g) = Generator::exact(iterator) {
                if !g.code.known().machine_resume().is_none() {
                    // What has machine code is resumed natively.
                    break;
                }
                let pushed = Generator::quick_push(g, t, value, caller, kind, return_pc, dest);
                if pushed.is_null() {
                    break;
                }
                next = pushed;
                let i = Instr(*next);
                if i.op() != Op::YIELD_FROM as u16 {
                    break;
                }
                caller = t.regs.get();
                iterator = *caller.add(i.b());
                (kind, return_pc, dest) = (interp::DELEGATE, next.add(1), i.a());
            }
        }
        next
    }

    /// The generator that a value is, not a coroutine or async generator.
    #[inline(always)]
    pub(crate) fn exact_generator(v: Value) -> Option<Ref<Generator>> {
        let h = v.header().filter(|h| h.shape_id() == Generator::class_cell().shape())?;
        // SAFETY: the shape says that it is a generator's cell.
        Some(unsafe { Ref::from_raw(std::ptr::NonNull::from(h).cast()) })
    }
    /// The generator or coroutine that a value is, not an async generator.
    #[inline(always)]
    pub(crate) fn exact(v: Value) -> Option<Ref<Generator>> {
        let of = |shape| v.header().filter(|h| h.shape_id() == shape);
        let h = of(Generator::class_cell().shape()).or_else(|| of(Coroutine::class_cell().shape()))?;
        // SAFETY: these shapes say that it is a generator's cell.
        Some(unsafe { Ref::from_raw(std::ptr::NonNull::from(h).cast()) })
    }

    #[inline(always)]
    #[allow(clippy::too_many_arguments, reason = "the parts of a frame's header, inlined into the two that push it")]
    unsafe fn push_header(
        this: Ref<Generator>,
        t: &Thread,
        regs: Regs,
        code: Ref<Code>,
        caller: Regs,
        kind: u64,
        return_pc: *const u64,
        dest: usize,
    ) {
        // SAFETY: the window fits; the globals of a generator are a dict.
        unsafe {
            let globals = this.globals.get();
            let (function, locals, kind) = (this.function.get(), this.value(), kind | GENERATOR);
            interp::push_header(t, regs, interp::NewFrame { code, function, globals, locals, caller, kind, return_pc, dest });
        }
    }

    /// Copies the first `n` registers to the frame at `regs`.
    #[inline(always)]
    unsafe fn restore(&self, regs: Regs, n: usize) {
        let (mut from, mut to) = (self.registers().as_ptr(), regs);
        // SAFETY: the window has room for all registers.
        unsafe {
            let end = from.add(n);
            while from < end {
                *to = (*from).get();
                (from, to) = (from.add(1), to.add(1));
                interp::rolled();
            }
        }
    }

    /// Pushes the generator's frame on top of the frame at `caller` and makes it the running one, `value` being what the YIELD
    /// expression gives. The empty mark as the result: it has finished already.
    #[inline(never)]
    pub(crate) fn push(
        this: Ref<Generator>,
        t: &Thread,
        value: Value,
        caller: Regs,
        kind: u64,
        return_pc: *const u64,
        dest: usize,
    ) -> Result<Value> {
        let Some(before) = Generator::claim(this, t)? else { return Ok(Value::EMPTY) };
        if before == state::CREATED && !value.is_none() && !value.is_empty() {
            this.state.store(before, Release);
            return Err(t.type_error(format!("can't send non-None value to a just-started {}", this.kind_name())));
        }
        let code = this.code.expect();
        // SAFETY: the window starts above all frames; `push_frame` checks that it fits before it is written to.
        unsafe {
            let regs = t.stack_top().add(FRAME_HEADER_WORDS);
            if !interp::frame_fits(t, regs, code) {
                this.state.store(before, Release);
                return Err(interp::recursion(t));
            }
            Generator::push_header(this, t, regs, code, caller, kind, return_pc, dest);
            let pc = this.pc.load(Acquire) as *const u64;
            this.restore(regs, kept(code, pc));
            let frame = this.frame.get();
            if !frame.is_empty() {
                interp::set_word(regs, frame_word::FRAME, frame);
                Frame::attach(t, frame, regs);
            }
            let handled = this.handled.get();
            if !handled.is_empty() {
                this.handled.init(Value::EMPTY);
                interp::set_word(regs, frame_word::HANDLED, handled);
                t.handling.set(t.handling.get() + 1);
            }
            if before == state::CREATED {
                t.pc.set(pc.cast());
            } else {
                let i = Instr(*pc);
                if !value.is_empty() {
                    *regs.add(i.a()) = value;
                }
                // A delegating instruction runs again with what was sent in; a YIELD is done.
                let next = if i.op() == Op::YIELD_FROM as u16 { pc } else { pc.add(1) };
                t.pc.set(next.cast());
            }
        }
        Ok(Value::NONE)
    }

    /// Copies the registers that the suspension at `pc` keeps from the frame at `regs`. A barrier must follow.
    #[inline(always)]
    unsafe fn save(&self, regs: Regs, pc: *const u64) {
        // SAFETY: the frame is the generator's, so all counts are within its registers.
        unsafe {
            let before: *const u64 = self.pc.load(Relaxed);
            let (mut from, mut to) = (regs, self.registers().as_ptr());
            let end = to.add(Instr(*pc).c());
            while to < end {
                (*to).init(*from);
                (from, to) = (from.add(1), to.add(1));
                interp::rolled();
            }
            if !std::ptr::eq(before, pc) {
                // What only the suspension before this one kept would live as long as the generator.
                let end = self.registers().as_ptr().add(kept(self.code.known(), before));
                while to < end {
                    (*to).init(Value::EMPTY);
                    to = to.add(1);
                    interp::rolled();
                }
            }
        }
    }

    /// As [`Generator::suspend`] for the common case: no frame object, no handled exception, nothing to tell the collector.
    /// False: take the general way.
    #[inline(always)]
    pub(crate) unsafe fn quick_suspend(t: &Thread, regs: Regs, pc: *const u64) -> bool {
        // SAFETY: as in `suspend`.
        unsafe {
            let this: Ref<Generator> = Ref::from_raw(interp::word(regs, frame_word::LOCALS).as_cell().unwrap_unchecked().cast());
            if interp::word(regs, frame_word::FRAME).bits() != Value::EMPTY.bits()
                || interp::word(regs, frame_word::HANDLED).bits() != Value::EMPTY.bits()
                || t.needs_barrier(this.header(), this.value())
            {
                return false;
            }
            this.save(regs, pc);
            this.pc.store(pc as *mut u64, Release);
            t.depth.set(t.depth.get() - 1);
            t.regs.set(interp::caller_of(regs));
            this.state.store(state::SUSPENDED, Release);
            true
        }
    }

    /// Takes the running frame, which is the generator's, off the stack at the yield instruction `pc`.
    #[inline(never)]
    pub(crate) fn suspend(t: &Thread, regs: Regs, pc: *const u64) {
        // SAFETY: `regs` is the running frame and belongs to the generator in its LOCALS word.
        unsafe {
            let this: Ref<Generator> = Ref::from_raw(interp::word(regs, frame_word::LOCALS).as_cell().unwrap_unchecked().cast());
            this.save(regs, pc);
            t.write_barrier(this.header());
            this.handled.init(interp::word(regs, frame_word::HANDLED));
            this.frame.init(interp::word(regs, frame_word::FRAME));
            this.pc.store(pc as *mut u64, Release);
            if !this.frame.get().is_empty() {
                if let Some(f) = this.frame.get().downcast::<Frame>() {
                    Frame::suspend(f, t, this);
                }
                interp::set_word(regs, frame_word::FRAME, Value::EMPTY);
            }
            interp::pop_frame(t, regs);
            this.state.store(state::SUSPENDED, Release);
        }
    }

    /// Whether it has no frame object, and handles no exception.
    #[inline(always)]
    pub(crate) fn is_plain(&self) -> bool {
        self.frame.get().bits() == Value::EMPTY.bits() && self.handled.get().bits() == Value::EMPTY.bits()
    }
    /// The generator whose frame is, or would be, at these registers.
    #[inline(always)]
    pub(crate) unsafe fn of_frame(regs: Regs) -> Ref<Generator> {
        // SAFETY: the LOCALS word of a generator's frame is the generator.
        unsafe { Ref::from_raw(interp::word(regs, frame_word::LOCALS).as_cell().unwrap_unchecked().cast()) }
    }
    /// Pushes the frame of a generator that machine code has resumed, which has some words of its header already.
    pub(crate) unsafe fn push_resumed(t: &Thread, regs: Regs) {
        // SAFETY: the frame was checked to fit.
        unsafe {
            let this = Generator::of_frame(regs);
            let caller = interp::word(regs, frame_word::CALLER).bits();
            let back = interp::word(regs, frame_word::RETURN).bits();
            let code = this.code.known();
            Generator::push_header(this, t, regs, code, interp::caller_of(regs), caller & 7, (back >> 16) as *const u64, 0);
            interp::set_word(regs, frame_word::RETURN, Value::from_bits(back));
        }
    }
    /// Copies what the suspended generator keeps to the frame at `regs`.
    pub(crate) unsafe fn restore_kept(&self, regs: Regs) {
        // SAFETY: the window has room.
        unsafe { self.restore(regs, kept(self.code.known(), self.pc.load(Relaxed))) }
    }
    /// As [`Generator::quick_finish`], without a frame to be popped.
    pub(crate) unsafe fn finish_resumed(regs: Regs) {
        // SAFETY: the caller's frame is that of a generator.
        unsafe { Generator::of_frame(regs) }.end();
    }
    /// Empties the registers that it kept, and marks it as finished.
    #[inline(always)]
    fn end(&self) {
        // SAFETY: `pc` is an instruction of the code, and so many registers are behind the fixed part.
        unsafe {
            let to = self.registers().as_ptr();
            for k in 0..kept(self.code.known(), self.pc.load(Relaxed)) {
                (*to.add(k)).init(Value::EMPTY);
            }
        }
        self.state.store(state::FINISHED, Release);
    }

    /// Marks it as finished and drops what its frame held.
    pub fn finish(this: Ref<Generator>, t: &Thread) {
        for f in this.registers() {
            f.init(Value::EMPTY);
        }
        this.handled.set(t, this.header(), Value::EMPTY);
        this.state.store(state::FINISHED, Release);
        // A frame that is on a stack takes its variables when it is popped.
        if let Some(f) = this.frame.swap(t, this.header(), Value::EMPTY).downcast::<Frame>() {
            Frame::abandon(f, t);
        }
    }

    /// As [`Generator::finish`] and the pop of its frame at `regs`, for the common case: no frame object, no handled exception.
    /// False: take the general way.
    #[inline(always)]
    pub(crate) unsafe fn quick_finish(t: &Thread, regs: Regs) -> bool {
        // SAFETY: as in `suspend`.
        unsafe {
            let this: Ref<Generator> = Ref::from_raw(interp::word(regs, frame_word::LOCALS).as_cell().unwrap_unchecked().cast());
            if interp::word(regs, frame_word::FRAME).bits() != Value::EMPTY.bits()
                || interp::word(regs, frame_word::HANDLED).bits() != Value::EMPTY.bits()
            {
                return false;
            }
            this.end();
            t.depth.set(t.depth.get() - 1);
            t.regs.set(interp::caller_of(regs));
            true
        }
    }

    /// Ends it before it ever ran. False: it has run.
    pub fn discard(this: Ref<Generator>, t: &Thread) -> bool {
        if !Generator::change(this, t, state::CREATED, state::RUNNING) {
            return false;
        }
        Generator::finish(this, t);
        true
    }

    #[cold]
    pub(crate) fn reused(t: &Thread) -> Exc {
        t.runtime_error("cannot reuse already awaited coroutine")
    }

    /// Marks a suspended generator as running while its delegate is driven from outside. `None`: it is not suspended.
    pub fn hold(this: Ref<Generator>, t: &Thread) -> Option<Held> {
        Generator::change(this, t, state::SUSPENDED, state::RUNNING).then(|| Held(this))
    }

    /// Resumes it from native code with `value` sent in.
    pub fn resume(this: Ref<Generator>, t: &Thread, value: Value) -> Result<Resumed> {
        t.check_native_stack()?;
        let caller = t.regs.get();
        let return_pc = t.pc.get().cast();
        match interp::resume::resume(t, this, value) {
            interp::machine::NOT_ENTERED => {}
            left => return Generator::left(t, left),
        }
        if !caller.is_null() {
            // SAFETY: the running frame, on top of which nothing lies while native code runs.
            let next = unsafe { Generator::quick_push(this, t, value, caller, ENTRY, return_pc, 0) };
            if !next.is_null() {
                t.pc.set(next.cast());
                return Generator::run_pushed(t);
            }
        }
        let pushed = Generator::push(this, t, value, caller, ENTRY, return_pc, 0)?;
        if pushed.is_empty() {
            return if this.is_coroutine() { Err(Generator::reused(t)) } else { Ok(Resumed::Returned(Value::NONE)) };
        }
        Generator::run_pushed(t)
    }

    fn run_pushed(t: &Thread) -> Result<Resumed> {
        let left = interp::dispatch::run_raw(t, t.pc.get().cast(), t.regs.get());
        Generator::left(t, left)
    }
    /// What came of it, given how the dispatch loop was left.
    #[inline(always)]
    fn left(t: &Thread, left: u64) -> Result<Resumed> {
        match left {
            YIELDED => Ok(Resumed::Yielded(t.take_result())),
            RAISED => Err(Exc(t.take_result())),
            _ => Ok(Resumed::Returned(t.take_result())),
        }
    }

    /// Resumes it with an exception raised at the yield. (Delegation is the caller's business.)
    pub fn resume_with(this: Ref<Generator>, t: &Thread, exc: Exc) -> Result<Resumed> {
        t.check_native_stack()?;
        let caller = t.regs.get();
        let return_pc = t.pc.get().cast();
        let created = this.state.load(Acquire) == state::CREATED;
        let mut pc: *const u64 = this.pc.load(Acquire);
        let pushed = Generator::push(this, t, Value::EMPTY, caller, ENTRY, return_pc, 0)?;
        if pushed.is_empty() {
            return Err(if this.is_coroutine() { Generator::reused(t) } else { exc });
        }
        crate::objects::exceptions::set_raise_context(t, exc.0);
        let mut exc = exc;
        if interp::trace::watching(t)
            && let Err(e) = interp::trace::thrown(t, exc)
        {
            exc = e;
        }
        if created {
            // Raised where the generator was made: no handler of the body covers that, not even the one around all of it.
            // SAFETY: the first instruction to run follows the RETURN_GENERATOR.
            pc = unsafe { pc.sub(1) };
        }
        t.pc.set(pc.cast());
        Generator::raise_pushed(t, exc)
    }

    /// Raises an exception in the running frame, which is a generator's pushed by native code.
    fn raise_pushed(t: &Thread, exc: Exc) -> Result<Resumed> {
        match interp::unwind(t, exc, true) {
            interp::Unwound::Handler { pc, .. } => {
                t.pc.set(pc.cast());
                Generator::run_pushed(t)
            }
            interp::Unwound::Leaves(e) => Err(e),
        }
    }

    /// Calls `drive`, which drives the delegate of this suspended generator, in the generator's frame, and goes on as the delegate
    /// did: yields what it yielded, or runs on with what it returned or raised (PEP 380).
    pub fn through_delegate(this: Ref<Generator>, t: &Thread, drive: impl FnOnce() -> Result<Resumed>) -> Result<Resumed> {
        t.check_native_stack()?;
        let caller = t.regs.get();
        let return_pc = t.pc.get().cast();
        let pc: *const u64 = this.pc.load(Acquire);
        if Generator::push(this, t, Value::EMPTY, caller, ENTRY, return_pc, 0)?.is_empty() {
            // It ended since it was seen suspended.
            return drive();
        }
        t.pc.set(pc.cast());
        let regs = t.regs.get();
        let outcome = drive();
        t.pc.set(pc.cast());
        match outcome {
            Ok(Resumed::Yielded(v)) => {
                Generator::suspend(t, regs, pc);
                Ok(Resumed::Yielded(v))
            }
            Ok(Resumed::Returned(v)) => {
                // SAFETY: the frame is the running one, at its delegating instruction, which is one word long.
                unsafe {
                    *regs.add(Instr(*pc).a()) = v;
                    t.pc.set(pc.add(1).cast());
                }
                Generator::run_pushed(t)
            }
            Err(e) => {
                crate::objects::exceptions::set_raise_context(t, e.0);
                Generator::raise_pushed(t, e)
            }
        }
    }

    /// The frame object; `None` once finished.
    pub fn frame(this: Ref<Generator>, t: &Thread) -> Result<Option<Ref<Frame>>> {
        match this.state.load(Acquire) {
            state::FINISHED => return Ok(None),
            state::RUNNING => {
                let mut regs = t.regs.get();
                while !regs.is_null() {
                    // SAFETY: the chain of this thread's frames ends in null.
                    unsafe {
                        if interp::kind_of(regs) & GENERATOR != 0 && interp::word(regs, frame_word::LOCALS) == this.value() {
                            return interp::frame_object(t, regs).map(Some);
                        }
                        regs = interp::caller_of(regs);
                    }
                }
            }
            _ => {}
        }
        if let Some(f) = this.frame.get().downcast::<Frame>() {
            return Ok(Some(f));
        }
        let f = Frame::of_generator(t, this)?;
        Ok(match this.frame.compare_exchange(t, this.header(), Value::EMPTY, f.value()) {
            Ok(()) => Some(f),
            Err(seen) => seen.downcast::<Frame>(),
        })
    }

    /// The iterator that a suspended generator delegates to (`gi_yieldfrom`).
    pub fn delegate(&self) -> Option<Value> {
        if self.state.load(Acquire) != state::SUSPENDED {
            return None;
        }
        let pc: *const u64 = self.pc.load(Acquire);
        // SAFETY: a suspended generator's pc is its yield instruction.
        let i = unsafe { Instr(*pc) };
        if i.op() == Op::YIELD_FROM as u16 { self.registers().get(i.b()).and_then(|f| f.get().some()) } else { None }
    }
}
