//! Plans as Cranelift's code.
//!
//! Each register is two variables, a word and an unboxed float; its kind says which one counts. A guard ends a block: it goes
//! on, or to the exit of its instruction, whose code is written at the end from the state that the instruction began with. All
//! guards of an instruction come before it changes anything.

use crate::graph::{Call, Node, NodeId, Receiver};
use crate::infer::Blocks;
use crate::memory::CodeMemory;
use crate::plan::{Arith, Context, How, Items, Kind, MethodWay, Outcome, Plan, Source, State, apply, plan};
use cranelift_codegen::Context as Codegen;
use cranelift_codegen::control::ControlPlane;
use cranelift_codegen::ir::condcodes::{FloatCC, IntCC};
use cranelift_codegen::ir::types::{F64, I8, I16, I32, I64};
use cranelift_codegen::ir::{AbiParam, Block, InstBuilder, MemFlagsData, Signature, Type, Value as Ir};
use cranelift_codegen::isa::{CallConv, OwnedTargetIsa};
use cranelift_codegen::settings::{self, Configurable};
use cranelift_frontend::{FunctionBuilder, FunctionBuilderContext, Variable};
use std::sync::OnceLock;
use std::sync::atomic::AtomicU32;
use taipan_compiler::isa::{CALLABLE, FRAME_HEADER_WORDS, Op};
use taipan_vm::interp::machine::{self, ExitKind, ExitPoint, Unit, layout};
use taipan_vm::interp::queue::Target;
use taipan_vm::interp::{ENTRY, GENERATOR, INIT, frame_word};
use taipan_vm::native::*;
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

struct PendingExit {
    block: Block,
    node: NodeId,
    kind: ExitKind,
    state: State,
}

struct Lower<'a, 'b> {
    cx: &'a Context<'a>,
    blocks: &'a Blocks,
    b: FunctionBuilder<'b>,
    t: Ir,
    r: Ir,
    words: Vec<Variable>,
    floats: Vec<Variable>,
    state: State,
    /// The instruction that is written, and its exits so far.
    at: NodeId,
    before: State,
    exit: [Option<Block>; 3],
    pending: Vec<PendingExit>,
    starts: Vec<Option<Block>>,
    exits: Vec<ExitPoint>,
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
    /// Instructions that the interpreter or the runtime does, for the log.
    pub left: Vec<&'static str>,
}

