# Coroutines driven without an event loop.
def run(coro):
    sent = None
    while True:
        try: y = coro.send(sent)
        except StopIteration as e: return e.value
        print("yielded", y)
        sent = f"reply to {y}"
class Aw:
    def __init__(self, v): self.v = v
    def __await__(self):
        r = yield self.v
        return r
async def leaf(x): return await Aw(x)
async def main():
    a = await leaf(1)
    b = await leaf(2)
    return a, b
print(run(main()))
async def nothing(): pass
c = nothing()
print(type(c).__name__, c.__name__, c.cr_running, c.cr_suspended, c.cr_await, c.cr_code.co_name, c.cr_origin)
print(run(c))
try: c.send(None)
except RuntimeError as e: print(e)
c = nothing(); c.close()
try: c.send(None)
except RuntimeError as e: print(e)
c = nothing()
try: c.send(5)
except TypeError as e: print(e)
c.close()
try: iter(c)
except TypeError as e: print(e)
try: next(c)
except TypeError as e: print(e)
async def bad(x): await x
class NotIter:
    def __await__(self): return 5
class ReturnsCoro:
    def __await__(self):
        self.c = nothing()
        return self.c
for x in (5, None, [], NotIter(), "s", iter([])):
    try: run(bad(x))
    except TypeError as e: print(e)
r = ReturnsCoro()
try: run(bad(r))
except TypeError as e: print(e)
r.c.close()
async def raises():
    try: await Aw("wait")
    except ValueError as e: return f"caught {e}"
    finally: print("finally")
c = raises(); print(c.send(None))
try: c.throw(ValueError("thrown"))
except StopIteration as e: print(e.value)
c = raises(); c.send(None); c.close()
async def stop(): raise StopIteration(1)
try: run(stop())
except RuntimeError as e: print(e)
class CM:
    def __init__(self, n): self.n = n
    async def __aenter__(self): print("aenter", self.n); await Aw("enter " + self.n); return self.n
    async def __aexit__(self, *a): print("aexit", self.n, a[0] and a[0].__name__); await Aw("exit " + self.n); return a[0] is ValueError
async def with_cm():
    async with CM("a") as a, CM("b") as b:
        print("body", a, b)
        raise ValueError
    async with (CM("c") as c): return c
print(run(with_cm()))
class AI:
    def __init__(self, n): self.n = n
    def __aiter__(self): return self
    async def __anext__(self):
        if self.n == 0: raise StopAsyncIteration
        self.n -= 1
        await Aw(f"tick {self.n}")
        return self.n
async def loops():
    async for x in AI(2): print("x", x)
    else: print("else")
    async for x in AI(5):
        if x == 3: break
    print([i async for i in AI(2)], {i async for i in AI(1)}, {i: i async for i in AI(1)}, [await leaf(i) for i in range(2)])
    print([i async for i in AI(3) if await leaf(i)])
    return [[j async for j in AI(1)] for _ in range(2)]
print(run(loops()))
async def bad_for(x):
    async for i in x: pass
class BadAiter:
    def __aiter__(self): return 5
class BadAnext:
    def __aiter__(self): return self
    def __anext__(self): return 5
for x in ([], BadAiter(), BadAnext()):
    try: run(bad_for(x))
    except TypeError as e: print(e)
async def bad_with(x):
    async with x: pass
class SyncCM:
    def __enter__(self): pass
    def __exit__(self, *a): pass
for x in (5, SyncCM()):
    try: run(bad_with(x))
    except TypeError as e: print(e)
async def twice():
    c = nothing()
    await c
    try: await c
    except RuntimeError as e: print(e)
run(twice())
async def recursion(n): return 0 if n == 0 else 1 + await recursion(n - 1)
print(run(recursion(200)))
async def gathers(coros):
    return [await c for c in coros]
print(run(gathers([leaf(i) for i in range(3)])))
async def awaiting():
    me = leaf(0)
    await me
c = awaiting(); c.send(None)
print(c.cr_await is not None, c.cr_suspended)
try: c.send("v")
except StopIteration: print(c.cr_frame, c.cr_await)
