//! `groupby` and `tee`.

use std::sync::atomic::{AtomicU32, Ordering::*};
use std::time::{Duration, Instant};
use taipan_vm::native::*;
use taipan_vm::objects::turns::in_turn;

#[derive(HeapType)]
#[repr(C)]
pub struct GroupBy {
    header: Header,
    iterator: Field,
    key: Field,
    /// Key of the group that was handed out last.
    target: Field,
    /// Key and value of the item that was read last; the value is empty once somebody has taken it.
    current_key: Field,
    current: Field,
    /// The only group that may still read.
    group: Field,
}

impl GroupBy {
    fn step_on(t: &Thread, this: Ref<GroupBy>) -> Result<Option<Value>> {
        let h = this.header();
        this.group.set(t, h, Value::EMPTY);
        // Past the rest of the last group.
        while let (target, Some(key)) = (this.target.get().some(), this.current_key.get().some()) {
            let Some(target) = target else { break };
            if !t.equal(target, key)? {
                break;
            }
            if !this.step(t)? {
                return Ok(None);
            }
        }
        if this.current_key.get().is_empty() && !this.step(t)? {
            return Ok(None);
        }
        let key = this.current_key.get();
        this.target.set(t, h, key);
        let group = t.create(Grouper { header: Header::NEW, parent: Field::new(this.value()), key: Field::new(key) })?;
        this.group.set(t, h, group.value());
        (key, group).into_value(t).map(Some)
    }
}

impl GroupBy {
    /// Reads an item; false at the end.
    fn step(&self, t: &Thread) -> Result<bool> {
        let Some(v) = t.next(self.iterator.get())? else { return Ok(false) };
        let f = self.key.get();
        let k = if f.is_none() { v } else { t.call(f, &[v])? };
        self.current.set(t, &self.header, v);
        self.current_key.set(t, &self.header, k);
        Ok(true)
    }
}

/// make an iterator that returns consecutive keys and groups from the iterable
///
///   iterable
///     Elements to divide into groups according to the key function.
///   key
///     A function for computing the group category for each element.
///     If the key function is not specified or is None, the element itself
///     is used for grouping.
#[pyclass(name = "groupby", module = "itertools", flags(BASE, OWNED))]
impl GroupBy {
    #[py("(iterable, key=None)")]
    fn __new__(t: &Thread, cls: Ref<Class>, iterable: Value, key: Option<Value>) -> Result<Ref<GroupBy>> {
        let iterator = t.iter(iterable)?;
        let empty = || Field::new(Value::EMPTY);
        let key = Field::new(key.unwrap_or(Value::NONE));
        t.create_in(
            cls,
            GroupBy {
                header: Header::NEW,
                iterator: Field::new(iterator),
                key,
                target: empty(),
                current_key: empty(),
                current: empty(),
                group: empty(),
            },
        )
    }
    #[py]
    fn __iter__(_t: &Thread, this: Ref<GroupBy>) -> Ref<GroupBy> {
        this
    }
    #[py]
    fn __next__(t: &Thread, this: Ref<GroupBy>) -> Result<Option<Value>> {
        in_turn(t, this.header(), || GroupBy::step_on(t, this))
    }
}

#[derive(HeapType)]
#[repr(C)]
pub struct Grouper {
    header: Header,
    parent: Field,
    key: Field,
}

#[pyclass(name = "_grouper", module = "itertools")]
impl Grouper {
    #[py("(parent, tgtkey, /)")]
    fn __new__(t: &Thread, cls: Ref<Class>, parent: Ref<GroupBy>, tgtkey: Value) -> Result<Ref<Grouper>> {
        let g = t.create_in(cls, Grouper { header: Header::NEW, parent: Field::new(parent.value()), key: Field::new(tgtkey) })?;
        parent.group.set(t, parent.header(), g.value());
        Ok(g)
    }
    #[py]
    fn __iter__(_t: &Thread, this: Ref<Grouper>) -> Ref<Grouper> {
        this
    }
    #[py]
    fn __next__(t: &Thread, this: Ref<Grouper>) -> Result<Option<Value>> {
        let Some(parent) = this.parent.get().downcast::<GroupBy>() else { return Ok(None) };
        in_turn(t, parent.header(), || Grouper::step_on(t, this, parent))
    }
}

impl Grouper {
    fn step_on(t: &Thread, this: Ref<Grouper>, parent: Ref<GroupBy>) -> Result<Option<Value>> {
        if parent.group.get() != this.value() {
            return Ok(None);
        }
        if parent.current.get().is_empty() && !parent.step(t)? {
            return Ok(None);
        }
        if !t.equal(this.key.get(), parent.current_key.get())? {
            return Ok(None);
        }
        Ok(parent.current.swap(t, parent.header(), Value::EMPTY).some())
    }
}

