//! `sys.monitoring`: tools that are told of events (PEP 669). The events themselves are found in `interp::trace`.

use crate::interp::trace::{self, GLOBAL, RESTARTS, SLOTS, TOOLS, event};
use crate::native::*;
use std::sync::atomic::Ordering::*;

pub struct Monitoring;

const LOCAL_EVENTS: u32 = (1 << event::LOCAL) - 1;
const CALL_ENDS: u32 = 1 << event::C_RETURN | 1 << event::C_RAISE;
const ALL_EVENTS: u32 = (1 << event::NAMES.len()) - 1;
/// Place of the name in a tool's slots.
const NAME: usize = SLOTS - 1;

fn checked(t: &Thread, tool: i32) -> Result<usize> {
    match usize::try_from(tool) {
        Ok(n) if n < TOOLS => Ok(n),
        _ => Err(t.value_error(format!("invalid tool {tool} (must be between 0 and 5)"))),
    }
}

fn name_of(t: &Thread, tool: usize) -> Result<Value> {
    Ok(trace::tool_slots(t)?.get(tool * SLOTS + NAME).unwrap_or(Value::NONE))
}

/// The tool's number, if somebody uses it.
fn used(t: &Thread, tool: i32) -> Result<usize> {
    let n = checked(t, tool)?;
    if name_of(t, n)?.is_none() {
        return Err(t.value_error(format!("tool {tool} is not in use")));
    }
    Ok(n)
}

/// The set with BRANCH as what it stands for, and without the events that come with CALL.
fn normalised(t: &Thread, set: i32) -> Result<u32> {
    let mut set = set as u32;
    if set & CALL_ENDS != 0 {
        let together = CALL_ENDS | 1 << event::CALL;
        if set & together != together {
            return Err(t.value_error("cannot set C_RETURN or C_RAISE events independently"));
        }
        set &= !CALL_ENDS;
    }
    if set & (1 << event::BRANCH) != 0 {
        set = set & !(1 << event::BRANCH) | 1 << event::BRANCH_LEFT | 1 << event::BRANCH_RIGHT;
    }
    Ok(set)
}

/// Takes back everything a tool asked for.
fn clear(t: &Thread, tool: usize) -> Result<()> {
    GLOBAL[tool].store(0, Release);
    t.stop_the_world(|_| {
        t.for_each_cell(|cell| {
            if let Some(code) = Value::from_cell(cell).downcast::<Code>()
                && let Some(m) = code.monitors.get()
            {
                m.replace(tool, 0);
                m.enable(tool);
            }
        })
    });
    let slots = trace::tool_slots(t)?;
    for ev in 0..NAME {
        slots.set(t, tool * SLOTS + ev, Value::NONE);
    }
    trace::refresh_all(t);
    Ok(())
}

fn code_argument(t: &Thread, code: Value) -> Result<Ref<Code>> {
    code.downcast::<Code>().ok_or_else(|| t.type_error("code must be a code object"))
}

