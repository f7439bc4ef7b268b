# Programs of numbers: sieve, n-body step, matrix powers, fractions, bases, random generator, checksums.
def sieve(n):
    f = bytearray([1]) * (n + 1)
    f[0:2] = b"\0\0"
    for i in range(2, int(n**0.5) + 1):
        if f[i]: f[i * i::i] = bytes(len(range(i * i, n + 1, i)))
    return [i for i, v in enumerate(f) if v]
p = sieve(10000); print(len(p), p[-5:], sum(p))
def nbody(steps):
    bodies = [[0.0, 0.0, 0.0, 0.0, 39.47841760435743], [4.84143144246472090, -1.16032004402742839, 0.606326392995832, 2.81198684491626, 0.03769367487038949], [8.34336671824457987, 4.12479856412430479, -1.01077434617879, 1.82566237123041, 0.011286326131968767]]
    for _ in range(steps):
        for i, a in enumerate(bodies):
            for b in bodies[i + 1:]:
                dx, dy = a[0] - b[0], a[1] - b[1]
                m = 0.01 / (dx * dx + dy * dy) ** 1.5
                a[2] -= dx * b[4] * m; a[3] -= dy * b[4] * m; b[2] += dx * a[4] * m; b[3] += dy * a[4] * m
        for b in bodies: b[0] += 0.01 * b[2]; b[1] += 0.01 * b[3]
    return [[round(v, 12) for v in b[:4]] for b in bodies]
print(nbody(1000))
def matpow(m, n):
    r = [[int(i == j) for j in range(len(m))] for i in range(len(m))]
    mul = lambda a, b: [[sum(a[i][k] * b[k][j] for k in range(len(b))) for j in range(len(b))] for i in range(len(a))]
    while n:
        if n & 1: r = mul(r, m)
        m, n = mul(m, m), n >> 1
    return r
print(matpow([[1, 1], [1, 0]], 300)[0][1])
class Frac:
    def __init__(self, n, d=1):
        g, b = abs(n), abs(d)
        while b: g, b = b, g % b
        s = -1 if d < 0 else 1
        self.n, self.d = s * n // g, s * d // g
    def __add__(self, o): return Frac(self.n * o.d + o.n * self.d, self.d * o.d)
    def __mul__(self, o): return Frac(self.n * o.n, self.d * o.d)
    def __repr__(self): return f"{self.n}/{self.d}"
h = Frac(0)
for i in range(1, 31): h = h + Frac(1, i)
print(h, Frac(3, -6) * Frac(2, 5))
def base(n, b):
    out = ""
    while n: n, r = divmod(n, b); out = "0123456789abcdefghijklmnopqrstuvwxyz"[r] + out
    return out or "0"
print([base(10**20, b) for b in (2, 3, 7, 16, 36)], all(int(base(n, b), b) == n for n in range(0, 5000, 37) for b in range(2, 37)))
class MT:
    def __init__(self, seed):
        self.mt, self.i = [seed], 624
        for i in range(1, 624): self.mt.append((1812433253 * (self.mt[-1] ^ self.mt[-1] >> 30) + i) & 0xFFFFFFFF)
    def next(self):
        if self.i == 624:
            for i in range(624):
                y = self.mt[i] & 0x80000000 | self.mt[(i + 1) % 624] & 0x7FFFFFFF
                self.mt[i] = self.mt[(i + 397) % 624] ^ y >> 1 ^ (0x9908B0DF if y & 1 else 0)
            self.i = 0
        y = self.mt[self.i]; self.i += 1
        y ^= y >> 11; y ^= y << 7 & 0x9D2C5680; y ^= y << 15 & 0xEFC60000
        return y ^ y >> 18
m = MT(5489); print([m.next() for _ in range(5)], sum(m.next() for _ in range(2000)))
def crc32(data):
    c = 0xFFFFFFFF
    for b in data:
        c ^= b
        for _ in range(8): c = c >> 1 ^ (0xEDB88320 if c & 1 else 0)
    return c ^ 0xFFFFFFFF
print(hex(crc32(b"The quick brown fox jumps over the lazy dog")))
def sha_like(data):
    h = [0x6A09E667, 0xBB67AE85]
    for b in data: h[0] = (h[0] + b * 0x9E3779B9 ^ h[1] << 5 ^ h[1] >> 3) & 0xFFFFFFFF; h[1] = (h[1] ^ (h[0] << 13 | h[0] >> 19)) & 0xFFFFFFFF
    return "".join(f"{x:08x}" for x in h)
print(sha_like(b"abc" * 100))
def simpson(f, a, b, n):
    h = (b - a) / n
    return h / 3 * (f(a) + f(b) + 4 * sum(f(a + i * h) for i in range(1, n, 2)) + 2 * sum(f(a + i * h) for i in range(2, n, 2)))
print(simpson(lambda x: x**3 - x, 0, 3, 100), round(simpson(lambda x: 1 / (1 + x * x), 0, 1, 1000) * 4, 12))
def gauss(a):
    n = len(a)
    for i in range(n):
        piv = max(range(i, n), key=lambda r: abs(a[r][i])); a[i], a[piv] = a[piv], a[i]
        for r in range(i + 1, n):
            k = a[r][i] / a[i][i]
            a[r] = [x - k * y for x, y in zip(a[r], a[i])]
    x = [0.0] * n
    for i in reversed(range(n)): x[i] = (a[i][n] - sum(a[i][j] * x[j] for j in range(i + 1, n))) / a[i][i]
    return [round(v, 9) for v in x]
print(gauss([[2.0, 1, -1, 8], [-3, -1, 2, -11], [-2, 1, 2, -3]]))
def miller(n):
    d, s = n - 1, 0
    while d % 2 == 0: d //= 2; s += 1
    for a in (2, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37):
        if n == a: return True
        x = pow(a, d, n)
        if x in (1, n - 1): continue
        for _ in range(s - 1):
            x = x * x % n
            if x == n - 1: break
        else: return False
    return True
print([n for n in range(10**12, 10**12 + 200) if n % 2 and miller(n)], miller(2**127 - 1), miller(2**128 + 1))
print(sum(d * (i % 2 * 2 + 1) for i, d in enumerate(map(int, "978030640615"))) % 10, sum(x for x in range(1000) if x % 3 == 0 or x % 5 == 0))
