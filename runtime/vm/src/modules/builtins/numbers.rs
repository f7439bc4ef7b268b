//! Numbers for the functions of `builtins`: `sum`, `bin` and its like, `ord`.

use crate::native::*;
use crate::objects::bytearray::ByteArray;
use crate::objects::complex::Complex;
use crate::objects::singletons::Bool;
use crate::ops::{BinaryOp, convert::exact_float};
use taipan_num::BigRef;
use taipan_num::complex::Complex as Number;
use taipan_num::sums::CompensatedSum;

/// `bin`, `oct`, `hex`.
pub fn in_base(t: &Thread, number: Value, digits: fn(BigRef<'_>) -> String) -> Result<String> {
    let i = t.index(number)?;
    match t.int_value(i) {
        Some(i) => Ok(digits(i.as_ref())),
        None => Err(t.system_error("an index is no integer")),
    }
}

pub fn ord(t: &Thread, v: Value) -> Result<Value> {
    let wrong = |n: usize| t.type_error(format!("ord() expected a character, but string of length {n} found"));
    if let Some(s) = v.downcast::<Str>() {
        return if s.len() == 1 { t.int(s.units().at(0) as i64) } else { Err(wrong(s.len())) };
    }
    if let Some(b) = v.downcast::<Bytes>() {
        return match b.as_slice() {
            &[c] => t.int(c as i64),
            bytes => Err(wrong(bytes.len())),
        };
    }
    if v.downcast::<ByteArray>().is_some() {
        let n = t.len(v)?;
        return if n == 1 { t.get_item(v, Value::small_int(0)) } else { Err(wrong(n)) };
    }
    Err(t.type_error(format!("ord() expected string of length 1, but {} found", crate::ops::type_name(v))))
}

/// How a sum is kept while all items so far were of one kind.
enum Sum {
    Int(i64),
    Float(CompensatedSum),
    Complex(CompensatedSum, CompensatedSum),
    Other(Value),
}

fn exact_int(v: Value) -> Option<i64> {
    if let Some(i) = v.as_small_int() {
        return Some(i);
    }
    let class = class_of(v);
    if class == Bool::class() {
        return Some(i64::from(v == Value::TRUE));
    }
    if class == BigInt::class() { v.downcast::<BigInt>().and_then(|b| b.as_big_ref().to_i64()) } else { None }
}

fn exact_complex(v: Value) -> Option<Ref<Complex>> {
    v.downcast::<Complex>().filter(|_| class_of(v) == Complex::class())
}

impl Sum {
    fn value(&self, t: &Thread) -> Result<Value> {
        match *self {
            Sum::Int(i) => t.int(i),
            Sum::Float(s) => t.float(s.value()),
            Sum::Complex(re, im) => Complex::new(t, Number::new(re.value(), im.value())).map(Ref::value),
            Sum::Other(v) => Ok(v),
        }
    }
    /// Of a float or complex number; `None` for others.
    fn of_float(v: Value) -> Option<Sum> {
        if let Some(x) = exact_float(v) {
            return Some(Sum::Float(CompensatedSum::new(x)));
        }
        Sum::of_complex(v)
    }
    fn of_complex(v: Value) -> Option<Sum> {
        let z = exact_complex(v)?.number();
        Some(Sum::Complex(CompensatedSum::new(z.re), CompensatedSum::new(z.im)))
    }

    fn add(&mut self, t: &Thread, item: Value) -> Result<()> {
        match self {
            Sum::Int(sum) => {
                if let Some(i) = exact_int(item)
                    && let Some(s) = sum.checked_add(i)
                {
                    *sum = s;
                    return Ok(());
                }
                let v = t.binary(BinaryOp::Add, self.value(t)?, item)?;
                *self = Sum::of_float(v).unwrap_or(Sum::Other(v));
            }
            Sum::Float(sum) => {
                if let Some(x) = exact_float(item) {
                    sum.add(x);
                    return Ok(());
                }
                if let Some(i) = t.int_value(item).and_then(|i| i.to_i64()) {
                    sum.add(i as f64);
                    return Ok(());
                }
                let v = t.binary(BinaryOp::Add, self.value(t)?, item)?;
                *self = Sum::of_complex(v).unwrap_or(Sum::Other(v));
            }
            Sum::Complex(re, im) => {
                if let Some(z) = exact_complex(item) {
                    let z = z.number();
                    re.add(z.re);
                    im.add(z.im);
                    return Ok(());
                }
                let real = match exact_float(item) {
                    Some(x) => Some(x),
                    None => t.int_value(item).and_then(|i| i.to_i64()).map(|i| i as f64),
                };
                if let Some(x) = real {
                    re.add(x);
                    return Ok(());
                }
                *self = Sum::Other(t.binary(BinaryOp::Add, self.value(t)?, item)?);
            }
            // Not in place: that would change the start value.
            Sum::Other(v) => *self = Sum::Other(t.binary(BinaryOp::Add, *v, item)?),
        }
        Ok(())
    }
}

pub fn sum(t: &Thread, iterable: Value, start: Option<Value>) -> Result<Value> {
    let mut sum = match start {
        None => Sum::Int(0),
        Some(v) => {
            let refused = |text: &str| {
                t.iter(iterable)?;
                Err(t.type_error(format!("sum() can't sum {text}")))
            };
            if v.downcast::<Str>().is_some() {
                return refused("strings [use ''.join(seq) instead]");
            }
            if v.downcast::<Bytes>().is_some() {
                return refused("bytes [use b''.join(seq) instead]");
            }
            if v.downcast::<ByteArray>().is_some() {
                return refused("bytearray [use b''.join(seq) instead]");
            }
            match exact_int(v).filter(|_| !v.is_bool()) {
                Some(i) => Sum::Int(i),
                None => Sum::of_float(v).unwrap_or(Sum::Other(v)),
            }
        }
    };
    t.for_each(iterable, |item| {
        match &mut sum {
            Sum::Int(n) if item.is_small_int() && n.checked_add(item.small_int_unchecked()).is_some() => {
                *n += item.small_int_unchecked();
            }
            _ => sum.add(t, item)?,
        }
        Ok(())
    })?;
    sum.value(t)
}
