//! What is known of registers, and how each instruction is done given that and what it saw: the decisions that type inference
//! and code generation share.

use crate::graph::{Arg, Call, Frame, Graph, Node};
use taipan_compiler::isa::{CALLABLE, FRAME_HEADER_WORDS, Op};
use taipan_vm::interp::cache::{self, Kind as CacheKind};
use taipan_vm::interp::leaf::{self, Gives, Leaf};
use taipan_vm::interp::machine::layout::{self, Expected, Shapes};
use taipan_vm::interp::machine::{Helper, MIXED, seen};
use taipan_vm::interp::native_calls::{self as natives, NativeEntry};
use taipan_vm::interp::operators::{self, SuperMethod, Wanted};
use taipan_vm::interp::resume;
use taipan_vm::interp::slow;
use taipan_vm::native::*;
use taipan_vm::objects::code::Code;
use taipan_vm::ops::{BinaryOp, Compare};

/// What is known of a register's value, and how it is held.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Kind {
    /// A value word.
    Any,
    /// The word of a small integer.
    Int,
    /// An unboxed float.
    Float,
    /// The word of a bool.
    Bool,
    /// The word of a cell of this shape: an exact instance of a built-in class, whose shape does not change.
    Shape(u32),
}

impl Kind {
    fn join(self, other: Kind) -> Kind {
        if self == other { self } else { Kind::Any }
    }
}

/// What is known of all registers.
#[derive(Clone, PartialEq)]
pub struct State {
    pub kinds: Vec<Kind>,
    /// Whether the frame has the value, too.
    pub stored: Vec<bool>,
    /// Shapes of instances, 0: not known. They last until other code may run; what another thread does to an instance before that
    /// comes after what is done here, since slots never move.
    pub shapes: Vec<u32>,
    /// Words of functions that registers are known to hold, or 0.
    pub known: Vec<u64>,
    /// Whether the cell of the root's generator has the value.
    pub kept: Vec<bool>,
    /// How many frames, outermost first, are on the thread's stack. Those of inlined callees, and of generators that were resumed here,
    /// never are as long as nobody asks for them.
    pub pushed: usize,
}

impl State {
    /// Where the unit begins, in a frame that is on the stack.
    pub fn new(n: usize) -> State {
        State {
            kinds: vec![Kind::Any; n],
            stored: vec![true; n],
            shapes: vec![0; n],
            known: vec![0; n],
            kept: vec![false; n],
            pushed: 1,
        }
    }
    /// Where a generator's unit begins: its frame is not on the stack, or no more.
    pub fn unpushed(n: usize, kept: bool) -> State {
        State { stored: vec![false; n], kept: vec![kept; n], pushed: 0, ..State::new(n) }
    }
    pub fn set(&mut self, r: usize, kind: Kind) {
        self.kinds[r] = kind;
        self.stored[r] = false;
        self.shapes[r] = 0;
        self.known[r] = 0;
        self.kept[r] = false;
    }
    /// Forgets what nobody asks for at `node`.
    pub fn keep_live(&mut self, g: &Graph, node: &Node) {
        let mut live = vec![false; self.kinds.len()];
        g.live(node, |r| live[r] = true);
        for r in (0..live.len()).filter(|&r| !live[r]) {
            self.kinds[r] = Kind::Any;
            self.stored[r] = true;
            self.shapes[r] = 0;
            self.known[r] = 0;
            self.kept[r] = true;
        }
    }
    /// Joins what comes from elsewhere; tells whether anything changed. `adapts`: who comes from there makes sure first that what it
    /// does not know is as it is known here.
    pub fn join(&mut self, other: &State, adapts: bool) -> bool {
        // Who comes with fewer frames pushes them on the way.
        let mut changed = other.pushed > self.pushed;
        self.pushed = self.pushed.max(other.pushed);
        for r in 0..self.kinds.len() {
            let given = if adapts && other.kinds[r] == Kind::Any { self.kinds[r] } else { other.kinds[r] };
            let kind = self.kinds[r].join(given);
            let stored = self.stored[r] && other.stored[r];
            let shape = if self.shapes[r] == other.shapes[r] { self.shapes[r] } else { 0 };
            let known = if self.known[r] == other.known[r] { self.known[r] } else { 0 };
            let kept = self.kept[r] && other.kept[r];
            changed |= kind != self.kinds[r] || stored != self.stored[r] || kept != self.kept[r];
            changed |= shape != self.shapes[r] || known != self.known[r];
            (self.kinds[r], self.stored[r], self.kept[r]) = (kind, stored, kept);
            (self.shapes[r], self.known[r]) = (shape, known);
        }
        changed
    }
}

/// An operand: a register, or a constant integer.
#[derive(Clone, Copy, Debug)]
pub enum Source {
    Reg(usize),
    /// A register that holds an integer or a float, where a float is wanted.
    Number(usize),
    Int(i64),
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Arith {
    Add,
    Sub,
    Mul,
    TrueDiv,
    FloorDiv,
    Mod,
    And,
    Or,
    Xor,
    Shl,
    Shr,
}

/// Which container a subscript is of.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Items {
    List,
    Tuple,
    Bytes,
    /// Numbers that a class keeps, see [`Elements`](taipan_vm::native::Elements).
    Numbers(Number),
    /// A class that finds items without a call.
    Quick,
}
/// What numbers a class keeps.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Number {
    /// As `array` names it.
    pub code: u8,
    /// Their size in bytes as a power of two.
    pub shift: u8,
    pub float: bool,
    pub signed: bool,
}
impl Number {
    fn of(code: u8) -> Option<Number> {
        let shift = match code.to_ascii_lowercase() {
            b'b' => 0,
            b'h' => 1,
            b'i' | b'f' => 2,
            b'l' | b'q' | b'd' => 3,
            _ => return None,
        };
        let float = matches!(code, b'f' | b'd');
        let signed = code.is_ascii_lowercase();
        // Unsigned words do not fit.
        (signed || shift < 3).then_some(Number { code, shift, float, signed })
    }
    fn kind(self) -> Kind {
        if self.float { Kind::Float } else { Kind::Int }
    }
}

