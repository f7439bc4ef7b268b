//! `_blake2`: BLAKE2b and BLAKE2s with all their parameters, tree hashing included (RFC 7693).

use super::{Digest, State, copy, hex, initial, input, result, update};
use std::sync::Mutex;
use taipan_vm::native::*;
use taipan_vm::objects::buffer::Buffer;

pub struct Blake2;

fn init(t: &Thread, m: Ref<Module>) -> Result<()> {
    for (prefix, digest, key, salt, person) in [("BLAKE2B", 64, 64, 16, 16), ("BLAKE2S", 32, 32, 8, 8)] {
        for (name, n) in [("MAX_DIGEST_SIZE", digest), ("MAX_KEY_SIZE", key), ("SALT_SIZE", salt), ("PERSON_SIZE", person)] {
            m.set(t, &format!("{prefix}_{name}"), t.int(n)?)?;
        }
    }
    m.set(t, "_GIL_MINSIZE", t.int(2048)?)
}

/// BLAKE2b and BLAKE2s hash functions.
#[pymodule(name = "_blake2", classes(Blake2b, Blake2s), init = init)]
impl Blake2 {}

#[derive(Clone)]
pub struct Big(blake2b_simd::State);
#[derive(Clone)]
pub struct Small(blake2s_simd::State);

impl Big {
    pub fn plain() -> Big {
        Big(blake2b_simd::State::new())
    }
}
impl Small {
    pub fn plain() -> Small {
        Small(blake2s_simd::State::new())
    }
}

impl Digest for Big {
    fn update(&mut self, data: &[u8]) {
        self.0.update(data);
    }
    fn result(&self) -> Vec<u8> {
        self.0.finalize().as_bytes().to_vec()
    }
    fn copy(&self) -> Box<dyn Digest> {
        Box::new(self.clone())
    }
}
impl Digest for Small {
    fn update(&mut self, data: &[u8]) {
        self.0.update(data);
    }
    fn result(&self) -> Vec<u8> {
        self.0.finalize().as_bytes().to_vec()
    }
    fn copy(&self) -> Box<dyn Digest> {
        Box::new(self.clone())
    }
}

/// Parameters as given, checked against the limits of one of the two.
struct Parameters {
    digest_size: usize,
    key: Vec<u8>,
    salt: Vec<u8>,
    person: Vec<u8>,
    fanout: u8,
    depth: u8,
    leaf_size: u32,
    node_offset: u64,
    node_depth: u8,
    inner_size: usize,
    last_node: bool,
}

struct Limits {
    name: &'static str,
    digest: usize,
    short: usize,
    node_offset: u64,
}

const BIG: Limits = Limits { name: "Blake2b", digest: 64, short: 16, node_offset: u64::MAX };
const SMALL: Limits = Limits { name: "Blake2s", digest: 32, short: 8, node_offset: (1 << 48) - 1 };

fn unsigned(t: &Thread, v: Option<Value>, max: u64, name: &str) -> Result<u64> {
    let Some(v) = v else { return Ok(0) };
    let i = t.index(v)?;
    let n = t.int_value(i).and_then(|n| n.as_ref().to_u64());
    match n {
        Some(n) if n <= max => Ok(n),
        None if t.int_value(i).is_some_and(|n| n.as_ref().negative) => Err(t.value_error("Cannot convert negative int")),
        _ => Err(t.overflow_error(format!("{name} is too large"))),
    }
}

impl Parameters {
    fn read(
        t: &Thread,
        limits: &Limits,
        digest_size: Option<i32>,
        [key, salt, person]: [Option<Buffer>; 3],
        [fanout, depth, node_depth, inner_size]: [Option<i32>; 4],
        leaf_size: Option<Value>,
        node_offset: Option<Value>,
        last_node: bool,
    ) -> Result<Parameters> {
        let digest_size = digest_size.unwrap_or(limits.digest as i32);
        if !(1..=limits.digest as i32).contains(&digest_size) {
            return Err(t.value_error(format!(
                "digest_size for {} must be between 1 and {} bytes, here it is {digest_size}",
                limits.name, limits.digest
            )));
        }
        let bytes = |b: Option<Buffer>, max: usize, what: &str| -> Result<Vec<u8>> {
            let b = b.map_or_else(Vec::new, |b| b.to_vec());
            if b.len() > max {
                return Err(t.value_error(format!("maximum {what} length is {max} bytes")));
            }
            Ok(b)
        };
        let small = |n: Option<i32>, default: i32, min: i32, name: &str| {
            let n = n.unwrap_or(default);
            u8::try_from(n).ok().filter(|_| n >= min).ok_or_else(|| t.value_error(format!("{name} must be between {min} and 255")))
        };
        let salt = bytes(salt, limits.short, "salt")?;
        let person = bytes(person, limits.short, "person")?;
        let fanout = small(fanout, 1, 0, "fanout")?;
        let depth = small(depth, 1, 1, "depth")?;
        let leaf_size = unsigned(t, leaf_size, u64::from(u32::MAX), "leaf_size")? as u32;
        let node_offset = unsigned(t, node_offset, limits.node_offset, "node_offset")?;
        let node_depth = small(node_depth, 0, 0, "node_depth")?;
        let inner = inner_size.unwrap_or(0);
        let Some(inner_size) = usize::try_from(inner).ok().filter(|n| *n <= limits.digest) else {
            return Err(t.value_error(format!("inner_size must be between 0 and is {}", limits.digest)));
        };
        let key = bytes(key, limits.digest, "key")?;
        Ok(Parameters {
            digest_size: digest_size as usize,
            key,
            salt,
            person,
            fanout,
            depth,
            leaf_size,
            node_offset,
            node_depth,
            inner_size,
            last_node,
        })
    }

