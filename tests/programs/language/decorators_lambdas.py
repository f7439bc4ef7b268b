# Decorators on functions and classes, order of application, arbitrary expressions, lambdas.
def named(name):
    print("make", name)
    def deco(f):
        print("apply", name, "to", f.__name__)
        def wrapper(*a, **k):
            return f"{name}({f(*a, **k)})"
        wrapper.__name__ = f.__name__
        return wrapper
    return deco

@named("outer")
@named("inner")
def f(x):
    return x

print(f(1), f.__name__)
registry = {}
@registry.setdefault("key", named)("dict")
def g():
    return "g"
print(g())
@lambda fn: [fn]
def h():
    return "h"
print(h[0]())

def add_method(cls):
    cls.extra = lambda self: "extra " + self.name
    return cls

@add_method
class K:
    name = "k"
    @staticmethod
    def s(): return "static"
    @classmethod
    def c(cls): return cls.__name__
    @property
    def p(self): return self.name * 2
    @p.setter
    def p(self, v): self.name = v
    @p.deleter
    def p(self): self.name = "deleted"

k = K()
print(k.extra(), K.s(), k.s(), K.c(), k.c(), k.p)
k.p = "new"
print(k.p)
del k.p
print(k.name)
compose = lambda *fs: lambda x: x if not fs else compose(*fs[1:])(fs[0](x))
print(compose(lambda x: x + 1, lambda x: x * 2, str)(5))
print((lambda a, b=2, *c, d, e=5, **f: (a, b, c, d, e, f))(1, d=4, z=0))
print((lambda: (yield))().__class__.__name__)
y = lambda f: (lambda x: x(x))(lambda x: f(lambda *a: x(x)(*a)))
print(y(lambda fact: lambda n: 1 if n == 0 else n * fact(n - 1))(10))
print(sorted([(2, "b"), (1, "z"), (2, "a")], key=lambda p: (-p[0], p[1])))
print((lambda x: lambda y: lambda z: x + y + z)(1)(2)(3))
print(f.__qualname__, h[0].__qualname__, (lambda: 0).__name__, K.p.fget.__qualname__, K.extra.__qualname__)
def outer():
    class Inner:
        def meth(self): pass
    return Inner
print(outer.__qualname__, outer().__qualname__, outer().meth.__qualname__)
try:
    @5
    def bad(): pass
except TypeError as e:
    print(e)
class CountCalls:
    def __init__(self, f): self.f, self.n = f, 0
    def __call__(self, *a):
        self.n += 1
        return self.f(*a)
@CountCalls
def square(x): return x * x
print(square(3), square(4), square.n)
