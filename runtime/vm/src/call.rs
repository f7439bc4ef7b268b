//! Calling anything from native code, and binding arguments to the parameters of Python functions.

use crate::native::*;
use crate::objects::class::Special;
use crate::objects::descriptors::StaticMethod;
use crate::objects::exceptions::{self, BaseException};
use crate::objects::function::BoundMethod;
use taipan_compiler::flags;

/// Marker re-exported for natives that take callables.
pub type Callable = Value;

/// Arguments that fit here need no heap.
const INLINE: usize = 12;

impl Thread {
    /// `f(*args)`
    #[inline]
    pub fn call(&self, f: Value, args: &[Value]) -> Result<Value> {
        self.call_kw(f, args, None)
    }

    /// `f(*args)` where the last values of `args` belong to the keyword names of `kwnames`.
    pub fn call_kw(&self, f: Value, args: &[Value], kwnames: Option<Ref<Tuple>>) -> Result<Value> {
        if let Some(f) = f.downcast::<Function>() {
            return crate::interp::call_function(self, f, args, kwnames);
        }
        if let Some(n) = f.downcast::<Native>() {
            self.check_native_stack()?;
            if kwnames.is_none() && !n.passes_receiver {
                match (args, n.def.unary, n.def.binary) {
                    (&[a], Some(unary), _) => return unary(self, a),
                    (&[a, b], _, Some(binary)) => return binary(self, a, b),
                    _ => {}
                }
            }
            return n.call(self, args, kwnames);
        }
        if let Some(m) = f.downcast::<BoundMethod>() {
            return self.with_prepended(m.receiver.get(), args, |args| self.call_kw(m.function.get(), args, kwnames));
        }
        if let Some(c) = f.downcast::<Class>() {
            self.check_native_stack()?;
            return call_class(self, c, args, kwnames);
        }
        match class_of(f).special(self, Special::Call) {
            Some(call) => {
                self.check_native_stack()?;
                if takes_receiver(call) {
                    self.with_prepended(f, args, |args| self.call_kw(call, args, kwnames))
                } else {
                    let bound = crate::attr::bind_attribute(self, call, f, class_of(f))?;
                    self.call_kw(bound, args, kwnames)
                }
            }
            None => Err(self.type_error(format!("'{}' object is not callable", class_of(f).name_string()))),
        }
    }

    /// `f(*args, **kwargs)`
    pub fn call_with_dict(&self, f: Value, args: &[Value], kwargs: Option<Ref<Dict>>) -> Result<Value> {
        let Some(kwargs) = kwargs.filter(|d| d.len() > 0) else { return self.call(f, args) };
        let all = ValueVec::from_slice(self, args)?;
        let names = ValueVec::with_capacity(self, kwargs.len())?;
        let mut pos = 0;
        while let Some((k, v)) = kwargs.next(&mut pos) {
            if k.downcast::<Str>().is_none() {
                return Err(self.type_error("keywords must be strings"));
            }
            names.push(self, k)?;
            all.push(self, v)?;
        }
        let names = names.into_tuple(self)?;
        self.call_kw(f, all.as_slice(), Some(names))
    }

    /// `obj.name(*args)`
    pub fn call_method(&self, obj: Value, name: Ref<Str>, args: &[Value]) -> Result<Value> {
        let class = class_of(obj);
        if class.has_flag(class_flags::PLAIN_GETATTR) {
            if let Some(f) = class.lookup(self, name) {
                if takes_receiver(f) && crate::attr::instance_get(self, obj, name).is_none() {
                    return self.with_prepended(obj, args, |args| self.call(f, args));
                }
            }
        }
        let f = self.get_attr(obj, name)?;
        self.call(f, args)
    }

    /// Calls `f` with `first` put before `args`.
    #[inline]
    pub fn with_prepended<R>(&self, first: Value, args: &[Value], f: impl FnOnce(&[Value]) -> Result<R>) -> Result<R> {
        if args.len() < INLINE {
            let mut all = [Value::EMPTY; INLINE];
            all[0] = first;
            all[1..=args.len()].copy_from_slice(args);
            return f(&all[..=args.len()]);
        }
        let all = ValueVec::with_capacity(self, args.len() + 1)?;
        all.push(self, first)?;
        all.extend(self, args)?;
        f(all.as_slice())
    }

