//! "Did you mean": the known name closest to one that was not found.

use crate::native::*;
use crate::objects::exceptions as ex;
use crate::objects::traceback::Traceback;
use crate::suggestions::closest;

/// What is added to the message of `exc`: `. Did you mean: 'append'?`, or nothing.
pub fn suggestion_text(t: &Thread, exc: Value) -> String {
    let mut text = String::new();
    let attribute = |name: &str| {
        let name = Str::intern_str(t, name).ok()?;
        t.get_attr_opt(exc, name).ok().flatten().filter(|v| !v.is_none())
    };
    if ex::is_instance(exc, ex::Kind::ImportError) {
        if let Some(s) = attribute("name_from").and_then(|wrong| import_suggestion(t, exc, wrong)) {
            text = format!(". Did you mean: '{s}'?");
        }
        return text;
    }
    let is_name_error = ex::is_instance(exc, ex::Kind::NameError);
    if !is_name_error && !ex::is_instance(exc, ex::Kind::AttributeError) {
        return text;
    }
    let Some(wrong) = attribute("name") else {
        return text;
    };
    let tb = ex::traceback_of(exc);
    let found = if is_name_error { name_suggestion(t, tb, wrong) } else { attribute_suggestion(t, exc, tb, wrong) };
    if let Some(s) = &found {
        text = format!(". Did you mean: '{s}'?");
    }
    if is_name_error && is_library_module(t, wrong) {
        if let Ok(name) = t.str(wrong) {
            let lead = if found.is_some() { " Or did" } else { ". Did" };
            text.push_str(&format!("{lead} you forget to import '{name}'?"));
        }
    }
    text
}

fn is_library_module(t: &Thread, name: Value) -> bool {
    super::sys_attribute(t, "stdlib_module_names").is_some_and(|all| t.contains(all, name).unwrap_or(false))
}

/// The innermost frame of a traceback.
fn last_frame(tb: Option<Ref<Traceback>>) -> Option<Value> {
    let mut tb = tb?;
    while let Some(next) = tb.next() {
        tb = next;
    }
    Some(tb.frame())
}

fn frame_attribute(t: &Thread, frame: Value, name: &str) -> Option<Value> {
    t.get_attr(frame, Str::intern_str(t, name).ok()?).ok()
}

/// The value of `self` among the frame's locals.
fn self_of(t: &Thread, frame: Value) -> Option<Value> {
    let locals = frame_attribute(t, frame, "f_locals")?;
    let key = Str::intern_str(t, "self").ok()?.value();
    if !t.contains(locals, key).ok()? {
        return None;
    }
    t.get_item(locals, key).ok()
}

/// Attribute names of `obj` in order, without errors: `obj.__dir__()`, and for classes `type(obj).__dir__(obj)`.
fn names_of(t: &Thread, obj: Value) -> Option<Vec<String>> {
    let dir = |of: Value, args: &[Value]| t.call(t.get_attr(of, names::__dir__())?, args);
    let list = match dir(obj, &[]) {
        Ok(list) => list,
        Err(e) if e.is(t, ex::class(ex::Kind::TypeError)) => dir(class_of(obj).value(), &[obj]).ok()?,
        Err(_) => return None,
    };
    let mut names = strings(t, list)?;
    names.sort();
    Some(names)
}

fn strings(t: &Thread, iterable: Value) -> Option<Vec<String>> {
    let mut out = Vec::new();
    t.for_each(iterable, |v| {
        out.extend(v.downcast::<Str>().map(|s| s.to_string_lossy()));
        Ok(())
    })
    .ok()?;
    Some(out)
}

fn attribute_suggestion(t: &Thread, exc: Value, tb: Option<Ref<Traceback>>, wrong: Value) -> Option<String> {
    let wrong = wrong.downcast::<Str>()?.to_string_lossy();
    let obj = t.get_attr(exc, names::obj()).ok()?;
    let mut candidates = names_of(t, obj)?;
    let mut hide_private = !wrong.starts_with('_');
    if hide_private && last_frame(tb).and_then(|frame| self_of(t, frame)) == Some(obj) {
        hide_private = false;
    }
    if hide_private {
        candidates.retain(|name| !name.starts_with('_'));
    }
    closest(&candidates, &wrong)
}

fn import_suggestion(t: &Thread, exc: Value, wrong: Value) -> Option<String> {
    let wrong = wrong.downcast::<Str>()?.to_string_lossy();
    let name = t.get_attr(exc, names::name()).ok()?.downcast::<Str>()?.to_string_lossy();
    // As `__import__(name)`, which gives the outermost package; it is imported, or the name could not be missing from it.
    let outermost = Str::from_str(t, name.split('.').next()?).ok()?;
    let module = t.get_item(super::sys_attribute(t, "modules")?, outermost.value()).ok()?;
    let mut candidates = names_of(t, module)?;
    if !wrong.starts_with('_') {
        candidates.retain(|name| !name.starts_with('_'));
    }
    closest(&candidates, &wrong)
}

fn name_suggestion(t: &Thread, tb: Option<Ref<Traceback>>, wrong: Value) -> Option<String> {
    let wrong_name = wrong.downcast::<Str>()?;
    let wrong = wrong_name.to_string_lossy();
    let frame = last_frame(tb)?;
    // In a method the instance may have what the name says.
    if let Some(this) = self_of(t, frame) {
        if matches!(t.get_attr_opt(this, Str::intern(t, wrong_name).ok()?), Ok(Some(_))) {
            return Some(format!("self.{wrong}"));
        }
    }
    let mut candidates = Vec::new();
    for scope in ["f_locals", "f_globals", "f_builtins"] {
        candidates.extend(strings(t, frame_attribute(t, frame, scope)?)?);
    }
    closest(&candidates, &wrong)
}
