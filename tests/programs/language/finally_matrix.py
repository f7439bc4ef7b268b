# Every way out of try/finally, in functions, loops and generators.
def run(f):
    log.clear()
    try: r = f()
    except BaseException as e: r = f"{type(e).__name__}({e})"
    print(f.__name__, r, log)
log = []
def ret_ret():
    try: return log.append("t") or "try"
    finally: log.append("f")
def raise_fin():
    try: raise ValueError(1)
    finally: log.append("f")
def exc_ret():
    try: raise ValueError(1)
    except ValueError: return log.append("e") or "except"
    finally: log.append("f")
def else_raise():
    try: log.append("t")
    except ValueError: log.append("never")
    else: raise KeyError("from else")
    finally: log.append("f")
def exc_raise():
    try: raise ValueError(1)
    except ValueError as e: raise TypeError("second") from e
    finally: log.append("f")
def nested_fin():
    try:
        try: raise ValueError("in")
        finally: log.append("f1")
    finally: log.append("f2")
def fin_raises():
    try: return "lost"
    finally: raise KeyError("finally wins")
def loop_break():
    for i in range(5):
        try:
            if i == 2: break
        finally: log.append(i)
    return i
def loop_continue():
    for i in range(3):
        try:
            if i == 1: continue
            log.append(f"b{i}")
        finally: log.append(i)
    return "end"
def while_return():
    while True:
        try:
            try: return "deep"
            finally: log.append("f1")
        finally: log.append("f2")
def with_in_try():
    class C:
        def __enter__(self): log.append("in")
        def __exit__(self, *a): log.append(("out", a[0] and a[0].__name__))
    try:
        with C(): raise ValueError("w")
    except ValueError as e: return str(e)
    finally: log.append("f")
def value_kept():
    x = 1
    try: return x
    finally: x = 2
def gen_fin():
    def g():
        try: yield 1; yield 2
        finally: log.append("gf")
    for v in g(): log.append(v)
    it = g(); next(it); it.close()
    return "ok"
def except_order():
    for exc in (KeyError, IndexError, LookupError, ValueError, Exception):
        try: raise exc("x")
        except IndexError: log.append("index")
        except (KeyError, ValueError) as e: log.append(type(e).__name__)
        except LookupError: log.append("lookup")
        except Exception: log.append("other")
def bare_except():
    try: raise KeyboardInterrupt("k")
    except: return "bare"
def reraise_keeps():
    try:
        try: raise ValueError("orig")
        except ValueError:
            try: raise KeyError("inner")
            except KeyError: log.append("inner")
            raise
    except ValueError as e: return str(e), e.__context__
def raise_in_loop_handler():
    out = []
    for i in range(3):
        try:
            try: 1 / (i - 1)
            except ZeroDivisionError: raise ValueError(i)
        except ValueError as e: out.append(e.args[0])
        else: out.append("fine")
    return out
def try_in_finally():
    try: raise ValueError("a")
    finally:
        try: raise KeyError("b")
        except KeyError: log.append("handled")
def return_in_else():
    for i in range(3):
        try: pass
        except ValueError: pass
        else: return f"else {i}"
        finally: log.append("f")
def conditional_expr():
    return [(lambda: 1 / d)() if d else "zero" for d in (1, 0, 2)]
def many_handlers(depth=0):
    try:
        if depth == 20: raise ValueError("bottom")
        return many_handlers(depth + 1)
    except KeyError: log.append("wrong")
    finally: log.append(depth) if depth % 10 == 0 else None
for f in (ret_ret, raise_fin, exc_ret, else_raise, exc_raise, nested_fin, fin_raises, loop_break, loop_continue, while_return, with_in_try, value_kept, gen_fin, except_order, bare_except, reraise_keeps, raise_in_loop_handler, try_in_finally, return_in_else, conditional_expr, many_handlers): run(f)
