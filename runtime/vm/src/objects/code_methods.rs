//! The attributes and methods of `code`.
//!
//! Offsets that Python sees (`co_lines`, `tb_lasti`, …) count two for each instruction word, so that `offset // 2` is the index
//! into `co_positions()`, as everywhere else in Python. The first two stand for the entry into the code, which is at the line of its
//! definition; the first instruction is at 2. `co_code` is our own instruction words, after an empty one for the entry.

use crate::native::*;
use crate::objects::exceptions as ex;
use std::sync::Arc;
use taipan_compiler::isa::{Instr, Op, Operand};
use taipan_compiler::{CodeUnit, Position, flags};

/// Units of Python-visible offsets a word.
const OFFSET: usize = 2;

fn optional(n: u32, none_if: bool) -> Value {
    if none_if { Value::NONE } else { Value::small_int(n as i64) }
}

/// 6 bits a byte, least significant first (least: `false`) or last, continued by bit 6.
fn put_varint(out: &mut Vec<u8>, mut v: u64) {
    while v >= 64 {
        out.push(0x40 | (v & 63) as u8);
        v >>= 6;
    }
    out.push(v as u8);
}

/// The form of varint that the exception table uses: most significant bits first, bit 7 begins an entry.
fn put_table_varint(out: &mut Vec<u8>, v: u32, begin: u8) {
    let mut digits = vec![(v & 63) as u8];
    let mut rest = v >> 6;
    while rest > 0 {
        digits.push((rest & 63) as u8 | 0x40);
        rest >>= 6;
    }
    digits.reverse();
    digits[0] |= begin;
    out.extend(digits);
}

/// Source positions in the format of `co_linetable`.
fn line_table(unit: &CodeUnit) -> Vec<u8> {
    const NO_LOCATION: u8 = 15;
    const LONG: u8 = 14;
    let mut out = Vec::new();
    let mut line = unit.first_line as i64;
    let positions: Vec<Position> = std::iter::once(entry_position(unit)).chain(unit.positions.iter()).collect();
    for run in positions.chunk_by(|a, b| a == b) {
        let p = run[0];
        for part in run.chunks(8) {
            let kind = if p.line == 0 { NO_LOCATION } else { LONG };
            out.push(0x80 | kind << 3 | (part.len() - 1) as u8);
            if p.line == 0 {
                continue;
            }
            let delta = p.line as i64 - line;
            line = p.line as i64;
            put_varint(&mut out, if delta < 0 { (delta.unsigned_abs() << 1) | 1 } else { (delta as u64) << 1 });
            put_varint(&mut out, p.end_line.saturating_sub(p.line) as u64);
            put_varint(&mut out, p.col as u64 + 1);
            put_varint(&mut out, p.end_col as u64 + 1);
        }
    }
    out
}

/// Indexes of the names that are not only those of variables in registers, which error texts need.
fn outer_names(unit: &CodeUnit) -> Vec<usize> {
    let mut used = vec![false; unit.names.len()];
    let mut at = 0;
    while let Some(op) = unit.code.get(at).and_then(|w| Op::from_u16(Instr(*w).op())) {
        let i = Instr(unit.code[at]);
        if !matches!(op, Op::CHECK_BOUND | Op::DELETE_FAST | Op::LOAD_CELL | Op::DELETE_CELL | Op::LOAD_FROM_DICT_OR_CELL) {
            for (operand, value) in op.info().operands.iter().zip([i.a(), i.b(), i.c()]) {
                if *operand == Operand::Name {
                    used[value] = true;
                }
            }
        }
        at += op.len();
    }
    (0..used.len()).filter(|&i| used[i]).collect()
}

/// The entry into the code: its first line, without a range of columns.
fn entry_position(unit: &CodeUnit) -> Position {
    Position { line: unit.first_line, end_line: unit.first_line, col: 0, end_col: 0 }
}

fn exception_table(unit: &CodeUnit) -> Vec<u8> {
    let mut out = Vec::new();
    for e in &unit.exceptions {
        put_table_varint(&mut out, e.start + 1, 0x80);
        put_table_varint(&mut out, e.end - e.start, 0);
        put_table_varint(&mut out, e.handler + 1, 0);
        put_table_varint(&mut out, (e.reg as u32) << 1, 0);
    }
    out
}

