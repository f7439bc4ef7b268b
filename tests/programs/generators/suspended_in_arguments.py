# Suspensions in the middle of calls: the words that calls before have left between the arguments are no values.
import asyncio
import gc
import weakref


def add(a, b):
    return a + b


def caller(pads):
    names = "".join(f"    p{i} = {i}\n" for i in range(pads))
    source = f"def g():\n{names}    x = 0\n    while True:\n        x = add(add(1, x), (yield x))\n"
    namespace = {"add": add}
    exec(source, namespace)
    return namespace["g"]()


for pads in range(8):
    g = caller(pads)
    seen = [next(g)]
    for i in range(4):
        seen.append(g.send(i))
        gc.collect()
    print(pads, seen)


async def nothing(x):
    await asyncio.sleep(0)
    gc.collect()
    return x


async def arguments():
    total = 0
    for i in range(6):
        total = add(add(total, i), await nothing(add(await nothing(i), await nothing(1))))
        total = max(total, *[await nothing(k) for k in range(3)], key=lambda v: v)
    return total


print(asyncio.run(arguments()))


class Thing:
    pass


def one_after_another():
    def things():
        yield Thing()

    for thing in things():
        yield weakref.ref(thing)
        del thing
    yield "the loop is over"


g = one_after_another()
print(next(g)() is not None)
print(next(g))


def nested(n):
    if n:
        got = yield from nested(n - 1)
        add((yield n) or 0, got or 0)
        try:
            yield from nested(n - 1)
        finally:
            add(n, n)
    return n


print(list(nested(5)))
