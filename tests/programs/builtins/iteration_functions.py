# iter, next, enumerate, zip, map, filter, reversed, sorted, any, all, range in functions.
def t(s):
    try:
        print(s, "=", repr(eval(s)))
    except Exception as e:
        print(s, "->", type(e).__name__, e)

class Seq:
    def __getitem__(self, i):
        if i > 3: raise IndexError
        return i * i
class Rev:
    def __reversed__(self): return "reversed!"
class NoRev(Seq):
    __reversed__ = None
class SeqLen(Seq):
    def __len__(self): return 4
class BadIter:
    def __iter__(self): return 5
class NoneIter:
    __iter__ = None
class BadNext:
    def __iter__(self): return self
n = iter([1, 2])
for s in ["list(Seq())", "list(reversed(SeqLen()))", "reversed(Rev())", "reversed(NoRev())", "reversed(Seq())", "reversed({1})", "list(reversed({1: 2, 3: 4}))",
          "next(n)", "next(n, 'd')", "next(n, 'd')", "next(n)", "next([])", "iter(5)", "iter(BadIter())", "iter(NoneIter())", "iter(BadNext())", "next(5, 1)",
          "list(iter(iter([1])))", "list(enumerate('ab'))", "list(enumerate('ab', 5))", "list(enumerate('a', start=-1))", "enumerate(5)", "enumerate()", "enumerate([], 'a')",
          "list(zip([1, 2], 'ab', (3, 4, 5)))", "list(zip())", "list(zip([1]))", "list(zip([1, 2], [3], strict=True))", "list(zip([1], [3, 4], strict=True))", "list(zip([1], [2, 3], [4], strict=True))",
          "list(zip([1], [2], [3, 4], strict=True))", "list(zip([1,2],[3,4],[5],strict=True))", "zip(1)", "zip([], 5)", "zip([], foo=1)", "list(map(str, [1, 2]))", "list(map(lambda a, b: a + b, [1, 2], [10, 20, 30]))", "map()", "map(str)", "map(str, 5)",
          "list(map(None, [1]))", "list(map(lambda a, b: (a, b), [1], [2], strict=True))", "list(map(lambda a, b: (a, b), [1], [2, 3], strict=True))", "list(filter(None, [0, 1, '', 'a']))", "list(filter(lambda x: x > 1, [1, 2, 3]))",
          "filter(None)", "filter(None, 5)", "list(filter(5, [1]))", "sorted([3, 1, 2])", "sorted('bca', reverse=True)", "sorted(['B', 'a'], key=str.lower)", "sorted([1, 'a'])", "sorted(5)",
          "sorted([], foo=1)", "sorted()", "sorted([1], lambda x: x)", "any([0, 1])", "any([])", "all([])", "all([1, 0])", "any(5)", "all(i < 3 for i in range(5))",
          "list(reversed(range(5)))", "list(reversed('abc'))", "reversed(5)", "max(map(len, ['a', 'bb']))", "sum(map(int, '123'))", "dict(zip('ab', [1, 2]))", "list(iter(lambda: next(it), 3))", "iter(5, 1)", "iter([], 1)"]:
    it = iter(range(10))
    t(s)
it = iter([1, 2, 3])
print(it.__length_hint__(), next(it), it.__length_hint__(), list(it), list(it))
for x in [enumerate([]), zip(), map(str, []), filter(None, []), reversed([]), iter([]), iter(()), iter(""), iter({}), iter(set()), iter(range(0)), iter({}.items()), iter({}.values()),
          reversed({}), iter(b""), iter(bytearray()), iter(int, 1), reversed(""), iter("é"), iter(Seq()), iter(range(2**70))]:
    print(type(x).__name__, iter(x) is x)
l = [1, 2, 3]
out = []
for x in l:
    out.append(x)
    if x < 3 and len(l) < 6: l.append(x + 10)
print(out)
l = [1, 2, 3, 4]
for x in l: l.remove(x)
print(l)
e = enumerate([10, 20], 2**62)
print(list(e))
def g():
    yield 1
    raise ValueError("in generator")
try:
    list(map(str, g()))
except ValueError as ex:
    print(ex)
z = zip(iter([1, 2, 3]), iter([1]))
print(next(z), next(z, "end"), next(z, "end"))
m = map(lambda x: 1 // x, [1, 0, 2])
print(next(m))
try: next(m)
except ZeroDivisionError as ex: print(ex)
print(next(m))
