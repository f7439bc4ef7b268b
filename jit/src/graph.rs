//! The instructions that a unit covers: those of the function from the loop's head on, and those of the callees that are
//! inlined, as one graph.
//!
//! Registers are numbered from the root frame's first. A callee's window lies in its caller's temporaries, so its registers are
//! the caller's, some words further; arguments are where the callee wants them.

use crate::live::{Bits, live_in};
use crate::plan::State;
use std::collections::HashMap;
use std::rc::Rc;
use taipan_compiler::effects;
use taipan_compiler::flags;
use taipan_compiler::isa::{FRAME_HEADER_WORDS, Instr, Op};
use taipan_vm::interp::INIT;
use taipan_vm::interp::cache::{self, Kind};
use taipan_vm::interp::machine::layout::{self, Expected};
use taipan_vm::interp::machine::{self, MIXED, Site, seen};
use taipan_vm::interp::operators::{self, Operand, Operator, Wanted};
use taipan_vm::interp::resume;
use taipan_vm::native::*;
use taipan_vm::objects::class::Class;
use taipan_vm::objects::code::Code;

/// Words of instructions in a unit, in an inlined callee, and frames within each other.
const MOST_WORDS: usize = 4000;
const MOST_INLINED: usize = 80;
/// Instructions of a unit from which on no further callee is inlined: large ones take long to compile, and call just as well.
const ENOUGH: usize = 80;
const MOST_FRAMES: usize = 4;
/// Words of an innermost loop whose first round is written apart.
const MOST_PEELED: usize = 400;
/// Units given up where nobody had been seen after which that is covered, too, in functions of so many words; and after which
/// nobody who comes from there is made to be like those who were seen.
const OPEN: u32 = 2;
const MOST_OPEN: usize = 2500;
const MIX: u32 = 4;

pub type NodeId = usize;

/// A frame: the root's, or that of an inlined call.
pub struct Frame {
    pub code: Ref<Code>,
    /// Number of its first register.
    pub base: usize,
    /// Frame and word index of the call.
    pub call: Option<(usize, usize)>,
    /// Whether the call is in a first round, see [`Node::first`].
    first: bool,
    /// How many frames are around it here.
    pub depth: usize,
    /// The globals that its code is compiled for, where its cached globals say so.
    pub globals: Option<Value>,
    pub live: Vec<Bits>,
    /// It runs the `__init__` of a new instance.
    pub init: bool,
    /// It runs the method of an operator: what becomes of the result.
    pub operator: Option<Wanted>,
    /// Its first register is never written to.
    pub keeps_first: bool,
    /// What was never seen to run is covered, too.
    pub open: bool,
    /// What comes from there is not made to be like what was seen.
    pub mixed: bool,
    sites: Vec<Site>,
    /// The loops whose first round is written apart: word indexes of their first and last instructions.
    peeled: Vec<(usize, usize)>,
}

