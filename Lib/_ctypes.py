"""The data types of ctypes: C values, structures, unions, arrays and pointers in memory of this module's own.

Addresses name that memory only. There is no foreign function interface yet: libraries are not opened (the one handle that can
be had, that of the program itself, has no symbols), and memory outside of this module cannot be reached.
"""

import bisect as _bisect
import struct as _struct
import sys as _sys
import weakref as _weakref

__version__ = "1.1.0"
RTLD_LOCAL, RTLD_GLOBAL = 0, 0x100
FUNCFLAG_CDECL, FUNCFLAG_PYTHONAPI, FUNCFLAG_USE_ERRNO, FUNCFLAG_USE_LASTERROR = 1, 4, 8, 16
SIZEOF_TIME_T = 8
CTYPES_MAX_ARGCOUNT = 1024


class ArgumentError(Exception):
    __module__ = "ctypes"


# ---- memory

_blocks = _weakref.WeakValueDictionary()
_bases = []
_top = 1 << 46


class _Block:
    """Some bytes with an address, and what they refer to."""

    __slots__ = ("data", "base", "keep", "__weakref__")

    def __init__(self, data):
        global _top
        self.data = data
        self.keep = {}
        self.base = _top
        _top += (len(data) + 64) & ~15
        _blocks[self.base] = self
        _bases.append(self.base)
        if len(_bases) > 64 and len(_bases) > 4 * len(_blocks):
            _bases[:] = sorted(_blocks)


def _at(address):
    """The block that an address is in, and how far from its start."""
    i = _bisect.bisect_right(_bases, address) - 1
    block = _blocks.get(_bases[i]) if i >= 0 else None
    if block is None or address - block.base > len(block.data):
        raise ValueError(f"{address:#x} is no address of memory that ctypes has" if address else "NULL pointer access")
    return block, address - block.base


# ---- classes of classes


class _Type(type):
    def __mul__(cls, length):
        if not isinstance(length, int):
            raise TypeError(f"can't multiply sequence by non-int of type '{type(length).__name__}'")
        if length < 0:
            raise ValueError(f"Array length must be >= 0, not {length}")
        key = cls, length
        found = _arrays.get(key)
        if found is None:
            found = PyCArrayType(f"{cls.__name__}_Array_{length}", (Array,), {"_length_": length, "_type_": cls})
            found.__module__ = cls.__module__
            _arrays[key] = found
        return found

    __rmul__ = __mul__

    def from_address(cls, address):
        return cls._make(*_at(address))

    def from_buffer(cls, source, offset=0):
        view = memoryview(source)
        if view.readonly:
            raise TypeError("underlying buffer is not writable")
        if offset < 0:
            raise ValueError("offset cannot be negative")
        view = view.cast("B")
        if cls._size_ > len(view) - offset:
            raise ValueError(f"Buffer size too small ({len(view)} instead of at least {cls._size_ + offset} bytes)")
        return cls._make(_Block(view), offset)

    def from_buffer_copy(cls, source, offset=0):
        if offset < 0:
            raise ValueError("offset cannot be negative")
        data = bytes(source)
        if cls._size_ > len(data) - offset:
            raise ValueError(f"Buffer size too small ({len(data)} instead of at least {cls._size_ + offset} bytes)")
        return cls._make(_Block(bytearray(data[offset:offset + cls._size_])), 0)

    def in_dll(cls, library, name):
        raise ValueError(f"symbol '{name}' not found: Taipan has no foreign function interface yet")

    def from_param(cls, value):
        if isinstance(value, cls):
            return value
        held = getattr(value, "_as_parameter_", None)
        if held is not None:
            return cls.from_param(held)
        raise TypeError(f"expected {cls.__name__} instance instead of {type(value).__name__}")

    def _make(cls, block, offset):
        self = cls.__new__(cls)
        self._b_base_ = None
        self._block, self._offset, self._length = block, offset, cls._size_
        return self


