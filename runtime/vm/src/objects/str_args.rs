//! Arguments that methods of `str`, `bytes` and `bytearray` have in common.

use crate::native::*;
use crate::objects::int;

/// A bound of a range, as in a slice: None and missing are the same, too large integers are clipped.
#[derive(Clone, Copy)]
pub struct Bound(pub Option<isize>);

impl FromArg for Bound {
    #[inline]
    fn from_arg(t: &Thread, v: Value, _: ArgContext) -> Result<Bound> {
        if v.is_empty() || v.is_none() {
            return Ok(Bound(None));
        }
        if let Some(i) = v.as_small_int() {
            return Ok(Bound(Some(i as isize)));
        }
        match t.index_opt(v)? {
            Some(i) => Ok(Bound(int::view(i).map(|i| crate::ops::convert::clip(i.as_ref())))),
            None => Err(t.type_error("slice indices must be integers or None or have an __index__ method")),
        }
    }
}

/// The range that two bounds mean in a sequence of `len` items; `None` where it begins after the end, so that not even
/// nothing is found there.
#[inline]
pub fn range(start: Bound, end: Bound, len: usize) -> Option<std::ops::Range<usize>> {
    let signed = len as isize;
    let wrap = |i: isize| if i < 0 { (i + signed).max(0) } else { i };
    let end = wrap(end.0.unwrap_or(signed)).min(signed);
    let start = wrap(start.0.unwrap_or(0));
    (start <= end).then_some(start as usize..end as usize)
}

/// Name of a class in messages of argument parsing, where None is "None".
pub fn shown_class(v: Value) -> String {
    if v.is_none() { "None".to_owned() } else { class_of(v).name_string() }
}

/// `maxsplit`, `count`: negative means no limit.
#[inline]
pub fn limit(n: Option<isize>) -> usize {
    usize::try_from(n.unwrap_or(-1)).unwrap_or(usize::MAX)
}

/// A C `int`, as `expandtabs` takes it.
pub struct CInt(pub i32);

impl FromArg for CInt {
    fn from_arg(t: &Thread, v: Value, _: ArgContext) -> Result<CInt> {
        let i = t.index(v)?;
        match int::view(i).and_then(|i| i.to_i64()).and_then(|i| i32::try_from(i).ok()) {
            Some(i) => Ok(CInt(i)),
            None => Err(t.overflow_error("Python int too large to convert to C int")),
        }
    }
}

/// The text of an argument that must be a string without null characters, such as the name of an encoding. `what` is
/// "encode() argument 'encoding'".
pub fn name_argument(t: &Thread, v: Option<Value>, what: &str) -> Result<Option<Ref<Str>>> {
    let Some(v) = v else {
        return Ok(None);
    };
    let Some(s) = v.downcast::<Str>() else {
        return Err(t.type_error(format!("{what} must be str, not {}", shown_class(v))));
    };
    if s.units().iter().any(|c| c == 0) {
        return Err(t.value_error("embedded null character"));
    }
    Ok(Some(s))
}

/// The argument of `__buffer__`.
pub struct BufferFlags(pub i32);

impl FromArg for BufferFlags {
    fn from_arg(t: &Thread, v: Value, _: ArgContext) -> Result<BufferFlags> {
        let i = t.index(v)?;
        match int::view(i).and_then(|i| i.to_i64()).and_then(|i| i32::try_from(i).ok()) {
            Some(i) => Ok(BufferFlags(i)),
            None => Err(t.overflow_error("buffer flags out of range")),
        }
    }
}
