//! Code units as bytes, for the library image and `__pycache__`.
//!
//! # Format
//! A header (magic, format version, a hash of the instruction table, so that units of another instruction set are
//! refused), a table of the strings used as names, then the unit. Numbers are LEB128; signed ones zig-zag. Cache words
//! are not stored. Positions and live counts are stored once an instruction, as differences from the one before.
//!
//! [`read`] trusts nothing: any input gives a unit that passes [`crate::verify`] or an error. It never panics, and
//! allocates no more than a small multiple of the input's length.

use std::fmt;
use std::sync::{Arc, OnceLock};

use rustc_hash::FxHashMap;

use crate::isa::{Instr, OPS, Op};
use crate::positions::Positions;
use crate::unit::{CodeUnit, Const, ExceptionEntry};
use crate::verify::{self, VerifyError};

const MAGIC: &[u8; 4] = b"TPYC";
const VERSION: u8 = 2;
/// Constants nest no deeper than this, code in code included.
const MAX_DEPTH: u32 = 500;

/// Why bytes are not a unit.
#[derive(Clone, Debug, PartialEq)]
pub enum ReadError {
    /// Not a unit, or one of another version or instruction set.
    Header,
    /// Ends too early or contradicts itself, at this byte.
    Malformed(usize),
    Invalid(VerifyError),
}

impl fmt::Display for ReadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ReadError::Header => f.write_str("not a code unit of this version"),
            ReadError::Malformed(at) => write!(f, "malformed code unit at byte {at}"),
            ReadError::Invalid(e) => write!(f, "invalid code unit: {e}"),
        }
    }
}

impl std::error::Error for ReadError {}

/// Identifies the instruction set: names, operands and lengths of all instructions (FNV-1a).
pub fn isa_hash() -> u64 {
    static HASH: OnceLock<u64> = OnceLock::new();
    *HASH.get_or_init(hash_isa)
}

fn hash_isa() -> u64 {
    let mut h: u64 = 0xcbf2_9ce4_8422_2325;
    let mut add = |b: u8| h = (h ^ u64::from(b)).wrapping_mul(0x100_0000_01b3);
    for op in OPS {
        op.name.bytes().for_each(&mut add);
        op.operands.iter().for_each(|o| add(*o as u8));
        add(op.cache_words as u8);
    }
    h
}

/// Identifies what the compiler makes of a source: differs between any two versions of the compiler or the format.
pub fn compiler_hash() -> u64 {
    // Sources that do not parse cannot be: the build script prints a number.
    env!("TAIPAN_COMPILER_HASH").parse::<u64>().unwrap_or(0) ^ isa_hash() ^ u64::from(VERSION)
}

/// The bytes of a unit.
pub fn write(unit: &CodeUnit) -> Vec<u8> {
    let mut w = Writer { out: Vec::new(), strings: FxHashMap::default(), table: Vec::new() };
    w.unit(unit);
    let mut out = Vec::with_capacity(w.out.len() + 64);
    out.extend_from_slice(MAGIC);
    out.push(VERSION);
    out.extend_from_slice(&isa_hash().to_le_bytes());
    let mut head = Writer { out, strings: FxHashMap::default(), table: Vec::new() };
    head.uint(w.table.len() as u64);
    for s in &w.table {
        head.bytes(s.as_bytes());
    }
    head.out.extend_from_slice(&w.out);
    head.out
}

struct Writer {
    out: Vec<u8>,
    strings: FxHashMap<Arc<str>, u64>,
    table: Vec<Arc<str>>,
}

impl Writer {
    fn uint(&mut self, mut v: u64) {
        while v >= 0x80 {
            self.out.push(v as u8 | 0x80);
            v >>= 7;
        }
        self.out.push(v as u8);
    }

    fn sint(&mut self, v: i64) {
        self.uint((v << 1 ^ v >> 63) as u64);
    }

    fn bytes(&mut self, b: &[u8]) {
        self.uint(b.len() as u64);
        self.out.extend_from_slice(b);
    }

    fn string(&mut self, s: &Arc<str>) {
        let next = self.table.len() as u64;
        let i = *self.strings.entry(s.clone()).or_insert(next);
        if i == next {
            self.table.push(s.clone());
        }
        self.uint(i);
    }

