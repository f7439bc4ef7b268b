//! Generators: their units resume and suspend them without a frame on the thread's stack, as long as nobody asks for it.
//!
//! Who resumes (`resume::resume`) has claimed the generator and written the LOCALS, CALLER and RETURN words of the frame that
//! it would have; `Thread::regs` and `Thread::pc` are the resumer's. Registers come from the generator's cell, and go back there when it
//! is suspended, as far as they changed. Where somebody may look at frames, this one is pushed like that of an inlined callee; its
//! words stay where they are, since nothing is pushed in its place before. A frame that was pushed by the interpreter, and comes
//! here at the head of a loop, is taken from the stack first.

use super::*;
use crate::graph::Resume;
use taipan_vm::objects::generator::state;

/// Kind bits of the frame of a generator that native code, or compiled code, resumes.
const RESUMED: u64 = ENTRY | GENERATOR;

impl Lower<'_, '_> {
    fn header_word(&mut self, word: isize) -> Ir {
        self.b.ins().load(I64, MemFlagsData::trusted(), self.r, 8 * word as i32)
    }
    /// The address of the cell of the root's generator.
    fn generator(&mut self) -> Ir {
        let word = self.header_word(frame_word::LOCALS);
        self.b.ins().iadd_imm_s(word, -CELL_TAG)
    }

    /// Where the unit begins: with the generator that is resumed and what is sent, or with a frame that is on the stack.
    pub(super) fn begin_generator(&mut self) {
        let g = self.cx.graph;
        let start = self.b.current_block().unwrap_or_else(|| unreachable!("a block is being written"));
        let (generator, sent) = (self.b.block_params(start)[2], self.b.block_params(start)[3]);
        let (resumed, pushed) = (self.new_block(false), self.new_block(true));
        self.b.ins().brif(generator, resumed, &[], pushed, &[]);

        self.begin(resumed);
        let away = self.new_block(true);
        // The address says, too, what is to be done there: see `Unit::resume`.
        let what = self.b.ins().band_imm_s(generator, 7);
        let generator = self.b.ins().band_imm_s(generator, !7);
        self.guard_globals(generator, layout::GENERATOR_GLOBALS as i32, away);
        self.guard_depth(Some(away));
        let at = self.load(I64, generator, layout::GENERATOR_PC);
        let at = self.b.ins().iadd(at, what);
        g.resumes.iter().for_each(|r| self.resume_if(r, generator, at, sent));
        self.b.ins().jump(away, &[]);
        self.begin(away);
        let nothing_done = self.int(machine::NOT_ENTERED as i64);
        self.b.ins().return_(&[nothing_done]);

        self.begin(pushed);
        let away = self.new_block(true);
        let pc = self.load(I64, self.t, layout::THREAD_PC);
        let handled = self.header_word(frame_word::HANDLED);
        let none = self.b.ins().icmp_imm_s(IntCC::Equal, handled, EMPTY);
        self.go_on_if(none, away);
        self.guard_globals(self.r, 8 * frame_word::GLOBALS as i32, away);
        self.guard_depth(Some(away));
        for &head in &g.heads {
            let next = self.new_block(false);
            self.if_address(pc, g.nodes[head].at, next);
            self.state = g.at_head();
            self.load_frame(head);
            let caller = self.before_generator();
            self.store(caller, self.t, layout::THREAD_REGS as isize);
            let depth = self.load(I32, self.t, layout::THREAD_DEPTH);
            let less = self.b.ins().iadd_imm_s(depth, -1);
            self.store(less, self.t, layout::THREAD_DEPTH as isize);
            self.edge(head);
            self.begin(next);
        }
        self.b.ins().jump(away, &[]);
        self.begin(away);
        self.b.ins().return_(&[pc]);
    }
    /// Goes on with a generator that stands at `at`, and what is to be done there, if that is this place.
    fn resume_if(&mut self, resume: &Resume, generator: Ir, at: Ir, sent: Ir) {
        let g = self.cx.graph;
        let next = self.new_block(false);
        let here = self.b.ins().icmp_imm_s(IntCC::Equal, at, (g.frames[0].address(resume.at) + resume.what()) as i64);
        self.go_on_if(here, next);
        self.state = resume.state(g.registers);
        let mut live = Vec::new();
        g.live(&g.nodes[resume.node], |r| live.push(r));
        for r in live.into_iter().filter(|&r| Some(r) != resume.sent) {
            let w = self.load(I64, generator, layout::GENERATOR_REGISTERS + 8 * r);
            self.def(r, w);
        }
        if let Some(r) = resume.sent {
            self.def(r, sent);
        }
        self.edge(resume.node);
        self.begin(next);
    }
    /// Makes sure of the globals that the root is compiled for, whose word is at `base + offset`.
    fn guard_globals(&mut self, base: Ir, offset: i32, other: Block) {
        let Some(globals) = self.cx.graph.frames[0].globals else { return };
        let own = self.b.ins().load(I64, MemFlagsData::trusted(), base, offset);
        let same = self.b.ins().icmp_imm_s(IntCC::Equal, own, globals.bits() as i64);
        self.go_on_if(same, other);
    }
    /// The registers of the frame that resumed the generator; tells the thread that frame's instruction.
    pub(super) fn before_generator(&mut self) -> Ir {
        let back = self.header_word(frame_word::RETURN);
        let pc = self.b.ins().ushr_imm_u(back, 16);
        self.store(pc, self.t, layout::THREAD_PC as isize);
        let caller = self.header_word(frame_word::CALLER);
        self.b.ins().band_imm_s(caller, !7)
    }
    /// Makes the root's frame the running one.
    pub(super) fn push_generator(&mut self) {
        let generator = self.generator();
        let function = self.load(I64, generator, layout::GENERATOR_FUNCTION);
        let globals = self.load(I64, generator, layout::GENERATOR_GLOBALS);
        let code = self.word(self.cx.graph.frames[0].code.value().bits());
        let empty = self.int(EMPTY);
        // Those that it waits in.
        let caller = self.header_word(frame_word::CALLER);
        let caller = self.b.ins().band_imm_s(caller, !7);
        let running = self.load(I64, self.t, layout::THREAD_REGS);
        let (outer, next) = (self.new_block(true), self.new_block(false));
        let there = self.b.ins().icmp(IntCC::Equal, caller, running);
        self.b.ins().brif(there, next, &[], outer, &[]);
        self.begin(outer);
        self.call(resume::push_outer as *const () as usize, &[self.t, self.r], None);
        self.b.ins().jump(next, &[]);
        self.begin(next);
        for (word, v) in [
            (frame_word::CODE, code),
            (frame_word::FUNCTION, function),
            (frame_word::GLOBALS, globals),
            (frame_word::FRAME, empty),
            (frame_word::HANDLED, empty),
        ] {
            self.store(v, self.r, 8 * word);
        }
        let depth = self.load(I32, self.t, layout::THREAD_DEPTH);
        let more = self.b.ins().iadd_imm_s(depth, 1);
        self.store(more, self.t, layout::THREAD_DEPTH as isize);
        self.store(self.r, self.t, layout::THREAD_REGS as isize);
    }

