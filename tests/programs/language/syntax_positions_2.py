# Positions of the common mistakes, to the column.
sources = [
    "lambda x=1, y: 0", "x = 1 if 2", "a if b else", "not", "a not b", "a = b = ", "a, = ", "del f()", "del 1", "del (a, 1)", "x := 1", "(x.y := 1)", "(1 := x)",
    "for 1 in x: pass", "for f() in x: pass", "with open(x) as 1: pass", "try:\n pass", "try:\n pass\nexcept:\n pass\nexcept E:\n pass", "else:\n pass",
    "nonlocal x", "def f():\n x = 1\n global x", "def f():\n nonlocal y", "def f(x):\n global x", "def f():\n print(x)\n global x",
    "global a; a = 1\ndef f(): nonlocal a", "class C:\n return 1", "async def f():\n yield from x", "def f():\n async with x: pass", "def f():\n await x",
    "async def f():\n return 1\n yield 2", "@", "@x\ny = 1", "0777", "1_", "1__0", "0x", "0b2", "0o8", "1e", "1.5j2", "123abc", "5if 1 else 2", "'\\N{foo}'", "'\\x1'", "b'é'",
]
for source in sources:
    try:
        compile(source, "<src>", "exec")
        print(repr(source), "fine")
    except SyntaxError as e:
        print(repr(source), "->", type(e).__name__, "|", e.msg, "|", e.lineno, e.offset, e.end_lineno, e.end_offset)