impl Frame {
    pub fn instr(&self, at: usize) -> Instr {
        // SAFETY: word indexes come from the code's own control flow.
        Instr(unsafe { *self.code.start.add(at) })
    }
    /// The cache word of the instruction at `at`.
    pub fn cache(&self, at: usize) -> u64 {
        // SAFETY: as above; the word after it is its cache.
        unsafe { (*self.code.start.add(at + 1).cast::<std::sync::atomic::AtomicU64>()).load(std::sync::atomic::Ordering::Acquire) }
    }
    pub fn address(&self, at: usize) -> u64 {
        // SAFETY: as above.
        unsafe { self.code.start.add(at) as u64 }
    }
    /// Kind bits of its CALLER word, as an inlined callee's.
    pub fn kind(&self) -> u64 {
        if self.init || self.special().is_some() { INIT } else { 0 }
    }
    /// Its LOCALS word, if it is an operator's whose result has to be looked at.
    pub fn special(&self) -> Option<u64> {
        let (_, call) = self.call.filter(|_| matches!(self.operator, Some(Wanted::Checked(_) | Wanted::Jump)))?;
        Some(Value::small_int(call as i64).bits())
    }
    /// The registers that a generator suspended at `at` keeps: variables, and what is read later.
    fn kept(&self, at: usize) -> Bits {
        let i = self.instr(at);
        let delegates = i.op() == Op::YIELD_FROM as u16;
        let mut kept = self.live[if delegates { at } else { self.after(at) }].clone();
        if !delegates {
            kept.set(i.a(), false);
        }
        for e in self.code.unit.exceptions.iter().filter(|e| (e.start as usize..e.end as usize).contains(&at)) {
            let mut caught = self.live[e.handler as usize].clone();
            caught.set(e.reg as usize, false);
            kept.join(&caught);
        }
        (i.c()..self.code.nregs as usize).for_each(|r| kept.set(r, false));
        (0..self.code.nvars as usize).for_each(|r| kept.set(r, true));
        kept
    }
    /// Where the instruction after the one at `at` is.
    pub fn after(&self, at: usize) -> usize {
        at + Op::from_u16(self.instr(at).op()).map_or(1, Op::len)
    }
    /// The first word of the window of the call at `at`, and the register of its result. Operators have no window: theirs begins above
    /// all registers, where the result goes, too, if nobody wants it.
    pub fn window(&self, at: usize) -> (usize, usize) {
        let i = self.instr(at);
        let above = self.code.nregs as usize;
        match Op::from_u16(i.op()) {
            Some(Op::CALL | Op::CALL_METHOD | Op::CALL_KW) => (i.b(), i.a()),
            Some(op) if operators::has_value(op) => (above, i.a()),
            _ => (above, above),
        }
    }
}

/// An instruction of a frame.
pub struct Node {
    pub frame: usize,
    pub at: usize,
    pub op: Op,
    pub i: Instr,
    pub site: Site,
    /// It belongs to the first round of an innermost loop. What that makes sure of holds in all other rounds, which are written
    /// once more with that knowledge.
    pub first: bool,
    /// Where it goes on, and where it jumps.
    pub next: Option<NodeId>,
    pub jump: Option<NodeId>,
    /// The frame that a call enters.
    pub enters: Option<usize>,
    /// What a call was seen to call, always the same.
    pub calls: Option<Call>,
}

impl Node {
    /// The instruction that uses the slice which this one makes, if it is the next one and nobody else uses it.
    pub fn slices(&self, frame: &Frame) -> Option<Instr> {
        let user = |i: &Instr| i.op() == Op::GETITEM as u16 || i.op() == Op::SETITEM as u16;
        (self.op == Op::BUILD_SLICE && self.i.c() != 0).then(|| frame.instr(self.at + self.op.len())).filter(user)
    }
    /// The instruction that takes apart the pairs which this one iterates over, if it is the next one and nobody else uses them.
    pub fn unpacks(&self, frame: &Frame) -> Option<Instr> {
        let pairs =
            self.op == Op::FOR_ITER && self.site.failures == 0 && matches!(layout::iterator(self.site.shape), Expected::Pairs);
        let user = |i: &Instr| i.op() == Op::UNPACK_ITEM as u16 && i.c() == 2 && i.a() == self.i.a();
        pairs.then(|| frame.instr(self.at + self.op.len())).filter(user)
    }
}

/// A call of a Python function.
#[derive(Clone, Debug)]
pub struct Call {
    pub code: Ref<Code>,
    /// The instances that the call makes: their class, its version, its `__init__`, which is the function.
    pub makes: Option<(Ref<Class>, u32, Ref<Function>)>,
    pub receiver: Receiver,
    /// The operator whose method it is: there is no window.
    pub operator: Option<Rc<Operator>>,
    /// Where the parameters' values are, unless each is in its parameter's place (but for a new instance).
    pub binding: Option<Rc<[Arg]>>,
}
/// Where the value of a parameter is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Arg {
    /// So many words after the callee's first register.
    Given(usize),
    /// So many from the end of the function's defaults.
    Default(usize),
    /// It is the new instance.
    Instance,
    /// An operand of an operator: a register of its frame, or a constant.
    Register(usize),
    /// Its word.
    Constant(u64),
}
/// What is in the first place for arguments.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Receiver {
    /// An argument.
    Argument,
    /// What a method is called on.
    Object,
    /// Nothing: the arguments begin after it.
    Absent,
}
impl Call {
    /// How many words after the window's first the callee's registers begin.
    pub fn offset(&self) -> usize {
        FRAME_HEADER_WORDS + usize::from(self.receiver == Receiver::Absent && self.makes.is_none())
    }
}

