//! What a layout's `scan` function talks to.
//!
//! A visitor only collects what it is told; whoever drives it (the markers, the verifier, `gc.get_referents`) takes it from
//! there. So there is one compiled form of each scan function, without a branch on who is asking.

use crate::region::find_cell;
use crate::{Field, SHAPES_BASE, SHAPES_MAX, Shape, ShapeId, Value};
use std::marker::PhantomData;

/// Visits references for the collector (marking), the verifier, or `gc.get_referents`.
pub struct Visitor<'a> {
    /// Addresses of cells, possibly marked already.
    pub(crate) edges: Vec<usize>,
    /// Long runs of value words still to be visited: address and length.
    pub(crate) ranges: Vec<(usize, usize)>,
    pub(crate) shapes: Vec<ShapeId>,
    /// Doubtful words are not looked at.
    pub(crate) sure: bool,
    lifetime: PhantomData<&'a ()>,
}

/// Runs of values longer than this are visited piece by piece, and may be shared among markers.
pub(crate) const LONG_RUN: usize = 2048;

impl Visitor<'_> {
    pub(crate) fn new() -> Visitor<'static> {
        Visitor { edges: Vec::new(), ranges: Vec::new(), shapes: Vec::new(), sure: false, lifetime: PhantomData }
    }
    #[inline(always)]
    pub fn value(&mut self, v: Value) {
        if v.is_cell() {
            self.edges.push(v.bits() as usize - 2)
        }
    }
    /// Visits a run of value words.
    #[inline]
    pub fn values(&mut self, values: &[Field]) {
        if values.len() > LONG_RUN {
            self.ranges.push((values.as_ptr() as usize, values.len()));
        } else {
            for f in values {
                self.value(f.get())
            }
        }
    }
    /// Visits words of a cell that may be values, or whatever was left there: references to cells that died long ago, or no
    /// values at all.
    #[inline]
    pub fn doubtful(&mut self, words: &[Field]) {
        if !self.sure {
            for w in words {
                let v = w.get();
                if v.is_cell()
                    && let Some(cell) = find_cell(v.bits() as usize - 2)
                {
                    self.edges.push(cell)
                }
            }
        }
    }
    /// Visits a shape that a cell refers to other than by its header.
    pub fn shape(&mut self, shape: ShapeId) {
        if shape.0 != 0 {
            self.shapes.push(shape)
        }
    }
    /// Visits memory whose words may be values, raw pointers to cells or into them, or neither. For root scanners only: it
    /// needs a stopped world.
    #[allow(clippy::not_unsafe_ptr_arg_deref, reason = "scanners run only in the collector's hands")]
    pub fn conservative(&mut self, words: *const u64, len: usize) {
        for i in 0..len {
            // SAFETY: the caller passes readable memory. Volatile: it may be some function's frame, of which the compiler
            // believes that nobody reads it.
            let word = unsafe { words.add(i).read_volatile() } as usize;
            if let Some(cell) = find_cell(word) {
                self.edges.push(cell)
            } else if word.wrapping_sub(SHAPES_BASE) < SHAPES_MAX * size_of::<Shape>() {
                self.shapes.push(ShapeId(((word - SHAPES_BASE) / size_of::<Shape>()) as u32))
            }
        }
    }
    /// Takes a piece of a long run, without the cells that need not be looked at. Gives its address and length.
    #[inline(always)]
    pub(crate) fn take_range(&mut self, skip: impl Fn(usize) -> bool) -> Option<(usize, usize)> {
        let (at, len) = self.ranges.pop()?;
        let piece = len.min(LONG_RUN);
        if len > piece {
            self.ranges.push((at + piece * size_of::<Field>(), len - piece));
        }
        // SAFETY: the run was passed to `values` by the scan of a cell that no collection has freed since; the world is stopped.
        for f in unsafe { std::slice::from_raw_parts(at as *const Field, piece) } {
            let v = f.get();
            if v.is_cell() && !skip(v.bits() as usize - 2) {
                self.edges.push(v.bits() as usize - 2)
            }
        }
        Some((at, piece))
    }
}
