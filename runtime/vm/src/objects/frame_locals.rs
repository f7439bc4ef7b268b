//! `FrameLocalsProxy` (PEP 667): the variables of a function's frame as a mapping that writes through to the frame.
//!
//! Names that are no variables of the code are kept in a dict of the frame. What the frame's registers are is `frame`'s business.

use crate::native::*;
use crate::objects::frame::Frame;
use crate::ops::Compare;

/// Where a variable is: its register, and whether that holds a cell.
#[derive(Clone, Copy)]
struct Place {
    register: usize,
    in_cell: bool,
}

/// Calls `f` with each variable of the code in the order of CPython: locals, cells, free variables. Stops at the first `Some`.
fn each_variable<R>(code: Ref<Code>, mut f: impl FnMut(Value, Place) -> Option<R>) -> Option<R> {
    let unit = &code.unit;
    let locals = unit.varnames.len();
    let is_cell = |r: usize| unit.cell_registers.contains(&(r as u16));
    for (register, name) in code.varnames.expect().iter().enumerate() {
        let r = f(name, Place { register, in_cell: is_cell(register) });
        if r.is_some() {
            return r;
        }
    }
    for (&register, name) in unit.cell_registers.iter().zip(code.cellvars.expect().iter()) {
        if register as usize >= locals {
            let r = f(name, Place { register: register as usize, in_cell: true });
            if r.is_some() {
                return r;
            }
        }
    }
    for (i, name) in code.freevars.expect().iter().enumerate() {
        let r = f(name, Place { register: unit.free_base as usize + i, in_cell: true });
        if r.is_some() {
            return r;
        }
    }
    None
}

/// The content of a variable, if it is bound.
fn content(register: Value, place: Place) -> Option<Value> {
    match register.downcast::<CellObject>() {
        Some(c) if place.in_cell => c.get().some(),
        _ => register.some(),
    }
}

/// The bound variables and the extra names of a function's frame, as they are now.
pub fn snapshot(t: &Thread, frame: Ref<Frame>) -> Result<Ref<Dict>> {
    let code = frame.code.expect();
    let registers = frame.variables(t)?;
    let out = Dict::new(t)?;
    let mut failed = Ok(());
    each_variable(code, |name, place| {
        let v = content(registers.get(place.register)?, place)?;
        failed = out.set(t, name, v);
        failed.is_err().then_some(())
    });
    failed?;
    if let Some(extra) = extra(frame) {
        let mut pos = 0;
        while let Some((k, v)) = extra.next(&mut pos) {
            out.set(t, k, v)?;
        }
    }
    Ok(out)
}

fn extra(frame: Ref<Frame>) -> Option<Ref<Dict>> {
    frame.extra_locals.get().downcast::<Dict>()
}

#[derive(HeapType)]
#[repr(C)]
pub struct FrameLocals {
    header: Header,
    frame: RefField<Frame>,
}

impl FrameLocals {
    pub fn new(t: &Thread, frame: Ref<Frame>) -> Result<Ref<FrameLocals>> {
        let field = RefField::null();
        field.init(frame);
        t.create(FrameLocals { header: Header::NEW, frame: field })
    }

