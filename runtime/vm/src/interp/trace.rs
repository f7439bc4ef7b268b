//! Events of running code for `sys.settrace`, `sys.setprofile` and `sys.monitoring` (PEP 669).
//!
//! # How it costs nothing when nobody watches
//! A thread dispatches through the table that `Thread::table` names. While something is watched that is [`WATCHING`], whose
//! only handler looks for events before the instruction and then jumps to the instruction's own handler; else it is the plain
//! table, and no instruction knows of any of this. The table is looked up again at every entry, after every call of a native and at
//! polls, so a change reaches the calling thread at once and the others at their next poll.
//!
//! # What is kept
//! A watched frame has its frame object, which remembers the previous instruction ([`Frame::traced`]): a line event is an
//! instruction of another line than the previous one's, or one reached by a jump backwards; branch events follow from where the
//! previous instruction went. Tools' callbacks and names are in a list in the runtime's registry; event sets are plain words.
//!
//! While a callback runs its thread watches nothing (`Thread::tracing`).

use super::dispatch::{Exit, Handler, raise};
use super::*;
use crate::objects::frame::Frame;
use crate::objects::function::BoundMethod;
use std::collections::HashMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU32, AtomicU64};
use taipan_compiler::flags;
use taipan_compiler::isa::CALLABLE;
use taipan_heap::poll_bits;

/// Numbers of the events: bits of event sets.
pub mod event {
    pub const PY_START: usize = 0;
    pub const PY_RESUME: usize = 1;
    pub const PY_RETURN: usize = 2;
    pub const PY_YIELD: usize = 3;
    pub const CALL: usize = 4;
    pub const LINE: usize = 5;
    pub const INSTRUCTION: usize = 6;
    pub const JUMP: usize = 7;
    pub const BRANCH_LEFT: usize = 8;
    pub const BRANCH_RIGHT: usize = 9;
    pub const STOP_ITERATION: usize = 10;
    pub const RAISE: usize = 11;
    pub const EXCEPTION_HANDLED: usize = 12;
    pub const PY_UNWIND: usize = 13;
    pub const PY_THROW: usize = 14;
    pub const RERAISE: usize = 15;
    pub const C_RETURN: usize = 16;
    pub const C_RAISE: usize = 17;
    pub const BRANCH: usize = 18;
    /// Names in the order of their numbers.
    pub const NAMES: [&str; 19] = [
        "PY_START",
        "PY_RESUME",
        "PY_RETURN",
        "PY_YIELD",
        "CALL",
        "LINE",
        "INSTRUCTION",
        "JUMP",
        "BRANCH_LEFT",
        "BRANCH_RIGHT",
        "STOP_ITERATION",
        "RAISE",
        "EXCEPTION_HANDLED",
        "PY_UNWIND",
        "PY_THROW",
        "RERAISE",
        "C_RETURN",
        "C_RAISE",
        "BRANCH",
    ];
    /// Events below this belong to places in the code: they can be set for one code object, and disabled at one place.
    pub const LOCAL: usize = 11;
}
use event::*;

pub const TOOLS: usize = 6;
/// Callbacks of a tool in the list, and its name after them.
pub const SLOTS: usize = 20;

/// Values of [`Frame::traced`] that are no index.
pub const UNSEEN: i64 = -1;
/// The previous instruction does not count: the next one begins a line.
const NONE_BEFORE: i64 = -3;

/// Event sets of the tools for all code.
pub static GLOBAL: [AtomicU32; TOOLS] = [const { AtomicU32::new(0) }; TOOLS];
/// Nonempty event sets of single code objects.
static LOCAL_SETS: AtomicU32 = AtomicU32::new(0);
/// Counts `restart_events`; places disabled before are enabled again.
pub static RESTARTS: AtomicU64 = AtomicU64::new(0);

