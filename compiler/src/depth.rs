//! Bounded recursion over the syntax tree: deep nesting is an ordinary error, never an overflow of the native stack.

use ruff_text_size::TextRange;

use crate::errors::{Error, Result};

/// Levels of nested nodes a walk may enter.
const LIMIT: u32 = 5000;

/// Counts one level; the caller counts it off again.
pub fn guarded(depth: &mut u32, range: TextRange) -> Result<()> {
    if *depth >= LIMIT {
        return Err(Error::recursion(range));
    }
    *depth += 1;
    Ok(())
}

/// Runs `f` with enough native stack for one more level of any walk.
pub fn with_stack<T>(f: impl FnOnce() -> T) -> T {
    stacker::maybe_grow(256 * 1024, 4 * 1024 * 1024, f)
}
