//! `isinstance` and `issubclass`, with and without the hooks of metaclasses.

use crate::native::*;
use crate::objects::class::Special;
use crate::objects::{generic_alias, union};

impl Thread {
    /// `isinstance(v, cls)`.
    pub fn is_instance(&self, v: Value, cls: Value) -> Result<bool> {
        let class = class_of(v);
        if class.value() == cls {
            return Ok(true);
        }
        let meta = class_of(cls);
        if meta == Class::class() {
            return self.is_true_instance(v, cls);
        }
        self.check_depth(" in __instancecheck__")?;
        if let Some(items) = alternatives(cls) {
            for item in items.iter() {
                if self.is_instance(v, item)? {
                    return Ok(true);
                }
            }
            return Ok(false);
        }
        match meta.special(self, Special::Instancecheck) {
            Some(f) => {
                let r = self.call_special1(f, cls, v)?;
                self.truth(r)
            }
            None => self.is_true_instance(v, cls),
        }
    }

    /// `type.__instancecheck__(cls, v)`: by the class of `v`, or by what `v.__class__` claims.
    pub fn is_true_instance(&self, v: Value, cls: Value) -> Result<bool> {
        let class = class_of(v);
        if let Some(c) = cls.downcast::<Class>() {
            if class.is_subclass(c) {
                return Ok(true);
            }
            if class.has_flag(class_flags::PLAIN_GETATTR) && !v.is_cell() {
                return Ok(false);
            }
            return Ok(match self.claimed_class(v, class)? {
                Some(claimed) => claimed != class.value() && claimed.downcast::<Class>().is_some_and(|k| k.is_subclass(c)),
                None => false,
            });
        }
        self.check_class(cls, "isinstance() arg 2 must be a type, a tuple of types, or a union")?;
        match self.get_attr_opt(v, names::__class__())? {
            Some(claimed) => self.abstract_is_subclass(claimed, cls),
            None => Ok(false),
        }
    }

    /// `isinstance(v, cls)` where that calls nothing: `cls` is a plain class, or a tuple of such, and `v` does not claim another class.
    pub(crate) fn is_plain_instance(&self, v: Value, cls: Value) -> Option<bool> {
        let class = class_of(v);
        if class.value() == cls {
            return Some(true);
        }
        let meta = class_of(cls);
        if meta == Tuple::class() {
            let items = cls.downcast::<Tuple>()?;
            for item in items.iter() {
                if class_of(item) != Class::class() || self.is_plain_instance(v, item)? {
                    return (class_of(item) == Class::class()).then_some(true);
                }
            }
            return Some(false);
        }
        let c = cls.downcast::<Class>().filter(|_| meta == Class::class())?;
        if class.is_subclass(c) {
            return Some(true);
        }
        let of_object = crate::objects::object::Object::class().special(self, Special::Class);
        let plain =
            !class.is_heap() || class.has_flag(class_flags::PLAIN_GETATTR) && class.special(self, Special::Class) == of_object;
        plain.then_some(false)
    }

    /// The class of `v`, if `v.__class__` is known to say the same.
    pub fn undisguised_class(&self, v: Value) -> Option<Ref<Class>> {
        let class = class_of(v);
        let of_object = crate::objects::object::Object::class().special(self, Special::Class);
        let plain = class.has_flag(class_flags::PLAIN_GETATTRIBUTE) && class.special(self, Special::Class) == of_object;
        plain.then_some(class)
    }
    /// `v.__class__`, without the attribute protocol where the class does not redefine it.
    fn claimed_class(&self, v: Value, class: Ref<Class>) -> Result<Option<Value>> {
        if class.has_flag(class_flags::PLAIN_GETATTR) {
            let of_object = crate::objects::object::Object::class().special(self, Special::Class);
            if class.special(self, Special::Class) == of_object {
                return Ok(None);
            }
        }
        self.get_attr_opt(v, names::__class__())
    }

    /// `issubclass(c, cls)`.
    pub fn is_subclass(&self, c: Value, cls: Value) -> Result<bool> {
        let meta = class_of(cls);
        if meta == Class::class() {
            if c == cls {
                return Ok(true);
            }
            return self.is_true_subclass(c, cls);
        }
        self.check_depth(" in __subclasscheck__")?;
        if let Some(items) = alternatives(cls) {
            for item in items.iter() {
                if self.is_subclass(c, item)? {
                    return Ok(true);
                }
            }
            return Ok(false);
        }
        match meta.special(self, Special::Subclasscheck) {
            Some(f) => {
                let r = self.call_special1(f, cls, c)?;
                self.truth(r)
            }
            None => self.is_true_subclass(c, cls),
        }
    }

    /// `type.__subclasscheck__(cls, c)`.
    pub fn is_true_subclass(&self, c: Value, cls: Value) -> Result<bool> {
        if let (Some(a), Some(b)) = (c.downcast::<Class>(), cls.downcast::<Class>()) {
            return Ok(a.is_subclass(b));
        }
        self.check_class(c, "issubclass() arg 1 must be a class")?;
        self.check_class(cls, "issubclass() arg 2 must be a class, a tuple of classes, or a union")?;
        self.abstract_is_subclass(c, cls)
    }

    /// `__bases__` of something that need not be a class; `None` if it is no tuple.
    fn abstract_bases(&self, c: Value) -> Result<Option<Ref<Tuple>>> {
        Ok(self.get_attr_opt(c, names::__bases__())?.and_then(|b| b.downcast()))
    }

    fn check_class(&self, c: Value, message: &str) -> Result<()> {
        match self.abstract_bases(c)? {
            Some(_) => Ok(()),
            None => Err(self.type_error(message)),
        }
    }

    fn abstract_is_subclass(&self, c: Value, cls: Value) -> Result<bool> {
        let mut c = c;
        loop {
            if c == cls {
                return Ok(true);
            }
            let Some(bases) = self.abstract_bases(c)? else {
                return Ok(false);
            };
            match bases.as_slice() {
                [] => return Ok(false),
                [only] => c = *only,
                several => {
                    self.check_depth(" in __issubclass__")?;
                    for b in several {
                        if self.abstract_is_subclass(*b, cls)? {
                            return Ok(true);
                        }
                    }
                    return Ok(false);
                }
            }
        }
    }

    /// `types.GenericAlias(cls, item)`: what `list[int]` is.
    pub fn generic_alias(&self, cls: Value, item: Value) -> Result<Value> {
        generic_alias::GenericAlias::new(self, cls, item).map(Ref::value)
    }

    /// `a | b` of types: a union, or `NotImplemented` if one of them is no type.
    pub fn type_union(&self, a: Value, b: Value) -> Result<Value> {
        union::type_or(self, a, b)
    }
}

/// The classes that a tuple or a union lists.
fn alternatives(cls: Value) -> Option<Ref<Tuple>> {
    match cls.downcast::<union::Union>() {
        Some(u) => Some(u.args.expect()),
        None => cls.downcast::<Tuple>(),
    }
}
