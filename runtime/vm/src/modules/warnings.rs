//! `_warnings`: issuing warnings, and the filters that decide about them.
//!
//! The Python module `warnings` adds what prints and configures. Once it is imported its attributes (`filters`, `defaultaction`,
//! `onceregistry`, `_showwarnmsg`) are what counts, as programs assign to them; until then those of this module are.
//! The filters of a `catch_warnings` block belong to the context it runs in (`_warnings_context`), so that threads and tasks do not see
//! each other's.
//!
//! A lock, recursive and held by `warnings` around its changes too, makes "once" mean once. It is held while filters are asked,
//! never while a warning is shown.

use crate::interp;
use crate::native::*;
use crate::objects::exceptions::{self as ex, Text};
use crate::objects::frame::Frame;
use std::sync::atomic::{AtomicI64, Ordering::*};
use std::sync::{Condvar, Mutex};

/// Changes with the filters: what a module's registry remembers holds for one version only.
static FILTERS_VERSION: AtomicI64 = AtomicI64::new(1);

/// A recursive lock between Python threads.
struct Lock {
    /// Thread id of the holder (0: free), and how often it took it.
    state: Mutex<(u16, usize)>,
    freed: Condvar,
}

static LOCK: Lock = Lock { state: Mutex::new((0, 0)), freed: Condvar::new() };

impl Lock {
    fn acquire(&self, t: &Thread) {
        {
            let mut s = self.state.lock().expect("warnings lock");
            if s.0 == 0 || s.0 == t.id {
                *s = (t.id, s.1 + 1);
                return;
            }
        }
        let id = t.id;
        t.blocking(|| {
            let s = self.state.lock().expect("warnings lock");
            let mut s = self.freed.wait_while(s, |s| s.0 != 0).expect("warnings lock");
            *s = (id, 1);
        });
    }
    /// False if the thread does not hold it.
    fn release(&self, t: &Thread) -> bool {
        let mut s = self.state.lock().expect("warnings lock");
        if s.0 != t.id || s.1 == 0 {
            return false;
        }
        s.1 -= 1;
        if s.1 == 0 {
            s.0 = 0;
            self.freed.notify_one();
        }
        true
    }
    fn is_mine(&self, t: &Thread) -> bool {
        let s = self.state.lock().expect("warnings lock");
        s.0 == t.id && s.1 > 0
    }
    fn with<R>(&self, t: &Thread, f: impl FnOnce() -> R) -> R {
        struct Release<'a>(&'a Lock, &'a Thread);
        impl Drop for Release<'_> {
            fn drop(&mut self) {
                self.0.release(self.1);
            }
        }
        self.acquire(t);
        let _release = Release(self, t);
        f()
    }
}

/// An attribute of the Python module `warnings`, if that was imported.
fn python_attribute(t: &Thread, name: &str) -> Result<Option<Value>> {
    let key = Str::intern_str(t, "warnings")?;
    match t.modules().get_str(t, key)? {
        Some(m) if !m.is_none() => t.get_attr_opt(m, Str::intern_str(t, name)?),
        _ => Ok(None),
    }
}
/// An attribute of this module, as it was made.
fn own_attribute(t: &Thread, name: &str) -> Result<Option<Value>> {
    let Some(m) = crate::import::native_module(t, "_warnings")? else { return Ok(None) };
    m.dict().get_str(t, Str::intern_str(t, name)?)
}
/// `warnings.name`, before that is imported `_warnings.own`.
fn setting(t: &Thread, name: &str, own: &str) -> Result<Value> {
    match python_attribute(t, name)? {
        Some(v) => Ok(v),
        None => Ok(own_attribute(t, own)?.unwrap_or(Value::NONE)),
    }
}

