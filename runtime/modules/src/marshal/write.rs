//! From values to bytes.
//!
//! An object met again is written as a reference to its first place. Only first places that are referred to carry the flag, which
//! is set when the first reference is written; the numbers of references follow from the flags and are filled in at the end.

use super::{MAX_DEPTH, code};
use std::collections::HashMap;
use taipan_compiler::serial;
use taipan_vm::native::*;
use taipan_vm::objects::complex::Complex;
use taipan_vm::objects::exceptions as ex;
use taipan_vm::objects::int;
use taipan_vm::objects::set::SetData;
use taipan_vm::objects::slice::Slice;
use taipan_vm::ops::{exact_float, text_of};

struct Writer<'a> {
    t: &'a Thread,
    out: Vec<u8>,
    version: i32,
    allow_code: bool,
    depth: usize,
    /// First place of each object, by its word.
    places: HashMap<u64, usize>,
    /// Keeps the objects alive whose words are in `places`.
    seen: ValueVec,
    /// Where numbers of references stand, and the places they mean.
    references: Vec<(usize, usize)>,
}

pub fn dump(t: &Thread, v: Value, version: i32, allow_code: bool) -> Result<Vec<u8>> {
    let mut w = Writer {
        t,
        out: Vec::new(),
        version,
        allow_code,
        depth: 0,
        places: HashMap::new(),
        seen: ValueVec::new(),
        references: Vec::new(),
    };
    w.value(v)?;
    w.number_references();
    Ok(w.out)
}

