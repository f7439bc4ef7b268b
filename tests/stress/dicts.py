"""Dicts and their kin: who sets, gets, takes out; whole-dict operations; iteration beside deletion; keys with code of their own."""

import collections

from dicts_keys import KINDS
from hammer import case, check, drain, flat, main, same


@case
def set_distinct_keys(s):
    for _ in s.rounds():
        for make in KINDS.values():
            n, shared = s.size(300), {}

            def work(k):
                for i in range(n):
                    shared[make(k * n + i)] = k * n + i
                    same(shared[make(k * n + i)], k * n + i, "just set")
            s.together(work)
            same(len(shared), n * s.threads, "length")
            for i in range(n * s.threads):
                same(shared[make(i)], i, "value")


@case
def setdefault_decides_once(s):
    for _ in s.rounds():
        for make in KINDS.values():
            n, shared = s.size(200), {}
            got = s.together(lambda k: [shared.setdefault(make(i), (k, i)) for i in range(n)])
            for i in range(n):
                same(len({id(one[i]) for one in got}), 1, "one value for all")
            same(len(shared), n, "length")


@case
def pop_decides_once(s):
    for _ in s.rounds():
        for make in KINDS.values():
            n = s.size(200)
            shared = {make(i): i for i in range(n)}

            def work(k):
                got = []
                for i in range(n):
                    if k % 2:
                        one = shared.pop(make(i), None)
                    else:
                        try:
                            one = shared.pop(make(i))
                        except KeyError:
                            one = None
                    if one is not None:
                        got.append(one)
                return got
            same(sorted(flat(s.together(work))), list(range(n)), "each once")
            same(shared, {}, "nothing left")


@case
def delete_decides_once(s):
    for _ in s.rounds():
        for make in KINDS.values():
            n = s.size(200)
            shared = {make(i): i for i in range(n)}

            def work(k):
                got = []
                for i in range(n):
                    try:
                        del shared[make(i)]
                        got.append(i)
                    except KeyError:
                        pass
                return got
            same(sorted(flat(s.together(work))), list(range(n)), "each once")


@case
def popitem_gives_each_once(s):
    for _ in s.rounds():
        for make in KINDS.values():
            n, shared = s.size(300), {}

            def work(k):
                got = []
                for i in range(n):
                    shared[make(k * n + i)] = k * n + i
                    if i % 3:
                        try:
                            key, value = shared.popitem()
                        except KeyError:
                            continue
                        check(key == make(value), "key and value belong together", key, value)
                        got.append(value)
                return got
            got = flat(s.together(work))
            same(sorted(got + list(shared.values())), list(range(n * s.threads)), "each once")


@case
def read_beside_growth(s):
    for _ in s.rounds():
        for make in KINDS.values():
            n = s.size(300)
            shared = {make(-i - 1): i for i in range(20)}

            def work(k):
                for i in range(n):
                    shared[make(k * n + i)] = i
                    if i > 10:
                        del shared[make(k * n + i - 10)]

            def read():
                for i in range(20):
                    key = make(-i - 1)
                    same(shared[key], i, "[]")
                    same(shared.get(key), i, "get")
                    check(key in shared, "in")
                check(len(shared) >= 20, "length")
            s.beside(work, read)


@case
def update_is_one_step(s):
    for _ in s.rounds():
        for name in ("str", "int", "tuple"):
            make = KINDS[name]
            keys = [make(i) for i in range(10)]
            shared = dict.fromkeys(keys, 0)

            def work(k):
                for i in range(s.size(200)):
                    new = dict.fromkeys(keys, k * 1000 + i)
                    if i % 2:
                        shared.update(new)
                    else:
                        shared.__ior__(new)

            def read():
                for now in (shared.copy(), dict(shared), shared | {}, {**shared}):
                    same(len(now), 10, "length")
                    same(len(set(now.values())), 1, "values of one update")
                same(len(set(list(shared.values()))), 1, "list of values")
                same(len({v for _, v in list(shared.items())}), 1, "list of items")
            s.beside(work, read)


