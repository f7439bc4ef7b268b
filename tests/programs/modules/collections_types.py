# collections: deque, Counter, defaultdict, OrderedDict, namedtuple, ChainMap.
from collections import ChainMap, Counter, OrderedDict, UserDict, UserList, defaultdict, deque, namedtuple
d = deque([1, 2, 3], maxlen=4)
d.append(4); d.append(5); d.appendleft(0); print(d, d.maxlen, d.pop(), d.popleft(), len(d)); d.rotate(1); print(list(d)); d.extend("ab"); d.extendleft("xy"); print(d, d[0], d.count("x"), d.index("x"), "x" in d, d.copy() == d); d.reverse(); d.remove("x"); d.insert(1, "i"); print(d)
for bad in (lambda: deque().pop(), lambda: deque([1])[5], lambda: deque([1], -1), lambda: deque([1]).remove(2), lambda: deque([1], 1).insert(0, 2), lambda: hash(deque())):
    try: bad()
    except Exception as e: print(type(e).__name__, e)
c = Counter("abracadabra"); print(c, c.most_common(2), c["z"], c.total(), sorted(c.elements())[:3]); c.update("aaa"); c.subtract({"b": 5}); print(c["a"], c["b"], +c, -c, c + Counter(b=9), Counter(a=1) | Counter(a=3), Counter(a=1) & Counter(a=3), Counter(a=3) - Counter(a=1), Counter(a=1) <= Counter(a=2))
dd = defaultdict(list); dd["x"].append(1); dd["y"]; print(dd, dd.default_factory, dd.get("q"), "q" in dd, dd | {"z": 1}, dd.copy())
try: defaultdict()["k"]
except KeyError as e: print("KeyError", e)
o = OrderedDict(a=1, b=2, c=3); o.move_to_end("a"); o.move_to_end("c", last=False); print(o, o.popitem(), o.popitem(last=False), o == OrderedDict(b=2), OrderedDict(a=1, b=2) == OrderedDict(b=2, a=1), OrderedDict(a=1, b=2) == {"b": 2, "a": 1}, list(reversed(OrderedDict(a=1, b=2))))
P = namedtuple("P", "x y", defaults=[5]); p = P(1)
print(p, p.x, p._replace(x=9), p._asdict(), P._fields, P._make([7, 8]), P._field_defaults, p == (1, 5), p[0], len(p), P.__doc__, hash(p) == hash((1, 5)), [*p], P.x.__doc__)
for bad in (lambda: P(), lambda: P(1, 2, 3), lambda: p._replace(z=1), lambda: setattr(p, "x", 2), lambda: namedtuple("Q", "a a"), lambda: namedtuple("Q", "_a"), lambda: namedtuple("Q", "class"), lambda: namedtuple("1Q", "a")):
    try: bad()
    except Exception as e: print(type(e).__name__, e)
print(namedtuple("R", "a def a", rename=True)._fields)
m = ChainMap({"a": 1}, {"a": 2, "b": 3}); print(m["a"], m["b"], dict(m), m.new_child({"c": 4}), m.parents, len(m), list(m)); m["z"] = 1; print(m.maps)
try: m["nope"]
except KeyError as e: print(e)
class UD(UserDict):
    def __setitem__(self, k, v): super().__setitem__(k.upper(), v)
print(UD(a=1), UD({"b": 2}) | {"c": 3}, UserList([1, 2]) + [3])