    pub fn is_callable(&self, v: Value) -> bool {
        v.downcast::<Function>().is_some() || v.downcast::<Class>().is_some() || class_of(v).special(self, Special::Call).is_some()
    }
}

/// Whether a class's attribute is called with the instance before the arguments, as a function is that was not bound.
fn takes_receiver(attr: Value) -> bool {
    attr.downcast::<Function>().is_some()
        || attr
            .downcast::<Native>()
            .is_some_and(|n| matches!(n.def.kind, NativeKind::Method | NativeKind::Slot) && !n.passes_receiver)
}

/// `cls(*args)`
pub fn call_class(t: &Thread, class: Ref<Class>, args: &[Value], kwnames: Option<Ref<Tuple>>) -> Result<Value> {
    if let (&[v], None, false) = (args, kwnames, class.is_heap()) {
        let made = crate::interp::slow::convert_by_class(t, class.value(), v)?;
        if !made.is_empty() {
            return Ok(made);
        }
    }
    let meta = class_of(class.value());
    if meta != Class::class() {
        if let Some(call) = meta.special(t, Special::Call) {
            if !call.downcast::<Native>().is_some_and(|n| n.is_of(Class::class())) {
                if takes_receiver(call) {
                    return t.with_prepended(class.value(), args, |args| t.call_kw(call, args, kwnames));
                }
                let bound = crate::attr::bind_attribute(t, call, class.value(), meta)?;
                return t.call_kw(bound, args, kwnames);
            }
        }
    }
    instantiate(t, class, args, kwnames)
}

/// `type.__call__`: `__new__`, then `__init__` if the result is an instance.
pub fn instantiate(t: &Thread, class: Ref<Class>, args: &[Value], kwnames: Option<Ref<Tuple>>) -> Result<Value> {
    if class == Class::class() {
        let nkw = kwnames.map_or(0, |k| k.len());
        if args.len() == 1 && nkw == 0 {
            return Ok(class_of(args[0]).value());
        }
        if args.len() - nkw != 3 {
            return Err(t.type_error("type() takes 1 or 3 arguments"));
        }
    }
    let Some(new) = class.special(t, Special::New) else {
        return Err(t.type_error(format!("cannot create '{}' instances", class.full_name())));
    };
    if class.has_flag(class_flags::NO_NEW) && !class.is_heap() {
        return Err(t.type_error(format!("cannot create '{}' instances", class.full_name())));
    }
    let native = new.downcast::<Native>().filter(|n| !n.passes_receiver && kwnames.is_none());
    let exception = BaseException::class();
    let plain_exception = native.is_some_and(|n| n.is_of(exception));
    let direct = match (native.map(|n| n.def), args) {
        _ if plain_exception => Some(exceptions::allocate(t, class, Tuple::new(t, args)?)?.value()),
        (Some(NativeDef { unary: Some(unary), .. }), []) => Some(unary(t, class.value())?),
        (Some(NativeDef { binary: Some(binary), .. }), &[a]) => Some(binary(t, class.value(), a)?),
        _ => None,
    };
    let obj = match (direct, new.downcast::<StaticMethod>()) {
        (Some(obj), _) => obj,
        (None, Some(s)) => t.with_prepended(class.value(), args, |args| t.call_kw(s.function(), args, kwnames))?,
        (None, None) if new.downcast::<Native>().is_some() || new.downcast::<Function>().is_some() => {
            t.with_prepended(class.value(), args, |args| t.call_kw(new, args, kwnames))?
        }
        (None, None) => {
            let bound = crate::attr::bind_through_class(t, new, class)?;
            t.with_prepended(class.value(), args, |args| t.call_kw(bound, args, kwnames))?
        }
    };
    let actual = class_of(obj);
    if actual != class && !actual.is_subclass(class) {
        return Ok(obj);
    }
    if let Some(init) = actual.special(t, Special::Init) {
        // `object.__init__` takes what another class's `__new__` took.
        let object = crate::objects::object::Object::class();
        let trivial = init.downcast::<Native>().is_some_and(|n| n.is_of(object))
            && (args.is_empty() || !new.downcast::<Native>().is_some_and(|n| n.is_of(object)));
        // Its arguments have been set.
        let trivial = trivial || plain_exception && init.downcast::<Native>().is_some_and(|n| n.is_of(exception));
        if !trivial {
            let r = if init.downcast::<Function>().is_some() || init.downcast::<Native>().is_some_and(|n| !n.passes_receiver) {
                t.with_prepended(obj, args, |args| t.call_kw(init, args, kwnames))?
            } else {
                let bound = crate::attr::bind_attribute(t, init, obj, actual)?;
                t.call_kw(bound, args, kwnames)?
            };
            if !r.is_none() {
                return Err(t.type_error(format!("__init__() should return None, not '{}'", class_of(r).name_string())));
            }
        }
    }
    Ok(obj)
}

