# Data and non-data descriptors, precedence, property, methods as descriptors.
class Data:
    def __init__(self, name): self.name = name
    def __get__(self, obj, cls=None):
        if obj is None: return self
        return f"get {self.name} {type(obj).__name__} {cls.__name__}"
    def __set__(self, obj, value): print("set", self.name, value)
    def __delete__(self, obj): print("delete", self.name)
class NonData:
    def __get__(self, obj, cls): return ("nondata", obj is None, cls.__name__)
class OnlySet:
    def __set__(self, obj, value): obj.__dict__["only"] = ("stored", value)
class A:
    d = Data("d")
    n = NonData()
    only = OnlySet()
a = A()
print(a.d, A.n, a.n, type(A.d).__name__)
a.d = 5
del a.d
a.__dict__["d"] = "shadowed"
print(a.d)
a.n = "instance wins"
print(a.n)
del a.n
print(a.n, type(a.only).__name__)
a.only = 3
print(a.only)
try: del a.only
except AttributeError as e: print(e)
class B(A): pass
b = B()
print(b.d, B.n)
class Prop:
    @property
    def ro(self): "docs"; return 1
    @property
    def rw(self): return self._v
    @rw.setter
    def rw(self, v): self._v = v * 2
    @rw.deleter
    def rw(self): del self._v
    wo = property(None, lambda self, v: print("wo", v))
    full = property(lambda s: "g", doc="given doc")
p = Prop()
p.rw = 4
print(p.rw, p.ro, Prop.ro.__doc__, Prop.full.__doc__, Prop.rw.fset.__name__, Prop.ro.fset, Prop.ro.__name__)
del p.rw
for s in ["p.ro = 1", "del p.ro", "p.wo", "p.rw", "Prop.ro.getter(5).fget", "del p.full", "p.full = 2", "p.wo = 'w'"]:
    try: exec(s)
    except AttributeError as e: print(s, "->", e)
class Sub(Prop):
    @Prop.rw.getter
    def rw(self): return "sub getter"
    @Prop.ro.setter
    def ro(self, v): print("sub setter", v)
s = Sub()
s.rw = 1
print(s.rw, s._v)
s.ro = 9
def f(self, *a): return self, a
print(f.__get__(5)(1), f.__get__(None, int) is f, f.__get__(5).__self__, f.__get__(5).__func__ is f)
try: f.__get__(None)
except TypeError as e: print(e)
print(classmethod(f).__get__(None, int)(2), staticmethod(f).__get__(1)(1, 2), classmethod(f).__func__ is f, staticmethod(f)(1, 2), classmethod(f).__wrapped__ is f)
m = a.__init__
class C:
    def m(self): return "m"
    k = len
    l = lambda self: "lambda"
    s = staticmethod(lambda: "static")
    c = classmethod(lambda cls: cls.__name__)
    built = [].append
c = C()
print(c.m(), c.k([1]), c.l(), c.s(), c.c(), c.m == c.m, c.m is c.m, C.m is C.m, hash(c.m) == hash(c.m))
c.m = lambda: "instance attribute"
print(c.m())
bound = C.m.__get__(c)
print(bound(), bound.__name__, bound.__self__ is c)
try: bound.attr = 1
except AttributeError as e: print(e)
class Raising:
    def __get__(self, o, c): raise AttributeError("from descriptor")
class R:
    r = Raising()
    def __getattr__(self, n): return "fallback " + n
print(R().r, hasattr(R, "r"))
class GetOnMeta(type):
    data = Data("meta data")
class OnMeta(metaclass=GetOnMeta):
    data = "class attribute"
print(OnMeta.data)
print(type(A.__dict__["d"]).__name__, int.__dict__["real"].__get__(5), type(int.__dict__["real"]).__name__, type(str.__dict__["join"]).__name__, type(int.__dict__["__add__"]).__name__, type(A.__dict__["__dict__"]).__name__)
try: int.real.__get__("x")
except TypeError as e: print(e)
try: str.join(5, [])
except TypeError as e: print(e)
try: int.real.__set__(5, 1)
except AttributeError as e: print(e)
