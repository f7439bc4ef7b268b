# Long chains of attribute access, calls, subscripts; evaluation order on every target kind.
log = []
class Tracer:
    def __init__(self, name): object.__setattr__(self, "name", name)
    def __getattr__(self, attr):
        log.append(f"get {self.name}.{attr}")
        return Tracer(f"{self.name}.{attr}")
    def __setattr__(self, attr, value):
        log.append(f"set {self.name}.{attr}={value}")
    def __delattr__(self, attr):
        log.append(f"del {self.name}.{attr}")
    def __getitem__(self, key):
        log.append(f"getitem {self.name}[{key!r}]")
        return Tracer(f"{self.name}[{key!r}]")
    def __setitem__(self, key, value):
        log.append(f"setitem {self.name}[{key!r}]={value}")
    def __delitem__(self, key):
        log.append(f"delitem {self.name}[{key!r}]")
    def __call__(self, *a, **k):
        log.append(f"call {self.name} {a} {k}")
        return Tracer(f"{self.name}()")
    def __iadd__(self, other):
        log.append(f"iadd {self.name} {other}")
        return self
    def __repr__(self): return f"<{self.name}>"

def show(what):
    print(what, "|", "; ".join(log))
    log.clear()

t = Tracer("t")
t.a.b[1](2, k=3).c; show("chain")
t.a.b = 5; show("set")
t.a[1] = 6; show("setitem")
t.x += 1; show("aug attr")
t[0] += 1; show("aug item")
t.x.y[t.k] += t.v; show("aug nested")
del t.a.b, t[1]; show("del")
t[1:2], t[::3], t[..., 1:2, None] = 1, 2, 3; show("slices")
t[1,], t[()], t[(1, 2)]; show("tuples")
t[1:2:3, *[4, 5]]; show("star index")
t.a, t.b = t.c, t.d; show("swap")
for t.item in [1, 2]: pass
show("for")
with memoryview(b"") as t.w: pass
print(len(log)); log.clear()
t(*t_args) if (t_args := (1, 2)) else None; show("call star")
t.m(**{"a": 1}, b=2); show("call kw")
[t.a for _ in range(2)]; show("comp")
t.f(t.g(t.h())); show("inner calls")
class Slice:
    def __getitem__(self, key): return key
s = Slice()
print(s[1], s[1:2], s[:], s[::2], s[1:, :2], s[...], s["a":"b"], s[1, 2], s[*range(3)], s[1:2, *[3]], s[-1], s[None], s[(yield_ := 4)])
a = b = c = t.z; show("multi")
t.p = t.q = t.r = 1; show("multi set")
x: t.annotated = 5; show("annotation")
