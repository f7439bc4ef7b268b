//! The combinatoric iterators of `itertools`.
//!
//! Each is a pool of items and an array of positions in it. A step computes the next positions under a lock of the iterator's own,
//! in which nothing is allocated on the heap and no user code runs; the tuple is built afterwards from a copy.

use std::sync::Mutex;
use taipan_vm::native::*;

/// The positions of the last result.
struct Positions(Mutex<State>);

struct State {
    at: Vec<usize>,
    /// Second array: the cycles of `permutations`.
    cycles: Vec<usize>,
    started: bool,
    done: bool,
}

/// Positions copied out of the lock.
struct Picked {
    inline: [usize; 16],
    spill: Vec<usize>,
    len: usize,
}

impl Picked {
    fn as_slice(&self) -> &[usize] {
        if self.len <= self.inline.len() { &self.inline[..self.len] } else { &self.spill }
    }
}

impl Positions {
    fn new(at: Vec<usize>, cycles: Vec<usize>, done: bool) -> Positions {
        Positions(Mutex::new(State { at, cycles, started: false, done }))
    }
    /// The first `take` of the next positions; `step` moves on, false at the end.
    fn next(&self, take: usize, step: impl FnOnce(&mut State) -> bool) -> Option<Picked> {
        let mut s = match self.0.lock() {
            Ok(s) => s,
            Err(e) => e.into_inner(),
        };
        if s.done {
            return None;
        }
        if !s.started {
            s.started = true;
        } else if !step(&mut s) {
            s.done = true;
            return None;
        }
        let mut p = Picked { inline: [0; 16], spill: Vec::new(), len: take };
        if take <= p.inline.len() {
            p.inline[..take].copy_from_slice(&s.at[..take]);
        } else {
            p.spill = s.at[..take].to_vec();
        }
        Some(p)
    }
}

/// A tuple of `n` values, the i-th given by `f`.
fn collect(t: &Thread, n: usize, f: impl Fn(usize) -> Value) -> Result<Ref<Tuple>> {
    let mut inline = [Value::NONE; 16];
    if let Some(row) = inline.get_mut(..n) {
        for (i, v) in row.iter_mut().enumerate() {
            *v = f(i);
        }
        return Tuple::new(t, row);
    }
    let row = ValueVec::with_capacity(t, n)?;
    for i in 0..n {
        row.push(t, f(i))?;
    }
    row.into_tuple(t)
}

fn select(t: &Thread, pool: Ref<Tuple>, at: &Picked) -> Result<Option<Value>> {
    let (at, items) = (at.as_slice(), pool.as_slice());
    collect(t, at.len(), |i| items[at[i]]).map(|r| Some(r.value()))
}

fn held(pool: Ref<Tuple>) -> RefField<Tuple> {
    let f = RefField::null();
    f.init(pool);
    f
}

/// `r` as a length.
fn length(t: &Thread, r: isize) -> Result<usize> {
    usize::try_from(r).map_err(|_| t.value_error("r must be non-negative"))
}

#[derive(HeapType)]
#[repr(C)]
pub struct Product {
    header: Header,
    pools: RefField<Tuple>,
    #[noscan(drop)]
    positions: Positions,
}