@case
def adding_many_is_one_step(s):
    for _ in s.rounds():
        for name in ("str", "int"):
            make, shared = KINDS[name], {}
            blocks = [[make(b * 10 + i) for i in range(10)] for b in range(s.size(60))]

            def work(k):
                for b in range(k, len(blocks), s.threads):
                    shared.update(dict.fromkeys(blocks[b], b))
                    if b % 3 == 0:
                        shared.clear()
            s.beside(work, lambda: same(len(shared.copy()) % 10, 0, "whole blocks"),
                     lambda: same(len(list(shared)) % 10, 0, "whole blocks"))


@case
def a_dict_emptied_meanwhile_takes_whole_blocks(s):
    # Only small dicts, emptied as often as filled: an update finds the dict without a table at any point of its work.
    for _ in s.rounds():
        for name in ("str", "int"):
            make, shared = KINDS[name], {}
            blocks = [dict.fromkeys([make(b * 10 + i) for i in range(10)], b) for b in range(4)]

            def work(k):
                for i in range(s.size(300)):
                    if (i + k) % 2:
                        shared.clear()
                    elif i % 3:
                        shared.update(blocks[i % 4])
                    else:
                        shared.__ior__(blocks[k % 4])
            s.beside(work, lambda: same(len(list(shared)) % 10, 0, "list"), lambda: same(len(list(shared.values())) % 10, 0, "values"))


@case
def emptied_before_the_target(s):
    # One thread empties the source, then the target: nothing may come after that from what was read before.
    for _ in s.rounds():
        for source, fill, take in (({}, lambda d: d.update(block), [lambda t, d: t.update(d)]),
                                   (set(), lambda d: d.update(block), [lambda t, d: t.update(d), lambda t, d: t.__ior__(d)])):
            block, target = dict.fromkeys(range(20)), type(source)()
            stop = []

            def empty():
                try:
                    for _ in range(s.size(200)):
                        fill(source)
                        source.clear()
                        target.clear()
                        same(len(target), 0, "nothing can have come")
                finally:
                    stop.append(True)

            def move():
                while not stop:
                    for one in take:
                        one(target, source)
            s.together(empty, *[move] * (s.threads - 1))


@case
def fromkeys_and_repr_see_one_moment(s):
    for _ in s.rounds():
        a, b = dict.fromkeys(range(10), 1), dict.fromkeys(range(10), 2)
        shared = {}

        def work(k):
            for i in range(s.size(200)):
                shared.update(a if i % 2 else b)
                if i % 3 == 0:
                    shared.clear()

        def called(**names):
            return len(names)

        def read():
            same(len(dict.fromkeys(shared)) % 10, 0, "fromkeys")
            check(repr(shared) in ("{}", repr(a), repr(b)), "repr")
            same(len(shared | {}) % 10, 0, "|")
            same(len({} | shared) % 10, 0, "|")
            same(len(set(shared)) % 10, 0, "set")
            same(len(set(shared.keys())) % 10, 0, "set of keys")
            same(len(frozenset(shared)) % 10, 0, "frozenset")
            same(len(tuple(shared.items())) % 10, 0, "tuple of items")
        s.beside(work, read)


@case
def equality_sees_one_moment(s):
    for _ in s.rounds():
        for name in ("str", "int"):
            a, b = KINDS[name](1), KINDS[name](2)
            shared, never = {a: 1, b: 2}, {a: 1, b: 1}

            def work():
                for _ in range(s.size(300)):
                    shared.update({a: 2, b: 1})
                    shared.update({a: 1, b: 2})
            s.beside(work, lambda: check(shared != never, "a state that never was"),
                     lambda: check(never != shared, "a state that never was"), n=1)


@case
def iterate_beside_changes(s):
    for _ in s.rounds():
        for make in KINDS.values():
            n = s.size(200)
            shared = {make(i): i for i in range(n)}

            def work(k):
                for i in range(n):
                    shared.pop(make((i * 7 + k) % n), None)
                    shared[make((i * 5) % n)] = (i * 5) % n

            def read():
                for view in (shared.items, lambda: ((key, shared.get(key)) for key in shared)):
                    try:
                        for key, value in view():
                            check(value is None or make(value) == key, "key and value", key, value)
                    except RuntimeError as e:
                        check(str(e) in ("dictionary changed size during iteration", "dictionary keys changed during iteration"), e)
                for key, value in list(shared.items()):
                    check(make(value) == key, "key and value", key, value)
                check(all(0 <= one < n for one in list(shared.values())), "values")
                list(shared), list(reversed(shared.copy())), sorted(shared.values()), tuple(shared)
            s.beside(work, read)