/// How long a thread waits for the item that another one reads from the source.
const PATIENCE: Duration = Duration::from_secs(1);

/// One item of the source of a `tee`, and the way to the next.
#[derive(HeapType)]
#[repr(C)]
pub struct TeeData {
    header: Header,
    iterator: Field,
    value: Field,
    next: Field,
    /// [`UNREAD`], [`READ`], or `2 +` the number of the thread that reads.
    state: AtomicU32,
}

const UNREAD: u32 = 0;
const READ: u32 = 1;

impl TeeData {
    fn new(t: &Thread, iterator: Value) -> Result<Ref<TeeData>> {
        t.create(TeeData {
            header: Header::NEW,
            iterator: Field::new(iterator),
            value: Field::new(Value::EMPTY),
            next: Field::new(Value::EMPTY),
            state: AtomicU32::new(UNREAD),
        })
    }
    /// Reads the item if nobody has; false at the end of the source.
    fn read(&self, t: &Thread) -> Result<bool> {
        let mine = 2 + u32::from(t.id);
        let mut since = None;
        loop {
            match self.state.compare_exchange(UNREAD, mine, Acquire, Acquire) {
                Ok(_) => break,
                Err(READ) => return Ok(true),
                Err(who) if who == mine => return Err(t.runtime_error("cannot re-enter the tee iterator")),
                // Another thread is about to have the item. One that does not come to an end may be waiting for this thread.
                Err(_) if since.get_or_insert_with(Instant::now).elapsed() > PATIENCE => {
                    return Err(t.runtime_error("cannot re-enter the tee iterator"));
                }
                Err(_) => t.blocking(std::thread::yield_now),
            }
        }
        let outcome = (|| {
            let Some(v) = t.next(self.iterator.get())? else { return Ok(false) };
            let next = TeeData::new(t, self.iterator.get())?;
            self.value.set(t, &self.header, v);
            self.next.set(t, &self.header, next.value());
            Ok(true)
        })();
        self.state.store(if matches!(outcome, Ok(true)) { READ } else { UNREAD }, Release);
        outcome
    }
}

/// teedataobject(iterable, values, next, /)
///
/// Data container common to multiple tee objects.
#[pyclass(name = "_tee_dataobject", module = "itertools", flags(NO_NEW))]
impl TeeData {}

#[derive(HeapType)]
#[repr(C)]
pub struct Tee {
    header: Header,
    at: Field,
}

impl Tee {
    fn at(t: &Thread, class: Ref<Class>, data: Value) -> Result<Ref<Tee>> {
        t.create_in(class, Tee { header: Header::NEW, at: Field::new(data) })
    }
    /// A tee of an iterable; of another tee, one that goes on from there.
    pub fn of(t: &Thread, iterable: Value) -> Result<Ref<Tee>> {
        let it = t.iter(iterable)?;
        match it.downcast::<Tee>() {
            Some(other) => other.copy(t),
            None => Tee::at(t, Tee::class(), TeeData::new(t, it)?.value()),
        }
    }
    pub fn copy(&self, t: &Thread) -> Result<Ref<Tee>> {
        Tee::at(t, Tee::class(), self.at.get())
    }
}

/// Iterator wrapped to make it copyable.
#[pyclass(name = "_tee", module = "itertools", flags(HAS_WEAKREF))]
impl Tee {
    #[py("(iterable, /)")]
    fn __new__(t: &Thread, cls: Ref<Class>, iterable: Value) -> Result<Ref<Tee>> {
        let _ = cls;
        Tee::of(t, iterable)
    }
    #[py]
    fn __iter__(_t: &Thread, this: Ref<Tee>) -> Ref<Tee> {
        this
    }
    #[py]
    fn __next__(t: &Thread, this: Ref<Tee>) -> Result<Option<Value>> {
        loop {
            let here = this.at.get();
            let Some(data) = here.downcast::<TeeData>() else { return Ok(None) };
            if !data.read(t)? {
                return Ok(None);
            }
            // Whoever moves the position has the item.
            if this.at.compare_exchange(t, this.header(), here, data.next.get()).is_ok() {
                return Ok(Some(data.value.get()));
            }
        }
    }
    /// Returns an independent iterator.
    #[py("($self, /)")]
    fn __copy__(t: &Thread, this: Ref<Tee>) -> Result<Ref<Tee>> {
        this.copy(t)
    }
}
