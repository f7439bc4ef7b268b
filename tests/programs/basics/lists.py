# Common list work.
l = [3, 1, 2]
l.append(5)
l.insert(0, 9)
print(l, len(l), l[0], l[-1], l[1:3], sorted(l), max(l), min(l), sum(l))
l.sort()
print(l, l.pop(), l.pop(0), l, 3 in l, l.index(3))
l[0] = 100
del l[1]
l += [7, 8]
l.extend((9,))
l.reverse()
print(l, l + [1], l * 2, [x * 2 for x in l], [x for x in l if x > 8])
m = [[1, 2], [3, 4]]
m[1][0] = 30
print(m, [row[0] for row in m], list(range(3)), list("ab"))
for i, x in enumerate(["a", "b"]):
    print(i, x)
for a, b in zip([1, 2], [3, 4]):
    print(a, b)
t = (1, 2, 3)
a, b, c = t
print(t, a + b + c, t[1], t + (4,), len(t), (1, 2) < (1, 3))
print(any([0, 1]), all([1, 0]), list(map(str, [1, 2])), list(filter(None, [0, 1, 2])), list(reversed([1, 2])))
