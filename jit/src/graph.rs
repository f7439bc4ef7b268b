//! The instructions that a unit covers: those of the function from the loop's head on, and those of the callees that are
//! inlined, as one graph.
//!
//! Registers are numbered from the root frame's first. A callee's window lies in its caller's temporaries, so its registers are
//! the caller's, some words further; arguments are where the callee wants them.

use crate::live::{Bits, live_in};
use std::collections::HashMap;
use taipan_compiler::effects;
use taipan_compiler::flags;
use taipan_compiler::isa::{FRAME_HEADER_WORDS, Instr, Op};
use taipan_vm::interp::cache::{self, Kind};
use taipan_vm::interp::machine::{self, MIXED, Site};
use taipan_vm::native::*;
use taipan_vm::objects::class::Class;
use taipan_vm::objects::code::Code;

/// Words of instructions in a unit, in an inlined callee, and frames within each other.
const MOST_WORDS: usize = 4000;
const MOST_INLINED: usize = 160;
/// Instructions of a unit from which on no further callee is inlined: large ones take long to compile, and call just as well.
const ENOUGH: usize = 100;
const MOST_FRAMES: usize = 4;

pub type NodeId = usize;

/// A frame: the root's, or that of an inlined call.
pub struct Frame {
    pub code: Ref<Code>,
    /// Number of its first register.
    pub base: usize,
    /// Frame and word index of the call.
    pub call: Option<(usize, usize)>,
    /// The globals that its code is compiled for, where its cached globals say so.
    pub globals: Option<Value>,
    pub live: Vec<Bits>,
    /// It runs the `__init__` of a new instance.
    pub init: bool,
    /// Its first register is never written to.
    pub keeps_first: bool,
    sites: Vec<Site>,
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
}

/// An instruction of a frame.
pub struct Node {
    pub frame: usize,
    pub at: usize,
    pub op: Op,
    pub i: Instr,
    pub site: Site,
    /// Where it goes on, and where it jumps.
    pub next: Option<NodeId>,
    pub jump: Option<NodeId>,
    /// The frame that a call enters.
    pub enters: Option<usize>,
    /// What a call was seen to call, always the same.
    pub calls: Option<Call>,
}

