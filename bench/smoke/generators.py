def count(n):
    for i in range(n):
        yield i


def tree(n):
    if n:
        yield from tree(n - 1)
        yield n
        yield from tree(n - 1)


async def add(a, b):
    return a + b


async def chain(n):
    total = 0
    for i in range(n):
        total = await add(total, i)
    return total


def run(coroutine):
    try:
        coroutine.send(None)
    except StopIteration as stop:
        return stop.value


print(sum(count(10000)), sum(tree(9)), run(chain(2000)), sum(x * x for x in range(5000)))
