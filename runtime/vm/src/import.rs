//! Importing: native modules, and what the import instructions need. The import system proper is `importlib`, in Python.

use crate::native::*;
use crate::objects::exceptions as ex;
use crate::startup::{Root, root};

/// The native module of this name, made on first use; `None` if there is none.
pub fn native_module(t: &Thread, name: &str) -> Result<Option<Ref<Module>>> {
    let cache = root(Root::NativeModules).downcast::<Dict>();
    let key = Str::intern_str(t, name)?;
    if let Some(m) = cache.and_then(|c| c.get_interned(key)).and_then(|m| m.downcast::<Module>()) {
        return Ok(Some(m));
    }
    let Some(def) = crate::modules::find(name) else { return Ok(None) };
    let m = Module::from_def(t, def)?;
    if let Some(c) = cache {
        c.set(t, key.value(), m.value())?;
    }
    Ok(Some(m))
}

/// `from module import name`
pub fn import_from(t: &Thread, module: Value, name: Ref<Str>) -> Result<Value> {
    if let Some(v) = t.get_attr_opt(module, name)? {
        return Ok(v);
    }
    let mod_name = t.get_attr_opt(module, names::__name__())?.and_then(|n| n.downcast::<Str>());
    if let Some(m) = mod_name {
        let full = Str::from_str(t, &format!("{m}.{name}"))?;
        if let Some(v) = t.modules().get(t, full.value())? {
            return Ok(v);
        }
    }
    let shown = mod_name.map_or_else(|| "<unknown module name>".to_owned(), |m| m.to_string_lossy());
    let file = t.get_attr_opt(module, names::__file__())?.filter(|f| f.downcast::<Str>().is_some());
    let spec = t.get_attr_opt(module, names::__spec__())?.filter(|s| !s.is_none());
    let initializing = match spec {
        Some(s) => match t.get_attr_opt(s, Str::intern_str(t, "_initializing")?)? {
            Some(v) => t.truth(v)?,
            None => false,
        },
        None => false,
    };
    let text = match (&file, initializing) {
        (Some(f), true) => {
            format!(
                "cannot import name '{name}' from partially initialized module '{shown}' (most likely due to a circular import) ({})",
                t.str(*f)?
            )
        }
        (None, true) => format!(
            "cannot import name '{name}' from partially initialized module '{shown}' (most likely due to a circular import) (unknown location)"
        ),
        (Some(f), false) => format!("cannot import name '{name}' from '{shown}' ({})", t.str(*f)?),
        (None, false) => format!("cannot import name '{name}' from '{shown}' (unknown location)"),
    };
    Err(ex::import_error(t, ex::Kind::ImportError, &text, mod_name.map(Ref::value), file, Some(name.value())))
}

/// `from module import *` into `namespace`.
pub fn import_star(t: &Thread, module: Value, namespace: Value) -> Result<()> {
    let all = t.get_attr_opt(module, names::__all__())?;
    let dict = t.get_attr_opt(module, names::__dict__())?;
    let from_all = all.is_some();
    let list = match all {
        Some(a) => a,
        None => match dict {
            Some(d) => t.call_method(d, names::keys(), &[])?,
            None => {
                return Err(ex::import_error(
                    t,
                    ex::Kind::ImportError,
                    "from-import-* object has no __dict__ and no __all__",
                    None,
                    None,
                    None,
                ));
            }
        },
    };
    let keys = t.iterate_to_vec(list)?;
    for &k in keys.as_slice() {
        let Some(name) = k.downcast::<Str>() else {
            let m = t
                .get_attr_opt(module, names::__name__())?
                .map_or_else(|| Ok("?".to_owned()), |n| t.str(n).map(|s| s.to_string_lossy()))?;
            let what = if from_all { ("Item", "__all__") } else { ("Key", "__dict__") };
            return Err(t.type_error(format!("{} in {m}.{} must be str, not {}", what.0, what.1, class_of(k).name_string())));
        };
        if !from_all && name.units().iter().next() == Some('_' as u32) {
            continue;
        }
        let v = t.get_attr(module, name)?;
        t.set_item(namespace, k, v)?;
    }
    Ok(())
}

