# SHA-256, MD5, CRC, base64, Huffman, LZ77, run-length, Caesar: bytes and bits.
def sha256(data):
    def primes():
        n = 2
        while True:
            if all(n % p for p in range(2, int(n**0.5) + 1)): yield n
            n += 1
    def root(p, k):
        r = 1 << 40
        n = p << 32 * k
        while True:
            q = ((k - 1) * r + n // r ** (k - 1)) // k
            if q >= r: return r & 0xFFFFFFFF
            r = q
    g = primes(); ps = [next(g) for _ in range(64)]
    h, k = [root(p, 2) for p in ps[:8]], [root(p, 3) for p in ps]
    data = bytes(data); n = len(data) * 8
    data += b"\x80" + b"\0" * ((55 - len(data)) % 64) + n.to_bytes(8, "big")
    rot = lambda x, n: (x >> n | x << 32 - n) & 0xFFFFFFFF
    for o in range(0, len(data), 64):
        w = [int.from_bytes(data[o + i:o + i + 4], "big") for i in range(0, 64, 4)]
        for i in range(16, 64):
            a, b = w[i - 15], w[i - 2]
            w.append((w[i - 16] + (rot(a, 7) ^ rot(a, 18) ^ a >> 3) + w[i - 7] + (rot(b, 17) ^ rot(b, 19) ^ b >> 10)) & 0xFFFFFFFF)
        a, b, c, d, e, f, g_, hh = h
        for i in range(64):
            t1 = hh + (rot(e, 6) ^ rot(e, 11) ^ rot(e, 25)) + (e & f ^ ~e & g_) + k[i] + w[i]
            t2 = (rot(a, 2) ^ rot(a, 13) ^ rot(a, 22)) + (a & b ^ a & c ^ b & c)
            a, b, c, d, e, f, g_, hh = (t1 + t2) & 0xFFFFFFFF, a, b, c, (d + t1) & 0xFFFFFFFF, e, f, g_
        h = [(x + y) & 0xFFFFFFFF for x, y in zip(h, (a, b, c, d, e, f, g_, hh))]
    return "".join(f"{x:08x}" for x in h)
for m in (b"", b"abc", b"The quick brown fox jumps over the lazy dog", b"x" * 200): print(sha256(m))
A = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
def b64(data):
    out = []
    for i in range(0, len(data), 3):
        c = data[i:i + 3]; n = int.from_bytes(c + b"\0" * (3 - len(c)), "big")
        out.append("".join(A[n >> s & 63] for s in (18, 12, 6, 0))[:len(c) + 1] + "=" * (3 - len(c)))
    return "".join(out)
def unb64(s):
    pad = s.count("="); n = 0; out = bytearray()
    for i in range(0, len(s), 4):
        n = 0
        for c in s[i:i + 4]: n = n << 6 | (A.index(c) if c != "=" else 0)
        out += n.to_bytes(3, "big")
    return bytes(out[:len(out) - pad])
for m in (b"", b"f", b"fo", b"foo", bytes(range(20))): print(b64(m), unb64(b64(m)) == m)
def huffman(text):
    heap = sorted((text.count(c), c, c) for c in set(text))
    while len(heap) > 1:
        (n1, k1, a), (n2, k2, b) = heap[:2]
        heap = sorted(heap[2:] + [(n1 + n2, min(k1, k2), (a, b))], key=lambda t: t[:2])
    codes = {}
    def walk(t, p):
        if isinstance(t, str): codes[t] = p or "0"
        else: walk(t[0], p + "0"); walk(t[1], p + "1")
    walk(heap[0][2], "")
    return codes, heap[0][2]
text = "abracadabra alakazam"
codes, tree = huffman(text)
bits = "".join(codes[c] for c in text)
out, t = [], tree
for b in bits:
    t = t[int(b)]
    if isinstance(t, str): out.append(t); t = tree
print(sorted(codes.items()), bits, "".join(out) == text)
def lz(data):
    i, out = 0, []
    while i < len(data):
        best = (0, 0)
        for j in range(max(0, i - 255), i):
            n = 0
            while n < 15 and i + n < len(data) and data[j + n] == data[i + n]: n += 1
            if n > best[1]: best = (i - j, n)
        if best[1] > 2: out.append(best); i += best[1]
        else: out.append(data[i]); i += 1
    return out
def unlz(codes):
    out = bytearray()
    for c in codes:
        if isinstance(c, tuple):
            for _ in range(c[1]): out.append(out[-c[0]])
        else: out.append(c)
    return bytes(out)
data = b"the cat sat on the mat, the cat sat on the hat. " * 4
z = lz(data); print(len(data), len(z), z[:6], unlz(z) == data)
def adler(data):
    a, b = 1, 0
    for c in data: a = (a + c) % 65521; b = (b + a) % 65521
    return b << 16 | a
print(hex(adler(b"Wikipedia")), hex(adler(data)))
def gray(n): return [i ^ i >> 1 for i in range(1 << n)]
print([f"{g:03b}" for g in gray(3)])
def hamming(bits):
    d = [int(b) for b in bits]; p = [d[0] ^ d[1] ^ d[3], d[0] ^ d[2] ^ d[3], d[1] ^ d[2] ^ d[3]]
    return [p[0], p[1], d[0], p[2], d[1], d[2], d[3]]
def correct(c):
    s = sum((i + 1) ^ 0 if False else 0 for i in range(0)) 
    for i, b in enumerate(c, 1):
        if b: s ^= i
    if s: c = c[:]; c[s - 1] ^= 1
    return [c[2], c[4], c[5], c[6]]
ok = True
for n in range(16):
    c = hamming(f"{n:04b}")
    for i in range(7):
        e = c[:]; e[i] ^= 1
        ok &= correct(e) == [int(b) for b in f"{n:04b}"]
print(ok)
