//! Signals: their exceptions, and the mappings that are a context's flags and traps.

use super::context::Context;
use super::number::Status;
use super::number::status::*;
use super::{State, name, state};
use std::sync::atomic::Ordering::Relaxed;
use taipan_vm::native::*;
use taipan_vm::objects::exceptions as ex;
use taipan_vm::ops::compare::Compare;

/// Signals in the order in which mappings have them, with the conditions that each stands for.
pub const SIGNALS: [(&str, Status); 9] = [
    ("InvalidOperation", ANY_INVALID),
    ("FloatOperation", FLOAT_OPERATION),
    ("DivisionByZero", DIVISION_BY_ZERO),
    ("Overflow", OVERFLOW),
    ("Underflow", UNDERFLOW),
    ("Subnormal", SUBNORMAL),
    ("Inexact", INEXACT),
    ("Rounded", ROUNDED),
    ("Clamped", CLAMPED),
];

/// Conditions with exceptions of their own, which are told as arguments of what is raised.
pub const CONDITIONS: [(&str, Status); 5] = [
    ("InvalidOperation", INVALID_OPERATION),
    ("ConversionSyntax", CONVERSION_SYNTAX),
    ("DivisionImpossible", DIVISION_IMPOSSIBLE),
    ("DivisionUndefined", DIVISION_UNDEFINED),
    ("InvalidContext", INVALID_CONTEXT),
];

/// All exceptions with their bases, which stand before them.
const CLASSES: [(&str, &[&str]); 14] = [
    ("DecimalException", &["ArithmeticError"]),
    ("Clamped", &["DecimalException"]),
    ("Rounded", &["DecimalException"]),
    ("Inexact", &["DecimalException"]),
    ("Subnormal", &["DecimalException"]),
    ("Underflow", &["Inexact", "Rounded", "Subnormal"]),
    ("Overflow", &["Inexact", "Rounded"]),
    ("DivisionByZero", &["DecimalException", "ZeroDivisionError"]),
    ("FloatOperation", &["DecimalException", "TypeError"]),
    ("InvalidOperation", &["DecimalException"]),
    ("ConversionSyntax", &["InvalidOperation"]),
    ("DivisionImpossible", &["InvalidOperation"]),
    ("DivisionUndefined", &["InvalidOperation", "ZeroDivisionError"]),
    ("InvalidContext", &["InvalidOperation"]),
];

pub const VALID_SIGNALS: &str = "valid values for signals are:\n  [InvalidOperation, FloatOperation, DivisionByZero,\n   \
    Overflow, Underflow, Subnormal, Inexact, Rounded,\n   Clamped]";

/// Makes the exceptions; the dict has them by name.
pub fn make_classes(t: &Thread) -> Result<Ref<Dict>> {
    let out = Dict::new(t)?;
    for (class_name, bases) in CLASSES {
        let list = ValueVec::new();
        for base in bases {
            let base = match *base {
                "ArithmeticError" => ex::class(ex::Kind::ArithmeticError).value(),
                "ZeroDivisionError" => ex::class(ex::Kind::ZeroDivisionError).value(),
                "TypeError" => ex::class(ex::Kind::TypeError).value(),
                own => out.get_str(t, name(t, own)?)?.unwrap_or(Value::NONE),
            };
            list.push(t, base)?;
        }
        let namespace = Dict::new(t)?;
        namespace.set(t, names::__module__().value(), name(t, "decimal")?.value())?;
        let bases = list.into_tuple(t)?;
        let class = t.call(Class::class().value(), &[name(t, class_name)?.value(), bases.value(), namespace.value()])?;
        out.set(t, name(t, class_name)?.value(), class)?;
    }
    Ok(out)
}

fn class(t: &Thread, class_name: &str) -> Result<Value> {
    let classes = state(t)?.get(State::SIGNALS);
    match classes.downcast::<Dict>() {
        Some(d) => Ok(d.get_str(t, name(t, class_name)?)?.unwrap_or(Value::NONE)),
        None => Ok(Value::NONE),
    }
}