#[pymodule(name = "sys.monitoring")]
impl Monitoring {
    /// Claim a tool identifier.
    #[py("($module, tool_id, name, /)")]
    fn use_tool_id(t: &Thread, tool_id: i32, name: Value) -> Result<()> {
        let tool = checked(t, tool_id)?;
        if name.downcast::<Str>().is_none() {
            return Err(t.value_error("tool name must be a str"));
        }
        if !name_of(t, tool)?.is_none() {
            return Err(t.value_error(format!("tool {tool_id} is already in use")));
        }
        trace::tool_slots(t)?.set(t, tool * SLOTS + NAME, name);
        Ok(())
    }
    /// Unset all events and callbacks of a tool.
    #[py("($module, tool_id, /)")]
    fn clear_tool_id(t: &Thread, tool_id: i32) -> Result<()> {
        let tool = checked(t, tool_id)?;
        if name_of(t, tool)?.is_none() { Ok(()) } else { clear(t, tool) }
    }
    /// Give a tool identifier back, with all its events and callbacks.
    #[py("($module, tool_id, /)")]
    fn free_tool_id(t: &Thread, tool_id: i32) -> Result<()> {
        let tool = checked(t, tool_id)?;
        if !name_of(t, tool)?.is_none() {
            clear(t, tool)?;
        }
        trace::tool_slots(t)?.set(t, tool * SLOTS + NAME, Value::NONE);
        Ok(())
    }
    /// The name under which a tool identifier is in use, or None.
    #[py("($module, tool_id, /)")]
    fn get_tool(t: &Thread, tool_id: i32) -> Result<Value> {
        name_of(t, checked(t, tool_id)?)
    }
    /// Set the function that is called for an event; returns the one before.
    #[py("($module, tool_id, event, func, /)")]
    fn register_callback(t: &Thread, tool_id: i32, event: i32, func: Value) -> Result<Value> {
        let tool = checked(t, tool_id)?;
        if event <= 0 || event & (event - 1) != 0 {
            return Err(t.value_error("The callback can only be set for one event at a time"));
        }
        let ev = event.trailing_zeros() as usize;
        if ev >= event::NAMES.len() {
            return Err(t.value_error(format!("invalid event {event}")));
        }
        let slots = trace::tool_slots(t)?;
        let old = slots.get(tool * SLOTS + ev).unwrap_or(Value::NONE);
        slots.set(t, tool * SLOTS + ev, func);
        if ev == event::BRANCH {
            for side in [event::BRANCH_LEFT, event::BRANCH_RIGHT] {
                slots.set(t, tool * SLOTS + side, func);
            }
        }
        Ok(old)
    }
    /// The events that a tool has set for all code.
    #[py("($module, tool_id, /)")]
    fn get_events(t: &Thread, tool_id: i32) -> Result<u32> {
        Ok(GLOBAL[checked(t, tool_id)?].load(Acquire))
    }
    /// Set the events of a tool for all code.
    #[py("($module, tool_id, event_set, /)")]
    fn set_events(t: &Thread, tool_id: i32, event_set: i32) -> Result<()> {
        let tool = checked(t, tool_id)?;
        if event_set as u32 & !ALL_EVENTS != 0 {
            return Err(t.value_error(format!("invalid event set {:#x}", event_set as u32)));
        }
        let set = normalised(t, event_set)?;
        used(t, tool_id)?;
        GLOBAL[tool].store(set, Release);
        trace::refresh_all(t);
        Ok(())
    }
    /// The events that a tool has set for one code object.
    #[py("($module, tool_id, code, /)")]
    fn get_local_events(t: &Thread, tool_id: i32, code: Value) -> Result<u32> {
        let code = code_argument(t, code)?;
        let tool = checked(t, tool_id)?;
        Ok(code.monitors.get().map_or(0, |m| m.set(tool)))
    }
    /// Set the events of a tool for one code object.
    #[py("($module, tool_id, code, event_set, /)")]
    fn set_local_events(t: &Thread, tool_id: i32, code: Value, event_set: i32) -> Result<()> {
        let code = code_argument(t, code)?;
        let tool = checked(t, tool_id)?;
        let set = normalised(t, event_set)?;
        if set & !LOCAL_EVENTS != 0 {
            return Err(t.value_error(format!("invalid local event set {set:#x}")));
        }
        used(t, tool_id)?;
        code.monitors.get_or_init(Box::default).replace(tool, set);
        trace::refresh_all(t);
        Ok(())
    }
    /// Enable again what callbacks have disabled.
    #[py("($module, /)")]
    fn restart_events(_t: &Thread) {
        RESTARTS.fetch_add(1, AcqRel);
    }
    /// The events set for all code: a dict from names to sets of tools.
    #[py("($module, /)")]
    fn _all_events(t: &Thread) -> Result<Ref<Dict>> {
        let d = Dict::new(t)?;
        for (ev, name) in event::NAMES.iter().enumerate() {
            let tools = (0..TOOLS).filter(|&n| GLOBAL[n].load(Acquire) & (1 << ev) != 0).fold(0, |all, n| all | 1 << n);
            if tools != 0 {
                d.set(t, Str::intern_str(t, name)?.value(), Value::small_int(tools))?;
            }
        }
        Ok(d)
    }
}

/// Makes the module, which is found as an attribute of `sys` only.
pub fn make(t: &Thread) -> Result<Ref<Module>> {
    let m = Module::from_def(t, Monitoring::module_def())?;
    for name in ["DISABLE", "MISSING"] {
        let mark = t.call(Object::class().value(), &[])?;
        t.registry().set(t, Str::intern_str(t, &format!("sys.monitoring.{name}"))?.value(), mark)?;
        m.set(t, name, mark)?;
    }
    for (name, id) in [("DEBUGGER_ID", 0), ("COVERAGE_ID", 1), ("PROFILER_ID", 2), ("OPTIMIZER_ID", 5)] {
        m.set(t, name, Value::small_int(id))?;
    }
    let events = t.call(crate::modules::sys_types::SimpleNamespace::class().value(), &[])?;
    for (ev, name) in event::NAMES.iter().enumerate() {
        t.set_attr(events, Str::intern_str(t, name)?, Some(Value::small_int(1 << ev)))?;
    }
    t.set_attr(events, Str::intern_str(t, "NO_EVENTS")?, Some(Value::small_int(0)))?;
    m.set(t, "events", events)?;
    Ok(m)
}