/// Cartesian product of input iterables.  Equivalent to nested for-loops.
///
/// For example, product(A, B) returns the same as:  ((x,y) for x in A for y in B).
/// The leftmost iterators are in the outermost for-loop, so the output tuples
/// cycle in a manner similar to an odometer (with the rightmost element changing
/// on every iteration).
///
/// To compute the product of an iterable with itself, specify the number
/// of repetitions with the optional repeat keyword argument. For example,
/// product(A, repeat=4) means the same as product(A, A, A, A).
#[pyclass(name = "product", module = "itertools", flags(BASE))]
impl Product {
    #[py("(*iterables, repeat=1)", nosig)]
    fn __new__(t: &Thread, cls: Ref<Class>, iterables: &[Value], repeat: Option<isize>) -> Result<Ref<Product>> {
        let Ok(repeat) = usize::try_from(repeat.unwrap_or(1)) else {
            return Err(t.value_error("repeat argument cannot be negative"));
        };
        let given = if repeat == 0 { &[] } else { iterables };
        if given.len().checked_mul(repeat).is_none_or(|n| n > isize::MAX as usize / 8) {
            return Err(t.overflow_error("repeat argument too large"));
        }
        let first = ValueVec::new();
        for &v in given {
            first.push(t, t.iterate_to_tuple(v)?.value())?;
        }
        let all = ValueVec::with_capacity(t, given.len() * repeat)?;
        for _ in 0..if given.is_empty() { 0 } else { repeat } {
            all.extend(t, first.as_slice())?;
        }
        let pools = all.into_tuple(t)?;
        let done = pools.iter().any(|p| p.downcast::<Tuple>().is_none_or(|p| p.is_empty()));
        let positions = Positions::new(vec![0; pools.len()], Vec::new(), done);
        t.create_in(cls, Product { header: Header::NEW, pools: held(pools), positions })
    }
    #[py]
    fn __iter__(_t: &Thread, this: Ref<Product>) -> Ref<Product> {
        this
    }
    #[py]
    fn __next__(t: &Thread, this: Ref<Product>) -> Result<Option<Value>> {
        let pools = this.pools.expect();
        let pools = pools.as_slice();
        let pool = |i: usize| pools[i].downcast::<Tuple>().expect("pools are tuples");
        let at = this.positions.next(pools.len(), |s| {
            for i in (0..s.at.len()).rev() {
                s.at[i] += 1;
                if s.at[i] < pool(i).len() {
                    return true;
                }
                s.at[i] = 0;
            }
            false
        });
        let Some(at) = at else { return Ok(None) };
        let at = at.as_slice();
        collect(t, at.len(), |i| pool(i).as_slice()[at[i]]).map(|r| Some(r.value()))
    }
    /// Returns size in memory, in bytes.
    #[py("($self, /)")]
    fn __sizeof__(_t: &Thread, this: Ref<Product>) -> usize {
        size_of::<Product>() + 8 * this.pools.expect().len()
    }
}

#[derive(HeapType)]
#[repr(C)]
pub struct Combinations {
    header: Header,
    pool: RefField<Tuple>,
    r: usize,
    #[noscan(drop)]
    positions: Positions,
}

/// Return successive r-length combinations of elements in the iterable.
///
/// combinations(range(4), 3) --> (0,1,2), (0,1,3), (0,2,3), (1,2,3)
#[pyclass(name = "combinations", module = "itertools", flags(BASE))]
impl Combinations {
    #[py("(iterable, r)")]
    fn __new__(t: &Thread, cls: Ref<Class>, iterable: Value, r: isize) -> Result<Ref<Combinations>> {
        let pool = t.iterate_to_tuple(iterable)?;
        let r = length(t, r)?;
        let done = r > pool.len();
        let at = if done { Vec::new() } else { (0..r).collect() };
        t.create_in(cls, Combinations { header: Header::NEW, pool: held(pool), r, positions: Positions::new(at, Vec::new(), done) })
    }
    #[py]
    fn __iter__(_t: &Thread, this: Ref<Combinations>) -> Ref<Combinations> {
        this
    }
    #[py]
    fn __next__(t: &Thread, this: Ref<Combinations>) -> Result<Option<Value>> {
        let pool = this.pool.expect();
        let (n, r) = (pool.len(), this.r);
        let at = this.positions.next(r, |s| {
            let Some(i) = (0..r).rev().find(|&i| s.at[i] != i + n - r) else { return false };
            s.at[i] += 1;
            for j in i + 1..r {
                s.at[j] = s.at[j - 1] + 1;
            }
            true
        });
        match at {
            Some(at) => select(t, pool, &at),
            None => Ok(None),
        }
    }
    /// Returns size in memory, in bytes.
    #[py("($self, /)")]
    fn __sizeof__(_t: &Thread, this: Ref<Combinations>) -> usize {
        size_of::<Combinations>() + 8 * this.r
    }
}

#[derive(HeapType)]
#[repr(C)]
pub struct CombinationsWithReplacement {
    header: Header,
    pool: RefField<Tuple>,
    r: usize,
    #[noscan(drop)]
    positions: Positions,
}

