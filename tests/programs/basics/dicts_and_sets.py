# Common dict and set work.
d = {"a": 1, "b": 2}
d["c"] = 3
print(d, d["a"], d.get("z"), d.get("z", 0), len(d), "a" in d, list(d), list(d.values()), list(d.items()))
d["a"] += 10
del d["b"]
print(d, d.pop("c"), d)
for k, v in {"x": 1, "y": 2}.items():
    print(k, v)
count = {}
for c in "mississippi":
    count[c] = count.get(c, 0) + 1
print(count, {k: v for k, v in count.items() if v > 1}, max(count, key=count.get))
d = dict(one=1, two=2)
d.update({"three": 3})
print(d, {**d, "four": 4}, dict([("k", "v")]), dict.fromkeys("ab", 0))
s = {1, 2, 3}
s.add(4)
s.discard(1)
print(sorted(s), 2 in s, len(s), sorted(s | {9}), sorted(s & {2, 3}), sorted(s - {2}), s == {4, 3, 2}, s <= {2, 3, 4, 5})
print(sorted(set("hello")), set(), {i % 3 for i in range(9)} == {0, 1, 2}, frozenset([1]))
