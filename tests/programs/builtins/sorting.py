# sort and sorted: stability, keys, reverse, errors, sizes around run lengths.
def lcg(seed):
    while True:
        seed = (seed * 1103515245 + 12345) % 2**31
        yield seed

def check(items, **kw):
    out = sorted(items, **kw)
    key = kw.get("key") or (lambda x: x)
    rev = kw.get("reverse", False)
    pairs = [(key(a), key(b)) for a, b in zip(out, out[1:])]
    assert all((b <= a) if rev else (a <= b) for a, b in pairs)
    assert len(out) == len(items)
    return out

for n in [0, 1, 2, 3, 7, 31, 32, 33, 63, 64, 65, 127, 200, 1000, 5000]:
    g = lcg(n)
    data = [next(g) % 1000 for _ in range(n)]
    check(data); check(data, reverse=True); check(data, key=lambda x: -x); check(data, key=str)
    check(sorted(data)); check(sorted(data)[::-1]); check([float(x) / 7 for x in data]); check([str(x) for x in data])
    check([(x % 10, x) for x in data]); check([2**80 + x for x in data]); check([[x] for x in data])
    half = sorted(data); check(half[n // 2:] + half[:n // 2])
    pairs = [(x % 7, i) for i, x in enumerate(data)]
    by = sorted(pairs, key=lambda p: p[0])
    assert all(a[0] < b[0] or a[1] < b[1] for a, b in zip(by, by[1:]))
    by = sorted(pairs, key=lambda p: p[0], reverse=True)
    assert all(a[0] > b[0] or a[1] < b[1] for a, b in zip(by, by[1:]))
print("orders fine")
print(sorted([3, 1.5, 2, True, 10**30, -1e300]), sorted(["b", "B", "a", "é", "z", "€", "😀"]), sorted([(1, "b"), (1, "a"), (0, "z")]))
print(sorted({"b": 1, "a": 2}), sorted("hello"), sorted([b"b", b"a"]), sorted([[2], [1, 5], [1]]), sorted([0.0, -0.0, 0]))
l = [3, 1, 2]
print(l.sort(), l, l.sort(key=lambda x: -x), l, l.sort(reverse=True), l)
for bad in [[1, "a"], [None, None], ["a", b"b"], [1, [2]], [{}, {}], [1j, 2j], [object, int], [(1, "a"), (1, 2)]]:
    try:
        bad.sort()
    except TypeError as e:
        print(e)
try: l.sort(5)
except TypeError as e: print(e)
try: l.sort(key=5)
except TypeError as e: print(e)
try: l.sort(reverse="x")
except TypeError as e: print(e)
class Rev:
    def __init__(self, n): self.n = n
    def __lt__(self, other): return self.n > other.n
    def __repr__(self): return f"R{self.n}"
print(sorted([Rev(1), Rev(3), Rev(2)]), max(Rev(1), Rev(2), key=lambda r: r.n))
class Boom:
    def __lt__(self, other): raise ValueError("boom")
l = [Boom(), Boom()]
try: l.sort()
except ValueError as e: print(e, len(l))
l = [1, 2, 3]
def mutate(x):
    l.append(x)
    return x
try:
    l.sort(key=mutate)
except ValueError as e:
    print(e)
print(l)
seen = []
l = [3, 1, 2]
l.sort(key=lambda x: seen.append((x, list(l))) or x)
print(seen, l)
nan = float("nan")
print(len(sorted([nan, 1, 2, nan, 0])))
class Calls:
    count = 0
    def __init__(self, n): self.n = n
    def __lt__(self, o):
        Calls.count += 1
        return self.n < o.n
sorted([Calls(i) for i in range(1000)])
print("already sorted compares", Calls.count)
Calls.count = 0
sorted([Calls(i) for i in range(1000, 0, -1)])
print("reversed compares", Calls.count)
print(sorted(range(10), key=lambda x: x % 3), sorted([True, False, 2, 0]), sorted([(2, 'x'), (1,)], key=len))
