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
pub fn import(t: &Thread, name: Ref<Str>, globals: Option<Value>, fromlist: Value, level: i64) -> Result<Value> {
    if let Some(bootstrap) = t.modules().get(t, Str::intern_str(t, "_frozen_importlib")?.value())? {
        if level == 0 && (fromlist.is_none() || !t.truth(fromlist)?) && !name.to_string_lossy().contains('.') {
            if let Some(m) = t.modules().get(t, name.value())? {
                if !m.is_none() && !initializing(t, m)? {
                    return Ok(m);
                }
            }
        }
        let f = t.get_attr(bootstrap, names::__import__())?;
        let r = t.call(f, &[name.value(), globals.unwrap_or(Value::NONE), Value::NONE, fromlist, t.int(level)?]);
        return r.inspect_err(|e| hide_importlib(t, *e));
    }
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

/// Takes the frames of `importlib` itself out of the traceback of an error that came through an import.
fn hide_importlib(t: &Thread, e: Exc) {
    use crate::objects::traceback::Traceback;
    let of_importlib = |tb: Ref<Traceback>| {
        tb.code().is_some_and(|c| {
            let file = c.filename.expect().to_string_lossy();
            file.ends_with("importlib/_bootstrap.py") || file.ends_with("importlib/_bootstrap_external.py")
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
        return Ok(m);
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
    match t.get_attr_opt(spec, Str::intern_str(t, "_initializing")?)? {
        Some(v) => t.truth(v),
        None => Ok(false),
    }
}

/// Brings up `importlib`: its bootstrap modules run from the library image, and the importers of built-in and library modules are
/// installed; those of the file system too, once what they need (`posix`, `_io`, `marshal`) is there.
pub fn install_importlib(t: &Thread) -> Result<()> {
    let bootstrap = run_library_module(t, "_frozen_importlib")?;
    let imp = match native_module(t, "_imp")? {
        Some(m) => m,
        None => return Err(t.system_error("no _imp module")),
    };
    t.modules().set(t, Str::intern_str(t, "_imp")?.value(), imp.value())?;
    let sys = t.modules().get(t, Str::intern_str(t, "sys")?.value())?.unwrap_or(Value::NONE);
    let install = t.get_attr(bootstrap.value(), Str::intern_str(t, "_install")?)?;
    t.call(install, &[sys, imp.value()])?;
    if ["posix", "_io", "marshal"].iter().all(|m| crate::modules::find(m).is_some()) {
        let install = t.get_attr(bootstrap.value(), Str::intern_str(t, "_install_external_importers")?)?;
        t.call(install, &[])?;
    }
    Ok(())
}

/// Runs a module of the library without `importlib`.
fn run_library_module(t: &Thread, name: &str) -> Result<Ref<Module>> {
    let Some(found) = crate::library::find(name) else {
        return Err(ex::import_error(t, ex::Kind::ImportError, &format!("the library has no {name}"), None, None, None));
    };
    let code = crate::library::code(t, &found)?;
    let m = Module::new(t, name)?;
    let real = crate::library::real_name(name);
    m.set(t, "__origname__", Str::intern_str(t, real)?.value())?;
    let builtins = t.modules().get(t, names::builtins().value())?.unwrap_or(Value::NONE);
    m.dict().set(t, names::__builtins__().value(), builtins)?;
    t.modules().set(t, Str::intern_str(t, name)?.value(), m.value())?;
    crate::interp::run_code(t, code, m.dict(), Value::EMPTY, None)?;
    Ok(m)
}
