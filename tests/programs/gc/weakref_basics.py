# Weak references after a full collection: refs, callbacks, proxies, what cannot be referenced.
import gc
import weakref
class A:
    def __init__(self, n): self.n = n
    def m(self): return self.n
def dead(r):
    for _ in range(3): gc.collect()
    return r() is None
def make(n): return A(n)
def scope():
    a = make(1)
    r = weakref.ref(a)
    print(r() is a, r().n, weakref.ref(a) is r, r == weakref.ref(a), hash(r) == hash(a), type(r).__name__)
    return r
r = scope()
print(dead(r), r())
log = []
def scope():
    a = make(2)
    return [weakref.ref(a, lambda r, i=i: log.append((i, r() is None))) for i in range(3)]
refs = scope()
print(dead(refs[0]), sorted(log), [x() for x in refs])
a = make(3)
p = weakref.proxy(a)
print(p.n, p.m(), type(p).__name__, p == a, str(type(p)))
p.n = 30
print(a.n, hasattr(p, "zzz"))
def drop():
    global a
    a = None
drop(); [make(0) for _ in range(100)]
gc.collect()
try: p.n
except ReferenceError as e: print(e)
for bad in (5, "s", (), [], {}, None, 1.5, object(), 2**100):
    try: weakref.ref(bad); print(type(bad).__name__, "ok")
    except TypeError as e: print(e)
for ok in (A, scope, {1}.__class__([1]), frozenset(), (x for x in ()), type, A(1).m, len, memoryview(b"x"), weakref.ref(A)):
    try: print(type(weakref.ref(ok)).__name__, end=" ")
    except TypeError as e: print(e)
print()
class Slots: __slots__ = ("a",)
try: weakref.ref(Slots())
except TypeError as e: print(e)
class Slots2: __slots__ = ("a", "__weakref__")
s = Slots2(); print(weakref.ref(s)() is s)
b = A(9)
print(weakref.getweakrefcount(b), weakref.getweakrefs(b))
x = weakref.ref(b); y = weakref.ref(b, lambda r: None)
print(weakref.getweakrefcount(b), x is y, x == y)
print(repr(x).split(" at ")[0], "to 'A'" in repr(x), repr(r).endswith("dead>"))
class Ref(weakref.ref):
    __slots__ = ("tag",)
    def __new__(cls, o, tag): self = super().__new__(cls, o); self.tag = tag; return self
    def __init__(self, o, tag): super().__init__(o)
q = Ref(b, "t"); print(q().n, q.tag, isinstance(q, weakref.ref), q is not Ref(b, "t"))
class Eq:
    def __init__(self, v): self.v = v
    def __eq__(self, o): return self.v == o.v
    def __hash__(self): return hash(self.v)
e1, e2 = Eq(1), Eq(1)
print(weakref.ref(e1) == weakref.ref(e2), weakref.ref(e1) != weakref.ref(Eq(2)), len({weakref.ref(e1), weakref.ref(e2)}))
c = weakref.ref(A)
try: weakref.ref()
except TypeError as e: print(e)
try: x(1)
except TypeError as e: print(e)
