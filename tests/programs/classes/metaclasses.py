# Metaclasses: __new__, __init__, __call__, __prepare__, conflicts, keywords.
class Meta(type):
    @classmethod
    def __prepare__(mcs, name, bases, **kw):
        print("prepare", mcs.__name__, name, bases, kw)
        return {"prepared": True}
    def __new__(mcs, name, bases, ns, **kw):
        print("new", name, [k for k in ns if not k.startswith("__")], kw)
        return super().__new__(mcs, name, bases, ns)
    def __init__(cls, name, bases, ns, **kw):
        print("init", name, kw)
        super().__init__(name, bases, ns)
    def __call__(cls, *a, **k):
        print("call", cls.__name__, a, k)
        return super().__call__(*a, **k)
    def __getattr__(cls, name): return f"meta attr {name}"
    def __iter__(cls): return iter(["meta", "iter"])
    def __len__(cls): return 42
    def __contains__(cls, x): return x == 1
    def __getitem__(cls, x): return ("item", x)
    def __add__(cls, o): return "added"
    def __repr__(cls): return f"<Meta {cls.__name__}>"
    def __instancecheck__(cls, inst): return inst == 5
    def __subclasscheck__(cls, sub): return sub is int
    def __bool__(cls): return False
    @property
    def prop(cls): return "meta prop"
    def method(cls): return "meta method of " + cls.__name__

class A(metaclass=Meta, key="word"):
    x = 1
    def __init__(self, v): self.v = v

class B(A, other=2):
    pass

a = A(5)
print(a.v, A.prepared, A.missing, list(A), len(A), 1 in A, 2 in A, A[3], A + 1, A, isinstance(5, A), issubclass(int, A), bool(A), A.prop, A.method(), type(B) is Meta)
try: a.method
except AttributeError as e: print(e)
try: a.missing
except AttributeError as e: print(e)
class M2(type): pass
try:
    class C(A, metaclass=M2): pass
except TypeError as e: print(e)
class M3(Meta): pass
class D(A, metaclass=M3): pass
print(type(D).__name__)
def func_meta(name, bases, ns, **kw):
    return (name, bases, sorted(k for k in ns if not k.startswith("__")), kw)
class E(int, metaclass=func_meta, k=1):
    y = 2
print(E)
try:
    class F(k=1): pass
except TypeError as e: print(e)
class Ordered(dict):
    def __setitem__(self, k, v):
        if not k.startswith("__"): print("define", k, v)
        super().__setitem__(k, v)
class MO(type):
    @classmethod
    def __prepare__(mcs, name, bases): return Ordered()
class G(metaclass=MO):
    a = 1
    b = a + 1
    a = 3
print(G.a, G.b, type(G.__dict__).__name__)
class MBad(type):
    @classmethod
    def __prepare__(mcs, name, bases): return 5
try:
    class H(metaclass=MBad): pass
except TypeError as e: print(e)
class MNone(type):
    def __new__(mcs, name, bases, ns): return None
class I(metaclass=MNone): pass
print(I)
class Singleton(type):
    instances = {}
    def __call__(cls, *a):
        if cls not in Singleton.instances:
            Singleton.instances[cls] = super().__call__(*a)
        return Singleton.instances[cls]
class S(metaclass=Singleton): pass
print(S() is S())
print(type.__call__(int, "5"), type(type), type.__mro__, Meta.__mro__[1])
T = type("T", (A,), {"z": 1})
print(T.z, type(T).__name__)
try: type.__new__(Meta)
except TypeError as e: print(e)
try: type.__new__(int, "x", (), {})
except TypeError as e: print(e)
class NoClassCell(type):
    def __new__(mcs, name, bases, ns):
        ns.pop("__classcell__", None)
        return super().__new__(mcs, name, bases, ns)
try:
    class J(metaclass=NoClassCell):
        def f(self): return __class__
except RuntimeError as e: print(e)
