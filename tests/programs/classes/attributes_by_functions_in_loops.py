# `__getattr__` and properties that compiled loops call, while classes and instances change under them.
import sys
import traceback


class Proxy:
    def __init__(self, target):
        self.target = target
        self.asked = 0

    def __getattr__(self, name):
        if name.startswith("no_"):
            raise AttributeError(f"{name} is refused", name=name, obj=self)
        self.asked += 1
        return getattr(self.target, name)

    def own(self):
        return "own"


class Target:
    value = 7

    def __init__(self):
        self.inside = 3

    def method(self, x):
        return x + self.inside


def read(proxy, n):
    total = 0
    for i in range(n):
        total += proxy.value + proxy.inside + proxy.method(i)
        if proxy.own() != "own":
            total = None
    return total


p = Proxy(Target())
print(read(p, 300), p.asked)
print(read(p, 300), p.asked)
# The instance gets what was asked for.
p.value = 100
print(read(p, 300), p.asked)
del p.value
print(read(p, 300), p.asked)
# The class gets it.
Proxy.value = 50
print(read(p, 300), p.asked)
del Proxy.value
print(read(p, 300), p.asked)


def refused(proxy, n):
    caught = 0
    for i in range(n):
        try:
            proxy.no_such
        except AttributeError as e:
            caught += e.name == "no_such" and e.obj is proxy and e.__context__ is None
        caught += hasattr(proxy, "no_other")
        caught += getattr(proxy, "no_third", 2)
    return caught


print(refused(p, 200))
try:
    p.no_way
except AttributeError as e:
    print([f.name for f in traceback.extract_tb(e.__traceback__)], e)


# Another `__getattr__`, and none.
def other(self, name):
    return len(name)


first = Proxy.__getattr__


def lengths(proxy, n):
    s = 0
    for i in range(n):
        if i == n // 2:
            Proxy.__getattr__ = other
        s += proxy.inside
    return s


print(lengths(p, 300))
Proxy.__getattr__ = first
print(read(p, 100))
Proxy.__getattribute__ = lambda self, name: 1 if name == "inside" else object.__getattribute__(self, name)
print(read(p, 100), p.inside)
del Proxy.__getattribute__
print(read(p, 100), p.inside)


# A getter's AttributeError is answered by `__getattr__`.
class Both:
    def __init__(self):
        self.fails = False

    @property
    def thing(self):
        if self.fails:
            raise AttributeError("getter")
        return 1

    def __getattr__(self, name):
        return 1000 if name == "thing" else 5


def both(b, n):
    s = 0
    for i in range(n):
        b.fails = i % 3 == 0
        s += b.thing
    return s


print(both(Both(), 300))


class Account:
    __slots__ = ("_balance", "log", "late")

    def __init__(self):
        self._balance = 0
        self.log = []

    @property
    def balance(self):
        return self._balance

    @balance.setter
    def balance(self, value):
        if value < 0:
            raise ValueError(f"below zero: {value}")
        self._balance = value
        if value % 100 == 0:
            self.log.append(value)
        return "nobody sees this"

    def __getattr__(self, name):
        return f"<{name}>"


class Loud(Account):
    @Account.balance.setter
    def balance(self, value):
        Account.balance.fset(self, value * 2)


def deposit(a, n):
    for i in range(n):
        a.balance += 1
    return a.balance


a = Account()
print(deposit(a, 300), a.log, a.late)
a.late = 1
print(a.late, a.later)
print(deposit(Loud(), 8))
b = Account()
print(deposit(b, 150), b.log)


def overdraw(a):
    for i in range(200):
        a.balance -= 1


a.balance = 90
try:
    overdraw(a)
except ValueError as e:
    print(e, [f.name for f in traceback.extract_tb(e.__traceback__)], [f.lineno - overdraw.__code__.co_firstlineno for f in traceback.extract_tb(e.__traceback__)][1])
# The setter goes, and comes back as another.
old = Account.balance


def replaced(a, n):
    for i in range(n):
        if i == 100:
            Account.balance = property(lambda self: -1, lambda self, v: self.log.append(("new", v)))
        a.balance = i
    return a.balance


a.log.clear()
print(replaced(a, 103), a.log)
Account.balance = property(old.fget)
try:
    replaced(a, 5)
except AttributeError as e:
    print(e)
Account.balance = old
print(replaced(a, 5))


# Setters on the stack of a caller that looks.
class Watcher:
    @property
    def at(self):
        return sys._getframe(1).f_lineno - watch.__code__.co_firstlineno

    @at.setter
    def at(self, seen):
        seen.append(sys._getframe(1).f_lineno - watch.__code__.co_firstlineno)


def watch(w, n):
    seen = []
    for i in range(n):
        w.at = seen
        if len(seen) > 4:
            seen.clear()
        seen.append(w.at)
    return seen


print(watch(Watcher(), 300))


# Complex and large numbers, and class patterns.
def numbers(n):
    z, big = 0.5j, 1
    for i in range(n):
        z = z * (0.5 + 0.25j) + 1 - z / 2 + i * 0.001
        big = (big * 3 + big) % (10**30 + 57) - (big // 7)
    return z, big


print(numbers(300))
try:
    for i in range(200):
        1j / (199 - i)
        1j / (complex(198) - i)
except ZeroDivisionError as e:
    print(i, e)


class Point:
    __match_args__ = ("x", "y")

    def __init__(self, x, y):
        self.x, self.y = x, y


def kind(v):
    match v:
        case Point(0, y=b):
            return "axis", b
        case Point(x=a, y=0):
            return "other axis", a
        case Point(a, b):
            return a, b
        case int(n) | float(n):
            return n
        case str():
            return "text"
    return None


out = []
for i in range(200):
    out = [kind(v) for v in (Point(0, i), Point(i, 0), Point(1, 2), 5, 2.5, "s", None)]
print(out)
for pattern in ("Point(1, x=2)", "Point(1, 2, 3)", "int(1, 2)"):
    try:
        exec(f"match Point(1, 2) if 'P' in {pattern!r} else 1:\n case {pattern}: pass")
    except TypeError as e:
        print(e)
Point.__match_args__ = ["x"]
try:
    kind(Point(1, 2))
except TypeError as e:
    print(e)
Point.__match_args__ = ("x", 3)
try:
    kind(Point(1, 2))
except TypeError as e:
    print(e)