/// What tools asked for in one code object.
#[derive(Default)]
pub struct Monitors {
    sets: [AtomicU32; TOOLS],
    /// Tools (a bit each) that disabled an event at an instruction, and the value of `RESTARTS` then.
    disabled: Mutex<(u64, HashMap<(u32, u8), u8>)>,
}
impl Drop for Monitors {
    fn drop(&mut self) {
        let n = self.sets.iter().filter(|s| s.load(Relaxed) != 0).count();
        LOCAL_SETS.fetch_sub(n as u32, AcqRel);
    }
}
impl Monitors {
    pub fn set(&self, tool: usize) -> u32 {
        self.sets[tool].load(Acquire)
    }
    pub fn replace(&self, tool: usize, events: u32) {
        let old = self.sets[tool].swap(events, AcqRel);
        if old == 0 && events != 0 {
            LOCAL_SETS.fetch_add(1, AcqRel);
        } else if old != 0 && events == 0 {
            LOCAL_SETS.fetch_sub(1, AcqRel);
        }
    }
    fn disabled_at(&self, index: u32, ev: usize) -> u8 {
        let d = self.disabled.lock().expect("places of disabled events");
        if d.0 == RESTARTS.load(Acquire) { d.1.get(&(index, ev as u8)).copied().unwrap_or(0) } else { 0 }
    }
    fn disable(&self, index: u32, ev: usize, tool: usize) {
        let mut d = self.disabled.lock().expect("places of disabled events");
        let now = RESTARTS.load(Acquire);
        if d.0 != now {
            d.1.clear();
            d.0 = now;
        }
        *d.1.entry((index, ev as u8)).or_insert(0) |= 1 << tool;
    }
    /// Forgets what a tool disabled.
    pub fn enable(&self, tool: usize) {
        let mut d = self.disabled.lock().expect("places of disabled events");
        d.1.values_mut().for_each(|tools| *tools &= !(1 << tool));
    }
}

/// Whether any tool watches anything.
fn monitored() -> bool {
    LOCAL_SETS.load(Acquire) != 0 || GLOBAL.iter().any(|g| g.load(Acquire) != 0)
}

/// The dispatch table of a thread that attaches.
pub fn initial_table() -> *const Handler {
    if monitored() { WATCHING.as_ptr() } else { super::handlers::TABLE.as_ptr() }
}

/// Makes the thread look for events if there is anything to look for, and only then.
pub fn refresh(t: &Thread) {
    let watch = t.tracing.get() == 0 && (t.watched.get() || monitored());
    t.table.set(if watch { WATCHING.as_ptr() } else { super::handlers::TABLE.as_ptr() });
}

/// As [`refresh`], for all threads.
pub fn refresh_all(t: &Thread) {
    t.stop_the_world(|world| {
        world.for_each_thread(|m| {
            // SAFETY: every mutator is the first field of a `Thread` (`repr(C)`), and the world is stopped.
            let other = unsafe { &*(m as *const Mutator as *const Thread) };
            refresh(other);
            // Makes it poll, which is where it looks the table up again.
            other.poll.fetch_or(poll_bits::RUNTIME, AcqRel);
        });
    });
}

/// Whether the thread looks for events now.
#[inline(always)]
pub fn watching(t: &Thread) -> bool {
    std::ptr::eq(t.table.get(), WATCHING.as_ptr())
}

// ---------------------------------------------------------------- sys.settrace, sys.setprofile

/// Which of the two functions of a thread.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Legacy {
    Trace,
    Profile,
}
use Legacy::*;

impl Legacy {
    fn field(self, s: &crate::thread::ThreadState) -> &Field {
        match self {
            Trace => &s.trace,
            Profile => &s.profile,
        }
    }
    /// The thread's function, or None.
    pub fn get(self, t: &Thread) -> Value {
        self.field(&t.state()).get().some().unwrap_or(Value::NONE)
    }
    /// Sets the function of thread `of`, which is the calling one or stopped by it. None removes it.
    pub fn set(self, t: &Thread, of: &Thread, f: Value) {
        let s = of.state();
        self.field(&s).set(t, s.header(), if f.is_none() { Value::EMPTY } else { f });
        of.watched.set(!s.trace.get().is_empty() || !s.profile.get().is_empty());
        refresh(of);
    }
    /// Sets the function of all threads.
    pub fn set_all(self, t: &Thread, f: Value) {
        t.stop_the_world(|world| {
            world.for_each_thread(|m| {
                // SAFETY: as in `refresh_all`.
                let other = unsafe { &*(m as *const Mutator as *const Thread) };
                if other.state.get().is_some() {
                    self.set(t, other, f);
                    other.poll.fetch_or(poll_bits::RUNTIME, AcqRel);
                }
            });
        });
    }
}