pub struct Graph {
    pub frames: Vec<Frame>,
    pub nodes: Vec<Node>,
    pub entry: NodeId,
    /// Where the root begins and goes on, if it is a generator that is suspended, and resumed, in the unit.
    pub resumes: Vec<Resume>,
    /// The heads of the root's other loops; of a generator's all.
    pub heads: Vec<NodeId>,
    /// Word indexes of the root's backward jumps to them, and to the entry.
    pub back: Vec<usize>,
    /// Registers of all frames.
    pub registers: usize,
}

/// Where a generator goes on that is resumed.
pub struct Resume {
    pub node: NodeId,
    /// Word index of what its `pc` names meanwhile: the YIELD, or the first instruction.
    pub at: usize,
    /// The register that gets what was sent, or what the delegate returned.
    pub sent: Option<usize>,
    /// Its delegate has returned.
    pub delegates: bool,
    /// Registers that it keeps meanwhile.
    pub kept: Bits,
}

impl Resume {
    /// What is to be done there, as the unit is told.
    pub fn what(&self) -> u64 {
        match (self.sent, self.delegates) {
            (None, _) => machine::BEGIN,
            (_, true) => machine::DELEGATE_RETURNED,
            _ => 0,
        }
    }
    /// What is known there, of so many registers.
    pub fn state(&self, registers: usize) -> State {
        let mut state = State::unpushed(registers, true);
        self.sent.into_iter().for_each(|r| state.kept[r] = false);
        state
    }
}

/// Why there is no unit.
#[derive(Debug)]
pub enum Refused {
    TooLarge,
    /// It does nothing but give back to the interpreter, which suspends the frame.
    Suspends,
}

