# getattr, setattr, delattr, hasattr, vars, dir, type, id, repr, format, callable, object.
def t(s):
    try:
        print(s, "=", repr(eval(s)))
    except Exception as e:
        print(s, "->", type(e).__name__, e)

class A:
    cls = 1
    def __init__(self): self.x = 1
    def m(self): pass
    @property
    def p(self): raise AttributeError("inside property")
    @property
    def q(self): raise ValueError("other error")
    def __repr__(self): return "<A>"
class S:
    __slots__ = "s"
a = A()
for s in ["getattr(a, 'x')", "getattr(a, 'y')", "getattr(a, 'y', 5)", "getattr(a, 5)", "getattr(a)", "hasattr(a, 'x')", "hasattr(a, 'y')", "hasattr(a, 'p')", "hasattr(a, 'q')", "hasattr(a, 1)",
          "setattr(a, 'z', 3)", "a.z", "delattr(a, 'z')", "delattr(a, 'z')", "setattr(a, 5, 5)", "setattr(a, 'p', 1)", "setattr(5, 'x', 1)", "setattr(int, 'x', 1)", "delattr(a, 'm')", "del_cls()",
          "vars(a)", "vars(5)", "vars(S())", "sorted(vars(A))", "vars(a) is a.__dict__", "[n for n in dir(a) if not n.startswith('__')]", "dir(S())[-1]", "type(a).__name__", "type(5)", "type()", "type(1, 2)",
          "type('N', (), {'v': 1}).v", "type('N', (A,), {})().x", "type(5, (), {})", "type('N', 5, {})", "type('N', (), 5)", "type('N', (5,), {})", "type('a\\0b', (), {})", "type('N', (bool,), {})", "type('N', (int, str), {})",
          "type('N', (), {'__slots__': 5})", "type('N', (A, A), {})", "type('N', (object, A), {})", "object()  is object()", "object(1)", "object.__new__(5)", "object.__new__(int)", "A(1)", "S().s", "S().t", "setattr(S(), 't', 1)",
          "format(5)", "format(5, 'x')", "format(a)", "format(a, 'x')", "format('a', '>3')", "format(None, '')", "repr(a)", "str(a)", "callable(a)", "callable(A)", "callable(a.m)", "isinstance(a, A)", "isinstance(A, type)", "a.__class__ is A",
          "a.missing", "A.missing", "a.m.missing", "None.missing", "(5).missing", "len.missing", "type.missing", "''.missing", "[].append.missing", "super.missing", "(lambda: 0).missing", "print.__name__", "len.__doc__[:10]", "len.__self__.__name__", "[].append.__self__",
          "int.__add__(1, 2)", "int.__add__(1, 'a')", "int.__add__('a', 1)", "int.__add__(1)", "object.__eq__(a, 1)", "object.__lt__(a, 1)", "object.__hash__(a) == hash(a)", "object.__str__(a)", "object.__repr__(5)[:7]", "object.__format__(a, '')", "object.__format__(a, 's')",
          "object.__sizeof__(a) > 0", "object.__dir__(a)[:0]", "object.__reduce_ex__(a, 2)[1:]", "object.__init__(a)", "object.__init__(a, 1)", "object.__init_subclass__()", "object.__subclasshook__(int)", "[c for c in A.__subclasses__() if c.__name__ != 'N']", "type.__subclasses__(bool)", "A.mro() == list(A.__mro__)", "int.__bases__", "bool.__base__",
          "print(1, 2, sep='-', end='!\\n')", "print(sep=5)", "print(end=5)", "print(foo=1)", "print(*'abc', sep='')", "print()", "print(None, [], 'a')", "print(flush=True)", "input.__name__", "a < a", "a == a", "a != a", "a + 1", "1 + a", "a()", "a[0]", "-a", "len(a)", "iter(a)", "a @ a", "a in a", "a.x.y", "a > 1", "int('5').__class__", "hash(a) == hash(a)", "hash(S)==hash(S)"]:
    if s == "del_cls()":
        t("delattr(a, 'cls')")
        continue
    t(s)
print([n for n in dir() if n in ("A", "S", "a", "t")])
print(sorted(n for n in dir(object)))
def f(p, q=1):
    r = 2
    return sorted(dir()), sorted(vars()), sorted(locals())
print(f(0))
class D:
    def __dir__(self): return ["b", "a"]
class BD:
    def __dir__(self): return 5
print(dir(D()))
t("dir(BD())")
t("__import__('sys').getrefcount.__name__")
