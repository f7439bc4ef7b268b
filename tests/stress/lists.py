"""Lists: reads beside growth, every way to add and take out, operations on two lists, sorting."""

from hammer import case, check, drain, flat, main, same


def blocks(items, what):
    """Fail unless the items are runs of seven equal ones."""
    check(len(items) % 7 == 0, what, len(items), items[-15:])
    for i in range(0, len(items), 7):
        run = items[i:i + 7]
        check(all(one == run[0] for one in run), what, i, run)


@case
def append_from_all(s):
    for _ in s.rounds():
        n, shared = s.size(2000), []

        def work(k):
            for i in range(n):
                shared.append((k, i))
        s.together(work)
        same(len(shared), n * s.threads, "length")
        for k in range(s.threads):
            same([i for j, i in shared if j == k], list(range(n)), "one thread's items in order")


@case
def append_and_pop(s):
    for _ in s.rounds():
        n, shared = s.size(2000), []

        def work(k):
            got = []
            for i in range(n):
                shared.append(k * n + i)
                if i % 3:
                    try:
                        got.append(shared.pop())
                    except IndexError:
                        pass
            return got
        got = flat(s.together(work))
        same(sorted(got + shared), list(range(n * s.threads)), "every item once")


@case
def insert_and_pop_anywhere(s):
    for _ in s.rounds():
        n, shared = s.size(600), []

        def work(k):
            got = []
            for i in range(n):
                shared.insert((i * 7) % 50 if i % 2 else 0, k * n + i)
                if i % 4 == 3:
                    try:
                        got.append(shared.pop(0))
                        got.append(shared.pop(len(shared) // 2))
                    except IndexError:
                        pass
            return got
        got = flat(s.together(work))
        same(sorted(got + shared), list(range(n * s.threads)), "every item once")


@case
def delete_by_index_and_slice(s):
    for _ in s.rounds():
        n = s.size(1500)
        shared = list(range(n * s.threads))

        def work(k):
            for i in range(n):
                if i % 5 == 4:
                    del shared[:1]
                elif i % 2:
                    del shared[0]
                else:
                    del shared[-1:]
        s.together(work)
        same(shared, [], "as many deletions as items")


@case
def remove_each_once(s):
    for _ in s.rounds():
        n = s.size(200)
        shared = list(range(n))

        def work(k):
            got = []
            for i in range(n):
                try:
                    shared.remove(i)
                    got.append(i)
                except ValueError:
                    pass
            return got
        same(sorted(flat(s.together(work))), list(range(n)), "removed once")
        same(shared, [], "nothing left")


@case
def what_stays_is_found(s):
    for _ in s.rounds():
        n, shared = s.size(300), list(range(-20, 0))

        def work(k):
            for i in range(n):
                if k % 2:
                    shared.insert(0, k)
                    shared.remove(k)
                else:
                    check(-1 in shared and shared.index(-3) > 0 and shared.count(-2) == 1, "always there", shared)
                    shared.remove(-10)
                    shared.insert(5, -10)
        if s.threads > 1:
            s.together(lambda: work(0), *[lambda: work(1)] * (s.threads - 1))
        same(sorted(shared), list(range(-20, 0)), "nothing else")


@case
def read_while_it_grows(s):
    for _ in s.rounds():
        n, shared = s.size(5000), []

        def grow():
            for i in range(n):
                shared.append(i)
            return []

        def read():
            seen = 0
            for _ in range(20):
                length = len(shared)
                check(length >= seen, "the length went back", seen, length)
                seen = length
                for i in range(max(0, length - 50), length):
                    same(shared[i], i, "item")
                if length:
                    check(shared[-1] >= length - 1, "last item")
        s.beside(grow, read, read, n=1)
        same(shared, list(range(n)), "all")


@case
def iterate_while_it_grows(s):
    for _ in s.rounds():
        n, shared = s.size(3000), []

        def grow():
            for i in range(n):
                shared.append(i)

        def read():
            previous = -1
            for one in shared:
                same(one, previous + 1, "in order")
                previous = one
                if one > 500:
                    break
        s.beside(grow, read, read, n=1)


@case
def indexes_from_the_end(s):
    for _ in s.rounds():
        n = max(50, s.size(6000) // s.threads)
        shared = [-3, -2, -1]

        def move():
            for i in range(n):
                shared.insert(0, i)
                if i % 3:
                    del shared[0]

        def read(second):
            # Of shared and of own lists, by a constant and by a number that is found out.
            for i in range(200):
                check(shared[-1] == -1, "the last is not", i)
                check(shared[-3:] == [-3, -2, -1], "the last three", i)
                check(shared[second] == -2 and shared[second - 1] == -3, "those before", i)

        def work(k):
            if k:
                move()
            else:
                for _ in range(max(1, n // 200)):
                    read(-2)
        s.together(work)
        same(shared[-3:], [-3, -2, -1], "what nobody touched")


@case
def items_set_from_the_end(s):
    for _ in s.rounds():
        n = max(50, s.size(6000) // s.threads)
        shared = [0] * 50 + [-1]

        def work(k):
            if k % 2:
                for i in range(n):
                    shared.insert(0, k)
                    if i % 3 == 2:
                        del shared[0:2]
            else:
                last = -1
                for i in range(n):
                    shared[last] = -i
        s.together(work)
        check(all(one >= 0 for one in shared[:-1]), "something else was set", shared[-20:])


@case
def unpacking_is_one_step(s):
    for _ in s.rounds():
        n = s.size(1500)
        shared = [0, 0, 0]

        def work(k):
            if k % 2:
                for i in range(n):
                    shared[:] = (i, i, i)
                    shared[0], shared[1], shared[2] = [-i] * 3
                    shared[:] = [k] * 3
            else:
                for i in range(n):
                    a, b, c = shared
                    x, *y, z = shared
                    check(len(y) == 1, "as many as there are", y)

        def pairs(k):
            if k % 2:
                for i in range(n):
                    shared[:] = (i, i, i)
            else:
                for i in range(n):
                    a, b, c = shared
                    check(a == b == c, "of different moments", a, b, c)
        s.together(work)
        shared[:] = (0, 0, 0)
        s.together(pairs)


@case
def extend_is_one_step(s):
    sources = [list, tuple, lambda x: dict.fromkeys(range(7), x).values(), lambda x: [x[0]] * 7]
    for r in s.rounds():
        n, shared = s.size(300), []

        def work(k):
            make = sources[(k + r) % 3]
            for i in range(n):
                block = [k * n + i] * 7
                if make is sources[2]:
                    shared.extend(make(k * n + i))
                elif i % 2:
                    shared.extend(make(block))
                else:
                    shared.__iadd__(make(block))

        def read():
            blocks(shared.copy(), "copy")
            blocks(shared[:], "slice")
            blocks(list(shared), "list()")
            blocks(list(tuple(shared)), "tuple()")
            blocks(shared + [], "+")
            blocks(shared * 1, "*")
        s.beside(work, read)
        blocks(shared, "at the end")
        same(sorted(shared[::7]), list(range(n * s.threads)), "every block once")


@case
def slices_are_one_step(s):
    for _ in s.rounds():
        n, shared = s.size(300), [-1] * 70

        def work(k):
            for i in range(n):
                if i % 3 == 0:
                    shared[0:0] = [k * n + i] * 7
                elif i % 3 == 1:
                    shared[7:14] = [k * n + i] * 14
                else:
                    del shared[0:7]

        def read():
            blocks(shared[:], "slice")
            blocks(shared.copy(), "copy")
        s.beside(work, read)
        blocks(shared, "at the end")


@case
def extended_slices_are_one_step(s):
    for _ in s.rounds():
        n = s.size(300)
        shared = [0] * 64

        def work(k):
            for i in range(n):
                shared[k % 2::2] = [k * n + i] * 32

        def read():
            items = shared.copy()
            for half in (items[::2], items[1::2]):
                check(half == half[:1] * 32, "one assignment", half)
        s.beside(work, read)


@case
def deleting_a_stride_loses_nothing(s):
    for _ in s.rounds():
        n, shared = s.size(200), []

        def work(k):
            if k == 0:
                for _ in range(n):
                    del shared[1::2]
                return 0
            for i in range(n):
                shared.append(i)
            return n
        s.beside(work)
        # All that was appended before the last deletion may be gone, but what comes after it must be there.
        shared.append("last")
        same(shared[-1], "last", "append")


@case
def multiply_in_place_loses_nothing(s):
    for _ in s.rounds():
        n, shared = s.size(1000), []

        def work(k):
            nonlocal shared
            if k == 0:
                mine = shared
                for _ in range(n):
                    mine *= 1
            else:
                for i in range(n):
                    shared.append(k * n + i)
        s.together(work)
        same(sorted(shared), list(range(n, n * s.threads)), "every item once")


@case
def reverse_loses_nothing(s):
    for _ in s.rounds():
        n, shared = s.size(1000), []

        def work(k):
            if k == 0:
                for _ in range(n // 4):
                    shared.reverse()
            else:
                for i in range(n):
                    shared.append(k * n + i)
        s.together(work)
        same(sorted(shared), list(range(n, n * s.threads)), "every item once")


@case
def reverse_and_assign(s):
    for _ in s.rounds():
        n = s.size(1000)
        shared = [0] * 9

        def work(k):
            if k == 0:
                for _ in range(n):
                    shared.reverse()
            else:
                for i in range(n):
                    # The middle stays in its place.
                    if k == 1:
                        shared[4] = i
                        same(shared[4], i, "what this thread alone writes")
        s.together(work)


@case
def move_items_around(s):
    for _ in s.rounds():
        n, size = s.size(500), 100
        shared = list(range(size))

        def work(k):
            for i in range(n):
                shared.insert((i * 13) % size, shared.pop((i * 31 + k) % 50))

        def read():
            now = shared.copy()
            check(size - s.threads <= len(now) <= size, "length", len(now))
            same(len(set(now)), len(now), "no item twice")
        s.beside(work, read)
        same(sorted(shared), list(range(size)), "every item once")


@case
def sort_from_all(s):
    for _ in s.rounds():
        size = 200
        items = list(range(size))
        s.random.shuffle(items)
        shared = list(items)

        def work(k):
            for i in range(s.size(30)):
                try:
                    shared.sort(reverse=bool((i + k) % 2), key=(lambda x: x) if i % 3 == 0 else None)
                except ValueError as e:
                    same(str(e), "list modified during sort", "message")

        def read():
            now = shared.copy()
            check(not now or sorted(now) == list(range(size)), "nothing or everything", now)
        s.beside(work, read)
        same(sorted(shared), list(range(size)), "every item once")


@case
def sort_beside_append(s):
    # Who appends to a list that is being sorted appends to the empty list that is seen meanwhile; then the sort fails.
    for _ in s.rounds():
        n, shared = s.size(500), []
        counts = s.together(lambda: appended(shared, n), lambda: sorts(shared, s.size(100)), lambda: appended(shared, n))
        if not counts[1]:
            same(len(shared), 2 * n, "no sort failed: every item is there")


def appended(shared, n):
    for i in range(n):
        shared.append(i)


def sorts(shared, n):
    failed = 0
    for _ in range(n):
        try:
            shared.sort()
        except ValueError:
            failed += 1
    return failed


@case
def clear_and_extend(s):
    for _ in s.rounds():
        n, shared = s.size(400), []

        def work(k):
            for i in range(n):
                if i % 10 == 9:
                    shared.clear()
                else:
                    shared.extend([k] * 7)
        s.beside(work, lambda: blocks(shared.copy(), "copy"))
        blocks(shared, "at the end")


@case
def extending_reads_and_writes_at_once(s):
    # What a thread put into the source before it put a mark into the list is in every copy of the source behind that mark.
    for _ in s.rounds():
        n = s.size(150)
        source, shared = ["copy"], []

        def work(k):
            for i in range(n):
                if k == 0:
                    source.append(i)
                    shared.append(("mark", i))
                elif i % 8 == 0:
                    if i % 16:
                        shared.extend(source)
                    else:
                        shared.__iadd__(source)
        s.together(work)
        mark, length = -1, None
        for one in shared + ["copy"]:
            if type(one) is int:
                same(one, length, "the source in order")
                length += 1
                continue
            if length is not None:
                check(length > wanted, "older than the list it was appended to", length, wanted)
                length = None
            if one == "copy":
                length, wanted = 0, mark
            else:
                mark = one[1]


@case
def extending_by_a_dict_or_set_reads_and_writes_at_once(s):
    # One thread empties the source, then the list: nothing may come after that from what was read before.
    ways = [(dict, lambda d: d), (dict, lambda d: d.keys()), (dict, lambda d: d.values()), (dict, lambda d: d.items()), (set, lambda d: d)]
    for _ in s.rounds(1):
        for make, view in ways:
            source, target, stop, full = make(), [], [], make((i, i) for i in range(7))

            def empty():
                try:
                    for _ in range(s.size(150)):
                        source.update(full)
                        source.clear()
                        target.clear()
                        same(target.copy(), [], "nothing can have come")
                finally:
                    stop.append(True)

            def move():
                while not stop:
                    target.extend(view(source))
                    target.__iadd__(view(source))

            def read():
                while not stop:
                    same(len(target.copy()) % 7, 0, "whole blocks")
            s.together(empty, read, *[move] * (s.threads - 1))


@case
def lists_extend_each_other(s):
    for _ in s.rounds():
        one, two = [1] * 7, [2] * 7

        def work(k):
            for _ in range(s.size(8)):
                if len(one) + len(two) < 20_000:
                    if k % 2:
                        one.extend(two)
                    else:
                        two.extend(one)

        def read():
            blocks(one.copy(), "one")
            blocks(two.copy(), "two")
        s.beside(work, read)


@case
def extend_by_itself(s):
    for _ in s.rounds():
        shared = [1] * 7

        def work(k):
            for _ in range(3):
                if len(shared) < 50_000:
                    shared.extend(shared)
        s.beside(work, lambda: blocks(shared.copy(), "copy"))
        n = len(shared) // 7
        check(n & (n - 1) == 0, "doubled each time", n)


@case
def comparisons_that_change_the_list(s):
    for _ in s.rounds():
        shared = []

        class Odd:
            def __eq__(self, other):
                shared.append(self)
                if len(shared) > 50:
                    del shared[5:]
                return False

            __hash__ = None

        shared.extend(Odd() for _ in range(10))

        def work(k):
            for _ in range(s.size(30)):
                1 in shared
                shared.count(1)
                shared == [1] * 10
                try:
                    shared.remove(1)
                except ValueError:
                    pass
                try:
                    shared.index(1)
                except ValueError:
                    pass
        s.together(work)
        check(all(type(one) is Odd for one in shared), "only what was put in", shared)


@case
def assign_items(s):
    for _ in s.rounds():
        n, shared = s.size(3000), [(0, 0)] * 8

        def work(k):
            for i in range(n):
                shared[i & 7] = (k, k)
                a, b = shared[(i * 5) & 7]
                same(a, b, "whole items")
        s.together(work)


@case
def heap_of_all(s):
    from heapq import heappop, heappush
    for _ in s.rounds():
        n, shared = s.size(400), []

        def work(k):
            got = []
            for i in range(n):
                heappush(shared, k * n + i)
                if i % 2:
                    try:
                        got.append(heappop(shared))
                    except IndexError:
                        pass
            return got
        got = flat(s.together(work))
        same(sorted(got + shared), list(range(n * s.threads)), "every item once")


@case
def consumers_share_an_iterator(s):
    for _ in s.rounds():
        n = s.size(4000)
        for make in (iter, reversed):
            it = make(list(range(n)))
            same(sorted(flat(s.together(lambda: drain(it)))), list(range(n)), "every item once")
            same(next(it, None), None, "exhausted for all")


main()
