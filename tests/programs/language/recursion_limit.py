# gc-stress: 20000
# Deep recursion ends in RecursionError, in plain calls and through natives, and is survived.
def f(n):
    return f(n + 1)

def attempt(name, call):
    try:
        call()
    except RecursionError as e:
        print(name, "RecursionError", str(e).startswith("maximum recursion depth exceeded"))
    else:
        print(name, "no error")

attempt("call", lambda: f(0))

class A:
    def __eq__(self, other): return self == other
    def __repr__(self): return repr(self)
    def __getattr__(self, name): return getattr(self, name)
    def __hash__(self): return hash(self)
    def __add__(self, other): return self + other
    def __getitem__(self, i): return self[i]
    def __call__(self): return self()
    def __iter__(self): return iter(self)
    def __bool__(self): return bool(self)
    def __len__(self): return len(self)
    def __contains__(self, x): return x in self

a = A()
attempt("eq", lambda: a == a.__class__())
attempt("repr", lambda: repr(a))
attempt("getattr", lambda: a.x)
attempt("hash", lambda: hash(a))
attempt("add", lambda: a + a)
attempt("getitem", lambda: a[0])
attempt("call", lambda: a())
attempt("iter", lambda: iter(a))
attempt("bool", lambda: bool(a))
attempt("len", lambda: len(a))
attempt("contains", lambda: 1 in a)
attempt("str in list", lambda: str([a]))
def deep_sort(): return sorted([1], key=lambda x: deep_sort())
attempt("sorted key", deep_sort)
def deep_map(): return list(map(lambda x: deep_map(), [1]))
attempt("map", deep_map)
def deep_gen():
    yield from deep_gen()
attempt("gen", lambda: list(deep_gen()))
class P:
    @property
    def p(self): return self.p
attempt("property", lambda: P().p)
class I:
    def __init__(self): I()
attempt("init", I)
def depth(n):
    return 0 if n == 0 else 1 + depth(n - 1)
print(depth(500))
l = []
for _ in range(100000):
    l = [l]
attempt("nested repr", lambda: repr(l))
def eq_nested():
    a = b = None
    a, b = [], []
    for _ in range(100000):
        a, b = [a], [b]
    return a == b
attempt("nested eq", eq_nested)
while l:
    l = l[0]
def in_handler():
    try:
        in_handler()
    finally:
        pass
attempt("finally", in_handler)
print("alive", depth(10))
