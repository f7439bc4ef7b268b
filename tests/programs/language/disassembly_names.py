# What dis finds of names, constants and imports, however instructions look: cloudpickle and modulefinder go by it.
import contextlib
import dis
import io


def f(a):
    global g
    import os.path as p
    from . import q
    try:
        g = len(a) + y
    except ValueError:
        return print(a.b)
    return [k for k in a if k]


GLOBALS = {dis.opmap[n] for n in ("LOAD_GLOBAL", "STORE_GLOBAL", "DELETE_GLOBAL")}
print(sorted({i.argval for i in dis.get_instructions(f) if i.opcode in GLOBALS}))
print([i.argval for i in dis.Bytecode(f) if i.opname == "IMPORT_NAME"])
print([i.argval for i in dis.get_instructions(f) if i.opname in ("LOAD_ATTR", "IMPORT_FROM")])
print(list(dis._find_imports(f.__code__)))
print(list(dis._find_store_names(compile("import a.b\nc = 1\ndef d(): e = 2", "m", "exec"))))
lines = {i.line_number for i in dis.get_instructions(f)}
print({10, 12, 14} <= {n - f.__code__.co_firstlineno + 8 for n in lines if n})
for what in f, "x = [1, 2.5]", compile("lambda: 0", "m", "eval"):
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        dis.dis(what)
    print(len(out.getvalue().splitlines()) > 3)
try:
    1 / 0
except ZeroDivisionError as e:
    out = io.StringIO()
    dis.distb(e.__traceback__, file=out)
    print("-->" in out.getvalue())
