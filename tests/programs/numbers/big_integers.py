# Arbitrary-size integers: arithmetic identities, conversions, shifts, bit operations.
def lcg(seed):
    while True:
        seed = (seed * 6364136223846793005 + 1442695040888963407) % 2**64
        yield seed
g = lcg(42)
def rnd(bits):
    n = 0
    for _ in range(bits // 32 + 1): n = n << 32 | next(g) >> 32
    n &= (1 << bits) - 1
    return -n if next(g) >> 63 else n
sizes = [1, 8, 30, 31, 60, 61, 62, 63, 64, 65, 100, 127, 128, 500, 2000, 5000]
checked = 0
for a_bits in sizes:
    for b_bits in sizes:
        a, b = rnd(a_bits), rnd(b_bits)
        assert (a + b) - b == a and (a - b) + b == a and a + b == b + a
        assert a * b == b * a and (a + b) * (a - b) == a * a - b * b
        if b:
            q, r = divmod(a, b)
            assert q * b + r == a and abs(r) < abs(b) and (r == 0 or (r < 0) == (b < 0)) and q == a // b and r == a % b
            assert a * b // b == a and a * b % b == 0
        assert a ^ b == (a | b) - (a & b) and ~a == -a - 1 and a & b == ~(~a | ~b) and a | b == ~(~a & ~b)
        assert (a << b_bits) >> b_bits == a and a << 7 == a * 128 and a >> 5 == a // 32
        assert int(str(a)) == a and int(hex(a), 16) == a and int(bin(a), 2) == a and int(oct(a), 8) == a
        n = (a.bit_length() + 8) // 8
        assert int.from_bytes(a.to_bytes(n, "big", signed=True), "big", signed=True) == a
        assert int.from_bytes(a.to_bytes(n, "little", signed=True), "little", signed=True) == a
        assert (a < b) == (a - b < 0) and (a == b) == (not a - b) and hash(a) == hash(a + b - b)
        if b > 0: assert pow(a, 5, b) == a ** 5 % b
        checked += 1
print("checked", checked)
print(2**100, -2**100, 2**64 - 1, -(2**63), 10**30 // 7, 10**30 % 7, -10**30 // 7, -10**30 % 7)
print(3**200, len(str(7**5000)), sum(map(int, str(2**5000))))
f = 1
for i in range(1, 101): f *= i
print(f)
print(pow(3, 10**20, 10**9 + 7), pow(2, -1, 101), pow(7, 2**100, 2**89 - 1), pow(-5, 3, 7), pow(10**20, 3, -7))
print((2**100).bit_length(), (2**100).bit_count(), (-2**100).bit_length(), (2**100 - 1).bit_count(), int.bit_length(0))
print(float(2**100), int(1e22), int(1e23), 2**53 + 1 == float(2**53 + 1), 10**22 == 1e22, 10**23 == 1e23, 2**1023 < 1e308, 2**1024 > 1e308, -2**1024 < float("-inf") , 10**400 < float("inf"))
for s in ["float(2**1024)", "10**400 / 3", "10**400 / 10**399", "2**1024 * 1.0", "int(float('inf'))", "1 << -1", "1 << 2**100", "0 << 2**100", "5 >> 2**100", "-5 >> 2**100", "(5).to_bytes(0)", "(256).to_bytes(1)", "(-1).to_bytes(1)", "(-129).to_bytes(1, 'big', signed=True)", "(1).to_bytes(1, 'middle')", "(1).to_bytes(-1)", "int.from_bytes('a')", "(5).to_bytes()", "int.from_bytes([1, 2])", "int.from_bytes(b'')", "2**-1", "0**-1", "(-8)**0.5 == 8**0.5 * 1j", "2**0.5", "int('9' * 4300) > 0", "int('9' * 4301)", "str(10**4300)", "len(str(10**4299))", "int('1' * 5000, 16) > 0", "pow(2, 100, 0)", "pow(2, -1, 4)", "round(12345, -2)", "round(15, -1)", "round(25, -1)", "round(-15, -1)", "round(10**30 + 5, -1)", "round(5, 3)", "(10).__round__(-1)", "(7).__floordiv__(2)", "(7).__divmod__('a')", "(7).as_integer_ratio()", "(7).is_integer()", "(7).conjugate()", "(7).numerator", "(7).denominator", "(7).real", "(7).imag", "(7).__index__()", "(7).__trunc__()", "(7).__ceil__()", "(7).__getnewargs__()", "int.__pow__(2, 3, 5)", "True + 2**70", "True & 3", "True & False", "True ^ True", "True | 2", "~False", "-True", "bool(2**70)", "2**70 and 5", "2**70 == 2.0**70", "hash(2**61)", "hash(2**61 - 2)", "hash(-2**61)", "hash(2**200)", "hash(-10**50)", "str(-0)", "0x7fffffffffffffff + 1", "-0x8000000000000000 - 1", "4611686018427387903 + 1", "-4611686018427387904 - 1", "2**61 * 2", "2**31 * 2**31", "3037000500 ** 2", "-(-2**61)", "abs(-2**63)", "2305843009213693951 + 1", "2305843009213693952 - 1", "-2305843009213693953", "7 // -2**70", "-7 // 2**70", "7 % -2**70", "2**70 // 2**69", "2**70 % 3", "2**70 - 2**70 + 5"]:
    try: print(s, "=", eval(s))
    except Exception as e: print(s, "->", type(e).__name__, e)
def isqrt(n):
    x = 1 << (n.bit_length() + 1) // 2
    while (y := (x + n // x) // 2) < x: x = y
    return x
print(isqrt(2 * 10**100), isqrt(10**60))
def gcd(a, b):
    while b: a, b = b, a % b
    return a
print(gcd(2**200 * 3**50, 6**80) == 2**80 * 3**50, gcd(f, 2**97 * 3**48 * 5**30))
a, b = 0, 1
for _ in range(1000): a, b = b, a + b
print(a)
digits = ""
q, r, t, k, n, l = 1, 0, 1, 1, 3, 3
while len(digits) < 60:
    if 4 * q + r - t < n * t:
        digits += str(n); q, r, n = 10 * q, 10 * (r - n * t), 10 * (3 * q + r) // t - 10 * n
    else: q, r, t, n, l, k = q * k, (2 * q + r) * l, t * l, (q * (7 * k) + 2 + r * l) // (t * l), l + 2, k + 1
print(digits)
