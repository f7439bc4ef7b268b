# Calls whose arguments are not where the callee wants them: defaults, keywords, instances; in hot loops and functions.
def two(x, y=1, z=2):
    return x * 100 + y * 10 + z


def only(a, /, b, *, c):
    return (a, b, c)


class Point:
    def __init__(self, x, y=0, *, z=None):
        self.x, self.y, self.z = x, y, z

    def moved(self, dx=1, dy=1):
        return Point(self.x + dx, y=self.y + dy)


class Plain:
    def __init__(self, a=5, b=6):
        self.pair = (a, b)


def defaults(n):
    return [two(i) + two(i, 5) + two(i, z=7) + two(z=1, y=2, x=i) + two(y=i, x=3) for i in range(n)]


def keywords(n):
    found = []
    for i in range(n):
        found.append(only(i, c=3, b=2))
        found.append(only(i, 4, c=i))
    return found


def floats(n):
    def scaled(x, factor=0.5, offset=1.0):
        return x * factor + offset
    total = 0.0
    for i in range(n):
        total = scaled(total, offset=scaled(0.25 * i))
    return total


def instances(n):
    p, q = Point(0), Plain()
    for i in range(n):
        p = p.moved(dy=i) if i % 3 else p.moved()
        q = Plain(b=i)
    return p.x, p.y, p.z, q.pair, Plain().pair, Plain(1).pair


def changed(n):
    def f(x, y=1):
        return x + y
    seen = set()
    for i in range(n):
        if i == n - 50:
            f.__defaults__ = (1000,)
        if i == n - 20:
            f.__defaults__ = None
        try:
            seen.add(f(0))
        except TypeError as e:
            seen.add(str(e))
    return sorted(seen, key=str)


def wrong(n):
    said = set()
    for i in range(n):
        try:
            only(1, a=2) if i % 2 else two(1, x=3)
        except TypeError as e:
            said.add(str(e))
    return sorted(said)


def slices(n):
    a, total = list(range(20)), 0
    for i in range(n):
        k = i % 7
        a[:k + 1] = a[k::-1]
        total += sum(a[k:k + 3]) + len("hello world"[k:]) + len((1, 2, 3)[::-1])
        b = a[:]
        b.append(i)
        total += len(b)
    try:
        for i in range(n):
            a[i:i + 2] = 5
    except TypeError as e:
        return total, str(e)


for f in (defaults, keywords, floats, instances, changed, wrong, slices):
    for n in (60, 700):
        r = f(n)
    print(f.__name__, r if not isinstance(r, list) or len(r) < 10 else (len(r), r[:3], r[-3:]))
