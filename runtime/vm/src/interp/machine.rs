//! Where the interpreter and machine code meet: hot loops, feedback, entering and leaving compiled code, and the helpers that
//! compiled code calls.
//!
//! # Life of a loop
//! The cache word of a JUMP_BACK counts while it is even. A warm loop is *recorded* for a while: its thread dispatches through
//! [`RECORDING`], whose handler notes what each instruction's operands are in the thread's own feedback, and then runs the
//! instruction. The feedback is merged into the codes that were seen, the compiler is asked for a [`Unit`], and when that is there
//! (`queue`) the cache word becomes the unit's address plus 1. [`NEVER`] marks loops that are left to the interpreter.
//!
//! # Life of a function
//! Calls begin at [`Code::entry`]. At first that is a word of the code's own, an ENTER, whose cache word is used like that of a loop;
//! once it is known that there will be no machine code it is the first instruction. Compiled code calls functions by
//! [`Code::machine_entry`]: the unit's code, or [`interpret`].
//!
//! # What compiled code may rely on
//! It runs in the frame of the loop, whose registers it may keep in machine registers between two calls; whatever can look at
//! the frame (any instruction that it leaves to the interpreter, an exit) finds the frame as the interpreter would have it:
//! values stored, `Thread::regs` at the innermost frame, inlined callees with frames of their own. A frame with a frame object
//! is left to the interpreter, since others may write its variables.

use super::dispatch::{Exit, Handler, RAISED, RETURNED, YIELDED, raise, run, run_raw};
pub use super::layout;
use super::queue::{Job, Target};
use super::*;
use crate::objects::next;
use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64};
use std::sync::{Mutex, OnceLock};

/// Cache word of a loop that is not compiled.
pub const NEVER: u64 = 1;
/// Of one that is being compiled. (Units are aligned to more.)
const PENDING: u64 = 3;
/// What compiled code returns when its root frame, entered from native code or by a plain call, has returned: the frame is gone and the
/// value in `Thread::result`.
pub const FINISHED: u64 = 1;
/// Backward jumps after which a loop is recorded.
static WARM: AtomicU64 = AtomicU64::new(400);
/// Backward jumps that are recorded at most before a loop is compiled.
const RECORDED_LOOPS: u64 = 40;
/// Instructions that are recorded at most before a compilation, and after an exit.
const RECORDED: u32 = 4000;
const RECORDED_AFTER_EXIT: u32 = 300;
/// Exits at one place of a small unit before the first one is given up, and those whose sequel is recorded.
const EXITS: u32 = 12;
/// Units of one code object that may be given up.
const UNITS: u32 = 10;

/// What operands were seen: bits of [`Site::kinds`].
pub mod seen {
    pub const INT: u8 = 1;
    pub const FLOAT: u8 = 2;
    pub const BOXED_FLOAT: u8 = 4;
    pub const BOOL: u8 = 8;
    pub const NONE: u8 = 16;
    pub const CELL: u8 = 32;
    pub const EMPTY: u8 = 64;
}
/// More than one shape, or callee, was seen.
pub const MIXED: u32 = u32::MAX;

/// What one instruction saw.
#[derive(Clone, Copy, Default, Debug)]
pub struct Site {
    /// How often it ran while recorded.
    pub count: u32,
    /// Kinds of the operands `a`, `b`, `c`, where they are registers that are read.
    pub kinds: [u8; 3],
    /// Units that were given up at this instruction.
    pub failures: u8,
    /// Shape of the first cell among the operands; 0: none; or [`MIXED`].
    pub shape: u32,
    /// For calls: the code of the function, or the class, that was called, as a value word; 0: none seen; [`MIXED`]: several, or
    /// something else. For methods of `super()`: the class.
    pub callee: u64,
    /// For calls with keywords: the tuple of their names, as a value word, or [`MIXED`].
    pub names: u64,
    /// For subscripts of what has [`Elements`]: what kind they are; 0: none seen; `u8::MAX`: several.
    pub elements: u8,
    /// For calls of methods: whether the first argument was seen to be absent (1), or there (2).
    pub receiver: u8,
}

impl Site {
    fn merge(&mut self, other: &Site) {
        self.count = self.count.saturating_add(other.count);
        for (k, o) in self.kinds.iter_mut().zip(other.kinds) {
            *k |= o;
        }
        self.shape = join(self.shape.into(), other.shape.into()) as u32;
        self.callee = join(self.callee, other.callee);
        self.names = join(self.names, other.names);
        self.receiver |= other.receiver;
        self.elements = join_elements(self.elements, other.elements);
    }
}
fn join_elements(a: u8, b: u8) -> u8 {
    match (a, b) {
        (0, x) | (x, 0) => x,
        (a, b) if a == b => a,
        _ => u8::MAX,
    }
}
fn join(a: u64, b: u64) -> u64 {
    match (a, b) {
        (0, x) | (x, 0) => x,
        (a, b) if a == b => a,
        _ => MIXED.into(),
    }
}

/// What a code object knows of its own machine code.
#[derive(Default)]
pub struct Machine {
    inner: Mutex<Inner>,
}
#[derive(Default)]
struct Inner {
    sites: Vec<Site>,
    /// All units that were ever made: a thread may still run in a replaced one.
    #[allow(clippy::vec_box, reason = "cache words hold the addresses of units")]
    units: Vec<Box<Unit>>,
    given_up: u32,
    /// Of these, where nobody had been seen.
    unseen: u32,
}
impl Machine {
    /// What an instruction saw, by its word index.
    pub fn site(&self, at: usize) -> Site {
        self.inner.lock().expect("feedback").sites.get(at).copied().unwrap_or_default()
    }
    /// How many exits at one place a unit with so many instructions may have: what is dear to compile is given up later, and so
    /// is what was given up before.
    pub fn exit_limit(&self, instructions: usize) -> u32 {
        let given_up = self.inner.lock().expect("feedback").given_up;
        (EXITS + 2 * instructions as u32) * (1 + given_up.min(7))
    }
    /// How many units were given up at instructions that nobody had been seen at.
    pub fn unseen_exits(&self) -> u32 {
        self.inner.lock().expect("feedback").unseen
    }
    /// All that was seen.
    pub fn sites(&self) -> Vec<Site> {
        self.inner.lock().expect("feedback").sites.clone()
    }
}

/// What compiled code returns when it has suspended the generator of its root frame, which native code resumed: what was yielded is in
/// `Thread::result`.
pub const SUSPENDED: u64 = 9;
/// What compiled code returns after it has stored its frames and the exit point in `State::exit`.
pub const EXITED: u64 = 5;
/// What a generator's code returns that has done nothing.
pub const NOT_ENTERED: u64 = 13;
/// What it returns at a YIELD_FROM, the generator being as if it had been suspended there: whoever resumed it drives the delegate.
pub const DELEGATES: u64 = 17;
/// Added to the address of a generator that has not begun.
pub const BEGIN: u64 = 2;
/// Added to that of one that goes on with what its delegate has returned.
pub const DELEGATE_RETURNED: u64 = 1;
/// See [`Unit::entry`].
pub type Entry = unsafe extern "C" fn(&Thread, Regs) -> u64;
/// See [`Unit::resume`].
pub type Resume = unsafe extern "C" fn(&Thread, Regs, u64, u64) -> u64;

