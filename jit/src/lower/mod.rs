//! Plans as Cranelift's code.
//!
//! Each register is two variables, a word and an unboxed float; its kind says which one counts. A guard ends a block: it goes
//! on, or to the exit of its instruction, whose code is written at the end from the state that the instruction began with. All
//! guards of an instruction come before it changes anything.

mod calls;
mod exits;
mod generators;
mod numbers;
mod objects;

use crate::graph::{Arg, Call, Node, NodeId, Receiver};
use crate::infer::Blocks;
use crate::memory::CodeMemory;
use crate::plan::{Arith, Context, How, Items, Kind, MethodWay, Number, Outcome, Plan, Source, State, apply, plan};
use cranelift_codegen::Context as Codegen;
use cranelift_codegen::control::ControlPlane;
use cranelift_codegen::ir::condcodes::{FloatCC, IntCC};
use cranelift_codegen::ir::types::{F32, F64, I8, I16, I32, I64};
use cranelift_codegen::ir::{AbiParam, Block, InstBuilder, MemFlagsData, Signature, Type, Value as Ir};
use cranelift_codegen::isa::{CallConv, OwnedTargetIsa};
use cranelift_codegen::settings::{self, Configurable};
use cranelift_frontend::{FunctionBuilder, FunctionBuilderContext, Variable};
use exits::PendingExit;
use numbers::{float_cc, int_cc};
use std::sync::OnceLock;
use std::sync::atomic::AtomicU32;
use taipan_compiler::isa::{CALLABLE, FRAME_HEADER_WORDS};
use taipan_vm::interp::leaf;
use taipan_vm::interp::machine::{self, ExitKind, ExitPoint, Push, Unit, layout};
use taipan_vm::interp::operators::{Operand, Operator, Wanted};
use taipan_vm::interp::queue::Target;
use taipan_vm::interp::resume;
use taipan_vm::interp::{ENTRY, GENERATOR, INIT, frame_word};
use taipan_vm::native::*;
use taipan_vm::objects::generator;
use taipan_vm::ops::Compare;

/// What is added to a float's bits before they are rotated into a word.
const FLOAT_OFFSET: i64 = 0x3000_0000_0000_0000;
const EMPTY: i64 = Value::EMPTY.bits() as i64;
const FIRST_CELL: i64 = 0x1000;
/// Tag of a cell's word, and how much less its address is.
const CELL_TAG: i64 = 2;
/// The collector's byte of a header, and its value in cells whose stores need the barrier.
const HEADER_GC: i32 = 7;
const OLD: i64 = 1;

fn isa() -> Option<&'static OwnedTargetIsa> {
    static ISA: OnceLock<Option<OwnedTargetIsa>> = OnceLock::new();
    ISA.get_or_init(|| {
        let mut flags = settings::builder();
        flags.set("opt_level", "speed").ok()?;
        flags.set("enable_verifier", if cfg!(debug_assertions) { "true" } else { "false" }).ok()?;
        flags.set("preserve_frame_pointers", "true").ok()?;
        cranelift_native::builder().ok()?.finish(settings::Flags::new(flags)).ok()
    })
    .as_ref()
}

struct Lower<'a, 'b> {
    cx: &'a Context<'a>,
    blocks: &'a Blocks,
    b: FunctionBuilder<'b>,
    t: Ir,
    r: Ir,
    words: Vec<Variable>,
    floats: Vec<Variable>,
    /// Of each frame of an inlined callee: the function's word, and that of the instance whose `__init__` it is.
    callees: Vec<(Variable, Variable)>,
    state: State,
    /// The instruction that is written, and its exits so far.
    at: NodeId,
    before: State,
    exit: [Option<Block>; 3],
    adapts: bool,
    pending: Vec<PendingExit>,
    starts: Vec<Option<Block>>,
    exits: Vec<ExitPoint>,
    /// Where the unit is left for an address that the block is told.
    returns: Option<Block>,
    left: Vec<&'static str>,
    target: Target,
    /// How many exits at one place are too many.
    limit: u32,
    refs: Vec<u64>,
}

/// Code that is written, for any thread to compile.
pub struct Written {
    context: Codegen,
    exits: Box<[ExitPoint]>,
    resumes: bool,
    enters: bool,
    /// Words of the root's backward jumps to loops where the unit may begin.
    sites: Box<[u64]>,
    /// Instructions that the interpreter or the runtime does, for the log.
    pub left: Vec<&'static str>,
}

/// Writes the code of a graph.
pub fn lower(t: &Thread, cx: &Context, blocks: &Blocks, target: Target) -> Option<Written> {
    let isa = isa()?;
    let g = cx.graph;
    let mut context = Codegen::new();
    let mut signature = Signature::new(CallConv::triple_default(isa.triple()));
    let params = if g.is_generator() { 4 } else { 2 };
    signature.params.extend(std::iter::repeat_n(AbiParam::new(I64), params));
    signature.returns.push(AbiParam::new(I64));
    context.func.signature = signature;
    let mut builder_context = FunctionBuilderContext::new();
    let mut b = FunctionBuilder::new(&mut context.func, &mut builder_context);
    let start = b.create_block();
    b.append_block_params_for_function_params(start);
    b.switch_to_block(start);
    let (thread, regs) = (b.block_params(start)[0], b.block_params(start)[1]);
    let words = (0..g.registers).map(|_| b.declare_var(I64)).collect();
    let floats = (0..g.registers).map(|_| b.declare_var(F64)).collect();
    let callees = g.frames.iter().map(|_| (b.declare_var(I64), b.declare_var(I64))).collect();
    let mut l = Lower {
        cx,
        blocks,
        b,
        t: thread,
        r: regs,
        words,
        floats,
        callees,
        state: g.at_head(),
        at: g.entry,
        before: g.at_head(),
        exit: [None; 3],
        adapts: false,
        pending: Vec::new(),
        starts: vec![None; g.nodes.len()],
        exits: Vec::new(),
        returns: None,
        left: Vec::new(),
        target,
        limit: g.frames[0].code.machine.get_or_init(Box::default).exit_limit(g.nodes.len()),
        refs: Vec::new(),
    };
    l.unit();
    let (refs, left) = (std::mem::take(&mut l.refs), std::mem::take(&mut l.left));
    let exits = std::mem::take(&mut l.exits).into_boxed_slice();
    l.b.seal_all_blocks();
    l.b.finalize(isa.frontend_config());
    keep(t, cx, &refs).ok()?;
    let sites = g.back.iter().map(|&at| g.frames[0].address(at + 1)).collect();
    let (resumes, enters) = (g.is_generator(), g.is_generator() || !g.heads.is_empty());
    Some(Written { context, exits, resumes, enters, sites, left })
}

