"""Pauses: how long each of many short requests takes while the heap is small, and while it is large.

A request makes a few dozen objects and exchanges some of those that are held, so that the collector has old and new objects to
look at. What stops the program for a moment, whatever it is, makes the request that it meets a long one. How many requests took
how long is reported in powers of two of a nanosecond, from the second iteration on.
"""

import pyperf

HELD = {"pauses_small_heap": 2_000, "pauses_large_heap": 600_000}
BUCKETS = 36


class Item:
    def __init__(self, key, tags):
        self.key = key
        self.tags = tags
        self.next = None


def request(held, seed):
    """Some work of a service: make items, link them, keep a few, and add up a number from what is held."""
    total, last, size = 0, None, len(held)
    for i in range(12):
        seed = (seed * 1103515245 + 12345) % 2**31
        item = Item(seed % 1000, [str(i), seed])
        item.next = last
        last = item
        place = (seed >> 8) % size
        old = held[place]
        total += old.key + len(old.tags)
        if i % 4 == 0:
            item.next = None
            held[place] = item
    return seed, total


def items(count):
    """What is held at first."""
    return [Item(i % 1000, [str(i), i]) for i in range(count)]


def totals(held):
    """What 500 requests give, one after the other."""
    seed, found = 7, []
    for _ in range(500):
        seed, total = request(held, seed)
        found.append(total)
    return found


def measured(count):
    """The function that pyperf times, and the counts it fills."""
    clock = pyperf.perf_counter
    held = items(count)
    counts = [0] * BUCKETS
    iterations = 0

    def rounds(loops):
        nonlocal iterations
        seed = 7
        began = clock()
        for _ in range(loops * 100):
            start = clock()
            seed, total = request(held, seed)
            taken = int((clock() - start) * 1e9)
            if iterations:
                counts[min(taken.bit_length(), BUCKETS - 1)] += 1
        iterations += 1
        return (clock() - began) / 100

    return rounds, counts


if __name__ == "__main__":
    runner = pyperf.Runner()
    runner.argparser.add_argument("benchmark", choices=sorted(HELD))
    args = runner.parse_args()
    rounds, counts = measured(HELD[args.benchmark])
    runner.bench_time_func(args.benchmark, rounds)
    if hasattr(pyperf, "note"):
        pyperf.note(waits=counts)
    if hasattr(pyperf, "check"):
        pyperf.check(totals(items(2_000)))
