# Subclasses of int, float, str, tuple, list, dict, set, Exception: construction and results.
class I(int):
    def __new__(cls, v, tag=None):
        self = super().__new__(cls, v)
        self.tag = tag
        return self
    def __repr__(self): return f"I({int(self)})"
    def __add__(self, o): return I(int(self) + int(o), "sum")
i = I(5, "t")
print(i, i.tag, i + 1, (i + 1).tag, i * 2, type(i * 2).__name__, i == 5, hash(i) == hash(5), {5: "x"}[i], [10, 20, 30, 40, 50, 60][i], isinstance(i, int), i.bit_length(), int(i), type(int(i)).__name__, -i, type(+i).__name__, i.real, type(i.real).__name__, f"{i:03d}", "%d" % i, str(i), I(7).__class__.__name__)
class F(float):
    def __repr__(self): return f"F<{float(self)}>"
f = F(1.5)
print(f, f + 1, type(f + 1).__name__, float(f), type(float(f)).__name__, f.hex(), F("2.5"), f == 1.5, round(f), type(f.real).__name__, f"{f:.2f}")
class S(str):
    def __new__(cls, v): return super().__new__(cls, v.upper())
    def shout(self): return self + "!"
s = S("abc")
print(s, s.shout(), type(s.shout()).__name__, s.lower(), type(s.strip()).__name__, type(str(s)).__name__, s == "ABC", {"ABC": 1}[s], s[0], len(s), "".join([s]), type("".join([s])).__name__, s % (), s.replace("x", "y") is s, isinstance(s, str))
class T(tuple):
    def __new__(cls, *a): return super().__new__(cls, a)
    @property
    def first(self): return self[0]
t = T(1, 2, 3)
print(t, t.first, t[1:], type(t[1:]).__name__, t + (4,), type(t + ()).__name__, t == (1, 2, 3), hash(t) == hash((1, 2, 3)), type(tuple(t)).__name__, len(t), [*t])
class L(list):
    def __init__(self, *a): super().__init__(a)
l = L(1, 2)
l.extra = "attr"
print(l, l.extra, l == [1, 2], type(l.copy()).__name__, type(l * 2).__name__, l[0])
class D(dict):
    def __init__(self, **k): super().__init__(k); self.n = len(k)
d = D(a=1)
print(d, d.n, type(d.copy()).__name__, d == {"a": 1}, D.fromkeys("ab") if False else type(d | {}).__name__)
class St(set): pass
print(St([1]), St([1]) | {2}, type(St([1]) | {2}).__name__, type(St([1]).copy()).__name__, St([1]) == {1}, frozenset([1]) == St([1]))
class Fs(frozenset): pass
print(Fs([1]), type(Fs([1]) & {1}).__name__, hash(Fs([1])) == hash(frozenset([1])))
class B(bytes): pass
print(B(b"x"), B(b"x") + b"y", type(B(b"x") + b"y").__name__, B(b"x") == b"x")
class Ba(bytearray): pass
ba = Ba(b"x"); ba.attr = 1
print(ba, type(ba + b"").__name__, ba.attr)
class C(complex): pass
print(C(1, 2), type(C(1) + 1).__name__)
class Ty(type): pass
print(type(Ty("X", (), {})).__name__)
class P(property):
    def __init__(self, *a, **k): super().__init__(*a, **k); self.extra = "p"
class UsesP:
    @P
    def v(self): return 5
print(UsesP().v, UsesP.v.extra)
class M(type(__builtins__)): pass
m = M("modname", "doc"); m.x = 1
print(m.x, m.__name__, m.__doc__)
class E(Exception):
    def __init__(self, code, msg): super().__init__(msg); self.code = code
e = E(5, "message")
print(e, repr(e), e.args, e.code)
class NoInit(int): pass
for bad in ["NoInit('x')", "I()", "T.__new__(list)", "int.__new__(str)", "object.__new__(int)", "str.__new__(S, 1, 2, 3, 4)", "tuple.__new__(T, 1, 2)", "list.__new__(L, 5)", "float.__new__(F, 'x')", "dict.__new__(D)", "bool.__new__(int)", "int.__new__()", "type.__call__()"]:
    try: print(bad, eval(bad))
    except (TypeError, ValueError) as ex: print(bad, "->", ex)
class NewReturnsOther:
    def __new__(cls): return 42
    def __init__(self): print("never")
print(NewReturnsOther())
class InitReturns:
    def __init__(self): return 5
try: InitReturns()
except TypeError as ex: print(ex)
class NewOnly:
    def __new__(cls, a): return super().__new__(cls)
print(type(NewOnly(1)).__name__)
class NewPass:
    def __new__(cls, a): return super().__new__(cls, a)
try: NewPass(1)
except TypeError as ex: print(ex)
class Del(int):
    __add__ = None
try: Del(1) + 1
except TypeError as ex: print(ex)
print(1 + Del(1))