/// The filters of the running context, if it has its own.
fn context_filters(t: &Thread) -> Result<Option<Ref<List>>> {
    let Some(var) = own_attribute(t, "_warnings_context")? else { return Ok(None) };
    let context = t.call_method(var, names::get(), &[Value::NONE])?;
    if context.is_none() {
        return Ok(None);
    }
    let filters = t.get_attr(context, Str::intern_str(t, "_filters")?)?;
    match filters.downcast::<List>() {
        Some(list) => Ok(Some(list)),
        None => Err(t.value_error("_filters of warnings._warnings_context must be a list")),
    }
}

/// What a warning is about.
struct Warned {
    category: Value,
    /// A string, mostly.
    text: Value,
    message: Value,
    filename: Ref<Str>,
    lineno: i64,
    module: Value,
}

/// Whether a filter's pattern (None, a string, or something with `match`) admits `text`.
fn pattern_matches(t: &Thread, pattern: Value, text: Value) -> Result<bool> {
    if pattern.is_none() {
        return Ok(true);
    }
    if class_of(pattern) == Str::class() {
        return t.equal(pattern, text);
    }
    let found = t.call_method(pattern, Str::intern_str(t, "match")?, &[text])?;
    t.truth(found)
}

/// The action of the first filter in `filters` that is about this warning, with the filter.
fn search_filters(t: &Thread, filters: Ref<List>, w: &Warned, list_name: &str) -> Result<Option<(Ref<Str>, Value)>> {
    // The list may change while patterns are asked.
    let mut i = 0;
    while let Some(item) = filters.get(i) {
        let fields = item.downcast::<Tuple>().filter(|f| f.len() == 5);
        let Some(&[action, message, category, module, line]) = fields.as_ref().map(|f| f.as_slice()) else {
            return Err(t.value_error(format!("{list_name} item {i} isn't a 5-tuple")));
        };
        let Some(action) = action.downcast::<Str>() else {
            return Err(t.type_error(format!("action must be a string, not '{}'", class_of(action).name_string())));
        };
        let message_ok = pattern_matches(t, message, w.text)?;
        let module_ok = pattern_matches(t, module, w.module)?;
        let category_ok = t.is_subclass(w.category, category)?;
        let line = t.to_isize(line)? as i64;
        if category_ok && message_ok && module_ok && (line == 0 || line == w.lineno) {
            return Ok(Some((action, item)));
        }
        i += 1;
    }
    Ok(None)
}

/// What to do about a warning, and the filter that says so (None: the default).
fn action_for(t: &Thread, w: &Warned) -> Result<(Ref<Str>, Value)> {
    let found = match context_filters(t)? {
        Some(filters) => search_filters(t, filters, w, "warnings._warnings_context._filters")?,
        None => {
            let filters = setting(t, "filters", "filters")?;
            let Some(filters) = filters.downcast::<List>() else {
                return Err(t.value_error("_warnings.filters must be a list"));
            };
            search_filters(t, filters, w, "warnings.filters")?
        }
    };
    if let Some(found) = found {
        return Ok(found);
    }
    let action = setting(t, "defaultaction", "_defaultaction")?;
    match action.downcast::<Str>() {
        Some(action) => Ok((action, Value::NONE)),
        None => Err(t.type_error(format!("_warnings.defaultaction must be a string, not '{}'", class_of(action).name_string()))),
    }
}

/// Whether the registry knows `key` since the filters last changed; `remember` adds it.
fn already_warned(t: &Thread, registry: Ref<Dict>, key: Value, remember: bool) -> Result<bool> {
    let version = Str::intern_str(t, "version")?;
    let current = Value::small_int(FILTERS_VERSION.load(Acquire));
    if registry.get_str(t, version)? != Some(current) {
        registry.clear(t)?;
        registry.set(t, version.value(), current)?;
    } else if let Some(v) = registry.get(t, key)? {
        if t.truth(v)? {
            return Ok(true);
        }
    }
    if remember {
        registry.set(t, key, Value::TRUE)?;
    }
    Ok(false)
}

