//! `sys`.

use crate::interp::trace::Legacy;
use crate::native::*;
use crate::objects::exceptions as ex;
use crate::objects::struct_seq::{self, Description};
use crate::program::{config, config::HashSeed, os_text};
use std::ffi::{OsStr, OsString};
use std::sync::atomic::{AtomicBool, Ordering::*};

pub struct Sys;

/// Python version that is implemented.
pub const VERSION: (i64, i64, i64) = (3, 14, 0);

static VERSION_INFO: Description = Description {
    name: "sys.version_info",
    doc: "sys.version_info\n\nVersion information as a named tuple.",
    fields: &[
        ("major", "Major release number"),
        ("minor", "Minor release number"),
        ("micro", "Patch release number"),
        ("releaselevel", "'alpha', 'beta', 'candidate', or 'final'"),
        ("serial", "Serial release number"),
    ],
    visible: 5,
    callable: false,
};
static FLAGS: Description = Description {
    name: "sys.flags",
    doc: "sys.flags\n\nFlags provided through command line arguments or environment vars.",
    fields: &[
        ("debug", "-d"),
        ("inspect", "-i"),
        ("interactive", "-i"),
        ("optimize", "-O or -OO"),
        ("dont_write_bytecode", "-B"),
        ("no_user_site", "-s"),
        ("no_site", "-S"),
        ("ignore_environment", "-E"),
        ("verbose", "-v"),
        ("bytes_warning", "-b"),
        ("quiet", "-q"),
        ("hash_randomization", "-R"),
        ("isolated", "-I"),
        ("dev_mode", "-X dev"),
        ("utf8_mode", "-X utf8"),
        ("warn_default_encoding", "-X warn_default_encoding"),
        ("safe_path", "-P"),
        ("int_max_str_digits", "-X int_max_str_digits"),
        ("gil", "-X gil"),
        ("thread_inherit_context", "-X thread_inherit_context"),
        ("context_aware_warnings", "-X context_aware_warnings"),
    ],
    visible: 18,
    callable: false,
};
static FLOAT_INFO: Description = Description {
    name: "sys.float_info",
    doc: "sys.float_info\n\nA named tuple holding information about the float type.",
    fields: &[
        ("max", "DBL_MAX -- maximum representable finite float"),
        ("max_exp", "DBL_MAX_EXP -- maximum int e such that radix**(e-1) is representable"),
        ("max_10_exp", "DBL_MAX_10_EXP -- maximum int e such that 10**e is representable"),
        ("min", "DBL_MIN -- Minimum positive normalized float"),
        ("min_exp", "DBL_MIN_EXP -- minimum int e such that radix**(e-1) is a normalized float"),
        ("min_10_exp", "DBL_MIN_10_EXP -- minimum int e such that 10**e is a normalized float"),
        ("dig", "DBL_DIG -- maximum number of decimal digits that can be faithfully represented in a float"),
        ("mant_dig", "DBL_MANT_DIG -- mantissa digits"),
        ("epsilon", "DBL_EPSILON -- Difference between 1 and the next representable float"),
        ("radix", "FLT_RADIX -- radix of exponent"),
        ("rounds", "FLT_ROUNDS -- rounding mode used for arithmetic operations"),
    ],
    visible: 11,
    callable: false,
};
static INT_INFO: Description = Description {
    name: "sys.int_info",
    doc: "sys.int_info\n\nA named tuple that holds information about Python's internal representation of integers.",
    fields: &[
        ("bits_per_digit", "size of a digit in bits"),
        ("sizeof_digit", "size in bytes of the C type used to represent a digit"),
        ("default_max_str_digits", "maximum string conversion digits limitation"),
        ("str_digits_check_threshold", "minimum positive value for int_max_str_digits"),
    ],
    visible: 4,
    callable: false,
};
static HASH_INFO: Description = Description {
    name: "sys.hash_info",
    doc: "hash_info\n\nA named tuple providing parameters used for computing hashes.",
    fields: &[
        ("width", "width of the type used for hashing, in bits"),
        ("modulus", "prime number giving the modulus on which the hash function is based"),
        ("inf", "value to be used for hash of a positive infinity"),
        ("nan", "value to be used for hash of a nan"),
        ("imag", "multiplier used for the imaginary part of a complex number"),
        ("algorithm", "name of the algorithm for hashing of str, bytes and memoryviews"),
        ("hash_bits", "internal output size of hash algorithm"),
        ("seed_bits", "seed size of hash algorithm"),
        ("cutoff", "small string optimization cutoff"),
    ],
    visible: 9,
    callable: false,
};
static THREAD_INFO: Description = Description {
    name: "sys.thread_info",
    doc: "sys.thread_info\n\nA named tuple holding information about the thread implementation.",
    fields: &[
        ("name", "name of the thread implementation"),
        ("lock", "name of the lock implementation"),
        ("version", "name and version of the thread library"),
    ],
    visible: 3,
    callable: false,
};
static UNRAISABLE: Description = Description {
    name: "sys.UnraisableHookArgs",
    doc: "UnraisableHookArgs\n\nType used to pass arguments to sys.unraisablehook.",
    fields: &[
        ("exc_type", "Exception type"),
        ("exc_value", "Exception value"),
        ("exc_traceback", "Exception traceback"),
        ("err_msg", "Error message"),
        ("object", "Object causing the exception"),
    ],
    visible: 5,
    callable: false,
};
static ASYNCGEN_HOOKS: Description = Description {
    name: "sys.asyncgen_hooks",
    doc: "asyncgen_hooks\n\nNamed tuple containing information about asynchronous generators hooks.",
    fields: &[("firstiter", "Hook to intercept first iteration"), ("finalizer", "Hook to intercept finalization")],
    visible: 2,
    callable: false,
};

