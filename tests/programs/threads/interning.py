# gc-stress: 20000
# Threads that intern the same texts at the same time get the same strings; texts that nobody holds come anew.
import gc
import sys
import threading

COUNT = 4
WORDS = 1000
start = threading.Barrier(COUNT)
found = [None] * COUNT


def work(number):
    start.wait()
    mine = []
    order = range(WORDS) if number % 2 else range(WORDS - 1, -1, -1)
    for i in order:
        mine.append((i, sys.intern("word %d of the table" % i)))
        # Texts that die at once make the table grow and shrink around those that stay.
        for k in range(5):
            sys.intern("passing %d %d %d" % (number, i, k))
    mine.sort()
    found[number] = [s for _, s in mine]


for _ in range(2):
    threads = [threading.Thread(target=work, args=(n,)) for n in range(COUNT)]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    print(all(all(a is b for a, b in zip(found[0], other)) for other in found[1:]))
    print(found[0][17], found[0][17] is sys.intern("word %d of the table" % 17))
    gc.collect()
    print(found[0][5] is sys.intern("word %s of the table" % "5"))
    found = [None] * COUNT
    gc.collect()

held = [sys.intern(f"held {i}") for i in range(20000)]
again = [sys.intern("held %d" % i) for i in range(20000)]
print(all(a is b for a, b in zip(held, again)))
del held, again
gc.collect()
print(sys.intern("held 7"))
