//! Built-in functions and methods in their guises: `builtin_function_or_method`, `method_descriptor`, `wrapper_descriptor`,
//! `method-wrapper`, `classmethod_descriptor`; and `getset_descriptor`.
//!
//! All callable ones are the same cell, [`Native`], told apart by their class: a definition, the receiver it is bound to (or the
//! module, or nothing), and the class that it belongs to.

use crate::native::*;

#[derive(HeapType)]
#[repr(C)]
pub struct Native {
    header: Header,
    #[noscan]
    pub def: &'static NativeDef,
    /// Receiver, passed first; empty when unbound. For module functions `__self__` is the module, which is not passed.
    pub receiver: Field,
    /// Class that defines it, or the module's name, or empty.
    pub owner: Field,
    /// The class whose layout says what this is; kept so that one Rust type serves all guises.
    pub passes_receiver: bool,
}

/// The guises other than `builtin_function_or_method`, each a class of its own.
macro_rules! guise {
    ($type:ident) => {
        #[derive(HeapType)]
        #[heap(base = Native)]
        #[repr(C)]
        pub struct $type {
            base: Native,
        }
    };
}
guise!(MethodDescriptor);
guise!(WrapperDescriptor);
guise!(MethodWrapper);
guise!(ClassMethodDescriptor);

impl Native {
    fn content(def: &'static NativeDef, receiver: Value, owner: Value, passes_receiver: bool) -> Native {
        Native { header: Header::NEW, def, receiver: Field::new(receiver), owner: Field::new(owner), passes_receiver }
    }
    /// A module's function.
    pub fn module_function(t: &Thread, def: &'static NativeDef, module: Value, module_name: Value) -> Result<Ref<Native>> {
        t.create(Native::content(def, module, module_name, false))
    }
    /// Whether it is the definition's form in class `c`.
    pub fn is_of(&self, c: Ref<Class>) -> bool {
        self.owner.get() == c.value()
    }
    #[inline(always)]
    pub fn call(&self, t: &Thread, args: &[Value], kwnames: Option<Ref<Tuple>>) -> Result<Value> {
        if !self.passes_receiver {
            return (self.def.call)(t, args, kwnames);
        }
        t.with_prepended(self.receiver.get(), args, |args| (self.def.call)(t, args, kwnames))
    }
    /// Reading it through an instance.
    pub fn bind(&self, t: &Thread, obj: Value, class: Ref<Class>) -> Result<Value> {
        if self.passes_receiver || !self.receiver.get().is_empty() {
            return Ok(self.as_value());
        }
        let owner = self.owner.get();
        match self.def.kind {
            NativeKind::Method => {
                self.check_receiver(t, obj)?;
                t.create(Native::content(self.def, obj, owner, true)).map(Ref::value)
            }
            NativeKind::Slot => {
                self.check_receiver(t, obj)?;
                t.create(MethodWrapper { base: Native::content(self.def, obj, owner, true) }).map(Ref::value)
            }
            NativeKind::ClassMethod => t.create(Native::content(self.def, class.value(), owner, true)).map(Ref::value),
            NativeKind::Function | NativeKind::StaticMethod | NativeKind::New => Ok(self.as_value()),
        }
    }
    fn check_receiver(&self, t: &Thread, obj: Value) -> Result<()> {
        match self.owner.get().downcast::<Class>() {
            Some(c) if !class_of(obj).is_subclass(c) => Err(t.type_error(format!(
                "descriptor '{}' for '{}' objects doesn't apply to a '{}' object",
                self.def.name,
                c.name_string(),
                class_of(obj).name_string()
            ))),
            _ => Ok(()),
        }
    }
    /// Reading it through a class.
    pub fn bind_class(&self, t: &Thread, class: Ref<Class>) -> Result<Value> {
        if self.def.kind == NativeKind::ClassMethod && !self.passes_receiver {
            return t.create(Native::content(self.def, class.value(), self.owner.get(), true)).map(Ref::value);
        }
        Ok(self.as_value())
    }
    fn as_value(&self) -> Value {
        // SAFETY: `self` is the content of a live cell.
        Value::from_cell(unsafe { std::ptr::NonNull::new_unchecked(self as *const Native as *mut Header) })
    }
    fn qualname(&self) -> String {
        match self.owner.get().downcast::<Class>() {
            Some(c) => format!(
                "{}.{}",
                c.qualname.get().downcast::<Str>().map_or_else(String::new, |s| s.to_string_lossy()),
                self.def.name
            ),
            None => self.def.name.to_owned(),
        }
    }
    fn doc(&self) -> Option<&'static str> {
        self.def.doc
    }
    fn objclass(&self) -> Value {
        self.owner.get()
    }
    fn type_repr(&self) -> String {
        self.owner.get().downcast::<Class>().map_or_else(String::new, |c| c.name_string())
    }
}

