# Modules and packages beside the program: attributes, caching, reload by hand, cycles.
import sys
import _helpers
import _helpers as h2
from _helpers import value, function as fn
print(_helpers is h2, value, fn(3), _helpers.__name__, _helpers.__doc__, _helpers.__file__.endswith("_helpers.py"), _helpers.__package__ == "")
print(sys.modules["_helpers"] is _helpers, _helpers.counter, _helpers.bump(), _helpers.counter)
import _package
print(_package.__name__, _package.__path__ is not None, _package.names, hasattr(_package, "later"))
import _package.later
print(_package.later.who, _package.later.__package__, _package.later.up, hasattr(_package, "later"))
from _package import sub, later as l
print(sub.deep.where(), l is _package.later, sub.__name__)
from _package.sub import deep
from _package.sub.deep import where as w
print(w(), deep.relative)
from _package import *
print(exported, "hidden" in globals())
import _package.sub.deep as d2
print(d2 is deep)
for stmt in ("import _package.missing", "from _package import missing", "import _helpers.x", "from _package.sub import nope", "from ._helpers import x", "import _broken", "from _syntax import x", "import _package.sub.deep.more"):
    try: exec(stmt); print(stmt, "ok")
    except ImportError as e: print(stmt, "->", type(e).__name__, str(e).split(" (")[0], e.name)
    except SyntaxError as e: print(stmt, "->", type(e).__name__, e.msg, e.lineno, e.filename.endswith("_syntax.py"))
    except Exception as e: print(stmt, "->", type(e).__name__, e)
print("_broken" in sys.modules, "_syntax" in sys.modules)
import _cycle_a
print(_cycle_a.result, sys.modules["_cycle_b"].seen)
del sys.modules["_helpers"]
import _helpers
print(_helpers is h2, _helpers.counter, h2.counter)
print(__name__, __package__, __spec__, __file__.endswith("own_modules.py"))
def inside():
    from _helpers import value as v
    return v
print(inside())
try: exec("def f():\n from _helpers import *")
except SyntaxError as e: print(e.msg)
print(getattr(_package, "dynamic", None), _package.lazy)
try: _package.not_lazy
except AttributeError as e: print(e)
print([n for n in dir(_package) if not n.startswith("_")])
