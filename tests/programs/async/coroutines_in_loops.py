# Coroutines in hot code: with and without suspensions, errors, loops, context managers, other awaitables.
import asyncio
import sys
import traceback
import types

async def fib(n):
    if n <= 1:
        return n
    return await fib(n - 1) + await fib(n - 2)

class Pause:
    def __init__(self, what):
        self.what = what
    def __await__(self):
        got = yield self.what
        return got

@types.coroutine
def pause(what):
    return (yield what)

async def chain(n, how):
    if n == 0:
        total = 0
        for i in range(5):
            total += await how(i)
        return total
    return 1 + await chain(n - 1, how)

def drive(coro, answer, sent=None):
    seen = []
    while True:
        try:
            seen.append(coro.send(sent))
        except StopIteration as e:
            return e.value, seen
        sent = answer(seen[-1])

async def fails(n):
    if n % 5 == 4:
        raise LookupError(n)
    return n

async def tries(n):
    good = bad = 0
    for i in range(n):
        try:
            good += await fails(i)
        except LookupError as e:
            bad += e.args[0]
    return good, bad

class Manager:
    def __init__(self, log):
        self.log = log
    async def __aenter__(self):
        self.log.append("in")
        await pause(None)
        return self
    async def __aexit__(self, *exc):
        self.log.append(exc[0] and exc[0].__name__)
        return exc[0] is ValueError

async def manages(log, i):
    async with Manager(log):
        if i % 3 == 1:
            raise ValueError(i)
        return i

async def numbers(n):
    for i in range(n):
        if i % 4 == 3:
            await pause(i)
        yield i

async def sums(n):
    return sum([x async for x in numbers(n)])

async def where():
    f, names = sys._getframe(), []
    while f:
        names.append(f.f_code.co_name)
        f = f.f_back
    return names

async def asks(n):
    return (await where()) if n == 0 else (await asks(n - 1))

async def worker(queue, out):
    while True:
        item = await queue.get()
        if item is None:
            return
        out.append(item * item)
        await asyncio.sleep(0)

async def program():
    queue, out = asyncio.Queue(3), []
    workers = [asyncio.create_task(worker(queue, out)) for _ in range(4)]
    for i in range(300):
        await queue.put(i)
    for _ in workers:
        await queue.put(None)
    await asyncio.gather(*workers)
    return sum(out)

async def cancelled(log):
    try:
        while True:
            await asyncio.sleep(0)
            log.append(1)
    except asyncio.CancelledError:
        log.append("cancelled")
        raise

async def cancels():
    log = []
    t = asyncio.create_task(cancelled(log))
    for _ in range(200):
        await asyncio.sleep(0)
    t.cancel()
    try:
        await t
    except asyncio.CancelledError:
        log.append("seen")
    return log[-2:], len(log) > 100

def main():
    print(drive(fib(14), None))
    for how in (pause, Pause):
        for k in range(30):
            value, seen = drive(chain(k, how), lambda x: 2 * x)
        print(value, seen)
    print(drive(tries(200), None))
    log = []
    print([drive(manages(log, i), lambda x: x)[0] for i in range(40)][:7], log[:8], len(log))
    print([drive(sums(k), lambda x: x)[0] for k in range(0, 60, 9)])
    for k in range(50):
        names = drive(asks(k % 7), None)[0]
    print(names)
    print(asyncio.run(program()), asyncio.run(cancels()))
    for k in range(80):
        c = chain(k % 4, pause)
        c.send(None)
        if k % 2:
            c.close()
        else:
            try:
                c.throw(OSError("no"))
            except OSError as e:
                depth = len(traceback.extract_tb(e.__traceback__))
    print(depth)
    c = chain(3, pause)
    c.send(None)
    print(c.cr_await.__name__, c.cr_suspended, c.cr_running, c.cr_frame.f_locals["n"], c.cr_await.cr_await.cr_frame.f_locals["n"])
    inner = c.cr_await
    async def steals():
        return await inner
    for _ in range(3):
        try:
            drive(steals(), None)
        except RuntimeError as e:
            print(e)
    print(drive(c, lambda x: 1, 1))
    for _ in range(3):
        try:
            c.send(None)
        except RuntimeError as e:
            print(e)

main()
main()
