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
    pub(crate) ranges: Vec<Range>,
    pub(crate) shapes: Vec<ShapeId>,
    /// Doubtful words are not looked at.
    pub(crate) sure: bool,
    lifetime: PhantomData<&'a ()>,
}

/// Runs of values longer than this are visited piece by piece, and may be shared among markers.
pub(crate) const LONG_RUN: usize = 2048;

/// A long run of words that is still to be visited.
#[derive(Clone, Copy)]
pub(crate) struct Range {
    pub address: usize,
    /// Words; even if they are pairs.
    pub len: usize,
    /// Every other word is a value, less the empty mark: see [`Visitor::keyed`].
    pub keyed: bool,
}

impl Range {
    /// Takes a piece of at most `len` words, an even number, from its start.
    pub fn split(&mut self, len: usize) -> Range {
        let piece = Range { len: len.min(self.len), ..*self };
        self.len -= piece.len;
        self.address += piece.len * size_of::<Field>();
        piece
    }
    /// Calls `f` with the cells that the run refers to.
    ///
    /// # Safety
    /// The run was passed to a visitor by the scan of a cell that no collection has freed since; the world is stopped.
    #[inline(always)]
    unsafe fn each_cell(&self, mut f: impl FnMut(usize)) {
        // SAFETY: the caller's promise.
        let words = unsafe { std::slice::from_raw_parts(self.address as *const Field, self.len) };
        let mut visit = |v: Value| {
            if v.is_cell() {
                f(v.bits() as usize - 2)
            }
        };
        if self.keyed {
            words.iter().step_by(2).for_each(|w| visit(Value::from_bits(w.get().bits() ^ Value::EMPTY.bits())));
        } else {
            words.iter().for_each(|w| visit(w.get()));
        }
    }
}

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
            self.ranges.push(Range { address: values.as_ptr() as usize, len: values.len(), keyed: false });
        } else {
            self.edges.reserve(values.len());
            let mut len = self.edges.len();
            // SAFETY: there is room for all of them, and those below the new length are written.
            unsafe {
                let edges = self.edges.as_mut_ptr();
                for f in values {
                    let v = f.get();
                    edges.add(len).write((v.bits() as usize).wrapping_sub(2));
                    len += usize::from(v.is_cell());
                }
                self.edges.set_len(len);
            }
        }
    }
    /// Visits the first words of pairs that lie one after the other in a cell. Such a word is a value's xor the empty mark, so
    /// that zeroed memory is empty.
    ///
    /// # Safety
    /// `pairs` pairs of words can be read at `first`.
    pub unsafe fn keyed(&mut self, first: *const Field, pairs: usize) {
        let run = Range { address: first as usize, len: 2 * pairs, keyed: true };
        if run.len > LONG_RUN {
            self.ranges.push(run);
        } else {
            // SAFETY: the caller's promise.
            unsafe { run.each_cell(|cell| self.edges.push(cell)) }
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
        self.conservative_but(words, len, |_| false)
    }
    /// As `conservative`, without the cells that need not be looked at.
    #[inline(always)]
    pub(crate) fn conservative_but(&mut self, words: *const u64, len: usize, skip: impl Fn(usize) -> bool) {
        for i in 0..len {
            // SAFETY: the caller passes readable memory. Volatile: it may be some function's frame, of which the compiler
            // believes that nobody reads it.
            let word = unsafe { words.add(i).read_volatile() } as usize;
            if let Some(cell) = find_cell(word) {
                if !skip(cell) {
                    self.edges.push(cell)
                }
            } else if word.wrapping_sub(SHAPES_BASE) < SHAPES_MAX * size_of::<Shape>() {
                self.shapes.push(ShapeId(((word - SHAPES_BASE) / size_of::<Shape>()) as u32))
            }
        }
    }
    /// Takes a piece of a long run, without the cells that need not be looked at.
    #[inline(always)]
    pub(crate) fn take_range(&mut self, skip: impl Fn(usize) -> bool) -> Option<Range> {
        let mut run = self.ranges.pop()?;
        let piece = run.split(LONG_RUN);
        if run.len != 0 {
            self.ranges.push(run);
        }
        let edges = &mut self.edges;
        // SAFETY: a run that a scan function told of; the world is stopped.
        unsafe {
            piece.each_cell(|cell| {
                if !skip(cell) {
                    edges.push(cell)
                }
            })
        }
        Some(piece)
    }
}
