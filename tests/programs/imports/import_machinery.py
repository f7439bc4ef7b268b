# sys.path, sys.meta_path finders, import hooks, __import__ replacement.
import sys
import builtins
class Finder:
    @classmethod
    def find_spec(cls, name, path=None, target=None):
        if name.startswith("virtual"):
            from importlib.machinery import ModuleSpec
            return ModuleSpec(name, Loader(), is_package=name == "virtual")
        return None
class Loader:
    def create_module(self, spec): return None
    def exec_module(self, module):
        module.made_by = "Loader"
        module.number = len(module.__name__)
sys.meta_path.insert(0, Finder)
import virtual
import virtual.child
print(virtual.made_by, virtual.child.number, virtual.__spec__.name, virtual.child.__package__, type(virtual.__loader__).__name__)
from virtual import other
print(other.__name__)
sys.meta_path.remove(Finder)
try: import virtual.more
except ModuleNotFoundError as e: print(e)
calls = []
original = builtins.__import__
def hook(name, globals=None, locals=None, fromlist=(), level=0):
    calls.append((name, fromlist, level))
    return original(name, globals, locals, fromlist, level)
builtins.__import__ = hook
import sys as s2
from virtual import made_by
builtins.__import__ = original
print(calls)
import importlib
m = importlib.import_module("_helpers")
print(m.value, importlib.import_module(".later", "_package").who, importlib.util.find_spec("_helpers").origin.endswith("_helpers.py") if hasattr(importlib, "util") else "")
m.value = 1
print(importlib.reload(m).value, m.value, m is sys.modules["_helpers"])
import importlib.util
print(importlib.util.find_spec("nothing_at_all"), importlib.util.find_spec("sys").name)
spec = importlib.util.spec_from_loader("by_hand", Loader())
mod = importlib.util.module_from_spec(spec); spec.loader.exec_module(mod)
print(mod.made_by, "by_hand" in sys.modules, mod.__spec__ is spec)
print(sys.path[0] != "", isinstance(sys.path_hooks, list), isinstance(sys.builtin_module_names, tuple), "sys" in sys.builtin_module_names, "sys" in sys.stdlib_module_names)
try: importlib.import_module(".x")
except TypeError as e: print(e)
try: importlib.reload(5)
except TypeError as e: print(e)
