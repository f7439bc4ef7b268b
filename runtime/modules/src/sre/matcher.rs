//! The matcher: one attempt at a match from a given position.
//!
//! Choices that were made are on a stack, and between them what was changed since (marks, registers of loops), so that going
//! back is: undo until there is a choice, and take its next way. Assertions and atomic groups put a barrier on the stack; when their
//! end is reached, the choices behind it are thrown away and the changes stay. Nothing is allocated for an attempt: stack, marks
//! and registers are kept for the next one.
//!
//! The text is a slice in its own width, cut off where matching ends; positions are indices. Every so many steps the thread polls,
//! so that a long match neither holds up a collection nor keeps a signal waiting.

use super::first::Filter;
use super::program::{Loop, MANY, One, Op, Place, Program, Repeat};
use super::set::Fold;
use taipan_text::Unit;
use taipan_vm::native::*;

/// No position.
pub const NONE: usize = usize::MAX;

#[derive(Clone, Copy)]
enum Kind {
    /// Go on at operation `index` and position `a`.
    Choice,
    /// Way `b` of list `index` (branch in the upper half) is next, at position `a`.
    Ways,
    /// The repeat at operation `index` went to `a`; it may go back as far as `b`.
    Repeat,
    /// The repeat at operation `index` went to `a`; it may go on as far as `b`.
    LazyRepeat,
    /// The assertion or group begun at operation `index` and position `a`; `b` is the barrier before.
    Barrier,
    /// Mark `index` was `a`, the last group `b`.
    Mark,
    /// The registers of loop `index` were these.
    Register,
}

#[derive(Clone, Copy)]
struct Entry {
    kind: Kind,
    index: u32,
    a: usize,
    b: usize,
}

#[derive(Clone, Copy)]
struct Register {
    /// Rounds begun, less one; wraps below zero.
    count: usize,
    /// Where the round before began.
    last: usize,
}

/// What attempts use again and again.
#[derive(Default)]
pub struct Scratch {
    stack: Vec<Entry>,
    /// Beginning and end of each group.
    pub marks: Vec<usize>,
    registers: Vec<Register>,
    /// The group that ended last; 0: none.
    pub last_group: usize,
}

impl Scratch {
    /// Gives back what one uncommonly long match took.
    #[inline]
    pub fn trim(&mut self) {
        if self.stack.capacity() > 1 << 15 {
            self.stack = Vec::new();
        }
    }
}

pub struct Matcher<'a, T> {
    pub thread: &'a Thread,
    pub program: &'a Program,
    pub text: &'a [T],
    /// Where an empty match does not count.
    pub not_empty_at: usize,
    /// The match must end at the text's end.
    pub full: bool,
    scratch: &'a mut Scratch,
    /// Index of the innermost barrier on the stack.
    barrier: usize,
    /// Whether marks were set.
    dirty: bool,
    /// Steps until the next poll.
    fuel: u32,
}

const FUEL: u32 = 10_000;

enum Step {
    Go(u32, usize),
    Over,
}

