"""One call site, one to many classes: where inline caches end and what comes after."""

import pyperf


def make_classes(count):
    return [type(f"Shape{i}", (), {
        "__init__": lambda self, size, i=i: (setattr(self, f"pad{i}", None), setattr(self, "size", size))[0],
        "area": lambda self, i=i: self.size * (i + 1),
    }) for i in range(count)]


def sites(classes):
    objects = [classes[i % len(classes)](i) for i in range(64)]
    total = 0
    for _ in range(300):
        for one in objects:
            total += one.area() + one.size
    return total


ONE, TWO, EIGHT, MANY = make_classes(1), make_classes(2), make_classes(8), make_classes(64)


def monomorphic():
    return sites(ONE)


def two_shapes():
    return sites(TWO)


def eight_shapes():
    return sites(EIGHT)


def megamorphic():
    return sites(MANY)


class Vector:
    def __init__(self, x, y):
        self.x, self.y = x, y

    def __add__(self, other):
        return Vector(self.x + other.x, self.y + other.y)

    def __len__(self):
        return 2

    def __iter__(self):
        yield self.x
        yield self.y

    def __getitem__(self, index):
        return self.y if index else self.x


def duck_protocols():
    values = [Vector(1, 2), [1, 2], (1, 2), {0: 1, 1: 2}, "12", range(1, 3)]
    total = 0
    for i in range(3_000):
        value = values[i % 6]
        total += len(value) + int(value[0]) + int(value[1])
        for item in value:
            total += int(item)
    return total


class Number:
    def __init__(self, value):
        self.value = value

    def accept(self, visitor):
        return visitor.number(self)


class Plus:
    def __init__(self, left, right):
        self.left, self.right = left, right

    def accept(self, visitor):
        return visitor.plus(self)


class Times(Plus):
    def accept(self, visitor):
        return visitor.times(self)


class Evaluate:
    def number(self, node):
        return node.value

    def plus(self, node):
        return node.left.accept(self) + node.right.accept(self)

    def times(self, node):
        return node.left.accept(self) * node.right.accept(self) % 1000003


class Count(Evaluate):
    def number(self, node):
        return 1

    def times(self, node):
        return self.plus(node)


def double_dispatch():
    def tree(depth):
        if depth == 0:
            return Number(3)
        return (Plus if depth % 2 else Times)(tree(depth - 1), tree(depth - 1))
    root = tree(10)
    return root.accept(Evaluate()), root.accept(Count())


PROGRAMS = {function.__name__: function for function in (
    monomorphic, two_shapes, eight_shapes, megamorphic, duck_protocols, double_dispatch)}

if __name__ == "__main__":
    runner = pyperf.Runner()
    runner.argparser.add_argument("benchmark", choices=sorted(PROGRAMS))
    args = runner.parse_args()
    runner.bench_func(args.benchmark, PROGRAMS[args.benchmark])