@case
def views_give_each_item_once(s):
    for _ in s.rounds():
        n = s.size(3000)
        shared = {i: -i for i in range(n)}
        for make, expected in ((lambda: iter(shared), list(range(n))), (lambda: iter(shared.values()), [-i for i in range(n - 1, -1, -1)]),
                               (lambda: iter(shared.items()), [(i, -i) for i in range(n)]),
                               (lambda: reversed(shared), list(range(n))), (lambda: reversed(shared.items()), [(i, -i) for i in range(n)])):
            it = make()
            same(sorted(flat(s.together(lambda: drain(it)))), sorted(expected), "each once")
            same(list(it), [], "exhausted for all")


@case
def comparisons_that_change_the_dict(s):
    for _ in s.rounds():
        shared = {}

        class Odd:
            def __init__(self, n):
                self.n = n

            def __hash__(self):
                return 1

            def __eq__(self, other):
                if len(shared) > 30:
                    shared.clear()
                shared[len(shared) * 5 + 1000] = None
                return self.n == other.n if isinstance(other, Odd) else False

        def work(k):
            for i in range(s.size(25)):
                shared[Odd(i % 5)] = i
                shared.get(Odd(i % 7))
                shared.pop(Odd(i % 3), None)
                shared.setdefault(Odd(k), k)
                Odd(9) in shared
                try:
                    shared == {Odd(1): 2, 1: 3}
                    shared.update({Odd(3): 1})
                except RuntimeError:
                    pass
        s.together(work)


@case
def strings_become_general(s):
    for _ in s.rounds():
        for _ in range(s.size(30)):
            shared = {str(i): i for i in range(10)}

            def work(k):
                for i in range(20):
                    shared[(k, i) if i % 2 else f"{k} {i}"] = i
                for i in range(10):
                    same(shared[str(i)], i, "value")
            s.together(work)
            same(len(shared), 10 + 20 * s.threads, "length")


@case
def clear_and_copy(s):
    for _ in s.rounds():
        shared = {}

        def work(k):
            for i in range(s.size(300)):
                if i % 5 == 4:
                    shared.clear()
                else:
                    shared[k, i % 10] = (k, i % 10)

        def read():
            for key, value in shared.copy().items():
                same(key, value, "key and value")
        s.beside(work, read)


@case
def instance_dicts(s):
    class Plain:
        pass
    for _ in s.rounds():
        one, n = Plain(), s.size(40)

        def work(k):
            mine = one.__dict__
            for i in range(n):
                if i % 3 == 0:
                    mine[f"a{k}_{i}"] = i
                elif i % 3 == 1:
                    setattr(one, f"a{k}_{i}", i)
                else:
                    mine.setdefault(f"a{k}_{i}", i)
                same(getattr(one, f"a{k}_{i}"), i, "attribute")
                if i % 4 == 3:
                    del mine[f"a{k}_{i - 1}"]
        s.together(work)
        expected = {f"a{k}_{i}": i for k in range(s.threads) for i in range(n) if not (i % 4 == 2 and i + 1 < n)}
        same(dict(one.__dict__), expected, "attributes")


@case
def module_globals(s):
    for _ in s.rounds():
        space, n = {}, s.size(100)
        exec("def read(name):\n    return globals()[name]\ndef count():\n    global total\n    total = 1\n    return total", space)

        def work(k):
            for i in range(n):
                space[f"g{k}_{i}"] = i
                same(space["read"](f"g{k}_{i}"), i, "global")
                same(space["count"](), 1, "total")
                if i % 2:
                    del space[f"g{k}_{i}"]
        s.together(work)
        same(sorted(name for name in space if name[0] == "g" and name[1].isdigit()),
             sorted(f"g{k}_{i}" for k in range(s.threads) for i in range(0, n, 2)), "names")


