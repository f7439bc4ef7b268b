# Names in class bodies, nested scopes, comprehensions in classes, __class__ cells, global in classes.
x = "module"
class A:
    print(x)
    x = "class"
    print(x)
    y = [x for _ in range(1)]
    z = [i for i in x]
    def f(self): return x
    g = lambda self: x
    class B:
        w = x
        try: v = y
        except NameError as e: v = str(e)
    del x
    print(x)
print(A.y, A.z, A().f(), A().g(), A.B.w, A.B.v, hasattr(A, "x"))
def func():
    x = "func"
    class C:
        a = x
        x = "inner" if False else x
        def m(self): return x
    return C
try: print(func())
except NameError as e: print(e)
def func2():
    x = "func"
    class C:
        a = x
        def m(self): return x, __class__.__name__
        class D:
            b = x
            def n(self): return x, __class__.__qualname__
    return C
C = func2(); print(C.a, C().m(), C.D.b, C.D().n())
class G:
    global made
    made = "global from class"
    try: made_local = made
    finally: pass
print(made, G.made_local, hasattr(G, "made"))
def nl():
    v = 1
    class C:
        nonlocal v
        v = 2
    return v, hasattr(C, "v")
print(nl())
class Loop:
    total = 0
    for i in range(4): total += i
    while total > 3: total -= 2
    if total: parity = "odd" if total % 2 else "even"
    with memoryview(b"x") as mv: pass
    try: 1 / 0
    except ZeroDivisionError: caught = True
    squares = {n: n * n for n in range(3)}
    import sys as s
    def __init__(self): self.made = [self.total, *self.squares]
    a, (b, *c) = 1, (2, 3, 4)
    match c:
        case [p, q]: matched = p + q
print(Loop.total, Loop.parity, Loop.caught, Loop.squares, Loop().made, Loop.a, Loop.b, Loop.c, Loop.matched, Loop.i)
class Self:
    def make(cls_name):
        def method(self): return f"{cls_name} {type(self).__name__}"
        return method
    one, two = make("one"), make("two")
    del make
print(Self().one(), Self().two(), hasattr(Self, "make"))
class Cond:
    if x == "module":
        def which(self): return "module version"
    else:
        def which(self): return "other version"
print(Cond().which())
def counter_class():
    n = 0
    class Counter:
        def __init__(self):
            nonlocal n
            n += 1
            self.id = n
        @classmethod
        def count(cls): return n
    return Counter
K = counter_class(); K(); K(); print(K().id, K.count())
class P:
    items = [1, 2, 3]
    total = sum(i for i in items)
    try: bad = [i for i in items if i in items]
    except NameError as e: bad = str(e)
    ok = (lambda items: [i for i in items if i in items])(items)
print(P.total, P.bad, P.ok)
class Q:
    __slots__ = ()
    locals_seen = sorted(k for k in locals() if not k.startswith("__"))
    name = __qualname__
    dynamic = vars()["name"]
print(Q.locals_seen, Q.name, Q.dynamic)
ns = {}
exec("class R:\n    y = z\n    z = 5", {"z": "global z"}, ns); print(ns["R"].y, ns["R"].z)
class Recursive:
    def __init__(self, n): self.child = Recursive(n - 1) if n else None
    def depth(self): return 0 if self.child is None else 1 + self.child.depth()
print(Recursive(10).depth())
