//! `_json`: the fast halves of `json`: [`scan`] reads text, [`encode`] writes it.

mod encode;
mod scan;
mod string;

use encode::Encoder;
use scan::Scanner;
use taipan_vm::native::*;
use taipan_vm::ops::text_of;

pub struct Json;

fn init(t: &Thread, m: Ref<Module>) -> Result<()> {
    // The classes are known by what calling them does.
    for (name, class) in [("make_scanner", "Scanner"), ("make_encoder", "Encoder")] {
        if let Some(c) = m.dict().remove(t, Str::intern_str(t, class)?.value())? {
            m.set(t, name, c)?;
        }
    }
    Ok(())
}

/// json speedups
#[pymodule(name = "_json", classes(Scanner, Encoder), init = init)]
impl Json {
    /// Return an ASCII-only JSON representation of a Python string
    #[py("(string, /)", nosig)]
    fn encode_basestring_ascii(t: &Thread, string: Value) -> Result<Value> {
        let s = text_argument(t, string)?;
        let mut out = taipan_text::TextBuf::with_capacity(s.len() + 2);
        string::push_quoted(&mut out, text_of(&s), true);
        t.str_from_text(&out).map(Ref::value)
    }
    /// Return a JSON representation of a Python string
    #[py("(string, /)", nosig)]
    fn encode_basestring(t: &Thread, string: Value) -> Result<Value> {
        let s = text_argument(t, string)?;
        let mut out = taipan_text::TextBuf::with_capacity(s.len() + 2);
        string::push_quoted(&mut out, text_of(&s), false);
        t.str_from_text(&out).map(Ref::value)
    }
    /// scanstring(string, end, strict=True) -> (string, end)
    ///
    /// Scan the string s for a JSON string. End is the index of the
    /// character in s after the quote that started the JSON string.
    /// Unescapes all valid JSON string escape sequences and raises ValueError
    /// on attempt to decode an invalid string. If strict is False then literal
    /// control characters are allowed in the string.
    ///
    /// Returns a tuple of the decoded string and the index of the character in s
    /// after the end quote.
    #[py("(string, end, strict=True, /)", nosig)]
    fn scanstring(t: &Thread, string: Value, end: isize, strict: Option<bool>) -> Result<Value> {
        let Some(s) = string.downcast::<Str>() else {
            return Err(t.type_error(format!("first argument must be a string, not {}", class_of(string).name_string())));
        };
        if end < 0 || end as usize > s.len() {
            return Err(t.value_error("end is out of bounds"));
        }
        scan::scan_string(t, s, end as usize, strict.unwrap_or(true))
    }
}

fn text_argument(t: &Thread, v: Value) -> Result<Ref<Str>> {
    v.downcast::<Str>().ok_or_else(|| t.type_error(format!("first argument must be a string, not {}", class_of(v).name_string())))
}

fn decode_error(t: &Thread, message: &str, s: Ref<Str>, at: usize) -> Exc {
    let raise = || -> Result<Value> {
        let module = taipan_vm::import::import_module(t, "json.decoder")?;
        let class = t.get_attr(module, Str::intern_str(t, "JSONDecodeError")?)?;
        t.call(class, &[Str::from_str(t, message)?.value(), s.value(), t.int(at as i64)?])
    };
    match raise() {
        Ok(e) => taipan_vm::objects::exceptions::raise(t, e),
        Err(e) => e,
    }
}
