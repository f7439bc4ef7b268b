//! Operators on instances of Python classes: which function does them.
//!
//! The interpreter calls such functions from its helpers. Compiled code may make a frame for them as for any call; where what they
//! return is not simply the result of the instruction, that is an INIT frame whose LOCALS word is the instruction's word index in the
//! caller's code, and what is left to do is done when the frame is left ([`finish`]).

use super::*;
use crate::objects::class::{Class, Special};

/// What an instruction calls for instances of one shape, as long as the class's version holds.
#[derive(Clone, Debug)]
pub struct Operator {
    pub shape: ShapeId,
    pub class: Ref<Class>,
    pub version: u32,
    pub function: Ref<Function>,
    /// The function's arguments: the instance first.
    pub args: Vec<Operand>,
    pub result: Wanted,
}
/// An argument of an [`Operator`].
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Operand {
    /// A register of the instruction's frame.
    Register(usize),
    Constant(Value),
}
/// What becomes of what the function returns.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Wanted {
    /// Nothing.
    Ignored,
    /// It is the value of this register.
    Value(usize),
    /// So it is, but `NotImplemented` means that others are asked. The right operand's class goes first if it is a subclass.
    Checked(usize),
    /// As `Checked`, but its truth decides about a jump.
    Jump,
}

/// Whether what the method of an operator, or a getter, returns is the value of the instruction's first operand.
pub fn has_value(op: Op) -> bool {
    !matches!(op, Op::SETITEM | Op::STORE_ATTR) && slow::compare_jump_op(op).is_none()
}

/// What `i` calls where its first operand has this shape and no attribute of the instance is asked for.
pub fn operator(t: &Thread, i: Instr, shape: ShapeId) -> Option<Operator> {
    use Operand::{Constant, Register};
    let op = Op::from_u16(i.op())?;
    let (a, b, c) = (i.a(), i.b(), i.c());
    let class = taipan_heap::SHAPES.get(shape).class.get().downcast::<Class>().filter(|c| c.is_heap())?;
    let version = class.version.load(Acquire);
    let own = |s: Special| class.special(t, s);
    let (function, args, result) = match op {
        Op::GETITEM => (own(Special::Getitem), vec![Register(b), Register(c)], Wanted::Value(a)),
        Op::GETITEMI => {
            (own(Special::Getitem), vec![Register(b), Constant(Value::small_int(i.c_signed() as i64))], Wanted::Value(a))
        }
        Op::SETITEM => (own(Special::Setitem), vec![Register(a), Register(b), Register(c)], Wanted::Ignored),
        Op::NEG => (own(Special::Neg), vec![Register(b)], Wanted::Value(a)),
        Op::POS => (own(Special::Pos), vec![Register(b)], Wanted::Value(a)),
        Op::INVERT => (own(Special::Invert), vec![Register(b)], Wanted::Value(a)),
        _ => {
            if let Some((binary, inplace, immediate)) = slow::binary_op(op) {
                let right = if immediate { Constant(Value::small_int(i.c_signed() as i64)) } else { Register(c) };
                let in_place = binary.inplace().filter(|_| inplace).and_then(own);
                (in_place.or_else(|| own(binary.special())), vec![Register(b), right], Wanted::Checked(a))
            } else if let Some(compare) = slow::compare_op(op) {
                (own(compare.special()), vec![Register(b), Register(c)], Wanted::Checked(a))
            } else {
                let (compare, _, immediate) = slow::compare_jump_op(op)?;
                let right = if immediate { Constant(Value::small_int(i.b_signed() as i64)) } else { Register(b) };
                (own(compare.special()), vec![Register(a), right], Wanted::Jump)
            }
        }
    };
    let function = function?.downcast::<Function>().filter(|f| !f.is_generator_like())?;
    (version != 0).then_some(Operator { shape, class, version, function, args, result })
}
/// What a LOAD_ATTR or a STORE_ATTR of this code was seen to call, by its site's word: a property's function, or `__getattr__`.
pub fn accessor(code: Ref<Code>, i: Instr, site: u64, shape: ShapeId) -> Option<Operator> {
    use Operand::{Constant, Register};
    use cache::Kind;
    let e = cache::entry(site).filter(|e| e.shape == shape && e.next.get().is_none())?;
    let (args, result) = match e.kind {
        Kind::Property => (vec![Register(i.b())], Wanted::Value(i.a())),
        Kind::Hook => (vec![Register(i.b()), Constant(code.name_at(i.c()).value())], Wanted::Value(i.a())),
        Kind::Setter => (vec![Register(i.a()), Register(i.c())], Wanted::Ignored),
        _ => return None,
    };
    let function = e.value.get().downcast::<Function>().filter(|f| !f.is_generator_like())?;
    let class = e.guard.get().downcast::<Class>()?;
    Some(Operator { shape, class, version: e.version, function, args, result })
}

