//! The object protocols: what `+`, `==`, `x[i]`, `len(x)`, `for`, `hash(x)`, `repr(x)`, `isinstance` mean, as methods of
//! [`Thread`].
//!
//! Each begins with the exact built-in kinds that are worth a shortcut, and otherwise looks the special method up on the class
//! (`class_of(v).special(..)`), never on the instance. An exact kind is recognised by its class word; subclasses of built-in
//! types always take the general way, as they may override anything.
//!
//! Special methods answer `NotImplemented` ([`Value::NOT_IMPLEMENTED`]) to let the other operand try.
//!
//! | file | protocols |
//! |---|---|
//! | [`number`] | `+ - * …`, in place and reflected; `pow`, unary operators |
//! | [`compare`] | `hash`, `== < …` |
//! | [`item`] | `x[k]`, `in`, `len` |
//! | [`iterate`] | `iter`, `next`, loops of natives, unpacking |
//! | [`convert`] | `__index__`, `__float__`, machine numbers to values and back |
//! | [`text`] | `repr`, `str`, `ascii`, `format` |
//! | [`instance`] | `isinstance`, `issubclass` |

pub mod compare;
pub mod convert;
pub mod instance;
pub mod item;
pub mod iterate;
pub mod number;
pub mod text;

pub(crate) use compare::compare_exact;
pub use compare::{Compare, hash_bytes, hash_identity, seed_hashes};
pub use convert::{IntView, exact_float, float_value};
pub use iterate::next_raw;
pub use number::{BinaryOp, UnaryOp};
pub use text::text_of;

use crate::attr::bind_attribute;
use crate::native::*;
use crate::objects::class::Special;
use crate::objects::exceptions as ex;
use crate::objects::function::Function;
use crate::objects::singletons::NotImplementedObject;
use std::sync::OnceLock;

/// Issues a warning: the category, the text, and how many Python frames up it is reported.
pub type WarnHook = fn(t: &Thread, category: ex::Kind, message: &str, level: usize) -> Result<()>;

static WARN_HOOK: OnceLock<WarnHook> = OnceLock::new();

/// Installed once by the module that implements warnings.
pub fn set_warn_hook(hook: WarnHook) {
    let _ = WARN_HOOK.set(hook);
}

impl Thread {
    /// Issues a warning at the running Python frame; an error if the filters turn it into one. Nothing is issued before the
    /// warnings machinery exists.
    #[cold]
    pub fn warn(&self, category: ex::Kind, message: impl AsRef<str>) -> Result<()> {
        match WARN_HOOK.get() {
            Some(hook) => hook(self, category, message.as_ref(), 1),
            None => Ok(()),
        }
    }

    /// Calls `f`, found on the class of `obj`, as the method it is: functions get `obj` first, other descriptors are bound.
    #[inline]
    pub fn call_special(&self, f: Value, obj: Value, args: &[Value]) -> Result<Value> {
        match *args {
            [] => self.call_special0(f, obj),
            [a] => self.call_special1(f, obj, a),
            _ => self.call_special_many(f, obj, args),
        }
    }

    /// `call_special` without arguments.
    #[inline]
    pub fn call_special0(&self, f: Value, obj: Value) -> Result<Value> {
        if let Some(n) = f.downcast::<Native>() {
            if is_method(n) {
                // Natives that call natives push no Python frame: only the native stack ends such a chain.
                self.check_native_stack()?;
                return match n.def.unary {
                    Some(unary) => unary(self, obj),
                    None => (n.def.call)(self, &[obj], None),
                };
            }
        } else if f.downcast::<Function>().is_some() {
            return self.call(f, &[obj]);
        }
        self.call_bound(f, obj, &[])
    }

    /// `call_special` with one argument.
    #[inline]
    pub fn call_special1(&self, f: Value, obj: Value, a: Value) -> Result<Value> {
        if let Some(n) = f.downcast::<Native>() {
            if is_method(n) {
                self.check_native_stack()?;
                return match n.def.binary {
                    Some(binary) => binary(self, obj, a),
                    None => (n.def.call)(self, &[obj, a], None),
                };
            }
        } else if f.downcast::<Function>().is_some() {
            return self.call(f, &[obj, a]);
        }
        self.call_bound(f, obj, &[a])
    }