/// How an instruction is done. Registers are numbered through all frames.
#[derive(Clone, Debug)]
pub enum How {
    Nothing,
    /// Empties registers.
    Clear {
        first: usize,
        n: usize,
    },
    Move {
        a: usize,
        b: usize,
    },
    /// A constant: its word, and the float if it is one.
    Constant {
        a: usize,
        word: u64,
        float: Option<f64>,
        kind: Kind,
    },
    /// Nobody came here while it was recorded.
    Unseen,
    /// The interpreter goes on here.
    Leave,
    /// Suspends the root's generator, which yields a register's value.
    Yield {
        b: usize,
    },
    /// Calls the function of a generator or a coroutine.
    MakeGenerator {
        a: usize,
        window: usize,
        n: usize,
    },
    /// Makes sure that a coroutine has not begun, and copies it.
    Awaitable {
        a: usize,
        b: usize,
    },
    /// Has whoever resumed the root's generator drive another, to which it delegates.
    Delegate,
    /// Returns from the root's frame.
    Finish {
        a: usize,
    },
    /// Calls a function that is always the same.
    CallFunction {
        window: usize,
        call: Call,
        /// Nowhere: the result is ignored, or decides about a jump.
        dest: Option<usize>,
    },
    /// The interpreter's handler does it.
    Step,
    /// A function of the runtime does it, given the words of these registers.
    Helper {
        helper: usize,
        args: Vec<usize>,
        /// What the compiler tells it, as its last operand.
        extra: Option<u64>,
        /// Registers that are made sure to hold these words: what is called.
        checks: Vec<(usize, u64)>,
        outcome: Outcome,
    },
    /// A function of the runtime that looks at no frame does it, or leaves it undone: then it is done in the other way, if there is
    /// one.
    Leaf {
        function: usize,
        args: Vec<usize>,
        /// What the compiler tells it, as its last operand.
        extra: Option<u64>,
        /// Registers that are made sure to hold these words: what is called.
        checks: Vec<(usize, u64)>,
        outcome: Outcome,
        otherwise: Option<Box<How>>,
    },
    /// Makes a container of the values of so many registers, which runs no other code.
    Build {
        a: usize,
        first: usize,
        n: usize,
        function: leaf::Build,
        kind: Kind,
    },
    /// `x ** y` of floats, the second perhaps an integer.
    FloatPow {
        a: usize,
        x: Source,
        y: Source,
    },
    UnpackList {
        a: usize,
        first: usize,
        n: usize,
    },
    IntArith {
        op: Arith,
        a: usize,
        x: Source,
        y: Source,
    },
    FloatArith {
        op: Arith,
        a: usize,
        x: Source,
        y: Source,
    },
    Negate {
        a: usize,
        b: usize,
        float: bool,
    },
    /// A comparison that makes a bool, or jumps if its outcome is `want`.
    Compare {
        cmp: Compare,
        x: Source,
        y: Source,
        float: bool,
        dest: Option<usize>,
        want: bool,
    },
    /// Jumps if the bool or integer is true, or false.
    Truth {
        a: usize,
        want: bool,
    },
    Not {
        a: usize,
        b: usize,
    },
    /// Jumps if the register's word is this one, or is not.
    WordIs {
        a: usize,
        word: u64,
        want: bool,
    },
    /// Compares two words by identity.
    Same {
        x: usize,
        y: usize,
        dest: Option<usize>,
        want: bool,
    },
    CheckBound {
        a: usize,
    },
    Global {
        a: usize,
        cell: u64,
        shadow: Option<u64>,
        /// The function that it is made sure to be, or 0.
        known: u64,
    },
    LoadCell {
        a: usize,
        b: usize,
    },
    StoreCell {
        a: usize,
        b: usize,
    },
    /// An attribute that is the class's, or that of one class.
    ClassValue {
        a: usize,
        b: usize,
        shape: u32,
        /// It is an attribute of the class itself.
        own: bool,
        class: u64,
        version: u32,
        value: u64,
        kind: Kind,
    },
    /// What a call of a class's own attribute, or of a class method, calls, and what it gets first: the class, or nothing.
    ClassMethod {
        base: usize,
        b: usize,
        shape: u32,
        /// It is looked up in the class itself.
        own: bool,
        class: u64,
        version: u32,
        function: u64,
        receiver: u64,
    },
    /// The cells of the running function's closure.
    CopyFree {
        first: usize,
        n: usize,
    },
    /// A method of `super()`, whose operands begin at `b`.
    SuperMethod {
        base: usize,
        b: usize,
        method: SuperMethod,
    },
    /// A field of a named tuple.
    TupleItem {
        a: usize,
        b: usize,
        shape: u32,
        class: u64,
        version: u32,
        index: usize,
    },
    /// An attribute of one module.
    ModuleValue {
        a: usize,
        b: usize,
        shape: u32,
        module: u64,
        cell: u64,
        /// What it is made sure to be, or 0.
        known: u64,
        /// For a call: the register that gets the empty mark in place of an object.
        absent: Option<usize>,
    },
    /// An attribute in an inline slot, by shape.
    Slot {
        a: usize,
        b: usize,
        ways: Vec<(u32, usize)>,
    },
    SetSlot {
        a: usize,
        c: usize,
        ways: Vec<(u32, usize)>,
        empty: bool,
    },
    /// Adds an attribute.
    AddSlot {
        a: usize,
        c: usize,
        shape: u32,
        offset: usize,
        new_shape: u32,
    },
    Method {
        base: usize,
        b: usize,
        ways: Vec<MethodWay>,
    },
    Item {
        items: Items,
        a: usize,
        b: usize,
        index: Source,
    },
    SetItem {
        items: Items,
        a: usize,
        index: Source,
        c: usize,
    },
    Unpack {
        a: usize,
        first: usize,
        n: usize,
    },
    ForRange {
        a: usize,
        b: usize,
    },
    ForList {
        a: usize,
        b: usize,
    },
    ForTuple {
        a: usize,
        b: usize,
    },
    ForAny {
        a: usize,
        b: usize,
    },
    /// Over an iterator that runs no other code.
    ForPlain {
        a: usize,
        b: usize,
        function: usize,
    },
    /// Over pairs, which are taken apart at once.
    ForPair {
        b: usize,
        first: usize,
    },
    Jump,
    JumpBack,
    /// Enters an inlined callee.
    Enter {
        window: usize,
        call: Call,
    },
    /// Returns from an inlined callee.
    Return {
        b: usize,
        dest: usize,
    },
    /// Returns from the method of an operator that jumps if the result's truth is `want`.
    ReturnJump {
        b: usize,
        want: bool,
    },
}

/// The method that instances of a shape have as long as their class's version holds.
#[derive(Clone, Copy, Debug)]
pub struct MethodWay {
    pub shape: u32,
    pub function: u64,
    pub class: u64,
    pub version: u32,
}

/// What a helper gives.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Outcome {
    /// The value of this register.
    Value(usize, Kind),
    /// Whether to jump.
    Jump,
    /// Nothing, but what the instruction writes in the frame.
    Done,
}

pub struct Plan {
    /// What registers are made sure to be first.
    pub guards: Vec<(usize, Kind)>,
    pub how: How,
    /// What registers hold afterwards.
    pub writes: Vec<(usize, Kind)>,
    /// Shapes and known words of registers afterwards.
    learned: Vec<(usize, u32, u64)>,
    /// How many frames are pushed afterwards.
    pushed: usize,
}

/// Everything that plans depend on besides states.
pub struct Context<'a> {
    pub graph: &'a Graph,
    pub shapes: &'a Shapes,
    /// See [`machine::set_leave`](taipan_vm::interp::machine::set_leave).
    pub leave: u32,
}
/// Whether the instruction is one of those, as good as random, where the unit is left to test that.
fn left_to_test(cx: &Context, node: &Node) -> bool {
    let mut h = cx.graph.nodes.len() as u64;
    for part in [node.at, node.frame, usize::from(node.first)] {
        h = (h ^ part as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15).rotate_left(23);
    }
    (h >> 32).is_multiple_of(u64::from(cx.leave))
}

/// Gathers the guards of an instruction.
struct Operands<'a> {
    state: &'a State,
    node: &'a Node,
    guards: Vec<(usize, Kind)>,
}

