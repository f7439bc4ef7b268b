//! Reading markup: a position in UTF-8 text that may go on later.

/// Why reading stopped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stop {
    /// The text ends here; there may be more.
    More,
    /// An error of this code, at this place.
    Bad(u32, usize),
}

pub type Scan<T> = Result<T, Stop>;

/// Numbers of errors, as `XML_GetErrorCode` gives them.
pub mod code {
    pub const SYNTAX: u32 = 2;
    pub const NO_ELEMENTS: u32 = 3;
    pub const INVALID_TOKEN: u32 = 4;
    pub const UNCLOSED_TOKEN: u32 = 5;
    pub const PARTIAL_CHAR: u32 = 6;
    pub const TAG_MISMATCH: u32 = 7;
    pub const DUPLICATE_ATTRIBUTE: u32 = 8;
    pub const JUNK_AFTER_DOC_ELEMENT: u32 = 9;
    pub const PARAM_ENTITY_REF: u32 = 10;
    pub const UNDEFINED_ENTITY: u32 = 11;
    pub const RECURSIVE_ENTITY_REF: u32 = 12;
    pub const ASYNC_ENTITY: u32 = 13;
    pub const BAD_CHAR_REF: u32 = 14;
    pub const BINARY_ENTITY_REF: u32 = 15;
    pub const ATTRIBUTE_EXTERNAL_ENTITY_REF: u32 = 16;
    pub const MISPLACED_XML_PI: u32 = 17;
    pub const UNKNOWN_ENCODING: u32 = 18;
    pub const INCORRECT_ENCODING: u32 = 19;
    pub const UNCLOSED_CDATA_SECTION: u32 = 20;
    pub const EXTERNAL_ENTITY_HANDLING: u32 = 21;
    pub const NOT_STANDALONE: u32 = 22;
    pub const UNBOUND_PREFIX: u32 = 27;
    pub const UNDECLARING_PREFIX: u32 = 28;
    pub const XML_DECL: u32 = 30;
    pub const TEXT_DECL: u32 = 31;
    pub const PUBLICID: u32 = 32;
    pub const FINISHED: u32 = 36;
    pub const RESERVED_PREFIX_XML: u32 = 38;
    pub const RESERVED_PREFIX_XMLNS: u32 = 39;
    pub const RESERVED_NAMESPACE_URI: u32 = 40;
    pub const AMPLIFICATION: u32 = 43;
}

#[derive(Clone, Copy)]
pub struct Cursor<'a> {
    pub bytes: &'a [u8],
    pub at: usize,
}

pub fn is_space(b: u8) -> bool {
    matches!(b, b' ' | b'\t' | b'\r' | b'\n')
}

fn is_name_start(c: char) -> bool {
    matches!(c, ':' | '_' | 'A'..='Z' | 'a'..='z' | '\u{c0}'..='\u{d6}' | '\u{d8}'..='\u{f6}' | '\u{f8}'..='\u{2ff}'
        | '\u{370}'..='\u{37d}' | '\u{37f}'..='\u{1fff}' | '\u{200c}'..='\u{200d}' | '\u{2070}'..='\u{218f}'
        | '\u{2c00}'..='\u{2fef}' | '\u{3001}'..='\u{d7ff}' | '\u{f900}'..='\u{fdcf}' | '\u{fdf0}'..='\u{fffd}'
        | '\u{10000}'..='\u{effff}')
}

fn is_name_char(c: char) -> bool {
    is_name_start(c) || matches!(c, '-' | '.' | '0'..='9' | '\u{b7}' | '\u{300}'..='\u{36f}' | '\u{203f}'..='\u{2040}')
}

/// Whether XML may contain the character.
pub fn is_xml_char(c: u32) -> bool {
    matches!(c, 9 | 10 | 13 | 0x20..=0xd7ff | 0xe000..=0xfffd | 0x10000..=0x10ffff)
}

