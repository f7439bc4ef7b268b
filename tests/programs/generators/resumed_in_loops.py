# Generators that hot code resumes: what they keep between two yields, what others see of them meanwhile, how they end.
import gc
import sys
import weakref

def count(n):
    i = 0
    while i < n:
        yield i
        i += 1

def running_sum():
    total = 0.0
    while True:
        x = yield total
        total += x

def remembers():
    # What is sent lives until the yield after the next.
    a = yield
    while True:
        b = yield a
        c = yield (a, b)
        a = c

def mixed(n):
    text, f, flag, items = "", 0.5, True, []
    for i in range(n):
        yield text, f, flag, len(items)
        if i % 3 == 0:
            text += "x"
        elif i % 3 == 1:
            f *= 1e40
            flag = not flag
        else:
            items.append(i)
            f = 0.5

def nested(n):
    for i in range(n):
        for j in count(i % 4):
            yield (i, j)

def closing(log):
    try:
        while True:
            yield len(log)
    finally:
        log.append("closed")

def catches():
    n = 0
    while True:
        try:
            yield n
        except ValueError as e:
            n += int(str(e))
        else:
            n += 1

class Tracked:
    pass

def holds(refs):
    for i in range(40):
        t = Tracked()
        refs.append(weakref.ref(t))
        yield i
        t = None
        yield -i

def frames():
    for i in range(300):
        f = sys._getframe()
        yield f.f_lineno - f.f_code.co_firstlineno, f.f_locals["i"]

def itself():
    def g():
        while True:
            try:
                next(me)
            except ValueError as e:
                yield str(e)
    me = g()
    return me

def recursive(n):
    if n:
        yield from recursive(n - 1)
    yield n

def main():
    print(sum(count(1000)), [x for x in count(5)], max(count(700)))
    s = running_sum()
    next(s)
    for i in range(500):
        last = s.send(i * 0.25)
    print(last)
    r = remembers()
    next(r)
    out = [r.send(k) for k in range(300)]
    print(out[:7], out[-3:])
    print(hash(tuple(mixed(400))) == hash(tuple(mixed(400))), list(mixed(9))[-1])
    print(len(list(nested(300))), list(nested(5)))
    log = []
    for k in range(60):
        for n in closing(log):
            if n == k:
                break
            log.append(k)
            if len(log) % 2:
                continue
            break
        gc.collect(0)
    gc.collect()
    # The collector may still see the last ones.
    print(log.count("closed") >= 55)
    g = catches()
    next(g)
    for i in range(200):
        v = g.throw(ValueError(str(i))) if i % 3 == 0 else next(g)
    print(v)
    g.close()
    print(next(g, "over"))
    refs = []
    seen = [x for x in holds(refs)]
    gc.collect()
    print(len(seen), sum(r() is not None for r in refs) <= 1)
    print(set(a for a, _ in frames()), sum(i for _, i in frames()))
    me = itself()
    print({next(me) for _ in range(200)})
    print(sum(recursive(60)))
    try:
        print(sum(recursive(100000)))
    except RecursionError as e:
        print("RecursionError", str(e).partition(" in ")[0])
    print(sum(recursive(60)))
    # The frame of a suspended one.
    c = count(500)
    for k in c:
        if k in (100, 300):
            print(c.gi_frame.f_locals, c.gi_running, c.gi_suspended)
    print(c.gi_frame, any(x > 200 for x in count(400)), all(x < 5 for x in count(400)))
    for _ in range(3):
        # More than one at once, taking turns.
        print(sum(a * b - c for a, b, c in zip(count(300), count(300), count(300))))

main()
main()
