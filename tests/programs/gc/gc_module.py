# The gc module's functions.
import gc
print(gc.isenabled()); gc.disable(); print(gc.isenabled()); gc.enable(); print(gc.isenabled())
print(type(gc.collect()).__name__, gc.collect(0) >= 0, gc.collect(1) >= 0, gc.collect(generation=2) >= 0)
for bad in ("gc.collect(3)", "gc.collect(-1)", "gc.collect('a')", "gc.set_threshold('a')", "gc.get_objects(generation=5)", "gc.get_objects('a')", "gc.set_debug('a')"):
    try: eval(bad); print(bad, "ok")
    except (TypeError, ValueError) as e: print(bad, "->", type(e).__name__, e)
old = gc.get_threshold(); print(len(old), all(isinstance(x, int) for x in old))
gc.set_threshold(500, 5, 5); print(gc.get_threshold()[0]); gc.set_threshold(*old)
print(len(gc.get_count()), isinstance(gc.get_stats(), list), all(k in gc.get_stats()[0] for k in ("collections", "collected", "uncollectable")))
print(gc.get_debug(), gc.garbage, gc.callbacks)
l = [1]; d = {"k": l}; t = (l,)
print(gc.is_tracked(l), gc.is_tracked(5), gc.is_tracked("s"), gc.is_finalized(l))
class A: pass
a = A(); a.x = l
refs = gc.get_referents(d); print(l in refs)
print(any(r is d for r in gc.get_referrers(l)), any(r is t for r in gc.get_referrers(l)))
print(any(o is d for o in gc.get_objects()), any(o is a for o in gc.get_objects()))
calls = []
def cb(phase, info): calls.append((phase, sorted(info)))
gc.callbacks.append(cb); gc.collect(); gc.callbacks.remove(cb)
print([c[0] for c in calls if c[0] in ("start", "stop")][:2], calls[0][1])
print(gc.get_freeze_count()); gc.freeze(); print(gc.get_freeze_count() > 0); gc.unfreeze(); print(gc.get_freeze_count())
def cycles(n):
    for _ in range(n): x = []; x.append(x)
cycles(1000)
gc.collect()
x = [] 
for i in range(200000): x = [x, i] if i % 1000 else []
print(len(x))
before = len(gc.get_objects())
cycles(5000); gc.collect()
print(len(gc.get_objects()) - before < 1000)
print(gc.DEBUG_STATS, gc.DEBUG_COLLECTABLE, gc.DEBUG_UNCOLLECTABLE, gc.DEBUG_SAVEALL, gc.DEBUG_LEAK)
