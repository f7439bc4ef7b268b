# Currying, folds, monads, lenses, church numerals, memoisation, lazy streams, transducers.
def fold(f, acc, xs):
    for x in xs: acc = f(acc, x)
    return acc
compose = lambda *fs: fold(lambda f, g: lambda *a: g(f(*a)), fs[0], fs[1:])
print(compose(lambda x: x + 1, str, lambda s: s * 2)(4))
def curry(f, n=None):
    n = n or f.__code__.co_argcount
    def take(*a): return f(*a) if len(a) >= n else lambda *b: take(*a, *b)
    return take
add3 = curry(lambda a, b, c: a + b + c)
print(add3(1)(2)(3), add3(1, 2)(3), add3(1)(2, 3))
zero = lambda f: lambda x: x
succ = lambda n: lambda f: lambda x: f(n(f)(x))
plus = lambda a: lambda b: lambda f: lambda x: a(f)(b(f)(x))
times = lambda a: lambda b: lambda f: a(b(f))
num = lambda n: n(lambda x: x + 1)(0)
three = succ(succ(succ(zero)))
print(num(three), num(plus(three)(three)), num(times(three)(three)), num(three(times(three))(succ(zero))))
class Maybe:
    def __init__(self, v): self.v = v
    def __rshift__(self, f): return self if self.v is None else f(self.v)
    def __repr__(self): return f"Just({self.v})" if self.v is not None else "Nothing"
safe_div = lambda a: lambda b: Maybe(None if b == 0 else a / b)
print(Maybe(4) >> safe_div(8) >> safe_div(6), Maybe(0) >> safe_div(8) >> safe_div(6))
class Stream:
    def __init__(self, head, tail): self.head, self._t = head, tail
    @property
    def tail(self):
        if callable(self._t): self._t = self._t()
        return self._t
    def map(self, f): return Stream(f(self.head), lambda: self.tail.map(f))
    def filter(self, p):
        s = self
        while not p(s.head): s = s.tail
        return Stream(s.head, lambda: s.tail.filter(p))
    def take(self, n):
        s, out = self, []
        for _ in range(n): out.append(s.head); s = s.tail
        return out
ints = lambda n: Stream(n, lambda: ints(n + 1))
print(ints(1).map(lambda x: x * x).filter(lambda x: x % 2).take(6))
def sieve(s): return Stream(s.head, lambda: sieve(s.tail.filter(lambda x: x % s.head)))
print(sieve(ints(2)).take(12))
mapping = lambda f: lambda step: lambda acc, x: step(acc, f(x))
filtering = lambda p: lambda step: lambda acc, x: step(acc, x) if p(x) else acc
xf = lambda step: mapping(lambda x: x * 3)(filtering(lambda x: x % 2 == 0)(step))
print(fold(xf(lambda acc, x: acc + [x]), [], range(8)), fold(xf(lambda a, b: a + b), 0, range(8)))
def lens(key): return (lambda d: d[key]), (lambda d, v: {**d, key: v})
def over(ls, f, d):
    if not ls: return f(d)
    (get, put), *rest = ls
    return put(d, over(rest, f, get(d)))
data = {"user": {"name": {"first": "ann"}}, "n": 1}
print(over([lens("user"), lens("name"), lens("first")], str.upper, data), data)
Y = lambda f: (lambda x: x(x))(lambda x: f(lambda *a: x(x)(*a)))
print(Y(lambda self: lambda n: n if n < 2 else self(n - 1) + self(n - 2))(15))
def memo(f):
    cache = {}
    def g(*a):
        if a not in cache: cache[a] = f(*a)
        return cache[a]
    return g
@memo
def lcs(a, b): return "" if not a or not b else a[0] + lcs(a[1:], b[1:]) if a[0] == b[0] else max(lcs(a[1:], b), lcs(a, b[1:]), key=len)
print(lcs("nematode knowledge", "empty bottle"))
def trampoline(f, *a):
    r = f(*a)
    while callable(r): r = r()
    return r
def even(n): return True if n == 0 else lambda: odd(n - 1)
def odd(n): return False if n == 0 else lambda: even(n - 1)
print(trampoline(even, 10001), trampoline(odd, 10001))
pipe = lambda v, *fs: fold(lambda acc, f: f(acc), v, fs)
print(pipe(range(10), lambda r: filter(lambda x: x % 2, r), lambda r: map(lambda x: x**2, r), list, sum))
parser = lambda p: p
def char(c): return lambda s: [(s[0], s[1:])] if s and s[0] in c else []
def seq(*ps):
    def run(s):
        out = [([], s)]
        for p in ps: out = [(vs + [v], r2) for vs, r in out for v, r2 in p(r)]
        return out
    return run
def alt(*ps): return lambda s: [x for p in ps for x in p(s)]
def many(p): return lambda s: [(([v] + vs), r2) for v, r in p(s) for vs, r2 in many(p)(r)][:1] or [([], s)]
def fmap(f, p): return lambda s: [(f(v), r) for v, r in p(s)]
digit = char("0123456789")
number = fmap(lambda v: int("".join([v[0]] + v[1])), seq(digit, many(digit)))
def expr(s): return fmap(lambda v: fold(lambda a, t: a + t[1] if t[0] == "+" else a - t[1], v[0], v[1]), seq(term, many(seq(char("+-"), term))))(s)
def term(s): return fmap(lambda v: fold(lambda a, t: a * t[1], v[0], v[1]), seq(factor, many(seq(char("*"), factor))))(s)
def factor(s): return alt(number, fmap(lambda v: v[1], seq(char("("), expr, char(")"))))(s)
print(expr("1+2*(3-4)*5-6"), expr("12*3"), expr("x"))
