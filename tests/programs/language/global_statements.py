# del, global, nonlocal, assert, exec and eval with namespaces.
def f():
    global made
    made = 1
    del made
f()
try:
    made
except NameError as e:
    print(e)
try:
    del made
except NameError as e:
    print(e)
def g():
    x = 1
    del x
    try:
        x
    except UnboundLocalError as e:
        print(e)
    try:
        del x
    except UnboundLocalError as e:
        print(e)
g()
try:
    assert 1 == 2, "message"
except AssertionError as e:
    print(repr(e), e.args)
try:
    assert not True
except AssertionError as e:
    print(repr(e), str(e) == "")
try:
    assert (), ("tuple", "message")
except AssertionError as e:
    print(repr(e))
ns = {}
exec("a = 1\nb = a + 1\ndef f(): return a + b\nc = f()", ns)
print(ns["c"], sorted(k for k in ns if not k.startswith("__")), "__builtins__" in ns)
g, l = {"x": 1}, {"y": 2}
print(eval("x + y", g, l))
exec("z = x + y; x = 10", g, l)
print(l, g["x"])
class M(dict):
    def __missing__(self, key):
        return key.upper()
print(eval("foo + bar", {}, M()), eval("  1 +\\\n 2"))
print(eval(compile("1 + 2", "<s>", "eval")), exec("5"))
code = compile("for i in range(3): print(i)", "<loop>", "exec")
exec(code)
exec(compile("1 + 1\n'shown'", "<single>", "single") if False else compile("40 + 2", "<single>", "single"))
print(code.co_filename, code.co_name, code.co_names)
for source, mode in [("1 +", "eval"), ("a = 1", "eval"), ("", "eval"), ("if", "exec"), ("x = = 2", "exec")]:
    try:
        compile(source, "<bad>", mode)
    except SyntaxError as e:
        print(type(e).__name__, e.msg, e.lineno, e.offset)
try:
    eval("undefined", {"__builtins__": {}})
except NameError as e:
    print(e)
try:
    eval("len([])", {"__builtins__": {}})
except NameError as e:
    print(e)
def h():
    loc = 5
    exec("loc = 6; new = 7")
    return loc, "new" in locals()
print(h())
def scopes():
    v = 1
    return eval("v"), eval("[v for _ in range(2)]"), sorted(locals())
print(scopes())
try:
    exec(5)
except TypeError as e:
    print(e)
try:
    eval("1", 5)
except TypeError as e:
    print(e)
print(eval(b"1 + 1"), eval("'\\u00e9'"), (lambda: globals() is eval("globals()"))())
exec("def gen():\n yield 1\n yield 2\nprint(list(gen()))")
exec("", {}); exec("# comment"); exec("\n\n")
