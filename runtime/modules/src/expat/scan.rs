//! The parser: from text that comes in pieces to events, one at a time.

use super::cursor::{Cursor, Scan, Stop, code, is_space, normal_line_ends};
use super::dtd::{AttributeDef, Declaration, DeclaredAttribute, Dtd, Entity, MAX_EXPANSION, Model, external_id, predefined};
use std::collections::VecDeque;
use std::sync::Arc;

pub enum Event {
    XmlDecl {
        version: Option<String>,
        encoding: Option<String>,
        standalone: i64,
    },
    StartDoctype {
        name: String,
        system: Option<String>,
        public: Option<String>,
        has_internal: bool,
    },
    EndDoctype,
    Element {
        name: String,
        model: Model,
    },
    Attribute {
        element: String,
        list: DeclaredAttribute,
    },
    Entity {
        name: String,
        is_parameter: bool,
        entity: Entity,
        value: Option<String>,
    },
    Notation {
        name: String,
        system: Option<String>,
        public: Option<String>,
    },
    Start {
        name: String,
        attributes: Vec<(String, String)>,
    },
    End {
        name: String,
    },
    StartNamespace {
        prefix: Option<String>,
        uri: Option<String>,
    },
    EndNamespace {
        prefix: Option<String>,
    },
    Text(String),
    Comment(String),
    Instruction {
        target: String,
        data: String,
    },
    StartCdata,
    EndCdata,
    External {
        context: Option<String>,
        entity: Entity,
    },
    Skipped {
        name: String,
        is_parameter: bool,
    },
    NotStandalone,
    /// What has no event of its own.
    Other,
}

/// An event, and the text of its token unless another event of the token has that.
pub struct Found {
    pub event: Event,
    pub raw: Option<String>,
    /// It is placed at the end of its token.
    pub at_end: bool,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum State {
    Begin,
    Prolog,
    /// In a DTD's internal subset, or in an external one.
    Subset,
    Content,
    Epilog,
    Done,
}

/// How the source's bytes relate to the text.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Width {
    Utf8,
    /// UTF-16
    Units,
    /// One byte a character.
    Characters,
}

/// What kind of text is parsed.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Document,
    /// A general external entity.
    Content,
    /// An external subset or parameter entity.
    Subset,
}

struct OpenEntity {
    name: String,
    text: Arc<str>,
    at: usize,
    /// Open elements at its start.
    level: usize,
    is_parameter: bool,
}

struct Tag {
    raw: String,
    name: String,
    bindings: usize,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Place {
    pub line: u64,
    pub column: u64,
    pub byte: u64,
}

pub struct Scanner {
    kind: Kind,
    state: State,
    in_cdata: bool,
    pub text: Vec<u8>,
    /// Start of the token whose events are delivered.
    pub token: usize,
    at: usize,
    /// Bytes of the text that were dropped before `text`.
    dropped: u64,
    counted: usize,
    line: u64,
    column: u64,
    after_return: bool,
    /// UTF-16 units.
    units: u64,
    /// Bytes of the source that a unit or a character takes, where it is not UTF-8.
    pub width: Width,
    doctype_root: bool,
    doctype_external: Option<Entity>,
    pub dtd: Dtd,
    entities: Vec<OpenEntity>,
    tags: Vec<Tag>,
    pending: VecDeque<Found>,
    pub namespaces: Option<char>,
    pub prefixes: bool,
    /// Prefixes (empty: the default) and what they are bound to.
    pub bindings: Vec<(String, Option<String>)>,
    pub base: Option<String>,
    pub parameter_parsing: i64,
    pub foreign_dtd: bool,
    /// Internal entities are replaced by their text.
    pub expands: bool,
    pub wants_raw: bool,
    /// The token was replaced by others, and is not reported itself.
    silent: bool,
    expanded: usize,
    pub specified_only: bool,
    pub is_final: bool,
}

const BOM: &str = "\u{feff}";
const XML_URI: &str = "http://www.w3.org/XML/1998/namespace";
const XMLNS_URI: &str = "http://www.w3.org/2000/xmlns/";

impl Scanner {
    pub fn new(kind: Kind, namespaces: Option<char>) -> Scanner {
        Scanner {
            kind,
            state: State::Begin,
            in_cdata: false,
            text: Vec::new(),
            token: 0,
            at: 0,
            dropped: 0,
            counted: 0,
            line: 1,
            column: 0,
            after_return: false,
            units: 0,
            width: Width::Utf8,
            doctype_root: false,
            doctype_external: None,
            dtd: Dtd { keeps: true, ..Dtd::default() },
            entities: Vec::new(),
            tags: Vec::new(),
            pending: VecDeque::new(),
            namespaces,
            prefixes: false,
            bindings: Vec::new(),
            base: None,
            parameter_parsing: 0,
            foreign_dtd: false,
            expands: true,
            wants_raw: false,
            silent: false,
            expanded: 0,
            specified_only: false,
            is_final: false,
        }
    }

