# print's arguments; repr of everything nested, recursive containers.
class Out:
    def __init__(self): self.parts = []
    def write(self, s): self.parts.append(s)
    def flush(self): self.parts.append("<flush>")
o = Out()
print("a", 1, None, file=o)
print("b", "c", sep="", end="", file=o, flush=True)
print(file=o)
print(*[1, 2, 3], sep=None, end=None, file=o)
print(o.parts)
try:
    print("x", file=5)
except AttributeError as e:
    print(e)
class BadStr:
    def __str__(self): return 5
class BadRepr:
    def __repr__(self): return None
class Raises:
    def __repr__(self): raise ValueError("no repr")
for v in (BadStr(), BadRepr(), Raises(), [Raises()]):
    for f in (str, repr, print, "{}".format, "%r".__mod__, ascii):
        try:
            f(v)
        except (TypeError, ValueError) as e:
            print(getattr(f, "__name__", f), type(e).__name__, e)
        except Exception as e:
            print("other", type(e).__name__)
        else:
            print("fine") if f not in (str, print) and not isinstance(v, BadStr) else None
l = [1]
l.append(l)
d = {"k": l}
d["d"] = d
t = (l, d)
print(l, d, t)
class Node(list): pass
n = Node([1]); n.append(n)
print(n)
print([None, True, 1, 1.0, 1j, "s", b"b", (), (1,), [], {}, set(), frozenset(), range(2), slice(1), ..., NotImplemented, int, len, print])
print({1: {2: {3: 4}}}, {(1, 2): [3]}, {"a'b": 'c"d', "e'f\"": "\n\t\\"}, "\x00\x7f\x80\xa0\xad\u2028\ud800\U0001f600".encode("unicode_escape"))
for s in ["a'b", 'a"b', "a'b\"c", "\n\r\t\\", "\x00\x1f\x7f", "\x80\xa0\xad", "é€", "\u2028", "\U000e0001", "😀", "\ud800".encode("utf-16", "surrogatepass"), b"a'b", b'\x00"\xff', bytearray(b"x'")]:
    print(repr(s), ascii(s))
print(repr("\ud800"), ascii("\udfff\U00010000"))
class C:
    def m(self): pass
    class D: pass
def strip(s): return s.split(" at 0x")[0]
print(strip(repr(C())), strip(repr(C().m)), C, C.D, strip(repr(C.m)), strip(repr(lambda: 0)), strip(repr(iter([]))), strip(repr((i for i in ()))), strip(repr(object())))
print(strip(repr([].append)), len, str.upper, int.__add__, strip(repr((1).__add__)), dict.fromkeys, type, type(None), strip(repr(property())), strip(repr(super(C, C()))), super(C, C), strip(repr(C.__dict__["__dict__"])))
print(str(b"x") if False else str(b"x", "ascii"), str(object)[:7], str(), repr(str), str("x"), str(5.0))
try: str(b"x", 5)
except TypeError as e: print(e)
try: str("x", "ascii")
except TypeError as e: print(e)
try: str(1, 2, 3, 4)
except TypeError as e: print(e)
class StrSub(str):
    def __str__(self): return "custom"
    def __repr__(self): return "CUSTOM"
s = StrSub("plain")
print(s, [s], str(s), f"{s}", "%s" % s, "".join([s]), s + "", s.upper(), type(s[:]).__name__, "{}".format(s), s == "plain", {s: 1}["plain"])
