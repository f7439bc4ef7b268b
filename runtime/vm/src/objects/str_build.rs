//! Strings made of other strings: concatenation, repetition, joining, slices, replacement.
//!
//! Each result is one allocation, written in place. As operands are always in their narrowest width, the widest of them is the
//! narrowest of the result, except where parts are left out.

use crate::native::*;
use crate::objects::dict_storage::exact_str;
use crate::objects::slice::Indices;
use crate::objects::str::empty_str;
use crate::ops::text_of;
use crate::ops::type_name;
use taipan_text::{Text, TextBuf, Unit, search, with_units};

/// Copies the units of a text that is not wider than `U` to the front of `out`; gives the rest of `out`.
#[inline]
fn put<'o, U: Unit>(out: &'o mut [U], text: Text<'_>) -> &'o mut [U] {
    let (here, rest) = out.split_at_mut(text.len());
    with_units!(text, units => copy(here, units));
    rest
}

#[inline]
fn copy<A: Unit, B: Unit>(to: &mut [A], from: &[B]) {
    if size_of::<A>() == size_of::<B>() {
        // SAFETY: units of one size are of one type; both slices have the same length, as `put` made them.
        unsafe { copy_bytes(from.as_ptr().cast(), to.as_mut_ptr().cast(), size_of_val(from)) };
        return;
    }
    for (to, &from) in to.iter_mut().zip(from) {
        *to = A::truncate(from.code());
    }
}

/// Copies bytes. Most strings are short: for those a call costs more than the copying.
///
/// # Safety
/// Both are runs of `n` bytes that do not overlap.
#[inline(always)]
pub(crate) unsafe fn copy_bytes(from: *const u8, to: *mut u8, n: usize) {
    // SAFETY: all within the `n` bytes; the two halves of a run may cover some bytes twice.
    unsafe {
        match n {
            0 => {}
            1 => *to = *from,
            2..4 => {
                let (a, b) = (from.cast::<u16>().read_unaligned(), from.add(n - 2).cast::<u16>().read_unaligned());
                to.cast::<u16>().write_unaligned(a);
                to.add(n - 2).cast::<u16>().write_unaligned(b);
            }
            4..8 => {
                let (a, b) = (from.cast::<u32>().read_unaligned(), from.add(n - 4).cast::<u32>().read_unaligned());
                to.cast::<u32>().write_unaligned(a);
                to.add(n - 4).cast::<u32>().write_unaligned(b);
            }
            8..=16 => {
                let (a, b) = (from.cast::<u64>().read_unaligned(), from.add(n - 8).cast::<u64>().read_unaligned());
                to.cast::<u64>().write_unaligned(a);
                to.add(n - 8).cast::<u64>().write_unaligned(b);
            }
            _ => std::ptr::copy_nonoverlapping(from, to, n),
        }
    }
}

/// A string itself, or an exact copy of an instance of a subclass.
pub fn exact(t: &Thread, s: Ref<Str>) -> Result<Ref<Str>> {
    Str::substring(t, s, 0..s.len())
}

/// `a + b`
pub fn concat(t: &Thread, a: Ref<Str>, b: Ref<Str>) -> Result<Ref<Str>> {
    if b.is_empty() {
        return exact(t, a);
    }
    if a.is_empty() {
        return exact(t, b);
    }
    if let Some(r) = Str::extended(t, a, b) {
        return r;
    }
    let len = a.len() + b.len();
    let (x, y) = (text_of(&a), text_of(&b));
    let joined = match (x, y) {
        (Text::Latin1(x), Text::Latin1(y)) => Str::build(t, len, Some(a.is_ascii() && b.is_ascii()), |out: &mut [u8]| {
            let (first, second) = out.split_at_mut(x.len());
            copy(first, x);
            copy(second, y);
        }),
        (Text::Ucs4(_), _) | (_, Text::Ucs4(_)) => Str::build(t, len, Some(false), |out: &mut [u32]| {
            put(put(out, x), y);
        }),
        _ => Str::build(t, len, Some(false), |out: &mut [u16]| {
            put(put(out, x), y);
        }),
    }?;
    joined.mark_joined();
    Ok(joined)
}

/// `s * n`
pub fn repeat(t: &Thread, s: Ref<Str>, n: isize) -> Result<Ref<Str>> {
    let n = usize::try_from(n).unwrap_or(0);
    if n == 0 || s.is_empty() {
        return Ok(empty_str());
    }
    if n == 1 {
        return exact(t, s);
    }
    let Some(len) = s.len().checked_mul(n).filter(|&n| isize::try_from(n).is_ok()) else {
        return Err(t.overflow_error("repeated string is too long"));
    };
    with_units!(text_of(&s), units => Str::build(t, len, Some(s.is_ascii()), |out| fill_repeated(out, units)))
}