    /// Text that is no whole token yet.
    pub fn left(&self) -> usize {
        self.text.len().saturating_sub(self.at)
    }

    pub fn has_begun(&self) -> bool {
        self.state != State::Begin || !self.text.is_empty()
    }

    /// Line and column of a place in the text, which is not before the last one asked for.
    pub fn place(&mut self, at: usize) -> Place {
        for &b in &self.text[self.counted.min(at)..at] {
            self.units += match b {
                0x80..=0xbf => 0,
                0xf0..=0xf4 if self.width == Width::Units => 2,
                _ => 1,
            };
            let after_return = std::mem::replace(&mut self.after_return, b == b'\r');
            match b {
                b'\n' if after_return => {}
                b'\n' | b'\r' => {
                    self.line += 1;
                    self.column = 0;
                }
                0x80..=0xbf => {}
                _ => self.column += 1,
            }
        }
        self.counted = at;
        let byte = match self.width {
            Width::Utf8 => self.dropped + at as u64,
            Width::Units => self.units * 2,
            Width::Characters => self.units,
        };
        Place { line: self.line, column: self.column, byte }
    }

    /// Where an event is.
    pub fn event_place(&mut self, found: &Found) -> Place {
        let at = if found.at_end && self.entities.is_empty() { self.at } else { self.token };
        self.place(at)
    }

    /// The text of the token whose events are delivered, and what follows it.
    pub fn input_context(&self) -> &[u8] {
        &self.text[self.token.min(self.text.len())..]
    }

    fn push(&mut self, event: Event) {
        self.pending.push_back(Found { event, raw: None, at_end: false });
    }

    /// The next event. `None`: more text is needed, or everything was read. `Err`: code and place.
    pub fn next(&mut self) -> Result<Option<Found>, (u32, usize)> {
        loop {
            if let Some(found) = self.pending.pop_front() {
                return Ok(Some(found));
            }
            if self.entities.is_empty() {
                self.compact();
                self.token = self.at;
            }
            match self.step() {
                Ok(()) => {}
                Err(Stop::Bad(code, at)) => {
                    let at = if self.entities.is_empty() { at } else { self.token };
                    return Err((code, at));
                }
                Err(Stop::More) if !self.entities.is_empty() => return Err((code::UNCLOSED_TOKEN, self.token)),
                Err(Stop::More) if !self.is_final => return Ok(None),
                Err(Stop::More) => return self.at_end(),
            }
        }
    }

    fn compact(&mut self) {
        if self.at > 1 << 16 && self.at * 2 > self.text.len() {
            self.place(self.at);
            self.text.drain(..self.at);
            self.dropped += self.at as u64;
            self.counted = 0;
            self.at = 0;
        }
    }

    /// There is no more text, and what is left is no token.
    fn at_end(&mut self) -> Result<Option<Found>, (u32, usize)> {
        let end = self.text.len();
        if self.at < end {
            let rest = &self.text[self.at..];
            if self.in_cdata {
                return Err((code::UNCLOSED_CDATA_SECTION, end));
            }
            let partial = std::str::from_utf8(rest).is_err_and(|e| e.error_len().is_none());
            if partial && !rest.starts_with(b"<") {
                return Err((code::PARTIAL_CHAR, self.at));
            }
            return Err((code::UNCLOSED_TOKEN, self.at));
        }
        let complete = match (self.kind, self.state) {
            (_, State::Done) => true,
            (Kind::Document, State::Epilog) => true,
            (Kind::Document, State::Subset) => false,
            (Kind::Content, _) => {
                if !self.tags.is_empty() {
                    return Err((code::ASYNC_ENTITY, end));
                }
                !self.in_cdata
            }
            (Kind::Subset, _) => true,
            _ => false,
        };
        if self.in_cdata {
            return Err((code::UNCLOSED_CDATA_SECTION, end));
        }
        if !complete {
            return Err((code::NO_ELEMENTS, end));
        }
        self.state = State::Done;
        Ok(None)
    }

    /// Reads one token and notes its events.
    fn step(&mut self) -> Scan<()> {
        if let Some(e) = self.entities.last() {
            if e.at >= e.text.len() {
                let (level, tags, is_parameter) = (e.level, self.tags.len(), e.is_parameter);
                if !is_parameter && level != tags {
                    return Err(Stop::Bad(code::ASYNC_ENTITY, self.token));
                }
                self.entities.pop();
                return Ok(());
            }
            let (text, at) = (e.text.clone(), e.at);
            let mut c = Cursor::new(text.as_bytes(), at);
            self.token_at(&mut c)?;
            // What the token did may have opened another one.
            if let Some(e) = self.entities.iter_mut().rev().find(|e| Arc::ptr_eq(&e.text, &text)) {
                e.at = c.at;
            }
            return Ok(());
        }
        let text = std::mem::take(&mut self.text);
        let mut c = Cursor::new(&text, self.at);
        let result = self.token_at(&mut c);
        let at = c.at;
        self.text = text;
        if result.is_ok() {
            self.at = at;
        }
        result
    }

