# Observer, visitor, strategy, builder, state, command with undo, mixins, plugin registry, ORM by descriptors, units, events.
class Event:
    def __init__(self): self.handlers = []
    def __iadd__(self, h): self.handlers.append(h); return self
    def __isub__(self, h): self.handlers.remove(h); return self
    def __call__(self, *a): return [h(*a) for h in self.handlers]
e = Event(); e += lambda x: x + 1; double = lambda x: x * 2; e += double; print(e(5)); e -= double; print(e(5), len(e.handlers))
class Expr:
    def __add__(self, o): return Bin("+", self, lit(o))
    def __radd__(self, o): return Bin("+", lit(o), self)
    def __mul__(self, o): return Bin("*", self, lit(o))
    def __rmul__(self, o): return Bin("*", lit(o), self)
    def accept(self, v): return getattr(v, "visit_" + type(self).__name__.lower())(self)
class Num(Expr):
    def __init__(self, v): self.v = v
class Var(Expr):
    def __init__(self, n): self.n = n
class Bin(Expr):
    def __init__(self, op, a, b): self.op, self.a, self.b = op, a, b
lit = lambda x: x if isinstance(x, Expr) else Num(x)
class Show:
    def visit_num(self, n): return str(n.v)
    def visit_var(self, n): return n.n
    def visit_bin(self, n): return f"({n.a.accept(self)} {n.op} {n.b.accept(self)})"
class Diff:
    def __init__(self, x): self.x = x
    def visit_num(self, n): return Num(0)
    def visit_var(self, n): return Num(int(n.n == self.x))
    def visit_bin(self, n):
        da, db = n.a.accept(self), n.b.accept(self)
        return da + db if n.op == "+" else da * n.b + n.a * db
class Simplify:
    def visit_num(self, n): return n
    visit_var = visit_num
    def visit_bin(self, n):
        match n.op, n.a.accept(self), n.b.accept(self):
            case "+", Num(v=0), x: return x
            case "+", x, Num(v=0): return x
            case "*", Num(v=0), _: return Num(0)
            case "*", _, Num(v=0): return Num(0)
            case "*", Num(v=1), x: return x
            case "*", x, Num(v=1): return x
            case op, Num(v=a), Num(v=b): return Num(a + b if op == "+" else a * b)
            case op, a, b: return Bin(op, a, b)
x = Var("x"); f = 3 * x * x + 2 * x + 1
print(f.accept(Show()), "|", f.accept(Diff("x")).accept(Show()), "|", f.accept(Diff("x")).accept(Simplify()).accept(Show()))
class Field:
    def __init__(self, kind, default=None): self.kind, self.default = kind, default
    def __set_name__(self, owner, name): self.name = name; owner.__dict__.get("_fields", owner.fields()).append(self) if False else None
    def __get__(self, o, c): return self if o is None else o.__dict__.get(self.name, self.default)
    def __set__(self, o, v):
        if not isinstance(v, self.kind): raise TypeError(f"{self.name} must be {self.kind.__name__}, not {type(v).__name__}")
        o.__dict__[self.name] = v; o.dirty.add(self.name)
class ModelMeta(type):
    def __new__(mcs, name, bases, ns):
        cls = super().__new__(mcs, name, bases, ns)
        cls._fields = [v for b in reversed(cls.__mro__) for v in vars(b).values() if isinstance(v, Field)]
        return cls
    def fields(cls): return []
class Model(metaclass=ModelMeta):
    def __init__(self, **k):
        self.__dict__["dirty"] = set()
        for n, v in k.items(): setattr(self, n, v)
    def sql(self): return f"INSERT INTO {type(self).__name__.lower()} ({', '.join(f.name for f in self._fields)}) VALUES ({', '.join(repr(getattr(self, f.name)) for f in self._fields)})"
class Person(Model):
    name = Field(str, "?")
    age = Field(int, 0)
class Employee(Person): salary = Field(float, 0.0)
p = Employee(name="ann", salary=5.0); print(p.sql(), sorted(p.dirty), [f.name for f in Employee._fields])
try: p.age = "x"
except TypeError as err: print(err)
class State:
    def next(self, c): return self
class Idle(State):
    def next(self, c): return Running() if c == "start" else self