_arrays = _weakref.WeakValueDictionary()
_FORMATS = {
    "c": "c", "b": "b", "B": "B", "h": "h", "H": "H", "i": "i", "I": "I", "l": "l", "L": "L", "q": "q", "Q": "Q", "f": "f",
    "d": "d", "?": "?", "P": "P", "z": "P", "Z": "P", "O": "P", "u": "I", "v": "h", "g": "d", "D": "dd", "F": "ff", "G": "dd",
}
_SIZES = {"g": 16, "G": 32}
_ALIGNMENTS = {"g": 16, "D": 8, "F": 4, "G": 16}


class PyCSimpleType(_Type):
    def __init__(cls, name, bases, namespace):
        super().__init__(name, bases, namespace)
        code = namespace.get("_type_", getattr(cls, "_type_", None))
        if code is None:
            if name != "_SimpleCData":
                raise AttributeError("class must define a '_type_' attribute")
            return
        if not isinstance(code, str):
            raise TypeError("class must define a '_type_' string attribute")
        if len(code) != 1:
            raise ValueError("class must define a '_type_' attribute which must be a string of length 1")
        if code not in _FORMATS:
            text = "".join(_FORMATS)
            raise AttributeError(f"class must define a '_type_' attribute which must be\na single character string containing one of '{text}'.")
        cls._format = "=" + _FORMATS[code].replace("P", "Q").replace("l", "q").replace("L", "Q")
        cls._size_ = _SIZES.get(code) or _struct.calcsize(cls._format)
        cls._align_ = _ALIGNMENTS.get(code, cls._size_)
        cls._order = _sys.byteorder
        if "__ctype_be__" not in namespace and code in "hHiIlLqQfdbBc?DFG" and _SimpleCData in bases:
            swapped = type.__new__(PyCSimpleType, name, bases, {"_type_": code, "__module__": namespace.get("__module__")})
            type.__init__(swapped, name, bases, {})
            swapped._format = ">" + cls._format[1:]
            swapped._size_, swapped._align_, swapped._order = cls._size_, cls._align_, "big"
            cls.__ctype_le__, cls.__ctype_be__ = cls, swapped
            swapped.__ctype_le__, swapped.__ctype_be__ = cls, swapped

    def from_param(cls, value):
        if isinstance(value, cls):
            return value
        if cls._type_ in "zZP" and (value is None or isinstance(value, (Array, _Pointer, _Reference))):
            return value
        if cls._type_ == "P" and isinstance(value, (bytes, str, CFuncPtr)):
            return value
        try:
            return cls(value)
        except (TypeError, _struct.error):
            held = getattr(value, "_as_parameter_", None)
            if held is not None:
                return cls.from_param(held)
            raise TypeError("wrong type") from None


class _CData:
    """What every C value has: a place in memory."""

    _b_base_ = None
    _b_needsfree_ = True
    _size_ = 0
    _align_ = 1

    def __new__(cls, *args, **kwargs):
        self = object.__new__(cls)
        self._block = None
        return self

    def _own(self, size):
        self._block, self._offset, self._length = _Block(bytearray(size)), 0, size

    @property
    def _objects(self):
        return self._block.keep or None

    def _view(self):
        return memoryview(self._block.data)[self._offset:self._offset + self._length]

    def __buffer__(self, flags):
        return self._view()

    def __ctypes_from_outparam__(self):
        return self

    def __reduce__(self):
        return _rebuild, (type(self), (self.__dict_state__(), bytes(self._view())))

    def __dict_state__(self):
        return {k: v for k, v in self.__dict__.items() if k not in ("_block", "_offset", "_length", "_b_base_")}


def _rebuild(cls, state):
    self = cls._make(_Block(bytearray(state[1])), 0)
    self.__dict__.update(state[0])
    return self


def _unpickle(cls, state):
    return _rebuild(cls, state)


def _get(cls, block, offset, base=None):
    """What a program sees of a value that is part of another."""
    if type(cls) is PyCSimpleType and _SimpleCData in cls.__bases__:
        return _read(cls, block, offset)
    part = cls._make(block, offset)
    part._b_base_ = base
    return part


def _read(cls, block, offset):
    code = cls._type_
    if code == "O":
        if offset not in block.keep:
            raise ValueError("PyObject is NULL")
        return block.keep[offset]
    if code in "DFG":
        return complex(*_struct.unpack_from(cls._format, block.data, offset))
    value, = _struct.unpack_from(cls._format, block.data, offset)
    if code == "u":
        return chr(value)
    if code in "zZ":
        if not value:
            return None
        return _string(value, -1) if code == "z" else _wide(value, -1)
    if code == "P":
        return value or None
    return value