/// `repr(module)`
pub fn module_repr(t: &Thread, m: Ref<Module>) -> Result<Value> {
    if let Some(bootstrap) = t.modules().get(t, Str::intern_str(t, "_frozen_importlib")?.value())? {
        return t.call_method(bootstrap, Str::intern_str(t, "_module_repr")?, &[m.value()]);
    }
    let name = match m.get(t, names::__name__()) {
        Some(n) => t.repr(n)?.to_string_lossy(),
        None => "'?'".to_owned(),
    };
    match m.get(t, names::__file__()) {
        Some(f) => format!("<module {name} from {}>", t.repr(f)?).into_value(t),
        None if m.def.get().is_some() => format!("<module {name} (built-in)>").into_value(t),
        None => format!("<module {name}>").into_value(t),
    }
}

/// `__import__(name, globals, locals, fromlist, level)`
///
/// The work of `importlib._bootstrap.__import__` for modules that are there already; it is called for those that are not.
pub fn import(t: &Thread, name: Ref<Str>, globals: Option<Value>, fromlist: Value, level: i64) -> Result<Value> {
    let Some(bootstrap) = t.modules().get_str(t, names::_frozen_importlib())? else { return import_native(t, name) };
    let full = if level > 0 {
        let package = package_of(t, bootstrap, globals)?;
        resolve(t, name, package, level)?
    } else if name.is_empty() {
        return Err(t.value_error("Empty module name"));
    } else {
        Str::intern(t, name)?
    };
    let module = load(t, bootstrap, full)?;
    if fromlist.is_none() || !t.truth(fromlist)? {
        let text = name.to_string_lossy();
        return match text.split_once('.') {
            None => Ok(module),
            Some((front, _)) if level == 0 => load(t, bootstrap, Str::intern_str(t, front)?),
            Some((front, _)) => {
                // The name up to the first dot of what was written, as an absolute one.
                let cut = text.len() - front.len();
                let full = full.to_string_lossy();
                let wanted = Str::intern_str(t, &full[..full.len() - cut])?;
                match t.modules().get_str(t, wanted)? {
                    Some(m) => Ok(m),
                    None => Err(t.new_error(
                        ex::class(ex::Kind::KeyError),
                        &format!("{} not in sys.modules as expected", t.repr(wanted.value())?),
                    )),
                }
            }
        };
    }
    if has_all(t, module, fromlist)? || t.get_attr_opt(module, names::__path__())?.is_none() {
        return Ok(module);
    }
    let gcd_import = t.get_attr(bootstrap, names::_gcd_import())?;
    t.call_method(bootstrap, names::_handle_fromlist(), &[module, fromlist, gcd_import]).inspect_err(|e| hide_importlib(t, *e))
}

/// Whether a native-like module has all of these names as plain attributes, so that nothing is left to import.
fn has_all(t: &Thread, module: Value, fromlist: Value) -> Result<bool> {
    let (Some(m), Some(list)) = (module.downcast::<Module>(), fromlist.downcast::<Tuple>()) else { return Ok(false) };
    for &n in list.as_slice() {
        match n.downcast::<Str>() {
            Some(n) if n.is_interned() && m.get(t, n).is_some() => {}
            _ => return Ok(false),
        }
    }
    Ok(true)
}

/// The package that relative names of code with these globals start from.
fn package_of(t: &Thread, bootstrap: Value, globals: Option<Value>) -> Result<Ref<Str>> {
    let globals = match globals {
        Some(g) if !g.is_none() => g,
        _ => return Err(t.new_error(ex::class(ex::Kind::KeyError), "'__name__' not in globals")),
    };
    let Some(dict) = globals.downcast::<Dict>() else { return Err(t.type_error("globals must be a dict")) };
    let package = dict.get_str(t, names::__package__())?.filter(|p| !p.is_none());
    let spec = dict.get_str(t, names::__spec__())?.filter(|s| !s.is_none());
    if let (Some(p), Some(s)) = (package, spec)
        && let Some(text) = p.downcast::<Str>()
        && let Some(parent) = t.get_attr_opt(s, names::parent())?.and_then(|p| p.downcast::<Str>())
        && text.equals(&parent)
    {
        return Ok(text);
    }
    let v = t.call_method(bootstrap, names::_calc___package__(), &[globals])?;
    match v.downcast::<Str>() {
        Some(p) => Ok(p),
        None => Err(t.type_error("package must be a string")),
    }
}

