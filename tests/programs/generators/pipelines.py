# Programs made of generators: pipelines, schedulers, permutations, tree walks.
def count(n=0):
    while True: yield n; n += 1
def take(n, it): return [x for _, x in zip(range(n), it)]
def where(p, it): return (x for x in it if p(x))
def mapped(f, it): return (f(x) for x in it)
print(take(5, mapped(lambda x: x * x, where(lambda x: x % 3 == 0, count()))))
def sieve(it):
    p = next(it)
    yield p
    yield from sieve(x for x in it if x % p)
print(take(15, sieve(count(2))))
def perms(items):
    if len(items) <= 1: yield items; return
    for i in range(len(items)):
        for rest in perms(items[:i] + items[i + 1:]): yield items[i:i + 1] + rest
print(["".join(p) for p in perms("abc")], sum(1 for _ in perms(list(range(6)))))
def subsets(s):
    if not s: yield (); return
    for rest in subsets(s[1:]): yield rest; yield (s[0],) + rest
print(sorted(subsets((1, 2, 3))))
class Tree:
    def __init__(self, v, l=None, r=None): self.v, self.l, self.r = v, l, r
    def __iter__(self):
        if self.l: yield from self.l
        yield self.v
        if self.r: yield from self.r
def build(items):
    if not items: return None
    m = len(items) // 2
    return Tree(items[m], build(items[:m]), build(items[m + 1:]))
print(list(build(list(range(15)))))
def scheduler(tasks):
    queue, log = list(tasks), []
    while queue:
        name, task = queue.pop(0)
        try: log.append((name, next(task))); queue.append((name, task))
        except StopIteration as e: log.append((name, "end", e.value))
    return log
def task(n):
    for i in range(n): yield i
    return n * 10
print(scheduler([("a", task(2)), ("b", task(1)), ("c", task(3))]))
def averager():
    total = n = 0
    avg = None
    while True:
        x = yield avg
        if x is None: return total, n
        total += x; n += 1; avg = total / n
a = averager(); next(a)
print([a.send(x) for x in (10, 20, 60)])
try: a.send(None)
except StopIteration as e: print(e.value)
def tokens(s):
    num = ""
    for c in s + " ":
        if c.isdigit(): num += c
        else:
            if num: yield "num", int(num); num = ""
            if c in "+-*/()": yield "op", c
def parse(s):
    it = tokens(s); cur = next(it, None)
    def advance():
        nonlocal cur
        old, cur = cur, next(it, None)
        return old
    def atom():
        kind, v = advance()
        if v == "(":
            r = expr(); advance(); return r
        if v == "-": return -atom()
        return v
    def term():
        r = atom()
        while cur and cur[1] in ("*", "/"): r = r * atom() if advance()[1] == "*" else r / atom()
        return r
    def expr():
        r = term()
        while cur and cur[1] in ("+", "-"): r = r + term() if advance()[1] == "+" else r - term()
        return r
    return expr()
print(parse("1 + 2 * (3 - 4) * -5"), parse("(1+2)*(3+4)"), parse("100 / 4 / 5"))
def merge(*its):
    heads = [(next(i), n, i) for n, i in enumerate(map(iter, its))]
    while heads:
        heads.sort(key=lambda h: h[:2])
        v, n, i = heads.pop(0)
        yield v
        nxt = next(i, None)
        if nxt is not None: heads.append((nxt, n, i))
print(list(merge([1, 4, 7], [2, 5], [3, 6, 8, 9])))
def window(it, n):
    it, w = iter(it), []
    for x in it:
        w.append(x)
        if len(w) == n: yield tuple(w); w.pop(0)
print(list(window("abcde", 3)))
def groups(it, key):
    last, acc = object(), []
    for x in it:
        if key(x) != last and acc: yield last, acc; acc = []
        last = key(x); acc.append(x)
    if acc: yield last, acc
print(list(groups([1, 3, 2, 4, 5], lambda x: x % 2)))
print(sum(x * y for x in range(30) for y in range(x) if (x + y) % 7 == 0))
def collatz(n):
    while n != 1: yield n; n = n // 2 if n % 2 == 0 else 3 * n + 1
    yield 1
print(max((len(list(collatz(n))), n) for n in range(1, 300)))
gens = [(i * j for j in range(3)) for i in range(3)]
print([list(g) for g in gens])
def queens(n, row=0, cols=()):
    if row == n: yield cols; return
    for c in range(n):
        if all(c != k and abs(c - k) != row - r for r, k in enumerate(cols)): yield from queens(n, row + 1, cols + (c,))
print(next(queens(8)), sum(1 for _ in queens(6)))