def _text(data):
    block = _Block(bytearray(data))
    return block, block.base


def _write(cls, block, offset, value):
    code = cls._type_
    if isinstance(value, _SimpleCData) and isinstance(value, cls):
        n = cls._size_
        block.data[offset:offset + n] = bytes(value._view())
        kept = value._block.keep.get(value._offset)
        if kept is not None:
            block.keep[offset] = kept
        return
    if code in "bBhHiIlLqQ":
        if not isinstance(value, int):
            if isinstance(value, float) or not hasattr(value, "__index__"):
                raise TypeError(f"'{type(value).__name__}' object cannot be interpreted as an integer")
            value = value.__index__()
        n = cls._size_
        data = (value & ((1 << 8 * n) - 1)).to_bytes(n, cls._order)
        block.data[offset:offset + n] = data
        return
    if code in "fdg":
        if not isinstance(value, (int, float)) and not hasattr(value, "__float__"):
            raise TypeError(f"must be real number, not {type(value).__name__}")
        _struct.pack_into(cls._format, block.data, offset, float(value))
    elif code in "DFG":
        value = complex(value)
        _struct.pack_into(cls._format, block.data, offset, value.real, value.imag)
    elif code == "?":
        block.data[offset] = 1 if value else 0
    elif code == "c":
        if isinstance(value, int) and 0 <= value < 256:
            value = bytes([value])
        if not isinstance(value, (bytes, bytearray)) or len(value) != 1:
            raise TypeError("one character bytes, bytearray, or an integer in range(256) expected")
        block.data[offset:offset + 1] = value
    elif code == "u":
        if not isinstance(value, str):
            raise TypeError(f"a unicode character expected, not instance of {type(value).__name__}")
        if len(value) != 1:
            raise TypeError(f"a unicode character expected, not a string of length {len(value)}")
        _struct.pack_into("=I", block.data, offset, ord(value))
    elif code == "O":
        block.keep[offset] = value
        _struct.pack_into("=Q", block.data, offset, id(value))
    else:
        address = 0
        block.keep.pop(offset, None)
        if value is None:
            pass
        elif isinstance(value, int):
            address = value & (1 << 64) - 1
        elif code == "z" and isinstance(value, bytes):
            block.keep[offset], address = _text(value + b"\0")
        elif code == "Z" and isinstance(value, str):
            block.keep[offset], address = _text(value.encode("utf-32-le") + b"\0\0\0\0")
        elif code in "zZ" and isinstance(value, Array) or code == "P" and isinstance(value, (Array, _Pointer)):
            block.keep[offset] = value
            address = _pointed(value)
        elif code == "z":
            raise TypeError(f"bytes or integer address expected instead of {type(value).__name__} instance")
        elif code == "Z":
            raise TypeError(f"unicode string or integer address expected instead of {type(value).__name__} instance")
        else:
            raise TypeError("cannot be converted to pointer")
        _struct.pack_into("=Q", block.data, offset, address)


def _set(cls, block, offset, value):
    """Stores a value as part of another."""
    if type(cls) is PyCSimpleType:
        return _write(cls, block, offset, value)
    if type(cls) is PyCPointerType:
        if value is None:
            block.data[offset:offset + 8] = bytes(8)
            block.keep.pop(offset, None)
            return
        if isinstance(value, Array) and cls._type_ is type(value)._type_:
            _struct.pack_into("=Q", block.data, offset, addressof(value))
            block.keep[offset] = value._block
            return
    if type(cls) is PyCFuncPtrType and value is None:
        block.data[offset:offset + 8] = bytes(8)
        return
    if not isinstance(value, cls):
        if isinstance(value, tuple) and issubclass(cls, (Structure, Array)):
            value = cls(*value)
        elif isinstance(value, (bytes, str)) and issubclass(cls, Array) and cls._type_._type_ in ("c", "u"):
            part = cls._make(block, offset)
            part.value = value
            return
        else:
            raise TypeError(f"incompatible types, {type(value).__name__} instance instead of {cls.__name__} instance")
    block.data[offset:offset + cls._size_] = bytes(value._view())
    for at, kept in list(value._block.keep.items()):
        if 0 <= at - value._offset < cls._size_:
            block.keep[offset + at - value._offset] = kept