/// Binds `args` to the parameters of `f`, handing each register's value to `put` (parameters in register order). Texts as CPython's.
pub fn bind_python(
    t: &Thread,
    f: Ref<Function>,
    code: Ref<Code>,
    args: &[Value],
    kwnames: Option<Ref<Tuple>>,
    mut put: impl FnMut(usize, Value),
) -> Result<()> {
    let nkw = kwnames.map_or(0, |k| k.len());
    let npos = args.len() - nkw;
    let argcount = code.argcount as usize;
    let kwonly = code.unit.kwonly_argcount as usize;
    let posonly = code.unit.posonly_argcount as usize;
    let named = argcount + kwonly;
    // `args` may lie in the very registers that are written: work on a copy.
    let mut inline = [Value::EMPTY; 24];
    let big;
    let bound: &mut [Value] = if named + args.len() <= inline.len() {
        &mut inline[..named + args.len()]
    } else {
        let mut v = ValueVec::new();
        for _ in 0..named + args.len() {
            v.push(t, Value::EMPTY)?;
        }
        big = v.as_mut_slice().as_mut_ptr();
        // Keep the vector's array alive through a value on this frame.
        std::hint::black_box(&v);
        let n = named + args.len();
        // SAFETY: the array has `n` slots and is kept alive by the interior pointer `big` on this stack.
        unsafe { std::slice::from_raw_parts_mut(big, n) }
    };
    let (bound, given) = bound.split_at_mut(named);
    given.copy_from_slice(args);
    let n = npos.min(argcount);
    bound[..n].copy_from_slice(&given[..n]);
    // Registers are written at the end: they are not scanned before the frame is the running one.
    let rest = if code.has(flags::VARARGS) { Some(Tuple::new(t, &given[n.min(npos)..npos])?) } else { None };
    let kwdict = if code.has(flags::VARKEYWORDS) { Some(Dict::new(t)?) } else { None };
    if let Some(kwnames) = kwnames {
        let varnames = code.varnames.expect();
        'names: for (i, key) in kwnames.iter().enumerate() {
            let value = given[npos + i];
            let Some(key_str) = key.downcast::<Str>() else {
                return Err(t.type_error(format!("{}() keywords must be strings", f.qualname_string())));
            };
            for (slot, name) in varnames.as_slice()[..named].iter().enumerate().skip(posonly) {
                if *name == key || name.downcast::<Str>().is_some_and(|s| s.equals(&key_str)) {
                    if !bound[slot].is_empty() {
                        return Err(t.type_error(format!("{}() got multiple values for argument '{key_str}'", f.qualname_string())));
                    }
                    bound[slot] = value;
                    continue 'names;
                }
            }
            match kwdict {
                Some(d) => d.set(t, key, value)?,
                None => return Err(unexpected_keyword(t, f, code, posonly, kwnames, key_str)),
            }
        }
    }
    if npos > argcount && !code.has(flags::VARARGS) {
        return Err(too_many(t, f, code, npos, &bound[argcount..]));
    }
    if n < argcount {
        let defaults = f.defaults.get().downcast::<Tuple>();
        let ndefaults = defaults.map_or(0, |d| d.len());
        let required = argcount.saturating_sub(ndefaults);
        if bound[n.min(required)..required].iter().any(|v| v.is_empty()) {
            return Err(missing(t, f, code, &bound[..required], 0, "positional"));
        }
        if let Some(d) = defaults {
            for (k, slot) in bound[..argcount].iter_mut().enumerate().skip(required) {
                if slot.is_empty() {
                    *slot = d.as_slice()[k - required + ndefaults.saturating_sub(argcount)];
                }
            }
        }
    }
    if kwonly > 0 {
        let defaults = f.kwdefaults.get().downcast::<Dict>();
        let varnames = code.varnames.expect();
        for k in argcount..named {
            if bound[k].is_empty() {
                if let Some(d) = defaults {
                    if let Some(v) = d.get(t, varnames.as_slice()[k])? {
                        bound[k] = v;
                    }
                }
            }
        }
        if bound[argcount..].iter().any(|v| v.is_empty()) {
            return Err(missing(t, f, code, &bound[argcount..], argcount, "keyword-only"));
        }
    }
    for (k, v) in bound.iter().enumerate() {
        put(k, *v);
    }
    let extra = [rest.map(Ref::value), kwdict.map(Ref::value)];
    for (k, v) in extra.into_iter().flatten().enumerate() {
        put(named + k, v);
    }
    Ok(())
}

