//! The instruction set: every bytecode instruction is declared here once, with its operands and meaning. The
//! compiler, disassembler, verifier, interpreter and JIT all read this table.
//!
//! # Encoding
//! A code object's instructions are 64-bit words: `op | a << 16 | b << 32 | c << 48`, each field 16 bits. Some
//! instructions are followed by one *cache word* (declared `+ cache`), which belongs to the runtime: the compiler emits
//! it as 0. Jump offsets count words from the jump instruction itself. `imm32` is the signed 32-bit value in `b` (low)
//! and `c` (high); `off16`/`imm16` are signed 16-bit values.
//!
//! # Registers and frames
//! A frame is a window of registers `R[0..nregs]`, preceded by [`FRAME_HEADER_WORDS`] words of frame header. Registers
//! are laid out as
//! `[parameters][other locals][cell variables that are not parameters][free variables][temporaries]`.
//! Parameters come in CPython's order: positional-only and positional-or-keyword, keyword-only, `*args`, `**kwargs`.
//! An unbound local holds the empty mark. Cell and free variables hold a `Cell` object in their register.
//!
//! Temporaries are used as a stack: the compiler frees them in reverse order and records for each instruction how many
//! registers are live while it executes ([`crate::CodeUnit::live`]), so the collector can ignore dead ones.
//!
//! # Call windows
//! A call uses a window at the top of the temporaries: `base .. base + FRAME_HEADER_WORDS` becomes the callee's frame
//! header and `base + FRAME_HEADER_WORDS ..` its first registers, so arguments are never copied. `R[base + CALLABLE]`
//! holds the callable before the call, `R[base + KWNAMES]` the tuple of keyword names of `CALL_KW`.
//! Nothing above the arguments may be live during the call.
//!
//! # Exceptions
//! [`crate::ExceptionEntry`] maps a range of instructions to a handler and the register which receives the exception.
//! A handler runs `PUSH_EXC` (making it the handled exception, what `sys.exception()` returns) and leaves by `POP_EXC`.

/// Words of frame header before `R[0]`.
pub const FRAME_HEADER_WORDS: usize = 8;
/// Index, in a call window, of the callable; the callee's frame header keeps its function there.
pub const CALLABLE: usize = 1;
/// Index, in a call window, of the keyword names tuple of `CALL_KW`; becomes the callee's code slot.
pub const KWNAMES: usize = 0;

/// What an operand field means.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Operand {
    /// Not used, 0.
    None,
    /// A register that is read.
    Read,
    /// A register that is written.
    Write,
    /// A register that is read, then written.
    ReadWrite,
    /// First register of a window (or of a run of registers); see the instruction's description.
    Base,
    /// Index into the code object's constants.
    Const,
    /// Index into the code object's names.
    Name,
    /// Unsigned immediate or count.
    Count,
    /// Signed 16-bit immediate.
    Imm16,
    /// Signed 16-bit jump offset.
    Jump16,
    /// Low half of a signed 32-bit immediate in `b`, `c`.
    Imm32,
    /// Low half of a signed 32-bit jump offset in `b`, `c`.
    Jump32,
    /// High half of the field before.
    High,
}

macro_rules! operand {
    (_) => {
        Operand::None
    };
    (r) => {
        Operand::Read
    };
    (w) => {
        Operand::Write
    };
    (rw) => {
        Operand::ReadWrite
    };
    (base) => {
        Operand::Base
    };
    (k) => {
        Operand::Const
    };
    (name) => {
        Operand::Name
    };
    (n) => {
        Operand::Count
    };
    (i16) => {
        Operand::Imm16
    };
    (j16) => {
        Operand::Jump16
    };
    (i32) => {
        Operand::Imm32
    };
    (j32) => {
        Operand::Jump32
    };
    (hi) => {
        Operand::High
    };
}

