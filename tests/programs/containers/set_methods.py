# set and frozenset: every method and operator (orders made deterministic).
def s_(x): return f"{type(x).__name__}{sorted(x, key=repr)}" if isinstance(x, (set, frozenset)) else repr(x)
def t(e):
    s, f = {1, 2, 3}, frozenset([1, 2])
    try: r = eval(e, globals(), {"s": s, "f": f}); print(e, "->", s_(r), s_(s))
    except Exception as x: print(e, "!!", type(x).__name__, x, s_(s))
for e in ["s.add(4)", "s.add(1)", "s.add([])", "s.add()", "s.remove(1)", "s.remove(9)", "s.remove([])", "s.discard(1)", "s.discard(9)", "len([s.pop(), s.pop(), s.pop()])", "set().pop()", "s.clear()", "s.copy()", "s.copy() is s", "f.copy() is f", "s.update([4, 5])", "s.update([4], 'a')", "s.update()", "s.update(5)", "s.union([9])", "s.union()", "s.union([1], {2: 3})", "s.intersection([1, 9])", "s.intersection()", "s.intersection([1], [1, 2])", "s.difference([1])", "s.difference([1], [2])", "s.symmetric_difference([1, 9])", "s.intersection_update([1])", "s.difference_update([1])", "s.symmetric_difference_update([1, 9])", "s.issubset([1, 2, 3, 4])", "s.issuperset([1])", "s.isdisjoint([9])", "s.isdisjoint(5)", "s | f", "f | s", "s & f", "s - f", "s ^ f", "f - s", "s | [1]", "[1] | s", "s & {}", "s == f", "f == {1, 2}", "s != f", "s < f", "f < s", "f <= f", "s > f", "s >= s", "s < [1]", "s == [1, 2, 3]", "1 in s", "[] in s", "{1} in s", "{1} in {frozenset([1])}", "len(s)", "bool(set())", "hash(s)", "hash(f) == hash(frozenset([2, 1]))", "set('hello')", "set()", "set([[]])", "set(5)", "frozenset()", "frozenset() is frozenset()", "frozenset('ab')", "frozenset(f) is f", "f.add(1)", "s[0]", "s + s", "s * 2", "s.nothing", "s.__or__([1])", "s.__contains__(1)", "s.__eq__(5)", "s.__init__([7])", "set(range(5)) - set(range(3))", "{*()}", "set.union({1}, {2})", "set.union()", "set.add(5, 1)", "frozenset.union(f, [5])", "type(f | {9})", "type({9} | f)", "s.__ior__({9})", "s.__isub__(5)", "s.__class_getitem__(int)", "{1, 1.0, True}", "{1, 'a', None, (1,)}", "sorted({3, 1, 2})", "min(s)", "sum(s)", "repr({1})", "repr(set())", "repr(frozenset())", "repr(frozenset({1}))", "str({'a'})", "set(s) == s", "s.remove({1})", "s.discard({5})", "s <= s", "f.issuperset(s)", "set(iter('aab'))", "set({1: 2})"]:
    t(e)
s = {1, 2}
s |= {3}; s &= {2, 3, 4}; s -= {4}; s ^= {5}; print(sorted(s))
for op in ("s |= [1]", "s &= 5", "s -= 'a'", "s ^= None"):
    try: exec(op); print(op, "ok")
    except TypeError as e: print(op, "->", e)
g = f = frozenset([1]); f |= {2}; print(sorted(f), sorted(g))
s = set(range(10))
try:
    for x in s: s.add(x + 100)
except RuntimeError as e: print(e)
try:
    for x in s: s.discard(x)
except RuntimeError as e: print(e)
big = set(range(5000))
for i in range(0, 5000, 3): big.remove(i)
print(len(big), 3 in big, 4 in big, sum(big))
big.update(range(4000, 9000)); print(len(big), len(big & set(range(100))), len(big - set(range(100))), len(big ^ set(range(100))))
class H:
    def __init__(self, n): self.n = n
    def __hash__(self): return self.n % 3
    def __eq__(self, o): return self.n == o.n
hs = {H(i) for i in range(30)} | {H(i) for i in range(20, 40)}
print(len(hs), H(35) in hs, H(77) in hs, len(hs - {H(1)}), len({H(1), H(1)}))
print({frozenset([1, 2]): "v"}[frozenset([2, 1])], {frozenset(), frozenset([frozenset()])} == {frozenset([frozenset()]), frozenset()})
a, b = {1, 2}, {2, 1}
print(a == b, a <= b, not a < b, a is b, {1} < {1, 2} < {1, 2, 3}, {1} < {2}, {2} < {1})
print(sorted({"b", "a"} | {"c"}), len({float("nan"), float("nan")}), {0} == {False}, {""} == {b""})
it = iter({1}); next(it)
try: next(it)
except StopIteration: print("stop")
class Sub(set):
    def add(self, x): super().add(x * 2)
x = Sub([1]); x.add(5); x.update([7]); x |= {9}; print(sorted(x), type(x | {1}).__name__, type(x.copy()).__name__)
