# A special method may be any callable; one that is no descriptor is called without the instance.
import typing, _typing
class N:
    __call__ = _typing._idfunc
try: print(N()(5))
except Exception as e: print(e)
class N2:
    __call__ = len
try: print(N2()([5]))
except Exception as e: print(e)
class M(type):
    __call__ = dict
class C(metaclass=M): pass
try: print(C(a=1), C({1:2}), C())
except Exception as e: print(e)
class S:
    __call__ = staticmethod(lambda x: x)
    __len__ = staticmethod(lambda: 3)
    __getitem__ = dict
    __iter__ = lambda self: iter([1])
    __contains__ = list
    __add__ = int
    __eq__ = bool
    __hash__ = int
    __repr__ = str
    __bool__ = int
print(S()(7), len(S()))
for f in (lambda: S()[[(1,2)]], lambda: [3] in S(), lambda: S()+'5', lambda: S()==3, lambda: hash(S()), lambda: repr(S()), lambda:bool(S())):
    try: print(f())
    except Exception as e: print(type(e),e)


class Typed(typing.TypedDict):
    a: int


print(Typed(a=1), typing.NewType("X", int)(3))