impl Operands<'_> {
    /// The kind of number in register `r`, operand `k`: `Int`, `Float`, or none. Bools count as integers.
    fn number(&mut self, r: usize, k: usize) -> Option<Kind> {
        match self.state.kinds[r] {
            Kind::Int | Kind::Bool => Some(Kind::Int),
            Kind::Float => Some(Kind::Float),
            Kind::Any if self.node.site.kinds[k] == seen::BOOL => {
                self.guards.push((r, Kind::Bool));
                Some(Kind::Int)
            }
            Kind::Any => {
                let kinds = self.node.site.kinds[k];
                let kind = if kinds == seen::INT {
                    Kind::Int
                } else if kinds != 0 && kinds & !(seen::FLOAT | seen::BOXED_FLOAT) == 0 {
                    Kind::Float
                } else {
                    return None;
                };
                self.guards.push((r, kind));
                Some(kind)
            }
            _ => None,
        }
    }
    /// Whether a source is, or is made sure to be, a bool.
    fn is_bool(&self, s: Source) -> bool {
        matches!(s, Source::Reg(r) if self.state.kinds[r] == Kind::Bool || self.guards.contains(&(r, Kind::Bool)))
    }
    fn int(&mut self, r: usize, k: usize) -> bool {
        self.number(r, k) == Some(Kind::Int)
    }
    /// Whether register `r` is, or is made sure to be, a cell of this shape.
    fn shape(&mut self, r: usize, shape: u32) -> bool {
        match self.state.kinds[r] {
            Kind::Shape(s) => s == shape,
            Kind::Any => {
                self.guards.push((r, Kind::Shape(shape)));
                true
            }
            _ => false,
        }
    }
}

pub fn plan(cx: &Context, state: &State, node: &Node) -> Plan {
    let frame = &cx.graph.frames[node.frame];
    let mut o = Operands { state, node, guards: Vec::new() };
    let mut how = choose(cx, frame, &mut o);
    match &mut how {
        How::Step => {
            o.guards.clear();
            how = helper(cx, frame, node).unwrap_or(How::Step);
        }
        How::Leaf { otherwise, .. } => *otherwise = helper(cx, frame, node).map(Box::new),
        _ => {}
    }
    let mut writes = Vec::new();
    match &how {
        How::Helper { outcome: Outcome::Value(a, kind), .. } | How::Leaf { outcome: Outcome::Value(a, kind), .. } => {
            writes.push((*a, *kind))
        }
        How::Step | How::Helper { outcome: Outcome::Done, .. } => {
            taipan_compiler::effects::writes(node.i, |first, n| {
                (first..first + n).for_each(|r| writes.push((frame.base + r, Kind::Any)));
            });
        }
        How::CallFunction { dest, .. } => writes.extend(dest.map(|a| (a, Kind::Any))),
        How::Move { a, b } | How::Awaitable { a, b } => {
            let guarded = o.guards.iter().find(|g| g.0 == *b).map(|g| g.1);
            writes.push((*a, guarded.unwrap_or(state.kinds[*b])));
        }
        How::MakeGenerator { a, .. } => writes.push((*a, Kind::Any)),
        How::Constant { a, kind, .. } | How::Build { a, kind, .. } => writes.push((*a, *kind)),
        How::IntArith { a, .. } => writes.push((*a, Kind::Int)),
        How::FloatArith { a, .. } | How::FloatPow { a, .. } => writes.push((*a, Kind::Float)),
        How::Negate { a, float, .. } => writes.push((*a, if *float { Kind::Float } else { Kind::Int })),
        How::Compare { dest: Some(a), .. } | How::Same { dest: Some(a), .. } | How::Not { a, .. } => writes.push((*a, Kind::Bool)),
        How::ClassValue { a, kind, .. } => writes.push((*a, *kind)),
        How::ModuleValue { a, absent, .. } => {
            writes.push((*a, Kind::Any));
            writes.extend(absent.map(|r| (r, Kind::Any)));
        }
        How::LoadCell { a, .. } | How::TupleItem { a, .. } => writes.push((*a, Kind::Any)),
        How::Item { items: Items::Numbers(n), a, .. } => writes.push((*a, n.kind())),
        How::Item { items: Items::Bytes, a, .. } => writes.push((*a, Kind::Int)),
        How::Global { a, .. } | How::Slot { a, .. } | How::Item { a, .. } => writes.push((*a, Kind::Any)),
        How::Method { base, b, .. } => {
            writes.push((base + CALLABLE, Kind::Any));
            writes.push((base + FRAME_HEADER_WORDS, state.kinds[*b]));
        }
        How::ClassMethod { base, .. } => {
            writes.extend([(base + CALLABLE, Kind::Any), (base + FRAME_HEADER_WORDS, Kind::Any)]);
        }
        How::SuperMethod { base, b, .. } => {
            writes.push((base + CALLABLE, Kind::Any));
            writes.push((base + FRAME_HEADER_WORDS, state.kinds[b + 2]));
        }
        How::Clear { first, n } | How::CopyFree { first, n } | How::Unpack { first, n, .. } | How::UnpackList { first, n, .. } => {
            (*first..first + n).for_each(|r| writes.push((r, Kind::Any)))
        }
        How::ForRange { a, .. } => writes.push((*a, Kind::Int)),
        How::ForList { a, .. } | How::ForTuple { a, .. } | How::ForAny { a, .. } | How::ForPlain { a, .. } => {
            writes.push((*a, Kind::Any))
        }
        How::ForPair { first, .. } => writes.extend([(*first, Kind::Any), (first + 1, Kind::Any)]),
        How::Return { b, dest } => writes.push((*dest, if frame.init { Kind::Any } else { state.kinds[*b] })),
        How::Enter { .. } => {
            if let (Some(inner), Some(call)) = (node.enters, &node.calls) {
                let f = &cx.graph.frames[inner];
                if call.makes.is_some() {
                    writes.push((f.base, Kind::Any));
                }
                for (p, &arg) in call.binding.iter().flat_map(|b| b.iter().enumerate()) {
                    match arg {
                        Arg::Given(k) => writes.push((f.base + p, state.kinds[f.base + k])),
                        Arg::Default(_) => writes.push((f.base + p, Kind::Any)),
                        Arg::Register(r) => writes.push((f.base + p, state.kinds[frame.base + r])),
                        Arg::Constant(word) => {
                            let int = Value::from_bits(word).is_small_int();
                            writes.push((f.base + p, if int { Kind::Int } else { Kind::Any }));
                        }
                        Arg::Instance => {}
                    }
                }
                (f.code.nparams as usize..f.code.nvars as usize).for_each(|r| writes.push((f.base + r, Kind::Any)));
            }
        }
        _ => {}
    }
    let fact = |to: usize, from: usize| (to, state.shapes[from], state.known[from]);
    let learned = match how {
        How::Move { a, b } => vec![fact(a, b)],
        How::Return { dest, .. } if frame.init => match frame.keeps_first {
            true => vec![(dest, state.shapes[frame.base], 0)],
            false => Vec::new(),
        },
        How::Return { b, dest } => vec![fact(dest, b)],
        How::Enter { ref call, .. } => {
            let base = node.enters.map_or(0, |inner| cx.graph.frames[inner].base);
            let given = |(p, &arg): (usize, &Arg)| match arg {
                Arg::Given(k) => Some(fact(base + p, base + k)),
                Arg::Register(r) => Some(fact(base + p, frame.base + r)),
                _ => None,
            };
            let mut facts: Vec<_> = call.binding.iter().flat_map(|b| b.iter().enumerate()).filter_map(given).collect();
            if let (Some(o), Some(Arg::Register(r))) = (&call.operator, call.binding.as_ref().and_then(|b| b.first())) {
                // The instance's shape is made sure of.
                facts.extend([(base, o.shape.0, 0), (frame.base + r, o.shape.0, 0)]);
            }
            facts
        }
        How::Slot { a, b, ref ways } if a != b && ways.len() == 1 => vec![(b, ways[0].0, 0)],
        How::TupleItem { a, b, shape, .. } if a != b => vec![(b, shape, 0)],
        How::SetSlot { a, ref ways, .. } if ways.len() == 1 => vec![(a, ways[0].0, 0)],
        How::AddSlot { a, new_shape, .. } => vec![(a, new_shape, 0)],
        How::Method { base, b, ref ways } if ways.len() == 1 => {
            let MethodWay { shape, function, .. } = ways[0];
            let mut facts = vec![(base + FRAME_HEADER_WORDS, shape, 0), (base + CALLABLE, 0, function)];
            if b != base + CALLABLE {
                facts.push((b, shape, 0));
            }
            facts
        }
        How::ClassMethod { base, function, receiver, .. } => {
            vec![(base + CALLABLE, 0, callable_word(Value::from_bits(function))), (base + FRAME_HEADER_WORDS, 0, receiver)]
        }
        How::SuperMethod { base, ref method, .. } => {
            vec![(base + FRAME_HEADER_WORDS, method.shape.0, 0), (base + CALLABLE, 0, method.function.value().bits())]
        }
        How::Global { a, known, .. } => vec![(a, 0, known)],
        How::ModuleValue { a, known, absent, .. } => {
            let mut facts = vec![(a, 0, known)];
            facts.extend(absent.map(|r| (r, 0, Value::EMPTY.bits())));
            facts
        }
        _ => Vec::new(),
    };
    let pushed = match how {
        _ if stores_frame(&how) => frame.depth + 1,
        How::Return { .. } | How::ReturnJump { .. } => state.pushed.min(frame.depth),
        _ => state.pushed,
    };
    Plan { guards: o.guards, how, writes, learned, pushed }
}

