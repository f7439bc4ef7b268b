//! References inside cells: atomic words, with the write barrier in their setters.
//!
//! Loads are acquire and stores release: on x86-64 both are plain `mov`s; on AArch64 they order the publication of a cell
//! before the reads through it.

use crate::{Header, Mutator, Ref, Value, Visitor};
use std::marker::PhantomData;
use std::ptr::NonNull;
use std::sync::atomic::{AtomicPtr, AtomicU64, Ordering::*};

/// A value word inside a cell.
#[repr(transparent)]
pub struct Field(AtomicU64);

impl Field {
    pub const fn new(v: Value) -> Field {
        Field(AtomicU64::new(v.bits()))
    }
    #[inline(always)]
    pub fn get(&self) -> Value {
        Value::from_bits(self.0.load(Acquire))
    }
    /// Stores into a cell that no collection can have seen since it was allocated, or a value that is not a cell.
    #[inline(always)]
    pub fn init(&self, v: impl Into<Value>) {
        self.0.store(v.into().bits(), Relaxed)
    }
    /// Stores `v`; `holder` is the cell that contains this field.
    #[inline(always)]
    pub fn set(&self, t: &Mutator, holder: &Header, v: impl Into<Value>) {
        let v = v.into();
        self.0.store(v.bits(), Release);
        t.write_barrier_at(holder, self.0.as_ptr(), v);
    }
    /// Stores a value where [`Mutator::needs_barrier`] said no.
    #[inline(always)]
    pub fn set_plain(&self, v: Value) {
        self.0.store(v.bits(), Release);
    }
    /// Stores `new` if the field holds `old`; returns what it held otherwise.
    #[inline]
    pub fn compare_exchange(&self, t: &Mutator, holder: &Header, old: Value, new: Value) -> Result<(), Value> {
        match self.0.compare_exchange(old.bits(), new.bits(), AcqRel, Acquire) {
            Ok(_) => {
                t.write_barrier_at(holder, self.0.as_ptr(), new);
                Ok(())
            }
            Err(seen) => Err(Value::from_bits(seen)),
        }
    }
    /// Stores `v` and returns what was there.
    #[inline]
    pub fn swap(&self, t: &Mutator, holder: &Header, v: Value) -> Value {
        let old = self.0.swap(v.bits(), AcqRel);
        t.write_barrier_at(holder, self.0.as_ptr(), v);
        Value::from_bits(old)
    }
}

/// A nullable typed reference inside a cell.
#[repr(transparent)]
pub struct RefField<T>(AtomicPtr<T>, PhantomData<T>);

impl<T> RefField<T> {
    pub const fn null() -> RefField<T> {
        RefField(AtomicPtr::new(std::ptr::null_mut()), PhantomData)
    }
    #[inline(always)]
    pub fn get(&self) -> Option<Ref<T>> {
        // SAFETY: only live cells of type `T` are stored, and the holder keeps them alive.
        NonNull::new(self.0.load(Acquire)).map(|p| unsafe { Ref::from_raw(p) })
    }
    /// The reference.
    ///
    /// # Safety
    /// The field was set at construction and is never emptied.
    #[inline(always)]
    pub unsafe fn known(&self) -> Ref<T> {
        debug_assert!(self.get().is_some());
        // SAFETY: the caller vouches for it.
        unsafe { self.get().unwrap_unchecked() }
    }
    /// The reference; the caller knows that it was set.
    #[inline(always)]
    pub fn expect(&self) -> Ref<T> {
        self.get().expect("reference field set at construction")
    }
    /// As [`Field::init`].
    #[inline(always)]
    pub fn init(&self, r: impl Into<Option<Ref<T>>>) {
        self.0.store(r.into().map_or(std::ptr::null_mut(), |r| r.as_ptr()), Relaxed)
    }
    #[inline(always)]
    pub fn set(&self, t: &Mutator, holder: &Header, r: impl Into<Option<Ref<T>>>) {
        let r = r.into();
        self.0.store(r.map_or(std::ptr::null_mut(), |r| r.as_ptr()), Release);
        if let Some(r) = r {
            t.write_barrier_at(holder, self.0.as_ptr().cast(), r.value());
        }
    }
    #[inline]
    pub fn compare_exchange(&self, t: &Mutator, holder: &Header, old: Option<Ref<T>>, new: Option<Ref<T>>) -> bool {
        let p = |r: Option<Ref<T>>| r.map_or(std::ptr::null_mut(), |r| r.as_ptr());
        let done = self.0.compare_exchange(p(old), p(new), AcqRel, Acquire).is_ok();
        if done {
            t.write_barrier(holder);
        }
        done
    }
}

/// Visits the references in a part of a cell; data without references does nothing.
pub trait Scan {
    fn scan(&self, v: &mut Visitor);
}
impl Scan for Field {
    #[inline(always)]
    fn scan(&self, v: &mut Visitor) {
        v.value(self.get())
    }
}
impl<T> Scan for RefField<T> {
    #[inline(always)]
    fn scan(&self, v: &mut Visitor) {
        if let Some(r) = self.get() {
            v.value(r.value())
        }
    }
}
impl<S: Scan, const N: usize> Scan for [S; N] {
    fn scan(&self, v: &mut Visitor) {
        for s in self {
            s.scan(v)
        }
    }
}
macro_rules! no_references {
    ($($t:ty),*) => { $( impl Scan for $t { #[inline(always)] fn scan(&self, _: &mut Visitor) {} } )* };
}
no_references!(
    u8,
    u16,
    u32,
    u64,
    usize,
    i8,
    i16,
    i32,
    i64,
    isize,
    f64,
    bool,
    crate::ShapeId,
    std::sync::atomic::AtomicU8,
    std::sync::atomic::AtomicU16,
    std::sync::atomic::AtomicU32,
    std::sync::atomic::AtomicU64,
    std::sync::atomic::AtomicUsize,
    std::sync::atomic::AtomicI64,
    std::sync::atomic::AtomicIsize,
    std::sync::atomic::AtomicBool,
    std::sync::atomic::AtomicI32
);
impl<T> Scan for std::cell::Cell<T> {
    #[inline(always)]
    fn scan(&self, _: &mut Visitor) {}
}
