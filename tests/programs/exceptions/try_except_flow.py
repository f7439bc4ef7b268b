# try, except, else, finally: order, re-raise, return in them, names unbound.
def f(kind):
    log = []
    try:
        log.append("try")
        if kind == "value": raise ValueError("v")
        if kind == "key": raise KeyError("k")
        if kind == "other": raise RuntimeError("o")
        if kind == "return": return log
    except ValueError as e:
        log.append(f"value {e}")
    except (KeyError, IndexError) as e:
        log.append(f"lookup {e}")
    except Exception:
        log.append("exception")
    else:
        log.append("else")
    finally:
        log.append("finally")
    log.append("end")
    return log
for kind in ("none", "value", "key", "other", "return"): print(kind, f(kind))
def reraise():
    try:
        try: raise ValueError("inner")
        except ValueError:
            print("seen")
            raise
    except ValueError as e: return f"outer {e}"
print(reraise())
try: raise
except RuntimeError as e: print(e)
def name_gone():
    e = "before"
    try: raise ValueError
    except ValueError as e: pass
    try: e
    except UnboundLocalError as err: print(err)
name_gone()
def finally_wins():
    for i in range(3):
        try: raise ValueError
        except ValueError: continue
        finally: print("f", i)
    return "done"
print(finally_wins())
def nested():
    try:
        try: 1 / 0
        finally: print("inner finally")
    except ZeroDivisionError as e: print("caught", e)
    finally: print("outer finally")
nested()
def exc_in_finally():
    try:
        try: raise ValueError("first")
        finally: raise KeyError("second")
    except KeyError as e: print(repr(e), repr(e.__context__))
exc_in_finally()
def exc_in_except():
    try:
        try: raise ValueError("first")
        except ValueError: undefined
    except NameError as e: print(e, "|", repr(e.__context__))
exc_in_except()
for bad in (5, "x", int, None):
    try: raise bad
    except TypeError as e: print(e)
try:
    try: raise ValueError
    except 5: pass
except TypeError as e: print(e)
try:
    try: raise ValueError
    except (KeyError, "x"): pass
except TypeError as e: print(e)
try: raise ValueError from 5
except TypeError as e: print(e)
class Bad(Exception):
    def __new__(cls): return 5
try: raise Bad
except TypeError as e: print(e)
class InitFails(Exception):
    def __init__(self): raise KeyError("init")
try: raise InitFails
except KeyError as e: print(e)
try:
    try: pass
    except undefined: pass
    print("not evaluated")
except NameError: print("never")
def gen():
    try: yield 1
    except ValueError as e:
        print("gen got", e)
        yield 2
    finally: print("gen finally")
g = gen(); next(g)
print(g.throw(ValueError("thrown")))
g.close()
def deep(n):
    if n == 0: raise LookupError("bottom")
    try: deep(n - 1)
    finally: trail.append(n)
trail = []
try: deep(5)
except LookupError as e: print(e, trail)
def loop_break():
    while True:
        try: return "from try"
        finally: trail.append("f")
print(loop_break(), trail[-1])
def overwrite():
    try: raise ValueError("a")
    except ValueError as e: saved = e
    return saved
e = overwrite()
print(repr(e), e.__traceback__ is not None, e.__traceback__.tb_frame.f_code.co_name, e.with_traceback(None) is e, e.__traceback__)
try: raise e
except ValueError as again: print(again is e)
import sys
def active(): return sys.exc_info()[0]
try: raise KeyError
except KeyError:
    print(active(), sys.exception())
    try: raise IndexError
    except IndexError: print(active())
    print(active())
print(active(), sys.exception())
