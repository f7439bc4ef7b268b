//! Built-in types, one file a type: layout first, then its methods.

pub mod anext;
pub mod async_generator;
pub mod buffer;
pub mod bytearray;
pub mod bytearray_methods;
pub mod bytes;
pub mod bytes_iterator;
pub mod bytes_methods;
pub mod bytes_shared;
pub mod cell;
pub mod class;
pub mod class_build;
pub mod class_methods;
pub mod code;
pub mod code_methods;
pub mod complex;
pub mod coroutine_methods;
pub mod descriptors;
pub mod dict;
pub mod dict_methods;
pub mod dict_storage;
pub mod dict_views;
pub mod enumerate;
pub mod exceptions;
pub mod exports;
pub mod float;
pub mod frame;
pub mod frame_locals;
pub mod frame_methods;
pub mod function;
pub mod function_methods;
pub mod generator;
pub mod generator_methods;
pub mod generic_alias;
pub mod int;
pub mod int_methods;
pub(crate) mod interned;
pub mod iterators;
pub mod list;
pub mod list_methods;
pub mod map;
pub mod mappingproxy;
pub mod member;
pub mod memoryview;
pub mod memoryview_items;
pub mod memoryview_methods;
pub mod module;
pub mod native_function;
pub mod next;
pub mod object;
pub mod paramspec;
pub mod percent_format;
pub mod range;
pub mod reversed;
pub mod seq_iter;
pub mod set;
pub mod set_methods;
pub mod singletons;
pub mod slice;
pub mod sort;
pub mod str;
pub mod str_args;
pub mod str_buffer;
pub mod str_build;
pub mod str_codecs;
pub mod str_errors;
pub mod str_format;
pub mod str_iterator;
pub mod str_methods;
pub mod str_translate;
pub mod struct_seq;
pub mod template;
pub mod traceback;
pub mod tuple;
pub mod tuple_getter;
pub mod tuple_methods;
pub mod turns;
pub mod type_alias;
pub mod typevar;
pub mod union;
pub mod value_vec;
pub mod zip;

use crate::native::*;

/// The class of a value.
#[inline(always)]
pub fn class_of(v: Value) -> Ref<Class> {
    if let Some(h) = v.header() {
        let class = h.shape().class.get();
        debug_assert!(class.is_cell(), "an internal cell leaked as a value");
        // SAFETY: shapes of Python-visible cells hold a class.
        return unsafe { Ref::from_raw(class.as_cell().unwrap_unchecked().cast()) };
    }
    immediate_class(v)
}

#[inline]
fn immediate_class(v: Value) -> Ref<Class> {
    if v.is_small_int() {
        BigInt::class()
    } else if v.is_immediate_float() {
        BoxedFloat::class()
    } else {
        match v {
            Value::NONE => singletons::NoneObject::class(),
            Value::TRUE | Value::FALSE => singletons::Bool::class(),
            Value::ELLIPSIS => singletons::EllipsisObject::class(),
            Value::NOT_IMPLEMENTED => singletons::NotImplementedObject::class(),
            _ => panic!("an empty slot was used as a value"),
        }
    }
}

#[inline(always)]
pub fn bool_value(b: bool) -> Value {
    Value::bool(b)
}
