# Concatenation in loops, joins, in-place growth, slices of slices, many small strings.
s = ""
for i in range(2000): s += str(i)
print(len(s), s[:20], s[-10:], s.count("7"), s.find("1999"))
parts = []
for i in range(2000): parts.append(f"{i:x}")
j = "-".join(parts)
print(len(j), j[100:130])
t = s
t += "!"
print(len(s), len(t), s == t[:-1])
u = "".join(c.upper() if i % 2 else c for i, c in enumerate("the quick brown fox"))
print(u)
words = u.lower().split()
print(" ".join(w[::-1] for w in words), "".join(w[0] for w in words).upper())
rot = lambda s, n: "".join(chr((ord(c) - 97 + n) % 26 + 97) if c.islower() else c for c in s)
print(rot("hello world", 13), rot(rot("hello world", 13), 13))
def caesar_all(s): return [rot(s, n) for n in range(3)]
print(caesar_all("xyz"))
table = {c: i for i, c in enumerate("abcdefghijklmnopqrstuvwxyz")}
print(sum(table.get(c, 0) for c in u.lower()))
def compress(s):
    out, i = [], 0
    while i < len(s):
        j = i
        while j < len(s) and s[j] == s[i]: j += 1
        out.append(s[i] + str(j - i)); i = j
    return "".join(out)
print(compress("aaabbbccd" * 3), compress(""))
def wrap(text, width):
    lines, line = [], ""
    for w in text.split():
        if line and len(line) + 1 + len(w) > width: lines.append(line); line = w
        else: line = f"{line} {w}" if line else w
    return lines + [line]
for l in wrap("In the beginning there was a language without a lock and it was good for many cores " * 2, 30): print(f"|{l:<30}|{l:>30}|{l:^30}|")
def is_pal(s): s = [c for c in s.lower() if c.isalnum()]; return s == s[::-1]
print(is_pal("A man, a plan, a canal: Panama"), is_pal("nope"))
print("\n".join(f"{i:>3} {i * i:<5}{i ** 3:^8}{'*' * i}" for i in range(1, 6)))
csv = "name,age\n\"x, y\",5\nz,7"
def parse(line):
    out, cur, q = [], "", False
    for c in line:
        if c == '"': q = not q
        elif c == "," and not q: out.append(cur); cur = ""
        else: cur += c
    return out + [cur]
print([parse(l) for l in csv.splitlines()])
x = "abc"; y = x
x += "d"; print(x, y); x *= 2; print(x)
d = {}
for i in range(100): d["key" + str(i)] = "value" * (i % 3)
print(len(d), len("".join(d.values())), d["key42"] == "", "key" + "99" in d)
def lorem(n):
    seed, out = 1, []
    for _ in range(n): seed = seed * 16807 % 2147483647; out.append("abcdefghij"[seed % 10])
    return "".join(out)
l = lorem(5000)
print(l[:30], {c: l.count(c) for c in "abc"}, l.find("abc"), len(set(l[i:i + 3] for i in range(len(l) - 2))), l.replace("a", "").replace("b", "BB").count("BB"), len(l.split("e")), max(l.split("a"), key=len))
