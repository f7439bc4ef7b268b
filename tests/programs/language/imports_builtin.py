# The import statement on modules every interpreter has.
import sys
import sys as system
from sys import modules, path as search_path
import builtins
print(system is sys, modules is sys.modules, search_path is sys.path, "sys" in modules)
print(builtins.len is len, __builtins__ is builtins, builtins.__name__)
try:
    import no_such_module
except ModuleNotFoundError as e:
    print(type(e).__name__, e, e.name, e.path)
try:
    from sys import no_such_name
except ImportError as e:
    print(type(e).__name__, str(e).split(" (")[0], e.name)
try:
    import sys.nothing
except ModuleNotFoundError as e:
    print(e, e.name)
try:
    import no_such_package.sub
except ModuleNotFoundError as e:
    print(e, e.name)
try:
    from . import x
except ImportError as e:
    print(e)
try:
    from .rel import x
except ImportError as e:
    print(e)
def local():
    import sys
    from builtins import len as length
    return length(sys.version_info)
print(local())
class C:
    from builtins import abs, max as biggest
print(C.abs(-1), C.biggest(1, 2))
m = type(sys)("made")
m.value = 5
m.__all__ = ["value", "missing"]
sys.modules["made"] = m
import made
print(made.value, made, made.__name__, made.__doc__, made.__spec__)
try:
    from made import *
except AttributeError as e:
    print(e)
m.__all__ = ["value"]
from made import *
print(value)
del m.__all__
m._private = 1
from made import *
print("_private" in globals())
m.__getattr__ = lambda name: f"dynamic {name}"
from made import whatever
print(whatever, made.other)
sys.modules["blocked"] = None
try:
    import blocked
except ImportError as e:
    print(type(e).__name__, e)
print(__import__("sys") is sys, __import__("made", fromlist=["x"]).value)
try:
    __import__("")
except ValueError as e:
    print(e)
try:
    made.__class__.missing
except AttributeError as e:
    print(e)
class Sub(type(sys)):
    @property
    def prop(self): return "module property"
made.__class__ = Sub
print(made.prop)
print(sys.version_info[:2], sys.byteorder in ("little", "big"), sys.maxsize > 2**31, sys.maxunicode)
if sys.argv and __name__ == "__main__":
    print("main", len(sys.argv))