macro_rules! instructions {
    ($( $(#[doc = $doc:literal])* $name:ident ( $a:tt, $b:tt, $c:tt ) $(+ $cache:ident)? ;)*) => {
        /// An opcode. See the module page for operands; `a`, `b`, `c` below are the fields, `R[a]` a register.
        #[allow(non_camel_case_types, clippy::upper_case_acronyms)]
        #[derive(Clone, Copy, PartialEq, Eq, Debug, Hash, PartialOrd, Ord)]
        #[repr(u16)]
        pub enum Op { $( $(#[doc = $doc])* $name, )* }

        /// Static description of each opcode, indexed by its number.
        pub static OPS: &[OpInfo] = &[ $( OpInfo {
            op: Op::$name,
            name: stringify!($name),
            operands: [operand!($a), operand!($b), operand!($c)],
            cache_words: 0 $( + instructions!(@cache $cache) )?,
        }, )* ];

        /// Calls macro `$m` with the list of all opcode names, for tables that must cover every instruction.
        #[macro_export]
        macro_rules! for_each_op { ($m:ident) => { $m! { $( $name )* } }; }
    };
    (@cache cache) => { 1 };
}

/// Description of one opcode.
pub struct OpInfo {
    pub op: Op,
    pub name: &'static str,
    /// Meaning of `a`, `b`, `c`.
    pub operands: [Operand; 3],
    /// Words after the instruction that belong to the runtime's inline cache.
    pub cache_words: usize,
}

impl Op {
    pub fn info(self) -> &'static OpInfo {
        &OPS[self as usize]
    }
    /// Length in words, cache words included.
    #[allow(clippy::len_without_is_empty)]
    pub fn len(self) -> usize {
        1 + self.info().cache_words
    }
    pub fn from_u16(n: u16) -> Option<Op> {
        OPS.get(n as usize).map(|i| i.op)
    }
}

/// An instruction word.
#[derive(Clone, Copy, PartialEq, Eq)]
#[repr(transparent)]
pub struct Instr(pub u64);

impl Instr {
    pub fn new(op: Op, a: u16, b: u16, c: u16) -> Instr {
        Instr(op as u64 | (a as u64) << 16 | (b as u64) << 32 | (c as u64) << 48)
    }
    pub fn with_imm32(op: Op, a: u16, imm: i32) -> Instr {
        Instr(op as u64 | (a as u64) << 16 | (imm as u32 as u64) << 32)
    }
    #[inline(always)]
    pub fn op(self) -> u16 {
        self.0 as u16
    }
    #[inline(always)]
    pub fn a(self) -> usize {
        (self.0 >> 16) as u16 as usize
    }
    #[inline(always)]
    pub fn b(self) -> usize {
        (self.0 >> 32) as u16 as usize
    }
    #[inline(always)]
    pub fn c(self) -> usize {
        (self.0 >> 48) as usize
    }
    #[inline(always)]
    pub fn b_signed(self) -> isize {
        (self.0 >> 32) as i16 as isize
    }
    #[inline(always)]
    pub fn c_signed(self) -> isize {
        (self.0 as i64 >> 48) as isize
    }
    #[inline(always)]
    pub fn imm32(self) -> i32 {
        (self.0 >> 32) as i32
    }
}

instructions! {
    /// Does nothing (a place for a line event).
    NOP(_, _, _);
    /// Counts a function's calls, or goes on in its machine code. In no code: the interpreter's own, before the first instruction.
    ENTER(_, _, _) + cache;

    // ---- moves and constants
    /// R[a] = R[b]
    MOVE(w, r, _);
    /// R[a] = consts[b]
    LOADK(w, k, _);
    /// R[a] = consts[imm32], for code with more than 65,536 constants.
    LOADK_WIDE(w, i32, hi);
    /// R[a] = small int imm32
    LOADI(w, i32, hi);
    /// R[a] = None
    LOAD_NONE(w, _, _);
    /// R[a] = True
    LOAD_TRUE(w, _, _);
    /// R[a] = False
    LOAD_FALSE(w, _, _);
    /// R[a] = the empty mark (unbinds a local; an absent optional operand)
    LOAD_EMPTY(w, _, _);

    // ---- local variables whose binding could not be proved
    /// Raises UnboundLocalError (or NameError for a comprehension's or free variable) naming names[b] if R[a] is empty.
    CHECK_BOUND(r, name, _);
    /// Like CHECK_BOUND, then R[a] = empty.
    DELETE_FAST(rw, name, _);

    // ---- closures
    /// R[a] = new Cell holding R[a] (which may be empty).
    MAKE_CELL(rw, _, _);
    /// R[a .. a+b] = the cells of the running function's closure. First instruction of functions with free variables.
    COPY_FREE(base, n, _);
    /// R[a] = R[b].cell; if empty raises UnboundLocalError (c = index of a cell variable's name in names) or, for a free
    /// variable, NameError "cannot access free variable …": which one follows from whether register b is a free variable.
    LOAD_CELL(w, r, name);
    /// R[a].cell = R[b]
    STORE_CELL(r, r, _);
    /// Empties R[a].cell; raises as LOAD_CELL if it was empty. b = name.
    DELETE_CELL(r, name, _);

    // ---- globals and names
    /// R[a] = global or built-in names[b], else NameError.
    LOAD_GLOBAL(w, name, _) + cache;
    /// globals[names[b]] = R[a]
    STORE_GLOBAL(r, name, _) + cache;
    /// del globals[names[b]]
    DELETE_GLOBAL(_, name, _);
    /// R[a] = names[b] in the frame's locals mapping, then globals, then built-ins. Module and class bodies, exec.
    LOAD_NAME(w, name, _) + cache;
    /// locals[names[b]] = R[a]
    STORE_NAME(r, name, _) + cache;
    /// del locals[names[b]]
    DELETE_NAME(_, name, _);
    /// R[a] = names[b] in the mapping R[c], else as LOAD_GLOBAL. (Annotation scopes inside classes.)
    LOAD_FROM_DICT_OR_GLOBALS(w, name, r);
    /// R[a] = names[c] in mapping R[a], else the content of cell R[b].
    LOAD_FROM_DICT_OR_CELL(rw, r, name);
    /// R[a] = the frame's locals mapping (class body), for `__classdict__`.
    LOAD_LOCALS(w, _, _);
    /// R[a] = built-in `__build_class__`
    LOAD_BUILD_CLASS(w, _, _);
    /// R[a] = AssertionError
    LOAD_ASSERTION_ERROR(w, _, _);

    // ---- attributes
    /// R[a] = R[b].names[c]
    LOAD_ATTR(w, r, name) + cache;
    /// R[a].names[b] = R[c]
    STORE_ATTR(r, name, r) + cache;
    /// del R[a].names[b]
    DELETE_ATTR(r, name, _);
    /// Prepares a method call in the window at a: R[a+CALLABLE] = callable; R[a+8] = R[b] when the callable is an
    /// unbound function found on the class, or empty when it is complete without self. names[c] is the method.
    LOAD_METHOD(base, r, name) + cache;
    /// R[a] = super(R[b+1], R[b+2]).names[c], where R[b] is what the name `super` evaluated to.
    LOAD_SUPER_ATTR(w, base, name);
    /// As LOAD_METHOD for `super(R[b+1], R[b+2]).names[c](…)`: window at a; R[b] is what `super` evaluated to.
    LOAD_SUPER_METHOD(base, base, name);

    // ---- subscripts
    /// R[a] = R[b][R[c]]
    GETITEM(w, r, r) + cache;
    /// R[a][R[b]] = R[c]
    SETITEM(r, r, r) + cache;
    /// del R[a][R[b]]
    DELITEM(r, r, _);
    /// R[a] = slice(R[b], R[b+1], R[b+2]); c = 1: only the next instruction, a GETITEM or SETITEM, uses it
    BUILD_SLICE(w, base, n);
    /// R[a] = R[b][imm16 c] for a constant small index
    GETITEMI(w, r, i16);

    // ---- operators: R[a] = R[b] op R[c]
    ADD(w, r, r) + cache;
    SUB(w, r, r) + cache;
    MUL(w, r, r) + cache;
    TRUEDIV(w, r, r) + cache;
    FLOORDIV(w, r, r) + cache;
    MOD(w, r, r) + cache;
    POW(w, r, r) + cache;
    LSHIFT(w, r, r) + cache;
    RSHIFT(w, r, r) + cache;
    AND(w, r, r) + cache;
    OR(w, r, r) + cache;
    XOR(w, r, r) + cache;
    MATMUL(w, r, r) + cache;
    // in-place forms: R[a] = (R[b] op= R[c])
    IADD(w, r, r) + cache;
    ISUB(w, r, r) + cache;
    IMUL(w, r, r) + cache;
    ITRUEDIV(w, r, r) + cache;
    IFLOORDIV(w, r, r) + cache;
    IMOD(w, r, r) + cache;
    IPOW(w, r, r) + cache;
    ILSHIFT(w, r, r) + cache;
    IRSHIFT(w, r, r) + cache;
    IAND(w, r, r) + cache;
    IOR(w, r, r) + cache;
    IXOR(w, r, r) + cache;
    IMATMUL(w, r, r) + cache;
    // with a small int on the right: R[a] = R[b] op imm16 c
    ADDI(w, r, i16) + cache;
    SUBI(w, r, i16) + cache;
    IADDI(w, r, i16) + cache;
    ISUBI(w, r, i16) + cache;
    MULI(w, r, i16) + cache;
    FLOORDIVI(w, r, i16) + cache;
    MODI(w, r, i16) + cache;
    ANDI(w, r, i16) + cache;
    LSHIFTI(w, r, i16) + cache;
    RSHIFTI(w, r, i16) + cache;
    /// R[a] = op R[b]
    NEG(w, r, _);
    POS(w, r, _);
    INVERT(w, r, _);
    /// R[a] = not R[b] (a bool)
    NOT(w, r, _);
    /// R[a] = bool(R[b])
    TO_BOOL(w, r, _);

    // ---- comparisons: R[a] = R[b] op R[c] (rich comparisons may return any object)
    LT(w, r, r) + cache;
    LE(w, r, r) + cache;
    EQ(w, r, r) + cache;
    NE(w, r, r) + cache;
    GT(w, r, r) + cache;
    GE(w, r, r) + cache;
    /// Results of these are bools.
    IS(w, r, r);
    IS_NOT(w, r, r);
    /// R[a] = R[b] in R[c]
    IN(w, r, r);
    NOT_IN(w, r, r);

    // ---- jumps
    /// Jumps forward by imm32.
    JUMP(_, j32, hi);
    /// Jumps backward by imm32 (negative); polls. a = index of the loop in the code object, for hotness and OSR.
    JUMP_BACK(n, j32, hi) + cache;
    /// Jumps if R[a] is true.
    JT(r, j32, hi);
    /// Jumps if R[a] is false.
    JF(r, j32, hi);
    JNONE(r, j32, hi);
    JNOTNONE(r, j32, hi);
    /// Jumps if R[a] is the empty mark.
    JEMPTY(r, j32, hi);
    // Fused compare-and-jump: jumps by c if bool(R[a] op R[b]); the JN forms if not bool(R[a] op R[b]).
    JLT(r, r, j16);
    JLE(r, r, j16);
    JEQ(r, r, j16);
    JNE(r, r, j16);
    JGT(r, r, j16);
    JGE(r, r, j16);
    JNLT(r, r, j16);
    JNLE(r, r, j16);
    JNEQ(r, r, j16);
    JNNE(r, r, j16);
    JNGT(r, r, j16);
    JNGE(r, r, j16);
    // The same with the small int imm16 b on the right.
    JLTI(r, i16, j16);
    JLEI(r, i16, j16);
    JEQI(r, i16, j16);
    JNEI(r, i16, j16);
    JGTI(r, i16, j16);
    JGEI(r, i16, j16);
    JNLTI(r, i16, j16);
    JNLEI(r, i16, j16);
    JNEQI(r, i16, j16);
    JNNEI(r, i16, j16);
    JNGTI(r, i16, j16);
    JNGEI(r, i16, j16);
    /// Jumps if R[a] is R[b].
    JIS(r, r, j16);
    /// Jumps if R[a] is not R[b].
    JISNOT(r, r, j16);
    /// Jumps if R[a] in R[b].
    JIN(r, r, j16);
    /// Jumps if R[a] not in R[b].
    JNOTIN(r, r, j16);

    // ---- iteration
    /// R[a] = iter(R[b])
    GET_ITER(w, r, _);
    /// R[a] = next(R[b]); when exhausted jumps by c and leaves R[a] alone.
    FOR_ITER(w, r, j16) + cache;
    /// Unpacks R[a] into exactly c values, R[b .. b+c]. They may be locals: they are written only when all is well.
    UNPACK(r, base, n) + cache;
    /// As UNPACK, of what the FOR_ITER just before it left in a temporary that nothing else reads.
    UNPACK_ITEM(r, base, n) + cache;
    /// Unpacks R[a] into R[b ..]: (c & 255) values, a list of the rest, then (c >> 8) values.
    UNPACK_EX(r, base, n);

    // ---- building
    /// R[a] = [R[b] … R[b+c-1]]
    BUILD_LIST(w, base, n);
    BUILD_TUPLE(w, base, n);
    BUILD_SET(w, base, n);
    /// R[a] = {R[b]: R[b+1], …}, c pairs
    BUILD_MAP(w, base, n);
    /// R[a] = R[b] + … (c strings)
    BUILD_STRING(w, base, n);
    /// R[a] = a new list with the items of constant tuple consts[b]
    BUILD_CONST_LIST(w, k, _);
    /// R[a].append(R[b]) on an exact list made by this code
    LIST_APPEND(r, r, _);
    SET_ADD(r, r, _);
    /// R[a][R[b]] = R[c] on an exact dict made by this code
    MAP_ADD(r, r, r);
    /// R[a].extend(R[b]), with CPython's error text "Value after * must be an iterable, not …"
    LIST_EXTEND(r, r, _);
    SET_UPDATE(r, r, _);
    /// R[a].update(R[b]) in a dict display: "'…' object is not a mapping"
    DICT_UPDATE(r, r, _);
    /// Merges keyword arguments R[b] into dict R[a] for a call of R[c]; duplicate and non-string keys raise TypeError.
    DICT_MERGE(r, r, r);
    /// R[a] = tuple(R[b]) of an exact list made by this code
    LIST_TO_TUPLE(w, r, _);
    /// R[a] = format(R[b], R[c]); R[c] is a str
    FORMAT(w, r, r);
    /// R[a] = format(R[b])
    FORMAT_SIMPLE(w, r, _);
    /// R[a] = str/repr/ascii of R[b] for c = 1/2/3
    CONVERT(w, r, n);
    /// R[a] = Interpolation(value R[b], expression text R[b+1], conversion R[b+2] (None or str), format spec R[b+3] (str))
    BUILD_INTERPOLATION(w, base, _);
    /// R[a] = Template(strings tuple R[b], interpolations tuple R[c])
    BUILD_TEMPLATE(w, r, r);

    // ---- calls
    /// R[a] = R[b+CALLABLE](R[b+8] … R[b+8+c-1])
    CALL(w, base, n) + cache;
    /// As CALL, after LOAD_METHOD: c counts R[b+8], which is left out if empty.
    CALL_METHOD(w, base, n) + cache;
    /// As CALL_METHOD with keywords: R[b+KWNAMES] is a tuple of names; the last values of the c are theirs. The first
    /// argument is left out if empty.
    CALL_KW(w, base, n) + cache;
    /// R[a] = R[b+CALLABLE](*R[b+8], **R[b+9]); R[b+9] may be empty. R[b+8] is any iterable.
    CALL_EX(w, base, _);
    /// Leaves the frame with value R[a].
    RETURN(r, _, _);

    // ---- functions and classes
    /// R[a] = function of code consts[b]; R[c] defaults tuple, R[c+1] keyword defaults dict, R[c+2] annotate function,
    /// R[c+3] closure tuple, each or empty.
    MAKE_FUNCTION(w, k, base);
    /// R[a] = value of the intrinsic b ([`Intrinsic1`]) of R[c]
    INTRINSIC1(w, n, r);
    /// R[a] = value of the intrinsic b ([`Intrinsic2`]) of R[c], R[c+1]
    INTRINSIC2(w, n, base);
    /// Makes `__annotations__` in the frame's locals if absent (never needed by lazily evaluated annotations).
    SETUP_ANNOTATIONS(_, _, _);

    // ---- imports
    /// R[a] = __import__(names[b], globals, locals, fromlist R[c+1], level R[c])
    IMPORT_NAME(w, name, base);
    /// R[a] = attribute names[c] of module R[b], or the submodule; ImportError "cannot import name …"
    IMPORT_FROM(w, r, name);

    // ---- exceptions
    /// Raises R[a]; b = 1: `from R[c]`. b = 2: re-raises the handled exception (`raise` alone). Without a cause c = a.
    RAISE(r, n, r);
    /// Re-raises exception R[a] as it is: no new traceback entry, context untouched.
    RERAISE(r, _, _);
    /// R[a] = the frame's handled exception (or empty); R[b] becomes the handled one.
    PUSH_EXC(w, r, _);
    /// The frame's handled exception becomes R[a].
    POP_EXC(r, _, _);
    /// R[a] = whether exception R[b] matches class or tuple R[c] ("catching classes that do not inherit from
    /// BaseException is not allowed").
    MATCH_EXC(w, r, r);
    /// except*: splits exception R[b] by type R[b+1]: R[a] = matching group or None, R[a+1] = rest or None.
    MATCH_EXC_GROUP(base, base, _);
    /// R[a] = bound `__exit__` of R[b], R[a+1] = `__enter__()` result. Errors as CPython words them.
    WITH_ENTER(base, r, _);
    /// R[a] = bound `__aexit__` of R[b], R[a+1] = the awaitable of `__aenter__()`.
    ASYNC_WITH_ENTER(base, r, _);
    /// R[a] = R[b](type(exc), exc, exc.__traceback__) for exc = R[c]
    WITH_EXIT_EXC(w, r, r);
    /// R[a] = R[b](None, None, None)
    WITH_EXIT(w, r, _);

    // ---- generators and coroutines
    /// Returns a generator, coroutine or async generator (by the code's flags) that owns this frame. Comes after
    /// COPY_FREE and MAKE_CELL; resumption goes on with the next instruction.
    RETURN_GENERATOR(_, _, _);
    /// Suspends with value R[b]; when resumed, R[a] = the value sent. The first c registers are what is kept meanwhile: each
    /// of them holds a value or the empty mark (see `CLEAR`).
    YIELD(w, r, n);
    /// Delegates to iterator R[b]: sends R[a] to it; what it yields is yielded from here (and R[a] becomes what is sent
    /// in, and the instruction runs again); when it returns, R[a] = its value and execution goes on. Exceptions thrown
    /// in are forwarded. c as in `YIELD`; it includes a and b.
    YIELD_FROM(rw, r, n);
    /// Empties the b registers from R[a] on. The assembler puts it before suspensions, for registers below live ones that
    /// nobody will read: calls leave other words in them than values.
    CLEAR(base, n, _);
    /// R[a] = iterator for `yield from R[b]` (a coroutine is allowed only inside a coroutine)
    GET_YIELD_FROM_ITER(w, r, _);
    /// R[a] = iterator of awaitable R[b]; c: 0 await, 1 `__aenter__`, 2 `__aexit__` (for error texts)
    GET_AWAITABLE(w, r, n);
    /// R[a] = R[b].__aiter__()
    GET_AITER(w, r, _);
    /// R[a] = iterator of the awaitable R[b].__anext__()
    GET_ANEXT(w, r, _);
    /// Goes on if R[a] is a StopAsyncIteration, else re-raises it.
    END_ASYNC_FOR(r, _, _);

    // ---- pattern matching
    /// R[a] = whether R[b] is a sequence for patterns
    MATCH_SEQUENCE(w, r, _);
    MATCH_MAPPING(w, r, _);
    /// R[a] = tuple of the values of keys tuple R[c] in mapping R[b], or None if one is absent
    MATCH_KEYS(w, r, r);
    /// R[a] = attributes tuple of R[b] as class R[b+1] with keyword names tuple R[b+2] and c positional patterns, or None
    MATCH_CLASS(w, base, n);
    /// R[a] = len(R[b])
    GET_LEN(w, r, _);
    /// R[a] = dict(R[b]) without the keys of tuple R[c]
    COPY_WITHOUT_KEYS(w, r, r);
}

/// Operations of `INTRINSIC1`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(u16)]
pub enum Intrinsic1 {
    /// Prints an expression statement's value through `sys.displayhook` (interactive mode).
    Print,
    /// `from module import *` into the frame's locals.
    ImportStar,
    /// A StopIteration (or StopAsyncIteration) leaving a generator becomes RuntimeError: takes the exception, returns
    /// the exception to raise. The compiler wraps generator bodies with a handler that uses it.
    StopIterationError,
    /// Wraps a value yielded by an async generator.
    AsyncGenWrap,
    /// TypeVar(name)
    TypeVar,
    /// ParamSpec(name)
    ParamSpec,
    /// TypeVarTuple(name)
    TypeVarTuple,
    /// Generic[params tuple]
    SubscriptGeneric,
    /// TypeAliasType(name, type params or None, lazily evaluated value function): argument is a 3-tuple
    TypeAlias,
    /// The list of exceptions raised and re-raised in `except*` handlers: argument is a tuple (original, list); result
    /// None or the exception to raise.
    PrepReraiseStar,
}

/// Operations of `INTRINSIC2`: arguments R[c], R[c+1].
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(u16)]
pub enum Intrinsic2 {
    /// TypeVar(name, lazily evaluated bound function)
    TypeVarWithBound,
    /// TypeVar(name, lazily evaluated constraints function)
    TypeVarWithConstraints,
    /// Sets function R[c]'s `__type_params__` to R[c+1]; returns the function.
    SetFunctionTypeParams,
    /// Sets the lazily evaluated default R[c+1] of type parameter R[c]; returns the parameter.
    SetTypeParamDefault,
}
