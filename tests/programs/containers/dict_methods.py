# dict: every method, order, views, errors.
def t(s, d=None):
    d = {"a": 1, "b": 2} if d is None else d
    try: r = eval(s, globals(), {"d": d}); print(s, "->", repr(r), d)
    except Exception as e: print(s, "!!", type(e).__name__, e, d)
for s in ["d['a']", "d['z']", "d[[]]", "d.get('a')", "d.get('z')", "d.get('z', 0)", "d.get()", "d.get([])", "d.setdefault('a', 9)", "d.setdefault('c', 9)", "d.setdefault('c')", "d.pop('a')", "d.pop('z')", "d.pop('z', 0)", "d.pop()", "d.pop([])", "d.popitem()", "d.update(c=3)", "d.update({'a': 9}, b=8)", "d.update([('x', 1), 'yz'])", "d.update(5)", "d.update([1])", "d.update([(1, 2, 3)])", "d.update([5], 6)", "d.update(d)", "d.keys()", "d.values()", "d.items()", "d.copy()", "d.clear()", "d | {'b': 3}", "{'b': 3} | d", "d | 5", "d == {'b': 2, 'a': 1}", "d != {}", "d < d", "'a' in d", "1 in d", "[] in d", "len(d)", "list(d)", "bool(d)", "list(reversed(d))", "dict(d)", "dict(d, c=3)", "dict([['k', 'v']])", "dict(a=1, b=2)", "dict.fromkeys('ab')", "dict.fromkeys('ab', 0)", "dict.fromkeys(5)", "dict.fromkeys()", "d.fromkeys([1])", "d.keys() & {'a'}", "d.keys() | {'z'} == {'a', 'b', 'z'}", "d.keys() - {'a'}", "d.keys() ^ {'a'}", "d.items() & {('a', 1)}", "d.items() - {('a', 1)}", "d.keys() == {'a', 'b'}", "d.keys() <= {'a', 'b', 'c'}", "d.keys() < {'a', 'b'}", "d.keys().isdisjoint('xyz')", "d.items().isdisjoint([('a', 1)])", "d.values() == d.values()", "d.keys().mapping", "('a', 1) in d.items()", "('a', 2) in d.items()", "5 in d.items()", "1 in d.values()", "len(d.items())", "d.keys()[0]", "hash(d.keys())", "hash(d)", "d.__contains__('a')", "d.__getitem__('a')", "d.__setitem__('a', 5)", "d.__delitem__('a')", "d.__delitem__('z')", "d.__or__(5)", "d.__eq__(5)", "d.nothing", "dict(5)", "dict([5])", "dict(['abc'])", "dict({}, {})", "iter(d.items()).__length_hint__()", "d.keys() + 1", "set(d.items()) == {('a', 1), ('b', 2)}", "d.keys() & 5", "5 & d.keys()", "list(d.keys() | ['a'])[:2]", "d.__class_getitem__((int, str))", "d.__ior__([('q', 1)])", "d.__init__(z=1)"]:
    t(s)
d = {}
for i in range(20): d[i % 7] = i
print(d)
del d[3]; d[3] = "re-added"; print(list(d))
d |= {"x": 1}; d |= [("y", 2)]; print(list(d.items())[-2:])
print({1: "int", 1.0: "float", True: "bool"}, {**d, 0: "last"}[0], {"a": 1, "a": 2})
keys = d.keys(); n = len(keys); d["new"] = 1; print(len(keys) - n, "new" in keys)
for action in ("d.pop(next(iter(d)))", "d.update(more=1)", "d.clear()", "d.__setitem__('k2', 2)"):
    d = {"k": 1, "l": 2}
    try:
        for k in d: exec(action)
        print(action, "no error", d)
    except RuntimeError as e: print(action, e)
d = {"k": 1, "l": 2}
for k in d: d[k] = 5
print(d)
try:
    for k in d: del d[k]; d[k + "x"] = 1
except RuntimeError as e: print(e)
class Key:
    def __init__(self, n): self.n = n
    def __hash__(self): return 1
    def __eq__(self, o): return isinstance(o, Key) and self.n == o.n
    def __repr__(self): return f"K{self.n}"
d = {Key(i): i for i in range(5)}
del d[Key(2)]; d[Key(2)] = "again"; print(d, d[Key(4)], Key(9) in d)
class EvilKey:
    def __hash__(self): return 5
    def __eq__(self, o): evil.clear(); return False
evil = {EvilKey(): 1}
try: print(evil.get(5))
except RuntimeError as e: print(e)
big = {i: str(i) for i in range(10000)}
for i in range(0, 10000, 2): del big[i]
print(len(big), big[9999], 5000 in big, next(iter(big)), list(big)[-1], sum(big))
for i in range(10000): big[("t", i)] = i
print(len(big), big[("t", 77)])
while len(big) > 5: big.popitem()
print(big)
print({2**70: 1}[2**70], {1e300: 2}[1e300], {(1, (2, 3)): 3}[(1, (2, 3))], {None: 4}[None], {"é": 5}["é"], {b"x": 6}[b"x"], {frozenset([1]): 7}[frozenset([1])], {-1: "a", -2: "b"})
a = {"x": {"y": []}}; b = a.copy(); b["x"]["y"].append(1); print(a)
r = {}; r["self"] = r; print(r)
it = iter({1: 2, 3: 4}.items()); print(next(it), list(it), list(it))
print(type({}.keys()).__name__, {}.keys(), {}.values(), {}.items(), repr({1: 2}.items()), str({"a": [1]}.values()))