/// Names of all variables in the order of their registers.
fn variable_names(code: Ref<Code>) -> Vec<Value> {
    let varnames = code.varnames.expect();
    let mut out: Vec<Value> = varnames.as_slice().to_vec();
    out.extend(code.cellvars.expect().iter().filter(|c| !varnames.as_slice().contains(c)));
    out.extend(code.freevars.expect().iter());
    out
}

fn arc_names(t: &Thread, field: &str, v: Value, old: &[Arc<str>]) -> Result<Vec<Arc<str>>> {
    let wrong = |v: Value| t.type_error(format!("replace() argument '{field}' must be tuple, not {}", crate::ops::type_name(v)));
    let items = v.downcast::<Tuple>().ok_or_else(|| wrong(v))?;
    if items.len() != old.len() {
        return Err(t.value_error(format!("code: {field} must keep its length")));
    }
    items
        .iter()
        .map(|n| match n.downcast::<Str>().and_then(|s| s.to_utf8().map(|s| Arc::from(&*s))) {
            Some(s) => Ok(s),
            None => Err(t.type_error(format!("name tuples must contain only strings, not '{}'", crate::ops::type_name(n)))),
        })
        .collect()
}

/// A copy with the attributes that `changes` names. What the instructions depend on (register layout, the instructions
/// themselves) can only be given as it is.
fn replaced(t: &Thread, code: Ref<Code>, changes: Option<Ref<Dict>>) -> Result<Ref<Code>> {
    let mut unit: CodeUnit = (*code.unit).clone();
    let mut consts = code.consts();
    let Some(changes) = changes else { return Code::with_consts(t, &code.unit, consts) };
    let mut pos = 0;
    while let Some((k, v)) = changes.next(&mut pos) {
        let Some(key) = k.downcast::<Str>() else { continue };
        let key = key.to_string_lossy();
        let wrong =
            |what: &str| t.type_error(format!("replace() argument '{key}' must be {what}, not {}", crate::ops::type_name(v)));
        let text = || v.downcast::<Str>().map(|s| Arc::<str>::from(s.to_string_lossy())).ok_or_else(|| wrong("str"));
        let fixed = |same: bool| if same { Ok(()) } else { Err(t.value_error(format!("code: {key} cannot be changed"))) };
        match key.as_str() {
            "co_name" => unit.name = text()?,
            "co_qualname" => unit.qualname = text()?,
            "co_filename" => unit.filename = text()?,
            "co_firstlineno" => {
                let line = t.to_i64(v)?;
                let delta = line - unit.first_line as i64;
                let moved = |l: u32| if l == 0 { 0 } else { (l as i64 + delta).clamp(0, u32::MAX as i64) as u32 };
                let moved = |p: Position| Position { line: moved(p.line), end_line: moved(p.end_line), ..p };
                unit.positions = unit.positions.iter().map(moved).collect();
                unit.first_line = line.clamp(0, u32::MAX as i64) as u32;
            }
            "co_flags" => {
                const SHAPE: u32 = flags::OPTIMIZED
                    | flags::NEWLOCALS
                    | flags::VARARGS
                    | flags::VARKEYWORDS
                    | flags::GENERATOR
                    | flags::COROUTINE
                    | flags::ASYNC_GENERATOR;
                let new = t.to_i64(v)? as u32;
                fixed((new ^ unit.flags) & SHAPE == 0)?;
                unit.flags = new;
            }
            "co_consts" => {
                let new = v.downcast::<Tuple>().ok_or_else(|| wrong("tuple"))?;
                if new.len() != consts.len() {
                    return Err(t.value_error("code: co_consts must keep its length"));
                }
                consts = new;
            }
            "co_names" => {
                let places = outer_names(&unit);
                let old: Vec<Arc<str>> = places.iter().map(|&i| unit.names[i].clone()).collect();
                for (i, name) in places.into_iter().zip(arc_names(t, &key, v, &old)?) {
                    unit.names[i] = name;
                }
            }
            "co_varnames" => unit.varnames = arc_names(t, &key, v, &unit.varnames)?,
            "co_cellvars" => unit.cellvars = arc_names(t, &key, v, &unit.cellvars)?,
            "co_freevars" => unit.freevars = arc_names(t, &key, v, &unit.freevars)?,
            "co_argcount" => fixed(t.to_i64(v)? == unit.argcount as i64)?,
            "co_posonlyargcount" => {
                let n = t.to_i64(v)?;
                if n < 0 || n > unit.argcount as i64 {
                    return Err(t.value_error("code: co_posonlyargcount > co_argcount"));
                }
                unit.posonly_argcount = n as u16;
            }
            "co_kwonlyargcount" => fixed(t.to_i64(v)? == unit.kwonly_argcount as i64)?,
            "co_nlocals" => fixed(t.to_i64(v)? == unit.varnames.len() as i64)?,
            "co_stacksize" => {
                // Registers are counted by the compiler; a larger wish changes nothing.
                t.to_i64(v)?;
            }
            "co_code" => {
                let b = v.downcast::<Bytes>().ok_or_else(|| wrong("bytes"))?;
                fixed(b.as_slice() == code_bytes(&unit))?;
            }
            "co_linetable" => {
                let b = v.downcast::<Bytes>().ok_or_else(|| wrong("bytes"))?;
                if b.is_empty() {
                    unit.positions = unit.positions.iter().map(|_| Position::default()).collect();
                } else {
                    fixed(b.as_slice() == line_table(&code.unit))?;
                }
            }
            "co_exceptiontable" => {
                let b = v.downcast::<Bytes>().ok_or_else(|| wrong("bytes"))?;
                fixed(b.as_slice() == exception_table(&unit))?;
            }
            _ => return Err(t.type_error(format!("replace() got an unexpected keyword argument '{key}'"))),
        }
    }
    Code::with_consts(t, &Arc::new(unit), consts)
}

