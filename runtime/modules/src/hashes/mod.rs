//! Message digests: `_md5`, `_sha1`, `_sha2`, `_sha3`, `_blake2`, `_hmac` and `_kdf`, over the RustCrypto crates.
//!
//! A digest's state belongs to its object and changes under a mutex that is never held by a thread which waits for the world:
//! long inputs are digested away from it.

pub mod blake2;
pub mod hmac;
pub mod kdf;
pub mod sha3;
pub mod simple;

use std::sync::Mutex;
use taipan_vm::native::*;
use taipan_vm::objects::buffer::Buffer;

/// Inputs from this size on are digested while other threads may stop the world.
const LONG: usize = 2048;

/// Runs `f` on a state; away from the world if that may take long. `f` does not touch the heap.
pub fn with_state<S: Send, R: Send>(t: &Thread, state: &Mutex<S>, long: bool, f: impl FnOnce(&mut S) -> R + Send) -> R {
    if !long {
        if let Ok(mut s) = state.try_lock() {
            return f(&mut s);
        }
    }
    t.blocking(|| f(&mut state.lock().unwrap_or_else(std::sync::PoisonError::into_inner)))
}

/// The bytes to digest.
pub fn input(t: &Thread, v: Value) -> Result<Buffer> {
    if v.downcast::<Str>().is_some() {
        return Err(t.type_error("Strings must be encoded before hashing"));
    }
    if !taipan_vm::objects::buffer::exports(t, v) {
        return Err(t.type_error("object supporting the buffer API required"));
    }
    t.buffer(v)
}

/// The initial data of a constructor, which has two names.
pub fn initial(t: &Thread, data: Option<Value>, string: Option<Value>) -> Result<Option<Buffer>> {
    match (data, string) {
        (Some(_), Some(_)) => Err(t.type_error(
            "'data' and 'string' are mutually exclusive and support for 'string' keyword parameter is slated for removal in a \
             future version.",
        )),
        (Some(v), None) | (None, Some(v)) => input(t, v).map(Some),
        (None, None) => Ok(None),
    }
}

pub fn hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    bytes.iter().flat_map(|b| [DIGITS[usize::from(b >> 4)] as char, DIGITS[usize::from(b & 15)] as char]).collect()
}

/// A digest whose result has one size.
pub trait Digest: Send {
    fn update(&mut self, data: &[u8]);
    fn result(&self) -> Vec<u8>;
    fn copy(&self) -> Box<dyn Digest>;
}

impl<D: digest::Digest + Clone + Send + 'static> Digest for D {
    fn update(&mut self, data: &[u8]) {
        digest::Digest::update(self, data);
    }
    fn result(&self) -> Vec<u8> {
        self.clone().finalize().to_vec()
    }
    fn copy(&self) -> Box<dyn Digest> {
        Box::new(self.clone())
    }
}

/// What the modules know of an algorithm.
pub struct Algorithm {
    pub name: &'static str,
    pub block_size: usize,
    pub digest_size: usize,
    pub new: fn() -> Box<dyn Digest>,
}

fn make<D: digest::Digest + Clone + Send + 'static>() -> Box<dyn Digest> {
    Box::new(D::new())
}

/// Algorithms with one size of result and no parameters.
pub static ALGORITHMS: &[Algorithm] = &[
    Algorithm { name: "md5", block_size: 64, digest_size: 16, new: make::<md5::Md5> },
    Algorithm { name: "sha1", block_size: 64, digest_size: 20, new: make::<sha1::Sha1> },
    Algorithm { name: "sha224", block_size: 64, digest_size: 28, new: make::<sha2::Sha224> },
    Algorithm { name: "sha256", block_size: 64, digest_size: 32, new: make::<sha2::Sha256> },
    Algorithm { name: "sha384", block_size: 128, digest_size: 48, new: make::<sha2::Sha384> },
    Algorithm { name: "sha512", block_size: 128, digest_size: 64, new: make::<sha2::Sha512> },
    Algorithm { name: "sha3_224", block_size: 144, digest_size: 28, new: make::<::sha3::Sha3_224> },
    Algorithm { name: "sha3_256", block_size: 136, digest_size: 32, new: make::<::sha3::Sha3_256> },
    Algorithm { name: "sha3_384", block_size: 104, digest_size: 48, new: make::<::sha3::Sha3_384> },
    Algorithm { name: "sha3_512", block_size: 72, digest_size: 64, new: make::<::sha3::Sha3_512> },
    Algorithm { name: "blake2s", block_size: 64, digest_size: 32, new: || Box::new(blake2::Small::plain()) },
    Algorithm { name: "blake2b", block_size: 128, digest_size: 64, new: || Box::new(blake2::Big::plain()) },
];

pub fn algorithm(name: &str) -> Option<&'static Algorithm> {
    ALGORITHMS.iter().find(|a| a.name == name)
}

pub type State = Mutex<Box<dyn Digest>>;

/// Appends all of a buffer to a digest.
pub fn update(t: &Thread, state: &State, data: &Buffer) {
    let bytes = data.stable();
    with_state(t, state, bytes.len() >= LONG, |d| d.update(&bytes));
}

pub fn result(t: &Thread, state: &State) -> Vec<u8> {
    with_state(t, state, false, |d| d.result())
}

pub fn copy(t: &Thread, state: &State) -> State {
    Mutex::new(with_state(t, state, false, |d| d.copy()))
}
