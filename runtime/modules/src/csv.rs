//! `_csv`: readers, writers and dialects of tables in text form.

use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering::*};
use taipan_text::TextBuf;
use taipan_vm::native::*;
use taipan_vm::objects::class::create_builtin;
use taipan_vm::objects::exceptions as ex;
use taipan_vm::ops::{float_value, text_of, type_name};

pub struct Csv;

const QUOTE_MINIMAL: i64 = 0;
const QUOTE_ALL: i64 = 1;
const QUOTE_NONNUMERIC: i64 = 2;
const QUOTE_NONE: i64 = 3;
const QUOTE_STRINGS: i64 = 4;
const QUOTE_NOTNULL: i64 = 5;

/// Longest field that is read.
static FIELD_LIMIT: AtomicU64 = AtomicU64::new(128 * 1024);

fn error_class(t: &Thread) -> Result<Ref<Class>> {
    let key = Str::intern_str(t, "_csv.Error")?;
    let registry = t.registry();
    if let Some(c) = registry.get_interned(key).and_then(|c| c.downcast::<Class>()) {
        return Ok(c);
    }
    let namespace = Dict::new(t)?;
    namespace.set(t, names::__module__().value(), Str::intern_str(t, "_csv")?.value())?;
    let bases = Tuple::new(t, &[ex::class(ex::Kind::Exception).value()])?;
    let new = t.call(Class::class().value(), &[Str::intern_str(t, "Error")?.value(), bases.value(), namespace.value()])?;
    let kept = registry.set_default(t, key.value(), new)?.unwrap_or(new);
    kept.downcast::<Class>().ok_or_else(|| t.type_error("not a class"))
}

#[cold]
fn error(t: &Thread, message: impl AsRef<str>) -> Exc {
    match error_class(t) {
        Ok(c) => t.new_error(c, message.as_ref()),
        Err(e) => e,
    }
}

/// Registered dialects by name.
fn dialects(t: &Thread) -> Result<Ref<Dict>> {
    let key = Str::intern_str(t, "_csv.dialects")?;
    let registry = t.registry();
    if let Some(d) = registry.get_interned(key).and_then(|d| d.downcast::<Dict>()) {
        return Ok(d);
    }
    let new = Dict::new(t)?.value();
    let kept = registry.set_default(t, key.value(), new)?.unwrap_or(new);
    kept.downcast::<Dict>().ok_or_else(|| t.type_error("not a dictionary"))
}

fn init(t: &Thread, m: Ref<Module>) -> Result<()> {
    m.set(t, "Error", error_class(t)?.value())?;
    m.set(t, "__version__", Str::intern_str(t, "1.0")?.value())?;
    m.set(t, "_dialects", dialects(t)?.value())?;
    for (name, value) in [
        ("QUOTE_MINIMAL", QUOTE_MINIMAL),
        ("QUOTE_ALL", QUOTE_ALL),
        ("QUOTE_NONNUMERIC", QUOTE_NONNUMERIC),
        ("QUOTE_NONE", QUOTE_NONE),
        ("QUOTE_STRINGS", QUOTE_STRINGS),
        ("QUOTE_NOTNULL", QUOTE_NOTNULL),
    ] {
        m.set(t, name, t.int(value)?)?;
    }
    // The classes have names of their own in the module.
    for (name, def) in [("Reader", Reader::class_def()), ("Writer", Writer::class_def())] {
        m.set(t, name, create_builtin(t, def)?.value())?;
    }
    Ok(())
}

fn named_dialect(t: &Thread, name: Value) -> Result<Value> {
    dialects(t)?.get(t, name)?.ok_or_else(|| error(t, "unknown dialect"))
}

/// A dialect from what a caller gave as one, and keyword arguments.
fn dialect_of(t: &Thread, dialect: Option<Value>, kwargs: Kwargs) -> Result<Ref<Dialect>> {
    let args: &[Value] = match &dialect {
        Some(d) => std::slice::from_ref(d),
        None => &[],
    };
    let made = t.call_with_dict(Dialect::class().value(), args, kwargs.0)?;
    made.downcast::<Dialect>().ok_or_else(|| t.type_error("not a dialect"))
}

