# Binary, reflected and in-place operators; NotImplemented; subclass priority.
class N:
    def __init__(self, v): self.v = v
    def __repr__(self): return f"N({self.v})"
ops = {"add": "+", "sub": "-", "mul": "*", "truediv": "/", "floordiv": "//", "mod": "%", "pow": "**", "matmul": "@", "and": "&", "or": "|", "xor": "^", "lshift": "<<", "rshift": ">>"}
def install(name):
    def fwd(self, other): return f"{self}.{name}({other!r})"
    def rev(self, other): return f"{self}.r{name}({other!r})"
    setattr(N, f"__{name}__", fwd)
    setattr(N, f"__r{name}__", rev)
for name in ops: install(name)
n = N(1)
for name, op in ops.items():
    print(eval(f"n {op} 2"), eval(f"2 {op} n"), eval(f"n {op} n"))
    x = n
    exec(f"x {op}= 3")
    print(x)
class I:
    def __init__(self): self.log = []
for name in ops:
    def make(name):
        def inplace(self, other):
            self.log.append((name, other))
            return self
        return inplace
    setattr(I, f"__i{name}__", make(name))
i = I()
for op in ops.values(): exec(f"i {op}= 1")
print(i.log)
class Base:
    def __add__(self, o): return "Base.add"
    def __radd__(self, o): return "Base.radd"
class Derived(Base):
    def __radd__(self, o): return "Derived.radd"
class Plain(Base): pass
print(Base() + Derived(), Derived() + Base(), Base() + Plain(), Plain() + Base(), Base() + Base())
class NI:
    def __add__(self, o): return NotImplemented
    def __radd__(self, o): return NotImplemented
    def __eq__(self, o): return NotImplemented
    def __lt__(self, o): return NotImplemented
    def __iadd__(self, o): return NotImplemented
for s in ["NI() + NI()", "NI() + 1", "1 + NI()", "NI() == NI()", "NI() < NI()", "NI() != 1", "NI() <= 1", "[] + NI()", "'a' + NI()", "NI() % 2", "'%d' % NI()", "[1] * NI()", "pow(NI(), 2)", "pow(2, NI())", "pow(2, 3, NI())", "divmod(NI(), 1)", "divmod(1, NI())", "-NI()", "abs(NI())", "~NI()", "round(NI())", "int(NI())", "float(NI())", "complex(NI())", "NI()[0]", "len(NI())", "NI()()", "hash(NI())", "bool(NI())", "1 in NI()", "iter(NI())", "next(NI())", "reversed(NI())", "NI() @ 1", "range(NI())", "[1][NI()]", "hex(NI())"]:
    try: print(s, eval(s))
    except TypeError as e: print(s, "->", e)
x = NI()
try: x += 1
except TypeError as e: print(e)
try: x **= 1
except TypeError as e: print(e)
class U:
    def __neg__(self): return "neg"
    def __pos__(self): return "pos"
    def __invert__(self): return "inv"
    def __abs__(self): return "abs"
    def __round__(self, n="none"): return ("round", n)
    def __trunc__(self): return 7
    def __floor__(self): return 8
    def __ceil__(self): return 9
    def __index__(self): return 3
    def __int__(self): return 4
    def __float__(self): return 2.5
    def __complex__(self): return 1j
    def __divmod__(self, o): return ("divmod", o)
    def __rdivmod__(self, o): return ("rdivmod", o)
    def __pow__(self, o, m="none"): return ("pow", o, m)
    def __bool__(self): return False
u = U()
print(-u, +u, ~u, abs(u), round(u), round(u, 2), int(u), float(u), complex(u), divmod(u, 1), divmod(1, u), pow(u, 2), pow(u, 2, 3), u ** 5, not u, hex(u), [0, 1, 2, "three"][u], "abc"[:u], range(u), bin(u), chr(u + 0) if False else chr(U.__index__(u)))
class Bad:
    def __int__(self): return "x"
    def __float__(self): return 1
    def __complex__(self): return 1
    def __index__(self): return 1.5
    def __bool__(self): return 1
    def __len__(self): return -1
    def __hash__(self): return "h"
    def __str__(self): return 1
    def __format__(self, s): return 1
    def __bytes__(self): return 1
    def __iter__(self): return 1
    def __length_hint__(self): return -1
    def __contains__(self, x): return "truthy"
for f in (int, float, complex, hex, bool, len, hash, str, format, bytes, iter, range):
    try: print(f.__name__, f(Bad()))
    except (TypeError, ValueError) as e: print(f.__name__, type(e).__name__, e)
print(1 in Bad())
