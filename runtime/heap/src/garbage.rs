//! What of the garbage reference counts alone would not have freed, for programs that ask: `gc.collect()` tells how many objects were
//! unreachable and in cycles or referred to by such, and `gc.DEBUG_SAVEALL` keeps them.
//!
//! A tracing collector never meets garbage, so this is a pass of its own over the dead cells, made only on request: references
//! among them are counted, and those with none are taken away again and again, as counting would have freed them. What is left
//! is garbage that cycles kept. The counts lie in the dead cells' headers, in the place of the owner.

use crate::region::{self, *};
use crate::space::space;
use crate::weak::dead_shape;
use crate::*;
use std::sync::atomic::Ordering::*;

/// What a program wants to know of its garbage.
pub struct Census<'a> {
    /// Which cells count. It runs in the stopped world, on cells that nothing refers to any more.
    pub counts: fn(&Header) -> bool,
    /// Where to keep them: then they stay alive.
    pub keep: Option<&'a mut Vec<Value>>,
}

/// The counted dead cells. After marking, before anything is done to what is dead. `full`: all cells were marked anew.
pub(crate) fn cyclic(full: bool, touched: &[u32], counts: fn(&Header) -> bool) -> Vec<usize> {
    let dead = dead_cells(full, touched);
    let mut v = Visitor::new();
    for &cell in &dead {
        header(cell).owner.store(0, Relaxed);
    }
    // Long lists of what lives: to visit them once takes long enough.
    let mut without = std::collections::HashSet::new();
    for &cell in &dead {
        let mut any = false;
        each_dead_referent(&mut v, cell, |to| {
            any = true;
            let n = header(to).owner.load(Relaxed);
            header(to).owner.store(n.saturating_add(1), Relaxed);
        });
        if !any && block(block_index(cell)).kind.load(Relaxed) == kind::LARGE {
            without.insert(cell);
        }
    }
    let mut unreferenced: Vec<usize> = dead.iter().copied().filter(|&cell| header(cell).owner.load(Relaxed) == 0).collect();
    while let Some(cell) = unreferenced.pop() {
        if !without.is_empty() && without.contains(&cell) {
            continue;
        }
        each_dead_referent(&mut v, cell, |to| {
            // A count that went over its limit is not known any more: it stays.
            match header(to).owner.load(Relaxed) {
                0 | u16::MAX => {}
                n => {
                    header(to).owner.store(n - 1, Relaxed);
                    if n == 1 {
                        unreferenced.push(to);
                    }
                }
            }
        });
    }
    let found = dead.iter().copied().filter(|&cell| header(cell).owner.load(Relaxed) != 0 && counts(header(cell))).collect();
    // Those that are kept belong to nobody.
    dead.iter().for_each(|&cell| header(cell).owner.store(0, Relaxed));
    found
}

fn header(cell: usize) -> &'static Header {
    // SAFETY: dead cells' memory is not reused before the world goes on.
    unsafe { &*(cell as *const Header) }
}

fn dead_cells(full: bool, touched: &[u32]) -> Vec<usize> {
    let mut found = Vec::new();
    let dead = dead_shape();
    let mut add = |cell: usize| {
        if header(cell).shape_id() != dead {
            found.push(cell)
        }
    };
    let mut look = |index: u32| {
        let b = block(index);
        if b.kind.load(Relaxed) != kind::SMALL {
            return;
        }
        if full {
            region::each_unmarked(index, |offset| add(block_address(index) + offset));
        }
        let (size, frontier) = (b.cell_size(), b.frontier.load(Relaxed) as usize);
        for n in 0..(frontier / size).min(b.cells.load(Relaxed) as usize) {
            let cell = block_address(index) + n * size;
            if !is_marked(cell) && !(full && region::was_marked(cell)) {
                add(cell)
            }
        }
    };
    let space = space();
    if full {
        (0..space.high).for_each(&mut look);
    } else {
        touched.iter().copied().for_each(&mut look);
    }
    let old = if full { space.large.as_slice() } else { &[] };
    for &head in old.iter().chain(&space.large_young) {
        if !is_marked(block_address(head)) {
            add(block_address(head))
        }
    }
    found
}

/// Visits the dead cells that a dead cell refers to.
fn each_dead_referent(v: &mut Visitor, cell: usize, mut f: impl FnMut(usize)) {
    let header = header(cell);
    let shape = header.shape();
    // SAFETY: what a cell refers to is dead with it, or lives.
    unsafe {
        (shape.layout().scan)(header, v);
        if let Some(part) = instance_part(header, shape) {
            v.values(std::slice::from_raw_parts(part, shape.inline_slots as usize + 1));
        }
    }
    v.shapes.clear();
    let base = region::mark_base();
    loop {
        v.edges.drain(..).filter(|&to| !region::is_marked_in(base, to)).for_each(&mut f);
        if v.take_range(|to| region::is_marked_in(base, to)).is_none() {
            return;
        }
    }
}
