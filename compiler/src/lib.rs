//! Source → code unit (register bytecode). Knows no heap, no threads, no built-in types.
pub mod isa;
mod unit;
pub use unit::*;