/// Calls `f` with the thread watching nothing.
fn unwatched<R>(t: &Thread, f: impl FnOnce() -> Result<R>) -> Result<R> {
    t.tracing.set(t.tracing.get() + 1);
    refresh(t);
    let saved = t.result.get();
    let r = f();
    t.result.set(saved);
    t.tracing.set(t.tracing.get() - 1);
    refresh(t);
    r
}

/// `sys.call_tracing`: events are found although a callback runs.
pub fn call_tracing(t: &Thread, f: Value, args: &[Value]) -> Result<Value> {
    let before = t.tracing.replace(0);
    refresh(t);
    let r = t.call(f, args);
    t.tracing.set(before);
    refresh(t);
    r
}

/// Calls a trace or profile function; one that fails is removed.
fn call_legacy(t: &Thread, which: Legacy, f: Value, frame: Ref<Frame>, event: &str, arg: Value) -> Result<Value> {
    let before = t.trace_event.replace(match event {
        _ if which == Profile => 0,
        "line" => b'l',
        "call" => b'c',
        "return" => b'r',
        "exception" => b'e',
        _ => b'o',
    });
    let r = unwatched(t, || {
        let event = Str::intern_str(t, event)?;
        t.call(f, &[frame.value(), event.value(), arg])
    });
    t.trace_event.set(before);
    if r.is_err() {
        which.set(t, t, Value::NONE);
        if which == Trace {
            frame.trace.set(t, frame.header(), Value::EMPTY);
        }
    }
    r
}

/// An event for the frame's own trace function.
fn trace_local(t: &Thread, frame: Ref<Frame>, event: &str, arg: Value) -> Result<()> {
    if t.state().trace.get().is_empty() {
        return Ok(());
    }
    let Some(f) = frame.trace.get().some() else { return Ok(()) };
    let r = call_legacy(t, Trace, f, frame, event, arg)?;
    if !r.is_none() {
        frame.trace.set(t, frame.header(), r);
    }
    Ok(())
}

fn profile(t: &Thread, frame: Ref<Frame>, event: &str, arg: Value) -> Result<()> {
    match t.state().profile.get().some() {
        Some(f) => call_legacy(t, Profile, f, frame, event, arg).map(drop),
        None => Ok(()),
    }
}

/// A frame begins or goes on: the event "call".
fn trace_call(t: &Thread, frame: Ref<Frame>) -> Result<()> {
    profile(t, frame, "call", Value::NONE)?;
    if let Some(f) = t.state().trace.get().some() {
        let r = call_legacy(t, Trace, f, frame, "call", Value::NONE)?;
        if !r.is_none() {
            frame.trace.set(t, frame.header(), r);
        }
    }
    Ok(())
}

// ---------------------------------------------------------------- sys.monitoring

/// The list of callbacks and names: `SLOTS` for each tool.
pub fn tool_slots(t: &Thread) -> Result<Ref<List>> {
    let key = Str::intern_str(t, "sys.monitoring")?.value();
    if let Some(l) = t.registry().get(t, key)?.and_then(|v| v.downcast::<List>()) {
        return Ok(l);
    }
    let l = List::new(t)?;
    for _ in 0..TOOLS * SLOTS {
        l.append(t, Value::NONE)?;
    }
    t.registry().set(t, key, l.value())?;
    Ok(l)
}

/// Events that some tool wants of this code.
fn wanted(code: &Code) -> u32 {
    let mut all = GLOBAL.iter().fold(0, |all, g| all | g.load(Acquire));
    if let Some(m) = code.monitors.get() {
        all |= m.sets.iter().fold(0, |all, s| all | s.load(Acquire));
    }
    all
}

fn has(set: u32, ev: usize) -> bool {
    set & (1 << ev) != 0
}

/// Python-visible offset of a word index: what comes before the first instruction is the entry itself.
pub fn offset(index: usize) -> i64 {
    (index as i64 + 1) * 2
}