/// CSV parsing and writing.
#[pymodule(name = "_csv", classes(Dialect), init = init)]
impl Csv {
    /// Return a reader object that will process lines from the given iterable.
    ///
    /// The "iterable" argument can be any object that returns a line
    /// of input for each iteration, such as a file object or a list.  The
    /// optional "dialect" argument defines a CSV dialect.  The function
    /// also accepts optional keyword arguments which override settings
    /// provided by the dialect.
    ///
    /// The returned object is an iterator.  Each iteration returns a row
    /// of the CSV file (which can span multiple input lines).
    #[py("($module, iterable, /, dialect='excel', **fmtparams)")]
    fn reader(t: &Thread, iterable: Value, dialect: Option<Value>, fmtparams: Kwargs) -> Result<Ref<Reader>> {
        let input = t.iter(iterable)?;
        let dialect = dialect_of(t, dialect, fmtparams)?;
        let held = RefField::null();
        held.init(dialect);
        t.create(Reader { header: Header::NEW, input: Field::new(input), dialect: held, line: AtomicUsize::new(0) })
    }
    /// Return a writer object that will write user data on the given file object.
    ///
    /// The "fileobj" argument can be any object that supports the file API.
    /// The optional "dialect" argument defines a CSV dialect.  The function
    /// also accepts optional keyword arguments which override settings
    /// provided by the dialect.
    #[py("($module, fileobj, /, dialect='excel', **fmtparams)")]
    fn writer(t: &Thread, fileobj: Value, dialect: Option<Value>, fmtparams: Kwargs) -> Result<Ref<Writer>> {
        let dialect = dialect_of(t, dialect, fmtparams)?;
        let write = match t.get_attr_opt(fileobj, names::write())? {
            Some(w) if t.is_callable(w) => w,
            _ => return Err(t.type_error("argument 1 must have a \"write\" method")),
        };
        let held = RefField::null();
        held.init(dialect);
        t.create(Writer { header: Header::NEW, write: Field::new(write), dialect: held })
    }
    /// Return a list of all known dialect names.
    #[py("($module, /)")]
    fn list_dialects(t: &Thread) -> Result<Ref<List>> {
        let list = List::new(t)?;
        let (d, mut pos) = (dialects(t)?, 0);
        while let Some((k, _)) = d.next(&mut pos) {
            list.append(t, k)?;
        }
        Ok(list)
    }
    /// Create a mapping from a string name to a CVS dialect.
    ///
    /// The optional "dialect" argument specifies the base dialect instance
    /// or the name of the registered dialect.  The function also accepts
    /// optional keyword arguments which override settings provided by the
    /// dialect.
    #[py("($module, name, /, dialect='excel', **fmtparams)")]
    fn register_dialect(t: &Thread, name: Value, dialect: Option<Value>, fmtparams: Kwargs) -> Result<()> {
        if name.downcast::<Str>().is_none() {
            return Err(t.type_error("dialect name must be a string"));
        }
        let d = dialect_of(t, dialect, fmtparams)?;
        dialects(t)?.set(t, name, d.value())
    }
    /// Delete the name/dialect mapping associated with a string name.
    #[py("($module, /, name)")]
    fn unregister_dialect(t: &Thread, name: Value) -> Result<()> {
        dialects(t)?.remove(t, name)?.map(|_| ()).ok_or_else(|| error(t, "unknown dialect"))
    }
    /// Return the dialect instance associated with name.
    #[py("($module, /, name)")]
    fn get_dialect(t: &Thread, name: Value) -> Result<Value> {
        named_dialect(t, name)
    }
    /// Sets an upper limit on parsed fields.
    ///
    /// Returns old limit. If limit is not given, no new limit is set and
    /// the old limit is returned
    #[py("($module, /, new_limit=<unrepresentable>)")]
    fn field_size_limit(t: &Thread, new_limit: Option<Value>) -> Result<u64> {
        let Some(new) = new_limit else { return Ok(FIELD_LIMIT.load(Relaxed)) };
        if !taipan_vm::objects::int::is_int(new) {
            return Err(t.type_error("limit must be an integer"));
        }
        Ok(FIELD_LIMIT.swap(t.to_i64(new)?.max(0) as u64, Relaxed))
    }
}

