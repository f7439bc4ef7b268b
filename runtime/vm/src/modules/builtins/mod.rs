//! `builtins`: the functions and classes that every program sees. What a function does is here if it is short, else in the files
//! beside: `numbers`, `run` (compile, eval, exec), `scope` (locals, dir, vars), `text_io` (print, input, open).

mod numbers;
pub mod run;
pub mod scope;
mod text_io;

use crate::native::*;
use crate::objects::anext::AnextDefault;
use crate::objects::class::Special;
use crate::objects::exceptions as ex;
use crate::objects::object::attribute_name;
use crate::objects::seq_iter::CallableIterator;
use crate::objects::{
    bytearray, class_build, complex, descriptors, enumerate, map, memoryview, range, reversed, set, singletons, slice, zip,
};
use crate::ops::{BinaryOp, Compare, UnaryOp};

pub struct Builtins;

/// Classes that are built-ins by their own name, exceptions aside.
fn classes() -> Vec<&'static ClassDef> {
    vec![
        singletons::Bool::class_def(),
        bytearray::ByteArray::class_def(),
        Bytes::class_def(),
        descriptors::ClassMethod::class_def(),
        complex::Complex::class_def(),
        Dict::class_def(),
        enumerate::Enumerate::class_def(),
        map::Filter::class_def(),
        BoxedFloat::class_def(),
        descriptors::Property::class_def(),
        BigInt::class_def(),
        List::class_def(),
        map::Map::class_def(),
        memoryview::MemoryView::class_def(),
        Object::class_def(),
        range::Range::class_def(),
        reversed::Reversed::class_def(),
        slice::Slice::class_def(),
        descriptors::StaticMethod::class_def(),
        Str::class_def(),
        descriptors::Super::class_def(),
        Tuple::class_def(),
        <Class as PyClass>::class_def(),
        zip::Zip::class_def(),
        set::Set::class_def(),
        set::FrozenSet::class_def(),
    ]
}

fn add_names(t: &Thread, m: Ref<Module>) -> Result<()> {
    for def in classes() {
        let class = crate::objects::class::create_builtin(t, def)?;
        m.set(t, def.name, class.value())?;
    }
    crate::objects::class::create_builtin(t, AnextDefault::class_def())?;
    for (name, class) in ex::builtin_names() {
        m.set(t, name, class.value())?;
    }
    m.set(t, "None", Value::NONE)?;
    m.set(t, "True", Value::TRUE)?;
    m.set(t, "False", Value::FALSE)?;
    m.set(t, "Ellipsis", Value::ELLIPSIS)?;
    m.set(t, "NotImplemented", Value::NOT_IMPLEMENTED)?;
    m.set(t, "__debug__", Value::TRUE)
}

/// A list's items in order, as `list.sort(**options)` leaves them.
pub(crate) fn sort(t: &Thread, list: Ref<List>, options: Option<Ref<Dict>>) -> Result<()> {
    let f = t.get_attr(list.value(), names::sort())?;
    t.call_with_dict(f, &[], options).map(drop)
}

/// Smallest or largest of the arguments.
fn extreme(t: &Thread, name: &str, args: &[Value], key: Option<Value>, default: Option<Value>, op: Compare) -> Result<Value> {
    if args.is_empty() {
        return Err(t.type_error(format!("{name} expected at least 1 argument, got 0")));
    }
    if args.len() > 1 && default.is_some() {
        return Err(t.type_error(format!("Cannot specify a default for {name}() with multiple positional arguments")));
    }
    let mut best: Option<(Value, Value)> = None;
    let mut look = |item: Value| -> Result<()> {
        let rank = match key {
            Some(f) => t.call(f, &[item])?,
            None => item,
        };
        let better = match best {
            None => true,
            Some((_, other)) => t.compare_bool(rank, other, op)?,
        };
        if better {
            best = Some((item, rank));
        }
        Ok(())
    };
    match args {
        [iterable] => t.for_each(*iterable, look)?,
        _ => args.iter().try_for_each(|&v| look(v))?,
    }
    match (best, default) {
        (Some((item, _)), _) => Ok(item),
        (None, Some(d)) => Ok(d),
        (None, None) => Err(t.value_error(format!("{name}() iterable argument is empty"))),
    }
}

