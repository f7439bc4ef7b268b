//! Template strings (PEP 750): `string.templatelib.Template` and `Interpolation`.
//!
//! A template has one string more than interpolations: they alternate, and begin and end with a string, which may be empty.

use crate::native::*;
use crate::objects::str::empty_str;
use crate::objects::str_build;
use std::sync::atomic::{AtomicUsize, Ordering::*};

#[derive(HeapType)]
#[repr(C)]
pub struct Template {
    header: Header,
    pub strings: RefField<Tuple>,
    pub interpolations: RefField<Tuple>,
}
#[derive(HeapType)]
#[repr(C)]
pub struct Interpolation {
    header: Header,
    pub value: Field,
    pub expression: Field,
    pub conversion: Field,
    pub format_spec: Field,
}

/// What BUILD_INTERPOLATION makes.
pub fn new_interpolation(t: &Thread, value: Value, expression: Value, conversion: Value, format_spec: Value) -> Result<Value> {
    let f = Field::new;
    t.create(Interpolation {
        header: Header::NEW,
        value: f(value),
        expression: f(expression),
        conversion: f(conversion),
        format_spec: f(format_spec),
    })
    .map(Ref::value)
}

/// What BUILD_TEMPLATE makes.
pub fn new_template(t: &Thread, strings: Value, interpolations: Value) -> Result<Value> {
    match (strings.downcast::<Tuple>(), interpolations.downcast::<Tuple>()) {
        (Some(s), Some(i)) => Template::new(t, s, i).map(Ref::value),
        _ => Err(t.system_error("a template is made of tuples")),
    }
}

impl Template {
    fn new(t: &Thread, strings: Ref<Tuple>, interpolations: Ref<Tuple>) -> Result<Ref<Template>> {
        let content = Template { header: Header::NEW, strings: RefField::null(), interpolations: RefField::null() };
        content.strings.init(strings);
        content.interpolations.init(interpolations);
        t.create(content)
    }
}

/// Template object
#[pyclass(name = "Template", module = "string.templatelib", flags())]
impl Template {
    #[py(nosig, "(*args, **kwargs)")]
    fn __new__(t: &Thread, _cls: Ref<Class>, args: &[Value], kwargs: Kwargs) -> Result<Ref<Template>> {
        if kwargs.0.is_some_and(|k| k.len() > 0) {
            return Err(t.type_error("Template.__new__ only accepts *args arguments"));
        }
        let (strings, interpolations) = (ValueVec::new(), ValueVec::new());
        let mut current = empty_str();
        for &a in args {
            if let Some(s) = a.downcast::<Str>() {
                current = str_build::concat(t, current, s)?;
            } else if a.downcast::<Interpolation>().is_some() {
                strings.push(t, current.value())?;
                interpolations.push(t, a)?;
                current = empty_str();
            } else {
                let got = class_of(a).name_string();
                return Err(t.type_error(format!("Template.__new__ *args need to be of type 'str' or 'Interpolation', got {got}")));
            }
        }
        strings.push(t, current.value())?;
        Template::new(t, strings.into_tuple(t)?, interpolations.into_tuple(t)?)
    }
    #[py]
    fn __repr__(t: &Thread, this: Ref<Template>) -> Result<String> {
        let (s, i) = (this.strings.expect(), this.interpolations.expect());
        Ok(format!("Template(strings={}, interpolations={})", t.repr(s.value())?, t.repr(i.value())?))
    }
    #[py]
    fn __iter__(t: &Thread, this: Ref<Template>) -> Result<Ref<TemplateIterator>> {
        let template = RefField::null();
        template.init(this);
        t.create(TemplateIterator { header: Header::NEW, template, index: AtomicUsize::new(0) })
    }
    #[py]
    fn __add__(t: &Thread, this: Ref<Template>, other: Value) -> Result<Ref<Template>> {
        let Some(o) = other.downcast::<Template>() else {
            let text = format!(
                "can only concatenate string.templatelib.Template (not \"{}\") to string.templatelib.Template",
                crate::ops::type_name(other)
            );
            return Err(t.type_error(text));
        };
        let (a, b) = (this.strings.expect(), o.strings.expect());
        let (Some((&last, before)), Some((&first, after))) = (a.as_slice().split_last(), b.as_slice().split_first()) else {
            return Err(t.system_error("a template has a string"));
        };
        let joint = match (last.downcast::<Str>(), first.downcast::<Str>()) {
            (Some(x), Some(y)) => str_build::concat(t, x, y)?,
            _ => return Err(t.system_error("a template's strings are strings")),
        };
        let strings = ValueVec::with_capacity(t, a.len() + b.len() - 1)?;
        strings.extend(t, before)?;
        strings.push(t, joint.value())?;
        strings.extend(t, after)?;
        let (x, y) = (this.interpolations.expect(), o.interpolations.expect());
        let interpolations = ValueVec::with_capacity(t, x.len() + y.len())?;
        interpolations.extend(t, x.as_slice())?;
        interpolations.extend(t, y.as_slice())?;
        Template::new(t, strings.into_tuple(t)?, interpolations.into_tuple(t)?)
    }
    #[py("($self, /)")]
    fn __reduce__(t: &Thread, this: Ref<Template>) -> Result<Value> {
        let library = crate::import::import_module(t, "string.templatelib")?;
        let unpickle = t.get_attr(library, Str::intern_str(t, "_template_unpickle")?)?;
        let parts = Tuple::new(t, &[this.strings.expect().value(), this.interpolations.expect().value()])?;
        (unpickle, parts).into_value(t)
    }
    /// Template supports [] for generic usage
    #[py("($type, object, /)")]
    fn __class_getitem__(t: &Thread, cls: Ref<Class>, object: Value) -> Result<Value> {
        t.generic_alias(cls.value(), object)
    }
    /// Strings
    #[py(member)]
    fn strings(_t: &Thread, this: Ref<Template>) -> Ref<Tuple> {
        this.strings.expect()
    }
    /// Interpolations
    #[py(member)]
    fn interpolations(_t: &Thread, this: Ref<Template>) -> Ref<Tuple> {
        this.interpolations.expect()
    }
    /// Values of interpolations
    #[py(getter)]
    fn values(t: &Thread, this: Ref<Template>) -> Result<Ref<Tuple>> {
        let interpolations = this.interpolations.expect();
        let out = ValueVec::with_capacity(t, interpolations.len())?;
        for i in interpolations.iter() {
            out.push(t, i.downcast::<Interpolation>().map_or(i, |i| i.value.get()))?;
        }
        out.into_tuple(t)
    }
}

