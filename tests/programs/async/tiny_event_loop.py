# A small scheduler with tasks, futures, sleeping, queues and cancellation.
class Future:
    def __init__(self): self.done, self.value, self.error, self.waiters = False, None, None, []
    def set(self, v): self.done, self.value = True, v; self.wake()
    def fail(self, e): self.done, self.error = True, e; self.wake()
    def wake(self):
        for w in self.waiters: loop.ready.append(w)
        self.waiters.clear()
    def __await__(self):
        if not self.done: yield self
        if self.error: raise self.error
        return self.value
class Cancelled(BaseException): pass
class Task(Future):
    def __init__(self, coro, name):
        super().__init__()
        self.coro, self.name, self.cancel_me = coro, name, False
        loop.ready.append(self)
    def step(self):
        try:
            if self.cancel_me: self.cancel_me = False; y = self.coro.throw(Cancelled())
            else: y = self.coro.send(None)
        except StopIteration as e: self.set(e.value)
        except (Exception, Cancelled) as e: self.fail(e)
        else:
            if isinstance(y, Future): y.waiters.append(self)
            else: loop.sleeping.append((loop.time + y, next(loop.ids), self))
    def cancel(self):
        self.cancel_me = True
        loop.sleeping = [s for s in loop.sleeping if s[2] is not self]
        loop.ready.append(self)
class Loop:
    def __init__(self): self.ready, self.sleeping, self.time, self.ids = [], [], 0, iter(range(10**9))
    def run(self, coro):
        main = Task(coro, "main")
        while not main.done:
            if not self.ready:
                self.sleeping.sort(key=lambda s: s[:2])
                self.time, _, t = self.sleeping.pop(0)
                self.ready.append(t)
            self.ready.pop(0).step()
        if main.error: raise main.error
        return main.value
class Sleep:
    def __init__(self, n): self.n = n
    def __await__(self): yield self.n
async def gather(*coros):
    tasks = [Task(c, f"t{i}") for i, c in enumerate(coros)]
    return [await t for t in tasks]
class Queue:
    def __init__(self): self.items, self.getters = [], []
    def put(self, x):
        if self.getters: self.getters.pop(0).set(x)
        else: self.items.append(x)
    async def get(self):
        if self.items: return self.items.pop(0)
        f = Future(); self.getters.append(f)
        return await f
loop = Loop()
async def worker(name, n):
    for i in range(n):
        await Sleep(n)
        print(loop.time, name, i)
    return name * n
async def producer(q):
    for i in range(4): await Sleep(1); q.put(i)
    q.put(None)
async def consumer(q, out):
    while (x := await q.get()) is not None: out.append((loop.time, x))
    return out
async def fails(): await Sleep(1); raise ValueError("task failed")
async def forever():
    try:
        while True: await Sleep(100)
    except Cancelled: print("cancelled at", loop.time); raise
    finally: print("cleanup")
async def main():
    print(await gather(worker("a", 2), worker("b", 3), worker("c", 1)))
    q = Queue()
    print(await gather(producer(q), consumer(q, [])))
    try: await gather(fails(), worker("d", 1))
    except ValueError as e: print("error", e)
    t = Task(forever(), "forever")
    await Sleep(5)
    t.cancel()
    try: await t
    except Cancelled: print("task ended")
    f = Future()
    async def setter(): await Sleep(3); f.set("future value")
    Task(setter(), "setter")
    print(await f, loop.time)
    async def ticker(n):
        for i in range(n): await Sleep(1); yield i, loop.time
    async for i, t in ticker(3): print("tick", i, t)
    return "main done"
print(loop.run(main()))
