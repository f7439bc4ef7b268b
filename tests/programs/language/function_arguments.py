# All kinds of parameters and arguments.
def f(a, b=2, /, c=3, *args, d, e=5, **kw):
    return a, b, c, args, d, e, kw

print(f(1, d=4))
print(f(1, 20, 30, 40, 50, d=4, z=1))
print(f(*[1, 2], *(3, 4), **{"d": 4}, **{"y": 9}, e=0))
print(f(1, d=4, a="kw a", b="kw b"))

def only_kw(*, a, b=1):
    return a, b

def only_pos(a, b=2, /):
    return a, b

def defaults(x, acc=[]):
    acc.append(x)
    return acc

print(only_kw(a=1), only_pos(1), defaults(1), defaults(2))
print((lambda *a, k=1, **kw: (a, k, kw))(1, 2, k=3, m=4))

def order():
    def note(x):
        print("eval", x, end="; ")
        return x
    def g(*args, **kwargs):
        return args, kwargs
    print(g(note(1), *[note(2)], k=note(3), *[note(4)], **{"z": note(5)}))

order()
kw = {"a": 1}
def change(**kwargs):
    kwargs["a"] = 2
    return kwargs
print(change(**kw), kw)

def two(a, b):
    return a + b

def none():
    pass

def err(source):
    try:
        print(source, "=", eval(source))
    except (TypeError, AttributeError) as e:
        print(source, "->", e)

for source in ["two()", "two(1)", "two(1, 2, 3)", "two(a=1)", "two(1, a=2)", "two(1, 2, c=3)", "two(*[1], **{'b': 2})",
               "two(1, **{'a': 2})", "none(1)", "none(x=1)", "only_kw()", "only_kw(1)", "only_kw(1, a=2)", "only_kw(c=1, a=1)",
               "only_pos()", "only_pos(a=1)", "only_pos(1, b=2)", "only_pos(1, 2, 3)", "f()", "f(1)", "f(d=1)",
               "two(**{'a': 1}, **{'a': 2})", "two(*5)", "two(**5)", "two(**{1: 2})", "two(a=1, **{'a': 1})",
               "(lambda x: x)()", "(lambda: 0)(1)", "(lambda x, *, y: 0)(1)", "None()", "5()", "'s'()", "two.missing()",
               "(lambda a, b, c: 0)()", "(lambda *, a, b, c: 0)()"]:
    err(source)

class C:
    def method(self, x):
        return x
    @staticmethod
    def static(x):
        return x
    @classmethod
    def cls(cls, x):
        return x

for source in ["C().method()", "C().method(1, 2)", "C.method()", "C.static()", "C.cls()", "C.cls(1, 2)", "C(1)", "C().method(y=1)"]:
    err(source)
print(f.__defaults__, f.__kwdefaults__, f.__code__.co_argcount, f.__code__.co_posonlyargcount, f.__code__.co_kwonlyargcount)
f.__defaults__ = (7, 8)
f.__kwdefaults__ = {"d": "D", "e": "E"}
print(f(0))