/// Whether all values and frames are stored, for others to look at.
fn stores_frame(how: &How) -> bool {
    matches!(how, How::Step | How::ForAny { .. } | How::Helper { .. } | How::CallFunction { .. })
}

/// Applies what a plan is known to do. `jumped`: on the way of the jump, where FOR_ITER writes nothing.
pub fn apply(state: &mut State, plan: &Plan, jumped: bool) {
    for &(r, kind) in &plan.guards {
        state.kinds[r] = kind;
    }
    state.pushed = plan.pushed;
    if stores_frame(&plan.how) {
        state.stored.fill(true);
        state.shapes.fill(0);
    }
    let quick = |items: Items| matches!(items, Items::Quick | Items::Numbers(_));
    match &plan.how {
        How::JumpBack
        | How::Leaf { otherwise: Some(_), .. }
        | How::MakeGenerator { .. }
        | How::ForPlain { .. }
        | How::ForPair { .. } => state.shapes.fill(0),
        // Another register may hold the same instance.
        How::AddSlot { .. } => state.shapes.fill(0),
        How::Item { items, .. } | How::SetItem { items, .. } if quick(*items) => state.shapes.fill(0),
        _ => {}
    }
    let loops = matches!(
        plan.how,
        How::ForRange { .. }
            | How::ForList { .. }
            | How::ForTuple { .. }
            | How::ForAny { .. }
            | How::ForPlain { .. }
            | How::ForPair { .. }
    );
    if !(jumped && loops) {
        for &(r, kind) in &plan.writes {
            state.set(r, kind);
            if matches!(plan.how, How::Step | How::Helper { outcome: Outcome::Done, .. }) {
                state.stored[r] = true;
            }
        }
        (plan.learned.iter()).for_each(|&(r, shape, known)| (state.shapes[r], state.known[r]) = (shape, known));
    }
}

