# __cause__, __context__, __suppress_context__, __notes__.
def show(e):
    print(repr(e), "cause", repr(e.__cause__), "context", repr(e.__context__), "suppress", e.__suppress_context__)
try:
    try: 1 / 0
    except ZeroDivisionError as z: raise ValueError("v") from z
except ValueError as e: show(e)
try:
    try: 1 / 0
    except ZeroDivisionError: raise ValueError("v") from None
except ValueError as e: show(e)
try:
    try: 1 / 0
    except ZeroDivisionError: raise ValueError("v")
except ValueError as e: show(e)
try: raise ValueError("v") from KeyError
except ValueError as e: show(e)
try:
    try: raise ValueError("1")
    except ValueError as e1:
        try: raise KeyError("2")
        except KeyError as e2: raise e1
except ValueError as e: show(e); show(e.__context__)
def three():
    try: raise ValueError(1)
    except ValueError:
        try: raise KeyError(2)
        except KeyError: raise IndexError(3)
try: three()
except IndexError as e:
    while e: print(repr(e), end=" <- "); e = e.__context__
    print()
try:
    try: raise ValueError("same")
    except ValueError as e: raise e
except ValueError as e: show(e)
e = ValueError("notes")
print(hasattr(e, "__notes__"))
e.add_note("first"); e.add_note("second")
print(e.__notes__)
try: e.add_note(5)
except TypeError as t: print(t)
e.__notes__ = "not a list"
try: e.add_note("x")
except TypeError as t: print(t)
e = Exception()
for name, bad in [("__cause__", 5), ("__context__", 5), ("__traceback__", 5), ("__suppress_context__", "x"), ("args", 5)]:
    try: setattr(e, name, bad); print(name, "ok")
    except TypeError as t: print(name, t)
for name in ("__cause__", "__context__", "__traceback__", "args", "__suppress_context__"):
    try: delattr(e, name); print("del", name, "ok")
    except TypeError as t: print("del", name, t)
e.__cause__ = KeyError("set")
show(e)
e.args = [1, 2]
print(e.args, str(e))
try: e.with_traceback(5)
except TypeError as t: print(t)
def in_gen():
    try: yield
    except ValueError: raise KeyError("from gen")
g = in_gen(); next(g)
try: g.throw(ValueError("thrown"))
except KeyError as k: show(k)
class CM:
    def __enter__(self): pass
    def __exit__(self, *a): raise IndexError("exit")
try:
    with CM(): raise ValueError("body")
except IndexError as i: show(i)
try:
    try: raise ValueError("a")
    finally:
        try: raise KeyError("b")
        except KeyError as k: show(k)
except ValueError as v: show(v)
class D:
    def __getattr__(self, n): raise AttributeError("custom")
try:
    try: raise ValueError("outer")
    except ValueError: D().x
except AttributeError as a: show(a)
try:
    try: raise ValueError
    except ValueError: int("x")
except ValueError as v: print(v, repr(v.__context__))
try:
    for x in (1 // y for y in [1, 0]):
        pass
except ZeroDivisionError as z: show(z)
def stop():
    raise StopIteration("inside")
    yield
try: next(stop())
except RuntimeError as r: show(r)
