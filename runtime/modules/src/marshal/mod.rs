//! `marshal`: values as bytes, in CPython's format of versions 0 to 5.
//!
//! Only code objects differ: behind their type code lie the bytes of a code unit (`taipan_compiler::serial`), which are verified
//! when they are read.

mod read;
mod write;

use read::Reader;
use taipan_vm::native::*;
use taipan_vm::objects::bytearray::ByteArray;

pub struct Marshal;

const VERSION: i32 = 5;
/// Containers nest no deeper, in either direction.
const MAX_DEPTH: usize = 2000;

/// Type codes, by the names of what follows them.
mod code {
    pub const NULL: u8 = b'0';
    pub const NONE: u8 = b'N';
    pub const FALSE: u8 = b'F';
    pub const TRUE: u8 = b'T';
    pub const STOP_ITERATION: u8 = b'S';
    pub const ELLIPSIS: u8 = b'.';
    pub const INT: u8 = b'i';
    pub const INT64: u8 = b'I';
    pub const FLOAT: u8 = b'f';
    pub const BINARY_FLOAT: u8 = b'g';
    pub const COMPLEX: u8 = b'x';
    pub const BINARY_COMPLEX: u8 = b'y';
    pub const LONG: u8 = b'l';
    pub const BYTES: u8 = b's';
    pub const INTERNED: u8 = b't';
    pub const REF: u8 = b'r';
    pub const TUPLE: u8 = b'(';
    pub const SMALL_TUPLE: u8 = b')';
    pub const LIST: u8 = b'[';
    pub const DICT: u8 = b'{';
    pub const CODE: u8 = b'c';
    pub const UNICODE: u8 = b'u';
    pub const UNKNOWN: u8 = b'?';
    pub const SET: u8 = b'<';
    pub const FROZEN_SET: u8 = b'>';
    pub const SLICE: u8 = b':';
    pub const ASCII: u8 = b'a';
    pub const ASCII_INTERNED: u8 = b'A';
    pub const SHORT_ASCII: u8 = b'z';
    pub const SHORT_ASCII_INTERNED: u8 = b'Z';
    /// Later references may mean this value.
    pub const FLAG_REF: u8 = 0x80;
}

fn init(t: &Thread, m: Ref<Module>) -> Result<()> {
    m.set(t, "version", t.int(i64::from(VERSION))?)
}

/// Python values in a binary format, for storage between runs of the
/// same Python version.
///
/// The format is not documented, and may change; it is what modules are
/// cached in.  For persistence in general use 'pickle' or 'shelve'.  Data
/// from unknown sources must not be read.
///
/// None, booleans, integers, floats, complex numbers, strings, bytes-like
/// objects, Ellipsis, StopIteration, slices, code objects, and tuples,
/// lists, sets and dictionaries of such values are supported.
#[pymodule(name = "marshal", init = init)]
impl Marshal {
    /// Return the bytes object that would be written to a file by dump(value, file).
    ///
    ///   value
    ///     Must be a supported type.
    ///   version
    ///     Indicates the data format that dumps should use.
    ///   allow_code
    ///     Allow to write code objects.
    ///
    /// Raise a ValueError exception if value has (or contains an object that has) an
    /// unsupported type.
    #[py("($module, value, version=version, /, *, allow_code=True)")]
    fn dumps(t: &Thread, value: Value, version: Option<i32>, allow_code: Option<bool>) -> Result<Ref<Bytes>> {
        let bytes = write::dump(t, value, version.unwrap_or(VERSION), allow_code.unwrap_or(true))?;
        Bytes::new(t, &bytes)
    }
    /// Convert the bytes-like object to a value.
    ///
    ///   allow_code
    ///     Allow to load code objects.
    ///
    /// If no valid value is found, raise EOFError, ValueError or TypeError.  Extra
    /// bytes in the input are ignored.
    #[py("($module, bytes, /, *, allow_code=True)")]
    fn loads(t: &Thread, bytes: Buffer, allow_code: Option<bool>) -> Result<Value> {
        let data = bytes.stable();
        Reader::of_bytes(t, &data, allow_code.unwrap_or(true)).read()
    }
    /// Write the value on the open file.
    ///
    ///   value
    ///     Must be a supported type.
    ///   file
    ///     Must be a writeable binary file.
    ///   version
    ///     Indicates the data format that dump should use.
    ///   allow_code
    ///     Allow to write code objects.
    ///
    /// If the value has (or contains an object that has) an unsupported type, a
    /// ValueError exception is raised.
    #[py("($module, value, file, version=version, /, *, allow_code=True)")]
    fn dump(t: &Thread, value: Value, file: Value, version: Option<i32>, allow_code: Option<bool>) -> Result<Value> {
        let bytes = write::dump(t, value, version.unwrap_or(VERSION), allow_code.unwrap_or(true))?;
        t.call_method(file, names::write(), &[Bytes::new(t, &bytes)?.value()])
    }
    /// Read one value from the open file and return it.
    ///
    ///   file
    ///     Must be readable binary file.
    ///   allow_code
    ///     Allow to load code objects.
    ///
    /// If no valid value is read (e.g. because the data has a different Python
    /// version's incompatible marshal format), raise EOFError, ValueError or
    /// TypeError.
    #[py("($module, file, /, *, allow_code=True)")]
    fn load(t: &Thread, file: Value, allow_code: Option<bool>) -> Result<Value> {
        let nothing = t.call_method(file, names::read(), &[Value::small_int(0)])?;
        if nothing.downcast::<Bytes>().is_none() {
            return Err(t.type_error(format!("file.read() returned not bytes but {}", class_of(nothing).name_string())));
        }
        Reader::of_file(t, file, allow_code.unwrap_or(true)).read()
    }
}

use taipan_vm::objects::buffer::Buffer;

/// Exactly `n` bytes of a file.
fn read_file(t: &Thread, file: Value, n: usize) -> Result<Vec<u8>> {
    let target = ByteArray::zeroed(t, ByteArray::class(), n)?;
    let got = t.call_method(file, Str::intern_str(t, "readinto")?, &[target.value()])?;
    let got = t.to_isize(got)?;
    if got == n as isize {
        return Ok(target.to_vec(t));
    }
    if got > n as isize {
        return Err(t.value_error(format!("read() returned too much data: {n} bytes requested, {got} returned")));
    }
    Err(t.eof_error("EOF read where not expected"))
}