class _SimpleCData(_CData, metaclass=PyCSimpleType):
    """A number, a character or an address."""

    def __init__(self, value=None):
        self._own(self._size_)
        if value is not None:
            _write(type(self), self._block, 0, value)

    @property
    def value(self):
        """current value"""
        return _read(type(self), self._block, self._offset)

    @value.setter
    def value(self, value):
        _write(type(self), self._block, self._offset, value)

    def __bool__(self):
        return any(self._view())

    def __repr__(self):
        if _SimpleCData not in type(self).__bases__:
            return f"<{type(self).__name__} object at {id(self):#x}>"
        return f"{type(self).__name__}({self.value!r})"

    def __ctypes_from_outparam__(self):
        return self.value if _SimpleCData in type(self).__bases__ else self


# ---- structures


class CField:
    """Structure/Union member"""

    def __init__(self, *, name, type, byte_size, byte_offset, index, _internal_use, bit_size=None, bit_offset=None):
        self.name, self.type, self.byte_size, self.byte_offset = name, type, byte_size, byte_offset
        self.index, self.is_bitfield, self.is_anonymous = index, bit_size is not None, False
        self.bit_size = byte_size * 8 if bit_size is None else bit_size
        self.bit_offset = 0 if bit_offset is None else bit_offset
        self.offset = byte_offset
        self.size = bit_size << 16 | self.bit_offset if self.is_bitfield else byte_size

    def __get__(self, instance, owner=None):
        if instance is None:
            return self
        block, at = instance._block, instance._offset + self.byte_offset
        if not self.is_bitfield:
            return _get(self.type, block, at, instance)
        word = int.from_bytes(block.data[at:at + self.byte_size], self.type._order)
        value = word >> self.bit_offset & (1 << self.bit_size) - 1
        if self.type._type_ in "bhilq" and value >> self.bit_size - 1:
            value -= 1 << self.bit_size
        return bool(value) if self.type._type_ == "?" else value

    def __set__(self, instance, value):
        block, at = instance._block, instance._offset + self.byte_offset
        if not self.is_bitfield:
            return _set(self.type, block, at, value)
        order = self.type._order
        word = int.from_bytes(block.data[at:at + self.byte_size], order)
        mask = (1 << self.bit_size) - 1
        word = word & ~(mask << self.bit_offset) | (int(value) & mask) << self.bit_offset
        block.data[at:at + self.byte_size] = word.to_bytes(self.byte_size, order)

    def __repr__(self):
        kind = self.type.__name__
        if self.is_bitfield:
            return f"<ctypes.CField '{self.name}' type={kind}, ofs={self.byte_offset}, bit_size={self.bit_size}, bit_offset={self.bit_offset}>"
        return f"<ctypes.CField '{self.name}' type={kind}, ofs={self.byte_offset}, size={self.byte_size}>"


CField.__module__ = "ctypes"


class _Forward:
    """A field of an anonymous member, seen in the structure around it."""

    def __init__(self, outer, inner):
        self.outer, self.inner = outer, inner

    def __getattr__(self, name):
        if name in ("offset", "byte_offset"):
            return self.outer.byte_offset + self.inner.byte_offset
        return getattr(self.inner, name)

    def __get__(self, instance, owner=None):
        return self if instance is None else self.inner.__get__(self.outer.__get__(instance))

    def __set__(self, instance, value):
        self.inner.__set__(self.outer.__get__(instance), value)


class PyCStructType(_Type):
    def __init__(cls, name, bases, namespace):
        super().__init__(name, bases, namespace)
        cls._final = False
        if "_fields_" in namespace:
            # Derived metaclasses have their say.
            cls._fields_ = namespace["_fields_"]

    def __setattr__(cls, name, value):
        super().__setattr__(name, value)
        if name == "_fields_":
            if cls._final:
                raise AttributeError("_fields_ is final")
            _lay_out(cls, value)


