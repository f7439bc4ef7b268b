# Programs that allocate much: trees, graphs with cycles, churn with survivors. Results stay right.
class Node:
    __slots__ = ("l", "r", "v")
    def __init__(self, l, r, v): self.l, self.r, self.v = l, r, v
def tree(d): return Node(tree(d - 1), tree(d - 1), d) if d else None
def check(n): return 1 + check(n.l) + check(n.r) if n else 0
long_lived = tree(12)
for d in range(4, 11, 2): print(d, sum(check(tree(d)) for _ in range(2 ** (12 - d))))
print(check(long_lived))
class G:
    def __init__(self, i): self.i, self.edges = i, []
def graph(n):
    nodes = [G(i) for i in range(n)]
    for i, g in enumerate(nodes): g.edges += [nodes[(i * 7 + 1) % n], nodes[(i * 3 + 2) % n], g]
    return nodes
def reach(start):
    seen, stack = set(), [start]
    while stack:
        g = stack.pop()
        if g.i not in seen: seen.add(g.i); stack.extend(g.edges)
    return len(seen)
print([reach(graph(500)[0]) for _ in range(5)])
survivors = []
for i in range(100000):
    x = {"id": i, "list": [i, i + 1], "tuple": (i, str(i))}
    if i % 1000 == 0: survivors.append(x)
print(len(survivors), all(s["list"] == [s["id"], s["id"] + 1] and s["tuple"][1] == str(s["id"]) for s in survivors))
ring = None
for i in range(50000):
    ring = [ring, i]
    if i % 100 == 0: ring = [None, i]
n = 0
while ring: n += 1; ring = ring[0]
print(n)
cache = {}
for i in range(200000):
    k = i * 7919 % 1009
    cache[k] = [k, i, "x" * (i % 50)]
print(len(cache), sum(v[1] for v in cache.values()), all(v[0] == k for k, v in cache.items()))
strings = ["".join(chr(97 + (i * j) % 26) for j in range(20)) for i in range(3000)]
print(len(set(strings)), max(strings), min(strings))
closures = [(lambda k: lambda: k * 2)(i) for i in range(20000)]
print(sum(f() for f in closures))
gens = [(x for x in range(i)) for i in range(2000)]
print(sum(sum(g) for g in gens))
big = [bytearray(1000) for _ in range(5000)]
for i, b in enumerate(big): b[i % 1000] = i % 256
print(sum(b[i % 1000] for i, b in enumerate(big)))
floats = [i / 3 for i in range(100000)]
print(sum(floats), len([f for f in floats if f > 1e4]))
ints = [i * 10**15 for i in range(100000)]
print(sum(ints), max(ints))
class Old: pass
old = Old()
for i in range(50000): old.young = [i, {"i": i}]
print(old.young)
d = {}
for i in range(20000):
    d[i] = [d.get(i - 1)]
    d.pop(i - 50, None)
depth, x = 0, d[19999]
while x and x[0] is not None: x = x[0]; depth += 1
print(len(d), depth)