impl Written {
    /// `None` where Cranelift, or the system, refuses.
    pub fn compile(mut self) -> Option<Box<Unit>> {
        let isa = isa()?;
        let code = match self.context.compile(&**isa, &mut ControlPlane::default()) {
            Ok(c) => c,
            Err(e) => {
                if machine::log() {
                    eprintln!("jit: {:?}", e.inner);
                }
                return None;
            }
        };
        if !code.buffer.relocs().is_empty() {
            return None;
        }
        let memory = CodeMemory::new(code.code_buffer())?;
        // SAFETY: the code was made for this signature.
        let entry = unsafe { std::mem::transmute::<*const u8, machine::Entry>(memory.address()) };
        let size = code.code_buffer().len();
        // SAFETY: a generator's unit was made for that signature.
        let resume = self.resumes.then(|| unsafe { std::mem::transmute::<machine::Entry, machine::Resume>(entry) });
        Some(Box::new(Unit {
            entry,
            exits: self.exits,
            resume,
            enters: self.enters,
            sites: self.sites,
            memory: Box::new(memory),
            size,
        }))
    }
}

/// Makes the root's code keep what its machine code refers to.
fn keep(t: &Thread, cx: &Context, refs: &[u64]) -> Result<()> {
    let root = cx.graph.frames[0].code;
    for f in &cx.graph.frames {
        root.keep(t, f.code.value())?;
        if let Some(globals) = f.globals {
            root.keep(t, globals)?;
        }
    }
    for call in cx.graph.nodes.iter().filter_map(|n| n.calls.as_ref()) {
        root.keep(t, call.code.value())?;
    }
    for &word in refs {
        root.keep(t, Value::from_bits(word))?;
    }
    Ok(())
}

impl Lower<'_, '_> {
    fn node(&self) -> &Node {
        &self.cx.graph.nodes[self.at]
    }
    fn word(&mut self, w: u64) -> Ir {
        self.b.ins().iconst(I64, w as i64)
    }
    fn int(&mut self, i: i64) -> Ir {
        self.b.ins().iconst(I64, i)
    }
    fn load(&mut self, ty: Type, from: Ir, offset: usize) -> Ir {
        self.b.ins().load(ty, MemFlagsData::trusted(), from, offset as i32)
    }
    /// As `load`, of a word; later loads are not made before it, nor taken from earlier ones.
    fn load_acquire(&mut self, from: Ir, offset: usize) -> Ir {
        let at = self.b.ins().iadd_imm_s(from, offset as i64);
        self.b.ins().atomic_load(I64, MemFlagsData::trusted(), at)
    }
    /// Stores a word; what was stored before is there for who loads it. (Cranelift's atomic stores are sequentially consistent, with a
    /// fence that x86's stores do not need for that.)
    fn store_release(&mut self, v: Ir, to: Ir, offset: usize) {
        if cfg!(target_arch = "x86_64") {
            return self.store(v, to, offset as isize);
        }
        let at = self.b.ins().iadd_imm_s(to, offset as i64);
        self.b.ins().atomic_store(MemFlagsData::trusted(), v, at);
    }
    fn store(&mut self, v: Ir, to: Ir, offset: isize) {
        self.b.ins().store(MemFlagsData::trusted(), v, to, offset as i32);
    }
    fn call(&mut self, function: usize, args: &[Ir], result: Option<Type>) -> Option<Ir> {
        let mut signature = Signature::new(self.b.func.signature.call_conv);
        for &a in args {
            let ty = self.b.func.dfg.value_type(a);
            signature.params.push(AbiParam::new(ty));
        }
        signature.returns.extend(result.map(AbiParam::new));
        let signature = self.b.import_signature(signature);
        let address = self.word(function as u64);
        let call = self.b.ins().call_indirect(signature, address, args);
        self.b.inst_results(call).first().copied()
    }

    // ------------------------------------------------------------ control

    fn new_block(&mut self, cold: bool) -> Block {
        let block = self.b.create_block();
        if cold {
            self.b.set_cold_block(block);
        }
        block
    }
    /// Goes on in a block to which all jumps are written.
    fn begin(&mut self, block: Block) {
        self.b.switch_to_block(block);
        self.b.seal_block(block);
    }
    /// Goes on only if `condition` holds, else leaves by the instruction's exit.
    fn guard(&mut self, condition: Ir) {
        let (exit, next) = (self.exit(ExitKind::Guard), self.new_block(false));
        self.b.ins().brif(condition, next, &[], exit, &[]);
        self.begin(next);
    }
    fn guard_not(&mut self, condition: Ir) {
        let (exit, next) = (self.exit(ExitKind::Guard), self.new_block(false));
        self.b.ins().brif(condition, exit, &[], next, &[]);
        self.begin(next);
    }
    fn guard_eq(&mut self, x: Ir, imm: i64) {
        let c = self.b.ins().icmp_imm_s(IntCC::Equal, x, imm);
        self.guard(c);
    }
    fn guard_ne(&mut self, x: Ir, imm: i64) {
        let c = self.b.ins().icmp_imm_s(IntCC::NotEqual, x, imm);
        self.guard(c);
    }
    /// Leaves with the exception if a helper failed.
    fn check(&mut self, v: Ir) {
        let (throw, next) = (self.exit(ExitKind::Throw), self.new_block(false));
        let c = self.b.ins().icmp_imm_s(IntCC::Equal, v, machine::FAILED as i64);
        self.b.ins().brif(c, throw, &[], next, &[]);
        self.begin(next);
    }
    /// Goes to the block that begins at `to`.
    fn edge(&mut self, to: NodeId) {
        let g = self.cx.graph;
        let blocks = self.blocks;
        let Some(target) = &blocks.states[to] else { unreachable!("an edge to an instruction that inference did not reach") };
        let (mut boxed, mut unlike) = (Vec::new(), Vec::new());
        g.live(&g.nodes[to], |r| match (self.state.kinds[r], target.kinds[r]) {
            (Kind::Float, known) if known != Kind::Float => boxed.push(r),
            (Kind::Any, known) if known != Kind::Any => unlike.push((r, known)),
            _ => {}
        });
        for r in boxed {
            let w = self.word_of(r);
            self.b.def_var(self.words[r], w);
        }
        if !unlike.is_empty() {
            self.adapt(to, &unlike);
        }
        self.push_frames(g.nodes[to].frame, self.state.pushed, target.pushed);
        let block = self.start_of(to);
        self.b.ins().jump(block, &[]);
    }
    /// Makes sure that these registers are as they are known at `to`, or leaves there.
    fn adapt(&mut self, to: NodeId, unlike: &[(usize, Kind)]) {
        let saved = (self.at, self.exit, self.before.clone(), self.state.clone());
        self.at = to;
        self.exit = [None; 3];
        self.before = self.state.clone();
        self.adapts = true;
        for &(r, kind) in unlike {
            self.ensure(r, kind);
        }
        self.adapts = false;
        (self.at, self.exit, self.before, self.state) = saved;
    }
    fn start_of(&mut self, to: NodeId) -> Block {
        if let Some(block) = self.starts[to] {
            return block;
        }
        let block = self.b.create_block();
        self.starts[to] = Some(block);
        block
    }