/// Writes the code of a graph.
pub fn lower(t: &Thread, cx: &Context, blocks: &Blocks, target: Target) -> Option<Written> {
    let isa = isa()?;
    let g = cx.graph;
    let mut context = Codegen::new();
    let mut signature = Signature::new(CallConv::triple_default(isa.triple()));
    signature.params.extend([AbiParam::new(I64), AbiParam::new(I64)]);
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
    let mut l = Lower {
        cx,
        blocks,
        b,
        t: thread,
        r: regs,
        words,
        floats,
        state: State::new(g.registers),
        at: g.entry,
        before: State::new(g.registers),
        exit: [None; 3],
        pending: Vec::new(),
        starts: vec![None; g.nodes.len()],
        exits: Vec::new(),
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
    Some(Written { context, exits, left })
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
        Some(Box::new(Unit { entry, exits: self.exits, memory: Box::new(memory), size }))
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
    for call in cx.graph.nodes.iter().filter_map(|n| n.calls) {
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
    /// Goes on only if `condition` holds, else leaves by the instruction's exit.
    fn guard(&mut self, condition: Ir) {
        let (exit, next) = (self.exit(ExitKind::Guard), self.new_block(false));
        self.b.ins().brif(condition, next, &[], exit, &[]);
        self.b.switch_to_block(next);
    }
    fn guard_not(&mut self, condition: Ir) {
        let (exit, next) = (self.exit(ExitKind::Guard), self.new_block(false));
        self.b.ins().brif(condition, exit, &[], next, &[]);
        self.b.switch_to_block(next);
    }
    fn guard_eq(&mut self, x: Ir, imm: i64) {
        let c = self.b.ins().icmp_imm_s(IntCC::Equal, x, imm);
        self.guard(c);
    }
    fn guard_ne(&mut self, x: Ir, imm: i64) {
        let c = self.b.ins().icmp_imm_s(IntCC::NotEqual, x, imm);
        self.guard(c);
    }
    /// The block where the instruction that is written is left.
    fn exit(&mut self, kind: ExitKind) -> Block {
        if let Some(block) = self.exit[kind as usize] {
            return block;
        }
        let block = self.new_block(true);
        self.exit[kind as usize] = Some(block);
        let state = self.before.clone();
        self.pending.push(PendingExit { block, node: self.at, kind, state });
        block
    }
    /// Leaves with the exception if a helper failed.
    fn check(&mut self, v: Ir) {
        let (throw, next) = (self.exit(ExitKind::Throw), self.new_block(false));
        let c = self.b.ins().icmp_imm_s(IntCC::Equal, v, machine::FAILED as i64);
        self.b.ins().brif(c, throw, &[], next, &[]);
        self.b.switch_to_block(next);
    }
    /// Goes to the block that begins at `to`.
    fn edge(&mut self, to: NodeId) {
        let g = self.cx.graph;
        let blocks = self.blocks;
        let Some(target) = &blocks.states[to] else { unreachable!("an edge to an instruction that inference did not reach") };
        let mut boxed = Vec::new();
        g.live(&g.nodes[to], |r| {
            if self.state.kinds[r] == Kind::Float && target.kinds[r] != Kind::Float {
                boxed.push(r);
            }
        });
        for r in boxed {
            let w = self.word_of(r);
            self.b.def_var(self.words[r], w);
        }
        let block = self.start_of(to);
        self.b.ins().jump(block, &[]);
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
    fn set_pc(&mut self) {
        let pc = self.word(self.pc());
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
    /// Stores what the frames do not have yet.
    fn spill(&mut self, state: &State) {
        let todo = self.unstored(state);
        if todo.iter().any(|&r| state.kinds[r] == Kind::Float) {
            self.set_pc();
        }
        for r in todo {
            let w = if state.kinds[r] == Kind::Float {
                let x = self.b.use_var(self.floats[r]);
                self.boxed(x)
            } else {
                self.b.use_var(self.words[r])
            };
            self.store(w, self.r, Self::offset(r));
        }
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
        self.b.switch_to_block(slow);
        self.set_pc();
        let cell = self.call(machine::box_float as *const () as usize, &[self.t, x], Some(I64));
        self.b.ins().jump(done, &[cell.unwrap_or(w).into()]);
        self.b.switch_to_block(done);
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
        let tag = self.b.ins().band_imm_s(w, 3);
        let tagged = self.b.ins().icmp_imm_s(IntCC::Equal, tag, CELL_TAG);
        let real = self.b.ins().icmp_imm_s(IntCC::UnsignedGreaterThanOrEqual, w, FIRST_CELL);
        self.b.ins().band(tagged, real)
    }
    /// Makes sure that register `r`, whose word is `w`, is an instance of this shape, unless that is known.
    fn guard_instance(&mut self, r: usize, w: Ir, shape: u32) {
        if self.state.shapes[r] != shape {
            self.guard_shape(w, shape);
        }
    }
    /// Where the slot is, plus the tag, in the instance in register `r`, whose word is `o`: made sure that it has one of these shapes.
    fn slot_place(&mut self, r: usize, o: Ir, ways: &[(u32, usize)]) -> Ir {
        let known = self.state.shapes[r];
        if let Some(&(_, offset)) = ways.iter().find(|w| w.0 == known) {
            return self.b.ins().iadd_imm_s(o, 8 * offset as i64);
        }
        if let [(shape, offset)] = *ways {
            self.guard_shape(o, shape);
            return self.b.ins().iadd_imm_s(o, 8 * offset as i64);
        }
        let cell = self.is_cell(o);
        self.guard(cell);
        let shape = self.b.ins().load(I32, MemFlagsData::trusted(), o, -(CELL_TAG as i32));
        let done = self.new_block(false);
        let place = self.b.append_block_param(done, I64);
        for (k, &(way, offset)) in ways.iter().enumerate() {
            let there = self.b.ins().iadd_imm_s(o, 8 * offset as i64);
            if k == ways.len() - 1 {
                self.guard_eq(shape, way.into());
                self.b.ins().jump(done, &[there.into()]);
            } else {
                let next = self.new_block(false);
                let c = self.b.ins().icmp_imm_s(IntCC::Equal, shape, way as i64);
                self.b.ins().brif(c, done, &[there.into()], next, &[]);
                self.b.switch_to_block(next);
            }
        }
        self.b.switch_to_block(done);
        place
    }
    /// Makes sure that a class has not changed.
    fn guard_version(&mut self, class: u64, version: u32) {
        self.refs.push(class);
        let class = self.word(class);
        let v = self.b.ins().load(I32, MemFlagsData::trusted(), class, layout::CLASS_VERSION as i32 - CELL_TAG as i32);
        self.guard_eq(v, version as i32 as i64);
    }
    /// The function that is the method of the instance in register `r`, whose word is `o`.
    fn method(&mut self, r: usize, o: Ir, ways: &[MethodWay]) -> Ir {
        self.refs.extend(ways.iter().map(|w| w.function));
        let known = self.state.shapes[r];
        let one = if let [one] = ways { Some(one) } else { ways.iter().find(|w| w.shape == known) };
        if let Some(w) = one {
            self.guard_instance(r, o, w.shape);
            self.guard_version(w.class, w.version);
            return self.word(w.function);
        }
        let cell = self.is_cell(o);
        self.guard(cell);
        let shape = self.b.ins().load(I32, MemFlagsData::trusted(), o, -(CELL_TAG as i32));
        let done = self.new_block(false);
        let f = self.b.append_block_param(done, I64);
        for (k, w) in ways.iter().enumerate() {
            let here = self.new_block(false);
            let c = self.b.ins().icmp_imm_s(IntCC::Equal, shape, w.shape as i64);
            let other = if k == ways.len() - 1 { self.exit(ExitKind::Guard) } else { self.new_block(false) };
            self.b.ins().brif(c, here, &[], other, &[]);
            self.b.switch_to_block(here);
            self.guard_version(w.class, w.version);
            let function = self.word(w.function);
            self.b.ins().jump(done, &[function.into()]);
            self.b.switch_to_block(other);
        }
        self.b.switch_to_block(done);
        f
    }
    /// Stores `v`, the word of register `c`, at `at` from `place` in the cell with the word `o`.
    fn store_slot(&mut self, c: usize, o: Ir, v: Ir, place: Ir, at: i32) {
        let header = self.b.ins().iadd_imm_s(o, -CELL_TAG);
        let (slow, done) = (self.new_block(true), self.new_block(false));
        self.quick_store(header, c, v, place, at, slow, done);
        self.b.switch_to_block(slow);
        self.set_pc();
        let field = self.b.ins().iadd_imm_s(place, at as i64);
        self.call(machine::store_field as *const () as usize, &[self.t, o, field, v], None);
        self.b.ins().jump(done, &[]);
        self.b.switch_to_block(done);
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
        self.b.switch_to_block(slow);
        self.guard_shape(w, self.cx.shapes.float);
        let x = self.b.ins().load(F64, MemFlagsData::trusted(), w, layout::BOXED_FLOAT as i32 - CELL_TAG as i32);
        self.b.ins().jump(done, &[x.into()]);
        self.b.switch_to_block(quick);
        let turned = self.b.ins().rotr_imm_s(w, 3);
        let offset = self.int(FLOAT_OFFSET);
        let bits = self.b.ins().isub(turned, offset);
        let x = self.b.ins().bitcast(F64, MemFlagsData::new(), bits);
        self.b.ins().jump(done, &[x.into()]);
        self.b.switch_to_block(done);
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
                let rest = self.b.ins().band_imm_s(w, !0x10);
                self.guard_eq(rest, Value::FALSE.bits() as i64);
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
        let g = self.cx.graph;
        let blocks = self.blocks;
        let Some(head) = &blocks.states[g.entry] else { return };
        // What the frame holds, as the loop's head wants it.
        if let Some(globals) = g.frames[0].globals {
            let own = self.b.ins().load(I64, MemFlagsData::trusted(), self.r, 8 * frame_word::GLOBALS as i32);
            self.guard_eq(own, globals.bits() as i64);
        }
        let mut live = Vec::new();
        g.live(&g.nodes[g.entry], |r| live.push(r));
        for r in live {
            let w = self.load(I64, self.r, Self::offset(r) as usize);
            self.def(r, w);
            self.ensure(r, head.kinds[r]);
        }
        self.edge(g.entry);
        for start in 0..g.nodes.len() {
            if self.blocks.leader[start] && self.blocks.states[start].is_some() {
                self.block(start);
            }
        }
        self.write_exits();
    }

    /// Exits store what the frames lack, floats as they are, and tell which one it was: `take_exit` does the rest.
    fn write_exits(&mut self) {
        let pending = std::mem::take(&mut self.pending);
        // Code refers to them by address.
        self.exits.reserve_exact(pending.len());
        let common = self.new_block(true);
        let point = self.b.append_block_param(common, I64);
        for (k, p) in pending.into_iter().enumerate() {
            self.b.switch_to_block(p.block);
            self.at = p.node;
            let exit = self.exit_point(&p);
            for r in self.unstored(&p.state) {
                let v =
                    if p.state.kinds[r] == Kind::Float { self.b.use_var(self.floats[r]) } else { self.b.use_var(self.words[r]) };
                self.store(v, self.r, Self::offset(r));
            }
            self.exits.push(exit);
            let address = self.word(&raw const self.exits[k] as u64);
            self.b.ins().jump(common, &[address.into()]);
        }
        self.b.switch_to_block(common);
        self.store(point, self.t, layout::THREAD_EXIT as isize);
        let exited = self.int(machine::EXITED as i64);
        self.b.ins().return_(&[exited]);
    }
    fn exit_point(&self, p: &PendingExit) -> ExitPoint {
        let node = self.node();
        let frame = &self.cx.graph.frames[node.frame];
        let floats = self.unstored(&p.state).into_iter().filter(|&r| p.state.kinds[r] == Kind::Float).map(|r| r as u32);
        ExitPoint {
            kind: p.kind,
            count: AtomicU32::new(0),
            limit: self.limit,
            at: if node.site.count == 0 { u32::MAX } else { node.at as u32 },
            code: frame.code.as_ptr() as u64,
            pc: frame.address(node.at),
            frames: self.frames() as u32,
            base: frame.base as u32,
            floats: floats.collect(),
            target: self.target,
        }
    }

    fn block(&mut self, start: NodeId) {
        let block = self.start_of(start);
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
            if matches!(p.how, How::Step | How::Helper { .. } | How::ForAny { .. }) {
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
        self.b.switch_to_block(taken);
        self.jump(p);
        self.b.switch_to_block(next);
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
            How::Move { a, b } => self.copy(a, b),
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
            How::CallFunction { window, call, dest } => self.call_function(window, call, dest),
            How::Step => return self.step(p),
            How::Helper { helper, args, outcome } => self.helper(p, helper, &args, outcome),
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
                let x = self.b.use_var(self.words[b]);
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
                if known == 0 {
                    self.guard_ne(v, EMPTY);
                } else {
                    self.refs.push(known);
                    self.guard_eq(v, known as i64);
                }
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
            How::ModuleValue { a, b, shape, module, cell } => {
                self.refs.extend([module, cell]);
                let o = self.word_of(b);
                self.guard_instance(b, o, shape);
                self.guard_eq(o, module as i64);
                let v = self.cell_content(cell);
                self.guard_ne(v, EMPTY);
                self.def(a, v);
            }
            How::Item { items, a, b, index } => {
                let v = self.item(items, b, index);
                self.def(a, v);
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
                let len = self.load(I64, list, layout::LIST_LEN);
                self.guard_eq(len, n as i64);
                if n > 0 {
                    let last = self.int(n as i64 - 1);
                    let storage = self.storage(list, last);
                    let items: Vec<Ir> = (0..n).map(|k| self.load(I64, storage, layout::ARRAY_ITEMS + 8 * k)).collect();
                    for &v in &items {
                        self.guard_ne(v, EMPTY);
                    }
                    for (k, &v) in items.iter().enumerate() {
                        self.def(first + k, v);
                    }
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
                let state = self.state.clone();
                self.spill(&state);
                self.state.stored.fill(true);
                self.before = self.state.clone();
                let it = self.word_of(b);
                self.set_pc();
                let v = self.next_by_call(it);
                let c = self.b.ins().icmp_imm_s(IntCC::Equal, v, EMPTY);
                let (next, jump) = (self.node().next, self.node().jump);
                let (next, jump) = (self.address_of(next), self.address_of(jump));
                let pc = self.b.ins().select(c, jump, next);
                // At the end the register keeps what it has.
                let old = self.word_of(a);
                let now = self.b.ins().select(c, old, v);
                self.stay(pc, Some((a, now)));
                self.branch(p, c, true);
                self.def(a, v);
            }
            How::Jump => {
                self.jump(p);
                return false;
            }
            How::JumpBack => {
                let leave = self.exit(ExitKind::Leave);
                let poll = self.load(I32, self.t, layout::THREAD_POLL);
                let (next, last) = (self.new_block(false), self.new_block(false));
                self.b.ins().brif(poll, leave, &[], next, &[]);
                self.b.switch_to_block(next);
                let frame = self.frame_regs(self.node().frame);
                let seen = self.b.ins().load(I64, MemFlagsData::trusted(), frame, 8 * frame_word::FRAME as i32);
                let unseen = self.b.ins().icmp_imm_s(IntCC::Equal, seen, EMPTY);
                self.b.ins().brif(unseen, last, &[], leave, &[]);
                self.b.switch_to_block(last);
                self.jump(p);
                return false;
            }
            How::Enter { window, call } => self.enter(window, call),
            How::Return { b, dest } => {
                let frame = self.node().frame;
                let f = &self.cx.graph.frames[frame];
                let regs = self.frame_regs(frame);
                let leave = self.exit(ExitKind::Leave);
                if f.init {
                    let v = self.word_of(b);
                    let none = self.b.ins().icmp_imm_s(IntCC::Equal, v, Value::NONE.bits() as i64);
                    let next = self.new_block(false);
                    self.b.ins().brif(none, next, &[], leave, &[]);
                    self.b.switch_to_block(next);
                }
                let seen = self.b.ins().load(I64, MemFlagsData::trusted(), regs, 8 * frame_word::FRAME as i32);
                let unseen = self.b.ins().icmp_imm_s(IntCC::Equal, seen, EMPTY);
                let next = self.new_block(false);
                self.b.ins().brif(unseen, next, &[], leave, &[]);
                self.b.switch_to_block(next);
                let Some((parent, _)) = self.cx.graph.frames[frame].call else { return false };
                let caller = self.frame_regs(parent);
                self.store(caller, self.t, layout::THREAD_REGS as isize);
                let depth = self.load(I32, self.t, layout::THREAD_DEPTH);
                let less = self.b.ins().iadd_imm_s(depth, -1);
                self.store(less, self.t, layout::THREAD_DEPTH as isize);
                if !f.init {
                    self.copy(dest, b);
                } else if f.keeps_first {
                    self.copy(dest, f.base);
                } else {
                    let made = self.b.ins().load(I64, MemFlagsData::trusted(), regs, 8 * frame_word::LOCALS as i32);
                    self.def(dest, made);
                }
            }
        }
        true
    }

    /// The outcome of a comparison: a bool in `dest`, or a jump.
    fn outcome(&mut self, p: &Plan, c: Ir, dest: Option<usize>, want: bool) {
        match dest {
            Some(a) => {
                let bit = self.b.ins().uextend(I64, c);
                let shifted = self.b.ins().ishl_imm_s(bit, 4);
                let w = self.b.ins().iadd_imm_s(shifted, Value::FALSE.bits() as i64);
                self.def(a, w);
            }
            None => self.branch(p, c, want),
        }
    }

    // ------------------------------------------------------------ numbers

    fn is_int(&self, s: Source) -> bool {
        match s {
            Source::Int(_) => true,
            Source::Reg(r) => self.state.kinds[r] == Kind::Int,
            Source::Number(_) => false,
        }
    }
    /// A tagged integer.
    fn int_word(&mut self, s: Source) -> Ir {
        match s {
            Source::Int(i) => self.int(i << 2),
            Source::Reg(r) | Source::Number(r) => self.b.use_var(self.words[r]),
        }
    }
    fn raw_int(&mut self, s: Source) -> Ir {
        match s {
            Source::Int(i) => self.int(i),
            Source::Reg(r) | Source::Number(r) => {
                let w = self.b.use_var(self.words[r]);
                self.b.ins().sshr_imm_s(w, 2)
            }
        }
    }
    /// A number as a float; `exact`: integers must not be rounded.
    fn float_source(&mut self, s: Source, exact: bool) -> Ir {
        match s {
            Source::Int(i) => self.b.ins().f64const(i as f64),
            Source::Reg(r) if self.state.kinds[r] == Kind::Int => {
                let i = self.raw_int(s);
                if exact {
                    let above = self.b.ins().iadd_imm_s(i, 1 << 53);
                    let c = self.b.ins().icmp_imm_s(IntCC::UnsignedLessThanOrEqual, above, 1 << 54);
                    self.guard(c);
                }
                self.b.ins().fcvt_from_sint(F64, i)
            }
            Source::Reg(r) => self.b.use_var(self.floats[r]),
            Source::Number(r) => {
                let w = self.b.use_var(self.words[r]);
                let (int, other, done) = (self.new_block(false), self.new_block(false), self.new_block(false));
                let x = self.b.append_block_param(done, F64);
                let tag = self.b.ins().band_imm_s(w, 3);
                self.b.ins().brif(tag, other, &[], int, &[]);
                self.b.switch_to_block(int);
                let i = self.b.ins().sshr_imm_u(w, 2);
                let converted = self.b.ins().fcvt_from_sint(F64, i);
                self.b.ins().jump(done, &[converted.into()]);
                self.b.switch_to_block(other);
                let unboxed = self.unboxed(w);
                self.b.ins().jump(done, &[unboxed.into()]);
                self.b.switch_to_block(done);
                x
            }
        }
    }
    fn int_arith(&mut self, op: Arith, x: Source, y: Source) -> Ir {
        match op {
            Arith::Add | Arith::Sub => {
                let (x, y) = (self.int_word(x), self.int_word(y));
                let (z, overflow) =
                    if op == Arith::Add { self.b.ins().sadd_overflow(x, y) } else { self.b.ins().ssub_overflow(x, y) };
                self.guard_not(overflow);
                z
            }
            Arith::Mul => {
                let (x, y) = (self.raw_int(x), self.int_word(y));
                let (z, overflow) = self.b.ins().smul_overflow(x, y);
                self.guard_not(overflow);
                z
            }
            Arith::And | Arith::Or | Arith::Xor => {
                let (x, y) = (self.int_word(x), self.int_word(y));
                match op {
                    Arith::And => self.b.ins().band(x, y),
                    Arith::Or => self.b.ins().bor(x, y),
                    _ => self.b.ins().bxor(x, y),
                }
            }
            Arith::Shl => {
                let Source::Int(n) = y else { unreachable!("planned with a constant distance") };
                let x = self.int_word(x);
                let z = self.b.ins().ishl_imm_s(x, n);
                let back = self.b.ins().sshr_imm_s(z, n);
                let same = self.b.ins().icmp(IntCC::Equal, back, x);
                self.guard(same);
                z
            }
            Arith::Shr => {
                let x = self.int_word(x);
                let z = match y {
                    Source::Int(n) if n >= 0 => self.b.ins().sshr_imm_s(x, n.min(63)),
                    y => {
                        let n = self.raw_int(y);
                        let c = self.b.ins().icmp_imm_s(IntCC::UnsignedLessThan, n, 64);
                        self.guard(c);
                        self.b.ins().sshr(x, n)
                    }
                };
                self.b.ins().band_imm_s(z, !3)
            }
            Arith::FloorDiv | Arith::Mod => self.divide(op, x, y),
            Arith::TrueDiv => unreachable!("planned as a float"),
        }
    }
    /// Division towards minus infinity.
    fn divide(&mut self, op: Arith, x: Source, y: Source) -> Ir {
        if let Source::Int(n) = y
            && n > 0
            && n.count_ones() == 1
        {
            let w = self.int_word(x);
            return if op == Arith::Mod {
                self.b.ins().band_imm_s(w, (n - 1) << 2)
            } else {
                let z = self.b.ins().sshr_imm_s(w, n.trailing_zeros() as i64);
                self.b.ins().band_imm_s(z, !3)
            };
        }
        let (x, y) = (self.raw_int(x), self.raw_int(y));
        // Neither 0 nor -1.
        let above = self.b.ins().iadd_imm_s(y, 1);
        let c = self.b.ins().icmp_imm_s(IntCC::UnsignedGreaterThan, above, 1);
        self.guard(c);
        let q = self.b.ins().sdiv(x, y);
        let product = self.b.ins().imul(q, y);
        let rest = self.b.ins().isub(x, product);
        let signs = self.b.ins().bxor(rest, y);
        let apart = self.b.ins().icmp_imm_s(IntCC::SignedLessThan, signs, 0);
        let some = self.b.ins().icmp_imm_s(IntCC::NotEqual, rest, 0);
        let adjust = self.b.ins().band(apart, some);
        let z = if op == Arith::Mod {
            let zero = self.int(0);
            let more = self.b.ins().select(adjust, y, zero);
            self.b.ins().iadd(rest, more)
        } else {
            let one = self.b.ins().uextend(I64, adjust);
            self.b.ins().isub(q, one)
        };
        self.b.ins().ishl_imm_s(z, 2)
    }

    // ------------------------------------------------------------ objects

    fn cell_content(&mut self, cell: u64) -> Ir {
        let at = self.word(cell);
        self.b.ins().load(I64, MemFlagsData::trusted(), at, layout::CELL_CONTENT as i32 - CELL_TAG as i32)
    }
    /// Stores `v`, register `c`'s word, at `at` from `o`, a part of the cell whose header is given, and goes to `done`; or to `slow`
    /// if the store needs the barrier.
    fn quick_store(&mut self, header: Ir, c: usize, v: Ir, o: Ir, at: i32, slow: Block, done: Block) {
        if !matches!(self.state.kinds[c], Kind::Int | Kind::Bool) {
            let gc = self.b.ins().load(I8, MemFlagsData::trusted(), header, HEADER_GC);
            let old = self.b.ins().icmp_imm_s(IntCC::Equal, gc, OLD);
            let tag = self.b.ins().band_imm_s(v, 3);
            let cell = self.b.ins().icmp_imm_s(IntCC::Equal, tag, CELL_TAG);
            let barrier = self.b.ins().band(old, cell);
            let plain = self.new_block(false);
            self.b.ins().brif(barrier, slow, &[], plain, &[]);
            self.b.switch_to_block(plain);
        }
        self.b.ins().store(MemFlagsData::trusted(), v, o, at);
        self.b.ins().jump(done, &[]);
    }
    /// A subscript counted from the front.
    fn wrapped(&mut self, index: Source, len: Ir) -> Ir {
        match index {
            Source::Int(i) if i >= 0 => self.int(i),
            Source::Int(i) => self.b.ins().iadd_imm_s(len, i),
            Source::Reg(_) | Source::Number(_) => {
                let i = self.raw_int(index);
                let negative = self.b.ins().icmp_imm_s(IntCC::SignedLessThan, i, 0);
                let from_end = self.b.ins().iadd(i, len);
                self.b.ins().select(negative, from_end, i)
            }
        }
    }
    fn below(&mut self, i: Ir, n: Ir) {
        let c = self.b.ins().icmp(IntCC::UnsignedLessThan, i, n);
        self.guard(c);
    }
    /// The storage of a list of which position `i` is below the length, made sure that it reaches so far.
    fn storage(&mut self, list: Ir, i: Ir) -> Ir {
        let storage = self.load(I64, list, layout::LIST_STORAGE);
        self.guard_ne(storage, 0);
        let capacity = self.load(I64, storage, layout::ARRAY_CAPACITY);
        self.below(i, capacity);
        storage
    }
    fn place(&mut self, storage: Ir, i: Ir) -> Ir {
        let offset = self.b.ins().ishl_imm_s(i, 3);
        self.b.ins().iadd(storage, offset)
    }
    fn item(&mut self, items: Items, b: usize, index: Source) -> Ir {
        let o = self.b.use_var(self.words[b]);
        let cell = self.b.ins().iadd_imm_s(o, -CELL_TAG);
        match items {
            Items::List => {
                let len = self.load(I64, cell, layout::LIST_LEN);
                let i = self.wrapped(index, len);
                self.below(i, len);
                let storage = self.storage(cell, i);
                let place = self.place(storage, i);
                let v = self.load(I64, place, layout::ARRAY_ITEMS);
                self.guard_ne(v, EMPTY);
                v
            }
            Items::Tuple => {
                let len = self.load(I64, cell, layout::TUPLE_LEN);
                let i = self.wrapped(index, len);
                self.below(i, len);
                let place = self.place(cell, i);
                self.load(I64, place, layout::TUPLE_ITEMS)
            }
            Items::Quick => {
                let i = self.raw_int(index);
                self.set_pc();
                let v = self.call(machine::quick_item as *const () as usize, &[self.t, o, i], Some(I64)).unwrap_or(o);
                self.check(v);
                self.guard_ne(v, EMPTY);
                v
            }
        }
    }
    fn set_item(&mut self, items: Items, a: usize, index: Source, c: usize) {
        let o = self.b.use_var(self.words[a]);
        let v = self.word_of(c);
        if items == Items::Quick {
            let i = self.raw_int(index);
            self.set_pc();
            let done = self.call(machine::quick_set_item as *const () as usize, &[self.t, o, i, v], Some(I64)).unwrap_or(o);
            self.check(done);
            return self.guard_eq(done, 1);
        }
        let cell = self.b.ins().iadd_imm_s(o, -CELL_TAG);
        let len = self.load(I64, cell, layout::LIST_LEN);
        let i = self.wrapped(index, len);
        self.below(i, len);
        let (quick, slow, done) = (self.new_block(false), self.new_block(true), self.new_block(false));
        let own = self.is_own(cell);
        self.b.ins().brif(own, quick, &[], slow, &[]);
        self.b.switch_to_block(quick);
        let storage = self.storage(cell, i);
        let place = self.place(storage, i);
        self.quick_store(storage, c, v, place, layout::ARRAY_ITEMS as i32, slow, done);
        self.b.switch_to_block(slow);
        self.set_pc();
        let stored = self.call(machine::set_list_item as *const () as usize, &[self.t, o, i, v], Some(I64)).unwrap_or(o);
        self.guard(stored);
        self.b.ins().jump(done, &[]);
        self.b.switch_to_block(done);
    }
    fn is_own(&mut self, cell: Ir) -> Ir {
        let owner = self.load(I16, cell, layout::HEADER_OWNER);
        let id = self.load(I16, self.t, layout::THREAD_ID);
        self.b.ins().icmp(IntCC::Equal, owner, id)
    }
    /// The cell of the iterator in register `b`, made sure to be this thread's.
    fn own_iterator(&mut self, b: usize) -> Ir {
        let w = self.b.use_var(self.words[b]);
        let it = self.b.ins().iadd_imm_s(w, -CELL_TAG);
        let own = self.is_own(it);
        self.guard(own);
        it
    }
    /// The next item by a call, or the empty mark.
    fn next_by_call(&mut self, it: Ir) -> Ir {
        let v = self.call(machine::for_iter as *const () as usize, &[self.t, it], Some(I64)).unwrap_or(it);
        self.check(v);
        v
    }
    /// FOR_ITER over a list's or a tuple's iterator.
    fn for_items(&mut self, p: &Plan, a: usize, b: usize, list: bool) {
        let it = self.own_iterator(b);
        let (slow, done) = (self.new_block(true), self.new_block(false));
        let v = self.b.append_block_param(done, I64);
        let (of, index) = if list {
            (layout::LIST_ITERATOR_LIST, layout::LIST_ITERATOR_INDEX)
        } else {
            (layout::TUPLE_ITERATOR_TUPLE, layout::TUPLE_ITERATOR_INDEX)
        };
        let or_slow = |l: &mut Self, c: Ir| {
            let next = l.new_block(false);
            l.b.ins().brif(c, next, &[], slow, &[]);
            l.b.switch_to_block(next);
        };
        let items = self.load(I64, it, of);
        or_slow(self, items);
        let i = self.load(I64, it, index);
        let len = self.load(I64, items, if list { layout::LIST_LEN } else { layout::TUPLE_LEN });
        let inside = self.b.ins().icmp(IntCC::UnsignedLessThan, i, len);
        or_slow(self, inside);
        let item = if list {
            let storage = self.load(I64, items, layout::LIST_STORAGE);
            or_slow(self, storage);
            let capacity = self.load(I64, storage, layout::ARRAY_CAPACITY);
            let inside = self.b.ins().icmp(IntCC::UnsignedLessThan, i, capacity);
            or_slow(self, inside);
            let place = self.place(storage, i);
            let item = self.load(I64, place, layout::ARRAY_ITEMS);
            let some = self.b.ins().icmp_imm_s(IntCC::NotEqual, item, EMPTY);
            or_slow(self, some);
            item
        } else {
            let place = self.place(items, i);
            self.load(I64, place, layout::TUPLE_ITEMS)
        };
        let next = self.b.ins().iadd_imm_s(i, 1);
        self.store(next, it, index as isize);
        self.b.ins().jump(done, &[item.into()]);
        self.b.switch_to_block(slow);
        self.set_pc();
        let w = self.b.use_var(self.words[b]);
        let x = self.next_by_call(w);
        self.b.ins().jump(done, &[x.into()]);
        self.b.switch_to_block(done);
        let end = self.b.ins().icmp_imm_s(IntCC::Equal, v, EMPTY);
        self.branch(p, end, true);
        self.def(a, v);
    }

    // ------------------------------------------------------------ calls

    /// Leaves to the interpreter, at the address `pc`, if it has to take over after a call: a frame of this code has a frame
    /// object, or the thread watches events. The frame gets `result` first.
    fn stay(&mut self, pc: Ir, result: Option<(usize, Ir)>) {
        let table = self.load(I64, self.t, layout::THREAD_TABLE);
        let recording = self.word(machine::RECORDING.as_ptr() as u64);
        let plain = self.b.ins().icmp_imm_s(IntCC::Equal, table, layout::plain_table() as i64);
        let recorded = self.b.ins().icmp(IntCC::Equal, table, recording);
        let mut stays = self.b.ins().bor(plain, recorded);
        let frames: Vec<usize> = self.cx.graph.chain(self.node().frame).collect();
        for frame in frames {
            let at = Self::offset(self.cx.graph.frames[frame].base) + 8 * frame_word::FRAME;
            let seen = self.b.ins().load(I64, MemFlagsData::trusted(), self.r, at as i32);
            let unseen = self.b.ins().icmp_imm_s(IntCC::Equal, seen, EMPTY);
            stays = self.b.ins().band(stays, unseen);
        }
        let (next, away) = (self.new_block(false), self.new_block(true));
        self.b.ins().brif(stays, next, &[], away, &[]);
        self.b.switch_to_block(away);
        if let Some((r, v)) = result {
            self.store(v, self.r, Self::offset(r));
        }
        self.b.ins().return_(&[pc]);
        self.b.switch_to_block(next);
    }
    fn address_of(&mut self, to: Option<NodeId>) -> Ir {
        let g = self.cx.graph;
        let address = to.map_or(0, |to| g.frames[g.nodes[to].frame].address(g.nodes[to].at));
        self.word(address)
    }

    /// A function of the runtime does the instruction.
    fn helper(&mut self, p: &Plan, helper: usize, args: &[usize], outcome: Outcome) {
        let state = self.state.clone();
        self.spill(&state);
        self.state.stored.fill(true);
        self.before = self.state.clone();
        let pc = self.word(self.pc());
        let regs = self.frame_regs(self.node().frame);
        let mut words = vec![self.t, pc, regs];
        for &r in args {
            let w = self.word_of(r);
            words.push(w);
        }
        let none = self.int(EMPTY);
        words.resize(6, none);
        let v = self.call(helper, &words, Some(I64)).unwrap_or(none);
        if helper == machine::call as *const () as usize {
            let (leave, next) = (self.exit(ExitKind::Leave), self.new_block(false));
            let c = self.b.ins().icmp_imm_s(IntCC::Equal, v, machine::AGAIN as i64);
            self.b.ins().brif(c, leave, &[], next, &[]);
            self.b.switch_to_block(next);
        }
        self.check(v);
        let (next, jump) = (self.node().next, self.node().jump);
        let next = self.address_of(next);
        match outcome {
            Outcome::Value(a, _) => {
                self.stay(next, Some((a, v)));
                self.def(a, v);
            }
            Outcome::Done => {
                self.stay(next, None);
                for &(r, _) in &p.writes {
                    let w = self.b.ins().load(I64, MemFlagsData::trusted(), self.r, Self::offset(r) as i32);
                    self.def(r, w);
                }
            }
            Outcome::Jump => {
                let c = self.b.ins().icmp_imm_s(IntCC::Equal, v, Value::TRUE.bits() as i64);
                let jump = self.address_of(jump);
                let pc = self.b.ins().select(c, jump, next);
                self.stay(pc, None);
                self.branch(p, c, true);
            }
        }
    }

    /// The interpreter does the instruction.
    fn step(&mut self, p: &Plan) -> bool {
        let state = self.state.clone();
        self.spill(&state);
        let g = self.cx.graph;
        let node = &g.nodes[self.at];
        let frame = &g.frames[node.frame];
        let pc = self.word(self.pc());
        let regs = self.frame_regs(node.frame);
        let frames = self.int(self.frames());
        let ret = self.call(machine::step as *const () as usize, &[self.t, pc, regs, frames], Some(I64)).unwrap_or(pc);
        let reload = |l: &mut Self| {
            for &(r, _) in &p.writes {
                let w = l.b.ins().load(I64, MemFlagsData::trusted(), l.r, Self::offset(r) as i32);
                l.def(r, w);
            }
        };
        // Where it may have gone on, as far as this unit knows.
        let away = self.new_block(true);
        let next = node.next.map(|to| {
            let (here, not) = (self.new_block(false), self.new_block(node.jump.is_none()));
            let c = self.b.ins().icmp_imm_s(IntCC::Equal, ret, frame.address(g.nodes[to].at) as i64);
            self.b.ins().brif(c, here, &[], not, &[]);
            self.b.switch_to_block(not);
            here
        });
        match node.jump {
            Some(to) => {
                let taken = self.new_block(false);
                let c = self.b.ins().icmp_imm_s(IntCC::Equal, ret, frame.address(g.nodes[to].at) as i64);
                self.b.ins().brif(c, taken, &[], away, &[]);
                self.b.switch_to_block(taken);
                reload(self);
                self.jump(p);
            }
            None => {
                self.b.ins().jump(away, &[]);
            }
        }
        self.b.switch_to_block(away);
        self.b.ins().return_(&[ret]);
        if let Some(here) = next {
            self.b.switch_to_block(here);
            reload(self);
        }
        next.is_some()
    }

    /// Returns from the root's frame: to native code, or to the frame that called it plainly; else the interpreter does it.
    fn finish(&mut self, a: usize) {
        let leave = self.exit(ExitKind::Leave);
        let frame = |l: &mut Self, word: isize| l.b.ins().load(I64, MemFlagsData::trusted(), l.r, 8 * word as i32);
        let caller = frame(self, frame_word::CALLER);
        let kind = self.b.ins().band_imm_s(caller, GENERATOR as i64);
        let object = frame(self, frame_word::FRAME);
        let object = self.b.ins().bxor_imm_s(object, EMPTY);
        let handled = frame(self, frame_word::HANDLED);
        let handled = self.b.ins().bxor_imm_s(handled, EMPTY);
        let special = self.b.ins().bor(object, handled);
        let special = self.b.ins().bor(special, kind);
        let next = self.new_block(false);
        self.b.ins().brif(special, leave, &[], next, &[]);
        self.b.switch_to_block(next);
        let v = self.word_of(a);
        self.store(v, self.t, layout::THREAD_RESULT as isize);
        // What `__init__` returns is None, or an error; the instance is the result.
        let (init, none, next) = (self.new_block(true), self.new_block(true), self.new_block(false));
        let kind = self.b.ins().band_imm_s(caller, INIT as i64);
        self.b.ins().brif(kind, init, &[], next, &[]);
        self.b.switch_to_block(init);
        let c = self.b.ins().icmp_imm_s(IntCC::Equal, v, Value::NONE.bits() as i64);
        self.b.ins().brif(c, none, &[], leave, &[]);
        self.b.switch_to_block(none);
        let instance = frame(self, frame_word::LOCALS);
        self.store(instance, self.t, layout::THREAD_RESULT as isize);
        let empty = self.int(EMPTY);
        self.store(empty, self.r, 8 * frame_word::LOCALS);
        self.b.ins().jump(next, &[]);
        self.b.switch_to_block(next);
        let depth = self.load(I32, self.t, layout::THREAD_DEPTH);
        let less = self.b.ins().iadd_imm_s(depth, -1);
        self.store(less, self.t, layout::THREAD_DEPTH as isize);
        let regs = self.b.ins().band_imm_s(caller, !7);
        self.store(regs, self.t, layout::THREAD_REGS as isize);
        let back = frame(self, frame_word::RETURN);
        let pc = self.b.ins().ushr_imm_u(back, 16);
        self.store(pc, self.t, layout::THREAD_PC as isize);
        let finished = self.int(machine::FINISHED as i64);
        self.b.ins().return_(&[finished]);
    }

    /// Calls a function by its machine code, or by the interpreter where it has none.
    fn call_function(&mut self, window: usize, call: Call, dest: usize) {
        let g = self.cx.graph;
        let node = &g.nodes[self.at];
        let inner = window + call.offset();
        let code = call.code;
        let (callable, globals) = self.guard_callee(window, call);
        let leave = self.exit(ExitKind::Leave);
        let or_leave = |l: &mut Self, c: Ir| {
            let next = l.new_block(false);
            l.b.ins().brif(c, next, &[], leave, &[]);
            l.b.switch_to_block(next);
        };
        let poll = self.load(I32, self.t, layout::THREAD_POLL);
        let quiet = self.b.ins().icmp_imm_s(IntCC::Equal, poll, 0);
        or_leave(self, quiet);
        let here = self.b.ins().get_stack_pointer(I64);
        let limit = self.load(I64, self.t, layout::THREAD_NATIVE_LIMIT);
        let limit = self.b.ins().iadd_imm_s(limit, layout::NATIVE_STACK_LOW as i64);
        let room = self.b.ins().icmp(IntCC::UnsignedGreaterThan, here, limit);
        or_leave(self, room);
        let regs = self.b.ins().iadd_imm_s(self.r, 8 * inner as i64);
        self.guard_room(regs, code);

        let state = self.state.clone();
        self.spill(&state);
        self.state.stored.fill(true);
        self.before = self.state.clone();
        self.exit = [None; 3];
        let instance = self.new_instance(call);
        if let Some(made) = instance {
            if call.receiver == Receiver::Argument {
                for k in (0..node.i.c()).rev() {
                    let v = self.b.ins().load(I64, MemFlagsData::trusted(), regs, 8 * k as i32);
                    self.store(v, regs, 8 * (k as isize + 1));
                }
            }
            self.store(made, regs, 0);
        }
        let pc = self.pc();
        let kind = ENTRY | if call.makes.is_some() { INIT } else { 0 };
        let caller = self.frame_regs(node.frame);
        let caller = self.b.ins().bor_imm_s(caller, kind as i64);
        let back = pc << 16 | node.i.a() as u64;
        self.push_header(regs, code, callable, globals, caller, back, instance);
        let empty = self.int(EMPTY);
        for r in code.nparams as usize..code.nvars as usize {
            self.store(empty, regs, Self::offset(r));
        }
        let start = self.word(code.start as u64);
        self.store(start, self.t, layout::THREAD_PC as isize);
        let cell = self.word(code.as_ptr() as u64);
        let entry = self.load(I64, cell, layout::CODE_MACHINE_ENTRY);
        let mut signature = Signature::new(self.b.func.signature.call_conv);
        signature.params.extend([AbiParam::new(I64), AbiParam::new(I64)]);
        signature.returns.push(AbiParam::new(I64));
        let signature = self.b.import_signature(signature);
        let call = self.b.ins().call_indirect(signature, entry, &[self.t, regs]);
        let ret = self.b.inst_results(call)[0];
        let (quick, slow, done) = (self.new_block(false), self.new_block(true), self.new_block(false));
        let v = self.b.append_block_param(done, I64);
        let finished = self.b.ins().icmp_imm_s(IntCC::Equal, ret, machine::FINISHED as i64);
        self.b.ins().brif(finished, quick, &[], slow, &[]);
        self.b.switch_to_block(quick);
        let result = self.load(I64, self.t, layout::THREAD_RESULT);
        self.b.ins().jump(done, &[result.into()]);
        self.b.switch_to_block(slow);
        let at = self.word(pc);
        let result = self.call(machine::finish_call as *const () as usize, &[self.t, ret, at, regs], Some(I64)).unwrap_or(ret);
        self.check(result);
        self.b.ins().jump(done, &[result.into()]);
        self.b.switch_to_block(done);
        let next = self.address_of(node.next);
        self.stay(next, Some((dest, v)));
        self.def(dest, v);
    }

    /// Makes sure that the window's callable is what the call is known to call; the function's word, and its globals' address.
    fn guard_callee(&mut self, window: usize, call: Call) -> (Ir, Ir) {
        let callable = self.word_of(window + CALLABLE);
        let first = window + FRAME_HEADER_WORDS;
        match call.receiver {
            Receiver::Object if self.state.kinds[first] == Kind::Any && self.state.shapes[first] == 0 => {
                let w = self.b.use_var(self.words[first]);
                self.guard_ne(w, EMPTY);
            }
            Receiver::Absent => {
                let w = self.b.use_var(self.words[first]);
                self.guard_eq(w, EMPTY);
            }
            _ => {}
        }
        if let Some((class, version, init)) = call.makes {
            self.guard_eq(callable, class.value().bits() as i64);
            let at = layout::CLASS_VERSION as i32 - CELL_TAG as i32;
            let now = self.b.ins().load(I32, MemFlagsData::trusted(), callable, at);
            self.guard_eq(now, version as i32 as i64);
            self.refs.extend([class.value().bits(), init.value().bits()]);
            let function = self.word(init.value().bits());
            let at = layout::FUNCTION_CODE as i32 - CELL_TAG as i32;
            let own = self.b.ins().load(I64, MemFlagsData::trusted(), function, at);
            self.guard_eq(own, call.code.as_ptr() as i64);
            let globals = self.word(init.globals.expect().as_ptr() as u64);
            return (function, globals);
        }
        let known = Value::from_bits(self.state.known[window + CALLABLE]).downcast::<Function>();
        if known.is_none() {
            self.guard_shape(callable, self.cx.shapes.function);
        }
        let field = |l: &mut Self, at: usize| l.b.ins().load(I64, MemFlagsData::trusted(), callable, at as i32 - CELL_TAG as i32);
        let own = field(self, layout::FUNCTION_CODE);
        self.guard_eq(own, call.code.as_ptr() as i64);
        let globals = match known {
            Some(f) => self.word(f.globals.expect().as_ptr() as u64),
            None => field(self, layout::FUNCTION_GLOBALS),
        };
        (callable, globals)
    }
    /// The new instance whose `__init__` a call runs.
    fn new_instance(&mut self, call: Call) -> Option<Ir> {
        let (class, _, _) = call.makes?;
        self.set_pc();
        let class = self.word(class.value().bits());
        let made = self.call(machine::new_instance as *const () as usize, &[self.t, class], Some(I64))?;
        self.check(made);
        Some(made)
    }
    /// Makes sure that a frame fits.
    fn guard_room(&mut self, regs: Ir, code: Ref<Code>) {
        let depth = self.load(I32, self.t, layout::THREAD_DEPTH);
        let limit = self.load(I32, self.t, layout::THREAD_LIMIT);
        let c = self.b.ins().icmp(IntCC::UnsignedLessThan, depth, limit);
        self.guard(c);
        let end = self.b.ins().iadd_imm_s(regs, 8 * (code.nregs as i64 + 64));
        let stack_end = self.load(I64, self.t, layout::THREAD_STACK_END);
        let c = self.b.ins().icmp(IntCC::UnsignedLessThanOrEqual, end, stack_end);
        self.guard(c);
    }
    /// Writes the header of a frame that fits, and makes it the running one.
    fn push_header(&mut self, regs: Ir, code: Ref<Code>, callable: Ir, globals: Ir, caller: Ir, back: u64, instance: Option<Ir>) {
        let depth = self.load(I32, self.t, layout::THREAD_DEPTH);
        let more = self.b.ins().iadd_imm_s(depth, 1);
        self.store(more, self.t, layout::THREAD_DEPTH as isize);
        let empty = self.int(EMPTY);
        let code = self.word(code.value().bits());
        let globals = self.b.ins().iadd_imm_s(globals, CELL_TAG);
        let back = self.word(back);
        for (word, v) in [
            (frame_word::CODE, code),
            (frame_word::FUNCTION, callable),
            (frame_word::GLOBALS, globals),
            (frame_word::LOCALS, instance.unwrap_or(empty)),
            (frame_word::FRAME, empty),
            (frame_word::HANDLED, empty),
            (frame_word::CALLER, caller),
            (frame_word::RETURN, back),
        ] {
            self.store(v, regs, 8 * word);
        }
        self.store(regs, self.t, layout::THREAD_REGS as isize);
    }

    /// Enters an inlined callee: makes sure that it is the one, and pushes its frame.
    fn enter(&mut self, window: usize, call: Call) {
        let g = self.cx.graph;
        let node = &g.nodes[self.at];
        let Some(inner) = node.enters else { return };
        let f = &g.frames[inner];
        let (callable, globals) = self.guard_callee(window, call);
        let known = Value::from_bits(self.state.known[window + CALLABLE]).downcast::<Function>();
        let known = call.makes.map(|m| m.2).or(known);
        match f.globals {
            Some(expected) if known.is_none_or(|k| k.globals.expect().value() != expected) => {
                self.guard_eq(globals, expected.bits() as i64 - CELL_TAG);
            }
            _ => {}
        }
        let regs = self.frame_regs(inner);
        self.guard_room(regs, f.code);
        let instance = self.new_instance(call);
        let mut caller = self.frame_regs(node.frame);
        if let Some(made) = instance {
            if call.receiver == Receiver::Argument {
                (0..node.i.c()).rev().for_each(|k| self.copy(f.base + k + 1, f.base + k));
            }
            self.def(f.base, made);
            caller = self.b.ins().bor_imm_s(caller, INIT as i64);
        }
        let next = g.frames[node.frame].address(node.at + Op::CALL.len());
        self.push_header(regs, f.code, callable, globals, caller, next << 16 | node.i.a() as u64, instance);
        let empty = self.int(EMPTY);
        for r in f.code.nparams as usize..f.code.nvars as usize {
            self.def(f.base + r, empty);
        }
    }
}

fn int_cc(c: Compare) -> IntCC {
    match c {
        Compare::Lt => IntCC::SignedLessThan,
        Compare::Le => IntCC::SignedLessThanOrEqual,
        Compare::Eq => IntCC::Equal,
        Compare::Ne => IntCC::NotEqual,
        Compare::Gt => IntCC::SignedGreaterThan,
        Compare::Ge => IntCC::SignedGreaterThanOrEqual,
    }
}
fn float_cc(c: Compare) -> FloatCC {
    match c {
        Compare::Lt => FloatCC::LessThan,
        Compare::Le => FloatCC::LessThanOrEqual,
        Compare::Eq => FloatCC::Equal,
        Compare::Ne => FloatCC::NotEqual,
        Compare::Gt => FloatCC::GreaterThan,
        Compare::Ge => FloatCC::GreaterThanOrEqual,
    }
}