    fn token_at(&mut self, c: &mut Cursor) -> Scan<()> {
        let start = c.at;
        let before = self.pending.len();
        match self.state {
            State::Begin => self.begin(c)?,
            State::Prolog => self.prolog(c)?,
            State::Subset => self.subset(c)?,
            State::Content => self.content(c)?,
            State::Epilog => self.epilog(c)?,
            State::Done => {
                c.peek()?;
                return Err(Stop::Bad(code::FINISHED, c.at));
            }
        }
        if self.wants_raw {
            let raw = c.text(start, c.at).to_owned();
            if raw.is_empty() || raw == BOM {
                return Ok(());
            }
            if std::mem::take(&mut self.silent) {
                return Ok(());
            }
            let own = |f: &&mut Found| !matches!(f.event, Event::External { context: None, .. } | Event::NotStandalone);
            let has_events = self.pending.len() > before;
            match self.pending.iter_mut().skip(before).find(own) {
                Some(first) => first.raw = Some(raw),
                None if has_events => {}
                None => self.pending.push_back(Found { event: Event::Other, raw: Some(raw), at_end: false }),
            }
        }
        Ok(())
    }

    fn begin(&mut self, c: &mut Cursor) -> Scan<()> {
        // The mark counts as a character of the first line.
        if c.at == 0 && c.bytes.starts_with(BOM.as_bytes()) {
            c.at = BOM.len();
            return Ok(());
        }
        let next = match self.kind {
            Kind::Document => State::Prolog,
            Kind::Content => State::Content,
            Kind::Subset => State::Subset,
        };
        if c.peek() == Ok(b'<') || c.at < c.bytes.len() {
            if c.is("<?xml")? {
                let mut probe = *c;
                probe.at += 5;
                if is_space(probe.peek()?) {
                    self.xml_declaration(&mut probe)?;
                    c.at = probe.at;
                }
            }
            self.state = next;
            if self.kind == Kind::Document && self.foreign_dtd {
                self.dtd.has_unread = true;
            }
            return Ok(());
        }
        Err(Stop::More)
    }

    /// `<?xml …?>`, from its first white space.
    fn xml_declaration(&mut self, c: &mut Cursor) -> Scan<()> {
        let is_text = self.kind != Kind::Document;
        let failure = if is_text { code::TEXT_DECL } else { code::XML_DECL };
        // The whole of it, before its parts are looked at.
        Cursor::until(&mut c.clone(), "?>")?;
        let (mut version, mut encoding, mut standalone) = (None, None, -1);
        let mut last = 0;
        loop {
            let spaced = c.skip_space();
            if c.is("?>")? {
                c.expect("?>")?;
                break;
            }
            let at = c.at;
            let bad = Err(Stop::Bad(failure, at));
            if !spaced {
                return bad;
            }
            let Ok(name) = c.name() else { return bad };
            c.skip_space();
            if c.expect("=").is_err() {
                return Err(Stop::Bad(failure, c.at));
            }
            c.skip_space();
            let value_at = c.at;
            let Ok(value) = c.quoted() else { return Err(Stop::Bad(failure, value_at)) };
            match (name, value) {
                ("version", v) if last == 0 => {
                    let ok = !v.is_empty() && v.bytes().all(|b| b.is_ascii_alphanumeric() || b"_.:-".contains(&b));
                    if !ok {
                        return Err(Stop::Bad(failure, value_at));
                    }
                    version = Some(v.to_owned());
                    last = 1;
                }
                ("encoding", v) if last < 2 && (last == 1 || is_text) => {
                    let ok = v.starts_with(|c: char| c.is_ascii_alphabetic())
                        && v.bytes().all(|b| b.is_ascii_alphanumeric() || b"._-".contains(&b));
                    if !ok {
                        return Err(Stop::Bad(failure, value_at));
                    }
                    encoding = Some(v.to_owned());
                    last = 2;
                }
                ("standalone", v @ ("yes" | "no")) if (last == 1 || last == 2) && !is_text => {
                    standalone = i64::from(v == "yes");
                    last = 3;
                }
                _ => return bad,
            }
        }
        if (version.is_none() && !is_text) || (is_text && encoding.is_none()) {
            return Err(Stop::Bad(failure, c.at.saturating_sub(2)));
        }
        self.dtd.standalone = standalone == 1;
        self.push(Event::XmlDecl { version, encoding, standalone });
        Ok(())
    }