/// Whether the warning is to be shown; an error if a filter makes it one.
fn decide(t: &Thread, w: &Warned, registry: Option<Ref<Dict>>) -> Result<bool> {
    let key = Tuple::new(t, &[w.text, w.category, t.int(w.lineno)?])?.value();
    if let Some(r) = registry {
        if already_warned(t, r, key, false)? {
            return Ok(false);
        }
    }
    let (action, item) = action_for(t, w)?;
    let is = |name: &str| action.eq_str(name);
    if is("error") {
        return Err(ex::raise(t, w.message));
    }
    if is("ignore") {
        return Ok(false);
    }
    if is("always") || is("all") {
        return Ok(true);
    }
    // From here on the registry remembers.
    if let Some(r) = registry {
        r.set(t, key, Value::TRUE)?;
    }
    let anywhere = || Tuple::new(t, &[w.text, w.category]).map(Ref::value);
    if is("once") {
        // With a registry of its own the caller counts by that, else the process counts.
        let once = match registry {
            Some(r) => r,
            None => once_registry(t)?,
        };
        return already_warned(t, once, anywhere()?, true).map(|known| !known);
    }
    if is("module") {
        return match registry {
            Some(r) => already_warned(t, r, anywhere()?, true).map(|known| !known),
            None => Ok(true),
        };
    }
    if !is("default") {
        let (action, item) = (t.repr(action.value())?, t.repr(item)?);
        return Err(t.runtime_error(format!("Unrecognized action ({action}) in warnings.filters:\n {item}")));
    }
    Ok(true)
}

fn once_registry(t: &Thread) -> Result<Ref<Dict>> {
    let registry = setting(t, "onceregistry", "_onceregistry")?;
    match registry.downcast::<Dict>() {
        Some(d) => Ok(d),
        None => Err(t.type_error(format!("_warnings.onceregistry must be a dict, not '{}'", class_of(registry).name_string()))),
    }
}

/// Shows a warning through `warnings._showwarnmsg`, or plainly before that exists.
fn show(t: &Thread, w: &Warned, source: Option<Value>) -> Result<()> {
    // A source is shown with where it was allocated, which only the Python module can tell.
    if source.is_some() && python_attribute(t, "_showwarnmsg")?.is_none() {
        let _ = crate::import::import(t, Str::intern_str(t, "warnings")?, None, Value::NONE, 0);
    }
    let Some(show) = python_attribute(t, "_showwarnmsg")? else {
        return show_plainly(t, w);
    };
    if !t.is_callable(show) {
        return Err(t.type_error("warnings._showwarnmsg() must be set to a callable"));
    }
    let Some(class) = python_attribute(t, "WarningMessage")? else {
        return Err(t.runtime_error("unable to get warnings.WarningMessage"));
    };
    let line = t.int(w.lineno)?;
    let args = [w.message, w.category, w.filename.value(), line, Value::NONE, Value::NONE, source.unwrap_or(Value::NONE)];
    let message = t.call(class, &args)?;
    t.call(show, &[message]).map(|_| ())
}

fn show_plainly(t: &Thread, w: &Warned) -> Result<()> {
    let mut text = Text::new();
    let name = t.get_attr(w.category, names::__name__())?;
    text.str(w.filename).ascii(&format!(":{}: ", w.lineno)).str_of(t, name)?.ascii(": ").str_of(t, w.text)?.ascii("\n");
    if let Ok(line) = u32::try_from(w.lineno) {
        let line = crate::traceback_print::source_line(&w.filename.to_string_lossy(), line);
        if !line.trim().is_empty() {
            text.ascii(&format!("  {}\n", line.trim()));
        }
    }
    crate::traceback_print::write_stderr(t, text.finish(t)?);
    Ok(())
}

/// `foo` of `foo.py`: the module, where only the file is known.
fn module_of_file(t: &Thread, filename: Ref<Str>) -> Result<Ref<Str>> {
    let units = filename.units();
    let n = units.len();
    if n == 0 {
        return Str::from_str(t, "<unknown>");
    }
    let is_py = n >= 3 && [('.', n - 3), ('p', n - 2), ('y', n - 1)].iter().all(|&(c, i)| units.at(i) == c as u32);
    if is_py { Str::from_units(t, units.slice(0..n - 3)) } else { Ok(filename) }
}

