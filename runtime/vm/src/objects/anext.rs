//! The awaitable of `anext(iterator, default)`: awaits the item, with the default in place of StopAsyncIteration.

use crate::native::*;
use crate::objects::exceptions as ex;

#[derive(HeapType)]
#[repr(C)]
pub struct AnextDefault {
    header: Header,
    awaitable: Field,
    default: Field,
}

impl AnextDefault {
    pub fn new(t: &Thread, awaitable: Value, default: Value) -> Result<Ref<AnextDefault>> {
        t.create(AnextDefault { header: Header::NEW, awaitable: Field::new(awaitable), default: Field::new(default) })
    }
    /// The iterator to drive; found anew each time, as an awaitable is its own iterator.
    fn iterator(&self, t: &Thread) -> Result<Value> {
        crate::interp::slow::awaitable(t, self.awaitable.get())
    }
    /// Replaces the end of the asynchronous iteration by the default.
    fn translate(&self, t: &Thread, r: Result<Value>) -> Result<Value> {
        match r {
            Err(e) if e.is(t, ex::class(ex::Kind::StopAsyncIteration)) => {
                let stop = ex::class(ex::Kind::StopIteration);
                Err(t.new_error_with(stop, &[self.default.get()]))
            }
            r => r,
        }
    }
    fn forward(&self, t: &Thread, name: Ref<Str>, args: &[Value]) -> Result<Value> {
        let it = self.iterator(t)?;
        let r = t.call_method(it, name, args);
        self.translate(t, r)
    }
}

#[pyclass(name = "anext_awaitable", flags(NO_NEW))]
impl AnextDefault {
    #[py]
    fn __await__(_t: &Thread, this: Ref<AnextDefault>) -> Ref<AnextDefault> {
        this
    }
    #[py]
    fn __iter__(_t: &Thread, this: Ref<AnextDefault>) -> Ref<AnextDefault> {
        this
    }
    #[py]
    fn __next__(t: &Thread, this: Ref<AnextDefault>) -> Result<Option<Value>> {
        let it = this.iterator(t)?;
        let Some(f) = class_of(it).special(t, crate::objects::class::Special::Next) else {
            return Err(t.type_error(format!("'{}' object is not an iterator", crate::ops::type_name(it))));
        };
        // Not through the short cut for iterators: the StopIteration carries the item.
        let r = t.call_special0(f, it);
        this.translate(t, r).map(Some)
    }
    /// send(value) -> send 'value' into the wrapped iterator.
    #[py("($self, value, /)")]
    fn send(t: &Thread, this: Ref<AnextDefault>, value: Value) -> Result<Value> {
        this.forward(t, names::send(), &[value])
    }
    /// throw(value) -> raise exception in the wrapped iterator.
    #[py("($self, /, *args)")]
    fn throw(t: &Thread, this: Ref<AnextDefault>, args: &[Value]) -> Result<Value> {
        this.forward(t, names::throw(), args)
    }
    /// close() -> raise GeneratorExit inside the wrapped iterator.
    #[py("($self, /)")]
    fn close(t: &Thread, this: Ref<AnextDefault>) -> Result<Value> {
        this.forward(t, names::close(), &[])
    }
}
