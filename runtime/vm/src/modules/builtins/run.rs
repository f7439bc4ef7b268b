//! `compile`, `eval`, `exec`.

use super::scope;
use crate::interp;
use crate::native::*;
use crate::objects::class::Special;
use crate::objects::exceptions as ex;
use std::sync::{Arc, OnceLock};
use taipan_compiler::{DecodeError, Mode, Options, SyntaxError, SyntaxErrorKind, WarningKind, flags};

/// `PyCF_*` flags of `compile`.
pub mod compile_flags {
    pub const DONT_IMPLY_DEDENT: i32 = 0x200;
    pub const ONLY_AST: i32 = 0x400;
    pub const TYPE_COMMENTS: i32 = 0x1000;
    pub const ALLOW_TOP_LEVEL_AWAIT: i32 = 0x2000;
    pub const ALLOW_INCOMPLETE_INPUT: i32 = 0x4000;
    pub const OPTIMIZED_AST: i32 = 0x8000 | ONLY_AST;
    /// `CO_NESTED`, which once was a future flag.
    pub const OBSOLETE: i32 = 0x10;
}
use compile_flags::*;

/// How syntax trees come in and out: installed by what implements module `_ast`.
pub struct TreeHooks {
    /// `compile(source, …, ONLY_AST)`: the tree of a decoded source.
    pub parse: fn(t: &Thread, source: &str, filename: &str, options: &Options, flags: i32) -> Result<Value>,
    /// The code of a tree; `None` if the value is no tree.
    pub compile: fn(t: &Thread, tree: Value, filename: &str, options: &Options, flags: i32) -> Result<Option<Value>>,
}
static TREE_HOOKS: OnceLock<TreeHooks> = OnceLock::new();

pub fn set_tree_hooks(hooks: TreeHooks) {
    let _ = TREE_HOOKS.set(hooks);
}

/// The exception for an error of the compiler.
pub fn syntax_error(t: &Thread, e: &SyntaxError, filename: Ref<Str>) -> Exc {
    match e.kind {
        SyntaxErrorKind::Recursion => t.recursion_error(&e.message),
        // What is wrong with the text as a whole has no place.
        _ if e.message.ends_with("cannot contain null bytes") => t.syntax_error_plain(&e.message),
        _ => ex::syntax_error(t, e, filename),
    }
}

/// Compiles decoded source into a code object, and issues the warnings that it deserves.
pub fn compile_text(t: &Thread, source: &str, filename: Ref<Str>, options: &Options) -> Result<Ref<Code>> {
    let name = filename.to_string_lossy();
    // The compiler does not touch the heap, so others need not wait for it.
    let compiled = t.blocking(|| taipan_compiler::compile(source, &name, options)).map_err(|e| syntax_error(t, &e, filename))?;
    for w in &compiled.warnings {
        let kind = match w.kind {
            WarningKind::Syntax => ex::Kind::SyntaxWarning,
            WarningKind::Deprecation => ex::Kind::DeprecationWarning,
        };
        if let Err(e) = crate::modules::warnings::warn_explicit(t, ex::class(kind), &w.message, filename, w.line) {
            if kind != ex::Kind::SyntaxWarning || !e.is(t, ex::class(kind)) {
                return Err(e);
            }
            // A warning that the filters made an error is an error of the source.
            let error = SyntaxError {
                kind: SyntaxErrorKind::Syntax,
                message: w.message.replace(" Such sequences will not work in the future.", ""),
                line: w.line,
                offset: 1,
                end_line: w.line,
                end_offset: 1,
                text: source.lines().nth((w.line as usize).saturating_sub(1)).map(|l| format!("{l}\n")),
            };
            return Err(syntax_error(t, &error, filename));
        }
    }
    Code::new(t, &Arc::new(compiled.unit))
}

