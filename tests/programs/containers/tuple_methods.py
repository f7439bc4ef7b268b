# tuple: methods, comparison, hashing, nesting, named-tuple-like use.
def t(s):
    v = (3, 1, 2, 1)
    try: print(s, "->", repr(eval(s, globals(), {"v": v})))
    except Exception as e: print(s, "!!", type(e).__name__, e)
for s in ["v.count(1)", "v.count()", "v.index(1)", "v.index(1, 2)", "v.index(9)", "v.index(1, 2, 3)", "v[0]", "v[-1]", "v[4]", "v[1:]", "v[::-1]", "v['a']", "v + (1,)", "v + [1]", "v * 2", "v * 0", "0 * v", "v * 1.5", "v == (3, 1, 2, 1)", "v == [3, 1, 2, 1]", "v < (3, 2)", "v < 5", "1 in v", "len(v)", "hash(v) == hash((3, 1, 2, 1))", "hash(([],))", "tuple()", "tuple('ab')", "tuple(v) is v", "tuple(5)", "v[:] is v", "() is ()", "(1,)", "(1, 2)", "()", "((),)", "v.nothing", "v.append(1)", "sorted(v)", "max(v)", "sum(v)", "v.__getnewargs__()", "v.__add__(5)", "v.__contains__(1)", "tuple.__new__(tuple)", "tuple([1]) + tuple({2})", "list(reversed(v))", "a", "*v, 5", "(*v, *v)[4]", "v.__class_getitem__(int)", "tuple(x for x in range(3))", "() + ()", "(1, 2) > (1,)", "(1, (2, (3,)))", "v[1:1]", "v[10:]", "divmod(7, 2)", "('a', 1) < ('a', 2)", "('a',) < (1,)", "(1, 2, 3)[::2]", "() < (0,)", "bool(())", "bool((0,))", "str((1, 'a', None))", "repr((1.0,))", "tuple(a=1)", "(1).__class__", "v.__iter__().__length_hint__()", "v.__mul__(2)", "v.__rmul__(2)", "v.__sizeof__() > 0", "v.__eq__(1)", "v.__lt__((4,))"]:
    t(s)
x = y = (1, 2)
x += (3,); print(x, y)
try: x[0] = 5
except TypeError as e: print(e)
try: del x[0]
except TypeError as e: print(e)
a = ([],)
try: a[0] += [1]
except TypeError as e: print(e, a)
r = ([],); r[0].append(r); print(r)
print(hash((1, 2)) == hash((1.0, 2.0)), hash((0,)) == hash((False,)), len({(1, 2), (1.0, 2.0), (True, 2)}))
big = tuple(range(1000)); print(big[999], sum(big), big[::250], big.index(777), len(big * 3))
print([(a, b) for a, b in [(1, 2), (3, 4)]], dict([(1, 2)]), *(1, 2), sep="|")
def multi(): return 1, 2
a, b = multi(); print(a, b, multi())
print(tuple(map(str, range(3))), tuple(zip("ab", "cd")), tuple(enumerate("x")), tuple({"k": "v"}.items()), tuple(sorted({2, 1})))
print((lambda *a: a)(1, 2), (lambda *a: a)(), (lambda *a: a)(*()), type(()).__name__)
print(min((2, "b"), (2, "a")), max([(1, 5), (2, 0)]), sorted([(2, "x"), (1, "y"), (1, "a")]), (1, 2) in [(1, 2)], ((1, 2), 3) == ((1, 2), 3))
cmp = [(), (1,), (1, 2), (1, 2, 3), (2,), (0, 9)]
print(sorted(cmp), [[a < b for b in cmp] for a in cmp])
