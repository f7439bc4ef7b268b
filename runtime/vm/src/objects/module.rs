//! `module`. Its attributes are a globals dict, so code refers to them directly.

use crate::native::*;

#[derive(HeapType)]
#[repr(C)]
pub struct Module {
    header: Header,
    dict: RefField<Dict>,
    /// Declaration of a native module.
    #[noscan]
    pub def: std::cell::Cell<Option<&'static ModuleDef>>,
}

impl Module {
    pub fn new(t: &Thread, name: &str) -> Result<Ref<Module>> {
        let m = Module::allocate(t, Module::class())?;
        let name = Str::intern_str(t, name)?;
        m.init_names(t, name.value(), Value::NONE)?;
        Ok(m)
    }
    fn allocate(t: &Thread, class: Ref<Class>) -> Result<Ref<Module>> {
        let dict = RefField::null();
        dict.init(Dict::new_globals(t)?);
        t.create_in(class, Module { header: Header::NEW, dict, def: std::cell::Cell::new(None) })
    }
    fn init_names(&self, t: &Thread, name: Value, doc: Value) -> Result<()> {
        let d = self.dict();
        d.set(t, names::__name__().value(), name)?;
        d.set(t, names::__doc__().value(), doc)?;
        d.set(t, names::__package__().value(), Value::NONE)?;
        d.set(t, names::__loader__().value(), Value::NONE)?;
        d.set(t, names::__spec__().value(), Value::NONE)
    }
    pub fn dict(&self) -> Ref<Dict> {
        self.dict.expect()
    }
    pub fn get(&self, _t: &Thread, name: Ref<Str>) -> Option<Value> {
        self.dict().get_interned(name)
    }
    pub fn set(&self, t: &Thread, name: &str, value: Value) -> Result<()> {
        self.dict().set(t, Str::intern_str(t, name)?.value(), value)
    }

    /// A native module from its declaration.
    pub fn from_def(t: &Thread, def: &'static ModuleDef) -> Result<Ref<Module>> {
        let m = Module::new(t, def.name)?;
        m.def.set(Some(def));
        if let Some(doc) = def.doc {
            m.set(t, "__doc__", Str::from_str(t, doc)?.value())?;
        }
        let name = Str::intern_str(t, def.name)?.value();
        for f in def.functions {
            let v = crate::objects::native_function::Native::module_function(t, f, m.value(), name)?;
            m.set(t, f.name, v.value())?;
        }
        for c in def.classes {
            let class = crate::objects::class::create_builtin(t, c())?;
            m.set(t, c().name, class.value())?;
        }
        if let Some(init) = def.init {
            init(t, m)?;
        }
        Ok(m)
    }

    /// An attribute that `object.__getattribute__` did not find: the module's own `__getattr__`, else an error.
    pub(crate) fn no_attribute(&self, t: &Thread, obj: Value, name: Ref<Str>) -> Exc {
        let d = self.dict();
        match d.get_interned(names::__name__()).and_then(|n| n.downcast::<Str>()) {
            Some(n) => t.attribute_error(obj, name, &format!("module '{n}' has no attribute '{name}'")),
            None => t.attribute_error(obj, name, &format!("module has no attribute '{name}'")),
        }
    }
    pub(crate) fn set_attribute(&self, t: &Thread, obj: Value, name: Ref<Str>, value: Option<Value>) -> Result<()> {
        match value {
            Some(v) => self.dict().set(t, name.value(), v),
            None => match self.dict().remove(t, name.value())? {
                Some(_) => Ok(()),
                None => Err(self.no_attribute(t, obj, name)),
            },
        }
    }
}