impl Graph {
    pub fn build(t: &Thread, code: Ref<Code>, head: usize) -> std::result::Result<Graph, Refused> {
        let mut g = Graph {
            frames: Vec::new(),
            nodes: Vec::new(),
            entry: 0,
            resumes: Vec::new(),
            heads: Vec::new(),
            back: Vec::new(),
            registers: 0,
        };
        g.add_frame(code, 0, None, false, None);
        let start = if resume::is_resumable(&code) { resume::start_of_generator(&code) } else { None };
        let mut b = Builder { g, known: HashMap::new(), work: Vec::new() };
        let head = if head == 0 { start.unwrap_or(0) } else { head };
        b.g.entry = b.node(0, head, true);
        if let Some(at) = start {
            let node = b.node(0, at, true);
            let mut kept = Bits::new(code.nregs as usize);
            (0..code.nvars as usize).for_each(|r| kept.set(r, true));
            b.g.resumes.push(Resume { node, at, sent: None, delegates: false, kept });
        }
        let mut inlined: HashMap<(usize, usize, bool), usize> = HashMap::new();
        let (mut suspends, mut loops) = (false, false);
        while let Some(id) = b.work.pop() {
            if b.g.nodes.len() > MOST_WORDS {
                return Err(Refused::TooLarge);
            }
            let (frame, at, op, i, site, first) = {
                let n = &b.g.nodes[id];
                (n.frame, n.at, n.op, n.i, n.site, n.first)
            };
            if !b.g.is_covered(&b.g.nodes[id]) {
                continue;
            }
            match op {
                Op::RETURN_GENERATOR => return Err(Refused::Suspends),
                Op::YIELD | Op::YIELD_FROM if start.is_some() => {
                    let node = b.node(frame, at + op.len(), true);
                    let kept = b.g.frames[0].kept(at);
                    b.g.resumes.push(Resume { node, at, sent: Some(i.a()), delegates: op == Op::YIELD_FROM, kept });
                    continue;
                }
                // The interpreter suspends, and comes back at the loop's head.
                Op::YIELD | Op::YIELD_FROM => {
                    suspends = true;
                    continue;
                }
                Op::JUMP_BACK => loops = true,
                Op::RAISE | Op::RERAISE => continue,
                Op::RETURN => {
                    let f = &b.g.frames[frame];
                    if let Some((parent, call)) = f.call {
                        let (first, jumps) = (f.first, f.operator == Some(Wanted::Jump));
                        let [next, jump] = effects::successors(b.g.frames[parent].instr(call), call);
                        let mut to = |to: Option<usize>| {
                            let op = Op::from_u16(b.g.frames[parent].instr(call).op()).unwrap_or(Op::NOP);
                            to.map(|to| {
                                let first = b.g.is_first(parent, (call, first, op), to);
                                b.node(parent, to, first)
                            })
                        };
                        let back = (to(next), if jumps { to(jump) } else { None });
                        (b.g.nodes[id].next, b.g.nodes[id].jump) = back;
                    }
                    continue;
                }
                _ => {
                    let call = match op {
                        Op::CALL | Op::CALL_METHOD | Op::CALL_KW => call(t, op, i, &site),
                        _ => operator(t, &b.g.frames[frame], at, &site),
                    };
                    b.g.nodes[id].calls = call.clone();
                    let peeled = first && b.g.peeled_at(frame, at).is_some();
                    if let Some(call) = call.filter(|c| !peeled && b.g.is_inlinable(frame, c.code, &site)) {
                        let f = &b.g.frames[frame];
                        let base = f.base + f.window(at).0 + call.offset();
                        let inner = match inlined.get(&(frame, at, first)) {
                            Some(&f) => f,
                            None => b.g.add_frame(call.code, base, Some((frame, at)), first, Some(&call)),
                        };
                        inlined.insert((frame, at, first), inner);
                        let start = b.node(inner, 0, true);
                        b.g.nodes[id].enters = Some(inner);
                        b.g.nodes[id].next = Some(start);
                        continue;
                    }
                }
            }
            let [mut next, jump] = effects::successors(i, at);
            // The instruction may do the next one's work, too.
            if b.g.nodes[id].slices(&b.g.frames[frame]).is_some() {
                next = Some(at + op.len() + Op::GETITEM.len());
            } else if b.g.nodes[id].unpacks(&b.g.frames[frame]).is_some() {
                next = Some(at + op.len() + Op::UNPACK_ITEM.len());
            }
            let mut to = |to: Option<usize>| {
                to.map(|to| {
                    let first = b.g.is_first(frame, (at, first, op), to);
                    b.node(frame, to, first)
                })
            };
            let (next, jump) = (to(next), to(jump));
            (b.g.nodes[id].next, b.g.nodes[id].jump) = (next, jump);
        }
        // Where every round ends in a suspension by the interpreter there is nothing to win.
        if suspends && !loops {
            return Err(Refused::Suspends);
        }
        let Builder { mut g, known, .. } = b;
        let back: Vec<NodeId> = (0..g.nodes.len())
            .filter(|&n| g.nodes[n].frame == 0 && g.nodes[n].op == Op::JUMP_BACK && g.nodes[n].jump.is_some())
            .collect();
        for n in back {
            let Some(to) = g.nodes[n].jump.and_then(|to| known.get(&(0, g.nodes[to].at, true)).copied()) else { continue };
            g.back.push(g.nodes[n].at);
            if (start.is_some() || to != g.entry) && !g.heads.contains(&to) {
                g.heads.push(to);
            }
        }
        g.back.sort_unstable();
        g.back.dedup();
        Ok(g)
    }

    /// The loop that an instruction is in whose first round is written apart.
    fn peeled_at(&self, frame: usize, at: usize) -> Option<(usize, usize)> {
        self.frames[frame].peeled.iter().copied().find(|l| (l.0..=l.1).contains(&at))
    }
    /// Whether an instruction belongs to a first round, or to no peeled loop, where one goes on to it from another.
    fn is_first(&self, frame: usize, from: (usize, bool, Op), to: usize) -> bool {
        match self.peeled_at(frame, to) {
            Some(l) if from.2 == Op::JUMP_BACK && to == l.0 => false,
            Some(l) if (l.0..=l.1).contains(&from.0) => from.1,
            _ => true,
        }
    }