/// Tells the tools that want it. `index` is the place where it can be disabled.
fn fire(t: &Thread, code: Ref<Code>, index: usize, ev: usize, args: &[Value]) -> Result<()> {
    // What tells how a native call ended goes with the call.
    let bit = if ev == C_RETURN || ev == C_RAISE { CALL } else { ev };
    let slots = tool_slots(t)?;
    for tool in 0..TOOLS {
        let mut set = GLOBAL[tool].load(Acquire);
        if let Some(m) = code.monitors.get() {
            set |= m.set(tool);
            if ev < LOCAL && m.disabled_at(index as u32, ev) & (1 << tool) != 0 {
                continue;
            }
        }
        if !has(set, bit) {
            continue;
        }
        let Some(f) = slots.get(tool * SLOTS + ev).filter(|f| !f.is_none()) else { continue };
        let r = unwatched(t, || t.call(f, args))?;
        if Some(r) == disable_mark(t)? {
            if ev >= LOCAL {
                slots.set(t, tool * SLOTS + ev, Value::NONE);
                return Err(t.value_error(format!("Cannot disable {} events. Callback removed.", NAMES[ev])));
            }
            code.monitors.get_or_init(Box::default).disable(index as u32, ev, tool);
        }
    }
    Ok(())
}

/// `sys.monitoring.DISABLE`
fn disable_mark(t: &Thread) -> Result<Option<Value>> {
    t.registry().get(t, Str::intern_str(t, "sys.monitoring.DISABLE")?.value())
}
fn missing_mark(t: &Thread) -> Result<Value> {
    Ok(t.registry().get(t, Str::intern_str(t, "sys.monitoring.MISSING")?.value())?.unwrap_or(Value::NONE))
}

// ---------------------------------------------------------------- the table

unsafe extern "C" fn watch(t: &Thread, pc: *const u64, regs: Regs, table: *const Handler) -> Exit {
    // SAFETY: as for every handler: an instruction of the running frame and that frame's registers. A trace function may have
    // moved the frame to another instruction of its code.
    unsafe {
        // What counts a function's calls is no instruction of its code.
        let pc = if Instr(*pc).op() == Op::ENTER as u16 { code_of(regs).start } else { pc };
        t.pc.set(pc.cast());
        match before(t, pc, regs) {
            Ok(()) => {
                let pc: *const u64 = t.pc.get().cast();
                let handler = *super::handlers::TABLE.as_ptr().add(*pc as u16 as usize);
                (handler.0)(t, pc, regs, t.table.get())
            }
            Err(e) => raise(t, table, e.0.bits(), 1),
        }
    }
}
const OPS: usize = taipan_compiler::isa::OPS.len();
/// The table of threads that look for events.
pub static WATCHING: [Handler; OPS] = [Handler(watch); OPS];

// ---------------------------------------------------------------- events

