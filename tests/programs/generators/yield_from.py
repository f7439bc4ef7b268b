# Delegation: values, send, throw, close, return, non-generators.
def inner():
    try:
        x = yield 1
        print("inner got", x)
        y = yield 2
        print("inner got", y)
    except ValueError as e:
        print("inner caught", e)
        yield "handled"
    finally: print("inner finally")
    return "inner result"
def outer():
    r = yield from inner()
    print("result", r)
    return "outer"
g = outer()
print(next(g), g.send("a"))
try: g.send("b")
except StopIteration as e: print(e.value)
g = outer(); next(g)
print(g.throw(ValueError("t")))
try: next(g)
except StopIteration as e: print(e.value)
g = outer(); next(g); g.close()
g = outer(); next(g)
try: g.throw(KeyError("k"))
except KeyError as e: print("out", e)
class It:
    def __init__(self): self.n = 0
    def __iter__(self): return self
    def __next__(self):
        self.n += 1
        if self.n > 2: raise StopIteration("it value")
        return self.n
def d(x):
    r = yield from x
    print("r =", r)
print(list(d(It())), list(d([1, 2])), list(d("ab")), list(d({})), list(d(range(2))))
g = d(It()); next(g)
try: g.send(5)
except AttributeError as e: print(e)
g = d(It()); next(g)
try: g.throw(ValueError("no throw method"))
except ValueError as e: print(e)
class WithThrow(It):
    def throw(self, e): print("throw", repr(e)); return "thrown"
    def send(self, v): print("send", v); return "sent"
    def close(self): print("close")
g = d(WithThrow()); print(next(g), g.send(1), g.throw(ValueError(1)))
g.close()
try: list(d(5))
except TypeError as e: print(e)
def chain(n):
    if n == 0: yield "bottom"; return 0
    return 1 + (yield from chain(n - 1))
def run(gen):
    while True:
        try: print(next(gen))
        except StopIteration as e: return e.value
print(run(chain(100)))
def flatten(x):
    for i in x:
        if isinstance(i, list): yield from flatten(i)
        else: yield i
print(list(flatten([1, [2, [3, [4]], 5], []])))
g = outer(); next(g); print(g.gi_yieldfrom.__name__); g.close()
def two():
    a = yield from [1]
    b = yield from (x for x in [2])
    return a, b, (yield from [])
print(run(two()))
def swallow():
    try: yield from inner()
    except GeneratorExit: print("exit seen"); raise
g = swallow(); next(g); g.close()
def reenter():
    yield from me
me = reenter()
try: next(me)
except ValueError as e: print(e)
def stop():
    yield from raising()
def raising():
    raise StopIteration("x")
    yield
try: next(stop())
except RuntimeError as e: print(e, repr(e.__cause__))
def close_raises():
    try: yield 1
    except GeneratorExit: yield 2
def wraps(): yield from close_raises()
g = wraps(); next(g)
try: g.close()
except RuntimeError as e: print(e)