/// Built-in functions, types, exceptions, and other objects.
///
/// This module provides direct access to all 'built-in'
/// identifiers of Python.
#[pymodule(name = "builtins", init = add_names)]
impl Builtins {
    /// Internal helper of the class statement.
    #[py("(*args, **kwargs)", nosig)]
    fn __build_class__(t: &Thread, args: &[Value], kwargs: Kwargs) -> Result<Value> {
        class_build::build_class(t, args, kwargs.0)
    }
    /// Import a module: what the import statement calls.
    ///
    /// Programs that import a module by name use importlib.import_module().
    /// With an empty fromlist the result is the top-level package of a dotted
    /// name, else the module itself. level counts how many packages up a
    /// relative name begins.
    #[py("(name, globals=None, locals=None, fromlist=(), level=0)")]
    fn __import__(
        t: &Thread,
        name: Value,
        globals: OrNone<Value>,
        _locals: Option<Value>,
        fromlist: Option<Value>,
        level: Option<isize>,
    ) -> Result<Value> {
        let Some(name) = name.downcast::<Str>() else { return Err(t.type_error("module name must be a string")) };
        let level = level.unwrap_or(0);
        if level < 0 {
            return Err(t.value_error("level must be >= 0"));
        }
        if level == 0 && name.is_empty() {
            return Err(t.value_error("Empty module name"));
        }
        crate::import::import(t, name, globals.0, fromlist.unwrap_or(Value::NONE), level as i64)
    }
    /// Return the absolute value of the argument.
    #[py("(x, /)")]
    fn abs(t: &Thread, x: Value) -> Result<Value> {
        t.unary(UnaryOp::Abs, x)
    }
    /// Return an AsyncIterator for an AsyncIterable object.
    #[py("(async_iterable, /)")]
    fn aiter(t: &Thread, async_iterable: Value) -> Result<Value> {
        let class = class_of(async_iterable);
        let Some(f) = class.special(t, Special::Aiter) else {
            return Err(t.type_error(format!("'{}' object is not an async iterable", class.name_string())));
        };
        let it = t.call_special0(f, async_iterable)?;
        if class_of(it).special(t, Special::Anext).is_none() {
            return Err(t.type_error(format!("aiter() returned not an async iterator of type '{}'", crate::ops::type_name(it))));
        }
        Ok(it)
    }
    /// Return True if bool(x) is True for all values x in the iterable.
    ///
    /// If the iterable is empty, return True.
    #[py("(iterable, /)")]
    fn all(t: &Thread, iterable: Value) -> Result<bool> {
        t.any_item(iterable, |v| t.truth(v).map(|is| !is)).map(|any| !any)
    }
    /// Return the next item from the async iterator.
    ///
    /// If default is given and the async iterator is exhausted,
    /// it is returned instead of raising StopAsyncIteration.
    #[py("(aiterator, default=<unrepresentable>, /)")]
    fn anext(t: &Thread, aiterator: Value, default: Option<Value>) -> Result<Value> {
        let class = class_of(aiterator);
        let Some(f) = class.special(t, Special::Anext) else {
            return Err(t.type_error(format!("'{}' object is not an async iterator", class.name_string())));
        };
        let awaitable = t.call_special0(f, aiterator)?;
        match default {
            Some(d) => AnextDefault::new(t, awaitable, d).map(Ref::value),
            None => Ok(awaitable),
        }
    }
    /// Return True if bool(x) is True for any x in the iterable.
    ///
    /// If the iterable is empty, return False.
    #[py("(iterable, /)")]
    fn any(t: &Thread, iterable: Value) -> Result<bool> {
        t.any_item(iterable, |v| t.truth(v))
    }
    /// Return an ASCII-only representation of an object.
    ///
    /// As repr(), with other characters as \\x, \\u, or \\U escapes.
    #[py("(obj, /)")]
    fn ascii(t: &Thread, obj: Value) -> Result<Ref<Str>> {
        t.ascii(obj)
    }
    /// Return the binary representation of an integer.
    ///
    /// >>> bin(10)
    /// '0b1010'
    #[py("(number, /)")]
    fn bin(t: &Thread, number: Value) -> Result<String> {
        numbers::in_base(t, number, taipan_num::format::bin)
    }
    /// Call sys.breakpointhook(*args, **kws).
    ///
    /// By default that enters the pdb debugger.
    #[py("(*args, **kws)")]
    fn breakpoint(t: &Thread, args: &[Value], kws: Kwargs) -> Result<Value> {
        match t.sys_attr(Str::intern_str(t, "breakpointhook")?)? {
            Some(hook) => t.call_with_dict(hook, args, kws.0),
            None => Err(t.runtime_error("lost sys.breakpointhook")),
        }
    }
    /// Return whether the object is callable (i.e., some kind of function).
    ///
    /// Classes are callable, and instances of classes with a __call__() method.
    #[py("(obj, /)")]
    fn callable(t: &Thread, obj: Value) -> bool {
        t.is_callable(obj)
    }
    /// Return a Unicode string of one character with ordinal i; 0 <= i <= 0x10ffff.
    #[py("(i, /)")]
    fn chr(t: &Thread, i: Value) -> Result<Ref<Str>> {
        let i = t.index(i)?;
        match t.int_value(i).and_then(|i| i.to_i64()).and_then(|i| u32::try_from(i).ok()) {
            Some(c) if c <= 0x10_ffff => Str::from_char(t, c),
            _ => Err(t.value_error("chr() arg not in range(0x110000)")),
        }
    }
    /// Compile source into a code object that can be executed by exec() or eval().
    ///
    /// The source code may represent a Python module, statement or expression.
    /// The filename will be used for run-time error messages.
    /// The mode must be 'exec' to compile a module, 'single' to compile a
    /// single (interactive) statement, or 'eval' to compile an expression.
    /// The flags argument, if present, controls which future statements influence
    /// the compilation of the code.
    /// The dont_inherit argument, if true, stops the compilation inheriting
    /// the effects of any future statements in effect in the code calling
    /// compile; if absent or false these statements do influence the compilation,
    /// in addition to any features explicitly specified.
    #[allow(clippy::too_many_arguments)]
    #[py("(source, filename, mode, flags=0, dont_inherit=False, optimize=-1, *, _feature_version=-1)")]
    fn compile(
        t: &Thread,
        source: Value,
        filename: Value,
        mode: Ref<Str>,
        flags: Option<i32>,
        dont_inherit: Option<bool>,
        optimize: Option<i32>,
        _feature_version: Option<i32>,
    ) -> Result<Value> {
        run::compile_function(t, source, filename, mode, flags.unwrap_or(0), dont_inherit.unwrap_or(false), optimize.unwrap_or(-1))
    }
    /// Deletes the named attribute from the given object.
    ///
    /// delattr(x, 'y') is equivalent to ``del x.y``
    #[py("(obj, name, /)")]
    fn delattr(t: &Thread, obj: Value, name: Value) -> Result<()> {
        let name = attribute_name(t, name)?;
        t.set_attr(obj, name, None)
    }
    /// dir([object]) -> list of strings
    ///
    /// Without arguments, the names in the current scope. Else names of
    /// attributes of the object: what its __dir__ method says, or those of
    /// itself, its class and its class's bases (for a module, only its own;
    /// for a class, its own and its bases').
    #[py("(object=<unrepresentable>, /)", nosig)]
    fn dir(t: &Thread, object: Option<Value>) -> Result<Value> {
        scope::dir(t, object).map(Ref::value)
    }
    /// Return the tuple (x//y, x%y).  Invariant: div*y + mod == x.
    #[py("(x, y, /)")]
    fn divmod(t: &Thread, x: Value, y: Value) -> Result<Value> {
        t.binary(BinaryOp::Divmod, x, y)
    }
    /// Evaluate the given source in the context of globals and locals.
    ///
    /// The source may be a string representing a Python expression
    /// or a code object as returned by compile().
    /// The globals must be a dictionary and locals can be any mapping,
    /// defaulting to the current globals and locals.
    /// If only globals is given, locals defaults to it.
    #[py("(source, /, globals=None, locals=None)")]
    fn eval(t: &Thread, source: Value, globals: OrNone<Value>, locals: OrNone<Value>) -> Result<Value> {
        run::eval(t, source, globals.0, locals.0)
    }
    /// Execute the given source in the context of globals and locals.
    ///
    /// The source may be a string representing one or more Python statements
    /// or a code object as returned by compile().
    /// The globals must be a dictionary and locals can be any mapping,
    /// defaulting to the current globals and locals.
    /// If only globals is given, locals defaults to it.
    /// The closure must be a tuple of cellvars, and can only be used
    /// when source is a code object requiring exactly that many cellvars.
    #[py("(source, /, globals=None, locals=None, *, closure=None)")]
    fn exec(t: &Thread, source: Value, globals: OrNone<Value>, locals: OrNone<Value>, closure: OrNone<Value>) -> Result<()> {
        run::exec(t, source, globals.0, locals.0, closure.0)
    }
    /// Return type(value).__format__(value, format_spec)
    ///
    /// Many built-in types implement format_spec according to the
    /// Format Specification Mini-language. See help('FORMATTING') for
    /// details.
    ///
    /// If type(value) does not supply a method named __format__
    /// and format_spec is empty, then str(value) is returned.
    #[py("(value, format_spec='', /)")]
    fn format(t: &Thread, value: Value, format_spec: Option<Ref<Str>>) -> Result<Ref<Str>> {
        t.format(value, format_spec.unwrap_or_else(crate::objects::str::empty_str))
    }
    /// getattr(object, name[, default]) -> value
    ///
    /// getattr(x, 'y') is x.y. A default is returned for an attribute that
    /// does not exist; without it that is an AttributeError.
    #[py("(object, name, default=<unrepresentable>, /)", nosig)]
    fn getattr(t: &Thread, object: Value, name: Value, default: Option<Value>) -> Result<Value> {
        let name = attribute_name(t, name)?;
        match default {
            None => t.get_attr(object, name),
            Some(d) => Ok(t.get_attr_opt(object, name)?.unwrap_or(d)),
        }
    }
    /// Return the dictionary containing the current scope's global variables.
    ///
    /// NOTE: Updates to this dictionary *will* affect name lookups in the current
    /// global scope and vice-versa.
    #[py("()")]
    fn globals(t: &Thread) -> Result<Ref<Dict>> {
        crate::interp::current_globals(t).ok_or_else(|| t.system_error("globals() is called without a frame"))
    }
    /// Return whether the object has an attribute with the given name.
    ///
    /// This is done by calling getattr(obj, name) and catching AttributeError.
    #[py("(obj, name, /)")]
    fn hasattr(t: &Thread, obj: Value, name: Value) -> Result<bool> {
        let name = attribute_name(t, name)?;
        Ok(t.get_attr_opt(obj, name)?.is_some())
    }
    /// Return the hash value for the given object.
    ///
    /// Two objects that compare equal must also have the same hash value, but the
    /// reverse is not necessarily true.
    #[py("(obj, /)")]
    fn hash(t: &Thread, obj: Value) -> Result<i64> {
        t.hash(obj)
    }
    /// Return the hexadecimal representation of an integer.
    ///
    /// >>> hex(12648430)
    /// '0xc0ffee'
    #[py("(number, /)")]
    fn hex(t: &Thread, number: Value) -> Result<String> {
        numbers::in_base(t, number, taipan_num::format::hex)
    }
    /// Return the identity of an object.
    ///
    /// No two objects that exist at the same time have the same.
    #[py("(obj, /)")]
    fn id(t: &Thread, obj: Value) -> u64 {
        t.identity(obj)
    }
    /// Read a string from standard input.  The trailing newline is stripped.
    ///
    /// The prompt string, if given, is printed to standard output without a
    /// trailing newline before reading input.
    ///
    /// If the user hits EOF, raise EOFError.
    #[py("(prompt='', /)")]
    fn input(t: &Thread, prompt: Option<Value>) -> Result<Value> {
        text_io::input(t, prompt)
    }
    /// Return whether an object is an instance of a class or of a subclass thereof.
    ///
    /// A tuple, as in ``isinstance(x, (A, B, ...))``, may be given as the target to
    /// check against. This is equivalent to ``isinstance(x, A) or isinstance(x, B)
    /// or ...`` etc.
    #[py("(obj, class_or_tuple, /)")]
    fn isinstance(t: &Thread, obj: Value, class_or_tuple: Value) -> Result<bool> {
        t.is_instance(obj, class_or_tuple)
    }
    /// Return whether 'cls' is derived from another class or is the same class.
    ///
    /// A tuple, as in ``issubclass(x, (A, B, ...))``, may be given as the target to
    /// check against. This is equivalent to ``issubclass(x, A) or issubclass(x, B)
    /// or ...``.
    #[py("(cls, class_or_tuple, /)")]
    fn issubclass(t: &Thread, cls: Value, class_or_tuple: Value) -> Result<bool> {
        t.is_subclass(cls, class_or_tuple)
    }
    /// iter(iterable) -> iterator
    /// iter(callable, sentinel) -> iterator
    ///
    /// Get an iterator from an object. In the second form the callable is called
    /// for each item until it returns the sentinel.
    #[py("(object, sentinel=<unrepresentable>, /)", nosig)]
    fn iter(t: &Thread, object: Value, sentinel: Option<Value>) -> Result<Value> {
        match sentinel {
            None => t.iter(object),
            Some(s) if t.is_callable(object) => CallableIterator::new(t, object, s).map(Ref::value),
            Some(_) => Err(t.type_error("iter(v, w): v must be callable")),
        }
    }
    /// Return the number of items in a container.
    #[py("(obj, /)")]
    fn len(t: &Thread, obj: Value) -> Result<usize> {
        t.len(obj)
    }
    /// Return a dictionary containing the current scope's local variables.
    ///
    /// In a function it is a new one each time; in a module or class body it is
    /// the namespace itself.
    #[py("()")]
    fn locals(t: &Thread) -> Result<Value> {
        scope::locals(t)
    }
    /// max(iterable, *[, default=obj, key=func]) -> value
    /// max(arg1, arg2, *args, *[, key=func]) -> value
    ///
    /// With a single iterable argument, return its biggest item. The
    /// default keyword-only argument specifies an object to return if
    /// the provided iterable is empty.
    /// With two or more positional arguments, return the largest argument.
    #[py("(*args, default=<unrepresentable>, key=None)", nosig)]
    fn max(t: &Thread, args: &[Value], default: Option<Value>, key: OrNone<Value>) -> Result<Value> {
        extreme(t, "max", args, key.0, default, Compare::Gt)
    }
    /// min(iterable, *[, default=obj, key=func]) -> value
    /// min(arg1, arg2, *args, *[, key=func]) -> value
    ///
    /// With a single iterable argument, return its smallest item. The
    /// default keyword-only argument specifies an object to return if
    /// the provided iterable is empty.
    /// With two or more positional arguments, return the smallest argument.
    #[py("(*args, default=<unrepresentable>, key=None)", nosig)]
    fn min(t: &Thread, args: &[Value], default: Option<Value>, key: OrNone<Value>) -> Result<Value> {
        extreme(t, "min", args, key.0, default, Compare::Lt)
    }
    /// next(iterator[, default])
    ///
    /// Return the next item from the iterator. If default is given and the
    /// iterator is exhausted, it is returned instead of raising StopIteration.
    #[py("(iterator, default=<unrepresentable>, /)", nosig)]
    fn next(t: &Thread, iterator: Value, default: Option<Value>) -> Result<Value> {
        let class = class_of(iterator);
        let Some(f) = class.special(t, Special::Next) else {
            return Err(t.type_error(format!("'{}' object is not an iterator", class.name_string())));
        };
        match default {
            Some(d) => Ok(t.call_next(f, iterator)?.unwrap_or(d)),
            // The exception of a Python iterator goes on as it is, with its value.
            None => t.call_special0(f, iterator),
        }
    }
    /// Return the octal representation of an integer.
    ///
    /// >>> oct(8)
    /// '0o10'
    #[py("(number, /)")]
    fn oct(t: &Thread, number: Value) -> Result<String> {
        numbers::in_base(t, number, taipan_num::format::oct)
    }
    /// Open file and return a stream: io.open().
    #[py("(*args, **kwargs)", nosig)]
    fn open(t: &Thread, args: &[Value], kwargs: Kwargs) -> Result<Value> {
        text_io::open(t, args, kwargs.0)
    }
    /// Return the ordinal value of a character.
    ///
    /// If the argument is a one-character string, return the Unicode code
    /// point of that character.
    ///
    /// If the argument is a bytes or bytearray object of length 1, return its
    /// single byte value.
    #[py("(character, /)")]
    fn ord(t: &Thread, character: Value) -> Result<Value> {
        numbers::ord(t, character)
    }
    /// Equivalent to base**exp with 2 arguments or base**exp % mod with 3 arguments.
    ///
    /// Some types, such as ints, are able to use a more efficient algorithm when
    /// invoked using the three argument form.
    #[py("(base, exp, mod=None)")]
    fn pow(t: &Thread, base: Value, exp: Value, r#mod: OrNone<Value>) -> Result<Value> {
        t.power(base, exp, r#mod.0)
    }
    /// Prints the values to a stream, or to sys.stdout by default.
    ///
    ///   sep
    ///     string inserted between values, default a space.
    ///   end
    ///     string appended after the last value, default a newline.
    ///   file
    ///     a file-like object (stream); defaults to the current sys.stdout.
    ///   flush
    ///     whether to forcibly flush the stream.
    #[py("(*args, sep=' ', end='\\n', file=None, flush=False)")]
    fn print(
        t: &Thread,
        args: &[Value],
        sep: OrNone<Value>,
        end: OrNone<Value>,
        file: OrNone<Value>,
        flush: Option<bool>,
    ) -> Result<()> {
        text_io::print(t, args, sep.0, end.0, file.0, flush.unwrap_or(false))
    }
    /// Return the canonical string representation of the object.
    ///
    /// For many object types, including most builtins, eval(repr(obj)) == obj.
    #[py("(obj, /)")]
    fn repr(t: &Thread, obj: Value) -> Result<Ref<Str>> {
        t.repr(obj)
    }
    /// Round a number to a given precision in decimal digits.
    ///
    /// The return value is an integer if ndigits is omitted or None.  Otherwise
    /// the return value has the same type as the number.  ndigits may be negative.
    #[py("(number, ndigits=None)")]
    fn round(t: &Thread, number: Value, ndigits: OrNone<Value>) -> Result<Value> {
        let class = class_of(number);
        let Some(f) = class.special(t, Special::Round) else {
            return Err(t.type_error(format!("type {} doesn't define __round__ method", class.name_string())));
        };
        match ndigits.0 {
            Some(n) => t.call_special1(f, number, n),
            None => t.call_special0(f, number),
        }
    }
    /// Sets the named attribute on the given object to the specified value.
    ///
    /// setattr(x, 'y', v) is equivalent to ``x.y = v``
    #[py("(obj, name, value, /)")]
    fn setattr(t: &Thread, obj: Value, name: Value, value: Value) -> Result<()> {
        let name = attribute_name(t, name)?;
        t.set_attr(obj, name, Some(value))
    }
    /// Return a new list containing all items from the iterable in ascending order.
    ///
    /// A custom key function can be supplied to customize the sort order, and the
    /// reverse flag can be set to request the result in descending order.
    #[py("(iterable, /, *, key=None, reverse=False)")]
    fn sorted(t: &Thread, iterable: Value, key: Option<Value>, reverse: Option<Value>) -> Result<Ref<List>> {
        let list = t.iterate_to_vec(iterable)?.into_list(t)?;
        let options = match (key, reverse) {
            (None, None) => None,
            _ => {
                let d = Dict::new(t)?;
                if let Some(k) = key {
                    d.set(t, names::key().value(), k)?;
                }
                if let Some(r) = reverse {
                    d.set(t, Str::intern_str(t, "reverse")?.value(), r)?;
                }
                Some(d)
            }
        };
        sort(t, list, options)?;
        Ok(list)
    }
    /// Return the sum of a 'start' value (default: 0) plus an iterable of numbers
    ///
    /// When the iterable is empty, return the start value.
    /// This function is intended specifically for use with numeric values and may
    /// reject non-numeric types.
    #[py("(iterable, /, start=0)")]
    fn sum(t: &Thread, iterable: Value, start: Option<Value>) -> Result<Value> {
        numbers::sum(t, iterable, start)
    }
    /// vars([object]) -> dictionary
    ///
    /// Without arguments, equivalent to locals().
    /// With an argument, equivalent to object.__dict__.
    #[py("(object=<unrepresentable>, /)", nosig)]
    fn vars(t: &Thread, object: Option<Value>) -> Result<Value> {
        let Some(object) = object else { return scope::locals(t) };
        match t.get_attr_opt(object, names::__dict__())? {
            Some(d) => Ok(d),
            None => Err(t.type_error("vars() argument must have __dict__ attribute")),
        }
    }
}
