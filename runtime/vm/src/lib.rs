//! The virtual machine: objects, classes, calls, the interpreter, threads as Python sees them.
//!
//! Rules for everything in here and for native modules:
//! - A [`Value`](native::Value) or [`Ref`](native::Ref) may be held on the native stack only. Never put one into a `Vec`, `Box`,
//!   `HashMap`, static or closure that outlives the call: the collector does not see it. Use a tuple, list, dict, or
//!   [`ValueVec`](native::ValueVec), or a field of a cell.
//! - Every allocation and every call of user code may collect, and may let other threads run handshakes.
//! - Structural writes to a container that other threads may see happen inside `t.exclusive(header)`, with no allocation, poll
//!   or user code inside.
//! - An error is an [`Exc`](native::Exc), carried by `Result`; nothing is pending on the side.
extern crate self as taipan_vm;

pub mod attr;
pub mod call;
pub mod error;
pub mod futex_lock;
pub mod hooks;
pub mod import;
pub mod interp;
pub mod library;
pub mod modules;
pub mod names;
pub mod native;
pub mod objects;
pub mod ops;
pub mod pending;
pub mod program;
pub mod startup;
pub mod suggestions;
pub mod thread;
pub mod traceback_print;
