//! Patterns as the matcher runs them, made of the words of `re._compiler`.
//!
//! Both are lists of operations with jumps. Here repeated groups are taken apart further: one whose count need not be known, since
//! its body always takes a character, is a `Split` at each of its ends, as an optional one is. What a match can begin with was
//! found out for each place with a choice (`first`), so that most choices are made by a look at the next character.

use super::first::{self, Filter};
use super::set::word::*;
use super::set::{self, Fold, Local, Set, Words};

/// One character.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum One {
    Is(u32),
    Not(u32),
    /// All but the end of a line.
    Dot,
    All,
    /// The number of a set.
    In(u32),
    /// The number of a `Local`.
    Local(u32),
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Place {
    Beginning,
    LineBeginning,
    End,
    LineEnd,
    TextEnd,
    Boundary(Words),
    NoBoundary(Words),
}

/// Numbers are those of operations (`u32` of `Jump`, `end`s …), or of the program's lists.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Op {
    One(One),
    /// Literal characters: a part of `texts`.
    Text {
        from: u32,
        len: u32,
    },
    At(Place),
    Mark(u32),
    Jump(u32),
    Split(u32),
    Branch(u32),
    /// Repeats of one character: as many as possible, as few as possible, as many as possible without going back.
    Repeat(u32),
    LazyRepeat(u32),
    FirmRepeat(u32),
    /// Repeats of a group: at the beginning, and behind each round.
    Enter(u32),
    Until(u32),
    LazyUntil(u32),
    /// Behind `LazyUntil` when what follows did not match.
    LazyMore(u32),
    /// The same without going back.
    FirmEnter(u32),
    FirmNext(u32),
    FirmEnd(u32),
    /// What lies up to the operation `end` matches here, or `back` characters before.
    Ahead {
        back: u32,
        end: u32,
    },
    AheadEnd,
    NotAhead {
        back: u32,
        end: u32,
    },
    NotAheadEnd,
    Atomic,
    AtomicEnd {
        begin: u32,
    },
    /// What a group matched, once more.
    Group(u32, Fold),
    /// Goes on when the group matched, else at `no`.
    IfGroup {
        group: u32,
        no: u32,
    },
    Success,
    Fail,
}

/// Two ways on, the first of which is tried first.
pub struct Split {
    pub ways: [u32; 2],
    pub filters: [Option<Box<Filter>>; 2],
}

/// Alternatives, tried in the order of a list; which list follows from the next character.
pub struct Branch {
    pub ways: Box<[u32]>,
    /// The number of the list for each character of Latin-1; for others, and at the end.
    pub latin1: Box<[u16; 256]>,
    pub wide: u16,
    pub end: u16,
    /// Ways in order.
    pub lists: Vec<Box<[u32]>>,
}

pub struct Repeat {
    pub one: One,
    pub min: usize,
    pub max: usize,
    /// What follows begins with one of these, if that is known.
    pub next: Option<Box<Filter>>,
    /// Nothing that is repeated can begin what follows: only the longest run will do.
    pub firm: bool,
}

pub struct Loop {
    pub min: usize,
    pub max: usize,
    pub body: u32,
    pub next: u32,
    pub body_filter: Option<Box<Filter>>,
    pub next_filter: Option<Box<Filter>>,
}

#[derive(Default)]
pub struct Program {
    pub ops: Vec<Op>,
    pub texts: Vec<u32>,
    pub sets: Vec<Set>,
    pub locals: Vec<Local>,
    pub splits: Vec<Split>,
    pub branches: Vec<Branch>,
    pub repeats: Vec<Repeat>,
    pub loops: Vec<Loop>,
    pub groups: usize,
    /// The fewest characters that match.
    pub min: usize,
    /// Sets are left out.
    only_check: bool,
}

/// "Without limit".
pub const MANY: usize = usize::MAX;
const MAXREPEAT: u32 = u32::MAX;

fn limit(word: u32) -> usize {
    if word == MAXREPEAT { MANY } else { word as usize }
}

