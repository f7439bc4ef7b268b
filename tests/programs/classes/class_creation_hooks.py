# __init_subclass__, __set_name__, __class_getitem__, class bodies' namespaces.
class Named:
    def __set_name__(self, owner, name):
        print("set_name", owner.__name__, name)
        self.name = name
class Plugin:
    registry = []
    def __init_subclass__(cls, /, tag=None, **kw):
        super().__init_subclass__(**kw)
        cls.tag = tag
        Plugin.registry.append(cls.__name__)
        print("init_subclass", cls.__name__, tag)
    field = Named()
class P1(Plugin, tag="one"): inner = Named()
class P2(P1): pass
print(Plugin.registry, P1.tag, P2.tag)
try:
    class P3(Plugin, bad=1): pass
except TypeError as e: print(e)
class BadName:
    def __set_name__(self, owner, name): raise ValueError("nope")
try:
    class Q: attr = BadName()
except ValueError as e:
    print(type(e).__name__, e, getattr(e, "__notes__", None))
class G:
    def __class_getitem__(cls, item): return f"{cls.__name__}[{item!r}]"
print(G[int], G[1, 2], G["x":])
class NG: pass
try: NG[int]
except TypeError as e: print(e)
try: int[str]
except TypeError as e: print(e)
print(list[int], dict[str, int], tuple[int, ...], type[int], list[int].__origin__, dict[str, int].__args__, list[int]([1]), tuple[()])
try: isinstance([], list[int])
except TypeError as e: print(e)
class Sub(list[int]): pass
print(Sub.__mro__, Sub.__orig_bases__)
class Body:
    print("body runs", __qualname__, __module__)
    x = [1]
    x.append(len(x))
    def f(self): return self.x
    for i in range(3): pass
    del i
    locals()["dynamic"] = 9
    g = f
    if x: y = "cond"
    try: undefined
    except NameError as e: err = str(e)
print(Body.x, Body().g(), Body.dynamic, Body.y, Body.err, "i" in vars(Body), "e" in vars(Body))
def make(n):
    class Local:
        value = n
        def get(self): return n, self.value
    return Local
print(make(1)().get(), make(2)().get(), make(1) is make(1))
class Doc:
    """The doc."""
    def f(self): "f doc"
print(Doc.__doc__, Doc.f.__doc__, Doc().__doc__, NG.__doc__)
Doc.__doc__ = "changed"
print(Doc.__doc__)
class Sub2(Doc): pass
print(Sub2.__doc__)
class Order:
    def __init_subclass__(cls): print("hook sees", cls.n.name)
class Order2(Order):
    n = Named()
class Ann:
    a: int = 1
    def b(self): ...
print([k for k in vars(Ann) if not k.startswith("__")])
NG.added = lambda self: "added method"
print(NG().added(), NG.added.__qualname__)
del NG.added
try: NG().added
except AttributeError as e: print(e)
try: NG.__name__ = 5
except TypeError as e: print(e)
NG.__name__ = "Renamed"
print(NG, NG.__qualname__)
try: del NG.__name__
except TypeError as e: print(e)
NG.__module__ = "m"; NG.__qualname__ = "a.b"
print(NG)
class Abstract:
    __abstractmethods__ = frozenset(["x"])
print(Abstract.__abstractmethods__ if "__abstractmethods__" in vars(Abstract) else None)
