//! Writing: `make_encoder`. The text is put together in one buffer; what is no JSON value goes to `default`.

use super::{Json, string};
use taipan_text::TextBuf;
use taipan_vm::native::*;
use taipan_vm::objects::int;
use taipan_vm::ops::{exact_float, float_value, text_of};

#[derive(HeapType)]
#[repr(C)]
pub struct Encoder {
    header: Header,
    markers: Field,
    default: Field,
    encoder: Field,
    indent: Field,
    key_separator: RefField<Str>,
    item_separator: RefField<Str>,
    sort_keys: bool,
    skip_keys: bool,
    allow_nan: bool,
    quoting: u8,
}

/// Strings are quoted by our own functions, which need not be called then.
const OTHER: u8 = 0;
const ASCII: u8 = 1;
const UNICODE: u8 = 2;

fn quoting_of(encoder: Value) -> u8 {
    let Some(f) = encoder.downcast::<Native>() else { return OTHER };
    let is = |name: &str| {
        let own = Json::module_def().functions.iter().find(|d| d.name == name);
        own.is_some_and(|d| std::ptr::eq(d.signature, f.def.signature))
    };
    match () {
        () if is("encode_basestring_ascii") => ASCII,
        () if is("encode_basestring") => UNICODE,
        () => OTHER,
    }
}

struct Writer<'a> {
    t: &'a Thread,
    encoder: Ref<Encoder>,
    out: TextBuf,
    indent: Option<Ref<Str>>,
    markers: Option<Ref<Dict>>,
}

fn note(t: &Thread, e: Exc, text: String) -> Exc {
    let added = Str::intern_str(t, "add_note").and_then(|name| Ok((name, Str::from_str(t, &text)?)));
    if let Ok((name, text)) = added {
        let _ = t.call_method(e.value(), name, &[text.value()]);
    }
    e
}