class UnionType(PyCStructType):
    pass


def _lay_out(cls, fields):
    from ctypes._layout import get_layout
    base = next((b for b in cls.__mro__[1:] if isinstance(b, PyCStructType) and b not in (Structure, Union)), None)
    layout = get_layout(cls, fields, issubclass(cls, Structure), base)
    type.__setattr__(cls, "_final", True)
    slots = list(base._slots) if base else []
    for field in layout.fields:
        type.__setattr__(cls, field.name, field)
        slots.append(field.name)
        field.type._final = True
    for name in getattr(cls, "_anonymous_", ()):
        outer = getattr(cls, name)
        outer.is_anonymous = True
        inner = [n for c in outer.type.__mro__ for n, v in c.__dict__.items() if isinstance(v, (CField, _Forward))]
        for part in inner:
            found = next(c.__dict__[part] for c in outer.type.__mro__ if part in c.__dict__)
            type.__setattr__(cls, part, _Forward(outer, found))
    for name, value in (("_size_", layout.size), ("_align_", layout.align), ("_slots", slots)):
        type.__setattr__(cls, name, value)


def _fill_fields(self, *args, **kwargs):
    self._own(self._size_)
    names = self._slots
    if len(args) > len(names):
        raise TypeError("too many initializers")
    for name, value in zip(names, args):
        if name in kwargs:
            raise TypeError(f"duplicate values for field {name!r}")
        setattr(self, name, value)
    for name, value in kwargs.items():
        setattr(self, name, value)


class Structure(_CData, metaclass=PyCStructType):
    """Structure base class"""

    _slots = ()
    __init__ = _fill_fields


class Union(_CData, metaclass=UnionType):
    """Union base class"""

    _slots = ()
    __init__ = _fill_fields


# ---- arrays


class PyCArrayType(_Type):
    def __init__(cls, name, bases, namespace):
        super().__init__(name, bases, namespace)
        if name == "Array" and not hasattr(cls, "_length_"):
            return
        length, kind = getattr(cls, "_length_", None), getattr(cls, "_type_", None)
        if length is None:
            raise AttributeError("class must define a '_length_' attribute")
        if not isinstance(length, int):
            raise TypeError("The '_length_' attribute must be an integer")
        if length < 0:
            raise ValueError("The '_length_' attribute must not be negative")
        if kind is None:
            raise AttributeError("class must define a '_type_' attribute")
        if not isinstance(kind, _Type):
            raise TypeError("_type_ must have storage info")
        cls._size_, cls._align_ = kind._size_ * length, kind._align_
        kind._final = True
        if getattr(kind, "_type_", None) == "c" and isinstance(kind, PyCSimpleType):
            cls.value, cls.raw = _chars, _raw
        elif getattr(kind, "_type_", None) == "u" and isinstance(kind, PyCSimpleType):
            cls.value = _wide_chars


def _get_chars(self):
    return bytes(self._view()).partition(b"\0")[0]


def _set_chars(self, value):
    if not isinstance(value, bytes):
        raise TypeError(f"bytes expected instead of {type(value).__name__} instance")
    if len(value) > self._length:
        raise ValueError("byte string too long")
    _put(self, value if len(value) == self._length else value + b"\0")


def _set_raw(self, value):
    value = bytes(value)
    if len(value) > self._length:
        raise ValueError("byte string too long")
    _put(self, value)


def _put(self, data):
    self._block.data[self._offset:self._offset + len(data)] = data


def _get_wide(self):
    return bytes(self._view()).decode("utf-32-le", "surrogatepass").partition("\0")[0]


def _set_wide(self, value):
    if not isinstance(value, str):
        raise TypeError(f"unicode string expected instead of {type(value).__name__} instance")
    if len(value) * 4 > self._length:
        raise ValueError("string too long")
    data = value.encode("utf-32-le", "surrogatepass")
    _put(self, data if len(data) == self._length else data + bytes(4))


_chars = property(_get_chars, _set_chars, doc="string value")
_raw = property(lambda self: bytes(self._view()), _set_raw, doc="value")
_wide_chars = property(_get_wide, _set_wide, doc="string value")