#[derive(HeapType)]
#[repr(C)]
pub struct Dialect {
    header: Header,
    lineterminator: RefField<Str>,
    double_quote: bool,
    skip_initial_space: bool,
    strict: bool,
    quoting: i64,
    /// 0 stands for none.
    delimiter: u32,
    quote: u32,
    escape: u32,
}

/// A one-character setting; 0 where it may be None.
fn character(t: &Thread, v: Option<Value>, name: &str, default: u32, optional: bool) -> Result<u32> {
    let Some(v) = v else { return Ok(default) };
    if v.is_none() && optional {
        return Ok(0);
    }
    let what = if optional { "a unicode character or None" } else { "a unicode character" };
    match v.downcast::<Str>() {
        None => Err(t.type_error(format!("\"{name}\" must be {what}, not {}", type_name(v)))),
        Some(s) if s.len() != 1 => Err(t.type_error(format!("\"{name}\" must be {what}, not a string of length {}", s.len()))),
        Some(s) => Ok(s.units().at(0)),
    }
}

fn shown_char(t: &Thread, c: u32) -> Result<Value> {
    if c == 0 { Ok(Value::NONE) } else { Str::from_char(t, c).map(Ref::value) }
}

/// CSV dialect
///
/// The Dialect type records CSV dialect options.
#[pyclass(name = "Dialect", module = "_csv", flags(BASE))]
impl Dialect {
    #[py(
        "(dialect=None, delimiter=',', doublequote=True, escapechar=None, lineterminator='\\r\\n', quotechar='\"', quoting=0, skipinitialspace=False, strict=False)",
        nosig
    )]
    fn __new__(
        t: &Thread,
        cls: Ref<Class>,
        dialect: Option<Value>,
        delimiter: Option<Value>,
        doublequote: Option<Value>,
        escapechar: Option<Value>,
        lineterminator: Option<Value>,
        quotechar: Option<Value>,
        quoting: Option<Value>,
        skipinitialspace: Option<Value>,
        strict: Option<Value>,
    ) -> Result<Ref<Dialect>> {
        let dialect = match dialect.filter(|d| !d.is_none()) {
            Some(d) if d.downcast::<Str>().is_some() => Some(named_dialect(t, d)?),
            d => d,
        };
        let given = [
            ("delimiter", delimiter),
            ("doublequote", doublequote),
            ("escapechar", escapechar),
            ("lineterminator", lineterminator),
            ("quotechar", quotechar),
            ("quoting", quoting),
            ("skipinitialspace", skipinitialspace),
            ("strict", strict),
        ];
        if let Some(d) = dialect.and_then(|d| d.downcast::<Dialect>()) {
            if class_of(d.value()) == cls && given.iter().all(|g| g.1.is_none()) {
                return Ok(d);
            }
        }
        let mut settings = [const { None::<Value> }; 8];
        for (setting, (name, v)) in settings.iter_mut().zip(given) {
            *setting = match (v, dialect) {
                (Some(v), _) => Some(v),
                (None, Some(d)) => t.get_attr_opt(d, Str::intern_str(t, name)?)?,
                (None, None) => None,
            };
        }
        let [delimiter, doublequote, escapechar, lineterminator, quotechar, quoting, skipinitialspace, strict] = settings;
        let truth = |v: Option<Value>, default: bool| v.map_or(Ok(default), |v| t.truth(v));
        let quote_given = quotechar;
        let delimiter = character(t, delimiter, "delimiter", u32::from(b','), false)?;
        let double_quote = truth(doublequote, true)?;
        let escape = character(t, escapechar, "escapechar", 0, true)?;
        let lineterminator = match lineterminator {
            None => Str::intern_str(t, "\r\n")?,
            Some(v) => match v.downcast::<Str>() {
                Some(s) => s,
                None => {
                    return Err(t.type_error(format!("\"lineterminator\" must be a string, not {}", type_name(v))));
                }
            },
        };
        let quote = character(t, quotechar, "quotechar", u32::from(b'"'), true)?;
        let mut style = match quoting {
            None => QUOTE_MINIMAL,
            Some(v) => match (class_of(v) == BigInt::class()).then(|| t.to_i64(v)) {
                Some(n) => n?,
                None => {
                    return Err(t.type_error(format!("\"quoting\" must be an integer, not {}", type_name(v))));
                }
            },
        };
        let skip_initial_space = truth(skipinitialspace, false)?;
        let strict = truth(strict, false)?;
        if !(QUOTE_MINIMAL..=QUOTE_NOTNULL).contains(&style) {
            return Err(t.type_error("bad \"quoting\" value"));
        }
        if quote_given.is_some_and(Value::is_none) && quoting.is_none() {
            style = QUOTE_NONE;
        }
        if style != QUOTE_NONE && quote == 0 {
            return Err(t.type_error("quotechar must be set if quoting enabled"));
        }
        let line_end = |c: u32| c == 0x0a || c == 0x0d;
        let bad = |name: &str| Err(t.value_error(format!("bad {name} value")));
        let clash = |a: &str, b: &str| Err(t.value_error(format!("bad {a} or {b} value")));
        for (name, c) in [("delimiter", delimiter), ("escapechar", escape), ("quotechar", quote)] {
            // Where initial spaces are skipped, a space marks nothing but the next field.
            if line_end(c) || (c == 0x20 && skip_initial_space && name != "delimiter") {
                return bad(name);
            }
        }
        let in_terminator = |c: u32| c != 0 && lineterminator.units().iter().any(|u| u == c);
        if delimiter == escape {
            return clash("delimiter", "escapechar");
        }
        if delimiter == quote {
            return clash("delimiter", "quotechar");
        }
        if escape != 0 && escape == quote {
            return clash("escapechar", "quotechar");
        }
        for (name, c) in [("delimiter", delimiter), ("escapechar", escape), ("quotechar", quote)] {
            if in_terminator(c) {
                return clash(name, "lineterminator");
            }
        }
        let held = RefField::null();
        held.init(lineterminator);
        t.create_in(
            cls,
            Dialect {
                header: Header::NEW,
                lineterminator: held,
                double_quote,
                skip_initial_space,
                strict,
                quoting: style,
                delimiter,
                quote,
                escape,
            },
        )
    }
    #[py(getter)]
    fn delimiter(t: &Thread, this: Ref<Dialect>) -> Result<Value> {
        shown_char(t, this.delimiter)
    }
    #[py(getter)]
    fn quotechar(t: &Thread, this: Ref<Dialect>) -> Result<Value> {
        shown_char(t, this.quote)
    }
    #[py(getter)]
    fn escapechar(t: &Thread, this: Ref<Dialect>) -> Result<Value> {
        shown_char(t, this.escape)
    }
    #[py(getter)]
    fn lineterminator(_t: &Thread, this: Ref<Dialect>) -> Ref<Str> {
        this.lineterminator.expect()
    }
    #[py(getter)]
    fn quoting(_t: &Thread, this: Ref<Dialect>) -> i64 {
        this.quoting
    }
    #[py(member)]
    fn doublequote(_t: &Thread, this: Ref<Dialect>) -> bool {
        this.double_quote
    }
    #[py(member)]
    fn skipinitialspace(_t: &Thread, this: Ref<Dialect>) -> bool {
        this.skip_initial_space
    }
    #[py(member)]
    fn strict(_t: &Thread, this: Ref<Dialect>) -> bool {
        this.strict
    }
    /// raises an exception to avoid pickling
    #[py("($self, protocol, /)", nosig)]
    fn __reduce_ex__(t: &Thread, this: Ref<Dialect>, protocol: Value) -> Result<Value> {
        let _ = protocol;
        Err(t.type_error(format!("cannot pickle '{}' instances", class_of(this.value()).full_name())))
    }
    /// raises an exception to avoid pickling
    #[py("($self, /)", nosig)]
    fn __reduce__(t: &Thread, this: Ref<Dialect>) -> Result<Value> {
        Err(t.type_error(format!("cannot pickle '{}' instances", class_of(this.value()).full_name())))
    }
}

