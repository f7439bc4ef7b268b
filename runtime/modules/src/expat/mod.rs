//! `pyexpat`: a parser of XML that calls handlers, with the behaviour of Expat. [`scan`] reads markup, [`dtd`] what document
//! types declare, [`encoding`] makes text of bytes; here are the Python class and its handlers.
//!
//! The parser is written here because programs see Expat's own choices: how text is cut into pieces, where errors are, what is
//! given to the default handler.

mod cursor;
mod dtd;
mod encoding;
mod errors;
mod scan;

use crate::system::{exception_class, name};
use cursor::code;
use dtd::{Entity, Model};
use encoding::{Decoder, Guess};
use scan::{Event, Found, Kind, Place, Scanner, Width, declaration_tokens};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::*};
use taipan_vm::native::*;
use taipan_vm::objects::exceptions as ex;

pub struct Expat;

/// Places of the handlers in a parser's list.
mod on {
    pub const START_ELEMENT: usize = 0;
    pub const END_ELEMENT: usize = 1;
    pub const PROCESSING_INSTRUCTION: usize = 2;
    pub const CHARACTER_DATA: usize = 3;
    pub const UNPARSED_ENTITY_DECL: usize = 4;
    pub const NOTATION_DECL: usize = 5;
    pub const START_NAMESPACE_DECL: usize = 6;
    pub const END_NAMESPACE_DECL: usize = 7;
    pub const COMMENT: usize = 8;
    pub const START_CDATA_SECTION: usize = 9;
    pub const END_CDATA_SECTION: usize = 10;
    pub const DEFAULT: usize = 11;
    pub const DEFAULT_HANDLER_EXPAND: usize = 12;
    pub const NOT_STANDALONE: usize = 13;
    pub const EXTERNAL_ENTITY_REF: usize = 14;
    pub const START_DOCTYPE_DECL: usize = 15;
    pub const END_DOCTYPE_DECL: usize = 16;
    pub const ENTITY_DECL: usize = 17;
    pub const XML_DECL: usize = 18;
    pub const ELEMENT_DECL: usize = 19;
    pub const ATTLIST_DECL: usize = 20;
    pub const SKIPPED_ENTITY: usize = 21;
    pub const COUNT: usize = 22;
}

struct Core {
    scanner: Scanner,
    raw: Vec<u8>,
    decoder: Decoder,
    /// Given by the program: what the document says does not count.
    forced: Option<String>,
    /// The last error, and where it was.
    error: u32,
    place: Place,
    failed: bool,
    /// A token that is not complete is looked at again when twice as much of it is there.
    defers: bool,
    left: usize,
}

#[derive(HeapType)]
#[heap(drop)]
#[repr(C)]
pub struct XmlParser {
    header: Header,
    handlers: RefField<List>,
    intern: Field,
    #[noscan(drop)]
    core: Mutex<Core>,
    /// Text that was not delivered yet, in characters as its length counts.
    #[noscan(drop)]
    collected: Mutex<(String, usize)>,
    buffers: AtomicBool,
    buffer_size: AtomicUsize,
    ordered: AtomicBool,
    specified: AtomicBool,
    in_handler: AtomicBool,
}

fn error_class(t: &Thread) -> Result<Ref<Class>> {
    exception_class(t, "xml.parsers.expat", "ExpatError", &[ex::class(ex::Kind::Exception).value()], None)
}

fn expat_error(t: &Thread, code: u32, place: Place) -> Exc {
    let raise = || -> Result<Exc> {
        let text = match errors::message(code) {
            Some(m) => format!("{m}: line {}, column {}", place.line, place.column),
            None => format!("unknown error code {code}"),
        };
        let e = t.new_error(error_class(t)?, &text);
        for (field, v) in [("code", i64::from(code)), ("offset", place.column as i64), ("lineno", place.line as i64)] {
            t.set_attr(e.0, name(t, field)?, Some(t.int(v)?))?;
        }
        Ok(e)
    };
    raise().unwrap_or_else(|e| e)
}

impl XmlParser {
    fn core(&self) -> std::sync::MutexGuard<'_, Core> {
        self.core.lock().expect("parser")
    }
    fn handler_value(&self, i: usize) -> Value {
        self.handlers.expect().get(i).unwrap_or(Value::NONE)
    }
    fn handler(&self, i: usize) -> Option<Value> {
        Some(self.handler_value(i)).filter(|h| !h.is_none())
    }
}

/// Tells the scanner what the handlers make a difference for.
fn tell(this: Ref<XmlParser>) {
    let plain = this.handler(on::DEFAULT).is_some();
    let expand = this.handler(on::DEFAULT_HANDLER_EXPAND).is_some();
    let mut core = this.core();
    core.scanner.wants_raw = plain || expand;
    core.scanner.expands = !plain;
    core.scanner.specified_only = this.specified.load(Relaxed);
}

fn set_handler(t: &Thread, this: Ref<XmlParser>, i: usize, value: Option<Value>) -> Result<()> {
    let Some(value) = value else {
        return Err(t.type_error("Cannot delete attribute"));
    };
    if i == on::CHARACTER_DATA {
        flush(t, this)?;
    }
    let list = this.handlers.expect();
    list.set(t, i, value);
    // Both names are of one handler.
    if i == on::DEFAULT {
        list.set(t, on::DEFAULT_HANDLER_EXPAND, Value::NONE);
    } else if i == on::DEFAULT_HANDLER_EXPAND {
        list.set(t, on::DEFAULT, Value::NONE);
    }
    tell(this);
    Ok(())
}

