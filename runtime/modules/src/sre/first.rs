//! What a match that goes on at some operation can begin with.
//!
//! All operations that take a character are looked for which can be reached without taking one. Assertions are passed as if they
//! held, so a filter admits too much rather than too little; where nothing at all may be taken there is none.
//!
//! A choice within an atomic group is made by what follows in the group alone: what is behind its end must not be looked at.

use super::program::{One, Op, Place, Program};
use super::set::Wide;
use taipan_text::Unit;

pub struct Filter {
    pub latin1: [bool; 256],
    pub wide: bool,
    /// All bytes that it admits, if there are at most three.
    few: [u8; 3],
    count: u8,
}

impl Filter {
    #[inline(always)]
    pub fn admits<T: Unit>(&self, u: T) -> bool {
        let c = u.code();
        if T::MAX < 256 || c < 256 { self.latin1[c as u8 as usize] } else { self.wide }
    }
    #[inline(always)]
    pub fn admits_at<T: Unit>(&self, text: &[T], at: usize) -> bool {
        text.get(at).is_some_and(|&u| self.admits(u))
    }
    /// The one character that it admits.
    pub fn only(&self) -> Option<u8> {
        (self.count == 1 && !self.wide).then_some(self.few[0])
    }
    /// The first position with an admitted character.
    pub fn find<T: Unit>(&self, text: &[T]) -> Option<usize> {
        if let Some(bytes) = T::as_bytes(text) {
            let [a, b, c] = self.few;
            return match self.count {
                0 => None,
                1 => memchr::memchr(a, bytes),
                2 => memchr::memchr2(a, b, bytes),
                3 => memchr::memchr3(a, b, c, bytes),
                _ => bytes.iter().position(|&b| self.latin1[b as usize]),
            };
        }
        text.iter().position(|&u| self.admits(u))
    }
    fn seal(mut self) -> Filter {
        let mut count = 0;
        for c in (0..=255).filter(|&c| self.latin1[c as usize]) {
            if let Some(slot) = self.few.get_mut(count) {
                *slot = c;
            }
            count += 1;
        }
        self.count = count.min(4) as u8;
        self
    }
}

struct Search<'a> {
    program: &'a Program,
    /// Where it began.
    from: u32,
    filter: Filter,
    seen: Vec<u32>,
    todo: Vec<u32>,
    /// Operations that may still be looked at, so that preparing takes time in proportion to the pattern.
    left: &'a mut usize,
}

