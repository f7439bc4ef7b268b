//! Reading: a stack machine over the opcodes of a stream.

use super::unpickler::Unpickler;
use super::{lookup, op, unpickling_error};
use taipan_vm::attr;
use taipan_vm::native::*;
use taipan_vm::objects::bytearray::ByteArray;
use taipan_vm::objects::class::Special;
use taipan_vm::objects::exceptions as ex;
use taipan_vm::objects::memoryview::MemoryView;
use taipan_vm::objects::object::allocate_instance;
use taipan_vm::objects::set::{FrozenSet, Set, SetData};

/// Where the bytes of a stream come from. What is given out lies in a buffer until the next call.
pub trait Input {
    fn take(&mut self, n: usize) -> Result<&[u8]>;
    /// Up to and with the next line end.
    fn line(&mut self) -> Result<&[u8]>;
    /// Makes the next `n` bytes available at once, if it can.
    fn prefetch(&mut self, n: usize) -> Result<()>;
    /// The next byte, if there is one.
    fn byte(&mut self) -> Result<Option<u8>>;
}

fn truncated(t: &Thread) -> Exc {
    unpickling_error(t, "pickle data was truncated")
}

/// A stream in memory.
pub struct Slice<'a> {
    t: &'a Thread,
    rest: &'a [u8],
}

impl<'a> Slice<'a> {
    pub fn new(t: &'a Thread, bytes: &'a [u8]) -> Slice<'a> {
        Slice { t, rest: bytes }
    }
}

impl Input for Slice<'_> {
    #[inline]
    fn take(&mut self, n: usize) -> Result<&[u8]> {
        match self.rest.split_at_checked(n) {
            Some((taken, rest)) => {
                self.rest = rest;
                Ok(taken)
            }
            None => Err(truncated(self.t)),
        }
    }
    fn line(&mut self) -> Result<&[u8]> {
        match self.rest.iter().position(|b| *b == b'\n') {
            Some(i) => self.take(i + 1),
            None => Err(truncated(self.t)),
        }
    }
    fn prefetch(&mut self, n: usize) -> Result<()> {
        if n > self.rest.len() { Err(truncated(self.t)) } else { Ok(()) }
    }
    #[inline]
    fn byte(&mut self) -> Result<Option<u8>> {
        let Some((first, rest)) = self.rest.split_first() else { return Ok(None) };
        self.rest = rest;
        Ok(Some(*first))
    }
}

/// A stream in a file. Where the file has `peek`, bytes are looked at in advance and only then read away.
pub struct File<'a> {
    t: &'a Thread,
    read: Value,
    readline: Value,
    readinto: Option<Value>,
    peek: Option<Value>,
    buffer: Vec<u8>,
    at: usize,
    /// How much of the buffer was only looked at: the file still has these, its last bytes.
    peeked: usize,
}

const PEEK: i64 = 128 * 1024;

