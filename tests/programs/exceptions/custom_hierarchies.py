# Own exception classes: arguments, str, repr, matching, pickling protocol by hand, hierarchy.
class AppError(Exception):
    code = 1
    def __init__(self, message, *, hint=None):
        super().__init__(message)
        self.hint = hint
    def __str__(self): return f"[{self.code}] {super().__str__()}" + (f" (hint: {self.hint})" if self.hint else "")
class NotFound(AppError, LookupError): code = 404
class Denied(AppError, PermissionError): code = 403
class Multi(NotFound, ValueError): pass
for e in (AppError("base"), NotFound("thing", hint="look"), Multi("m")):
    print(e, "|", repr(e), "|", e.args, e.hint, [c.__name__ for c in type(e).__mro__])
try: print(Denied("no"), Denied("no").errno)
except TypeError as e: print(e)
for exc in (NotFound("x"), Multi("y"), KeyError("z"), AppError("a"), IndexError("i")):
    try: raise exc
    except ValueError as e: print("ValueError branch", e)
    except NotFound as e: print("NotFound branch", e)
    except LookupError as e: print("LookupError branch", e)
    except AppError as e: print("AppError branch", e)
class Silent(Exception):
    def __str__(self): return ""
    def __repr__(self): return "<silent>"
print(str(Silent("x")) == "", repr(Silent("x")), f"{Silent(1)!r}", [Silent(2)])
class Carrier(Exception):
    def __init__(self, **fields): self.__dict__.update(fields)
c = Carrier(a=1, b=2); print(c.a + c.b, c.args, str(c), repr(c), vars(c))
class Positional(Exception): pass
p = Positional(1, "two", [3]); print(p, repr(p), p.args, Positional.__doc__, Positional().args)
p.args = ("changed",); print(p, repr(p))
def dynamic(name, base=Exception): return type(name, (base,), {"__module__": "m"})
E1 = dynamic("E1"); E2 = dynamic("E2", E1)
try: raise E2("dyn")
except E1 as e: print(type(e), e)
class Callable(Exception):
    def __call__(self): return "called"
try: raise Callable()
except Callable as e: print(e())
class Ctx(Exception):
    def __enter__(self): return self
    def __exit__(self, *a): return True
with Ctx("as manager") as e: raise e
class Eq(Exception):
    def __eq__(self, o): return isinstance(o, Eq) and self.args == o.args
    def __hash__(self): return hash(self.args)
print(Eq(1) == Eq(1), len({Eq(1), Eq(1), Eq(2)}))
class Slotted(Exception): __slots__ = ("extra",)
s = Slotted("m"); s.extra = 5; s.other = 6; print(s.extra, s.other, s.args)
class Stop(StopIteration): pass
def gen():
    yield 1
    raise Stop("inside")
try: list(gen())
except RuntimeError as e: print(e, type(e.__cause__).__name__)
class It:
    def __iter__(self): return self
    def __next__(self): raise Stop("end")
print(list(It()))
class Exit(SystemExit): pass
try: raise Exit(3)
except SystemExit as e: print(e.code, type(e).__name__)
class Meta(type):
    def __instancecheck__(cls, x): return True
class Fake(Exception, metaclass=Meta): pass
try:
    try: raise KeyError("real class decides")
    except Fake: print("never")
except KeyError as e: print(e, isinstance(e, Fake))
e = AppError("r"); f = e.__reduce__(); print(f[0].__name__, f[1], f[2])
def retry(n):
    for attempt in range(n):
        try:
            if attempt < 2: raise ConnectionError(f"attempt {attempt}")
            return attempt
        except OSError as e: last = e
    raise last
print(retry(3))
try: retry(1)
except ConnectionError as e: print(e)