impl Search<'_> {
    fn one(&mut self, one: One) -> Option<()> {
        let filter = &mut self.filter;
        match one {
            One::Is(c) => match u8::try_from(c) {
                Ok(c) => filter.latin1[c as usize] = true,
                Err(_) => filter.wide = true,
            },
            One::Not(c) => {
                filter.wide = true;
                for (i, admitted) in filter.latin1.iter_mut().enumerate() {
                    *admitted |= i as u32 != c;
                }
            }
            One::Dot => return self.one(One::Not('\n' as u32)),
            One::In(i) => {
                let set = &self.program.sets[i as usize];
                filter.wide |= set.wide != Wide::None;
                for (admitted, &has) in filter.latin1.iter_mut().zip(&set.latin1) {
                    *admitted |= has;
                }
            }
            // All and anything: not worth asking.
            One::All | One::Local(_) => return None,
        }
        Some(())
    }
    /// `None` when a match may take nothing or anything.
    fn run(mut self) -> Option<Filter> {
        let program = self.program;
        self.todo.push(self.from);
        while let Some(pc) = self.todo.pop() {
            if self.seen.contains(&pc) {
                continue;
            }
            self.seen.push(pc);
            *self.left = self.left.checked_sub(1)?;
            match program.ops[pc as usize] {
                Op::One(one) => self.one(one)?,
                Op::Text { from, .. } => self.one(One::Is(program.texts[from as usize]))?,
                Op::At(_) | Op::Mark(_) | Op::Atomic => self.todo.push(pc + 1),
                Op::Jump(to) => self.todo.push(to),
                Op::Split(i) => self.todo.extend(program.splits[i as usize].ways),
                Op::Branch(i) => self.todo.extend(&program.branches[i as usize].ways),
                Op::Repeat(i) | Op::LazyRepeat(i) | Op::FirmRepeat(i) => {
                    let repeat = &program.repeats[i as usize];
                    if repeat.max > 0 {
                        self.one(repeat.one)?;
                    }
                    if repeat.min == 0 {
                        self.todo.push(pc + 1);
                    }
                }
                Op::Enter(i) | Op::Until(i) | Op::LazyUntil(i) | Op::LazyMore(i) | Op::FirmNext(i) => {
                    let l = &program.loops[i as usize];
                    self.todo.extend([l.body, l.next]);
                }
                Op::FirmEnter(_) => self.todo.push(pc + 1),
                Op::AtomicEnd { begin } if self.from <= begin => self.todo.push(pc + 1),
                Op::FirmEnd(i) if self.from < program.loops[i as usize].body => self.todo.push(program.loops[i as usize].body - 1),
                Op::Ahead { end, .. } | Op::NotAhead { end, .. } => self.todo.push(end + 1),
                Op::IfGroup { no, .. } => self.todo.extend([pc + 1, no]),
                Op::Fail => {}
                Op::AtomicEnd { .. } | Op::FirmEnd(_) | Op::Group(..) | Op::Success | Op::AheadEnd | Op::NotAheadEnd => {
                    return None;
                }
            }
        }
        Some(self.filter.seal())
    }
}

/// What a match can begin with at `pc`.
pub fn filter(program: &Program, pc: u32, left: &mut usize) -> Option<Box<Filter>> {
    let filter = Filter { latin1: [false; 256], wide: false, few: [0; 3], count: 0 };
    Search { program, from: pc, filter, seen: Vec::new(), todo: Vec::new(), left }.run().map(Box::new)
}

/// Makes the filters of all choices.
pub fn fill(program: &mut Program) {
    let mut left = 64 + 16 * program.ops.len();
    for pc in 0..program.ops.len() {
        let next = pc as u32 + 1;
        match program.ops[pc] {
            Op::Split(i) => {
                let filters = program.splits[i as usize].ways.map(|way| filter(program, way, &mut left));
                program.splits[i as usize].filters = filters;
            }
            Op::Repeat(i) | Op::LazyRepeat(i) => {
                let found = filter(program, next, &mut left);
                let repeat = &mut program.repeats[i as usize];
                repeat.firm = match (&found, repeat.one) {
                    (Some(f), One::Is(c)) => u8::try_from(c).map_or(!f.wide, |c| !f.latin1[c as usize]),
                    (Some(f), One::In(i)) => {
                        let set = &program.sets[i as usize];
                        !(f.wide && set.wide != Wide::None) && !set.latin1.iter().zip(&f.latin1).any(|(&a, &b)| a && b)
                    }
                    (Some(f), One::Not(c)) => f.only().is_some_and(|only| only as u32 == c),
                    (Some(f), One::Dot) => f.only() == Some(b'\n'),
                    _ => false,
                };
                repeat.next = found;
            }
            Op::Until(i) | Op::LazyUntil(i) => {
                let l = &program.loops[i as usize];
                let (body, next) = (l.body, l.next);
                let filters = [body, next].map(|way| filter(program, way, &mut left));
                let l = &mut program.loops[i as usize];
                [l.body_filter, l.next_filter] = filters;
            }
            Op::Branch(i) => fill_branch(program, i as usize, &mut left),
            _ => {}
        }
    }
}

