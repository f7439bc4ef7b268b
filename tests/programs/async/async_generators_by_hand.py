# Async generators: asend, athrow, aclose, states, errors.
def run(coro):
    while True:
        try: y = coro.send(None)
        except StopIteration as e: return e.value
        print("suspended", y)
class Aw:
    def __init__(self, v): self.v = v
    def __await__(self): yield self.v; return self.v
async def agen(n):
    try:
        for i in range(n):
            await Aw(i)
            got = yield i
            if got: print("got", got)
    except ValueError as e:
        print("caught", e)
        yield "after throw"
    finally: print("agen finally")
async def collect():
    return [x async for x in agen(2)]
print(run(collect()))
async def drive():
    g = agen(5)
    print(type(g).__name__, g.__name__, g.ag_running, g.ag_suspended, g.ag_await, g.__aiter__() is g)
    print(await g.asend(None), await g.asend("hello"), await anext(g))
    print(await g.athrow(ValueError("v")))
    try: await g.__anext__()
    except StopAsyncIteration as e: print("end", repr(e))
    try: await anext(g)
    except StopAsyncIteration: print("still ended")
    print(await anext(g, "default"))
run(drive())
async def closing():
    g = agen(3)
    await anext(g)
    await g.aclose()
    await g.aclose()
    try: await anext(g)
    except StopAsyncIteration: print("closed")
    g = agen(3)
    await g.aclose()
    print("never started")
    g = agen(3)
    try: await g.asend("early")
    except TypeError as e: print(e)
    await g.aclose()
run(closing())
async def stubborn():
    while True:
        try: yield
        except GeneratorExit: pass
async def try_close():
    g = stubborn(); await anext(g)
    try: await g.aclose()
    except RuntimeError as e: print(e)
run(try_close())
async def stops(kind):
    raise kind("x")
    yield
for kind in (StopIteration, StopAsyncIteration, ValueError):
    try: run(stops(kind).__anext__())
    except (RuntimeError, ValueError) as e: print(type(e).__name__, e, repr(e.__cause__))
async def reuse():
    g = agen(2)
    a = g.__anext__()
    print(await a)
    try: await a
    except RuntimeError as e: print(e)
    b = g.asend(None); b.close()
    try: await b
    except RuntimeError as e: print(e)
    await g.aclose()
run(reuse())
def concurrently():
    g = agen(2)
    a, b = g.__anext__(), g.__anext__()
    print(a.send(None))
    try: b.send(None)
    except RuntimeError as e: print(e)
    try: a.send(None)
    except StopIteration as e: print(e.value)
    try: run(g.aclose())
    except RuntimeError as e: print(e)
concurrently()
async def genexp():
    g = (x * 2 async for x in agen(2))
    print(type(g).__name__)
    print([x async for x in g])
    h = (await c for c in [val(1), val(2)])
    print(type(h).__name__, [x async for x in h])
async def val(x): return x
run(genexp())
async def nested():
    async def inner():
        yield 1
        yield 2
    async for x in inner():
        yield x
        async for y in inner(): yield (x, y)
async def show(): print([x async for x in nested()])
run(show())
async def comp():
    print([(a, b) async for a in nested() if a in (1, 2) for b in range(2)])
    print({x async for x in nested() if isinstance(x, int)} == {1, 2}, sum([x async for x in nested() if isinstance(x, int)]))
run(comp())
for s in ("aiter(5)", "anext(5)", "aiter()", "aiter([])"):
    try: eval(s)
    except TypeError as e: print(e)
async def brk():
    async for x in nested():
        print("x", x)
        if x == 2: break
    print("after break")
c = brk()
try: run(c)
except Exception as e: print(e)
async def thrown_before_start():
    g = agen(1)
    try: await g.athrow(KeyError("k"))
    except KeyError as e: print("KeyError", e)
    try: await anext(g)
    except StopAsyncIteration: print("ended")
run(thrown_before_start())