/// The class of a warning: the message's own, or `category` (`UserWarning` if not given), which must be one of warnings.
fn category_of(t: &Thread, message: Value, category: Option<Value>) -> Result<Value> {
    if ex::is_instance(message, ex::Kind::Warning) {
        return Ok(class_of(message).value());
    }
    let category = match category {
        None | Some(Value::NONE) => return Ok(ex::class(ex::Kind::UserWarning).value()),
        Some(c) => c,
    };
    match category.downcast::<Class>() {
        Some(c) if c.is_subclass(ex::class(ex::Kind::Warning)) => Ok(category),
        _ => Err(t.type_error(format!("category must be a Warning subclass, not '{}'", class_of(category).name_string()))),
    }
}

/// Everything but the place: `registry` is a dict, None or absent.
#[allow(clippy::too_many_arguments)]
fn issue(
    t: &Thread,
    category: Value,
    message: Value,
    filename: Ref<Str>,
    lineno: i64,
    module: Option<Value>,
    registry: Option<Value>,
    source: Option<Value>,
) -> Result<()> {
    let module = match module {
        // Its globals were cleared: the interpreter is going down.
        Some(Value::NONE) => return Ok(()),
        Some(m) => m,
        None => module_of_file(t, filename)?.value(),
    };
    let registry = match registry.filter(|r| !r.is_none()) {
        None => None,
        Some(r) => match r.downcast::<Dict>() {
            Some(d) => Some(d),
            None => return Err(t.type_error("'registry' must be a dict or None")),
        },
    };
    let (text, message, category) = if ex::is_instance(message, ex::Kind::Warning) {
        (t.str(message)?.value(), message, class_of(message).value())
    } else {
        (message, t.call(category, &[message])?, category)
    };
    let w = Warned { category, text, message, filename, lineno, module };
    if LOCK.with(t, || decide(t, &w, registry))? {
        show(t, &w, source.filter(|s| !s.is_none()))?;
    }
    Ok(())
}

fn is_internal(filename: Ref<Str>) -> bool {
    let name = filename.to_string_lossy();
    name.contains("importlib") && name.contains("_bootstrap")
}

fn frame_filename(frame: Ref<Frame>) -> Ref<Str> {
    frame.code.expect().filename.expect()
}

fn frame_back(t: &Thread, frame: Ref<Frame>) -> Result<Option<Ref<Frame>>> {
    Ok(frame.back(t)?.downcast::<Frame>())
}

/// The frame that a warning is attributed to.
fn find_frame(t: &Thread, level: i64, skip: &[String]) -> Result<Option<Ref<Frame>>> {
    let mut frame = interp::current_frame(t, 0)?;
    // Code of the import system does not count, unless it warns itself.
    let plain = level <= 0 || frame.is_some_and(|f| is_internal(frame_filename(f)));
    let mut left = level - 1;
    while left > 0 {
        let Some(f) = frame else { break };
        frame = frame_back(t, f)?;
        while !plain && let Some(f) = frame {
            let name = frame_filename(f);
            let text = name.to_string_lossy();
            if !is_internal(name) && !skip.iter().any(|prefix| text.starts_with(prefix.as_str())) {
                break;
            }
            frame = frame_back(t, f)?;
        }
        left -= 1;
    }
    Ok(frame)
}