/// The absolute name of a relative one.
fn resolve(t: &Thread, name: Ref<Str>, package: Ref<Str>, level: i64) -> Result<Ref<Str>> {
    let error = |text: &str| Err(ex::import_error(t, ex::Kind::ImportError, text, None, None, None));
    if package.is_empty() {
        return error("attempted relative import with no known parent package");
    }
    let text = package.to_string_lossy();
    let mut base = &*text;
    for _ in 1..level {
        match base.rsplit_once('.') {
            Some((b, _)) => base = b,
            None => return error("attempted relative import beyond top-level package"),
        }
    }
    if name.is_empty() { Str::intern_str(t, base) } else { Str::intern_str(t, &format!("{base}.{name}")) }
}

/// The module of an absolute name, from `sys.modules` or loaded.
fn load(t: &Thread, bootstrap: Value, name: Ref<Str>) -> Result<Value> {
    let timed = crate::program::config().import_time;
    if let Some(m) = t.modules().get_str(t, name)?.filter(|m| !m.is_none()) {
        if timed > 1 {
            times::cached(&name.to_string_lossy());
        }
        if !wait_for_module(t, bootstrap, name, m)? {
            return Ok(m);
        }
    }
    audit_import(t, name)?;
    let gcd_import = t.get_attr(bootstrap, names::_gcd_import())?;
    let find = || t.call_method(bootstrap, names::_find_and_load(), &[name.value(), gcd_import]);
    let r = if timed > 0 { times::measure(&name.to_string_lossy(), find) } else { find() };
    r.inspect_err(|e| hide_importlib(t, *e))
}

/// Waits while another thread imports a module that is in `sys.modules` already, unless that would be for ever; true if it was taken
/// from there meanwhile, because that failed.
fn wait_for_module(t: &Thread, bootstrap: Value, name: Ref<Str>, module: Value) -> Result<bool> {
    if !initializing(t, module)? {
        return Ok(false);
    }
    t.call_method(bootstrap, names::_lock_unlock_module(), &[name.value()])?;
    Ok(t.modules().get_str(t, name)?.is_none())
}

/// Tells audit hooks of an import.
fn audit_import(t: &Thread, name: Ref<Str>) -> Result<()> {
    if !crate::modules::audit::is_hooked() {
        return Ok(());
    }
    let args = ValueVec::from_slice(t, &[name.value(), Value::NONE])?;
    for attribute in ["path", "meta_path", "path_hooks"] {
        args.push(t, t.sys_attr(Str::intern_str(t, attribute)?)?.unwrap_or(Value::NONE))?;
    }
    crate::modules::audit::raise(t, "import", args.as_slice())
}

/// An import before `importlib` is there.
fn import_native(t: &Thread, name: Ref<Str>) -> Result<Value> {
    if let Some(m) = t.modules().get(t, name.value())? {
        return Ok(m);
    }
    match native_module(t, &name.to_string_lossy())? {
        Some(m) => {
            t.modules().set(t, name.value(), m.value())?;
            Ok(m.value())
        }
        None => Err(ex::import_error(
            t,
            ex::Kind::ModuleNotFoundError,
            &format!("No module named '{name}'"),
            Some(name.value()),
            None,
            None,
        )),
    }
}

/// `-X importtime`
mod times {
    use std::cell::Cell;
    use std::sync::Once;
    use std::time::Instant;

    static HEADER: Once = Once::new();
    thread_local! {
        static LEVEL: Cell<usize> = const { Cell::new(0) };
        /// Microseconds of the imports that finished inside the running one.
        static INNER: Cell<u128> = const { Cell::new(0) };
    }

