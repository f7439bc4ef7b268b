# Loops over every built-in iterator, unpacked and not: mutation, errors, subclasses, sharing.
from itertools import chain

d = {"a": 1, "b": 2, "c": 3}


def pairs(it):
    out = []
    for x, y in it:
        out.append((x, y))
    return out


def whole(it):
    return [t for t in it]


for make in (lambda: d.items(), lambda: enumerate("xyz"), lambda: enumerate([5, 6], 2**61 - 2), lambda: enumerate("ab", 2**70),
             lambda: zip("abc", [1, 2]), lambda: zip([1, 2], "abc"), lambda: zip((), [1]), lambda: zip([1, 2], [3, 4], strict=True),
             lambda: reversed(d.items()), lambda: map(lambda a, b: (a, b), "ab", "cd"), lambda: [(1, 2), [3, 4], "56"]):
    print(pairs(make()), whole(make()))

for make in (lambda: zip([1], [2, 3], strict=True), lambda: zip([1, 2], [3], strict=True), lambda: zip("ab", "cd", "ef"),
             lambda: enumerate(5), lambda: d, lambda: zip("ab", 5), lambda: [(1, 2), (3,)], lambda: [(1, 2, 3)], lambda: [1],
             lambda: map(str, [1, 2])):
    try:
        print(pairs(make()))
    except (TypeError, ValueError) as e:
        print(type(e).__name__, e)

# The variable that a loop assigns keeps the pair where it is seen.
for t in d.items():
    k, v = t
    print(t, k, v)
for t in enumerate("q"):
    a, b = t
print(t, a, b)
print([(t, a) for t in zip("ab", "cd") for a, _ in [t]])
for i, (k, v) in enumerate(d.items()):
    print(i, k, v, end=" ")
print()
for (i, j), k in zip(enumerate("ab"), "cd"):
    print(i, j, k, end=" ")
print()
x = [0, 0]
for x[0], x[1] in d.items():
    print(x, end=" ")
print()


def gen():
    for k, v in d.items():
        got = yield k, v
        if got:
            print("got", got)


g = gen()
print(next(g), g.send(1), list(g))


# Changes on the way.
def changing(change):
    n = {1: "x", 2: "y", 3: "z"}
    seen = []
    try:
        for k, v in n.items():
            seen.append((k, v))
            change(n, k)
    except RuntimeError as e:
        seen.append(str(e))
    return seen


def set_same(n, k):
    n[k] = "new"


def add(n, k):
    n[k + 10] = 1


def remove(n, k):
    del n[k]


def replace(n, k):
    del n[k]
    n[k + 10] = 1


def later(n, k):
    n[3] = "later"


for change in (set_same, add, remove, replace, later):
    print(change.__name__, changing(change))
for make in (lambda n: n.keys(), lambda n: n.values(), lambda n: n, lambda n: reversed(n)):
    n = {1: 1, 2: 2}
    try:
        for k in make(n):
            n[k + 5] = 1
    except RuntimeError as e:
        print(e)
s = {1, 2, 3}
try:
    for v in s:
        s.add(v + 10)
except RuntimeError as e:
    print(e)
it = iter(d.items())
print(next(it), it.__length_hint__())
d["d"] = 4
for _ in range(2):
    try:
        next(it)
    except RuntimeError as e:
        print(e)
del d["d"]
l = [1, 2, 3]
for i, v in enumerate(l):
    if i < 3:
        l.append(v * 10)
print(l)
for v in reversed(l):
    l.pop() if len(l) > 3 else None
print(l)
it = reversed([1, 2])
print(list(it), list(it), it.__length_hint__())


# An item of each iterator is taken, even if another ends; exhaustion sticks where CPython's does.
a, b = iter([1, 2, 3]), iter([4])
print(list(zip(a, b)), list(a))
a, b = iter([4]), iter([1, 2, 3])
print(list(zip(a, b)), list(b))
e = enumerate(iter([1, 2, 3]))
print(next(e), pairs(e), list(e), e.__reduce__()[1][1])


# Subclasses have their own ways.
class MyZip(zip):
    def __next__(self):
        return super().__next__()[::-1]


class MyEnumerate(enumerate):
    def __next__(self):
        return 7, super().__next__()


class MyMap(map):
    pass


class MyDict(dict):
    def items(self):
        return [("own", "items")]

    def __iter__(self):
        return iter("own")


print(pairs(MyZip("ab", "cd")), pairs(MyEnumerate("ab")), list(MyMap(len, ["a", "bc"])))
print(pairs(MyDict(a=1).items()), list(MyDict(a=1)), [k for k in MyDict(a=1)])


