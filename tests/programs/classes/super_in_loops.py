# Methods of super() and free variables, often enough to be compiled; classes that change meanwhile.
class Base:
    def __init__(self, x):
        self.x = x

    def value(self, k=1):
        return self.x * k

    @classmethod
    def make(cls, x):
        return cls(x)

    def who(self):
        return "Base"


class Middle(Base):
    def __init__(self, x, y):
        super().__init__(x)
        self.y = y

    def value(self, k=1):
        return super().value(k) + self.y

    def who(self):
        return "Middle<" + super().who()


class Left(Middle):
    def __init__(self, x):
        super().__init__(x, 2 * x)

    def value(self, k=2):
        return super().value(k=k) + 1

    @classmethod
    def make(cls, x):
        return super().make(x + 1)

    def who(self):
        return "Left<" + super().who()


class Mixin(Base):
    def who(self):
        return "Mixin<" + super().who()


class Diamond(Left, Mixin):
    def who(self):
        return "Diamond<" + super().who()


def run(classes, n):
    total = 0
    names = {}
    for i in range(n):
        o = classes[i % len(classes)](i)
        total += o.value()
        w = o.who()
        names[w] = names.get(w, 0) + 1
    return total, names


print(run([Left], 2000))
print(run([Left, Diamond], 2000))
print(sum(Left.make(i).x for i in range(1000)))


def changing(n):
    o = Left(1)
    out = {}
    for i in range(n):
        v = (o.value(), o.who())
        out[v] = out.get(v, 0) + 1
        if i == n // 4:
            Base.value = lambda self, k=1: 1000 * k
        if i == n // 2:
            Middle.__bases__ = (Mixin,)
        if i == 3 * n // 4:
            o.__class__ = Diamond
    return out


print(changing(4000))


def counters(n):
    def outer(start):
        count = start

        def add(step):
            nonlocal count
            count += step
            return count

        def twice(step):
            return add(step) + add(step)

        return add, twice

    pairs = [outer(k) for k in range(3)]
    total = 0
    for i in range(n):
        add, twice = pairs[i % 3]
        total += add(i) - twice(1)
    return total


print(counters(3000))


def polymorphic(n):
    class A:
        def f(self, x):
            return x

    class B:
        def f(self, x):
            return self.g(x) + 1

        def g(self, x):
            return -x

    class C:
        def f(self, x, y=3):
            return x * y

    class D:
        f = staticmethod(lambda x: x + 0.5)

    class E:
        f = str

    os = [A(), B(), C(), D(), E()]
    seen = 0
    for i in range(n):
        v = os[i % 5].f(i)
        seen += len(v) if isinstance(v, str) else v
    return seen


print(polymorphic(4000))


class Wrong(Base):
    def value(self):
        return super().missing()


try:
    for i in range(1000):
        if i < 990:
            Left(i).value()
        else:
            Wrong(i).value()
except AttributeError as e:
    print(e)


def not_instance(cls, n):
    for i in range(n):
        cls.who(Left(1) if i < n - 1 else 5)


try:
    not_instance(Middle, 2000)
except TypeError as e:
    print(e)


def deep(n):
    class Node(Base):
        def depth(self):
            return 1 + self.next.depth() if self.next else 0

        def __init__(self, next):
            super().__init__(0)
            self.next = next

    node = None
    for _ in range(n):
        node = Node(node)
    return node


print(deep(200).depth())
try:
    deep(100000).depth()
except RecursionError as e:
    print("RecursionError", e)