/// The form in which a definition stands in the namespace of `class`.
pub fn for_class(t: &Thread, def: &'static NativeDef, class: Ref<Class>) -> Result<Value> {
    let owner = class.value();
    let unbound = Native::content(def, Value::EMPTY, owner, false);
    Ok(match def.kind {
        NativeKind::Method => t.create(MethodDescriptor { base: unbound })?.value(),
        NativeKind::Slot => t.create(WrapperDescriptor { base: unbound })?.value(),
        NativeKind::ClassMethod => t.create(ClassMethodDescriptor { base: unbound })?.value(),
        NativeKind::New => t.create(Native::content(def, owner, owner, false))?.value(),
        NativeKind::StaticMethod => {
            let f = t.create(unbound)?;
            crate::objects::descriptors::StaticMethod::new(t, f.value())?.value()
        }
        NativeKind::Function => t.create(unbound)?.value(),
    })
}

#[pyclass(name = "builtin_function_or_method", flags(NO_NEW, HAS_WEAKREF))]
impl Native {
    #[py]
    fn __call__(t: &Thread, this: Ref<Native>, args: &[Value], kwargs: Kwargs) -> Result<Value> {
        t.call_with_dict(this.value(), args, kwargs.0)
    }
    #[py]
    fn __repr__(t: &Thread, this: Ref<Native>) -> Result<Value> {
        let receiver = this.receiver.get();
        if receiver.is_empty() || receiver.downcast::<Module>().is_some() {
            return format!("<built-in function {}>", this.def.name).into_value(t);
        }
        let class = class_of(receiver).name_string();
        format!("<built-in method {} of {class} object at {:#x}>", this.def.name, t.identity(receiver)).into_value(t)
    }
    #[py(getter)]
    fn __name__(_t: &Thread, this: Ref<Native>) -> &'static str {
        this.def.name
    }
    #[py(getter)]
    fn __qualname__(_t: &Thread, this: Ref<Native>) -> String {
        if this.receiver.get().downcast::<Module>().is_some() { this.def.name.to_owned() } else { this.qualname() }
    }
    #[py(getter)]
    fn __doc__(_t: &Thread, this: Ref<Native>) -> Option<&'static str> {
        this.doc()
    }
    #[py(getter)]
    fn __text_signature__(_t: &Thread, this: Ref<Native>) -> Option<&'static str> {
        match this.def.kind {
            // The signature is told by the class.
            NativeKind::New => Some("($type, *args, **kwargs)"),
            _ => this.def.signature.text,
        }
    }
    #[py(member)]
    fn __module__(_t: &Thread, this: Ref<Native>) -> Value {
        if this.owner.get().downcast::<Str>().is_some() { this.owner.get() } else { Value::NONE }
    }
    #[py(getter)]
    fn __self__(_t: &Thread, this: Ref<Native>) -> Value {
        this.receiver.get().some().unwrap_or(Value::NONE)
    }
    #[py]
    fn __eq__(_t: &Thread, this: Ref<Native>, other: Value) -> Value {
        match other.downcast::<Native>() {
            Some(o) => Value::bool(std::ptr::eq(this.def, o.def) && this.receiver.get() == o.receiver.get()),
            None => Value::NOT_IMPLEMENTED,
        }
    }
    #[py]
    fn __hash__(t: &Thread, this: Ref<Native>) -> i64 {
        let r = this.receiver.get().some().map_or(0, |v| t.identity(v) as i64);
        ((this.def as *const NativeDef as i64 >> 4) ^ (r >> 4)) & 0x1fff_ffff_ffff_ffff
    }
    #[py("($self, /)")]
    fn __reduce__(t: &Thread, this: Ref<Native>) -> Result<Value> {
        let receiver = this.receiver.get();
        if receiver.is_empty() || receiver.downcast::<Module>().is_some() {
            return this.def.name.into_value(t);
        }
        let getattr = t.builtin(names::getattr())?;
        let args = Tuple::new(t, &[receiver, Str::intern_str(t, this.def.name)?.value()])?;
        (getattr, args).into_value(t)
    }
}

