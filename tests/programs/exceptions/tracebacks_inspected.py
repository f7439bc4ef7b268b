# Traceback objects, frames and line numbers, as programs read them.
import sys
def f():
    g()
def g():
    x = 1
    raise ValueError("here")
try:
    f()
except ValueError as e:
    tb = e.__traceback__
    while tb:
        print(tb.tb_lineno, tb.tb_frame.f_code.co_name, tb.tb_frame.f_lineno, sorted(k for k in tb.tb_frame.f_locals if k == "x"))
        tb = tb.tb_next
def catcher():
    try:
        g()
    except ValueError as e:
        return e
e = catcher()
tb = e.__traceback__
print(tb.tb_lineno, tb.tb_next.tb_lineno, tb.tb_next.tb_next)
Traceback = type(tb)
new = Traceback(None, tb.tb_frame, tb.tb_lasti, 123)
print(new.tb_lineno, new.tb_next)
new.tb_next = tb
print(new.tb_next is tb)
for bad in ("new.tb_next = 5", "tb.tb_next.tb_next = new", "Traceback()", "new.tb_lineno = 5", "del new.tb_next"):
    try: exec(bad); print(bad, "ok")
    except (TypeError, ValueError, AttributeError) as err: print(bad, "->", type(err).__name__, err)
try:
    raise KeyError("with").with_traceback(new)
except KeyError as k:
    t = k.__traceback__
    print(t.tb_lineno > 30, t.tb_next is new)
frame = sys._getframe()
print(frame.f_code.co_name, frame.f_back, frame.f_globals is globals(), frame.f_locals is globals() or frame.f_locals == globals(), frame.f_builtins["len"] is len, frame.f_trace, frame.f_lineno)
def depth():
    return sys._getframe(1).f_code.co_name, sys._getframe().f_back.f_lineno
def caller():
    return depth()
print(caller())
try: sys._getframe(1000)
except ValueError as err: print(err)
def locals_proxy():
    a = 1
    fr = sys._getframe()
    fr.f_locals["a"] = 99
    fr.f_locals["new"] = "n"
    return a, fr.f_locals["new"], sorted(fr.f_locals), type(fr.f_locals).__name__
print(locals_proxy())
def gen():
    yield sys._getframe().f_code.co_name
g1 = gen()
print(g1.gi_frame.f_lineno, next(g1), g1.gi_frame.f_lineno)
frame = None
def clear():
    local = [1]
    raise ValueError
try: clear()
except ValueError as v:
    inner = v.__traceback__.tb_next.tb_frame
    print("local" in inner.f_locals)
    inner.clear()
    print("local" in inner.f_locals)
try: sys._getframe().clear()
except RuntimeError as r: print(r)
