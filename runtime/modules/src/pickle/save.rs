//! Writing: values that have opcodes of their own.
//!
//! From protocol 4 on the stream is cut into frames, so that a reader may fetch much at once; a frame ends at the first opcode
//! after its target size, and large payloads stand between frames.

use super::buffer::PickleBuffer;
use super::memo::Memo;
use super::{op, pickling_error};
use taipan_vm::native::*;
use taipan_vm::objects::bytearray::ByteArray;
use taipan_vm::objects::int;
use taipan_vm::objects::set::SetData;
use taipan_vm::ops::{exact_float, text_of};

const FRAME_TARGET: usize = 64 * 1024;
const FRAME_HEADER: usize = 9;
/// Shorter frames are not worth their header.
const FRAME_MINIMUM: usize = 4;
/// Items that one opcode appends.
const BATCH: usize = 1000;
/// Nesting from which on `fast` looks for cycles.
const FAST_NESTING: usize = 50;

pub struct Saver<'a> {
    pub t: &'a Thread,
    pub protocol: i32,
    pub binary: bool,
    pub fast: bool,
    pub fix_imports: bool,
    pub out: Vec<u8>,
    pub memo: Memo,
    /// `write` of the file; without one everything stays in `out`.
    pub write: Option<Value>,
    pub buffer_callback: Option<Value>,
    pub persistent_id: Option<Value>,
    pub reducer_override: Option<Value>,
    pub dispatch_table: Option<Value>,
    framing: bool,
    frame_start: Option<usize>,
    fast_nesting: usize,
    fast_open: Vec<u64>,
}

/// Adds a note about what was being written to an error.
#[cold]
pub fn note(t: &Thread, e: Exc, text: impl AsRef<str>) -> Exc {
    let args = Str::intern_str(t, "add_note").and_then(|name| Ok((name, Str::from_str(t, text.as_ref())?)));
    if let Ok((name, text)) = args {
        let _ = t.call_method(e.value(), name, &[text.value()]);
    }
    e
}

#[cold]
pub fn while_writing(t: &Thread, e: Exc, obj: Value, what: impl std::fmt::Display) -> Exc {
    note(t, e, format!("when serializing {} {what}", class_of(obj).full_name()))
}

