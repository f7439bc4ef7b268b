//! Contexts: settings, flags and traps, and which context is the current one.

use super::number::status::*;
use super::number::*;
use super::signals::{self, SignalDict};
use super::{ROUNDINGS, State, name, state};
use crate::contextvars::ContextVar;
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU8, AtomicU32, AtomicU64, Ordering::*};
use taipan_vm::native::*;

/// Each word is read and written alone; nothing depends on two of them at once.
#[derive(HeapType)]
#[repr(C)]
pub struct Context {
    header: Header,
    flags_view: RefField<SignalDict>,
    traps_view: RefField<SignalDict>,
    pub prec: AtomicI64,
    pub emax: AtomicI64,
    pub emin: AtomicI64,
    pub status: AtomicU32,
    pub traps: AtomicU32,
    pub rounding: AtomicU8,
    pub clamp: AtomicBool,
    pub capitals: AtomicBool,
}

const DEFAULT: Settings =
    Settings { prec: 28, emax: 999_999, emin: -999_999, rounding: Rounding::HalfEven, clamp: false, capitals: true };
const DEFAULT_TRAPS: Status = ANY_INVALID | super::number::status::DIVISION_BY_ZERO | OVERFLOW;

/// The address of the context variable, which the registry keeps alive.
static VARIABLE: AtomicU64 = AtomicU64::new(Value::EMPTY.bits());

fn rounding_of(code: u8) -> Rounding {
    use Rounding::*;
    [Up, Down, Ceiling, Floor, HalfUp, HalfDown, HalfEven, ZeroFiveUp][usize::from(code)]
}

/// An int argument. CPython's words.
pub fn integer(t: &Thread, v: Value) -> Result<i64> {
    match t.int_value(v) {
        None => Err(t.type_error("an integer is required")),
        Some(i) => i.to_i64().ok_or_else(|| t.overflow_error("Python int too large to convert to C ssize_t")),
    }
}

/// The name of a direction of rounding.
pub fn rounding(t: &Thread, v: Value) -> Result<Rounding> {
    let found = v.downcast::<Str>().and_then(|s| ROUNDINGS.iter().position(|r| s.eq_str(r)));
    match found {
        Some(i) => Ok(rounding_of(i as u8)),
        None => Err(t.type_error(
            "valid values for rounding are:\n  [ROUND_CEILING, ROUND_FLOOR, ROUND_UP, ROUND_DOWN,\n   \
             ROUND_HALF_UP, ROUND_HALF_DOWN, ROUND_HALF_EVEN,\n   ROUND_05UP]",
        )),
    }
}

