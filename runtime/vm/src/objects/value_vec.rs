//! A growable run of values for natives: like `Vec<Value>`, but the collector sees it.

use crate::native::*;
use std::cell::Cell;

/// Storage cell: a run of values. Also what lists keep their items in.
#[repr(C)]
pub struct Array {
    header: Header,
    capacity: usize,
    // fields follow
}

unsafe fn scan(cell: *const Header, v: &mut Visitor) {
    // SAFETY: the collector calls this with a live array; unused slots hold the empty mark or zero.
    v.values(unsafe { &*cell.cast::<Array>() }.fields())
}
unsafe fn cell_size(cell: *const Header) -> usize {
    // SAFETY: as above.
    size_of::<Array>() + 8 * unsafe { &*cell.cast::<Array>() }.capacity
}
static LAYOUT: Layout =
    Layout { name: "array of values", size: size_of::<Array>(), scan, cell_size: Some(cell_size), base: None, drop: None };
// SAFETY: repr(C), header first, `scan` visits every slot; zeroed memory is an array without slots.
unsafe impl HeapType for Array {
    const LAYOUT: &'static Layout = &LAYOUT;
}

static SHAPE: std::sync::OnceLock<ShapeId> = std::sync::OnceLock::new();

impl Array {
    pub(crate) const CAPACITY: usize = std::mem::offset_of!(Array, capacity);

    /// An array whose slots are all the integer 0.
    pub fn new(t: &Thread, capacity: usize) -> Result<Ref<Array>> {
        let shape = *SHAPE.get_or_init(|| Mutator::internal_shape(&LAYOUT));
        let Some(size) = capacity.checked_mul(8).and_then(|n| n.checked_add(size_of::<Array>())) else {
            return Err(t.memory_error());
        };
        let cell = t.allocate(size, shape)?.cast::<Array>();
        // SAFETY: a fresh cell of the right size.
        unsafe {
            (*cell.as_ptr()).capacity = capacity;
            Ok(Ref::from_raw(cell))
        }
    }
    #[inline(always)]
    pub fn capacity(&self) -> usize {
        self.capacity
    }
    #[inline(always)]
    pub fn fields(&self) -> &[Field] {
        // SAFETY: `capacity` fields follow the fixed part.
        unsafe { std::slice::from_raw_parts((self as *const Array).add(1).cast(), self.capacity) }
    }
    #[inline(always)]
    pub fn field(&self, i: usize) -> &Field {
        &self.fields()[i]
    }
}

/// A vector of values, local to a native's stack frame.
pub struct ValueVec {
    array: Cell<Option<Ref<Array>>>,
    len: Cell<usize>,
}

impl Default for ValueVec {
    fn default() -> Self {
        Self::new()
    }
}