#[derive(HeapType)]
#[repr(C)]
pub struct Reader {
    header: Header,
    input: Field,
    dialect: RefField<Dialect>,
    line: AtomicUsize,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    StartRecord,
    StartField,
    EscapedChar,
    InField,
    InQuotedField,
    EscapeInQuotedField,
    QuoteInQuotedField,
    EatNewline,
    AfterEscapedNewline,
}

/// A row being read.
struct Row<'a> {
    t: &'a Thread,
    d: Ref<Dialect>,
    fields: Ref<List>,
    field: TextBuf,
    state: State,
    /// The field was not quoted, so it may be a number or None.
    unquoted: bool,
    limit: u64,
}

impl Row<'_> {
    fn save(&mut self) -> Result<()> {
        let t = self.t;
        let quoting = self.d.quoting;
        let v = if self.unquoted && self.field.is_empty() && (quoting == QUOTE_NOTNULL || quoting == QUOTE_STRINGS) {
            Value::NONE
        } else {
            let text = t.str_from_text(&self.field)?.value();
            if self.unquoted && !self.field.is_empty() && (quoting == QUOTE_NONNUMERIC || quoting == QUOTE_STRINGS) {
                t.call(BoxedFloat::class().value(), &[text])?
            } else {
                text
            }
        };
        self.field.clear();
        self.fields.append(t, v)
    }

    fn add(&mut self, c: u32) -> Result<()> {
        if self.field.len() as u64 >= self.limit {
            return Err(error(self.t, format!("field larger than field limit ({})", self.limit)));
        }
        self.field.push(c);
        Ok(())
    }

    /// `c` is the next character; `None` is the end of the line.
    fn feed(&mut self, c: Option<u32>) -> Result<()> {
        let d = self.d;
        let is_end = matches!(c, None | Some(0x0a | 0x0d));
        let c = c.unwrap_or(0);
        let ended = c == 0 && is_end;
        match self.state {
            State::StartRecord if ended => {}
            State::StartRecord if is_end => self.state = State::EatNewline,
            State::StartRecord | State::StartField => {
                self.unquoted = true;
                if is_end {
                    self.save()?;
                    self.state = if ended { State::StartRecord } else { State::EatNewline };
                } else if c == d.quote && d.quote != 0 && d.quoting != QUOTE_NONE {
                    self.unquoted = false;
                    self.state = State::InQuotedField;
                } else if c == d.escape && d.escape != 0 {
                    self.state = State::EscapedChar;
                } else if c == 0x20 && d.skip_initial_space {
                    self.state = State::StartField;
                } else if c == d.delimiter {
                    self.save()?;
                    self.state = State::StartField;
                } else {
                    self.add(c)?;
                    self.state = State::InField;
                }
            }
            State::EscapedChar => {
                if c == 0x0a || c == 0x0d {
                    self.add(c)?;
                    self.state = State::AfterEscapedNewline;
                } else {
                    self.add(if ended { 0x0a } else { c })?;
                    self.state = State::InField;
                }
            }
            State::AfterEscapedNewline if ended => {}
            State::AfterEscapedNewline | State::InField => {
                self.state = State::InField;
                if is_end {
                    self.save()?;
                    self.state = if ended { State::StartRecord } else { State::EatNewline };
                } else if c == d.escape && d.escape != 0 {
                    self.state = State::EscapedChar;
                } else if c == d.delimiter {
                    self.save()?;
                    self.state = State::StartField;
                } else {
                    self.add(c)?;
                }
            }
            State::InQuotedField => {
                if ended {
                } else if c == d.escape && d.escape != 0 {
                    self.state = State::EscapeInQuotedField;
                } else if c == d.quote && d.quoting != QUOTE_NONE {
                    self.state = if d.double_quote { State::QuoteInQuotedField } else { State::InField };
                } else {
                    self.add(c)?;
                }
            }
            State::EscapeInQuotedField => {
                self.add(if ended { 0x0a } else { c })?;
                self.state = State::InQuotedField;
            }
            State::QuoteInQuotedField => {
                if d.quoting != QUOTE_NONE && c == d.quote && !ended {
                    self.add(c)?;
                    self.state = State::InQuotedField;
                } else if c == d.delimiter && !ended {
                    self.save()?;
                    self.state = State::StartField;
                } else if is_end {
                    self.save()?;
                    self.state = if ended { State::StartRecord } else { State::EatNewline };
                } else if !d.strict {
                    self.add(c)?;
                    self.state = State::InField;
                } else {
                    let (a, b) = (char::from_u32(d.delimiter).unwrap_or('?'), char::from_u32(d.quote).unwrap_or('?'));
                    return Err(error(self.t, format!("'{a}' expected after '{b}'")));
                }
            }
            State::EatNewline => {
                if ended {
                    self.state = State::StartRecord;
                } else if !is_end {
                    return Err(error(
                        self.t,
                        "new-line character seen in unquoted field - do you need to open the file with newline=''?",
                    ));
                }
            }
        }
        Ok(())
    }
}

