//! Stable sorting of values: an adaptive merge sort (natural runs, binary insertion for short ones, powersort's merge order:
//! Munro & Wild, "Nearly-Optimal Mergesorts", 2018), with comparisons that may run user code and fail.

use crate::native::*;
use crate::ops::Compare;
use crate::ops::compare::plainly_less;
use std::cmp::Ordering;

/// Sorts `items` in place, by `key(item)` if given. On an error the items are a permutation of what they were.
pub fn sort_values(t: &Thread, items: &ValueVec, key: Option<Value>, reverse: bool) -> Result<()> {
    let n = items.len();
    let keys = match key {
        Some(f) => {
            let k = ValueVec::with_capacity(t, n)?;
            for i in 0..n {
                let v = t.call(f, &[items.as_slice()[i]])?;
                k.push(t, v)?;
            }
            Some(k)
        }
        None => None,
    };
    if n < 2 {
        return Ok(());
    }
    let by = keys.as_ref().unwrap_or(items);
    let kind = kind_of(by.as_slice());
    if keys.is_none() && !matches!(kind, Kind::Mixed) {
        items.permute(t, |items| sort_simple(items, kind, reverse));
        return Ok(());
    }
    // Sort positions: values stay where the collector sees them until the order is known.
    let mut order: Vec<u32> = (0..n as u32).collect();
    if reverse {
        order.reverse();
    }
    let result = {
        let keys = by.as_slice();
        match kind {
            Kind::Ints => {
                order.sort_by_key(|&i| keys[i as usize].small_int_unchecked());
                Ok(())
            }
            Kind::Floats => {
                let f = |i: u32| keys[i as usize].immediate_float_unchecked();
                Sorter::new(|a, b| Ok(f(a) < f(b))).sort(&mut order)
            }
            Kind::Strings => {
                order.sort_by(|&a, &b| compare_strings(keys[a as usize], keys[b as usize]));
                Ok(())
            }
            Kind::Mixed => Sorter::new(|a: u32, b: u32| {
                let (a, b) = (keys[a as usize], keys[b as usize]);
                match plainly_less(a, b) {
                    Some(less) => Ok(less),
                    None => t.compare_bool(a, b, Compare::Lt),
                }
            })
            .sort(&mut order),
        }
    };
    if reverse {
        order.reverse();
    }
    let copy = ValueVec::from_slice(t, items.as_slice())?;
    items.permute(t, |items| {
        for (to, &from) in items.iter_mut().zip(&order) {
            *to = copy.as_slice()[from as usize];
        }
    });
    result
}

/// Sorts what is not [`Kind::Mixed`].
fn sort_simple(items: &mut [Value], kind: Kind, reverse: bool) {
    match kind {
        // Equal ones are the same.
        Kind::Ints if reverse => items.sort_unstable_by_key(|v| std::cmp::Reverse(v.small_int_unchecked())),
        Kind::Ints => items.sort_unstable_by_key(|v| v.small_int_unchecked()),
        Kind::Floats => {
            let f = |v: Value| v.immediate_float_unchecked();
            stably(items, reverse, |items| {
                if items.iter().any(|&v| f(v).is_nan()) {
                    // No order at all: what comes out is what the comparisons make of it.
                    let _ = Sorter::new(|a, b| Ok(f(a) < f(b))).sort(items);
                } else {
                    items.sort_by(|&a, &b| f(a).partial_cmp(&f(b)).unwrap_or(Ordering::Equal));
                }
            });
        }
        Kind::Strings => stably(items, reverse, |items| items.sort_by(|&a, &b| compare_strings(a, b))),
        Kind::Mixed => {}
    }
}

/// Backwards or not, equal items keep their order.
fn stably(items: &mut [Value], reverse: bool, sort: impl FnOnce(&mut [Value])) {
    if reverse {
        items.reverse();
    }
    sort(items);
    if reverse {
        items.reverse();
    }
}

fn compare_strings(a: Value, b: Value) -> Ordering {
    match (a.downcast::<Str>(), b.downcast::<Str>()) {
        (Some(a), Some(b)) => a.compare(&b),
        _ => Ordering::Equal,
    }
}

/// Whether the items are in order, as far as that can be told without code of the user's.
pub(crate) fn is_sorted(items: &[Value], reverse: bool) -> bool {
    let wrong = if reverse { Ordering::Less } else { Ordering::Greater };
    match kind_of(items) {
        Kind::Ints => items.is_sorted_by(|a, b| a.small_int_unchecked().cmp(&b.small_int_unchecked()) != wrong),
        Kind::Floats => items.is_sorted_by(|a, b| {
            let order = a.immediate_float_unchecked().partial_cmp(&b.immediate_float_unchecked());
            order.is_some_and(|o| o != wrong)
        }),
        Kind::Strings => items.is_sorted_by(|&a, &b| compare_strings(a, b) != wrong),
        Kind::Mixed => false,
    }
}

#[derive(Clone, Copy)]
enum Kind {
    Ints,
    Floats,
    Strings,
    Mixed,
}

/// Whether comparing these runs no user code.
pub fn is_simple(items: &[Value]) -> bool {
    !matches!(kind_of(items), Kind::Mixed)
}

