# ctypes without foreign functions: C values, structures, unions, arrays and pointers.
import ctypes
import pickle
from ctypes import *

for t in (c_byte, c_ubyte, c_short, c_int, c_uint, c_long, c_ulonglong, c_float, c_double, c_bool, c_char, c_wchar, c_void_p, c_size_t):
    print(t.__name__, sizeof(t), alignment(t))
print(c_int(5), c_int(-1).value, c_uint(-1).value, c_ubyte(300).value, c_bool(3), c_char(b"x"), c_char_p(b"text").value)
print(c_wchar_p("wide").value, c_double(2), c_void_p(None).value, bool(c_int(0)), c_int() == c_int())
for f in (lambda: c_int("x"), lambda: c_int(1.5), lambda: c_float("x"), lambda: c_char("xy"), lambda: c_char_p(5.0)):
    try:
        print(f())
    except TypeError as e:
        print("TypeError", e)


class Point(Structure):
    _fields_ = [("x", c_int), ("y", c_double)]


class Bits(Structure):
    _fields_ = [("a", c_int, 3), ("b", c_uint, 5), ("c", c_int, 24)]


class Pair(Structure):
    _fields_ = [("first", Point), ("second", Point), ("tags", c_short * 3)]


class Number(Union):
    _fields_ = [("i", c_uint32), ("f", c_float), ("b", c_ubyte * 4)]


class Named(Structure):
    _anonymous_ = ["u"]
    _fields_ = [("kind", c_int), ("u", Number)]


class Packed(Structure):
    _pack_ = 1
    _layout_ = "ms"
    _fields_ = [("c", c_char), ("n", c_int)]


class Big(BigEndianStructure):
    _fields_ = [("n", c_uint32), ("m", c_uint16)]


p = Point(1, y=2.5)
print(p.x, p.y, sizeof(Point), Point.y, Point.x.offset)
b = Bits(-1, 17, 1000)
print(b.a, b.b, b.c, sizeof(Bits))
q = Pair((1, 2.0), Point(3, 4.0))
q.tags[1] = 7
q.first.x = 9
print(q.first.x, q.second.y, list(q.tags), sizeof(Pair), bytes(memoryview(q))[:4])
n = Number(f=1.0)
print(hex(n.i), list(n.b), sizeof(Number))
named = Named(1)
named.i = 258
print(named.u.b[0], named.b[1], sizeof(Packed), bytes(Big(1, 2)))

a = (c_int * 4)(1, 2, 3)
print(len(a), a[:], a[-1], a[1:3], sizeof(a), a._type_.__name__, a._length_, type(a).__name__)
a[1:3] = [5, 6]
print(list(a))
for f in (lambda: a[4], lambda: (c_int * 2)(1, 2, 3), lambda: c_int * -1):
    try:
        print(f())
    except (IndexError, ValueError) as e:
        print(type(e).__name__, e)
s = create_string_buffer(b"abc", 6)
print(s.value, s.raw, len(s), s[1])
s.value = b"xy"
print(s.raw, create_unicode_buffer("hé", 4).value)

ptr = pointer(p)
ptr.contents.x = 77
print(p.x, ptr[0].x, bool(ptr), bool(POINTER(c_int)()), POINTER(c_int) is POINTER(c_int), POINTER(Point).__name__)
points = cast(a, POINTER(c_int))
print(points[0], points[2], points[:3], addressof(a) == cast(a, c_void_p).value)
memmove(s, b"moved", 5)
print(s.raw, string_at(s, 3), string_at(addressof(s)))
memset(s, ord("z"), 2)
print(s.value)
other = Point.from_buffer_copy(bytes(p))
data = bytearray(b"\1\0\0\0" * 4)
view = (c_int * 4).from_buffer(data)
view[0] = 255
print(other.x, data[:4], (c_int * 2).from_buffer_copy(data, 4)[0])
print(pickle.loads(pickle.dumps(p)).y, byref(p)._obj is p)
add = CFUNCTYPE(c_int, c_int, c_int)(lambda x, y: x + y)
print(add(2, 3))
try:
    add(1, "x")
except ctypes.ArgumentError as e:
    print("ArgumentError", e)
