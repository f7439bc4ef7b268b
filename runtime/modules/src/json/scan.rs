//! Reading: `make_scanner`. One pass over the code units of the text, without copies of it.
//!
//! Keys of objects recur, so a small direct-mapped cache on the native stack remembers the latest ones: a key found in it costs a
//! comparison instead of a string.

use super::decode_error;
use super::string::{self, Bad, Scanned};
use std::cell::Cell;
use taipan_text::{Unit, with_units};
use taipan_vm::native::*;
use taipan_vm::ops::text_of;

#[derive(HeapType)]
#[repr(C)]
pub struct Scanner {
    header: Header,
    strict: bool,
    object_hook: Field,
    object_pairs_hook: Field,
    parse_float: Field,
    parse_int: Field,
    parse_constant: Field,
}

const CACHE: usize = 128;
/// Longer keys are not remembered.
const CACHED_KEY: usize = 32;

struct Reader<'a, U: Unit> {
    t: &'a Thread,
    scanner: Ref<Scanner>,
    text: Ref<Str>,
    units: &'a [U],
    /// Hooks, or the empty mark.
    object_hook: Value,
    pairs_hook: Value,
    /// Functions for numbers, or the empty mark where `int` and `float` do it.
    parse_int: Value,
    parse_float: Value,
    keys: [Cell<Value>; CACHE],
}

/// `scanstring`
pub fn scan_string(t: &Thread, text: Ref<Str>, begin: usize, strict: bool) -> Result<Value> {
    with_units!(text_of(&text), units => {
        let (s, end) = finish_string(t, text, units, begin, strict)?;
        (s, end).into_value(t)
    })
}

/// The string whose quote is before `begin`, and the index after its closing quote.
fn finish_string<U: Unit>(t: &Thread, text: Ref<Str>, units: &[U], begin: usize, strict: bool) -> Result<(Ref<Str>, usize)> {
    match string::scan(units, begin, strict) {
        Ok(Scanned::Plain(end)) => Ok((Str::substring(t, text, begin..end)?, end + 1)),
        Ok(Scanned::Unescaped(s, end)) => Ok((t.str_from_text(&s)?, end + 1)),
        Err(Bad(message, at)) => Err(decode_error(t, message, text, at)),
    }
}

fn stop(t: &Thread, at: usize) -> Exc {
    t.stop_iteration(Value::small_int(at as i64))
}

