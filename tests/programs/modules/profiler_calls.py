# cProfile: which calls it counts, whom they are counted for, and that there is one profiler at a time.
import cProfile
import io
import pstats
import threading


def fib(n):
    return n if n < 2 else fib(n - 1) + fib(n - 2)


def work():
    items = []
    for _ in range(10):
        items.append(len(items))
    try:
        int("x")
    except ValueError:
        pass

    def pair():
        yield 1
        yield 2

    return sum(pair()), sorted(items), fib(8), "a".upper()


def show(profile):
    for (file, line, name), (primitive, count, _, _, callers) in sorted(profile.stats.items()):
        if file in ("~", __file__):
            print(line, name, count, primitive, sorted((key[1:], row[:2]) for key, row in callers.items()))


p = cProfile.Profile()
p.enable()
work()
p.disable()
p.create_stats()
show(p)
p.clear()
p.enable(subcalls=False, builtins=False)
work()
p.create_stats()
show(p)
with cProfile.Profile() as p:
    thread = threading.Thread(target=fib, args=(5,))
    thread.start()
    thread.join()
print([e.callcount for e in p.getstats() if e.code is fib.__code__])
with cProfile.Profile() as p:
    try:
        cProfile.Profile().enable()
    except ValueError as e:
        print(e)
print(cProfile.Profile().runcall(fib, 4))
out = io.StringIO()
pstats.Stats(cProfile.Profile().run("fib(3)"), stream=out).strip_dirs().sort_stats("name").print_stats("fib")
print("fib" in out.getvalue(), "5/1" in out.getvalue())