    // ------------------------------------------------------------ the frame

    /// Offset of a register from the root's registers.
    fn offset(r: usize) -> isize {
        8 * r as isize
    }
    fn frame_regs(&mut self, frame: usize) -> Ir {
        let base = self.cx.graph.frames[frame].base;
        self.b.ins().iadd_imm_s(self.r, 8 * base as i64)
    }
    fn pc(&self) -> u64 {
        let n = self.node();
        self.cx.graph.frames[n.frame].address(n.at)
    }
    /// Tells the thread which instruction of its running frame this is: the call, where the callee's frame is not there.
    fn set_pc(&mut self) {
        let g = self.cx.graph;
        let (frame, pushed) = (self.node().frame, self.state.pushed);
        let pc = if g.frames[frame].depth + 1 == pushed {
            self.pc()
        } else if let Some((parent, call)) = g.frames[g.at_depth(frame, pushed)].call {
            g.frames[parent].address(call)
        } else {
            // Who resumed the generator has told.
            return;
        };
        let pc = self.word(pc);
        self.store(pc, self.t, layout::THREAD_PC as isize);
    }
    fn frames(&self) -> i64 {
        self.cx.graph.chain(self.node().frame).count() as i64
    }
    /// Live registers that the frames do not have yet.
    fn unstored(&self, state: &State) -> Vec<usize> {
        let g = self.cx.graph;
        let mut todo = Vec::new();
        g.live(&g.nodes[self.at], |r| {
            if !state.stored[r] {
                todo.push(r);
            }
        });
        todo
    }
    /// Pushes the frames that are missing and stores what they do not have yet.
    fn spill(&mut self) {
        let frame = self.node().frame;
        let all = self.cx.graph.frames[frame].depth + 1;
        self.push_frames(frame, self.state.pushed, all);
        self.state.pushed = all;
        let todo = self.unstored(&self.state);
        if todo.iter().any(|&r| self.state.kinds[r] == Kind::Float) {
            self.set_pc();
        }
        for r in todo {
            let w = self.word_of(r);
            self.store(w, self.r, Self::offset(r));
        }
        self.state.stored.fill(true);
        self.before = self.state.clone();
    }
    /// Pushes of the frames around `frame`, and itself, outermost first, those after the first `from` until there are `to`.
    fn push_frames(&mut self, frame: usize, from: usize, to: usize) {
        let g = self.cx.graph;
        for depth in from..to {
            let frame = g.at_depth(frame, depth);
            let f = &g.frames[frame];
            let Some((parent, _)) = f.call else {
                self.push_generator();
                continue;
            };
            let (callee, made) = self.callees[frame];
            let callable = self.b.use_var(callee);
            let locals = match f.special() {
                Some(at) => Some(self.word(at)),
                None => f.init.then(|| self.b.use_var(made)),
            };
            let globals = layout::FUNCTION_GLOBALS as i32 - CELL_TAG as i32;
            let globals = self.b.ins().load(I64, MemFlagsData::trusted(), callable, globals);
            let (regs, caller) = (self.frame_regs(frame), self.frame_regs(parent));
            let caller = self.b.ins().bor_imm_s(caller, f.kind() as i64);
            self.push_header(regs, f.code, callable, globals, caller, g.way_back(frame), locals);
        }
    }
    /// Takes the frames beyond the first `to` from the thread's stack.
    fn pop_frames(&mut self, from: usize, to: usize) {
        if from == to {
            return;
        }
        let regs = match to {
            0 => self.before_generator(),
            to => self.frame_regs(self.cx.graph.at_depth(self.node().frame, to - 1)),
        };
        self.store(regs, self.t, layout::THREAD_REGS as isize);
        let depth = self.load(I32, self.t, layout::THREAD_DEPTH);
        let less = self.b.ins().iadd_imm_s(depth, to as i64 - from as i64);
        self.store(less, self.t, layout::THREAD_DEPTH as isize);
    }
    /// The word of a float.
    fn boxed(&mut self, x: Ir) -> Ir {
        let bits = self.b.ins().bitcast(I64, MemFlagsData::new(), x);
        let offset = self.int(FLOAT_OFFSET);
        let sum = self.b.ins().iadd(bits, offset);
        let w = self.b.ins().rotl_imm_s(sum, 3);
        let immediate = self.b.ins().band_imm_s(w, 1);
        let (slow, done) = (self.new_block(true), self.new_block(false));
        let result = self.b.append_block_param(done, I64);
        self.b.ins().brif(immediate, done, &[w.into()], slow, &[]);
        self.begin(slow);
        self.set_pc();
        let cell = self.call(machine::box_float as *const () as usize, &[self.t, x], Some(I64));
        self.b.ins().jump(done, &[cell.unwrap_or(w).into()]);
        self.begin(done);
        result
    }
    /// The word in a register.
    fn word_of(&mut self, r: usize) -> Ir {
        if self.state.kinds[r] == Kind::Float {
            let x = self.b.use_var(self.floats[r]);
            self.boxed(x)
        } else {
            self.b.use_var(self.words[r])
        }
    }
    fn def(&mut self, r: usize, w: Ir) {
        self.b.def_var(self.words[r], w);
    }
    fn def_float(&mut self, r: usize, x: Ir) {
        self.b.def_var(self.floats[r], x);
    }
    /// Copies what register `b` holds to `a`.
    fn copy(&mut self, a: usize, b: usize) {
        if self.state.kinds[b] == Kind::Float {
            let x = self.b.use_var(self.floats[b]);
            self.def_float(a, x);
        } else {
            let w = self.b.use_var(self.words[b]);
            self.def(a, w);
        }
    }

