//! `x[k]`, `k in x`, `len(x)`.

use super::{Compare, is_kind, text_of, type_name};
use crate::native::*;
use crate::objects::class::Special;
use crate::objects::exceptions as ex;
use crate::objects::int;
use crate::objects::set::{FrozenSet, Set, SetData};

impl Thread {
    /// `o[k]`.
    #[inline]
    pub fn get_item(&self, o: Value, k: Value) -> Result<Value> {
        if let Some(h) = o.header() {
            let shape = h.shape_id();
            if let Some(i) = k.as_small_int() {
                if shape == List::class_cell().shape() {
                    if let Some(v) = o.downcast::<List>().and_then(|l| l.get_signed(i as isize)) {
                        return Ok(v);
                    }
                } else if shape == Tuple::class_cell().shape()
                    && let Some(v) = o.downcast::<Tuple>().and_then(|l| l.get(wrap_index(i, l.len())?))
                {
                    return Ok(v);
                }
            }
            if shape == Dict::class_cell().shape()
                && let Some(d) = o.downcast::<Dict>()
            {
                return d.get(self, k)?.ok_or_else(|| self.key_error(k));
            }
        }
        self.get_item_general(o, k)
    }

    fn get_item_general(&self, o: Value, k: Value) -> Result<Value> {
        if let Some(item) = quick_item(k, o) {
            let v = item(self, o, k.small_int_unchecked())?;
            if !v.is_empty() {
                return Ok(v);
            }
        }
        if let Some(f) = class_of(o).special(self, Special::Getitem) {
            self.check_native_stack()?;
            // A subclass of dict that finds what is there as dict does, and asks its own `__missing__` for what is not.
            if let Some(d) = o.downcast::<Dict>()
                && Dict::class().special(self, Special::Getitem) == Some(f)
            {
                return Dict::subscript(d, self, k);
            }
            return self.call_special1(f, o, k);
        }
        let Some(c) = o.downcast::<Class>() else {
            return Err(self.type_error(format!("'{}' object is not subscriptable", type_name(o))));
        };
        if c == Class::class() {
            return self.generic_alias(o, k);
        }
        match self.get_attr_opt(o, names::__class_getitem__())? {
            Some(f) if !f.is_none() => self.call(f, &[k]),
            _ => Err(self.type_error(format!("type '{}' is not subscriptable", c.name_string()))),
        }
    }

    /// `o[k] = v`.
    pub fn set_item(&self, o: Value, k: Value, v: Value) -> Result<()> {
        if let Some(h) = o.header()
            && h.shape_id() == Dict::class_cell().shape()
            && let Some(d) = o.downcast::<Dict>()
        {
            return d.set(self, k, v);
        }
        let class = class_of(o);
        if let Some(i) = k.as_small_int()
            && let Some(set_item) = class.def.and_then(|def| def.set_item)
            && set_item(self, o, i, v)?
        {
            return Ok(());
        }
        match class.special(self, Special::Setitem) {
            Some(f) => {
                if let Some(d) = o.downcast::<Dict>()
                    && Dict::class().special(self, Special::Setitem) == Some(f)
                {
                    return d.set(self, k, v);
                }
                self.check_native_stack()?;
                self.call_special(f, o, &[k, v]).map(drop)
            }
            None if class.special(self, Special::Delitem).is_some() => {
                Err(self.attribute_error(o, names::__setitem__(), "__setitem__"))
            }
            None => Err(self.type_error(format!("'{}' object does not support item assignment", type_name(o)))),
        }
    }

    /// `del o[k]`.
    pub fn del_item(&self, o: Value, k: Value) -> Result<()> {
        if let Some(h) = o.header()
            && h.shape_id() == Dict::class_cell().shape()
            && let Some(d) = o.downcast::<Dict>()
        {
            return match d.remove(self, k)? {
                Some(_) => Ok(()),
                None => Err(self.key_error(k)),
            };
        }
        let class = class_of(o);
        match class.special(self, Special::Delitem) {
            Some(f) => {
                self.check_native_stack()?;
                self.call_special1(f, o, k).map(drop)
            }
            None if class.special(self, Special::Setitem).is_some() => {
                Err(self.attribute_error(o, names::__delitem__(), "__delitem__"))
            }
            None => {
                // CPython words it differently when it takes the object for a sequence.
                let sequence = class.is_heap()
                    || [Special::Len, Special::Contains, Special::Getitem].iter().any(|&s| class.special(self, s).is_some());
                let is_index = int::is_int(k) || class_of(k).special(self, Special::Index).is_some();
                let verb = if sequence && is_index { "doesn't" } else { "does not" };
                Err(self.type_error(format!("'{}' object {verb} support item deletion", type_name(o))))
            }
        }
    }