/// CSV reader
///
/// Reader objects are responsible for reading and parsing tabular data
/// in CSV format.
#[pyclass(name = "reader", module = "_csv", flags(NO_NEW))]
impl Reader {
    #[py]
    fn __iter__(_t: &Thread, this: Ref<Reader>) -> Ref<Reader> {
        this
    }
    #[py]
    fn __next__(t: &Thread, this: Ref<Reader>) -> Result<Option<Value>> {
        let d = this.dialect.expect();
        let mut row = Row {
            t,
            d,
            fields: List::new(t)?,
            field: TextBuf::new(),
            state: State::StartRecord,
            unquoted: false,
            limit: FIELD_LIMIT.load(Relaxed),
        };
        loop {
            let Some(line) = t.next(this.input.get())? else {
                if !row.field.is_empty() || row.state == State::InQuotedField {
                    if d.strict {
                        return Err(error(t, "unexpected end of data"));
                    }
                    row.save()?;
                    break;
                }
                return Ok(None);
            };
            let Some(s) = line.downcast::<Str>() else {
                return Err(error(
                    t,
                    format!("iterator should return strings, not {} (the file should be opened in text mode)", type_name(line)),
                ));
            };
            this.line.fetch_add(1, Relaxed);
            for c in text_of(&s).iter() {
                row.feed(Some(c))?;
            }
            row.feed(None)?;
            if row.state == State::StartRecord {
                break;
            }
        }
        Ok(Some(row.fields.value()))
    }
    #[py(member)]
    fn dialect(_t: &Thread, this: Ref<Reader>) -> Ref<Dialect> {
        this.dialect.expect()
    }
    #[py(member)]
    fn line_num(_t: &Thread, this: Ref<Reader>) -> usize {
        this.line.load(Relaxed)
    }
}