impl Program {
    /// `None` when the words make no sense.
    pub fn new(code: &[u32], groups: usize) -> Option<Program> {
        let mut program = Program::decode(code, groups, false)?;
        first::fill(&mut program);
        Some(program)
    }
    /// Matches nothing.
    pub fn failing() -> Program {
        Program { ops: vec![Op::Fail], ..Program::default() }
    }
    /// Whether the words make sense.
    pub fn check(code: &[u32], groups: usize) -> bool {
        Program::decode(code, groups, true).is_some()
    }
    fn decode(code: &[u32], groups: usize, only_check: bool) -> Option<Program> {
        let mut program = Program { groups, only_check, ..Program::default() };
        let start = if code.first() == Some(&INFO) { 1 + *code.get(1)? as usize } else { 0 };
        let end = code.len().checked_sub(1).filter(|&e| e >= start && code[e] == SUCCESS)?;
        program.min = Decoder { program: &mut program, code }.block(start, end)?.min;
        program.op(Op::Success);
        if start >= 4 {
            program.min = program.min.max(code[3] as usize);
        }
        Some(program)
    }
    fn at(&self) -> u32 {
        self.ops.len() as u32
    }
    fn op(&mut self, op: Op) -> usize {
        self.ops.push(op);
        self.ops.len() - 1
    }
    fn set(&mut self, words: &[u32], fold: Fold) -> One {
        if self.only_check {
            return One::All;
        }
        let set = Set::new(words, fold);
        let at = self.sets.iter().position(|s| *s == set).unwrap_or_else(|| {
            self.sets.push(set);
            self.sets.len() - 1
        });
        One::In(at as u32)
    }
    fn local(&mut self, local: Local) -> One {
        self.locals.push(local);
        One::Local(self.locals.len() as u32 - 1)
    }
    fn split(&mut self, first: u32, second: u32) -> usize {
        self.splits.push(Split { ways: [first, second], filters: [None, None] });
        self.op(Op::Split(self.splits.len() as u32 - 1))
    }
}

struct Decoder<'a> {
    program: &'a mut Program,
    code: &'a [u32],
}

/// What a run of words came to.
struct Block {
    min: usize,
    /// The target of the jump that it ended in.
    jump: Option<usize>,
}

