# Programs over nested containers: matrices, graphs, grouping, inversion, dynamic programming.
matrix = [[i * 3 + j for j in range(3)] for i in range(3)]
print(matrix, [list(r) for r in zip(*matrix)], sum(map(sum, matrix)), [matrix[i][i] for i in range(3)])
def mul(a, b): return [[sum(x * y for x, y in zip(r, c)) for c in zip(*b)] for r in a]
print(mul(matrix, matrix), mul([[1, 0], [0, 1]], [[5, 6], [7, 8]]))
graph = {"a": ["b", "c"], "b": ["d"], "c": ["d", "e"], "d": ["f"], "e": ["f"], "f": []}
def bfs(start):
    seen, queue, order = {start}, [start], []
    while queue:
        n = queue.pop(0); order.append(n)
        for m in graph[n]:
            if m not in seen: seen.add(m); queue.append(m)
    return order
def paths(a, b):
    if a == b: return [[a]]
    return [[a] + p for m in graph[a] for p in paths(m, b)]
print(bfs("a"), paths("a", "f"))
def topo(g):
    indeg = {n: 0 for n in g}
    for ns in g.values():
        for n in ns: indeg[n] += 1
    ready, out = [n for n in g if not indeg[n]], []
    while ready:
        n = ready.pop(); out.append(n)
        for m in g[n]:
            indeg[m] -= 1
            if not indeg[m]: ready.append(m)
    return out
print(topo(graph))
words = "the quick brown fox jumps over the lazy dog the end".split()
groups = {}
for w in words: groups.setdefault(len(w), []).append(w)
print(groups, {k: len(v) for k, v in sorted(groups.items())})
freq = {}
for c in "".join(words): freq[c] = freq.get(c, 0) + 1
print(sorted(freq.items(), key=lambda kv: (-kv[1], kv[0]))[:5], {v: sorted(k for k in freq if freq[k] == v) for v in sorted(set(freq.values()))})
def lcs(a, b):
    d = [[""] * (len(b) + 1) for _ in range(len(a) + 1)]
    for i, x in enumerate(a):
        for j, y in enumerate(b): d[i + 1][j + 1] = d[i][j] + x if x == y else max(d[i][j + 1], d[i + 1][j], key=len)
    return d[-1][-1]
print(lcs("AGGTABQWERTY", "GXTXAYBQWRY"))
def edit(a, b):
    row = list(range(len(b) + 1))
    for i, x in enumerate(a, 1):
        prev, row[0] = row[0], i
        for j, y in enumerate(b, 1): prev, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, prev + (x != y))
    return row[-1]
print(edit("kitten", "sitting"), edit("", "abc"), edit("saturday", "sunday"))
def deep(x, path=()):
    if isinstance(x, dict):
        for k, v in x.items(): yield from deep(v, path + (k,))
    elif isinstance(x, (list, tuple)):
        for i, v in enumerate(x): yield from deep(v, path + (i,))
    else: yield path, x
data = {"a": [1, {"b": (2, 3)}], "c": {"d": {"e": "end"}}, "f": []}
print(list(deep(data)))
grid = ["..#..", ".##..", "....#", "#.#..", "....."]
def flood(r, c, seen):
    stack = [(r, c)]
    while stack:
        p = stack.pop()
        if p in seen or not (0 <= p[0] < 5 and 0 <= p[1] < 5) or grid[p[0]][p[1]] == "#": continue
        seen.add(p)
        stack += [(p[0] + dr, p[1] + dc) for dr, dc in ((0, 1), (1, 0), (0, -1), (-1, 0))]
    return len(seen)
print(flood(0, 0, set()))
def life(cells, n):
    for _ in range(n):
        count = {}
        for x, y in cells:
            for dx in (-1, 0, 1):
                for dy in (-1, 0, 1):
                    if dx or dy: count[x + dx, y + dy] = count.get((x + dx, y + dy), 0) + 1
        cells = {p for p, k in count.items() if k == 3 or k == 2 and p in cells}
    return cells
print(sorted(life({(0, 1), (1, 2), (2, 0), (2, 1), (2, 2)}, 8)))
def knapsack(items, cap):
    best = [0] * (cap + 1)
    for w, v in items:
        for c in range(cap, w - 1, -1): best[c] = max(best[c], best[c - w] + v)
    return best[cap]
print(knapsack([(12, 4), (2, 2), (1, 1), (1, 2), (4, 10)], 15))
class Trie:
    def __init__(self): self.root = {}
    def add(self, w):
        n = self.root
        for c in w: n = n.setdefault(c, {})
        n["$"] = w
    def find(self, p):
        n = self.root
        for c in p:
            if c not in n: return []
            n = n[c]
        out, stack = [], [n]
        while stack:
            n = stack.pop()
            for k, v in n.items(): out.append(v) if k == "$" else stack.append(v)
        return sorted(out)
tr = Trie()
for w in words + ["foxes", "foxtrot"]: tr.add(w)
print(tr.find("fo"), tr.find("x"), tr.find("the"))
def heappush(h, x):
    h.append(x); i = len(h) - 1
    while i and h[(i - 1) // 2] > h[i]: h[i], h[(i - 1) // 2] = h[(i - 1) // 2], h[i]; i = (i - 1) // 2
def heappop(h):
    h[0], h[-1] = h[-1], h[0]; x = h.pop(); i = 0
    while (c := 2 * i + 1) < len(h):
        if c + 1 < len(h) and h[c + 1] < h[c]: c += 1
        if h[i] <= h[c]: break
        h[i], h[c] = h[c], h[i]; i = c
    return x
h = []
for x in [5, 3, 8, 1, 9, 2]: heappush(h, x)
print([heappop(h) for _ in range(6)])
