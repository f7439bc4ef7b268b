//! `_random`: the Mersenne Twister behind `random.Random`.

use std::sync::Mutex;
use taipan_num::mt19937::{Mt19937, STATE_WORDS};
use taipan_vm::native::*;

pub struct RandomModule;

/// Module implements the Mersenne Twister random number generator.
#[pymodule(name = "_random", classes(Random))]
impl RandomModule {}

#[derive(HeapType)]
#[repr(C)]
pub struct Random {
    header: Header,
    /// Locked for the length of a draw; nothing is allocated on the heap and no user code runs meanwhile.
    #[noscan(drop)]
    generator: Mutex<Mt19937>,
}

impl Random {
    fn with<R>(&self, f: impl FnOnce(&mut Mt19937) -> R) -> R {
        match self.generator.lock() {
            Ok(mut g) => f(&mut g),
            Err(e) => f(&mut e.into_inner()),
        }
    }
    fn set(&self, new: Mt19937) {
        self.with(|g| *g = new)
    }
}

/// A generator seeded by the operating system.
fn unpredictable() -> Mt19937 {
    let mut bytes = [0u8; STATE_WORDS * 4];
    let mut done = 0;
    while done < bytes.len() {
        let rest = &mut bytes[done..];
        // SAFETY: writes at most the length of the rest.
        let n = unsafe { libc::getrandom(rest.as_mut_ptr().cast(), rest.len(), 0) };
        if n <= 0 {
            break;
        }
        done += n as usize;
    }
    if done < bytes.len() {
        let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).map_or(0, |d| d.as_nanos() as u64);
        let here = &raw const bytes as u64;
        return Mt19937::from_key(&[now as u32, (now >> 32) as u32, std::process::id(), here as u32, (here >> 32) as u32]);
    }
    let key: Vec<u32> = bytes.chunks_exact(4).map(|b| u32::from_ne_bytes([b[0], b[1], b[2], b[3]])).collect();
    Mt19937::from_key(&key)
}

/// The generator for a seed.
fn seeded(t: &Thread, seed: Option<Value>) -> Result<Mt19937> {
    let Some(seed) = seed.filter(|s| !s.is_none()) else { return Ok(unpredictable()) };
    if let Some(i) = t.int_value(seed) {
        return Ok(Mt19937::from_seed(i.as_ref()));
    }
    // Of other objects the hash, taken as unsigned.
    let hash = t.hash(seed)?;
    let unsigned = taipan_num::Big::from(hash as u64);
    Ok(Mt19937::from_seed(unsigned.as_ref()))
}

/// Random() -> create a random number generator with its own internal state.
#[pyclass(name = "Random", module = "_random", flags(BASE))]
impl Random {
    #[py("(*args, **kwargs)", nosig)]
    fn __new__(t: &Thread, cls: Ref<Class>, args: &[Value], kwargs: Kwargs) -> Result<Ref<Random>> {
        if cls == Random::class() && kwargs.0.is_some_and(|k| !k.is_empty()) {
            return Err(t.type_error("Random() takes no keyword arguments"));
        }
        if cls == Random::class() && args.len() > 1 {
            return Err(t.type_error(format!("Random() expected at most 1 argument, got {}", args.len())));
        }
        let generator = Mutex::new(seeded(t, args.first().copied())?);
        t.create_in(cls, Random { header: Header::NEW, generator })
    }
    #[py("(*args, **kwargs)")]
    fn __init__(_t: &Thread, this: Ref<Random>, args: &[Value], kwargs: Kwargs) {
        let _ = (this, args, kwargs);
    }
    /// random() -> x in the interval [0, 1).
    #[py("($self, /)")]
    fn random(_t: &Thread, this: Ref<Random>) -> f64 {
        this.with(|g| g.random())
    }
    /// seed([n]) -> None.
    ///
    /// Defaults to use urandom and falls back to a combination
    /// of the current time and the process identifier.
    #[py("($self, n=None, /)")]
    fn seed(t: &Thread, this: Ref<Random>, n: Option<Value>) -> Result<()> {
        this.set(seeded(t, n)?);
        Ok(())
    }
    /// getstate() -> tuple containing the current state.
    #[py("($self, /)")]
    fn getstate(t: &Thread, this: Ref<Random>) -> Result<Ref<Tuple>> {
        let (words, index) = this.with(|g| {
            let (words, index) = g.state();
            (*words, index)
        });
        let out = ValueVec::with_capacity(t, STATE_WORDS + 1)?;
        for w in words {
            out.push(t, Value::small_int(i64::from(w)))?;
        }
        out.push(t, Value::small_int(index as i64))?;
        out.into_tuple(t)
    }
    /// setstate(state) -> None.  Restores generator state.
    #[py("($self, state, /)")]
    fn setstate(t: &Thread, this: Ref<Random>, state: Value) -> Result<()> {
        let Some(items) = state.downcast::<Tuple>() else { return Err(t.type_error("state vector must be a tuple")) };
        if items.len() != STATE_WORDS + 1 {
            return Err(t.value_error("state vector is the wrong size"));
        }
        let mut words = [0u32; STATE_WORDS];
        for (w, v) in words.iter_mut().zip(items.iter()) {
            let Some(i) = t.int_value(v) else { return Err(t.type_error("an integer is required")) };
            if i.as_ref().negative {
                return Err(t.overflow_error("can't convert negative value to unsigned int"));
            }
            match i.as_ref().to_u64() {
                Some(n) => *w = n as u32,
                None => return Err(t.overflow_error("Python int too large to convert to C unsigned long")),
            }
        }
        let index = t.to_i64(items.as_slice()[STATE_WORDS])?;
        match usize::try_from(index).ok().and_then(|i| Mt19937::from_state(&words, i)) {
            Some(g) => {
                this.set(g);
                Ok(())
            }
            None => Err(t.value_error("invalid state")),
        }
    }
    /// getrandbits(k) -> x.  Generates an int with k random bits.
    #[py("($self, k, /)")]
    fn getrandbits(t: &Thread, this: Ref<Random>, k: Value) -> Result<Value> {
        let k = t.index(k)?;
        let Some(view) = t.int_value(k) else { return Err(t.type_error("an integer is required")) };
        if view.as_ref().negative {
            return Err(t.value_error("Cannot convert negative int"));
        }
        match view.as_ref().to_u64() {
            Some(n @ 0..=48) => t.int(this.with(|g| g.small_bits(n as u32)) as i64),
            Some(n) if n <= taipan_num::MAX_BITS => t.big(this.with(|g| g.bits(n))),
            Some(_) => Err(t.memory_error()),
            None => Err(t.overflow_error("Python int too large to convert to C uint64_t")),
        }
    }
}
