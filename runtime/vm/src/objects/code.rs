//! `code`: a compiled block with its constants made, immutable and shared by all threads. The cache words inside its
//! instructions belong to the interpreter; everything else never changes after construction.

use crate::interp::machine;
use crate::native::*;
use crate::objects::generator::Generator;
use std::sync::Arc;
use std::sync::atomic::{AtomicPtr, Ordering::*};
use taipan_compiler::isa::Op;
use taipan_compiler::{CodeUnit, Const, Position, flags};

#[derive(HeapType)]
#[heap(drop, scan = scan_caches)]
#[repr(C)]
pub struct Code {
    header: Header,
    /// Instruction words: memory of `instructions`, which is never resized.
    #[noscan]
    pub start: *const u64,
    /// Constants and names: the arrays' memory, for the interpreter.
    #[noscan]
    pub consts_ptr: *const Value,
    #[noscan]
    pub names_ptr: *const Ref<Str>,
    pub nregs: u32,
    pub argcount: u32,
    pub flags: u32,
    /// Positional parameters only, no `*args`, `**kwargs`, keyword-only ones.
    pub simple: bool,
    /// Abandoned generators of this code may have something to do.
    pub closes: bool,
    /// Registers to be emptied at entry: from the end of the parameters to here.
    pub nparams: u32,
    pub nlocals: u32,
    /// Registers of locals, cells and free variables.
    pub nvars: u32,
    consts: RefField<Tuple>,
    names: RefField<Tuple>,
    pub name: RefField<Str>,
    pub qualname: RefField<Str>,
    pub filename: RefField<Str>,
    pub varnames: RefField<Tuple>,
    pub cellvars: RefField<Tuple>,
    pub freevars: RefField<Tuple>,
    #[noscan(drop)]
    pub unit: Arc<CodeUnit>,
    #[noscan(drop)]
    instructions: Box<[u64]>,
    /// What tools want to be told of in this code (`interp::trace`).
    #[noscan(drop)]
    pub monitors: std::sync::OnceLock<Box<crate::interp::trace::Monitors>>,
    /// Feedback and machine code.
    #[noscan(drop)]
    pub machine: std::sync::OnceLock<Box<crate::interp::machine::Machine>>,
    /// list: what machine code of this code, and feedback, refer to, or null.
    machine_refs: RefField<List>,
    /// Where calls begin: an ENTER in `enter`, or the first instruction.
    #[noscan]
    entry: AtomicPtr<u64>,
    #[noscan]
    machine_entry: AtomicPtr<()>,
    /// What goes on in a suspended generator, or null.
    #[noscan]
    machine_resume: AtomicPtr<()>,
    #[noscan(drop)]
    enter: Option<Box<[u64; 2]>>,
}

unsafe fn scan_caches(cell: *const Header, v: &mut Visitor) {
    // SAFETY: the collector calls this with a live code object.
    crate::interp::cache::scan_code(unsafe { &*cell.cast::<Code>() }, v);
}

