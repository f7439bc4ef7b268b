# Positions of the common mistakes, to the column.
sources = [
    "x = ", "if x\n  pass", "if x:\npass", "def f(:\n pass", "print 'hello'", "exec 'x'", "a b", "1 = x", "f() = 1", "None = 1", "x + 1 = 2",
    "'abc", "'''abc", "(1, 2", "[1, 2", "{1: 2", "1)", "(1]", "x = (1,\ny = 2", "return 1", "yield 1", "break", "continue", "await x",
    "def f():\n  x = 1\n y = 2", "  x = 1", "def f():\n\tx\n        y", "for i in range(3)\n pass", "while True print(1)", "class C\n pass",
    "import", "from x import", "from x import *, y", "from . import", "import a.b as c.d", "def f(a, a): pass", "def f(a=1, b): pass",
    "def f(*): pass", "def f(**k, a): pass", "f(a=1, 2)", "f(**k, *a)", "f(a=1, a=2)", "f(x for x in y, 1)", "f(1=2)", "f(a.b=1)", "f(True=1)",
]
for source in sources:
    try:
        compile(source, "<src>", "exec")
        print(repr(source), "fine")
    except SyntaxError as e:
        print(repr(source), "->", type(e).__name__, "|", e.msg, "|", e.lineno, e.offset, e.end_lineno, e.end_offset)