fn call(t: &Thread, this: Ref<XmlParser>, handler: Value, args: &[Value]) -> Result<Value> {
    let before = this.in_handler.swap(true, AcqRel);
    let result = t.call(handler, args);
    this.in_handler.store(before, Release);
    if result.is_err() {
        // Nobody is told of anything more.
        let list = this.handlers.expect();
        for i in 0..on::COUNT {
            list.set(t, i, Value::NONE);
        }
        tell(this);
    }
    result
}

fn flush(t: &Thread, this: Ref<XmlParser>) -> Result<()> {
    let text = {
        let mut c = this.collected.lock().expect("parser");
        c.1 = 0;
        std::mem::take(&mut c.0)
    };
    if text.is_empty() {
        return Ok(());
    }
    if let Some(h) = this.handler(on::CHARACTER_DATA) {
        let text = Str::from_str(t, &text)?;
        call(t, this, h, &[text.value()])?;
    }
    Ok(())
}

fn optional(t: &Thread, s: Option<&str>) -> Result<Value> {
    Ok(match s {
        Some(s) => Str::from_str(t, s)?.value(),
        None => Value::NONE,
    })
}

/// A name, the same object each time if the program wants that.
fn interned(t: &Thread, this: Ref<XmlParser>, s: &str) -> Result<Value> {
    let s = Str::from_str(t, s)?.value();
    match this.intern.get().downcast::<Dict>() {
        Some(d) => Ok(d.set_default(t, s, s)?.unwrap_or(s)),
        None => Ok(s),
    }
}

fn interned_optional(t: &Thread, this: Ref<XmlParser>, s: Option<&str>) -> Result<Value> {
    match s {
        Some(s) => interned(t, this, s),
        None => Ok(Value::NONE),
    }
}

fn model_value(t: &Thread, this: Ref<XmlParser>, m: &Model) -> Result<Value> {
    t.check_native_stack()?;
    let children = ValueVec::new();
    for c in &m.children {
        children.push(t, model_value(t, this, c)?)?;
    }
    let name = interned_optional(t, this, m.name.as_deref())?;
    let children = children.into_tuple(t)?;
    Ok(Tuple::new(t, &[t.int(m.kind)?, t.int(m.quantifier)?, name, children.value()])?.value())
}

/// Calls the handlers of one event. `Err` of the inner result: a code of Expat's.
fn deliver(t: &Thread, this: Ref<XmlParser>, found: Found) -> Result<std::result::Result<(), u32>> {
    let Found { event, raw, .. } = found;
    if !matches!(event, Event::Text(_)) {
        flush(t, this)?;
    }
    let text = |s: &str| -> Result<Value> { Ok(Str::from_str(t, s)?.value()) };
    let interned = |s: &str| interned(t, this, s);
    let interned_optional = |s: &Option<String>| interned_optional(t, this, s.as_deref());
    let args = ValueVec::new();
    let add = |v: Value| args.push(t, v);
    let number = match &event {
        Event::XmlDecl { version, encoding, standalone } => {
            let is_wide = this.core().scanner.width == Width::Units && this.core().forced.is_none();
            let known = encoding.as_deref().and_then(encoding::known);
            if is_wide && !matches!(known, None | Some(Decoder::Utf16 { .. })) {
                return Ok(Err(code::INCORRECT_ENCODING));
            }
            add(optional(t, version.as_deref())?)?;
            add(optional(t, encoding.as_deref())?)?;
            add(t.int(*standalone)?)?;
            on::XML_DECL
        }
        Event::StartDoctype { name, system, public, has_internal } => {
            add(interned(name)?)?;
            add(interned_optional(system)?)?;
            add(interned_optional(public)?)?;
            add(t.int(i64::from(*has_internal))?)?;
            on::START_DOCTYPE_DECL
        }
        Event::EndDoctype => on::END_DOCTYPE_DECL,
        Event::Element { name, model } => {
            if this.handler(on::ELEMENT_DECL).is_some() {
                add(interned(name)?)?;
                add(model_value(t, this, model)?)?;
            }
            on::ELEMENT_DECL
        }
        Event::Attribute { element, list } => {
            add(interned(element)?)?;
            add(interned(&list.name)?)?;
            add(interned(&list.kind)?)?;
            add(optional(t, list.default.as_deref())?)?;
            add(t.int(i64::from(list.required))?)?;
            on::ATTLIST_DECL
        }
        Event::Entity { name, is_parameter, entity, value } => {
            let Entity { system, public, base, notation, .. } = entity;
            if notation.is_some() && this.handler(on::UNPARSED_ENTITY_DECL).is_some() {
                for v in [Some(name), base.as_ref(), system.as_ref(), public.as_ref(), notation.as_ref()] {
                    add(crate::expat::interned_optional(t, this, v.map(String::as_str))?)?;
                }
                on::UNPARSED_ENTITY_DECL
            } else {
                add(interned(name)?)?;
                add(t.int(i64::from(*is_parameter))?)?;
                add(optional(t, value.as_deref())?)?;
                for v in [base, system, public, notation] {
                    add(interned_optional(v)?)?;
                }
                on::ENTITY_DECL
            }
        }
        Event::Notation { name, system, public } => {
            let base = this.core().scanner.base.clone();
            add(interned(name)?)?;
            for v in [&base, system, public] {
                add(interned_optional(v)?)?;
            }
            on::NOTATION_DECL
        }
        Event::Start { name, attributes } => {
            if this.handler(on::START_ELEMENT).is_some() {
                let ordered = this.ordered.load(Relaxed);
                let (list, dict) = (List::new(t)?, Dict::new(t)?);
                for (k, v) in attributes {
                    let (k, v) = (interned(k)?, text(v)?);
                    if ordered {
                        list.append(t, k)?;
                        list.append(t, v)?;
                    } else {
                        dict.set(t, k, v)?;
                    }
                }
                add(interned(name)?)?;
                add(if ordered { list.value() } else { dict.value() })?;
            }
            on::START_ELEMENT
        }
        Event::End { name } => {
            add(interned(name)?)?;
            on::END_ELEMENT
        }
        Event::StartNamespace { prefix, uri } => {
            add(interned_optional(prefix)?)?;
            add(interned_optional(uri)?)?;
            on::START_NAMESPACE_DECL
        }
        Event::EndNamespace { prefix } => {
            add(interned_optional(prefix)?)?;
            on::END_NAMESPACE_DECL
        }
        Event::Text(s) => {
            if this.handler(on::CHARACTER_DATA).is_some() && this.buffers.load(Relaxed) {
                collect(t, this, s)?;
                return Ok(Ok(()));
            }
            add(text(s)?)?;
            on::CHARACTER_DATA
        }
        Event::Comment(s) => {
            add(text(s)?)?;
            on::COMMENT
        }
        Event::Instruction { target, data } => {
            add(interned(target)?)?;
            add(text(data)?)?;
            on::PROCESSING_INSTRUCTION
        }
        Event::StartCdata => on::START_CDATA_SECTION,
        Event::EndCdata => on::END_CDATA_SECTION,
        Event::External { context, entity } => {
            add(optional(t, context.as_deref())?)?;
            for v in [&entity.base, &entity.system, &entity.public] {
                add(interned_optional(v)?)?;
            }
            on::EXTERNAL_ENTITY_REF
        }
        Event::Skipped { name, is_parameter } => {
            add(interned(name)?)?;
            add(t.int(i64::from(*is_parameter))?)?;
            on::SKIPPED_ENTITY
        }
        Event::NotStandalone => on::NOT_STANDALONE,
        Event::Other => on::COUNT,
    };
    let Some(handler) = this.handler(number) else {
        let default = this.handler(on::DEFAULT).or(this.handler(on::DEFAULT_HANDLER_EXPAND));
        if let (Some(default), Some(raw)) = (default, raw) {
            flush(t, this)?;
            let is_declaration = raw.starts_with("<!") && !raw.starts_with("<!-") && !raw.starts_with("<![CDATA[");
            if is_declaration || number == on::END_DOCTYPE_DECL {
                for token in declaration_tokens(&raw) {
                    let token = text(token)?;
                    call(t, this, default, &[token])?;
                }
                return Ok(Ok(()));
            }
            let raw = text(&raw)?;
            call(t, this, default, &[raw])?;
        }
        return Ok(Ok(()));
    };
    let result = call(t, this, handler, args.as_slice())?;
    if number == on::EXTERNAL_ENTITY_REF || number == on::NOT_STANDALONE {
        let failure = if number == on::NOT_STANDALONE { code::NOT_STANDALONE } else { code::EXTERNAL_ENTITY_HANDLING };
        let ok = t.to_i64(result).map(|n| n != 0)?;
        return Ok(if ok { Ok(()) } else { Err(failure) });
    }
    Ok(Ok(()))
}