/// Fills `out`, whose length is a multiple of that of `units`.
pub fn fill_repeated<U: Copy>(out: &mut [U], units: &[U]) {
    if let [u] = units {
        return out.fill(*u);
    }
    let mut done = units.len();
    out[..done].copy_from_slice(units);
    while done < out.len() {
        let n = done.min(out.len() - done);
        out.copy_within(..n, done);
        done += n;
    }
}

/// `s[indices]`
pub fn slice(t: &Thread, s: Ref<Str>, indices: Indices) -> Result<Ref<Str>> {
    if let Some(range) = indices.as_range() {
        return Str::substring(t, s, range);
    }
    let ascii = s.is_ascii().then_some(true);
    match text_of(&s) {
        Text::Latin1(u) => Str::build(t, indices.count, ascii, |out: &mut [u8]| {
            for (to, i) in out.iter_mut().zip(indices.positions()) {
                *to = u[i];
            }
        }),
        text => {
            let out: TextBuf = indices.positions().map(|i| text.at(i)).collect();
            t.str_from_text(&out)
        }
    }
}

/// `separator.join(iterable)`
pub fn join(t: &Thread, separator: Ref<Str>, iterable: Value) -> Result<Ref<Str>> {
    let class = class_of(iterable);
    if class == Tuple::class() {
        if let Some(items) = iterable.downcast::<Tuple>() {
            return join_items(t, separator, items.as_slice());
        }
    }
    let items = iterate_to_join(t, iterable)?;
    join_items(t, separator, items.as_slice())
}

/// The items of what `join` was given.
pub fn iterate_to_join(t: &Thread, iterable: Value) -> Result<ValueVec> {
    if class_of(iterable) == List::class() {
        if let Some(l) = iterable.downcast::<List>() {
            return l.snapshot(t);
        }
    }
    let it = t.iter(iterable).map_err(|e| if t.is_type_error(e) { t.type_error("can only join an iterable") } else { e })?;
    let items = ValueVec::new();
    while let Some(v) = t.next(it)? {
        items.push(t, v)?;
    }
    Ok(items)
}

/// Joins strings.
pub fn join_items(t: &Thread, separator: Ref<Str>, items: &[Value]) -> Result<Ref<Str>> {
    match items {
        [] => return Ok(empty_str()),
        [only] if class_of(*only) == Str::class() => {
            if let Some(s) = only.downcast::<Str>() {
                return Ok(s);
            }
        }
        _ => {}
    }
    // One pass for the sizes.
    let mut len = separator.len().checked_mul(items.len() - 1);
    let (mut width, mut ascii) = if items.len() > 1 { (separator.width(), separator.is_ascii()) } else { (1, true) };
    for (i, &item) in items.iter().enumerate() {
        let Some(s) = string(item) else {
            return Err(t.type_error(format!("sequence item {i}: expected str instance, {} found", class_of(item).name_string())));
        };
        len = len.and_then(|n| n.checked_add(s.len()));
        width = width.max(s.width());
        ascii &= s.is_ascii();
    }
    let Some(len) = len.filter(|&n| isize::try_from(n).is_ok()) else {
        return Err(t.overflow_error("join() result is too long for a Python string"));
    };
    match width {
        1 => Str::build(t, len, Some(ascii), |out: &mut [u8]| join_bytes(out, separator, items)),
        2 => Str::build(t, len, Some(false), |out: &mut [u16]| fill_joined(out, text_of(&separator), items)),
        _ => Str::build(t, len, Some(false), |out: &mut [u32]| fill_joined(out, text_of(&separator), items)),
    }
}

#[inline(always)]
fn string(v: Value) -> Option<Ref<Str>> {
    exact_str(v).or_else(|| v.downcast())
}

/// Joins strings of bytes: mostly short ones, whose bytes are soon copied.
fn join_bytes(out: &mut [u8], separator: Ref<Str>, items: &[Value]) {
    let separator = match separator.units() {
        Units::Latin1(units) => units,
        // That of a single item.
        _ => &[],
    };
    let mut at = 0;
    let mut put = |units: &[u8]| {
        let place = &mut out[at..at + units.len()];
        copy(place, units);
        at += units.len();
    };
    for (i, &item) in items.iter().enumerate() {
        if i > 0 && !separator.is_empty() {
            put(separator);
        }
        if let Some(s) = string(item)
            && let Units::Latin1(units) = s.units()
        {
            put(units);
        }
    }
}