/// The instruction words as the compiler made them (cache words are 0).
fn code_bytes(unit: &CodeUnit) -> Vec<u8> {
    std::iter::once(&0).chain(&unit.code).flat_map(|w| w.to_le_bytes()).collect()
}

/// The line table of Python before 3.10: pairs of an unsigned distance in the code and a signed one in lines.
fn old_line_table(unit: &CodeUnit) -> Vec<u8> {
    let mut out = Vec::new();
    let (mut at, mut told, mut last) = (1, 0, unit.first_line);
    for (count, p) in unit.positions.runs() {
        if p.line != 0 && p.line != last {
            let (mut distance, mut lines) = ((at - told) * OFFSET, i64::from(p.line) - i64::from(last));
            while distance > 255 {
                out.extend_from_slice(&[255, 0]);
                distance -= 255;
            }
            while !(-128..=127).contains(&lines) {
                let step = lines.clamp(-128, 127);
                out.extend_from_slice(&[distance as u8, step as i8 as u8]);
                (distance, lines) = (0, lines - step);
            }
            out.extend_from_slice(&[distance as u8, lines as i8 as u8]);
            (told, last) = (at, p.line);
        }
        at += count;
    }
    out
}

/// Whether two code objects do the same under the same name, with the same source lines.
fn same_code(t: &Thread, a: Ref<Code>, b: Ref<Code>) -> Result<bool> {
    let (x, y) = (&a.unit, &b.unit);
    let same = x.name == y.name
        && x.argcount == y.argcount
        && x.posonly_argcount == y.posonly_argcount
        && x.kwonly_argcount == y.kwonly_argcount
        && x.flags == y.flags
        && x.first_line == y.first_line
        && x.code == y.code
        && x.names == y.names
        && x.varnames == y.varnames
        && x.cellvars == y.cellvars
        && x.freevars == y.freevars
        && x.positions == y.positions
        && x.exceptions == y.exceptions;
    if !same || a.consts().len() != b.consts().len() {
        return Ok(false);
    }
    for (p, q) in a.consts().iter().zip(b.consts().iter()) {
        if !same_constant(t, p, q)? {
            return Ok(false);
        }
    }
    Ok(true)
}

/// Equal and of the same kind all through: `1`, `1.0`, `True` differ, and so do `0.0` and `-0.0`.
fn same_constant(t: &Thread, a: Value, b: Value) -> Result<bool> {
    if a == b {
        return Ok(true);
    }
    if class_of(a) != class_of(b) {
        return Ok(false);
    }
    if let (Some(x), Some(y)) = (a.downcast::<Tuple>(), b.downcast::<Tuple>()) {
        if x.len() != y.len() {
            return Ok(false);
        }
        for (p, q) in x.iter().zip(y.iter()) {
            if !same_constant(t, p, q)? {
                return Ok(false);
            }
        }
        return Ok(true);
    }
    if let (Some(x), Some(y)) = (crate::ops::float_value(a), crate::ops::float_value(b)) {
        return Ok(x.to_bits() == y.to_bits());
    }
    if class_of(a) == crate::objects::complex::Complex::class() {
        return Ok({
            let (x, y) = (t.repr(a)?, t.repr(b)?);
            x.equals(&y)
        });
    }
    t.equal(a, b)
}