fn choose(cx: &Context, frame: &Frame, o: &mut Operands) -> How {
    let (node, base) = (o.node, frame.base);
    let i = node.i;
    let (a, b, c) = (base + i.a(), base + i.b(), base + i.c());
    if !cx.graph.is_covered(node) {
        return How::Unseen;
    }
    if cx.leave > 0 && left_to_test(cx, node) {
        return How::Leave;
    }
    match node.op {
        Op::NOP => How::Nothing,
        Op::CLEAR => How::Clear { first: a, n: i.b() },
        Op::MOVE => How::Move { a, b },
        Op::LOADK => constant(a, frame.code.const_at(i.b())),
        Op::LOADK_WIDE => constant(a, frame.code.const_at(i.imm32() as usize)),
        Op::LOADI => constant(a, Value::small_int(i.imm32().into())),
        Op::LOAD_NONE => constant(a, Value::NONE),
        Op::LOAD_TRUE => constant(a, Value::TRUE),
        Op::LOAD_FALSE => constant(a, Value::FALSE),
        Op::LOAD_EMPTY => constant(a, Value::EMPTY),
        Op::CHECK_BOUND => match o.state.kinds[a] {
            Kind::Any => How::CheckBound { a },
            _ => How::Nothing,
        },
        Op::JUMP => How::Jump,
        Op::JUMP_BACK => How::JumpBack,
        Op::YIELD if cx.graph.is_generator() => How::Yield { b },
        Op::YIELD_FROM if cx.graph.is_generator() => How::Delegate,
        Op::YIELD | Op::YIELD_FROM | Op::RETURN_GENERATOR | Op::RAISE | Op::RERAISE => How::Leave,
        Op::RETURN => match frame.call {
            Some((parent, call)) if frame.operator == Some(Wanted::Jump) => {
                let op = Op::from_u16(cx.graph.frames[parent].instr(call).op()).unwrap_or(Op::NOP);
                How::ReturnJump { b: a, want: slow::compare_jump_op(op).is_some_and(|(_, want, _)| want) }
            }
            Some((parent, call)) => {
                let p = &cx.graph.frames[parent];
                How::Return { b: a, dest: p.base + p.window(call).1 }
            }
            None => How::Finish { a },
        },
        _ if node.calls.is_some() => {
            let Some(call) = node.calls.clone() else { return How::Step };
            let (window, dest) = (base + frame.window(node.at).0, base + frame.window(node.at).1);
            let valued = call.operator.as_ref().is_none_or(|o| matches!(o.result, Wanted::Value(_) | Wanted::Checked(_)));
            match node.enters {
                Some(_) => How::Enter { window, call },
                None => How::CallFunction { window, call, dest: valued.then_some(dest) },
            }
        }
        Op::CALL | Op::CALL_METHOD if makes_generator(node) => How::MakeGenerator { a, window: b, n: i.c() },
        Op::CALL | Op::CALL_METHOD => leaf_call(o, a, b).or_else(|| native_call(o, a, b)).unwrap_or(How::Step),
        Op::CALL_KW => native_call(o, a, b).unwrap_or(How::Step),
        Op::GET_AWAITABLE if i.c() == 0 && node.site.shape == cx.shapes.coroutine && node.site.failures == 0 => {
            if o.shape(b, cx.shapes.coroutine) { How::Awaitable { a, b } } else { How::Step }
        }
        Op::GET_YIELD_FROM_ITER | Op::GET_ITER if node.site.shape == cx.shapes.generator && node.site.failures == 0 => {
            if o.shape(b, cx.shapes.generator) { How::Move { a, b } } else { How::Step }
        }
        Op::LOAD_GLOBAL => global(frame, node, a).unwrap_or(How::Step),
        Op::COPY_FREE => How::CopyFree { first: a, n: i.b() },
        Op::LOAD_SUPER_METHOD if ![0, u64::from(MIXED)].contains(&node.site.callee) && node.site.failures < 2 => {
            let class = Value::from_bits(node.site.callee);
            let method = match node.site.shape {
                0 | MIXED => None,
                shape => operators::super_method(frame.code, i, class, ShapeId(shape)),
            };
            method.map_or(How::Step, |method| How::SuperMethod { base: a, b, method })
        }
        Op::LOAD_CELL => How::LoadCell { a, b },
        Op::STORE_CELL => How::StoreCell { a, b },
        Op::LOAD_ATTR => attribute(frame, node, a, b).unwrap_or(How::Step),
        Op::STORE_ATTR => set_slot(frame, node, a, c).unwrap_or(How::Step),
        Op::LOAD_METHOD => method(frame, node, a, b).unwrap_or(How::Step),
        Op::GETITEM if node.site.shape == cx.shapes.dict => leaf(leaf::dict_item, &[b, c], None, Outcome::Value(a, Kind::Any)),
        Op::SETITEM if node.site.shape == cx.shapes.dict => leaf(leaf::set_dict_item, &[a, b, c], None, Outcome::Done),
        Op::LIST_APPEND => leaf(leaf::append, &[a, b], None, Outcome::Done),
        Op::GET_ITER if layout::is_built_in(node.site.shape) => leaf(leaf::iter, &[b], None, Outcome::Value(a, Kind::Any)),
        Op::GET_ITER | Op::GET_YIELD_FROM_ITER if node.site.failures == 0 && node.site.shape != 0 => {
            leaf(leaf::generator_iter, &[b], None, Outcome::Value(a, Kind::Any))
        }
        Op::BUILD_LIST => How::Build { a, first: b, n: i.c(), function: leaf::build_list, kind: Kind::Shape(cx.shapes.list) },
        Op::BUILD_TUPLE => How::Build { a, first: b, n: i.c(), function: leaf::build_tuple, kind: Kind::Shape(cx.shapes.tuple) },
        Op::BUILD_MAP if i.c() == 0 => {
            How::Build { a, first: b, n: 0, function: leaf::build_map, kind: Kind::Shape(cx.shapes.dict) }
        }
        Op::BUILD_STRING => How::Build { a, first: b, n: i.c(), function: leaf::build_string, kind: Kind::Any },
        Op::IN | Op::NOT_IN => {
            let outcome = Outcome::Value(a, Kind::Bool);
            leaf(leaf::contains, &[b, c], Some(Value::bool(node.op == Op::NOT_IN).bits()), outcome)
        }
        Op::JIN | Op::JNOTIN => leaf(leaf::contains, &[a, b], Some(Value::bool(node.op == Op::JNOTIN).bits()), Outcome::Jump),
        Op::GETITEM => {
            if o.state.kinds[c] != Kind::Int && node.site.kinds[2] != seen::INT {
                return How::Step;
            }
            item(cx, o, a, b, Source::Reg(c))
        }
        Op::GETITEMI => item(cx, o, a, b, Source::Int(i.c_signed() as i64)),
        Op::SETITEM => {
            if o.state.kinds[b] != Kind::Int && node.site.kinds[1] != seen::INT {
                return How::Step;
            }
            let Some(items) = items(cx, node, o.state.kinds[a], true) else { return How::Step };
            if !own_items(cx, o, items, a) || !o.int(b, 1) {
                return How::Step;
            }
            let items = match items {
                Items::Numbers(n) if o.number(c, 2) != Some(n.kind()) => {
                    o.guards.retain(|g| g.0 != c);
                    Items::Quick
                }
                items => items,
            };
            How::SetItem { items, a, index: Source::Reg(b), c }
        }
        Op::UNPACK | Op::UNPACK_ITEM => {
            let shape = node.site.shape;
            if node.site.failures > 0 {
                How::Step
            } else if shape == cx.shapes.tuple && o.shape(a, shape) {
                How::Unpack { a, first: b, n: i.c() }
            } else if shape == cx.shapes.list && o.shape(a, shape) {
                How::UnpackList { a, first: b, n: i.c() }
            } else {
                How::Step
            }
        }
        Op::FOR_ITER => {
            let shape = node.site.shape;
            let known = [cx.shapes.range_iterator, cx.shapes.list_iterator, cx.shapes.tuple_iterator].contains(&shape);
            if let Some(unpack) = node.unpacks(frame) {
                // Where it is known to be something else, the interpreter goes on.
                return if o.shape(b, shape) { How::ForPair { b, first: base + unpack.b() } } else { How::Unseen };
            }
            if let (Expected::Plain(f), 0) = (layout::iterator(shape), node.site.failures)
                && o.shape(b, shape)
            {
                return How::ForPlain { a, b, function: f as *const () as usize };
            }
            if !known || node.site.failures > 0 || !o.shape(b, shape) {
                How::ForAny { a, b }
            } else if shape == cx.shapes.range_iterator {
                How::ForRange { a, b }
            } else if shape == cx.shapes.list_iterator {
                How::ForList { a, b }
            } else {
                How::ForTuple { a, b }
            }
        }
        Op::JT | Op::JF => truth(o, a, node.op == Op::JT),
        Op::NOT if o.state.kinds[b] == Kind::Bool => How::Not { a, b },
        Op::NOT | Op::TO_BOOL => {
            let negated = Value::bool(node.op == Op::NOT).bits();
            leaf(leaf::truth, &[b], Some(negated), Outcome::Value(a, Kind::Bool))
        }
        Op::JNONE => How::WordIs { a, word: Value::NONE.bits(), want: true },
        Op::JNOTNONE => How::WordIs { a, word: Value::NONE.bits(), want: false },
        Op::JEMPTY => How::WordIs { a, word: Value::EMPTY.bits(), want: true },
        Op::IS => How::Same { x: b, y: c, dest: Some(a), want: true },
        Op::IS_NOT => How::Same { x: b, y: c, dest: Some(a), want: false },
        Op::JIS => How::Same { x: a, y: b, dest: None, want: true },
        Op::JISNOT => How::Same { x: a, y: b, dest: None, want: false },
        Op::NEG => match o.number(b, 1) {
            Some(kind) if node.site.failures == 0 => How::Negate { a, b, float: kind == Kind::Float },
            _ => How::Step,
        },
        Op::POW | Op::IPOW => {
            let (Some(x), Some(y)) = (o.number(b, 1), o.number(c, 2)) else { return How::Step };
            if x == Kind::Float && (y == Kind::Float || node.site.failures == 0) && node.site.failures < 2 {
                How::FloatPow { a, x: Source::Reg(b), y: Source::Reg(c) }
            } else {
                How::Step
            }
        }
        op => {
            if let Some((arith, immediate)) = arithmetic(op) {
                let (y, k) = if immediate { (Source::Int(i.c_signed() as i64), 0) } else { (Source::Reg(c), 2) };
                return binary(cx, o, arith, a, (b, 1), (y, k));
            }
            if let Some(cmp) = slow::compare_op(op) {
                return compare(cx, o, cmp, (b, 1), (Source::Reg(c), 2), Some(a), true);
            }
            if let Some((cmp, want, immediate)) = slow::compare_jump_op(op) {
                let y = if immediate { Source::Int(i.b_signed() as i64) } else { Source::Reg(b) };
                return compare(cx, o, cmp, (a, 0), (y, 1), None, want);
            }
            How::Step
        }
    }
}

