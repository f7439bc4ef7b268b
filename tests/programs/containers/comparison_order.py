# Which operand of a comparison comes first: containers ask their own item.
import array
import collections
import itertools
import operator

log = []


class K:
    def __init__(self, name):
        self.name = name

    def __hash__(self):
        return 1

    def __eq__(self, other):
        log.append(f"{self.name}=={getattr(other, 'name', other)}")
        return NotImplemented

    def __lt__(self, other):
        log.append(f"{self.name}<{getattr(other, 'name', other)}")
        return False

    def __repr__(self):
        return self.name


stored, asked = K("stored"), K("asked")


def show(what, f):
    log.clear()
    try:
        result = f()
    except Exception as e:
        result = type(e).__name__
    print(what, result, log)


d = {stored: 1}
show("dict get", lambda: d.get(asked))
show("dict in", lambda: asked in d)
show("dict []", lambda: d[asked])
show("dict set", lambda: operator.setitem(dict(d), asked, 2))
show("dict pop", lambda: d.pop(asked, None))
show("dict setdefault", lambda: dict(d).setdefault(asked, 3))
show("dict del", lambda: operator.delitem(d, asked))
show("dict update", lambda: dict(d).update({asked: 1}))
show("dict keys in", lambda: asked in d.keys())
show("dict items in", lambda: (asked, 1) in d.items())
show("dict values in", lambda: asked in {1: stored}.values())
show("dict eq", lambda: d == {asked: 1})
show("dict eq values", lambda: {1: stored} == {1: asked})
show("dict keys &", lambda: d.keys() & {asked: 1}.keys())
show("mixed", lambda: {"a": 1, stored: 2}.get(asked))
s = {stored}
show("set in", lambda: asked in s)
show("set add", lambda: set(s).add(asked))
show("set discard", lambda: s.discard(asked))
show("set eq", lambda: s == {asked})
show("set &", lambda: s & {asked})
show("set |", lambda: s | {asked})
show("set -", lambda: s - {asked})
show("set ^", lambda: s ^ {asked})
show("set <=", lambda: s <= {asked})
show("set isdisjoint", lambda: s.isdisjoint([asked]))
show("frozenset in", lambda: asked in frozenset(s))
l = [stored]
show("list in", lambda: asked in l)
show("list index", lambda: l.index(asked))
show("list count", lambda: l.count(asked))
show("list remove", lambda: l.remove(asked))
show("list eq", lambda: l == [asked])
show("list lt", lambda: l < [asked])
show("tuple in", lambda: asked in (stored,))
show("tuple index", lambda: (stored,).index(asked))
show("tuple count", lambda: (stored,).count(asked))
show("tuple eq", lambda: (stored,) == (asked,))
q = collections.deque(l)
show("deque in", lambda: asked in q)
show("deque index", lambda: q.index(asked))
show("deque count", lambda: q.count(asked))
show("deque remove", lambda: q.remove(asked))
show("iter in", lambda: asked in iter(l))
show("operator.contains", lambda: operator.contains(iter(l), asked))
show("operator.indexOf", lambda: operator.indexOf(iter(l), asked))
show("operator.countOf", lambda: operator.countOf(iter(l), asked))
show("Counter", lambda: collections.Counter([stored, asked]))
show("groupby", lambda: len(list(itertools.groupby([stored, asked]))))
show("max", lambda: max(stored, asked))
show("min", lambda: min(stored, asked))
show("sorted", lambda: sorted([stored, asked]))
show("iter sentinel", lambda: list(itertools.islice(iter(lambda: stored, asked), 1)))
show("range in", lambda: asked in range(2))
show("range index", lambda: range(2).index(asked))
show("array in", lambda: asked in array.array("i", [1]))
show("array index", lambda: array.array("i", [1]).index(asked))

show("OrderedDict", lambda: collections.OrderedDict(d).get(asked))
show("OrderedDict eq", lambda: collections.OrderedDict(d) == collections.OrderedDict({asked: 1}))
show("memoryview", lambda: asked in memoryview(b"a"))


# A comparison that comes back to the dictionary while it looks for a key.
order = collections.OrderedDict()


class Back:
    def __init__(self, name):
        self.name = name

    def __hash__(self):
        return 2

    def __eq__(self, other):
        print("eq", self.name, other.name)
        order.move_to_end((self,))
        return True


order[(Back("first"),)] = 1
order.move_to_end((Back("second"),))
order.move_to_end((Back("third"),), last=False)
print([getattr(k[0], "name", k) if k else k for k in order])
