//! `_pickle`: objects as bytes, of protocols 0 to 5.
//!
//! [`save`] writes and [`load`] reads one stream; both work on state of their own, which a `Pickler` or `Unpickler` object
//! ([`pickler`], [`unpickler`]) lends for the time of a call. [`lookup`] is about functions and classes, which are written by name.

mod buffer;
mod load;
mod lookup;
mod memo;
mod op;
mod pickler;
mod save;
mod save_reduce;
mod unpickler;

use buffer::PickleBuffer;
use load::{Loader, Strings};
use pickler::{Pickler, PicklerMemoProxy};
use save::Saver;
use taipan_vm::native::*;
use taipan_vm::objects::buffer::Buffer;
use taipan_vm::objects::exceptions as ex;
use unpickler::{Unpickler, UnpicklerMemoProxy};

pub struct Pickle;

const HIGHEST_PROTOCOL: i32 = 5;
const DEFAULT_PROTOCOL: i32 = 5;

/// The module's exceptions, made once.
fn exception(t: &Thread, name: &str) -> Result<Ref<Class>> {
    let key = Str::intern_str(t, &format!("_pickle.{name}"))?;
    let registry = t.registry();
    if let Some(c) = registry.get_interned(key).and_then(|c| c.downcast::<Class>()) {
        return Ok(c);
    }
    let base = if name == "PickleError" { ex::class(ex::Kind::Exception) } else { exception(t, "PickleError")? };
    let namespace = Dict::new(t)?;
    namespace.set(t, names::__module__().value(), Str::intern_str(t, "_pickle")?.value())?;
    let bases = Tuple::new(t, &[base.value()])?;
    let new = t.call(Class::class().value(), &[Str::intern_str(t, name)?.value(), bases.value(), namespace.value()])?;
    let kept = registry.set_default(t, key.value(), new)?.unwrap_or(new);
    kept.downcast::<Class>().ok_or_else(|| t.type_error("not a class"))
}

#[cold]
fn pickling_error(t: &Thread, message: impl AsRef<str>) -> Exc {
    exception(t, "PicklingError").map_or_else(|e| e, |c| t.new_error(c, message.as_ref()))
}

#[cold]
fn unpickling_error(t: &Thread, message: impl AsRef<str>) -> Exc {
    exception(t, "UnpicklingError").map_or_else(|e| e, |c| t.new_error(c, message.as_ref()))
}

fn init(t: &Thread, m: Ref<Module>) -> Result<()> {
    for name in ["PickleError", "PicklingError", "UnpicklingError"] {
        m.set(t, name, exception(t, name)?.value())?;
    }
    Ok(())
}

/// The protocol that a caller asks for.
fn protocol_of(t: &Thread, given: Option<Value>) -> Result<i32> {
    let Some(v) = given.filter(|v| !v.is_none()) else { return Ok(DEFAULT_PROTOCOL) };
    let n = t.to_i64(v)?;
    if n < 0 {
        return Ok(HIGHEST_PROTOCOL);
    }
    if n > i64::from(HIGHEST_PROTOCOL) {
        return Err(t.value_error(format!("pickle protocol must be <= {HIGHEST_PROTOCOL}")));
    }
    Ok(n as i32)
}

/// `buffer_callback`, which only the latest protocol has.
fn callback_of(t: &Thread, given: Option<Value>, protocol: i32) -> Result<Option<Value>> {
    let callback = given.filter(|v| !v.is_none());
    if callback.is_some() && protocol < 5 {
        return Err(t.value_error("buffer_callback needs protocol >= 5"));
    }
    Ok(callback)
}

fn write_method(t: &Thread, file: Value) -> Result<Value> {
    t.get_attr_opt(file, names::write())?.ok_or_else(|| t.type_error("file must have a 'write' attribute"))
}

