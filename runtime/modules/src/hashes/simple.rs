//! `_md5`, `_sha1` and `_sha2`: digests without parameters.

use super::{Algorithm, State, algorithm, copy, hex, initial, input, result, update};
use std::sync::Mutex;
use taipan_vm::native::*;
use taipan_vm::objects::class::create_builtin;

/// The sizes from which modules of CPython let other threads run.
const MINIMUM: i64 = 2048;

macro_rules! digest_classes {
    ($( $class:ident, $python:literal, $module:literal, $algorithm:literal; )*) => { $(
        #[derive(HeapType)]
        #[heap(drop)]
        #[repr(C)]
        pub struct $class {
            header: Header,
            #[noscan(drop)]
            state: State,
        }

        impl $class {
            fn algorithm() -> &'static Algorithm {
                algorithm($algorithm).unwrap_or(&super::ALGORITHMS[0])
            }
            fn make(t: &Thread, data: Option<Value>, string: Option<Value>) -> Result<Ref<$class>> {
                let data = initial(t, data, string)?;
                let made = t.create($class { header: Header::NEW, state: Mutex::new(($class::algorithm().new)()) })?;
                if let Some(d) = &data {
                    update(t, &made.state, d);
                }
                Ok(made)
            }
        }

        #[pyclass(name = $python, module = $module, flags(NO_NEW))]
        impl $class {
            /// Return a copy of the hash object.
            #[py("($self, /)")]
            fn copy(t: &Thread, this: Ref<$class>) -> Result<Ref<$class>> {
                t.create($class { header: Header::NEW, state: copy(t, &this.state) })
            }
            /// Return the digest value as a bytes object.
            #[py("($self, /)")]
            fn digest(t: &Thread, this: Ref<$class>) -> Result<Ref<Bytes>> {
                Bytes::new(t, &result(t, &this.state))
            }
            /// Return the digest value as a string of hexadecimal digits.
            #[py("($self, /)")]
            fn hexdigest(t: &Thread, this: Ref<$class>) -> String {
                hex(&result(t, &this.state))
            }
            /// Update this hash object's state with the provided string.
            #[py("($self, obj, /)")]
            fn update(t: &Thread, this: Ref<$class>, obj: Value) -> Result<()> {
                update(t, &this.state, &input(t, obj)?);
                Ok(())
            }
            #[py(getter)]
            fn name(_t: &Thread, _this: Ref<$class>) -> &'static str {
                $class::algorithm().name
            }
            #[py(getter)]
            fn block_size(_t: &Thread, _this: Ref<$class>) -> usize {
                $class::algorithm().block_size
            }
            #[py(getter)]
            fn digest_size(_t: &Thread, _this: Ref<$class>) -> usize {
                $class::algorithm().digest_size
            }
        }
    )* };
}

digest_classes! {
    Md5Type, "md5", "_md5", "md5";
    Sha1Type, "sha1", "_sha1", "sha1";
    Sha224Type, "SHA224Type", "_sha2", "sha224";
    Sha256Type, "SHA256Type", "_sha2", "sha256";
    Sha384Type, "SHA384Type", "_sha2", "sha384";
    Sha512Type, "SHA512Type", "_sha2", "sha512";
}

fn add_classes(t: &Thread, m: Ref<Module>, classes: &[(&str, &'static ClassDef)]) -> Result<()> {
    for (name, def) in classes {
        m.set(t, name, create_builtin(t, def)?.value())?;
    }
    m.set(t, "_GIL_MINSIZE", t.int(MINIMUM)?)
}

pub struct Md5;
pub struct Sha1;
pub struct Sha2;

fn init_md5(t: &Thread, m: Ref<Module>) -> Result<()> {
    add_classes(t, m, &[("MD5Type", Md5Type::class_def())])
}
fn init_sha1(t: &Thread, m: Ref<Module>) -> Result<()> {
    add_classes(t, m, &[("SHA1Type", Sha1Type::class_def())])
}
fn init_sha2(t: &Thread, m: Ref<Module>) -> Result<()> {
    add_classes(
        t,
        m,
        &[
            ("SHA224Type", Sha224Type::class_def()),
            ("SHA256Type", Sha256Type::class_def()),
            ("SHA384Type", Sha384Type::class_def()),
            ("SHA512Type", Sha512Type::class_def()),
        ],
    )
}

#[pymodule(name = "_md5", init = init_md5)]
impl Md5 {
    /// Return a new MD5 hash object; optionally initialized with a string.
    #[py("($module, /, data=b'', *, usedforsecurity=True, string=None)")]
    fn md5(t: &Thread, data: Option<Value>, usedforsecurity: Option<bool>, string: Option<Value>) -> Result<Ref<Md5Type>> {
        let _ = usedforsecurity;
        Md5Type::make(t, data, string)
    }
}

#[pymodule(name = "_sha1", init = init_sha1)]
impl Sha1 {
    /// Return a new SHA1 hash object; optionally initialized with a string.
    #[py("($module, /, data=b'', *, usedforsecurity=True, string=None)")]
    fn sha1(t: &Thread, data: Option<Value>, usedforsecurity: Option<bool>, string: Option<Value>) -> Result<Ref<Sha1Type>> {
        let _ = usedforsecurity;
        Sha1Type::make(t, data, string)
    }
}

#[pymodule(name = "_sha2", init = init_sha2)]
impl Sha2 {
    /// Return a new SHA-224 hash object; optionally initialized with a string.
    #[py("($module, /, data=b'', *, usedforsecurity=True, string=None)")]
    fn sha224(t: &Thread, data: Option<Value>, usedforsecurity: Option<bool>, string: Option<Value>) -> Result<Ref<Sha224Type>> {
        let _ = usedforsecurity;
        Sha224Type::make(t, data, string)
    }
    /// Return a new SHA-256 hash object; optionally initialized with a string.
    #[py("($module, /, data=b'', *, usedforsecurity=True, string=None)")]
    fn sha256(t: &Thread, data: Option<Value>, usedforsecurity: Option<bool>, string: Option<Value>) -> Result<Ref<Sha256Type>> {
        let _ = usedforsecurity;
        Sha256Type::make(t, data, string)
    }
    /// Return a new SHA-384 hash object; optionally initialized with a string.
    #[py("($module, /, data=b'', *, usedforsecurity=True, string=None)")]
    fn sha384(t: &Thread, data: Option<Value>, usedforsecurity: Option<bool>, string: Option<Value>) -> Result<Ref<Sha384Type>> {
        let _ = usedforsecurity;
        Sha384Type::make(t, data, string)
    }
    /// Return a new SHA-512 hash object; optionally initialized with a string.
    #[py("($module, /, data=b'', *, usedforsecurity=True, string=None)")]
    fn sha512(t: &Thread, data: Option<Value>, usedforsecurity: Option<bool>, string: Option<Value>) -> Result<Ref<Sha512Type>> {
        let _ = usedforsecurity;
        Sha512Type::make(t, data, string)
    }
}
