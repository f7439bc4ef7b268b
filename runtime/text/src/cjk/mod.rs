//! East Asian encodings of several bytes a character: the families of Shift_JIS, EUC, Big5, GB and Johab (`stateless`), and those
//! that switch between character sets, ISO 2022 (`iso2022`) and HZ (`hz`).
//!
//! Decoders and encoders go on until they meet what they cannot deal with, and say what it is; the caller, who knows how errors are
//! handled, calls again. Between calls stateful encodings keep what they are in the middle of in a `State` of the caller's.
//! Mappings and the extent of errors are CPython 3.14's.

mod hz;
mod iso2022;
mod stateless;
mod tables;
#[cfg(test)]
mod tests;

use crate::{Text, TextBuf};

/// Why a codec stopped before the end of its input.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Stop {
    /// So many bytes or characters mean nothing.
    Illegal(usize),
    /// What there is may go on to mean something.
    Incomplete,
}

/// How far a codec came, and why not further.
pub type Progress = (usize, Option<Stop>);

/// What a stateful encoding keeps between calls, as CPython's `getstate` shows it.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct State(pub [u8; 8]);

/// An encoding.
pub struct Codec {
    /// Its name in exceptions.
    pub name: &'static str,
    kind: Kind,
}

enum Kind {
    Stateless(stateless::Which),
    Iso2022(iso2022::Which),
    Hz,
}

/// Which module of CPython a codec belongs to.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Home {
    Jp,
    Cn,
    Kr,
    Tw,
    Hk,
    Iso2022,
}

macro_rules! codecs {
    ($($home:ident { $($name:literal => $kind:ident $(($which:ident))?,)* })*) => {
        static CODECS: &[(Home, Codec)] = &[
            $($((Home::$home, Codec { name: $name, kind: codecs!(@ $kind $($which)?) }),)*)*
        ];
    };
    (@ Hz) => { Kind::Hz };
    (@ Stateless $which:ident) => { Kind::Stateless(stateless::Which::$which) };
    (@ Iso2022 $which:ident) => { Kind::Iso2022(iso2022::Which::$which) };
}

codecs! {
    Jp {
        "shift_jis" => Stateless(ShiftJis),
        "cp932" => Stateless(Cp932),
        "euc_jp" => Stateless(EucJp),
        "shift_jis_2004" => Stateless(ShiftJis2004),
        "euc_jis_2004" => Stateless(EucJis2004),
        "euc_jisx0213" => Stateless(EucJisx0213),
        "shift_jisx0213" => Stateless(ShiftJisx0213),
    }
    Cn {
        "gb2312" => Stateless(Gb2312),
        "gbk" => Stateless(Gbk),
        "gb18030" => Stateless(Gb18030),
        "hz" => Hz,
    }
    Kr {
        "cp949" => Stateless(Cp949),
        "euc_kr" => Stateless(EucKr),
        "johab" => Stateless(Johab),
    }
    Tw {
        "big5" => Stateless(Big5),
        "cp950" => Stateless(Cp950),
    }
    Hk {
        "big5hkscs" => Stateless(Big5Hkscs),
    }
    Iso2022 {
        "iso2022_kr" => Iso2022(Kr),
        "iso2022_jp" => Iso2022(Jp),
        "iso2022_jp_1" => Iso2022(Jp1),
        "iso2022_jp_2" => Iso2022(Jp2),
        "iso2022_jp_2004" => Iso2022(Jp2004),
        "iso2022_jp_3" => Iso2022(Jp3),
        "iso2022_jp_ext" => Iso2022(JpExt),
    }
}

impl Codec {
    /// The codec of CPython's module `home` with this name.
    pub fn find(home: Home, name: &str) -> Option<&'static Codec> {
        CODECS.iter().find(|(h, c)| *h == home && c.name == name).map(|(_, c)| c)
    }

    /// The state in which decoding begins.
    pub fn decoder_state(&self) -> State {
        match self.kind {
            Kind::Iso2022(_) => iso2022::DECODER,
            _ => State::default(),
        }
    }

    /// The state in which encoding begins.
    pub fn encoder_state(&self) -> State {
        match self.kind {
            Kind::Iso2022(_) => iso2022::ENCODER,
            _ => State::default(),
        }
    }

    /// Decodes `input` from its beginning.
    pub fn decode(&self, state: &mut State, input: &[u8], out: &mut TextBuf) -> Progress {
        match &self.kind {
            Kind::Stateless(which) => which.tables().decode(input, out),
            Kind::Iso2022(which) => iso2022::decode(*which, state, input, out),
            Kind::Hz => hz::decode(state, input, out),
        }
    }

    /// Encodes `text` from its beginning. With `last` nothing follows the text, so that a character which may begin a pair does not
    /// wait for another.
    pub fn encode(&self, state: &mut State, text: Text<'_>, last: bool, out: &mut Vec<u8>) -> Progress {
        match &self.kind {
            Kind::Stateless(which) => which.tables().encode(text, last, out),
            Kind::Iso2022(which) => iso2022::encode(*which, state, text, last, out),
            Kind::Hz => hz::encode(state, text, out),
        }
    }

    /// Goes back to where decoding begins, as far as CPython does: designations beside the first stay.
    pub fn reset_decoder(&self, state: &mut State) {
        match self.kind {
            Kind::Iso2022(_) => iso2022::reset_decoder(state),
            Kind::Hz => hz::reset_decoder(state),
            Kind::Stateless(_) => {}
        }
    }

    /// Writes what leads back to where encoding begins.
    pub fn reset_encoder(&self, state: &mut State, out: &mut Vec<u8>) {
        match self.kind {
            Kind::Iso2022(_) => iso2022::reset_encoder(state, out),
            Kind::Hz => hz::reset_encoder(state, out),
            Kind::Stateless(_) => {}
        }
    }
}

/// Appends the two bytes of a code.
fn push_code(code: u32, out: &mut Vec<u8>) {
    out.extend_from_slice(&(code as u16).to_be_bytes());
}

/// Appends a character of a table, which may be a pair.
#[inline]
fn push_char(c: u32, out: &mut TextBuf) {
    if c >= tables::PAIR {
        let (a, b) = tables::pair(c);
        out.push(a);
        out.push(b);
    } else {
        out.push(c);
    }
}
