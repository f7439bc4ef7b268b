//! `_decimal`: decimal numbers by the General Decimal Arithmetic specification, correctly rounded, with CPython's limits (those of
//! `libmpdec` on machines of 64 bits).
//!
//! | file | what is in it |
//! |---|---|
//! | `limbs`, `transform` | natural numbers in base 10^19; their products by number-theoretic transforms |
//! | `coefficient` | coefficients: up to 38 digits in two words, larger ones in limbs |
//! | `number` | numbers, settings, conditions, and the rounding that ends an operation |
//! | `arithmetic`, `logic`, `functions`, `power` | the specification's operations |
//! | `text`, `format` | notations, and the format mini-language |
//! | `object`, `convert`, `methods` | class `Decimal`: its cell, conversions, methods |
//! | `context`, `context_methods`, `manager`, `signals` | class `Context`, `localcontext`, exceptions and mappings of signals |
//!
//! The first four rows compute with plain numbers and know nothing of Python. Decimals never change. A context is a set of words
//! that are read and written one by one, so that threads which share one see each setting whole; an operation takes its settings
//! as they are when it begins. Long computations hold up nobody, as they work on copies outside of the heap.

mod arithmetic;
mod coefficient;
mod context;
mod context_methods;
mod convert;
mod format;
mod functions;
mod limbs;
mod logic;
mod manager;
mod methods;
mod number;
mod object;
mod power;
mod signals;
mod text;
mod transform;

use context::Context;
use manager::ContextManager;
use number::{MAX_EMAX, MAX_PREC, MIN_EMIN, MIN_ETINY};
use object::Decimal;
use signals::SignalDict;
use std::sync::atomic::{AtomicU64, Ordering::*};
use taipan_vm::import::import_module;
use taipan_vm::native::*;

pub struct DecimalModule;

/// What the module needs at hand; a tuple that the registry keeps alive.
#[derive(Clone, Copy)]
pub struct State(Ref<Tuple>);

static STATE: AtomicU64 = AtomicU64::new(Value::EMPTY.bits());

impl State {
    /// Exceptions by name.
    pub const SIGNALS: usize = 0;
    /// The public subclass of `SignalDict`.
    pub const SIGNAL_DICT: usize = 1;
    pub const DECIMAL_TUPLE: usize = 2;
    /// `numbers.Rational`
    pub const RATIONAL: usize = 3;
    /// `DefaultContext`, and after it the other templates.
    pub const DEFAULT_CONTEXT: usize = 4;
    pub const TEMPLATES: usize = 3;

    #[inline(always)]
    pub fn get(self, i: usize) -> Value {
        self.0.as_slice()[i]
    }
}

#[inline(always)]
pub fn state(t: &Thread) -> Result<State> {
    match Value::from_bits(STATE.load(Acquire)).downcast::<Tuple>() {
        Some(known) => Ok(State(known)),
        None => Err(t.system_error("the module _decimal is not set up")),
    }
}

pub fn name(t: &Thread, s: &str) -> Result<Ref<Str>> {
    Str::intern_str(t, s)
}

pub const ROUNDINGS: [&str; 8] =
    ["ROUND_UP", "ROUND_DOWN", "ROUND_CEILING", "ROUND_FLOOR", "ROUND_HALF_UP", "ROUND_HALF_DOWN", "ROUND_HALF_EVEN", "ROUND_05UP"];

/// Largest argument of `IEEEContext`.
const IEEE_CONTEXT_MAX_BITS: i64 = 512;

/// Native decimal arithmetic.
#[pymodule(name = "_decimal", classes(Decimal, Context, SignalDict, ContextManager), init = init)]
impl DecimalModule {
    /// The context that operations of this thread go by.
    #[py("($module, /)")]
    fn getcontext(t: &Thread) -> Result<Ref<Context>> {
        Context::current(t)
    }
    /// Let operations of this thread go by another context.
    #[py("($module, context, /)")]
    fn setcontext(t: &Thread, context: Value) -> Result<()> {
        Context::make_current(t, context)
    }
    /// A context manager: within it operations go by a copy of the context (the current one by default), with the settings that
    /// are given as keywords.
    #[py("($module, /, ctx=None, **kwargs)")]
    fn localcontext(t: &Thread, ctx: Option<Value>, kwargs: Kwargs) -> Result<Ref<ContextManager>> {
        ContextManager::create(t, ctx, kwargs)
    }
    /// The context of an interchange format of IEEE 754 with that many bits, a multiple of 32.
    #[py("($module, bits, /)")]
    fn IEEEContext(t: &Thread, bits: Value) -> Result<Ref<Context>> {
        let bits = context::integer(t, bits)?;
        if bits <= 0 || bits > IEEE_CONTEXT_MAX_BITS || bits % 32 != 0 {
            return Err(t.value_error(format!("argument must be a multiple of 32, with a maximum of {IEEE_CONTEXT_MAX_BITS}")));
        }
        Context::ieee(t, bits)
    }
}

