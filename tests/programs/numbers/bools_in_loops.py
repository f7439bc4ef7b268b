# Bools as numbers, and `__class__`, often enough to be compiled.
def arithmetic(n):
    out = []
    items = [10, 20]
    total, f = 0, 0.0
    for i in range(n):
        a, b = i % 2 == 0, i % 3 == 0
        total += a + b * 2 - (a << 1) + (a & b) + (a | 1) + (a ^ b) + (-a) + (not b) + items[a] + (i // (a + 1)) + 7 % (b + 1)
        f += a * 0.5 + a / 2 + (b + 1) ** 2 + (1.5 if a < 1 else 0.25) + (a == 1.0)
        if i % 97 == 0:
            out.append((a & b, a | b, a ^ b, a + b, -a, ~i, a < b, a == 1, b >= 0.5, a * "x", a and b))
    return total, f, out[:4], type(a & b), type(a + b)


print(arithmetic(3000))


def flips(n):
    total = 0
    for i in range(n):
        x = (i > 10) if i % 50 else (i if i % 100 else 2.5)
        total += x
        total -= x & 1 if not isinstance(x, float) else 0
        flag = True
        flag &= i % 2 == 0
        flag |= i == 7
        total += flag
    return total, flag


print(flips(5000))


class P:
    pass


class Q(P):
    __slots__ = ("v",)


class R:
    @property
    def __class__(self):
        return P


def classes(n):
    objects = [P(), Q(), 1, "s", 2.5, None, R(), [], P, print]
    seen = {}
    for i in range(n):
        o = objects[i % len(objects)]
        name = o.__class__.__name__
        seen[name] = seen.get(name, 0) + 1
    p, same = P(), 0
    for i in range(n):
        same += p.__class__ is P
        if i == n // 2:
            p.__class__ = type("Other", (P,), {})
    return seen, same, R().__class__ is P


print(classes(2000))