/// Compiled code of a function, entered at its start or at the head of a loop.
pub struct Unit {
    /// Runs in the frame of the thread at the registers; returns the address of the instruction where the interpreter goes on in the
    /// thread's running frame, 0 if [`step`] said where, [`EXITED`], [`SUSPENDED`] or [`FINISHED`].
    pub entry: Entry,
    pub exits: Box<[ExitPoint]>,
    /// It begins where `Thread::pc` says, at its start or the head of one of its loops; anywhere else the interpreter goes on.
    pub enters: bool,
    /// For a generator's, instead of `entry`: goes on in the generator that has this address, see [`resume`](super::resume), with what was
    /// sent. [`BEGIN`] or [`DELEGATE_RETURNED`] may be added to the address. If it is 0: in a frame, as `entry` does.
    pub resume: Option<Resume>,
    /// Cache words of the backward jumps to its loops.
    pub sites: Box<[u64]>,
    /// Keeps the code's memory.
    pub memory: Box<dyn Send + Sync>,
    /// Bytes of machine code.
    pub size: usize,
}

impl Unit {
    fn sites(&self) -> impl Iterator<Item = &AtomicU64> {
        // SAFETY: cache words of the code that owns the unit, only accessed atomically.
        self.sites.iter().map(|&site| unsafe { &*(site as *const AtomicU64) })
    }
}

/// Why compiled code gives back to the interpreter.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum ExitKind {
    /// Something was not as it had been seen.
    Guard,
    /// The interpreter's turn.
    Leave,
    /// An exception is raised here: it is in `Thread::result`.
    Throw,
}

/// A place where compiled code gives back to the interpreter.
pub struct ExitPoint {
    pub kind: ExitKind,
    /// How often it was used.
    pub count: AtomicU32,
    /// How often is too often.
    pub limit: u32,
    /// Word index of the instruction, in the code at `code`, or `u32::MAX` for one that had not been seen.
    pub at: u32,
    /// Address of the code object.
    pub code: u64,
    /// Address of the instruction.
    pub pc: u64,
    /// The root's frame is that of a generator, and not pushed yet.
    pub resumed: bool,
    /// How many frames the compiled code has here, and how many words after the root's registers those of the innermost begin.
    pub frames: u32,
    pub base: u32,
    /// Frames that are not pushed yet, outermost first.
    pub pushes: Box<[Push]>,
    /// Words from the root's registers on that hold unboxed floats.
    pub floats: Box<[u32]>,
    /// What the unit was compiled for.
    pub target: Target,
}
/// A frame of an inlined callee that compiled code has not pushed. Its FUNCTION word is there.
pub struct Push {
    /// How many words after the root's registers its own begin, and its caller's.
    pub base: u32,
    pub caller: u32,
    /// Kind bits of its CALLER word.
    pub kind: u64,
    /// Its LOCALS word, if that is not there.
    pub locals: Option<u64>,
    /// Its code as a value word, and its RETURN word.
    pub code: u64,
    pub back: u64,
}
// SAFETY: the target's site is only accessed atomically, and lives as long as the code object that owns the unit.
unsafe impl Send for ExitPoint {}
// SAFETY: as above.
unsafe impl Sync for ExitPoint {}

/// Prepares the unit that begins at word index `head`.
pub type Compile = fn(&Thread, Ref<Code>, usize, Target) -> Option<Job>;
static COMPILE: OnceLock<Compile> = OnceLock::new();
static ENABLED: AtomicBool = AtomicBool::new(false);

/// Names the compiler. Once, before any code runs.
pub fn install(compile: Compile) {
    let _ = COMPILE.set(compile);
}
/// Switches compilation on or off, for loops that are still counted.
pub fn enable(on: bool) {
    ENABLED.store(on && COMPILE.get().is_some(), Relaxed);
}
/// Sets after how many backward jumps a loop is recorded.
pub fn set_warm(n: u64) {
    WARM.store(n.max(1), Relaxed);
}
/// Sets at how many instructions compiled code leaves, for no reason but to test that; 0: none.
pub fn set_leave(n: u32) {
    LEAVE.store(n, Relaxed);
}
pub fn leave() -> u32 {
    LEAVE.load(Relaxed)
}
static LEAVE: AtomicU32 = AtomicU32::new(0);

/// Whether the compiler tells what it does, on standard error.
pub fn log() -> bool {
    LOG.load(Relaxed)
}
pub fn set_log(on: bool) {
    LOG.store(on, Relaxed);
}
static LOG: AtomicBool = AtomicBool::new(false);

/// Whether there is a compiler.
pub fn is_available() -> bool {
    COMPILE.get().is_some()
}
pub fn is_enabled() -> bool {
    ENABLED.load(Relaxed)
}

/// A thread's part: where [`step`] stopped, and feedback.
#[repr(C)]
#[derive(Default)]
pub struct State {
    /// Where the interpreter goes on, in the running frame; null: the dispatch loop is left with `code`.
    stop_pc: Cell<usize>,
    stop_regs: Cell<usize>,
    code: Cell<u64>,
    /// The exit point that compiled code left by.
    pub exit: Cell<usize>,
    /// Registers of a frame that is not pushed, perhaps, from which something is made at the moment.
    operands: Cell<(usize, usize)>,
    budget: Cell<u32>,
    /// By the code object's address; the codes are in the list `ThreadState::recorded`.
    feedback: RefCell<HashMap<usize, Box<[Site]>>>,
    /// The sites of the code that was noted last, and its address.
    last: Cell<(usize, usize)>,
}

impl State {
    /// Calls `f`, which makes something of the `n` registers at `from`; the collector sees them meanwhile, pushed or not.
    #[inline(always)]
    pub(super) fn making<R>(&self, from: Regs, n: usize, f: impl FnOnce() -> R) -> R {
        self.operands.set((from as usize, n));
        let made = f();
        self.operands.set((0, 0));
        made
    }
    pub(super) fn scan(&self, v: &mut Visitor) {
        let (from, n) = self.operands.get();
        v.conservative(from as *const u64, n);
    }
}

// ---------------------------------------------------------------- one instruction

/// Left by the handler after the one instruction.
#[cfg(not(debug_assertions))]
const STOPPED: u64 = 3;
const OPS: usize = taipan_compiler::isa::OPS.len();

