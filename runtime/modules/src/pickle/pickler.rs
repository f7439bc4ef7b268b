//! `pickle.Pickler`: a stream's settings, and the memo that goes on from one `dump` to the next.

use super::memo::Memo;
use super::save::Saver;
use super::{callback_of, pickling_error, protocol_of, write_method};
use std::sync::atomic::{AtomicBool, AtomicI32, Ordering::*};
use taipan_vm::native::*;

#[derive(HeapType)]
#[repr(C)]
pub struct Pickler {
    header: Header,
    /// `write` of the file; the empty mark before `__init__`.
    write: Field,
    buffer_callback: Field,
    /// What was set as `persistent_id` or `dispatch_table` on the instance; the empty mark otherwise.
    persistent_id: Field,
    dispatch_table: Field,
    /// Objects written so far, by number.
    memo: RefField<List>,
    protocol: AtomicI32,
    fast: AtomicI32,
    binary: AtomicI32,
    fix_imports: AtomicBool,
    busy: AtomicBool,
}

/// Marks a pickler as being in use while it lives.
struct InUse(Ref<Pickler>);

impl InUse {
    fn of(t: &Thread, p: Ref<Pickler>) -> Result<InUse> {
        if p.busy.swap(true, Acquire) {
            return Err(t.runtime_error("Pickler object is already used"));
        }
        Ok(InUse(p))
    }
}
impl Drop for InUse {
    fn drop(&mut self) {
        self.0.busy.store(false, Release);
    }
}

impl Pickler {
    fn objects(&self) -> Ref<List> {
        self.memo.expect()
    }

    /// A method of the instance's class that is not the one declared here, or an attribute of the instance.
    fn overridden(t: &Thread, this: Ref<Pickler>, set: Value, name: &str, own: &str) -> Result<Option<Value>> {
        if !set.is_empty() {
            return Ok(Some(set));
        }
        let class = class_of(this.value());
        let name = Str::intern_str(t, name)?;
        if class == Pickler::class() {
            return Ok(None);
        }
        match class.lookup(t, name) {
            Some(f) if f.downcast::<Native>().is_some_and(|n| n.def.name == own && n.is_of(Pickler::class())) => Ok(None),
            _ => t.get_attr_opt(this.value(), name),
        }
    }
}

