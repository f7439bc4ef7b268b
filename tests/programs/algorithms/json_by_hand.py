# A JSON reader and writer in plain Python, with errors that tell the place.
class JSONError(ValueError):
    def __init__(self, msg, text, pos):
        line, col = text.count("\n", 0, pos) + 1, pos - text.rfind("\n", 0, pos)
        super().__init__(f"{msg}: line {line} column {col} (char {pos})")
ESC = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f", "/": "/", "\\": "\\", '"': '"'}
def loads(s):
    def ws(i):
        while i < len(s) and s[i] in " \t\n\r": i += 1
        return i
    def string(i):
        out = []
        while True:
            if i >= len(s): raise JSONError("unterminated string", s, i)
            c = s[i]
            if c == '"': return "".join(out), i + 1
            if c == "\\":
                i += 1
                if s[i] == "u":
                    n = int(s[i + 1:i + 5], 16); i += 4
                    if 0xD800 <= n < 0xDC00 and s[i + 1:i + 3] == "\\u":
                        n = 0x10000 + (n - 0xD800 << 10) + int(s[i + 3:i + 7], 16) - 0xDC00; i += 6
                    out.append(chr(n))
                elif s[i] in ESC: out.append(ESC[s[i]])
                else: raise JSONError("bad escape", s, i)
            elif c < " ": raise JSONError("control character", s, i)
            else: out.append(c)
            i += 1
    def value(i):
        i = ws(i)
        if i >= len(s): raise JSONError("expecting value", s, i)
        c = s[i]
        if c == "{":
            d, i = {}, ws(i + 1)
            if s[i:i + 1] == "}": return d, i + 1
            while True:
                i = ws(i)
                if s[i:i + 1] != '"': raise JSONError("expecting property name", s, i)
                k, i = string(i + 1); i = ws(i)
                if s[i:i + 1] != ":": raise JSONError("expecting ':'", s, i)
                d[k], i = value(i + 1); i = ws(i)
                if s[i:i + 1] == "}": return d, i + 1
                if s[i:i + 1] != ",": raise JSONError("expecting ','", s, i)
                i += 1
        if c == "[":
            l, i = [], ws(i + 1)
            if s[i:i + 1] == "]": return l, i + 1
            while True:
                v, i = value(i); l.append(v); i = ws(i)
                if s[i:i + 1] == "]": return l, i + 1
                if s[i:i + 1] != ",": raise JSONError("expecting ','", s, i)
                i += 1
        if c == '"': return string(i + 1)
        for w, v in (("true", True), ("false", False), ("null", None)):
            if s.startswith(w, i): return v, i + len(w)
        j = i
        while j < len(s) and s[j] in "+-0123456789.eE": j += 1
        try: return (float if set(s[i:j]) & set(".eE") else int)(s[i:j]), j
        except ValueError: raise JSONError("expecting value", s, i) from None
    v, i = value(0); i = ws(i)
    if i != len(s): raise JSONError("extra data", s, i)
    return v
def dumps(v, indent=None, level=0):
    if v is None: return "null"
    if v is True: return "true"
    if v is False: return "false"
    if isinstance(v, (int, float)): return repr(v)
    if isinstance(v, str):
        rev = {b: "\\" + a for a, b in ESC.items() if a != "/"}
        return '"' + "".join(rev.get(c) or (c if " " <= c < "\x7f" else "".join(f"\\u{int.from_bytes(u, 'big'):04x}" for u in (lambda b: [b[i:i + 2] for i in range(0, len(b), 2)])(c.encode("utf-16-be", "surrogatepass")))) for c in v) + '"'
    nl, pad, end = ("\n" + " " * indent * (level + 1), ",", "\n" + " " * indent * level) if indent else ("", ", ", "")
    if isinstance(v, dict): items = [f"{dumps(str(k))}: {dumps(x, indent, level + 1)}" for k, x in v.items()]; a, b = "{}"
    elif isinstance(v, (list, tuple)): items = [dumps(x, indent, level + 1) for x in v]; a, b = "[]"
    else: raise TypeError(f"Object of type {type(v).__name__} is not JSON serializable")
    if not items: return a + b
    return a + nl + (pad + nl if indent else pad).join(items) + end + b
text = r'''{"name": "té\u0073t \ud83d\ude00", "list": [1, -2.5, 3e2, 1E-3, true, false, null, []], "o": {"a": {}, "q": "\"\\\/\n"}}'''
v = loads(text)
print(v)
print(dumps(v)); print(dumps(v, 2)); print(loads(dumps(v)) == v)
for bad in ("", "{", "[1,]", "[1 2]", '{"a" 1}', "{a: 1}", '"abc', "tru", "1 2", "[1,\n 2,\n x]", '"\\q"', '"\x01"', "-", "{\"a\": 1,}"):
    try: print(loads(bad))
    except JSONError as e: print(repr(bad), e)
try: dumps({1: object()})
except TypeError as e: print(e)
big = {"rows": [{"id": i, "tags": ["t%d" % (i % 3)] * (i % 4), "v": i / 7} for i in range(300)]}
s = dumps(big); print(len(s), loads(s) == big, s[:80])
deep = loads("[" * 200 + "]" * 200); n = 0
while deep: deep = deep[0]; n += 1
print(n)
