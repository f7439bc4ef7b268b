# __call__ chains, __enter__ lookups on types, implicit special method lookup bypassing instances.
class Meta(type):
    def __getattribute__(cls, name):
        if name in ("visible", "__len__"): print("meta getattribute", name)
        return super().__getattribute__(name)
class C(metaclass=Meta):
    visible = 1
    def __len__(self): return 10
    def __getattribute__(self, name):
        print("instance getattribute", name)
        return super().__getattribute__(name)
c = C()
print(len(c))
print(c.__len__())
print(c.visible, C.visible)
print(type(c).__len__(c))
class D: pass
d = D()
for name in ("__len__", "__iter__", "__contains__", "__enter__", "__hash__", "__str__", "__add__", "__bool__", "__getitem__", "__call__", "__next__", "__format__"):
    setattr(d, name, lambda *a: 1 / 0)
print(isinstance(hash(d), int), bool(d), str(d).startswith("<__main__.D object"))
for s in ("len(d)", "iter(d)", "1 in d", "d + 1", "d[0]", "d()", "next(d)"):
    try: eval(s)
    except TypeError as e: print(e)
class E:
    def __getattr__(self, n): return lambda *a: "dynamic " + n
e = E()
print(e.__len__() if False else e.anything(), e.__foo__())
try: len(e)
except TypeError as ex: print(ex)
D.__len__ = lambda self: 7
print(len(d))
del D.__len__
try: len(d)
except TypeError as ex: print(ex)
class F:
    def __call__(self): return "first"
f = F()
print(f())
F.__call__ = lambda self: "second"
print(f())
class Desc:
    def __get__(self, o, c): return lambda *a: ("desc", type(o).__name__, a)
class G:
    __getitem__ = Desc()
    __call__ = Desc()
    __add__ = Desc()
    __len__ = property(lambda self: lambda: 12)
    __contains__ = staticmethod(lambda x: x == 1)
    __enter__ = classmethod(lambda cls: cls.__name__)
    __exit__ = staticmethod(lambda *a: None)
    __iter__ = staticmethod(lambda: iter("xyz"))
g = G()
print(g[5], g(1, 2), g + 3, len(g), 1 in g, 2 in g, list(g))
with g as name: print(name)
class N:
    __iter__ = None
    __contains__ = None
    __add__ = None
    __radd__ = None
    __hash__ = None
    __eq__ = None
    __getitem__ = lambda s, i: i
for s in ("iter(N())", "1 in N()", "N() + 1", "1 + N()", "hash(N())", "N() == 1", "list(N())", "[*N()]", "N() < 1"):
    try: print(s, eval(s))
    except TypeError as ex: print(s, "->", ex)
class Late: pass
x, y = Late(), Late()
Late.__add__ = lambda a, b: "late add"
Late.__eq__ = lambda a, b: "late eq"
Late.__getattr__ = lambda a, n: "late " + n
Late.__setattr__ = lambda a, n, v: print("late set", n)
Late.__iter__ = lambda a: iter([1])
print(x + y, x == y, x.foo, list(x))
x.bar = 1
class Sub(Late): pass
print(Sub() + 1)
Late.__add__ = lambda a, b: "changed"
print(Sub() + 1)
Sub.__add__ = lambda a, b: "sub's own"
print(Sub() + 1, x + y)
del Sub.__add__
print(Sub() + 1)
del Late.__add__
try: Sub() + 1
except TypeError as ex: print(ex)