    fn header() {
        HEADER.call_once(|| eprintln!("import time: self [us] | cumulative | imported package"));
    }
    pub fn cached(name: &str) {
        header();
        let indent = LEVEL.get() * 2;
        eprintln!("import time: cached    | cached     | {:indent$}{name}", "");
    }
    pub fn measure<R>(name: &str, f: impl FnOnce() -> R) -> R {
        header();
        LEVEL.set(LEVEL.get() + 1);
        let before = INNER.replace(0);
        let start = Instant::now();
        let r = f();
        let total = start.elapsed().as_micros();
        let own = total.saturating_sub(INNER.get());
        LEVEL.set(LEVEL.get() - 1);
        let indent = LEVEL.get() * 2;
        eprintln!("import time: {own:9} | {total:10} | {:indent$}{name}", "");
        INNER.set(before + total);
        r
    }
}

/// Takes the frames of `importlib` itself out of the traceback of an error that came through an import.
fn hide_importlib(t: &Thread, e: Exc) {
    use crate::objects::traceback::Traceback;
    let of_importlib = |tb: Ref<Traceback>| {
        tb.code().is_some_and(|c| {
            let file = c.filename.expect().to_string_lossy();
            matches!(
                &*file,
                "<frozen importlib._bootstrap>" | "<frozen importlib._bootstrap_external>" | "<frozen _library_finder>"
            )
        })
    };
    let mut kept = ex::traceback_of(e.0);
    while kept.is_some_and(of_importlib) {
        kept = kept.and_then(|tb| tb.next());
    }
    ex::set_traceback(t, e.0, kept);
    while let Some(tb) = kept {
        let mut next = tb.next();
        while next.is_some_and(of_importlib) {
            next = next.and_then(|n| n.next());
        }
        if next != tb.next() {
            Traceback::set_next(tb, t, next);
        }
        kept = next;
    }
}

/// The module of this full name, imported if it is not yet.
pub fn import_module(t: &Thread, name: &str) -> Result<Value> {
    let key = Str::intern_str(t, name)?;
    if let Some(m) = t.modules().get(t, key.value())?.filter(|m| !m.is_none()) {
        match t.modules().get_str(t, names::_frozen_importlib())? {
            Some(bootstrap) if wait_for_module(t, bootstrap, key, m)? => {}
            _ => return Ok(m),
        }
    }
    import(t, key, None, Value::NONE, 0)?;
    match t.modules().get(t, key.value())? {
        Some(m) => Ok(m),
        None => Err(ex::import_error(
            t,
            ex::Kind::ModuleNotFoundError,
            &format!("No module named '{name}'"),
            Some(key.value()),
            None,
            None,
        )),
    }
}

/// Whether a module in `sys.modules` is still being imported.
fn initializing(t: &Thread, m: Value) -> Result<bool> {
    let Some(spec) = t.get_attr_opt(m, names::__spec__())?.filter(|s| !s.is_none()) else { return Ok(false) };
    match t.get_attr_opt(spec, names::_initializing())? {
        Some(v) => t.truth(v),
        None => Ok(false),
    }
}

/// Brings up `importlib`: its bootstrap modules run from the library image, and the importers of built-in and library modules are
/// installed; those of the file system too, once what they need (`posix`, `_io`, `marshal`) is there.
pub fn install_importlib(t: &Thread) -> Result<()> {
    let bootstrap = crate::library::run_bootstrap_module(t, "_frozen_importlib")?;
    let imp = match native_module(t, "_imp")? {
        Some(m) => m,
        None => return Err(t.system_error("no _imp module")),
    };
    t.modules().set(t, Str::intern_str(t, "_imp")?.value(), imp.value())?;
    let sys = t.modules().get(t, Str::intern_str(t, "sys")?.value())?.unwrap_or(Value::NONE);
    let install = t.get_attr(bootstrap.value(), Str::intern_str(t, "_install")?)?;
    t.call(install, &[sys, imp.value()])?;
    if ["posix", "_io", "marshal"].iter().all(|m| crate::modules::find(m).is_some()) {
        t.call_method(bootstrap.value(), Str::intern_str(t, "_install_external_importers")?, &[])?;
        let finder = import_module(t, "_library_finder")?;
        t.call_method(finder, Str::intern_str(t, "_install")?, &[])?;
    }
    Ok(())
}
