//! `str.translate` and `str.maketrans`.

use crate::native::*;
use crate::objects::exceptions as ex;
use crate::ops::{is_kind, text_of};
use taipan_text::{MAX_CODE_POINT, Text, TextBuf};

/// What a table has for a character.
enum Mapped {
    Same,
    Deleted,
    Code(u32),
    Text(Ref<Str>),
}

fn look_up(t: &Thread, table: Value, c: u32) -> Result<Mapped> {
    let v = match t.get_item(table, Value::small_int(c as i64)) {
        Ok(v) => v,
        Err(e) if is_kind(t, e, ex::Kind::LookupError) => return Ok(Mapped::Same),
        Err(e) => return Err(e),
    };
    if v.is_none() {
        return Ok(Mapped::Deleted);
    }
    if let Some(s) = v.downcast::<Str>() {
        return Ok(Mapped::Text(s));
    }
    match t.int_value(v) {
        Some(i) => match i.to_i64().and_then(|i| u32::try_from(i).ok()).filter(|&c| c <= MAX_CODE_POINT) {
            Some(c) => Ok(Mapped::Code(c)),
            None => Err(t.value_error("character mapping must be in range(0x110000)")),
        },
        None => Err(t.type_error("character mapping must return integer, None or str")),
    }
}

fn push(out: &mut TextBuf, c: u32, mapped: Mapped) {
    match mapped {
        Mapped::Same => out.push(c),
        Mapped::Deleted => {}
        Mapped::Code(c) => out.push(c),
        Mapped::Text(s) => out.push_text(text_of(&s)),
    }
}

/// Marks in the table of ASCII characters that were looked up: not yet, deleted, not of one ASCII character.
const UNKNOWN: u8 = 0xff;
const DELETED: u8 = 0xfe;
const GENERAL: u8 = 0xfd;

/// `s.translate(table)`
pub fn translate(t: &Thread, s: Ref<Str>, table: Value) -> Result<Ref<Str>> {
    let text = text_of(&s);
    let mut out = TextBuf::with_capacity(text.len());
    let mut at = 0;
    if let Text::Latin1(bytes) = text {
        // Each ASCII character is looked up once while all results are ASCII characters too.
        let mut known = [UNKNOWN; 128];
        let mut done = Vec::with_capacity(bytes.len());
        for &b in bytes {
            let Some(place) = known.get_mut(b as usize) else { break };
            if *place == UNKNOWN {
                *place = match look_up(t, table, u32::from(b))? {
                    Mapped::Same => b,
                    Mapped::Deleted => DELETED,
                    Mapped::Code(c @ 0..0x80) => c as u8,
                    Mapped::Text(s) if s.len() == 1 && s.is_ascii() => s.units().at(0) as u8,
                    _ => GENERAL,
                };
            }
            match *place {
                GENERAL => break,
                DELETED => {}
                c => done.push(c),
            }
            at += 1;
        }
        if at == bytes.len() {
            return Str::from_narrowest(t, Units::Latin1(&done), true);
        }
        out.push_latin1(&done);
    }
    for c in text.from(at) {
        push(&mut out, c, look_up(t, table, c)?);
    }
    t.str_from_text(&out)
}

/// `str.maketrans(x, y, z)`
pub fn make_table(t: &Thread, x: Value, y: Option<Ref<Str>>, z: Option<Ref<Str>>) -> Result<Ref<Dict>> {
    let table = Dict::new(t)?;
    let code = |c: u32| Value::small_int(c as i64);
    if let Some(y) = y {
        let Some(x) = x.downcast::<Str>() else {
            return Err(t.type_error("first maketrans argument must be a string if there is a second argument"));
        };
        if x.len() != y.len() {
            return Err(t.value_error("the first two maketrans arguments must have equal length"));
        }
        for (from, to) in x.units().iter().zip(y.units().iter()) {
            table.set(t, code(from), code(to))?;
        }
        if let Some(z) = z {
            for c in z.units().iter() {
                table.set(t, code(c), Value::NONE)?;
            }
        }
        return Ok(table);
    }
    let source = match x.downcast::<Dict>() {
        Some(d) if class_of(x) == Dict::class() => d,
        _ => return Err(t.type_error("if you give only one argument to maketrans it must be a dict")),
    };
    let mut pos = 0;
    while let Some((key, value)) = source.next(&mut pos) {
        if let Some(s) = key.downcast::<Str>() {
            if s.len() != 1 {
                return Err(t.value_error("string keys in translatetable must be of length 1"));
            }
            table.set(t, code(s.units().at(0)), value)?;
        } else if t.int_value(key).is_some() {
            table.set(t, key, value)?;
        } else {
            return Err(t.type_error("keys in translate table mustbe strings or integers"));
        }
    }
    Ok(table)
}
