# asyncio: tasks, gather, queues, timeouts, cancellation, task groups (no wall-clock figures).
import asyncio
log = []
async def step(n, k):
    for i in range(k): log.append((n, i)); await asyncio.sleep(0)
    return n * k
async def main():
    print(await asyncio.gather(step("a", 2), step("b", 3)), log)
    t = asyncio.create_task(step("c", 1), name="cc"); print(t.get_name(), t.done(), await t, t.done(), t.result())
    q = asyncio.Queue()
    async def prod():
        for i in range(4): await q.put(i)
        await q.put(None)
    async def cons():
        out = []
        while (x := await q.get()) is not None: out.append(x)
        return out
    print((await asyncio.gather(prod(), cons()))[1])
    async def forever():
        try: await asyncio.sleep(1000)
        except asyncio.CancelledError: print("cancelled"); raise
    t = asyncio.create_task(forever()); await asyncio.sleep(0); t.cancel("why")
    try: await t
    except asyncio.CancelledError as e: print("caught", e.args, t.cancelled())
    try: await asyncio.wait_for(asyncio.sleep(100), 0.01)
    except TimeoutError: print("timeout")
    try:
        async with asyncio.timeout(0.01): await asyncio.sleep(100)
    except TimeoutError: print("timeout 2")
    async def fail(): raise ValueError("failed")
    print([repr(r) for r in await asyncio.gather(fail(), step("d", 1), return_exceptions=True)])
    try:
        async with asyncio.TaskGroup() as tg: tg.create_task(fail()); tg.create_task(forever())
    except* ValueError as g: print(repr(g))
    async with asyncio.TaskGroup() as tg: x, y = tg.create_task(step("x", 1)), tg.create_task(step("y", 2))
    print(x.result(), y.result())
    ev, lock, sem = asyncio.Event(), asyncio.Lock(), asyncio.Semaphore(1)
    async def waiter(): await ev.wait(); return "event"
    t = asyncio.create_task(waiter()); await asyncio.sleep(0); ev.set(); print(await t)
    async with lock, sem: print(lock.locked(), sem.locked())
    f = asyncio.get_running_loop().create_future(); asyncio.get_running_loop().call_soon(f.set_result, 42); print(await f)
    done, pending = await asyncio.wait([asyncio.create_task(step(str(i), 1)) for i in range(3)]); print(sorted(d.result() for d in done), pending)
    async def agen():
        for i in range(3): yield i; await asyncio.sleep(0)
    print([i async for i in agen()], await anext(agen()))
    print(await asyncio.to_thread(sum, [1, 2, 3]), asyncio.current_task() is not None, len(asyncio.all_tasks()))
    out = [await c for c in asyncio.as_completed([step("p", 1), step("q", 1)])]; print(sorted(out))
    r, w = await asyncio.gather(asyncio.shield(step("s", 1)), asyncio.sleep(0, "slept")); print(r, w)
    return "returned"
print(asyncio.run(main()))
for bad in (lambda: asyncio.get_running_loop(), lambda: asyncio.run(5), lambda: asyncio.run(main)):
    try: bad()
    except Exception as e: print(type(e).__name__, e)
async def exc(): raise KeyError("k")
try: asyncio.run(exc())
except KeyError as e: print("KeyError", e)
with asyncio.Runner() as runner: print(runner.run(step("r", 1)), runner.run(asyncio.sleep(0, "again")))
