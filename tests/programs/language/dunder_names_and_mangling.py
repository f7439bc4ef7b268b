# Private name mangling, __class__ cell, __qualname__, module names.
class A:
    __x = 1
    def __init__(self):
        self.__y = 2
        self.__z__ = 3
        self._w = 4
    def get(self):
        return self.__x, self.__y, self.__z__, self._w
    def inner(self):
        def f():
            __local = 5
            return __local, sorted(locals())
        return f()
    def kw(self, __arg=1, *, __k=2):
        return __arg, __k
    def cls(self):
        return __class__

a = A()
print(a.get(), sorted(vars(a)), sorted(n for n in vars(A) if "x" in n), a.inner())
print(a.kw.__code__.co_varnames, a.kw(_A__k=5), a.cls() is A)
class _B:
    __v = 1
    def get(self): return self.__v
print([n for n in vars(_B) if n.endswith("v")], _B().get())
class __C__:
    __v = 2
print([n for n in vars(__C__) if n.endswith("v")])
class ___:
    __v = 3
print([n for n in vars(___) if n.endswith("__v")])
class Sub(A):
    def __init__(self):
        super().__init__()
        self.__y = "sub"
print(sorted(vars(Sub())))
try:
    a.__y
except AttributeError as e:
    print(e)
class D:
    __slots__ = ("__s", "t")
    def __init__(self): self.__s = 9
    def s(self): return self.__s
print(D().s(), D._D__s.__name__)
def outer():
    class E:
        global F
        class F: pass
        def g(): pass
    return E
E = outer()
print(E.__qualname__, F.__qualname__, E.g.__qualname__, E.__module__)
class G:
    __qualname__ = "Custom.G"
    __module__ = "mod"
    __doc__ = "doc"
print(G, G.__name__, G.__doc__)
class H:
    "docstring"
    __private = [__n for __n in range(2)]
    import sys as __sys
    try:
        raise ValueError
    except ValueError as __e:
        pass
    def __f(self): pass
print(sorted(n for n in vars(H) if n.startswith("_H")), H.__doc__)
class I:
    def f(self):
        global __g
        __g = 5
I().f()
print(_I__g)
try:
    class J:
        __class__ = 5
    print(J().__class__)
except TypeError as e:
    print(e)
print(A.__dict__["get"].__name__, type(A.__dict__).__name__, A.__name__, A.__bases__, A.__firstlineno__, A.__static_attributes__ == ("__z__", "_A__y", "_w") or sorted(A.__static_attributes__))
