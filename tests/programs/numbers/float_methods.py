# float: repr, parsing, methods, special values, rounding.
vals = [0.0, -0.0, 1.0, 0.1, 1 / 3, 1e16, 1e15, 123456789012345680.0, 1e22, 1e23, 5e-324, 2.2250738585072014e-308, 1.7976931348623157e308, 1e-5, 0.0001, 1.5, 100.0, 3.14159, float("inf"), float("-inf"), float("nan"), 2.5, -2.5, 1e100, 4503599627370496.5, 9007199254740993.0, 0.30000000000000004, 2**0.5, 1e-7, 123e-10]
for v in vals:
    print(repr(v), str(v), v.hex(), v.is_integer(), f"{v:g}", f"{v:.3f}"[:40], f"{v:e}", v == v, bool(v))
def t(s):
    try: print(s, "=", repr(eval(s)))
    except Exception as e: print(s, "->", type(e).__name__, e)
for s in ["(0.5).as_integer_ratio()", "(0.1).as_integer_ratio()", "float('inf').as_integer_ratio()", "float('nan').as_integer_ratio()", "float.fromhex('0x1.8p1')", "float.fromhex('-0x0.1p-4')", "float.fromhex('inf')", "float.fromhex('zz')", "float.fromhex('0x1p2000')", "float.fromhex('1')", "(1.5).conjugate()", "(1.5).real", "(1.5).imag", "(1.5).__trunc__()", "(1.5).__floor__()", "(-1.5).__ceil__()", "(2.5).__round__()", "(1.5).__int__()", "float.__getformat__('double')", "float.from_number(3)", "float.from_number('3')",
          "round(0.5)", "round(1.5)", "round(2.675, 2)", "round(-0.5)", "round(1e22)", "round(0.15, 1)", "round(5.015, 2)", "round(1234.5678, -2)", "round(1.1, 400)", "round(1e308, -308)", "round(9.99e307, -308)", "round(float('nan'))", "round(float('inf'))", "round(float('nan'), 2)", "round(2.5, None)",
          "1.0 // 0.3", "-1.0 // 0.3", "1.0 % 0.3", "-1.0 % 0.3", "1.0 % -0.3", "divmod(5.5, 2)", "divmod(-5.5, 2)", "5.5 // float('inf')", "-5.5 % float('inf')", "float('inf') // 2", "float('inf') % 2", "0.0 // 1", "-0.0 // 1", "-0.0 % 5", "1e308 + 1e308", "1e308 * -10", "1e-320 / 10", "float('inf') - float('inf')", "0.0 * float('inf')", "2.0 ** 0.5", "(-8.0) ** (1/3)", "0.0 ** 0", "0.0 ** -1", "float('nan') ** 0", "1.0 ** float('nan')", "10.0 ** 400", "2.0 ** 1023", "(-2.0) ** 3", "(-2.0) ** -3", "-2.0 ** 2", "float('-inf') ** 3", "2 ** 3.0", "1.5 + 1", "1.5 + True", "1.5 + 1j", "1.5 + 'a'", "1.5 == 1.5 + 0j", "1 == 1.0", "1.5 < 2", "1.5 < 'a'", "1.0 is not 1", "2**53 == 2.0**53", "2**53 + 1 == 2.0**53", "2**53 + 1 > 2.0**53", "0.0 == -0.0", "str(-0.0)", "min(0.0, -0.0)", "max(float('nan'), 1.0)", "max(1.0, float('nan'))", "sorted([3.0, float('inf'), -1.0])", "sum([0.1] * 10)", "sum([0.1] * 3) == 0.3", "hash(0.5)", "hash(1e300)", "hash(-0.0)", "hash(float('inf'))", "hash(1.5) == hash(3 / 2)", "abs(-1.5)", "-(-0.0)", "int(1e18)", "int(-1.9)", "int(1e308) % 10**9", "float(' 1.5 ')", "float('1_000.5')", "float('1__0')", "float('nan') == float('nan')", "float('+1.e2')", "float('.5')", "float('.')", "float('1e')", "float('0' * 400 + '1')", "float('1' * 400)", "float('-' + '1' * 400)", "float('0.' + '0' * 400 + '1')", "float('1.7976931348623159e308')", "float('2.4703282292062327e-324')", "float('2.4703282292062328e-324')", "float('9007199254740993')", "float('infinit')", "float('INF')", "float('-nAn')", "float('1.0f')", "float('0x1')", "float(b' 2 ')", "1e1000", "1_0e1_0", "0.1 + 0.2", "1 - 0.9", "1e16 + 1", "1e16 + 2", "4.35 * 100", "1.1 + 2.2", "0.1 * 3", "1 / 49 * 49", "7 / 2", "-7 / 2", "10**400 / 10**398", "10**400 / 1.0", "1 / 10**400", "(2**53 + 1) / 1", "1e308 / 1e-10", "True / 2", "3 % 1.5", "1e20 % 3", "5 % 1e-320"]:
    t(s)
x, n = 0.0, 0
while x != 1.0: x += 0.125; n += 1
print(n, x)
s = 0.0
for i in range(1, 100001): s += 1 / i
print(s)
p = 0.0
for k in range(2000): p += (-1) ** k / (2 * k + 1)
print(p * 4)
def newton(a):
    x = a
    for _ in range(30): x = (x + a / x) / 2
    return x
print(newton(2.0), newton(1e10), newton(0.01))
def mandel(c):
    z = 0
    for i in range(50):
        if abs(z) > 2: return i
        z = z * z + c
    return 50
print(["".join(" .:-=+*#%@"[min(mandel(complex(x / 20 - 2, y / 8)) // 5, 9)] for x in range(60)) for y in range(-4, 1)])
a = [2.0**e for e in range(-300, 301, 25)]
print(a[0], a[-1], sum(a), [v * v for v in a][::6], [1 / v for v in a][::6], max(a) * min(a))