    fn call_special_many(&self, f: Value, obj: Value, args: &[Value]) -> Result<Value> {
        if let Some(n) = f.downcast::<Native>() {
            if is_method(n) {
                if let &[a, b] = args {
                    return (n.def.call)(self, &[obj, a, b], None);
                }
                self.check_native_stack()?;
                return self.with_prepended(obj, args, |args| (n.def.call)(self, args, None));
            }
        } else if f.downcast::<Function>().is_some() {
            return self.with_prepended(obj, args, |args| self.call(f, args));
        }
        self.call_bound(f, obj, args)
    }

    #[cold]
    fn call_bound(&self, f: Value, obj: Value, args: &[Value]) -> Result<Value> {
        let bound = bind_attribute(self, f, obj, class_of(obj))?;
        self.call(bound, args)
    }

    /// `bool(v)`.
    #[inline(always)]
    pub fn truth(&self, v: Value) -> Result<bool> {
        if v.is_bool() {
            return Ok(v == Value::TRUE);
        }
        if v.is_small_int() {
            return Ok(v != Value::small_int(0));
        }
        if v.is_none() {
            return Ok(false);
        }
        self.truth_general(v)
    }

    fn truth_general(&self, v: Value) -> Result<bool> {
        if let Some(x) = v.as_immediate_float() {
            return Ok(x != 0.0);
        }
        let class = class_of(v);
        if class == Str::class() {
            return Ok(v.downcast::<Str>().is_some_and(|s| !s.is_empty()));
        }
        if class == List::class() {
            return Ok(v.downcast::<List>().is_some_and(|l| !l.is_empty()));
        }
        if class == Tuple::class() {
            return Ok(v.downcast::<Tuple>().is_some_and(|s| !s.is_empty()));
        }
        if class == NotImplementedObject::class() {
            return Err(self.type_error("NotImplemented should not be used in a boolean context"));
        }
        if let Some(f) = class.special(self, Special::Bool) {
            if f.is_none() {
                return Err(self.type_error(format!("'{}' cannot be interpreted as a boolean", type_name(v))));
            }
            self.check_native_stack()?;
            return match self.call_special0(f, v)? {
                Value::TRUE => Ok(true),
                Value::FALSE => Ok(false),
                other => Err(self.type_error(format!("__bool__ should return bool, returned {}", type_name(other)))),
            };
        }
        match class.special(self, Special::Len) {
            Some(f) => self.call_len(f, v).map(|n| n != 0),
            None => Ok(true),
        }
    }

    /// `id(v)`: the address for cells; for immediates a number that no cell and no other immediate has.
    pub fn identity(&self, v: Value) -> u64 {
        identity(v)
    }

    /// As [`Thread::check_native_stack`], with what was going on in the message: " in comparison".
    #[inline(always)]
    pub(crate) fn check_depth(&self, doing: &str) -> Result<()> {
        let here = 0u8;
        if (&raw const here as usize) < self.native_limit.get() {
            return Err(self.too_deep(doing));
        }
        Ok(())
    }

    #[cold]
    fn too_deep(&self, doing: &str) -> Exc {
        // As with the plain error: room for making it.
        let limit = self.native_limit.get();
        self.native_limit.set(limit.saturating_sub(96 << 10));
        let e = self.recursion_error(format!("maximum recursion depth exceeded{doing}"));
        self.native_limit.set(limit);
        e
    }
}

/// See [`Thread::identity`].
pub fn identity(v: Value) -> u64 {
    match v.as_cell() {
        Some(cell) => cell.as_ptr() as u64,
        // Cells are aligned, so a set low bit keeps clear of them; floats have bit 0 set, integers get bit 1.
        None if v.is_immediate_float() => v.bits(),
        None if v.is_small_int() => v.bits() | 2,
        // Singletons lie below all cells.
        None => v.bits() & !3,
    }
}

/// Whether a native takes the object it is found on as its first argument.
#[inline(always)]
pub(crate) fn is_method(n: Ref<Native>) -> bool {
    matches!(n.def.kind, NativeKind::Method | NativeKind::Slot) && !n.passes_receiver
}

/// A class's name as messages have it: with the module for built-in classes outside `builtins`, bare for Python's.
pub fn class_name(class: Ref<Class>) -> String {
    match class.def {
        Some(def) if !class.is_heap() && def.module != "builtins" => format!("{}.{}", def.module, def.name),
        _ => class.name_string(),
    }
}

/// [`class_name`] of the class of `v`.
pub fn type_name(v: Value) -> String {
    class_name(class_of(v))
}

/// Whether an error is an exception of the kind.
#[inline]
pub(crate) fn is_kind(t: &Thread, e: Exc, kind: ex::Kind) -> bool {
    e.is(t, ex::class(kind))
}