fn fill_branch(program: &mut Program, number: usize, left: &mut usize) {
    let ways = std::mem::take(&mut program.branches[number].ways);
    // Many alternatives with a list for each character would be much work, and little of it is ever used.
    let filters: Vec<_> = if ways.len() > 256 {
        ways.iter().map(|_| None).collect()
    } else {
        program.branches[number].ways = ways.clone();
        ways.iter().map(|&way| filter(program, way, left)).collect()
    };
    let mut lists: Vec<Box<[u32]>> = Vec::new();
    let mut list = |admits: &dyn Fn(&Filter) -> bool| {
        let ways: Box<[u32]> =
            ways.iter().zip(&filters).filter(|(_, f)| f.as_ref().is_none_or(|f| admits(f))).map(|(&w, _)| w).collect();
        let at = lists.iter().position(|l| *l == ways).unwrap_or_else(|| {
            lists.push(ways);
            lists.len() - 1
        });
        at as u16
    };
    let (wide, end) = (list(&|f| f.wide), list(&|_| false));
    let mut latin1 = Box::new([end; 256]);
    if filters.iter().any(Option::is_some) {
        for c in 0..256 {
            if filters.iter().flatten().any(|f| f.latin1[c]) {
                latin1[c] = list(&|f| f.latin1[c]);
            }
        }
    }
    let branch = &mut program.branches[number];
    (branch.ways, branch.latin1, branch.wide, branch.end, branch.lists) = (ways, latin1, wide, end, lists);
}

/// Literals, one of which stands at the beginning of every match over bytes; as far as they are few, and two bytes or longer.
pub fn literals(program: &Program) -> Option<Vec<Vec<u8>>> {
    let mut found = Vec::new();
    expand(program, 0, &mut Vec::new(), &mut found, 64)?;
    found.sort_unstable();
    found.dedup();
    (!found.is_empty() && found.iter().all(|l| l.len() >= 2)).then_some(found)
}

const LONGEST: usize = 8;
const MOST: usize = 48;

/// Adds the literals at `pc` behind `so_far` to `found`; `None` when they are too many.
fn expand(program: &Program, mut pc: u32, so_far: &mut Vec<u8>, found: &mut Vec<Vec<u8>>, depth: usize) -> Option<()> {
    let before = so_far.len();
    let depth = depth.checked_sub(1)?;
    loop {
        if so_far.len() >= LONGEST {
            break;
        }
        match program.ops[pc as usize] {
            Op::One(One::Is(c)) => match u8::try_from(c) {
                Ok(c) => so_far.push(c),
                // No match over bytes goes on here.
                Err(_) => {
                    so_far.truncate(before);
                    return Some(());
                }
            },
            Op::Text { from, len } => {
                let Ok(text) =
                    program.texts[from as usize..][..len as usize].iter().map(|&c| u8::try_from(c)).collect::<Result<Vec<_>, _>>()
                else {
                    so_far.truncate(before);
                    return Some(());
                };
                so_far.extend(text.iter().take(LONGEST - so_far.len()));
            }
            Op::One(One::In(i)) => {
                let members: Vec<u8> = (0..=255).filter(|&c| program.sets[i as usize].latin1[c as usize]).collect();
                if members.len() > 4 {
                    break;
                }
                for c in members {
                    so_far.push(c);
                    expand(program, pc + 1, so_far, found, depth)?;
                    so_far.pop();
                }
                so_far.truncate(before);
                return Some(());
            }
            Op::Mark(_) | Op::Atomic | Op::AtomicEnd { .. } => {}
            Op::At(Place::Boundary(_) | Place::NoBoundary(_)) => {}
            Op::Jump(to) => {
                pc = to;
                continue;
            }
            Op::Branch(i) => {
                for &way in &program.branches[i as usize].ways {
                    expand(program, way, so_far, found, depth)?;
                }
                so_far.truncate(before);
                return Some(());
            }
            Op::Fail => {
                so_far.truncate(before);
                return Some(());
            }
            _ => break,
        }
        pc += 1;
    }
    found.push(so_far.clone());
    so_far.truncate(before);
    (found.len() <= MOST).then_some(())
}
