# Generators that delegate, in hot code: what goes through them, and what they look like meanwhile.
import sys
import traceback

def walk(tree):
    if tree is not None:
        left, value, right = tree
        yield from walk(left)
        yield value
        yield from walk(right)

def tree(depth, at=1):
    return (tree(depth - 1, 2 * at), at, tree(depth - 1, 2 * at + 1)) if depth else None

def returns(n):
    for i in range(n):
        got = yield i
        if got:
            n += got
    return n

def sums(n):
    total = 0
    for i in range(n):
        total += yield from returns(i)
    return total

def outer(n):
    result = yield from sums(n)
    yield ("sum", result)

def over_iterables():
    for k in range(60):
        yield from range(k % 3)
        yield from [k] if k % 2 else (k, -k)
        yield from {k: 1}
        yield from "ab"

def fails(n):
    yield n
    if n % 7 == 3:
        raise KeyError(n)
    yield -n

def passes_on(n):
    try:
        yield from fails(n)
    except KeyError as e:
        yield ("caught", e.args[0])
    finally:
        yield "end"

def does_not_catch(n):
    yield from passes_up(n)

def passes_up(n):
    yield from fails(n)

class Sender:
    def __init__(self):
        self.got = []
        self.left = 5
    def __iter__(self):
        return self
    def __next__(self):
        return self.send(None)
    def send(self, x):
        self.got.append(x)
        self.left -= 1
        if self.left < 0:
            e = StopIteration(len(self.got))
            raise e
        return self.left
    def throw(self, e):
        self.got.append(type(e).__name__)
        return "thrown"

def uses(sender):
    r = yield from sender
    yield ("returned", r)

def depth(n):
    if n == 0:
        f, names = sys._getframe(), []
        while f:
            names.append(f.f_code.co_name)
            f = f.f_back
        yield names.count("depth"), names[-1]
    else:
        yield from depth(n - 1)

def looks(n, box):
    for i in range(n):
        yield from seen(i, box)

def seen(i, box):
    f = sys._getframe(1)
    box.append((f.f_code.co_name, f.f_locals["i"], f.f_lineno - f.f_code.co_firstlineno))
    yield i

def changes_variables(n):
    for i in range(n):
        yield from peeks(i)

def peeks(i):
    outer = sys._getframe(1)
    if i % 50 == 49:
        outer.f_locals["n"] = -1
    yield (i, outer.f_locals["n"])

def main():
    t = tree(8)
    print(sum(walk(t)), list(walk(tree(3))))
    g = outer(30)
    out, value = [], None
    for k in range(2000):
        try:
            value = g.send(None if value is None else (1 if k % 11 == 0 else None))
        except StopIteration:
            break
        out.append(value)
    print(len(out), out[-1])
    print(hash(tuple(map(str, over_iterables()))) == hash(tuple(map(str, over_iterables()))), list(over_iterables())[:12])
    print([x for k in range(50) for x in passes_on(k)][:24])
    caught = 0
    for k in range(200):
        try:
            for x in does_not_catch(k):
                pass
        except KeyError:
            caught += 1
            if k == 192 - 192 % 7 + 3 - 7:
                print([f.name for f in traceback.extract_tb(sys.exc_info()[2])])
    print(caught)
    for k in range(40):
        s = Sender()
        g = uses(s)
        next(g)
        for x in range(3):
            g.send(x)
        thrown = g.throw(TypeError("x"))
        rest = list(g)
    print(s.got, thrown, rest)
    print({d for k in range(120) for d in depth(k % 20)} == {(k + 1, "<module>") for k in range(20)})
    box = []
    print(sum(looks(300, box)), set(a for a, _, _ in box), sum(i for _, i, _ in box), set(l for _, _, l in box))
    print(list(changes_variables(120))[45:53])
    # Closed, and thrown into, where it delegates.
    for k in range(60):
        g = outer(5)
        for _ in range(k % 9):
            next(g)
        if k % 2:
            g.close()
            print(next(g, "over"), end=" ")
        else:
            try:
                g.throw(ZeroDivisionError("k"))
            except ZeroDivisionError as e:
                print(len(traceback.extract_tb(e.__traceback__)), end=" ")
    print()
    g = outer(40)
    for k in range(300):
        next(g)
    inner = g.gi_yieldfrom
    print(inner.__name__, inner.gi_yieldfrom.__name__, inner.gi_frame.f_locals, g.gi_suspended, inner.gi_running)
    try:
        next(inner.gi_yieldfrom)
        print(inner.gi_yieldfrom.gi_frame.f_locals)
    except StopIteration as e:
        print("stopped", e.value)
    g.close()

main()
main()