    fn add_frame(
        &mut self,
        code: Ref<Code>,
        base: usize,
        call: Option<(usize, usize)>,
        first: bool,
        calls: Option<&Call>,
    ) -> usize {
        let sites = code.machine.get().map_or(Vec::new(), |m| m.sites());
        let keeps_first = keeps_first(&code);
        let unseen = code.machine.get().map_or(0, |m| m.unseen_exits());
        let open = unseen >= OPEN && code.words() <= MOST_OPEN;
        let mixed = unseen >= MIX;
        let depth = call.map_or(0, |(parent, _)| self.frames[parent].depth + 1);
        let mut frame = Frame {
            code,
            base,
            call,
            first,
            depth,
            globals: None,
            live: live_in(&code),
            init: calls.is_some_and(|c| c.makes.is_some()),
            operator: calls.and_then(|c| Some(c.operator.as_ref()?.result)),
            keeps_first,
            open,
            mixed,
            sites,
            peeled: peeled(&code),
        };
        frame.globals = globals_of(&frame);
        self.registers = self.registers.max(base + code.nregs as usize);
        self.frames.push(frame);
        self.frames.len() - 1
    }

    /// Whether the unit does the instruction: what nobody saw is left to the interpreter as long as hardly anyone comes there.
    pub fn is_covered(&self, node: &Node) -> bool {
        node.site.count > 0 || self.frames[node.frame].open
    }

    /// Whether who comes from `from` to `to` makes sure that registers are as they are known there: it comes from where nobody was
    /// seen, and that was enough up to now.
    pub fn adapts(&self, from: NodeId, to: NodeId) -> bool {
        let f = &self.frames[self.nodes[from].frame];
        !f.mixed && self.nodes[from].site.count == 0 && self.nodes[to].site.count > 0
    }

    /// Whether a callee is worth a place here.
    fn is_inlinable(&self, frame: usize, code: Ref<Code>, site: &Site) -> bool {
        let depth = self.chain(frame).count();
        let recursive = self.chain(frame).any(|f| self.frames[f].code == code);
        site.failures < 2
            && self.nodes.iter().filter(|n| !(n.first && self.peeled_at(n.frame, n.at).is_some())).count() < ENOUGH
            && code.words() <= MOST_INLINED
            && depth < MOST_FRAMES
            && !recursive
            && code.machine.get().is_some()
    }

    /// Whether the unit is a generator's: resumes and suspends it, without a frame on the stack where it can.
    pub fn is_generator(&self) -> bool {
        !self.resumes.is_empty()
    }
    /// Where the unit may begin, and what is known there.
    pub fn entries(&self) -> impl Iterator<Item = (NodeId, State)> + '_ {
        let n = self.registers;
        let own = (!self.is_generator()).then(|| (self.entry, State::new(n)));
        let head = move |&node: &NodeId| (node, self.at_head());
        own.into_iter().chain(self.resumes.iter().map(move |r| (r.node, r.state(n)))).chain(self.heads.iter().map(head))
    }
    /// What is known at the head of a loop where the unit begins.
    pub fn at_head(&self) -> State {
        if self.is_generator() { State::unpushed(self.registers, false) } else { State::new(self.registers) }
    }
    /// The frame around `frame`, or itself, that has `depth` frames around it.
    pub fn at_depth(&self, frame: usize, depth: usize) -> usize {
        self.chain(frame).find(|&f| self.frames[f].depth == depth).unwrap_or(frame)
    }
    /// Where the frame's caller goes on, as the header word says it.
    pub fn way_back(&self, frame: usize) -> u64 {
        self.frames[frame].call.map_or(0, |(parent, call)| {
            let p = &self.frames[parent];
            p.address(p.after(call)) << 16 | p.window(call).1 as u64
        })
    }

    /// A frame and those around it, outwards.
    pub fn chain(&self, frame: usize) -> impl Iterator<Item = usize> + '_ {
        std::iter::successors(Some(frame), |&f| self.frames[f].call.map(|(parent, _)| parent))
    }

    /// The registers that hold what may still be asked for when the instruction at `node` begins: what is read later, and
    /// variables, which others may look at.
    pub fn live(&self, node: &Node, mut f: impl FnMut(usize)) {
        let (mut at, mut window): (usize, Option<(usize, usize)>) = (node.at, None);
        for frame in self.chain(node.frame) {
            let fr = &self.frames[frame];
            let nvars = fr.code.nvars as usize;
            for r in 0..fr.code.nregs as usize {
                let live = match window {
                    None => fr.live[at].get(r),
                    // The window is the callee's now; the result is not there yet.
                    Some((base, dest)) => r < base && (fr.live[at].get(r) || fr.live[fr.after(at)].get(r) && r != dest),
                };
                if live || r < nvars {
                    f(fr.base + r);
                }
            }
            if let Some((parent, call)) = fr.call {
                (at, window) = (call, Some(self.frames[parent].window(call)));
            }
        }
    }
}