    fn big(&self) -> Big {
        let mut p = blake2b_simd::Params::new();
        p.hash_length(self.digest_size)
            .key(&self.key)
            .salt(&self.salt)
            .personal(&self.person)
            .fanout(self.fanout)
            .max_depth(self.depth)
            .max_leaf_length(self.leaf_size)
            .node_offset(self.node_offset)
            .node_depth(self.node_depth)
            .inner_hash_length(self.inner_size)
            .last_node(self.last_node);
        Big(p.to_state())
    }

    fn small(&self) -> Small {
        let mut p = blake2s_simd::Params::new();
        p.hash_length(self.digest_size)
            .key(&self.key)
            .salt(&self.salt)
            .personal(&self.person)
            .fanout(self.fanout)
            .max_depth(self.depth)
            .max_leaf_length(self.leaf_size)
            .node_offset(self.node_offset)
            .node_depth(self.node_depth)
            .inner_hash_length(self.inner_size)
            .last_node(self.last_node);
        Small(p.to_state())
    }
}

macro_rules! blake2_classes {
    ($( $class:ident, $python:literal, $limits:ident, $make:ident, $block:literal; )*) => { $(
        #[derive(HeapType)]
        #[heap(drop)]
        #[repr(C)]
        pub struct $class {
            header: Header,
            #[noscan(drop)]
            state: State,
            digest_size: usize,
        }

        /// Return a new BLAKE2 hash object.
        #[pyclass(name = $python, module = "_blake2", init = init_limits)]
        impl $class {
            #[py(
                "(data=b'', *, digest_size=64, key=b'', salt=b'', person=b'', fanout=1, depth=1, leaf_size=0, node_offset=0, node_depth=0, inner_size=0, last_node=False, usedforsecurity=True, string=None)",
                nosig
            )]
            fn __new__(
                t: &Thread,
                cls: Ref<Class>,
                data: Option<Value>,
                digest_size: Option<i32>,
                key: Option<Buffer>,
                salt: Option<Buffer>,
                person: Option<Buffer>,
                fanout: Option<i32>,
                depth: Option<i32>,
                leaf_size: Option<Value>,
                node_offset: Option<Value>,
                node_depth: Option<i32>,
                inner_size: Option<i32>,
                last_node: Option<bool>,
                usedforsecurity: Option<bool>,
                string: Option<Value>,
            ) -> Result<Ref<$class>> {
                let _ = usedforsecurity;
                let data = initial(t, data, string)?;
                let p = Parameters::read(
                    t,
                    &$limits,
                    digest_size,
                    [key, salt, person],
                    [fanout, depth, node_depth, inner_size],
                    leaf_size,
                    node_offset,
                    last_node.unwrap_or(false),
                )?;
                let state: State = Mutex::new(Box::new(p.$make()));
                let made = t.create_in(cls, $class { header: Header::NEW, state, digest_size: p.digest_size })?;
                if let Some(d) = &data {
                    update(t, &made.state, d);
                }
                Ok(made)
            }
            /// Return a copy of the hash object.
            #[py("($self, /)")]
            fn copy(t: &Thread, this: Ref<$class>) -> Result<Ref<$class>> {
                t.create($class { header: Header::NEW, state: copy(t, &this.state), digest_size: this.digest_size })
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
                $python
            }
            #[py(getter)]
            fn block_size(_t: &Thread, _this: Ref<$class>) -> usize {
                $block
            }
            #[py(getter)]
            fn digest_size(_t: &Thread, this: Ref<$class>) -> usize {
                this.digest_size
            }
        }
    )* };
}

fn init_limits(t: &Thread, c: Ref<Class>) -> Result<()> {
    let limits = if c.name_string() == "blake2b" { &BIG } else { &SMALL };
    for (name, n) in [
        ("MAX_DIGEST_SIZE", limits.digest),
        ("MAX_KEY_SIZE", limits.digest),
        ("SALT_SIZE", limits.short),
        ("PERSON_SIZE", limits.short),
    ] {
        c.namespace().set(t, Str::intern_str(t, name)?.value(), t.int(n as i64)?)?;
    }
    Ok(())
}

blake2_classes! {
    Blake2b, "blake2b", BIG, big, 128;
    Blake2s, "blake2s", SMALL, small, 64;
}
