"""Bytes of one byte and of none: there is one object of each. And loops of natives that end early."""

import copy
import pickle

one = bytes([97])
print(one is bytes([97]), b"ba"[1:] is one, b"xay"[1:2] is one, "a".encode() is one, bytes.fromhex("61") is one)
print(bytes() is bytes(0), b"".join([b"a"]) is one, copy.copy(one) is one, pickle.loads(pickle.dumps(one)) == one)
print([bytes([i])[0] for i in range(256)] == list(range(256)), {bytes([i]): i for i in range(256)}[b"\xff"], hash(b"a") == hash(one))


class Own(bytes):
    pass


own = Own(b"a")
own.x = 1
print(own == one, own is one, type(own).__name__, own.x, Own() == b"", Own(b"") == b"", bytes(own) == one)
print(b"a,b,,c".split(b","), b"abc".partition(b"b"), b"a\nb\n\nc".splitlines(), b"%c%c" % (65, 66), b"a" * 3, one + b"" + one)
print(one.upper(), one.replace(b"a", b"b"), b"ab".removeprefix(b"a"), one.center(3), one.translate(None, b"a"), one.hex())


def seen(items, log):
    for item in items:
        log.append(item)
        yield item


for function in any, all:
    for items in [0, 0, 3, 0], [1, 1, 0, 2], [], (0, 2), {5: 1}, "ab":
        log = []
        rest = seen(items, log)
        print(function.__name__, function(rest), log, list(rest), function(items), function(iter(items)), end="; ")
    print()
print(any({0, ""}), all({1, 2}), any(range(0)), all(range(3)), any(x > 2 for x in [1, 3, 1 / 1]))
for bad in [lambda: any(5), lambda: all(None), lambda: sum(5), lambda: sum(5, ""), lambda: sum([], ""), lambda: sum([b""], b""),
            lambda: sum([1, "a"]), lambda: any(1 / x for x in (0,)), lambda: sum(x for x in [1, [2]])]:
    try:
        print(bad())
    except (TypeError, ZeroDivisionError) as error:
        print(type(error).__name__, error)
print(sum(x * x for x in range(10)), sum([0.1] * 10), sum([[1], [2]], []), sum({1, 2, 3}), sum((True, 2**70, 1.5)), sum({1: 2}, 3))
growing = [1, 2]
print(sum(growing.append(x) or x for x in growing if len(growing) < 6), growing)
changing = {1, 2, 3}
try:
    print(sum(changing.add(x + 10) or x for x in changing))
except RuntimeError as error:
    print(error)