/// The helper for an instruction that nothing better is known of.
fn helper(cx: &Context, frame: &Frame, node: &Node) -> Option<How> {
    use taipan_compiler::isa::Operand;
    use taipan_vm::interp::machine as m;
    let base = frame.base;
    let a = base + node.i.a();
    let value = Outcome::Value(a, Kind::Any);
    let bool_value = Outcome::Value(a, Kind::Bool);
    let exact = |shape| Outcome::Value(a, Kind::Shape(shape));
    let (helper, outcome): (m::Helper, Outcome) = match node.op {
        Op::NEG | Op::POS | Op::INVERT => (m::unary, value),
        Op::NOT | Op::TO_BOOL => (m::truth, bool_value),
        Op::JT | Op::JF => (m::truth_jump, Outcome::Jump),
        Op::IN | Op::NOT_IN => (m::contains, bool_value),
        Op::JIN | Op::JNOTIN => (m::contains_jump, Outcome::Jump),
        Op::GETITEM => (m::get_item, value),
        Op::GETITEMI => (m::get_item_immediate, value),
        Op::SETITEM => (m::set_item, Outcome::Done),
        Op::GET_ITER => (m::get_iter, value),
        Op::GET_YIELD_FROM_ITER => (m::get_yield_from_iter, value),
        Op::LOAD_ATTR => (m::load_attr, value),
        Op::STORE_ATTR => (m::store_attr, Outcome::Done),
        Op::LOAD_METHOD => (m::load_method, Outcome::Done),
        Op::LIST_APPEND => (m::list_append, Outcome::Done),
        Op::SET_ADD => (m::set_add, Outcome::Done),
        Op::MAP_ADD => (m::map_add, Outcome::Done),
        Op::BUILD_MAP => (m::build_map, exact(cx.shapes.dict)),
        Op::FORMAT | Op::FORMAT_SIMPLE => (m::format, value),
        Op::MAKE_FUNCTION => (m::make_function, value),
        Op::GET_LEN => (m::length, value),
        Op::CALL | Op::CALL_METHOD | Op::CALL_KW => (m::call, value),
        Op::BUILD_SLICE => match node.slices(frame) {
            Some(user) if user.op() == Op::GETITEM as u16 => (m::slice_item, Outcome::Value(base + user.a(), Kind::Any)),
            Some(_) => (m::set_slice, Outcome::Done),
            None => (m::build_slice, value),
        },
        Op::BUILD_SET => (m::build_set, value),
        op if slow::compare_op(op).is_some() => (m::compare, value),
        op if slow::compare_jump_op(op).is_some() => (m::compare_jump, Outcome::Jump),
        op if (Op::ADD as u16..=Op::IMATMUL as u16).contains(&(op as u16)) => (m::binary, value),
        op if (Op::ADDI as u16..=Op::RSHIFTI as u16).contains(&(op as u16)) => (m::binary_immediate, value),
        _ => return None,
    };
    let fields = [a, base + node.i.b(), base + node.i.c()];
    let read = |k: &usize| matches!(node.op.info().operands[*k], Operand::Read | Operand::ReadWrite);
    let args = (0..3).filter(read).map(|k| fields[k]).collect();
    Some(How::Helper { helper: helper as *const () as usize, args, extra: None, checks: Vec::new(), outcome })
}

fn constant(a: usize, v: Value) -> How {
    let float = taipan_vm::ops::convert::float_value(v).filter(|_| v.as_small_int().is_none() && !v.is_bool());
    let float = float.filter(|_| v.is_immediate_float() || v.is_cell());
    let kind = if float.is_some() {
        Kind::Float
    } else if v.is_small_int() {
        Kind::Int
    } else if v.is_bool() {
        Kind::Bool
    } else {
        Kind::Any
    };
    How::Constant { a, word: v.bits(), float, kind }
}

fn truth(o: &mut Operands, a: usize, want: bool) -> How {
    match o.state.kinds[a] {
        Kind::Bool | Kind::Int => How::Truth { a, want },
        Kind::Any => match o.node.site.kinds[0] {
            seen::BOOL => {
                o.guards.push((a, Kind::Bool));
                How::Truth { a, want }
            }
            seen::INT => {
                o.guards.push((a, Kind::Int));
                How::Truth { a, want }
            }
            _ if layout::is_of_python_class(o.node.site.shape) => How::Step,
            _ => leaf(leaf::truth, &[a], Some(Value::bool(!want).bits()), Outcome::Jump),
        },
        _ => leaf(leaf::truth, &[a], Some(Value::bool(!want).bits()), Outcome::Jump),
    }
}