class Array(_CData, metaclass=PyCArrayType):
    """Abstract base class for arrays."""

    __class_getitem__ = classmethod(type(list[int]))

    def __init__(self, *args):
        self._own(self._size_)
        if len(args) > self._length_:
            raise IndexError("invalid index")
        for i, value in enumerate(args):
            self[i] = value

    def __len__(self):
        return self._length_

    def _place(self, i):
        if i < 0:
            i += self._length_
        if not 0 <= i < self._length_:
            raise IndexError("invalid index")
        return self._offset + i * self._type_._size_

    def __getitem__(self, i):
        if isinstance(i, slice):
            items = [self[k] for k in range(*i.indices(self._length_))]
            code = getattr(self._type_, "_type_", None)
            return b"".join(items) if code == "c" else "".join(items) if code == "u" else items
        if not hasattr(i, "__index__"):
            raise TypeError("indices must be integers")
        return _get(self._type_, self._block, self._place(i.__index__()), self)

    def __setitem__(self, i, value):
        if isinstance(i, slice):
            places = range(*i.indices(self._length_))
            if len(value) != len(places):
                raise ValueError("Can only assign sequence of same size")
            for k, v in zip(places, value):
                self[k] = v
            return
        if not hasattr(i, "__index__"):
            raise TypeError("indices must be integer")
        _set(self._type_, self._block, self._place(i.__index__()), value)

    def __delitem__(self, i):
        raise TypeError("Array does not support item deletion")


# ---- pointers


def _pointed(value):
    """The address that an array or a pointer stands for."""
    if isinstance(value, _Pointer):
        return _struct.unpack_from("=Q", value._block.data, value._offset)[0]
    return addressof(value)


class PyCPointerType(_Type):
    def __init__(cls, name, bases, namespace):
        super().__init__(name, bases, namespace)
        cls._size_ = cls._align_ = 8
        kind = namespace.get("_type_")
        if kind is not None:
            if not isinstance(kind, type):
                raise TypeError("_type_ must be a type")
            kind.__pointer_type__ = cls

    def set_type(cls, kind):
        cls._type_ = kind

    def from_param(cls, value):
        if value is None or isinstance(value, cls):
            return value
        if isinstance(value, cls._type_):
            return byref(value)
        if isinstance(value, Array) and type(value)._type_ is cls._type_:
            return value
        return super().from_param(value)


class _Pointer(_CData, metaclass=PyCPointerType):
    """Abstract base class for pointers"""

    def __init__(self, value=None):
        if getattr(self, "_type_", None) is None:
            raise TypeError("Cannot create instance: has no _type_")
        self._own(8)
        if value is not None:
            self.contents = value

    @property
    def contents(self):
        """the object this pointer points to (read-write)"""
        address = _pointed(self)
        if not address:
            raise ValueError("NULL pointer access")
        kept = self._block.keep.get(self._offset)
        if isinstance(kept, _CData) and isinstance(kept, self._type_) and addressof(kept) == address:
            return kept
        return self._type_._make(*_at(address))

    @contents.setter
    def contents(self, value):
        if not isinstance(value, self._type_):
            raise TypeError(f"expected {self._type_.__name__} instead of {type(value).__name__}")
        _struct.pack_into("=Q", self._block.data, self._offset, addressof(value))
        self._block.keep[self._offset] = value

    def _element(self, i):
        address = _pointed(self)
        if not address:
            raise ValueError("NULL pointer access")
        return _at(address + i * self._type_._size_)

    def __getitem__(self, i):
        if isinstance(i, slice):
            if i.stop is None:
                raise ValueError("slice stop is required")
            items = [self[k] for k in range(i.start or 0, i.stop, i.step or 1)]
            code = getattr(self._type_, "_type_", None)
            return b"".join(items) if code == "c" else "".join(items) if code == "u" else items
        return _get(self._type_, *self._element(i.__index__()), self)

    def __setitem__(self, i, value):
        _set(self._type_, *self._element(i.__index__()), value)

    def __bool__(self):
        return _pointed(self) != 0


class _Reference:
    """What byref() gives: good for nothing but being an argument."""

    def __init__(self, target, offset):
        self._obj, self._offset = target, offset

    def __repr__(self):
        return f"<cparam 'P' ({addressof(self._obj) + self._offset:#x})>"


