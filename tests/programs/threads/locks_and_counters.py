# _thread: starting threads, locks, exclusive counters.
import _thread
def run(n, work):
    done = [_thread.allocate_lock() for _ in range(n)]
    for d in done: d.acquire()
    def body(i):
        try: work(i)
        finally: done[i].release()
    for i in range(n): _thread.start_new_thread(body, (i,))
    for d in done: d.acquire()
lock = _thread.allocate_lock()
count = 0
def add(i):
    global count
    for _ in range(5000):
        with lock: count += 1
run(4, add); print(count)
print(lock.locked(), lock.acquire(), lock.locked(), lock.acquire(False), lock.acquire(blocking=False), lock.acquire(True, 0.01), lock.acquire(timeout=0.01), lock.release(), lock.locked())
try: lock.release()
except RuntimeError as e: print(type(e).__name__, e)
for bad in ("lock.acquire(False, 1)", "lock.acquire(True, -2)", "lock.acquire('a', 'b')", "_thread.start_new_thread(5, ())", "_thread.start_new_thread(len, 5)", "_thread.start_new_thread(len, (), 5)", "_thread.start_new_thread()"):
    try: eval(bad); print(bad, "ok")
    except (TypeError, ValueError) as e: print(bad, "->", e)
with lock: print("held", lock.locked())
r = _thread.RLock()
with r:
    with r: print("reentrant", r._is_owned())
try: r.release()
except RuntimeError as e: print(e)
out = [None] * 4
def fib(n): return n if n < 2 else fib(n - 1) + fib(n - 2)
def work(i): out[i] = fib(15 + i)
run(4, work); print(out)
local = _thread._local()
seen = []
def use_local(i):
    local.x = i
    for _ in range(100): assert local.x == i
    with lock: seen.append(local.x)
run(4, use_local); print(sorted(seen), hasattr(local, "x"))
ids = set()
def ident(i):
    with lock: ids.add(_thread.get_ident())
run(3, ident); print(len(ids) >= 1, isinstance(_thread.get_ident(), int), _thread._count() >= 0)
shared = []
def append(i):
    for k in range(1000): shared.append((i, k))
run(4, append)
print(len(shared), all([k for j, k in shared if j == i] == list(range(1000)) for i in range(4)))
d = {}
def fill(i):
    for k in range(1000): d[i, k] = k
run(4, fill); print(len(d), sum(d.values()))
def kw(a, b=0): out.append((a, b))
def start_kw():
    l = _thread.allocate_lock(); l.acquire()
    def f(a, *, b): out.append((a, b)); l.release()
    _thread.start_new_thread(f, (1,), {"b": 2}); l.acquire()
start_kw(); print(out[-1])
def exits(i): _thread.exit()
run(2, lambda i: None)
def exit_quiet():
    l = _thread.allocate_lock(); l.acquire()
    def f():
        try: _thread.exit()
        finally: l.release()
    _thread.start_new_thread(f, ()); l.acquire(); print("exited")
exit_quiet()
