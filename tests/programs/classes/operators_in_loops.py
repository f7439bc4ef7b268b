# Operators on instances of Python classes, often enough to be compiled: results, refusals, subclasses, exceptions and frames.
import sys
import traceback


class Vector:
    def __init__(self, x, y):
        self.x = x
        self.y = y

    def __add__(self, other):
        if not isinstance(other, Vector):
            return NotImplemented
        return Vector(self.x + other.x, self.y + other.y)

    def __sub__(self, other):
        return Vector(self.x - other.x, self.y - other.y)

    def __mul__(self, k):
        return Vector(self.x * k, self.y * k)

    def __rmul__(self, k):
        return Vector(k * self.x, k * self.y)

    def __neg__(self):
        return Vector(-self.x, -self.y)

    def __eq__(self, other):
        if isinstance(other, Vector):
            return self.x == other.x and self.y == other.y
        return NotImplemented

    def __lt__(self, other):
        if not isinstance(other, Vector):
            return NotImplemented
        return (self.x, self.y) < (other.x, other.y)

    def __getitem__(self, i):
        if i == 0:
            return self.x
        if i == 1:
            return self.y
        raise IndexError(i)

    def __setitem__(self, i, v):
        if i == 0:
            self.x = v
        elif i == 1:
            self.y = v
        else:
            raise IndexError(i)

    @property
    def length2(self):
        return self.x * self.x + self.y * self.y

    def __iadd__(self, other):
        self.x += other.x
        self.y += other.y
        return self

    def __repr__(self):
        return f"Vector({self.x}, {self.y})"


class Sub(Vector):
    def __radd__(self, other):
        return ("radd", other)

    def __gt__(self, other):
        return "reflected"


class Stranger:
    def __radd__(self, other):
        return "stranger"

    def __eq__(self, other):
        return "stranger" and True

    def __gt__(self, other):
        return []


def sums(n, others):
    total = Vector(0, 0)
    last = None
    for i in range(n):
        other = others[i % len(others)]
        last = total + other
        if type(last) is Vector:
            total = last
    return total, last


print(sums(3000, [Vector(1, 2), Vector(0.5, 3)]))
print(sums(3000, [Vector(1, 2)] * 20 + [Stranger()]))
print(sums(3000, [Vector(1, 2)] * 20 + [Sub(1, 1)])[1])
try:
    sums(3000, [Vector(1, 1)] * 2500 + [7])
except TypeError as e:
    print(e)


def mixed(n):
    v = Vector(1, 2)
    acc = 0
    for i in range(n):
        w = v * 2 - v
        w += -v
        w[0] = i
        acc += w[0] + w[1] + v.length2
        if w == v:
            acc += 1000
        if v < w:
            acc += 1
        if not (w == 5):
            acc += 1
    return acc


print(mixed(5000))


def compared(n, others):
    v = Vector(1, 1)
    seen = {}
    for i in range(n):
        o = others[i % len(others)]
        key = [v == o, v != o, v < o if not isinstance(o, int) else None]
        if v == o:
            key.append("equal")
        if v < o if not isinstance(o, int) else False:
            key.append("less")
        seen[str(key)] = seen.get(str(key), 0) + 1
    return sorted(seen.items())


print(compared(2000, [Vector(1, 1), Vector(2, 0)]))
print(compared(2000, [Vector(1, 1), Sub(0, 0), 3]))
print(compared(2000, [Vector(1, 1), Stranger()]))


class Grid:
    def __init__(self, w, h):
        self.w = w
        self.h = h
        self.data = [0] * (w * h)

    def _at(self, x, y):
        if 0 <= x < self.w and 0 <= y < self.h:
            return y * self.w + x
        raise IndexError((x, y))

    def __getitem__(self, xy):
        x, y = xy
        return self.data[self._at(x, y)]

    def __setitem__(self, xy, v):
        x, y = xy
        self.data[self._at(x, y)] = v


def fill(g, times):
    for k in range(times):
        for y in range(g.h):
            for x in range(g.w):
                g[x, y] = g[x, y] + x * y + k
    return sum(g.data)


g = Grid(20, 30)
print(fill(g, 20))


def fails(g, n):
    for i in range(n):
        g[i % g.w, i // g.w]


try:
    fails(g, 601)
except IndexError as e:
    print("IndexError", e)
    print([(f.name, f.line) for f in traceback.extract_tb(e.__traceback__)])


class Nosy:
    """Looks at the frames around it."""

    def __init__(self):
        self.seen = set()

    def __add__(self, other):
        f = sys._getframe(1)
        if other % 500 == 0:
            self.seen.add((f.f_code.co_name, f.f_lineno - f.f_code.co_firstlineno, f.f_locals["i"] == other))
        return self

    def __getitem__(self, i):
        if i % 700 == 0:
            self.seen.add((sys._getframe(1).f_code.co_name, sys._getframe(1).f_locals["total"] is not None))
        return i


def nosy(n):
    x = Nosy()
    total = 0
    for i in range(n):
        y = x + i
        total += x[i]
        assert y is x
    return total, sorted(map(str, x.seen))


print(nosy(3000))


class Late:
    def __init__(self, v):
        self.v = v

    def __add__(self, other):
        return Late(self.v + other.v)

    @property
    def twice(self):
        return 2 * self.v


def late(n):
    a, b = Late(1), Late(2)
    out = 0
    for i in range(n):
        out += (a + b).v + a.twice
        if i == 1500:
            Late.__add__ = lambda self, other: Late(100)
        if i == 2000:
            Late.twice = property(lambda self: 7)
        if i == 2500:
            a.extra = 1
    return out


print(late(3000))


class Refuses:
    def __add__(self, other):
        return NotImplemented

    def __lt__(self, other):
        return NotImplemented


def refused(n):
    r, s = Refuses(), Stranger()
    out = []
    for i in range(n):
        v = r + s
        if r < s:
            out.append(i)
    try:
        r + r
    except TypeError as e:
        out.append(str(e))
    try:
        r < r
    except TypeError as e:
        out.append(str(e))
    try:
        r += 1
    except TypeError as e:
        out.append(str(e))
    return v, out


print(refused(2000))


class Deep:
    def __init__(self, n):
        self.n = n

    def __neg__(self):
        return -Deep(self.n - 1) if self.n else 5


try:
    print(-Deep(50))
    -Deep(10**6)
except RecursionError as e:
    print("RecursionError")


import os
import time


def fields(n):
    """Visible and hidden fields of struct sequences, and short named tuples."""
    s, l = os.stat("/"), time.localtime(0)
    found = set()
    for _ in range(n):
        found.add((s.st_mode == s[0], type(s.st_atime).__name__, s.st_atime_ns // 10**9 == s[7], s.st_blksize > 0, l.tm_year,
                   type(l.tm_zone).__name__, l.tm_gmtoff - l.tm_gmtoff, sys.version_info.major))
    return found


print(fields(2000))
