# __new__/__init__ errors, __reduce__-less odds, instance checks, weird but defined things.
class A:
    def __init__(self, a, *, b): pass
for s in ["A()", "A(1)", "A(1, 2)", "A(1, b=2, c=3)", "A(b=1)", "object(1)", "object.__init__(A(1, b=2), 1)", "type('X')", "type('X', ())", "object.__new__()", "A.__init__()", "A.__init__(1, b=2)", "int.from_bytes()", "dict(1)", "dict([1])", "dict([(1, 2, 3)])", "dict(1, 2)", "set(1)", "set(1, 2)", "list(1)", "list(1, 2)", "tuple(1)", "tuple([], [])", "frozenset(5)", "bytes('a')", "bytes(1, 'a')", "bytes([256])", "bytes(-1)", "bytearray('a')", "enumerate()", "reversed()", "property(1, 2, 3, 4, 5)", "classmethod()", "staticmethod()", "staticmethod(1, 2)", "super(1, 2, 3)", "zip(1)", "memoryview()", "memoryview('a')", "slice(1, 2, 3, 4)", "range(1, 2, 3, 4)", "list(a=1)", "tuple(a=1)", "set(a=1)", "float(1, 2)", "bool(a=1)", "complex(1, 2, 3)", "str(1, 2, 3, 4)"]:
    try: print(s, eval(s))
    except (TypeError, ValueError, OverflowError) as e: print(s, "->", type(e).__name__, e)
class Meta(type):
    def __instancecheck__(cls, x): return x == "yes"
    def __subclasscheck__(cls, x): raise ValueError("no subclass check")
class M(metaclass=Meta): pass
print(isinstance("yes", M), isinstance("no", M), isinstance(M(), M), isinstance("no", (int, M, str)))
try: issubclass(int, M)
except ValueError as e: print(e)
class Duck:
    __bases__ = (A,)
print(issubclass(Duck(), A) if False else "skip")
try: issubclass(5, A)
except TypeError as e: print(e)
try: isinstance(5, (int, 5)) and isinstance("a", (int, 5))
except TypeError as e: print(e)
def f(): pass
f.x = 1
f.__dict__["y"] = 2
print(f.x, f.y, f.__dict__)
del f.x
try: f.x
except AttributeError as e: print(e)
print(type(f).__name__, type(f).__mro__, type(len).__name__, type(A.__init__).__name__, type(object.__init__).__name__, type(object().__str__).__name__, type([].sort).__name__, type(list.sort).__name__, type(dict.__dict__["fromkeys"]).__name__, type(NotImplemented).__name__, type(...).__name__)
for t in (type(None), type(...), type(NotImplemented)):
    print(t() is t(), t.__name__)
try: type(None)(1)
except TypeError as e: print(e)
try: bool(NotImplemented)
except TypeError as e: print(e)
for kind in (type(f), type(x for x in ()), type(len), type({}.keys()), type(iter([])), type(f.__code__)):
    try: kind()
    except TypeError as e: print(e)
class WithEq:
    def __init__(s, k): s.k = k
    def __eq__(s, o): return s.k == o.k
    def __hash__(s): return 7
d = {WithEq(i): i for i in range(50)}
print(len(d), d[WithEq(33)], WithEq(49) in d)
a = A.__new__(A)
print(type(a).__name__, vars(a))
class Copyable:
    def __copy__(self): return "copied"
    def __deepcopy__(self, memo): return "deep"
print(Copyable().__copy__(), hasattr(Copyable(), "__reduce_ex__"), Copyable().__sizeof__() > 0)
class S:
    __slots__ = ("a",)
print(object.__getstate__(a), object.__getstate__(S()))
a.v = 1; s = S(); s.a = 2
print(a.__getstate__(), s.__getstate__())
class Outer:
    class Inner:
        class Deep: pass
print(Outer.Inner.Deep, Outer.Inner.Deep.__qualname__, Outer.Inner.Deep.__name__)
print(A.__dict__.keys() >= {"__init__", "__module__", "__dict__", "__weakref__"}, A.__weakrefoffset__ > 0 or True, A.__basicsize__ > 0, A.__flags__ & (1 << 9) != 0)
print([*map(lambda c: c.__name__, type.mro(bool))], int.__doc__[:20], object.__doc__[:14], type.__module__, A.__module__, len.__module__, [].append.__qualname__, dict.fromkeys.__qualname__)
print(len.__text_signature__, [].append.__text_signature__, int.__text_signature__, dict.get.__text_signature__)
