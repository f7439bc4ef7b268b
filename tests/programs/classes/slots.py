# __slots__: layouts, conflicts, inheritance, weakref and dict slots.
class P:
    __slots__ = ("x", "y")
    def __init__(self, x, y): self.x, self.y = x, y
p = P(1, 2)
print(p.x, p.y, P.x.__name__, type(P.x).__name__, P.__slots__)
def t(s):
    try: exec(s)
    except Exception as e: print(s, "->", type(e).__name__, e)
    else: print(s, "ok")
for s in ["p.z = 1", "p.__dict__", "del p.x", "p.x", "del p.x", "p.x = 5", "p.__slots__ = 1", "P.x.__get__(5)", "p.x = 1"]:
    t(s)
class Sub(P): pass
s = Sub(3, 4)
s.z = 5
print(s.y, s.__dict__)
class Sub2(P):
    __slots__ = ("z",)
    def __init__(self): super().__init__(1, 2); self.z = 3
q = Sub2()
print(q.y, q.z)
t("q.w = 1")
class WithDict:
    __slots__ = ("a", "__dict__")
w = WithDict(); w.a = 1; w.b = 2
print(w.__dict__, w.a)
class Single:
    __slots__ = "name"
x = Single(); x.name = "n"; print(x.name)
class Empty: __slots__ = ()
t("Empty().x = 1")
for body in ["__slots__ = ('a', 'a')", "__slots__ = ('1a',)", "__slots__ = (5,)", "__slots__ = ('a',); a = 1", "__slots__ = ('__dict__', '__dict__')", "__slots__ = ('__weakref__', '__weakref__')", "__slots__ = 5", "__slots__ = {'a': 'doc of a'}", "__slots__ = iter('ab')"]:
    t("class C:\n  " + body)
class Docs: __slots__ = {"a": "doc of a"}
print(Docs.__slots__, Docs.a.__doc__)
for base in ("int", "tuple", "bytes", "str", "list"):
    t(f"class C({base}): __slots__ = ('a',)")
class L(list): __slots__ = ("tag",)
l = L([1]); l.tag = "t"; print(l, l.tag)
class A1: __slots__ = ("a",)
class B1: __slots__ = ("b",)
t("class C(A1, B1): pass")
class B2: __slots__ = ()
class C(A1, B2): __slots__ = ()
c = C(); c.a = 1; print(c.a)
class Mangled:
    __slots__ = ("__private",)
    def __init__(self): self.__private = 1
print(Mangled.__slots__, Mangled()._Mangled__private)
class X1: __slots__ = ("a", "b")
class X2: __slots__ = ("a", "b")
class X3: __slots__ = ("a", "c")
x = X1(); x.a = 1; x.b = 2
x.__class__ = X2
print(type(x).__name__, x.a, x.b)
t("x.__class__ = X3")
t("x.__class__ = dict")
t("x.__class__ = 5")
class D1: pass
class D2: hello = "from D2"
d = D1(); d.v = 1
d.__class__ = D2
print(d.hello, d.v)
t("d.__class__ = X1")
t("(5).__class__ = D1")
t("d.__class__ = int")
t("del d.__class__")
class Cycle: __slots__ = ("me", "__weakref__")
cy = Cycle(); cy.me = cy
print(cy.me.me is cy, hasattr(cy, "__weakref__"))
print([n for n in dir(P) if not n.startswith("__")])