impl<'a> Saver<'a> {
    pub fn new(t: &'a Thread, protocol: i32, fix_imports: bool) -> Saver<'a> {
        Saver {
            t,
            protocol,
            binary: protocol > 0,
            fast: false,
            fix_imports: fix_imports && protocol < 3,
            out: Vec::with_capacity(128),
            memo: Memo::default(),
            write: None,
            buffer_callback: None,
            persistent_id: None,
            reducer_override: None,
            dispatch_table: None,
            framing: false,
            frame_start: None,
            fast_nesting: 0,
            fast_open: Vec::new(),
        }
    }

    /// Writes a whole stream.
    pub fn dump(&mut self, obj: Value) -> Result<()> {
        if self.protocol >= 2 {
            self.out.extend_from_slice(&[op::PROTO, self.protocol as u8]);
            self.framing = self.protocol >= 4;
        }
        self.save(obj, false)?;
        self.put(&[op::STOP]);
        self.end_frame();
        self.framing = false;
        self.flush()
    }

    // ---- the stream

    fn flush(&mut self) -> Result<()> {
        if let Some(write) = self.write {
            let bytes = Bytes::new(self.t, &self.out)?;
            self.out.clear();
            self.t.call(write, &[bytes.value()])?;
        }
        Ok(())
    }

    #[inline]
    pub fn put(&mut self, bytes: &[u8]) {
        if self.framing && self.frame_start.is_none() {
            self.frame_start = Some(self.out.len());
            self.out.extend_from_slice(&[0xfe; FRAME_HEADER]);
        }
        self.out.extend_from_slice(bytes);
    }

    fn end_frame(&mut self) {
        let Some(start) = self.frame_start.take() else { return };
        let n = self.out.len() - start - FRAME_HEADER;
        if n >= FRAME_MINIMUM {
            self.out[start] = op::FRAME;
            self.out[start + 1..start + FRAME_HEADER].copy_from_slice(&(n as u64).to_le_bytes());
        } else {
            self.out.drain(start..start + FRAME_HEADER);
        }
    }

    /// Between opcodes: ends a frame that has become long enough.
    fn boundary(&mut self) -> Result<()> {
        match self.frame_start {
            Some(start) if self.out.len() - start - FRAME_HEADER >= FRAME_TARGET => {
                self.end_frame();
                self.flush()
            }
            _ => Ok(()),
        }
    }

    /// An opcode with its size, and the bytes that it announces.
    fn put_payload(&mut self, header: &[u8], payload: &[u8], object: Option<Value>) -> Result<()> {
        if payload.len() < FRAME_TARGET {
            self.put(header);
            self.put(payload);
            return Ok(());
        }
        self.end_frame();
        let framing = std::mem::replace(&mut self.framing, false);
        self.put(header);
        match self.write {
            Some(write) => {
                self.flush()?;
                let bytes = match object {
                    Some(b) => b,
                    None => Bytes::new(self.t, payload)?.value(),
                };
                self.t.call(write, &[bytes])?;
            }
            None => self.put(payload),
        }
        self.framing = framing;
        Ok(())
    }

    // ---- the memo

    pub fn memoize(&mut self, v: Value) -> Result<()> {
        if self.fast {
            return Ok(());
        }
        let n = self.memo.put(self.t, v)?;
        if self.protocol >= 4 {
            self.put(&[op::MEMOIZE]);
        } else if !self.binary {
            self.put(format!("p{n}\n").as_bytes());
        } else if let Ok(n) = u8::try_from(n) {
            self.put(&[op::BINPUT, n]);
        } else {
            self.put(&[op::LONG_BINPUT]);
            self.put(&n.to_le_bytes());
        }
        Ok(())
    }

    pub fn put_get(&mut self, n: u32) {
        if !self.binary {
            self.put(format!("g{n}\n").as_bytes());
        } else if let Ok(n) = u8::try_from(n) {
            self.put(&[op::BINGET, n]);
        } else {
            self.put(&[op::LONG_BINGET]);
            self.put(&n.to_le_bytes());
        }
    }

    // ---- values

    pub fn save(&mut self, obj: Value, of_persistent_id: bool) -> Result<()> {
        self.boundary()?;
        if let (Some(f), false) = (self.persistent_id, of_persistent_id) {
            if self.persistent(f, obj)? {
                return Ok(());
            }
        }
        match obj {
            Value::NONE => {
                self.put(&[op::NONE]);
                return Ok(());
            }
            Value::TRUE | Value::FALSE => {
                self.bool(obj == Value::TRUE);
                return Ok(());
            }
            _ => {}
        }
        if let Some(i) = obj.as_small_int() {
            self.small_int(i);
            return Ok(());
        }
        if let Some(x) = exact_float(obj) {
            self.float(x);
            return Ok(());
        }
        let class = class_of(obj);
        if class == BigInt::class() {
            return self.big_int(obj);
        }
        if let Some(n) = self.memo.get(obj) {
            self.put_get(n);
            return Ok(());
        }
        if class == Str::class() {
            if let Some(s) = obj.downcast::<Str>() {
                return self.str(s);
            }
        }
        if class == Bytes::class() {
            if let Some(b) = obj.downcast::<Bytes>() {
                return self.bytes(b);
            }
        }
        self.t.check_native_stack()?;
        if class == Dict::class() {
            return self.guarded(obj, Saver::dict);
        }
        if class == List::class() {
            return self.guarded(obj, Saver::list);
        }
        if class == Tuple::class() {
            return self.tuple(obj);
        }
        if let Some(s) = obj.downcast::<SetData>().filter(|s| s.is_exact()) {
            return if s.is_frozen() { self.frozen_set(s) } else { self.set(s) };
        }
        if class == ByteArray::class() {
            return self.byte_array(obj);
        }
        if let Some(b) = obj.downcast::<PickleBuffer>() {
            return self.pickle_buffer(b);
        }
        self.object(obj)
    }

    /// Whether `obj` has a persistent id, which is written instead.
    fn persistent(&mut self, f: Value, obj: Value) -> Result<bool> {
        let t = self.t;
        let id = t.call(f, &[obj])?;
        if id.is_none() {
            return Ok(false);
        }
        if self.binary {
            self.save(id, true)?;
            self.put(&[op::BINPERSID]);
            return Ok(true);
        }
        let text = t.str(id)?;
        let Some(ascii) = text.as_ascii() else {
            return Err(pickling_error(t, "persistent IDs in protocol 0 must be ASCII strings"));
        };
        self.put(&[op::PERSID]);
        self.put(ascii.as_bytes());
        self.put(b"\n");
        Ok(true)
    }

    fn bool(&mut self, b: bool) {
        if self.protocol >= 2 {
            self.put(&[if b { op::NEWTRUE } else { op::NEWFALSE }]);
        } else {
            self.put(if b { b"I01\n" } else { b"I00\n" });
        }
    }

    fn small_int(&mut self, i: i64) {
        if let Ok(n) = i32::try_from(i) {
            if !self.binary {
                self.put(format!("I{n}\n").as_bytes());
            } else if let Ok(n) = u8::try_from(n) {
                self.put(&[op::BININT1, n]);
            } else if let Ok(n) = u16::try_from(n) {
                let [a, b] = n.to_le_bytes();
                self.put(&[op::BININT2, a, b]);
            } else {
                let [a, b, c, d] = n.to_le_bytes();
                self.put(&[op::BININT, a, b, c, d]);
            }
            return;
        }
        if self.protocol < 2 {
            self.put(format!("L{i}L\n").as_bytes());
            return;
        }
        let bytes = i.to_le_bytes();
        let mut n = 8;
        // Without bytes that the sign implies.
        while n > 1 && bytes[n - 1] == if i < 0 { 0xff } else { 0 } && (bytes[n - 2] & 0x80 != 0) == (i < 0) {
            n -= 1;
        }
        self.put(&[op::LONG1, n as u8]);
        self.put(&bytes[..n]);
    }

    fn big_int(&mut self, v: Value) -> Result<()> {
        let t = self.t;
        let Some(i) = int::view(v) else { return Ok(()) };
        if self.protocol < 2 {
            let digits = t.repr(v)?;
            self.put(b"L");
            self.put(digits.to_string().as_bytes());
            self.put(b"L\n");
            return Ok(());
        }
        let big = i.as_ref();
        let mut bytes = vec![0u8; (taipan_num::int::bit_length(big) / 8 + 1) as usize];
        taipan_num::convert::to_bytes(big, &mut bytes, true, true).map_err(|e| t.num_error(e))?;
        // A power of two that is negative needs one byte less.
        if let [.., low, 0xff] = bytes[..] {
            if low & 0x80 != 0 {
                bytes.pop();
            }
        }
        if let Ok(n) = u8::try_from(bytes.len()) {
            self.put(&[op::LONG1, n]);
        } else if let Ok(n) = i32::try_from(bytes.len()) {
            self.put(&[op::LONG4]);
            self.put(&n.to_le_bytes());
        } else {
            return Err(t.overflow_error("int too large to pickle"));
        }
        self.put(&bytes);
        Ok(())
    }

    fn float(&mut self, x: f64) {
        if self.binary {
            self.put(&[op::BINFLOAT]);
            self.put(&x.to_be_bytes());
        } else {
            let text = taipan_text::float::repr(x);
            self.put(format!("F{text}\n").as_bytes());
        }
    }

    fn size(&mut self, what: &str, n: usize, codes: [Option<u8>; 3]) -> Result<([u8; 9], usize)> {
        let mut header = [0; 9];
        let used = match codes {
            [Some(short), _, _] if n <= 0xff => {
                header[..2].copy_from_slice(&[short, n as u8]);
                2
            }
            [_, Some(middle), _] if u32::try_from(n).is_ok() => {
                header[0] = middle;
                header[1..5].copy_from_slice(&(n as u32).to_le_bytes());
                5
            }
            [_, _, Some(long)] => {
                header[0] = long;
                header[1..].copy_from_slice(&(n as u64).to_le_bytes());
                9
            }
            _ => {
                return Err(self
                    .t
                    .overflow_error(format!("serializing a {what} larger than 4 GiB requires pickle protocol 4 or higher")));
            }
        };
        Ok((header, used))
    }

    fn str(&mut self, s: Ref<Str>) -> Result<()> {
        if !self.binary {
            self.put(&[op::UNICODE]);
            let escaped = raw_unicode_escape(s);
            self.put(&escaped);
            self.put(b"\n");
            return self.memoize(s.value());
        }
        let four = self.protocol >= 4;
        let codes = [four.then_some(op::SHORT_BINUNICODE), Some(op::BINUNICODE), four.then_some(op::BINUNICODE8)];
        match s.as_ascii() {
            Some(a) => {
                let (header, n) = self.size("string", a.len(), codes)?;
                self.put_payload(&header[..n], a.as_bytes(), None)?;
            }
            None => {
                let encoded = encode(s);
                let (header, n) = self.size("string", encoded.len(), codes)?;
                self.put_payload(&header[..n], &encoded, None)?;
            }
        }
        self.memoize(s.value())
    }

    fn bytes(&mut self, b: Ref<Bytes>) -> Result<()> {
        let t = self.t;
        if self.protocol >= 3 {
            return self.bytes_content(b.as_slice(), b.value(), Some(b.value()));
        }
        // Python 2 has no such type: a call that makes one.
        let (f, args) = if b.is_empty() {
            (Bytes::class().value(), Tuple::new(t, &[])?)
        } else {
            let codecs = taipan_vm::import::import_module(t, "codecs")?;
            let text = Str::from_latin1(t, b.as_slice())?;
            (t.get_attr(codecs, names::encode())?, Tuple::new(t, &[text.value(), Str::intern_str(t, "latin1")?.value()])?)
        };
        self.reduce(Tuple::new(t, &[f, args.value()])?, b.value())
    }

    fn bytes_content(&mut self, content: &[u8], v: Value, object: Option<Value>) -> Result<()> {
        let codes = [Some(op::SHORT_BINBYTES), Some(op::BINBYTES), (self.protocol >= 4).then_some(op::BINBYTES8)];
        let (header, n) = self.size("bytes object", content.len(), codes)?;
        self.put_payload(&header[..n], content, object)?;
        self.memoize(v)
    }

    fn byte_array_content(&mut self, content: &[u8], v: Value) -> Result<()> {
        let mut header = [op::BYTEARRAY8; 9];
        header[1..].copy_from_slice(&(content.len() as u64).to_le_bytes());
        self.put_payload(&header, content, None)?;
        self.memoize(v)
    }

    fn byte_array(&mut self, v: Value) -> Result<()> {
        let t = self.t;
        let Some(b) = v.downcast::<ByteArray>() else { return Ok(()) };
        let content = b.to_vec(t);
        if self.protocol >= 5 {
            return self.byte_array_content(&content, v);
        }
        let args = if content.is_empty() { Tuple::new(t, &[])? } else { Tuple::new(t, &[Bytes::new(t, &content)?.value()])? };
        self.reduce(Tuple::new(t, &[ByteArray::class().value(), args.value()])?, v)
    }

    fn pickle_buffer(&mut self, b: Ref<PickleBuffer>) -> Result<()> {
        let t = self.t;
        if self.protocol < 5 {
            return Err(pickling_error(t, "PickleBuffer can only be pickled with protocol >= 5"));
        }
        let (memory, readonly) = b.contiguous(t, "PickleBuffer can not be pickled when pointing to a non-contiguous buffer")?;
        let in_band = match self.buffer_callback {
            Some(f) => {
                let r = t.call(f, &[b.value()])?;
                t.truth(r)?
            }
            None => true,
        };
        if !in_band {
            self.put(&[op::NEXT_BUFFER]);
            if readonly {
                self.put(&[op::READONLY_BUFFER]);
            }
            return Ok(());
        }
        let content = memory.to_vec();
        if readonly { self.bytes_content(&content, b.value(), None) } else { self.byte_array_content(&content, b.value()) }
    }

    /// Runs `f`; without a memo (`fast`) deep structures are watched for cycles.
    fn guarded(&mut self, v: Value, f: fn(&mut Self, Value) -> Result<()>) -> Result<()> {
        if !self.fast {
            return f(self, v);
        }
        self.fast_nesting += 1;
        if self.fast_nesting > FAST_NESTING {
            if self.fast_open.contains(&v.bits()) {
                return Err(self.t.value_error(format!(
                    "fast mode: can't pickle cyclic objects including object type {} at {:#x}",
                    class_of(v).name_string(),
                    self.t.identity(v)
                )));
            }
            self.fast_open.push(v.bits());
        }
        let r = f(self, v);
        if self.fast_nesting > FAST_NESTING {
            self.fast_open.pop();
        }
        self.fast_nesting -= 1;
        r
    }

    fn tuple(&mut self, v: Value) -> Result<()> {
        let Some(items) = v.downcast::<Tuple>() else { return Ok(()) };
        let n = items.len();
        if n == 0 {
            self.put(if self.binary { &[op::EMPTY_TUPLE] } else { &[op::MARK, op::TUPLE] });
            return Ok(());
        }
        let short = n <= 3 && self.protocol >= 2;
        if !short {
            self.put(&[op::MARK]);
        }
        for (i, item) in items.iter().enumerate() {
            self.save(item, false).map_err(|e| while_writing(self.t, e, v, format_args!("item {i}")))?;
        }
        // A tuple inside itself has been written by now.
        if let Some(known) = self.memo.get(v) {
            if short {
                self.put(&[op::POP; 3][..n]);
            } else if self.binary {
                self.put(&[op::POP_MARK]);
            } else {
                for _ in 0..=n {
                    self.put(&[op::POP]);
                }
            }
            self.put_get(known);
            return Ok(());
        }
        self.put(&[if short { [op::TUPLE1, op::TUPLE2, op::TUPLE3][n - 1] } else { op::TUPLE }]);
        self.memoize(v)
    }

    fn list(&mut self, v: Value) -> Result<()> {
        let t = self.t;
        self.put(if self.binary { &[op::EMPTY_LIST] } else { &[op::MARK, op::LIST] });
        self.memoize(v)?;
        let Some(list) = v.downcast::<List>() else { return Ok(()) };
        let items = list.snapshot(t)?;
        self.appends(items.as_slice(), v)
    }

    /// Items of list `v`, or of what behaves like one.
    fn appends(&mut self, items: &[Value], v: Value) -> Result<()> {
        let save = |s: &mut Self, i: usize| s.save(items[i], false).map_err(|e| while_writing(s.t, e, v, format_args!("item {i}")));
        if !self.binary {
            for i in 0..items.len() {
                save(self, i)?;
                self.put(&[op::APPEND]);
            }
            return Ok(());
        }
        let mut i = 0;
        while i < items.len() {
            let n = (items.len() - i).min(BATCH);
            if n == 1 {
                save(self, i)?;
                self.put(&[op::APPEND]);
            } else {
                self.put(&[op::MARK]);
                for k in i..i + n {
                    save(self, k)?;
                }
                self.put(&[op::APPENDS]);
            }
            i += n;
        }
        Ok(())
    }

    /// Items that a reduction gives out one by one.
    pub fn append_from(&mut self, iterator: Value, v: Value) -> Result<()> {
        let items = self.t.iterate_to_vec(iterator)?;
        self.appends(items.as_slice(), v)
    }

    fn dict(&mut self, v: Value) -> Result<()> {
        let t = self.t;
        self.put(if self.binary { &[op::EMPTY_DICT] } else { &[op::MARK, op::DICT] });
        self.memoize(v)?;
        let Some(d) = v.downcast::<Dict>() else { return Ok(()) };
        if d.is_empty() {
            return Ok(());
        }
        let items = ValueVec::with_capacity(t, d.len() * 2)?;
        let mut pos = 0;
        while let Some((k, v)) = d.next(&mut pos) {
            items.push(t, k)?;
            items.push(t, v)?;
        }
        self.set_items(items.as_slice(), v)
    }

    fn set_items(&mut self, pairs: &[Value], v: Value) -> Result<()> {
        let save = |s: &mut Self, pair: &[Value]| {
            s.save(pair[0], false)?;
            s.save(pair[1], false).map_err(|e| {
                let key = s.t.repr(pair[0]).map(|k| k.to_string()).unwrap_or_default();
                while_writing(s.t, e, v, format_args!("item {key}"))
            })
        };
        if !self.binary {
            for pair in pairs.chunks_exact(2) {
                save(self, pair)?;
                self.put(&[op::SETITEM]);
            }
            return Ok(());
        }
        for batch in pairs.chunks(2 * BATCH) {
            if batch.len() == 2 {
                save(self, batch)?;
                self.put(&[op::SETITEM]);
                continue;
            }
            self.put(&[op::MARK]);
            for pair in batch.chunks_exact(2) {
                save(self, pair)?;
            }
            self.put(&[op::SETITEMS]);
        }
        Ok(())
    }

    pub fn set_items_from(&mut self, iterator: Value, v: Value) -> Result<()> {
        let t = self.t;
        let pairs = ValueVec::new();
        while let Some(pair) = t.next(iterator)? {
            let Some(pair) = pair.downcast::<Tuple>().filter(|p| p.len() == 2) else {
                return Err(t.type_error("dict items iterator must return 2-tuples"));
            };
            pairs.extend(t, pair.as_slice())?;
        }
        self.set_items(pairs.as_slice(), v)
    }

    /// A set for protocols that have no opcodes for it: a call with a list.
    fn set_as_call(&mut self, s: Ref<SetData>) -> Result<()> {
        let t = self.t;
        let v = s.value();
        let items = s.items(t)?.into_list(t)?;
        let args = Tuple::new(t, &[items.value()])?;
        self.reduce(Tuple::new(t, &[class_of(v).value(), args.value()])?, v)
    }

    fn set(&mut self, s: Ref<SetData>) -> Result<()> {
        if self.protocol < 4 {
            return self.set_as_call(s);
        }
        self.put(&[op::EMPTY_SET]);
        self.memoize(s.value())?;
        let items = s.items(self.t)?;
        for batch in items.as_slice().chunks(BATCH) {
            self.put(&[op::MARK]);
            for item in batch {
                self.save(*item, false).map_err(|e| while_writing(self.t, e, s.value(), "element"))?;
            }
            self.put(&[op::ADDITEMS]);
        }
        Ok(())
    }

    fn frozen_set(&mut self, s: Ref<SetData>) -> Result<()> {
        if self.protocol < 4 {
            return self.set_as_call(s);
        }
        self.put(&[op::MARK]);
        for item in s.items(self.t)?.iter() {
            self.save(item, false).map_err(|e| while_writing(self.t, e, s.value(), "element"))?;
        }
        if let Some(known) = self.memo.get(s.value()) {
            self.put(&[op::POP_MARK]);
            self.put_get(known);
            return Ok(());
        }
        self.put(&[op::FROZENSET]);
        self.memoize(s.value())
    }
}

/// UTF-8, lone surrogates included.
fn encode(s: Ref<Str>) -> Vec<u8> {
    let mut out = Vec::with_capacity(s.len() * 2);
    for c in text_of(&s).iter() {
        match char::from_u32(c) {
            Some(c) => out.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes()),
            None => out.extend([0xe0 | (c >> 12) as u8, 0x80 | (c >> 6 & 0x3f) as u8, 0x80 | (c & 0x3f) as u8]),
        }
    }
    out
}

/// Latin-1 with `\u` escapes, and with those characters escaped that would end the line or be an escape.
fn raw_unicode_escape(s: Ref<Str>) -> Vec<u8> {
    let mut out = Vec::with_capacity(s.len());
    for c in text_of(&s).iter() {
        match c {
            0x5c | 0 | 0x0a | 0x0d | 0x1a | 0x100..0x1_0000 => out.extend_from_slice(format!("\\u{c:04x}").as_bytes()),
            0x1_0000.. => out.extend_from_slice(format!("\\U{c:08x}").as_bytes()),
            _ => out.push(c as u8),
        }
    }
    out
}
