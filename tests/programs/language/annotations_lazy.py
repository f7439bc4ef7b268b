# PEP 649: annotations are evaluated when asked for.
class Node:
    left: Node | None
    right: "Node"
    value: int = 0

print(Node.__annotations__["left"], Node.__annotations__["right"], Node.__annotations__["value"])

def f(a: int, b: Later, *args: str, c: list[int] = [], **kw: dict) -> Result:
    pass

try:
    f.__annotations__
except NameError as e:
    print("not yet:", e)
class Later: pass
Result = bool
print({k: getattr(v, "__name__", v) for k, v in f.__annotations__.items()})
print(f.__annotations__ is f.__annotations__)
x: int = 5
y: "forward"
print(__annotate__(1))
def plain(): pass
print(plain.__annotations__, plain.__annotate__)
print(f.__annotate__.__name__, f.__annotate__(1)["a"])
try:
    f.__annotate__(2)
except NotImplementedError as e:
    print("NotImplementedError", e)
plain.__annotations__ = {"a": 1}
print(plain.__annotations__)
try:
    plain.__annotations__ = 5
except TypeError as e:
    print(e)

class Base:
    b: int
class Derived(Base):
    pass
print(Derived.__annotations__, Base.__annotations__)
def local():
    v: undefined_thing = 5
    w: int
    return v
print(local())
class Conditional:
    if True:
        a: int
    else:
        b: str
    for i in range(2):
        c: float
print(Conditional.__annotations__)
def closure():
    T = str
    def g(x: T): pass
    T = bytes
    return g
print(closure().__annotations__)
class Scoped:
    Thing = int
    def m(self, x: Thing) -> Thing: pass
    attr: Thing
print(Scoped.m.__annotations__, Scoped.__annotations__)
class WithError:
    bad: 1 / 0
for _ in range(2):
    try:
        WithError.__annotations__
    except ZeroDivisionError as e:
        print(e)
def private_names():
    class P:
        __hidden: int
        def m(self, __arg: int): pass
    return P
print(private_names().__annotations__, private_names().m.__annotations__)
lam = lambda x: x
print(lam.__annotations__, type(f.__annotate__).__name__)
del f.__annotations__
print(f.__annotations__)
(paren): int = 3
obj = Node()
obj.attr: undefined_too = 9
print(obj.attr, paren, "paren" in __annotations__ if "__annotations__" in globals() else "none stored")