/// Looks for events before the instruction at `pc` of the running frame.
#[inline(never)]
unsafe fn before(t: &Thread, pc: *const u64, regs: Regs) -> Result<()> {
    // SAFETY: the running frame.
    let (code, kind, i) = unsafe { (code_of(regs), kind_of(regs), Instr(*pc)) };
    let events = wanted(&code);
    if !t.watched.get() && events == 0 {
        return Ok(());
    }
    let is_generator = code.has(flags::GENERATOR | flags::COROUTINE | flags::ASYNC_GENERATOR);
    if is_generator && kind & GENERATOR == 0 {
        // Only the generator is made here; its body starts with its first resumption.
        return Ok(());
    }
    // SAFETY: the running frame.
    let frame = unsafe { frame_object(t, regs)? };
    let index = code.index_of(pc);
    let code_value = code.value();
    let at = |index: usize| Value::small_int(offset(index));
    let mut previous = frame.traced.load(Relaxed);

    // A native function came back.
    if let Some(callee) = frame.calling.swap(t, frame.header(), Value::EMPTY).some() {
        let arg = frame.calling_arg.swap(t, frame.header(), Value::EMPTY);
        // Else nobody watched when it did.
        if previous >= 0 && index == after(&code, previous as usize) {
            if has(events, CALL) {
                let arg = if arg.is_empty() { missing_mark(t)? } else { arg };
                fire(t, code, previous as usize, C_RETURN, &[code_value, at(previous as usize), callee, arg])?;
            }
            profile_native(t, frame, "c_return", callee, arg)?;
        }
    }

    // Entry and resumption.
    let resumed = frame.resumed.swap(0, Relaxed) != 0;
    let last_op = |n: usize| index.checked_sub(n).map(|i| Instr(code.unit.code[i]).op());
    let (mut starts, mut resumes) = (false, false);
    if is_generator {
        if resumed || previous == UNSEEN {
            starts = last_op(1) == Some(Op::RETURN_GENERATOR as u16);
            resumes = !starts && (resumed || i.op() == Op::YIELD_FROM as u16 || last_op(1) == Some(Op::YIELD as u16));
        }
    } else {
        starts = previous == UNSEEN && index == 0;
    }
    if starts {
        frame.line_override.store(code.unit.first_line as i64, Release);
        frame.starting.store(1, Release);
        let r = (|| {
            if has(events, PY_START) {
                fire(t, code, index, PY_START, &[code_value, Value::small_int(0)])?;
            }
            trace_call(t, frame)
        })();
        frame.line_override.store(0, Release);
        frame.starting.store(0, Release);
        r?;
        previous = NONE_BEFORE;
    } else if resumes {
        // The yield is the instruction before, or the delegation that goes on.
        let place = if i.op() == Op::YIELD_FROM as u16 { index } else { index - 1 };
        frame.line_override.store(code.position(place).line as i64, Release);
        frame.starting.store(if place == index { 0 } else { 2 }, Release);
        let r = (|| {
            if has(events, PY_RESUME) {
                fire(t, code, place, PY_RESUME, &[code_value, at(place)])?;
            }
            trace_call(t, frame)
        })();
        frame.line_override.store(0, Release);
        frame.starting.store(0, Release);
        r?;
        previous = place as i64;
    } else if previous == UNSEEN {
        // Watching began in the middle of the frame: what comes before in the code ran, for all we know.
        previous = (index as i64 - 1).max(0);
        let lined = (0..=previous as usize).rev().find(|&i| code.position(i).line != 0);
        frame.lined.store(lined.unwrap_or(0) as i64, Relaxed);
    }

    // Where the previous instruction went.
    let jumps = 1 << JUMP | 1 << BRANCH_LEFT | 1 << BRANCH_RIGHT;
    if events & jumps != 0 && previous >= 0 && !resumes && previous != index as i64 {
        let from = previous as usize;
        let ev = match kind_of_jump(Instr(code.unit.code[from])) {
            None => None,
            Some((false, _)) => Some(JUMP),
            Some((true, length)) => Some(if from + length == index { BRANCH_LEFT } else { BRANCH_RIGHT }),
        };
        if let Some(ev) = ev.filter(|ev| has(events, *ev)) {
            fire(t, code, from, ev, &[code_value, at(from), at(index)])?;
        }
    }
    frame.traced.store(index as i64, Relaxed);
    if code.position(index).line != 0 {
        frame.lined.store(index as i64, Relaxed);
    }

    let line = line_begun(&code, i, index);
    let same_line = previous >= 0 && code.position(previous as usize).line == line;
    if line != 0 && (!same_line || (index as i64) < previous) {
        if has(events, LINE) {
            fire(t, code, index, LINE, &[code_value, Value::small_int(line as i64)])?;
        }
        if frame.trace_lines.load(Acquire) != 0 {
            trace_local(t, frame, "line", Value::NONE)?;
            // SAFETY: the running frame.
            if unsafe { super::jump::take(t, frame, regs) } {
                frame.traced.store(NONE_BEFORE, Relaxed);
                // SAFETY: the same frame at another of its instructions.
                return unsafe { before(t, t.pc.get().cast(), regs) };
            }
        }
    } else if line == 0 && previous == NONE_BEFORE {
        // Nothing of the source yet.
        frame.traced.store(NONE_BEFORE, Relaxed);
    }
    if has(events, INSTRUCTION) {
        fire(t, code, index, INSTRUCTION, &[code_value, at(index)])?;
    }
    if frame.trace_opcodes.load(Acquire) != 0 {
        trace_local(t, frame, "opcode", Value::NONE)?;
    }

    // What the instruction itself does.
    let is = |op: Op| i.op() == op as u16;
    // SAFETY: operands of an instruction of the running frame.
    unsafe {
        if is(Op::RETURN) {
            let v = *regs.add(i.a());
            if has(events, PY_RETURN) {
                fire(t, code, index, PY_RETURN, &[code_value, at(index), v])?;
            }
            // The end of a body stands where the line that ran last does.
            let nowhere = code.position(index).line == 0;
            if nowhere {
                frame.line_override.store(code.position(frame.lined.load(Relaxed) as usize).line as i64, Release);
                frame.starting.store(3, Release);
            }
            let r = profile(t, frame, "return", v).and_then(|()| trace_local(t, frame, "return", v));
            if nowhere {
                frame.line_override.store(0, Release);
                frame.starting.store(0, Release);
            }
            r?;
        } else if is(Op::YIELD) {
            yields(t, frame, code, index, events, *regs.add(i.b()))?;
        } else if is(Op::CALL) || is(Op::CALL_METHOD) || is(Op::CALL_KW) || is(Op::CALL_EX) {
            if has(events, CALL) || !t.state().profile.get().is_empty() {
                calls(t, frame, code, index, events, regs, i)?;
            }
        }
    }
    Ok(())
}

