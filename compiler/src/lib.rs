//! Source → code unit (register bytecode). Knows no heap, no threads, no built-in types.
//!
//! [`compile`] is the way in; [`isa`] is the instruction set and [`CodeUnit`] what comes out. [`serial`] writes units to
//! bytes and reads them back, [`verify`] checks them, [`dis`] lists them.
//!
//! The way of a program: text ([`source`]) → syntax tree (`ruff_python_parser`, its errors reworded in [`errors`]) →
//! scopes ([`symtable`]) → instructions with labels (`codegen`) → words and tables (`asm`, `flow`).
//!
//! Invariants: nothing here panics or overflows the native stack on any input; a unit that comes out passes
//! [`verify::verify`]; errors and warnings carry CPython's texts.

mod asm;
mod codegen;
mod depth;
mod diagnose;
pub mod dis;
pub mod effects;
mod errors;
mod escapes;
mod flow;
mod fold;
mod front;
pub mod isa;
mod lints;
pub mod literal;
mod positions;
pub mod serial;
pub mod source;
pub mod spelled;
pub mod symtable;
pub mod tokenizer;
mod unit;
mod unparse;
pub mod verify;

pub use codegen::interpolation_text;
pub use front::{Compiled, Tree, compile, compile_spelled, parse, symbols};
pub use positions::Positions;
pub use source::{DecodeError, decode_source};
pub use unit::*;