    /// `item in container`.
    pub fn contains(&self, container: Value, item: Value) -> Result<bool> {
        if let Some(h) = container.header() {
            let shape = h.shape_id();
            if shape == Dict::class_cell().shape() {
                if let Some(d) = container.downcast::<Dict>() {
                    return d.contains(self, item);
                }
            } else if shape == Set::class_cell().shape() || shape == FrozenSet::class_cell().shape() {
                if let Some(s) = container.downcast::<SetData>() {
                    return crate::objects::set_methods::contains(self, s, item);
                }
            } else if shape == List::class_cell().shape() {
                if let Some(l) = container.downcast::<List>() {
                    return l.contains(self, item);
                }
            } else if shape == Tuple::class_cell().shape() {
                if let Some(items) = container.downcast::<Tuple>() {
                    return items.contains(self, item);
                }
            } else if shape == Str::class_cell().shape()
                && let (Some(text), Some(part)) = (container.downcast::<Str>(), item.downcast::<Str>())
            {
                return Ok(taipan_text::search::text_contains(text_of(&text), text_of(&part)));
            }
        }
        let class = class_of(container);
        match class.special(self, Special::Contains) {
            Some(f) if f.is_none() => Err(self.type_error(format!("'{}' object is not a container", type_name(container)))),
            Some(f) => {
                self.check_native_stack()?;
                let r = self.call_special1(f, container, item)?;
                self.truth(r)
            }
            None => self.contains_by_iteration(container, item),
        }
    }

    fn contains_by_iteration(&self, container: Value, item: Value) -> Result<bool> {
        let it = match self.iter(container) {
            Ok(it) => it,
            Err(e) if self.is_type_error(e) => {
                return Err(self.type_error(format!("argument of type '{}' is not a container or iterable", type_name(container))));
            }
            Err(e) => return Err(e),
        };
        while let Some(v) = self.next(it)? {
            if v == item || self.compare_bool(v, item, Compare::Eq)? {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// `len(v)`.
    #[inline]
    /// Whether the length of a cell of a built-in class calls nothing.
    pub(crate) fn has_quick_len(&self, v: Value) -> bool {
        let class = class_of(v);
        [List::class(), Str::class(), Tuple::class(), Dict::class(), Bytes::class(), Set::class(), FrozenSet::class()]
            .contains(&class)
    }

    pub fn len(&self, v: Value) -> Result<usize> {
        if let Some(h) = v.header() {
            let shape = h.shape_id();
            if shape == List::class_cell().shape() {
                if let Some(l) = v.downcast::<List>() {
                    return Ok(l.len());
                }
            } else if shape == Str::class_cell().shape() {
                if let Some(s) = v.downcast::<Str>() {
                    return Ok(s.len());
                }
            } else if shape == Tuple::class_cell().shape() {
                if let Some(s) = v.downcast::<Tuple>() {
                    return Ok(s.len());
                }
            } else if shape == Dict::class_cell().shape()
                && let Some(d) = v.downcast::<Dict>()
            {
                return Ok(d.len());
            }
        }
        match class_of(v).special(self, Special::Len) {
            Some(f) => self.call_len(f, v),
            None => Err(self.type_error(format!("object of type '{}' has no len()", type_name(v)))),
        }
    }

    /// Calls `v`'s `__len__`, already found.
    pub(crate) fn call_len(&self, f: Value, v: Value) -> Result<usize> {
        self.check_native_stack()?;
        let n = self.call_special0(f, v)?;
        if let Some(n) = n.as_small_int()
            && let Ok(n) = usize::try_from(n)
        {
            return Ok(n);
        }
        let n = self.index(n)?;
        if self.int_value(n).is_some_and(|i| i.as_ref().negative) {
            return Err(self.value_error("__len__() should return >= 0"));
        }
        match self.index_or(n, ex::Kind::OverflowError) {
            Ok(n) => Ok(n as usize),
            Err(e) => Err(e),
        }
    }

    /// How many items iterating `v` is expected to give, to reserve room; `default` when nothing is known.
    pub fn length_hint(&self, v: Value, default: usize) -> Result<usize> {
        self.length_hint_if_any(v).map(|n| n.unwrap_or(default))
    }

    /// As `length_hint`: nothing where there is neither a length nor a hint.
    pub fn length_hint_if_any(&self, v: Value) -> Result<Option<usize>> {
        let class = class_of(v);
        if class.special(self, Special::Len).is_some() {
            match self.len(v) {
                Ok(n) => return Ok(Some(n)),
                Err(e) if self.is_type_error(e) => {}
                Err(e) => return Err(e),
            }
        }
        let Some(f) = class.special(self, Special::LengthHint) else {
            return Ok(None);
        };
        let hint = match self.call_special0(f, v) {
            Ok(h) => h,
            Err(e) if is_kind(self, e, ex::Kind::TypeError) => return Ok(None),
            Err(e) => return Err(e),
        };
        if hint == Value::NOT_IMPLEMENTED {
            return Ok(None);
        }
        if self.int_value(hint).is_none() {
            return Err(self.type_error(format!("__length_hint__ must be an integer, not {}", type_name(hint))));
        }
        match usize::try_from(self.to_isize(hint)?) {
            Ok(n) => Ok(Some(n)),
            Err(_) => Err(self.value_error("__length_hint__() should return >= 0")),
        }
    }
}

/// How `o[k]` is found without a call, if `k` is a small integer and the class of `o` says so.
#[inline(always)]
pub(crate) fn quick_item(k: Value, o: Value) -> Option<ItemFn> {
    if k.is_small_int() { class_of(o).def?.item } else { None }
}

/// A Python index into a sequence of `len` items as a position that may be in it.
#[inline(always)]
pub fn wrap_index(i: i64, len: usize) -> Option<usize> {
    usize::try_from(if i < 0 { i + len as i64 } else { i }).ok()
}