    /// The variable that a key names. Keys that cannot be hashed are an error, as in a dict.
    fn place(&self, t: &Thread, key: Value) -> Result<Option<Place>> {
        t.hash(key)?;
        let Some(name) = key.downcast::<Str>() else { return Ok(None) };
        let code = self.frame.expect().code.expect();
        Ok(each_variable(code, |n, place| {
            let same = n == key || n.downcast::<Str>().is_some_and(|n| n.equals(&name));
            same.then_some(place)
        }))
    }
    fn get_item(&self, t: &Thread, key: Value) -> Result<Option<Value>> {
        let frame = self.frame.expect();
        if let Some(place) = self.place(t, key)? {
            let v = frame.variable(t, place.register).and_then(|v| content(v, place));
            if v.is_some() {
                return Ok(v);
            }
        }
        match extra(frame) {
            Some(d) => d.get(t, key),
            None => Ok(None),
        }
    }
    fn set_item(&self, t: &Thread, key: Value, v: Value) -> Result<()> {
        let frame = self.frame.expect();
        if let Some(place) = self.place(t, key)? {
            let cell = frame.variable(t, place.register).and_then(|v| v.downcast::<CellObject>()).filter(|_| place.in_cell);
            match cell {
                Some(c) => CellObject::set(c, t, v),
                None => Frame::set_variable(frame, t, place.register, v)?,
            }
            return Ok(());
        }
        let d = match extra(frame) {
            Some(d) => d,
            None => {
                let d = Dict::new(t)?;
                match frame.extra_locals.compare_exchange(t, frame.header(), Value::EMPTY, d.value()) {
                    Ok(()) => d,
                    Err(seen) => seen.downcast::<Dict>().unwrap_or(d),
                }
            }
        };
        d.set(t, key, v)
    }
    /// Removes an extra name; variables cannot be removed.
    fn remove(&self, t: &Thread, key: Value) -> Result<Option<Value>> {
        if self.place(t, key)?.is_some() {
            return Err(t.value_error("cannot remove local variables from FrameLocalsProxy"));
        }
        match extra(self.frame.expect()) {
            Some(d) => d.remove(t, key),
            None => Ok(None),
        }
    }
    fn snapshot(&self, t: &Thread) -> Result<Ref<Dict>> {
        snapshot(t, self.frame.expect())
    }
    /// Merges a dict or another proxy. False: it is neither.
    fn merge(&self, t: &Thread, other: Value) -> Result<bool> {
        let source = match other.downcast::<FrameLocals>() {
            Some(p) => p.snapshot(t)?,
            None => match other.downcast::<Dict>() {
                Some(d) => d,
                None => return Ok(false),
            },
        };
        let mut pos = 0;
        while let Some((k, v)) = source.next(&mut pos) {
            self.set_item(t, k, v)?;
        }
        Ok(true)
    }
    fn list(&self, t: &Thread, mut item: impl FnMut(Value, Value) -> Result<Value>) -> Result<ValueVec> {
        let d = self.snapshot(t)?;
        let out = ValueVec::with_capacity(t, d.len())?;
        let mut pos = 0;
        while let Some((k, v)) = d.next(&mut pos) {
            out.push(t, item(k, v)?)?;
        }
        Ok(out)
    }
}