#[cold]
fn unexpected_keyword(t: &Thread, f: Ref<Function>, code: Ref<Code>, posonly: usize, kwnames: Ref<Tuple>, key: Ref<Str>) -> Exc {
    let varnames = code.varnames.expect();
    let posonly_names: Vec<String> = kwnames
        .iter()
        .filter_map(|k| k.downcast::<Str>())
        .filter(|k| varnames.as_slice()[..posonly].iter().any(|n| n.downcast::<Str>().is_some_and(|n| n.equals(k))))
        .map(|k| k.to_string_lossy())
        .collect();
    let q = f.qualname_string();
    if !posonly_names.is_empty() {
        return t.type_error(format!(
            "{q}() got some positional-only arguments passed as keyword arguments: '{}'",
            posonly_names.join(", ")
        ));
    }
    let named = (code.argcount as usize) + code.unit.kwonly_argcount as usize;
    let candidates: Vec<String> =
        varnames.as_slice()[posonly..named].iter().filter_map(|n| n.downcast::<Str>()).map(|n| n.to_string_lossy()).collect();
    match crate::suggestions::closest(&candidates, &key.to_string_lossy()) {
        Some(s) => t.type_error(format!("{q}() got an unexpected keyword argument '{key}'. Did you mean '{s}'?")),
        None => t.type_error(format!("{q}() got an unexpected keyword argument '{key}'")),
    }
}

#[cold]
fn too_many(t: &Thread, f: Ref<Function>, code: Ref<Code>, given: usize, kwonly_bound: &[Value]) -> Exc {
    let argcount = code.argcount as usize;
    let ndefaults = f.defaults.get().downcast::<Tuple>().map_or(0, |d| d.len());
    let kwonly_given = kwonly_bound.iter().filter(|v| !v.is_empty()).count();
    let plural = if ndefaults > 0 { true } else { argcount != 1 };
    let takes = if ndefaults > 0 { format!("from {} to {argcount}", argcount - ndefaults) } else { argcount.to_string() };
    let kw = if kwonly_given > 0 {
        format!(
            " positional argument{} (and {kwonly_given} keyword-only argument{})",
            if given != 1 { "s" } else { "" },
            if kwonly_given != 1 { "s" } else { "" }
        )
    } else {
        String::new()
    };
    t.type_error(format!(
        "{}() takes {takes} positional argument{} but {given}{kw} {} given",
        f.qualname_string(),
        if plural { "s" } else { "" },
        if given == 1 && kwonly_given == 0 { "was" } else { "were" }
    ))
}

#[cold]
fn missing(t: &Thread, f: Ref<Function>, code: Ref<Code>, bound: &[Value], offset: usize, kind: &str) -> Exc {
    let varnames = code.varnames.expect();
    let names: Vec<String> = bound
        .iter()
        .enumerate()
        .filter(|(_, v)| v.is_empty())
        .filter_map(|(i, _)| varnames.as_slice()[i + offset].downcast::<Str>())
        .map(|s| format!("'{s}'"))
        .collect();
    let list = match names.as_slice() {
        [a] => a.clone(),
        [a, b] => format!("{a} and {b}"),
        [init @ .., last] => format!("{}, and {last}", init.join(", ")),
        [] => String::new(),
    };
    t.type_error(format!(
        "{}() missing {} required {kind} argument{}: {list}",
        f.qualname_string(),
        names.len(),
        if names.len() == 1 { "" } else { "s" }
    ))
}