    fn strings(&mut self, list: &[Arc<str>]) {
        self.uint(list.len() as u64);
        for s in list {
            self.string(s);
        }
    }

    fn unit(&mut self, u: &CodeUnit) {
        self.string(&u.name);
        self.string(&u.qualname);
        self.string(&u.filename);
        self.uint(u64::from(u.first_line));
        self.uint(u64::from(u.flags));
        for n in [u.argcount, u.posonly_argcount, u.kwonly_argcount, u.free_base, u.nregs, u.nloops] {
            self.uint(u64::from(n));
        }
        self.out.push(u8::from(u.has_docstring));
        self.strings(&u.varnames);
        self.strings(&u.cellvars);
        for r in &u.cell_registers {
            self.uint(u64::from(*r));
        }
        self.strings(&u.freevars);
        self.strings(&u.names);
        self.uint(u.consts.len() as u64);
        for c in &u.consts {
            self.constant(c);
        }
        self.uint(u.exceptions.len() as u64);
        for e in &u.exceptions {
            for n in [e.start, e.end, e.handler] {
                self.uint(u64::from(n));
            }
            self.uint(u64::from(e.reg));
        }
        self.code(u);
    }

    fn code(&mut self, u: &CodeUnit) {
        self.uint(u.code.len() as u64);
        let mut at = 0;
        let mut live = 0i64;
        while at < u.code.len() {
            let i = Instr(u.code[at]);
            self.uint(u64::from(i.op()));
            for f in [i.a(), i.b(), i.c()] {
                self.uint(f as u64);
            }
            let l = i64::from(u.live.get(at).copied().unwrap_or(0));
            self.sint(l - live);
            live = l;
            at += Op::from_u16(i.op()).map_or(1, Op::len);
        }
        self.bytes(u.positions.bytes());
    }

    fn constant(&mut self, c: &Const) {
        match c {
            Const::None => self.out.push(0),
            Const::True => self.out.push(1),
            Const::False => self.out.push(2),
            Const::Ellipsis => self.out.push(3),
            Const::Int(i) => {
                self.out.push(4);
                self.sint(*i);
            }
            Const::BigInt(limbs) => {
                self.out.push(5);
                self.uint(limbs.len() as u64);
                limbs.iter().for_each(|l| self.out.extend(l.to_le_bytes()));
            }
            Const::Float(f) => {
                self.out.push(6);
                self.out.extend(f.to_bits().to_le_bytes());
            }
            Const::Complex(r, i) => {
                self.out.push(7);
                self.out.extend(r.to_bits().to_le_bytes());
                self.out.extend(i.to_bits().to_le_bytes());
            }
            Const::Str(s) => {
                self.out.push(8);
                self.bytes(s);
            }
            Const::Bytes(s) => {
                self.out.push(9);
                self.bytes(s);
            }
            Const::Tuple(items) | Const::FrozenSet(items) => {
                self.out.push(if matches!(c, Const::Tuple(_)) { 10 } else { 11 });
                self.uint(items.len() as u64);
                for i in items {
                    crate::depth::with_stack(|| self.constant(i));
                }
            }
            Const::Code(u) => {
                self.out.push(12);
                crate::depth::with_stack(|| self.unit(u));
            }
        }
    }
}

/// Reads and verifies a unit.
pub fn read(bytes: &[u8]) -> Result<CodeUnit, ReadError> {
    let unit = read_unverified(bytes)?;
    verify::verify(&unit).map_err(ReadError::Invalid)?;
    Ok(unit)
}

/// Reads a unit without verifying its code: for images that this very program made. The interpreter's memory safety
/// rests on verified code.
pub fn read_unverified(bytes: &[u8]) -> Result<CodeUnit, ReadError> {
    read_with(bytes, None)
}

/// As [`read_unverified`], for a file that lies elsewhere than where it was compiled: all of its code names `filename`.
pub fn read_unverified_as(bytes: &[u8], filename: &str) -> Result<CodeUnit, ReadError> {
    read_with(bytes, Some(Arc::from(filename)))
}