    // ------------------------------------------------------------ guards

    fn is_cell(&mut self, w: Ir) -> Ir {
        // The tag, and that the address is not below the first cell's, whose difference would be negative.
        let above = self.b.ins().iadd_imm_s(w, -(FIRST_CELL + CELL_TAG));
        let turned = self.b.ins().rotl_imm_s(above, 1);
        let rest = self.b.ins().band_imm_s(turned, 7);
        self.b.ins().icmp_imm_s(IntCC::Equal, rest, 0)
    }
    /// Makes sure that register `r`, whose word is `w`, is an instance of this shape, unless that is known.
    fn guard_instance(&mut self, r: usize, w: Ir, shape: u32) {
        if self.state.shapes[r] != shape && self.state.kinds[r] != Kind::Shape(shape) {
            self.guard_shape(w, shape);
        }
    }
    /// Makes sure that `w` is a cell of this shape.
    fn guard_shape(&mut self, w: Ir, shape: u32) {
        let cell = self.is_cell(w);
        self.guard(cell);
        let s = self.b.ins().load(I32, MemFlagsData::trusted(), w, -(CELL_TAG as i32));
        self.guard_eq(s, shape.into());
    }
    /// The float of a word, which is one.
    fn unboxed(&mut self, w: Ir) -> Ir {
        let (quick, slow, done) = (self.new_block(false), self.new_block(true), self.new_block(false));
        let result = self.b.append_block_param(done, F64);
        let immediate = self.b.ins().band_imm_s(w, 1);
        self.b.ins().brif(immediate, quick, &[], slow, &[]);
        self.begin(slow);
        self.guard_shape(w, self.cx.shapes.float);
        let x = self.b.ins().load(F64, MemFlagsData::trusted(), w, layout::BOXED_FLOAT as i32 - CELL_TAG as i32);
        self.b.ins().jump(done, &[x.into()]);
        self.begin(quick);
        let turned = self.b.ins().rotr_imm_s(w, 3);
        let offset = self.int(FLOAT_OFFSET);
        let bits = self.b.ins().isub(turned, offset);
        let x = self.b.ins().bitcast(F64, MemFlagsData::new(), bits);
        self.b.ins().jump(done, &[x.into()]);
        self.begin(done);
        result
    }
    /// Makes sure of what register `r`, so far any word, holds.
    fn ensure(&mut self, r: usize, kind: Kind) {
        let w = self.b.use_var(self.words[r]);
        match kind {
            Kind::Any => return,
            Kind::Int => {
                let tag = self.b.ins().band_imm_s(w, 3);
                self.guard_eq(tag, 0);
            }
            Kind::Bool => {
                let c = self.is_bool(w);
                self.guard(c);
            }
            Kind::Shape(s) => self.guard_shape(w, s),
            Kind::Float => {
                let x = self.unboxed(w);
                self.def_float(r, x);
            }
        }
        self.state.kinds[r] = kind;
    }

    // ------------------------------------------------------------ the unit

    fn unit(&mut self) {
        if self.cx.graph.is_generator() {
            self.begin_generator();
        } else {
            self.begin_unit();
        }
        for start in 0..self.cx.graph.nodes.len() {
            if self.blocks.leader[start] && self.blocks.states[start].is_some() {
                self.block(start);
            }
        }
        if let Some(block) = self.returns {
            self.begin(block);
            let pc = self.b.block_params(block)[0];
            self.b.ins().return_(&[pc]);
        }
        self.write_exits();
    }
    fn begin_unit(&mut self) {
        let g = self.cx.graph;
        // Who begins elsewhere goes on in the interpreter.
        let others = (!g.heads.is_empty()).then(|| (self.load(I64, self.t, layout::THREAD_PC), self.new_block(true)));
        if let Some(globals) = g.frames[0].globals {
            let own = self.b.ins().load(I64, MemFlagsData::trusted(), self.r, 8 * frame_word::GLOBALS as i32);
            let same = self.b.ins().icmp_imm_s(IntCC::Equal, own, globals.bits() as i64);
            let other = others.map_or_else(|| self.exit(ExitKind::Guard), |(_, away)| away);
            self.go_on_if(same, other);
        }
        self.guard_depth(others.map(|(_, away)| away));
        if let Some((pc, away)) = others {
            let entry = self.b.ins().icmp_imm_s(IntCC::Equal, pc, g.frames[0].address(g.nodes[g.entry].at) as i64);
            let (here, other) = (self.new_block(false), self.new_block(false));
            self.b.ins().brif(entry, here, &[], other, &[]);
            self.begin(other);
            for &to in &g.heads {
                let next = self.new_block(false);
                self.if_address(pc, g.nodes[to].at, next);
                self.load_frame(to);
                self.edge(to);
                self.begin(next);
                self.state = g.at_head();
            }
            self.b.ins().jump(away, &[]);
            self.begin(here);
        }
        self.load_frame(g.entry);
        self.edge(g.entry);
        if let Some((pc, away)) = others {
            self.begin(away);
            self.b.ins().return_(&[pc]);
        }
    }
    /// Goes on only if `pc` is that of the root's instruction at `at`, else at `other`.
    fn if_address(&mut self, pc: Ir, at: usize, other: Block) {
        let c = self.b.ins().icmp_imm_s(IntCC::Equal, pc, self.cx.graph.frames[0].address(at) as i64);
        self.go_on_if(c, other);
    }
    /// Loads what the frame holds where the unit begins at `to`.
    fn load_frame(&mut self, to: NodeId) {
        let g = self.cx.graph;
        let mut live = Vec::new();
        g.live(&g.nodes[to], |r| live.push(r));
        for r in live {
            let w = self.load(I64, self.r, Self::offset(r) as usize);
            self.def(r, w);
        }
    }
    /// Goes on only if `condition` holds, else at `other`.
    fn go_on_if(&mut self, condition: Ir, other: Block) {
        let next = self.new_block(false);
        self.b.ins().brif(condition, next, &[], other, &[]);
        self.begin(next);
    }

