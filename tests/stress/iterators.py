"""Iterators used by many threads: each item goes to exactly one of them, and all see the end. Generators refuse a second user."""

import array
import asyncio
import collections
import csv
import io
import itertools
import operator
import os
import re
import struct
import sys
import tempfile

from hammer import Failure, case, check, drain, flat, main, same

N = 2000


class OldSequence:
    """Iterated through __getitem__."""

    def __getitem__(self, i):
        if i >= N:
            raise IndexError
        return i

    def __len__(self):
        return N


def calls():
    numbers = itertools.count()
    return iter(lambda: min(next(numbers), N), N)


def ordered(n):
    return collections.OrderedDict((i, -i) for i in range(n))


# What makes an iterator from a length. Each is consumed by all threads at once; what one thread alone would get tells what must come out.
KINDS = {
    "list": lambda n: iter(list(range(n))),
    "reversed list": lambda n: reversed(list(range(n))),
    "tuple": lambda n: iter(tuple(range(n))),
    "reversed tuple": lambda n: reversed(tuple(range(n))),
    "range": lambda n: iter(range(n)),
    "reversed range": lambda n: reversed(range(n)),
    "range with step": lambda n: iter(range(7, 7 + 3 * n, 3)),
    "long range": lambda n: iter(range(1 << 70, (1 << 70) + n)),
    "str": lambda n: iter("".join(map(chr, range(32, 32 + n)))),
    "ascii str": lambda n: iter("abcdefghij" * (n // 10)),
    "bytes": lambda n: iter(bytes(i % 251 for i in range(n))),
    "bytearray": lambda n: iter(bytearray(i % 251 for i in range(n))),
    "memoryview": lambda n: iter(memoryview(array.array("i", range(n)))),
    "array": lambda n: iter(array.array("i", range(n))),
    "deque": lambda n: iter(collections.deque(range(n))),
    "reversed deque": lambda n: reversed(collections.deque(range(n))),
    "dict": lambda n: iter(dict.fromkeys(range(n))),
    "dict values": lambda n: iter({i: -i for i in range(n)}.values()),
    "dict items": lambda n: iter({i: -i for i in range(n)}.items()),
    "reversed dict": lambda n: reversed(dict.fromkeys(range(n))),
    "reversed dict items": lambda n: reversed({i: -i for i in range(n)}.items()),
    "OrderedDict": lambda n: iter(ordered(n)),
    "OrderedDict items": lambda n: iter(ordered(n).items()),
    "reversed OrderedDict": lambda n: reversed(ordered(n)),
    "OrderedDict values": lambda n: iter(ordered(n).values()),
    "set": lambda n: iter(set(range(n))),
    "frozenset": lambda n: iter(frozenset(range(n))),
    "sequence": lambda n: iter(OldSequence()),
    "reversed sequence": lambda n: reversed(OldSequence()),
    "callable": lambda n: calls(),
    "enumerate": lambda n: enumerate([-i for i in range(n)]),
    "enumerate of iterator": lambda n: enumerate(iter(range(n)), 10),
    "enumerate beyond 62 bits": lambda n: enumerate(range(n), (1 << 61) - 5),
    "zip": lambda n: zip(list(range(n)), range(n)),
    "zip of three": lambda n: zip(range(n), tuple(range(n)), list(range(n))),
    "zip of iterators": lambda n: zip(iter(range(n)), iter(list(range(n + 5)))),
    "strict zip": lambda n: zip(range(n), list(range(n)), strict=True),
    "map": lambda n: map(operator.neg, range(n)),
    "map of two": lambda n: map(operator.sub, range(n), list(range(n))),
    "map with Python code": lambda n: map(lambda x: x + 1, list(range(n))),
    "filter": lambda n: filter(None, list(range(n))),
    "filter with Python code": lambda n: filter(lambda x: x % 3, range(n)),
    "itertools.accumulate": lambda n: itertools.accumulate(itertools.repeat(1, n)),
    "itertools.accumulate of range": lambda n: itertools.accumulate(range(n)),
    "itertools.batched": lambda n: itertools.batched(range(n), 3),
    "itertools.chain": lambda n: itertools.chain(range(n // 2), list(range(n // 2, n))),
    "itertools.chain of many": lambda n: itertools.chain(*([i] for i in range(n))),
    "itertools.chain.from_iterable": lambda n: itertools.chain.from_iterable([[i, i + 1] for i in range(0, n, 2)]),
    "itertools.combinations": lambda n: itertools.combinations(range(20), 3),
    "itertools.combinations_with_replacement": lambda n: itertools.combinations_with_replacement(range(16), 3),
    "itertools.compress": lambda n: itertools.compress(range(n), [1, 0, 1] * n),
    "itertools.count": lambda n: itertools.islice(itertools.count(5), n),
    "itertools.cycle": lambda n: itertools.islice(itertools.cycle(range(7)), n),
    "itertools.dropwhile": lambda n: itertools.dropwhile(lambda x: x < 50, range(n)),
    "itertools.filterfalse": lambda n: itertools.filterfalse(lambda x: x % 3, range(n)),
    "itertools.islice": lambda n: itertools.islice(range(n), 5, n - 5, 2),
    "itertools.pairwise": lambda n: itertools.pairwise(range(n)),
    "itertools.permutations": lambda n: itertools.permutations(range(7), 4),
    "itertools.product": lambda n: itertools.product(range(10), range(10), repeat=2),
    "itertools.repeat": lambda n: itertools.repeat(7, n),
    "itertools.starmap": lambda n: itertools.starmap(operator.add, [(i, 1) for i in range(n)]),
    "itertools.takewhile": lambda n: itertools.takewhile(lambda x: x >= 0, iter(range(n))),
    "itertools.tee": lambda n: itertools.tee(range(n))[0],
    "itertools.zip_longest": lambda n: itertools.zip_longest(range(n), list(range(n // 2))),
    "lines of a StringIO": lambda n: io.StringIO("".join(f"{i}\n" for i in range(n))),
    "lines of a BytesIO": lambda n: io.BytesIO(b"".join(b"%d\n" % i for i in range(n))),
    "lines of a text file": lambda n: text_file(n, "r"),
    "lines of a binary file": lambda n: text_file(n, "rb"),
    "csv.reader": lambda n: csv.reader([f"{i},{-i}" for i in range(n)]),
    "re.finditer": lambda n: map(re.Match.group, re.finditer(r"\d+", " ".join(map(str, range(n))))),
    "scanner": lambda n: scans(n),
    "struct.iter_unpack": lambda n: struct.iter_unpack("<i", b"".join(struct.pack("<i", i) for i in range(n))),
}


def text_file(n, mode):
    with tempfile.NamedTemporaryFile("w", delete=False) as f:
        f.writelines(f"{i}\n" for i in range(n))
    opened = open(f.name, mode)
    os.unlink(f.name)
    return opened


def scans(n):
    search = re.compile(r"\d+").scanner(" ".join(map(str, range(n)))).search
    return map(re.Match.group, iter(search, None))


# Those that give something else when several threads take part, but lose and repeat nothing of what goes in.
LOOSE = {"itertools.accumulate", "itertools.pairwise"}


def each_once(s, names):
    wrong = []
    for name in names:
        try:
            kind_once(s, name, KINDS[name])
        except Failure as failure:
            wrong.append(str(failure))
    check(not wrong, "\n".join(wrong))


def kind_once(s, name, make):
    n = N if s.scale >= 1 else max(200, int(N * s.scale)) // 10 * 10
    if name in ("sequence", "reversed sequence", "callable"):
        n = N
    expected = list(make(n))
    it = make(n)
    got = flat(s.together(lambda: drain(it)))
    same(sorted(map(key, got)), sorted(map(key, expected)), name)
    same(next(it, "none"), "none", f"{name}: exhausted for all")


def key(one):
    return repr(one)


def groups():
    names = list(KINDS)
    parts = {"builtin": [one for one in names if not one.startswith("itertools") and "lines" not in one and one not in LIBRARY],
             "itertools": [one for one in names if one.startswith("itertools") and one not in LOOSE],
             "library": [one for one in names if "lines" in one or one in LIBRARY]}
    return parts


LIBRARY = ("csv.reader", "re.finditer", "scanner", "struct.iter_unpack")


@case
def builtin_iterators(s):
    for _ in s.rounds(1):
        each_once(s, groups()["builtin"])


@case
def iterators_of_itertools(s):
    for _ in s.rounds(1):
        each_once(s, groups()["itertools"])


@case
def iterators_of_the_library(s):
    for _ in s.rounds(1):
        each_once(s, groups()["library"])


@case
def loops_share_an_iterator(s):
    for _ in s.rounds():
        for make in (lambda n: iter(list(range(n))), lambda n: iter(range(n)), lambda n: enumerate(range(n)), lambda n: zip(range(n), range(n)),
                     lambda n: map(abs, range(n)), lambda n: iter(dict.fromkeys(range(n))), lambda n: iter(tuple(range(n))),
                     lambda n: reversed(list(range(n))), lambda n: iter(set(range(n)))):
            n = s.size(3000)
            it = make(n)

            def loop():
                got = []
                for one in it:
                    got.append(one)
                return got
            same(sorted(flat(s.together(loop))), sorted(make(n)), "each once")
            it = make(n)
            same(sorted(flat(s.together(lambda: [one for one in it]))), sorted(make(n)), "comprehension")
            it = make(n)
            same(sorted(flat(s.together(lambda: list(it)))), sorted(make(n)), "list()")
            it = make(n)
            one = s.together(lambda: max(it, default=None))
            check(max(one for one in one if one is not None) == max(make(n)), "max")


@case
def sum_of_a_shared_iterator(s):
    for _ in s.rounds():
        n = s.size(20_000)
        for it in (iter(range(n)), iter(list(range(n))), map(abs, range(n)), iter(range(n))):
            same(sum(s.together(lambda: sum(it))), n * (n - 1) // 2, "sum")


@case
def unpacking_takes_whole_items(s):
    for _ in s.rounds():
        n = s.size(3000) // 3 * 3
        it = zip(range(n), range(n))

        def work():
            for a, b in it:
                same(a, b, "pair")
        s.together(work)


@case
def accumulate_adds_each_once(s):
    for _ in s.rounds():
        n = s.size(2000)
        it = itertools.accumulate(itertools.repeat(1, n))
        same(sorted(flat(s.together(lambda: drain(it)))), list(range(1, n + 1)), "sums")


@case
def pairwise_of_neighbours(s):
    for _ in s.rounds():
        n = s.size(2000)
        it = itertools.pairwise(range(n))
        same(sorted(flat(s.together(lambda: drain(it)))), [(i, i + 1) for i in range(n - 1)], "pairs")


@case
def tees_on_their_own_threads(s):
    for _ in s.rounds():
        n = s.size(1000)
        tees = itertools.tee(range(n), s.threads)
        for got in s.together(lambda k: list(tees[k])):
            same(got, list(range(n)), "each tee gives all")


@case
def groups_in_one_piece(s):
    for _ in s.rounds():
        n = s.size(300)
        it = itertools.groupby([i // 3 for i in range(3 * n)])

        def work():
            got = []
            while True:
                try:
                    value, group = next(it)
                except StopIteration:
                    return got
                got.append(value)
                check(set(group) <= {value}, "members of the group")
        got = flat(s.together(work))
        same(sorted(set(got)), sorted(got), "no group twice")


@case
def count_never_repeats(s):
    for start, step in ((0, 1), ((1 << 61) - 500, 1), (0.5, 0.5), (10, -3)):
        for _ in s.rounds(1):
            n, it = s.size(1000), itertools.count(start, step)
            got = flat(s.together(lambda: drain(it, n)))
            same(sorted(got), sorted(start + i * step for i in range(n * s.threads)), "numbers")


@case
def cycle_turns_evenly(s):
    for _ in s.rounds():
        n, it = s.size(700) // 7 * 7, itertools.cycle(range(7))
        got = collections.Counter(flat(s.together(lambda: drain(it, n))))
        same(got, collections.Counter({i: n * s.threads // 7 for i in range(7)}), "each as often")


@case
def generators_refuse_a_second_thread(s):
    for _ in s.rounds():
        n = s.size(2000)

        def make():
            for i in range(n):
                yield i
        shared = make()

        def work():
            got = []
            while True:
                try:
                    got.append(next(shared))
                except StopIteration:
                    return got
                except ValueError as e:
                    same(str(e), "generator already executing", "message")
        same(sorted(flat(s.together(work))), list(range(n)), "each once")


@case
def loops_over_a_shared_generator(s):
    for _ in s.rounds():
        n = s.size(2000)
        shared = (i for i in range(n))

        def work():
            got = []
            while True:
                try:
                    for one in shared:
                        got.append(one)
                    return got
                except ValueError as e:
                    same(str(e), "generator already executing", "message")
        same(sorted(flat(s.together(work))), list(range(n)), "each once")


@case
def generators_are_sent_thrown_and_closed(s):
    for _ in s.rounds():
        for _ in range(s.size(40)):
            def make():
                total = 0
                try:
                    while True:
                        try:
                            got = yield total
                            total += got or 0
                        except KeyError:
                            total += 1
                finally:
                    ends.append(total)
            ends, shared = [], make()
            next(shared)

            def work(k):
                added = 0
                for i in range(20):
                    try:
                        if k == 0 and i == 19:
                            shared.close()
                        elif i % 2:
                            shared.send(1)
                            added += 1
                        else:
                            shared.throw(KeyError)
                            added += 1
                    except (StopIteration, KeyError):
                        break
                    except ValueError as e:
                        same(str(e), "generator already executing", "message")
                return added
            added = sum(s.together(work))
            shared.close()
            same(ends, [added], "what was sent arrived once")


@case
def coroutines_refuse_a_second_thread(s):
    class Step:
        def __await__(self):
            yield 1

    for _ in s.rounds():
        n = s.size(500)

        async def make():
            for _ in range(n):
                await Step()
            return n
        shared = make()

        def work():
            steps = 0
            while True:
                try:
                    shared.send(None)
                    steps += 1
                except StopIteration as e:
                    same(e.value, n, "result")
                    return steps
                except ValueError as e:
                    same(str(e), "coroutine already executing", "message")
                except RuntimeError as e:
                    same(str(e), "cannot reuse already awaited coroutine", "message")
                    return steps
        same(sum(s.together(work)), n, "steps")


@case
def async_generators_in_threads(s):
    for _ in s.rounds():
        n = s.size(100)

        async def make():
            for i in range(n):
                yield i
        shared = make()

        def work():
            got = []
            while True:
                step = shared.__anext__()
                try:
                    step.send(None)
                except StopIteration as e:
                    got.append(e.value)
                except StopAsyncIteration:
                    return got
                except (RuntimeError, ValueError) as e:
                    check("already" in str(e), "message", str(e))
        got = flat(s.together(work))
        same(sorted(got), list(range(n)), "each once")


@case
def an_event_loop_in_each_thread(s):
    async def work(k):
        async def one(i):
            await asyncio.sleep(0)
            return i
        return sum(await asyncio.gather(*(one(i) for i in range(50)))) + k
    for _ in s.rounds():
        same(s.together(lambda k: asyncio.run(work(k))), [1225 + k for k in range(s.threads)], "results")


@case
def generators_that_move_between_threads(s):
    for _ in s.rounds():
        n = s.size(30)

        def make(m):
            x = 0
            for i in range(m):
                x += i
                yield x
            return x
        many = [make(50) for _ in range(n)]

        def work(k):
            got = 0
            for _ in range(50 // s.threads + 2):
                for i in range(n):
                    try:
                        next(many[(i + k * 7) % n])
                        got += 1
                    except StopIteration:
                        pass
                    except ValueError:
                        pass
            return got
        got = sum(s.together(work))
        same(got + sum(len(list(one)) for one in many), 50 * n, "all steps")


main()