impl Code {
    /// Makes a code object (and those nested in it) from what the compiler produced.
    pub fn new(t: &Thread, unit: &Arc<CodeUnit>) -> Result<Ref<Code>> {
        Code::with_names(t, unit, &mut Names::new())
    }
    fn with_names(t: &Thread, unit: &Arc<CodeUnit>, known: &mut Names) -> Result<Ref<Code>> {
        let consts = collect(t, &unit.consts, |t, c| match c {
            Const::Code(nested) => Code::with_names(t, nested, known).map(Ref::value),
            c => constant(t, c),
        })?;
        Code::assemble(t, unit, consts, known)
    }
    /// As `new`, with these constants instead of the unit's; as many as it has.
    pub fn with_consts(t: &Thread, unit: &Arc<CodeUnit>, consts: Ref<Tuple>) -> Result<Ref<Code>> {
        Code::assemble(t, unit, consts, &mut Names::new())
    }
    fn assemble(t: &Thread, unit: &Arc<CodeUnit>, consts: Ref<Tuple>, known: &mut Names) -> Result<Ref<Code>> {
        assert_eq!(consts.len(), unit.consts.len());
        let names = known.tuple(t, &unit.names)?;
        let varnames = known.tuple(t, &unit.varnames)?;
        let cellvars = known.tuple(t, &unit.cellvars)?;
        let freevars = known.tuple(t, &unit.freevars)?;
        let name = known.get(t, &unit.name)?;
        let qualname = known.get(t, &unit.qualname)?;
        let filename = known.get(t, &unit.filename)?;
        let instructions: Box<[u64]> = unit.code.clone().into_boxed_slice();
        let variadic = unit.flags & (flags::VARARGS | flags::VARKEYWORDS) != 0;
        let nparams = unit.argcount as u32
            + unit.kwonly_argcount as u32
            + u32::from(unit.flags & flags::VARARGS != 0)
            + u32::from(unit.flags & flags::VARKEYWORDS != 0);
        let field = |s: Ref<Str>| {
            let f = RefField::null();
            f.init(s);
            f
        };
        let tuple = |s: Ref<Tuple>| {
            let f = RefField::null();
            f.init(s);
            f
        };
        let nvars = (unit.varnames.len()
            + unit.cell_registers.iter().filter(|&&r| r as usize >= unit.varnames.len()).count()
            + unit.freevars.len()) as u32;
        let special = flags::ASYNC_GENERATOR;
        let counted = machine::is_enabled() && unit.flags & special == 0 && unit.flags & flags::OPTIMIZED != 0;
        let enter = counted.then(|| Box::new([Op::ENTER as u64, 0]));
        let start = instructions.as_ptr();
        let entry = enter.as_ref().map_or(start, |words| words.as_ptr());
        t.create(Code {
            header: Header::NEW,
            start,
            consts_ptr: consts.as_slice().as_ptr(),
            names_ptr: names.as_slice().as_ptr().cast(),
            nregs: unit.nregs as u32,
            argcount: unit.argcount as u32,
            flags: unit.flags,
            simple: !variadic && unit.kwonly_argcount == 0,
            closes: Generator::closes(unit),
            nparams,
            nlocals: unit.varnames.len() as u32,
            nvars,
            consts: tuple(consts),
            names: tuple(names),
            name: field(name),
            qualname: field(qualname),
            filename: field(filename),
            varnames: tuple(varnames),
            cellvars: tuple(cellvars),
            freevars: tuple(freevars),
            unit: unit.clone(),
            instructions,
            monitors: std::sync::OnceLock::new(),
            machine: std::sync::OnceLock::new(),
            machine_refs: RefField::null(),
            entry: AtomicPtr::new(entry.cast_mut()),
            machine_entry: AtomicPtr::new(machine::interpret as *mut ()),
            machine_resume: AtomicPtr::new(std::ptr::null_mut()),
            enter,
        })
    }
    /// Byte offset of the address that compiled code calls.
    pub const MACHINE_ENTRY: usize = std::mem::offset_of!(Code, machine_entry);

    /// Where the interpreter begins a call.
    #[inline(always)]
    pub fn entry(&self) -> *const u64 {
        self.entry.load(Relaxed)
    }
    pub(crate) fn set_entry(&self, pc: *const u64) {
        self.entry.store(pc.cast_mut(), Relaxed)
    }
    /// The compiled code of the function, if there is some.
    #[inline(always)]
    pub(crate) fn machine_entry(&self) -> Option<machine::Entry> {
        let entry = self.machine_entry.load(Acquire);
        // SAFETY: never null.
        (entry != machine::interpret as *mut ()).then(|| unsafe { std::mem::transmute::<*mut (), machine::Entry>(entry) })
    }
    /// What compiled code calls, with the frame pushed.
    pub(crate) fn set_machine_entry(&self, entry: machine::Entry) {
        self.machine_entry.store(entry as *mut (), Release)
    }
    /// Machine code that goes on in a generator.
    #[inline(always)]
    pub(crate) fn machine_resume(&self) -> Option<machine::Resume> {
        let entry = self.machine_resume.load(Acquire);
        // SAFETY: null, or what was stored below.
        unsafe { std::mem::transmute::<*mut (), Option<machine::Resume>>(entry) }
    }
    pub(crate) fn set_machine_resume(&self, entry: Option<machine::Resume>) {
        self.machine_resume.store(entry.map_or(std::ptr::null_mut(), |e| e as *mut ()), Release)
    }
    /// Keeps what machine code, or feedback, refers to.
    pub fn keep(&self, t: &Thread, v: Value) -> Result<()> {
        let list = match self.machine_refs.get() {
            Some(l) => l,
            None => {
                let new = List::new(t)?;
                // Another thread's may be there by now.
                self.machine_refs.compare_exchange(t, &self.header, None, Some(new));
                self.machine_refs.expect()
            }
        };
        if (0..list.len()).any(|i| list.get(i) == Some(v)) {
            return Ok(());
        }
        list.append(t, v)
    }
    /// The word that counts calls, or null.
    pub(crate) fn enter_word(&self) -> *const u64 {
        self.enter.as_ref().map_or(std::ptr::null(), |words| words.as_ptr())
    }
    /// Gives this code and all in it another file name. For code that was just read and that nobody runs yet.
    pub fn rename_file(&self, t: &Thread, path: Ref<Str>) {
        if self.filename.expect().equals(&path) {
            return;
        }
        self.filename.set(t, &self.header, path);
        for c in self.consts().iter() {
            if let Some(nested) = c.downcast::<Code>() {
                nested.rename_file(t, path);
            }
        }
    }
    #[inline(always)]
    pub fn name_at(&self, i: usize) -> Ref<Str> {
        let v = self.names.expect().as_slice()[i];
        // SAFETY: names are strings.
        unsafe { Ref::from_raw(v.as_cell().unwrap_unchecked().cast()) }
    }
    #[inline(always)]
    pub fn const_at(&self, i: usize) -> Value {
        self.consts.expect().as_slice()[i]
    }
    pub fn consts(&self) -> Ref<Tuple> {
        self.consts.expect()
    }
    pub fn names(&self) -> Ref<Tuple> {
        self.names.expect()
    }
    /// Number of instruction words.
    pub fn words(&self) -> usize {
        self.instructions.len()
    }
    /// Source range of the instruction at a word index.
    pub fn position(&self, word: usize) -> Position {
        self.unit.positions.get(word).unwrap_or_default()
    }
    /// Word index of an instruction address inside this code.
    pub fn index_of(&self, pc: *const u64) -> usize {
        (pc as usize).wrapping_sub(self.start as usize) / 8
    }
    /// Registers that are needed while the instruction at `pc` executes: those below this.
    #[inline]
    pub fn live_at(&self, pc: *const u64) -> usize {
        self.unit.live.get(self.index_of(pc)).map_or(self.nregs as usize, |&n| n as usize)
    }
    /// Whether register `r` is that of a free variable.
    pub fn is_free_register(&self, r: usize) -> bool {
        let base = self.unit.free_base as usize;
        r >= base && r < base + self.unit.freevars.len()
    }
    pub fn has(&self, flag: u32) -> bool {
        self.flags & flag != 0
    }
    /// Docstring constant, or None.
    pub fn doc(&self) -> Value {
        if self.unit.has_docstring { self.const_at(0) } else { Value::NONE }
    }
}