    /// `<!--…-->` or `<?…?>`, if that is what stands here.
    fn comment_or_instruction(&mut self, c: &mut Cursor) -> Scan<bool> {
        let start = c.at;
        if c.is("<?")? {
            c.at += 2;
            let name_at = c.at;
            let target = c.name()?;
            if target.eq_ignore_ascii_case("xml") {
                let code = if target == "xml" { code::MISPLACED_XML_PI } else { code::INVALID_TOKEN };
                return Err(Stop::Bad(code, if target == "xml" { start } else { name_at }));
            }
            let target = target.to_owned();
            let data = if is_space(c.peek()?) {
                c.skip_space();
                c.until("?>")?
            } else {
                c.expect("?>")?;
                ""
            };
            self.push(Event::Instruction { target, data: normal_line_ends(data) });
            return Ok(true);
        }
        if c.is("<!-")? {
            c.at += 3;
            c.expect("-")?;
            let text = c.until("--")?;
            c.expect(">")?;
            self.push(Event::Comment(normal_line_ends(text)));
            return Ok(true);
        }
        Ok(false)
    }

    fn prolog(&mut self, c: &mut Cursor) -> Scan<()> {
        if c.skip_space() {
            return Ok(());
        }
        let start = c.at;
        if c.peek()? != b'<' {
            outside(c)?;
            return Err(Stop::Bad(code::SYNTAX, start));
        }
        let mut ahead = *c;
        ahead.at += 1;
        match ahead.peek()? {
            b'?' => {
                self.comment_or_instruction(c)?;
                Ok(())
            }
            b'!' => {
                ahead.at += 1;
                if ahead.peek()? == b'-' {
                    self.comment_or_instruction(c)?;
                    return Ok(());
                }
                self.doctype(c)
            }
            b'/' => Err(Stop::Bad(code::INVALID_TOKEN, ahead.at)),
            _ => {
                self.state = State::Content;
                let result = self.content(c);
                if matches!(result, Err(Stop::More)) {
                    self.state = State::Prolog;
                }
                result
            }
        }
    }

    fn doctype(&mut self, c: &mut Cursor) -> Scan<()> {
        let start = c.at;
        c.at += 2;
        let mut word = *c;
        let at = word.at;
        let name = word.name()?;
        if name != "DOCTYPE" || self.doctype_root {
            return Err(Stop::Bad(code::SYNTAX, if name == "DOCTYPE" { start } else { at - 2 }));
        }
        c.at = word.at;
        c.space()?;
        let name = c.name()?.to_owned();
        let spaced = c.skip_space();
        let (mut system, mut public) = (None, None);
        if spaced && matches!(c.peek()?, b'S' | b'P') {
            (system, public) = external_id(c, false)?;
            c.skip_space();
        }
        let has_internal = match c.peek()? {
            b'[' => true,
            b'>' => false,
            _ => return c.bad(),
        };
        c.at += 1;
        self.doctype_root = true;
        if system.is_some() || public.is_some() || self.foreign_dtd {
            let (base, system, public) = (self.base.clone(), system.clone(), public.clone());
            self.doctype_external = Some(Entity { text: None, system, public, base, notation: None });
            if !self.dtd.standalone {
                self.push(Event::NotStandalone);
            }
        }
        self.push(Event::StartDoctype { name, system, public, has_internal });
        if has_internal {
            self.state = State::Subset;
        } else {
            self.end_doctype();
        }
        Ok(())
    }

    fn parses_parameters(&self) -> bool {
        match self.parameter_parsing {
            0 => false,
            1 => !self.dtd.standalone,
            _ => true,
        }
    }

    fn end_doctype(&mut self) {
        if let Some(entity) = self.doctype_external.take() {
            self.dtd.has_unread = true;
            if self.parses_parameters() {
                self.push(Event::External { context: None, entity });
            }
        }
        self.push(Event::EndDoctype);
        self.state = State::Prolog;
    }

    fn subset(&mut self, c: &mut Cursor) -> Scan<()> {
        if c.skip_space() {
            return Ok(());
        }
        let start = c.at;
        match c.peek()? {
            b']' if self.kind == Kind::Document && self.entities.is_empty() => {
                c.at += 1;
                c.skip_space();
                c.expect(">")?;
                self.end_doctype();
                Ok(())
            }
            b'%' => {
                c.at += 1;
                let name = c.name()?.to_owned();
                c.expect(";")?;
                self.parameter_reference(name, start)
            }
            b'<' => {
                if self.comment_or_instruction(c)? {
                    return Ok(());
                }
                c.at += 1;
                c.expect("!")?;
                if c.peek()? == b'[' && self.kind == Kind::Subset {
                    return self.conditional(c);
                }
                self.check_complete(c)?;
                let in_external = self.kind == Kind::Subset || !self.entities.is_empty();
                let d = self.dtd.declaration(c, self.base.as_deref(), in_external).map_err(|e| match e {
                    // It was there as a whole.
                    Stop::More => Stop::Bad(code::SYNTAX, start),
                    e => e,
                })?;
                self.declare(d);
                Ok(())
            }
            _ => {
                c.char()?;
                Err(Stop::Bad(code::SYNTAX, start))
            }
        }
    }