struct Builder {
    g: Graph,
    /// Nodes by frame, word index, and whether they belong to a first round or to no peeled loop.
    known: HashMap<(usize, usize, bool), NodeId>,
    work: Vec<NodeId>,
}
impl Builder {
    fn node(&mut self, frame: usize, at: usize, first: bool) -> NodeId {
        let (g, work) = (&mut self.g, &mut self.work);
        *self.known.entry((frame, at, first)).or_insert_with(|| {
            let f = &g.frames[frame];
            let i = f.instr(at);
            let op = Op::from_u16(i.op()).unwrap_or(Op::NOP);
            let site = f.sites.get(at).copied().unwrap_or_default();
            g.nodes.push(Node { frame, at, op, i, site, first, next: None, jump: None, enters: None, calls: None });
            work.push(g.nodes.len() - 1);
            g.nodes.len() - 1
        })
    }
}

/// The innermost loops of a code that are small and suspend nothing.
fn peeled(code: &Code) -> Vec<(usize, usize)> {
    let loops = machine::loops_of(code);
    let mut suspensions = Vec::new();
    let mut at = 0;
    while at < code.words() {
        // SAFETY: below the number of words.
        let op = Op::from_u16(Instr(unsafe { *code.start.add(at) }).op()).unwrap_or(Op::NOP);
        if matches!(op, Op::YIELD | Op::YIELD_FROM) {
            suspensions.push(at);
        }
        at += op.len();
    }
    let is_peeled = |l: &(usize, usize)| {
        let inside = |at: usize| (l.0..=l.1).contains(&at);
        l.1 - l.0 <= MOST_PEELED && !loops.iter().any(|o| o != l && inside(o.0)) && !suspensions.iter().any(|&at| inside(at))
    };
    loops.iter().copied().filter(is_peeled).collect()
}

/// What a call was seen to call, if that can be called directly.
fn call(t: &Thread, op: Op, i: Instr, site: &Site) -> Option<Call> {
    if site.callee == 0 || site.callee == u64::from(MIXED) || site.failures > 2 {
        return None;
    }
    let receiver = match (op, site.receiver) {
        (Op::CALL, _) => Receiver::Argument,
        (_, 1) => Receiver::Absent,
        (_, 2) => Receiver::Object,
        _ => return None,
    };
    let callee = Value::from_bits(site.callee);
    let (code, makes) = match callee.downcast::<Class>() {
        Some(class) => {
            let (init, version) = machine::new_by_init(t, class).filter(|_| receiver != Receiver::Object)?;
            (init.code(), Some((class, version, init)))
        }
        None => (callee.downcast::<Code>()?, None),
    };
    let special = flags::GENERATOR | flags::COROUTINE | flags::ASYNC_GENERATOR;
    if code.has(special | flags::VARARGS | flags::VARKEYWORDS) {
        return None;
    }
    let values = i.c() - usize::from(receiver == Receiver::Absent);
    // The words of what is given begin there, counted from the callee's first register.
    let from = usize::from(makes.is_some() && receiver == Receiver::Absent);
    let names = if op == Op::CALL_KW { Some(Value::from_bits(site.names).downcast::<Tuple>()?) } else { None };
    let names = names.as_ref().map_or(&[][..], |names| names.as_slice());
    let args = bind(&code, values, from, makes.is_some(), names)?;
    let in_place = args.iter().enumerate().all(|(p, &a)| a == Arg::Given(p) || a == Arg::Instance);
    Some(Call { code, makes, receiver, operator: None, binding: (!in_place).then(|| args.into()) })
}