/// Adds text to what is delivered later in one piece.
fn collect(t: &Thread, this: Ref<XmlParser>, s: &str) -> Result<()> {
    let size = this.buffer_size.load(Relaxed);
    let used = this.collected.lock().expect("parser").1;
    if used + s.len() > size {
        flush(t, this)?;
        if s.len() > size {
            if let Some(h) = this.handler(on::CHARACTER_DATA) {
                let text = Str::from_str(t, s)?;
                call(t, this, h, &[text.value()])?;
            }
            return Ok(());
        }
    }
    let mut c = this.collected.lock().expect("parser");
    c.0.push_str(s);
    c.1 += s.len();
    Ok(())
}

/// A decoder for an encoding that only Python's codecs know.
fn table_decoder(t: &Thread, encoding: &str) -> Result<Option<Decoder>> {
    let all: Vec<u8> = (0..=255).collect();
    let bytes = Bytes::new(t, &all)?;
    let decoded = t.call_method(
        bytes.value(),
        names::decode(),
        &[Str::from_str(t, encoding)?.value(), Str::from_str(t, "replace")?.value()],
    )?;
    let Some(s) = decoded.downcast::<Str>() else { return Ok(None) };
    let chars: Vec<char> = s.to_string_lossy().chars().collect();
    if chars.len() != 256 {
        return Err(t.value_error("multi-byte encodings are not supported"));
    }
    let mut table = Box::new([None; 256]);
    for (slot, c) in table.iter_mut().zip(chars) {
        *slot = Some(c).filter(|&c| c != '\u{fffd}');
    }
    Ok(Some(Decoder::Table(table)))
}

/// Chooses the decoder once enough is known. `Err` of the inner result: a code of Expat's.
fn choose_decoder(t: &Thread, this: Ref<XmlParser>) -> Result<std::result::Result<(), u32>> {
    let (mut wanted, is_wide, mark) = {
        let core = this.core();
        if !matches!(core.decoder, Decoder::Unknown) {
            return Ok(Ok(()));
        }
        match encoding::guess(&core.raw, core.scanner.is_final) {
            Guess::More => return Ok(Ok(())),
            Guess::Utf16 { big_endian, mark } => (None, Some(big_endian), mark),
            Guess::Ascii { mark, declared } => (declared, None, mark),
        }
    };
    let forced = this.core().forced.clone();
    let has_force = forced.is_some();
    if has_force {
        wanted = forced;
    }
    let decoder = match (&wanted, is_wide) {
        (None, Some(big_endian)) => Decoder::Utf16 { big_endian },
        (None, None) => Decoder::Utf8,
        (Some(w), wide) => match encoding::known(w) {
            Some(Decoder::Utf16 { .. }) => match wide {
                Some(big_endian) => Decoder::Utf16 { big_endian },
                None if has_force => Decoder::Utf16 { big_endian: !w.eq_ignore_ascii_case("UTF-16LE") },
                None => return Ok(Err(code::INCORRECT_ENCODING)),
            },
            Some(d) => d,
            None => match table_decoder(t, w) {
                Ok(Some(d)) => d,
                Ok(None) => return Ok(Err(code::UNKNOWN_ENCODING)),
                Err(e) => return Err(e),
            },
        },
    };
    let mut core = this.core();
    core.scanner.width = match decoder {
        Decoder::Utf16 { .. } => Width::Units,
        Decoder::Latin1 | Decoder::Ascii | Decoder::Table(_) => {
            core.raw.drain(..mark);
            Width::Characters
        }
        _ => Width::Utf8,
    };
    core.decoder = decoder;
    Ok(Ok(()))
}

