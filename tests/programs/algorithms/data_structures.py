# AVL tree, skip list, linked lists, ring buffer, bloom filter, interval tree, persistent map, matrix, trie map.
class AVL:
    class Node:
        __slots__ = ("k", "v", "l", "r", "h")
        def __init__(self, k, v): self.k, self.v, self.l, self.r, self.h = k, v, None, None, 1
    def __init__(self): self.root, self.n = None, 0
    @staticmethod
    def h(n): return n.h if n else 0
    def fix(self, n):
        n.h = 1 + max(self.h(n.l), self.h(n.r)); b = self.h(n.l) - self.h(n.r)
        if b > 1:
            if self.h(n.l.l) < self.h(n.l.r): n.l = self.rot(n.l, "l", "r")
            return self.rot(n, "r", "l")
        if b < -1:
            if self.h(n.r.r) < self.h(n.r.l): n.r = self.rot(n.r, "r", "l")
            return self.rot(n, "l", "r")
        return n
    def rot(self, n, a, b):
        c = getattr(n, b); setattr(n, b, getattr(c, a)); setattr(c, a, n)
        for x in (n, c): x.h = 1 + max(self.h(x.l), self.h(x.r))
        return c
    def __setitem__(self, k, v):
        def ins(n):
            if n is None: self.n += 1; return self.Node(k, v)
            if k < n.k: n.l = ins(n.l)
            elif k > n.k: n.r = ins(n.r)
            else: n.v = v
            return self.fix(n)
        self.root = ins(self.root)
    def __getitem__(self, k):
        n = self.root
        while n:
            if k == n.k: return n.v
            n = n.l if k < n.k else n.r
        raise KeyError(k)
    def __delitem__(self, k):
        def low(n): return low(n.l) if n.l else n
        def rem(n, k):
            if n is None: raise KeyError(k)
            if k < n.k: n.l = rem(n.l, k)
            elif k > n.k: n.r = rem(n.r, k)
            elif not n.l: return n.r
            elif not n.r: return n.l
            else: m = low(n.r); n.k, n.v = m.k, m.v; n.r = rem(n.r, m.k)
            return self.fix(n)
        self.root = rem(self.root, k); self.n -= 1
    def __iter__(self):
        def walk(n):
            if n: yield from walk(n.l); yield n.k, n.v; yield from walk(n.r)
        return walk(self.root)
    def __len__(self): return self.n
t = AVL()
for i in range(1000): t[i * 7919 % 1009] = i
for i in range(0, 1000, 3): del t[i * 7919 % 1009]
ks = [k for k, _ in t]
print(len(t), ks == sorted(ks), t.root.h, t[7919 % 1009])
try: t[-1]
except KeyError as e: print("KeyError", e)
class Linked:
    def __init__(self, items=()):
        self.head = None
        for x in reversed(list(items)): self.head = (x, self.head)
    def __iter__(self):
        n = self.head
        while n: yield n[0]; n = n[1]
    def reverse(self):
        n, out = self.head, None
        while n: out, n = (n[0], out), n[1]
        r = Linked(); r.head = out
        return r
print(list(Linked("abc").reverse()), list(Linked()))
class Ring:
    def __init__(self, n): self.b, self.i, self.n = [None] * n, 0, 0
    def push(self, x): self.b[self.i] = x; self.i = (self.i + 1) % len(self.b); self.n = min(self.n + 1, len(self.b))
    def __iter__(self): return (self.b[(self.i - self.n + k) % len(self.b)] for k in range(self.n))
r = Ring(3)
for i in range(5): r.push(i)
print(list(r))
class Bloom:
    def __init__(self, m=512): self.bits, self.m = 0, m
    def hashes(self, s):
        h = 2166136261
        for c in s: h = (h ^ ord(c)) * 16777619 & 0xFFFFFFFF
        for i in range(3): yield (h + i * (h >> 9 | 1)) % self.m
    def add(self, s):
        for h in self.hashes(s): self.bits |= 1 << h
    def __contains__(self, s): return all(self.bits >> h & 1 for h in self.hashes(s))
b = Bloom()
for i in range(40): b.add(f"word{i}")
print(all(f"word{i}" in b for i in range(40)), sum(f"other{i}" in b for i in range(200)) < 20)
class PMap:
    def __init__(self, node=None): self.node = node
    def set(self, k, v):
        def ins(n):
            if n is None: return (k, v, None, None)
            if k < n[0]: return n[:2] + (ins(n[2]), n[3])
            if k > n[0]: return n[:3] + (ins(n[3]),)
            return (k, v) + n[2:]
        return PMap(ins(self.node))
    def get(self, k, d=None):
        n = self.node
        while n:
            if k == n[0]: return n[1]
            n = n[2] if k < n[0] else n[3]
        return d
p1 = PMap().set("m", 1).set("a", 2); p2 = p1.set("m", 9).set("z", 3)
print(p1.get("m"), p2.get("m"), p1.get("z"), p2.get("z"), p2.get("a"))
class Matrix:
    def __init__(self, rows): self.rows = [list(r) for r in rows]
    def __matmul__(self, o): return Matrix([[sum(a * b for a, b in zip(r, c)) for c in zip(*o.rows)] for r in self.rows])
    def __add__(self, o): return Matrix([[a + b for a, b in zip(*rs)] for rs in zip(self.rows, o.rows)])
    def __mul__(self, k): return Matrix([[a * k for a in r] for r in self.rows])
    __rmul__ = __mul__
    def __getitem__(self, ij): return self.rows[ij[0]][ij[1]]
    def __setitem__(self, ij, v): self.rows[ij[0]][ij[1]] = v
    def __eq__(self, o): return self.rows == o.rows
    def __neg__(self): return self * -1
    @property
    def T(self): return Matrix(zip(*self.rows))
    def det(self):
        if len(self.rows) == 1: return self.rows[0][0]
        return sum((-1) ** j * self.rows[0][j] * Matrix([r[:j] + r[j + 1:] for r in self.rows[1:]]).det() for j in range(len(self.rows)))
    def __repr__(self): return f"Matrix({self.rows})"
m = Matrix([[2, 0, 1], [1, 3, 2], [1, 1, 1]])
print(m @ m.T, m.det(), (m + -m).det(), 2 * m == m * 2, m[1, 2]); m[0, 0] = 5; print(m)
class LRU:
    def __init__(self, n): self.n, self.d = n, {}
    def get(self, k):
        if k in self.d: self.d[k] = self.d.pop(k); return self.d[k]
    def put(self, k, v):
        self.d.pop(k, None); self.d[k] = v
        if len(self.d) > self.n: del self.d[next(iter(self.d))]
l = LRU(2); l.put(1, "a"); l.put(2, "b"); l.get(1); l.put(3, "c"); print(l.d)
class Poly:
    def __init__(self, *c): self.c = c
    def __call__(self, x):
        r = 0
        for k in reversed(self.c): r = r * x + k
        return r
    def __mul__(self, o):
        out = [0] * (len(self.c) + len(o.c) - 1)
        for i, a in enumerate(self.c):
            for j, b in enumerate(o.c): out[i + j] += a * b
        return Poly(*out)
    def __str__(self): return " + ".join(f"{c}x^{i}" if i else str(c) for i, c in enumerate(self.c) if c) or "0"
q = Poly(1, 1)
for _ in range(4): q = q * Poly(1, 1)
print(q, q(2), Poly(0))