macro_rules! descriptor_guise {
    ($type:ident, $pyname:literal, $what:literal) => {
        #[pyclass(name = $pyname, flags(NO_NEW))]
        impl $type {
            #[py]
            fn __call__(t: &Thread, this: Ref<$type>, args: &[Value], kwargs: Kwargs) -> Result<Value> {
                t.call_with_dict(this.value(), args, kwargs.0)
            }
            #[py]
            fn __repr__(_t: &Thread, this: Ref<$type>) -> String {
                format!(concat!("<", $what, " '{}' of '{}' objects>"), this.base.def.name, this.base.type_repr())
            }
            #[py("($self, instance, owner=None, /)")]
            fn __get__(t: &Thread, this: Ref<$type>, instance: Value, owner: Option<Value>) -> Result<Value> {
                let owner = owner.and_then(|o| o.downcast::<Class>());
                if instance.is_none() {
                    return match owner {
                        Some(c) => this.base.bind_class(t, c),
                        None => Err(t.type_error("__get__(None, None) is invalid")),
                    };
                }
                this.base.bind(t, instance, owner.unwrap_or_else(|| class_of(instance)))
            }
            #[py(getter)]
            fn __name__(_t: &Thread, this: Ref<$type>) -> &'static str {
                this.base.def.name
            }
            #[py(getter)]
            fn __qualname__(_t: &Thread, this: Ref<$type>) -> String {
                this.base.qualname()
            }
            #[py(getter)]
            fn __doc__(_t: &Thread, this: Ref<$type>) -> Option<&'static str> {
                this.base.doc()
            }
            #[py(getter)]
            fn __text_signature__(_t: &Thread, this: Ref<$type>) -> Option<&'static str> {
                this.base.def.signature.text
            }
            #[py(getter)]
            fn __objclass__(_t: &Thread, this: Ref<$type>) -> Value {
                this.base.objclass()
            }
            #[py("($self, /)")]
            fn __reduce__(t: &Thread, this: Ref<$type>) -> Result<Value> {
                let getattr = t.builtin(names::getattr())?;
                let args = Tuple::new(t, &[this.base.objclass(), Str::intern_str(t, this.base.def.name)?.value()])?;
                (getattr, args).into_value(t)
            }
        }
    };
}
descriptor_guise!(MethodDescriptor, "method_descriptor", "method");
descriptor_guise!(WrapperDescriptor, "wrapper_descriptor", "slot wrapper");
descriptor_guise!(ClassMethodDescriptor, "classmethod_descriptor", "method");

#[pyclass(name = "method-wrapper", flags(NO_NEW))]
impl MethodWrapper {
    #[py]
    fn __call__(t: &Thread, this: Ref<MethodWrapper>, args: &[Value], kwargs: Kwargs) -> Result<Value> {
        t.call_with_dict(this.value(), args, kwargs.0)
    }
    #[py]
    fn __repr__(t: &Thread, this: Ref<MethodWrapper>) -> String {
        let r = this.base.receiver.get();
        format!("<method-wrapper '{}' of {} object at {:#x}>", this.base.def.name, class_of(r).name_string(), t.identity(r))
    }
    #[py(getter)]
    fn __name__(_t: &Thread, this: Ref<MethodWrapper>) -> &'static str {
        this.base.def.name
    }
    #[py(getter)]
    fn __qualname__(_t: &Thread, this: Ref<MethodWrapper>) -> String {
        this.base.qualname()
    }
    #[py(getter)]
    fn __doc__(_t: &Thread, this: Ref<MethodWrapper>) -> Option<&'static str> {
        this.base.doc()
    }
    #[py(getter)]
    fn __text_signature__(_t: &Thread, this: Ref<MethodWrapper>) -> Option<&'static str> {
        this.base.def.signature.text
    }
    #[py(member)]
    fn __self__(_t: &Thread, this: Ref<MethodWrapper>) -> Value {
        this.base.receiver.get()
    }
    #[py(getter)]
    fn __objclass__(_t: &Thread, this: Ref<MethodWrapper>) -> Value {
        this.base.objclass()
    }
    #[py]
    fn __eq__(_t: &Thread, this: Ref<MethodWrapper>, other: Value) -> Value {
        match other.downcast::<MethodWrapper>() {
            Some(o) => Value::bool(std::ptr::eq(this.base.def, o.base.def) && this.base.receiver.get() == o.base.receiver.get()),
            None => Value::NOT_IMPLEMENTED,
        }
    }
    #[py]
    fn __hash__(t: &Thread, this: Ref<MethodWrapper>) -> i64 {
        ((this.base.def as *const NativeDef as i64 >> 4) ^ (t.identity(this.base.receiver.get()) as i64 >> 4))
            & 0x1fff_ffff_ffff_ffff
    }
}

