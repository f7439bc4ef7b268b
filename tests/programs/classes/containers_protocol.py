# User classes that behave as sequences, mappings, callables, iterators, context managers.
class Seq:
    def __init__(self, *items): self.items = list(items)
    def __len__(self): return len(self.items)
    def __getitem__(self, i):
        if isinstance(i, slice): return Seq(*self.items[i])
        return self.items[i]
    def __setitem__(self, i, v): self.items[i] = v
    def __delitem__(self, i): del self.items[i]
    def __repr__(self): return f"Seq{tuple(self.items)}"
s = Seq(1, 2, 3)
print(len(s), s[0], s[-1], s[1:], list(s), 2 in s, 9 in s, list(reversed(s)), [*s], max(s), sum(s), tuple(s), set(s) == {1, 2, 3})
s[0] = 10; del s[1]
print(s, bool(s), bool(Seq()))
a, b = s
print(a, b)
class Missing(dict):
    def __missing__(self, k): return f"missing {k}"
m = Missing(a=1)
print(m["a"], m["b"], m.get("b"), "b" in m, m)
class Contains:
    def __contains__(self, x): return x > 5
print(6 in Contains(), 5 not in Contains())
try: list(Contains())
except TypeError as e: print(e)
class OldIter:
    def __getitem__(self, i):
        if i == 3: raise IndexError
        return i
print(list(OldIter()), 2 in OldIter(), 7 in OldIter(), dict(zip(OldIter(), "abc")))
class NotIter:
    def __getitem__(self, i): raise KeyError(i)
try: list(NotIter())
except KeyError as e: print("KeyError", e)
class It:
    def __init__(self): self.n = 0
    def __iter__(self): return self
    def __next__(self):
        self.n += 1
        if self.n > 3: raise StopIteration("done")
        return self.n
print(list(It()), sum(It()), next(It()), [x for x in It()], *It())
it = It(); list(it)
try: next(it)
except StopIteration as e: print("value", e.value)
class Call:
    def __call__(self, *a, **k): return a, k
    @classmethod
    def __class_call__(cls): pass
print(Call()(1, x=2), callable(Call()), list(map(Call(), [1])))
i = Seq(1)
i.__len__ = lambda: 99
i.__call__ = lambda: "no"
print(len(i))
try: i()
except TypeError as e: print(e)
class Hint:
    def __init__(self, h): self.h = h
    def __iter__(self): return iter([1, 2])
    def __length_hint__(self): return self.h
for h in (2, 0, 10**6, NotImplemented, -1, "x"):
    try: print(list(Hint(h)))
    except (TypeError, ValueError) as e: print(type(e).__name__, e)
class Keys:
    def __init__(self, d): self.d = d
    def keys(self): return self.d.keys()
    def __getitem__(self, k): return self.d[k] * 2
print(dict(Keys({"a": 1})), {**Keys({"b": 2})}, dict(Keys({}), c=3))
class Index:
    def __index__(self): return 1
print([10, 20][Index()], "ab"[Index()], (1, 2)[Index():], bytes(Index()), [0] * Index(), range(5)[Index()])
class Str:
    def __str__(self): return "as str"
    def __repr__(self): return "as repr"
    def __format__(self, spec): return f"as format {spec!r}"
    def __bytes__(self): return b"as bytes"
    def __fspath__(self): return "as/path"
x = Str()
print(str(x), repr(x), f"{x:q}", bytes(x), "%s %r" % (x, x), "{0!s} {0!r} {0}".format(x), [x], open.__name__)
class D(dict):
    def __getitem__(self, k): return "overridden"
    def __setitem__(self, k, v): super().__setitem__(k, ("wrapped", v))
d = D(a=1); d["b"] = 2
print(d["a"], d.get("a"), d.get("b"), dict(d), "%(a)s" % d, "{a}".format_map(d), {**d}, list(d.values()), d.pop("b"))
class L(list):
    def __getitem__(self, i): return "L item"
    def __len__(self): return 42
    def append(self, x): super().append(("L", x))
l = L([1, 2]); l.append(3)
print(l[0], len(l), list(l), l, sorted(l, key=str), l + [4], type(l + [4]).__name__, type(l[:]).__name__, l.copy())
