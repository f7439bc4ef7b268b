//! Assignments to `frame.f_lineno`: a trace function makes its frame go on at another line.
//!
//! A place may be jumped to if the temporary values that its instructions rely on (iterators of loops, `__exit__` functions, handled
//! exceptions) are those that the current place has, or fewer. They are found by following the code's flow: an instruction that makes
//! such a value adds an entry with its register, and entries whose register an instruction no longer needs are dropped.

use super::*;
use crate::objects::exceptions as ex;
use crate::objects::frame::Frame;

/// Why a register is occupied.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Held {
    Iterator,
    Exit,
    /// The exception that was handled before the current one.
    Handled,
    /// An exception that its handler may raise again.
    Raised,
}

type Stack = Vec<(u16, Held)>;

/// The occupied registers before each instruction; `None` for what cannot be reached, and for cache words.
fn occupied(code: &Code) -> Vec<Option<Stack>> {
    let unit = &code.unit;
    let words = unit.code.len();
    let mut known: Vec<Option<Stack>> = vec![None; words];
    let mut work = vec![(0, Stack::new())];
    while let Some((at, mut stack)) = work.pop() {
        if at >= words || known[at].is_some() {
            continue;
        }
        let live = unit.live.get(at).copied().unwrap_or(u16::MAX).max(code.nvars as u16);
        stack.retain(|e| e.0 < live);
        known[at] = Some(stack.clone());
        let i = Instr(unit.code[at]);
        let is = |op: Op| i.op() == op as u16;
        for e in unit.exceptions.iter().filter(|e| (e.start as usize..e.end as usize).contains(&at)).take(1) {
            let mut handler: Stack = stack.iter().copied().filter(|s| s.0 < e.reg).collect();
            handler.push((e.reg, Held::Raised));
            work.push((e.handler as usize, handler));
        }
        let mut next = stack;
        if is(Op::CLEAR) {
            next.retain(|e| !(i.a()..i.a() + i.b()).contains(&usize::from(e.0)));
        }
        let held = if is(Op::GET_ITER) || is(Op::GET_AITER) {
            Some(Held::Iterator)
        } else if is(Op::WITH_ENTER) || is(Op::ASYNC_WITH_ENTER) {
            Some(Held::Exit)
        } else if is(Op::PUSH_EXC) {
            Some(Held::Handled)
        } else {
            None
        };
        if let Some(h) = held.filter(|_| i.a() >= code.nvars as usize) {
            next.retain(|e| usize::from(e.0) != i.a());
            next.push((i.a() as u16, h));
            next.sort_by_key(|e| e.0);
        }
        let flow = taipan_compiler::effects::successors(i, at);
        for to in flow.into_iter().flatten() {
            work.push((to, next.clone()));
        }
    }
    known
}

/// The line that an assignment means and the words where it begins, or the error.
fn targets(t: &Thread, code: Ref<Code>, line: i64) -> Result<Vec<usize>> {
    if line < code.unit.first_line as i64 {
        return Err(t.value_error(format!("line {line} comes before the current code block")));
    }
    let lines: Vec<i64> = code.unit.positions.iter().map(|p| p.line as i64).collect();
    let Some(line) = lines.iter().copied().filter(|&l| l >= line && l > 0).min() else {
        return Err(t.value_error(format!("line {line} comes after the current code block")));
    };
    Ok((0..lines.len()).filter(|&i| lines[i] == line && (i == 0 || lines[i - 1] != line)).collect())
}

/// `frame.f_lineno = line`, from a trace function of the frame.
pub fn plan(t: &Thread, frame: Ref<Frame>, line: i64) -> Result<()> {
    match t.trace_event.get() {
        b'l' => {}
        b'c' => return Err(t.value_error("can't jump from the 'call' trace event of a new frame")),
        b'r' | b'e' | b'o' => return Err(t.value_error("can only jump from a 'line' trace event")),
        _ => return Err(t.value_error("f_lineno can only be set in a trace function")),
    }
    if frame.trace.get().is_empty() {
        return Err(t.value_error("f_lineno can only be set in a trace function"));
    }
    let code = frame.code.expect();
    let found = targets(t, code, line)?;
    let stacks = occupied(&code);
    let here = frame.last_index(t);
    let current = stacks.get(here).cloned().flatten().unwrap_or_default();
    let fits = |s: &Stack| s.len() <= current.len() && current[..s.len()] == s[..];
    let best = found.iter().copied().filter(|&i| stacks[i].as_ref().is_some_and(fits));
    if let Some(index) = best.max_by_key(|&i| stacks[i].as_ref().map_or(0, Vec::len)) {
        frame.jump.store(index as i64 + 1, Release);
        frame.line_override.store(code.position(index).line as i64, Release);
        return Ok(());
    }
    let reached = found.iter().find_map(|&i| stacks[i].as_ref());
    Err(t.value_error(match reached.and_then(|s| s.last()).map(|e| e.1) {
        None => "can't jump to unreachable code",
        Some(Held::Iterator) => "can't jump into the body of a for loop",
        Some(Held::Handled | Held::Raised) => "can't jump into an 'except' block as there's no exception",
        Some(Held::Exit) => "incompatible stacks",
    }))
}

/// Carries out a planned jump of the running frame. False: there is none.
pub(super) unsafe fn take(t: &Thread, frame: Ref<Frame>, regs: Regs) -> bool {
    let to = frame.jump.swap(0, AcqRel);
    if to == 0 {
        return false;
    }
    let index = to as usize - 1;
    frame.line_override.store(0, Release);
    // SAFETY: the running frame and an instruction of its code.
    unsafe {
        let code = code_of(regs);
        let stacks = occupied(&code);
        let stack = |i: usize| stacks.get(i).cloned().flatten().unwrap_or_default();
        let (from, to) = (stack(code.index_of(t.pc.get().cast())), stack(index));
        // Leaving handlers makes what was handled before the outermost of them the handled exception again.
        if let Some(e) = from[to.len().min(from.len())..].iter().find(|e| e.1 == Held::Handled) {
            let before = *regs.add(e.0 as usize);
            if before.is_empty() && !word(regs, frame_word::HANDLED).is_empty() {
                t.handling.set(t.handling.get().saturating_sub(1));
            }
            set_word(regs, frame_word::HANDLED, before);
        }
        let mut unbound = 0;
        for r in 0..code.nlocals as usize {
            if (*regs.add(r)).is_empty() {
                *regs.add(r) = Value::NONE;
                unbound += 1;
            }
        }
        if unbound > 0 {
            let s = if unbound == 1 { "" } else { "s" };
            // A warning that is an error comes too late to stop the jump.
            let _ = t.warn(ex::Kind::RuntimeWarning, format!("assigning None to {unbound} unbound local{s}"));
        }
        t.pc.set(code.start.add(index).cast());
    }
    true
}
