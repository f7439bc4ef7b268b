"""Sets: who adds, who takes out, whole-set operations."""

from dicts_keys import KINDS
import threading
import time

from hammer import case, check, drain, flat, main, same


@case
def add_from_all(s):
    for _ in s.rounds():
        for make in KINDS.values():
            n, shared = s.size(300), set()

            def work(k):
                for i in range(n):
                    shared.add(make(k * n + i))
                    check(make(k * n + i) in shared, "just added")
                    shared.add(make(i))
            s.together(work)
            same(shared, {make(i) for i in range(n * s.threads)}, "all")
            same(len(shared), n * s.threads, "length")


@case
def pop_gives_each_once(s):
    for _ in s.rounds():
        n, shared = s.size(500), set()

        def work(k):
            got = []
            for i in range(n):
                shared.add(k * n + i)
                if i % 3:
                    try:
                        got.append(shared.pop())
                    except KeyError:
                        pass
            return got
        got = flat(s.together(work))
        same(sorted(got + list(shared)), list(range(n * s.threads)), "each once")


@case
def remove_decides_once(s):
    for _ in s.rounds():
        for make in KINDS.values():
            n = s.size(200)
            shared = {make(i) for i in range(n)}

            def work(k):
                got = []
                for i in range(n):
                    try:
                        shared.remove(make(i))
                        got.append(i)
                    except KeyError:
                        shared.discard(make(i))
                return got
            same(sorted(flat(s.together(work))), list(range(n)), "removed once")
            same(shared, set(), "nothing left")


@case
def read_beside_changes(s):
    for _ in s.rounds():
        for make in KINDS.values():
            n = s.size(200)
            shared = {make(-i - 1) for i in range(20)}

            def work(k):
                for i in range(n):
                    shared.add(make(k * n + i))
                    shared.discard(make(max(0, k * n + i - 5)))

            def read():
                for i in range(20):
                    check(make(-i - 1) in shared, "in")
                try:
                    for _ in shared:
                        pass
                except RuntimeError as e:
                    same(str(e), "Set changed size during iteration", "message")
                list(shared), sorted(shared, key=hash), tuple(shared), frozenset(shared)
            s.beside(work, read)


@case
def whole_set_operations_are_one_step(s):
    for _ in s.rounds():
        blocks = [frozenset(range(b * 10, b * 10 + 10)) for b in range(8)]
        shared = set()

        def work(k):
            for i in range(s.size(300)):
                block = set(blocks[(i + k) % 8])
                match i % 4:
                    case 0: shared.update(block)
                    case 1: shared.__ior__(blocks[(i * 3) % 8])
                    case 2: shared.difference_update(block)
                    case 3: shared.__isub__(blocks[(i * 5) % 8])

        def read():
            for now in (shared.copy(), set(shared), frozenset(shared), shared | set(), shared - set(), shared & shared.copy(), list(shared)):
                same(len(now) % 10, 0, "whole blocks")
            for block in blocks:
                both = shared & block
                check(len(both) in (0, 10), "intersection", both)
                check(len(block - shared) in (0, 10), "difference")
                shared.isdisjoint(block), shared <= block
        s.beside(work, read)


@case
def a_set_emptied_meanwhile_takes_whole_blocks(s):
    for _ in s.rounds():
        shared, blocks = set(), [set(range(b * 10, b * 10 + 10)) for b in range(4)]
        sources = blocks + [dict.fromkeys(one) for one in blocks] + [dict.fromkeys(one).keys() for one in blocks]

        def work(k):
            for i in range(s.size(300)):
                if (i + k) % 2:
                    shared.clear()
                else:
                    shared.update(sources[(i + k) % 12])
        s.beside(work, lambda: same(len(list(shared)) % 10, 0, "list"), lambda: same(len(frozenset(shared)) % 10, 0, "frozenset"))


@case
def operators_see_both_sets_at_one_moment(s):
    # The second is filled before and emptied after the first: what the first has, the second has.
    for _ in s.rounds():
        first, second, all_of_it, none = set(), set(), set(range(20)), set()

        def work():
            for _ in range(s.size(300)):
                second.update(all_of_it)
                first.update(all_of_it)
                first.clear()
                second.clear()

        def read():
            same(first - second, none, "-")
            check(first <= second, "<=")
            check(not first > second, ">")
            check(second >= first, ">=")
            check(len(first | second) in (0, 20), "|")
            check(len(first & second) in (0, 20), "&")
            check(len(first ^ second) in (0, 20), "^")
            check(len(second.difference(first)) in (0, 20), "difference")
        s.beside(work, read, read, n=1)


@case
def symmetric_difference_is_one_step(s):
    for _ in s.rounds():
        shared, block = set(), set(range(20))

        def work(k):
            for _ in range(2 * s.size(200)):
                shared.symmetric_difference_update(block)
        s.beside(work, lambda: check(len(shared.copy()) in (0, 20), "nothing or all"))
        same(shared, set(), "an even number of times")


@case
def intersection_update_is_one_step(s):
    for _ in s.rounds():
        evens = set(range(0, 40, 2))
        shared = set(range(40))

        def work(k):
            for _ in range(s.size(100)):
                shared.update(range(40))
                shared.intersection_update(evens)

        def read():
            now = shared.copy()
            check(now >= evens, "the even ones are always there", now)
        s.beside(work, read)


@case
def iterator_gives_each_once(s):
    for _ in s.rounds():
        for make in (set, frozenset):
            n = s.size(4000)
            it = iter(make(range(n)))
            same(sorted(flat(s.together(lambda: drain(it)))), list(range(n)), "each once")
            same(next(it, None), None, "exhausted for all")


@case
def clear_beside_all(s):
    for _ in s.rounds():
        shared = set()

        def work(k):
            for i in range(s.size(300)):
                if i % 10 == 0:
                    shared.clear()
                shared.add((k, i % 20))
                shared.discard((k, (i + 1) % 20))
        s.beside(work, lambda: check(len(shared) >= 0 and all(len(one) == 2 for one in shared.copy()), "items"))


@case
def large_sets_at_one_moment(s):
    # As above, of sets that are taken over in the middle of the operators, which allocate on their way.
    block, none = set(range(3000)), set()
    for _ in s.rounds():
        for _ in range(s.size(20)):
            first, second = set(block), set(block)

            def work():
                time.sleep(s.random.random() * 3e-4)
                for _ in range(3):
                    first.clear()
                    second.clear()
                    second.update(block)
                    first.update(block)

            def read():
                for _ in range(6):
                    same(first - second, none, "-")
                    same(len(first & second) % 3000, 0, "&")
                    same(len(first | second) % 3000, 0, "|")
                    same(len(first ^ second) % 3000, 0, "^")
                    same(len(list(first)) % 3000, 0, "list")
                    same(len(first.union(second)) % 3000, 0, "union")
            thread = threading.Thread(target=work)
            # The reader is the owner.
            thread.start()
            read()
            thread.join()


main()