/// `warnings.warn(message, category, level, source)`.
fn warn_at(t: &Thread, category: Value, message: Value, level: i64, source: Option<Value>, skip: &[String]) -> Result<()> {
    let frame = find_frame(t, level, skip)?;
    let (globals, filename, lineno) = match frame {
        Some(f) => (f.globals.get().downcast::<Dict>(), frame_filename(f), f.line(t) as i64),
        None => (Some(t.sys_dict()), Str::from_str(t, "<sys>")?, 0),
    };
    let (mut registry, mut module) = (Value::NONE, None);
    if let Some(globals) = globals {
        let key = Str::intern_str(t, "__warningregistry__")?.value();
        let fresh = Dict::new(t)?.value();
        registry = globals.set_default(t, key, fresh)?.unwrap_or(fresh);
        module = globals.get_str(t, names::__name__())?.filter(|m| m.is_none() || m.downcast::<Str>().is_some());
    }
    let module = match module {
        Some(m) => m,
        None => Str::from_str(t, "<string>")?.value(),
    };
    issue(t, category, message, filename, lineno, Some(module), Some(registry), source)
}

/// Issues a warning for the runtime, reported `level` Python frames up (1: the running one).
#[cold]
pub fn warn(t: &Thread, category: Ref<Class>, message: &str, level: usize) -> Result<()> {
    let message = Str::from_str(t, message)?.value();
    warn_at(t, category.value(), message, level as i64, None, &[])
}

fn warn_hook(t: &Thread, kind: ex::Kind, message: &str, level: usize) -> Result<()> {
    warn(t, ex::class(kind), message, level)
}

/// A `ResourceWarning` about `source`, which was not closed.
#[cold]
pub fn warn_resource(t: &Thread, source: Value, message: &str, level: usize) -> Result<()> {
    let message = Str::from_str(t, message)?.value();
    let category = ex::class(ex::Kind::ResourceWarning).value();
    warn_at(t, category, message, level as i64, Some(source), &[])
}

/// A warning of the compiler about a line of a file. (A filter may make it an error: then it is a `SyntaxError` for the
/// caller to raise.)
#[cold]
pub fn warn_explicit(t: &Thread, category: Ref<Class>, message: &str, filename: Ref<Str>, lineno: u32) -> Result<()> {
    let message = Str::from_str(t, message)?.value();
    issue(t, category.value(), message, filename, lineno as i64, None, None, None)
}

/// "coroutine '…' was never awaited", with where it was created if that is tracked. Errors are reported, not returned: this runs
/// in finalizers.
#[cold]
pub fn warn_unawaited_coroutine(t: &Thread, coroutine: Value) {
    let warn_it = || -> Result<()> {
        let name = "_warn_unawaited_coroutine";
        if python_attribute(t, name)?.is_none() {
            let _ = crate::import::import(t, Str::intern_str(t, "warnings")?, None, Value::NONE, 0);
        }
        if let Some(f) = python_attribute(t, name)? {
            return t.call(f, &[coroutine]).map(|_| ());
        }
        let name = t.str(t.get_attr(coroutine, names::__qualname__())?)?;
        warn(t, ex::class(ex::Kind::RuntimeWarning), &format!("coroutine '{name}' was never awaited"), 1)
    };
    if let Err(e) = warn_it() {
        crate::hooks::unraisable(t, e, "Exception ignored while finalizing coroutine", Some(coroutine));
    }
}

/// The filters a process starts with.
fn default_filters(t: &Thread) -> Result<Ref<List>> {
    use ex::Kind::*;
    let filters = ValueVec::new();
    let rules: [(&str, ex::Kind, Option<&str>); 5] = [
        ("default", DeprecationWarning, Some("__main__")),
        ("ignore", DeprecationWarning, None),
        ("ignore", PendingDeprecationWarning, None),
        ("ignore", ImportWarning, None),
        ("ignore", ResourceWarning, None),
    ];
    for (action, category, module) in rules {
        let module = match module {
            Some(m) => Str::intern_str(t, m)?.value(),
            None => Value::NONE,
        };
        let action = Str::intern_str(t, action)?.value();
        let rule = Tuple::new(t, &[action, Value::NONE, ex::class(category).value(), module, Value::small_int(0)])?;
        filters.push(t, rule.value())?;
    }
    filters.into_list(t)
}

/// Makes the runtime's own warnings go through here. Once, at start-up.
pub(crate) fn setup() {
    crate::ops::set_warn_hook(warn_hook);
}