fn read_with(bytes: &[u8], filename: Option<Arc<str>>) -> Result<CodeUnit, ReadError> {
    let rest = bytes.strip_prefix(MAGIC).and_then(|r| r.strip_prefix(&[VERSION])).ok_or(ReadError::Header)?;
    let rest = rest.strip_prefix(&isa_hash().to_le_bytes()).ok_or(ReadError::Header)?;
    let mut r = Reader { bytes, at: bytes.len() - rest.len(), strings: Vec::new(), filename };
    let n = r.count()?;
    for _ in 0..n {
        let s = r.bytes()?;
        let s = std::str::from_utf8(s).map_err(|_| r.bad())?;
        r.strings.push(Arc::from(s));
    }
    let unit = r.unit(0)?;
    if r.at != bytes.len() {
        return Err(r.bad());
    }
    Ok(unit)
}

struct Reader<'a> {
    bytes: &'a [u8],
    at: usize,
    strings: Vec<Arc<str>>,
    /// Takes the place of the file names that are stored.
    filename: Option<Arc<str>>,
}

impl<'a> Reader<'a> {
    fn bad(&self) -> ReadError {
        ReadError::Malformed(self.at)
    }

    fn byte(&mut self) -> Result<u8, ReadError> {
        let b = *self.bytes.get(self.at).ok_or_else(|| self.bad())?;
        self.at += 1;
        Ok(b)
    }

    #[inline]
    fn uint(&mut self) -> Result<u64, ReadError> {
        match self.bytes.get(self.at) {
            Some(&b) if b < 0x80 => {
                self.at += 1;
                Ok(u64::from(b))
            }
            _ => self.long_uint(),
        }
    }

    fn long_uint(&mut self) -> Result<u64, ReadError> {
        let mut v = 0u64;
        for shift in (0..64).step_by(7) {
            let b = self.byte()?;
            v |= u64::from(b & 0x7f) << shift;
            if b < 0x80 {
                return if shift == 63 && b > 1 { Err(self.bad()) } else { Ok(v) };
            }
        }
        Err(self.bad())
    }

    #[inline]
    fn sint(&mut self) -> Result<i64, ReadError> {
        let v = self.uint()?;
        Ok((v >> 1) as i64 ^ -((v & 1) as i64))
    }

    #[inline]
    fn small<T: TryFrom<u64>>(&mut self) -> Result<T, ReadError> {
        let v = self.uint()?;
        T::try_from(v).map_err(|_| self.bad())
    }

    /// A number of things that follow; each takes at least one byte.
    fn count(&mut self) -> Result<usize, ReadError> {
        let n: usize = self.small()?;
        if n > self.bytes.len() - self.at { Err(self.bad()) } else { Ok(n) }
    }