fn fail(t: &Thread, this: Ref<XmlParser>, code: u32, at: Option<usize>) -> Exc {
    let place = {
        let mut core = this.core();
        if let Some(at) = at {
            core.place = core.scanner.place(at);
        }
        core.error = code;
        core.failed = true;
        core.place
    };
    expat_error(t, code, place)
}

fn parse(t: &Thread, this: Ref<XmlParser>, data: &[u8], is_final: bool) -> Result<Value> {
    if this.in_handler.load(Acquire) {
        return Err(t.runtime_error("cannot call Parse() from within a handler"));
    }
    {
        let mut core = this.core();
        if core.failed || core.scanner.is_final {
            let code = if core.failed { core.error } else { code::FINISHED };
            core.error = code;
            let place = core.place;
            drop(core);
            return Err(expat_error(t, code, place));
        }
        core.raw.extend_from_slice(data);
        core.scanner.is_final = is_final;
    }
    if let Err(code) = choose_decoder(t, this)? {
        let at = if code == code::UNKNOWN_ENCODING || code == code::INCORRECT_ENCODING { None } else { Some(0) };
        if at.is_none() {
            // Where the declaration names it.
            let mut core = this.core();
            let raw = String::from_utf8_lossy(&core.raw).into_owned();
            let column = raw.find("encoding").and_then(|i| raw[i..].find(['"', '\'']).map(|j| i + j + 1)).unwrap_or(0);
            core.place = Place { line: 1, column: column as u64, byte: column as u64 };
        }
        return Err(fail(t, this, code, at));
    }
    tell(this);
    {
        let mut guard = this.core();
        let core = &mut *guard;
        // What is no character of the encoding is found where the scanner comes to it.
        let _ = core.decoder.decode(&mut core.raw, &mut core.scanner.text);
        if is_final && !core.raw.is_empty() {
            core.scanner.text.push(0xff);
        }
        if core.defers && !is_final && core.scanner.left() < 2 * core.left {
            return Ok(Value::small_int(1));
        }
    }
    loop {
        let next = {
            let mut core = this.core();
            let next = core.scanner.next();
            if let Ok(Some(found)) = &next {
                core.place = core.scanner.event_place(found);
            }
            next
        };
        match next {
            Ok(Some(found)) => {
                if let Err(code) = deliver(t, this, found)? {
                    return Err(fail(t, this, code, None));
                }
            }
            Ok(None) => break,
            Err((code, at)) => {
                flush(t, this)?;
                return Err(fail(t, this, code, Some(at)));
            }
        }
    }
    let mut core = this.core();
    if is_final {
        let end = core.scanner.text.len();
        core.place = core.scanner.place(end);
    } else {
        let token = core.scanner.token;
        core.place = core.scanner.place(token);
        core.left = core.scanner.left();
    }
    drop(core);
    flush(t, this)?;
    Ok(Value::small_int(1))
}

fn new_parser(t: &Thread, scanner: Scanner, forced: Option<String>, intern: Value) -> Result<Ref<XmlParser>> {
    let handlers = List::repeated(t, &[Value::NONE], on::COUNT)?;
    let field = RefField::null();
    field.init(handlers);
    let place = Place { line: 1, column: 0, byte: u64::MAX };
    let core =
        Core { scanner, raw: Vec::new(), decoder: Decoder::Unknown, forced, error: 0, place, failed: false, defers: true, left: 0 };
    t.create(XmlParser {
        header: Header::NEW,
        handlers: field,
        intern: Field::new(intern),
        core: Mutex::new(core),
        collected: Mutex::new((String::new(), 0)),
        buffers: AtomicBool::new(false),
        buffer_size: AtomicUsize::new(8192),
        ordered: AtomicBool::new(false),
        specified: AtomicBool::new(false),
        in_handler: AtomicBool::new(false),
    })
}

fn truth(t: &Thread, value: Option<Value>) -> Result<bool> {
    match value {
        Some(v) => t.truth(v),
        None => Err(t.type_error("Cannot delete attribute")),
    }
}

fn init(t: &Thread, m: Ref<Module>) -> Result<()> {
    let error = error_class(t)?.value();
    m.set(t, "ExpatError", error)?;
    m.set(t, "error", error)?;
    m.set(t, "XMLParserType", XmlParser::class().value())?;
    t.set_attr(m.value(), name(t, "xmlparser")?, None)?;
    m.set(t, "EXPAT_VERSION", Str::from_str(t, "expat_2.9.0")?.value())?;
    m.set(t, "native_encoding", Str::from_str(t, "UTF-8")?.value())?;
    let version = (2i64, 9i64, 0i64).into_value(t)?;
    m.set(t, "version_info", version)?;
    let features = List::new(t)?;
    for (feature, n) in [("sizeof(XML_Char)", 1i64), ("sizeof(XML_LChar)", 1), ("XML_DTD", 0), ("XML_NS", 0), ("XML_GE", 0)] {
        features.append(t, (feature, n).into_value(t)?)?;
    }
    m.set(t, "features", features.value())?;
    for (constant, n) in [
        ("XML_PARAM_ENTITY_PARSING_NEVER", 0),
        ("XML_PARAM_ENTITY_PARSING_UNLESS_STANDALONE", 1),
        ("XML_PARAM_ENTITY_PARSING_ALWAYS", 2),
    ] {
        m.set(t, constant, Value::small_int(n))?;
    }
    errors::add_modules(t, m)
}