#[derive(HeapType)]
#[repr(C)]
pub struct Writer {
    header: Header,
    write: Field,
    dialect: RefField<Dialect>,
}

fn append_field(t: &Thread, d: &Dialect, out: &mut TextBuf, s: Option<Ref<Str>>, quoted: bool, only: bool) -> Result<()> {
    let mut quoted = quoted;
    let empty = s.is_none_or(|s| s.is_empty());
    if empty && d.delimiter == 0x20 && d.skip_initial_space {
        if d.quoting == QUOTE_NONE || (s.is_none() && matches!(d.quoting, QUOTE_STRINGS | QUOTE_NOTNULL)) {
            return Err(error(t, "empty field must be quoted if delimiter is a space and skipinitialspace is true"));
        }
        quoted = true;
    }
    // A row of one empty field would read as a row of none.
    if empty && only {
        if d.quoting == QUOTE_NONE || (s.is_none() && matches!(d.quoting, QUOTE_STRINGS | QUOTE_NOTNULL)) {
            return Err(error(t, "single empty field record must be quoted"));
        }
        quoted = true;
    }
    let mut body = TextBuf::new();
    if let Some(s) = s {
        for c in text_of(&s).iter() {
            let special = c == d.delimiter
                || (d.escape != 0 && c == d.escape)
                || (d.quote != 0 && c == d.quote)
                || c == 0x0a
                || c == 0x0d
                || d.lineterminator.expect().units().iter().any(|u| u == c);
            if special {
                let mut escape = d.quoting == QUOTE_NONE;
                if !escape {
                    if d.quote != 0 && c == d.quote {
                        if d.double_quote {
                            body.push(d.quote);
                        } else {
                            escape = true;
                        }
                    } else if d.escape != 0 && c == d.escape {
                        escape = true;
                    }
                    if !escape {
                        quoted = true;
                    }
                }
                if escape {
                    if d.escape == 0 {
                        return Err(error(t, "need to escape, but no escapechar set"));
                    }
                    body.push(d.escape);
                }
            }
            body.push(c);
        }
    }
    if quoted {
        out.push(d.quote);
    }
    out.push_text(body.as_text());
    if quoted {
        out.push(d.quote);
    }
    Ok(())
}

