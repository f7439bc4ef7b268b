//! What the compiler must know of layouts: offsets in bytes of what compiled code reads directly, and shapes.

use super::machine::{MIXED, State};
use super::*;
use crate::objects::bytearray::{ByteArray, ByteStorage};
use crate::objects::iterators::{ListIterator, RangeIterator, TupleIterator};
pub use crate::objects::next::Expected;
use crate::objects::value_vec::Array;
use std::mem::offset_of;

pub const THREAD_POLL: usize = offset_of!(Mutator, poll);
pub const THREAD_ID: usize = offset_of!(Mutator, id);
pub const THREAD_REGS: usize = offset_of!(Thread, regs);
pub const THREAD_PC: usize = offset_of!(Thread, pc);
pub const THREAD_DEPTH: usize = offset_of!(Thread, depth);
pub const THREAD_LIMIT: usize = offset_of!(Thread, recursion_limit);
pub const THREAD_STACK_END: usize = offset_of!(Thread, stack_end);
pub const THREAD_TABLE: usize = offset_of!(Thread, table);
pub const THREAD_RESULT: usize = offset_of!(Thread, result);
pub const THREAD_NATIVE_LIMIT: usize = offset_of!(Thread, native_limit);
/// How much native stack has to be left for a call.
pub const NATIVE_STACK_LOW: usize = 64 << 10;
pub const CODE_MACHINE_ENTRY: usize = Code::MACHINE_ENTRY;
pub const THREAD_EXIT: usize = offset_of!(Thread, machine) + offset_of!(State, exit);
pub const HEADER_SHAPE: usize = 0;
pub const HEADER_OWNER: usize = offset_of!(Header, owner);
pub const LIST_STORAGE: usize = List::STORAGE;
pub const LIST_VERSION: usize = List::VERSION;
pub const LIST_LEN: usize = List::LEN;
pub const ARRAY_ITEMS: usize = size_of::<Array>();
pub const ARRAY_CAPACITY: usize = Array::CAPACITY;
pub const CLASS_VERSION: usize = offset_of!(Class, version);
pub const TUPLE_LEN: usize = Tuple::LEN;
pub const TUPLE_ITEMS: usize = size_of::<Tuple>();
pub const FUNCTION_CODE: usize = offset_of!(Function, code);
pub const FUNCTION_GLOBALS: usize = offset_of!(Function, globals);
pub const FUNCTION_CLOSURE: usize = offset_of!(Function, closure);
pub const FUNCTION_DEFAULTS: usize = offset_of!(Function, defaults);
pub const CELL_CONTENT: usize = offset_of!(CellObject, content);
pub const BYTES_LEN: usize = Bytes::LEN;
pub const BYTES_CONTENT: usize = size_of::<Bytes>();
pub const BYTE_ARRAY_STORAGE: usize = ByteArray::STORAGE;
pub const BYTE_ARRAY_START: usize = ByteArray::START;
pub const BYTE_ARRAY_LEN: usize = ByteArray::LEN;
pub const BYTE_STORAGE_CONTENT: usize = size_of::<ByteStorage>();
pub const BOXED_FLOAT: usize = crate::objects::float::BoxedFloat::VALUE;
pub const RANGE_NEXT: usize = offset_of!(RangeIterator, next);
pub const RANGE_REMAINING: usize = offset_of!(RangeIterator, remaining);
pub const RANGE_STEP: usize = offset_of!(RangeIterator, step);
pub const LIST_ITERATOR_LIST: usize = offset_of!(ListIterator, list);
pub const LIST_ITERATOR_INDEX: usize = offset_of!(ListIterator, index);
pub const TUPLE_ITERATOR_TUPLE: usize = offset_of!(TupleIterator, tuple);
pub const GENERATOR_STATE: usize = offset_of!(Generator, state);
pub const GENERATOR_PC: usize = offset_of!(Generator, pc);
pub const GENERATOR_FUNCTION: usize = offset_of!(Generator, function);
pub const GENERATOR_GLOBALS: usize = offset_of!(Generator, globals);
pub const GENERATOR_REGISTERS: usize = size_of::<Generator>();
pub const TUPLE_ITERATOR_INDEX: usize = offset_of!(TupleIterator, index);

/// The dispatch table of threads that watch nothing.
pub fn plain_table() -> u64 {
    handlers::TABLE.as_ptr() as u64
}
/// Shapes of exact instances of built-in classes.
pub struct Shapes {
    pub str: u32,
    pub bytes: u32,
    pub dict: u32,
    pub list: u32,
    pub tuple: u32,
    pub function: u32,
    pub float: u32,
    pub range_iterator: u32,
    pub list_iterator: u32,
    pub tuple_iterator: u32,
    pub generator: u32,
    pub coroutine: u32,
    /// Of integers that are cells, and of complex numbers.
    pub numbers: [u32; 2],
}
pub fn shapes() -> Shapes {
    Shapes {
        str: Str::class_cell().shape().0,
        bytes: Bytes::class_cell().shape().0,
        dict: Dict::class_cell().shape().0,
        list: List::class_cell().shape().0,
        tuple: Tuple::class_cell().shape().0,
        function: Function::class_cell().shape().0,
        float: crate::objects::float::BoxedFloat::class_cell().shape().0,
        range_iterator: RangeIterator::class_cell().shape().0,
        list_iterator: ListIterator::class_cell().shape().0,
        tuple_iterator: TupleIterator::class_cell().shape().0,
        generator: Generator::class_cell().shape().0,
        coroutine: crate::objects::generator::Coroutine::class_cell().shape().0,
        numbers: [BigInt::class_cell().shape().0, crate::objects::complex::Complex::class_cell().shape().0],
    }
}
fn class_of_shape(shape: u32) -> Option<Ref<Class>> {
    if shape == 0 || shape == MIXED {
        return None;
    }
    taipan_heap::SHAPES.get(ShapeId(shape)).class.get().downcast()
}
/// Whether it is the shape of a built-in class's instances.
pub fn is_built_in(shape: u32) -> bool {
    class_of_shape(shape).is_some_and(|c| !c.is_heap())
}
/// Whether it is the shape of a Python class's instances.
pub fn is_of_python_class(shape: u32) -> bool {
    class_of_shape(shape).is_some_and(|c| c.is_heap())
}
/// What is to be expected of the iterators of a shape.
pub fn iterator(shape: u32) -> Expected {
    if shape == 0 || shape == MIXED {
        return Expected::Unknown;
    }
    crate::objects::next::expected(taipan_heap::SHAPES.get(ShapeId(shape)).flags)
}
/// Where instances of the shape's class keep numbers.
pub fn elements(shape: u32) -> Option<Elements> {
    class_of_shape(shape)?.def?.elements
}
/// Whether instances of the shape's class answer `x[i]`, and `x[i] = v`, without a call.
pub fn quick_items(shape: u32) -> (bool, bool) {
    let class = taipan_heap::SHAPES.get(ShapeId(shape)).class.get();
    let def = class.downcast::<Class>().and_then(|c| c.def);
    (def.is_some_and(|d| d.item.is_some()), def.is_some_and(|d| d.set_item.is_some()))
}
