//! The combinatoric iterators of `itertools`.
//!
//! Each is a pool of items and a cell with positions in it. A step computes the next positions and takes their items with the
//! iterator held exclusively, in which nothing is allocated on the heap and no user code runs; the tuple is built afterwards.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicUsize, Ordering::*};
use taipan_vm::native::*;

/// The positions of the last result, and for `permutations` the cycles behind them. Only for who holds the iterator.
#[repr(C)]
struct Positions {
    header: Header,
    len: usize,
    // numbers follow
}

unsafe fn scan(_cell: *const Header, _v: &mut Visitor) {}
unsafe fn cell_size(cell: *const Header) -> usize {
    // SAFETY: the collector calls this with a live cell of this kind.
    size_of::<Positions>() + 8 * unsafe { &*cell.cast::<Positions>() }.len
}
static LAYOUT: Layout =
    Layout { name: "positions", size: size_of::<Positions>(), scan, cell_size: Some(cell_size), base: None, drop: None };
// SAFETY: repr(C), header first, no references; zeroed memory has no numbers.
unsafe impl HeapType for Positions {
    const LAYOUT: &'static Layout = &LAYOUT;
}
static SHAPE: OnceLock<ShapeId> = OnceLock::new();

impl Positions {
    /// Holds the given numbers.
    fn new(t: &Thread, numbers: impl ExactSizeIterator<Item = usize>) -> Result<RefField<Positions>> {
        let shape = *SHAPE.get_or_init(|| Mutator::internal_shape(&LAYOUT));
        let len = numbers.len();
        let size = len.checked_mul(8).and_then(|n| n.checked_add(size_of::<Positions>())).ok_or_else(|| t.memory_error())?;
        let cell = t.allocate(size, shape)?.cast::<Positions>();
        // SAFETY: a fresh cell with room for the numbers.
        let this: Ref<Positions> = unsafe {
            (*cell.as_ptr()).len = len;
            let first = cell.as_ptr().add(1).cast::<usize>();
            for (i, n) in numbers.enumerate() {
                *first.add(i) = n;
            }
            Ref::from_raw(cell)
        };
        let field = RefField::null();
        field.init(this);
        Ok(field)
    }
    /// # Safety
    /// The caller holds the iterator, and has no other view of the numbers.
    #[allow(clippy::mut_from_ref)]
    unsafe fn numbers(&self) -> &mut [usize] {
        // SAFETY: `len` numbers follow the fixed part; the caller is alone.
        unsafe { std::slice::from_raw_parts_mut((self as *const Positions).add(1) as *mut usize, self.len) }
    }
}

/// How far an iterator has come.
struct Progress(AtomicUsize);

impl Progress {
    const FRESH: usize = 0;
    const STARTED: usize = 1;
    const DONE: usize = 2;

    fn new(done: bool) -> Progress {
        Progress(AtomicUsize::new(if done { Progress::DONE } else { Progress::FRESH }))
    }
}
impl Scan for Progress {
    fn scan(&self, _: &mut Visitor) {}
}