/// Strings that are not empty and interpolations in turn.
#[derive(HeapType)]
#[repr(C)]
pub struct TemplateIterator {
    header: Header,
    template: RefField<Template>,
    /// Twice the number of the next string, or one more for the interpolation after it; claimed by whoever asks.
    index: AtomicUsize,
}

/// Template iterator object
#[pyclass(name = "TemplateIter", module = "string.templatelib", flags(NO_NEW))]
impl TemplateIterator {
    #[py]
    fn __iter__(_t: &Thread, this: Ref<TemplateIterator>) -> Ref<TemplateIterator> {
        this
    }
    #[py]
    fn __next__(_t: &Thread, this: Ref<TemplateIterator>) -> Result<Option<Value>> {
        let template = this.template.expect();
        loop {
            let i = this.index.fetch_add(1, Relaxed);
            if i % 2 == 1 {
                return Ok(template.interpolations.expect().get(i / 2));
            }
            match template.strings.expect().get(i / 2) {
                Some(s) if s.downcast::<Str>().is_some_and(|s| s.is_empty()) => {}
                end_or_item => return Ok(end_or_item),
            }
        }
    }
}

/// A conversion as the constructor takes it.
fn check_conversion(t: &Thread, v: Value) -> Result<Value> {
    if v.is_none() {
        return Ok(v);
    }
    let Some(s) = v.downcast::<Str>() else {
        let got = class_of(v).name_string();
        return Err(t.type_error(format!("Interpolation() argument 'conversion' must be str, not {got}")));
    };
    if ["s", "a", "r"].into_iter().any(|c| s.eq_str(c)) {
        return Ok(v);
    }
    Err(t.value_error("Interpolation() argument 'conversion' must be one of 's', 'a' or 'r'"))
}

fn match_args(t: &Thread, class: Ref<Class>) -> Result<()> {
    let names = ValueVec::new();
    for name in ["value", "expression", "conversion", "format_spec"] {
        names.push(t, Str::intern_str(t, name)?.value())?;
    }
    let names = names.into_tuple(t)?;
    class.namespace().set(t, names::__match_args__().value(), names.value())
}

/// Interpolation object
#[pyclass(name = "Interpolation", module = "string.templatelib", flags(), init = match_args)]
impl Interpolation {
    #[py(nosig, "(value, expression='', conversion=None, format_spec='')")]
    fn __new__(
        t: &Thread,
        _cls: Ref<Class>,
        value: Value,
        expression: Option<Ref<Str>>,
        conversion: Option<Value>,
        format_spec: Option<Ref<Str>>,
    ) -> Result<Value> {
        let conversion = check_conversion(t, conversion.unwrap_or(Value::NONE))?;
        let text = |s: Option<Ref<Str>>| s.unwrap_or_else(empty_str).value();
        new_interpolation(t, value, text(expression), conversion, text(format_spec))
    }
    #[py]
    fn __repr__(t: &Thread, this: Ref<Interpolation>) -> Result<Ref<Str>> {
        let mut out = taipan_text::TextBuf::new();
        out.push_str("Interpolation(");
        for (i, f) in [&this.value, &this.expression, &this.conversion, &this.format_spec].into_iter().enumerate() {
            if i > 0 {
                out.push_str(", ");
            }
            let shown = t.repr(f.get())?;
            out.push_text(crate::ops::text_of(&shown));
        }
        out.push_str(")");
        t.str_from_text(&out)
    }
    /// __reduce__() -> (cls, state)
    #[py("($self, /)")]
    fn __reduce__(t: &Thread, this: Ref<Interpolation>) -> Result<Value> {
        let state = Tuple::new(t, &[this.value.get(), this.expression.get(), this.conversion.get(), this.format_spec.get()])?;
        (class_of(this.value()), state).into_value(t)
    }
    /// Interpolations are generic over the types of their values
    #[py("($type, object, /)")]
    fn __class_getitem__(t: &Thread, cls: Ref<Class>, object: Value) -> Result<Value> {
        t.generic_alias(cls.value(), object)
    }
    /// Value
    #[py(member)]
    fn value(_t: &Thread, this: Ref<Interpolation>) -> Value {
        this.value.get()
    }
    /// Expression
    #[py(member)]
    fn expression(_t: &Thread, this: Ref<Interpolation>) -> Value {
        this.expression.get()
    }
    /// Conversion
    #[py(member)]
    fn conversion(_t: &Thread, this: Ref<Interpolation>) -> Value {
        this.conversion.get()
    }
    /// Format specifier
    #[py(member)]
    fn format_spec(_t: &Thread, this: Ref<Interpolation>) -> Value {
        this.format_spec.get()
    }
}