/// The text of a source given as a string or bytes; `None` for other objects.
fn source_text(t: &Thread, source: Value, filename: Ref<Str>) -> Result<Option<String>> {
    if let Some(s) = source.downcast::<Str>() {
        if let Some(text) = s.to_utf8() {
            return Ok(Some(text.into_owned()));
        }
        let is_surrogate = |c: &u32| (0xd800..0xe000).contains(c);
        let start = s.units().iter().position(|c| is_surrogate(&c)).unwrap_or(0);
        let n = s.units().iter().skip(start).take_while(is_surrogate).count();
        return Err(ex::unicode_encode_error(t, "utf-8", s, start, start + n, "surrogates not allowed"));
    }
    let bytes = match source.downcast::<Bytes>() {
        Some(bytes) => bytes,
        None => match t.bytes_like(source, <[u8]>::to_vec) {
            Some(bytes) => Bytes::new(t, &bytes)?,
            None => return Ok(None),
        },
    };
    decode(t, bytes, filename).map(Some)
}

/// Decodes the bytes of a source file by their coding cookie.
pub fn decode(t: &Thread, bytes: Ref<Bytes>, filename: Ref<Str>) -> Result<String> {
    match taipan_compiler::decode_source(bytes.as_slice()) {
        Ok(text) => Ok(text),
        Err(DecodeError::Syntax(e)) => Err(syntax_error(t, &e, filename)),
        Err(DecodeError::Encoding(name)) => {
            let encoding = Str::from_str(t, &name)?;
            let text = match t.call_method(bytes.value(), names::decode(), &[encoding.value()]) {
                Ok(v) => v,
                Err(e) if e.is(t, ex::class(ex::Kind::LookupError)) => {
                    return Err(t.syntax_error_plain(format!("unknown encoding: {name}")));
                }
                Err(e) => return Err(e),
            };
            match text.downcast::<Str>().and_then(|s| s.to_utf8().map(|s| s.into_owned())) {
                Some(s) => Ok(s),
                None => Err(t.syntax_error_plain(format!("encoding problem: {name}"))),
            }
        }
    }
}

/// `CO_FUTURE_*` flags of the running code.
fn inherited_flags(t: &Thread) -> u32 {
    let regs = t.regs.get();
    // SAFETY: the running frame of this thread.
    if regs.is_null() { 0 } else { unsafe { interp::code_of(regs).flags & flags::FUTURE_MASK } }
}

fn sys_optimize(t: &Thread) -> Result<u8> {
    let Some(f) = t.sys_attr(Str::intern_str(t, "flags")?)? else { return Ok(0) };
    match t.get_attr_opt(f, Str::intern_str(t, "optimize")?)? {
        Some(n) => Ok(t.to_i64(n)?.clamp(0, 2) as u8),
        None => Ok(0),
    }
}

/// A file name as `os.fsdecode` gives it.
fn file_name(t: &Thread, v: Value) -> Result<Ref<Str>> {
    let mut v = v;
    if v.downcast::<Str>().is_none() && v.downcast::<Bytes>().is_none() {
        let class = class_of(v);
        let Some(f) = class.special(t, Special::Fspath) else {
            return Err(t.type_error(format!("expected str, bytes or os.PathLike object, not {}", class.name_string())));
        };
        v = t.call_special0(f, v)?;
        if v.downcast::<Str>().is_none() && v.downcast::<Bytes>().is_none() {
            return Err(t.type_error(format!(
                "expected {}.__fspath__() to return str or bytes, not {}",
                class.name_string(),
                crate::ops::type_name(v)
            )));
        }
    }
    match (v.downcast::<Str>(), v.downcast::<Bytes>()) {
        (Some(s), _) => Ok(s),
        (None, Some(b)) => Str::from_str(t, &String::from_utf8_lossy(b.as_slice())),
        (None, None) => Err(t.type_error("expected str, bytes or os.PathLike object")),
    }
}

