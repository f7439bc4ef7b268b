# list: every method, slices, errors, identity.
def t(s, l=None):
    l = [3, 1, 2] if l is None else l
    try: r = eval(s, globals(), {"l": l}); print(s, "->", repr(r), l)
    except Exception as e: print(s, "!!", type(e).__name__, e, l)
for s in ["l.append(5)", "l.append()", "l.append(1, 2)", "l.extend([4, 5])", "l.extend('ab')", "l.extend(l)", "l.extend(5)", "l.extend(x for x in range(2))", "l.insert(0, 9)", "l.insert(-1, 9)", "l.insert(100, 9)", "l.insert(-100, 9)", "l.insert('a', 1)", "l.insert(1)", "l.pop()", "l.pop(0)", "l.pop(-1)", "l.pop(5)", "l.pop('a')", "l.remove(1)", "l.remove(9)", "l.index(2)", "l.index(2, 1)", "l.index(2, 0, 1)", "l.index(9)", "l.index(3, -3)", "l.count(1)", "l.count('a')", "l.reverse()", "l.sort()", "l.copy()", "l.clear()", "l + [1]", "l + (1,)", "l * 2", "2 * l", "l * 0", "l * -1", "l * 1.5", "l[0]", "l[-3]", "l[3]", "l[-4]", "l[1:]", "l[::-1]", "l[5:]", "l[-2:]", "l[0:100:2]", "l == [3, 1, 2]", "l < [3, 2]", "l != l", "l >= []", "l < 5", "1 in l", "5 in l", "len(l)", "bool(l)", "list(l) is l", "l.copy() is l", "l.__len__()", "l.__contains__(1)", "l.__getitem__(0)", "l.__getitem__(slice(1))", "l.__setitem__(0, 1)", "l.__delitem__(0)", "l.__iadd__([1])", "l.__imul__(2)", "l.__reversed__().__next__()", "l.__eq__(5)", "l.__add__(5)", "l.__mul__('a')", "l.__sizeof__() > 0", "l.__init__([7])", "l.__init__()", "l.__init__(5)", "hash(l)", "l.nothing", "list.append(l, 1)", "list.append(5, 1)", "list()", "list('abc')", "list({1: 2})", "list(range(3))", "list.__new__(list)", "l.sort(key=lambda x: -x)", "l.index()", "l.__class_getitem__(int)", "l.__iter__().__next__()", "l.__iter__().__length_hint__()", "l.__iter__().__reduce__()[1]"]:
    t(s)
l = [1, 2, 3]
l += (4,); l *= 2; print(l)
l += "x"; print(l)
try: l += 5
except TypeError as e: print(e)
try: l = l + "x"
except TypeError as e: print(e)
m = l
m += [0]; print(l is m, len(l))
m = m + [1]; print(l is m)
x = [[]] * 3; x[0].append(1); print(x)
a = [1, 2, 3, 4, 5, 6]
a[1:3] = [9]; print(a)
a[::2] = "abc"; print(a)
a[:0] = [7, 8]; print(a)
a[len(a):] = ["end"]; print(a)
a[2:2] = a; print(a)
del a[1:-1]; print(a)
try: a[::2] = [1, 2, 3]
except ValueError as e: print(e)
a[5:2] = ["weird"]; print(a)
a[-1:] = []; print(a)
rec = []; rec.append(rec); print(rec, rec[0] is rec, rec == rec)
big = list(range(1000))
del big[::3]; print(len(big), big[:5], sum(big))
big[::2] = [0] * len(big[::2]); print(sum(big))
while len(big) > 3: big.pop(len(big) // 2)
print(big)
it = iter(a := [1, 2, 3]); next(it); a.clear(); print(list(it)); a.append(1); print(list(it))
class Evil:
    def __eq__(self, o): v.clear(); return False
v = [Evil(), Evil(), Evil()]
print(v.count(1), v)
v = [Evil(), 2]
try: v.index(2)
except ValueError as e: print(e)
print([1, [2, [3]]] == [1, [2, [3]]], [1, 2] < [1, 2, 0], [] < [0], [2] > [1, 9], [float("nan")] == [float("nan")])
print(sum([[1], [2]], []), [*map(list, zip(*[[1, 2], [3, 4]]))], [0] * 3, [None] * 2, list(map(lambda p: p[0], [(1, 2)])))
