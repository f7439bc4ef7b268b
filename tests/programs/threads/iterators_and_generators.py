# Shared iterators give each item to one thread; a generator entered twice says so.
import _thread
def run(n, work):
    done, errs = [], []
    def body(i, d):
        try: work(i)
        except BaseException as e: errs.append(f"{type(e).__name__}: {e}")
        finally: d.release()
    for i in range(n):
        d = _thread.allocate_lock(); d.acquire(); done.append(d); _thread.start_new_thread(body, (i, d))
    for d in done: d.acquire()
    return errs
lock = _thread.allocate_lock()
def drain(make, expected):
    it, got = make(), [[] for _ in range(3)]
    def work(i):
        while True:
            with lock:
                try: x = next(it)
                except StopIteration: return
            got[i].append(x)
    errs = run(3, work)
    return errs, sorted(x for g in got for x in g) == sorted(expected)
N = 600
print("list", drain(lambda: iter(list(range(N))), range(N)))
print("range", drain(lambda: iter(range(N)), range(N)))
print("tuple", drain(lambda: iter(tuple(range(N))), range(N)))
print("dict", drain(lambda: iter(dict.fromkeys(range(N))), range(N)))
print("enumerate", drain(lambda: enumerate(range(N)), [(i, i) for i in range(N)]))
print("zip", drain(lambda: zip(range(N), range(N)), [(i, i) for i in range(N)]))
print("map", drain(lambda: map(lambda x: x * 2, range(N)), range(0, 2 * N, 2)))
print("reversed", drain(lambda: reversed(range(N)), range(N)))
print("genexp", drain(lambda: (x for x in range(N)), range(N)))
def gen():
    for i in range(N): yield i
print("generator", drain(gen, range(N)))
inside, go = _thread.allocate_lock(), _thread.allocate_lock()
inside.acquire(); go.acquire()
def slow():
    inside.release()
    go.acquire()
    yield 1
g, seen = slow(), []
def first(i): seen.append(next(g))
def second():
    inside.acquire()
    try: next(g)
    except ValueError as e: print(e)
    go.release()
d = _thread.allocate_lock(); d.acquire()
def body():
    first(0); d.release()
_thread.start_new_thread(body, ()); second(); d.acquire(); print(seen)
locals_ok = []
def many_generators(i):
    def mine(k):
        for j in range(k): yield i, j
    locals_ok.append(all(list(mine(k)) == [(i, j) for j in range(k)] for k in range(50)))
print(run(4, many_generators), locals_ok)
def coroutines(i):
    async def add(a, b): return a + b
    async def total(n):
        t = 0
        for k in range(n): t = await add(t, k)
        return t
    for n in range(30):
        try: total(n).send(None)
        except StopIteration as e: assert e.value == n * (n - 1) // 2
print(run(4, coroutines))
def mixed(i):
    for k in range(200):
        l = sorted([(k * 7 + j) % 13 for j in range(13)])
        assert l == list(range(13)) and sum(x for x in l) == 78
        assert {a: b for a, b in zip("abc", l)} == {"a": 0, "b": 1, "c": 2}
        assert "".join(map(str, l)) == "0123456789101112"
        assert [*map(lambda x: x + i, l)][0] == i
print(run(4, mixed))
