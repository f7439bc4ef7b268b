# range and slice objects.
def t(s):
    try:
        print(s, "=", repr(eval(s)))
    except Exception as e:
        print(s, "->", type(e).__name__, e)

r = range(2, 20, 3)
big = range(10**20, 10**20 + 10, 3)
for s in ["range(5)", "range(1, 5)", "range(0, 10, 2)", "range(5, 0, -2)", "list(range(5, 0, -2))", "range()", "range(1.5)", "range(1, 2, 0)", "range('a')", "range(1, 2, 3, 4)", "len(r)", "r[0]", "r[-1]", "r[6]", "r[-7]", "r[1:3]", "r[::-1]", "r[::2]", "r['a']",
          "8 in r", "9 in r", "8.0 in r", "'a' in r", "r.index(8)", "r.index(9)", "r.count(8)", "r.count(9)", "r.start", "r.stop", "r.step", "r == range(2, 20, 3)", "range(0) == range(2, 1)", "range(0, 3, 2) == range(0, 4, 2)", "range(3) == [0, 1, 2]",
          "hash(range(0)) == hash(range(5, 5))", "range(3) < range(4)", "list(reversed(r))", "bool(range(0))", "bool(r)", "list(big)", "len(range(10**20))", "range(10**20)[10**19]", "10**20 + 3 in big", "big[-1]", "list(reversed(big))", "big[1:]", "range(10**20, 0, -10**19)[3]",
          "range(-5, 5)[3:-3]", "range(10)[20:]", "range(10)[-100:3]", "range(10)[::-3]", "list(range(10)[8:2:-2])", "setattr(r, 'start', 1)", "range(5).index(4)", "range(True)", "range(3) + range(2)", "range(3) * 2", "range(2)[None]", "sum(range(1000))",
          "slice(5)", "slice(1, 2)", "slice(1, 2, 3)", "slice()", "slice(1, 2, 3, 4)", "slice(None)", "slice(1).indices(5)", "slice(None, None, -1).indices(5)", "slice(-3, 100).indices(10)", "slice(10, -10, -2).indices(5)", "slice(1, 2, 0).indices(5)", "slice('a').indices(5)", "slice(1).indices(-1)", "slice(1).indices('a')",
          "slice(1, 2) == slice(1, 2)", "slice(1) < slice(2)", "hash(slice(1, 2)) == hash(slice(1, 2))", "hash(slice([], 2))", "slice(1, 2, 3).start", "slice('a', 'b').stop", "setattr(slice(1), 'stop', 2)", "[0, 1, 2, 3][slice(1, 3)]", "'abc'[slice(None, None, -1)]", "(1, 2, 3)[::2]", "[1, 2][::0]", "[1][1.5:]", "[1]['a':]", "[1][None:None:None]"]:
    t(s)
l = list(range(10))
l[2:5] = ["x"]; print(l)
l[::2] = [0] * 4; print(l)
l[1:1] = "ab"; print(l)
del l[::3]; print(l)
del l[-1:0:-2]; print(l)
l[:] = []; print(l)
class Index:
    def __init__(self, n): self.n = n
    def __index__(self): return self.n
class Bad:
    def __index__(self): return "x"
l = list("abcdef")
print(l[Index(2)], l[Index(1):Index(4)], "xyz"[Index(-1)], range(Index(3)), l[:Index(10**30)], l[Index(-10**30):2])
for s in ["l[Bad()]", "l[Bad():]", "range(Bad())", "l[10**30]", "l[-10**30]", "'a'[10**30]", "(1,)[2**64]", "l.insert(10**30, 'z')", "l[::10**30]", "[1] * 10**30", "'a' * -5", "[1, 2] * Index(2)", "Index(2) * 'ab'"]:
    t(s)
for bad in ["l[::2] = [1]", "l[0:2] = 5", "l[5.0] = 1", "l['a'] = 1", "l[100] = 1", "del l[100]", "del l['x']", "(1, 2)[0] = 1", "'abc'[0] = 'x'", "del (1,)[0]", "range(3)[0] = 1", "l[::-1] = 'abc'", "del 'abc'[0]", "l[:] = None"]:
    try:
        exec(bad); print(bad, "ok")
    except Exception as e:
        print(bad, "->", type(e).__name__, e)
