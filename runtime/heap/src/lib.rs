//! Values, cells, shapes, threads as the collector sees them, and the collector.
//!
//! # What may be relied on
//! - **Cells never move.** A plain pointer ([`Ref`]) or [`Value`] on a native stack or in a saved register keeps its cell
//!   alive, also when it points inside the cell. References kept anywhere else (Rust heap, statics) are *not* seen:
//!   keep them in cells or in [`Roots`], or register a root scanner.
//! - Allocation returns zeroed memory with the header set; a zeroed [`Field`] is the integer 0, a zeroed [`RefField`] is
//!   null; scanning such a cell is safe.
//! - Any allocation may collect, and collection stops other threads at their polls. Nothing may hold a cell's lock byte, nor
//!   rely on ownership checked earlier, across an allocation, a poll or a call of user code.
//! - A store of a reference into a cell goes through [`Field::set`] / [`RefField::set`], which contain the write barrier;
//!   `init` is for cells that no collection can have seen since they were allocated. Whoever copies references by other means
//!   calls [`Mutator::write_barrier`] with the cell afterwards, before the next poll.
//!
//! # What is asked of the runtime
//! - Each thread attaches ([`Mutator::attach`]), puts the mutator in its final place, says what holds its references besides
//!   the native stack ([`Mutator::set_stack_scanner`]), and starts ([`Mutator::start`]).
//! - A running thread polls ([`Mutator::should_poll`], then [`Mutator::poll_slow`]; or [`Mutator::safepoint`]) in every loop
//!   that may be long, and is [`Mutator::blocking`] while it waits.
//! - Scan functions run in any thread, several at once, with the world stopped. They, root scanners and hooks take no lock that
//!   a thread may hold when it polls, and neither allocate nor register anything.
//! - A layout's `drop` runs in whichever thread collected, while other threads run. The cell's references are gone by then; its
//!   header's shape does not tell the kind of cell any more. It neither allocates nor waits for other threads.
//! - Weak cells ([`WeakCell`]) set their target before [`Mutator::register_weak`] and keep it.
//! - After a collection that found something to do, the collecting thread has [`poll_bits::RUNTIME`] set; the runtime then empties
//!   [`Mutator::take_cleared_weak`] and [`Mutator::take_finalizable`].
//!
//! # The rooms
//! | file | what is in it |
//! |---|---|
//! | `value`, `cell`, `field`, `shape` | the words of the heap and what describes them |
//! | `region` | address space, block table, mark bits; how a word is recognised as a cell |
//! | `space` | free blocks, blocks with free cells, large cells |
//! | `mutator` | a thread's allocation and write barrier |
//! | `threads`, `handshake`, `lock` | states, requests, the stopped world, ownership of containers; the table of all locks |
//! | `collect`, `mark`, `weak` | when a collection comes and its steps; marking; weak cells, finalizers, drops |
//! | `garbage` | what of the garbage was in cycles, on request |
//! | `verify`, `stats` | checking, walking, counting |
extern crate self as taipan_heap;

mod cell;
mod collect;
mod field;
mod futex;
mod garbage;
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
pub use garbage::Census;
pub use handshake::World;
pub use lock::Exclusive;
pub use mutator::{Mutator, OutOfMemory, Roots, Run, StackScanner, poll_bits};
pub use region::{CLASSES, EXACT_MAX, HEAP_BASE, SMALL_MAX, class_of, class_size};
pub use shape::*;
pub use stats::Stats;
pub use value::*;
pub use visitor::Visitor;
pub use weak::{Liveness, WeakCell, register_finalizer_filter, register_root_scanner, register_shape_hook, register_weak_hook};

/// Sleeps while `word` holds `value`, at most for `timeout`; may return early. For locks that Python code sees: call it inside
/// [`Mutator::blocking`].
pub fn futex_wait(word: &std::sync::atomic::AtomicU32, value: u32, timeout: Option<std::time::Duration>) {
    futex::wait(word, value, timeout)
}
/// As [`futex_wait`], while both words hold their values.
pub fn futex_wait_either(words: [(&std::sync::atomic::AtomicU32, u32); 2], timeout: Option<std::time::Duration>) {
    futex::wait_either(words, timeout)
}
/// Wakes all threads that wait for the word.
pub fn futex_wake_all(word: &std::sync::atomic::AtomicU32) {
    futex::wake_all(word)
}
/// Wakes one thread that waits for the word.
pub fn futex_wake_one(word: &std::sync::atomic::AtomicU32) {
    futex::wake_one(word)
}