impl Writer<'_> {
    fn number_references(&mut self) {
        let mut flagged: Vec<usize> = self.references.iter().map(|r| r.1).collect();
        flagged.sort_unstable();
        flagged.dedup();
        for (at, place) in std::mem::take(&mut self.references) {
            let number = flagged.binary_search(&place).unwrap_or(0) as u32;
            self.out[at..at + 4].copy_from_slice(&number.to_le_bytes());
        }
        for place in flagged {
            self.out[place] |= code::FLAG_REF;
        }
    }

    fn u32(&mut self, n: usize) -> Result<()> {
        if n > i32::MAX as usize {
            return Err(self.unmarshallable());
        }
        self.out.extend_from_slice(&(n as u32).to_le_bytes());
        Ok(())
    }

    fn bytes(&mut self, b: &[u8]) -> Result<()> {
        self.u32(b.len())?;
        self.out.extend_from_slice(b);
        Ok(())
    }

    fn unmarshallable(&self) -> Exc {
        self.t.value_error("unmarshallable object")
    }

    /// Whether a reference was written in place of `v`.
    fn reference(&mut self, v: Value) -> Result<bool> {
        if self.version < 3 || v.as_cell().is_none() {
            return Ok(false);
        }
        if let Some(&place) = self.places.get(&v.bits()) {
            self.out.push(code::REF);
            self.references.push((self.out.len(), place));
            self.out.extend_from_slice(&[0; 4]);
            return Ok(true);
        }
        self.places.insert(v.bits(), self.out.len());
        self.seen.push(self.t, v)?;
        Ok(false)
    }

    fn value(&mut self, v: Value) -> Result<()> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return Err(self.t.value_error("object too deeply nested to marshal"));
        }
        self.t.check_native_stack()?;
        self.plain(v)?;
        self.depth -= 1;
        Ok(())
    }

    fn plain(&mut self, v: Value) -> Result<()> {
        let simple = match v {
            Value::NONE => code::NONE,
            Value::TRUE => code::TRUE,
            Value::FALSE => code::FALSE,
            Value::ELLIPSIS => code::ELLIPSIS,
            _ if v == ex::class(ex::Kind::StopIteration).value() => code::STOP_ITERATION,
            _ => return self.object(v),
        };
        self.out.push(simple);
        Ok(())
    }

    fn object(&mut self, v: Value) -> Result<()> {
        if self.reference(v)? {
            return Ok(());
        }
        if let Some(i) = int::exact(v) {
            return self.int(i.as_ref());
        }
        if let Some(x) = exact_float(v) {
            if self.version > 1 {
                self.out.push(code::BINARY_FLOAT);
                self.out.extend_from_slice(&x.to_le_bytes());
            } else {
                self.out.push(code::FLOAT);
                self.float_text(x);
            }
            return Ok(());
        }
        let class = class_of(v);
        if let Some(z) = v.downcast::<Complex>().filter(|_| class == Complex::class()) {
            let z = z.number();
            if self.version > 1 {
                self.out.push(code::BINARY_COMPLEX);
                self.out.extend_from_slice(&z.re.to_le_bytes());
                self.out.extend_from_slice(&z.im.to_le_bytes());
            } else {
                self.out.push(code::COMPLEX);
                self.float_text(z.re);
                self.float_text(z.im);
            }
            return Ok(());
        }
        if let Some(b) = v.downcast::<Bytes>().filter(|_| class == Bytes::class()) {
            self.out.push(code::BYTES);
            return self.bytes(b.as_slice());
        }
        if let Some(s) = v.downcast::<Str>().filter(|_| class == Str::class()) {
            return self.str(s);
        }
        if let Some(items) = v.downcast::<Tuple>().filter(|_| class == Tuple::class()) {
            if self.version >= 4 && items.len() < 256 {
                self.out.push(code::SMALL_TUPLE);
                self.out.push(items.len() as u8);
            } else {
                self.out.push(code::TUPLE);
                self.u32(items.len())?;
            }
            return items.iter().try_for_each(|i| self.value(i));
        }
        if let Some(list) = v.downcast::<List>().filter(|_| class == List::class()) {
            let items = list.snapshot(self.t)?;
            self.out.push(code::LIST);
            self.u32(items.len())?;
            return items.iter().try_for_each(|i| self.value(i));
        }
        if let Some(d) = v.downcast::<Dict>().filter(|_| class == Dict::class()) {
            self.out.push(code::DICT);
            let mut pos = 0;
            while let Some((k, v)) = d.next(&mut pos) {
                self.value(k)?;
                self.value(v)?;
            }
            self.out.push(code::NULL);
            return Ok(());
        }
        if let Some(set) = v.downcast::<SetData>().filter(|s| s.is_exact()) {
            return self.set(set);
        }
        if let Some(c) = v.downcast::<Code>() {
            if !self.allow_code {
                return Err(self.t.value_error("marshalling code objects is disallowed"));
            }
            self.out.push(code::CODE);
            return self.bytes(&serial::write(&c.unit));
        }
        if let Some(s) = v.downcast::<Slice>() {
            if self.version < 5 {
                self.out.push(code::UNKNOWN);
                return Err(self.unmarshallable());
            }
            self.out.push(code::SLICE);
            for name in ["start", "stop", "step"] {
                let part = self.t.get_attr(s.value(), Str::intern_str(self.t, name)?)?;
                self.value(part)?;
            }
            return Ok(());
        }
        if taipan_vm::objects::buffer::exports(self.t, v) {
            let b = self.t.buffer(v)?;
            self.out.push(code::BYTES);
            return self.bytes(&b.stable());
        }
        Err(self.unmarshallable())
    }

    fn int(&mut self, i: taipan_num::BigRef<'_>) -> Result<()> {
        if let Some(n) = i.to_i64().and_then(|n| i32::try_from(n).ok()) {
            self.out.push(code::INT);
            self.out.extend_from_slice(&n.to_le_bytes());
            return Ok(());
        }
        // Digits of 15 bits, lowest first; the sign is that of their number.
        let (mut digits, mut bits, mut have) = (Vec::with_capacity(i.limbs.len() * 5), 0u128, 0);
        for &limb in i.limbs {
            bits |= u128::from(limb) << have;
            have += 64;
            while have >= 15 {
                digits.push((bits & 0x7fff) as u16);
                bits >>= 15;
                have -= 15;
            }
        }
        digits.push(bits as u16);
        while digits.last() == Some(&0) {
            digits.pop();
        }
        let n = i32::try_from(digits.len()).map_err(|_| self.unmarshallable())?;
        self.out.push(code::LONG);
        self.out.extend_from_slice(&(if i.negative { -n } else { n }).to_le_bytes());
        digits.iter().for_each(|d| self.out.extend_from_slice(&d.to_le_bytes()));
        Ok(())
    }

    fn float_text(&mut self, x: f64) {
        use taipan_text::float::{Form, Style, format};
        let text = format(x, Form::General, 17, Style::default());
        self.out.push(text.len() as u8);
        self.out.extend_from_slice(text.as_bytes());
    }

    fn str(&mut self, s: Ref<Str>) -> Result<()> {
        if let Some(a) = s.as_ascii().filter(|_| self.version >= 4) {
            let interned = s.is_interned();
            if a.len() < 256 {
                self.out.push(if interned { code::SHORT_ASCII_INTERNED } else { code::SHORT_ASCII });
                self.out.push(a.len() as u8);
                self.out.extend_from_slice(a.as_bytes());
                return Ok(());
            }
            self.out.push(if interned { code::ASCII_INTERNED } else { code::ASCII });
            return self.bytes(a.as_bytes());
        }
        let mut encoded = Vec::with_capacity(s.len() * 2);
        for c in text_of(&s).iter() {
            match char::from_u32(c) {
                Some(c) => encoded.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes()),
                // Lone surrogates pass.
                None => encoded.extend([0xe0 | (c >> 12) as u8, 0x80 | (c >> 6 & 0x3f) as u8, 0x80 | (c & 0x3f) as u8]),
            }
        }
        self.out.push(if self.version >= 3 && s.is_interned() { code::INTERNED } else { code::UNICODE });
        self.bytes(&encoded)
    }

    /// Items of sets are written in the order of their bytes, so that equal sets give equal bytes.
    fn set(&mut self, set: Ref<SetData>) -> Result<()> {
        self.out.push(if set.is_frozen() { code::FROZEN_SET } else { code::SET });
        let items = set.items(self.t)?;
        self.u32(items.len())?;
        let mut order = Vec::with_capacity(items.len());
        for (i, v) in items.iter().enumerate() {
            order.push((dump(self.t, v, self.version, self.allow_code)?, i));
        }
        order.sort();
        order.iter().try_for_each(|(_, i)| self.value(items.as_slice()[*i]))
    }
}
