# Insertion order everywhere it is promised.
d = dict(z=1, a=2, m=3)
print(list(d), list(d.values()), list(d.items()), [*d], list(reversed(d)), list(reversed(d.items())), list(reversed(d.values())))
d["a"] = 9; print(d)
d.pop("z"); d["z"] = 0; print(d)
def kw(**k): return list(k)
print(kw(z=1, y=2, a=3), kw(**d), kw(**{"b": 1}, a=2))
class C:
    z = 1
    a = 2
    def m(self): pass
print([k for k in vars(C) if not k.startswith("__")])
c = C(); c.z, c.y, c.x = 1, 2, 3; del c.y; c.y = 4
print(list(vars(c)), list(c.__dict__.items()))
print(list({1: 0, 2: 0} | {3: 0, 1: 9}), {**{"x": 1, "y": 2}, "x": 3}, list(dict.fromkeys([3, 1, 3, 2, 1])), list({k: None for k in "hello"}))
x = {"b": 1, "a": 2}; y = {"a": 2, "b": 1}
print(x == y, str(x) == str(y), x.items() == y.items(), list(x) == list(y))
x.update(c=3, b=5); print(x)
x.setdefault("q", 1); x.setdefault("a", 9); print(x)
print(x.popitem(), x.popitem(), x)
it = iter(x); first = next(it)
try: x["new"] = 1; next(it)
except RuntimeError as e: print(e)
it = iter(x.items()); list(it); x["later"] = 1
try: print(next(it))
except (StopIteration, RuntimeError) as e: print(type(e).__name__, e)
ns = {}
exec("c = 1; a = 2; b = 3\ndel a\na = 4", ns)
print([k for k in ns if k != "__builtins__"])
def f(): b = 1; a = 2; del b; b = 3; return list(locals())
print(f())
big = {}
for i in range(1000): big[f"k{i * 7919 % 1000}"] = i
print(list(big)[:5], list(big)[-3:], list(big.values()) == list(range(1000)))
for k in list(big)[::2]: del big[k]
print(len(big), list(big.values())[:4], list(big.values()) == list(range(1, 1000, 2)))
v = big.values(); print(len(v), max(v)); big.clear(); print(len(v), list(v))
print([k for k, _ in sorted({"b": 1, "a": 1, "c": 0}.items(), key=lambda kv: kv[1])])
mixed = {1: "a", "1": "b", (1,): "c", 1.5: "d", None: "e", True: "f"}
print(mixed)