/// A compiled block of a program: what functions, classes and modules are made from.
#[pyclass(name = "code", flags(HAS_WEAKREF, NO_NEW))]
impl Code {
    #[py]
    fn __repr__(_t: &Thread, this: Ref<Code>) -> String {
        let line = if this.unit.first_line == 0 { -1 } else { this.unit.first_line as i64 };
        format!(
            "<code object {} at {:#x}, file \"{}\", line {line}>",
            this.name.expect(),
            this.as_ptr() as usize,
            this.filename.expect()
        )
    }
    #[py]
    fn __hash__(_t: &Thread, this: Ref<Code>) -> i64 {
        let u = &this.unit;
        let mut h = this.name.expect().hash() as u64;
        let mut mix = |v: u64| h = (h ^ v).wrapping_mul(0x9e37_79b9_7f4a_7c15).rotate_left(23);
        for n in [u.argcount as u64, u.posonly_argcount as u64, u.kwonly_argcount as u64, u.flags as u64, u.first_line as u64] {
            mix(n);
        }
        u.code.iter().for_each(|&w| mix(w));
        let h = h as i64 >> 3;
        if h == -1 { -2 } else { h }
    }
    #[py]
    fn __eq__(t: &Thread, this: Ref<Code>, value: Value) -> Result<Value> {
        match value.downcast::<Code>() {
            Some(o) => same_code(t, this, o).map(Value::bool),
            None => Ok(Value::NOT_IMPLEMENTED),
        }
    }
    /// Return a copy of the code object with new values for the specified fields.
    #[py("($self, /, **changes)")]
    fn replace(t: &Thread, this: Ref<Code>, changes: Kwargs) -> Result<Ref<Code>> {
        replaced(t, this, changes.0)
    }
    /// The same as replace().
    #[py("($self, /, **changes)")]
    fn __replace__(t: &Thread, this: Ref<Code>, changes: Kwargs) -> Result<Ref<Code>> {
        replaced(t, this, changes.0)
    }
    /// Iterate over runs of instructions with one line: (start, end, line or None).
    #[py("($self, /)")]
    fn co_lines(t: &Thread, this: Ref<Code>) -> Result<Value> {
        let out = List::new(t)?;
        let mut at = 1;
        let first = this.unit.first_line;
        let entry = [Value::small_int(0), Value::small_int(OFFSET as i64), optional(first, first == 0)];
        out.append(t, Tuple::new(t, &entry)?.value())?;
        let mut runs = this.unit.positions.runs().map(|(count, p)| (count, p.line)).peekable();
        while let Some((mut count, line)) = runs.next() {
            while let Some((more, _)) = runs.next_if(|run| run.1 == line) {
                count += more;
            }
            let start = at * OFFSET;
            at += count;
            let entry = [Value::small_int(start as i64), Value::small_int((at * OFFSET) as i64), optional(line, line == 0)];
            out.append(t, Tuple::new(t, &entry)?.value())?;
        }
        t.iter(out.value())
    }
    /// Iterate over the source ranges of all instructions: (line, end line, column, end column).
    #[py("($self, /)")]
    fn co_positions(t: &Thread, this: Ref<Code>) -> Result<Value> {
        let out = List::with_capacity(t, this.unit.positions.len() + 1)?;
        for p in std::iter::once(entry_position(&this.unit)).chain(this.unit.positions.iter()) {
            let none = p.line == 0;
            let entry = [optional(p.line, none), optional(p.end_line, none), optional(p.col, none), optional(p.end_col, none)];
            out.append(t, Tuple::new(t, &entry)?.value())?;
        }
        t.iter(out.value())
    }
    /// Iterate over the conditional jumps: (offset, offset if it goes on, offset if it jumps).
    #[py("($self, /)")]
    fn co_branches(t: &Thread, this: Ref<Code>) -> Result<Value> {
        use crate::interp::trace::{kind_of_jump, offset};
        let out = List::new(t)?;
        let mut at = 0;
        while let Some(op) = this.unit.code.get(at).and_then(|w| Op::from_u16(Instr(*w).op())) {
            let i = Instr(this.unit.code[at]);
            if let (Some((true, _)), [Some(next), Some(target)]) = (kind_of_jump(i), taipan_compiler::effects::successors(i, at)) {
                let entry = [at, next, target].map(|n| Value::small_int(offset(n)));
                out.append(t, Tuple::new(t, &entry)?.value())?;
            }
            at += op.len();
        }
        t.iter(out.value())
    }
    /// Name of the variable in a register.
    #[py("($self, /, oparg)")]
    fn _varname_from_oparg(t: &Thread, this: Ref<Code>, oparg: isize) -> Result<Value> {
        let all = variable_names(this);
        usize::try_from(oparg).ok().and_then(|i| all.get(i).copied()).ok_or_else(|| t.index_error("tuple index out of range"))
    }
    #[py("($self, /)")]
    fn __sizeof__(_t: &Thread, this: Ref<Code>) -> usize {
        size_of::<Code>() + 8 * this.words()
    }
    #[py(member)]
    fn co_argcount(_t: &Thread, this: Ref<Code>) -> u32 {
        this.argcount
    }
    #[py(member)]
    fn co_posonlyargcount(_t: &Thread, this: Ref<Code>) -> u16 {
        this.unit.posonly_argcount
    }
    #[py(member)]
    fn co_kwonlyargcount(_t: &Thread, this: Ref<Code>) -> u16 {
        this.unit.kwonly_argcount
    }
    #[py(member)]
    fn co_stacksize(_t: &Thread, this: Ref<Code>) -> u32 {
        this.nregs.saturating_sub(this.nvars)
    }
    #[py(member)]
    fn co_flags(_t: &Thread, this: Ref<Code>) -> u32 {
        this.flags
    }
    #[py(member)]
    fn co_nlocals(_t: &Thread, this: Ref<Code>) -> u32 {
        this.nlocals
    }
    #[py(member)]
    fn co_consts(_t: &Thread, this: Ref<Code>) -> Ref<Tuple> {
        this.consts()
    }
    #[py(member)]
    fn co_names(t: &Thread, this: Ref<Code>) -> Result<Ref<Tuple>> {
        let out = ValueVec::new();
        for i in outer_names(&this.unit) {
            out.push(t, this.names().as_slice()[i])?;
        }
        out.into_tuple(t)
    }
    #[py(member)]
    fn co_filename(_t: &Thread, this: Ref<Code>) -> Ref<Str> {
        this.filename.expect()
    }
    #[py(member)]
    fn co_name(_t: &Thread, this: Ref<Code>) -> Ref<Str> {
        this.name.expect()
    }
    #[py(member)]
    fn co_qualname(_t: &Thread, this: Ref<Code>) -> Ref<Str> {
        this.qualname.expect()
    }
    #[py(member)]
    fn co_firstlineno(_t: &Thread, this: Ref<Code>) -> u32 {
        this.unit.first_line
    }
    #[py(getter)]
    fn co_lnotab(t: &Thread, this: Ref<Code>) -> Result<Ref<Bytes>> {
        t.warn(ex::Kind::DeprecationWarning, "co_lnotab is deprecated, use co_lines instead.")?;
        Bytes::new(t, &old_line_table(&this.unit))
    }
    #[py(member)]
    fn co_linetable(t: &Thread, this: Ref<Code>) -> Result<Ref<Bytes>> {
        Bytes::new(t, &line_table(&this.unit))
    }
    #[py(member)]
    fn co_exceptiontable(t: &Thread, this: Ref<Code>) -> Result<Ref<Bytes>> {
        Bytes::new(t, &exception_table(&this.unit))
    }
    #[py(getter)]
    fn co_varnames(_t: &Thread, this: Ref<Code>) -> Ref<Tuple> {
        this.varnames.expect()
    }
    #[py(getter)]
    fn co_cellvars(_t: &Thread, this: Ref<Code>) -> Ref<Tuple> {
        this.cellvars.expect()
    }
    #[py(getter)]
    fn co_freevars(_t: &Thread, this: Ref<Code>) -> Ref<Tuple> {
        this.freevars.expect()
    }
    #[py(getter)]
    fn co_code(t: &Thread, this: Ref<Code>) -> Result<Ref<Bytes>> {
        Bytes::new(t, &code_bytes(&this.unit))
    }
}
