# The native half of the warnings machinery, without the library's.
import _warnings
import sys


def show(f):
    try:
        print(repr(f()))
    except BaseException as e:
        print(type(e).__name__ + ":", e)


class Stream:
    def write(self, text):
        print("stderr: " + text, end="")

    def flush(self):
        pass


sys.modules.pop("warnings", None)
sys.stderr = Stream()
del _warnings.filters[:]
show(lambda: _warnings.warn("x", 3))
show(lambda: _warnings.warn("x", int))
show(lambda: _warnings.warn("x", skip_file_prefixes=[]))
show(lambda: _warnings.warn("x", skip_file_prefixes=(3,)))
show(lambda: _warnings.warn_explicit("a", UserWarning, 3, 4))
show(lambda: _warnings.warn_explicit("a", UserWarning, "f", 4, registry=3))
show(lambda: _warnings.warn_explicit("a", UserWarning, "f", 4, module_globals=3))
show(lambda: _warnings._filters_mutated_lock_held())
show(lambda: _warnings._release_lock())


def filters(*rules):
    _warnings.filters[:] = rules
    _warnings._acquire_lock()
    _warnings._filters_mutated_lock_held()
    _warnings._release_lock()


_warnings.warn_explicit("plain", UserWarning, "nofile.py", 4)
_warnings.warn_explicit("none", UserWarning, "nofile.py", 4, None)
registry = {}
for _ in range(2):
    _warnings.warn_explicit("default", UserWarning, "f.py", 4, "f", registry)
print(sorted(map(str, registry)))
filters(("always", None, UserWarning, None, 0))
for _ in range(2):
    _warnings.warn_explicit("always", UserWarning, "f.py", 4, "f", registry)
filters(("once", None, UserWarning, None, 0))
for line in (1, 2):
    _warnings.warn_explicit("once", UserWarning, "f.py", line, "f", registry)
filters(("module", None, UserWarning, None, 0))
for line in (1, 2):
    _warnings.warn_explicit("module", UserWarning, "f.py", line, "f", registry)
filters(("error", "exact", Warning, None, 7))
show(lambda: _warnings.warn_explicit("exact", RuntimeWarning, "f.py", 7, "f"))
show(lambda: _warnings.warn_explicit(DeprecationWarning("exact"), None, "f.py", 7, "f"))
_warnings.warn_explicit("exact", RuntimeWarning, "f.py", 8, "f")
filters(("ignore", None, Warning, None, 0))
_warnings.warn("ignored")
filters(3)
show(lambda: _warnings.warn_explicit("b", UserWarning, "f", 4))
filters((3, None, UserWarning, None, 0))
show(lambda: _warnings.warn_explicit("b", UserWarning, "f", 4))
filters(("foo", None, UserWarning, None, 0))
show(lambda: _warnings.warn_explicit("b", UserWarning, "f", 4))
filters()
_warnings.warn("far up", UserWarning, 100)