/// The next result: `n` items, the i-th of which `item` gives for the i-th position. `step` moves the positions on, false at the
/// end.
#[inline(always)]
fn next_row(
    t: &Thread,
    header: &Header,
    (progress, positions): (&Progress, &RefField<Positions>),
    n: usize,
    step: impl FnOnce(&mut [usize]) -> bool,
    item: impl Fn(usize, usize) -> Value,
) -> Result<Option<Value>> {
    const INLINE: usize = 12;
    let mut row = [Value::NONE; INLINE];
    let mut spill = Vec::new();
    {
        let _held = t.exclusive(header);
        let positions = positions.expect();
        // SAFETY: the iterator is held.
        let at = unsafe { positions.numbers() };
        match progress.0.load(Relaxed) {
            Progress::FRESH => progress.0.store(Progress::STARTED, Relaxed),
            Progress::STARTED if step(at) => {}
            _ => {
                progress.0.store(Progress::DONE, Relaxed);
                return Ok(None);
            }
        }
        match row.get_mut(..n) {
            Some(row) => row.iter_mut().zip(&*at).enumerate().for_each(|(i, (v, &at))| *v = item(i, at)),
            None => spill = at[..n].to_vec(),
        }
    }
    if n <= INLINE {
        return Tuple::new(t, &row[..n]).map(|r| Some(r.value()));
    }
    let row = ValueVec::with_capacity(t, n)?;
    for (i, &at) in spill.iter().enumerate() {
        row.push(t, item(i, at))?;
    }
    row.into_tuple(t).map(|r| Some(r.value()))
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
    progress: Progress,
    positions: RefField<Positions>,
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
#[pyclass(name = "product", module = "itertools", flags(BASE, OWNED))]
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
        let first = ValueVec::with_capacity(t, given.len())?;
        for &v in given {
            first.push(t, t.iterate_to_tuple(v)?.value())?;
        }
        let pools = if repeat == 1 {
            first.into_tuple(t)?
        } else {
            let all = ValueVec::with_capacity(t, given.len() * repeat)?;
            for _ in 0..if given.is_empty() { 0 } else { repeat } {
                all.extend(t, first.as_slice())?;
            }
            all.into_tuple(t)?
        };
        let done = pools.iter().any(|p| p.downcast::<Tuple>().is_none_or(|p| p.is_empty()));
        let positions = Positions::new(t, std::iter::repeat_n(0, pools.len()))?;
        t.create_in(cls, Product { header: Header::NEW, pools: held(pools), progress: Progress::new(done), positions })
    }
    #[py]
    fn __iter__(_t: &Thread, this: Ref<Product>) -> Ref<Product> {
        this
    }
    #[py]
    fn __next__(t: &Thread, this: Ref<Product>) -> Result<Option<Value>> {
        let pools = this.pools.expect();
        let pools = pools.as_slice();
        // SAFETY: `iterate_to_tuple` made the pools.
        let pool = |i: usize| unsafe { exact::<Tuple>(pools[i]) };
        let step = |at: &mut [usize]| {
            for i in (0..at.len()).rev() {
                at[i] += 1;
                if at[i] < pool(i).len() {
                    return true;
                }
                at[i] = 0;
            }
            false
        };
        let item = |i: usize, at: usize| pool(i).as_slice()[at];
        next_row(t, this.header(), (&this.progress, &this.positions), pools.len(), step, item)
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
    progress: Progress,
    positions: RefField<Positions>,
}