/// A native attribute of a class's instances.
#[derive(HeapType)]
#[repr(C)]
pub struct GetSet {
    header: Header,
    #[noscan]
    pub def: &'static GetSetDef,
    pub class: RefField<Class>,
}

impl GetSet {
    pub fn new(t: &Thread, def: &'static GetSetDef, class: Ref<Class>) -> Result<Ref<GetSet>> {
        let class = {
            let f = RefField::null();
            f.init(class);
            f
        };
        t.create(GetSet { header: Header::NEW, def, class })
    }
    fn check(&self, t: &Thread, obj: Value) -> Result<()> {
        let c = self.class.expect();
        if class_of(obj).is_subclass(c) {
            return Ok(());
        }
        Err(t.type_error(format!(
            "descriptor '{}' for '{}' objects doesn't apply to a '{}' object",
            self.def.name,
            crate::ops::class_name(c),
            crate::ops::type_name(obj)
        )))
    }
    pub fn read(&self, t: &Thread, obj: Value) -> Result<Value> {
        self.check(t, obj)?;
        match self.def.get {
            Some(get) => get(t, obj),
            None => Err(self.not(t, "readable")),
        }
    }
    pub fn write(&self, t: &Thread, obj: Value, value: Option<Value>) -> Result<()> {
        self.check(t, obj)?;
        match self.def.set {
            Some(set) => set(t, obj, value),
            None => Err(self.not(t, "writable")),
        }
    }
    fn not(&self, t: &Thread, what: &str) -> Exc {
        let class = crate::ops::class_name(self.class.expect());
        t.attribute_error_plain(format!("attribute '{}' of '{class}' objects is not {what}", self.def.name))
    }
}

#[pyclass(name = "getset_descriptor", flags(NO_NEW))]
impl GetSet {
    #[py("($self, instance, owner=None, /)")]
    fn __get__(t: &Thread, this: Ref<GetSet>, instance: Value, owner: Option<Value>) -> Result<Value> {
        let _ = owner;
        if instance.is_none() && this.class.expect() != crate::objects::singletons::NoneObject::class() {
            return Ok(this.value());
        }
        this.read(t, instance)
    }
    #[py]
    fn __set__(t: &Thread, this: Ref<GetSet>, instance: Value, value: Value) -> Result<()> {
        this.write(t, instance, Some(value))
    }
    #[py]
    fn __delete__(t: &Thread, this: Ref<GetSet>, instance: Value) -> Result<()> {
        this.write(t, instance, None)
    }
    #[py]
    fn __repr__(_t: &Thread, this: Ref<GetSet>) -> String {
        format!("<attribute '{}' of '{}' objects>", this.def.name, this.class.expect().name_string())
    }
    #[py(member)]
    fn __name__(_t: &Thread, this: Ref<GetSet>) -> &'static str {
        this.def.name
    }
    #[py(getter)]
    fn __qualname__(_t: &Thread, this: Ref<GetSet>) -> String {
        format!("{}.{}", this.class.expect().name_string(), this.def.name)
    }
    #[py(getter)]
    fn __doc__(_t: &Thread, this: Ref<GetSet>) -> Option<&'static str> {
        this.def.doc
    }
    #[py(member)]
    fn __objclass__(_t: &Thread, this: Ref<GetSet>) -> Ref<Class> {
        this.class.expect()
    }
}
