//! `_bisect`: search in sorted sequences.

use taipan_vm::native::*;
use taipan_vm::ops::Compare;

pub struct Bisect;

/// Where `x` belongs in `a[lo:hi]`: before or behind its equals.
fn search(t: &Thread, a: Value, x: Value, lo: Option<isize>, hi: OrNone<isize>, key: OrNone<Value>, right: bool) -> Result<usize> {
    let Ok(mut lo) = usize::try_from(lo.unwrap_or(0)) else { return Err(t.value_error("lo must be non-negative")) };
    let mut hi = match hi.0 {
        Some(hi) if hi >= 0 => hi as usize,
        Some(-1) | None => t.len(a)?,
        Some(_) => 0,
    };
    let list = a.downcast::<List>().filter(|_| class_of(a) == List::class());
    while lo < hi {
        let middle = lo + (hi - lo) / 2;
        let item = match list.and_then(|l| l.get(middle)) {
            Some(v) => v,
            None => t.get_item(a, t.uint(middle as u64)?)?,
        };
        let item = match key.0 {
            Some(f) => t.call(f, &[item])?,
            None => item,
        };
        let before = if right { !t.compare_bool(x, item, Compare::Lt)? } else { t.compare_bool(item, x, Compare::Lt)? };
        if before {
            lo = middle + 1;
        } else {
            hi = middle;
        }
    }
    Ok(lo)
}

fn insert(t: &Thread, a: Value, x: Value, lo: Option<isize>, hi: OrNone<isize>, key: OrNone<Value>, right: bool) -> Result<()> {
    let probe = match key.0 {
        Some(f) => t.call(f, &[x])?,
        None => x,
    };
    let i = search(t, a, probe, lo, hi, key, right)?;
    if let Some(l) = a.downcast::<List>().filter(|_| class_of(a) == List::class()) {
        return l.insert_at(t, i as isize, x);
    }
    t.call_method(a, Str::intern_str(t, "insert")?, &[t.uint(i as u64)?, x]).map(|_| ())
}

/// Bisection algorithms.
///
/// This module provides support for maintaining a list in sorted order without
/// having to sort the list after each insertion. For long lists of items with
/// expensive comparison operations, this can be an improvement over the more
/// common approach.
#[pymodule(name = "_bisect")]
impl Bisect {
    /// Return the index where to insert item x in list a, assuming a is sorted.
    ///
    /// The return value i is such that all e in a[:i] have e <= x, and all e in
    /// a[i:] have e > x.
    #[py("($module, /, a, x, lo=0, hi=None, *, key=None)")]
    fn bisect_right(t: &Thread, a: Value, x: Value, lo: Option<isize>, hi: OrNone<isize>, key: OrNone<Value>) -> Result<usize> {
        search(t, a, x, lo, hi, key, true)
    }
    /// Return the index where to insert item x in list a, assuming a is sorted.
    ///
    /// The return value i is such that all e in a[:i] have e < x, and all e in
    /// a[i:] have e >= x.
    #[py("($module, /, a, x, lo=0, hi=None, *, key=None)")]
    fn bisect_left(t: &Thread, a: Value, x: Value, lo: Option<isize>, hi: OrNone<isize>, key: OrNone<Value>) -> Result<usize> {
        search(t, a, x, lo, hi, key, false)
    }
    /// Insert item x in list a, and keep it sorted assuming a is sorted.
    ///
    /// If x is already in a, insert it to the right of the rightmost x.
    #[py("($module, /, a, x, lo=0, hi=None, *, key=None)")]
    fn insort_right(t: &Thread, a: Value, x: Value, lo: Option<isize>, hi: OrNone<isize>, key: OrNone<Value>) -> Result<()> {
        insert(t, a, x, lo, hi, key, true)
    }
    /// Insert item x in list a, and keep it sorted assuming a is sorted.
    ///
    /// If x is already in a, insert it to the left of the leftmost x.
    #[py("($module, /, a, x, lo=0, hi=None, *, key=None)")]
    fn insort_left(t: &Thread, a: Value, x: Value, lo: Option<isize>, hi: OrNone<isize>, key: OrNone<Value>) -> Result<()> {
        insert(t, a, x, lo, hi, key, false)
    }
}
