# __del__: called once per object after collection, resurrection, cycles, order of clearing.
import gc
log = []
class D:
    def __init__(self, n): self.n = n
    def __del__(self): log.append(self.n)
def churn(depth=3):
    # Other words where earlier calls left theirs: stacks are scanned conservatively.
    a = b = c = d = e = f = g = h = depth
    for i in range(50): [i] * 10
    if depth: churn(depth - 1)
    return a, b, c, d, e, f, g, h
def collect():
    churn()
    for _ in range(3): gc.collect()
def single(): D("single")
single(); collect(); print(log); log.clear()
def cycle():
    a, b = D("a"), D("b")
    a.o, b.o = b, a
cycle(); collect(); print(sorted(log)); log.clear()
def many():
    for i in range(100): D(i).me = [i]
many(); collect(); print(len(log), sorted(log) == list(range(100))); log.clear()
saved = []
class R:
    count = 0
    def __del__(self):
        R.count += 1
        saved.append(self)
def res(): R().x = "kept"
res(); collect(); print(R.count, len(saved), saved[0].x)
saved.clear(); collect(); print(R.count, len(saved))
class Raises:
    def __del__(self): log.append("raising"); raise ValueError("ignored")
import sys
seen = []
sys.unraisablehook = lambda u: seen.append((u.exc_type.__name__, str(u.exc_value), u.err_msg))
def raising(): Raises()
raising(); collect(); print(log, [s[:2] for s in seen]); log.clear()
sys.unraisablehook = sys.__unraisablehook__
def held():
    d = D("held")
    class K: pass
    k = K(); k.d = d; k.self = k
held(); collect(); print(log); log.clear()
def gen():
    try: yield 1
    finally: log.append("generator closed")
def start():
    g = gen(); next(g)
start(); collect(); print(log); log.clear()
def gen_cycle():
    def g2():
        me = yield
        try: yield
        finally: log.append("cycle generator closed")
    g = g2(); next(g); g.send(g)
gen_cycle(); collect(); print(log); log.clear()
class Inst: pass
def instance_del():
    i = Inst(); i.__del__ = lambda: log.append("not called")
instance_del(); collect(); print(log)
class Sub(D):
    def __del__(self): log.append("sub"); super().__del__()
def sub(): Sub("base")
sub(); collect(); print(log); log.clear()
def exc():
    try:
        d = D("in exception")
        raise ValueError
    except ValueError as e: keep = e
exc(); collect(); print(log); log.clear()
def closure():
    d = D("closure")
    def f(): return f, d
    return 1
closure(); collect(); print(log); log.clear()
print(gc.garbage)