/// What all keys are, if comparing them runs no user code.
fn kind_of(keys: &[Value]) -> Kind {
    if keys.iter().all(|k| k.is_small_int()) {
        Kind::Ints
    } else if keys.iter().all(|k| k.is_immediate_float()) {
        Kind::Floats
    } else if keys.iter().all(|k| k.header().is_some_and(|h| h.shape_id() == Str::class_cell().shape())) {
        Kind::Strings
    } else {
        Kind::Mixed
    }
}

/// Runs shorter than this are extended by binary insertion.
const MIN_RUN: usize = 32;

struct Sorter<T, F> {
    less: F,
    scratch: Vec<T>,
}

struct Run {
    start: usize,
    len: usize,
    /// Depth of the merge tree at which this run is merged with the next.
    power: u32,
}

impl<T: Copy, F: FnMut(T, T) -> Result<bool>> Sorter<T, F> {
    fn new(less: F) -> Sorter<T, F> {
        Sorter { less, scratch: Vec::new() }
    }
    fn sort(&mut self, v: &mut [T]) -> Result<()> {
        let n = v.len();
        let mut runs: Vec<Run> = Vec::new();
        let mut at = 0;
        while at < n {
            let mut len = self.natural_run(&mut v[at..])?;
            if len < MIN_RUN {
                let end = (at + MIN_RUN).min(n);
                self.insertion(&mut v[at..end], len)?;
                len = end - at;
            }
            if let Some(last) = runs.last_mut() {
                last.power = power(last.start, last.len, len, n);
                let p = last.power;
                while runs.len() >= 2 && runs[runs.len() - 2].power > p {
                    self.merge_last(v, &mut runs)?;
                    if let Some(r) = runs.last_mut() {
                        r.power = p;
                    }
                }
            }
            runs.push(Run { start: at, len, power: 0 });
            at += len;
        }
        while runs.len() > 1 {
            self.merge_last(v, &mut runs)?;
        }
        Ok(())
    }

    /// Length of the run at the start; a strictly descending one is reversed.
    fn natural_run(&mut self, v: &mut [T]) -> Result<usize> {
        if v.len() < 2 {
            return Ok(v.len());
        }
        let mut i = 2;
        if (self.less)(v[1], v[0])? {
            while i < v.len() && (self.less)(v[i], v[i - 1])? {
                i += 1;
            }
            v[..i].reverse();
        } else {
            while i < v.len() && !(self.less)(v[i], v[i - 1])? {
                i += 1;
            }
        }
        Ok(i)
    }

    fn insertion(&mut self, v: &mut [T], sorted: usize) -> Result<()> {
        for i in sorted.max(1)..v.len() {
            let x = v[i];
            let (mut lo, mut hi) = (0, i);
            while lo < hi {
                let mid = (lo + hi) / 2;
                if (self.less)(x, v[mid])? { hi = mid } else { lo = mid + 1 }
            }
            v.copy_within(lo..i, lo + 1);
            v[lo] = x;
        }
        Ok(())
    }

    fn merge_last(&mut self, v: &mut [T], runs: &mut Vec<Run>) -> Result<()> {
        let Some(b) = runs.pop() else { return Ok(()) };
        let Some(a) = runs.last_mut() else { return Ok(()) };
        a.len += b.len;
        a.power = b.power;
        let (start, end) = (a.start, a.start + a.len);
        self.merge(&mut v[start..end], b.start - start)
    }

    /// Merges `v[..mid]` and `v[mid..]`; on an error `v` is still a permutation.
    fn merge(&mut self, v: &mut [T], mid: usize) -> Result<()> {
        // What is already in place at both ends stays.
        let first = {
            let x = v[mid];
            let (mut lo, mut hi) = (0, mid);
            while lo < hi {
                let m = (lo + hi) / 2;
                if (self.less)(x, v[m])? { hi = m } else { lo = m + 1 }
            }
            lo
        };
        if first == mid {
            return Ok(());
        }
        self.scratch.clear();
        self.scratch.extend_from_slice(&v[first..mid]);
        let (mut i, mut j, mut k) = (0, mid, first);
        let mut failed = None;
        while i < self.scratch.len() && j < v.len() {
            match (self.less)(v[j], self.scratch[i]) {
                Ok(true) => {
                    v[k] = v[j];
                    j += 1;
                }
                Ok(false) => {
                    v[k] = self.scratch[i];
                    i += 1;
                }
                Err(e) => {
                    failed = Some(e);
                    break;
                }
            }
            k += 1;
        }
        let rest = self.scratch.len() - i;
        v[k..k + rest].copy_from_slice(&self.scratch[i..]);
        failed.map_or(Ok(()), Err)
    }
}

/// Powersort's node power of the boundary between a run and the next.
fn power(start: usize, len: usize, next: usize, n: usize) -> u32 {
    let a = 2 * start as u64 + len as u64;
    let b = a + len as u64 + next as u64;
    let n2 = 2 * n as u64;
    let mut p = 0;
    let (mut a, mut b) = (a, b);
    loop {
        p += 1;
        a *= 2;
        b *= 2;
        if a >= n2 {
            a -= n2;
            b -= n2;
        } else if b >= n2 {
            return p;
        }
        if p > 62 {
            return p;
        }
    }
}
