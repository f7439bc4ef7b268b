# functools: partial, reduce, lru_cache, wraps, singledispatch, total_ordering, cached_property, cmp_to_key.
import functools as ft
p = ft.partial(int, base=2); print(p("101"), p.func, p.args, p.keywords, ft.partial(p, "11")(), repr(ft.partial(print, 1, sep="-")))
print(ft.reduce(lambda a, b: a * b, [1, 2, 3, 4]), ft.reduce(lambda a, b: a + b, [], "init"))
try: ft.reduce(lambda a, b: a, [])
except TypeError as e: print(e)
calls = []
@ft.lru_cache(maxsize=2)
def sq(x, *, k=1): calls.append(x); return x * x * k
print(sq(2), sq(2), sq(3), sq(4), sq(2), calls, sq.cache_info(), sq.cache_parameters(), sq.__wrapped__(5)); sq.cache_clear(); print(sq.cache_info())
@ft.cache
def fib(n): return n if n < 2 else fib(n - 1) + fib(n - 2)
print(fib(90), fib.cache_info().hits)
try: sq([])
except TypeError as e: print(e)
def deco(f):
    @ft.wraps(f)
    def inner(*a): "inner doc"; return f(*a)
    return inner
@deco
def named(x): "named doc"; return x
print(named.__name__, named.__doc__, named.__wrapped__(1), named(2))
@ft.singledispatch
def kind(x): return "object"
@kind.register
def _(x: int): return "int"
@kind.register(list)
@kind.register(tuple)
def _(x): return "seq"
@kind.register
def _(x: str | bytes): return "text"
print(kind(1), kind(True), kind([]), kind(()), kind("s"), kind(b""), kind(1.5), kind.dispatch(bool)(1), sorted(c.__name__ for c in kind.registry))
class M:
    @ft.singledispatchmethod
    def f(self, x): return "default"
    @f.register
    def _(self, x: int): return "int"
    @ft.cached_property
    def cp(self): print("computed"); return 5
    @ft.partialmethod
    def dummy(self): pass
    def base(self, a, b): return a, b
    pm = ft.partialmethod(base, 1)
m = M(); print(m.f(1), m.f("a"), m.cp, m.cp, vars(m), m.pm(2))
@ft.total_ordering
class T:
    def __init__(self, v): self.v = v
    def __eq__(self, o): return self.v == o.v
    def __lt__(self, o): return self.v < o.v
print(T(1) <= T(1), T(2) > T(1), T(1) >= T(2), T(1) != T(2))
print(sorted([3, 1, 2], key=ft.cmp_to_key(lambda a, b: b - a)))
print(ft.partial(lambda *a, **k: (a, k), 1, x=2)(3, x=4, y=5), ft.partial(ft.partial(pow, 2), 3)(), ft.WRAPPER_ASSIGNMENTS)
print(ft.partial(lambda *a: a, ft.Placeholder, 2)(1))
try: ft.partial(5)
except TypeError as e: print(e)