_Reference.__name__ = _Reference.__qualname__ = "CArgObject"


def byref(obj, offset=0, /):
    """Return a pointer lookalike to a C instance, only usable as function argument."""
    if not isinstance(obj, _CData):
        raise TypeError(f"byref() argument must be a ctypes instance, not '{type(obj).__name__}'")
    return _Reference(obj, offset)


def addressof(obj, /):
    """Return the address of the C instance internal buffer"""
    if not isinstance(obj, _CData):
        raise TypeError("invalid type")
    return obj._block.base + obj._offset


def sizeof(obj_or_type, /):
    """Return the size in bytes of a C instance or type."""
    if isinstance(obj_or_type, _Type):
        return obj_or_type._size_
    if isinstance(obj_or_type, _CData):
        return obj_or_type._length
    raise TypeError("this type has no size")


def alignment(obj_or_type, /):
    """Return the alignment requirements of the C instance."""
    if isinstance(obj_or_type, (_Type, _CData)):
        return obj_or_type._align_
    raise TypeError("no alignment info")


def resize(obj, size, /):
    """Give a C instance another size."""
    if not isinstance(obj, _CData):
        raise TypeError("excepted ctypes instance")
    if size < type(obj)._size_:
        raise ValueError(f"minimum size is {type(obj)._size_}")
    old = obj._view()
    data = bytearray(size)
    data[:min(size, len(old))] = old[:size]
    obj._block, obj._offset, obj._length = _Block(data), 0, size


def buffer_info(obj, /):
    """Return format, number of dimensions and shape of a C type."""
    kind, shape = obj if isinstance(obj, type) else type(obj), []
    while isinstance(kind, PyCArrayType):
        shape.append(kind._length_)
        kind = kind._type_
    if isinstance(kind, PyCSimpleType):
        order = ">" if kind._order == "big" else "<"
        return order + kind._type_, len(shape), tuple(shape)
    return ("&<B" if isinstance(kind, PyCPointerType) else "B"), len(shape), tuple(shape)


# ---- functions


class PyCFuncPtrType(_Type):
    def __init__(cls, name, bases, namespace):
        super().__init__(name, bases, namespace)
        cls._size_ = cls._align_ = 8


class CFuncPtr(_CData, metaclass=PyCFuncPtrType):
    """Function Pointer"""

    _restype_ = None
    _argtypes_ = ()

    def __init__(self, target=None, *more):
        self._own(8)
        self._function = None
        if isinstance(target, tuple):
            name, library = target
            dlsym(library._handle, name)
        if isinstance(target, int):
            self._function = _FUNCTIONS.get(target)
            _struct.pack_into("=Q", self._block.data, 0, target)
        elif callable(target):
            self._function = target
            _struct.pack_into("=Q", self._block.data, 0, id(target))
        elif target is not None:
            raise TypeError("argument must be callable or integer function address")
        self.argtypes, self.restype, self.errcheck = self._argtypes_, self._restype_, None

    def __bool__(self):
        return any(self._view())

    def __call__(self, *args):
        if self._function is None:
            raise NotImplementedError("Taipan has no foreign function interface yet")
        if self._flags_ & FUNCFLAG_PYTHONAPI:
            return self._function(*args)
        if len(args) < len(self.argtypes or ()):
            raise TypeError(f"this function takes at least {len(self.argtypes)} argument{'s' * (len(self.argtypes) > 1)} ({len(args)} given)")
        values = []
        for i, value in enumerate(args):
            if self.argtypes and i < len(self.argtypes):
                try:
                    value = self.argtypes[i].from_param(value)
                except Exception as e:
                    raise ArgumentError(f"argument {i + 1}: {type(e).__name__}: {e}") from None
            if isinstance(value, _SimpleCData) and _SimpleCData in type(value).__bases__:
                value = value.value
            values.append(value)
        result = self._function(*values)
        if isinstance(self.restype, _Type) and result is not None:
            result = self.restype(result).value
        elif self.restype is None:
            result = None
        return self.errcheck(result, self, args) if self.errcheck else result