#[cfg(not(debug_assertions))]
unsafe extern "C" fn stop(t: &Thread, pc: *const u64, regs: Regs, _table: *const Handler) -> Exit {
    t.machine.stop_pc.set(pc as usize);
    t.machine.stop_regs.set(regs as usize);
    STOPPED
}
/// The table of one instruction: whatever comes next stops.
#[cfg(not(debug_assertions))]
static STOPPING: [Handler; OPS] = [Handler(stop); OPS];

/// The table to go on with after something that may have changed the thread's.
#[inline(always)]
pub(super) fn next_table(t: &Thread, table: *const Handler) -> *const Handler {
    #[cfg(not(debug_assertions))]
    if std::ptr::eq(table, STOPPING.as_ptr()) {
        return table;
    }
    let _ = table;
    t.table.get()
}

/// What became of an instruction.
enum Ran {
    At(*const u64, Regs),
    Left(u64),
}
fn ran(t: &Thread, exit: Exit) -> Ran {
    #[cfg(not(debug_assertions))]
    return match exit {
        STOPPED => Ran::At(t.machine.stop_pc.get() as *const u64, t.machine.stop_regs.get() as Regs),
        code => Ran::Left(code),
    };
    #[cfg(debug_assertions)]
    {
        let _ = t;
        if exit.pc.is_null() { Ran::Left(exit.regs as u64) } else { Ran::At(exit.pc, exit.regs) }
    }
}
unsafe fn run_one(t: &Thread, pc: *const u64, regs: Regs) -> Ran {
    #[cfg(not(debug_assertions))]
    let table = STOPPING.as_ptr();
    #[cfg(debug_assertions)]
    let table = t.table.get();
    // SAFETY: the caller passes an instruction of the running frame.
    unsafe {
        let handler = handlers::TABLE[*pc as u16 as usize];
        ran(t, (handler.0)(t, pc, regs, table))
    }
}
unsafe fn raise_one(t: &Thread, exc: Value) -> Ran {
    #[cfg(not(debug_assertions))]
    let table = STOPPING.as_ptr();
    #[cfg(debug_assertions)]
    let table = t.table.get();
    // SAFETY: the running frame raises at `t.pc`.
    unsafe { ran(t, raise(t, table, exc.bits(), 1)) }
}

/// Runs one instruction of the running frame as the interpreter does, callees to their end. Returns the address of the next
/// instruction of the frame, or 0: compiled code must return 0 at once, as its frame is gone, or must not be run on in compiled
/// code. `frames`: how many frames, from this one outwards, the compiled code has.
pub unsafe extern "C" fn step(t: &Thread, pc: *const u64, regs: Regs, frames: u64) -> u64 {
    // SAFETY: compiled code passes an instruction of the running frame; what it pushes lies above.
    unsafe { settle(t, pc, regs, frames, run_one(t, pc, regs)) }
}
/// Raises the exception in `Thread::result` at `pc`; as [`step`].
unsafe fn throw(t: &Thread, pc: *const u64, regs: Regs, frames: u64) -> u64 {
    t.pc.set(pc.cast());
    // SAFETY: as above.
    unsafe { settle(t, pc, regs, frames, raise_one(t, t.take_result())) }
}
unsafe fn settle(t: &Thread, pc: *const u64, regs: Regs, frames: u64, mut ran: Ran) -> u64 {
    loop {
        match ran {
            Ran::Left(code) => {
                t.machine.stop_pc.set(0);
                t.machine.code.set(code);
                return 0;
            }
            Ran::At(next, at) if at == regs => {
                // SAFETY: the frames of the compiled code, innermost first.
                let seen = unsafe {
                    let mut frame = regs;
                    (0..frames).any(|_| {
                        let seen = !word(frame, frame_word::FRAME).is_empty();
                        frame = caller_of(frame);
                        seen
                    })
                };
                if seen || trace::watching(t) {
                    t.machine.stop_pc.set(next as usize);
                    return 0;
                }
                return next as u64;
            }
            // SAFETY: the running frame was pushed by the instruction, as its caller is the frame here.
            Ran::At(next, at) => unsafe {
                let pushed = at > regs && caller_of(at) == regs && kind_of(at) & (ENTRY | GENERATOR) == 0;
                if !pushed || t.is_native_stack_low() {
                    t.machine.stop_pc.set(next as usize);
                    return 0;
                }
                let back = word(at, frame_word::RETURN).bits();
                mark_entry(at, pc);
                let code = code_of(at);
                let result = if next == code.entry() { run_function(t, code, at) } else { run(t, next, at) };
                ran = match result {
                    Ok(v) => {
                        *regs.add(back as u16 as usize) = v;
                        Ran::At((back >> 16) as *const u64, regs)
                    }
                    Err(e) => {
                        t.pc.set(pc.cast());
                        raise_one(t, e.0)
                    }
                };
            },
        }
    }
}

// ---------------------------------------------------------------- helpers of compiled code

/// What does an instruction for compiled code that has stored its frame: gets the instruction, the frame's registers and the words of
/// the operands that are read, in their order.
pub type Helper = unsafe extern "C" fn(&Thread, *const u64, Regs, Value, Value, Value) -> u64;