impl<'a, T: Unit> Matcher<'a, T> {
    pub fn new(thread: &'a Thread, program: &'a Program, text: &'a [T], scratch: &'a mut Scratch) -> Self {
        scratch.marks.clear();
        scratch.marks.resize(2 * program.groups, NONE);
        scratch.registers.clear();
        scratch.registers.resize(program.loops.len(), Register { count: 0, last: NONE });
        scratch.last_group = 0;
        Matcher { thread, program, text, not_empty_at: NONE, full: false, scratch, barrier: NONE, dirty: false, fuel: FUEL }
    }
    /// Counts one step.
    #[inline(always)]
    pub fn step(&mut self) -> Result<()> {
        self.fuel -= 1;
        if self.fuel == 0 { self.refuel() } else { Ok(()) }
    }
    #[cold]
    #[inline(never)]
    fn refuel(&mut self) -> Result<()> {
        self.fuel = FUEL;
        if self.thread.should_poll() { taipan_vm::interp::poll(self.thread) } else { Ok(()) }
    }
    #[inline(always)]
    fn push(&mut self, kind: Kind, index: u32, a: usize, b: usize) -> Result<()> {
        let stack = &mut self.scratch.stack;
        if stack.len() == stack.capacity() && stack.try_reserve(64).is_err() {
            return Err(self.thread.memory_error());
        }
        stack.push(Entry { kind, index, a, b });
        self.step()
    }
    #[inline(always)]
    fn is(&self, one: One, u: T) -> bool {
        match one {
            One::Is(c) => u.code() == c,
            One::Not(c) => u.code() != c,
            One::Dot => u.code() != '\n' as u32,
            One::All => true,
            One::In(i) => self.program.sets[i as usize].has(u),
            One::Local(i) => self.program.locals[i as usize].has(u.code()),
        }
    }
    #[inline(always)]
    fn is_at(&self, one: One, at: usize) -> bool {
        self.text.get(at).is_some_and(|&u| self.is(one, u))
    }
    /// Where a run of `one` that begins at `at` and has at most `max` characters ends.
    #[inline(always)]
    fn run_of(&self, one: One, at: usize, max: usize) -> usize {
        let end = self.text.len().min(at.saturating_add(max));
        let Some(part) = self.text.get(at..end) else { return at };
        let other = match one {
            One::All => None,
            One::Is(c) => part.iter().position(|u| u.code() != c),
            One::Not(c) => T::from_code(c).and_then(|u| u.position(part)),
            One::Dot => T::truncate('\n' as u32).position(part),
            One::In(i) => {
                let set = &self.program.sets[i as usize];
                part.iter().position(|&u| !set.has(u))
            }
            One::Local(_) => part.iter().position(|&u| !self.is(one, u)),
        };
        other.map_or(end, |n| at + n)
    }
    /// The last position of `low ..= from` where what follows the repeat may begin.
    #[inline(always)]
    fn last_exit(&self, next: &Option<Box<Filter>>, from: usize, low: usize) -> Option<usize> {
        let Some(filter) = next else { return Some(from) };
        if filter.admits_at(self.text, from) {
            return Some(from);
        }
        let part = &self.text[low..from];
        let found = match filter.only() {
            Some(only) => T::truncate(only as u32).rposition(part),
            None => part.iter().rposition(|&u| filter.admits(u)),
        };
        found.map(|i| low + i)
    }
    /// The first position of `from ..= limit` where what follows the repeat may begin, and up to which it goes.
    #[inline(always)]
    fn first_exit(&self, repeat: &Repeat, mut from: usize, limit: usize) -> Option<usize> {
        let Some(filter) = &repeat.next else { return Some(from) };
        if repeat.one == One::All {
            let part = &self.text[from..self.text.len().min(limit.saturating_add(1))];
            return filter.find(part).map(|i| from + i);
        }
        loop {
            let &u = self.text.get(from)?;
            if filter.admits(u) {
                return Some(from);
            }
            if from >= limit || !self.is(repeat.one, u) {
                return None;
            }
            from += 1;
        }
    }
    fn holds(&self, place: Place, at: usize) -> bool {
        let text = self.text;
        match place {
            Place::Beginning => at == 0,
            Place::LineBeginning => at == 0 || text[at - 1].code() == '\n' as u32,
            Place::End => at == text.len() || (at + 1 == text.len() && text[at].code() == '\n' as u32),
            Place::LineEnd => text.get(at).is_none_or(|u| u.code() == '\n' as u32),
            Place::TextEnd => at == text.len(),
            Place::Boundary(words) | Place::NoBoundary(words) => {
                let before = at > 0 && words.contain(text[at - 1].code());
                let after = text.get(at).is_some_and(|u| words.contain(u.code()));
                (before != after) == matches!(place, Place::Boundary(_))
            }
        }
    }
    /// What group `group` matched.
    fn group(&self, group: u32) -> Option<&'a [T]> {
        let group = group as usize;
        let (from, to) = (self.scratch.marks[2 * group], self.scratch.marks[2 * group + 1]);
        if from == NONE || to == NONE { None } else { self.text.get(from..to) }
    }
    /// Changes the registers of a loop.
    #[inline(always)]
    fn set_register(&mut self, number: u32, to: Register) -> Result<()> {
        let old = std::mem::replace(&mut self.scratch.registers[number as usize], to);
        if self.scratch.stack.is_empty() {
            return Ok(());
        }
        self.push(Kind::Register, number, old.count, old.last)
    }
    /// Takes back a change that a popped entry tells of.
    #[inline(always)]
    fn undo(&mut self, entry: Entry) {
        match entry.kind {
            Kind::Mark => {
                self.scratch.marks[entry.index as usize] = entry.a;
                self.scratch.last_group = entry.b;
            }
            Kind::Register => self.scratch.registers[entry.index as usize] = Register { count: entry.a, last: entry.b },
            _ => {}
        }
    }
    /// Ends an assertion or atomic group that matched: its choices are gone, its changes stay. Where it began.
    fn commit(&mut self) -> usize {
        let barrier = self.scratch.stack[self.barrier];
        let mut to = self.barrier;
        for from in to + 1..self.scratch.stack.len() {
            let entry = self.scratch.stack[from];
            if matches!(entry.kind, Kind::Mark | Kind::Register) {
                self.scratch.stack[to] = entry;
                to += 1;
            }
        }
        self.scratch.stack.truncate(to);
        self.barrier = barrier.b;
        barrier.a
    }
    /// Takes back everything since the innermost barrier, and removes it.
    fn abandon(&mut self) {
        while let Some(entry) = self.scratch.stack.pop() {
            if matches!(entry.kind, Kind::Barrier) {
                self.barrier = entry.b;
                return;
            }
            self.undo(entry);
        }
    }
    /// Goes back to the last choice.
    #[inline(always)]
    fn back(&mut self) -> Result<Step> {
        self.step()?;
        while let Some(entry) = self.scratch.stack.pop() {
            match entry.kind {
                Kind::Mark | Kind::Register => self.undo(entry),
                Kind::Choice => return Ok(Step::Go(entry.index, entry.a)),
                Kind::Ways => {
                    let ways = &self.program.branches[entry.b >> 32].lists[entry.index as usize];
                    let way = entry.b as u32 as usize;
                    if way + 1 < ways.len() {
                        self.push(Kind::Ways, entry.index, entry.a, entry.b + 1)?;
                    }
                    return Ok(Step::Go(ways[way], entry.a));
                }
                Kind::Repeat => {
                    let Op::Repeat(i) = self.program.ops[entry.index as usize] else { continue };
                    if let Some(at) = self.last_exit(&self.program.repeats[i as usize].next, entry.a - 1, entry.b) {
                        if at > entry.b {
                            self.push(Kind::Repeat, entry.index, at, entry.b)?;
                        }
                        return Ok(Step::Go(entry.index + 1, at));
                    }
                }
                Kind::LazyRepeat => {
                    let Op::LazyRepeat(i) = self.program.ops[entry.index as usize] else { continue };
                    let repeat = &self.program.repeats[i as usize];
                    if self.is_at(repeat.one, entry.a)
                        && let Some(at) = self.first_exit(repeat, entry.a + 1, entry.b)
                    {
                        if at < entry.b {
                            self.push(Kind::LazyRepeat, entry.index, at, entry.b)?;
                        }
                        return Ok(Step::Go(entry.index + 1, at));
                    }
                }
                Kind::Barrier => {
                    self.barrier = entry.b;
                    match self.program.ops[entry.index as usize] {
                        Op::NotAhead { end, .. } => return Ok(Step::Go(end + 1, entry.a)),
                        Op::FirmNext(i) => {
                            let l = &self.program.loops[i as usize];
                            // Rounds below the minimum must match.
                            if self.scratch.registers[i as usize].last != NONE {
                                return Ok(Step::Go(l.next, entry.a));
                            }
                        }
                        _ => {}
                    }
                }
            }
        }
        Ok(Step::Over)
    }
    /// The end of a match that begins at `at`.
    pub fn attempt(&mut self, at: usize) -> Result<Option<usize>> {
        self.begin();
        self.run(0, at)
    }
    fn begin(&mut self) {
        self.scratch.stack.clear();
        self.barrier = NONE;
        if self.dirty {
            self.dirty = false;
            self.scratch.marks.fill(NONE);
            self.scratch.last_group = 0;
        }
    }
    fn run(&mut self, mut pc: u32, mut at: usize) -> Result<Option<usize>> {
        let program = self.program;
        let text = self.text;
        'next: loop {
            'failed: {
                match program.ops[pc as usize] {
                    Op::One(one) => {
                        if !self.is_at(one, at) {
                            break 'failed;
                        }
                        at += 1;
                        pc += 1;
                    }
                    Op::Text { from, len } => {
                        let (wanted, len) = (&program.texts[from as usize..], len as usize);
                        match text.get(at..at + len) {
                            Some(part) if part.iter().zip(wanted).all(|(u, &c)| u.code() == c) => {}
                            _ => break 'failed,
                        }
                        at += len;
                        pc += 1;
                    }
                    Op::At(place) => {
                        if !self.holds(place, at) {
                            break 'failed;
                        }
                        pc += 1;
                    }
                    Op::Mark(mark) => {
                        let old = std::mem::replace(&mut self.scratch.marks[mark as usize], at);
                        let last = self.scratch.last_group;
                        if mark & 1 == 1 {
                            self.scratch.last_group = mark as usize / 2 + 1;
                        }
                        self.dirty = true;
                        if !self.scratch.stack.is_empty() {
                            self.push(Kind::Mark, mark, old, last)?;
                        }
                        pc += 1;
                    }
                    Op::Jump(to) => pc = to,
                    Op::Split(i) => {
                        let split = &program.splits[i as usize];
                        let open = |f: &Option<Box<Filter>>| f.as_ref().is_none_or(|f| f.admits_at(text, at));
                        match (open(&split.filters[0]), open(&split.filters[1])) {
                            (true, true) => {
                                self.push(Kind::Choice, split.ways[1], at, 0)?;
                                pc = split.ways[0];
                            }
                            (true, false) => pc = split.ways[0],
                            (false, true) => pc = split.ways[1],
                            (false, false) => break 'failed,
                        }
                    }
                    Op::Branch(i) => {
                        let branch = &program.branches[i as usize];
                        let list = match text.get(at) {
                            Some(u) if u.code() < 256 => branch.latin1[u.code() as usize],
                            Some(_) => branch.wide,
                            None => branch.end,
                        };
                        match &*branch.lists[list as usize] {
                            [] => break 'failed,
                            [only] => pc = *only,
                            [first, ..] => {
                                self.push(Kind::Ways, list as u32, at, (i as usize) << 32 | 1)?;
                                pc = *first;
                            }
                        }
                    }
                    Op::Repeat(i) => {
                        let repeat = &program.repeats[i as usize];
                        let top = self.run_of(repeat.one, at, repeat.max);
                        if top - at < repeat.min {
                            break 'failed;
                        }
                        let low = if repeat.firm { top } else { at + repeat.min };
                        let Some(exit) = self.last_exit(&repeat.next, top, low) else { break 'failed };
                        if exit > low {
                            self.push(Kind::Repeat, pc, exit, low)?;
                        }
                        at = exit;
                        pc += 1;
                    }
                    Op::FirmRepeat(i) => {
                        let repeat = &program.repeats[i as usize];
                        let top = self.run_of(repeat.one, at, repeat.max);
                        if top - at < repeat.min {
                            break 'failed;
                        }
                        at = top;
                        pc += 1;
                    }
                    Op::LazyRepeat(i) => {
                        let repeat = &program.repeats[i as usize];
                        let low = at + repeat.min;
                        if repeat.min > 0 && self.run_of(repeat.one, at, repeat.min) < low {
                            break 'failed;
                        }
                        let limit = at.saturating_add(repeat.max).min(text.len());
                        let Some(exit) = self.first_exit(repeat, low, limit) else { break 'failed };
                        if exit < limit {
                            self.push(Kind::LazyRepeat, pc, exit, limit)?;
                        }
                        at = exit;
                        pc += 1;
                    }
                    Op::Enter(i) => {
                        self.set_register(i, Register { count: NONE, last: NONE })?;
                        let l = &program.loops[i as usize];
                        // The operation behind the body, which may be one before what follows or, lazily, two.
                        pc = l.next - 1;
                        if let Op::LazyMore(_) = program.ops[pc as usize] {
                            pc -= 1;
                        }
                    }
                    Op::Until(i) => {
                        let l = &program.loops[i as usize];
                        let Register { count, last } = self.scratch.registers[i as usize];
                        let count = count.wrapping_add(1);
                        if count < l.min {
                            self.set_register(i, Register { count, last })?;
                            pc = l.body;
                        } else if more(l, count) && at != last && admitted(&l.body_filter, text, at) {
                            if admitted(&l.next_filter, text, at) {
                                self.push(Kind::Choice, l.next, at, 0)?;
                            }
                            self.set_register(i, Register { count, last: at })?;
                            pc = l.body;
                        } else {
                            pc = l.next;
                        }
                    }
                    Op::LazyUntil(i) => {
                        let l = &program.loops[i as usize];
                        let Register { count, last } = self.scratch.registers[i as usize];
                        let count = count.wrapping_add(1);
                        if count < l.min {
                            self.set_register(i, Register { count, last })?;
                            pc = l.body;
                        } else if admitted(&l.next_filter, text, at) {
                            self.push(Kind::Choice, pc + 1, at, 0)?;
                            pc = l.next;
                        } else {
                            pc += 1;
                        }
                    }
                    Op::LazyMore(i) => {
                        let l = &program.loops[i as usize];
                        let Register { count, last } = self.scratch.registers[i as usize];
                        let count = count.wrapping_add(1);
                        if !more(l, count) || at == last {
                            break 'failed;
                        }
                        self.set_register(i, Register { count, last: at })?;
                        pc = l.body;
                    }
                    Op::FirmEnter(i) => {
                        self.set_register(i, Register { count: 0, last: NONE })?;
                        pc += 1;
                    }
                    Op::FirmNext(i) => {
                        let l = &program.loops[i as usize];
                        let Register { count, last } = self.scratch.registers[i as usize];
                        if count >= l.min {
                            if !more(l, count) || at == last {
                                pc = l.next;
                                continue 'next;
                            }
                            self.set_register(i, Register { count, last: at })?;
                        }
                        self.raise_barrier(pc, at)?;
                        pc = l.body;
                    }
                    Op::FirmEnd(i) => {
                        self.commit();
                        let Register { count, last } = self.scratch.registers[i as usize];
                        self.set_register(i, Register { count: count + 1, last })?;
                        pc = program.loops[i as usize].body - 1;
                    }
                    Op::Ahead { back, .. } => {
                        let Some(from) = at.checked_sub(back as usize) else { break 'failed };
                        self.raise_barrier(pc, at)?;
                        at = from;
                        pc += 1;
                    }
                    Op::AheadEnd => {
                        at = self.commit();
                        pc += 1;
                    }
                    Op::NotAhead { back, end } => match at.checked_sub(back as usize) {
                        Some(from) => {
                            self.raise_barrier(pc, at)?;
                            at = from;
                            pc += 1;
                        }
                        None => pc = end + 1,
                    },
                    Op::NotAheadEnd => {
                        self.abandon();
                        break 'failed;
                    }
                    Op::Atomic => {
                        self.raise_barrier(pc, at)?;
                        pc += 1;
                    }
                    Op::AtomicEnd { .. } => {
                        self.commit();
                        pc += 1;
                    }
                    Op::Group(group, fold) => {
                        let Some(wanted) = self.group(group) else { break 'failed };
                        let Some(part) = text.get(at..at + wanted.len()) else { break 'failed };
                        let same = if fold == Fold::None {
                            part == wanted
                        } else {
                            part.iter().zip(wanted).all(|(a, b)| fold.apply(a.code()) == fold.apply(b.code()))
                        };
                        if !same {
                            break 'failed;
                        }
                        at += wanted.len();
                        pc += 1;
                    }
                    Op::IfGroup { group, no } => pc = if self.group(group).is_some() { pc + 1 } else { no },
                    Op::Success => {
                        if (self.full && at != text.len()) || at == self.not_empty_at {
                            break 'failed;
                        }
                        return Ok(Some(at));
                    }
                    Op::Fail => break 'failed,
                }
                continue 'next;
            }
            match self.back()? {
                Step::Go(to, position) => (pc, at) = (to, position),
                Step::Over => return Ok(None),
            }
        }
    }
    fn raise_barrier(&mut self, pc: u32, at: usize) -> Result<()> {
        let before = std::mem::replace(&mut self.barrier, self.scratch.stack.len());
        self.push(Kind::Barrier, pc, at, before)
    }
}

/// Whether a loop may have another round after `count`.
#[inline(always)]
fn more(l: &Loop, count: usize) -> bool {
    count < l.max || l.max == MANY
}

#[inline(always)]
fn admitted<T: Unit>(filter: &Option<Box<Filter>>, text: &[T], at: usize) -> bool {
    filter.as_ref().is_none_or(|f| f.admits_at(text, at))
}
