# Hand-over between threads with plain locks: a bounded buffer, a barrier, a pipeline, a future.
import _thread
def spawn(f, *a):
    done, box = _thread.allocate_lock(), []
    done.acquire()
    def body():
        try: box.append(f(*a))
        finally: done.release()
    _thread.start_new_thread(body, ())
    def join():
        done.acquire(); done.release()
        return box[0]
    return join
class Condition:
    def __init__(self): self.lock, self.waiters = _thread.allocate_lock(), []
    def __enter__(self): self.lock.acquire(); return self
    def __exit__(self, *a): self.lock.release()
    def wait(self):
        w = _thread.allocate_lock(); w.acquire(); self.waiters.append(w)
        self.lock.release(); w.acquire(); self.lock.acquire()
    def notify_all(self):
        for w in self.waiters: w.release()
        self.waiters.clear()
class Queue:
    def __init__(self, size): self.c, self.items, self.size = Condition(), [], size
    def put(self, x):
        with self.c:
            while len(self.items) >= self.size: self.c.wait()
            self.items.append(x); self.c.notify_all()
    def get(self):
        with self.c:
            while not self.items: self.c.wait()
            x = self.items.pop(0); self.c.notify_all()
            return x
q = Queue(5)
def produce(n):
    for i in range(n): q.put(i)
    q.put(None)
    return n
def consume():
    out = []
    while (x := q.get()) is not None: out.append(x)
    return out
p, c = spawn(produce, 500), spawn(consume)
print(p(), c() == list(range(500)))
a, b, e = Queue(2), Queue(2), Queue(2)
def stage(i, o, f):
    while (x := i.get()) is not None: o.put(f(x))
    o.put(None)
def feed():
    for i in range(200): a.put(i)
    a.put(None)
joins = [spawn(feed), spawn(stage, a, b, lambda x: x * x), spawn(stage, b, e, lambda x: x + 1)]
out = []
while (x := e.get()) is not None: out.append(x)
for j in joins: j()
print(out == [x * x + 1 for x in range(200)])
jobs, results = Queue(10), Queue(10)
def worker():
    n = 0
    while (x := jobs.get()) is not None: results.put((x, sum(range(x)))); n += 1
    return n
workers = [spawn(worker) for _ in range(3)]
def feeder():
    for i in range(100): jobs.put(i)
    for _ in range(3): jobs.put(None)
f = spawn(feeder)
got = dict(results.get() for _ in range(100))
f()
print(sum(w() for w in workers), got == {i: sum(range(i)) for i in range(100)})
class Barrier:
    def __init__(self, n): self.n, self.waiting, self.round, self.c = n, 0, 0, Condition()
    def wait(self):
        with self.c:
            r = self.round; self.waiting += 1
            if self.waiting == self.n: self.waiting = 0; self.round += 1; self.c.notify_all()
            while self.round == r: self.c.wait()
bar, board = Barrier(3), [[0] * 3 for _ in range(20)]
def phases(i):
    ok = True
    for r in range(20):
        board[r][i] = r + 1
        bar.wait()
        ok = ok and board[r] == [r + 1] * 3
        bar.wait()
    return ok
print([j() for j in [spawn(phases, i) for i in range(3)]])
account = {"a": 1000, "b": 1000, "c": 1000}; lock = _thread.allocate_lock()
def transfer(src, dst, n):
    for i in range(n):
        with lock:
            x = i % 10
            account[src] -= x; account[dst] += x
for j in [spawn(transfer, *t) for t in (("a", "b", 900), ("b", "c", 900), ("c", "a", 900))]: j()
print(account)
