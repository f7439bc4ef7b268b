# Mixed arithmetic and comparison between int, float, complex, bool and own numbers.
vals = [0, 1, -1, True, False, 2**53, 2**53 + 1, -2**63, 10**20, 0.0, -0.0, 1.5, -1.5, 1e20, 2.0**53, float("inf"), 1j, 1 + 0j]
for a in vals:
    row = []
    for b in vals:
        r = [a == b]
        try: r.append(a < b)
        except TypeError: r.append("-")
        row.append("".join({True: "T", False: "F"}.get(x, x) for x in r))
    print(f"{a!s:>22}", " ".join(row))
ops = {"+": lambda a, b: a + b, "-": lambda a, b: a - b, "*": lambda a, b: a * b, "/": lambda a, b: a / b, "//": lambda a, b: a // b, "%": lambda a, b: a % b, "**": lambda a, b: a ** b}
small = [3, -2, True, 2.5, -0.5, 1 + 1j, 10**18]
for name, f in ops.items():
    out = []
    for a in small:
        for b in small:
            if name == "**" and (a == 10**18 or b == 10**18): continue
            if name == "**" and isinstance(a, (float, complex)) | isinstance(b, (float, complex)): continue
            try: out.append(f(a, b))
            except (TypeError, ZeroDivisionError, OverflowError) as e: out.append(type(e).__name__)
    print(name, out)
print([type(a + b).__name__ for a in (1, True, 1.0, 1j) for b in (1, True, 1.0, 1j)])
print([hash(v) == hash(w) for v in vals for w in vals if v == w].count(False), len({1, 1.0, True, 1 + 0j}), {1: "a"}[1.0], {True: "b"}[1], [1.0, 2].index(True))
class Money:
    def __init__(self, c): self.c = c
    def __int__(self): return self.c
    def __index__(self): return self.c
    def __float__(self): return self.c / 100
    def __eq__(self, o): return self.c == (o.c if isinstance(o, Money) else o)
    def __add__(self, o): return Money(self.c + int(o))
    __radd__ = __add__
    def __mul__(self, o): return Money(int(self.c * o))
    __rmul__ = __mul__
    def __lt__(self, o): return self.c < int(o)
    def __repr__(self): return f"${self.c / 100:.2f}"
    def __hash__(self): return hash(self.c)
    def __bool__(self): return self.c != 0
    def __neg__(self): return Money(-self.c)
    def __round__(self, n=0): return Money(round(self.c, -2 if n == 0 else n))
m = Money(1250)
print(m, m + 50, 50 + m, m * 2, 1.5 * m, sum([m, m]), max(m, Money(99)), int(m), float(m), m == 1250, 1250 == m, m in [1250], -m, round(m), bool(Money(0)), range(Money(3)), "ab" * Money(1).__index__(), "ab"[Money(1)], hex(m), f"{float(m):.1f}", sorted([m, Money(5), Money(7)]), {m: 1}[1250])
for s in ("m - 1", "m / 2", "m < 'a'", "complex(m)", "divmod(m, 2)", "m ** 2", "abs(m)", "m & 1", "1 < m", "int('5') + m", "m + 'x'", "round('x')", "float('x')", "int([1])", "m + None", "[1] + m", "m @ m", "pow(m, 2)"):
    try: print(s, "=", eval(s))
    except (TypeError, ValueError) as e: print(s, "->", type(e).__name__, e)
print(int(3.99), int(-3.99), int("  42  "), int(True), float("1e3"), float(5), complex("1+2j"), bool(0.0), bool("False"), str(1.0), str(10**20), repr(0.1), int(1e15), int("ff", 16), int(b"12"), float(b"1.5"), round(2.5), round(-1.5), round(1.005, 2), 7 // 2.0, -7 % 3.0, 2 ** -2, 0 ** 0, 0.0 ** 0, 1 / 4, 4 / 2, True / 2, 5 % True)
print(sum([1, 2.5, True]), sum([0.1] * 10), sum([1, 1j]), max(1, 1.0, True), min(0.0, -0.0, 0), max([1, 2.0]), sorted([3, 1.5, True, -2, 10**20, float("-inf")]))
print(1 if 0.1 + 0.2 == 0.3 else 2, 10**16 + 1.0 == 10**16, 2**63 == float(2**63), 2**63 - 1 == float(2**63), 10**400 > 1e308, -10**400 < float("-inf"), 10**308 < 1e308, 3 == 3.0 == 3 + 0j, True == 1 != 2)
