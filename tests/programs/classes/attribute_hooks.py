# __getattr__, __getattribute__, __setattr__, __delattr__, __dir__, __dict__ tricks.
class Lazy:
    def __init__(self): self.calls = []
    def __getattr__(self, name):
        if name.startswith("_"): raise AttributeError(f"no {name}")
        self.calls.append(name)
        value = name.upper()
        setattr(self, name, value)
        return value
z = Lazy()
print(z.abc, z.abc, z.calls, hasattr(z, "_private"), getattr(z, "_x", "default"))
class All:
    x = "class x"
    def __init__(self): object.__setattr__(self, "y", "inst y")
    def __getattribute__(self, name):
        if name.startswith("__"): return object.__getattribute__(self, name)
        try: return "seen " + object.__getattribute__(self, name)
        except AttributeError: return "made " + name
    def __setattr__(self, n, v): print("set", n, v)
    def __delattr__(self, n): print("del", n)
    def __len__(self): return 3
a = All()
print(a.x, a.y, a.z, len(a), a.__class__.__name__)
a.w = 1
del a.w
class Fallback:
    def __getattribute__(self, n): raise AttributeError("first " + n)
    def __getattr__(self, n): return "fallback " + n
print(Fallback().anything)
class Broken:
    def __getattr__(self, n): return 1 // 0
try: Broken().x
except ZeroDivisionError as e: print(e)
try: hasattr(Broken(), "x")
except ZeroDivisionError as e: print("hasattr", e)
class Dict: pass
d = Dict()
d.__dict__ = {"a": 1}
d.__dict__["b"] = 2
print(d.a, d.b, vars(d))
other = Dict()
other.__dict__ = d.__dict__
other.c = 3
print(d.c, d.__dict__ is other.__dict__)
try: d.__dict__ = 5
except TypeError as e: print(e)
del d.__dict__
print(d.__dict__)
d.__dict__[1] = "int key"
print(d.__dict__, dir(d)[:1] if False else "")
for i in range(100): setattr(d, f"attr{i}", i)
print(d.attr99, len(vars(d)))
for i in range(0, 100, 2): delattr(d, f"attr{i}")
print(len(vars(d)), hasattr(d, "attr4"), d.attr5)
d.attr4 = "again"
print(list(vars(d))[-1], list(vars(d))[:3])
class Immutable:
    def __setattr__(self, n, v): raise TypeError(f"cannot set {n}")
try: Immutable().x = 1
except TypeError as e: print(e)
class Cls: attr = 1
i = Cls()
i.attr = 2
print(Cls.attr, i.attr)
del i.attr
print(i.attr)
try: del i.attr
except AttributeError as e: print(e)
Cls.attr += 10
i.attr += 1
print(Cls.attr, i.attr)
try: Cls.__dict__["x"] = 1
except TypeError as e: print(e)
print("attr" in Cls.__dict__, Cls.__dict__.get("nope"), len(list(Cls.__dict__)) > 3, type(Cls.__dict__))
for target in ("object().x = 1", "(5).x = 1", "[].x = 1", "len.x = 1", "int.x = 1", "None.x = 1", "(lambda: 0).x = 1", "del Cls.nothing", "'a'.upper = 1", "del [].append", "type(None).x = 1", "i.__class__.__name__ = 'N'", "del int.real"):
    try: exec(target); print(target, "ok")
    except (AttributeError, TypeError) as e: print(target, "->", e)
class E(AttributeError): pass
try: i.missing
except AttributeError as e: print(e.name, e.obj is i)
try: missing_name
except NameError as e: print(e.name)
class WithClass:
    @property
    def __class__(self): return int
print(WithClass().__class__, isinstance(WithClass(), int), type(WithClass()).__name__)
