# Exceptions and context managers across awaits; async comprehension order; return values.
def run(c):
    while True:
        try: c.send(None)
        except StopIteration as e: return e.value
class Pause:
    def __await__(self): yield
log = []
class Res:
    def __init__(self, n): self.n = n
    async def __aenter__(self): await Pause(); log.append(f"+{self.n}"); return self
    async def __aexit__(self, k, v, t): await Pause(); log.append(f"-{self.n}:{k and k.__name__}"); return k is KeyError
async def work(kind):
    log.clear()
    try:
        async with Res(1), Res(2) as r:
            await Pause()
            if kind: raise kind("x")
            return r.n
    except ValueError as e:
        await Pause()
        log.append(f"caught {e}")
    else: log.append("else")
    finally:
        await Pause()
        log.append("finally")
    return "end"
for k in (None, ValueError, KeyError): print(k, run(work(k)), log)
try: run(work(IndexError))
except IndexError: print("out", log)
async def nested(n):
    if n == 0: raise LookupError("bottom")
    try: await nested(n - 1)
    finally: log.append(n); await Pause()
log.clear()
try: run(nested(5))
except LookupError as e: print(e, log)
async def chain():
    try: await nested(0)
    except LookupError as e: raise RuntimeError("wrapped") from e
try: run(chain())
except RuntimeError as e: print(e, repr(e.__cause__))
async def retry(f, n):
    for i in range(n):
        try: return await f(i)
        except ValueError as e: log.append(str(e)); await Pause()
    raise TimeoutError("gave up")
async def flaky(i):
    await Pause()
    if i < 2: raise ValueError(f"try {i}")
    return f"ok at {i}"
log.clear(); print(run(retry(flaky, 5)), log)
try: run(retry(flaky, 1))
except TimeoutError as e: print(e)
async def numbers(n):
    for i in range(n):
        await Pause()
        yield i
async def aval(x): await Pause(); log.append(x); return x
async def comps():
    log.clear()
    a = [await aval(i) for i in range(3)]
    b = {await aval(i): await aval(-i) async for i in numbers(3)}
    c = [x + y async for x in numbers(2) for y in [await aval(10), await aval(20)]]
    d = [i async for i in numbers(5) if await aval(i) % 2]
    e = {x async for x in numbers(3)} == {0, 1, 2}
    f = await aval(1) + await aval(2) * await aval(3)
    g = (await aval("l")) < (await aval("m")) < (await aval("n"))
    return a, b, c, d, e, f, g, f"{await aval('f')}", (lambda: 5)(), [*[await aval(0)]]
print(run(comps())); print(log)
class Aw:
    def __init__(self, f): self.f = f
    def __await__(self):
        try: got = yield "req"
        except Exception as e: return f"handled {e!r}"
        return self.f(got)
async def two(): return await Aw(lambda v: v), await Aw(lambda v: v)
c = two(); print(c.send(None), c.send(1))
try: c.throw(KeyError("t"))
except StopIteration as e: print(e.value)
async def swallow():
    while True:
        try: await Aw(None)
        except GeneratorExit: return "closing"
c = swallow(); c.send(None); print(c.close())
async def ignore():
    while True:
        try: await Pause()
        except GeneratorExit: pass
c = ignore(); c.send(None)
try: c.close()
except RuntimeError as e: print(e)
async def group():
    errs = []
    for f in (flaky(0), aval(5), flaky(1)):
        try: await f
        except ValueError as e: errs.append(e)
    if errs: raise ExceptionGroup("several", errs)
try: run(group())
except* ValueError as g: print(repr(g))
async def with_result():
    async with Res("r") as r: x = r.n * 2
    return x
print(run(with_result()))
async def loop_control():
    out = []
    async for i in numbers(10):
        if i % 2: continue
        if i > 6: break
        async for j in numbers(i):
            if j == 2: break
            out.append((i, j))
        else: out.append(("all", i))
    else: out.append("never")
    return out
print(run(loop_control()))