impl<U: Unit> Reader<'_, U> {
    #[inline(always)]
    fn peek(&self, i: usize) -> u32 {
        // A value that no character of JSON's grammar has.
        self.units.get(i).map_or(u32::MAX, |u| u.code())
    }

    #[inline(always)]
    fn skip_space(&self, mut i: usize) -> usize {
        while matches!(self.peek(i), 0x20 | 0x0a | 0x0d | 0x09) {
            i += 1;
        }
        i
    }

    fn error(&self, message: &str, at: usize) -> Exc {
        decode_error(self.t, message, self.text, at)
    }

    /// A string that is the key of an object.
    fn key(&self, begin: usize) -> Result<(Value, usize)> {
        let t = self.t;
        let rest = &self.units[begin..];
        let head = &rest[..rest.len().min(CACHED_KEY + 1)];
        let mut hash = 0usize;
        for (n, u) in head.iter().enumerate() {
            match u.code() {
                0x22 => {
                    let slot = &self.keys[(hash ^ n) % CACHE];
                    if let Some(k) = slot.get().downcast::<Str>() {
                        if text_of(&k).iter().eq(head[..n].iter().map(|u| u.code())) {
                            return Ok((k.value(), begin + n + 1));
                        }
                    }
                    let k = Str::substring(t, self.text, begin..begin + n)?;
                    slot.set(k.value());
                    return Ok((k.value(), begin + n + 1));
                }
                0x5c | 0..0x20 => break,
                c => hash = hash.wrapping_mul(31).wrapping_add(c as usize),
            }
        }
        let (k, end) = finish_string(t, self.text, self.units, begin, self.scanner.strict)?;
        Ok((k.value(), end))
    }

    fn value(&self, i: usize) -> Result<(Value, usize)> {
        let word = |w: &str| {
            self.units.get(i..i + w.len()).is_some_and(|u| u.iter().zip(w.bytes()).all(|(u, b)| u.code() == u32::from(b)))
        };
        match self.peek(i) {
            0x22 => {
                let (s, end) = finish_string(self.t, self.text, self.units, i + 1, self.scanner.strict)?;
                return Ok((s.value(), end));
            }
            0x7b => {
                self.t.check_native_stack()?;
                return self.object(i + 1);
            }
            0x5b => {
                self.t.check_native_stack()?;
                return self.array(i + 1);
            }
            0x6e if word("null") => return Ok((Value::NONE, i + 4)),
            0x74 if word("true") => return Ok((Value::TRUE, i + 4)),
            0x66 if word("false") => return Ok((Value::FALSE, i + 5)),
            0x4e if word("NaN") => return self.constant("NaN", i),
            0x49 if word("Infinity") => return self.constant("Infinity", i),
            0x2d if word("-Infinity") => return self.constant("-Infinity", i),
            _ => {}
        }
        self.number(i)
    }

    fn constant(&self, name: &str, i: usize) -> Result<(Value, usize)> {
        let v = self.t.call(self.scanner.parse_constant.get(), &[Str::intern_str(self.t, name)?.value()])?;
        Ok((v, i + name.len()))
    }

    fn number(&self, start: usize) -> Result<(Value, usize)> {
        let t = self.t;
        let digits = |mut i: usize| {
            while matches!(self.peek(i), 0x30..=0x39) {
                i += 1;
            }
            i
        };
        let mut i = start + usize::from(self.peek(start) == 0x2d);
        i = match self.peek(i) {
            0x30 => i + 1,
            0x31..=0x39 => digits(i + 1),
            _ => return Err(stop(t, start)),
        };
        let mut is_float = false;
        if self.peek(i) == 0x2e && matches!(self.peek(i + 1), 0x30..=0x39) {
            is_float = true;
            i = digits(i + 2);
        }
        if matches!(self.peek(i), 0x65 | 0x45) {
            let after_sign = i + 1 + usize::from(matches!(self.peek(i + 1), 0x2b | 0x2d));
            let end = digits(after_sign);
            if end > after_sign {
                is_float = true;
                i = end;
            }
        }
        let given = if is_float { self.parse_float } else { self.parse_int };
        if !given.is_empty() {
            let text = Str::substring(t, self.text, start..i)?;
            return Ok((t.call(given, &[text.value()])?, i));
        }
        // All ASCII, and short but for hostile input.
        let text = &self.units[start..i];
        let narrow;
        let bytes = match U::as_bytes(text) {
            Some(b) => b,
            None => {
                narrow = text.iter().map(|u| u.code() as u8).collect::<Vec<u8>>();
                &narrow
            }
        };
        if is_float {
            return match taipan_text::float::parse_bytes(bytes) {
                Some(x) => Ok((t.float(x)?, i)),
                None => Err(stop(t, start)),
            };
        }
        if bytes.len() <= 18 {
            let (negative, digits) = match bytes {
                [b'-', d @ ..] => (true, d),
                d => (false, d),
            };
            let n = digits.iter().fold(0i64, |n, d| n * 10 + i64::from(d - b'0'));
            return Ok((t.int(if negative { -n } else { n })?, i));
        }
        let shown = Str::substring(t, self.text, start..i)?;
        Ok((taipan_vm::objects::int::parse_bytes(t, bytes, 10, shown.value())?, i))
    }

    fn object(&self, start: usize) -> Result<(Value, usize)> {
        let t = self.t;
        let pairs = if self.pairs_hook.is_empty() { None } else { Some(List::new(t)?) };
        let dict = if pairs.is_none() { Some(Dict::new(t)?) } else { None };
        let mut i = self.skip_space(start);
        if self.peek(i) != 0x7d {
            loop {
                if self.peek(i) != 0x22 {
                    return Err(self.error("Expecting property name enclosed in double quotes", i));
                }
                let (key, after) = self.key(i + 1)?;
                i = self.skip_space(after);
                if self.peek(i) != 0x3a {
                    return Err(self.error("Expecting ':' delimiter", i));
                }
                let (value, after) = self.value(self.skip_space(i + 1))?;
                match (dict, pairs) {
                    (Some(d), _) => d.set(t, key, value)?,
                    (None, Some(p)) => p.append(t, Tuple::new(t, &[key, value])?.value())?,
                    (None, None) => {}
                }
                i = self.skip_space(after);
                match self.peek(i) {
                    0x7d => break,
                    0x2c => {}
                    _ => return Err(self.error("Expecting ',' delimiter", i)),
                }
                let comma = i;
                i = self.skip_space(i + 1);
                if self.peek(i) == 0x7d {
                    return Err(self.error("Illegal trailing comma before end of object", comma));
                }
            }
        }
        let end = i + 1;
        if let Some(p) = pairs {
            return Ok((t.call(self.pairs_hook, &[p.value()])?, end));
        }
        let made = dict.map_or(Value::NONE, Ref::value);
        if !self.object_hook.is_empty() {
            return Ok((t.call(self.object_hook, &[made])?, end));
        }
        Ok((made, end))
    }

    fn array(&self, start: usize) -> Result<(Value, usize)> {
        let t = self.t;
        let list = List::new(t)?;
        let mut i = self.skip_space(start);
        if self.peek(i) == 0x5d {
            return Ok((list.value(), i + 1));
        }
        loop {
            let (v, after) = self.value(i)?;
            list.append(t, v)?;
            i = self.skip_space(after);
            match self.peek(i) {
                0x5d => return Ok((list.value(), i + 1)),
                0x2c => {}
                _ => return Err(self.error("Expecting ',' delimiter", i)),
            }
            let comma = i;
            i = self.skip_space(i + 1);
            if self.peek(i) == 0x5d {
                return Err(self.error("Illegal trailing comma before end of array", comma));
            }
        }
    }
}