impl Decoder<'_> {
    fn word(&self, at: usize) -> Option<u32> {
        self.code.get(at).copied()
    }
    /// Where a skip at `at` leads; not behind `end`.
    fn target(&self, at: usize, end: usize) -> Option<usize> {
        at.checked_add(self.word(at)? as usize).filter(|&to| to > at && to <= end)
    }
    /// A single character at `at`, and how many words it has.
    fn one(&mut self, at: usize) -> Option<(One, usize)> {
        let op = self.word(at)?;
        let p = &mut *self.program;
        let c = self.code.get(at + 1).copied();
        let (literal, negated) = ([LITERAL, c.unwrap_or(0), FAILURE], [NEGATE, LITERAL, c.unwrap_or(0), FAILURE]);
        Some(match op {
            ANY => (One::Dot, 1),
            ANY_ALL => (One::All, 1),
            LITERAL => (One::Is(c?), 2),
            NOT_LITERAL => (One::Not(c?), 2),
            LITERAL_IGNORE => c.map(|_| (p.set(&literal, Fold::Ascii), 2))?,
            LITERAL_UNI_IGNORE => c.map(|_| (p.set(&literal, Fold::Unicode), 2))?,
            NOT_LITERAL_IGNORE => c.map(|_| (p.set(&negated, Fold::Ascii), 2))?,
            NOT_LITERAL_UNI_IGNORE => c.map(|_| (p.set(&negated, Fold::Unicode), 2))?,
            LITERAL_LOC_IGNORE => (p.local(Local::Character { c: c?, negated: false }), 2),
            NOT_LITERAL_LOC_IGNORE => (p.local(Local::Character { c: c?, negated: true }), 2),
            CATEGORY => {
                let words = [CATEGORY, c?, FAILURE];
                set::length(&words)?;
                let one = if set::is_local(&words) {
                    p.local(Local::Set { words: words.into(), both_cases: false })
                } else {
                    p.set(&words, Fold::None)
                };
                (one, 2)
            }
            IN | IN_IGNORE | IN_UNI_IGNORE | IN_LOC_IGNORE => {
                let skip = c? as usize;
                let words = self.code.get(at + 2..(at + 1).checked_add(skip)?)?;
                if set::length(words)? != words.len() {
                    return None;
                }
                let one = if op == IN_LOC_IGNORE || set::is_local(words) {
                    p.local(Local::Set { words: words.into(), both_cases: op == IN_LOC_IGNORE })
                } else {
                    let fold = match op {
                        IN => Fold::None,
                        IN_IGNORE => Fold::Ascii,
                        _ => Fold::Unicode,
                    };
                    p.set(words, fold)
                };
                (one, 1 + skip)
            }
            _ => return None,
        })
    }
    /// The words from `at` to `end`.
    fn block(&mut self, mut at: usize, end: usize) -> Option<Block> {
        let mut min = 0usize;
        // Where the run of literals before `at` begins in the operations.
        let mut literals = self.program.ops.len();
        while at < end {
            if let Some((one, words)) = self.one(at) {
                if !matches!(one, One::Is(_)) {
                    self.gather(literals);
                }
                self.program.op(Op::One(one));
                if !matches!(one, One::Is(_)) {
                    literals = self.program.ops.len();
                }
                min = min.saturating_add(1);
                at += words;
                if at > end {
                    return None;
                }
                continue;
            }
            self.gather(literals);
            let op = self.word(at)?;
            match op {
                JUMP => {
                    let to = at + 1 + self.word(at + 1)? as usize;
                    return (at + 2 == end).then_some(Block { min, jump: Some(to) });
                }
                FAILURE => {
                    self.program.op(Op::Fail);
                    at += 1;
                }
                MARK => {
                    let mark = self.word(at + 1).filter(|&m| (m as usize) < 2 * self.program.groups)?;
                    self.program.op(Op::Mark(mark));
                    at += 2;
                }
                AT => {
                    self.program.op(Op::At(place(self.word(at + 1)?)?));
                    at += 2;
                }
                GROUPREF | GROUPREF_IGNORE | GROUPREF_UNI_IGNORE | GROUPREF_LOC_IGNORE => {
                    let fold = match op {
                        GROUPREF => Fold::None,
                        GROUPREF_IGNORE => Fold::Ascii,
                        GROUPREF_UNI_IGNORE => Fold::Unicode,
                        _ => Fold::Locale,
                    };
                    let group = self.group(at + 1)?;
                    self.program.op(Op::Group(group, fold));
                    at += 2;
                }
                BRANCH => {
                    let (least, behind) = self.branch(at + 1, end)?;
                    min = min.saturating_add(least);
                    at = behind;
                }
                REPEAT_ONE | MIN_REPEAT_ONE | POSSESSIVE_REPEAT_ONE => {
                    let behind = self.target(at + 1, end)?;
                    let (least, most) = self.bounds(at + 2)?;
                    let (one, words) = self.one(at + 4)?;
                    if self.word(at + 4 + words)? != SUCCESS || at + 5 + words != behind {
                        return None;
                    }
                    let p = &mut *self.program;
                    p.repeats.push(Repeat { one, min: least, max: most, next: None, firm: false });
                    let number = p.repeats.len() as u32 - 1;
                    p.op(match op {
                        REPEAT_ONE => Op::Repeat(number),
                        MIN_REPEAT_ONE => Op::LazyRepeat(number),
                        _ => Op::FirmRepeat(number),
                    });
                    min = min.saturating_add(least);
                    at = behind;
                }
                REPEAT => {
                    let until = self.target(at + 1, end)?;
                    let lazy = match self.word(until)? {
                        MAX_UNTIL => false,
                        MIN_UNTIL => true,
                        _ => return None,
                    };
                    let (least, most) = self.bounds(at + 2)?;
                    let width = self.repeat(at + 4, until, least, most, lazy)?;
                    min = min.saturating_add(width.saturating_mul(least));
                    at = until + 1;
                }
                POSSESSIVE_REPEAT => {
                    let until = self.target(at + 1, end)?;
                    let (least, most) = self.bounds(at + 2)?;
                    let width = self.firm_repeat(at + 4, until, least, most)?;
                    min = min.saturating_add(width.saturating_mul(least));
                    at = until + 1;
                }
                ATOMIC_GROUP => {
                    let behind = self.target(at + 1, end)?;
                    let begin = self.program.op(Op::Atomic) as u32;
                    min = min.saturating_add(self.closed(at + 2, behind)?);
                    self.program.op(Op::AtomicEnd { begin });
                    at = behind;
                }
                ASSERT | ASSERT_NOT => {
                    let behind = self.target(at + 1, end)?;
                    let back = self.word(at + 2)?;
                    let begin = self.program.op(Op::Fail);
                    self.closed(at + 3, behind)?;
                    let p = &mut *self.program;
                    let end = p.op(if op == ASSERT { Op::AheadEnd } else { Op::NotAheadEnd }) as u32;
                    p.ops[begin] = if op == ASSERT { Op::Ahead { back, end } } else { Op::NotAhead { back, end } };
                    at = behind;
                }
                GROUPREF_EXISTS => {
                    let (least, behind) = self.conditional(at, end)?;
                    min = min.saturating_add(least);
                    at = behind;
                }
                _ => return None,
            }
            literals = self.program.ops.len();
        }
        self.gather(literals);
        (at == end).then_some(Block { min, jump: None })
    }
    /// A block behind which SUCCESS stands, just before `behind`; its least width.
    fn closed(&mut self, at: usize, behind: usize) -> Option<usize> {
        let end = behind - 1;
        if self.word(end)? != SUCCESS || end < at {
            return None;
        }
        self.plain(at, end)
    }
    /// A block that ends in no jump; its least width.
    fn plain(&mut self, at: usize, end: usize) -> Option<usize> {
        self.block(at, end).filter(|b| b.jump.is_none()).map(|b| b.min)
    }
    /// Makes one operation of two and more literals at the end.
    fn gather(&mut self, from: usize) {
        let p = &mut *self.program;
        let len = p.ops.len() - from;
        if len < 2 {
            return;
        }
        let start = p.texts.len() as u32;
        p.texts.extend(p.ops.drain(from..).filter_map(|op| match op {
            Op::One(One::Is(c)) => Some(c),
            _ => None,
        }));
        p.op(Op::Text { from: start, len: len as u32 });
    }
    fn group(&self, at: usize) -> Option<u32> {
        self.word(at).filter(|&g| (g as usize) < self.program.groups)
    }
    fn bounds(&self, at: usize) -> Option<(usize, usize)> {
        let (min, max) = (self.word(at)? as usize, limit(self.word(at + 1)?));
        (min <= max).then_some((min, max))
    }
    /// Alternatives, each a skip, the words and a jump behind all; a zero ends them. Least width and what is behind.
    fn branch(&mut self, mut at: usize, end: usize) -> Option<(usize, usize)> {
        let number = self.program.branches.len();
        self.program.branches.push(Branch { ways: Box::default(), latin1: Box::new([0; 256]), wide: 0, end: 0, lists: Vec::new() });
        self.program.op(Op::Branch(number as u32));
        let (mut ways, mut jumps, mut min, mut behind) = (Vec::new(), Vec::new(), usize::MAX, None);
        while self.word(at)? != 0 {
            let next = self.target(at, end)?;
            ways.push(self.program.at());
            let block = self.block(at + 1, next)?;
            if behind.replace(block.jump?).is_some_and(|b| Some(b) != behind) {
                return None;
            }
            min = min.min(block.min);
            jumps.push(self.program.op(Op::Fail));
            at = next;
        }
        let here = self.program.at();
        for jump in jumps {
            self.program.ops[jump] = Op::Jump(here);
        }
        self.program.branches[number].ways = ways.into();
        (behind.unwrap_or(at + 1) == at + 1).then_some((if min == usize::MAX { 0 } else { min }, at + 1))
    }
    fn conditional(&mut self, at: usize, end: usize) -> Option<(usize, usize)> {
        let group = self.group(at + 1)?;
        let no = self.target(at + 2, end + 1).map(|to| to - 1)?;
        let begin = self.program.op(Op::Fail);
        let yes = self.block(at + 3, no)?;
        let Some(behind) = yes.jump else {
            self.program.ops[begin] = Op::IfGroup { group, no: self.program.at() };
            return Some((0, no));
        };
        if behind < no || behind > end {
            return None;
        }
        let jump = self.program.op(Op::Fail);
        self.program.ops[begin] = Op::IfGroup { group, no: self.program.at() };
        let other = self.plain(no, behind)?;
        self.program.ops[jump] = Op::Jump(self.program.at());
        Some((yes.min.min(other), behind))
    }
    /// A repeated group; the least width of its body.
    fn repeat(&mut self, at: usize, until: usize, min: usize, max: usize, lazy: bool) -> Option<usize> {
        let begin = self.program.ops.len();
        // Room for what the loop begins with.
        self.program.op(Op::Fail);
        let body = self.program.at();
        let width = self.plain(at, until)?;
        let next_is = |first: u32, second: u32| if lazy { (second, first) } else { (first, second) };
        let p = &mut *self.program;
        if (min, max) == (0, 1) {
            let (a, b) = next_is(body, p.at());
            p.splits.push(Split { ways: [a, b], filters: [None, None] });
            p.ops[begin] = Op::Split(p.splits.len() as u32 - 1);
        } else if min <= 1 && max == MANY && width > 0 {
            p.ops[begin] = Op::Jump(if min == 0 { p.at() } else { body });
            let (a, b) = next_is(body, p.at() + 1);
            p.split(a, b);
        } else {
            let number = p.loops.len() as u32;
            let next = p.at() + if lazy { 2 } else { 1 };
            p.loops.push(Loop { min, max, body, next, body_filter: None, next_filter: None });
            // The loop's own number was not known while its body was decoded; those inside have smaller ones.
            p.ops[begin] = Op::Enter(number);
            if lazy {
                p.op(Op::LazyUntil(number));
                p.op(Op::LazyMore(number));
            } else {
                p.op(Op::Until(number));
            }
        }
        Some(width)
    }
    fn firm_repeat(&mut self, at: usize, until: usize, min: usize, max: usize) -> Option<usize> {
        if self.word(until)? != SUCCESS {
            return None;
        }
        let begin = self.program.op(Op::Fail);
        let check = self.program.op(Op::Fail);
        let body = self.program.at();
        let width = self.plain(at, until)?;
        let p = &mut *self.program;
        let number = p.loops.len() as u32;
        p.loops.push(Loop { min, max, body, next: p.at() + 1, body_filter: None, next_filter: None });
        p.ops[begin] = Op::FirmEnter(number);
        p.ops[check] = Op::FirmNext(number);
        p.op(Op::FirmEnd(number));
        Some(width)
    }
}

fn place(word: u32) -> Option<Place> {
    Some(match word {
        0 | 2 => Place::Beginning,
        1 => Place::LineBeginning,
        3 => Place::Boundary(Words::Ascii),
        4 => Place::NoBoundary(Words::Ascii),
        5 => Place::End,
        6 => Place::LineEnd,
        7 => Place::TextEnd,
        8 => Place::Boundary(Words::Locale),
        9 => Place::NoBoundary(Words::Locale),
        10 => Place::Boundary(Words::Unicode),
        11 => Place::NoBoundary(Words::Unicode),
        _ => return None,
    })
}