impl<'a> File<'a> {
    pub fn new(t: &'a Thread, file: Value) -> Result<File<'a>> {
        let get = |name: &str| t.get_attr_opt(file, Str::intern_str(t, name)?);
        let (read, readline) = (get("read")?, get("readline")?);
        let (Some(read), Some(readline)) = (read, readline) else {
            return Err(t.type_error("file must have 'read' and 'readline' attributes"));
        };
        Ok(File { t, read, readline, readinto: get("readinto")?, peek: get("peek")?, buffer: Vec::new(), at: 0, peeked: 0 })
    }

    /// Reads away what was looked at and used, so that the file stands where the stream ended.
    pub fn give_back(&mut self) -> Result<()> {
        let used = self.at.saturating_sub(self.buffer.len() - self.peeked);
        let (peeked, left) = (self.peeked, self.buffer.len() - self.at);
        self.peeked = 0;
        if peeked > 0 {
            self.buffer.truncate(self.buffer.len() - left);
            if used > 0 {
                self.t.call(self.read, &[Value::small_int(used as i64)])?;
            }
        }
        Ok(())
    }

    fn content(&self, v: Value, method: &str) -> Result<Vec<u8>> {
        match v.downcast::<Bytes>() {
            Some(b) => Ok(b.as_slice().to_vec()),
            None => Err(self.t.value_error(format!("{method}() returned non-bytes object ({})", class_of(v).name_string()))),
        }
    }

    fn replace(&mut self, content: Vec<u8>) {
        self.buffer = content;
        self.at = 0;
    }

    /// Makes at least `n` bytes available after those in the buffer, which are all used, or fails.
    fn fill(&mut self, n: usize) -> Result<usize> {
        self.give_back()?;
        let left = self.buffer[self.at..].to_vec();
        let wanted = n - left.len();
        if let Some(peek) = self.peek {
            match self.t.call(peek, &[Value::small_int(PEEK)]) {
                Ok(v) => {
                    let seen = self.content(v, "peek")?;
                    if seen.len() >= wanted {
                        let mut all = left;
                        self.peeked = seen.len();
                        all.extend_from_slice(&seen);
                        self.replace(all);
                        return Ok(self.buffer.len());
                    }
                }
                Err(e) if e.is(self.t, ex::class(ex::Kind::NotImplementedError)) => self.peek = None,
                Err(e) => return Err(e),
            }
        }
        let more = match self.readinto.filter(|_| wanted > 4096) {
            Some(readinto) => {
                let target = ByteArray::zeroed(self.t, ByteArray::class(), wanted)?;
                let got = self.t.call(readinto, &[target.value()])?;
                let got = self.t.to_isize(got)?.clamp(0, wanted as isize) as usize;
                target.to_vec(self.t)[..got].to_vec()
            }
            None => {
                let v = self.t.call(self.read, &[Value::small_int(wanted as i64)])?;
                self.content(v, "read")?
            }
        };
        let mut all = left;
        all.extend_from_slice(&more);
        self.replace(all);
        Ok(self.buffer.len())
    }
}

impl Input for File<'_> {
    fn take(&mut self, n: usize) -> Result<&[u8]> {
        if self.buffer.len() - self.at < n && self.fill(n)? < n {
            return Err(if self.buffer.is_empty() { self.t.eof_error("Ran out of input") } else { truncated(self.t) });
        }
        self.at += n;
        Ok(&self.buffer[self.at - n..self.at])
    }
    fn line(&mut self) -> Result<&[u8]> {
        if let Some(i) = self.buffer[self.at..].iter().position(|b| *b == b'\n') {
            return self.take(i + 1);
        }
        self.give_back()?;
        let mut line = self.buffer[self.at..].to_vec();
        let v = self.t.call(self.readline, &[])?;
        line.extend_from_slice(&self.content(v, "readline")?);
        if line.last() != Some(&b'\n') {
            return Err(truncated(self.t));
        }
        self.replace(line);
        self.at = self.buffer.len();
        Ok(&self.buffer)
    }
    fn prefetch(&mut self, n: usize) -> Result<()> {
        if self.buffer.len() - self.at < n && self.fill(n)? < n {
            return Err(truncated(self.t));
        }
        Ok(())
    }
    fn byte(&mut self) -> Result<Option<u8>> {
        if self.at == self.buffer.len() && self.fill(1)? == 0 {
            return Ok(None);
        }
        self.at += 1;
        Ok(Some(self.buffer[self.at - 1]))
    }
}

/// How streams of Python 2 are understood.
pub struct Strings {
    fix_imports: bool,
    /// `None`: strings stay bytes.
    encoding: Option<String>,
    errors: String,
}

impl Strings {
    pub fn new(t: &Thread, fix_imports: Option<bool>, encoding: Option<Ref<Str>>, errors: Option<Ref<Str>>) -> Result<Strings> {
        let _ = t;
        let encoding = encoding.map_or_else(|| "ASCII".to_owned(), |e| e.to_string_lossy());
        Ok(Strings {
            fix_imports: fix_imports.unwrap_or(true),
            encoding: Some(encoding).filter(|e| e != "bytes"),
            errors: errors.map_or_else(|| "strict".to_owned(), |e| e.to_string_lossy()),
        })
    }
    pub fn parts(&self) -> (bool, Option<String>, String) {
        (self.fix_imports, self.encoding.clone(), self.errors.clone())
    }
    pub fn from_parts(parts: (bool, Option<String>, String)) -> Strings {
        Strings { fix_imports: parts.0, encoding: parts.1, errors: parts.2 }
    }
}

pub struct Loader<'a> {
    t: &'a Thread,
    strings: Strings,
    stack: ValueVec,
    marks: Vec<usize>,
    /// Values by number; the empty mark where there is none.
    pub memo: ValueVec,
    pub persistent_load: Option<Value>,
    /// `find_class` of a subclass.
    pub find_class: Option<Value>,
    buffers: Option<Value>,
    /// Is told the protocol of the stream.
    pub unpickler: Option<Ref<Unpickler>>,
    protocol: u8,
}

