# Deep nesting of functions, mutual recursion, defaults evaluated once, argument mutation.
def level1(a):
    def level2(b):
        def level3(c):
            def level4(d):
                return a, b, c, d
            return level4
        return level3
    return level2
print(level1(1)(2)(3)(4))
def is_even(n): return n == 0 or is_odd(n - 1)
def is_odd(n): return n != 0 and is_even(n - 1)
print(is_even(100), is_odd(77), is_even(7))
def ack(m, n): return n + 1 if m == 0 else ack(m - 1, 1) if n == 0 else ack(m - 1, ack(m, n - 1))
print(ack(2, 3), ack(1, 10))
def acc(x, into=[]):
    into.append(x)
    return into
print(acc(1), acc(2), acc(3, []), acc(4))
def clock(n=[0]):
    n[0] += 1
    return n[0]
print(clock(), clock(), clock())
def mutate(l, d, n):
    l.append(1); d["k"] = 1; n += 1
    l = [9]
    return n
l, d, n = [], {}, 5
print(mutate(l, d, n), l, d, n)
def make_ops():
    value = 0
    def get(): return value
    def set_(v):
        nonlocal value
        value = v
    def add(v): set_(get() + v)
    return get, set_, add
get, set_, add = make_ops()
set_(5); add(3); add(-1); print(get())
def hof(f, *fs): return f if not fs else lambda *a: f(hof(*fs)(*a))
print(hof(str, lambda x: x + 1, abs)(-5))
def flatten(x): return [z for y in x for z in flatten(y)] if isinstance(x, list) else [x]
print(flatten([1, [2, [3, [4, [5]]]], []]))
def perms(s): return [s] if len(s) < 2 else [c + p for i, c in enumerate(s) for p in perms(s[:i] + s[i + 1:])]
print(perms("abc"))
def power_set(s): return [[]] if not s else (r := power_set(s[1:])) + [[s[0]] + x for x in r]
print(power_set([1, 2, 3]))
def collatz(n, depth=0): return depth if n == 1 else collatz(3 * n + 1 if n % 2 else n // 2, depth + 1)
print([collatz(n) for n in (1, 7, 27)])
f = lambda n, g=lambda m: m * 2: g(n) if n > 2 else f(n + 1)
print(f(0), f(5), f(1, lambda m: -m))
def conditional(flag):
    if flag:
        def inner(): return "yes"
    else:
        def inner(): return "no"
    return inner()
print(conditional(True), conditional(False))
def shadows(print_=print, len=lambda x: "shadowed"): return len([1])
print(shadows(), len([1]))
def many(a1, a2, a3, a4, a5, a6, a7, a8, a9, a10, a11, a12): return a12 - a1 + sum([a2, a3, a4, a5, a6, a7, a8, a9, a10, a11])
print(many(*range(12)), many(**{f"a{i}": i for i in range(1, 13)}))
exec("def big(" + ", ".join(f"p{i}=0" for i in range(300)) + "): return sum((" + ", ".join(f"p{i}" for i in range(300)) + "))")
print(big(*range(300)), big(p299=5), big())
exec("def locs():\n" + "".join(f"    v{i} = {i}\n" for i in range(400)) + "    return v0 + v255 + v256 + v399")
print(locs())
print(eval("(" * 80 + "1" + ")" * 80), eval("-" * 50 + "1"), eval("+".join(["1"] * 500)), eval("[" * 50 + "]" * 50))