def _address(value):
    """The address that an argument stands for."""
    if value is None:
        return 0
    if isinstance(value, int):
        return value
    if isinstance(value, _Reference):
        return addressof(value._obj) + value._offset
    if isinstance(value, bytes):
        return _text(value)[1]
    if isinstance(value, CFuncPtr) or isinstance(value, _SimpleCData) and value._type_ in "zZPO":
        return _struct.unpack_from("=Q", value._block.data, value._offset)[0]
    if isinstance(value, (Array, _Pointer, _CData)):
        return _pointed(value)
    raise ArgumentError(f"argument 1: TypeError: wrong type")


def _cast_to(source, keep, kind):
    if not (isinstance(kind, (PyCPointerType, PyCFuncPtrType)) or isinstance(kind, PyCSimpleType) and kind._type_ in "sPzUZXO"):
        name = kind.__name__ if isinstance(kind, type) else repr(kind)
        raise TypeError(f"cast() argument 2 must be a pointer, not {name}")
    held = _text(keep) if isinstance(keep, bytes) else None
    result = kind._make(_Block(bytearray(8)), 0)
    _struct.pack_into("=Q", result._block.data, 0, held[1] if held else _address(source))
    result._block.keep[-1] = held[0] if held else keep, getattr(keep, "_block", None)
    if isinstance(kind, PyCFuncPtrType):
        result._function, result.argtypes = getattr(keep, "_function", None), kind._argtypes_
        result.restype, result.errcheck = kind._restype_, None
    return result


def _string(pointer, size):
    if isinstance(pointer, bytes):
        return pointer if size < 0 else pointer[:size]
    block, offset = _at(_address(pointer))
    data = bytes(memoryview(block.data)[offset:])
    return data.partition(b"\0")[0] if size < 0 else data[:size]


def _wide(pointer, size):
    if isinstance(pointer, str):
        return pointer if size < 0 else pointer[:size]
    block, offset = _at(_address(pointer))
    data = bytes(memoryview(block.data)[offset:])
    data = data[:len(data) // 4 * 4]
    if size >= 0:
        data = data[:size * 4]
    text = data.decode("utf-32-le", "surrogatepass")
    return text.partition("\0")[0] if size < 0 else text


def _move(target, source, count):
    data = _string(source, count)
    block, offset = _at(_address(target))
    block.data[offset:offset + count] = data
    return _address(target)


def _fill(target, byte, count):
    block, offset = _at(_address(target))
    block.data[offset:offset + count] = bytes([byte & 255]) * count
    return _address(target)


def _view_at(pointer, size, readonly):
    block, offset = _at(_address(pointer))
    view = memoryview(block.data)[offset:offset + size]
    return view.toreadonly() if readonly else view


_memmove_addr, _memset_addr, _string_at_addr, _wstring_at_addr, _cast_addr, _memoryview_at_addr = range(1, 7)
_FUNCTIONS = {1: _move, 2: _fill, 3: _string, 4: _wide, 5: _cast_to, 6: _view_at}


def dlopen(name, flag=RTLD_LOCAL, /):
    """Open a shared library; only the program itself can be had, without symbols."""
    if name is None:
        return 1
    raise OSError(f"{name}: Taipan has no foreign function interface yet")


def dlclose(handle, /):
    """Close a shared library."""
    return 0


def dlsym(handle, name, /):
    """Find a symbol in a shared library; none can be found."""
    raise AttributeError(f"{name}: Taipan has no foreign function interface yet")


_errno = 0


def get_errno():
    """The copy of errno that foreign functions leave."""
    return _errno


def set_errno(value, /):
    """Set the copy of errno that foreign functions leave; returns the one before."""
    global _errno
    old, _errno = _errno, value
    return old


def POINTER(cls, /):
    """The type of pointers to this type."""
    import ctypes
    return ctypes.POINTER(cls)


def pointer(obj, /):
    """A pointer to this object."""
    import ctypes
    return ctypes.pointer(obj)


for _cls in (_SimpleCData, Structure, Union, Array, _Pointer, CFuncPtr, PyCSimpleType, PyCStructType, UnionType, PyCArrayType,
             PyCPointerType, PyCFuncPtrType):
    _cls.__module__ = "_ctypes"
del _cls