impl<'a> Loader<'a> {
    pub fn new(t: &'a Thread, strings: Strings) -> Loader<'a> {
        Loader {
            t,
            strings,
            stack: ValueVec::new(),
            marks: Vec::new(),
            memo: ValueVec::new(),
            persistent_load: None,
            find_class: None,
            buffers: None,
            unpickler: None,
            protocol: 0,
        }
    }

    pub fn set_buffers(&mut self, buffers: Option<Value>) -> Result<()> {
        self.buffers = match buffers.filter(|b| !b.is_none()) {
            // The default, an empty tuple, says that none were given.
            Some(b) if b.downcast::<Tuple>().is_some_and(|b| b.is_empty()) => None,
            Some(b) => Some(self.t.iter(b)?),
            None => None,
        };
        Ok(())
    }

    /// Reads one object.
    pub fn load(&mut self, input: &mut impl Input) -> Result<Value> {
        self.stack.truncate(0);
        self.marks.clear();
        self.set_protocol(0);
        loop {
            let Some(code) = input.byte()? else {
                return Err(self.t.eof_error("Ran out of input"));
            };
            if code == op::STOP {
                return self.pop();
            }
            self.step(code, input)?;
        }
    }

    fn set_protocol(&mut self, n: u8) {
        self.protocol = n;
        if let Some(u) = self.unpickler {
            u.protocol.store(n, std::sync::atomic::Ordering::Relaxed);
        }
    }

    // ---- the stack

    #[inline]
    fn push(&self, v: Value) -> Result<()> {
        self.stack.push(self.t, v)
    }

    /// Where the part of the stack begins that may be used: after the last mark.
    #[inline]
    fn fence(&self) -> usize {
        self.marks.last().copied().unwrap_or(0)
    }

    #[cold]
    fn underflow(&self) -> Exc {
        let unexpected = self.marks.last() == Some(&self.stack.len());
        unpickling_error(self.t, if unexpected { "unexpected MARK found" } else { "unpickling stack underflow" })
    }

    #[inline]
    fn pop(&self) -> Result<Value> {
        if self.stack.len() <= self.fence() {
            return Err(self.underflow());
        }
        self.stack.pop().ok_or_else(|| self.underflow())
    }

    #[inline]
    fn top(&self) -> Result<Value> {
        let n = self.stack.len();
        if n <= self.fence() {
            return Err(self.underflow());
        }
        self.stack.get(n - 1).ok_or_else(|| self.underflow())
    }

    /// Where the items after the last mark begin, which goes.
    fn pop_mark(&mut self) -> Result<usize> {
        self.marks.pop().ok_or_else(|| unpickling_error(self.t, "could not find MARK"))
    }

    fn items_from(&self, start: usize) -> &[Value] {
        &self.stack.as_slice()[start..]
    }

    fn memoize(&self, i: usize, v: Value) -> Result<()> {
        if i > self.memo.len() + (1 << 24) {
            return Err(self.t.memory_error());
        }
        while self.memo.len() <= i {
            self.memo.push(self.t, Value::EMPTY)?;
        }
        self.memo.set(self.t, i, v);
        Ok(())
    }

    fn get(&self, i: u64) -> Result<()> {
        match usize::try_from(i).ok().and_then(|i| self.memo.get(i)).filter(|v| !v.is_empty()) {
            Some(v) => self.push(v),
            None => Err(unpickling_error(self.t, format!("Memo value not found at index {i}"))),
        }
    }

    // ---- opcodes

    fn number<const N: usize>(input: &mut impl Input) -> Result<[u8; N]> {
        let mut bytes = [0; N];
        bytes.copy_from_slice(input.take(N)?);
        Ok(bytes)
    }

    fn size(&self, input: &mut impl Input, width: usize, what: &str) -> Result<usize> {
        let mut bytes = [0; 8];
        bytes[..width].copy_from_slice(input.take(width)?);
        let n = u64::from_le_bytes(bytes);
        if n > isize::MAX as u64 {
            return Err(self.t.overflow_error(format!("{what} exceeds system's maximum size of {} bytes", isize::MAX)));
        }
        Ok(n as usize)
    }

    fn signed_size(&self, input: &mut impl Input, what: &str) -> Result<usize> {
        let n = i32::from_le_bytes(Self::number(input)?);
        usize::try_from(n).map_err(|_| unpickling_error(self.t, format!("{what} pickle has negative byte count")))
    }

    fn step(&mut self, code: u8, input: &mut impl Input) -> Result<()> {
        let t = self.t;
        match code {
            op::NONE => self.push(Value::NONE),
            op::NEWTRUE => self.push(Value::TRUE),
            op::NEWFALSE => self.push(Value::FALSE),
            op::BININT => {
                let n = i32::from_le_bytes(Self::number(input)?);
                self.push(Value::small_int(i64::from(n)))
            }
            op::BININT1 => {
                let [n] = Self::number(input)?;
                self.push(Value::small_int(i64::from(n)))
            }
            op::BININT2 => {
                let n = u16::from_le_bytes(Self::number(input)?);
                self.push(Value::small_int(i64::from(n)))
            }
            op::INT => self.int(input),
            op::LONG => {
                let line = input.line()?;
                let digits = line.strip_suffix(b"\n").unwrap_or(line);
                let digits = digits.strip_suffix(b"L").unwrap_or(digits).to_vec();
                let shown = Str::from_latin1(t, &digits)?;
                self.push(
                    taipan_vm::objects::int::parse_bytes(t, &digits, 0, shown.value())
                        .or_else(|_| taipan_vm::objects::int::parse_bytes(t, &digits, 10, shown.value()))?,
                )
            }
            op::LONG1 => {
                let [n] = Self::number(input)?;
                let v = taipan_num::convert::from_bytes(input.take(usize::from(n))?, true, true);
                self.push(t.big(v)?)
            }
            op::LONG4 => {
                let n = self.signed_size(input, "LONG")?;
                let v = taipan_num::convert::from_bytes(input.take(n)?, true, true);
                self.push(t.big(v)?)
            }
            op::FLOAT => {
                let line = input.line()?.to_vec();
                match taipan_text::float::parse_bytes(line.trim_ascii()) {
                    Some(x) => self.push(t.float(x)?),
                    None => {
                        let text = Str::from_latin1(t, &line)?;
                        Err(t.value_error(format!("could not convert string to float: '{text}'")))
                    }
                }
            }
            op::BINFLOAT => {
                let x = f64::from_be_bytes(Self::number(input)?);
                self.push(t.float(x)?)
            }
            op::SHORT_BINUNICODE => {
                let n = self.size(input, 1, "BINUNICODE")?;
                self.text(input, n)
            }
            op::BINUNICODE => {
                let n = self.size(input, 4, "BINUNICODE")?;
                self.text(input, n)
            }
            op::BINUNICODE8 => {
                let n = self.size(input, 8, "BINUNICODE")?;
                self.text(input, n)
            }
            op::UNICODE => {
                let line = input.line()?;
                let content = Bytes::new(t, line.strip_suffix(b"\n").unwrap_or(line))?;
                let args = [Str::intern_str(t, "raw-unicode-escape")?.value()];
                self.push(t.call_method(content.value(), names::decode(), &args)?)
            }
            op::SHORT_BINBYTES => {
                let n = self.size(input, 1, "BINBYTES")?;
                self.bytes(input, n)
            }
            op::BINBYTES => {
                let n = self.size(input, 4, "BINBYTES")?;
                self.bytes(input, n)
            }
            op::BINBYTES8 => {
                let n = self.size(input, 8, "BINBYTES")?;
                self.bytes(input, n)
            }
            op::BYTEARRAY8 => {
                let n = self.size(input, 8, "BYTEARRAY8")?;
                let v = ByteArray::new(t, input.take(n)?)?;
                self.push(v.value())
            }
            op::STRING => self.old_string(input),
            op::BINSTRING => {
                let n = self.signed_size(input, "BINSTRING")?;
                let content = input.take(n)?.to_vec();
                self.push(self.decoded(&content)?)
            }
            op::SHORT_BINSTRING => {
                let n = self.size(input, 1, "BINSTRING")?;
                let content = input.take(n)?.to_vec();
                self.push(self.decoded(&content)?)
            }
            op::NEXT_BUFFER => self.next_buffer(),
            op::READONLY_BUFFER => {
                let v = self.top()?;
                let view = MemoryView::of_object(t, v, taipan_vm::objects::buffer::flags::FULL_RO)?;
                if view.is_readonly() {
                    return Ok(());
                }
                let read_only = t.call_method(view.value(), Str::intern_str(t, "toreadonly")?, &[])?;
                self.stack.set(t, self.stack.len() - 1, read_only);
                Ok(())
            }
            op::MARK => {
                self.marks.push(self.stack.len());
                Ok(())
            }
            op::POP => {
                // A mark counts as an item here.
                if self.marks.last() == Some(&self.stack.len()) {
                    self.marks.pop();
                    return Ok(());
                }
                self.pop().map(|_| ())
            }
            op::POP_MARK => {
                let start = self.pop_mark()?;
                self.stack.truncate(start);
                Ok(())
            }
            op::DUP => self.push(self.top()?),
            op::EMPTY_TUPLE => self.push(Tuple::new(t, &[])?.value()),
            op::TUPLE1 | op::TUPLE2 | op::TUPLE3 => {
                let n = usize::from(code - op::TUPLE1) + 1;
                let Some(start) = self.stack.len().checked_sub(n).filter(|s| *s >= self.fence()) else {
                    return Err(self.underflow());
                };
                self.replace_from(start, Tuple::new(t, self.items_from(start))?.value())
            }
            op::TUPLE => {
                let start = self.pop_mark()?;
                self.replace_from(start, Tuple::new(t, self.items_from(start))?.value())
            }
            op::EMPTY_LIST => self.push(List::new(t)?.value()),
            op::LIST => {
                let start = self.pop_mark()?;
                self.replace_from(start, List::from_slice(t, self.items_from(start))?.value())
            }
            op::EMPTY_DICT => self.push(Dict::new(t)?.value()),
            op::DICT => {
                let start = self.pop_mark()?;
                let pairs = self.items_from(start);
                if pairs.len() % 2 != 0 {
                    return Err(unpickling_error(t, "odd number of items for DICT"));
                }
                let d = Dict::new(t)?;
                for pair in pairs.chunks_exact(2) {
                    d.set(t, pair[0], pair[1])?;
                }
                self.replace_from(start, d.value())
            }
            op::EMPTY_SET => self.push(Set::new(t)?.value()),
            op::FROZENSET => {
                let start = self.pop_mark()?;
                self.replace_from(start, FrozenSet::from_slice(t, self.items_from(start))?.value())
            }
            op::APPEND => {
                let v = self.pop()?;
                let list = self.top()?;
                if class_of(list) == List::class() {
                    if let Some(l) = list.downcast::<List>() {
                        return l.append(t, v);
                    }
                }
                t.call_method(list, names::append(), &[v]).map(|_| ())
            }
            op::APPENDS => {
                let start = self.pop_mark()?;
                self.appends(start)
            }
            op::SETITEM => {
                let (v, k) = (self.pop()?, self.pop()?);
                let d = self.top()?;
                if class_of(d) == Dict::class() {
                    if let Some(d) = d.downcast::<Dict>() {
                        return d.set(t, k, v);
                    }
                }
                t.set_item(d, k, v)
            }
            op::SETITEMS => {
                let start = self.pop_mark()?;
                self.set_items(start)
            }
            op::ADDITEMS => {
                let start = self.pop_mark()?;
                self.add_items(start)
            }
            op::MEMOIZE => self.memoize(self.memo_end(), self.top()?),
            op::BINPUT => {
                let [n] = Self::number(input)?;
                self.memoize(usize::from(n), self.top()?)
            }
            op::LONG_BINPUT => {
                let n = u32::from_le_bytes(Self::number(input)?);
                self.memoize(n as usize, self.top()?)
            }
            op::PUT => {
                let v = self.top()?;
                let n = self.index_line(input)?;
                let Ok(n) = usize::try_from(n) else { return Err(t.value_error("negative PUT argument")) };
                self.memoize(n, v)
            }
            op::BINGET => {
                let [n] = Self::number(input)?;
                self.get(u64::from(n))
            }
            op::LONG_BINGET => {
                let n = u32::from_le_bytes(Self::number(input)?);
                self.get(u64::from(n))
            }
            op::GET => {
                let n = self.index_line(input)?;
                self.get(n as u64)
            }
            op::GLOBAL => {
                let module = self.name_line(input)?;
                let path = self.name_line(input)?;
                let v = self.find(module, path)?;
                self.push(v)
            }
            op::STACK_GLOBAL => {
                let (path, module) = (self.pop()?, self.pop()?);
                let (Some(p), Some(m)) = (path.downcast::<Str>(), module.downcast::<Str>()) else {
                    return Err(unpickling_error(t, "STACK_GLOBAL requires str"));
                };
                let v = self.find(m, p)?;
                self.push(v)
            }
            op::REDUCE => {
                let (args, f) = (self.pop()?, self.pop()?);
                let Some(args) = args.downcast::<Tuple>() else { return Err(t.type_error("argument list must be a tuple")) };
                self.push(t.call(f, args.as_slice())?)
            }
            op::BUILD => self.build(),
            op::NEWOBJ | op::NEWOBJ_EX => self.new_object(code == op::NEWOBJ_EX),
            op::INST => {
                let start = self.pop_mark()?;
                let module = self.name_line(input)?;
                let path = self.name_line(input)?;
                let class = self.find(module, path)?;
                let args = Tuple::new(t, self.items_from(start))?;
                self.replace_from(start, self.instantiate(class, args)?)
            }
            op::OBJ => {
                let start = self.pop_mark()?;
                let [class, args @ ..] = self.items_from(start) else {
                    return Err(unpickling_error(t, "unpickling stack underflow"));
                };
                let v = self.instantiate(*class, Tuple::new(t, args)?)?;
                self.replace_from(start, v)
            }
            op::PERSID => {
                let line = input.line()?;
                let Ok(id) = std::str::from_utf8(line.strip_suffix(b"\n").unwrap_or(line)).map(str::to_owned) else {
                    return Err(unpickling_error(t, "persistent IDs in protocol 0 must be ASCII strings"));
                };
                if !id.is_ascii() {
                    return Err(unpickling_error(t, "persistent IDs in protocol 0 must be ASCII strings"));
                }
                let id = Str::from_str(t, &id)?.value();
                self.persistent(id)
            }
            op::BINPERSID => {
                let id = self.pop()?;
                self.persistent(id)
            }
            op::EXT1 | op::EXT2 | op::EXT4 => {
                let width = [1, 2, 4][usize::from(code - op::EXT1)];
                let mut bytes = [0; 4];
                bytes[..width].copy_from_slice(input.take(width)?);
                let number = i64::from(i32::from_le_bytes(bytes));
                let v = lookup::extension(t, number, |m, p| match (m.downcast::<Str>(), p.downcast::<Str>()) {
                    (Some(m), Some(p)) => self.find(m, p),
                    _ => Err(t.type_error("not a string")),
                })?;
                self.push(v)
            }
            op::PROTO => {
                let [n] = Self::number(input)?;
                if i32::from(n) > super::HIGHEST_PROTOCOL {
                    return Err(t.value_error(format!("unsupported pickle protocol: {n}")));
                }
                self.set_protocol(n);
                Ok(())
            }
            op::FRAME => {
                let n = u64::from_le_bytes(Self::number(input)?);
                if n > isize::MAX as u64 {
                    return Err(t.overflow_error(format!("FRAME length exceeds system's maximum of {} bytes", isize::MAX)));
                }
                input.prefetch(n as usize)
            }
            _ => {
                let shown = if (0x20..0x7f).contains(&code) && code != b'\'' && code != b'\\' {
                    (code as char).to_string()
                } else {
                    format!("\\x{code:02x}")
                };
                Err(unpickling_error(t, format!("invalid load key, '{shown}'.")))
            }
        }
    }

    /// The number that the next value gets without being told one.
    fn memo_end(&self) -> usize {
        self.memo.len()
    }

    fn replace_from(&self, start: usize, v: Value) -> Result<()> {
        self.stack.truncate(start);
        self.push(v)
    }

    fn int(&mut self, input: &mut impl Input) -> Result<()> {
        let t = self.t;
        let line = input.line()?;
        let digits = line.strip_suffix(b"\n").unwrap_or(line).to_vec();
        match &digits[..] {
            // Booleans of old protocols.
            b"00" => self.push(Value::FALSE),
            b"01" => self.push(Value::TRUE),
            [] => Err(truncated(t)),
            _ => {
                let shown = Str::from_latin1(t, &digits)?;
                let trimmed = digits.trim_ascii();
                match taipan_vm::objects::int::parse_bytes(t, trimmed, 0, shown.value()) {
                    Ok(v) => self.push(v),
                    Err(_) => Err(t.value_error("could not convert string to int")),
                }
            }
        }
    }

    fn index_line(&self, input: &mut impl Input) -> Result<i64> {
        let t = self.t;
        let line = input.line()?;
        let digits = line.strip_suffix(b"\n").unwrap_or(line).to_vec();
        let text = self.utf8(&digits)?;
        let v = taipan_vm::objects::int::parse_bytes(t, &digits, 10, text.value())?;
        t.to_i64(v)
    }

    fn utf8(&self, bytes: &[u8]) -> Result<Ref<Str>> {
        match std::str::from_utf8(bytes) {
            Ok(s) => Str::from_str(self.t, s),
            Err(_) => {
                let v = Bytes::new(self.t, bytes)?.value();
                let decoded = self.t.call_method(v, names::decode(), &[Str::intern_str(self.t, "utf-8")?.value()])?;
                decoded.downcast::<Str>().ok_or_else(|| self.t.type_error("not a string"))
            }
        }
    }

    fn name_line(&self, input: &mut impl Input) -> Result<Ref<Str>> {
        let line = input.line()?;
        if line.len() < 2 {
            return Err(truncated(self.t));
        }
        let name = line.strip_suffix(b"\n").unwrap_or(line).to_vec();
        self.utf8(&name)
    }

    #[inline]
    fn text(&self, input: &mut impl Input, n: usize) -> Result<()> {
        let t = self.t;
        let content = input.take(n)?;
        let s = match std::str::from_utf8(content) {
            Ok(s) => Str::from_str(t, s)?,
            Err(_) => {
                let bytes = Bytes::new(t, content)?.value();
                let args = [Str::intern_str(t, "utf-8")?.value(), Str::intern_str(t, "surrogatepass")?.value()];
                let v = t.call_method(bytes, names::decode(), &args)?;
                return self.push(v);
            }
        };
        self.push(s.value())
    }

    fn bytes(&self, input: &mut impl Input, n: usize) -> Result<()> {
        let v = Bytes::new(self.t, input.take(n)?)?;
        self.push(v.value())
    }

    /// A string of Python 2.
    fn decoded(&self, content: &[u8]) -> Result<Value> {
        let t = self.t;
        let bytes = Bytes::new(t, content)?.value();
        match &self.strings.encoding {
            None => Ok(bytes),
            Some(encoding) => {
                let args = [Str::from_str(t, encoding)?.value(), Str::from_str(t, &self.strings.errors)?.value()];
                t.call_method(bytes, names::decode(), &args)
            }
        }
    }

    fn old_string(&mut self, input: &mut impl Input) -> Result<()> {
        let t = self.t;
        let line = input.line()?.to_vec();
        let text = line.strip_suffix(b"\n").unwrap_or(&line).trim_ascii_end();
        let quoted = match text {
            [q @ (b'\'' | b'"'), inner @ .., p] if q == p => Some(inner),
            _ => None,
        };
        let Some(inner) = quoted else {
            return Err(unpickling_error(t, "the STRING opcode argument must be quoted"));
        };
        let codecs = taipan_vm::import::import_module(t, "codecs")?;
        let escaped = Bytes::new(t, inner)?;
        let pair = t.call_method(codecs, Str::intern_str(t, "escape_decode")?, &[escaped.value()])?;
        let content = pair.downcast::<Tuple>().and_then(|p| p.get(0)).and_then(|b| b.downcast::<Bytes>());
        let content = content.ok_or_else(|| t.type_error("escape_decode did not return bytes"))?;
        self.push(self.decoded(content.as_slice())?)
    }

    fn next_buffer(&mut self) -> Result<()> {
        let t = self.t;
        let Some(buffers) = self.buffers else {
            return Err(unpickling_error(t, "pickle stream refers to out-of-band data but no *buffers* argument was given"));
        };
        match t.next(buffers)? {
            Some(b) => self.push(b),
            None => Err(unpickling_error(t, "not enough out-of-band buffers")),
        }
    }

    fn appends(&mut self, start: usize) -> Result<()> {
        let t = self.t;
        let Some(list) = start.checked_sub(1).filter(|i| *i >= self.fence()).and_then(|i| self.stack.get(i)) else {
            return Err(unpickling_error(t, "unpickling stack underflow"));
        };
        let items = self.items_from(start);
        if class_of(list) == List::class() {
            if let Some(l) = list.downcast::<List>() {
                l.extend_from_slice(t, items)?;
            }
        } else if !items.is_empty() {
            match t.get_attr_opt(list, names::extend())? {
                Some(f) => {
                    t.call(f, &[List::from_slice(t, items)?.value()])?;
                }
                None => {
                    let append = t.get_attr(list, names::append())?;
                    for v in items {
                        t.call(append, &[*v])?;
                    }
                }
            }
        }
        self.stack.truncate(start);
        Ok(())
    }

    fn set_items(&mut self, start: usize) -> Result<()> {
        let t = self.t;
        let Some(target) = start.checked_sub(1).filter(|i| *i >= self.fence()).and_then(|i| self.stack.get(i)) else {
            return Err(unpickling_error(t, "unpickling stack underflow"));
        };
        let pairs = self.items_from(start);
        if pairs.len() % 2 != 0 {
            return Err(unpickling_error(t, "odd number of items for SETITEMS"));
        }
        let plain = target.downcast::<Dict>().filter(|_| class_of(target) == Dict::class());
        for pair in pairs.chunks_exact(2) {
            match plain {
                Some(d) => d.set(t, pair[0], pair[1])?,
                None => t.set_item(target, pair[0], pair[1])?,
            }
        }
        self.stack.truncate(start);
        Ok(())
    }

    fn add_items(&mut self, start: usize) -> Result<()> {
        let t = self.t;
        let Some(target) = start.checked_sub(1).filter(|i| *i >= self.fence()).and_then(|i| self.stack.get(i)) else {
            return Err(unpickling_error(t, "unpickling stack underflow"));
        };
        let items = self.items_from(start);
        match target.downcast::<SetData>().filter(|s| s.is_exact() && !s.is_frozen()) {
            Some(set) => {
                for v in items {
                    set.add(t, *v)?;
                }
            }
            None if items.is_empty() => {}
            None => {
                let add = t.get_attr(target, names::add())?;
                for v in items {
                    t.call(add, &[*v])?;
                }
            }
        }
        self.stack.truncate(start);
        Ok(())
    }

    fn persistent(&mut self, id: Value) -> Result<()> {
        match self.persistent_load {
            Some(f) => self.push(self.t.call(f, &[id])?),
            None => Err(unpickling_error(
                self.t,
                "A load persistent id instruction was encountered, but no persistent_load function was specified.",
            )),
        }
    }

    fn find(&self, module: Ref<Str>, path: Ref<Str>) -> Result<Value> {
        if let Some(f) = self.find_class {
            return self.t.call(f, &[module.value(), path.value()]);
        }
        find_class(self.t, module, path, self.strings.fix_imports && self.protocol < 3, self.protocol >= 4)
    }

    fn instantiate(&self, class: Value, args: Ref<Tuple>) -> Result<Value> {
        let t = self.t;
        if args.is_empty() && class.downcast::<Class>().is_some() {
            if t.get_attr_opt(class, Str::intern_str(t, "__getinitargs__")?)?.is_none() {
                return t.call_method(class, names::__new__(), &[class]);
            }
        }
        t.call(class, args.as_slice())
    }

    fn new_object(&mut self, with_keywords: bool) -> Result<()> {
        let t = self.t;
        let kwargs = if with_keywords { Some(self.pop()?) } else { None };
        let (args, class) = (self.pop()?, self.pop()?);
        let what = if with_keywords { "NEWOBJ_EX" } else { "NEWOBJ" };
        let Some(c) = class.downcast::<Class>() else {
            return Err(unpickling_error(
                t,
                format!("{what} class argument must be a type, not {}", class_of(class).name_string()),
            ));
        };
        let Some(args) = args.downcast::<Tuple>() else {
            return Err(unpickling_error(t, format!("{what} args argument must be a tuple, not {}", class_of(args).name_string())));
        };
        let kwargs = match kwargs {
            None => None,
            Some(k) => match k.downcast::<Dict>() {
                Some(d) => Some(d),
                None => {
                    return Err(unpickling_error(
                        t,
                        format!("{what} kwargs argument must be a dict, not {}", class_of(k).name_string()),
                    ));
                }
            },
        };
        let new = c.special(t, Special::New);
        let plain = new == Object::class().special(t, Special::New);
        if plain && args.is_empty() && kwargs.is_none_or(|k| k.is_empty()) && !c.has_flag(class_flags::ABSTRACT) {
            return self.push(allocate_instance(t, c)?);
        }
        let new = t.get_attr(class, names::__new__())?;
        let all = ValueVec::from_slice(t, &[class])?;
        all.extend(t, args.as_slice())?;
        self.push(t.call_with_dict(new, all.as_slice(), kwargs)?)
    }

    fn build(&mut self) -> Result<()> {
        let t = self.t;
        let state = self.pop()?;
        let object = self.top()?;
        if let Some(f) = t.get_attr_opt(object, names::__setstate__())? {
            return t.call(f, &[state]).map(|_| ());
        }
        let (state, slots) = match state.downcast::<Tuple>() {
            Some(pair) if pair.len() == 2 => (pair.as_slice()[0], pair.as_slice()[1]),
            _ => (state, Value::NONE),
        };
        if !state.is_none() {
            let Some(d) = state.downcast::<Dict>() else {
                return Err(unpickling_error(t, "state is not a dictionary"));
            };
            let own = match attr::instance_dict(t, object) {
                Ok(Some(own)) => own.value(),
                _ => t.get_attr(object, names::__dict__())?,
            };
            let plain = own.downcast::<Dict>().filter(|_| class_of(own) == Dict::class());
            let mut pos = 0;
            while let Some((k, v)) = d.next(&mut pos) {
                let key = match k.downcast::<Str>() {
                    // Names of attributes are interned.
                    Some(s) if class_of(k) == Str::class() => Str::intern(t, s)?.value(),
                    _ => k,
                };
                match plain {
                    Some(own) => own.set(t, key, v)?,
                    None => t.set_item(own, key, v)?,
                }
            }
        }
        if !slots.is_none() {
            let Some(d) = slots.downcast::<Dict>() else {
                return Err(unpickling_error(t, "slot state is not a dictionary"));
            };
            let mut pos = 0;
            while let Some((k, v)) = d.next(&mut pos) {
                let Some(name) = k.downcast::<Str>() else {
                    return Err(t.type_error(format!("attribute name must be string, not '{}'", class_of(k).name_string())));
                };
                t.set_attr(object, Str::intern(t, name)?, Some(v))?;
            }
        }
        Ok(())
    }
}

/// The object that a module's name stands for.
pub fn find_class(t: &Thread, module: Ref<Str>, path: Ref<Str>, old_names: bool, dotted: bool) -> Result<Value> {
    if let Some(audit) = t.sys_attr(Str::intern_str(t, "audit")?)? {
        t.call(audit, &[Str::intern_str(t, "pickle.find_class")?.value(), module.value(), path.value()])?;
    }
    let (module, path) = if old_names { lookup::mapped(t, module, path, false)? } else { (module, path) };
    let holder = lookup::imported(t, module)?;
    if !dotted || path.is_ascii() && !path.to_string_lossy().contains('.') {
        return t.get_attr(holder, Str::intern(t, path)?);
    }
    match lookup::follow(t, holder, &path.to_string_lossy())? {
        Some(v) => Ok(v),
        None => Err(t.attribute_error(
            holder,
            path,
            &format!("Can't resolve path {} on module {}", t.repr(path.value())?, t.repr(holder)?),
        )),
    }
}
