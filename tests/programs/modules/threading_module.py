# threading: Thread, Lock, Condition, Event, Semaphore, Barrier, local, Timer-free.
import queue, threading
out, lock = [], threading.Lock()
def work(n):
    with lock: out.append(n)
ts = [threading.Thread(target=work, args=(i,), name=f"w{i}") for i in range(5)]
for t in ts: t.start()
for t in ts: t.join()
print(sorted(out), [t.name for t in ts], ts[0].is_alive(), threading.current_thread().name, threading.main_thread() is threading.current_thread(), ts[0].daemon, threading.active_count())
q = queue.Queue(maxsize=2); got = []
def prod():
    for i in range(20): q.put(i)
    q.put(None)
def cons():
    while (x := q.get()) is not None: got.append(x); q.task_done()
    q.task_done()
a, b = threading.Thread(target=prod), threading.Thread(target=cons); a.start(); b.start(); a.join(); b.join(); q.join(); print(got == list(range(20)), q.empty())
ev = threading.Event(); seen = []
t = threading.Thread(target=lambda: seen.append(ev.wait(10))); t.start(); print(ev.is_set()); ev.set(); t.join(); print(seen)
bar = threading.Barrier(3); order = []
def phase(i):
    for r in range(3):
        with lock: order.append(r)
        bar.wait()
ts = [threading.Thread(target=phase, args=(i,)) for i in range(3)]; [t.start() for t in ts]; [t.join() for t in ts]; print(order)
sem = threading.Semaphore(2); peak = cur = 0
def limited():
    global peak, cur
    with sem:
        with lock: cur += 1; peak = max(peak, cur)
        with lock: cur -= 1
ts = [threading.Thread(target=limited) for _ in range(8)]; [t.start() for t in ts]; [t.join() for t in ts]; print(peak <= 2)
cond, items = threading.Condition(), []
def waiter():
    with cond: cond.wait_for(lambda: items, 10); seen.append(items.pop())
t = threading.Thread(target=waiter); t.start()
with cond: items.append("item"); cond.notify_all()
t.join(); print(seen)
loc = threading.local(); loc.x = "main"; res = []
def use(): res.append(hasattr(loc, "x")); loc.x = "t"; res.append(loc.x)
t = threading.Thread(target=use); t.start(); t.join(); print(res, loc.x)
errs = []
threading.excepthook = lambda a: errs.append((a.exc_type.__name__, str(a.exc_value), a.thread.name))
t = threading.Thread(target=lambda: 1 / 0, name="bad"); t.start(); t.join(); print(errs)
r = threading.RLock()
with r, r: print("reentrant")
for bad in (lambda: threading.Lock().release(), lambda: t.start(), lambda: threading.current_thread().join(), lambda: threading.Thread(target=1).join(), lambda: threading.Semaphore(-1), lambda: r.release(), lambda: threading.BoundedSemaphore(1).release(), lambda: queue.Queue().get_nowait(), lambda: threading.Condition().notify()):
    try: bad()
    except Exception as e: print(type(e).__name__, e)
class T(threading.Thread):
    def run(self): self.result = sum(range(100))
x = T(); x.start(); x.join(); print(x.result)
pq = queue.PriorityQueue(); [pq.put(i) for i in (3, 1, 2)]; lq = queue.LifoQueue(); [lq.put(i) for i in (3, 1, 2)]; print([pq.get() for _ in range(3)], [lq.get() for _ in range(3)], queue.SimpleQueue().empty())
from concurrent.futures import ThreadPoolExecutor, as_completed
with ThreadPoolExecutor(3) as ex:
    print(list(ex.map(lambda x: x * x, range(6))), sorted(f.result() for f in as_completed([ex.submit(pow, 2, i) for i in range(5)])))
    f = ex.submit(lambda: 1 / 0); print(repr(f.exception()), f.done())