/// Functions to convert Python objects to streams of bytes and back.
#[pymodule(name = "_pickle", classes(Pickler, Unpickler, PickleBuffer, PicklerMemoProxy, UnpicklerMemoProxy), init = init)]
impl Pickle {
    /// Write a pickled representation of obj to the open file object file.
    ///
    /// This is equivalent to ``Pickler(file, protocol).dump(obj)``, but may
    /// be more efficient.
    ///
    /// The optional *protocol* argument tells the pickler to use the given
    /// protocol; supported protocols are 0, 1, 2, 3, 4 and 5.  The default
    /// protocol is 5.  A negative protocol version selects the highest
    /// protocol version supported.
    ///
    /// The *file* argument must have a write() method that accepts a single
    /// bytes argument.
    ///
    /// If *fix_imports* is True and protocol is less than 3, new Python 3
    /// names are mapped to the old module names used in Python 2.
    ///
    /// If *buffer_callback* is None (the default), buffer views are
    /// serialized into *file* as part of the pickle stream.  It is an error
    /// if *buffer_callback* is not None and *protocol* is None or smaller
    /// than 5.
    #[py("($module, /, obj, file, protocol=None, *, fix_imports=True, buffer_callback=None)")]
    fn dump(
        t: &Thread,
        obj: Value,
        file: Value,
        protocol: Option<Value>,
        fix_imports: Option<bool>,
        buffer_callback: Option<Value>,
    ) -> Result<()> {
        let protocol = protocol_of(t, protocol)?;
        let mut s = Saver::new(t, protocol, fix_imports.unwrap_or(true));
        s.write = Some(write_method(t, file)?);
        s.buffer_callback = callback_of(t, buffer_callback, protocol)?;
        s.dump(obj)
    }
    /// Return the pickled representation of the object as a bytes object.
    ///
    /// The optional *protocol* argument tells the pickler to use the given
    /// protocol; supported protocols are 0, 1, 2, 3, 4 and 5.  The default
    /// protocol is 5.  A negative protocol version selects the highest
    /// protocol version supported.
    ///
    /// If *fix_imports* is True and *protocol* is less than 3, new Python 3
    /// names are mapped to the old module names used in Python 2.
    ///
    /// If *buffer_callback* is None (the default), buffer views are
    /// serialized into the stream.  It is an error if *buffer_callback* is
    /// not None and *protocol* is None or smaller than 5.
    #[py("($module, /, obj, protocol=None, *, fix_imports=True, buffer_callback=None)")]
    fn dumps(
        t: &Thread,
        obj: Value,
        protocol: Option<Value>,
        fix_imports: Option<bool>,
        buffer_callback: Option<Value>,
    ) -> Result<Ref<Bytes>> {
        let protocol = protocol_of(t, protocol)?;
        let mut s = Saver::new(t, protocol, fix_imports.unwrap_or(true));
        s.buffer_callback = callback_of(t, buffer_callback, protocol)?;
        s.dump(obj)?;
        Bytes::new(t, &s.out)
    }
    /// Read and return an object from the pickle data stored in a file.
    ///
    /// This is equivalent to ``Unpickler(file).load()``, but may be more
    /// efficient.
    ///
    /// The protocol version of the pickle is detected automatically, so no
    /// protocol argument is needed.  Bytes past the pickled object's
    /// representation are ignored.
    ///
    /// The argument *file* must have a read() method that takes an integer
    /// argument, and a readline() method that requires no arguments.  Both
    /// methods should return bytes.
    ///
    /// Optional keyword arguments are *fix_imports*, *encoding* and
    /// *errors*, which are used to control compatibility support for pickle
    /// streams generated by Python 2.  The *encoding* can be 'bytes' to read
    /// 8-bit string instances as bytes objects.
    #[py("($module, /, file, *, fix_imports=True, encoding='ASCII', errors='strict', buffers=())")]
    fn load(
        t: &Thread,
        file: Value,
        fix_imports: Option<bool>,
        encoding: Option<Ref<Str>>,
        errors: Option<Ref<Str>>,
        buffers: Option<Value>,
    ) -> Result<Value> {
        let mut input = load::File::new(t, file)?;
        let mut l = Loader::new(t, Strings::new(t, fix_imports, encoding, errors)?);
        l.set_buffers(buffers)?;
        let r = l.load(&mut input);
        input.give_back()?;
        r
    }
    /// Read and return an object from the given pickle data.
    ///
    /// The protocol version of the pickle is detected automatically, so no
    /// protocol argument is needed.  Bytes past the pickled object's
    /// representation are ignored.
    ///
    /// Optional keyword arguments are *fix_imports*, *encoding* and
    /// *errors*, which are used to control compatibility support for pickle
    /// streams generated by Python 2.  The *encoding* can be 'bytes' to read
    /// 8-bit string instances as bytes objects.
    #[py("($module, data, /, *, fix_imports=True, encoding='ASCII', errors='strict', buffers=())")]
    fn loads(
        t: &Thread,
        data: Buffer,
        fix_imports: Option<bool>,
        encoding: Option<Ref<Str>>,
        errors: Option<Ref<Str>>,
        buffers: Option<Value>,
    ) -> Result<Value> {
        let mut l = Loader::new(t, Strings::new(t, fix_imports, encoding, errors)?);
        l.set_buffers(buffers)?;
        let bytes = data.stable();
        l.load(&mut load::Slice::new(t, &bytes))
    }
}
