//! Functions and classes by name, in both directions.

use super::{pickling_error, unpickling_error};
use taipan_vm::import::import_module;
use taipan_vm::native::*;
use taipan_vm::objects::exceptions as ex;

fn name(t: &Thread, s: &str) -> Result<Ref<Str>> {
    Str::intern_str(t, s)
}

/// `obj` along a path of attributes; `None` if one is missing.
pub fn follow(t: &Thread, obj: Value, path: &str) -> Result<Option<Value>> {
    let mut v = obj;
    for part in path.split('.') {
        match t.get_attr_opt(v, name(t, part)?)? {
            Some(next) => v = next,
            None => return Ok(None),
        }
    }
    Ok(Some(v))
}

/// Module `module`, imported if need be; with dots, the innermost one.
pub fn imported(t: &Thread, module: Ref<Str>) -> Result<Value> {
    let modules = t.modules();
    if let Some(m) = modules.get(t, module.value())? {
        return Ok(m);
    }
    import_module(t, &module.to_string_lossy())?;
    match modules.get(t, module.value())? {
        Some(m) => Ok(m),
        None => Err(t.key_error(module.value())),
    }
}

/// The module in which `obj` is found as `path`.
pub fn which_module(t: &Thread, obj: Value, path: &str) -> Result<Ref<Str>> {
    match t.get_attr_opt(obj, names::__module__())? {
        Some(m) if !m.is_none() => {
            return match m.downcast::<Str>() {
                Some(s) => Ok(s),
                None => t.str(m),
            };
        }
        _ => {}
    }
    let modules = t.modules().copy(t)?;
    let mut pos = 0;
    while let Some((key, module)) = modules.next(&mut pos) {
        let Some(key) = key.downcast::<Str>() else { continue };
        if key.eq_str("__main__") || key.eq_str("__mp_main__") || module.is_none() {
            continue;
        }
        if matches!(follow(t, module, path), Ok(Some(v)) if v == obj) {
            return Ok(key);
        }
    }
    // Even where nothing says so.
    name(t, "__main__")
}

/// Checks that `obj` is what `module.path` says, as a reader will find it.
pub fn check_found(t: &Thread, obj: Value, module: Ref<Str>, path: &str) -> Result<()> {
    let shown = || t.repr(obj).map(|s| s.to_string());
    let holder = match imported(t, module) {
        Ok(m) => m,
        Err(e) => {
            let error = if e.is(t, ex::class(ex::Kind::ImportError)) || e.is(t, ex::class(ex::Kind::ValueError)) {
                pickling_error(t, format!("Can't pickle {}: {}", shown()?, t.str(e.value())?))
            } else {
                return Err(e);
            };
            ex::set_cause(t, error.value(), Some(e.value()));
            return Err(error);
        }
    };
    match follow(t, holder, path)? {
        None => Err(pickling_error(t, format!("Can't pickle {}: it's not found as {module}.{path}", shown()?))),
        Some(v) if v == obj => Ok(()),
        Some(_) => Err(pickling_error(t, format!("Can't pickle {}: it's not the same object as {module}.{path}", shown()?))),
    }
}

fn table(t: &Thread, module: &str, attribute: &str) -> Result<Ref<Dict>> {
    let v = t.get_attr(import_module(t, module)?, name(t, attribute)?)?;
    v.downcast::<Dict>()
        .ok_or_else(|| t.runtime_error(format!("{module}.{attribute} should be a dict, not {}", class_of(v).name_string())))
}

/// The extension code registered for a name.
pub fn extension_code(t: &Thread, module: Value, path: Value) -> Result<Option<i64>> {
    let key = Tuple::new(t, &[module, path])?;
    match table(t, "copyreg", "_extension_registry")?.get(t, key.value())? {
        Some(code) => t.to_i64(code).map(Some),
        None => Ok(None),
    }
}

/// The object of an extension code.
pub fn extension(t: &Thread, code: i64, find: impl FnOnce(Value, Value) -> Result<Value>) -> Result<Value> {
    if code <= 0 {
        return Err(unpickling_error(t, "EXT specifies code <= 0"));
    }
    let key = t.int(code)?;
    let cache = table(t, "copyreg", "_extension_cache")?;
    if let Some(v) = cache.get(t, key)? {
        return Ok(v);
    }
    let Some(pair) = table(t, "copyreg", "_inverted_registry")?.get(t, key)? else {
        return Err(t.value_error(format!("unregistered extension code {code}")));
    };
    let pair = pair.downcast::<Tuple>().filter(|p| p.len() == 2 && p.iter().all(|v| v.downcast::<Str>().is_some()));
    let Some(pair) = pair else {
        return Err(t.value_error(format!("_inverted_registry[{code}] isn't a 2-tuple of strings")));
    };
    let v = find(pair.as_slice()[0], pair.as_slice()[1])?;
    cache.set(t, key, v)?;
    Ok(v)
}

/// Names of Python 2 for those of Python 3 (`to_old`), or back.
pub fn mapped(t: &Thread, module: Ref<Str>, path: Ref<Str>, to_old: bool) -> Result<(Ref<Str>, Ref<Str>)> {
    let (names_table, imports_table) =
        if to_old { ("REVERSE_NAME_MAPPING", "REVERSE_IMPORT_MAPPING") } else { ("NAME_MAPPING", "IMPORT_MAPPING") };
    let key = Tuple::new(t, &[module.value(), path.value()])?;
    if let Some(pair) = table(t, "_compat_pickle", names_table)?.get(t, key.value())? {
        let pair = t.iterate_to_tuple(pair)?;
        let part = |i: usize| pair.get(i).and_then(|v| v.downcast::<Str>());
        if let (Some(m), Some(p)) = (part(0), part(1)) {
            return Ok((m, p));
        }
    }
    match table(t, "_compat_pickle", imports_table)?.get(t, module.value())?.and_then(|m| m.downcast::<Str>()) {
        Some(m) => Ok((m, path)),
        None => Ok((module, path)),
    }
}
