# Word statistics, a regex matcher, KMP, a template engine, diff, justification, a Markdown subset.
text = """It was the best of times, it was the worst of times,
it was the age of wisdom, it was the age of foolishness"""
words = "".join(c.lower() if c.isalpha() else " " for c in text).split()
freq = {}
for w in words: freq[w] = freq.get(w, 0) + 1
for w, n in sorted(freq.items(), key=lambda t: (-t[1], t[0]))[:5]: print(f"{w:<12}{n:>3} {'#' * n}")
def match_here(p, s):
    if not p: return True
    if len(p) > 1 and p[1] in "*+?":
        c, op, rest = p[0], p[1], p[2:]
        n = 0
        while n < len(s) and c in (s[n], "."): n += 1
        low = 1 if op == "+" else 0; high = min(n, 1) if op == "?" else n
        return any(match_here(rest, s[k:]) for k in range(high, low - 1, -1))
    if p == "$": return not s
    return bool(s) and p[0] in (s[0], ".") and match_here(p[1:], s[1:])
def match(p, s): return match_here(p[1:], s) if p.startswith("^") else any(match_here(p, s[i:]) for i in range(len(s) + 1))
for p, s in (("a*b", "aaab"), ("^a.c$", "abc"), ("^a+$", "baa"), ("x?y", "y"), ("o.*d", "hello world"), ("^$", ""), ("z", "abc")): print(p, s, match(p, s))
def kmp(p, s):
    f, k, out = [0], 0, []
    for c in p[1:]:
        while k and c != p[k]: k = f[k - 1]
        k += c == p[k]; f.append(k)
    k = 0
    for i, c in enumerate(s):
        while k and (k == len(p) or c != p[k]): k = f[k - 1]
        k += c == p[k]
        if k == len(p): out.append(i - k + 1)
    return out
print(kmp("aba", "abababa"), kmp("abcab", "abcabcab"), kmp("x", "abc"))
def render(tpl, ctx):
    out, i, stack = [], 0, []
    def lookup(path, ctx):
        v = ctx
        for part in path.split("."): v = v[part] if isinstance(v, dict) else getattr(v, part)
        return v
    def block(i, ctx, emit):
        while i < len(tpl):
            if tpl.startswith("{{", i):
                j = tpl.index("}}", i); name, *filters = tpl[i + 2:j].strip().split("|")
                if emit is not None:
                    v = lookup(name, ctx)
                    for f in filters: v = {"upper": lambda x: str(x).upper(), "len": len, "title": lambda x: x.title()}[f](v)
                    emit.append(str(v))
                i = j + 2
            elif tpl.startswith("{%", i):
                j = tpl.index("%}", i); tag = tpl[i + 2:j].split(); i = j + 2
                if tag[0] in ("end", "else"): return i, tag[0]
                if tag[0] == "for":
                    items = lookup(tag[3], ctx) if emit is not None else []
                    end, _ = block(i, ctx, None)
                    for x in items: block(i, {**ctx, tag[1]: x}, emit)
                    i = end
                elif tag[0] == "if":
                    yes = emit is not None and bool(lookup(tag[1], ctx))
                    i, how = block(i, ctx, emit if yes else None)
                    if how == "else": i, how = block(i, ctx, emit if emit is not None and not yes else None)
            else:
                if emit is not None: emit.append(tpl[i])
                i += 1
        return i, None
    block(0, ctx, out)
    return "".join(out)
class User:
    def __init__(self, name, admin): self.name, self.admin = name, admin
print(render("Hi {{user.name|upper}}!{% for i in items %} [{{i.k}}={{ i.v }}]{% end %}{% if user.admin %} admin{% else %} guest{% end %} {{items|len}}", {"user": User("ann", False), "items": [{"k": "a", "v": 1}, {"k": "b", "v": 2}]}))
def diff(a, b):
    n, m = len(a), len(b)
    t = [[0] * (m + 1) for _ in range(n + 1)]
    for i in range(n - 1, -1, -1):
        for j in range(m - 1, -1, -1): t[i][j] = 1 + t[i + 1][j + 1] if a[i] == b[j] else max(t[i + 1][j], t[i][j + 1])
    i = j = 0
    while i < n or j < m:
        if i < n and j < m and a[i] == b[j]: yield "  " + a[i]; i += 1; j += 1
        elif j < m and (i == n or t[i][j + 1] > t[i + 1][j]): yield "+ " + b[j]; j += 1
        else: yield "- " + a[i]; i += 1
print("\n".join(diff("the quick brown fox".split(), "the slow brown lazy fox".split())))
def justify(text, width):
    line, out = [], []
    for w in text.split():
        if line and sum(map(len, line)) + len(line) + len(w) > width:
            gaps = len(line) - 1; space = width - sum(map(len, line))
            out.append("".join(w2 + (" " * (space // gaps + (k < space % gaps)) if k < gaps else "") for k, w2 in enumerate(line)) if gaps else line[0]); line = []
        line.append(w)
    return out + [" ".join(line)]
for l in justify(text, 24): print("|" + l.ljust(24) + "|")
def markdown(s):
    out, lst = [], False
    def inline(t):
        for mark, tag in (("**", "b"), ("*", "i"), ("`", "code")):
            parts = t.split(mark)
            t = "".join(p if k % 2 == 0 else f"<{tag}>{p}</{tag}>" for k, p in enumerate(parts))
        return t
    for line in s.split("\n"):
        item = line.startswith("- ")
        if item != lst: out.append("<ul>" if item else "</ul>"); lst = item
        if item: out.append(f"<li>{inline(line[2:])}</li>")
        elif line.startswith("#"): n = len(line) - len(line.lstrip("#")); out.append(f"<h{n}>{inline(line[n:].strip())}</h{n}>")
        elif line: out.append(f"<p>{inline(line)}</p>")
    return "\n".join(out)
print(markdown("# Title\nSome **bold** and *it* with `code`.\n- one\n- two **b**\nend"))
def soundex(w):
    codes = {c: d for d, cs in enumerate(("", "bfpv", "cgjkqsxz", "dt", "l", "mn", "r")) for c in cs}
    out, last = w[0].upper(), codes.get(w[0].lower())
    for c in w[1:].lower():
        d = codes.get(c)
        if d and d != last: out += str(d)
        if c not in "hw": last = d
    return (out + "000")[:4]
print([soundex(w) for w in ("Robert", "Rupert", "Ashcraft", "Tymczak", "Pfister", "Honeyman")])
def pig(s): return " ".join(w + "way" if w[0] in "aeiou" else next(w[i:] + w[:i] + "ay" for i in range(len(w)) if w[i] in "aeiouy") for w in s.split())
print(pig("the quick apple my string"))
print({"".join(sorted(w)): sorted(v for v in ("listen", "silent", "enlist", "google", "gogole") if sorted(v) == sorted(w)) for w in ("listen", "google")})
