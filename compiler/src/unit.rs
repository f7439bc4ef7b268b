//! What the compiler produces: a code unit, free of any heap object.

use crate::positions::Positions;
use std::sync::Arc;

/// A compiled code block. The runtime turns it into a code object; nested blocks are constants.
#[derive(Clone, Debug, PartialEq)]
pub struct CodeUnit {
    pub name: Arc<str>,
    pub qualname: Arc<str>,
    pub filename: Arc<str>,
    pub first_line: u32,
    /// CPython's `CO_*` flags ([`flags`]).
    pub flags: u32,
    /// Positional parameters, positional-only ones included; without `*args`.
    pub argcount: u16,
    pub posonly_argcount: u16,
    pub kwonly_argcount: u16,
    /// Parameters, then other fast locals, as `co_varnames`. Registers `0..varnames.len()`.
    pub varnames: Vec<Arc<str>>,
    /// As `co_cellvars`.
    pub cellvars: Vec<Arc<str>>,
    /// Register of each cell variable (a parameter's own register, or one after the locals).
    pub cell_registers: Vec<u16>,
    /// As `co_freevars`; their registers follow `free_base`.
    pub freevars: Vec<Arc<str>>,
    pub free_base: u16,
    /// Names used by instructions.
    pub names: Vec<Arc<str>>,
    pub consts: Vec<Const>,
    /// Instruction and cache words.
    pub code: Vec<u64>,
    /// Innermost first; the first entry that covers an instruction is its handler.
    pub exceptions: Vec<ExceptionEntry>,
    /// One entry a word of `code` (cache words repeat their instruction's).
    pub positions: Positions,
    /// One entry a word of `code`: registers `live[i]..` hold nothing that is needed while instruction `i` executes.
    pub live: Vec<u16>,
    /// Registers of the frame, call windows included.
    pub nregs: u16,
    /// Number of loops (`JUMP_BACK`'s `a` is below it).
    pub nloops: u16,
    /// Whether `consts[0]` is the docstring (`CO_HAS_DOCSTRING`).
    pub has_docstring: bool,
}

/// `start..end` (word indexes) is covered by the handler at `handler`; the exception goes to register `reg`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ExceptionEntry {
    pub start: u32,
    pub end: u32,
    pub handler: u32,
    pub reg: u16,
}

/// A source range as `co_positions` gives it: lines from 1, columns in UTF-8 bytes from 0. `line` 0 means none.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct Position {
    pub line: u32,
    pub end_line: u32,
    pub col: u32,
    pub end_col: u32,
}

/// A constant.
#[derive(Clone, Debug, PartialEq)]
pub enum Const {
    None,
    True,
    False,
    Ellipsis,
    Int(i64),
    /// Decimal or prefixed literal too large for i64: little-endian limbs, non-negative.
    BigInt(Vec<u64>),
    Float(f64),
    Complex(f64, f64),
    /// A string as WTF-8 (UTF-8 that may also encode lone surrogates).
    Str(Arc<[u8]>),
    Bytes(Arc<[u8]>),
    Tuple(Vec<Const>),
    FrozenSet(Vec<Const>),
    Code(Arc<CodeUnit>),
}

/// `co_flags` bits.
pub mod flags {
    pub const OPTIMIZED: u32 = 0x1;
    pub const NEWLOCALS: u32 = 0x2;
    pub const VARARGS: u32 = 0x4;
    pub const VARKEYWORDS: u32 = 0x8;
    pub const NESTED: u32 = 0x10;
    pub const GENERATOR: u32 = 0x20;
    pub const COROUTINE: u32 = 0x80;
    pub const ITERABLE_COROUTINE: u32 = 0x100;
    pub const ASYNC_GENERATOR: u32 = 0x200;
    pub const FUTURE_ANNOTATIONS: u32 = 0x100_0000;
    /// All `CO_FUTURE_*` flags.
    pub const FUTURE_MASK: u32 = 0x1fe_0000;
    pub const HAS_DOCSTRING: u32 = 0x400_0000;
    pub const METHOD: u32 = 0x800_0000;
}

/// How the source is compiled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    Exec,
    Eval,
    Single,
}

/// Options of a compilation.
#[derive(Clone, Debug)]
pub struct Options {
    pub mode: Mode,
    /// 0, 1 (no asserts) or 2 (no docstrings either).
    pub optimize: u8,
    /// `CO_FUTURE_*` flags inherited from the calling code.
    pub future_flags: u32,
    /// `PyCF_ALLOW_TOP_LEVEL_AWAIT`
    pub top_level_await: bool,
    /// `PyCF_DONT_IMPLY_DEDENT`
    pub dont_imply_dedent: bool,
    /// `PyCF_ALLOW_INCOMPLETE_INPUT`: an error at the end of the input has kind [`SyntaxErrorKind::Incomplete`].
    pub allow_incomplete_input: bool,
}

impl Options {
    pub fn new(mode: Mode) -> Options {
        Options {
            mode,
            optimize: 0,
            future_flags: 0,
            top_level_await: false,
            dont_imply_dedent: false,
            allow_incomplete_input: false,
        }
    }
}

/// Stands for an end that is not known, which Python code sees as -1.
pub const NO_COLUMN: u32 = u32::MAX;

/// A SyntaxError (or IndentationError, TabError): CPython's text and position.
#[derive(Clone, Debug, PartialEq)]
pub struct SyntaxError {
    pub kind: SyntaxErrorKind,
    pub message: String,
    /// From 1.
    pub line: u32,
    /// Column in characters, from 1, as `SyntaxError.offset`.
    pub offset: u32,
    pub end_line: u32,
    pub end_offset: u32,
    /// The source line with its newline, if known.
    pub text: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SyntaxErrorKind {
    Syntax,
    Indentation,
    Tab,
    /// Nested too deeply: a RecursionError.
    Recursion,
    /// Input ended too early (`_IncompleteInputError` for the interactive prompt).
    Incomplete,
}

/// A SyntaxWarning to be issued by the runtime.
#[derive(Clone, Debug, PartialEq)]
pub struct Warning {
    pub message: String,
    pub line: u32,
    pub kind: WarningKind,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WarningKind {
    Syntax,
    Deprecation,
}