fn or_empty(v: Value) -> Value {
    if v.is_none() { Value::EMPTY } else { v }
}

/// JSON scanner object
#[pyclass(name = "Scanner", module = "_json", flags(BASE))]
impl Scanner {
    #[py("(context)", nosig)]
    fn __new__(t: &Thread, cls: Ref<Class>, context: Value) -> Result<Ref<Scanner>> {
        let get = |name: &str| t.get_attr(context, Str::intern_str(t, name)?);
        let strict = t.truth(get("strict")?)?;
        t.create_in(
            cls,
            Scanner {
                header: Header::NEW,
                strict,
                object_hook: Field::new(get("object_hook")?),
                object_pairs_hook: Field::new(get("object_pairs_hook")?),
                parse_float: Field::new(get("parse_float")?),
                parse_int: Field::new(get("parse_int")?),
                parse_constant: Field::new(get("parse_constant")?),
            },
        )
    }
    #[py("($self, string, idx)")]
    fn __call__(t: &Thread, this: Ref<Scanner>, string: Value, idx: isize) -> Result<Value> {
        let Some(text) = string.downcast::<Str>() else {
            return Err(t.type_error(format!("first argument must be a string, not {}", class_of(string).name_string())));
        };
        let Ok(start) = usize::try_from(idx) else {
            return Err(t.value_error("idx cannot be negative"));
        };
        if start >= text.len() {
            return Err(stop(t, start));
        }
        let number = |f: Value, class: Ref<Class>| if f == class.value() { Value::EMPTY } else { f };
        let (v, end) = with_units!(text_of(&text), units => Reader {
            t,
            scanner: this,
            text,
            units,
            object_hook: or_empty(this.object_hook.get()),
            pairs_hook: or_empty(this.object_pairs_hook.get()),
            parse_int: number(this.parse_int.get(), BigInt::class()),
            parse_float: number(this.parse_float.get(), BoxedFloat::class()),
            keys: [const { Cell::new(Value::EMPTY) }; CACHE],
        }.value(start))?;
        (v, end).into_value(t)
    }
    /// strict
    #[py(member)]
    fn strict(_t: &Thread, this: Ref<Scanner>) -> bool {
        this.strict
    }
    /// object_hook
    #[py(member)]
    fn object_hook(_t: &Thread, this: Ref<Scanner>) -> Value {
        this.object_hook.get()
    }
    #[py(member)]
    fn object_pairs_hook(_t: &Thread, this: Ref<Scanner>) -> Value {
        this.object_pairs_hook.get()
    }
    /// parse_float
    #[py(member)]
    fn parse_float(_t: &Thread, this: Ref<Scanner>) -> Value {
        this.parse_float.get()
    }
    /// parse_int
    #[py(member)]
    fn parse_int(_t: &Thread, this: Ref<Scanner>) -> Value {
        this.parse_int.get()
    }
    /// parse_constant
    #[py(member)]
    fn parse_constant(_t: &Thread, this: Ref<Scanner>) -> Value {
        this.parse_constant.get()
    }
}