fn init(t: &Thread, m: Ref<Module>) -> Result<()> {
    m.set(t, "filters", default_filters(t)?.value())?;
    m.set(t, "_onceregistry", Dict::new(t)?.value())?;
    m.set(t, "_defaultaction", Str::intern_str(t, "default")?.value())?;
    // Without context variables there is no such attribute, and `warnings` does without this module.
    if let Some(vars) = crate::import::native_module(t, "_contextvars")? {
        if let Some(class) = vars.get(t, Str::intern_str(t, "ContextVar")?) {
            let name = Str::from_str(t, "_warnings_context")?.value();
            m.set(t, "_warnings_context", t.call(class, &[name])?)?;
        }
    }
    Ok(())
}

pub struct Warnings;

/// _warnings provides basic warning filtering support.
/// It is a helper module to speed up interpreter start-up.
#[pymodule(name = "_warnings", init = init)]
impl Warnings {
    /// Issue a warning, or maybe ignore it or raise an exception.
    ///
    ///   message
    ///     Text of the warning message.
    ///   category
    ///     The Warning category subclass. Defaults to UserWarning.
    ///   stacklevel
    ///     How far up the call stack to make this warning appear. A value of 2 for
    ///     example attributes the warning to the caller of the code calling warn().
    ///   source
    ///     If supplied, the destroyed object which emitted a ResourceWarning
    ///   skip_file_prefixes
    ///     An optional tuple of module filename prefixes indicating frames to skip
    ///     during stacklevel computations for stack frame attribution.
    #[py("(message, category=None, stacklevel=1, source=None, *, skip_file_prefixes=())")]
    fn warn(
        t: &Thread,
        message: Value,
        category: Option<Value>,
        stacklevel: Option<i64>,
        source: Option<Value>,
        skip_file_prefixes: Option<Ref<Tuple>>,
    ) -> Result<()> {
        let category = category_of(t, message, category)?;
        let mut skip = Vec::new();
        for prefix in skip_file_prefixes.iter().flat_map(|p| p.iter()) {
            match prefix.downcast::<Str>() {
                Some(s) => skip.push(s.to_string_lossy()),
                None => {
                    let got = class_of(prefix).name_string();
                    return Err(t.type_error(format!("Found non-str '{got}' in skip_file_prefixes.")));
                }
            }
        }
        let level = stacklevel.unwrap_or(1);
        let level = if skip.is_empty() { level } else { level.max(2) };
        warn_at(t, category, message, level, source, &skip)
    }

    /// Issue a warning, or maybe ignore it or raise an exception.
    #[py("(message, category, filename, lineno, module=<unrepresentable>, registry=None, module_globals=None, source=None)")]
    #[allow(clippy::too_many_arguments)]
    fn warn_explicit(
        t: &Thread,
        message: Value,
        category: Value,
        filename: Ref<Str>,
        lineno: i32,
        module: Option<Value>,
        registry: Option<Value>,
        module_globals: Option<Value>,
        source: Option<Value>,
    ) -> Result<()> {
        if let Some(globals) = module_globals.filter(|g| !g.is_none() && g.downcast::<Dict>().is_none()) {
            let got = class_of(globals).name_string();
            return Err(t.type_error(format!("module_globals must be a dict, not '{got}'")));
        }
        issue(t, category, message, filename, lineno as i64, module, registry, source)
    }

    #[py("()")]
    fn _filters_mutated_lock_held(t: &Thread) -> Result<()> {
        if !LOCK.is_mine(t) {
            return Err(t.runtime_error("warnings lock is not held"));
        }
        FILTERS_VERSION.fetch_add(1, AcqRel);
        Ok(())
    }

    #[py("()")]
    fn _acquire_lock(t: &Thread) {
        LOCK.acquire(t);
    }

    #[py("()")]
    fn _release_lock(t: &Thread) -> Result<()> {
        if LOCK.release(t) { Ok(()) } else { Err(t.runtime_error("cannot release un-acquired lock")) }
    }
}
