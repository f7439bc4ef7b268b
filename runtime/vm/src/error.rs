//! Errors: how natives raise, and constructors for the built-in exceptions.

use crate::native::*;
use crate::objects::exceptions as ex;

/// A raised exception on its way to a handler.
#[derive(Clone, Copy, Debug)]
pub struct Exc(pub Value);

pub type Result<T> = std::result::Result<T, Exc>;

impl Exc {
    #[inline]
    pub fn value(self) -> Value {
        self.0
    }
    /// Whether the exception is an instance of `class`.
    pub fn is(self, _t: &Thread, class: Ref<Class>) -> bool {
        class_of(self.0).is_subclass(class)
    }
}

macro_rules! constructors {
    ($( $name:ident = $class:ident ),* $(,)?) => {
        impl Thread { $(
            #[doc = concat!("A new `", stringify!($class), "` with a message.")]
            #[cold]
            pub fn $name(&self, message: impl AsRef<str>) -> Exc {
                self.new_error(ex::class(ex::Kind::$class), message.as_ref())
            }
        )* }
    };
}
constructors! {
    type_error = TypeError,
    value_error = ValueError,
    attribute_error_plain = AttributeError,
    overflow_error = OverflowError,
    zero_division_error = ZeroDivisionError,
    runtime_error = RuntimeError,
    recursion_error = RecursionError,
    not_implemented_error = NotImplementedError,
    system_error = SystemError,
    assertion_error = AssertionError,
    buffer_error = BufferError,
    lookup_error = LookupError,
    index_error = IndexError,
    os_error_plain = OSError,
    eof_error = EOFError,
    reference_error = ReferenceError,
    unbound_local_error = UnboundLocalError,
    unicode_error = UnicodeError,
    arithmetic_error = ArithmeticError,
    floating_point_error = FloatingPointError,
    syntax_error_plain = SyntaxError,
}

impl Thread {
    /// An exception of `class` whose only argument is `message`.
    #[cold]
    pub fn new_error(&self, class: Ref<Class>, message: &str) -> Exc {
        match Str::from_str(self, message) {
            Ok(s) => self.new_error_with(class, &[s.value()]),
            Err(e) => e,
        }
    }
    /// An exception of `class` made by calling it with `args`.
    #[cold]
    pub fn new_error_with(&self, class: Ref<Class>, args: &[Value]) -> Exc {
        match ex::instantiate(self, class, args) {
            Ok(v) => Exc(v),
            Err(e) => e,
        }
    }
    /// The `KeyError` of a missing key.
    #[cold]
    pub fn key_error(&self, key: Value) -> Exc {
        self.new_error_with(ex::class(ex::Kind::KeyError), &[key])
    }
    /// A `StopIteration` that carries `value` (no argument if None).
    #[cold]
    pub fn stop_iteration(&self, value: Value) -> Exc {
        let class = ex::class(ex::Kind::StopIteration);
        if value.is_none() { self.new_error_with(class, &[]) } else { self.new_error_with(class, &[value]) }
    }
    /// `AttributeError` with `name` and `obj` set, for suggestions.
    #[cold]
    pub fn attribute_error(&self, obj: Value, name: Ref<Str>, message: &str) -> Exc {
        let e = self.new_error(ex::class(ex::Kind::AttributeError), message);
        ex::set_name_and_obj(self, e.0, Some(name.value()), Some(obj));
        e
    }
    /// `NameError` with `name` set.
    #[cold]
    pub fn name_error(&self, name: Ref<Str>, message: &str) -> Exc {
        let e = self.new_error(ex::class(ex::Kind::NameError), message);
        ex::set_name_and_obj(self, e.0, Some(name.value()), None);
        e
    }
    #[cold]
    pub fn memory_error(&self) -> Exc {
        Exc(ex::preallocated_memory_error())
    }
}