/// Python wrapper for Expat parser.
#[pymodule(name = "pyexpat", classes(XmlParser), init = init)]
impl Expat {
    /// Return a new XML parser object.
    #[py("($module, /, encoding=None, namespace_separator=None, intern=<unrepresentable>)", name = "ParserCreate")]
    fn parser_create(
        t: &Thread,
        encoding: OrNone<Ref<Str>>,
        namespace_separator: Option<Value>,
        intern: Option<Value>,
    ) -> Result<Ref<XmlParser>> {
        let separator = match namespace_separator.filter(|v| !v.is_none()) {
            None => None,
            Some(v) => match v.downcast::<Str>() {
                Some(s) => Some(s.to_string_lossy()),
                None => {
                    let got = class_of(v).name_string();
                    let text = format!("ParserCreate() argument 'namespace_separator' must be str or None, not {got}");
                    return Err(t.type_error(text));
                }
            },
        };
        let separator = match separator {
            None => None,
            Some(s) => match s.chars().count() {
                0 => Some('\0'),
                1 => s.chars().next(),
                _ => {
                    let text = "namespace_separator must be at most one character, omitted, or None";
                    return Err(t.value_error(text));
                }
            },
        };
        let intern = match intern {
            None => Dict::new(t)?.value(),
            Some(v) if v.is_none() || v.downcast::<Dict>().is_some() => v,
            Some(_) => return Err(t.type_error("intern must be a dictionary")),
        };
        new_parser(t, Scanner::new(Kind::Document, separator), encoding.0.map(|s| s.to_string_lossy()), intern)
    }
    /// Returns string error for given number.
    #[py("($module, code, /)", name = "ErrorString")]
    fn error_string(_t: &Thread, code: i64) -> Option<&'static str> {
        errors::message(u32::try_from(code).ok()?)
    }
}

