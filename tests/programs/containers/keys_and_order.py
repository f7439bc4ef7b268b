"""Keys that are compared item by item, what set operations leave in which order, and sorting of tuples."""

import itertools
import math
from collections import Counter, OrderedDict, defaultdict, namedtuple

# Tuples as keys: found by equal ones, made anew each time.
pairs = {}
for i in range(200):
    key = (i % 7, str(i % 5), (i % 3, None))
    pairs[key] = pairs.get(key, 0) + 1
print(len(pairs), pairs[(3, "2", (1, None))], (3, "2", (9, None)) in pairs)
mixed = {(1, 2.5): "a", (b"x", True): "b", (None, ...): "c", ((), ((),)): "d", (10**30, -(10**30)): "e"}
for key in [(True, 2.5), (1.0, 2.5), (b"x", 1), (None, ...), ((), ((),)), (10**30, -(10**30)), (b"x", 0), ((), ((1,),))]:
    print(key, mixed.get(key))

Point = namedtuple("Point", "x y")
places = {Point(x, y): x * y for x in range(5) for y in range(5)}
print(places[Point(3, 4)], places[(2, 3)], (5, 5) in places, len(places | {(1, 1): 0}))
nested = {(Point(1, (2, 3)), "a"): 1}
print(nested[((1, (2, 3)), "a")], nested[(Point(1, Point(2, 3)), "a")])


class Loud(tuple):
    """A tuple whose comparison can be seen."""

    def __eq__(self, other):
        print("asked", tuple(self), tuple(other))
        return tuple.__eq__(self, other)

    __hash__ = tuple.__hash__


loud = {Loud((1, 2)): "loud"}
print(loud[(1, 2)], Loud((1, 2)) in {(1, 2)}, {Loud((1, 2))} == {(1, 2)})
print({(Loud((1, 2)), 3): "inside"}[((1, 2), 3)])


class Odd:
    """Equal to nothing, with everybody's hash."""

    def __init__(self, n):
        self.n = n

    def __hash__(self):
        return hash((self.n,))

    def __eq__(self, other):
        if isinstance(other, Odd):
            return self.n == other.n
        return NotImplemented


odd = {(1,): "tuple", Odd(1): "odd"}
print(odd[(1,)], odd[Odd(1)], len(odd))
deep = shallow = ()
for _ in range(50):
    deep, shallow = (deep,), (shallow,)
print({deep: "deep"}[shallow], deep in {shallow})
nan = float("nan")
print((nan, 1) in {(nan, 1): 0}, {(0.0,): "zero"}[(-0.0,)])

# Which order the results of set operations have, of numbers.
numbers = frozenset(range(50))
for other in [{1, 2, 3}, set(range(10, 45)), set(range(0, 100, 3)), frozenset(), set(range(200)), {1000, 5}]:
    print(list(numbers - other), list(numbers & other), sep="\n")
    print(list(other - numbers), numbers <= other, numbers >= other, numbers.isdisjoint(other))
wide = {i * 37 % 1009 for i in range(40)}
print(list(wide), list(wide - {37, 74}), list(wide & set(range(300))), sep="\n")
colliding = {i * 64 for i in range(12)} | {5, 69, 133}
print(list(colliding), list(colliding - {64}), list(colliding & set(range(0, 600, 64))), sep="\n")
print(list({1, 2, 3, 4, 5, 6} - {2}), list(set(range(5)) - {9}), list(set(range(21)) & set(range(2, 30))))
print([sorted(set(map(str, range(n))) - set("13579")) for n in (4, 12, 25)])
print(sorted({(i, str(i)) for i in range(30)} - {(i, str(i)) for i in range(3, 28)}))
shrinking = set(range(60))
for i in range(0, 60, 2):
    shrinking.discard(i)
print(list(shrinking - {1}), list(shrinking & set(range(20))), list(shrinking.copy()))