impl Writer<'_> {
    fn str(&mut self, s: Ref<Str>) -> Result<()> {
        if self.encoder.quoting != OTHER {
            string::push_quoted(&mut self.out, text_of(&s), self.encoder.quoting == ASCII);
            return Ok(());
        }
        let encoded = self.t.call(self.encoder.encoder.get(), &[s.value()])?;
        match encoded.downcast::<Str>() {
            Some(e) => {
                self.out.push_text(text_of(&e));
                Ok(())
            }
            None => Err(self.t.type_error(format!("encoder() must return a string, not {}", class_of(encoded).name_string()))),
        }
    }

    fn float(&mut self, x: f64) -> Result<()> {
        if x.is_finite() {
            taipan_text::float::push_repr(&mut self.out, x);
            return Ok(());
        }
        if !self.encoder.allow_nan {
            return Err(self
                .t
                .value_error(format!("Out of range float values are not JSON compliant: {}", taipan_text::float::repr(x))));
        }
        self.out.push_str(if x.is_nan() {
            "NaN"
        } else if x > 0.0 {
            "Infinity"
        } else {
            "-Infinity"
        });
        Ok(())
    }

    fn int(&mut self, v: Value) -> Result<()> {
        if let Some(i) = v.as_small_int() {
            // Digits from the back of a buffer that holds any 64-bit number.
            let (mut digits, mut at, mut n) = ([0u8; 20], 20, i.unsigned_abs());
            loop {
                at -= 1;
                digits[at] = b'0' + (n % 10) as u8;
                n /= 10;
                if n == 0 {
                    break;
                }
            }
            if i < 0 {
                self.out.push(u32::from(b'-'));
            }
            self.out.push_latin1(&digits[at..]);
            return Ok(());
        }
        if let Some(i) = int::view(v) {
            self.out.push_str(&int::decimal(self.t, i.as_ref())?);
        }
        Ok(())
    }

    /// Whether `v` was a value without parts, which is written now.
    fn scalar(&mut self, v: Value) -> Result<bool> {
        if v.is_none() {
            self.out.push_str("null");
        } else if v.is_bool() {
            self.out.push_str(if v == Value::TRUE { "true" } else { "false" });
        } else if let Some(s) = v.downcast::<Str>() {
            self.str(s)?;
        } else if int::is_int(v) {
            self.int(v)?;
        } else if let Some(x) = exact_float(v).or_else(|| float_value(v)) {
            self.float(x)?;
        } else {
            return Ok(false);
        }
        Ok(true)
    }

    fn newline(&mut self, level: usize) {
        if let Some(indent) = self.indent {
            self.out.push(0x0a);
            for _ in 0..level {
                self.out.push_text(text_of(&indent));
            }
        }
    }

    fn mark(&self, v: Value) -> Result<Option<Value>> {
        let (t, Some(markers)) = (self.t, self.markers) else { return Ok(None) };
        let id = t.uint(t.identity(v))?;
        if markers.contains(t, id)? {
            return Err(t.value_error("Circular reference detected"));
        }
        markers.set(t, id, v)?;
        Ok(Some(id))
    }

    fn unmark(&self, id: Option<Value>) -> Result<()> {
        if let (Some(m), Some(id)) = (self.markers, id) {
            m.remove(self.t, id)?;
        }
        Ok(())
    }

    fn value(&mut self, v: Value, level: usize) -> Result<()> {
        if self.scalar(v)? {
            return Ok(());
        }
        let t = self.t;
        t.check_native_stack()?;
        if v.downcast::<List>().is_some() || v.downcast::<Tuple>().is_some() {
            return self.list(v, level);
        }
        if let Some(d) = v.downcast::<Dict>() {
            return self.dict(d, level);
        }
        let id = self.mark(v)?;
        let other = t.call(self.encoder.default.get(), &[v])?;
        self.value(other, level).map_err(|e| note(t, e, format!("when serializing {} object", class_of(v).full_name())))?;
        self.unmark(id)
    }

    fn list(&mut self, v: Value, level: usize) -> Result<()> {
        let t = self.t;
        let items = t.iterate_to_vec(v)?;
        if items.is_empty() {
            self.out.push_str("[]");
            return Ok(());
        }
        let id = self.mark(v)?;
        self.out.push(0x5b);
        self.newline(level + 1);
        for (i, item) in items.iter().enumerate() {
            if i > 0 {
                self.separate(level + 1);
            }
            self.value(item, level + 1)
                .map_err(|e| note(t, e, format!("when serializing {} item {i}", class_of(v).full_name())))?;
        }
        self.newline(level);
        self.out.push(0x5d);
        self.unmark(id)
    }

    fn separate(&mut self, level: usize) {
        self.out.push_text(text_of(&self.encoder.item_separator.expect()));
        self.newline(level);
    }

    fn dict(&mut self, d: Ref<Dict>, level: usize) -> Result<()> {
        let t = self.t;
        if d.is_empty() {
            self.out.push_str("{}");
            return Ok(());
        }
        let id = self.mark(d.value())?;
        self.out.push(0x7b);
        self.newline(level + 1);
        let mut first = true;
        if self.encoder.sort_keys || class_of(d.value()) != Dict::class() {
            let items = t.call_method(d.value(), names::items(), &[])?;
            let items = t.iterate_to_vec(items)?.into_list(t)?;
            if self.encoder.sort_keys {
                t.call_method(items.value(), names::sort(), &[])?;
            }
            let mut i = 0;
            while let Some(pair) = items.get(i) {
                i += 1;
                let Some(pair) = pair.downcast::<Tuple>().filter(|p| p.len() == 2) else {
                    return Err(t.value_error("items must return 2-tuples"));
                };
                self.entry(d, pair.as_slice()[0], pair.as_slice()[1], level, &mut first)?;
            }
        } else {
            let (mut pos, n) = (0, d.len());
            while let Some((k, v)) = d.next(&mut pos) {
                self.entry(d, k, v, level, &mut first)?;
                if d.len() != n {
                    return Err(t.runtime_error("dictionary changed size during iteration"));
                }
            }
        }
        self.newline(level);
        self.out.push(0x7d);
        self.unmark(id)
    }

    fn entry(&mut self, d: Ref<Dict>, key: Value, v: Value, level: usize, first: &mut bool) -> Result<()> {
        let t = self.t;
        let known = key.downcast::<Str>().is_some() || key.is_none() || int::is_int(key) || float_value(key).is_some();
        if !known {
            if self.encoder.skip_keys {
                return Ok(());
            }
            return Err(t.type_error(format!("keys must be str, int, float, bool or None, not {}", class_of(key).name_string())));
        }
        if !std::mem::replace(first, false) {
            self.separate(level + 1);
        }
        if let Some(s) = key.downcast::<Str>() {
            self.str(s)?;
        } else {
            // Other keys are quoted as they would be written; that text needs no escapes.
            let mark = self.out.len();
            self.scalar(key)?;
            let text = t.str_from_text(&tail(&self.out, mark))?;
            self.out.truncate(mark);
            self.str(text)?;
        }
        self.out.push_text(text_of(&self.encoder.key_separator.expect()));
        self.value(v, level + 1).map_err(|e| {
            let shown = t.repr(key).map(|s| s.to_string()).unwrap_or_default();
            note(t, e, format!("when serializing {} item {shown}", class_of(d.value()).full_name()))
        })
    }
}

