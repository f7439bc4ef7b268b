//! Values, cells, shapes, threads as the collector sees them, and the collector.
//!
//! What may be relied on:
//! - **Cells never move.** A plain pointer ([`Ref`]) or [`Value`] on a native stack or in a saved register keeps its cell
//!   alive, also when it points inside the cell. References kept anywhere else (Rust heap, statics) are *not* seen:
//!   keep them in cells, or register a root scanner.
//! - Allocation returns zeroed memory with the header set; a zeroed [`Field`] is the integer 0, a zeroed [`RefField`] is
//!   null; scanning such a cell is safe.
//! - Any allocation may collect, and collection stops other threads at their polls. Nothing may hold a cell's lock byte, nor
//!   rely on ownership checked earlier, across an allocation, a poll or a call of user code.
//! - A store of a reference into a cell goes through [`Field::set`] / [`RefField::set`], which contain the write barrier;
//!   `init` is for cells that no collection can have seen since they were allocated.
extern crate self as taipan_heap;

mod cell;
mod collect;
mod field;
mod futex;
mod handshake;
mod lock;
mod mark;
mod mutator;
mod region;
mod shape;
mod space;
mod stats;
#[cfg(test)]
mod tests;
mod threads;
mod value;
mod verify;
mod visitor;
mod weak;

pub use cell::*;
pub use collect::{Collected, is_enabled, set_enabled, set_log, set_memory_limit, set_verify};
pub use field::*;
pub use handshake::World;
pub use lock::Exclusive;
pub use mutator::{Mutator, OutOfMemory, Roots, Run, StackScanner, poll_bits};
pub use region::{CLASSES, EXACT_MAX, HEAP_BASE, SMALL_MAX, class_of, class_size};
pub use shape::*;
pub use stats::Stats;
pub use value::*;
pub use visitor::Visitor;
pub use weak::{Liveness, WeakCell, register_root_scanner, register_shape_hook, register_weak_hook};

/// Sleeps while `word` holds `value`, at most for `timeout`; may return early. For locks that Python code sees: call it inside
/// [`Mutator::blocking`].
pub fn futex_wait(word: &std::sync::atomic::AtomicU32, value: u32, timeout: Option<std::time::Duration>) {
    futex::wait(word, value, timeout)
}
/// Wakes one thread that waits for the word.
pub fn futex_wake_one(word: &std::sync::atomic::AtomicU32) {
    futex::wake_one(word)
}
