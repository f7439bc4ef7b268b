# Sites that read attributes of modules keep up with every way of changing them.
import math
import sys
import types


def read(m):
    try:
        return m.x
    except AttributeError as e:
        return f"AttributeError: {e}"


def call(m, *args):
    try:
        return m.f(*args)
    except (AttributeError, TypeError, NameError) as e:
        return f"{type(e).__name__}: {e}"


m = types.ModuleType("m", "about m")
other = types.ModuleType("other")
print(read(m), "|", call(m))
for way in ("attribute", "dict", "exec", "update", "setattr"):
    match way:
        case "attribute":
            m.x, m.f = 1, lambda: "one"
        case "dict":
            m.__dict__["x"] = 2
            m.__dict__["f"] = lambda: "two"
        case "exec":
            exec("x = 3\ndef f(): return 'three ' + str(x)", m.__dict__)
        case "update":
            vars(m).update(x=4)
        case "setattr":
            setattr(m, "x", 5)
    for _ in range(3):
        print(way, read(m), call(m), end="; ")
    print()
other.x, other.f = "other's", len
for _ in range(3):
    print(read(other), read(m), call(other, "abc"), call(m), end="; ")
print()
del m.x
print(read(m))
m.__getattr__ = lambda name: f"made up {name}"
print(read(m), call(m))
m.x = 6
print(read(m))
del m.__getattr__, m.__dict__["x"]
print(read(m))
vars(m).clear()
print(read(m), "|", call(m))
m.x = 7
print(read(m))


class Lively(types.ModuleType):
    @property
    def x(self):
        return "a property"

    def f(self):
        return "a method"


m.__class__ = Lively
print(read(m), call(m))
m.__class__ = types.ModuleType
print(read(m))


def root():
    return [math.sqrt(i) for i in range(3)]


print(root(), root())
kept = math.sqrt
math.sqrt = lambda v: -v
print(root())
math.sqrt = kept
print(root())
del math.sqrt
try:
    root()
except AttributeError as e:
    print(e)
math.sqrt = kept
print(root())
for _ in range(3):
    out, sys.stdout = sys.stdout, sys.stderr
    sys.stdout = out
    sys.stdout.write("written\n")