macro_rules! helpers {
    ($( $(#[doc = $doc:literal])* $name:ident |$t:ident, $pc:ident, $r:ident, $i:ident, $x:ident, $y:ident, $z:ident| $result:expr; )*) => { $(
        $(#[doc = $doc])*
        #[allow(unused_variables)]
        pub unsafe extern "C" fn $name($t: &Thread, $pc: *const u64, $r: Regs, $x: Value, $y: Value, $z: Value) -> u64 {
            $t.pc.set($pc.cast());
            // SAFETY: compiled code passes an instruction of the running frame, and that frame's registers.
            let result: Result<Value> = unsafe {
                let $i = Instr(*$pc);
                $result
            };
            match result {
                Ok(v) => v.bits(),
                Err(e) => failed($t, e),
            }
        }
    )* };
}
/// The result of an instruction that only does something.
fn done(r: Result<()>) -> Result<Value> {
    r.map(|()| Value::TRUE)
}
helpers! {
    binary |t, pc, r, i, x, y, z| slow::binary(t, i.op(), x, y);
    binary_immediate |t, pc, r, i, x, y, z| slow::binary_immediate(t, i.op(), x, i.c_signed() as i64);
    unary |t, pc, r, i, x, y, z| slow::unary(t, i.op(), x);
    compare |t, pc, r, i, x, y, z| slow::compare(t, i.op(), x, y);
    /// Whether a fused compare-and-jump jumps.
    compare_jump |t, pc, r, i, x, y, z| slow::compare_for_jump(t, i.op(), x, y, i.b_signed() as i64);
    /// The truth of `x`, or its opposite for NOT.
    truth |t, pc, r, i, x, y, z| slow::truth_value(t, x, i.op() == Op::NOT as u16);
    /// Whether JT or JF jumps.
    truth_jump |t, pc, r, i, x, y, z| slow::truth_value(t, x, i.op() == Op::JF as u16);
    contains |t, pc, r, i, x, y, z| slow::contains(t, y, x, i.op() == Op::NOT_IN as u16);
    /// Whether JIN or JNOTIN jumps.
    contains_jump |t, pc, r, i, x, y, z| slow::contains(t, y, x, i.op() == Op::JNOTIN as u16);
    get_item |t, pc, r, i, x, y, z| t.get_item(x, y);
    get_item_immediate |t, pc, r, i, x, y, z| t.get_item(x, Value::small_int(i.c_signed() as i64));
    set_item |t, pc, r, i, x, y, z| done(t.set_item(x, y, z));
    get_iter |t, pc, r, i, x, y, z| t.iter(x);
    get_yield_from_iter |t, pc, r, i, x, y, z| slow::yield_from_iter(t, r, x);
    load_attr |t, pc, r, i, x, y, z| match cache::slot_value(*pc.add(1), x) {
        Some(v) => Ok(v),
        None => slow::load_attr(t, r, x, i.c(), pc.add(1)),
    };
    store_attr |t, pc, r, i, x, y, z| done(slow::store_attr(t, r, x, i.b(), y, pc.add(1)));
    /// Writes into the window.
    load_method |t, pc, r, i, x, y, z| done(match cache::method(*pc.add(1), x) {
        Some(f) => {
            *r.add(i.a() + CALLABLE) = f;
            *r.add(i.a() + FRAME_HEADER_WORDS) = x;
            Ok(())
        }
        None => slow::load_method(t, r, i.a(), x, i.c(), pc.add(1)),
    });
    /// A slice, and the subscription with it by the next instruction.
    slice_item |t, pc, r, i, x, y, z| {
        let user = pc.add(1);
        t.pc.set(user.cast());
        let of = *r.add(Instr(*user).b());
        match slow::get_slice(t, of, r.add(i.b())) {
            Ok(v) if v.is_empty() => slow::build_slice(t, r.add(i.b())).and_then(|s| t.get_item(of, s)),
            v => v,
        }
    };
    /// A slice, and the assignment to it by the next instruction.
    set_slice |t, pc, r, i, x, y, z| {
        let user = pc.add(1);
        t.pc.set(user.cast());
        let user = Instr(*user);
        let (of, v) = (*r.add(user.a()), *r.add(user.c()));
        match slow::set_slice(t, of, r.add(i.b()), v) {
            Ok(Value::FALSE) => done(slow::build_slice(t, r.add(i.b())).and_then(|s| t.set_item(of, s, v))),
            v => v,
        }
    };
    build_slice |t, pc, r, i, x, y, z| slow::build_slice(t, r.add(i.b()));
    build_set |t, pc, r, i, x, y, z| slow::build_set(t, std::slice::from_raw_parts(r.add(i.b()), i.c()));
    build_map |t, pc, r, i, x, y, z| slow::build_map(t, std::slice::from_raw_parts(r.add(i.b()), 2 * i.c()));
    format |t, pc, r, i, x, y, z| slow::format(t, x, if i.op() == Op::FORMAT as u16 { y } else { Value::EMPTY });
    make_function |t, pc, r, i, x, y, z| slow::make_function(t, r, code_of(r).const_at(i.b()), r.add(i.c()));
    set_add |t, pc, r, i, x, y, z| done(slow::set_add(t, x, y));
    map_add |t, pc, r, i, x, y, z| done(slow::map_add(t, x, y, z));
    list_append |t, pc, r, i, x, y, z| done(slow::list_append(t, x, y));
    length |t, pc, r, i, x, y, z| slow::length(t, x);
}
/// What [`call`] returns when it has done nothing, for want of native stack: the interpreter, which needs none, does the call.
pub const AGAIN: u64 = 0xfe2;

/// CALL, CALL_METHOD and CALL_KW, whose window is in the frame; as [`Helper`].
pub unsafe extern "C" fn call(t: &Thread, pc: *const u64, r: Regs, _: Value, _: Value, _: Value) -> u64 {
    t.pc.set(pc.cast());
    if t.is_native_stack_low() {
        return AGAIN;
    }
    // SAFETY: compiled code passes a call of the running frame, and that frame's registers.
    match unsafe { call_window(t, pc, r, Instr(*pc)) } {
        Ok(v) => v.bits(),
        Err(e) => failed(t, e),
    }
}
unsafe fn call_window(t: &Thread, pc: *const u64, r: Regs, i: Instr) -> Result<Value> {
    // SAFETY: the window of a call of the running frame.
    unsafe {
        let keywords = i.op() == Op::CALL_KW as u16;
        if let Some(result) = call_plain(t, pc, r, i) {
            return result;
        }
        let v = match if keywords { None } else { handlers::quick_native(t, r, i) } {
            Some(v) => v?,
            None => {
                let v = slow::call(t, r, i.b(), i.c(), keywords, pc.add(2), i.a())?;
                if v.is_empty() { run_pushed(t, pc)? } else { v }
            }
        };
        if t.should_poll() {
            // Words that are visited as long as the instruction counts as running.
            *r.add(i.a()) = v;
            *r.add(i.b() + KWNAMES) = v;
            handlers::poll_wiped(t)?;
        }
        Ok(v)
    }
}
/// A call of a Python function whose arguments are where it wants them.
#[inline(always)]
unsafe fn call_plain(t: &Thread, pc: *const u64, r: Regs, i: Instr) -> Option<Result<Value>> {
    // SAFETY: as for `call_window`; the frame is pushed where it fits.
    unsafe {
        let window = r.add(i.b());
        let function = *window.add(CALLABLE);
        let f = handlers::exact_function(function)?;
        let code = f.code.known();
        let mut args = window.add(FRAME_HEADER_WORDS);
        let absent = i.op() == Op::CALL_METHOD as u16 && (*args).is_empty();
        args = args.add(usize::from(absent));
        let fits = code.simple && code.argcount as usize + usize::from(absent) == i.c() && frame_fits(t, args, code);
        if !fits || i.op() == Op::CALL_KW as u16 || t.should_poll() {
            return None;
        }
        let globals = f.globals.expect().value();
        let (locals, dest) = (Value::EMPTY, i.a());
        push_fitting(t, args, NewFrame { code, function, globals, locals, caller: r, kind: ENTRY, return_pc: pc, dest });
        let result = run_function(t, code, args);
        t.pc.set(pc.cast());
        Some(result)
    }
}
/// Makes a frame that the instruction at `pc` has pushed one whose return leaves the dispatch loop.
unsafe fn mark_entry(at: Regs, pc: *const u64) {
    // SAFETY: a frame that was just pushed.
    unsafe {
        let caller = word(at, frame_word::CALLER).bits();
        set_word(at, frame_word::CALLER, Value::from_bits(caller | ENTRY));
        let dest = word(at, frame_word::RETURN).bits() as u16;
        set_word(at, frame_word::RETURN, Value::from_bits((pc as u64) << 16 | u64::from(dest)));
    }
}
/// Runs the frame that an instruction has pushed, to its end.
unsafe fn run_pushed(t: &Thread, pc: *const u64) -> Result<Value> {
    let at = t.regs.get();
    // SAFETY: the running frame.
    let r = unsafe {
        mark_entry(at, pc);
        let code = code_of(at);
        let start: *const u64 = t.pc.get().cast();
        if start == code.start { run_function(t, code, at) } else { run(t, start, at) }
    };
    t.pc.set(pc.cast());
    r
}
/// `x ** y` of floats, or a number that is not finite where the result is no float, or an error.
pub unsafe extern "C" fn float_pow(x: f64, y: f64) -> f64 {
    let real = x > 0.0 || (y.trunc() == y && (x != 0.0 || y > 0.0));
    if real { x.powf(y) } else { f64::NAN }
}

/// `next(it)` for FOR_ITER: the item, the empty mark at the end, or [`FAILED`].
pub unsafe extern "C" fn for_iter(t: &Thread, it: u64) -> u64 {
    match slow::for_iter(t, Value::from_bits(it)) {
        Ok(v) => v.bits(),
        Err(e) => failed(t, e),
    }
}
/// The next pair of an iterator of pairs of this thread, put at `to`, where that takes no call: true, the empty mark at the end, or
/// [`AGAIN`].
pub unsafe extern "C" fn next_pair_own(t: &Thread, it: u64, to: Regs) -> u64 {
    match next::next_pair_own(t, Value::from_bits(it)) {
        Some((x, _)) if x.is_empty() => x.bits(),
        // SAFETY: compiled code passes two registers of a frame.
        Some((x, y)) => unsafe {
            (*to, *to.add(1)) = (x, y);
            Value::TRUE.bits()
        },
        None => AGAIN,
    }
}
/// As [`next_pair_own`], with calls; or [`FAILED`].
pub unsafe extern "C" fn next_pair(t: &Thread, it: u64, to: Regs) -> u64 {
    // SAFETY: as above.
    match unsafe { slow::for_iter_pair(t, Value::from_bits(it), to) } {
        Ok(Value::FALSE) => AGAIN,
        Ok(v) => v.bits(),
        Err(e) => failed(t, e),
    }
}
/// What helpers return after an error: no value's word. The exception is in `Thread::result`.
pub const FAILED: u64 = 0xff2;

pub(crate) fn failed(t: &Thread, e: Exc) -> u64 {
    t.result.set(e.0);
    FAILED
}
/// The value of a float that has no immediate form.
pub unsafe extern "C" fn box_float(t: &Thread, x: f64) -> u64 {
    match t.float(x) {
        Ok(v) => v.bits(),
        // Nobody could be told: the value is needed to store a frame.
        Err(_) => {
            eprintln!("taipan: out of memory");
            std::process::abort()
        }
    }
}
/// `l[i]` of an exact list for an `i` that counts from the end; the empty mark if it is out of range.
pub unsafe extern "C" fn list_item_from_end(l: u64, i: i64) -> u64 {
    let item = slow::exact_list(Value::from_bits(l)).and_then(|l| l.get_signed(i as isize));
    item.unwrap_or(Value::EMPTY).bits()
}
/// `l[i] = v` of an exact list: whether `i` is in range.
pub unsafe extern "C" fn set_list_item(t: &Thread, l: u64, i: i64, v: u64) -> u64 {
    u64::from(slow::set_list_item(t, Value::from_bits(l), i, Value::from_bits(v)))
}
/// A new instance of a class that [`new_by_init`] knows, before its `__init__` runs; or [`FAILED`].
pub unsafe extern "C" fn new_instance(t: &Thread, class: u64) -> u64 {
    let made = match Value::from_bits(class).downcast::<Class>() {
        Some(c) => crate::objects::object::allocate_instance(t, c),
        None => Err(t.system_error("a class is expected")),
    };
    match made {
        Ok(v) => v.bits(),
        Err(e) => failed(t, e),
    }
}
/// The `__init__` of a class whose instances are made by `object.__new__` and that function, as long as the class's version holds.
pub fn new_by_init(t: &Thread, class: Ref<Class>) -> Option<(Ref<Function>, u32)> {
    let version = class.version.load(Acquire);
    let init = slow::python_init(t, class)?.downcast::<Function>()?;
    (version != 0).then_some((init, version))
}
/// Finishes the operator at `pc`, see [`operators::finish`]; or [`FAILED`].
pub unsafe extern "C" fn finish_operator(t: &Thread, pc: *const u64, regs: Regs, v: u64) -> u64 {
    t.pc.set(pc.cast());
    // SAFETY: compiled code passes an instruction of the running frame.
    match unsafe { operators::finish(t, Instr(*pc), regs, Value::from_bits(v)) } {
        Ok(v) => v.bits(),
        Err(e) => failed(t, e),
    }
}
/// See [`operators::goes_first`].
pub unsafe extern "C" fn goes_first(left: u64, right: u64) -> u64 {
    operators::goes_first(Value::from_bits(left), Value::from_bits(right)).into()
}
/// Stores into the field at an address inside a cell.
pub unsafe extern "C" fn store_field(t: &Thread, cell: u64, field: u64, v: u64) {
    // SAFETY: compiled code has checked that the cell's shape has the slot.
    unsafe {
        let header = (cell - 2) as *const Header;
        (*(field as *const Field)).set(t, &*header, Value::from_bits(v));
    }
}
/// Item `i` of an instance of a class with [`ClassDef::item`]; the empty mark if that does not know, or [`FAILED`].
pub unsafe extern "C" fn quick_item(t: &Thread, o: u64, i: i64) -> u64 {
    let o = Value::from_bits(o);
    match class_of(o).def.and_then(|def| def.item).map(|item| item(t, o, i)) {
        Some(Ok(v)) => v.bits(),
        Some(Err(e)) => failed(t, e),
        None => Value::EMPTY.bits(),
    }
}
/// Makes `v` item `i`, if [`ClassDef::set_item`] can: 1; 2 if not, or [`FAILED`].
pub unsafe extern "C" fn quick_set_item(t: &Thread, o: u64, i: i64, v: u64) -> u64 {
    let o = Value::from_bits(o);
    match class_of(o).def.and_then(|def| def.set_item).map(|set| set(t, o, i, Value::from_bits(v))) {
        Some(Ok(done)) => 2 - u64::from(done),
        Some(Err(e)) => failed(t, e),
        None => 2,
    }
}

// ---------------------------------------------------------------- entering and leaving

/// At the end of a backward jump to `head`, or at the call of a function that begins there, whose word is at `pc`: the unit to go on in,
/// or null.
#[inline(never)]
pub(super) unsafe fn hot(t: &Thread, pc: *const u64, head: *const u64, regs: Regs) -> *const Unit {
    // SAFETY: the cache word of an instruction of the running frame, only accessed atomically.
    let site = unsafe { &*pc.add(1).cast::<AtomicU64>() };
    let w = site.load(Acquire);
    if w & 1 != 0 {
        let plain = std::ptr::eq(t.table.get(), handlers::TABLE.as_ptr()) || is_recording(t);
        // SAFETY: the running frame.
        let seen = unsafe { !word(regs, frame_word::FRAME).is_empty() };
        let stays = w == NEVER || w == PENDING || seen || !plain || t.is_native_stack_low();
        return if stays { std::ptr::null() } else { (w - 1) as *const Unit };
    }
    // SAFETY: the running frame.
    let code = unsafe { code_of(regs) };
    let function = pc == code.enter_word();
    let target = Target { code: code.value().bits(), site, function };
    if !is_enabled() {
        never(target);
        return std::ptr::null();
    }
    let n = w / 2 + 1;
    site.store(2 * n, Release);
    let warm = WARM.load(Relaxed);
    if n == warm {
        record_for(t, RECORDED);
    } else if n >= warm + warm.min(RECORDED_LOOPS) && !trace::watching(t) {
        stop_recording(t);
        merge(t);
        let machine = code.machine.get_or_init(Box::default);
        let at = code.index_of(head);
        let (at, target) = match wider(code, at, &machine.sites()) {
            Some((_, wide)) if !function && wide.is_pending() => {
                site.store(0, Release);
                return std::ptr::null();
            }
            Some(wide) if !function => {
                site.store(0, Release);
                wide
            }
            _ => (at, target),
        };
        let job = match COMPILE.get() {
            Some(compile) if machine.inner.lock().expect("units").given_up < UNITS => {
                // A fault of the compiler costs the one unit, not the program.
                let prepare = || compile(t, code, at, target);
                std::panic::catch_unwind(std::panic::AssertUnwindSafe(prepare)).unwrap_or(None)
            }
            _ => None,
        };
        let Some(job) = job else {
            never(target);
            return std::ptr::null();
        };
        // SAFETY: the site lives as long as the code.
        let site = unsafe { &*target.site };
        site.store(PENDING, Release);
        if !queue::submit(target, job) {
            // Too much else to do: later.
            site.store(0, Release);
        }
    }
    std::ptr::null()
}
impl Target {
    /// Whether it is being compiled.
    fn is_pending(&self) -> bool {
        // SAFETY: the code, which the caller holds, has the site.
        unsafe { (*self.site).load(Acquire) == PENDING }
    }
}
/// What to compile instead of just the loop at `at`, so that one unit serves all: the function, if it was seen to be called, or the
/// outermost loop around it that was seen. The word index where the unit begins.
fn wider(code: Ref<Code>, at: usize, sites: &[Site]) -> Option<(usize, Target)> {
    let seen = |at: usize| sites.get(at).is_some_and(|s| s.count > 0);
    let target = |site: *const u64, function| Target { code: code.value().bits(), site: site.cast(), function };
    // SAFETY: cache words of the code's own instructions, only accessed atomically.
    let counts = |t: &Target| unsafe { (*t.site).load(Acquire) & 1 == 0 } || t.is_pending();
    if seen(0) && !code.enter_word().is_null() {
        let function = target(code.enter_word().wrapping_add(1), true);
        if counts(&function) {
            return Some((0, function));
        }
    }
    let around = |&(head, back): &(usize, usize)| head < at && back > at && seen(head);
    let mut loops: Vec<(usize, usize)> = loops_of(&code).into_iter().filter(around).collect();
    loops.sort_unstable();
    let target = |(head, back): (usize, usize)| (head, target(code.start.wrapping_add(back + 1), false));
    loops.into_iter().map(target).find(|(_, t)| counts(t))
}
/// The loops of a code: word indexes of their heads, and of their last backward jumps.
pub fn loops_of(code: &Code) -> Vec<(usize, usize)> {
    let mut loops: Vec<(usize, usize)> = Vec::new();
    let mut at = 0;
    while at < code.words() {
        // SAFETY: below the number of words.
        let i = Instr(unsafe { *code.start.add(at) });
        let op = Op::from_u16(i.op()).unwrap_or(Op::NOP);
        if let (Op::JUMP_BACK, [_, Some(head)]) = (op, taipan_compiler::effects::successors(i, at)) {
            match loops.iter_mut().find(|l| l.0 == head) {
                Some(l) => l.1 = l.1.max(at),
                None => loops.push((head, at)),
            }
        }
        at += op.len();
    }
    loops
}

/// Leaves a place to the interpreter.
fn never(target: Target) {
    // SAFETY: the code lives: it runs, or it is a root of the queue.
    unsafe {
        (*target.site).store(NEVER, Release);
        if target.function
            && let Some(code) = Value::from_bits(target.code).downcast::<Code>()
        {
            code.set_entry(code.start);
        }
    }
}

/// Lets threads go on in a unit. By any thread, attached or not; the code is a root.
pub(super) fn publish(target: Target, unit: Option<Box<Unit>>) {
    let (Some(code), Some(unit)) = (Value::from_bits(target.code).downcast::<Code>(), unit) else { return never(target) };
    let (address, entry, resume) = (&raw const *unit as u64, unit.entry, unit.resume);
    for site in unit.sites() {
        let counted = |w: u64| (w & 1 == 0).then_some(address + 1);
        let _ = site.fetch_update(AcqRel, Acquire, counted);
    }
    code.machine.get_or_init(Box::default).inner.lock().expect("units").units.push(unit);
    if resume.is_some() {
        code.set_machine_resume(resume);
        if target.function {
            // Calls only make generators.
            return never(target);
        }
    } else if target.function {
        code.set_machine_entry(entry);
    }
    // SAFETY: the code is alive.
    unsafe { (*target.site).store(address + 1, Release) };
}

/// Runs a unit; where the interpreter goes on in the running frame, [`FINISHED`], or 0: the dispatch loop is left with
/// [`left_with`].
#[inline(never)]
pub(super) unsafe fn enter(t: &Thread, unit: *const Unit, head: *const u64, regs: Regs) -> u64 {
    // SAFETY: units live as long as their code, which the running frame holds.
    unsafe {
        if (*unit).enters {
            t.pc.set(head.cast());
        }
        let ret = match (*unit).resume {
            Some(resume) => resume(t, regs, 0, 0),
            None => ((*unit).entry)(t, regs),
        };
        match ret {
            FINISHED => FINISHED,
            DELEGATES => {
                t.machine.stop_pc.set(0);
                t.machine.code.set(super::resume::drive(t, regs, regs, DELEGATES));
                0
            }
            ret => go_on_after(t, ret, regs),
        }
    }
}
/// Where the interpreter goes on after compiled code whose root frame was at `regs` gave back `ret`, which is not [`FINISHED`];
/// 0: the dispatch loop is left with [`left_with`].
pub(super) unsafe fn go_on_after(t: &Thread, ret: u64, regs: Regs) -> u64 {
    let next = match ret {
        // SAFETY: units, and so their exits, live as long as their codes, which were just running.
        EXITED => unsafe { take_exit(t, &*(t.machine.exit.replace(0) as *const ExitPoint), regs) },
        SUSPENDED => {
            t.machine.stop_pc.set(0);
            t.machine.code.set(YIELDED);
            0
        }
        next => next,
    };
    if next == 0 { t.machine.stop_pc.get() as u64 } else { next }
}
pub(super) fn left_with(t: &Thread) -> u64 {
    t.machine.code.get()
}

/// What [`Code::machine_entry`] is without machine code.
pub unsafe extern "C" fn interpret(t: &Thread, regs: Regs) -> u64 {
    // SAFETY: compiled code has pushed an ENTRY frame there.
    let left = unsafe { run_raw(t, code_of(regs).entry(), regs) };
    if left == RETURNED {
        return FINISHED;
    }
    t.machine.stop_pc.set(0);
    t.machine.code.set(left);
    0
}
/// Runs the function whose ENTRY frame was just pushed to its end, by its compiled code if it has some.
#[inline]
pub(crate) unsafe fn run_function(t: &Thread, code: Ref<Code>, regs: Regs) -> Result<Value> {
    // SAFETY: the running frame.
    unsafe {
        let plain = std::ptr::eq(t.table.get(), handlers::TABLE.as_ptr());
        let Some(entry) = code.machine_entry().filter(|_| plain) else { return run(t, code.entry(), regs) };
        t.pc.set(code.start.cast());
        match entry(t, regs) {
            FINISHED => Ok(t.take_result()),
            ret => {
                let next = go_on_after(t, ret, regs);
                let left = if next == 0 { t.machine.code.get() } else { run_raw(t, next as *const u64, t.regs.get()) };
                if left == RAISED { Err(Exc(t.take_result())) } else { Ok(t.take_result()) }
            }
        }
    }
}
/// Runs a function that compiled code has called at `pc` to its end, after its own compiled code gave back `ret`, which is not
/// [`FINISHED`]. Its value, or [`FAILED`].
pub unsafe extern "C" fn finish_call(t: &Thread, ret: u64, pc: *const u64, regs: Regs) -> u64 {
    // SAFETY: the compiled code of the frame that was at `regs` has just given back.
    let next = unsafe { go_on_after(t, ret, regs) };
    let left = if next == 0 { t.machine.code.get() } else { run_raw(t, next as *const u64, t.regs.get()) };
    t.pc.set(pc.cast());
    if left == RAISED { FAILED } else { t.take_result().bits() }
}

/// Makes the frames what the interpreter expects, after compiled code left by an exit: the address to go on at, or 0 as for
/// [`step`].
unsafe fn take_exit(t: &Thread, exit: &ExitPoint, regs: Regs) -> u64 {
    if exit.resumed {
        // SAFETY: compiled code has resumed the generator there.
        unsafe {
            super::resume::push_outer(t, regs);
            Generator::push_resumed(t, regs);
        }
    }
    for p in &exit.pushes {
        // SAFETY: the frame fits, as the unit made sure, and its function is in its place.
        unsafe {
            let at = regs.add(p.base as usize);
            let globals =
                word(at, frame_word::FUNCTION).downcast::<Function>().map_or(Value::EMPTY, |f| f.globals.expect().value());
            set_word(at, frame_word::CODE, Value::from_bits(p.code));
            set_word(at, frame_word::GLOBALS, globals);
            if let Some(locals) = p.locals {
                set_word(at, frame_word::LOCALS, Value::from_bits(locals));
            }
            set_word(at, frame_word::FRAME, Value::EMPTY);
            set_word(at, frame_word::HANDLED, Value::EMPTY);
            set_word(at, frame_word::CALLER, Value::from_bits(regs.add(p.caller as usize) as u64 | p.kind));
            set_word(at, frame_word::RETURN, Value::from_bits(p.back));
            t.depth.set(t.depth.get() + 1);
            t.regs.set(at);
        }
    }
    t.pc.set(exit.pc as *const Instr);
    for &r in &exit.floats {
        // SAFETY: a register of the frames that were left.
        unsafe {
            let word = regs.add(r as usize);
            *word = Value::from_bits(box_float(t, f64::from_bits((*word).bits())));
        }
    }
    match exit.kind {
        ExitKind::Guard => left_by(t, exit),
        ExitKind::Leave => {}
        // SAFETY: the innermost of the frames that were left.
        ExitKind::Throw => return unsafe { throw(t, exit.pc as *const u64, regs.add(exit.base as usize), exit.frames.into()) },
    }
    exit.pc
}
#[inline(never)]
fn left_by(t: &Thread, exit: &ExitPoint) {
    let n = exit.count.fetch_add(1, Relaxed) + 1;
    if n != exit.limit {
        if n < exit.limit && exit.limit - n <= EXITS {
            record_for(t, RECORDED_AFTER_EXIT);
        }
        return;
    }
    let target = exit.target;
    merge(t);
    // SAFETY: the code of an exit point is held by the unit's code object, whose frame runs.
    let code = unsafe { &*(exit.code as *const Code) };
    if log() {
        let place = match exit.at {
            u32::MAX => "an instruction that had not been seen".to_owned(),
            at => {
                // SAFETY: the address of an instruction of the code.
                let op = Op::from_u16(unsafe { Instr(*(exit.pc as *const u64)) }.op());
                format!("line {}, {}", code.position(at as usize).line, op.map_or("?", |op| op.info().name))
            }
        };
        eprintln!("jit: {}: given up, left too often at {place}", code.qualname.expect().to_string_lossy());
    }
    let mut inner = code.machine.get_or_init(Box::default).inner.lock().expect("feedback");
    if let Some(s) = inner.sites.get_mut(exit.at as usize) {
        s.failures = s.failures.saturating_add(1);
    }
    inner.given_up += 1;
    inner.unseen += u32::from(exit.at == u32::MAX);
    drop(inner);
    if let Some(root) = Value::from_bits(target.code).downcast::<Code>() {
        if resume::is_resumable(&root) {
            root.set_machine_resume(None);
            if target.function {
                root.set_entry(root.enter_word());
            }
        } else if target.function {
            root.set_machine_entry(interpret);
        }
        let inner = root.machine.get_or_init(Box::default).inner.lock().expect("units");
        if let Some(unit) = inner.units.iter().find(|u| u.exits.as_ptr_range().contains(&&raw const *exit)) {
            let address = &raw const **unit as u64;
            for site in unit.sites() {
                let _ = site.compare_exchange(address + 1, 0, AcqRel, Acquire);
            }
        }
    }
    // SAFETY: the site lives as long as the unit's code.
    unsafe { (*target.site).store(2 * (WARM.load(Relaxed) - 1), Release) };
}

// ---------------------------------------------------------------- feedback

unsafe extern "C" fn record(t: &Thread, pc: *const u64, regs: Regs, _table: *const Handler) -> Exit {
    // SAFETY: as for every handler: an instruction of the running frame and that frame's registers.
    unsafe {
        note(t, pc, regs);
        let handler = *handlers::TABLE.as_ptr().add(*pc as u16 as usize);
        (handler.0)(t, pc, regs, t.table.get())
    }
}
/// The table of threads that record.
pub static RECORDING: [Handler; OPS] = [Handler(record); OPS];

fn is_recording(t: &Thread) -> bool {
    std::ptr::eq(t.table.get(), RECORDING.as_ptr())
}
fn record_for(t: &Thread, instructions: u32) {
    if !trace::watching(t) {
        t.machine.budget.set(instructions);
        t.table.set(RECORDING.as_ptr());
    }
}
fn stop_recording(t: &Thread) {
    if is_recording(t) {
        trace::refresh(t);
    }
}

fn kind_seen(v: Value) -> u8 {
    if v.is_small_int() {
        seen::INT
    } else if v.is_immediate_float() {
        seen::FLOAT
    } else if v.is_bool() {
        seen::BOOL
    } else if v.is_none() {
        seen::NONE
    } else if v.is_empty() {
        seen::EMPTY
    } else if v.header().is_some_and(|h| h.shape_id() == crate::objects::float::BoxedFloat::class_cell().shape()) {
        seen::BOXED_FLOAT
    } else {
        seen::CELL
    }
}

/// Notes the operands of the instruction at `pc`.
#[inline(never)]
unsafe fn note(t: &Thread, pc: *const u64, regs: Regs) {
    let state = &t.machine;
    let Some(left) = state.budget.get().checked_sub(1) else {
        stop_recording(t);
        return;
    };
    state.budget.set(left);
    // SAFETY: the running frame and an instruction of its code; the operands are registers of it.
    unsafe {
        let code = code_of(regs);
        let key = code.as_ptr() as usize;
        if state.last.get().0 != key {
            if !state.feedback.borrow().contains_key(&key) {
                if remember(t, code.value()).is_err() {
                    stop_recording(t);
                    return;
                }
                state.feedback.borrow_mut().insert(key, vec![Site::default(); code.words()].into_boxed_slice());
            }
            let at = state.feedback.borrow_mut().get_mut(&key).map_or(0, |sites| sites.as_mut_ptr() as usize);
            state.last.set((key, at));
        }
        let index = code.index_of(pc);
        if index >= code.words() {
            return;
        }
        let site = &mut *(state.last.get().1 as *mut Site).add(index);
        let i = Instr(*pc);
        let Some(op) = Op::from_u16(i.op()) else { return };
        site.count = site.count.saturating_add(1);
        let mut shape = 0;
        for (k, (operand, r)) in op.info().operands.iter().zip([i.a(), i.b(), i.c()]).enumerate() {
            use taipan_compiler::isa::Operand;
            if matches!(operand, Operand::Read | Operand::ReadWrite) {
                let v = *regs.add(r);
                site.kinds[k] |= kind_seen(v);
                if shape == 0
                    && let Some(h) = v.header()
                {
                    shape = h.shape_id().0;
                }
            }
        }
        site.shape = join(site.shape.into(), shape.into()) as u32;
        if op == Op::LOAD_SUPER_METHOD {
            // The class, and the object of `super()`.
            let class = *regs.add(i.b() + 1);
            site.callee = join(site.callee, if class.downcast::<Class>().is_some() { class.bits() } else { MIXED.into() });
            let shape = (*regs.add(i.b() + 2)).header().map_or(MIXED, |h| h.shape_id().0);
            site.shape = join(site.shape.into(), shape.into()) as u32;
        }
        if let (Op::GETITEM | Op::SETITEM | Op::GETITEMI, Some(e)) = (op, layout::elements(shape)) {
            let container = *regs.add(if op == Op::SETITEM { i.a() } else { i.b() });
            let code = match container.header() {
                Some(h) if e.code != 0 => *(h as *const Header).cast::<u8>().add(e.code),
                _ => b'B',
            };
            site.elements = join_elements(site.elements, code);
        }
        if matches!(op, Op::CALL | Op::CALL_METHOD | Op::CALL_KW) {
            let f = *regs.add(i.b() + CALLABLE);
            let callee = match f.downcast::<Function>() {
                Some(f) => f.code().value().bits(),
                None if f.downcast::<Class>().is_some() || f.downcast::<Native>().is_some_and(|n| !n.passes_receiver) => f.bits(),
                None => MIXED.into(),
            };
            if op == Op::CALL_KW {
                // A constant of the code.
                site.names = join(site.names, (*regs.add(i.b() + KWNAMES)).bits());
            }
            if op != Op::CALL {
                site.receiver |= if (*regs.add(i.b() + FRAME_HEADER_WORDS)).is_empty() { 1 } else { 2 };
            }
            let known = site.callee;
            site.callee = join(known, callee);
            if known == 0 && callee != u64::from(MIXED) && remember(t, Value::from_bits(callee)).is_err() {
                site.callee = MIXED.into();
            }
        }
    }
}

/// Keeps a code object that feedback is about.
fn remember(t: &Thread, code: Value) -> Result<()> {
    let state = t.state();
    let list = match state.recorded.get().downcast::<List>() {
        Some(l) => l,
        None => {
            let l = List::new(t)?;
            state.recorded.set(t, state.header(), l.value());
            l
        }
    };
    list.append(t, code)
}

/// Moves the thread's feedback into the codes that it is about.
fn merge(t: &Thread) {
    t.machine.last.set((0, 0));
    let feedback = t.machine.feedback.take();
    for (key, sites) in feedback {
        // SAFETY: the list of recorded codes keeps it alive.
        let code = unsafe { &*(key as *const Code) };
        if keep_callees(t, code, &sites).is_err() {
            continue;
        }
        let mut inner = code.machine.get_or_init(Box::default).inner.lock().expect("feedback");
        if inner.sites.is_empty() {
            inner.sites = sites.into_vec();
        } else {
            inner.sites.iter_mut().zip(sites.iter()).for_each(|(s, o)| s.merge(o));
        }
    }
    t.state().recorded.set(t, t.state().header(), Value::EMPTY);
}

/// Makes a code keep the callees that its feedback tells of.
fn keep_callees(t: &Thread, code: &Code, sites: &[Site]) -> Result<()> {
    for s in sites.iter().filter(|s| s.callee != 0 && s.callee != u64::from(MIXED)) {
        code.keep(t, Value::from_bits(s.callee))?;
    }
    Ok(())
}