impl ValueVec {
    pub fn new() -> ValueVec {
        ValueVec { array: Cell::new(None), len: Cell::new(0) }
    }
    pub fn with_capacity(t: &Thread, n: usize) -> Result<ValueVec> {
        let v = ValueVec::new();
        if n > 0 {
            v.array.set(Some(Array::new(t, n)?));
        }
        Ok(v)
    }
    pub fn from_slice(t: &Thread, values: &[Value]) -> Result<ValueVec> {
        let v = ValueVec::with_capacity(t, values.len())?;
        if let Some(a) = v.array.get() {
            for (f, &x) in a.fields().iter().zip(values) {
                f.init(x);
            }
            v.len.set(values.len());
        }
        Ok(v)
    }
    /// The first `n` fields of a run that others may write to, up to the first that is empty.
    pub fn from_fields(t: &Thread, n: usize, fields: impl FnOnce() -> Option<Ref<Array>>) -> Result<ValueVec> {
        let v = ValueVec::with_capacity(t, n)?;
        if let (Some(a), Some(from)) = (v.array.get(), fields()) {
            let mut len = 0;
            for (to, from) in a.fields().iter().zip(from.fields()).take(n) {
                let x = from.get();
                if x.is_empty() {
                    break;
                }
                to.init(x);
                len += 1;
            }
            v.len.set(len);
        }
        Ok(v)
    }
    /// The first `len` values of an array that nobody else writes.
    pub(crate) fn from_array(array: Option<Ref<Array>>, len: usize) -> ValueVec {
        ValueVec { array: Cell::new(array), len: Cell::new(len) }
    }
    /// The array with the values.
    pub(crate) fn array(&self) -> Option<Ref<Array>> {
        self.array.get()
    }
    pub fn len(&self) -> usize {
        self.len.get()
    }
    pub fn is_empty(&self) -> bool {
        self.len.get() == 0
    }
    #[inline]
    pub fn push(&self, t: &Thread, v: Value) -> Result<()> {
        let n = self.len.get();
        let array = match self.array.get() {
            Some(a) if n < a.capacity() => a,
            old => {
                let a = Array::new(t, (n * 2).max(8))?;
                if let Some(old) = old {
                    for (from, to) in old.fields()[..n].iter().zip(a.fields()) {
                        to.init(from.get());
                    }
                }
                self.array.set(Some(a));
                a
            }
        };
        array.field(n).set(t, array.header(), v);
        self.len.set(n + 1);
        Ok(())
    }
    pub fn pop(&self) -> Option<Value> {
        let n = self.len.get().checked_sub(1)?;
        self.len.set(n);
        self.array.get().map(|a| a.field(n).get())
    }
    pub fn get(&self, i: usize) -> Option<Value> {
        if i < self.len.get() { self.array.get().map(|a| a.field(i).get()) } else { None }
    }
    pub fn set(&self, t: &Thread, i: usize, v: Value) {
        assert!(i < self.len.get());
        if let Some(a) = self.array.get() {
            a.field(i).set(t, a.header(), v);
        }
    }
    pub fn truncate(&self, n: usize) {
        self.len.set(self.len.get().min(n));
    }
    /// The values. Valid until the next `push`; contents may be sorted or read, not replaced by cells.
    #[inline]
    pub fn as_slice(&self) -> &[Value] {
        match self.array.get() {
            // SAFETY: a field has the representation of a value; the vector is local to one thread.
            Some(a) => unsafe { std::slice::from_raw_parts(a.fields().as_ptr().cast(), self.len.get()) },
            None => &[],
        }
    }
    /// Permutes or overwrites in place with values that are already in the vector.
    #[allow(clippy::mut_from_ref)]
    pub fn as_mut_slice(&mut self) -> &mut [Value] {
        match self.array.get() {
            // SAFETY: as above, and `&mut self` makes it unique.
            Some(a) => unsafe { std::slice::from_raw_parts_mut(a.fields().as_ptr() as *mut Value, self.len.get()) },
            None => &mut [],
        }
    }
    /// Has `f` write the values, or put them into another order. `f` must not allocate, poll or call out.
    pub(crate) fn permute(&self, t: &Thread, f: impl FnOnce(&mut [Value])) {
        if let Some(a) = self.array.get() {
            // SAFETY: as above; nothing else looks at the values while `f` runs, and no collection happens.
            f(unsafe { std::slice::from_raw_parts_mut(a.fields().as_ptr() as *mut Value, self.len.get()) });
            t.write_barrier(a.header());
        }
    }
    pub fn iter(&self) -> impl Iterator<Item = Value> + '_ {
        (0..self.len()).map(|i| self.as_slice()[i])
    }
    pub fn extend(&self, t: &Thread, values: &[Value]) -> Result<()> {
        for &v in values {
            self.push(t, v)?;
        }
        Ok(())
    }
    pub fn into_tuple(self, t: &Thread) -> Result<Ref<Tuple>> {
        Tuple::new(t, self.as_slice())
    }
    /// A list that takes the storage over, unless much of it is unused.
    pub fn into_list(self, t: &Thread) -> Result<Ref<List>> {
        match self.array.get() {
            Some(a) if self.len() > a.capacity() / 2 => List::from_array(t, a, self.len()),
            _ => List::from_slice(t, self.as_slice()),
        }
    }
}