/// `sys.platform`
pub const PLATFORM: &str = "linux";

/// `sys.stdlib_module_names`: as CPython's, those of other platforms included.
const STDLIB_MODULE_NAMES: &str = "\
    __future__ _abc _aix_support _android_support _apple_support _ast _ast_unparse _asyncio _bisect _blake2 _bz2 _codecs \
    _codecs_cn _codecs_hk _codecs_iso2022 _codecs_jp _codecs_kr _codecs_tw _collections _collections_abc _colorize \
    _compat_pickle _contextvars _csv _ctypes _curses _curses_panel _datetime _dbm _decimal _elementtree _frozen_importlib \
    _frozen_importlib_external _functools _gdbm _hashlib _heapq _hmac _imp _interpchannels _interpqueues _interpreters _io \
    _ios_support _json _locale _lsprof _lzma _markupbase _md5 _multibytecodec _multiprocessing _opcode _opcode_metadata \
    _operator _osx_support _overlapped _pickle _posixshmem _posixsubprocess _py_abc _py_warnings _pydatetime _pydecimal _pyio \
    _pylong _pyrepl _queue _random _remote_debugging _scproxy _sha1 _sha2 _sha3 _signal _sitebuiltins _socket _sqlite3 _sre \
    _ssl _stat _statistics _string _strptime _struct _suggestions _symtable _sysconfig _thread _threading_local _tkinter \
    _tokenize _tracemalloc _types _typing _uuid _warnings _weakref _weakrefset _winapi _wmi _zoneinfo _zstd abc annotationlib \
    antigravity argparse array ast asyncio atexit base64 bdb binascii bisect builtins bz2 cProfile calendar cmath cmd code \
    codecs codeop collections colorsys compileall compression concurrent configparser contextlib contextvars copy copyreg csv \
    ctypes curses dataclasses datetime dbm decimal difflib dis doctest email encodings ensurepip enum errno faulthandler \
    fcntl filecmp fileinput fnmatch fractions ftplib functools gc genericpath getopt getpass gettext glob graphlib grp gzip \
    hashlib heapq hmac html http idlelib imaplib importlib inspect io ipaddress itertools json keyword linecache locale \
    logging lzma mailbox marshal math mimetypes mmap modulefinder msvcrt multiprocessing netrc nt ntpath nturl2path numbers \
    opcode operator optparse os pathlib pdb pickle pickletools pkgutil platform plistlib poplib posix posixpath pprint \
    profile pstats pty pwd py_compile pyclbr pydoc pydoc_data pyexpat queue quopri random re readline reprlib resource \
    rlcompleter runpy sched secrets select selectors shelve shlex shutil signal site smtplib socket socketserver sqlite3 \
    sre_compile sre_constants sre_parse ssl stat statistics string stringprep struct subprocess symtable sys sysconfig syslog \
    tabnanny tarfile tempfile termios textwrap this threading time timeit tkinter token tokenize tomllib trace traceback \
    tracemalloc tty turtle turtledemo types typing unicodedata unittest urllib uuid venv warnings wave weakref webbrowser \
    winreg winsound wsgiref xml xmlrpc zipapp zipfile zipimport zlib zoneinfo";

/// The argument of `sys.unraisablehook`.
pub fn unraisable_args(t: &Thread, e: Exc, message: Value, object: Value) -> Result<Value> {
    let tb = ex::traceback_of(e.0).map_or(Value::NONE, Ref::value);
    struct_seq::new(t, &UNRAISABLE, &[class_of(e.0).value(), e.0, tb, message, object])
}