/// A call of a Python function whose arguments are where it wants them.
#[derive(Clone, Copy, Debug)]
pub struct Call {
    pub code: Ref<Code>,
    /// The instances that the call makes: their class, its version, its `__init__`, which is the function.
    pub makes: Option<(Ref<Class>, u32, Ref<Function>)>,
    pub receiver: Receiver,
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
    /// Registers of all frames.
    pub registers: usize,
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
        let mut g = Graph { frames: Vec::new(), nodes: Vec::new(), entry: 0, registers: 0 };
        g.add_frame(code, 0, None, false);
        let mut known: HashMap<(usize, usize), NodeId> = HashMap::new();
        let mut work = Vec::new();
        g.entry = g.node((0, head), &mut known, &mut work);
        let mut inlined: HashMap<(usize, usize), usize> = HashMap::new();
        let (mut suspends, mut loops) = (false, false);
        while let Some(id) = work.pop() {
            if g.nodes.len() > MOST_WORDS {
                return Err(Refused::TooLarge);
            }
            let (frame, at, op, i, site) = {
                let n = &g.nodes[id];
                (n.frame, n.at, n.op, n.i, n.site)
            };
            if site.count == 0 {
                continue;
            }
            match op {
                Op::RETURN_GENERATOR => return Err(Refused::Suspends),
                // The interpreter suspends, and comes back at the loop's head.
                Op::YIELD | Op::YIELD_FROM => {
                    suspends = true;
                    continue;
                }
                Op::JUMP_BACK => loops = true,
                Op::RAISE | Op::RERAISE => continue,
                Op::RETURN => {
                    if let Some((parent, call)) = g.frames[frame].call {
                        let back = g.node((parent, call + Op::CALL.len()), &mut known, &mut work);
                        g.nodes[id].next = Some(back);
                    }
                    continue;
                }
                Op::CALL | Op::CALL_METHOD => {
                    let call = call(t, op, i, &site);
                    g.nodes[id].calls = call;
                    if let Some(call) = call.filter(|c| g.is_inlinable(frame, c.code, &site)) {
                        let base = g.frames[frame].base + i.b() + call.offset();
                        let inner = match inlined.get(&(frame, at)) {
                            Some(&f) => f,
                            None => g.add_frame(call.code, base, Some((frame, at)), call.makes.is_some()),
                        };
                        inlined.insert((frame, at), inner);
                        let start = g.node((inner, 0), &mut known, &mut work);
                        g.nodes[id].enters = Some(inner);
                        g.nodes[id].next = Some(start);
                        continue;
                    }
                }
                _ => {}
            }
            let [next, mut jump] = effects::successors(i, at);
            if op == Op::BUILD_SLICE && i.c() != 0 {
                // The instruction may do the next one's work, too.
                jump = Some(at + op.len() + Op::GETITEM.len());
            }
            g.nodes[id].next = next.map(|n| g.node((frame, n), &mut known, &mut work));
            g.nodes[id].jump = jump.map(|n| g.node((frame, n), &mut known, &mut work));
        }
        // Where every round ends in a suspension there is nothing to win.
        if suspends && !loops { Err(Refused::Suspends) } else { Ok(g) }
    }

    fn node(&mut self, key: (usize, usize), known: &mut HashMap<(usize, usize), NodeId>, work: &mut Vec<NodeId>) -> NodeId {
        *known.entry(key).or_insert_with(|| {
            let (frame, at) = key;
            let f = &self.frames[frame];
            let i = f.instr(at);
            let op = Op::from_u16(i.op()).unwrap_or(Op::NOP);
            let site = f.sites.get(at).copied().unwrap_or_default();
            self.nodes.push(Node { frame, at, op, i, site, next: None, jump: None, enters: None, calls: None });
            work.push(self.nodes.len() - 1);
            self.nodes.len() - 1
        })
    }

    fn add_frame(&mut self, code: Ref<Code>, base: usize, call: Option<(usize, usize)>, init: bool) -> usize {
        let sites = code.machine.get().map_or(Vec::new(), |m| m.sites());
        let keeps_first = keeps_first(&code);
        let mut frame = Frame { code, base, call, globals: None, live: live_in(&code), init, keeps_first, sites };
        frame.globals = globals_of(&frame);
        self.registers = self.registers.max(base + code.nregs as usize);
        self.frames.push(frame);
        self.frames.len() - 1
    }

    /// Whether a callee is worth a place here.
    fn is_inlinable(&self, frame: usize, code: Ref<Code>, site: &Site) -> bool {
        let depth = self.chain(frame).count();
        let recursive = self.chain(frame).any(|f| self.frames[f].code == code);
        site.failures < 2
            && self.nodes.len() < ENOUGH
            && code.words() <= MOST_INLINED
            && depth < MOST_FRAMES
            && !recursive
            && code.machine.get().is_some()
    }

    /// The root frame's registers that its instructions read, as far as they were seen to run.
    pub fn read_by_root(&self) -> Vec<bool> {
        use taipan_compiler::isa::Operand;
        let mut read = vec![false; self.frames[0].code.nregs as usize];
        for n in self.nodes.iter().filter(|n| n.frame == 0 && n.site.count > 0) {
            for (operand, r) in n.op.info().operands.iter().zip([n.i.a(), n.i.b(), n.i.c()]) {
                if matches!(operand, Operand::Read | Operand::ReadWrite) {
                    read[r] = true;
                }
            }
        }
        read
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
                    Some((base, dest)) => r < base && (fr.live[at].get(r) || fr.live[at + Op::CALL.len()].get(r) && r != dest),
                };
                if live || r < nvars {
                    f(fr.base + r);
                }
            }
            if let Some((parent, call)) = fr.call {
                let i = self.frames[parent].instr(call);
                (at, window) = (call, Some((i.b(), i.a())));
            }
        }
    }
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
    let given = i.c() - usize::from(receiver == Receiver::Absent) + usize::from(makes.is_some());
    let special = flags::GENERATOR | flags::COROUTINE | flags::ASYNC_GENERATOR;
    (code.simple && code.argcount as usize == given && !code.has(special)).then_some(Call { code, makes, receiver })
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
