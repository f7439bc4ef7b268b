# Threads share iterators of pairs: each number and each item goes to exactly one of them. Others change what is read.
import threading

N, THREADS = 20000, 4


def together(*bodies):
    threads = [threading.Thread(target=b) for b in bodies]
    for t in threads:
        t.start()
    for t in threads:
        t.join()


shared = enumerate(range(N))
got = [[] for _ in range(THREADS)]


def take(out):
    for i, v in shared:
        out.append((i, v))


together(*[lambda out=out: take(out) for out in got])
everything = [p for out in got for p in out]
print(len(everything), sorted(i for i, _ in everything) == list(range(N)), sorted(v for _, v in everything) == list(range(N)))

d = {i: str(i) for i in range(N)}
items = iter(d.items())
got = [[] for _ in range(THREADS)]


def take_items(out):
    for k, v in items:
        out.append((k, v))


together(*[lambda out=out: take_items(out) for out in got])
everything = sorted(p for out in got for p in out)
print(everything == sorted(d.items()))

pairs = zip(range(N), range(N))
got = [[] for _ in range(THREADS)]


def take_pairs(out):
    for a, b in pairs:
        out.append((a, b))


together(*[lambda out=out: take_pairs(out) for out in got])
everything = [p for out in got for p in out]
print(len({a for a, _ in everything}) == len(everything), len({b for _, b in everything}) == len(everything))

grown, stop = [], False


def grow():
    global stop
    for i in range(N):
        grown.append(i)
    stop = True


def read():
    while not stop:
        part = grown[:]
        if part != list(range(len(part))):
            print("wrong", len(part))
        whole = grown + grown[-1:]
        copy = list(grown)
        back = grown[::-1]
        if 0 in back and back[-1] != 0 or copy and copy[0] != 0 or len(whole) < len(part):
            print("wrong copies")


together(grow, read, read)
print(grown == list(range(N)))

s, stop = set(range(100)), False


def change():
    global stop
    for i in range(N):
        s.add(100 + i % 7)
        s.discard(100 + (i + 3) % 7)
    stop = True


def compare():
    small, frozen = {1, 2, 3}, frozenset(range(100))
    while not stop:
        if not small <= s or s - frozen > frozenset(range(100, 107)) or not frozen <= s or (s & small) != small:
            print("wrong set")


together(change, compare, compare)
print(sorted(s)[:3])


def mapping(n):
    out = {}
    for i in range(n):
        out[i, str(i)] = out.get((i - 1, str(i - 1)), 0) + 1
    return out


results = []
together(*[lambda: results.append(mapping(2000)) for _ in range(THREADS)])
print(all(r == results[0] for r in results), len(results[0]))
