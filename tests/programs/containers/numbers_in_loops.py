# Items of array, bytearray and bytes read and written often enough to be compiled: all types, limits and errors.
from array import array
import threading


def sums(a, times):
    total = 0
    for _ in range(times):
        for i in range(len(a)):
            total += a[i]
        total += a[-1]
    return total


for code in "bBhHiIlLqQfd":
    n = array(code, [1, 2, 3, 100])
    print(code, sums(n, 500), sums(array(code, range(50)), 40))
print(sums(b"hello world", 300), sums(bytearray(b"hello world"), 300))
print(sums(array("q", [2**62, -(2**62), 2**61, -(2**61), 5]), 300))


def fill(a, values, times):
    errors = {}
    for k in range(times):
        for i in range(len(values)):
            try:
                a[i % len(a)] = values[i]
            except (OverflowError, TypeError, ValueError) as e:
                errors[f"{type(e).__name__}: {e}"] = errors.get(f"{type(e).__name__}: {e}", 0) + 1
    return a, errors


for code in "bBhHiIlLqQ":
    print(fill(array(code, [0] * 4), [1, 2, 3], 300))
    print(fill(array(code, [0] * 4), [1, -1, 127, 128, 255, 256, 32768, 65536, 2**31, 2**32, 2**63, 2**64, "x", 1.5], 100))
print(fill(array("d", [0] * 4), [1.5, 2.5, -0.0, 1e308 * 10, 3], 300))
print(fill(array("f", [0] * 4), [1.5, 0.1, 1e300, 3], 300))
print(fill(bytearray(4), [1, 2, 255, 256, -1], 300))


def out_of_range(a, n):
    out = 0
    try:
        for i in range(n):
            out += a[i]
    except IndexError as e:
        return out, str(e)


for a in (array("d", range(1000)), array("B", bytes(1000)), bytearray(1000), bytes(1000)):
    print(out_of_range(a, 1001), out_of_range(a, 1001))


def sieve(n):
    flags = bytearray([1]) * (n + 1)
    flags[0] = flags[1] = 0
    i = 2
    while i * i <= n:
        if flags[i]:
            for j in range(i * i, n + 1, i):
                flags[j] = 0
        i += 1
    return sum(flags)


print(sieve(20000))


def grows(a, n):
    for i in range(n):
        a.append(i % 100)
        a[i // 2] = a[i] + 1 if a[i] < 100 else 0
        if i % 100 == 99:
            del a[0]
            a.append(7)
    return sum(a)


print(grows(array("i"), 3000), grows(bytearray(), 3000), grows(array("d"), 3000))


def by_code(arrays, n):
    total = 0
    for i in range(n):
        a = arrays[i % len(arrays)]
        total += a[i % len(a)]
        a[0] = 1
    return total


print(by_code([array("i", [1, 2, 3])], 2000))
print(by_code([array("i", [1, 2, 3]), array("d", [0.5, 1.5]), bytearray(b"abc")], 2000))


shared = array("d", [0.0] * 8)


def work(k):
    for i in range(20000):
        shared[k] = shared[k] + 1.0


threads = [threading.Thread(target=work, args=(k,)) for k in range(4)]
for t in threads:
    t.start()
for t in threads:
    t.join()
work(4)
print(shared)
