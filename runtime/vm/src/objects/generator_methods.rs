//! The methods of generators, coroutines and async generators.

use crate::native::*;
use crate::objects::generator::{AsyncGenerator, Coroutine, Generator, Resumed};

pub(crate) fn class_defs() -> Vec<&'static ClassDef> {
    Vec::new()
}

/// Whether an abandoned generator of this code has something to run when it is collected.
pub fn needs_finalizer(_code: Ref<Code>) -> bool {
    false
}

/// What an async generator's yield hands out.
pub fn wrap_async_value(t: &Thread, _v: Value) -> Result<Value> {
    Err(t.not_implemented_error("async generators are not built yet"))
}

#[pyclass(name = "generator", flags(NO_NEW, HAS_WEAKREF))]
impl Generator {
    #[py]
    fn __iter__(_t: &Thread, this: Ref<Generator>) -> Ref<Generator> {
        this
    }
    #[py]
    fn __next__(t: &Thread, this: Ref<Generator>) -> Result<Option<Value>> {
        match Generator::resume(this, t, Value::NONE)? {
            Resumed::Yielded(v) => Ok(Some(v)),
            Resumed::Returned(v) if v.is_none() => Ok(None),
            Resumed::Returned(v) => Err(t.stop_iteration(v)),
        }
    }
    #[py("($self, value, /)")]
    fn send(t: &Thread, this: Ref<Generator>, value: Value) -> Result<Value> {
        match Generator::resume(this, t, value)? {
            Resumed::Yielded(v) => Ok(v),
            Resumed::Returned(v) => Err(t.stop_iteration(v)),
        }
    }
}

#[pyclass(name = "coroutine", flags(NO_NEW, HAS_WEAKREF))]
impl Coroutine {}

#[pyclass(name = "async_generator", flags(NO_NEW, HAS_WEAKREF))]
impl AsyncGenerator {}