class Seq:
    def __getitem__(self, i):
        if i > 2:
            raise IndexError
        return i, -i


print(pairs(Seq()), pairs(zip(Seq(), "abc")), list(reversed([*Seq()])))


class Broken:
    def __init__(self):
        self.n = 0

    def __iter__(self):
        return self

    def __next__(self):
        self.n += 1
        if self.n > 2:
            raise KeyError("broken")
        return self.n


for make in (lambda: enumerate(Broken()), lambda: zip("abcd", Broken()), lambda: map(str, Broken()), lambda: filter(None, Broken())):
    out = []
    try:
        for t in make():
            out.append(t)
    except KeyError as e:
        print(out, e)

# Builtins that loop.
print(sum([1, 2.5, 3]), sum(x for x in range(5)), sum([2**61 - 1, 2**61 - 1, 1]), sum({1: 2}), sum([[1], [2]], []))
print(sum([True, 2]), sum([0.1] * 10), sum([1, 2**70]), sum("", 5))
print(any(d.values()), all(d.values()), any([]), all([]), any(x > 2 for x in d.values()), all(zip([1], [0])))
print(min(d), max(d.values()), min({3, 1, 2}), max(enumerate("ab")), min("hello"), sorted(d.items(), key=lambda p: -p[1]))
print(list(d), tuple(d.values()), set("aab") == {"a", "b"}, list(enumerate(d)), list(filter(None, [0, 1, "", "x"])))
print(list(map(pow, [2, 3], [3, 2])), list(chain("ab", d)), "".join(map(str, range(12))))
print([c for c in "héß€𝄞"], [b for b in b"ab"], list(bytearray(b"xy")), [c for c in reversed("abc")])

# Slices as they are written.
l = list(range(10))
print(l[2:5], l[-3:], l[:-7], l[5:2], l[:100], l[-100:3], l[::2], l[::-3], l[2:][:2], l[:], l[:] is l)
t = tuple(l)
print(t[2:5], t[-3:], t[5:2], t[:] is t, t[0:100] is t, "hello"[1:3], "hello"[:] == "hello", b"abc"[1:], "héllo€"[1:3], ""[1:])
l[2:5] = "ab"
print(l)
l[2:2] = l
print(l)
l[1:-1] = (7,)
print(l)
l[1:2] += [8, 9]
print(l)
l[10:] = [1]
l[:0] = []
print(l)
for bad in (lambda: l["a":], lambda: l[1.5:2], lambda: len[1:2], lambda: {}[1:2], lambda: l[1:2:0]):
    try:
        print(bad())
    except (TypeError, ValueError, KeyError) as e:
        print(type(e).__name__, e)
try:
    l[0:1] = 5
except TypeError as e:
    print(e)


class Index:
    def __index__(self):
        print("asked", end=" ")
        return 2


print(l[Index():], "hello"[:Index()], l[True:], l[:2**70], l[-2**70:1])


class Sliced:
    def __getitem__(self, k):
        return k

    def __setitem__(self, k, v):
        print("set", k, v)


o = Sliced()
print(o[1:2], o[:], o[1:2, 3], o[::Index])
o[1:] = 5


class Added:
    def __radd__(self, other):
        return "added to", other


o[1:2] += Added()


class MyList(list):
    def __getitem__(self, k):
        return "own", k

    def append(self, v):
        super().append((v, v))


m = MyList([1, 2, 3])
print(m[1:2], m[0], [x for x in m])
m.append(1)
print(list(m))

# Conversions by the built-in classes.
print(int(5), int(2.9), int(-2.9), int("12"), int(True), int(1e30), float(3), float("1.5"), float(2**70), bool([]), bool(0.0))
print(str(5), str(-(2**61)), str(1.5), str("x"), str(b"x"), str(None), type(5), type(type), list("ab"), tuple([1]), list((1, 2)))
print(tuple(t) is t, list(d.items()), list({1}), bool(d))
for bad in (lambda: int("x"), lambda: int(float("nan")), lambda: int(float("inf")), lambda: int([]), lambda: float("x"),
            lambda: list(5), lambda: tuple(5), lambda: float(2**2000)):
    try:
        print(bad())
    except (TypeError, ValueError, OverflowError) as e:
        print(type(e).__name__, e)


class Odd:
    def __str__(self):
        return 5

    def __bool__(self):
        return 2


for bad in (lambda: str(Odd()), lambda: bool(Odd()), lambda: f"{Odd()}"):
    try:
        print(bad())
    except TypeError as e:
        print(e)
