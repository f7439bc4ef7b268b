//! Calls: of the runtime's helpers, of the interpreter's handlers, and of Python functions.

use super::*;

impl Lower<'_, '_> {
    /// Leaves to the interpreter, at the address `pc`, if it has to take over after a call: a frame of this code has a frame
    /// object, or the thread watches events. The frame gets `result` first.
    pub(super) fn stay(&mut self, pc: Ir, result: Option<(usize, Ir)>) {
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
        self.begin(away);
        if let Some((r, v)) = result {
            self.store(v, self.r, Self::offset(r));
        }
        self.give_back(pc);
        self.begin(next);
    }
    /// Gives back to the interpreter, which goes on at the address `pc`.
    fn give_back(&mut self, pc: Ir) {
        let block = match self.returns {
            Some(block) => block,
            None => {
                let block = self.new_block(true);
                self.b.append_block_param(block, I64);
                *self.returns.insert(block)
            }
        };
        self.b.ins().jump(block, &[pc.into()]);
    }
    pub(super) fn address_of(&mut self, to: Option<NodeId>) -> Ir {
        let g = self.cx.graph;
        let address = to.map_or(0, |to| g.frames[g.nodes[to].frame].address(g.nodes[to].at));
        self.word(address)
    }

    /// A function of the runtime does the instruction.
    pub(super) fn helper(&mut self, p: &Plan) {
        let How::Helper { helper, args, extra, checks, outcome } = p.how.clone() else { return };
        self.check_words(&checks);
        let v = self.call_helper(helper, &args, extra);
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
    /// Stores the frame and calls the helper: its result, which is a value.
    fn call_helper(&mut self, helper: usize, args: &[usize], extra: Option<u64>) -> Ir {
        self.spill();
        let pc = self.word(self.pc());
        let regs = self.frame_regs(self.node().frame);
        let mut words = vec![self.t, pc, regs];
        for &r in args {
            let w = self.word_of(r);
            words.push(w);
        }
        let none = self.int(EMPTY);
        words.resize(6, none);
        if let Some(extra) = extra {
            words[5] = self.word(extra);
        }
        let v = self.call(helper, &words, Some(I64)).unwrap_or(none);
        if extra.is_some() || helper == machine::call as *const () as usize {
            let (leave, next) = (self.exit(ExitKind::Leave), self.new_block(false));
            let c = self.b.ins().icmp_imm_s(IntCC::Equal, v, machine::AGAIN as i64);
            self.b.ins().brif(c, leave, &[], next, &[]);
            self.begin(next);
        }
        self.check(v);
        v
    }

    /// Makes sure that registers hold these words.
    fn check_words(&mut self, checks: &[(usize, u64)]) {
        for &(r, word) in checks {
            if word as i64 != EMPTY {
                self.refs.push(word);
            }
            let w = self.word_of(r);
            self.guard_eq(w, word as i64);
        }
    }
    /// A function of the runtime that looks at no frame does the instruction, or leaves it to a helper, or to the interpreter.
    pub(super) fn leaf(&mut self, p: &Plan) {
        let How::Leaf { function, args, extra, checks, outcome, otherwise } = p.how.clone() else { return };
        self.check_words(&checks);
        let mut words = vec![self.t];
        for &r in &args {
            let w = self.word_of(r);
            words.push(w);
        }
        let nothing = self.int(EMPTY);
        words.resize(4, nothing);
        if let Some(extra) = extra {
            words[3] = self.word(extra);
        }
        let quick =
            (function == leaf::append as *const () as usize).then(|| self.quick_append(words[1], args[0], words[2], args[1]));
        self.set_pc();
        let mut v = self.call(function, &words, Some(I64)).unwrap_or(nothing);
        self.check(v);
        match otherwise.as_deref() {
            Some(How::Helper { helper, args, .. }) => v = self.or_helper(v, *helper, args, outcome),
            _ => self.guard_ne(v, EMPTY),
        }
        if let Some((done, result)) = quick {
            self.b.ins().jump(done, &[v.into()]);
            self.begin(done);
            v = result;
        }
        match outcome {
            Outcome::Value(a, _) => self.def(a, v),
            Outcome::Done => {}
            Outcome::Jump => {
                let c = self.b.ins().icmp_imm_s(IntCC::Equal, v, Value::TRUE.bits() as i64);
                self.branch(p, c, true);
            }
        }
    }
    /// Appends `v`, the word of register `c`, to the list `l`, the word of register `a`, if it is this thread's and has room; writing goes
    /// on where that is not so. The block after it, and the result there.
    fn quick_append(&mut self, l: Ir, a: usize, v: Ir, c: usize) -> (Block, Ir) {
        let (slow, stored, done) = (self.new_block(true), self.new_block(false), self.new_block(false));
        let result = self.b.append_block_param(done, I64);
        let shape = self.cx.shapes.list;
        if self.state.kinds[a] != Kind::Shape(shape) {
            let cell = self.is_cell(l);
            self.go_on_if(cell, slow);
            let s = self.b.ins().load(I32, MemFlagsData::trusted(), l, -(CELL_TAG as i32));
            let list = self.b.ins().icmp_imm_s(IntCC::Equal, s, shape as i64);
            self.go_on_if(list, slow);
        }
        let list = self.b.ins().iadd_imm_s(l, -CELL_TAG);
        let own = self.is_own(list);
        self.go_on_if(own, slow);
        let n = self.load(I64, list, layout::LIST_LEN);
        let storage = self.load(I64, list, layout::LIST_STORAGE);
        self.go_on_if(storage, slow);
        let capacity = self.load(I64, storage, layout::ARRAY_CAPACITY);
        let room = self.b.ins().icmp(IntCC::UnsignedLessThan, n, capacity);
        self.go_on_if(room, slow);
        let place = self.place(storage, n);
        self.quick_store(storage, c, v, place, layout::ARRAY_ITEMS as i32, slow, stored);
        self.begin(stored);
        let more = self.b.ins().iadd_imm_s(n, 1);
        self.store_release(more, list, layout::LIST_LEN);
        let none = self.word(Value::NONE.bits());
        self.b.ins().jump(done, &[none.into()]);
        self.begin(slow);
        (done, result)
    }
    /// What a leaf gave, or what the helper gives where that is the empty mark. The frame may have been stored afterwards.
    pub(super) fn or_helper(&mut self, v: Ir, helper: usize, args: &[usize], outcome: Outcome) -> Ir {
        self.otherwise(v, EMPTY, |l| {
            let v = l.call_helper(helper, args, None);
            match outcome {
                Outcome::Value(a, _) => {
                    let next = l.address_of(l.node().next);
                    l.stay(next, Some((a, v)));
                }
                Outcome::Done => {
                    let next = l.address_of(l.node().next);
                    l.stay(next, None);
                }
                Outcome::Jump => {
                    let c = l.b.ins().icmp_imm_s(IntCC::Equal, v, Value::TRUE.bits() as i64);
                    let pc = l.next_or_jump(c);
                    l.stay(pc, None);
                }
            }
            v
        })
    }
    /// `v`, or where it is the word `unknown` what `f` gives, which may store the frame.
    pub(super) fn otherwise(&mut self, v: Ir, unknown: i64, f: impl FnOnce(&mut Self) -> Ir) -> Ir {
        let (other, done) = (self.new_block(true), self.new_block(false));
        let result = self.b.append_block_param(done, I64);
        let c = self.b.ins().icmp_imm_s(IntCC::Equal, v, unknown);
        self.b.ins().brif(c, other, &[], done, &[v.into()]);
        self.begin(other);
        let (state, before, exits) = (self.state.clone(), self.before.clone(), self.exit);
        self.exit = [None; 3];
        let v = f(self);
        self.pop_frames(self.state.pushed, state.pushed);
        self.b.ins().jump(done, &[v.into()]);
        (self.state, self.before, self.exit) = (state, before, exits);
        self.begin(done);
        result
    }
    /// The address where the instruction jumps if `c`, else where it goes on.
    pub(super) fn next_or_jump(&mut self, c: Ir) -> Ir {
        let (next, jump) = (self.node().next, self.node().jump);
        let (next, jump) = (self.address_of(next), self.address_of(jump));
        self.b.ins().select(c, jump, next)
    }

    /// The interpreter does the instruction.
    pub(super) fn step(&mut self, p: &Plan) -> bool {
        self.spill();
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
            self.begin(not);
            here
        });
        match node.jump {
            Some(to) => {
                let taken = self.new_block(false);
                let c = self.b.ins().icmp_imm_s(IntCC::Equal, ret, frame.address(g.nodes[to].at) as i64);
                self.b.ins().brif(c, taken, &[], away, &[]);
                self.begin(taken);
                reload(self);
                self.jump(p);
            }
            None => {
                self.b.ins().jump(away, &[]);
            }
        }
        self.begin(away);
        self.give_back(ret);
        if let Some(here) = next {
            self.begin(here);
            reload(self);
        }
        next.is_some()
    }

    /// Returns from the root's frame: to native code, or to the frame that called it plainly; else the interpreter does it.
    pub(super) fn finish(&mut self, a: usize) {
        if self.cx.graph.is_generator() {
            return self.finish_generator(a);
        }
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
        self.begin(next);
        let v = self.word_of(a);
        self.store(v, self.t, layout::THREAD_RESULT as isize);
        // What `__init__` returns is None, or an error; the instance is the result.
        let (init, none, next) = (self.new_block(true), self.new_block(true), self.new_block(false));
        let kind = self.b.ins().band_imm_s(caller, INIT as i64);
        self.b.ins().brif(kind, init, &[], next, &[]);
        self.begin(init);
        let c = self.b.ins().icmp_imm_s(IntCC::Equal, v, Value::NONE.bits() as i64);
        self.b.ins().brif(c, none, &[], leave, &[]);
        self.begin(none);
        let instance = frame(self, frame_word::LOCALS);
        // That of an operator is a number, and the interpreter's.
        let number = self.b.ins().band_imm_s(instance, 3);
        let made = self.new_block(true);
        self.b.ins().brif(number, made, &[], leave, &[]);
        self.begin(made);
        self.store(instance, self.t, layout::THREAD_RESULT as isize);
        let empty = self.int(EMPTY);
        self.store(empty, self.r, 8 * frame_word::LOCALS);
        self.b.ins().jump(next, &[]);
        self.begin(next);
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
    pub(super) fn call_function(&mut self, p: &Plan, window: usize, call: &Call, dest: Option<usize>) {
        let g = self.cx.graph;
        let node = &g.nodes[self.at];
        let inner = window + call.offset();
        let code = call.code;
        let (callable, globals) = self.guard_callee(window, call);
        let defaults = self.guard_defaults(callable, call);
        let leave = self.exit(ExitKind::Leave);
        let or_leave = |l: &mut Self, c: Ir| {
            let next = l.new_block(false);
            l.b.ins().brif(c, next, &[], leave, &[]);
            l.begin(next);
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

        self.spill();
        self.exit = [None; 3];
        let instance = self.new_instance(call);
        let mut params = Vec::new();
        for (p, &arg) in call.binding.iter().flat_map(|b| b.iter().enumerate()) {
            match arg {
                Arg::Given(k) if k == p => {}
                Arg::Given(k) => params.push((p, self.b.ins().load(I64, MemFlagsData::trusted(), regs, 8 * k as i32))),
                Arg::Default(d) => params.push((p, self.default(defaults, d))),
                Arg::Register(r) => {
                    let r = g.frames[node.frame].base + r;
                    params.push((p, self.load(I64, self.r, Self::offset(r) as usize)));
                }
                Arg::Constant(word) => params.push((p, self.word(word))),
                Arg::Instance => {}
            }
        }
        params.extend(instance.map(|made| (0, made)));
        for (p, v) in params {
            self.store(v, regs, Self::offset(p));
        }
        let pc = self.pc();
        let kind = ENTRY | if call.makes.is_some() { INIT } else { 0 };
        let caller = self.frame_regs(node.frame);
        let caller = self.b.ins().bor_imm_s(caller, kind as i64);
        let back = pc << 16 | g.frames[node.frame].window(node.at).1 as u64;
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
        let called = self.b.ins().call_indirect(signature, entry, &[self.t, regs]);
        let ret = self.b.inst_results(called)[0];
        let (quick, slow, done) = (self.new_block(false), self.new_block(true), self.new_block(false));
        let v = self.b.append_block_param(done, I64);
        let finished = self.b.ins().icmp_imm_s(IntCC::Equal, ret, machine::FINISHED as i64);
        self.b.ins().brif(finished, quick, &[], slow, &[]);
        self.begin(quick);
        let result = self.load(I64, self.t, layout::THREAD_RESULT);
        // The collector looks there.
        self.store(empty, self.t, layout::THREAD_RESULT as isize);
        self.b.ins().jump(done, &[result.into()]);
        self.begin(slow);
        let at = self.word(pc);
        let result = self.call(machine::finish_call as *const () as usize, &[self.t, ret, at, regs], Some(I64)).unwrap_or(ret);
        self.check(result);
        self.b.ins().jump(done, &[result.into()]);
        self.begin(done);
        let v = match call.operator.as_ref().map(|o| o.result) {
            Some(Wanted::Checked(_)) => self.otherwise(v, Value::NOT_IMPLEMENTED.bits() as i64, |l| l.finish_operator(v)),
            Some(Wanted::Jump) => {
                let (known, other, done) = (self.new_block(false), self.new_block(true), self.new_block(false));
                let result = self.b.append_block_param(done, I64);
                let bool_word = self.is_bool(v);
                self.b.ins().brif(bool_word, known, &[], other, &[]);
                self.begin(known);
                let same = self.word(Value::bool(self.jumps_if()).bits());
                let c = self.b.ins().icmp(IntCC::Equal, v, same);
                let jumps = self.bool_word(c);
                self.b.ins().jump(done, &[jumps.into()]);
                self.begin(other);
                let jumps = self.finish_operator(v);
                self.b.ins().jump(done, &[jumps.into()]);
                self.begin(done);
                let c = self.b.ins().icmp_imm_s(IntCC::Equal, result, Value::TRUE.bits() as i64);
                let pc = self.next_or_jump(c);
                self.stay(pc, None);
                return self.branch(p, c, true);
            }
            _ => v,
        };
        let next = self.address_of(node.next);
        self.stay(next, dest.map(|r| (r, v)));
        if let Some(r) = dest {
            self.def(r, v);
        }
    }
    /// Finishes the operator that is written, whose first method returned `v`: its value, or whether it jumps.
    fn finish_operator(&mut self, v: Ir) -> Ir {
        let pc = self.word(self.pc());
        let regs = self.frame_regs(self.node().frame);
        let v = self.call(machine::finish_operator as *const () as usize, &[self.t, pc, regs, v], Some(I64)).unwrap_or(v);
        self.check(v);
        v
    }
    /// The outcome of the fused comparison that is written for which it jumps.
    fn jumps_if(&self) -> bool {
        taipan_vm::interp::slow::compare_jump_op(self.node().op).is_some_and(|(_, want, _)| want)
    }
    /// Makes sure of the instance whose operator it is, and that the right operand's method is not the first: the function's word, and
    /// its globals' address.
    fn guard_operator(&mut self, o: &Operator) -> (Ir, Ir) {
        let base = self.cx.graph.frames[self.node().frame].base;
        let Operand::Register(left) = o.args[0] else { unreachable!("the instance is in a register") };
        let w = self.word_of(base + left);
        self.guard_instance(base + left, w, o.shape.0);
        self.guard_version(o.class.value().bits(), o.version);
        if let (Wanted::Checked(_) | Wanted::Jump, Some(&Operand::Register(right))) = (o.result, o.args.get(1))
            && self.state.kinds[base + right] == Kind::Any
            && self.state.shapes[base + right] != o.shape.0
        {
            let r = self.b.use_var(self.words[base + right]);
            let (instance, other, next) = (self.new_block(false), self.new_block(true), self.new_block(false));
            let cell = self.is_cell(r);
            self.b.ins().brif(cell, instance, &[], next, &[]);
            self.begin(instance);
            let shape = self.b.ins().load(I32, MemFlagsData::trusted(), r, -(CELL_TAG as i32));
            let same = self.b.ins().icmp_imm_s(IntCC::Equal, shape, o.shape.0 as i64);
            self.b.ins().brif(same, next, &[], other, &[]);
            self.begin(other);
            let first = self.call(machine::goes_first as *const () as usize, &[w, r], Some(I64)).unwrap_or(w);
            let leave = self.exit(ExitKind::Guard);
            self.b.ins().brif(first, next, &[], leave, &[]);
            self.begin(next);
        }
        self.refs.push(o.function.value().bits());
        let function = self.word(o.function.value().bits());
        let globals = self.word(o.function.globals.expect().as_ptr() as u64);
        (function, globals)
    }

    /// Makes sure that the window's callable is what the call is known to call; the function's word, and its globals' address.
    pub(super) fn guard_callee(&mut self, window: usize, call: &Call) -> (Ir, Ir) {
        if let Some(o) = call.operator.clone() {
            return self.guard_operator(&o);
        }
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
    /// Where the defaults of a function end, made sure that there are as many as a call needs.
    fn guard_defaults(&mut self, callable: Ir, call: &Call) -> Ir {
        let needed = |arg: &Arg| if let Arg::Default(d) = *arg { d } else { 0 };
        let most = call.binding.iter().flat_map(|b| b.iter().map(needed)).max().unwrap_or(0);
        if most == 0 {
            return callable;
        }
        let at = layout::FUNCTION_DEFAULTS as i32 - CELL_TAG as i32;
        let defaults = self.b.ins().load(I64, MemFlagsData::trusted(), callable, at);
        self.guard_shape(defaults, self.cx.shapes.tuple);
        let tuple = self.b.ins().iadd_imm_s(defaults, -CELL_TAG);
        let len = self.load(I64, tuple, layout::TUPLE_LEN);
        let enough = self.b.ins().icmp_imm_u(IntCC::UnsignedGreaterThanOrEqual, len, most as i64);
        self.guard(enough);
        self.place(tuple, len)
    }
    /// The default that is so many from the end.
    fn default(&mut self, end: Ir, from_end: usize) -> Ir {
        let at = layout::TUPLE_ITEMS as i32 - 8 * from_end as i32;
        self.b.ins().load(I64, MemFlagsData::trusted(), end, at)
    }
    /// The new instance whose `__init__` a call runs.
    pub(super) fn new_instance(&mut self, call: &Call) -> Option<Ir> {
        let (class, _, _) = call.makes?;
        self.set_pc();
        let class = self.word(class.value().bits());
        let made = self.call(machine::new_instance as *const () as usize, &[self.t, class], Some(I64))?;
        self.check(made);
        Some(made)
    }
    /// Makes sure that a frame fits.
    pub(super) fn guard_room(&mut self, regs: Ir, code: Ref<Code>) {
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
    pub(super) fn push_header(
        &mut self,
        regs: Ir,
        code: Ref<Code>,
        callable: Ir,
        globals: Ir,
        caller: Ir,
        back: u64,
        instance: Option<Ir>,
    ) {
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

    /// Enters an inlined callee: makes sure that it is the one. Its frame is pushed when somebody may look at it.
    pub(super) fn enter(&mut self, window: usize, call: &Call) {
        let g = self.cx.graph;
        let node = &g.nodes[self.at];
        let Some(inner) = node.enters else { return };
        let f = &g.frames[inner];
        let (callable, globals) = self.guard_callee(window, call);
        let known = match call.operator {
            Some(_) => None,
            None => Value::from_bits(self.state.known[window + CALLABLE]).downcast::<Function>(),
        };
        let known = call.makes.map(|m| m.2).or(call.operator.as_ref().map(|o| o.function)).or(known);
        match f.globals {
            Some(expected) if known.is_none_or(|k| k.globals.expect().value() != expected) => {
                self.guard_eq(globals, expected.bits() as i64 - CELL_TAG);
            }
            _ => {}
        }
        let defaults = self.guard_defaults(callable, call);
        let instance = self.new_instance(call);
        // All are read before the first is written.
        let mut params = Vec::new();
        for (p, &arg) in call.binding.iter().flat_map(|b| b.iter().enumerate()) {
            match arg {
                Arg::Given(k) if k == p => {}
                Arg::Given(k) if self.state.kinds[f.base + k] == Kind::Float => {
                    let x = self.b.use_var(self.floats[f.base + k]);
                    params.push((self.floats[f.base + p], x));
                }
                Arg::Given(k) => {
                    let w = self.b.use_var(self.words[f.base + k]);
                    params.push((self.words[f.base + p], w));
                }
                Arg::Default(d) => {
                    let w = self.default(defaults, d);
                    params.push((self.words[f.base + p], w));
                }
                Arg::Register(r) => {
                    let r = g.frames[node.frame].base + r;
                    let (variable, from) = match self.state.kinds[r] {
                        Kind::Float => (self.floats[f.base + p], self.floats[r]),
                        _ => (self.words[f.base + p], self.words[r]),
                    };
                    let v = self.b.use_var(from);
                    params.push((variable, v));
                }
                Arg::Constant(word) => {
                    let w = self.word(word);
                    params.push((self.words[f.base + p], w));
                }
                Arg::Instance => {}
            }
        }
        for (variable, v) in params {
            self.b.def_var(variable, v);
        }
        if let Some(made) = instance {
            self.def(f.base, made);
            self.b.def_var(self.callees[inner].1, made);
        }
        self.b.def_var(self.callees[inner].0, callable);
        let empty = self.int(EMPTY);
        for r in f.code.nparams as usize..f.code.nvars as usize {
            self.def(f.base + r, empty);
        }
    }
}