    /// `<![INCLUDE[` … and `<![IGNORE[` … `]]>`, in external subsets.
    fn conditional(&mut self, c: &mut Cursor) -> Scan<()> {
        c.at += 1;
        c.skip_space();
        let start = c.at;
        let word = c.name()?.to_owned();
        c.skip_space();
        c.expect("[")?;
        let begin = c.at;
        let mut depth = 1;
        while depth > 0 {
            if c.is("<![").unwrap_or(false) {
                depth += 1;
                c.at += 3;
            } else if c.is("]]>")? {
                depth -= 1;
                c.at += 3;
            } else {
                c.next_char()?;
            }
        }
        match word.as_str() {
            "IGNORE" => Ok(()),
            "INCLUDE" => {
                let text: Arc<str> = c.text(begin, c.at - 3).into();
                let level = self.tags.len();
                self.entities.push(OpenEntity { name: String::new(), text, at: 0, level, is_parameter: true });
                Ok(())
            }
            _ => Err(Stop::Bad(code::SYNTAX, start)),
        }
    }

    /// `More` unless the declaration ends in the text that is there.
    fn check_complete(&self, c: &Cursor) -> Scan<()> {
        let mut quote = None;
        for &b in &c.bytes[c.at..] {
            match (quote, b) {
                (None, b'>') => return Ok(()),
                (None, b'"' | b'\'') => quote = Some(b),
                (Some(q), b) if q == b => quote = None,
                _ => {}
            }
        }
        Err(Stop::More)
    }

    fn parameter_reference(&mut self, name: String, start: usize) -> Scan<()> {
        if self.entities.iter().any(|e| e.is_parameter && e.name == name) {
            return Err(Stop::Bad(code::RECURSIVE_ENTITY_REF, start));
        }
        if self.parses_parameters() {
            match self.dtd.parameters.get(&name).cloned() {
                Some(Entity { text: Some(text), .. }) => {
                    let level = self.tags.len();
                    self.count_expansion(text.len(), start)?;
                    self.entities.push(OpenEntity { name, text, at: 0, level, is_parameter: true });
                    return Ok(());
                }
                Some(entity) => {
                    self.dtd.has_unread = true;
                    self.push(Event::External { context: None, entity });
                    return Ok(());
                }
                None => {}
            }
        }
        self.dtd.has_unread = true;
        self.dtd.keeps = self.dtd.standalone;
        self.push(Event::Skipped { name, is_parameter: true });
        Ok(())
    }

    fn count_expansion(&mut self, n: usize, at: usize) -> Scan<()> {
        self.expanded += n;
        let direct = self.dropped as usize + self.text.len().max(1);
        if self.expanded > MAX_EXPANSION && self.expanded / direct > 100 {
            return Err(Stop::Bad(code::AMPLIFICATION, at));
        }
        Ok(())
    }

    fn declare(&mut self, d: Declaration) {
        match d {
            Declaration::Entity { name, is_parameter, entity, value } => {
                if self.dtd.keeps {
                    let table = if is_parameter { &mut self.dtd.parameters } else { &mut self.dtd.entities };
                    table.entry(name.clone()).or_insert_with(|| entity.clone());
                }
                self.push(Event::Entity { name, is_parameter, entity, value });
            }
            Declaration::Notation { name, system, public } => self.push(Event::Notation { name, system, public }),
            Declaration::Element { name, model } => self.push(Event::Element { name, model }),
            Declaration::Attributes { element, list } => {
                for a in list {
                    if self.dtd.keeps {
                        let known = self.dtd.attributes.entry(element.clone()).or_default();
                        if !known.iter().any(|k| k.name == a.name) {
                            let (name, default) = (a.name.clone(), a.default.clone());
                            known.push(AttributeDef { name, is_cdata: a.kind == "CDATA", default });
                        }
                    }
                    self.push(Event::Attribute { element: element.clone(), list: a });
                }
            }
        }
    }

    fn epilog(&mut self, c: &mut Cursor) -> Scan<()> {
        if c.skip_space() {
            return Ok(());
        }
        let start = c.at;
        c.peek()?;
        if c.is("<?")? || c.is("<!-")? {
            self.comment_or_instruction(c)?;
            return Ok(());
        }
        outside(c)?;
        Err(Stop::Bad(code::JUNK_AFTER_DOC_ELEMENT, start))
    }

