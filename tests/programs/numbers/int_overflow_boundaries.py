# Small-integer fast paths meet their limits: sums, products, loops crossing 30, 31, 60, 62, 63, 64 bits.
edges = [0, 1, -1, 2**29, 2**30 - 1, 2**30, 2**31 - 1, 2**31, 2**32, 2**59, 2**60 - 1, 2**60, 2**61 - 1, 2**61, 2**62 - 1, 2**62, 2**63 - 1, 2**63, 2**64 - 1, 2**64]
edges += [-e for e in edges if e > 1] + [-e - 1 for e in edges if e > 1]
def mix(values):
    h = 0
    for v in values: h = (h * 31 + v) % (10**18 + 9)
    return h
print(mix(a + b for a in edges for b in edges), mix(a - b for a in edges for b in edges), mix(a * b for a in edges for b in edges))
print(mix(a // b for a in edges for b in edges if b), mix(a % b for a in edges for b in edges if b), mix(a & b for a in edges for b in edges), mix(a | b for a in edges for b in edges), mix(a ^ b for a in edges for b in edges))
print(sum(a < b for a in edges for b in edges), sum(a == b for a in edges for b in edges), sum(a <= b for a in edges for b in edges), mix(-a for a in edges), mix(~a for a in edges), mix(abs(a) for a in edges))
print(mix(a << s for a in edges for s in (0, 1, 3, 31, 61, 62, 63, 64, 100)), mix(a >> s for a in edges for s in (0, 1, 3, 31, 61, 62, 63, 64, 100)))
print(mix(hash(a) for a in edges), mix(a.bit_length() for a in edges), mix(a.bit_count() for a in edges), len({a for a in edges}), len(set(map(float, edges))))
print([int(float(a)) - a for a in edges][:20], [float(a) == a for a in edges].count(True), [a < float(b) for a in edges for b in edges].count(True))
def loop_sum(start, step, n):
    for _ in range(n): start += step
    return start
print(loop_sum(2**62 - 500, 1, 1000), loop_sum(-2**62 + 500, -1, 1000), loop_sum(2**63 - 500, 1, 1000), loop_sum(2**31 - 500, 1, 1000), loop_sum(2**61 - 3, 2**61 - 1, 10))
def loop_mul(x, n):
    out = []
    for _ in range(n): x *= 3; out.append(x)
    return out[-1]
print(loop_mul(1, 50), loop_mul(-1, 50), loop_mul(2**60, 5))
def count_down(n):
    k = 0
    while n > -2**62 - 5: n -= 1; k += 1
    return k, n
print(count_down(-2**62 + 5))
i = 2**62 - 3
for x in range(i, i + 6): print(x, end=" ")
print()
for x in range(-2**63 + 2, -2**63 - 3, -1): print(x, end=" ")
print()
print([x for x in range(2**64, 2**64 + 3)], list(range(2**62 - 1, 2**62 + 2)), len(range(0, 2**62, 2**60)))
def fact(n): return 1 if n < 2 else n * fact(n - 1)
print([fact(n) for n in (12, 13, 20, 21, 25)])
def fib(n):
    a, b = 0, 1
    for _ in range(n): a, b = b, a + b
    return a
print([fib(n) for n in (45, 46, 47, 90, 91, 92, 93, 94)])
x = 1
for i in range(70):
    x = x << 1 | 1
print(x, x >> 60, x & 0xFFFF, x ^ (x >> 1))
l = [2**62] * 3
print(sum(l), sum(l, -2**63), max(l), l.index(2**62), l.count(2**62), {2**62: 1}[2**62], 2**62 in l, sum([2**31] * 5), sum([True] * 5))
acc = 0
for i in range(100000): acc = (acc * 1103515245 + 12345) & 0x7FFFFFFFFFFFFFFF
print(acc)
h = 14695981039346656037
for b in b"fnv hash over sixty-four bits": h = ((h ^ b) * 1099511628211) & 0xFFFFFFFFFFFFFFFF
print(h)
n = -1
print(n // 2**62, n % 2**62, n >> 100, (-7) // 2, (-7) % 2, 7 // -2, 7 % -2, -2**62 // -1, -2**63 // -1, -2**61 // -1, (-2**62) % -1)