# Sorting by tuples.
rows = [(i % 3 == 0, i % 2 == 0, i * 7 % 5, i) for i in range(20)]
print(sorted(rows))
print(sorted([(1.5, "b"), (1, "z"), (True, "a"), (1, "a"), (0.5, "q")], reverse=True))
print(sorted([((2, "a"), 1), ((1, "b"), 2), ((1, "a"), 3), ((1,), 4), ((1, "a"), 0)]))
print(sorted([("b", None), ("a", None), ("c", 1)]))
print(sorted([(10**25, 1), (-(10**25), 2), (3, 3), (2.5, 4)]), max([(1, True), (1, False), (True, 2)]))
for bad in [[(1, None), (1, "a")], [(1, 2), (1, "a")], [(1j,), (2j,)], [((1, None),), ((1, 2),)]]:
    try:
        print(sorted(bad))
    except TypeError as error:
        print(error)
print(True < 2, False == 0.0, True != 1, True > 0.5, [True, 0] == [1, False], sorted([True, 0, 2, False]))

# Dicts with something for missing keys.
counts = Counter()
for pair in zip("abracadabra", "bracadabraa"):
    counts[pair] += 1
print(counts.most_common(3), counts[("z", "z")], len(counts), Counter("abracadabra"), Counter([1, 1.0, True, "1", (1,)]))
try:
    Counter([[]])
except TypeError as error:
    print(error)
sums = defaultdict(int)
for i in range(30):
    sums[i % 4, i % 3] += i
print(dict(sums))
lists = defaultdict(list, {1: [0]})
for i in range(6):
    lists[i % 3].append(i)
print(lists)


class Missing(dict):
    def __missing__(self, key):
        return "missing", key


print(Missing(a=1)["a"], Missing()["b"], Missing().get("b"))
for plain in [{}, OrderedDict(), defaultdict(None)]:
    try:
        plain[1, 2]
    except KeyError as error:
        print(type(plain).__name__, error.args)
churn = {}
for i in range(100):
    churn[i] = i
    churn[str(i)] = i
    del churn[i]
    if i % 3:
        print(churn.pop(str(i)), end=" ")
print(len(churn), list(churn)[:3])

# Iterators that end when something inside them says so.
def until(n):
    def f(x):
        if x >= n:
            raise StopIteration
        return x

    return f


for ended in [
    map(until(3), range(9)),
    filter(until(3), range(1, 9)),
    itertools.starmap(until(2), [(0,), (1,), (2,), (3,)]),
    itertools.takewhile(until(2), range(1, 9)),
    itertools.accumulate(range(9), lambda a, b: until(10)(a + b)),
    itertools.chain([1], map(until(0), [1]), [2]),
    zip(range(9), map(until(2), range(9))),
]:
    print([x for x in ended], end=" ")
print()
for x in itertools.chain([1, 2], "ab", (), {5: 6}, itertools.islice(itertools.count(7), 2)):
    print(x, end=" ")
print(*itertools.pairwise(itertools.chain.from_iterable([[1], [2, 3]])), *itertools.batched(range(5), 2))


class Chained(itertools.chain):
    def __next__(self):
        return super().__next__() * 2


print([x for x in Chained([1], [2, 3])], list(itertools.zip_longest(itertools.repeat(1, 3), Chained("ab"))))

# Divisors, and what does not fit a word.
print(math.gcd(12, -18), math.gcd(0, -5), math.gcd(2**61, 2**62), math.gcd(-(2**61), 6), math.gcd(3 << 100, 5 << 90, 7 << 95))
print(math.gcd(10**30 * 7, 10**25 * 21) == 10**25 * 7, math.gcd(2**127, 2**64), math.gcd((1 << 128) - 1, (1 << 64) - 1))
for a in [1, -1, 2**62, -(2**62), 2**64 - 1, 2**128, -(2**192) + 1, 2**400 + 12345, -(10**120), 10**700]:
    row = [(a + b) % 1000007 + (a - b) % 999983 + (a * b) % 1000003 for b in [0, 1, -7, 2**64, -(2**64), 2**192 - 1, 2**400, 10**120, 10**650]]
    print(row, (a + -a, a - a, a * 0, a + 1 - a))
# Texts.
print(",".join(["a", "bc", "", "d" * 20, "é"]), "→".join(["x"]), "→".join("xyz"), "é".join("ab"), "".join(["一", "b"]))
print([str(x) for x in (1.5, -0.0, 1e16, 1e-5, 123456.789, 5e-324, 1.7976931348623157e308, float("inf"), 0.1 + 0.2, 1e300)])