    /// Makes sure that the frames of all inlined callees fit; or goes to `other`, or leaves.
    fn guard_depth(&mut self, other: Option<Block>) {
        let g = self.cx.graph;
        let most = g.frames.iter().map(|f| f.depth).max().unwrap_or(0);
        if most == 0 {
            return;
        }
        let leave = other.unwrap_or_else(|| self.exit(ExitKind::Leave));
        let depth = self.load(I32, self.t, layout::THREAD_DEPTH);
        let unpushed = i64::from(g.is_generator());
        let depth = self.b.ins().iadd_imm_s(depth, most as i64 - 1 + unpushed);
        let limit = self.load(I32, self.t, layout::THREAD_LIMIT);
        let shallow = self.b.ins().icmp(IntCC::UnsignedLessThan, depth, limit);
        let end = self.b.ins().iadd_imm_s(self.r, 8 * (g.registers as i64 + 64));
        let stack_end = self.load(I64, self.t, layout::THREAD_STACK_END);
        let fits = self.b.ins().icmp(IntCC::UnsignedLessThanOrEqual, end, stack_end);
        let both = self.b.ins().band(shallow, fits);
        self.go_on_if(both, leave);
    }

    fn block(&mut self, start: NodeId) {
        let block = self.start_of(start);
        // Not all jumps to it are written yet.
        self.b.switch_to_block(block);
        let g = self.cx.graph;
        self.state = match &self.blocks.states[start] {
            Some(s) => s.clone(),
            None => return,
        };
        let mut at = start;
        loop {
            self.at = at;
            self.exit = [None; 3];
            self.before = self.state.clone();
            let p = plan(self.cx, &self.state, &g.nodes[at]);
            if matches!(p.how, How::Step | How::Helper { extra: None, .. } | How::ForAny { .. }) {
                self.left.push(g.nodes[at].op.info().name);
            }
            for &(r, kind) in &p.guards {
                if self.state.kinds[r] != kind {
                    self.ensure(r, kind);
                }
            }
            if !self.write(&p) {
                return;
            }
            apply(&mut self.state, &p, false);
            match g.nodes[at].next {
                None => {
                    // Control never comes here.
                    self.b.ins().trap(cranelift_codegen::ir::TrapCode::unwrap_user(1));
                    return;
                }
                Some(to) if self.blocks.leader[to] => {
                    self.edge(to);
                    return;
                }
                Some(to) => at = to,
            }
        }
    }

    /// Jumps if `condition`, else goes on.
    fn branch(&mut self, p: &Plan, condition: Ir, want: bool) {
        let (taken, next) = (self.new_block(false), self.new_block(false));
        if want {
            self.b.ins().brif(condition, taken, &[], next, &[]);
        } else {
            self.b.ins().brif(condition, next, &[], taken, &[]);
        }
        self.begin(taken);
        self.jump(p);
        self.begin(next);
    }
    /// Goes where the instruction jumps.
    fn jump(&mut self, p: &Plan) {
        let saved = self.state.clone();
        apply(&mut self.state, p, true);
        if let Some(to) = self.node().jump {
            self.edge(to);
        }
        self.state = saved;
    }