/// The text from `start` on, as a buffer of its own.
fn tail(buffer: &TextBuf, start: usize) -> TextBuf {
    let mut part = TextBuf::new();
    part.push_text(buffer.as_text().from(start));
    part
}

/// Encoder(markers, default, encoder, indent, key_separator, item_separator, sort_keys, skipkeys, allow_nan)
#[pyclass(name = "Encoder", module = "_json", flags(BASE))]
impl Encoder {
    #[py("(markers, default, encoder, indent, key_separator, item_separator, sort_keys, skipkeys, allow_nan)", nosig)]
    fn __new__(
        t: &Thread,
        cls: Ref<Class>,
        markers: Value,
        default: Value,
        encoder: Value,
        indent: Value,
        key_separator: Ref<Str>,
        item_separator: Ref<Str>,
        sort_keys: bool,
        skipkeys: bool,
        allow_nan: bool,
    ) -> Result<Ref<Encoder>> {
        if !markers.is_none() && markers.downcast::<Dict>().is_none() {
            return Err(
                t.type_error(format!("make_encoder() argument 1 must be dict or None, not {}", class_of(markers).name_string()))
            );
        }
        let held = |s: Ref<Str>| {
            let f = RefField::null();
            f.init(s);
            f
        };
        t.create_in(
            cls,
            Encoder {
                header: Header::NEW,
                markers: Field::new(markers),
                default: Field::new(default),
                encoder: Field::new(encoder),
                indent: Field::new(indent),
                key_separator: held(key_separator),
                item_separator: held(item_separator),
                sort_keys,
                skip_keys: skipkeys,
                allow_nan,
                quoting: quoting_of(encoder),
            },
        )
    }
    #[py("($self, obj, _current_indent_level)")]
    fn __call__(t: &Thread, this: Ref<Encoder>, obj: Value, _current_indent_level: isize) -> Result<Value> {
        let indent = this.indent.get();
        let mut w = Writer {
            t,
            encoder: this,
            out: TextBuf::new(),
            indent: indent.downcast::<Str>(),
            markers: this.markers.get().downcast::<Dict>(),
        };
        w.value(obj, _current_indent_level.max(0) as usize)?;
        let text = t.str_from_text(&w.out)?;
        Tuple::new(t, &[text.value()]).map(Ref::value)
    }
    /// markers
    #[py(member)]
    fn markers(_t: &Thread, this: Ref<Encoder>) -> Value {
        this.markers.get()
    }
    /// default
    #[py(member)]
    fn default(_t: &Thread, this: Ref<Encoder>) -> Value {
        this.default.get()
    }
    /// encoder
    #[py(member)]
    fn encoder(_t: &Thread, this: Ref<Encoder>) -> Value {
        this.encoder.get()
    }
    /// indent
    #[py(member)]
    fn indent(_t: &Thread, this: Ref<Encoder>) -> Value {
        this.indent.get()
    }
    /// key_separator
    #[py(member)]
    fn key_separator(_t: &Thread, this: Ref<Encoder>) -> Ref<Str> {
        this.key_separator.expect()
    }
    /// item_separator
    #[py(member)]
    fn item_separator(_t: &Thread, this: Ref<Encoder>) -> Ref<Str> {
        this.item_separator.expect()
    }
    /// sort_keys
    #[py(member)]
    fn sort_keys(_t: &Thread, this: Ref<Encoder>) -> bool {
        this.sort_keys
    }
    /// skipkeys
    #[py(member)]
    fn skipkeys(_t: &Thread, this: Ref<Encoder>) -> bool {
        this.skip_keys
    }
}
