//! Interned strings that the runtime itself uses: `names::__init__()` is the interned string `"__init__"`.

use crate::objects::str::Str;
use std::sync::atomic::{AtomicU64, Ordering::*};
use taipan_heap::{Ref, Value};

macro_rules! known_names {
    ($($id:ident)*) => {
        #[allow(non_camel_case_types)]
        #[derive(Clone, Copy)]
        #[repr(usize)]
        enum Known { $($id,)* Count }
        static TEXTS: [&str; Known::Count as usize] = [$(stringify!($id),)*];
        $( #[allow(non_snake_case)] #[inline(always)] pub fn $id() -> Ref<Str> { known(Known::$id as usize) } )*
    };
}

static KNOWN: [AtomicU64; Known::Count as usize] = [const { AtomicU64::new(0) }; Known::Count as usize];

#[inline(always)]
fn known(i: usize) -> Ref<Str> {
    let v = Value::from_bits(KNOWN[i].load(Relaxed));
    match v.as_cell() {
        // SAFETY: `setup` stored an interned string, kept alive by the root scanner.
        Some(c) => unsafe { Ref::from_raw(c.cast()) },
        None => panic!("names used before start-up"),
    }
}

/// Interns all known names. Once, at start-up.
pub(crate) fn setup(t: &crate::thread::Thread) -> crate::error::Result<()> {
    for (i, text) in TEXTS.iter().enumerate() {
        let text = text.strip_prefix("kw_").unwrap_or(text);
        KNOWN[i].store(Str::intern_str(t, text)?.value().bits(), Release);
    }
    Ok(())
}

/// Visits the known names as roots.
pub(crate) fn scan(v: &mut taipan_heap::Visitor) {
    for k in &KNOWN {
        v.value(Value::from_bits(k.load(Relaxed)));
    }
}

known_names! {
    __abs__ __abstractmethods__ __add__ __aenter__ __aexit__ __aiter__ __all__ __and__ __anext__ __annotate__ __annotate_func__
    __annotations__ __annotations_cache__ __await__ __bases__ __bool__ __buffer__ __build_class__ __builtins__ __bytes__ __call__
    __cached__ __cause__ __ceil__ __class__ __class_getitem__ __classcell__ __classdict__ __classdictcell__ __closure__ __code__
    __complex__ __contains__ __context__ __copy__ __debug__ __deepcopy__ __defaults__ __del__ __delattr__ __delete__ __delitem__
    __dict__ __dir__ __divmod__ __doc__ __enter__ __eq__ __exit__ __file__ __firstlineno__ __float__ __floor__ __floordiv__
    __format__ __fspath__ __func__ __ge__ __get__ __getattr__ __getattribute__ __getitem__ __getnewargs__ __getnewargs_ex__
    __getstate__ __globals__ __gt__ __hash__ __iadd__ __iand__ __ifloordiv__ __ilshift__ __imatmul__ __imod__ __import__ __imul__
    __index__ __init__ __init_subclass__ __instancecheck__ __int__ __invert__ __ior__ __ipow__ __irshift__ __isabstractmethod__
    __isub__ __iter__ __itruediv__ __ixor__ __kwdefaults__ __le__ __len__ __length_hint__ __loader__ __lshift__ __lt__ __main__
    __match_args__ __matmul__ __missing__ __mod__ __module__ __mro_entries__ __mro__ __mul__ __name__ __ne__ __neg__ __new__
    __newobj__ __next__ __objclass__ __or__ __orig_bases__ __orig_class__ __package__ __parameters__ __path__ __pos__ __pow__
    __prepare__ __qualname__ __radd__ __rand__ __rdivmod__ __reduce__ __reduce_ex__ __release_buffer__ __repr__ __reversed__
    __rfloordiv__ __rlshift__ __rmatmul__ __rmod__ __rmul__ __ror__ __round__ __rpow__ __rrshift__ __rshift__ __rsub__
    __rtruediv__ __rxor__ __self__ __set__ __set_name__ __setattr__ __setitem__ __setstate__ __signature__ __sizeof__ __slots__ __slotnames__
    __spec__ __static_attributes__ __str__ __sub__ __subclasscheck__ __subclasshook__ __suppress_context__ __text_signature__
    __traceback__ __truediv__ __trunc__ __type_params__ __typing_subst__ __typing_prepare_subst__ __weakref__ __wrapped__ __xor__ __ctx__
    __notes__ __origin__ __args__ __typing_unpacked_tuple_args__ __typing_is_unpacked_typevartuple__ __unpacked__ __evaluate__ __value__ __bound__ __constraints__ __default__ __covariant__ __contravariant__ __infer_variance__
    __conditional_annotations__ __newobj_ex__ __dictoffset__ __flags__ __basicsize__ __itemsize__ __weakrefoffset__ __base__
    _abc_impl _fields _is_coroutine_mark add append args argv big builtins bytes cancel clear close code copy copyreg decode default
    displayhook encode encoding end endswith errno errors excepthook extend exec_ file filename filename2 flush format fromlist
    get getattr globals isatty items iter join key keys kw_False kw_None kw_True last_exc last_traceback last_type last_value
    level line lineno little locals maxsplit mode modules msg name name_from ncr next_ obj object offset open_ opener
    path pop print_file_and_line print_ ps1 ps2 put raw read readable readline reason remove replace repr result return_ reversed
    send sep set setattr site sort split startswith start stderr stdin stdout step stop strict string super_ sys text throw top
    trace tracebacklimit type_ unraisablehook update utf value values warn warnings warnoptions writable write __getinitargs__
    end_lineno end_offset metaclass message exceptions
    insert closed parent _initializing _frozen_importlib _find_and_load _gcd_import _handle_fromlist _lock_unlock_module _calc___package__
}
