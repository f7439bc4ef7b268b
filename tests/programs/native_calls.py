# Built-in functions, methods and classes that compiled loops call: with all numbers of arguments, keywords, errors, changes of what a
# name means, and natives that look at the frame that calls them, or run Python code.
import collections
import sys
import traceback


def deque_use(n):
    d = collections.deque()
    total = 0
    for i in range(n):
        d.append(i)
        d.appendleft(-i)
        if len(d) > 10:
            total += d.pop() + d.popleft()
        d.rotate(1)
        d.rotate()
    return total, list(d)


print(deque_use(300))


def texts(n):
    out = []
    for i in range(n):
        s = " a,b;c d ".strip()
        out = [
            s.split(","), s.split(",", 1), s.split(sep=";"), s.replace("a", "z"), s.replace("b", "x", 1), s.upper(), s.startswith("a"),
            s.startswith(("x", "a"), 0), s.find("c"), s.find("c", 6), "-".join(out) if out and type(out[0]) is str else "", s.center(i % 5 + 12, "*"),
            s.encode(), s.encode("ascii"), s.encode(encoding="utf-8", errors="strict"), str(i), str(b"x", "ascii"), int("12", 7), int("0x10", base=16),
            "{} {x}".format(i, x=2), s.count(" "), s.partition(","), s.isalpha(), s.zfill(12), s.expandtabs(tabsize=4),
        ]
    return out


print(texts(200))


def containers(n):
    s, d, l = set(), {}, []
    for i in range(n):
        s.discard(i % 7)
        s.add(i % 11)
        s.update((1, 2), [3])
        d.setdefault(i % 5, []).append(i)
        d.update(x=i)
        d.pop("y", None)
        l.insert(0, i)
        l.extend((i, i))
        l.index(i)
        l.count(i)
        if len(l) > 12:
            l.sort(key=lambda v: -v, reverse=i % 2 == 0)
            del l[5:]
    return sorted(s), {k: v[-2:] if type(v) is list else v for k, v in d.items()}, l, frozenset(l) == set(l), tuple(d), dict(a=1, **{"b": 2})


print(containers(200))


def classes(n):
    out = None
    for i in range(n):
        out = list("ab"), tuple((i,)), set([1]), frozenset(), dict(((1, 2),)), bytearray(3), bytes(2), float("1.5"), complex(1, 2), bool(i), list(map(str, range(3))), list(zip("ab", range(2), strict=True)), list(enumerate("x", start=i)), object.__new__(object) is None, slice(1, i), range(0, i, 3), type(out).__name__, Exception("x", i).args
    return out


print(classes(200))


# The same call, of a method through an instance and through its class.
def either(things, n):
    out = []
    for i in range(n):
        t, x = things[i % len(things)]
        try:
            out.append(t.upper() if x is None else t.lower(x))
        except TypeError as e:
            out.append(str(e))
    return out[-4:]


print(either([("abc", None)], 100))
print(either([("abc", None), (str, "ABC"), (str, None), ("x", 1)], 100))


def replaced(n):
    out = []
    for i in range(n):
        if i == n // 2:
            globals()["divmod"] = lambda a, b: ("mine", a, b)
        out.append(divmod(i, 7))
    return out[-1]


print(replaced(200))
del globals()["divmod"]
print(replaced(3))
del globals()["divmod"]


def errors(n):
    seen = {}
    for i in range(n):
        for f in (lambda: "a".index("b"), lambda: [].pop(), lambda: int("x"), lambda: {}.pop(1), lambda: "".join([1]), lambda: iter(5), lambda: max(()), lambda: divmod(1, 0), lambda: "a".split(sep=""), lambda: "abc".replace("a")):
            try:
                f()
            except Exception as e:
                seen[f"{type(e).__name__}: {e}"] = seen.get(f"{type(e).__name__}: {e}", 0) + 1
    return seen


print(errors(100))


def raising(n):
    for i in range(n):
        "abc".index("abc"[i % 3 :] if i < n - 1 else "q")


try:
    raising(200)
except ValueError as e:
    print([(f.name, f.lineno - raising.__code__.co_firstlineno) for f in traceback.extract_tb(e.__traceback__)], e)


def looking(n):
    out = []
    for i in range(n):
        x = i * 2
        out = locals()["x"], sys._getframe().f_lineno - looking.__code__.co_firstlineno, sorted(vars())[:2], eval("x + i"), dir()[0]
    return out


print(looking(200))


class Key:
    def __init__(self, v):
        self.v = v

    def __lt__(self, other):
        return self.v < other.v

    def __hash__(self):
        return hash(self.v)

    def __eq__(self, other):
        return self.v == other.v

    def __len__(self):
        return self.v

    def __repr__(self):
        return f"K{self.v}"

    def __index__(self):
        return self.v

    def __str__(self):
        return f"<{sys._getframe(1).f_code.co_name}>"


def calling_back(n):
    out = None
    for i in range(n):
        ks = [Key(3), Key(i % 4), Key(2)]
        ks.sort()
        d = collections.deque(ks)
        d.remove(Key(2))
        d.count(Key(3))
        out = ks, sorted(ks, reverse=True), max(ks, key=len), d, str(ks[0]), repr(ks[1]), [10, 20, 30, 40].pop(Key(1)), ks.index(Key(3)), sum(map(len, ks)), "abcdef".find("e", Key(1))
    return out


print(calling_back(200))


# A native that ends the frame's time: exceptions out of callbacks, and a generator that a native runs.
def stop(n):
    def gen():
        for i in range(n):
            yield i
            if i > 5:
                raise LookupError(i)

    out = []
    for i in range(n):
        try:
            out.extend(gen())
        except LookupError as e:
            out.append(str(e))
        out = out[-8:]
    return out


print(stop(100))


def bound(n):
    out = []
    append, extend = out.append, out.extend
    for i in range(n):
        append(i)
        extend((i, i))
        if i % 50 == 0:
            out.clear()
    return out[-4:], len(out)


print(bound(200), bound(130))