/// Return successive r-length combinations of elements in the iterable.
///
/// combinations(range(4), 3) --> (0,1,2), (0,1,3), (0,2,3), (1,2,3)
#[pyclass(name = "combinations", module = "itertools", flags(BASE, OWNED))]
impl Combinations {
    #[py("(iterable, r)")]
    fn __new__(t: &Thread, cls: Ref<Class>, iterable: Value, r: isize) -> Result<Ref<Combinations>> {
        let pool = t.iterate_to_tuple(iterable)?;
        let r = length(t, r)?;
        let done = r > pool.len();
        let positions = Positions::new(t, 0..if done { 0 } else { r })?;
        t.create_in(cls, Combinations { header: Header::NEW, pool: held(pool), r, progress: Progress::new(done), positions })
    }
    #[py]
    fn __iter__(_t: &Thread, this: Ref<Combinations>) -> Ref<Combinations> {
        this
    }
    #[py]
    fn __next__(t: &Thread, this: Ref<Combinations>) -> Result<Option<Value>> {
        let pool = this.pool.expect();
        let (n, r) = (pool.len(), this.r);
        let step = |at: &mut [usize]| {
            let Some(i) = (0..r).rev().find(|&i| at[i] != i + n - r) else { return false };
            at[i] += 1;
            for j in i + 1..r {
                at[j] = at[j - 1] + 1;
            }
            true
        };
        let item = |_: usize, at: usize| pool.as_slice()[at];
        next_row(t, this.header(), (&this.progress, &this.positions), r, step, item)
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
    progress: Progress,
    positions: RefField<Positions>,
}

/// Return successive r-length combinations of elements in the iterable allowing individual elements to have successive repeats.
///
/// combinations_with_replacement('ABC', 2) --> ('A','A'), ('A','B'), ('A','C'), ('B','B'), ('B','C'), ('C','C')
#[pyclass(name = "combinations_with_replacement", module = "itertools", flags(BASE, OWNED))]
impl CombinationsWithReplacement {
    #[py("(iterable, r)")]
    fn __new__(t: &Thread, cls: Ref<Class>, iterable: Value, r: isize) -> Result<Ref<CombinationsWithReplacement>> {
        let pool = t.iterate_to_tuple(iterable)?;
        let r = length(t, r)?;
        let done = r > 0 && pool.is_empty();
        let positions = Positions::new(t, std::iter::repeat_n(0, if done { 0 } else { r }))?;
        let progress = Progress::new(done);
        t.create_in(cls, CombinationsWithReplacement { header: Header::NEW, pool: held(pool), r, progress, positions })
    }
    #[py]
    fn __iter__(_t: &Thread, this: Ref<CombinationsWithReplacement>) -> Ref<CombinationsWithReplacement> {
        this
    }
    #[py]
    fn __next__(t: &Thread, this: Ref<CombinationsWithReplacement>) -> Result<Option<Value>> {
        let pool = this.pool.expect();
        let (n, r) = (pool.len(), this.r);
        let step = |at: &mut [usize]| {
            let Some(i) = (0..r).rev().find(|&i| at[i] + 1 != n) else { return false };
            let next = at[i] + 1;
            at[i..].fill(next);
            true
        };
        let item = |_: usize, at: usize| pool.as_slice()[at];
        next_row(t, this.header(), (&this.progress, &this.positions), r, step, item)
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
    progress: Progress,
    positions: RefField<Positions>,
}

/// Return successive r-length permutations of elements in the iterable.
///
/// permutations(range(3), 2) --> (0,1), (0,2), (1,0), (1,2), (2,0), (2,1)
#[pyclass(name = "permutations", module = "itertools", flags(BASE, OWNED))]
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
        // The cycles follow the positions.
        let numbers = (0..if done { 0 } else { n + r }).map(|i| if i < n { i } else { n + n - i });
        let positions = Positions::new(t, numbers)?;
        t.create_in(cls, Permutations { header: Header::NEW, pool: held(pool), r, progress: Progress::new(done), positions })
    }
    #[py]
    fn __iter__(_t: &Thread, this: Ref<Permutations>) -> Ref<Permutations> {
        this
    }
    #[py]
    fn __next__(t: &Thread, this: Ref<Permutations>) -> Result<Option<Value>> {
        let pool = this.pool.expect();
        let (n, r) = (pool.len(), this.r);
        let step = |numbers: &mut [usize]| {
            let (at, cycles) = numbers.split_at_mut(n);
            for i in (0..r).rev() {
                cycles[i] -= 1;
                if cycles[i] == 0 {
                    at[i..].rotate_left(1);
                    cycles[i] = n - i;
                } else {
                    let j = n - cycles[i];
                    at.swap(i, j);
                    return true;
                }
            }
            false
        };
        let item = |_: usize, at: usize| pool.as_slice()[at];
        next_row(t, this.header(), (&this.progress, &this.positions), r, step, item)
    }
    /// Returns size in memory, in bytes.
    #[py("($self, /)")]
    fn __sizeof__(_t: &Thread, this: Ref<Permutations>) -> usize {
        size_of::<Permutations>() + 8 * (this.r + this.pool.expect().len())
    }
}