/// Flushes `sys.stdout` and `sys.stderr`; errors while doing so are ignored, as at interpreter exit.
pub fn flush_std_files(t: &Thread) {
    for name in [names::stdout(), names::stderr()] {
        if let Ok(Some(f)) = t.sys_attr(name) {
            if !f.is_none() {
                let _ = t.call_method(f, names::flush(), &[]);
            }
        }
    }
}

/// `sys.version`
pub fn version_string() -> String {
    format!("{}.{}.{} free-threading build (Taipan {}) [rustc]", VERSION.0, VERSION.1, VERSION.2, env!("CARGO_PKG_VERSION"))
}

fn version_info(t: &Thread) -> Result<Value> {
    struct_seq::new(
        t,
        &VERSION_INFO,
        &[t.int(VERSION.0)?, t.int(VERSION.1)?, t.int(VERSION.2)?, Str::intern_str(t, "final")?.value(), t.int(0)?],
    )
}

fn init(t: &Thread, m: Ref<Module>) -> Result<()> {
    let c = config();
    let text = |s: &str| -> Result<Value> { Str::from_str(t, s).map(Ref::value) };
    let os = |s: &OsStr| -> Result<Value> { os_text(t, s).map(Ref::value) };
    let list = |items: &[OsString]| -> Result<Value> {
        let l = List::new(t)?;
        for i in items {
            l.append(t, os(i)?)?;
        }
        Ok(l.value())
    };
    m.set(t, "modules", t.modules().value())?;
    m.set(t, "monitoring", super::monitoring::make(t)?.value())?;
    m.set(t, "maxsize", t.int(i64::MAX)?)?;
    m.set(t, "maxunicode", t.int(0x10ffff)?)?;
    m.set(t, "byteorder", text(if cfg!(target_endian = "little") { "little" } else { "big" })?)?;
    m.set(t, "platform", text(PLATFORM)?)?;
    m.set(t, "version", text(&version_string())?)?;
    let info = version_info(t)?;
    m.set(t, "version_info", info)?;
    let hexversion = VERSION.0 << 24 | VERSION.1 << 16 | VERSION.2 << 8 | 0xf0;
    m.set(t, "hexversion", t.int(hexversion)?)?;
    m.set(t, "api_version", t.int(1013)?)?;
    m.set(t, "copyright", text("Copyright (c) the Taipan developers.\nAll Rights Reserved.")?)?;
    m.set(t, "_home", Value::NONE)?;
    m.set(t, "_jit", Module::from_def(t, super::sys_jit::SysJit::module_def())?.value())?;
    m.set(t, "_git", Tuple::new(t, &[text("Taipan")?, text("")?, text("")?])?.value())?;
    m.set(t, "_framework", text("")?)?;
    m.set(t, "abiflags", text("t")?)?;
    m.set(t, "platlibdir", text("lib")?)?;
    m.set(t, "float_repr_style", text("short")?)?;
    let multiarch = format!("{}-linux-gnu", std::env::consts::ARCH);
    let implementation = t.call(crate::modules::sys_types::SimpleNamespace::class().value(), &[])?;
    let set = |name: &str, v: Value| t.set_attr(implementation, Str::intern_str(t, name)?, Some(v));
    set("name", text("taipan")?)?;
    set("cache_tag", text("taipan-314")?)?;
    set("version", info)?;
    set("hexversion", t.int(hexversion)?)?;
    set("_multiarch", text(&multiarch)?)?;
    set("supports_isolated_interpreters", Value::FALSE)?;
    m.set(t, "implementation", implementation)?;
    let p = &c.paths;
    for (name, path) in [
        ("executable", &p.executable),
        ("_base_executable", &p.base_executable),
        ("prefix", &p.prefix),
        ("exec_prefix", &p.exec_prefix),
        ("base_prefix", &p.base_prefix),
        ("base_exec_prefix", &p.base_exec_prefix),
    ] {
        m.set(t, name, os(path)?)?;
    }
    m.set(t, "_stdlib_dir", text(crate::library::stdlib_dir())?)?;
    let pycache_prefix = c.pycache_prefix.as_deref().map_or(Ok(Value::NONE), os)?;
    m.set(t, "pycache_prefix", pycache_prefix)?;
    m.set(t, "argv", list(&c.argv)?)?;
    m.set(t, "orig_argv", list(&c.orig_argv)?)?;
    m.set(t, "warnoptions", list(&c.warnoptions)?)?;
    let x = Dict::new(t)?;
    for (k, v) in &c.xoptions {
        let v = match v {
            Some(v) => os(v)?,
            None => Value::TRUE,
        };
        x.set(t, os(k)?, v)?;
    }
    m.set(t, "_xoptions", x.value())?;
    m.set(t, "path", list(&p.search)?)?;
    for name in ["meta_path", "path_hooks"] {
        m.set(t, name, List::new(t)?.value())?;
    }
    m.set(t, "path_importer_cache", Dict::new(t)?.value())?;
    m.set(t, "dont_write_bytecode", Value::bool(c.dont_write_bytecode > 0))?;
    let i = |b: bool| Value::small_int(b as i64);
    let flags = [
        t.int(c.debug)?,
        t.int(c.inspect)?,
        t.int(c.interactive)?,
        t.int(c.optimize)?,
        t.int(c.dont_write_bytecode)?,
        t.int(c.no_user_site)?,
        i(c.no_site),
        i(c.ignore_environment),
        t.int(c.verbose)?,
        t.int(c.bytes_warning)?,
        t.int(c.quiet)?,
        i(c.hash_seed != HashSeed::Fixed(0)),
        i(c.isolated),
        Value::bool(c.dev_mode),
        t.int(c.utf8_mode)?,
        i(c.warn_default_encoding),
        Value::bool(c.safe_path),
        t.int(c.int_max_str_digits as i64)?,
        t.int(0)?,
        i(c.thread_inherit_context),
        i(c.context_aware_warnings),
    ];
    m.set(t, "flags", struct_seq::new(t, &FLAGS, &flags)?)?;
    let float_info = [
        t.float(f64::MAX)?,
        t.int(f64::MAX_EXP as i64)?,
        t.int(f64::MAX_10_EXP as i64)?,
        t.float(f64::MIN_POSITIVE)?,
        t.int(f64::MIN_EXP as i64)?,
        t.int(f64::MIN_10_EXP as i64)?,
        t.int(f64::DIGITS as i64)?,
        t.int(f64::MANTISSA_DIGITS as i64)?,
        t.float(f64::EPSILON)?,
        t.int(2)?,
        t.int(1)?,
    ];
    m.set(t, "float_info", struct_seq::new(t, &FLOAT_INFO, &float_info)?)?;
    m.set(t, "int_info", struct_seq::new(t, &INT_INFO, &[t.int(30)?, t.int(4)?, t.int(4300)?, t.int(640)?])?)?;
    let hash_info = [
        t.int(64)?,
        t.int((1 << 61) - 1)?,
        t.int(314159)?,
        t.int(0)?,
        t.int(1000003)?,
        text("siphash13")?,
        t.int(64)?,
        t.int(128)?,
        t.int(0)?,
    ];
    m.set(t, "hash_info", struct_seq::new(t, &HASH_INFO, &hash_info)?)?;
    m.set(t, "thread_info", struct_seq::new(t, &THREAD_INFO, &[text("pthread")?, text("futex")?, Value::NONE])?)?;
    let builtin = ValueVec::new();
    for n in crate::modules::names() {
        builtin.push(t, text(n)?)?;
    }
    m.set(t, "builtin_module_names", builtin.into_tuple(t)?.value())?;
    let stdlib = ValueVec::new();
    for n in STDLIB_MODULE_NAMES.split_ascii_whitespace() {
        stdlib.push(t, Str::intern_str(t, n)?.value())?;
    }
    m.set(t, "stdlib_module_names", crate::objects::set::FrozenSet::from_slice(t, stdlib.as_slice())?.value())?;
    for (name, from) in [
        ("__displayhook__", "displayhook"),
        ("__excepthook__", "excepthook"),
        ("__unraisablehook__", "unraisablehook"),
        ("__breakpointhook__", "breakpointhook"),
    ] {
        if let Some(f) = m.get(t, Str::intern_str(t, from)?) {
            m.set(t, name, f)?;
        }
    }
    Ok(())
}

