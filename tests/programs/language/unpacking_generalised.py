# PEP 448 and friends: star in displays, calls, subscripts, returns, for.
def f(*a, **k): return a, k
print([*range(3), *"ab", *{}, *[x for x in [9]]], (*[1], *(), 2), {*[1, 1], 2} == {1, 2})
print({**{"a": 1}, **{"b": 2}, "a": 3}, dict(**{"x": 1}, y=2))
print(f(*range(2), 5, *"z", k=1, **{"l": 2}, **{"m": 3}))
def ret():
    t = (1, 2)
    return *t, 3
print(ret())
def gen():
    yield *[1, 2], 3
print(list(gen()))
for x in *[1, 2], 3: print(x, end=" ")
print()
class It:
    def __init__(self, n): self.n = n
    def __iter__(self):
        for i in range(self.n):
            yield i
class Mapping:
    def keys(self): return ["p", "q"]
    def __getitem__(self, k): return k * 2
print([*It(3)], f(*It(2)), {**Mapping()}, f(**Mapping()), dict(Mapping()))
a, *b = It(4)
print(a, b)
a, (b, *c), *d = 1, It(3), 4, 5
print(a, b, c, d)
*a, = "xyz"
print(a)
def attempt(s):
    try:
        print(s, eval(s))
    except TypeError as e:
        print(s, "->", e)
for s in ["[*5]", "(*None,)", "{*1}", "{**5}", "{**[1]}", "f(*5)", "f(**5)", "f(**{1: 2})", "f(*f)", "f(**Mapping(), p=1)", "f(1, *[2], **None)",
          "f(a=1, **{'a': 2})", "print(*[1], sep=1)", "{**{'a': 1}, **None}", "len(*[1], *[2])", "f(*[1], *(x for x in 5))", "int(**{'x': 1})"]:
    attempt(s)
class BadKeys:
    def keys(self): return 5
    def __getitem__(self, k): return k
class BadIter:
    def __iter__(self): return 5
class Raises:
    def __iter__(self): raise KeyError("from iter")
for s in ["{**BadKeys()}", "[*BadIter()]", "f(*BadIter())"]:
    attempt(s)
try:
    f(*Raises())
except KeyError as e:
    print("KeyError", e)
print({**{}, **{1: 2}}, [*()], {*()} == set(), f(*[], **{}))
big = list(range(300))
print(sum(f(*big)[0]), len([*big, *big]))
kw = {f"k{i}": i for i in range(300)}
print(len(f(**kw)[1]), max(f(**kw)[1].values()))
def many(a, b, c, d, e, *, f, g): return a + b + c + d + e + f + g
print(many(*[1, 2], 3, *[4], *[5], **{"f": 6}, g=7))
