//! `_sha3`: SHA-3 and the extendable-output functions SHAKE.

use super::{Algorithm, State, algorithm, copy, hex, initial, input, result, update, with_state};
use ::sha3::{Shake128, Shake256};
use digest::{ExtendableOutput, Update, XofReader};
use std::sync::Mutex;
use taipan_vm::native::*;

pub struct Sha3;

fn init(t: &Thread, m: Ref<Module>) -> Result<()> {
    m.set(t, "implementation", Str::intern_str(t, "RustCrypto")?.value())?;
    m.set(t, "_GIL_MINSIZE", t.int(2048)?)
}

#[pymodule(
    name = "_sha3",
    classes(Sha3_224, Sha3_256, Sha3_384, Sha3_512, ShakeSmall, ShakeBig),
    init = init
)]
impl Sha3 {}

fn rate_bits(a: &Algorithm) -> usize {
    a.block_size * 8
}

macro_rules! sha3_classes {
    ($( $class:ident, $python:literal; )*) => { $(
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
                algorithm($python).unwrap_or(&super::ALGORITHMS[0])
            }
        }

        /// ([data], *, usedforsecurity=True) -> SHA3 object
        ///
        /// Return a new SHA3 hash object.
        #[pyclass(name = $python, module = "_sha3")]
        impl $class {
            #[py("(data=b'', *, usedforsecurity=True, string=None)", nosig)]
            fn __new__(
                t: &Thread,
                cls: Ref<Class>,
                data: Option<Value>,
                usedforsecurity: Option<bool>,
                string: Option<Value>,
            ) -> Result<Ref<$class>> {
                let _ = usedforsecurity;
                let data = initial(t, data, string)?;
                let made = t.create_in(cls, $class { header: Header::NEW, state: Mutex::new(($class::algorithm().new)()) })?;
                if let Some(d) = &data {
                    update(t, &made.state, d);
                }
                Ok(made)
            }
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
            /// Update this hash object's state with the provided bytes-like object.
            #[py("($self, data, /)")]
            fn update(t: &Thread, this: Ref<$class>, data: Value) -> Result<()> {
                update(t, &this.state, &input(t, data)?);
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
            #[py(getter)]
            fn _capacity_bits(_t: &Thread, _this: Ref<$class>) -> usize {
                1600 - rate_bits($class::algorithm())
            }
            #[py(getter)]
            fn _rate_bits(_t: &Thread, _this: Ref<$class>) -> usize {
                rate_bits($class::algorithm())
            }
            #[py(getter)]
            fn _suffix(t: &Thread, _this: Ref<$class>) -> Result<Ref<Bytes>> {
                Bytes::new(t, &[6])
            }
        }
    )* };
}

sha3_classes! {
    Sha3_224, "sha3_224";
    Sha3_256, "sha3_256";
    Sha3_384, "sha3_384";
    Sha3_512, "sha3_512";
}

/// How many bytes are asked for.
fn length(t: &Thread, v: Value) -> Result<usize> {
    let n = t.index(v)?;
    let n = t.int_value(n).and_then(|n| n.to_i64());
    match n {
        Some(n) if n < 0 => Err(t.value_error("Cannot convert negative int")),
        Some(n) if n < 1 << 29 => Ok(n as usize),
        _ => Err(t.value_error("length is too large")),
    }
}

macro_rules! shake_classes {
    ($( $class:ident, $python:literal, $hasher:ident, $block:literal; )*) => { $(
        #[derive(HeapType)]
        #[heap(drop)]
        #[repr(C)]
        pub struct $class {
            header: Header,
            #[noscan(drop)]
            state: Mutex<$hasher>,
        }

        impl $class {
            fn append(t: &Thread, this: Ref<$class>, data: &taipan_vm::objects::buffer::Buffer) {
                let bytes = data.stable();
                with_state(t, &this.state, bytes.len() >= super::LONG, |s| s.update(&bytes));
            }
            fn squeeze(t: &Thread, this: Ref<$class>, n: usize) -> Vec<u8> {
                let mut out = vec![0; n];
                with_state(t, &this.state, n >= super::LONG, |s| s.clone().finalize_xof().read(&mut out));
                out
            }
        }

        /// ([data], *, usedforsecurity=True) -> SHAKE object
        ///
        /// Return a new SHAKE hash object.
        #[pyclass(name = $python, module = "_sha3")]
        impl $class {
            #[py("(data=b'', *, usedforsecurity=True, string=None)", nosig)]
            fn __new__(
                t: &Thread,
                cls: Ref<Class>,
                data: Option<Value>,
                usedforsecurity: Option<bool>,
                string: Option<Value>,
            ) -> Result<Ref<$class>> {
                let _ = usedforsecurity;
                let data = initial(t, data, string)?;
                let made = t.create_in(cls, $class { header: Header::NEW, state: Mutex::new($hasher::default()) })?;
                if let Some(d) = &data {
                    $class::append(t, made, d);
                }
                Ok(made)
            }
            /// Return a copy of the hash object.
            #[py("($self, /)")]
            fn copy(t: &Thread, this: Ref<$class>) -> Result<Ref<$class>> {
                let state = Mutex::new(with_state(t, &this.state, false, |s| s.clone()));
                t.create($class { header: Header::NEW, state })
            }
            /// Return the digest value as a bytes object.
            #[py("($self, /, length)")]
            fn digest(t: &Thread, this: Ref<$class>, length: Value) -> Result<Ref<Bytes>> {
                Bytes::new(t, &$class::squeeze(t, this, self::length(t, length)?))
            }
            /// Return the digest value as a string of hexadecimal digits.
            #[py("($self, /, length)")]
            fn hexdigest(t: &Thread, this: Ref<$class>, length: Value) -> Result<String> {
                Ok(hex(&$class::squeeze(t, this, self::length(t, length)?)))
            }
            /// Update this hash object's state with the provided bytes-like object.
            #[py("($self, data, /)")]
            fn update(t: &Thread, this: Ref<$class>, data: Value) -> Result<()> {
                $class::append(t, this, &input(t, data)?);
                Ok(())
            }
            #[py(getter)]
            fn name(_t: &Thread, _this: Ref<$class>) -> &'static str {
                $python
            }
            #[py(getter)]
            fn block_size(_t: &Thread, _this: Ref<$class>) -> usize {
                $block
            }
            #[py(getter)]
            fn digest_size(_t: &Thread, _this: Ref<$class>) -> usize {
                0
            }
            #[py(getter)]
            fn _capacity_bits(_t: &Thread, _this: Ref<$class>) -> usize {
                1600 - $block * 8
            }
            #[py(getter)]
            fn _rate_bits(_t: &Thread, _this: Ref<$class>) -> usize {
                $block * 8
            }
            #[py(getter)]
            fn _suffix(t: &Thread, _this: Ref<$class>) -> Result<Ref<Bytes>> {
                Bytes::new(t, &[0x1f])
            }
        }
    )* };
}

shake_classes! {
    ShakeSmall, "shake_128", Shake128, 168;
    ShakeBig, "shake_256", Shake256, 136;
}