/// This takes a binary file for writing a pickle data stream.
///
/// The optional *protocol* argument tells the pickler to use the given
/// protocol; supported protocols are 0, 1, 2, 3, 4 and 5.  The default
/// protocol is 5.  A negative protocol version selects the highest
/// protocol version supported.
///
/// The *file* argument must have a write() method that accepts a single
/// bytes argument.
///
/// If *fix_imports* is True and protocol is less than 3, new Python 3
/// names are mapped to the old module names used in Python 2.
///
/// If *buffer_callback* is None (the default), buffer views are
/// serialized into *file* as part of the pickle stream.
#[pyclass(name = "Pickler", module = "_pickle", flags(BASE))]
impl Pickler {
    #[py("(*args, **kwargs)", nosig)]
    fn __new__(t: &Thread, cls: Ref<Class>, args: &[Value], kwargs: Kwargs) -> Result<Ref<Pickler>> {
        let _ = (args, kwargs);
        let memo = RefField::null();
        memo.init(List::new(t)?);
        t.create_in(
            cls,
            Pickler {
                header: Header::NEW,
                write: Field::new(Value::EMPTY),
                buffer_callback: Field::new(Value::NONE),
                persistent_id: Field::new(Value::EMPTY),
                dispatch_table: Field::new(Value::EMPTY),
                memo,
                protocol: AtomicI32::new(super::DEFAULT_PROTOCOL),
                fast: AtomicI32::new(0),
                binary: AtomicI32::new(1),
                fix_imports: AtomicBool::new(true),
                busy: AtomicBool::new(false),
            },
        )
    }
    #[py("($self, file, protocol=None, fix_imports=True, buffer_callback=None)")]
    fn __init__(
        t: &Thread,
        this: Ref<Pickler>,
        file: Value,
        protocol: Option<Value>,
        fix_imports: Option<bool>,
        buffer_callback: Option<Value>,
    ) -> Result<()> {
        let protocol = protocol_of(t, protocol)?;
        let callback = callback_of(t, buffer_callback, protocol)?;
        let write = write_method(t, file)?;
        let h = this.header();
        this.write.set(t, h, write);
        this.buffer_callback.set(t, h, callback.unwrap_or(Value::NONE));
        this.protocol.store(protocol, Relaxed);
        this.binary.store(i32::from(protocol > 0), Relaxed);
        this.fix_imports.store(fix_imports.unwrap_or(true) && protocol < 3, Relaxed);
        this.fast.store(0, Relaxed);
        this.memo.set(t, h, List::new(t)?);
        Ok(())
    }
    /// Write a pickled representation of the given object to the open file.
    #[py("($self, obj, /)")]
    fn dump(t: &Thread, this: Ref<Pickler>, obj: Value) -> Result<()> {
        let write = this.write.get();
        if write.is_empty() {
            let name = class_of(this.value()).full_name();
            return Err(pickling_error(t, format!("Pickler.__init__() was not called by {name}.__init__()")));
        }
        let _in_use = InUse::of(t, this)?;
        let mut s = Saver::new(t, this.protocol.load(Relaxed), this.fix_imports.load(Relaxed));
        s.binary = this.binary.load(Relaxed) != 0;
        s.fast = this.fast.load(Relaxed) != 0;
        s.write = Some(write);
        s.buffer_callback = Some(this.buffer_callback.get()).filter(|v| !v.is_none());
        s.memo = Memo::from_objects(t, this.objects().snapshot(t)?.as_slice())?;
        let known = s.memo.len();
        s.persistent_id = Pickler::overridden(t, this, this.persistent_id.get(), "persistent_id", "persistent_id")?;
        s.dispatch_table = Pickler::overridden(t, this, this.dispatch_table.get(), "dispatch_table", "dispatch_table")?;
        s.reducer_override = t.get_attr_opt(this.value(), Str::intern_str(t, "reducer_override")?)?;
        let r = s.dump(obj);
        this.objects().extend_from_slice(t, &s.memo.objects()[known..])?;
        r
    }
    /// Clears the pickler's "memo".
    ///
    /// The memo is the data structure that remembers which objects the
    /// pickler has already seen, so that shared or recursive objects are
    /// pickled by reference and not by value.  This method is useful when
    /// re-using picklers.
    #[py("($self, /)")]
    fn clear_memo(t: &Thread, this: Ref<Pickler>) -> Result<()> {
        this.objects().clear(t);
        Ok(())
    }
    #[py("($self, obj, /)")]
    fn persistent_id(_t: &Thread, _this: Ref<Pickler>, _obj: Value) -> Value {
        Value::NONE
    }
    #[py("($self, name, /)")]
    fn __getattribute__(t: &Thread, this: Ref<Pickler>, name: Ref<Str>) -> Result<Value> {
        let name = Str::intern(t, name)?;
        let v = this.value();
        let set = match name.as_ascii() {
            Some("persistent_id") => this.persistent_id.get(),
            Some("dispatch_table") => this.dispatch_table.get(),
            _ => Value::EMPTY,
        };
        if !set.is_empty() {
            return Ok(set);
        }
        match taipan_vm::attr::generic_lookup(t, v, class_of(v), name)? {
            Some(found) => Ok(found),
            None => Err(taipan_vm::attr::no_attribute(t, v, name)),
        }
    }
    #[py("($self, name, value, /)")]
    fn __setattr__(t: &Thread, this: Ref<Pickler>, name: Ref<Str>, value: Value) -> Result<()> {
        match name.as_ascii() {
            Some("persistent_id") if Pickler::takes_attribute(t, this, name) => {
                if !t.is_callable(value) {
                    return Err(t.type_error("persistent_id must be a callable taking one argument"));
                }
                this.persistent_id.set(t, this.header(), value);
                Ok(())
            }
            Some("dispatch_table") if Pickler::takes_attribute(t, this, name) => {
                this.dispatch_table.set(t, this.header(), value);
                Ok(())
            }
            _ => taipan_vm::attr::generic_set(t, this.value(), Str::intern(t, name)?, Some(value)),
        }
    }
    #[py("($self, name, /)")]
    fn __delattr__(t: &Thread, this: Ref<Pickler>, name: Ref<Str>) -> Result<()> {
        let field = match name.as_ascii() {
            Some("persistent_id") => &this.persistent_id,
            Some("dispatch_table") => &this.dispatch_table,
            _ => return taipan_vm::attr::generic_set(t, this.value(), Str::intern(t, name)?, None),
        };
        if field.get().is_empty() {
            return Err(taipan_vm::attr::no_attribute(t, this.value(), Str::intern(t, name)?));
        }
        field.set(t, this.header(), Value::EMPTY);
        Ok(())
    }
    #[py(getter)]
    fn memo(t: &Thread, this: Ref<Pickler>) -> Result<Ref<PicklerMemoProxy>> {
        let held = RefField::null();
        held.init(this);
        t.create(PicklerMemoProxy { header: Header::NEW, pickler: held })
    }
    #[py(setter)]
    fn set_memo(t: &Thread, this: Ref<Pickler>, value: Option<Value>) -> Result<()> {
        let Some(v) = value else { return Err(t.type_error("attribute deletion is not supported")) };
        let new = List::new(t)?;
        if let Some(proxy) = v.downcast::<PicklerMemoProxy>() {
            new.extend_from_slice(t, proxy.pickler.expect().objects().snapshot(t)?.as_slice())?;
        } else if let Some(d) = v.downcast::<Dict>() {
            let mut numbered = Vec::new();
            let (mut pos, kept) = (0, ValueVec::new());
            while let Some((_, pair)) = d.next(&mut pos) {
                let Some(pair) = pair.downcast::<Tuple>().filter(|p| p.len() == 2) else {
                    return Err(t.type_error("'memo' values must be 2-item tuples"));
                };
                numbered.push((t.to_i64(pair.as_slice()[0])?, kept.len()));
                kept.push(t, pair.as_slice()[1])?;
            }
            numbered.sort_unstable();
            for (number, i) in numbered {
                // Numbers are those of the order of writing.
                while (new.len() as i64) < number {
                    new.append(t, Value::EMPTY)?;
                }
                new.append(t, kept.as_slice()[i])?;
            }
        } else {
            return Err(t.type_error(format!(
                "'memo' attribute must be a PicklerMemoProxy object or dict, not {}",
                class_of(v).name_string()
            )));
        }
        this.memo.set(t, this.header(), new);
        Ok(())
    }
    #[py(member)]
    fn bin(_t: &Thread, this: Ref<Pickler>) -> i32 {
        this.binary.load(Relaxed)
    }
    #[py(setter)]
    fn set_bin(t: &Thread, this: Ref<Pickler>, value: Option<Value>) -> Result<()> {
        this.binary.store(t.to_i64(value.unwrap_or(Value::NONE))? as i32, Relaxed);
        Ok(())
    }
    #[py(member)]
    fn fast(_t: &Thread, this: Ref<Pickler>) -> i32 {
        this.fast.load(Relaxed)
    }
    #[py(setter)]
    fn set_fast(t: &Thread, this: Ref<Pickler>, value: Option<Value>) -> Result<()> {
        this.fast.store(t.to_i64(value.unwrap_or(Value::NONE))? as i32, Relaxed);
        Ok(())
    }
}

