//! `_queue`: `SimpleQueue`, an unbounded first-in first-out queue whose `put` may be called at any time, also by a finalizer or a
//! signal handler that interrupts another `put` or `get` of the same thread.
//!
//! A getter that finds the queue empty waits on `puts`, a number that each `put` changes after its item is in place. Nothing is
//! lost: either the getter sees the item, or it sees the old number while the put still has to look for waiters. A getter that was
//! woken and gives up (timeout, exception) passes the wake-up on.

use crate::collections::deque::Deque;
use crate::system::{Round, Until, exception_class, nanoseconds};
use std::sync::atomic::{AtomicU32, Ordering::*};
use taipan_vm::native::*;
use taipan_vm::objects::exceptions as ex;

pub struct QueueModule;

#[derive(HeapType)]
#[repr(C)]
pub struct SimpleQueue {
    header: Header,
    items: RefField<Deque>,
    puts: AtomicU32,
    waiters: AtomicU32,
}

fn empty_class(t: &Thread) -> Result<Ref<Class>> {
    exception_class(t, "_queue", "Empty", &[ex::class(ex::Kind::Exception).value()], Some("Raised by a get() that finds no item."))
}

fn empty(t: &Thread) -> Exc {
    match empty_class(t) {
        Ok(c) => t.new_error_with(c, &[]),
        Err(e) => e,
    }
}

impl SimpleQueue {
    fn push(t: &Thread, this: Ref<SimpleQueue>, item: Value) -> Result<()> {
        this.items.expect().push(t, item, false)?;
        this.puts.fetch_add(1, SeqCst);
        this.wake();
        Ok(())
    }
    fn wake(&self) {
        if self.waiters.load(SeqCst) != 0 {
            taipan_heap::futex_wake_one(&self.puts);
        }
    }
    fn take(t: &Thread, this: Ref<SimpleQueue>, block: bool, timeout: Option<Value>) -> Result<Value> {
        let items = this.items.expect();
        let until = match timeout.filter(|v| block && !v.is_none()) {
            None => Until::Forever,
            Some(v) => {
                let ns = nanoseconds(t, v, Round::Ceiling)?;
                if ns < 0 {
                    return Err(t.value_error("'timeout' must be a non-negative number"));
                }
                if ns as f64 / 1e9 > crate::thread_lock::TIMEOUT_MAX {
                    return Err(t.overflow_error("timeout value is too large"));
                }
                Until::after_nanoseconds(ns)
            }
        };
        if let Some(v) = items.pop_end(t, true) {
            return Ok(v);
        }
        if !block {
            return Err(empty(t));
        }
        this.waiters.fetch_add(1, SeqCst);
        let r = SimpleQueue::wait(t, this, items, until);
        this.waiters.fetch_sub(1, SeqCst);
        if !matches!(r, Ok(Some(_))) && items.len() > 0 {
            this.wake();
        }
        r?.ok_or_else(|| empty(t))
    }
    fn wait(t: &Thread, this: Ref<SimpleQueue>, items: Ref<Deque>, until: Until) -> Result<Option<Value>> {
        loop {
            let seen = this.puts.load(SeqCst);
            if let Some(v) = items.pop_end(t, true) {
                return Ok(Some(v));
            }
            let left = until.left();
            if left.is_some_and(|l| l.is_zero()) {
                return Ok(None);
            }
            taipan_vm::hooks::wait_for(t, (&this.puts, seen), left)?;
        }
    }
}

/// A queue without bound; items come out in the order they were put in.
#[pyclass(name = "SimpleQueue", module = "_queue", flags(BASE, HAS_WEAKREF))]
impl SimpleQueue {
    #[py("()")]
    fn __new__(t: &Thread, cls: Ref<Class>) -> Result<Ref<SimpleQueue>> {
        let items = RefField::null();
        items.init(Deque::new(t, Deque::class(), -1)?);
        t.create_in(cls, SimpleQueue { header: Header::NEW, items, puts: AtomicU32::new(0), waiters: AtomicU32::new(0) })
    }
    /// Append an item. Never waits: block and timeout are there so that the call looks like Queue.put.
    #[py("($self, /, item, block=True, timeout=None)")]
    fn put(t: &Thread, this: Ref<SimpleQueue>, item: Value, _block: Option<bool>, _timeout: Option<Value>) -> Result<()> {
        SimpleQueue::push(t, this, item)
    }
    /// The same as put(item).
    #[py("($self, /, item)")]
    fn put_nowait(t: &Thread, this: Ref<SimpleQueue>, item: Value) -> Result<()> {
        SimpleQueue::push(t, this, item)
    }
    /// Take the oldest item out.
    ///
    /// On an empty queue this waits for an item: without end, or for `timeout` seconds, after which it raises Empty.
    /// With a false `block` it raises Empty at once.
    #[py("($self, /, block=True, timeout=None)")]
    fn get(t: &Thread, this: Ref<SimpleQueue>, block: Option<bool>, timeout: Option<Value>) -> Result<Value> {
        SimpleQueue::take(t, this, block.unwrap_or(true), timeout)
    }
    /// Take the oldest item out, or raise Empty if there is none right now.
    #[py("($self, /)")]
    fn get_nowait(t: &Thread, this: Ref<SimpleQueue>) -> Result<Value> {
        SimpleQueue::take(t, this, false, None)
    }
    /// Whether the queue was empty a moment ago.
    #[py("($self, /)")]
    fn empty(_t: &Thread, this: Ref<SimpleQueue>) -> bool {
        this.items.expect().len() == 0
    }
    /// How many items the queue had a moment ago.
    #[py("($self, /)")]
    fn qsize(_t: &Thread, this: Ref<SimpleQueue>) -> usize {
        this.items.expect().len()
    }
    /// The class with a type argument, for annotations.
    #[py("($cls, item, /)")]
    fn __class_getitem__(t: &Thread, cls: Ref<Class>, item: Value) -> Result<Value> {
        t.generic_alias(cls.value(), item)
    }
}

fn init(t: &Thread, m: Ref<Module>) -> Result<()> {
    // Its deque holds the items.
    taipan_vm::import::native_module(t, "_collections")?;
    m.set(t, "Empty", empty_class(t)?.value())
}

/// The native half of the module queue.
#[pymodule(name = "_queue", classes(SimpleQueue), init = init)]
impl QueueModule {}
