//! `_hmac`: keyed message digests (RFC 2104) over any of the digests here.

use super::{Algorithm, Digest, State, algorithm, copy, hex, input, result, update};
use std::sync::Mutex;
use taipan_vm::native::*;
use taipan_vm::objects::exceptions as ex;

pub struct HmacModule;

/// `outer(key ^ opad, inner(key ^ ipad, message))`
pub struct Keyed {
    inner: Box<dyn Digest>,
    outer: Box<dyn Digest>,
}

impl Keyed {
    pub fn new(a: &Algorithm, key: &[u8]) -> Keyed {
        let mut block = vec![0; a.block_size];
        if key.len() > a.block_size {
            let mut d = (a.new)();
            d.update(key);
            let short = d.result();
            block[..short.len()].copy_from_slice(&short);
        } else {
            block[..key.len()].copy_from_slice(key);
        }
        let keyed = |pad: u8| {
            let mut d = (a.new)();
            d.update(&block.iter().map(|b| b ^ pad).collect::<Vec<u8>>());
            d
        };
        Keyed { inner: keyed(0x36), outer: keyed(0x5c) }
    }
}

impl Digest for Keyed {
    fn update(&mut self, data: &[u8]) {
        self.inner.update(data);
    }
    fn result(&self) -> Vec<u8> {
        let mut outer = self.outer.copy();
        outer.update(&self.inner.result());
        outer.result()
    }
    fn copy(&self) -> Box<dyn Digest> {
        Box::new(Keyed { inner: self.inner.copy(), outer: self.outer.copy() })
    }
}

#[derive(HeapType)]
#[heap(drop)]
#[repr(C)]
pub struct Hmac {
    header: Header,
    #[noscan(drop)]
    state: State,
    #[noscan]
    algorithm: &'static Algorithm,
}

fn unknown(t: &Thread) -> Result<Ref<Class>> {
    let key = Str::intern_str(t, "_hmac.UnknownHashError")?;
    let registry = t.registry();
    if let Some(c) = registry.get_interned(key).and_then(|c| c.downcast::<Class>()) {
        return Ok(c);
    }
    let namespace = Dict::new(t)?;
    namespace.set(t, names::__module__().value(), Str::intern_str(t, "_hmac")?.value())?;
    let bases = Tuple::new(t, &[ex::class(ex::Kind::ValueError).value()])?;
    let args = [Str::intern_str(t, "UnknownHashError")?.value(), bases.value(), namespace.value()];
    let new = t.call(Class::class().value(), &args)?;
    let kept = registry.set_default(t, key.value(), new)?.unwrap_or(new);
    kept.downcast::<Class>().ok_or_else(|| t.type_error("not a class"))
}

fn init(t: &Thread, m: Ref<Module>) -> Result<()> {
    m.set(t, "UnknownHashError", unknown(t)?.value())?;
    m.set(t, "_GIL_MINSIZE", t.int(2048)?)
}

/// The algorithm of a name, of a constructor, or of a module with one.
fn find(t: &Thread, given: Value) -> Result<&'static Algorithm> {
    let name = match given.downcast::<Str>() {
        Some(s) => Some(s),
        None => {
            let own = t.get_attr_opt(given, names::__name__())?.and_then(|n| n.downcast::<Str>());
            own.filter(|_| t.is_callable(given))
        }
    };
    let found = name.and_then(|n| {
        let n = n.to_string_lossy().to_ascii_lowercase();
        algorithm(n.strip_prefix("openssl_").unwrap_or(&n))
    });
    match found {
        Some(a) => Ok(a),
        None => Err(t.new_error(unknown(t)?, &format!("unsupported hash type: {}", t.repr(given)?))),
    }
}

fn compute(t: &Thread, a: &Algorithm, key: Value, msg: Value) -> Result<Ref<Bytes>> {
    let (key, msg) = (input(t, key)?, input(t, msg)?);
    let mut keyed = Keyed::new(a, &key.stable());
    keyed.update(&msg.stable());
    Bytes::new(t, &keyed.result())
}

fn compute_named(t: &Thread, name: &str, key: Value, msg: Value) -> Result<Ref<Bytes>> {
    match algorithm(name) {
        Some(a) => compute(t, a, key, msg),
        None => Err(t.value_error("unsupported hash type")),
    }
}