fn handled(t: &Thread) -> Value {
    crate::interp::handled_exception(t).unwrap_or(Value::NONE)
}

/// This module provides access to some objects used or maintained by the
/// interpreter and to functions that interact strongly with the interpreter.
#[pymodule(name = "sys", init = init)]
impl Sys {
    /// Return the current value of the recursion limit.
    #[py("($module, /)")]
    fn getrecursionlimit(t: &Thread) -> u32 {
        t.recursion_limit.get()
    }
    /// Set the maximum depth of the Python interpreter stack to n.
    #[py("($module, limit, /)")]
    fn setrecursionlimit(t: &Thread, limit: i32) -> Result<()> {
        if limit < 1 {
            return Err(t.value_error("recursion limit must be greater or equal than 1"));
        }
        if t.depth.get() >= limit as u32 {
            return Err(t.recursion_error(format!(
                "cannot set the recursion limit to {limit} at the recursion depth {}: the limit is too low",
                t.depth.get()
            )));
        }
        t.recursion_limit.set(limit as u32);
        Ok(())
    }
    /// Return the current exception.
    #[py("($module, /)")]
    fn exception(t: &Thread) -> Value {
        handled(t)
    }
    /// Return current exception information: (type, value, traceback).
    #[py("($module, /)")]
    fn exc_info(t: &Thread) -> Result<Value> {
        let e = handled(t);
        if e.is_none() {
            return (Value::NONE, Value::NONE, Value::NONE).into_value(t);
        }
        let tb = ex::traceback_of(e).map_or(Value::NONE, Ref::value);
        (class_of(e), e, tb).into_value(t)
    }
    /// Exit the interpreter by raising SystemExit(status).
    #[py("($module, status=None, /)")]
    fn exit(t: &Thread, status: Option<Value>) -> Result<()> {
        let class = ex::class(ex::Kind::SystemExit);
        Err(match status {
            None => t.new_error_with(class, &[]),
            Some(v) => match v.downcast::<Tuple>() {
                Some(args) => t.new_error_with(class, args.as_slice()),
                None => t.new_error_with(class, &[v]),
            },
        })
    }
    /// Return the size of object in bytes.
    #[py("($module, object, default=<unrepresentable>)")]
    fn getsizeof(t: &Thread, object: Value, default: Option<Value>) -> Result<Value> {
        let class = class_of(object);
        let r = match class.lookup(t, names::__sizeof__()) {
            Some(f) => crate::attr::bind_attribute(t, f, object, class).and_then(|f| t.call(f, &[])),
            None => Err(t.type_error(format!("Type {} doesn't define __sizeof__", class.name_string()))),
        };
        match (r, default) {
            (Err(e), Some(d)) if e.is(t, ex::class(ex::Kind::TypeError)) => Ok(d),
            (r, _) => r,
        }
    }
    /// ``Intern'' the given string.
    #[py("($module, string, /)")]
    fn intern(t: &Thread, string: Value) -> Result<Ref<Str>> {
        match string.downcast::<Str>() {
            Some(s) if class_of(string) == Str::class() => Str::intern(t, s),
            _ => Err(t.type_error(format!("can't intern {}", class_of(string).name_string()))),
        }
    }
    /// Return True if the given string is "interned".
    #[py("($module, string, /)")]
    fn _is_interned(_t: &Thread, string: Ref<Str>) -> bool {
        string.is_interned()
    }
    /// Whether scripts of other processes may be run in this one.
    #[py("($module, /)")]
    fn is_remote_debug_enabled(_t: &Thread) -> bool {
        false
    }
    /// Runs a script in another process.
    #[py("($module, pid, script)")]
    fn remote_exec(t: &Thread, pid: Value, script: Value) -> Result<()> {
        let _ = (pid, script);
        Err(t.runtime_error("Remote debugging is not enabled"))
    }
    /// Return the current value of the flags that are used for dlopen calls.
    #[py("($module, /)")]
    fn getdlopenflags(_t: &Thread) -> i32 {
        DLOPEN_FLAGS.load(Relaxed)
    }
    /// Set the flags used by the interpreter for dlopen calls.
    #[py("($module, flags, /)")]
    fn setdlopenflags(_t: &Thread, flags: i32) {
        DLOPEN_FLAGS.store(flags, Relaxed);
    }
    /// Activate stack profiler trampoline *backend*.
    #[py("($module, backend, /)")]
    fn activate_stack_trampoline(t: &Thread, backend: Ref<Str>) -> Result<()> {
        let _ = backend;
        Err(t.value_error("perf trampoline not available"))
    }
    /// Deactivate the current stack profiler trampoline backend.
    #[py("($module, /)")]
    fn deactivate_stack_trampoline(_t: &Thread) {}
    /// Return True if the given object is immortal.
    #[py("($module, op, /)")]
    fn _is_immortal(_t: &Thread, op: Value) -> bool {
        !op.is_cell()
    }
    /// Return True if the GIL is currently enabled.
    #[py("($module, /)")]
    fn _is_gil_enabled(_t: &Thread) -> bool {
        false
    }
    /// Return the current default encoding used by the Unicode implementation.
    #[py("($module, /)")]
    fn getdefaultencoding(_t: &Thread) -> &'static str {
        "utf-8"
    }
    /// Return the encoding used to convert Unicode filenames to OS filenames.
    #[py("($module, /)")]
    fn getfilesystemencoding(_t: &Thread) -> &'static str {
        "utf-8"
    }
    /// Return the error mode used Unicode to OS filename conversion.
    #[py("($module, /)")]
    fn getfilesystemencodeerrors(_t: &Thread) -> &'static str {
        "surrogateescape"
    }
    /// Return the maximum string digits limit for non-binary int<->str conversions.
    #[py("($module, /)")]
    fn get_int_max_str_digits(_t: &Thread) -> usize {
        crate::objects::int::max_str_digits()
    }
    /// Set the maximum string digits limit for non-binary int<->str conversions.
    #[py("($module, maxdigits)")]
    fn set_int_max_str_digits(t: &Thread, maxdigits: i32) -> Result<()> {
        if maxdigits != 0 && maxdigits < 640 {
            return Err(t.value_error("maxdigits must be >= 640 or 0 for unlimited"));
        }
        crate::objects::int::set_max_str_digits(maxdigits as usize);
        Ok(())
    }
    /// Return the current thread switch interval. (There is no switching here.)
    #[py("($module, /)")]
    fn getswitchinterval(t: &Thread) -> f64 {
        f64::from_bits(SWITCH_INTERVAL.load(Relaxed)).max(0.0) + 0.0 * t.depth.get() as f64
    }
    /// Set the ideal thread switching delay inside the Python interpreter.
    #[py("($module, interval, /)")]
    fn setswitchinterval(t: &Thread, interval: f64) -> Result<()> {
        if interval.is_nan() || interval <= 0.0 {
            return Err(t.value_error("switch interval must be strictly positive"));
        }
        SWITCH_INTERVAL.store(interval.to_bits(), Relaxed);
        Ok(())
    }
    /// Return a frame object from the call stack.
    #[py("($module, depth=0, /)")]
    fn _getframe(t: &Thread, depth: Option<isize>) -> Result<Value> {
        match crate::interp::current_frame(t, depth.unwrap_or(0).max(0) as usize)? {
            Some(f) => Ok(f.value()),
            None => Err(t.value_error("call stack is not deep enough")),
        }
    }
    /// Return the name of the module for a calling frame.
    #[py("($module, /, depth=0)")]
    fn _getframemodulename(t: &Thread, depth: Option<isize>) -> Result<Value> {
        match crate::interp::current_frame(t, depth.unwrap_or(0).max(0) as usize)? {
            Some(f) => match f.function.get().downcast::<Function>() {
                Some(f) => Ok(f.module.get()),
                None => Ok(Value::NONE),
            },
            None => Ok(Value::NONE),
        }
    }
    /// Print an object to sys.stdout and also save it in builtins._
    #[py("($module, object, /)")]
    fn displayhook(t: &Thread, object: Value) -> Result<()> {
        if object.is_none() {
            return Ok(());
        }
        let underscore = Str::intern_str(t, "_")?;
        t.builtins().set(t, underscore.value(), Value::NONE)?;
        let Some(out) = t.sys_attr(names::stdout())?.filter(|o| !o.is_none()) else {
            return Err(t.runtime_error("lost sys.stdout"));
        };
        let text = t.repr(object)?;
        match t.call_method(out, names::write(), &[text.value()]) {
            Err(e) if e.is(t, ex::class(ex::Kind::UnicodeEncodeError)) => {
                let escaped = t.ascii(object)?;
                t.call_method(out, names::write(), &[escaped.value()])?;
            }
            r => {
                r?;
            }
        }
        t.call_method(out, names::write(), &[Str::from_str(t, "\n")?.value()])?;
        t.builtins().set(t, underscore.value(), object)
    }
    /// Handle an exception by displaying it with a traceback on sys.stderr.
    #[py("($module, exctype, value, traceback, /)")]
    fn excepthook(t: &Thread, exctype: Value, value: Value, traceback: Value) -> Result<()> {
        let _ = exctype;
        if ex::is_exception_instance(value) {
            if let Some(tb) = traceback.downcast::<crate::objects::traceback::Traceback>() {
                if ex::traceback_of(value).is_none() {
                    ex::set_traceback(t, value, Some(tb));
                }
            }
            crate::traceback_print::print_exception(t, value);
        }
        Ok(())
    }
    /// Handle an unraisable exception.
    #[py("($module, unraisable, /)")]
    fn unraisablehook(t: &Thread, unraisable: Value) -> Result<()> {
        let get = |name: &str| t.get_attr(unraisable, Str::intern_str(t, name)?);
        let (value, message, object) = (get("exc_value")?, get("err_msg")?, get("object")?);
        let mut text = match message.downcast::<Str>() {
            Some(m) => m.to_string_lossy(),
            None => "Exception ignored in".to_owned(),
        };
        if !object.is_none() {
            let shown = t.repr(object).map_or_else(|_| "<object repr() failed>".to_owned(), |s| s.to_string_lossy());
            text = format!("{text} {shown}");
        }
        let full = format!("{text}:\n{}", crate::traceback_print::format_exception(t, value));
        match t.sys_attr(names::stderr())?.filter(|f| !f.is_none()) {
            Some(f) => {
                t.call_method(f, names::write(), &[Str::from_str(t, &full)?.value()])?;
                t.call_method(f, names::flush(), &[])?;
            }
            None => eprint!("{full}"),
        }
        Ok(())
    }
    /// This hook function is called by built-in breakpoint().
    #[py("($module, *args, **kwargs)")]
    fn breakpointhook(t: &Thread, args: &[Value], kwargs: Kwargs) -> Result<Value> {
        let wanted = std::env::var("PYTHONBREAKPOINT").unwrap_or_default();
        if wanted == "0" {
            return Ok(Value::NONE);
        }
        let wanted = if wanted.is_empty() { "pdb.set_trace".to_owned() } else { wanted };
        let ignored = |t: &Thread| {
            t.warn(ex::Kind::RuntimeWarning, format!("Ignoring unimportable $PYTHONBREAKPOINT: \"{wanted}\""))?;
            Ok(Value::NONE)
        };
        let (module, name) = wanted.rsplit_once('.').unwrap_or(("builtins", &wanted));
        if module.is_empty() {
            return ignored(t);
        }
        let m = match crate::import::import_module(t, module) {
            Err(e) if e.is(t, ex::class(ex::Kind::ImportError)) => return ignored(t),
            m => m?,
        };
        match t.get_attr_opt(m, Str::intern_str(t, name)?)? {
            Some(f) => t.call_with_dict(f, args, kwargs.0),
            None => ignored(t),
        }
    }
    /// Adds a new audit hook callback.
    #[py("($module, hook)")]
    fn addaudithook(t: &Thread, hook: Value) -> Result<()> {
        crate::modules::audit::add(t, hook)
    }
    /// Passes the event to any hooks that are attached.
    #[py("($module, event, /, *args)")]
    fn audit(t: &Thread, event: Value, args: &[Value]) -> Result<()> {
        if event.downcast::<Str>().is_none() {
            return Err(t.type_error(format!("audit() argument 1 must be str, not {}", class_of(event).name_string())));
        }
        crate::modules::audit::tell(t, event, args)
    }
    /// Return the number of references to object: not counted here, the number is nominal.
    #[py("($module, object, /)")]
    fn getrefcount(_t: &Thread, object: Value) -> i64 {
        let _ = object;
        2
    }
    /// Private function for getting PyConfig.cpu_count
    #[py("($module, /)")]
    fn _get_cpu_count_config(_t: &Thread) -> i64 {
        config().cpu_count
    }
    /// Return True if Python is exiting.
    #[py("($module, /)")]
    fn is_finalizing(_t: &Thread) -> bool {
        FINALIZING.load(Relaxed)
    }
    /// Return the installed asynchronous generators hooks.
    #[py("($module, /)")]
    fn get_asyncgen_hooks(t: &Thread) -> Result<Value> {
        let s = t.state();
        let or_none = |v: Value| v.some().unwrap_or(Value::NONE);
        struct_seq::new(t, &ASYNCGEN_HOOKS, &[or_none(s.asyncgen_firstiter.get()), or_none(s.asyncgen_finalizer.get())])
    }
    /// Set a finalizer for async generators objects.
    #[py("($module, firstiter=<unrepresentable>, finalizer=<unrepresentable>)")]
    fn set_asyncgen_hooks(t: &Thread, firstiter: Option<Value>, finalizer: Option<Value>) -> Result<()> {
        let s = t.state();
        for (name, v) in [("finalizer", finalizer), ("firstiter", firstiter)] {
            if let Some(v) = v.filter(|v| !v.is_none() && !t.is_callable(*v)) {
                return Err(t.type_error(format!("callable {name} expected, got {}", class_of(v).name_string())));
            }
        }
        if let Some(v) = finalizer {
            s.asyncgen_finalizer.set(t, s.header(), if v.is_none() { Value::EMPTY } else { v });
        }
        if let Some(v) = firstiter {
            s.asyncgen_firstiter.set(t, s.header(), if v.is_none() { Value::EMPTY } else { v });
        }
        Ok(())
    }
    /// Check status of origin tracking for coroutine objects in this thread.
    #[py("($module, /)")]
    fn get_coroutine_origin_tracking_depth(t: &Thread) -> Value {
        t.state().origin_depth.get().some().unwrap_or(Value::small_int(0))
    }
    /// Enable or disable origin tracking for coroutine objects in this thread.
    #[py("($module, depth)")]
    fn set_coroutine_origin_tracking_depth(t: &Thread, depth: i32) -> Result<()> {
        if depth < 0 {
            return Err(t.value_error("depth must be >= 0"));
        }
        let s = t.state();
        s.origin_depth.set(t, s.header(), Value::small_int(depth as i64));
        Ok(())
    }
    /// Have this thread call function(frame, event, arg) for calls, lines, returns and exceptions.
    #[py("($module, function, /)")]
    fn settrace(t: &Thread, function: Value) {
        Legacy::Trace.set(t, t, function)
    }
    /// The function set by settrace(), or None.
    #[py("($module, /)")]
    fn gettrace(t: &Thread) -> Value {
        Legacy::Trace.get(t)
    }
    /// Have this thread call function(frame, event, arg) for calls and returns, those of built-in functions included.
    #[py("($module, function, /)")]
    fn setprofile(t: &Thread, function: Value) {
        Legacy::Profile.set(t, t, function)
    }
    /// The function set by setprofile(), or None.
    #[py("($module, /)")]
    fn getprofile(t: &Thread) -> Value {
        Legacy::Profile.get(t)
    }
    /// As settrace(), for all threads that run.
    #[py("($module, function, /)")]
    fn _settraceallthreads(t: &Thread, function: Value) {
        Legacy::Trace.set_all(t, function)
    }
    /// As setprofile(), for all threads that run.
    #[py("($module, function, /)")]
    fn _setprofileallthreads(t: &Thread, function: Value) {
        Legacy::Profile.set_all(t, function)
    }
    /// Call func(*args) while nothing is traced.
    #[py("($module, func, args, /)")]
    fn call_tracing(t: &Thread, func: Value, args: Ref<Tuple>) -> Result<Value> {
        crate::interp::trace::call_tracing(t, func, args.as_slice())
    }
    /// Return the number of memory blocks currently allocated: not counted here.
    #[py("($module, /)")]
    fn getallocatedblocks(t: &Thread) -> usize {
        t.stats().live / 16
    }
    /// Clear the internal type lookup cache.
    #[py("($module, /)")]
    fn _clear_type_cache(t: &Thread) {
        t.method_cache.clear()
    }
    /// Take the descriptors `__dict__` and `__weakref__` out of a class that was replaced by one with slots.
    #[py("($module, type, /)")]
    fn _clear_type_descriptors(t: &Thread, class: Ref<Class>) -> Result<()> {
        if !class.is_heap() || class.has_flag(class_flags::IMMUTABLE) {
            return Err(t.type_error("argument is immutable"));
        }
        for name in [names::__weakref__(), names::__dict__()] {
            // Not as an attribute: `__dict__` of classes is one of their metaclass.
            class.dict.expect().remove(t, name.value())?;
        }
        Class::changed(class, t);
        Ok(())
    }
    /// Clear all internal performance-related caches.
    #[py("($module, /)")]
    fn _clear_internal_caches(t: &Thread) {
        t.method_cache.clear()
    }
    /// Print debugging information about memory allocation. (Nothing to print here.)
    #[py("($module, /)")]
    fn _debugmallocstats(_t: &Thread) {}
    /// A dict of the innermost frame of each thread, by the thread's identifier.
    #[py("($module, /)")]
    fn _current_frames(t: &Thread) -> Result<Ref<Dict>> {
        let d = Dict::new(t)?;
        crate::interp::snapshot::add_other_threads(t, d)?;
        if let Some(f) = crate::interp::current_frame(t, 0)? {
            d.set(t, t.uint(crate::modules::sys_types::thread_ident())?, f.value())?;
        }
        Ok(d)
    }
    /// Return a dict mapping each thread's identifier to its current raised exception.
    ///
    /// This function should be used for specialized purposes only.
    #[py("($module, /)")]
    fn _current_exceptions(t: &Thread) -> Result<Ref<Dict>> {
        let d = Dict::new(t)?;
        crate::interp::snapshot::add_exceptions(t, d)?;
        d.set(t, t.uint(crate::modules::sys_types::thread_ident())?, handled(t))?;
        Ok(d)
    }
    /// Activate a stack profiler trampoline: not supported.
    #[py("($module, /)")]
    fn is_stack_trampoline_active(_t: &Thread) -> bool {
        false
    }
}

/// RTLD_NOW
static DLOPEN_FLAGS: std::sync::atomic::AtomicI32 = std::sync::atomic::AtomicI32::new(2);
static SWITCH_INTERVAL: std::sync::atomic::AtomicU64 = std::sync::atomic::AtomicU64::new(0x3f74_7ae1_47ae_147b);
/// Set once the interpreter is shutting down.
pub static FINALIZING: AtomicBool = AtomicBool::new(false);