/// Return successive r-length combinations of elements in the iterable allowing individual elements to have successive repeats.
///
/// combinations_with_replacement('ABC', 2) --> ('A','A'), ('A','B'), ('A','C'), ('B','B'), ('B','C'), ('C','C')
#[pyclass(name = "combinations_with_replacement", module = "itertools", flags(BASE))]
impl CombinationsWithReplacement {
    #[py("(iterable, r)")]
    fn __new__(t: &Thread, cls: Ref<Class>, iterable: Value, r: isize) -> Result<Ref<CombinationsWithReplacement>> {
        let pool = t.iterate_to_tuple(iterable)?;
        let r = length(t, r)?;
        let done = r > 0 && pool.is_empty();
        let at = if done { Vec::new() } else { vec![0; r] };
        t.create_in(
            cls,
            CombinationsWithReplacement {
                header: Header::NEW,
                pool: held(pool),
                r,
                positions: Positions::new(at, Vec::new(), done),
            },
        )
    }
    #[py]
    fn __iter__(_t: &Thread, this: Ref<CombinationsWithReplacement>) -> Ref<CombinationsWithReplacement> {
        this
    }
    #[py]
    fn __next__(t: &Thread, this: Ref<CombinationsWithReplacement>) -> Result<Option<Value>> {
        let pool = this.pool.expect();
        let (n, r) = (pool.len(), this.r);
        let at = this.positions.next(r, |s| {
            let Some(i) = (0..r).rev().find(|&i| s.at[i] + 1 != n) else { return false };
            let next = s.at[i] + 1;
            s.at[i..].fill(next);
            true
        });
        match at {
            Some(at) => select(t, pool, &at),
            None => Ok(None),
        }
    }
    /// Returns size in memory, in bytes.
    #[py("($self, /)")]
    fn __sizeof__(_t: &Thread, this: Ref<CombinationsWithReplacement>) -> usize {
        size_of::<CombinationsWithReplacement>() + 8 * this.r
    }
}

#[derive(HeapType)]
#[repr(C)]
pub struct Permutations {
    header: Header,
    pool: RefField<Tuple>,
    r: usize,
    #[noscan(drop)]
    positions: Positions,
}

/// Return successive r-length permutations of elements in the iterable.
///
/// permutations(range(3), 2) --> (0,1), (0,2), (1,0), (1,2), (2,0), (2,1)
#[pyclass(name = "permutations", module = "itertools", flags(BASE))]
impl Permutations {
    #[py("(iterable, r=None)")]
    fn __new__(t: &Thread, cls: Ref<Class>, iterable: Value, r: OrNone<Value>) -> Result<Ref<Permutations>> {
        let pool = t.iterate_to_tuple(iterable)?;
        let n = pool.len();
        let r = match r.0 {
            None => n,
            Some(v) if t.int_value(v).is_none() => return Err(t.type_error("Expected int as r")),
            Some(v) => length(t, t.to_isize(v)?)?,
        };
        let done = r > n;
        let cycles = if done { Vec::new() } else { (0..r).map(|i| n - i).collect() };
        t.create_in(
            cls,
            Permutations { header: Header::NEW, pool: held(pool), r, positions: Positions::new((0..n).collect(), cycles, done) },
        )
    }
    #[py]
    fn __iter__(_t: &Thread, this: Ref<Permutations>) -> Ref<Permutations> {
        this
    }
    #[py]
    fn __next__(t: &Thread, this: Ref<Permutations>) -> Result<Option<Value>> {
        let pool = this.pool.expect();
        let (n, r) = (pool.len(), this.r);
        let at = this.positions.next(r, |s| {
            for i in (0..r).rev() {
                s.cycles[i] -= 1;
                if s.cycles[i] == 0 {
                    s.at[i..].rotate_left(1);
                    s.cycles[i] = n - i;
                } else {
                    let j = n - s.cycles[i];
                    s.at.swap(i, j);
                    return true;
                }
            }
            false
        });
        match at {
            Some(at) => select(t, pool, &at),
            None => Ok(None),
        }
    }
    /// Returns size in memory, in bytes.
    #[py("($self, /)")]
    fn __sizeof__(_t: &Thread, this: Ref<Permutations>) -> usize {
        size_of::<Permutations>() + 8 * (this.r + this.pool.expect().len())
    }
}