#[pymodule(name = "_hmac", classes(Hmac), init = init)]
impl HmacModule {
    /// Return a new HMAC object.
    #[py("($module, /, key, msg=None, digestmod=None)")]
    fn new(t: &Thread, key: Value, msg: OrNone<Value>, digestmod: OrNone<Value>) -> Result<Ref<Hmac>> {
        let Some(digestmod) = digestmod.0 else {
            return Err(t.type_error("new() missing 1 required argument 'digestmod'"));
        };
        let algorithm = find(t, digestmod)?;
        let key = input(t, key)?;
        let keyed: Box<dyn Digest> = Box::new(Keyed::new(algorithm, &key.stable()));
        let made = t.create(Hmac { header: Header::NEW, state: Mutex::new(keyed), algorithm })?;
        if let Some(msg) = msg.0 {
            update(t, &made.state, &input(t, msg)?);
        }
        Ok(made)
    }
    #[py("($module, /, key, msg, digest)")]
    fn compute_digest(t: &Thread, key: Value, msg: Value, digest: Value) -> Result<Ref<Bytes>> {
        compute(t, find(t, digest)?, key, msg)
    }
    #[py("($module, key, msg, /)")]
    fn compute_md5(t: &Thread, key: Value, msg: Value) -> Result<Ref<Bytes>> {
        compute_named(t, "md5", key, msg)
    }
    #[py("($module, key, msg, /)")]
    fn compute_sha1(t: &Thread, key: Value, msg: Value) -> Result<Ref<Bytes>> {
        compute_named(t, "sha1", key, msg)
    }
    #[py("($module, key, msg, /)")]
    fn compute_sha224(t: &Thread, key: Value, msg: Value) -> Result<Ref<Bytes>> {
        compute_named(t, "sha224", key, msg)
    }
    #[py("($module, key, msg, /)")]
    fn compute_sha256(t: &Thread, key: Value, msg: Value) -> Result<Ref<Bytes>> {
        compute_named(t, "sha256", key, msg)
    }
    #[py("($module, key, msg, /)")]
    fn compute_sha384(t: &Thread, key: Value, msg: Value) -> Result<Ref<Bytes>> {
        compute_named(t, "sha384", key, msg)
    }
    #[py("($module, key, msg, /)")]
    fn compute_sha512(t: &Thread, key: Value, msg: Value) -> Result<Ref<Bytes>> {
        compute_named(t, "sha512", key, msg)
    }
    #[py("($module, key, msg, /)")]
    fn compute_sha3_224(t: &Thread, key: Value, msg: Value) -> Result<Ref<Bytes>> {
        compute_named(t, "sha3_224", key, msg)
    }
    #[py("($module, key, msg, /)")]
    fn compute_sha3_256(t: &Thread, key: Value, msg: Value) -> Result<Ref<Bytes>> {
        compute_named(t, "sha3_256", key, msg)
    }
    #[py("($module, key, msg, /)")]
    fn compute_sha3_384(t: &Thread, key: Value, msg: Value) -> Result<Ref<Bytes>> {
        compute_named(t, "sha3_384", key, msg)
    }
    #[py("($module, key, msg, /)")]
    fn compute_sha3_512(t: &Thread, key: Value, msg: Value) -> Result<Ref<Bytes>> {
        compute_named(t, "sha3_512", key, msg)
    }
    #[py("($module, key, msg, /)")]
    fn compute_blake2s_32(t: &Thread, key: Value, msg: Value) -> Result<Ref<Bytes>> {
        compute_named(t, "blake2s", key, msg)
    }
    #[py("($module, key, msg, /)")]
    fn compute_blake2b_32(t: &Thread, key: Value, msg: Value) -> Result<Ref<Bytes>> {
        compute_named(t, "blake2b", key, msg)
    }
}

#[pyclass(name = "HMAC", module = "_hmac", flags(NO_NEW))]
impl Hmac {
    /// Return a copy ("clone") of the HMAC object.
    #[py("($self, /)")]
    fn copy(t: &Thread, this: Ref<Hmac>) -> Result<Ref<Hmac>> {
        t.create(Hmac { header: Header::NEW, state: copy(t, &this.state), algorithm: this.algorithm })
    }
    /// Update the HMAC object with the given message.
    #[py("($self, /, msg)")]
    fn update(t: &Thread, this: Ref<Hmac>, msg: Value) -> Result<()> {
        update(t, &this.state, &input(t, msg)?);
        Ok(())
    }
    /// Return the digest of the bytes passed to the update() method so far.
    #[py("($self, /)")]
    fn digest(t: &Thread, this: Ref<Hmac>) -> Result<Ref<Bytes>> {
        Bytes::new(t, &result(t, &this.state))
    }
    /// Return hexadecimal digest of the bytes passed to the update() method so far.
    ///
    /// This may be used to exchange the value safely in email or other
    /// non-binary environments.
    #[py("($self, /)")]
    fn hexdigest(t: &Thread, this: Ref<Hmac>) -> String {
        hex(&result(t, &this.state))
    }
    #[py(getter)]
    fn name(_t: &Thread, this: Ref<Hmac>) -> String {
        format!("hmac-{}", this.algorithm.name)
    }
    #[py(getter)]
    fn block_size(_t: &Thread, this: Ref<Hmac>) -> usize {
        this.algorithm.block_size
    }
    #[py(getter)]
    fn digest_size(_t: &Thread, this: Ref<Hmac>) -> usize {
        this.algorithm.digest_size
    }
    #[py]
    fn __repr__(t: &Thread, this: Ref<Hmac>) -> String {
        format!("<{} HMAC object @ {:#x}>", this.algorithm.name, t.identity(this.value()))
    }
}
