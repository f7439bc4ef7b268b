"""What of the standard library keeps state that threads share."""

import array
import bisect
import collections
import contextvars
import copy
import datetime
import functools
import gc
import importlib
import io
import itertools
import json
import logging
import mmap
import operator
import os
import pickle
import random
import re
import struct
import sys
import tempfile
import threading
import time
import warnings
import weakref

from hammer import Failure, case, check, drain, flat, main, same


@case
def bytearrays(s):
    for _ in s.rounds():
        n, shared = s.size(400), bytearray()

        def work(k):
            for i in range(n):
                if i % 3 == 0:
                    shared.extend(bytes([k]) * 7)
                elif i % 3 == 1:
                    shared.__iadd__(bytes([k]) * 7)
                else:
                    shared[0:0] = bytes([k]) * 7

        def read():
            # Not bytes(shared) or shared + b"": those hold a buffer of it for a moment, which forbids others to resize it.
            for now in (shared[:], shared.copy()):
                same(len(now) % 7, 0, "whole blocks")
                for i in range(0, len(now), 7):
                    check(now[i:i + 7] == now[i:i + 1] * 7, "block", i, now[i:i + 7])
        s.beside(work, read)
        same(collections.Counter(shared), collections.Counter({k: 7 * n for k in range(s.threads)}), "each once")


@case
def bytearrays_append_and_pop(s):
    for _ in s.rounds():
        n, shared = s.size(1000), bytearray()

        def work(k):
            got = 0
            for i in range(n):
                shared.append(k)
                if i % 3:
                    try:
                        shared.pop()
                        got += 1
                    except IndexError:
                        pass
                if i % 7 == 0:
                    shared.insert(0, k)
            return n - got + (n + 6) // 7
        same(sum(s.together(work)), len(shared), "length")


