"""Built-in operations in hot code: their results, errors, and operands of kinds that were not seen before."""

import math
import sys


class Claims:
    @property
    def __class__(self):
        return int


class Sized:
    def __init__(self, n):
        self.n = n

    def __len__(self):
        return self.n


class Loud:
    def __init__(self, n):
        self.n = n

    def __eq__(self, other):
        # The frame that looks this up is as it should be.
        seen.append(sys._getframe(1).f_locals.get("i"))
        return self.n == getattr(other, "n", other)

    def __hash__(self):
        return hash(self.n)


class Yes:
    def __bool__(self):
        return False


class Base:
    pass


class Derived(Base):
    pass


seen = []


def sizes(items):
    n = 0
    for x in items:
        n += len(x)
    return n


def instances(items, cls):
    return [isinstance(x, cls) for x in items]


def numbers(items):
    out = []
    for x in items:
        out.append((abs(x), min(x, 3), max(x, 3), int(x), float(x), type(x).__name__))
    return out


def texts(items):
    s = ""
    for x in items:
        if x == "b":
            continue
        if x < "c":
            s += x
        s = s + chr(ord(x) + 1)
    return s


def roots(items):
    out = []
    for x in items:
        out.append(math.sqrt(x) + math.floor(x))
    return out


def counts(keys):
    found = {}
    order = []
    for i, k in enumerate(keys):
        if k in found:
            found[k] += 1
        else:
            found[k] = 1
            order.append(k)
        found[k] = found[k] + found.get(k, 0) + found.get("nobody", 1)
    return found, order


def stack(n):
    s = []
    for i in range(n):
        s.append(i)
        if i % 3 == 0:
            s.pop()
    return s


def truths(items):
    n = 0
    for x in items:
        if x:
            n += 1
        if not x:
            n += 100
    return n


def ranges(n):
    t = 0
    for i in range(n):
        for j in range(i % 4):
            t += j
        for j in range(i, i + 3):
            t += j
        for j in range(6, 0, -2):
            t += j
    return t


def members(items, these):
    return sum(1 for x in items if x in these), sum(1 for x in items if x not in these)


def error(f, *args):
    try:
        f(*args)
    except Exception as e:
        return f"{type(e).__name__}: {e} at {e.__traceback__.tb_next.tb_lineno}"


for round in range(3):
    print(sizes([[1, 2], [3]] * 500), sizes([(1, 2), "abc", {1: 2}, {1, 2, 3}, b"xy"] * 300))
    print(sizes([Sized(4), [1]] * 200), error(sizes, [[1]] * 50 + [5]))
    print(instances([1, "a", Base(), Derived(), Claims()] * 2, Base)[:5], sum(instances([Derived(), Base()] * 500, Derived)))
    print(sum(instances([1, 2.5, Claims(), True] * 300, int)), sum(instances([1, 2.5, "x"] * 300, (int, str))))
    print(error(instances, [1, 2], 5), error(instances, [1, 2], (int, 5)))
    print(numbers([1, -2, 3.5, True, -0.0] * 100)[:5], numbers([2**70, -(2**70), 2.0**80])[:3])
    print(error(numbers, [1, 2] * 20 + ["x"]))
    print(texts(["a", "b", "c", "é", "日"] * 50)[:12], error(texts, ["a"] * 50 + ["xy"]), error(texts, ["a"] * 50 + [5]))
    print(roots([1, 4, 2.25, True] * 100)[:4], error(roots, [1] * 50 + [-1]), error(roots, [1] * 50 + ["x"]))
    print(counts(["a", 1, 2.5, None, (1, 2)] * 60)[0], counts([1, 1.0, True] * 40)[0])
    seen.clear()
    print(list(counts([Loud(1), Loud(2), 1, 2] * 10)[0].values()), seen[:6], len(seen))
    print(error(counts, ["a"] * 50 + [[]]))
    print(len(stack(1000)), stack(7), error(lambda: [[].pop() for _ in range(3)]))
    print(truths([1, 0, "", "x", [], [0], None, 2.5, 0.0, Yes(), Base(), Sized(0), Sized(1)] * 50))
    print(ranges(300), error(lambda: [range(0, 5, i - 20) for i in range(50)]))
    print(members([1, "a", None, 2.5] * 50, {1, "a"}), members([1, "a"] * 50, [1]), members("abcd" * 20, "ab"))
    print(members([1, 2] * 50, {1: 0}), error(members, [1] * 50 + [[]], {1}))