impl Context {
    pub fn create(t: &Thread, class: Ref<Class>, c: &Settings, traps: Status, status: Status) -> Result<Ref<Context>> {
        let new = t.create_in(
            class,
            Context {
                header: Header::NEW,
                flags_view: RefField::null(),
                traps_view: RefField::null(),
                prec: AtomicI64::new(c.prec),
                emax: AtomicI64::new(c.emax),
                emin: AtomicI64::new(c.emin),
                status: AtomicU32::new(status),
                traps: AtomicU32::new(traps),
                rounding: AtomicU8::new(c.rounding as u8),
                clamp: AtomicBool::new(c.clamp),
                capitals: AtomicBool::new(c.capitals),
            },
        )?;
        let Some(view) = state(t)?.get(State::SIGNAL_DICT).downcast::<Class>() else {
            return Err(t.system_error("SignalDict is not a class"));
        };
        new.flags_view.set(t, new.header(), SignalDict::create(t, view, new, false)?);
        new.traps_view.set(t, new.header(), SignalDict::create(t, view, new, true)?);
        Ok(new)
    }
    fn own(t: &Thread, c: &Settings, traps: Status) -> Result<Ref<Context>> {
        Context::create(t, Context::class(), c, traps, 0)
    }
    pub fn templates(t: &Thread) -> Result<[(&'static str, Ref<Context>); State::TEMPLATES]> {
        let basic = Settings { prec: 9, rounding: Rounding::HalfUp, ..DEFAULT };
        let basic_traps = DEFAULT_TRAPS | UNDERFLOW | CLAMPED;
        Ok([
            ("DefaultContext", Context::own(t, &DEFAULT, DEFAULT_TRAPS)?),
            ("BasicContext", Context::own(t, &basic, basic_traps)?),
            ("ExtendedContext", Context::own(t, &Settings { prec: 9, ..DEFAULT }, 0)?),
        ])
    }
    /// A new context as `DefaultContext` is at the moment.
    pub fn from_template(t: &Thread, class: Ref<Class>) -> Result<Ref<Context>> {
        match state(t)?.get(State::DEFAULT_CONTEXT).downcast::<Context>() {
            Some(d) => Context::create(t, class, &d.settings(), d.traps.load(Relaxed), 0),
            None => Context::create(t, class, &DEFAULT, DEFAULT_TRAPS, 0),
        }
    }
    /// The format of IEEE 754 (2008), table 3.6.
    pub fn ieee(t: &Thread, bits: i64) -> Result<Ref<Context>> {
        let emax = 3 * (1i64 << (bits / 16 + 3));
        let c = Settings { prec: 9 * (bits / 32) - 2, emax, emin: 1 - emax, clamp: true, ..DEFAULT };
        Context::own(t, &c, 0)
    }
    pub fn copy_of(t: &Thread, this: Ref<Context>, with_flags: bool) -> Result<Ref<Context>> {
        let status = if with_flags { this.status.load(Relaxed) } else { 0 };
        Context::create(t, Context::class(), &this.settings(), this.traps.load(Relaxed), status)
    }

    #[inline(always)]
    fn variable(t: &Thread) -> Result<Ref<ContextVar>> {
        match Value::from_bits(VARIABLE.load(Acquire)).downcast::<ContextVar>() {
            Some(known) => Ok(known),
            None => Context::make_variable(t),
        }
    }
    #[cold]
    fn make_variable(t: &Thread) -> Result<Ref<ContextVar>> {
        let new = ContextVar::create(t, name(t, "decimal_context")?.value())?.value();
        let kept = t.registry().set_default(t, name(t, "decimal.context")?.value(), new)?.unwrap_or(new);
        VARIABLE.store(kept.bits(), Release);
        Context::variable(t)
    }
    /// The current context; a copy of `DefaultContext` the first time.
    #[inline(always)]
    pub fn current(t: &Thread) -> Result<Ref<Context>> {
        match ContextVar::lookup(t, Context::variable(t)?).and_then(|v| v.downcast::<Context>()) {
            Some(c) => Ok(c),
            None => Context::first(t),
        }
    }
    #[cold]
    fn first(t: &Thread) -> Result<Ref<Context>> {
        let new = Context::from_template(t, Context::class())?;
        ContextVar::put(t, Context::variable(t)?, new.value())?;
        Ok(new)
    }
    /// Makes a context the current one, the templates by copies of them.
    pub fn make_current(t: &Thread, v: Value) -> Result<()> {
        let Some(mut c) = v.downcast::<Context>() else { return Err(t.type_error("argument must be a context")) };
        let s = state(t)?;
        if (0..State::TEMPLATES).any(|i| s.get(State::DEFAULT_CONTEXT + i) == v) {
            c = Context::copy_of(t, c, false)?;
        }
        ContextVar::put(t, Context::variable(t)?, c.value())
    }
    /// A `context` argument: None or missing is the current one.
    #[inline(always)]
    pub fn given(t: &Thread, v: Option<Value>) -> Result<Ref<Context>> {
        match v {
            None => Context::current(t),
            Some(v) if v.is_none() => Context::current(t),
            Some(v) => v.downcast::<Context>().ok_or_else(|| t.type_error("optional argument must be a context")),
        }
    }

    #[inline(always)]
    pub fn settings(&self) -> Settings {
        Settings {
            prec: self.prec.load(Relaxed),
            emax: self.emax.load(Relaxed),
            emin: self.emin.load(Relaxed),
            rounding: rounding_of(self.rounding.load(Relaxed)),
            clamp: self.clamp.load(Relaxed),
            capitals: self.capitals.load(Relaxed),
        }
    }
    /// Sets flags.
    #[inline(always)]
    pub fn note(&self, conditions: Status) {
        if self.status.load(Relaxed) & conditions != conditions {
            self.status.fetch_or(conditions, Relaxed);
        }
    }
    /// Sets flags, and raises what is trapped.
    #[inline(always)]
    pub fn tell(&self, t: &Thread, conditions: Status) -> Result<()> {
        if conditions == 0 {
            return Ok(());
        }
        self.note(conditions);
        let raised = conditions & (self.traps.load(Relaxed) | MEMORY);
        if raised == 0 { Ok(()) } else { Err(signals::trapped(t, raised)) }
    }

    pub fn flags_view(&self) -> Ref<SignalDict> {
        self.flags_view.expect()
    }
    pub fn traps_view(&self) -> Ref<SignalDict> {
        self.traps_view.expect()
    }

    /// Sets one of the attributes, by its name.
    pub fn assign(t: &Thread, this: Ref<Context>, attribute: &str, v: Value) -> Result<()> {
        let range = |low: i64, high: i64, text: &str| {
            let i = integer(t, v)?;
            if (low..=high).contains(&i) { Ok(i) } else { Err(t.value_error(text)) }
        };
        match attribute {
            "prec" => this.prec.store(range(1, MAX_PREC, "valid range for prec is [1, MAX_PREC]")?, Relaxed),
            "Emin" => this.emin.store(range(MIN_EMIN, 0, "valid range for Emin is [MIN_EMIN, 0]")?, Relaxed),
            "Emax" => this.emax.store(range(0, MAX_EMAX, "valid range for Emax is [0, MAX_EMAX]")?, Relaxed),
            "rounding" => this.rounding.store(rounding(t, v)? as u8, Relaxed),
            "capitals" => this.capitals.store(range(0, 1, "valid values for capitals are 0 or 1")? == 1, Relaxed),
            "clamp" => this.clamp.store(range(0, 1, "valid values for clamp are 0 or 1")? == 1, Relaxed),
            "flags" => this.status.store(signals::from_mapping(t, v)?, Relaxed),
            "traps" => this.traps.store(signals::from_mapping(t, v)?, Relaxed),
            _ => return Err(t.attribute_error_plain(format!("'decimal.Context' object has no attribute '{attribute}'"))),
        }
        Ok(())
    }
    /// As [`Context::assign`], for constructors: None leaves as it is, flags and traps may be lists.
    pub fn configure(t: &Thread, this: Ref<Context>, attribute: &str, v: Value) -> Result<()> {
        if v.is_none() {
            return Ok(());
        }
        if let ("flags" | "traps", Some(list)) = (attribute, v.downcast::<List>()) {
            let conditions = signals::from_list(t, list)?;
            let word = if attribute == "flags" { &this.status } else { &this.traps };
            word.store(conditions, Relaxed);
            return Ok(());
        }
        Context::assign(t, this, attribute, v)
    }
    /// Assignment or deletion by Python code.
    pub fn set_attribute(t: &Thread, this: Ref<Context>, attribute: &str, v: Option<Value>) -> Result<()> {
        match v {
            Some(v) => Context::assign(t, this, attribute, v),
            None => Err(t.attribute_error_plain("context attributes cannot be deleted")),
        }
    }
    pub fn rounding_name(&self) -> &'static str {
        ROUNDINGS[usize::from(self.rounding.load(Relaxed))]
    }
    pub fn shown(&self) -> String {
        let c = self.settings();
        format!(
            "Context(prec={}, rounding={}, Emin={}, Emax={}, capitals={}, clamp={}, flags={}, traps={})",
            c.prec,
            self.rounding_name(),
            c.emin,
            c.emax,
            u8::from(c.capitals),
            u8::from(c.clamp),
            signals::shown(self.status.load(Relaxed)),
            signals::shown(self.traps.load(Relaxed)),
        )
    }
    /// The class and the arguments that make an equal one.
    pub fn reduced(t: &Thread, this: Ref<Context>) -> Result<Value> {
        let c = this.settings();
        let arguments = [
            t.int(c.prec)?,
            name(t, this.rounding_name())?.value(),
            t.int(c.emin)?,
            t.int(c.emax)?,
            Value::small_int(c.capitals.into()),
            Value::small_int(c.clamp.into()),
            signals::to_list(t, this.status.load(Relaxed))?.value(),
            signals::to_list(t, this.traps.load(Relaxed))?.value(),
        ];
        Tuple::pair(t, class_of(this.value()).value(), Tuple::new(t, &arguments)?.value())
    }
}