/// What an operator on an instance of a Python class, or the access to an attribute of it, was seen to call.
fn operator(t: &Thread, frame: &Frame, at: usize, site: &Site) -> Option<Call> {
    let i = frame.instr(at);
    let op = Op::from_u16(i.op())?;
    let left = op.info().operands.iter().position(|o| matches!(o, taipan_compiler::isa::Operand::Read))?;
    if site.failures > 2 || site.kinds[left] != seen::CELL || !layout::is_of_python_class(site.shape) {
        return None;
    }
    let shape = ShapeId(site.shape);
    let o = match op {
        Op::LOAD_ATTR | Op::STORE_ATTR => operators::accessor(frame.code, i, frame.cache(at), shape)?,
        _ => operators::operator(t, i, shape)?,
    };
    let code = o.function.code();
    let plain = code.argcount as usize == o.args.len() && code.nparams == code.argcount;
    if !plain || code.has(flags::VARARGS | flags::VARKEYWORDS) {
        return None;
    }
    let arg = |a: &Operand| match *a {
        Operand::Register(r) => Arg::Register(r),
        Operand::Constant(v) => Arg::Constant(v.bits()),
    };
    let binding = o.args.iter().map(arg).collect();
    Some(Call { code, makes: None, receiver: Receiver::Argument, operator: Some(o.into()), binding: Some(binding) })
}

/// Where the values of a code's parameters are, if a call gives all that have no default: `values` words from `from` on, the last of
/// them those of the keywords `names`.
fn bind(code: &Code, values: usize, from: usize, makes: bool, names: &[Value]) -> Option<Vec<Arg>> {
    let (own, positional) = (usize::from(makes), values.checked_sub(names.len())?);
    let (argcount, nparams) = (code.argcount as usize, code.nparams as usize);
    if own + positional > argcount {
        return None;
    }
    let mut args: Vec<Option<Arg>> = vec![None; nparams];
    if makes {
        args[0] = Some(Arg::Instance);
    }
    (0..positional).for_each(|k| args[own + k] = Some(Arg::Given(from + k)));
    let parameters = code.varnames.expect();
    for (k, &name) in names.iter().enumerate() {
        // Names in code are interned.
        let p = parameters.as_slice().iter().take(nparams).position(|&p| p == name)?;
        if p < code.unit.posonly_argcount as usize || args[p].is_some() {
            return None;
        }
        args[p] = Some(Arg::Given(from + positional + k));
    }
    let or_default = |(p, a): (usize, Option<Arg>)| a.or((p < argcount).then(|| Arg::Default(argcount - p)));
    args.into_iter().enumerate().map(or_default).collect()
}

/// Whether no instruction writes to the first register.
fn keeps_first(code: &Code) -> bool {
    let mut at = 0;
    while at < code.words() {
        // SAFETY: below the number of words.
        let i = Instr(unsafe { *code.start.add(at) });
        let mut written = false;
        effects::writes(i, |first, n| written |= first == 0 && n > 0);
        if written {
            return false;
        }
        at += Op::from_u16(i.op()).map_or(1, Op::len);
    }
    true
}

/// The globals dict that the cached globals of a frame's code belong to.
fn globals_of(frame: &Frame) -> Option<Value> {
    let mut at = 0;
    while at < frame.code.words() {
        let i = frame.instr(at);
        let op = Op::from_u16(i.op())?;
        if op == Op::LOAD_GLOBAL
            && let Some(e) = cache::entry(frame.cache(at)).filter(|e| e.kind == Kind::Global)
        {
            return Some(e.guard.get());
        }
        at += op.len();
    }
    None
}