/// A tuple of what `f` makes of each item. Most are short and are put together on the native stack.
fn collect<T>(t: &Thread, items: &[T], mut f: impl FnMut(&Thread, &T) -> Result<Value>) -> Result<Ref<Tuple>> {
    const SHORT: usize = 16;
    if items.len() > SHORT {
        let v = ValueVec::with_capacity(t, items.len())?;
        for i in items {
            v.push(t, f(t, i)?)?;
        }
        return v.into_tuple(t);
    }
    let mut made = [Value::EMPTY; SHORT];
    for (m, i) in made.iter_mut().zip(items) {
        *m = f(t, i)?;
    }
    Tuple::new(t, &made[..items.len()])
}

/// Interned strings of names met lately, by the names' addresses: the units of one module share them. It lives on the native stack,
/// where the collector sees the strings.
struct Names([(*const u8, Value); Names::SIZE]);

impl Names {
    const SIZE: usize = 256;

    fn new() -> Names {
        Names([(std::ptr::null(), Value::EMPTY); Names::SIZE])
    }
    /// The names stay where they are while the code is made, so an address stands for a name.
    fn get(&mut self, t: &Thread, name: &Arc<str>) -> Result<Ref<Str>> {
        let address = name.as_ptr();
        let slot = &mut self.0[(address as usize >> 4) % Names::SIZE];
        if slot.0 == address
            && let Some(s) = slot.1.downcast::<Str>()
        {
            return Ok(s);
        }
        let s = Str::intern_str(t, name)?;
        *slot = (address, s.value());
        Ok(s)
    }
    fn tuple(&mut self, t: &Thread, names: &[Arc<str>]) -> Result<Ref<Tuple>> {
        collect(t, names, |t, n| self.get(t, n).map(Ref::value))
    }
}

/// The object of a constant. Strings that look like identifiers are interned, as CPython does.
pub fn constant(t: &Thread, c: &Const) -> Result<Value> {
    Ok(match c {
        Const::None => Value::NONE,
        Const::True => Value::TRUE,
        Const::False => Value::FALSE,
        Const::Ellipsis => Value::ELLIPSIS,
        Const::Int(i) => t.int(*i)?,
        Const::BigInt(limbs) => t.big_ref(taipan_num::BigRef::new(false, limbs))?,
        Const::Float(x) => t.float(*x)?,
        Const::Complex(re, im) => {
            crate::objects::complex::Complex::new(t, taipan_num::complex::Complex { re: *re, im: *im })?.value()
        }
        Const::Str(bytes) => {
            let like_a_name = bytes.iter().all(|b| b.is_ascii_alphanumeric() || *b == b'_');
            match std::str::from_utf8(bytes) {
                Ok(text) if like_a_name => Str::intern_str(t, text)?.value(),
                _ => Str::from_wtf8(t, bytes)?.value(),
            }
        }
        Const::Bytes(b) => Bytes::new(t, b)?.value(),
        Const::Tuple(items) => collect(t, items, constant)?.value(),
        Const::FrozenSet(items) => {
            let v = ValueVec::with_capacity(t, items.len())?;
            for i in items {
                v.push(t, constant(t, i)?)?;
            }
            crate::objects::set::FrozenSet::from_slice(t, v.as_slice())?.value()
        }
        Const::Code(unit) => Code::new(t, unit)?.value(),
    })
}
