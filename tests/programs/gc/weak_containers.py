# WeakValueDictionary, WeakKeyDictionary, WeakSet, finalize, WeakMethod.
import gc
import weakref
class A:
    def __init__(self, n): self.n = n
    def __repr__(self): return f"A{self.n}"
    def m(self): return f"m of {self.n}"
def collect():
    for _ in range(3): gc.collect()
keep = [A(i) for i in range(3)]
wv, wk, ws = weakref.WeakValueDictionary(), weakref.WeakKeyDictionary(), weakref.WeakSet()
def fill():
    extra = [A(i) for i in range(3, 6)]
    for a in keep + extra: wv[a.n] = a; wk[a] = a.n; ws.add(a)
    return len(wv), len(wk), len(ws)
print(fill())
def spoil(): return [A(100 + i) for i in range(200)]
spoil(); collect()
print(sorted(wv), sorted(wk.values()), sorted(a.n for a in ws))
print(wv.get(1), wv.get(5), wv.get(5, "gone"), 0 in wv, 4 in wv, keep[0] in wk, keep[0] in ws)
try: wv[4]
except KeyError as e: print("KeyError", e)
try: wk[5]
except TypeError as e: print(e)
def drop(): keep.pop()
drop(); spoil(); collect()
print(len(wv), len(wk), len(ws), sorted(wv.items()), sorted(wk.items(), key=str))
done = []
def with_finalize():
    a = A(7)
    f = weakref.finalize(a, done.append, "finalized")
    print(f.alive, f.peek()[2:], f.atexit)
    return f
f = with_finalize(); spoil(); collect()
print(done, f.alive, f.peek(), f())
g = weakref.finalize(keep[0], done.append, "called"); g(); print(done, g.alive); g(); print(done)
h = weakref.finalize(keep[0], done.append, "never"); print(h.detach()[2:], h.alive)
wm = weakref.WeakMethod(keep[0].m); print(wm()(), wm == weakref.WeakMethod(keep[0].m))
def methods():
    a = A(8)
    return weakref.WeakMethod(a.m)
wm = methods(); spoil(); collect(); print(wm())
s2 = weakref.WeakSet(keep); print(len(s2 | weakref.WeakSet()), s2 == weakref.WeakSet(keep), keep[1] in s2 - weakref.WeakSet([keep[0]]))
print(wv.setdefault(0, keep[1]), wv.pop(0), 0 in wv, list(wk.keys()) == list(wk))
print(isinstance(wv.copy(), weakref.WeakValueDictionary), len(wv | {}), type(wk.copy()).__name__)