/// The method that `super(class, object).name(…)` was seen to call for objects of one shape, as long as their class's version holds.
#[derive(Clone, Copy, Debug)]
pub struct SuperMethod {
    /// `super` itself, and the class after which is looked.
    pub sup: Value,
    pub class: Value,
    pub shape: ShapeId,
    pub of: Ref<Class>,
    pub version: u32,
    pub function: Ref<Function>,
}
/// What the LOAD_SUPER_METHOD of a code saw.
pub fn super_method(code: Ref<Code>, i: Instr, class: Value, shape: ShapeId) -> Option<SuperMethod> {
    let start = class.downcast::<Class>()?;
    let of = taipan_heap::SHAPES.get(shape).class.get().downcast::<Class>()?;
    let version = of.version.load(Acquire);
    // `super()` of a class method is another matter.
    if version == 0 || of.is_subclass(Class::class()) || !of.is_subclass(start) {
        return None;
    }
    let name = code.name_at(i.c());
    let f = crate::objects::descriptors::lookup_after(of, start, name).filter(|_| name != names::__class__())?;
    let sup = crate::objects::descriptors::Super::class().value();
    Some(SuperMethod { sup, class, shape, of, version, function: f.downcast::<Function>()? })
}

/// Whether the left operand's method is asked first.
pub fn goes_first(left: Value, right: Value) -> bool {
    let (l, r) = (class_of(left), class_of(right));
    l == r || !r.is_subclass(l)
}

/// What the instruction `i` of the running frame, whose registers are given, gives after the left operand's method returned `v`: a value,
/// or whether it jumps.
pub unsafe fn finish(t: &Thread, i: Instr, regs: Regs, v: Value) -> Result<Value> {
    // SAFETY: the caller passes an instruction of the running frame.
    let register = |r: usize| unsafe { *regs.add(r) };
    let Some(op) = Op::from_u16(i.op()) else { return Err(t.system_error("not an instruction")) };
    let refused = v == Value::NOT_IMPLEMENTED;
    if let Some((compare, want, immediate)) = slow::compare_jump_op(op) {
        let right = if immediate { Value::small_int(i.b_signed() as i64) } else { register(i.b()) };
        let v = if refused { t.compare_refused(register(i.a()), right, compare)? } else { v };
        return Ok(Value::bool(t.truth(v)? == want));
    }
    if !refused {
        return Ok(v);
    }
    if let Some((binary, inplace, immediate)) = slow::binary_op(op) {
        let right = if immediate { Value::small_int(i.c_signed() as i64) } else { register(i.c()) };
        return t.binary_refused(binary, inplace, register(i.b()), right);
    }
    match slow::compare_op(op) {
        Some(compare) => t.compare_refused(register(i.b()), register(i.c()), compare),
        None => Ok(v),
    }
}
/// Where the jump of a fused comparison goes.
pub unsafe fn jump_target(pc: *const u64) -> *const u64 {
    // SAFETY: the caller passes a fused comparison, whose jump stays in the code.
    unsafe { pc.offset(Instr(*pc).c_signed() as isize) }
}
/// Whether an instruction is a fused comparison and jump.
pub fn jumps(i: Instr) -> bool {
    Op::from_u16(i.op()).is_some_and(|op| slow::compare_jump_op(op).is_some())
}