impl Pickler {
    /// Whether an attribute of this name is ours, and not one that a subclass has as a data descriptor.
    fn takes_attribute(t: &Thread, this: Ref<Pickler>, name: Ref<Str>) -> bool {
        let class = class_of(this.value());
        match Str::intern(t, name).ok().and_then(|n| class.lookup(t, n)) {
            Some(found) => !taipan_vm::attr::is_data_descriptor(t, found),
            None => true,
        }
    }
}

#[derive(HeapType)]
#[repr(C)]
pub struct PicklerMemoProxy {
    header: Header,
    pickler: RefField<Pickler>,
}

#[pyclass(name = "PicklerMemoProxy", module = "_pickle", flags(NO_NEW))]
impl PicklerMemoProxy {
    /// Remove all items from memo.
    #[py("($self, /)")]
    fn clear(t: &Thread, this: Ref<PicklerMemoProxy>) -> Result<()> {
        this.pickler.expect().objects().clear(t);
        Ok(())
    }
    /// Copy the memo to a new object.
    #[py("($self, /)")]
    fn copy(t: &Thread, this: Ref<PicklerMemoProxy>) -> Result<Ref<Dict>> {
        let d = Dict::new(t)?;
        for (i, v) in this.pickler.expect().objects().snapshot(t)?.iter().enumerate() {
            if v.is_empty() {
                continue;
            }
            let entry = (i, v).into_value(t)?;
            d.set(t, t.uint(t.identity(v))?, entry)?;
        }
        Ok(d)
    }
    /// Implement pickle support.
    #[py("($self, /)")]
    fn __reduce__(t: &Thread, this: Ref<PicklerMemoProxy>) -> Result<Value> {
        let content = PicklerMemoProxy::copy(t, this)?;
        (Dict::class(), Tuple::new(t, &[content.value()])?).into_value(t)
    }
}