fn row_text(t: &Thread, d: &Dialect, row: Value) -> Result<Ref<Str>> {
    let items = match t.iter(row) {
        Ok(it) => it,
        Err(e) if e.is(t, ex::class(ex::Kind::TypeError)) => {
            return Err(error(t, format!("iterable expected, not {}", type_name(row))));
        }
        Err(e) => return Err(e),
    };
    let items = t.iterate_to_vec(items)?;
    let mut out = TextBuf::new();
    for (i, v) in items.iter().enumerate() {
        if i > 0 {
            out.push(d.delimiter);
        }
        let is_str = v.downcast::<Str>().is_some();
        let quoted = match d.quoting {
            QUOTE_NONNUMERIC => !(taipan_vm::objects::int::is_int(v) || float_value(v).is_some() || is_number(t, v)),
            QUOTE_ALL => true,
            QUOTE_STRINGS => is_str,
            QUOTE_NOTNULL => !v.is_none(),
            _ => false,
        };
        let text = if v.is_none() { None } else { Some(t.str(v)?) };
        append_field(t, d, &mut out, text, quoted, items.len() == 1)?;
    }
    out.push_text(text_of(&d.lineterminator.expect()));
    t.str_from_text(&out)
}

/// Whether the class of `v` is one of numbers (`PyNumber_Check`).
fn is_number(t: &Thread, v: Value) -> bool {
    use taipan_vm::objects::class::Special;
    let class = class_of(v);
    [Special::Index, Special::Int, Special::Float].iter().any(|s| class.special(t, *s).is_some())
        || v.downcast::<taipan_vm::objects::complex::Complex>().is_some()
}

/// CSV writer
///
/// Writer objects are responsible for generating tabular data
/// in CSV format from sequence input.
#[pyclass(name = "writer", module = "_csv", flags(NO_NEW))]
impl Writer {
    /// Construct and write a CSV record from an iterable of fields.
    ///
    /// Non-string elements will be converted to string.
    #[py("($self, row, /)")]
    fn writerow(t: &Thread, this: Ref<Writer>, row: Value) -> Result<Value> {
        let text = row_text(t, &this.dialect.expect(), row)?;
        t.call(this.write.get(), &[text.value()])
    }
    /// Construct and write a series of iterables to a csv file.
    ///
    /// Non-string elements will be converted to string.
    #[py("($self, rows, /)")]
    fn writerows(t: &Thread, this: Ref<Writer>, rows: Value) -> Result<()> {
        t.for_each(rows, |row| {
            let text = row_text(t, &this.dialect.expect(), row)?;
            t.call(this.write.get(), &[text.value()]).map(|_| ())
        })
    }
    #[py(member)]
    fn dialect(_t: &Thread, this: Ref<Writer>) -> Ref<Dialect> {
        this.dialect.expect()
    }
}
