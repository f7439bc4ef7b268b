//! `_heapq`: lists as binary heaps, smallest or largest first. Threads that share a heap take turns.

use taipan_vm::native::*;
use taipan_vm::objects::turns::in_turn;
use taipan_vm::ops::Compare;

pub struct Heapq;

#[cold]
fn changed(t: &Thread) -> Exc {
    t.runtime_error("list changed size during iteration")
}

fn item(t: &Thread, heap: Ref<List>, i: usize) -> Result<Value> {
    heap.get(i).ok_or_else(|| t.index_error("index out of range"))
}

/// Whether `a` goes above `b`.
fn above(t: &Thread, a: Value, b: Value, max: bool) -> Result<bool> {
    if max { t.compare_bool(b, a, Compare::Lt) } else { t.compare_bool(a, b, Compare::Lt) }
}

/// Moves the item at `at` up towards `root` as far as it goes.
fn sift_up_to(t: &Thread, heap: Ref<List>, root: usize, mut at: usize, max: bool) -> Result<()> {
    let n = heap.len();
    if at >= n {
        return Err(t.index_error("index out of range"));
    }
    let new = item(t, heap, at)?;
    while at > root {
        let parent_at = (at - 1) >> 1;
        let parent = item(t, heap, parent_at)?;
        let rises = above(t, new, parent, max)?;
        if heap.len() != n {
            return Err(changed(t));
        }
        if !rises {
            break;
        }
        // The comparison may have changed the list: swap what is there now.
        let (a, b) = (item(t, heap, at)?, item(t, heap, parent_at)?);
        heap.set(t, at, b);
        heap.set(t, parent_at, a);
        at = parent_at;
    }
    Ok(())
}

/// Moves the item at `at` down to a leaf, then up to its place.
fn sift_down(t: &Thread, heap: Ref<List>, mut at: usize, max: bool) -> Result<()> {
    let (n, start) = (heap.len(), at);
    if at >= n {
        return Err(t.index_error("index out of range"));
    }
    while at < n / 2 {
        let mut child = 2 * at + 1;
        if child + 1 < n {
            let (a, b) = (item(t, heap, child)?, item(t, heap, child + 1)?);
            if !above(t, a, b, max)? {
                child += 1;
            }
            if heap.len() != n {
                return Err(changed(t));
            }
        }
        let (a, b) = (item(t, heap, child)?, item(t, heap, at)?);
        heap.set(t, at, a);
        heap.set(t, child, b);
        at = child;
    }
    sift_up_to(t, heap, start, at, max)
}

fn push(t: &Thread, heap: Ref<List>, v: Value, max: bool) -> Result<()> {
    heap.append(t, v)?;
    sift_up_to(t, heap, 0, heap.len() - 1, max)
}

fn pop(t: &Thread, heap: Ref<List>, max: bool) -> Result<Value> {
    let Some(last) = heap.pop(t) else { return Err(t.index_error("index out of range")) };
    let Some(top) = heap.get(0) else { return Ok(last) };
    heap.set(t, 0, last);
    sift_down(t, heap, 0, max)?;
    Ok(top)
}

fn replace(t: &Thread, heap: Ref<List>, v: Value, max: bool) -> Result<Value> {
    let top = item(t, heap, 0)?;
    heap.set(t, 0, v);
    sift_down(t, heap, 0, max)?;
    Ok(top)
}

fn push_pop(t: &Thread, heap: Ref<List>, v: Value, max: bool) -> Result<Value> {
    let Some(top) = heap.get(0) else { return Ok(v) };
    if !above(t, top, v, max)? {
        return Ok(v);
    }
    let top = item(t, heap, 0)?;
    heap.set(t, 0, v);
    sift_down(t, heap, 0, max)?;
    Ok(top)
}

fn heapify_all(t: &Thread, heap: Ref<List>, max: bool) -> Result<()> {
    (0..heap.len() / 2).rev().try_for_each(|i| sift_down(t, heap, i, max))
}

/// Heap queue algorithm (a.k.a. priority queue).
///
/// Heaps are arrays for which a[k] <= a[2*k+1] and a[k] <= a[2*k+2] for
/// all k, counting elements from 0.  For the sake of comparison,
/// non-existing elements are considered to be infinite.  The interesting
/// property of a heap is that a[0] is always its smallest element.
#[pymodule(name = "_heapq", init = init)]
impl Heapq {
    /// Push item onto heap, maintaining the heap invariant.
    #[py("($module, heap, item, /)")]
    fn heappush(t: &Thread, heap: Ref<List>, item: Value) -> Result<()> {
        in_turn(t, heap.header(), || push(t, heap, item, false))
    }
    /// Pop the smallest item off the heap, maintaining the heap invariant.
    #[py("($module, heap, /)")]
    fn heappop(t: &Thread, heap: Ref<List>) -> Result<Value> {
        in_turn(t, heap.header(), || pop(t, heap, false))
    }
    /// Pop and return the current smallest value, and add the new item.
    #[py("($module, heap, item, /)")]
    fn heapreplace(t: &Thread, heap: Ref<List>, item: Value) -> Result<Value> {
        in_turn(t, heap.header(), || replace(t, heap, item, false))
    }
    /// Push item on the heap, then pop and return the smallest item from the heap.
    ///
    /// The combined action runs more efficiently than a push
    /// followed by a separate call to pop.
    #[py("($module, heap, item, /)")]
    fn heappushpop(t: &Thread, heap: Ref<List>, item: Value) -> Result<Value> {
        in_turn(t, heap.header(), || push_pop(t, heap, item, false))
    }
    /// Transform list into a heap, in-place, in O(len(heap)) time.
    #[py("($module, heap, /)")]
    fn heapify(t: &Thread, heap: Ref<List>) -> Result<()> {
        in_turn(t, heap.header(), || heapify_all(t, heap, false))
    }
    /// Push item onto max heap, maintaining the heap invariant.
    #[py("($module, heap, item, /)")]
    fn heappush_max(t: &Thread, heap: Ref<List>, item: Value) -> Result<()> {
        in_turn(t, heap.header(), || push(t, heap, item, true))
    }
    /// Pop the largest item off the heap, maintaining the heap invariant.
    #[py("($module, heap, /)")]
    fn heappop_max(t: &Thread, heap: Ref<List>) -> Result<Value> {
        in_turn(t, heap.header(), || pop(t, heap, true))
    }
    /// Pop and return the current largest value, and add the new item.
    #[py("($module, heap, item, /)")]
    fn heapreplace_max(t: &Thread, heap: Ref<List>, item: Value) -> Result<Value> {
        in_turn(t, heap.header(), || replace(t, heap, item, true))
    }
    /// Push item on the heap, then pop and return the largest item from the heap.
    ///
    /// The combined action runs more efficiently than a push
    /// followed by a separate call to pop.
    #[py("($module, heap, item, /)")]
    fn heappushpop_max(t: &Thread, heap: Ref<List>, item: Value) -> Result<Value> {
        in_turn(t, heap.header(), || push_pop(t, heap, item, true))
    }
    /// Transform list into a maxheap, in-place, in O(len(heap)) time.
    #[py("($module, heap, /)")]
    fn heapify_max(t: &Thread, heap: Ref<List>) -> Result<()> {
        in_turn(t, heap.header(), || heapify_all(t, heap, true))
    }
}

fn init(t: &Thread, m: Ref<Module>) -> Result<()> {
    m.set(t, "__about__", Str::from_str(t, "Heap queues: priority queues in plain lists.")?.value())
}
