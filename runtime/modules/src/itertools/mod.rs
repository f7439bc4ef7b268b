//! `itertools`: iterator building blocks.
//!
//! | file | iterators |
//! |---|---|
//! | [`streams`] | those that pass items of one or a few iterators through: `chain`, `islice`, `accumulate`, … |
//! | [`combinations`] | `product`, `permutations`, `combinations`, `combinations_with_replacement` |
//! | [`groups`] | `groupby`, `tee` |
//!
//! Threads may share any of them: what an iterator gives goes to exactly one caller. Where that takes several steps, threads
//! take turns; other state is claimed by atomic operations. No lock is held while user code runs.

pub mod combinations;
pub mod groups;
pub mod streams;

use combinations::{Combinations, CombinationsWithReplacement, Permutations, Product};
use groups::{GroupBy, Grouper, Tee, TeeData};
use streams::*;
use taipan_vm::native::*;

pub struct Itertools;

/// Functional tools for creating and using iterators.
///
/// Infinite iterators:
/// count(start=0, step=1) --> start, start+step, start+2*step, ...
/// cycle(p) --> p0, p1, ... plast, p0, p1, ...
/// repeat(elem [,n]) --> elem, elem, elem, ... endlessly or up to n times
///
/// Iterators terminating on the shortest input sequence:
/// accumulate(p[, func]) --> p0, p0+p1, p0+p1+p2
/// batched(p, n) --> [p0, p1, ..., p_n-1], [p_n, p_n+1, ..., p_2n-1], ...
/// chain(p, q, ...) --> p0, p1, ... plast, q0, q1, ...
/// compress(data, selectors) --> (d[0] if s[0]), (d[1] if s[1]), ...
/// dropwhile(predicate, seq) --> seq[n], seq[n+1], starting when predicate fails
/// groupby(iterable[, keyfunc]) --> sub-iterators grouped by value of keyfunc(v)
/// filterfalse(predicate, seq) --> elements of seq where predicate(elem) is False
/// islice(seq, [start,] stop [, step]) --> elements from seq[start:stop:step]
/// pairwise(s) --> (s[0],s[1]), (s[1],s[2]), (s[2], s[3]), ...
/// starmap(fun, seq) --> fun(*seq[0]), fun(*seq[1]), ...
/// tee(it, n) --> (it1, it2 , ... itn) splits one iterator into n
/// takewhile(predicate, seq) --> seq[0], seq[1], until predicate fails
/// zip_longest(p, q, ...) --> (p[0], q[0]), (p[1], q[1]), ...
///
/// Combinatoric generators:
/// product(p, q, ... [repeat=1]) --> cartesian product
/// permutations(p[, r])
/// combinations(p, r)
/// combinations_with_replacement(p, r)
#[pymodule(
    name = "itertools",
    classes(
        Accumulate,
        Batched,
        Chain,
        Combinations,
        CombinationsWithReplacement,
        Compress,
        Count,
        Cycle,
        DropWhile,
        FilterFalse,
        GroupBy,
        Grouper,
        ISlice,
        Pairwise,
        Permutations,
        Product,
        Repeat,
        StarMap,
        TakeWhile,
        Tee,
        TeeData,
        ZipLongest
    )
)]
impl Itertools {
    /// Returns a tuple of n independent iterators.
    #[py("($module, iterable, n=2, /)")]
    fn tee(t: &Thread, iterable: Value, n: Option<isize>) -> Result<Ref<Tuple>> {
        let Ok(n) = usize::try_from(n.unwrap_or(2)) else { return Err(t.value_error("n must be >= 0")) };
        if n == 0 {
            return Tuple::new(t, &[]);
        }
        let all = ValueVec::new();
        let first = Tee::of(t, iterable)?;
        all.push(t, first.value())?;
        for _ in 1..n {
            all.push(t, first.copy(t)?.value())?;
        }
        all.into_tuple(t)
    }
}