/// The line that an instruction can begin; 0 for none.
fn line_begun(code: &Code, i: Instr, index: usize) -> u32 {
    let line = code.position(index).line;
    if i.op() == Op::END_ASYNC_FOR as u16 {
        0
    } else if i.op() == Op::JUMP_BACK as u16 {
        // The head of the loop has its own event, if the line is its.
        let head = index.checked_add_signed(i.imm32() as isize);
        if head.is_some_and(|h| code.position(h).line == line) { 0 } else { line }
    } else {
        line
    }
}

/// Word index after the instruction at `index`.
fn after(code: &Code, index: usize) -> usize {
    index + Op::from_u16(Instr(code.unit.code[index]).op()).map_or(1, Op::len)
}

/// Whether an instruction jumps, and if so whether on a condition, and how long it is.
pub fn kind_of_jump(i: Instr) -> Option<(bool, usize)> {
    let op = i.op();
    if op == Op::JUMP as u16 || op == Op::JUMP_BACK as u16 {
        Some((false, 1))
    } else if op == Op::FOR_ITER as u16 {
        Some((true, 2))
    } else if (Op::JT as u16..=Op::JNOTIN as u16).contains(&op) {
        Some((true, 1))
    } else {
        None
    }
}

fn yields(t: &Thread, frame: Ref<Frame>, code: Ref<Code>, index: usize, events: u32, v: Value) -> Result<()> {
    if has(events, PY_YIELD) {
        fire(t, code, index, PY_YIELD, &[code.value(), Value::small_int(offset(index)), v])?;
    }
    profile(t, frame, "return", v)?;
    trace_local(t, frame, "return", v)
}

/// A delegating generator is about to suspend with what its delegate yielded.
#[cold]
#[inline(never)]
pub(crate) unsafe fn delegate_yielded(t: &Thread, regs: Regs, v: Value) -> Result<()> {
    // SAFETY: the running frame.
    unsafe {
        let code = code_of(regs);
        let events = wanted(&code);
        if !t.watched.get() && events == 0 {
            return Ok(());
        }
        let frame = frame_object(t, regs)?;
        yields(t, frame, code, code.index_of(t.pc.get().cast()), events, v)
    }
}

/// Before a call: what is called, with what first.
unsafe fn calls(t: &Thread, frame: Ref<Frame>, code: Ref<Code>, index: usize, events: u32, regs: Regs, i: Instr) -> Result<()> {
    // SAFETY: the window of a call instruction of the running frame.
    let (mut callee, mut first) = unsafe {
        let window = regs.add(i.b());
        let args = window.add(FRAME_HEADER_WORDS);
        let first = if i.op() == Op::CALL_EX as u16 {
            (*args).downcast::<Tuple>().and_then(|a| a.get(0)).unwrap_or(Value::EMPTY)
        } else if i.c() == 0 {
            Value::EMPTY
        } else if !(*args).is_empty() {
            *args
        } else if i.c() > 1 {
            *args.add(1)
        } else {
            Value::EMPTY
        };
        (*window.add(CALLABLE), first)
    };
    if let Some(m) = callee.downcast::<BoundMethod>() {
        first = m.receiver.get();
        callee = m.function.get();
    }
    if has(events, CALL) {
        let arg = if first.is_empty() { missing_mark(t)? } else { first };
        fire(t, code, index, CALL, &[code.value(), Value::small_int(offset(index)), callee, arg])?;
    }
    if callee.downcast::<Function>().is_none() {
        profile_native(t, frame, "c_call", callee, first)?;
        frame.calling.set(t, frame.header(), callee);
        frame.calling_arg.set(t, frame.header(), first);
    }
    Ok(())
}

