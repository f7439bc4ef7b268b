//! The handlers, one an instruction: the common case inline, the rest in `slow`. See `dispatch` for the rules.
#![allow(non_snake_case, unused_variables)]

use super::cache;
use super::dispatch::{Exit, Handler, RETURNED, YIELDED, goto, leave, raise};
use super::machine::{self, next_table};
use super::slow;
use super::*;
use crate::ops::item::quick_item;

use taipan_compiler::isa::{CALLABLE, Instr, KWNAMES, Op};

const ARGS: usize = FRAME_HEADER_WORDS;

macro_rules! handler {
    ($name:ident, |$t:ident, $pc:ident, $r:ident, $tb:ident, $i:ident| $body:block) => {
        unsafe extern "C" fn $name($t: &Thread, $pc: *const u64, $r: Regs, $tb: *const Handler) -> Exit {
            // SAFETY: dispatch hands over an instruction of the running frame's code and that frame's registers; the
            // compiler's verifier bounds every operand.
            #[allow(unused_variables)]
            unsafe {
                let $i = Instr(*$pc);
                $body
            }
        }
    };
}
/// As `handler!`, for the uncommon rest of one. It may call functions that return: a handler that does so itself saves and
/// restores machine registers on its common path, too.
macro_rules! rest {
    ($name:ident, |$t:ident, $pc:ident, $r:ident, $tb:ident, $i:ident| $body:block) => {
        rest!(@ #[cold] $name, |$t, $pc, $r, $tb, $i| $body);
    };
    (@ $(#[$cold:meta])? $name:ident, |$t:ident, $pc:ident, $r:ident, $tb:ident, $i:ident| $body:block) => {
        $(#[$cold])?
        #[inline(never)]
        unsafe extern "C" fn $name($t: &Thread, $pc: *const u64, $r: Regs, $tb: *const Handler) -> Exit {
            // SAFETY: as in `handler!`.
            #[allow(unused_variables)]
            unsafe {
                let $i = Instr(*$pc);
                $t.pc.set($pc.cast());
                $body
            }
        }
    };
}
/// As `rest!`, for what is nearly as common as the case in the handler.
macro_rules! second {
    ($name:ident, |$t:ident, $pc:ident, $r:ident, $tb:ident, $i:ident| $body:block) => {
        rest!(@ $name, |$t, $pc, $r, $tb, $i| $body);
    };
}
macro_rules! throw {
    ($t:ident, $tb:ident, $e:expr) => {
        return raise($t, $tb, $e.0.bits(), 1)
    };
}
/// Stores the value of a `Result<Value>` and goes on, or raises.
macro_rules! finish {
    ($t:ident, $pc:ident, $r:ident, $tb:ident, $len:expr, $dest:expr, $result:expr) => {
        match $result {
            Ok(v) => {
                *$r.add($dest) = v;
                goto!($t, $pc.add($len), $r, $tb)
            }
            Err(e) => throw!($t, $tb, e),
        }
    };
}
/// Goes on after a `Result<()>`, or raises.
macro_rules! finish_unit {
    ($t:ident, $pc:ident, $r:ident, $tb:ident, $len:expr, $result:expr) => {
        match $result {
            Ok(()) => goto!($t, $pc.add($len), $r, $tb),
            Err(e) => throw!($t, $tb, e),
        }
    };
}
/// An instruction that always does `R[a] = f(…)` out of line.
macro_rules! simple {
    ($($name:ident, $len:expr, |$t:ident, $r:ident, $i:ident| $e:expr;)*) => { $(
        handler!($name, |t, pc, r, tb, i| {
            t.pc.set(pc.cast());
            let result = { let ($t, $r, $i) = (t, r, i); $e };
            finish!(t, pc, r, tb, $len, i.a(), result)
        });
    )* };
}
/// An instruction that does something out of line and has no result.
macro_rules! effect {
    ($($name:ident, $len:expr, |$t:ident, $r:ident, $i:ident| $e:expr;)*) => { $(
        handler!($name, |t, pc, r, tb, i| {
            t.pc.set(pc.cast());
            let result = { let ($t, $r, $i) = (t, r, i); $e };
            finish_unit!(t, pc, r, tb, $len, result)
        });
    )* };
}

macro_rules! table {
    ($($name:ident)*) => { pub(super) static TABLE: [Handler; taipan_compiler::isa::OPS.len()] = [$(Handler($name)),*]; };
}
taipan_compiler::for_each_op!(table);

// ---------------------------------------------------------------- moves and constants

handler!(NOP, |t, pc, r, tb, i| { goto!(t, pc.add(1), r, tb) });
handler!(MOVE, |t, pc, r, tb, i| {
    *r.add(i.a()) = *r.add(i.b());
    goto!(t, pc.add(1), r, tb)
});
handler!(LOADK, |t, pc, r, tb, i| {
    *r.add(i.a()) = *code_of(r).consts_ptr.add(i.b());
    goto!(t, pc.add(1), r, tb)
});
handler!(LOADK_WIDE, |t, pc, r, tb, i| {
    *r.add(i.a()) = *code_of(r).consts_ptr.add(i.imm32() as usize);
    goto!(t, pc.add(1), r, tb)
});
handler!(LOADI, |t, pc, r, tb, i| {
    *r.add(i.a()) = Value::small_int(i.imm32() as i64);
    goto!(t, pc.add(1), r, tb)
});
macro_rules! load_word {
    ($name:ident, $v:expr) => {
        handler!($name, |t, pc, r, tb, i| {
            *r.add(i.a()) = $v;
            goto!(t, pc.add(1), r, tb)
        });
    };
}
load_word!(LOAD_NONE, Value::NONE);
load_word!(LOAD_TRUE, Value::TRUE);
load_word!(LOAD_FALSE, Value::FALSE);
load_word!(LOAD_EMPTY, Value::EMPTY);

handler!(CHECK_BOUND, |t, pc, r, tb, i| {
    if !(*r.add(i.a())).is_empty() {
        goto!(t, pc.add(1), r, tb)
    }
    return unbound(t, pc, r, tb);
});
rest!(unbound, |t, pc, r, tb, i| { throw!(t, tb, slow::unbound_local(t, code_of(r), i.a(), i.b())) });
handler!(DELETE_FAST, |t, pc, r, tb, i| {
    if !(*r.add(i.a())).is_empty() {
        *r.add(i.a()) = Value::EMPTY;
        goto!(t, pc.add(1), r, tb)
    }
    return unbound(t, pc, r, tb);
});

// ---------------------------------------------------------------- closures

#[inline(always)]
unsafe fn cell(v: Value) -> Ref<CellObject> {
    // SAFETY: the compiler puts cells in the registers of cell and free variables.
    unsafe { Ref::from_raw(v.as_cell().unwrap_unchecked().cast()) }
}
simple! {
    MAKE_CELL, 1, |t, r, i| slow::make_cell(t, *r.add(i.a()));
}
effect! {
    COPY_FREE, 1, |t, r, i| slow::copy_free(t, r, i.a(), i.b());
}
handler!(LOAD_CELL, |t, pc, r, tb, i| {
    let v = cell(*r.add(i.b())).get();
    if !v.is_empty() {
        *r.add(i.a()) = v;
        goto!(t, pc.add(1), r, tb)
    }
    return load_cell_rest(t, pc, r, tb);
});
rest!(load_cell_rest, |t, pc, r, tb, i| { throw!(t, tb, slow::unbound_cell(t, code_of(r), i.b(), i.c())) });
handler!(STORE_CELL, |t, pc, r, tb, i| {
    let c = cell(*r.add(i.a()));
    if t.needs_barrier(c.header(), *r.add(i.b())) {
        return store_cell_rest(t, pc, r, tb);
    }
    c.content.set_plain(*r.add(i.b()));
    goto!(t, pc.add(1), r, tb)
});
second!(store_cell_rest, |t, pc, r, tb, i| {
    let c = cell(*r.add(i.a()));
    c.content.set(t, c.header(), *r.add(i.b()));
    goto!(t, pc.add(1), r, tb)
});
handler!(DELETE_CELL, |t, pc, r, tb, i| {
    let c = cell(*r.add(i.a()));
    if c.get().is_empty() {
        return delete_cell_rest(t, pc, r, tb);
    }
    c.content.set(t, c.header(), Value::EMPTY);
    goto!(t, pc.add(1), r, tb)
});
rest!(delete_cell_rest, |t, pc, r, tb, i| { throw!(t, tb, slow::unbound_cell(t, code_of(r), i.a(), i.b())) });

// ---------------------------------------------------------------- globals and names

handler!(LOAD_GLOBAL, |t, pc, r, tb, i| {
    if let Some(v) = cache::global(*pc.add(1), word(r, frame_word::GLOBALS)) {
        *r.add(i.a()) = v;
        goto!(t, pc.add(2), r, tb)
    }
    return load_global_rest(t, pc, r, tb);
});
rest!(load_global_rest, |t, pc, r, tb, i| { finish!(t, pc, r, tb, 2, i.a(), slow::load_global(t, r, i.b(), pc.add(1))) });
handler!(STORE_GLOBAL, |t, pc, r, tb, i| {
    if let Some(c) = cache::own_global_cell(*pc.add(1), word(r, frame_word::GLOBALS)) {
        if t.needs_barrier(c.header(), *r.add(i.a())) {
            return store_global_old(t, pc, r, tb);
        }
        c.content.set_plain(*r.add(i.a()));
        goto!(t, pc.add(2), r, tb)
    }
    return store_global_rest(t, pc, r, tb);
});
// A cached cell that the collector must be told of.
second!(store_global_old, |t, pc, r, tb, i| {
    if let Some(c) = cache::own_global_cell(*pc.add(1), word(r, frame_word::GLOBALS)) {
        c.content.set(t, c.header(), *r.add(i.a()));
        goto!(t, pc.add(2), r, tb)
    }
    return store_global_rest(t, pc, r, tb);
});
rest!(store_global_rest, |t, pc, r, tb, i| {
    finish_unit!(t, pc, r, tb, 2, slow::store_global(t, r, i.b(), *r.add(i.a()), pc.add(1)))
});
handler!(LOAD_NAME, |t, pc, r, tb, i| {
    if word(r, frame_word::LOCALS).is_empty() {
        if let Some(v) = cache::global(*pc.add(1), word(r, frame_word::GLOBALS)) {
            *r.add(i.a()) = v;
            goto!(t, pc.add(2), r, tb)
        }
    }
    return load_name_rest(t, pc, r, tb);
});
rest!(load_name_rest, |t, pc, r, tb, i| { finish!(t, pc, r, tb, 2, i.a(), slow::load_name(t, r, i.b(), pc.add(1))) });
handler!(STORE_NAME, |t, pc, r, tb, i| {
    if word(r, frame_word::LOCALS).is_empty() {
        if let Some(c) = cache::own_global_cell(*pc.add(1), word(r, frame_word::GLOBALS)) {
            if t.needs_barrier(c.header(), *r.add(i.a())) {
                return store_global_old(t, pc, r, tb);
            }
            c.content.set_plain(*r.add(i.a()));
            goto!(t, pc.add(2), r, tb)
        }
    }
    return store_name_rest(t, pc, r, tb);
});
rest!(store_name_rest, |t, pc, r, tb, i| {
    finish_unit!(t, pc, r, tb, 2, slow::store_name(t, r, i.b(), *r.add(i.a()), pc.add(1)))
});
effect! {
    DELETE_GLOBAL, 1, |t, r, i| slow::delete_global(t, r, i.b());
    DELETE_NAME, 1, |t, r, i| slow::delete_name(t, r, i.b());
    SETUP_ANNOTATIONS, 1, |t, r, i| slow::setup_annotations(t, r);
}
simple! {
    LOAD_FROM_DICT_OR_GLOBALS, 1, |t, r, i| slow::load_from_dict_or_globals(t, r, *r.add(i.c()), i.b());
    LOAD_FROM_DICT_OR_CELL, 1, |t, r, i| slow::load_from_dict_or_cell(t, r, *r.add(i.a()), i.b(), i.c());
    LOAD_LOCALS, 1, |t, r, i| slow::load_locals(t, r);
    LOAD_BUILD_CLASS, 1, |t, r, i| slow::load_build_class(t, r);
}
load_word!(LOAD_ASSERTION_ERROR, crate::objects::exceptions::class(crate::objects::exceptions::Kind::AssertionError).value());

// ---------------------------------------------------------------- attributes

handler!(LOAD_ATTR, |t, pc, r, tb, i| {
    let obj = *r.add(i.b());
    if let Some(v) = cache::slot_value(*pc.add(1), obj) {
        *r.add(i.a()) = v;
        goto!(t, pc.add(2), r, tb)
    }
    return load_attr_rest(t, pc, r, tb);
});
second!(load_attr_rest, |t, pc, r, tb, i| {
    let obj = *r.add(i.b());
    if let Some(f) = cache::property(*pc.add(1), obj).and_then(exact_function) {
        let code = f.code.known();
        if code.simple && code.argcount == 1 {
            return enter_getter(t, pc, r, tb, f, obj);
        }
    }
    if let Some(f) = cache::hook(*pc.add(1), obj).and_then(exact_function) {
        let code = f.code.known();
        if code.simple && code.argcount == 2 {
            return enter_hook(t, pc, r, tb, f, obj);
        }
    }
    finish!(t, pc, r, tb, 2, i.a(), slow::load_attr(t, r, *r.add(i.b()), i.c(), pc.add(1)))
});
handler!(STORE_ATTR, |t, pc, r, tb, i| {
    let obj = *r.add(i.a());
    if let Some((f, h)) = cache::slot_field(*pc.add(1), obj) {
        if (!f.get().is_empty() || *pc.add(1) & 2 != 0) && !t.needs_barrier(h, *r.add(i.c())) {
            f.set_plain(*r.add(i.c()));
            goto!(t, pc.add(2), r, tb)
        }
    }
    return store_attr_rest(t, pc, r, tb);
});
second!(store_attr_rest, |t, pc, r, tb, i| {
    if let Some((f, h)) = cache::slot_field(*pc.add(1), *r.add(i.a())) {
        if !f.get().is_empty() || *pc.add(1) & 2 != 0 {
            f.set(t, h, *r.add(i.c()));
            goto!(t, pc.add(2), r, tb)
        }
    }
    finish_unit!(t, pc, r, tb, 2, slow::store_attr(t, r, *r.add(i.a()), i.b(), *r.add(i.c()), pc.add(1)))
});
effect! {
    DELETE_ATTR, 1, |t, r, i| t.set_attr(*r.add(i.a()), code_of(r).name_at(i.b()), None);
}
handler!(LOAD_METHOD, |t, pc, r, tb, i| {
    let obj = *r.add(i.b());
    if let Some(f) = cache::method(*pc.add(1), obj) {
        *r.add(i.a() + CALLABLE) = f;
        *r.add(i.a() + ARGS) = obj;
        goto!(t, pc.add(2), r, tb)
    }
    if let Some(f) = cache::slot_value(*pc.add(1), obj) {
        *r.add(i.a() + CALLABLE) = f;
        *r.add(i.a() + ARGS) = Value::EMPTY;
        goto!(t, pc.add(2), r, tb)
    }
    if let Some((f, class)) = cache::class_method(*pc.add(1), obj) {
        *r.add(i.a() + CALLABLE) = f;
        *r.add(i.a() + ARGS) = class;
        goto!(t, pc.add(2), r, tb)
    }
    return load_method_rest(t, pc, r, tb);
});
second!(load_method_rest, |t, pc, r, tb, i| {
    finish_unit!(t, pc, r, tb, 2, slow::load_method(t, r, i.a(), *r.add(i.b()), i.c(), pc.add(1)))
});
simple! {
    LOAD_SUPER_ATTR, 1, |t, r, i| slow::load_super_attr(t, r, i.b(), i.c());
}
effect! {
    LOAD_SUPER_METHOD, 1, |t, r, i| slow::load_super_method(t, r, i.a(), i.b(), i.c());
}

// ---------------------------------------------------------------- subscripts

handler!(GETITEM, |t, pc, r, tb, i| {
    let (o, k) = (*r.add(i.b()), *r.add(i.c()));
    if k.is_small_int() {
        if let Some(v) = slow::sequence_item(o, k.small_int_unchecked()) {
            *r.add(i.a()) = v;
            goto!(t, pc.add(2), r, tb)
        }
    }
    return getitem_rest(t, pc, r, tb);
});
second!(getitem_rest, |t, pc, r, tb, i| {
    let (o, k) = (*r.add(i.b()), *r.add(i.c()));
    if let Some(v) = k.as_small_int().filter(|&i| i < 0).and_then(|i| slow::list_item_from_end(o, i)) {
        *r.add(i.a()) = v;
        goto!(t, pc.add(2), r, tb)
    }
    if let Some(item) = quick_item(k, o) {
        match item(t, o, k.small_int_unchecked()) {
            Ok(v) if v.is_empty() => {}
            Ok(v) => {
                *r.add(i.a()) = v;
                goto!(t, pc.add(2), r, tb)
            }
            Err(e) => throw!(t, tb, e),
        }
    }
    if let Some(f) = slow::python_getitem(t, *r.add(i.b())) {
        return enter_getitem(t, pc, r, tb, f);
    }
    finish!(t, pc, r, tb, 2, i.a(), slow::get_item(t, *r.add(i.b()), *r.add(i.c())))
});
handler!(GETITEMI, |t, pc, r, tb, i| {
    let o = *r.add(i.b());
    if let Some(v) = slow::sequence_item(o, i.c_signed() as i64) {
        *r.add(i.a()) = v;
        goto!(t, pc.add(1), r, tb)
    }
    return getitemi_rest(t, pc, r, tb);
});
second!(getitemi_rest, |t, pc, r, tb, i| {
    let k = i.c_signed() as i64;
    if k < 0
        && let Some(v) = slow::list_item_from_end(*r.add(i.b()), k)
    {
        *r.add(i.a()) = v;
        goto!(t, pc.add(1), r, tb)
    }
    finish!(t, pc, r, tb, 1, i.a(), slow::get_item(t, *r.add(i.b()), Value::small_int(i.c_signed() as i64)))
});
handler!(SETITEM, |t, pc, r, tb, i| {
    let (o, k) = (*r.add(i.a()), *r.add(i.b()));
    if k.is_small_int() && slow::quick_set_list_item(t, o, k.small_int_unchecked(), *r.add(i.c())) {
        goto!(t, pc.add(2), r, tb)
    }
    return setitem_rest(t, pc, r, tb);
});
second!(setitem_rest, |t, pc, r, tb, i| {
    let (o, k) = (*r.add(i.a()), *r.add(i.b()));
    if k.is_small_int() && slow::set_list_item(t, o, k.small_int_unchecked(), *r.add(i.c())) {
        goto!(t, pc.add(2), r, tb)
    }
    finish_unit!(t, pc, r, tb, 2, slow::set_item(t, *r.add(i.a()), *r.add(i.b()), *r.add(i.c())))
});
effect! {
    DELITEM, 1, |t, r, i| t.del_item(*r.add(i.a()), *r.add(i.b()));
}
handler!(BUILD_SLICE, |t, pc, r, tb, i| {
    t.pc.set(pc.cast());
    if i.c() != 0 && !super::trace::watching(t) {
        // Sequences take the bounds as they are.
        let user = Instr(*pc.add(1));
        if user.op() == Op::GETITEM as u16 {
            t.pc.set(pc.add(1).cast());
            match slow::get_slice(t, *r.add(user.b()), r.add(i.b())) {
                Ok(v) if v.is_empty() => {}
                Ok(v) => {
                    *r.add(user.a()) = v;
                    goto!(t, pc.add(3), r, tb)
                }
                Err(e) => throw!(t, tb, e),
            }
        } else if user.op() == Op::SETITEM as u16 {
            t.pc.set(pc.add(1).cast());
            match slow::set_slice(t, *r.add(user.a()), r.add(i.b()), *r.add(user.c())) {
                Ok(Value::TRUE) => goto!(t, pc.add(3), r, tb),
                Ok(_) => {}
                Err(e) => throw!(t, tb, e),
            }
        }
        t.pc.set(pc.cast());
    }
    finish!(t, pc, r, tb, 1, i.a(), slow::build_slice(t, r.add(i.b())))
});

// ---------------------------------------------------------------- operators

#[inline(always)]
fn both_ints(x: Value, y: Value) -> bool {
    (x.bits() | y.bits()) & 3 == 0
}
#[inline(always)]
fn both_floats(x: Value, y: Value) -> bool {
    x.bits() & y.bits() & 1 != 0
}
/// The float of an immediate float or a small int.
#[inline(always)]
fn number(v: Value) -> Option<f64> {
    if v.is_immediate_float() {
        Some(v.immediate_float_unchecked())
    } else if v.is_small_int() {
        let i = v.small_int_unchecked();
        // Above 2^53 the conversion rounds, which the slow path does right for comparisons; arithmetic rounds the same way.
        if i.unsigned_abs() <= 1 << 53 { Some(i as f64) } else { None }
    } else {
        None
    }
}

rest!(binary_rest_cold, |t, pc, r, tb, i| {
    finish!(t, pc, r, tb, 2, i.a(), slow::binary(t, i.op(), *r.add(i.b()), *r.add(i.c())))
});
second!(binary_rest, |t, pc, r, tb, i| {
    let (x, y) = (*r.add(i.b()), *r.add(i.c()));
    if let (Some(a), Some(b)) = (number(x), number(y)) {
        if !both_ints(x, y) {
            let base = if i.op() >= Op::IADD as u16 { Op::IADD as u16 } else { Op::ADD as u16 };
            let v = match i.op() - base {
                0 => Value::try_float(a + b),
                1 => Value::try_float(a - b),
                2 => Value::try_float(a * b),
                3 if b != 0.0 => Value::try_float(a / b),
                _ => None,
            };
            if let Some(v) = v {
                *r.add(i.a()) = v;
                goto!(t, pc.add(2), r, tb)
            }
        }
    }
    return binary_rest_cold(t, pc, r, tb);
});

macro_rules! arithmetic {
    ($($name:ident, $checked:expr, $float:tt;)*) => { $(
        handler!($name, |t, pc, r, tb, i| {
            let (x, y) = (*r.add(i.b()), *r.add(i.c()));
            if both_ints(x, y) {
                let f: fn(i64, i64) -> Option<i64> = $checked;
                if let Some(z) = f(x.bits() as i64, y.bits() as i64) {
                    *r.add(i.a()) = Value::from_bits(z as u64);
                    goto!(t, pc.add(2), r, tb)
                }
            } else if both_floats(x, y) {
                if let Some(z) = Value::try_float(x.immediate_float_unchecked() $float y.immediate_float_unchecked()) {
                    *r.add(i.a()) = z;
                    goto!(t, pc.add(2), r, tb)
                }
            }
            return binary_rest(t, pc, r, tb);
        });
    )* };
}
arithmetic! {
    ADD, |x, y| x.checked_add(y), +;
    SUB, |x, y| x.checked_sub(y), -;
    MUL, |x, y| (x >> 2).checked_mul(y), *;
    IADD, |x, y| x.checked_add(y), +;
    ISUB, |x, y| x.checked_sub(y), -;
    IMUL, |x, y| (x >> 2).checked_mul(y), *;
}

macro_rules! division {
    ($($name:ident;)*) => { $(
        handler!($name, |t, pc, r, tb, i| {
            let (x, y) = (*r.add(i.b()), *r.add(i.c()));
            if let (Some(a), Some(b)) = (number(x), number(y)) {
                if b != 0.0 {
                    if let Some(z) = Value::try_float(a / b) {
                        *r.add(i.a()) = z;
                        goto!(t, pc.add(2), r, tb)
                    }
                }
            }
            return binary_rest_cold(t, pc, r, tb);
        });
    )* };
}
division! { TRUEDIV; ITRUEDIV; }

/// Integer-only operators on the untagged numbers; `None` leaves it to the slow path.
macro_rules! integer {
    ($($name:ident, |$x:ident, $y:ident| $e:expr;)*) => { $(
        handler!($name, |t, pc, r, tb, i| {
            let (x, y) = (*r.add(i.b()), *r.add(i.c()));
            if both_ints(x, y) {
                let ($x, $y) = (x.small_int_unchecked(), y.small_int_unchecked());
                let z: Option<i64> = $e;
                if let Some(z) = z.and_then(Value::try_int) {
                    *r.add(i.a()) = z;
                    goto!(t, pc.add(2), r, tb)
                }
            }
            return binary_rest_cold(t, pc, r, tb);
        });
    )* };
}
#[inline(always)]
fn floor_div(x: i64, y: i64) -> Option<i64> {
    if y == 0 || y == -1 {
        return None;
    }
    let q = x / y;
    Some(if (x % y != 0) && ((x ^ y) < 0) { q - 1 } else { q })
}
#[inline(always)]
fn floor_mod(x: i64, y: i64) -> Option<i64> {
    if y == 0 || y == -1 {
        return None;
    }
    let m = x % y;
    Some(if m != 0 && (m ^ y) < 0 { m + y } else { m })
}
#[inline(always)]
fn shift_left(x: i64, y: i64) -> Option<i64> {
    if !(0..62).contains(&y) {
        return None;
    }
    let z = x << y;
    if z >> y == x { Some(z) } else { None }
}
#[inline(always)]
fn shift_right(x: i64, y: i64) -> Option<i64> {
    if y < 0 { None } else { Some(x >> y.min(63)) }
}
integer! {
    FLOORDIV, |x, y| floor_div(x, y);
    MOD, |x, y| floor_mod(x, y);
    LSHIFT, |x, y| shift_left(x, y);
    RSHIFT, |x, y| shift_right(x, y);
    AND, |x, y| Some(x & y);
    OR, |x, y| Some(x | y);
    XOR, |x, y| Some(x ^ y);
    IFLOORDIV, |x, y| floor_div(x, y);
    IMOD, |x, y| floor_mod(x, y);
    ILSHIFT, |x, y| shift_left(x, y);
    IRSHIFT, |x, y| shift_right(x, y);
    IAND, |x, y| Some(x & y);
    IOR, |x, y| Some(x | y);
    IXOR, |x, y| Some(x ^ y);
    POW, |x, y| if (0..64).contains(&y) { x.checked_pow(y as u32) } else { None };
    IPOW, |x, y| if (0..64).contains(&y) { x.checked_pow(y as u32) } else { None };
}
handler!(MATMUL, |t, pc, r, tb, i| { return binary_rest_cold(t, pc, r, tb) });
handler!(IMATMUL, |t, pc, r, tb, i| { return binary_rest_cold(t, pc, r, tb) });

rest!(immediate_rest, |t, pc, r, tb, i| {
    finish!(t, pc, r, tb, 2, i.a(), slow::binary_immediate(t, i.op(), *r.add(i.b()), i.c_signed() as i64))
});
macro_rules! immediate {
    ($($name:ident, |$x:ident, $y:ident| $e:expr, |$fx:ident, $fy:ident| $fe:expr;)*) => { $(
        handler!($name, |t, pc, r, tb, i| {
            let x = *r.add(i.b());
            if x.is_small_int() {
                let ($x, $y) = (x.small_int_unchecked(), i.c_signed() as i64);
                let z: Option<i64> = $e;
                if let Some(z) = z.and_then(Value::try_int) {
                    *r.add(i.a()) = z;
                    goto!(t, pc.add(2), r, tb)
                }
            } else if x.is_immediate_float() {
                let ($fx, $fy) = (x.immediate_float_unchecked(), i.c_signed() as f64);
                let z: Option<f64> = $fe;
                if let Some(z) = z.and_then(Value::try_float) {
                    *r.add(i.a()) = z;
                    goto!(t, pc.add(2), r, tb)
                }
            }
            return immediate_rest(t, pc, r, tb);
        });
    )* };
}
immediate! {
    ADDI, |x, y| Some(x + y), |x, y| Some(x + y);
    SUBI, |x, y| Some(x - y), |x, y| Some(x - y);
    IADDI, |x, y| Some(x + y), |x, y| Some(x + y);
    ISUBI, |x, y| Some(x - y), |x, y| Some(x - y);
    MULI, |x, y| x.checked_mul(y), |x, y| Some(x * y);
    FLOORDIVI, |x, y| floor_div(x, y), |_x, _y| None;
    MODI, |x, y| floor_mod(x, y), |_x, _y| None;
    ANDI, |x, y| Some(x & y), |_x, _y| None;
    LSHIFTI, |x, y| shift_left(x, y), |_x, _y| None;
    RSHIFTI, |x, y| shift_right(x, y), |_x, _y| None;
}
handler!(NEG, |t, pc, r, tb, i| {
    let x = *r.add(i.b());
    if x.is_small_int() {
        if let Some(v) = Value::try_int(-x.small_int_unchecked()) {
            *r.add(i.a()) = v;
            goto!(t, pc.add(1), r, tb)
        }
    } else if x.is_immediate_float() {
        if let Some(v) = Value::try_float(-x.immediate_float_unchecked()) {
            *r.add(i.a()) = v;
            goto!(t, pc.add(1), r, tb)
        }
    }
    return unary_rest(t, pc, r, tb);
});
rest!(unary_rest, |t, pc, r, tb, i| { finish!(t, pc, r, tb, 1, i.a(), slow::unary(t, i.op(), *r.add(i.b()))) });
handler!(POS, |t, pc, r, tb, i| { return unary_rest(t, pc, r, tb) });
handler!(INVERT, |t, pc, r, tb, i| { return unary_rest(t, pc, r, tb) });

/// The truth of a value where it takes no call.
#[inline(always)]
fn quick_truth(v: Value) -> Option<bool> {
    if v.is_bool() {
        Some(v == Value::TRUE)
    } else if v.is_small_int() {
        Some(v.bits() != 0)
    } else if v.is_none() {
        Some(false)
    } else {
        None
    }
}
handler!(NOT, |t, pc, r, tb, i| {
    if let Some(b) = quick_truth(*r.add(i.b())) {
        *r.add(i.a()) = Value::bool(!b);
        goto!(t, pc.add(1), r, tb)
    }
    return not_rest(t, pc, r, tb);
});
rest!(not_rest, |t, pc, r, tb, i| {
    finish!(t, pc, r, tb, 1, i.a(), slow::truth_value(t, *r.add(i.b()), i.op() == Op::NOT as u16))
});
handler!(TO_BOOL, |t, pc, r, tb, i| {
    if let Some(b) = quick_truth(*r.add(i.b())) {
        *r.add(i.a()) = Value::bool(b);
        goto!(t, pc.add(1), r, tb)
    }
    return not_rest(t, pc, r, tb);
});

// ---------------------------------------------------------------- comparisons

rest!(compare_rest, |t, pc, r, tb, i| { finish!(t, pc, r, tb, 2, i.a(), slow::compare(t, i.op(), *r.add(i.b()), *r.add(i.c()))) });
macro_rules! comparison {
    ($($name:ident, $op:tt;)*) => { $(
        handler!($name, |t, pc, r, tb, i| {
            let (x, y) = (*r.add(i.b()), *r.add(i.c()));
            if both_ints(x, y) {
                *r.add(i.a()) = Value::bool((x.bits() as i64) $op (y.bits() as i64));
                goto!(t, pc.add(2), r, tb)
            }
            if let (Some(a), Some(b)) = (number(x), number(y)) {
                *r.add(i.a()) = Value::bool(a $op b);
                goto!(t, pc.add(2), r, tb)
            }
            return compare_rest(t, pc, r, tb);
        });
    )* };
}
comparison! { LT, <; LE, <=; EQ, ==; NE, !=; GT, >; GE, >=; }
handler!(IS, |t, pc, r, tb, i| {
    *r.add(i.a()) = Value::bool(*r.add(i.b()) == *r.add(i.c()));
    goto!(t, pc.add(1), r, tb)
});
handler!(IS_NOT, |t, pc, r, tb, i| {
    *r.add(i.a()) = Value::bool(*r.add(i.b()) != *r.add(i.c()));
    goto!(t, pc.add(1), r, tb)
});
simple! {
    IN, 1, |t, r, i| slow::contains(t, *r.add(i.c()), *r.add(i.b()), false);
    NOT_IN, 1, |t, r, i| slow::contains(t, *r.add(i.c()), *r.add(i.b()), true);
}

// ---------------------------------------------------------------- jumps

handler!(JUMP, |t, pc, r, tb, i| { goto!(t, pc.offset(i.imm32() as isize), r, tb) });
handler!(JUMP_BACK, |t, pc, r, tb, i| {
    if t.should_poll() {
        return jump_back_rest(t, pc, r, tb);
    }
    if *pc.add(1) != machine::NEVER {
        return jump_back_counted(t, pc, r, tb);
    }
    goto!(t, pc.offset(i.imm32() as isize), r, tb)
});
// The loop is counted, or there is machine code for it.
second!(jump_back_counted, |t, pc, r, tb, i| { go_on_hot(t, pc, pc.offset(i.imm32() as isize), r, tb) });
handler!(ENTER, |t, pc, r, tb, i| { return enter_counted(t, pc, r, tb) });
second!(enter_counted, |t, pc, r, tb, i| {
    // The word is none of the code's.
    let start = code_of(r).start;
    t.pc.set(start.cast());
    go_on_hot(t, pc, start, r, tb)
});
/// Goes on at `head`, by machine code if there is some; `pc`: the instruction that counts.
#[inline(always)]
unsafe fn go_on_hot(t: &Thread, pc: *const u64, head: *const u64, r: Regs, tb: *const Handler) -> Exit {
    // SAFETY: an instruction of the running frame and that frame's registers.
    unsafe {
        let unit = machine::hot(t, pc, head, r);
        if unit.is_null() {
            goto!(t, head, r, next_table(t, tb))
        }
        match machine::enter(t, unit, head, r) {
            0 => leave!(machine::left_with(t)),
            machine::FINISHED => {
                // The header of the frame that is gone still lies there.
                if kind_of(r) & ENTRY != 0 {
                    leave!(RETURNED)
                }
                let back = word(r, frame_word::RETURN).bits();
                let regs = t.regs.get();
                *regs.add(back as u16 as usize) = t.take_result();
                goto!(t, (back >> 16) as *const u64, regs, next_table(t, tb))
            }
            next => goto!(t, next as *const u64, t.regs.get(), next_table(t, tb)),
        }
    }
}
rest!(jump_back_rest, |t, pc, r, tb, i| {
    match poll(t) {
        Ok(()) => goto!(t, pc.offset(i.imm32() as isize), r, next_table(t, tb)),
        Err(e) => throw!(t, tb, e),
    }
});
/// Jumps when the truth of R[a] is `$want`.
macro_rules! truth_jump {
    ($name:ident, $rest:ident, $want:expr) => {
        handler!($name, |t, pc, r, tb, i| {
            if let Some(b) = quick_truth(*r.add(i.a())) {
                goto!(t, if b == $want { pc.offset(i.imm32() as isize) } else { pc.add(1) }, r, tb)
            }
            return $rest(t, pc, r, tb);
        });
        rest!($rest, |t, pc, r, tb, i| {
            match slow::truth_value(t, *r.add(i.a()), false) {
                Ok(b) => goto!(t, if (b == Value::TRUE) == $want { pc.offset(i.imm32() as isize) } else { pc.add(1) }, r, tb),
                Err(e) => throw!(t, tb, e),
            }
        });
    };
}
truth_jump!(JT, jt_rest, true);
truth_jump!(JF, jf_rest, false);
macro_rules! word_jump {
    ($name:ident, |$v:ident| $cond:expr) => {
        handler!($name, |t, pc, r, tb, i| {
            let $v = *r.add(i.a());
            goto!(t, if $cond { pc.offset(i.imm32() as isize) } else { pc.add(1) }, r, tb)
        });
    };
}
word_jump!(JNONE, |v| v.is_none());
word_jump!(JNOTNONE, |v| !v.is_none());
word_jump!(JEMPTY, |v| v.is_empty());

rest!(compare_jump_rest, |t, pc, r, tb, i| {
    match slow::compare_for_jump(t, i.op(), *r.add(i.a()), *r.add(i.b()), i.b_signed() as i64) {
        Ok(jump) => goto!(t, if jump == Value::TRUE { pc.offset(i.c_signed()) } else { pc.add(1) }, r, tb),
        Err(e) => throw!(t, tb, e),
    }
});
macro_rules! compare_jump {
    ($($name:ident, $imm:ident, $not:ident, $not_imm:ident, $op:tt;)*) => { $(
        compare_jump!(@reg $name, $op, true);
        compare_jump!(@reg $not, $op, false);
        compare_jump!(@imm $imm, $op, true);
        compare_jump!(@imm $not_imm, $op, false);
    )* };
    (@reg $name:ident, $op:tt, $want:expr) => {
        handler!($name, |t, pc, r, tb, i| {
            let (x, y) = (*r.add(i.a()), *r.add(i.b()));
            if both_ints(x, y) {
                let b = (x.bits() as i64) $op (y.bits() as i64);
                goto!(t, if b == $want { pc.offset(i.c_signed()) } else { pc.add(1) }, r, tb)
            }
            if let (Some(p), Some(q)) = (number(x), number(y)) {
                goto!(t, if (p $op q) == $want { pc.offset(i.c_signed()) } else { pc.add(1) }, r, tb)
            }
            return compare_jump_rest(t, pc, r, tb);
        });
    };
    (@imm $name:ident, $op:tt, $want:expr) => {
        handler!($name, |t, pc, r, tb, i| {
            let x = *r.add(i.a());
            if x.is_small_int() {
                let b = x.small_int_unchecked() $op (i.b_signed() as i64);
                goto!(t, if b == $want { pc.offset(i.c_signed()) } else { pc.add(1) }, r, tb)
            }
            if x.is_immediate_float() {
                let b = x.immediate_float_unchecked() $op (i.b_signed() as f64);
                goto!(t, if b == $want { pc.offset(i.c_signed()) } else { pc.add(1) }, r, tb)
            }
            return compare_jump_rest(t, pc, r, tb);
        });
    };
}
compare_jump! {
    JLT, JLTI, JNLT, JNLTI, <;
    JLE, JLEI, JNLE, JNLEI, <=;
    JEQ, JEQI, JNEQ, JNEQI, ==;
    JNE, JNEI, JNNE, JNNEI, !=;
    JGT, JGTI, JNGT, JNGTI, >;
    JGE, JGEI, JNGE, JNGEI, >=;
}
handler!(JIS, |t, pc, r, tb, i| {
    goto!(t, if *r.add(i.a()) == *r.add(i.b()) { pc.offset(i.c_signed()) } else { pc.add(1) }, r, tb)
});
handler!(JISNOT, |t, pc, r, tb, i| {
    goto!(t, if *r.add(i.a()) != *r.add(i.b()) { pc.offset(i.c_signed()) } else { pc.add(1) }, r, tb)
});
macro_rules! contains_jump {
    ($name:ident, $negate:expr) => {
        handler!($name, |t, pc, r, tb, i| {
            t.pc.set(pc.cast());
            match slow::contains(t, *r.add(i.b()), *r.add(i.a()), $negate) {
                Ok(b) => goto!(t, if b == Value::TRUE { pc.offset(i.c_signed()) } else { pc.add(1) }, r, tb),
                Err(e) => throw!(t, tb, e),
            }
        });
    };
}
contains_jump!(JIN, false);
contains_jump!(JNOTIN, true);

// ---------------------------------------------------------------- iteration

handler!(GET_ITER, |t, pc, r, tb, i| {
    let v = *r.add(i.b());
    if Generator::exact_generator(v).is_some() {
        *r.add(i.a()) = v;
        goto!(t, pc.add(1), r, tb)
    }
    return get_iter_rest(t, pc, r, tb);
});
second!(get_iter_rest, |t, pc, r, tb, i| {
    if let Some(f) = slow::generator_iter(t, *r.add(i.b())) {
        return enter_iter(t, pc, r, tb, f);
    }
    finish!(t, pc, r, tb, 1, i.a(), slow::get_iter(t, *r.add(i.b())))
});
handler!(FOR_ITER, |t, pc, r, tb, i| {
    let it = *r.add(i.b());
    if let Some(v) = crate::objects::iterators::quick_next(t, it) {
        if v.is_empty() {
            goto!(t, pc.offset(i.c_signed()), r, tb)
        }
        *r.add(i.a()) = v;
        goto!(t, pc.add(2), r, tb)
    }
    return for_iter_rest(t, pc, r, tb);
});
second!(for_iter_rest, |t, pc, r, tb, i| {
    let it = *r.add(i.b());
    if let Some(g) = Generator::exact_generator(it) {
        if super::resume::is_resumed_natively(t, g) {
            return for_iter_call(t, pc, r, tb);
        }
        let next = Generator::quick_push(g, t, Value::NONE, r, 0, pc.add(2), i.a());
        if !next.is_null() {
            goto!(t, next, t.regs.get(), tb)
        }
        return for_iter_generator(t, pc, r, tb);
    }
    return for_iter_any(t, pc, r, tb);
});
second!(for_iter_any, |t, pc, r, tb, i| {
    let it = *r.add(i.b());
    // `for a, b in …`: what is unpacked at once, and nobody else sees, need not be put into a tuple.
    let next = Instr(*pc.add(2));
    if next.op() == Op::UNPACK_ITEM as u16 {
        if next.c() == 2 && next.a() == i.a() && !super::trace::watching(t) {
            // Nobody reads it, but the collector may look.
            *r.add(i.a()) = Value::NONE;
            if let Some((x, y)) = crate::objects::next::next_pair_own(t, it) {
                if x.is_empty() {
                    goto!(t, pc.offset(i.c_signed()), r, tb)
                }
                let to = r.add(next.b());
                *to = x;
                *to.add(1) = y;
                goto!(t, pc.add(4), r, tb)
            }
            return for_iter_pair(t, pc, r, tb);
        }
    } else if let Some(v) = crate::objects::next::next_own(t, it) {
        *r.add(i.a()) = v;
        goto!(t, pc.add(2), r, tb)
    }
    return for_iter_call(t, pc, r, tb);
});
second!(for_iter_pair, |t, pc, r, tb, i| {
    let next = Instr(*pc.add(2));
    match slow::for_iter_pair(t, *r.add(i.b()), r.add(next.b())) {
        Ok(Value::TRUE) => goto!(t, pc.add(4), r, tb),
        Ok(Value::FALSE) => return for_iter_call(t, pc, r, tb),
        Ok(_) => goto!(t, pc.offset(i.c_signed()), r, tb),
        Err(e) => throw!(t, tb, e),
    }
});
second!(for_iter_call, |t, pc, r, tb, i| {
    match slow::for_iter(t, *r.add(i.b())) {
        Ok(v) if v.is_empty() => goto!(t, pc.offset(i.c_signed()), r, tb),
        Ok(v) => {
            *r.add(i.a()) = v;
            goto!(t, pc.add(2), r, tb)
        }
        Err(e) => throw!(t, tb, e),
    }
});
second!(for_iter_generator, |t, pc, r, tb, i| {
    if let Some(g) = (*r.add(i.b())).downcast::<Generator>() {
        // The generator's frame is pushed on top of this one; YIELD and RETURN come back to this instruction.
        match Generator::push(g, t, Value::NONE, r, 0, pc.add(2), i.a()) {
            Ok(resume) if !resume.is_empty() => {
                return goto_running(t, tb);
            }
            Ok(_) => goto!(t, pc.offset(i.c_signed()), r, tb),
            Err(e) => throw!(t, tb, e),
        }
    }
    return for_iter_any(t, pc, r, tb);
});
/// Goes on in the running frame as recorded in the thread.
#[inline(always)]
#[cfg_attr(debug_assertions, allow(unused_unsafe))]
unsafe extern "C" fn goto_running(t: &Thread, tb: *const Handler) -> Exit {
    // SAFETY: `regs` and `pc` of the thread are a live frame and an instruction of it.
    unsafe {
        let r = t.regs.get();
        let pc: *const u64 = t.pc.get().cast();
        goto!(t, pc, r, next_table(t, tb))
    }
}
macro_rules! unpack {
    ($name:ident) => {
        handler!($name, |t, pc, r, tb, i| {
            let v = *r.add(i.a());
            if let Some(items) = slow::exact_tuple(v) {
                if items.len() == i.c() {
                    let to = r.add(i.b());
                    for (k, &x) in items.iter().enumerate() {
                        *to.add(k) = x;
                    }
                    goto!(t, pc.add(2), r, tb)
                }
            }
            return unpack_rest(t, pc, r, tb);
        });
    };
}
unpack!(UNPACK);
unpack!(UNPACK_ITEM);
rest!(unpack_rest, |t, pc, r, tb, i| { finish_unit!(t, pc, r, tb, 2, slow::unpack(t, *r.add(i.a()), r.add(i.b()), i.c())) });
effect! {
    UNPACK_EX, 1, |t, r, i| slow::unpack_ex(t, *r.add(i.a()), r.add(i.b()), i.c() & 255, i.c() >> 8);
}

// ---------------------------------------------------------------- building

#[inline(always)]
unsafe fn window<'a>(r: Regs, base: usize, n: usize) -> &'a [Value] {
    // SAFETY: the verifier bounds windows.
    unsafe { std::slice::from_raw_parts(r.add(base), n) }
}
simple! {
    BUILD_LIST, 1, |t, r, i| slow::build_list(t, window(r, i.b(), i.c()));
    BUILD_TUPLE, 1, |t, r, i| slow::build_tuple(t, window(r, i.b(), i.c()));
    BUILD_SET, 1, |t, r, i| slow::build_set(t, window(r, i.b(), i.c()));
    BUILD_MAP, 1, |t, r, i| slow::build_map(t, window(r, i.b(), 2 * i.c()));
    BUILD_STRING, 1, |t, r, i| slow::build_string(t, window(r, i.b(), i.c()));
    BUILD_CONST_LIST, 1, |t, r, i| slow::build_const_list(t, code_of(r).const_at(i.b()));
    LIST_TO_TUPLE, 1, |t, r, i| slow::list_to_tuple(t, *r.add(i.b()));
    FORMAT, 1, |t, r, i| slow::format(t, *r.add(i.b()), *r.add(i.c()));
    FORMAT_SIMPLE, 1, |t, r, i| slow::format(t, *r.add(i.b()), Value::EMPTY);
    CONVERT, 1, |t, r, i| slow::convert(t, *r.add(i.b()), i.c());
    BUILD_INTERPOLATION, 1, |t, r, i| slow::build_interpolation(t, r.add(i.b()));
    BUILD_TEMPLATE, 1, |t, r, i| slow::build_template(t, *r.add(i.b()), *r.add(i.c()));
}
handler!(LIST_APPEND, |t, pc, r, tb, i| {
    if slow::quick_append(t, *r.add(i.a()), *r.add(i.b())) {
        goto!(t, pc.add(1), r, tb)
    }
    return list_append_rest(t, pc, r, tb);
});
second!(list_append_rest, |t, pc, r, tb, i| { finish_unit!(t, pc, r, tb, 1, slow::list_append(t, *r.add(i.a()), *r.add(i.b()))) });
effect! {
    SET_ADD, 1, |t, r, i| slow::set_add(t, *r.add(i.a()), *r.add(i.b()));
    MAP_ADD, 1, |t, r, i| slow::map_add(t, *r.add(i.a()), *r.add(i.b()), *r.add(i.c()));
    LIST_EXTEND, 1, |t, r, i| slow::list_extend(t, *r.add(i.a()), *r.add(i.b()));
    SET_UPDATE, 1, |t, r, i| slow::set_update(t, *r.add(i.a()), *r.add(i.b()));
    DICT_UPDATE, 1, |t, r, i| slow::dict_update(t, *r.add(i.a()), *r.add(i.b()));
    DICT_MERGE, 1, |t, r, i| slow::dict_merge(t, *r.add(i.a()), *r.add(i.b()), *r.add(i.c()));
}

// ---------------------------------------------------------------- calls

/// Pushes the frame of Python function `f` whose arguments already lie at `regs`, and goes on in it; else the general way.
macro_rules! enter_function {
    ($t:ident, $pc:ident, $r:ident, $tb:ident, $f:expr, $regs:expr, $kind:expr, $locals:expr, $next:expr, $dest:expr) => {{
        let f = $f;
        let code = f.code.known();
        let regs = $regs;
        if !frame_fits($t, regs, code) {
            return too_deep($t, $pc, $r, $tb);
        }
        push_fitting(
            $t,
            regs,
            NewFrame {
                code,
                function: f.value(),
                globals: f.globals.known().value(),
                locals: $locals,
                caller: $r,
                kind: $kind,
                return_pc: $next,
                dest: $dest,
            },
        );
        if $t.should_poll() {
            return entry_poll($t, code.start, regs, $tb);
        }
        goto!($t, code.entry(), regs, $tb)
    }};
}
rest!(too_deep, |t, pc, r, tb, i| { throw!(t, tb, recursion(t)) });
/// Overwrites the stack below, where references of calls that have returned may lie: gaps in the collector's own frames would
/// show them to it.
#[cold]
#[inline(never)]
fn wipe_stack() {
    let words = [0u64; 2048];
    std::hint::black_box(&words);
}
/// Enters the `__getitem__` of R[b], a function of two parameters, for a GETITEM.
#[inline(always)]
unsafe fn enter_getitem(t: &Thread, pc: *const u64, r: Regs, tb: *const Handler, f: Ref<Function>) -> Exit {
    // SAFETY: as in `enter_iter`.
    unsafe {
        let i = Instr(*pc);
        let regs = t.stack_top().add(ARGS);
        *regs = *r.add(i.b());
        *regs.add(1) = *r.add(i.c());
        enter_function!(t, pc, r, tb, f, regs, 0, Value::EMPTY, pc.add(2), i.a())
    }
}
/// Enters a property's getter, a function of one parameter, for a LOAD_ATTR.
#[inline(always)]
unsafe fn enter_getter(t: &Thread, pc: *const u64, r: Regs, tb: *const Handler, f: Ref<Function>, obj: Value) -> Exit {
    // SAFETY: as in `enter_iter`.
    unsafe {
        let i = Instr(*pc);
        let regs = t.stack_top().add(ARGS);
        *regs = obj;
        enter_function!(t, pc, r, tb, f, regs, 0, Value::EMPTY, pc.add(2), i.a())
    }
}
/// Enters a `__getattr__`, a function of two parameters, for a LOAD_ATTR.
#[inline(always)]
unsafe fn enter_hook(t: &Thread, pc: *const u64, r: Regs, tb: *const Handler, f: Ref<Function>, obj: Value) -> Exit {
    // SAFETY: as in `enter_iter`.
    unsafe {
        let i = Instr(*pc);
        let regs = t.stack_top().add(ARGS);
        *regs = obj;
        *regs.add(1) = code_of(r).name_at(i.c()).value();
        enter_function!(t, pc, r, tb, f, regs, 0, Value::EMPTY, pc.add(2), i.a())
    }
}
/// Enters the `__iter__` of R[b], a generator function: what it makes is an iterator without a look at it.
#[inline(always)]
unsafe fn enter_iter(t: &Thread, pc: *const u64, r: Regs, tb: *const Handler, f: Ref<Function>) -> Exit {
    // SAFETY: as in `handler!`; the window is above everything in use, and there is room for a few arguments.
    unsafe {
        let i = Instr(*pc);
        let regs = t.stack_top().add(ARGS);
        *regs = *r.add(i.b());
        enter_function!(t, pc, r, tb, f, regs, 0, Value::EMPTY, pc.add(1), i.a())
    }
}
/// As [`poll`], after a call.
pub(super) fn poll_wiped(t: &Thread) -> Result<()> {
    if t.collect_request.get().is_some() {
        wipe_stack();
    }
    poll(t)
}
#[cold]
#[inline(never)]
unsafe extern "C" fn entry_poll(t: &Thread, pc: *const u64, r: Regs, tb: *const Handler) -> Exit {
    // SAFETY: as in `handler!`.
    unsafe {
        match poll_wiped(t) {
            Ok(()) => goto!(t, pc, r, next_table(t, tb)),
            Err(e) => throw!(t, tb, e),
        }
    }
}
#[inline(always)]
pub(super) fn exact_function(v: Value) -> Option<Ref<Function>> {
    let h = v.header()?;
    if h.shape().has_exact_layout(<Function as HeapType>::layout()) {
        // SAFETY: the layout says so.
        Some(unsafe { Ref::from_raw(v.as_cell()?.cast()) })
    } else {
        None
    }
}

#[inline(always)]
fn is_class(v: Value) -> bool {
    v.header().is_some_and(|h| h.shape().has_exact_layout(<Class as HeapType>::layout()))
}

handler!(CALL, |t, pc, r, tb, i| {
    let base = r.add(i.b());
    if let Some(f) = exact_function(*base.add(CALLABLE)) {
        let code = f.code.known();
        if code.simple && code.argcount as usize == i.c() {
            t.pc.set(pc.cast());
            enter_function!(t, pc, r, tb, f, base.add(ARGS), 0, Value::EMPTY, pc.add(2), i.a())
        }
    }
    return call_native(t, pc, r, tb);
});
handler!(CALL_METHOD, |t, pc, r, tb, i| {
    let base = r.add(i.b());
    if let Some(f) = exact_function(*base.add(CALLABLE)) {
        let code = f.code.known();
        if code.simple && code.argcount as usize == i.c() && !(*base.add(ARGS)).is_empty() {
            t.pc.set(pc.cast());
            enter_function!(t, pc, r, tb, f, base.add(ARGS), 0, Value::EMPTY, pc.add(2), i.a())
        }
    }
    return call_native(t, pc, r, tb);
});
/// Ends a call of a native: what it has made pending runs at once, and it may have changed the dispatch table.
macro_rules! finish_call {
    ($t:ident, $pc:ident, $r:ident, $tb:ident, $i:ident, $result:expr) => {
        match $result {
            Ok(v) => {
                *$r.add($i.a()) = v;
                if $t.should_poll() {
                    // A word that is visited as long as the instruction counts as running.
                    *$r.add($i.b() + KWNAMES) = v;
                    return entry_poll($t, $pc.add(2), $r, $tb);
                }
                goto!($t, $pc.add(2), $r, next_table($t, $tb))
            }
            Err(e) => throw!($t, $tb, e),
        }
    };
}
/// Calls a built-in function or method, or a built-in class, that has an entry for so many arguments; `None`: it is something else.
#[inline(always)]
pub(super) unsafe fn quick_native(t: &Thread, r: Regs, i: Instr) -> Option<Result<Value>> {
    // SAFETY: the window of a call of the running frame.
    unsafe {
        let base = r.add(i.b());
        let (callable, first) = (*base.add(CALLABLE), *base.add(ARGS));
        if i.c() == 1 + usize::from(first.is_empty()) && is_class(callable) {
            return match slow::convert_by_class(t, callable, *base.add(ARGS + i.c() - 1)) {
                Ok(v) if v.is_empty() => None,
                result => Some(result),
            };
        }
        let f = callable.downcast::<Native>()?;
        // Without a receiver in front the arguments begin one word later.
        let skip = usize::from(i.c() > 0 && first.is_empty());
        let n = i.c() - skip;
        if !f.passes_receiver {
            if n == 1 {
                return f.def.unary.map(|unary| unary(t, *base.add(ARGS + skip)));
            } else if n == 2 {
                return f.def.binary.map(|binary| binary(t, *base.add(ARGS + skip), *base.add(ARGS + skip + 1)));
            }
        } else if n == 1 {
            return f.def.binary.map(|binary| binary(t, f.receiver.get(), *base.add(ARGS + skip)));
        }
        None
    }
}
second!(call_native, |t, pc, r, tb, i| {
    if let Some(result) = quick_native(t, r, i) {
        finish_call!(t, pc, r, tb, i, result)
    }
    return call_rest(t, pc, r, tb);
});
handler!(CALL_KW, |t, pc, r, tb, i| { return call_rest(t, pc, r, tb) });

// Calls of anything: prepares the window and asks `slow::prepare_call` what it has come to.
second!(call_rest, |t, pc, r, tb, i| {
    let result = slow::call(t, r, i.b(), i.c(), i.op() == Op::CALL_KW as u16, pc.add(2), i.a());
    match result {
        Ok(v) if v.is_empty() => {
            // A Python frame was pushed.
            if t.should_poll() {
                return entry_poll(t, t.pc.get().cast(), t.regs.get(), tb);
            }
            return goto_running(t, tb);
        }
        Ok(v) => {
            *r.add(i.a()) = v;
            if t.should_poll() {
                // A word that is visited as long as the instruction counts as running.
                *r.add(i.b() + KWNAMES) = v;
                return entry_poll(t, pc.add(2), r, tb);
            }
            goto!(t, pc.add(2), r, next_table(t, tb))
        }
        Err(e) => throw!(t, tb, e),
    }
});
handler!(CALL_EX, |t, pc, r, tb, i| {
    t.pc.set(pc.cast());
    match slow::call_ex(t, r, i.b(), pc.add(1), i.a()) {
        Ok(v) if v.is_empty() => return goto_running(t, tb),
        Ok(v) => {
            *r.add(i.a()) = v;
            if t.should_poll() {
                *r.add(i.b() + KWNAMES) = v;
                return entry_poll(t, pc.add(1), r, tb);
            }
            goto!(t, pc.add(1), r, next_table(t, tb))
        }
        Err(e) => throw!(t, tb, e),
    }
});

handler!(RETURN, |t, pc, r, tb, i| {
    let v = *r.add(i.a());
    let caller = word(r, frame_word::CALLER).bits();
    if caller & KIND_MASK == 0 && word(r, frame_word::FRAME).is_empty() {
        let back = word(r, frame_word::RETURN).bits();
        let regs = caller as Regs;
        t.depth.set(t.depth.get() - 1);
        t.regs.set(regs);
        *regs.add(back as u16 as usize) = v;
        goto!(t, (back >> 16) as *const u64, regs, tb)
    }
    return return_kind(t, pc, r, tb);
});
// Returns from `__init__` and of generators.
second!(return_kind, |t, pc, r, tb, i| {
    let kind = kind_of(r);
    let back = word(r, frame_word::RETURN).bits();
    let next = (back >> 16) as *const u64;
    let caller = caller_of(r);
    let v = *r.add(i.a());
    if kind == INIT {
        let made = word(r, frame_word::LOCALS);
        if v.is_none() && !made.is_small_int() && word(r, frame_word::FRAME).is_empty() {
            *caller.add(back as u16 as usize) = made;
            // The word may become a gap in the caller's next window, where it would keep the instance.
            set_word(r, frame_word::LOCALS, Value::EMPTY);
            t.depth.set(t.depth.get() - 1);
            t.regs.set(caller);
            goto!(t, next, caller, tb)
        }
    } else if kind & GENERATOR != 0 && Generator::quick_finish(t, r) {
        t.pc.set(next.cast());
        if kind & ENTRY != 0 {
            t.result.set(v);
            leave!(RETURNED)
        }
        if kind == DELEGATE {
            *caller.add(back as u16 as usize) = v;
            goto!(t, next, caller, tb)
        }
        // Resumed by FOR_ITER, which is two words before: the loop ends.
        let for_iter = next.sub(2);
        goto!(t, for_iter.offset(Instr(*for_iter).c_signed()), caller, tb)
    }
    return return_rest(t, pc, r, tb);
});
second!(return_rest, |t, pc, r, tb, i| {
    let kind = kind_of(r);
    match slow::leave_frame(t, r, *r.add(i.a())) {
        Ok(v) => {
            // The frame is gone; the thread's registers and pc are the caller's.
            if kind & ENTRY != 0 {
                t.result.set(v);
                leave!(RETURNED)
            }
            return goto_running(t, tb);
        }
        Err(e) => throw!(t, tb, e),
    }
});

// ---------------------------------------------------------------- functions, classes, imports

simple! {
    MAKE_FUNCTION, 1, |t, r, i| slow::make_function(t, r, code_of(r).const_at(i.b()), r.add(i.c()));
    INTRINSIC1, 1, |t, r, i| slow::intrinsic1(t, r, i.b(), *r.add(i.c()));
    INTRINSIC2, 1, |t, r, i| slow::intrinsic2(t, i.b(), *r.add(i.c()), *r.add(i.c() + 1));
    IMPORT_NAME, 1, |t, r, i| slow::import_name(t, r, i.b(), *r.add(i.c()), *r.add(i.c() + 1));
    IMPORT_FROM, 1, |t, r, i| slow::import_from(t, *r.add(i.b()), code_of(r).name_at(i.c()));
}

// ---------------------------------------------------------------- exceptions

handler!(RAISE, |t, pc, r, tb, i| {
    t.pc.set(pc.cast());
    let fresh = u64::from(i.b() != 2);
    let e = slow::raise(t, *r.add(i.a()), i.b(), *r.add(i.c()));
    return raise(t, tb, e.0.bits(), fresh);
});
handler!(RERAISE, |t, pc, r, tb, i| {
    t.pc.set(pc.cast());
    return raise(t, tb, (*r.add(i.a())).bits(), 0);
});
handler!(PUSH_EXC, |t, pc, r, tb, i| {
    let old = word(r, frame_word::HANDLED);
    if old.is_empty() {
        t.handling.set(t.handling.get() + 1);
    }
    let new = *r.add(i.b());
    *r.add(i.a()) = old;
    set_word(r, frame_word::HANDLED, new);
    goto!(t, pc.add(1), r, tb)
});
handler!(POP_EXC, |t, pc, r, tb, i| {
    let v = *r.add(i.a());
    if v.is_empty() && !word(r, frame_word::HANDLED).is_empty() {
        t.handling.set(t.handling.get().saturating_sub(1));
    }
    set_word(r, frame_word::HANDLED, v);
    goto!(t, pc.add(1), r, tb)
});
simple! {
    MATCH_EXC, 1, |t, r, i| slow::match_exception(t, *r.add(i.b()), *r.add(i.c()));
    WITH_EXIT_EXC, 1, |t, r, i| slow::with_exit_exception(t, *r.add(i.b()), *r.add(i.c()));
    WITH_EXIT, 1, |t, r, i| slow::with_exit(t, *r.add(i.b()));
}
effect! {
    MATCH_EXC_GROUP, 1, |t, r, i| slow::match_exception_group(t, r.add(i.a()), *r.add(i.b()), *r.add(i.b() + 1));
    WITH_ENTER, 1, |t, r, i| slow::with_enter(t, r.add(i.a()), *r.add(i.b()), false);
    ASYNC_WITH_ENTER, 1, |t, r, i| slow::with_enter(t, r.add(i.a()), *r.add(i.b()), true);
}

// ---------------------------------------------------------------- generators

handler!(RETURN_GENERATOR, |t, pc, r, tb, i| {
    t.pc.set(pc.cast());
    let kind = kind_of(r);
    match Generator::from_frame(t, r, pc.add(1)) {
        Ok(g) => {
            let back = word(r, frame_word::RETURN).bits();
            let caller = caller_of(r);
            pop_frame(t, r);
            if kind & ENTRY != 0 {
                t.result.set(g);
                leave!(RETURNED)
            }
            *caller.add(back as u16 as usize) = g;
            goto!(t, (back >> 16) as *const u64, caller, tb)
        }
        Err(e) => throw!(t, tb, e),
    }
});
/// Suspends the running generator at `$pc` and goes on where `$v` is wanted.
macro_rules! suspend {
    ($t:ident, $pc:ident, $r:ident, $tb:ident, $v:expr) => {{
        let v = $v;
        let kind = kind_of($r);
        let back = word($r, frame_word::RETURN).bits();
        let caller = caller_of($r);
        Generator::suspend($t, $r, $pc);
        if kind & (ENTRY | INIT) == 0 {
            *caller.add(back as u16 as usize) = v;
            goto!($t, (back >> 16) as *const u64, caller, $tb)
        }
        $t.result.set(v);
        if kind & ENTRY != 0 {
            leave!(YIELDED)
        }
        return yield_outwards($t, (back >> 16) as *const u64, caller, $tb);
    }};
}
/// A delegate yielded `Thread::result`, and so does the generator at `r`, which goes on at `pc` once the delegate returns.
#[inline(never)]
unsafe extern "C" fn yield_outwards(t: &Thread, pc: *const u64, r: Regs, tb: *const Handler) -> Exit {
    // SAFETY: as in `handler!`; the instruction before `pc` is the YIELD_FROM, which is one word long.
    unsafe {
        let pc = pc.sub(1);
        if super::trace::watching(t) {
            t.pc.set(pc.cast());
            if let Err(e) = super::trace::delegate_yielded(t, r, t.result.get()) {
                throw!(t, tb, e)
            }
        }
        suspend!(t, pc, r, tb, t.take_result())
    }
}
handler!(CLEAR, |t, pc, r, tb, i| {
    empty_words(r.add(i.a()), r.add(i.a() + i.b()));
    goto!(t, pc.add(1), r, tb)
});
handler!(YIELD, |t, pc, r, tb, i| {
    // Through all that delegate to this generator, too.
    let v = *r.add(i.b());
    let (mut at, mut regs) = (pc, r);
    while Generator::quick_suspend(t, regs, at) {
        let kind = kind_of(regs);
        let back = word(regs, frame_word::RETURN).bits();
        let next = (back >> 16) as *const u64;
        t.pc.set(next.cast());
        if kind & ENTRY != 0 {
            t.result.set(v);
            leave!(YIELDED)
        }
        let caller = caller_of(regs);
        if kind != DELEGATE {
            *caller.add(back as u16 as usize) = v;
            goto!(t, next, caller, tb)
        }
        t.result.set(v);
        if super::trace::watching(t) {
            return yield_outwards(t, next, caller, tb);
        }
        (at, regs) = (next.sub(1), caller);
    }
    if regs == r {
        return yield_rest(t, pc, r, tb);
    }
    return yield_outwards(t, at.add(1), regs, tb);
});
second!(yield_rest, |t, pc, r, tb, i| { suspend!(t, pc, r, tb, *r.add(i.b())) });
handler!(YIELD_FROM, |t, pc, r, tb, i| {
    let next = Generator::quick_resume(*r.add(i.b()), t, *r.add(i.a()), r, DELEGATE, pc.add(1), i.a());
    if !next.is_null() {
        goto!(t, next, t.regs.get(), tb)
    }
    return yield_from_rest(t, pc, r, tb);
});
second!(yield_from_rest, |t, pc, r, tb, i| {
    if let Some(g) = slow::delegate_generator(*r.add(i.b())).filter(|&g| !super::resume::is_resumed_natively(t, g)) {
        match Generator::push(g, t, *r.add(i.a()), r, DELEGATE, pc.add(1), i.a()) {
            Ok(v) if !v.is_empty() => return goto_running(t, tb),
            Ok(_) => {
                if g.is_coroutine() {
                    throw!(t, tb, Generator::reused(t))
                }
                *r.add(i.a()) = Value::NONE;
                goto!(t, pc.add(1), r, tb)
            }
            Err(e) => throw!(t, tb, e),
        }
    }
    if (*r.add(i.a())).is_none() && !super::trace::watching(t) {
        if let Some(v) = crate::objects::iterators::quick_next(t, *r.add(i.b())) {
            if v.is_empty() {
                // R[a] is None already: what such an iterator returns.
                goto!(t, pc.add(1), r, tb)
            }
            suspend!(t, pc, r, tb, v)
        }
    }
    // `slow::delegate` leaves in R[a] what was yielded or returned, and tells which.
    match slow::delegate(t, r, i.a(), *r.add(i.b())) {
        Ok(Value::FALSE) => goto!(t, pc.add(1), r, tb),
        Ok(_) => {
            if super::trace::watching(t) {
                if let Err(e) = super::trace::delegate_yielded(t, r, *r.add(i.a())) {
                    throw!(t, tb, e)
                }
            }
            suspend!(t, pc, r, tb, *r.add(i.a()))
        }
        Err(e) => throw!(t, tb, e),
    }
});
handler!(GET_YIELD_FROM_ITER, |t, pc, r, tb, i| {
    let v = *r.add(i.b());
    if Generator::exact_generator(v).is_some() {
        *r.add(i.a()) = v;
        goto!(t, pc.add(1), r, tb)
    }
    return yield_from_iter_rest(t, pc, r, tb);
});
second!(yield_from_iter_rest, |t, pc, r, tb, i| {
    if let Some(f) = slow::generator_iter(t, *r.add(i.b())) {
        return enter_iter(t, pc, r, tb, f);
    }
    finish!(t, pc, r, tb, 1, i.a(), slow::yield_from_iter(t, r, *r.add(i.b())))
});
simple! {
    GET_AWAITABLE, 1, |t, r, i| slow::get_awaitable(t, *r.add(i.b()), i.c());
    GET_AITER, 1, |t, r, i| slow::get_aiter(t, *r.add(i.b()));
    GET_ANEXT, 1, |t, r, i| slow::get_anext(t, *r.add(i.b()));
}
handler!(END_ASYNC_FOR, |t, pc, r, tb, i| {
    let exc = *r.add(i.a());
    t.pc.set(pc.cast());
    if slow::is_stop_async_iteration(t, exc) {
        goto!(t, pc.add(1), r, tb)
    }
    return raise(t, tb, exc.bits(), 0);
});

// ---------------------------------------------------------------- pattern matching

simple! {
    MATCH_SEQUENCE, 1, |t, r, i| slow::match_flag(*r.add(i.b()), class_flags::SEQUENCE);
    MATCH_MAPPING, 1, |t, r, i| slow::match_flag(*r.add(i.b()), class_flags::MAPPING);
    MATCH_KEYS, 1, |t, r, i| slow::match_keys(t, *r.add(i.b()), *r.add(i.c()));
    MATCH_CLASS, 1, |t, r, i| slow::match_class(t, *r.add(i.b()), *r.add(i.b() + 1), *r.add(i.b() + 2), i.c());
    GET_LEN, 1, |t, r, i| slow::length(t, *r.add(i.b()));
    COPY_WITHOUT_KEYS, 1, |t, r, i| slow::copy_without_keys(t, *r.add(i.b()), *r.add(i.c()));
}
