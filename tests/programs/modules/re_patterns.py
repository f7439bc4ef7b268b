# Regular expressions.
import re
print(re.match(r"(\w+) (\w+)", "hello world").groups(), re.search(r"\d+", "abc 123 x").span(), re.findall(r"a(b|c)", "ab ac ad"), re.findall(r"\b\w", "the cat"), re.split(r"[,;]\s*", "a, b;c"), re.split(r"(-)", "a-b"), re.sub(r"(\w+)@(\w+)", r"\2 at \1", "me@home you@work"), re.subn("a", "b", "banana", count=2), re.fullmatch("a+", "aaab"))
m = re.match(r"(?P<y>\d{4})-(?P<m>\d\d)(?:-(?P<d>\d\d))?", "2024-05")
print(m.group("y"), m["m"], m.groupdict(), m.start("m"), m.end(), m.lastgroup, m.lastindex, m.re.pattern, m.string, m.expand(r"\g<m>/\g<y>"), repr(m), m.regs)
for p, s in [(r"^a.c$", "abc"), (r"(a+)+b", "aaab"), (r"(?i)ABC", "xabcx"), (r"(?s)a.b", "a\nb"), (r"(?m)^b$", "a\nb\nc"), (r"(?x) a b # c", "ab"), (r"(?<=x)y", "xy"), (r"(?<!x)y", "xyzy"), (r"a(?=b)", "acab"), (r"a(?!b)", "abac"), (r"(a)?b(?(1)c|d)", "bd abc"), (r"(.)\1", "abccd"), (r"[^a-c\s]+", "abc def"), (r"\bfoo\b", "a foo b"), (r"a{2,3}?", "aaaa"), (r"(?>a+)b", "aaab"), (r"a++b", "aab"), (r"a*+a", "aaa"), (r"\Aab\z", "ab"), (r"[\w.]+", "é_9."), (r"(?a)\w+", "éa"), (r"\d+", "٣4"), ("[a-z]+?x", "abxcx"), ("", "abc"), (r"(?:ab)+", "ababx"), (r"\x41\u00e9", "Aé"), (r"[]a]+", "]a"), (r"(?P<q>['\"]).*?(?P=q)", "say 'hi' \"yo\""), (r"x|y|", "zzy"), (r"(a|ab)(c|bcd)(d*)", "abcd")]:
    m = re.search(p, s); print(p, "->", m and (m.span(), m.group(), m.groups()))
for p in ["(", ")", "a**", "[a", "(?P<a>x)(?P<a>y)", "(?P<1>x)", r"\1", "(?<=a+)b", "a{3,2}", "*a", "(?z)", r"\q", "(?P=x)", "[z-a]", "(?(2)a)", "x(?i)"]:
    try: re.compile(p); print(p, "ok")
    except re.error as e: print(p, "->", e, e.pos)
c = re.compile("a(b)?", re.I | re.M); print(c.flags, c.groups, c.groupindex, c, c.pattern, c == re.compile("a(b)?", re.I | re.M), [m.group() for m in c.finditer("ABaab")], c.sub(lambda m: m.group().lower() + "!", "AB A"), c.scanner("ab").match())
print(re.escape("a.b*c[d]"), re.sub("x*", "-", "abxd"), re.findall("x*", "axb"), re.split("x*", "axbc"), re.sub(r"\n", r"\\n", "a\nb"), re.sub("(a)(b)?", r"[\1\2]", "aab"), re.search("b", "abcb").re.search("abcb", 2).start(), re.match("a", "ba"), bytes(re.sub(b"a", b"x", b"banana")), re.findall(rb"\w", b"a-b"))
for bad in (lambda: re.match("a", b"a"), lambda: re.match("a", "a").group(1), lambda: re.sub("a", r"\2", "a"), lambda: re.compile("a", 5.0), lambda: re.sub("a", r"\g<x>", "a")):
    try: bad()
    except Exception as e: print(type(e).__name__, e)
TOK = re.compile(r"\s*(?:(?P<num>\d+\.?\d*)|(?P<id>[A-Za-z_]\w*)|(?P<op>[-+*/()=]))")
print([(m.lastgroup, m[m.lastgroup]) for m in TOK.finditer("x1 = 3.5*(y - 2)")])
log = "2024-01-02 ERROR [db] failed id=42\n2024-01-03 INFO [web] ok\n"
print([m.groups() for m in re.finditer(r"^(\S+) (\w+) \[(\w+)\] (.*)$", log, re.M)], len(re.findall(r"[aeiou]", "the quick brown fox" * 100)))