fn fill_joined<U: Unit>(out: &mut [U], separator: Text<'_>, items: &[Value]) {
    let mut rest = out;
    for (i, &item) in items.iter().enumerate() {
        if i > 0 && !separator.is_empty() {
            rest = put(rest, separator);
        }
        if let Some(s) = string(item) {
            rest = put(rest, text_of(&s));
        }
    }
}

/// Concatenates strings, as f-strings do.
pub fn concat_all(t: &Thread, parts: &[Value]) -> Result<Ref<Str>> {
    join_items(t, empty_str(), parts)
}

/// `s.replace(old, new, max)`
pub fn replace(t: &Thread, s: Ref<Str>, old: Ref<Str>, new: Ref<Str>, max: usize) -> Result<Ref<Str>> {
    let (hay, from, to) = (text_of(&s), text_of(&old), text_of(&new));
    if max == 0 || old.len() > s.len() || old.equals(&new) {
        return exact(t, s);
    }
    if let (Text::Latin1(hay), Text::Latin1(from), Text::Latin1(to)) = (hay, from, to) {
        if let &[one] = from
            && one.position(hay).is_none()
        {
            return exact(t, s);
        }
        if !from.is_empty() {
            // ASCII stays ASCII; what is not may have become it.
            let ascii = if s.is_ascii() { Some(new.is_ascii()) } else { None };
            return match replace_latin1(t, hay, from, to, max, ascii)? {
                Some(r) => Ok(r),
                None => exact(t, s),
            };
        }
    }
    match search::text_replace(hay, from, to, max) {
        Some(text) => t.str_from_text(&text),
        None => exact(t, s),
    }
}

/// Replaces a non-empty part; `None` when it does not occur.
fn replace_latin1(t: &Thread, hay: &[u8], from: &[u8], to: &[u8], max: usize, ascii: Option<bool>) -> Result<Option<Ref<Str>>> {
    let mut found = search::positions(hay, from).take(max);
    let Some(first) = found.next() else {
        return Ok(None);
    };
    if let (&[from], &[to], usize::MAX) = (from, to, max) {
        return Str::build(t, hay.len(), ascii, |out: &mut [u8]| {
            out.iter_mut().zip(hay).for_each(|(out, &b)| *out = if b == from { to } else { b });
        })
        .map(Some);
    }
    if from.len() == to.len() {
        // Written over in place, and so found only once.
        return Str::build(t, hay.len(), ascii, |out: &mut [u8]| {
            copy(out, hay);
            for at in std::iter::once(first).chain(found) {
                out[at..at + to.len()].copy_from_slice(to);
            }
        })
        .map(Some);
    }
    let mut few = [0; 16];
    let mut many = Vec::new();
    let mut n = 0;
    for at in std::iter::once(first).chain(found) {
        match few.get_mut(n) {
            Some(place) => *place = at,
            None => {
                if many.is_empty() {
                    many.extend_from_slice(&few);
                }
                many.push(at);
            }
        }
        n += 1;
    }
    let at = if many.is_empty() { &few[..n] } else { &many };
    let kept = hay.len() - from.len() * at.len();
    let len = match to.len().checked_mul(at.len()).and_then(|n| n.checked_add(kept)).filter(|&n| isize::try_from(n).is_ok()) {
        Some(n) => n,
        None => return Err(t.overflow_error("replace string is too long")),
    };
    Str::build(t, len, ascii, |out: &mut [u8]| {
        let (mut done, mut rest) = (0, out);
        for &at in at {
            rest = put(put(rest, Text::Latin1(&hay[done..at])), Text::Latin1(to));
            done = at + from.len();
        }
        put(rest, Text::Latin1(&hay[done..]));
    })
    .map(Some)
}

/// A text in the narrowest width it can have, as a string.
pub fn from_text(t: &Thread, text: Text<'_>) -> Result<Ref<Str>> {
    Str::from_units(
        t,
        match text {
            Text::Latin1(u) => Units::Latin1(u),
            Text::Ucs2(u) => Units::Ucs2(u),
            Text::Ucs4(u) => Units::Ucs4(u),
        },
    )
}

/// The count of a repetition.
pub fn repeat_count(t: &Thread, n: Value) -> Result<isize> {
    match n.as_small_int() {
        Some(n) => Ok(n as isize),
        None => t.index_or(n, crate::objects::exceptions::Kind::OverflowError),
    }
}

/// `'X' object …` texts want the plain class name.
pub(crate) fn cannot_concat(t: &Thread, other: Value) -> Exc {
    t.type_error(format!("can only concatenate str (not \"{}\") to str", type_name(other)))
}
