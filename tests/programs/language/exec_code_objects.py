# Attributes of code objects and functions that tools read.
def f(a, b=1, /, c=2, *args, d, e=3, **kw):
    """Doc of f."""
    x = a + b
    def inner():
        return x, free
    free = 1
    return inner

code = f.__code__
print(code.co_name, code.co_qualname, code.co_argcount, code.co_posonlyargcount, code.co_kwonlyargcount)
print(code.co_varnames, code.co_cellvars, code.co_freevars, code.co_nlocals)
print(code.co_flags & 0x04 != 0, code.co_flags & 0x08 != 0, code.co_flags & 0x20 != 0, code.co_firstlineno)
inner = f(1, d=2)
print(inner.__code__.co_freevars, inner.__closure__[0].cell_contents, inner.__qualname__, inner.__code__.co_flags & 0x10 != 0)
print(f.__doc__, f.__name__, f.__module__, f.__defaults__, f.__kwdefaults__, f.__dict__)
f.attr = 5
f.__name__ = "renamed"
f.__qualname__ = "Q.renamed"
f.__doc__ = None
print(f.attr, vars(f), f.__name__, f.__qualname__, f.__doc__)
def gen(): yield
async def coro(): pass
async def agen(): yield
print(gen.__code__.co_flags & 0x20 != 0, coro.__code__.co_flags & 0x80 != 0, agen.__code__.co_flags & 0x200 != 0)
def g(x): return x + 1
def h(x): return x * 100
g.__code__ = h.__code__
print(g(2))
new = g.__code__.replace(co_name="other", co_consts=tuple(1000 if c == 100 else c for c in g.__code__.co_consts)) if 100 in g.__code__.co_consts else g.__code__
print(type(new).__name__)
FunctionType = type(f)
k = FunctionType(h.__code__, {"__builtins__": {}}, "made", (7,))
print(k(), k.__name__, k.__defaults__)
def needs(): return undefined
print(FunctionType(needs.__code__, {"undefined": "given"})())
try:
    FunctionType(inner.__code__, {})
except TypeError as e:
    print(e)
try:
    g.__code__ = inner.__code__
except ValueError as e:
    print(e)
try:
    g.__code__ = 5
except TypeError as e:
    print(e)
try:
    g.__name__ = 5
except TypeError as e:
    print(e)
try:
    g.__defaults__ = 5
except TypeError as e:
    print(e)
try:
    g.__closure__ = ()
except AttributeError as e:
    print(e)
c = compile("x = 1\n\ny = 2\n", "file.py", "exec")
print(c.co_filename, c.co_name, c.co_firstlineno, [line for *_, line in c.co_lines() if line])
print(c == compile("x = 1\n\ny = 2\n", "file.py", "exec"), hash(c) == hash(compile("x = 1\n\ny = 2\n", "file.py", "exec")), c == code)
print(repr(c).split(" at ")[0], repr(c).split(",")[1:])
print((lambda a, b: a).__code__.co_varnames, (lambda: 0).__code__.co_name)
class C:
    def m(self): return [i for i in self.x]
print(C.m.__code__.co_names, C.m.__code__.co_qualname)
positions = list(h.__code__.co_positions())
print(all(len(p) == 4 for p in positions), (19 < positions[-1][0]))
print(f.__globals__ is globals(), f.__builtins__ is __builtins__.__dict__, f.__type_params__)
try:
    code.co_name = "x"
except AttributeError as e:
    print(e)