fn init(t: &Thread, m: Ref<Module>) -> Result<()> {
    for internal in ["SignalDictMixin", "ContextManager"] {
        m.dict().remove(t, name(t, internal)?.value()).map(drop)?;
    }
    let exceptions = signals::make_classes(t)?;
    let abc = import_module(t, "collections.abc")?;
    let mapping = t.get_attr(abc, name(t, "MutableMapping")?)?;
    let bases = Tuple::new(t, &[SignalDict::class().value(), mapping])?;
    let arguments = [name(t, "SignalDict")?.value(), bases.value(), Dict::new(t)?.value()];
    let signal_dict = t.call(class_of(mapping).value(), &arguments)?;
    let numbers = import_module(t, "numbers")?;
    let rational = t.get_attr(numbers, name(t, "Rational")?)?;
    let number = t.get_attr(numbers, name(t, "Number")?)?;
    t.call_method(number, name(t, "register")?, &[Decimal::class().value()])?;
    let decimal_tuple = decimal_tuple(t)?;
    let incomplete = [exceptions.value(), signal_dict, decimal_tuple, rational];
    // Contexts are made with what is there already.
    let publish = |values: &[Value]| -> Result<()> {
        let known = Tuple::new(t, values)?;
        t.registry().set(t, name(t, "decimal.state")?.value(), known.value())?;
        STATE.store(known.value().bits(), Release);
        Ok(())
    };
    // Of templates there are none yet.
    let mut all = [Value::NONE; State::DEFAULT_CONTEXT + State::TEMPLATES];
    all[..State::DEFAULT_CONTEXT].copy_from_slice(&incomplete);
    publish(&all)?;
    let templates = Context::templates(t)?;
    for (place, (template_name, context)) in all[State::DEFAULT_CONTEXT..].iter_mut().zip(templates) {
        *place = context.value();
        m.set(t, template_name, context.value())?;
    }
    publish(&all)?;
    for (k, class) in exceptions.items_vec(t)?.as_slice().chunks(2).map(|pair| (pair[0], pair[1])) {
        m.dict().set(t, k, class)?;
    }
    m.set(t, "DecimalTuple", decimal_tuple)?;
    for rounding in ROUNDINGS {
        m.set(t, rounding, name(t, rounding)?.value())?;
    }
    for (constant, value) in [
        ("MAX_PREC", MAX_PREC),
        ("MAX_EMAX", MAX_EMAX),
        ("MIN_EMIN", MIN_EMIN),
        ("MIN_ETINY", MIN_ETINY),
        ("IEEE_CONTEXT_MAX_BITS", IEEE_CONTEXT_MAX_BITS),
    ] {
        m.set(t, constant, t.int(value)?)?;
    }
    m.set(t, "HAVE_CONTEXTVAR", Value::TRUE)?;
    m.set(t, "HAVE_THREADS", Value::TRUE)?;
    m.set(t, "__version__", name(t, "1.70")?.value())?;
    // The release whose limits and results these are.
    m.set(t, "__libmpdec_version__", name(t, "2.5.1")?.value())
}

fn decimal_tuple(t: &Thread) -> Result<Value> {
    let collections = import_module(t, "collections")?;
    let class = t.call_method(
        collections,
        name(t, "namedtuple")?,
        &[name(t, "DecimalTuple")?.value(), name(t, "sign digits exponent")?.value()],
    )?;
    t.set_attr(class, names::__module__(), Some(name(t, "decimal")?.value()))?;
    Ok(class)
}