/// A write-through view of the local variables of a frame.
#[pyclass(name = "FrameLocalsProxy", flags(MAPPING))]
impl FrameLocals {
    #[py(nosig, "(frame, /)")]
    fn __new__(t: &Thread, _cls: Ref<Class>, frame: Value) -> Result<Ref<FrameLocals>> {
        match frame.downcast::<Frame>() {
            Some(f) => FrameLocals::new(t, f),
            None => Err(t.type_error(format!("expect frame, not {}", class_of(frame).name_string()))),
        }
    }
    #[py]
    fn __repr__(t: &Thread, this: Ref<FrameLocals>) -> Result<Ref<Str>> {
        if !t.repr_enter(this.value())? {
            return Str::from_str(t, "{...}");
        }
        let r = this.snapshot(t).and_then(|d| t.repr(d.value()));
        t.repr_leave(this.value());
        r
    }
    #[py]
    fn __len__(t: &Thread, this: Ref<FrameLocals>) -> Result<usize> {
        this.snapshot(t).map(|d| d.len())
    }
    #[py]
    fn __getitem__(t: &Thread, this: Ref<FrameLocals>, key: Value) -> Result<Value> {
        match this.get_item(t, key)? {
            Some(v) => Ok(v),
            None => {
                let text = Str::from_str(t, &format!("local variable '{}' is not defined", t.repr(key)?))?;
                Err(t.key_error(text.value()))
            }
        }
    }
    #[py]
    fn __setitem__(t: &Thread, this: Ref<FrameLocals>, key: Value, value: Value) -> Result<()> {
        this.set_item(t, key, value)
    }
    #[py]
    fn __delitem__(t: &Thread, this: Ref<FrameLocals>, key: Value) -> Result<()> {
        match this.remove(t, key)? {
            Some(_) => Ok(()),
            None => Err(t.key_error(key)),
        }
    }
    #[py]
    fn __contains__(t: &Thread, this: Ref<FrameLocals>, key: Value) -> Result<bool> {
        this.get_item(t, key).map(|v| v.is_some())
    }
    #[py]
    fn __iter__(t: &Thread, this: Ref<FrameLocals>) -> Result<Value> {
        let keys = FrameLocals::keys(t, this)?;
        t.iter(keys.value())
    }
    #[py("($self, /)")]
    fn __reversed__(t: &Thread, this: Ref<FrameLocals>) -> Result<Value> {
        let mut keys = this.list(t, |k, _| Ok(k))?;
        keys.as_mut_slice().reverse();
        let keys = keys.into_list(t)?;
        t.iter(keys.value())
    }
    #[py]
    fn __eq__(t: &Thread, this: Ref<FrameLocals>, other: Value) -> Result<Value> {
        if let Some(o) = other.downcast::<FrameLocals>() {
            return Ok(Value::bool(this.frame.expect() == o.frame.expect()));
        }
        if other.downcast::<Dict>().is_none() {
            return Ok(Value::NOT_IMPLEMENTED);
        }
        t.rich_compare(this.snapshot(t)?.value(), other, Compare::Eq)
    }
    #[py]
    fn __ne__(t: &Thread, this: Ref<FrameLocals>, other: Value) -> Result<Value> {
        match FrameLocals::__eq__(t, this, other)? {
            Value::NOT_IMPLEMENTED => Ok(Value::NOT_IMPLEMENTED),
            equal => Ok(Value::bool(!t.truth(equal)?)),
        }
    }
    #[py]
    fn __or__(t: &Thread, this: Ref<FrameLocals>, other: Value) -> Result<Value> {
        let out = this.snapshot(t)?;
        merge_into(t, out, other)
    }
    #[py]
    fn __ror__(t: &Thread, this: Ref<FrameLocals>, other: Value) -> Result<Value> {
        let out = Dict::new(t)?;
        if merge_into(t, out, other)? == Value::NOT_IMPLEMENTED {
            return Ok(Value::NOT_IMPLEMENTED);
        }
        merge_into(t, out, this.value())
    }
    #[py]
    fn __ior__(t: &Thread, this: Ref<FrameLocals>, other: Value) -> Result<Value> {
        Ok(if this.merge(t, other)? { this.value() } else { Value::NOT_IMPLEMENTED })
    }
    #[py("($self, /)")]
    fn keys(t: &Thread, this: Ref<FrameLocals>) -> Result<Ref<List>> {
        this.list(t, |k, _| Ok(k))?.into_list(t)
    }
    #[py("($self, /)")]
    fn values(t: &Thread, this: Ref<FrameLocals>) -> Result<Ref<List>> {
        this.list(t, |_, v| Ok(v))?.into_list(t)
    }
    #[py("($self, /)")]
    fn items(t: &Thread, this: Ref<FrameLocals>) -> Result<Ref<List>> {
        this.list(t, |k, v| (k, v).into_value(t))?.into_list(t)
    }
    #[py("($self, /)")]
    fn copy(t: &Thread, this: Ref<FrameLocals>) -> Result<Ref<Dict>> {
        this.snapshot(t)
    }
    #[py("($self, object, /)")]
    fn update(t: &Thread, this: Ref<FrameLocals>, object: Value) -> Result<()> {
        if this.merge(t, object)? {
            Ok(())
        } else {
            Err(t.type_error("update() argument must be dict or another FrameLocalsProxy"))
        }
    }
    #[py(nosig, "($self, key, default=None, /)")]
    fn get(t: &Thread, this: Ref<FrameLocals>, key: Value, default: Option<Value>) -> Result<Value> {
        Ok(this.get_item(t, key)?.or(default).unwrap_or(Value::NONE))
    }
    #[py(nosig, "($self, key, default=None, /)")]
    fn setdefault(t: &Thread, this: Ref<FrameLocals>, key: Value, default: Option<Value>) -> Result<Value> {
        if let Some(v) = this.get_item(t, key)? {
            return Ok(v);
        }
        let v = default.unwrap_or(Value::NONE);
        this.set_item(t, key, v)?;
        Ok(v)
    }
    #[py(nosig, "($self, key, default=None, /)")]
    fn pop(t: &Thread, this: Ref<FrameLocals>, key: Value, default: Option<Value>) -> Result<Value> {
        match this.remove(t, key)?.or(default) {
            Some(v) => Ok(v),
            None => Err(t.key_error(key)),
        }
    }
}

/// `out` with the items of a dict or proxy; `NotImplemented` if it is neither.
fn merge_into(t: &Thread, out: Ref<Dict>, other: Value) -> Result<Value> {
    let source = match other.downcast::<FrameLocals>() {
        Some(p) => p.snapshot(t)?,
        None => match other.downcast::<Dict>() {
            Some(d) => d,
            None => return Ok(Value::NOT_IMPLEMENTED),
        },
    };
    let mut pos = 0;
    while let Some((k, v)) = source.next(&mut pos) {
        out.set(t, k, v)?;
    }
    Ok(out.value())
}
