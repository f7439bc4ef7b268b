# send, throw, close, return values, states.
def t(f, *a):
    try: r = f(*a)
    except BaseException as e: print(type(e).__name__, e, repr(getattr(e, "value", "-")))
    else: print("->", r)
def echo():
    x = None
    while True:
        try: x = yield x
        except KeyError as e: x = f"caught {e}"
g = echo()
t(g.send, "too early"); t(g.send, None); t(g.send, 1); t(g.throw, KeyError("k")); t(g.throw, ValueError("v")); t(g.send, 1); t(next, g); t(g.close)
def ret():
    yield 1
    return "result"
g = ret(); t(next, g); t(next, g); t(next, g)
def ignore():
    while True:
        try: yield
        except GeneratorExit: pass
g = ignore(); next(g); t(g.close)
def close_value():
    try: yield
    except GeneratorExit: return "closing value"
g = close_value(); next(g); t(g.close); t(g.close)
def raise_on_close():
    try: yield
    finally: raise ValueError("in close")
g = raise_on_close(); next(g); t(g.close)
g = echo(); t(g.close); t(next, g)
g = echo(); t(g.throw, ValueError("before start")); t(next, g)
g = echo(); next(g)
t(g.throw, ValueError); t(g.throw, 5)
g = echo(); next(g); t(g.throw, ValueError, "two args"); 
g = echo(); t(g.throw)
def me():
    t(g.send, None)
    yield 1
    t(next, g)
    t(g.close)
g = me(); next(g); list(g)
def info():
    x = 1
    yield
g = info()
print(g.gi_running, g.gi_suspended, g.gi_frame is not None, g.gi_yieldfrom, g.__name__, g.__qualname__, g.gi_code.co_name)
next(g)
print(g.gi_suspended, g.gi_frame.f_locals)
list(g)
print(g.gi_frame, g.gi_suspended)
g.__name__ = "new"; print(g.__name__)
try: g.__name__ = 5
except TypeError as e: print(e)
try: g.gi_running = 1
except AttributeError as e: print(e)
def stop_in():
    raise StopIteration(5)
    yield
t(next, stop_in())
def stop_sub():
    yield next(iter([]))
t(next, stop_sub())
def finallys():
    try:
        try: yield 1
        finally: print("inner"); yield 2
    finally: print("outer"); yield 3
print(list(finallys()))
g = finallys(); next(g); t(g.close); t(next, g); t(next, g)
def many(*args, **kw):
    for a in args: kw[a] = yield a
    return kw
g = many("a", "b", c=1)
print(next(g), g.send(10)); t(g.send, 20)
def fib():
    a, b = 0, 1
    while True: yield a; a, b = b, a + b
def take(n, it):
    for _, x in zip(range(n), it): yield x
print(list(take(10, fib())), sum(take(50, fib())))
def primes():
    n, seen = 2, []
    while True:
        if all(n % p for p in seen): seen.append(n); yield n
        n += 1
print(list(take(12, primes())))
print([x for x in (y for y in (z for z in range(3)))], max(x * x for x in range(-5, 3)))
def exc_state():
    try: raise ValueError("in gen")
    except ValueError:
        yield "handling"
        raise
g = exc_state(); print(next(g))
try:
    try: raise KeyError("outer")
    except KeyError: next(g)
except ValueError as e: print(e, repr(e.__context__))