/// The exception for conditions that are trapped.
#[cold]
pub fn trapped(t: &Thread, conditions: Status) -> Exc {
    if conditions & MEMORY != 0 {
        return t.memory_error();
    }
    let make = || -> Result<Exc> {
        let list = List::new(t)?;
        for (class_name, condition) in CONDITIONS.iter().chain(&SIGNALS[1..]) {
            if conditions & condition != 0 {
                list.append(t, class(t, class_name)?)?;
            }
        }
        let raised = SIGNALS.iter().find(|s| conditions & s.1 != 0).map_or("DecimalException", |s| s.0);
        match class(t, raised)?.downcast::<Class>() {
            Some(c) => Ok(t.new_error_with(c, &[list.value()])),
            None => Ok(t.runtime_error("a signal is not a class")),
        }
    };
    make().unwrap_or_else(|e| e)
}

/// The conditions that a signal's class stands for.
fn conditions_of(t: &Thread, signal: Value) -> Result<Status> {
    for (signal_name, conditions) in SIGNALS {
        if class(t, signal_name)? == signal {
            return Ok(conditions);
        }
    }
    Err(t.new_error(ex::class(ex::Kind::KeyError), VALID_SIGNALS))
}

/// The conditions that a list of signals stands for.
pub fn from_list(t: &Thread, list: Ref<List>) -> Result<Status> {
    let mut out = 0;
    for signal in list.snapshot(t)?.iter() {
        out |= conditions_of(t, signal)?;
    }
    Ok(out)
}

/// The signals of conditions, as a list of classes.
pub fn to_list(t: &Thread, conditions: Status) -> Result<Ref<List>> {
    let list = List::new(t)?;
    for (signal_name, of) in SIGNALS {
        if conditions & of != 0 {
            list.append(t, class(t, signal_name)?)?;
        }
    }
    Ok(list)
}

/// The names of the signals of conditions, as contexts show them: in the order of the conditions' bits.
pub fn shown(conditions: Status) -> String {
    let mut names = Vec::new();
    for bit in 0..Status::BITS {
        let name = SIGNALS.iter().find(|s| conditions & s.1 & (1 << bit) != 0).map(|s| s.0);
        if let Some(name) = name.filter(|name| !names.contains(name)) {
            names.push(name);
        }
    }
    format!("[{}]", names.join(", "))
}

/// The conditions that a mapping of all signals to truths stands for.
pub fn from_mapping(t: &Thread, v: Value) -> Result<Status> {
    if let Some(s) = v.downcast::<SignalDict>() {
        return SignalDict::conditions(t, s);
    }
    let Some(d) = v.downcast::<Dict>() else { return Err(t.type_error("argument must be a signal dict")) };
    if d.len() != SIGNALS.len() {
        return Err(t.new_error(ex::class(ex::Kind::KeyError), "invalid signal dict"));
    }
    let mut out = 0;
    let items = d.items_vec(t)?;
    for pair in items.as_slice().chunks(2) {
        let conditions =
            conditions_of(t, pair[0]).map_err(|e| if e.is(t, ex::class(ex::Kind::KeyError)) { invalid_key(t) } else { e })?;
        if t.truth(pair[1])? {
            out |= conditions;
        }
    }
    Ok(out)
}

fn invalid_key(t: &Thread) -> Exc {
    t.new_error(ex::class(ex::Kind::KeyError), "invalid signal dict")
}

/// A view of a context's flags or traps. It is empty until it is given a context, which Python code cannot do.
#[derive(HeapType)]
#[repr(C)]
pub struct SignalDict {
    header: Header,
    context: RefField<Context>,
    traps: bool,
}

