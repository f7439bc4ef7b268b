# List, set, dict comprehensions and generator expressions: scope, order, nesting.
print([x * x for x in range(5)], {x % 3 for x in range(9)} == {0, 1, 2}, {k: v for k, v in zip("ab", (1, 2))})
print([(x, y) for x in range(3) if x for y in range(x) if y % 2 == 0])
print([[i * j for j in range(3)] for i in range(3)])
print([x for x in [[1, 2], [3]] for x in x])
x = "untouched"
print([x for x in range(2)], x)
print(list(y for y in (z * 2 for z in range(3))))
print(sum(i for i in range(101)), max((len(w), w) for w in "a bbb cc".split()))

class C:
    items = [1, 2, 3]
    doubled = [i * 2 for i in items]
    try:
        bad = [i * n for i in items for n in [len(items)]]
    except NameError as e:
        print("class scope:", e)

print(C.doubled)

def f(n):
    return [lambda: (i, n) for i in range(n)]

print([g() for g in f(2)])

def locals_seen():
    a = 1
    return [sorted(locals()) for b in range(1)]

print(locals_seen())

def order():
    def t(x):
        print(x, end=" ")
        return x
    r = {t(k): t(v) for k, v in [(1, "a"), (2, "b")]}
    print(r)
    r = [t(a) for a in t([1, 2]) if t(a > 1)]
    print(r)

order()
gen = (i for i in 5 / 1 * [1]) if False else (i for i in "ab")
print(next(gen), list(gen), list(gen))
try:
    (i for i in 5)
except TypeError as e:
    print(e)
try:
    [i for i in 5]
except TypeError as e:
    print(e)
print({**{"a": 1}, "b": 2, **{"a": 3}}, [*range(2), *"xy"], {*"a", *[1]} == {"a", 1}, (*[1], 2))
print([y for x in range(3) if (y := x * 10)], y)
def walrus():
    total = 0
    parts = [total := total + v for v in range(5)]
    return total, parts
print(walrus())
print([a for a, in [(1,), (2,)]], [a + b for a, (b, *_) in [(1, (2, 3, 4))]])
print([i for i in range(20) if i % 2 if i % 3 if i % 5])
print([j for i in range(3) for j in [i * 2]], dict((k, []) for k in "ab"))
print([lambda: 1][0](), [(lambda x: x + k)(1) for k in range(3)])
print(any(n > 2 for n in (1, 2, 3)), all(n for n in ()))
it = iter(range(10))
print([a + b for a, b in zip(it, it)])
def outer():
    cell = 5
    return [[cell + a + b for a in range(2)] for b in range(2)]
print(outer())
print([[(yield_ := n) for n in range(k)] for k in range(3)])
print(type(i for i in ()).__name__, (i for i in ()).__name__, (i for i in ()).__qualname__)
