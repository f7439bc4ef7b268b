//! `BaseException`: the layout all exceptions begin with, and its methods.
//!
//! Every layout that extends this one consists of [`Field`]s only, all the empty mark when fresh; so one
//! [`allocate`] makes instances of any exception class, and Python reads an empty field as `None`. Fields are atomic:
//! threads that change one exception at the same time see each field's old or new value, never a torn object.

use super::text::Text;
use crate::native::*;
use crate::objects::traceback::Traceback;
use std::sync::atomic::{AtomicBool, Ordering::*};

#[derive(HeapType)]
#[repr(C)]
pub struct BaseException {
    header: Header,
    args: RefField<Tuple>,
    traceback: RefField<Traceback>,
    context: RefField<BaseException>,
    cause: RefField<BaseException>,
    suppress_context: AtomicBool,
}

/// An instance of the exception class `class`, whatever its layout: arguments set, all else absent.
pub fn allocate(t: &Thread, class: Ref<Class>, args: Ref<Tuple>) -> Result<Ref<BaseException>> {
    let shape_id = class.instance_shape();
    let shape = taipan_heap::SHAPES.get(shape_id);
    let layout = shape.layout();
    debug_assert!(layout.derives_from(BaseException::layout()));
    let part = if shape.slots_offset != 0 { 8 * (1 + shape.inline_slots as usize) } else { 0 };
    let cell = t.allocate(layout.size + part, shape_id)?.cast::<BaseException>();
    let extra = (layout.size - size_of::<BaseException>()) / size_of::<Field>();
    // SAFETY: a fresh cell of the layout's size, which nobody else knows; what follows the base are fields.
    let e = unsafe {
        for f in std::slice::from_raw_parts(cell.as_ptr().add(1).cast::<Field>(), extra) {
            f.init(Value::EMPTY);
        }
        Ref::from_raw(cell)
    };
    e.args.init(args);
    t.empty_instance_part(e.header());
    if class.has_flag(class_flags::HAS_DEL) {
        t.register_finalizer(e.value());
    }
    Ok(e)
}

impl BaseException {
    pub fn args(&self) -> Ref<Tuple> {
        self.args.expect()
    }
    pub fn set_args(this: Ref<BaseException>, t: &Thread, args: Ref<Tuple>) {
        this.args.set(t, this.header(), args);
    }
    pub fn traceback(&self) -> Option<Ref<Traceback>> {
        self.traceback.get()
    }
    pub fn set_traceback(this: Ref<BaseException>, t: &Thread, traceback: Option<Ref<Traceback>>) {
        this.traceback.set(t, this.header(), traceback);
    }
    pub fn context(&self) -> Option<Ref<BaseException>> {
        self.context.get()
    }
    /// Sets `__context__` as an assignment does. What `raise` does is [`super::set_context`].
    pub fn assign_context(this: Ref<BaseException>, t: &Thread, context: Option<Ref<BaseException>>) {
        this.context.set(t, this.header(), context);
    }
    pub fn cause(&self) -> Option<Ref<BaseException>> {
        self.cause.get()
    }
    /// Sets `__cause__`, which also suppresses the context in tracebacks.
    pub fn set_cause(this: Ref<BaseException>, t: &Thread, cause: Option<Ref<BaseException>>) {
        this.cause.set(t, this.header(), cause);
        this.suppress_context.store(true, Relaxed);
    }
    pub fn suppresses_context(&self) -> bool {
        self.suppress_context.load(Relaxed)
    }
    /// `str(e)` as `BaseException` defines it.
    pub fn default_str(t: &Thread, this: Ref<BaseException>) -> Result<Ref<Str>> {
        let args = this.args();
        match args.as_slice() {
            [] => Ok(crate::objects::str::empty_str()),
            [one] => t.str(*one),
            _ => t.str(args.value()),
        }
    }
    /// What `__init__` of most exceptions does: no keywords, and `args` is what was given.
    pub fn initialise(t: &Thread, this: Ref<BaseException>, args: &[Value], kwargs: Kwargs) -> Result<()> {
        no_keywords(t, class_of(this.value()), kwargs)?;
        BaseException::take_args(t, this, args)
    }
    /// `self.args = args`; `__new__` has mostly done it already.
    pub fn take_args(t: &Thread, this: Ref<BaseException>, args: &[Value]) -> Result<()> {
        if this.args().as_slice() != args {
            BaseException::set_args(this, t, Tuple::new(t, args)?);
        }
        Ok(())
    }
    /// The instance's `__dict__` unless it is empty.
    pub fn state_dict(t: &Thread, this: Ref<BaseException>) -> Result<Option<Ref<Dict>>> {
        if crate::attr::instance_len(this.value()) == 0 {
            return Ok(None);
        }
        crate::attr::instance_dict(t, this.value())
    }
}

