# SimpleQueue between many threads: every item comes out once, nobody who waits is forgotten.
import _queue
import threading

ITEMS = 2000
PRODUCERS = CONSUMERS = 6

queue = _queue.SimpleQueue()
got = [[] for _ in range(CONSUMERS)]


def produce(base):
    for i in range(ITEMS):
        queue.put(base + i)


def consume(mine):
    while True:
        try:
            item = queue.get(timeout=0.001)
        except _queue.Empty:
            continue
        if item is None:
            return
        mine.append(item)


consumers = [threading.Thread(target=consume, args=(mine,)) for mine in got]
producers = [threading.Thread(target=produce, args=(n * ITEMS,)) for n in range(PRODUCERS)]
for t in consumers + producers:
    t.start()
for t in producers:
    t.join()
for _ in consumers:
    queue.put(None)
for t in consumers:
    t.join()
everything = sorted(item for mine in got for item in mine)
print(everything == list(range(PRODUCERS * ITEMS)), queue.empty())

# Waiting without a timeout: one token is handed round and round.
ring = [_queue.SimpleQueue() for _ in range(4)]
ROUNDS = 500


def pass_on(i):
    for _ in range(ROUNDS):
        ring[(i + 1) % 4].put(ring[i].get() + 1)


threads = [threading.Thread(target=pass_on, args=(i,)) for i in range(4)]
for t in threads:
    t.start()
ring[0].put(0)
for t in threads:
    t.join()
print(ring[0].get())
