//! From bytes to values. Nothing is believed: sizes are checked against what is there before anything is allocated for them.

use super::{MAX_DEPTH, code};
use std::borrow::Cow;
use std::sync::Arc;
use taipan_compiler::serial;
use taipan_num::{Big, Limbs};
use taipan_vm::native::*;
use taipan_vm::objects::complex::Complex;
use taipan_vm::objects::exceptions as ex;
use taipan_vm::objects::set::{FrozenSet, Set};
use taipan_vm::objects::slice::Slice;

enum Source<'a> {
    Bytes(&'a [u8]),
    File(Value),
}

pub struct Reader<'a> {
    t: &'a Thread,
    source: Source<'a>,
    allow_code: bool,
    depth: usize,
    /// Values that references may mean, by number; the empty mark stands for one that is not complete.
    refs: ValueVec,
}

const TOO_SHORT: &str = "marshal data too short";

impl<'a> Reader<'a> {
    pub fn of_bytes(t: &'a Thread, data: &'a [u8], allow_code: bool) -> Reader<'a> {
        Reader { t, source: Source::Bytes(data), allow_code, depth: 0, refs: ValueVec::new() }
    }
    pub fn of_file(t: &'a Thread, file: Value, allow_code: bool) -> Reader<'a> {
        Reader { t, source: Source::File(file), allow_code, depth: 0, refs: ValueVec::new() }
    }

    pub fn read(&mut self) -> Result<Value> {
        match self.value()? {
            Some(v) => Ok(v),
            None => Err(self.t.type_error("NULL object in marshal data for object")),
        }
    }

    fn take(&mut self, n: usize) -> Result<Cow<'a, [u8]>> {
        match &mut self.source {
            Source::Bytes(data) => match data.split_at_checked(n) {
                Some((taken, rest)) => {
                    *data = rest;
                    Ok(Cow::Borrowed(taken))
                }
                None => Err(self.t.eof_error(TOO_SHORT)),
            },
            Source::File(_) if n == 0 => Ok(Cow::Borrowed(&[])),
            Source::File(f) => super::read_file(self.t, *f, n).map(Cow::Owned),
        }
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N]> {
        let taken = self.take(N)?;
        taken.as_ref().try_into().map_err(|_| self.t.eof_error(TOO_SHORT))
    }

    fn i32(&mut self) -> Result<i32> {
        self.array().map(i32::from_le_bytes)
    }

    /// A count of things that take at least a byte each.
    fn size(&mut self, what: &str) -> Result<usize> {
        let n = self.i32()?;
        usize::try_from(n).map_err(|_| self.bad(&format!("{what} size out of range")))
    }

    fn bad(&self, what: &str) -> Exc {
        self.t.value_error(format!("bad marshal data ({what})"))
    }

    fn capacity(&self, n: usize) -> usize {
        match &self.source {
            Source::Bytes(rest) => n.min(rest.len()),
            Source::File(_) => n.min(4096),
        }
    }

    fn item(&mut self, container: &str) -> Result<Value> {
        match self.value()? {
            Some(v) => Ok(v),
            None => Err(self.t.type_error(format!("NULL object in marshal data for {container}"))),
        }
    }

    fn items(&mut self, n: usize, container: &str) -> Result<ValueVec> {
        let items = ValueVec::with_capacity(self.t, self.capacity(n))?;
        for _ in 0..n {
            items.push(self.t, self.item(container)?)?;
        }
        Ok(items)
    }

    /// The next value; `None` is the mark that ends a dictionary.
    fn value(&mut self) -> Result<Option<Value>> {
        let first = match &self.source {
            Source::Bytes([]) => return Err(self.t.eof_error("EOF read where object expected")),
            _ => self.array::<1>()?[0],
        };
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return Err(self.t.value_error("recursion limit exceeded"));
        }
        self.t.check_native_stack()?;
        let v = self.typed(first & !code::FLAG_REF, first & code::FLAG_REF != 0);
        self.depth -= 1;
        v
    }

    /// Gives a value its number among those that references may mean.
    fn keep(&self, flagged: bool, v: Value) -> Result<Option<Value>> {
        if flagged {
            self.refs.push(self.t, v)?;
        }
        Ok(Some(v))
    }

    /// Reserves the number of a value that is made after its parts.
    fn reserve(&self, flagged: bool) -> Result<Option<usize>> {
        if !flagged {
            return Ok(None);
        }
        self.refs.push(self.t, Value::EMPTY)?;
        Ok(Some(self.refs.len() - 1))
    }

    fn settle(&self, place: Option<usize>, v: Value) -> Option<Value> {
        if let Some(i) = place {
            self.refs.set(self.t, i, v);
        }
        Some(v)
    }

    fn typed(&mut self, kind: u8, flagged: bool) -> Result<Option<Value>> {
        let t = self.t;
        match kind {
            code::NULL => Ok(None),
            code::NONE => Ok(Some(Value::NONE)),
            code::TRUE => Ok(Some(Value::TRUE)),
            code::FALSE => Ok(Some(Value::FALSE)),
            code::ELLIPSIS => Ok(Some(Value::ELLIPSIS)),
            code::STOP_ITERATION => Ok(Some(ex::class(ex::Kind::StopIteration).value())),
            code::INT => {
                let n = self.i32()?;
                self.keep(flagged, Value::small_int(i64::from(n)))
            }
            code::INT64 => {
                let n = i64::from_le_bytes(self.array()?);
                self.keep(flagged, t.int(n)?)
            }
            code::LONG => {
                let v = self.long()?;
                self.keep(flagged, v)
            }
            code::FLOAT => {
                let x = self.float_text()?;
                self.keep(flagged, t.float(x)?)
            }
            code::BINARY_FLOAT => {
                let x = f64::from_le_bytes(self.array()?);
                self.keep(flagged, t.float(x)?)
            }
            code::COMPLEX => {
                let (re, im) = (self.float_text()?, self.float_text()?);
                self.keep(flagged, Complex::new(t, taipan_num::complex::Complex { re, im })?.value())
            }
            code::BINARY_COMPLEX => {
                let (re, im) = (f64::from_le_bytes(self.array()?), f64::from_le_bytes(self.array()?));
                self.keep(flagged, Complex::new(t, taipan_num::complex::Complex { re, im })?.value())
            }
            code::BYTES => {
                let n = self.size("bytes object")?;
                let b = self.take(n)?;
                self.keep(flagged, Bytes::new(t, &b)?.value())
            }
            code::ASCII | code::ASCII_INTERNED | code::SHORT_ASCII | code::SHORT_ASCII_INTERNED => {
                let short = matches!(kind, code::SHORT_ASCII | code::SHORT_ASCII_INTERNED);
                let n = if short { usize::from(self.array::<1>()?[0]) } else { self.size("string")? };
                let b = self.take(n)?;
                let s = Str::from_latin1(t, &b)?;
                let interned = matches!(kind, code::ASCII_INTERNED | code::SHORT_ASCII_INTERNED);
                self.keep(flagged, if interned { Str::intern(t, s)? } else { s }.value())
            }
            code::UNICODE | code::INTERNED => {
                let n = self.size("string")?;
                let b = self.take(n)?;
                let s = match std::str::from_utf8(&b) {
                    Ok(s) => Str::from_str(t, s)?,
                    Err(_) => {
                        let bytes = Bytes::new(t, &b)?.value();
                        let args = [Str::intern_str(t, "utf-8")?.value(), Str::intern_str(t, "surrogatepass")?.value()];
                        let decoded = t.call_method(bytes, names::decode(), &args)?;
                        decoded.downcast::<Str>().ok_or_else(|| t.type_error("not a string"))?
                    }
                };
                self.keep(flagged, if kind == code::INTERNED { Str::intern(t, s)? } else { s }.value())
            }
            code::SMALL_TUPLE | code::TUPLE => {
                let n = if kind == code::TUPLE { self.size("tuple")? } else { usize::from(self.array::<1>()?[0]) };
                let place = self.reserve(flagged)?;
                let items = self.items(n, "tuple")?;
                Ok(self.settle(place, items.into_tuple(t)?.value()))
            }
            code::LIST => {
                let n = self.size("list")?;
                let list = List::with_capacity(t, self.capacity(n))?;
                self.keep(flagged, list.value())?;
                for _ in 0..n {
                    list.append(t, self.item("list")?)?;
                }
                Ok(Some(list.value()))
            }
            code::DICT => {
                let d = Dict::new(t)?;
                self.keep(flagged, d.value())?;
                while let Some(k) = self.value()? {
                    let Some(v) = self.value()? else { break };
                    d.set(t, k, v)?;
                }
                Ok(Some(d.value()))
            }
            code::SET => {
                let n = self.size("set")?;
                let set = Set::new(t)?;
                self.keep(flagged, set.value())?;
                for _ in 0..n {
                    set.add(t, self.item("set")?)?;
                }
                Ok(Some(set.value()))
            }
            code::FROZEN_SET => {
                let n = self.size("set")?;
                let place = self.reserve(flagged)?;
                let items = self.items(n, "set")?;
                Ok(self.settle(place, FrozenSet::from_slice(t, items.as_slice())?.value()))
            }
            code::SLICE => {
                let place = self.reserve(flagged)?;
                let (start, stop, step) = (self.item("slice")?, self.item("slice")?, self.item("slice")?);
                Ok(self.settle(place, Slice::new(t, start, stop, step)?.value()))
            }
            code::CODE => {
                if !self.allow_code {
                    return Err(t.value_error("unmarshalling code objects is disallowed"));
                }
                let place = self.reserve(flagged)?;
                let n = self.size("bytes object")?;
                let bytes = self.take(n)?;
                let unit = serial::read(&bytes).map_err(|e| self.bad(&e.to_string()))?;
                Ok(self.settle(place, Code::new(t, &Arc::new(unit))?.value()))
            }
            code::REF => {
                let n = self.i32()?;
                let found = usize::try_from(n).ok().and_then(|n| self.refs.get(n)).filter(|v| !v.is_empty());
                found.map(Some).ok_or_else(|| self.bad("invalid reference"))
            }
            _ => Err(self.bad("unknown type code")),
        }
    }

    fn long(&mut self) -> Result<Value> {
        let n = self.i32()?;
        if n == i32::MIN {
            return Err(self.bad("long size out of range"));
        }
        let count = n.unsigned_abs() as usize;
        let bytes = self.take(count * 2)?;
        let (mut limbs, mut bits, mut have) = (Limbs::new(), 0u128, 0);
        for (i, d) in bytes.chunks_exact(2).enumerate() {
            let d = u16::from_le_bytes([d[0], d[1]]);
            if d > 0x7fff {
                return Err(self.bad("digit out of range in long"));
            }
            if d == 0 && i + 1 == count {
                return Err(self.bad("unnormalized long data"));
            }
            bits |= u128::from(d) << have;
            have += 15;
            if have >= 64 {
                limbs.push(bits as u64);
                bits >>= 64;
                have -= 64;
            }
        }
        if bits != 0 {
            limbs.push(bits as u64);
        }
        self.t.big(Big::new(n < 0, limbs))
    }

    fn float_text(&mut self) -> Result<f64> {
        let n = usize::from(self.array::<1>()?[0]);
        let text = self.take(n)?;
        taipan_text::float::parse_bytes(&text).ok_or_else(|| {
            let shown = String::from_utf8_lossy(&text);
            self.t.value_error(format!("could not convert string to float: '{shown}'"))
        })
    }
}
