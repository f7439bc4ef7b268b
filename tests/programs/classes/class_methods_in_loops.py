# Methods of classes, static methods and comparisons of unlike things, often enough to be compiled.
class A:
    scale = 2

    @classmethod
    def make(cls, x):
        return (cls.__name__, x * cls.scale)

    @staticmethod
    def plus(x, y=1):
        return x + y

    def own(self):
        return self.make(1), self.plus(2)

    kind = str
    call = None


class B(A):
    scale = 3

    @classmethod
    def make(cls, x):
        r = super().make(x)
        return r + ("B",)


class Meta(type):
    def make(cls, x):
        return (cls.__name__, x)


class M(metaclass=Meta):
    pass


def run(n):
    a, b = A(), B()
    seen = {}
    for i in range(n):
        k = (A.make(i % 2), B.make(i % 2), a.make(1), b.make(2), A.plus(i % 3), a.plus(i % 2, 5), b.own(), M.make(3), A.kind(i % 2))
        seen[k] = seen.get(k, 0) + 1
        if i == n // 2:
            A.plus = staticmethod(lambda x, y=1: x - y)
        if i == 3 * n // 4:
            B.scale = 10
            A.make = classmethod(lambda cls, x: ("new", cls.__name__))
    return sorted(seen.items(), key=str)


for item in run(2000):
    print(item)


def each(classes, n):
    out = []
    for i in range(n):
        out.append(classes[i % len(classes)].make(i)[0])
    return len(out), sorted(set(out))


print(each([A, B], 1000), each([A], 1000), each([A, B, M], 1000))


class Eq:
    def __init__(self, v):
        self.v = v

    def __eq__(self, other):
        return isinstance(other, Eq) and self.v == other.v


def compared(values, n):
    counts = [0] * 8
    for i in range(n):
        x, y = values[i % len(values)], values[i * 7 // 3 % len(values)]
        if x == y:
            counts[0] += 1
        if x != y:
            counts[1] += 1
        if not x == y:
            counts[2] += 1
        counts[3] += x == y
        counts[4] += (x != y) is True
        try:
            if x < y:
                counts[5] += 1
            counts[6] += x >= y
        except TypeError:
            counts[7] += 1
    return counts


nan = float("nan")
print(compared([1, 2.0, 2, 1.0], 2000))
print(compared([None, 1, "a", None], 2000))
print(compared([(1, 2), (1, 2.0), (1, 3), "x"], 2000))
print(compared([nan, nan, 1.5], 2000))
print(compared([[1], [1], [2], (1,)], 2000))
print(compared([Eq(1), Eq(1), Eq(2), 3, None], 2000))
print(compared([2**70, 2**70, 2.0**70, 5], 2000))
print(compared([b"a", "a", bytearray(b"a"), b"b"], 2000))
print(compared([{1: 2}, {1: 2.0}, {1, 2}, frozenset({1, 2})], 2000))
print(compared([1j, 1j, 1, True, False, 0], 2000))
