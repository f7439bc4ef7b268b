# Loops over the built-in iterators, over pairs that are taken apart at once, and what goes wrong in them.
def pairs(n):
    d = {i: str(i) for i in range(n)}
    total = 0
    for k, v in d.items():
        total += k + len(v)
    for i, c in enumerate("hello" * n):
        total += i * ord(c)
    for i, c in enumerate(d, 10**18 * 5):
        total += i + c
    for a, b in zip(d, d.values()):
        total += a * len(b)
    for a, b in zip(range(n), map(abs, range(-n, 0))):
        total += a * b
    return total


def single(n):
    d = {i: i for i in range(n)}
    total = 0
    for k in d:
        total += k
    for v in d.values():
        total ^= v
    for x in set(d):
        total += x
    for x in reversed(list(d)):
        total -= x >> 1
    for x in bytes(range(100)) * (n // 100 + 1):
        total += x
    for c in "aé漢" * n:
        total += ord(c)
    return total


def changed(n):
    said = []
    for kind in (dict.keys, dict.values, dict.items):
        d = {i: i for i in range(n)}
        try:
            for x in kind(d):
                if len(said) % 2 == 0 and (x == n - 5 or x == (n - 5, n - 5)):
                    d[-1] = 0
        except RuntimeError as e:
            said.append((str(e), e.__traceback__.tb_lineno))
    d = {i: i for i in range(n)}
    try:
        for k, v in d.items():
            if k == n - 3:
                d[n] = 1
    except RuntimeError as e:
        said.append((str(e), e.__traceback__.tb_lineno, k, v))
    s = set(range(n))
    try:
        for x in s:
            if x == n - 3:
                s.add(n)
    except RuntimeError as e:
        said.append((str(e), e.__traceback__.tb_lineno))
    return said


def unlike(n):
    said = []
    sources = [enumerate(range(n)), zip(range(n), range(n)), zip(range(n), range(n), range(n)), [(1, 2), (3, 4)],
               ((i, i) for i in range(3)), zip(range(n)), {1: 2}.items(), {(1, 2)}]
    for source in sources * 3:
        total = 0
        try:
            for a, b in source:
                total += a + b
        except ValueError as e:
            said.append((str(e), e.__traceback__.tb_lineno))
        said.append(total)
    return said


def failing(n):
    def bad(x):
        if x == n - 2:
            raise KeyError(x)
        return x
    found = 0
    try:
        for a, b in zip(range(n), map(bad, range(n))):
            found += a * b
    except KeyError as e:
        return found, e.args, a, b


def left_early(n):
    total = 0
    for r in range(n):
        it = enumerate(zip("abcdef", range(6)))
        for i, (c, k) in it:
            if k == r % 6:
                total += i + ord(c)
                break
        else:
            total -= 1
        total += len(list(it))
    return total


for f in (pairs, single, changed, unlike, failing, left_early):
    for n in (20, 900):
        r = f(n)
    print(f.__name__, r)