impl SignalDict {
    /// `class` is the public subclass, which is a mapping.
    pub fn create(t: &Thread, class: Ref<Class>, context: Ref<Context>, traps: bool) -> Result<Ref<SignalDict>> {
        let field = RefField::null();
        field.init(context);
        t.create_in(class, SignalDict { header: Header::NEW, context: field, traps })
    }
    fn context(t: &Thread, this: Ref<SignalDict>) -> Result<Ref<Context>> {
        this.context.get().ok_or_else(|| t.value_error("invalid signal dict"))
    }
    fn conditions(t: &Thread, this: Ref<SignalDict>) -> Result<Status> {
        let c = SignalDict::context(t, this)?;
        Ok(if this.traps { &c.traps } else { &c.status }.load(Relaxed))
    }
    /// Each signal and whether it is set.
    fn items(t: &Thread, this: Ref<SignalDict>) -> Result<Ref<Dict>> {
        let conditions = SignalDict::conditions(t, this)?;
        let out = Dict::new(t)?;
        for (signal_name, of) in SIGNALS {
            out.set(t, class(t, signal_name)?, Value::bool(conditions & of != 0))?;
        }
        Ok(out)
    }
    fn compare(t: &Thread, this: Ref<SignalDict>, other: Value, op: Compare) -> Result<Value> {
        let own = SignalDict::conditions(t, this)?;
        let others = if let Some(s) = other.downcast::<SignalDict>() {
            SignalDict::conditions(t, s)?
        } else if other.downcast::<Dict>().is_some() {
            match from_mapping(t, other) {
                Ok(conditions) => conditions,
                Err(e) if e.is(t, ex::class(ex::Kind::KeyError)) => return Ok(Value::NOT_IMPLEMENTED),
                Err(e) => return Err(e),
            }
        } else {
            return Ok(Value::NOT_IMPLEMENTED);
        };
        Ok(Value::bool((own == others) == (op == Compare::Eq)))
    }
}

fn unhashable(t: &Thread, class: Ref<Class>) -> Result<()> {
    class.dict.expect().set(t, names::__hash__().value(), Value::NONE)
}

#[pyclass(name = "SignalDictMixin", module = "decimal", flags(BASE), init = unhashable)]
impl SignalDict {
    #[py("(*args, **kwargs)", nosig)]
    fn __new__(t: &Thread, cls: Ref<Class>, args: &[Value], kwargs: Kwargs) -> Result<Ref<SignalDict>> {
        let _ = (args, kwargs);
        t.create_in(cls, SignalDict { header: Header::NEW, context: RefField::null(), traps: false })
    }
    #[py]
    fn __repr__(t: &Thread, this: Ref<SignalDict>) -> Result<String> {
        let conditions = SignalDict::conditions(t, this)?;
        let parts: Vec<String> = SIGNALS
            .iter()
            .map(|s| format!("<class 'decimal.{}'>:{}", s.0, if conditions & s.1 != 0 { "True" } else { "False" }))
            .collect();
        Ok(format!("{{{}}}", parts.join(", ")))
    }
    #[py]
    fn __len__(t: &Thread, this: Ref<SignalDict>) -> Result<usize> {
        SignalDict::context(t, this).map(|_| SIGNALS.len())
    }
    #[py]
    fn __iter__(t: &Thread, this: Ref<SignalDict>) -> Result<Value> {
        let d = SignalDict::items(t, this)?;
        t.iter(d.keys_vec(t)?.into_tuple(t)?.value())
    }
    #[py]
    fn __getitem__(t: &Thread, this: Ref<SignalDict>, key: Value) -> Result<bool> {
        let conditions = SignalDict::conditions(t, this)?;
        Ok(conditions & conditions_of(t, key)? != 0)
    }
    #[py]
    fn __setitem__(t: &Thread, this: Ref<SignalDict>, key: Value, value: Value) -> Result<()> {
        let c = SignalDict::context(t, this)?;
        let of = conditions_of(t, key)?;
        let word = if this.traps { &c.traps } else { &c.status };
        if t.truth(value)? {
            word.fetch_or(of, Relaxed);
        } else {
            word.fetch_and(!of, Relaxed);
        }
        Ok(())
    }
    #[py]
    fn __delitem__(t: &Thread, _this: Ref<SignalDict>, _key: Value) -> Result<()> {
        Err(t.value_error("signal keys cannot be deleted"))
    }
    #[py]
    fn __eq__(t: &Thread, this: Ref<SignalDict>, other: Value) -> Result<Value> {
        SignalDict::compare(t, this, other, Compare::Eq)
    }
    #[py]
    fn __ne__(t: &Thread, this: Ref<SignalDict>, other: Value) -> Result<Value> {
        SignalDict::compare(t, this, other, Compare::Ne)
    }
    /// A dict with the same items.
    #[py("($self, /)")]
    fn copy(t: &Thread, this: Ref<SignalDict>) -> Result<Ref<Dict>> {
        SignalDict::items(t, this)
    }
}