impl<'a> Cursor<'a> {
    pub fn new(bytes: &'a [u8], at: usize) -> Cursor<'a> {
        Cursor { bytes, at }
    }
    pub fn peek(&self) -> Scan<u8> {
        self.bytes.get(self.at).copied().ok_or(Stop::More)
    }
    pub fn bad<T>(&self) -> Scan<T> {
        Err(Stop::Bad(code::INVALID_TOKEN, self.at))
    }
    /// The character here; one that XML forbids is an error.
    pub fn char(&self) -> Scan<char> {
        let b = self.peek()?;
        let n = match b {
            0..=0x7f => {
                return if is_xml_char(u32::from(b)) { Ok(char::from(b)) } else { self.bad() };
            }
            0xc2..=0xdf => 2,
            0xe0..=0xef => 3,
            0xf0..=0xf4 => 4,
            _ => return self.bad(),
        };
        let rest = &self.bytes[self.at..];
        let have = &rest[..n.min(rest.len())];
        if have[1..].iter().any(|b| b & 0xc0 != 0x80) {
            return self.bad();
        }
        if have.len() < n {
            return Err(Stop::More);
        }
        match std::str::from_utf8(have).ok().and_then(|s| s.chars().next()) {
            Some(c) if is_xml_char(c as u32) => Ok(c),
            _ => self.bad(),
        }
    }
    pub fn next_char(&mut self) -> Scan<char> {
        let c = self.char()?;
        self.at += c.len_utf8();
        Ok(c)
    }
    pub fn skip_space(&mut self) -> bool {
        let start = self.at;
        while self.bytes.get(self.at).is_some_and(|&b| is_space(b)) {
            self.at += 1;
        }
        self.at > start
    }
    /// White space that must be there.
    pub fn space(&mut self) -> Scan<()> {
        if is_space(self.peek()?) {
            self.skip_space();
            return Ok(());
        }
        self.bad()
    }
    /// The text here is `s`, which is passed.
    pub fn expect(&mut self, s: &str) -> Scan<()> {
        for &b in s.as_bytes() {
            if self.peek()? != b {
                return self.bad();
            }
            self.at += 1;
        }
        Ok(())
    }
    /// Whether the text here is `s`; `More` if too little of it is there to tell.
    pub fn is(&self, s: &str) -> Scan<bool> {
        let rest = &self.bytes[self.at..];
        let n = rest.len().min(s.len());
        if rest[..n] != s.as_bytes()[..n] {
            return Ok(false);
        }
        if n < s.len() { Err(Stop::More) } else { Ok(true) }
    }
    pub fn name(&mut self) -> Scan<&'a str> {
        let start = self.at;
        let first = self.char()?;
        if !is_name_start(first) {
            return self.bad();
        }
        self.at += first.len_utf8();
        self.name_rest()?;
        Ok(self.text(start, self.at))
    }
    pub fn name_token(&mut self) -> Scan<&'a str> {
        let start = self.at;
        if !is_name_char(self.char()?) {
            return self.bad();
        }
        self.name_rest()?;
        Ok(self.text(start, self.at))
    }
    fn name_rest(&mut self) -> Scan<()> {
        loop {
            match self.peek()? {
                b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'_' | b'-' | b'.' | b':' => self.at += 1,
                0..=0x7f => return Ok(()),
                _ => {
                    let c = self.char()?;
                    if !is_name_char(c) {
                        return Ok(());
                    }
                    self.at += c.len_utf8();
                }
            }
        }
    }
    /// Text that was read character by character, and so is valid.
    pub fn text(&self, start: usize, end: usize) -> &'a str {
        std::str::from_utf8(&self.bytes[start..end]).unwrap_or("")
    }
    /// What is in quotes, any characters; the quotes are passed.
    pub fn quoted(&mut self) -> Scan<&'a str> {
        let quote = self.peek()?;
        if quote != b'"' && quote != b'\'' {
            return self.bad();
        }
        self.at += 1;
        let start = self.at;
        loop {
            if self.peek()? == quote {
                self.at += 1;
                return Ok(self.text(start, self.at - 1));
            }
            self.next_char()?;
        }
    }
    /// Passes everything up to and including `end`; gives what stands before it.
    pub fn until(&mut self, end: &str) -> Scan<&'a str> {
        let start = self.at;
        loop {
            if self.is(end)? {
                let text = self.text(start, self.at);
                self.at += end.len();
                return Ok(text);
            }
            self.next_char()?;
        }
    }
    /// `&#…;` after its first two characters.
    pub fn char_reference(&mut self, token: usize) -> Scan<char> {
        let hex = self.peek()? == b'x';
        if hex {
            self.at += 1;
        }
        let start = self.at;
        let mut n = 0u32;
        loop {
            let b = self.peek()?;
            let digit = match b {
                b';' if self.at > start => break,
                b'0'..=b'9' => u32::from(b - b'0'),
                b'a'..=b'f' if hex => u32::from(b - b'a') + 10,
                b'A'..=b'F' if hex => u32::from(b - b'A') + 10,
                _ => return self.bad(),
            };
            n = n.saturating_mul(if hex { 16 } else { 10 }).saturating_add(digit);
            self.at += 1;
        }
        self.at += 1;
        char::from_u32(n).filter(|_| is_xml_char(n)).ok_or(Stop::Bad(code::BAD_CHAR_REF, token))
    }
}

/// Line ends as XML wants them: each is one newline.
pub fn normal_line_ends(s: &str) -> String {
    if s.contains('\r') { s.replace("\r\n", "\n").replace('\r', "\n") } else { s.to_owned() }
}