    /// Writes an instruction; false if nothing comes after it in this block.
    fn write(&mut self, p: &Plan) -> bool {
        match p.how.clone() {
            How::Nothing => {}
            How::Clear { first, n } => {
                let empty = self.int(EMPTY);
                (first..first + n).for_each(|r| self.def(r, empty));
            }
            How::Move { a, b } => self.copy(a, b),
            How::Awaitable { a, b } => {
                let w = self.b.use_var(self.words[b]);
                let at = layout::GENERATOR_STATE as i32 - CELL_TAG as i32;
                let state = self.b.ins().load(I8, MemFlagsData::trusted(), w, at);
                self.guard_eq(state, generator::state::CREATED.into());
                self.def(a, w);
            }
            How::MakeGenerator { a, window, n } => self.make_generator(a, window, n),
            How::Constant { a, word, float, .. } => match float {
                Some(x) => {
                    let x = self.b.ins().f64const(x);
                    self.def_float(a, x);
                }
                None => {
                    let w = self.word(word);
                    self.def(a, w);
                }
            },
            How::Unseen | How::Leave => {
                let exit = self.exit(if matches!(p.how, How::Unseen) { ExitKind::Guard } else { ExitKind::Leave });
                self.b.ins().jump(exit, &[]);
                return false;
            }
            How::Finish { a } => {
                self.finish(a);
                return false;
            }
            How::Yield { b } => {
                self.suspend(b);
                return false;
            }
            How::Delegate => {
                self.delegate();
                return false;
            }
            How::CallFunction { window, call, dest } => self.call_function(p, window, &call, dest),
            How::Step => return self.step(p),
            How::Helper { .. } => self.helper(p),
            How::Leaf { .. } => self.leaf(p),
            How::Build { a, first, n, function, .. } => {
                for r in first..first + n {
                    if !self.state.stored[r] {
                        let w = self.word_of(r);
                        self.store(w, self.r, Self::offset(r));
                    }
                }
                self.set_pc();
                let (from, n) = (self.b.ins().iadd_imm_s(self.r, Self::offset(first) as i64), self.int(n as i64));
                let v = self.call(function as *const () as usize, &[self.t, from, n], Some(I64)).unwrap_or(from);
                self.check(v);
                self.def(a, v);
            }
            How::FloatPow { a, x, y } => {
                let (x, y) = (self.float_source(x, true), self.float_source(y, true));
                let z = self.call(machine::float_pow as *const () as usize, &[x, y], Some(F64)).unwrap_or(x);
                // Neither infinite nor no number at all.
                let difference = self.b.ins().fsub(z, z);
                let zero = self.b.ins().f64const(0.0);
                let c = self.b.ins().fcmp(FloatCC::Equal, difference, zero);
                self.guard(c);
                self.def_float(a, z);
            }
            How::IntArith { op, a, x, y } => {
                let w = self.int_arith(op, x, y);
                self.def(a, w);
            }
            How::FloatArith { op, a, x, y } => {
                let ints = self.is_int(x) && self.is_int(y);
                let (x, y) = (self.float_source(x, ints), self.float_source(y, ints));
                let z = match op {
                    Arith::Add => self.b.ins().fadd(x, y),
                    Arith::Sub => self.b.ins().fsub(x, y),
                    Arith::Mul => self.b.ins().fmul(x, y),
                    _ => {
                        let zero = self.b.ins().f64const(0.0);
                        let c = self.b.ins().fcmp(FloatCC::NotEqual, y, zero);
                        self.guard(c);
                        self.b.ins().fdiv(x, y)
                    }
                };
                self.def_float(a, z);
            }
            How::Negate { a, b, float: true } => {
                let x = self.b.use_var(self.floats[b]);
                let z = self.b.ins().fneg(x);
                self.def_float(a, z);
            }
            How::Negate { a, b, float: false } => {
                let zero = self.int(0);
                let x = self.int_word(Source::Reg(b));
                let (z, overflow) = self.b.ins().ssub_overflow(zero, x);
                self.guard_not(overflow);
                self.def(a, z);
            }
            How::Compare { cmp, x, y, float, dest, want } => {
                let c = if float {
                    let (x, y) = (self.float_source(x, true), self.float_source(y, true));
                    self.b.ins().fcmp(float_cc(cmp), x, y)
                } else {
                    let (x, y) = (self.int_word(x), self.int_word(y));
                    self.b.ins().icmp(int_cc(cmp), x, y)
                };
                self.outcome(p, c, dest, want);
            }
            How::Truth { a, want } => {
                let w = self.b.use_var(self.words[a]);
                let c = if self.state.kinds[a] == Kind::Bool {
                    self.b.ins().icmp_imm_s(IntCC::Equal, w, Value::TRUE.bits() as i64)
                } else {
                    self.b.ins().icmp_imm_s(IntCC::NotEqual, w, 0)
                };
                self.branch(p, c, want);
            }
            How::Not { a, b } => {
                let w = self.b.use_var(self.words[b]);
                let z = self.b.ins().bxor_imm_s(w, 0x10);
                self.def(a, z);
            }
            How::WordIs { a, word, want } => {
                let w = self.word_of(a);
                let c = self.b.ins().icmp_imm_s(IntCC::Equal, w, word as i64);
                self.branch(p, c, want);
            }
            How::Same { x, y, dest, want } => {
                let (x, y) = (self.word_of(x), self.word_of(y));
                let cc = if want { IntCC::Equal } else { IntCC::NotEqual };
                let c = self.b.ins().icmp(cc, x, y);
                self.outcome(p, c, dest, true);
            }
            How::CheckBound { a } => {
                let w = self.b.use_var(self.words[a]);
                self.guard_ne(w, EMPTY);
            }
            How::Global { a, cell, shadow, known } => {
                self.refs.push(cell);
                if let Some(shadow) = shadow {
                    self.refs.push(shadow);
                    let v = self.cell_content(shadow);
                    self.guard_eq(v, EMPTY);
                }
                let v = self.cell_content(cell);
                self.known_content(v, known);
                self.def(a, v);
            }
            How::Slot { a, b, ways } => {
                let o = self.word_of(b);
                let place = self.slot_place(b, o, &ways);
                let v = self.b.ins().load(I64, MemFlagsData::trusted(), place, -(CELL_TAG as i32));
                self.guard_ne(v, EMPTY);
                self.def(a, v);
            }
            How::SetSlot { a, c, ways, empty } => {
                let o = self.word_of(a);
                // Boxing may let other threads run.
                let v = self.word_of(c);
                let place = self.slot_place(a, o, &ways);
                let at = -(CELL_TAG as i32);
                if !empty {
                    let old = self.b.ins().load(I64, MemFlagsData::trusted(), place, at);
                    self.guard_ne(old, EMPTY);
                }
                self.store_slot(c, o, v, place, at);
            }
            How::AddSlot { a, c, shape, offset, new_shape } => {
                let o = self.word_of(a);
                let v = self.word_of(c);
                self.guard_instance(a, o, shape);
                let header = self.b.ins().iadd_imm_s(o, -CELL_TAG);
                let own = self.is_own(header);
                self.guard(own);
                self.store_slot(c, o, v, o, 8 * offset as i32 - CELL_TAG as i32);
                let shape = self.b.ins().iconst(I32, new_shape as i64);
                self.store(shape, header, layout::HEADER_SHAPE as isize);
            }
            How::Method { base, b, ways } => {
                let o = self.word_of(b);
                let f = self.method(b, o, &ways);
                self.def(base + CALLABLE, f);
                self.copy(base + FRAME_HEADER_WORDS, b);
            }
            How::LoadCell { a, b } => {
                let o = self.b.use_var(self.words[b]);
                let v = self.b.ins().load(I64, MemFlagsData::trusted(), o, layout::CELL_CONTENT as i32 - CELL_TAG as i32);
                self.guard_ne(v, EMPTY);
                self.def(a, v);
            }
            How::StoreCell { a, b } => {
                let o = self.b.use_var(self.words[a]);
                let v = self.word_of(b);
                self.store_slot(b, o, v, o, layout::CELL_CONTENT as i32 - CELL_TAG as i32);
            }
            How::ClassValue { a, b, shape, own, class, version, value, .. } => {
                let o = self.word_of(b);
                self.guard_instance(b, o, shape);
                if own {
                    self.guard_eq(o, class as i64);
                }
                self.guard_version(class, version);
                self.refs.push(value);
                let v = self.word(value);
                self.def(a, v);
            }
            How::ClassMethod { base, b, shape, own, class, version, function, receiver } => {
                let o = self.word_of(b);
                self.guard_instance(b, o, shape);
                if own {
                    self.guard_eq(o, class as i64);
                }
                self.guard_version(class, version);
                self.refs.push(function);
                if receiver as i64 != EMPTY {
                    self.refs.push(receiver);
                }
                let (f, first) = (self.word(function), self.word(receiver));
                self.def(base + CALLABLE, f);
                self.def(base + FRAME_HEADER_WORDS, first);
            }
            How::CopyFree { first, n } => {
                let frame = self.node().frame;
                let function = if frame == 0 {
                    let function = self.b.ins().load(I64, MemFlagsData::trusted(), self.r, 8 * frame_word::FUNCTION as i32);
                    self.guard_shape(function, self.cx.shapes.function);
                    function
                } else {
                    self.b.use_var(self.callees[frame].0)
                };
                let at = layout::FUNCTION_CLOSURE as i32 - CELL_TAG as i32;
                let closure = self.b.ins().load(I64, MemFlagsData::trusted(), function, at);
                self.guard_shape(closure, self.cx.shapes.tuple);
                let tuple = self.b.ins().iadd_imm_s(closure, -CELL_TAG);
                let len = self.load(I64, tuple, layout::TUPLE_LEN);
                self.guard_eq(len, n as i64);
                for k in 0..n {
                    let v = self.load(I64, tuple, layout::TUPLE_ITEMS + 8 * k);
                    self.def(first + k, v);
                }
            }
            How::SuperMethod { base, b, method } => {
                for (r, v) in [(b, method.sup), (b + 1, method.class)] {
                    if self.state.known[r] != v.bits() {
                        self.refs.push(v.bits());
                        let w = self.word_of(r);
                        self.guard_eq(w, v.bits() as i64);
                    }
                }
                let o = self.word_of(b + 2);
                self.guard_instance(b + 2, o, method.shape.0);
                self.guard_version(method.of.value().bits(), method.version);
                self.refs.push(method.function.value().bits());
                let f = self.word(method.function.value().bits());
                self.copy(base + FRAME_HEADER_WORDS, b + 2);
                self.def(base + CALLABLE, f);
            }
            How::TupleItem { a, b, shape, class, version, index } => {
                let o = self.word_of(b);
                self.guard_instance(b, o, shape);
                self.guard_version(class, version);
                let tuple = self.b.ins().iadd_imm_s(o, -CELL_TAG);
                let (len, i) = (self.load(I64, tuple, layout::TUPLE_LEN), self.int(index as i64));
                self.below(i, len);
                let v = self.load(I64, tuple, layout::TUPLE_ITEMS + 8 * index);
                self.def(a, v);
            }
            How::ModuleValue { a, b, shape, module, cell, known, absent } => {
                self.refs.extend([module, cell]);
                let o = self.word_of(b);
                self.guard_instance(b, o, shape);
                self.guard_eq(o, module as i64);
                let v = self.cell_content(cell);
                self.known_content(v, known);
                self.def(a, v);
                if let Some(r) = absent {
                    let nothing = self.int(EMPTY);
                    self.def(r, nothing);
                }
            }
            How::Item { items, a, b, index } => {
                let v = self.item(items, b, index);
                match items {
                    Items::Numbers(n) if n.float => self.def_float(a, v),
                    _ => self.def(a, v),
                }
            }
            How::SetItem { items, a, index, c } => self.set_item(items, a, index, c),
            How::Unpack { a, first, n } => {
                let tuple = self.b.use_var(self.words[a]);
                let len = self.b.ins().load(I64, MemFlagsData::trusted(), tuple, layout::TUPLE_LEN as i32 - CELL_TAG as i32);
                self.guard_eq(len, n as i64);
                for k in 0..n {
                    let at = layout::TUPLE_ITEMS as i32 + 8 * k as i32 - CELL_TAG as i32;
                    let v = self.b.ins().load(I64, MemFlagsData::trusted(), tuple, at);
                    self.def(first + k, v);
                }
            }
            How::UnpackList { a, first, n } => {
                let w = self.b.use_var(self.words[a]);
                let list = self.b.ins().iadd_imm_s(w, -CELL_TAG);
                let items = self.items_at_once(list, n);
                for (k, &v) in items.iter().enumerate() {
                    self.def(first + k, v);
                }
            }
            How::ForRange { a, b } => {
                let it = self.own_iterator(b);
                let n = self.load(I64, it, layout::RANGE_REMAINING);
                let c = self.b.ins().icmp_imm_s(IntCC::SignedLessThanOrEqual, n, 0);
                self.branch(p, c, true);
                let less = self.b.ins().iadd_imm_s(n, -1);
                self.store(less, it, layout::RANGE_REMAINING as isize);
                let i = self.load(I64, it, layout::RANGE_NEXT);
                let step = self.load(I64, it, layout::RANGE_STEP);
                let next = self.b.ins().iadd(i, step);
                self.store(next, it, layout::RANGE_NEXT as isize);
                let w = self.b.ins().ishl_imm_s(i, 2);
                self.def(a, w);
            }
            How::ForList { a, b } => self.for_items(p, a, b, true),
            How::ForTuple { a, b } => self.for_items(p, a, b, false),
            How::ForAny { a, b } => {
                self.spill();
                let it = self.word_of(b);
                self.set_pc();
                let generator = self.node().site.shape == self.cx.shapes.generator;
                let v = if generator { self.next_of_generator(it) } else { self.next_by_call(it) };
                let c = self.b.ins().icmp_imm_s(IntCC::Equal, v, EMPTY);
                let pc = self.next_or_jump(c);
                // At the end the register keeps what it has.
                let old = self.word_of(a);
                let now = self.b.ins().select(c, old, v);
                self.stay(pc, Some((a, now)));
                self.branch(p, c, true);
                self.def(a, v);
            }
            How::ForPlain { a, b, function } => {
                let it = self.word_of(b);
                self.set_pc();
                let v = self.call(function, &[self.t, it], Some(I64)).unwrap_or(it);
                self.check(v);
                let v = self.otherwise(v, machine::AGAIN as i64, |l| {
                    l.spill();
                    l.set_pc();
                    let v = l.next_by_call(it);
                    let c = l.b.ins().icmp_imm_s(IntCC::Equal, v, EMPTY);
                    let pc = l.next_or_jump(c);
                    // At the end the register keeps what it has.
                    let old = l.word_of(a);
                    let now = l.b.ins().select(c, old, v);
                    l.stay(pc, Some((a, now)));
                    v
                });
                let c = self.b.ins().icmp_imm_s(IntCC::Equal, v, EMPTY);
                self.branch(p, c, true);
                self.def(a, v);
            }
            How::ForPair { b, first } => {
                let it = self.word_of(b);
                let to = self.b.ins().iadd_imm_s(self.r, Self::offset(first) as i64);
                self.set_pc();
                let next = machine::next_pair_own as *const () as usize;
                let v = self.call(next, &[self.t, it, to], Some(I64)).unwrap_or(it);
                let v = self.otherwise(v, machine::AGAIN as i64, |l| {
                    l.spill();
                    l.set_pc();
                    let v = l.call(machine::next_pair as *const () as usize, &[l.t, it, to], Some(I64)).unwrap_or(it);
                    l.check(v);
                    let leave = l.exit(ExitKind::Guard);
                    let known = l.b.ins().icmp_imm_s(IntCC::NotEqual, v, machine::AGAIN as i64);
                    l.go_on_if(known, leave);
                    let c = l.b.ins().icmp_imm_s(IntCC::Equal, v, EMPTY);
                    let pc = l.next_or_jump(c);
                    l.stay(pc, None);
                    v
                });
                let c = self.b.ins().icmp_imm_s(IntCC::Equal, v, EMPTY);
                self.branch(p, c, true);
                for r in [first, first + 1] {
                    let w = self.load(I64, self.r, Self::offset(r) as usize);
                    self.def(r, w);
                }
            }
            How::Jump => {
                self.jump(p);
                return false;
            }
            How::JumpBack => {
                let leave = self.exit(ExitKind::Leave);
                // Atomic, so that no round takes what it reads, this word included, from the round before.
                let at = self.b.ins().iadd_imm_s(self.t, layout::THREAD_POLL as i64);
                let poll = self.b.ins().atomic_load(I32, MemFlagsData::trusted(), at);
                let next = self.new_block(false);
                self.b.ins().brif(poll, leave, &[], next, &[]);
                self.begin(next);
                self.jump(p);
                return false;
            }
            How::Enter { window, call } => self.enter(window, &call),
            How::ReturnJump { b, want } => {
                let leave = self.exit(ExitKind::Leave);
                let v = self.word_of(b);
                if self.state.kinds[b] != Kind::Bool {
                    let known = self.is_bool(v);
                    self.go_on_if(known, leave);
                }
                self.leave_inlined(leave);
                let c = self.b.ins().icmp_imm_s(IntCC::Equal, v, Value::bool(want).bits() as i64);
                self.branch(p, c, true);
            }
            How::Return { b, dest } => {
                let frame = self.node().frame;
                let f = &self.cx.graph.frames[frame];
                let leave = self.exit(ExitKind::Leave);
                if matches!(f.operator, Some(Wanted::Checked(_))) && self.state.kinds[b] == Kind::Any {
                    let v = self.word_of(b);
                    let done = self.b.ins().icmp_imm_s(IntCC::NotEqual, v, Value::NOT_IMPLEMENTED.bits() as i64);
                    self.go_on_if(done, leave);
                }
                if f.init {
                    let v = self.word_of(b);
                    let none = self.b.ins().icmp_imm_s(IntCC::Equal, v, Value::NONE.bits() as i64);
                    let next = self.new_block(false);
                    self.b.ins().brif(none, next, &[], leave, &[]);
                    self.begin(next);
                }
                self.leave_inlined(leave);
                if !f.init {
                    self.copy(dest, b);
                } else if f.keeps_first {
                    self.copy(dest, f.base);
                } else {
                    let made = self.b.use_var(self.callees[frame].1);
                    self.def(dest, made);
                }
            }
        }
        true
    }