@case
def bytearrays_are_read_while_they_are_resized(s):
    for _ in s.rounds():
        n, shared = s.size(600), bytearray(b"ab")

        def work(k):
            for i in range(n):
                shared.extend(b"ab")
                del shared[-2:]

        def read():
            for made in (bytes(shared), bytearray(shared), b"" + shared, shared + b"", b"".join([shared, b""]), shared * 1,
                         b"ab".replace(b"ab", shared), io.BytesIO(shared).getvalue(), shared.copy()):
                check(len(made) % 2 == 0 and made == b"ab" * (len(made) // 2), "the bytes of one moment", made)
            check(b"ba" not in bytes(shared)[:2] and (b"ab" * 1000).startswith(bytes(shared)), "as argument")
        s.beside(work, read)
        same(bytes(shared), b"ab", "at the end")


@case
def views_forbid_resizing(s):
    for _ in s.rounds():
        shared = bytearray(64)

        def work(k):
            for i in range(s.size(300)):
                try:
                    if k % 2:
                        with memoryview(shared) as view:
                            same(len(view), 64 * (len(view) // 64), "length")
                            view[0] = k
                            sum(view)
                    elif i % 2:
                        shared.extend(bytes(64))
                    else:
                        del shared[64:]
                except BufferError:
                    pass
        s.together(work)


@case
def deques(s):
    for _ in s.rounds():
        n, shared = s.size(1000), collections.deque()

        def work(k):
            got = []
            for i in range(n):
                (shared.append if i % 2 else shared.appendleft)(k * n + i)
                if i % 5 == 0:
                    shared.rotate(3)
                if i % 3:
                    try:
                        got.append(shared.pop() if i % 2 else shared.popleft())
                    except IndexError:
                        pass
            return got
        got = flat(s.together(work))
        same(sorted(got + list(shared)), list(range(n * s.threads)), "each once")


@case
def deques_in_blocks(s):
    for _ in s.rounds():
        shared = collections.deque(maxlen=70)

        def work(k):
            for i in range(s.size(300)):
                if i % 2:
                    shared.extend([k] * 7)
                else:
                    shared.__iadd__((k,) * 7)

        def read():
            now = list(shared.copy())
            same(len(now) % 7, 0, "whole blocks")
            for i in range(0, len(now), 7):
                check(now[i:i + 7] == now[i:i + 1] * 7, "block", now)
            try:
                for _ in shared:
                    pass
            except RuntimeError as e:
                same(str(e), "deque mutated during iteration", "message")
        s.beside(work, read)


@case
def deques_remove_each_once(s):
    for _ in s.rounds():
        n = s.size(200)
        shared = collections.deque(range(n))

        def work(k):
            got = []
            for i in range(n):
                try:
                    shared.remove(i)
                    got.append(i)
                except ValueError:
                    pass
                except (IndexError, RuntimeError) as e:
                    check("mutated" in str(e), "message", e)
            return got
        got = flat(s.together(work))
        same(sorted(got + list(shared)), list(range(n)), "each once")


@case
def deques_insert_and_delete(s):
    for _ in s.rounds():
        n, shared = s.size(400), collections.deque([-3, -2, -1])

        def work(k):
            for i in range(n):
                shared.insert(-3, k * n + i)
                if i % 3 == 1:
                    del shared[0]
                    shared.insert(0, k * n + i)
                shared[-2] = -2

        s.together(work)
        same(list(shared)[-3:], [-3, -2, -1], "what nobody moved")
        same(len(shared), 3 + n * s.threads, "as many as were put in")

        def others(k):
            # What is there all the time is found, whatever moves.
            for i in range(n // 4):
                if k:
                    shared.appendleft(k)
                    shared.remove(k)
                else:
                    check(-1 in shared and shared.index(-2) > 0 and shared.count(-3) == 1, "always there")
        s.together(others)


@case
def arrays(s):
    for _ in s.rounds():
        n, shared = s.size(500), array.array("q")

        def work(k):
            got = []
            for i in range(n):
                shared.append(k * n + i)
                if i % 3:
                    try:
                        got.append(shared.pop())
                    except IndexError:
                        pass
                if i % 10 == 0:
                    shared.extend(array.array("q", [-1] * 3))
            return got
        got = flat(s.together(work)) + list(shared)
        same(sorted(one for one in got if one >= 0), list(range(n * s.threads)), "each once")
        same(sum(one == -1 for one in got), 3 * s.threads * len(range(0, n, 10)), "blocks")


@case
def arrays_insert_and_remove(s):
    for _ in s.rounds():
        n, shared = s.size(250), array.array("i", [-3, -2, -1])

        def work(k):
            for i in range(1, n):
                shared.insert(-3, k * n + i)
                if i % 3 == 0:
                    shared.remove(k * n + i)
                elif i % 3 == 1:
                    shared.insert(0, 1 << 30)
                    shared.remove(1 << 30)
                else:
                    check(-1 in shared and shared.count(-2) == 1 and shared.index(-3) >= 0, "always there")
                check(shared[-1] == -1 and shared[-2:] == array.array("i", [-2, -1]), "the end", shared[-3:])
                shared[-1] = -1
        s.together(work)
        expected = [k * n + i for k in range(s.threads) for i in range(1, n) if i % 3]
        same(sorted(shared), sorted(expected + [-3, -2, -1]), "each once")

        def delete(k):
            for i in range(n // 2):
                shared.append(-5)
                del shared[-1:]
                shared.insert(0, -5)
                del shared[0]
        before = len(shared)
        s.together(delete)
        same(len(shared), before, "as many as before")


@case
def ordered_dicts_of_subclasses(s):
    class Plain(collections.OrderedDict):
        pass

    class Watched(collections.OrderedDict):
        def __getitem__(self, key):
            return super().__getitem__(key)

        def __setitem__(self, key, value):
            super().__setitem__(key, value)

        def __delitem__(self, key):
            super().__delitem__(key)

    for _ in s.rounds():
        for kind in (collections.OrderedDict, Plain, Watched):
            n, shared = s.size(60), kind()
            first = s.together(lambda k: [shared.setdefault(i, (k, i)) for i in range(n)])
            check(all(one == first[0] for one in first), "decided once", kind)
            got = flat(s.together(lambda: [i for i in range(n) if shared.pop(i, None)]))
            same(sorted(got), list(range(n)), "popped once")
            for i in range(n):
                shared[i] = i

            def take():
                mine = []
                while True:
                    try:
                        mine.append(shared.popitem()[0])
                    except KeyError:
                        return mine
            same(sorted(flat(s.together(take))), list(range(n)), "given once")


@case
def texts_in_memory(s):
    for _ in s.rounds():
        for make, line in ((io.StringIO, lambda k, i: f"{k} {i}\n"), (io.BytesIO, lambda k, i: b"%d %d\n" % (k, i))):
            n, shared = s.size(400), make()

            def work(k):
                for i in range(n):
                    shared.write(line(k, i))
            s.together(work)
            same(sorted(shared.getvalue().splitlines(True)), sorted(line(k, i) for k in range(s.threads) for i in range(n)), "whole lines")
            shared.seek(0)
            got = flat(s.together(lambda: list(iter(shared.readline, type(line(0, 0))()))))
            same(sorted(got), sorted(line(k, i) for k in range(s.threads) for i in range(n)), "each once")


@case
def files(s):
    for _ in s.rounds():
        for mode in ("w+", "wb+"):
            n = s.size(300)
            with tempfile.TemporaryFile(mode) as shared:
                def work(k):
                    for i in range(n):
                        shared.write(f"{k} {i}\n" if mode == "w+" else b"%d %d\n" % (k, i))
                s.together(work)
                shared.seek(0)
                expected = sorted(f"{k} {i}\n" for k in range(s.threads) for i in range(n))
                got = flat(s.together(lambda: list(iter(shared.readline, "" if mode == "w+" else b""))))
                same(sorted(one if mode == "w+" else one.decode() for one in got), expected, "each line once")
                shared.seek(0)
                got = flat(s.together(lambda: drain(shared)))
                same(sorted(one if mode == "w+" else one.decode() for one in got), expected, "each line once")


@case
def lru_caches(s):
    for _ in s.rounds():
        for size in (None, 10, 128):
            @functools.lru_cache(maxsize=size)
            def square(x):
                return x * x, x

            n = s.size(500)

            def work(k):
                for i in range(n):
                    x = (i * 7 + k) % 40
                    same(square(x), (x * x, x), "value")
                    if i % 100 == 99:
                        square.cache_info()
            s.together(work)
            info = square.cache_info()
            same(info.hits + info.misses, n * s.threads, "calls")
            check(info.currsize <= (40 if size is None else min(size, 40)), "size", info)


@case
def lru_caches_are_cleared(s):
    @functools.lru_cache(maxsize=8)
    def square(x):
        return [x * x]
    for _ in s.rounds():
        def work(k):
            for i in range(s.size(300)):
                if i % 20 == 0:
                    square.cache_clear()
                same(square(i % 12), [(i % 12) ** 2], "value")
        s.together(work)
        check(square.cache_info().currsize <= 8, "size")


@case
def cached_properties_and_singledispatch(s):
    class Shared:
        @functools.cached_property
        def value(self):
            return object()

    @functools.singledispatch
    def f(x):
        return "other"
    f.register(int, lambda x: "int")
    for _ in s.rounds():
        for _ in range(s.size(20)):
            one = Shared()
            s.together(lambda: one.value)
            same(one.value, one.value, "kept")
        kinds = [type(f"K{i}", (int if i % 2 else str,), {}) for i in range(20)]

        def work():
            for i, kind in enumerate(kinds):
                same(f(kind()), "int" if i % 2 else "other", "implementation")
        s.together(work)


@case
def the_cache_of_re(s):
    for _ in s.rounds():
        def work(k):
            for i in range(s.size(60)):
                if i % 20 == 0:
                    re.purge()
                n = (i * 3 + k) % 30
                same(re.findall(rf"a{{{n}}}b", "a" * n + "b"), ["a" * n + "b"], "match")
                same(re.sub(r"\d+", lambda m: str(int(m[0]) + 1), f"x{i}y{k}"), f"x{i + 1}y{k + 1}", "sub")
        s.together(work)


@case
def one_pattern_for_all(s):
    pattern = re.compile(r"(\w+)-(\d+)")
    for _ in s.rounds():
        def work(k):
            for i in range(s.size(200)):
                m = pattern.search(f"  name{k}-{i} ")
                same(m.groups(), (f"name{k}", str(i)), "groups")
        s.together(work)


@case
def a_shared_random_generator(s):
    for _ in s.rounds():
        n, shared = s.size(500), random.Random(5)
        got = flat(s.together(lambda: [shared.getrandbits(32) for _ in range(n)]))
        alone = random.Random(5)
        same(sorted(got), sorted(alone.getrandbits(32) for _ in range(n * s.threads)), "one sequence")
        shared.seed(7)
        got = flat(s.together(lambda: [shared.random() for _ in range(n)]))
        alone.seed(7)
        same(sorted(got), sorted(alone.random() for _ in range(n * s.threads)), "one sequence")
        s.together(lambda: [(shared.gauss(), shared.randrange(10), shared.choice("ab"), shared.sample(range(9), 3)) for _ in range(n // 10)])


@case
def pickles_and_json(s):
    data = {"list": [1, 2.5, None, True, "x" * 50] * 5, "nested": {str(i): [i] * 3 for i in range(20)}}
    for _ in s.rounds():
        text = json.dumps(data, indent=1)

        def work():
            for i in range(s.size(10)):
                same(pickle.loads(pickle.dumps(data, protocol=i % 6)), data, "pickle")
                same(json.loads(json.dumps(data)), data, "json")
                same(json.loads(text), data, "json")
                same(copy.deepcopy(data), data, "deepcopy")
        s.together(work)


@case
def one_encoder_and_decoder_for_all(s):
    encoder, decoder = json.JSONEncoder(sort_keys=True), json.JSONDecoder()
    for _ in s.rounds():
        def work(k):
            for i in range(s.size(60)):
                same(decoder.decode(encoder.encode({"k": k, "i": [i] * 5})), {"k": k, "i": [i] * 5}, "round trip")
                same(struct.unpack(f"<{i % 20}i", struct.pack(f"<{i % 20}i", *range(i % 20))), tuple(range(i % 20)), "struct")
        s.together(work)


@case
def dumps_beside_changes(s):
    for _ in s.rounds():
        shared = {str(i): [i] for i in range(50)}

        def work(k):
            for i in range(s.size(100)):
                shared[f"{k}{i}"] = [i]
                shared.pop(f"{k}{i - 3}", None)

        def read():
            try:
                json.dumps(shared)
                pickle.dumps(shared)
                repr(shared)
                copy.deepcopy(shared)
            except RuntimeError as e:
                check("changed" in str(e), "message", e)
        s.beside(work, read)


@case
def context_variables(s):
    var = contextvars.ContextVar("var", default=-1)
    for _ in s.rounds():
        def work(k):
            for i in range(s.size(200)):
                token = var.set((k, i))
                same(var.get(), (k, i), "value")
                context = contextvars.copy_context()
                same(context.run(lambda: (var.set(0), var.get())[1]), 0, "in a copy")
                same(var.get(), (k, i), "value after")
                same(context[var], 0, "copy's value")
                var.reset(token)
        s.together(work)
        shared = contextvars.copy_context()

        def enter():
            got = 0
            for _ in range(s.size(100)):
                try:
                    got += shared.run(lambda: var.set(var.get() + 1) is not None)
                except RuntimeError as e:
                    check("already entered" in str(e), "message", e)
            return got
        shared.run(var.set, 0)
        same(sum(s.together(enter)), shared[var], "each run added one")
        same(len(list(shared.items())), len(shared), "items")


class Node:
    """Something that weak references refer to."""

    def __init__(self, n=0):
        self.n = n


@case
def weak_dictionaries(s):
    for _ in s.rounds():
        values, keys, weak = weakref.WeakValueDictionary(), weakref.WeakKeyDictionary(), weakref.WeakSet()
        kept = [Node(i) for i in range(20)]
        for one in kept:
            values["kept", one.n] = one
            keys[one] = one.n
            weak.add(one)

        def work(k):
            for i in range(s.size(60)):
                one = Node(i)
                values[k, i] = one
                keys[one] = i
                weak.add(one)
                check(values[k, i] is one, "value")
                same(keys[one], i, "by key")
                check(one in weak, "in the set")
                if i % 30 == 0:
                    gc.collect(0)

        def read():
            for one in kept:
                check(values["kept", one.n] is one, "value")
                same(keys[one], one.n, "by key")
            try:
                check(all(isinstance(one, Node) for one in list(values.values())), "values")
                check(len(list(keys)) >= 20 and len(list(weak)) >= 20, "lengths")
                list(values.items()), list(values), list(keys.items())
            except RuntimeError as e:
                check("changed size" in str(e), "message", e)
        s.beside(work, read)
        gc.collect()
        same(sorted(one.n for one in values.values()), list(range(20)), "what is alive")
        same(len(keys), 20, "keys")


@case
def finalizers_run_once(s):
    for _ in s.rounds():
        ends, calls, n = [], [], s.size(200)

        class Final:
            def __init__(self, n):
                self.n = n

            def __del__(self):
                ends.append(self.n)

        def work(k):
            for i in range(n):
                one = Final(k * n + i)
                one.itself = one
                weakref.finalize(one, calls.append, k * n + i)
                if i % 60 == 59:
                    gc.collect()
        s.together(work)
        for _ in range(3):
            gc.collect()
        same(len(ends), len(set(ends)), "none twice")
        same(len(calls), len(set(calls)), "no callback twice")
        check(len(ends) >= n * s.threads - 2 * s.threads, "nearly all", len(ends))
        check(set(ends) <= set(range(n * s.threads)), "no invented ones")


@case
def weak_callbacks_once(s):
    for _ in s.rounds():
        calls, n = [], s.size(200)
        refs = []

        def work(k):
            mine = []
            for i in range(n):
                one = Node(i)
                mine.append(weakref.ref(one, calls.append))
                if i % 50 == 0:
                    gc.collect(0)
            refs.append(mine)
        s.together(work)
        gc.collect()
        gc.collect()
        same(len(calls), len({id(one) for one in calls}), "none twice")
        dead = [one for one in flat(refs) if one() is None]
        same(len(calls), len(dead), "one for each that died")


@case
def interned_strings(s):
    for _ in s.rounds():
        n = s.size(500)
        got = s.together(lambda: [sys.intern(f"stress {i} {n}") for i in range(n)])
        for i in range(n):
            same(len({id(one[i]) for one in got}), 1, "one string")


@case
def strings_that_grow(s):
    for _ in s.rounds():
        base = "start" * 10

        def work(k):
            for _ in range(s.size(60)):
                mine = base
                for i in range(20):
                    mine += f"{k}{i}"
                same(mine, base + "".join(f"{k}{i}" for i in range(20)), "text")
                same(base, "start" * 10, "base")
        s.together(work)


@case
def modules_are_executed_once(s):
    with tempfile.TemporaryDirectory() as folder:
        sys.path.insert(0, folder)
        sys.executed = []
        try:
            for r in s.rounds():
                names = [f"stress_module_{os.getpid()}_{r}_{i}" for i in range(4)]
                for i, name in enumerate(names):
                    with open(os.path.join(folder, name + ".py"), "w") as f:
                        f.write(f"import sys, time\nsys.executed.append(__name__)\nfirst = {i}\ntime.sleep(0.003)\n"
                                + (f"import {names[i + 1]} as after\n" if i + 1 < len(names) else "") + f"last = {i}\n")
                importlib.invalidate_caches()

                def work(k):
                    for i in range(4):
                        module = importlib.import_module(names[(i + k) % 4])
                        same(module.first, (i + k) % 4, "first")
                        same(module.last, (i + k) % 4, "last")
                s.together(work)
                same(sorted(one for one in sys.executed if f"_{r}_" in one), sorted(names), "executed once")
                for name in names:
                    del sys.modules[name]
        finally:
            sys.path.remove(folder)


@case
def circular_imports_in_threads(s):
    with tempfile.TemporaryDirectory() as folder:
        sys.path.insert(0, folder)
        try:
            for r in s.rounds():
                a, b = f"circle_a_{r}", f"circle_b_{r}"
                for one, other in ((a, b), (b, a)):
                    with open(os.path.join(folder, one + ".py"), "w") as f:
                        f.write(f"import time\ntime.sleep(0.002)\nimport {other}\nvalue = 1\n")
                importlib.invalidate_caches()

                def work(k):
                    importlib.import_module(a if k % 2 else b)
                s.together(work, timeout=60)
                same(sys.modules[a].value + sys.modules[b].value, 2, "both done")
        finally:
            sys.path.remove(folder)


@case
def library_modules_by_many(s):
    names = ["colorsys", "calendar", "textwrap", "shlex", "bdb", "cmd", "sched", "pprint", "fractions", "statistics"]
    for _ in s.rounds(1):
        for name in names:
            sys.modules.pop(name, None)

        def work(k):
            for i in range(len(names)):
                module = importlib.import_module(names[(i + 3 * k) % len(names)])
                check(module.__name__ in names and module.__spec__ is not None, "module")
        s.together(work)


@case
def logs_and_warnings(s):
    for _ in s.rounds():
        out = io.StringIO()
        logger = logging.Logger("stress")
        logger.addHandler(logging.StreamHandler(out))
        n = s.size(60)

        def work(k):
            for i in range(n):
                logger.warning("%d %d", k, i)
                with warnings.catch_warnings(record=True) as caught:
                    warnings.simplefilter("always")
                    warnings.warn(f"{k} {i}")
                check(any(str(one.message) == f"{k} {i}" for one in caught), "own warning", [str(one.message) for one in caught])
        s.together(work)
        same(sorted(out.getvalue().splitlines()), sorted(f"{k} {i}" for k in range(s.threads) for i in range(n)), "every line once")


@case
def methods_of_operator_and_partial(s):
    get, call, part = operator.itemgetter(1, 0), operator.methodcaller("split", "-"), functools.partial(max, 3)
    for _ in s.rounds():
        def work(k):
            for i in range(s.size(300)):
                same(get((k, i)), (i, k), "itemgetter")
                same(call(f"{k}-{i}"), [str(k), str(i)], "methodcaller")
                same(part(i), max(3, i), "partial")
        s.together(work)


@case
def bisect_and_copies(s):
    for _ in s.rounds():
        shared = sorted(range(0, 2000, 2))

        def work(k):
            for i in range(s.size(300)):
                same(bisect.bisect(shared, i * 2), i + 1, "place")
        s.together(work)


@case
def the_collector_beside_all(s):
    for _ in s.rounds():
        def work(k):
            for i in range(s.size(300)):
                ring = [[i]]
                ring.append(ring)
                one = {"ring": ring, "k": (k, i)}
                same((one["ring"][0][0], one["k"]), (i, (k, i)), "what is alive is whole")

        def collect():
            gc.collect(0)
            gc.collect()
            len(gc.get_objects())
            gc.get_stats()
        s.beside(work, collect)


@case
def mapped_memory(s):
    for _ in s.rounds():
        n = s.size(300)
        lines = [b"%d\n" % i for i in range(n * s.threads)]
        with mmap.mmap(-1, 8 * len(lines) + 64) as shared:
            for line in lines:
                shared.write(line)
            end = shared.tell()
            shared.seek(0)
            same(sorted(flat(s.together(lambda: [shared.readline() for _ in range(n)]))), sorted(lines), "each line once")
            same(shared.tell(), end, "position")
            shared.seek(0)

            def write(k):
                for _ in range(n):
                    shared.write_byte(k)
                    shared.write(bytes([k, k]))
            s.together(write)
            written = shared[:shared.tell()]
            same([written.count(k) for k in range(s.threads)], [3 * n] * s.threads, "written")

            def whole(k):
                for _ in range(n):
                    shared[:64] = bytes([k]) * 64
                    now = shared[:64]
                    same(now, now[:1] * 64, "whole writes")
            s.together(whole)

        def views(k):
            try:
                for _ in range(20):
                    with memoryview(lent) as view:
                        same(view[:4].tobytes(), b"abcd", "content")
                    try:
                        lent.close()
                    except BufferError:
                        pass
            except ValueError as error:
                same(str(error), "mmap closed or invalid", "closed")
        lent = mmap.mmap(-1, 100)
        lent.write(b"abcd")
        s.together(views)


@case
def natives_wait_for_modules_that_are_imported(s):
    for _ in s.rounds():
        def work():
            same(datetime.datetime.strptime("2020-01-02", "%Y-%m-%d").day, 2, "strptime of datetime")
            same(time.strptime("7", "%d").tm_mday, 7, "strptime of time")
        for _ in range(3):
            sys.modules.pop("_strptime", None)
            s.together(work)


@case
def implementations_are_registered_beside_calls(s):
    for _ in s.rounds():
        @functools.singledispatch
        def f(x):
            return None

        def work(k):
            for i in range(s.size(20)):
                kind = type("Kind", (), {})
                same(f(kind()), None, "before")
                f.register(kind, lambda x, i=i: (k, i))
                same(f(kind()), (k, i), "after")
                same(f(1.5), None, "another")
        s.together(work)


@case
def all_objects_beside_new_ones(s):
    class Mark:
        pass
    for _ in s.rounds():
        stop, marks = [], [Mark() for _ in range(10)]

        def make():
            while not stop:
                garbage = [Mark(), {"mark": Mark()}]
            return garbage

        def look():
            for _ in range(4):
                found = [id(one) for one in gc.get_objects() if type(one) is Mark]
                check(set(found) >= {id(one) for one in marks}, "all are found")
                same(len(found), len(set(found)), "once")
                holders = gc.get_referrers(marks[3])
                check(any(one is marks for one in holders), "who refers to it")
            stop.append(True)
        s.together(look, *[make] * (s.threads - 1))


main()
