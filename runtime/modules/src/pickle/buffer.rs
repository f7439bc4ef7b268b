//! `pickle.PickleBuffer`: a wrapper that marks memory as one that may travel outside of the stream.

use taipan_vm::native::*;
use taipan_vm::objects::buffer::{Buffer, flags};
use taipan_vm::objects::memoryview::MemoryView;

#[derive(HeapType)]
#[repr(C)]
pub struct PickleBuffer {
    header: Header,
    /// A view that holds the memory; None once it was released.
    view: Field,
}

impl PickleBuffer {
    pub fn view(&self, t: &Thread) -> Result<Ref<MemoryView>> {
        self.view.get().downcast::<MemoryView>().ok_or_else(|| t.value_error("operation forbidden on released PickleBuffer object"))
    }
    /// The memory, if it is contiguous in either order; `wrong` is what to say where it is not.
    pub fn contiguous(&self, t: &Thread, wrong: &str) -> Result<(Buffer, bool)> {
        let view = self.view(t)?;
        if !view.is_contiguous(b'C') && !view.is_contiguous(b'F') {
            return Err(super::pickling_error(t, wrong));
        }
        Ok((t.buffer_with(view.value(), flags::ANY_CONTIGUOUS | flags::FORMAT)?, view.is_readonly()))
    }
}

/// Wrapper for potentially out-of-band buffers
#[pyclass(name = "PickleBuffer", module = "pickle", flags(HAS_WEAKREF))]
impl PickleBuffer {
    #[py("(object)", nosig)]
    fn __new__(t: &Thread, cls: Ref<Class>, object: Value) -> Result<Ref<PickleBuffer>> {
        let view = match object.downcast::<PickleBuffer>() {
            Some(b) => MemoryView::of_object(t, b.view(t)?.value(), flags::FULL_RO)?,
            None if taipan_vm::objects::buffer::exports(t, object) => MemoryView::of_object(t, object, flags::FULL_RO)?,
            None => return Err(t.not_bytes_like(object)),
        };
        t.create_in(cls, PickleBuffer { header: Header::NEW, view: Field::new(view.value()) })
    }
    /// Return a memoryview of the raw memory underlying this buffer.
    ///
    /// Will raise BufferError is the buffer isn't contiguous.
    #[py("($self, /)")]
    fn raw(t: &Thread, this: Ref<PickleBuffer>) -> Result<Value> {
        let view = this.view(t)?;
        if !view.is_contiguous(b'C') && !view.is_contiguous(b'F') {
            return Err(t.buffer_error("cannot extract raw buffer from non-contiguous buffer"));
        }
        if !view.is_contiguous(b'C') {
            // The bytes in the order of memory: those of the transposed view, which nobody has but we can copy.
            return Err(t.not_implemented_error("raw() of a Fortran-contiguous buffer is not supported"));
        }
        if view.ndim() == 1 && view.format_string() == "B" {
            return MemoryView::of_object(t, view.value(), flags::FULL_RO).map(Ref::value);
        }
        t.call_method(view.value(), Str::intern_str(t, "cast")?, &[Str::intern_str(t, "B")?.value()])
    }
    /// Release the underlying buffer controlled by the PickleBuffer object.
    #[py("($self, /)")]
    fn release(t: &Thread, this: Ref<PickleBuffer>) -> Result<()> {
        let view = this.view.get().downcast::<MemoryView>();
        this.view.set(t, this.header(), Value::NONE);
        view.map_or(Ok(()), |v| v.release(t))
    }
    #[py]
    fn __buffer__(t: &Thread, this: Ref<PickleBuffer>, wanted: i32) -> Result<Ref<MemoryView>> {
        MemoryView::of_object(t, this.view(t)?.value(), wanted)
    }
}