/// Create a module object.
///
/// The name must be a string; the optional docstring can have any type.
#[pyclass(name = "module", flags(BASE, HAS_WEAKREF))]
impl Module {
    #[py]
    fn __new__(t: &Thread, cls: Ref<Class>, args: &[Value], kwargs: Kwargs) -> Result<Ref<Module>> {
        let _ = (args, kwargs);
        Module::allocate(t, cls)
    }
    #[py("($self, name, doc=None)")]
    fn __init__(t: &Thread, this: Ref<Module>, name: Ref<Str>, doc: Option<Value>) -> Result<()> {
        this.init_names(t, name.value(), doc.unwrap_or(Value::NONE))
    }
    #[py("($self, name, /)")]
    fn __getattribute__(t: &Thread, this: Ref<Module>, name: Ref<Str>) -> Result<Value> {
        let name = Str::intern(t, name)?;
        let class = class_of(this.value());
        let on_class = class.lookup(t, name);
        if let Some(a) = on_class.filter(|a| crate::attr::is_data_descriptor(t, *a)) {
            return crate::attr::bind_attribute(t, a, this.value(), class);
        }
        if let Some(v) = this.get(t, name) {
            return Ok(v);
        }
        if let Some(a) = on_class {
            return crate::attr::bind_attribute(t, a, this.value(), class);
        }
        if let Some(f) = this.get(t, names::__getattr__()) {
            return t.call(f, &[name.value()]);
        }
        Err(this.no_attribute(t, this.value(), name))
    }
    #[py]
    fn __repr__(t: &Thread, this: Ref<Module>) -> Result<Value> {
        crate::import::module_repr(t, this)
    }
    #[py(member)]
    fn __dict__(_t: &Thread, this: Ref<Module>) -> Ref<Dict> {
        this.dict()
    }
    #[py("($self, /)")]
    fn __dir__(t: &Thread, this: Ref<Module>) -> Result<Value> {
        if let Some(f) = this.get(t, names::__dir__()) {
            return t.call(f, &[]);
        }
        let out = List::new(t)?;
        let Some(d) = t.get_attr(this.value(), names::__dict__())?.downcast::<Dict>() else {
            let name = this.get(t, names::__name__()).map_or(Value::NONE, |n| n);
            return Err(t.type_error(format!("{}.__dict__ is not a dictionary", t.str(name)?)));
        };
        let mut pos = 0;
        while let Some((k, _)) = d.next(&mut pos) {
            out.append(t, k)?;
        }
        Ok(out.value())
    }
    #[py(getter)]
    fn __annotations__(t: &Thread, this: Ref<Module>) -> Result<Value> {
        let d = this.dict();
        if let Some(a) = d.get_interned(names::__annotations__()) {
            return Ok(a);
        }
        let a = match d.get_interned(names::__annotate__()).filter(|f| t.is_callable(*f)) {
            Some(f) => {
                let a = t.call(f, &[Value::small_int(1)])?;
                if a.downcast::<Dict>().is_none() {
                    return Err(t.type_error(format!("__annotate__ returned non-dict of type '{}'", class_of(a).name_string())));
                }
                a
            }
            None => Dict::new(t)?.value(),
        };
        d.set(t, names::__annotations__().value(), a)?;
        Ok(a)
    }
    #[py(setter)]
    fn set___annotations__(t: &Thread, this: Ref<Module>, value: Option<Value>) -> Result<()> {
        let d = this.dict();
        match value {
            Some(v) => d.set(t, names::__annotations__().value(), v)?,
            None => {
                if d.remove(t, names::__annotations__().value())?.is_none() {
                    return Err(t.attribute_error(this.value(), names::__annotations__(), "__annotations__"));
                }
            }
        }
        d.remove(t, names::__annotate__().value())?;
        Ok(())
    }
    #[py(getter)]
    fn __annotate__(t: &Thread, this: Ref<Module>) -> Result<Value> {
        let d = this.dict();
        if let Some(f) = d.get_interned(names::__annotate__()) {
            return Ok(f);
        }
        d.set(t, names::__annotate__().value(), Value::NONE)?;
        Ok(Value::NONE)
    }
    #[py(setter)]
    fn set___annotate__(t: &Thread, this: Ref<Module>, value: Option<Value>) -> Result<()> {
        let Some(v) = value else { return Err(t.type_error("cannot delete __annotate__ attribute")) };
        if !v.is_none() && !t.is_callable(v) {
            return Err(t.type_error("__annotate__ must be callable or None"));
        }
        let d = this.dict();
        d.set(t, names::__annotate__().value(), v)?;
        if !v.is_none() {
            d.remove(t, names::__annotations__().value())?;
        }
        Ok(())
    }
}
