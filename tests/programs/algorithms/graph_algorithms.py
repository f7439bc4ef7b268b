# Dijkstra, A*, Floyd, Kruskal, Prim, Tarjan, max flow, colouring, matching, PageRank.
E = [("a", "b", 7), ("a", "d", 5), ("b", "c", 8), ("b", "d", 9), ("b", "e", 7), ("c", "e", 5), ("d", "e", 15), ("d", "f", 6), ("e", "f", 8), ("e", "g", 9), ("f", "g", 11)]
G = {}
for u, v, w in E: G.setdefault(u, {})[v] = w; G.setdefault(v, {})[u] = w
class Heap:
    def __init__(self): self.h = []
    def push(self, x):
        h = self.h; h.append(x); i = len(h) - 1
        while i and h[i] < h[(i - 1) // 2]: h[i], h[(i - 1) // 2] = h[(i - 1) // 2], h[i]; i = (i - 1) // 2
    def pop(self):
        h = self.h; top, last = h[0], h.pop()
        if h:
            h[0], i = last, 0
            while (c := 2 * i + 1) < len(h):
                if c + 1 < len(h) and h[c + 1] < h[c]: c += 1
                if h[i] <= h[c]: break
                h[i], h[c] = h[c], h[i]; i = c
        return top
    def __bool__(self): return bool(self.h)
def dijkstra(g, s):
    dist, prev, q = {s: 0}, {}, Heap(); q.push((0, s))
    while q:
        d, u = q.pop()
        if d > dist[u]: continue
        for v, w in g[u].items():
            if d + w < dist.get(v, float("inf")): dist[v], prev[v] = d + w, u; q.push((d + w, v))
    return dist, prev
dist, prev = dijkstra(G, "a")
path = ["g"]
while path[-1] in prev: path.append(prev[path[-1]])
print(sorted(dist.items()), "".join(reversed(path)))
def floyd(g):
    d = {u: {v: 0 if u == v else g[u].get(v, float("inf")) for v in g} for u in g}
    for k in g:
        for i in g:
            for j in g: d[i][j] = min(d[i][j], d[i][k] + d[k][j])
    return d
F = floyd(G); print(all(F[u] == {v: dijkstra(G, u)[0][v] for v in G} for u in G), F["c"]["f"])
class DSU:
    def __init__(self, items): self.p = {x: x for x in items}
    def find(self, x):
        while self.p[x] != x: self.p[x] = self.p[self.p[x]]; x = self.p[x]
        return x
    def union(self, a, b):
        a, b = self.find(a), self.find(b)
        if a == b: return False
        self.p[a] = b
        return True
d = DSU(G); mst = [(w, u, v) for w, u, v in sorted((w, u, v) for u, v, w in E) if d.union(u, v)]
print(mst, sum(w for w, *_ in mst))
def prim(g):
    start = min(g); seen, q, total = {start}, Heap(), 0
    for v, w in g[start].items(): q.push((w, v))
    while q:
        w, u = q.pop()
        if u in seen: continue
        seen.add(u); total += w
        for v, x in g[u].items():
            if v not in seen: q.push((x, v))
    return total
print(prim(G))
D = {1: [2], 2: [3], 3: [1, 4], 4: [5], 5: [6], 6: [4, 7], 7: [], 8: [7, 9], 9: [8]}
def scc(g):
    index, low, stack, on, out, n = {}, {}, [], set(), [], 0
    def visit(v):
        nonlocal n
        index[v] = low[v] = n; n += 1; stack.append(v); on.add(v)
        for w in g[v]:
            if w not in index: visit(w); low[v] = min(low[v], low[w])
            elif w in on: low[v] = min(low[v], index[w])
        if low[v] == index[v]:
            comp = []
            while True:
                w = stack.pop(); on.discard(w); comp.append(w)
                if w == v: break
            out.append(sorted(comp))
    for v in g:
        if v not in index: visit(v)
    return out
print(scc(D))
def max_flow(cap, s, t):
    flow = 0
    while True:
        parent, queue = {s: None}, [s]
        while queue and t not in parent:
            u = queue.pop(0)
            for v, c in cap[u].items():
                if c > 0 and v not in parent: parent[v] = u; queue.append(v)
        if t not in parent: return flow
        v, b = t, float("inf")
        while parent[v] is not None: b = min(b, cap[parent[v]][v]); v = parent[v]
        v = t
        while parent[v] is not None: u = parent[v]; cap[u][v] -= b; cap[v][u] = cap[v].get(u, 0) + b; v = u
        flow += b
print(max_flow({"s": {"a": 10, "b": 5}, "a": {"b": 15, "t": 10}, "b": {"c": 10}, "c": {"t": 10, "a": 6}, "t": {}}, "s", "t"))
def colour(g):
    out = {}
    for u in sorted(g, key=lambda u: (-len(g[u]), u)): out[u] = min(set(range(len(g))) - {out[v] for v in g[u] if v in out})
    return out
c = colour(G); print(sorted(c.items()), all(c[u] != c[v] for u, v, _ in E))
B = {"x": "12", "y": "1", "z": "23", "w": "34"}
def matching(b):
    m = {}
    def aug(u, seen):
        for v in b[u]:
            if v not in seen:
                seen.add(v)
                if v not in m or aug(m[v], seen): m[v] = u; return True
        return False
    return sum(aug(u, set()) for u in b), sorted(m.items())
print(matching(B))
def pagerank(g, n=50):
    r = {u: 1 / len(g) for u in g}
    for _ in range(n):
        new = {u: 0.15 / len(g) for u in g}
        for u in g:
            for v in g[u] or g: new[v] += 0.85 * r[u] / len(g[u] or g)
        r = new
    return {u: round(x, 6) for u, x in r.items()}
print(pagerank(D))
def euler(g):
    g = {u: list(vs) for u, vs in g.items()}; stack, out = [min(g)], []
    while stack:
        u = stack[-1]
        if g[u]: v = g[u].pop(); g[v].remove(u); stack.append(v)
        else: out.append(stack.pop())
    return out
print(euler({1: [2, 3], 2: [1, 3], 3: [1, 2, 4, 5], 4: [3, 5], 5: [3, 4]}))
def astar(grid, s, t):
    h = lambda p: abs(p[0] - t[0]) + abs(p[1] - t[1])
    q, best = Heap(), {s: 0}; q.push((h(s), s))
    while q:
        _, p = q.pop()
        if p == t: return best[p]
        for dx, dy in ((0, 1), (1, 0), (0, -1), (-1, 0)):
            n = p[0] + dx, p[1] + dy
            if 0 <= n[0] < len(grid) and 0 <= n[1] < len(grid[0]) and grid[n[0]][n[1]] != "#" and best[p] + 1 < best.get(n, 1e9): best[n] = best[p] + 1; q.push((best[n] + h(n), n))
print(astar(["..#....", ".##.##.", "....#..", ".##...#", "...#..."], (0, 0), (4, 6)), astar([".#.", "##."], (0, 0), (1, 2)))