/// `compile(…)`
pub fn compile_function(
    t: &Thread,
    source: Value,
    filename: Value,
    mode: Ref<Str>,
    given: i32,
    dont_inherit: bool,
    optimize: i32,
) -> Result<Value> {
    const KNOWN: i32 = flags::FUTURE_MASK as i32
        | OBSOLETE
        | DONT_IMPLY_DEDENT
        | OPTIMIZED_AST
        | TYPE_COMMENTS
        | ALLOW_TOP_LEVEL_AWAIT
        | ALLOW_INCOMPLETE_INPUT;
    let filename = file_name(t, filename)?;
    if crate::modules::audit::is_hooked() {
        // Text is what it is in UTF-8.
        let shown = match source.downcast::<Str>() {
            Some(s) => Bytes::new(t, s.to_string_lossy().as_bytes())?.value(),
            None => source,
        };
        crate::modules::audit::raise(t, "compile", &[shown, filename.value()])?;
    }
    if given & !KNOWN != 0 {
        return Err(t.value_error("compile(): unrecognised flags"));
    }
    if !(-1..=2).contains(&optimize) {
        return Err(t.value_error("compile(): invalid optimize value"));
    }
    let tree = given & ONLY_AST != 0;
    let kind = match mode.as_ascii() {
        Some("exec") => Mode::Exec,
        Some("eval") => Mode::Eval,
        Some("single") => Mode::Single,
        // Only for trees: the signature of a function in a type comment.
        Some("func_type") if tree => return Err(t.not_implemented_error("compile() of type comments is not supported")),
        Some("func_type") => return Err(t.value_error("compile() mode 'func_type' requires flag PyCF_ONLY_AST")),
        _ if tree => return Err(t.value_error("compile() mode must be 'exec', 'eval', 'single' or 'func_type'")),
        _ => return Err(t.value_error("compile() mode must be 'exec', 'eval' or 'single'")),
    };
    let options = Options {
        optimize: if optimize < 0 { sys_optimize(t)? } else { optimize as u8 },
        future_flags: (given as u32 & flags::FUTURE_MASK) | if dont_inherit { 0 } else { inherited_flags(t) },
        top_level_await: given & ALLOW_TOP_LEVEL_AWAIT != 0,
        dont_imply_dedent: given & DONT_IMPLY_DEDENT != 0,
        allow_incomplete_input: given & ALLOW_INCOMPLETE_INPUT != 0,
        ..Options::new(kind)
    };
    let Some(text) = source_text(t, source, filename)? else {
        if let Some(hooks) = TREE_HOOKS.get() {
            if let Some(code) = (hooks.compile)(t, source, &filename.to_string_lossy(), &options, given)? {
                return Ok(code);
            }
        }
        return Err(t.type_error("compile() arg 1 must be a string, bytes or AST object"));
    };
    if tree {
        return match TREE_HOOKS.get() {
            Some(hooks) => (hooks.parse)(t, &text, &filename.to_string_lossy(), &options, given),
            None => Err(t.not_implemented_error("compile() to a syntax tree needs module _ast")),
        };
    }
    compile_text(t, &text, filename, &options).map(Ref::value)
}

/// Whether `v` can be the locals of code.
fn is_mapping(t: &Thread, v: Value) -> bool {
    v.downcast::<Dict>().is_some() || class_of(v).special(t, Special::Getitem).is_some()
}

/// The code of what `eval` and `exec` are given.
fn code_of_source(t: &Thread, function: &str, source: Value, mode: Mode) -> Result<Ref<Code>> {
    let filename = Str::intern_str(t, "<string>")?;
    let Some(text) = source_text(t, source, filename)? else {
        return Err(t.type_error(format!("{function}() arg 1 must be a string, bytes or code object")));
    };
    let options = Options { optimize: sys_optimize(t)?, future_flags: inherited_flags(t), ..Options::new(mode) };
    // `eval` passes over indentation.
    let text = if mode == Mode::Eval { text.trim_start_matches([' ', '\t']) } else { text.as_str() };
    compile_text(t, text, filename, &options)
}

