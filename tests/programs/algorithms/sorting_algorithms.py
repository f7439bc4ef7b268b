# A dozen sorting algorithms agree.
def bubble(a):
    a = a[:]
    for n in range(len(a), 1, -1):
        swapped = False
        for i in range(n - 1):
            if a[i] > a[i + 1]: a[i], a[i + 1] = a[i + 1], a[i]; swapped = True
        if not swapped: break
    return a
def insertion(a):
    a = a[:]
    for i in range(1, len(a)):
        x, j = a[i], i
        while j and a[j - 1] > x: a[j] = a[j - 1]; j -= 1
        a[j] = x
    return a
def selection(a):
    a = a[:]
    for i in range(len(a)):
        m = min(range(i, len(a)), key=a.__getitem__)
        a[i], a[m] = a[m], a[i]
    return a
def shell(a):
    a, gap = a[:], len(a) // 2
    while gap:
        for i in range(gap, len(a)):
            x, j = a[i], i
            while j >= gap and a[j - gap] > x: a[j] = a[j - gap]; j -= gap
            a[j] = x
        gap //= 2
    return a
def merge(a):
    if len(a) < 2: return a
    l, r, out, i, j = merge(a[:len(a) // 2]), merge(a[len(a) // 2:]), [], 0, 0
    while i < len(l) and j < len(r):
        if r[j] < l[i]: out.append(r[j]); j += 1
        else: out.append(l[i]); i += 1
    return out + l[i:] + r[j:]
def quick(a):
    if len(a) < 2: return a
    p, *rest = a
    return quick([x for x in rest if x < p]) + [p] + quick([x for x in rest if not x < p])
def quick_inplace(a):
    a = a[:]
    stack = [(0, len(a) - 1)]
    while stack:
        lo, hi = stack.pop()
        if lo >= hi: continue
        p, i, j = a[(lo + hi) // 2], lo, hi
        while i <= j:
            while a[i] < p: i += 1
            while a[j] > p: j -= 1
            if i <= j: a[i], a[j] = a[j], a[i]; i += 1; j -= 1
        stack += [(lo, j), (i, hi)]
    return a
def heap(a):
    a = a[:]
    def sift(i, n):
        while (c := 2 * i + 1) < n:
            if c + 1 < n and a[c] < a[c + 1]: c += 1
            if not a[i] < a[c]: break
            a[i], a[c] = a[c], a[i]; i = c
    for i in range(len(a) // 2, -1, -1): sift(i, len(a))
    for n in range(len(a) - 1, 0, -1): a[0], a[n] = a[n], a[0]; sift(0, n)
    return a
def counting(a):
    lo = min(a, default=0); c = [0] * (max(a, default=0) - lo + 1)
    for x in a: c[x - lo] += 1
    return [i + lo for i, n in enumerate(c) for _ in range(n)]
def radix(a):
    neg, pos = [-x for x in a if x < 0], [x for x in a if x >= 0]
    def lsd(a):
        s = 0
        while any(x >> s for x in a):
            buckets = [[] for _ in range(16)]
            for x in a: buckets[x >> s & 15].append(x)
            a = [x for b in buckets for x in b]; s += 4
        return a
    return [-x for x in reversed(lsd(neg))] + lsd(pos)
def comb(a):
    a, gap, swapped = a[:], len(a), True
    while gap > 1 or swapped:
        gap, swapped = max(1, gap * 10 // 13), False
        for i in range(len(a) - gap):
            if a[i] > a[i + gap]: a[i], a[i + gap] = a[i + gap], a[i]; swapped = True
    return a
class Node:
    def __init__(self, v): self.v, self.l, self.r = v, None, None
def tree(a):
    root = None
    for x in a:
        if root is None: root = Node(x); continue
        n = root
        while True:
            side = "l" if x < n.v else "r"
            nxt = getattr(n, side)
            if nxt is None: setattr(n, side, Node(x)); break
            n = nxt
    def walk(n):
        if n: yield from walk(n.l); yield n.v; yield from walk(n.r)
    return list(walk(root))
seed = 12345
def rnd(n):
    global seed
    out = []
    for _ in range(n): seed = (seed * 1103515245 + 12345) % 2**31; out.append(seed // 65536 % 400 - 200)
    return out
algorithms = (bubble, insertion, selection, shell, merge, quick, quick_inplace, heap, counting, radix, comb, tree)
inputs = [[], [1], [2, 1], rnd(50), rnd(200), list(range(60)), list(range(60, 0, -1)), [5] * 40, rnd(30) * 3]
for f in algorithms: print(f.__name__, all(f(a) == sorted(a) for a in inputs))
print(quick(rnd(10)), merge(list("sorting")), [f([3, 1, 2]) for f in algorithms][:3])
