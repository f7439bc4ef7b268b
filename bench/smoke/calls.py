class Counter:
    def __init__(self, step):
        self.step = step
        self.value = 0

    def advance(self, n):
        self.value += self.step * n
        return self.value


def fib(n):
    return n if n < 2 else fib(n - 1) + fib(n - 2)


counters = [Counter(i) for i in range(5)]
for i in range(4000):
    for counter in counters:
        counter.advance(i)
print(fib(17), [counter.value for counter in counters], sum(map(lambda x, y=2: x * y, range(5000))))