/// The namespaces for `eval` and `exec`, once they are known to be of the right kind; empty locals stand for the globals.
fn namespaces(t: &Thread, function: &str, globals: Option<Ref<Dict>>, locals: Option<Value>) -> Result<(Ref<Dict>, Value)> {
    let (globals, locals) = match (globals, locals) {
        (Some(g), l) => (g, l.unwrap_or(Value::EMPTY)),
        (None, l) => {
            let Some(g) = interp::current_globals(t) else {
                return Err(t.system_error(format!("globals and locals cannot be NULL in {function}()")));
            };
            let l = match l {
                Some(l) => l,
                None => scope::locals(t)?,
            };
            (g, l)
        }
    };
    let key = names::__builtins__();
    if globals.get_str(t, key)?.is_none() {
        let builtins = match interp::current_globals(t) {
            Some(g) => t.builtins_of(g)?,
            None => t.builtins(),
        };
        globals.set_str(t, key, builtins.value())?;
    }
    Ok((globals, if locals == globals.value() { Value::EMPTY } else { locals }))
}

/// Runs code in namespaces; code of a function is called without arguments.
fn run(t: &Thread, code: Ref<Code>, globals: Ref<Dict>, locals: Value, closure: Option<Ref<Tuple>>) -> Result<Value> {
    if code.nparams == 0 && !code.has(flags::OPTIMIZED) {
        return interp::run_code(t, code, globals, locals, closure);
    }
    globals.make_globals(t)?;
    let f = Function::new(t, code, globals)?;
    if let Some(c) = closure {
        f.closure.set(t, f.header(), c);
    }
    t.call(f.value(), &[])
}

pub fn eval(t: &Thread, source: Value, globals: Option<Value>, locals: Option<Value>) -> Result<Value> {
    if locals.is_some_and(|l| !is_mapping(t, l)) {
        return Err(t.type_error("locals must be a mapping"));
    }
    let globals = match globals {
        None => None,
        Some(g) => match g.downcast::<Dict>() {
            Some(d) => Some(d),
            None if is_mapping(t, g) => return Err(t.type_error("globals must be a real dict; try eval(code, {}, mapping)")),
            None => return Err(t.type_error("globals must be a dict")),
        },
    };
    let (globals, locals) = namespaces(t, "eval", globals, locals)?;
    let code = match source.downcast::<Code>() {
        Some(c) if !c.freevars.expect().is_empty() => {
            return Err(t.type_error("code object passed to eval() may not contain free variables"));
        }
        Some(c) => c,
        None => code_of_source(t, "eval", source, Mode::Eval)?,
    };
    run(t, code, globals, locals, None)
}

pub fn exec(t: &Thread, source: Value, globals: Option<Value>, locals: Option<Value>, closure: Option<Value>) -> Result<()> {
    let globals = match globals {
        None => None,
        Some(g) => match g.downcast::<Dict>() {
            Some(d) => Some(d),
            None => return Err(t.type_error(format!("exec() globals must be a dict, not {}", crate::ops::type_name(g)))),
        },
    };
    if let Some(l) = locals.filter(|l| !is_mapping(t, *l)) {
        return Err(t.type_error(format!("locals must be a mapping or None, not {}", crate::ops::type_name(l))));
    }
    let (globals, locals) = namespaces(t, "exec", globals, locals)?;
    let Some(code) = source.downcast::<Code>() else {
        if closure.is_some() {
            return Err(t.type_error("closure can only be used when source is a code object"));
        }
        let code = code_of_source(t, "exec", source, Mode::Exec)?;
        crate::modules::audit::raise(t, "exec", &[code.value()])?;
        return run(t, code, globals, locals, None).map(drop);
    };
    crate::modules::audit::raise(t, "exec", &[code.value()])?;
    let wanted = code.freevars.expect().len();
    if wanted == 0 && closure.is_some() {
        return Err(t.type_error("cannot use a closure with this code object"));
    }
    let cells = closure.and_then(|c| c.downcast::<Tuple>());
    let fits = cells.is_some_and(|c| c.len() == wanted && c.iter().all(|v| v.downcast::<CellObject>().is_some()));
    if wanted > 0 && !fits {
        return Err(t.type_error(format!("code object requires a closure of exactly length {wanted}")));
    }
    run(t, code, globals, locals, cells).map(drop)
}