/// `type(e).__name__`
pub fn class_name(e: Value) -> Ref<Str> {
    let class = class_of(e);
    class.name.get().downcast::<Str>().unwrap_or_else(crate::objects::str::empty_str)
}

/// `ValueError() takes no keyword arguments`
pub fn no_keywords(t: &Thread, class: Ref<Class>, kwargs: Kwargs) -> Result<()> {
    match kwargs.0 {
        Some(d) if !d.is_empty() => Err(t.type_error(format!("{}() takes no keyword arguments", class.name_string()))),
        _ => Ok(()),
    }
}

/// An exception or None, for the setters of `__context__` and `__cause__`.
fn exception_or_none(t: &Thread, value: Option<Value>, what: &str) -> Result<Option<Ref<BaseException>>> {
    match value {
        None => Err(t.type_error(format!("__{what}__ may not be deleted"))),
        Some(Value::NONE) => Ok(None),
        Some(v) => match v.downcast::<BaseException>() {
            Some(e) => Ok(Some(e)),
            None => Err(t.type_error(format!("exception {what} must be None or derive from BaseException"))),
        },
    }
}

/// Common base class for all exceptions
#[pyclass(name = "BaseException", flags(BASE, HAS_DICT, EXCEPTION))]
impl BaseException {
    #[py]
    fn __new__(t: &Thread, cls: Ref<Class>, args: &[Value], _kwargs: Kwargs) -> Result<Ref<BaseException>> {
        allocate(t, cls, Tuple::new(t, args)?)
    }
    #[py]
    fn __init__(t: &Thread, this: Ref<BaseException>, args: &[Value], kwargs: Kwargs) -> Result<()> {
        BaseException::initialise(t, this, args, kwargs)
    }
    #[py]
    fn __repr__(t: &Thread, this: Ref<BaseException>) -> Result<Ref<Str>> {
        let args = this.args();
        let mut text = Text::new();
        text.str(class_name(this.value()));
        match args.as_slice() {
            [one] => text.ascii("(").str(t.repr(*one)?).ascii(")"),
            _ => text.str(t.repr(args.value())?),
        };
        text.finish(t)
    }
    #[py]
    fn __str__(t: &Thread, this: Ref<BaseException>) -> Result<Ref<Str>> {
        BaseException::default_str(t, this)
    }
    #[py("($self, /)")]
    fn __reduce__(t: &Thread, this: Ref<BaseException>) -> Result<Value> {
        let class = class_of(this.value());
        match BaseException::state_dict(t, this)? {
            Some(dict) => (class, this.args(), dict).into_value(t),
            None => (class, this.args()).into_value(t),
        }
    }
    #[py("($self, state, /)")]
    fn __setstate__(t: &Thread, this: Ref<BaseException>, state: Value) -> Result<()> {
        if state.is_none() {
            return Ok(());
        }
        let Some(dict) = state.downcast::<Dict>() else {
            return Err(t.type_error("state is not a dictionary"));
        };
        let items = dict.items_vec(t)?;
        for pair in items.as_slice().chunks_exact(2) {
            let Some(name) = pair[0].downcast::<Str>() else {
                return Err(t.type_error(format!("attribute name must be string, not '{}'", class_of(pair[0]).name_string())));
            };
            t.set_attr(this.value(), Str::intern(t, name)?, Some(pair[1]))?;
        }
        Ok(())
    }
    /// Set self.__traceback__ to tb and return self.
    #[py("($self, tb, /)")]
    fn with_traceback(t: &Thread, this: Ref<BaseException>, tb: Value) -> Result<Ref<BaseException>> {
        BaseException::set___traceback__(t, this, Some(tb))?;
        Ok(this)
    }
    /// Add a note to the exception
    #[py("($self, note, /)")]
    fn add_note(t: &Thread, this: Ref<BaseException>, note: Ref<Str>) -> Result<()> {
        let notes = match t.get_attr_opt(this.value(), names::__notes__())? {
            Some(notes) => notes,
            None => {
                let list = List::new(t)?.value();
                t.set_attr(this.value(), names::__notes__(), Some(list))?;
                list
            }
        };
        match notes.downcast::<List>() {
            Some(list) => list.append(t, note.value()),
            None => Err(t.type_error("Cannot add note: __notes__ is not a list")),
        }
    }
    #[py(getter)]
    fn __dict__(t: &Thread, this: Ref<BaseException>) -> Result<Option<Ref<Dict>>> {
        crate::attr::instance_dict(t, this.value())
    }
    #[py(setter)]
    fn set___dict__(t: &Thread, this: Ref<BaseException>, value: Option<Value>) -> Result<()> {
        let Some(v) = value else {
            return Err(t.type_error("cannot delete __dict__"));
        };
        match v.downcast::<Dict>() {
            Some(d) => crate::attr::set_instance_dict(t, this.value(), d),
            None => Err(t.type_error(format!("__dict__ must be set to a dictionary, not a '{}'", class_of(v).name_string()))),
        }
    }
    #[py(getter, name = "args")]
    fn get_args(_t: &Thread, this: Ref<BaseException>) -> Ref<Tuple> {
        this.args()
    }
    #[py(setter, name = "args")]
    fn assign_args(t: &Thread, this: Ref<BaseException>, value: Option<Value>) -> Result<()> {
        let Some(v) = value else {
            return Err(t.type_error("args may not be deleted"));
        };
        BaseException::set_args(this, t, t.iterate_to_tuple(v)?);
        Ok(())
    }
    #[py(getter)]
    fn __traceback__(_t: &Thread, this: Ref<BaseException>) -> Option<Ref<Traceback>> {
        this.traceback()
    }
    #[py(setter)]
    fn set___traceback__(t: &Thread, this: Ref<BaseException>, value: Option<Value>) -> Result<()> {
        let traceback = match value {
            None => return Err(t.type_error("__traceback__ may not be deleted")),
            Some(Value::NONE) => None,
            Some(v) => match v.downcast::<Traceback>() {
                Some(tb) => Some(tb),
                None => return Err(t.type_error("__traceback__ must be a traceback or None")),
            },
        };
        BaseException::set_traceback(this, t, traceback);
        Ok(())
    }
    /// exception context
    #[py(getter)]
    fn __context__(_t: &Thread, this: Ref<BaseException>) -> Option<Ref<BaseException>> {
        this.context()
    }
    #[py(setter)]
    fn set___context__(t: &Thread, this: Ref<BaseException>, value: Option<Value>) -> Result<()> {
        BaseException::assign_context(this, t, exception_or_none(t, value, "context")?);
        Ok(())
    }
    /// exception cause
    #[py(getter)]
    fn __cause__(_t: &Thread, this: Ref<BaseException>) -> Option<Ref<BaseException>> {
        this.cause()
    }
    #[py(setter)]
    fn set___cause__(t: &Thread, this: Ref<BaseException>, value: Option<Value>) -> Result<()> {
        BaseException::set_cause(this, t, exception_or_none(t, value, "cause")?);
        Ok(())
    }
    #[py(member)]
    fn __suppress_context__(_t: &Thread, this: Ref<BaseException>) -> bool {
        this.suppresses_context()
    }
    #[py(setter)]
    fn set___suppress_context__(t: &Thread, this: Ref<BaseException>, value: Option<Value>) -> Result<()> {
        let on = match value {
            None => return Err(t.type_error("can't delete numeric/char attribute")),
            Some(Value::TRUE) => true,
            Some(Value::FALSE) => false,
            Some(_) => return Err(t.type_error("attribute value type must be bool")),
        };
        this.suppress_context.store(on, Relaxed);
        Ok(())
    }
}
