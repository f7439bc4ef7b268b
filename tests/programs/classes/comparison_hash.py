# Rich comparison, reflection, hashing rules, __bool__ and __len__.
class V:
    def __init__(self, v): self.v = v
    def __eq__(self, o): print("eq", self.v, getattr(o, "v", o)); return isinstance(o, V) and self.v == o.v
    def __lt__(self, o): print("lt"); return self.v < o.v
    def __hash__(self): return hash(self.v)
    def __repr__(self): return f"V{self.v}"
print(V(1) == V(1), V(1) != V(1), V(1) < V(2), V(1) > V(2), V(1) == 5, 5 == V(1))
try: V(1) <= V(2)
except TypeError as e: print(e)
print({V(1): "x"}[V(1)], V(1) in [V(2), V(1)], [V(1)].index(V(1)), [V(1), V(2)] == [V(1), V(2)])
same = V(3)
print(same in [same], [same] == [same], (same,) == (same,), {1: same} == {1: same})
class EqOnly:
    def __eq__(self, o): return True
try: hash(EqOnly())
except TypeError as e: print(e)
print(EqOnly.__hash__, EqOnly() != 5)
class Keep(EqOnly):
    __hash__ = object.__hash__
print(isinstance(hash(Keep()), int))
class H:
    def __init__(self, h): self.h = h
    def __hash__(self): return self.h
print(hash(H(5)), hash(H(2**61 - 1)), hash(H(2**61)), hash(H(-1)), hash(H(2**200)), hash(H(True)))
for bad in (None, 1.5, "x"):
    try: hash(H(bad))
    except TypeError as e: print(e)
class R:
    def __init__(self, n): self.n = n
    def __eq__(self, o): return f"{self.n} eq"
    def __ne__(self, o): return f"{self.n} ne"
    def __lt__(self, o): return f"{self.n} lt"
    def __le__(self, o): return f"{self.n} le"
    def __gt__(self, o): return f"{self.n} gt"
    def __ge__(self, o): return f"{self.n} ge"
class RS(R): pass
a, b, c = R("a"), R("b"), RS("c")
print(a == b, a != b, a < b, a <= b, a > b, a >= b)
print(a == c, a != c, a < c, a <= c, a > c, a >= c)
print(5 == a, 5 != a, 5 < a, 5 <= a, 5 > a, 5 >= a)
print((a < b) and (b < c), a < b < c)
class Falsy:
    def __len__(self): print("len", end=" "); return 0
class Both(Falsy):
    def __bool__(self): print("bool", end=" "); return True
print(bool(Falsy()), bool(Both()), not Falsy(), 1 if Both() else 2)
class NotBool:
    __bool__ = None
try: bool(NotBool())
except TypeError as e: print(e)
class BigLen:
    def __len__(self): return 2**70
try: len(BigLen())
except OverflowError as e: print(e)
class Raising:
    def __eq__(self, o): raise ValueError("eq raised")
    __hash__ = lambda s: 1
for s in ["[Raising()] == [1]", "1 in [Raising()]", "{Raising(): 1}[1]", "[1, Raising()].remove(2)", "(Raising(),).count(1)", "Raising() != 1", "{1} == {Raising()}", "{Raising()} | {1}"]:
    try: print(s, eval(s))
    except (ValueError, KeyError) as e: print(s, type(e).__name__, e)
nan = float("nan")
print(nan == nan, nan in [nan], [nan] == [nan], nan != nan, (nan, 1) < (nan, 2), {nan: 1} == {nan: 1})
print((1, 2) < (1, 3), [1] < [1, 0], (1, "a") < (2, 1), "a" < "b" < "c", [1, 2] == (1, 2), {1: 2} == {1.0: 2.0}, {1} < {1, 2}, b"a" < b"b", None == None, () == [])
for s in ["(1, 'a') < (1, 2)", "[1] < (1,)", "{} < {}", "None < None", "1 < 'a'", "1j < 2j", "{1} < [1]", "b'a' < 'a'", "int < str", "range(1) < range(2)"]:
    try: print(eval(s))
    except TypeError as e: print(e)
print(hash(1) == hash(1.0) == hash(1 + 0j) == hash(True), hash(2**61 - 1), hash(-1), hash(-2), hash(0.5), hash(float("inf")), hash(-float("inf")), hash(10**20), hash(1e20), hash(None) == hash(None), hash(()) == hash(()), hash((1, 2)) == hash((1, 2)))