    /// Pops the frame of an inlined callee that returns, if it was pushed; or leaves if it has a frame object.
    fn leave_inlined(&mut self, leave: Block) {
        let frame = self.node().frame;
        let depth = self.cx.graph.frames[frame].depth;
        if self.state.pushed == depth + 1 {
            let regs = self.frame_regs(frame);
            let seen = self.b.ins().load(I64, MemFlagsData::trusted(), regs, 8 * frame_word::FRAME as i32);
            let unseen = self.b.ins().icmp_imm_s(IntCC::Equal, seen, EMPTY);
            self.go_on_if(unseen, leave);
            self.pop_frames(depth + 1, depth);
        }
    }
    fn is_bool(&mut self, w: Ir) -> Ir {
        let rest = self.b.ins().band_imm_s(w, !0x10);
        self.b.ins().icmp_imm_s(IntCC::Equal, rest, Value::FALSE.bits() as i64)
    }
    /// The word of a bool.
    fn bool_word(&mut self, c: Ir) -> Ir {
        let bit = self.b.ins().uextend(I64, c);
        let shifted = self.b.ins().ishl_imm_s(bit, 4);
        self.b.ins().iadd_imm_s(shifted, Value::FALSE.bits() as i64)
    }
    /// The outcome of a comparison: a bool in `dest`, or a jump.
    fn outcome(&mut self, p: &Plan, c: Ir, dest: Option<usize>, want: bool) {
        match dest {
            Some(a) => {
                let w = self.bool_word(c);
                self.def(a, w);
            }
            None => self.branch(p, c, want),
        }
    }
}