/// A leaf does the instruction, if its operands are what it knows.
fn leaf(function: Leaf, args: &[usize], extra: Option<u64>, outcome: Outcome) -> How {
    How::Leaf { function: function as usize, args: args.to_vec(), extra, checks: Vec::new(), outcome, otherwise: None }
}
/// Whether a call was seen to call the function of a generator or a coroutine.
fn makes_generator(node: &Node) -> bool {
    let code = match node.site.callee {
        0 => None,
        word if word == u64::from(MIXED) => None,
        word => Value::from_bits(word).downcast::<Code>(),
    };
    node.site.failures == 0 && code.is_some_and(|c| resume::is_resumable(&c))
}
/// The callable of a call's window that was always seen, or is known; how many arguments it gets, and which register has the first; what
/// has to be checked for that.
struct Called {
    word: u64,
    first: usize,
    n: usize,
    checks: Vec<(usize, u64)>,
}
fn called(o: &Operands, window: usize) -> Option<Called> {
    let (node, state) = (o.node, o.state);
    let (callable, first) = (window + CALLABLE, window + FRAME_HEADER_WORDS);
    let (known, seen) = (state.known[callable], node.site.callee);
    let word = if known != 0 { known } else { seen };
    if word == 0 || word == u64::from(MIXED) || node.site.failures > 0 {
        return None;
    }
    let mut checks = Vec::new();
    if known == 0 {
        checks.push((callable, word));
    }
    let no_object = node.op != Op::CALL && node.site.receiver == 1;
    let nothing = Value::EMPTY.bits();
    if no_object && state.known[first] != nothing {
        checks.push((first, nothing));
    }
    let skipped = usize::from(no_object);
    Some(Called { word, first: first + skipped, n: node.i.c() - skipped, checks })
}
/// A call of a built-in that is a leaf.
fn leaf_call(o: &Operands, a: usize, window: usize) -> Option<How> {
    let Called { word, first, n, checks } = called(o, window)?;
    let leaf = leaf::of(Value::from_bits(word), n)?;
    let kind = match leaf.gives {
        Gives::Any => Kind::Any,
        Gives::Bool => Kind::Bool,
    };
    Some(How::Leaf {
        function: leaf.function as usize,
        args: (first..first + n).collect(),
        extra: leaf.extra,
        checks,
        outcome: Outcome::Value(a, kind),
        otherwise: None,
    })
}
/// A call of a built-in function, method or class: without looking at what it is and what it wants.
fn native_call(o: &Operands, a: usize, window: usize) -> Option<How> {
    let Called { word, first, n, checks } = called(o, window)?;
    let (helper, args, extra): (Helper, _, _) = match natives::entry(Value::from_bits(word), n)? {
        NativeEntry::Unary(f) if o.node.op != Op::CALL_KW => (natives::call_unary, vec![first], f as usize as u64),
        NativeEntry::Binary(f) if o.node.op != Op::CALL_KW => (natives::call_binary, vec![first, first + 1], f as usize as u64),
        _ => (natives::call_native, Vec::new(), word),
    };
    let outcome = Outcome::Value(a, Kind::Any);
    Some(How::Helper { helper: helper as *const () as usize, args, extra: Some(extra), checks, outcome })
}

/// Makes of an operand that may be an integer or a float a source of floats.
fn mixed(o: &Operands, s: (Source, usize)) -> Option<Source> {
    let Source::Reg(r) = s.0 else { return None };
    let kinds = o.node.site.kinds[s.1];
    let numbers = kinds != 0 && kinds & !(seen::INT | seen::FLOAT | seen::BOXED_FLOAT) == 0;
    (numbers && o.state.kinds[r] == Kind::Any).then_some(Source::Number(r))
}
/// An operation of a float, by feedback or knowledge, and a number of either kind.
fn mixed_arith(o: &mut Operands, op: Arith, a: usize, x: (Source, usize), y: (Source, usize)) -> Option<How> {
    if !matches!(op, Arith::Add | Arith::Sub | Arith::Mul | Arith::TrueDiv) || o.node.site.failures > 0 {
        return None;
    }
    match (number_of(o, x), number_of(o, y)) {
        (Some(Kind::Float), None) => mixed(o, y).map(|y| How::FloatArith { op, a, x: x.0, y }),
        (None, Some(Kind::Float)) => mixed(o, x).map(|x| How::FloatArith { op, a, x, y: y.0 }),
        _ => None,
    }
}

fn number_of(o: &mut Operands, s: (Source, usize)) -> Option<Kind> {
    match s.0 {
        Source::Int(_) => Some(Kind::Int),
        Source::Reg(r) | Source::Number(r) => o.number(r, s.1),
    }
}

fn binary(cx: &Context, o: &mut Operands, op: Arith, a: usize, x: (usize, usize), y: (Source, usize)) -> How {
    let (Some(p), Some(q)) = (o.number(x.0, x.1), number_of(o, y)) else {
        o.guards.clear();
        let shape = o.node.site.shape;
        if let (Some((binary, _, false)), Source::Reg(z)) = (slow::binary_op(o.node.op), y.0)
            && (op == Arith::Add && shape == cx.shapes.str || cx.shapes.numbers.contains(&shape))
        {
            return leaf(leaf::arithmetic, &[x.0, z], Some(binary as u64), Outcome::Value(a, Kind::Any));
        }
        return mixed_arith(o, op, a, (Source::Reg(x.0), x.1), y).unwrap_or(How::Step);
    };
    let (x, y) = (Source::Reg(x.0), y.0);
    let ints = p == Kind::Int && q == Kind::Int;
    match op {
        Arith::Add | Arith::Sub | Arith::Mul if !ints => How::FloatArith { op, a, x, y },
        Arith::TrueDiv if o.node.site.failures == 0 => How::FloatArith { op, a, x, y },
        Arith::TrueDiv => How::Step,
        _ if !ints || o.node.site.failures > 0 => How::Step,
        // Bools again.
        Arith::And | Arith::Or | Arith::Xor if o.is_bool(x) && o.is_bool(y) => How::Step,
        // The sign and the range of a variable distance need more than they are worth.
        Arith::Shl if !matches!(y, Source::Int(0..=60)) => How::Step,
        _ => How::IntArith { op, a, x, y },
    }
}

fn compare(
    cx: &Context,
    o: &mut Operands,
    cmp: Compare,
    x: (usize, usize),
    y: (Source, usize),
    dest: Option<usize>,
    want: bool,
) -> How {
    let (Some(p), Some(q)) = (o.number(x.0, x.1), number_of(o, y)) else {
        o.guards.clear();
        let Source::Reg(z) = y.0 else { return How::Step };
        if o.node.site.shape != cx.shapes.str && layout::is_of_python_class(o.node.site.shape) {
            return How::Step;
        }
        let number = Compare::ALL.iter().position(|&c| c == cmp).unwrap_or(0) as u64 | if want { 0 } else { 8 };
        let outcome = dest.map_or(Outcome::Jump, |a| Outcome::Value(a, Kind::Any));
        return leaf(leaf::compare, &[x.0, z], Some(number), outcome);
    };
    let float = p == Kind::Float || q == Kind::Float;
    if float && p != q && o.node.site.failures > 0 {
        // An integer beyond 2**53 would be rounded.
        return How::Step;
    }
    How::Compare { cmp, x: Source::Reg(x.0), y: y.0, float, dest, want }
}

/// The operation of a binary instruction, and whether the right operand is an immediate.
fn arithmetic(op: Op) -> Option<(Arith, bool)> {
    let (op, _, immediate) = slow::binary_op(op)?;
    let arith = match op {
        BinaryOp::Add => Arith::Add,
        BinaryOp::Sub => Arith::Sub,
        BinaryOp::Mul => Arith::Mul,
        BinaryOp::Truediv => Arith::TrueDiv,
        BinaryOp::Floordiv => Arith::FloorDiv,
        BinaryOp::Mod => Arith::Mod,
        BinaryOp::And => Arith::And,
        BinaryOp::Or => Arith::Or,
        BinaryOp::Xor => Arith::Xor,
        BinaryOp::Lshift => Arith::Shl,
        BinaryOp::Rshift => Arith::Shr,
        BinaryOp::Pow | BinaryOp::Matmul | BinaryOp::Divmod => return None,
    };
    Some((arith, immediate))
}

