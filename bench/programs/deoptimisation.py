"""Programs that break what an optimising compiler assumed, again and again: types, ranges, classes, globals, shapes, paths."""

import pyperf


def type_flip():
    """The same arithmetic on int, then float, then str and back."""
    def add(a, b):
        return a + b
    out = []
    for phase in range(30):
        one = (1, 1.5, "s")[phase % 3]
        total = one
        for _ in range(300):
            total = add(one, one)
        out.append(total)
    return out


def overflow_flip():
    """Sums and products that leave the small integers every few rounds."""
    value, big = 1, 0
    for i in range(20_000):
        value = value * 3 + i
        if value > 2**70:
            big += 1
            value = i
    return value, big


class Base:
    factor = 1

    def scale(self, x):
        return x * self.factor


class Derived(Base):
    pass


def class_mutation():
    """Methods and class attributes replaced while they are hot."""
    one, total = Derived(), 0
    original = Base.scale
    for phase in range(40):
        Base.factor = phase
        if phase % 4 == 3:
            Base.scale = lambda self, x: x - self.factor
        else:
            Base.scale = original
        for i in range(200):
            total += one.scale(i)
    Base.scale, Base.factor = original, 1
    return total


LIMIT = 10


def step(x):
    return x + LIMIT


def global_rebinding():
    """A global constant and a global function that change."""
    global LIMIT, step
    kept, total = step, 0
    for phase in range(40):
        LIMIT = phase
        for i in range(200):
            total += step(i)
        step = (lambda x: x - LIMIT) if phase % 2 else kept
    step, LIMIT = kept, 10
    return total


class Bag:
    pass


def shape_churn():
    """Objects of one class that get their attributes in ever different orders, and lose some."""
    names = ["a", "b", "c", "d", "e", "f"]
    total = 0
    for i in range(3_000):
        bag = Bag()
        for j in range(4):
            setattr(bag, names[(i * 7 + j * (1 + i % 5)) % 6], j)
        if i % 3 == 0 and hasattr(bag, "a"):
            del bag.a
        total += getattr(bag, "b", 0) + getattr(bag, "c", 10) + len(vars(bag))
    return total


def exception_edge():
    """A hot loop whose rare path raises."""
    items = [1] * 500 + ["x"] + [2] * 500
    total = 0
    for _ in range(10):
        for item in items:
            try:
                total += item
            except TypeError:
                total += len(item)
    return total


PROGRAMS = {function.__name__: function for function in (
    type_flip, overflow_flip, class_mutation, global_rebinding, shape_churn, exception_edge)}

if __name__ == "__main__":
    runner = pyperf.Runner()
    runner.argparser.add_argument("benchmark", choices=sorted(PROGRAMS))
    args = runner.parse_args()
    runner.bench_func(args.benchmark, PROGRAMS[args.benchmark])
