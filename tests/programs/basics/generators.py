# Generators, comprehensions, iterators.
def count(n):
    i = 0
    while i < n:
        yield i
        i += 1
print(list(count(4)), sum(count(5)), [x for x in count(3)])
g = count(2)
print(next(g), next(g), next(g, "end"))
def fib():
    a, b = 0, 1
    while True:
        yield a
        a, b = b, a + b
for x in fib():
    if x > 30:
        break
    print(x, end=" ")
print()
print(list(x * x for x in range(4)), {x: x * x for x in range(3)}, [(x, y) for x in range(2) for y in "ab"])
class Countdown:
    def __init__(self, n):
        self.n = n
    def __iter__(self):
        return self
    def __next__(self):
        if self.n == 0:
            raise StopIteration
        self.n -= 1
        return self.n
print(list(Countdown(3)), sorted(Countdown(4)), 2 in Countdown(3))
def chain(*its):
    for it in its:
        yield from it
print(list(chain([1], "a", (None,))))
it = iter([1, 2, 3])
print(next(it), list(it))