    fn content(&mut self, c: &mut Cursor) -> Scan<()> {
        if self.in_cdata {
            return self.cdata(c);
        }
        let start = c.at;
        match c.peek()? {
            b'<' => {
                let mut ahead = *c;
                ahead.at += 1;
                match ahead.peek()? {
                    b'/' => self.end_tag(c),
                    b'?' => self.comment_or_instruction(c).map(|_| ()),
                    b'!' => {
                        ahead.at += 1;
                        if ahead.peek()? == b'[' {
                            c.at += 2;
                            c.expect("[CDATA[")?;
                            self.in_cdata = true;
                            self.push(Event::StartCdata);
                            return Ok(());
                        }
                        if self.comment_or_instruction(c)? {
                            return Ok(());
                        }
                        Err(Stop::Bad(code::INVALID_TOKEN, ahead.at))
                    }
                    _ => self.start_tag(c),
                }
            }
            b'&' => {
                c.at += 1;
                if c.peek()? == b'#' {
                    c.at += 1;
                    let ch = c.char_reference(start)?;
                    self.push(Event::Text(ch.to_string()));
                    return Ok(());
                }
                let name = c.name()?.to_owned();
                c.expect(";")?;
                self.reference(name, start)
            }
            _ => self.characters(c),
        }
    }

    fn characters(&mut self, c: &mut Cursor) -> Scan<()> {
        let start = c.at;
        loop {
            // Plain text by the stretch.
            while c.bytes.get(c.at).is_some_and(|&b| matches!(b, 0x20..=0x7f) && !matches!(b, b'<' | b'&' | b']')) {
                c.at += 1;
            }
            match c.peek() {
                Err(_) | Ok(b'<' | b'&') => break,
                Ok(b'\n') => {
                    if c.at == start {
                        c.at += 1;
                        self.push(Event::Text("\n".to_owned()));
                        return Ok(());
                    }
                    break;
                }
                Ok(b'\r') => {
                    if c.at > start {
                        break;
                    }
                    c.at += 1;
                    match c.peek() {
                        Ok(b'\n') => c.at += 1,
                        Err(e) if !self.is_final && self.entities.is_empty() => return Err(e),
                        _ => {}
                    }
                    self.push(Event::Text("\n".to_owned()));
                    return Ok(());
                }
                Ok(b']') => {
                    match c.is("]]>") {
                        Ok(true) => return Err(Stop::Bad(code::INVALID_TOKEN, c.at + 2)),
                        Err(e) if !self.is_final && self.entities.is_empty() => {
                            if c.at > start {
                                break;
                            }
                            return Err(e);
                        }
                        _ => {}
                    }
                    c.at += 1;
                }
                Ok(_) => match c.char() {
                    Ok(ch) => c.at += ch.len_utf8(),
                    Err(_) if c.at > start => break,
                    Err(e) => return Err(e),
                },
            }
        }
        let text = c.text(start, c.at).to_owned();
        self.push(Event::Text(text));
        Ok(())
    }

    fn cdata(&mut self, c: &mut Cursor) -> Scan<()> {
        let start = c.at;
        loop {
            if c.is("]]>").or_else(|e| if c.at > start { Ok(true) } else { Err(e) })? {
                if c.at > start {
                    break;
                }
                c.at += 3;
                self.in_cdata = false;
                self.push(Event::EndCdata);
                return Ok(());
            }
            match c.peek() {
                Err(e) if c.at == start => return Err(e),
                Err(_) => break,
                Ok(b'\n' | b'\r' | b']') if c.at > start => break,
                Ok(b'\n') => {
                    c.at += 1;
                    self.push(Event::Text("\n".to_owned()));
                    return Ok(());
                }
                Ok(b'\r') => {
                    c.at += 1;
                    if c.peek()? == b'\n' {
                        c.at += 1;
                    }
                    self.push(Event::Text("\n".to_owned()));
                    return Ok(());
                }
                Ok(_) => match c.char() {
                    Ok(ch) => c.at += ch.len_utf8(),
                    Err(_) if c.at > start => break,
                    Err(e) => return Err(e),
                },
            }
        }
        let text = c.text(start, c.at).to_owned();
        self.push(Event::Text(text));
        Ok(())
    }

    fn reference(&mut self, name: String, start: usize) -> Scan<()> {
        if let Some(ch) = predefined(&name) {
            self.push(Event::Text(ch.to_string()));
            return Ok(());
        }
        let Some(e) = self.dtd.entities.get(&name).cloned() else {
            if !self.dtd.has_unread || self.dtd.standalone {
                return Err(Stop::Bad(code::UNDEFINED_ENTITY, start));
            }
            self.push(Event::Skipped { name, is_parameter: false });
            return Ok(());
        };
        if e.notation.is_some() {
            return Err(Stop::Bad(code::BINARY_ENTITY_REF, start));
        }
        if self.entities.iter().any(|o| !o.is_parameter && o.name == name) {
            return Err(Stop::Bad(code::RECURSIVE_ENTITY_REF, start));
        }
        match e.text {
            Some(_) if !self.expands => self.push(Event::Skipped { name, is_parameter: false }),
            Some(text) => {
                self.count_expansion(text.len(), start)?;
                self.silent = self.wants_raw;
                let level = self.tags.len();
                self.entities.push(OpenEntity { name, text, at: 0, level, is_parameter: false });
            }
            None => {
                let context = self.context(&name);
                self.push(Event::External { context: Some(context), entity: e });
            }
        }
        Ok(())
    }

