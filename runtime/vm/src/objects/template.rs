//! Template strings (PEP 750): `string.templatelib.Template` and `Interpolation`.

use crate::native::*;

#[derive(HeapType)]
#[repr(C)]
pub struct Template {
    header: Header,
    pub strings: Field,
    pub interpolations: Field,
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
    t.create(Interpolation { header: Header::NEW, value: f(value), expression: f(expression), conversion: f(conversion), format_spec: f(format_spec) })
        .map(Ref::value)
}
/// What BUILD_TEMPLATE makes.
pub fn new_template(t: &Thread, strings: Value, interpolations: Value) -> Result<Value> {
    t.create(Template { header: Header::NEW, strings: Field::new(strings), interpolations: Field::new(interpolations) }).map(Ref::value)
}

/// Template object
#[pyclass(name = "Template", module = "string.templatelib", flags())]
impl Template {
    #[py(getter)]
    fn strings(_t: &Thread, this: Ref<Template>) -> Value {
        this.strings.get()
    }
    #[py(getter)]
    fn interpolations(_t: &Thread, this: Ref<Template>) -> Value {
        this.interpolations.get()
    }
}

/// Interpolation object
#[pyclass(name = "Interpolation", module = "string.templatelib", flags())]
impl Interpolation {
    #[py(getter)]
    fn value(_t: &Thread, this: Ref<Interpolation>) -> Value {
        this.value.get()
    }
    #[py(getter)]
    fn expression(_t: &Thread, this: Ref<Interpolation>) -> Value {
        this.expression.get()
    }
    #[py(getter)]
    fn conversion(_t: &Thread, this: Ref<Interpolation>) -> Value {
        this.conversion.get()
    }
    #[py(getter)]
    fn format_spec(_t: &Thread, this: Ref<Interpolation>) -> Value {
        this.format_spec.get()
    }
}