    /// Whether who resumed waits for a value, and not the interpreter.
    fn is_resumed_natively(&mut self) -> Ir {
        let caller = self.header_word(frame_word::CALLER);
        let kind = self.b.ins().band_imm_s(caller, 7);
        self.b.ins().icmp_imm_s(IntCC::Equal, kind, RESUMED as i64)
    }
    /// Suspends the root's generator, or leaves that to the interpreter.
    pub(super) fn suspend(&mut self, b: usize) {
        if self.state.pushed == 0 {
            self.suspend_unpushed(b);
        }
        self.spill();
        let v = self.word_of(b);
        let pc = self.word(self.pc());
        let ret = self.call(resume::suspend as *const () as usize, &[self.t, pc, self.r, v], Some(I64)).unwrap_or(v);
        let (leave, done) = (self.exit(ExitKind::Leave), self.new_block(false));
        self.b.ins().brif(ret, done, &[], leave, &[]);
        self.begin(done);
        self.b.ins().return_(&[ret]);
    }
    /// Suspends it without a frame; goes on where that is not possible.
    fn suspend_unpushed(&mut self, b: usize) {
        let slow = self.new_block(true);
        let native = self.is_resumed_natively();
        self.go_on_if(native, slow);
        let table = self.load(I64, self.t, layout::THREAD_TABLE);
        let plain = self.b.ins().icmp_imm_s(IntCC::Equal, table, layout::plain_table() as i64);
        self.go_on_if(plain, slow);
        let yielded = self.word_of(b);
        let generator = self.keep_registers();
        self.store(yielded, self.t, layout::THREAD_RESULT as isize);
        let suspended = self.b.ins().iconst(I8, state::SUSPENDED as i64);
        let place = self.b.ins().iadd_imm_s(generator, layout::GENERATOR_STATE as i64);
        if cfg!(target_arch = "x86_64") {
            self.store(suspended, place, 0);
        } else {
            self.b.ins().atomic_store(MemFlagsData::trusted(), suspended, place);
        }
        let ret = self.int(machine::SUSPENDED as i64);
        self.b.ins().return_(&[ret]);
        self.begin(slow);
    }
    /// Stores in the generator's cell what it keeps when it is suspended here, and where that is: the cell's address.
    fn keep_registers(&mut self) -> Ir {
        let g = self.cx.graph;
        let at = self.node().at;
        let nregs = g.frames[0].code.nregs as usize;
        let kept: Vec<bool> = match g.resumes.iter().find(|r| r.sent.is_some() && r.at == at) {
            Some(resume) => (0..nregs).map(|r| resume.kept.get(r)).collect(),
            None => vec![true; nregs],
        };
        let changed: Vec<usize> = (0..nregs).filter(|&r| kept[r] && !self.state.kept[r]).collect();
        // What only other suspensions keep would live as long as the generator.
        let over: Vec<usize> = (0..nregs).filter(|&r| !kept[r] && g.resumes.iter().any(|o| o.kept.get(r))).collect();
        // All are boxed before the first is stored: that may collect.
        let words: Vec<Ir> = changed.iter().map(|&r| self.word_of(r)).collect();
        let generator = self.generator();
        for (&r, &w) in changed.iter().zip(&words) {
            self.store(w, generator, (layout::GENERATOR_REGISTERS + 8 * r) as isize);
        }
        if !over.is_empty() {
            let empty = self.int(EMPTY);
            for r in over {
                self.store(empty, generator, (layout::GENERATOR_REGISTERS + 8 * r) as isize);
            }
        }
        if changed.iter().any(|&r| !matches!(self.state.kinds[r], Kind::Int | Kind::Bool)) {
            let gc = self.b.ins().load(I8, MemFlagsData::trusted(), generator, HEADER_GC);
            let old = self.b.ins().icmp_imm_s(IntCC::Equal, gc, OLD);
            let (tell, next) = (self.new_block(true), self.new_block(false));
            self.b.ins().brif(old, tell, &[], next, &[]);
            self.begin(tell);
            self.call(resume::registers_stored as *const () as usize, &[self.t, generator], None);
            self.b.ins().jump(next, &[]);
            self.begin(next);
        }
        let pc = self.word(self.pc());
        self.store_release(pc, generator, layout::GENERATOR_PC);
        generator
    }
    /// Has whoever resumed the generator drive its delegate; or leaves that to the interpreter.
    pub(super) fn delegate(&mut self) {
        let leave = self.exit(ExitKind::Leave);
        let native = self.is_resumed_natively();
        self.go_on_if(native, leave);
        let table = self.load(I64, self.t, layout::THREAD_TABLE);
        let plain = self.b.ins().icmp_imm_s(IntCC::Equal, table, layout::plain_table() as i64);
        self.go_on_if(plain, leave);
        if self.state.pushed > 0 {
            for word in [frame_word::FRAME, frame_word::HANDLED] {
                let w = self.header_word(word);
                let free = self.b.ins().icmp_imm_s(IntCC::Equal, w, EMPTY);
                self.go_on_if(free, leave);
            }
        }
        self.keep_registers();
        self.pop_frames(self.state.pushed, 0);
        let ret = self.int(machine::DELEGATES as i64);
        self.b.ins().return_(&[ret]);
    }
    /// Returns from the root's generator, or leaves that to the interpreter.
    pub(super) fn finish_generator(&mut self, a: usize) {
        let leave = self.exit(ExitKind::Leave);
        let native = self.is_resumed_natively();
        self.go_on_if(native, leave);
        let v = self.word_of(a);
        let pushed = self.int(self.state.pushed as i64);
        let done = self.call(resume::finish_generator as *const () as usize, &[self.t, self.r, pushed], Some(I64)).unwrap_or(v);
        self.go_on_if(done, leave);
        self.store(v, self.t, layout::THREAD_RESULT as isize);
        let finished = self.int(machine::FINISHED as i64);
        self.b.ins().return_(&[finished]);
    }

    /// Calls the function of a generator or a coroutine, whose window begins at `window`, with `n` arguments.
    pub(super) fn make_generator(&mut self, a: usize, window: usize, n: usize) {
        let first = window + FRAME_HEADER_WORDS;
        for r in std::iter::once(window + CALLABLE).chain(first..first + n) {
            if !self.state.stored[r] {
                let w = self.word_of(r);
                self.store(w, self.r, Self::offset(r));
            }
        }
        self.set_pc();
        let (pc, regs) = (self.word(self.pc()), self.frame_regs(self.node().frame));
        let v = self.call(resume::make_generator as *const () as usize, &[self.t, pc, regs], Some(I64)).unwrap_or(pc);
        self.check(v);
        let v = self.or_helper(v, machine::call as *const () as usize, &[], Outcome::Value(a, Kind::Any));
        self.def(a, v);
    }
}