    /// What a parser of an external entity needs to know: bindings in force, entities that are open.
    fn context(&self, name: &str) -> String {
        let mut parts: Vec<String> = Vec::new();
        if self.namespaces.is_some() {
            parts.push(format!("xml={XML_URI}"));
            for (prefix, uri) in &self.bindings {
                parts.push(format!("{prefix}={}", uri.as_deref().unwrap_or("")));
            }
        }
        parts.extend(self.entities.iter().filter(|e| !e.is_parameter).map(|e| e.name.clone()));
        parts.push(name.to_owned());
        parts.join("\x0c")
    }

    fn start_tag(&mut self, c: &mut Cursor) -> Scan<()> {
        let start = c.at;
        c.at += 1;
        let raw_name = c.name()?;
        let defs = self.dtd.attributes.get(raw_name);
        let mut attributes: Vec<(String, String)> = Vec::new();
        let mut places: Vec<usize> = Vec::new();
        let empty = loop {
            let spaced = c.skip_space();
            match c.peek()? {
                b'>' => {
                    c.at += 1;
                    break false;
                }
                b'/' => {
                    c.at += 1;
                    c.expect(">")?;
                    break true;
                }
                _ if !spaced => return c.bad(),
                _ => {}
            }
            let at = c.at;
            let name = c.name()?;
            c.skip_space();
            c.expect("=")?;
            c.skip_space();
            let value_at = c.at + 1;
            let raw = Scanner::attribute_literal(c)?;
            let is_cdata = defs.and_then(|d| d.iter().find(|d| d.name == name)).is_none_or(|d| d.is_cdata);
            if attributes.iter().any(|(n, _)| n == name) {
                return Err(Stop::Bad(code::DUPLICATE_ATTRIBUTE, at));
            }
            let value = self.dtd.attribute_value(raw, value_at, is_cdata, &mut Vec::new())?;
            attributes.push((name.to_owned(), value));
            places.push(at);
        };
        let mut specified = attributes.len();
        for d in defs.into_iter().flatten() {
            if let Some(default) = &d.default
                && !attributes.iter().any(|(n, _)| *n == d.name)
            {
                attributes.push((d.name.clone(), default.clone()));
            }
        }
        let first_binding = self.bindings.len();
        let mut name = raw_name.to_owned();
        let mut events = Vec::new();
        if let Some(separator) = self.namespaces {
            let mut kept = Vec::with_capacity(attributes.len());
            let mut kept_specified = 0;
            for (i, (n, v)) in attributes.into_iter().enumerate() {
                let prefix = match n.strip_prefix("xmlns") {
                    Some("") => "",
                    Some(rest) if rest.starts_with(':') => &rest[1..],
                    _ => {
                        kept_specified += usize::from(i < specified);
                        kept.push((n, v));
                        continue;
                    }
                };
                Scanner::check_binding(prefix, &v, start)?;
                let uri = Some(v).filter(|v| !v.is_empty());
                self.bindings.push((prefix.to_owned(), uri.clone()));
                events.push(Event::StartNamespace { prefix: Some(prefix.to_owned()).filter(|p| !p.is_empty()), uri });
            }
            specified = kept_specified;
            let result = self.expand(&name, separator, true, start).and_then(|expanded| {
                name = expanded.0;
                let mut seen: Vec<String> = Vec::with_capacity(kept.len());
                for (n, _) in &mut kept {
                    let (full, own) = self.expand(n, separator, false, start)?;
                    let bare = full[..own].to_owned();
                    if seen.contains(&bare) {
                        return Err(Stop::Bad(code::DUPLICATE_ATTRIBUTE, start));
                    }
                    seen.push(bare);
                    *n = full;
                }
                Ok(())
            });
            if result.is_err() {
                self.bindings.truncate(first_binding);
            }
            result?;
            attributes = kept;
        }
        if self.specified_only {
            attributes.truncate(specified);
        }
        let raw = raw_name.to_owned();
        for e in events {
            self.push(e);
        }
        self.push(Event::Start { name: name.clone(), attributes });
        if empty {
            self.pending.push_back(Found { event: Event::End { name }, raw: None, at_end: true });
            self.unbind(first_binding);
            self.after_end();
        } else {
            self.tags.push(Tag { raw, name, bindings: first_binding });
        }
        Ok(())
    }

