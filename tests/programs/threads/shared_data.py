# Structural changes from several threads: nothing is lost, nothing is torn.
import _thread
def run(n, work):
    done = [_thread.allocate_lock() for _ in range(n)]
    for d in done: d.acquire()
    errors = []
    def body(i):
        try: work(i)
        except BaseException as e: errors.append(f"{type(e).__name__}: {e}")
        finally: done[i].release()
    for i in range(n): _thread.start_new_thread(body, (i,))
    for d in done: d.acquire()
    if errors: print("errors", errors)
N = 3000
stack = list(range(4 * N)); popped = [[] for _ in range(4)]
def pops(i):
    while True:
        try: popped[i].append(stack.pop())
        except IndexError: return
run(4, pops); print(sorted(x for p in popped for x in p) == list(range(4 * N)), len(stack))
s = set()
def adds(i):
    for k in range(N): s.add(k); s.add((i, k))
run(4, adds); print(len(s), len(s) == 5 * N)
d = {}; winners = [0] * 4
def defaults(i):
    for k in range(N):
        if d.setdefault(k, i) == i: winners[i] += 1
run(4, defaults); print(len(d), sum(winners) == N)
d = {k: k for k in range(4 * N)}; got = [0] * 4
def dict_pop(i):
    for k in range(4 * N):
        if d.pop(k, None) is not None: got[i] += 1
run(4, dict_pop); print(len(d), sum(got))
class C: pass
c = C()
def attrs(i):
    for k in range(500): setattr(c, f"a{i}_{k}", k)
run(4, attrs); print(len(vars(c)), sum(vars(c).values()))
c2 = C(); c2.x = 0
def toggles(i):
    for k in range(2000):
        c2.x = (i, i)
        a, b = c2.x
        assert a == b
run(4, toggles); print(type(c2.x).__name__)
it = iter(range(4 * N)); taken = [[] for _ in range(4)]
lock = _thread.allocate_lock()
def takes(i):
    while True:
        with lock:
            x = next(it, None)
        if x is None: return
        taken[i].append(x)
run(4, takes); print(sorted(x for t in taken for x in t) == list(range(4 * N)))
def gen():
    for i in range(1000): yield i
g = gen(); total = [0] * 4
def gtakes(i):
    while True:
        with lock:
            x = next(g, None)
        if x is None: return
        total[i] += x
run(4, gtakes); print(sum(total))
ba = bytearray()
def bytes_append(i):
    for _ in range(N): ba.append(i)
run(4, bytes_append); print(len(ba), [ba.count(i) for i in range(4)])
def readers_writers():
    data = {"v": [0, 0]}
    def work(i):
        for k in range(1500):
            if i == 0: data["v"] = [k, k]
            else:
                a, b = data["v"]
                assert a == b
                len(data), list(data), data.get("zz"), str(data)
    run(4, work)
    return data["v"]
print(readers_writers())
def define_classes():
    made = []
    def work(i):
        for k in range(100):
            T = type(f"T{i}_{k}", (C,), {"v": k, "get": lambda self: self.v})
            assert T().get() == k
            with lock: made.append(T)
    run(4, work)
    return len(made), len({t.__name__ for t in made})
print(define_classes())
def recursion(i):
    def f(n): return 0 if n == 0 else 1 + f(n - 1)
    for _ in range(20): assert f(300) == 300
run(4, recursion)
def exceptions(i):
    for k in range(500):
        try: [][k]
        except IndexError as e: assert str(e) == "list index out of range"
run(4, exceptions); print("done")
