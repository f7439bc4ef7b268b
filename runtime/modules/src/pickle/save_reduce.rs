//! Writing: objects of other classes, by what they say of themselves (`__reduce_ex__`), and functions and classes by name.

use super::save::{Saver, while_writing};
use super::{lookup, op, pickling_error};
use taipan_vm::import::import_module;
use taipan_vm::native::*;
use taipan_vm::objects::exceptions as ex;

impl Saver<'_> {
    fn name(&self, s: &str) -> Result<Ref<Str>> {
        Str::intern_str(self.t, s)
    }

    fn tuple_of(&self, items: &[Value]) -> Result<Ref<Tuple>> {
        Tuple::new(self.t, items)
    }

    /// A value of a class without opcodes of its own.
    pub fn object(&mut self, obj: Value) -> Result<()> {
        let t = self.t;
        if let Some(f) = self.reducer_override {
            let r = t.call(f, &[obj])?;
            if r != Value::NOT_IMPLEMENTED {
                return self.reduced(r, obj);
            }
        }
        let class = class_of(obj);
        if class == Class::class() {
            return self.class(obj);
        }
        if class == Function::class() {
            return self.global(obj, None);
        }
        let registered = match self.dispatch_table {
            None => {
                let table = t.get_attr(import_module(t, "copyreg")?, self.name("dispatch_table")?)?;
                match table.downcast::<Dict>() {
                    Some(d) => d.get(t, class.value())?,
                    None => None,
                }
            }
            Some(table) => match t.get_item(table, class.value()) {
                Ok(f) => Some(f),
                Err(e) if e.is(t, ex::class(ex::Kind::KeyError)) => None,
                Err(e) => return Err(e),
            },
        };
        let r = match registered {
            Some(f) => t.call(f, &[obj])?,
            None if class.is_subclass(Class::class()) => return self.global(obj, None),
            None => {
                if let Some(f) = t.get_attr_opt(obj, names::__reduce_ex__())? {
                    t.call(f, &[Value::small_int(i64::from(self.protocol))])?
                } else if let Some(f) = t.get_attr_opt(obj, names::__reduce__())? {
                    t.call(f, &[])?
                } else {
                    let shown = t.repr(obj)?;
                    return Err(pickling_error(t, format!("can't pickle '{}' object: {shown}", class.name_string())));
                }
            }
        };
        self.reduced(r, obj)
    }

    /// What a reduction gave: a name, or how to make the object.
    fn reduced(&mut self, r: Value, obj: Value) -> Result<()> {
        if let Some(name) = r.downcast::<Str>() {
            return self.global(obj, Some(name));
        }
        let done = match r.downcast::<Tuple>() {
            Some(parts) => self.reduce(parts, obj),
            None => {
                Err(pickling_error(self.t, format!("__reduce__ must return a string or tuple, not {}", class_of(r).full_name())))
            }
        };
        done.map_err(|e| while_writing(self.t, e, obj, "object"))
    }

    fn class(&mut self, obj: Value) -> Result<()> {
        let singleton = [Value::NONE, Value::NOT_IMPLEMENTED, Value::ELLIPSIS].into_iter().find(|v| class_of(*v).value() == obj);
        match singleton {
            // Their classes have no names in a module.
            Some(v) => {
                let args = self.tuple_of(&[v])?;
                self.reduce(self.tuple_of(&[Class::class().value(), args.value()])?, obj)
            }
            None => self.global(obj, None),
        }
    }

    /// `callable(*args)`, with what is to be done to the result, as `__reduce__` describes it.
    pub fn reduce(&mut self, parts: Ref<Tuple>, obj: Value) -> Result<()> {
        let t = self.t;
        if !(2..=6).contains(&parts.len()) {
            return Err(pickling_error(t, "tuple returned by __reduce__ must contain 2 through 6 elements"));
        }
        let part = |i: usize| parts.get(i).filter(|v| !v.is_none());
        let (callable, args) = (parts.as_slice()[0], parts.as_slice()[1]);
        let got = |v: Value| class_of(v).full_name();
        if !t.is_callable(callable) {
            return Err(pickling_error(
                t,
                format!("first item of the tuple returned by __reduce__ must be callable, not {}", got(callable)),
            ));
        }
        let Some(args) = args.downcast::<Tuple>() else {
            return Err(pickling_error(
                t,
                format!("second item of the tuple returned by __reduce__ must be a tuple, not {}", got(args)),
            ));
        };
        for (i, which) in [(3, "fourth"), (4, "fifth")] {
            if let Some(v) = part(i).filter(|v| !t.is_iterator(*v)) {
                return Err(pickling_error(
                    t,
                    format!("{which} item of the tuple returned by __reduce__ must be an iterator, not {}", got(v)),
                ));
            }
        }
        let setter = part(5);
        if let Some(v) = setter.filter(|v| !t.is_callable(*v)) {
            return Err(pickling_error(
                t,
                format!("sixth item of the tuple returned by __reduce__ must be callable, not {}", got(v)),
            ));
        }
        let function = if self.protocol >= 2 { t.get_attr_opt(callable, names::__name__())? } else { None };
        let function = function.and_then(|n| n.downcast::<Str>());
        if function.is_some_and(|n| n.eq_str("__newobj_ex__")) {
            self.new_object_ex(args, obj)?;
        } else if function.is_some_and(|n| n.eq_str("__newobj__")) {
            self.new_object(args, obj)?;
        } else {
            self.save(callable, false).map_err(|e| while_writing(t, e, obj, "reconstructor"))?;
            self.save(args.value(), false).map_err(|e| while_writing(t, e, obj, "reconstructor arguments"))?;
            self.put(&[op::REDUCE]);
        }
        // An object that its own arguments refer to has been made by now.
        match self.memo.get(obj) {
            Some(known) => {
                self.put(&[op::POP]);
                self.put_get(known);
            }
            None => self.memoize(obj)?,
        }
        if let Some(items) = part(3) {
            self.append_from(items, obj)?;
        }
        if let Some(items) = part(4) {
            self.set_items_from(items, obj)?;
        }
        let Some(state) = part(2) else { return Ok(()) };
        let failed = |e| while_writing(t, e, obj, "state");
        match setter {
            None => {
                self.save(state, false).map_err(failed)?;
                self.put(&[op::BUILD]);
            }
            Some(setter) => {
                self.save(setter, false).map_err(|e| while_writing(t, e, obj, "state setter"))?;
                self.save(obj, false)?;
                self.save(state, false).map_err(failed)?;
                self.put(&[op::TUPLE2, op::REDUCE, op::POP]);
            }
        }
        Ok(())
    }

    /// `cls.__new__(cls, *args, **kwargs)`
    fn new_object_ex(&mut self, parts: Ref<Tuple>, obj: Value) -> Result<()> {
        let t = self.t;
        let &[class, args, kwargs] = parts.as_slice() else {
            return Err(pickling_error(t, format!("__newobj_ex__ expected 3 arguments, got {}", parts.len())));
        };
        let got = |v: Value| class_of(v).full_name();
        if class.downcast::<Class>().is_none() {
            return Err(pickling_error(t, format!("first argument to __newobj_ex__() must be a class, not {}", got(class))));
        }
        let Some(args) = args.downcast::<Tuple>() else {
            return Err(pickling_error(t, format!("second argument to __newobj_ex__() must be a tuple, not {}", got(args))));
        };
        let Some(kwargs) = kwargs.downcast::<Dict>() else {
            return Err(pickling_error(t, format!("third argument to __newobj_ex__() must be a dict, not {}", got(kwargs))));
        };
        if self.protocol >= 4 {
            self.save(class, false).map_err(|e| while_writing(t, e, obj, "class"))?;
            self.save(args.value(), false).map_err(|e| while_writing(t, e, obj, "__new__ arguments"))?;
            self.save(kwargs.value(), false).map_err(|e| while_writing(t, e, obj, "__new__ arguments"))?;
            self.put(&[op::NEWOBJ_EX]);
            return Ok(());
        }
        let partial = t.get_attr(import_module(t, "functools")?, self.name("partial")?)?;
        let new = t.get_attr(class, names::__new__())?;
        let all = ValueVec::from_slice(t, &[new, class])?;
        all.extend(t, args.as_slice())?;
        let bound = t.call_with_dict(partial, all.as_slice(), Some(kwargs))?;
        self.save(bound, false).map_err(|e| while_writing(t, e, obj, "reconstructor"))?;
        self.save(self.tuple_of(&[])?.value(), false)?;
        self.put(&[op::REDUCE]);
        Ok(())
    }

    /// `cls.__new__(cls, *args)`
    fn new_object(&mut self, parts: Ref<Tuple>, obj: Value) -> Result<()> {
        let t = self.t;
        let [class, args @ ..] = parts.as_slice() else {
            return Err(pickling_error(t, "__newobj__ expected at least 1 argument, got 0"));
        };
        if class.downcast::<Class>().is_none() {
            let got = class_of(*class).full_name();
            return Err(pickling_error(t, format!("first argument to __newobj__() must be a class, not {got}")));
        }
        let own = t.get_attr(obj, names::__class__())?;
        if own != *class {
            let (own, class) = (t.repr(own)?, t.repr(*class)?);
            return Err(pickling_error(t, format!("first argument to __newobj__() must be {own}, not {class}")));
        }
        let args = self.tuple_of(args)?;
        self.save(*class, false).map_err(|e| while_writing(t, e, obj, "class"))?;
        self.save(args.value(), false).map_err(|e| while_writing(t, e, obj, "__new__ arguments"))?;
        self.put(&[op::NEWOBJ]);
        Ok(())
    }

    /// A function or class by its name, which is `given` or its own.
    fn global(&mut self, obj: Value, given: Option<Ref<Str>>) -> Result<()> {
        let t = self.t;
        let path = match given {
            Some(n) => n.value(),
            None => match t.get_attr_opt(obj, names::__qualname__())? {
                Some(q) => q,
                None => t.get_attr(obj, names::__name__())?,
            },
        };
        let Some(path) = path.downcast::<Str>() else {
            return Err(pickling_error(t, format!("Can't pickle {}: its name is not a string", t.repr(obj)?)));
        };
        let text = path.to_string_lossy();
        if text.split('.').any(|p| p == "<locals>") {
            return Err(pickling_error(t, format!("Can't pickle local object {}", t.repr(obj)?)));
        }
        let module = lookup::which_module(t, obj, &text)?;
        lookup::check_found(t, obj, module, &text)?;
        if self.protocol >= 2 {
            if let Some(code) = lookup::extension_code(t, module.value(), path.value())? {
                return self.extension(obj, code);
            }
        }
        if self.protocol >= 4 {
            self.save(module.value(), false)?;
            self.save(path.value(), false)?;
            self.put(&[op::STACK_GLOBAL]);
            return self.memoize(obj);
        }
        if let Some((parent, last)) = text.rsplit_once('.') {
            // Only later protocols have names with dots.
            let found = lookup::follow(t, lookup::imported(t, module)?, parent)?;
            let holder = found.ok_or_else(|| pickling_error(t, format!("Can't pickle {module}.{text}")))?;
            let getattr = t.get_attr(import_module(t, "builtins")?, names::getattr())?;
            let args = self.tuple_of(&[holder, self.name(last)?.value()])?;
            return self.reduce(self.tuple_of(&[getattr, args.value()])?, obj);
        }
        let (module, path) = if self.fix_imports { lookup::mapped(t, module, path, true)? } else { (module, path) };
        let encoded = |s: Ref<Str>| -> Option<Vec<u8>> {
            match s.as_ascii() {
                Some(a) => Some(a.as_bytes().to_vec()),
                None if self.protocol >= 3 => s.to_utf8().map(|s| s.into_owned().into_bytes()),
                None => None,
            }
        };
        let (Some(m), Some(p)) = (encoded(module), encoded(path)) else {
            return Err(pickling_error(
                t,
                format!("can't pickle global identifier '{module}.{path}' using pickle protocol {}", self.protocol),
            ));
        };
        self.put(&[op::GLOBAL]);
        self.put(&m);
        self.put(b"\n");
        self.put(&p);
        self.put(b"\n");
        self.memoize(obj)
    }

    fn extension(&mut self, obj: Value, code: i64) -> Result<()> {
        if !(1..=0x7fff_ffff).contains(&code) {
            let shown = self.t.repr(obj)?;
            return Err(self.t.runtime_error(format!("Can't pickle {shown}: extension code {code} is out of range")));
        }
        let bytes = (code as u32).to_le_bytes();
        match code {
            ..=0xff => self.put(&[op::EXT1, bytes[0]]),
            0x100..=0xffff => self.put(&[op::EXT2, bytes[0], bytes[1]]),
            _ => {
                self.put(&[op::EXT4]);
                self.put(&bytes);
            }
        }
        Ok(())
    }
}