/// The profile function's event for a call of a built-in function or method; other callables have none.
fn profile_native(t: &Thread, frame: Ref<Frame>, event: &str, callee: Value, first: Value) -> Result<()> {
    let profiled = t.state().profile.get();
    let Some(n) = callee.downcast::<Native>().filter(|_| !profiled.is_empty()) else { return Ok(()) };
    let arg = if class_of(callee) == Native::class() {
        callee
    } else if n.def.kind == NativeKind::Method && !first.is_empty() {
        n.bind(t, first, class_of(first))?
    } else {
        return Ok(());
    };
    profile(t, frame, event, arg)
}

/// An exception was raised in the running frame (`fresh`), or is raised again. An error of a callback takes its place.
#[cold]
#[inline(never)]
pub(crate) unsafe fn raised(t: &Thread, regs: Regs, index: usize, exc: Exc, fresh: bool) -> Result<()> {
    // SAFETY: the running frame.
    unsafe {
        let code = code_of(regs);
        let events = wanted(&code);
        if !t.watched.get() && events == 0 {
            return Ok(());
        }
        let frame = frame_object(t, regs)?;
        let args = [code.value(), Value::small_int(offset(index)), exc.0];
        if let Some(callee) = frame.calling.swap(t, frame.header(), Value::EMPTY).some() {
            let first = frame.calling_arg.swap(t, frame.header(), Value::EMPTY);
            if has(events, CALL) {
                let arg = if first.is_empty() { missing_mark(t)? } else { first };
                fire(t, code, index, C_RAISE, &[code.value(), Value::small_int(offset(index)), callee, arg])?;
            }
            profile_native(t, frame, "c_exception", callee, first)?;
        }
        if !fresh {
            return if has(events, RERAISE) { fire(t, code, index, RERAISE, &args) } else { Ok(()) };
        }
        if has(events, RAISE) {
            fire(t, code, index, RAISE, &args)?;
        }
        if !frame.trace.get().is_empty() {
            let tb = crate::objects::exceptions::traceback_of(exc.0).map_or(Value::NONE, Ref::value);
            let arg = Tuple::new(t, &[class_of(exc.0).value(), exc.0, tb])?;
            trace_local(t, frame, "exception", arg.value())?;
        }
        Ok(())
    }
}

/// A handler of the running frame, at word index `handler`, takes the exception.
#[cold]
#[inline(never)]
pub(crate) unsafe fn handled(t: &Thread, regs: Regs, handler: usize, exc: Exc) -> Result<()> {
    // SAFETY: the running frame.
    unsafe {
        let code = code_of(regs);
        let events = wanted(&code);
        if !t.watched.get() && events == 0 {
            return Ok(());
        }
        let frame = frame_object(t, regs)?;
        frame.traced.store(NONE_BEFORE, Relaxed);
        if has(events, EXCEPTION_HANDLED) {
            fire(t, code, handler, EXCEPTION_HANDLED, &[code.value(), Value::small_int(offset(handler)), exc.0])?;
        }
        Ok(())
    }
}

/// The running frame is left by an exception.
#[cold]
#[inline(never)]
pub(crate) unsafe fn unwound(t: &Thread, regs: Regs, index: usize, exc: Exc) -> Result<()> {
    // SAFETY: the running frame.
    unsafe {
        let code = code_of(regs);
        let events = wanted(&code);
        if !t.watched.get() && events == 0 {
            return Ok(());
        }
        let frame = frame_object(t, regs)?;
        if has(events, PY_UNWIND) {
            fire(t, code, index, PY_UNWIND, &[code.value(), Value::small_int(offset(index)), exc.0])?;
        }
        profile(t, frame, "return", Value::NONE)?;
        trace_local(t, frame, "return", Value::NONE)
    }
}

/// An exception is thrown into the generator whose frame is the running one.
#[cold]
#[inline(never)]
pub(crate) fn thrown(t: &Thread, exc: Exc) -> Result<()> {
    let regs = t.regs.get();
    // SAFETY: the running frame.
    unsafe {
        let code = code_of(regs);
        let events = wanted(&code);
        if !t.watched.get() && events == 0 {
            return Ok(());
        }
        let frame = frame_object(t, regs)?;
        let index = code.index_of(t.pc.get().cast());
        frame.resumed.store(0, Relaxed);
        frame.traced.store(index as i64, Relaxed);
        if has(events, PY_THROW) {
            fire(t, code, index, PY_THROW, &[code.value(), Value::small_int(offset(index)), exc.0])?;
        }
        trace_call(t, frame)
    }
}