    /// An attribute's value as it is written; `<` and references that are none are errors where they stand.
    fn attribute_literal<'a>(c: &mut Cursor<'a>) -> Scan<&'a str> {
        let quote = c.peek()?;
        if quote != b'"' && quote != b'\'' {
            return c.bad();
        }
        c.at += 1;
        let start = c.at;
        loop {
            match c.peek()? {
                b if b == quote => {
                    c.at += 1;
                    return Ok(c.text(start, c.at - 1));
                }
                b'<' => return c.bad(),
                b'&' => {
                    let token = c.at;
                    c.at += 1;
                    if c.peek()? == b'#' {
                        c.at += 1;
                        c.char_reference(token)?;
                    } else {
                        c.name()?;
                        c.expect(";")?;
                    }
                }
                _ => {
                    c.next_char()?;
                }
            }
        }
    }

    fn check_binding(prefix: &str, uri: &str, at: usize) -> Scan<()> {
        let code = match prefix {
            "xmlns" => code::RESERVED_PREFIX_XMLNS,
            "xml" if uri != XML_URI => code::RESERVED_PREFIX_XML,
            "xml" => return Ok(()),
            "" if uri.is_empty() => return Ok(()),
            _ if uri.is_empty() => code::UNDECLARING_PREFIX,
            _ if uri == XML_URI || uri == XMLNS_URI => code::RESERVED_NAMESPACE_URI,
            _ => return Ok(()),
        };
        Err(Stop::Bad(code, at))
    }

    /// The name with its namespace, and how much of it is without the prefix.
    fn expand(&self, name: &str, separator: char, is_element: bool, at: usize) -> Scan<(String, usize)> {
        let (prefix, local) = match name.split_once(':') {
            Some((p, l)) => (p, l),
            None if is_element => ("", name),
            None => return Ok((name.to_owned(), name.len())),
        };
        let uri = if prefix == "xml" {
            Some(XML_URI)
        } else {
            let bound = self.bindings.iter().rev().find(|b| b.0 == prefix).and_then(|b| b.1.as_deref());
            if bound.is_none() && !prefix.is_empty() {
                return Err(Stop::Bad(code::UNBOUND_PREFIX, at));
            }
            bound
        };
        let Some(uri) = uri else { return Ok((local.to_owned(), local.len())) };
        let mut out = String::from(uri);
        if separator != '\0' {
            out.push(separator);
        }
        out.push_str(local);
        let own = out.len();
        if self.prefixes && !prefix.is_empty() && separator != '\0' {
            out.push(separator);
            out.push_str(prefix);
        }
        Ok((out, own))
    }

    fn unbind(&mut self, first: usize) {
        while self.bindings.len() > first {
            if let Some((prefix, _)) = self.bindings.pop() {
                self.push(Event::EndNamespace { prefix: Some(prefix).filter(|p| !p.is_empty()) });
            }
        }
    }

    fn end_tag(&mut self, c: &mut Cursor) -> Scan<()> {
        c.at += 2;
        let at = c.at;
        let name = c.name()?;
        c.skip_space();
        c.expect(">")?;
        let floor = self.entities.last().map_or(0, |e| e.level);
        if self.tags.len() <= floor {
            return Err(Stop::Bad(code::ASYNC_ENTITY, at - 2));
        }
        let Some(tag) = self.tags.pop_if(|t| t.raw == name) else {
            return Err(Stop::Bad(code::TAG_MISMATCH, at));
        };
        self.push(Event::End { name: tag.name });
        self.unbind(tag.bindings);
        self.after_end();
        Ok(())
    }

    fn after_end(&mut self) {
        if self.tags.is_empty() && self.kind == Kind::Document {
            self.state = State::Epilog;
        }
    }
}

/// A character that no token outside of elements begins with is another error than a token that is out of place.
fn outside(c: &Cursor) -> Scan<()> {
    match c.char()? {
        '&' | '=' | '!' | '$' | '@' | '^' | '~' | '`' | '{' | '}' | '\\' | '/' | ';' => c.bad(),
        _ => Ok(()),
    }
}

/// The tokens that a declaration is made of, as they are reported to default handlers.
pub fn declaration_tokens(raw: &str) -> Vec<&str> {
    let bytes = raw.as_bytes();
    let (mut out, mut i) = (Vec::new(), 0);
    while i < bytes.len() {
        let start = i;
        let run = |from: usize, f: fn(u8) -> bool| bytes[from..].iter().position(|&b| !f(b)).map_or(bytes.len(), |n| from + n);
        let word = |b: u8| b.is_ascii_alphanumeric() || b >= 0x80 || matches!(b, b'_' | b':' | b'-' | b'.');
        i = match bytes[i] {
            b if is_space(b) => run(i, is_space),
            q @ (b'"' | b'\'') => bytes[i + 1..].iter().position(|&b| b == q).map_or(bytes.len(), |n| i + n + 2),
            b'<' => run(i + 2.min(bytes.len() - i), word),
            b'#' => run(i + 1, word),
            b')' => i + 1 + usize::from(matches!(bytes.get(i + 1), Some(b'?' | b'*' | b'+'))),
            b'%' if bytes.get(i + 1).copied().is_some_and(word) => {
                let end = run(i + 1, word);
                end + usize::from(bytes.get(end) == Some(&b';'))
            }
            b if word(b) => {
                let end = run(i, word);
                end + usize::from(matches!(bytes.get(end), Some(b'?' | b'*' | b'+')))
            }
            _ => i + 1,
        };
        out.push(&raw[start..i]);
    }
    out
}