class Running(State):
    def next(self, c): return {"stop": Idle, "pause": Paused}.get(c, Running)()
class Paused(State):
    def next(self, c): return Running() if c == "resume" else Idle() if c == "stop" else self
s, trace = Idle(), []
for c in "start pause start resume stop stop".split(): s = s.next(c); trace.append(type(s).__name__)
print(trace)
class Editor:
    def __init__(self): self.text, self.done, self.undone = "", [], []
    def do(self, f, g): f(); self.done.append((f, g)); self.undone.clear()
    def insert(self, i, t): self.do(lambda: setattr(self, "text", self.text[:i] + t + self.text[i:]), lambda: setattr(self, "text", self.text[:i] + self.text[i + len(t):]))
    def delete(self, i, n): old = self.text[i:i + n]; self.do(lambda: setattr(self, "text", self.text[:i] + self.text[i + n:]), lambda: setattr(self, "text", self.text[:i] + old + self.text[i:]))
    def undo(self):
        if self.done: c = self.done.pop(); c[1](); self.undone.append(c)
    def redo(self):
        if self.undone: c = self.undone.pop(); c[0](); self.done.append(c)
ed = Editor(); ed.insert(0, "hello world"); ed.delete(5, 6); ed.insert(5, "!"); texts = [ed.text]
for a in (ed.undo, ed.undo, ed.redo, ed.undo, ed.undo, ed.undo): a(); texts.append(ed.text)
print(texts)
class Comparable:
    def __lt__(self, o): return self.key() < o.key()
    def __eq__(self, o): return self.key() == o.key()
class Loud:
    def __str__(self): return super().__str__().upper() + "!"
class Named:
    def __init__(self, name, **k): super().__init__(**k); self.name = name
    def __str__(self): return self.name
class Aged:
    def __init__(self, age, **k): super().__init__(**k); self.age = age
class Cat(Loud, Named, Aged, Comparable):
    def key(self): return self.age, self.name
cats = [Cat(name="tom", age=3), Cat(name="kit", age=1)]
print(*map(str, sorted(cats)), min(cats).name, cats[0] == Cat(name="tom", age=3), [c.__name__ for c in Cat.__mro__])
class Plugin:
    registry = {}
    def __init_subclass__(cls, /, name, **k): super().__init_subclass__(**k); Plugin.registry[name] = cls
class Csv(Plugin, name="csv"):
    def dump(self, rows): return "\n".join(",".join(map(str, r)) for r in rows)
class Html(Plugin, name="html"):
    def dump(self, rows): return "<table>" + "".join("<tr>" + "".join(f"<td>{c}</td>" for c in r) + "</tr>" for r in rows) + "</table>"
print({n: c().dump([(1, 2), ("a", "b")]) for n, c in Plugin.registry.items()})
class Unit:
    def __init__(self, v, **d): self.v, self.d = v, {k: p for k, p in d.items() if p}
    def __mul__(self, o): return Unit(self.v * o.v, **{k: self.d.get(k, 0) + o.d.get(k, 0) for k in {**self.d, **o.d}}) if isinstance(o, Unit) else Unit(self.v * o, **self.d)
    __rmul__ = __mul__
    def __pow__(self, n): return Unit(self.v**n, **{k: p * n for k, p in self.d.items()})
    def __truediv__(self, o): return self * o**-1
    def __add__(self, o):
        if self.d != o.d: raise TypeError(f"cannot add {self} and {o}")
        return Unit(self.v + o.v, **self.d)
    def __str__(self): return f"{self.v:g} " + "·".join(k + (f"^{p}" if p != 1 else "") for k, p in sorted(self.d.items()))
m, sec, kg = Unit(1, m=1), Unit(1, s=1), Unit(1, kg=1)
print(5 * m / (2 * sec), 3 * kg * m / sec**2, 2 * m + 3 * m, (4 * m) ** 2)
try: m + sec
except TypeError as err: print(err)
class Builder:
    def __init__(self): self.parts = []
    def __getattr__(self, name): return lambda *a, **k: self.parts.append((name, a, k)) or self
    def build(self): return " ".join(f"{n}({', '.join([*map(repr, a), *(f'{x}={y!r}' for x, y in k.items())])})" for n, a, k in self.parts)
print(Builder().select("a", "b").where(x=1).limit(5).build())