    fn take(&mut self, n: usize) -> Result<&'a [u8], ReadError> {
        let s = self.at.checked_add(n).and_then(|end| self.bytes.get(self.at..end)).ok_or_else(|| self.bad())?;
        self.at += n;
        Ok(s)
    }

    fn bytes(&mut self) -> Result<&'a [u8], ReadError> {
        let n = self.count()?;
        self.take(n)
    }

    fn u64_le(&mut self) -> Result<u64, ReadError> {
        let mut b = [0; 8];
        b.copy_from_slice(self.take(8)?);
        Ok(u64::from_le_bytes(b))
    }

    fn string(&mut self) -> Result<Arc<str>, ReadError> {
        let i: usize = self.small()?;
        self.strings.get(i).cloned().ok_or_else(|| self.bad())
    }

    fn string_list(&mut self) -> Result<Vec<Arc<str>>, ReadError> {
        let n = self.count()?;
        (0..n).map(|_| self.string()).collect()
    }

    fn unit(&mut self, depth: u32) -> Result<CodeUnit, ReadError> {
        let name = self.string()?;
        let qualname = self.string()?;
        let stored = self.string()?;
        let filename = self.filename.clone().unwrap_or(stored);
        let first_line = self.small()?;
        let flags = self.small()?;
        let argcount = self.small()?;
        let posonly_argcount = self.small()?;
        let kwonly_argcount = self.small()?;
        let free_base = self.small()?;
        let nregs = self.small()?;
        let nloops = self.small()?;
        let has_docstring = self.byte()? != 0;
        let varnames = self.string_list()?;
        let cellvars = self.string_list()?;
        let cell_registers = (0..cellvars.len()).map(|_| self.small()).collect::<Result<_, _>>()?;
        let freevars = self.string_list()?;
        let names = self.string_list()?;
        let n = self.count()?;
        let mut consts = Vec::with_capacity(n.min(1024));
        for _ in 0..n {
            consts.push(self.constant(depth + 1)?);
        }
        let n = self.count()?;
        let mut exceptions = Vec::with_capacity(n.min(1024));
        for _ in 0..n {
            exceptions.push(ExceptionEntry {
                start: self.small()?,
                end: self.small()?,
                handler: self.small()?,
                reg: self.small()?,
            });
        }
        let mut unit = CodeUnit {
            name,
            qualname,
            filename,
            first_line,
            flags,
            argcount,
            posonly_argcount,
            kwonly_argcount,
            varnames,
            cellvars,
            cell_registers,
            freevars,
            free_base,
            names,
            consts,
            code: Vec::new(),
            exceptions,
            positions: Positions::default(),
            live: Vec::new(),
            nregs,
            nloops,
            has_docstring,
        };
        self.code(&mut unit)?;
        Ok(unit)
    }

    fn code(&mut self, u: &mut CodeUnit) -> Result<(), ReadError> {
        // An instruction takes at least five bytes here, and has at most two words.
        let n = self.count()?;
        // Damaged input cannot ask for more than is in proportion to it.
        u.code.reserve_exact(n);
        u.live.reserve_exact(n);
        let mut live = 0i64;
        while u.code.len() < n {
            let op = Op::from_u16(self.small()?).ok_or_else(|| self.bad())?;
            let (a, b, c) = (self.small()?, self.small()?, self.small()?);
            live = live.checked_add(self.sint()?).ok_or_else(|| self.bad())?;
            let live16 = u16::try_from(live).map_err(|_| self.bad())?;
            for k in 0..op.len() {
                u.code.push(if k == 0 { Instr::new(op, a, b, c).0 } else { 0 });
                u.live.push(live16);
            }
        }
        u.positions = Positions::from_bytes(n as u32, self.bytes()?);
        if u.code.len() == n { Ok(()) } else { Err(self.bad()) }
    }

    fn constant(&mut self, depth: u32) -> Result<Const, ReadError> {
        if depth > MAX_DEPTH {
            return Err(self.bad());
        }
        Ok(match self.byte()? {
            0 => Const::None,
            1 => Const::True,
            2 => Const::False,
            3 => Const::Ellipsis,
            4 => Const::Int(self.sint()?),
            5 => {
                let n = self.count()?;
                let mut limbs = Vec::with_capacity(n.min(1024));
                for _ in 0..n {
                    limbs.push(self.u64_le()?);
                }
                if limbs.last().is_none_or(|l| *l == 0) {
                    return Err(self.bad());
                }
                Const::BigInt(limbs)
            }
            6 => Const::Float(f64::from_bits(self.u64_le()?)),
            7 => Const::Complex(f64::from_bits(self.u64_le()?), f64::from_bits(self.u64_le()?)),
            8 => {
                let s = self.bytes()?;
                if !is_wtf8(s) {
                    return Err(self.bad());
                }
                Const::Str(Arc::from(s))
            }
            9 => Const::Bytes(Arc::from(self.bytes()?)),
            tag @ (10 | 11) => {
                let n = self.count()?;
                let mut items = Vec::with_capacity(n.min(1024));
                for _ in 0..n {
                    items.push(crate::depth::with_stack(|| self.constant(depth + 1))?);
                }
                if tag == 10 { Const::Tuple(items) } else { Const::FrozenSet(items) }
            }
            12 => Const::Code(Arc::new(crate::depth::with_stack(|| self.unit(depth + 1))?)),
            _ => return Err(self.bad()),
        })
    }
}

/// UTF-8 that may also encode surrogates.
fn is_wtf8(s: &[u8]) -> bool {
    let mut rest = s;
    loop {
        match std::str::from_utf8(rest) {
            Ok(_) => return true,
            Err(e) => match rest[e.valid_up_to()..] {
                [0xed, 0xa0..=0xbf, 0x80..=0xbf, ref tail @ ..] => rest = tail,
                _ => return false,
            },
        }
    }
}
