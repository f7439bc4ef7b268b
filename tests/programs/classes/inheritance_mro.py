# C3 linearisation, super(), cooperative calls, conflicts.
class O: pass
class A(O):
    def f(self): return ["A"]
class B(A):
    def f(self): return ["B"] + super().f()
class C(A):
    def f(self): return ["C"] + super().f()
class D(B, C):
    def f(self): return ["D"] + super().f()
print([c.__name__ for c in D.__mro__], D().f())
class E(C): pass
class F(D, E): pass
print([c.__name__ for c in F.mro()], F().f())
try:
    class X(A, B): pass
except TypeError as e:
    print(e)
try:
    class Y(B, C): pass
    class Z(C, B): pass
    class W(Y, Z): pass
except TypeError as e:
    print(e)
try:
    class Dup(A, A): pass
except TypeError as e:
    print(e)
for base in (bool, type(None), type(...), range, slice, type(lambda: 0), memoryview, type(x for x in ())):
    try:
        type("Sub", (base,), {})
    except TypeError as e:
        print(e)
print(super(B, D()).f(), super(D, D).f(D()))
class G:
    @classmethod
    def make(cls): return "G.make " + cls.__name__
    @staticmethod
    def s(): return "G.s"
    @property
    def p(self): return "G.p"
class H(G):
    @classmethod
    def make(cls): return "H>" + super().make()
    @staticmethod
    def s(): return "H>" + G.s()
    @property
    def p(self): return "H>" + super().p
    def missing(self): return super().nothing
h = H()
print(H.make(), h.make(), H.s(), h.p)
try: h.missing()
except AttributeError as e: print(e)
for args in [(), (1,), (H, 5), (H, G()), (5, H())]:
    try:
        print(super(*args).__thisclass__)
    except (RuntimeError, TypeError) as e:
        print(type(e).__name__, e)
def no_args(): return super()
try: no_args()
except RuntimeError as e: print(e)
def no_class(self): return super()
try: no_class(5)
except RuntimeError as e: print(e)
s = super(H, h)
print(s.__thisclass__ is H, s.__self__ is h, s.__self_class__ is H)
print(issubclass(D, A), isinstance(D(), O), D.__bases__, D.__base__, A.__subclasses__())
class Base1: pass
class Base2: 
    def who(self): return "Base2"
class Derived(Base1): pass
d = Derived()
Derived.__bases__ = (Base2,)
print(d.who(), Derived.__mro__[1].__name__, Base1.__subclasses__(), Base2.__subclasses__())
try: Derived.__bases__ = ()
except TypeError as e: print(e)
try: Derived.__bases__ = (Derived,)
except TypeError as e: print(e)
try: Derived.__bases__ = (int,)
except TypeError as e: print(e)
try: Derived.__bases__ = 5
except TypeError as e: print(e)
class Sup:
    def f(self):
        def inner(): return super(Sup, self).__init__
        return inner() is not None, [super(Sup, self) is not None for _ in range(1)], __class__
print(Sup().f())
class MyMro(type):
    def mro(cls): return [cls, Base2, object]
class Odd(metaclass=MyMro): pass
print(Odd().who(), Odd.__mro__)
class BadMro(type):
    def mro(cls): return [cls, 5]
try:
    class Worse(metaclass=BadMro): pass
except TypeError as e: print(e)
class A2(A):
    __mro_entries__ = None
class Entries:
    def __mro_entries__(self, bases): return (A, B)[:1]
class FromEntries(Entries()): pass
print(FromEntries.__bases__, type(FromEntries.__orig_bases__[0]).__name__)