fn items(cx: &Context, node: &Node, kind: Kind, set: bool) -> Option<Items> {
    let shape = match kind {
        Kind::Shape(s) => s,
        _ => node.site.shape,
    };
    let number = Number::of(node.site.elements).filter(|_| node.site.failures == 0 && layout::elements(shape).is_some());
    if shape == cx.shapes.list {
        Some(Items::List)
    } else if shape == cx.shapes.tuple && !set {
        Some(Items::Tuple)
    } else if shape == cx.shapes.bytes && !set {
        Some(Items::Bytes)
    } else if let Some(n) = number {
        Some(Items::Numbers(n))
    } else if shape != 0 && shape != MIXED && node.site.failures == 0 {
        let (get, put) = layout::quick_items(shape);
        (if set { put } else { get }).then_some(Items::Quick)
    } else {
        None
    }
}
fn own_items(cx: &Context, o: &mut Operands, items: Items, r: usize) -> bool {
    let shape = match items {
        Items::List => cx.shapes.list,
        Items::Tuple => cx.shapes.tuple,
        Items::Bytes => cx.shapes.bytes,
        Items::Quick | Items::Numbers(_) => match o.state.kinds[r] {
            Kind::Shape(s) => s,
            _ => o.node.site.shape,
        },
    };
    o.shape(r, shape)
}
fn item(cx: &Context, o: &mut Operands, a: usize, b: usize, index: Source) -> How {
    let Some(items) = items(cx, o.node, o.state.kinds[b], false) else { return How::Step };
    if !own_items(cx, o, items, b) {
        return How::Step;
    }
    if let Source::Reg(r) = index
        && !o.int(r, 2)
    {
        return How::Step;
    }
    How::Item { items, a, b, index }
}

/// The word of what is worth comparing, since much follows from knowing it; or 0.
fn callable_word(v: Value) -> u64 {
    let known = v.downcast::<Function>().is_some() || v.downcast::<Native>().is_some() || v.downcast::<Class>().is_some();
    if known { v.bits() } else { 0 }
}

fn global(frame: &Frame, node: &Node, a: usize) -> Option<How> {
    let e = cache::entry(frame.cache(node.at)).filter(|e| e.kind == CacheKind::Global)?;
    if Some(e.guard.get()) != frame.globals || node.site.failures > 0 {
        return None;
    }
    let own = e.value.get().downcast::<CellObject>()?;
    if !own.get().is_empty() {
        return Some(How::Global { a, cell: own.value().bits(), shadow: None, known: callable_word(own.get()) });
    }
    let builtin = e.second.get().downcast::<CellObject>()?;
    Some(How::Global { a, cell: builtin.value().bits(), shadow: Some(own.value().bits()), known: callable_word(builtin.get()) })
}

/// The entries that a site's chain has for what was seen there; none where that was not enough, time and again.
fn entries(frame: &Frame, node: &Node) -> Vec<Ref<cache::Entry>> {
    let seen = |e: &Ref<cache::Entry>| node.site.shape == MIXED || node.site.shape == e.shape.0;
    let chain = std::iter::successors(cache::entry(frame.cache(node.at)), |e| e.next.get());
    if node.site.failures > 2 { Vec::new() } else { chain.filter(seen).collect() }
}
/// Shapes and word offsets of a site that knows nothing but inline slots; whether stores find them also when they are empty.
fn slots(frame: &Frame, node: &Node) -> Option<(Vec<(u32, usize)>, bool)> {
    let word = frame.cache(node.at);
    if word & 1 != 0 {
        let shape = (word >> 32) as u32;
        let known = node.site.failures == 0 && node.site.shape == shape;
        return known.then(|| (vec![(shape, (word as u32 >> 8) as usize)], word & 2 != 0));
    }
    let all = entries(frame, node);
    let ways: Vec<_> = all.iter().filter(|e| e.kind == CacheKind::Slot).map(|e| (e.shape.0, e.offset as usize)).collect();
    (!ways.is_empty() && ways.len() == all.len()).then_some((ways, false))
}
fn attribute(frame: &Frame, node: &Node, a: usize, b: usize) -> Option<How> {
    if let Some((ways, _)) = slots(frame, node) {
        return Some(How::Slot { a, b, ways });
    }
    let [e] = *entries(frame, node) else { return None };
    let (holder, value) = (e.guard.get().bits(), e.value.get());
    match e.kind {
        CacheKind::TupleItem => {
            let index = e.offset as usize;
            Some(How::TupleItem { a, b, shape: e.shape.0, class: holder, version: e.version, index })
        }
        CacheKind::OfModule => Some(module_value(e, node, a, b, None)),
        CacheKind::ClassValue | CacheKind::OfClass => {
            let kind = match value {
                v if v.is_small_int() => Kind::Int,
                v if v.is_bool() => Kind::Bool,
                _ => Kind::Any,
            };
            let (shape, own) = (e.shape.0, e.kind == CacheKind::OfClass);
            Some(How::ClassValue { a, b, shape, own, class: holder, version: e.version, value: value.bits(), kind })
        }
        _ => None,
    }
}
fn module_value(e: Ref<cache::Entry>, node: &Node, a: usize, b: usize, absent: Option<usize>) -> How {
    let cell = e.value.get();
    let content = cell.downcast::<CellObject>().map_or(Value::EMPTY, |c| c.get());
    let known = if node.site.failures == 0 { callable_word(content) } else { 0 };
    How::ModuleValue { a, b, shape: e.shape.0, module: e.guard.get().bits(), cell: cell.bits(), known, absent }
}
fn set_slot(frame: &Frame, node: &Node, a: usize, c: usize) -> Option<How> {
    if let Some((ways, empty)) = slots(frame, node) {
        return Some(How::SetSlot { a, c, ways, empty });
    }
    match *entries(frame, node) {
        [e] if e.kind == CacheKind::Add => {
            let (shape, offset, new_shape) = (e.shape.0, e.offset as usize, e.new_shape.0);
            Some(How::AddSlot { a, c, shape, offset, new_shape })
        }
        _ => None,
    }
}
fn method(frame: &Frame, node: &Node, base: usize, b: usize) -> Option<How> {
    let all = entries(frame, node);
    if let [e] = *all
        && e.kind == CacheKind::OfModule
    {
        return Some(module_value(e, node, base + CALLABLE, b, Some(base + FRAME_HEADER_WORDS)));
    }
    if let [e] = *all
        && matches!(e.kind, CacheKind::OfClass | CacheKind::ClassValue | CacheKind::ClassMethod)
    {
        let is_method = e.kind == CacheKind::ClassMethod;
        let own = if is_method { e.offset == 1 } else { e.kind == CacheKind::OfClass };
        let receiver = if is_method { e.second.get() } else { Value::EMPTY };
        return Some(How::ClassMethod {
            base,
            b,
            shape: e.shape.0,
            own,
            class: e.guard.get().bits(),
            version: e.version,
            function: e.value.get().bits(),
            receiver: receiver.bits(),
        });
    }
    if all.is_empty() || all.iter().any(|e| e.kind != CacheKind::Method) {
        return None;
    }
    let way = |e: &Ref<cache::Entry>| MethodWay {
        shape: e.shape.0,
        function: e.value.get().bits(),
        class: e.guard.get().bits(),
        version: e.version,
    };
    Some(How::Method { base, b, ways: all.iter().map(way).collect() })
}