@case
def defaultdict_calls_its_factory_once(s):
    for _ in s.rounds():
        for make in KINDS.values():
            calls = []

            def factory():
                one = object()
                calls.append(one)
                return one
            n, shared = s.size(100), collections.defaultdict(factory)
            got = s.together(lambda: [shared[make(i)] for i in range(n)])
            for i in range(n):
                same(len({id(one[i]) for one in got}), 1, "one value for all")
            same(len(calls), n, "calls of the factory")


@case
def defaultdict_of_lists(s):
    for _ in s.rounds():
        n, shared = s.size(500), collections.defaultdict(list)

        def work(k):
            for i in range(n):
                shared[i % 10].append(k * n + i)
        s.together(work)
        same(sorted(flat(shared.values())), list(range(n * s.threads)), "each once")


@case
def counters_with_keys_of_their_own(s):
    for _ in s.rounds():
        n, shared = s.size(300), collections.Counter()

        def work(k):
            for i in range(n):
                shared[k, i % 5] += 1
                shared.update([(k, "x")])
        s.together(work)
        check(shared.most_common(1)[0][1] > 0, "counted")
        same(sum(shared.values()), 2 * n * s.threads, "sum")


@case
def ordered_dict(s):
    for _ in s.rounds():
        n, shared = s.size(200), collections.OrderedDict()

        def work(k):
            got = []
            for i in range(n):
                shared[k * n + i] = k * n + i
                try:
                    shared.move_to_end(k * n + i, last=bool(i % 2))
                except KeyError:
                    pass
                if i % 3:
                    try:
                        key, value = shared.popitem(last=bool(i % 2))
                        same(key, value, "key and value")
                        got.append(key)
                    except KeyError:
                        pass
            return got

        def read():
            try:
                for key, value in shared.items():
                    same(key, value, "key and value")
            except RuntimeError:
                pass
            shared.copy()
        got = flat(s.beside(work, read))
        left = list(shared)
        same(len(left), len(shared), "length")
        same(list(reversed(shared)), left[::-1], "links")
        same(sorted(got + left), list(range(n * s.threads)), "each once")


@case
def moving_keys_keeps_the_length(s):
    for _ in s.rounds():
        n, shared = 20, collections.OrderedDict.fromkeys(range(20))

        def work(k):
            for i in range(s.size(500)):
                shared.move_to_end((i * 7 + k) % n, last=bool(i % 3))
        s.beside(work, lambda: same(len(shared), n, "length"), lambda: same(len(list(shared.copy())), n, "items"))


@case
def ordered_dict_pop_and_setdefault(s):
    for _ in s.rounds():
        n, shared = s.size(200), collections.OrderedDict()
        got = s.together(lambda k: [shared.setdefault(i, (k, i)) for i in range(n)])
        for i in range(n):
            same(len({id(one[i]) for one in got}), 1, "one value for all")
        got = s.together(lambda k: [one for i in range(n) if (one := shared.pop(i, None)) is not None])
        same(sorted(i for _, i in flat(got)), list(range(n)), "popped once")
        same(list(shared), [], "nothing left")


@case
def updates_of_globals_are_one_step(s):
    for _ in s.rounds():
        shared, names = {}, [f"name{i}" for i in range(10)]
        exec("def load():\n    return name0\ndef store(x):\n    global other\n    other = x", shared)
        left = len(shared)
        load, store = shared["load"], shared["store"]
        shared.update(dict.fromkeys(names, 0))

        def work(k):
            for i in range(s.size(100)):
                shared.update(dict.fromkeys(names, k * 1000 + i))
                load(), store(i)
                if i % 10 == 0:
                    shared.update({f"new{k}_{i}": 1, f"newer{k}_{i}": 1})
                    shared.pop(f"spare{k}", None)
                    shared[f"spare{k}"] = 1

        def read():
            now = shared.copy()
            same(len({now[name] for name in names}), 1, "values of one update")
            same(len([name for name in now if name.startswith("new")]) % 2, 0, "whole pairs")
        s.beside(work, read)
        same(len(shared), len(list(shared)), "length")
        check(len(shared) >= left + 10, "names")


main()