/// XML parser
#[pyclass(name = "xmlparser", module = "pyexpat", flags(NO_NEW))]
impl XmlParser {
    /// Parse XML data.
    ///
    /// 'isfinal' should be true at end of input.
    #[py("($self, data, isfinal=False, /)", name = "Parse")]
    fn parse(t: &Thread, this: Ref<XmlParser>, data: Value, isfinal: Option<bool>) -> Result<Value> {
        let is_final = isfinal.unwrap_or(false);
        if let Some(s) = data.downcast::<Str>() {
            let encoded = t.call_method(s.value(), name(t, "encode")?, &[])?;
            let Some(bytes) = encoded.downcast::<Bytes>() else { return Err(t.type_error("encode() did not give bytes")) };
            let text = bytes.as_slice().to_vec();
            {
                let mut core = this.core();
                if core.forced.is_none() || matches!(core.decoder, Decoder::Unknown) {
                    core.forced = Some("utf-8".to_owned());
                }
            }
            return parse(t, this, &text, is_final);
        }
        let text = t.buffer(data)?.to_vec();
        parse(t, this, &text, is_final)
    }
    /// Parse XML data from file-like object.
    #[py("($self, file, /)", name = "ParseFile")]
    fn parse_file(t: &Thread, this: Ref<XmlParser>, file: Value) -> Result<Value> {
        let Some(read) = t.get_attr_opt(file, name(t, "read")?)? else {
            return Err(t.type_error("argument must have 'read' attribute"));
        };
        loop {
            let data = t.call(read, &[Value::small_int(2048)])?;
            let is_bytes = data.downcast::<Bytes>().is_some() || class_of(data).name_string() == "bytearray";
            if !is_bytes {
                let got = class_of(data).name_string();
                return Err(t.type_error(format!("read() did not return a bytes object (type={got})")));
            }
            let text = t.buffer(data)?.to_vec();
            if text.len() > 2048 {
                let n = text.len();
                return Err(t.value_error(format!("read() returned too much data: 2048 bytes requested, {n} returned")));
            }
            let end = text.is_empty();
            let result = parse(t, this, &text, end)?;
            if end {
                return Ok(result);
            }
        }
    }
    /// Set the base URL for the parser.
    #[py("($self, base, /)", name = "SetBase")]
    fn set_base(_t: &Thread, this: Ref<XmlParser>, base: Ref<Str>) {
        this.core().scanner.base = Some(base.to_string_lossy());
    }
    /// Return base URL string for the parser.
    #[py("($self, /)", name = "GetBase")]
    fn get_base(_t: &Thread, this: Ref<XmlParser>) -> Option<String> {
        this.core().scanner.base.clone()
    }
    /// Return the untranslated text of the input that caused the current event.
    ///
    /// If the event was generated by a large amount of text (such as a start tag
    /// for an element with many attributes), not all of the text may be available.
    #[py("($self, /)", name = "GetInputContext")]
    fn get_input_context(t: &Thread, this: Ref<XmlParser>) -> Result<Value> {
        if !this.in_handler.load(Acquire) {
            return Ok(Value::NONE);
        }
        let text = this.core().scanner.input_context().to_vec();
        Ok(Bytes::new(t, &text)?.value())
    }
    /// Create a parser for parsing an external entity based on the information passed to the ExternalEntityRefHandler.
    #[py("($self, context, encoding=<unrepresentable>, /)", name = "ExternalEntityParserCreate")]
    fn external_entity_parser_create(
        t: &Thread,
        this: Ref<XmlParser>,
        context: OrNone<Ref<Str>>,
        encoding: Option<Ref<Str>>,
    ) -> Result<Ref<XmlParser>> {
        let scanner = {
            let core = this.core();
            let outer = &core.scanner;
            let kind = if context.0.is_some() { Kind::Content } else { Kind::Subset };
            let mut s = Scanner::new(kind, outer.namespaces);
            s.dtd = outer.dtd.clone();
            s.prefixes = outer.prefixes;
            s.bindings = outer.bindings.clone();
            s.base = outer.base.clone();
            s.parameter_parsing = outer.parameter_parsing;
            s
        };
        let new = new_parser(t, scanner, encoding.map(|e| e.to_string_lossy()), this.intern.get())?;
        let (from, to) = (this.handlers.expect(), new.handlers.expect());
        for i in 0..on::COUNT {
            to.set(t, i, from.get(i).unwrap_or(Value::NONE));
        }
        new.buffers.store(this.buffers.load(Relaxed), Relaxed);
        new.buffer_size.store(this.buffer_size.load(Relaxed), Relaxed);
        new.ordered.store(this.ordered.load(Relaxed), Relaxed);
        new.specified.store(this.specified.load(Relaxed), Relaxed);
        Ok(new)
    }
    /// Controls parsing of parameter entities (including the external DTD subset).
    ///
    /// Possible flag values are XML_PARAM_ENTITY_PARSING_NEVER,
    /// XML_PARAM_ENTITY_PARSING_UNLESS_STANDALONE and
    /// XML_PARAM_ENTITY_PARSING_ALWAYS. Returns true if setting the flag
    /// was successful.
    #[py("($self, flag, /)", name = "SetParamEntityParsing")]
    fn set_param_entity_parsing(_t: &Thread, this: Ref<XmlParser>, flag: i64) -> i64 {
        let mut core = this.core();
        if core.scanner.has_begun() || !(0..=2).contains(&flag) {
            return 0;
        }
        core.scanner.parameter_parsing = flag;
        1
    }
    /// Allows the application to provide an artificial external subset if one is not specified as part of the document instance.
    ///
    /// This readily allows the use of a 'default' document type controlled by the
    /// application, while still getting the advantage of providing document type
    /// information to the parser. 'flag' defaults to True if not provided.
    #[py("($self, flag=True, /)", name = "UseForeignDTD")]
    fn use_foreign_dtd(t: &Thread, this: Ref<XmlParser>, flag: Option<bool>) -> Result<()> {
        let mut core = this.core();
        if core.scanner.has_begun() {
            let place = core.place;
            drop(core);
            return Err(expat_error(t, 26, place));
        }
        core.scanner.foreign_dtd = flag.unwrap_or(true);
        Ok(())
    }
    /// Enable/Disable reparse deferral; enabled by default with Expat >=2.6.0.
    #[py("($self, enabled, /)", name = "SetReparseDeferralEnabled")]
    fn set_reparse_deferral_enabled(_t: &Thread, this: Ref<XmlParser>, enabled: bool) {
        this.core().defers = enabled;
    }
    /// Retrieve reparse deferral enabled status; always returns false with Expat <2.6.0.
    #[py("($self, /)", name = "GetReparseDeferralEnabled")]
    fn get_reparse_deferral_enabled(_t: &Thread, this: Ref<XmlParser>) -> bool {
        this.core().defers
    }
    #[py(getter, name = "ErrorCode")]
    fn error_code(_t: &Thread, this: Ref<XmlParser>) -> i64 {
        i64::from(this.core().error)
    }
    #[py(getter, name = "ErrorLineNumber")]
    fn error_line_number(_t: &Thread, this: Ref<XmlParser>) -> u64 {
        this.core().place.line
    }
    #[py(getter, name = "ErrorColumnNumber")]
    fn error_column_number(_t: &Thread, this: Ref<XmlParser>) -> u64 {
        this.core().place.column
    }
    #[py(getter, name = "ErrorByteIndex")]
    fn error_byte_index(_t: &Thread, this: Ref<XmlParser>) -> i64 {
        this.core().place.byte as i64
    }
    #[py(getter, name = "CurrentLineNumber")]
    fn current_line_number(_t: &Thread, this: Ref<XmlParser>) -> u64 {
        this.core().place.line
    }
    #[py(getter, name = "CurrentColumnNumber")]
    fn current_column_number(_t: &Thread, this: Ref<XmlParser>) -> u64 {
        this.core().place.column
    }
    #[py(getter, name = "CurrentByteIndex")]
    fn current_byte_index(_t: &Thread, this: Ref<XmlParser>) -> i64 {
        this.core().place.byte as i64
    }
    #[py(member)]
    fn intern(_t: &Thread, this: Ref<XmlParser>) -> Value {
        this.intern.get()
    }
    #[py(getter)]
    fn buffer_text(_t: &Thread, this: Ref<XmlParser>) -> bool {
        this.buffers.load(Relaxed)
    }
    #[py(setter)]
    fn set_buffer_text(t: &Thread, this: Ref<XmlParser>, value: Option<Value>) -> Result<()> {
        let wanted = truth(t, value)?;
        if !wanted {
            flush(t, this)?;
        }
        this.buffers.store(wanted, Relaxed);
        Ok(())
    }
    #[py(getter)]
    fn buffer_size(_t: &Thread, this: Ref<XmlParser>) -> usize {
        this.buffer_size.load(Relaxed)
    }
    #[py(setter)]
    fn set_buffer_size(t: &Thread, this: Ref<XmlParser>, value: Option<Value>) -> Result<()> {
        let Some(value) = value else { return Err(t.type_error("Cannot delete attribute")) };
        if !taipan_vm::objects::int::is_int(value) {
            return Err(t.type_error("buffer_size must be an integer"));
        }
        let n = t.to_i64(value)?;
        if n <= 0 {
            return Err(t.value_error("buffer_size must be greater than zero"));
        }
        if n > i64::from(i32::MAX) {
            return Err(t.value_error(format!("buffer_size must not be greater than {}", i32::MAX)));
        }
        flush(t, this)?;
        this.buffer_size.store(n as usize, Relaxed);
        Ok(())
    }
    #[py(getter)]
    fn buffer_used(_t: &Thread, this: Ref<XmlParser>) -> usize {
        this.collected.lock().expect("parser").1
    }
    #[py(getter)]
    fn namespace_prefixes(_t: &Thread, this: Ref<XmlParser>) -> bool {
        this.core().scanner.prefixes
    }
    #[py(setter)]
    fn set_namespace_prefixes(t: &Thread, this: Ref<XmlParser>, value: Option<Value>) -> Result<()> {
        this.core().scanner.prefixes = truth(t, value)?;
        Ok(())
    }
    #[py(getter)]
    fn ordered_attributes(_t: &Thread, this: Ref<XmlParser>) -> bool {
        this.ordered.load(Relaxed)
    }
    #[py(setter)]
    fn set_ordered_attributes(t: &Thread, this: Ref<XmlParser>, value: Option<Value>) -> Result<()> {
        this.ordered.store(truth(t, value)?, Relaxed);
        Ok(())
    }
    #[py(getter)]
    fn specified_attributes(_t: &Thread, this: Ref<XmlParser>) -> bool {
        this.specified.load(Relaxed)
    }
    #[py(setter)]
    fn set_specified_attributes(t: &Thread, this: Ref<XmlParser>, value: Option<Value>) -> Result<()> {
        this.specified.store(truth(t, value)?, Relaxed);
        Ok(())
    }
    #[py(getter, name = "StartElementHandler")]
    fn start_element_handler(_t: &Thread, this: Ref<XmlParser>) -> Value {
        this.handler_value(0)
    }
    #[py(setter, name = "StartElementHandler")]
    fn set_start_element_handler(t: &Thread, this: Ref<XmlParser>, value: Option<Value>) -> Result<()> {
        set_handler(t, this, 0, value)
    }
    #[py(getter, name = "EndElementHandler")]
    fn end_element_handler(_t: &Thread, this: Ref<XmlParser>) -> Value {
        this.handler_value(1)
    }
    #[py(setter, name = "EndElementHandler")]
    fn set_end_element_handler(t: &Thread, this: Ref<XmlParser>, value: Option<Value>) -> Result<()> {
        set_handler(t, this, 1, value)
    }
    #[py(getter, name = "ProcessingInstructionHandler")]
    fn processing_instruction_handler(_t: &Thread, this: Ref<XmlParser>) -> Value {
        this.handler_value(2)
    }
    #[py(setter, name = "ProcessingInstructionHandler")]
    fn set_processing_instruction_handler(t: &Thread, this: Ref<XmlParser>, value: Option<Value>) -> Result<()> {
        set_handler(t, this, 2, value)
    }
    #[py(getter, name = "CharacterDataHandler")]
    fn character_data_handler(_t: &Thread, this: Ref<XmlParser>) -> Value {
        this.handler_value(3)
    }
    #[py(setter, name = "CharacterDataHandler")]
    fn set_character_data_handler(t: &Thread, this: Ref<XmlParser>, value: Option<Value>) -> Result<()> {
        set_handler(t, this, 3, value)
    }
    #[py(getter, name = "UnparsedEntityDeclHandler")]
    fn unparsed_entity_decl_handler(_t: &Thread, this: Ref<XmlParser>) -> Value {
        this.handler_value(4)
    }
    #[py(setter, name = "UnparsedEntityDeclHandler")]
    fn set_unparsed_entity_decl_handler(t: &Thread, this: Ref<XmlParser>, value: Option<Value>) -> Result<()> {
        set_handler(t, this, 4, value)
    }
    #[py(getter, name = "NotationDeclHandler")]
    fn notation_decl_handler(_t: &Thread, this: Ref<XmlParser>) -> Value {
        this.handler_value(5)
    }
    #[py(setter, name = "NotationDeclHandler")]
    fn set_notation_decl_handler(t: &Thread, this: Ref<XmlParser>, value: Option<Value>) -> Result<()> {
        set_handler(t, this, 5, value)
    }
    #[py(getter, name = "StartNamespaceDeclHandler")]
    fn start_namespace_decl_handler(_t: &Thread, this: Ref<XmlParser>) -> Value {
        this.handler_value(6)
    }
    #[py(setter, name = "StartNamespaceDeclHandler")]
    fn set_start_namespace_decl_handler(t: &Thread, this: Ref<XmlParser>, value: Option<Value>) -> Result<()> {
        set_handler(t, this, 6, value)
    }
    #[py(getter, name = "EndNamespaceDeclHandler")]
    fn end_namespace_decl_handler(_t: &Thread, this: Ref<XmlParser>) -> Value {
        this.handler_value(7)
    }
    #[py(setter, name = "EndNamespaceDeclHandler")]
    fn set_end_namespace_decl_handler(t: &Thread, this: Ref<XmlParser>, value: Option<Value>) -> Result<()> {
        set_handler(t, this, 7, value)
    }
    #[py(getter, name = "CommentHandler")]
    fn comment_handler(_t: &Thread, this: Ref<XmlParser>) -> Value {
        this.handler_value(8)
    }
    #[py(setter, name = "CommentHandler")]
    fn set_comment_handler(t: &Thread, this: Ref<XmlParser>, value: Option<Value>) -> Result<()> {
        set_handler(t, this, 8, value)
    }
    #[py(getter, name = "StartCdataSectionHandler")]
    fn start_cdata_section_handler(_t: &Thread, this: Ref<XmlParser>) -> Value {
        this.handler_value(9)
    }
    #[py(setter, name = "StartCdataSectionHandler")]
    fn set_start_cdata_section_handler(t: &Thread, this: Ref<XmlParser>, value: Option<Value>) -> Result<()> {
        set_handler(t, this, 9, value)
    }
    #[py(getter, name = "EndCdataSectionHandler")]
    fn end_cdata_section_handler(_t: &Thread, this: Ref<XmlParser>) -> Value {
        this.handler_value(10)
    }
    #[py(setter, name = "EndCdataSectionHandler")]
    fn set_end_cdata_section_handler(t: &Thread, this: Ref<XmlParser>, value: Option<Value>) -> Result<()> {
        set_handler(t, this, 10, value)
    }
    #[py(getter, name = "DefaultHandler")]
    fn default_handler(_t: &Thread, this: Ref<XmlParser>) -> Value {
        this.handler_value(11)
    }
    #[py(setter, name = "DefaultHandler")]
    fn set_default_handler(t: &Thread, this: Ref<XmlParser>, value: Option<Value>) -> Result<()> {
        set_handler(t, this, 11, value)
    }
    #[py(getter, name = "DefaultHandlerExpand")]
    fn default_handler_expand(_t: &Thread, this: Ref<XmlParser>) -> Value {
        this.handler_value(12)
    }
    #[py(setter, name = "DefaultHandlerExpand")]
    fn set_default_handler_expand(t: &Thread, this: Ref<XmlParser>, value: Option<Value>) -> Result<()> {
        set_handler(t, this, 12, value)
    }
    #[py(getter, name = "NotStandaloneHandler")]
    fn not_standalone_handler(_t: &Thread, this: Ref<XmlParser>) -> Value {
        this.handler_value(13)
    }
    #[py(setter, name = "NotStandaloneHandler")]
    fn set_not_standalone_handler(t: &Thread, this: Ref<XmlParser>, value: Option<Value>) -> Result<()> {
        set_handler(t, this, 13, value)
    }
    #[py(getter, name = "ExternalEntityRefHandler")]
    fn external_entity_ref_handler(_t: &Thread, this: Ref<XmlParser>) -> Value {
        this.handler_value(14)
    }
    #[py(setter, name = "ExternalEntityRefHandler")]
    fn set_external_entity_ref_handler(t: &Thread, this: Ref<XmlParser>, value: Option<Value>) -> Result<()> {
        set_handler(t, this, 14, value)
    }
    #[py(getter, name = "StartDoctypeDeclHandler")]
    fn start_doctype_decl_handler(_t: &Thread, this: Ref<XmlParser>) -> Value {
        this.handler_value(15)
    }
    #[py(setter, name = "StartDoctypeDeclHandler")]
    fn set_start_doctype_decl_handler(t: &Thread, this: Ref<XmlParser>, value: Option<Value>) -> Result<()> {
        set_handler(t, this, 15, value)
    }
    #[py(getter, name = "EndDoctypeDeclHandler")]
    fn end_doctype_decl_handler(_t: &Thread, this: Ref<XmlParser>) -> Value {
        this.handler_value(16)
    }
    #[py(setter, name = "EndDoctypeDeclHandler")]
    fn set_end_doctype_decl_handler(t: &Thread, this: Ref<XmlParser>, value: Option<Value>) -> Result<()> {
        set_handler(t, this, 16, value)
    }
    #[py(getter, name = "EntityDeclHandler")]
    fn entity_decl_handler(_t: &Thread, this: Ref<XmlParser>) -> Value {
        this.handler_value(17)
    }
    #[py(setter, name = "EntityDeclHandler")]
    fn set_entity_decl_handler(t: &Thread, this: Ref<XmlParser>, value: Option<Value>) -> Result<()> {
        set_handler(t, this, 17, value)
    }
    #[py(getter, name = "XmlDeclHandler")]
    fn xml_decl_handler(_t: &Thread, this: Ref<XmlParser>) -> Value {
        this.handler_value(18)
    }
    #[py(setter, name = "XmlDeclHandler")]
    fn set_xml_decl_handler(t: &Thread, this: Ref<XmlParser>, value: Option<Value>) -> Result<()> {
        set_handler(t, this, 18, value)
    }
    #[py(getter, name = "ElementDeclHandler")]
    fn element_decl_handler(_t: &Thread, this: Ref<XmlParser>) -> Value {
        this.handler_value(19)
    }
    #[py(setter, name = "ElementDeclHandler")]
    fn set_element_decl_handler(t: &Thread, this: Ref<XmlParser>, value: Option<Value>) -> Result<()> {
        set_handler(t, this, 19, value)
    }
    #[py(getter, name = "AttlistDeclHandler")]
    fn attlist_decl_handler(_t: &Thread, this: Ref<XmlParser>) -> Value {
        this.handler_value(20)
    }
    #[py(setter, name = "AttlistDeclHandler")]
    fn set_attlist_decl_handler(t: &Thread, this: Ref<XmlParser>, value: Option<Value>) -> Result<()> {
        set_handler(t, this, 20, value)
    }
    #[py(getter, name = "SkippedEntityHandler")]
    fn skipped_entity_handler(_t: &Thread, this: Ref<XmlParser>) -> Value {
        this.handler_value(21)
    }
    #[py(setter, name = "SkippedEntityHandler")]
    fn set_skipped_entity_handler(t: &Thread, this: Ref<XmlParser>, value: Option<Value>) -> Result<()> {
        set_handler(t, this, 21, value)
    }
}
