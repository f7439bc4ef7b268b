# operator, copy, abc, collections.abc, numbers, types.
import abc, collections.abc as cabc, copy, operator as op, types
print(op.add(1, 2), op.itemgetter(1)([5, 6]), op.itemgetter(0, 2)("abc"), op.attrgetter("real")(5), op.attrgetter("a.b", "c")(types.SimpleNamespace(a=types.SimpleNamespace(b=1), c=2)), op.methodcaller("split", ",")("a,b"), op.contains([1], 1), op.countOf([1, 1], 1), op.indexOf([3, 4], 4), op.truth([]), op.not_(1), op.is_(1, 1), op.concat("a", "b"), op.index(True), op.length_hint([1, 2]), op.iadd([1], [2]), op.is_none(None))
d = {"l": [1, [2]], "t": (3, [4])}; s, dd = copy.copy(d), copy.deepcopy(d); d["l"][1].append(5); print(s, dd, s["l"] is d["l"], dd["t"] is d["t"], copy.copy((1,)), copy.deepcopy("x"))
r = [1]; r.append(r); rr = copy.deepcopy(r); print(rr[1] is rr, rr is r)
class C:
    def __init__(self, v): self.v = v
    def __deepcopy__(self, memo): return C(("deep", self.v))
    def __copy__(self): return C(("shallow", self.v))
    def __replace__(self, **k): return C(k)
print(copy.copy(C(1)).v, copy.deepcopy([C(1)])[0].v, copy.replace(C(1), v=2).v)
class S:
    __slots__ = ("a", "b")
x = S(); x.a = [1]; y = copy.deepcopy(x); y.a.append(2); print(x.a, y.a, hasattr(y, "b"))
class Shape(abc.ABC):
    @abc.abstractmethod
    def area(self): "doc"
    @property
    @abc.abstractmethod
    def name(self): ...
    def show(self): return f"{self.name} {self.area()}"
for bad in (Shape, type("Half", (Shape,), {"area": lambda s: 1})):
    try: bad()
    except TypeError as e: print(e)
class Sq(Shape):
    name = "sq"
    def area(self): return 4
print(Sq().show(), sorted(Shape.__abstractmethods__), Sq.__abstractmethods__)
@Shape.register
class Virtual: pass
print(issubclass(Virtual, Shape), isinstance(Virtual(), Shape), Shape in Virtual.__mro__)
class Hook(abc.ABC):
    @classmethod
    def __subclasshook__(cls, c): return hasattr(c, "quack") or NotImplemented
print(issubclass(type("D", (), {"quack": 1}), Hook), issubclass(int, Hook))
for t in (list, dict, set, str, bytes, int, range, type(x for x in ()), type({}.keys()), type(lambda: 0), tuple, memoryview):
    print(t.__name__, [n for n in ("Hashable", "Iterable", "Iterator", "Sized", "Container", "Collection", "Sequence", "MutableSequence", "Mapping", "Set", "MutableSet", "Callable", "Reversible", "Generator", "KeysView", "Buffer") if issubclass(t, getattr(cabc, n))])
class Seq(cabc.Sequence):
    def __len__(self): return 3
    def __getitem__(self, i):
        if i >= 3: raise IndexError
        return i * 10
q = Seq(); print(list(q), 20 in q, q.index(10), q.count(0), list(reversed(q)))
class Map(cabc.MutableMapping):
    def __init__(self): self.d = {}
    def __getitem__(self, k): return self.d[k]
    def __setitem__(self, k, v): self.d[k] = v
    def __delitem__(self, k): del self.d[k]
    def __iter__(self): return iter(self.d)
    def __len__(self): return len(self.d)
m = Map(); m.update(a=1, b=2); print(dict(m), m.pop("a"), m.setdefault("c", 3), m.get("z"), list(m.items()), m == {"b": 2, "c": 3}, "b" in m, m.popitem())
class St(cabc.Set):
    def __init__(self, x): self.x = list(x)
    def __contains__(self, v): return v in self.x
    def __iter__(self): return iter(self.x)
    def __len__(self): return len(self.x)
print(sorted(St([1, 2]) & St([2, 3])), sorted(St([1]) | [2]), St([1]) <= St([1, 2]), St([1]) == {1})
ns = types.SimpleNamespace(a=1, b="x"); ns.c = 2; print(ns, ns == types.SimpleNamespace(a=1, b="x", c=2)); mp = types.MappingProxyType({"k": 1}); print(mp["k"], mp, dict(mp))
try: mp["z"] = 1
except TypeError as e: print(e)
K = types.new_class("K", (), {}, lambda n: n.update(v=5)); print(K.v, types.FunctionType.__name__, types.resolve_bases((int,)), isinstance(len, types.BuiltinFunctionType), types.NoneType, types.GenericAlias(list, int))
@types.coroutine
def gen(): yield 1
async def co(): await gen()
print(co().send(None))
