//! Types that `sys` needs: `types.SimpleNamespace`, and what its `stderr` is before there are files.

use crate::native::*;

/// The calling thread's identifier, as `threading.get_ident()`.
pub fn thread_ident() -> u64 {
    // SAFETY: always succeeds.
    unsafe { libc::pthread_self() as u64 }
}

/// The calling thread's kernel id.
pub fn native_thread_id() -> i64 {
    // SAFETY: always succeeds.
    unsafe { libc::syscall(libc::SYS_gettid) as i64 }
}

/// Sets the calling thread's name as the kernel shows it (15 bytes of it).
pub fn set_thread_name(name: &str) {
    let mut end = name.len().min(15);
    while !name.is_char_boundary(end) {
        end -= 1;
    }
    if let Ok(c) = std::ffi::CString::new(&name[..end]) {
        // SAFETY: a short NUL-terminated string.
        unsafe { libc::pthread_setname_np(libc::pthread_self(), c.as_ptr()) };
    }
}

/// `sys.stderr` until there are files.
#[derive(HeapType)]
#[repr(C)]
pub struct StderrPrinter {
    header: Header,
}

impl StderrPrinter {
    pub fn new(t: &Thread) -> Result<Ref<StderrPrinter>> {
        crate::objects::class::create_builtin(t, StderrPrinter::class_def())?;
        t.create(StderrPrinter { header: Header::NEW })
    }
}

/// Prints to the process's standard error, without a buffer.
#[pyclass(name = "stderrprinter", flags(NO_NEW))]
impl StderrPrinter {
    #[py("($self, text, /)")]
    fn write(_t: &Thread, _this: Ref<StderrPrinter>, text: Ref<Str>) -> usize {
        eprint!("{}", crate::traceback_print::printable(text));
        text.len()
    }
    #[py("($self, /)")]
    fn flush(_t: &Thread, _this: Ref<StderrPrinter>) {}
    #[py("($self, /)")]
    fn fileno(_t: &Thread, _this: Ref<StderrPrinter>) -> i64 {
        2
    }
    #[py("($self, /)")]
    fn isatty(_t: &Thread, _this: Ref<StderrPrinter>) -> bool {
        use std::io::IsTerminal;
        std::io::stderr().is_terminal()
    }
    #[py(getter)]
    fn encoding(_t: &Thread, _this: Ref<StderrPrinter>) -> Value {
        Value::NONE
    }
    #[py(getter)]
    fn mode(_t: &Thread, _this: Ref<StderrPrinter>) -> &'static str {
        "w"
    }
}

#[derive(HeapType)]
#[repr(C)]
pub struct SimpleNamespace {
    header: Header,
}

fn attributes(t: &Thread, this: Ref<SimpleNamespace>) -> Result<Ref<Dict>> {
    match crate::attr::instance_dict(t, this.value())? {
        Some(d) => Ok(d),
        None => Dict::new(t),
    }
}

/// A simple attribute-based namespace.
#[pyclass(name = "SimpleNamespace", module = "types", flags(BASE, HAS_DICT))]
impl SimpleNamespace {
    #[py]
    fn __new__(t: &Thread, cls: Ref<Class>, args: &[Value], kwargs: Kwargs) -> Result<Ref<SimpleNamespace>> {
        let _ = (args, kwargs);
        t.create_in(cls, SimpleNamespace { header: Header::NEW })
    }
    #[py("($self, mapping_or_iterable=(), /, **kwargs)")]
    fn __init__(t: &Thread, this: Ref<SimpleNamespace>, mapping: Option<Value>, kwargs: Kwargs) -> Result<()> {
        if let Some(m) = mapping {
            let d = Dict::new(t)?;
            d.update_from(t, m)?;
            let mut pos = 0;
            while let Some((k, v)) = d.next(&mut pos) {
                let Some(name) = k.downcast::<Str>() else { return Err(t.type_error("keywords must be strings")) };
                t.set_attr(this.value(), name, Some(v))?;
            }
        }
        if let Some(kw) = kwargs.0 {
            let mut pos = 0;
            while let Some((k, v)) = kw.next(&mut pos) {
                if let Some(name) = k.downcast::<Str>() {
                    t.set_attr(this.value(), name, Some(v))?;
                }
            }
        }
        Ok(())
    }
    #[py(member)]
    fn __dict__(t: &Thread, this: Ref<SimpleNamespace>) -> Result<Ref<Dict>> {
        attributes(t, this)
    }
    #[py]
    fn __repr__(t: &Thread, this: Ref<SimpleNamespace>) -> Result<String> {
        let class = class_of(this.value());
        let name = if class == SimpleNamespace::class() { "namespace".to_owned() } else { class.name_string() };
        if !t.repr_enter(this.value())? {
            return Ok(format!("{name}(...)"));
        }
        let build = || -> Result<String> {
            let d = attributes(t, this)?;
            let mut parts = Vec::new();
            let mut pos = 0;
            while let Some((k, v)) = d.next(&mut pos) {
                if let Some(k) = k.downcast::<Str>().filter(|k| !k.is_empty()) {
                    parts.push(format!("{k}={}", t.repr(v)?));
                }
            }
            Ok(format!("{name}({})", parts.join(", ")))
        };
        let r = build();
        t.repr_leave(this.value());
        r
    }
    #[py]
    fn __eq__(t: &Thread, this: Ref<SimpleNamespace>, other: Value) -> Result<Value> {
        let Some(o) = other.downcast::<SimpleNamespace>() else { return Ok(Value::NOT_IMPLEMENTED) };
        let (a, b) = (attributes(t, this)?, attributes(t, o)?);
        t.rich_compare(a.value(), b.value(), crate::ops::Compare::Eq)
    }
    #[py("($self, /)")]
    fn __reduce__(t: &Thread, this: Ref<SimpleNamespace>) -> Result<Value> {
        (class_of(this.value()), crate::objects::tuple::empty_tuple(), attributes(t, this)?).into_value(t)
    }
    #[py("($self, /, **changes)")]
    fn __replace__(t: &Thread, this: Ref<SimpleNamespace>, changes: Kwargs) -> Result<Value> {
        let new = t.call(class_of(this.value()).value(), &[])?;
        for d in [Some(attributes(t, this)?), changes.0].into_iter().flatten() {
            let mut pos = 0;
            while let Some((k, v)) = d.next(&mut pos) {
                if let Some(k) = k.downcast::<Str>() {
                    t.set_attr(new, k, Some(v))?;
                }
            }
        }
        Ok(new)
    }
}
